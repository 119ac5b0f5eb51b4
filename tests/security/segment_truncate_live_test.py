#!/usr/bin/env python3
"""segment_truncate_live: a file that the service has mapped is cut off under it: tables of a set, the index of values,
sightings. The answer that read it is an error, whose cause the log has with the file's name; or it comes from the store.
The service goes on with everything else, and with the file's own answers when the file is a good one again."""
import glob
import hashlib
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "serve"))
from kit import NOROSHI, Service, quote, scratch, skip_unless_built  # noqa: E402
from tap import Tap  # noqa: E402

TAP = Tap()
check = TAP.check
VALUES, KEYS = 30000, 30000
CUTS = (0, 4096, 0.5, -1)  # bytes that are left, a part of them, all but one


def address(i):
    return "198.%d.%d.%d" % (18 + (i >> 16), i >> 8 & 255, i & 255)


def key(i):
    return hashlib.sha256(b"key %d" % i).hexdigest()


def prepare(service):
    service.run("init")
    feed = os.path.join(service.home, "bad.csv")
    with open(feed, "w") as f:
        f.write("value,malware,first_seen,last_seen\n")
        f.writelines("%s,Thing,2026-11-01,2026-11-22\n" % address(i) for i in range(VALUES))
        f.writelines("host%d.example.com,Thing,2026-11-01,2026-11-22\n" % i for i in range(100))
    service.run("import", "-q", "--source", "lab", feed)
    for name in ("one", "other"):
        service.run("import", "-q", "--set", name, "--verdict", "known-bad", "-",
                    stdin="".join("%s\n" % key(i + KEYS * (name == "other")) for i in range(KEYS)).encode())
    log = os.path.join(service.home, "fw.log")
    with open(log, "w") as f:
        f.writelines("2026-11-22T00:%02d:%02dZ fw1 ACCEPT src=10.%d.0.5 dst=%s proto=tcp\n" % (
            i // 60 % 60, i % 60, i % 200, address(i % 5000)) for i in range(20000))
    service.run("watch", "--alerts-only", log)


class Cut:
    """A file that is cut off where it is, and put back as another file with its bytes."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as f:
            self.bytes = f.read()

    def cut(self, to):
        size = int(len(self.bytes) * to) if isinstance(to, float) else to if to >= 0 else len(self.bytes) + to
        os.truncate(self.path, size)

    def mend(self):
        with open(os.open(self.path + ".good", os.O_WRONLY | os.O_CREAT, 0o600), "wb") as f:
            f.write(self.bytes)
        os.rename(self.path + ".good", self.path)


def touch(service, n=[0]):
    """What is imported makes every thread look again."""
    n[0] += 1
    service.run("import", "-q", "--source", "lab", "-", stdin=b"203.0.113.%d\n" % n[0])


def asked(client, paths):
    """-> [(status, body)] of each, twice: whichever threads answer."""
    return [client.get(p) for _ in range(2) for p in paths]


def alive(service, client, name):
    check(service.process.poll() is None and client.get("/-/healthy").status == 200, name + ": the service lives")


def verdicts(r):
    return json.dumps(r.json) if r.status == 200 else ""


def of_sets(service, client):
    paths = sorted(glob.glob(os.path.join(service.data, "sets", "*.keys")), key=os.path.getmtime)
    for cut in CUTS:
        name = "a set's table, cut to %s" % cut
        before = [client.get("/api/v1/hash/" + key(i)) for i in (0, KEYS)]
        check([r.status for r in before] == [200, 200], name + ": both answer", before)
        table = Cut(paths[0])
        table.cut(cut)
        got = asked(client, ["/api/v1/hash/" + key(i) for i in range(0, 400, 7)])
        check({r.status for r in got} <= {500, 200} and 500 in {r.status for r in got}, name + ": an error",
              [r.status for r in got])
        check(not [r for r in got if r.status == 200 and r.json.get("verdict") == "known-bad"], name + ": nothing made up", got[-1])
        check(os.path.basename(paths[0]) in service.said(), name + ": the log names it", service.said()[-600:])
        r = client.get("/api/v1/hash/" + key(KEYS + 1))
        check(r.status == 200 and b"known-bad" in r.body, name + ": the other set goes on", r)
        alive(service, client, name)
        table.mend()
        touch(service)
        got = asked(client, ["/api/v1/hash/" + key(i) for i in range(0, 400, 7)])
        check([r.status for r in got if r.status != 200] == [] and b"known-bad" in got[0].body, name + ": mended", got[0])


def told(r):
    """What an answer says, but for when it was given."""
    if r.status != 200:
        return r.status
    kept = ("verdict", "score", "parts") if "verdict" in r.json else r.json
    return json.dumps({k: r.json[k] for k in kept}, sort_keys=True)


def same_or_error(service, client, path, name, questions):
    """Each answer is an error or what it was before, and in the end all are what they were."""
    for cut in CUTS:
        what = "%s, cut to %s" % (name, cut)
        before = [told(client.get(q)) for q in questions]
        check([t for t in before if not isinstance(t, str)] == [], what + ": before", before)
        segment = Cut(path)
        segment.cut(cut)
        after = [[told(client.get(q)) for q in questions] for _ in range(4)]
        wrong = [(b, a) for row in after for b, a in zip(before, row) if a not in (b, 500)]
        check(not wrong, what + ": an error, or what it was", wrong[:2])
        alive(service, client, what)
        if os.path.exists(path):
            segment.mend()
        touch(service)
        got = [[told(client.get(q)) for q in questions] for _ in range(4)]
        check(got[-1] == before, what + ": in the end it is what it was",
              [(b, a) for b, a in zip(before, got[-1]) if a != b][:2])


def of_index(service, client):
    questions = ["/api/v1/observables/ipv4/" + address(i) for i in range(3, VALUES, 3001)]
    questions += ["/api/v1/observables/url/" + quote("http://host%d.example.com/" % i) for i in range(3)]
    questions += ["/api/v1/search?q=host%d" % i for i in range(1, 9)]
    same_or_error(service, client, os.path.join(service.data, "index", "values"), "the index", questions)


def of_sightings(service, client):
    path = glob.glob(os.path.join(service.data, "sightings", "*.seen"))[0]
    questions = ["/api/v1/hunt?value=" + address(i) for i in range(0, 5000, 501)]
    same_or_error(service, client, path, "sightings", questions)
    check(os.path.basename(path) in service.said(), "sightings: the log names the file")


def of_watch(service):
    """A watch that goes on with its log, while everything that it has mapped is cut off."""
    log, alerts = (os.path.join(service.home, n) for n in ("more.log", "alerts"))
    line = "2026-11-22T00:59:%02dZ fw2 ACCEPT src=10.1.0.5 dst=%s proto=tcp\n"
    files = [Cut(p) for p in glob.glob(os.path.join(service.data, "sets", "*.keys"))
             + glob.glob(os.path.join(service.data, "sightings", "*.seen")) + [os.path.join(service.data, "index", "values")]]
    with open(log, "w") as f, open(alerts, "w") as out:
        f.write(line % (0, address(11)))
        f.flush()
        p = subprocess.Popen([NOROSHI, "--data", service.data, "watch", "-f", "--no-sightings", log], stdout=out,
                             stderr=subprocess.STDOUT, env=service.environment())

        def seen(i):
            with open(alerts) as a:
                return address(i) in a.read()

        def wait_for(what):
            until = time.monotonic() + 30
            while time.monotonic() < until and not what():
                time.sleep(0.05)
            return what()

        check(wait_for(lambda: seen(11)), "watch: alerts")
        for x in files:
            x.cut(0)
        for i in range(12, 40):
            f.write(line % (i, address(i)))
        f.flush()
        check(wait_for(lambda: seen(39) or p.poll() is not None) and p.poll() in (None, 2), "watch: goes on, or says why not",
              p.poll())
        for x in files:
            x.mend()
        if p.poll() is None:
            f.write(line % (40, address(40)))
            f.flush()
            check(wait_for(lambda: seen(40)), "watch: goes on when they are mended")
            p.terminate()
        code = p.wait(30)
    with open(alerts) as a:
        said = a.read()
    check(code in (0, 2), "watch: ends in order", (code, said[-1000:]))


def main():
    skip_unless_built()
    with scratch("noroshi-cut-") as home:
        service = Service(home, env={"NOROSHI_NOW": "2026-11-22T01:00:00Z"})
        prepare(service)
        service.user("hanako", "admin", "red", audiences=["*"])
        service.start()
        try:
            client = service.client(service.make_token("hanako"))
            of_sets(service, client)
            of_index(service, client)
            of_sightings(service, client)
            of_watch(service)
        finally:
            code = service.stop()
        check(code == 0, "the service ends in order", code)
    return TAP.end()


sys.exit(main())
