#!/usr/bin/env python3
"""misp_events: the real MISP events of the collection, counted by us and by a second program.

What the importer says it took of each file is compared with what this script finds in the JSON:
one record an event, attribute, object, attribute of an object, proposal and report. The one file
that is no JSON is refused where it breaks; importing again adds nothing; an answer is given in
Japanese. The taxonomies and the galaxies that stand in these events are imported beside them."""
import glob
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import Tap  # noqa: E402

NOROSHI = os.path.abspath(os.environ.get("NOROSHI", "build/noroshi"))
SHARED = os.environ.get("NOROSHI_SHARED") or os.path.abspath("../shared")
DATA = os.path.join(SHARED, "data")
EVENTS = [os.path.join(DATA, "misp-events"), os.path.join(DATA, "indicators", "eset-malware-ioc")]
TAXONOMIES = os.path.join(DATA, "taxonomies")
TRUNCATED = "malicious_pypi_packages.misp-event.json"

TAP = Tap()
check = TAP.check


def run(words, home, **variables):
    env = {"PATH": "/usr/bin:/bin", "HOME": home, "NOROSHI_DATA": os.path.join(home, "var"),
           "LANG": "C.UTF-8", **variables}
    p = subprocess.run([NOROSHI] + words, env=env, cwd=home, timeout=300,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return p.returncode, p.stdout.decode("utf-8"), p.stderr.decode("utf-8")


def proposals(thing):
    return len(thing.get("ShadowAttribute") or [])


def records_of(event):
    """What the importer should make of one event, as docs/formats/misp-event.md says."""
    n = 1 if event.get("uuid") or event.get("info") else 0
    n += proposals(event) + len(event.get("EventReport") or [])
    for a in event.get("Attribute") or []:
        n += 1 + proposals(a)
    for o in event.get("Object") or []:
        n += 1 + sum(1 + proposals(a) for a in o.get("Attribute") or [])
    return n


def events_in(document):
    if isinstance(document, list):
        return [e for d in document for e in events_in(d)]
    if not isinstance(document, dict):
        return []
    if "response" in document:
        return events_in(document["response"])
    if "Event" in document:
        return events_in(document["Event"])
    return [document] if {"info", "Attribute", "Object"} & set(document) else []


def expected(roots):
    found = {}
    for root in roots:
        for path in glob.glob(os.path.join(root, "**", "*.json"), recursive=True):
            name = os.path.join(os.path.basename(root), os.path.relpath(path, root))
            try:
                with open(path, encoding="utf-8") as f:
                    events = events_in(json.load(f))
            except json.JSONDecodeError:
                continue
            if events:
                found[name] = sum(records_of(e) for e in events)
    return found


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def check_import(home, wanted):
    _, out, _ = run(["--json", "import"] + EVENTS, home)
    got, broken = {}, []
    for s in lines(out):
        if "error" in s:
            broken.append(s["error"])
        elif s.get("format") == "misp":
            got[s["path"]] = s
    counts = {path: s["records"] for path, s in got.items()}
    check(counts == wanted, "every event is taken, record by record",
          sorted(set(counts.items()) ^ set(wanted.items()))[:6])
    check(not any(s["refused_total"] for s in got.values()), "no record is refused",
          [s["path"] for s in got.values() if s["refused_total"]])
    pypi = [e for e in broken if TRUNCATED in e.get("where", "")]
    check(len(pypi) == 1 and pypi[0]["code"] == "input" and pypi[0]["at"] == 1532403,
          "the file that is no JSON is refused where it breaks", broken)
    check(len(wanted) > 70 and sum(wanted.values()) > 5500, "the collection is all here",
          (len(wanted), sum(wanted.values())))
    check(any("attachment" in w["why"] for s in got.values() for w in s["warned"]),
          "what is kept in the document only is told of")


def check_again(home):
    _, out, _ = run(["--json", "import"] + EVENTS, home)
    new = sum(s.get("new", 0) + s.get("withdrawn", 0) for s in lines(out) if "error" not in s)
    check(new == 0, "the second import adds nothing and takes nothing back", new)


def check_answers(home):
    _, out, _ = run(["--json", "ask", "theguardian.webredirect.org"], home)
    check("ESET" in out and "Turla Crutch" in out, "an answer names the event and its author", out)
    name = "AppCert DLLs 条イ音態ぞゃご法説イシ技 Mitigation"
    _, out, err = run(["--lang", "ja", "ask", name], home)
    check(name in out and "ORGNAME 条イ音態ぞゃご法説イシ技" in out and "緩和策" in out,
          "a Japanese name of the Japanese event is answered in Japanese", out + err)


def check_taxonomies(home):
    if not os.path.isdir(TAXONOMIES):
        return
    _, out, _ = run(["--json", "import", TAXONOMIES], home)
    taken = [s for s in lines(out) if s.get("format") == "misp-taxonomy"]
    files = glob.glob(os.path.join(TAXONOMIES, "*", "machinetag.json"))
    check(len(taken) == len(files) and not any(s["refused_total"] for s in taken),
          "all %d taxonomies are taken whole" % len(files), len(taken))
    _, out, _ = run(["show", 'tag:admiralty-scale:information-credibility="2"'], home)
    check("Probably true" in out and "75" in out, "a tag has a name and a number", out)


if not all(os.path.isdir(d) for d in EVENTS):
    print("1..0 # SKIP ../shared/data/misp-events is not there")
    sys.exit(0)
with tempfile.TemporaryDirectory() as scratch:
    run(["init"], scratch)
    check_import(scratch, expected(EVENTS))
    check_again(scratch)
    check_answers(scratch)
    check_taxonomies(scratch)
sys.exit(TAP.end())
