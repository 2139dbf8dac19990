#!/bin/bash
# pony 0.7.20 (Pony ORM) on SQLite: a time column plus or minus a length never equals the time it is, and is earlier than it. A trip
# stored as began 10:00, took one hour, ended 11:00 has not ended by began + took == ended, and has by began + took < ended; the same
# comparison written with the length on the other side (began == 11:00 - one hour, where Python does the sum) finds it.
# Cause: Pony stores 26 characters with six digits behind the second; a sum becomes datetime(julianday(began) + ...), which is 19
# characters and is compared as text, and a text that ends sooner is the smaller one. Fractions are cut off, and ended - began is
# off by some microseconds, so that of two trips of exactly an hour one is "at least an hour" and the other is not.
# Why it matters: the query is Python's own expression and gives another answer than the same expression over the loaded rows.
# Seen:
#   t.began + hour == eleven: query [] Python [1]
#   t.began == eleven - hour: query [1] Python [1]
#   t.began + hour >= eleven: query [3] Python [1, 2, 3]
#   t.began + t.took == t.ended: query [] Python [1, 2, 3]
#   t.began + t.took < t.ended: query [1, 2, 3] Python []
#   t.ended - t.began >= hour: query [1] Python [1, 2]
set -e
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
"${PYTHON:-python3}" -m venv "$T/v"
"$T/v/bin/pip" install -q --disable-pip-version-check --no-compile pony==0.7.20
cd "$T" && v/bin/python - <<'P'
from datetime import datetime, timedelta
from pony.orm import Database, Required, db_session, select

db = Database("sqlite", ":memory:")

class Trip(db.Entity):
    began = Required(datetime)
    took = Required(timedelta)
    ended = Required(datetime)

db.generate_mapping(create_tables=True)
hour, half, eleven, noon = timedelta(hours=1), timedelta(minutes=30), datetime(2024, 5, 1, 11), datetime(2024, 5, 1, 12)
seen = []
with db_session:
    for began, took in ((eleven - hour, hour), (eleven - hour + timedelta(milliseconds=250), hour), (noon, half)):
        Trip(began=began, took=took, ended=began + took)
    db.commit()
    for test in (
        "t.began + hour == eleven", "t.began == eleven - hour", "t.began + hour >= eleven", "t.began + t.took == t.ended",
        "t.began + t.took < t.ended", "t.ended - t.began >= hour"):
        asked = sorted(select(f"t.id for t in Trip if {test}"))
        right = sorted(t.id for t in Trip.select() if eval(test))
        print(f"{test}: query {asked} Python {right}")
        seen.append((asked, right))
same = seen == [([], [1]), ([1], [1]), ([3], [1, 2, 3]), ([], [1, 2, 3]), ([1, 2, 3], []), ([1], [1, 2])]
raise SystemExit(0 if same else "changed")
P
