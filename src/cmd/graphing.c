/* graphing.c - graphs for people and programs: see graphing.h. */
#include "cmd/graphing.h"
#include "know/names.h"
#include "model/observable.h"

enum { GRAPH_JSON_MAX = 64 << 20, NAME_COLUMNS = 44 };

status graphing_operand(app *a, lens *l, slice text, node_ref *ret, err *why)
{
    observable o;
    bool known = false, is_value = observable_parse(a->memory, text, KIND_NONE, &o, NULL) == OK;
    status st = is_value ? node_known(l, (node_ref){o.kind, o.value}, &known, why) : OK;
    if (st != OK)
        return st;
    if (known) {
        *ret = (node_ref){o.kind, o.value};
        return OK;
    }
    st = name_resolve(l, a->memory, text, ret, why);
    if (st == ERR_NOT_FOUND && is_value) {
        *ret = (node_ref){o.kind, o.value};
        return OK;
    }
    return st;
}

/* --- for programs --------------------------------------------------------------------------- */

static void put_ref(json_writer *w, const node_ref *n, slice name)
{
    json_key(w, "id");
    json_put_text(w, n->text);
    json_key(w, "kind");
    json_put_text(w, slice_str(kind_name(n->kind)));
    json_key(w, "name");
    json_put_text(w, name.len ? name : n->text);
}

static void json_nodes(json_writer *w, const graph_view *g)
{
    json_key(w, "nodes");
    json_open(w, '[');
    for (size_t i = 0; i < g->node_count; i++) {
        const graph_node *n = &g->nodes[i];
        json_open(w, '{');
        put_ref(w, &n->node, n->name);
        json_key(w, "depth");
        json_put_int(w, n->depth);
        json_key(w, "claims");
        json_put_int(w, (int64_t)n->degree);
        json_key(w, "hot");
        json_put_bool(w, n->hot);
        json_key(w, "left_out");
        json_put_int(w, (int64_t)n->left_out);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void json_edges(json_writer *w, const graph_view *g)
{
    json_key(w, "edges");
    json_open(w, '[');
    for (size_t i = 0; i < g->edge_count; i++) {
        const graph_edge *e = &g->edges[i];
        json_open(w, '{');
        json_key(w, "from");
        json_put_int(w, (int64_t)e->from);
        json_key(w, "to");
        json_put_int(w, (int64_t)e->to);
        json_key(w, "relation");
        json_put_text(w, slice_str(predicate_name(e->predicate)));
        json_key(w, "sources");
        json_open(w, '[');
        for (size_t k = 0; k < e->source_count; k++)
            json_put_text(w, e->sources[k]);
        json_close(w, ']');
        json_key(w, "claims");
        json_put_int(w, (int64_t)e->claims);
        json_key(w, "confidence");
        if (e->confidence >= 0)
            json_put_int(w, e->confidence);
        else
            json_put_null(w);
        json_key(w, "tlp");
        json_put_text(w, slice_str(tlp_name(e->tlp)));
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void json_related(json_writer *w, const graph_view *g)
{
    json_key(w, "related");
    json_open(w, '[');
    for (size_t i = 0; i < g->related_count; i++) {
        const graph_related *r = &g->related[i];
        json_open(w, '{');
        put_ref(w, &r->node, r->name);
        json_key(w, "weight");
        json_put_int(w, r->weight);
        json_key(w, "shared");
        json_open(w, '[');
        for (size_t k = 0; k < r->shared_count; k++)
            json_put_int(w, (int64_t)r->shared[k]);
        json_close(w, ']');
        json_close(w, '}');
    }
    json_close(w, ']');
}

static status put_json(app *a, const graph_view *g, err *why)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, GRAPH_JSON_MAX);
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_key(&w, "schema");
    json_put_text(&w, S("noroshi.graph/1"));
    json_nodes(&w, g);
    json_edges(&w, g);
    json_related(&w, g);
    json_key(&w, "more");
    json_put_bool(&w, g->more);
    json_close(&w, '}');
    status st = buf_status(&b, why);
    if (st == OK)
        sink_json(&a->out, buf_slice(&b));
    return st;
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
