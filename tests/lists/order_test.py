#!/usr/bin/env python3
"""Lists of false positives before or after the indicators, or between them: the store says the same.

The same documents are imported in many orders. Whatever the order, the claims that come out are the
same but for the time at which they were recorded, and so are the answers. A new version of a list
takes back what is no longer on it, and a list of sites that attackers use is never benign
evidence."""
import json
import os
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import Tap  # noqa: E402

NOROSHI = os.path.abspath(os.environ.get("NOROSHI", "build/noroshi"))
ORDERS = 6

TAP = Tap()
check = TAP.check


def warninglist(name, kind, attributes, entries, version=1):
    return json.dumps({"description": "About %s." % name, "list": entries,
                       "matching_attributes": attributes, "name": name, "type": kind,
                       "version": version})


NAMES = ["domain", "hostname", "url"]
HOSTS = "Top 10 websites from Nowhere"
DOCUMENTS = {
    "top/list.json": warninglist(HOSTS, "hostname", NAMES, ["popular.example", "gone.example"]),
    "exact/list.json": warninglist("Top 5 domains from Nowhere", "string", NAMES,
                                   ["popular.example"]),
    "lots/list.json": warninglist("List of LOTS (Living Off Trusted Sites) Project Domains",
                                  "hostname", NAMES, [".popular.example"]),
    "ranges/list.json": warninglist("Nowhere scanner", "cidr", ["ip-src"], ["192.0.2.0/24"]),
    "parts/list.json": warninglist("List of disposable email domains", "substring", ["email-src"],
                                   ["throwaway", "away.example"]),
    "shapes/list.json": warninglist("Common contact e-mail addresses", "regex", ["email-src"],
                                    ["/^(abuse|noc)\\@/i"]),
    "malware/thing.txt":
        "# Copyright (c) Maltrail developers (https://github.com/stamparm/maltrail/)\n\n"
        "# Reference: https://example.org/report\n\nwww.popular.example\n192.0.2.7:443\n",
    "ipsum.txt": "# IPsum Threat Intelligence Feed\n# Last update: Fri, 20 Nov 2026 03:00:29\n"
                 "192.0.2.7\t2\n192.0.2.8\t9\n",
    "hashes.txt": "d41d8cd98f00b204e9800998ecf8427f:Thing\n",
}
QUESTIONS = ["www.popular.example", "popular.example", "https://popular.example/x", "gone.example",
             "192.0.2.7", "192.0.2.8", "a@throwaway.example", "abuse@a.example",
             "d41d8cd98f00b204e9800998ecf8427f"]


def run(home, *words):
    env = {"PATH": "/usr/bin:/bin", "HOME": home, "NOROSHI_DATA": os.path.join(home, "var"),
           "LANG": "C.UTF-8"}
    p = subprocess.run([NOROSHI] + list(words), env=env, cwd=home, timeout=120,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return p.returncode, p.stdout.decode(), p.stderr.decode()


def write(home, path, text):
    full = os.path.join(home, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "w") as f:
        f.write(text)


def claims(home):
    code, out, err = run(home, "export", "--format", "ndjson")
    if code:
        return [err]
    rows = []
    for line in out.splitlines():
        row = json.loads(line)
        row.pop("recorded", None)
        rows.append(json.dumps(row, sort_keys=True))
    return sorted(rows)


def answer(home, question):
    code, out, err = run(home, "ask", "--json", question)
    if code not in (0, 1):
        return {"error": err}
    reply = json.loads(out)
    reply.pop("id", None)  # of this answer at this moment
    return reply


def timeless(value):
    """An answer without what depends on the moment of the import and of the question."""
    if isinstance(value, dict):
        return {k: timeless(v) for k, v in value.items()
                if k not in ("as_of", "recorded", "until", "expires", "age_days", "fresh_as_of")}
    if isinstance(value, list):
        return [timeless(v) for v in value]
    return value


def difference(a, b, path=""):
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        return [d for k in a for d in difference(a[k], b[k], path + "/" + k)]
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [d for i, (x, y) in enumerate(zip(a, b)) for d in difference(x, y, "%s/%d" % (path, i))]
    return [] if a == b else [(path, a, b)]


def fill(home, order):
    run(home, "init")
    for path in order:
        write(home, path, DOCUMENTS[path])
        code, out, err = run(home, "import", path)
        if code:
            return "%s: %s%s" % (path, out, err)
    return ""


def against(home, question):
    return {(row["rule"], row["via"]): row for row in answer(home, question)["against"]
            if row["state"] == "current"}


def see_orders():
    rng = random.Random(20261122)
    lists = [p for p in DOCUMENTS if p.endswith("list.json")]
    rest = [p for p in DOCUMENTS if p not in lists]
    orders = [lists + rest, rest + lists]
    while len(orders) < ORDERS:
        orders.append(rng.sample(list(DOCUMENTS), len(DOCUMENTS)))
    first = None
    for i, order in enumerate(orders):
        with tempfile.TemporaryDirectory() as home:
            problem = fill(home, order)
            check(not problem, "order %d is imported" % i, problem)
            state = (claims(home), [timeless(answer(home, q)) for q in QUESTIONS])
            first = first or state
            check(state[0] == first[0], "order %d gives the same claims" % i,
                  sorted(set(state[0]) ^ set(first[0]))[:4])
            differs = [(q, a, b) for q, a, b in zip(QUESTIONS, state[1], first[1]) if a != b]
            check(not differs, "order %d gives the same answers" % i, difference(*differs[0][1:])
                  if differs else "")


def see_hits():
    with tempfile.TemporaryDirectory() as home:
        problem = fill(home, list(DOCUMENTS))
        check(not problem, "the documents are imported", problem)
        hits = against(home, "www.popular.example")
        check(set(hits) == {("listed-benign", "parent"), ("listed-neutral", "parent")},
              "a name below a listed one hits the list of names, and not the list of plain texts",
              hits)
        check(all(r["about"] == "popular.example" for r in hits.values()),
              "the answer names the parent that is listed", hits)
        benign = hits.get(("listed-benign", "parent"), {})
        check(benign.get("at") == "list.json#/list/0", "and the place of the entry", benign)
        hits = against(home, "192.0.2.7")
        check(("listed-neutral", "range") in hits and
              hits[("listed-neutral", "range")]["about"] == "192.0.2.0/24",
              "and the network", hits)
        hits = against(home, "a@throwaway.example")
        check([r["at"] for r in hits.values()][-1:] != [] and
              all(r["rule"] == "listed-neutral" for r in hits.values()),
              "an entry inside a value is found, and is not benign evidence", hits)
        check(("listed-benign", "self") in against(home, "abuse@a.example"),
              "an expression matches the value", against(home, "abuse@a.example"))


def see_versions():
    with tempfile.TemporaryDirectory() as home:
        fill(home, list(DOCUMENTS))
        check(bool(against(home, "gone.example")), "an entry is listed")
        write(home, "new/list.json",
              warninglist(HOSTS, "hostname", NAMES, ["popular.example"], 2))
        code, out, err = run(home, "import", "new/list.json")
        check(code == 0 and not against(home, "gone.example"),
              "a new version, wherever its file lies, takes back what is gone", out + err)
        check(("listed-benign", "parent") in against(home, "www.popular.example"),
              "and keeps the rest")
        kept = [c for c in claims(home) if '"parts' in c or "disposable" in c]
        check(bool(kept), "other lists are not touched")


see_orders()
see_hits()
see_versions()
sys.exit(TAP.end())
