#!/usr/bin/env python3
"""bola_matrix: every write of the OpenAPI document, on things that are another's: by somebody of an organisation with every
right that he can have, by the manager of that organisation, and by somebody of the site whose clearance is too low.

It is refused; what is hidden is answered byte for byte as what is not there; and the things are as they were. What belongs
to whoever asks by its name alone (a set, a word about a value) he may have for himself beside the other's. A route that has
no things here fails the test."""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from api_test import BUNDLE, fill_store, routes  # noqa: E402,F401
from kit import PASSWORD, Service, quote, scratch, skip_unless_built  # noqa: E402
from tap import Tap  # noqa: E402

TAP = Tap()
check = TAP.check

MD5 = ["d41d8cd98f00b204e9800998ecf842%02x" % i for i in range(3)]
VALUE = "198.51.100.8"
RANDOM = re.compile(rb'"instance":"\w+"')
# what a body holds where its schema wants something
SAMPLES = {"name": "mine", "why": "mine now", "verdict": "malicious", "a": "Quiet Mouse", "b": "Cheese Loader", "url":
           "https://mine.example/x.csv", "source": "mine", "role": "analyst", "clearance": "red", "reliability": "F",
           "disabled": True, "password": PASSWORD, "organisation": "acme", "paused": False, "licence": "mine",
           "login": "mine", "scopes": "ask", "format": "csv"}
# His own beside another's, by the same name: these may succeed.
BESIDE = {(method, path) for method in ("PUT", "DELETE")
          for path in ("/api/v1/sets/{name}", "/api/v1/observables/{kind}/{value}/verdict")}
# Names that nobody has twice: that one is taken is all that whoever wants it learns.
TAKEN = {("PUT", "/api/v1/feeds/{name}")}
# No thing is named in the path: what they make or do is of whoever asks.
OF_NOTHING = {"/api/v1/session", "/api/v1/first-run", "/api/v1/password", "/api/v1/totp", "/api/v1/totp/confirm",
              "/api/v1/totp/remove", "/api/v1/ask", "/api/v1/hash", "/api/v1/import", "/api/v1/watch", "/api/v1/users",
              "/api/v1/organisations", "/api/v1/teams", "/api/v1/tokens", "/api/v1/audit/verify"}


def body_of(document, row):
    """All that its schema names, as far as there is a sample; None: it takes no JSON."""
    content = row.get("requestBody", {}).get("content", {}).get("application/json")
    if not content:
        return None
    schema = document["components"]["schemas"][content["schema"]["$ref"].rsplit("/", 1)[1]]
    return {name: SAMPLES[name] for name in schema["properties"] if name in SAMPLES and
            (name in schema["required"] or name not in ("organisation", "password", "source"))}


class World:
    """Things of the site, at TLP:AMBER or of its people; `state` is what the operator sees of them."""

    def __init__(self, service, admin):
        self.service, self.admin = service, admin
        log = b"2026-11-22T00:59:00Z fw1 ACCEPT src=10.0.0.5 dst=198.51.100.7 proto=tcp\n"
        admin.post("/api/v1/watch?path=fw.log", log)
        for name, tlp in (("shown", "clear"), ("secret", "amber")):
            admin.ask("PUT", "/api/v1/sets/%s?verdict=known-bad&tlp=%s" % (name, tlp), (MD5[0] + "\n").encode())
            admin.ask("PUT", "/api/v1/feeds/" + name, {"url": "https://feeds.example/%s.csv" % name, "format": "csv",
                                                       "source": name, "tlp": tlp, "paused": True})
        admin.ask("PUT", "/api/v1/observables/ipv4/%s/verdict" % VALUE, {"verdict": "benign", "why": "ours", "tlp": "amber"})
        admin.post("/api/v1/teams", {"name": "night"})
        admin.ask("PUT", "/api/v1/teams/night/members/hanako")
        self.token = admin.post("/api/v1/tokens", {"name": "kept", "scopes": "ask"}).json["id"]
        browser = service.client()
        browser.post("/api/v1/session", {"login": "hanako", "password": PASSWORD})
        self.browser = browser
        self.session = browser.get("/api/v1/sessions").json["items"][0]["id"]
        self.alert = admin.get("/api/v1/alerts").json["items"][0]["id"]

    def things(self):
        """path -> its parameters, a row a thing"""
        sets = [{"name": "shown"}, {"name": "secret"}]
        verdict = [{"kind": "ipv4", "value": VALUE}]
        people = [{"login": "hanako"}]
        return {"/api/v1/sessions/{id}": [{"id": self.session}], "/api/v1/tokens/{id}": [{"id": self.token}],
                "/api/v1/alerts/{id}/close": [{"id": self.alert}], "/api/v1/alerts/{id}/reopen": [{"id": self.alert}],
                "/api/v1/sets/{name}": sets, "/api/v1/sources/{name}": [{"name": "lists"}, {"name": "secret"}],
                "/api/v1/observables/{kind}/{value}/verdict": verdict,
                "/api/v1/names/merge": [{}], "/api/v1/names/split": [{}],
                "/api/v1/feeds/{name}": sets, "/api/v1/feeds/{name}/run": sets,
                "/api/v1/feeds/{name}/approve": sets, "/api/v1/feeds/{name}/discard": sets,
                "/api/v1/users/{login}": people, "/api/v1/users/{login}/sessions": people,
                "/api/v1/users/{login}/totp": people,
                "/api/v1/teams/{name}/members/{login}": [{"name": "night", "login": "hanako"}]}

    def state(self):
        a = self.admin
        said = [c for c in a.get("/api/v1/claims", about=VALUE, limit=1000).json["items"]
                if c["source"] == "analyst:hanako"]
        sets = [s for s in a.get("/api/v1/sets").json["items"] if s["verdict"] == "known-bad"]
        groups = [a.get("/api/v1/entities/" + quote(n)).json["entity"]["id"] for n in ("Quiet Mouse", "Cheese Loader")]
        tokens = [t for t in a.get("/api/v1/tokens?all=true").json["items"] if t["id"] == self.token]
        user = dict(a.get("/api/v1/users/hanako").json, entered=None)
        return {"alert": a.get("/api/v1/alerts/" + self.alert).body, "feeds": [a.get("/api/v1/feeds/" + n).body for n in ("shown", "secret")], "sets": sets,
                "sources": [s for s in a.get("/api/v1/sources").json["items"] if s["name"] in ("lists", "secret")], "said": said,
                "groups": groups, "tokens": [dict(t, used=None) for t in tokens], "user": user,
                "team": a.get("/api/v1/teams/night").json, "session": self.browser.get("/api/v1/session").status}


def absent(row):
    """The same question about what is not there: ids of the same form."""
    return {name: value if name in ("kind", "value") else value[:-1] + ("0" if value[-1] != "0" else "1")
            for name, value in row.items()}


def fill(path, row):
    for name, value in row.items():
        path = path.replace("{%s}" % name, quote(value))
    return path


def ask(client, document, method, path, row, op):
    query = "?why=mine" if method == "DELETE" and path.endswith("/verdict") else ""
    if path == "/api/v1/sets/{name}" and method == "PUT":
        return client.ask(method, fill(path, row) + "?verdict=known-good", (MD5[1] + "\n").encode())
    return client.ask(method, fill(path, row) + query, body_of(document, op))


def hides(client, path, row):
    """May he not even see it? What has no page of its own is hidden when it stands in no list of his."""
    where = path.split("/{")[0]
    if where in ("/api/v1/alerts", "/api/v1/feeds", "/api/v1/users", "/api/v1/teams"):
        return client.get("%s/%s" % (where, quote(next(iter(row.values()))))).status != 200
    if where in ("/api/v1/sets", "/api/v1/sources"):
        return row["name"] not in [x.get("set", x.get("name")) for x in client.get(where).json["items"]]
    return where in ("/api/v1/sessions", "/api/v1/tokens")


def words(reply, row):
    """What it says, without what was asked for."""
    text = RANDOM.sub(b"", reply.body)
    for value in row.values():
        text = text.replace(value.encode(), b"?")
    return reply.status, text


def foreign(world, who, client, document, wanted):
    things, before = world.things(), world.state()
    for path, method, op in routes(document):
        if method == "GET" or path in OF_NOTHING:
            continue
        check(path in things, "bola_matrix: %s %s has things" % (method, path))
        for row in things.get(path, []):
            if not wanted(path, row):
                continue
            hidden = hides(client, path, row)
            r = ask(client, document, method, path, row, op)
            name = "bola_matrix: %s %s %s" % (who, method, fill(path, row))
            allowed = (403, 404) + (200, 204) * ((method, path) in BESIDE) + (409,) * (hidden and (method, path) in TAKEN)
            check(r.status in allowed, name + " is refused", r)
            if hidden and row and (method, path) not in BESIDE | TAKEN:
                other = ask(client, document, method, path, absent(row), op)
                check(words(r, row) == words(other, absent(row)), name + " as if it were not there", (r, other))
            now = world.state()
            check(now == before, name + " and nothing changed",
                  {k: (before[k], now[k]) for k in now if now[k] != before[k]})
            before = now


def main():
    skip_unless_built()
    with scratch("noroshi-bola-") as home:
        service = Service(home, env={"NOROSHI_NOW": "2026-11-22T01:00:00Z"})
        fill_store(service)
        service.user("hanako", "admin", "red", audiences=["*"])
        service.run("organisation", "add", "acme")
        service.user("taro", "expert", "amber", "acme")
        service.user("gina", "expert", "green")
        service.user("boss", "admin", "red", audiences=["*"])
        out = service.run("token", "create", "boss", "--scope", "admin", "--for", "x", "--of", "acme", "--tlp", "red")
        token = service.make_token("hanako")
        service.start()
        try:
            admin = service.client(token)
            document = admin.get("/api/v1/openapi.json").json
            world = World(service, admin)
            taro = service.client(service.make_token("taro", "read,ask,import,watch,alert,curate,export,feed", "amber"))
            manager = service.client(re.search(r"nrs_\w+", out).group(0))
            gina = service.client(service.make_token("gina", "read,ask,import,watch,alert,curate,export,feed", "green"))
            foreign(world, "of an organisation:", taro, document, lambda path, row: True)
            foreign(world, "its manager:", manager, document,
                    lambda path, row: not path.startswith(("/api/v1/tokens", "/api/v1/sessions")))
            foreign(world, "too low:", gina, document, lambda path, row: hides(gina, path, row))
            check(service.stop() == 0, "it ends in order")
            check("Sanitizer" not in service.said(), "and nothing was reported", service.said()[-2000:])
        finally:
            service.stop(9)
    return TAP.end()


if __name__ == "__main__":
    sys.exit(main())
