#!/usr/bin/env python3
"""noroshi serve --dns as resolvers meet it: what is public and nothing else, new versions without a
restart, floods, and the end. A resolver of our own of fifty lines; dig agrees where it is installed.

dns_clearance: sets above TLP:CLEAR and of other organisations are not there, byte for byte.
dns_amplify: no reply by UDP is longer than twice its question."""
import glob
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import Tap  # noqa: E402

NOROSHI = os.path.abspath(os.environ.get("NOROSHI", "build/noroshi"))
TXT, SOA = 16, 6
OK, NXDOMAIN, REFUSED = 0, 3, 5

TAP = Tap()
check = TAP.check


# --- a resolver ----------------------------------------------------------------------------------

def question(name, kind=TXT):
    labels = b"".join(bytes([len(p)]) + p for p in name.encode().split(b".") if p)
    return struct.pack(">6H", 0x5151, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">2H", kind, 1)


def pass_name(m, at):
    while m[at] and m[at] < 0xc0:
        at += m[at] + 1
    return at + (2 if m[at] >= 0xc0 else 1)


class Reply:
    def __init__(self, m):
        ident, flags, asked, answers, _, _ = struct.unpack(">6H", m[:12])
        self.bytes, self.code, self.cut = m, flags & 15, bool(flags & 0x200)
        at, self.texts = 12, []
        for _ in range(asked):
            at = pass_name(m, at) + 4
        for _ in range(answers):
            at = pass_name(m, at)
            kind, _, _, size = struct.unpack(">2HIH", m[at:at + 10])
            end, text = at + 10 + size, b""
            at += 10
            while at < end:
                text += m[at + 1:at + 1 + m[at]]
                at += m[at] + 1
            self.texts.append(json.loads(text) if kind == TXT else None)
        assert ident == 0x5151


def by_udp(port, q):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(10)
        s.sendto(q, ("127.0.0.1", port))
        return Reply(s.recv(65535))


def by_tcp(port, q):
    with socket.create_connection(("127.0.0.1", port), 10) as s:
        s.sendall(struct.pack(">H", len(q)) + q)
        f = s.makefile("rb")
        return Reply(f.read(struct.unpack(">H", f.read(2))[0]))


def resolve(port, name, kind=TXT):
    """As resolvers do: UDP, and TCP when that was cut."""
    q = question(name, kind)
    reply = by_udp(port, q)
    if len(reply.bytes) > 2 * len(q):
        check(False, "dns_amplify: " + name, len(reply.bytes))
    return by_tcp(port, q) if reply.cut else reply


# --- the program ---------------------------------------------------------------------------------

class Server:
    def __init__(self, *words):
        self.p = subprocess.Popen([NOROSHI, "serve", "--dns", "127.0.0.1:0", *words],
                                  stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.p.stderr.readline()
        found = re.search(r"127\.0\.0\.1:(\d+): (\d+) sets?, ([\d,]+) values?", line)
        self.said, self.port = line, int(found[1]) if found else 0
        self.sets = int(found[2]) if found else -1

    def end(self, how=signal.SIGTERM):
        self.p.send_signal(how)
        out, err = self.p.communicate(timeout=20)
        return self.p.returncode, out, err


def noroshi(*words, stdin=""):
    p = subprocess.run([NOROSHI, *words], input=stdin, capture_output=True, text=True)
    return p.returncode, p.stdout, p.stderr


def load(name, verdict, values, *words):
    code, _, err = noroshi("import", "-q", "--set", name, "--verdict", verdict, *words, "-",
                           stdin="\n".join(values) + "\n")
    if code:
        check(False, "loading " + name, err)


def sha1(text):
    return hashlib.sha1(text.encode()).hexdigest()


# --- scenarios -----------------------------------------------------------------------------------

def what_is_said():
    md5, sha256 = hashlib.md5(b"a").hexdigest(), hashlib.sha256(b"a").hexdigest()
    load("good", "known-good", [sha1("a"), md5, sha256, sha1("both")])
    load("bad", "known-bad", [sha1("evil"), sha1("both")], "--source", "somebody")
    s = Server("--dns-zone", "Soc.Example.")
    check(s.sets == 2, "says what it serves", s.said)
    good = {"verdict": "known-good", "set": "good", "source": "good"}
    bad = {"verdict": "known-bad", "set": "bad", "source": "somebody"}
    for name, texts in [(sha1("a"), [good]), (sha1("a").upper(), [good]), (md5, [good]),
                        (sha256[:32] + "." + sha256[32:], [good]), (sha1("evil"), [bad]),
                        (sha1("both"), [bad, good])]:
        r = resolve(s.port, name + ".dns.soc.example")
        check(r.code == OK and r.texts == texts, "answers " + name, r.texts)
    for name, code in [(sha1("nothing") + ".dns.soc.example", NXDOMAIN),
                       ("x.dns.soc.example", NXDOMAIN), ("dns.soc.example", OK),
                       (sha1("a") + ".dns.other.example", REFUSED), ("example", REFUSED)]:
        r = resolve(s.port, name)
        check(r.code == code and not r.texts, "says of %s: %d" % (name, code), (r.code, r.texts))
    if shutil.which("dig"):
        out = subprocess.run(["dig", "+short", "-p", str(s.port), "@127.0.0.1", "TXT",
                              sha1("both") + ".dns.soc.example"], capture_output=True, text=True)
        check("known-bad" in out.stdout and "known-good" in out.stdout, "dig agrees", out.stdout)
    code, out, err = s.end()
    check(code == 0 and not out and "answered" in err, "ends in order when it is told to",
          (code, out, err))


def what_is_not_public():
    """The answers of a store that never held the rest."""
    names = [sha1(t) for t in ("a", "evil", "both", "green", "red", "own", "nothing")]
    s = Server()
    before = [resolve(s.port, n + ".dns.x").bytes for n in names]
    s.end()
    load("green", "known-bad", [sha1("green"), sha1("a"), sha1("both")], "--tlp", "green")
    load("red", "known-bad", [sha1("red"), sha1("a")], "--tlp", "red", "--for", "board")
    load("good", "known-bad", [sha1("evil")], "--tlp", "amber", "--owner", "acme", "--source", "good")
    s = Server()
    after = [resolve(s.port, n + ".dns.x").bytes for n in names]
    check(s.sets == 2 and after == before, "dns_clearance: what is above TLP:CLEAR is not there",
          s.said)
    code, _, err = s.end(signal.SIGINT)
    check(code == 0, "ends in order at Ctrl-C", err)
    s = Server("--dns-set", "bad")
    r = resolve(s.port, sha1("both") + ".dns.x")
    check(s.sets == 1 and [t["set"] for t in r.texts] == ["bad"], "only the sets that are named",
          r.texts)
    check(resolve(s.port, sha1("a") + ".dns.x").code == NXDOMAIN, "and others are unknown")
    s.end()
    for words, part in [(["--dns-set", "red"], "red"), (["--dns", "192.0.2.1:5353"], "--dns-set"),
                        (["--dns", "localhost:53"], "localhost"),
                        (["--dns-zone", "a..b"], "a..b"), (["--dns", "0.0.0.0:53"], "0.0.0.0")]:
        code, _, err = noroshi("serve", "--dns", "127.0.0.1:0", *words)
        check(code == 2 and part in err and err.count("\n") == 1, "refuses " + " ".join(words), err)


def while_it_runs():
    s = Server()
    name = sha1("new") + ".dns.x"
    check(resolve(s.port, name).code == NXDOMAIN, "not known yet")
    load("fresh", "known-bad", [sha1("new")])
    check([t["set"] for t in resolve(s.port, name).texts] == ["fresh"], "known as soon as it is loaded")
    noroshi("set", "drop", "-q", "fresh")
    check(resolve(s.port, name).code == NXDOMAIN, "and not known when it was dropped")
    noise = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as flood:
        for i in range(3000):
            flood.sendto(os.urandom(i % 600), ("127.0.0.1", s.port))
            noise += 1
    with socket.create_connection(("127.0.0.1", s.port), 10) as c:
        c.sendall(b"\xff\xff" + os.urandom(100))
    check(by_tcp(s.port, question(sha1("a") + ".dns.x")).texts != [], "still there after %d bytes of noise" % noise)
    code, _, err = s.end()
    check(code == 0, "and ends in order", err)


def files_of_this_machine():
    """dpkg's own lists of what it installed are a set of known files."""
    lists = sorted(glob.glob("/var/lib/dpkg/info/*.md5sums"), key=os.path.getsize)[-20:]
    if not lists:
        return
    with open(lists[0]) as f:
        md5, path = f.readline().split(None, 1)
    code, _, err = noroshi("import", "-q", "--set", "debian", "--verdict", "known-good", *lists)
    check(code == 0, "dpkg's lists are read", err)
    s = Server()
    r = resolve(s.port, md5 + ".dns.x")
    check([t["set"] for t in r.texts] == ["debian"], "a file of a package is known: " + path.strip(), r.texts)
    s.end()
    load("bad", "known-bad", [md5])
    out = json.loads(noroshi("ask", "--json", md5)[1].splitlines()[0])
    said = {json.dumps(w) for w in out["why"] + out["against"]}
    check(out["verdict"] == "conflicting" and any("debian" in w for w in said) and
          any('"bad"' in w for w in said), "ask says both of a hash that is in both", out["verdict"])


def main():
    with tempfile.TemporaryDirectory() as work:
        os.environ["NOROSHI_DATA"] = os.path.join(work, "d")
        noroshi("init", "-q")
        for scenario in (what_is_said, what_is_not_public, while_it_runs, files_of_this_machine):
            scenario()
    return TAP.end()


sys.exit(main())
