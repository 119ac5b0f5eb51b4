/* ask.c - askers, and what a text is taken for: see ask.h. */
#include "answer/ask/job.h"
#include "know/sightings.h"

#include "base/text.h"
#include "model/extract.h"

#include <stdlib.h>

/* --- the asker ------------------------------------------------------------------------------ */

status asker_new(store *s, asker **ret, err *why)
{
    asker *k = calloc(1, sizeof *k);
    if (!k)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    k->s = s;
    arena_init(&k->look, ASK_REMEMBERED_MAX);
    arena_init(&k->kept, ASK_KEPT_MAX);
    status st = lens_new(s, &k->l, why);
    if (st == OK)
        st = index_open(s, &k->ix, why);
    if (st != OK) {
        asker_free(k);
        return st;
    }
    lens_index(k->l, k->ix);
    *ret = k;
    return OK;
}

asker *asker_free(asker *k)
{
    if (k) {
        index_close(k->ix);
        sightings_close(k->seen);
        lens_free(k->l);
        arena_done(&k->look);
        arena_done(&k->kept);
        free(k);
    }
    return NULL;
}

/* What was remembered belongs to what was seen: it goes when other things are. */
static status forget(asker *k, err *why)
{
    memo **const memos[] = {&k->faces, &k->sources, &k->helds, &k->names, &k->groups, &k->shares};
    arena_reset(&k->look);
    arena_reset(&k->kept);
    memset(k->met, 0, sizeof k->met);
    k->lists_known = false;
    if (!(k->evidence = memo_new(&k->kept)))
        return ARENA_SPENT(&k->kept, why);
    for (size_t i = 0; i < COUNT_OF(memos); i++)
        if (!(*memos[i] = memo_new(&k->look)))
            return ARENA_SPENT(&k->look, why);
    return OK;
}

/* A file of ours that is damaged is no fault of what is asked. */
static status ours(status st, err *why)
{
    return st == ERR_INPUT ? err_wrap(why, ERR_IO, "what was seen") : st;
}

status look_at_sightings(asker *k, err *why)
{
    bool changed;
    slice folder;
    if (k->seen_looked)
        return OK;
    k->seen_looked = true;
    if (k->seen)
        return ours(sightings_refresh(k->seen, &changed, why), why);
    folder = arena_printf(&k->look, "%s/sightings", store_dir(k->s));
    if (!folder.ptr)
        return ARENA_SPENT(&k->look, why);
    status st = sightings_open(folder.ptr, &k->seen, why);
    return st == ERR_NOT_FOUND ? OK : ours(st, why); /* no telemetry was read */
}

void asker_rest(asker *k)
{
    if (k)
        lens_rest(k->l);
}

/* NULL: all that is new is taken in. */
static status take_in(asker *k, bool *ret_behind, err *why)
{
    bool behind = false;
    if (k->indexed == lens_looks(k->l) && index_whole(k->ix, NULL) == OK)
        return OK;
    status st = ret_behind ? index_refresh_some(k->ix, &behind, why) : index_refresh(k->ix, why);
    k->indexed = st == OK && !behind ? lens_looks(k->l) : 0; /* they are counted from 1 */
    if (ret_behind)
        *ret_behind = behind;
    return st;
}

static status look(asker *k, const view *v, bool *ret_behind, err *why)
{
    uint64_t before = lens_looks(k->l);
    status st = lens_look(k->l, v, why);
    bool same = st == OK && lens_looks(k->l) == before;
    if (st == OK &&
        (!same || k->look.spent > ASK_REMEMBERED_MAX / 2 || k->kept.spent >= ASK_KEPT_MAX / 2))
        st = forget(k, why);
    if (st == OK)
        st = take_in(k, ret_behind, why);
    k->seen_looked = false;
    if (st == OK)
        k->v = v;
    return st;
}

status asker_look(asker *k, const view *v, err *why)
{
    return look(k, v, NULL, why);
}

status asker_look_some(asker *k, const view *v, bool *ret_behind, err *why)
{
    *ret_behind = false;
    return look(k, v, ret_behind, why);
}

/* --- the question --------------------------------------------------------------------------- */

static status take_observable(job *j, const observable *o, err *why)
{
    answer_question *q = &j->w->question;
    q->kind = slice_str(kind_name(o->kind));
    q->value = o->value;
    q->node = (node_ref){o->kind, o->value};
    q->steps = o->steps;
    q->defanged = o->defanged;
    slice *also = o->also_count ? job_alloc(j, o->also_count * sizeof *also) : NULL;
    for (size_t i = 0; also && i < o->also_count; i++)
        also[i] = slice_str(kind_name(o->also[i]));
    q->also = also;
    q->also_count = also ? o->also_count : 0;
    j->w->special = o->special;
    status st = job_status(j, why);
    return st == OK ? step_observable(j, why) : st;
}

/* Values that only context can tell are recognised when somebody has spoken of them. */
static status known_by_text(job *j, slice text, bool *ret_known, err *why)
{
    static const kind kinds[] = {KIND_FILENAME,      KIND_MUTEX,   KIND_PIPE,
                                 KIND_EMAIL_SUBJECT, KIND_PROCESS, KIND_USER_AGENT,
                                 KIND_ACCOUNT,       KIND_PACKAGE, KIND_CERT_SERIAL,
                                 KIND_COMMAND_LINE,  KIND_PROPERTY};
    *ret_known = false;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        observable o;
        bool known;
        err quiet;
        status st = observable_parse(j->a, text, kinds[i], &o, &quiet);
        if (st == ERR_INPUT)
            continue;
        if (st == OK)
            st = node_known(j->k->l, (node_ref){o.kind, o.value}, &known, why);
        if (st != OK)
            return st;
        if (!known)
            continue;
        *ret_known = true;
        return take_observable(j, &o, why);
    }
    return OK;
}

/* `weak`: the text could be a domain of no known top-level domain; NULL when it could not. */
static status take_words(job *j, slice text, const observable *weak, err *why)
{
    bool known = false;
    status st = step_name(j, text, &known, why);
    if (st != OK || known)
        return st;
    if (weak)
        return take_observable(j, weak, why);
    st = known_by_text(j, text, &known, why);
    if (st != OK || known)
        return st;
    return step_nothing(j, text, why);
}

/* Without what a sentence leaves around an identifier that was cut out of it. */
static slice bare(slice text)
{
    const slice around = S("\"'`()[]<>.,;:!?");
    while (text.len && slice_find_byte(around, text.ptr[0], 0) != SIZE_MAX)
        text = slice_from(text, 1);
    while (text.len && slice_find_byte(around, text.ptr[text.len - 1], 0) != SIZE_MAX)
        text = slice_sub(text, 0, text.len - 1);
    return text;
}

/* What a text is before anybody is asked. */
typedef struct reading {
    bool is_identifier, is_observable;
    kind id_kind;
    slice id;
    observable seen;
    bool weak; /* `seen`, but a name that is known would be meant first */
} reading;

/* ERR_INPUT: it is no value. */
static status read_text(arena *a, slice text, kind want, reading *ret, err *why)
{
    reading r = {0};
    status st =
        want == KIND_NONE ? identifier_parse(bare(text), a, &r.id_kind, &r.id, NULL) : ERR_INPUT;
    if (st == ERR_LIMIT)
        return ARENA_SPENT(a, why);
    r.is_identifier = st == OK;
    if (st == ERR_INPUT) {
        st = observable_parse(a, text, want, &r.seen, why);
        r.is_observable = st == OK;
        r.weak = st == OK && r.seen.unknown_tld && !r.seen.defanged && want == KIND_NONE;
    }
    *ret = r;
    return st;
}

bool ask_is_observable(arena *a, slice text)
{
    reading r;
    slice asked = slice_trim(text);
    return asked.len && asked.len <= ASK_TEXT_MAX && utf8_check(asked) == SIZE_MAX &&
           read_text(a, asked, KIND_NONE, &r, NULL) == OK && r.is_observable && !r.weak;
}

static status take(job *j, slice text, const ask_options *o, err *why)
{
    reading r;
    err quiet = {0};
    status st = read_text(j->a, text, o->want, &r, &quiet);
    if (st == OK && r.is_identifier)
        return step_identifier(j, r.id_kind, r.id, why);
    if (st == OK && !r.weak)
        return take_observable(j, &r.seen, why);
    if (st == OK || (st == ERR_INPUT && o->want == KIND_NONE))
        return take_words(j, text, st == OK ? &r.seen : NULL, why);
    if (why)
        *why = quiet;
    return st;
}

status ask_value(asker *k, arena *a, slice text, const ask_options *o, const answer **ret, err *why)
{
    assert(k->v); /* a question needs a look */
    slice asked = slice_trim(text);
    if (asked.len == 0)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "nothing is asked");
    if (asked.len > ASK_TEXT_MAX)
        return err_set(why, ERR_LIMIT, ASK_TEXT_MAX, "%zu bytes asked, limit %d", asked.len,
                       ASK_TEXT_MAX);
    size_t bad = utf8_check(asked);
    if (bad != SIZE_MAX)
        return err_set(why, ERR_INPUT, bad, "no UTF-8");
    job j = {.k = k, .a = a, .w = arena_new(a, answer), .all = o->all, .brief = o->brief};
    if (!j.w)
        return ARENA_SPENT(a, why);
    answer *w = j.w;
    if (!arena_copy(a, asked, &w->question.input))
        return ARENA_SPENT(a, why);
    w->question.seen_at = o->seen_at;
    w->question.file = o->file;
    w->as_of = k->v->now;
    status st = take(&j, w->question.input, o, why);
    if (st == OK)
        st = job_status(&j, why);
    if (st == OK)
        *ret = w;
    return st;
}
