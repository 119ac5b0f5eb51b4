/* mentions.c - vulnerabilities that an object names in its description, or cites a report about:
 * what was found becomes a claim. See stix.h and mention.h. */
#include "format/mention.h"
#include "format/stix/stix.h"

static status say_mention(stix *x, node_ref who, predicate p, slice words, slice basis, slice id)
{
    fact_claim c = stix_claim(x, p);
    stix_detail d = stix_detail_of(x);
    stix_put_text(&d, "basis", basis);
    stix_put_text(&d, "id", x->id);
    status st = stix_detail_end(&d, &c.detail);
    if (st != OK)
        return st;
    c.subject = who;
    c.object = (node_ref){KIND_VULNERABILITY, id};
    c.value = words;
    c.origins = x->origins;
    c.origin_count = x->origin_count;
    return stix_say(x, c, S("description source_ref"), -1);
}

/* Reports about a vulnerability, cited where somebody who acts is described: no more than that. */
static status tell_cited(stix *x, node_ref who, mentions *seen)
{
    const json *r = stix_list(x->object, "external_references");
    for (; r; r = r->next) {
        slice url = stix_text(r, "url"), title = stix_text(r, "description");
        const slice parts[] = {url, title};
        for (size_t i = 0; i < COUNT_OF(parts); i++) {
            size_t at = 0;
            mention m;
            status st;
            while ((st = mention_next(x->a, seen, parts[i], &at, &m, x->why)) == OK && m.id.len)
                if ((st = say_mention(x, who, PRED_REFERS_TO, url.len ? url : title, S("reference"),
                                      m.id)) != OK)
                    return st;
            if (st != OK)
                return st;
        }
    }
    return OK;
}

status stix_tell_mentions(stix *x, node_ref who, bool cited)
{
    slice text = stix_text(x->object, "description");
    mentions seen = {0};
    mention m;
    size_t at = 0;
    status st;
    if (!kind_is_entity(who.kind) || who.kind == KIND_VULNERABILITY || x->revoked)
        return OK;
    while ((st = mention_next(x->a, &seen, text, &at, &m, x->why)) == OK && m.id.len) {
        predicate p = mention_acts(who.kind) && m.exploits ? PRED_EXPLOITS : PRED_REFERS_TO;
        if ((st = say_mention(x, who, p, m.sentence, S("text"), m.id)) != OK)
            return st;
    }
    return st == OK && cited && mention_acts(who.kind) ? tell_cited(x, who, &seen) : st;
}
