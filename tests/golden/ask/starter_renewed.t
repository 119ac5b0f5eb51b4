The real sources over the starter pack: as if it had never been there. Names, techniques, software and
vulnerabilities are answered to the letter as from the real sources alone. Of values only our own lists stay
besides, and a claim that both make keeps the place where it was read first.
Needs: noroshi ../shared/data/attack ../shared/data/galaxy/clusters ../shared/data/mstic ../shared/data/vuln

    $ D=$SHARED/data
    $ real() {
    >   for f in attack/enterprise-attack.json.gz mstic/ThreatActorNaming vuln/cve-samples \
    >     vuln/known_exploited_vulnerabilities.json galaxy/clusters/threat-actor.json \
    >     galaxy/clusters/ransomware.json galaxy/clusters/sector.json galaxy/clusters/country.json
    >   do noroshi --data $1 -q import $D/$f >/dev/null || echo $f; done
    > }
    $ noroshi --data both -q init --starter; real both
    $ noroshi --data real -q init; real real
    $ printf '%s\n' Strontium APT29 Nobelium 'Charming Kitten' Lazarus T1059.001 T1566 Emotet Mimikatz LockBit \
    >   Conti M1017 DET0103 C0051 Agriculture Japan PowerShell CVE-2024-3400 CVE-2023-34362 CVE-2024-1709 \
    >   CVE-2024-21762 CVE-2023-4966 CVE-2002-0367 > questions
    $ noroshi --data both ask --json - < questions > both.json
    $ noroshi --data real ask --json - < questions > real.json
    $ wc -l < real.json
    23
    $ diff both.json real.json | cut -c1-200
    $ noroshi --data both init --starter | tail -1
    15 documents of the starter pack left out: their sources have spoken here already
    $ noroshi --data both ask --json - < questions > again.json; cmp both.json again.json
