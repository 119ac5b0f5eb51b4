#!/usr/bin/env python3
"""The page in Debian's Chromium against a real `noroshi serve` with the starter pack: first account, questions of every
shape in both languages, many lines, keys, log-in and -out, WCAG AA. web/e2e/page.mjs says what is looked at."""
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import kit  # noqa: E402

MESSY = ("The host asked hxxps://techniquesaholic[.]com/_/scs/ and then 195[.]2[.]93[.]160:443, after T1566.001 with "
         "CVE-2017-0144; it uses 8.8.8.8. The attachment had the MD5 44d88612fea8a8f36de82e1278abb02f.")
START_S = 60


def started(server):
    """The address and the one-time token, as serve says them on standard error."""
    said, address, token = "", None, None
    for line in server.stderr:
        said += line
        address = address or re.search(r"https?://[\d.:\[\]]+", line)
        token = token or re.search(r"one-time token.*: (\S+)$", line.strip())
        if address and token:
            return address[0], token[1]
    sys.exit("serve ended: " + said)


kit.need()
if b"--listen" not in kit.noroshi("help", "serve").stdout:
    kit.skip("serve has no HTTP yet")
with tempfile.TemporaryDirectory(prefix="noroshi-web-") as where:
    data = os.path.join(where, "var")
    made = kit.noroshi("--data", data, "init", "--starter")
    if made.returncode != 0:
        sys.exit("init: " + made.stderr.decode())
    server = subprocess.Popen([kit.NOROSHI, "--data", data, "serve", "--listen", "127.0.0.1:0"],
                              stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    late = threading.Timer(START_S, server.kill)
    late.start()
    try:
        base, token = started(server)
        late.cancel()
        log = threading.Thread(target=server.stderr.read)
        log.start()
        code = kit.node("e2e/page.mjs", base, token, kit.policy(), MESSY)
    finally:
        late.cancel()
        server.send_signal(signal.SIGTERM)
        server.wait(30)
    sys.exit(code)
