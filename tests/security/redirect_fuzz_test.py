#!/usr/bin/env python3
"""redirect_fuzz: nothing that a client sends makes the service lead somebody elsewhere. Thousands of requests, made from
a number, name another place in every way that has worked somewhere (`//`, `/\\`, escapes, whole URLs, Host, Forwarded,
`next`, `redirect_uri`, ...): on every path, and on the two that do redirect, with a provider that lets people in.

A Location is the provider's page, with our own address for the way back, or it is "/". No answer refreshes to, or links
to, a place that was named."""
import os
import random
import re
import socket
import sys
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "serve"))
sys.path.insert(0, os.path.join(HERE, "..", "serve", "oidc"))
sys.path.append(os.path.join(HERE, "..", "feed"))
import evil  # noqa: E402
from api_test import routes  # noqa: E402
from kit import scratch, skip_unless_built  # noqa: E402
from oidc_test import BACK, CLIENT, SECRET, START, Site  # noqa: E402
from tap import Tap  # noqa: E402

TAP = Tap()
check = TAP.check
COUNT = 20000 if os.environ.get("NOROSHI_TEST_LONG") else 3000
PLACE = "elsewhere.example"
PLACES = ["//" + PLACE, "/\\" + PLACE, "\\\\" + PLACE, "/%09/" + PLACE, "/%5c" + PLACE, "%2f%2f" + PLACE, "%252f%252f" + PLACE,
          "https://" + PLACE, "http:" + PLACE, "https:/" + PLACE, "///" + PLACE, "/.//" + PLACE, "//" + PLACE + "/%2e%2e",
          "https://127.0.0.1@" + PLACE, "//127.0.0.1:80@" + PLACE, "javascript:location='//" + PLACE + "'", "data:text/html," + PLACE,
          "%0d%0aLocation:%20https://" + PLACE, "/%0aLocation:%20//" + PLACE, "https://" + PLACE + "/#/", "//" + PLACE + "%23.soc.example",
          "/api/v1/session?next=//" + PLACE, "\u3002".join(("//elsewhere", "example")), "//%65lsewhere.example"]
NAMES = ["next", "redirect", "redirect_uri", "return_to", "returnTo", "url", "continue", "goto", "target", "RelayState", "state",
         "iss", "error", "code", "from", "ref"]
HEADERS = ["X-Forwarded-Host: {p}", "Forwarded: host={p};proto=https", "X-Original-URL: {p}", "X-Rewrite-URL: {p}", "Referer: {p}",
           "Origin: https://" + PLACE, "X-Forwarded-Prefix: {p}", "X-Forwarded-Proto: {p}", "X-Host: {p}", "Location: {p}"]


def paths_of(document):
    return [re.sub(r"\{\w+\}", "x", path) for path, method, _ in routes(document) if method == "GET" and "live" not in path]


def make(rng, paths, host):
    """-> the bytes of a request."""
    place = rng.choice(PLACES)
    quoted = place if "%" in place else urllib.parse.quote(place, safe="/:@\\'" if rng.random() < 0.5 else "")
    path = rng.choice([START, BACK, "/", rng.choice(paths)])
    how = rng.randrange(6)
    if how == 0:
        path = rng.choice(["", "/", path + "/"]) + place.replace(" ", "%20").encode("ascii", "replace").decode()
    elif how == 1:
        path = "http://" + PLACE + path
    elif how == 2:
        path += quoted
    if how > 2 or rng.random() < 0.5:
        path += "?" + "&".join("%s=%s" % (rng.choice(NAMES), quoted) for _ in range(rng.randrange(1, 4)))
    own = host if rng.random() < 0.8 else rng.choice([PLACE, host + "." + PLACE, PLACE + ":" + host.split(":")[1], host + "@" + PLACE])
    lines = ["%s %s HTTP/1.1" % (rng.choice(["GET", "GET", "HEAD", "OPTIONS", "POST"]), path), "Host: " + own, "Accept: text/html",
             "Connection: close"]
    lines += [rng.choice(HEADERS).format(p=quoted) for _ in range(rng.randrange(3))]
    return "\r\n".join(lines + ["", ""]).encode("utf-8")


def send(port, data):
    with socket.create_connection(("127.0.0.1", port), 30) as s:
        s.sendall(data)
        got = b""
        try:
            while piece := s.recv(65536):
                got += piece
        except ConnectionError:
            pass
        return got


def where_to(answer):
    head, _, body = answer.partition(b"\r\n\r\n")
    return [v.decode("latin-1") for v in re.findall(rb"(?im)^(?:location|refresh|content-location|link):[ \t]*(.*?)\r?$", head)], body


def is_ours(location, provider, port):
    if location == "/":
        return True
    q = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))
    return location.startswith(provider.issuer + "/authorize?tenant=1&") and q["redirect_uri"] == "http://127.0.0.1:%d%s" % (port, BACK)


def fuzz(site, provider):
    rng = random.Random(7)
    host = "127.0.0.1:%d" % site.port
    paths, bad, led, statuses = paths_of(site.client().get("/api/v1/openapi.json").json), [], 0, set()
    for _ in range(COUNT):
        request = make(rng, paths, host)
        answer = send(site.port, request)
        statuses.add(answer[9:12])
        to, body = where_to(answer)
        led += bool(to)
        linked = re.search(rb"(?i)(href|src|action|url|http-equiv)\s*=[^>]*elsewhere", body)
        if not answer or len(to) > 1 or (to and not is_ours(to[0], provider, site.port)) or linked or answer[9:10] == b"5":
            bad.append((request, answer[:400]))
    check(not bad, "redirect_fuzz: %d requests, of which %d were led, to where they should be" % (COUNT, led), bad[:3])
    check(led > 20 and {b"200", b"302", b"400", b"404", b"421"} <= statuses, "redirect_fuzz: and they reached all of it", statuses)


def who_comes_in(site, provider):
    """The way back of somebody whom the provider lets in: to "/", whatever is asked for beside it."""
    for place in PLACES:
        browser = site.client()
        start = START + "?" + urllib.parse.urlencode({"next": place})
        r = browser.get(start)
        if r.status == 400:  # a parameter that the route does not name
            r = browser.get(START)
        back = dict(provider.agree(r.headers["Location"]), next=place, redirect_uri=place)
        r = browser.ask("GET", BACK + "?" + urllib.parse.urlencode(back), None, {"X-Forwarded-Host": PLACE})
        if not (r.status == 302 and r.headers.get_all("Location") == ["/"]):
            return check(False, "redirect_fuzz: who comes in is led to /", (place, r))
    check(True, "redirect_fuzz: who comes in is led to /, whatever of %d places is named" % len(PLACES))


def main():
    skip_unless_built()
    with scratch("noroshi-redirect-") as home:
        provider = evil.Provider(home, CLIENT, SECRET)
        site = Site(os.path.join(home, "site"), provider.port, "client-id=" + CLIENT, "create=yes", "group=analyst amber - soc")
        site.user("hanako", "admin", "red")
        site.start()
        try:
            fuzz(site, provider)
            who_comes_in(site, provider)
            check(site.stop() == 0 and "Sanitizer" not in site.said(), "it ends in order", site.said()[-2000:])
        finally:
            site.stop(9)
    return TAP.end()


if __name__ == "__main__":
    sys.exit(main())
