/* graphing.h - what graph and path share: a graph put out.
 * Uses: app, know/graph. Used by: cmd_graph, cmd_path. */
#ifndef NOROSHI_CMD_GRAPHING_H
#define NOROSHI_CMD_GRAPHING_H

#include "cmd/app.h"
#include "know/graph.h"

/* {"schema":"noroshi.graph/1",...}, or lines for people. */
status graphing_put(app *a, const graph_view *g, err *why) NODISCARD;
status graphing_put_way(app *a, const graph_view *g, err *why) NODISCARD;

#endif
