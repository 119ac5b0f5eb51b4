/* m365.c - the unified audit log of Microsoft 365: see build.h.
 * Source: Microsoft Learn, "Office 365 Management Activity API schema". */
#include "format/log/build.h"

static const log_name names[] = {
    LOG_NAME("CreationTime", "", TIME),
    LOG_NAME("ClientIP", "src_ip", SRC_IP),
    LOG_NAME("ClientIPAddress", "src_ip", SRC_IP),
    LOG_NAME("ActorIpAddress", "src_ip", SRC_IP),
    LOG_NAME("SenderIp", "src_ip", SRC_IP),
    LOG_NAME("UserId", "", USER),
    LOG_NAME("MailboxOwnerUPN", "", USER),
    LOG_NAME("DeviceName", "", HOST),
    LOG_NAME("SiteUrl", "", URL),
    LOG_NAME("ObjectId", "", NONE),
    LOG_NAME("UserAgent", "c-useragent", NONE),
    LOG_NAME("ResultStatus", "", ACTION),
};

static void finish(log_builder *b)
{
    slice load = log_find_value(b, S("Workload")), done = log_find_value(b, S("ResultStatus"));
    slice what = log_find_value(b, S("Operation"));
    b->e.product = S("m365");
    b->e.login = slice_starts(what, S("UserLoginFailed")) || slice_starts(what, S("UserLoggedIn"));
    if (slice_eq(load, S("Exchange")))
        b->e.service = S("exchange");
    else if (slice_eq(load, S("SecurityComplianceCenter")))
        b->e.service = S("threat_management");
    else if (slice_eq(load, S("ThreatIntelligence")))
        b->e.service = S("threat_detection");
    else
        b->e.service = S("audit");
    if (slice_eq(done, S("True")) || slice_eq(done, S("PartiallySucceeded")))
        b->e.outcome = LOG_ALLOWED;
    else if (slice_eq(done, S("False")) || slice_starts(what, S("UserLoginFailed")))
        b->e.outcome = LOG_FAILED;
}

static bool tells(const log_builder *b)
{
    return log_find(b, S("Workload")) && log_find(b, S("Operation")) &&
           (log_find(b, S("CreationTime")) || log_find(b, S("RecordType")));
}

const log_format log_format_m365 = {.name = "m365",
                                    .tells = tells,
                                    .names = names,
                                    .name_count = COUNT_OF(names),
                                    .finish = finish};
