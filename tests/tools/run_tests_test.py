#!/usr/bin/env python3
"""The runner's own reading of TAP: what must count as a failure does."""
import importlib.machinery
import importlib.util
import os
import sys

ROOT = os.environ["ROOT"]
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("run_tests", os.path.join(ROOT, "tools", "run-tests"))
spec = importlib.util.spec_from_loader("run_tests", loader)
runner = importlib.util.module_from_spec(spec)
loader.exec_module(runner)

# what a program does, as sh; then (passed, failed, skipped), and a word of the report
ROWS = [
    ("all is well", "echo 1..2; echo 'ok 1 - a'; echo 'ok 2 - b'", (2, 0, 0), ""),
    ("one fails", "echo 1..2; echo 'not ok 1 - a'; echo 'ok 2 - b'; echo why >&2; exit 1",
     (1, 1, 0), "why"),
    ("one fails, exit 0", "echo 1..1; echo 'not ok 1 - a'", (0, 1, 0), "not ok: a"),
    ("a case is skipped", "echo 1..2; echo 'ok 1 - a # SKIP no data'; echo 'ok 2 - b'",
     (1, 0, 1), "skipped: a: no data"),
    ("all are skipped", "echo '1..0 # SKIP no kernel for it'", (0, 0, 1), "no kernel for it"),
    ("it crashes in the second of three", "echo 1..3; echo 'ok 1 - a'; kill -SEGV $$",
     (1, 2, 0), "ended before case 2 (signal 11 (SIGSEGV))"),
    ("it ends early and says nothing", "echo 1..3; echo 'ok 1 - a'", (1, 2, 0), "exit 0"),
    ("it prints nothing", "true", (0, 1, 0), "printed no plan"),
    ("it cannot be run", "exit 127", (0, 1, 0), "exit 127"),
    ("more cases than planned", "echo 1..1; echo 'ok 1'; echo 'ok 2'", (2, 1, 0), "1 cases planned"),
    ("all pass, then it fails", "echo 1..1; echo 'ok 1 - a'; exit 1", (1, 1, 0), "but then: exit 1"),
    ("it hangs", "echo 1..2; echo 'ok 1 - a'; sleep 60", (1, 1, 0), "took too long"),
    ("plan at the end", "echo 'ok 1 - a'; echo 1..1", (1, 0, 0), ""),
    ("words that look like results", "echo 1..1; echo 'okay, then'; echo '# not ok'; echo 'ok 1'",
     (1, 0, 0), ""),
]

print("1..%d" % (len(ROWS) + 2))
no = 0
for title, script, want, word in ROWS:
    no += 1
    r = runner.run_tap("suite", title, ["sh", "-c", script], 2)
    good = (r.passed, r.failed, r.skipped) == want and word in r.detail
    if not good:
        print("%s: %s, want %s with '%s'" % (title, r, want, word), file=sys.stderr)
    print("%s %d - %s" % ("ok" if good else "not ok", no, title))

# and a sum with a failure in it ends the run with 1, one without any case, too
runner.SUITES["none"] = lambda: None
runner.SUITES["bad"] = lambda: runner.show(runner.Result("s", "n", 3, 1, 0, 0, ""))
for suite in ("none", "bad"):
    no += 1
    runner.OPTIONS.only = suite
    runner.RESULTS.clear()
    out, sys.stdout = sys.stdout, open(os.devnull, "w")
    code = runner.main()
    sys.stdout = out
    print("%s %d - the run of suite '%s' exits with 1" % ("ok" if code == 1 else "not ok", no, suite))
