#!/usr/bin/env python3
"""again: what was imported once adds nothing when it comes again, in whatever clothes.

Small documents of our own for every format, each imported and then given once more as it is,
renamed, moved, packed into every container, written with its keys in another order, with other
white space, escapes and numbers, its STIX objects shuffled, split and joined. Nothing may be new
or withdrawn and the export of all claims must stay the same, byte for byte. Then the same over the
real collection, where it is there; what is refused of it must be listed with a place that is one."""
import json
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from kit import (LONG, SHARED, NOROSHI, Tap, claims, documents, json_clothes, new_store,  # noqa: E402
                 packings, run, stix_bundle, turn, uid, write, zipped)

import gzip  # noqa: E402
import glob  # noqa: E402

REFUSALS_MAX = 100
tap = Tap()


# --- what holds for every summary ----------------------------------------------------------------

def pointed(value, pointer):
    """What a JSON pointer (RFC 6901) leads to; KeyError when nowhere."""
    for part in pointer.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def wrong_place(content, note):
    """Why a refusal's place is not where the trouble stands; "" when it is."""
    at, place = note.get("at"), note.get("place", "")
    if not isinstance(at, int) or at > len(content):
        return "at %r of %d bytes" % (at, len(content))
    if not note.get("why"):
        return "no reason"
    line = re.match(r"line (\d+)", place)
    if line:
        head = content[:at].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        own = head.count(b"\n") + 1
        return "" if own == int(line[1]) else "at %d is line %d, not %s" % (at, own, place)
    text = content.decode("utf-8", "strict")
    if place.startswith("/"):
        try:
            found, _ = json.JSONDecoder().raw_decode(content[at:].decode("utf-8"))
            want = pointed(json.loads(text.lstrip("\ufeff")), place)
        except (ValueError, LookupError) as e:
            return "%s at %d: %r" % (place, at, e)
        return "" if found == want else "at %d stands %.60r, not %s" % (at, found, place)
    return "" if place else "no place"


def wrong_summary(s, content=None):
    if s["records"] != s["new"] + s["known"] + s["refused_total"]:
        return "records %(records)d = %(new)d + %(known)d + %(refused_total)d?" % s
    if len(s["refused"]) != min(s["refused_total"], REFUSALS_MAX):
        return "%d of %d refusals listed" % (len(s["refused"]), s["refused_total"])
    for note in s["refused"] if content is not None else []:
        wrong = wrong_place(content, note)
        if wrong:
            return "%s: %r" % (wrong, note)
    return ""


def want_code(ran):
    if ran.errors():
        return 2
    return 1 if any(s["refused_total"] for s in ran.summaries()) else 0


# --- our own documents ---------------------------------------------------------------------------

def lists_twice(value):
    """Other documents with the same STIX objects: (what, [values])."""
    objects = value["objects"]
    bundle = lambda n, some: {"id": "bundle--" + uid(n), "objects": some, "type": "bundle"}
    yield "objects from the last to the first", [bundle(98, objects[::-1])]
    yield "another bundle id, first in the file", [bundle(97, objects)]
    maker = [o for o in objects if o["type"] == "identity"]
    rest = [o for o in objects if o["type"] != "identity"]
    yield "split into two bundles", [bundle(95, maker + rest[:3]), bundle(94, maker + rest[3:])]
    yield "every object twice", [bundle(93, objects + turn(objects))]
    yield "a list of objects", [turn(objects)]


class Again:
    """One document in a store of its own; then its other clothes, which must change nothing."""

    def __init__(self, document, folder):
        self.document, self.folder = document, folder
        self.store = new_store(os.path.join(folder, "var"))
        self.wrong, self.whats, self.paths, self.tries = [], [], [], 0
        path = write(os.path.join(folder, "feed", document.name), document.bytes)
        ran = run(["import", "--json", path], self.store)
        self.first = ran.summaries()[0] if ran.summaries() else {}
        if ran.code != 0 or not self.first.get("new") or wrong_summary(self.first):
            self.wrong.append("first import: exit %d %r %r" % (ran.code, ran.out, ran.err))
        self.before = claims(self.store)

    def give(self, what, files, documents=1):
        """files: (path below the folder, bytes), each of so many documents."""
        for name, content in files:
            self.paths.append(write(os.path.join(self.folder, "%03d" % self.tries, name), content))
            self.whats += [what] * documents
        self.tries += 1

    def end(self):
        """One run for all, in their order; what went wrong."""
        ran = run(["import", "--json"] + self.paths, self.store)
        said = ran.objects()
        for what, s in zip(self.whats, said):
            if "error" in s or s["new"] or s["withdrawn"] or not s["known"] or wrong_summary(s):
                self.wrong.append("%s: %r" % (what, s))
        if ran.code != 0 or ran.err or len(said) != len(self.whats):
            self.wrong.append("exit %d, %d documents of %d, %r"
                              % (ran.code, len(said), len(self.whats), ran.err))
        if claims(self.store) != self.before:
            self.wrong.append("the claims are others")
        return self.wrong


def stem_kept(name):
    """Another name that says the same of the source: what stands before the first dot."""
    stem, _, rest = name.partition(".")
    return "%s.other.%s" % (stem, rest)


def own_document(document, folder):
    a = Again(document, folder)
    content, name = document.bytes, document.name
    a.give("as it is", [("feed/" + name, content)])
    a.give("renamed", [("feed/renamed." + name.rpartition(".")[2], content)])
    a.give("moved", [("elsewhere/deep/" + name, content)])
    for suffix, packed in packings(name, content):
        a.give(suffix, [("feed/" + name + suffix, packed)])
        a.give(suffix + " renamed", [("feed/other" + suffix, packed)])
    a.give("twice in one zip", [("two.zip", zipped([("a/" + name, content), ("b/" + name, content)]))], 2)
    if document.value is not None:
        for what, clothes in json_clothes(document.value):
            a.give(what, [("feed/" + name, clothes)])
            a.give(what + ", .gz", [("feed/" + name + ".gz", gzip.compress(clothes))])
            a.give(what + ", renamed and moved", [("new/x-%d.json" % a.tries, clothes)])
    elif not name.endswith("json"):
        for what, clothes in (("CRLF", content.replace(b"\n", b"\r\n")),
                              ("CR", content.replace(b"\n", b"\r")),
                              ("no last line end", content.rstrip(b"\n")),
                              ("byte order mark", b"\xef\xbb\xbf" + content)):
            a.give(what, [("feed/" + name, clothes)])
    if isinstance(document.value, dict) and document.value.get("type") == "bundle":
        for what, values in lists_twice(document.value):
            a.give(what, [("feed/" + stem_kept(name) + str(i), json.dumps(v).encode())
                          for i, v in enumerate(values)])
    wrong = a.end()
    tap.check(not wrong, "%s %s: %d ways to give it again" % (document.codec, name, a.tries),
              "\n".join(wrong))


def own_documents():
    for document in documents():
        with tempfile.TemporaryDirectory(prefix="again-") as folder:
            own_document(document, folder)


def joined_bundle():
    """A bundle that holds an old one and something more: only the more is new."""
    with tempfile.TemporaryDirectory(prefix="again-") as folder:
        store = new_store(os.path.join(folder, "var"))
        old = stix_bundle()
        run(["import", write(os.path.join(folder, "a.json"), json.dumps(old).encode())], store)
        maker = old["objects"][0]
        more = dict(maker, type="tool", id="tool--" + uid(50), name="More")
        del more["identity_class"]
        value = {"type": "bundle", "id": "bundle--" + uid(51),
                 "objects": [more] + turn(old["objects"])}
        ran = run(["import", "--json", write(os.path.join(folder, "b.json"),
                                             json.dumps(value).encode())], store)
        s = ran.summaries()[0]
        tap.check((s["new"], s["known"], s["withdrawn"]) == (1, len(old["objects"]), 0),
                  "a bundle joined with another adds what is new", s)


# --- lists turned round -------------------------------------------------------------------------

def lists_turned(value):
    if isinstance(value, dict):
        return {k: lists_turned(v) for k, v in value.items()}
    return [lists_turned(v) for v in reversed(value)] if isinstance(value, list) else value


def said(store):
    """What the claims say, without where they were read and when."""
    lines = []
    for line in claims(store).splitlines():
        c = json.loads(line)
        for key in ("document", "at", "recorded"):
            c.pop(key, None)
        lines.append(json.dumps(c, sort_keys=True))
    return sorted(lines)


def turned_galaxies():
    """The order of a list is content to JSON, so a value whose lists are turned round is another
    version of it, and the summary counts it as new; but what it says is the same: no claim may be
    new or go. (The one thing that order does decide: of two spellings of one country, or two ISO
    codes, in one value the first is meant. The documents here have none; of the collection
    target-information is left out for that, and The Philippines.)"""
    with tempfile.TemporaryDirectory(prefix="again-") as folder:
        store = new_store(os.path.join(folder, "var"))
        refs = ["https://example.com/%03d" % (n * 37 % 101) for n in range(90)]
        value = {"type": "threat-actor", "values": [
            {"value": "V %d" % n, "uuid": uid(200 + n), "related": [
                {"dest-uuid": uid(200 + m), "type": "similar"} for m in range(6) if m != n],
             "meta": {"refs": refs[n:], "synonyms": ["S %d" % n, "Shared", "T %d" % n],
                      "name-attribution": ["Shared:" + uid(300), "Shared:" + uid(299)],
                      "country": "HU", "cfr-suspected-victims": ["Japan", "France", "Peru"],
                      "cfr-target-category": ["Government", "Private sector"]}}
            for n in range(6)]}
        path = os.path.join(folder, "clusters", "threat-actor.json")
        run(["import", write(path, json.dumps(value).encode())], store)
        before = said(store)
        again = run(["import", "--json", write(path, json.dumps(lists_turned(value)).encode())],
                    store)
        tap.check(again.code == 0 and len(before) > 60 and said(store) == before,
                  "a galaxy whose lists are turned round says the same",
                  "\n".join(sorted(set(before) ^ set(said(store)))[:4]))
    path = os.path.join(SHARED, "data", "galaxy/clusters") if SHARED else ""
    if not SHARED or not os.path.exists(path) or not LONG:
        tap.skip("again: galaxies turned round", "the collection, with NOROSHI_TEST_LONG")
        return
    with tempfile.TemporaryDirectory(prefix="again-") as folder:
        store = new_store(os.path.join(folder, "var"))
        for turned in (False, True):
            for name, content in contents(path).items():
                if "target-information" in name:
                    continue
                parsed = json.loads(content)
                write(os.path.join(folder, "galaxy", name),
                      json.dumps(lists_turned(parsed) if turned else parsed).encode())
            run(["import", os.path.join(folder, "galaxy")], store, seconds=900)
            now = {c for c in said(store) if "thephilippines" not in c}
            before = before if turned else now
        tap.check(now == before, "again: galaxies turned round", "\n".join(sorted(now ^ before)[:4]))


# --- the collection ------------------------------------------------------------------------------

PARTS = [
    "attack/enterprise-attack.json.gz", "attack/mobile-attack.json.gz",
    "attack/ics-attack.json.gz", "attack/stix21-ics-attack-18.1.json.gz",
    "attack/capec-stix21.json.gz", "attack/stix-atlas.json", "mstic", "galaxy/clusters",
    "indicators/carbonblack-c2", "vuln/known_exploited_vulnerabilities.json",
    "indicators/unit42-iocs", "indicators/amnesty", "stix-examples/oasis",
]
QUICK = {"attack/ics-attack.json.gz", "attack/stix-atlas.json", "mstic",
         "indicators/carbonblack-c2", "vuln/known_exploited_vulnerabilities.json",
         "indicators/amnesty", "stix-examples/oasis"}


def contents(path):
    """logical path -> bytes, as the importer sees it."""
    files = [path] if os.path.isfile(path) else [
        f for f in sorted(glob.glob(os.path.join(path, "**", "*"), recursive=True))
        if os.path.isfile(f)]
    found = {}
    for f in files:
        with open(f, "rb") as h:
            content = h.read()
        name = os.path.relpath(f, os.path.dirname(path.rstrip("/")))
        found[name] = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    return found


def disguised(path, folder):
    """A copy of the part: other names, JSON turned round, packed by turns."""
    for i, (name, content) in enumerate(sorted(contents(path).items())):
        suffix = os.path.splitext(name.removesuffix(".gz"))[1]
        try:
            content = json.dumps(turn(json.loads(content)), ensure_ascii=i % 2 == 0,
                                 indent=(None, 1)[i % 2]).encode()
            base = "r%04d%s" % (i, suffix)
        except ValueError:
            base = name.split("/", 1)[-1]  # a list's name says what is in it
        if i % 3:
            content, base = gzip.compress(content, 1), base + ".gz"
        write(os.path.join(folder, base), content)
    return folder


def compare(what, ran, seen=None):
    """The invariants of a whole run; what is wrong, as text."""
    wrong = []
    for s in ran.summaries():
        w = wrong_summary(s, seen.get(s["path"].removesuffix(".gz"), seen.get(s["path"]))
                          if seen else None)
        if w:
            wrong.append("%s: %s" % (s["path"], w))
        if not seen and (s["new"] or s["withdrawn"]):
            wrong.append("%s: %d new, %d withdrawn" % (s["path"], s["new"], s["withdrawn"]))
    if ran.code != want_code(ran) or ran.err:
        wrong.append("exit %d, want %d: %r" % (ran.code, want_code(ran), ran.err[:300]))
    return ["%s: %s" % (what, w) for w in wrong]


def collection():
    for part in PARTS:
        path = os.path.join(SHARED, "data", part) if SHARED else ""
        if not SHARED or not os.path.exists(path):
            tap.skip("again: " + part, "the collection is not there")
            continue
        if not LONG and part not in QUICK:
            tap.skip("again: " + part, "NOROSHI_TEST_LONG is not set")
            continue
        with tempfile.TemporaryDirectory(prefix="again-") as folder:
            store = new_store(os.path.join(folder, "var"))
            ran = run(["import", "--json", path], store, seconds=600)
            wrong = compare("first", ran, contents(path))
            before = claims(store)
            wrong += compare("as it is", run(["import", "--json", path], store, seconds=600))
            # a list has its source from its folder; STIX keeps whom it was from
            kept = part in ("mstic", "indicators/unit42-iocs", "indicators/amnesty",
                            "indicators/carbonblack-c2")
            name = os.path.basename(path).split(".")[0] if kept else "other"
            other = disguised(path, os.path.join(folder, name))
            wrong += compare("disguised", run(["import", "--json", other], store, seconds=600))
            if claims(store) != before:
                wrong.append("the claims are others")
            tap.check(not wrong, "again: " + part, "\n".join(wrong))


def main():
    if not os.access(NOROSHI, os.X_OK):
        print("1..0 # SKIP %s is not built" % NOROSHI)
        return 0
    own_documents()
    joined_bundle()
    turned_galaxies()
    collection()
    return tap.end()


sys.exit(main())
