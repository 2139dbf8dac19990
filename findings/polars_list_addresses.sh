#!/bin/bash
# polars 2.1.0 (write_database by SQLAlchemy 2.1.9, pandas 3.1.1) writes a List column to SQLite as a blob in a column declared
# TEXT, without a word. Lists of numbers become their raw 64-bit machine values; a list of texts becomes eight bytes a text
# that are addresses in the memory of the writing process: the texts are nowhere in the file.
# Cause: each list passes through pandas as a numpy array, and sqlite3 takes anything with a buffer for a blob; the buffer of an
# array of objects holds pointers. A struct beside it is refused with an error.
# Why it matters: the rows are there, the count is right, length() even grows with the list; that nothing can be read back
# shows only when somebody looks for a text.
# Seen:
#   declared TEXT, stored blob
#   numbers [1, 2] -> 16 bytes, 64-bit values [1, 2]
#   texts ['red', 'green'] -> 16 bytes, each an address: True, in the file: False
set -e
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
"${PYTHON:-python3}" -m venv "$T/v"
"$T/v/bin/pip" install -q --disable-pip-version-check --no-compile polars==2.1.0 pandas==3.1.1 pyarrow==26.0.1 SQLAlchemy==2.1.9
cat > "$T/write.py" <<'P'
import polars as pl

red, green = "".join(["r", "ed"]), "".join(["gr", "een"])
pl.DataFrame({"id": [1], "sizes": [[1, 2]], "tags": [[red, green]]}).write_database("item", "sqlite:///item.db")
P
cat > "$T/read.py" <<'P'
import sqlite3, struct

c = sqlite3.connect("item.db")
declared = [t for n, t in c.execute("SELECT name, type FROM pragma_table_info('item')") if n != "id"]
sizes, tags, *kinds = c.execute("SELECT sizes, tags, typeof(sizes), typeof(tags) FROM item").fetchone()
words = struct.unpack(f"={len(tags) // 8}Q", tags)
addresses = all(w > 2**20 and w % 8 == 0 for w in words) and len(set(words)) == 2
there = any(text in open("item.db", "rb").read() for text in (b"red", b"green"))
numbers = list(struct.unpack(f"={len(sizes) // 8}q", sizes))
print("declared", *set(declared), "stored", *set(kinds))
print("numbers [1, 2] ->", len(sizes), "bytes, 64-bit values", numbers)
print("texts ['red', 'green'] ->", len(tags), f"bytes, each an address: {addresses}, in the file: {there}")
same = set(declared) == {"TEXT"} and set(kinds) == {"blob"} and numbers == [1, 2] and len(tags) == 16 and addresses and not there
raise SystemExit(0 if same else "changed")
P
cd "$T"
v/bin/python write.py
v/bin/python read.py
