/* cmd_show.c - noroshi show ID: everything that is held about one thing. ID is a STIX id, a value,
 * a CVE or ATT&CK id, a name, a claim (32 hex digits) or a document (sha256:...). */
#include "cmd/app.h"
#include "cmd/group.h"
#include "publish/claim_json.h"
#include "publish/redact.h"
#include "know/claims.h"
#include "know/names.h"
#include "model/observable.h"

#include <stdio.h>

status cmd_show(app *a, err *why);

enum { SHOWN_MAX = 1000 };

/* --- printing ------------------------------------------------------------------------------- */

static status put_claim(app *a, const claim *c, err *why)
{
    char id[CLAIM_ID_TEXT + 1];
    if (a->json) {
        CLEANUP(buf_done) buf b;
        buf_init(&b, 4 << 20);
        claim_json(&b, c);
        status st = buf_status(&b, why);
        if (st == OK)
            sink_json(&a->out, buf_slice(&b));
        return st;
    }
    sink *out = &a->out;
    sink_style(out, STYLE_DIM);
    sink_words(out, slice_sub(slice_str(claim_id_text(c, id)), CLAIM_ID_TEXT - 8, CLAIM_ID_TEXT));
    sink_style(out, STYLE_PLAIN);
    sink_words(out, S("  "));
    sink_value(out, (int)c->subject.kind, c->subject.text);
    sink_words(out, S(" "));
    sink_words(out, slice_str(predicate_name(c->predicate)));
    if (c->object.kind != KIND_NONE) {
        sink_words(out, S(" "));
        sink_value(out, (int)c->object.kind, c->object.text);
    }
    if (c->value.len) {
        sink_words(out, S(" "));
        sink_foreign_cut(out, c->value, 300);
    }
    if (c->detail.len) {
        sink_words(out, S(" "));
        sink_foreign_cut(out, c->detail, 300);
    }
    sink_style(out, STYLE_DIM);
    sink_words(out, S("  ["));
    sink_foreign(out, c->source);
    sink_words(out, S(" "));
    sink_words(out, slice_str(tlp_label(c->marking.tlp)));
    sink_words(out, S(" "));
    sink_foreign(out, c->place);
    sink_words(out, c->withdrawn ? S("] ") : S("]"));
    if (c->withdrawn)
        sink_put(out, msg_show_withdrawn());
    sink_style(out, STYLE_PLAIN);
    sink_line(out);
    return OK;
}

static status put_claims(app *a, const claim_list *list, bool *found, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < list->count; i++)
        st = put_claim(a, &list->at[i], why);
    *found |= list->count != 0;
    if (list->more)
        app_note(a, msg_show_more(SHOWN_MAX));
    return st;
}

/* What is said about the node and with it. */
static status show_node(app *a, lens *l, node_ref n, bool *found, err *why)
{
    CLEANUP(arena_done) arena m;
    claim_list list;
    arena_init(&m, 256 << 20);
    status st = claims_of_past(l, &m, n, PRED_NONE, SHOWN_MAX, &list, why);
    if (st == OK)
        st = put_claims(a, &list, found, why);
    if (st == OK)
        st = claims_to(l, &m, n, PRED_NONE, 0, SHOWN_MAX, &list, why);
    return st == OK ? put_claims(a, &list, found, why) : st;
}

static status put_object(app *a, const object_info *o, slice bytes, err *why)
{
    if (a->json) {
        CLEANUP(buf_done) buf b;
        buf_init(&b, 64 << 20);
        object_json(&b, o, bytes);
        status st = buf_status(&b, why);
        if (st == OK)
            sink_json(&a->out, buf_slice(&b));
        return st;
    }
    sink_style(&a->out, STYLE_TITLE);
    sink_foreign(&a->out, o->source);
    sink_style(&a->out, STYLE_PLAIN);
    sink_line(&a->out);
    sink_foreign(&a->out, bytes);
    sink_line(&a->out);
    return OK;
}

/* The object as received, of every source that has it, without what its granular markings hide. */
static status show_objects(app *a, lens *l, slice id, bool *found, err *why)
{
    CLEANUP(arena_done) arena m;
    object_list list;
    int64_t redacted = 0, withheld = 0;
    arena_init(&m, 256 << 20);
    status st = objects_named(l, &m, id, &list, why);
    if (st == ERR_NOT_FOUND)
        return OK;
    for (size_t i = 0; st == OK && i < list.count; i++) {
        slice bytes;
        redaction how;
        if ((st = object_bytes(l, &m, &list.at[i], &bytes, why)) != OK ||
            (st = redact_object(l, &m, bytes, &bytes, &how, why)) != OK)
            break;
        *found = true;
        redacted += how == REDACT_PARTS;
        withheld += how == REDACT_WITHHOLD;
        if (how != REDACT_WITHHOLD)
            st = put_object(a, &list.at[i], bytes, why);
    }
    if (st == OK && redacted)
        app_note(a, msg_export_redacted(redacted));
    if (st == OK && withheld)
        app_note(a, msg_export_withheld(withheld));
    return st;
}

static status show_document(app *a, lens *l, slice hex, bool *found, err *why)
{
    uint8_t sha[SHA256_BYTES];
    document_info d;
    if (!hash_unhex(hex, sha, sizeof sha))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a document is sha256: and 64 hex digits");
    status st = document_get(l, a->memory, sha, &d, why);
    if (st == ERR_NOT_FOUND)
        return OK;
    if (st != OK)
        return st;
    *found = true;
    CLEANUP(buf_done) buf b;
    buf_init(&b, 1 << 20);
    document_json(&b, &d);
    if ((st = buf_status(&b, why)) == OK)
        sink_json(&a->out, buf_slice(&b));
    return st;
}

/* --- what the argument means ------------------------------------------------------------------ */

static status show_named(app *a, lens *l, slice text, bool *found, err *why)
{
    name_candidates who;
    status st = name_lookup(l, a->memory, text, KIND_NONE, &who, why);
    for (size_t i = 0; st == OK && i < who.count; i++) {
        st = group_put(a, &who.at[i].group, why);
        for (size_t m = 0; st == OK && m < who.at[i].group.member_count; m++)
            st = show_node(a, l, who.at[i].group.members[m].entity, found, why);
    }
    return st;
}

static status show_key(app *a, lens *l, slice text, bool *found, err *why)
{
    status st = show_objects(a, l, text, found, why);
    for (unsigned k = KIND_ACTOR; st == OK && k < KIND_ENTITY_END_; k++)
        st = show_node(a, l, (node_ref){(kind)k, text}, found, why);
    return st;
}

static bool is_claim_id(slice text)
{
    uint8_t room[CLAIM_ID_TEXT / 2];
    return hash_unhex(text, room, sizeof room);
}

static status show(app *a, lens *l, slice text, bool *found, err *why)
{
    observable o;
    claim c;
    status st = OK;
    if (slice_starts(text, S("sha256:")))
        return show_document(a, l, slice_from(text, 7), found, why);
    if (is_claim_id(text) && claim_get(l, a->memory, text, &c, NULL) == OK) {
        *found = true;
        return put_claim(a, &c, why);
    }
    st = show_key(a, l, text, found, why);
    if (st == OK && !*found)
        st = show_named(a, l, text, found, why);
    if (st == OK && !*found && observable_parse(a->memory, text, KIND_NONE, &o, NULL) == OK)
        st = show_node(a, l, (node_ref){o.kind, o.value}, found, why);
    return st;
}

status cmd_show(app *a, err *why)
{
    lens *l;
    status st = app_lens(a, &l, why);
    for (size_t i = 0; st == OK && i < a->operand_count; i++) {
        bool found = false;
        st = show(a, l, a->operands[i], &found, why);
        if (st == OK && !found) {
            app_exit(a, 1);
            app_note(a, msg_show_nothing(a->operands[i]));
        }
    }
    return st == OK ? sink_flush(&a->out, why) : st;
}
