"""kit - what the import scenarios share: TAP, running the program, small documents of every format,
and the same document in other clothes.

The documents are of our own making; names and addresses are those set aside for examples."""
import bz2
import gzip
import io
import json
import lzma
import os
import re
import subprocess  # _USE_VFORK: a forked child counts our memory now, not our largest ever
import sys
import tarfile
import tempfile
import time
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import Tap  # noqa: E402,F401

ROOT = os.environ.get("ROOT", os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..")))
NOROSHI = os.path.abspath(os.environ.get("NOROSHI", os.path.join(ROOT, "build", "noroshi")))
SHARED = os.environ.get("NOROSHI_SHARED", "")
SERVER = os.environ.get("NOROSHI_TEST_STORE")  # of PostgreSQL
LONG = bool(os.environ.get("NOROSHI_TEST_LONG"))


subprocess._USE_VFORK = False


# --- running the program -------------------------------------------------------------------------

class Ran:
    """How a run ended: code (negative: the signal), out and err as bytes, the largest process of
    its tree in KiB, seconds."""

    def objects(self):
        """stdout as JSON, one object a line; ValueError when it is not."""
        return [json.loads(line) for line in self.out.decode("utf-8").splitlines()]

    def summaries(self):
        return [o for o in self.objects() if o.get("schema") == "noroshi.import/1"]

    def errors(self):
        return [o["error"] for o in self.objects() if "error" in o]


def environment(data):
    return {"PATH": "/usr/bin:/bin", "HOME": data, "NOROSHI_DATA": data, "LANG": "C.UTF-8",
            "TZ": "UTC", "NOROSHI_NOW": "2026-11-22T00:00:00Z"}


def run(words, data, stdin=b"", seconds=120):
    """Waits for the program itself, so that the resources it used are told."""
    ran = Ran()
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, \
            tempfile.TemporaryFile() as err:
        given.write(stdin)
        given.seek(0)
        start = time.monotonic()
        p = subprocess.Popen([NOROSHI] + words, env=environment(data), stdin=given, stdout=out,
                             stderr=err)
        while True:
            pid, how, used = os.wait4(p.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() - start > seconds:
                p.kill()
                _, how, used = os.wait4(p.pid, 0)
                break
            time.sleep(0.002)
        p.returncode = os.waitstatus_to_exitcode(how)
        ran.code, ran.rss, ran.seconds = p.returncode, used.ru_maxrss, time.monotonic() - start
        out.seek(0)
        err.seek(0)
        ran.out, ran.err = out.read(), err.read()
    return ran


def new_store(folder):
    ran = run(["init"], folder)
    if ran.code != 0:
        raise RuntimeError("init: %r" % ran.err)
    return folder


def claims(data):
    ran = run(["export", "--format", "ndjson"], data)
    if ran.code not in (0, 1):
        raise RuntimeError("export: %r" % ran.err)
    return ran.out


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(content)
    return path


# --- documents -----------------------------------------------------------------------------------

def uid(n):
    return "%08d-0000-4000-8000-%012d" % (n, n)


def sdo(kind, n, **more):
    return dict({"type": kind, "spec_version": "2.1", "id": "%s--%s" % (kind, uid(n)),
                 "created": "2020-01-01T00:00:00.000Z", "modified": "2020-01-02T00:00:00.000Z"},
                **more)


def stix_bundle(creator=True):
    objects = [
        sdo("intrusion-set", 2, name="Paper Tiger \u7d19\u306e\u864e", aliases=["Example \u00c4"],
            description="A \"group\"\nof our own \U0001f42f.", first_seen="2019-05-01T00:00:00Z"),
        sdo("malware", 3, name="ExampleBot", is_family=True, malware_types=["bot"]),
        sdo("indicator", 4, name="C2", indicator_types=["malicious-activity"], confidence=85,
            pattern="[ipv4-addr:value = '198.51.100.7' OR domain-name:value = 'evil.example']",
            pattern_type="stix", valid_from="2020-01-01T00:00:00Z"),
        sdo("relationship", 5, relationship_type="indicates", source_ref="indicator--" + uid(4),
            target_ref="malware--" + uid(3)),
        sdo("relationship", 6, relationship_type="uses", source_ref="intrusion-set--" + uid(2),
            target_ref="malware--" + uid(3), description="Seen in the spring."),
        sdo("location", 7, name="Utopia", latitude=35.5, longitude=-120.25),
        {"type": "ipv4-addr", "spec_version": "2.1", "id": "ipv4-addr--" + uid(8),
         "value": "198.51.100.7"},
    ]
    if creator:
        maker = sdo("identity", 1, name="Example CERT", identity_class="organization")
        for o in objects[:-1]:
            o["created_by_ref"] = maker["id"]
        objects.insert(0, maker)
    return {"type": "bundle", "id": "bundle--" + uid(99), "objects": objects}


def galaxy():
    return {"authors": ["us"], "category": "actor", "name": "Threat actor", "type": "threat-actor",
            "uuid": uid(70), "version": 3, "source": "ours", "description": "Ours.",
            "values": [
                {"value": "Paper Tiger", "uuid": uid(71), "description": "D\u00e9crit.",
                 "meta": {"synonyms": ["APT-0", "\u7d19\u306e\u864e"], "country": "CN",
                          "attribution-confidence": "50", "refs": ["https://example.com/a"]}},
                {"value": "Paper Bear", "uuid": uid(72), "meta": {"synonyms": ["APT-00"]},
                 "related": [{"dest-uuid": uid(71), "type": "similar"}]}]}


def kev():
    def entry(n, word):
        return {"cveID": "CVE-2099-%d" % n, "vendorProject": "Example", "product": "EX-OS " + word,
                "vulnerabilityName": "Example \u2013 " + word, "dateAdded": "2024-04-12",
                "shortDescription": "Bad.", "requiredAction": "Patch.", "dueDate": "2024-04-19",
                "knownRansomwareCampaignUse": "Known", "notes": "https://example.com/" + word,
                "cwes": ["CWE-77"]}
    return {"title": "Catalogue", "catalogVersion": "2024.04.12",
            "dateReleased": "2024-04-12T00:00:00.0Z", "count": 2,
            "vulnerabilities": [entry(3400, "one"), entry(3401, "two")]}


def microsoft():
    return [{"Threat actor name": "Paper Blizzard", "Origin/Threat": "Russia",
             "Other names": "PAPERIUM, Paper Bear \u00e4"},
            {"Threat actor name": "Storm-9999", "Origin/Threat": "Group in development",
             "Other names": ""}]


CARBONBLACK = (
    "c2_ip\tfirst_seen\tlast_seen\tprotocol\tport\tversion\twatermark\tpubkey_md5\tdomains\t"
    "host_header\n"
    "192.0.2.1\t2020/12/15 13:17:41\t2020/12/31 02:48:25\tHTTP\t80\t4.0\t305419896\tkey\t"
    "evil.example.com,/a;192.0.2.1,/b\t\n"
    "192.0.2.2\t2020/12/15 13:17:41\t2020/12/31 02:48:25\tDNS\t53\t4.0\t1\tkey\t\t\n")
KEV_CSV = (
    "cveID,vendorProject,product,vulnerabilityName,dateAdded,shortDescription,requiredAction,"
    "dueDate,knownRansomwareCampaignUse,notes,cwes\n"
    "CVE-2099-3400,Example,EX-OS,\"n, m\",2024-04-12,d,a,2024-04-19,Unknown,"
    "https://example.com/,\"CWE-77, CWE-20\"\n"
    "CVE-2099-3402,Example,EX-OS,n \u00e4,2024-04-12,d,a,2024-04-19,Known,,CWE-20\n")
CSV = ("indicator,type,malware,first_seen,comment\n"
       "192.0.2.77,ipv4,ExampleBot,2024-01-02,\"a, \"\"b\"\"\"\n"
       "evil[.]example,domain,ExampleBot,2024-01-03,\u00fcber\n"
       "https://evil.example/x,url,,2024-01-04,\n"
       "d41d8cd98f00b204e9800998ecf8427e,md5,OtherBot,2024-01-05,c\n")
LIST = ("# Operation https://example.com/r\n# second line\n\nevil.example.com\n192.0.2.1 # c2 \u00e4\n"
        "192.0.2.9\n\nd41d8cd98f00b204e9800998ecf8427f;words\n")


class Document:
    def __init__(self, codec, name, value):
        self.codec, self.name = codec, name
        self.value = None if isinstance(value, str) else value  # JSON
        self.bytes = (value if isinstance(value, str)
                      else json.dumps(value, ensure_ascii=False, indent=1)).encode()


def documents():
    """Small, valid, nothing of them refused; at least one for each codec of ours."""
    lines = "".join(json.dumps(o) + "\n" for o in stix_bundle()["objects"])
    return [
        Document("stix", "bundle.json", stix_bundle()),
        Document("stix", "nobody.json", stix_bundle(creator=False)),
        Document("stix", "list.json", stix_bundle()["objects"]),
        Document("stix", "bare.json", sdo("tool", 30, name="ExampleTool")),
        Document("stix", "objects.ndjson", lines),
        Document("misp-galaxy", "threat-actor.json", galaxy()),
        Document("kev", "kev.json", kev()),
        Document("kev", "kev.csv", KEV_CSV),
        Document("microsoft-naming", "MicrosoftMapping.json", microsoft()),
        Document("carbonblack-c2", "c2.tsv", CARBONBLACK),
        Document("csv", "iocs.csv", CSV),
        Document("list", "hosts.txt", LIST),
    ]


def codecs():
    """The names --format takes, from the program itself."""
    with open(os.path.join(ROOT, "src", "format", "format.c")) as f:
        names = re.findall(r"^ +CODEC\((\w+)\)", f.read(), re.M)
    return names


# --- the same in other clothes -------------------------------------------------------------------

def turn(value):
    """The members of every object from the last to the first."""
    if isinstance(value, dict):
        return {k: turn(value[k]) for k in reversed(list(value))}
    return [turn(v) for v in value] if isinstance(value, list) else value


def escape_all(text):
    r"""Every letter inside strings as \uXXXX: the same JSON."""
    def one(m):
        units = json.loads(m[0]).encode("utf-16-be")
        return '"%s"' % "".join("\\u%04x" % (units[i] << 8 | units[i + 1])
                                for i in range(0, len(units), 2))
    return re.sub(r'"(?:[^"\\]|\\.)*"', one, text)


def other_numbers(text):
    """Numbers outside strings written otherwise: 85 as 850e-1, 35.5 as 3.55E+1, 0 as -0.0e0."""
    def one(m):
        if m[0].startswith('"'):
            return m[0]
        n = m[0]
        whole, _, part = n.lstrip("-").partition(".")
        return "%s%s%se-%d" % ("-" if n[0] == "-" else "", (whole + part).lstrip("0") or "0",
                               "0", len(part) + 1)
    return re.sub(r'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?', one, text)


def json_clothes(value):
    """(what, bytes) of equal JSON."""
    plain = json.dumps(value, ensure_ascii=False)
    yield "keys turned round", json.dumps(turn(value), ensure_ascii=False).encode()
    yield "keys sorted, tabs", json.dumps(value, sort_keys=True, indent="\t").encode()
    yield "no white space", json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    yield "white space everywhere", json.dumps(
        value, indent=0, separators=(" \r\n,\t", " :\r\n ")).encode() + b"\n \t\r\n"
    yield "ASCII only", json.dumps(value, ensure_ascii=True).encode()
    yield "every letter escaped", escape_all(json.dumps(turn(value))).encode()
    yield "slashes escaped", plain.replace("/", "\\/").encode()
    yield "numbers written otherwise", other_numbers(plain).encode()
    yield "byte order mark", b"\xef\xbb\xbf" + plain.encode()


def zst(content):
    return subprocess.run(["zstd", "-q", "-c", "--check"], input=content, stdout=subprocess.PIPE,
                          check=True).stdout


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in members:
            z.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def tarred(members, mode="w:gz"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as t:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            t.addfile(info, io.BytesIO(content))
    return out.getvalue()


def packings(name, content):
    """(suffix, bytes): the document in every container."""
    yield ".gz", gzip.compress(content, mtime=0)
    yield ".zst", zst(content)
    yield ".xz", lzma.compress(content)
    yield ".bz2", bz2.compress(content)
    yield ".zip", zipped([(name, content)])
    yield ".tar.gz", tarred([(name, content)])
    yield ".tar", tarred([(name, content)], "w")
    yield ".gz.zip", zipped([(name + ".gz", gzip.compress(content, mtime=0))])
