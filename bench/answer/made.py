#!/usr/bin/env python3
"""Makes lists in the shape of maltrail's for bench/answer/run, a .tar.gz on standard output.

    made.py copy K FROM.tar.gz     every list of FROM with every value altered: as many claims again
    made.py lines K N              N names, an eighth of them addresses with ports, in lists of 5,000
    made.py flood PORTS NAMES      one address on PORTS ports of two lists, one family of NAMES names"""
import io
import re
import sys
import tarfile

ADDRESS = re.compile(r"^(\d+)\.(\d+)\.(\d+)\.(\d+)(.*)$")


def altered(line, k):
    value, mark, rest = line.partition("#")
    value = value.strip()
    if not value:
        return line
    m = ADDRESS.match(value)
    if m and not m.group(5).startswith("/"):
        first = (int(m.group(1)) + 17 * k) % 199 + 11
        value = "%d.%s.%s.%s%s" % (first, m.group(2), m.group(3), m.group(4), m.group(5))
    elif not value.startswith(("/", "http")):
        value = "c%d%s" % (k, value)
    return value + (" " + mark + rest if mark else "")


def put(out, name, lines):
    lines = ["# made up by bench/answer, in the form that Maltrail developers use"] + lines
    data = ("\n".join(lines) + "\n").encode()
    info = tarfile.TarInfo(name)
    info.size = len(data)
    out.addfile(info, io.BytesIO(data))


def copy(out, k, path):
    with tarfile.open(path) as tar:
        for member in tar:
            if not member.isfile():
                continue
            text = tar.extractfile(member).read().decode("utf-8", "replace")
            stem, dot, ending = member.name.rpartition(".")
            put(out, "%s_c%d%s%s" % (stem, k, dot, ending), [altered(s, k) for s in text.splitlines()])


def lines(out, k, count):
    for start in range(0, count, 5000):
        put(out, "malware/made_%d_%d.txt" % (k, start // 5000),
            ["# Reference: https://report.example/%d/%d" % (k, start)] +
            ["%d.%d.%d.%d:%d" % (11 + k, n >> 16 & 255, n >> 8 & 255, n & 255, 1000 + n % 64)
             if n % 8 == 0 else "h%x.made%d.com" % (n, k) for n in range(start, min(start + 5000, count))])


def flood(out, ports, names):
    for which in "ab":
        put(out, "malware/ports_%s.txt" % which,
            ["203.0.113.99:%d" % p for p in range(1, min(ports, 65535) + 1)])
    put(out, "malware/manynames.txt", ["n%x.manynames.com" % n for n in range(names)])


def main():
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|gz") as out:
        what, numbers = sys.argv[1], sys.argv[2:]
        if what == "copy":
            copy(out, int(numbers[0]), numbers[1])
        elif what == "lines":
            lines(out, int(numbers[0]), int(numbers[1]))
        else:
            flood(out, int(numbers[0]), int(numbers[1]))


main()
