#include "format/log_test.h"

static const log_row rows[] = {
    /* --- syslog --- */
    {"syslog",
     "<34>1 2026-11-30T10:00:00.123Z host.example app 42 ID47 [ex@1 a=\"b\\\"c\" d=\"\"][z@2 "
     "k=\"v\"] "
     "\xef\xbb\xbfwords\n"
     "<13>Nov 30 10:00:01 host2 tool: words\n"
     "Dec  3 10:00:02 host3 tool[7]: last year\n"
     "2026-11-30T10:00:03.5+09:00 host4 tool: iso\n"
     "<14>no time\n"
     "Nov 30 10:00:04 host5 app: {\"src_ip\":\"192.0.2.1\",\"user\":\"j\"}\n"
     "Nov 30 10:00:05 host6 app: @cee: {\"msg\":\"x\"}\n",
     "syslog /linux/syslog 2026-11-30T10:00:00.123Z host=host.example\n"
     "syslog /linux/syslog 2026-11-30T10:00:01Z host=host2\n"
     "syslog /linux/syslog 2025-12-03T10:00:02Z host=host3\n"
     "syslog /linux/syslog 2026-11-30T01:00:03.500Z host=host4\n"
     "syslog /linux/syslog\n"
     "json<syslog // 2026-11-30T10:00:04Z src=192.0.2.1 user=j host=host5\n"
     "json<syslog // 2026-11-30T10:00:05Z host=host6\n",
     {"ex@1.a=b\"c", "host|Computer=host.example", "host|Computer=host2", "host|Computer=host3",
      "host|Computer=host4", "host|Computer=host5",
      "message={\"src_ip\":\"192.0.2.1\",\"user\":\"j\"}", "user|User=j"}},
    {"syslog",
     "<189>1 2026-11-30T10:00:00+09:00 - - - - - date=2026-11-30 time=01:00:00 devname=\"fg\" "
     "devid=\"FG100\" type=\"utm\" subtype=\"webfilter\" srcip=192.0.2.1 dstip=203.0.113.4 "
     "hostname=\"bad.example\" url=\"/x\" action=\"blocked\"\n"
     "Nov 30 10:00:00 fw.example 1,2026/11/30 10:00:00,001,TRAFFIC,end\n"
     "Nov 30 10:00:00 h CEF: 0|V|P|1|2|n|1|src=192.0.2.1\n"
     "Nov 30 10:00:00 no host at all\n"
     "2026-11-30 10:00:00 INFO com.example.App: no host either\n"
     "Nov 30 10:00:00 h kernel: audit: type=1400 audit(1796000000.123:45): apparmor=\"DENIED\" "
     "name=\"/x\"\n"
     "Nov 30 10:00:00 h audispd: type=AVC msg=audit(1796000000.123:45): avc:  denied  { read } for "
     " "
     "pid=1 comm=\"x\"\n",
     "keyvalue<syslog /fortigate/webfilter 2026-11-30T01:00:00Z src=192.0.2.1 dst=203.0.113.4 "
     "host=fg url=bad.example/x blocked\n"
     "syslog /linux/syslog 2026-11-30T10:00:00Z host=fw.example\n"
     "cef<syslog /v/p 2026-11-30T10:00:00Z src=192.0.2.1 host=h\n"
     "raw // 2026-11-30T10:00:00Z\n"
     "raw // 2026-11-30T10:00:00Z\n"
     "auditd<syslog /linux/auditd 2026-11-30T00:53:20.123Z host=h blocked\n"
     "auditd<syslog /linux/auditd 2026-11-30T00:53:20.123Z host=h blocked\n",
     {"host|Computer= (null)", "srcip|src_ip=192.0.2.1", "dstip|dst_ip=203.0.113.4",
      "hostname|cs-host=bad.example", "url|c-uri=/x", "host|Computer=fw.example", "host|Computer=h",
      "src|src_ip=192.0.2.1"}},
    /* --- CEF and LEEF --- */
    {"syslog",
     "<134>Nov 30 10:00:00 fw CEF:0|Ex\\|ample|Wall|1.0|100|Blocked|5|src=192.0.2.1 spt=1234 "
     "dst=198.51.100.1 "
     "dpt=443 request=https://example.com/a?b\\=c act=blocked msg=two words\\nmore cs1Label=Rule "
     "cs1=deny all "
     "deviceDirection=1\n"
     "<134>Nov 30 10:00:01 fw "
     "LEEF:1.0|Example|Wall|2|77|src=192.0.2.2\tdst=198.51.100.2\tusrName=k\taction=permit\n",
     "cef<syslog /ex|ample/wall 2026-11-30T10:00:00Z src=192.0.2.1 sport=1234 dst=198.51.100.1 "
     "dport=443 host=fw url=https://example.com/a?b=c blocked outbound\n"
     "leef<syslog /example/wall 2026-11-30T10:00:01Z src=192.0.2.2 dst=198.51.100.2 user=k host=fw "
     "allowed\n",
     {"host|Computer=fw", "src|src_ip=192.0.2.1", "spt|src_port=1234", "dst|dst_ip=198.51.100.1",
      "dpt|dst_port=443", "request|c-uri=https://example.com/a?b=c", "act|action=blocked",
      "msg=two words\\x0amore"}},
    /* "=" in a value without its backslash; a status that says more than the action */
    {"cef",
     "CEF:0|V|P|1|2|n|1|request=http://example.com/?a=b&c==d src=192.0.2.1 oldFile=x=y act=allow\n",
     "cef /v/p src=192.0.2.1 url=http://example.com/?a=b&c==d allowed\n",
     {"cefVersion=0", "deviceVendor=V", "deviceProduct=P", "deviceVersion=1",
      "deviceEventClassId=2", "request|c-uri=http://example.com/?a=b&c==d", "src|src_ip=192.0.2.1",
      "act|action=allow"}},
    {"cef",
     "CEF:1|V|P|1|2|n|High|rt=1796000000000 suser=l shost=ws c6a2=2001:db8::9 c6a2Label=Source "
     "IPv6\n",
     "cef /v/p 2026-11-30T00:53:20Z src=2001:db8::9 user=l\n",
     {"cefVersion=1", "deviceVendor=V", "deviceProduct=P", "deviceVersion=1",
      "deviceEventClassId=2", "name=n", "severity=High", "c6a2|src_ip=2001:db8::9"}},
    {"leef",
     "LEEF:2.0|V|P|1|id|^|devTime=Nov 30 2026 10:00:00^src=192.0.2.3^url=http://example.com/x=1\n"
     "LEEF:2.0|V|P|1|id|x7C|src=192.0.2.4|dst=198.51.100.4\n"
     "LEEF:2.0|V|P|1|id|\xc2\xa6|src=192.0.2.5\xc2\xa6"
     "dst=198.51.100.5\n"
     "LEEF:2.0|V|P|1|id|xA6|src=192.0.2.6\xc2\xa6"
     "dst=198.51.100.6\n"
     "LEEF:2.0|V|P|1|id|0xA6|src=192.0.2.7\xa6"
     "dst=198.51.100.7\n",
     "leef /v/p 2026-11-30T10:00:00Z src=192.0.2.3 url=http://example.com/x=1\n"
     "leef /v/p src=192.0.2.4 dst=198.51.100.4\n"
     "leef /v/p src=192.0.2.5 dst=198.51.100.5\n"
     "leef /v/p src=192.0.2.6 dst=198.51.100.6\n"
     "leef /v/p src=192.0.2.7 dst=198.51.100.7\n",
     {"leefVersion=2.0", "deviceVendor=V", "deviceProduct=P", "deviceVersion=1",
      "src|src_ip=192.0.2.3", "url|c-uri=http://example.com/x=1", "src|src_ip=192.0.2.4",
      "dst|dst_ip=198.51.100.4"}},
    /* --- web servers, proxies --- */
    {"w3c",
     "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Date: "
     "2026-11-30 10:00:00\r\n"
     "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "
     "cs(User-Agent) cs-host "
     "sc-status\r\n"
     "2026-11-30 10:00:00 198.51.100.1 GET /a.aspx id=1 80 - 192.0.2.1 Mozilla/5.0+(X) example.com "
     "200\r\n"
     "2026-11-30 10:00:01 198.51.100.1 GET /b\r\n",
     "w3c webserver/windows/iis 2026-11-30T10:00:00Z src=192.0.2.1 dst=198.51.100.1 dport=80 "
     "method=GET url=example.com/a.aspx?id=1 allowed inbound\n"
     "w3c webserver/windows/iis 2026-11-30T10:00:01Z dst=198.51.100.1 method=GET inbound cut=8\n",
     {"date=2026-11-30", "time=10:00:00", "s-ip=198.51.100.1", "cs-method=GET",
      "cs-uri-stem=/a.aspx", "cs-uri-query=id=1", "cs-username= (null)",
      "cs(User-Agent)|cs-user-agent=Mozilla/5.0 (X)"}},
    {"w3c", /* the draft's own example has no dates but in its headers */
     "#Version: 1.0\n#Date: 12-Jan-1996 00:00:00\n#Fields: time cs-method cs-uri-stem\n"
     "00:34:23 GET /foo/bar.html\n#Date: 2026-11-30 00:00:00\n12:21:16 GET /b\n",
     "w3c webserver// 1996-01-12T00:34:23Z method=GET inbound\n"
     "w3c webserver// 2026-11-30T12:21:16Z method=GET inbound\n",
     {"time=00:34:23", "cs-uri-stem=/foo/bar.html", "time=12:21:16", "cs-uri-stem=/b"}},
    {"w3c",
     "#Fields: date time c-ip cs-username s-action sc-status cs-method cs-uri r-ip cs(User-Agent)\n"
     "2026-11-30 10:00:00 192.0.2.1 m TCP_DENIED 403 GET http://bad.example/x 203.0.113.1 \"a "
     "b\"\n",
     "w3c proxy// 2026-11-30T10:00:00Z src=192.0.2.1 dst=203.0.113.1 user=m method=GET "
     "url=http://bad.example/x blocked outbound\n",
     {"date=2026-11-30", "time=10:00:00", "c-ip=192.0.2.1", "cs-username=m", "s-action=TCP_DENIED",
      "cs-uri|c-uri=http://bad.example/x", "r-ip|dst_ip=203.0.113.1",
      "cs(User-Agent)|c-useragent=a b"}},
    {"web",
     "192.0.2.1 - n [30/Nov/2026:10:00:00 +0900] \"GET /a?q=%41 HTTP/1.1\" 404 12 "
     "\"http://example.com/\" "
     "\"agent \\\"x\\\"\" extra\n"
     "2001:db8::1 - - [30/Nov/2026:10:00:01 +0000] \"POST /b HTTP/1.0\" 200 -\n"
     "www.example.com:443 192.0.2.2 - - [30/Nov/2026:10:00:02 +0000] \"GET /c HTTP/2.0\" 200 5 "
     "\"-\" \"-\"\n"
     "192.0.2.3 - - [30/Nov/2026:10:00:03 +0000] \"\\x16\\x03\\x01\" 400 0 \"-\" \"-\"\n",
     "web webserver// 2026-11-30T01:00:00Z src=192.0.2.1 user=n method=GET failed inbound\n"
     "web webserver// 2026-11-30T10:00:01Z src=2001:db8::1 method=POST allowed inbound\n"
     "web webserver// 2026-11-30T10:00:02Z src=192.0.2.2 dport=443 method=GET "
     "url=www.example.com/c allowed inbound\n"
     "web webserver// 2026-11-30T10:00:03Z src=192.0.2.3 failed inbound\n",
     {"client|c-ip=192.0.2.1", "user|cs-username=n", "method|cs-method=GET",
      "user_agent|cs-user-agent=agent \"x\"", "user|cs-username= (null)", "bytes|sc-bytes= (null)",
      "referer|cs-referer= (null)", "user_agent|cs-user-agent= (null)"}},
    {"squid",
     "1796000000.123    192 192.0.2.1 TCP_MISS/200 1342 GET http://o@example.com:8080/a - "
     "HIER_DIRECT/198.51.100.1 "
     "text/html\n"
     "1796000001.456      0 192.0.2.2 TCP_DENIED/403 0 CONNECT bad.example:443 p HIER_NONE/- -\n"
     "1796000002.456      0 192.0.2.2 TCP_TUNNEL/000 0 CONNECT [2001:db8::1]:443 p HIER_NONE/- -\n",
     "squid proxy/squid/ 2026-11-30T00:53:20.123Z src=192.0.2.1 dst=198.51.100.1 method=GET "
     "url=http://o@example.com:8080/a allowed outbound\n"
     "squid proxy/squid/ 2026-11-30T00:53:21.456Z src=192.0.2.2 user=p method=CONNECT "
     "url=bad.example:443 blocked outbound\n"
     "squid proxy/squid/ 2026-11-30T00:53:22.456Z src=192.0.2.2 user=p method=CONNECT "
     "url=[2001:db8::1]:443 failed outbound\n",
     {"elapsed|time-taken=192", "client|src_ip=192.0.2.1", "result|s-action=TCP_MISS",
      "status|sc-status=200", "bytes|sc-bytes=1342", "user|cs-username= (null)",
      "peer|dst_ip= (null)", "type|cs-mime-type= (null)"}},
    /* --- DNS --- */
    {"bind",
     "30-Nov-2026 10:00:00.123 queries: info: client @0x7f01 192.0.2.1#5353 (a.example): query: "
     "a.example IN A "
     "+E(0)K (198.51.100.53)\n"
     "30-Nov-2026 10:00:01.123 security: info: client 192.0.2.2#53 (b.example): view out: query "
     "(cache) "
     "'b.example/ANY/IN' denied\n"
     "30-Nov-2026 10:00:02.123 rpz: info: client @0x7f02 192.0.2.3#53 (c.example): rpz QNAME "
     "NXDOMAIN rewrite "
     "c.example/A/IN via c.example.rpz\n",
     "bind dns/bind/ 2026-11-30T10:00:00.123Z src=192.0.2.1 sport=5353 dst=198.51.100.53 "
     "query=a.example outbound\n"
     "bind dns/bind/ 2026-11-30T10:00:01.123Z src=192.0.2.2 sport=53 query=b.example blocked\n"
     "bind dns/bind/ 2026-11-30T10:00:02.123Z src=192.0.2.3 sport=53 query=c.example blocked\n",
     {"client|src_ip=192.0.2.1", "client|src_port=5353", "query=a.example", "type|record_type=A",
      "server|dst_ip=198.51.100.53", "client|src_ip=192.0.2.2", "type|record_type=ANY",
      "client|src_ip=192.0.2.3"}},
    {"syslog",
     "Nov 30 10:00:00 dnsmasq[9]: query[AAAA] d.example from 192.0.2.4\n"
     "Nov 30 10:00:00 dnsmasq[9]: forwarded d.example to 198.51.100.53\n"
     "Nov 30 10:00:00 dnsmasq[9]: reply d.example is NXDOMAIN\n"
     "Nov 30 10:00:00 gw dnsmasq[9]: 12 192.0.2.5/4567 cached e.example is 203.0.113.3\n"
     "Nov 30 10:00:00 gw dnsmasq[9]: gravity blocked f.example is 0.0.0.0\n"
     "Nov 30 10:00:00 gw named[3]: client @0x1 192.0.2.6#53 (g.example): query: g.example IN TXT - "
     "(198.51.100.53)\n",
     "dnsmasq<syslog dns/dnsmasq/ 2026-11-30T10:00:00Z src=192.0.2.4 query=d.example outbound\n"
     "dnsmasq<syslog dns/dnsmasq/ 2026-11-30T10:00:00Z dst=198.51.100.53 query=d.example outbound\n"
     "dnsmasq<syslog dns/dnsmasq/ 2026-11-30T10:00:00Z query=d.example failed\n"
     "dnsmasq<syslog dns/dnsmasq/ 2026-11-30T10:00:00Z src=192.0.2.5 sport=4567 host=gw "
     "query=e.example allowed\n"
     "dnsmasq<syslog dns/dnsmasq/ 2026-11-30T10:00:00Z host=gw query=f.example blocked\n"
     "bind<syslog dns/bind/ 2026-11-30T10:00:00Z src=192.0.2.6 sport=53 dst=198.51.100.53 host=gw "
     "query=g.example\n",
     {"type|record_type=AAAA", "client|src_ip=192.0.2.4", "server|dst_ip=198.51.100.53",
      "answer|answers=NXDOMAIN", "host|Computer=gw", "client|src_ip=192.0.2.5",
      "client|src_port=4567", "answer|answers=203.0.113.3"}},
    /* --- Linux --- */
    {"auditd",
     "type=SYSCALL msg=audit(1796000000.965:93777): arch=c000003e syscall=59 success=yes a0=558e "
     "auid=1000 uid=0 "
     "comm=\"dd\" exe=\"/bin/dd\" key=(null)\x1d"
     "AUID=\"q\" UID=\"root\"\n"
     "type=EXECVE msg=audit(1796000000.965:93777): argc=2 a0=\"sh\" a1=2D6320612062\n"
     "type=PROCTITLE msg=audit(1796000000.965:93777): proctitle=7368002D630061\n"
     "node=n1 type=USER_AUTH msg=audit(1796000001.5:8): pid=1 uid=0 msg='op=PAM:authentication "
     "acct=\"r\" "
     "exe=\"/usr/sbin/sshd\" hostname=? addr=203.0.113.4 terminal=ssh res=failed'\n"
     "type=SOCKADDR msg=audit(1796000002.5:9): saddr=020001BBCB0071050000000000000000\n"
     "type=SOCKADDR msg=audit(1796000002.5:9): "
     "saddr=0A0001BB0000000020010DB800000000000000000000000100000000\n"
     "type=SOCKADDR msg=audit(1796000002.5:9): saddr=0200\x1d"
     "SADDR={ saddr_fam=inet laddr=203.0.113.6 lport=80 }\n",
     "auditd /linux/auditd 2026-11-30T00:53:20.965Z user=q allowed\n"
     "auditd /linux/auditd 2026-11-30T00:53:20.965Z\n"
     "auditd /linux/auditd 2026-11-30T00:53:20.965Z\n"
     "auditd /linux/auditd 2026-11-30T00:53:21.500Z src=203.0.113.4 user=r host=n1 failed\n"
     "auditd /linux/auditd 2026-11-30T00:53:22.500Z dst=203.0.113.5 dport=443\n"
     "auditd /linux/auditd 2026-11-30T00:53:22.500Z dst=2001:db8::1 dport=443\n"
     "auditd /linux/auditd 2026-11-30T00:53:22.500Z dst=203.0.113.6 dport=80\n",
     {"type=SYSCALL", "time=1796000000.965", "key= (null)", "hostname= (null)",
      "addr|src_ip=203.0.113.4", "saddr|dst_ip=203.0.113.5", "saddr|dst_port=443",
      "saddr|dst_ip=2001:db8::1"}},
    {"syslog",
     "Nov 30 10:00:00 gw kernel: [12345.678901] [UFW BLOCK] IN=eth0 OUT= MAC=00:01 SRC=203.0.113.5 "
     "DST=192.0.2.1 "
     "LEN=40 PROTO=TCP SPT=4444 DPT=22 WINDOW=1024 SYN URGP=0\n"
     "Nov 30 10:00:01 gw kernel: fw-accept IN= OUT=eth0 SRC=192.0.2.1 DST=203.0.113.6 PROTO=ICMP "
     "TYPE=3 "
     "[SRC=203.0.113.6 DST=192.0.2.1 ]\n"
     "Nov 30 10:00:02 gw kernel: IN=eth0 OUT=eth1 SRC=192.0.2.1 DST=203.0.113.6 PROTO=UDP SPT=1 "
     "DPT=2\n",
     "netfilter<syslog firewall/linux/netfilter 2026-11-30T10:00:00Z src=203.0.113.5 sport=4444 "
     "dst=192.0.2.1 dport=22 host=gw blocked inbound\n"
     "netfilter<syslog firewall/linux/netfilter 2026-11-30T10:00:01Z src=192.0.2.1 dst=203.0.113.6 "
     "host=gw allowed outbound\n"
     "netfilter<syslog firewall/linux/netfilter 2026-11-30T10:00:02Z src=192.0.2.1 sport=1 "
     "dst=203.0.113.6 dport=2 host=gw\n",
     {"host|Computer=gw", "prefix|action=[UFW BLOCK]", "SRC|src_ip=203.0.113.5",
      "DST|dst_ip=192.0.2.1", "PROTO|proto=TCP", "SPT|src_port=4444", "DPT|dst_port=22",
      "prefix|action=fw-accept"}},
    {"netfilter",
     "[    1.5] DROP IN=eth0 OUT= SRC=203.0.113.5 DST=192.0.2.1 PROTO=TCP SPT=1 DPT=2\n",
     "netfilter firewall/linux/netfilter src=203.0.113.5 sport=1 dst=192.0.2.1 dport=2 blocked "
     "inbound\n",
     {"prefix|action=DROP", "IN=eth0", "OUT= (null)", "SRC|src_ip=203.0.113.5",
      "DST|dst_ip=192.0.2.1", "PROTO|proto=TCP", "SPT|src_port=1", "DPT|dst_port=2"}},
    {"syslog",
     "Nov 30 10:00:00 h sshd[1]: Accepted publickey for s from 192.0.2.1 port 22 ssh2: RSA "
     "SHA256:x\n"
     "Nov 30 10:00:00 h sshd[1]: Failed password for invalid user x from 192.0.2.9 port 1 from "
     "203.0.113.7 port 2 "
     "ssh2\n"
     "Nov 30 10:00:00 h sshd[1]: Received disconnect from 192.0.2.3: 11: bye\n"
     "Nov 30 10:00:00 h sshd[1]: message repeated 2 times: [ Failed password for root from "
     "192.0.2.4 port 5 ssh2]\n"
     "Nov 30 10:00:00 h sshd[1]: User t from 192.0.2.5 not allowed because not listed in "
     "AllowUsers\n"
     "Nov 30 10:00:00 h sshd[1]: PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh "
     "ruser= "
     "rhost=192.0.2.6  user=root\n"
     "Nov 30 10:00:00 h sshd[1]: pam_unix(sshd:session): session opened for user u(uid=1000) by "
     "(uid=0)\n"
     "Nov 30 10:00:00 h sudo:    v : TTY=pts/0 ; PWD=/home/v ; USER=root ; COMMAND=/bin/ls -l\n"
     "Nov 30 10:00:00 h sudo:    v : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; USER=root ; "
     "COMMAND=/bin/sh\n"
     "Nov 30 10:00:00 h su: FAILED su for root by w\n"
     "Nov 30 10:00:00 h CRON[2]: (root) CMD (cd / && run)\n"
     "Nov 30 10:00:00 h sshd[1]: Close session: something else\n"
     "Nov 30 10:00:00 h sshd-session[1]: Close session: user y from 192.0.2.8 port 9 id 0\n",
     "auth<syslog /linux/sshd 2026-11-30T10:00:00Z src=192.0.2.1 sport=22 user=s host=h allowed "
     "inbound\n"
     "auth<syslog /linux/sshd 2026-11-30T10:00:00Z src=203.0.113.7 sport=2 user=x from 192.0.2.9 "
     "port 1 host=h failed inbound\n"
     "auth<syslog /linux/sshd 2026-11-30T10:00:00Z src=192.0.2.3 host=h inbound\n"
     "auth<syslog /linux/sshd 2026-11-30T10:00:00Z src=192.0.2.4 sport=5 user=root host=h failed "
     "inbound\n"
     "auth<syslog /linux/sshd 2026-11-30T10:00:00Z src=192.0.2.5 user=t host=h blocked inbound\n"
     "auth<syslog /linux/sshd 2026-11-30T10:00:00Z src=192.0.2.6 user=root host=h failed inbound\n"
     "auth<syslog /linux/sshd 2026-11-30T10:00:00Z user=u host=h allowed\n"
     "auth<syslog /linux/sudo 2026-11-30T10:00:00Z user=v host=h allowed\n"
     "auth<syslog /linux/sudo 2026-11-30T10:00:00Z user=v host=h blocked\n"
     "auth<syslog /linux/auth 2026-11-30T10:00:00Z user=w host=h failed\n"
     "auth<syslog /linux/cron 2026-11-30T10:00:00Z user=root host=h allowed\n"
     "syslog /linux/sshd 2026-11-30T10:00:00Z host=h\n"
     "auth<syslog /linux/sshd 2026-11-30T10:00:00Z src=192.0.2.8 sport=9 user=y host=h inbound\n",
     {"host|Computer=h", "user|User=s", "address|src_ip=192.0.2.1", "port|src_port=22",
      "user|User=x from 192.0.2.9 port 1", "address|src_ip=203.0.113.7", "port|src_port=2",
      "user|User= (null)"}},
    /* --- Windows, and Sysmon for Linux, as XML --- */
    {"windows",
     "<Event xmlns='x'><System><Provider Name='Microsoft-Windows-Sysmon' "
     "Guid='{1}'/><EventID>1</EventID>"
     "<TimeCreated "
     "SystemTime='2026-11-30T10:00:00.1234567Z'/><Channel>Microsoft-Windows-Sysmon/Operational"
     "</Channel><Computer>ws5</Computer></System><EventData><Data "
     "Name='Image'>C:\\a.exe</Data><Data "
     "Name='CommandLine'>a &lt;b&gt; &quot;c&quot;&#x0A;&#59;&no;</Data><Data "
     "Name='None'/><Data>x</Data>"
     "<Data Name='User'>D\\u</Data></EventData></Event>\n"
     "<Event><System><EventID Qualifiers='1'>7045</EventID><Channel>System</Channel>\n",
     "windows process_creation/windows/sysmon 2026-11-30T10:00:00.123Z user=D\\u host=ws5\n"
     "windows /windows/system cut=8\n",
     {"Provider.#attributes.Name|Provider_Name=Microsoft-Windows-Sysmon",
      "SystemTime=2026-11-30T10:00:00.1234567Z", "EventID=1",
      "Channel=Microsoft-Windows-Sysmon/Operational", "Computer=ws5", "Image=C:\\a.exe",
      "CommandLine=a <b> \"c\"\\x0a;&no;", "None= (null)"}},
    {"syslog",
     "Nov 30 10:00:00 h sysmon: <Event><System><Provider "
     "Name=\"Linux-Sysmon\"/><EventID>3</EventID><Computer>h"
     "</Computer></System><EventData><Data Name=\"DestinationIp\">203.0.113.9</Data><Data "
     "Name=\"Initiated\">"
     "true</Data></EventData></Event>\n",
     "windows<syslog network_connection/linux/sysmon 2026-11-30T10:00:00Z dst=203.0.113.9 host=h "
     "outbound\n",
     {"timestamp=Nov 30 10:00:00", "host|Computer=h", "program=sysmon",
      "Provider.#attributes.Name|Provider_Name=Linux-Sysmon", "EventID=3", "Computer=h",
      "DestinationIp=203.0.113.9", "Initiated=true"}},
    /* --- pairs and tables --- */
    {"keyvalue",
     "date=2026-11-30 time=10:00:00 devname=\"fw\" devid=\"FG1\" type=\"traffic\" "
     "subtype=\"forward\" "
     "srcip=192.0.2.1 srcport=1 dstip=203.0.113.1 dstport=443 action=\"deny\" msg=\"a \\\"b\\\"\"\n"
     "ts=2026-11-30T10:00:01Z level=info msg=\"x y\" remote_addr=192.0.2.2:5000\n",
     "keyvalue firewall/fortigate/forward 2026-11-30T10:00:00Z src=192.0.2.1 sport=1 "
     "dst=203.0.113.1 dport=443 host=fw blocked\n"
     "keyvalue // 2026-11-30T10:00:01Z src=192.0.2.2 sport=5000\n",
     {"srcip|src_ip=192.0.2.1", "srcport|src_port=1", "dstip|dst_ip=203.0.113.1",
      "dstport|dst_port=443", "msg=a \"b\"", "remote_addr|src_ip=192.0.2.2:5000",
      "remote_addr|src_ip=192.0.2.2", "remote_addr|src_port=5000"}},
    {"csv",
     "Timestamp,Source address,Destination address,Action,\"User name\"\r\n"
     "2026-11-30 10:00:00,192.0.2.1,203.0.113.1,allow,\"Doe, \"\"J\"\"\"\r\n"
     "2026-11-30 10:00:01,192.0.2.2,203.0.113.2,drop,\r\n"
     "2026-11-30 10:00:02,192.0.2.3\r\n",
     "csv // 2026-11-30T10:00:00Z src=192.0.2.1 dst=203.0.113.1 user=Doe, \"J\" allowed\n"
     "csv // 2026-11-30T10:00:01Z src=192.0.2.2 dst=203.0.113.2 blocked\n"
     "csv // 2026-11-30T10:00:02Z src=192.0.2.3 cut=8\n",
     {"Source address|src_ip=192.0.2.1", "Destination address|dst_ip=203.0.113.1",
      "Action|action=allow", "User name|User=Doe, \"J\"", "Source address|src_ip=192.0.2.2",
      "Destination address|dst_ip=203.0.113.2", "Action|action=drop", "User name|User= (null)"}},
    {"csv",
     "date;time;src_ip;dst_ip;user\n2026-11-30;10:00:00;192.0.2.1;203.0.113.1;a\n",
     "csv // 2026-11-30T10:00:00Z src=192.0.2.1 dst=203.0.113.1 user=a\n",
     {"date=2026-11-30", "time=10:00:00", "src_ip=192.0.2.1", "dst_ip=203.0.113.1", "user|User=a"}},
    /* --- nothing we know --- */
    {"raw",
     "2026-11-30 10:00:00,123 INFO nothing we know\n\n   \nwords\n[not json\n{nor this}\n",
     "raw // 2026-11-30T10:00:00.123Z\n"
     "raw //\n"
     "raw //\n"
     "raw //\n"
     "raw //\n",
     {NULL}},
};

TEST(streams_of_lines)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        log_row_check(&rows[i]);
}

TEST(hard_times)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        log_row_abuse(&rows[i]);
}
