Files as they really come: cut off, in the encoding of Windows, damaged inside an archive.
Needs: noroshi

    $ noroshi init >/dev/null
    $ cve() { printf '{"dataType":"CVE_RECORD","cveMetadata":{"cveId":"CVE-2030-%s","state":"PUBLISHED"},' $1
    >   printf '"containers":{"cna":{"title":"Flaw %s","descriptions":[{"lang":"en","value":"It runs."}]}}}\n' $1; }

One line of a file of JSON lines that is broken, or cut off, does not take the others with it.

    $ (cve 1000; cve 1001 | cut -c1-90; cve 1002; cve 1003 | head -c 120) >dump.jsonl
    $ noroshi import dump.jsonl
    dump.jsonl  cve  4 records: 2 new, 0 known, 2 refused
      refused line 2: JSON: ends inside a string
      refused line 4: cut off, and the rest was read: JSON: ends inside a string
    [1]
    $ noroshi ask CVE-2030-1002 | head -1
    CVE-2030-1002  vulnerability                                            TLP:CLEAR   as of 2026-11-22 01:00 UTC
    $ noroshi ask CVE-2030-1003 | sed -n 2p
    UNKNOWN     no source here knows this vulnerability. That does not make it harmless
    $ noroshi import --json dump.jsonl | grep -o '"refused":\[.*\]' | cut -c1-200
    "refused":[{"at":269,"place":"line 2","why":"JSON: ends inside a string"},{"at":569,"place":"line 4","why":"cut off, and the rest was read: JSON: ends inside a string"}],"warned_total":0,"warned":[]

Again the same; and when the whole file comes, what was missing is new.

    $ noroshi import dump.jsonl | head -1
    dump.jsonl  cve  4 records: 0 new, 2 known, 2 refused
    $ (cve 1000; cve 1001; cve 1002; cve 1003) >whole.jsonl
    $ noroshi import whole.jsonl
    whole.jsonl  cve  4 records: 2 new, 2 known

As a whole list it is refused: what a broken line does not say would be withdrawn. So is one document.

    $ noroshi import --mode snapshot dump.jsonl
    noroshi: dump.jsonl: JSON: control character in a string (at byte 269)
    [2]
    $ cve 1004 | head -c 120 >one.json
    $ noroshi import one.json
    noroshi: one.json: JSON: ends inside a string (at byte 120)
    [2]

Text of Windows (UTF-16) is read. What is no text there is refused with its line, as in any other.

    $ printf 'ip,first_seen,note\r\n192.0.2.1,2030-01-01,\346\227\245\346\234\254\r\n' >list.csv
    $ iconv -f UTF-8 -t UTF-16 list.csv >feed.csv
    $ (iconv -f UTF-8 -t UTF-16BE list.csv | sed '1s/^/\xfe\xff/'; printf '\0001\0009\0002\000.\0000\000.\0002\000.\0002\000,\000,\330\000\000\n') >big.csv
    $ noroshi import feed.csv big.csv
    feed.csv  csv  1 record: 1 new, 0 known
    big.csv  csv  2 records: 1 new, 0 known, 1 refused
      refused line 3: the line is no UTF-8
    2 documents, 3 records: 2 new, 1 refused
    [1]
    $ noroshi ask 192.0.2.1 | head -2
    192.0.2.1  ipv4                                                         TLP:CLEAR   as of 2026-11-22 01:00 UTC
    MALICIOUS   called malicious by 2 independent sources, 2030-01-01 to 2026-11-22
    $ (cve 1005; cve 1006 | head -c 120) | iconv -f UTF-8 -t UTF-16 >utf16.jsonl
    $ noroshi import utf16.jsonl
    utf16.jsonl  cve  2 records: 1 new, 0 known, 1 refused
      refused line 2: cut off, and the rest was read: JSON: ends inside a string
    [1]

In an archive each is told by its own name, and a damaged archive in it is one member of it.

    $ mkdir in && cp dump.jsonl feed.csv one.json in && gzip -c list.csv | head -c 40 >in/cut.csv.gz
    $ tar cf all.tar in/cut.csv.gz in/dump.jsonl in/feed.csv in/one.json
    $ noroshi import all.tar
    noroshi: all.tar/in/cut.csv.gz: gzip: cut off (at byte 40)
    all.tar/in/dump.jsonl  cve  4 records: 0 new, 2 known, 2 refused
      refused line 2: JSON: ends inside a string
      refused line 4: cut off, and the rest was read: JSON: ends inside a string
    all.tar/in/feed.csv  csv  1 record: 0 new, 1 known
    noroshi: all.tar/in/one.json: JSON: ends inside a string (at byte 120)
    4 documents, 5 records: 0 new, 2 refused
    [2]
    $ head -c 2000 all.tar >cut.tar
    $ noroshi import cut.tar
    noroshi: cut.tar/in/cut.csv.gz: gzip: cut off (at byte 40)
    noroshi: cut.tar: tar: Truncated tar archive, in cut.tar/in/dump.jsonl (at byte 2000)
    2 documents, 0 records: 0 new
    [2]
    $ noroshi import --set mine --verdict known-bad cut.tar
    noroshi: cut.tar/in/cut.csv.gz: gzip: cut off (at byte 40)
    [2]

A list of expressions: whatever its author delimits them by, and what cannot be read is named.

    $ cat >regex.json <<'END'
    > {"name":"Our own pages","description":"x","type":"regex","version":1,"matching_attributes":["url"],
    > "list":["#^https?://intra\\.example\\.org/#i","~/wiki/~","#open","{^https://a\\.example/}k","(?=x)","^http://bare\\.example/"]}
    > END
    $ noroshi import regex.json
    regex.json  misp-warninglist  5 records: 2 new, 0 known, 3 refused
      refused /list/2: "#open": no closing delimiter in a pattern
      refused /list/3: "{^https://a\x5c.example/}k": an unknown flag in a pattern
      refused /list/4: "(?=x)": look-around or a special group in a pattern
    [1]
    $ for u in HTTPS://INTRA.example.org/x https://x.example/wiki/1 http://bare.example/ https://y.example/; do
    >   noroshi ask --json $u | grep -c 'Our own pages'; done
    1
    1
    1
    0
    [1]
