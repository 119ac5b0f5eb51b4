#!/usr/bin/env python3
"""noroshi watch --alerts-to URL: each alert reaches a server at least once, whatever that does: says
500, asks for time, ends the connection, answers never, points elsewhere. Watching waits for none of it,
and a secret goes nowhere else."""
import http.server
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import Tap

NOROSHI = os.environ.get("NOROSHI", os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                                 "..", "..", "build", "noroshi"))
tap = Tap()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.path, dict(self.headers), body))
        mode = self.server.modes.pop(0) if self.server.modes else self.server.mode
        if mode == "close":
            self.close_connection = True
            return
        if mode == "hang":
            self.server.asked.set()
            self.server.ends.wait(120)
            self.close_connection = True
            return
        if mode == 200:
            self.server.taken.append(json.loads(body)["id"])
        self.send_response(mode)
        if mode == 429:
            self.send_header("Retry-After", "3600")
        if mode == 307:
            self.send_header("Location", self.server.elsewhere)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen, self.taken, self.modes, self.mode = [], [], [], 200
        self.asked, self.ends, self.elsewhere = threading.Event(), threading.Event(), ""
        self.origin = "http://127.0.0.1:%d" % self.server_port
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Site:
    def __init__(self, folder):
        self.folder, self.hosts = folder, 0
        self.config = os.path.join(folder, "noroshi.conf")
        self.command = [NOROSHI, "--data", os.path.join(folder, "var"), "--config", self.config]
        self.configure([])
        self.run("init")
        csv = os.path.join(folder, "bad.csv")
        with open(csv, "w", encoding="utf-8") as f:
            f.write("value\nevil.example\n")
        self.run("import", "--source", "lab", csv)

    def configure(self, lines):
        with open(self.config, "w", encoding="utf-8") as f:
            f.write("".join(line + "\n" for line in lines))

    def run(self, *words):
        return subprocess.run([*self.command, *words], capture_output=True, text=True, timeout=120)

    def lines(self, count):
        """Each of another host, so each another alert."""
        out = ""
        for _ in range(count):
            self.hosts += 1
            out += '{"src_ip":"192.0.2.%d","dest":"evil.example"}\n' % self.hosts
        return out

    def watch(self, url, count):
        log = os.path.join(self.folder, "a%d.log" % self.hosts)
        with open(log, "w", encoding="utf-8") as f:
            f.write(self.lines(count))
        return self.run("watch", "--alerts-only", "--alerts-to", url, log)

    def ids(self):
        listed = self.run("alert", "list", "--json", "--most", "1000").stdout
        return {json.loads(line)["id"] for line in listed.splitlines()}


def grants(site, server, key):
    site.configure(["watch.webhook-allow = 127.0.0.1/32 %d" % server.server_port,
                    "watch.webhook-plain = %s" % server.origin,
                    "watch.webhook-secret = %s Authorization %s" % (server.origin, key)])


def not_granted(site, server):
    url = server.origin + "/alerts"
    done = site.watch(url, 1)
    tap.check(done.returncode == 2 and "https" in done.stderr, "http has to be granted", done.stderr)
    site.configure(["watch.webhook-plain = %s" % server.origin])
    site.watch(url, 0)  # its cursor is at the newest alert from here on
    done = site.watch(url, 1)
    tap.check("refused-address" in done.stderr, "and so has an address inside", done.stderr)
    tap.check(not server.seen, "nobody was asked", server.seen)


def catches_up(site, server):
    url = server.origin + "/alerts"
    before = len(server.taken)
    done = site.watch(url, 3)
    path, headers, _ = server.seen[-1]
    tap.check(len(server.taken) - before == 4, "what waited and what is new arrives", done.stderr)
    tap.check(path == "/alerts" and headers["Content-Type"] == "application/json", "as JSON", headers)
    tap.check(headers["Authorization"] == "Bearer CANARY", "with its secret")
    tap.check(set(server.taken) <= site.ids(), "and they are the store's alerts")
    tap.check("CANARY" not in done.stdout + done.stderr + site.run("config", "show").stdout,
              "the secret is shown nowhere")


def misbehaves(site, server, other):
    url = server.origin + "/alerts"
    for modes in ([500], ["close"], [200, 503], [404], [500, 200, 500, 200, 500]):
        server.modes, before = list(modes), set(server.taken)
        done = site.watch(url, 3)
        tap.check(len(set(server.taken) - before) == 3, "all arrive behind %s" % modes, done.stderr)
    server.mode, before = 429, len(server.seen)
    done = site.watch(url, 2)
    tap.check(len(server.seen) - before == 1, "who asks for an hour is asked once", len(server.seen))
    tap.check("429" in done.stderr, "and it is said", done.stderr)
    server.mode, server.elsewhere, before = 307, other.origin + "/x", len(server.taken)
    done = site.watch(url, 1)
    tap.check("307" in done.stderr and not other.seen, "a redirect is not followed", done.stderr)
    server.mode = 200
    site.watch(url, 1)
    tap.check(len(server.taken) - before == 4, "what waited in the store comes then")


def never_answers(site, server):
    """Alerts are told and kept while a request hangs, and it ends when told to."""
    log, before = os.path.join(site.folder, "grows.log"), site.ids()
    server.mode = "hang"
    with open(log, "w", encoding="utf-8") as f:
        watch = subprocess.Popen([*site.command, "watch", "--follow", "--alerts-to",
                                  server.origin + "/alerts", log],
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        f.write(site.lines(1))
        f.flush()
        tap.check(server.asked.wait(60), "the server is asked, and says nothing")
        f.write(site.lines(5))
        f.flush()
        told = [watch.stdout.readline() for _ in range(6)]
        tap.check(all("evil.example" in line for line in told), "alerts are told meanwhile", told)
        watch.send_signal(signal.SIGTERM)
        tap.check(watch.wait(60) == 0, "and it ends in order")
        watch.stdout.close()
    tap.check(len(site.ids() - before) == 6, "with all of them in the store")
    server.ends.set()
    server.mode, taken = 200, len(server.taken)
    done = site.watch(server.origin + "/alerts", 1)
    tap.check(len(server.taken) - taken == 7, "which are sent later", done.stderr)


def main():
    with tempfile.TemporaryDirectory() as folder:
        site, server, other = Site(folder), Server(), Server()
        key = os.path.join(folder, "key")
        with open(key, "w", encoding="utf-8") as f:
            f.write("Bearer CANARY\n")
        os.chmod(key, 0o600)
        not_granted(site, server)
        grants(site, server, key)
        catches_up(site, server)
        misbehaves(site, server, other)
        never_answers(site, server)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
