The session runner, on itself: what it runs, what it forgives and what it does not.

    $ cat > good.t <<'END'
    > Prose.
    >
    >     $ printf 'one\ntwo\nthree\n'; exit_with() { return $1; }
    >     one
    >     ...
    >     $ cat <<X
    >     > a here-document
    >     > X
    >     a here-document
    >     $ exit_with 3
    >     [3]
    >     $ printf 'took %d ms' 17
    >     took (re: [0-9]+) ms (no-eol)
    >     $ echo "$TZ $LANG $NOROSHI_NOW"; ls
    >     UTC C.UTF-8 2026-11-22T01:00:00Z
    > END
    $ "$ROOT"/tools/golden good.t
    1..1
    ok 1 - (re: .*)good.t

A difference is shown with its line, and is a failure.

    $ cat > bad.t <<'END'
    >     $ echo same
    >     same
    >     $ echo one
    >     two
    > END
    $ "$ROOT"/tools/golden bad.t
    1..1
    (re: .*)bad.t:3: $ echo one
        --- wanted
        +++ printed
        @@ -1 +1 @@
        -two
        +one
    not ok 1 - (re: .*)bad.t
    [1]

So is a command that prints more than the file says, one that fails where the file says nothing,
and a shell that ends before the last command.

    $ printf '    $ echo more\n' > more.t; printf '    $ false\n' > status.t
    $ printf '    $ exit 0\n    $ true\n' > ends.t
    $ "$ROOT"/tools/golden more.t status.t ends.t 2>/dev/null
    1..3
    not ok 1 - (re: .*)more.t
    not ok 2 - (re: .*)status.t
    not ok 3 - (re: .*)ends.t
    [1]

What a file needs and does not find skips it, with the reason.

    $ printf 'Needs: no/such/file\n\n    $ false\n' > needs.t
    $ "$ROOT"/tools/golden needs.t
    1..1
    ok 1 - (re: .*)needs.t # SKIP no/such/file is not there

--update writes the file anew, and then it passes.

    $ "$ROOT"/tools/golden --update bad.t >/dev/null 2>&1; cat bad.t
        $ echo same
        same
        $ echo one
        one
    $ "$ROOT"/tools/golden bad.t | tail -n +2
    ok 1 - (re: .*)bad.t
