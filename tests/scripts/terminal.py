"""Scenes in a pseudo-terminal, for tests/terminal.rs: terminal.py use|panic BINARY. Ends with 0 where everything is as it should be."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

BACK = [b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?2004l", b"\x1b[?1000l"]  # main screen, cursor, paste and mouse as they were


class Terminal:
    def __init__(self, command, rows=24, columns=80, **env):
        self.seen = b""
        self.child, self.file = pty.fork()
        if self.child == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(command[0], command, {**os.environ, **env})
        os.set_blocking(self.file, False)

    def read(self, seconds):
        """Takes what comes within so many seconds; whether the other side is still there."""
        if select.select([self.file], [], [], seconds)[0]:
            try:
                part = os.read(self.file, 65536)
            except BlockingIOError:
                return True
            except OSError:
                return False
            self.seen += part
            return bool(part)
        return True

    def until(self, words, seconds=20):
        """Waits for words, and forgets what came up to them. A frame writes only what changed, so they are looked for without blanks."""
        begun = time.monotonic()
        bare = lambda seen: re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]| ", b"", seen)
        while words.replace(b" ", b"") not in bare(self.seen):
            alive = self.read(0.1)
            assert time.monotonic() - begun < seconds and alive, f"{words} did not come: {self.seen[-2000:]}"
        self.seen = b""

    def type(self, keys):
        # As a terminal does it: what comes is read while the other side has no room for more.
        while keys:
            readable, writable, _ = select.select([self.file], [self.file], [], 20)
            assert readable or writable, f"the other side takes no keys; {len(keys)} are left"
            if readable:
                self.read(0)
            if writable:
                try:
                    keys = keys[os.write(self.file, keys[:1024]):]
                except BlockingIOError:
                    pass

    def resize(self, rows, columns):
        fcntl.ioctl(self.file, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.kill(self.child, signal.SIGWINCH)

    def end(self):
        while self.read(5):
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.child, 0)[1])


def use(binary):
    screen = Terminal([binary, "demo"])
    screen.until(b"commands")
    screen.until(b"10 tables")
    screen.type(b"\x1b3SELECT 6 * 7 AS answer\x1b[15~")  # Alt+3, F5
    screen.until(b"row 1/1")
    for step in range(200):
        screen.resize(5 + step * 7 % 60, 10 + step * 13 % 190)
        screen.read(0)
    screen.resize(24, 80)
    screen.type(b"\x1b3 -- still here")
    screen.until(b"still here")
    megabyte = b"x" * (1 << 20)
    screen.type(b"\x07\x1b[200~" + megabyte + b"\x1b[201~")  # Ctrl+G, a bracketed paste
    screen.until(b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")
    screen.type(b"\x11")  # Ctrl+Q
    code = screen.end()
    assert code == 0, code
    return screen.seen


def panic(binary):
    screen = Terminal([binary, "demo"], SQLLAMA_TEST_PANIC="1")
    code = screen.end()
    assert code not in (0, None), code
    said = screen.seen.rsplit(b"\x1b[?1049l", 1)[-1]
    report = re.search(rb"a report is in (\S+)", said)
    assert b"a failure on purpose" in said and report, said
    assert b"a failure on purpose" in open(report.group(1), "rb").read()
    return screen.seen


signal.alarm(120)  # whatever happens
scene, binary = sys.argv[1:]
seen = {"use": use, "panic": panic}[scene](binary)
missing = [mode for mode in BACK if mode not in seen]
assert not missing, f"{missing} are not put back: {seen[-2000:]}"
