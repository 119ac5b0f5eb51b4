/* capture.c - recorded traffic, as format/capture.h tells it: see build.h. */
#include "format/log/build.h"

static const log_name names[] = {
    LOG_NAME("ts", "", TIME),
    LOG_NAME("src_ip", "", SRC_IP),
    LOG_NAME("src_port", "", SRC_PORT),
    LOG_NAME("dst_ip", "", DST_IP),
    LOG_NAME("dst_port", "", DST_PORT),
    LOG_NAME("query", "", QUERY),
    LOG_NAME("rcode_name", "", ACTION),
    LOG_NAME("cs-method", "", METHOD),
    LOG_NAME("url", "c-uri", URL),
    LOG_NAME("cs-host", "", URL_HOST),
    LOG_NAME("server_name", "", URL_HOST),
    LOG_NAME("sc-status", "", STATUS),
};

/* A capture does not say who is inside; who asks or begins is taken for ours. */
static void finish(log_builder *b)
{
    slice kind = log_find_value(b, S("capture")), state = log_find_value(b, S("state"));
    b->e.service = kind;
    if (slice_eq(kind, S("dns"))) {
        b->e.category = S("dns");
        b->e.direction = LOG_OUTBOUND;
    } else if (slice_eq(kind, S("http"))) {
        b->e.category = S("proxy");
    } else if (slice_eq(kind, S("flow"))) {
        b->e.category = S("firewall");
    }
    if (slice_eq(state, S("refused")))
        b->e.outcome = LOG_FAILED;
    else if (slice_eq(state, S("unanswered")) && slice_eq(log_find_value(b, S("proto")), S("tcp")))
        b->e.outcome = LOG_FAILED; /* by UDP nobody has to answer */
    else if (state.len && !slice_eq(state, S("unanswered")))
        b->e.outcome = LOG_ALLOWED;
}

static bool tells(const log_builder *b)
{
    return log_find(b, S("capture")) && (log_find(b, S("packet")) || log_find(b, S("packets")));
}

const log_format log_format_capture = {.name = "capture",
                                       .tells = tells,
                                       .names = names,
                                       .name_count = COUNT_OF(names),
                                       .finish = finish};
