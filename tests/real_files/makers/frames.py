"""pandas and polars: frames written as tables."""
import sqlite3
from datetime import timedelta

import pandas as pd
import polars as pl
from common import closed, day, dice, place

r = dice("pandas_sensors")
path = place("pandas_sensors")
rooms = ["kitchen", "bedroom", "cellar", "greenhouse"]
n = 400
when = sorted(day(r, hours=(0, 24)) for _ in range(n))
frame = pd.DataFrame({"timestamp": pd.to_datetime(when), "room": [r.choice(rooms) for _ in range(n)], "temperature": [round(r.gauss(19, 4), 1) if r.random() > 0.03 else None for _ in range(n)],
                      "humidity": [r.randrange(30, 80) for _ in range(n)], "window_open": [r.random() < 0.2 for _ in range(n)], "since_last": pd.to_timedelta([timedelta(minutes=r.randrange(5, 900)) for _ in range(n)])})
devices = pd.DataFrame({"room": rooms, "model": ["TH-2", "TH-2", "TH-1", "TH-3"], "installed": pd.to_datetime(["2021-12-01", "2022-02-11", "2021-12-01", "2023-04-30"])})
with sqlite3.connect(path) as c:
    frame.to_sql("readings", c)
    devices.to_sql("devices", c, index=False)
c.close()
closed(path)

r = dice("polars_energy")
path = place("polars_energy")
when = sorted(day(r) for _ in range(240))
used = pl.DataFrame({"measured_at": when, "meter": [r.choice(["M-01", "M-02", "M-03", "M-04"]) for _ in when], "kwh": [round(r.uniform(0.5, 22), 3) for _ in when], "estimated": [r.random() < 0.15 for _ in when],
                     "outage": [timedelta(minutes=r.randrange(1, 90)) if r.random() < 0.2 else None for _ in when]})
meters = pl.DataFrame({"meter": ["M-01", "M-02", "M-03", "M-04"], "building": ["Town hall", "School", "Library", "Pool"], "built": [when[0].date().replace(year=y) for y in (1974, 1988, 2004, 1996)]})
used.write_database("consumption", f"sqlite:///{path}")
meters.write_database("meters", f"sqlite:///{path}")
closed(path)
