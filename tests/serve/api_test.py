#!/usr/bin/env python3
"""The API as its users meet it: the first run, who may do what, and every route of the OpenAPI document
against what it really says.

auth_matrix: every route x nobody, a token that is none, one that is revoked, one without the right.
origin_matrix: Host, Origin and Sec-Fetch-Site of requests that another page made.
mass_assign: members and parameters that a route does not name are refused."""
import gzip
import json
import os
import re
import socket
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from kit import PASSWORD, Client, Service, quote, scratch, skip_unless_built  # noqa: E402
from schema import wrong  # noqa: E402
from tap import Tap  # noqa: E402

TAP = Tap()
check = TAP.check

FEED = "198.51.100.7,c2\n198.51.100.8,scanner\nbad.example,phishing\n"


# --- the first run ---------------------------------------------------------------------------------

def old_post(port, path, body):
    """The status of a POST in HTTP/1.0."""
    text = json.dumps(body)
    head = "POST %s HTTP/1.0\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n" % (path, port)
    with socket.create_connection(("127.0.0.1", port), 30) as s:
        s.sendall((head + "Content-Length: %d\r\n\r\n%s" % (len(text), text)).encode())
        return int(s.makefile("rb").readline().split()[1])


def first_run(service):
    browser = service.client()
    r = browser.get("/api/v1/session")
    check(r.status == 401 and r.json["first_run"] is True, "before: nobody, and the first run is open", r)
    body = {"token": service.token, "login": "hanako", "password": PASSWORD}
    r = browser.post("/api/v1/first-run", dict(body, token="x" * len(service.token)))
    check(r.status == 403, "a wrong token is refused", r)
    for header in ("X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.1", "X-Forwarded-Proto: https", "Via: 1.1 x",
                   "x-real-ip: 127.0.0.1", "X-Client-IP: ::1", "True-Client-IP: ::1", "CF-Connecting-IP: ::1",
                   "X-Forwarded: 1", "X-Envoy-External-Address: ::1", "Proxy-Client-IP: ::1", "X-Varnish: 1",
                   "Fly-Client-IP: ::1"):
        r = browser.post("/api/v1/first-run", body, **dict([header.split(": ")]))
        check(r.status == 403, "first_run_proxy: through a proxy it is refused: " + header, r)
    check(old_post(service.port, "/api/v1/first-run", body) == 403, "first_run_proxy: so it is in HTTP/1.0, which nginx speaks")
    r = browser.post("/api/v1/first-run", dict(body, password="short"))
    check(r.status == 400, "a short password is refused", r)
    r = browser.post("/api/v1/first-run", body)
    check(r.status == 200 and r.json["user"]["role"] == "admin", "the token makes the first admin", r)
    browser.csrf = r.json.get("csrf")
    cookie = "; ".join(r.headers.get_all("Set-Cookie") or [])
    check("HttpOnly" in cookie and "SameSite=Strict" in cookie, "the cookie is the browser's alone", cookie)
    r = browser.get("/api/v1/session")
    check(r.status == 200 and r.json["user"]["login"] == "hanako", "he is in", r)
    r = service.client().post("/api/v1/first-run", dict(body, login="eve"))
    check(r.status in (403, 409), "the token works once", r)
    return browser


def sessions(service, browser):
    r = browser.post("/api/v1/tokens", {"name": "t", "scopes": "read"}, **{"X-CSRF-Token": "wrong"})
    check(r.status == 403, "a write with the cookie alone is refused", r)
    other = service.client()
    r = other.post("/api/v1/session", {"login": "hanako", "password": "wrong wrong wrong"})
    check(r.status == 401, "a wrong password is refused", r)
    first = r.body.replace(r.headers["X-Request-Id"].encode(), b"")
    r = other.post("/api/v1/session", {"login": "nobody", "password": "wrong wrong wrong"})
    check(r.status == 401 and r.body.replace(r.headers["X-Request-Id"].encode(), b"") == first,
          "and nothing tells whether there is such an account", r)
    r = other.post("/api/v1/session", {"login": "hanako", "password": PASSWORD})
    check(r.status == 200, "the right one is not", r)
    other.csrf = r.json["csrf"]
    r = other.get("/api/v1/sessions")
    check(r.status == 200 and len(r.json["items"]) == 2, "both sessions are listed", r)
    mine = [s for s in r.json["items"] if s["this"]]
    r = browser.ask("DELETE", "/api/v1/sessions/" + mine[0]["id"])
    check(r.status == 204, "one ends the other", r)
    check(other.get("/api/v1/session").status == 401, "which is out at once")
    r = other.post("/api/v1/session", {"login": "hanako", "password": PASSWORD})
    old = dict(other.cookies)
    other.csrf = r.json["csrf"]
    check(other.ask("DELETE", "/api/v1/session").status == 204, "logged out")
    other.cookies = old
    check(other.get("/api/v1/session").status == 401, "and the old cookie is worth nothing")


def origins(service, browser):
    def refused(name, headers, method="POST", path="/api/v1/tokens", want=(403,)):
        body = {"name": "t", "scopes": "read"}
        r = browser.ask(method, path, body if method == "POST" else None, headers)
        check(r.status in want, "origin_matrix: " + name, r)
    here = "127.0.0.1:%d" % service.port
    refused("another page's Origin", {"Origin": "http://evil.example"})
    refused("a page of another port", {"Origin": "http://127.0.0.1:1"})
    refused("Sec-Fetch-Site: cross-site", {"Sec-Fetch-Site": "cross-site"})
    refused("Sec-Fetch-Site: same-site", {"Sec-Fetch-Site": "same-site"})
    refused("a rebound name", {"Host": "rebound.example"}, "GET", "/api/v1/session", (400, 421))
    refused("login from another page", {"Origin": "http://evil.example"}, "POST", "/api/v1/session")
    r = browser.ask("POST", "/api/v1/tokens", {"name": "t", "scopes": "read"},
                    {"Origin": "http://" + here, "Sec-Fetch-Site": "same-origin"})
    check(r.status == 200, "origin_matrix: our own page may", r)


# --- who may do what -------------------------------------------------------------------------------

FILLED = {"kind": "ipv4", "value": "198.51.100.7", "id": "x", "hash": "d" * 32, "sha256": "0" * 64, "name": "x",
          "login": "x"}


def routes(document):
    for path, methods in document["paths"].items():
        for method, row in methods.items():
            yield path, method.upper(), row


def fill(path, values=None):
    for name, value in dict(FILLED, **(values or {})).items():
        path = path.replace("{%s}" % name, quote(value))
    return path


def needed(row):
    return {p["name"]: "2026-01-01T00:00:00Z" if p["schema"].get("format") else "198.51.100.7"
            for p in row.get("parameters", []) if p["in"] == "query" and p["required"]}


def auth_matrix(service, admin, document):
    nothing = service.make_token("hanako", "submit")
    revoked = service.make_token("hanako")
    row = [t for t in admin.get("/api/v1/tokens").json["items"] if t["id"] == revoked[4:14]]
    admin.ask("DELETE", "/api/v1/tokens/" + row[0]["id"])
    bad = []
    for path, method, row in routes(document):
        query = "?" + "&".join("%s=%s" % p for p in needed(row).items()) if needed(row) else ""
        for name, token, want in (("nobody", None, 401), ("no token of ours", "nrs_" + "x" * 68, 401),
                                  ("no token at all", "hello", 401), ("revoked", revoked, 401),
                                  ("without the right", nothing, 403)):
            r = Client(service.port, token).ask(method, fill(path) + query, {} if "requestBody" in row else None)
            opened = not row["security"]
            if want == 403 and "x-right" not in row:
                continue
            if not opened and r.status != want or opened and r.status in (403,):
                bad.append("%s %s, %s: %r" % (method, path, name, r))
    check(not bad, "auth_matrix: %d routes" % len(list(routes(document))), "\n".join(bad))


# --- every route does what the document says --------------------------------------------------------

def look(service, admin, document):
    """Every GET that answers, with ids that are there, against its schema."""
    alerts = admin.get("/api/v1/alerts").json["items"]
    claim = admin.get("/api/v1/claims", about="198.51.100.7").json["items"][0]["id"]
    sha = admin.get("/api/v1/documents").json["items"][0]
    values = {"id": claim, "sha256": sha["document"].split(":")[-1] if "document" in sha else sha["sha256"],
              "login": "hanako"}
    bad, seen = [], 0
    admin.post("/api/v1/teams", {"name": "near"})
    for path, method, row in routes(document):
        content = row["responses"].get("200", {}).get("content", {})
        if method != "GET" or not content or "text/event-stream" in content:
            continue  # what leads elsewhere is oidc_test.py's
        here = dict(values)
        if path.startswith("/api/v1/entities"):
            here["id"] = "Quiet Mouse"
        if path.startswith("/api/v1/objects"):
            here["id"] = MOUSE["id"]
        if path.startswith("/api/v1/alerts/"):
            here["id"] = alerts[0]["id"]
        query = needed(row)
        here["name"] = "near"
        if path == "/api/v1/path":
            query["to"] = MOUSE["id"]
        r = admin.get(fill(path, here), **query)
        seen += 1
        kind = r.headers["Content-Type"].split(";")[0]
        if r.status != 200:
            bad.append("%s: %r" % (path, r))
        elif kind == "application/json":
            problem = wrong(document, content["application/json"]["schema"], r.json)
            bad += ["%s: %s" % (path, problem)] if problem else []
    check(not bad and seen > 25, "%d GETs answer as their schemas say" % seen, "\n".join(bad))


def health(service, admin):
    r = admin.get("/api/v1/health")
    checks = {c["check"]: c["state"] for c in r.json["checks"]}
    check(r.json["state"] in ("ok", "warn") and checks["store"] == checks["index"] == checks["audit"] == "ok",
          "what it stands on is well", r)
    reader = service.client(service.make_token("hanako", "read,ask", "green"))
    check(reader.get("/api/v1/health").status == 403, "which is for whoever operates it")


def follow(service):
    """A log that spoke every hour of one day, and not since."""
    for hour in range(14):
        service.run("--now", "2026-11-10T%02d:00:00Z" % hour, "watch", "--follow", "-", stdin=b"fine line\n", want=None)


def quiet_logs(service, admin):
    r = admin.get("/api/v1/quiet-logs")
    check([(x["longest_seconds"], x["quiet_seconds"] > 11 * 86400) for x in r.json["items"]] == [(3600, True)],
          "a log that fell silent is told", r)
    r = admin.get("/api/v1/status")
    check(r.json["quiet_logs"] == 1 and r.json["feeds"]["count"] == 1, "and counted, and the feeds are", r)
    reader = service.client(service.make_token("hanako", "read", "green"))
    r = reader.get("/api/v1/status")
    check(r.json["quiet_logs"] == 0 and r.json["feeds"] is None and not reader.get("/api/v1/quiet-logs").json["items"],
          "to whom the telemetry is for, and who may look at feeds", r)


def hunts(admin):
    one = admin.get("/api/v1/hunt", value="198.51.100.7").json
    for name in ("Cheese Loader", LOADER["id"]):
        r = admin.get("/api/v1/entities/%s/hunt" % quote(name))
        total = {"schema": "noroshi.hunt-total/1", "name": "Cheese Loader", "asked": 1, "seen": 1, "said": "yes",
                 "coverage": one["coverage"]}
        check(r.status == 200 and r.lines == [one, total], "hunting for a thing tells what of it was seen", r)
    r = admin.get("/api/v1/entities/Quiet%20Mouse/hunt")
    check(r.status == 200 and [(x["asked"], x["said"]) for x in r.lines] == [(0, "cannot-say")],
          "of what nothing is said to indicate, nothing can be said", r)
    check(admin.get("/api/v1/entities/Loud%20Cat/hunt").status == 404, "and what nobody knows is not found")


def strict(admin, document):
    bad = []
    for path, method, row in routes(document):
        r = admin.ask(method, fill(path) + "?nobody_knows=1", {} if "requestBody" in row else None)
        if row["security"] and r.status != 400:
            bad.append("%s %s with an unknown parameter: %r" % (method, path, r))
        body = row.get("requestBody", {}).get("content", {})
        if "application/json" not in body or not row["security"]:
            continue
        r = admin.ask(method, fill(path), {"nobody_knows": 1})
        if r.status != 400:
            bad.append("%s %s with an unknown member: %r" % (method, path, r))
    check(not bad, "mass_assign: what a route does not name is refused", "\n".join(bad))
    r = admin.post("/api/v1/users", {"login": "eve", "role": "reader", "clearance": "clear", "rights": "admin"})
    check(r.status == 400, "mass_assign: rights cannot be given by name", r)
    r = admin.ask("POST", "/api/v1/ask", b"{", {"Content-Type": "application/json"})
    check(r.status == 400 and r.json["code"] == "input" and
          r.headers["Content-Type"] == "application/problem+json", "broken JSON is a problem that says so", r)


def without_time(answer):
    return {k: v for k, v in answer.items() if k not in ("id", "as_of")}


def questions(service, admin, document):
    values = ["198[.]51[.]100[.]7", "bad.example", "203.0.113.5", "no value at all \x01", "Quiet Mouse"]
    r = admin.post("/api/v1/ask", {"values": values})
    said = service.run("--json", "ask", *values, want=None).splitlines()
    same = [json.loads(a) == b for a, b in zip(said, r.lines)]
    check(r.status == 200 and len(r.lines) == len(values) == len(said) and all(same),
          "answers are those of the command line, in order", (same, r))
    alone = [admin.post("/api/v1/ask", {"values": [v]}) for v in values]
    check(all(a.status == 200 and len(a.lines) == 1 for a in alone) and
          [without_time(a.lines[0]) for a in alone] == [without_time(a) for a in r.lines],
          "one value alone is answered as one of many", alone)
    check("Content-Length" in alone[0].headers and "Content-Length" not in alone[4].headers and
          all(a.headers["Content-Type"] == "application/x-ndjson" for a in alone),
          "a value where it is read, a name by a worker", alone)
    schema = document["components"]["schemas"]["Answer"]
    bad = [wrong(document, schema, a) for a in r.lines if "error" not in a]
    check(not any(bad), "and as their schema says", bad)
    r = admin.post("/api/v1/ask?form=short", {"text": "seen: hxxp://bad[.]example/x and 198.51.100.7, 198.51.100.7"})
    found = [a.get("question", {}).get("value") for a in r.lines]
    check(r.status == 200 and len(found) == len(set(found)) and "198.51.100.7" in found, "values out of a text", r)
    r = admin.post("/api/v1/ask", {"values": ["x"] * 10001})
    check(r.status == 413 and r.json["code"] == "limit", "over 10,000 values is a limit", r)
    many = ["10.%d.%d.7" % (i // 250, i % 250) for i in range(10000)]
    r = admin.post("/api/v1/ask?form=short", {"values": many})
    check(r.status == 200 and [a["question"]["value"] for a in r.lines] == many, "10,000 values, in order", r.status)
    r = admin.get("/api/v1/observables/url/" + quote("http://bad.example/a/b?c=%2F"))
    check(r.status == 200 and r.json["question"]["kind"] == "url", "a URL in a path", r)
    etag = admin.get("/api/v1/sources")
    r = admin.ask("GET", "/api/v1/sources", None, {"If-None-Match": etag.headers["ETag"]})
    check(r.status == 304 and not r.body, "a conditional request is answered without the body", r)
    r = admin.ask("HEAD", "/api/v1/sources")
    check(r.status == 200 and not r.body, "HEAD has no body", r)


# --- changes ---------------------------------------------------------------------------------------

def at_once(n, send):
    ready, replies = threading.Barrier(n), [None] * n

    def one(i):
        ready.wait()
        replies[i] = send(i)
    threads = [threading.Thread(target=one, args=(i,)) for i in range(n)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return replies


def keyed(admin):
    body, once = {"name": "twice", "scopes": "read"}, {"Idempotency-Key": "t1"}
    first = admin.ask("POST", "/api/v1/tokens", body, once)
    again = admin.ask("POST", "/api/v1/tokens", body, once)
    check(first.status == again.status == 200 and first.json["id"] == again.json["id"] and
          first.json["token"].startswith("nrs_") and again.json["token"] is None,
          "idempotency: one token, and its text is nowhere but in the first answer", (first, again))
    many = at_once(8, lambda i: admin.ask("POST", "/api/v1/tokens", {"name": "race", "scopes": "read"},
                                          {"Idempotency-Key": "t2"}))
    check({r.status for r in many} == {200} and len({r.json["id"] for r in many}) == 1 and
          sum(r.json["token"] is not None for r in many) == 1, "idempotency: the same at once is one", many)
    for name, method, path, body, other in (
            ("a document", "POST", "/api/v1/import?path=key.csv&source=key", b"value,malware\nkey.example,c2\n", b"x,y\n"),
            ("a set", "PUT", "/api/v1/sets/keyed?verdict=known-good", b"%064x\n" % 7, b"%064x\n" % 8)):
        key = {"Idempotency-Key": "up " + name[2:]}
        check(admin.ask(method, path, body, key).status == 422, "idempotency: a key with a blank is none", name)
        key = {"Idempotency-Key": "up-" + name[2:]}
        first, again = (admin.ask(method, path, body, key) for _ in range(2))
        check(first.status == again.status == 200 and first.body == again.body and
              again.headers["Idempotent-Replayed"] == "true" and
              first.headers["Content-Type"] == again.headers["Content-Type"],
              "idempotency: %s is answered as before" % name, (first, again))
        r = admin.ask(method, path, other, key)
        check(r.status == 422, "idempotency: other bytes under the key of %s are refused" % name, r)
    check(admin.ask("DELETE", "/api/v1/sets/keyed").status == 204, "the set is dropped")
    many = at_once(6, lambda i: admin.post("/api/v1/users", {"login": "many%d" % i, "role": "reader", "clearance": "clear",
                                                             "password": PASSWORD}))
    check(all(r.status == 204 or (r.status == 503 and r.headers["Retry-After"] == "1") for r in many),
          "many passwords at once: some are to come again", many)
    rows = b"value,malware\n" + b"".join(b"t%d.example,c2\n" % i for i in range(20000))
    many = at_once(6, lambda i: admin.post("/api/v1/import?dry_run=true&path=%d.csv&source=turns" % i, rows))
    check(all(r.status == 200 or (r.status == 503 and r.headers["Retry-After"] == "5") for r in many),
          "many uploads at once: who is not read is to come again", many)


def changes(service, admin):
    where = "/api/v1/observables/ipv4/198.51.100.8/verdict"
    r = admin.ask("PUT", where, {"verdict": "benign", "why": "our scanner"})
    check(r.status == 204, "a verdict", r)
    r = admin.get("/api/v1/observables/ipv4/198.51.100.8")
    check(any(w["source"] == "analyst:hanako" for w in r.json["against"] + r.json["why"]), "counts", r)
    r = admin.ask("PUT", where, {"verdict": "benign", "why": "our scanner"})
    r2 = admin.ask("DELETE", where + "?why=mistake")
    check(r2.status == 204, "is taken back", (r, r2))
    check(admin.ask("DELETE", where + "?why=again").status == 404, "once")
    once = {"Idempotency-Key": "k1"}
    body = {"name": "org-z"}
    r = admin.ask("POST", "/api/v1/organisations", body, once)
    again = admin.ask("POST", "/api/v1/organisations", body, once)
    check(r.status == again.status == 204 and again.headers["Idempotent-Replayed"] == "true",
          "idempotency: the same again is answered as the first was", (r, again))
    r = admin.ask("POST", "/api/v1/organisations", {"name": "org-y"}, once)
    check(r.status == 422, "idempotency: the key of another request is refused", r)
    r = admin.ask("POST", "/api/v1/organisations", body)
    check(r.status == 409, "without the key it is there already", r)
    keyed(admin)
    r = admin.ask("PATCH", "/api/v1/sources/lists", {"reliability": "B"})
    check(r.status == 204, "a source is trusted", r)
    r = admin.post("/api/v1/import?path=feed/two.csv&source=two", b"203.0.113.77,c2\n")
    check(r.status == 200 and r.lines[0]["new"] >= 1, "a document is brought in", r)
    check(admin.get("/api/v1/observables/ipv4/203.0.113.77").json["verdict"] != "unknown", "and known at once")
    r = admin.post("/api/v1/import?path=bad.json&format=stix", b"{\"type\": ")
    check(r.status == 200 and "error" in r.lines[0], "a bad document is an error in its line", r)
    r = admin.ask("PUT", "/api/v1/sets/good?verdict=known-good", b"d41d8cd98f00b204e9800998ecf8427e\n")
    check(r.status == 200 and r.json["values"] == 1, "a set is loaded", r)
    r = admin.get("/api/v1/hash/d41d8cd98f00b204e9800998ecf8427e")
    check(r.json["verdict"] == "known-good", "and asked", r)
    r = admin.post("/api/v1/hash", {"hashes": ["d41d8cd98f00b204e9800998ecf8427e", "0" * 40, "zz"]})
    check([h.get("verdict") for h in r.lines] == ["known-good", "unknown", None], "many hashes", r)
    check(admin.get("/api/v1/sets").json["items"][0]["kinds"] == {"md5": 1}, "which says what is in it")
    r = admin.get("/api/v1/verified-sets", name="good")
    check(r.status == 200 and [(s["set"], s["verified"]) for s in r.json["items"]] == [("good", "whole")],
          "its files are read and found whole", r)
    check(admin.get("/api/v1/verified-sets", name="none").status == 404, "and no other's")
    check(admin.ask("DELETE", "/api/v1/sets/good").status == 204, "a set is dropped")
    r = admin.get("/api/v1/verified-sets", name="good")
    check([s["withdrawn"] for s in r.json["items"]] == [True], "and proved all the same", r)
    check(admin.get("/api/v1/hash/d41d8cd98f00b204e9800998ecf8427e").json["verdict"] == "unknown", "and not asked")
    alert = admin.get("/api/v1/alerts").json["items"][0]["id"]
    check(admin.post("/api/v1/alerts/%s/close" % alert, {"why": "seen"}).status == 204, "an alert is closed")
    check(admin.post("/api/v1/alerts/%s/close" % alert, {"why": "seen"}).status == 409, "once")
    check(not admin.get("/api/v1/alerts").json["items"], "and gone from the list")
    check(admin.post("/api/v1/alerts/%s/reopen" % alert).status == 204, "and opened again")
    log = b"2026-11-22T00:58:00Z fw2 ACCEPT src=10.0.0.6 dst=203.0.113.77 proto=tcp\n"
    r = admin.post("/api/v1/watch?path=fw2.log&dry_run=true", log)
    check(r.status == 200 and len(r.lines) == 1 and r.lines[0]["source"]["path"] == "fw2.log", "a log is watched", r)
    check(len(admin.get("/api/v1/alerts").json["items"]) == 1, "dry: nothing is kept")
    r = admin.post("/api/v1/watch?path=fw2.log", gzip.compress(log))
    check(r.status == 200 and len(r.lines) == 1, "a packed one, too", r)
    check(len(admin.get("/api/v1/alerts").json["items"]) == 2, "and kept")
    acts = [row["act"] for row in admin.get("/api/v1/audit").json["items"]]
    check({"verdict_set", "alert_close", "import", "set_load"} <= set(acts), "all of it is in the audit log", acts)


def people(service, admin):
    r = admin.post("/api/v1/users", {"login": "jiro", "role": "reader", "clearance": "green", "password": PASSWORD})
    check(r.status == 204, "a reader is made", r)
    jiro = service.client()
    r = jiro.post("/api/v1/session", {"login": "jiro", "password": PASSWORD})
    check(r.status == 200 and r.json["user"]["clearance"] == "green", "and comes in", r)
    jiro.csrf = r.json["csrf"]
    check(jiro.get("/api/v1/users").status == 403, "but lists no users")
    r = jiro.post("/api/v1/tokens", {"name": "t", "scopes": "users"})
    check(r.status == 403, "token_lattice: nobody gives what he lacks", r)
    r = jiro.post("/api/v1/tokens", {"name": "t", "scopes": "ask", "clearance": "red"})
    check(r.status == 403, "token_lattice: nor more clearance than he has", r)
    token = jiro.post("/api/v1/tokens", {"name": "t", "scopes": "ask"}).json
    asks = service.client(token["token"])
    check(asks.get("/api/v1/observables/ipv4/198.51.100.7").status == 200, "his token asks")
    r = [admin.ask("PATCH", "/api/v1/users/jiro", who) for who in
         ({"issuer": "https://idp.example", "subject": "s-7"}, {"issuer": "https://idp.example"}, {"issuer": 1, "subject": "x"})]
    check([x.status for x in r] == [204, 400, 400], "who he is at a provider is told whole or not at all", r)
    said = service.run("--json", "user", "show", "jiro")
    check('"issuer":"https://idp.example","subject":"s-7"' in said, "and kept", said)
    check(admin.ask("PATCH", "/api/v1/users/jiro", {"issuer": "", "subject": ""}).status == 204, "and taken away")
    check(admin.ask("PATCH", "/api/v1/users/jiro", {"disabled": True}).status == 204, "he is disabled")
    check(jiro.get("/api/v1/session").status == 401, "his session is over at once")
    check(asks.get("/api/v1/observables/ipv4/198.51.100.7").status == 401, "his token, too")
    r = admin.ask("PATCH", "/api/v1/users/hanako", {"role": "reader"})
    check(r.status == 403, "the last admin stays one", r)
    teams(service, admin)
    pages(service, admin)
    recorded(service, admin)
    service.run("audit", "verify")
    check(True, "the audit log verifies")
    audit(service, admin)


def teams(service, admin):
    check(admin.post("/api/v1/teams", {"name": "night"}).status == 204, "a team is made")
    check(admin.post("/api/v1/teams", {"name": "night"}).status == 409, "once")
    check(admin.get("/api/v1/teams").json == {"items": ["near", "night"], "next": None}, "and listed", admin.get("/api/v1/teams"))
    member = "/api/v1/teams/night/members/hanako"
    check(admin.ask("PUT", member).status == 204, "somebody is put into it")
    check(admin.ask("PUT", member).status == 409, "once")
    r = admin.get("/api/v1/teams/night")
    check(r.json == {"name": "night", "members": ["hanako"]}, "and is there", r)
    r = admin.get("/api/v1/users/hanako")
    check(r.json["teams"] == ["night"] and r.json["tokens"] >= 1 and all(s["created"] for s in r.json["sessions"]),
          "his page has his teams, his sessions and how many tokens he has", r)
    check(service.run("--json", "user", "show", "hanako").find('"teams":["night"]') > 0, "as the command line says")
    check(admin.ask("DELETE", member).status == 204 and admin.get("/api/v1/teams/night").json["members"] == [],
          "and taken out again")
    r = [admin.get("/api/v1/teams/none"), admin.ask("PUT", "/api/v1/teams/none/members/hanako"),
         admin.ask("PUT", "/api/v1/teams/night/members/none"), admin.ask("DELETE", "/api/v1/users/none/totp")]
    check([x.status for x in r] == [404] * 4, "what is not there is not found", r)


def audit(service, admin):
    """The chain, and a head that was kept elsewhere."""
    head = admin.get("/api/v1/audit/head").json
    check(head["entries"] > 5 and head["head"].startswith("noroshi-audit/1 %d " % head["entries"]), "its head", head)
    check(service.run("audit", "head").strip() != "", "which the command line says, too")
    r = admin.post("/api/v1/audit/verify", {"heads": [head["head"]]})
    check(r.status == 200 and r.json["broken"] is None and r.json["heads"] == 1, "is met by the proof", r)
    other = head["head"][:-1] + ("0" if head["head"][-1] != "0" else "1")
    r = admin.post("/api/v1/audit/verify", {"heads": [head["head"], other]})
    check(r.status == 200 and r.json["broken"] == "rewritten", "one of another chain is not", r)
    more = re.sub(r"^(noroshi-audit/1) \d+", r"\1 %d" % (head["entries"] + 1000), head["head"])
    r = admin.post("/api/v1/audit/verify", {"heads": [more]})
    check(r.status == 200 and r.json["broken"] == "cut", "one of entries that are not there says that they are gone", r)
    check(admin.post("/api/v1/audit/verify", {}).json["broken"] is None, "without heads it is whole by itself")
    r = [admin.post("/api/v1/audit/verify", {"heads": x}) for x in ("x", ["x"], [1])]
    check([x.status for x in r] == [400] * 3, "what is no head is refused", r)


def pages(service, admin):
    """Tokens by pages of two: each once, newest first; of others a cursor is none."""
    mine = []
    browser = service.client()
    browser.csrf = browser.post("/api/v1/session", {"login": "hanako", "password": PASSWORD}).json["csrf"]
    for n in range(5):
        r = browser.post("/api/v1/tokens", {"name": "p%d" % n, "scopes": "ask"})
        check(r.status == 200, "a token", r)
        mine.append(r.json["id"])
    whole = browser.get("/api/v1/tokens", limit=1000).json
    check(whole["next"] is None and [t["id"] for t in whole["items"]][:5] == mine[::-1], "all of one's own", whole)
    got, cursor = [], None
    while True:
        page = browser.get("/api/v1/tokens", limit=2, **({"cursor": cursor} if cursor else {})).json
        got += page["items"]
        cursor = page["next"]
        if not cursor or not page["items"]:
            break
    check(got == whole["items"], "the same by pages", got)
    everybody = admin.get("/api/v1/tokens", all="true", limit=1000).json["items"]
    others = [t["id"] for t in everybody if t["owner"] != "hanako"]
    check(others and browser.get("/api/v1/tokens", cursor=others[0]).status == 404, "another's is no place in it", others)
    check(admin.get("/api/v1/tokens", all="true", cursor=others[0]).status == 200, "but in everybody's")
    check(browser.get("/api/v1/tokens", cursor="nosuch").status == 404, "nor one that is none")


def recorded(service, admin):
    """What was read of what is above GREEN stands in the audit log, and no secret does."""
    r = admin.post("/api/v1/import?path=inner/three.csv&source=inner&tlp=amber", b"203.0.113.81,c2\n203.0.113.82,c2\n")
    check(r.status == 200, "something above GREEN", r)
    check(admin.get("/api/v1/search", q="203.0.113.8*", limit=7).status == 200, "is searched")
    asked = ["203.0.113.81", "8.8.8.8", "203.0.113.82"]
    check(admin.post("/api/v1/ask", {"values": asked}).status == 200, "and asked")
    secret = service.make_token("hanako")
    for path in ("/api/v1/claims?about=203.0.113.81", "/api/v1/hunt?value=http://x.example/%s" % secret,
                 "/api/v1/observables/ipv4/203.0.113.81?form=short"):
        admin.get(path)
    rows = admin.get("/api/v1/audit", act="read", limit=50).json["items"]
    said = [(row["what"], row["detail"]) for row in rows]
    for want in (("/api/v1/search", "amber q=203.0.113.8* limit=7"),
                 ("/api/v1/ask", "amber read 2: 203.0.113.81 203.0.113.82"),
                 ("/api/v1/claims", "amber about=203.0.113.81"), ("/api/v1/hunt", "amber value=nrs_..."),
                 ("/api/v1/observables/ipv4/203.0.113.81", "amber form=short")):
        check(want in said, "the audit log names what was read: %s %s" % want, said)
    check(secret not in str(rows), "and no token that was typed there", said)


def stix(kind, n, **fields):
    return dict({"type": kind, "spec_version": "2.1", "created": "2026-01-01T00:00:00.000Z",
                 "modified": "2026-01-01T00:00:00.000Z",
                 "id": "%s--00000000-0000-4000-8000-%012d" % (kind, n)}, **fields)


def related(n, a, kind, b):
    return stix("relationship", n, relationship_type=kind, source_ref=a["id"], target_ref=b["id"])


MOUSE = stix("intrusion-set", 1, name="Quiet Mouse")
LOADER = stix("malware", 2, name="Cheese Loader", is_family=True)
SIGN = stix("indicator", 3, pattern="[ipv4-addr:value = '198.51.100.7']", pattern_type="stix",
            valid_from="2026-01-01T00:00:00Z", indicator_types=["malicious-activity"])
BUNDLE = {"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000001",
          "objects": [MOUSE, LOADER, SIGN, related(4, SIGN, "indicates", LOADER), related(5, MOUSE, "uses", LOADER)]}


def fill_store(service):
    service.run("init")
    for name, text in (("lists/bad.csv", FEED), ("vendor/actor.json", json.dumps(BUNDLE)),
                       ("fw.log", "2026-11-22T00:59:00Z fw1 ACCEPT src=10.0.0.5 dst=198.51.100.7 proto=tcp\n")):
        path = os.path.join(service.home, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)
    service.run("import", os.path.join(service.home, "lists"), os.path.join(service.home, "vendor"))
    service.run("watch", os.path.join(service.home, "fw.log"))
    service.run("feed", "add", "near", "https://feed.example/list.csv")
    service.run("feed", "pause", "near")


def main():
    skip_unless_built()
    with scratch("noroshi-api-") as home:
        service = Service(home, env={"NOROSHI_NOW": "2026-11-22T01:00:00Z"})
        fill_store(service)
        follow(service)
        service.start()
        try:
            browser = first_run(service)
            sessions(service, browser)
            origins(service, browser)
            admin = service.client(service.make_token("hanako"))
            document = admin.get("/api/v1/openapi.json").json
            check(document["openapi"] == "3.1.0" and len(document["paths"]) > 30, "the OpenAPI document")
            auth_matrix(service, admin, document)
            look(service, admin, document)
            strict(admin, document)
            hunts(admin)
            quiet_logs(service, admin)
            health(service, admin)
            questions(service, admin, document)
            changes(service, admin)
            people(service, admin)
            check(service.stop() == 0, "it ends in order")
            check("Sanitizer" not in service.said(), "and nothing was reported", service.said()[-2000:])
        except OSError as e:
            check(False, "it answers", "%r: %s" % (e, service.said()[-2000:]))
        finally:
            service.stop(9)
    return TAP.end()


if __name__ == "__main__":
    sys.exit(main())
