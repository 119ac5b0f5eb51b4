#!/usr/bin/env python3
"""A password typed at a terminal: asked for twice, never echoed, and the terminal as it was, also
when somebody interrupts."""
import fcntl
import os
import pty
import signal
import subprocess
import sys
import tempfile
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import Tap

NOROSHI = os.path.abspath(os.environ.get("NOROSHI", "build/noroshi"))
tap = Tap()


def wait_for(fd, word, seen):
    """Reads until the word comes, at most a minute; -> all that was read."""
    end = time.monotonic() + 60
    while word not in seen and time.monotonic() < end:
        try:
            more = os.read(fd, 4096)
        except OSError:  # the other end is closed
            break
        if not more:
            break
        seen += more
    return seen


def at_terminal():
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell ignores it in what it runs in the background


def session(home, words, typed):
    """-> (exit status or None, what the terminal showed, does it echo afterwards)."""
    env = {"PATH": os.environ["PATH"], "HOME": home, "LANG": "C.UTF-8", "NOROSHI_DATA": home + "/var"}
    ours, theirs = pty.openpty()
    p = subprocess.Popen([NOROSHI] + words, stdin=theirs, stdout=theirs, stderr=theirs, env=env,
                         cwd=home, start_new_session=True, preexec_fn=at_terminal)
    seen = b""
    for prompt, text in typed:
        seen = wait_for(ours, prompt, seen)
        while termios.tcgetattr(theirs)[3] & termios.ECHO and p.poll() is None:
            time.sleep(0.01)  # what is typed before would be thrown away
        os.write(ours, text)
    code = p.wait(timeout=60)
    echo = bool(termios.tcgetattr(theirs)[3] & termios.ECHO)
    os.close(theirs)
    seen = wait_for(ours, b"never comes", seen)
    os.close(ours)
    return code, seen, echo


def main():
    with tempfile.TemporaryDirectory(prefix="noroshi-tty-") as home:
        env = {"PATH": os.environ["PATH"], "HOME": home, "NOROSHI_DATA": home + "/var"}
        subprocess.run([NOROSHI, "-q", "init"], env=env, check=True, stdout=subprocess.DEVNULL)
        good = b"correct horse battery\n"
        code, seen, echo = session(home, ["user", "create", "--admin", "boss"],
                                   [(b"password", good), (b"once more", good)])
        tap.check(code == 0 and b"boss is admin" in seen, "a password is asked for twice", (code, seen))
        tap.check(b"correct" not in seen and echo, "it is not shown, and the terminal echoes again", seen)
        code, seen, echo = session(home, ["user", "create", "taro"],
                                   [(b"password", good), (b"once more", b"correct horse batter\n")])
        tap.check(code == 2 and b"not the same" in seen and echo, "two different ones are none", (code, seen))
        code, seen, echo = session(home, ["user", "create", "taro"], [(b"password", b"\x03\n")])
        tap.check(code == -signal.SIGINT and echo, "interrupted, the terminal echoes again", (code, seen, echo))
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
