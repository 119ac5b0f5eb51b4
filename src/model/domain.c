/* domain.c - domain names: see domain.h. */
#include "model/domain.h"

#include "base/text.h"

#include <idn2.h>
#include <libpsl.h>

/* --- one spelling --------------------------------------------------------------------------- */

enum { C_BAD, C_LABEL, C_UPPER, C_DOT, C_UNDERSCORE, C_FOREIGN };

static int class_of(unsigned char c)
{
    if (c >= 0x80)
        return C_FOREIGN;
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')
        return C_LABEL;
    if (c >= 'A' && c <= 'Z')
        return C_UPPER;
    return c == '.' ? C_DOT : c == '_' ? C_UNDERSCORE : C_BAD;
}

static bool is_alabel(slice label)
{
    return slice_starts(label, S("xn--"));
}

/* libidn2 says why it refused; that a character is not allowed by IDNA2008 (emoji) or stands in
 * the wrong place is no reason against a name that is in the DNS as an A-label already. */
static bool alabel_decodes(slice label, err *why, size_t at)
{
    char text[DOMAIN_LABEL_MAX + 1];
    uint8_t *out = NULL;
    memcpy(text, label.ptr, label.len);
    text[label.len] = 0;
    int rc = idn2_lookup_u8((const uint8_t *)text, &out, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    idn2_free(out);
    switch (rc) {
    case IDN2_OK:
    case IDN2_DISALLOWED:
    case IDN2_CONTEXTJ:
    case IDN2_CONTEXTJ_NO_RULE:
    case IDN2_CONTEXTO:
    case IDN2_CONTEXTO_NO_RULE:
    case IDN2_UNASSIGNED:
    case IDN2_BIDI:
    case IDN2_LEADING_COMBINING: return true;
    default: break;
    }
    err_set(why, ERR_INPUT, at, "label \"%s\": %s", text, idn2_strerror(rc));
    return false;
}

static status check_label(slice label, size_t at, err *why)
{
    if (label.len == 0)
        return err_set(why, ERR_INPUT, at, "empty label in a domain name");
    if (label.len > DOMAIN_LABEL_MAX)
        return err_set(why, ERR_INPUT, at, "label of %zu bytes in a domain name, at most %d",
                       label.len, DOMAIN_LABEL_MAX);
    if (is_alabel(label) && !alabel_decodes(label, why, at))
        return ERR_INPUT;
    return OK;
}

static bool is_number(slice label)
{
    for (size_t i = 0; i < label.len; i++)
        if (!is_digit(label.ptr[i]))
            return false;
    return label.len > 0;
}

/* `text` is ASCII, or the first byte that is not sets *ret_foreign. */
static status normalise_ascii(slice text, char *out, size_t *ret_len, unsigned *changed,
                              bool *ret_foreign, err *why)
{
    size_t n = 0, start = 0;
    if (text.len > 1 && text.ptr[text.len - 1] == '.') {
        text.len--;
        *changed |= DOMAIN_DOT;
    }
    for (size_t i = 0; i <= text.len; i++) {
        int c = i == text.len ? C_DOT : class_of((unsigned char)text.ptr[i]);
        if (c == C_FOREIGN) {
            *ret_foreign = true;
            return OK;
        }
        if (c == C_BAD)
            return err_set(why, ERR_INPUT, i, "byte 0x%02x in a domain name",
                           (unsigned char)text.ptr[i]);
        if (c == C_DOT) {
            status st = check_label(slice_of(out + start, n - start), i - (n - start), why);
            if (st != OK)
                return st;
            if (i == text.len)
                break;
            start = n + 1;
        }
        if (n >= DOMAIN_MAX)
            return err_set(why, ERR_INPUT, i, "domain name over %d bytes", DOMAIN_MAX);
        *changed |= c == C_UPPER ? DOMAIN_CASE : c == C_UNDERSCORE ? DOMAIN_UNDERSCORE : 0u;
        out[n++] = to_lower(text.ptr[i]);
    }
    if (is_number(slice_of(out + start, n - start)))
        return err_set(why, ERR_INPUT, 0, "the last label of a domain name is a number");
    out[n] = 0;
    *ret_len = n;
    return OK;
}

status domain_normalise(slice text, char out[DOMAIN_TEXT_MAX], size_t *ret_len,
                        unsigned *ret_changed, err *why)
{
    unsigned changed = 0;
    bool foreign = false;
    char name[DOMAIN_TEXT_MAX];
    size_t len = 0;
    status st = normalise_ascii(text, name, &len, &changed, &foreign, why);
    if (st == OK && foreign) {
        char in[DOMAIN_INPUT_MAX + 1];
        uint8_t *mapped = NULL;
        size_t bad = utf8_check(text);
        if (bad != SIZE_MAX)
            return err_set(why, ERR_INPUT, bad, "domain name is not UTF-8");
        if (text.len > DOMAIN_INPUT_MAX)
            return err_set(why, ERR_LIMIT, 0, "domain name over %d bytes", DOMAIN_INPUT_MAX);
        if (memchr(text.ptr, 0, text.len))
            return err_set(why, ERR_INPUT, 0, "NUL in a domain name");
        memcpy(in, text.ptr, text.len);
        in[text.len] = 0;
        int rc =
            idn2_lookup_u8((const uint8_t *)in, &mapped, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
        if (rc == IDN2_MALLOC)
            return err_set(why, ERR_LIMIT, 0, "no memory left");
        if (rc != IDN2_OK)
            return err_set(why, ERR_INPUT, 0, "domain name: %s", idn2_strerror(rc));
        slice ascii = slice_str((const char *)mapped);
        changed = slice_find(ascii, S("xn--"), 0) == SIZE_MAX ? DOMAIN_WIDTH : DOMAIN_IDNA;
        for (size_t i = 0; i < text.len; i++)
            changed |= text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? DOMAIN_CASE : 0u;
        foreign = false;
        st = normalise_ascii(ascii, name, &len, &changed, &foreign, why);
        idn2_free(mapped);
        if (st != OK && why)
            why->at = 0; /* its offset is one of the mapped name */
        if (st == OK && foreign)
            return err_set(why, ERR_INPUT, 0, "domain name cannot be written in A-labels");
    }
    if (st != OK)
        return st;
    memcpy(out, name, len + 1);
    *ret_len = len;
    *ret_changed = changed;
    return OK;
}

/* --- the public suffix list ----------------------------------------------------------------- */

/* libpsl wants a NUL behind the name. */
typedef struct name_z {
    char text[DOMAIN_TEXT_MAX];
} name_z;

static bool with_nul(slice name, name_z *ret)
{
    if (name.len == 0 || name.len > DOMAIN_MAX)
        return false;
    memcpy(ret->text, name.ptr, name.len);
    ret->text[name.len] = 0;
    return true;
}

static size_t last_label(slice name)
{
    size_t i = name.len;
    while (i > 0 && name.ptr[i - 1] != '.')
        i--;
    return i;
}

/* From the whole name, which begins at `at` of `z`, to its parents: the first public suffix is the
 * longest. */
static slice longest(const name_z *z, slice name, size_t at, int type)
{
    for (;;) {
        size_t dot = slice_find_byte(name, '.', at);
        if (dot == SIZE_MAX || psl_is_public_suffix2(psl_builtin(), z->text + at, type))
            return slice_from(name, at);
        at = dot + 1;
    }
}

static slice suffix_of(slice name, int type)
{
    name_z z;
    return with_nul(name, &z) ? longest(&z, name, 0, type) : slice_from(name, name.len);
}

static size_t place_of(slice name)
{
    uint64_t h = 0xcbf29ce484222325u; /* FNV-1a: a bad one costs a question */
    for (size_t i = 0; i < name.len; i++)
        h = (h ^ (unsigned char)name.ptr[i]) * 0x100000001b3u;
    return (size_t)(h >> 32) % DOMAIN_MEMO;
}

/* Of the name above another one, which begins at `at` of `z`. */
static slice suffix_above(domain_memo *m, const name_z *z, slice name, size_t at)
{
    slice up = slice_from(name, at);
    if (up.len > DOMAIN_MEMO_TEXT)
        return longest(z, name, at, PSL_TYPE_ANY);
    size_t i = place_of(up), other = i ^ 1;
    if (slice_eq(slice_of(m->at[other].text, m->at[other].len), up))
        i = other;
    if (!slice_eq(slice_of(m->at[i].text, m->at[i].len), up)) {
        m->at[other] = m->at[i]; /* of the two that share a place the one asked longer ago goes */
        m->at[i].suffix = (uint8_t)longest(z, name, at, PSL_TYPE_ANY).len;
        m->at[i].len = (uint8_t)up.len;
        memcpy(m->at[i].text, up.ptr, up.len);
    }
    return slice_from(name, name.len - m->at[i].suffix);
}

slice domain_suffix_by(domain_memo *m, slice name)
{
    name_z z;
    if (!m || !with_nul(name, &z))
        return suffix_of(name, PSL_TYPE_ANY);
    if (slice_eq(slice_of(m->last, m->last_len), name))
        return slice_from(name, name.len - m->last_suffix);
    size_t dot = slice_find_byte(name, '.', 0);
    slice suffix = dot == SIZE_MAX || psl_is_public_suffix2(psl_builtin(), z.text, PSL_TYPE_ANY)
                       ? name
                       : suffix_above(m, &z, name, dot + 1);
    m->last_suffix = (uint8_t)suffix.len;
    m->last_len = (uint8_t)name.len;
    memcpy(m->last, name.ptr, name.len);
    return suffix;
}

static slice above(slice name, slice suffix)
{
    if (suffix.len + 1 >= name.len)
        return slice_from(name, name.len);
    size_t end = name.len - suffix.len - 1; /* the dot in front of the suffix */
    size_t at = last_label(slice_sub(name, 0, end));
    return slice_from(name, at);
}

slice domain_suffix(slice name)
{
    return suffix_of(name, PSL_TYPE_ANY);
}

slice domain_registrable(slice name)
{
    return above(name, suffix_of(name, PSL_TYPE_ANY));
}

slice domain_registrable_by(domain_memo *m, slice name)
{
    return above(name, domain_suffix_by(m, name));
}

slice domain_registrable_icann(slice name)
{
    return above(name, suffix_of(name, PSL_TYPE_ICANN));
}

/* The two-letter domains of countries, a bit for the second letter in the word of the first: asked
 * for every name, and ten times faster than the list. domain_test holds it to the list. */
static const uint32_t countries[26] = {
    0x2df597c, 0x36e73fb, 0x3f27ded, 0x2005610, 0x01e0054, 0x0025700, 0x15fb9fb,
    0x01a3400, 0x00f7818, 0x000d010, 0x342b1d0, 0x13e0507, 0x3fffcdd, 0x212c975,
    0x0001000, 0x14e3cf1, 0x0000001, 0x0544010, 0x3be7fdf, 0x26a7eec, 0x3040441,
    0x0102155, 0x0040020, 0x0000000, 0x0080010, 0x0401001,
};

static bool common_tld(slice tld)
{
    static const slice list[] = {S_INIT("com"),  S_INIT("net"),  S_INIT("org"),  S_INIT("xyz"),
                                 S_INIT("top"),  S_INIT("info"), S_INIT("site"), S_INIT("online"),
                                 S_INIT("club"), S_INIT("biz"),  S_INIT("shop"), S_INIT("live"),
                                 S_INIT("icu"),  S_INIT("edu"),  S_INIT("gov")};
    if (tld.len == 2) {
        unsigned a = (unsigned char)tld.ptr[0] - 'a', b = (unsigned char)tld.ptr[1] - 'a';
        return a < 26 && b < 26 && countries[a] >> b & 1;
    }
    for (size_t i = 0; i < COUNT_OF(list); i++)
        if (slice_eq(list[i], tld))
            return true;
    return false;
}

bool domain_tld_known(slice name)
{
    name_z z;
    slice tld = slice_from(name, last_label(name));
    return common_tld(tld) ||
           (with_nul(tld, &z) &&
            psl_is_public_suffix2(psl_builtin(), z.text, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE));
}

bool domain_is_suffix(slice name)
{
    name_z z;
    return with_nul(name, &z) &&
           psl_is_public_suffix2(psl_builtin(), z.text, PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE);
}

bool domain_parent(slice *name)
{
    slice owner = domain_registrable(*name);
    size_t dot = slice_find_byte(*name, '.', 0);
    if (dot == SIZE_MAX || owner.len == 0 || name->len - dot - 1 < owner.len)
        return false;
    *name = slice_from(*name, dot + 1);
    return true;
}

/* --- names of special use ------------------------------------------------------------------- */

static bool one_of(slice label, const slice *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (slice_eq(list[i], label))
            return true;
    return false;
}

static bool ends_in(slice name, slice end)
{
    return slice_ends(name, end) &&
           (name.len == end.len || name.ptr[name.len - end.len - 1] == '.');
}

bool domain_is_special(slice name)
{
    static const slice list[] = {S_INIT("localhost"), S_INIT("localdomain"), S_INIT("local"),
                                 S_INIT("internal"), S_INIT("invalid")};
    slice tld = slice_from(name, last_label(name));
    if (slice_eq(tld, S("arpa")))
        return ends_in(name, S("home.arpa")) || ends_in(name, S("in-addr.arpa")) ||
               ends_in(name, S("ip6.arpa"));
    return one_of(tld, list, COUNT_OF(list));
}

bool domain_is_example(slice name)
{
    static const slice list[] = {S_INIT("example"), S_INIT("test")};
    return one_of(slice_from(name, last_label(name)), list, COUNT_OF(list));
}

bool domain_is_alternative(slice name)
{
    static const slice list[] = {S_INIT("onion"), S_INIT("i2p"),  S_INIT("bit"),
                                 S_INIT("lib"),   S_INIT("emc"),  S_INIT("bazar"),
                                 S_INIT("coin"),  S_INIT("loki"), S_INIT("eth")};
    return one_of(slice_from(name, last_label(name)), list, COUNT_OF(list));
}
