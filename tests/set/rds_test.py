#!/usr/bin/env python3
"""Sets from SQLite databases, as NSRL publishes its RDS: what is loaded equals what SQLite itself
reads, whatever the size of its pages and the length of its rows, plain and inside a zip."""
import hashlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import Tap  # noqa: E402

NOROSHI = os.path.abspath(os.environ.get("NOROSHI", "build/noroshi"))
SEED = int(os.environ.get("NOROSHI_TEST_SEED") or 20261130)
HASHES = ("sha256", "sha1", "md5")

TAP = Tap()
check = TAP.check


def noroshi(*words):
    p = subprocess.run([NOROSHI, *words], capture_output=True, text=True)
    return p.returncode, p.stdout, p.stderr


def digests(i):
    return [getattr(hashlib, k)(b"file %d" % i).hexdigest() for k in HASHES]


def make(path, page, rows, random_):
    """METADATA and a view, as the RDS has them; rows with NULLs, long names, and some deleted."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA page_size=%d" % page)
    db.execute("CREATE TABLE VERSION (version VARCHAR UNIQUE NOT NULL, build_date TIMESTAMP)")
    db.execute("CREATE TABLE METADATA (metadata_id INTEGER PRIMARY KEY, file_name TEXT, "
               "sha256 VARCHAR NOT NULL, sha1 VARCHAR, md5 VARCHAR, bytes INTEGER)")
    db.execute("CREATE VIEW FILE AS SELECT sha256, sha1, md5, file_name FROM METADATA")
    db.execute("BEGIN")
    for i in range(rows):
        sha256, sha1, md5 = digests(i)
        size = random_.choice([0, 5, 40, page // 3, page, 3 * page])
        name = random_.randbytes(size // 2).hex()
        db.execute("INSERT INTO METADATA VALUES (?, ?, ?, ?, ?, ?)",
                   (i * 7 + 1, name, sha256.upper() if i % 2 else sha256,
                    sha1 if i % 5 else None, md5 if i % 3 else "", i))
    db.execute("DELETE FROM METADATA WHERE metadata_id % 11 = 0")
    db.execute("COMMIT")
    said = {}
    for kind in HASHES:
        said[kind] = {v.lower() for (v,) in db.execute(
            "SELECT %s FROM METADATA WHERE %s <> ''" % (kind, kind))}
    db.close()
    return said


def equal(name, path, said, random_):
    code, out, err = noroshi("import", "--json", "--set", name, "--verdict", "known-good", path)
    check(code == 0, "%s is read" % name, err)
    _, out, _ = noroshi("set", "stats", "--json", name)
    kinds = json.loads(out)["kinds"]
    check(kinds == {k: len(v) for k, v in said.items()}, "%s: as many of each kind" % name, kinds)
    there = random_.sample(sorted(said["sha256"] | said["sha1"] | said["md5"]), 60)
    gone = [h for i in range(1000000, 1000020) for h in digests(i)]
    _, out, _ = noroshi("ask", "--json", *there, *gone)
    known = {o["question"]["value"] for o in map(json.loads, out.splitlines())
             if any(name in w["source"] for w in o["why"] + o["against"])}
    check(known == set(there), "%s: what is in it is known, and nothing else" % name,
          known.symmetric_difference(there))
    return there


def main():
    random_ = random.Random(SEED)
    with tempfile.TemporaryDirectory() as work:
        os.environ["NOROSHI_DATA"] = os.path.join(work, "d")
        noroshi("init", "-q")
        for page, rows in [(512, 900), (4096, 6000), (65536, 200)]:
            path = os.path.join(work, "rds%d.db" % page)
            said = make(path, page, rows, random_)
            equal("p%d" % page, path, said, random_)
        packed = os.path.join(work, "RDS_modern.zip")
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as z:
            z.write(path, "RDS_modern/RDS.db")
        there = equal("zipped", packed, said, random_)
        with open(path, "rb") as f:
            whole = f.read()
        with open(path, "wb") as f:
            f.write(whole[:len(whole) * 2 // 3])
        db = sqlite3.connect(os.path.join(work, "long.db"))
        db.execute("CREATE TABLE t (name TEXT, md5 TEXT)")
        db.executemany("INSERT INTO t VALUES (?, ?)",
                       [("x" * n, digests(n)[2]) for n in ((1 << 20) - 60, 1 << 20, 1, 5 << 20)])
        db.execute("INSERT INTO t VALUES ('', 'no hash')")
        db.commit()
        db.close()
        code, out, _ = noroshi("import", "--json", "--set", "long", "--verdict", "known-bad",
                               os.path.join(work, "long.db"))
        check(code == 1 and out.count("over 1 MiB") == 2 and "t, row 5" in out,
              "rows over the limit are refused, by table and row", out)
        code, _, err = noroshi("import", "--set", "zipped", "--verdict", "known-good", path)
        check(code == 2 and "cut off" in err and err.count("\n") == 1, "one that is cut off is refused", err)
        _, out, _ = noroshi("ask", "--short", "--json", there[0])
        check("zipped" in noroshi("ask", "--json", there[0])[1], "and the set is as it was", out)
    return TAP.end()


sys.exit(main())
