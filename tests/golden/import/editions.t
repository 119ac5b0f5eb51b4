Editions of one catalogue: each replaces the one before, whatever its file is called. One that was replaced
does not come back by being imported again, so a folder of editions can be imported twice.

    $ noroshi init >/dev/null
    $ entry() { printf '{"cveID":"%s","vendorProject":"V","product":"P","vulnerabilityName":"N","dateAdded":"2025-01-02","shortDescription":"D","requiredAction":"A","dueDate":"2025-01-23","knownRansomwareCampaignUse":"%s","notes":""}' $1 $2; }
    $ edition() { printf '{"title":"CISA Catalog of Known Exploited Vulnerabilities","catalogVersion":"%s","dateReleased":"%sT12:00:00Z","count":%s,"vulnerabilities":[%s]}' $1 $1 $2 "$3" > kev-$1.json; }
    $ edition 2025-01-24 2 "$(entry CVE-2025-0001 Unknown),$(entry CVE-2025-0002 Unknown)"
    $ edition 2025-08-25 1 "$(entry CVE-2025-0001 Known)"
    $ noroshi import kev-2025-01-24.json kev-2025-08-25.json
    kev-2025-01-24.json  kev  3 records: 3 new, 0 known
    kev-2025-08-25.json  kev  2 records: 2 new, 0 known, 3 withdrawn
    2 documents, 5 records: 5 new, 3 withdrawn
    $ noroshi import kev-2025-01-24.json kev-2025-08-25.json
    kev-2025-01-24.json  kev  3 records: 0 new, 3 known
    kev-2025-08-25.json  kev  2 records: 0 new, 2 known
    2 documents, 5 records: 0 new
    $ noroshi export --format ndjson | sha256sum > before
    $ noroshi import kev-2025-01-24.json
    kev-2025-01-24.json  kev  3 records: 0 new, 3 known
    $ noroshi export --format ndjson | sha256sum | cmp - before && echo same
    same

A person may say that it is current all the same.

    $ noroshi import --mode snapshot kev-2025-01-24.json
    kev-2025-01-24.json  kev  3 records: 3 new, 0 known, 2 withdrawn
    $ noroshi export --format ndjson | sha256sum | cmp -s - before || echo other
    other
