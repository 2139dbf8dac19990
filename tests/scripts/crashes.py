"""Kills and signals at random moments: crashes.py BINARY [--trials 1000] [--jobs 2] [--seed N] [--seconds N] [--only WHILE...]

While the screen opens, is typed into, asks (a scripted model), runs, exports, imports, and while the command line exports and imports, it is
killed, told to end, or its terminal goes away. What has to hold each time:

- where a signal can be caught, the terminal is as it was before (its modes as well as the screen), and the exit code names the signal;
- nothing that was written a second before is lost, and where the signal can be caught nothing at all;
- nothing half-made has its final name: an export is whole or not there, tables made of files are whole or made anew;
- the database and its folder are as they were, our records are sound, and the next start works.

Standard library only. Prints a table of the trials and what went wrong; ends with 0 where nothing did.
"""
import argparse
import csv
import multiprocessing
import os
import random
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import termios
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from terminal import BACK, Terminal  # noqa: E402

ROWS = 60_000
ENDS = ["KILL", "TERM", "HUP", "INT", "QUIT", "window closed"]
ACTIONS = ["open", "type", "ask", "run", "export", "import", "query --out", "query FILE.csv"]
ENTERED = b"\x1b[?1049h"
# Trials that are made in one place.
SHARE = 10
ANSWER = "```sql\nSELECT count(*) AS answered FROM big\n```\n"


class Wrong(Exception):
    """Something that has to hold does not."""


def require(holds, words):
    if not holds:
        raise Wrong(words)


class Place:
    """A folder with a database, a CSV file and a home of the program's."""

    def __init__(self, binary):
        self.binary = binary
        self.folder = tempfile.mkdtemp(prefix="crashes-")
        self.data = os.path.join(self.folder, "files")
        os.mkdir(self.data)
        self.database = os.path.join(self.data, "shop.db")
        connection = sqlite3.connect(self.database)
        connection.executescript(
            "BEGIN; CREATE TABLE small (a); INSERT INTO small VALUES (1);"
            "CREATE TABLE big (id INTEGER PRIMARY KEY, name TEXT, amount REAL);"
            f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})"
            "INSERT INTO big SELECT i, 'name ' || i, i * 0.25 FROM n; COMMIT;"
        )
        connection.close()
        self.csv = os.path.join(self.data, "sales.csv")
        self.script = os.path.join(self.folder, "answer.txt")
        with open(self.script, "w") as file:
            file.write(ANSWER)
        self.env = {f"SQLLAMA_{kind}_DIR": os.path.join(self.folder, kind.lower()) for kind in ("CONFIG", "DATA", "CACHE")}
        self.env["TMPDIR"] = os.path.join(self.folder, "tmp")
        os.mkdir(self.env["TMPDIR"])
        self.number = 0
        self.write_csv()
        self.before = self.look()

    def write_csv(self):
        """Another file than before: what was made of it is made anew."""
        with open(self.csv, "w", newline="") as file:
            out = csv.writer(file)
            out.writerow(["id", "name", "amount"])
            out.writerows((at, f"name {at}", at / 4) for at in range(ROWS + self.number))
        self.lines = ROWS + self.number

    def look(self):
        """What lies in the database's folder."""
        out = {}
        for name in sorted(os.listdir(self.data)):
            with open(os.path.join(self.data, name), "rb") as file:
                out[name] = hash(file.read())
        return out

    def records(self):
        """The texts of our records, which have to be sound."""
        path = os.path.join(self.env["SQLLAMA_DATA_DIR"], "records.sqlite")
        if not os.path.exists(path):
            return ""
        connection = sqlite3.connect(path)
        try:
            require(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",), "our records are damaged")
            if not has_tables(connection):
                return ""
            texts = [f"{question}\n{sql}" for question, sql in connection.execute("SELECT question, sql FROM drafts")]
            texts += [f"{question}\n{sql}" for question, sql in connection.execute("SELECT question, sql FROM history")]
            return "\n".join(texts)
        finally:
            connection.close()

    def reports(self):
        """What the program says of its own failures, which are none of the next trial."""
        folder, said = os.path.join(self.env["SQLLAMA_DATA_DIR"], "reports"), ""
        for name in os.listdir(folder) if os.path.exists(folder) else []:
            with open(os.path.join(folder, name)) as file:
                said += ": " + file.read()[:2000]
            os.remove(os.path.join(folder, name))
        return said

    def forget(self):
        path = os.path.join(self.env["SQLLAMA_DATA_DIR"], "records.sqlite")
        if os.path.exists(path):
            connection = sqlite3.connect(path)
            if has_tables(connection):
                connection.execute("DELETE FROM drafts")
                connection.execute("DELETE FROM history")
            connection.commit()
            connection.close()


def has_tables(records):
    """Whether the records were made before the program ended: all of their tables, or none."""
    names = {name for name, in records.execute("SELECT name FROM sqlite_schema")}
    require("drafts" in names or not names, f"our records have {sorted(names)} alone")
    return bool(names)


def wait_for(screen, words, seconds=60):
    """As `until`. A letter that stood there before is not written again, so that the words may never come as such: then all is drawn anew."""
    try:
        screen.until(words, 2)
    except AssertionError:
        screen.shown(words, seconds)


def count_of(path):
    """Rows of an exported CSV file, which has to be whole."""
    with open(path, newline="") as file:
        text = file.read()
    require(text.endswith("\n"), f"{path} ends in the middle of a line")
    return len(text.splitlines()) - 1


def screen_trial(place, rng, action, end):
    place.number += 1
    marker = f"marker_{os.getpid()}_{place.number}"
    arguments = [place.binary, place.database, "--model", f"script:{place.script}"]
    if action == "import":
        place.write_csv()
        place.before = place.look()
        arguments[1] = place.csv
    screen = Terminal(arguments, 24, 80, **place.env)
    try:
        in_screen(place, rng, action, end, marker, screen)
    finally:
        if screen.file is not None:
            os.close(screen.file)
        try:
            os.kill(screen.child, signal.SIGKILL)
            os.waitpid(screen.child, 0)
        except (ProcessLookupError, ChildProcessError):
            pass


def ended(screen):
    """The exit code, once it has ended, which it has to."""
    begun = time.monotonic()
    while time.monotonic() - begun < 60:
        alive = screen.file is not None and screen.read(0.05)
        child, status = os.waitpid(screen.child, os.WNOHANG)
        if child:
            while alive and screen.read(0):
                alive = bool(select.select([screen.file], [], [], 0)[0])
            return os.waitstatus_to_exitcode(status)
        if not alive:
            time.sleep(0.02)
    raise Wrong("it does not end")


def in_screen(place, rng, action, end, marker, screen):
    # Until then it is another program that a signal would end.
    while os.path.realpath(f"/proc/{screen.child}/exe") != os.path.realpath(place.binary):
        time.sleep(0.005)
    target = os.path.join(place.folder, f"out-{place.number}.csv")
    typed_at, was_shown = None, action not in ("open", "import")
    if action in ("open", "import"):
        until = time.monotonic() + rng.random() * (0.6 if action == "open" else 1.5)
    else:
        wait_for(screen, b"60,000")
        screen.type(b"\x1b3")  # Alt+3
        sql = {"type": "-- ", "ask": "-- ", "run": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n -- ",
               "export": "SELECT * FROM big -- "}[action]
        screen.type((sql + marker).encode())
        screen.shown(marker.encode(), 60)
        typed_at = time.monotonic()
        if action == "ask":
            screen.type(b"\x07how many rows are there?\r")  # Ctrl+G
        if action == "run":
            screen.type(b"\x1b[15~")  # F5
        if action == "export":
            screen.type(b"\x1b[15~")
            wait_for(screen, b"row 1/")
            screen.type(b"\x1b4\x05")  # Alt+4, Ctrl+E
            wait_for(screen, b"Write the result as")
            screen.type(b"csv\r")
            wait_for(screen, b"result.csv")
            screen.type(b"\x15" + target.encode() + b"\r")  # Ctrl+U
        until = time.monotonic() + rng.random() * {"type": 1.6, "ask": 1.0, "run": 1.2, "export": 0.5}[action]
    while time.monotonic() < until:
        screen.read(max(0.0, min(0.02, until - time.monotonic())))
    hit_at = time.monotonic()
    if end == "window closed":
        os.close(screen.file)
        screen.file = None
        code = ended(screen)
        # Nobody is there to see it.
        entered, given, same_modes = True, True, True
    else:
        os.kill(screen.child, getattr(signal, f"SIG{end}"))
        code = ended(screen)
        entered = was_shown or ENTERED in screen.seen
        after = screen.seen.rsplit(ENTERED, 1)[-1]
        given = all(mode in after for mode in BACK)
        try:
            same_modes = termios.tcgetattr(screen.file)[3] == screen.modes
        except termios.error:
            same_modes = True
    number = {"KILL": 9, "window closed": signal.SIGHUP}.get(end) or getattr(signal, f"SIG{end}")
    if end == "KILL":
        require(code == -9, f"exit code {code}")
    else:
        # Before the screen has the terminal, a signal does what it does to any program.
        may_be_early = not entered or end == "window closed" and not was_shown
        # Or there is no terminal any more where it wants to draw its first frame.
        # Or even where it looks for one (2).
        is_gone = code in (1, 2) and action in ("open", "import") and end == "window closed"
        require(code == 128 + number or (code == -number and may_be_early) or is_gone, f"exit code {code}{place.reports()}")
        if entered:
            require(given, f"the terminal is not given back: {screen.seen[-300:]}")
            require(same_modes, "the terminal's modes are not what they were")
    texts = place.records()
    if typed_at is not None and (end != "KILL" or hit_at - typed_at > 1.0):
        require(marker in texts, f"what was written {hit_at - typed_at:.2f} s before is lost")
    if os.path.exists(target):
        require(count_of(target) == ROWS, f"the export has {count_of(target)} rows under its final name")
        os.remove(target)
    left = [name for name in os.listdir(place.folder) if name.endswith(".part")]
    for name in left:
        os.remove(os.path.join(place.folder, name))
    require(not left or end == "KILL", f"{left} are left")
    if action == "import":
        whole_import(place)


def whole_import(place):
    """Whatever an import left: the next one gives every row, and every copy that has its name is whole."""
    done = run(place, "query", place.csv, "SELECT count(*) FROM sales", "--format", "csv", "--no-header")
    require(done.stdout.decode().strip() == str(place.lines), f"the import has {done.stdout} of {place.lines} rows: {done.stderr[-300:]}")
    for folder, _, names in os.walk(place.env["SQLLAMA_CACHE_DIR"]):
        for name in names:
            path = os.path.join(folder, name)
            if name.endswith(".sqlite") and os.path.exists(path[:-7] + ".json"):
                connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
                tables = [table for table, in connection.execute("SELECT name FROM sqlite_schema")]
                if len(tables) == 1 and tables[0].startswith("out-"):
                    continue  # of an export that was opened to be counted
                require(tables == ["sales"], f"{name} has its final name, {os.path.getsize(path)} bytes and the tables {tables}")
                rows = connection.execute("SELECT count(*) FROM sales").fetchone()[0]
                connection.close()
                require(rows >= ROWS, f"a copy with its final name has {rows} rows")


def run(place, *arguments):
    return subprocess.run([place.binary, *arguments], capture_output=True, env={**os.environ, **place.env}, stdin=subprocess.DEVNULL)


def command_trial(place, rng, action, end):
    place.number += 1
    target = os.path.join(place.folder, f"out-{place.number}.{rng.choice(['csv', 'parquet', 'sqlite', 'sql'])}")
    if action == "query --out":
        arguments = ["query", place.database, "SELECT * FROM big", "--out", target]
    else:
        place.write_csv()
        place.before = place.look()
        arguments = ["query", place.csv, "SELECT count(*) FROM sales"]
    child = subprocess.Popen([place.binary, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                             env={**os.environ, **place.env})
    time.sleep(rng.random() * 0.8)
    child.send_signal(getattr(signal, f"SIG{'HUP' if end == 'window closed' else end}"))
    child.wait(60)
    if os.path.exists(target):
        rows = ROWS
        if target.endswith(".csv"):
            rows = count_of(target)
        if target.endswith(".sqlite"):
            rows = sqlite3.connect(target).execute("SELECT count(*) FROM result").fetchone()[0]
        if target.endswith(".sql"):
            connection = sqlite3.connect(":memory:")
            with open(target) as file:
                connection.executescript(file.read())
            rows = connection.execute("SELECT count(*) FROM result").fetchone()[0]
        if target.endswith(".parquet"):
            done = run(place, "query", target, f'SELECT count(*) FROM "{os.path.basename(target)[:-8]}"', "--format", "csv", "--no-header")
            rows = int(done.stdout or b"-1")
        require(rows == ROWS, f"{target} has {rows} rows under its final name")
    for name in os.listdir(place.folder):
        if name.startswith("out-"):
            os.remove(os.path.join(place.folder, name))
    if action != "query --out":
        whole_import(place)


def work(arguments):
    binary, seed, trials, actions = arguments
    rng, out = random.Random(seed), []
    place = Place(binary)
    try:
        for at in range(trials):
            action, end = rng.choice(actions), rng.choice(ENDS)
            try:
                (command_trial if action.startswith("query") else screen_trial)(place, rng, action, end)
                require(place.look() == place.before, f"the database's folder is not as it was: {sorted(place.look())}")
                if at % 25 == 24:
                    done = run(place, "query", place.database, "SELECT count(*) FROM big", "--format", "csv", "--no-header")
                    require(done.stdout.strip() == str(ROWS).encode(), f"the next start fails: {done.stderr[-300:]}")
                out.append((action, end, None))
            except Wrong as wrong:
                out.append((action, end, str(wrong)))
            except Exception:
                lines = [line[:200] for line in traceback.format_exc().splitlines()]
                out.append((action, end, "the trial broke off: " + " / ".join(lines[-6:])))
            try:
                place.forget()
            except (Wrong, sqlite3.Error) as wrong:
                out.append((action, end, f"our records afterwards: {wrong}"))
    finally:
        shutil.rmtree(place.folder, ignore_errors=True)
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binary")
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    parser.add_argument("--seconds", type=float, default=7200, help="tells what there is after so long")
    parser.add_argument("--only", nargs="+", choices=ACTIONS, default=ACTIONS, help="what it does meanwhile")
    arguments = parser.parse_args()
    # A shell that starts this in the background has these ignored, and `nohup` the last one; what is started here would ignore them, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    print(f"seed {arguments.seed}", flush=True)
    begun, trials = time.monotonic(), []
    shares = [min(SHARE, arguments.trials - first) for first in range(0, arguments.trials, SHARE)]
    parts = [(os.path.abspath(arguments.binary), arguments.seed + at, share, arguments.only) for at, share in enumerate(shares)]
    with multiprocessing.Pool(arguments.jobs) as pool:
        for part in pool.imap_unordered(work, parts):
            trials += part
            for action, end, words in part:
                if words is not None:
                    print(f"{action}, {end}: {words}"[:3000], file=sys.stderr, flush=True)
            print(f"{len(trials)} trials, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
            if time.monotonic() - begun > arguments.seconds:
                print(f"time is up after {len(trials)} of {arguments.trials} trials")
                break
    print("| while it | " + " | ".join(ENDS) + " |")
    print("|---|" + "---:|" * len(ENDS))
    for action in ACTIONS:
        cells = []
        for end in ENDS:
            of = [wrong for one, other, wrong in trials if (one, other) == (action, end)]
            bad = sum(wrong is not None for wrong in of)
            cells.append(f"{len(of)}" + (f" ({bad} wrong)" if bad else ""))
        print(f"| {action} | " + " | ".join(cells) + " |")
    wrong = [(action, end, words) for action, end, words in trials if words is not None]
    print(f"{len(trials)} trials, {len(wrong)} wrong")
    for action, end, words in wrong[:40]:
        print(f"{action}, {end}: {words}"[:900])
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
