#!/usr/bin/env python3
"""Files of the page as a cache, an old client and a curious one ask for them, from a real `noroshi serve`. Needs neither
node nor a browser: what the program was built with is what it serves."""
import gzip
import hashlib
import http.client
import os
import re
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import kit  # noqa: E402
from tap import Tap  # noqa: E402

TAP = Tap()
check = TAP.check


class Reply:
    def __init__(self, port, path, method="GET", **headers):
        c = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        c.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        r = c.getresponse()
        self.status, self.body = r.status, r.read()
        self.headers = {k.lower(): v for k, v in r.getheaders()}
        c.close()

    def __getitem__(self, name):
        return self.headers.get(name)


def first_page(port):
    plain = Reply(port, "/")
    check(plain.status == 200 and plain.body.startswith(b"<!doctype html>"), "the page, as it is", plain.body[:200])
    check(plain["content-type"] == "text/html; charset=utf-8" and plain["cache-control"] == "no-cache"
          and plain["vary"] == "Accept-Encoding", "its type, and to be asked for again", plain.headers)
    check(plain["content-security-policy"] == kit.policy(), "its policy", plain["content-security-policy"])
    zipped = Reply(port, "/?q=8.8.8.8", Accept_Encoding="gzip")
    check(zipped["content-encoding"] == "gzip" and gzip.decompress(zipped.body) == plain.body, "by gzip, with a question")
    digest = hashlib.sha256(plain.body).hexdigest()
    check(plain["etag"] == '"%s"' % digest, "its tag is its digest", plain["etag"])
    again = Reply(port, "/", If_None_Match=plain["etag"])
    check(again.status == 304 and not again.body, "who has it gets nothing")
    check(Reply(port, "/", Accept_Encoding="gzip", If_None_Match=plain["etag"]).status == 200, "in another coding he has not")
    head = Reply(port, "/", "HEAD")
    check(head.status == 200 and not head.body and head["content-length"] == str(len(plain.body)), "HEAD", head.headers)
    return plain.body.decode()


def what_it_loads(port, page):
    paths = re.findall(r'(?:href|src)="(/[^"]+)"', page)
    for path in paths:
        r = Reply(port, path)
        digest = hashlib.sha256(r.body).hexdigest()
        check(r.status == 200 and digest[:12] in path and "immutable" in (r["cache-control"] or ""),
              "kept for ever: " + path.split(".")[0], r.headers)
    if not paths:
        TAP.skip("what the page loads", "the program was built without its page")


def what_is_not_there(port):
    for path in ["/assets/", "/assets/x.js", "/assets/../", "/assets/%2e%2e/%2e%2e/etc/passwd", "/index.html", "/assets/main"]:
        r = Reply(port, path)
        check(r.status in (400, 404) and r["content-type"] == "application/problem+json", "not there: " + path, r.status)
    check(Reply(port, "/", "POST").status == 405, "nothing can be sent to it")


with tempfile.TemporaryDirectory(prefix="noroshi-web-") as where:
    data = os.path.join(where, "var")
    kit.noroshi("--data", data, "init")
    server, base, _ = kit.serve(data)
    try:
        at = int(base.rsplit(":", 1)[1])
        what_it_loads(at, first_page(at))
        what_is_not_there(at)
    finally:
        server.send_signal(signal.SIGTERM)
        check(server.wait(30) == 0, "the server ends")
sys.exit(TAP.end())
