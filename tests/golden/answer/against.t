Four lists name the value as benign: the page shows three of them, --why all.
Needs: noroshi

    $ export NOROSHI_NOW=2026-11-22T01:00:00Z
    $ noroshi init >/dev/null
    $ for i in 1 2 3 4; do mkdir $i; printf 'www.example.com\nwww.example.net\n' > $i/allowlist.txt
    > noroshi -q import --source list-$i $i/allowlist.txt >/dev/null; done
    $ noroshi ask www.example.com | grep -c '^AGAINST\|^   *on the list'
    3
    $ noroshi ask --why www.example.com | grep -c '^AGAINST\|^   *on the list'
    9
