#!/usr/bin/env python3
"""Login by OpenID Connect, as a browser meets it: with a provider that others wrote (oidc-provider of npm) and with
one that is right, and then wrong in every way (oidc/evil.py).

oidc_provider: the whole way with oidc-provider, for each kind of signature.
oidc_evil_provider: each wrong answer is refused; the log says why, the person is told what he can do, the audit
log has it, and nobody is let in or made."""
import http.cookiejar
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "oidc"))
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "feed"))
import evil  # noqa: E402
from evil import answer, hs256, token  # noqa: E402
from kit import Service, scratch, skip_unless_built  # noqa: E402
from server import certificates  # noqa: E402
from tap import Tap  # noqa: E402

TAP = Tap()
check = TAP.check
HERE = os.path.dirname(os.path.abspath(__file__))
CLIENT, SECRET = "noroshi", "secret of noroshi & +"
START, BACK = "/api/v1/oidc/start", "/api/v1/oidc/callback"


class Site(Service):
    """A service with an admin, whose logins come from a provider on loopback."""

    def __init__(self, home, port, *lines):
        os.makedirs(home)
        super().__init__(home)
        secret = os.path.join(home, "client")
        with open(os.open(secret, os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
            f.write(SECRET + "\n")
        for line in ("issuer=http://127.0.0.1:%d" % port, "client-secret=" + secret, "allow=127.0.0.1 %d" % port,
                     *lines):
            self.flags += ["-o", "serve.oidc-" + line]
        self.run("init")

    def users(self):
        return [json.loads(line) for line in self.run("--json", "user", "list").splitlines()]

    def audit(self):
        return [json.loads(line) for line in self.run("--json", "audit", "list").splitlines()]

    def link(self, login, issuer, subject):
        self.run("user", "change", login, "--issuer", issuer, "--subject", subject)


def wait_for_log(site, begin, text):
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if text in site.said()[begin:]:
            return True
        time.sleep(0.02)
    return False


# --- a provider that others wrote --------------------------------------------------------------------

def why_no_npm():
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return "node or npm is not installed"
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    return None if int(version.strip("v\n").split(".")[0]) >= 18 else "node %s is older than 18" % version.strip()


def install(folder):
    """By digest, from the lock file; without scripts of packages. -> why not."""
    for name in ("package.json", "package-lock.json", "provider.mjs"):
        shutil.copy(os.path.join(HERE, "oidc", name), folder)
    done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder,
                          capture_output=True, text=True, timeout=300)
    return None if done.returncode == 0 else "npm cannot fetch: " + done.stderr.strip().splitlines()[-1][:200]


class Other:
    def __init__(self, folder):
        self.process = subprocess.Popen(["node", "provider.mjs"], cwd=folder, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.port = int(self.line("port").split()[1])

    def line(self, begins):
        for line in self.process.stdout:
            if line.startswith(begins):
                return line
        raise RuntimeError("the provider ended")

    def lead_back_to(self, redirect):
        self.process.stdin.write(redirect + "\n")
        self.process.stdin.flush()
        self.line("ready")

    def end(self):
        self.process.stdin.close()
        self.process.wait(30)


class Stop(urllib.request.HTTPRedirectHandler):
    """Follows what the provider says of itself, and stops where it leads back to us."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        if BACK in newurl:
            raise Back(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class Back(Exception):
    pass


def log_in_there(location, login):
    """What a person does at the provider: his name, then yes. -> where he is sent back to."""
    browser = urllib.request.build_opener(Stop, urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    try:
        page = browser.open(location, timeout=30)
        for form in ({"prompt": "login", "login": login, "password": "x"}, {"prompt": "consent"}):
            action = re.search(r'action="([^"]+)"', page.read().decode()).group(1)
            page = browser.open(urllib.parse.urljoin(page.url, action), urllib.parse.urlencode(form).encode(),
                                timeout=30)
    except Back as back:
        return str(back)
    raise RuntimeError("the provider leads nowhere: %s" % page.url)


def by_others(home):
    reason = why_no_npm()
    folder = os.path.join(home, "npm")
    os.makedirs(folder)
    reason = reason or install(folder)
    if reason:
        TAP.skip("oidc_provider", reason)
        return
    other = Other(folder)
    try:
        for alg in ("RS256", "ES256", "EdDSA"):
            site = Site(os.path.join(home, "npm-" + alg), other.port, "client-id=noroshi-" + alg, "create=yes",
                        "group=analyst amber - soc")
            site.user("hanako", "admin", "red")
            site.start()
            try:
                other.lead_back_to("http://127.0.0.1:%d%s" % (site.port, BACK))
                browser = site.client()
                there = browser.get(START)
                back = log_in_there(there.headers["Location"], "jiro")
                r = browser.get(back[back.index(BACK):])
                me = browser.get("/api/v1/session")
                check(r.status == 302 and me.status == 200 and me.json["user"]["login"] == "jiro" and
                      me.json["user"]["role"] == "analyst", "oidc_provider: %s" % alg, (there, back, r, me, site.said()))
            finally:
                site.stop()
    finally:
        other.end()


# --- one that is right -------------------------------------------------------------------------------

def begin(site):
    browser = site.client()
    r = browser.get(START)
    return browser, r.headers["Location"], r


def come_back(browser, q, **headers):
    return browser.ask("GET", BACK + "?" + urllib.parse.urlencode(q), None, headers)


def whole(site, provider):
    browser, location, _ = begin(site)
    return browser, come_back(browser, provider.agree(location))


def right(site, provider):
    r = site.client().get("/api/v1/session")
    check(r.status == 401 and r.json["oidc"] is True, "the page is told that there is this way in", r)
    browser, location, r = begin(site)
    q = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))
    cookie = r.headers["Set-Cookie"]
    check(r.status == 302 and location.startswith(provider.issuer + "/authorize?tenant=1&") and
          q["response_type"] == "code" and q["client_id"] == CLIENT and q["scope"] == "openid profile email" and
          q["code_challenge_method"] == "S256" and len(q["state"]) == len(q["nonce"]) == 52 and
          len(q["code_challenge"]) == 43 and q["redirect_uri"] == "http://127.0.0.1:%d%s" % (site.port, BACK),
          "the browser is sent there with a state, a nonce and a challenge", r)
    check("HttpOnly" in cookie and "SameSite=Lax" in cookie and "Max-Age=600" in cookie and "Path=/" in cookie and
          not {q["state"], q["nonce"]} & set(re.split("[=;]", cookie)), "the cookie tells nothing of them", cookie)
    back = provider.agree(location)
    r = come_back(browser, dict(back, session_state="what others add", scope="openid"))
    cookies = "; ".join(r.headers.get_all("Set-Cookie") or [])
    check(r.status == 302 and r.headers["Location"] == "/" and "SameSite=Strict" in cookies and not r.body,
          "he is let in, and led to / and nowhere else", r)
    me = browser.get("/api/v1/session").json
    check(me["user"]["login"] == "taro" and me["user"]["role"] == "analyst" and me["user"]["clearance"] == "amber" and
          me["user"]["name"] == "Taro", "with what his group comes to", me)
    done = [a for a in site.audit() if a["act"] == "login.oidc"]
    made = [a for a in site.audit() if a["act"] == "user.add" and a["who"] == "oidc"]
    check(len(done) == 1 and done[0]["outcome"] == "done" and len(made) == 1, "the audit log has both", (done, made))
    for alg in ("ES256", "EdDSA"):
        provider.make = lambda claims: token(claims, provider.keys[alg])
        _, r = whole(site, provider)
        check(r.status == 302, "%s is taken" % alg, r)
    provider.reset()
    return browser


def groups(site, provider, browser):
    provider.person["groups"] = ["elsewhere", "SOC leads"]
    _, r = whole(site, provider)
    user = [u for u in site.users() if u["login"] == "taro"]
    check(r.status == 302 and user[0]["role"] == "expert" and browser.get("/api/v1/session").status == 401,
          "another group is another role, and old sessions end", (r, user))
    provider.person["groups"] = ["acme"]
    _, r = whole(site, provider)
    user = [u for u in site.users() if u["login"] == "taro"]
    check(r.status == 302 and user[0]["role"] == "customer" and user[0]["organisation"] == "acme",
          "a customer is of his organisation", (r, user))
    provider.person["groups"] = ["soc"]
    whole(site, provider)
    site.link("hanako", provider.issuer, "s-admin")
    was = provider.person
    provider.person = {"sub": "s-admin", "preferred_username": "hanako", "groups": []}
    admin, r = whole(site, provider)
    check(r.status == 302 and admin.get("/api/v1/session").json["user"]["role"] == "admin",
          "an admin who is linked stays one, whatever his groups", r)
    provider.person = was


# --- and then wrong ----------------------------------------------------------------------------------

class Wrong:
    def __init__(self, site, provider):
        self.site, self.provider, self.words = site, provider, set()
        self.users = site.users()

    def refused(self, name, r, browser, status, word, log, begin):
        """He is told, he is not in, the log says why."""
        good = r.status == status and r.headers["Content-Type"].startswith("application/problem+json")
        said = wait_for_log(self.site, begin, log)
        out = browser.get("/api/v1/session").status == 401
        self.words.add(word)
        check(good and said and out and b"EVIL" not in r.body, "oidc_evil_provider: " + name,
              (r, "log: " + self.site.said()[begin:]))

    def token(self, name, log, make, status=403, word="token"):
        """A whole login, with that ID token for (claims)."""
        at = len(self.site.said())
        self.provider.make = make
        browser, r = whole(self.site, self.provider)
        self.provider.reset()
        self.refused(name, r, browser, status, word, log, at)

    def claims(self, name, log, **other):
        self.token(name, log, lambda c: token({k: v for k, v in dict(c, **other).items() if v is not None},
                                              self.provider.keys["RS256"]))

    def does(self, name, log, what, how):
        """A whole login, where one endpoint answers otherwise."""
        at = len(self.site.said())
        self.provider.do = {what: how}
        browser, r = whole(self.site, self.provider)
        self.provider.reset()
        self.refused(name, r, browser, 502, "provider", log, at)

    def back(self, name, status, word, log, change):
        """A login that comes back otherwise: `change` of (browser, what is right) makes the query."""
        at = len(self.site.said())
        browser, location, _ = begin(self.site)
        r = come_back(browser, change(browser, self.provider.agree(location)))
        self.refused(name, r, browser, status, word, log, at)


def wrong_tokens(w):
    p, now = w.provider, int(time.time())
    rsa = p.keys["RS256"]
    w.claims("another issuer", "by another issuer", iss="https://evil.example")
    w.claims("an issuer with a slash more", "by another issuer", iss=p.issuer + "/")
    w.claims("no issuer", "by another issuer", iss=None)
    w.claims("another audience", "(aud)", aud="other")
    w.claims("an audience besides us", "(aud)", aud=[CLIENT, "other"])
    w.claims("no audience", "(aud)", aud=[])
    w.claims("made for another client", "(azp)", azp="other")
    w.claims("another nonce", "(nonce)", nonce="0" * 52)
    w.claims("no nonce", "(nonce)", nonce=None)
    w.claims("expired", "(exp)", exp=now - 3600)
    w.claims("without an end", "(exp)", exp=None)
    w.claims("an end that is no number", "(exp)", exp=str(now + 300))
    w.claims("from the future", "(iat)", iat=now + 3600)
    w.claims("too old", "(iat)", iat=now - 3600)
    w.claims("not valid yet", "(nbf)", nbf=now + 3600)
    w.claims("no subject", "(sub)", sub=None)
    w.claims("a subject of 300 bytes", "(sub)", sub="s" * 300)
    w.claims("1001 groups", "1001 groups", groups=["g"] * 1001)
    w.token("alg none", "signed by none", lambda c: token(c, rsa, {"alg": "none"}, lambda m: b""))
    w.token("alg none, spelled otherwise", "signed by nOnE", lambda c: token(c, rsa, {"alg": "nOnE"}, lambda m: b""))
    w.token("HS256 with the public key", "signed by HS256",
            lambda c: token(c, rsa, {"alg": "HS256"}, hs256(rsa.public_pem())))
    w.token("RS256 that is an HMAC of the public key", "not by that key",
            lambda c: token(c, rsa, None, hs256(rsa.public_pem())))
    w.token("ES256 under the kid of an RSA key", "no (single) key",
            lambda c: token(c, p.keys["ES256"], {"kid": rsa.kid}))
    w.token("no signature", "not by that key", lambda c: token(c, rsa, None, lambda m: b""))
    w.token("extensions that must be understood", "wants extensions", lambda c: token(c, rsa, {"crit": ["b64"]}))
    w.token("a key inside the token", "not by that key", lambda c: inside(c, w))
    w.token("claims that were changed", "not by that key", changed(rsa))
    w.token("two parts", "three parts", lambda c: token(c, rsa).rpartition(".")[0])
    w.token("a claim that is there twice", "claims", lambda c: twice(c, rsa))
    w.token("no token", "gave no ID token", lambda c: None, 502, "provider")


def inside(claims, w):
    other = evil.Key(w.site.home, "RS256", "own")
    return token(claims, other, {"kid": w.provider.keys["RS256"].kid, "jwk": other.jwk()})


def changed(key):
    def make(claims):
        head, _, sig = token(claims, key).split(".")
        return head + "." + evil.b64(json.dumps(dict(claims, sub="s-admin")).encode()) + "." + sig
    return make


def twice(claims, key):
    text = json.dumps(claims)[:-1] + ',"sub":"s-admin"}'
    head = evil.b64(json.dumps({"alg": "RS256", "kid": key.kid}).encode())
    message = head + "." + evil.b64(text.encode())
    return message + "." + evil.b64(key.sign(message.encode()))


def rotated(site, provider, w):
    """Keys are asked for again for a kid that is not there, and then not for a minute."""
    was = provider.asked["keys"]
    new = evil.Key(site.home, "RS256", "new")
    provider.published.append(new)
    provider.make = lambda c: token(c, new)
    _, r = whole(site, provider)
    check(r.status == 302 and provider.asked["keys"] == was + 1, "a new key is fetched", (r, provider.asked))
    other = evil.Key(site.home, "RS256", "unknown")
    w.token("key of another kid", "no (single) key", lambda c: token(c, other))
    w.token("and again", "no (single) key", lambda c: token(c, other))
    check(provider.asked["keys"] == was + 1, "and not again for another that is not there", provider.asked)


def wrong_answers(w):
    def goes(where, status=302):
        return lambda h, right: answer(h, status, b"", [("Location", where)])
    stolen = "http://127.0.0.1:%d/stolen" % w.provider.port
    w.does("token: a redirect", "token: bad-redirect", "token", goes(stolen, 307))
    w.does("token: an error", "token: http-4xx (HTTP 400)", "token",
           lambda h, right: answer(h, 400, {"error": "EVIL"}))
    w.does("token: denied", "token: denied (HTTP 401)", "token", lambda h, right: answer(h, 401, {"error": "EVIL"}))
    w.does("token: a server that is broken", "token: http-5xx (HTTP 500)", "token",
           lambda h, right: answer(h, 500, b"EVIL"))
    w.does("token: no JSON", "provider's token", "token", lambda h, right: answer(h, 200, b"<html>EVIL"))
    w.does("token: an answer of 1 MiB", "token: too-large", "token",
           lambda h, right: answer(h, 200, dict(right, pad="x" * (1 << 20))))
    w.does("token: cut off", "token: truncated", "token",
           lambda h, right: answer(h, 200, b"{", [("Content-Length", "1000")]))
    check(w.provider.asked.get(None) is None, "nothing else of it was asked for", w.provider.asked)


def wrong_ways_back(w):
    p = w.provider
    w.back("another state", 400, "state", "no login of this browser", lambda b, q: dict(q, state="0" * 52))
    w.back("no state", 400, "state", "no login of this browser", lambda b, q: {"code": q["code"], "iss": q["iss"]})
    w.back("another provider's answer", 502, "provider", "answer is by another issuer",
           lambda b, q: dict(q, iss="https://evil.example"))
    w.back("an answer of nobody", 502, "provider", "answer is by another issuer",
           lambda b, q: {k: v for k, v in q.items() if k != "iss"})
    w.back("he said no", 403, "denied", "the provider said: access_denied",
           lambda b, q: {"error": "access_denied", "error_description": "EVIL", "state": q["state"], "iss": q["iss"]})
    w.back("no code", 502, "provider", "no code", lambda b, q: {"state": q["state"], "iss": q["iss"]})
    w.back("a code of nobody", 502, "provider", "token: http-4xx", lambda b, q: dict(q, code="x"))
    w.back("a code that another browser began with", 502, "provider", "token: http-4xx",
           lambda b, q: dict(q, code=p.agree(begin(w.site)[1])["code"]))

    def without_cookie(b, q):
        b.cookies.clear()
        return q
    w.back("another browser (login CSRF)", 400, "state", "no login of this browser", without_cookie)

    browser, location, _ = begin(w.site)
    q, cookie = p.agree(location), dict(browser.cookies)
    first = come_back(browser, q)
    again = w.site.client()
    again.cookies = cookie
    at = len(w.site.said())
    r = come_back(again, q)
    check(first.status == 302, "the first time it is right", first)
    w.refused("the same answer again", r, again, 400, "state", "no login of this browser", at)
    r = w.site.client().get(BACK + "?code=1&code=2&state=x")
    check(r.status == 400, "oidc_evil_provider: a parameter that is there twice", r)


def told(site):
    """A person's browser gets a page in his language, with nothing of the provider in it."""
    html = {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "ja,en;q=0.5"}
    r = come_back(site.client(), {"state": "<script>", "error": "<script>", "iss": "x"}, **html)
    check(r.status == 400 and r.headers["Content-Type"] == "text/html; charset=utf-8" and "ログイン" in r.body.decode() and
          b"<script" not in r.body and "default-src 'none'" in r.headers["Content-Security-Policy"],
          "a browser gets a page, in Japanese", r)
    r = come_back(site.client(), {"state": "x"}, **dict(html, **{"Accept-Language": "en"}))
    check(b"Begin it again" in r.body and b'<html lang="en">' in r.body, "or in English", r)


def wrong_people(w):
    p = w.provider
    was, log = p.person, len(w.site.said())
    for name, person, word, text in (
            ("no group that fits", {"sub": "s-2", "preferred_username": "saburo", "groups": ["other"]}, "group",
             "no rule fits"),
            ("no groups at all", {"sub": "s-2", "preferred_username": "saburo"}, "group", "no rule fits"),
            ("the group admin", {"sub": "s-2", "preferred_username": "saburo", "groups": ["admin"]}, "group",
             "no rule fits"),
            ("a login that is another's", {"sub": "s-2", "preferred_username": "HANAKO", "groups": ["soc"]},
             "login-taken", "an account of that login"),
            ("a rule for an organisation that is not there", {"sub": "s-2", "preferred_username": "x", "groups": ["lost"]},
             "setup", "no organisation")):
        p.person = person
        browser, r = whole(w.site, p)
        w.refused(name, r, browser, 403, word, text, log)
    p.person = was
    w.site.run("user", "disable", "taro")
    browser, r = whole(w.site, p)
    w.refused("an account that is disabled", r, browser, 403, "disabled", "disabled", log)
    w.site.run("user", "enable", "taro")


def wrong_descriptions(home, provider):
    """A service that never came to know the provider: each start asks again."""
    site = Site(os.path.join(home, "descriptions"), provider.port, "client-id=" + CLIENT)
    site.user("hanako", "admin", "red")
    site.start()

    def other(**fields):
        return lambda h, d: answer(h, 200, {k: v for k, v in dict(d, **fields).items() if v is not None})

    def keys(name, log, how):
        provider.do = {"keys": how}
        at, (browser, r) = len(site.said()), whole(site, provider)
        check(r.status == 403 and wait_for_log(site, at, log) and browser.get("/api/v1/session").status == 401,
              "oidc_evil_provider: " + name, (r, site.said()[at:]))
    try:
        for name, log, how in (
                ("another issuer", "of another issuer", other(issuer="https://evil.example")),
                ("no issuer", "of another issuer", other(issuer=None)),
                ("a token endpoint over http", "token_endpoint: a URL is not https",
                 other(token_endpoint="http://192.0.2.1/token")),
                ("keys in a file", "jwks_uri", other(jwks_uri="file:///etc/passwd")),
                ("a page of JavaScript", "authorization_endpoint", other(authorization_endpoint="javascript:alert(1)")),
                ("no PKCE", "S256", other(code_challenge_methods_supported=["plain"])),
                ("no codes", "no codes", other(response_types_supported=["id_token"])),
                ("HS256 alone", "neither by RS256", other(id_token_signing_alg_values_supported=["HS256", "none"])),
                ("no object", "no JSON object", lambda h, d: answer(h, 200, [d])),
                ("1 MiB", "description: too-large", lambda h, d: answer(h, 200, dict(d, pad="x" * (1 << 20)))),
                ("a redirect", "description: bad-redirect",
                 lambda h, d: answer(h, 302, b"", [("Location", provider.issuer + "/keys")])),
                ("to another machine", "description: refused-address",
                 lambda h, d: answer(h, 302, b"", [("Location", "http://169.254.169.254/latest")])),
                ("not there", "description: not-there", lambda h, d: answer(h, 404, b"EVIL"))):
            at = len(site.said())
            provider.do = {"description": how}
            r = site.client().get(START)
            check(r.status == 502 and not r.headers["Set-Cookie"] and b"EVIL" not in r.body and
                  wait_for_log(site, at, log), "oidc_evil_provider: description: " + name, (r, site.said()[at:]))
        slow(site, provider)
        provider.reset()
        keys("keys: 1 MiB", "keys: too-large", lambda h, k: answer(h, 200, dict(k, pad="x" * (1 << 20))))
        keys("keys: 65", "65 keys", lambda h, k: answer(h, 200, {"keys": (k["keys"] * 65)[:65]}))
        keys("keys: none", "no (single) key", lambda h, k: answer(h, 200, {"keys": []}))
        provider.reset()
        browser, r = whole(site, provider)
        check(r.status == 403, "oidc_evil_provider: nobody comes in who has no account", r)
    finally:
        provider.reset()
        site.stop()


def slow(site, provider):
    """Those who wait for a slow provider do not hold others up, and are told in the end."""
    provider.do = {"description": lambda h, d: evil.drip(h)}
    replies = []
    at = len(site.said())
    threads = [threading.Thread(target=lambda: replies.append(site.client().get(START))) for _ in range(8)]
    for t in threads:
        t.start()
    r = site.client().get("/api/v1/session")
    for t in threads:
        t.join()
    told_busy = sorted(r.status for r in replies)
    check(r.status == 401 and len(told_busy) == 8 and set(told_busy) <= {502, 503}, "oidc_evil_provider: slow", (r, replies))
    check(wait_for_log(site, at, "description: timeout"), "and the log says so", site.said()[at:])


def evil_provider(home):
    provider = evil.Provider(home, CLIENT, SECRET)
    site = Site(os.path.join(home, "site"), provider.port, "client-id=" + CLIENT, "create=yes",
                "group=expert amber - SOC leads", "group=analyst amber - soc", "group=customer green acme acme",
                "group=reader clear nowhere lost")
    site.run("organisation", "add", "acme")
    site.start()
    check(site.client().get(START).status == 403, "before there is an admin nobody comes in that way")
    site.user("hanako", "admin", "red")
    try:
        groups(site, provider, right(site, provider))
        w = Wrong(site, provider)
        rotated(site, provider, w)
        wrong_tokens(w)
        wrong_answers(w)
        wrong_ways_back(w)
        told(site)
        wrong_people(w)
        check([u["login"] for u in site.users()] == [u["login"] for u in w.users], "nobody was made", site.users())
        refused = {a["detail"] for a in site.audit() if a["act"] == "login.oidc" and a["outcome"] == "refused"}
        check(w.words <= refused, "the audit log has each reason", (w.words - refused, refused))
        site.run("audit", "verify")
        said = site.said()
        check(SECRET not in said and "EVIL" not in said, "no secret and no word of the provider is in the log")
        check(site.stop() == 0 and "Sanitizer" not in said, "it ends in order", said[-2000:])
    finally:
        site.stop(9)
    wrong_descriptions(home, provider)


def over_tls(home):
    """As it is outside of tests: https, by a CA of the site's own, behind a proxy that has another name."""
    folder = os.path.join(home, "tls")
    os.makedirs(folder)
    certificates(folder)
    back = "https://soc.example" + BACK
    for name, ca, log in (("good", True, None), ("good", False, "tls-untrusted"), ("expired", True, "tls-expired"),
                          ("other", True, "tls-wrong-name"), ("self", True, "tls-untrusted")):
        provider = evil.Provider(folder, CLIENT, SECRET, os.path.join(folder, name))
        site = Site(os.path.join(folder, name + str(ca)), provider.port, "client-id=" + CLIENT, "redirect=" + back,
                    "issuer=" + provider.issuer, *(["ca=" + os.path.join(folder, "ca.pem")] if ca else []))
        site.user("hanako", "admin", "red")
        site.link("hanako", provider.issuer, "s-1")
        site.start()
        try:
            if log:
                r = site.client().get(START)
                check(r.status == 502 and wait_for_log(site, 0, log), "oidc_evil_provider: " + log, (r, site.said()))
            else:
                browser, r = whole(site, provider)
                me = browser.get("/api/v1/session")
                check(r.status == 302 and me.json["user"]["login"] == "hanako", "over TLS, by a private CA", (r, me))
        finally:
            site.stop()


def settings(home):
    """What is wrong in the configuration is said before anything is served."""
    for name, lines, text in (("an admin by group", ["group=admin red - soc"], "made by an admin"),
                              ("a customer of nobody", ["group=customer green - x"], "of an organisation"),
                              ("no group", ["group=reader clear -"], "ROLE CLEARANCE"),
                              ("accounts without a rule", ["create=yes"], "by rules"),
                              ("a secret that others may read", ["client-secret=/etc/hostname"], "read"),
                              ("plain http", ["issuer=http://idp.example"], "not https"),
                              ("back over plain http", ["redirect=http://soc.example/"], "redirect"),
                              ("a hole for everything", ["allow=0.0.0.0/0"], "NETWORK PORT")):
        site = Site(os.path.join(home, "bad-" + str(len(name))) + name.replace(" ", ""), 1, "client-id=x", *lines)
        done = subprocess.run([os.environ.get("NOROSHI", "build/noroshi"), "--data", site.data, "serve", "--listen",
                               "127.0.0.1:0", *site.flags], env=site.environment(), capture_output=True, text=True,
                              timeout=60)
        check(done.returncode != 0 and text in done.stderr, "settings: " + name, done.stderr)
    site = Service(os.path.join(home))
    site.run("init")
    site.start()
    try:
        r = site.client().get(START)
        check(r.status == 404 and site.client().get("/api/v1/session").json["oidc"] is False,
              "settings: where it is not set up, there is no such way", r)
    finally:
        site.stop()


def main():
    skip_unless_built()
    with scratch("noroshi-oidc-") as home:
        evil_provider(home)
        over_tls(home)
        settings(home)
        by_others(home)
    return TAP.end()


if __name__ == "__main__":
    sys.exit(main())
