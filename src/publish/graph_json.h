/* graph_json.h - a graph as one JSON object: noroshi.graph/1.
 * Uses: know. Used by: cmd (graph, path), serve. Shape: docs/graph.md. */
#ifndef NOROSHI_PUBLISH_GRAPH_JSON_H
#define NOROSHI_PUBLISH_GRAPH_JSON_H

#include "know/graph.h"

enum { GRAPH_JSON_MAX = 64 << 20 };

/* Appends the object, without a newline; what does not fit makes the buf fail. */
void graph_json(buf *out, const graph_view *g);

#endif
