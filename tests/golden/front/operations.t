A store is looked at, backed up, and restored somewhere else. Times and sizes are of the machine.
Needs: noroshi

    $ printf '203.0.113.7\n203.0.113.8\n' > list.txt
    $ noroshi init > /dev/null
    $ noroshi import list.txt > /dev/null
    $ noroshi doctor | sed -n '2,7p'
    ok    data        (re: .*), only its owner's
    ok    store       sqlite, schema (re: [0-9]+), whole
    ok    index       2 values, every check sum right
    ok    documents   1 is there (--deep reads them)
    ok    sets        0 are there (--deep reads them)
    ok    sightings   none yet: no telemetry was read
    $ noroshi doctor --deep --lang ja | sed -n '5,6p'
    正常  documents   1 件を読み、すべてハッシュと一致
    正常  sets        0 件を読み、チェックサムはすべて一致

    $ noroshi backup plain
    backed up to plain, (re: [0-9.]+) KiB, read back and compared; not sealed: whoever has the file reads all of it
    in it: the database, 1 document, 0 versions of sets, no sightings, as there are none
    $ noroshi backup plain
    noroshi: plain is there already
    [2]
    $ noroshi backup key key
    key opens backups: keep it away from this machine. key.pub seals them: backup --to-key key.pub
    $ noroshi backup --json --to-key key.pub sealed
    {"schema":"noroshi.backup/1","at":"(re: [^"]+)","sealed":true,"files":2,"documents":1,"sets":0,"sightings":false,"bytes":(re: [0-9]+)}

    $ noroshi restore sealed
    noroshi: restore FILE --into DIR says where to; DIR must not be there yet
    [2]
    $ noroshi restore sealed --into new
    noroshi: sealed is sealed: say with --key FILE which secret key opens it
    [2]
    $ noroshi restore sealed --key key --dry-run
    sealed of (re: .*) UTC is good: it was restored as a whole, checked, and taken away again
    ...
    $ ls -d sealed*
    sealed
    $ noroshi restore sealed --into new --key key --dry-run
    sealed of (re: .*) UTC is good: it was restored as a whole, checked, and taken away again
    in it: the database, 1 document, 0 versions of sets, no sightings, as there are none
    its sessions have ended and its tokens are revoked: everyone logs in anew
    $ noroshi restore sealed --into new --key key
    restored into new as it was at (re: .*) UTC, and checked; to use it: --data new
    in it: the database, 1 document, 0 versions of sets, no sightings, as there are none
    its sessions have ended and its tokens are revoked: everyone logs in anew
    $ noroshi export --format ndjson > one; noroshi --data new export --format ndjson > two; cmp one two
    $ noroshi restore sealed --into new --key key
    noroshi: new is there already
    [2]
    $ noroshi restore list.txt --into other
    noroshi: list.txt: this is no backup of noroshi
    [2]
