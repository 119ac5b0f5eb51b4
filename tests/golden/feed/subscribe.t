Feeds without a network: subscribing, what is refused at once, how they are listed.
Needs: noroshi

    $ noroshi init >/dev/null
    $ noroshi feed list
    noroshi: no feed: noroshi feed presets, noroshi feed add
    [1]
    $ noroshi feed presets | head -4
    abuse-feodo           abuse.ch Feodo Tracker: addresses of botnet servers
                          every 6 h · abuse.ch terms: fair use is free, commercial use needs an agreement
    abuse-malwarebazaar   abuse.ch MalwareBazaar: hashes of recent samples
                          every 6 h · abuse.ch terms: fair use is free, commercial use needs an agreement
    $ noroshi --json feed presets | tail -1
    {"schema":"noroshi.feed-preset/1","name":"misp-warninglists","url":"https://codeload.github.com/MISP/misp-warninglists/zip/refs/heads/main","licence":"CC0","about":"MISP warninglists: what is harmless or too common to be a sign","every_seconds":86400}
    $ noroshi feed add kev
    kev: https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json
    $ noroshi feed add partner https://FEEDS.example:443/a/../iocs.csv --source partner --reliability B --tlp amber --every 1h
    partner: https://feeds.example/iocs.csv
    $ noroshi feed add nobody
    noroshi: nobody is no preset: give a URL, or see noroshi feed presets
    [2]
    $ noroshi feed add Nobody https://feeds.example/
    noroshi: the name of a feed has a-z, 0-9, -, _ and ., 64 at most
    [2]
    $ noroshi feed add nobody ftp://feeds.example/
    noroshi: the URL does not begin with https:// or http://
    [2]
    $ noroshi feed add nobody https://user:pass@feeds.example/
    noroshi: the URL has a user in it: put secrets into files
    [2]
    $ noroshi feed add nobody https://feeds.example/ --format none
    noroshi: --format none is not known; known are stix, cve, epss, kev, microsoft-naming, misp, misp-taxonomy, misp-galaxy, carbonblack-c2, maltrail, ipsum, misp-warninglist, csv, list, set-list, attack-mapping, jvn, jpcert
    [2]
    $ noroshi feed list
    kev                     not pulled yet                              never ok
      next at once · every 6 h · on probation
    partner                 not pulled yet                              never ok
      next at once · every 60 min · on probation

An address inside is not asked; the feed says so, and so does the status.

    $ noroshi feed add inside http://127.0.0.1:8080/list.txt
    inside: http://127.0.0.1:8080/list.txt
    $ noroshi feed run inside
    inside                  at an address or port that is not allowed   never ok
      next 2026-11-22 01:05 UTC · every 24 h · 1 failure in a row · on probation
    [2]
    $ noroshi feed show inside
    inside                  at an address or port that is not allowed   never ok
      next 2026-11-22 01:05 UTC · every 24 h · 1 failure in a row · on probation
      http://127.0.0.1:8080/list.txt
      2026-11-22 01:00  at an address or port that is not allowed
    $ noroshi --json feed show partner
    {"schema":"noroshi.feed/1","name":"partner","outcome":null,"detail":null,"failures":0,"tried":null,"last_ok":null,"last_new":null,"due":null,"bytes":0,"records":0,"new":0,"known":0,"withdrawn":0,"held":null,"probation":true,"late":false,"quiet":false,"habit_seconds":0,"quiet_seconds":0,"added":"2026-11-22T01:00:00Z","added_by":"(re: [^"]+)","url":"https://feeds.example/iocs.csv","format":null,"source":"partner","reliability":"B","tlp":"amber","for":null,"mode":"auto","licence":null,"preset":null,"every_seconds":3600,"paused":false,"runs":[]}
    $ noroshi --clearance green feed list
    inside                  at an address or port that is not allowed   never ok
      next 2026-11-22 01:05 UTC · every 24 h · 1 failure in a row · on probation
    kev                     not pulled yet                              never ok
      next at once · every 6 h · on probation
    $ noroshi --lang ja feed list
    inside                  許していないアドレスかポートにある          成功なし
      次回 2026-11-22 10:05 JST · 24 時間ごと · 連続 1 回失敗 · 試用中
    kev                     まだ取得していない                          成功なし
      次回 すぐ · 6 時間ごと · 試用中
    partner                 まだ取得していない                          成功なし
      次回 すぐ · 60 分ごと · 試用中
    $ noroshi status | grep FEEDS
    FEEDS       3 feeds; 1 not well, 0 held, 0 late or quiet: noroshi feed list
    $ noroshi feed run
    noroshi: say which: NAME..., or --due
    [2]
    $ noroshi feed run none
    noroshi: no feed is called none
    [2]
    $ noroshi feed approve inside
    noroshi: nothing of inside waits
    [2]
    $ noroshi feed pause inside
    inside: paused
    $ noroshi feed resume inside
    inside: goes on
    $ noroshi feed remove inside
    inside is not pulled any more; what it brought stays
    $ noroshi feed show inside
    noroshi: no feed is called inside
    [2]
    $ printf 'feed.allow = partner everything\n' > noroshi.conf
    $ noroshi --config noroshi.conf feed run partner
    partner                 its configuration is not in order           never ok
      next 2026-11-22 01:05 UTC · every 60 min · 1 failure in a row · on probation
      feed.allow for partner: write NAME NETWORK PORT, as: partner 10.1.2.0/24 8443
    [2]
