"""The table of real files: table.py DATABASES [--build NAME=BINARY]... [--run NAME=RESULTS.jsonl]... [--totals]

DATABASES holds DB_ID/DB_ID.sqlite, as make.sh leaves them. For each build, the bytes that `schema FILE` tells a model, by kind: names and types, what is
told of a column (units, forms, keys, words), samples and ranges, and tables of bookkeeping. For each run, a result of `eval --out`: right of the questions, and the
confidence of each. `--totals` prints no line of a single file: what is held back stays unread. Standard library only.
"""
import argparse
import collections
import json
import math
import pathlib
import re
import sqlite3
import subprocess

BOOKKEEPING = re.compile(
    r"^(django_(migrations|session|content_type|admin_log)|auth_(permission|group_permissions|user_user_permissions)|sqlite_\w+|gpkg_\w+|rtree_\w+|alembic_version|"
    r"_prisma_migrations|schema_migrations|ar_internal_metadata|android_metadata|room_master_table|z_(metadata|modelcache|primarykey)|spatial_\w+|geometry_columns\w*|"
    r"views_geometry_columns\w*|virts_geometry_columns\w*|spatialite_history|sql_statements_log|data_licenses|elementarygeometries|knex_migrations\w*|typeorm_metadata|"
    r"migrations?|\w+_(fts|idx|content|segments|segdir|docsize|stat|config|data)_?\w*|idx_\w+_(node|parent|rowid)|moz_meta|meta|version)$",
    re.IGNORECASE,
)
TOLD = re.compile(r"since|as text|number as|where it is|keys|duration|e\.g\.|json|days|seconds|ticks|yyyy|date|list of|codes?|in (minutes|hours|cents)|joined|text kept|local|money|percent", re.IGNORECASE)


def kinds(text: str) -> collections.Counter:
    out, table = collections.Counter(), ""
    for line in text.splitlines(keepends=True):
        begins = re.match(r'CREATE (?:VIRTUAL )?(?:TABLE|VIEW) "?([^\s"(]+)', line)
        table = begins.group(1) if begins else table
        named, _, comment = line.partition("-- ")
        size = len(line.encode())
        if BOOKKEEPING.match(table) or line.startswith("-- bookkeeping"):
            out["bookkeeping"] += size
            continue
        said = len(comment.encode())
        out["names"] += size - said
        out["told" if TOLD.search(comment) or begins or not named.strip() else "samples"] += said
    return out


def rows_of(path: str) -> list[dict]:
    return [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]


def totals(rows: list[dict]) -> str:
    sure = [row for row in rows if (row["confidence"] or 0) > 0.8]
    right = [row for row in rows if row["ok"]]
    wrong_and_sure = [row for row in rows if not row["ok"] and (row["confidence"] or 0) > 0.5]
    for_columns = sum(bool(row.get("shows_more")) for row in wrong_and_sure)
    more = sum(bool(row.get("shows_more")) for row in rows)
    return (
        f"{len(right)} of {len(rows)} right ({100 * len(right) / max(len(rows), 1):.1f}%); above 80%: {sum(row['ok'] for row in sure)} of {len(sure)} right; "
        f"{sum(row['ok'] for row in sure)} of {len(right)} right ones above 80%; "
        f"wrong above 50%: {len(wrong_and_sure)}, {for_columns} of them for further columns alone; wrong for further columns alone: {more}"
    )


def sign_test(fixed: int, broken: int) -> float:
    n, k = fixed + broken, min(fixed, broken)
    return min(1.0, 2 * sum(math.comb(n, i) for i in range(k + 1)) / 2**n)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("databases", type=pathlib.Path)
    parser.add_argument("--build", action="append", default=[])
    parser.add_argument("--run", action="append", default=[])
    parser.add_argument("--totals", action="store_true")
    asked = parser.parse_args()
    builds = [build.partition("=")[::2] for build in asked.build]
    runs = [(name, rows_of(path)) for name, _, path in (run.partition("=") for run in asked.run)]
    files = sorted(path for path in asked.databases.glob("*/*.sqlite"))
    sums = {name: collections.Counter() for name, _ in builds}
    largest = {name: 0 for name, _ in builds}
    if not asked.totals:
        print("| file | tables | " + " | ".join(f"{name}: names, told, samples, bookkeeping" for name, _ in builds) + (" | " if runs else "") + " | ".join(name for name, _ in runs) + " |")
        print("|---|---|" + "---|" * (len(builds) + len(runs)))
    for path in files:
        tables = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True).execute("SELECT count(*) FROM sqlite_master WHERE type IN ('table', 'view')").fetchone()[0]
        cells = []
        for name, binary in builds:
            text = subprocess.run([binary, "schema", path], capture_output=True, text=True).stdout
            found = kinds(text)
            sums[name] += found
            largest[name] = max(largest[name], len(text.encode()))
            cells.append(", ".join(str(found[kind]) for kind in ("names", "told", "samples", "bookkeeping")))
        for _, rows in runs:
            own = [row for row in rows if row["db_id"] == path.stem]
            cells.append("; ".join(f"{'right' if row['ok'] else 'wrong'} {100 * (row['confidence'] or 0):.0f}%" for row in own) or "-")
        if not asked.totals:
            print(f"| {path.stem} | {tables} | " + " | ".join(cells) + " |")
    for name, _ in builds:
        print(f"{name}: {len(files)} files; bytes: " + ", ".join(f"{kind} {sums[name][kind]}" for kind in ("names", "told", "samples", "bookkeeping")) + f"; the largest prompt {largest[name]}")
    for name, rows in runs:
        print(f"{name}: {totals(rows)}")
    for (one, before), (other, after) in zip(runs, runs[1:]):
        key = lambda row: (row["db_id"], row["question"])
        was = {key(row): row["ok"] for row in before}
        pairs = [(was[key(row)], row["ok"]) for row in after if key(row) in was]
        fixed, broken = pairs.count((False, True)), pairs.count((True, False))
        print(f"{one} -> {other}: {len(pairs)} in both, {fixed} fixed, {broken} broken, p = {sign_test(fixed, broken):.3f}")


if __name__ == "__main__":
    main()
