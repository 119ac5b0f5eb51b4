noroshi hunt: has this site ever seen it? From what watch remembers; the logs may be gone.
Needs: noroshi

    $ noroshi init >/dev/null
    $ noroshi hunt evil.example.org
    evil.example.org  cannot say: no logs were read (noroshi watch PATH)
    [1]
    $ for i in 1 2 3; do echo "{\"ts\":\"2026-11-0$i""T10:00:00Z\",\"src_ip\":\"192.0.2.$i\",\"query\":\"www.evil.example.org\",\"dest_ip\":\"203.0.113.$i\"}"; done > dns.json
    $ noroshi watch dns.json
    noroshi: 3 records read, 318 B; 0 values looked for
    noroshi: 0 contacts told, 0 of them new alerts; 0 judged harmless, 0 silenced
    noroshi: 9 sightings remembered
    [1]
    $ noroshi watch --alerts-only dns.json; mv dns.json gone; noroshi watch --alerts-only gone
    [1]
    $ noroshi hunt www.evil.example.org evil.example.org 203.0.113.0/30 198.51.100.1
    www.evil.example.org  seen 3 times, 2026-11-01 10:00 to 2026-11-03 10:00
        2026-11-01 10:00  dns.json, byte 0
        2026-11-02 10:00  dns.json, byte 106
        2026-11-03 10:00  dns.json, byte 212
    evil.example.org  below or inside it: seen 3 times, 2026-11-01 10:00 to 2026-11-03 10:00
        2026-11-01 10:00  dns.json, byte 0
        2026-11-02 10:00  dns.json, byte 106
        2026-11-03 10:00  dns.json, byte 212
    203.0.113.0/30  below or inside it: seen 3 times, 2026-11-01 10:00 to 2026-11-03 10:00
        2026-11-01 10:00  dns.json, byte 0
        2026-11-02 10:00  dns.json, byte 106
        2026-11-03 10:00  dns.json, byte 212
    198.51.100.1  not seen in 1 log, 2026-11-01 10:00 to 2026-11-03 10:00
    $ noroshi hunt --json 203.0.113.2 | grep -o '"said":"[a-z]*"\|"count":[0-9]*\|"offset":[0-9]*'
    "said":"yes"
    "count":1
    "count":1
    "offset":106

Later somebody says that it is bad: what was seen before becomes an alert, with its positions, by itself.

    $ printf 'value,malware,first_seen,last_seen\nevil.example.org,Thing,2026-11-01,2026-11-22\n203.0.113.2,Thing,2026-11-01,2026-11-22\n' > bad.csv
    $ noroshi import --source lab bad.csv
    bad.csv  csv  2 records: 2 new, 0 known
    noroshi: 2 of the values that were imported were seen here before: noroshi alert list
    $ noroshi alert list evil.example.org
    P2  2026-11-03 10:00  3x  -  evil.example.org  tied to Thing, 2026-11-01 to 2026-11-22
        (re: alert--[0-9a-f]{32})
    $ noroshi alert show $(noroshi alert list --json evil.example.org | grep -o 'alert--[0-9a-f]*' | head -1) --json | grep -o '"offset":[0-9]*'
    "offset":0
    "offset":106
    "offset":212

So does what a set says, and what a person says; each once.

    $ printf '203.0.113.1\n203.0.113.0/31\n198.51.100.9\n' > bad.txt
    $ noroshi import --set blocked --verdict known-good bad.txt | head -1
    set blocked (known-good): 3 different values  2 ipv4  1 cidr
    $ noroshi import --set listed --verdict known-bad bad.txt 2>&1 | grep noroshi
    noroshi: 2 of the values that were imported were seen here before: noroshi alert list
    $ noroshi verdict set 192.0.2.3 malicious --why "its disk was imaged"
    noroshi: it was seen here before, 1 alert: noroshi alert list
    $ noroshi verdict set 192.0.2.3 malicious --until 2027-01-01 --why "its disk was imaged"
    $ noroshi alert list 192.0.2.3
    P2  2026-11-03 10:00  1x  -  192.0.2.3  decided by a person: (re: .*)
    ...
    $ noroshi hunt --entity Thing | grep seen
    noroshi: Thing: 2 values asked, 2 seen here
    evil.example.org  below or inside it: seen 3 times, 2026-11-01 10:00 to 2026-11-03 10:00
    203.0.113.2  seen 1 time, 2026-11-02 10:00 to 2026-11-02 10:00
    $ noroshi ask 203.0.113.2 | grep SEEN
    SEEN      here: 1 time, 2026-11-02 to 2026-11-02
    $ noroshi --clearance green ask 203.0.113.2 | grep SEEN
    SEEN      here: cannot say, no logs are loaded
    $ noroshi hunt http://evil.example.org/x
    http://evil.example.org/x  cannot say: values of this kind are not remembered
    [1]
    $ noroshi hunt
    noroshi: say a value, or --entity ID
    [2]
