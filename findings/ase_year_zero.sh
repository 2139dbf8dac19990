#!/bin/bash
# ASE 3.29.0 (ase.db): systems.ctime and mtime are a REAL count of years of 365.25 days, and year zero is not
# 2000-01-01 00:00 UTC, as its comment and the docstring of now() say, but an hour before: ase.db.core has
# T2000 = 946681200, which is 1999-12-31 23:00 UTC (midnight in central Europe), in every time zone.
# Why it matters: a reader that counts from 2000-01-01 UTC is one hour late for every row, and no value looks odd;
# SQLite's own datetime() takes the number for a Julian day and answers a date in the year -4713.
# Seen:
#   T2000: 1999-12-31 23:00:00+00:00 YEAR: 365.25 days
#   ctime: float datetime(ctime): -4713
#   by ASE's constants within the write: True
#   counted from 2000-01-01 UTC, seconds off: 3600
set -e
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
"${PYTHON:-python3}" -m venv "$T/v"
"$T/v/bin/pip" install -q --disable-pip-version-check --no-compile numpy==2.3.5 scipy==1.16.3
"$T/v/bin/pip" install -q --disable-pip-version-check --no-compile --no-deps ase==3.29.0
cd "$T" && v/bin/python - <<'P'
import sqlite3, time
from datetime import datetime, timezone
import ase.db, ase.db.core as core
from ase import Atoms

before = time.time()
ase.db.connect("m.db").write(Atoms("H"))
after = time.time()
t, julian = sqlite3.connect("m.db").execute("SELECT ctime, datetime(ctime) FROM systems").fetchone()
iso = lambda s: datetime.fromtimestamp(s, timezone.utc).isoformat(" ", "seconds")
own, guess = core.T2000 + t * core.YEAR, 946684800 + t * 365.25 * 86400
print("T2000:", iso(core.T2000), "YEAR:", core.YEAR / 86400, "days")
print("ctime:", type(t).__name__, "datetime(ctime):", julian[:5])
print("by ASE's constants within the write:", before - 1 < own < after + 1)
print("counted from 2000-01-01 UTC, seconds off:", round(guess - own))
same = iso(core.T2000) == "1999-12-31 23:00:00+00:00" and core.YEAR == 365.25 * 86400 and before - 1 < own < after + 1 and round(guess - own) == 3600 and julian.startswith("-4713")
raise SystemExit(0 if same else "changed")
P
