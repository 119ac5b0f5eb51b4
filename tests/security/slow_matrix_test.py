#!/usr/bin/env python3
"""slow_matrix: each way to be slow, to stop, or to be too much, all at once. Each is ended by its own limit, with the
answer that says so where one can be read, neither before its time nor long after; who is quick meanwhile is answered.

How many, and how long others wait: tests/serve/http_slow_test.py, tests/serve/serve_slow_test.py (tenant_fair)."""
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "serve"))
from http_kit import PROGRAM, Server  # noqa: E402
from tap import Tap  # noqa: E402

TAP = Tap()
check = TAP.check
GRACE = 2.0  # of each limit below
LATE = 15.0  # a busy machine; a limit that does not work shows by the end of the test
AT_ONCE, IN_TIME = (0.0, LATE), (GRACE * 0.9, GRACE + LATE)


def status_of(data):
    return int(data[9:12]) if data.startswith(b"HTTP/1.1 ") else 0


class Way(threading.Thread):
    """One connection: says `begin`, then `piece` now and then until somebody ends it, and never reads before (or a byte
    at a time, `sips`)."""

    def __init__(self, server, name, begin, want, when, piece=b"", every=0.1, sips=False, after_answer=False):
        super().__init__(daemon=True)
        self.server, self.name, self.begin, self.want, self.when = server, name, begin, want, when
        self.piece, self.every, self.sips, self.after_answer = piece, every, sips, after_answer
        self.got, self.took = b"", None

    def said(self, s, room=65536):
        """False: the other side has ended it."""
        try:
            data = s.recv(room)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self.got = (self.got + data)[:4096]
        return bool(data)

    def give(self, s, data):
        """As much as is taken; what is not is not said again: it is a slow one."""
        try:
            return s.send(data)
        except BlockingIOError:
            return 0

    def run(self):
        s = self.server.connect(receive_bytes=4096 if self.sips or self.when is not AT_ONCE else 0)
        start = time.monotonic()
        try:
            s.sendall(self.begin)
            if self.after_answer:
                s.recv(65536)
                start = time.monotonic()
            s.setblocking(False)
            reads = not self.sips and self.want is not None
            while time.monotonic() - start < GRACE + 2 * LATE:
                if self.piece:
                    self.give(s, self.piece)
                if reads and not self.said(s) or self.sips and not self.said(s, 1):
                    break
                if self.got and reads:  # it was answered: what follows is the end of the connection
                    s.settimeout(LATE)
                    break
                time.sleep(self.every)
            self.took = time.monotonic() - start
        except OSError:
            self.took = time.monotonic() - start
        s.close()

    def good(self):
        return self.took is not None and self.when[0] <= self.took <= self.when[1] and \
            (self.want is None or status_of(self.got) in self.want)


def ways(server):
    head = server.head
    get, up = head("GET /hello"), "POST /upload"
    chunked = head(up, "Transfer-Encoding: chunked")
    yield Way(server, "says nothing", b"", [0], IN_TIME)
    yield Way(server, "a header that drips", get[:4], [408], IN_TIME, piece=b"x")
    yield Way(server, "a header that stops", get[:-2], [408], IN_TIME)
    yield Way(server, "lines of a header that drip", get[:-2], [408], IN_TIME, piece=b"A: b\r\n")
    yield Way(server, "a line that does not end", b"GET /" + b"a" * 40000, [431], AT_ONCE)
    yield Way(server, "a header that does not end", get[:-2], [431], AT_ONCE, piece=b"A: " + b"b" * 4000 + b"\r\n", every=0.01)
    yield Way(server, "more lines than a header has", head("GET /hello", *["A: b"] * 200), [431], AT_ONCE)
    yield Way(server, "a body that stops", head(up, "Content-Length: 1000") + b"x", [408], IN_TIME)
    yield Way(server, "a body that drips", head(up, "Content-Length: 100000") + b"x", [408], IN_TIME, piece=b"x")
    yield Way(server, "a chunk that drips", chunked + b"ffff\r\n", [408], IN_TIME, piece=b"x")
    yield Way(server, "chunks of a byte that drip", chunked, [408], IN_TIME, piece=b"1\r\nx\r\n")
    yield Way(server, "the size of a chunk does not end", chunked, [400, 408], AT_ONCE, piece=b"0")
    yield Way(server, "trailers that do not end", chunked + b"0\r\n", [400, 408, 431], AT_ONCE, piece=b"A: b\r\n", every=0.01)
    yield Way(server, "an upload of no end is announced", head(up, "Content-Length: 999999999999999"), [413], AT_ONCE)
    yield Way(server, "a reader that never reads", head("GET /flood"), None, IN_TIME, piece=b"\r\n")
    yield Way(server, "one that never reads what workers make", head("GET /slow-flood"), None, IN_TIME, piece=b"\r\n")
    yield Way(server, "a reader that sips", head("GET /flood"), None, IN_TIME, piece=b"\r\n", sips=True)
    yield Way(server, "requests and requests, and never a read", get * 500, None, AT_ONCE, piece=get * 500, every=0.01)
    yield Way(server, "silence after an answer", get, [0], IN_TIME, after_answer=True)


def main():
    if not os.access(PROGRAM, os.X_OK):
        print("1..0 # SKIP %s is not there" % PROGRAM)
        return 0
    grace = "%d" % (GRACE * 1000)
    with Server("spool=/tmp", *[limit + "_ms=" + grace for limit in ("header", "body", "stall", "idle")]) as server:
        all_of_them, quick = list(ways(server)), []
        for w in all_of_them:
            w.start()
        until = time.monotonic() + GRACE
        while any(w.is_alive() for w in all_of_them) and (time.monotonic() < until + 2 * LATE):
            quick.append(server.get("/hello"))
            time.sleep(0.02)
        for w in all_of_them:
            w.join(2 * LATE)
            check(w.good(), "slow_matrix: " + w.name, "%s after %s s, want %s in %s: %r" %
                  (status_of(w.got), w.took, w.want, w.when, w.got[:200]))
        check(len(quick) > 10 and set(quick) == {(200, b"hello\n")}, "slow_matrix: others are answered", set(quick))
        left = time.monotonic() + LATE
        while server.metric("in_flight") > 1 and time.monotonic() < left:
            time.sleep(0.05)
        check(server.metric("in_flight") == 1, "slow_matrix: and nothing of them is left but who asks")
        check(server.stop() == 0, "it ends in order")
    return TAP.end()


if __name__ == "__main__":
    sys.exit(main())
