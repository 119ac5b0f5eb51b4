"""tap - what every scenario prints: a line a check, what went wrong on standard error, and the plan."""
import sys


class Tap:
    def __init__(self):
        self.number = self.failed = 0

    def check(self, good, name, detail=""):
        self.number += 1
        self.failed += not good
        print("%sok %d - %s" % ("" if good else "not ", self.number, name), flush=True)
        if not good:
            print("%s: %s" % (name, str(detail)[:4000]), file=sys.stderr)
        return good

    def skip(self, name, reason):
        self.number += 1
        print("ok %d - %s # SKIP %s" % (self.number, name, reason))

    def end(self):
        print("1..%d" % self.number)
        return 1 if self.failed else 0
