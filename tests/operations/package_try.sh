#!/bin/sh
# What tools/deb try runs inside a bare Debian: an older package (/root/old.deb) is installed and fills a
# store, the new one takes it over, works, is removed and purged. Prints what it does; exit status 0 when all of it went well.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
deb=$(ls /root/noroshi_*.deb)
say() { echo "--- $*"; }
must() { "$@" || { echo "FAILED: $*" >&2; exit 1; }; }
mustnot() { if "$@"; then echo "FAILED: not $*" >&2; exit 1; fi; }
# without systemd as the first process nothing is started, which is what a container is like
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod +x /usr/sbin/policy-rc.d

say install
apt-get update -q
apt-get install -q -y --no-install-recommends /root/old.deb
must test "$(stat -c '%U %a' /var/lib/noroshi)" = "noroshi 700"
must id noroshi-worker
must test -f /usr/share/man/man1/noroshi.1.gz
must test -f /usr/share/man/ja/man1/noroshi.1.gz
must test -f /usr/share/bash-completion/completions/noroshi
must test -f /usr/share/zsh/vendor-completions/_noroshi
must test -f /usr/share/fish/vendor_completions.d/noroshi.fish
must test -f /lib/systemd/system/noroshi.service
must noroshi config check

say work
as() { HOME=/var/lib/noroshi setpriv --reuid noroshi --regid noroshi --clear-groups "$@"; }
must as noroshi init -q --starter
must as noroshi ask CVE-2021-44228
must as noroshi doctor
must as noroshi backup /var/lib/noroshi/backup
before=$(as noroshi export --format ndjson | sha256sum)

say upgrade over an older store
apt-get install -q -y --no-install-recommends --reinstall "$deb"
must test "$(as noroshi export --format ndjson | sha256sum)" = "$before"
must as noroshi doctor --deep

say remove: what is known stays
must dpkg --remove noroshi
must test -f /var/lib/noroshi/noroshi.db
must test -f /etc/noroshi/noroshi.conf
mustnot test -e /usr/bin/noroshi

say install again: it is still known
must dpkg -i "$deb"
must test "$(as noroshi export --format ndjson | sha256sum)" = "$before"

say purge
must dpkg --purge noroshi
mustnot test -e /var/lib/noroshi
mustnot test -e /etc/noroshi
mustnot test -e /lib/systemd/system/noroshi.service
say all of it went well
