"""The small files of ../shared/cases/real-files, each asked with a scripted draft: cases.py BINARY [BINARY...]

A case is a file, a question, a draft, and SQL that returns what is right (run by Python's sqlite3, with the owner's collations and functions), or None
where no draft of this kind can be right: then the answer has to be doubted. Printed is what each build makes of it: `right`, `doubted` (wrong rows or
none, at most 50%), or `CALM` (wrong rows above 50%). Standard library only; the folder of cases stands in SQLLAMA_SHARED or ../shared. Ends with 1 where
the last build is calm about wrong rows, or doubts right ones.
"""
import json
import os
import runpy
import sqlite3
import subprocess
import sys
import tempfile
import contextlib
import io

HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = os.environ.get("SQLLAMA_SHARED", os.path.join(HERE, "../../../shared"))
ALL = "id BETWEEN 1 AND 60"


def since(condition: str) -> str:
    return f"SELECT count(*) FROM visit WHERE {condition}"


UNITS = {
    "core_data": "datetime(core_data + 978307200, 'unixepoch')",
    "webkit": "datetime(webkit / 1000000 - 11644473600, 'unixepoch')",
    "prtime": "datetime(prtime / 1000000, 'unixepoch')",
    "unix": "datetime(\"unix\", 'unixepoch')",
    "unix_ms": "datetime(unix_ms / 1000, 'unixepoch')",
    "unix_ns": "datetime(unix_ns / 1000000000, 'unixepoch')",
    "julian": "datetime(julian)",
    "ticks": "datetime(ticks / 10000000 - 62135596800, 'unixepoch')",
    "filetime": "datetime(filetime / 10000000 - 11644473600, 'unixepoch')",
    "ole": "datetime((ole - 25569) * 86400, 'unixepoch')",
    "ymd": "substr(ymd, 1, 4) || '-' || substr(ymd, 5, 2) || '-' || substr(ymd, 7, 2)",
    "apple_ns": "datetime(apple_ns / 1000000000 + 978307200, 'unixepoch')",
    "unix_text": "datetime(unix_text, 'unixepoch')",
}

CASES = []
for name, text in UNITS.items():
    CASES += [
        ("epochs.db", "How many visits were in 2018?", since(f"strftime('%Y', {name}) = '2018'"), since(f"{text} LIKE '2018%'")),
        ("epochs.db", "How many visits were since 2020?", since(f"{name} >= '2020-01-01'"), since(f"{text} >= '2020-01-01'")),
        ("epochs.db", "How many visits were in 2019?", since(f"{name} LIKE '2019%'"), since(f"{text} LIKE '2019%'")),
        ("epochs.db", "How many visits were in 2021?", since(f"EXTRACT(YEAR FROM {name}) = 2021"), since(f"{text} LIKE '2021%'")),
        ("epochs.db", "How many visits were in 2017 and 2018?", since(f"{name} BETWEEN '2017-01-01' AND '2018-12-31'"), since(f"{text} >= '2017' AND {text} < '2019'")),
        ("epochs.db", "How many visits per year?", f"SELECT strftime('%Y', {name}) AS year, count(*) FROM visit GROUP BY year", f"SELECT substr({text}, 1, 4) AS y, count(*) FROM visit GROUP BY y"),
    ]
PRISMA = 'datetime(o."createdAt" / 1000, \'unixepoch\')'
CASES += [
    ("prisma_like.db", "How many orders were made in 2025?", "SELECT count(*) FROM \"Order\" WHERE \"createdAt\" >= '2025-01-01' AND \"createdAt\" < '2026-01-01'", f'SELECT count(*) FROM "Order" o WHERE {PRISMA} LIKE \'2025%\''),
    ("prisma_like.db", "What is the total of the orders in each year?", "SELECT strftime('%Y', \"createdAt\") AS year, SUM(total) FROM \"Order\" GROUP BY year", f'SELECT substr({PRISMA}, 1, 4) AS y, SUM(total) FROM "Order" o GROUP BY y'),
    ("prisma_like.db", "Which users signed up after 2024-06-01?", "SELECT email FROM \"User\" WHERE \"createdAt\" > '2024-06-01'", "SELECT email FROM \"User\" WHERE datetime(\"createdAt\" / 1000, 'unixepoch') > '2024-06-01'"),
    ("booleans.db", "How many users are admins?", "SELECT count(*) FROM users WHERE admin = 1", "SELECT count(*) FROM users WHERE admin = 't'"),
    ("booleans.db", "How many users are not admins?", "SELECT count(*) FROM users WHERE NOT admin", "SELECT count(*) FROM users WHERE admin = 'f'"),
    ("booleans.db", "How many active users are there?", "SELECT count(*) FROM users WHERE active", "SELECT count(*) FROM users WHERE active = 'true'"),
    ("booleans.db", "How many users are subscribed?", "SELECT count(*) FROM users WHERE subscribed = TRUE", "SELECT count(*) FROM users WHERE subscribed = 'Y'"),
    ("booleans.db", "How many users are not subscribed?", "SELECT count(*) FROM users WHERE subscribed = 'no'", "SELECT count(*) FROM users WHERE subscribed = 'N'"),
    ("json.db", "What is the average age of the customers?", "SELECT AVG(meta) FROM customer", "SELECT AVG(meta ->> '$.age') FROM customer"),
    ("json.db", "What is the average age of the customers in Paris?", "SELECT AVG(json_extract(meta, '$.age')) FROM customer WHERE json_extract(meta, '$.city') = 'Paris'", "SELECT AVG(meta ->> '$.age') FROM customer WHERE meta ->> '$.city' = 'Paris'"),
    ("json.db", "How many customers are from Rome?", "SELECT count(*) FROM customer WHERE meta = 'Rome'", "SELECT count(*) FROM customer WHERE meta ->> '$.city' = 'Rome'"),
    ("collation.db", "How many cards does each deck have?", "SELECT d.name, count(*) FROM deck d JOIN card c ON c.did = d.id GROUP BY d.name", "SELECT d.name, count(*) FROM deck d JOIN card c ON c.did = d.id GROUP BY d.name"),
    ("collation.db", "How many cards are in the deck History?", "SELECT count(*) FROM card JOIN deck ON deck.id = card.did WHERE deck.name = 'History'", "SELECT count(*) FROM card JOIN deck ON deck.id = card.did WHERE deck.name = 'history'"),
    ("collation.db", "Which tags are there?", "SELECT tag FROM tag ORDER BY tag", "SELECT tag FROM tag ORDER BY tag"),
    ("collation.db", "How many fields are there?", "SELECT count(*) FROM field", "SELECT count(*) FROM field"),
    ("owner_functions.db", "List the books' titles and how they sort", "SELECT title, sort FROM meta", "SELECT title, CASE title WHEN 'The First' THEN 'First, The' ELSE 'Second, A' END FROM books"),
    ("owner_functions.db", "How many books does each series have?", "SELECT name, n FROM series_browser", "SELECT 'The Long Way', 2"),
    ("owner_index.db", "Which songs are there?", "SELECT title FROM song", "SELECT title FROM song"),
    ("owner_index.db", "Which album titles are there?", "SELECT title FROM album", "SELECT title FROM album"),
    ("tokenizer.db", "How many messages are there?", "SELECT count(*) FROM msg", "SELECT 2"),
    ("tokenizer.db", "Which notes speak of hello?", "SELECT body FROM note WHERE body LIKE '%hello%'", "SELECT body FROM note WHERE id = 1"),
    ("dqs_view.db", "Which open orders are there?", 'SELECT id, total FROM "Open Orders"', 'SELECT id, total FROM "order" WHERE state = \'open\''),
    ("dqs_view.db", "Which type names are there?", "SELECT type_name FROM kinds", "SELECT 'ST_' || kind FROM columns_of"),
    ("coredata.db", "How many notes are in the folder Work?", "SELECT count(*) FROM ZNOTE JOIN ZFOLDER ON ZNOTE.ZFOLDER = ZFOLDER.Z_PK WHERE ZFOLDER.ZNAME = 'Work'", "SELECT count(*) FROM ZNOTE WHERE ZFOLDER = 1"),
    ("coredata.db", "How many notes are in the folder Work?", "SELECT count(*) FROM ZNOTE JOIN ZFOLDER ON ZNOTE.Z_ENT = ZFOLDER.Z_ENT WHERE ZFOLDER.ZNAME = 'Work'", "SELECT count(*) FROM ZNOTE WHERE ZFOLDER = 1"),
    ("coredata.db", "How many notes have the tag todo?", "SELECT count(*) FROM ZNOTE n JOIN Z_2TAGS l ON l.Z_2NOTES = n.Z_PK JOIN ZTAG t ON t.Z_PK = l.Z_3TAGS WHERE t.ZNAME = 'todo'", "SELECT count(*) FROM Z_2TAGS WHERE Z_3TAGS = 1"),
    ("coredata.db", "How many notes were created in 2014?", "SELECT count(*) FROM ZNOTE WHERE strftime('%Y', ZCREATED) = '2014'", "SELECT count(*) FROM ZNOTE WHERE datetime(ZCREATED + 978307200, 'unixepoch') LIKE '2014%'"),
    ("cliff.db", "How many runs failed?", "SELECT count(*) FROM runs WHERE status = 'failed'", "SELECT count(*) FROM runs WHERE status = 'FAILED'"),
    ("cliff.db", "How many runs does each experiment have?", "SELECT e.name, count(*) FROM experiments e JOIN runs r ON r.experiment_id = e.experiment_id GROUP BY e.name", "SELECT e.name, count(*) FROM experiments e JOIN runs r USING (experiment_id) GROUP BY e.name"),
    ("prefix.db", "How many visits does each place have?", "SELECT p.title, count(*) FROM moz_places p JOIN moz_historyvisits v ON v.id = p.id GROUP BY p.title", "SELECT p.title, count(*) FROM moz_places p JOIN moz_historyvisits v ON v.place_id = p.id GROUP BY p.title"),
    ("prefix.db", "Which author wrote Post 3?", "SELECT a.name FROM blog_author a JOIN blog_post p ON p.author_id = a.id WHERE p.title = 'Post 3'", "SELECT 'Author 3'"),
    ("prefix.db", "Who wrote Book 7?", "SELECT a.name FROM authors a JOIN books_authors_link l ON l.author = a.id JOIN books b ON b.id = l.book WHERE b.title = 'Book 7'", "SELECT 'A 7'"),
    ("aliases.gpkg", "What is the scalerank of the Nile?", "SELECT property_0 FROM rivers WHERE property_1 = 'Nile'", "SELECT '1'"),
    ("layers.gpkg", "How long is road roads 1?", "SELECT length FROM roads WHERE name = 'roads 1'", "SELECT 1.5"),
    ("blobtext.db", "Which items lie in /music?", "SELECT title FROM item WHERE path LIKE '/music/%'", "SELECT title FROM item"),
    ("csvimport", "Which city has the largest population?", "SELECT city FROM city ORDER BY population DESC LIMIT 1", "SELECT 'Paris'"),
    ("csvimport", "Which cities have more than 100000 people?", "SELECT city FROM city WHERE population > 100000", "SELECT city FROM city WHERE CAST(population AS INTEGER) > 100000"),
    ("csvimport", "What is the smallest population?", "SELECT min(population) FROM city", "SELECT 99800"),
    ("efcore", "Which product is the most expensive?", 'SELECT "Name" FROM "Products" ORDER BY "Price" DESC LIMIT 1', "SELECT 'Bed'"),
    ("efcore", "Which products cost over 100?", 'SELECT "Name" FROM "Products" WHERE "Price" > 100', 'SELECT "Name" FROM "Products" WHERE CAST("Price" AS REAL) > 100'),
    ("efcore", "Which products were made in March 2024?", "SELECT \"Name\" FROM \"Products\" WHERE strftime('%Y-%m', \"CreatedAt\") = '2024-03'", "SELECT 'Chair'"),
    ("kinds", "Who pays the highest fee?", "SELECT name FROM member ORDER BY fee DESC LIMIT 1", "SELECT 'Dan'"),
    ("kinds", "Who joined in 2023?", "SELECT name FROM member WHERE joined LIKE '2023%'", "SELECT 'Cid'"),
    ("kinds", "What is the sum of all fees?", "SELECT sum(fee) FROM member", "SELECT 1464.5"),
    ("kinds", "How many active members are there?", "SELECT count(*) FROM member WHERE active = 1", "SELECT count(*) FROM member WHERE active = 'true'"),
    ("mathfn", "What is the distance of each shop from the origin?", "SELECT name, SQRT(x * x + y * y) FROM shop", "SELECT name, sqrt(x * x + y * y) FROM shop"),
    ("big_range.db", "How many events were on 2023-04-14?", "SELECT count(*) FROM event WHERE at = '2023-04-14'", "SELECT count(*) FROM event WHERE at = '2023-04-14'"),
    ("big_range.db", "When was the last event?", "SELECT max(at) FROM event", "SELECT max(at) FROM event"),
]


def make(folder: str) -> None:
    cases = os.path.join(os.path.abspath(SHARED), "cases", "real-files")
    before = os.getcwd()
    os.chdir(folder)
    with contextlib.redirect_stdout(io.StringIO()):
        for script in ("make_cases.py", "more_cases.py", "big_range.py"):
            runpy.run_path(os.path.join(cases, script))
    os.chdir(before)
    with open(os.path.join(cases, "text_numbers.sql")) as file:
        for section in file.read().split("-- section ")[1:]:
            name, sql = section.split("\n", 1)
            with contextlib.closing(sqlite3.connect(os.path.join(folder, name))) as made:
                made.executescript("\n".join(line for line in sql.splitlines() if "sqlite_sequence" not in line))


def fold(left: str, right: str) -> int:
    return (left.lower() > right.lower()) - (left.lower() < right.lower())


def rows(path: str, sql: str) -> list:
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.text_factory = lambda value: value.decode("utf-8", "replace")
        database.create_collation("unicase", fold)
        database.create_function("unaccent", 1, lambda value: value and value.lower(), deterministic=True)
        return database.execute(sql).fetchall()


def comparable(found: list) -> list:
    def one(value):
        if isinstance(value, float):
            return str(round(value, 6) + 0.0)
        if isinstance(value, int):
            return str(float(value))
        try:
            return str(round(float(value), 6))
        except (TypeError, ValueError):
            return str(value)
    return sorted(tuple(one(value) for value in row) for row in found)


def play(binary: str, folder: str, path: str, question: str, sql: str) -> dict:
    script = os.path.join(folder, "draft.txt")
    with open(script, "w") as file:
        file.write(f"```sql\n{sql}\n```\n")
    name = os.path.basename(binary)
    own = {**os.environ, "SQLLAMA_DATA_DIR": os.path.join(folder, f"data-{name}"), "SQLLAMA_CONFIG_DIR": os.path.join(folder, f"config-{name}")}
    ran = subprocess.run([binary, "ask", path, question, "--model", f"script:{script}", "--format", "json"], capture_output=True, text=True, env=own)
    try:
        return json.loads(ran.stdout)
    except json.JSONDecodeError:
        return {"said": ran.stderr.strip().splitlines()[-1:]}


def judge(path: str, answer: dict, right: str | None) -> str:
    confidence = answer.get("confidence") or 0.0
    found = answer.get("rows")
    same = False
    if right is not None and found is not None:
        found = [list(row.values()) if isinstance(row, dict) else row for row in found]
        same = comparable(found) == comparable(rows(path, right))
    if same:
        return f"{'right' if confidence > 0.5 else 'right, DOUBTED'} {confidence:.0%}"
    return f"{'CALM' if confidence > 0.5 else 'doubted'} {confidence:.0%}"


def main() -> int:
    binaries = sys.argv[1:]
    if not binaries:
        print(__doc__)
        return 2
    totals: dict[str, dict[str, int]] = {binary: {} for binary in binaries}
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        make(folder)
        for name, question, draft, right in CASES:
            path = os.path.join(folder, name)
            told = []
            for binary in binaries:
                answer = play(binary, folder, path, question, draft)
                said = judge(path, answer, right)
                told.append(said)
                kind = said.rsplit(" ", 1)[0]
                totals[binary][kind] = totals[binary].get(kind, 0) + 1
                bad += binary == binaries[-1] and kind in ("CALM", "right, DOUBTED")
            print(f"{name:18} {' | '.join(f'{each:20}' for each in told)} {draft[:110]}", flush=True)
    for binary, kinds in totals.items():
        print(os.path.basename(binary), kinds)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
