"""kit - what the tests of the page need: node, its packages, a browser, the files in the build."""
import os
import re
import shutil
import subprocess
import sys
import threading

ROOT = os.path.abspath(os.environ.get("ROOT") or os.path.join(os.path.dirname(__file__), "..", ".."))
NOROSHI = os.path.abspath(os.environ.get("NOROSHI") or os.path.join(ROOT, "build", "noroshi"))
WEB = os.path.join(ROOT, "web")
DIST = os.path.join(os.path.dirname(NOROSHI), "src", "serve", "assets_table.c.d")


def skip(why):
    print("1..0 # SKIP " + why)
    sys.exit(0)


def need(browser=True):
    """Ends the test, saying why, where it cannot run."""
    if not shutil.which("node"):
        skip("node is not installed (tools/deps test)")
    if not os.path.isdir(os.path.join(WEB, "node_modules", "typescript")):
        skip("web/node_modules is not there (tools/web-modules test)")
    if not os.path.exists(os.path.join(DIST, "manifest.json")):
        skip("the program was built without its page (build it again)")
    if browser and not os.path.exists("/usr/bin/chromium"):
        skip("chromium is not installed (tools/deps test)")


def policy():
    """ASSET_POLICY of src/serve/assets.h, which the program sends with the page."""
    with open(os.path.join(ROOT, "src", "serve", "assets.h"), encoding="utf-8") as f:
        define = re.search(r"#define ASSET_POLICY\b((?:.*\\\n)*.*)", f.read())[1]
    return "".join(re.findall(r'"([^"]*)"', define))


def noroshi(*arguments, **more):
    return subprocess.run([NOROSHI, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, **more)


START_S = 60


def serve(data, *flags):
    """A `noroshi serve` on a port of its choice: the process, its address, the one-time token of the first run."""
    server = subprocess.Popen([NOROSHI, "--data", data, "serve", "--listen", "127.0.0.1:0", *flags], stderr=subprocess.PIPE,
                              stdout=subprocess.DEVNULL, text=True)
    late = threading.Timer(START_S, server.kill)
    late.start()
    said, address, token = "", None, None
    for line in server.stderr:
        said += line
        address = address or re.search(r"https?://[\d.:\[\]]+", line)
        token = token or re.search(r"one-time token.*: (\S+)$", line.strip())
        if address and token:
            break
    late.cancel()
    if not token:
        server.kill()
        sys.exit("serve ended: " + said)
    threading.Thread(target=server.stderr.read, daemon=True).start()  # its log goes nowhere, and never blocks it
    return server, address[0], token[1]


def node(script, *arguments):
    """Runs web/SCRIPT; what it prints is this test's own TAP."""
    sys.stdout.flush()
    return subprocess.run(["node", os.path.join(WEB, script), *arguments], check=False).returncode
