#!/usr/bin/env python3
"""Behind a proxy: whom it names is who asks, for waiting after wrong passwords, tokens of a network, the audit log and
the log; of anybody else the same headers are nothing, whatever stands in them."""
import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from kit import PASSWORD, Service, scratch, skip_unless_built  # noqa: E402
from tap import Tap  # noqa: E402

TAP = Tap()
check = TAP.check
ALICE, BOB = "203.0.113.9", "198.51.100.77"


def login(service, who, password=PASSWORD, **headers):
    names = {k.replace("_", "-"): v for k, v in headers.items()}
    return service.client().ask("POST", "/api/v1/session", {"login": who, "password": password}, names)


def came_from(service, admin, act="login"):
    return admin.get("/api/v1/audit", act=act, limit=1).json["items"][0]["from"]


def not_trusted(service, admin):
    r = login(service, "hanako", X_Forwarded_For=ALICE, Forwarded="for=" + ALICE, X_Forwarded_Proto="https")
    check(r.status == 200 and "Secure" not in str(r.headers["Set-Cookie"]), "what is not trusted changes nothing", r)
    check(came_from(service, admin) == "127.0.0.1", "not in the audit log", came_from(service, admin))
    check("Strict-Transport-Security" not in r.headers, "and claims no TLS", r)
    for n in range(8):  # under a new name each time: it is one client
        r = login(service, "jiro", "wrong wrong wrong", X_Forwarded_For="203.0.113.%d" % n)
    check(r.status == 429, "who guesses waits, whatever he writes there", r)
    token = bound_token(service, ALICE + "/32")
    r = service.client(token).ask("GET", "/api/v1/session", headers={"X-Forwarded-For": ALICE})
    check(r.status == 401, "a token of a network is not used from elsewhere", r)


def bound_token(service, network):
    out = service.run("token", "create", "hanako", "--scope", "read,ask", "--for", "net", "--network", network)
    return re.search(r"nrs_\w+", out).group(0)


def trusted(service, admin):
    r = login(service, "hanako", X_Forwarded_For="127.0.0.1, 10.0.0.1, %s" % ALICE, X_Forwarded_Proto="https")
    check(r.status == 200 and came_from(service, admin) == ALICE, "the audit log has who asked", came_from(service, admin))
    check(all("Secure" in c for c in r.headers.get_all("Set-Cookie")) and "__Host-" in r.headers["Set-Cookie"] and
          "Strict-Transport-Security" in r.headers, "over TLS, as the proxy says", r)
    said = service.said()
    check('"client":"%s"' % ALICE in said and '"via":"127.0.0.1:' in said, "so has the log", said[-600:])
    for n in range(8):
        r = login(service, "jiro", "wrong wrong wrong", X_Forwarded_For="192.0.2.%d, %s" % (n, ALICE))
    check(r.status == 429, "who guesses waits, whatever he writes before it", r)
    r = login(service, "jiro", X_Forwarded_For="%s, %s" % (ALICE, BOB))
    check(r.status == 200, "others do not", r)
    token = bound_token(service, ALICE + "/32")
    for client, want in ((ALICE, 200), (BOB, 401), ("%s, %s" % (ALICE, BOB), 401)):
        r = service.client(token).ask("GET", "/api/v1/session", headers={"X-Forwarded-For": client})
        check(r.status == want, "a token of a network, from %s" % client, r)
    r = login(service, "hanako", Forwarded="for=" + BOB)
    check(came_from(service, admin) == "127.0.0.1", "the other header is the client's own", came_from(service, admin))


def hostile(service, admin):
    for what, value in (("commas", "," * 30000), ("entries", "1.1.1.1," * 3700), ("brackets", "[" * 30000),
                        ("quotes", '"' * 30000), ("no text", "\xff\xfe" * 10000), ("an address", "1.1.1.1, " + ALICE + "x")):
        start = time.monotonic()
        r = admin.ask("GET", "/api/v1/sessions", headers={"X-Forwarded-For": value.encode("latin-1"),
                                                          "Forwarded": b"for=1"})
        took = time.monotonic() - start
        check(r.status == 200 and took < 5, "a header of %s is answered" % what, (r, took))
    r = admin.ask("GET", "/api/v1/sessions", headers={"X-Forwarded-For": "1.1.1.1," * 9000})
    check(r.status == 431, "too long a one is refused as any header is", r.status)


def standard(service, admin):
    r = login(service, "hanako", Forwarded='for="[2001:db8::7]:99";proto=https', X_Forwarded_For=ALICE)
    check(r.status == 200 and came_from(service, admin) == "2001:db8::7", "Forwarded, where proxies write that",
          came_from(service, admin))
    check("__Host-" in r.headers["Set-Cookie"], "with its proto")
    login(service, "hanako", Forwarded='for="1.1.1.1, for=' + BOB)
    check(came_from(service, admin) == "127.0.0.1", "where the client broke it, the proxy asks", came_from(service, admin))


def first_run(home):
    service = Service(os.path.join(home, "first"), ("--trusted-proxy", "127.0.0.1"))
    os.mkdir(service.home)
    service.run("init")
    service.start()
    body = {"token": service.token, "login": "eve", "password": PASSWORD}
    r = service.client().post("/api/v1/first-run", body)
    check(r.status == 403, "through a proxy nobody becomes the first admin", r)
    service.stop()


def refused(service):
    for net in ("0.0.0.0/0", "::/0", "proxy.example", "10.0.0.0/40", ""):
        try:
            service.start("--trusted-proxy", net)
            check(False, "no proxy: %r" % net)
        except RuntimeError as e:
            check("--trusted-proxy" in str(e), "%r is no proxy, and that is said" % net, str(e)[-300:])
        service.stop(9)


def main():
    skip_unless_built()
    with scratch("noroshi-proxy-") as home:
        service = Service(home, ("--log", "json"))
        service.run("init")
        for who in ("hanako", "jiro"):
            service.user(who, "admin", "red")
        token = service.make_token("hanako")
        try:
            for flags, parts in (((), [not_trusted]), (("--trusted-proxy", "127.0.0.0/8"), [trusted, hostile]),
                                 (("--trusted-proxy", "127.0.0.1", "-o", "serve.proxy-header=forwarded"), [standard])):
                service.start(*flags)
                for part in parts:
                    part(service, service.client(token))
                check(service.stop() == 0, "it ends in order")
            refused(service)
            check("Sanitizer" not in service.said(), "and nothing was reported", service.said()[-2000:])
        finally:
            service.stop(9)
        first_run(home)
    return TAP.end()


if __name__ == "__main__":
    sys.exit(main())
