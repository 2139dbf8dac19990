#!/usr/bin/env python3
"""Plays the dialogues of `seen.json` or `unseen.json` with a real model, and counts the turns that are right. Python's standard library alone.

    python3 tests/dialogues/with_model.py BINARY --model M [FILE] [--sample N] [--show] [--out FILE.jsonl]
    python3 tests/dialogues/with_model.py BINARY --model M --screen       a build without `--previous-sql`: its screen is typed on

A follow-up is asked after what the program itself answered at the turn before, also where that was wrong, as a person would. A turn is right
where its rows are those of a right query: as many columns in any order, the order of rows only as far as that query's ORDER BY says it, reals
within a millionth (`src/db/same.rs`). The same rows with more or fewer columns are wrong, and counted beside. The model is loaded once: questions go through `mcp`, or with `--ask` through one `ask` each.

Never use --show with `unseen.json`: nobody has looked at it.
"""
import argparse
import collections
import hashlib
import itertools
import json
import math
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
BANDS = [0, 0.5, 0.7, 0.9, 1.01]
MOST_ARRANGEMENTS = 5_000


# What is right

def kind(cell):
    return 0 if cell is None else 1 if isinstance(cell, (int, float)) else 2 if isinstance(cell, str) else 3


def rounded(number):
    return float(f"{number:.9g}") if isinstance(number, float) else number


def key(cell):
    return (kind(cell), rounded(cell) if kind(cell) == 1 else "" if cell is None else str(cell))


def same_cell(one, other):
    if kind(one) == kind(other) == 1 and not (isinstance(one, int) and isinstance(other, int)):
        return one == other or abs(one - other) <= 1e-6 * max(abs(one), abs(other))
    return kind(one) == kind(other) and one == other


def same_result(right, found, runs):
    """How the results compare, each a number of columns and rows: `same`, as `same_result` of `src/db/same.rs`; `more` or `fewer`, the same
    rows with columns more or fewer; or None. `runs` says how many rows of the right one stand together in an order that nobody asked for."""
    (width, right), (found_width, found) = right, found
    if len(right) != len(found):
        return None
    if width > found_width:
        fewer = same_result((found_width, found), (width, right), runs)
        return fewer and "fewer"
    said = "same" if width == found_width else "more"
    if not right:
        return said
    column = lambda rows, at: sorted((row[at] for row in rows), key=key)
    theirs = [column(found, at) for at in range(found_width)]
    places = []
    for at in range(width):
        own = column(right, at)
        places.append([place for place in range(found_width) if all(map(same_cell, own, theirs[place]))])

    def in_runs(rows):
        out, begin = [], 0
        for run in runs:
            out += sorted(rows[begin:begin + run], key=lambda row: [key(cell) for cell in row])
            begin += run
        return out

    left = in_runs(right)
    arrangements = (places_ for places_ in itertools.product(*places) if len(set(places_)) == width)
    for arrangement in itertools.islice(arrangements, MOST_ARRANGEMENTS):
        turned = [[row[at] for at in arrangement] for row in found]
        if all(all(map(same_cell, a, b)) for a, b in zip(left, in_runs(turned))):
            return said
    return None


def outside(sql, word):
    """Where `word` stands last outside of brackets and quotes; -1 where it does not."""
    depth, quoted, found = 0, False, -1
    for at, letter in enumerate(sql):
        if letter == "'":
            quoted = not quoted
        depth += 0 if quoted else (letter == "(") - (letter == ")")
        if not quoted and depth == 0 and sql[at:at + len(word)].upper() == word:
            found = at
    return found


def with_keys(sql):
    """The query with what it sorts by as columns more, and how many; None where that cannot be told."""
    start, order, limit = outside(sql, " FROM "), outside(sql, " ORDER BY "), outside(sql, " LIMIT ")
    if not 0 < start < order or "DISTINCT" in sql.upper():
        return None
    keys, depth = [""], 0
    for letter in sql[order + len(" ORDER BY "):limit if limit > order else len(sql)]:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            keys.append("")
        else:
            keys[-1] += letter
    keys = [re.sub(r"\s+(ASC|DESC)\s*$", "", key_, flags=re.IGNORECASE) for key_ in keys]
    return f"{sql[:start]}, {', '.join(keys)}{sql[start:]}", len(keys)


class Judge:
    """Runs queries by the program itself, which has functions of its own."""

    def __init__(self, binary, environment):
        self.binary, self.environment, self.known = binary, environment, {}

    def run(self, database, sql):
        if (database, sql) not in self.known:
            # The first blank keeps a statement that begins with a comment from being read as a flag.
            call = [self.binary, "query", str(database), " " + sql, "--format", "json"]
            done = subprocess.run(call, capture_output=True, text=True, env=self.environment)
            result = json.loads(done.stdout) if done.returncode == 0 else None
            if isinstance(result, dict):
                result = (len(result["columns"]), result["rows"])
            self.known[database, sql] = result
        return self.known[database, sql]

    def runs(self, database, query, rows):
        """How many rows stand together in an order that nobody asked for."""
        if "ORDER BY" not in query.upper():
            return [len(rows)]
        more = with_keys(query)
        keyed = more and self.run(database, more[0])
        if not keyed or [row[:-more[1]] for row in keyed[1]] != rows:
            return [1] * len(rows)
        return [len(list(run)) for _, run in itertools.groupby(row[-more[1]:] for row in keyed[1])]

    def judged(self, database, sql, right):
        """`same`, `more`, `fewer` or None, the best that any of the right queries gives."""
        found = self.run(database, sql) if sql else None
        said = set()
        for query in right if found else []:
            rows = self.run(database, query)
            assert rows is not None, f"a right query fails: {query}"
            said.add(same_result(rows, found, self.runs(database, query, rows[1])))
        return next((word for word in ("same", "more", "fewer") if word in said), None)


# Who answers: each takes a question with the turn before, and gives SQL, confidence (0 to 1 or None) and a word on how it was made.

class Server:
    """`mcp`, one process a database."""

    def __init__(self, binary, environment, database, model):
        self.process = subprocess.Popen([binary, "mcp", str(database), "--model", model, "--offline"], env=environment,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.calls = 0
        hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "dialogues", "version": "1"}}
        self.call("initialize", hello)
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def send(self, message):
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def call(self, method, params):
        self.calls += 1
        self.send({"jsonrpc": "2.0", "id": self.calls, "method": method, "params": params})
        while True:
            line = self.process.stdout.readline()
            assert line, "the server ended"
            message = json.loads(line)
            if message.get("id") == self.calls and ("result" in message or "error" in message):
                return message

    def ask(self, question, before):
        arguments = {"question": question, "max_rows": 1}
        if before:
            arguments |= {"previous_question": before[0], "previous_sql": before[1]}
        answer = self.call("tools/call", {"name": "ask", "arguments": arguments}).get("result", {}).get("structuredContent") or {}
        return answer.get("sql", ""), answer.get("confidence"), answer.get("reason", "")

    def fresh(self):
        pass

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Command:
    """`ask`, one process a question."""

    def __init__(self, binary, environment, database, model):
        self.start, self.environment = [binary, "ask", str(database)], environment
        self.flags = ["--format", "json", "--model", model, "--offline"]

    def ask(self, question, before):
        follows = ["--previous-question", before[0], "--previous-sql", before[1]] if before else []
        done = subprocess.run(self.start + [question] + self.flags + follows, capture_output=True, text=True, env=self.environment)
        answer = json.loads(done.stdout) if done.stdout.strip() else {}
        return answer.get("sql", ""), answer.get("confidence"), answer.get("reason", "")

    def fresh(self):
        pass

    def close(self):
        pass


class Screen:
    """The screen, typed on: the program decides itself what follows on what. Its SQL is read from its history."""

    def __init__(self, binary, environment, database, model):
        sys.path.insert(0, str(HERE.parent / "scripts"))
        from terminal import Terminal
        self.begin = lambda: Terminal([binary, str(database), "--model", model], rows=50, columns=160, **environment)
        self.records = pathlib.Path(environment["SQLLAMA_DATA_DIR"]) / "records.sqlite"
        self.screen = None

    def newest(self):
        try:
            connection = sqlite3.connect(f"file:{self.records}?mode=ro", uri=True)
        except sqlite3.Error:
            return (0, "")
        try:
            return connection.execute("SELECT id, sql FROM history WHERE question IS NOT NULL ORDER BY id DESC LIMIT 1").fetchone() or (0, "")
        except sqlite3.Error:
            return (0, "")
        finally:
            connection.close()

    def calm(self, seconds):
        """Reads for so many seconds; whether little was drawn: while a question is answered its time is, ten times a second."""
        end, drawn = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            self.screen.seen = b""
            assert self.screen.read(0.2), "the screen ended"
            drawn += len(self.screen.seen)
        return drawn < 60 * seconds

    def fresh(self):
        """Another conversation: nothing follows on the last one."""
        self.close()
        self.screen = self.begin()
        self.calm(3)

    def ask(self, question, _before):
        earlier, begun = self.newest()[0], time.monotonic()
        self.screen.type(b"\x07\x15" + question.encode() + b"\r")  # Ctrl+G: the line for questions
        while time.monotonic() - begun < 300:
            calm = self.calm(1)
            now, sql = self.newest()
            if now > earlier:
                break
            if calm and self.calm(4):
                sql = ""
                break
        else:
            sql = ""
        self.screen.type(b"\x1b")  # a question back, where there is one
        self.calm(1)
        return sql, None, "" if sql else "nothing came"

    def close(self):
        if self.screen:
            self.screen.type(b"\x11")  # Ctrl+Q
            self.screen.end()
            os.close(self.screen.file)
            self.screen = None


class Again:
    """Answers that were written down."""

    def __init__(self, lines):
        self.answers = {(turn["dialogue"], turn["place"]): turn for turn in map(json.loads, lines)}

    def __call__(self, *_):
        return self

    def ask(self, _question, _before, at):
        turn = self.answers[at]
        return turn["sql"], turn["confidence"], turn["reason"]

    def fresh(self):
        pass

    def close(self):
        pass


# Counts

def interval(right, of):
    """Wilson's, 95%."""
    if not of:
        return "-"
    z, share = 1.96, right / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return f"{right} of {of}, {share:.1%} [{middle - half:.1%}, {middle + half:.1%}]"


def told(turns, seconds):
    count = lambda chosen: interval(sum(turn["ok"] for turn in chosen), len(chosen))
    print("turns right:        ", count(turns))
    print("  first questions:  ", count([turn for turn in turns if turn["place"] == 1]))
    print("  follow-ups:       ", count([turn for turn in turns if turn["place"] > 1]))
    later = [turn for turn in turns if turn["place"] > 1]
    print("    after a right turn:", count([turn for turn in later if turn["before_ok"]]))
    print("    after a wrong turn:", count([turn for turn in later if not turn["before_ok"]]))
    for word in ("more", "fewer"):
        for name, chosen in (("first questions", [turn for turn in turns if turn["place"] == 1]), ("follow-ups", later)):
            print(f"  wrong by {word} columns alone, {name}: {sum(turn['judged'] == word for turn in chosen)}")
    for place in sorted({turn["place"] for turn in turns}):
        print(f"  turn {place}:           ", count([turn for turn in turns if turn["place"] == place]))
    sure = [turn for turn in turns if turn["confidence"] is not None]
    for low, high in zip(BANDS, BANDS[1:]):
        band = [turn for turn in sure if low <= turn["confidence"] < high]
        if band:
            print(f"  confidence {low:.1f} to {min(high, 1):.1f}:", count(band))
    dialogues = collections.defaultdict(list)
    for turn in turns:
        dialogues[turn["dialogue"]].append(turn["ok"])
    print("dialogues all right:", interval(sum(map(all, dialogues.values())), len(dialogues)))
    print(f"{seconds / max(len(turns), 1):.1f} seconds a turn")


def drawn(dialogues, count):
    """So many of them, always the same, in the order of the file."""
    by_hash = sorted(dialogues, key=lambda dialogue: hashlib.sha256(("sample " + dialogue["name"]).encode()).hexdigest())
    names = {dialogue["name"] for dialogue in by_hash[:count]}
    return [dialogue for dialogue in dialogues if dialogue["name"] in names]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("file", nargs="?", default=str(HERE / "seen.json"))
    parser.add_argument("--model", default="")
    parser.add_argument("--sample", type=int, help="only so many dialogues, always the same")
    parser.add_argument("--only", help="only dialogues whose name has this in it")
    parser.add_argument("--ask", action="store_true", help="one process a question")
    parser.add_argument("--screen", action="store_true", help="type on the screen")
    parser.add_argument("--show", action="store_true", help="tell the wrong turns; not with unseen.json")
    parser.add_argument("--again", help="judge the answers of a file that --out wrote with --show, asking nothing")
    parser.add_argument("--out", help="a JSON line a turn, without questions and SQL unless with --show")
    args = parser.parse_args()
    assert not (args.show and "unseen" in args.file), "nobody looks at unseen.json"
    binary = str(pathlib.Path(args.binary).resolve())
    dialogues = json.loads(pathlib.Path(args.file).read_text(encoding="utf-8"))
    dialogues = [dialogue for dialogue in dialogues if (args.only or "") in dialogue["name"]]
    if args.sample:
        dialogues = drawn(dialogues, args.sample)
    again = args.again and Again(open(args.again, encoding="utf-8"))
    who = again or (Screen if args.screen else Command if args.ask else Server)
    turns, begun, out = [], time.monotonic(), open(args.out, "w", encoding="utf-8") if args.out else None
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        environment = dict(os.environ)
        # Its own records, so that what was accepted and said before counts nothing; the models are those at hand.
        if models := os.environ.get("SQLLAMA_DATA_DIR"):
            (folder / "data").mkdir()
            (folder / "data/models").symlink_to(pathlib.Path(models).resolve() / "models")
            environment["SQLLAMA_DATA_DIR"] = str(folder / "data")
        elif args.screen:
            sys.exit("set SQLLAMA_DATA_DIR to the folder that holds models/: the screen's history is read beside it")
        environment |= {"SQLLAMA_CONFIG_DIR": str(folder / "config"), "SQLLAMA_CACHE_DIR": str(folder / "cache")}
        judge = Judge(binary, environment)
        for name, of_database in itertools.groupby(dialogues, key=lambda dialogue: dialogue["db"]):
            database = folder / f"{name}.sqlite"
            if not database.exists():
                connection = sqlite3.connect(database)
                connection.executescript((HERE / f"databases/{name}.sql").read_text(encoding="utf-8"))
                connection.close()
            answering = who(binary, environment, database, args.model)
            for dialogue in of_database:
                answering.fresh()
                before, before_ok = None, True
                for place, spoken in enumerate(dialogue["turns"], 1):
                    started = time.monotonic()
                    sql, confidence, reason = answering.ask(spoken["question"], before, *([(dialogue["name"], place)] if again else []))
                    judged = judge.judged(database, sql, spoken["sql"])
                    ok = judged == "same"
                    turn = {"dialogue": dialogue["name"], "place": place, "ok": ok, "judged": judged, "before_ok": before_ok, "confidence": confidence,
                            "seconds": round(time.monotonic() - started, 2)}
                    if args.show:
                        turn |= {"question": spoken["question"], "sql": sql, "reason": reason, "right": spoken["sql"]}
                        if not ok:
                            sure = "" if confidence is None else f" at {confidence:.0%}"
                            rows = f", the same rows with {judged} columns" if judged else ""
                            print(f"{dialogue['name']}, turn {place}{rows}{sure} ({reason}): {spoken['question']}\n    "
                                  f"after {before[1] if before else '-'}\n    {sql or 'no SQL'}\n    right: {spoken['sql'][0]}", flush=True)
                    turns.append(turn)
                    if out:
                        out.write(json.dumps(turn) + "\n")
                        out.flush()
                    # Where nothing was answered, the last answer is still what a follow-up is about.
                    before = (spoken["question"], " ".join(sql.split())) if sql else before
                    before_ok = ok
            answering.close()
    told(turns, time.monotonic() - begun)


if __name__ == "__main__":
    main()
