/* guess.c - telling a list of indicators from other text: see guess.h.
 * Free prose, source code, rules and logs must not be taken for one: most lines have to be values,
 * and names of files that other formats own are not looked into. */
#include "format/list/guess.h"

#include "format/foreign.h"
#include "format/rows.h"
#include "format/phrase.h"

/* --- the file's name ------------------------------------------------------------------------- */

static void read_name(slice base, list_guess *g)
{
    static const struct {
        slice word, polarity;
    } polarities[] = {
        {S_INIT("whitelist"), S_INIT("benign")},   {S_INIT("allowlist"), S_INIT("benign")},
        {S_INIT("warninglist"), S_INIT("benign")}, {S_INIT("benign"), S_INIT("benign")},
        {S_INIT("legit"), S_INIT("benign")},       {S_INIT("legitimate"), S_INIT("benign")},
        {S_INIT("knowngood"), S_INIT("benign")},   {S_INIT("tranco"), S_INIT("unknown")},
        {S_INIT("majestic"), S_INIT("unknown")},   {S_INIT("umbrella"), S_INIT("unknown")}};
    phrase w;
    size_t dot = slice_find_byte(base, '.', 0);
    base = slice_sub(base, 0, dot);
    list_hint_of(base, &g->hint);
    if (!phrase_cut(base, &w))
        return;
    for (size_t i = 0; i < w.count; i++)
        for (size_t k = 0; k < COUNT_OF(polarities); k++)
            if (slice_eq(w.word[i], polarities[k].word))
                g->polarity = polarities[k].polarity;
    /* LOKI: "the string filename in the file name" makes it a list of patterns */
    for (size_t i = 0; i + 1 < w.count; i++)
        g->regex |= slice_eq(w.word[i], S("filename")) && slice_eq(w.word[i + 1], S("iocs"));
    g->keywords = w.count > 0 && slice_eq(w.word[w.count - 1], S("keywords"));
}

/* The file is called so, and its first line says so, too. */
static bool titled_keywords(slice head)
{
    slice line = slice_trim(slice_sub(head, 0, slice_find_byte(head, '\n', 0)));
    phrase w;
    if (!line.len || line.ptr[0] != '#' || !phrase_cut(line, &w) || !w.count)
        return false;
    return slice_eq(w.word[w.count - 1], S("keywords"));
}

bool list_cut_regex(slice line, slice *ret_regex, int *ret_score, slice *ret_except)
{
    for (size_t i = slice_find_byte(line, ';', 0); i != SIZE_MAX;
         i = slice_find_byte(line, ';', i + 1)) {
        slice rest = slice_from(line, i + 1), score;
        uint64_t n;
        *ret_except = (slice){NULL, 0};
        size_t end = slice_find_byte(rest, ';', 0);
        score = slice_trim(slice_sub(rest, 0, end));
        if (!slice_u64(score, &n) || n > 1000)
            continue;
        if (end != SIZE_MAX)
            *ret_except = slice_trim(slice_from(rest, end + 1));
        *ret_regex = slice_trim(slice_sub(line, 0, i));
        *ret_score = (int)n;
        return ret_regex->len > 0;
    }
    return false;
}

/* --- the text -------------------------------------------------------------------------------- */

typedef struct tally {
    unsigned clear, unread, headings, packages, patterns;
    unsigned weak; /* words and a value among them; a single odd word is nothing to go by */
} tally;

/* "com.example.app": most top-level domains do not stand in front. */
static bool like_package(slice s)
{
    static const slice first[] = {S_INIT("com."), S_INIT("org."), S_INIT("net."), S_INIT("io.")};
    size_t dots = 0;
    for (size_t i = 0; i < s.len; i++)
        dots += s.ptr[i] == '.';
    for (size_t i = 0; i < COUNT_OF(first); i++)
        if (dots >= 2 && slice_starts(s, first[i]))
            return true;
    return false;
}

static status tally_line(arena *a, slice text, list_guess *g, list_hint *hint, tally *t, err *why)
{
    slice regex, except;
    int score;
    list_line l;
    arena_mark mark = arena_here(a);
    status st = list_read_line(a, text, hint, &l, why);
    if (st != OK)
        return st;
    slice s = slice_trim(text);
    if (l.what == LIST_COMMENT) {
        tlp level;
        size_t at = slice_find(l.text, S("TLP"), 0);
        if (at != SIZE_MAX && !g->marked &&
            tlp_parse(slice_trim(slice_from(l.text, at)), &level) == OK) {
            g->marked = true;
            g->marking = (marking){.tlp = level};
        }
    } else if (l.what == LIST_TITLE) {
        list_hint none = {0};
        list_hint_of(l.text, &none);
        t->headings += !none.some; /* of prose, more likely */
        *hint = g->hint;
        list_hint_of(l.text, hint);
    } else if (l.what == LIST_VALUES || l.what == LIST_UNREAD) {
        t->clear += l.what == LIST_VALUES && l.clear;
        t->weak += l.what == LIST_VALUES && !l.clear && slice_find_byte(s, ' ', 0) != SIZE_MAX;
        t->unread += l.what == LIST_UNREAD;
        t->packages += like_package(s);
        t->patterns += list_cut_regex(s, &regex, &score, &except) &&
                       slice_find_byte(regex, '\\', 0) != SIZE_MAX;
    }
    arena_back(a, mark);
    return OK;
}

static status tally_head(arena *a, slice head, bool whole, list_guess *g, tally *t, err *why)
{
    CLEANUP(rows_close)
    rows r = {0};
    memory_reader m;
    reader in = reader_memory(&m, head);
    list_hint hint = g->hint;
    row one;
    bool more = true;
    status st = rows_open(&r, &in, a, 0, 0, why);
    *t = (tally){0};
    while (st == OK && t->clear + t->weak + t->unread < LIST_SAMPLE_MAX &&
           (st = rows_next(&r, &one, &more, why)) == OK && more) {
        bool cut = !whole && one.at + one.raw.len >= head.len;
        if (one.bad)
            t->unread++;
        else if (!cut)
            st = tally_line(a, one.raw, g, &hint, t, why);
    }
    return st;
}

status list_look(arena *a, slice head, bool whole, slice path, list_guess *ret, err *why)
{
    list_guess g = {0};
    tally t;
    slice base = foreign_base(path);
    read_name(base, &g);
    status st = tally_head(a, head, whole, &g, &t, why);
    if (st != OK)
        return st;
    unsigned all = t.clear + t.weak + t.unread + t.headings;
    /* most lines have two dots and begin with com: names of applications */
    if (!g.hint.some && t.packages * 10 >= all * 6 && t.packages > 0) {
        g.hint.some = true;
        g.hint.want = (want){WANT_KIND, KIND_PACKAGE};
    }
    g.regex = g.regex && all > 0 && t.patterns * 2 > all;
    g.keywords = g.keywords && !g.regex && !foreign_name(base) && titled_keywords(head) &&
                 !memchr(head.ptr, 0, head.len);
    if (g.regex || g.keywords)
        g.sure = 60;
    else if (!t.clear || foreign_name(base) || foreign_text(head) || t.clear * 100 < all * 85)
        g.sure = 0;
    else
        g.sure = 60;
    *ret = g;
    return OK;
}
