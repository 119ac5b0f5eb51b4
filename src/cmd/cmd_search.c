/* cmd_search.c - noroshi search TEXT: names, descriptions and procedures by their words, values and
 * documents. */
#include "cmd/app.h"
#include "know/index.h"
#include "know/names.h"
#include "know/search.h"

#include <stdio.h>

status cmd_search(app *a, err *why);

static const message_id parts[SEARCH_PART_COUNT_] = {
    [SEARCH_VALUE] = MSG_search_part_value,
    [SEARCH_VALUE_BEGINS] = MSG_search_part_value_begins,
    [SEARCH_VALUE_UNDER] = MSG_search_part_value_under,
    [SEARCH_DOCUMENT] = MSG_search_part_document,
    [SEARCH_NAME] = MSG_search_part_name,
    [SEARCH_NAME_BEGINS] = MSG_search_part_name_begins,
    [SEARCH_NAME_WORDS] = MSG_search_part_name_words,
    [SEARCH_DESCRIPTION] = MSG_search_part_description,
    [SEARCH_PROCEDURE] = MSG_search_part_procedure,
};

/* What a procedure uses: how it is called. */
static slice display_name(app *a, lens *l, node_ref n)
{
    name_group g;
    if (kind_is_entity(n.kind) && name_group_of(l, a->memory, n, &g, NULL) == OK)
        return g.name;
    return n.text;
}

/* "    [source TLP:GREEN +2]": who says so, and for whom it is. */
static void put_origin(app *a, const search_hit *h)
{
    sink *out = &a->out;
    sink_style(out, STYLE_DIM);
    sink_words(out, h->excerpt.len ? S(" [") : S("["));
    sink_foreign(out, h->source);
    sink_words(out, S(" "));
    sink_words(out, slice_str(tlp_label(h->marking.tlp)));
    if (h->matches > 1) {
        sink_words(out, S(" "));
        sink_put(out, msg_search_also((int64_t)h->matches - 1));
    }
    sink_words(out, S("]"));
    sink_style(out, STYLE_PLAIN);
    sink_line(out);
    sink_indent(out, 0);
}

static void put_document(app *a, const search_hit *h)
{
    sink *out = &a->out;
    char hex[2 * SHA256_BYTES + 1];
    const document_info *d = h->document;
    sink_style(out, STYLE_TITLE);
    sink_foreign(out, d->path);
    sink_style(out, STYLE_PLAIN);
    sink_words(out, S("  "));
    sink_words(out, d->format);
    sink_style(out, STYLE_DIM);
    sink_words(out, S("  "));
    sink_put(out, msg_search_records((int64_t)d->records));
    sink_words(out, S("  "));
    sink_put(out, msg_search_recorded(d->recorded));
    sink_right(out, (message){.id = parts[h->part]});
    sink_style(out, STYLE_PLAIN);
    sink_line(out);
    sink_indent(out, 4);
    sink_words(out, S("    "));
    sink_words(out, slice_str(hash_hex(d->sha256, SHA256_BYTES, hex)));
    put_origin(a, h);
}

static void put_text(app *a, lens *l, const search_hit *h)
{
    sink *out = &a->out;
    if (h->document) {
        put_document(a, h);
        return;
    }
    sink_style(out, STYLE_TITLE);
    if (kind_is_observable(h->subject.kind))
        sink_value(out, (int)h->subject.kind, h->subject.text);
    else
        sink_foreign(out, h->name);
    sink_style(out, STYLE_PLAIN);
    sink_words(out, S("  "));
    sink_words(out, slice_str(kind_name(h->subject.kind)));
    sink_style(out, STYLE_DIM);
    sink_words(out, S("  "));
    if (kind_is_entity(h->thing.kind))
        sink_foreign(out, h->thing.text);
    sink_right(out, (message){.id = parts[h->part]});
    sink_style(out, STYLE_PLAIN);
    sink_line(out);
    sink_indent(out, 4);
    sink_words(out, S("    "));
    if (h->part == SEARCH_PROCEDURE) {
        sink_foreign(out, display_name(a, l, h->object));
        sink_words(out, S(": "));
    }
    sink_words(out, h->cut_front ? S("... ") : S(""));
    sink_foreign(out, h->excerpt);
    sink_words(out, h->cut_back ? S(" ...") : S(""));
    put_origin(a, h);
}

static void put_node(json_writer *w, const char *key, node_ref n, slice name)
{
    json_key(w, key);
    if (n.kind == KIND_NONE) {
        json_put_null(w);
        return;
    }
    json_open(w, '{');
    json_key(w, "id");
    json_put_text(w, n.text);
    json_key(w, "kind");
    json_put_text(w, slice_str(kind_name(n.kind)));
    json_key(w, "name");
    json_put_text(w, name);
    json_close(w, '}');
}

static void put_json_document(json_writer *w, const document_info *d)
{
    char hex[2 * SHA256_BYTES + 1];
    json_key(w, "document");
    if (!d) {
        json_put_null(w);
        return;
    }
    json_open(w, '{');
    json_key(w, "sha256");
    json_put_text(w, slice_str(hash_hex(d->sha256, SHA256_BYTES, hex)));
    json_key(w, "path");
    json_put_text(w, d->path);
    json_key(w, "format");
    json_put_text(w, d->format);
    json_key(w, "bytes");
    json_put_int(w, (int64_t)d->bytes);
    json_key(w, "records");
    json_put_int(w, (int64_t)d->records);
    json_close(w, '}');
}

static status put_json(app *a, lens *l, const search_hit *h, err *why)
{
    CLEANUP(buf_done) buf b;
    char id[CLAIM_ID_TEXT + 1], when_text[WHEN_TEXT_MAX];
    node_ref object = h->part == SEARCH_PROCEDURE ? h->object : (node_ref){KIND_NONE};
    buf_init(&b, 1 << 20);
    snprintf(id, sizeof id, "%016llx%016llx", (unsigned long long)h->claim_hi,
             (unsigned long long)h->claim_lo);
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_key(&w, "schema");
    json_put_text(&w, S("noroshi.search/1"));
    put_node(&w, "entity", h->thing, h->name);
    json_key(&w, "subject");
    if (h->document)
        json_put_null(&w);
    else
        json_put_text(&w, h->subject.text);
    json_key(&w, "matched");
    json_put_text(&w, slice_str(search_part_word(h->part)));
    json_key(&w, "text");
    json_put_text(&w, h->excerpt);
    put_node(&w, "object", object, display_name(a, l, object));
    put_json_document(&w, h->document);
    json_key(&w, "claim");
    if (h->document)
        json_put_null(&w);
    else
        json_put_text(&w, slice_str(id));
    json_key(&w, "source");
    json_put_text(&w, h->source);
    json_key(&w, "tlp");
    json_put_text(&w, slice_str(tlp_name(h->marking.tlp)));
    json_key(&w, "recorded");
    json_put_text(&w, slice_str(when_iso(h->recorded, when_text)));
    json_key(&w, "matches");
    json_put_int(&w, (int64_t)h->matches);
    json_close(&w, '}');
    status st = buf_status(&b, why);
    if (st == OK)
        sink_json(&a->out, buf_slice(&b));
    return st;
}

static void put_end(app *a, const search_hits *h)
{
    if (!a->json) {
        sink_put(&a->out, h->capped ? msg_search_at_least((int64_t)h->found)
                                    : msg_search_found((int64_t)h->found));
        sink_line(&a->out);
        if (h->more) {
            sink_put(&a->out, msg_search_more(h->next));
            sink_line(&a->out);
        }
        return;
    }
    CLEANUP(buf_done) buf b;
    buf_init(&b, 4096);
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_key(&w, "schema");
    json_put_text(&w, S("noroshi.search-page/1"));
    json_key(&w, "found");
    json_put_int(&w, (int64_t)h->found);
    json_key(&w, "capped");
    json_put_bool(&w, h->capped);
    json_key(&w, "next");
    if (h->more)
        json_put_text(&w, h->next);
    else
        json_put_null(&w);
    json_close(&w, '}');
    sink_json(&a->out, buf_slice(&b));
}

/* The operands with blanks between them: what was typed without quotation marks. */
static slice joined(app *a)
{
    slice text = a->operands[0];
    for (size_t i = 1; i < a->operand_count && text.ptr; i++)
        text = arena_printf(a->memory, "%.*s %.*s", SLICE_FMT(text), SLICE_FMT(a->operands[i]));
    return text;
}

/* An option of time; 0 when it was not given. */
static when time_or_none(app *a, unsigned row)
{
    when at = option_time(a->options, row);
    return at == WHEN_NONE ? 0 : at;
}

static status read_query(app *a, search_query *ret, err *why)
{
    slice kind_word = option_text(a->options, OPT_SEARCH_KIND);
    search_query q = {.text = joined(a),
                      .class = kind_parse(kind_word),
                      .documents = slice_eq(kind_word, S("document")),
                      .source = option_text(a->options, OPT_SEARCH_SOURCE),
                      .since = time_or_none(a, OPT_SEARCH_SINCE),
                      .until = time_or_none(a, OPT_SEARCH_UNTIL),
                      .seen_since = time_or_none(a, OPT_SEARCH_SEEN_SINCE),
                      .limit = (size_t)option_int(a->options, OPT_SEARCH_LIMIT),
                      .cursor = option_text(a->options, OPT_SEARCH_CURSOR)};
    if (!q.text.ptr)
        return ARENA_SPENT(a->memory, why);
    if (kind_word.len && q.class == KIND_NONE && !q.documents)
        return app_fail(a, ERR_INPUT, msg_search_no_kind(kind_word), S("--kind"), why);
    *ret = q;
    return OK;
}

/* Marked at most so: what a reader with so much clearance finds. */
static void lower_clearance(app *a)
{
    tlp most;
    slice word = option_text(a->options, OPT_SEARCH_TLP);
    if (word.len && tlp_parse(word, &most) == OK && most < a->view.clearance)
        a->view.clearance = most;
}

static status find(app *a, lens **ret_lens, search_query *q, search_hits *ret, err *why)
{
    store *s;
    index_t *ix = NULL;
    status st = app_store(a, &s, why);
    if (st == OK)
        st = search_catch_up(s, why);
    if (st == OK)
        st = app_lens(a, ret_lens, why);
    if (st == OK) /* after the look, so that it has all that is in sight */
        st = index_open(s, &ix, why);
    q->values = ix;
    if (st == OK)
        st = search_run(*ret_lens, a->memory, q, ret, why);
    index_close(ix);
    return st;
}

status cmd_search(app *a, err *why)
{
    lens *l;
    search_query q;
    search_hits h = {0};
    status st = read_query(a, &q, why);
    lower_clearance(a);
    if (st == OK)
        st = find(a, &l, &q, &h, why);
    for (size_t i = 0; st == OK && i < h.count; i++) {
        if (a->json)
            st = put_json(a, l, &h.at[i], why);
        else
            put_text(a, l, &h.at[i]);
    }
    if (st != OK)
        return st;
    if (!h.count) {
        app_exit(a, 1);
        app_note(a, msg_search_nothing(q.text));
    }
    if (h.count || a->json)
        put_end(a, &h);
    return sink_flush(&a->out, why);
}
