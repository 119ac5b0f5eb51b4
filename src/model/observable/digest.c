/* digest.c - hashes and fingerprints: known by their shape. */
#include "model/observable/reading.h"

/* Without a branch: whether a digest's next character is a digit or a letter nobody can guess. */
static bool all_hex(slice s)
{
    bool all = true;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        all &= (c - (unsigned)'0' < 10u) | ((c | 0x20u) - (unsigned)'a' < 6u);
    }
    return all;
}

static bool one_digit(slice s)
{
    for (size_t i = 1; i < s.len; i++)
        if (s.ptr[i] != s.ptr[0])
            return false;
    return true;
}

/* The digests of no bytes at all: RFC 1321, FIPS 180-4. */
static bool hash_of_nothing(slice s)
{
    static const slice list[] = {
        S_INIT("d41d8cd98f00b204e9800998ecf8427e"),
        S_INIT("da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        S_INIT("d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f"),
        S_INIT("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        S_INIT("38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da"
               "274edebfe76f65fbd51ad2f14898b95b"),
        S_INIT("cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
               "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"),
    };
    for (size_t i = 0; i < COUNT_OF(list); i++)
        if (slice_eq(s, list[i]))
            return true;
    return false;
}

static const struct shape {
    size_t len;
    kind kind;
    kind also[4];
    size_t also_count;
} shapes[] = {
    {32, KIND_MD5, {KIND_IMPHASH, KIND_JA3, KIND_JA3S, KIND_HASSH}, 4},
    {40, KIND_SHA1, {KIND_CERT_SHA1}, 1},
    {56, KIND_SHA224, {0}, 0},
    {64, KIND_SHA256, {KIND_CERT_SHA256}, 1},
    {96, KIND_SHA384, {0}, 0},
    {128, KIND_SHA512, {0}, 0},
};

static const struct shape *shape_of(size_t len)
{
    for (size_t i = 0; i < COUNT_OF(shapes); i++)
        if (shapes[i].len == len)
            return &shapes[i];
    return NULL;
}

static status take_hex(reading *r, kind k)
{
    r->o.kind = k;
    (void)!scratch_lower(r, r->text, &r->o.value);
    r->o.special = one_digit(r->o.value) || hash_of_nothing(r->o.value);
    return OK;
}

status read_hash(reading *r, err *why)
{
    kind want = r->o.kind;
    const struct shape *s = shape_of(r->text.len);
    if (!s && !why)
        return ERR_INPUT;
    if (!s || (want != KIND_NONE && want != s->kind) || !all_hex(r->text))
        return no_fit(why, 0, r->text, want == KIND_NONE ? "a hash" : kind_name(want));
    for (size_t i = 0; i < s->also_count && want == KIND_NONE; i++)
        r->o.also[r->o.also_count++] = s->also[i];
    return take_hex(r, s->kind);
}

status read_md5_like(reading *r, err *why)
{
    if (r->text.len != 32 || !all_hex(r->text))
        return no_fit(why, 0, r->text, kind_name(r->o.kind));
    return take_hex(r, r->o.kind);
}

status read_jarm(reading *r, err *why)
{
    if (r->text.len != 62 || !all_hex(r->text))
        return no_fit(why, 0, r->text, "a JARM fingerprint");
    status st = take_hex(r, KIND_JARM);
    r->o.special = one_digit(r->o.value); /* all zeros: nothing answered */
    return st;
}

/* Colons and blanks between the bytes are how certificate tools print them. */
static slice without_separators(reading *r)
{
    size_t start = r->used;
    slice s = r->text;
    if (slice_starts_nocase(s, S("0x")))
        s = slice_from(s, 2);
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != ':' && s.ptr[i] != ' ' && s.ptr[i] != '-')
            (void)!scratch_byte(r, to_lower(s.ptr[i]));
    slice out = slice_of(r->scratch + start, r->used - start);
    if (out.len != r->text.len)
        r->o.steps |= STEP_NORMALISE;
    else if (!slice_eq(out, r->text))
        r->o.steps |= STEP_CASE;
    return out;
}

status read_cert_hash(reading *r, err *why)
{
    r->o.value = without_separators(r);
    if (r->o.value.len != (r->o.kind == KIND_CERT_SHA1 ? 40 : 64) || !all_hex(r->o.value))
        return no_fit(why, 0, r->text, kind_name(r->o.kind));
    r->o.special = one_digit(r->o.value) || hash_of_nothing(r->o.value);
    return OK;
}

enum { SERIAL_MAX = 64 }; /* RFC 5280 says 20 bytes; some issuers use more */

/* An even number of digits, no zero byte in front (DER writes one when the first bit is set). */
status read_cert_serial(reading *r, err *why)
{
    slice s = without_separators(r);
    if (s.len == 0 || s.len > SERIAL_MAX || !all_hex(s))
        return no_fit(why, 0, r->text, "a serial number");
    size_t zeros = 0;
    while (zeros + 1 < s.len && s.ptr[zeros] == '0')
        zeros++;
    slice digits = slice_from(s, zeros);
    size_t start = r->used;
    bool odd = digits.len % 2 != 0;
    if ((odd && !scratch_byte(r, '0')) || !scratch_put(r, digits))
        return no_fit(why, 0, r->text, "a serial number");
    r->o.kind = KIND_CERT_SERIAL;
    r->o.value = slice_of(r->scratch + start, r->used - start);
    if (!slice_eq(r->o.value, s))
        r->o.steps |= STEP_NORMALISE;
    return OK;
}

/* --- fuzzy hashes --------------------------------------------------------------------------- */

static bool base64_part(slice s, size_t max)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_alnum(s.ptr[i]) && s.ptr[i] != '+' && s.ptr[i] != '/')
            return false;
    return s.len > 0 && s.len <= max;
}

/* "blocksize:part:part", blocksize 3 * 2^n; a file name behind a comma is cut off. */
status read_ssdeep(reading *r, err *why)
{
    slice s = r->text, size, one;
    uint64_t n;
    size_t comma = slice_find_byte(s, ',', 0);
    if (comma != SIZE_MAX) {
        s = slice_sub(s, 0, comma);
        r->o.steps |= STEP_TRIM;
    }
    slice rest = s;
    bool ok = slice_cut(&rest, ':', &size) && slice_cut(&rest, ':', &one) && rest.ptr;
    if (!ok || size.len > 10 || size.len == 0 || size.ptr[0] == '0' || !slice_u64(size, &n) ||
        n % 3 != 0 || (n / 3 & (n / 3 - 1)) != 0 || !base64_part(one, 64) || !base64_part(rest, 64))
        return no_fit(why, 0, r->text, "an ssdeep hash");
    r->o.kind = KIND_SSDEEP;
    r->o.value = s;
    return OK;
}

/* "T1" and 70 hex digits; version 0 had none in front. Upper case is its canonical form. */
status read_tlsh(reading *r, err *why)
{
    slice s = r->text;
    bool versioned = slice_starts_nocase(s, S("T1"));
    slice digits = versioned ? slice_from(s, 2) : s;
    if (digits.len != 70 || !all_hex(digits))
        return no_fit(why, 0, s, "a TLSH hash");
    size_t start = r->used;
    for (size_t i = 0; i < s.len; i++)
        (void)!scratch_byte(r, to_upper(s.ptr[i]));
    r->o.kind = KIND_TLSH;
    r->o.value = slice_of(r->scratch + start, r->used - start);
    r->o.steps |= slice_eq(r->o.value, s) ? 0u : STEP_CASE;
    return OK;
}

/* JA4: protocol, version, SNI, two counts, ALPN, and two truncated hashes. The published format:
 * github.com/FoxIO-LLC/ja4, technical_details. */
status read_ja4(reading *r, err *why)
{
    slice s = r->text;
    bool ok = s.len == 36 && s.ptr[10] == '_' && s.ptr[23] == '_';
    for (size_t i = 0; ok && i < s.len; i++) {
        char c = to_lower(s.ptr[i]);
        if (i == 0)
            ok = c == 't' || c == 'q' || c == 'd';
        else if (i <= 2)
            ok = is_digit(c) || (i == 1 && (c == 's' || c == 'd'));
        else if (i == 3)
            ok = c == 'd' || c == 'i';
        else if (i <= 7)
            ok = is_digit(c);
        else if (i <= 9)
            ok = is_alnum(c);
        else if (i != 10 && i != 23)
            ok = hex_value(c) >= 0;
    }
    if (!ok)
        return no_fit(why, 0, s, "a JA4 fingerprint");
    r->o.kind = KIND_JA4;
    (void)!scratch_lower(r, s, &r->o.value);
    return OK;
}
