Limits can be lowered: a value that is longer makes no claim, which is told; asked, it is an error.
Needs: noroshi

    $ printf '192.0.2.1\n2001:db8::1\nwww.a-name-that-is-long.example\n' > values.txt
    $ noroshi init >/dev/null
    $ noroshi -o limit.observable-bytes=20 import values.txt
    values.txt  list  3 records: 2 new, 1 known
      note: a value is over limit.observable-bytes
    $ noroshi -o limit.observable-bytes=20 ask www.a-name-that-is-long.example
    noroshi: www.a-name-that-is-long.example: a value of 31 bytes, limit 20
    [2]
    $ noroshi export --format ndjson | grep -c name-that-is-long
    0
    [1]
    $ noroshi import values.txt
    values.txt  list  3 records: 1 new, 2 known
