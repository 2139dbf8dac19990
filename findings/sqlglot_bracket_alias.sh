#!/bin/bash
# sqlglot 30.30.0, DuckDB 2.0.1 to SQLite: SQLite has no subscript, yet s[1] is written as s[0] and s[2:3] as s[2:3], without a
# warning and also under unsupported_level=RAISE. In a SELECT list SQLite runs it: brackets are quotes there, as in MS Access, and a
# name behind an expression is its alias. So "the first letter of s" is the whole of s, in a column called "0". The same from
# Postgres (an array's item, where the column holds the array's text), ClickHouse and Presto. With an alias or in WHERE it is a syntax error.
# Why it matters: a check that the translation runs, and returns as many rows, passes; the one sign is the column's name.
# Seen:
#   SELECT id, s[1] FROM t -> SELECT id, s[0] FROM t: duckdb [(1, 'A'), (2, 'b')] sqlite [(1, 'Ada'), (2, 'bob')] column 0
#   SELECT id, s[2:3] FROM t -> SELECT id, s[2:3] FROM t: duckdb [(1, 'da'), (2, 'ob')] sqlite [(1, 'Ada'), (2, 'bob')] column 2:3
#   SELECT id, upper(s)[1] FROM t -> SELECT id, UPPER(s)[1] FROM t: duckdb [(1, 'A'), (2, 'B')] sqlite [(1, 'ADA'), (2, 'BOB')] column 1
#   SELECT DISTINCT s[3] FROM t ORDER BY 1 -> SELECT DISTINCT s[2] FROM t ORDER BY 1 NULLS LAST: duckdb [('a',), ('b',)] sqlite [('Ada',), ('bob',)] column 2
#   SELECT id FROM t WHERE s[1] = 'A' -> SELECT id FROM t WHERE s[0] = 'A': duckdb [(1,)] sqlite OperationalError
#   from postgres, clickhouse, presto: s[0] s[0] s[0]
set -e
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
"${PYTHON:-python3}" -m venv "$T/v"
"$T/v/bin/pip" install -q --disable-pip-version-check --no-compile sqlglot==30.30.0 duckdb==2.0.1
cd "$T" && v/bin/python - <<'P'
import sqlite3
import duckdb, sqlglot

duck, lite = duckdb.connect(), sqlite3.connect(":memory:")
for c in (duck, lite):
    c.execute("CREATE TABLE t (id INTEGER, s VARCHAR)")
    c.execute("INSERT INTO t VALUES (1, 'Ada'), (2, 'bob')")

def turn(query, read):
    return sqlglot.transpile(query, read=read, write="sqlite", unsupported_level=sqlglot.ErrorLevel.RAISE)[0]

seen = []
for query in (
    "SELECT id, s[1] FROM t", "SELECT id, s[2:3] FROM t", "SELECT id, upper(s)[1] FROM t", "SELECT DISTINCT s[3] FROM t ORDER BY 1",
    "SELECT id FROM t WHERE s[1] = 'A'"):
    turned, right = turn(query, "duckdb"), duck.execute(query).fetchall()
    try:
        ran = lite.execute(turned)
        got, name = ran.fetchall(), " column " + ran.description[-1][0]
    except sqlite3.OperationalError as e:
        got, name = type(e).__name__, ""
    print(f"{query} -> {turned}: duckdb {right} sqlite {got}{name}")
    seen.append((turned, right, got, name))
others = [turn("SELECT s[1]", read).split(" ", 1)[1] for read in ("postgres", "clickhouse", "presto")]
print("from postgres, clickhouse, presto:", *others)
whole = [(1, "Ada"), (2, "bob")]
same = others == ["s[0]"] * 3 and seen == [
    ("SELECT id, s[0] FROM t", [(1, "A"), (2, "b")], whole, " column 0"),
    ("SELECT id, s[2:3] FROM t", [(1, "da"), (2, "ob")], whole, " column 2:3"),
    ("SELECT id, UPPER(s)[1] FROM t", [(1, "A"), (2, "B")], [(1, "ADA"), (2, "BOB")], " column 1"),
    ("SELECT DISTINCT s[2] FROM t ORDER BY 1 NULLS LAST", [("a",), ("b",)], [("Ada",), ("bob",)], " column 2"),
    ("SELECT id FROM t WHERE s[0] = 'A'", [(1,)], "OperationalError", "")]
raise SystemExit(0 if same else "changed")
P
