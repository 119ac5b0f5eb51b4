#!/usr/bin/env python3
"""non-interference over HTTP: every GET of the OpenAPI document, as readers of every clearance and
organisation, on a store of everything and on one without what the reader may not see: status, type and
body are the same, and the bulk POSTs, too. A route that has no questions here fails the test."""
import hashlib
import itertools
import os
import re
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
sys.path.insert(0, os.path.join(HERE, "..", "serve"))
sys.path.insert(0, HERE)
from kit import Service, quote, skip_unless_built  # noqa: E402
from tap import Tap  # noqa: E402
from worlds import (ACTOR, HIDDEN, IDS, MIXED, OPEN, OTHER, READERS, SECRET, VALUES, make)  # noqa: E402

TAP = Tap()
check = TAP.check

SHA = [hashlib.sha256(x.encode()).hexdigest() for x in (OPEN, SECRET, OTHER, MIXED)]
OBSERVABLES = [("ipv4" if v[0].isdigit() else "domain", v) for v in VALUES if " " not in v and "." in v]
NOW = {"NOROSHI_NOW": "2026-11-10T00:59:00Z"}
# what is of accounts and not of knowledge: ids of them are random
RANDOM = re.compile(rb'"(id|instance|created|used|until|entered|csrf)":("[^"]*"|null)')


def queries(names, *values):
    for row in itertools.product(*values):
        yield "?" + "&".join("%s=%s" % (n, quote(str(v))) for n, v in zip(names, row))


def forms():
    yield ""
    yield "?form=all"
    yield "?form=short&seen=2026-11-09T12:00:00Z"
    yield "?as_of=2026-11-10T00:05:30Z"


def questions(claims, alerts):
    """path of the document -> what is asked there"""
    things = VALUES + IDS
    return {
        "/api/v1/observables/{kind}/{value}":
            ["/%s/%s%s" % (k, quote(v), f) for k, v in OBSERVABLES for f in forms()],
        "/api/v1/entities/{id}": ["/%s%s" % (quote(t), f) for t in things for f in ("", "?form=all")],
        "/api/v1/hash/{hash}": ["/" + "a" * 64],
        "/api/v1/hunt": list(queries(["value"], [v for _, v in OBSERVABLES])),
        "/api/v1/entities/{id}/hunt": ["/%s/hunt" % quote(t) for t in things] +
            ["/%s/hunt?as_of=2026-11-10T00:05:30Z" % quote(t) for t in things[:4]],
        "/api/v1/search":
            list(queries(["q"], ["mouse", "cheese", "secret*", "worm", "198*", "example", "txt", "json"])) +
            list(queries(["q", "limit"], ["cheese", "198*", "secret*"], [1])) +
            list(queries(["q", "since"], ["cheese", "txt"], ["2026-11-10T00:05:00Z"])),
        "/api/v1/graph": list(queries(["id", "depth"], things, [1, 2])),
        "/api/v1/path": list(queries(["from", "to"], things[:7], things[5:])),
        "/api/v1/claims": list(queries(["about", "limit"], things, [2, 1000])),
        "/api/v1/claims/{id}": ["/" + c for c in claims],
        "/api/v1/objects/{id}": ["/" + i for i in IDS],
        "/api/v1/documents": ["", "?limit=1", "?as_of=2026-11-10T00:05:30Z"] +
            list(queries(["cursor", "limit"], SHA, [1])),
        "/api/v1/documents/{sha256}": ["/" + s for s in SHA],
        "/api/v1/documents/{sha256}/content": ["/%s/content" % s for s in SHA],
        "/api/v1/changes": ["?since=2026-11-10T00:03:30Z", "?since=2026-11-10T00:09:30Z"],
        "/api/v1/export": ["?format=stix", "?format=ndjson", "?format=ndjson&source=confidant"],
        "/api/v1/sources": ["", "?as_of=2026-11-10T00:05:30Z"],
        "/api/v1/sets": [""], "/api/v1/verified-sets": ["", "?name=confidant"],
        "/api/v1/alerts": ["", "?closed=true", "?limit=1"] + list(queries(["value"], [v for _, v in OBSERVABLES])),
        "/api/v1/alerts/{id}": ["/alert--" + "0" * 32] + ["/" + a for a in alerts],
        "/api/v1/status": ["", "?as_of=2026-11-10T00:05:30Z"],
        "/api/v1/openapi.json": [""], "/api/v1/health": [""],
        "/api/v1/session": [""], "/api/v1/sessions": [""], "/api/v1/tokens": [""],
        "/api/v1/users": [""], "/api/v1/users/{login}": ["/reader"], "/api/v1/organisations": [""],
        "/api/v1/teams": [""], "/api/v1/teams/{name}": ["/night"],
        "/api/v1/audit": [""], "/api/v1/audit/head": [""],
        "/api/v1/quiet-logs": [""],
        "/api/v1/feeds": ["", "?limit=1"], "/api/v1/feed-presets": [""],
        "/api/v1/feeds/{name}": ["/open", "/confidant"],
        "/api/v1/oidc/start": [""], "/api/v1/oidc/callback": [""],
        "/-/healthy": [""], "/-/ready": [""],
    }


# of the operator, whose figures are no reader's; server-sent events are covered by /alerts
NOT_WALKED = {"/metrics", "/api/v1/alerts/live"}


def walk(client, document, claims, alerts):
    asked = questions(claims, alerts)
    unasked = []
    for path, methods in document["paths"].items():
        if "get" not in methods or path in NOT_WALKED:
            continue
        if path not in asked:
            unasked.append(path)
        stem = path.split("/{")[0]
        for rest in asked.get(path, []):
            r = client.get(stem + rest)
            yield path, stem + rest, (r.status, r.headers["Content-Type"], RANDOM.sub(b"", r.body))
    for body in ({"values": VALUES + IDS}, {"text": "seen " + " ".join(VALUES)}):
        for form in ("full", "short"):
            r = client.post("/api/v1/ask?form=" + form, body)
            yield "/api/v1/ask", "POST %s %s" % (form, body), (r.status, r.headers["Content-Type"], r.body)
    yield "", "unasked", unasked


def serve(home, reader):
    """A service on the store, and a client with the reader's view."""
    service = Service(home, env=NOW)
    service.user("boss", "admin", "red", audiences=["*"])
    if reader[1]:
        service.run("organisation", "add", reader[1])
    service.user("reader", "customer" if reader[1] else "expert", reader[0], reader[1], reader[2] or ["*"])
    scopes = "read,ask" if reader[1] else "read,ask,export,feed"
    token = service.make_token("reader", scopes, reader[0])
    service.start()
    return service, service.client(token)


def alerts_of(client):
    return [a["id"] for a in client.get("/api/v1/alerts", limit=1000, closed="true").json["items"]]


def all_claims(home):
    service, client = serve(home, ("red", "", []))
    try:
        document = client.get("/api/v1/openapi.json").json
        claims = {c["id"] for v in VALUES + IDS
                  for c in client.get("/api/v1/claims", about=v, limit=1000).json.get("items", [])}
        alerts = alerts_of(client)
        everything = b"".join(x[2][1].encode() + x[2][2] for x in walk(client, document, claims, alerts) if x[0])
    finally:
        service.stop()
    return document, sorted(claims), alerts, everything


def main():
    skip_unless_built()
    where = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="noninterference-http-", dir=where) as top:
        bad = make(os.path.join(top, "all"))
        check(not bad, "everything was delivered", "\n".join(bad))
        document, claims, alerts, everything = all_claims(os.path.join(top, "all"))
        check(len(claims) > 20 and len(alerts) > 2, "there are claims and alerts to look at", (claims, alerts))
        for word in HIDDEN:
            check(word.encode() in everything, "who sees all reads " + word)
        for i, reader in enumerate(READERS):
            name = " ".join([reader[0], reader[1]] + reader[2]).strip()
            whole, part = os.path.join(top, "whole%d" % i), os.path.join(top, "part%d" % i)
            bad = make(whole) + make(part, reader)
            check(not bad, name + ": delivered", "\n".join(bad))
            services = [serve(home, reader) for home in (whole, part)]
            try:
                got, want = (list(walk(client, document, claims, alerts)) for _, client in services)
            finally:
                for service, _ in services:
                    service.stop()
            check(not got[-1][2], name + ": every GET has questions", got[-1][2])
            differ = ["%s\n  %r\nwant\n  %r" % (g[1], g[2], w[2]) for g, w in zip(got, want) if g != w]
            check(not differ and len(got) == len(want) > 200, "%s: %d answers are the same" % (name, len(got)),
                  "\n".join(differ))
            leaks = [(g[1], word) for g in got[:-1] for word in HIDDEN
                     if reader[0] != "red" and word not in g[1] and word.encode() in g[2][2]]
            check(not leaks, name + ": no hidden word", leaks)
            answered = sum(g[2][0] == 200 for g in got[:-1])
            check(answered > 100, "%s: %d were answered" % (name, answered))
    return TAP.end()


assert ACTOR["id"] in IDS
sys.exit(main())
