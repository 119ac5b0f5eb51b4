#!/usr/bin/env python3
"""The page in Debian's Chromium against a real `noroshi serve` with the starter pack: first account, questions of every
shape in both languages, many lines, keys, log-in and -out, WCAG AA, and hostile_store from the store to the screen.
web/e2e/page.mjs says what is looked at."""
import json
import os
import signal
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import kit  # noqa: E402

MESSY = ("The host asked hxxps://techniquesaholic[.]com/_/scs/ and then 195[.]2[.]93[.]160:443, after T1566.001 with "
         "CVE-2017-0144; it uses 8.8.8.8. The attachment had the MD5 44d88612fea8a8f36de82e1278abb02f.")
# What a source may send: names and texts with markup and bidirectional controls. It is stored as it came.
HOSTILE = "<img src=x onerror=alert(1)>\u202egnp.exe"
HOSTILE_BUNDLE = {"type": "bundle", "id": "bundle--6e0c2c1e-3c5f-4c0f-9b63-5d1f0e6a7a01", "objects": [
    {"type": "malware", "spec_version": "2.1", "id": "malware--6e0c2c1e-3c5f-4c0f-9b63-5d1f0e6a7a02", "name": HOSTILE,
     "created": "2026-11-01T00:00:00Z", "modified": "2026-11-01T00:00:00Z", "is_family": True,
     "description": "</textarea><script>alert(1)</script> " + HOSTILE, "aliases": ["javascript:alert(1)", HOSTILE + "2"]},
    {"type": "indicator", "spec_version": "2.1", "id": "indicator--6e0c2c1e-3c5f-4c0f-9b63-5d1f0e6a7a03", "name": HOSTILE,
     "created": "2026-11-01T00:00:00Z", "modified": "2026-11-01T00:00:00Z", "valid_from": "2026-11-01T00:00:00Z",
     "indicator_types": ["malicious-activity"], "pattern_type": "stix", "pattern": "[ipv4-addr:value = '203.0.113.77']"},
    {"type": "relationship", "spec_version": "2.1", "id": "relationship--6e0c2c1e-3c5f-4c0f-9b63-5d1f0e6a7a04",
     "created": "2026-11-01T00:00:00Z", "modified": "2026-11-01T00:00:00Z", "relationship_type": "indicates",
     "source_ref": "indicator--6e0c2c1e-3c5f-4c0f-9b63-5d1f0e6a7a03", "target_ref": "malware--6e0c2c1e-3c5f-4c0f-9b63-5d1f0e6a7a02"}]}
kit.need()
with tempfile.TemporaryDirectory(prefix="noroshi-web-") as where:
    data = os.path.join(where, "var")
    made = kit.noroshi("--data", data, "init", "--starter")
    if made.returncode != 0:
        sys.exit("init: " + made.stderr.decode())
    with open(os.path.join(where, "hostile.json"), "w", encoding="utf-8") as f:
        json.dump(HOSTILE_BUNDLE, f)
    made = kit.noroshi("--data", data, "import", "--source", '"><script>alert(2)</script>', f.name)
    if made.returncode != 0:
        sys.exit("import: " + made.stderr.decode())
    # a provider that nobody asks: the page only has to show the way there
    server, base, token = kit.serve(data, "-o", "serve.oidc-issuer=https://idp.example", "-o", "serve.oidc-client-id=x")
    try:
        code = kit.node("e2e/page.mjs", base, token, kit.policy(), MESSY)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
    sys.exit(code)
