Times: what was known then, what a person says until when, and what has changed since.
Needs: noroshi

    $ export NOROSHI_NOW=2026-11-01T00:00:00Z
    $ noroshi init >/dev/null
    $ cat > c2.csv <<'END'
    > ip,first_seen,last_seen,malware
    > 198.51.100.7,2026-10-01,2026-10-20,Examplebot
    > END
    $ noroshi -q import --source example c2.csv
    c2.csv  csv  1 record: 1 new, 0 known

Looking as of a time is standing there: the page says that time, and ages are counted from it.

    $ export NOROSHI_NOW=2026-12-31T00:00:00Z
    $ noroshi ask 198.51.100.7 | sed -n '1,3p'
    198.51.100.7  ipv4                                                      TLP:CLEAR   as of 2026-12-31 00:00 UTC
    MALICIOUS   tied to Examplebot, 2026-10-01 to 2026-10-20
    STALE       nothing newer for 72 days; below the decay threshold since 2026-12-05; may have a new owner
    $ noroshi ask --as-of 2026-11-10 198.51.100.7 | sed -n '1,3p'
    198.51.100.7  ipv4                                                      TLP:CLEAR   as of 2026-11-10 00:00 UTC
    MALICIOUS   tied to Examplebot, 2026-10-01 to 2026-10-20
    CURRENT     last seen 21 days ago; without news it goes stale on 2026-12-05
    $ noroshi --json ask --as-of 2026-11-10 198.51.100.7 | grep -o '"as_of":"[^"]*"\|"state":"[a-z]*","valid"\|"age_days":[0-9]*'
    "as_of":"2026-11-10T00:00:00Z"
    "state":"current","valid"
    "age_days":21
    $ noroshi ask --as-of 2026-10-25 198.51.100.7 | sed -n '1,2p'
    198.51.100.7  ipv4                                                      TLP:CLEAR   as of 2026-10-25 00:00 UTC
    UNKNOWN     no source here knows this value. That does not make it clean
    $ noroshi ask --as-of 2026-10-25 --short 198.51.100.7
    198.51.100.7  UNKNOWN  no source here knows this value. That does not make it clean
    [1]

A person's word may have an end, and changes tells what is another verdict now.

    $ noroshi verdict set 198.51.100.7 benign --why 'our own test host'
    $ noroshi verdict set 198.51.100.8 suspicious --why 'case 17' --until 2027-01-31
    $ noroshi ask 198.51.100.8 | sed -n '2,3p'
    SUSPICIOUS  decided by a person: (re: [^,]*), weak evidence from 1 independent source
    CURRENT     its source vouches for it until 2027-01-31
    $ noroshi ask 198.51.100.7 | grep -A1 '^DO'
    DO      1 Do not block it on this evidence
    UNKNOWN   owner, ASN, country (no data loaded)
    $ noroshi changes --since 2026-11-10 2>&1
    198.51.100.7                                malicious 38 -> benign 0
    198.51.100.8                                unknown 0 -> suspicious 45
    noroshi: 2 values judged again, 2 have another verdict
    $ noroshi changes -q --json --since 2026-11-10 2>&1
    {"schema":"noroshi.change/1","kind":"ipv4","value":"198.51.100.7","at":"2026-12-31T00:00:00Z","before":{"verdict":"malicious","state":"current","score":38},"after":{"verdict":"benign","state":"current","score":0}}
    {"schema":"noroshi.change/1","kind":"ipv4","value":"198.51.100.8","at":"2026-12-31T00:00:00Z","before":{"verdict":"unknown","state":"current","score":0},"after":{"verdict":"suspicious","state":"current","score":45}}
    $ noroshi changes --since 2027-01-01
    noroshi: 0 values judged again, 0 have another verdict
    [1]

One line says of a named thing what it is.

    $ noroshi ask --short Examplebot nobody
    Examplebot  Examplebot  malware
    nobody  nobody here is called so, and it is no value that could be looked up
