#!/usr/bin/env python3
"""kill -9 of a service under a mixed write load: what was acknowledged is there afterwards, every session and
token is valid or cleanly gone, and the audit chain verifies. 5 kills; NOROSHI_TEST_LONG: 100."""
import json
import os
import random
import signal
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "serve"))
from kit import PASSWORD, Service, scratch, skip_unless_built  # noqa: E402
from tap import Tap  # noqa: E402

TAP = Tap()
check = TAP.check
KILLS = 100 if os.environ.get("NOROSHI_TEST_LONG") else 5
SEED = int(os.environ.get("NOROSHI_TEST_SEED", "6"))


class Acknowledged:
    """What the service said yes to, and what it was asked when it died."""

    def __init__(self):
        self.lock = threading.Lock()
        self.values, self.verdicts, self.made, self.gone, self.organisations = set(), {}, {}, set(), set()


def write(service, token, known, seed, until):
    """One writer: random changes until the service is gone."""
    dice = random.Random(seed)
    me = service.client(token)
    n = 0
    while time.monotonic() < until:
        n += 1
        what, value = dice.randrange(5), "10.%d.%d.%d" % (seed % 256, n // 256, n % 256)
        try:
            if what == 0:
                r = me.post("/api/v1/import?path=load/%d-%d.csv&mode=delta" % (seed, n), (value + ",c2\n").encode())
                if r.status == 200 and "error" not in r.lines[0]:
                    known.values.add(value)
            elif what == 1:
                r = me.ask("PUT", "/api/v1/observables/ipv4/%s/verdict" % value, {"verdict": "benign", "why": "x"})
                if r.status == 204:
                    known.verdicts[value] = "benign"
            elif what == 2:
                r = me.post("/api/v1/tokens", {"name": "t%d" % n, "scopes": "ask"})
                if r.status == 200:
                    known.made[r.json["id"]] = r.json["token"]
            elif what == 3 and known.made:
                with known.lock:
                    ident = dice.choice(sorted(known.made))
                    text = known.made.pop(ident)
                r = me.ask("DELETE", "/api/v1/tokens/" + ident)
                if r.status == 204:
                    known.gone.add(text)
            else:
                name = "org-%d-%d" % (seed, n)
                r = me.ask("POST", "/api/v1/organisations", {"name": name}, {"Idempotency-Key": name})
                if r.status == 204:
                    known.organisations.add(name)
        except (OSError, ValueError, IndexError, __import__("http").client.HTTPException):
            return


def look(service, token, known):
    me, lost = service.client(token), []
    for value in sorted(known.values):
        if me.get("/api/v1/observables/ipv4/" + value).json["verdict"] == "unknown":
            lost.append("value " + value)
    for value in sorted(known.verdicts):
        said = me.get("/api/v1/observables/ipv4/" + value).json
        if not any(w["source"].startswith("analyst:") for w in said["why"] + said["against"]):
            lost.append("verdict " + value)
    for text in known.made.values():
        if service.client(text).get("/api/v1/observables/ipv4/192.0.2.1").status != 200:
            lost.append("token")
    for text in known.gone:
        if service.client(text).get("/api/v1/observables/ipv4/192.0.2.1").status != 401:
            lost.append("revoked token lives")
    there, cursor = set(), ""
    while True:
        r = me.get("/api/v1/organisations", limit=1000, **({"cursor": cursor} if cursor else {})).json
        there |= set(r["items"])
        cursor = r["next"]
        if not cursor:
            break
    lost += ["organisation " + o for o in known.organisations - there]
    return lost


def main():
    skip_unless_built()
    with scratch("noroshi-kill-") as home:
        service, known, dice = Service(home), Acknowledged(), random.Random(SEED)
        service.run("init")
        service.user("boss", "admin", "red", audiences=["*"])
        token = service.make_token("boss")
        service.start()
        browser = service.client()
        browser.csrf = browser.post("/api/v1/session", {"login": "boss", "password": PASSWORD}).json["csrf"]
        for kill in range(KILLS):
            until = time.monotonic() + 60
            threads = [threading.Thread(target=write, args=(service, token, known, 10 * kill + i, until))
                       for i in range(3)]
            for t in threads:
                t.start()
            time.sleep(dice.uniform(0.2, 1.5))
            service.stop(signal.SIGKILL)
            for t in threads:
                t.join()
            service.start()
            browser.port = service.port
            lost = look(service, token, known)
            check(not lost, "kill %d: what was acknowledged is there" % kill, lost[:20])
            check(browser.ask("GET", "/api/v1/session", None).status in (200, 401), "kill %d: the session" % kill)
            out = json.loads(service.run("--json", "audit", "verify"))
            check(out.get("broken_by") is None, "kill %d: the audit chain verifies" % kill, out)
            if kill % 10 == 9:
                known.values.clear()
                known.verdicts.clear()
        total = len(known.values) + len(known.verdicts) + len(known.gone) + len(known.organisations)
        check(total > 20, "%d changes were acknowledged" % total)
        check(service.stop() == 0, "it ends in order")
    return TAP.end()


sys.exit(main())
