#!/usr/bin/env python3
"""hostile_store, the half of the browser: every text of answers of every shape is replaced by hostile ones and drawn in
Chromium. web/e2e/hostile.mjs says what is looked at."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import kit  # noqa: E402

# an answer of each shape the page draws
ASKED = ["195.2.93.160", "8.8.8.8", "198.51.100.7", "Strontium", "Nobelium", "T1059.001", "CVE-2021-44228", "nosuchname"]

kit.need()
with tempfile.TemporaryDirectory(prefix="noroshi-web-") as where:
    data = os.path.join(where, "var")
    made = kit.noroshi("--data", data, "init", "--starter")
    answers = kit.noroshi("--data", data, "--json", "ask", *ASKED)
    if answers.stdout.count(b"\n") != len(ASKED):
        sys.exit("the answers: " + (made.stderr + answers.stderr).decode())
    with open(os.path.join(where, "answers"), "wb") as f:
        f.write(answers.stdout)
    sys.exit(kit.node("e2e/hostile.mjs", kit.DIST, kit.policy(), f.name))
