What a CVE record and two editions of KEV say, where that is odd: an upper end that is no version, four CVSS vectors
beside EPSS, a score that its own vector does not have, a text in Japanese only, an entry that was taken out.
Needs: noroshi

    $ noroshi init >/dev/null
    $ record() { # number, members of the CNA's container
    >   printf '{"dataType":"CVE_RECORD","dataVersion":"5.1","cveMetadata":{"cveId":"CVE-2099-%s","assignerOrgId":"11111111-1111-4111-8111-111111111111","state":"PUBLISHED","assignerShortName":"cna","datePublished":"2099-03-01T00:00:00Z"},' $1
    >   printf '"containers":{"cna":{"providerMetadata":{"orgId":"11111111-1111-4111-8111-111111111111","shortName":"cna"},%s}}}\n' "$2"
    > }
    $ score() { printf '{"cvss%s":{"version":"%s","vectorString":"%s","baseScore":%s}}' $1 $2 $3 $4; }
    $ four="$(score V2_0 2.0 AV:N/AC:L/Au:N/C:C/I:C/A:C 10),$(score V3_0 3.0 CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H 9.8)"
    $ four="$four,$(score V3_1 3.1 CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H 9.8),$(score V4_0 4.0 CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N 9.3)"
    $ lines='{"version":"8.0","status":"affected","lessThan":"8.*","versionType":"custom"},{"version":"9.0","status":"affected","lessThan":"9.2","versionType":"custom"}'
    $ record 0001 '"descriptions":[{"lang":"en","value":"A flaw."}],"affected":[{"vendor":"Acme","product":"Widget","versions":['"$lines"']}],"metrics":['"$four"']' >records.jsonl
    $ record 0002 '"descriptions":[{"lang":"ja","value":"ウィジェットの欠陥。"}],"workarounds":[{"lang":"ja","value":"機能を無効にする"}],"metrics":['"$(score V3_1 3.1 CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:C/C:L/I:N/A:N 7.7)"']' >>records.jsonl
    $ record 0003 '"descriptions":[{"lang":"ja","value":"日本語"},{"lang":"en","value":"English."}],"metrics":['"$(score V3_1 3.1 CVSS:3.1/AV:N/AC:L 9)"']' >>records.jsonl
    $ printf '#model_version:v1,score_date:2026-11-20T00:00:00Z\ncve,epss,percentile\nCVE-2099-0001,0.5,0.9\n' >epss.csv
    $ entry() { printf '{"cveID":"CVE-2099-%s","vendorProject":"Acme","product":"Widget","vulnerabilityName":"N","dateAdded":"2026-03-10","shortDescription":"D","requiredAction":"A","dueDate":"%s","knownRansomwareCampaignUse":"Unknown","notes":""}' $1 $2; }
    $ edition() { printf '{"title":"CISA Catalog of Known Exploited Vulnerabilities","catalogVersion":"%s","dateReleased":"%sT12:00:00Z","count":%s,"vulnerabilities":[%s]}' $1 $1 $2 "$3" >kev-$1.json; }
    $ edition 2026-03-10 2 "$(entry 0001 2026-04-01),$(entry 0002 2026-04-01)"
    $ edition 2026-06-10 1 "$(entry 0001 2026-04-15)"
    $ noroshi -q import records.jsonl epss.csv kev-2026-03-10.json kev-2026-06-10.json
    records.jsonl  cve  3 records: 3 new, 0 known
    epss.csv  epss  1 record: 1 new, 0 known
    kev-2026-03-10.json  kev  3 records: 3 new, 0 known
    kev-2026-06-10.json  kev  2 records: 2 new, 0 known, 3 withdrawn
    $ noroshi ask CVE-2099-0001
    CVE-2099-0001  Acme Widget                                              TLP:CLEAR   as of 2026-11-22 01:00 UTC
    EXPLOITED   N
                over the network, no login, nobody has to click
    PRIORITY    P1 if you run an affected version; your assets are not loaded, so not confirmed
                = exploited (KEV) + no login + total impact
    
    SCORES    CVSS 4.0 9.3 (cna) · EPSS 0.5 (2026-11-20) · CVSS 3.1 9.8 (cna) · CVSS 3.0 9.8 (cna) · 1 more
    KEV       since 2026-03-10, due 2026-04-15; due date was 2026-04-01 before; ransomware use: Unknown
    WHAT      A flaw.
    AFFECTED  Widget 8.0 to 8.* · 9.0 before 9.2
    WHO       no source here says who exploits it
    DO      1 You run it: upgrade Widget to 9.2 or later in its line                                         [cna]
            2 Exploited before it was public (2099-03-01): an upgrade evicts nobody, look back to 2026-03-10
                noroshi hunt --entity CVE-2099-0001
    UNKNOWN   do you run it, with which version (no assets loaded)
              ask a person:  noroshi request new --type vulnerability CVE-2099-0001
    $ noroshi ask --json CVE-2099-0001 | grep -o '"fixed":\[{[^]]*\]}\]'
    "fixed":[{"product":"Acme Widget","versions":["9.2"]}]
    $ noroshi ask CVE-2099-0002
    CVE-2099-0002  vulnerability                                            TLP:CLEAR   as of 2026-11-22 01:00 UTC
    KNOWN       known here; no source here says that it is exploited
    PRIORITY    P4 if you run an affected version; your assets are not loaded, so not confirmed
                = no exploitation known
    
    SCORES    CVSS 3.1 1.8 by its vector (cna says 7.7)
    KEV       listed since 2026-03-10, no longer in the edition of 2026-06-10
    WHAT      ウィジェットの欠陥。
    WHO       no source here says who exploits it
    DO      1 Until then: "機能を無効にする"                                                                 [cna]
    UNKNOWN   do you run it, with which version (no assets loaded); EPSS (no score loaded)
              ask a person:  noroshi request new --type vulnerability CVE-2099-0002
    $ noroshi --lang ja ask CVE-2099-0002
    CVE-2099-0002  脆弱性                                                    TLP:CLEAR   2026-11-22 10:00 JST 時点
    登録あり    情報はあるが、悪用を示す情報源はない
    優先度      影響バージョンを使用していれば P4。資産情報が未登録のため未確定
                = 悪用情報なし
    
    評価      CVSS 3.1 1.8(ベクターから計算、cna の記載は 7.7)
    KEV       登録 2026-03-10、2026-06-10 の版までに削除
    概要      ウィジェットの欠陥。
    攻撃者    悪用者を示す情報源なし
    対処    1 それまでの間:「機能を無効にする」                                                              [cna]
    未確認    自組織での使用有無とバージョン(資産未登録)。EPSS(未登録)
              専門家に依頼: noroshi request new --type vulnerability CVE-2099-0002
    $ noroshi ask CVE-2099-0003 | sed -n '/^SCORES/,/^WHAT/p'
    SCORES    CVSS 3.1 9.0 (cna; its vector cannot be read)
    WHAT      English.
    $ noroshi ask --json CVE-2099-0001 CVE-2099-0002 | grep -o '"changes":\[[^]]*\]'
    "changes":[{"what":"due_date","from":"2026-04-01","from_edition":"2026-03-10T12:00:00Z","to":"2026-04-15","to_edition":"2026-06-10T12:00:00Z","recorded":"2026-11-22T01:00:00Z"}]
    "changes":[{"what":"removed","from":"2026-03-10","from_edition":"2026-03-10T12:00:00Z","to":null,"to_edition":"2026-06-10T12:00:00Z","recorded":"2026-11-22T01:00:00Z"}]
