#!/bin/bash
# pygtfs 0.1.11 with SQLAlchemy 2.1.9: a stop time of a GTFS feed is a length from the start of the service day, and 25:10:00
# is usual for a night bus. stop_times.arrival_time is declared DATETIME and holds a date nobody wrote: 1970-01-01 and the
# time, from 24:00:00 on 1970-01-02.
# Why it matters: the column looks like a moment and is none. time() puts the stop after midnight before the one ahead of
# it, and the last arrival by it is an evening's; the length comes back only as julianday() - julianday('1970-01-01').
# Seen:
#   ['DATETIME'] ['1970-01-01 23:50:00.000000', '1970-01-02 01:10:00.000000']
#   last arrival by time(): 23:50:00 hours from the start of the day: [23.83, 25.17]
set -eo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
"${PYTHON:-python3}" -m venv "$T/v"
"$T/v/bin/pip" install -q --disable-pip-version-check --no-compile pygtfs==0.1.11 SQLAlchemy==2.1.9
cd "$T" && v/bin/python - 2>&1 <<'P' | grep -v -e '^Loading' -e 'for <class' -e '^Complete'
import sqlite3, zipfile
import pygtfs

feed = {"agency": "agency_id,agency_name,agency_url,agency_timezone\nA,Lines,http://example.org,Europe/Berlin",
        "stops": "stop_id,stop_name,stop_lat,stop_lon\nS1,Harbour,52,13\nS2,Zoo,52,13.1",
        "routes": "route_id,agency_id,route_short_name,route_long_name,route_type\nR,A,N5,Night bus,3",
        "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\nD,1,1,1,1,1,1,1,20240101,20241231",
        "trips": "route_id,service_id,trip_id\nR,D,T",
        "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\nT,23:50:00,23:50:00,S1,1\nT,25:10:00,25:10:00,S2,2"}
with zipfile.ZipFile("feed.zip", "w") as z:
    for name, text in feed.items():
        z.writestr(name + ".txt", text + "\n")
pygtfs.append_feed(pygtfs.Schedule("g.db"), "feed.zip")
c = sqlite3.connect("g.db")
declared = [r[2] for r in c.execute("PRAGMA table_info(stop_times)") if r[1] == "arrival_time"]
held = [t for t, in c.execute("SELECT arrival_time FROM stop_times ORDER BY stop_sequence")]
last = c.execute("SELECT max(time(arrival_time)) FROM stop_times").fetchone()[0]
hours = [h for h, in c.execute("SELECT round((julianday(arrival_time) - julianday('1970-01-01')) * 24, 2) FROM stop_times ORDER BY stop_sequence")]
print(declared, held)
print("last arrival by time():", last, "hours from the start of the day:", hours)
same = declared == ["DATETIME"] and held == ["1970-01-01 23:50:00.000000", "1970-01-02 01:10:00.000000"] and last == "23:50:00" and hours == [23.83, 25.17]
raise SystemExit(0 if same else "changed")
P
