#!/bin/bash
# pandas 3.1.1 and polars 2.1.0, durations written to SQLite (sqlite3 connection, SQLAlchemy 2.1.9 engine).
# 1. A missing duration is not NULL: both write -9223372036854775808. A missing time of the same pandas frame is NULL.
# 2. The unit is nowhere in the file, and the libraries differ: pandas writes the unit of its frame (microseconds, when made
#    of timedelta objects) under a warning that says "ns frequency"; polars turns ms and us into nanoseconds.
# Why it matters: IS NULL finds no gap, MIN and SUM and AVG are nonsense, and the same three minutes are 180000000 in one
# INTEGER column and 180000000000 in the next.
# Seen:
#   pandas_sqlite3 [60000000, -9223372036854775808, 180000000] NULL: 0 avg: -3.0744573455382584e+18
#   pandas_sqlalchemy [60000000, -9223372036854775808, 180000000] NULL: 0 avg: -3.0744573455382584e+18
#   polars_ms [60000000000, -9223372036854775808, 180000000000] NULL: 0 avg: -3.0744572656182584e+18
#   polars_us [60000000000, -9223372036854775808, 180000000000] NULL: 0 avg: -3.0744572656182584e+18
#   missing times that are NULL: 1
#   said: will be written as integer values (ns frequency) to the database.
set -e
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
"${PYTHON:-python3}" -m venv "$T/v"
"$T/v/bin/pip" install -q --disable-pip-version-check --no-compile pandas==3.1.1 polars==2.1.0 pyarrow==26.0.1 SQLAlchemy==2.1.9
cd "$T" && v/bin/python - <<'P'
import sqlite3, warnings
from datetime import datetime, timedelta
import pandas as pd, polars as pl
from sqlalchemy import create_engine

gap, least = None, -2**63
took = [timedelta(minutes=1), gap, timedelta(minutes=3)]
c = sqlite3.connect("f.db")
seen = {}
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter("always")
    frame = pd.DataFrame({"took": took, "at": [datetime(2024, 5, 1), gap, datetime(2024, 5, 3)]})
    frame.to_sql("pandas_sqlite3", c, index=False)
    c.commit()
    frame.to_sql("pandas_sqlalchemy", create_engine("sqlite:///f.db"), index=False)
    for unit in ("ms", "us"):
        pl.DataFrame({"took": pl.Series(took, dtype=pl.Duration(unit))}).write_database("polars_" + unit, "sqlite:///f.db")
    said = {str(m.message).split(", and ")[-1] for m in w if "timedelta" in str(m.message)}
for t in ("pandas_sqlite3", "pandas_sqlalchemy", "polars_ms", "polars_us"):
    seen[t] = [x for x, in c.execute(f"SELECT took FROM {t}")]
    print(t, seen[t], "NULL:", c.execute(f"SELECT sum(took IS NULL) FROM {t}").fetchone()[0], "avg:", c.execute(f"SELECT avg(took) FROM {t}").fetchone()[0])
nulls = c.execute("SELECT sum(at IS NULL) FROM pandas_sqlite3").fetchone()[0]
print("missing times that are NULL:", nulls)
print("said:", *said)
us, ns = [60 * 10**6, least, 180 * 10**6], [60 * 10**9, least, 180 * 10**9]
same = seen == {"pandas_sqlite3": us, "pandas_sqlalchemy": us, "polars_ms": ns, "polars_us": ns} and nulls == 1 and any("ns frequency" in s for s in said)
raise SystemExit(0 if same else "changed")
P
