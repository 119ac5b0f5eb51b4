#!/usr/bin/env python3
"""A set's load or change that is killed anywhere, run again: completes, nothing twice, nothing lost,
nothing left behind."""
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
    files = sorted(os.listdir(os.path.join(data, "sets")), key=len)
    if [len(name) for name in files] != [32, 37]:
        return f"files {files}"
    if "whole" not in run(data, "set", "verify").stdout:
        return "verify does not say whole"
    hit = hashlib.sha256(b"7").hexdigest()
    if "MALICIOUS" not in run(data, "ask", "--short", hit).stdout:
        return "a value of the set is not found"
    return ""


def digest(n):
    return hashlib.sha256(b"%d" % n).hexdigest()


def change(rng, data, folder, model):
    """One change, killed at some moments first; the model is what the set holds after it."""
    remove = bool(model) and rng.random() < 0.4
    numbers = rng.sample(sorted(model), min(len(model), 30)) if remove else \
        [rng.randrange(2000) for _ in range(50)]
    path = os.path.join(folder, "change.txt")
    with open(path, "w", encoding="ascii") as f:
        f.writelines(digest(n) + "\n" for n in numbers)
    how = ["--remove"] if remove else ["--verdict", "known-bad", "--mode", "delta"]
    killed = 0
    for _ in range(rng.randrange(3)):
        p = subprocess.Popen([NOROSHI, "import", "--set", "c", *how, path],
                             env=dict(os.environ, NOROSHI_DATA=data),
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            p.wait(rng.random() * 0.15)
        except subprocess.TimeoutExpired:
            p.send_signal(signal.SIGKILL)
            p.wait()
            killed += 1
    done = run(data, "import", "--set", "c", *how, path)
    (model.difference_update if remove else model.update)(numbers)
    return killed, done.stderr if done.returncode else ""


def differs(data, model):
    """What the set says that the model does not, or the other way round."""
    asked = run(data, "ask", "--short", "-", input="".join(digest(n) + "\n" for n in range(2000)))
    answers = {line[:64]: line for line in asked.stdout.split("\n") if line[:1].isalnum()}
    wrong = [n for n in range(2000)
             if ("MALICIOUS" in answers.get(digest(n), "none")) != (n in model)]
    if wrong:
        return f"{len(answers)} answers, wrong: {wrong[:10]}"
    if "whole" not in run(data, "set", "verify", "c").stdout:
        return "verify does not say whole"
    if f"{len(model):,} values" not in run(data, "set", "list").stdout:
        return "set list has another count"
    return ""


def changes(rng, data, folder):
    model, killed, wrong = set(), 0, ""
    for _ in range(ROUNDS * 2):
        k, wrong = change(rng, data, folder, model)
        killed += k
        wrong = wrong or differs(data, model)
        if wrong:
            break
    print(("not ok" if wrong or not killed else "ok") +
          " 4 - changes that are killed are made once when run again")
    if wrong:
        print(wrong, file=sys.stderr)


def main():
    rng = random.Random(1)
    folder = tempfile.mkdtemp(prefix="noroshi-kill-")
    path, data = os.path.join(folder, "list.txt"), os.path.join(folder, "data")
    with open(path, "w", encoding="ascii") as f:
        for i in range(VALUES):
            f.write(hashlib.sha256(b"%d" % i).hexdigest() + "\n")
    load = ["import", "--set", "s", "--verdict", "known-bad", path]
    print("1..4")
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
    shutil.rmtree(data)
    run(data, "init")
    changes(rng, data, folder)
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
