#!/usr/bin/env python3
"""What was seen before anybody called it bad, and is called so over HTTP: by an import, a set, a list of suspicious
values or a person's verdict. Each raises one alert of the rule retro, with the positions; a dry run, a good word,
what was never seen and saying it again raise none."""
import os
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from kit import Service, scratch, skip_unless_built  # noqa: E402
from tap import Tap  # noqa: E402

TAP = Tap()
check = TAP.check

DIGEST = "aa" * 32
DAYS = ["2026-11-18", "2026-11-19", "2026-11-20"]


def line(day, hour, **fields):
    said = "".join(',"%s":"%s"' % f for f in fields.items())
    return '{"ts":"%sT%02d:00:00Z","src_ip":"10.0.0.5"%s}\n' % (day, hour, said)


def log():
    text = "".join(line(day, hour, query="fine%d.example" % hour) for day in DAYS for hour in range(24))
    for n, day in enumerate(DAYS):
        for key, value in (("query", "imported.example.net"), ("dest_ip", "203.0.113.9"), ("sha256", DIGEST),
                           ("query", "listed.example.net"), ("query", "www.judged.example.net")):
            text += line(day, n, **{key: value})
    return text


def places(text, value):
    """(offset, time) of the lines it stands in."""
    found, at = [], 0
    for row in text.splitlines(True):
        if value in row:
            found.append((at, row.split('"')[3]))
        at += len(row)
    return found


def retro(client):
    return {a["indicator"]: a for a in client.get("/api/v1/alerts", limit=100).json["items"] if a["rule"] == "retro"}


def raised(client, text, value, before, what, within=None):
    now = retro(client)
    check(set(now) - before == {value}, "%s: one alert, about it" % what, now)
    if value not in now:
        return
    a = now[value]
    whole = client.get("/api/v1/alerts/" + a["id"]).json
    got = [(p["offset"], p["time"]) for p in whole["places"]]
    check(got == places(text, within or value), "%s: with its positions" % what, (got, places(text, within or value)))
    check({p["path"] for p in whole["places"]} == {"proxy.ndjson"}, "%s: and the log" % what, whole)


def main():
    skip_unless_built()
    with scratch("noroshi-retro-") as home:
        service = Service(home, env={"NOROSHI_NOW": "2026-11-22T01:00:00Z"})
        text = log()
        with open(os.path.join(home, "proxy.ndjson"), "w") as f:
            f.write(text)
        service.run("init")
        service.run("import", "--source", "other", "-", stdin=b"value,type\n203.0.113.200,c2\n")
        here = os.getcwd()
        os.chdir(home)
        service.run("watch", "proxy.ndjson", want=1)
        os.chdir(here)
        service.user("hanako", "admin", "red")
        service.start()
        try:
            admin = service.client(service.make_token("hanako"))
            check(retro(admin) == {}, "nothing was bad")

            row = b"value,malware,first_seen,last_seen\nimported.example.net,Thing,2026-11-01,2026-11-21\n"
            r = admin.post("/api/v1/import?source=lab&dry_run=true", row)
            check(r.status == 200 and retro(admin) == {}, "a dry run raises none", r)
            r = admin.post("/api/v1/import?source=lab", row)
            check(r.status == 200, "import", r)
            raised(admin, text, "imported.example.net", set(), "import")
            r = admin.post("/api/v1/import?source=lab2", row + b"never.seen.example.net,Thing,2026-11-01,2026-11-21\n")
            check(r.status == 200 and set(retro(admin)) == {"imported.example.net"}, "again: none more", r)

            before = set(retro(admin))
            r = admin.ask("PUT", "/api/v1/sets/good?verdict=known-good", (DIGEST + "\n").encode())
            check(r.status == 200 and set(retro(admin)) == before, "a set of good ones raises none", r)
            r = admin.ask("DELETE", "/api/v1/sets/good")
            r = admin.ask("PUT", "/api/v1/sets/bad?verdict=known-bad", (DIGEST + "\n" + "bb" * 32 + "\n").encode())
            check(r.status == 200, "known-bad set", r)
            raised(admin, text, DIGEST, before, "known-bad set")

            before = set(retro(admin))
            r = admin.ask("PUT", "/api/v1/sets/odd?verdict=list&polarity=suspicious", b"listed.example.net\n")
            check(r.status == 200, "list of suspicious values", r)
            raised(admin, text, "listed.example.net", before, "list of suspicious values")

            before = set(retro(admin))
            where = "/api/v1/observables/domain/%s/verdict" % urllib.parse.quote("judged.example.net")
            r = admin.ask("PUT", where, {"verdict": "benign", "why": "ours"})
            check(r.status == 204 and set(retro(admin)) == before, "a good word raises none", r)
            r = admin.ask("PUT", where, {"verdict": "malicious", "why": "seen in an incident"})
            check(r.status == 204, "verdict", r)
            raised(admin, text, "judged.example.net", before, "verdict about a domain that a name was below")

            before = set(retro(admin))
            r = admin.ask("PUT", "/api/v1/observables/ipv4/203.0.113.9/verdict",
                          {"verdict": "suspicious", "why": "odd"})
            check(r.status == 204, "verdict about an address", r)
            raised(admin, text, "203.0.113.9", before, "verdict about an address")

            r = admin.get("/api/v1/hunt", value="imported.example.net")
            check(r.status == 200 and r.json.get("said") == "yes", "hunt says so, too", r)
            check(service.stop() == 0, "it ends in order")
            check("Sanitizer" not in service.said(), "and nothing was reported", service.said()[-2000:])
        finally:
            service.stop(9)
    return TAP.end()


if __name__ == "__main__":
    sys.exit(main())
