noroshi watch CAPTURE: recorded traffic, PCAP or PCAPNG, packed or not, is a log of what was said in it.
Needs: noroshi

    $ noroshi init >/dev/null
    $ printf 'value,malware,first_seen,last_seen\n198.51.100.7,Thing,2026-11-01,2026-11-22\nevil.example,Thing,2026-11-01,2026-11-22\n' > bad.csv
    $ noroshi -q import --source lab bad.csv
    bad.csv  csv  2 records: 2 new, 0 known
    $ python3 $ROOT/tests/watch/traffic.py traffic.pcap
    $ noroshi watch traffic.pcap > alerts
    noroshi: 7 records read, 1.58 KiB; 2 values looked for
    noroshi: 5 contacts told, 2 of them new alerts; 0 judged harmless, 0 silenced
    noroshi: 13 sightings remembered
    $ grep -o '"title":"[^"]*"\|"format":"[a-z]*"\|"outcome":"[a-z]*"' alerts
    "title":"192.0.2.5 contacted x.evil.example: tied to Thing, 2026-11-01 to 2026-11-22"
    "outcome":"unknown"
    "format":"capture"
    "title":"192.0.2.5 contacted 198.51.100.7: tied to Thing, 2026-11-01 to 2026-11-22"
    "outcome":"allowed"
    "format":"capture"
    "title":"192.0.2.5 contacted 198.51.100.7: tied to Thing, 2026-11-01 to 2026-11-22"
    "outcome":"failed"
    "format":"capture"
    "title":"192.0.2.5 contacted 198.51.100.7: tied to Thing, 2026-11-01 to 2026-11-22"
    "outcome":"allowed"
    "format":"capture"
    "title":"192.0.2.5 contacted 198.51.100.7: tied to Thing, 2026-11-01 to 2026-11-22"
    "outcome":"allowed"
    "format":"capture"
    $ gzip -k traffic.pcap
    $ noroshi watch --alerts-only --dry-run traffic.pcap.gz | wc -l
    5
    $ noroshi watch --alerts-only --dry-run - < traffic.pcap | wc -l
    5

One that is cut off is read up to there, and that is said.

    $ head -c 900 traffic.pcap > cut.pcap
    $ noroshi watch --dry-run cut.pcap | wc -l
    noroshi: cut.pcap: the capture is cut off
    noroshi: 6 records read, 1.31 KiB; 2 values looked for
    noroshi: 4 contacts told, 0 of them new alerts; 0 judged harmless, 0 silenced
    4
    $ noroshi import cut.pcap
    noroshi: cut.pcap: not in any format that we know
    noroshi: cut.pcap: the capture is cut off
    2 documents, 0 records: 0 new
    [2]
