/* windows.c - events of Windows as JSON: flat (nxlog, Azure's agents, Security-Datasets), as
 * evtx_dump prints them, and as winlogbeat ships them; and what event_xml.c reads: see build.h.
 * Sources: Sigma taxonomy 2.1.0 (logsources, names), Sysmon's documentation (event numbers),
 * Microsoft's "Audit events" (4624, 4688, 5156, ...), Elastic Common Schema 8. */
#include "format/log/build.h"

static const slice prefixes[] = {S_INIT("winlog.event_data."), S_INIT("Event.EventData."),
                                 S_INIT("Event.System."), S_INIT("EventData."),
                                 S_INIT("Event.UserData.")};

static const log_name names[] = {
    LOG_NAME("TimeCreated.#attributes.SystemTime", "", TIME),
    LOG_NAME("TimeCreated_attributes.SystemTime", "", TIME),
    LOG_NAME("TimeCreated", "", TIME),
    LOG_NAME("TimeGenerated", "", TIME),
    LOG_NAME("@timestamp", "", TIME),
    LOG_NAME("UtcTime", "", TIME),
    LOG_NAME("EventTime", "", TIME),
    LOG_NAME("SystemTime", "", TIME),
    LOG_NAME("EventID", "", NONE),
    LOG_NAME("EventID.#text", "EventID", NONE),
    LOG_NAME("winlog.event_id", "EventID", NONE),
    LOG_NAME("event.code", "EventID", NONE),
    LOG_NAME("Channel", "", NONE),
    LOG_NAME("winlog.channel", "Channel", NONE),
    LOG_NAME("SourceName", "Provider_Name", NONE),
    LOG_NAME("EventSourceName", "Provider_Name", NONE),
    LOG_NAME("ProviderName", "Provider_Name", NONE),
    LOG_NAME("Provider.#attributes.Name", "Provider_Name", NONE),
    LOG_NAME("Provider_attributes.Name", "Provider_Name", NONE),
    LOG_NAME("winlog.provider_name", "Provider_Name", NONE),
    LOG_NAME("Data.#text", "Data", NONE),
    LOG_NAME("Computer", "", HOST),
    LOG_NAME("winlog.computer_name", "Computer", HOST),
    LOG_NAME("Hostname", "Computer", HOST),
    LOG_NAME("HostName", "Computer", HOST),
    LOG_NAME("host.name", "Computer", HOST),
    LOG_NAME("host.hostname", "Computer", HOST),
    LOG_NAME("User", "", USER),
    LOG_NAME("SubjectUserName", "", USER),
    LOG_NAME("TargetUserName", "", USER),
    LOG_NAME("user.name", "User", USER),
    LOG_NAME("AccountName", "", USER),
    LOG_NAME("SourceIp", "", SRC_IP),
    LOG_NAME("source.ip", "SourceIp", SRC_IP),
    LOG_NAME("SourceAddress", "", SRC_IP),
    LOG_NAME("IpAddress", "", SRC_IP),
    LOG_NAME("ClientAddress", "", SRC_IP),
    LOG_NAME("SourcePort", "", SRC_PORT),
    LOG_NAME("source.port", "SourcePort", SRC_PORT),
    LOG_NAME("IpPort", "", SRC_PORT),
    LOG_NAME("DestinationIp", "", DST_IP),
    LOG_NAME("destination.ip", "DestinationIp", DST_IP),
    LOG_NAME("DestAddress", "", DST_IP),
    LOG_NAME("DestinationPort", "", DST_PORT),
    LOG_NAME("destination.port", "DestinationPort", DST_PORT),
    LOG_NAME("DestPort", "", DST_PORT),
    LOG_NAME("DestinationHostname", "", URL_HOST),
    LOG_NAME("destination.domain", "DestinationHostname", URL_HOST),
    LOG_NAME("QueryName", "", QUERY),
    LOG_NAME("dns.question.name", "QueryName", QUERY),
    LOG_NAME("event.outcome", "", ACTION),
    LOG_NAME("network.direction", "", DIRECTION),
    LOG_NAME("process.executable", "Image", NONE),
    LOG_NAME("process.command_line", "CommandLine", NONE),
    LOG_NAME("process.working_directory", "CurrentDirectory", NONE),
    LOG_NAME("process.pid", "ProcessId", NONE),
    LOG_NAME("process.entity_id", "ProcessGuid", NONE),
    LOG_NAME("process.pe.original_file_name", "OriginalFileName", NONE),
    LOG_NAME("process.pe.company", "Company", NONE),
    LOG_NAME("process.pe.product", "Product", NONE),
    LOG_NAME("process.pe.description", "Description", NONE),
    LOG_NAME("process.pe.imphash", "Imphash", NONE),
    LOG_NAME("process.hash.md5", "md5", NONE),
    LOG_NAME("process.hash.sha1", "sha1", NONE),
    LOG_NAME("process.hash.sha256", "sha256", NONE),
    LOG_NAME("process.parent.executable", "ParentImage", NONE),
    LOG_NAME("process.parent.command_line", "ParentCommandLine", NONE),
    LOG_NAME("process.parent.pid", "ParentProcessId", NONE),
    LOG_NAME("process.parent.entity_id", "ParentProcessGuid", NONE),
    LOG_NAME("file.path", "TargetFilename", NONE),
    LOG_NAME("registry.path", "TargetObject", NONE),
    LOG_NAME("powershell.file.script_block_text", "ScriptBlockText", NONE),
};

typedef struct channel {
    slice name, service;
} channel;

static const channel channels[] = {
    {S_INIT("Security"), S_INIT("security")},
    {S_INIT("System"), S_INIT("system")},
    {S_INIT("Application"), S_INIT("application")},
    {S_INIT("Microsoft-Windows-Sysmon/Operational"), S_INIT("sysmon")},
    {S_INIT("Microsoft-Windows-PowerShell/Operational"), S_INIT("powershell")},
    {S_INIT("PowerShellCore/Operational"), S_INIT("powershell")},
    {S_INIT("Windows PowerShell"), S_INIT("powershell-classic")},
    {S_INIT("Microsoft-Windows-TaskScheduler/Operational"), S_INIT("taskscheduler")},
    {S_INIT("Microsoft-Windows-WMI-Activity/Operational"), S_INIT("wmi")},
    {S_INIT("Microsoft-Windows-Windows Defender/Operational"), S_INIT("windefend")},
    {S_INIT("Microsoft-Windows-Windows Firewall With Advanced Security/Firewall"),
     S_INIT("firewall-as")},
    {S_INIT("Microsoft-Windows-Bits-Client/Operational"), S_INIT("bits-client")},
    {S_INIT("DNS Server"), S_INIT("dns-server")},
    {S_INIT("Microsoft-Windows-DNS-Client/Operational"), S_INIT("dns-client")},
    {S_INIT("Microsoft-Windows-NTLM/Operational"), S_INIT("ntlm")},
    {S_INIT("Microsoft-Windows-CodeIntegrity/Operational"), S_INIT("codeintegrity-operational")},
    {S_INIT("Microsoft-Windows-TerminalServices-LocalSessionManager/Operational"),
     S_INIT("terminalservices-localsessionmanager")},
    {S_INIT("Microsoft-Windows-AppLocker/EXE and DLL"), S_INIT("applocker")},
    {S_INIT("Microsoft-Windows-AppLocker/MSI and Script"), S_INIT("applocker")},
    {S_INIT("Microsoft-Windows-PrintService/Admin"), S_INIT("printservice-admin")},
    {S_INIT("Microsoft-Windows-PrintService/Operational"), S_INIT("printservice-operational")},
    {S_INIT("Microsoft-Windows-SmbClient/Security"), S_INIT("smbclient-security")},
    {S_INIT("Microsoft-Windows-LDAP-Client/Debug"), S_INIT("ldap")},
    {S_INIT("Microsoft-Windows-CAPI2/Operational"), S_INIT("capi2")},
    {S_INIT("Microsoft-Windows-Shell-Core/Operational"), S_INIT("shell-core")},
    {S_INIT("MSExchange Management"), S_INIT("msexchange-management")},
    {S_INIT("OpenSSH/Operational"), S_INIT("openssh")},
    {S_INIT("Microsoft-Windows-DriverFrameworks-UserMode/Operational"), S_INIT("driver-framework")},
};

typedef struct kind_of {
    uint16_t id;
    slice category;
} kind_of;

static const kind_of sysmon[] = {
    {1, S_INIT("process_creation")},
    {2, S_INIT("file_change")},
    {3, S_INIT("network_connection")},
    {4, S_INIT("sysmon_status")},
    {5, S_INIT("process_termination")},
    {6, S_INIT("driver_load")},
    {7, S_INIT("image_load")},
    {8, S_INIT("create_remote_thread")},
    {9, S_INIT("raw_access_thread")},
    {10, S_INIT("process_access")},
    {11, S_INIT("file_event")},
    {12, S_INIT("registry_event")},
    {13, S_INIT("registry_set")},
    {14, S_INIT("registry_rename")},
    {15, S_INIT("create_stream_hash")},
    {16, S_INIT("sysmon_status")},
    {17, S_INIT("pipe_created")},
    {18, S_INIT("pipe_created")},
    {19, S_INIT("wmi_event")},
    {20, S_INIT("wmi_event")},
    {21, S_INIT("wmi_event")},
    {22, S_INIT("dns_query")},
    {23, S_INIT("file_delete")},
    {24, S_INIT("clipboard_capture")},
    {25, S_INIT("process_tampering")},
    {26, S_INIT("file_delete")},
    {27, S_INIT("file_block_executable")},
    {28, S_INIT("file_block_shredding")},
    {29, S_INIT("file_executable_detected")},
    {255, S_INIT("sysmon_error")},
};
static const kind_of security[] = {{4688, S_INIT("process_creation")},
                                   {4657, S_INIT("registry_event")}};
static const kind_of powershell[] = {{4103, S_INIT("ps_module")}, {4104, S_INIT("ps_script")}};
static const kind_of classic[] = {{400, S_INIT("ps_classic_start")},
                                  {600, S_INIT("ps_classic_provider_start")},
                                  {800, S_INIT("ps_classic_script")}};

/* Names that mean something else in one kind of event. */
typedef struct other_name {
    uint16_t id;
    slice name, sigma; /* `name` without prefix */
} other_name;

static const other_name others[] = {
    {4688, S_INIT("NewProcessName"), S_INIT("Image")},
    {4688, S_INIT("ParentProcessName"), S_INIT("ParentImage")},
    {4688, S_INIT("NewProcessId"), S_INIT("ProcessId")},
    {4688, S_INIT("ProcessId"), S_INIT("ParentProcessId")},
    {4688, S_INIT("MandatoryLabel"), S_INIT("IntegrityLevel")},
    {4688, S_INIT("SubjectUserName"), S_INIT("User")},
    {4657, S_INIT("ObjectName"), S_INIT("TargetObject")},
    {4657, S_INIT("NewValue"), S_INIT("Details")},
    {4657, S_INIT("ProcessName"), S_INIT("Image")},
    {7, S_INIT("file.path"), S_INIT("ImageLoaded")},
    {6, S_INIT("file.path"), S_INIT("ImageLoaded")},
};

/* Events about the account that was tried, not the one that asked. */
static const uint16_t logons[] = {4624, 4625, 4648, 4768, 4769, 4770, 4771, 4776, 4778, 4779};

static slice by_sigma(const log_builder *b, slice sigma)
{
    for (size_t i = 0; i < b->count; i++) {
        const log_field *f = &b->field[i];
        if (slice_eq(f->sigma.len ? f->sigma : f->name, sigma))
            return f->value;
    }
    return (slice){NULL, 0};
}

static slice category_of(const kind_of *kinds, size_t n, uint64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (kinds[i].id == id)
            return kinds[i].category;
    return (slice){NULL, 0};
}

static void set_source(log_builder *b, uint64_t id)
{
    slice name = by_sigma(b, S("Channel")), provider = by_sigma(b, S("Provider_Name"));
    log_event *e = &b->e;
    e->product = slice_eq(provider, S("Linux-Sysmon")) ? S("linux") : S("windows");
    for (size_t i = 0; i < COUNT_OF(channels); i++)
        if (slice_eq_nocase(name, channels[i].name))
            e->service = channels[i].service;
    if (!e->service.len && slice_ends(provider, S("-Sysmon")))
        e->service = S("sysmon");
    if (!e->service.len && slice_eq(provider, S("Microsoft-Windows-Security-Auditing")))
        e->service = S("security");
    if (slice_eq(e->service, S("sysmon")))
        e->category = category_of(sysmon, COUNT_OF(sysmon), id);
    else if (slice_eq(e->service, S("security")))
        e->category = category_of(security, COUNT_OF(security), id);
    else if (slice_eq(e->service, S("powershell")))
        e->category = category_of(powershell, COUNT_OF(powershell), id);
    else if (slice_eq(e->service, S("powershell-classic")))
        e->category = category_of(classic, COUNT_OF(classic), id);
}

static void rename_fields(log_builder *b, uint64_t id)
{
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        if (others[i].id != id || (id < 256 && !slice_eq(b->e.service, S("sysmon"))))
            continue;
        for (size_t k = 0; k < b->count; k++) {
            log_field *f = &b->field[k];
            if (slice_ends(f->name, others[i].name) &&
                (f->name.len == others[i].name.len ||
                 f->name.ptr[f->name.len - others[i].name.len - 1] == '.')) {
                f->sigma = others[i].sigma;
                break;
            }
        }
    }
}

static void set_user(log_builder *b, uint64_t id)
{
    for (size_t i = 0; i < COUNT_OF(logons); i++) {
        b->e.login |= logons[i] == id && slice_eq(b->e.service, S("security")) && id != 4779;
        for (size_t k = 0; logons[i] == id && k < b->count; k++)
            if (slice_ends(b->field[k].name, S("TargetUserName")))
                log_give(b, k, LOG_AS_USER, 0);
    }
}

static log_outcome outcome_of(const log_builder *b, uint64_t id)
{
    slice answer = by_sigma(b, S("QueryStatus")), keywords = by_sigma(b, S("Keywords"));
    switch (id) {
    case 4624:
    case 4634:
    case 5156:
    case 5158: return LOG_ALLOWED;
    case 5152:
    case 5153:
    case 5155:
    case 5157: return LOG_BLOCKED;
    case 4625: return LOG_FAILED;
    default: break;
    }
    if (slice_eq(b->e.category, S("dns_query")) && answer.len)
        return slice_eq(answer, S("0")) ? LOG_ALLOWED : LOG_FAILED;
    if (slice_eq(keywords, S("0x8010000000000000")) ||
        slice_eq(keywords, S("-9218868437227405312")) ||
        slice_eq(by_sigma(b, S("EventType")), S("AUDIT_FAILURE")))
        return LOG_FAILED;
    return LOG_OUTCOME_UNKNOWN;
}

static void set_way(log_builder *b)
{
    slice way = by_sigma(b, S("Direction")), initiated = by_sigma(b, S("Initiated"));
    if (slice_eq(way, S("%%14593")) || slice_eq_nocase(initiated, S("true")))
        b->e.direction = LOG_OUTBOUND;
    else if (slice_eq(way, S("%%14592")) || slice_eq_nocase(initiated, S("false")))
        b->e.direction = LOG_INBOUND;
}

/* EventData that is a string of XML: its fields have the place of all of it. */
static void read_inner(log_builder *b)
{
    size_t count = b->count;
    for (size_t i = 0; i < count; i++) {
        log_field f = b->field[i];
        slice before = b->within;
        if (!slice_eq(f.name, S("EventData")) || !slice_starts(f.value, S("<")))
            continue;
        if (!before.ptr)
            b->within = slice_sub(b->record, f.at, f.at + f.length);
        log_put_event_data(b, f.value);
        b->within = before;
    }
    if (b->count != count && !b->failed)
        log_map(b, count, &log_format_windows);
}

static void finish(log_builder *b)
{
    uint64_t id = 0;
    read_inner(b);
    (void)slice_u64(by_sigma(b, S("EventID")), &id);
    set_source(b, id);
    rename_fields(b, id);
    set_user(b, id);
    b->e.outcome = outcome_of(b, id);
    set_way(b);
    slice change = by_sigma(b, S("EventType"));
    if (id == 12 && slice_eq(b->e.service, S("sysmon")))
        b->e.category = slice_starts(change, S("Create"))   ? S("registry_add")
                        : slice_starts(change, S("Delete")) ? S("registry_delete")
                                                            : b->e.category;
}

static bool tells(const log_builder *b)
{
    if (log_find(b, S("Event.System.EventID")) || log_find(b, S("Event.System.EventID.#text")) ||
        log_find(b, S("winlog.channel")) || log_find(b, S("winlog.event_id")) ||
        log_find(b, S("winlog.provider_name")))
        return true;
    return log_find(b, S("EventID")) &&
           (log_find(b, S("Channel")) || log_find(b, S("SourceName")) ||
            log_find(b, S("ProviderGuid")) || log_find(b, S("EventSourceName")));
}

const log_format log_format_windows = {.name = "windows",
                                       .inside = true,
                                       .read = log_read_event_xml,
                                       .tells = tells,
                                       .names = names,
                                       .name_count = COUNT_OF(names),
                                       .prefixes = prefixes,
                                       .prefix_count = COUNT_OF(prefixes),
                                       .finish = finish};
