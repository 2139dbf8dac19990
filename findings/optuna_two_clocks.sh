#!/bin/bash
# optuna 4.9.0 and 5.0.0, one study in one SQLite file: trials.datetime_start and datetime_complete are local time in rows
# of 4.9.0 and UTC in rows of 5.0.0. Both are naive text, 5.0.0 goes on with the old file unasked, its schema version is
# the same, version_info.library_version stays "4.9.0", and old rows are not converted: 5.0.0 shows them moved by the offset.
# Why it matters: nothing in the file says which rows are which. Nine hours east of UTC the order by start is turned round
# for the trials of the day of the upgrade.
# Seen (with the zone JST-9):
#   written by 4.9.0 then 5.0.0 - hours from UTC in the file: 9 0
#   trials by datetime_start: 1 0
#   trial 0 as 5.0.0 shows it, hours from what 4.9.0 showed: 9.0
#   version_info: (12, '4.9.0')
set -e
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
"${PYTHON:-python3}" -m venv "$T/v"
"$T/v/bin/pip" install -q --disable-pip-version-check --no-compile optuna==5.0.0 SQLAlchemy==2.1.9 alembic==1.20.1
"$T/v/bin/pip" install -q --disable-pip-version-check --no-compile --no-deps --target "$T/old" optuna==4.9.0
cat > "$T/trial.py" <<'P'
import optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
study = optuna.create_study(storage="sqlite:///s.db", study_name="tea", load_if_exists=True)
study.optimize(lambda t: t.suggest_float("minutes", 1, 9), n_trials=1)
print(optuna.__version__, study.trials[0].datetime_start.isoformat())
P
cd "$T"
export TZ=JST-9
old=$(PYTHONPATH=$T/old v/bin/python trial.py)
new=$(v/bin/python trial.py)
v/bin/python - "$old" "$new" <<'P'
import sqlite3, sys
from datetime import datetime, timedelta, timezone

(v0, first), (v1, again) = (a.split() for a in sys.argv[1:])
c = sqlite3.connect("s.db")
starts = [datetime.fromisoformat(s) for s, in c.execute("SELECT datetime_start FROM trials ORDER BY number")]
now = datetime.now(timezone.utc).replace(tzinfo=None)
off = [round((s - now) / timedelta(hours=1)) for s in starts]
order = [n for n, in c.execute("SELECT number FROM trials ORDER BY datetime_start")]
moved = (datetime.fromisoformat(again) - datetime.fromisoformat(first)) / timedelta(hours=1)
info = c.execute("SELECT schema_version, library_version FROM version_info").fetchall()
print("written by", v0, "then", v1, "- hours from UTC in the file:", *off)
print("trials by datetime_start:", *order)
print("trial 0 as 5.0.0 shows it, hours from what 4.9.0 showed:", moved)
print("version_info:", *info)
same = (v0, v1, off, order, moved, info) == ("4.9.0", "5.0.0", [9, 0], [1, 0], 9, [(12, "4.9.0")])
raise SystemExit(0 if same else "changed")
P
