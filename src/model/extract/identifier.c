/* identifier.c - CVE, ATT&CK and other ids that lists give to things. */
#include "model/extract/scan.h"

#include "model/bytes.h"

/* A pattern: the word in front of the digits, and what has to follow. */
typedef struct pattern {
    slice word;
    enum { SEP_NONE, SEP_MAY, SEP_MUST } sep; /* between the word and the digits */
    bool upper; /* in running text only in capitals: one letter and four digits are common */
    kind kind;
    size_t digits_min, digits_max;
    unsigned lowest, highest; /* of the number, 0 and 0: any */
    enum { TAIL_NONE, TAIL_CVE, TAIL_SUB, TAIL_YEAR, TAIL_MS, TAIL_CNNVD } tail;
    slice spelt; /* front of the canonical spelling */
} pattern;

static const pattern patterns[] = {
    {S_INIT("cve"), SEP_MAY, false, KIND_VULNERABILITY, 4, 4, 1990, 2099, TAIL_CVE, S_INIT("CVE-")},
    {S_INIT("t"), SEP_NONE, false, KIND_TECHNIQUE, 4, 4, 800, 1999, TAIL_SUB, S_INIT("T")},
    {S_INIT("ta"), SEP_NONE, false, KIND_TACTIC, 4, 4, 1, 299, TAIL_NONE, S_INIT("TA")},
    {S_INIT("g"), SEP_NONE, true, KIND_ACTOR, 4, 4, 1, 1999, TAIL_NONE, S_INIT("G")},
    {S_INIT("s"), SEP_NONE, true, KIND_MALWARE, 4, 4, 1, 1999, TAIL_NONE, S_INIT("S")},
    {S_INIT("m"), SEP_NONE, true, KIND_MITIGATION, 4, 4, 800, 1099, TAIL_NONE, S_INIT("M")},
    {S_INIT("c"), SEP_NONE, true, KIND_CAMPAIGN, 4, 4, 1, 199, TAIL_NONE, S_INIT("C")},
    {S_INIT("ds"), SEP_NONE, true, KIND_DATA_SOURCE, 4, 4, 1, 99, TAIL_NONE, S_INIT("DS")},
    {S_INIT("dc"), SEP_NONE, true, KIND_DATA_SOURCE, 4, 4, 1, 199, TAIL_NONE, S_INIT("DC")},
    {S_INIT("det"), SEP_NONE, true, KIND_DETECTION_RULE, 4, 4, 0, 0, TAIL_NONE, S_INIT("DET")},
    {S_INIT("cwe"), SEP_MUST, false, KIND_OTHER, 1, 5, 1, 99999, TAIL_NONE, S_INIT("CWE-")},
    {S_INIT("capec"), SEP_MUST, false, KIND_TECHNIQUE, 1, 4, 1, 9999, TAIL_NONE, S_INIT("CAPEC-")},
    {S_INIT("kb"), SEP_MAY, false, KIND_MITIGATION, 6, 7, 0, 0, TAIL_NONE, S_INIT("KB")},
    {S_INIT("ms"), SEP_NONE, false, KIND_VULNERABILITY, 2, 2, 0, 0, TAIL_MS, S_INIT("MS")},
    {S_INIT("zdi"), SEP_MUST, false, KIND_VULNERABILITY, 2, 2, 0, 0, TAIL_YEAR, S_INIT("ZDI-")},
    {S_INIT("jvndb"), SEP_MUST, false, KIND_VULNERABILITY, 4, 4, 1990, 2099, TAIL_YEAR,
     S_INIT("JVNDB-")},
    {S_INIT("jvnvu"), SEP_MUST, false, KIND_VULNERABILITY, 8, 8, 0, 0, TAIL_NONE, S_INIT("JVNVU#")},
    {S_INIT("jvn"), SEP_MUST, false, KIND_VULNERABILITY, 8, 8, 0, 0, TAIL_NONE, S_INIT("JVN#")},
    {S_INIT("cnvd"), SEP_MUST, false, KIND_VULNERABILITY, 4, 4, 1990, 2099, TAIL_YEAR,
     S_INIT("CNVD-")},
    {S_INIT("cnnvd"), SEP_MUST, false, KIND_VULNERABILITY, 6, 6, 0, 0, TAIL_CNNVD,
     S_INIT("CNNVD-")},
    {S_INIT("vu"), SEP_MUST, false, KIND_VULNERABILITY, 5, 7, 0, 0, TAIL_NONE, S_INIT("VU#")},
    {S_INIT("edb"), SEP_MUST, false, KIND_OTHER, 3, 6, 0, 0, TAIL_NONE, S_INIT("EDB-")},
};

enum { WORD_MAX = 5 };

/* --- separators ----------------------------------------------------------------------------- */

/* "-", "_", "#", ":", a blank, and the dashes of word processors (U+2010 to U+2015, U+2212). */
static size_t separator_ends(slice t, size_t end)
{
    if (end == 0)
        return 0;
    switch (t.ptr[end - 1]) {
    case '-':
    case '_':
    case '#':
    case ':':
    case ' ': return 1;
    default: break;
    }
    if (end < 3 || (unsigned char)t.ptr[end - 3] != 0xe2)
        return 0;
    slice three = slice_sub(t, end - 3, end);
    unsigned char last = (unsigned char)three.ptr[2];
    return (slice_starts(three, S("\xe2\x80")) && last >= 0x90 && last <= 0x95) ||
                   slice_eq(three, S("\xe2\x88\x92"))
               ? 3
               : 0;
}

static size_t separator_begins(slice t, size_t i)
{
    if (i >= t.len)
        return 0;
    if (t.ptr[i] == '-' || t.ptr[i] == '_')
        return 1;
    return i + 3 <= t.len && (unsigned char)t.ptr[i] == 0xe2 ? separator_ends(t, i + 3) : 0;
}

static size_t digits_from(slice t, size_t i)
{
    size_t end = i;
    while (end < t.len && is_digit(t.ptr[end]) && end - i < 24)
        end++;
    return end;
}

static bool word_char(slice t, size_t i)
{
    return i < t.len && (is_alnum(t.ptr[i]) || t.ptr[i] == '_');
}

/* --- what follows the digits ---------------------------------------------------------------- */

static void spell(identifier *id, slice s)
{
    if (s.len > sizeof id->text - id->len)
        return;
    memcpy(id->text + id->len, s.ptr, s.len);
    id->len += s.len;
}

/* "-44228" behind a year or month; the number keeps zeros in front only up to `keep` digits. */
static bool tail_number(slice t, size_t *i, size_t min, size_t max, size_t keep, identifier *id)
{
    size_t sep = separator_begins(t, *i);
    size_t from = *i + sep, end = digits_from(t, from);
    if (!sep || end - from < min || end - from > max)
        return false;
    while (end - from > keep && t.ptr[from] == '0')
        from++;
    spell(id, S("-"));
    spell(id, slice_sub(t, from, end));
    *i = end;
    return true;
}

/* ".001" of a technique; other numbers behind the dot make it none. */
static bool tail_sub(slice t, size_t *i, identifier *id)
{
    if (*i + 1 >= t.len || t.ptr[*i] != '.' || !is_digit(t.ptr[*i + 1]))
        return true;
    size_t end = digits_from(t, *i + 1);
    if (end - *i != 4)
        return false;
    spell(id, slice_sub(t, *i, end));
    *i = end;
    return true;
}

static bool read_tail(const pattern *p, slice t, size_t *i, identifier *id)
{
    switch (p->tail) {
    case TAIL_CVE: return tail_number(t, i, 4, 19, 4, id);
    case TAIL_SUB: return tail_sub(t, i, id);
    case TAIL_YEAR: return tail_number(t, i, 3, 8, 8, id);
    case TAIL_MS: return tail_number(t, i, 3, 3, 3, id);
    case TAIL_CNNVD: return tail_number(t, i, 3, 5, 5, id);
    case TAIL_NONE: break;
    }
    return true;
}

/* --- the whole ------------------------------------------------------------------------------ */

static const pattern *pattern_of(slice word)
{
    char first = to_lower(word.ptr[0]);
    for (size_t i = 0; i < COUNT_OF(patterns); i++)
        if (patterns[i].word.ptr[0] == first && slice_eq_nocase(patterns[i].word, word))
            return &patterns[i];
    return NULL;
}

static bool all_upper(slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != to_upper(s.ptr[i]))
            return false;
    return true;
}

/* D3FEND: "D3-DNSDL", the 3 at `digit`. */
static bool d3fend_at(slice t, size_t digit, identifier *ret)
{
    size_t i = digit + 2, end = i;
    if (digit < 1 || t.ptr[digit - 1] != 'D' || t.ptr[digit] != '3' ||
        (digit >= 2 && word_char(t, digit - 2)) || i >= t.len || t.ptr[i - 1] != '-')
        return false;
    while (end < t.len && t.ptr[end] >= 'A' && t.ptr[end] <= 'Z')
        end++;
    if (end - i < 2 || end - i > 6 || word_char(t, end))
        return false;
    *ret = (identifier){.from = digit - 1, .to = end, .kind = KIND_MITIGATION};
    spell(ret, slice_sub(t, digit - 1, end));
    return true;
}

/* MITRE ATLAS: "AML.T0051.000", the first 0 at `digit`. */
static bool atlas_at(slice t, size_t digit, identifier *ret)
{
    size_t i = digits_from(t, digit);
    if (digit < 5 || !slice_eq_nocase(slice_sub(t, digit - 5, digit), S("AML.T")) ||
        (digit >= 6 && word_char(t, digit - 6)) || i - digit != 4)
        return false;
    *ret = (identifier){.from = digit - 5, .kind = KIND_TECHNIQUE};
    spell(ret, S("AML.T"));
    spell(ret, slice_sub(t, digit, i));
    if (!tail_sub(t, &i, ret) || word_char(t, i))
        return false;
    ret->to = i;
    return true;
}

/* The letters in front of the separators in front of the digits; "EDB-ID: 1" means EDB. */
static slice word_before(slice t, size_t end)
{
    size_t from = end;
    while (from > 0 && end - from <= WORD_MAX && is_alpha(t.ptr[from - 1]))
        from--;
    slice word = slice_sub(t, from, end);
    if (slice_eq_nocase(word, S("id")) && from >= 4 &&
        slice_eq_nocase(slice_sub(t, from - 4, from), S("EDB-")))
        return slice_sub(t, from - 4, from - 1);
    return word;
}

bool identifier_at(slice t, size_t digit, identifier *ret)
{
    size_t word_end = digit, seps = 0;
    if (d3fend_at(t, digit, ret) || atlas_at(t, digit, ret))
        return true;
    for (size_t n; seps < 2 && (n = separator_ends(t, word_end)) != 0; seps++)
        word_end -= n;
    slice word = word_before(t, word_end);
    const pattern *p = word.len && word.len <= WORD_MAX ? pattern_of(word) : NULL;
    if (!p || (p->sep == SEP_NONE && seps) || (p->sep == SEP_MUST && !seps) ||
        (p->upper && !all_upper(word)))
        return false;
    identifier id = {.from = (size_t)(word.ptr - t.ptr), .kind = p->kind};
    size_t end = digits_from(t, digit), count = end - digit;
    uint64_t n = 0;
    if ((id.from > 0 && word_char(t, id.from - 1)) || count < p->digits_min ||
        count > p->digits_max || !slice_u64(slice_sub(t, digit, end), &n) ||
        (p->highest && (n < p->lowest || n > p->highest)))
        return false;
    spell(&id, p->spelt);
    spell(&id, slice_sub(t, digit, end));
    if (!read_tail(p, t, &end, &id) || word_char(t, end))
        return false;
    id.to = end;
    *ret = id;
    return true;
}

/* GitHub: three groups of four out of an alphabet without vowels and look-alikes. */
bool ghsa_at(slice t, size_t from, identifier *ret)
{
    if (!slice_starts_nocase(slice_from(t, from), S("GHSA")) || (from && word_char(t, from - 1)))
        return false;
    identifier id = {.from = from, .kind = KIND_VULNERABILITY};
    size_t i = from + 4;
    spell(&id, S("GHSA"));
    for (int group = 0; group < 3; group++) {
        size_t sep = separator_begins(t, i);
        i += sep;
        if (!sep || t.len - i < 4)
            return false;
        spell(&id, S("-"));
        for (int k = 0; k < 4; k++, i++) {
            char c = to_lower(t.ptr[i]);
            if (!c || !strchr("23456789cfghjmpqrvwx", c))
                return false;
            spell(&id, slice_of(&c, 1));
        }
    }
    if (word_char(t, i))
        return false;
    id.to = i;
    *ret = id;
    return true;
}

/* "AS15169", "asn: 15169", "AS 15169" in capitals: "as 15169 people" is prose. */
static bool take_asn(scan *s, size_t digit)
{
    size_t end = digits_from(s->t, digit), seps = 0, word_end = digit;
    for (size_t n; seps < 2 && (n = separator_ends(s->t, word_end)) != 0; seps++)
        word_end -= n;
    slice word = word_before(s->t, word_end);
    bool asn = slice_eq_nocase(word, S("ASN"));
    size_t from = (size_t)(word.ptr - s->t.ptr);
    if ((!asn && !slice_eq(word, S("AS")) && !(seps == 0 && slice_eq_nocase(word, S("as")))) ||
        (!asn && seps > 1) || (from > 0 && word_char(s->t, from - 1)))
        return false;
    if (at(s, end) == '.' && is_digit(at(s, end + 1)))
        end = digits_from(s->t, end + 1);
    return !word_char(s->t, end) && !(at(s, end) == '.' && word_char(s->t, end + 1)) &&
           scan_take(s, from, end, KIND_ASN);
}

/* A letter in front of the digits, or in front of the separators in front of them. Times, amounts
 * and addresses have none, and they are most of the numbers there are. */
static bool letter_in_front(slice t, size_t digit)
{
    size_t end = digit;
    for (size_t n, seps = 0; seps < 2 && (n = separator_ends(t, end)) != 0; seps++)
        end -= n;
    return end > 0 && is_alpha(t.ptr[end - 1]);
}

void find_identifiers(scan *s)
{
    identifier id;
    for (size_t i = bytes_bit(s->digit, s->t.len, 0); i < s->t.len;) {
        size_t end = digits_from(s->t, i);
        bool may_be = !s->taken[i] && letter_in_front(s->t, i);
        if (may_be && identifier_at(s->t, i, &id) && scan_free(s, id.from, id.to)) {
            scan_found_identifier(s, id.from, id.to, id.kind, slice_of(id.text, id.len));
            end = id.to > end ? id.to : end;
        } else if (may_be) {
            take_asn(s, i);
        }
        while (end < s->t.len && is_digit(s->t.ptr[end]))
            end++;
        i = bytes_bit(s->digit, s->t.len, end);
    }
}

status identifier_parse(slice text, arena *a, kind *ret_kind, slice *ret, err *why)
{
    identifier id;
    plain p;
    char quoted[ERR_QUOTE_MAX];
    if (text.len > 256)
        return err_set(why, ERR_INPUT, 256, "no identifier is that long");
    if (text.len && is_digit(text.ptr[0])) /* as addresses do, and half of all digests */
        return err_set(why, ERR_INPUT, 0, "no identifier begins with a digit");
    status st = refang(a, text, 0, &p, why);
    if (st != OK)
        return st;
    slice t = slice_trim(p.text);
    size_t digit = 0;
    while (digit < t.len && !is_digit(t.ptr[digit]))
        digit++;
    char upper[256]; /* "g0007" is nothing in running text, but here it was meant */
    for (size_t i = 0; i < t.len; i++)
        upper[i] = to_upper(t.ptr[i]);
    t = slice_of(upper, t.len);
    bool ok = (digit < t.len && identifier_at(t, digit, &id)) || ghsa_at(t, 0, &id);
    if (!ok || id.from != 0 || id.to != t.len)
        return err_set(why, ERR_INPUT, 0, "\"%s\" is no identifier of a list we know",
                       err_quote(text, quoted));
    if (!arena_copy(a, slice_of(id.text, id.len), ret))
        return ARENA_SPENT(a, why);
    *ret_kind = id.kind;
    return OK;
}
