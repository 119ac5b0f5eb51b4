JVN and JPCERT/CC: told by what is in them; what they say of a CVE meets what others say.
Needs: noroshi tests/corpus/format-jvn

    $ noroshi init >/dev/null
    $ cp $ROOT/tests/corpus/format-jvn/jvndb.rdf one
    $ cp $ROOT/tests/corpus/format-jvn/jpcert.rdf two
    $ noroshi import one two
    one  jvn  2 records: 2 new, 0 known
    two  jpcert  2 records: 2 new, 0 known
    2 documents, 4 records: 4 new
    $ noroshi import one two
    one  jvn  2 records: 0 new, 2 known
    two  jpcert  2 records: 0 new, 2 known
    2 documents, 4 records: 0 new
    $ noroshi ask CVE-2099-1001
    CVE-2099-1001  見本社 EX-OS                                             TLP:CLEAR   as of 2026-11-22 01:00 UTC
    KNOWN       見本製品 EX-OS における認証回避の脆弱性
                over the network, no login, nobody has to click, CWE-287
    PRIORITY    P3 if you run an affected version; your assets are not loaded, so not confirmed
                = no exploitation known + no login + total impact
    
    SCORES    CVSS 3.0 9.8 (jvn)
    WHAT      見本社の EX-OS には、認証を経ずに操作できる問題がある。
    AFFECTED  EX-OS
    WHO       no source here says who exploits it
    UNKNOWN   do you run it, with which version (no assets loaded); scores and affected versions (no CVE record
              loaded); EPSS (no score loaded)
              ask a person:  noroshi request new --type vulnerability CVE-2099-1001
    $ noroshi ask JVNDB-2099-000001 | head -3
    CVE-2099-1001  見本社 EX-OS                                             TLP:CLEAR   as of 2026-11-22 01:00 UTC
    KNOWN       見本製品 EX-OS における認証回避の脆弱性
                over the network, no login, nobody has to click, CWE-287
    $ noroshi --lang ja ask JVNDB-2099-000002
    JVNDB-2099-000002  名称のある対象                                        TLP:CLEAR   2026-11-22 10:00 JST 時点
    概要      EX-Mail には二つの問題がある。
    未確認    自組織のどの検知ルールが対応するか(ルール未登録)
              専門家に依頼: noroshi request new --type actor-ttp JVNDB-2099-000002
    $ noroshi search 認証回避
    CVE-2099-1001  vulnerability  CVE-2099-1001                                                    words of a name
        見本製品 EX-OS における認証回避の脆弱性 [jvn TLP:CLEAR]
    1 entry matches; what is one thing is shown once

English words of somebody else stand in front; all are there.

    $ echo '{"dataType":"CVE_RECORD","dataVersion":"5.1","cveMetadata":{"cveId":"CVE-2099-1001","state":"PUBLISHED","assignerShortName":"example"},"containers":{"cna":{"providerMetadata":{"shortName":"example"},"title":"EX-OS login","descriptions":[{"lang":"en","value":"No login is asked for."}]}}}' > cve.json
    $ noroshi import cve.json >/dev/null
    $ noroshi ask CVE-2099-1001 | head -6
    CVE-2099-1001  見本社 EX-OS                                             TLP:CLEAR   as of 2026-11-22 01:00 UTC
    KNOWN       EX-OS login
                over the network, no login, nobody has to click, CWE-287
    PRIORITY    P3 if you run an affected version; your assets are not loaded, so not confirmed
                = no exploitation known + no login + total impact
    
    $ noroshi show CVE-2099-1001 | grep -c 認証
    3

What is hostile in XML is not read.

    $ printf '<!DOCTYPE r [<!ENTITY a "0123456789"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>' > laughs.rdf
    $ sed 1d one | sed 's/EX-OS/\&b;/' >> laughs.rdf
    $ noroshi import laughs.rdf
    noroshi: laughs.rdf: a DOCTYPE stands in it: not read (at byte 12)
    [2]
    $ printf '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>' > outside.rdf
    $ sed 1d one | sed 's/EX-OS/\&a;/' >> outside.rdf
    $ noroshi import --format jvn outside.rdf
    noroshi: outside.rdf: a DOCTYPE stands in it: not read (at byte 12)
    [2]
    $ sed '/sec:cvss/d' one | head -20 > cut.rdf
    $ noroshi import cut.rdf
    noroshi: cut.rdf: line 21, column 1: no element found (at byte 1500)
    [2]
