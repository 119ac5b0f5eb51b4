#!/usr/bin/env python3
"""curl_only_there: one module speaks to the outside. In all of src, libcurl, names of hosts and sockets that connect are
base/outbound's; what connects beside it is named here with its reason, and to no place that a stranger names. The check
of layers (tools/check-layers), which keeps libcurl's header there, finds one that is elsewhere."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.environ.get("ROOT", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")))
sys.path.insert(0, os.path.join(ROOT, "tests"))
from tap import Tap  # noqa: E402

TAP = Tap()
check = TAP.check
# word -> the files that may have it; of all others a mention outside of comments fails
ONLY = {
    r"#\s*include\s*[<\"]curl/": ["base/outbound.c"],
    r"\bcurl_\w+\s*\(": ["base/outbound.c"],
    r"#\s*include\s*[<\"](netdb|resolv|arpa/nameser|ares)\.h": [],
    r"\b(getaddrinfo|getnameinfo|gethostby\w+|res_n?(query|search|send)|getaddrinfo_a)\s*\(": [],
    r"\bconnect\s*\([^;]*sockaddr": ["publish/receiver.c"],  # syslog, where the command line says
    r"\b(system|popen|wordexp)\s*\(": [],
}


def code_of(text):
    """Without comments, and without what is inside of texts."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)
    return re.sub(r'"(\\.|[^"\\\n])*"', lambda m: m[0] if "#include" in text[max(0, m.start() - 12):m.start()] else '""', text)


def sources(root):
    for folder, _, names in os.walk(os.path.join(root, "src")):
        for name in sorted(names):
            path = os.path.relpath(os.path.join(folder, name), os.path.join(root, "src"))
            # poison.h makes some of the words errors
            if name.endswith((".c", ".h", ".cpp", ".def")) and not re.search(r"(_test|_fuzz|_kit|^poison)\.\w+$", name):
                yield path


def layers(root):
    return subprocess.run([sys.executable, os.path.join(ROOT, "tools", "check-layers"), os.path.join(root, "src")],
                          capture_output=True, text=True)


def main():
    found, seen = [], {word: set() for word in ONLY}
    for path in sources(ROOT):
        with open(os.path.join(ROOT, "src", path), encoding="utf-8") as f:
            code = code_of(f.read())
        for word, where in ONLY.items():
            m = re.search(word, code)
            if m and path not in where:
                found.append("src/%s: %s" % (path, m[0]))
            elif m:
                seen[word].add(path)
    check(not found, "curl_only_there: nobody else speaks to the outside", "\n".join(found))
    gone = ["%s: %s" % (word, w) for word, where in ONLY.items() for w in where if w not in seen[word]]
    check(not gone, "curl_only_there: and who may, does", gone)
    with open(os.path.join(ROOT, "src", "LAYERS"), encoding="utf-8") as f:
        check(re.search(r"^header curl/ +base/outbound$", f.read(), re.M), "curl_only_there: src/LAYERS says so")
    with tempfile.TemporaryDirectory(prefix="layers-") as home:
        shutil.copytree(os.path.join(ROOT, "src"), os.path.join(home, "src"))
        check(layers(home).returncode == 0, "the layers are kept", layers(home).stdout)
        with open(os.path.join(home, "src", "intake", "feed.c"), "a", encoding="utf-8") as f:
            f.write("#include <curl/curl.h>\n")
        r = layers(home)
        check(r.returncode == 1 and "<curl/curl.h> belongs to base/outbound" in r.stdout,
              "curl_only_there: libcurl's header elsewhere is found", r.stdout)
    return TAP.end()


if __name__ == "__main__":
    sys.exit(main())
