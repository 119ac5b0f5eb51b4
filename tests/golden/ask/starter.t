What a fresh installation answers from its starter pack, with no network: an actor by one vendor's name
for it, a technique, a vulnerability that is being exploited, a file that nobody knows.
Needs: noroshi

    $ noroshi init --starter >/dev/null
    $ noroshi ask Strontium
    APT28  actor, G0007                                                     TLP:CLEAR   as of 2026-11-22 01:00 UTC
    "Strontium" matched another of its names (MITRE: APT28, Microsoft: Forest Blizzard); one thing, no other
    candidate
    ORIGIN    Russia (Microsoft)
    NAMES     MITRE, Microsoft:  APT28, Forest Blizzard, FANCY BEAR, Sednit, Sofacy, 2 more
              MITRE:  FROZENLAKE, Group 74, GruesomeLarch, IRON TWILIGHT, 5 more
              Microsoft:  ATG2, Blue Athena, CrisisFour, HELLFIRE, 2 more
    ACTIVE    latest dated: APT28 Nearest Neighbor Campaign C0051, 2022-02-01 to 2024-11-01
    
    HOW       91 techniques, 28 malware and tools
     get in    T1078 Valid Accounts · T1078.004 Cloud Accounts · 16 more
     stay      T1014 Rootkit · T1027.013 Encrypted/Encoded File · T1036 Masquerading · 21 more
     take out  T1005 Data from Local System · T1025 Data from Removable Media · 16 more
    SOFTWARE  28  ADVSTORESHELL S0045, CHOPSTICK S0023, CORESHELL S0137, Cannon S0351, 24 more
    DETECT    no detection rules are loaded
    DO      1 What helps, by its techniques: User Training M1017 (17), User Account Management M1018 (13),
              Privileged Account Management M1026 (13)
    UNKNOWN   activity after 2024-11-01; interest in your sector (no profile set); which of your rules would see
              it (no detection rules loaded)
              ask a person:  noroshi request new --type actor-ttp G0007

    HOW       91 techniques, 28 malware and tools
     get in    T1078 Valid Accounts · T1078.004 Cloud Accounts · 16 more
     stay      T1014 Rootkit · T1027.013 Encrypted/Encoded File · T1036 Masquerading · 21 more
     take out  T1005 Data from Local System · T1025 Data from Removable Media · 16 more
    SOFTWARE  28  ADVSTORESHELL S0045, CHOPSTICK S0023, CORESHELL S0137, Cannon S0351, 24 more
    DETECT    no detection rules are loaded
    DO      1 What helps, by its techniques: User Training M1017 (17), User Account Management M1018 (13),
              Privileged Account Management M1026 (13)
    UNKNOWN   activity after 2024-11-01; interest in your sector (no profile set); which of your rules would see
              it (no detection rules loaded)
              ask a person:  noroshi request new --type actor-ttp G0007
    $ noroshi ask T1059.001
    PowerShell  technique, T1059.001                                        TLP:CLEAR   as of 2026-11-22 01:00 UTC
    TACTICS   execution
    PART OF   Command and Scripting Interpreter T1059
    PLATFORMS Windows
    
    USED BY   83  APT28 G0007, Deep Panda G0009, Turla G0010, APT29 G0016, Molerats G0021, 78 more
    CAMPAIGNS 16  SharePoint ToolShell Exploitation C0058, 15 more
    MITIGATE  5  Privileged Account Management M1026, Execution Prevention M1038, 3 more
    DO      1 What helps: Privileged Account Management M1026, Execution Prevention M1038, Disable or Remove
              Feature or Program M1042
    UNKNOWN   activity after 2025-07-01; which of your rules would see it (no detection rules loaded)
              ask a person:  noroshi request new --type actor-ttp T1059.001

    USED BY   83  APT28 G0007, Deep Panda G0009, Turla G0010, APT29 G0016, Molerats G0021, 78 more
    CAMPAIGNS 16  SharePoint ToolShell Exploitation C0058, 15 more
    MITIGATE  5  Privileged Account Management M1026, Execution Prevention M1038, 3 more
    DO      1 What helps: Privileged Account Management M1026, Execution Prevention M1038, Disable or Remove
              Feature or Program M1042
    UNKNOWN   activity after 2025-07-01; which of your rules would see it (no detection rules loaded)
              ask a person:  noroshi request new --type actor-ttp T1059.001
    $ noroshi ask CVE-2021-44228
    CVE-2021-44228  Apache Log4j2                                           TLP:CLEAR   as of 2026-11-22 01:00 UTC
    EXPLOITED   CVE-2021-44228
                CWE-20, CWE-400, CWE-502
    PRIORITY    P1 if you run an affected version; your assets are not loaded, so not confirmed
                = exploited (KEV) + ransomware use known
    
    KEV       since 2021-12-10, due 2021-12-24; ransomware use: Known
    AFFECTED  Log4j2
    WHO       no source here says who exploits it
    DO      1 You run it: upgrade to a fixed version                                                         [KEV]
            2 It was exploited by 2021-12-10: an upgrade evicts nobody, look back before that day
                noroshi hunt --entity CVE-2021-44228
            3 On a hit: treat it as the first step of ransomware: backups off line, credentials changed
    UNKNOWN   do you run it, with which version (no assets loaded); scores and affected versions (no CVE record
              loaded); EPSS (no score loaded)
              ask a person:  noroshi request new --type vulnerability CVE-2021-44228

    KEV       since 2021-12-10, due 2021-12-24; ransomware use: Known; CWE-20, CWE-400, CWE-502
    WHO       no source here says who exploits it
    DO      1 You run it: upgrade to a fixed version                                                         [KEV]
            2 It was exploited by 2021-12-10: an upgrade evicts nobody, look back before that day
                noroshi hunt --entity CVE-2021-44228
            3 On a hit: treat it as the first step of ransomware: backups off line, credentials changed
    UNKNOWN   do you run it, with which version (no assets loaded); CVSS, EPSS, SSVC, affected versions (not held
              yet)
              ask a person:  noroshi request new --type vulnerability CVE-2021-44228
    $ noroshi ask f9397b3b2e8a1d15f9e0508d6a6fd9f8cf50eda67ea8056cac948c42b51047b6
    f9397b3b2e8a1d15..b51047b6  sha256                                      TLP:CLEAR   as of 2026-11-22 01:00 UTC
    UNKNOWN     no source here knows this file. That does not make it clean
    PRIORITY    not set: did it run, and where? · P2 ran on a server or as admin · P3 ran · P4 only found
    
    ASKED     (sha256 values held, newest date inside)
       bad      no source here holds any sha256
       good     NOT ASKED: no known-good set is loaded:  noroshi import --set NAME --verdict known-good PATH
       lists    no list of known or popular values is loaded
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

    ASKED     (sha256 values held, newest date inside)
       bad      no source here holds any sha256
       good     NOT ASKED: no known-good set is loaded:  noroshi import --set NAME --verdict known-good PATH
       lists    no list of known or popular values is loaded
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
    「Strontium」は別の名称に一致(MITRE: APT28、Microsoft: Forest Blizzard)。該当は 1 件のみ、他の候補なし
    帰属      Russia (Microsoft)
    名称      MITRE、Microsoft:  APT28、Forest Blizzard、FANCY BEAR、Sednit、Sofacy、他 2 件
              MITRE:  FROZENLAKE、Group 74、GruesomeLarch、IRON TWILIGHT、他 5 件
              Microsoft:  ATG2、Blue Athena、CrisisFour、HELLFIRE、他 2 件
    活動      日付のある最新: APT28 Nearest Neighbor Campaign C0051(2022-02-01 ~ 2024-11-01)
    
    手口      91 手法、マルウェアとツール 28
     侵入      T1078 Valid Accounts · T1078.004 Cloud Accounts · 他 16 件
     定着      T1014 Rootkit · T1027.013 Encrypted/Encoded File · T1036 Masquerading · 他 21 件
     持ち出し  T1005 Data from Local System · T1025 Data from Removable Media · 他 16 件
    ツール類  28  ADVSTORESHELL S0045、CHOPSTICK S0023、CORESHELL S0137、Cannon S0351、他 24 件
    検知      検知ルールは未登録
    対処    1 有効な緩和策(手法数): User Training M1017 (17)、User Account Management M1018 (13)、Privileged
              Account Management M1026 (13)
    未確認    2024-11-01 より後の活動。自組織の業種への関心(組織プロファイル未設定)。自組織のどの検知ルールが対応
              するか(ルール未登録)
              専門家に依頼: noroshi request new --type actor-ttp G0007

    手口      91 手法、マルウェアとツール 28
     侵入      T1078 Valid Accounts · T1078.004 Cloud Accounts · 他 16 件
     定着      T1014 Rootkit · T1027.013 Encrypted/Encoded File · T1036 Masquerading · 他 21 件
     持ち出し  T1005 Data from Local System · T1025 Data from Removable Media · 他 16 件
    道具      28  ADVSTORESHELL S0045、CHOPSTICK S0023、CORESHELL S0137、Cannon S0351、他 24 件
    検知      検知ルールは未登録
    対処    1 有効な緩和策(手法数): User Training M1017 (17)、User Account Management M1018 (13)、Privileged
              Account Management M1026 (13)
    未確認    2024-11-01 より後の活動。自組織の業種への関心(組織プロファイル未設定)。自組織のどの検知ルールが対応
              するか(ルール未登録)
              専門家に依頼: noroshi request new --type actor-ttp G0007
