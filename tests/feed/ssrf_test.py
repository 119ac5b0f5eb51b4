#!/usr/bin/env python3
"""ssrf_matrix, ssrf_rebind: no URL, redirect or name makes the program talk to an address inside; and
secrets, proxies, cookies and logins of the environment go nowhere they are not meant for."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import Evil, Proxy, Site, Tap, addresses, certificates  # noqa: E402

TAP = Tap()
check = TAP.check

# never even tried
NO_URL = ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "dict://127.0.0.1:11211/",
          "http://2130706433/", "http://0x7f000001/", "http://127.1/", "http://0177.0.0.1/",
          "http://user@127.0.0.1/", "http://127.0.0.1%2fx@example.org/", "http://127.0.0.1\\@example.org/",
          "http://[::ffff:127.0.0.1", "http://example.org:70000/", "ldap://127.0.0.1/", "localhost"]
# understood, and refused as the socket is opened
NO_ADDRESS = ["http://127.0.0.1/", "http://127.0.0.1:8080/", "http://127.255.0.1/", "http://0.0.0.0/",
              "http://10.0.0.1/", "http://172.16.0.1:8443/", "http://192.168.1.1/", "http://100.64.0.1/",
              "http://169.254.169.254/latest/meta-data/", "http://198.18.0.1/", "http://224.0.0.1/",
              "http://255.255.255.255/", "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/",
              "http://[::ffff:a9fe:a9fe]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/",
              "http://[2001:0:7f00:1::]/", "http://[fc00::1]/", "http://[fe80::1]/", "http://[fec0::1]/",
              "http://[ff02::1]/", "http://localhost/", "http://LocalHost:8080/", "http://192.0.2.1:25/",
              "http://192.0.2.1:6379/", "https://192.0.2.1:22/"]


def matrix(site, evil):
    for url in NO_URL:
        done = site.run("feed", "add", "x", url)
        check(done.returncode == 2 and "feed presets" not in done.stderr, "ssrf_matrix: %s is no URL" % url,
              done.stderr)
    check(site.run("feed", "list").returncode == 1, "and none of them is a feed")
    for n, url in enumerate(NO_ADDRESS + ["http://127.0.0.1:%d/good" % evil.plain.port]):
        site.run("feed", "add", "n%d" % n, url)
        got = site.pull("n%d" % n)
        check(got["outcome"] == "refused-address", "ssrf_matrix: %s is refused" % url, got)
    check(not evil.plain.seen, "nobody was asked", evil.plain.seen)


def rebind(site, evil):
    """A name means what it means when it is asked for: each hop's own socket is checked. The first
    hop is excepted, what it leads to is another address or port behind a name."""
    site.configure(["feed.allow = hop 127.0.0.1 %d" % evil.plain.port])
    for path in ("to-name", "to-bare", "to-metadata", "to-loopback"):
        site.run("feed", "add", "hop", evil.url(path))
        got = site.pull("hop")
        check(got["outcome"] == "refused-address", "ssrf_rebind: %s" % path, got)
    check(evil.plain.seen and not evil.bare.seen, "only the first hop was asked", evil.bare.seen)
    site.run("feed", "add", "hop", "http://localhost:%d/good" % evil.plain.port)
    got = site.pull("hop")
    check(got["outcome"] == "ok", "an exception is of the address, whatever name leads there", got)
    site.run("feed", "add", "next", evil.url("good"))
    got = site.pull("next")
    check(got["outcome"] == "refused-address", "an exception is one feed's", got)


def secrets(site, evil):
    path = os.path.join(site.folder, "token")
    with open(path, "w", encoding="utf-8") as f:
        f.write("Bearer CANARYTOKEN\n")
    os.chmod(path, 0o600)
    allow = ["feed.allow = * 127.0.0.1 %d" % p for p in (evil.plain.port, evil.other.port)]
    origin = "http://127.0.0.1:%d" % evil.plain.port
    site.configure(allow + ["feed.secret = keyed %s Authorization %s" % (origin, path)])
    for s in evil.servers:
        s.seen.clear()
    site.run("feed", "add", "keyed", evil.url("good?1"))
    site.run("feed", "add", "other", evil.url("good?2"))
    texts = [str(site.pull("keyed")), str(site.pull("other"))]
    seen = dict(evil.plain.seen)
    check(seen["/good?1"].get("Authorization") == "Bearer CANARYTOKEN", "a secret goes to its origin", seen)
    check("Authorization" not in seen["/good?2"], "and is of its feed", seen)
    site.run("feed", "add", "keyed", evil.url("to-other"))
    texts.append(str(site.pull("keyed")))
    check(evil.other.seen and all("Authorization" not in h for _, h in evil.other.seen),
          "a redirect does not take it elsewhere", evil.other.seen)
    site.run("feed", "add", "keyed", "http://127.0.0.1:%d/good" % evil.other.port)
    texts.append(str(site.pull("keyed")))
    check(all("Authorization" not in h for _, h in evil.other.seen),
          "nor does another URL of the feed", evil.other.seen)
    texts += [site.run("feed", "list").stdout, site.run("feed", "show", "keyed").stdout,
              site.run("config", "show").stdout]
    check("CANARYTOKEN" not in "".join(texts), "and it is shown nowhere")
    with open(path, "w", encoding="utf-8") as f:
        f.write("CANARYTOKEN\r\nX-Other: 1\n")
    site.run("feed", "add", "keyed", evil.url("good?3"))
    got = site.pull("keyed")
    check(got["outcome"] == "no-rights" and "CANARY" not in str(got) and
          "/good?3" not in dict(evil.plain.seen), "a secret is one line", got)
    os.chmod(path, 0o644)
    got = site.pull("keyed")
    check(got["outcome"] == "no-rights" and "CANARY" not in str(got), "a secret that others may read is none",
          got)
    site.configure(allow + ["feed.secret = keyed nonsense"])
    got = site.pull("keyed")
    check(got["outcome"] == "no-rights" and "feed.secret" in got["detail"], "a line that is none is said", got)


def proxies(site, evil):
    web, socks = Proxy(addresses(0, 50)), Proxy(addresses(0, 50))
    site.configure(["feed.proxy = web http://127.0.0.1:%d .feeds.example" % web.port,
                    "feed.proxy = socks socks5h://127.0.0.1:%d a.feeds.example" % socks.port])
    for name in ("web", "socks"):
        site.run("feed", "add", name, "http://a.feeds.example/list.txt")
        got = site.pull(name)
        check(got["outcome"] == "ok" and got["records"] == 50, "through %s" % name, got)
    check("GET http://a.feeds.example/list.txt HTTP/1.1" in web.asked, "the proxy was asked", web.asked)
    check("a.feeds.example:80" in socks.asked, "for the name: nothing is looked up here", socks.asked)
    web.asked.clear()
    for url in ("http://b.example/", "http://feeds.example.evil.example/", "http://127.0.0.1/",
                "http://a.feeds.example:25/"):
        site.run("feed", "add", "web", url)
        got = site.pull("web")
        check(got["outcome"] == "refused-address", "ssrf_matrix: not through the proxy: " + url, got)
    check(not web.asked, "it was not asked", web.asked)

    with open(os.path.join(site.folder, ".netrc"), "w", encoding="utf-8") as f:
        f.write("machine 127.0.0.1 login a password CANARYLOGIN\n")
    site.configure(["feed.allow = * 127.0.0.1 %d" % evil.plain.port])
    evil.plain.seen.clear()
    site.run("feed", "add", "plain", evil.url("good"))
    there = "http://127.0.0.1:%d" % web.port
    got = site.pull("plain", env={"http_proxy": there, "HTTP_PROXY": there, "ALL_PROXY": there,
                                  "all_proxy": there})
    check(got["outcome"] == "ok" and not web.asked, "no proxy of the environment", (got, web.asked))
    check("CANARYLOGIN" not in str(evil.plain.seen) and "Authorization" not in str(evil.plain.seen),
          "no login of a .netrc", evil.plain.seen)


def main(folder):
    certificates(folder)
    evil = Evil(folder)
    site = Site(folder)
    matrix(site, evil)
    rebind(site, evil)
    secrets(site, evil)
    proxies(site, evil)
    evil.close()


with tempfile.TemporaryDirectory() as where:
    main(where)
sys.exit(TAP.end())
