#!/usr/bin/env python3
"""One altered byte of the audit log is found, wherever it lies: in any text or hash of any entry, and in the indexes by
which `audit list` finds entries."""
import os
import random
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import Tap  # noqa: E402

NOROSHI = os.path.abspath(os.environ.get("NOROSHI", "build/noroshi"))
FLIPS = 400 if os.environ.get("NOROSHI_TEST_LONG") else 60


def run(home, *words):
    env = {"PATH": "/usr/bin:/bin", "HOME": home, "LANG": "C.UTF-8", "TZ": "UTC", "NOROSHI_DATA": home + "/var"}
    p = subprocess.run([NOROSHI, *words], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    return p.returncode, (p.stdout + p.stderr).decode("utf-8", "replace")


def places_of(path, whole, size):
    """Offsets of the texts and hashes of entries, wherever they stand in the table and its indexes."""
    with sqlite3.connect(path) as c:
        rows = c.execute("SELECT who, origin, act, what, detail, hash FROM audit").fetchall()
        table = {r[0]: r[1] for r in c.execute("SELECT rootpage, name FROM sqlite_master WHERE tbl_name = 'audit'")}
    places = []
    for needle in {v if isinstance(v, bytes) else v.encode() for row in rows for v in row if len(v) > 3}:
        at = whole.find(needle)
        while at >= 0:
            if at // size + 1 in table:  # so few entries that each is one page
                places += [(at + i, table[at // size + 1]) for i in range(len(needle))]
            at = whole.find(needle, at + 1)
    return sorted(set(places))


def main():
    if not os.access(NOROSHI, os.X_OK):
        print("1..0 # SKIP %s is not there" % NOROSHI)
        return 0
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="noroshi-audit-") as home:
        run(home, "init")
        for i in range(5):
            run(home, "user", "create", "person%d" % i, "--no-password", "--role", "reader")
        code, said = run(home, "audit", "verify")
        tap.check(code == 0, "it is whole", said)
        path = home + "/var/noroshi.db"
        with sqlite3.connect(path) as c:
            c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            size = c.execute("PRAGMA page_size").fetchone()[0]
        with open(path, "rb") as f:
            whole = f.read()
        places = places_of(path, whole, size)
        tap.check(len({name for _, name in places}) == 4, "places are in the table and its three indexes", places[:9])
        missed = []
        dice = random.Random(1)
        for at, name in dice.sample(places, min(FLIPS, len(places))):
            with open(path, "r+b") as f:
                f.seek(at)
                f.write(bytes([whole[at] ^ 1 << dice.randrange(8)]))
            code, said = run(home, "audit", "verify")
            if code != 2:
                missed.append((at, name, said))
            with open(path, "r+b") as f:
                f.seek(at)
                f.write(whole[at:at + 1])
        tap.check(not missed, "each altered byte is found", missed[:5])
        code, said = run(home, "audit", "verify")
        tap.check(code == 0, "and nothing else was", said)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
