#!/usr/bin/env python3
"""Each thing that doctor looks at is broken in turn: it says so, says what to do, and the exit status
tells; and nothing is said of a store that is well."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import tap  # noqa: E402

PROGRAM = os.environ.get("NOROSHI", os.path.join(ROOT, "build", "noroshi"))


class Place:
    """A store, and a copy of it to break."""

    def __init__(self, work):
        self.work = work
        self.good = os.path.join(work, "good")
        self.broken = os.path.join(work, "broken")

    def run(self, *words, data=None, **variables):
        env = dict(os.environ, NOROSHI_CONFIG="", LANG="C", **variables)
        env.pop("NOROSHI_DATA", None)
        return subprocess.run([PROGRAM, "--data", data or self.good, *words], capture_output=True,
                              text=True, env=env, timeout=120)

    def again(self):
        shutil.rmtree(self.broken, ignore_errors=True)
        shutil.copytree(self.good, self.broken)
        return self.broken


def states(p):
    """{check: worst state}, what is to be done."""
    found, acts = {}, {}
    order = ["ok", "warn", "fail"]
    for line in p.stdout.splitlines():
        o = json.loads(line)
        if o.get("schema") != "noroshi.doctor/1":
            continue
        worst = found.get(o["check"], "ok")
        found[o["check"]] = max(worst, o["state"], key=order.index)
        acts.setdefault(o["check"], o["do"] and o["do"]["en"])
    return found, acts


def files(folder, end=""):
    found = []
    for path, _, names in os.walk(folder):
        found += [os.path.join(path, n) for n in names if n.endswith(end)]
    return sorted(found, key=lambda p: (-os.path.getsize(p), p))  # the largest first


def change(path, at=None):
    size = os.path.getsize(path)
    with open(path, "r+b") as f:
        f.seek(size // 2 if at is None else at)
        byte = f.read(1)
        f.seek(-1, 1)
        f.write(bytes([byte[0] ^ 0x40]))


def zero(path, first, last):
    with open(path, "r+b") as f:
        f.seek(first)
        f.write(b"\0" * (last - first))


BREAKS = [
    # name, check, how, deep, state wanted
    ("others may read the directory", "data", lambda d: os.chmod(d, 0o755), False, "fail"),
    ("a page of the database", "store",
     lambda d: zero(os.path.join(d, "noroshi.db"), 4096, 5 * 4096), False, "fail"),
    ("a document that is gone", "documents", lambda d: os.remove(files(d + "/blobs")[0]), False,
     "fail"),
    ("a document that changed", "documents", lambda d: change(files(d + "/blobs")[0], 20), True,
     "fail"),
    ("the index", "index", lambda d: change(files(d + "/index")[0]), False, "fail"),
    ("keys of a set that are gone", "sets", lambda d: os.remove(files(d + "/sets", ".keys")[0]), False,
     "fail"),
    ("keys of a set that changed", "sets", lambda d: change(files(d + "/sets", ".keys")[0], 3), True,
     "fail"),
    ("sightings that are gone", "sightings",
     lambda d: os.remove(files(d + "/sightings", ".seen")[0]), False, "fail"),
    ("sightings that changed", "sightings",
     lambda d: change(files(d + "/sightings", ".seen")[0]), True, "fail"),
]


def check_breaks(t, place):
    for name, check, how, deep, want in BREAKS:
        data = place.again()
        how(data)
        p = place.run("doctor", "--json", *(["--deep"] if deep else []), data=data)
        found, acts = states(p)
        t.check(found.get(check) == want and p.returncode == 2 and (acts[check] or "").startswith("do:"),
                "%s is found, and what to do is said" % name, (found, acts, p.stderr))


def check_machine(t, place):
    secret = os.path.join(place.work, "passwords")
    open(secret, "w").write("x\n")
    os.chmod(secret, 0o644)
    found, _ = states(place.run("doctor", "--json", NOROSHI_STORE_PASSWORD_FILE=secret))
    t.check(found["secrets"] == "fail", "a secret that others may read", found)
    os.chmod(secret, 0o600)
    found, _ = states(place.run("doctor", "--json", NOROSHI_STORE_PASSWORD_FILE=secret))
    t.check(found["secrets"] == "ok", "and one that they may not", found)
    found, acts = states(place.run("doctor", "--json", NOROSHI_CLEARANCE="pink"))
    t.check(found["config"] == "fail" and "config check" in acts["config"], "a bad variable", found)
    p = place.run("doctor", "--now", "2020-01-01", "--json")
    t.check(states(p)[0]["clock"] == "fail" and p.returncode == 2, "a clock that is wrong", p.stdout)
    p = place.run("doctor", data=os.path.join(place.work, "nowhere"))
    t.check(p.returncode == 2 and "noroshi init" in p.stdout, "no store at all", p.stdout)


def main():
    t = tap.Tap()
    work = tempfile.mkdtemp(prefix="noroshi-doctor-")
    place = Place(work)
    try:
        listed, log = os.path.join(work, "list.txt"), os.path.join(work, "dns.log")
        with open(listed, "w") as out:
            out.write("".join("host-%d.example.com\n" % i for i in range(60000)))
        with open(log, "w") as out:
            out.write("2026-11-01T00:00:00Z query host-1.example.com\n" * 20)
        place.run("init")
        place.run("import", "-q", listed)
        place.run("import", "-q", "--set", "bad", "--verdict", "known-bad", listed)
        place.run("watch", "-q", log)
        p = place.run("doctor", "--deep", "--json")
        found, acts = states(p)
        warned = {c for c, s in found.items() if s != "ok"}
        t.check(warned <= {"disk", "jail"} and len(found) == 11, "a store that is well is well", p.stdout)
        check_breaks(t, place)
        check_machine(t, place)
    finally:
        shutil.rmtree(work)
    return t.end()


if __name__ == "__main__":
    sys.exit(main())
