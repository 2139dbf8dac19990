#!/bin/bash
# createrepo_c 1.2.5 (its Python package), primary.sqlite of an RPM repository: requires.pre is declared BOOLEAN DEFAULT
# FALSE and holds the texts TRUE and FALSE, which SQLite takes for 0 in a condition.
# Why it matters: WHERE pre and WHERE pre = TRUE find nothing, WHERE NOT pre finds every row, also the TRUE ones, and no
# query fails. Only pre = 'TRUE' is right.
# Seen:
#   1.2.5 ['BOOLEAN'] [('/bin/sh', 'TRUE', 'text'), ('kettle', 'FALSE', 'text')]
#   {'pre': 0, 'pre = TRUE': 0, 'NOT pre': 2, "pre = 'TRUE'": 1}
set -e
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
"${PYTHON:-python3}" -m venv "$T/v"
"$T/v/bin/pip" install -q --disable-pip-version-check --no-compile createrepo_c==1.2.5
cd "$T" && v/bin/python - <<'P'
import sqlite3
import createrepo_c as cr

p = cr.Package()
p.name, p.arch, p.epoch, p.version, p.release = "tea", "noarch", "0", "1", "1"
p.pkgId, p.checksum_type = "a" * 64, "sha256"
p.requires = [("/bin/sh", None, None, None, None, True), ("kettle", "GE", "0", "2.0", None, False)]  # the last: pre
db = cr.PrimarySqlite("primary.sqlite")
db.add_pkg(p)
db.close()
c = sqlite3.connect("primary.sqlite")
rows = sorted(c.execute("SELECT name, pre, typeof(pre) FROM requires"))
counts = {w: c.execute(f"SELECT count(*) FROM requires WHERE {w}").fetchone()[0] for w in ("pre", "pre = TRUE", "NOT pre", "pre = 'TRUE'")}
declared = [r[2] for r in c.execute("PRAGMA table_info(requires)") if r[1] == "pre"]
print(cr.VERSION, declared, rows)
print(counts)
same = declared == ["BOOLEAN"] and rows == [("/bin/sh", "TRUE", "text"), ("kettle", "FALSE", "text")] and list(counts.values()) == [0, 0, 2, 1]
raise SystemExit(0 if same else "changed")
P
