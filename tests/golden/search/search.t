Searching values, documents and by marking and time. Names and texts: names/names.t.
Needs: noroshi

    $ noroshi init >/dev/null
    $ mkdir -p feeds/open feeds/closed
    $ printf 'evil.example\nwww.evil.example\n198.51.100.7\nhttps://evil.example/gate.php\n' > feeds/open/一覧.txt
    $ printf 'evil-twin.example\nevil.example\n203.0.113.9\n203.0.113.10\n' > feeds/closed/list.txt
    $ export NOROSHI_NOW=2026-11-20T00:00:00Z
    $ noroshi -q import --source open feeds/open >/dev/null
    $ export NOROSHI_NOW=2026-11-25T00:00:00Z
    $ noroshi -q import --source closed --tlp amber feeds/closed >/dev/null

A value is found however it is written, with what stands below it.

    $ noroshi search 'evil[.]example'
    evil.example  domain                                                                                     value
        [closed TLP:AMBER +1]
    https://evil.example/gate.php  url                                                             value begins so
        [open TLP:CLEAR]
    www.evil.example  domain                                                                      under the domain
        [open TLP:CLEAR]
    3 entries match; what is one thing is shown once
    $ noroshi search 'hxxps://evil*'
    https://evil.example/gate.php  url                                                             value begins so
        [open TLP:CLEAR]
    1 entry matches; what is one thing is shown once
    $ noroshi --lang ja search 'EVIL' --kind domain
    evil-twin.example  domain                                                                         値(前方一致)
        [closed TLP:AMBER]
    evil.example  domain                                                                              値(前方一致)
        [closed TLP:AMBER 他 1 件]
    一致 2 件(同一のものは 1 回だけ表示)

Documents are found by the words of their path and by how their SHA-256 begins.

    $ noroshi search 一覧
    open/一覧.txt  list  4 records  recorded 2026-11-20                                                   document
        1c76bea6be8f0bd35c62110e49fc95c9a37a108d1a4e808786de235632a73330 [open TLP:CLEAR]
    1 entry matches; what is one thing is shown once
    $ noroshi --lang ja search 'clo*' --kind document
    closed/list.txt  list  4 レコード  2026-11-25 記録                                                        文書
        d286cf60f74bb37e69850bf4f0131cb41008c390c3fd5b8ad962e44b50cfb63b [closed TLP:AMBER]
    一致 1 件(同一のものは 1 回だけ表示)
    $ noroshi search "$(sha256sum feeds/closed/list.txt | cut -c1-9)" | head -1
    closed/list.txt  list  4 records  recorded 2026-11-25                                                 document
    $ noroshi --json search list --kind document | head -1
    {"schema":"noroshi.search/1","entity":null,"subject":null,"matched":"document","text":"closed/list.txt","object":null,"document":{"sha256":"d286cf60f74bb37e69850bf4f0131cb41008c390c3fd5b8ad962e44b50cfb63b","path":"closed/list.txt","format":"list","bytes":56,"records":4},"claim":null,"source":"closed","tlp":"amber","recorded":"2026-11-25T00:00:00Z","matches":1}

Marked at most so: what may be shared on. Nothing that is marked higher is counted.

    $ noroshi search evil.example --tlp green
    evil.example  domain                                                                                     value
        [open TLP:CLEAR]
    https://evil.example/gate.php  url                                                             value begins so
        [open TLP:CLEAR]
    www.evil.example  domain                                                                      under the domain
        [open TLP:CLEAR]
    3 entries match; what is one thing is shown once
    $ noroshi search list --tlp green
    noroshi: nothing has the words list
    [1]
    $ noroshi search 'evil*' --tlp clear --kind domain --limit 1
    evil.example  domain                                                                           value begins so
        [open TLP:CLEAR]
    1 entry matches; what is one thing is shown once

What was recorded when, and what a source says it saw.

    $ noroshi search evil.example --kind domain --until 2026-11-21
    evil.example  domain                                                                                     value
        [open TLP:CLEAR]
    www.evil.example  domain                                                                      under the domain
        [open TLP:CLEAR]
    2 entries match; what is one thing is shown once
    $ noroshi search evil.example --kind domain --since 2026-11-21
    evil.example  domain                                                                                     value
        [closed TLP:AMBER]
    1 entry matches; what is one thing is shown once
    $ noroshi search evil.example --seen-since 2026-01-01
    noroshi: nothing has the words evil.example
    [1]
    $ noroshi search evil.example --kind domain --source closed
    evil.example  domain                                                                                     value
        [closed TLP:AMBER]
    1 entry matches; what is one thing is shown once
    $ noroshi search evil.example --since yesterday
    noroshi: --since: "yesterday" is not a time such as 2020-12-20 or 2020-12-20T13:05:00Z
    [2]

A report has a title and no name; it is shown by that.

    $ printf '{"Event":{"uuid":"10000000-0000-4000-8000-000000000001","info":"請求書の件","date":"2026-01-02","timestamp":"1770000000","Orgc":{"name":"csirt"},"Attribute":[{"type":"domain","category":"Network activity","value":"lure.example","to_ids":true,"timestamp":"1770000000","uuid":"10000000-0000-4000-8000-000000000002"}]}}' >event.json
    $ noroshi -q import event.json
    event.json  misp  2 records: 2 new, 0 known
    $ noroshi search 請求
    請求書の件  report  report--10000000-0000-4000-8000-000000000001                                name begins so
        請求書の件 [csirt TLP:CLEAR]
    1 entry matches; what is one thing is shown once
    $ noroshi graph lure.example | sed -n 's/ *(.*//p'
      <- refers-to          請求書の件  report
