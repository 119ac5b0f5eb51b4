#!/bin/sh
# What tools/deb try runs inside a bare Debian: an older package (/root/old.deb) is installed and fills a
# store, the new one takes it over, works, is removed and purged. Where systemd is the first process the service is tried, too.
# Prints what it does; exit status 0 when all of it went well.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
deb=$(ls /root/noroshi_*.deb)
say() { echo "--- $*"; }
must() { "$@" || { echo "FAILED: $*" >&2; exit 1; }; }
mustnot() { if "$@"; then echo "FAILED: not $*" >&2; exit 1; fi; }
# says PATTERN COMMAND...: what it prints has that in it
says() {
    pattern=$1
    shift
    "$@" | grep -q "$pattern" || { echo "FAILED: $* says no $pattern" >&2; exit 1; }
}
as() { HOME=/var/lib/noroshi setpriv --reuid noroshi --regid noroshi --clear-groups "$@"; }
known() { as noroshi export --format ndjson | sort | sha256sum; }

booted() { test -d /run/systemd/system; }
# without systemd as the first process nothing is started, which is what a container is like
booted || { printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d; }

api=http://127.0.0.1:8790/api/v1
ask() { curl -sf -b /root/jar "$api/observables/$1?form=short"; }
process() { systemctl show -P MainPID noroshi; }

# The token of the journal makes the admin, who asks: docs/operations.md, "First steps".
first_run() {
    booted || return 0
    say first run
    must systemctl -q is-active noroshi
    token=$(journalctl -u noroshi -o cat | sed -n 's/.* this one-time token (.*): //p' | tail -n 1)
    must curl -sf -o /dev/null -c /root/jar "$api/first-run" -H 'Content-Type: application/json' \
        -d "{\"token\":\"$token\",\"login\":\"hanako\",\"password\":\"a long sentence of yours\"}"
    says '"schema":"noroshi.answer/1"' ask ipv4/195.2.93.160
}

# One that did not end by itself is started again, by another process.
again() {
    for i in $(seq 60); do
        [ "$(process)" != "$1" ] && systemctl -q is-active noroshi && return
        sleep 1
    done
    return 1
}

the_service() {
    booted || return 0
    say service
    must systemctl -q is-active noroshi
    must systemd-analyze security --threshold=15 noroshi >/dev/null
    says '"verdict":"malicious"' ask ipv4/195.2.93.160 # who was in before the upgrade still is
    csrf=$(curl -sf -b /root/jar "$api/session" | sed 's/.*"csrf":"\([^"]*\)".*/\1/')
    printf 'value,malware\npacked.example.com,Emotet\n' | gzip >/root/list.csv.gz
    says '"new":1,' curl -sf -b /root/jar -H "X-CSRF-Token: $csrf" --data-binary @/root/list.csv.gz \
        "$api/import?path=list.csv.gz&source=try"
    says '"verdict":"[ms]' ask domain/packed.example.com

    say the jail under the settings of the unit
    sed 's/^Type=.*/Type=oneshot/; s/^ExecStart=.*/ExecStart=\/usr\/bin\/noroshi status/; /^ExecStartPre=\|^Restart\|^Watchdog/d' \
        /lib/systemd/system/noroshi.service >/run/systemd/system/noroshi-jail.service
    must systemctl daemon-reload
    must systemctl start noroshi-jail
    must journalctl --sync
    says '^JAIL .*seccomp + landlock' journalctl -u noroshi-jail -o cat

    say reload
    printf 'serve.log = json\n' >/etc/noroshi/conf.d/try.conf
    must systemctl reload noroshi
    says '"verdict":"unknown"' ask ipv4/192.0.2.1
    must journalctl --sync
    says '^{"time":.*"path":"/api/v1/observables/ipv4/192.0.2.1"' journalctl -u noroshi -o cat
    printf 'no.such = 1\n' >/etc/noroshi/conf.d/try.conf
    mustnot systemctl reload noroshi
    says '"verdict":"unknown"' ask ipv4/192.0.2.1
    rm /etc/noroshi/conf.d/try.conf
    must systemctl reload noroshi

    say killed, silent, stopped
    was=$(process)
    must kill -KILL "$was"
    must again "$was"
    mkdir -p /run/systemd/system/noroshi.service.d
    printf '[Service]\nWatchdogSec=5\n' >/run/systemd/system/noroshi.service.d/try.conf
    must systemctl daemon-reload
    must systemctl restart noroshi
    was=$(process)
    must kill -STOP "$was"
    must again "$was"
    rm -r /run/systemd/system/noroshi.service.d
    must systemctl daemon-reload
    must systemctl stop noroshi
    must test "$(systemctl show -P Result noroshi)" = success
    must systemctl start noroshi
    says '"verdict":"[ms]' ask domain/packed.example.com
}

say install
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

first_run

say work
must as noroshi init -q --starter
must as noroshi ask CVE-2021-44228
must as noroshi doctor
must as noroshi backup /var/lib/noroshi/backup
before=$(known)

say upgrade over an older store
apt-get install -q -y --no-install-recommends --reinstall "$deb"
must test "$(known)" = "$before"
must as noroshi doctor --deep
the_service
before=$(known)

say remove: what is known stays
must dpkg --remove noroshi
must test -f /var/lib/noroshi/noroshi.db
must test -f /etc/noroshi/noroshi.conf
mustnot test -e /usr/bin/noroshi

say install again: it is still known
must dpkg -i "$deb"
must test "$(known)" = "$before"

say purge
must dpkg --purge noroshi
mustnot test -e /var/lib/noroshi
mustnot test -e /etc/noroshi
mustnot test -e /lib/systemd/system/noroshi.service
say all of it went well
