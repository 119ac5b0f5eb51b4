/* cmd_graph.c - noroshi graph ID: neighbours of a thing, and what shares rare things with it. */
#include "cmd/graphing.h"
#include "know/subject.h"

status cmd_graph(app *a, err *why)
{
    CLEANUP(arena_done) arena m;
    lens *l;
    node_ref start;
    graph_view g;
    graph_limits limits = graph_defaults();
    arena_init(&m, 512 << 20);
    limits.depth = (unsigned)option_int(a->options, OPT_GRAPH_DEPTH);
    limits.nodes_max = (size_t)option_int(a->options, OPT_GRAPH_LIMIT);
    status st = app_lens(a, &l, why);
    if (st != OK)
        return st;
    st = subject_of(l, a->memory, a->operands[0], &start, why);
    if (st == OK)
        st = graph_around(l, &m, start, &limits, &g, why);
    if (st == ERR_NOT_FOUND) {
        app_exit(a, 1);
        app_note(a, msg_show_nothing(a->operands[0]));
        return OK;
    }
    return st == OK ? graphing_put(a, &g, why) : st;
}
