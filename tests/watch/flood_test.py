#!/usr/bin/env python3
"""alert_flood: very many matching lines, of one group and of many. Every contact is counted, alerts
are as many as there are groups, receivers get as many as alerts, and memory does not grow with
either. A million lines when NOROSHI_TEST_LONG is set."""

import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import Tap

NOROSHI = os.environ.get("NOROSHI", os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                                 "..", "..", "build", "noroshi"))
LINES = 1000000 if os.environ.get("NOROSHI_TEST_LONG") else 20000
GROUPS = LINES // 100
MEMORY_KIB = 100 << 10  # of the program, however many lines there are
tap = Tap()


def run(*words, data, stdin=None):
    """-> (output, largest resident size in KiB)"""
    p = subprocess.Popen([NOROSHI, "--data", data, *words], stdin=stdin, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True)
    out = p.stdout.read() if "watch" not in words else str(sum(1 for _ in p.stdout))
    err = p.stderr.read()
    _, status, usage = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    if p.returncode == 2:
        raise SystemExit("noroshi %s: %s" % (" ".join(words), err))
    return out, usage.ru_maxrss


def line(i, groups):
    return '{"ts":%d,"src_ip":"10.%d.%d.%d","dest_ip":"198.51.100.7"}\n' % (
        1795132800 + i % 3600, (i % groups) >> 16, (i % groups) >> 8 & 255, i % groups & 255)


def flood(folder, name, groups):
    data = os.path.join(folder, name)
    run("init", data=data)
    bad = os.path.join(folder, "bad.csv")
    with open(bad, "w") as f:
        f.write("value,malware,first_seen,last_seen\n198.51.100.7,Thing,2026-11-01,2026-11-22\n")
    run("import", "--source", "lab", bad, data=data)
    log = os.path.join(folder, name + ".json")
    with open(log, "w") as f:
        f.writelines(line(i, groups) for i in range(LINES))
    sent = os.path.join(folder, name + ".sent")
    told, memory = run("watch", "--alerts-only", "--first", "--alerts-to", sent, log, data=data)
    while sum(1 for _ in open(sent)) < groups:  # what did not go out in its 5 s
        before = os.path.getsize(sent)
        run("watch", "--alerts-only", "--alerts-to", sent, os.devnull, data=data)
        if os.path.getsize(sent) == before:
            break
    ids = sorted({json.loads(row)["id"] for row in open(sent)})
    shown = []
    for i in range(0, len(ids), 200):
        rows, _ = run("alert", "show", "--json", *ids[i:i + 200], data=data)
        shown += [json.loads(row)["hits"] for row in rows.splitlines()]
    return {"told": int(told), "hits": sum(shown), "alerts": len(shown)}, memory


with tempfile.TemporaryDirectory() as folder:
    for name, groups in (("one", 1), ("many", GROUPS)):
        found, memory = flood(folder, name, groups)
        tap.check(found == {"told": groups, "hits": LINES, "alerts": groups},
                  "%s: every contact of %d is counted, %d alerts" % (name, LINES, groups), found)
        tap.check(memory < MEMORY_KIB, "%s: memory" % name, "%d KiB" % memory)
        print("# %s: %d MiB" % (name, memory >> 10))
sys.exit(tap.end())
