/* other.c - numbers, names and texts that are neither addresses nor hashes nor files. */
#include "model/coin.h"
#include "model/observable/reading.h"

/* --- numbers -------------------------------------------------------------------------------- */

/* Reserved by RFC 1930, 4893, 5398, 6996, 7300, 7607. */
static bool asn_is_special(uint64_t n)
{
    return n == 0 || n == 23456 || (n >= 64496 && n <= 65535) || (n >= 65536 && n <= 65551) ||
           n >= 4200000000;
}

/* "AS15169", "asn 15169", "AS 1.10": "AS" and the number in decimal (RFC 5396 asplain). */
status read_asn(reading *r, err *why)
{
    slice s = r->text, high;
    uint64_t hi = 0, lo = 0;
    if (slice_starts_nocase(s, S("ASN")))
        s = slice_from(s, 3);
    else if (slice_starts_nocase(s, S("AS")))
        s = slice_from(s, 2);
    else if (r->o.kind != KIND_ASN)
        return no_fit(why, 0, s, "an AS number");
    while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '-' || s.ptr[0] == ':' || s.ptr[0] == '#'))
        s = slice_from(s, 1);
    slice rest = s;
    bool dotted = slice_find_byte(s, '.', 0) != SIZE_MAX;
    bool ok = s.len && slice_cut(&rest, '.', &high);
    if (dotted)
        ok = ok && slice_u64(high, &hi) && slice_u64(rest, &lo) && hi <= 65535 && lo <= 65535;
    else
        ok = ok && slice_u64(s, &lo) && lo <= UINT32_MAX;
    if (!ok || s.len > 11)
        return no_fit(why, 0, r->text, "an AS number");
    uint64_t n = hi << 16 | lo;
    r->o.kind = KIND_ASN;
    r->o.value = slice_of(r->scratch, (size_t)snprintf(r->scratch, 16, "AS%u", (unsigned)n));
    r->o.special = asn_is_special(n);
    if (dotted)
        r->o.steps |= STEP_EXPAND;
    else if (!slice_eq(r->o.value, r->text))
        r->o.steps |= slice_eq_nocase(r->o.value, r->text) ? STEP_CASE : STEP_NORMALISE;
    return OK;
}

/* IEEE 802 addresses of 6 or 8 bytes: AA-BB-.., aa:bb:.., aabb.ccdd.eeff, bare when wanted. */
status read_mac(reading *r, err *why)
{
    slice s = r->text;
    char digits[16];
    size_t n = 0, seps = 0;
    char sep = 0;
    size_t group = 0;
    bool ok = true;
    for (size_t i = 0; i < s.len && ok; i++) {
        char c = s.ptr[i];
        if (hex_value(c) >= 0) {
            ok = n < sizeof digits;
            if (ok)
                digits[n++] = to_lower(c);
            group++;
        } else {
            ok = (c == ':' || c == '-' || c == '.') && (!sep || c == sep) &&
                 group == (c == '.' ? 4u : 2u);
            sep = c;
            seps++;
            group = 0;
        }
    }
    size_t want_seps = sep == '.' ? n / 4 - 1 : n / 2 - 1;
    if (!ok || (n != 12 && n != 16) || (sep ? seps != want_seps : r->o.kind != KIND_MAC))
        return no_fit(why, 0, s, "a MAC address");
    for (size_t i = 0; i < n; i++) {
        if (i && i % 2 == 0)
            (void)!scratch_byte(r, ':');
        (void)!scratch_byte(r, digits[i]);
    }
    r->o.kind = KIND_MAC;
    r->o.value = slice_of(r->scratch, r->used);
    /* group addresses and all zeros name no device */
    r->o.special = (hex_value(digits[1]) & 1) || slice_starts(r->o.value, S("00:00:00:00:00:00"));
    if (!slice_eq(r->o.value, s))
        r->o.steps |= slice_eq_nocase(r->o.value, s) ? STEP_CASE : STEP_NORMALISE;
    return OK;
}

/* ITU-T E.164: up to 15 digits; a leading "00" is the international prefix. */
status read_phone(reading *r, err *why)
{
    slice s = r->text;
    char digits[16];
    size_t n = 0, i = 0;
    bool plus = false, ok = true;
    if (slice_starts_nocase(s, S("tel:")))
        i = 4;
    for (; i < s.len && ok; i++) {
        char c = s.ptr[i];
        if (is_digit(c)) {
            ok = n < 15;
            if (ok)
                digits[n++] = c;
        } else if (c == '+') {
            ok = n == 0 && !plus;
            plus = true;
        } else {
            ok = c == ' ' || c == '-' || c == '(' || c == ')' || c == '.' || c == '/';
        }
    }
    if (!ok || n < 3)
        return no_fit(why, i, s, "a telephone number");
    if (!plus && n > 4 && digits[0] == '0' && digits[1] == '0') {
        plus = true;
        memmove(digits, digits + 2, n -= 2);
    }
    if (plus)
        (void)!scratch_byte(r, '+');
    (void)!scratch_put(r, slice_of(digits, n));
    r->o.kind = KIND_PHONE;
    r->o.value = slice_of(r->scratch, r->used);
    r->o.steps |= slice_eq(r->o.value, s) ? 0u : STEP_NORMALISE;
    return OK;
}

/* "bitcoin:1Boat...?amount=1" */
status read_coin(reading *r, err *why)
{
    static const slice schemes[] = {S_INIT("bitcoin:"), S_INIT("ethereum:"), S_INIT("litecoin:"),
                                    S_INIT("monero:"),  S_INIT("dogecoin:"), S_INIT("dash:"),
                                    S_INIT("zcash:")};
    slice s = r->text;
    coin c;
    size_t len;
    for (size_t i = 0; i < COUNT_OF(schemes); i++)
        if (slice_starts_nocase(s, schemes[i])) {
            s = slice_from(s, schemes[i].len);
            s = slice_sub(s, 0, slice_find_byte(s, '?', 0));
            r->o.steps |= STEP_TRIM;
            break;
        }
    status st = coin_parse(s, &c, r->scratch, &len, why);
    if (st != OK)
        return st;
    r->o.kind = KIND_CRYPTO_ADDRESS;
    r->o.value = slice_of(r->scratch, len);
    if (!slice_eq(r->o.value, s))
        r->o.steps |= slice_eq_nocase(r->o.value, s) ? STEP_CASE : STEP_NORMALISE;
    return OK;
}

/* --- texts ---------------------------------------------------------------------------------- */

status read_user_agent(reading *r, err *why)
{
    slice s = r->text;
    while (slice_starts_nocase(s, S("User-Agent:"))) {
        s = slice_trim(slice_from(s, 11));
        r->o.steps |= STEP_TRIM;
    }
    if (s.len == 0)
        return no_fit(why, 0, s, "a user agent");
    r->o.kind = KIND_USER_AGENT;
    r->o.value = s;
    return OK;
}

/* Application ids: labels of letters, digits and "_", a dot between ("com.example.app"); ids of
 * other systems have "-" and ":" too. */
status read_package(reading *r, err *why)
{
    slice s = r->text;
    for (size_t i = 0; i < s.len; i++)
        if (!is_alnum(s.ptr[i]) && !(s.ptr[i] && strchr("._-:@/", s.ptr[i])) &&
            (unsigned char)s.ptr[i] < 0x80)
            return no_fit(why, i, s, "an application id");
    if (s.len == 0)
        return no_fit(why, 0, s, "an application id");
    r->o.kind = KIND_PACKAGE;
    r->o.value = s;
    return OK;
}

status read_plain(reading *r, err *why)
{
    if (r->text.len == 0)
        return no_fit(why, 0, r->text, kind_name(r->o.kind));
    r->o.value = r->text;
    return OK;
}

/* "name=value": whatever else a source calls observable. */
status read_property(reading *r, err *why)
{
    size_t eq = slice_find_byte(r->text, '=', 0);
    if (eq == SIZE_MAX || eq == 0)
        return no_fit(why, 0, r->text, "a property: it is no name=value");
    r->o.kind = KIND_PROPERTY;
    r->o.value = r->text;
    return OK;
}
