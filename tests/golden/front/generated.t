The manual page and the completion are made from the tables. Both pages are clean to mandoc; long
lines are no fault in Japanese, where a line cannot end at any blank.
Needs: noroshi

    $ export SOURCE_DATE_EPOCH=1763773200
    $ noroshi generate man > noroshi.1
    $ mandoc -Tlint noroshi.1
    $ noroshi --lang ja generate man > noroshi.ja.1
    $ mandoc -Tlint -Wwarning noroshi.ja.1
    $ sed -n '/^.TH/p' noroshi.1 noroshi.ja.1
    .TH NOROSHI 1 2025-11-22 "noroshi (re: [0-9.]+)" "Noroshi manual"
    .TH NOROSHI 1 2025-11-22 "noroshi (re: [0-9.]+)" "Noroshi マニュアル"
    $ grep -c '^.SH' noroshi.1 noroshi.ja.1
    noroshi.1:10
    noroshi.ja.1:10
    $ for page in noroshi.1 noroshi.ja.1; do grep -o '^.fB[^ ]*' $page > $page.tags; done
    $ diff noroshi.1.tags noroshi.ja.1.tags && grep -c . noroshi.1.tags
    (re: [0-9]+)

    $ noroshi generate bash > completion
    $ bash -n completion
    $ cat > try.bash <<'END'
    > source ./completion
    > try() {
    >     COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    >     _noroshi
    >     echo "[${COMPREPLY[*]}]"
    > }
    > try noroshi vers
    > try noroshi config ""
    > try noroshi config show --orig
    > try noroshi version --orig
    > try noroshi --lang ""
    > try noroshi --lang = j
    > try noroshi config show --clearance am
    > try noroshi --lang ja vers
    > try noroshi --json --data /x vers
    > try noroshi --audience ""
    > try noroshi --data ""
    > try noroshi help vers
    > complete -p noroshi
    > END
    $ bash try.bash
    [version]
    [show check]
    [--origin]
    []
    [en ja]
    [ja]
    [amber amber+strict]
    [version]
    [version]
    []
    []
    [version]
    complete -o default -F _noroshi noroshi

The same tables for zsh, whose own completion is not started here, so its three words are ours.

    $ noroshi generate zsh > _noroshi
    $ head -1 _noroshi
    #compdef noroshi
    $ cat > try.zsh <<'END'
    > source ./_noroshi
    > compadd() { shift; echo "[${(M)@:#${PREFIX}*}]" }
    > compset() { PREFIX=${PREFIX#*=} }
    > _files() { echo "[files]" }
    > try() {
    >     words=("$@") CURRENT=$# PREFIX=${@[-1]}
    >     _noroshi
    > }
    > try noroshi vers
    > try noroshi config ""
    > try noroshi config show --orig
    > try noroshi version --orig
    > try noroshi --lang ""
    > try noroshi --lang=j
    > try noroshi --json --data /x vers
    > try noroshi backup ""
    > try noroshi --audience ""
    > try noroshi --data ""
    > END
    $ zsh -f try.zsh
    [version]
    [show check]
    [--origin]
    []
    [en ja]
    [ja]
    [version]
    [key]
    []
    [files]

    $ noroshi generate fish > noroshi.fish
    $ cat > try.fish <<'END'
    > source ./noroshi.fish
    > for line in 'noroshi vers' 'noroshi config ' 'noroshi config show --orig' 'noroshi version --orig' 'noroshi --lang ' 'noroshi --lang=j' 'noroshi --json --data /x vers'
    >     echo "[$(complete -C $line | string replace -r '\t.*' '' | string join ' ')]"
    > end
    > END
    $ fish --no-config try.fish
    [version]
    [check show]
    [--origin]
    []
    [en ja]
    [--lang=ja]
    [version]
    $ noroshi generate
    noroshi: generate needs man|bash|zsh|fish
    [2]
