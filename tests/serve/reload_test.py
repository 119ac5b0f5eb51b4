#!/usr/bin/env python3
"""A running service and its manager: READY, SIGHUP with a right and a wrong configuration, the watchdog, STOPPING;
and a feed that is pulled by the service, over the API."""
import http.server
import os
import signal
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from kit import Client, Service, scratch, skip_unless_built  # noqa: E402
from tap import Tap  # noqa: E402

TAP = Tap()
check = TAP.check


def wait_for(what, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        got = what()
        if got:
            return got
        time.sleep(0.05)
    return None


class Manager:
    """The socket of a service manager."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.socket.settimeout(30)

    def heard(self, word):
        """Datagrams up to the one that has the word; None: it did not come."""
        try:
            for _ in range(1000):
                said = self.socket.recv(4096).decode()
                if word in said:
                    return said
        except OSError:
            return None


class Feed(http.server.BaseHTTPRequestHandler):
    text = "198.51.100.77,c2\n"

    def do_GET(self):
        body = self.text.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def write(path, text):
    with open(path, "w") as f:
        f.write(text)


def live(admin, count):
    """Opens live streams; their statuses."""
    head = "GET /api/v1/alerts/live HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n\r\n"
    streams, said = [], []
    for _ in range(count):
        s = socket.create_connection(("127.0.0.1", admin.port), 30)
        s.sendall((head % (admin.port, admin.token)).encode())
        streams.append(s)
        said.append(int(s.recv(64).split()[1]))
    for s in streams:
        s.close()
    return said


def feeds(service, admin, port):
    url = "http://127.0.0.1:%d/list.csv" % port
    r = admin.ask("PUT", "/api/v1/feeds/near", {"url": url, "source": "near", "every_s": 3600})
    check(r.status == 204, "a feed is added", r)
    state = wait_for(lambda: [f for f in admin.get("/api/v1/feeds").json["items"] if f.get("last_ok") or f.get("ok")])
    check(bool(state), "and pulled by the service", admin.get("/api/v1/feeds").json)
    r = admin.get("/api/v1/observables/ipv4/198.51.100.77")
    check(r.json["verdict"] != "unknown", "what it brought is known", r)
    r = admin.ask("PUT", "/api/v1/feeds/inside", {"url": "http://127.0.0.1:%d/x" % (port + 1)})
    bad = wait_for(lambda: admin.get("/api/v1/feeds/inside").json.get("failures"))
    check(bool(bad), "one that may not be reached says so", admin.get("/api/v1/feeds/inside").json)
    check(admin.ask("POST", "/api/v1/feeds/near/run").status == 204, "pulled again at once")
    check(admin.ask("POST", "/api/v1/feeds/near/approve").status == 404, "nothing of it waits")
    check(admin.ask("DELETE", "/api/v1/feeds/inside").status == 204, "and removed")
    check(admin.get("/api/v1/feeds/inside").status == 404, "it is gone")


def main():
    skip_unless_built()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Feed)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    with scratch("noroshi-reload-") as home:
        manager = Manager(os.path.join(home, "notify"))
        config = os.path.join(home, "noroshi.conf")
        write(config, "feed.allow = near 127.0.0.1/32 %d\n" % port)
        service = Service(home, ["--config", config], {"NOTIFY_SOCKET": os.path.join(home, "notify"),
                                                       "WATCHDOG_USEC": "400000"})
        service.run("init")
        service.user("boss", "admin", "red", audiences=["*"])
        token = service.make_token("boss")
        service.start()
        try:
            admin = service.client(token)
            check(manager.heard("READY=1") is not None, "it says that it is ready")
            check(manager.heard("WATCHDOG=1") is not None, "and that it lives")
            here = {"Host": "soc.example"}
            check(admin.ask("GET", "/api/v1/status", None, here).status == 421, "another name is not ours")
            write(config, "serve.host = soc.example\nfeed.allow = near 127.0.0.1/32 %d\n" % port)
            service.process.send_signal(signal.SIGHUP)
            check(manager.heard("RELOADING=1") is not None and manager.heard("READY=1") is not None,
                  "SIGHUP: it reads its configuration again")
            check(wait_for(lambda: admin.ask("GET", "/api/v1/status", None, here).status == 200),
                  "and the new name is ours")
            check(live(admin, 3) == [200] * 3, "three live streams are none too many")
            write(config, "serve.host = soc.example\nserve.live-streams = 1\nfeed.allow = near 127.0.0.1/32 %d\n" % port)
            service.process.send_signal(signal.SIGHUP)
            check(wait_for(lambda: live(admin, 2) == [200, 429]), "how many live streams an account has is another", live(admin, 2))
            well = "noroshi_config_last_reload_successful "
            check((well + "1").encode() in admin.get("/metrics").body, "the metric says that it was right")
            write(config, "serve.host = soc.example\nno.such.key = 1\n")
            service.process.send_signal(signal.SIGHUP)
            check(wait_for(lambda: (well + "0").encode() in admin.get("/metrics").body), "a wrong one is told")
            check(admin.ask("GET", "/api/v1/status", None, here).status == 200, "and the old one stays")
            check("no.such.key" in service.said(), "with what is wrong in the log", service.said()[-1000:])
            feeds(service, admin, port)
            check(Client(service.port).get("/-/ready").status == 200, "it is ready")
            check(service.stop() == 0, "it ends in order")
            check(manager.heard("STOPPING=1") is not None, "and says so")
        finally:
            service.stop(9)
    server.shutdown()
    return TAP.end()


sys.exit(main())
