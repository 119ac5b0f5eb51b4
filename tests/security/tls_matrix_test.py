#!/usr/bin/env python3
"""tls_matrix: `noroshi serve` with a certificate, offered each version and each cipher that this machine's OpenSSL has,
one at a time: TLS 1.3, and of 1.2 what has ECDHE and AEAD; nothing else. No renegotiation, no compression, HSTS on each
answer; a key that others may read is refused.

plain_refused: without TLS nothing is served from outside, unless --insecure-http and to the proxies that are named."""
import os
import re
import socket
import ssl
import subprocess
import sys
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "serve"))
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "feed"))
from kit import NOROSHI, Service, scratch, skip_unless_built  # noqa: E402
from server import certificates, openssl  # noqa: E402
from tap import Tap  # noqa: E402

TAP = Tap()
check = TAP.check
warnings.simplefilter("ignore", DeprecationWarning)


def request(address, port):
    return b"GET /-/healthy HTTP/1.1\r\nHost: %s:%d\r\nConnection: close\r\n\r\n" % (address.encode(), port)


# --- TLS ----------------------------------------------------------------------------------------------

def context(version, ciphers=None):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.check_hostname, c.verify_mode = False, ssl.CERT_NONE
    c.minimum_version = c.maximum_version = version
    c.set_ciphers((ciphers or "ALL:COMPLEMENTOFALL") + ":@SECLEVEL=0")
    return c


def offer(port, c):
    """-> (version, cipher, compression, answer), or None when the server takes none of it."""
    try:
        with socket.create_connection(("127.0.0.1", port), 20) as plain, c.wrap_socket(plain) as s:
            said = s.version(), s.cipher()[0], s.compression()
            s.sendall(request("127.0.0.1", port))
            answer = b""
            while piece := s.recv(65536):
                answer += piece
            return *said, answer
    except (ssl.SSLError, ConnectionError):
        return None


def ciphers_of_12():
    c = context(ssl.TLSVersion.TLSv1_2)
    return [x["name"] for x in c.get_ciphers() if x["protocol"] != "TLSv1.3"]


def is_good(cipher, key):
    return cipher.startswith("ECDHE-%s-" % key) and re.search("AES(128|256)-GCM|CHACHA20", cipher) is not None


def versions(port, name):
    old = [ssl.TLSVersion.SSLv3, ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1]
    taken = []
    for v in old:
        try:
            taken += [v.name] if offer(port, context(v)) else []
        except ValueError:
            pass  # this machine has it no more
    check(not taken, "tls_matrix: %s: nothing older than TLS 1.2" % name, taken)
    r = offer(port, context(ssl.TLSVersion.TLSv1_3))
    check(r and r[0] == "TLSv1.3" and r[2] is None and r[3].startswith(b"HTTP/1.1 200 "), "tls_matrix: %s: TLS 1.3" % name, r)
    check(r and b"\r\nStrict-Transport-Security: max-age=" in r[3], "tls_matrix: %s: with HSTS" % name, r)


def ciphers(port, name, key):
    tried, bad = 0, []
    for cipher in ciphers_of_12():
        try:
            c = context(ssl.TLSVersion.TLSv1_2, cipher)
        except ssl.SSLError:
            continue
        tried += 1
        r = offer(port, c)
        if bool(r) != is_good(cipher, key) or r and (r[1] != cipher or r[2] is not None):
            bad.append((cipher, r))
    good = [c for c in ciphers_of_12() if is_good(c, key)]
    check(tried > 30 and len(good) >= 2 and not bad, "tls_matrix: %s: of %d ciphers of 1.2 those with ECDHE and AEAD, %d"
          % (name, tried, len(good)), bad)


def renegotiation(port):
    p = subprocess.run(["openssl", "s_client", "-tls1_2", "-connect", "127.0.0.1:%d" % port], input=b"R\nQ\n",
                       capture_output=True, timeout=30)
    check(b"no renegotiation" in p.stderr or b"RENEGOTIATING" in p.stdout + p.stderr and p.returncode != 0,
          "tls_matrix: no renegotiation", (p.returncode, p.stderr[-300:]))


def start_tls(service, *flags):
    """Its port; kit knows services without TLS only."""
    log = open(os.path.join(service.home, "serve.log"), "w+b")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    words = [NOROSHI, "--data", service.data, "serve", "--listen", "127.0.0.1:%d" % port, *flags]
    service.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=service.environment())
    for _ in range(1500):
        log.seek(0)
        if b"serving http" in log.read() or service.process.poll() is not None:
            break
        try:
            service.process.wait(0.02)
        except subprocess.TimeoutExpired:
            pass
    return port


def tls(home):
    certificates(home)
    openssl(home, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "rsa.key", "-out", "rsa.pem", "-subj", "/CN=rsa",
            "-days", "30", "-addext", "subjectAltName=IP:127.0.0.1")
    service = Service(home)
    service.run("init")
    for name, key in (("good", "ECDSA"), ("rsa", "RSA")):
        pem, secret = os.path.join(home, name + ".pem"), os.path.join(home, name + ".key")
        flags = ["--tls-certificate", pem, "--tls-key", secret]
        os.chmod(secret, 0o644)
        start_tls(service, *flags)
        check(service.process.wait(20) != 0, "tls_matrix: %s: a key that others may read is refused" % name)
        os.chmod(secret, 0o600)
        port = start_tls(service, *flags)
        versions(port, name)
        ciphers(port, name, key)
        renegotiation(port)
        answer = ask("127.0.0.1", port)
        check(not answer.startswith(b"HTTP"), "tls_matrix: %s: who speaks no TLS is told nothing" % name, answer)
        check(service.stop() == 0, "it ends in order")


# --- without -------------------------------------------------------------------------------------------

def outside():
    """An address of this machine that is not loopback's; None: it has none."""
    for target in ("192.0.2.1", "10.255.255.255"):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            try:
                s.connect((target, 9))
                if not s.getsockname()[0].startswith("127."):
                    return s.getsockname()[0]
            except OSError:
                pass
    return None


def ask(address, port):
    """The first bytes of the answer; none: the connection was closed."""
    try:
        with socket.create_connection((address, port), 20) as s:
            s.sendall(request(address, port))
            return s.recv(65536)
    except ConnectionError:
        return b""


def free_port():
    with socket.socket() as s:
        s.bind(("0.0.0.0", 0))
        return s.getsockname()[1]


def refused(service, words, text):
    p = subprocess.run([NOROSHI, "--data", service.data, "serve", *words], env=service.environment(), capture_output=True,
                       timeout=20)
    check(p.returncode != 0 and text in p.stderr, "plain_refused: " + " ".join(words), (p.returncode, p.stderr))


def plain(home):
    service = Service(home)
    service.run("init")
    service.user("hanako", "admin", "red")
    here = outside()
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.9:0"] + (["%s:0" % here] if here else []):
        refused(service, ["--listen", listen], b"--tls-certificate")
        refused(service, ["--listen", "127.0.0.1:0", "--listen", listen], b"--tls-certificate")
        refused(service, ["--listen", listen, "--insecure-http"], b"--trusted-proxy")
        refused(service, ["--listen", listen, "--trusted-proxy", "198.51.100.1"], b"--tls-certificate")
    port = free_port()
    for proxy, served in (("198.51.100.1", False), (here, True)) if here else ():
        service.start("--listen", "0.0.0.0:%d" % port, "--insecure-http", "--trusted-proxy", proxy, "--host", here)
        got = ask(here, port)
        check(got.startswith(b"HTTP/1.1 200 ") if served else not got,
              "plain_refused: %s, where %s is the proxy" % ("served" if served else "closed without a word", "he" if served else "another"),
              got)
        check(ask("127.0.0.1", port).startswith(b"HTTP/1.1 200 "), "plain_refused: from this machine it is served")
        token = service.make_token("hanako")
        metrics = service.client(token).get("/metrics").body.decode()
        check('refused_total{reason="plain"} %d\n' % (not served) in metrics, "plain_refused: and counted")
        check(b"Strict-Transport-Security" not in ask("127.0.0.1", port), "plain_refused: plain answers have no HSTS")
        check(service.stop() == 0, "it ends in order")
    if not here:
        print("# this machine has no address but loopback: who comes from outside was not tried")


def main():
    skip_unless_built()
    for what in (tls, plain):
        with scratch("noroshi-tls-") as home:
            what(home)
    return TAP.end()


if __name__ == "__main__":
    sys.exit(main())
