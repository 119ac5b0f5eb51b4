/* guess.c - which kind is it? Shapes that can only be one thing first, names last. */
#include "model/domain.h"
#include "model/ip.h"
#include "model/observable/reading.h"
#include "model/shape.h"
#include "model/url.h"

typedef struct features {
    size_t dots, colons, slashes, ats, backslashes, blanks, dashes;
    size_t first_slash, first_at;
    bool all_alnum, all_digits_dots;
    bool all_ranges; /* nothing but what two addresses and a dash are written in */
} features;

/* What a byte may be part of. */
enum { HEX = 1, ALNUM = 2, DIGIT_DOT = 4, RANGE = 8 };

static unsigned class_of(char c)
{
    if (is_digit(c))
        return HEX | ALNUM | DIGIT_DOT | RANGE;
    if (hex_value(c) >= 0)
        return HEX | ALNUM | RANGE;
    if (is_alpha(c))
        return ALNUM;
    return c == '.' ? DIGIT_DOT | RANGE : c == ':' || c == '-' || c == ' ' ? RANGE : 0;
}

static features look(slice s)
{
    features f = {.first_slash = SIZE_MAX, .first_at = SIZE_MAX};
    unsigned all = HEX | ALNUM | DIGIT_DOT | RANGE;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        all &= class_of(c);
        switch (c) {
        case '.': f.dots++; break;
        case ':': f.colons++; break;
        case '-': f.dashes++; break;
        case '/': f.first_slash = f.slashes++ ? f.first_slash : i; break;
        case '@': f.first_at = f.ats++ ? f.first_at : i; break;
        case '\\': f.backslashes++; break;
        case ' ': f.blanks++; break;
        default: break;
        }
    }
    f.all_alnum = all & ALNUM;
    f.all_digits_dots = all & DIGIT_DOT;
    f.all_ranges = all & RANGE;
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

/* Kinds that a cheap look rules out for nearly every text. */
static bool read_shape(reading *r, const features *f)
{
    slice s = r->text;
    bool as = to_lower(s.ptr[0]) == 'a' && s.len > 2 && to_lower(s.ptr[1]) == 's';
    if (as && try(r, read_asn, KIND_NONE))
        return true;
    if ((f->colons + f->dashes == 5 || f->colons + f->dashes == 7 || f->dots == 2 ||
         f->dots == 3) &&
        s.len <= 23 && try(r, read_mac, KIND_NONE))
        return true;
    if ((s.len == 36 && try(r, read_ja4, KIND_NONE)) ||
        (s.len == 62 && try(r, read_jarm, KIND_NONE)))
        return true;
    if ((s.len == 70 || s.len == 72) && try(r, read_tlsh, KIND_NONE))
        return true;
    if ((f->all_alnum || f->colons) && try(r, read_coin, KIND_NONE))
        return true;
    return f->colons == 2 && try(r, read_ssdeep, KIND_NONE);
}

status read_any(reading *r, err *why)
{
    slice s = r->text;
    if (s.len == 0)
        return err_set(why, ERR_INPUT, 0, "nothing but blanks and punctuation");
    if (hex_value(s.ptr[0]) >= 0 && hex_value(s.ptr[s.len - 1]) >= 0 && s.len >= 32 &&
        try(r, read_hash, KIND_NONE))
        return OK;
    features f = look(s);
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
    if (f.all_ranges && f.dashes && try(r, read_ip, KIND_NONE))
        return OK;
    if (read_shape(r, &f))
        return OK;
    if (slice_starts(s, S("Mozilla/")) || slice_starts_nocase(s, S("User-Agent:")))
        return read_user_agent(r, why);
    if (f.slashes)
        return read_with_slash(r, &f, why);
    return read_name(r, &f, why);
}
