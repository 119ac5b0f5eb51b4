#!/usr/bin/env python3
"""unit_jail: under the system call filter of our unit file the workers still shut themselves in, and
the program still does its work. The unit itself is looked at by systemd-analyze."""
import ctypes
import ctypes.util
import gzip
import http.client as http_client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import tap  # noqa: E402

PROGRAM = os.environ.get("NOROSHI", os.path.join(ROOT, "build", "noroshi"))
UNIT = os.path.join(ROOT, "packaging", "debian", "noroshi.service")
NOBODY = 65534
EPERM, ENOSYS = 1, 38
ALLOW, ERRNO = 0x7fff0000, 0x00050000
MASKED_EQ = 7
CLONE_NEW = 0x7e020080  # every kind of namespace
PROT_WRITE, PROT_EXEC, SHM_EXEC = 2, 4, 0o100000


class Compare(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64),
                ("b", ctypes.c_uint64)]


def read_unit():
    """{key: [values]} of the unit."""
    found = {}
    for line in open(UNIT):
        m = re.match(r"(\w+)=(.*)", line.strip())
        if m:
            found.setdefault(m.group(1), []).append(m.group(2))
    return found


def group(name, seen=None):
    """The system calls of a group, and of the groups in it."""
    calls = set()
    out = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True,
                         check=True).stdout
    for word in (line.strip() for line in out.splitlines()[1:]):
        if word.startswith("@"):
            calls |= group(word)
        elif word and not word.startswith("#"):
            calls.add(word)
    return calls


def allowed(lines):
    """What SystemCallFilter= lines allow, read as systemd.exec(5) says: the first is a list of what
    is allowed, "~" takes away."""
    calls = group("@default")
    for line in lines:
        take = line.startswith("~")
        for word in line.lstrip("~").split():
            these = group(word) if word.startswith("@") else {word}
            calls = calls - these if take else calls | these
    return calls


class Filter:
    """Puts filters on the process that is about to be the program."""

    def __init__(self, calls):
        self.lib = ctypes.CDLL(ctypes.util.find_library("seccomp") or "libseccomp.so.2")
        self.lib.seccomp_init.restype = ctypes.c_void_p
        self.deny = ctypes.c_void_p(self.lib.seccomp_init(ctypes.c_uint32(ALLOW)))
        self.allow = ctypes.c_void_p(self.lib.seccomp_init(ctypes.c_uint32(ERRNO | EPERM)))
        for name in calls:
            self.rule(self.allow, ALLOW, name)
        # RestrictNamespaces=, MemoryDenyWriteExecute=
        self.rule(self.deny, ERRNO | EPERM, "unshare")
        self.rule(self.deny, ERRNO | EPERM, "setns")
        self.rule(self.deny, ERRNO | ENOSYS, "clone3")
        for bit in range(32):
            if CLONE_NEW >> bit & 1:
                self.rule(self.deny, ERRNO | EPERM, "clone", Compare(0, MASKED_EQ, 1 << bit, 1 << bit))
        both = PROT_WRITE | PROT_EXEC
        self.rule(self.deny, ERRNO | EPERM, "mmap", Compare(2, MASKED_EQ, both, both))
        self.rule(self.deny, ERRNO | EPERM, "mprotect", Compare(2, MASKED_EQ, PROT_EXEC, PROT_EXEC))
        self.rule(self.deny, ERRNO | EPERM, "pkey_mprotect",
                  Compare(2, MASKED_EQ, PROT_EXEC, PROT_EXEC))
        self.rule(self.deny, ERRNO | EPERM, "shmat", Compare(2, MASKED_EQ, SHM_EXEC, SHM_EXEC))

    def rule(self, context, action, name, *compares):
        number = self.lib.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # else: of another architecture
            array = (Compare * max(len(compares), 1))(*compares)
            code = self.lib.seccomp_rule_add_array(context, ctypes.c_uint32(action), number,
                                                   len(compares), array)
            if code != 0:
                raise OSError(-code, "seccomp_rule_add " + name)

    def load(self):
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        os.umask(0o077)
        for context in (self.deny, self.allow):
            code = self.lib.seccomp_load(context)
            if code != 0:
                raise OSError(-code, "seccomp_load")


class Home:
    """A copy of the program and a data directory, of whoever runs it there."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="noroshi-unit-")
        os.chmod(self.path, 0o755)
        self.program = os.path.join(self.path, "noroshi")
        shutil.copy(PROGRAM, self.program)
        os.chmod(self.program, 0o755)
        self.work = os.path.join(self.path, "work")
        os.mkdir(self.work)
        with gzip.open(os.path.join(self.work, "list.txt.gz"), "wt") as out:
            out.write("evil.example.com\n")
        if os.geteuid() == 0:
            for name in (self.work, os.path.join(self.work, "list.txt.gz")):
                os.chown(name, NOBODY, NOBODY)
        self.environment = {"NOROSHI_CONFIG": "", "NOROSHI_DATA": os.path.join(self.work, "data"),
                            "LANG": "C.UTF-8", "HOME": self.work,
                            "PATH": os.environ.get("PATH", "/usr/bin:/bin")}

    def run(self, filter_, *words):
        return subprocess.run([self.program, *words], capture_output=True, text=True, timeout=120,
                              cwd=self.work, env=self.environment, preexec_fn=filter_.load)


def jail_of(home, filter_):
    p = home.run(filter_, "status", "--json")
    return json.loads(p.stdout)["jail"] if p.returncode == 0 else "exit %d: %s" % (p.returncode, p.stderr)


def check_work(t, home, filter_):
    p = home.run(filter_, "init", "-q")
    t.check(p.returncode == 0, "init", p.stderr)
    jail = jail_of(home, filter_)
    t.check(jail is not None and "seccomp" in jail and "landlock" in jail,
            "unit_jail: a worker is held by seccomp and Landlock", jail)
    p = home.run(filter_, "import", "list.txt.gz")
    t.check(p.returncode == 0 and "1 new" in p.stdout, "a compressed file is opened in the jail",
            p.stdout + p.stderr)
    p = home.run(filter_, "backup", "b")
    t.check(p.returncode == 0, "backup", p.stderr)
    p = home.run(filter_, "doctor", "--deep", "-q")
    t.check(p.returncode in (0, 1) and "FAIL" not in p.stdout, "doctor has nothing to complain about",
            p.stdout + p.stderr)


def check_serve(t, home, filter_):
    """By HTTP and by DNS, at ports that the kernel gives: the first lines say which."""
    p = subprocess.Popen([home.program, "serve", "--listen", "127.0.0.1:0", "--dns", "127.0.0.1:0"],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=home.work,
                         env=home.environment, preexec_fn=filter_.load)
    said, found = "", None
    while not found:
        line = p.stderr.readline()
        said += line
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", said)
        if not line:
            break
    status = None
    if found:
        http = http_client.HTTPConnection("127.0.0.1", int(found.group(1)), timeout=60)
        http.request("GET", "/api/v1/openapi.json")
        status = http.getresponse().status
        http.close()
    p.send_signal(signal.SIGTERM)
    rest = p.communicate(timeout=60)[1]
    t.check(status in (200, 401), "serve answers", (status, said, rest))
    t.check(p.returncode == 0, "and ends by SIGTERM", (p.returncode, said, rest))


def has_landlock():
    """landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) says which."""
    return ctypes.CDLL(None, use_errno=True).syscall(444, None, 0, 1) > 0


def check_analyze(t, home):
    p = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=15", UNIT],
                       capture_output=True, text=True)
    t.check(p.returncode == 0, "systemd-analyze security says 1.5 or less",
            "\n".join(p.stdout.splitlines()[-2:]) + p.stderr)
    copy = os.path.join(home.path, "noroshi.service")
    with open(copy, "w") as out:
        out.write(open(UNIT).read().replace("/usr/bin/noroshi", home.program))
    p = subprocess.run(["systemd-analyze", "verify", "--man=no", copy], capture_output=True, text=True)
    ours = [line for line in p.stderr.splitlines() if "noroshi.service" in line]
    t.check(not ours, "systemd-analyze verify has no complaint", ours)


def check_commands(t, unit):
    """A bare Debian has what is essential, and what the package depends on: nothing else may be named."""
    named = [line.lstrip("@-:+!").split()[0] for key in unit if key.startswith("Exec") for line in unit[key]]
    for program in sorted(set(named) - {"/usr/bin/noroshi"}):
        p = subprocess.run(["dpkg-query", "-S", program], capture_output=True, text=True)
        owner = (p.stdout.splitlines() or [""])[-1].split(":")[0]  # diversions come before it
        p = subprocess.run(["dpkg-query", "-W", "-f", "${Essential}", owner or "none"], capture_output=True, text=True)
        t.check(p.stdout == "yes", "%s is on every Debian" % program, owner or "no package has it")


def main():
    t = tap.Tap()
    if not shutil.which("systemd-analyze"):
        t.skip("unit_jail", "systemd-analyze is not installed")
        return t.end()
    home = Home()
    try:
        unit = read_unit()
        lines = unit["SystemCallFilter"]
        check_analyze(t, home)
        check_commands(t, unit)
        if not has_landlock():
            t.skip("unit_jail", "this kernel has no Landlock")
            return t.end()
        filter_ = Filter(allowed(lines))
        check_work(t, home, filter_)
        check_serve(t, home, filter_)
        # the trap: without the last line the workers could not shut themselves in
        jail = jail_of(home, Filter(allowed(lines[:-1])))
        t.check(jail is None or "landlock" not in jail, "without the last line there is no such jail",
                jail)
    finally:
        shutil.rmtree(home.path)
    return t.end()


if __name__ == "__main__":
    sys.exit(main())
