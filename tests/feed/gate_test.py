#!/usr/bin/env python3
"""feed_gate: a delivery that is not like its feed waits for a person, and what was known before stays.
And the quiet-feed alarm: a feed or a followed log that says nothing (new) for longer than it is used to
is said aloud."""
import datetime
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import SERVER, Evil, Site, Tap, addresses, certificates  # noqa: E402

TAP = Tap()
check = TAP.check


def day(n, hour=1):
    return (datetime.datetime(2026, 11, 1, hour) + datetime.timedelta(days=n)).strftime("%Y-%m-%dT%H:%M:%SZ")


def gate(site, evil):
    evil.pages["list"] = addresses(0, 1000)
    for name, mode in (("snap", "snapshot"), ("delta", "delta")):
        site.run("feed", "add", name, evil.url("list.txt"), "--mode", mode, "--source", name)
        first = site.pull(name)
        check(first["outcome"] == "ok" and first["records"] == 1000, name + ": the first is taken", first)

    evil.pages["list"] = addresses(0, 990) + addresses(2000, 30)
    usual = site.pull("snap", now=day(22, 2))
    check(usual["outcome"] == "ok" and usual["new"] == 30 and usual["withdrawn"] == 10,
          "feed_gate: what is like before is taken", usual)

    evil.pages["list"] = addresses(0, 10)
    for name in ("snap", "delta"):
        less = site.pull(name, now=day(22, 3))
        check(less["outcome"] == "held" and less["held"]["why"] == "shrank" and
              less["held"]["records"] == 10 and less["exit"] == 1,
              "feed_gate: %s shrinks to 1 %% and is held" % name, less)
    check(site.knows("192.0.3.100") and site.show("snap")["records"] == 1020,
          "what was known stays", site.show("snap"))
    text = site.run("feed", "list").stdout
    check("noroshi feed approve snap" in text, "a person is asked", text)
    check("2 held" in site.run("status").stdout, "status says so", site.run("status").stdout)
    again = site.pull("snap", now=day(22, 4))
    check(again["outcome"] == "held", "it goes on waiting", again)

    done = site.run("feed", "discard", "snap", now=day(22, 5))
    check(done.returncode == 0 and site.show("snap")["held"] is None and site.knows("192.0.3.100"),
          "discarded, it is gone", done.stderr)
    check(site.run("feed", "discard", "snap").returncode == 2, "and cannot be again")
    check(site.pull("snap", now=day(22, 6))["outcome"] == "held", "sent again it waits again")
    done = site.run("feed", "approve", "snap", now=day(22, 7))
    now = site.show("snap")
    check(done.returncode == 0 and now["held"] is None and now["records"] == 10 and
          now["withdrawn"] == 1010, "feed_gate: approved, it is taken", (done.stderr, now))
    again = site.pull("snap", now=day(22, 8))
    check(again["outcome"] == "same", "and the same again is nothing new", again)

    evil.pages["list"] = addresses(0, 1000)
    back = site.pull("delta", now=day(22, 9))
    check(back["outcome"] == "same" and back["held"] is None, "a server may think better of it", back)
    evil.pages["list"] = addresses(0, 10000)
    more = site.pull("delta", now=day(22, 10))
    check(more["outcome"] == "held" and more["held"]["why"] == "grew", "feed_gate: it grows tenfold", more)
    check(not site.knows("192.0.30.100"), "and nothing of it is known")

    evil.pages["roll"] = addresses(0, 400)
    site.run("feed", "add", "roll", evil.url("roll"), "--mode", "snapshot", "--source", "roll")
    site.pull("roll")
    evil.pages["roll"] = addresses(4000, 400)
    roll = site.pull("roll", now=day(22, 2))
    check(roll["outcome"] == "held" and roll["held"]["why"] == "withdrew" and
          roll["held"]["withdrawn"] == 400, "feed_gate: it withdraws all of it", roll)
    evil.pages["roll"] = addresses(0, 401)
    fine = site.pull("roll", now=day(22, 3))
    check(fine["outcome"] == "ok" and fine["held"] is None, "the next one may be like before", fine)
    check(site.run("feed", "remove", "roll").returncode == 0 and
          not [f for f in os.listdir(os.path.join(site.data, "feeds")) if f.startswith("roll")],
          "removed, nothing is left of it")


def quiet(site, evil):
    site.run("feed", "add", "habit", evil.url("habit"), "--mode", "delta", "--every", "12h",
             now=day(0))
    for n in range(6):
        evil.pages["habit"] = addresses(5000 + n * 40, 40)
        got = site.pull("habit", now=day(n))
        check(got["outcome"] == "ok" and not got["quiet"], "day %d brings news" % n, got)
    for n in (7, 8):
        site.pull("habit", now=day(n))
    before, after = site.list(now=day(8))["habit"], site.list(now=day(9))["habit"]
    check(before["habit_seconds"] == 86400 and not before["quiet"], "three days are not long", before)
    site.pull("habit", now=day(9))
    after = site.list(now=day(9, 2))["habit"]
    check(after["quiet"] and not after["late"] and after["outcome"] == "same",
          "quiet feed: longer than its habit", after)
    text = site.run("feed", "list", now=day(9, 2)).stdout
    check("its habit is" in text, "and it is said", text)
    late = site.list(now=day(12))["habit"]
    check(late["late"], "no run for days is late", late)
    evil.pages["habit"] = addresses(6000, 40)
    again = site.pull("habit", now=day(12))
    check(not again["quiet"] and not again["late"] and not again["probation"], "news ends it", again)
    done = site.run("--json", "status", now=day(20))
    count = json.loads(done.stdout)["feeds"]
    check(count["quiet"] >= 1 and count["count"] == 3, "status counts it", count)


def schedule(site, evil):
    evil.pages["soon"] = addresses(7000, 5)
    site.run("feed", "add", "soon", evil.url("soon"), "--every", "1h", now=day(30))
    done = site.run("--json", "feed", "run", "--due", now=day(30))
    ran = [json.loads(x)["name"] for x in done.stdout.splitlines()]
    check("soon" in ran, "a new feed is due at once", done.stdout)
    done = site.run("feed", "run", "--due", now=day(30, 1))
    check("soon" not in done.stdout, "and then not before its time", done.stdout)
    due = site.show("soon")["due"]
    check(day(30, 2) <= due <= day(30, 3), "in an hour, and up to a tenth", due)
    site.run("feed", "pause", "soon", now=day(30, 2))
    done = site.run("--json", "feed", "run", "--due", now=day(31))
    check('"soon"' not in done.stdout, "paused, it is not pulled", done.stdout)
    site.run("feed", "resume", "soon", now=day(31))
    done = site.run("--json", "feed", "run", "--due", now=day(31))
    check('"soon"' in done.stdout, "resumed, it is", done.stdout)
    check(site.run("feed", "run", "none").returncode == 2, "a feed that is not there is an error")


def logs(site):
    """A log that is followed: read to its end from standard input, an hour at a time."""
    def follow(when, lines):
        return site.run("watch", "--follow", "-", now=when, stdin="fine line\n" * lines)
    for hour in range(14):
        done = follow(day(40, hour), 3)
        check(done.returncode == 1, "hour %d is followed" % hour, done.stderr)
    fine = site.run("status", now=day(40, 14)).stdout
    check("LOGS" not in fine, "an hour's pause is no news", fine)
    text = site.run("feed", "list", now=day(40, 17)).stdout
    check("its longest pause was" in text, "quiet log: longer than its habit", text)
    count = json.loads(site.run("--json", "status", now=day(40, 17)).stdout)["quiet_logs"]
    check(count == 1 and "LOGS" in site.run("status", now=day(40, 17)).stdout, "status says so", count)
    hidden = json.loads(site.run("--json", "--clearance", "green", "status", now=day(40, 17)).stdout)
    check(hidden["quiet_logs"] == 0, "not to whom the telemetry is not for", hidden)
    follow(day(40, 17), 1)
    check("LOGS" not in site.run("status", now=day(40, 17)).stdout, "a word ends it")


def main(folder):
    certificates(folder)
    evil = Evil(folder)
    site = Site(folder, ["feed.allow = * 127.0.0.1 %d" % evil.plain.port])
    gate(site, evil)
    quiet(site, evil)
    schedule(site, evil)
    logs(site)
    evil.close()


if SERVER:
    print("# on PostgreSQL")
with tempfile.TemporaryDirectory() as where:
    main(where)
sys.exit(TAP.end())
