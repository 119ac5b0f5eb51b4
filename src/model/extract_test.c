#include "base/file.h"
#include "base/json.h"
#include "base/test.h"
#include "model/extract.h"
#include "model/extract_vectors.h"

enum { BUDGET = EXTRACT_BUDGET };

/* --- running it ----------------------------------------------------------------------------- */

enum { FINDS_MAX = 2000 };

typedef struct list {
    arena a;
    size_t count;
    found f[FINDS_MAX];
} list;

static status keep(void *ctx, const found *f, err *why)
{
    list *l = ctx;
    (void)why;
    assert(l->count < FINDS_MAX);
    found *to = &l->f[l->count++];
    *to = *f;
    if (!arena_copy(&l->a, f->is_identifier ? f->value : f->what.value,
                    f->is_identifier ? &to->value : &to->what.value))
        return ERR_LIMIT;
    return OK;
}

static void list_init(list *l)
{
    arena_init(&l->a, 64 << 20);
    l->count = 0;
}

static void list_done(list *l)
{
    arena_done(&l->a);
}

static void run(list *l, slice text, const extract_options *options)
{
    CLEANUP(arena_done) arena a;
    err why = {0};
    arena_init(&a, BUDGET);
    if (extract_text(&a, text, options, keep, l, &why) != OK)
        TEST_FAIL("extract_text: %s", why.msg);
}

/* --- the recorded cases of ioc-finder ------------------------------------------------------- */

static const struct list_kind {
    const char *name;
    kind kind; /* KIND_NONE: identifiers */
} list_kinds[] = {
    {"urls", KIND_URL},
    {"domains", KIND_DOMAIN},
    {"ipv4s", KIND_IPV4},
    {"ipv6s", KIND_IPV6},
    {"ipv4_cidrs", KIND_CIDR},
    {"email_addresses", KIND_EMAIL},
    {"md5s", KIND_MD5},
    {"sha1s", KIND_SHA1},
    {"sha256s", KIND_SHA256},
    {"sha512s", KIND_SHA512},
    {"imphashes", KIND_IMPHASH},
    {"ssdeeps", KIND_SSDEEP},
    {"asns", KIND_ASN},
    {"mac_addresses", KIND_MAC},
    {"registry_key_paths", KIND_REGISTRY_KEY},
    {"file_paths", KIND_PATH},
    {"user_agents", KIND_USER_AGENT},
    {"bitcoin_addresses", KIND_CRYPTO_ADDRESS},
    {"monero_addresses", KIND_CRYPTO_ADDRESS},
    {"cves", KIND_VULNERABILITY},
    {"attack_techniques", KIND_TECHNIQUE},
    {"attack_tactics", KIND_TACTIC},
    {"attack_mitigations", KIND_MITIGATION},
};

enum { SET_MAX = 200 };
typedef struct set {
    slice s[SET_MAX];
    size_t n;
} set;

static bool has(const set *x, slice s)
{
    for (size_t i = 0; i < x->n; i++)
        if (slice_eq(x->s[i], s))
            return true;
    return false;
}

static void add(set *x, slice s)
{
    if (!has(x, s) && x->n < SET_MAX)
        x->s[x->n++] = s;
}

static bool option(const json *c, const char *name)
{
    return !json_is(json_get(json_get(c, S("options")), slice_str(name)), JSON_FALSE);
}

/* What the case wants of a list, in our spelling. */
static void wanted_values(arena *a, const json *v, kind k, set *ret)
{
    for (const json *e = v ? v->first : NULL; e; e = e->next) {
        observable o;
        slice id;
        kind id_kind;
        if (json_is(e, JSON_ARRAY)) {
            wanted_values(a, e, k, ret);
        } else if (!kind_is_observable(k)) {
            add(ret,
                identifier_parse(json_text(e), a, &id_kind, &id, NULL) == OK ? id : json_text(e));
        } else {
            add(ret, observable_parse(a, json_text(e), k, &o, NULL) == OK ? o.value : json_text(e));
        }
    }
}

/* What we found of a kind; the parts of URLs and addresses that the case asks for are finds. */
static void our_values(arena *a, const list *l, const json *c, kind k, set *ret)
{
    for (size_t i = 0; i < l->count; i++) {
        const found *f = &l->f[i];
        observable_key keys[16];
        size_t n = 0;
        if (f->is_identifier) {
            if (f->id_kind == k)
                add(ret, f->value);
            continue;
        }
        if (f->what.kind == k && !(f->inside && !option(c, "parse_from_url_path")))
            add(ret, f->what.value);
        bool parts = f->what.kind == KIND_URL     ? option(c, "parse_domain_from_url")
                     : f->what.kind == KIND_EMAIL ? option(c, "parse_domain_from_email_address")
                                                  : false;
        if (parts && observable_keys(a, f->what.kind, f->what.value, keys, 16, &n, NULL) == OK)
            for (size_t j = 0; j < n; j++)
                if ((keys[j].how == KEY_HOST || keys[j].how == KEY_MAIL_DOMAIN) &&
                    keys[j].kind == k)
                    add(ret, keys[j].value);
    }
}

static void keep_if_monero(set *x, bool monero)
{
    size_t n = 0;
    for (size_t i = 0; i < x->n; i++)
        if ((x->s[i].len >= 95) == monero)
            x->s[n++] = x->s[i];
    x->n = n;
}

static const struct deviation *listed(int number, const char *name)
{
    for (size_t i = 0; i < COUNT_OF(deviations); i++)
        if (deviations[i].number == number && strcmp(deviations[i].list, name) == 0)
            return &deviations[i];
    return NULL;
}

static bool asked_for(const json *c, const char *name)
{
    const json *types = json_get(json_get(c, S("options")), S("included_ioc_types"));
    for (const json *e = types ? types->first : NULL; e; e = e->next)
        if (slice_eq(json_text(e), slice_str(name)))
            return true;
    return false;
}

static void compare(arena *a, const list *l, const json *c, int number, const struct list_kind *k)
{
    set want = {.n = 0}, ours = {.n = 0};
    const json *iocs = json_get(c, S("iocs"));
    wanted_values(a, json_get(iocs, slice_str(k->name)), k->kind, &want);
    if (k->kind == KIND_EMAIL) /* chat addresses have the same shape */
        wanted_values(a, json_get(iocs, S("xmpp_addresses")), k->kind, &want);
    if (k->kind == KIND_SHA256)
        wanted_values(a, json_get(iocs, S("authentihashes")), k->kind, &want);
    our_values(a, l, c, k->kind, &ours);
    if (k->kind == KIND_CRYPTO_ADDRESS) /* one kind of ours, two lists of theirs */
        keep_if_monero(&ours, strcmp(k->name, "monero_addresses") == 0);
    size_t missing = 0, extra = 0;
    for (size_t i = 0; i < want.n; i++)
        missing += !has(&ours, want.s[i]);
    for (size_t i = 0; i < ours.n; i++)
        extra += !has(&want, ours.s[i]);
    const struct deviation *d = listed(number, k->name);
    if (missing == (d ? d->missing : 0) && extra == (d ? d->extra : 0))
        return;
    TEST_FAIL("case %d, %s: %zu missing, %zu extra%s%s", number, k->name, missing, extra,
              d ? "; listed: " : "", d ? d->why : "");
    for (size_t i = 0; i < want.n; i++)
        if (!has(&ours, want.s[i]))
            fprintf(stderr, "    missing \"%.*s\"\n", SLICE_FMT(want.s[i]));
    for (size_t i = 0; i < ours.n; i++)
        if (!has(&want, ours.s[i]))
            fprintf(stderr, "    extra \"%.*s\"\n", SLICE_FMT(ours.s[i]));
}

TEST(the_recorded_cases_of_ioc_finder)
{
    CLEANUP(arena_done) arena a;
    slice text;
    json *cases;
    int number = 0;
    static list l;
    extract_options o = {0};
    arena_init(&a, 64 << 20);
    if (fs_read_all(fs_system(), &a, "../shared/vectors/ioc_finder.json", 1 << 20, &text, NULL) !=
        OK)
        TEST_SKIP("../shared/vectors/ioc_finder.json is not there");
    CHECK_OK(json_parse(&a, text, NULL, &cases, NULL));
    for (const json *c = cases->first; c; c = c->next, number++) {
        list_init(&l);
        run(&l, json_text(json_get(c, S("text"))), &o);
        for (size_t k = 0; k < COUNT_OF(list_kinds); k++)
            if (asked_for(c, list_kinds[k].name))
                compare(&a, &l, c, number, &list_kinds[k]);
        list_done(&l);
    }
    CHECK(number > 100);
}
