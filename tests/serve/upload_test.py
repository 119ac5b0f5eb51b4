#!/usr/bin/env python3
"""Uploads and the disk: a disk that is full is said (507), and a service that is killed in the middle of one, at any
moment, leaves nothing of it in its directory."""
import os
import random
import resource
import signal
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import http_kit  # noqa: E402
from kit import Service, scratch, skip_unless_built  # noqa: E402
from tap import Tap  # noqa: E402

TAP = Tap()
check = TAP.check
KILLS = 100 if os.environ.get("NOROSHI_TEST_LONG") else 12
RANDOM = random.Random(6)


def begin(port, token, size, path="/api/v1/sets/many?verdict=known-good", more=""):
    s = socket.create_connection(("127.0.0.1", port), timeout=30)
    s.sendall(("PUT %s HTTP/1.1\r\nHost: localhost:%d\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n%s\r\n"
               % (path, port, token, size, more)).encode())
    return s


def begin_admitted(port, token, size):
    """From here on its room is taken: the server has asked for the body."""
    s = begin(port, token, size, more="Expect: 100-continue\r\n")
    said = s.recv(4096)
    check(said.startswith(b"HTTP/1.1 100 "), "an upload that fits is let in", said)
    return s


def send(s, size):
    line = b"d41d8cd98f00b204e9800998ecf8427e\n"
    try:
        s.sendall(line * (size // len(line)))
    except OSError:
        pass  # it was killed


def names(top):
    return {os.path.relpath(os.path.join(at, f), top) for at, _, files in os.walk(top) for f in files}


def full_disk(home):
    """The system lets the server write 1 MiB to a file: as good as a disk that ends there."""
    spool = os.path.join(home, "spool")
    os.mkdir(spool)
    for name in ("noroshi-upload-abc123", "mine"):
        open(os.path.join(spool, name), "w").close()
    popen = http_kit.subprocess.Popen
    limit = (1 << 20, 1 << 20)
    http_kit.subprocess.Popen = lambda *a, **k: popen(
        *a, **k, restore_signals=False, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))
    try:
        server = http_kit.Server("spool=" + spool)
    finally:
        http_kit.subprocess.Popen = popen
    with server:
        check(os.listdir(spool) == ["mine"], "what a killed server left is removed, and nothing else", os.listdir(spool))
        for size, want in ((1 << 20, 200), (2 << 20, 507), (1 << 20, 200)):
            with server.connect() as s:
                s.sendall(server.head("POST /upload", "Content-Length: %d" % size))
                try:
                    s.sendall(b"x" * size)
                except OSError:
                    pass
                status, body = http_kit.read_answer(s)
            check(status == want, "%d bytes: %d" % (size, want), (status, body))
            if want == 507:
                check(b'"limit"' in body and b"no room on the disk" in body, "and says why", body)
        check(server.stop() == 0, "it ends well")


def kills(service, token):
    before = names(service.data)
    for n in range(KILLS):
        streams = [begin(service.port, token, 8 << 20) for _ in range(2)]
        for s in streams:
            send(s, RANDOM.choice((0, 1 << 10, 300 << 10, 3 << 20, 8 << 20)))
        time.sleep(RANDOM.random() * 0.05)
        service.stop(signal.SIGKILL)
        for s in streams:
            s.close()
        service.start()
    left = {f for f in names(service.data) - before if not f.startswith(("sets/", "index/"))}
    check(not {f for f in left if "upload" in f}, "%d kills: no upload is left" % KILLS, left)
    check(not {f for f in left if f.startswith("noroshi-spool")}, "nor a document half read", left)
    admin = service.client(token)
    r = admin.ask("PUT", "/api/v1/sets/many?verdict=known-good", b"d41d8cd98f00b204e9800998ecf8427e\n")
    check(r.status == 200 and r.json["values"] == 1, "and a whole one is taken", r)
    sets = {f for f in names(service.data) if f.startswith("sets/build")}
    check(not sets, "what a killed one had begun is gone with it", sets)


def bounds(service, token):
    service.stop()
    service.env.update(NOROSHI_SERVE_UPLOADS="3MiB", NOROSHI_SERVE_ACCOUNT_UPLOADS="2MiB")
    service.start()

    def refused(who, size, want):
        s = begin(service.port, service.make_token(who, "import"), size)
        status, body = http_kit.read_answer(s)
        check(status == want, "%s sends %d MiB beside: %d" % (who, size >> 20, want), (status, body))
        s.close()
    first = begin_admitted(service.port, token, 1 << 20)
    refused("hanako", 2 << 20, 429)
    second = begin_admitted(service.port, service.make_token("jiro", "import"), 1 << 20)
    refused("jiro", 3 << 20, 413)
    s = begin(service.port, service.make_token("saburo", "import"), (1 << 20) + 1)
    check(http_kit.read_answer(s)[0] == 503, "all of them have no more room than all may have")
    s.close()
    first.close()
    second.close()
    until, r = time.monotonic() + 20, None
    while time.monotonic() < until:
        r = service.client(token).ask("PUT", "/api/v1/sets/more?verdict=known-good",
                                      b"d41d8cd98f00b204e9800998ecf8427e\n" * 60000)
        if r.status == 200:
            break
        time.sleep(0.2)
    check(r.status == 200, "and when they ended there is room", r)


def main():
    skip_unless_built()
    with scratch("noroshi-upload-") as home:
        full_disk(home)
        service = Service(home)
        service.run("init")
        for login in ("hanako", "jiro", "saburo"):
            service.user(login, "admin", "red")
        service.start()
        try:
            token = service.make_token("hanako")
            kills(service, token)
            bounds(service, token)
            check(service.stop() == 0, "it ends in order")
        finally:
            service.stop(9)
    return TAP.end()


if __name__ == "__main__":
    sys.exit(main())
