#!/usr/bin/env python3
"""GET /api/v1/alerts/live: none is lost or told twice, whatever comes between two looks and however often the
reader is cut off; who was away too long is told so; streams of an account are bounded."""
import json
import os
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from kit import Service, scratch, skip_unless_built  # noqa: E402
from tap import Tap  # noqa: E402

TAP = Tap()
check = TAP.check

MANY = 350  # more than three pages of a look
BAD = ["198.51.%d.%d" % (100 + i // 200, 1 + i % 200) for i in range(MANY + 10)]
FEED = "value,type\n" + "".join("%s,c2\n" % v for v in BAD)


def lines_of(values, at):
    return "".join("%s fw1 ACCEPT src=10.0.0.5 dst=%s proto=tcp\n" % (at, v) for v in values).encode()


class Stream:
    """Events as a browser reads them: by blocks, an id without data moves the place alone."""

    def __init__(self, port, token, last=None):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        head = "GET /api/v1/alerts/live HTTP/1.0\r\nHost: localhost:%d\r\nAuthorization: Bearer %s\r\n" % (port, token)
        head += "Last-Event-ID: %s\r\n" % last if last else ""
        self.socket.sendall((head + "\r\n").encode())
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers = {}
        for line in iter(self.file.readline, b"\r\n"):
            name, _, value = line.decode().strip().partition(": ")
            self.headers[name.lower()] = value
        self.id = last

    def block(self):
        fields = {}
        for line in iter(self.file.readline, b""):
            if line == b"\n":
                break
            name, _, value = line.decode().rstrip("\n").partition(":")
            fields[name] = value.lstrip(" ")
        self.id = fields.get("id", self.id)
        return fields

    def events(self, count, within=30):
        """The next `count` that have data, or fewer when the time is over."""
        found, until = [], time.monotonic() + within
        while len(found) < count and time.monotonic() < until:
            fields = self.block()
            if not fields:
                break
            if "data" in fields:
                found.append((fields["event"], json.loads(fields["data"]), fields.get("id")))
        return found

    def quiet(self):
        """True: the next it says is that it is still there."""
        return "" in self.block()

    def close(self):
        self.file.close()
        self.socket.close()


def watch(admin, values, at, name):
    r = admin.post("/api/v1/watch?path=" + name, lines_of(values, at))
    assert r.status == 200 and len(r.lines) == len(values), r


def value_of(event):
    return event[1]["indicator"]


def resumes(service, admin, token):
    early = Stream(service.port, token)
    check(early.status == 200 and early.headers["content-type"] == "text/event-stream", "a stream", early.headers)
    fields = early.block()
    check(fields == {"id": "start"}, "says where it begins, also when there is nothing yet", fields)
    begin = early.id
    watch(admin, BAD[:MANY], "2026-11-22T00:59:00Z", "a.log")
    got = early.events(MANY)
    check([value_of(e) for e in got] == BAD[:MANY], "of %d between two looks none is lost, in their order" % MANY, len(got))
    check(all(e[0] == "alert" and e[1]["id"] == e[2] for e in got), "each has its id")
    check(early.quiet(), "and then nothing is told twice")
    early.close()

    again = Stream(service.port, token, begin)
    check([value_of(e) for e in again.events(MANY)] == BAD[:MANY], "a reader who had none is told all of them")
    again.close()
    for at in (0, 99, 100, 101, MANY - 2):
        s = Stream(service.port, token, got[at][2])
        rest = s.events(MANY - 1 - at)
        check([value_of(e) for e in rest] == BAD[at + 1:MANY] and s.quiet(), "it goes on behind alert %d" % at, len(rest))
        s.close()
    s = Stream(service.port, token, got[-1][2])
    check(s.quiet(), "behind the newest there is nothing")
    watch(admin, BAD[MANY:MANY + 1], "2026-11-22T00:59:10Z", "b.log")
    check([value_of(e) for e in s.events(1)] == BAD[MANY:MANY + 1], "until something comes")
    s.close()
    new = Stream(service.port, token)
    check(new.block() == {"id": s.id}, "who says no place begins at the newest", new.id)
    new.close()
    return got


def closed(service, admin, token, got):
    """Raised and closed while the reader was away: it was raised."""
    alert = admin.get("/api/v1/alerts?limit=1").json["items"][0]["id"]
    check(admin.post("/api/v1/alerts/%s/close" % alert, {"why": "ours"}).status == 204, "an alert is closed")
    s = Stream(service.port, token, got[-1][2])
    event = s.events(1)
    check(len(event) == 1 and event[0][2] == alert and event[0][1]["closed"], "it is told, closed as it is", event)
    s.close()


def resets(service, token):
    for last in ("alert--" + "0" * 32, "7", "x" * 4000, "alert--"):
        s = Stream(service.port, token, last)
        fields = s.block()
        check(fields.get("event") == "reset" and json.loads(fields["data"])["reason"] == "unknown" and
              fields["id"].startswith("alert--"), "a place that is none: reset (%.12s)" % last, fields)
        check(s.quiet(), "and from now on")
        s.close()


def too_old(service, admin, token, got):
    """The service stands a day and a half later; the clock is the test's."""
    service.stop()
    service.env["NOROSHI_NOW"] = "2026-11-23T13:00:00Z"
    service.start()
    admin.port = service.port
    s = Stream(service.port, token, got[10][2])
    fields = s.block()
    check(fields.get("event") == "reset" and json.loads(fields["data"])["reason"] == "too-old", "away too long: reset", fields)
    place = s.id
    check(s.quiet(), "and nothing of before is told")
    s.close()
    s = Stream(service.port, token, place)
    check(s.quiet(), "a place is as good as ever where nothing was raised behind it")
    watch(admin, BAD[MANY + 1:MANY + 3], "2026-11-23T12:59:00Z", "c.log")
    check([value_of(e) for e in s.events(2)] == BAD[MANY + 1:MANY + 3], "and goes on")
    s.close()


def unseen(service, admin):
    """What is no alert for the reader is no place of his either: nothing tells that it is there."""
    r = admin.post("/api/v1/import?path=red/one.csv&source=inner&tlp=red&audience=board", b"203.0.113.99,c2\n")
    assert r.status in (200, 403), r
    service.run("import", "--tlp", "amber", os.path.join(service.home, "amber"))
    watch(admin, ["203.0.113.50"], "2026-11-23T12:59:30Z", "d.log")
    alert = admin.get("/api/v1/alerts?limit=1").json["items"][0]
    assert alert["indicator"] == "203.0.113.50", alert
    service.user("midori", "reader", "green")
    green = service.make_token("midori", "read", "green")
    s = Stream(service.port, green, alert["id"])
    fields = s.block()
    check(fields.get("event") == "reset" and json.loads(fields["data"])["reason"] == "unknown" and
          alert["id"] not in str(fields), "an alert above the reader is a place that is none", fields)
    s.close()


def bounded(service, token):
    streams = [Stream(service.port, token) for _ in range(3)]
    check([s.status for s in streams] == [200] * 3, "three streams of an account", [s.status for s in streams])
    other = Stream(service.port, service.make_token("hanako", "read"))
    check(other.status == 429 and other.headers["content-type"] == "application/problem+json" and
          "retry-after" in other.headers, "a fourth is refused, by another token of it, too", other.headers)
    problem = json.loads(other.file.read())
    check(problem["code"] == "busy" and problem["status"] == 429, "with a problem", problem)
    mine = Stream(service.port, service.make_token("midori", "read", "green"))
    check(mine.status == 200, "another account has its own")
    mine.close()
    streams[0].close()
    until = time.monotonic() + 20
    while time.monotonic() < until:
        s = Stream(service.port, token)
        status = s.status
        s.close()
        if status == 200:
            break
        time.sleep(0.1)
    check(status == 200, "one that ended makes room")
    for s in streams[1:]:
        s.close()


def sse_after_revoke(service, admin):
    """Whoever may come in no longer is told nothing more: his stream ends by itself."""
    for name, end in (("a token that is revoked", lambda token: admin.ask("DELETE", "/api/v1/tokens/" + token[4:14])),
                      ("an account that is disabled", lambda token: admin.ask("PATCH", "/api/v1/users/midori", {"disabled": True}))):
        token = service.make_token("midori", "read", "green")
        s = Stream(service.port, token)
        check(s.status == 200, "sse_after_revoke: a stream of " + name)
        r = end(token)
        check(r.status == 204, "which it is", r)
        began, fields = time.monotonic(), True
        while fields and time.monotonic() - began < 30:
            fields = s.block()
        check(not fields, "sse_after_revoke: ends")
        s.close()


def main():
    skip_unless_built()
    with scratch("noroshi-live-") as home:
        service = Service(home, env={"NOROSHI_NOW": "2026-11-22T01:00:00Z", "NOROSHI_SERVE_LIVE_STREAMS": "3"})
        for name, text in (("lists/bad.csv", FEED), ("amber/x.csv", "203.0.113.50,c2\n")):
            path = os.path.join(home, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as f:
                f.write(text)
        service.run("init")
        service.run("import", os.path.join(home, "lists"))
        service.user("hanako", "admin", "red")
        service.start()
        try:
            token = service.make_token("hanako")
            admin = service.client(token)
            got = resumes(service, admin, token)
            closed(service, admin, token, got)
            resets(service, token)
            too_old(service, admin, token, got)
            unseen(service, admin)
            bounded(service, token)
            sse_after_revoke(service, admin)
            check(service.stop() == 0, "it ends in order")
            check("Sanitizer" not in service.said(), "and nothing was reported", service.said()[-2000:])
        finally:
            service.stop(9)
    return TAP.end()


if __name__ == "__main__":
    sys.exit(main())
