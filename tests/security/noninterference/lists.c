/* lists.c - bulk lists and decisions of the worlds: see world.h. */
#include "know/sets.h"
#include "world.h"

const char *const world_sets[2] = {"good hashes", "popular"};
const view world_anybody = {
    .clearance = TLP_CLEAR, .organisation = S_INIT("nobody"), .known_at = WHEN_NONE};

const view world_site = {.clearance = TLP_RED, .known_at = WHEN_NONE};

/* --- sets ------------------------------------------------------------------------------------- */

/* The value as a list has it: hashes as bytes. */
static status put_value(set_loader *sl, node_ref v, slice label, err *why)
{
    uint8_t digest[HASH_BYTES_MAX];
    size_t n = fact_digest_bytes(v.kind);
    fact_key key = {v.kind, v.text};
    fact_label l = {
        .text = label, .first_seen = WHEN_NONE, .last_seen = WHEN_NONE, .valid_until = WHEN_NONE};
    if (n && hash_unhex(v.text, digest, n))
        key.bytes = slice_of((const char *)digest, n);
    return set_loader_keys(sl, &l, &key, 1, why);
}

static set_verdict verdict_of(const world_event *e)
{
    return e->again % 3 == 0 ? SET_LIST : e->again % 3 == 1 ? SET_KNOWN_BAD : SET_KNOWN_GOOD;
}

static status load_set(world_store *ws, const world_event *e)
{
    set_loader *sl = NULL;
    set_result r;
    uint8_t sha[SHA256_BYTES] = {0};
    set_load_options o = {.name = slice_str(e->feed),
                          .source = slice_str(e->source),
                          .verdict = verdict_of(e),
                          .marking = e->floor};
    o.polarity = o.verdict == SET_LIST ? SET_BENIGN : SET_POLARITY_NONE;
    memcpy(sha, &e->bits, sizeof e->bits);
    status st = set_loader_new(ws->s, &o, &sl, &ws->why);
    if (st == OK)
        st = set_loader_document(sl, sha, 1, &ws->why);
    for (size_t i = 0; st == OK && i < WORLD_VALUES - 2; i++)
        if (i == e->bits % 7 || e->bits >> i & 1)
            st = put_value(sl, world_values[i], e->bits % 2 ? S("family") : S(""), &ws->why);
    if (st == OK)
        st = set_loader_finish(sl, ws->w, &r, &ws->why);
    set_loader_free(sl);
    return st;
}

static bool same_marking(marking a, marking b)
{
    return a.tlp == b.tlp && a.pap == b.pap && slice_eq(a.owner, b.owner) &&
           slice_eq(a.audience, b.audience);
}

static status drop_set(world_store *ws, const world_event *e)
{
    static const view all = {.clearance = TLP_RED, .all_audiences = true, .known_at = WHEN_NONE};
    int64_t rows[16];
    size_t n = 0;
    uint64_t count;
    set_list list;
    lens *l = NULL;
    status st = lens_new(ws->s, &l, &ws->why);
    if (st == OK)
        st = lens_look(l, &all, &ws->why);
    if (st == OK)
        st = sets_seen(l, &list, &ws->why);
    for (size_t i = 0; st == OK && i < list.count && n < COUNT_OF(rows); i++)
        if (slice_eq(list.at[i].name, slice_str(e->feed)) &&
            slice_eq(list.at[i].source, slice_str(e->source)) &&
            same_marking(list.at[i].marking, e->floor))
            rows[n++] = list.at[i].row;
    lens_free(l);
    return st == OK && n ? set_drop(ws->w, rows, n, false, &count, &ws->why) : st;
}

status world_list(world_store *ws, const world_event *e, const view *v)
{
    if (v && !may_see(v, e->floor))
        return OK;
    return e->what == EVENT_DROP ? drop_set(ws, e) : load_set(ws, e);
}

/* --- decisions -------------------------------------------------------------------------------- */

status world_decide(world_store *ws, arena *a, const view *v, const name_decider *by, bool merge,
                    slice x, slice y, name_change *ret)
{
    lens *l = NULL;
    status st = lens_new(ws->s, &l, &ws->why);
    if (st == OK)
        st = lens_look(l, v, &ws->why);
    if (st == OK)
        st = (merge ? name_merge : name_split)(l, a, x, y, by, ret, &ws->why);
    if (st == OK)
        st = name_apply(ws->w, ret, S("looked at it"), &ws->why);
    lens_free(l);
    return st;
}

/* Whoever decides sees nothing that a reader of the decision does not see, so what is decided does
 * not depend on the reader. */
status world_decision(world_store *ws, const world_event *e, const view *v)
{
    CLEANUP(arena_done) arena a;
    name_change c;
    size_t x = e->bits % 4, y = (x + 1 + e->bits / 4 % 3) % 4;
    bool secret = e->what == EVENT_SECRET, merge = e->bits / 12 % 2;
    name_decider by = {.source = S("analyst:ann"), .floor.tlp = secret ? TLP_RED : TLP_CLEAR};
    const view *seen_by = secret ? &world_site : &world_anybody;
    arena_init(&a, 64 << 20);
    if (v && !may_see(v, by.floor))
        return OK;
    status st = ERR_BUSY;
    for (int turn = 0; turn < 1 + secret && st == ERR_BUSY; turn++, merge = !merge)
        st = world_decide(ws, &a, seen_by, &by, merge, world_entities[x].text,
                          world_entities[y].text, &c);
    return st == ERR_BUSY || st == ERR_INPUT || st == ERR_NOT_FOUND ? OK : st;
}
