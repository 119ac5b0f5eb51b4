#!/usr/bin/env python3
"""The API against requests made from its own OpenAPI document, right and wrong ones: no 5xx but "busy", no hang,
and what succeeds fits its schema. 1,500 requests; NOROSHI_TEST_LONG: 10,000."""
import http.client
import json
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from api_test import fill_store  # noqa: E402
from kit import Service, quote, scratch, skip_unless_built  # noqa: E402
from schema import resolve, wrong  # noqa: E402
from tap import Tap  # noqa: E402

REQUESTS = 10000 if os.environ.get("NOROSHI_TEST_LONG") else 1500
SEED = int(os.environ.get("NOROSHI_TEST_SEED", "1"))
TEXTS = ["", "x", "198.51.100.7", "bad.example", "Quiet Mouse", "d41d8cd98f00b204e9800998ecf8427e", "ipv4", "url",
         "hanako", "../../etc/passwd", "%00", "\u202e\u0000\n", "'; DROP TABLE claim; --", "\U0001f42d" * 50, "a" * 9000,
         "2026-01-01", "9999-12-31T23:59:59Z", "-1", "18446744073709551616", "red", "http://[::1]/%", "*", "\"",
         "intrusion-set--00000000-0000-4000-8000-000000000001", "1" * 64, "CVE-2021-44228", "10.0.0.0/8", "::/0"]
# what would end the fuzzing for everybody else, or waits for what never comes
LEFT_OUT = {"logout", "password", "alerts_live", "session_revoke", "user_sessions_revoke"}


class Maker:
    def __init__(self, document, seed):
        self.document, self.dice = document, random.Random(seed)

    def text(self):
        t = self.dice.choice(TEXTS)
        return t if self.dice.random() < 0.9 else "".join(chr(self.dice.randrange(1, 0x3000)) for _ in range(20))

    def junk(self):
        return self.dice.choice([None, True, 0, -1, 1e308, "", [], {}, [[[[]]]], {"a": {"b": []}}, self.text(), 2 ** 70])

    def value(self, schema, depth=0):
        schema = resolve(self.document, schema)
        if self.dice.random() < 0.08 or depth > 6:
            return self.junk()
        if "oneOf" in schema:
            return self.value(self.dice.choice(schema["oneOf"]), depth + 1)
        if "enum" in schema:
            return self.dice.choice(schema["enum"])
        kind = schema.get("type", "string")
        kind = self.dice.choice(kind) if isinstance(kind, list) else kind
        if kind == "object":
            names, needed = schema.get("properties", {}), schema.get("required", [])
            made = {n: self.value(s, depth + 1) for n, s in names.items()
                    if n in needed and self.dice.random() < 0.95 or n not in needed and self.dice.random() < 0.5}
            if self.dice.random() < 0.05:
                made[self.text()[:50]] = self.junk()
            return made
        if kind == "array":
            return [self.value(schema.get("items", {}), depth + 1) for _ in range(self.dice.randrange(5))]
        if kind == "integer":
            return self.dice.choice([0, 1, -1, schema.get("minimum", 0), schema.get("maximum", 9), 2 ** 63])
        if kind == "boolean":
            return self.dice.random() < 0.5
        if kind == "null":
            return None
        return "2026-11-20T00:00:00Z" if schema.get("format") == "date-time" else self.text()

    def request(self, path, row):
        query = []
        for p in row.get("parameters", []):
            made = self.value(p["schema"])
            made = made if isinstance(made, str) else json.dumps(made)
            if p["in"] == "path":
                path = path.replace("{%s}" % p["name"], quote(made) or "x")
            elif p["required"] or self.dice.random() < 0.4:
                query.append("%s=%s" % (p["name"], quote(made)))
        if self.dice.random() < 0.05:
            query.append(quote(self.text()))
        path += "?" + "&".join(query) if query else ""
        content = row.get("requestBody", {}).get("content", {})
        if not content:
            return path, None, {}
        kind, body = next(iter(content.items()))
        if kind != "application/json" or self.dice.random() < 0.1:
            return path, self.text().encode(), {"Content-Type": kind}
        return path, json.dumps(self.value(body["schema"])).encode(), {"Content-Type": kind}


def main():
    skip_unless_built()
    tap = Tap()
    with scratch("noroshi-fuzz-") as home:
        service = Service(home, env={"NOROSHI_NOW": "2026-11-22T01:00:00Z"})
        fill_store(service)
        for login in ("hanako", "robot"):  # requests name the one, and may end his account
            service.user(login, "admin", "red", audiences=["*"])
        token = service.make_token("robot")
        service.start()
        try:
            client = service.client(token)
            document = client.get("/api/v1/openapi.json").json
            rows = [(p, m.upper(), r) for p, ms in document["paths"].items() for m, r in ms.items()
                    if r["operationId"] not in LEFT_OUT]
            make, bad, statuses = Maker(document, SEED), [], {}
            for n in range(REQUESTS):
                path, method, row = make.dice.choice(rows)
                path, body, headers = make.request(path, row)
                try:
                    r = client.ask(method, path, body, headers, timeout=20)
                except (OSError, http.client.HTTPException) as e:
                    bad.append("%s %s %r: %r" % (method, path[:300], (body or b"")[:300], e))
                    continue
                statuses[r.status] = statuses.get(r.status, 0) + 1
                content = row["responses"].get("200", {}).get("content", {}).get("application/json")
                problem = wrong(document, content["schema"], r.json) if r.status == 200 and content else None
                if r.status >= 500 and r.status != 503 or problem:
                    bad.append("%s %s %r: %s %r" % (method, path[:300], (body or b"")[:300], problem, r))
            tap.check(not bad, "%d requests: %s" % (REQUESTS, dict(sorted(statuses.items()))), "\n".join(bad[:10]))
            tap.check(statuses.get(200, 0) + statuses.get(204, 0) > REQUESTS / 10, "many of them were right", statuses)
            tap.check(client.get("/-/healthy").status == 200, "it lives")
            tap.check(service.stop() == 0, "and ends in order")
            tap.check("Sanitizer" not in service.said(), "with nothing reported", service.said()[-3000:])
        finally:
            service.stop(9)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
