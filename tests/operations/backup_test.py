#!/usr/bin/env python3
"""A backup while others write, killed at any moment, changed, restored: what comes back is the store,
byte for byte, or nothing comes back."""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import tap  # noqa: E402

PROGRAM = os.environ.get("NOROSHI", os.path.join(ROOT, "build", "noroshi"))
VALUES = 300
KILLS = 12


def run(*words, data=None, code=0):
    env = dict(os.environ, NOROSHI_CONFIG="", LANG="C")
    env.pop("NOROSHI_DATA", None)
    command = [PROGRAM] + (["--data", data] if data else []) + list(words)
    p = subprocess.run(command, capture_output=True, env=env, timeout=300)
    if code is not None and p.returncode != code:
        raise AssertionError("%s: exit %d, want %d\n%s" % (words, p.returncode, code,
                                                           p.stderr.decode()))
    return p


def make_list(folder, number):
    """A list whose values nobody else's have."""
    path = os.path.join(folder, "list-%03d.txt" % number)
    with open(path, "w") as out:
        for i in range(VALUES):
            out.write("host-%d.list-%03d.example.com\n" % (i, number))
    return path


def exported(data):
    return run("export", "--format", "ndjson", data=data).stdout


def by_list(text):
    """How many values of each list are in an export."""
    found = {}
    for line in text.decode().splitlines():
        at = line.find(".list-")
        if at >= 0:
            found[line[at + 6:at + 9]] = found.get(line[at + 6:at + 9], 0) + 1
    return found


def check_plain(t, work, data):
    backup, into = os.path.join(work, "plain"), os.path.join(work, "plain-restored")
    run("backup", backup, data=data)
    t.check(os.stat(backup).st_mode & 0o777 == 0o600, "only its owner reads a backup")
    run("restore", backup, "--into", into)
    t.check(exported(into) == exported(data), "a restored store exports the same bytes")
    t.check(run("doctor", "--deep", "-q", data=into).stdout == b"", "and is well")
    seen = [run("hunt", "--json", "host-1.list-001.example.com", data=d, code=None).stdout
            for d in (data, into)]
    t.check(seen[0] == seen[1] and b'"yes"' in seen[0], "what was seen is still seen", seen)
    p = run("restore", backup, "--into", into, code=2)
    t.check(b"is there already" in p.stderr, "nothing is restored over a store", p.stderr)
    p = run("backup", backup, data=data, code=2)
    t.check(b"is there already" in p.stderr, "nor a backup made over a backup", p.stderr)


def check_sealed(t, work, data):
    backup, key = os.path.join(work, "sealed"), os.path.join(work, "key")
    into = os.path.join(work, "sealed-restored")
    run("backup", "key", key)
    t.check(os.stat(key).st_mode & 0o777 == 0o600, "only its owner reads the secret key")
    p = run("backup", "key", key, code=2)
    t.check(b"no key is written over" in p.stderr, "a key is never written over", p.stderr)
    run("backup", "--to-key", key + ".pub", backup, data=data)
    bytes_ = open(backup, "rb").read()
    t.check(b"SQLite" not in bytes_ and b"list-000" not in bytes_, "nothing of it can be read")
    p = run("restore", backup, "--into", into, code=2)
    t.check(b"--key" in p.stderr, "without the key it says what is missing", p.stderr)
    run("backup", "key", key + "-other")
    p = run("restore", backup, "--into", into, "--key", key + "-other", code=2)
    t.check(b"another key" in p.stderr, "another key does not open it", p.stderr)
    p = run("backup", "--to-key", key, backup + "-2", data=data, code=2)
    t.check(b"no public key" in p.stderr, "the secret key is not taken for the public one", p.stderr)
    run("restore", backup, "--into", into, "--key", key)
    t.check(exported(into) == exported(data), "with the key all of it comes back")
    p = run("restore", backup, "--into", into + "-dry", "--key", key, "--dry-run", "--json")
    t.check(json.loads(p.stdout)["documents"] > 0 and not os.path.exists(into + "-dry") and
            not os.path.exists(into + "-dry.part"), "a dry run leaves nothing", p.stdout)


def check_changed(t, work, data):
    """Random bits, cuts and places: the program says so and leaves nothing."""
    backup, into = os.path.join(work, "changed"), os.path.join(work, "changed-restored")
    run("backup", backup, data=data)
    good = open(backup, "rb").read()
    chance, bad = random.Random(1), []
    for i in range(12):
        bytes_ = bytearray(good)
        if i % 3 == 0:
            bytes_[chance.randrange(len(good))] ^= 1 << chance.randrange(8)
        elif i % 3 == 1:
            del bytes_[chance.randrange(len(good)):]
        else:  # two parts of one size change places
            size = 4 + (64 << 10) + 33
            a, b = sorted(chance.sample(range((len(good) - 16) // size), 2))
            a, b = 16 + a * size, 16 + b * size
            bytes_[a:a + size], bytes_[b:b + size] = bytes_[b:b + size], bytes_[a:a + size]
        with open(backup, "wb") as out:
            out.write(bytes_)
        p = run("restore", backup, "--into", into, code=None)
        if p.returncode != 2 or os.path.exists(into) or os.path.exists(into + ".part"):
            bad.append((i, p.returncode, p.stderr))
    t.check(not bad, "backup_tamper: every change is found, and nothing is left", bad)


def check_meanwhile(t, work, data):
    """Another process imports all the time."""
    folder = os.path.join(work, "meanwhile")
    os.mkdir(folder)
    lists = [make_list(folder, n) for n in range(100, 160)]
    script = ("for f in %s; do '%s' --config '' --data '%s' import -q \"$f\" >/dev/null || exit 1; "
              "echo $f; done" % (" ".join(lists), PROGRAM, data))
    importer = subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, text=True)
    acknowledged = [importer.stdout.readline() for _ in range(3)]
    backups = []
    for i in range(3):
        backups.append(os.path.join(work, "meanwhile-%d" % i))
        run("backup", backups[-1], data=data)
    still = importer.poll() is None
    importer.stdout.read()
    t.check(importer.wait() == 0 and still, "imports went on while the backups were made")
    source = set(exported(data).splitlines())
    for i, backup in enumerate(backups):
        into = backup + "-restored"
        run("restore", backup, "--into", into)
        lines = exported(into)
        counts = by_list(lines)
        names = [os.path.basename(a.strip())[5:8] for a in acknowledged]
        whole = run("export", "--format", "ndjson", data=data)
        want = by_list(whole.stdout)
        t.check(all(n in counts for n in names), "backup %d has what was acknowledged before" % i)
        t.check(all(counts[n] == want[n] for n in counts), "backup %d has whole documents only" % i,
                counts)
        t.check(set(lines.splitlines()) <= source, "backup %d has nothing else" % i)
        t.check(run("doctor", "--deep", "-q", data=into).stdout == b"", "backup %d is well" % i)
        shutil.rmtree(into)


def check_killed(t, work, data):
    chance, killed, bad = random.Random(2), 0, []
    env = dict(os.environ, NOROSHI_CONFIG="")
    begun = time.monotonic()
    run("backup", os.path.join(work, "timed"), data=data)
    usual = time.monotonic() - begun
    for i in range(KILLS):
        backup = os.path.join(work, "killed-%d" % i)
        p = subprocess.Popen([PROGRAM, "--data", data, "backup", backup], env=env,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0, usual))
        p.send_signal(signal.SIGKILL)
        killed += p.wait() == -signal.SIGKILL
        if os.path.exists(backup):
            r = run("restore", backup, "--into", backup + "-r", "--dry-run", code=None)
            if r.returncode:
                bad.append((i, r.stderr))
    t.check(killed > 0, "some of %d backups were killed" % KILLS)
    t.check(not bad, "kill -9 leaves no half file under the name", bad)
    run("backup", os.path.join(work, "after"), data=data)
    left = [n for n in os.listdir(os.path.join(data, "pending")) if n.endswith(".db")]
    t.check(not left, "the next backup removes what killed ones left", left)


def main():
    t = tap.Tap()
    work = tempfile.mkdtemp(prefix="noroshi-backup-")
    data = os.path.join(work, "data")
    try:
        run("init", data=data)
        for n in range(5):
            run("import", "-q", make_list(work, n), data=data)
        run("import", "-q", "--set", "bad", "--verdict", "known-bad", make_list(work, 50), data=data)
        log = os.path.join(work, "access.log")
        with open(log, "w") as out:
            out.write("2026-11-01T00:00:00Z query host-1.list-001.example.com\n" * 20)
        run("watch", "-q", log, data=data, code=None)
        check_plain(t, work, data)
        check_sealed(t, work, data)
        check_changed(t, work, data)
        check_meanwhile(t, work, data)
        check_killed(t, work, data)
    finally:
        shutil.rmtree(work)
    return t.end()


if __name__ == "__main__":
    sys.exit(main())
