"""Scenes in a pseudo-terminal, for tests/terminal.rs: terminal.py SCENE BINARY. Ends with 0 where everything is as it should be."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import tempfile
import termios
import time

MOUSE = b"\x1b[?1000h\x1b[?1002h\x1b[?1003h"  # the screen has the terminal
BACK = [b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?2004l", b"\x1b[?1000l"]  # main screen, cursor, paste and mouse as they were


class Terminal:
    def __init__(self, command, rows=24, columns=80, **env):
        self.seen = b""
        go, start = os.pipe()
        self.child, self.file = pty.fork()
        if self.child == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.read(go, 1)
            os.execve(command[0], command, {**os.environ, **env})
        # What the modes were before the program had the terminal: it may have it as soon as it starts.
        self.modes = termios.tcgetattr(self.file)[3]
        os.set_blocking(self.file, False)
        os.write(start, b"1")
        os.close(go)
        os.close(start)

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

    def until(self, words, seconds=60):
        """Waits for words, and forgets what came up to them. A frame writes only what changed, so they are looked for without blanks."""
        begun = time.monotonic()
        bare = lambda seen: re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]| ", b"", seen)
        while words.replace(b" ", b"") not in bare(self.seen):
            alive = self.read(0.1)
            assert time.monotonic() - begun < seconds and alive, f"{words} did not come: {self.seen[-600:]}"
        self.seen = b""

    def shown(self, words, seconds=60):
        """Waits until words stand on the screen: it is drawn anew, since frames write only what changed, in whatever order."""
        begun = time.monotonic()
        while True:
            self.seen = b""
            for rows, columns in ((30, 100), (24, 80)):
                self.resize(rows, columns)
                time.sleep(0.1)
                alive = self.read(0.1)
            if words.replace(b" ", b"") in re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]| ", b"", self.seen):
                self.seen = b""
                return
            assert time.monotonic() - begun < seconds and alive, f"{words} is not shown: {self.seen[-600:]}"

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
    # Esc and a key behind it in one read, and a paste, and a click.
    screen.type(b", 8 AS eight\x1b\x1b[15~")
    screen.shown(b"col 1/2")
    screen.type(b"\x1b\x1b[<0;200;200M")
    screen.type(b"\x1b\x1b[200~ -- behind\x1b[201~")
    screen.shown(b"8 AS eight -- behind")
    for step in range(200):
        screen.resize(5 + step * 7 % 60, 10 + step * 13 % 190)
        screen.read(0)
    screen.resize(24, 80)
    screen.type(b"\x1b3 -- still here")
    screen.shown(b"still here")
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


def given_back(seen):
    missing = [mode for mode in BACK if mode not in seen]
    assert not missing, f"{missing} are not put back: {seen[-2000:]}"


def opened(binary, *more, **env):
    """The demo, with the keys in its SQL, which is emptied."""
    screen = Terminal([binary, "demo", *more], **env)
    screen.until(b"10 tables")
    screen.type(b"\x1b3")  # Alt+3
    return screen


def is_back(binary, *words):
    """Whether the next start brings back what was written; everything is left empty after it."""
    screen = Terminal([binary, "demo"])
    screen.until(b"last time is back")
    screen.type(b"\x1b3")
    for word in words:
        for tab in range(20):
            try:
                screen.shown(word, 1)
                break
            except AssertionError:
                screen.type(b"\x1b.")  # Alt+.: the next tab
        else:
            raise AssertionError(f"{word} did not come back")
    for _ in range(6):
        screen.type(b"\x1b3\x1bw")  # Alt+W: but for the last, tabs are closed
    screen.type(b"\x1b3" + b"\x1b[B" * 9 + b"\x7f" * 200 + b"\x07" + b"\x15" + b"\x11")  # Ctrl+G, Ctrl+U, Ctrl+Q
    assert screen.end() == 0


def reports():
    """What the program said of its own failures."""
    said = []
    for folder, _, names in os.walk("."):
        said += [open(os.path.join(folder, name)).read()[:600] for name in names if name.startswith("panic-")]
    return said


def signals(binary):
    """Told to end, the program gives the terminal back, loses nothing, and says which signal it was."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        screen = opened(binary)
        word = b"told_by_%d" % number
        screen.type(b"-- " + word)
        screen.shown(word)
        os.kill(screen.child, number)
        code = screen.end()
        assert code == 128 + number, (number, code)
        given_back(screen.seen)
        is_back(binary, word)
    # The terminal itself goes away, as when its window is closed, whatever has the keys: where it is no text, the cursor is hidden.
    for at, keys in enumerate((b"", b"\x1b1", b"\x1b2", b"\x1b4", b"\x1b[15~", b"\x10", b"\x1bOP", b"\x1bt")):
        screen = opened(binary)
        word = b"window_closed_%d" % at
        screen.type(b"-- " + word)
        screen.shown(word)
        screen.type(keys)
        screen.read(0.5)
        os.close(screen.file)
        code = os.waitstatus_to_exitcode(os.waitpid(screen.child, 0)[1])
        assert code == 128 + signal.SIGHUP, (keys, code, reports())
        is_back(binary, word)
    assert not reports(), reports()


def written(word):
    """Waits until a word is on disk: at most a second on a quiet machine, longer where other tests take the processors."""
    begun = time.monotonic()
    while True:
        for folder, _, names in os.walk("."):
            for name in names:
                try:
                    if word in open(os.path.join(folder, name), "rb").read():
                        return
                except OSError:
                    pass  # renamed meanwhile
        assert time.monotonic() - begun < 20, f"{word} is not written: {[names for _, _, names in os.walk('.')]}"
        time.sleep(0.05)


def drafts(binary):
    """Nothing is lost when the screen is left, and nothing that was written when it is killed."""
    for end in (b"\x11", b"\x03\x03"):  # Ctrl+Q, twice Ctrl+C
        screen = opened(binary)
        screen.type(b"-- left_at_once" + end)
        assert screen.end() == 0
        is_back(binary, b"left_at_once")
    for text, keys in ((b"killed_later", b"-- killed_later"), (b"asked_later", b"\x07how many asked_later")):
        screen = opened(binary)
        screen.type(keys)
        screen.shown(text)
        written(text)
        os.kill(screen.child, signal.SIGKILL)
        screen.end()
        is_back(binary, text)
    # No database is open yet.
    word = b"no_database_yet"
    screen = Terminal([binary])
    screen.until(b"type a path")
    screen.type(b"\x1b3-- " + word)
    screen.shown(word)
    written(word)
    os.kill(screen.child, signal.SIGKILL)
    screen.end()
    screen = Terminal([binary])
    screen.until(b"last time is back")
    screen.type(b"\x1b3")
    screen.shown(word)
    screen.type(b"\x7f" * 60 + b"\x11")  # Ctrl+Q
    assert screen.end() == 0
    # A failure of ours, in the thread of the screen and in another one.
    for where in ("main", "thread"):
        screen = opened(binary, SQLLAMA_TEST_PANIC=where + ":WORD")
        screen.type(b"-- before_it WORD")
        code = screen.end()
        assert code == 101, (where, code, screen.seen[-600:])
        given_back(screen.seen)
        said = screen.seen.rsplit(b"\x1b[?1049l", 1)[-1]
        assert b"a failure on purpose" in said and b"report is in" in said, (where, said)
        is_back(binary, b"before_it")


def two(binary):
    """Two programs on one file, left one after the other: both texts are kept."""
    first, second = opened(binary), opened(binary)
    first.type(b"-- of_the_first")
    second.type(b"-- of_the_second")
    first.shown(b"of_the_first")
    second.shown(b"of_the_second")
    for screen in (first, second):
        screen.type(b"\x11")
        assert screen.end() == 0
    is_back(binary, b"of_the_first", b"of_the_second")


def stop(binary):
    """Stopped by its key and by a signal, the program gives the terminal back; `fg` draws the screen again."""
    shell = Terminal(["/bin/bash", "--norc", "--noprofile", "-i"], PS1="shell> ")
    shell.until(b"shell>")
    shell.type(f"{binary} demo\n".encode())
    shell.until(b"10 tables")
    for how in ("key", "signal"):
        shell.type(b"\x1b3" if how == "signal" else b"\x07")
        shell.read(0.3)
        shell.seen = b""
        if how == "key":
            shell.type(b"\x1a")  # Ctrl+Z
        else:
            children = open(f"/proc/{shell.child}/task/{shell.child}/children").read().split()
            os.kill(int(children[0]), signal.SIGTSTP)
        begun = time.monotonic()
        while b"shell>" not in shell.seen:
            assert shell.read(0.1) and time.monotonic() - begun < 20, shell.seen[-2000:]
        given_back(shell.seen)
        shell.seen = b""
        shell.type(b"echo in the $((40 + 2)) shell\n")
        shell.until(b"in the 42 shell")
        shell.type(b"fg\n")
        shell.until(b"10 tables")
    shell.type(b"\x1b3SELECT 6 * 7 AS answer\x1b[15~")
    shell.until(b"row 1/1")
    shell.type(b"\x11")
    shell.until(b"shell>")
    shell.type(b"exit\n")
    shell.end()
    # Where nobody could tell it to go on, the key does nothing.
    screen = opened(binary)
    screen.type(b"\x07\x1a")
    screen.read(0.5)
    screen.type(b"\x1b3-- alive")
    screen.shown(b"alive")
    screen.type(b"\x11")
    assert screen.end() == 0


def editor(binary):
    """Back from any editor: the text is there, and what went wrong is a note."""
    folder = tempfile.mkdtemp()

    def script(name, text):
        path = os.path.join(folder, name)
        with open(path, "w") as file:
            file.write("#!/bin/sh\n" + text)
        os.chmod(path, 0o755)
        return path

    scenes = [
        (script("append", "printf '%s\\n' '-- by_the_editor' >> \"$1\""), b"by_the_editor", None),
        (script("nothing", "exit 0"), b"before_it", None),
        (script("slow", "sleep 1; printf '%s\\n' '-- slowly_written' >> \"$1\""), b"slowly_written", None),
        (script("fails", "exit 3"), b"before_it", b"ended with exit status: 3"),
        (script("writes-and-fails", "echo '-- written_first' >> \"$1\"; exit 1"), b"written_first", b"what it wrote is here"),
        (script("deletes", "rm \"$1\""), b"before_it", b"cannot be read"),
        (script("replaces", "printf 'SELECT 1 -- \\377replaced' > \"$1.new\"; mv \"$1.new\" \"$1\""), b"replaced", None),
        (script("keys", "stty raw; dd bs=1 count=3 2>/dev/null >/dev/null; stty sane; echo '-- after_keys' >> \"$1\""), b"after_keys", None),
        ("/nowhere/at/all", b"before_it", b"could not be started"),
        (script("interrupted", "trap 'echo -- survived >> \"$1\"; exit 0' INT; kill -INT 0; sleep 5"), b"survived", None),
    ]
    if os.path.exists("/usr/bin/vi") or os.path.exists("/usr/bin/vim"):
        scenes.append(("vi", b"by_vi", None))
    for program, word, said in scenes * 2:
        screen = opened(binary, EDITOR=program, VISUAL="")
        screen.type(b"-- before_it")
        screen.shown(b"before_it")
        screen.type(b"\x1be")  # Alt+E
        screen.read(0.3)
        if program.endswith("keys"):
            screen.type(b"abc")
        if program == "vi":
            screen.read(1)
            screen.type(b"Go-- by_vi\x1b:wq\r")
        begun = time.monotonic()
        while MOUSE not in screen.seen:
            assert screen.read(0.1), f"{program} ended the screen: {screen.seen[-600:]}"
            assert time.monotonic() - begun < 20, f"{program} does not give the terminal back: {screen.seen[-600:]}"
        if said:
            # A note goes with the next key, so it is read where it stands.
            bare = lambda: re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]| ", b"", screen.seen.rsplit(MOUSE, 1)[-1])
            while said.replace(b" ", b"") not in bare():
                assert screen.read(0.1) and time.monotonic() - begun < 20, f"{program}: {said} is not said: {screen.seen[-600:]}"
        screen.shown(word)
        screen.type(b"\x1b3 -- goes_on")
        screen.shown(b"goes_on")
        screen.type(b"\x11")
        code = screen.end()
        assert code == 0, (program, code, screen.seen[-600:])
        is_back(binary, word)
    # Told to end meanwhile, it does, and the editor with it.
    screen = opened(binary, EDITOR=script("waits", "exec sleep 60"), VISUAL="")
    screen.type(b"-- under_an_editor")
    screen.shown(b"under_an_editor")
    screen.type(b"\x1be")
    time.sleep(1)
    os.kill(screen.child, signal.SIGTERM)
    code = screen.end()
    assert code == 128 + signal.SIGTERM, code
    is_back(binary, b"under_an_editor")


def late(*_):
    raise AssertionError("not done after five minutes")


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, late)
    signal.alarm(300)  # whatever happens
    scene, binary = sys.argv[1:]
    scenes = {"use": use, "panic": panic, "signals": signals, "drafts": drafts, "two": two, "stop": stop, "editor": editor}
    seen = scenes[scene](binary)
    if seen is not None:
        given_back(seen)
