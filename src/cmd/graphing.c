/* graphing.c - graphs for people and programs: see graphing.h. */
#include "cmd/graphing.h"
#include "publish/graph_json.h"

enum { NAME_COLUMNS = 44 };

static status put_json(app *a, const graph_view *g, err *why)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, GRAPH_JSON_MAX);
    graph_json(&b, g);
    return app_json(a, &b, why);
}

/* --- for people ----------------------------------------------------------------------------- */

static void put_thing(app *a, const node_ref *n, slice name)
{
    if (kind_is_observable(n->kind))
        sink_value(&a->out, (int)n->kind, n->text);
    else
        sink_foreign_cut(&a->out, name.len ? name : n->text, NAME_COLUMNS);
    sink_style(&a->out, STYLE_DIM);
    sink_words(&a->out, S("  "));
    sink_words(&a->out, slice_str(kind_name(n->kind)));
    sink_style(&a->out, STYLE_PLAIN);
}

static void put_sources(app *a, const graph_edge *e)
{
    sink_style(&a->out, STYLE_DIM);
    sink_words(&a->out, S("  ["));
    for (size_t i = 0; i < e->source_count; i++) {
        if (i)
            sink_words(&a->out, S(", "));
        sink_foreign(&a->out, e->sources[i]);
    }
    sink_words(&a->out, S("]"));
    sink_style(&a->out, STYLE_PLAIN);
}

/* "indicates  Cobalt Strike  malware  touched by more than 1,000 claims [carbonblack-c2]" */
static void put_edge(app *a, const graph_view *g, const graph_edge *e, size_t seen_from)
{
    bool outward = e->from == seen_from;
    const graph_node *other = &g->nodes[outward ? e->to : e->from];
    sink_words(&a->out, outward ? S("  -> ") : S("  <- "));
    sink_words(&a->out, slice_str(predicate_name(e->predicate)));
    sink_to(&a->out, 24);
    put_thing(a, &other->node, other->name);
    sink_words(&a->out, S("  "));
    sink_put(&a->out,
             other->hot ? msg_graph_hot(GRAPH_HOT) : msg_graph_degree((int64_t)other->degree));
    put_sources(a, e);
    sink_line(&a->out);
}

static void put_related(app *a, const graph_view *g)
{
    if (g->related_count) {
        sink_style(&a->out, STYLE_LABEL);
        sink_put(&a->out, msg_graph_related());
        sink_style(&a->out, STYLE_PLAIN);
        sink_line(&a->out);
    }
    for (size_t i = 0; i < g->related_count; i++) {
        const graph_related *r = &g->related[i];
        sink_words(&a->out, S("  "));
        put_thing(a, &r->node, r->name);
        sink_words(&a->out, S("  "));
        for (size_t k = 0; k < r->shared_count && k < 3; k++) {
            const graph_node *n = &g->nodes[r->shared[k]];
            sink_words(&a->out, k ? S(", ") : S(""));
            sink_foreign_cut(&a->out, n->name.len ? n->name : n->node.text, NAME_COLUMNS);
        }
        if (r->shared_count > 3) {
            sink_words(&a->out, S(" "));
            sink_put(&a->out, msg_search_also((int64_t)r->shared_count - 3));
        }
        sink_line(&a->out);
    }
}

static void put_text(app *a, const graph_view *g)
{
    for (size_t i = 0; i < g->node_count; i++) {
        bool any = false;
        for (size_t k = 0; k < g->edge_count; k++) {
            const graph_edge *e = &g->edges[k];
            size_t other = e->from == i ? e->to : e->to == i ? e->from : i;
            if (other == i || g->nodes[other].depth <= g->nodes[i].depth)
                continue;
            if (!any) {
                sink_style(&a->out, STYLE_TITLE);
                put_thing(a, &g->nodes[i].node, g->nodes[i].name);
                sink_style(&a->out, STYLE_PLAIN);
                sink_line(&a->out);
            }
            any = true;
            put_edge(a, g, e, i);
        }
        if (g->nodes[i].left_out && any) {
            sink_words(&a->out, S("     "));
            sink_put(&a->out, msg_graph_left_out((int64_t)g->nodes[i].left_out));
            sink_line(&a->out);
        }
    }
    put_related(a, g);
}

status graphing_put(app *a, const graph_view *g, err *why)
{
    status st = OK;
    if (a->json)
        st = put_json(a, g, why);
    else
        put_text(a, g);
    return st == OK ? sink_flush(&a->out, why) : st;
}

status graphing_put_way(app *a, const graph_view *g, err *why)
{
    status st = OK;
    if (a->json)
        st = put_json(a, g, why);
    for (size_t i = 0; !a->json && i < g->node_count; i++) {
        if (i) {
            const graph_edge *e = &g->edges[i - 1];
            sink_words(&a->out, e->from == i - 1 ? S("  -> ") : S("  <- "));
            sink_words(&a->out, slice_str(predicate_name(e->predicate)));
            put_sources(a, e);
            sink_line(&a->out);
        }
        put_thing(a, &g->nodes[i].node, g->nodes[i].name);
        sink_line(&a->out);
    }
    return st == OK ? sink_flush(&a->out, why) : st;
}
