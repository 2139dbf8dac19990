#!/bin/bash
# ibis 12.0.0 with sqlglot 30.30.0, SQLite: quarter() and week_of_year() are not whole numbers. February is quarter 1.33 and
# December 4.67, while the expression says that its type is int32.
# Cause: ibis writes (month + 2) / 3 and (day - 1) / 7 + 1 and counts on SQLite dividing integers; sqlglot takes a division
# without a mark for one of fractions and writes CAST(... AS REAL) round what is divided.
# Why it matters: a year grouped by quarter has twelve groups of one month instead of four, quarter() == 4 finds October alone,
# and week_of_year() equals no whole number unless the year begins on a Thursday. Nothing fails.
# Seen:
#   type int32 quarters [1.0, 1.33, 1.67, 2.0, 2.33, 2.67, 3.0, 3.33, 3.67, 4.0, 4.33, 4.67]
#   groups by quarter: 12, months with quarter() == 4: 1, whole weeks: 0 of 12
#   SELECT CAST((STRFTIME('%m', "t0"."day") + 2) AS REAL) / 3 AS "q" FROM "sale" AS "t0"
set -e
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
"${PYTHON:-python3}" -m venv "$T/v"
"$T/v/bin/pip" install -q --disable-pip-version-check --no-compile ibis-framework==12.0.0 sqlglot==30.30.0 packaging==26.4
cd "$T" && v/bin/python - <<'P'
import sqlite3
import ibis

sale = ibis.table({"day": "date"}, name="sale")
c = sqlite3.connect("sale.db")
c.execute("CREATE TABLE sale (day DATE)")
c.executemany("INSERT INTO sale VALUES (?)", [(f"2024-{month:02}-15",) for month in range(1, 13)])

def write(expression):
    return " ".join(str(ibis.to_sql(expression, dialect="sqlite")).split()).replace("( ", "(").replace(" )", ")")

def run(expression):
    return c.execute(write(expression)).fetchall()

quarter = sale.day.quarter()
quarters = [round(q, 2) for q, in run(sale.select(q=quarter))]
groups = len(run(sale.group_by(q=quarter).agg(n=sale.count())))
last = run(sale.filter(quarter == 4).count())[0][0]
whole = sum(float(w).is_integer() for w, in run(sale.select(w=sale.day.week_of_year())))
print("type", quarter.type(), "quarters", quarters)
print(f"groups by quarter: {groups}, months with quarter() == 4: {last}, whole weeks: {whole} of 12")
print(write(sale.select(q=quarter)))
same = str(quarter.type()) == "int32" and quarters == [round((m + 2) / 3, 2) for m in range(1, 13)]
raise SystemExit(0 if same and (groups, last, whole) == (12, 1, 0) else "changed")
P
