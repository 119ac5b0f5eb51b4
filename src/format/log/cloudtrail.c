/* cloudtrail.c - AWS CloudTrail: see build.h. Its files, {"Records": [...]}, are taken apart by
 * log_split.
 * Source: AWS CloudTrail User Guide, "CloudTrail record contents". */
#include "format/log/build.h"

static const log_name names[] = {
    LOG_NAME("eventTime", "", TIME),
    LOG_NAME("@timestamp", "", TIME),
    LOG_NAME("sourceIPAddress", "src_ip", SRC_IP),
    LOG_NAME("userIdentity.userName", "", USER),
    LOG_NAME("userIdentity.arn", "", USER),
    LOG_NAME("userIdentity.sessionContext.sessionIssuer.userName", "", USER),
    LOG_NAME("userIdentity.principalId", "", USER),
    LOG_NAME("userIdentity.invokedBy", "", USER),
    LOG_NAME("recipientAccountId", "", HOST),
    LOG_NAME("requestParameters.Host", "", URL_HOST),
};

/* What AWS says when somebody may not do it; other errors came to nothing. */
static bool is_refusal(slice code)
{
    return slice_starts(code, S("AccessDenied")) || slice_ends(code, S("UnauthorizedOperation")) ||
           slice_ends(code, S("UnauthorizedAccess")) || slice_eq(code, S("Forbidden"));
}

static void finish(log_builder *b)
{
    slice code = log_find_value(b, S("errorCode"));
    slice login = log_find_value(b, S("responseElements.ConsoleLogin"));
    b->e.product = S("aws");
    b->e.service = S("cloudtrail");
    b->e.login = slice_eq(log_find_value(b, S("eventName")), S("ConsoleLogin"));
    if (code.len)
        b->e.outcome = is_refusal(code) ? LOG_BLOCKED : LOG_FAILED;
    else
        b->e.outcome = slice_eq(login, S("Failure")) ? LOG_FAILED : LOG_ALLOWED;
}

static bool tells(const log_builder *b)
{
    return log_find(b, S("eventSource")) && log_find(b, S("eventName")) &&
           (log_find(b, S("awsRegion")) || log_find(b, S("eventVersion")) ||
            log_find(b, S("recipientAccountId")));
}

const log_format log_format_cloudtrail = {.name = "cloudtrail",
                                          .tells = tells,
                                          .names = names,
                                          .name_count = COUNT_OF(names),
                                          .finish = finish};
