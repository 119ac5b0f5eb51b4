noroshi watch: logs against everything that is known, an alert a line; kept in the store, counted by
indicator, host and hour.
Needs: noroshi

    $ noroshi init >/dev/null
    $ printf 'value,malware,first_seen,last_seen\n198.51.100.7,Thing,2026-11-01,2026-11-22\nevil.example,Thing,2026-11-01,2026-11-22\n' > bad.csv
    $ noroshi -q import --source lab bad.csv
    bad.csv  csv  2 records: 2 new, 0 known
    $ printf '{"ts":"2026-11-20T10:01:00Z","src_ip":"192.0.2.5","dest_ip":"198.51.100.7"}\n{"src_ip":"192.0.2.5"}\n{"ts":"2026-11-20T10:02:00Z","src_ip":"192.0.2.5","dest_ip":"198.51.100.7"}\n' > fw.json
    $ noroshi watch fw.json > alerts
    noroshi: 3 records read, 175 B; 2 values looked for
    noroshi: 2 contacts told, 1 of them new alerts; 0 judged harmless, 0 silenced
    noroshi: 5 sightings remembered
    $ grep -o '"schema":"noroshi.alert/1"\|"hits":[0-9]*\|"title":"[^"]*"\|"priority":"P."\|"line":[0-9]*' alerts
    "schema":"noroshi.alert/1"
    "hits":1
    "title":"192.0.2.5 contacted 198.51.100.7: tied to Thing, 2026-11-01 to 2026-11-22"
    "priority":"P2"
    "line":1
    "priority":"P2"
    "schema":"noroshi.alert/1"
    "hits":2
    "title":"192.0.2.5 contacted 198.51.100.7: tied to Thing, 2026-11-01 to 2026-11-22"
    "priority":"P2"
    "line":3
    "priority":"P2"

A log that is read again is told again, and counts nothing; packed ones are opened; what is not there
is said, and the others are read.

    $ gzip -k fw.json
    $ noroshi watch -q none fw.json.gz fw.json | grep -c alert/1
    noroshi: none: no such file: reading none: No such file or directory
    4
    $ noroshi alert list
    P2  2026-11-20 10:02  4x  192.0.2.5  198.51.100.7  tied to Thing, 2026-11-01 to 2026-11-22
        (re: alert--[0-9a-f]{32})

Nothing matched is 1. Standard input is told as it comes.

    $ echo nothing | noroshi watch --alerts-only -
    [1]
    $ echo 'x.evil.example' | noroshi watch --alerts-only --dry-run - | grep -o '"id":null\|"how":"[a-z]*"\|"value":"x.evil.example"\|"path":"-"' | head -4
    "id":null
    "value":"x.evil.example"
    "how":"parent"
    "path":"-"

What a reader's view does not call bad is no alert for him, and telemetry is amber unless said otherwise.

    $ noroshi alert list --clearance green
    noroshi: no alert
    [1]
    $ id=$(noroshi alert list --json | grep -o 'alert--[0-9a-f]*' | head -1)
    $ noroshi alert close $id
    noroshi: say why with --why TEXT
    [2]
    $ noroshi alert close $id --why 'our own test' | sed s/$id/ID/
    ID closed
    $ noroshi alert list
    noroshi: no alert
    [1]
    $ noroshi alert show $id | sed -n 3,6p
        4 contacts, 2026-11-20 10:01 to 2026-11-20 10:02
    (re:     closed by .*: our own test)
        fw.json:1
        fw.json:3
    $ noroshi alert reopen $id | sed s/$id/ID/
    ID opened again
    $ noroshi alert show alert--00
    noroshi: alert--00: no alert alert--00
    [2]

The site's registers: an exercise, what is silenced, what is worth more.

    $ printf 'value,from,to,contact\n198.51.100.0/24,2026-11-20,2026-11-20,red team 0100\n' > exercises.csv
    $ noroshi watch --alerts-only --dry-run --exercises exercises.csv fw.json | grep -o '"title":"[^"]*"\|"level":"[a-z]*"' | head -2
    "title":"exercise: call red team 0100; 192.0.2.5 contacted 198.51.100.7: tied to Thing, 2026-11-01 to 2026-11-22"
    "level":"informational"
    $ printf 'indicator,host,until,reason\n198.51.100.7,,2026-12-31,known\n' > silences.csv
    $ noroshi watch --dry-run --silences silences.csv fw.json
    noroshi: 3 records read, 175 B; 2 values looked for
    noroshi: 0 contacts told, 0 of them new alerts; 0 judged harmless, 2 silenced
    [1]
    $ printf 'asset,weight\n192.0.2.5,great\n' > assets.csv
    $ noroshi watch --assets assets.csv fw.json
    noroshi: assets.csv: line 2: weight "great" is none of low, normal, high, critical
    [2]
    $ noroshi watch --log-zone here fw.json
    noroshi: --log-zone here: say how far east of UTC, as +09:00
    [2]
    $ noroshi watch --format nothing fw.json
    (re: noroshi: --format nothing is none of: .*raw.*)
    [2]

Each alert that is raised may go elsewhere, too: once, and only those that come from then on.

    $ noroshi watch --alerts-only --alerts-to sent.ndjson fw.json >/dev/null
    $ printf '{"ts":"2026-11-20T10:01:00Z","src_ip":"192.0.2.6","dest_ip":"198.51.100.7"}\n' > more.json
    $ noroshi watch --alerts-only --alerts-to sent.ndjson more.json >/dev/null
    $ noroshi watch --alerts-only --alerts-to sent.ndjson more.json >/dev/null
    $ grep -o '"schema":"noroshi.alert-group/1"\|"host":"[^"]*"' sent.ndjson | head -3
    "schema":"noroshi.alert-group/1"
    "host":"192.0.2.6"
    "host":"192.0.2.6"
    $ wc -l < sent.ndjson
    1
    $ noroshi watch --dry-run --alerts-to sent.ndjson more.json
    noroshi: --alerts-to sends what is in the store: not with --dry-run
    [2]
    $ noroshi watch --alerts-to syslog:tls:127.0.0.1:6514 more.json
    noroshi: syslog:tls:127.0.0.1:6514 is no receiver
    [2]

A machine that logs about itself is registered by its name, or by its address.

    $ printf 'asset,weight,name\nws01.corp.example,critical,the chief\n' > machines.csv
    $ printf 'value,malware,first_seen,last_seen\n203.0.113.199,Thing,2026-11-01,2026-12-31\n' > itself.csv
    $ noroshi import --source lab itself.csv >/dev/null
    $ echo '{"@timestamp":"2026-11-20T10:00:01Z","winlog":{"event_id":3,"channel":"Microsoft-Windows-Sysmon/Operational","computer_name":"WS01.corp.example","event_data":{"SourceIp":"10.1.2.6","DestinationIp":"203.0.113.199"}}}' > sysmon.json
    $ noroshi watch --dry-run --json --assets machines.csv sysmon.json 2>/dev/null | grep -o '"priority":"P[0-9]"\|"asset":{[^}]*}\|"host":"[0-9.]*"'
    "priority":"P1"
    "host":"10.1.2.6"
    "asset":{"weight":"critical","name":"the chief"}
    "priority":"P2"

What is asked of a name server stands twice in a line of BIND's: the field is told.

    $ echo "20-Nov-2026 10:00:00.123 queries: info: client @0x7f8b 10.0.0.5#53123 (evil.example): query: evil.example IN A +E(0)K (10.0.0.1)" > named.log
    $ noroshi watch --dry-run --json named.log 2>/dev/null | grep -o '"field":"[^"]*"\|"host":"[0-9.]*"'
    "field":"query"
    "host":"10.0.0.5"

An indicator that says which technique it is a sign of: the alert has its id.

    $ cat > technique.json <<'END'
    > {"type":"bundle","id":"bundle--11111111-1111-4111-8111-111111111111","objects":[
    > {"type":"indicator","spec_version":"2.1","id":"indicator--11111111-1111-4111-8111-111111111112","created":"2026-11-01T00:00:00Z","modified":"2026-11-01T00:00:00Z","indicator_types":["malicious-activity"],"pattern":"[ipv4-addr:value = '203.0.113.50']","pattern_type":"stix","valid_from":"2026-11-01T00:00:00Z"},
    > {"type":"attack-pattern","spec_version":"2.1","id":"attack-pattern--11111111-1111-4111-8111-111111111113","created":"2026-11-01T00:00:00Z","modified":"2026-11-01T00:00:00Z","name":"Web Protocols","external_references":[{"source_name":"mitre-attack","external_id":"T1071.001"}]},
    > {"type":"relationship","spec_version":"2.1","id":"relationship--11111111-1111-4111-8111-111111111114","created":"2026-11-01T00:00:00Z","modified":"2026-11-01T00:00:00Z","relationship_type":"indicates","source_ref":"indicator--11111111-1111-4111-8111-111111111112","target_ref":"attack-pattern--11111111-1111-4111-8111-111111111113"}]}
    > END
    $ noroshi import -q --source lab technique.json
    technique.json  stix-2.1  3 records: 3 new, 0 known
    $ echo '{"ts":"2026-11-20T10:01:00Z","src_ip":"192.0.2.5","dest_ip":"203.0.113.50"}' | noroshi watch --dry-run --json - 2>/dev/null | grep -o '"techniques":\["[^]]*'
    "techniques":["T1071.001"
