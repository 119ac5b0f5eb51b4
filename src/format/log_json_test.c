#include "format/log_test.h"

static const log_row rows[] = {
    /* --- nobody in particular --- */
    {"json",
     "{\"time\":\"2026-11-30T10:00:00.5+09:00\",\"src\":\"192.0.2.7\",\"user\":{\"name\":"
     "\"a\\u00e9\\n\"},"
     "\"n\":-1.5e3,\"t\":true,\"nil\":null,\"list\":[1,\"two\",{\"k\":3},[4]],\"e\":{},\"f\":[]}\n"
     "{\"@timestamp\":1796000000,\"source.ip\":\"2001:db8::1\",\"url\":{\"domain\":\"example.com\","
     "\"path\":\"/a\",\"query\":\"b=c\"},\"http\":{\"request\":{\"method\":\"GET\"},\"response\":{"
     "\"status_code\":404}},\"network\":{\"direction\":\"egress\"}}\r\n"
     "plain words\n",
     "json // 2026-11-30T01:00:00.500Z src=192.0.2.7 user=a\xc3\xa9\\x0a\n"
     "json // 2026-11-30T00:53:20Z src=2001:db8::1 method=GET url=example.com/a?b=c failed "
     "outbound\n"
     "raw //\n",
     {"src|src_ip=192.0.2.7", "user.name|User=a\xc3\xa9\\x0a", "source.ip|src_ip=2001:db8::1",
      "url.domain|cs-host=example.com", "url.path|cs-uri-stem=/a", "url.query|cs-uri-query=b=c",
      "http.request.method|cs-method=GET", "http.response.status_code|sc-status=404 (number)"}},
    /* an array of objects, indented, with a byte order mark */
    {"json",
     "\xef\xbb\xbf[\n  {\n    \"ip\": \"192.0.2.1:443\",\n    \"action\": \"Deny\"\n  },\n  {\n    "
     "\"ip\": "
     "\"[2001:db8::7]:53\"\n  }\n]\n",
     "json // src=192.0.2.1 sport=443 blocked\n"
     "json // src=2001:db8::7 sport=53\n",
     {"ip|src_ip=192.0.2.1:443", "action=Deny", "ip|src_ip=192.0.2.1", "ip|src_port=443",
      "ip|src_ip=[2001:db8::7]:53", "ip|src_ip=2001:db8::7", "ip|src_port=53"}},
    /* what no strict reader takes: a name twice, bytes that are no UTF-8, a lone surrogate */
    {"json",
     "{\"a\":1,\"a\":2,\"b\":\"\xff\xfe\",\"c\":\"\\ud800x\\q\",\"d\":nan}\n{\"src_ip\":\"192.0.2."
     "9\",\"b\":\"cut o\n",
     "json //\n"
     "json // src=192.0.2.9 cut=8\n",
     {"a=1 (number)", "a=2 (number)", "b=\xff\xfe", "c=\xef\xbf\xbdxq", "d=nan", "src_ip=192.0.2.9",
      "b=cut o"}},
    /* lines of other logs in strings: containers, journald, shippers */
    {"json",
     "{\"log\":\"192.0.2.1 - - [30/Nov/2026:10:00:00 +0000] \\\"GET /a HTTP/1.1\\\" 404 1\\n\","
     "\"stream\":\"stdout\",\"time\":\"2026-11-30T10:00:00.5Z\"}\n"
     "{\"MESSAGE\":\"Accepted password for a from 192.0.2.1 port 1 ssh2\",\"_COMM\":\"sshd\","
     "\"_HOSTNAME\":\"h\",\"__REALTIME_TIMESTAMP\":\"1796000000000000\"}\n"
     "{\"message\":\"<34>Nov 30 10:00:00 h app: "
     "{\\\"message\\\":\\\"CEF:0|V|P|1|2|n|1|src=192.0.2.7\\\"}\"}\n"
     "{\"message\":\"just words that say nothing\",\"user\":\"x\"}\n",
     "web<json webserver// 2026-11-30T10:00:00Z src=192.0.2.1 method=GET failed inbound\n"
     "auth<json /linux/sshd 2026-11-30T00:53:20Z src=192.0.2.1 sport=1 user=a host=h allowed "
     "inbound\n"
     "cef<json /v/p 2026-11-30T10:00:00Z src=192.0.2.7 host=h\n"
     "json // user=x\n",
     {"log=192.0.2.1 - - [30/Nov/2026:10:00:00 +0000] \"GET /a HTTP/1.1\" 404 1\\x0a",
      "client|c-ip=192.0.2.1", "user|cs-username= (null)", "method|cs-method=GET", "uri|c-uri=/a",
      "uri|cs-uri-stem=/a", "protocol|cs-version=HTTP/1.1", "status|sc-status=404"}},
    /* --- Zeek --- */
    {"zeek",
     "{\"_path\":\"conn\",\"ts\":1795000000.123456,\"uid\":\"C1\",\"id.orig_h\":\"192.0.2.1\","
     "\"id.orig_p\":50000,\"id.resp_h\":\"198.51.100.2\",\"id.resp_p\":443,\"conn_state\":\"REJ\","
     "\"local_orig\":true,\"local_resp\":false}\n"
     "{\"_path\":\"http\",\"ts\":1795000001,\"uid\":\"C2\",\"id\":{\"orig_h\":\"192.0.2.1\",\"orig_"
     "p\":1,"
     "\"resp_h\":\"198.51.100.2\",\"resp_p\":80},\"method\":\"GET\",\"host\":\"example.com\","
     "\"uri\":"
     "\"/x?y=1\",\"status_code\":200,\"user_agent\":\"agent/1\"}\n"
     "{\"@stream\":\"dns\",\"@system\":\"sensor.example\",\"ts\":1795000002.5,\"id_orig_h\":\"192."
     "0.2.1\","
     "\"query\":\"bad.example\",\"rcode_name\":\"NXDOMAIN\",\"answers\":[\"192.0.2.8\",\"a."
     "example\"]}\n",
     "zeek firewall/zeek/conn 2026-11-18T11:06:40.123Z src=192.0.2.1 sport=50000 dst=198.51.100.2 "
     "dport=443 failed outbound\n"
     "zeek proxy/zeek/http 2026-11-18T11:06:41Z src=192.0.2.1 sport=1 dst=198.51.100.2 dport=80 "
     "method=GET url=http://example.com/x?y=1 allowed\n"
     "zeek dns/zeek/dns 2026-11-18T11:06:42.500Z src=192.0.2.1 host=sensor.example "
     "query=bad.example failed\n",
     {"id.orig_h|src_ip=192.0.2.1", "id.orig_p|src_port=50000 (number)",
      "id.resp_h|dst_ip=198.51.100.2", "id.resp_p|dst_port=443 (number)",
      "id.orig_p|src_port=1 (number)", "id.resp_p|dst_port=80 (number)", "method|cs-method=GET",
      "status_code|sc-status=200 (number)"}},
    /* a file: who sent it and who got it */
    {"zeek",
     "{\"@stream\":\"files\",\"ts\":1795000000,\"tx_hosts\":[\"198.51.100.2\"],\"rx_hosts\":"
     "[\"192.0.2.1\"],\"is_orig\":false}\n"
     "{\"@stream\":\"files\",\"ts\":1795000000,\"tx_hosts\":[\"192.0.2.1\"],\"rx_hosts\":"
     "[\"198.51.100.2\"],\"is_orig\":true}\n",
     "zeek /zeek/files 2026-11-18T11:06:40Z src=192.0.2.1 dst=198.51.100.2\n"
     "zeek /zeek/files 2026-11-18T11:06:40Z src=192.0.2.1 dst=198.51.100.2\n",
     {"tx_hosts=198.51.100.2", "rx_hosts=192.0.2.1"}},
    {"zeek", /* sets and vectors are of many fields */
     "#separator \\x7c\n#set_separator|;\n#empty_field|(empty)\n#unset_field|-\n#path|dns\n"
     "#fields|ts|id.orig_h|query|answers|TTLs|AA|tags\n"
     "#types|time|addr|string|vector[string]|vector[interval]|bool|set[enum]\n"
     "1795000000.5|192.0.2.1|a.example|b\\x3bc.example;203.0.113.5|1.0;-|T|(empty)\n",
     "zeek dns/zeek/dns 2026-11-18T11:06:40.500Z src=192.0.2.1 query=a.example\n",
     {"query=a.example", "answers=b;c.example", "answers=203.0.113.5", "TTLs=1.0 (number)",
      "TTLs= (null)", "AA=T (bool)", "tags= (null)"}},
    {"zeek",
     "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\thttp\n"
     "#open\t2026-11-30-00-00-00\n"
     "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_"
     "p\tmethod\thost\turi\treferrer\ttags\n"
     "#types\ttime\tstring\taddr\tport\taddr\tport\tstring\tstring\tstring\tstring\tset[enum]\n"
     "1795000000.25\tC1\t192.0.2.1\t50000\t198.51.100.2\t80\tGET\texample.com\t/"
     "a\\x09b\t-\t(empty)\n"
     "1795000001.25\tC1\t192.0.2.1\n"
     "#close\t2026-11-30-01-00-00\n",
     "zeek proxy/zeek/http 2026-11-18T11:06:40.250Z src=192.0.2.1 sport=50000 dst=198.51.100.2 "
     "dport=80 method=GET url=http://example.com/a\\x09b\n"
     "zeek proxy/zeek/http 2026-11-18T11:06:41.250Z src=192.0.2.1 cut=8\n",
     {"id.orig_h|src_ip=192.0.2.1", "id.orig_p|src_port=50000", "id.resp_h|dst_ip=198.51.100.2",
      "id.resp_p|dst_port=80", "method|cs-method=GET", "host|cs-host=example.com",
      "uri|c-uri=/a\\x09b", "referrer|cs-referrer= (null)"}},
    /* --- Suricata --- */
    {"suricata",
     "{\"timestamp\":\"2026-11-30T10:00:00.000001+0000\",\"flow_id\":1,\"event_type\":\"http\","
     "\"src_ip\":"
     "\"192.0.2.1\",\"src_port\":1234,\"dest_ip\":\"198.51.100.1\",\"dest_port\":80,\"http\":{"
     "\"hostname\":"
     "\"example.net\",\"url\":\"/"
     "p\",\"http_user_agent\":\"u\",\"http_method\":\"POST\",\"status\":403}}\n"
     "{\"timestamp\":\"2026-11-30T10:00:00+0000\",\"flow_id\":1,\"event_type\":\"http\","
     "\"dest_port\":8080,\"src_ip\":\"192.0.2.1\",\"http\":{\"hostname\":\"example.net\",\"url\":"
     "\"/p\"}}\n"
     "{\"timestamp\":\"2026-11-30T10:00:01+0000\",\"flow_id\":2,\"event_type\":\"dns\",\"src_ip\":"
     "\"192.0.2.1\","
     "\"dns\":{\"version\":3,\"queries\":[{\"rrname\":\"x.example\",\"rrtype\":\"A\"}],\"rcode\":"
     "\"NOERROR\"}}\n"
     "{\"timestamp\":\"2026-11-30T10:00:02+0000\",\"flow_id\":3,\"event_type\":\"alert\",\"src_"
     "ip\":\"192.0.2.1\","
     "\"alert\":{\"action\":\"blocked\",\"signature\":\"made up\"}}\n"
     "{\"timestamp\":\"2026-11-30T10:00:03+0000\",\"flow_id\":4,\"event_type\":\"flow\",\"src_ip\":"
     "\"192.0.2.1\","
     "\"flow\":{\"state\":\"new\"}}\n"
     "{\"timestamp\":\"2026-11-30T10:00:04+0000\",\"flow_id\":4,\"event_type\":\"drop\",\"src_ip\":"
     "\"192.0.2.1\"}\n",
     "suricata proxy/suricata/http 2026-11-30T10:00:00Z src=192.0.2.1 sport=1234 dst=198.51.100.1 "
     "dport=80 method=POST url=http://example.net/p blocked\n"
     "suricata proxy/suricata/http 2026-11-30T10:00:00Z src=192.0.2.1 dport=8080 "
     "url=http://example.net:8080/p\n"
     "suricata dns/suricata/dns 2026-11-30T10:00:01Z src=192.0.2.1 query=x.example allowed\n"
     "suricata /suricata/alert 2026-11-30T10:00:02Z src=192.0.2.1 blocked\n"
     "suricata firewall/suricata/flow 2026-11-30T10:00:03Z src=192.0.2.1 failed\n"
     "suricata /suricata/drop 2026-11-30T10:00:04Z src=192.0.2.1 blocked\n",
     {"dest_ip|dst_ip=198.51.100.1", "dest_port|dst_port=80 (number)",
      "http.hostname|cs-host=example.net", "http.url|c-uri=/p",
      "http.http_user_agent|c-useragent=u", "http.http_method|cs-method=POST",
      "http.status|sc-status=403 (number)", "dns.queries.rrname|query=x.example"}},
    /* --- Windows --- */
    {"windows",
     "{\"EventID\":4688,\"Channel\":\"Security\",\"Hostname\":\"ws1.example\",\"TimeCreated\":"
     "\"2026-11-30T10:00:00.000Z\",\"NewProcessName\":\"C:\\\\a.exe\",\"ParentProcessName\":\"C:"
     "\\\\b.exe\","
     "\"ProcessId\":\"0x1\",\"NewProcessId\":\"0x2\",\"SubjectUserName\":\"alice\","
     "\"TargetUserName\":\"-\","
     "\"CommandLine\":\"a.exe -x\"}\n"
     "{\"EventID\":\"4625\",\"Channel\":\"security\",\"Computer\":\"ws1\",\"TargetUserName\":"
     "\"bob\","
     "\"SubjectUserName\":\"SYSTEM\",\"IpAddress\":\"198.51.100.9\",\"IpPort\":\"4444\"}\n"
     "{\"EventID\":5157,\"Channel\":\"Security\",\"SourceAddress\":\"192.0.2.1\",\"DestAddress\":"
     "\"198.51.100.9\",\"DestPort\":\"443\",\"Direction\":\"%%14593\"}\n",
     "windows process_creation/windows/security 2026-11-30T10:00:00Z user=alice host=ws1.example\n"
     "windows /windows/security src=198.51.100.9 sport=4444 user=bob host=ws1 failed\n"
     "windows /windows/security src=192.0.2.1 dst=198.51.100.9 dport=443 blocked outbound\n",
     {"EventID=4688 (number)", "Hostname|Computer=ws1.example", "NewProcessName|Image=C:\\a.exe",
      "ParentProcessName|ParentImage=C:\\b.exe", "ProcessId|ParentProcessId=0x1",
      "NewProcessId|ProcessId=0x2", "SubjectUserName|User=alice", "EventID=5157 (number)"}},
    {"windows",
     "{\"Event\":{\"#attributes\":{\"xmlns\":\"x\"},\"System\":{\"Provider\":{\"#attributes\":{"
     "\"Name\":"
     "\"Microsoft-Windows-Sysmon\"}},\"EventID\":3,\"TimeCreated\":{\"#attributes\":{"
     "\"SystemTime\":"
     "\"2026-11-30T10:00:00.000000Z\"}},\"Channel\":\"Microsoft-Windows-Sysmon/"
     "Operational\",\"Computer\":"
     "\"ws2\"},\"EventData\":{\"Image\":\"C:\\\\x.exe\",\"User\":\"D\\\\u\",\"Initiated\":\"true\","
     "\"SourceIp\":\"192.0.2.1\",\"DestinationIp\":\"203.0.113.5\",\"DestinationPort\":443}}}\n"
     "{\"Event\":{\"System\":{\"EventID\":{\"#text\":7045,\"#attributes\":{\"Qualifiers\":16384}},"
     "\"Channel\":"
     "\"System\",\"Provider_attributes\":{\"Name\":\"Service Control "
     "Manager\"}},\"EventData\":{\"Data\":{\"#text\":"
     "[\"one\",\"two\"]}}}}\n",
     "windows network_connection/windows/sysmon 2026-11-30T10:00:00Z src=192.0.2.1 dst=203.0.113.5 "
     "dport=443 user=D\\u host=ws2 outbound\n"
     "windows /windows/system\n",
     {"Event.System.Provider.#attributes.Name|Provider_Name=Microsoft-Windows-Sysmon",
      "Event.System.EventID|EventID=3 (number)",
      "Event.System.Channel|Channel=Microsoft-Windows-Sysmon/Operational",
      "Event.System.Computer|Computer=ws2", "Event.EventData.Image|Image=C:\\x.exe",
      "Event.EventData.DestinationPort|DestinationPort=443 (number)",
      "Event.System.EventID.#text|EventID=7045 (number)",
      "Event.System.EventID.#attributes.Qualifiers|EventID.#attributes.Qualifiers=16384 (number)"}},
    {"windows",
     "{\"@timestamp\":\"2026-11-30T10:00:00.000Z\",\"winlog\":{\"channel\":\"Microsoft-Windows-"
     "Sysmon/"
     "Operational\",\"event_id\":\"1\",\"provider_name\":\"Microsoft-Windows-Sysmon\",\"computer_"
     "name\":\"ws3\","
     "\"event_data\":{\"IntegrityLevel\":\"High\"}},\"process\":{\"executable\":\"C:\\\\c.exe\","
     "\"command_line\":"
     "\"c /d\",\"parent\":{\"executable\":\"C:\\\\p.exe\"}},\"user\":{\"name\":\"carol\"}}\n"
     "{\"@timestamp\":\"2026-11-30T10:00:01.000Z\",\"winlog\":{\"channel\":\"Microsoft-Windows-"
     "Sysmon/"
     "Operational\",\"event_id\":22},\"dns\":{\"question\":{\"name\":\"q.example\"}},\"event\":{"
     "\"code\":\"22\"}}\n"
     "{\"@timestamp\":\"2026-11-30T10:00:02.000Z\",\"winlog\":{\"channel\":\"Microsoft-Windows-"
     "Sysmon/"
     "Operational\",\"event_id\":7},\"file\":{\"path\":\"C:\\\\l.dll\"}}\n"
     "{\"@timestamp\":\"2026-11-30T10:00:03.000Z\",\"winlog\":{\"channel\":\"Microsoft-Windows-"
     "Sysmon/"
     "Operational\",\"event_id\":12,\"event_data\":{\"EventType\":\"DeleteKey\",\"TargetObject\":"
     "\"HKLM\\\\x\"}}}\n",
     "windows process_creation/windows/sysmon 2026-11-30T10:00:00Z user=carol host=ws3\n"
     "windows dns_query/windows/sysmon 2026-11-30T10:00:01Z query=q.example\n"
     "windows image_load/windows/sysmon 2026-11-30T10:00:02Z\n"
     "windows registry_delete/windows/sysmon 2026-11-30T10:00:03Z\n",
     {"winlog.channel|Channel=Microsoft-Windows-Sysmon/Operational", "winlog.event_id|EventID=1",
      "winlog.provider_name|Provider_Name=Microsoft-Windows-Sysmon",
      "winlog.computer_name|Computer=ws3", "winlog.event_id|EventID=22 (number)",
      "winlog.event_id|EventID=7 (number)", "winlog.event_id|EventID=12 (number)",
      "winlog.event_data.TargetObject|TargetObject=HKLM\\x"}},
    {"windows",
     "{\"TimeGenerated\":\"2026-11-30T10:00:00Z\",\"Computer\":\"ws4\",\"EventSourceName\":"
     "\"Microsoft-Windows-"
     "Security-Auditing\",\"Channel\":\"Security\",\"EventID\":5156,\"EventData\":"
     "\"\\u003cEventData\\u003e\\r\\n"
     "\\u003cData Name=\\\"SourceAddress\\\"\\u003e192.0.2.5\\u003c/Data\\u003e\\u003cData "
     "Name=\\\"Direction\\\""
     "\\u003e%%14592\\u003c/Data\\u003e\\u003cData Name=\\\"Nothing\\\"/\\u003e\"}\n",
     "windows /windows/security 2026-11-30T10:00:00Z src=192.0.2.5 host=ws4 allowed inbound\n",
     {"TimeGenerated=2026-11-30T10:00:00Z", "Computer=ws4",
      "EventSourceName|Provider_Name=Microsoft-Windows-Security-Auditing", "Channel=Security",
      "EventID=5156 (number)", "SourceAddress=192.0.2.5", "Direction=%%14592"}},
    /* --- clouds --- */
    {"cloudtrail",
     "{\"Records\":[{\"eventVersion\":\"1.08\",\"userIdentity\":{\"type\":\"IAMUser\",\"userName\":"
     "\"dave\"},"
     "\"eventTime\":\"2026-11-30T10:00:00Z\",\"eventSource\":\"s3.amazonaws.com\",\"eventName\":"
     "\"GetObject\","
     "\"awsRegion\":\"us-east-1\",\"sourceIPAddress\":\"203.0.113.7\",\"requestParameters\":{"
     "\"bucketName\":\"b\"}},"
     "{\"eventVersion\":\"1.08\",\"eventTime\":\"2026-11-30T10:00:01Z\",\"eventSource\":\"ec2."
     "amazonaws.com\","
     "\"eventName\":\"RunInstances\",\"awsRegion\":\"us-east-1\",\"sourceIPAddress\":"
     "\"cloudformation.amazonaws.com\","
     "\"errorCode\":\"Client.UnauthorizedOperation\"}]}",
     "cloudtrail /aws/cloudtrail 2026-11-30T10:00:00Z src=203.0.113.7 user=dave allowed\n"
     "cloudtrail /aws/cloudtrail 2026-11-30T10:00:01Z blocked\n",
     {"eventVersion=1.08", "userIdentity.type=IAMUser", "userIdentity.userName=dave",
      "eventTime=2026-11-30T10:00:00Z", "eventSource=s3.amazonaws.com", "eventName=GetObject",
      "sourceIPAddress|src_ip=203.0.113.7", "sourceIPAddress|src_ip=cloudformation.amazonaws.com"}},
    {"azure",
     "{\"time\":\"2026-11-30T10:00:00Z\",\"resourceId\":\"/tenants/t\",\"operationName\":\"Sign-in "
     "activity\","
     "\"category\":\"SignInLogs\",\"tenantId\":\"t\",\"resultType\":\"50126\",\"callerIpAddress\":"
     "\"203.0.113.8\","
     "\"properties\":{\"userPrincipalName\":\"e@example.com\",\"status\":{\"errorCode\":50126}}}\n"
     "{\"createdDateTime\":\"2026-11-30T10:00:01Z\",\"userPrincipalName\":\"f@example.com\","
     "\"appDisplayName\":"
     "\"Portal\",\"ipAddress\":\"203.0.113.9\",\"status\":{\"errorCode\":0}}\n"
     "{\"time\":\"2026-11-30T10:00:02Z\",\"operationName\":\"Add "
     "user\",\"category\":\"AuditLogs\",\"tenantId\":"
     "\"t\",\"properties\":{\"result\":\"success\",\"initiatedBy\":{\"user\":{"
     "\"userPrincipalName\":"
     "\"g@example.com\",\"ipAddress\":\"203.0.113.10\"}}}}\n",
     "azure /azure/signinlogs 2026-11-30T10:00:00Z src=203.0.113.8 user=e@example.com failed\n"
     "azure /azure/signinlogs 2026-11-30T10:00:01Z src=203.0.113.9 user=f@example.com allowed\n"
     "azure /azure/auditlogs 2026-11-30T10:00:02Z src=203.0.113.10 user=g@example.com allowed\n",
     {"time=2026-11-30T10:00:00Z", "resourceId=/tenants/t", "resultType|ResultType=50126",
      "callerIpAddress|src_ip=203.0.113.8", "properties.status.errorCode=50126 (number)",
      "ipAddress|src_ip=203.0.113.9", "status.errorCode=0 (number)",
      "properties.initiatedBy.user.ipAddress|src_ip=203.0.113.10"}},
    {"m365",
     "{\"CreationTime\":\"2026-11-30T10:00:00\",\"Operation\":\"UserLoginFailed\",\"Workload\":"
     "\"AzureActiveDirectory\","
     "\"RecordType\":15,\"UserId\":\"h@example.com\",\"ClientIP\":\"203.0.113.11:50123\"}\n"
     "{\"CreationTime\":\"2026-11-30T10:00:01\",\"Operation\":\"New-InboxRule\",\"Workload\":"
     "\"Exchange\","
     "\"RecordType\":1,\"UserId\":\"i@example.com\",\"ClientIP\":\"[2001:db8::5]:443\","
     "\"ResultStatus\":\"True\"}\n",
     "m365 /m365/audit 2026-11-30T10:00:00Z src=203.0.113.11 sport=50123 user=h@example.com "
     "failed\n"
     "m365 /m365/exchange 2026-11-30T10:00:01Z src=2001:db8::5 sport=443 user=i@example.com "
     "allowed\n",
     {"RecordType=15 (number)", "ClientIP|src_ip=203.0.113.11:50123",
      "ClientIP|src_ip=203.0.113.11", "ClientIP|src_port=50123", "RecordType=1 (number)",
      "ClientIP|src_ip=[2001:db8::5]:443", "ClientIP|src_ip=2001:db8::5", "ClientIP|src_port=443"}},
};

TEST(streams_of_json)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        log_row_check(&rows[i]);
}

TEST(hard_times)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        log_row_abuse(&rows[i]);
}
