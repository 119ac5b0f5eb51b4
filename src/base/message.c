/* message.c - the message catalogue: see message.h. */
#include "base/message.h"
#include "base/text.h"

/* --- the table ------------------------------------------------------------------------------ */

#define ROW_(name, ...) [MSG_##name] = {#name, __VA_ARGS__},
#define TYPES_(...) .type = {__VA_ARGS__}
#define T_(t) MESSAGE_TYPE_##t
#define MESSAGE0(name, en, ja) ROW_(name, {en, ja})
#define MESSAGE1(name, t1, a1, en, ja) ROW_(name, {en, ja}, TYPES_(T_(t1)), .arg = {#a1})
#define MESSAGE2(name, t1, a1, t2, a2, en, ja)                                                     \
    ROW_(name, {en, ja}, TYPES_(T_(t1), T_(t2)), .arg = {#a1, #a2})
#define MESSAGE3(name, t1, a1, t2, a2, t3, a3, en, ja)                                             \
    ROW_(name, {en, ja}, TYPES_(T_(t1), T_(t2), T_(t3)), .arg = {#a1, #a2, #a3})
#define MESSAGE4(name, t1, a1, t2, a2, t3, a3, t4, a4, en, ja)                                     \
    ROW_(name, {en, ja}, TYPES_(T_(t1), T_(t2), T_(t3), T_(t4)), .arg = {#a1, #a2, #a3, #a4})
#define MESSAGE5(name, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, en, ja)                             \
    ROW_(name, {en, ja}, TYPES_(T_(t1), T_(t2), T_(t3), T_(t4), T_(t5)),                           \
         .arg = {#a1, #a2, #a3, #a4, #a5})
#define MESSAGE6(name, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, t6, a6, en, ja)                     \
    ROW_(name, {en, ja}, TYPES_(T_(t1), T_(t2), T_(t3), T_(t4), T_(t5), T_(t6)),                   \
         .arg = {#a1, #a2, #a3, #a4, #a5, #a6})
#define MESSAGE7(name, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, t6, a6, t7, a7, en, ja)             \
    ROW_(name, {en, ja}, TYPES_(T_(t1), T_(t2), T_(t3), T_(t4), T_(t5), T_(t6), T_(t7)),           \
         .arg = {#a1, #a2, #a3, #a4, #a5, #a6, #a7})
#define MESSAGE8(name, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, t6, a6, t7, a7, t8, a8, en, ja)     \
    ROW_(name, {en, ja}, TYPES_(T_(t1), T_(t2), T_(t3), T_(t4), T_(t5), T_(t6), T_(t7), T_(t8)),   \
         .arg = {#a1, #a2, #a3, #a4, #a5, #a6, #a7, #a8})

static const message_row rows[] = {
    [MSG_NONE] = {"none", {"", NULL}},
#include "base/message/all.def"
};
_Static_assert(COUNT_OF(rows) == MSG_COUNT_, "a message without a row");

const message_row *message_row_at(message_id id)
{
    assert(id < MSG_COUNT_);
    return &rows[id];
}

const char *language_name(language l)
{
    static const char *const names[] = {[LANG_EN] = "en", [LANG_JA] = "ja"};
    _Static_assert(COUNT_OF(names) == LANG_COUNT_, "a language without a name");
    assert(l < LANG_COUNT_);
    return names[l];
}

static slice text_in(const message_row *row, language l)
{
    return slice_str(row->text[l] ? row->text[l] : row->text[LANG_EN]);
}

message message_of(message_id id)
{
    assert(id < MSG_COUNT_ && !rows[id].arg[0]);
    return (message){.id = id};
}

/* --- templates: text, {name}, {name|one|many}, {{, }} --------------------------------------- */

typedef enum piece_kind { PIECE_TEXT, PIECE_ARG, PIECE_PLURAL, PIECE_BAD, PIECE_END } piece_kind;

typedef struct piece {
    piece_kind kind;
    slice text;      /* PIECE_TEXT */
    slice name;      /* PIECE_ARG, PIECE_PLURAL */
    slice one, many; /* PIECE_PLURAL */
} piece;

/* Takes the next piece off the front of *rest. */
static piece piece_next(slice *rest)
{
    if (!rest->len)
        return (piece){.kind = PIECE_END};
    char c = rest->ptr[0];
    if (c == '{' || c == '}') {
        if (rest->len > 1 && rest->ptr[1] == c) {
            slice brace = slice_sub(*rest, 0, 1);
            *rest = slice_from(*rest, 2);
            return (piece){.kind = PIECE_TEXT, .text = brace};
        }
        size_t end = slice_find_byte(*rest, '}', 0);
        if (c == '}' || end == SIZE_MAX) {
            *rest = slice_from(*rest, rest->len);
            return (piece){.kind = PIECE_BAD};
        }
        slice inside = slice_sub(*rest, 1, end), name;
        *rest = slice_from(*rest, end + 1);
        if (!slice_cut(&inside, '|', &name))
            return (piece){.kind = PIECE_BAD};
        if (!inside.ptr || !inside.len)
            return (piece){.kind = name.len ? PIECE_ARG : PIECE_BAD, .name = name};
        size_t bar = slice_find_byte(inside, '|', 0);
        if (bar == SIZE_MAX || slice_find_byte(inside, '|', bar + 1) != SIZE_MAX)
            return (piece){.kind = PIECE_BAD};
        return (piece){.kind = PIECE_PLURAL,
                       .name = name,
                       .one = slice_sub(inside, 0, bar),
                       .many = slice_from(inside, bar + 1)};
    }
    size_t n = 0;
    while (n < rest->len && rest->ptr[n] != '{' && rest->ptr[n] != '}')
        n++;
    piece p = {.kind = PIECE_TEXT, .text = slice_sub(*rest, 0, n)};
    *rest = slice_from(*rest, n);
    return p;
}

static int arg_named(const message_row *row, slice name)
{
    for (int i = 0; i < MESSAGE_ARGS_MAX && row->arg[i]; i++)
        if (slice_eq(name, slice_str(row->arg[i])))
            return i;
    return -1;
}

/* --- arguments ------------------------------------------------------------------------------ */

static void put_count(buf *out, int64_t n)
{
    uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    char text[27]; /* of 2^64: 20 digits, 6 commas, and a sign */
    size_t at = sizeof text;
    for (unsigned digits = 0; left || !digits; left /= 10) {
        if (digits && digits % 3 == 0)
            text[--at] = ',';
        text[--at] = (char)('0' + left % 10);
        digits++;
    }
    if (n < 0)
        text[--at] = '-';
    buf_put(out, slice_of(text + at, sizeof text - at));
}

/* "1.25", "3": hundredths without trailing zeros. */
static void put_hundredths(buf *out, uint64_t n)
{
    unsigned rest = (unsigned)(n % 100);
    buf_printf(out, "%llu", (unsigned long long)(n / 100));
    if (rest % 10)
        buf_printf(out, ".%02u", rest);
    else if (rest)
        buf_printf(out, ".%u", rest / 10);
}

static void put_unit(buf *out, language l, message_id unit)
{
    buf_byte(out, ' ');
    buf_put(out, text_in(&rows[unit], l));
}

static void put_size(buf *out, language l, int64_t bytes)
{
    static const message_id units[] = {MSG_unit_byte, MSG_unit_kib, MSG_unit_mib, MSG_unit_gib,
                                       MSG_unit_tib};
    uint64_t n = bytes < 0 ? 0 : (uint64_t)bytes;
    size_t unit = 0;
    while (unit + 1 < COUNT_OF(units) && n >> (10 * (unit + 1)))
        unit++;
    uint64_t one = (uint64_t)1 << (10 * unit);
    uint64_t hundredths = n / one * 100 + (n % one * 100) / one;
    put_hundredths(out, hundredths);
    put_unit(out, l, units[unit]);
}

static void put_duration(buf *out, language l, int64_t ms)
{
    static const struct {
        int64_t ms;
        message_id unit;
    } units[] = {{WHEN_DAY, MSG_unit_day}, {3600000, MSG_unit_h}, {60000, MSG_unit_min}};
    if (ms < 0)
        ms = 0;
    for (size_t i = 0; i < COUNT_OF(units); i++)
        if (ms >= 2 * units[i].ms && ms % units[i].ms == 0) {
            put_count(out, ms / units[i].ms);
            put_unit(out, l, units[i].unit);
            return;
        }
    if (ms < 1000) {
        put_count(out, ms);
        put_unit(out, l, MSG_unit_ms);
        return;
    }
    put_hundredths(out, (uint64_t)ms / 10);
    put_unit(out, l, MSG_unit_s);
}

static void put_text(buf *out, slice text, const message_style *style)
{
    if (style->text)
        style->text(style->ctx, out, text);
    else
        buf_put(out, text);
}

static void put_list(buf *out, language l, msg_list list, const message_style *style)
{
    for (size_t i = 0; i < list.count; i++) {
        if (i)
            buf_put(out, text_in(&rows[MSG_unit_comma], l));
        put_text(out, list.items[i], style);
    }
}

static void put_instant(buf *out, when t, const message_style *style)
{
    char text[WHEN_TEXT_MAX];
    buf_put(out, slice_str(when_minute(t, style->zone_minutes, text)));
    buf_byte(out, ' ');
    buf_put(out, slice_str(style->zone ? style->zone : "UTC"));
}

static void render(buf *out, language l, const message_row *row, const message *m,
                   const message_style *style, int depth);

static void put_arg(buf *out, language l, message_type type, const message_arg *arg,
                    const message_style *style, int depth)
{
    char text[WHEN_TEXT_MAX];
    switch (type) {
    case MESSAGE_TYPE_int: buf_printf(out, "%lld", (long long)arg->n); break;
    case MESSAGE_TYPE_count: put_count(out, arg->n); break;
    case MESSAGE_TYPE_size: put_size(out, l, arg->n); break;
    case MESSAGE_TYPE_duration: put_duration(out, l, arg->n); break;
    case MESSAGE_TYPE_date: buf_put(out, slice_str(when_date(arg->t, text))); break;
    case MESSAGE_TYPE_minute: buf_put(out, slice_str(when_minute(arg->t, 0, text))); break;
    case MESSAGE_TYPE_instant: put_instant(out, arg->t, style); break;
    case MESSAGE_TYPE_text: put_text(out, arg->text, style); break;
    case MESSAGE_TYPE_value:
        if (style->value)
            style->value(style->ctx, out, arg->value.kind, arg->value.text);
        else
            put_text(out, arg->value.text, style);
        break;
    case MESSAGE_TYPE_list: put_list(out, l, arg->list, style); break;
    case MESSAGE_TYPE_word:
        render(out, l, message_row_at(arg->word), NULL, style, depth + 1);
        break;
    case MESSAGE_TYPE_message:
        if (arg->message)
            render(out, l, message_row_at(arg->message->id), arg->message, style, depth + 1);
        break;
    case MESSAGE_TYPE_none:
    case MESSAGE_TYPE_COUNT_: assert(!"an argument has a type"); break;
    }
}

static void render(buf *out, language l, const message_row *row, const message *m,
                   const message_style *style, int depth)
{
    slice rest = text_in(row, l);
    piece p;
    if (depth > MESSAGE_DEPTH_MAX)
        return;
    while ((p = piece_next(&rest)).kind != PIECE_END) {
        int i = p.name.len ? arg_named(row, p.name) : -1;
        if (p.kind == PIECE_TEXT)
            buf_put(out, p.text);
        else if (i >= 0 && m && p.kind == PIECE_ARG)
            put_arg(out, l, row->type[i], &m->args[i], style, depth);
        else if (i >= 0 && m && p.kind == PIECE_PLURAL)
            buf_put(out, m->args[i].n == 1 ? p.one : p.many);
    }
}

void message_render_row(buf *out, language l, const message_row *row, const message *m,
                        const message_style *style)
{
    static const message_style plain;
    render(out, l, row, m, style ? style : &plain, 0);
}

void message_render(buf *out, language l, const message *m, const message_style *style)
{
    message_render_row(out, l, message_row_at(m->id), m, style);
}

enum { JSON_TEXT_MAX = 1 << 20 };

void message_json(json_writer *w, const message *m)
{
    json_open(w, '{');
    for (language l = 0; l < LANG_COUNT_; l++) {
        CLEANUP(buf_done) buf text;
        buf_init(&text, JSON_TEXT_MAX);
        message_render(&text, l, m, NULL);
        json_key(w, language_name(l));
        json_put_text(w, buf_slice(&text));
        if (text.failed)
            w->out->failed = true;
    }
    json_close(w, '}');
}

/* --- the rules ------------------------------------------------------------------------------ */

static bool complain(buf *out, const message_row *row, language l, const char *what, slice about)
{
    buf_printf(out, "%s (%s): %s%s%.*s\n", row->name, language_name(l), what, about.len ? ": " : "",
               SLICE_FMT(about));
    return false;
}

static bool has_script(slice s, bool cjk)
{
    while (s.len) {
        uint32_t c = utf8_next(&s);
        if (cjk ? text_is_cjk(c) : c < 0x80 && is_alpha((char)c))
            return true;
    }
    return false;
}

/* One text: well-formed, and each argument named. *words: letters or signs outside arguments. */
static bool check_text(const message_row *row, language l, buf *complaints, bool *words)
{
    slice rest = text_in(row, l);
    unsigned seen = 0;
    bool good = true;
    piece p;
    if (utf8_check(rest) != SIZE_MAX)
        good = complain(complaints, row, l, "not UTF-8", S(""));
    for (size_t i = 0; i < rest.len; i++)
        if ((unsigned char)rest.ptr[i] < 0x20 && rest.ptr[i] != '\n')
            good = complain(complaints, row, l, "a control character", S(""));
    while ((p = piece_next(&rest)).kind != PIECE_END) {
        int i = p.name.len ? arg_named(row, p.name) : -1;
        if (p.kind == PIECE_TEXT) {
            *words |= has_script(p.text, l == LANG_JA);
            continue;
        }
        if (p.kind == PIECE_BAD)
            good = complain(complaints, row, l, "braces that do not match", S(""));
        else if (i < 0)
            good = complain(complaints, row, l, "an argument that is not declared", p.name);
        else if (p.kind == PIECE_ARG)
            seen |= 1u << i;
        else if (l != LANG_EN)
            good = complain(complaints, row, l, "a plural form", p.name);
        else if (row->type[i] != MESSAGE_TYPE_count && row->type[i] != MESSAGE_TYPE_int)
            good = complain(complaints, row, l, "a plural form of what is no number", p.name);
    }
    for (int i = 0; i < MESSAGE_ARGS_MAX && row->arg[i]; i++)
        if (!(seen >> i & 1))
            good = complain(complaints, row, l, "an argument that is not used",
                            slice_str(row->arg[i]));
    return good;
}

bool message_row_check(const message_row *row, buf *complaints)
{
    bool words[LANG_COUNT_] = {false}, good = true;
    if (!strchr(row->name, '_'))
        good = complain(complaints, row, LANG_EN, "a name without its module", S(""));
    for (int i = 0; i < MESSAGE_ARGS_MAX; i++) {
        if (!row->arg[i] != (row->type[i] == MESSAGE_TYPE_none))
            good = complain(complaints, row, LANG_EN, "an argument without type or name", S(""));
        for (int j = 0; row->arg[i] && j < i; j++)
            if (row->arg[j] && strcmp(row->arg[i], row->arg[j]) == 0)
                good = complain(complaints, row, LANG_EN, "an argument declared twice",
                                slice_str(row->arg[i]));
    }
    if (!row->text[LANG_EN] || !row->text[LANG_EN][0])
        return complain(complaints, row, LANG_EN, "no text", S(""));
    good &= check_text(row, LANG_EN, complaints, &words[LANG_EN]);
    if (!row->text[LANG_JA]) /* SAME */
        return good;
    if (!row->text[LANG_JA][0])
        return complain(complaints, row, LANG_JA, "no text", S(""));
    good &= check_text(row, LANG_JA, complaints, &words[LANG_JA]);
    if (words[LANG_EN] && !words[LANG_JA])
        good =
            complain(complaints, row, LANG_JA, "no Japanese in it (SAME if that is meant)", S(""));
    if (has_script(slice_str(row->text[LANG_EN]), true))
        good = complain(complaints, row, LANG_EN, "Japanese in the English", S(""));
    return good;
}
