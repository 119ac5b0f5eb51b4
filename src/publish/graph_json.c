/* graph_json.c - see graph_json.h. */
#include "publish/graph_json.h"
#include "base/json_field.h"

static void put_ref(json_writer *w, const node_ref *n, slice name)
{
    json_field_text(w, "id", n->text);
    json_field_text(w, "kind", slice_str(kind_name(n->kind)));
    json_field_text(w, "name", name.len ? name : n->text);
}

static void json_nodes(json_writer *w, const graph_view *g)
{
    json_key(w, "nodes");
    json_open(w, '[');
    for (size_t i = 0; i < g->node_count; i++) {
        const graph_node *n = &g->nodes[i];
        json_open(w, '{');
        put_ref(w, &n->node, n->name);
        json_field_int(w, "depth", n->depth);
        json_field_count(w, "claims", n->degree);
        json_field_bool(w, "hot", n->hot);
        json_field_count(w, "left_out", n->left_out);
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
        json_field_count(w, "from", e->from);
        json_field_count(w, "to", e->to);
        json_field_text(w, "relation", slice_str(predicate_name(e->predicate)));
        json_key(w, "sources");
        json_open(w, '[');
        for (size_t k = 0; k < e->source_count; k++)
            json_put_text(w, e->sources[k]);
        json_close(w, ']');
        json_field_count(w, "claims", e->claims);
        json_key(w, "confidence");
        if (e->confidence >= 0)
            json_put_int(w, e->confidence);
        else
            json_put_null(w);
        json_field_text(w, "tlp", slice_str(tlp_name(e->tlp)));
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
        json_field_int(w, "weight", r->weight);
        json_key(w, "shared");
        json_open(w, '[');
        for (size_t k = 0; k < r->shared_count; k++)
            json_put_int(w, (int64_t)r->shared[k]);
        json_close(w, ']');
        json_close(w, '}');
    }
    json_close(w, ']');
}

void graph_json(buf *out, const graph_view *g)
{
    json_writer w = json_writer_on(out);
    json_open(&w, '{');
    json_field_text(&w, "schema", S("noroshi.graph/1"));
    json_nodes(&w, g);
    json_edges(&w, g);
    json_related(&w, g);
    json_field_bool(&w, "more", g->more);
    json_close(&w, '}');
}
