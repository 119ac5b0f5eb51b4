#!/usr/bin/env python3
"""kill_test: real imports are killed with SIGKILL at random moments, and nothing acknowledged is lost.

A document is acknowledged when its summary line has come out of `noroshi import --json`. After each
kill the next start must work, and then: every acknowledged document is whole, with its bytes; no
document is there in part; a feed is what it was or what it became, nothing between; index and store
agree; no process and no temporary file is left. Then what was killed is repeated, and the export is
the one of a store that was never killed, byte for byte but for the instants.

22 kills, 220 with NOROSHI_TEST_LONG; with NOROSHI_TEST_STORE the stores are in that PostgreSQL server, a
database each, and there are 9 kills, or 27. The same NOROSHI_TEST_SEED is the same plan: what is killed, at
which part of the time that it was measured to take, and how."""
import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

NOROSHI = os.path.abspath(os.environ.get("NOROSHI", "build/noroshi"))
LONG = bool(os.environ.get("NOROSHI_TEST_LONG"))
SERVER = os.environ.get("NOROSHI_TEST_STORE")
KINDS = {"small": 9, "large": 5, "together": 2, "worker": 3, "feed": 2, "init": 1}
if SERVER:  # what is pending in the database is what is new there
    KINDS = {"small": 2, "large": 3, "together": 1, "worker": 1, "feed": 1, "init": 1}
KILLS = sum(KINDS.values()) * (1 if not LONG else 3 if SERVER else 10)
SEED = int(os.environ.get("NOROSHI_TEST_SEED") or int.from_bytes(os.urandom(4), "big"))
SMALL_DOCS, SMALL_VALUES, MIDDLE_CLAIMS, LARGE_CLAIMS = 120, 20, 55000, 130000  # batches are of 50,000
WIDE_VALUES = 200000 if LONG else 55000  # of a feed that is a whole list, and changes by one in a hundred
ACTORS = ["intrusion-set--11111111-1111-4111-8111-11111111111%d" % i for i in (1, 2)]
DECIDED = "45.200.0.1"  # what the analyst speaks about
DOCUMENT = re.compile(rb'"document":"sha256:([0-9a-f]{64})"')
VALUE = re.compile(rb'"subject":\{"kind":"[a-z0-9-]+","value":"([^"]*)"')
RECORDED = re.compile(rb'"recorded":"[^"]*"')
STANDS = re.compile(rb'"state":"current".*"independent":[1-9]')  # somebody says so, and still
BY = re.compile(rb'"source":"([^"]*)"')

number, failed = 0, 0


def say(problems, name):
    global number, failed
    number += 1
    failed += bool(problems)
    print("%sok %d - %s" % ("not " if problems else "", number, name), flush=True)
    for p in problems[:8]:
        print("%s: %s" % (name, p), file=sys.stderr, flush=True)


# --- documents -----------------------------------------------------------------------------------

def write(path, lines):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write("".join(line + "\n" for line in lines))


def make_documents(d):
    """-> {sha256: set of values} of every list but the feed's, whose versions share values."""
    wanted = {}
    for folder in ("a", "b", "c"):
        for n in range(SMALL_DOCS):
            write("%s/%s/doc%03d.txt" % (d, folder, n),
                  ["45.%d.%d.%d" % (ord(folder), n, i) for i in range(SMALL_VALUES)])
    for name, net, claims in (("large", 46, LARGE_CLAIMS), ("middle", 48, MIDDLE_CLAIMS)):
        write("%s/%s.txt" % (d, name), ["%d.%d.%d.%d" % (net, i >> 16, i >> 8 & 255, i & 255) for i in range(claims)])
    for version, first in (("v1", 0), ("v2", 700)):
        write("%s/%s/list.txt" % (d, version), ["47.1.%d.%d" % (i >> 8, i & 255) for i in range(first, first + 2000)])
    for version, gone in (("v1", 0), ("v2", 1)):  # another hundredth is missing from each
        write("%s/%s/wide.txt" % (d, version), ["49.%d.%d.%d" % (i >> 16, i >> 8 & 255, i & 255)
                                                for i in range(WIDE_VALUES) if i % 101 != gone])
    names = ["Azure Heron", "Grey Otter"]
    objects = ['{"type":"intrusion-set","spec_version":"2.1","id":"%s","created":"2020-01-01T00:00:00.000Z",'
               '"modified":"2020-01-01T00:00:00.000Z","name":"%s"}' % pair for pair in zip(ACTORS, names)]
    write(d + "/actors.json", ['{"type":"bundle","id":"bundle--11111111-1111-4111-8111-111111111111",'
                               '"objects":[%s]}' % ",".join(objects)])
    for at, _, files in os.walk(d):
        for name in files:
            if name not in ("list.txt", "wide.txt", "actors.json"):
                with open(os.path.join(at, name), "rb") as f:
                    content = f.read()
                wanted[hashlib.sha256(content).hexdigest()] = content
    return wanted


def feed_values(d, version, name="list.txt"):
    with open("%s/%s/%s" % (d, version, name), "rb") as f:
        return set(f.read().split())


def lists(*paths):
    return ["import", "--json", "--format", "list"] + list(paths)


FEED = ["import", "--json", "--format", "list", "--mode", "snapshot", "--source", "feed"]
WIDE = FEED[:-1] + ["wide"]
PLANS = {  # name: steps; the commands of a step run at the same time
    "small": [[lists("a")], [FEED + ["v2/list.txt"]], [["verdict", "set", DECIDED, "malicious", "--why", "seen"]],
              [["verdict", "set", DECIDED, "benign", "--why", "ours"]],
              [["name", "merge"] + ACTORS + ["--why", "same"]], [lists("b")]],
    "large": [[lists("a", "large.txt", "b")], [FEED + ["v2/list.txt"]]],
    "together": [[lists("a"), lists("b"), lists("middle.txt"), lists("c")]],
    "worker": [[lists("a", "middle.txt", "b")]],
    "feed": [[WIDE + ["v2/wide.txt"]]],
    "init": [[["init"]]],
}

OTHER_ORDER = ("together", "worker")  # a document that failed comes after the others when it is repeated


# --- running and killing ---------------------------------------------------------------------------

def database_of(data):
    return "kill_" + os.path.basename(data)


def environment(home, data):
    env = {"PATH": "/usr/bin:/bin", "HOME": home, "NOROSHI_DATA": data, "LANG": "C.UTF-8", "TZ": "UTC"}
    if SERVER:
        env["NOROSHI_STORE"] = SERVER.replace("/postgres?", "/%s?" % database_of(data), 1)
    return env


def new_database(data, like=None):
    """Killed processes may be connected still, as far as the server knows."""
    name = database_of(data)
    for sql in ("DROP DATABASE IF EXISTS %s WITH (FORCE)" % name,
                "CREATE DATABASE %s TEMPLATE %s" % (name, database_of(like) if like else "template0")):
        subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", SERVER, "-c", sql], check=True, timeout=60,
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def run(home, data, words, stdin=b""):
    p = subprocess.run([NOROSHI] + words, cwd=home, env=environment(home, data), input=stdin, timeout=300,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return p.returncode, p.stdout, p.stderr.decode("utf-8", "replace").strip()


def processes():
    """-> {pid: (parent, start time)}, without what only waits to be collected"""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % pid) as f:
                fields = f.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if fields[0] not in "ZX":
            found[int(pid)] = (int(fields[1]), fields[19])
    return found


def descendants(pid):
    """(pid, start time) of everything under it: workers and their children"""
    every, found, edge = processes(), [], [pid]
    while edge:
        parent = edge.pop()
        children = [p for p, (up, _) in every.items() if up == parent]
        found += [(p, every[p][1]) for p in children]
        edge += children
    return found


def still_there(known, seconds=10):
    end = time.monotonic() + seconds
    while True:
        every = processes()
        left = [p for p, start in known if p in every and every[p][1] == start]
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.02)


class Running:
    """One command, and the documents it acknowledged so far: whole lines only."""

    def __init__(self, home, data, words):
        self.words, self.acknowledged, self.lines = words, [], []
        self.p = subprocess.Popen([NOROSHI] + words, cwd=home, env=environment(home, data), start_new_session=True,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.errors = []
        self.readers = [threading.Thread(target=self.read), threading.Thread(target=self.read_errors)]
        for r in self.readers:
            r.start()

    def read(self):
        for line in self.p.stdout:
            if line.endswith(b"\n"):
                self.lines.append(line)
                if (m := DOCUMENT.search(line)) and b'"error"' not in line:
                    self.acknowledged.append(m[1].decode())

    def read_errors(self):
        self.errors += self.p.stderr.read().decode("utf-8", "replace").splitlines()

    def kill(self, group):
        """-> what was under it"""
        try:
            under = descendants(self.p.pid)
            os.killpg(self.p.pid, signal.SIGKILL) if group else self.p.kill()
            return under
        except ProcessLookupError:
            return []

    def end(self):
        code = self.p.wait(300)
        for r in self.readers:
            r.join(60)
        return code


class Run:
    """A plan's steps one after another, up to the kill."""

    def __init__(self, home, data, plan, kill_s=None, group=True, victim=0, on_kill=None):
        self.acknowledged, self.done, self.problems, self.under = [], 0, [], []
        self.killed = False
        started = time.monotonic()
        for step in PLANS[plan]:
            running = [Running(home, data, words) for words in step]
            target = running[victim % len(running)]
            late = kill_s is not None and not self.killed and self.wait(target, started + kill_s)
            if late and on_kill:
                self.killed = on_kill(target)
            elif late:
                self.under = target.kill(group)
                self.killed = True
            for r in running:
                code = r.end()
                self.acknowledged += r.acknowledged
                killed = code == -signal.SIGKILL and r is target and late and not on_kill
                if code != 0 and not killed and not on_kill:
                    self.problems.append("%s ended with %d: %s" % (r.words[:2], code, r.errors[:2]))
            self.last = running
            if late and not on_kill:
                break
            self.done += 1
        self.seconds = time.monotonic() - started

    @staticmethod
    def wait(target, until):
        """Has the moment come while it runs?"""
        while time.monotonic() < until:
            if target.p.poll() is not None:
                return False
            time.sleep(min(0.001, max(0.0, until - time.monotonic())))
        return target.p.poll() is None


# --- what must hold --------------------------------------------------------------------------------

def export(home, data, problems):
    code, out, errors = run(home, data, ["export", "--format", "ndjson"])
    if code not in (0, 1) or (code and out):
        problems.append("export ended with %d: %s" % (code, errors))
    return out


def by_document(lines):
    found = {}
    for line in lines:
        if m := DOCUMENT.search(line):
            found.setdefault(m[1].decode(), []).append(VALUE.search(line)[1])
    return found


def check_documents(found, wanted, acknowledged):
    problems = []
    for sha, content in wanted.items():
        values = found.get(sha, [])
        if values and sorted(values) != sorted(content.split()):
            problems.append("half a document: %s has %d of %d claims" % (sha[:12], len(values), len(content.split())))
        if not values and sha in acknowledged:
            problems.append("acknowledged and gone: %s" % sha[:12])
    return problems


def check_feed(home, lines, acknowledged, source=b"feed", name="list.txt"):
    now = {VALUE.search(line)[1] for line in lines if BY.search(line)[1] == source}
    old, new = feed_values(home, "v1", name), feed_values(home, "v2", name)
    with open("%s/v2/%s" % (home, name), "rb") as f:
        sha = hashlib.sha256(f.read()).hexdigest()
    if now != new and (now != old or sha in acknowledged):
        return ["the feed is neither: %d values, %d of the old, %d of the new" % (len(now), len(now & old), len(now & new))]
    return []


def check_words(lines, plan, done):
    """An analyst's word replaces the one before at once; a merge is there or not."""
    words = [line for line in lines if b'"predicate":"verdict"' in line]
    said = [w for w in (b"malicious", b"benign") if any(b'"value":"%s"' % w in line for line in words)]
    allowed = {"small": {2: [[], [b"malicious"]], 3: [[b"malicious"], [b"benign"]]}}.get(plan, {}).get(
        done, [[b"benign"]] if plan == "small" and done > 3 else [[]])
    if said not in allowed or len(words) != len(said):
        return ["verdicts %s after %d steps" % (said, done)]
    merges = sum(b'"predicate":"same-as"' in line for line in lines)
    if plan == "small" and (merges > 1 or (done > 4 and merges != 1) or (done < 4 and merges)):
        return ["%d merges after %d steps" % (merges, done)]
    return []


def check_bytes(home, data, wanted, acknowledged, chance):
    problems = []
    known = sorted(set(acknowledged) & set(wanted))
    for sha in chance.sample(known, min(5, len(known))):
        _, out, errors = run(home, data, ["export", "--document", "sha256:" + sha])
        if out != wanted[sha]:
            problems.append("bytes of %s: %d instead of %d %s" % (sha[:12], len(out), len(wanted[sha]), errors))
    return problems


def check_index(home, data, lines, wanted, chance):
    """Asked, every value is found exactly when the export has it."""
    there = {VALUE.search(line)[1] for line in lines if b'"kind":"ipv4"' in line}
    every = sorted(set().union(*(set(c.split()) for c in wanted.values()))) + sorted(feed_values(home, "v1"))
    if any(BY.search(line)[1] == b"wide" for line in lines):  # what changes, and as much that does not
        old, new = (feed_values(home, v, "wide.txt") for v in ("v1", "v2"))
        every = sorted(old ^ new) + chance.sample(sorted(old & new), 500)
    some = chance.sample(every, 200)
    code, out, errors = run(home, data, ["ask", "--json", "-"], b"".join(v + b"\n" for v in some))
    answers = out.splitlines()
    if len(answers) != len(some):
        return ["ask answered %d of %d, exit %d: %s" % (len(answers), len(some), code, errors)]
    wrong = [v.decode() for v, line in zip(some, answers) if (v in there) != bool(STANDS.search(line))]
    return ["index and store disagree about %s" % wrong[:3]] if wrong else []


def check_left(data):
    """After the next writer: nothing but the store itself."""
    left = []
    for at, _, files in os.walk(data):
        left += [os.path.join(at, f) for f in files
                 if f.startswith(("tmp-", "noroshi-")) or f.endswith(".new") or (at.endswith("pending") and f.isdigit())]
    return ["left behind: %s" % left] if left else []


def without_instants(out, in_order):
    lines = RECORDED.sub(b"", out).splitlines()
    return hashlib.sha256(b"\n".join(lines if in_order else sorted(lines))).hexdigest()


def check_repeated(home, data, plan, done, wanted):
    """What was killed, and what was not begun, once more: as if nothing had happened."""
    problems = []
    for at, step in enumerate(PLANS[plan][done:], done):
        for words in step:
            code, _, errors = run(home, data, words)
            merged = words[:2] == ["name", "merge"] and at == done  # it may have been done, unacknowledged
            if code != 0 and not merged:
                problems.append("repeated, %s ended with %d: %s" % (words[:2], code, errors))
    out = export(home, data, problems)
    if without_instants(out, plan not in OTHER_ORDER) != wanted:
        problems.append("the repeated store is not the one that was never killed")
    return problems + check_left(data)


# --- one kill ------------------------------------------------------------------------------------------

class Bench:
    def __init__(self, top):
        self.home = os.path.join(top, "home")
        self.top, self.base, self.wide = top, os.path.join(top, "base"), os.path.join(top, "wide")
        os.makedirs(self.home)
        self.wanted = make_documents(self.home)
        if SERVER:
            new_database(self.base)
        for words in (["init"], FEED + ["v1/list.txt"], ["import", "--json", "actors.json"]):
            code, _, errors = run(self.home, self.base, words)
            if code:
                sys.exit("Bail out! %s: %s" % (words, errors))
        shutil.copytree(self.base, self.wide)
        if SERVER:
            new_database(self.wide, self.base)
        code, _, errors = run(self.home, self.wide, WIDE + ["v1/wide.txt"])
        if code:
            sys.exit("Bail out! the wide feed: %s" % errors)
        self.seconds, self.final = {}, {}
        for plan in PLANS:
            data = self.fresh(plan)
            r = Run(self.home, data, plan)
            problems = r.problems
            self.seconds[plan] = r.seconds
            self.final[plan] = without_instants(export(self.home, data, problems), plan not in OTHER_ORDER)
            say(problems + check_left(data), "never killed: %s" % plan)

    def fresh(self, plan):
        data = os.path.join(self.top, "data")
        shutil.rmtree(data, ignore_errors=True)
        base = {"init": None, "feed": self.wide}.get(plan, self.base)
        if base:
            shutil.copytree(base, data)
        if SERVER:
            new_database(data, base)
        return data

    def check(self, data, plan, r, chance):
        problems = list(r.problems)
        if left := still_there(r.under):
            problems.append("processes left: %s" % left)
        code, _, errors = run(self.home, data, ["status"])
        if code != 0 and plan != "init":
            problems.append("status ended with %d: %s" % (code, errors))
        if plan == "init":
            return problems + check_repeated(self.home, data, plan, r.done, self.final[plan])
        lines = export(self.home, data, problems).splitlines()
        problems += check_documents(by_document(lines), self.wanted, set(r.acknowledged))
        if plan == "feed":
            problems += check_feed(self.home, lines, r.acknowledged, b"wide", "wide.txt")
        else:
            problems += check_feed(self.home, lines, r.acknowledged)
        problems += check_words(lines, plan, r.done)
        problems += check_bytes(self.home, data, self.wanted, r.acknowledged, chance)
        problems += check_index(self.home, data, lines, self.wanted, chance)
        return problems + check_repeated(self.home, data, plan, r.done, self.final[plan])


def kill_recovery(bench, data, chance, r):
    """The start that takes back what was pending is killed, too."""
    again = Running(bench.home, data, ["status"])
    time.sleep(chance.random() * 0.15)
    r.under += again.kill(True)
    again.end()


def kill_worker(chance):
    """on_kill for Run: the worker of the import, or the child that reads the document."""
    def kill(target):
        under = descendants(target.p.pid)
        if not under:
            return False
        try:
            os.kill(chance.choice(under)[0], signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True
    return kill


def until_killed(bench, plan, at, **how):
    """The machine's speed changes: a run that was through before the moment is a new measurement."""
    for _ in range(3):
        data = bench.fresh(plan)
        r = Run(bench.home, data, plan, kill_s=at * bench.seconds[plan], **how)
        if r.killed:
            break
        bench.seconds[plan] = r.seconds
    return data, r


def one_worker_kill(bench, at, chance):
    data, r = until_killed(bench, "worker", at, on_kill=kill_worker(chance))
    problems, only = [], r.last[0]
    errors = [line for line in only.lines if b'"error"' in line]
    complaints = [line for line in only.errors if line]
    if only.p.returncode == 0 and (errors or complaints):
        problems.append("ended well and complained: %s %s" % (errors[:1], complaints[:1]))
    if only.p.returncode != 0 and len(errors) + len(complaints) != 1:
        problems.append("exit %d with %d errors: %s %s" % (only.p.returncode, len(errors) + len(complaints),
                                                           errors[:2], complaints[:2]))
    r.problems, r.done = [], 0
    said = (errors or complaints or ["?"])[0]
    return problems + bench.check(data, "worker", r, chance), r.killed, "retried" if only.p.returncode == 0 else said


def one_kill(bench, plan, at, chance):
    group, victim = chance.random() < 0.5, chance.randrange(4)
    data, r = until_killed(bench, plan, at, group=group, victim=victim)
    twice = r.killed and plan in ("large", "together", "feed") and chance.random() < 0.4
    if twice:
        kill_recovery(bench, data, chance, r)
    how = "in step %d, %d acknowledged%s%s" % (r.done, len(r.acknowledged), "" if group else ", workers left to themselves",
                                               ", and again while it started" if twice else "")
    return bench.check(data, plan, r, chance), r.killed, how if r.killed else "it was through already"


def schedule(chance):
    """Kinds in turn, each spread evenly over its time: (plan, moment as a part of it)."""
    plan = []
    for kind, n in KINDS.items():
        n = n * KILLS // sum(KINDS.values())
        plan += [(kind, (i + chance.random()) / n) for i in range(n)]
    chance.shuffle(plan)
    return plan


def main():
    chance = random.Random(SEED)
    print("# seed %d: NOROSHI_TEST_SEED=%d runs the same plan" % (SEED, SEED), flush=True)
    plan = schedule(chance)
    print("1..%d" % (len(PLANS) + len(plan) + 1), flush=True)
    landed = 0
    with tempfile.TemporaryDirectory(prefix="noroshi-kill-") as top:
        bench = Bench(top)
        for kind, at in plan:
            own = random.Random(chance.random())
            one = one_worker_kill(bench, at, own) if kind == "worker" else one_kill(bench, kind, at, own)
            problems, killed, how = one
            landed += killed
            say(problems, "%s killed at %.3f of %.2f s: %s" % (kind, at, bench.seconds[kind], how))
    say([] if landed * 2 > len(plan) else ["%d of %d" % (landed, len(plan))], "most kills met something at work")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
