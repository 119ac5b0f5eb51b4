tools/deps on machines that are not there: stubs stand for dpkg-query, apt-get, id and sudo.

    $ mkdir bin; for c in sed grep tr cat sh env; do ln -s "$(command -v $c)" bin/$c; done
    $ stub() { printf '#!/bin/sh\n%s\n' "$2" > bin/$1; chmod +x bin/$1; }
    $ deps() { PATH=$PWD/bin "$ROOT"/tools/deps "$@"; }
    $ stub id 'echo 0'; stub apt-get 'echo "apt-get $*"'

Elsewhere than on Debian it says what is wanted, and installs nothing.

    $ deps build
    tools/deps: this is not Debian; install what these packages hold: gcc (re: .*) libsqlite3-dev (re: .*)
    [1]

Where everything is installed, nothing happens.

    $ stub dpkg-query "'$ROOT'/tools/deps list | sed 's/.* //; s/\$/ installed/'"
    $ deps build; deps test; deps bench; deps extra

What is missing, and only that, is installed; a package that was removed is missing.

    $ stub dpkg-query "'$ROOT'/tools/deps list | sed 's/.* //; s/\$/ installed/' | sed 's/^meson installed/meson config-files/; /^zstd /d'"
    $ deps build
    installing from Debian: meson
    apt-get update -q
    apt-get install -q -y --no-install-recommends meson
    $ deps test
    installing from Debian: meson zstd
    apt-get update -q
    apt-get install -q -y --no-install-recommends meson zstd

A nodejs from elsewhere brings its npm, and neither package is asked for.

    $ stub dpkg-query "'$ROOT'/tools/deps list | sed 's/.* //; s/\$/ installed/; /^nodejs /d; /^npm /d'"
    $ deps build
    installing from Debian: nodejs npm
    apt-get update -q
    apt-get install -q -y --no-install-recommends nodejs npm
    $ stub node true; stub npm true; deps build; rm bin/node bin/npm
    $ stub dpkg-query "'$ROOT'/tools/deps list | sed 's/.* //; s/\$/ installed/' | sed 's/^meson installed/meson config-files/; /^zstd /d'"

An old package list may do, so only the install decides.

    $ stub apt-get 'echo "apt-get $*"; [ $1 != update ]'
    $ deps build
    installing from Debian: meson
    apt-get update -q
    tools/deps: apt-get update failed, going on
    apt-get install -q -y --no-install-recommends meson
    $ stub apt-get 'exit 100'
    $ deps build 2>/dev/null
    [100]

Without root it takes sudo, and without sudo it says what to do.

    $ stub id 'echo 1000'; stub sudo 'echo "sudo $*"'
    $ deps build
    installing from Debian: meson
    sudo env DEBIAN_FRONTEND=noninteractive apt-get update -q
    sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends meson
    $ rm bin/sudo; deps build
    tools/deps: neither root nor sudo; as root: apt-get install meson
    [1]

    $ deps everything
    usage: tools/deps build|test|bench|extra|list
    [2]
