Where each value comes from: built-in, file, environment, flag, the higher layer over the lower.
Needs: noroshi

    $ cat > site.conf <<'END'
    > # this site
    > clearance = green
    > color = always
    > audience = "Team A, Tokyo"
    > audience = B
    >
    > [limit]
    > json-depth = 32    # enough
    > END
    $ export NOROSHI_CONFIG=site.conf NOROSHI_COLOR=never
    $ noroshi --as-of 2026-01-01 config show --origin clearance color audience as-of organisation limit.json-depth limit.line-bytes config
    clearance = green                       # site.conf:2
    audience = Team A, Tokyo                # site.conf
    audience = B                            # site.conf
    # organisation =
    as-of = 2026-01-01                      # --as-of
    color = never                           # NOROSHI_COLOR
    config = site.conf                      # NOROSHI_CONFIG
    limit.line-bytes = 16MiB                # built-in
    limit.json-depth = 32                   # site.conf:8

What is shown is a configuration file itself: read again, it shows the same.

    $ noroshi config show > one.conf
    $ env -u NOROSHI_COLOR -u NOROSHI_DATA noroshi --config one.conf config show | grep -v ^config > two.conf
    $ grep -v ^config one.conf | diff - two.conf

    $ noroshi --json config show audience limit.json-depth
    {"key":"audience","value":["Team A, Tokyo","B"],"origin":{"layer":"file","name":"site.conf","line":null}}
    {"key":"limit.json-depth","value":"32","origin":{"layer":"file","name":"site.conf","line":8}}

A file is checked before it is put in place: each problem with its line, exit 1.

    $ cat > new.conf <<'END'
    > lang = jp
    > [limit]
    > json-dept = 3
    > line-bytes = 1GB
    > data "x"
    > END
    $ noroshi config check new.conf
    new.conf:1: lang: "jp" is none of: en ja
    new.conf:3: unknown key limit.json-dept; did you mean limit.json-depth?
    new.conf:4: limit.line-bytes: 1 GiB is outside 1 B..16 MiB
    new.conf:5: no "=": a line is "key = value", "[section]" or "# comment"
    4 problems
    [1]
    $ noroshi --lang ja config check new.conf | tail -2
    new.conf:5: 「=」がない。1 行は「キー = 値」「[節]」「# コメント」のいずれか
    問題 4 件
    $ noroshi config check site.conf
    configuration is good: 1 file read, 4 values set

A directory is read as /etc/noroshi is: noroshi.conf, then what is in conf.d, by name. Later ones win.

    $ mkdir -p site/conf.d
    $ printf 'lang = ja\nclearance = green\n' > site/noroshi.conf
    $ printf 'lang = en\n' > site/conf.d/10-lang.conf
    $ printf '[limit]\njson-depth = 9\n' > site/conf.d/20-limits.conf
    $ printf 'lang = de\n' > site/conf.d/off.conf.disabled
    $ noroshi --config site config show --origin lang clearance limit.json-depth
    lang = en                               # site/conf.d/10-lang.conf:1
    clearance = green                       # site/noroshi.conf:2
    limit.json-depth = 9                    # site/conf.d/20-limits.conf:2
    $ noroshi --config site config check
    configuration is good: 3 files read, 6 values set
    $ printf 'lang = de\n' > site/conf.d/30-bad.conf
    $ noroshi --config site config check
    site/conf.d/30-bad.conf:1: lang: "de" is none of: en ja
    1 problem
    [1]

A variable may name a file that has the value: a secret that a container was given, say.

    $ printf 'green\n' > value
    $ NOROSHI_CLEARANCE_FILE=value noroshi --config site/noroshi.conf config show --origin clearance
    clearance = green                       # NOROSHI_CLEARANCE_FILE
    $ NOROSHI_CLEARANCE_FILE=nowhere noroshi --lang en config show clearance
    noroshi: NOROSHI_CLEARANCE_FILE: cannot be read: opening nowhere: No such file or directory
    [2]

What is in force is checked too, variables with it; other commands stop at the first problem.

    $ NOROSHI_CLEARENCE=red noroshi config check
    NOROSHI_CLEARENCE: no option has this variable; did you mean NOROSHI_CLEARANCE?
    1 problem
    [1]
    $ noroshi --config new.conf config show
    noroshi: new.conf:1: lang: "jp" is none of: en ja
    [2]
    $ noroshi --config nowhere.conf config show
    noroshi: nowhere.conf: cannot be read: opening nowhere.conf: No such file or directory
    [2]
    $ noroshi --config new.conf version
    noroshi (re: [0-9.]+)
