/* suricata.c - EVE of Suricata: see build.h.
 * Source: docs.suricata.io, "Eve JSON Format" (versions 1 to 3 of DNS events). */
#include "format/log/build.h"

static const log_name names[] = {
    LOG_NAME("timestamp", "", TIME),
    LOG_NAME("src_ip", "", SRC_IP),
    LOG_NAME("src_port", "", SRC_PORT),
    LOG_NAME("dest_ip", "dst_ip", DST_IP),
    LOG_NAME("dest_port", "dst_port", DST_PORT),
    LOG_NAME("host", "", HOST),
    LOG_NAME("smb.ntlmssp.user", "", USER),
    LOG_NAME("krb5.cname", "", USER),
    LOG_NAME("email.from", "", USER),
    LOG_NAME("http.hostname", "cs-host", URL_HOST),
    LOG_NAME("tls.sni", "", URL_HOST),
    LOG_NAME("http.url", "c-uri", URL_PATH),
    LOG_NAME("http.http_method", "cs-method", METHOD),
    LOG_NAME("http.http_user_agent", "c-useragent", NONE),
    LOG_NAME("http.http_refer", "cs-referrer", NONE),
    LOG_NAME("http.status", "sc-status", STATUS),
    LOG_NAME("dns.rrname", "query", QUERY),
    LOG_NAME("dns.query.rrname", "query", QUERY),
    LOG_NAME("dns.queries.rrname", "query", QUERY),
    LOG_NAME("dns.rrtype", "record_type", NONE),
    LOG_NAME("dns.query.rrtype", "record_type", NONE),
    LOG_NAME("dns.queries.rrtype", "record_type", NONE),
    LOG_NAME("dns.answers.rdata", "answers", NONE),
    LOG_NAME("dns.answer.rdata", "answers", NONE),
    LOG_NAME("alert.action", "action", ACTION),
    LOG_NAME("dns.rcode", "", ACTION),
    LOG_NAME("fileinfo.md5", "md5", NONE),
    LOG_NAME("fileinfo.sha1", "sha1", NONE),
    LOG_NAME("fileinfo.sha256", "sha256", NONE),
};

static void finish(log_builder *b)
{
    slice type = log_find_value(b, S("event_type")), state = log_find_value(b, S("flow.state"));
    b->e.product = S("suricata");
    b->e.service = type;
    if (slice_eq(type, S("dns")))
        b->e.category = S("dns");
    else if (slice_eq(type, S("http")))
        b->e.category = S("proxy");
    else if (slice_eq(type, S("flow")) || slice_eq(type, S("netflow")))
        b->e.category = S("firewall");
    if (slice_eq(type, S("drop")))
        b->e.outcome = LOG_BLOCKED;
    else if (slice_eq(type, S("flow")) && slice_eq(state, S("new")))
        b->e.outcome = LOG_FAILED; /* nobody answered */
    else if (slice_eq(type, S("flow")) && state.len)
        b->e.outcome = LOG_ALLOWED;
    b->scheme = S("http://");
}

static bool tells(const log_builder *b)
{
    return log_find(b, S("event_type")) && log_find(b, S("timestamp")) &&
           (log_find(b, S("flow_id")) || log_find(b, S("src_ip")) ||
            log_find(b, S("stats.uptime")));
}

const log_format log_format_suricata = {.name = "suricata",
                                        .tells = tells,
                                        .names = names,
                                        .name_count = COUNT_OF(names),
                                        .finish = finish};
