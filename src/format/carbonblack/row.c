/* row.c - rows of Carbon Black C2 lists: see row.h. */
#include "format/carbonblack/row.h"

#include "format/cells.h"

/* --- the file's name ------------------------------------------------------------------------- */

/* First words of file names. What is not here is called by the word itself. */
static const struct {
    slice word, product, version;
} products[] = {
    {S_INIT("cobaltstrike"), S_INIT("Cobalt Strike"), S_INIT("")},
    {S_INIT("cs"), S_INIT("Cobalt Strike"), S_INIT("")},
    {S_INIT("shadowpad"), S_INIT("ShadowPad"), S_INIT("")},
    {S_INIT("winnti40"), S_INIT("Winnti"), S_INIT("4.0")},
    {S_INIT("winnti"), S_INIT("Winnti"), S_INIT("")},
    {S_INIT("dacls"), S_INIT("Dacls"), S_INIT("")},
    {S_INIT("plugx"), S_INIT("PlugX"), S_INIT("")},
    {S_INIT("metasploit"), S_INIT("Metasploit"), S_INIT("")},
    {S_INIT("meterpreter"), S_INIT("Meterpreter"), S_INIT("")},
    {S_INIT("sliver"), S_INIT("Sliver"), S_INIT("")},
    {S_INIT("bruteratel"), S_INIT("Brute Ratel C4"), S_INIT("")},
    {S_INIT("havoc"), S_INIT("Havoc"), S_INIT("")},
    {S_INIT("mythic"), S_INIT("Mythic"), S_INIT("")},
    {S_INIT("poisonivy"), S_INIT("PoisonIvy"), S_INIT("")},
    {S_INIT("gh0st"), S_INIT("gh0st RAT"), S_INIT("")},
};

/* Words behind the product that are about the selection, not about somebody. */
static bool is_noise(slice w)
{
    static const slice noise[] = {
        S_INIT("uniq"),       S_INIT("sorted"), S_INIT("cracked"), S_INIT("leaked"),
        S_INIT("trial"),      S_INIT("df"),     S_INIT("azure"),   S_INIT("fastly"),
        S_INIT("cloudfront"), S_INIT("c2"),     S_INIT("c2s"),     S_INIT("list"),
        S_INIT("active"),     S_INIT("all"),    S_INIT("servers"), S_INIT("ip"),
        S_INIT("ips"),        S_INIT("ioc"),    S_INIT("iocs"),    S_INIT("new"),
        S_INIT("latest"),     S_INIT("http"),   S_INIT("https"),   S_INIT("dns"),
        S_INIT("copy"),       S_INIT("final"),  S_INIT("jarm"),    S_INIT("variant"),
    };
    uint64_t n;
    if (slice_u64(w, &n) || w.len < 2)
        return true; /* dates, numbers of a series */
    if ((slice_starts(w, S("id")) && slice_u64(slice_from(w, 2), &n)) ||
        (slice_starts(w, S("v")) && slice_u64(slice_from(w, 1), &n)))
        return true;
    for (size_t i = 0; i < COUNT_OF(noise); i++)
        if (slice_eq(w, noise[i]))
            return true;
    return false;
}

static slice base_name(slice path)
{
    size_t start = 0;
    for (size_t i = 0; i < path.len; i++)
        if (path.ptr[i] == '/' || path.ptr[i] == '\\')
            start = i + 1;
    slice s = slice_from(path, start);
    return slice_sub(s, 0, slice_find_byte(s, '.', 0));
}

static bool has_word(slice path, slice word)
{
    for (size_t at = slice_find(path, word, 0); at != SIZE_MAX;
         at = slice_find(path, word, at + 1)) {
        bool begins = at == 0 || !is_alnum(path.ptr[at - 1]);
        bool ends = at + word.len == path.len || !is_alnum(path.ptr[at + word.len]);
        if (begins && ends)
            return true;
    }
    return false;
}

status cb_file_of(emitter *e, slice path, cb_file *f, err *why)
{
    slice words[CB_WORDS_MAX], base = base_name(path), lower, one, rest;
    size_t n = 0;
    status st;
    if (base.len > 200) /* nobody's */
        base.len = 200;
    if (!arena_copy(e->memory, base, &lower))
        return ARENA_SPENT(e->memory, why);
    char *p = arena_alloc(e->memory, base.len + 1);
    if (!p)
        return ARENA_SPENT(e->memory, why);
    for (size_t i = 0; i < base.len; i++)
        p[i] = base.ptr[i] == '-' || base.ptr[i] == ' ' ? '_' : to_lower(base.ptr[i]);
    lower = rest = slice_of(p, base.len);
    f->product = f->version = f->says = (slice){NULL, 0};
    while (slice_cut(&rest, '_', &one)) {
        if (!f->product.len) {
            f->product = one;
            for (size_t i = 0; i < COUNT_OF(products); i++)
                if (slice_eq(one, products[i].word)) {
                    f->product = products[i].product;
                    f->version = products[i].version;
                }
        } else if (!is_noise(one) && n < CB_WORDS_MAX) {
            words[n++] = one;
        }
    }
    if (n && (st = emit_array(e, words, n, &f->says, why)) != OK)
        return st;
    f->fronted = has_word(path, S("domain_fronting")) || has_word(lower, S("df")) ||
                 has_word(path, S("fronting")) || slice_find(lower, S("_df_"), 0) != SIZE_MAX;
    /* the name may be odd: then it is no product's, and the addresses are just C2 servers */
    f->malware = (node_ref){KIND_NONE};
    if (f->product.len) {
        st = emit_node(e, KIND_MALWARE, "name:", f->product, &f->malware, why);
        if (st == ERR_INPUT)
            f->malware = (node_ref){KIND_NONE};
        else if (st != OK)
            return st;
    }
    emit_context(e, f->product);
    emit_context(e, f->version);
    emit_context(e, f->says);
    emit_context(e, f->fronted ? S("fronted") : S(""));
    return OK;
}

/* --- hosts and paths ------------------------------------------------------------------------- */

/* A host of `domains`, with the paths that are asked for there. */
typedef struct host {
    observable o;
    slice text;
    size_t first_path, paths;
} host;

typedef struct hosts {
    host *list;
    slice *path; /* of all hosts, one behind the other */
    size_t count, paths, unread;
    size_t group; /* first host of those that the next path belongs to */
    bool group_has_path;
} hosts;

static void begin_group(hosts *h)
{
    if (h->group_has_path)
        h->group = h->count;
    h->group_has_path = false;
}

/* A path belongs to all hosts since the last path: "ns1;ns2;ns3,/ca". */
static status add_path(hosts *h, slice path, err *why)
{
    if (h->paths == CB_HOSTS_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "over %d paths", (int)CB_HOSTS_MAX);
    for (size_t i = h->group; i < h->count; i++) {
        if (!h->list[i].paths)
            h->list[i].first_path = h->paths;
        h->list[i].paths++;
    }
    h->path[h->paths++] = path;
    h->group_has_path = true;
    return OK;
}

/* "host,/path,host,/path;host,/path": commas and semicolons alike; what begins with a slash is a
 * path of the hosts in front of it. */
static status read_hosts(emitter *e, slice text, hosts *h, err *why)
{
    size_t i = 0;
    h->list = arena_array(e->memory, CB_HOSTS_MAX, sizeof *h->list);
    h->path = arena_array(e->memory, CB_HOSTS_MAX, sizeof *h->path);
    if (!h->list || !h->path)
        return ARENA_SPENT(e->memory, why);
    while (i < text.len) {
        size_t start = i;
        while (i < text.len && text.ptr[i] != ',' && text.ptr[i] != ';')
            i++;
        slice one = slice_trim(slice_sub(text, start, i++));
        status st = OK;
        if (cell_empty(one))
            continue;
        if (one.ptr[0] == '/') {
            st = add_path(h, one, why);
        } else {
            host x = {.text = one};
            begin_group(h);
            if (h->count == CB_HOSTS_MAX)
                return err_set(why, ERR_INPUT, ERR_NOWHERE, "over %d hosts", (int)CB_HOSTS_MAX);
            st = cell_observable(e->memory, one, (want){WANT_NETWORK, KIND_NONE}, &x.o, NULL);
            if (st == OK)
                h->list[h->count++] = x;
            if (st == ERR_INPUT) {
                h->unread++;
                h->group = h->count; /* its path is nobody else's */
                st = OK;
            }
        }
        if (st != OK)
            return st == ERR_LIMIT ? ARENA_SPENT(e->memory, why) : st;
    }
    return OK;
}

/* --- qualifiers ------------------------------------------------------------------------------ */

static status times(const cb_row *row, when *ret_first, when *ret_last, err *why)
{
    char quote[ERR_QUOTE_MAX];
    const struct {
        slice text;
        when *into;
    } both[] = {{row->first, ret_first}, {row->last, ret_last}};
    for (size_t i = 0; i < COUNT_OF(both); i++)
        if (!cell_empty(both[i].text) && when_parse(both[i].text, both[i].into) != OK)
            return err_set(why, ERR_INPUT, ERR_NOWHERE, "\"%s\" is no date",
                           err_quote(both[i].text, quote));
    return OK;
}

/* "305419896 (leaked)": the number and the note. */
static void watermark(slice text, detail *d)
{
    size_t open = slice_find_byte(text, '(', 0);
    if (cell_empty(text))
        return;
    slice number = slice_trim(slice_sub(text, 0, open));
    detail_text(d, "watermark", number);
    if (open != SIZE_MAX && text.ptr[text.len - 1] == ')')
        detail_text(d, "watermark_note", slice_trim(slice_sub(text, open + 1, text.len - 1)));
}

static void known_text(detail *d, const char *key, slice text)
{
    if (!cell_empty(text))
        detail_text(d, key, text);
}

/* "HTTPS" as "https"; "HTTP & DNS" as "http & dns". */
static status lower(emitter *e, slice text, slice *ret, err *why)
{
    char *p = arena_alloc(e->memory, text.len + 1);
    if (!p)
        return ARENA_SPENT(e->memory, why);
    for (size_t i = 0; i < text.len; i++)
        p[i] = to_lower(text.ptr[i]);
    *ret = slice_of(p, text.len);
    return OK;
}

/* What the server itself is: all that every claim of the row shares. */
static status server(emitter *e, const cb_file *f, const cb_row *row, detail *d, err *why)
{
    char quote[ERR_QUOTE_MAX];
    uint64_t port;
    slice protocol;
    status st = lower(e, row->protocol, &protocol, why);
    if (st != OK)
        return st;
    if (!cell_empty(row->port)) {
        if (!slice_u64(row->port, &port) || port < 1 || port > 65535)
            return err_set(why, ERR_INPUT, ERR_NOWHERE, "\"%s\" is no port",
                           err_quote(row->port, quote));
        detail_int(d, "port", (int64_t)port);
    }
    known_text(d, "protocol", protocol);
    detail_text(d, "product", f->product);
    detail_text(d, "version", cell_empty(row->version) ? f->version : row->version);
    watermark(row->watermark, d);
    known_text(d, "key", row->key);
    detail_raw(d, "file_says", f->says);
    known_text(d, "host_header", row->header);
    return OK;
}

static bool said_before(const slice *list, size_t n, slice s)
{
    for (size_t i = 0; i < n; i++)
        if (slice_eq(list[i], s))
            return true;
    return false;
}

static status put_array(emitter *e, detail *d, const char *key, const slice *list, size_t n,
                        err *why)
{
    slice array;
    if (!n)
        return OK;
    status st = emit_array(e, list, n, &array, why);
    if (st == OK)
        detail_raw(d, key, array);
    return st;
}

/* --- claims ---------------------------------------------------------------------------------- */

/* Names that a content delivery network gives to its customers. */
static bool is_cdn_name(slice name)
{
    static const slice ends[] = {
        S_INIT(".azureedge.net"),  S_INIT(".fastly.net"),        S_INIT(".fastlylb.net"),
        S_INIT(".cloudfront.net"), S_INIT(".workers.dev"),       S_INIT(".akamaized.net"),
        S_INIT(".edgekey.net"),    S_INIT(".edgesuite.net"),     S_INIT(".appspot.com"),
        S_INIT(".herokuapp.com"),  S_INIT(".azurewebsites.net"), S_INIT(".pages.dev"),
        S_INIT(".b-cdn.net"),      S_INIT(".kxcdn.com"),         S_INIT(".stackpathcdn.com"),
    };
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        if (slice_ends_nocase(name, ends[i]))
            return true;
    return false;
}

/* Does the row ask one host for another? The host header names the CDN customer that the request is
 * really for, so that the host it is sent to is a front and belongs to somebody else. */
static bool has_cdn_header(const cb_row *row)
{
    slice rest = row->header;
    size_t i = 0;
    while (i < rest.len) {
        size_t start = i;
        while (i < rest.len && rest.ptr[i] != ',' && rest.ptr[i] != ';')
            i++;
        if (is_cdn_name(slice_trim(slice_sub(rest, start, i++))))
            return true;
    }
    return false;
}

static bool is_front(const cb_file *f, const cb_row *row, const observable *server,
                     const observable *o)
{
    if (slice_eq(o->value, server->value) || is_cdn_name(o->value))
        return false;
    bool address = o->kind != KIND_DOMAIN && o->kind != KIND_URL;
    return f->fronted || has_cdn_header(row) || (address && !cell_empty(row->header));
}

static status indicates(emitter *e, const cb_file *f, const observable *o, detail *d, err *why)
{
    fact_claim c = emit_blank();
    c.subject = (node_ref){o->kind, o->value};
    c.predicate = PRED_INDICATES;
    c.object = f->malware;
    detail_text(d, "role", S("c2"));
    status st = emit_detail(e, d, &c.detail, why);
    return st == OK ? emit_claim(e, &c, why) : st;
}

/* A host that is not the attacker's: what it has to do with the server, and no more. */
static status fronts(emitter *e, const observable *server, const observable *o, detail *d, err *why)
{
    fact_claim c = emit_blank();
    c.subject = (node_ref){o->kind, o->value};
    c.predicate = PRED_RELATED_TO;
    c.object = (node_ref){server->kind, server->value};
    detail_true(d, "fronted");
    detail_text(d, "relation", S("front-of"));
    status st = emit_detail(e, d, &c.detail, why);
    return st == OK ? emit_claim(e, &c, why) : st;
}

/* The other names and addresses that the beacon is told to call. */
static status other_hosts(emitter *e, const cb_file *f, const cb_row *row, const observable *ip,
                          const detail *shared, const hosts *h, err *why)
{
    for (size_t i = 0; i < h->count; i++) {
        const host *x = &h->list[i];
        detail d = *shared;
        bool again = false;
        status st;
        for (size_t k = 0; k < i && !again; k++)
            again = slice_eq(h->list[k].o.value, x->o.value);
        /* 127.0.0.1, 192.168.x: left in by whoever tried it out */
        if (again || x->o.special || slice_eq(x->o.value, ip->value))
            continue;
        detail_text(&d, "server", ip->value);
        if ((st = put_array(e, &d, "paths", h->path + x->first_path, x->paths, why)) != OK)
            return st;
        st = is_front(f, row, ip, &x->o) ? fronts(e, ip, &x->o, &d, why)
                                         : indicates(e, f, &x->o, &d, why);
        if (st != OK)
            return st;
    }
    return OK;
}

/* "x.azureedge.net" in the host header is where the traffic behind a front ends. */
static status header_hosts(emitter *e, const cb_file *f, const cb_row *row, const observable *ip,
                           const detail *shared, const hosts *h, err *why)
{
    size_t i = 0;
    while (i < row->header.len) {
        size_t start = i;
        observable o;
        detail d = *shared;
        bool again = false;
        while (i < row->header.len && row->header.ptr[i] != ',' && row->header.ptr[i] != ';')
            i++;
        slice one = slice_trim(slice_sub(row->header, start, i++));
        if (!is_cdn_name(one))
            continue;
        status st = cell_observable(e->memory, one, (want){WANT_NETWORK, KIND_NONE}, &o, why);
        if (st == ERR_INPUT)
            continue;
        if (st != OK)
            return st;
        for (size_t k = 0; k < h->count; k++)
            again |= slice_eq(h->list[k].o.value, o.value);
        if (again)
            continue;
        detail_text(&d, "server", ip->value);
        detail_text(&d, "basis", S("host_header"));
        if ((st = indicates(e, f, &o, &d, why)) != OK)
            return st;
    }
    return OK;
}

/* The server itself, with all hosts and paths of its configuration. */
static status the_server(emitter *e, const cb_file *f, const cb_row *row, const observable *ip,
                         const detail *shared, const hosts *h, err *why)
{
    detail d = *shared;
    slice names[CB_HOSTS_MAX], paths[CB_HOSTS_MAX];
    size_t n = 0, m = 0;
    status st;
    (void)row;
    for (size_t i = 0; i < h->count; i++)
        if (!slice_eq(h->list[i].o.value, ip->value) && !said_before(names, n, h->list[i].text))
            names[n++] = h->list[i].text;
    for (size_t i = 0; i < h->paths; i++)
        if (!said_before(paths, m, h->path[i]))
            paths[m++] = h->path[i];
    if ((st = put_array(e, &d, "domains", names, n, why)) != OK ||
        (st = put_array(e, &d, "paths", paths, m, why)) != OK)
        return st;
    return indicates(e, f, ip, &d, why);
}

/* --- what servers share ---------------------------------------------------------------------- */

/* {property, "<name>=<value>"} */
static status property_node(emitter *e, const char *name, slice value, node_ref *ret, err *why)
{
    slice text = arena_printf(e->memory, "%s=%.*s", name, SLICE_FMT(value));
    if (!text.ptr)
        return ARENA_SPENT(e->memory, why);
    *ret = (node_ref){KIND_PROPERTY, text};
    return OK;
}

static status ties(emitter *e, node_ref subject, predicate p, node_ref object, err *why)
{
    fact_claim c = emit_blank();
    c.subject = subject;
    c.predicate = p;
    c.object = object;
    return emit_claim(e, &c, why);
}

static status tie_all(emitter *e, const cb_row *row, const observable *ip, err *why)
{
    node_ref server = {ip->kind, ip->value}, key, mark;
    slice number =
        slice_trim(slice_sub(row->watermark, 0, slice_find_byte(row->watermark, '(', 0)));
    bool has_key = !cell_empty(row->key), has_mark = !cell_empty(row->watermark) && number.len;
    status st = has_key ? property_node(e, "key", row->key, &key, why) : OK;
    if (st == OK && has_mark)
        st = property_node(e, "watermark", number, &mark, why);
    if (st == OK && has_key)
        st = ties(e, server, PRED_PROPERTY, key, why);
    if (st == OK && has_mark)
        st = ties(e, server, PRED_PROPERTY, mark, why);
    return st == OK && has_key && has_mark ? ties(e, key, PRED_RELATED_TO, mark, why) : st;
}

/* The key and the watermark as nodes of their own, so that it can be counted who shares them, and
 * under how many watermarks a key occurs. Said without times: once, however many rows say it. */
static status shared(emitter *e, const cb_row *row, const observable *ip, err *why)
{
    fact_claim common = e->common;
    e->common.first_seen = e->common.last_seen = WHEN_NONE;
    status st = tie_all(e, row, ip, why);
    e->common = common;
    return st;
}

status cb_claims(emitter *e, const cb_file *f, const cb_row *row, uint64_t at, slice place,
                 err *why)
{
    char quote[ERR_QUOTE_MAX];
    observable ip;
    detail common = {0};
    hosts h = {.count = 0};
    status st;
    if (cell_empty(row->ip))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no address of a server");
    if ((st = cell_observable(e->memory, row->ip, (want){WANT_NETWORK, KIND_NONE}, &ip, why)) != OK)
        return st;
    if (ip.kind != KIND_IPV4 && ip.kind != KIND_IPV6)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "\"%s\" is no address of a server",
                       err_quote(row->ip, quote));
    if ((st = times(row, &e->common.first_seen, &e->common.last_seen, why)) != OK ||
        (st = server(e, f, row, &common, why)) != OK ||
        (st = read_hosts(e, row->domains, &h, why)) != OK)
        return st;
    if (h.unread &&
        (st = emit_warn(e, at, place, why, "%zu hosts could not be read", h.unread)) != OK)
        return st;
    if (f->malware.kind != KIND_NONE &&
        (st = emit_named_once(e, f->malware, f->product, why)) != OK)
        return st;
    if (!row->goes_on && ((st = the_server(e, f, row, &ip, &common, &h, why)) != OK ||
                          (st = shared(e, row, &ip, why)) != OK))
        return st;
    if ((st = other_hosts(e, f, row, &ip, &common, &h, why)) != OK)
        return st;
    return header_hosts(e, f, row, &ip, &common, &h, why);
}
