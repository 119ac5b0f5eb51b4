What was typed wrong is said in one line, with its place and the nearest word; exit 2.
Needs: noroshi

    $ noroshi verison
    noroshi: unknown command verison; did you mean version?
    [2]
    $ noroshi --lagn ja version
    noroshi: --lagn: no such option; did you mean --lang?
    [2]
    $ noroshi --lang ja --clearance purple version
    noroshi: --clearance: 「purple」は選べない。選択肢: clear green amber amber+strict red
    [2]
    $ noroshi config
    noroshi: config needs one of: show, check
    [2]
    $ NOROSHI_LIMIT_JSON_DEPTH=65 noroshi config show
    noroshi: NOROSHI_LIMIT_JSON_DEPTH: 65 is outside 1..64
    [2]
    $ noroshi --json --as-of yesterday config show
    {"error":{"code":"input","message":"\"yesterday\" is not a time such as 2020-12-20 or 2020-12-20T13:05:00Z","at":null,"where":"--as-of"}}
    [2]

Nothing that is typed can command the terminal, and not more than 32 bytes of it are repeated.

    $ noroshi "$(printf 'x\033[2J\342\200\256')"
    noroshi: unknown command x\x1b[2J⟦U+202E⟧; noroshi help lists them
    [2]
    $ noroshi --color=0123456789012345678901234567890123456789 version
    noroshi: --color: "01234567890123456789012345678901..." is none of: auto always never
    [2]

A reader that goes away ends the program quietly; a full disk does not.

    $ { sleep 0.3; noroshi help; echo "exit $?" >&2; } | true
    exit 141
    $ noroshi help > /dev/full
    noroshi: writing standard output: No space left on device
    [2]
    $ noroshi version <&- 2>&-
    noroshi (re: [0-9.]+)
