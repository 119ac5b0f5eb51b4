#!/usr/bin/env python3
"""canary_scan: what is given in confidence comes out nowhere it should not.

Canaries (long random-looking words) go in by every door: flags, variables, configuration files,
operands of every command, standard input. Then standard error, which ends in journals and tickets,
is searched for them: at most the first 32 bytes of a text may be there. The path of a file that
cannot be opened is said whole: without it nobody knows which file is meant."""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import Tap  # noqa: E402

NOROSHI = os.path.abspath(os.environ.get("NOROSHI", "build/noroshi"))
# Every window of it is different, so that a part is found too.
CANARY = "".join("%03x" % (i * 2654435761 % 4096) for i in range(64))
SHOWN_MAX = 32

TAP = Tap()
check = TAP.check


def run(words, home, stdin="", **variables):
    env = {"PATH": "/usr/bin:/bin", "HOME": home, "NOROSHI_DATA": os.path.join(home, "var"),
           "LANG": "C.UTF-8", **variables}
    p = subprocess.run([NOROSHI] + words, env=env, cwd=home, input=stdin.encode(), timeout=60,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return p.returncode, p.stdout.decode("utf-8", "replace"), p.stderr.decode("utf-8", "replace")


def leaked(text, limit):
    """The longest part of the canary in the text, when it is over the limit."""
    for n in range(len(CANARY), limit, -1):
        for i in range(len(CANARY) - n + 1):
            if CANARY[i:i + n] in text:
                return CANARY[i:i + n]
    return ""


def commands(home):
    """As `noroshi help` lists them, so that a new command is tried too."""
    _, out, _ = run(["help"], home)
    names = []
    for line in out.split("\n\n")[1].splitlines()[1:]:
        names.append(re.split(r"  +", line.strip())[0].split())
    return names


def flags(home, command):
    """(flag, takes a value) of the program or of one command."""
    _, out, _ = run(["help"] + command, home)
    return [(m[1], bool(m[2])) for m in re.finditer(r"^ +(?:-\w, )?--([a-z-]+)( [A-Za-z])?", out, re.M)]


def tries(home):
    """(name, words, stdin, variables)"""
    own = commands(home)
    for command in [[]] + own:
        shown = " ".join(["noroshi"] + command)
        yield shown + " OPERAND", command + [CANARY], "", {}
        yield shown + " - < canary", command + ["-"], CANARY + "\n", {}
        yield shown + " --CANARY", command + ["--" + CANARY], "", {}
        for flag, takes in flags(home, command):
            if takes:
                yield "%s --%s" % (shown, flag), command + ["--" + flag, CANARY], "", {}
                key = re.sub(r"[.-]", "_", flag).upper()
                yield "NOROSHI_%s %s" % (key, shown), command, "", {"NOROSHI_" + key: CANARY}
            else:
                yield "%s --%s=" % (shown, flag), command + ["--%s=%s" % (flag, CANARY)], "", {}
    for line in (CANARY, CANARY + " = 1", "lang = " + CANARY, "[" + CANARY, 'data = "' + CANARY,
                 "limit.json-depth = " + CANARY, "[limit]\n" + CANARY + " = 1"):
        path = os.path.join(home, "conf")
        with open(path, "w") as f:
            f.write(line + "\n")
        for words in (["config", "show"], ["--json", "config", "show"]):
            yield "file: " + line.replace(CANARY, "CANARY"), ["--config", path] + words, "", {}
    yield "-o CANARY", ["-o", CANARY, "version"], "", {}
    yield "-o key=CANARY", ["-o", "limit.json-depth=" + CANARY, "version"], "", {}


def main():
    if not os.access(NOROSHI, os.X_OK):
        print("1..0 # SKIP %s is not there" % NOROSHI)
        return
    with tempfile.TemporaryDirectory(prefix="canary-") as home:
        check(leaked("x" + CANARY[5:45], SHOWN_MAX) == CANARY[5:45], "the scan finds a part")
        check(not leaked(CANARY[:SHOWN_MAX], SHOWN_MAX), "the scan lets 32 bytes pass")
        count, bad = 0, []
        for name, words, stdin, variables in tries(home):
            code, out, err = run(words, home, stdin, **variables)
            found = leaked(re.sub(r"(opening|reading) \S*%s|^noroshi: \S*%s: cannot be read" %
                                  (CANARY, CANARY), "", err), SHOWN_MAX)
            count += 1
            if found or code not in (0, 1, 2):
                bad.append("%s (exit %d): %s" % (name, code, err.strip()))
        check(not bad, "%d ways in, none out" % count, "\n".join(bad))
        check(count > 50, "all doors were tried", str(count))
    return TAP.end()


sys.exit(main())
