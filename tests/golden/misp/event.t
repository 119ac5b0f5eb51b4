The editions of one event, from its publisher: what a newer one says replaces the older, whichever file it came in.
Needs: noroshi

    $ noroshi init >/dev/null
    $ export NOROSHI_NOW=2020-10-01T00:00:00Z
    $ event() { # time, the first attribute's members, more attributes
    >   cat <<END
    > {"Event":{"uuid":"10000000-0000-4000-8000-000000000001","info":"Paper mill phishing",
    > "date":"2020-09-13","timestamp":"$1","threat_level_id":"2","analysis":"1","distribution":"3",
    > "Orgc":{"name":"Example CSIRT","uuid":"10000000-0000-4000-8000-000000000002"},
    > "Tag":[{"name":"tlp:green"},{"name":"misp-galaxy:threat-actor=\"Paper Tiger\""},
    > {"name":"made-up:certainty=\"high\""}],
    > "Attribute":[{"uuid":"10000000-0000-4000-8000-0000000000a1","type":"domain",
    > "category":"Network activity","value":"login.example.net","to_ids":true,$2},
    > {"uuid":"10000000-0000-4000-8000-0000000000a2","type":"ip-dst","category":"Network activity",
    > "value":"198.51.100.7","to_ids":false,"timestamp":"1600000000"},
    > {"uuid":"10000000-0000-4000-8000-0000000000a3","type":"domain","category":"Network activity",
    > "value":"shop.example.net","to_ids":true,"timestamp":"1600000000","Sighting":[{"type":"1",
    > "date_sighting":"1600000500"}]}$3],
    > "ShadowAttribute":[{"uuid":"10000000-0000-4000-8000-0000000000a5","type":"domain",
    > "category":"Network activity","value":"maybe.example.net","to_ids":true,"timestamp":"1600000000"}]}}
    > END
    > }
    $ event 1600000000 '"timestamp":"1600000000","comment":"C2"' ',{"type":"attachment","category":"Other","value":"a.zip"}' >first.json
    $ noroshi import first.json
    first.json  misp  6 records: 5 new, 1 known
      note: 1 of "attachment": kept in the document only
    $ noroshi ask login.example.net | head -2
    login.example.net  domain                                               TLP:GREEN   as of 2020-10-01 00:00 UTC
    MALICIOUS   Paper Tiger command-and-control server, on 2020-09-13

Not for detection: context. A proposal is told as one. A false positive speaks against.

    $ noroshi ask 198.51.100.7 | sed -n '2p;5,6p'
    UNKNOWN     known here, but nobody says whether it is bad
    CONTEXT   Paper mill phishing refers-to it
                Example CSIRT  first.json#/Attribute/1  2020-09-13 12:26 .. 2020-09-13 12:26
    $ noroshi ask maybe.example.net | sed -n '2p;5p'
    UNKNOWN     known here, but nobody says whether it is bad
    CONTEXT   proposed for Paper mill phishing, accepted by nobody
    $ noroshi --json ask shop.example.net | grep -o 'sighted as a false positive'
    sighted as a false positive

The same again, and the same under another name with its members in another order: nothing new.

    $ noroshi import first.json
    first.json  misp  6 records: 0 new, 6 known
    $ tr -d '\n' <first.json | sed 's/"timestamp":"1600000000","threat_level_id":"2"/"threat_level_id":2,"id":"17","timestamp":1600000000/' >again.json
    $ noroshi import again.json
    again.json  misp  6 records: 0 new, 6 known
      note: 1 of "attachment": kept in the document only

A newer edition, where the domain is deleted: the publisher no longer says it.

    $ event 1600009000 '"timestamp":"1600009000","deleted":true' '' >second.json
    $ noroshi import second.json
    second.json  misp  5 records: 1 new, 4 known
    $ noroshi ask login.example.net | sed -n 2,3p
    SUSPICIOUS  Paper Tiger command-and-control server, on 2020-09-13
    WITHDRAWN   every source that said so has taken it back

The first edition again, from elsewhere: it is history, and says nothing.

    $ event 1600000100 '"timestamp":"1600000100","comment":"C2 server"' '' >late.json
    $ noroshi import late.json
    late.json  misp  5 records: 0 new, 5 known
    $ noroshi ask login.example.net | sed -n 2,3p
    SUSPICIOUS  Paper Tiger command-and-control server, on 2020-09-13
    WITHDRAWN   every source that said so has taken it back

An event whose clusters came as objects, and the galaxy they come from: one actor.

    $ cat >galaxy.json <<'END'
    > {"type":"threat-actor","values":[{"uuid":"10000000-0000-4000-8000-0000000000c1","value":"Glass Heron",
    > "meta":{"synonyms":["TA-0000"],"country":"JP"}}]}
    > END
    $ cat >heron.json <<'END'
    > {"response":[{"Event":{"uuid":"10000000-0000-4000-8000-000000000003","info":"Heron","timestamp":"1600000000",
    > "Orgc":{"name":"Example CSIRT"},"Attribute":[{"type":"ip-dst|port","category":"Network activity",
    > "value":"203.0.113.9|8443","to_ids":"1","timestamp":"1600000000"}],
    > "Galaxy":[{"type":"threat-actor","GalaxyCluster":[{"uuid":"10000000-0000-4000-8000-0000000000c1",
    > "collection_uuid":"10000000-0000-4000-8000-0000000000c2","type":"threat-actor","value":"Glass Heron"}]}]}}]}
    > END
    $ noroshi -q import galaxy.json heron.json
    galaxy.json  misp-galaxy  1 record: 1 new, 0 known
    heron.json  misp  2 records: 2 new, 0 known
    $ noroshi ask 203.0.113.9 | grep -E '^(MALICIOUS|WHO)'
    MALICIOUS   tied to Glass Heron, on 2020-09-13
    WHO       Glass Heron (Example CSIRT)
    $ noroshi ask TA-0000 | sed -n '1p'
    Glass Heron  actor                                                      TLP:CLEAR   as of 2020-10-01 00:00 UTC
    $ noroshi --lang ja ask 203.0.113.9 | sed -n '2p'
    悪性        Glass Heron に関連、2020-09-13 のみ

A taxonomy gives tags their names.

    $ cat >machinetag.json <<'END'
    > {"namespace":"made-up","predicates":[{"value":"certainty","expanded":"How sure"}],"values":[
    > {"predicate":"certainty","entry":[{"value":"high","expanded":"Very sure","numerical_value":95}]}]}
    > END
    $ noroshi import machinetag.json
    machinetag.json  misp-taxonomy  2 records: 2 new, 0 known
    $ noroshi show 'tag:made-up:certainty="high"' | grep -o 'Very sure' | head -1
    Very sure

What is no event, or not all of one, is refused where it breaks.

    $ head -c 700 first.json >cut.json
    $ noroshi import cut.json
    noroshi: cut.json: JSON: ends inside a string (at byte 700)
    [2]
    $ echo '{"Event":{"info":"x","Attribute":[{"type":"md5"}]}}' >thin.json
    $ noroshi import thin.json
    thin.json  misp  2 records: 1 new, 0 known, 1 refused
      refused /Attribute/0: the value is missing
    [1]
