"""evil - an OpenID provider that does what it is told: right, or wrong in any way. Its keys are of the
`openssl` command, its signatures are real."""
import base64
import hashlib
import hmac
import http.server
import json
import os
import ssl
import subprocess
import threading
import time
import urllib.parse


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*words, given=None):
    return subprocess.run(["openssl", *words], input=given, check=True, capture_output=True).stdout


MAKE = {"RS256": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        "ES256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"], "EdDSA": ["-algorithm", "ed25519"]}


class Key:
    def __init__(self, folder, alg, kid):
        self.alg, self.kid = alg, kid
        self.path = os.path.join(folder, "%s-%s.pem" % (alg, kid))
        openssl("genpkey", "-out", self.path, *MAKE[alg])

    def public(self):
        return openssl("pkey", "-in", self.path, "-pubout", "-outform", "DER")

    def public_pem(self):
        return openssl("pkey", "-in", self.path, "-pubout")

    def jwk(self):
        common = {"kid": self.kid, "use": "sig", "alg": self.alg}
        if self.alg == "RS256":
            said = openssl("rsa", "-in", self.path, "-noout", "-modulus").decode()
            return dict(common, kty="RSA", n=b64(bytes.fromhex(said.split("=")[1].strip())), e=b64(b"\1\0\1"))
        if self.alg == "ES256":
            point = self.public()[-64:]
            return dict(common, kty="EC", crv="P-256", x=b64(point[:32]), y=b64(point[32:]))
        return dict(common, kty="OKP", crv="Ed25519", x=b64(self.public()[-32:]))

    def sign(self, message):
        if self.alg == "EdDSA":
            at = self.path + ".message"
            with open(at, "wb") as f:
                f.write(message)
            return openssl("pkeyutl", "-sign", "-inkey", self.path, "-rawin", "-in", at)
        sig = openssl("dgst", "-sha256", "-sign", self.path, given=message)
        return sig if self.alg == "RS256" else raw_of(sig)


def raw_of(der):
    """SEQUENCE { r, s } as two numbers of 32 bytes."""
    n = der[3]
    r, s = der[4:4 + n], der[6 + n:]
    return r.lstrip(b"\0").rjust(32, b"\0") + s.lstrip(b"\0").rjust(32, b"\0")


def token(claims, key, head=None, signature=None):
    """Signed by the key; `head` changes what it says of that, `signature` makes another one."""
    said = {k: v for k, v in dict({"alg": key.alg, "kid": key.kid, "typ": "JWT"}, **(head or {})).items()
            if v is not None}
    text = b64(json.dumps(said).encode()) + "." + b64(json.dumps(claims).encode())
    sign = signature or key.sign
    return text + "." + b64(sign(text.encode()))


def hs256(secret):
    return lambda message: hmac.new(secret, message, hashlib.sha256).digest()


class Provider:
    """`do` maps "description", "keys" and "token" to functions (handler, what would be right) that answer
    otherwise; `make` makes the ID token of claims."""

    def __init__(self, folder, client, secret, certificate=None):
        self.client, self.secret = client, secret
        self.keys = {alg: Key(folder, alg, "k-" + alg) for alg in MAKE}
        self.published = list(self.keys.values())
        self.codes, self.asked, self.do = {}, {}, {}
        self.person = {"sub": "s-1", "name": "Taro", "preferred_username": "taro", "groups": ["soc"]}
        self.reset()
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def do_GET(self):
                owner.serve(self, b"")

            def do_POST(self):
                owner.serve(self, self.rfile.read(int(self.headers.get("Content-Length", 0))))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.issuer = "http%s://127.0.0.1:%d" % ("s" if certificate else "", self.port)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate + ".pem", certificate + ".key")
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def reset(self):
        self.do = {}
        self.make = lambda claims: token(claims, self.keys["RS256"])

    def description(self):
        return {"issuer": self.issuer, "authorization_endpoint": self.issuer + "/authorize?tenant=1",
                "token_endpoint": self.issuer + "/token", "jwks_uri": self.issuer + "/keys",
                "response_types_supported": ["code"], "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "ES256", "EdDSA", "none", "HS256"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True}

    def claims(self, nonce, **other):
        now = int(time.time())
        all_of = dict(self.person, iss=self.issuer, aud=self.client, nonce=nonce, exp=now + 300, iat=now, **other)
        return {k: v for k, v in all_of.items() if v is not None}

    # --- the browser's part: what a person who says yes would be sent back with ---

    def agree(self, location):
        q = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))
        code = b64(os.urandom(12))
        self.codes[code] = q
        return {"code": code, "state": q["state"], "iss": self.issuer}

    # --- the service's part ---

    def serve(self, h, body):
        path = h.path.split("?")[0]
        what = {"/.well-known/openid-configuration": "description", "/keys": "keys", "/token": "token"}.get(path)
        self.asked[what] = self.asked.get(what, 0) + 1
        right = {"description": self.description, "keys": lambda: {"keys": [k.jwk() for k in self.published]},
                 "token": lambda: self.exchange(h, body)}.get(what, lambda: None)()
        if right is None:
            return answer(h, 400, {"error": "invalid_grant", "error_description": "EVIL <b>words</b>"})
        return self.do[what](h, right) if what in self.do else answer(h, 200, right)

    def exchange(self, h, body):
        """A code is worth a token once, for whoever began with it and knows the client's secret."""
        q = dict(urllib.parse.parse_qsl(body.decode()))
        login = "Basic " + base64.b64encode(("%s:%s" % tuple(urllib.parse.quote(x, safe="") for x in
                                                             (self.client, self.secret))).encode()).decode()
        began = self.codes.pop(q.get("code"), None)
        proof = b64(hashlib.sha256(q.get("code_verifier", "").encode()).digest())
        if (not began or h.headers["Authorization"] != login or q["grant_type"] != "authorization_code" or
                q["redirect_uri"] != began["redirect_uri"] or proof != began["code_challenge"]):
            return None
        return {"access_token": "a", "token_type": "Bearer", "id_token": self.make(self.claims(began["nonce"]))}


def answer(h, status, what, headers=()):
    data = what if isinstance(what, bytes) else json.dumps(what).encode()
    h.send_response(status)
    for name, value in (("Content-Type", "application/json"), ("Content-Length", str(len(data))), *headers):
        h.send_header(name, value)
    h.end_headers()
    try:
        h.wfile.write(data)
    except OSError:
        pass  # they have had enough


def drip(h):
    """A byte now and then, for ever."""
    h.send_response(200)
    h.send_header("Content-Type", "application/json")
    h.end_headers()
    try:
        while True:
            h.wfile.write(b" ")
            h.wfile.flush()
            time.sleep(0.5)
    except OSError:
        pass
