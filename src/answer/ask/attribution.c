/* attribution.c - what the value is tied to, and whether that says who is behind it.
 *
 * An attribution carries its own basis. That a value is of a malware says nothing about an actor; a
 * file's name is only a file's name; a key or a licence that many share points at nobody. So
 * candidates are the actors and campaigns that a source names in a statement of its own, and
 * whatever speaks against it is said beside. */
#include "answer/ask/job.h"

enum { ENTITIES_MAX = 200, PIVOTS_MAX = 16, BECAUSE_MAX = 8, ENTITY_SOURCES_MAX = 16 };

typedef struct tie {
    node_ref node;
    const char *relation, *basis;
    size_t of; /* evidence */
} tie;

/* Rows so far. Many claims about one value tie it to the same few things: where the last ones went
 * is remembered, as finding out whose name a node is costs more than all the rest. */
enum { TIES_BACK = 16 };
typedef struct tied {
    answer_entity *rows;
    node_ref nodes[TIES_BACK];
    size_t row_of[TIES_BACK]; /* SIZE_MAX: it found no room */
    size_t count;             /* the ring holds the last TIES_BACK of them */
} tied;

static const char *basis_of(const testimony *t)
{
    if (t->pointing)
        return "relation";
    return t->claim.predicate == PRED_PATTERN_OF ? "indicator" : "observed";
}

static bool same_node(node_ref a, node_ref b)
{
    return a.kind == b.kind && slice_eq(a.text, b.text);
}

static void add_source(job *j, answer_entity *e, slice source)
{
    slice *list = (slice *)(uintptr_t)e->sources; /* ours until the answer is done */
    for (size_t i = 0; i < e->source_count; i++)
        if (slice_eq(list[i], source))
            return;
    if (e->source_count == ENTITY_SOURCES_MAX ||
        !(list = job_more(j, list, e->source_count, sizeof *list)))
        return;
    list[e->source_count++] = source;
    e->sources = list;
}

/* The row of the thing that the node belongs to; a new one when there is none. */
static status entity_row(job *j, tied *all, const tie *t, size_t *ret, err *why)
{
    name_group g;
    status st = recall_group(j->k, j->a, t->node, &g, why);
    if (st != OK)
        return st;
    for (size_t i = 0; i < j->w->entity_count; i++)
        if (same_node(all->rows[i].id, g.id)) {
            *ret = i;
            return OK;
        }
    j->w->entity_total++;
    *ret = SIZE_MAX;
    if (j->w->entity_count == ENTITIES_MAX)
        return OK;
    answer_entity *p = job_more(j, all->rows, j->w->entity_count, sizeof *p);
    if (!p)
        return job_status(j, why);
    all->rows = p;
    *ret = j->w->entity_count++;
    p[*ret] = (answer_entity){.id = g.id,
                              .kind = g.kind,
                              .name = g.name,
                              .names = g.names,
                              .name_count = g.name_count,
                              .relation = t->relation,
                              .basis = t->basis,
                              .confidence = -1};
    return OK;
}

static bool met_before(const tied *all, node_ref node, size_t *ret)
{
    for (size_t i = 0; i < all->count && i < TIES_BACK; i++)
        if (same_node(all->nodes[i], node)) {
            *ret = all->row_of[i];
            return true;
        }
    return false;
}

static status add_tie(job *j, tied *all, const tie *t, err *why)
{
    size_t row = SIZE_MAX;
    if (!met_before(all, t->node, &row)) {
        status st = entity_row(j, all, t, &row, why);
        if (st != OK)
            return st;
        all->nodes[all->count % TIES_BACK] = t->node;
        all->row_of[all->count++ % TIES_BACK] = row;
    }
    if (row == SIZE_MAX)
        return job_status(j, why);
    const claim *c = &j->set.from[t->of].claim;
    add_source(j, &all->rows[row], c->source);
    if (c->confidence > all->rows[row].confidence)
        all->rows[row].confidence = c->confidence;
    return job_status(j, why);
}

/* Malware first, then actors, then the rest: what a reader wants in the headline. */
static int kind_order(kind k)
{
    return k == KIND_MALWARE    ? 0
           : k == KIND_TOOL     ? 1
           : k == KIND_ACTOR    ? 2
           : k == KIND_CAMPAIGN ? 3
                                : 4;
}

static void sort_entities(answer_entity *list, size_t n)
{
    for (size_t i = 1; i < n; i++) { /* few; keeps the order of evidence among equals */
        answer_entity e = list[i];
        size_t k = i;
        for (; k && kind_order(list[k - 1].kind) > kind_order(e.kind); k--)
            list[k] = list[k - 1];
        list[k] = e;
    }
}

status step_threats(job *j, err *why)
{
    tied all = {0};
    status st = OK;
    for (size_t i = 0; st == OK && i < j->set.count; i++) {
        const testimony *t = &j->set.from[i];
        bool bad = evidence_stance_of(j->set.evidence[i].rule) == STANCE_BAD;
        for (size_t k = 0; st == OK && bad && k < t->threat_count; k++)
            st = add_tie(j, &all, &(tie){t->threats[k], "indicates", basis_of(t), i}, why);
        if (t->claim.predicate != PRED_ATTRIBUTED_TO || t->pointing || t->claim.withdrawn)
            continue;
        if (st == OK)
            st = add_tie(j, &all, &(tie){t->claim.object, "attributed-to", "said", i}, why);
    }
    sort_entities(all.rows, j->w->entity_count);
    j->w->entities = all.rows;
    return st;
}

/* --- what it shares with others ------------------------------------------------------------- */

message note_message(slice note)
{
    static const struct {
        const char *word;
        message_id id;
    } words[] = {{"leaked", MSG_ask_note_leaked},
                 {"cracked", MSG_ask_note_cracked},
                 {"trial", MSG_ask_note_trial}};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (slice_eq(note, slice_str(words[i].word)))
            return message_of(words[i].id);
    return msg_ask_note_text(note);
}

/* "pubkey_md5=abc" -> "pubkey_md5", "abc" */
static bool split_property(slice text, slice *name, slice *value)
{
    *value = text;
    return slice_cut(value, '=', name) && value->len > 0;
}

static phrase share_words(job *j, slice name, slice value, slice note, const share *s)
{
    int64_t n = (int64_t)s->values, m = (int64_t)s->others;
    slice brief = value.len > 12 ? slice_sub(value, 0, 8) : value;
    if (slice_eq(name, S("watermark")))
        return phrase_one(
            j, note.len ? msg_ask_who_mark_note(value, job_message(j, note_message(note)), n)
                        : msg_ask_who_mark(value, n));
    if (slice_eq(name, S("key")))
        return phrase_one(j,
                          m > 1 ? msg_ask_who_key_marks(brief, n, m) : msg_ask_who_key(brief, n));
    return phrase_one(j, msg_ask_who_shared(name, brief, n));
}

static slice note_for(const job *j, slice mark)
{
    for (size_t i = 0; i < j->w->fact_count; i++)
        if (slice_eq(j->w->facts[i].watermark, mark))
            return j->w->facts[i].note;
    return S("");
}

static status add_share(job *j, answer_pivot **pivots, phrase *because, size_t *n, size_t *first,
                        node_ref node, err *why)
{
    const share *s;
    slice name, value;
    if (!split_property(node.text, &name, &value))
        return OK;
    status st = recall_share(j->k, node, &s, why);
    if (st != OK)
        return st;
    answer_pivot *p = job_more(j, *pivots, j->w->pivot_count, sizeof *p);
    if (!p)
        return job_status(j, why);
    *pivots = p;
    p[j->w->pivot_count++] =
        (answer_pivot){KIND_PROPERTY, node.text, "shares", s->values, s->at_least};
    if (s->values < 2 || *n >= BECAUSE_MAX)
        return job_status(j, why);
    /* what many owners share says most: it goes before what is only common */
    size_t at = *n;
    if (s->others > 1)
        for (; at > *first; at--)
            because[at] = because[at - 1];
    because[at] = share_words(j, name, value, note_for(j, value), s);
    *n += 1;
    *first += s->others > 1;
    return job_status(j, why);
}

static bool is_pivot(predicate p)
{
    return p == PRED_RESOLVES_TO || p == PRED_COMMUNICATES_WITH || p == PRED_HASHES_WITH ||
           p == PRED_DROPS || p == PRED_DOWNLOADS || p == PRED_BELONGS_TO || p == PRED_RELATED_TO ||
           p == PRED_HOSTS;
}

static bool have_pivot(const job *j, const answer_pivot *list, node_ref node)
{
    for (size_t i = 0; i < j->w->pivot_count; i++)
        if (list[i].kind == node.kind && slice_eq(list[i].value, node.text))
            return true;
    return false;
}

static status step_pivots(job *j, phrase *because, size_t *n, err *why)
{
    answer_pivot *list = NULL;
    size_t first = *n;
    status st = OK;
    for (size_t i = 0; st == OK && i < j->set.count && j->w->pivot_count < PIVOTS_MAX; i++) {
        const claim *c = &j->set.from[i].claim;
        node_ref other = j->set.from[i].pointing ? c->subject : c->object;
        if (c->withdrawn || j->set.evidence[i].via != VIA_SELF || !kind_is_observable(other.kind) ||
            have_pivot(j, list, other))
            continue;
        if (c->predicate == PRED_PROPERTY && other.kind == KIND_PROPERTY) {
            st = add_share(j, &list, because, n, &first, other, why);
        } else if (is_pivot(c->predicate)) {
            answer_pivot *p = job_more(j, list, j->w->pivot_count, sizeof *p);
            if (!p)
                return job_status(j, why);
            list = p;
            p[j->w->pivot_count++] =
                (answer_pivot){other.kind, other.text, predicate_name(c->predicate), 0, false};
        }
    }
    j->w->pivots = list;
    return st;
}

/* --- who ------------------------------------------------------------------------------------ */

static bool is_somebody(kind k)
{
    return k == KIND_ACTOR || k == KIND_CAMPAIGN;
}

/* A word of a file's name as people who are called so write it; the word itself when nobody is. */
static status spelling(job *j, slice word, slice *ret, err *why)
{
    name_candidates c;
    *ret = word;
    if (word.len > NAME_TEXT_MAX)
        return OK;
    status st = name_lookup(j->k->l, j->a, word, KIND_ACTOR, &c, why);
    if (st == OK && c.count && c.at[0].use_count)
        *ret = c.at[0].uses[0].name;
    return st;
}

/* What the names of files say about who it is: words behind the product. */
static status file_names(job *j, phrase *because, size_t *n, err *why)
{
    enum { LABELS_MAX = 6 };
    const slice *labels = NULL;
    size_t count = 0;
    for (size_t i = 0; i < j->set.count; i++) {
        const testimony *t = &j->set.from[i];
        const json *says = json_get(t->detail, S("file_says"));
        if (t->pointing || !json_is(says, JSON_ARRAY))
            continue;
        for (const json *w = says->first; w; w = w->next) {
            slice name;
            status st = spelling(j, json_text(w), &name, why);
            if (st != OK)
                return st;
            if (name.len)
                add_text_once(j, &labels, &count, LABELS_MAX, name);
        }
    }
    if (count)
        because[(*n)++] = phrase_one(j, msg_ask_who_file_name((msg_list){labels, count}));
    return job_status(j, why);
}

/* Candidates are moved to an array of their own: the first ones of `entities` that are somebody. */
static void pick_candidates(job *j)
{
    answer_entity *list = NULL;
    size_t n = 0;
    for (size_t i = 0; i < j->w->entity_count; i++) {
        const answer_entity *e = &j->w->entities[i];
        if (!is_somebody(e->kind))
            continue;
        answer_entity *p = job_more(j, list, n, sizeof *p);
        if (!p)
            return;
        list = p;
        list[n++] = *e;
    }
    j->w->attribution.at = list;
    j->w->attribution.count = n;
    j->w->attribution.candidates = n != 0;
}

status step_attribution(job *j, err *why)
{
    size_t n = 0;
    phrase *because = job_alloc(j, (BECAUSE_MAX + 2) * sizeof *because);
    if (!because)
        return job_status(j, why);
    pick_candidates(j);
    status st = file_names(j, because, &n, why);
    if (st == OK)
        st = step_pivots(j, because, &n, why);
    j->w->attribution.because = because;
    j->w->attribution.because_count = n;
    return st == OK ? job_status(j, why) : st;
}
