"""Random tables, out in every format and in again: round_trips.py BINARY [--tables 200] [--jobs 4] [--seed N] [--keep FOLDER]

Every value has to come back as it was, but for what the help of its format names as lost (LOSSES below says what that is). Standard library only.
Ends with 0 where nothing else is lost; prints a table a format, and the first differences."""
import argparse
import concurrent.futures
import csv
import io
import json
import math
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

LOSSES = {
    "csv": "types; a BLOB is hexadecimal; NULL is the empty text",
    "csv --null": "types; a BLOB is hexadecimal",
    "tsv": "types; a BLOB is hexadecimal; NULL is the empty text",
    "tsv --null": "types; a BLOB is hexadecimal",
    "csv opened": "types: a text is a number where all of its column are; a BLOB is hexadecimal; words for nothing among numbers, which a note names; '' among them; "
                  "NULL in the last rows of a single column, which a note counts",
    "tsv opened": "as csv opened",
    "json": "an infinity is null",
    "json-rows": "an infinity is null",
    "ndjson": "an infinity is null",
    "json opened": "as ndjson opened",
    "json-rows opened": "as ndjson opened",
    "ndjson opened": "an infinity is null; a BLOB is the text of its object; integers beside reals are reals",
    "markdown": "types; NULL is the word; control characters are escaped; a BLOB is cut behind 32 bytes",
    "sql": "nothing",
    "sqlite": "nothing",
    "parquet opened": "several types in one column are text, a BLOB among them hexadecimal; integers beside reals are reals, where that is exact",
}

WORDS = ["", " ", "a", "NULL", "null", "NA", "nan", "inf", "-", "0", "007", "1.50", "1e5", "-0", "+5", "1,5", "1.234,50", "12345678901234567890",
         "9223372036854775808", "0x1F", "1_000", "2024-01-05", "2024-02-30", "05/01/2024", "2024-01-05 10:00:00", "12:30", "true", "FALSE", "t",
         "a,b", "a;b", "a\tb", "a|b", 'say "hi"', '"', '""', "it's", "line\nbreak", "line\r\nbreak", "\r", "\n", " lead", "trail ", "\\", "\\N", "\\n",
         "{\"hex\": \"00ff\"}", "{\"a\": 1}", "[1]", "é", "日本", "👩‍👩‍👧", "\u202eabc", "\x1b[31m", "\x00", "a\x00b", "\x7f", "\ufeff", "sep=;", "# x", "x" * 300,
         "=1+1", "$5", "5%", "1 000", "1'000", "NaN", "Infinity", "-inf", "ß", "\u2028"]


def text(rng):
    if rng.random() < 0.7:
        return rng.choice(WORDS)
    return "".join(rng.choice("ab,;|\t\r\n\"'\\ 0123.-:/é日{}[]") for _ in range(rng.randrange(12)))


def integer(rng):
    return rng.choice([0, 1, -1, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63), rng.randrange(-100, 100), rng.randrange(-(2**63), 2**63)])


def real(rng):
    choice = rng.randrange(6)
    if choice == 0:
        return rng.choice([0.0, 1.0, -2.0, 0.1, 1e15, 1e16, 1e-5, 1e-7, 123456789.123, 5e-324, 1.7976931348623157e308, 2.0**53, 1e22, 1e23])
    if choice == 1:
        return rng.choice([math.inf, -math.inf])
    if choice == 2:
        return float(rng.randrange(-1000, 1000)) / 100
    return rng.uniform(-1, 1) * 10 ** rng.randrange(-20, 20)


def blob(rng):
    return bytes(rng.randrange(256) for _ in range(rng.choice([0, 1, 2, 16, 32, 33, 100])))


def date(rng):
    day = f"{rng.randrange(1900, 2100)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
    return day + rng.choice(["", f" {rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02}", f"T{rng.randrange(24):02}:00:00Z"])


def kept_number(rng):
    return rng.choice([str(rng.randrange(1000)), f"{rng.randrange(1000):05}", f"{rng.uniform(0, 1000):.2f}", f"{rng.randrange(100)},{rng.randrange(100):02}"])


KINDS = {
    "integer": ("INTEGER", [integer]),
    "real": ("REAL", [real]),
    "text": ("TEXT", [text]),
    "blob": ("BLOB", [blob]),
    "date": ("DATE", [date]),
    "kept": ("TEXT", [kept_number]),
    "numbers": ("", [integer, real]),
    "mixed": ("", [integer, real, text, blob]),
    "words": ("VARCHAR(20)", [lambda rng: rng.choice(["x", "y", "", "z z"])]),
    "decimal": ("DECIMAL(10,2)", [real, integer]),
}
NAMES = ["id", "name", "a b", "a,b", "q\"uote", "tab\tbed", "it's", "Ünï", "select", "x|y", "back\\slash", "UPPER", "long " * 8, "2x", "a.b", "{}", "value"]


def table(rng, connection, name):
    """Makes a table; its columns' names and its rows as SQLite has them."""
    width = rng.randrange(1, 7)
    names = rng.sample(NAMES, width)
    kinds = [rng.choice(list(KINDS)) for _ in names]
    nulls = [rng.choice([0, 0.1, 0.5, 1 if rng.random() < 0.2 else 0.3]) for _ in names]
    quoted = lambda word: '"' + word.replace('"', '""') + '"'
    columns = ", ".join(f"{quoted(n)} {KINDS[k][0]}" for n, k in zip(names, kinds))
    connection.execute(f"CREATE TABLE {name} ({columns})")
    for _ in range(rng.choice([0, 1, 2, 7, 40])):
        row = [None if rng.random() < null else rng.choice(KINDS[kind][1])(rng) for kind, null in zip(kinds, nulls)]
        connection.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * width)})", row)
    # In a union the first part says the type of a column, and the second has values that are not of it.
    if rng.random() < 0.2:
        first = quoted(names[0])
        return [names[0]], f"SELECT {first} FROM {name} UNION ALL SELECT '007' UNION ALL SELECT 5.0 UNION ALL SELECT x'00'"
    return names, f"SELECT * FROM {name}"


class Program:
    def __init__(self, binary, folder):
        self.binary, self.folder, self.env = binary, folder, dict(os.environ)
        for kind in ("CONFIG", "DATA", "CACHE"):
            self.env[f"SQLLAMA_{kind}_DIR"] = os.path.join(folder, kind.lower())

    def query(self, *arguments):
        done = subprocess.run([self.binary, "query", *arguments], capture_output=True, env=self.env, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise Lost(f"{arguments[2:]} ended with {done.returncode}: {done.stderr.decode(errors='replace')[:300]}")
        return done.stdout.decode(), done.stderr.decode()


class Lost(Exception):
    pass


def same(one, other):
    """Whether two values are the same, types included; an infinity and -0.0 too."""
    return type(one) is type(other) and one == other


def hexed(value):
    return value.hex() if isinstance(value, bytes) else value


def written(value):
    """A value as CSV and Parquet's texts have it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float):
        return repr_real(value)
    return str(value)


def repr_real(x):
    if math.isinf(x):
        return "inf" if x > 0 else "-inf"
    return x  # compared as a number


def reads_as(back, value):
    """Whether a text that came back says the value."""
    word = written(value)
    if isinstance(word, float):
        try:
            return float(back) == word and ("." in back or "e" in back)
        except (TypeError, ValueError):
            return False
    return back == word


def of_json(value, infinite):
    if isinstance(value, dict):
        return bytes.fromhex(value["hex"])
    return value


def without_infinity(value):
    return None if isinstance(value, float) and math.isinf(value) else value


def compare(names, rows, found_names, found, equal):
    if found_names is not None and found_names != names:
        raise Lost(f"names {names} came back as {found_names}")
    if len(rows) != len(found):
        raise Lost(f"{len(rows)} rows came back as {len(found)}")
    for at, (row, back) in enumerate(zip(rows, found)):
        if len(row) != len(back):
            raise Lost(f"row {at + 1} has {len(back)} values, not {len(row)}: {back}")
        for name, value, other in zip(names, row, back):
            if not equal(name, value, other):
                raise Lost(f"row {at + 1}, {name!r}: {value!r} came back as {other!r}")


def delimited(out, delimiter):
    """As a reader does it that tells quoted fields: rows of (text, quoted)."""
    rows, row, at = [], [], 0
    while at < len(out):
        if out[at] == '"':
            end = at + 1
            while True:
                end = out.index('"', end)
                if out[end + 1:end + 2] != '"':
                    break
                end += 2
            row.append((out[at + 1:end].replace('""', '"'), True))
            at = end + 1
        else:
            end = at
            while out[end] not in (delimiter, "\n"):
                end += 1
            row.append((out[at:end], False))
            at = end
        if out[at] == "\n":
            rows.append(row)
            row = []
        at += 1
    return rows


def number(word):
    """The number that a text says, to be compared with one; None where it says none."""
    bare = word.strip()
    for candidate in (bare, bare.replace(".", "").replace(",", ".") if "," in bare else bare, bare.replace(",", "")):
        try:
            return float(candidate)
        except ValueError:
            pass
    return None


def opened_text(notes):
    """How values of a text file are compared once it was opened: as the types that were found for whole columns say it."""
    def equal(name, value, back):
        word = written(value)
        if back is None:
            if value is None:
                return True
            if isinstance(value, (str, bytes)) and len(value) == 0:
                return True
            # Ends of lines are told as they are escaped.
            shown = value.strip() or value.encode("unicode_escape").decode() if isinstance(value, str) else ""
            return bool(shown) and f"`{shown}`" in notes and "read as NULL" in notes
        if isinstance(back, (int, float)):
            if isinstance(value, (int, float)):
                return float(value) == float(back) and (isinstance(back, float) or value == back)
            said = number(value) if isinstance(value, str) else number(word)
            return said is not None and said == float(back)
        if isinstance(word, float):
            return reads_as(back, value)
        return back == word
    return equal


def opened_json(name, value, back):
    if isinstance(value, bytes):
        return isinstance(back, str) and json.loads(back) == {"hex": value.hex()}
    value = without_infinity(value)
    if isinstance(value, int) and isinstance(back, float):
        return value == back
    return same(value, back)


def opened_parquet(column):
    """Of a column with all these values."""
    kinds = {type(value) for value in column if value is not None}
    def equal(name, value, back):
        if value is None or len(kinds) < 2:
            return same(value, back)
        if kinds == {int, float} and isinstance(back, float):
            return float(value) == back
        return isinstance(back, str) and reads_as(back, value)
    return equal


def unescaped(cell):
    return re.sub(r"\\(.)", r"\1", cell)


def shown(value):
    """As `markdown` shows it, but for reals."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        if len(value) > 32:
            return f"x'{value[:16].hex()}…' ({len(value)} B)"
        return f"x'{value.hex()}'"
    return written(value)


def is_control(character):
    return ord(character) < 32 or 0x7f <= ord(character) < 0xa0 or character in "\u2028\u2029\u200e\u200f\u061c\ufeff" or "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069"


def equal_markdown(name, value, back):
    said = shown(value)
    if isinstance(said, float):
        return float(back) == said
    if back == said:
        return True
    if isinstance(said, str) and any(is_control(character) or ord(character) in (0x200d, 0x200b) for character in said):
        plain = re.sub(r"\\(u\{[0-9a-f]+\}|[tnr0])", "", back)
        kept = "".join(c for c in said if not is_control(c) and ord(c) not in (0x200d, 0x200b))
        return plain == re.sub(r"\\(u\{[0-9a-f]+\}|[tnr0])", "", kept)
    return back == said


def cleaned(names):
    """Names as opened files have them."""
    return [" ".join(name.split()) for name in names]


def round_trip(program, database, names, sql, rows, folder, at):
    """One table in every format; gives the format's name and what was lost, if anything."""
    def attempt(format, work):
        try:
            work()
            return format, None
        except Lost as lost:
            return format, str(lost)
        except (ValueError, IndexError, KeyError, sqlite3.Error) as error:
            return format, f"cannot be read: {type(error).__name__}: {error}"

    # A column that is empty and unnamed fields in one line are no rows to readers that skip empty lines.
    def path(name):
        return os.path.join(folder, f"{at}-{name}")

    def text(delimiter, format, null):
        out, _ = program.query(database, sql, "--format", format, *(["--null", null] if null is not None else []))
        found = delimited(out, delimiter)
        head, body = [field for field, _ in found[0]], found[1:]
        if null is None:
            values = [[field for field, _ in row] for row in body]
            compare(names, rows, head, values, lambda name, value, back: (value is None and back == "") or reads_as(back, value))
        else:
            values = [[None if field == null and not quoted else field for field, quoted in row] for row in body]
            compare(names, rows, head, values, lambda name, value, back: back is None if value is None else back is not None and reads_as(back, value))
        # The standard library reads the same.
        if not any("\r" in str(value) or "\0" in str(value) for row in [names, *rows] for value in row):
            again = [row or [""] for row in csv.reader(io.StringIO(out, newline=""), delimiter=delimiter)]
            if again != [[field for field, _ in row] for row in found]:
                raise Lost("Python's csv reads something else")

    def opened(format, file, options=()):
        out, _ = program.query(database, sql, "--format", format, *options)
        with open(path(file), "w", newline="") as handle:
            handle.write(out)
        return reopen(path(file))

    def reopen(file):
        table = os.path.basename(file).rsplit(".", 1)[0]
        try:
            out, notes = program.query(file, f'SELECT * FROM "{table}"', "--format", "json")
        except Lost as lost:
            if not rows and "no rows" in str(lost):
                return None, None, ""
            raise
        found = json.loads(out)
        return found["columns"], [[of_json(v, None) for v in row] for row in found["rows"]], notes

    def text_opened(format):
        head, values, notes = opened(format, f"t.{format}", ("--null", ""))
        if head is None:
            return
        # Of a single column, what is NULL at the end is empty lines at the end.
        last = len(rows)
        while len(names) == 1 and last > 0 and rows[last - 1][0] is None:
            last -= 1
        if last < len(rows) and f"{len(rows) - last:,} empty line" not in notes:
            raise Lost(f"{len(rows) - last} rows at the end are not told of: {notes}")
        compare(names, rows[:last], None, values, opened_text(notes))
        if head != cleaned(names):
            raise Lost(f"names {names} came back as {head}")

    def objects(format):
        out, _ = program.query(database, sql, "--format", format)
        if format == "json":
            found = json.loads(out)
            head, values = found["columns"], found["rows"]
        else:
            found = json.loads(out) if format == "json-rows" else [json.loads(line) for line in out.split("\n") if line]
            head, values = None, [list(row.values()) for row in found]
            if found and list(found[0]) != names:
                raise Lost(f"names {names} came back as {list(found[0])}")
        values = [[of_json(value, None) for value in row] for row in values]
        compare(names, rows, head, values, lambda name, value, back: same(without_infinity(value), back))

    def json_opened(format, ending):
        head, values, _ = opened(format, f"j-{format}.{ending}")
        if head is None or not rows:
            return
        compare(names, rows, None, values, opened_json)
        if head != cleaned(names):
            raise Lost(f"names {names} came back as {head}")

    def markdown():
        out, _ = program.query(database, sql, "--format", "markdown")
        lines = out.split("\n")[:-1]
        cells = [[unescaped(cell[1:-1]) for cell in re.findall(r"(?<=\|)(?: (?:[^|\\]|\\.)*? )(?=\|)", line)] for line in lines]
        compare(names, rows, None, cells[2:], equal_markdown)

    def statements():
        out, _ = program.query(database, sql, "--format", "sql", "--table", "it's")
        connection = sqlite3.connect(":memory:")
        connection.executescript(out)
        found = connection.execute("SELECT * FROM \"it's\"")
        compare(names, rows, [column[0] for column in found.description], [list(row) for row in found], lambda name, a, b: same(a, b))

    def copy():
        program.query(database, sql, "--out", path("x.sqlite"))
        connection = sqlite3.connect(path("x.sqlite"))
        found = connection.execute("SELECT * FROM result")
        compare(names, rows, [column[0] for column in found.description], [list(row) for row in found], lambda name, a, b: same(a, b))

    def parquet():
        program.query(database, sql, "--out", path("p.parquet"))
        head, values, _ = reopen(path("p.parquet"))
        if head is None:
            return
        columns = {name: opened_parquet([row[i] for row in rows]) for i, name in enumerate(names)}
        # Through JSON, which has no infinity: those are looked at apart.
        flat = [[without_infinity(value) for value in row] for row in rows]
        if any(math.isinf(value) for row in rows for value in row if isinstance(value, float)):
            table = f"{at}-p"
            out, _ = program.query(path("p.parquet"), f'SELECT * FROM "{table}"', "--format", "sql")
            connection = sqlite3.connect(":memory:")
            connection.executescript(out)
            values, flat = [list(row) for row in connection.execute("SELECT * FROM result")], rows
        compare(names, flat, None, values, lambda name, value, back: columns[name](name, value, back))

    yield attempt("csv", lambda: text(",", "csv", None))
    yield attempt("csv --null", lambda: text(",", "csv", ""))
    yield attempt("tsv", lambda: text("\t", "tsv", None))
    yield attempt("tsv --null", lambda: text("\t", "tsv", "\\N"))
    yield attempt("csv opened", lambda: text_opened("csv"))
    yield attempt("tsv opened", lambda: text_opened("tsv"))
    for format in ("json", "json-rows", "ndjson"):
        yield attempt(format, lambda: objects(format))
    for format, ending in (("json", "json"), ("json-rows", "json"), ("ndjson", "ndjson")):
        yield attempt(format + " opened", lambda: json_opened(format, ending))
    yield attempt("markdown", markdown)
    yield attempt("sql", statements)
    yield attempt("sqlite", copy)
    yield attempt("parquet opened", parquet)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("--tables", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--keep", help="a folder for what is written; else it is removed")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}")
    rng = random.Random(arguments.seed)
    folder = arguments.keep or tempfile.mkdtemp(prefix="round-trips-")
    os.makedirs(folder, exist_ok=True)
    program = Program(os.path.abspath(arguments.binary), folder)
    database = os.path.join(folder, "tables.sqlite")
    connection = sqlite3.connect(database)
    made = [table(rng, connection, f"t{at}") for at in range(arguments.tables)]
    connection.commit()
    counts, shown_of, failed = {}, {}, False
    tables = [(at, names, sql, [list(row) for row in connection.execute(sql)]) for at, (names, sql) in enumerate(made)]

    def one(table):
        at, names, sql, rows = table
        return at, list(round_trip(program, database, names, sql, rows, folder, at))

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        done = list(pool.map(one, tables))
    for at, results in done:
        for format, lost in results:
            good, bad = counts.get(format, (0, 0))
            counts[format] = (good + (lost is None), bad + (lost is not None))
            if lost is not None:
                failed = True
                shown_of.setdefault(format, []).append(f"t{at}: {lost}")
    print(f"{'format':18} {'equal':>5} {'not':>4}  named as lost")
    for format, (good, bad) in counts.items():
        print(f"{format:18} {good:5} {bad:4}  {LOSSES[format]}")
    for format, lost in shown_of.items():
        for line in lost[:8]:
            print(f"{format}: {line}"[:600])
    if not arguments.keep:
        shutil.rmtree(folder)
    sys.exit(1 if failed else 0)


main()
