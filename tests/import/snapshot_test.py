#!/usr/bin/env python3
"""snapshot: a whole list that loses and gains one in a hundred withdraws and adds exactly those.

20,000 values, 300,000 with NOROSHI_TEST_LONG (over one batch of the writer), of which 200 or 3,000 go
and as many come, spread over the list. Counted in the summary, of a dry run too, and value by value in
the export; a value that another list says as well stays, until that one has lost it, too."""
import json
import os
import random
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from kit import LONG, NOROSHI, Tap, claims, new_store, run, write  # noqa: E402

VALUES = 300000 if LONG else 20000
CHANGED = VALUES // 100
tap = Tap()


def address(n):
    return b"45.%d.%d.%d" % (n >> 16, n >> 8 & 255, n & 255)


def said(store, source):
    """The values the source says now, each once a claim."""
    found = []
    for line in claims(store).splitlines():
        claim = json.loads(line)
        if claim["source"] == source:
            found.append(claim["subject"]["value"].encode())
    return found


def deliver(store, path, source, values, *more):
    ran = run(["import", "--json", "--format", "list", "--mode", "snapshot", "--source", source, *more,
               write(path, b"\n".join(values) + b"\n")], store, seconds=600)
    return tuple(ran.summaries()[0][k] for k in ("new", "known", "withdrawn")) if ran.code == 0 else ran.err


def same(store, source, values):
    there = said(store, source)
    return len(there) == len(values) and set(there) == set(values)


def one_in_a_hundred(folder):
    chance = random.Random(3)
    first = [address(n) for n in range(VALUES)]
    lost = set(chance.sample(first, CHANGED))
    second = [v for v in first if v not in lost] + [address(VALUES + n) for n in range(CHANGED)]
    chance.shuffle(second)
    store, path = new_store(os.path.join(folder, "store")), os.path.join(folder, "lists", "ips.txt")
    got = deliver(store, path, "feed", first)
    tap.check(got == (VALUES, 0, 0), "the first delivery", got)
    got = deliver(store, path, "feed", second, "--dry-run")
    tap.check(got == (CHANGED, VALUES - CHANGED, CHANGED), "a dry run counts them", got)
    tap.check(same(store, "feed", first), "and changes nothing")
    got = deliver(store, path, "feed", second)
    tap.check(got == (CHANGED, VALUES - CHANGED, CHANGED), "one in a hundred goes and comes", got)
    tap.check(same(store, "feed", second), "those and no others")
    got = deliver(store, path, "feed", second)
    tap.check(got == (0, VALUES, 0), "the same again changes nothing", got)
    got = deliver(store, path, "feed", first)
    tap.check(got == (CHANGED, VALUES - CHANGED, CHANGED), "back again, under new lives", got)
    tap.check(same(store, "feed", first), "the first list stands as it was")
    ran = run(["status"], store)
    tap.check(ran.code == 0, "the store is sound", ran.out + ran.err)


def two_lists(folder):
    """A claim is its source's: two lists of one source say the same claim."""
    both, only = [address(n) for n in range(50)], [address(n) for n in range(50, 100)]
    store = new_store(os.path.join(folder, "two"))
    a, b = (os.path.join(folder, "lists", name, "%s.txt" % name) for name in "ab")
    deliver(store, a, "feed", both + only)
    deliver(store, b, "feed", both)
    got = deliver(store, a, "feed", only)
    tap.check(got == (0, 50, 0), "what the other list says is not withdrawn", got)
    tap.check(same(store, "feed", both + only), "all of it stands")
    got = deliver(store, b, "feed", both[:49])
    tap.check(got == (0, 49, 1), "when it goes from the other, too, it is", got)
    tap.check(same(store, "feed", both[:49] + only), "and no more than it")


def main():
    if not os.access(NOROSHI, os.X_OK):
        print("1..0 # SKIP %s is not built" % NOROSHI)
        return 0
    with tempfile.TemporaryDirectory(prefix="noroshi-snapshot-") as folder:
        one_in_a_hundred(folder)
        two_lists(folder)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
