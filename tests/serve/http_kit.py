"""What scenarios about serve/http share: test-http-server on a free port, and connections to it."""
import os
import re
import resource
import signal
import socket
import subprocess

NOROSHI = os.path.abspath(os.environ.get("NOROSHI", "build/noroshi"))
PROGRAM = os.path.join(os.path.dirname(NOROSHI), "src", "serve", "test-http-server")


def many_descriptors():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


class Server:
    def __init__(self, *options):
        self.process = subprocess.Popen([PROGRAM, "listen=127.0.0.1:0"] + list(options),
                                        stdout=subprocess.PIPE)
        self.where = self.process.stdout.readline().decode().strip()
        self.port = int(self.where.rsplit(":", 1)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def connect(self, timeout_s=30, receive_bytes=0):
        s = socket.socket()
        if receive_bytes:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        s.settimeout(timeout_s)
        s.connect(("127.0.0.1", self.port))
        return s

    def head(self, line, *more):
        lines = [line + " HTTP/1.1", "Host: " + self.where] + list(more)
        return "\r\n".join(lines + ["", ""]).encode()

    def get(self, path, s=None):
        """-> (status, body) on a connection of its own, or on `s`, which stays."""
        own = s or self.connect()
        own.sendall(self.head("GET " + path, *([] if s else ["Connection: close"])))
        answer = read_answer(own)
        if not s:
            own.close()
        return answer

    def memory_kib(self):
        text = open("/proc/%d/status" % self.process.pid).read()
        return int(re.search(r"VmRSS:\s+(\d+)", text)[1])

    def metric(self, name):
        body = self.get("/metrics")[1].decode()
        return int(re.search(r"^noroshi_http_%s (\d+)$" % re.escape(name), body, re.M)[1])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def read_answer(s):
    data = b""
    while b"\r\n\r\n" not in data:
        piece = s.recv(65536)
        if not piece:
            return (int(data.split(b" ")[1]) if data else 0), b""
        data += piece
    head, body = data.split(b"\r\n\r\n", 1)
    length = int(re.search(rb"Content-Length: (\d+)", head)[1])
    while len(body) < length:
        piece = s.recv(65536)
        if not piece:
            break
        body += piece
    return int(head.split(b" ")[1]), body
