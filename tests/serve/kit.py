"""kit - a service to be asked: a store, `noroshi serve` on a port of its own, accounts, requests."""
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

NOROSHI = os.path.abspath(os.environ.get("NOROSHI", "build/noroshi"))
PASSWORD = "correct horse battery staple"


def skip_unless_built():
    if not os.access(NOROSHI, os.X_OK):
        print("1..0 # SKIP %s is not there" % NOROSHI)
        sys.exit(0)


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def lines(self):
        return [json.loads(line) for line in self.body.splitlines()]

    def __repr__(self):
        return "%d %s %s" % (self.status, dict(self.headers), self.body[:600])


class Client:
    """One person or program: a token, or the cookies of a browser."""

    def __init__(self, port, token=None):
        self.port, self.token, self.cookies, self.csrf = port, token, {}, None

    def ask(self, method, path, body=None, headers=None, timeout=60):
        headers = dict(headers or {})
        if self.token:
            headers.setdefault("Authorization", "Bearer " + self.token)
        if self.cookies:
            headers.setdefault("Cookie", "; ".join("%s=%s" % c for c in self.cookies.items()))
        if self.csrf and method != "GET":
            headers.setdefault("X-CSRF-Token", self.csrf)
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            c.request(method, path, body, headers)
            r = c.getresponse()
            reply = Reply(r.status, r.headers, r.read())
        finally:
            c.close()
        for value in reply.headers.get_all("Set-Cookie") or []:
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return reply

    def get(self, path, **query):
        return self.ask("GET", with_query(path, query))

    def post(self, path, body=None, **headers):
        return self.ask("POST", path, body, headers)


def with_query(path, query):
    return path + ("?" + urllib.parse.urlencode(query) if query else "")


def quote(text):
    return urllib.parse.quote(text, safe="")


class Service:
    """A data directory with a service on it."""

    def __init__(self, home, flags=(), env=None):
        self.home, self.data = home, os.path.join(home, "var")
        self.flags, self.env = list(flags), dict(env or {})
        self.process, self.log, self.port, self.token = None, None, None, None

    def run(self, *words, stdin=None, want=0):
        p = subprocess.run([NOROSHI, "--data", self.data, *words], input=stdin, timeout=300,
                           env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if want is not None and p.returncode != want:
            raise RuntimeError("%s: %d %s %s" % (words, p.returncode, p.stdout[-500:], p.stderr[-500:]))
        return p.stdout.decode("utf-8", "replace")

    def environment(self):
        return {"PATH": "/usr/bin:/bin", "HOME": self.home, "LANG": "C.UTF-8", "TZ": "UTC", **self.env}

    def start(self, *flags):
        self.log = open(os.path.join(self.home, "serve.log"), "a+b")
        begin = len(self.said())
        self.process = subprocess.Popen(
            [NOROSHI, "--data", self.data, "serve", "--listen", "127.0.0.1:0", *self.flags, *flags],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=self.environment())
        said, until = "", time.monotonic() + 30
        while time.monotonic() < until:
            said = self.said()[begin:]
            found = re.search(r"serving http://127\.0\.0\.1:(\d+)/", said)
            if found:
                self.port = int(found.group(1))
                if self.answers():  # from here on all of it is said
                    self.token = self.token_in(self.said()[begin:])
                    return self
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise RuntimeError("the service did not start: " + said)

    @staticmethod
    def token_in(said):
        found = re.search(r"on this machine only\): (\S+)\n", said)
        return found.group(1) if found else None

    def answers(self):
        try:
            return Client(self.port).get("/-/healthy").status == 200
        except OSError:
            return False

    def client(self, token=None):
        return Client(self.port, token)

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(60) if self.process else None
        self.process = None
        return code

    def said(self):
        with open(os.path.join(self.home, "serve.log"), "rb") as f:
            return f.read().decode("utf-8", "replace")

    # --- accounts, at the command line ---

    def user(self, login, role, clearance, organisation=None, audiences=()):
        secret = os.path.join(self.home, "password")
        with open(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
            f.write(PASSWORD + "\n")
        words = ["user", "create", login, "--role", role, "--tlp", clearance, "--password-file", secret]
        words += ["--of", organisation] if organisation else []
        for a in audiences:
            words += ["--member-of", a]
        return self.run(*words)

    def make_token(self, login, scope="admin", clearance="red"):
        out = self.run("token", "create", login, "--scope", scope, "--for", "test", "--tlp", clearance)
        return re.search(r"nrs_\w+", out).group(0)


def scratch(prefix):
    where = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    return tempfile.TemporaryDirectory(prefix=prefix, dir=where)
