/* mentions.c - vulnerabilities that a description names: ATT&CK says in the words of a procedure,
 * and nowhere else, which campaign exploited which CVE. See stix.h.
 *
 * Who acts (an actor, a campaign, software, an incident) exploits the vulnerability when the
 * sentence says so; in any other sentence, and for any other thing, it refers to it. A title in a
 * "(Citation: ...)" is no statement about the vulnerability and is passed over. */
#include "format/stix/stix.h"
#include "model/extract.h"

enum { MENTIONS_MAX = 32, SENTENCE_MAX = 600, ID_ROOM = 32 };

static bool acts(kind k)
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

static predicate says(slice text, size_t at, slice sentence)
{
    if (has_word(sentence, "not exploit") || has_word(sentence, "unable to exploit"))
        return PRED_REFERS_TO;
    return has_word(sentence, "exploit") || has_word(sentence, "leverag") || by_means_of(text, at)
               ? PRED_EXPLOITS
               : PRED_REFERS_TO;
}

/* The end of the "(Citation: ...)" that begins here; 0 when none does. */
static size_t citation_end(slice text, size_t at)
{
    if (!slice_starts(slice_from(text, at), S("(Citation:")))
        return 0;
    size_t end = slice_find_byte(text, ')', at);
    return end == SIZE_MAX ? text.len : end + 1;
}

/* The CVE id at `at`, in capitals in the record's memory; empty when there is none. */
static status id_at(stix *x, slice text, size_t at, size_t *length, slice *ret)
{
    size_t end = at + 4;
    kind k = KIND_NONE;
    *ret = S("");
    *length = 4;
    while (end < text.len && end - at < ID_ROOM &&
           (is_digit(text.ptr[end]) || (end == at + 8 && text.ptr[end] == '-')))
        end++;
    slice word = slice_sub(text, at, end), id;
    *length = word.len;
    if (!stix_is_cve(word) || (at > 0 && is_alnum(text.ptr[at - 1])))
        return OK;
    status st = identifier_parse(word, x->a, &k, &id, NULL);
    if (st == ERR_LIMIT)
        return ARENA_SPENT(x->a, x->why);
    if (st == OK && k == KIND_VULNERABILITY)
        *ret = id;
    return OK;
}

static status say_mention(stix *x, node_ref who, slice text, size_t at, slice id)
{
    slice sentence = sentence_at(text, at);
    fact_claim c = stix_claim(x, acts(who.kind) ? says(text, at, sentence) : PRED_REFERS_TO);
    stix_detail d = stix_detail_of(x);
    stix_put_text(&d, "basis", S("text"));
    stix_put_text(&d, "id", x->id);
    status st = stix_detail_end(&d, &c.detail);
    if (st != OK)
        return st;
    c.subject = who;
    c.object = (node_ref){KIND_VULNERABILITY, id};
    c.value = sentence;
    c.origins = x->origins;
    c.origin_count = x->origin_count;
    return stix_say(x, c, S("description source_ref"), -1);
}

static bool known(const slice *list, size_t n, slice id)
{
    for (size_t i = 0; i < n; i++)
        if (slice_eq(list[i], id))
            return true;
    return false;
}

status stix_tell_mentions(stix *x, node_ref who)
{
    slice text = stix_text(x->object, "description"), seen[MENTIONS_MAX];
    size_t n = 0;
    if (!kind_is_entity(who.kind) || who.kind == KIND_VULNERABILITY || x->revoked)
        return OK;
    for (size_t i = 0; i < text.len && n < MENTIONS_MAX;) {
        size_t length = citation_end(text, i);
        slice id = S("");
        if (length) {
            i = length;
            continue;
        }
        if ((text.ptr[i] != 'C' && text.ptr[i] != 'c') ||
            !slice_starts_nocase(slice_from(text, i), S("CVE-"))) {
            i++;
            continue;
        }
        status st = id_at(x, text, i, &length, &id);
        if (st == OK && id.len && !known(seen, n, id)) {
            seen[n++] = id;
            st = say_mention(x, who, text, i, id);
        }
        if (st != OK)
            return st;
        i += length;
    }
    return OK;
}
