#!/usr/bin/env python3
"""Secrets of a service: passwords, recovery codes, second factors, tokens, cookies, headers for feeds and webhooks, the
client's secret for logins, keys of TLS.

secret_writeonly: they go in and never come out: no GET of the OpenAPI document has one, whoever asks, nor the log, nor
`config show`, nor any reading command; and of those that are only compared, the store does not have the text.
core_has_none: a service that crashes where cores are wanted leaves none; what else is held of secret files is in memory
that no core has."""
import base64
import glob
import hashlib
import hmac
import os
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "serve"))
from api_test import fill_store, routes  # noqa: E402
from kit import NOROSHI, PASSWORD, Service, scratch, skip_unless_built  # noqa: E402
from tap import Tap  # noqa: E402

TAP = Tap()
check = TAP.check
FILES = {"feed": "feed-canary-5d1c9a7be2f04c61", "hook": "hook-canary-83be07d4f6a1925c", "oidc": "oidc-canary-e49d2b60c8317fa5"}
# what a path names; each is tried, and some of them are there
NAMES = {"login": ["hanako", "taro"], "kind": ["ipv4"], "value": ["198.51.100.7"], "hash": ["d41d8cd98f00b204e9800998ecf8427e"],
         "name": ["ours", "night", "lists"], "id": ["Quiet%20Mouse"], "sha256": ["0" * 64]}
NEEDED = {"q": "Quiet", "about": "198.51.100.7", "id": "198.51.100.7", "value": "198.51.100.7", "from": "198.51.100.7",
          "to": "198.51.100.8", "since": "2020-01-01"}


def code_of(key):
    """What an app shows now (RFC 6238)."""
    raw = base64.b32decode(key + "=" * (-len(key) % 8))
    said = hmac.new(raw, int(time.time() // 30).to_bytes(8, "big"), hashlib.sha1).digest()
    at = said[-1] & 15
    return "%06d" % ((int.from_bytes(said[at:at + 4], "big") & 0x7fffffff) % 1000000)


def prepare(home):
    lines = []
    for name, text in FILES.items():
        path = os.path.join(home, name + ".secret")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
            f.write(text + "\n")
        lines.append({"feed": "feed.secret = ours https://feeds.example Authorization " + path,
                      "hook": "watch.webhook-secret = https://soc.example Authorization " + path,
                      "oidc": "serve.oidc-client-secret = " + path}[name])
    lines += ["serve.oidc-issuer = https://idp.example",
              "serve.oidc-client-id = noroshi"]
    settings = os.path.join(home, "noroshi.conf")
    with open(settings, "w") as f:
        f.write("\n".join(lines) + "\n")
    service = Service(home, ["--config", settings])
    fill_store(service)
    service.user("hanako", "admin", "red", audiences=["*"])
    return service


def log_in(service, secrets):
    """A person with everything: a session, a second factor with its codes, a token; a feed and a team."""
    admin = service.client()
    r = admin.post("/api/v1/session", {"login": "hanako", "password": PASSWORD})
    check(r.status == 200, "he is in", r)
    admin.csrf = r.json["csrf"]
    r = admin.post("/api/v1/totp")
    key = re.search(r"secret=([A-Z2-7]+)", r.json["uri"]).group(1)
    r = admin.post("/api/v1/totp/confirm", {"code": code_of(key)})
    check(r.status == 200, "with a second factor", r)
    secrets["recovery"] = r.json["recovery_codes"]
    r = admin.post("/api/v1/tokens", {"name": "t", "scopes": "admin", "clearance": "red"})
    check(r.status == 200, "and a token", r)
    secrets["token"], secrets["factor"] = [r.json["token"]], [key]
    secrets["cookie"] = list(admin.cookies.values())
    r = admin.ask("PUT", "/api/v1/feeds/ours", {"url": "https://feeds.example/a.csv", "format": "csv", "source": "a", "paused": True})
    check(r.status == 204 and admin.post("/api/v1/teams", {"name": "night"}).status == 204, "there is a feed, and a team", r)
    return admin, service.client(secrets["token"][0])


def no_way_in(admin):
    """Secrets are given by the configuration, which only the operator writes."""
    base = {"format": "csv", "source": "x", "paused": True}
    tries = [dict(base, url="https://feeds.example/x", secret="s"), dict(base, url="https://feeds.example/x", headers="a: b"),
             dict(base, url="https://feeds.example/x", pin="sha256//x"), dict(base, url="https://me:pass@feeds.example/x")]
    r = [admin.ask("PUT", "/api/v1/feeds/other", t) for t in tries]
    check([x.status for x in r] == [400] * 4, "secret_writeonly: a feed is given none by the API", r)


def gets(document):
    """Every GET that ends, with what there is."""
    for path, method, row in routes(document):
        kinds = row.get("responses", {}).get("200", {}).get("content", {})
        if method != "GET" or "text/event-stream" in kinds:
            continue
        query = ["%s=%s" % (p["name"], NEEDED[p["name"]]) for p in row.get("parameters", [])
                 if p["in"] == "query" and p.get("required")]
        paths = [path]
        for word in re.findall(r"\{(\w+)\}", path):
            paths = [p.replace("{%s}" % word, name) for p in paths for name in NAMES[word]]
        for p in paths:
            yield p + ("?" + "&".join(query) if query else "")


def write_only(service, admin, token, secrets):
    document = admin.get("/api/v1/openapi.json").json
    shown, answered = {}, 0
    for who, client in (("session", admin), ("token", token), ("nobody", service.client())):
        for path in gets(document):
            r = client.get(path)
            answered += r.status == 200
            shown["%s %s" % (who, path)] = r.body + str(r.headers).encode()
    for words in (["config", "show"], ["--json", "config", "show"], ["feed", "list"], ["--json", "feed", "list"], ["user", "list"],
                  ["--json", "user", "list"], ["token", "list"], ["--json", "audit", "list"], ["doctor"]):
        shown[" ".join(words)] = service.run(*service.flags, *words, want=None).encode()
    shown["the log"] = service.said().encode()
    bad = ["%s of %s" % (name, where) for where, body in shown.items() for name, texts in secrets.items()
           for text in texts if text.encode() in body]
    check(answered > 60 and not bad, "secret_writeonly: %d answers of %d ways to read have none" % (answered, len(shown)), bad)


def at_rest(service, secrets):
    """The factor's key is needed whole, so the store has it: as bytes, not as the text that was shown."""
    bad = []
    for path in glob.glob(os.path.join(service.data, "**"), recursive=True):
        if os.path.isfile(path):
            with open(path, "rb") as f:
                data = f.read()
            bad += ["%s in %s" % (name, path) for name, texts in secrets.items() for text in texts if text.encode() in data]
    check(not bad, "secret_writeonly: no file of the store has the text of one", bad)
    loose = [p for p in glob.glob(os.path.join(service.data, "**"), recursive=True) if os.stat(p).st_mode & 0o077]
    check(not loose, "secret_writeonly: and nobody else may read them", loose)


# --- cores -----------------------------------------------------------------------------------------------

def cores_in(folder):
    return [p for p in glob.glob(os.path.join(folder, "*core*")) if os.path.isfile(p)]


def crash(folder, words, env, wait_for=None):
    """Runs it where cores are wanted, and kills it as a bug would."""
    os.makedirs(folder, exist_ok=True)
    p = subprocess.Popen(["sh", "-c", "ulimit -c unlimited; exec \"$@\"", "sh", *words], cwd=folder, env=env,
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if wait_for:
        for line in p.stderr:
            if wait_for in line:
                break
    else:
        time.sleep(0.3)
    return p


def secrets_in_memory(pid, texts):
    """Texts that are in memory which a core would have; None: that cannot be looked at."""
    found = set()
    try:
        with open("/proc/%d/smaps" % pid) as f, open("/proc/%d/mem" % pid, "rb") as mem:
            at = None
            for line in f:
                m = re.match(r"([0-9a-f]+)-([0-9a-f]+) r", line)
                if m or re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
                    at = (int(m[1], 16), int(m[2], 16)) if m else None
                if not line.startswith("VmFlags:") or not at or " dd" in line:
                    continue
                try:
                    mem.seek(at[0])
                    data = mem.read(at[1] - at[0])
                except (OSError, ValueError):
                    continue
                found |= {t for t in texts if t.encode() in data}
    except PermissionError:
        return None
    return found


def core(home, service):
    p = crash(os.path.join(home, "control"), [sys.executable, "-c", "import time; time.sleep(60)"],
              dict(service.environment(), CANARY=FILES["feed"]))
    p.send_signal(signal.SIGSEGV)
    p.wait(20)
    p.stderr.close()
    made = cores_in(os.path.join(home, "control"))
    if not made:
        print("# core_has_none: this machine writes cores elsewhere or not at all, so only memory was looked at")
    else:
        with open(made[0], "rb") as f:
            check(FILES["feed"].encode() in f.read(), "core_has_none: what others hold is in theirs")
    words = [NOROSHI, "--data", service.data, "serve", "--listen", "127.0.0.1:0", *service.flags]
    p = crash(os.path.join(home, "crash"), words, service.environment(), b"serving http")
    in_memory = secrets_in_memory(p.pid, list(FILES.values()))
    check(not in_memory, "core_has_none: of secret files nothing is in memory that is dumped", in_memory)
    p.send_signal(signal.SIGSEGV)
    p.wait(20)
    p.stderr.close()
    check(p.returncode == -signal.SIGSEGV, "core_has_none: it crashed", p.returncode)
    left = cores_in(os.path.join(home, "crash")) + cores_in(service.data)
    check(not left, "core_has_none: and left no core", left)


def main():
    skip_unless_built()
    with scratch("noroshi-secrets-") as home:
        service = prepare(home)
        secrets = {"password": [PASSWORD], **{name: [text] for name, text in FILES.items()}}
        service.start()
        try:
            admin, token = log_in(service, secrets)
            no_way_in(admin)
            write_only(service, admin, token, secrets)
            check(service.stop() == 0, "it ends in order")
        finally:
            service.stop(9)
        at_rest(service, secrets)
        core(home, service)
    return TAP.end()


if __name__ == "__main__":
    sys.exit(main())
