/* cmd_ask.c - noroshi ask [VALUE...|-]: one answer a value, in the order of the questions. "-" is
 * standard input, a value a line; with --extract the values are found in messy text. */
#include "base/text.h"
#include "cmd/asking_many.h"
#include "model/extract.h"

#include <stdlib.h>

status cmd_ask(app *a, err *why);

enum { LINE_MAX_BYTES = ASK_TEXT_MAX + 2, TEXT_MAX_BYTES = 64 << 20, SEEN_SLOTS = 1 << 15 };

typedef struct asking {
    app *a;
    asking_many *many;
    uint64_t *seen; /* hashes of what --extract found already: a value is answered once */
} asking;

/* --- values out of messy text --------------------------------------------------------------- */

/* True for what was not there before; a full table forgets nothing and asks again. */
static bool first_time(asking *q, kind k, slice value)
{
    static const uint8_t key[16] = {2};
    uint64_t h = siphash(key, value) ^ (uint64_t)k << 56;
    h = h ? h : 1;
    for (size_t i = 0; i < 64; i++) {
        uint64_t *slot = &q->seen[(h + i) % SEEN_SLOTS];
        if (*slot == h)
            return false;
        if (*slot == 0) {
            *slot = h;
            return true;
        }
    }
    return true;
}

static status on_find(void *ctx, const found *f, err *why)
{
    asking *q = ctx;
    kind k = f->is_identifier ? f->id_kind : f->what.kind;
    slice value = f->is_identifier ? f->value : f->what.value;
    if (!first_time(q, k, value))
        return OK;
    return asking_many_add(q->many, value, f->is_identifier ? KIND_NONE : k, why);
}

static status ask_text(asking *q, slice text, err *why)
{
    CLEANUP(arena_done) arena scratch;
    arena_init(&scratch, 64 << 20);
    return extract_text(&scratch, text, &(extract_options){0}, on_find, q, why);
}

/* --- standard input ------------------------------------------------------------------------- */

static status read_all(app *a, buf *text, err *why)
{
    size_t n = 1;
    status st = OK;
    while (st == OK && n) {
        char *room = buf_room(text, 1 << 16);
        if (!room)
            return buf_status(text, why);
        st = reader_read(&a->in, room, 1 << 16, &n, why);
        text->len += st == OK ? n : 0;
    }
    return st;
}

/* One line; *ret_more is false at the end. Of a line that is too long the beginning is enough to
 * refuse it. */
typedef struct lines {
    asking *q;
    char block[1 << 16];
    size_t at, len;
    bool ended;
} lines;

static status next_line(lines *l, buf *line, bool *ret_more, err *why)
{
    buf_clear(line);
    for (;;) {
        if (l->at == l->len) {
            status st = asking_many_flush(l->q->many, why); /* more may take its time */
            if (st == OK && !l->ended)
                st = reader_read(&l->q->a->in, l->block, sizeof l->block, &l->len, why);
            if (st != OK)
                return st;
            l->at = 0;
            if (l->ended || l->len == 0) {
                l->ended = true;
                l->len = 0;
                *ret_more = line->len > 0;
                return OK;
            }
        }
        slice rest = slice_of(l->block + l->at, l->len - l->at);
        size_t end = slice_find_byte(rest, '\n', 0), take = end == SIZE_MAX ? rest.len : end;
        size_t room = LINE_MAX_BYTES - line->len;
        buf_put(line, slice_sub(rest, 0, take < room ? take : room));
        l->at += take + (end != SIZE_MAX);
        if (end != SIZE_MAX) {
            *ret_more = true;
            return OK;
        }
    }
}

static status ask_lines(asking *q, err *why)
{
    buf line;
    bool more = true;
    lines *l = calloc(1, sizeof *l);
    if (!l)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    l->q = q;
    buf_init(&line, LINE_MAX_BYTES + 1);
    status st = OK;
    while (st == OK && (st = next_line(l, &line, &more, why)) == OK && more) {
        slice value = slice_trim(buf_slice(&line));
        if (value.len)
            st = asking_many_add(q->many, value, KIND_NONE, why);
    }
    buf_done(&line);
    free(l);
    return st;
}

static status ask_input(asking *q, err *why)
{
    if (!option_bool(q->a->options, OPT_ASK_EXTRACT))
        return ask_lines(q, why);
    buf text;
    buf_init(&text, TEXT_MAX_BYTES);
    status st = read_all(q->a, &text, why);
    if (st == OK)
        st = ask_text(q, buf_slice(&text), why);
    buf_done(&text);
    return st;
}

/* --- the whole ------------------------------------------------------------------------------ */

static status ask_all(asking *q, err *why)
{
    app *a = q->a;
    bool extract = option_bool(a->options, OPT_ASK_EXTRACT);
    status st = OK;
    for (size_t i = 0; st == OK && i < a->operand_count; i++) {
        slice value = a->operands[i];
        if (slice_eq(value, S("-")))
            st = ask_input(q, why);
        else
            st =
                extract ? ask_text(q, value, why) : asking_many_add(q->many, value, KIND_NONE, why);
    }
    if (st == OK)
        st = asking_many_flush(q->many, why);
    if (st == OK && asking_many_known(q->many) == 0)
        app_exit(a, 1);
    return st;
}

status cmd_ask(app *a, err *why)
{
    store *s;
    asking q = {.a = a, .seen = calloc(SEEN_SLOTS, sizeof *q.seen)};
    const ask_options how = {.all = asking_all(a), .seen_at = asking_seen(a)};
    status st =
        q.seen ? app_store(a, &s, why) : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    if (st == OK)
        st = asking_many_new(a, s, &how, &q.many, why);
    if (st == OK)
        st = ask_all(&q, why);
    asking_many_free(q.many);
    free(q.seen);
    return st;
}
