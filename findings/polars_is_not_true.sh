#!/bin/bash
# polars 2.1.0, SQL (SQLContext, which follows Postgres by its documentation): b IS NOT TRUE is unknown where b is NULL, and so are
# b IS TRUE and b IS NOT FALSE. The standard has these tests so that they are never unknown; SQLite 3 runs the same queries over the
# same rows and says 1 or 0. IS NOT DISTINCT FROM TRUE is right in both. strpos(NULL, 'd') is the number 0, and not NULL.
# Cause: the tests are turned into = TRUE and <> TRUE.
# Why it matters: "all that was not paid" leaves out what nobody has entered yet, and CASE WHEN paid IS NOT TRUE takes it for paid;
# the paid and the not paid together are fewer rows than the table has.
# Seen:
#   id WHERE paid IS NOT TRUE: polars [3] SQLite [2, 3]
#   id WHERE (sum > 1) IS NOT FALSE: polars [1] SQLite [1, 2]
#   id WHERE CASE WHEN paid IS NOT TRUE THEN 'open' ELSE 'paid' END = 'paid': polars [1, 2] SQLite [1]
#   id WHERE paid IS TRUE OR paid IS NOT TRUE: polars [1, 3] SQLite [1, 2, 3]
#   id WHERE paid IS NOT DISTINCT FROM TRUE: polars [1] SQLite [1]
#   id WHERE strpos(note, 'd') = 0: polars [2]
set -e
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
"${PYTHON:-python3}" -m venv "$T/v"
"$T/v/bin/pip" install -q --disable-pip-version-check --no-compile polars==2.1.0
cd "$T" && v/bin/python - <<'P'
import sqlite3
import polars as pl

rows = [(1, True, 5, "paid"), (2, None, None, None), (3, False, -7, "due")]
frame = pl.SQLContext(bill=pl.DataFrame(rows, schema=["id", "paid", "sum", "note"], orient="row"))
lite = sqlite3.connect(":memory:")
lite.execute("CREATE TABLE bill (id INTEGER, paid BOOLEAN, sum INTEGER, note TEXT)")
lite.executemany("INSERT INTO bill VALUES (?, ?, ?, ?)", rows)

def ask(run, where):
    return sorted(i for i, in run(f"SELECT id FROM bill WHERE {where}"))

seen = {}
for where in (
    "paid IS NOT TRUE", "(sum > 1) IS NOT FALSE", "CASE WHEN paid IS NOT TRUE THEN 'open' ELSE 'paid' END = 'paid'",
    "paid IS TRUE OR paid IS NOT TRUE", "paid IS NOT DISTINCT FROM TRUE"):
    seen[where] = ask(lambda q: frame.execute(q, eager=True).rows(), where), ask(lambda q: lite.execute(q).fetchall(), where)
    print(f"id WHERE {where}: polars {seen[where][0]} SQLite {seen[where][1]}")
place = ask(lambda q: frame.execute(q, eager=True).rows(), "strpos(note, 'd') = 0")
print("id WHERE strpos(note, 'd') = 0: polars", place)
same = place == [2] and list(seen.values()) == [([3], [2, 3]), ([1], [1, 2]), ([1, 2], [1]), ([1, 3], [1, 2, 3]), ([1], [1])]
raise SystemExit(0 if same else "changed")
P
