The public lists themselves: ATT&CK, Microsoft's names, MISP's galaxies. What one list holds apart stays
apart, what they agree on is one, and a name that means two is told with both.
Needs: noroshi ../shared/data/attack ../shared/data/galaxy/clusters ../shared/data/mstic/ThreatActorNaming

    $ G=$SHARED/data/galaxy/clusters
    $ noroshi init >/dev/null
    $ noroshi -q import $SHARED/data/attack/enterprise-attack.json.gz \
    >   $SHARED/data/mstic/ThreatActorNaming/MicrosoftMapping.json $G/threat-actor.json \
    >   $G/microsoft-activity-group.json $G/mitre-intrusion-set.json \
    >   $G/mitre-enterprise-attack-intrusion-set.json $G/mitre-ics-groups.json >/dev/null
    $ who() { for name; do echo "$name: $(noroshi --json show "$name" | grep '^{"schema":"noroshi.group/1"' |
    >   sed 's/.*"entity":{"id":"\([^"]*\)".*,"name":"\([^"]*\)"},"cut":\([a-z]*\),.*/\2 (\1)/' | paste -sd ';')"; done; }
    $ members() { noroshi --json show "$1" | grep '^{"schema":"noroshi.group/1"' |
    >   grep -o '"id":"[^"]*","kind":"[a-z]*","revoked":[a-z]*' | sed 's/"id":"\([^"]*\)".*:/\1 revoked=/'; }

    $ who strontium 'Fancy Bear' G0007 hafnium 'Charming Kitten' 'Mint Sandstorm'
    strontium: APT28 (intrusion-set--bef4c620-0787-42a8-a96d-b7eb6e85917c)
    Fancy Bear: APT28 (intrusion-set--bef4c620-0787-42a8-a96d-b7eb6e85917c)
    G0007: APT28 (intrusion-set--bef4c620-0787-42a8-a96d-b7eb6e85917c)
    hafnium: HAFNIUM (intrusion-set--2688b13e-8e71-405a-9c40-0dee94bddf87)
    Charming Kitten: Charming Kitten (intrusion-set--7636484c-adc5-45d4-9bfe-c3e062fbc4a0)
    Mint Sandstorm: Charming Kitten (intrusion-set--7636484c-adc5-45d4-9bfe-c3e062fbc4a0)
    $ members strontium
    intrusion-set--bef4c620-0787-42a8-a96d-b7eb6e85917c revoked=false
    microsoft:forestblizzard revoked=false
    threat-actor--213cdde9-c11a-4ea9-8ce0-c868e9826fec revoked=false
    threat-actor--5b4ee3ea-eee3-4c8e-8323-85ae32658754 revoked=false
    threat-actor--8d84d7b0-7716-5ab3-a3a4-f373dd148347 revoked=false
    $ members 'Charming Kitten'
    intrusion-set--7636484c-adc5-45d4-9bfe-c3e062fbc4a0 revoked=false
    intrusion-set--92d5b3fd-3b39-438e-af68-770e447beada revoked=true
    intrusion-set--f9d6633a-55e6-4adc-9263-6ae080421a13 revoked=false
    microsoft:mintsandstorm revoked=false
    threat-actor--400cd1b8-52b7-5a5c-984f-9b4af35ea231 revoked=false
    threat-actor--b8967b3c-3bc9-11e8-8701-8b1ead8c099e revoked=false
    threat-actor--f98bac6b-12fd-4cad-be84-c84666932232 revoked=false

    $ who nobelium 'Grizzly Steppe'
    nobelium: NOBELIUM (threat-actor--d7247cf9-13b6-4781-b789-a5f33521633b);APT29 (intrusion-set--899ce53f-13a0-479b-a0e4-67d46e241542);UNC2452 (threat-actor--2ee5ed7a-c4d0-40be-a837-20817474a15b)
    Grizzly Steppe: APT29 (intrusion-set--899ce53f-13a0-479b-a0e4-67d46e241542);APT28 (intrusion-set--bef4c620-0787-42a8-a96d-b7eb6e85917c)

    $ who apt29 sandworm turla kimsuky 'lazarus group' 'mustang panda' fin7 'scattered spider' 'volt typhoon'
    apt29: APT29 (intrusion-set--899ce53f-13a0-479b-a0e4-67d46e241542)
    sandworm: Sandworm Team (intrusion-set--381fcf73-60f6-4ab2-9991-6af3cbc35192)
    turla: Turla (intrusion-set--7a19ecb1-3c65-4de3-a230-993516aed6a6)
    kimsuky: Kimsuky (intrusion-set--0ec2f388-bf0f-4b5c-97b1-fc736d26c25f)
    lazarus group: Lazarus Group (intrusion-set--c93fccb1-e8e8-42cf-ae33-2ad1d183913a)
    mustang panda: MUSTANG PANDA (intrusion-set--420ac20b-f2b9-42b8-aa1a-6d4b72895ca4)
    fin7: FIN7 (intrusion-set--3753cc21-2dae-4dfb-8481-d004e74502cc)
    scattered spider: Scattered Spider (intrusion-set--44d37b89-a739-4810-9111-0d2617a8939b)
    volt typhoon: Volt Typhoon (intrusion-set--174279b4-399f-4ddb-966e-5efedd1dd5f2)
