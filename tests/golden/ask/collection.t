The main job on the public collection: Cobalt Strike of 2020 on one address, an actor by another
vendor's name, names that mean several, a technique, a vulnerability, a file that nobody knows.
Needs: noroshi ../shared/data/attack ../shared/data/galaxy/clusters ../shared/data/mstic ../shared/data/indicators/carbonblack-c2 ../shared/data/vuln

    $ D=$SHARED/data
    $ noroshi init >/dev/null
    $ noroshi -q import $D/attack/enterprise-attack.json.gz $D/mstic $D/galaxy/clusters \
    >   $D/indicators/carbonblack-c2 $D/vuln/known_exploited_vulnerabilities.json >/dev/null
    $ noroshi ask '18[.]182[.]158[.]197'
    18.182.158.197  ipv4                                                    TLP:CLEAR   as of 2026-11-22 01:00 UTC
    MALICIOUS   Cobalt Strike command-and-control server, 2020-12-15 to 2021-01-15
    STALE       nothing newer for 2,137 days; below the decay threshold since 2021-03-03; may have a new owner
    PRIORITY    P1 if your contact is inside those dates, or asked for path /activity; otherwise P3: verify first
    
    WHY       Cobalt Strike 4.0, HTTP port 80, watermark 305419896 (leaked), path /activity       confidence: fair
                carbonblack-c2  cobaltstrike_id305419896.csv:1917    2020-12-15 13:17 .. 2021-01-15 08:55
                carbonblack-c2  cobaltstrike_luckymouse_ta428.csv:2  2020-12-15 13:17 .. 2020-12-31 02:48
                2 records, 1 independent source; counted once; the end dates differ, the latest is used
    AGAINST   on no list (1 asked)  not in mstic (11)
    WHO       not attributed; a file name says LuckyMouse, TA428; its public key defb5d95 is on 263 values here,
              under 5 watermarks; watermark 305419896 is leaked: 1,728 values here carry it
    SEEN      here: cannot say, no logs are loaded
    DO      1 Date and direction of your contact first:  noroshi hunt 18.182.158.197
            2 Inside the dates, or path /activity: isolate the host, keep its memory, open an incident  [role: c2]
            3 Otherwise: find the process and the request; escalate if it repeats at an interval           [stale]
            4 No permanent block on age alone. If you block while checking: 7 days                         [stale]
    UNKNOWN   what answers on port 80 today; a second, independent source; owner, ASN, country (no data loaded); a
              red-team exercise of yours?
              ask a person:  noroshi request new --type indicator-context 18.182.158.197

    $ noroshi ask --seen 2020-12-20 18.182.158.197 | sed -n 4p
    PRIORITY    P1  contact on 2020-12-20, inside the known dates of this command-and-control server
    $ noroshi ask Strontium | sed '/^WHAT/,/^ORIGIN/{/^ORIGIN/!d}'
    APT28  actor, G0007                                                     TLP:CLEAR   as of 2026-11-22 01:00 UTC
    "Strontium" matched another of its names (MITRE: APT28, Microsoft: Forest Blizzard, MISP: APT28); one thing,
    no other candidate
    ORIGIN    Russia (Microsoft, MISP); attribution confidence 50 of 100
    NAMES     MISP, MITRE, Microsoft:  APT28, STRONTIUM, Forest Blizzard, Fancy Bear, Sednit, 2 more
              MISP, MITRE:  Pawn Storm, TG-4127, Group 74, SNAKEMACKEREL, 4 more
              MISP, Microsoft:  Blue Athena
              careful: "Grizzly Steppe" also means APT29
    ACTIVE    since 2004 at least; latest dated: APT28 Nearest Neighbor Campaign C0051, 2022-02-01 to 2024-11-01
    TARGETS   Espionage · Government · Government Administration · Military · Security Service
              25 named as suspected victims:  Afghanistan, Armenia, 23 more
    
    HOW       91 techniques, 28 malware and tools
     get in    T1566.001 Spearphishing Attachment · T1598.003 Spearphishing Link · 16 more
     stay      T1218.011 Rundll32 · T1027.013 Encrypted/Encoded File · 22 more
     take out  T1005 Data from Local System · T1113 Screen Capture · T1056.001 Keylogging · 15 more
    SOFTWARE  28  ADVSTORESHELL S0045, CHOPSTICK S0023, CORESHELL S0137, Cannon S0351, 24 more
    DETECT    no detection rules are loaded; detection strategies are known for 91 of 91
    EXPLOITS  7  Microsoft Win32k Privilege Escalation Vulnerability CVE-2015-1701, 6 more
    DO      1 What helps, by its techniques: User Training M1017 (17), User Account Management M1018 (13),
              Privileged Account Management M1026 (13)
    UNKNOWN   activity after 2024-11-01; interest in your sector (no profile set); which of your rules would see
              it (no detection rules loaded)
              ask a person:  noroshi request new --type actor-ttp G0007

    $ for name in Hafnium 'Charming Kitten'; do noroshi ask "$name" | head -1; done
    HAFNIUM  actor, G0125                                                   TLP:CLEAR   as of 2026-11-22 01:00 UTC
    Charming Kitten  actor, G0058                                           TLP:CLEAR   as of 2026-11-22 01:00 UTC
    $ noroshi ask Nobelium
    Nobelium  name                                                          TLP:CLEAR   as of 2026-11-22 01:00 UTC
    AMBIGUOUS   this name means 3 things; nothing is guessed
    
    MEANS     one of these (who uses the name so)
      NOBELIUM  actor  misp-galaxy/microsoft-activity-group
      APT29     actor  The MITRE Corporation, microsoft, 3 more
      UNC2452   actor  misp-galaxy/threat-actor
    EQUATED   The MITRE Corporation equates: APT29 = Blue Kitsune = Cozy Bear = CozyDuke = Dark Halo = IRON
              HEMLOCK = IRON RITUAL = Midnight Blizzard = NOBELIUM = NobleBaron = SolarStorm = The Dukes
              The MITRE Corporation equates: UNC2452 = Dark Halo = NOBELIUM = StellarParticle
              microsoft equates: Midnight Blizzard = APT29 = COZY BEAR = NOBELIUM = UNC2452
              misp-galaxy/threat-actor equates: UNC2452 = DarkHalo = Midnight Blizzard = NOBELIUM = Solar Phoenix
              = StellarParticle
    DO      1 If you mean NOBELIUM:  noroshi ask threat-actor--d7247cf9-13b6-4781-b789-a5f33521633b
            2 If you mean APT29:  noroshi ask intrusion-set--899ce53f-13a0-479b-a0e4-67d46e241542
            3 If you mean UNC2452:  noroshi ask threat-actor--2ee5ed7a-c4d0-40be-a837-20817474a15b
    UNKNOWN   which of them your report means: who wrote it, and when
              ask a person:  noroshi request new --type actor-ttp Nobelium

    $ noroshi ask 'Grizzly Steppe'
    Grizzly Steppe  name                                                    TLP:CLEAR   as of 2026-11-22 01:00 UTC
    AMBIGUOUS   this name means 2 things; nothing is guessed
    
    MEANS     one of these (who uses the name so)
      APT29  actor  misp-galaxy/threat-actor
      APT28  actor  misp-galaxy/threat-actor
    DO      1 If you mean APT29:  noroshi ask intrusion-set--899ce53f-13a0-479b-a0e4-67d46e241542
            2 If you mean APT28:  noroshi ask intrusion-set--bef4c620-0787-42a8-a96d-b7eb6e85917c
    UNKNOWN   which of them your report means: who wrote it, and when
              ask a person:  noroshi request new --type actor-ttp 'Grizzly Steppe'

    $ noroshi ask T1059.001 | grep -E '^(PowerShell|TACTICS|PART OF|USED BY|MITIGATE)'
    PowerShell  technique, T1059.001                                        TLP:CLEAR   as of 2026-11-22 01:00 UTC
    TACTICS   execution
    PART OF   Command and Scripting Interpreter T1059
    USED BY   83  APT28 G0007, Deep Panda G0009, Turla G0010, APT29 G0016, Molerats G0021, 78 more
    MITIGATE  5  Privileged Account Management M1026, Execution Prevention M1038, 3 more

    $ noroshi ask CVE-2021-44228 | grep -E '^(CVE|PRIORITY|KEV)'
    CVE-2021-44228  Apache Log4j2                                           TLP:CLEAR   as of 2026-11-22 01:00 UTC
    PRIORITY    P1 if you run an affected version; your assets are not loaded, so not confirmed
    KEV       since 2021-12-10, due 2021-12-24; ransomware use: Known

    $ noroshi ask f9397b3b2e8a1d15f9e0508d6a6fd9f8cf50eda67ea8056cac948c42b51047b6 | head -4
    f9397b3b2e8a1d15..b51047b6  sha256                                      TLP:CLEAR   as of 2026-11-22 01:00 UTC
    UNKNOWN     no source here knows this file. That does not make it clean
    PRIORITY    not set: did it run, and where? · P2 ran on a server or as admin · P3 ran · P4 only found
    

