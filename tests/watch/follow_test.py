#!/usr/bin/env python3
"""noroshi watch --follow on a log that grows, rotates and is cut, killed at random moments: every
matching line is an alert's contact exactly once in the store, and what is imported meanwhile is
looked for; each alert also reaches a file. The same with logs that are compressed when they are
rotated. Also syslog over UDP and TCP."""

import bz2
import gzip
import json
import lzma
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import Tap

NOROSHI = os.environ.get("NOROSHI", os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                                 "..", "..", "build", "noroshi"))
KILLS = 50 if os.environ.get("NOROSHI_TEST_LONG") else 12
tap = Tap()


def run(*words, data, check=True, text=None):
    done = subprocess.run([NOROSHI, "--data", data, *words], input=text, capture_output=True,
                          text=True)
    if check and done.returncode == 2:
        raise SystemExit("noroshi %s: %s" % (" ".join(words), done.stderr))
    return done


def contacts(data):
    """Places of all contacts in the store: indicator, path, offset, and the counts."""
    places, hits = [], 0
    listed = run("alert", "list", "--json", "--most", "1000", data=data, check=False).stdout
    ids = [json.loads(line)["id"] for line in listed.splitlines()]
    for i in range(0, len(ids), 50):
        for line in run("alert", "show", "--json", *ids[i:i + 50], data=data).stdout.splitlines():
            alert = json.loads(line)
            hits += alert["hits"]
            places += [(alert["indicator"], p["time"]) for p in alert["places"]]
    return places, hits


def alert_ids(data):
    listed = run("alert", "list", "--json", "--most", "1000", data=data, check=False).stdout
    return {json.loads(line)["id"] for line in listed.splitlines()}


def sent_ids(path):
    """Of whole lines: a kill may leave half of one behind."""
    ids = set()
    for line in open(path, errors="replace"):
        try:
            ids.add(json.loads(line)["id"])
        except ValueError:
            pass
    return ids


class Log:
    """Lines a second apart, so that the time of an event names it."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "proxy.log")
        self.file = open(self.path, "ab", buffering=0)
        self.second = 1795132800
        self.bad = []
        self.rotations = 0

    def write(self, rng, lines):
        for _ in range(lines):
            host = "fine.example"
            if rng.random() < 0.3:
                host = rng.choice(["evil.example", "x.evil.example", "198.51.100.7"])
                self.bad.append(self.second)
            line = b'{"ts":%d,"src_ip":"192.0.2.%d","dest":"%s","pad":"%s"}\n' % (
                self.second, rng.randrange(1, 5), host.encode(), b"x" * rng.randrange(200))
            self.second += 1
            cut = rng.randrange(len(line))
            self.file.write(line[:cut])
            self.file.write(line[cut:])

    def rotate(self):
        self.rotations += 1
        os.rename(self.path, "%s.%d" % (self.path, self.rotations))
        self.file.close()
        self.file = open(self.path, "ab", buffering=0)


class PackedLog(Log):
    """As logrotate does with compress: the file that was rotated, or with delaycompress the one
    before it, is compressed beside itself, and goes."""

    def __init__(self, folder, delay):
        super().__init__(folder)
        self.delay = delay
        self.files = []   # the endings of proxy.log.1, .2, ...
        self.packers = [(".gz", gzip.compress), (".xz", lzma.compress), (".bz2", bz2.compress)]
        if shutil.which("zstd"):
            self.packers.append((".zst", lambda b: subprocess.run(
                ["zstd", "-q"], input=b, stdout=subprocess.PIPE, check=True).stdout))

    def name(self, n):
        return "%s.%d%s" % (self.path, n, self.files[n - 1])

    def rotate(self):
        for n in range(len(self.files), 0, -1):
            os.rename(self.name(n), "%s.%d%s" % (self.path, n + 1, self.files[n - 1]))
        self.files.insert(0, "")
        self.rotations += 1
        os.rename(self.path, self.name(1))
        self.file.close()
        self.file = open(self.path, "ab", buffering=0)
        n = 2 if self.delay else 1
        if n <= len(self.files) and not self.files[n - 1]:
            plain = self.name(n)
            ending, pack = self.packers[self.rotations % len(self.packers)]
            with open(plain, "rb") as f:
                packed = pack(f.read())
            with open(plain + ending, "wb") as f:   # in two writes, as a large one
                f.write(packed[:len(packed) // 2])
                f.flush()
                f.write(packed[len(packed) // 2:])
            os.unlink(plain)
            self.files[n - 1] = ending


def start(data, *words):
    return subprocess.Popen([NOROSHI, "--data", data, "watch", "--follow", "--alerts-only", *words],
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def wait_for(check, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if check():
            return True
        time.sleep(0.2)
    return False


def killed_while_following(folder, data, log, what):
    rng = random.Random(7)
    sent = os.path.join(folder, "sent.ndjson")
    # what is rotated away before anybody ever looked is nobody's to find: a slow start is no loss
    process = start(data, "--alerts-to", sent, log.path)
    log.write(rng, 20)
    wait_for(lambda: contacts(data)[1] >= len(log.bad))
    process.send_signal(signal.SIGKILL)
    process.wait()
    for kill in range(KILLS):
        process = start(data, "--alerts-to", sent, log.path)
        end = time.monotonic() + rng.uniform(0.3, 2.0)
        while time.monotonic() < end:
            log.write(rng, rng.randrange(1, 40))
            if rng.random() < 0.05:
                log.rotate()
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for _ in range(3):   # nobody looks
            log.write(rng, rng.randrange(0, 30))
            if rng.random() < 0.3:
                log.rotate()
    process = start(data, "--alerts-to", sent, log.path)
    tap.check(wait_for(lambda: contacts(data)[1] >= len(log.bad)),
              "everything is caught up with: %d of %d" % (contacts(data)[1], len(log.bad)))
    time.sleep(1.5)
    process.send_signal(signal.SIGTERM)
    tap.check(process.wait(20) == 0, "it ends when told to")
    places, hits = contacts(data)
    times = sorted(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(s)) for s in log.bad)
    tap.check(hits == len(log.bad), "%s, %d kills, %d rotations: %d contacts counted, %d lines" %
              (what, KILLS, log.rotations, hits, len(log.bad)))
    tap.check(sorted(t for _, t in places) == times, "each matching line once")
    tap.check(sent_ids(sent) == alert_ids(data), "each alert was sent, %d of them" % len(sent_ids(sent)))


def lost_is_said(folder, data):
    """What was compressed and cannot be read is said, with how much of it is known to be lost."""
    path = os.path.join(folder, "lost.log")

    def once(until):
        process = start(data, "--as", "lost", path)
        guard = threading.Timer(60, process.kill)
        guard.start()
        said = until(process)
        process.send_signal(signal.SIGTERM)
        said += process.communicate(timeout=20)[1].decode()
        guard.cancel()
        return said

    def alerted(_):
        wait_for(lambda: contacts(data)[1] > before)
        return ""

    def lost(process):
        said = ""
        while "may be lost" not in said:
            line = process.stderr.readline().decode()
            if not line:
                break
            said += line
        return said
    before = contacts(data)[1]
    with open(path, "w") as f:
        f.write('{"q":"fine.example"}\n' * 50 + '{"q":"evil.example","n":0}\n')
    first = once(alerted)
    with open(path, "a") as f:
        f.write('{"q":"evil.example","n":1}\n')
    os.rename(path, path + ".1")
    with open(path + ".1", "rb") as f:
        packed = gzip.compress(f.read())
    with open(path + ".1.gz", "wb") as f:
        f.write(packed[:len(packed) - 12])
    os.unlink(path + ".1")
    with open(path, "w") as f:
        f.write('{"q":"fine.example","n":2}\n')
    second = once(lost)
    tap.check("lost" not in first, "nothing is lost of what is there", first)
    tap.check("lost.log.1.gz" in second and "unpacked" in second and "may be lost" in second,
              "a damaged one is said to be lost", second)


def nothing_to_read(folder, data):
    """Alerts that wait for a receiver are sent also when the log is empty, or says nothing new."""
    sent, path = os.path.join(folder, "late.ndjson"), os.path.join(folder, "empty.log")
    open(path, "w").close()
    named = ["--as", "late", "--alerts-to", sent]
    done = run("watch", *named, path, data=data, check=False)
    tap.check(done.returncode == 1 and "0 records read" in done.stderr, "an empty log is read", done.stderr)
    before = alert_ids(data)
    run("watch", "-", data=data, text='{"ts":1795132800,"host":"a","q":"evil.example"}\n')
    run("watch", *named, path, data=data)
    first = alert_ids(data) - before
    tap.check(len(first) == 1 and sent_ids(sent) == first, "an alert of before is sent")
    run("watch", "-", data=data, text='{"ts":1795132800,"host":"a","q":"198.51.100.7"}\n')
    process = start(data, *named, path)
    second = alert_ids(data) - before
    tap.check(wait_for(lambda: sent_ids(sent) == second), "also while the log is followed")
    process.send_signal(signal.SIGTERM)
    tap.check(process.wait(20) == 1, "it met nothing itself")
    tap.check(len(second) == 2 and sum(1 for _ in open(sent)) == 2, "once each")


def imported_meanwhile(folder, data):
    path = os.path.join(folder, "live.log")
    open(path, "w").close()
    process = start(data, "--as", "live", path)
    time.sleep(1.0)
    other = run("watch", "--follow", "--as", "live", path, data=data, check=False)
    tap.check(other.returncode == 2 and "another watch" in other.stderr,
              "a name belongs to one watch at a time", other.stderr)
    run("import", "--source", "late", "-", data=data,
        text="value,malware,first_seen,last_seen\nlate.example,Thing,2026-11-01,2026-11-22\n")
    with open(path, "a") as f:
        for i in range(200):
            f.write('{"q":"late.example","n":%d}\n' % i)
            f.flush()
            time.sleep(0.05)
            if i > 60 and any(i == "late.example" for i, _ in contacts(data)[0]):
                break
    tap.check(wait_for(lambda: any(i == "late.example" for i, _ in contacts(data)[0])),
              "what was imported meanwhile is looked for")
    process.send_signal(signal.SIGTERM)
    process.wait(20)


def syslog(data):
    process = start(data, "--as", "net", "--syslog", "udp:127.0.0.1:0", "--syslog",
                    "tcp:127.0.0.1:0")
    ports = {}
    while len(ports) < 2:
        words = process.stderr.readline().decode().split()
        if "udp" in words or "tcp" in words:
            ports[words[-2]] = int(words[-1].rsplit(":", 1)[1])
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.sendto(b"<34>1 2026-11-20T10:00:00Z gw su - - - from udp.evil.example",
               ("127.0.0.1", ports["udp"]))
    tcp = socket.create_connection(("127.0.0.1", ports["tcp"]))
    message = b"<34>1 2026-11-20T10:00:00Z gw su - - - from tcp.evil.example"
    tcp.sendall(b"%d " % len(message) + message)
    tcp.close()

    def both():
        text = run("alert", "list", "evil.example", "--json", "--most", "1000", data=data,
                   check=False).stdout
        return sum(json.loads(x)["host"] == "gw" and json.loads(x)["hits"] == 2
                   for x in text.splitlines()) == 1
    tap.check(wait_for(both), "syslog over UDP and TCP, counted as one group")
    process.send_signal(signal.SIGTERM)
    tap.check(process.wait(20) == 0, "it ends when told to")


def main():
    with tempfile.TemporaryDirectory() as folder:
        for what in ["delaycompress", "compress", "plain"]:
            home = os.path.join(folder, what)
            os.mkdir(home)
            data = os.path.join(home, "var")
            run("init", data=data)
            run("import", "--source", "lab", "-", data=data,
                text="value,malware,first_seen,last_seen\n"
                     "evil.example,Thing,2026-11-01,2026-11-22\n"
                     "198.51.100.7,Thing,2026-11-01,2026-11-22\n")
            log = Log(home) if what == "plain" else PackedLog(home, what == "delaycompress")
            killed_while_following(home, data, log, what)
        lost_is_said(folder, data)
        nothing_to_read(folder, data)
        imported_meanwhile(folder, data)
        syslog(data)
    return tap.end()


sys.exit(main())
