/* graphing.h - what graph and path share: the thing that an operand means, and a graph put out.
 * Uses: app, know/graph. Used by: cmd_graph, cmd_path. */
#ifndef NOROSHI_CMD_GRAPHING_H
#define NOROSHI_CMD_GRAPHING_H

#include "cmd/app.h"
#include "know/graph.h"

/* A name or key of an entity, or an observable; in a->memory.
 *   ERR_INPUT  neither, or a name that several have */
status graphing_operand(app *a, lens *l, slice text, node_ref *ret, err *why) NODISCARD;
/* {"schema":"noroshi.graph/1",...}, or lines for people. */
status graphing_put(app *a, const graph_view *g, err *why) NODISCARD;
status graphing_put_way(app *a, const graph_view *g, err *why) NODISCARD;

#endif
