Names: which entities are one thing, a person's merge and split, searching.
Needs: noroshi

    $ noroshi init >/dev/null
    $ cat > MicrosoftMapping.json <<'END'
    > [{"Threat actor name": "Birch Squall", "Origin/Threat": "Nowhere", "Other names": "APT900, Gentle Otter"},
    >  {"Threat actor name": "Maple Squall", "Origin/Threat": "Nowhere", "Other names": "Quiet Otter"}]
    > END
    $ cat > threat-actor.json <<'END'
    > {"authors": ["test"], "category": "actor", "description": "a list for tests", "name": "Threat Actor",
    >  "source": "test", "type": "threat-actor", "uuid": "7cdff317-a673-4474-84ec-4f1754947823", "version": 1,
    >  "values": [
    >   {"uuid": "11111111-1111-4111-8111-111111111111", "value": "APT900",
    >    "description": "A group that reads 環境変数 and little else.",
    >    "meta": {"synonyms": ["Birch Squall", "Shared Steppe"]}},
    >   {"uuid": "22222222-2222-4222-8222-222222222222", "value": "APT901",
    >    "meta": {"synonyms": ["Shared Steppe"]}},
    >   {"uuid": "33333333-3333-4333-8333-333333333333", "value": "Otter Nine"}]}
    > END
    $ noroshi -q import MicrosoftMapping.json threat-actor.json
    MicrosoftMapping.json  microsoft-naming  2 records: 2 new, 0 known
    threat-actor.json  misp-galaxy  3 records: 3 new, 0 known
    ...

    $ noroshi show 'gentle-otter' | sed -n '1,/ = /p'
    APT900  actor  2 entities
      microsoft:birchsquall  Birch Squall [microsoft]
      threat-actor--11111111-1111-4111-8111-111111111111  APT900 [misp-galaxy/threat-actor]
      microsoft:birchsquall = threat-actor--11111111-1111-4111-8111-111111111111  each has the other's own name,
    $ noroshi --json show 'APT900' | head -1
    {"schema":"noroshi.group/1","entity":{"id":"microsoft:birchsquall","kind":"actor","name":"APT900"},"cut":false,"members":[{"id":"microsoft:birchsquall","kind":"actor","revoked":false,"names":[{"name":"Birch Squall","source":"microsoft","kind":"primary"},{"name":"APT900","source":"microsoft","kind":"alias"},{"name":"Gentle Otter","source":"microsoft","kind":"alias"}],"more":false},{"id":"threat-actor--11111111-1111-4111-8111-111111111111","kind":"actor","revoked":false,"names":[{"name":"APT900","source":"misp-galaxy/threat-actor","kind":"primary"},{"name":"Birch Squall","source":"misp-galaxy/threat-actor","kind":"alias"},{"name":"Shared Steppe","source":"misp-galaxy/threat-actor","kind":"alias"}],"more":false}],"ties":[{"a":"microsoft:birchsquall","b":"threat-actor--11111111-1111-4111-8111-111111111111","by":"mutual","name":"apt900","claim":null,"predicate":null,"source":null,"reason":null}]}

A name that one list gives to two is nobody's: no merge, and nothing is guessed.

    $ noroshi name merge 'Shared Steppe' 'Otter Nine' --why 'a guess'
    noroshi: "Shared Steppe" may mean 2 things: APT900 (microsoft:birchsquall), APT901 (threat-actor--22222222-2222-4222-8222-222222222222)
    [2]

A person may say that two are one, and take it back; others' lists stay what they are.

    $ noroshi name merge 'Quiet Otter' 'Otter Nine' --why 'same infrastructure in our case 17' | head -3
    microsoft:maplesquall and threat-actor--33333333-3333-4333-8333-333333333333 are one from now on. Back:
    noroshi name split microsoft:maplesquall threat-actor--33333333-3333-4333-8333-333333333333 --why ...
    Maple Squall  actor  2 entities
    $ noroshi --json show 'Maple Squall' | head -1 | sed 's/.*"ties"/"ties"/; s/"analyst:[^"]*"/"analyst:..."/; s/"claim":"[^"]*"/"claim":"..."/'
    "ties":[{"a":"microsoft:maplesquall","b":"threat-actor--33333333-3333-4333-8333-333333333333","by":"person","name":null,"claim":"...","predicate":"same-as","source":"analyst:...","reason":"same infrastructure in our case 17"}]}
    $ noroshi name merge 'Maple Squall' 'Otter Nine' --why 'again'
    noroshi: the two are one already
    [2]
    $ noroshi name split 'Maple Squall' 'Otter Nine' --why 'not so'
    microsoft:maplesquall and threat-actor--33333333-3333-4333-8333-333333333333 are two from now on. Back:
    noroshi name merge microsoft:maplesquall threat-actor--33333333-3333-4333-8333-333333333333 --why ...
    Maple Squall  actor  1 entity
      microsoft:maplesquall  Maple Squall [microsoft]
    Otter Nine  actor  1 entity
      threat-actor--33333333-3333-4333-8333-333333333333  Otter Nine [misp-galaxy/threat-actor]
    $ noroshi name split 'Maple Squall' 'Otter Nine' --why 'again'
    noroshi: the two are not one
    [2]
    $ noroshi name split 'Birch Squall' 'APT900' --why 'one name for two'
    microsoft:birchsquall and threat-actor--11111111-1111-4111-8111-111111111111 are two from now on. Back:
    noroshi name merge microsoft:birchsquall threat-actor--11111111-1111-4111-8111-111111111111 --why ...
    Birch Squall  actor  1 entity
      microsoft:birchsquall  Birch Squall [microsoft]
    APT900  actor  1 entity
      threat-actor--11111111-1111-4111-8111-111111111111  APT900 [misp-galaxy/threat-actor]
    $ noroshi name merge 'Birch Squall' 'APT900' --why 'after all'
    noroshi: "Birch Squall" may mean 2 things: Birch Squall (microsoft:birchsquall), APT900 (threat-actor--11111111-1111-4111-8111-111111111111)
    [2]
    $ noroshi --lang ja name merge microsoft:birchsquall threat-actor--11111111-1111-4111-8111-111111111111 --why '戻す'
    microsoft:birchsquall と threat-actor--11111111-1111-4111-8111-111111111111 を 1 つのものとして記録した。取り
    消し: noroshi name split microsoft:birchsquall threat-actor--11111111-1111-4111-8111-111111111111 --why ...
    APT900  actor  2 件のエンティティ
      microsoft:birchsquall  Birch Squall [microsoft]
      threat-actor--11111111-1111-4111-8111-111111111111  APT900 [misp-galaxy/threat-actor]
      microsoft:birchsquall = threat-actor--11111111-1111-4111-8111-111111111111  互いの正式名(apt900 など)を別名
        に持つ
    $ noroshi name merge 'Birch Squall' 'Maple Squall'
    noroshi: give the reason: --why TEXT
    [2]

Merged and split again, everything that can be exported is byte for byte what it was.

    $ noroshi export --format ndjson > before
    $ noroshi -q name merge 'Maple Squall' 'Otter Nine' --why 'a guess' > /dev/null
    $ noroshi export --format ndjson | cmp -s - before || echo different
    different
    $ noroshi -q name split 'Maple Squall' 'Otter Nine' --why 'no' > /dev/null
    $ noroshi export --format ndjson | cmp - before

Searching finds words in names and texts, in Japanese as well; nothing found is exit 1.

    $ noroshi search birch squall
    APT900  actor  microsoft:birchsquall                                                                      name
        Birch Squall [microsoft TLP:CLEAR]
    2 entries match; what is one thing is shown once
    $ noroshi --lang ja search 環境
    APT900  actor  microsoft:birchsquall                                                                      説明
        A group that reads 環境変数 and little else. [misp-galaxy/threat-actor TLP:CLEAR]
    一致 1 件(同一のものは 1 回だけ表示)
    $ noroshi search 'otter*' --limit 1
    Otter Nine  actor  threat-actor--33333333-3333-4333-8333-333333333333                           name begins so
        Otter Nine [misp-galaxy/threat-actor TLP:CLEAR]
    3 entries match; what is one thing is shown once
    more: --cursor 90c8e0d865d6254bb400159629c12c30
    $ noroshi --json search 'little else' | sed 's/"recorded":"[^"]*"/"recorded":"..."/; s/"claim":"[^"]*"/"claim":"..."/'
    {"schema":"noroshi.search/1","entity":{"id":"microsoft:birchsquall","kind":"actor","name":"APT900"},"subject":"threat-actor--11111111-1111-4111-8111-111111111111","matched":"description","text":"A group that reads 環境変数 and little else.","object":null,"document":null,"claim":"...","source":"misp-galaxy/threat-actor","tlp":"clear","recorded":"...","matches":1}
    {"schema":"noroshi.search-page/1","found":1,"capped":false,"next":null}
    $ noroshi search nonsense
    noroshi: nothing has the words nonsense
    [1]
    $ noroshi search squall --kind nonsense
    noroshi: --kind: nonsense is no kind of thing; try actor, malware, technique, vulnerability, domain, document
    [2]
