#!/usr/bin/env python3
"""The page without a browser: its unit tests (web/src/X.test.ts), its types, and what a first visit costs."""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import kit  # noqa: E402
from tap import Tap  # noqa: E402

FIRST_LOAD_BYTES = 60 << 10  # brotli, all that is loaded before the first answer (docs/web.md)

kit.need(browser=False)
tap = Tap()
with tempfile.TemporaryDirectory(prefix="noroshi-web-") as where:
    ran = subprocess.run(["node", os.path.join(kit.WEB, "test.mjs"), os.path.join(where, "tests.mjs")],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
lines = [l for l in ran.stdout.decode().splitlines() if l.startswith(("ok ", "not ok "))]
for line in lines:
    tap.check(line.startswith("ok "), line.split(" - ", 1)[1], ran.stdout.decode())
tap.check(bool(lines) and ran.returncode == 0, "the unit tests ended well", ran.stderr.decode())

types = subprocess.run([os.path.join(kit.WEB, "node_modules", ".bin", "tsc"), "-p", kit.WEB], stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, check=False)
tap.check(types.returncode == 0, "types", types.stdout.decode())

with open(os.path.join(kit.DIST, "manifest.json"), encoding="utf-8") as f:
    files = json.load(f)["files"]
sizes = {f["path"]: os.path.getsize(os.path.join(kit.DIST, f["digest"] + ".br")) for f in files}
tap.check(0 < sum(sizes.values()) <= FIRST_LOAD_BYTES, "the first load is at most 60 KiB in brotli", sizes)
sys.exit(tap.end())
