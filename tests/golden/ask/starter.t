What a fresh installation answers from its starter pack, with no network: values that are bad, harmless and
unknown, an actor by one vendor's name for it, a name that means two things, a technique, malware, vulnerabilities,
in both languages.
Needs: noroshi

    $ noroshi init --starter | tail -1
    15 documents, 27,724 records: 27,724 new
    $ noroshi ask 195.2.93.160
    195.2.93.160  ipv4                                                      TLP:CLEAR   as of 2026-11-22 01:00 UTC
    MALICIOUS   Cobalt Strike command-and-control server, 2020-04-04 to 2020-09-06
    STALE       nothing newer for 2,268 days; below the decay threshold since 2020-10-23; may have a new owner
    PRIORITY    P1 if your contact is inside those dates, or asked for path /_/scs/mail-static/_/js/; otherwise
                P3: verify first
    
    WHY       Cobalt Strike command-and-control server                                            confidence: fair
                carbonblack-c2  cobaltstrike_sodinokibi.csv:16  2020-06-23 08:49 .. 2020-09-06 10:01  Cobalt
                Strike command-and-control server
                carbonblack-c2  cobaltstrike_sodinokibi.csv:14  2020-04-04 22:42 .. 2020-09-03 06:03  Cobalt
                Strike command-and-control server
                carbonblack-c2  cobaltstrike_sodinokibi.csv:15  2020-05-15 14:53 .. 2020-07-09 03:58  Cobalt
                Strike command-and-control server
                3 records, 1 independent source; counted once; the end dates differ, the latest is used
    AGAINST   on no list (6 asked)
    WHO       not attributed; a file name says sodinokibi; watermark 452436291 is on 21 values here
    SEEN      here: cannot say, no logs are loaded
    DO      1 Date and direction of your contact first:  noroshi hunt 195.2.93.160
            2 Inside the dates, or path /_/scs/mail-static/_/js/: isolate the host, keep its memory, open an
              incident                                                                                  [role: c2]
            3 Otherwise: find the process and the request; escalate if it repeats at an interval           [stale]
            4 No permanent block on age alone. If you block while checking: 7 days                         [stale]
    UNKNOWN   what answers on port 8080 today; a second, independent source; owner, ASN, country (no data loaded);
              a red-team exercise of yours?
              ask a person:  noroshi request new --type indicator-context 195.2.93.160
    $ noroshi ask --seen 2020-07-01 195.2.93.160 | sed -n 4p
    PRIORITY    P1  contact on 2020-07-01, inside the known dates of this command-and-control server
    $ noroshi ask 8.8.8.8
    8.8.8.8  ipv4                                                           TLP:CLEAR   as of 2026-11-22 01:00 UTC
    BENIGN      a known value: on Noroshi starter: public DNS resolvers
    PRIORITY    P4  no action on this value alone
    
    AGAINST   on the list Noroshi starter: public DNS resolvers  own-public-resolvers.json#/list/29
    DO      1 Do not block it on this evidence                                                            [listed]
    UNKNOWN   owner, ASN, country (no data loaded)
              ask a person:  noroshi request new --type indicator-context 8.8.8.8
    $ noroshi ask --short 127.0.0.1 www.github.com github.com 198.41.0.4 44d88612fea8a8f36de82e1278abb02f
    127.0.0.1  UNKNOWN  known here, but nobody says whether it is bad
    www.github.com  UNKNOWN  known here, but nobody says whether it is bad
    github.com  BENIGN  CURRENT  P4  no action on this value alone
    198.41.0.4  BENIGN  CURRENT  P4  no action on this value alone
    44d88612fea8a8f36de82e1278abb02f  BENIGN  CURRENT  P4  no action on this value alone
    $ noroshi ask --short d41d8cd98f00b204e9800998ecf8427e x.cloudfront.net techniquesaholic.com
    d41d8cd98f00b204e9800998ecf8427e  BENIGN  CURRENT  P4  no action on this value alone
    x.cloudfront.net  UNKNOWN  known here, but nobody says whether it is bad
    techniquesaholic.com  MALICIOUS  STALE  Cobalt Strike command-and-control server, 2020-08-01 to 2020-09-04
    $ noroshi ask www.github.com | grep AGAINST
    AGAINST   the domain above, github.com: on the list Noroshi starter: top websites  own-top-sites.json#/list/18
    $ noroshi ask Strontium
    APT28  actor, G0007                                                     TLP:CLEAR   as of 2026-11-22 01:00 UTC
    "Strontium" matched another of its names (MITRE: APT28, Microsoft: Forest Blizzard, MISP: APT28); one thing,
    no other candidate
    ORIGIN    Russia (Microsoft, MISP)
    NAMES     MISP, MITRE, Microsoft:  APT28, Forest Blizzard, FANCY BEAR, Sednit, Sofacy, 2 more
              MISP, MITRE:  FROZENLAKE, Group 74, GruesomeLarch, IRON TWILIGHT, 4 more
              MISP, Microsoft:  Blue Athena
              careful: "Grizzly Steppe" also means APT29
    ACTIVE    latest dated: APT28 Nearest Neighbor Campaign C0051, 2022-02-01 to 2024-11-01
    
    HOW       91 techniques, 28 malware and tools
     get in    T1078 Valid Accounts · T1078.004 Cloud Accounts · 16 more
     stay      T1014 Rootkit · T1027.013 Encrypted/Encoded File · T1036 Masquerading · 21 more
     take out  T1005 Data from Local System · T1025 Data from Removable Media · 16 more
    SOFTWARE  28  ADVSTORESHELL S0045, CHOPSTICK S0023, CORESHELL S0137, Cannon S0351, 24 more
    DETECT    no detection rules are loaded; detection strategies are known for 91 of 91
    DO      1 What helps, by its techniques: User Training M1017 (17), User Account Management M1018 (13),
              Privileged Account Management M1026 (13)
    UNKNOWN   activity after 2024-11-01; interest in your sector (no profile set); which of your rules would see
              it (no detection rules loaded)
              ask a person:  noroshi request new --type actor-ttp G0007
    $ noroshi ask Nobelium
    Nobelium  name                                                          TLP:CLEAR   as of 2026-11-22 01:00 UTC
    AMBIGUOUS   this name means 2 things; nothing is guessed
    
    MEANS     one of these (who uses the name so)
      APT29    actor  The MITRE Corporation, microsoft, misp-galaxy/threat-actor
      UNC2452  actor  misp-galaxy/threat-actor
    EQUATED   microsoft equates: Midnight Blizzard = APT29 = COZY BEAR = NOBELIUM = UNC2452
              misp-galaxy/threat-actor equates: UNC2452 = DarkHalo = Midnight Blizzard = NOBELIUM = Solar Phoenix
              = StellarParticle
    DO      1 If you mean APT29:  noroshi ask intrusion-set--899ce53f-13a0-479b-a0e4-67d46e241542
            2 If you mean UNC2452:  noroshi ask threat-actor--2ee5ed7a-c4d0-40be-a837-20817474a15b
    UNKNOWN   which of them your report means: who wrote it, and when
              ask a person:  noroshi request new --type actor-ttp Nobelium
    $ noroshi ask T1059.001
    PowerShell  technique, T1059.001                                        TLP:CLEAR   as of 2026-11-22 01:00 UTC
    TACTICS   execution
    PART OF   Command and Scripting Interpreter T1059
    PLATFORMS Windows
    
    USED BY   83  APT28 G0007, Deep Panda G0009, Turla G0010, APT29 G0016, Molerats G0021, 78 more
    SOFTWARE  124  AADInternals S0677, Akira S1129, AppleSeed S0622, AutoIt backdoor S0129, 120 more
    CAMPAIGNS 16  SharePoint ToolShell Exploitation C0058, 15 more
    DETECT    1  Abuse of PowerShell for Arbitrary Execution DET0455
    MITIGATE  5  Privileged Account Management M1026, Execution Prevention M1038, 3 more
    DO      1 What helps: Privileged Account Management M1026, Execution Prevention M1038, Disable or Remove
              Feature or Program M1042
            2 Detection strategy DET0455: Abuse of PowerShell for Arbitrary Execution
    UNKNOWN   activity after 2025-07-01; which of your rules would see it (no detection rules loaded)
              ask a person:  noroshi request new --type actor-ttp T1059.001
    $ noroshi ask Emotet
    Emotet  malware, S0367                                                  TLP:CLEAR   as of 2026-11-22 01:00 UTC
    NAMES     MITRE:  Emotet, Geodo
    
    HOW       47 techniques
     get in    T1078.003 Local Accounts · T1110.001 Password Guessing · 2 more
     stay      T1027.001 Binary Padding · T1027.002 Software Packing · T1027.009 Embedded Payloads · 12 more
     take out  T1041 Exfiltration Over C2 Channel · T1114 Email Collection · T1114.001 Local Email Collection
    DETECT    no detection rules are loaded; detection strategies are known for 47 of 47
    USED BY   1  Wizard Spider G0102
    DO      1 What helps, by its techniques: Behavior Prevention on Endpoint M1040 (11), Network Intrusion
              Prevention M1031 (10), User Account Management M1018 (9)
    UNKNOWN   which of your rules would see it (no detection rules loaded)
              ask a person:  noroshi request new --type actor-ttp S0367
    $ noroshi ask LockBit | head -2
    LockBit  malware                                                        TLP:CLEAR   as of 2026-11-22 01:00 UTC
    NAMES     MISP:  LockBit, ABCD ransomware
    $ noroshi ask DET0455 | head -1; noroshi ask M1017 | head -1; noroshi ask Japan | head -1
    DET0455  thing with a name                                              TLP:CLEAR   as of 2026-11-22 01:00 UTC
    User Training  mitigation, M1017                                        TLP:CLEAR   as of 2026-11-22 01:00 UTC
    japan  country                                                          TLP:CLEAR   as of 2026-11-22 01:00 UTC
    $ noroshi ask CVE-2021-44228
    CVE-2021-44228  Apache Log4j2                                           TLP:CLEAR   as of 2026-11-22 01:00 UTC
    EXPLOITED   attacks on Apache Log4j2 through it are known
                over the network, no login, nobody has to click, CWE-20, CWE-400, CWE-502
    PRIORITY    P1 if you run an affected version; your assets are not loaded, so not confirmed
                = exploited (KEV) + no login + automatable + total impact + ransomware use known
    
    SCORES    CVSS 3.1 10.0 (CISA-ADP)
              SSVC active, automatable, total (CISA-ADP 2025-02-04)  act if mission impact is not low, else attend
    KEV       since 2021-12-10, due 2021-12-24; ransomware use: Known
    AFFECTED  Apache Log4j2 2.0-beta9 before 2.3.1 · 2.4 before 2.12.2 · 2.13.0 before 2.15.0
    WHO       no source here says who exploits it
    DO      1 You run it: upgrade Apache Log4j2 to 2.3.1, 2.12.2, 2.15.0 or later in its line             [apache]
            2 It was exploited by 2021-12-10: an upgrade evicts nobody, look back before that day
                noroshi hunt --entity CVE-2021-44228
            3 On a hit: treat it as the first step of ransomware: backups off line, credentials changed
    UNKNOWN   do you run it, with which version (no assets loaded); EPSS (no score loaded)
              ask a person:  noroshi request new --type vulnerability CVE-2021-44228
    $ noroshi ask CVE-2023-4966 | head -3; noroshi ask CVE-2024-3094 | head -3
    CVE-2023-4966  Citrix NetScaler ADC and NetScaler Gateway               TLP:CLEAR   as of 2026-11-22 01:00 UTC
    EXPLOITED   attacks on Citrix NetScaler ADC and NetScaler Gateway through it are known
                CWE-119
    CVE-2024-3094  xz                                                       TLP:CLEAR   as of 2026-11-22 01:00 UTC
    KNOWN       known here; no source here says that it is exploited
                over the network, no login, nobody has to click, CWE-506
    $ noroshi ask f9397b3b2e8a1d15f9e0508d6a6fd9f8cf50eda67ea8056cac948c42b51047b6
    f9397b3b2e8a1d15..b51047b6  sha256                                      TLP:CLEAR   as of 2026-11-22 01:00 UTC
    UNKNOWN     no source here knows this file. That does not make it clean
    PRIORITY    not set: did it run, and where? · P2 ran on a server or as admin · P3 ran · P4 only found
    
    ASKED     (sha256 values held, newest date inside)
       bad      no source here holds any sha256
       good     NOT ASKED: no known-good set is loaded:  noroshi import --set NAME --verdict known-good PATH
       lists    on no list (6 asked)
       here     NOT ASKED: no logs are loaded
       outside  NOT ASKED: nothing leaves this site unless you order it
    
    DO      1 You have the file: all hashes, type, similar files; it stays here:  noroshi file PATH
            2 Only the log line: ask its other hashes and its name, more of what is held can answer
                noroshi ask MD5 SHA1 FILENAME
            3 From your EDR: signer valid? how many hosts, since when? parent? user-writable path?
            4 Ran, unsigned, on few hosts: isolate now, do not wait for the analysis          [unknown + executed]
            5 Do not block the hash alone: one changed byte gives another
    UNKNOWN   everything that would settle it; the file itself (best), its signer, its prevalence; whether it ran,
              and where
              ask a person:  noroshi request new --type file-analysis --attach PATH
              f9397b3b2e8a1d15f9e0508d6a6fd9f8cf50eda67ea8056cac948c42b51047b6
    [1]
    $ noroshi --lang ja ask Strontium
    APT28  攻撃者、G0007                                                     TLP:CLEAR   2026-11-22 10:00 JST 時点
    「Strontium」は別の名称に一致(MITRE: APT28、Microsoft: Forest Blizzard、MISP: APT28)。該当は 1 件のみ、他の候
    補なし
    帰属      Russia (Microsoft、MISP)
    名称      MISP、MITRE、Microsoft:  APT28、Forest Blizzard、FANCY BEAR、Sednit、Sofacy、他 2 件
              MISP、MITRE:  FROZENLAKE、Group 74、GruesomeLarch、IRON TWILIGHT、他 4 件
              MISP、Microsoft:  Blue Athena
              注意: 「Grizzly Steppe」は APT29 も指す
    活動      日付のある最新: APT28 Nearest Neighbor Campaign C0051(2022-02-01 ~ 2024-11-01)
    
    手口      91 手法、マルウェアとツール 28
     侵入      T1078 Valid Accounts · T1078.004 Cloud Accounts · 他 16 件
     定着      T1014 Rootkit · T1027.013 Encrypted/Encoded File · T1036 Masquerading · 他 21 件
     持ち出し  T1005 Data from Local System · T1025 Data from Removable Media · 他 16 件
    ツール類  28  ADVSTORESHELL S0045、CHOPSTICK S0023、CORESHELL S0137、Cannon S0351、他 24 件
    検知      検知ルールは未登録。検知方法は 91 手法で判明(全 91)
    対処    1 有効な緩和策(手法数): User Training M1017 (17)、User Account Management M1018 (13)、Privileged
              Account Management M1026 (13)
    未確認    2024-11-01 より後の活動。自組織の業種への関心(組織プロファイル未設定)。自組織のどの検知ルールが対応
              するか(ルール未登録)
              専門家に依頼: noroshi request new --type actor-ttp G0007
    $ noroshi --lang ja ask CVE-2021-44228 | head -3
    CVE-2021-44228  Apache Log4j2                                            TLP:CLEAR   2026-11-22 10:00 JST 時点
    悪用確認    Apache Log4j2 でこの脆弱性を突く攻撃が確認されている
                ネットワーク経由、認証不要、利用者の操作不要、CWE-20、CWE-400、CWE-502

A second time it adds nothing. What a source has said here meanwhile stays, however old the pack is.

    $ noroshi init --starter | tail -1
    15 documents of the starter pack left out: their sources have spoken here already
    $ noroshi --data other init >/dev/null
    $ printf '{"catalogVersion":"2099.01.01","dateReleased":"2099-01-01T00:00:00Z","count":1,"vulnerabilities":[\n' > kev.json
    $ printf '{"cveID":"CVE-2098-0001","dateAdded":"2098-12-31","vendorProject":"Acme","product":"Box"}]}\n' >> kev.json
    $ noroshi --data other -q import kev.json
    kev.json  kev  2 records: 2 new, 0 known
    $ noroshi --data other init --starter
    store ready in other
    1 document of the starter pack left out: its source has spoken here already
    14 documents, 26,319 records: 26,319 new
    $ noroshi --data other ask CVE-2098-0001 | sed -n 2p
    EXPLOITED   attacks on Acme Box through it are known
    $ noroshi --data other ask CVE-2023-4966 | sed -n 2p
    UNKNOWN     no source here knows this vulnerability. That does not make it harmless

The folders above a data directory are made; the directory itself is its owner's alone.

    $ noroshi --data new/deep/er/store init && stat -c %A new/deep/er/store
    store ready in new/deep/er/store
    drwx------
    $ touch plain && noroshi --data plain/store init
    noroshi: making plain/store: making plain/store: Not a directory
    [2]
