#!/usr/bin/env python3
"""non-interference at the command line: what a reader may not see changes nothing that any reading
command prints, neither its output nor its errors nor its exit status.

Small files are imported under all sorts of markings into one store, and for each reader into a
second one without what the reader may not see. Then every reading command is run on both with the
reader's --clearance, --organisation and --audience. Words that stand only in hidden material are
looked for in all that is printed, too: some of it is a part of a document that the reader sees."""
import hashlib
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tap import Tap  # noqa: E402
from worlds import (HIDDEN, IDS, MIXED, NOROSHI, OPEN, OTHER, READERS, SECRET, VALUES, make,  # noqa: E402
                    run)

TAP = Tap()
check = TAP.check


def commands():
    yield ["ask"] + VALUES
    yield ["ask", "--why"] + VALUES
    yield ["--json", "ask"] + VALUES
    yield ["--lang", "ja", "ask"] + VALUES
    yield ["--as-of", "2026-11-10T00:05:30Z", "--json", "ask"] + VALUES
    yield ["show"] + VALUES + IDS
    yield ["--json", "show"] + VALUES + IDS
    yield ["show", "secretname.example"]
    for text in ("mouse", "cheese", "secret*", "worm", "198*", "example", "secretname.example", "txt", "json"):
        yield ["search", text]
        yield ["--json", "search", text]
        yield ["--json", "search", text, "--tlp", "amber", "--since", "2026-11-01"]
    yield ["export", "--format", "stix"]
    yield ["export", "--format", "ndjson"]
    yield ["export", "--format", "ndjson", "--source", "confidant"]
    documents = ["sha256:" + hashlib.sha256(x.encode()).hexdigest() for x in (OPEN, SECRET, OTHER, MIXED)]
    for sha in documents:
        yield ["export", "--format", "stix", "--document", sha]
    yield ["show"] + documents
    yield ["feed", "show", "open", "confidant"]
    for words in (["alert", "list"], ["feed", "list"], ["hunt"] + VALUES[:6], ["source", "list"], ["status"], ["changes", "--since", "2026-11-10T00:03:30Z"]):
        yield words
        yield ["--json"] + words


def first_difference(a, b):
    for x, y in zip(a, b):
        if x != y:
            lines = [(p, q) for p, q in zip(str(x).split("\n"), str(y).split("\n")) if p != q]
            return "\n".join("%s\nwant\n%s" % pair for pair in lines[:2]) or "%r\nwant\n%r" % (x, y)
    return ""


def main():
    if not os.access(NOROSHI, os.X_OK):
        print("1..0 # SKIP %s is not there" % NOROSHI)
        return
    where = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="noninterference-", dir=where) as top:
        whole = os.path.join(top, "whole")
        bad = make(whole)
        check(not bad, "everything was delivered", "\n".join(bad))
        everything = "".join("".join(map(str, run(whole, words, 59))) for words in commands())
        for word in ("SECRETALIAS", "SECRETDESCRIPTION", "SECRETTOOL", "SECRETPART", "confidant"):
            check(word in everything, "who sees all reads " + word)
        for i, reader in enumerate(READERS):
            part = os.path.join(top, "part%d" % i)
            flags = ["--clearance", reader[0]] + (["--organisation", reader[1]] if reader[1] else [])
            for audience in reader[2]:
                flags += ["--audience", audience]
            name = " ".join(flags)
            bad = make(part, reader)
            differ, leaks, count = [], [], 0
            for words in commands():
                got, want = run(whole, flags + words, 59), run(part, flags + words, 59)
                count += 1
                if got != want:
                    differ.append("%s: %s" % (" ".join(words)[:200], first_difference(got, want)))
                # the words of the question are in the answer
                asked = " ".join(words)
                leaks += ["%s: %s" % (asked[:200], word)
                          for word in HIDDEN
                          if reader[0] != "red" and word not in asked and word in got[1] + got[2]]
            check(not bad, name + ": what the reader may see was delivered", "\n".join(bad))
            check(not differ, "%s: %d commands read the same" % (name, count), "\n".join(differ))
            check(not leaks, name + ": no hidden word", "\n".join(leaks))
    return TAP.end()


sys.exit(main())
