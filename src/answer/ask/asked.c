/* asked.c - which sources were asked, how much they hold, what was not asked and why. Unknown is an
 * answer only together with this. */
#include "answer/ask/job.h"

#include "know/sets.h"

#include <stdlib.h>

static bool spoke(const job *j, slice source)
{
    for (size_t i = 0; i < j->set.count; i++)
        if (slice_eq(j->set.evidence[i].source, source))
            return true;
    return false;
}

static int by_weight(const void *x, const void *y)
{
    const answer_asked *a = x, *b = y;
    if (a->said != b->said)
        return a->said < b->said ? -1 : 1;
    if (a->listed != b->listed)
        return a->listed ? 1 : -1;
    if (a->held != b->held)
        return a->held > b->held ? -1 : 1;
    return slice_cmp(a->source, b->source) ? slice_cmp(a->source, b->source) : a->set - b->set;
}

static void not_asked(job *j, answer_asked *row, const char *what, message why)
{
    *row = (answer_asked){.source = slice_str(what),
                          .said = SAID_NOT_ASKED,
                          .why = phrase_one(j, why),
                          .newest = WHEN_NONE,
                          .fresh = WHEN_NONE};
}

/* Hashes of other kinds that are held and cannot be compared with this one. */
static status see_limits(job *j, err *why)
{
    static const kind kinds[] = {KIND_MD5, KIND_SHA1, KIND_SHA256, KIND_SHA512};
    kind own = j->w->question.node.kind;
    slice name = slice_str(kind_name(own));
    msg_message some[COUNT_OF(kinds)] = {0};
    size_t found = 0;
    for (size_t i = 0; kind_is_hash(own) && i < COUNT_OF(kinds); i++) {
        const held_list *list;
        uint64_t n = 0;
        if (kinds[i] == own)
            continue;
        status st = recall_held(j->k, kinds[i], &list, why);
        if (st != OK)
            return st;
        for (size_t k = 0; k < list->count; k++)
            n += list->at[k].listed ? 0 : list->at[k].statements;
        if (n && found < 3)
            some[found++] =
                job_message(j, msg_ask_limits_kind((int64_t)n, slice_str(kind_name(kinds[i]))));
    }
    if (found == 1)
        j->w->limits = phrase_one(j, msg_ask_limits_1(some[0], name));
    else if (found == 2)
        j->w->limits = phrase_one(j, msg_ask_limits_2(some[0], some[1], name));
    else if (found == 3)
        j->w->limits = phrase_one(j, msg_ask_limits_3(some[0], some[1], some[2], name));
    return job_status(j, why);
}

/* Did this set say something? */
static bool set_spoke(const job *j, const set_info *s)
{
    for (size_t i = 0; i < j->set.count; i++) {
        const claim *c = &j->set.from[i].claim;
        if (c->predicate == PRED_LISTED && slice_eq(c->path, s->name) &&
            memcmp(c->document, s->sha256, SHA256_BYTES) == 0 && slice_eq(c->source, s->source))
            return true;
    }
    return false;
}

/* Sets that hold values of the kind, or whose keys cannot be had; lists are counted as lists. */
static size_t ask_sets(job *j, const set_list *sets, answer_asked *rows)
{
    size_t n = 0;
    for (size_t i = 0; i < sets->count; i++) {
        const set_info *s = &sets->at[i];
        uint64_t holds = set_of_kind(s, j->w->question.node.kind);
        j->w->lists += s->verdict == SET_LIST && !s->broken;
        if (!holds && !s->broken && !set_spoke(j, s))
            continue;
        rows[n] = (answer_asked){.source = s->name,
                                 .said = s->broken         ? SAID_FAILED
                                         : set_spoke(j, s) ? SAID_SOMETHING
                                                           : SAID_NOTHING,
                                 .listed = s->verdict == SET_LIST,
                                 .good = s->verdict == SET_KNOWN_GOOD,
                                 .set = true,
                                 .held = holds,
                                 .newest = s->recorded,
                                 .fresh = s->recorded};
        if (s->broken)
            rows[n].why = phrase_one(j, msg_ask_text(slice_str(s->broken)));
        n++;
    }
    return n;
}

static bool good_asked(const answer_asked *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].good)
            return true;
    return false;
}

static void ask_logs(job *j, answer_asked *row)
{
    const answer_here *h = &j->w->here;
    if (h->said == HERE_CANNOT_SAY)
        not_asked(j, row, "logs", msg_ask_not_asked_reason_logs());
    else
        *row = (answer_asked){.source = S("logs"),
                              .said = h->said == HERE_YES ? SAID_SOMETHING : SAID_NOTHING,
                              .held = h->sources,
                              .newest = h->to,
                              .fresh = h->to};
}

status step_asked(job *j, err *why)
{
    enum { NOT_ASKED = 3 };
    const held_list *list;
    set_list sets;
    status st = recall_held(j->k, j->w->question.node.kind, &list, why);
    if (st == OK)
        st = recall_lists(j->k, &j->w->lists, why);
    if (st == OK)
        st = sets_seen(j->k->l, &sets, why);
    answer_asked *rows =
        st == OK ? job_alloc(j, (list->count + sets.count + NOT_ASKED) * sizeof *rows) : NULL;
    if (!rows)
        return st == OK ? job_status(j, why) : st;
    for (size_t i = 0; i < list->count; i++) {
        const held *h = &list->at[i];
        const source_info *info;
        if ((st = recall_source(j->k, h->source, &info, why)) != OK)
            return st;
        rows[i] = (answer_asked){.source = h->source,
                                 .said = spoke(j, h->source) ? SAID_SOMETHING : SAID_NOTHING,
                                 .listed = h->listed,
                                 .held = h->statements,
                                 .newest = h->newest,
                                 .fresh = info->fresh};
    }
    size_t n = list->count + ask_sets(j, &sets, rows + list->count);
    qsort(rows, n, sizeof *rows, by_weight);
    if (kind_is_hash(j->w->question.node.kind) && !good_asked(rows, n))
        not_asked(j, &rows[n++], "known-good", msg_ask_not_asked_reason_good());
    ask_logs(j, &rows[n++]);
    not_asked(j, &rows[n++], "outside", msg_ask_not_asked_reason_outside());
    j->w->asked = rows;
    j->w->asked_count = n;
    return see_limits(j, why);
}
