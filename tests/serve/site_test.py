#!/usr/bin/env python3
"""What the site shares with everybody is not for everybody to change, and nobody writes where he does not see.

of_the_site: somebody of an organisation, whatever rights he has, neither changes what all see nor learns of others.
hidden_writes: a set under a marking above one's clearance is neither replaced, nor compared, nor known of.
idempotency: the query is a part of the request, and of a password not even a hash is kept.
refusals: what was refused while it was under way is in the audit log.
turns: feeds whose servers say nothing do not take every worker.
waiting: whoever has to wait for the audit log holds up nobody else.
rested: a service that nobody asks keeps no old state of the store from being cleared up."""
import os
import re
import socket
import sqlite3
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from api_test import fill_store  # noqa: E402
from kit import PASSWORD, Service, scratch, skip_unless_built  # noqa: E402
from tap import Tap  # noqa: E402

TAP = Tap()
check = TAP.check

MD5 = ["d41d8cd98f00b204e9800998ecf842%02x" % i for i in range(3)]


def of_the_site(service, admin):
    words = ["token", "create", "hanako", "--scope", "users,audit,read", "--for", "x", "--of", "acme"]
    manager = service.client(re.search(r"nrs_\w+", service.run(*words)).group(0))
    r = manager.get("/api/v1/users")
    check([u["login"] for u in r.json["items"]] == ["taro"], "of_the_site: whoever manages it sees its accounts", r)
    check(manager.get("/api/v1/tokens").status == 200, "and his tokens")
    for path in ("/api/v1/tokens?all=true", "/api/v1/audit", "/api/v1/audit/head"):
        r = manager.get(path)
        check(r.status == 403, "of_the_site: but not " + path, r)
    check(manager.post("/api/v1/audit/verify", {}).status == 403, "nor proves the log")
    teams(admin, manager)
    taro = service.client(service.make_token("taro", "read,ask,import,curate,feed", "amber"))
    before = [admin.get(path).body for path in ("/api/v1/sources", "/api/v1/sets")]
    r = taro.ask("PATCH", "/api/v1/sources/lists", {"reliability": "F"})
    check(r.status == 403, "of_the_site: how far a source is trusted", r)
    r = taro.post("/api/v1/names/merge", {"a": "Quiet Mouse", "b": "Cheese Loader", "why": "x"})
    check(r.status == 403, "of_the_site: names", r)
    r = taro.ask("DELETE", "/api/v1/sets/good")
    check(r.status == 404, "of_the_site: a set that he sees is not his to drop", r)
    check([admin.get(path).body for path in ("/api/v1/sources", "/api/v1/sets")] == before, "and nothing changed")
    r = taro.ask("PUT", "/api/v1/sets/good?verdict=known-good", (MD5[1] + "\n").encode())
    check(r.status == 200 and r.json["replaced"] == 0, "of_the_site: his own of the same name is another one", r)
    check(taro.ask("DELETE", "/api/v1/sets/good").status == 204, "which he may drop")
    check(admin.get("/api/v1/sets").body == before[1], "and the site's stays")
    feeds(service, admin, taro)


def teams(admin, manager):
    for team, who in (("day", "hanako"), ("night", "hanako"), ("night", "taro")):
        admin.post("/api/v1/teams", {"name": team})
        check(admin.ask("PUT", "/api/v1/teams/%s/members/%s" % (team, who)).status == 204, "%s is in %s" % (who, team))
    check(manager.get("/api/v1/teams").json["items"] == ["night"], "of_the_site: he sees the teams of his people")
    check(manager.get("/api/v1/teams/night").json["members"] == ["taro"], "and in them his people")
    r = [manager.get("/api/v1/teams/day"), manager.get("/api/v1/teams/nay")]
    check([x.status for x in r] == [404] * 2 and r[0].json["detail"].replace("day", "nay") == r[1].json["detail"],
          "and another is as if it were not there", r)
    r = [manager.post("/api/v1/teams", {"name": "x"}), manager.ask("PUT", "/api/v1/teams/day/members/taro"),
         manager.ask("DELETE", "/api/v1/users/hanako/totp")]
    check([x.status for x in r] == [403, 403, 404], "of_the_site: teams are not his to change", r)


def feeds(service, admin, taro):
    body = {"url": "https://feeds.example/a.csv", "format": "csv", "source": "a", "paused": True}
    check(admin.ask("PUT", "/api/v1/feeds/ours", body).status == 204, "a feed of the site")
    before = admin.get("/api/v1/feeds/ours").body
    check(taro.get("/api/v1/feeds/ours").status == 200, "which he sees")
    r = [taro.ask("PUT", "/api/v1/feeds/ours", {"url": "https://evil.example/a.csv"}),
         taro.ask("DELETE", "/api/v1/feeds/ours"), taro.post("/api/v1/feeds/ours/run")]
    check([x.status for x in r] == [403] * 3, "of_the_site: its feeds", r)
    check(admin.get("/api/v1/feeds/ours").body == before, "and it is as it was")
    check(taro.ask("PUT", "/api/v1/feeds/mine", dict(body, source="b")).status == 204, "his own he may make")
    check(taro.ask("DELETE", "/api/v1/feeds/mine").status == 204, "and drop")


def hidden_writes(service, admin):
    gina = service.client(service.make_token("gina", "read,ask,import", "green"))
    where, held = "/api/v1/sets/secret?verdict=known-bad&tlp=amber", (MD5[0] + "\n").encode()
    check(admin.ask("PUT", where, held).status == 200, "hidden_writes: there is a set that she does not see")
    answers = [gina.ask("PUT", where + "&mode=" + mode, text)
               for mode in ("delta", "snapshot") for text in (held, (MD5[1] + "\n").encode())]
    answers.append(gina.post("/api/v1/import?tlp=amber&path=x.txt", b"203.0.113.9\n"))
    check(all(r.status == 403 for r in answers), "hidden_writes: she does not write under its marking", answers)
    words = {re.sub(rb'"instance":"\w+"', b"", r.body) for r in answers}
    check(len(words) == 1, "hidden_writes: and nothing tells what is there", words)
    r = admin.get("/api/v1/hash/" + MD5[0])
    check(r.json["verdict"] == "known-bad", "it holds what it held", r)


def idempotency(service, admin):
    path, key = "/api/v1/observables/ipv4/198.51.100.8/verdict", {"Idempotency-Key": "one"}
    admin.ask("PUT", path, {"verdict": "benign", "why": "our scanner"})
    check(admin.ask("DELETE", path + "?why=mistake", None, key).status == 204, "idempotency: once")
    r = admin.ask("DELETE", path + "?why=mistake", None, key)
    check(r.status == 204 and r.headers["Idempotent-Replayed"] == "true", "the same again", r)
    r = admin.ask("DELETE", path + "?why=another", None, key)
    check(r.status == 422, "idempotency: with another query it is another request", r)
    body, key = {"login": "jiro", "role": "reader", "clearance": "clear", "password": PASSWORD}, {"Idempotency-Key": "two"}
    check(admin.ask("POST", "/api/v1/users", body, key).status == 204, "idempotency: an account with a password")
    r = admin.ask("POST", "/api/v1/users", body, key)
    check(r.status == 409, "is made anew: nothing is kept that its password could be guessed by", r)


def refusals(service, admin):
    manager = service.client(service.make_token("hanako", "users", "red"))
    r = manager.post("/api/v1/users", {"login": "eve", "role": "admin", "clearance": "red"})
    check(r.status == 403, "refusals: nobody makes an account that has more than he", r)
    newest = admin.get("/api/v1/audit", limit=1).json["items"][0]
    check((newest["act"], newest["outcome"]) == ("user_add", "refused"), "refusals: which is in the audit log", newest)


def turns(service, admin, silent):
    """`silent` listens, and says nothing to whoever connects."""
    workers, runs = (os.cpu_count() or 1) + 2, []
    for i in range(workers):
        body = {"url": "http://127.0.0.1:%d/%d" % (silent.getsockname()[1], i), "source": "s", "paused": True}
        check(admin.ask("PUT", "/api/v1/feeds/f%d" % i, body).status == 204, "turns: feed %d" % i)
    pulls = [threading.Thread(target=lambda n=i: runs.append(admin.post("/api/v1/feeds/f%d/run" % n).status))
             for i in range(workers)]
    for t in pulls:
        t.start()
    kept = [silent.accept()[0]]  # one is under way at least; the others wait for it, or are told so
    stranger = service.client()
    r = [stranger.get("/-/ready").status, stranger.post("/api/v1/session", {"login": "x", "password": "y" * 12}).status]
    check(r == [200, 401] and not runs, "turns: they wait, and everybody else is answered", (r, runs))
    silent.close()
    for c in kept:
        c.close()
    for t in pulls:
        t.join(60)
    check(len(runs) == workers and set(runs) <= {204, 503}, "turns: and then they are done, or were told to come again", runs)


def waiting(service, admin):
    r = admin.post("/api/v1/import?path=x.csv&tlp=amber&source=own", b"203.0.113.99,c2\n")
    check(r.status == 200, "waiting: something above GREEN, whose reading is recorded", r)
    where, answers = "/api/v1/observables/ipv4/203.0.113.99", []
    service.client(admin.token).get(where)
    store = sqlite3.connect(os.path.join(service.data, "noroshi.db"), isolation_level=None)
    store.execute("BEGIN IMMEDIATE")  # somebody writes
    readers = [threading.Thread(target=lambda: answers.append(service.client(admin.token).get(where)))
               for _ in range(2 * (os.cpu_count() or 1))]  # for every thread that reads and writes
    for t in readers:
        t.start()
    healthy = []
    others = threading.Thread(target=lambda: [healthy.append(service.client().get("/-/healthy").status)
                                              for _ in range(50)])
    others.start()
    for t in readers + [others]:
        t.join(8)  # what waits for the writer gives up after 10 s
    check(len(healthy) == 50, "waiting: others are answered meanwhile", (healthy, answers))
    check([r.status for r in answers] == [200] * len(readers), "waiting: and who reads, too", answers)
    store.execute("ROLLBACK")
    store.close()
    for t in readers + [others]:
        t.join(30)
    reads = [row for row in admin.get("/api/v1/audit", act="read").json["items"] if row["what"].endswith(where)]
    check(len(reads) > len(readers), "waiting: all of it is in the audit log", reads)
    service.run("audit", "verify")


def rested(service, admin):
    for _ in range(20):  # on every thread, or on most
        admin.get("/api/v1/search", q="Quiet")
        admin.get("/api/v1/observables/ipv4/198.51.100.7")
        admin.post("/api/v1/ask", {"values": ["198.51.100.7"]})
        admin.post("/api/v1/hash", {"hashes": MD5})
    more = os.path.join(service.home, "more.txt")
    with open(more, "w") as f:
        f.write("".join("10.9.%d.%d\n" % (i // 250, i % 250 + 1) for i in range(1000)))
    service.run("import", "--source", "more", more)
    store = sqlite3.connect(os.path.join(service.data, "noroshi.db"))
    busy = store.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    store.close()
    check(busy[0] == 0, "rested: nobody is in the way of clearing up", busy)


def main():
    skip_unless_built()
    with scratch("noroshi-site-") as home:
        silent = socket.create_server(("127.0.0.1", 0))
        silent.settimeout(20)
        settings = os.path.join(home, "noroshi.conf")
        with open(settings, "w") as f:
            f.write("feed.allow = * 127.0.0.1 %d\n" % silent.getsockname()[1])
        service = Service(home, ["--config", settings], {"NOROSHI_NOW": "2026-11-22T01:00:00Z"})
        fill_store(service)
        service.user("hanako", "admin", "red", audiences=["*"])
        service.run("organisation", "add", "acme")
        service.user("taro", "expert", "amber", "acme")
        service.user("gina", "analyst", "green")
        token = service.make_token("hanako")
        service.start()
        try:
            admin = service.client(token)
            r = admin.ask("PUT", "/api/v1/sets/good?verdict=known-good", (MD5[2] + "\n").encode())
            check(r.status == 200, "a set of the site", r)
            of_the_site(service, admin)
            hidden_writes(service, admin)
            idempotency(service, admin)
            refusals(service, admin)
            turns(service, admin, silent)
            waiting(service, admin)
            rested(service, admin)
            r = service.client().post("/api/v1/session", b" " * 9000 + b"{}", **{"Content-Type": "application/json"})
            check(r.status == 413, "who is not known yet takes little of the room for bodies", r)
            check(service.stop() == 0, "it ends in order")
            check("Sanitizer" not in service.said(), "and nothing was reported", service.said()[-2000:])
        finally:
            service.stop(9)
    return TAP.end()


if __name__ == "__main__":
    sys.exit(main())
