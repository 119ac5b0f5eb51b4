/* cmd_search.c - noroshi search TEXT: names, descriptions and procedures by their words, values and
 * documents. */
#include "cmd/app.h"
#include "know/index.h"
#include "publish/search_json.h"

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
        sink_foreign(out, search_name(l, a->memory, h->object));
        sink_words(out, S(": "));
    }
    sink_words(out, h->cut_front ? S("... ") : S(""));
    sink_foreign(out, h->excerpt);
    sink_words(out, h->cut_back ? S(" ...") : S(""));
    put_origin(a, h);
}

static status put_json(app *a, lens *l, const search_hit *h, err *why)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, SEARCH_HIT_JSON_MAX);
    search_hit_json(&b, l, a->memory, h);
    return app_json(a, &b, why);
}

static status put_end(app *a, const search_hits *h, err *why)
{
    if (!a->json) {
        sink_put(&a->out, h->capped ? msg_search_at_least((int64_t)h->found)
                                    : msg_search_found((int64_t)h->found));
        sink_line(&a->out);
        if (h->more) {
            sink_put(&a->out, msg_search_more(h->next));
            sink_line(&a->out);
        }
        return OK;
    }
    CLEANUP(buf_done) buf b;
    buf_init(&b, 4096);
    search_page_json(&b, h);
    return app_json(a, &b, why);
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
        st = put_end(a, &h, why);
    return st == OK ? sink_flush(&a->out, why) : st;
}
