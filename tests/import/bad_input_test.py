#!/usr/bin/env python3
"""bad_input: whatever is wrong with a document, it is one clear error or refusals with their places.

From a small valid document of every format, and from every container, many wrong ones are made: cut
off, bits flipped, bytes put in and taken out, NULs, wrong UTF-8, byte order marks, over every limit,
bombs. A folder of them is imported at once. For each document there must be one JSON object on
standard output, in order, that is a summary which adds up or an error with what and where; the
program ends with the code that fits, without a signal, in bounded time and memory; what it took is
there and complete, and what was known before is answered as before."""
import gzip
import hashlib
import json
import lzma
import os
import random
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from kit import (LONG, NOROSHI, Tap, claims, documents, environment, new_store, packings, run,  # noqa: E402
                 sdo, tarred, write, zipped, zst)
import zlib  # noqa: E402
import bz2  # noqa: E402
import zipfile  # noqa: E402
import io  # noqa: E402
import tarfile  # noqa: E402

MEMORY_MAX_KIB = 256 << 10
SECONDS_MAX = 60
CODES = {"input", "limit", "not-found", "io"}
tap = Tap()


# --- one import of many documents ----------------------------------------------------------------

def wrong_error(e):
    if e.get("code") not in CODES:
        return "code"
    if not e.get("message") or "\n" in e["message"] or len(e["message"]) > 400:
        return "message"
    if not e.get("where"):
        return "where"
    at = e.get("at")
    return "" if at is None or (isinstance(at, int) and at >= 0) else "at"


def wrong_summary(s):
    if s["records"] != s["new"] + s["known"] + s["refused_total"]:
        return "counts"
    if len(s["refused"]) != min(100, s["refused_total"]):
        return "list"
    for n in s["refused"]:
        if not n["why"] or not isinstance(n.get("at"), int) or "\n" in n["why"]:
            return "refusal %r" % n
    return ""


def judge(ran, names, folder, sizes=None):
    """What is wrong with a run over a folder whose files are `names`, one document each."""
    wrong = []
    if ran.code < 0 or ran.code not in (0, 1, 2):
        wrong.append("ended with %d" % ran.code)
    if ran.err:
        wrong.append("stderr: %r" % ran.err[:300])
    if ran.rss > MEMORY_MAX_KIB:
        wrong.append("memory: %d MiB" % (ran.rss >> 10))
    if ran.seconds > SECONDS_MAX:
        wrong.append("%d s" % ran.seconds)
    try:
        objects = ran.objects()
    except ValueError as e:
        return wrong + ["stdout is no JSON: %s" % e]
    errors = [o["error"] for o in objects if "error" in o]
    code = 2 if errors else 1 if any(o.get("refused_total") for o in objects) else 0
    if ran.code != code:
        wrong.append("exit %d, want %d" % (ran.code, code))
    paths = [o["error"].get("where") if "error" in o else o["path"] for o in objects]
    want = ["%s/%s" % (os.path.basename(folder), n) for n in sorted(names)]
    if paths != want:
        lost = set(want) - set(paths), set(paths) - set(want)
        wrong.append("documents: %d of %d, %r" % (len(paths), len(want), lost))
    for o in objects:
        w = wrong_error(o["error"]) if "error" in o else wrong_summary(o)
        if not w and sizes and "error" in o and o["error"].get("at"):
            size = sizes.get(o["error"]["where"].split("/", 1)[1])
            if size is not None and o["error"]["at"] > size:
                w = "at %d of %d bytes" % (o["error"]["at"], size)
        if w:
            wrong.append("%s: %r" % (w, o))
    return wrong


def taken_completely(before, after, ran):
    """Each document that was taken has claims, and what was there is there still."""
    wrong = []
    if not after.startswith(before):
        wrong.append("claims that were known before are others now")
    named = set()
    for line in after[len(before):].splitlines():
        named.add(json.loads(line)["document"])
    failed = {o["document"] for o in ran.summaries() if not o["new"] and o["document"]}
    took = {o["document"] for o in ran.summaries() if o["new"]}
    if named - took:
        wrong.append("claims of documents that said nothing new: %r" % sorted(named - took)[:3])
    if failed & named - took:
        wrong.append("claims of refused documents")
    return wrong


def sound(store):
    """The store's own check: the file, nothing half done, nothing that hangs in the air."""
    wrong = []
    d = sqlite3.connect("file:%s?mode=ro" % os.path.join(store, "noroshi.db"), uri=True)
    for question, want in (
            ("PRAGMA integrity_check", "ok"),
            ("SELECT count(*) FROM tx WHERE at IS NULL", 0),
            ("SELECT count(*) FROM claim WHERE tx NOT IN (SELECT id FROM tx)", 0),
            ("SELECT count(*) FROM claim WHERE document > 0 AND document NOT IN"
             " (SELECT id FROM document)", 0),
            ("SELECT count(*) FROM claim WHERE subject NOT IN (SELECT id FROM node)", 0)):
        got = d.execute(question).fetchone()[0]
        if got != want:
            wrong.append("%s: %r" % (question, got))
    documents_kept = [row[0] for row in d.execute("SELECT lower(hex(sha256)) FROM document")]
    d.close()
    for sha in documents_kept[:4]:
        ran = run(["export", "--document", "sha256:" + sha], store)
        if hashlib.sha256(ran.out).hexdigest() != sha:
            wrong.append("the bytes of %s" % sha)
    return wrong


def verdict(store):
    """What is said of a value that was there before; not how much else is known."""
    answer = run(["ask", "--json", "203.0.113.77"], store).objects()[0]
    return {k: answer[k] for k in ("verdict", "state", "score", "why", "against", "entities")}


def try_folder(name, files, words=(), seconds=120, turns=False):
    """files: {name: bytes}. Imported twice: the second time adds nothing, either; unless the
    documents take turns: a galaxy's values have no time, so each replaces the one before."""
    with tempfile.TemporaryDirectory(prefix="bad-") as folder:
        store = new_store(os.path.join(folder, "var"))
        good = write(os.path.join(folder, "good.txt"), b"203.0.113.77\n203.0.113.78\n")
        run(["import", good], store)
        before = claims(store)
        answer = verdict(store)
        place = os.path.join(folder, "bad")
        for n, content in files.items():
            write(os.path.join(place, n), content)
        sizes = {n: len(c) for n, c in files.items()}
        ran = run(["import", "--json", "--mode", "delta"] + list(words) + [place], store,
                  seconds=seconds)
        wrong = judge(ran, files, place, sizes)
        if not wrong:
            after = claims(store)
            wrong += taken_completely(before, after, ran)
            again = run(["import", "--json", "--mode", "delta"] + list(words) + [place], store)
            wrong += ["again: " + w for w in judge(again, files, place)]
            new = ["again: new in %r" % s for s in again.summaries() if s["new"]][:3]
            wrong += [] if turns else new
            if claims(store) != after and not turns:
                wrong.append("again: the claims are others")
            wrong += sound(store)
            if verdict(store) != answer:
                wrong.append("what was known before is answered otherwise")
        tap.check(not wrong, "%s: %d documents" % (name, len(files)), "\n".join(wrong[:12]))
        return ran


# --- wrong documents -----------------------------------------------------------------------------

def flip(content, bit):
    b = bytearray(content)
    b[bit >> 3] ^= 1 << (bit & 7)
    return bytes(b)


def mutations(content, chance, many):
    """(what, bytes) from one document: a sample of each sort."""
    n = len(content)
    for at in (range(n) if n <= many else sorted(chance.sample(range(n), many))):
        yield "cut%05d" % at, content[:at]
    for bit in sorted(chance.sample(range(8 * n), min(many, 8 * n))):
        yield "bit%06d" % bit, flip(content, bit)
    odd = [b"\0", b"\0\0\0\0", b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80",
           b"\\ud800", b"\\u0000", b"\\udc00\\ud800", b"\r", b"\n", b'"', b"\\", b"{", b"[", b"]",
           b"}", b",", b"1e999999", b"\xe2\x80\xa8", b"\x1b[31m", b"\xef\xbb\xbf"]
    for i in range(many):
        at, what = chance.randrange(n + 1), odd[i % len(odd)]
        yield "put%04d" % i, content[:at] + what + content[at:]
    for i in range(many // 2):
        at = chance.randrange(n)
        yield "gone%04d" % i, content[:at] + content[at + 1 + chance.randrange(8):]
    for i in range(many // 4):
        at, to = chance.randrange(n), chance.randrange(n)
        yield "moved%04d" % i, content[:at] + content[min(at, to):max(at, to)] + content[at:]


def odd_wholes(content):
    """What happens to whole files."""
    yield "empty", b""
    yield "blanks", b" \t\r\n" * 10
    yield "nuls", b"\0" * 1000
    yield "bom", b"\xef\xbb\xbf" + content
    yield "bom-only", b"\xef\xbb\xbf"
    yield "two-boms", b"\xef\xbb\xbf\xef\xbb\xbf" + content
    yield "utf16le", content.decode().encode("utf-16")
    yield "utf16be", b"\xfe\xff" + content.decode().encode("utf-16-be")
    yield "utf32", content.decode().encode("utf-32")
    yield "latin1", content.decode().encode("cp1252", "replace")
    yield "cr", content.replace(b"\n", b"\r")
    yield "garbage-behind", content + b"\x00\xff garbage }"
    yield "twice", content + content
    yield "two-lines", content + b"\n" + content
    yield "noise", random.Random(7).randbytes(4096)
    yield "html", b"<!DOCTYPE html><html><body>404 Not Found</body></html>\n"


def folder_of(document, seed, many):
    chance = random.Random("%s %d" % (document.name, seed))
    stem, _, suffix = document.name.partition(".")
    return {"%s-%s.%s" % (stem, what, suffix): content
            for what, content in mutations(document.bytes, chance, many)}


def every_format():
    seeds, many = (range(1, 6), 150) if LONG else (range(1, 2), 20)
    for document in documents():
        stem, _, suffix = document.name.partition(".")
        for seed in seeds:
            files = folder_of(document, seed, many)
            files.update(("%s-%s.%s" % (stem, w, suffix), c)
                         for w, c in odd_wholes(document.bytes))
            try_folder("%s %s, seed %d" % (document.codec, document.name, seed), files,
                       turns=document.codec == "misp-galaxy")


def whole_files_of_another_encoding():
    """What comes out of spreadsheets and shells is told by its name, not as something unknown."""
    with tempfile.TemporaryDirectory(prefix="bad-") as folder:
        store = new_store(os.path.join(folder, "var"))
        for what, content, said in (("utf16", "\ufeffNo list.\n".encode("utf-16-le"), "format"),
                                    ("utf32", "\ufeff1.2.3.4\n".encode("utf-32-le"), "UTF-32"),
                                    ("empty", b"", "empty"), ("prose", b"No list.\n", "format")):
            ran = run(["import", write(os.path.join(folder, what + ".txt"), content)], store)
            tap.check(ran.code == 2 and ran.err.count(b"\n") == 1 and said.encode() in ran.err,
                      "by name: " + what, (ran.code, ran.err))
        packed = write(os.path.join(folder, "prose.txt.gz"), gzip.compress(b"No list.\n"))
        ran = run(["import", packed], store)
        tap.check(ran.code == 2 and b"prose.txt: not in any format" in ran.err,
                  "by name: prose in a gz", (ran.code, ran.err))
        for what, content in (("prose", zipped([("README", b"No list.\n")])),
                              ("folders", zipped([("a/", b"")]))):
            ran = run(["import", write(os.path.join(folder, what + ".zip"), content)], store)
            tap.check(ran.code == 0 and b"no document" in ran.out,
                      "a zip with nothing but %s says so" % what, (ran.code, ran.out, ran.err))


def forced_formats():
    """--format with what is none of it: an error or refusals, nothing taken."""
    every = documents()
    for codec in sorted({d.codec for d in every}):
        files = {"%d-%s" % (i, d.name): d.bytes for i, d in enumerate(every) if d.codec != codec}
        files.update(("0-%s" % w, c) for w, c in odd_wholes(b"{}") if c)
        ran = try_folder("--format %s on everything else" % codec, files, ["--format", codec])
        vague = [e for e in ran.errors() if "format" in e["message"] and "know" in e["message"]]
        tap.check(not vague, "--format %s says what is wrong" % codec, vague[:2])


# --- containers ----------------------------------------------------------------------------------

def containers():
    document = documents()[0]
    chance = random.Random(11)
    many = 400 if LONG else 12
    for suffix, packed in packings(document.name, document.bytes):
        files = {}
        for at in sorted(chance.sample(range(1, len(packed)), min(many, len(packed) - 1))):
            files["cut%05d%s" % (at, suffix)] = packed[:at]
        for bit in sorted(chance.sample(range(8 * len(packed)), many)):
            files["bit%06d%s" % (bit, suffix)] = flip(packed, bit)
        members(suffix, document, files, checked=suffix in (".gz", ".zst", ".xz", ".bz2"))


def members(suffix, document, files, checked):
    """Documents in containers: how many come out is the container's matter, but what comes out of a
    stream with a check sum is the document or nothing."""
    wrong = []
    with tempfile.TemporaryDirectory(prefix="bad-") as folder:
        store = new_store(os.path.join(folder, "var"))
        for name, content in files.items():
            write(os.path.join(folder, "bad", name), content)
        ran = run(["import", "--json", os.path.join(folder, "bad")], store)
        if ran.code not in (0, 1, 2) or ran.err or ran.rss > MEMORY_MAX_KIB:
            wrong.append("exit %d, %d KiB, %r" % (ran.code, ran.rss, ran.err[:300]))
        for o in ran.objects():
            w = wrong_error(o["error"]) if "error" in o else wrong_summary(o)
            if w:
                wrong.append("%s: %r" % (w, o))
        said = {o["error"]["where"] if "error" in o else o["path"] for o in ran.objects()}
        for name in files:
            inner = "bad/" + (name.removesuffix(suffix) if checked else name)
            if not any(s == "bad/" + name or s.startswith(inner) for s in said):
                wrong.append("nothing said of " + name)
        whole = {l for l in claims(store).splitlines()}
        fresh = new_store(os.path.join(folder, "other"))
        run(["import", write(os.path.join(folder, "bad2", document.name), document.bytes)], fresh)
        want = len(claims(fresh).splitlines())
        if checked and len(whole) not in (0, want):
            wrong.append("%d claims, want 0 or %d" % (len(whole), want))
    tap.check(not wrong, "damaged %s: %d files" % (suffix, len(files)), "\n".join(wrong[:12]))


def one_archive(name, content, codes, words=(), said="", suffix=".zip"):
    """An archive by itself: what it ends with, and that the reason says so."""
    with tempfile.TemporaryDirectory(prefix="bad-") as folder:
        store = new_store(os.path.join(folder, "var"))
        ran = run(["import", "--json"] + list(words)
                  + [write(os.path.join(folder, "x" + suffix), content)], store)
        errors = ran.errors()
        good = (ran.code in codes and not ran.err and ran.rss < MEMORY_MAX_KIB
                and ran.seconds < 20 and all(not wrong_error(e) for e in errors)
                and (not said or any(said in e["message"] for e in errors)))
        outside = sorted(os.listdir(folder))
        tap.check(good and outside == sorted(["var", "x" + suffix]), name,
                  (ran.code, ran.rss, ran.out[:1500], ran.err, outside))
        return ran


def bombs():
    zeros = b"\0" * (16 << 20)
    one_archive("a gz of 16 MiB of zeros", gzip.compress(zeros, 9), [2], said="expands", suffix=".gz")
    one_archive("an xz of zeros", lzma.compress(zeros), [2], said="expands", suffix=".xz")
    one_archive("a zst of zeros", zst(zeros), [2], said="expands", suffix=".zst")
    one_archive("a bz2 of zeros", bz2.compress(zeros), [2], said="expands", suffix=".bz2")
    one_archive("a zip of zeros", zipped([("z", zeros)]), [2], said="expands")
    nested = gzip.compress(b"192.0.2.1\n", mtime=0)
    for _ in range(6):
        nested = gzip.compress(nested, mtime=0)
    one_archive("gz in gz, seven levels", nested, [2], said="deep", suffix=".gz")
    deep = b"192.0.2.1\n"
    for i in range(7):
        deep = zipped([("l%d.zip" % i, deep)])
    one_archive("zip in zip, seven levels", deep, [2], said="deep")
    many = zipped([("m%d/" % i, b"") for i in range(100001)])
    one_archive("100,001 members", many, [2], said="members")
    del many
    one_archive("limits lowered: expands", gzip.compress(b"192.0.2.1\n" * 20000), [2],
                ["-o", "limit.archive-bytes=100KiB"], "expands", ".gz")
    one_archive("limits lowered: levels", zipped([("a.gz", gzip.compress(b"192.0.2.1\n"))]), [2],
                ["-o", "limit.archive-levels=1"], "deep")


def overlapping_zip():
    """Every entry of the directory names the same bytes."""
    raw = zipped([("a", b"192.0.2.1\n" * 500)])
    end = raw.rindex(b"PK\5\6")
    size, start = struct.unpack("<II", raw[end + 12:end + 20])
    entry = raw[start:start + size]
    return raw[:start] + entry * 50 + b"PK\5\6" + struct.pack(
        "<HHHHIIH", 0, 0, 50, 50, size * 50, start, 0)


def nested_zip():
    """A stored member that is a whole member of its own, which the directory names, too."""
    inner = zipped([("b", b"192.0.2.1\n")])
    entry = inner[:inner.index(b"PK\1\2")]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as z:
        z.writestr("a", entry + b"192.0.2.2\n")
    raw = out.getvalue()
    start, end = raw.index(b"PK\1\2", raw.index(entry) + len(entry)), raw.rindex(b"PK\5\6")
    second = bytearray(inner[inner.index(b"PK\1\2"):inner.rindex(b"PK\5\6")])
    second[42:46] = struct.pack("<I", raw.index(entry))
    directory = raw[start:end] + bytes(second)
    return raw[:start] + directory + b"PK\5\6" + struct.pack(
        "<HHHHIIH", 0, 0, 2, 2, len(directory), start, 0)


def commented(raw, comment):
    return raw[:-2] + struct.pack("<H", len(comment)) + comment


def odd_members():
    listed = b"192.0.2.1\n192.0.2.2\n"
    one_archive("a zip whose members are one", overlapping_zip(), [2], said="overlap")
    one_archive("a zip with a member inside another", nested_zip(), [2], said="overlap")
    apart = zipped([("a", b"192.0.2.1\n" * 500), ("b/", b""), ("b/c", b"192.0.2.2\n")])
    one_archive("a zip with a comment", commented(apart, b"members that stand apart"), [0])
    names = ["../../../../../../tmp/noroshi-evil.txt", "/etc/noroshi-evil.txt", "a/../../x.txt",
             "a\x1b[31mb.txt", "\u202etxt.exe", "a" * 5000 + ".txt", ".", "con", "-rf"]
    ran = one_archive("members that climb", tarred([(n, listed) for n in names]), [0],
                      suffix=".tar.gz")
    tap.check(not any(os.path.exists(p) for p in ("/tmp/noroshi-evil.txt", "/etc/noroshi-evil.txt"))
              and b"\x1b" not in ran.out, "nothing is written by a member's name", ran.out[:300])
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as t:
        for kind, target in ((tarfile.SYMTYPE, "/etc/passwd"), (tarfile.LNKTYPE, "/etc/passwd"),
                             (tarfile.CHRTYPE, ""), (tarfile.BLKTYPE, ""), (tarfile.FIFOTYPE, ""),
                             (tarfile.DIRTYPE, "")):
            info = tarfile.TarInfo("odd-%s" % kind.decode("latin1"))
            info.type, info.linkname, info.devmajor, info.devminor = kind, target, 1, 3
            t.addfile(info)
    ran = one_archive("links, devices and a FIFO in a tar", out.getvalue(), [0], suffix=".tar")
    tap.check(b"root:" not in ran.out, "and none of them is followed")
    with zipfile.ZipFile(io.BytesIO(zipped([("a.txt", listed)]))) as z:
        info = z.infolist()[0]
    raw = bytearray(zipped([("a.txt", listed)]))
    raw[6] |= 1
    raw[raw.index(b"PK\1\2") + 8] |= 1
    one_archive("an encrypted member of %d bytes" % info.file_size, bytes(raw), [2], said="encrypt")


# --- over limits ---------------------------------------------------------------------------------

def over_limits():
    deep = lambda n: json.dumps(sdo("tool", 1, name="a")).replace(
        '"name"', '"x_deep": %s1%s, "name"' % ("[" * n, "]" * n)).encode()
    long_name = lambda n: json.dumps(sdo("tool", 1, name="a", x_long="y" * n)).encode()
    line = lambda n: b"192.0.2.1\n" * 20 + b"192.0.2.2 # " + b"x" * n + b"\n192.0.2.3\n"
    row = lambda n: b"ioc,comment\n192.0.2.1,a\n192.0.2.2," + b"c" * n + b"\n192.0.2.3,b\n"
    cases = [
        ("json-depth", "8", deep(6), deep(9), "deep.json"),
        ("json-depth", "64", deep(60), deep(70), "deeper.json"),
        ("json-depth", "64", deep(60), deep(100000), "deepest.json"),
        ("object-bytes", "4KiB", long_name(2000), long_name(5000), "long.json"),
        ("line-bytes", "4KiB", line(4000), line(5000), "list.txt"),
        ("line-bytes", "4KiB", row(4000), row(5000), "rows.csv"),
        ("document-bytes", "4KiB", long_name(3000), long_name(5000), "large.json"),
    ]
    for key, value, under, over, name in cases:
        with tempfile.TemporaryDirectory(prefix="bad-") as folder:
            store = new_store(os.path.join(folder, "var"))
            limit = ["-o", "limit.%s=%s" % (key, value)]
            wrong = []
            for what, content in (("over", over), ("under", under)):
                path = write(os.path.join(folder, what, name), content)
                for how, words, given in (("file", [path], b""), ("stdin", ["-"], content)):
                    ran = run(["import", "--json", "--dry-run"] + limit + words, store, given)
                    troubles = ran.errors() + [
                        {"message": n["why"]} for s in ran.summaries() for n in s["refused"]]
                    about = [t for t in troubles if any(
                        w in t["message"] for w in ("over ", "deeper", "too long", "too large"))]
                    if ran.err or ran.rss > MEMORY_MAX_KIB:
                        wrong.append((what, how, ran.err, ran.rss))
                    if what == "over" and (not about or ran.code not in (1, 2)):
                        wrong.append((what, how, ran.code, ran.out[:600]))
                    if what == "under" and about:
                        wrong.append((what, how, ran.code, ran.out[:600]))
            tap.check(not wrong, "limit.%s=%s, %s" % (key, value, name), wrong)


def large_documents():
    """Memory does not follow the size of what is wrong."""
    size = (64 if LONG else 20) << 20
    files = {
        "one-line.txt": b"192.0.2.1\n" + b"a" * size,
        "one-string.json": b'{"type":"bundle","id":"bundle--%s","objects":[{"type":"tool","name":"'
                           % b"00000099-0000-4000-8000-000000000099" + b"b" * size + b'"}]}',
        "brackets.json": b'{"type":"bundle","objects":[' + b"[" * size,
        "open-quote.csv": b'ioc,type\n192.0.2.1,"' + b"q" * size,
        "commas.csv": b"ioc,type\n192.0.2.1,ipv4\n" + b"," * size,
        "line-ends.txt": b"192.0.2.1\n" + b"\n" * size,
        "escapes.json": b'[{"type":"tool","id":"tool--1","x":"' + b"\\u0000" * (size // 6),
        "refused.txt": b"192.0.2.1\n192.0.2.2\n" * 60 + b"no value at all\n" * (size // 64),
    }
    try_folder("large and wrong", files, seconds=300)


# --- the file system -----------------------------------------------------------------------------

def file_system():
    with tempfile.TemporaryDirectory(prefix="bad-") as folder:
        store = new_store(os.path.join(folder, "var"))
        feed = os.path.join(folder, "feed")
        write(os.path.join(feed, "a.txt"), b"192.0.2.1\n")
        write(os.path.join(feed, "z.txt"), b"192.0.2.2\n")
        os.mkfifo(os.path.join(feed, "fifo"))
        os.symlink(feed, os.path.join(feed, "loop"))
        os.symlink("nowhere", os.path.join(feed, "dangling"))
        os.symlink("/etc/passwd", os.path.join(feed, "passwd"))
        sock = socket.socket(socket.AF_UNIX)
        sock.bind(os.path.join(feed, "socket"))
        write(os.path.join(feed.encode(), b"\xff\xfe\x1b.txt"), b"192.0.2.3\n")
        write(os.path.join(feed, ".hidden"), b"192.0.2.4\n")
        ran = run(["import", "--json", feed], store, seconds=20)
        paths = [s["path"] for s in ran.summaries()]
        tap.check(ran.code == 0 and len(paths) == 3 and not ran.err and b"\x1b" not in ran.out,
                  "a folder with a FIFO, links and a socket", (ran.code, ran.out, ran.err))
        sock.close()
        odd = [("a FIFO by name", os.path.join(feed, "fifo")),
               ("a link that loops", os.path.join(folder, "self")),
               ("a device", "/dev/null"), ("a file that gives an error", "/proc/self/mem"), ("nothing there", os.path.join(folder, "nowhere")),
               ("an empty name", ""), ("a name with a line break", "a\nb")]
        os.symlink("self", os.path.join(folder, "self"))
        for what, path in odd:
            ran = run(["import", path, os.path.join(feed, "a.txt")], store, seconds=20)
            lines = ran.err.decode().splitlines()
            tap.check(ran.code == 2 and len(lines) == 1 and lines[0].startswith("noroshi: "),
                      "%s is one line, and the rest goes on" % what, (ran.code, ran.out, ran.err))
        unreadable(folder, store)
        deep_folders(folder, store)


def unreadable(folder, store):
    if os.geteuid() == 0:
        tap.skip("a file that may not be read", "root reads everything")
        return
    path = write(os.path.join(folder, "locked", "x.txt"), b"192.0.2.5\n")
    os.chmod(path, 0)
    ran = run(["import", os.path.dirname(path)], store)
    tap.check(ran.code == 2 and b"x.txt" in ran.err, "a file that may not be read", ran.err)


def deep_folders(folder, store):
    path = os.path.join(folder, "deep")
    write(os.path.join(path, *["d"] * 70, "x.txt"), b"192.0.2.9\n")
    ran = run(["import", path], store)
    tap.check(ran.code == 2 and ran.err.count(b"\n") == 1 and b"deeper than" in ran.err,
              "folders deeper than 64", (ran.code, ran.err))


def changing_file():
    """A file that shrinks, grows and changes while it is read: an error or a whole version of it."""
    with tempfile.TemporaryDirectory(prefix="bad-") as folder:
        store = new_store(os.path.join(folder, "var"))
        path = os.path.join(folder, "feed", "a.txt")
        content = b"".join(b"198.51.%d.%d\n" % (i >> 8, i & 255) for i in range(40000))
        wrong = []
        for i in range(20 if LONG else 4):
            write(path, content)
            pid = os.fork()
            if pid == 0:
                chance = random.Random(i)
                for _ in range(3000):
                    os.truncate(path, chance.randrange(len(content)))
                    os.truncate(path, len(content))
                os._exit(0)
            ran = run(["import", "--json", "--mode", "delta", os.path.dirname(path)], store)
            os.waitpid(pid, 0)
            if ran.code not in (0, 1, 2) or ran.err or len(ran.objects()) != 1:
                wrong.append((ran.code, ran.out[:500], ran.err))
        write(path, content)
        ran = run(["import", "--json", "--mode", "delta", os.path.dirname(path)], store)
        if ran.code != 0 or run(["ask", "--short", "198.51.0.7"], store).code != 0:
            wrong.append(("whole", ran.code, ran.out[:500], ran.err))
        tap.check(not wrong, "a file that changes while it is read", wrong)


# --- what import does besides ----------------------------------------------------------------------

def import_itself():
    every = documents()
    with tempfile.TemporaryDirectory(prefix="bad-") as folder:
        store = new_store(os.path.join(folder, "var"))
        before = claims(store)
        for d in every:
            write(os.path.join(folder, "feed", d.codec, d.name), d.bytes)
        write(os.path.join(folder, "feed", "README.md"), b"# About\n\nWords about these files.\n")
        dry = run(["import", "--json", "--dry-run", os.path.join(folder, "feed")], store)
        tap.check(dry.code == 0 and all(s["new"] for s in dry.summaries() if not s.get("skipped"))
                  and claims(store) == before, "--dry-run tells and keeps nothing", dry.out[:800])
        ran = run(["import", "--json", os.path.join(folder, "feed")], store)
        same = [(s["path"], s["records"], s["refused_total"]) for s in ran.summaries()] == [
            (s["path"], s["records"], s["refused_total"]) for s in dry.summaries()]
        tap.check(ran.code == 0 and same and sum("skipped" in s for s in ran.summaries()) == 1
                  and not ran.err, "a folder of everything", (ran.code, ran.out[:2000], ran.err))
        for d in every:
            store = new_store(os.path.join(folder, "alone-" + d.name))
            run(["import", os.path.join(folder, "feed", d.codec, d.name)], store)
            after = claims(store)
            got = run(["import", "--json", "-"], store, d.bytes)
            packed = run(["import", "--json", "-"], store, gzip.compress(d.bytes))
            tap.check(got.code == packed.code == 0 and got.summaries()[0]["known"]
                      and packed.summaries()[0]["known"] and claims(store) == after,
                      "%s %s by standard input" % (d.codec, d.name), (got.out, got.err, packed.out))
        modes(folder)


def progress():
    """On a terminal only, and on standard error only."""
    try:
        for side in os.openpty():
            os.close(side)
    except OSError as e:  # a container without /dev/pts
        tap.skip("progress on a terminal only", "no terminal to be had: %s" % e)
        return
    with tempfile.TemporaryDirectory(prefix="bad-") as folder:
        store = new_store(os.path.join(folder, "var"))
        path = write(os.path.join(folder, "a.txt"), b"192.0.2.1\n192.0.2.2\n")
        quiet = run(["import", path], store)
        said = []
        for words in ([], ["--json"], ["-q"]):
            master, slave = os.openpty()
            p = subprocess.Popen([NOROSHI, "import"] + words + [path], env=environment(store),
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=slave)
            out = p.communicate(timeout=60)[0]
            os.close(slave)
            said.append((p.returncode, out, terminal(master)))
        tap.check(not quiet.err and quiet.code == 0 and b"\r" not in quiet.out
                  and all(code == 0 and b"\r" not in out for code, out, _ in said)
                  and b"\r" in said[0][2] and not said[1][2] and not said[2][2],
                  "progress on a terminal only", (quiet.err, said))


def terminal(master):
    """What was written to the other side, which is closed."""
    got = b""
    try:
        while True:
            got += os.read(master, 65536)
    except OSError:
        pass
    os.close(master)
    return got


def modes(folder):
    """What a newer whole list does not say any more is withdrawn; a delta withdraws nothing."""
    old, new = b"192.0.2.1\n192.0.2.2\n192.0.2.3\n", b"192.0.2.2\n192.0.2.3\n192.0.2.4\n"
    for mode, want in (("snapshot", (1, 1)), ("delta", (1, 0))):
        store = new_store(os.path.join(folder, mode))
        path = os.path.join(folder, "lists-" + mode, "ips.txt")
        write(path, old)
        run(["import", "--mode", mode, path], store)
        dry = run(["import", "--json", "--dry-run", "--mode", mode, write(path, new)], store)
        ran = run(["import", "--json", "--mode", mode, path], store)
        got = [(r.summaries()[0]["new"], r.summaries()[0]["withdrawn"]) for r in (dry, ran)]
        tap.check(got == [want, want], "--mode " + mode, got)


def main():
    if not os.access(NOROSHI, os.X_OK):
        print("1..0 # SKIP %s is not built" % NOROSHI)
        return 0
    only = set(sys.argv[1:])
    for part in (every_format, whole_files_of_another_encoding, forced_formats, containers, bombs, odd_members, over_limits,
                 large_documents, file_system, changing_file, import_itself, progress):
        start = time.monotonic()
        if not only or part.__name__ in only:
            part()
            print("# %s: %.1f s" % (part.__name__, time.monotonic() - start))
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
