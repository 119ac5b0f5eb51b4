#!/usr/bin/env python3
"""migrate_test: a store of every kind of data moves to another engine and back, and exports the same bytes.

CVE records, EPSS days, a MISP event, warning lists, ATT&CK-like objects, a list in two versions and an
analyst's word go into a store; it moves to where NOROSHI_TEST_STORE says (a PostgreSQL server; without it
to another directory), and from there back to a third place. Export, answers and status are compared, bytes
and all, and both go on to import."""
import glob
import os
import subprocess
import sys
import tempfile

import kit

CORPUS = os.path.join(kit.ROOT, "tests", "corpus")
FORMATS = ("cve", "epss", "kev", "misp", "warninglist", "taxonomy", "galaxy", "stix")  # seeds of our own
FEED = ["import", "--format", "list", "--mode", "snapshot", "--source", "feed"]
ASKED = ["CVE-2024-3400", "CVE-2021-44228", "45.1.0.1", "45.1.0.9", "8.8.8.8", "example.com", "google.com"]
# of the collection, as much as takes seconds
LARGER = ["vuln/cve-samples", "misp-events/pymisp/tests", "warninglists/cisco_top10k", "warninglists/google",
          "warninglists/rfc1918", "attack/stix-atlas.json"]

SET_HASH = "d41d8cd98f00b204e9800998ecf8427e"


class Store:
    def __init__(self, top, name, server=None):
        self.data, self.home = os.path.join(top, name), top
        self.server = server.replace("?", "?options=-csearch_path%%3Dmoved_%d&" % os.getpid(), 1) if server else None

    def where(self):
        return self.server or self.data

    def run(self, words, stdin=""):
        env = {"PATH": "/usr/bin:/bin", "HOME": self.home, "NOROSHI_DATA": self.data, "LANG": "C.UTF-8", "TZ": "UTC",
               "NOROSHI_NOW": "2026-11-22T00:00:00Z"}
        if self.server:
            env["NOROSHI_STORE"] = self.server
        p = subprocess.run([kit.NOROSHI] + words, cwd=self.home, env=env, input=stdin.encode(), timeout=300,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return p.returncode, p.stdout, p.stderr.decode("utf-8", "replace")

    def said(self):
        """-> everything that is compared, by name"""
        got = {"export": self.run(["export", "--format", "ndjson"]), "bundle": self.run(["export"]),
               "sources": self.run(["source", "list", "--json"])}
        for what in ASKED:
            got["ask " + what] = self.run(["ask", "--json", what])
            got["ask %s in words" % what] = self.run(["ask", what])
        got["search"] = self.run(["search", "--json", "remote"])
        got["sets"] = self.run(["set", "verify", "--json"])
        got["file"] = self.run(["ask", "--json", SET_HASH])
        got["hunt"] = self.run(["hunt", "--json", "45.1.0.9"])
        return got


def seeds(top):
    """Files of our own that a fuzz target begins with, whole ones first."""
    for f in FORMATS:
        for path in sorted(glob.glob(os.path.join(CORPUS, "format-" + f, "*"))):
            yield ["--format", f, path]


def write_list(home, first, last):
    with open(os.path.join(home, "list.txt"), "w") as f:
        f.write("".join("45.1.0.%d\n" % n for n in range(first, last)))


def fill_beside(store):
    """What lies beside the database: a set of several tables, and sightings."""
    for name, text in (("good.txt", SET_HASH + "\n" + "a" * 32 + "\n"), ("more.txt", "b" * 32 + "\n"),
                       ("fw.log", "2026-11-22T00:59:00Z fw1 ACCEPT src=10.0.0.5 dst=45.1.0.9 proto=tcp\n")):
        with open(os.path.join(store.home, name), "w") as f:
            f.write(text)
    return (store.run(["import", "--set", "good", "--verdict", "known-good", "good.txt"])[0] == 0) + \
        (store.run(["import", "--set", "good", "--mode", "delta", "more.txt"])[0] == 0) + \
        (store.run(["watch", "fw.log"])[0] == 0)


def fill(store):
    taken = fill_beside(store)
    for words in seeds(store.home):
        taken += store.run(["import"] + words)[0] == 0
    for day, epss in (("2026-11-20", "0.00043,0.08123"), ("2026-11-21", "0.94012,0.99950")):
        path = os.path.join(store.home, "epss-%s.csv" % day)
        with open(path, "w") as f:
            f.write("#model_version:v2025.03.14,score_date:%sT00:00:00+0000\ncve,epss,percentile\n" % day)
            f.write("".join("CVE-2024-%04d,0.%05d,0.%05d\n" % (n, n, n * 3) for n in range(1000, 3000)))
            f.write("CVE-2024-3400,%s\n" % epss)
        taken += store.run(["import", "--format", "epss", "--source", "epss", path])[0] == 0
    for first in (0, 5):
        write_list(store.home, first, first + 100)
        taken += store.run(FEED + ["list.txt"])[0] == 0
    taken += store.run(["verdict", "set", "45.1.0.9", "malicious", "--why", "seen"])[0] == 0
    for name in LARGER:
        path = os.path.join(kit.SHARED, "data", name)
        if kit.SHARED and os.path.exists(path):
            store.run(["import", path])
    return taken


def differing(a, b):
    return ["%s: %s / %s" % (k, a[k][0], b[k][0]) for k in a if a[k] != b[k]]


def main():
    t = kit.Tap()
    with tempfile.TemporaryDirectory(prefix="noroshi-move-") as top:
        first, third = Store(top, "first"), Store(top, "third")
        second = Store(top, "first" if kit.SERVER else "second", kit.SERVER)
        code, _, errors = first.run(["init"])
        taken = fill(first) if code == 0 else 0
        t.check(taken >= 18, "filled", "%d taken, %s" % (taken, errors))
        before = first.said()
        lacking = [k for k in before if before[k][0] not in (0, 1) or len(before[k][1]) < 10]
        t.check(not lacking and len(before["export"][1]) > 100000 and b"0.94012" in before["ask CVE-2024-3400"][1],
                "there is something to say", [lacking, {k: len(before[k][1]) for k in before}])
        code, _, errors = first.run(["migrate", "--to", second.where()])
        t.check(code == 0, "moved there", errors)
        there = second.said()
        t.check(there == before, "the same there", differing(before, there))
        code, _, errors = second.run(["migrate", "--to", third.where()])
        t.check(code == 0, "moved back", errors)
        back = third.said()
        t.check(back == before, "the same back", differing(before, back))
        on = [(write_list(top, 20, 140), s.run(FEED + ["list.txt"])) for s in (second, third)]
        far, here = second.said(), third.said()
        t.check(all(r[0] == 0 for _, r in on) and far == here and far != before, "both go on", differing(far, here))
    return t.end()


if __name__ == "__main__":
    sys.exit(main())
