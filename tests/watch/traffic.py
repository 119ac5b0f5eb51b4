"""Recorded traffic made by hand: packets, and the two kinds of files that they are kept in.

    c = Capture()                                # Ethernet, PCAP
    c.udp("192.0.2.5", 40000, "192.0.2.1", 53, question("evil.example"))
    t = c.tcp("192.0.2.5", 40001, "198.51.100.7", 80)
    t.out(b"GET / HTTP/1.1\r\n\r\n"); t.back(b"HTTP/1.1 404 No\r\n\r\n"); t.close()
    open("x.pcap", "wb").write(c.pcap())

As a program it writes a small one, for sessions: traffic.py OUT."""

import ipaddress
import struct
import sys

LINKS = {"ethernet": 1, "cooked": 113, "cooked2": 276, "raw": 101, "loopback": 0}
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def label(name):
    out = b""
    for part in filter(None, name.split(".")):
        out += bytes([len(part)]) + part.encode()
    return out + b"\0"


def question(name, kind=1, number=7):
    return struct.pack(">HHHHHH", number, 0x0100, 1, 0, 0, 0) + label(name) + struct.pack(">HH", kind, 1)


def answer(name, records, kind=1, code=0, number=7):
    """records: (type, data); each is about the name that was asked, by a pointer."""
    out = struct.pack(">HHHHHH", number, 0x8180 | code, 1, len(records), 0, 0)
    out += label(name) + struct.pack(">HH", kind, 1)
    for rtype, data in records:
        out += b"\xc0\x0c" + struct.pack(">HHIH", rtype, 1, 60, len(data)) + data
    return out


class Talk:
    """A TCP connection: what each side says, in segments of at most `step` bytes."""

    def __init__(self, capture, a, b, step):
        self.capture, self.ends, self.step = capture, (a, b), step
        self.seq = [1000, 0xfffffff0]  # one of them goes round

    def send(self, way, flags, data=b""):
        (source, sport), (to, dport) = self.ends[way], self.ends[1 - way]
        head = struct.pack(">HHIIBBHHH", sport, dport, self.seq[way], self.seq[1 - way], 0x50, flags,
                           65535, 0, 0)
        self.capture.ip(source, to, 6, head + data)
        self.seq[way] = (self.seq[way] + len(data) + bool(flags & (SYN | FIN))) & 0xffffffff

    def open(self):
        self.send(0, SYN)
        self.send(1, SYN | ACK)
        self.send(0, ACK)
        return self

    def out(self, data, way=0):
        for i in range(0, len(data), self.step):
            self.send(way, PSH | ACK, data[i:i + self.step])
        return self

    def back(self, data):
        return self.out(data, 1)

    def close(self):
        self.send(0, FIN | ACK)
        self.send(1, FIN | ACK)
        self.send(0, ACK)


class Capture:
    def __init__(self, link="ethernet", start=1795132800.0):
        self.link, self.time, self.packets = link, start, []

    def add(self, data):
        self.packets.append((self.time, data))
        self.time += 0.25

    def ip(self, source, to, protocol, payload):
        a, b = ipaddress.ip_address(source), ipaddress.ip_address(to)
        if a.version == 4:
            data = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0)
        else:
            data = struct.pack(">IHBB", 6 << 28, len(payload), protocol, 64)
        self.frame(data + a.packed + b.packed + payload, a.version)

    def frame(self, data, version):
        ether = 0x0800 if version == 4 else 0x86dd
        head = {"ethernet": b"\2\0\0\0\0\2" + b"\2\0\0\0\0\1" + struct.pack(">HHH", 0x8100, 5, ether),
                "cooked": struct.pack(">HHH8xH", 0, 1, 6, ether),
                "cooked2": struct.pack(">HHIHBB8x", ether, 0, 2, 1, 0, 6),
                "raw": b"", "loopback": struct.pack("<I", 2 if version == 4 else 30)}[self.link]
        self.add(head + data)

    def udp(self, source, sport, to, dport, data):
        self.ip(source, to, 17, struct.pack(">HHHH", sport, dport, 8 + len(data), 0) + data)

    def tcp(self, a, aport, b, bport, step=1400):
        return Talk(self, (a, aport), (b, bport), step).open()

    def pcap(self, order="<", nano=False):
        out = struct.pack(order + "IHHiIII", 0xa1b23c4d if nano else 0xa1b2c3d4, 2, 4, 0, 0, 262144,
                          LINKS[self.link])
        unit = 10**9 if nano else 10**6
        return out + b"".join(struct.pack(order + "IIII", int(at), int(at % 1 * unit), len(data),
                                          len(data)) + data for at, data in self.packets)

    def pcapng(self, order="<"):
        def block(kind, body):
            body += b"\0" * (-len(body) % 4)
            size = struct.pack(order + "I", 12 + len(body))
            return struct.pack(order + "I", kind) + size + body + size
        out = block(0x0a0d0d0a, struct.pack(order + "IHHq", 0x1a2b3c4d, 1, 0, -1))
        resolution = struct.pack(order + "HHB3xHH", 9, 1, 9, 0, 0)  # nanoseconds
        out += block(1, struct.pack(order + "HHI", LINKS[self.link], 0, 0) + resolution)
        out += block(5, b"what nobody reads")
        units = [int(at * 10**9) for at, _ in self.packets]
        return out + b"".join(
            block(6, struct.pack(order + "IIIII", 0, at >> 32, at & 0xffffffff, len(data),
                                 len(data)) + data) for at, (_, data) in zip(units, self.packets))


def sample():
    c = Capture()
    c.udp("192.0.2.5", 40000, "192.0.2.1", 53, question("x.evil.example"))
    c.udp("192.0.2.1", 53, "192.0.2.5", 40000,
          answer("x.evil.example", [(5, label("cdn.example")), (1, b"\xc6\x33\x64\x07")]))
    t = c.tcp("192.0.2.5", 40001, "198.51.100.7", 80, step=20)
    t.out(b"GET /a?b=1 HTTP/1.1\r\nHost: evil.example\r\nUser-Agent: curl/8\r\n\r\n")
    t.back(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno")
    t.out(b"POST /gate.php HTTP/1.1\r\nHost: fine.example\r\nContent-Length: 5\r\n\r\nhello")
    t.back(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    t.close()
    return c


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as f:
        f.write(sample().pcap())
