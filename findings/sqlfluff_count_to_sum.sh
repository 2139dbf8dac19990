#!/bin/bash
# sqlfluff 4.5.0, dialect sqlite: "sqlfluff fix" (rule ST02, on by default) writes CASE WHEN n THEN TRUE ELSE FALSE END as
# coalesce(n, FALSE). In SQLite TRUE is 1 and any number is a condition: where n is 5 the first gives 1 and the second 5. A count
# of rows, sum(CASE ...), becomes the sum of the column; = TRUE no longer finds the row. With NOT n, or with 1 and 0 in place of
# TRUE and FALSE, the meaning stays.
# Why it matters: the fixer is run over whole folders unseen and says that it mended style; both queries run and give one number.
# Seen:
#   sum(CASE WHEN n THEN TRUE ELSE FALSE END) -> sum(coalesce(n, FALSE)): 2 then 12
#   (CASE WHEN n THEN TRUE ELSE FALSE END) = TRUE -> (coalesce(n, FALSE)) = TRUE: rows found 2 then 0
#   sum(CASE WHEN NOT n THEN TRUE ELSE FALSE END) -> sum(coalesce(NOT n, FALSE)): 1 then 1
#   sum(CASE WHEN n THEN 1 ELSE 0 END) -> sum(CASE WHEN n THEN 1 ELSE 0 END): 2 then 2
#   rules that spoke of the first: ST02
set -e
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
"${PYTHON:-python3}" -m venv "$T/v"
"$T/v/bin/pip" install -q --disable-pip-version-check --no-compile sqlfluff==4.5.0
cd "$T" && v/bin/python - <<'P'
import sqlite3
import sqlfluff

c = sqlite3.connect(":memory:")
c.execute("CREATE TABLE pupil (n INTEGER)")
c.executemany("INSERT INTO pupil VALUES (?)", [(5,), (0,), (None,), (7,)])

def part(query):
    return " ".join(query.split()).removeprefix("SELECT ").removesuffix(" FROM pupil").removesuffix(" AS answer").removeprefix("count(*) AS answer FROM pupil WHERE ")

seen = []
for what in (
    "sum(CASE WHEN n THEN TRUE ELSE FALSE END)", "(CASE WHEN n THEN TRUE ELSE FALSE END) = TRUE",
    "sum(CASE WHEN NOT n THEN TRUE ELSE FALSE END)", "sum(CASE WHEN n THEN 1 ELSE 0 END)"):
    counted = not what.startswith("sum")
    query = f"SELECT count(*) AS answer FROM pupil WHERE {what}\n" if counted else f"SELECT {what} AS answer FROM pupil\n"
    fixed = sqlfluff.fix(query, dialect="sqlite")
    before, after = (c.execute(q).fetchone()[0] for q in (query, fixed))
    print(f"{what} -> {part(fixed)}: {'rows found ' if counted else ''}{before} then {after}")
    seen.append((part(fixed), before, after))
    if len(seen) == 1:
        said = {v["code"] for v in sqlfluff.lint(query, dialect="sqlite")}
print("rules that spoke of the first:", *said)
same = said == {"ST02"} and seen == [
    ("sum(coalesce(n, FALSE))", 2, 12), ("(coalesce(n, FALSE)) = TRUE", 2, 0),
    ("sum(coalesce(NOT n, FALSE))", 1, 1), ("sum(CASE WHEN n THEN 1 ELSE 0 END)", 2, 2)]
raise SystemExit(0 if same else "changed")
P
