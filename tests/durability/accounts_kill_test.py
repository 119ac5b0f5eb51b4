#!/usr/bin/env python3
"""accounts_kill_test: commands that change accounts are killed with SIGKILL at random moments.

A change is acknowledged when its command has ended with 0. After each kill: what was acknowledged is
there; each account, token and revocation has its one entry of the audit log, and each entry its one
change (both or neither); the chain is whole, and goes through every head that was kept before.

25 kills, 250 with NOROSHI_TEST_LONG. The same NOROSHI_TEST_SEED is the same plan."""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

NOROSHI = os.path.abspath(os.environ.get("NOROSHI", "build/noroshi"))
KILLS = 250 if os.environ.get("NOROSHI_TEST_LONG") else 25
SEED = int(os.environ.get("NOROSHI_TEST_SEED") or int.from_bytes(os.urandom(4), "big"))


class Store:
    def __init__(self, home):
        self.env = {"PATH": os.environ["PATH"], "HOME": home, "LANG": "C.UTF-8",
                    "NOROSHI_DATA": home + "/var"}
        self.home, self.users, self.tokens, self.revoked = home, set(), set(), set()

    def start(self, *words):
        return subprocess.Popen([NOROSHI, "--json"] + list(words), env=self.env, cwd=self.home,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *words, fine=(0,)):
        p = self.start(*words)
        out, err = p.communicate(timeout=120)
        if p.returncode not in fine:
            raise AssertionError("%s: exit %d: %s" % (" ".join(words), p.returncode, err.decode()))
        return out.decode()

    def rows(self, *words):
        return [json.loads(line) for line in self.run(*words, fine=(0, 1)).splitlines()]

    def note(self, words, out):
        """What an acknowledged command has made."""
        if words[:2] == ["user", "create"]:
            self.users.add(words[2])
        elif words[:2] == ["token", "create"]:
            self.tokens.add(json.loads(out)["id"])
        elif words[:2] == ["token", "revoke"]:
            self.revoked.add(words[2])

    def check(self):
        users = {u["login"] for u in self.rows("user", "list")}
        tokens = self.rows("token", "list")
        ids, revoked = {t["id"] for t in tokens}, {t["id"] for t in tokens if t["revoked"]}
        for name, want, have in (("accounts", self.users, users), ("tokens", self.tokens, ids),
                                 ("revocations", self.revoked, revoked)):
            if want - have:
                return "%s that were acknowledged are gone: %s" % (name, sorted(want - have)[:3])
        entries = [e for e in self.rows("audit", "list", "--most", "100000") if e["outcome"] == "done"]
        for act, have in (("user.add", len(users)), ("token.add", len(ids)), ("token.revoke", len(revoked))):
            noted = sum(e["act"] == act for e in entries)
            if noted != have:
                return "%d of %s in the log, %d in the store" % (noted, act, have)
        self.users, self.tokens, self.revoked = users, ids, revoked  # what was killed may be there, whole
        report = json.loads(self.run("audit", "verify", "--head", "heads", fine=(0, 2)))
        if report["broken"] or report["entries"] < len(entries):
            return "the chain: %s" % report
        with open(self.home + "/heads", "a") as f:
            f.write(self.run("audit", "head"))
        return None


def plan(r, store, n):
    kind = r.random()
    if kind < 0.4 or not store.users:
        return ["user", "create", "u%d" % n, "--no-password", "--role", "analyst"]
    if kind < 0.8 or not store.tokens - store.revoked:
        return ["token", "create", r.choice(sorted(store.users)), "--for", "kill", "--scope", "ask"]
    return ["token", "revoke", r.choice(sorted(store.tokens - store.revoked))]


def measure(store):
    start = time.monotonic()
    store.run("user", "create", "first", "--no-password")
    store.users.add("first")
    return time.monotonic() - start


def kill_one(r, store, n, takes_s):
    """Two at once: one is killed within the time that it takes, the other goes on."""
    words = [plan(r, store, 2 * n), plan(r, store, 2 * n + 1)]
    running = [store.start(*w) for w in words]
    time.sleep(r.random() * takes_s * 1.5)
    running[0].send_signal(signal.SIGKILL)
    for w, p in zip(words, running):
        out, err = p.communicate(timeout=120)
        if p.returncode == 0:
            store.note(w, out)
        elif p is running[1] and words[0] != words[1]:
            return "%s: %s" % (" ".join(w), err.decode())
    return store.check()


def main():
    r, home = random.Random(SEED), tempfile.mkdtemp(prefix="noroshi-kill-")
    problems = []
    print("1..1", flush=True)
    try:
        store = Store(home)
        store.run("init")
        open(home + "/heads", "w").close()
        takes_s = measure(store)
        for n in range(KILLS):
            problem = kill_one(r, store, n, takes_s)
            if problem:
                problems.append("kill %d: %s" % (n, problem))
                break
        left = [f for f in os.listdir(home + "/var/pending") if f.isdigit()]
        if left:
            problems.append("left behind: %s" % left)
    finally:
        shutil.rmtree(home)
    for p in problems:
        print("%s (NOROSHI_TEST_SEED=%d)" % (p, SEED), file=sys.stderr)
    print("%sok 1 - %d kills while accounts are changed" % ("not " if problems else "", KILLS))
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
