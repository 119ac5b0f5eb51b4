"""server - a web server that misbehaves in every way a path asks for, its certificates, a proxy, and
running the program on a store of its own. For the scenarios of feeds."""
import gzip
import http.server
import json
import os
import socket
import socketserver
import ssl
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import Tap  # noqa: E402,F401

ROOT = os.environ.get("ROOT", os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..")))
NOROSHI = os.path.abspath(os.environ.get("NOROSHI", os.path.join(ROOT, "build", "noroshi")))
SERVER = os.environ.get("NOROSHI_TEST_STORE")  # of PostgreSQL


def addresses(first, count):
    """A list of so many addresses, one a line."""
    return "".join("192.0.%d.%d\n" % (2 + (first + i) // 250, 1 + (first + i) % 250)
                   for i in range(count)).encode()


BOMB = gzip.compress(b"192.0.2.1\n" * 5000000)  # over the ratio of archives


class Site:
    """A program with a store, and what its configuration file says."""

    def __init__(self, folder, lines=()):
        self.folder, self.data = folder, os.path.join(folder, "var")
        self.config = os.path.join(folder, "noroshi.conf")
        self.now = "2026-11-22T01:00:00Z"
        self.more = {}
        self.configure(lines)
        if SERVER:
            name = "feed_%d" % os.getpid()
            subprocess.run(["psql", "-q", SERVER, "-c", "CREATE DATABASE %s" % name], check=True)
            self.more["NOROSHI_STORE"] = SERVER.replace("///postgres?", "///%s?" % name)
        done = self.run("init")
        if done.returncode != 0:
            raise SystemExit("init: " + done.stderr)

    def configure(self, lines):
        with open(self.config, "w", encoding="utf-8") as f:
            f.write("".join(line + "\n" for line in lines))

    def run(self, *words, now=None, env=None, stdin=""):
        environment = {"PATH": "/usr/bin:/bin", "HOME": self.folder, "LANG": "C.UTF-8", "TZ": "UTC",
                       "NOROSHI_DATA": self.data, "NOROSHI_CONFIG": self.config,
                       "NOROSHI_NOW": now or self.now, **self.more, **(env or {})}
        return subprocess.run([NOROSHI, *words], env=environment, capture_output=True, text=True,
                              input=stdin, timeout=300)

    def pull(self, name, now=None, env=None):
        """Runs one feed; -> how it says it is then."""
        done = self.run("--json", "feed", "run", name, now=now, env=env)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        feeds = [x for x in lines if x.get("schema") == "noroshi.feed/1"]
        return dict(feeds[-1], exit=done.returncode) if feeds else {"exit": done.returncode,
                                                                   "outcome": done.stderr + done.stdout}

    def show(self, name, now=None):
        return json.loads(self.run("--json", "feed", "show", name, now=now).stdout)

    def list(self, now=None):
        done = self.run("--json", "feed", "list", now=now)
        return {x["name"]: x for x in map(json.loads, done.stdout.splitlines())}

    def knows(self, value):
        done = self.run("--json", "ask", value)
        return "unknown" not in [json.loads(x).get("verdict") for x in done.stdout.splitlines()]


# --- certificates --------------------------------------------------------------------------------

def openssl(folder, *words):
    subprocess.run(["openssl", *words], cwd=folder, check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def certificates(folder):
    """ca.pem, and NAME.pem with its key for each name below."""
    def write(name, text):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            f.write(text)
    write("ca.cnf", "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\n"
                    "default_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n")
    write("index.txt", "")
    write("serial", "1000\n")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl(folder, "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ours",
            "-days", "30", "-addext", "basicConstraints=critical,CA:TRUE")
    for name, names, end in (("good", "IP:127.0.0.1", "20991231235959Z"),
                             ("expired", "IP:127.0.0.1", "20200102000000Z"),
                             ("other", "DNS:other.example", "20991231235959Z")):
        write("ext", "subjectAltName=%s\n" % names)
        openssl(folder, "req", *key, "-keyout", name + ".key", "-out", name + ".csr", "-subj",
                "/CN=" + name)
        openssl(folder, "ca", "-batch", "-config", "ca.cnf", "-in", name + ".csr", "-out",
                name + ".pem", "-cert", "ca.pem", "-keyfile", "ca.key", "-startdate",
                "20200101000000Z", "-enddate", end, "-notext", "-extfile", "ext")
    openssl(folder, "req", "-x509", *key, "-keyout", "self.key", "-out", "self.pem", "-subj",
            "/CN=self", "-days", "30", "-addext", "subjectAltName=IP:127.0.0.1")


def pin_of(folder, name):
    """The hash of the public key, as curl writes pins."""
    script = ("openssl x509 -in %s.pem -pubkey -noout | openssl pkey -pubin -outform der | "
              "openssl dgst -sha256 -binary | openssl base64" % name)
    done = subprocess.run(["sh", "-c", script], cwd=folder, check=True, capture_output=True, text=True)
    return "sha256//" + done.stdout.strip()


# --- the server ----------------------------------------------------------------------------------

class Quiet(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request, client_address):
        pass  # clients that had enough


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def log_message(self, *args):
        pass

    def reply(self, code, body=b"", **headers):
        self.send_response(code)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.server.seen.append((self.path, dict(self.headers)))
        self.close_connection = True
        name = self.path.split("?")[0].strip("/").replace("-", "_").replace(".txt", "")
        sin = getattr(self, "sin_" + name, None)
        if sin:
            sin()
        elif name in self.server.pages:
            self.reply(200, self.server.pages[name], Content_Type="text/plain")
        else:
            self.reply(404, b"no such thing: SECRETBODY")

    def move(self, where):
        self.reply(302, b"", Location=where, Set_Cookie="a=b")

    def sin_silent(self):
        self.server.enough.wait(60)

    def sin_drip(self):
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        while not self.server.enough.wait(0.1):
            self.wfile.write(b"1")

    def sin_slow_headers(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not self.server.enough.wait(0.1):
            self.wfile.write(b"X-A: b\r\n")

    def sin_truncated(self):
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.wfile.write(addresses(0, 10))

    def sin_cut_chunks(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"1000\r\n" + addresses(0, 10))

    def sin_hang_up(self):
        pass

    def sin_garbage(self):
        self.wfile.write(b"220 ftp.example ready\r\n" * 10)

    def sin_page(self):
        self.reply(200, b"<!DOCTYPE html><title>log in</title>192.0.2.9", Content_Type="text/html; charset=utf-8")

    def sin_empty(self):
        self.reply(200, b"")

    def sin_lying_length(self):
        self.send_response(200)
        body = json.dumps({"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000001",
                           "objects": [{"type": "malware", "id": "malware--00000000-0000-4000-8000-000000000002"}] * 9})
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(body.encode())

    def sin_broken_json(self):
        self.reply(200, b'{"type":"bundle","objects":[{"a":', Content_Type="application/json")

    def sin_to_file(self):
        self.move("file:///etc/passwd")

    def sin_to_metadata(self):
        self.move("http://169.254.169.254/latest/meta-data/")

    def sin_to_loopback(self):
        self.move("http://127.0.0.2:8080/x")

    def sin_to_name(self):
        self.move("http://localhost:%d/good" % self.server.bare)

    def sin_to_bare(self):
        self.move("http://127.0.0.1:%d/good" % self.server.bare)

    def sin_to_plain(self):
        self.move("http://127.0.0.1:%d/good" % self.server.plain)

    def sin_to_other(self):
        self.move("http://127.0.0.1:%d/good" % self.server.other)

    def sin_loop(self):
        self.move("/loop")

    def sin_hop4(self):
        self.move("/hop3")

    def sin_hop3(self):
        self.move("hop2?x")

    def sin_hop2(self):
        self.move("../hop1")

    def sin_hop1(self):
        self.move("/good")

    def sin_endless(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        line = addresses(0, 1000)
        while not self.server.enough.is_set():
            self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))

    def sin_huge(self):
        self.send_response(200)
        self.send_header("Content-Length", str(1 << 40))
        self.end_headers()

    def sin_head(self):
        self.send_response(200)
        for i in range(2000):
            self.send_header("X-%d" % i, "x" * 100)
        self.end_headers()

    def sin_tagged(self):
        if self.headers.get("If-None-Match") == '"one"':
            self.reply(304, b"", ETag='"one"')
        else:
            self.reply(200, addresses(0, 30), ETag='"one"', Last_Modified="Sun, 22 Nov 2026 01:00:00 GMT")

    def sin_same_as_nothing(self):
        self.reply(304, b"", ETag='"one"')

    def sin_part(self):
        self.reply(206, addresses(0, 30), Content_Range="bytes 0-99/100000")

    def sin_odd_tag(self):
        self.reply(200, addresses(0, 25), ETag='"a\tb"')

    def sin_busy(self):
        self.reply(429, b"SECRETBODY", Retry_After="7200")

    def sin_busy_until(self):
        self.reply(503, b"", Retry_After="Sun, 22 Nov 2026 05:00:00 GMT")

    def sin_broken(self):
        self.reply(500, b"SECRETBODY " * 1000)

    def sin_denied(self):
        self.reply(401, b"SECRETBODY", WWW_Authenticate="Basic realm=x")

    def sin_teapot(self):
        self.reply(418, b"")

    def sin_bomb(self):
        self.reply(200, BOMB, Content_Encoding="gzip")

    def sin_packed(self):
        self.reply(200, gzip.compress(addresses(0, 40)), Content_Encoding="gzip")

    def sin_brotli(self):
        self.reply(200, b"\x0b\x02\x80abc\x03", Content_Encoding="br")


class Evil:
    """Servers on ports of their own, until they are closed."""

    def __init__(self, folder):
        self.servers = []
        self.pages = {"good": addresses(0, 30)}
        self.enough = threading.Event()
        self.plain, self.other, self.bare = [self.serve() for _ in range(3)]
        self.tls = {name: self.serve(folder, name) for name in ("good", "expired", "other", "self")}
        for s in self.servers:
            s.plain, s.other, s.bare = self.plain.port, self.other.port, self.bare.port

    def serve(self, folder=None, certificate=None):
        s = Quiet(("127.0.0.1", 0), Handler)
        s.port, s.seen, s.pages, s.enough = s.server_address[1], [], self.pages, self.enough
        s.plain = s.other = s.bare = 0
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            path = os.path.join(folder, certificate)
            context.load_cert_chain(path + ".pem", path + ".key")
            s.socket = context.wrap_socket(s.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=s.serve_forever, daemon=True).start()
        self.servers.append(s)
        return s

    def url(self, name):
        return "http://127.0.0.1:%d/%s" % (self.plain.port, name)

    def secure(self, certificate, name):
        return "https://127.0.0.1:%d/%s" % (self.tls[certificate].port, name)

    def close(self):
        self.enough.set()
        for s in self.servers:
            s.shutdown()
            s.server_close()


# --- proxies -------------------------------------------------------------------------------------

class Proxy(threading.Thread):
    """An http or socks5 proxy that answers every request itself, and remembers what it was asked."""

    def __init__(self, body):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port, self.asked, self.body = self.listener.getsockname()[1], [], body
        self.start()

    def run(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client:
                try:
                    self.serve(client)
                except OSError:
                    pass

    def serve(self, client):
        first = client.recv(1, socket.MSG_PEEK)
        if first == b"\x05":
            client.recv(2 + client.recv(2, socket.MSG_PEEK)[1])
            client.sendall(b"\x05\x00")
            head = client.recv(4)
            if head[3] == 3:
                name = client.recv(client.recv(1)[0]).decode()
            else:
                name = "address"
                client.recv(4 if head[3] == 1 else 16)
            self.asked.append("%s:%d" % (name, int.from_bytes(client.recv(2), "big")))
            client.sendall(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        request = b""
        while b"\r\n\r\n" not in request:
            more = client.recv(65536)
            if not more:
                return
            request += more
        self.asked.append(request.split(b"\r\n")[0].decode())
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(self.body), self.body))
