/* line.c - one line of a list: see line.h. */
#include "format/list/line.h"

#include "format/phrase.h"
#include "model/fact.h"

enum { FIELDS_MAX = 12 };

/* --- hints ----------------------------------------------------------------------------------- */

/* Words of file names and titles that the table of kinds in cells.c does not have. */
static const struct {
    slice word;
    want want;
    slice property;
} hints[] = {
    {S_INIT("processes"), {WANT_KIND, KIND_PROCESS}, S_INIT("")},
    {S_INIT("emails"), {WANT_KIND, KIND_EMAIL}, S_INIT("")},
    {S_INIT("senders"), {WANT_KIND, KIND_EMAIL}, S_INIT("")},
    {S_INIT("packages"), {WANT_KIND, KIND_PACKAGE}, S_INIT("")},
    {S_INIT("packagenames"), {WANT_KIND, KIND_PACKAGE}, S_INIT("")},
    {S_INIT("apps"), {WANT_KIND, KIND_PACKAGE}, S_INIT("")},
    {S_INIT("packagecerthashes"), {WANT_KIND, KIND_CERT_SHA256}, S_INIT("")},
    {S_INIT("certhashes"), {WANT_KIND, KIND_CERT_SHA256}, S_INIT("")},
    {S_INIT("files"), {WANT_KIND, KIND_FILENAME}, S_INIT("")},
    {S_INIT("filepaths"), {WANT_KIND, KIND_PATH}, S_INIT("")},
    {S_INIT("paths"), {WANT_KIND, KIND_PATH}, S_INIT("")},
    {S_INIT("mutexes"), {WANT_KIND, KIND_MUTEX}, S_INIT("")},
    {S_INIT("mutants"), {WANT_KIND, KIND_MUTEX}, S_INIT("")},
    {S_INIT("pipes"), {WANT_KIND, KIND_PIPE}, S_INIT("")},
    {S_INIT("useragents"), {WANT_KIND, KIND_USER_AGENT}, S_INIT("")},
    {S_INIT("registrykeys"), {WANT_KIND, KIND_REGISTRY_KEY}, S_INIT("")},
    {S_INIT("wallets"), {WANT_KIND, KIND_CRYPTO_ADDRESS}, S_INIT("")},
    {S_INIT("ipaddresses"), {WANT_NETWORK, KIND_NONE}, S_INIT("")},
    {S_INIT("hostnames"), {WANT_KIND, KIND_DOMAIN}, S_INIT("")},
    {S_INIT("domainnames"), {WANT_KIND, KIND_DOMAIN}, S_INIT("")},
    {S_INIT("sha256s"), {WANT_KIND, KIND_SHA256}, S_INIT("")},
    {S_INIT("md5s"), {WANT_KIND, KIND_MD5}, S_INIT("")},
    {S_INIT("sha1s"), {WANT_KIND, KIND_SHA1}, S_INIT("")},
    {S_INIT("androidproperties"), {WANT_KIND, KIND_PROPERTY}, S_INIT("android-property")},
    {S_INIT("configprofiles"), {WANT_KIND, KIND_PROPERTY}, S_INIT("configuration-profile")},
    {S_INIT("services"), {WANT_KIND, KIND_PROPERTY}, S_INIT("service-name")},
    {S_INIT("servicenames"), {WANT_KIND, KIND_PROPERTY}, S_INIT("service-name")},
};

static bool hint_word(slice word, list_hint *ret)
{
    for (size_t i = 0; i < COUNT_OF(hints); i++)
        if (slice_eq(word, hints[i].word)) {
            ret->want = hints[i].want;
            ret->property = hints[i].property;
            return true;
        }
    ret->property = (slice){NULL, 0};
    return want_by_word(word, &ret->want);
}

void list_hint_of(slice text, list_hint *ret)
{
    phrase w;
    list_hint h = {0};
    slice use;
    if (!phrase_cut(text, &w) || !w.count)
        return;
    h.some = hint_word(w.joined, &h);
    /* "delivery_doc_hashes", "c2_ips": the last words decide */
    for (size_t n = w.count; !h.some && n > 1; n--) {
        const slice *first = &w.word[w.count - n + 1];
        size_t before = (size_t)(first->ptr - w.text);
        h.some = hint_word(slice_from(w.joined, before), &h);
    }
    for (size_t i = 0; i < w.count; i++)
        if (phrase_use(w.word[i], &use))
            h.use = use; /* a view of a const table */
    if (h.some || h.use.len) {
        if (!h.use.len)
            h.use = ret->use;
        *ret = h;
    }
}

/* --- pieces of a line ------------------------------------------------------------------------ */

static slice strip(slice s)
{
    static const slice bullets[] = {S_INIT("- "), S_INIT("* "), S_INIT("\xe2\x80\xa2"),
                                    S_INIT("+ "), S_INIT("> ")};
    s = slice_trim(s);
    for (size_t i = 0; i < COUNT_OF(bullets); i++)
        if (slice_starts(s, bullets[i]))
            s = slice_trim(slice_from(s, bullets[i].len));
    if (s.len > 1 && (s.ptr[s.len - 1] == ',' || s.ptr[s.len - 1] == ';'))
        s = slice_trim(slice_sub(s, 0, s.len - 1));
    return s;
}

static bool only(slice s, const char *set)
{
    for (size_t i = 0; i < s.len; i++)
        if (!s.ptr[i] || !strchr(set, s.ptr[i]))
            return false;
    return true;
}

/* "# x", "// x", "; x", or a rule of dashes. */
static bool is_comment(slice s, slice *ret)
{
    if (s.ptr[0] == '#' || s.ptr[0] == ';' || s.ptr[0] == '!') {
        size_t n = 0;
        while (n < s.len && strchr("#;!-= ", s.ptr[n]) && s.ptr[n])
            n++;
        *ret = slice_trim(slice_from(s, n));
        return true;
    }
    if (slice_starts(s, S("//"))) {
        *ret = slice_trim(slice_from(s, 2));
        return true;
    }
    *ret = (slice){NULL, 0};
    return s.len > 2 && only(s, "-=_*~# ");
}

/* "SHA256 HASHES:", "[domains]", "Domain": a line that names what follows. */
static bool is_title(slice s, slice *ret)
{
    want w;
    bool marked = false;
    if (s.len > 100)
        return false;
    if (s.len > 2 && s.ptr[0] == '[' && s.ptr[s.len - 1] == ']' &&
        slice_find_byte(s, '.', 0) == SIZE_MAX && slice_find_byte(s, ':', 0) == SIZE_MAX) {
        s = slice_trim(slice_sub(s, 1, s.len - 1));
        marked = true;
    }
    while (s.len && (s.ptr[s.len - 1] == ':' || s.ptr[s.len - 1] == '=')) {
        s = slice_trim(slice_sub(s, 0, s.len - 1));
        marked = true;
    }
    list_hint h = {0};
    if (!marked && s.len <= 40 && slice_find_byte(s, '.', 0) == SIZE_MAX) {
        phrase cut;
        marked = want_by_word(s, &w) ||
                 (phrase_cut(s, &cut) && hint_word(cut.joined, &h) && is_alpha(s.ptr[0]));
    }
    if (!marked || !s.len)
        return false;
    *ret = s;
    return true;
}

/* A comment behind the value, set off by a blank: "1.2.3.4 # x", "1.2.3.4 // x". */
static slice cut_comment(slice *s)
{
    for (size_t i = 1; i < s->len; i++) {
        if (!is_space(s->ptr[i - 1]))
            continue;
        bool hash = s->ptr[i] == '#';
        bool slashes = s->ptr[i] == '/' && i + 1 < s->len && s->ptr[i + 1] == '/';
        if (!hash && !slashes)
            continue;
        slice comment = slice_trim(slice_from(*s, i + (hash ? 1 : 2)));
        *s = slice_trim(slice_sub(*s, 0, i));
        return comment;
    }
    return (slice){NULL, 0};
}

/* The line begins with a digest and goes on with something else: how long the digest is; else 0. */
static size_t hash_length(slice s)
{
    size_t n = 0;
    while (n < s.len && hex_value(s.ptr[n]) >= 0)
        n++;
    return fact_digest_kind(n) != KIND_NONE && n < s.len && !is_alnum(s.ptr[n]) &&
                   (unsigned char)s.ptr[n] < 0x80
               ? n
               : 0;
}

/* Length of a divider at `i`, 0 when there is none. Blanks around it are part of it. */
static size_t divider(slice s, size_t i)
{
    char c = s.ptr[i];
    if (c == '\t' || c == ';' || c == '|')
        return 1;
    if (c == ',' &&
        (i + 1 == s.len || !is_digit(s.ptr[i + 1]) || i == 0 || !is_digit(s.ptr[i - 1])))
        return 1;
    if (c == ':' && i > 0 && i == hash_length(s)) /* "hash:label" */
        return 1;
    if (c != ' ')
        return 0;
    slice rest = slice_from(s, i);
    static const slice wide[] = {S_INIT(" -- "),           S_INIT(" : "),  S_INIT(" - "),
                                 S_INIT(" => "),           S_INIT(" -> "), S_INIT(" \xe2\x80\x93 "),
                                 S_INIT(" \xe2\x80\x94 "), S_INIT("  ")};
    for (size_t k = 0; k < COUNT_OF(wide); k++)
        if (slice_starts(rest, wide[k]))
            return wide[k].len;
    return 0;
}

/* Cuts at dividers; the last field takes what is left when there are too many. before[i] is the
 * first byte of the divider in front of out[i]. */
static size_t cut_fields(slice s, slice out[FIELDS_MAX], char before[FIELDS_MAX])
{
    char last = 0;
    size_t n = 0, start = 0, i = 0;
    while (i < s.len) {
        size_t d = n + 1 < FIELDS_MAX ? divider(s, i) : 0;
        if (!d) {
            i++;
            continue;
        }
        slice f = slice_trim(slice_sub(s, start, i));
        if (f.len) {
            before[n] = last;
            out[n++] = f;
        }
        last = s.ptr[i];
        i += d;
        start = i;
    }
    slice f = slice_trim(slice_from(s, start));
    if (f.len) {
        before[n] = last;
        out[n++] = f;
    }
    return n;
}

/* --- values ---------------------------------------------------------------------------------- */

static bool holds_anything(const list_hint *h)
{
    return h->some && h->want.class == WANT_KIND &&
           (h->want.kind == KIND_PROCESS || h->want.kind == KIND_PACKAGE ||
            h->want.kind == KIND_FILENAME || h->want.kind == KIND_MUTEX ||
            h->want.kind == KIND_PATH || h->want.kind == KIND_PIPE ||
            h->want.kind == KIND_USER_AGENT || h->want.kind == KIND_PROPERTY);
}

/* Shapes that no name of a file, a process or a package has. */
static bool unlike_a_name(const observable *o)
{
    return kind_is_hash(o->kind) || o->kind == KIND_IPV4 || o->kind == KIND_IPV6 ||
           o->kind == KIND_CIDR || o->kind == KIND_URL || o->kind == KIND_REGISTRY_KEY;
}

/* One value: as the hint wants it, else by its shape. */
static status value(arena *a, slice s, const list_hint *h, observable *ret, err *why)
{
    status st;
    if (holds_anything(h)) {
        st = cell_observable(a, s, (want){WANT_ANY, KIND_NONE}, ret, why);
        if (st == ERR_LIMIT || (st == OK && unlike_a_name(ret)))
            return st;
    }
    if (h->some && h->property.len) {
        slice both = arena_printf(a, "%.*s=%.*s", SLICE_FMT(h->property), SLICE_FMT(s));
        if (!both.ptr)
            return ARENA_SPENT(a, why);
        return cell_observable(a, both, (want){WANT_KIND, KIND_PROPERTY}, ret, why);
    }
    if (h->some && ((st = cell_observable(a, s, h->want, ret, why)) == OK || st == ERR_LIMIT))
        return st;
    st = cell_observable(a, s, (want){WANT_ANY, KIND_NONE}, ret, why);
    /* "hash  file.exe" is no file name, "http://x/y some words" no address */
    if (st == OK && (ret->kind == KIND_FILENAME || ret->kind == KIND_URL) &&
        (slice_find_byte(s, ' ', 0) != SIZE_MAX || slice_find_byte(s, '\t', 0) != SIZE_MAX ||
         hash_length(s)))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a value and words, or only words");
    return st;
}

/* Recognised without doubt: by its shape, or because it is what the hint says. */
static bool is_clear(const observable *o, const list_hint *h)
{
    return cell_is_clear(o) || (h->some && h->want.class == WANT_KIND && h->want.kind == o->kind);
}

static bool is_file_description(const observable *first, const observable *o)
{
    return kind_is_hash(first->kind) && (o->kind == KIND_FILENAME || o->kind == KIND_PATH);
}

static void add_comment(list_line *l, slice line, slice f)
{
    /* fields stand in one line: a comment of several is the stretch from the first to the last */
    if (!l->comment.ptr)
        l->comment = f;
    else if (f.ptr >= l->comment.ptr && f.ptr + f.len <= line.ptr + line.len)
        l->comment = slice_of(l->comment.ptr, (size_t)(f.ptr + f.len - l->comment.ptr));
}

/* A field beside the first value. `divider` stands in front of it: behind a semicolon or a dash are
 * words about the value, and an address among them is that of a report unless it is defanged. */
static status take_field(arena *a, slice line, slice f, char before, const list_hint *h,
                         list_line *l, err *why)
{
    uint64_t n;
    observable o;
    slice name = f;
    bool hash = l->count && kind_is_hash(l->o[0].kind);
    if (slice_u64(f, &n) && n <= 1000000 && l->score < 0) {
        l->score = (int)n;
        return OK;
    }
    if (l->seen == WHEN_NONE && f.len >= 8 && date_read(f, DATE_MONTH_FIRST, &l->seen))
        return OK;
    while (name.len && name.ptr[0] == '*') /* md5sum: binary mode */
        name = slice_from(name, 1);
    status st = ERR_INPUT;
    if (hash && !l->filename.len) {
        st = cell_observable(a, name, (want){WANT_ANY, KIND_NONE}, &o, why);
        if (st == OK && is_file_description(&l->o[0], &o)) {
            l->filename = name;
            return OK;
        }
    }
    if (st != ERR_LIMIT && l->count < LIST_VALUES_MAX)
        st = value(a, name, h, &o, why);
    if (st == ERR_LIMIT)
        return st;
    bool prose = before == ';' || before == ':' || before == ' ' || before == '\xe2' || before == 0;
    if (st == OK && cell_is_clear(&o) && !(holds_anything(h) && o.kind == h->want.kind) &&
        (!prose || kind_is_hash(o.kind) || o.defanged)) {
        l->o[l->count++] = o;
        return OK;
    }
    add_comment(l, line, f);
    return OK;
}

/* What md5sum and its sisters print: the digest, a blank, a blank or an asterisk, the file's name
 * to the end. Two blanks stand in front of words, too: then it must look like a name. */
static status digest_and_file(arena *a, slice line, const list_hint *h, list_line *l, err *why)
{
    size_t n = hash_length(line);
    slice name = slice_from(line, n + 2);
    observable o;
    bool form = n > 0 && line.len > n + 2 && line.ptr[n] == ' ' &&
                (line.ptr[n + 1] == ' ' || line.ptr[n + 1] == '*') && !is_space(name.ptr[0]);
    bool sure = form && (line.ptr[n + 1] == '*' || name.ptr[0] == '/' ||
                         slice_starts(name, S("./")) || slice_starts(name, S("../")));
    if (form && !sure) {
        status st = cell_observable(a, name, (want){WANT_ANY, KIND_NONE}, &o, why);
        if (st == ERR_LIMIT)
            return st;
        sure = st == OK && (o.kind == KIND_FILENAME || o.kind == KIND_PATH);
    }
    if (!sure)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no digest and file");
    status st = value(a, slice_sub(line, 0, n), h, &l->o[0], why);
    if (st != OK)
        return st;
    l->count = 1;
    l->filename = name;
    return OK;
}

/* "abc...  file.exe", "2020-01-02 -- hash -- size", "value;comment;80": some field is the value. */
static status by_fields(arena *a, slice line, const list_hint *h, list_line *l, err *why)
{
    slice f[FIELDS_MAX];
    char before[FIELDS_MAX];
    size_t n = cut_fields(line, f, before), at = 0;
    status st = ERR_INPUT;
    err first = {0};
    if (n < 2)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no value in it");
    for (; at < n && at < 2; at++) {
        st = value(a, f[at], h, &l->o[0], at == 0 ? &first : why);
        if (st == ERR_LIMIT)
            return st;
        if (st == OK && is_clear(&l->o[0], h))
            break;
        /* only a date or a short label may stand in front */
        when t;
        if (!date_read(f[at], DATE_MONTH_FIRST, &t)) {
            if (st == OK)
                break;
            if (why)
                *why = first;
            return st;
        }
        st = ERR_INPUT;
    }
    if (st != OK)
        return st;
    l->count = 1;
    for (size_t i = 0; i < n; i++)
        if (i != at && (st = take_field(a, line, f[i], before[i], h, l, why)) != OK)
            return st;
    return OK;
}

/* "1.2.3.4 some words", "hash file name": the first word is the value. Weaker. */
static status by_first_word(arena *a, slice line, const list_hint *h, list_line *l, err *why)
{
    size_t i = 0;
    while (i < line.len && !is_space(line.ptr[i]))
        i++;
    if (i == line.len)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no value in it");
    status st = value(a, slice_sub(line, 0, i), h, &l->o[0], why);
    if (st != OK)
        return st;
    if (!cell_is_clear(&l->o[0]))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "words, and no clear value");
    l->count = 1;
    l->clear = kind_is_hash(l->o[0].kind); /* prose does not begin with one */
    slice rest = slice_trim(slice_from(line, i));
    /* "0.0.0.0 ads.example": the name is what the hosts file is about */
    bool sink = slice_eq(l->o[0].value, S("0.0.0.0")) || slice_eq(l->o[0].value, S("127.0.0.1")) ||
                slice_eq(l->o[0].value, S("::1")) || slice_eq(l->o[0].value, S("::"));
    observable name;
    if (sink &&
        (st = cell_observable(a, rest, (want){WANT_KIND, KIND_DOMAIN}, &name, NULL)) == OK) {
        l->o[0] = name;
        l->clear = true;
        return OK;
    }
    if (st == ERR_LIMIT)
        return st;
    return take_field(a, line, rest, 0, h, l, why);
}

/* "Emotet:hash": any words, the last colon or comma, a digest. */
static status behind_label(arena *a, slice line, const list_hint *h, list_line *l, err *why)
{
    size_t at = line.len;
    while (at > 0 && is_alnum(line.ptr[at - 1]))
        at--;
    slice digest = slice_from(line, at);
    bool form = at > 1 && strchr(":;,|=\t", line.ptr[at - 1]) && digest.len >= 32 &&
                slice_find(line, S("://"), 0) == SIZE_MAX;
    if (!form)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no value in it");
    status st = value(a, digest, h, &l->o[0], why);
    if (st == OK && !kind_is_hash(l->o[0].kind))
        st = err_set(why, ERR_INPUT, ERR_NOWHERE, "no value in it");
    if (st != OK)
        return st;
    l->count = 1;
    l->comment = slice_trim(slice_sub(line, 0, at - 1));
    return OK;
}

/* "MD5 (file) = hash", as BSD's tools print it; OpenSSL writes "SHA2-256(file)= hash". Whatever
 * stands between the first and the last bracket is the name. */
static status bsd_digest(arena *a, slice line, const list_hint *h, list_line *l, err *why)
{
    size_t open = slice_find_byte(line, '(', 0), close = line.len;
    want w;
    while (close > 0 && line.ptr[close - 1] != ')')
        close--;
    slice rest = slice_trim(slice_from(line, close));
    bool form = open != SIZE_MAX && close > open + 1 && rest.len && rest.ptr[0] == '=';
    slice word = form ? slice_trim(slice_sub(line, 0, open)) : (slice){NULL, 0};
    if (!word.len || !want_by_word(word, &w))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no value in it");
    list_hint own = *h;
    list_hint_of(word, &own);
    status st = value(a, slice_trim(slice_from(rest, 1)), &own, &l->o[0], why);
    if (st == OK && !kind_is_hash(l->o[0].kind))
        st = err_set(why, ERR_INPUT, ERR_NOWHERE, "no digest");
    if (st != OK)
        return st;
    l->count = 1;
    l->filename = slice_sub(line, open + 1, close - 1);
    return OK;
}

/* "SHA256: abc", "C2 = evil.example": a label, a colon or equals sign, the value. */
static status labelled(arena *a, slice line, const list_hint *h, list_line *l, err *why)
{
    enum { LABEL_MAX = 40 };
    for (size_t i = 1; i < line.len && i <= LABEL_MAX; i++) {
        char c = line.ptr[i];
        if (c == '/' || c == '\\')
            break;
        if (c != ':' && c != '=')
            continue;
        slice label = slice_trim(slice_sub(line, 0, i)), rest = slice_trim(slice_from(line, i + 1));
        list_hint own = *h;
        want w;
        if (!want_by_word(label, &w))
            continue;
        list_hint_of(label, &own);
        status st = value(a, rest, &own, &l->o[0], why);
        l->count = st == OK;
        return st;
    }
    return behind_label(a, line, h, l, why);
}

status list_read_line(arena *a, slice line, const list_hint *hint, list_line *ret, err *why)
{
    status (*const shapes[])(arena *, slice, const list_hint *, list_line *,
                             err *) = {digest_and_file, by_fields, labelled, by_first_word};
    list_line l = {.score = -1, .seen = WHEN_NONE};
    err first = {0}, later = {0};
    slice s = slice_trim(line);
    if (!s.len) {
        l.what = LIST_BLANK;
    } else if (is_comment(s, &l.text)) {
        l.what = LIST_COMMENT;
    } else if (is_title(strip(s), &l.text)) {
        l.what = LIST_TITLE;
    } else {
        s = strip(s);
        l.comment = cut_comment(&s);
        slice behind = l.comment;
        status st = bsd_digest(a, s, hint, &l, &first); /* a path in it makes it look like one */
        if (st == ERR_INPUT)
            st = value(a, s, hint, &l.o[0], &first);
        if (st == OK) {
            l.count = 1;
            l.clear =
                cell_is_clear(&l.o[0]) || (holds_anything(hint) && l.o[0].kind == hint->want.kind);
        }
        for (size_t i = 0; i < COUNT_OF(shapes) && st == ERR_INPUT; i++) {
            l = (list_line){.score = -1, .seen = WHEN_NONE, .comment = behind};
            st = shapes[i](a, s, hint, &l, &later);
            if (st == OK && i + 1 < COUNT_OF(shapes))
                l.clear = is_clear(&l.o[0], hint);
        }
        if (st == ERR_LIMIT) {
            if (why)
                *why = later.msg[0] ? later : first;
            return st;
        }
        l.what = st == OK ? LIST_VALUES : LIST_UNREAD;
        if (st != OK && why)
            *why = first;
    }
    *ret = l;
    return OK;
}
