/* keys.c - under which other values a value has to be looked up: see observable_keys. */
#include "model/domain.h"
#include "model/ip.h"
#include "model/observable/reading.h"
#include "model/url.h"

typedef struct keys {
    arena *a;
    domain_memo *suffixes; /* NULL: the list is asked */
    observable_key *out;
    size_t room, count;
    bool spent; /* the arena's budget */
} keys;

static void add(keys *k, kind as, slice value, key_how how)
{
    if (k->count < k->room && value.len && value.len <= OBSERVABLE_TEXT_MAX)
        k->out[k->count++] = (observable_key){.kind = as, .value = value, .how = how};
}

static void add_copy(keys *k, kind as, slice value, key_how how)
{
    slice s = {0};
    k->spent |= !arena_copy(k->a, value, &s);
    add(k, as, s, how);
}

/* What was cut out of a value may need its own kind's spelling; what has none is no key. */
static void add_parsed(keys *k, kind as, slice text, key_how how)
{
    observable o;
    if (k->count >= k->room)
        return;
    status st = text.ptr ? observable_parse(k->a, text, as, &o, NULL) : ERR_LIMIT;
    k->spent |= st == ERR_LIMIT && text.len <= OBSERVABLE_TEXT_MAX;
    if (st == OK && o.kind == as)
        add(k, as, o.value, how);
}

/* What domain_parent gives one after another; all of them have the same owner, so the list of
 * suffixes is asked once. */
static void add_parents(keys *k, slice name)
{
    slice owner = domain_registrable_by(k->suffixes, name);
    for (size_t dot; owner.len && (dot = slice_find_byte(name, '.', 0)) != SIZE_MAX;) {
        name = slice_from(name, dot + 1);
        if (name.len < owner.len)
            break;
        add(k, KIND_DOMAIN, name, name.len == owner.len ? KEY_REGISTRABLE : KEY_PARENT);
    }
}

static void keys_of_url(keys *k, slice value)
{
    url u = url_split(value);
    ip a;
    char text[IP_TEXT_MAX];
    slice plain = slice_sub(value, 0, (size_t)(u.path.ptr + u.path.len - value.ptr));
    bool web = slice_eq(u.scheme, S("http")) || slice_eq(u.scheme, S("https"));
    if (u.has_query)
        add_parsed(k, KIND_URL, plain, KEY_NO_QUERY);
    if (web) {
        add_parsed(k, KIND_URL, slice_from(value, u.scheme.len + 3), KEY_NO_SCHEME);
        if (u.has_query)
            add_parsed(k, KIND_URL, slice_from(plain, u.scheme.len + 3), KEY_NO_SCHEME);
    } else if (u.scheme.len == 0) {
        add_parsed(k, KIND_URL, arena_printf(k->a, "http://%.*s", SLICE_FMT(value)),
                   KEY_WITH_SCHEME);
        add_parsed(k, KIND_URL, arena_printf(k->a, "https://%.*s", SLICE_FMT(value)),
                   KEY_WITH_SCHEME);
    }
    if (u.host_kind == URL_HOST_NAME) {
        add(k, KIND_DOMAIN, u.host, KEY_HOST);
        add_parents(k, u.host);
    } else if (u.host_kind == URL_HOST_IP4) {
        add(k, KIND_IPV4, u.host, KEY_HOST);
    } else if (u.host_kind == URL_HOST_IP6 && ip6_read(u.host, &a)) {
        slice host = slice_of(text, ip_print(&a, text)); /* a mapped one is IPv4 */
        add_copy(k, ip_is4(&a) ? KIND_IPV4 : KIND_IPV6, host, KEY_HOST);
    }
}

static slice behind_at(slice mail)
{
    size_t at = mail.len;
    while (at > 0 && mail.ptr[at - 1] != '@')
        at--;
    return slice_from(mail, at);
}

slice observable_host(kind k, slice value)
{
    slice host = k == KIND_DOMAIN ? value : S("");
    if (k == KIND_URL) {
        url u = url_split(value);
        host = u.host_kind == URL_HOST_NAME ? u.host : S("");
    } else if (k == KIND_EMAIL) {
        host = behind_at(value);
        host = slice_starts(host, S("[")) ? S("") : host;
    }
    return host;
}

static void keys_of_email(keys *k, slice value)
{
    slice host = behind_at(value);
    ip a;
    if (host.len > 2 && host.ptr[0] == '[') {
        slice inside = slice_sub(host, 1, host.len - 1);
        if (ip4_read(inside, &a))
            add(k, KIND_IPV4, inside, KEY_MAIL_DOMAIN);
        else if (slice_starts(inside, S("ipv6:")))
            add(k, KIND_IPV6, slice_from(inside, 5), KEY_MAIL_DOMAIN);
        return;
    }
    add(k, KIND_DOMAIN, host, KEY_MAIL_DOMAIN);
    add_parents(k, host);
}

/* 6to4 carries an IPv4 address in bytes 2..5 (RFC 3056), Teredo inverted in the last four (RFC
 * 4380), NAT64 plain in the last four (RFC 6052). */
static void keys_of_ip6(keys *k, slice value)
{
    static const uint8_t nat64[12] = {0, 0x64, 0xff, 0x9b};
    ip a;
    char text[IP_TEXT_MAX];
    if (!ip6_read(value, &a))
        return;
    uint32_t n;
    if (a.b[0] == 0x20 && a.b[1] == 0x02)
        n = (uint32_t)a.b[2] << 24 | (uint32_t)a.b[3] << 16 | (uint32_t)a.b[4] << 8 | a.b[5];
    else if (a.b[0] == 0x20 && a.b[1] == 0x01 && a.b[2] == 0 && a.b[3] == 0)
        n = ~ip4_number(&a);
    else if (memcmp(a.b, nat64, sizeof nat64) == 0)
        n = ip4_number(&a);
    else
        return;
    ip four = ip4_make(n);
    add_copy(k, KIND_IPV4, slice_of(text, ip_print(&four, text)), KEY_EMBEDDED);
}

/* c:\users\somebody\x is %userprofile%\x on every machine. */
static void keys_of_path(keys *k, slice value)
{
    bool windows =
        slice_find_byte(value, '\\', 0) != SIZE_MAX && value.ptr[0] != '/' && value.ptr[0] != '~';
    char sep = windows ? '\\' : '/';
    size_t at = value.len;
    while (at > 0 && value.ptr[at - 1] != sep)
        at--;
    slice name = slice_from(value, at);
    if (at > 0 && name.len)
        add_parsed(k, KIND_FILENAME, name, KEY_BASENAME);
    slice users = windows ? S(":\\users\\") : S("/home/");
    size_t front = windows ? 1 : 0;
    if (slice_starts(slice_from(value, front), users)) {
        size_t user = front + users.len, end = slice_find_byte(value, sep, user);
        if (end != SIZE_MAX && end > user)
            add_parsed(k, KIND_PATH,
                       arena_printf(k->a, "%s%.*s", windows ? "%userprofile%" : "~",
                                    SLICE_FMT(slice_from(value, end))),
                       KEY_GENERAL);
    }
}

static void keys_of_registry(keys *k, slice value)
{
    slice user = S("HKEY_USERS\\s-1-5-21-"), set = S("\\ControlSet00");
    if (slice_starts(value, user)) {
        size_t end = slice_find_byte(value, '\\', user.len);
        if (end != SIZE_MAX)
            add_parsed(
                k, KIND_REGISTRY_KEY,
                arena_printf(k->a, "HKEY_CURRENT_USER%.*s", SLICE_FMT(slice_from(value, end))),
                KEY_GENERAL);
    }
    size_t at = slice_find(value, set, 0);
    if (at != SIZE_MAX && at + set.len < value.len && is_digit(value.ptr[at + set.len])) {
        slice front = slice_sub(value, 0, at);
        slice rest = slice_from(value, at + set.len + 1);
        add_parsed(
            k, KIND_REGISTRY_KEY,
            arena_printf(k->a, "%.*s\\CurrentControlSet%.*s", SLICE_FMT(front), SLICE_FMT(rest)),
            KEY_GENERAL);
    }
}

static void keys_of_mutex(keys *k, slice value)
{
    static const slice fronts[] = {S_INIT("Global\\"), S_INIT("Local\\")};
    for (size_t i = 0; i < COUNT_OF(fronts); i++)
        if (slice_starts_nocase(value, fronts[i]))
            add_parsed(k, KIND_MUTEX, slice_from(value, fronts[i].len), KEY_GENERAL);
}

/* Without quotes and the carets that cmd.exe ignores. */
static void keys_of_command(keys *k, slice value)
{
    char *out = arena_array(k->a, value.len + 1, 1);
    size_t n = 0;
    k->spent |= out == NULL;
    for (size_t i = 0; out && i < value.len; i++)
        if (value.ptr[i] != '^' && value.ptr[i] != '"' && value.ptr[i] != '\'')
            out[n++] = value.ptr[i];
    if (out && n != value.len)
        add_parsed(k, KIND_COMMAND_LINE, slice_of(out, n), KEY_GENERAL);
}

status observable_keys_by(domain_memo *m, arena *a, kind k, slice value, observable_key *out,
                          size_t room, size_t *ret_count, err *why)
{
    keys ks = {.a = a, .suffixes = m, .out = out, .room = room};
    if (value.len > OBSERVABLE_TEXT_MAX)
        return err_set(why, ERR_LIMIT, OBSERVABLE_TEXT_MAX, "value over %d bytes",
                       OBSERVABLE_TEXT_MAX);
    switch ((int)k) {
    case KIND_URL: keys_of_url(&ks, value); break;
    case KIND_DOMAIN: add_parents(&ks, value); break;
    case KIND_EMAIL: keys_of_email(&ks, value); break;
    case KIND_IPV6: keys_of_ip6(&ks, value); break;
    case KIND_PATH: keys_of_path(&ks, value); break;
    case KIND_REGISTRY_KEY: keys_of_registry(&ks, value); break;
    case KIND_MUTEX: keys_of_mutex(&ks, value); break;
    case KIND_COMMAND_LINE: keys_of_command(&ks, value); break;
    default: break;
    }
    if (ks.spent)
        return ARENA_SPENT(a, why);
    *ret_count = ks.count;
    return OK;
}

status observable_keys(arena *a, kind k, slice value, observable_key *out, size_t room,
                       size_t *ret_count, err *why)
{
    return observable_keys_by(NULL, a, k, value, out, room, ret_count, why);
}
