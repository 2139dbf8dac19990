#!/bin/bash
# llm 0.36 (its log database): three tables have a column datetime_utc, and each has a form of its own. One prompt with a
# fragment writes turns with "T", microseconds and +00:00, threads with a blank, microseconds and +00:00, and fragments
# with a blank, whole seconds and no offset.
# Why it matters: "T" sorts behind a blank, so compared as text a turn is later than everything else of its day: the turn
# that began before its thread was stored counts as after it, and a bound written as SQLite's datetime() writes it leaves
# out the turns of its whole day.
# Seen:
#   turns: form '0000-00-00T00:00:00.000000+00:00', rows up to the end of their day: 0 of 1
#   threads: form '0000-00-00 00:00:00.000000+00:00', rows up to the end of their day: 1 of 1
#   fragments: form '0000-00-00 00:00:00', rows up to the end of their day: 1 of 1
#   the turn is before its thread, as times: True as text: False
set -e
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
"${PYTHON:-python3}" -m venv "$T/v"
"$T/v/bin/pip" install -q --disable-pip-version-check --no-compile llm==0.36 sqlite-utils==4.2.1
cd "$T" && LLM_USER_PATH=$T v/bin/python - <<'P'
import re, time
from datetime import datetime
import llm, sqlite_utils
from llm.migrations import migrate

db = sqlite_utils.Database("logs.db")
migrate(db)

class Parrot(llm.Model):
    model_id = "parrot"
    can_stream = False
    def execute(self, prompt, stream, response, conversation):
        time.sleep(0.05)
        yield "squawk"

answer = Parrot().conversation().prompt("Hello", fragments=["a text kept once"])
answer.text()
answer.log_to_db(db)
forms, at = {}, {}
for t in ("turns", "threads", "fragments"):
    (at[t],), = db.execute(f"SELECT datetime_utc FROM {t}").fetchall()
    (that_day,), = db.execute(f"SELECT count(*) FROM {t} WHERE datetime_utc <= date(datetime_utc) || ' 23:59:59'").fetchall()
    forms[t] = re.sub(r"\d", "0", at[t]), that_day
    print(f"{t}: form {forms[t][0]!r}, rows up to the end of their day: {that_day} of 1")
earlier = datetime.fromisoformat(at["turns"]) < datetime.fromisoformat(at["threads"])
text = at["turns"] < at["threads"]
print("the turn is before its thread, as times:", earlier, "as text:", text)
same = forms == {"turns": ("0000-00-00T00:00:00.000000+00:00", 0), "threads": ("0000-00-00 00:00:00.000000+00:00", 1), "fragments": ("0000-00-00 00:00:00", 1)} and earlier and not text
raise SystemExit(0 if same else "changed")
P
