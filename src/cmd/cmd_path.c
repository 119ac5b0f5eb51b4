/* cmd_path.c - noroshi path A B: how one thing has to do with another. */
#include "cmd/graphing.h"
#include "know/subject.h"

status cmd_path(app *a, err *why)
{
    CLEANUP(arena_done) arena m;
    lens *l;
    node_ref end[2];
    graph_view g;
    err said = {0};
    graph_limits limits = graph_defaults();
    arena_init(&m, 512 << 20);
    limits.nodes_max = (size_t)option_int(a->options, OPT_PATH_LIMIT);
    status st = app_lens(a, &l, why);
    if (st != OK)
        return st;
    for (size_t i = 0; st == OK && i < COUNT_OF(end); i++) {
        st = subject_of(l, a->memory, a->operands[i], &end[i], &said);
        if (st != OK && st != ERR_NOT_FOUND)
            *why = said;
    }
    if (st == OK) {
        st = graph_between(l, &m, end[0], end[1], &limits, &g, &said);
        if (st != OK && st != ERR_NOT_FOUND)
            *why = said;
    }
    if (st == ERR_NOT_FOUND) {
        app_exit(a, 1);
        app_note(a, msg_graph_no_way(a->operands[0], a->operands[1], GRAPH_WAY_MAX));
        return OK;
    }
    return st == OK ? graphing_put_way(a, &g, why) : st;
}
