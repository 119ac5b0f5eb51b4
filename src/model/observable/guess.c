/* guess.c - which kind is it? Shapes that can only be one thing first, names last. */
#include "model/domain.h"
#include "model/ip.h"
#include "model/observable/reading.h"
#include "model/shape.h"
#include "model/url.h"

typedef struct features {
    size_t dots, colons, slashes, ats, backslashes, blanks, percents, foreign;
    size_t first_slash, first_at;
    bool all_hex, all_alnum, all_digits_dots;
} features;

static features look(slice s)
{
    features f = {.all_hex = true,
                  .all_alnum = true,
                  .all_digits_dots = true,
                  .first_slash = SIZE_MAX,
                  .first_at = SIZE_MAX};
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool digit = is_digit(c);
        f.all_hex &= hex_value(c) >= 0;
        f.all_alnum &= is_alnum(c);
        f.all_digits_dots &= digit || c == '.';
        f.foreign += (unsigned char)c >= 0x80;
        switch (c) {
        case '.': f.dots++; break;
        case ':': f.colons++; break;
        case '/': f.first_slash = f.slashes++ ? f.first_slash : i; break;
        case '@': f.first_at = f.ats++ ? f.first_at : i; break;
        case '\\': f.backslashes++; break;
        case '%': f.percents++; break;
        case ' ': f.blanks++; break;
        default: break;
        }
    }
    return f;
}

/* Runs a reader on a fresh copy of the state; takes the copy over when it fits. */
static bool try(reading *r, reader_fn fn, kind want)
{
    reading copy = *r;
    copy.o.kind = want;
    if (fn(&copy, NULL) != OK)
        return false;
    *r = copy;
    return true;
}

/* Is it "host:port" or "host/..." with a host that stands alone? */
static bool host_in_front(slice s, const features *f)
{
    char name[DOMAIN_TEXT_MAX];
    size_t len;
    unsigned changed;
    slice front = slice_sub(s, 0, f->first_slash);
    size_t colon = slice_find_byte(front, ':', 0);
    slice host = slice_sub(front, 0, colon);
    ip a;
    if (ip4_read(host, &a) || (host.len && host.ptr[0] == '['))
        return true;
    if (slice_find_byte(host, '.', 0) == SIZE_MAX ||
        domain_normalise(host, name, &len, &changed, NULL) != OK)
        return false;
    slice n = slice_of(name, len);
    return domain_tld_known(n) || domain_is_alternative(n) || colon != SIZE_MAX;
}

/* "192.0.2.1/33" is a network that is wrong, not a URL. */
static bool wrong_network(slice s, const features *f)
{
    ip a;
    slice behind = slice_from(s, f->first_slash + 1);
    bool digits = behind.len > 0 && behind.len <= 3;
    for (size_t i = 0; i < behind.len; i++)
        digits &= is_digit(behind.ptr[i]);
    return digits && f->slashes == 1 && ip4_read(slice_sub(s, 0, f->first_slash), &a);
}

static status read_with_slash(reading *r, const features *f, err *why)
{
    slice s = r->text;
    if (f->first_slash == s.len - 1 || f->all_digits_dots || f->colons) {
        if (try(r, read_ip, KIND_NONE))
            return OK;
    }
    ip_net net;
    unsigned changed;
    if (f->slashes == 1 && ip_net_parse(s, &net, &changed, NULL) == OK)
        return read_ip(r, why);
    if (wrong_network(s, f))
        return read_ip(r, why);
    if (!host_in_front(s, f))
        return no_fit(why, 0, s, "an observable");
    if (f->first_slash == s.len - 1) /* "evil.example/": the host was meant */
        return read_domain(r, why);
    return read_url(r, why);
}

static void also(reading *r, kind k)
{
    if (r->o.also_count < OBSERVABLE_ALSO_MAX)
        r->o.also[r->o.also_count++] = k;
}

static bool clashes(slice name)
{
    size_t dot = name.len;
    while (dot > 0 && name.ptr[dot - 1] != '.')
        dot--;
    return shape_tld_is_extension(slice_from(name, dot));
}

static status read_name(reading *r, const features *f, err *why)
{
    if (f->blanks || f->dots == 0) {
        if (shape_is_filename(r->text))
            return read_filename(r, why);
        return no_fit(why, 0, r->text, "an observable");
    }
    reading copy = *r;
    copy.o.kind = KIND_NONE;
    status st = read_domain(&copy, why);
    if ((st != OK || copy.o.unknown_tld) && shape_is_filename(r->text))
        return read_filename(r, why);
    if (st != OK)
        return st;
    *r = copy;
    if (clashes(r->o.value) && r->o.port == 0)
        also(r, KIND_FILENAME);
    return OK;
}

static bool tcp_or_udp(slice s)
{
    return slice_starts_nocase(s, S("tcp://")) || slice_starts_nocase(s, S("udp://"));
}

static status read_with_scheme(reading *r, err *why)
{
    if (!tcp_or_udp(r->text))
        return read_url(r, why);
    if (try(r, read_ip, KIND_NONE))
        return OK;
    slice host = slice_from(r->text, 6);
    r->text = slice_sub(host, 0, slice_find_byte(host, '/', 0));
    r->o.steps |= STEP_TRIM;
    return read_domain(r, why);
}

status read_any(reading *r, err *why)
{
    slice s = r->text;
    if (s.len == 0)
        return err_set(why, ERR_INPUT, 0, "nothing but blanks and punctuation");
    features f = look(s);
    if (f.all_hex && try(r, read_hash, KIND_NONE))
        return OK;
    if (f.all_digits_dots && f.dots == 3)
        return read_ip(r, why);
    if (f.colons && slice_find(s, S("://"), 0) != SIZE_MAX && is_alpha(s.ptr[0]))
        return read_with_scheme(r, why);
    if (f.backslashes || s.ptr[0] == '/' || s.ptr[0] == '~' || s.ptr[0] == '%' || f.colons) {
        if (shape_is_registry(s))
            return read_registry(r, why);
        if (shape_is_pipe(s))
            return read_pipe(r, why);
        if (shape_is_path(s))
            return read_path(r, why);
    }
    if (f.ats && f.first_at < f.first_slash && try(r, read_email, KIND_NONE))
        return OK;
    if ((f.colons || s.ptr[0] == '[') && !f.slashes && try(r, read_ip, KIND_NONE))
        return OK;
    if (f.all_digits_dots && f.dots && try(r, read_ip, KIND_NONE))
        return OK;
    if (slice_find_byte(s, '-', 0) != SIZE_MAX && try(r, read_ip, KIND_NONE))
        return OK;
    static const reader_fn shapes[] = {read_asn,  read_mac,  read_ja4,
                                       read_jarm, read_tlsh, read_coin};
    for (size_t i = 0; i < COUNT_OF(shapes); i++)
        if (try(r, shapes[i], KIND_NONE))
            return OK;
    if (f.colons == 2 && try(r, read_ssdeep, KIND_NONE))
        return OK;
    if (slice_starts(s, S("Mozilla/")) || slice_starts_nocase(s, S("User-Agent:")))
        return read_user_agent(r, why);
    if (f.slashes)
        return read_with_slash(r, &f, why);
    return read_name(r, &f, why);
}
