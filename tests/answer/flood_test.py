#!/usr/bin/env python3
"""One value with tens of thousands of claims, one family with as many indicators: what the answer says.

The answer says that there is more than was read, in both languages and in JSON; a person's word, a
list, and another source that came before the flood are still heard; and who may not see the flood
gets the answer of a store without it. NOROSHI_TEST_LONG: over 100,000 claims instead of 20,000."""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import Tap  # noqa: E402

NOROSHI = os.path.abspath(os.environ.get("NOROSHI", "build/noroshi"))
LONG = bool(os.environ.get("NOROSHI_TEST_LONG"))
PORTS = 65535 if LONG else 10000
NAMES = 100000 if LONG else 12000
VALUE = "203.0.113.99"
NOW = "2026-11-22T01:00:00Z"
HEAD = "# Maltrail developers' form, made up for a test\n"

TAP = Tap()
check = TAP.check


def run(store, *words, statuses=(0,)):
    env = dict(os.environ, NOROSHI_DATA=store, NOROSHI_NOW=NOW, LANG="C.UTF-8", LC_ALL="C.UTF-8")
    p = subprocess.run([NOROSHI, *words], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       text=True, check=False)
    if p.returncode not in statuses:
        sys.exit("%s: %d: %s" % (" ".join(words), p.returncode, p.stderr))
    return p.stdout


def answer(store, question, *words):
    return json.loads(run(store, *words, "--json", "ask", question))


def put(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def flood(folder, store, *words):
    for which in "ab":
        run(store, "import", *words, put(folder, "malware/ports_%s.txt" % which,
            HEAD + "".join("%s:%d\n" % (VALUE, n) for n in range(1, PORTS + 1))))


def open_part(folder, store):
    """What stands beside the flood, before and after it."""
    run(store, "import", "--source", "vendor", "--reliability", "A",
        put(folder, "vendor/list.csv", "ip,malware,last_seen\n%s,Quiet Mouse,2026-11-20\n" % VALUE))


def the_open_flood(folder):
    store = os.path.join(folder, "open")
    run(store, "init")
    open_part(folder, store)
    flood(folder, store)
    a = answer(store, VALUE)
    check(a["more"].get("claims_over") == 500, "JSON says that there are more claims than were read", a["more"])
    check(len(a["why"]) == 50 and a["more"]["why"] == 51,
          "a hundred of the list's and the vendor's are rows", a["more"])
    check("vendor" in {c["source"] for c in a["why"]}, "who spoke before the flood is heard", a["why"][:3])
    check(a["why"][0]["source"] == "vendor" and a["independent"] == 2, "and speaks first", a["why"][0])
    check(sum(p["points"] for p in a["parts"]) == a["score"], "the parts add up", a["parts"])
    check(answer(store, VALUE) == a, "asked again, it is the same")
    page = run(store, "ask", VALUE)
    check("more than 500 claims" in page, "the page says so", page)
    page = run(store, "--lang", "ja", "ask", VALUE)
    check("500 件を超える" in page, "in Japanese, too", page)
    family = answer(store, "ports_a")
    check(family["observables"]["count"] == 10000 and family["observables"]["at_least"], "a family is counted to 10,000",
          family["observables"])
    run(store, "verdict", "set", VALUE, "benign", "--why", "ours")
    a = answer(store, VALUE)
    check(a["rule"] in ("person", "second-person-needed"), "a person decides", a["rule"])
    check(any(c["rule"] == "person-benign" for c in a["against"]), "and is a row against it", a["against"][:2])
    return store


def the_family(folder, store):
    run(store, "import", put(folder, "malware/manynames.txt", HEAD + "".join("n%d.manynames.com\n" % n
                                                                             for n in range(NAMES))))
    a = answer(store, "manynames")
    check(a["observables"]["count"] == 10000 and a["observables"]["at_least"], "of many indicators the number is a bound",
          a["observables"])
    check(len(a["observables"]["sample"]) == 5, "and some are shown")
    check("over 10,000" in run(store, "ask", "manynames"), "the page says so")
    check(run(store, "search", "manynames").count("\n") <= 60, "search gives a page")


def the_hidden_flood(folder):
    answers = []
    for hidden in (False, True):
        store = os.path.join(folder, "hidden-%d" % hidden)
        run(store, "init")
        open_part(folder, store)
        if hidden:
            flood(folder, store, "--tlp", "red")
        answers.append([answer(store, VALUE, "--clearance", "green"), answer(store, VALUE, "--clearance", "red")])
    (without, _), (with_, red) = answers
    check(without == with_, "who may not see the flood has the answer without it", with_["more"])
    check(red["more"].get("claims_over") == 500, "who may see it is told")


with tempfile.TemporaryDirectory(prefix="noroshi-flood-") as scratch:
    the_family(scratch, the_open_flood(scratch))
    the_hidden_flood(scratch)
sys.exit(TAP.end())
