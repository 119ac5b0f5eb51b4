"""worlds - material under all sorts of markings, and the readers: what noninterference_test.py and
noninterference_http_test.py deliver, whole and without what a reader may not see."""
import json
import os
import subprocess

NOROSHI = os.path.abspath(os.environ.get("NOROSHI", "build/noroshi"))
LEVELS = ["clear", "green", "amber", "amber+strict", "red"]
TLP_RED = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"
HIDDEN = ("SECRETDESCRIPTION", "SECRETTOOL", "SECRETPART", "SECRETALIAS", "SECRETNICK", "confidant")


# --- what is delivered ---------------------------------------------------------------------------

def stix(kind, n, **fields):
    return dict({"type": kind, "spec_version": "2.1", "created": "2026-01-01T00:00:00.000Z",
                 "modified": "2026-01-01T00:00:00.000Z",
                 "id": "%s--00000000-0000-4000-8000-%012d" % (kind, n)}, **fields)


def bundle(n, *objects):
    return json.dumps({"type": "bundle", "id": "bundle--00000000-0000-4000-8000-%012d" % n,
                       "objects": list(objects)})


def relation(n, kind, a, b, **fields):
    return stix("relationship", n, relationship_type=kind, source_ref=a["id"], target_ref=b["id"],
                **fields)


def indicator(n, pattern, **fields):
    return stix("indicator", n, name="indicator %d" % n, pattern=pattern, pattern_type="stix",
                valid_from="2026-01-01T00:00:00Z", indicator_types=["malicious-activity"], **fields)


ACTOR = stix("intrusion-set", 1, name="Quiet Mouse", aliases=["Grey Mouse"],
             description="A group that likes cheese, since at least 2004.")
MALWARE = stix("malware", 2, name="Cheese Loader", is_family=True)
INDICATOR = indicator(3, "[ipv4-addr:value = '198.51.100.7']")
OPEN = bundle(1, ACTOR, MALWARE, INDICATOR, relation(4, "indicates", INDICATOR, MALWARE),
              relation(5, "uses", ACTOR, MALWARE, description="drops cheese"))
# the same actor, told in confidence: another name, a country, a value
SECRET_ACTOR = dict(ACTOR, aliases=["Grey Mouse", "SECRETNICK"], modified="2026-02-01T00:00:00.000Z",
                    description="SECRETDESCRIPTION of who they are")
SECRET_INDICATOR = indicator(6, "[ipv4-addr:value = '203.0.113.9' OR domain-name:value = 'secretname.example']")
SECRET = bundle(2, SECRET_ACTOR, MALWARE, SECRET_INDICATOR,
                relation(7, "indicates", SECRET_INDICATOR, MALWARE))
# one more whom persons say to be the same, in confidence
OTHER_ACTOR = stix("intrusion-set", 8, name="SECRETALIAS", aliases=["Loud Cat"])
OTHER = bundle(3, OTHER_ACTOR)
# a document with a RED object, and an object with a RED part
MIXED = bundle(4, stix("tool", 9, name="Tin Opener", description="opens tins"),
               stix("tool", 10, name="SECRETTOOL", object_marking_refs=[TLP_RED]),
               stix("malware", 11, name="Tin Worm", is_family=True, description="SECRETPART of the worm",
                    granular_markings=[{"marking_ref": TLP_RED, "selectors": ["description"]}]))
NEWER = bundle(5, dict(MALWARE, modified="2026-03-01T00:00:00.000Z", name="Cheese Loader Two"))

# (words of import, name of the file, its content), or (marking, another command)
STEPS = [
    (["--tlp", "red", "--reliability", "A"], "lists/bad.txt", "203.0.113.9\nsecretname.example\n198.51.100.8\n"),
    (["--tlp", "clear"], "lists/bad.txt", "198.51.100.7\n198.51.100.8\nexample.org\n"),
    (["--source", "vendor", "--tlp", "red", "--for", "x"], "vendor/secret.json", SECRET),
    (["--source", "vendor", "--tlp", "green"], "vendor/open.json", OPEN),
    (["--source", "confidant", "--tlp", "red"], "confidant/other.json", OTHER),
    (["--source", "vendor", "--tlp", "clear"], "vendor/mixed.json", MIXED),
    (["--source", "org", "--tlp", "amber", "--owner", "org-a"], "org/a.txt", "198.51.100.7\nexample.org\n192.0.2.77\n"),
    (["--source", "org", "--tlp", "amber+strict", "--owner", "org-b"], "org/b.txt", "192.0.2.78\n198.51.100.7\n"),
    (["--source", "vendor", "--tlp", "red"], "vendor/newer.json", NEWER),
    ("clear", ["verdict", "set", "198.51.100.8", "benign", "--why", "ours"]),
    (["--tlp", "red"], "lists/bad.txt", "198.51.100.7\n"),     # the RED list has shrunk ...
    (["--tlp", "clear"], "lists/bad.txt", "198.51.100.7\n"),   # ... and the open one
    (["--source", "vendor", "--tlp", "amber+strict", "--for", "y"], "vendor/open.json", OPEN),
    ("clear", ["source", "set", "vendor", "--reliability", "B"]),
    ("red", ["name", "merge", ACTOR["id"], OTHER_ACTOR["id"], "--why", "the same people"]),
    (["--source", "vendor", "--tlp", "green"], "vendor/open.json", OPEN),
    ("green", ["feed", "add", "open", "https://feed.example/a.csv", "--tlp", "green"]),
    ("green", ["feed", "pause", "open"]),
    ("red", ["feed", "add", "confidant", "https://confidant.example/x.csv", "--tlp", "red"]),
    ("red", ["feed", "pause", "confidant"]),
    ("site", ["watch", "fw.log"]),
]
LOG = "".join("2026-11-09T23:%02d:00Z fw1 ACCEPT src=10.0.0.%d dst=%s proto=tcp\n" % (i, i, v) for i, v in
              enumerate(["198.51.100.7", "203.0.113.9", "192.0.2.77", "192.0.2.78", "198.51.100.8"], 1))

READERS = [("clear", "", []), ("green", "", []), ("amber", "", []), ("amber+strict", "", ["y"]),
           ("red", "", ["y"]), ("red", "", []), ("amber", "org-a", []), ("amber+strict", "org-b", [])]

VALUES = ["198.51.100.7", "198.51.100.8", "203.0.113.9", "secretname.example", "example.org",
          "192.0.2.77", "Quiet Mouse", "Cheese Loader", "SECRETALIAS", "Tin Worm"]
# each reads something; what is asked for may be hidden
IDS = [o["id"] for o in (ACTOR, MALWARE, SECRET_INDICATOR)] + ["malware--00000000-0000-4000-8000-%012d" % 11,
                                                              "tool--00000000-0000-4000-8000-%012d" % 10]


def sees(reader, marking):
    clearance, organisation, audiences = reader
    tlp, owner, audience = marking
    if tlp == "site":  # telemetry: the site's own, at AMBER
        return not organisation and LEVELS.index(clearance) >= LEVELS.index("amber")
    if LEVELS.index(tlp) > LEVELS.index(clearance):
        return False
    if organisation and (owner or tlp in ("amber+strict", "red")) and owner != organisation:
        return False
    return tlp not in ("amber+strict", "red") or not audience or not audiences or audience in audiences


def marking_of(words):
    def word(flag):
        return words[words.index(flag) + 1] if flag in words else ""
    return word("--tlp"), word("--owner"), word("--for")


# --- running -------------------------------------------------------------------------------------

def run(home, words, minute):
    env = {"PATH": "/usr/bin:/bin", "HOME": home, "NOROSHI_DATA": os.path.join(home, "var"),
           "LANG": "C.UTF-8", "TZ": "UTC", "NOROSHI_NOW": "2026-11-10T00:%02d:00Z" % minute}
    p = subprocess.run([NOROSHI] + words, env=env, cwd=home, timeout=120, stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = (x.decode("utf-8", "replace").replace(home, "HOME") for x in (p.stdout, p.stderr))
    return p.returncode, out, err


def make(home, reader=None):
    """A store of all that the reader may see, at the same minutes; None: of everything."""
    os.makedirs(home)
    bad = []
    with open(os.path.join(home, "fw.log"), "w") as f:
        f.write(LOG)
    outcome = run(home, ["init"], 0)
    for minute, step in enumerate(STEPS, 1):
        marking = (step[0], "", "") if len(step) == 2 else marking_of(step[0])
        if reader and not sees(reader, marking):
            continue
        if len(step) == 2:
            outcome = run(home, step[1], minute)
        else:
            path = os.path.join(home, step[1])
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as f:
                f.write(step[2])
            outcome = run(home, ["import"] + step[0] + ["--mode", "auto", step[1]], minute)
        if outcome[0] != 0:
            bad.append("%s: %s" % (step, outcome))
    return bad
