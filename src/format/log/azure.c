/* azure.c - Entra ID sign-ins and audit, Azure activity: as diagnostic settings write them, as
 * Microsoft Graph and as Log Analytics give them: see build.h.
 * Sources: Microsoft Learn, "Sign-in log schema in Azure Monitor", "Audit log schema", "Azure
 * activity log event schema", Graph "signIn" and "directoryAudit". */
#include "format/log/build.h"

static const log_name names[] = {
    LOG_NAME("time", "", TIME),
    LOG_NAME("createdDateTime", "", TIME),
    LOG_NAME("properties.createdDateTime", "", TIME),
    LOG_NAME("activityDateTime", "", TIME),
    LOG_NAME("properties.activityDateTime", "", TIME),
    LOG_NAME("eventTimestamp", "", TIME),
    LOG_NAME("TimeGenerated", "", TIME),
    LOG_NAME("properties.ipAddress", "src_ip", SRC_IP),
    LOG_NAME("ipAddress", "src_ip", SRC_IP),
    LOG_NAME("IPAddress", "src_ip", SRC_IP),
    LOG_NAME("callerIpAddress", "src_ip", SRC_IP),
    LOG_NAME("CallerIpAddress", "src_ip", SRC_IP),
    LOG_NAME("properties.initiatedBy.user.ipAddress", "src_ip", SRC_IP),
    LOG_NAME("initiatedBy.user.ipAddress", "src_ip", SRC_IP),
    LOG_NAME("httpRequest.clientIpAddress", "src_ip", SRC_IP),
    LOG_NAME("properties.userPrincipalName", "", USER),
    LOG_NAME("userPrincipalName", "", USER),
    LOG_NAME("UserPrincipalName", "", USER),
    LOG_NAME("properties.initiatedBy.user.userPrincipalName", "", USER),
    LOG_NAME("initiatedBy.user.userPrincipalName", "", USER),
    LOG_NAME("caller", "", USER),
    LOG_NAME("Caller", "", USER),
    LOG_NAME("identity", "", USER),
    LOG_NAME("properties.deviceDetail.displayName", "", HOST),
    LOG_NAME("deviceDetail.displayName", "", HOST),
    LOG_NAME("properties.userAgent", "", NONE),
    LOG_NAME("resultType", "ResultType", NONE),
    LOG_NAME("properties.result", "", ACTION),
    LOG_NAME("result", "", ACTION),
    LOG_NAME("resultSignature", "", ACTION),
};

typedef struct category_source {
    slice category, service;
} category_source;

static const category_source sources[] = {
    {S_INIT("SignInLogs"), S_INIT("signinlogs")},
    {S_INIT("NonInteractiveUserSignInLogs"), S_INIT("signinlogs")},
    {S_INIT("ServicePrincipalSignInLogs"), S_INIT("signinlogs")},
    {S_INIT("ManagedIdentitySignInLogs"), S_INIT("signinlogs")},
    {S_INIT("SigninLogs"), S_INIT("signinlogs")},
    {S_INIT("AuditLogs"), S_INIT("auditlogs")},
    {S_INIT("Administrative"), S_INIT("activitylogs")},
    {S_INIT("Security"), S_INIT("activitylogs")},
    {S_INIT("Policy"), S_INIT("activitylogs")},
    {S_INIT("RiskyUsers"), S_INIT("riskdetection")},
    {S_INIT("UserRiskEvents"), S_INIT("riskdetection")},
    {S_INIT("PIM"), S_INIT("pim")},
};

/* The number that says how a sign-in went: 0 is well. */
static slice error_code(const log_builder *b)
{
    static const slice where[] = {S_INIT("properties.status.errorCode"), S_INIT("status.errorCode"),
                                  S_INIT("resultType"), S_INIT("ResultType")};
    for (size_t i = 0; i < COUNT_OF(where); i++) {
        slice v = log_find_value(b, where[i]);
        if (v.len)
            return v;
    }
    return (slice){NULL, 0};
}

static void finish(log_builder *b)
{
    slice category = log_find_value(b, S("category")), code = error_code(b);
    uint64_t n;
    if (!category.len)
        category = log_find_value(b, S("Category"));
    if (!category.len)
        category = log_find_value(b, S("Type"));
    b->e.product = S("azure");
    for (size_t i = 0; i < COUNT_OF(sources); i++)
        if (slice_eq_nocase(category, sources[i].category))
            b->e.service = sources[i].service;
    if (!b->e.service.len && log_find(b, S("riskEventType")))
        b->e.service = S("riskdetection");
    if (!b->e.service.len && log_find(b, S("appDisplayName")))
        b->e.service = S("signinlogs");
    if (!b->e.service.len && log_find(b, S("activityDisplayName")))
        b->e.service = S("auditlogs");
    b->e.login = slice_eq(b->e.service, S("signinlogs"));
    if (slice_u64(code, &n))
        b->e.outcome = n == 0 ? LOG_ALLOWED : n == 53003 ? LOG_BLOCKED : LOG_FAILED;
}

static bool tells(const log_builder *b)
{
    if (log_find(b, S("operationName")) || log_find(b, S("OperationName")))
        return (log_find(b, S("category")) || log_find(b, S("Category"))) &&
               (log_find(b, S("tenantId")) || log_find(b, S("resourceId")) ||
                log_find(b, S("properties.tenantId")) || log_find(b, S("callerIpAddress")) ||
                log_find(b, S("TenantId")));
    if (log_find(b, S("createdDateTime")) || log_find(b, S("CreatedDateTime")))
        return (log_find(b, S("userPrincipalName")) || log_find(b, S("UserPrincipalName"))) &&
               (log_find(b, S("appDisplayName")) || log_find(b, S("AppDisplayName")) ||
                log_find(b, S("riskEventType")));
    return log_find(b, S("activityDateTime")) && log_find(b, S("activityDisplayName"));
}

const log_format log_format_azure = {.name = "azure",
                                     .tells = tells,
                                     .names = names,
                                     .name_count = COUNT_OF(names),
                                     .finish = finish};
