#!/bin/bash
# geopandas 1.2.0 with pyogrio 0.13.0 (GDAL 3.12.4) reading an SQLite table: a DATETIME column takes its type from the first row
# of the file, and values of the other form are replaced. Integers first: each text becomes its year as a number (2024), also
# where the filter leaves texts alone. Text or NULL first: each integer becomes NaT. No warning in any case.
# Why it matters: knex writes such columns (milliseconds from a Date, text from the column's own default). A frame sorted by
# this column, or its min and max, is wrong, and which half is lost depends on a row that need not be in the answer.
# Seen:
#   text first datetime64[ms] ['2024-05-01T10:00:00', 'NaT', '2024-05-01T12:00:00'] warnings: 0
#   NULL first datetime64[ms] ['NaT', 'NaT', '2024-05-01T12:00:00'] warnings: 0
#   integers first int64 [1714557600000, 2024, 2024] warnings: 0
#   integers first, where id > 1 int64 [2024, 2024] warnings: 0
set -e
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
"${PYTHON:-python3}" -m venv "$T/v"
"$T/v/bin/pip" install -q --disable-pip-version-check --no-compile geopandas==1.2.0 pyogrio==0.13.0 pandas==3.1.1 shapely==2.2.0
cd "$T" && v/bin/python - <<'P'
import sqlite3, warnings
import geopandas, pyogrio

ms, ten, noon = 1714557600000, "2024-05-01 10:00:00", "2024-05-01 12:00:00"
seen = []

def read(what, rows=None, **how):
    if rows:
        c = sqlite3.connect("f.sqlite")
        c.executescript("DROP TABLE IF EXISTS trip; CREATE TABLE trip (id INTEGER PRIMARY KEY, began DATETIME)")
        c.executemany("INSERT INTO trip (began) VALUES (?)", [(r,) for r in rows])
        c.commit()
        c.close()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        began = geopandas.read_file("f.sqlite", layer="trip", engine="pyogrio", **how)["began"]
    kind = str(began.dtype)
    values = began.tolist() if kind == "int64" else ["NaT" if v is None else v.isoformat() for v in began.astype(object).where(began.notna(), None)]
    print(what, kind, values, "warnings:", len(said))
    seen.append((kind, values, len(said)))

print("GDAL", pyogrio.__gdal_version__)
read("text first", [ten, ms, noon])
read("NULL first", [None, ms, noon])
read("integers first", [ms, ten, noon])
read("integers first, where id > 1", where="id > 1")
texts = ["2024-05-01T10:00:00", "2024-05-01T12:00:00"]
same = seen == [
    ("datetime64[ms]", [texts[0], "NaT", texts[1]], 0), ("datetime64[ms]", ["NaT", "NaT", texts[1]], 0),
    ("int64", [ms, 2024, 2024], 0), ("int64", [2024, 2024], 0)]
raise SystemExit(0 if same else "changed")
P
