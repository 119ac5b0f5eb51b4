/* mention.c - CVE ids in running text, and what the sentence says: see mention.h. */
#include "format/mention.h"

#include "model/extract.h"

enum { SENTENCE_MAX = 600, ID_ROOM = 32 };

bool mention_acts(kind k)
{
    return k == KIND_ACTOR || k == KIND_CAMPAIGN || k == KIND_MALWARE || k == KIND_TOOL ||
           k == KIND_INCIDENT;
}

/* The sentence around `at`: from behind the full stop or line end before it to the one after. */
static slice sentence_at(slice text, size_t at)
{
    size_t from = at, to = at;
    while (from > 0 && at - from < SENTENCE_MAX / 2 && text.ptr[from - 1] != '\n' &&
           !(from > 1 && is_space(text.ptr[from - 1]) && text.ptr[from - 2] == '.'))
        from--;
    while (to < text.len && to - at < SENTENCE_MAX / 2 && text.ptr[to] != '\n' &&
           !(text.ptr[to] == '.' &&
             (to + 1 == text.len || is_space(text.ptr[to + 1]) || text.ptr[to + 1] == '(')))
        to++;
    while (from < at && ((unsigned char)text.ptr[from] & 0xc0) == 0x80)
        from++; /* not in the middle of a character */
    while (to < text.len && ((unsigned char)text.ptr[to] & 0xc0) == 0x80)
        to--;
    return slice_trim(slice_sub(text, from, to));
}

static bool has_word(slice text, const char *word)
{
    slice w = slice_str(word);
    for (size_t i = 0; i + w.len <= text.len; i++)
        if (slice_starts_nocase(slice_from(text, i), w))
            return true;
    return false;
}

/* "used CVE-2017-0213", "via CVE-2024-20359": the word in front. */
static bool by_means_of(slice text, size_t at)
{
    static const slice words[] = {S_INIT("use"),      S_INIT("uses"), S_INIT("used"),
                                  S_INIT("utilized"), S_INIT("via"),  S_INIT("through"),
                                  S_INIT("using")};
    size_t end = at;
    while (end > 0 && is_space(text.ptr[end - 1]))
        end--;
    size_t from = end;
    while (from > 0 && is_alpha(text.ptr[from - 1]))
        from--;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (slice_eq_nocase(slice_sub(text, from, end), words[i]))
            return true;
    return false;
}

static bool speaks_of_use(slice text, size_t at, slice sentence)
{
    if (has_word(sentence, "not exploit") || has_word(sentence, "unable to exploit"))
        return false;
    return has_word(sentence, "exploit") || has_word(sentence, "leverag") || by_means_of(text, at);
}

/* The end of the "(Citation: ...)" that begins here; 0 when none does. */
static size_t citation_end(slice text, size_t at)
{
    if (!slice_starts(slice_from(text, at), S("(Citation:")))
        return 0;
    size_t end = slice_find_byte(text, ')', at);
    return end == SIZE_MAX ? text.len : end + 1;
}

/* The CVE id at `at`, in capitals in the arena; empty when there is none. */
static status id_at(arena *a, slice text, size_t at, size_t *length, slice *ret, err *why)
{
    size_t end = at + 4;
    kind k = KIND_NONE;
    slice id;
    *ret = S("");
    *length = 4;
    while (end < text.len && end - at < ID_ROOM &&
           (is_digit(text.ptr[end]) || (end == at + 8 && text.ptr[end] == '-')))
        end++;
    slice word = slice_sub(text, at, end);
    *length = word.len;
    if (word.len < 13 || word.ptr[8] != '-' || (at > 0 && is_alnum(text.ptr[at - 1])))
        return OK;
    status st = identifier_parse(word, a, &k, &id, NULL);
    if (st == ERR_LIMIT)
        return ARENA_SPENT(a, why);
    if (st == OK && k == KIND_VULNERABILITY)
        *ret = id;
    return OK;
}

static bool known(const mentions *m, slice id)
{
    for (size_t i = 0; i < m->count; i++)
        if (slice_eq(m->id[i], id))
            return true;
    return false;
}

status mention_next(arena *a, mentions *seen, slice text, size_t *at, mention *ret, err *why)
{
    *ret = (mention){.id = S("")};
    while (*at < text.len && seen->count < MENTIONS_MAX) {
        size_t start = *at, length;
        slice id = S("");
        char first = text.ptr[start];
        if (first != '(' && first != 'C' && first != 'c') {
            ++*at;
            continue;
        }
        if ((length = citation_end(text, start))) {
            *at = length;
            continue;
        }
        ++*at;
        if (!slice_starts_nocase(slice_from(text, start), S("CVE-")))
            continue;
        status st = id_at(a, text, start, &length, &id, why);
        if (st != OK)
            return st;
        *at = start + length;
        if (!id.len || known(seen, id))
            continue;
        seen->id[seen->count++] = id;
        ret->id = id;
        ret->sentence = sentence_at(text, start);
        ret->exploits = speaks_of_use(text, start, ret->sentence);
        return OK;
    }
    return OK;
}
