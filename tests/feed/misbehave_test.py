#!/usr/bin/env python3
"""feed_misbehave: a server that sins in each way there is. Every sin is an outcome of its own feed, in
`feed list`, and the feeds beside it are pulled all the same. No word of a server's body is ever shown."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import Evil, Site, Tap, certificates, pin_of  # noqa: E402

TAP = Tap()
check = TAP.check

# path, outcome
SINS = [
    ("silent", "too-slow"), ("drip", "too-slow"), ("slow-headers", "too-slow"),
    ("truncated", "truncated"), ("cut-chunks", "truncated"), ("hang-up", "truncated"),
    ("garbage", "bad-reply"), ("page", "wrong-type"), ("empty", "empty"),
    ("lying-length", "refused"), ("broken-json", "refused"),
    ("to-file", "bad-redirect"), ("to-metadata", "refused-address"),
    ("to-loopback", "refused-address"), ("to-name", "refused-address"),
    ("to-bare", "refused-address"), ("loop", "too-many-redirects"), ("hop4", "too-many-redirects"),
    ("hop3", "ok"), ("endless", "too-large"), ("huge", "too-large"), ("head", "head-too-large"),
    ("busy", "busy"), ("busy-until", "busy"), ("broken", "http-5xx"), ("denied", "denied"),
    ("teapot", "http-4xx"), ("none", "not-there"), ("bomb", "refused"), ("packed", "ok"),
    ("brotli", "wrong-encoding"), ("part", "bad-reply"), ("same-as-nothing", "bad-reply"), ("tagged", "ok"), ("odd-tag", "ok"), ("good", "ok"),
]
SECURE = [("good", "good", "ok"), ("expired", "good", "tls-expired"), ("self", "good", "tls-untrusted"),
          ("other", "good", "tls-wrong-name"), ("good", "to-plain", "bad-redirect")]


def main(folder):
    certificates(folder)
    evil = Evil(folder)
    ports = [evil.plain.port, evil.other.port] + [s.port for s in evil.tls.values()]
    lines = ["limit.feed-slow-seconds = 4", "limit.feed-seconds = 60",
             "feed.ca = * %s/ca.pem" % folder, "feed.pin = tls-pinned " + pin_of(folder, "good"),
             "feed.pin = tls-unpinned " + pin_of(folder, "self")]
    site = Site(folder, lines + ["feed.allow = * 127.0.0.1 %d" % p for p in ports])
    want = {}

    def add(name, url, outcome, *words):
        done = site.run("feed", "add", name, url, *words)
        if done.returncode != 0:
            check(False, "add " + name, done.stderr)
        want[name] = outcome

    for path, outcome in SINS:
        add(path, evil.url(path), outcome, "--bytes-max", "1MiB")
    for certificate, path, outcome in SECURE:
        add("tls-%s-%s" % (certificate, path), evil.secure(certificate, path), outcome)
    add("tls-pinned", evil.secure("good", "good"), "ok")
    add("tls-unpinned", evil.secure("good", "good"), "tls-pin")
    add("no-name", "http://no-such-host.invalid/", "dns")
    add("zz-last", evil.url("good?last"), "ok")

    done = site.run("feed", "run", "--due")
    check(done.returncode == 2, "feed_misbehave: the run says that some did not go well", done.stderr)
    listed = site.list()
    for name, outcome in want.items():
        got = listed.get(name, {})
        check(got.get("outcome") == outcome, "feed_misbehave: %s is %s" % (name, outcome), got)
        check((got.get("last_ok") is not None) == (outcome == "ok") and
              (got.get("failures") == 0) == (outcome == "ok"), "%s counts so" % name, got)
    text = site.run("feed", "list").stdout + done.stdout + done.stderr
    check("SECRETBODY" not in text, "no word of a server is shown", text)
    check("does not know" not in text, "each outcome has its words", text)
    again = site.run("--lang", "ja", "feed", "list")
    check(again.returncode == 0 and "SECRETBODY" not in again.stdout, "in Japanese, too", again.stderr)
    check(site.knows("192.0.2.40"), "what was packed arrived", "")

    # a server that says when; one that says the same
    check(listed["busy"]["due"] >= "2026-11-22T03:00:00Z", "Retry-After in seconds", listed["busy"])
    check(listed["busy-until"]["due"] >= "2026-11-22T05:00:00Z", "Retry-After as a date",
          listed["busy-until"])
    check(listed["broken"]["due"] < "2026-11-22T01:10:00Z", "a failure comes again soon",
          listed["broken"])
    for hour in range(2, 16):
        last = site.pull("broken", now="2026-11-22T%02d:00:00Z" % hour)
    check("2026-11-23T15:00:00Z" <= last["due"] <= "2026-11-23T18:00:00Z",
          "and later and later, up to a day", last)
    same = site.pull("tagged")
    check(same["outcome"] == "same" and evil.plain.seen[-1][1].get("If-None-Match") == '"one"',
          "304 is nothing new", same)
    check(site.pull("good")["outcome"] == "same", "the same bytes are nothing new")
    check(site.pull("odd-tag")["outcome"] == "same", "a tag that is no header's value is not sent")

    # nothing but what was asked for leaves
    heads = [h for s in evil.servers for _, h in s.seen]
    check(heads and not any("Cookie" in h or "Authorization" in h for h in heads),
          "no cookie and no login leaves", heads[:3])
    check(not evil.bare.seen, "a port without an exception is never asked", evil.bare.seen)
    evil.close()


with tempfile.TemporaryDirectory() as where:
    main(where)
sys.exit(TAP.end())
