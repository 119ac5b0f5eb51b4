/* here.c - has this site seen the value? From sightings (know/sightings.h), which `noroshi watch`
 * remembers. */
#include "answer/ask/job.h"
#include "know/sightings.h"

static void add(answer_here *h, const sighting *s)
{
    if (!s->count)
        return;
    h->first = h->count && h->first < s->first ? h->first : s->first;
    h->last = h->count && h->last > s->last ? h->last : s->last;
    h->count += s->count;
}

status step_here(job *j, err *why)
{
    node_ref n = j->w->question.node;
    answer_here *h = &j->w->here;
    sightings_coverage covered;
    sightings_found found;
    const sightings_probe probe = {n.kind, n.text};
    *h = (answer_here){.first = WHEN_NONE, .last = WHEN_NONE, .from = WHEN_NONE, .to = WHEN_NONE};
    if (!sightings_are_for(j->k->v))
        return OK;
    status st = look_at_sightings(j->k, why);
    if (st != OK || !j->k->seen)
        return st;
    st = sightings_covered(j->k->seen, j->a, &covered, why);
    if (st != OK || covered.from == WHEN_NONE)
        return st;
    h->from = covered.from;
    h->to = covered.to;
    h->sources = covered.source_count;
    if (!sightings_can_have(n.kind) ||
        (st = sightings_find(j->k->seen, &probe, 1, j->a, &found, why)) != OK)
        return st;
    add(h, &found.itself);
    add(h, &found.within);
    h->said = h->count ? HERE_YES : found.scope == SIGHTINGS_UNKNOWN ? HERE_CANNOT_SAY : HERE_NO;
    return OK;
}
