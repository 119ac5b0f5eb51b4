#!/usr/bin/env python3
"""Many values at once: answers as one after another gives them, whatever stands between them.

More than a few values are shared out among threads. What they say together is, byte for byte, what
the same values say in portions that no thread gets; a value that is refused is told in its place;
values over the limit leave the answers before them; who closes the pipe ends the program quietly."""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import Tap  # noqa: E402

NOROSHI = os.path.abspath(os.environ.get("NOROSHI", "build/noroshi"))
NOW = "2026-11-22T01:00:00Z"
TAP = Tap()
check = TAP.check


def run(store, *words, data=b"", **more):
    env = dict(os.environ, NOROSHI_DATA=store, NOROSHI_NOW=NOW, LANG="C.UTF-8", LC_ALL="C.UTF-8", **more)
    return subprocess.run([NOROSHI, *words], env=env, input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)


def asked():
    """Known, unknown, names, refused ones, some twice: 3,000 in an order that is not that of the lists."""
    out = []
    for i in range(3000):
        n = i * 7919 % 3000
        out.append(b"host%d.example" % n if n % 7 == 0 else
                   b"198.51.%d.%d" % (100 + n // 250, n % 250) if n % 7 < 4 else
                   b"Family %d" % (n % 40) if n % 7 == 4 else
                   b"\xff\xfe broken %d" % n if n % 131 == 5 else
                   b"x" * 9000 if n % 500 == 6 else
                   b"www.host%d.example" % (n % 300))
    return out


def in_portions(store, words, values, size):
    out, told, codes = [], [], set()
    for i in range(0, len(values), size):
        p = run(store, *words, "ask", "-", data=b"\n".join(values[i:i + size]) + b"\n")
        out.append(p.stdout)
        told.append(p.stderr)
        codes.add(p.returncode)
    joint = b"" if "--json" in words or "--short" in words else b"\n"
    return joint.join(out), b"".join(told), max(codes)


def main():
    with tempfile.TemporaryDirectory() as folder:
        store, values = os.path.join(folder, "store"), asked()
        run(store, "init")
        for family in range(40):
            path = os.path.join(folder, "family_%d.txt" % family)
            with open(path, "w", encoding="utf-8") as f:
                f.write("# Maltrail developers' form, made up for a test\n")
                f.writelines("host%d.example\n" % n for n in range(family, 3000, 40) if n % 3)
                f.writelines("198.51.%d.%d\n" % (100 + n // 250, n % 250) for n in range(family, 3000, 40) if n % 2)
            p = run(store, "import", path)
            if p.returncode > 1:
                sys.exit(p.stderr.decode())
        for words in ([], ["--lang", "ja"], ["--json"], ["--short"], ["--json", "--short"], ["--why"]):
            whole = run(store, *words, "ask", "-", data=b"\n".join(values) + b"\n")
            parts, told, code = in_portions(store, words, values, 50)
            name = " ".join(words) or "text"
            check(whole.stdout == parts and len(parts) > 50000, "the same answers: " + name,
                  "%d and %d bytes" % (len(whole.stdout), len(parts)))
            check(whole.stderr == told and (told == b"") == ("--json" in words), "the same refusals: " + name,
                  whole.stderr[:300])
            check(whole.returncode == code == 2, "the same exit: " + name, whole.returncode)
        p = run(store, "ask", "-", data=b"\n".join(values[:300]) + b"\n", NOROSHI_LIMIT_ASK_VALUES="200")
        first = run(store, "ask", "-", data=b"\n".join(values[:200]) + b"\n")
        check(p.returncode == 2 and p.stdout == first.stdout and b"over 200 values" in p.stderr,
              "values over the limit leave the answers before them", p.stderr[-300:])
        unknown = run(store, "ask", "-", data=b"".join(b"203.0.113.%d\n" % n for n in range(200)))
        check(unknown.returncode == 1 and unknown.stdout.count(b"203.0.113.") >= 200, "nothing known exits with 1",
              unknown.returncode)
        p = subprocess.run("%s ask - | head -c 100 >/dev/null" % NOROSHI, shell=True, check=False,
                           env=dict(os.environ, NOROSHI_DATA=store, NOROSHI_NOW=NOW), stderr=subprocess.PIPE,
                           input=b"\n".join(values) + b"\n", timeout=60)
        check(b"pipe" not in p.stderr.lower(), "who closes the pipe ends it quietly", p.stderr[:300])
    return TAP.end()


sys.exit(main())
