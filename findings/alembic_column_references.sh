#!/bin/bash
# alembic 1.20.1 with SQLAlchemy 2.1.9: a batch migration that touches one column of an SQLite table drops ON DELETE CASCADE of
# another, without a warning, where the foreign key is written at the column (REFERENCES owner (id) ON DELETE CASCADE). The same
# key written at the table's end keeps it. COLLATE NOCASE and triggers go in both cases.
# Cause: the table is made again from reflection, and that takes a key's actions from the text of the CREATE TABLE by a pattern
# which knows "FOREIGN KEY (...)" alone; PRAGMA foreign_key_list, which it reads too, has the action in both forms.
# Why it matters: after a migration of "note", deleting an owner fails instead of deleting what is theirs, and = finds less.
# Seen:
#   at the column: CASCADE then NO ACTION - name = 'ada': 1 then 0 - triggers: 1 then 0 - deleting: done then FOREIGN KEY constraint failed
#   at the table: CASCADE then CASCADE - name = 'ada': 1 then 0 - triggers: 1 then 0 - deleting: done then done
#   warnings: 0
set -e
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
"${PYTHON:-python3}" -m venv "$T/v"
"$T/v/bin/pip" install -q --disable-pip-version-check --no-compile alembic==1.20.1 SQLAlchemy==2.1.9
cd "$T" && v/bin/python - <<'P'
import sqlite3, warnings
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

columns = "id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE, note VARCHAR(20), owner_id INTEGER"
forms = {
    "at the column": f"{columns} REFERENCES owner (id) ON DELETE CASCADE",
    "at the table": f"{columns}, FOREIGN KEY (owner_id) REFERENCES owner (id) ON DELETE CASCADE",
}

def state(path):
    c = sqlite3.connect(path)
    c.execute("PRAGMA foreign_keys = ON")
    action = c.execute("SELECT on_delete FROM pragma_foreign_key_list('pet')").fetchone()[0]
    found = c.execute("SELECT count(*) FROM pet WHERE name = 'ada'").fetchone()[0]
    triggers = c.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'").fetchone()[0]
    try:
        c.execute("DELETE FROM owner")
        deleting = "done"
    except sqlite3.IntegrityError as e:
        deleting = str(e)
    c.rollback()
    c.close()
    return action, found, triggers, deleting

seen, said = {}, []
for form, ddl in forms.items():
    path = form.replace(" ", "_") + ".db"
    c = sqlite3.connect(path)
    c.executescript(f"""
        CREATE TABLE owner (id INTEGER PRIMARY KEY);
        CREATE TABLE pet ({ddl});
        CREATE TRIGGER named AFTER UPDATE OF name ON pet BEGIN UPDATE pet SET note = 'renamed' WHERE id = new.id; END;
        INSERT INTO owner VALUES (1);
        INSERT INTO pet VALUES (1, 'Ada', '', 1);""")
    c.close()
    before = state(path)
    engine = sa.create_engine("sqlite:///" + path)
    with warnings.catch_warnings(record=True) as w, engine.begin() as connection:
        warnings.simplefilter("always")
        with Operations(MigrationContext.configure(connection)).batch_alter_table("pet") as batch:
            batch.alter_column("note", type_=sa.String(40))
        said += [str(m.message) for m in w if not issubclass(m.category, ResourceWarning)]
    engine.dispose()
    seen[form] = list(zip(before, state(path)))
    parts = [("", "{} then {}"), ("name = 'ada': ", "{} then {}"), ("triggers: ", "{} then {}"), ("deleting: ", "{} then {}")]
    print(f"{form}:", " - ".join(what + how.format(*pair) for (what, how), pair in zip(parts, seen[form])))
print("warnings:", len(said), *said)
lost = [(1, 0), (1, 0)]
same = not said and seen == {
    "at the column": [("CASCADE", "NO ACTION"), *lost, ("done", "FOREIGN KEY constraint failed")],
    "at the table": [("CASCADE", "CASCADE"), *lost, ("done", "done")]}
raise SystemExit(0 if same else "changed")
P
