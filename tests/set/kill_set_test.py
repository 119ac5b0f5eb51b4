#!/usr/bin/env python3
"""A set's load that is killed anywhere, run again: completes, nothing twice, nothing left behind."""
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

NOROSHI = os.environ.get("NOROSHI", "build/noroshi")
ROUNDS = 40 if os.environ.get("NOROSHI_TEST_LONG") else 8
VALUES = 300000


def run(data, *args, **how):
    return subprocess.run([NOROSHI, *args], env=dict(os.environ, NOROSHI_DATA=data),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **how)


def settled(data, wanted):
    """What is wrong with the store, or nothing."""
    rows = run(data, "set", "list").stdout.strip().split("\n")
    if len(rows) != 1 or f"{wanted:,} values" not in rows[0]:
        return f"set list says {rows}"
    files = os.listdir(os.path.join(data, "sets"))
    if len(files) != 1 or len(files[0]) != 32:
        return f"files {files}"
    if "whole" not in run(data, "set", "verify").stdout:
        return "verify does not say whole"
    hit = hashlib.sha256(b"7").hexdigest()
    if "MALICIOUS" not in run(data, "ask", "--short", hit).stdout:
        return "a value of the set is not found"
    return ""


def main():
    rng = random.Random(1)
    folder = tempfile.mkdtemp(prefix="noroshi-kill-")
    path, data = os.path.join(folder, "list.txt"), os.path.join(folder, "data")
    with open(path, "w", encoding="ascii") as f:
        for i in range(VALUES):
            f.write(hashlib.sha256(b"%d" % i).hexdigest() + "\n")
    load = ["import", "--set", "s", "--verdict", "known-bad", path]
    print("1..3")
    run(data, "init")
    begun = time.monotonic()
    first = run(data, *load)
    took = time.monotonic() - begun
    shutil.rmtree(data)
    print(("ok" if first.returncode == 0 else "not ok") + " 1 - a load of so many values")
    run(data, "init")
    killed = 0
    for _ in range(ROUNDS):
        p = subprocess.Popen([NOROSHI, *load], env=dict(os.environ, NOROSHI_DATA=data),
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            p.wait(took * rng.random())
        except subprocess.TimeoutExpired:
            p.send_signal(signal.SIGKILL)
            p.wait()
            killed += 1
    print(("ok" if killed else "not ok") + f" 2 - some of {ROUNDS} loads were killed")
    again = run(data, *load)
    wrong = settled(data, VALUES) if again.returncode == 0 else again.stderr
    print(("not ok" if wrong else "ok") + " 3 - run again it completes and nothing is doubled")
    if wrong:
        print(wrong, file=sys.stderr)
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
