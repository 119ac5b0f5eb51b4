#!/usr/bin/env python3
"""Requests that two programs could read in two ways, byte by byte: each is refused, the connection ends, and
nothing of what followed is taken for a request."""
import os
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from http_kit import Server  # noqa: E402
from tap import Tap  # noqa: E402

TAP = Tap()
HOST = b"Host: %s\r\n"
SMUGGLED = b"GET /hello HTTP/1.1\r\n" + HOST + b"\r\n"

# name, bytes ("%s": the host), status
REFUSED = [
    ("Content-Length twice, different", b"POST /body HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nContent-Length: 0\r\n\r\nabc", 400),
    ("Content-Length twice, the same", b"POST /body HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
    ("Content-Length as a list", b"POST /body HTTP/1.1\r\n" + HOST + b"Content-Length: 3, 3\r\n\r\nabc", 400),
    ("Content-Length with a sign", b"POST /body HTTP/1.1\r\n" + HOST + b"Content-Length: +3\r\n\r\nabc", 400),
    ("Content-Length in hex", b"POST /body HTTP/1.1\r\n" + HOST + b"Content-Length: 0x3\r\n\r\nabc", 400),
    ("Content-Length beside chunks", b"POST /body HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ("chunks beside Content-Length", b"POST /body HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400),
    ("chunks twice", b"POST /body HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", 400),
    ("chunks in HTTP/1.0", b"POST /body HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ("another coding", b"POST /body HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
    ("another coding before chunks", b"POST /body HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    ("a coding behind a vertical tab", b"POST /body HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", 400),
    ("a blank before the colon", b"POST /body HTTP/1.1\r\n" + HOST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400),
    ("a folded line", b"GET /hello HTTP/1.1\r\n" + HOST + b"A: b\r\n Content-Length: 3\r\n\r\n", 400),
    ("a folded line in front", b"GET /hello HTTP/1.1\r\n A: b\r\n" + HOST + b"\r\n", 400),
    ("line ends without CR", b"GET /hello HTTP/1.1\n" + HOST + b"\n", 400),
    ("one line end without CR", b"GET /hello HTTP/1.1\r\nA: b\n" + HOST + b"\r\n", 400),
    ("a CR in a value", b"GET /hello HTTP/1.1\r\n" + HOST + b"A: b\rContent-Length: 3\r\n\r\n", 400),
    ("a NUL in a value", b"GET /hello HTTP/1.1\r\n" + HOST + b"A: b\0c\r\n\r\n", 400),
    ("a NUL in a name", b"GET /hello HTTP/1.1\r\n" + HOST + b"A\0: b\r\n\r\n", 400),
    ("a NUL in the target", b"GET /hello\0 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    ("no name", b"GET /hello HTTP/1.1\r\n" + HOST + b": b\r\n\r\n", 400),
    ("Host twice", b"GET /hello HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400),
    ("no Host", b"GET /hello HTTP/1.1\r\nA: b\r\n\r\n", 400),
    ("two blanks in the request line", b"GET  /hello HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    ("a tab in the request line", b"GET\t/hello HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    ("no version", b"GET /hello\r\n" + HOST + b"\r\n", 400),
    ("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    ("a chunk without its end", b"POST /body HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n", 400),
    ("a chunk's size with a sign", b"POST /body HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n+3\r\nabc\r\n0\r\n\r\n", 400),
    ("a chunk's size of 17 digits", b"POST /body HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n10000000000000003\r\nabc\r\n0\r\n\r\n", 400),
    ("a chunk's line without CR", b"POST /body HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n", 400),
    ("a chunk's extension with LF", b"POST /body HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n3;a\nb\r\nabc\r\n0\r\n\r\n", 400),
    ("a body where none is taken", b"GET /hello HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\n\r\nabc", 400),
]
# Others' names for us, and forms of ours.
HOSTS = [(b"localhost:PORT", 200), (b"LOCALHOST:PORT", 200), (b"127.0.0.1:PORT", 200), (b"[::1]:PORT", 200),
         (b"evil.example:PORT", 421), (b"localhost", 421), (b"localhost:1", 421), (b"127.0.0.2:PORT", 421),
         (b"localhost:PORT@evil.example", 400), (b"localhost:PORT, evil.example", 400), (b"", 400)]


def all_of(s):
    data = b""
    try:
        while True:
            piece = s.recv(65536)
            if not piece:
                return data
            data += piece
    except ConnectionResetError:
        return data


def main():
    with Server("threads=1", "header_ms=5000") as server:
        where = server.where.encode()
        for name, text, status in REFUSED:
            with server.connect() as s:
                s.sendall((text + SMUGGLED).replace(b"%s", where))
                s.shutdown(socket.SHUT_WR)
                got = all_of(s)
            good = (got.startswith(b"HTTP/1.1 %d " % status) and got.count(b"HTTP/1.1 ") == 1
                    and b"application/problem+json" in got and b"Connection: close" in got
                    and b"hello" not in got)
            TAP.check(good, "refused: " + name, got)
        for host, status in HOSTS:
            with server.connect() as s:
                s.sendall(b"GET /hello HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                          % host.replace(b"PORT", b"%d" % server.port))
                got = all_of(s)
            TAP.check(got.startswith(b"HTTP/1.1 %d " % status), "Host %r is %d" % (host.decode(), status), got)
        # one byte at a time it is the same request
        with server.connect() as s:
            for byte in (SMUGGLED + SMUGGLED).replace(b"%s", where):
                s.send(bytes([byte]))
            s.shutdown(socket.SHUT_WR)
            got = all_of(s)
        TAP.check(got.count(b"HTTP/1.1 200 OK") == 2, "two requests, byte by byte", got)
        TAP.check(server.stop() == 0, "it ends well")
    return TAP.end()


if __name__ == "__main__":
    sys.exit(main())
