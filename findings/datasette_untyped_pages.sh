#!/bin/bash
# datasette 0.65.5 (and 1.0a41): a table sorted by a column without a declared type loses its rows at the end of the first page.
# Upwards the second page is empty and said to be the last; downwards the second page is the first again, and its link leads to
# itself. The count above says 30 all the time. One type in the CREATE TABLE (here INTEGER) mends both.
# Cause: the next page asks for more than the last value seen, which comes back from the link as text; without a type SQLite turns
# neither side, and every number is below every text.
# Why it matters: CREATE TABLE ... AS SELECT writes such a column for each sum() and count(), and those are what one sorts by. What
# follows "next" to the end (a download, a script) has 10 of 30 rows or never comes to the end.
# Seen:
#   0.65.5 sum, no type: columns ['TEXT', ''] up: pages of 10 0, distinct rows 10 of 30 - down: pages of 10 10 10 10 10, distinct rows 10 of 30
#   0.65.5 sum, INTEGER: columns ['TEXT', 'INTEGER'] up: pages of 10 10 10, distinct rows 30 of 30 - down: pages of 10 10 10, distinct rows 30 of 30
#   1.0a41: the same two lines
set -e
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
"${PYTHON:-python3}" -m venv "$T/v"
cat > "$T/pages.py" <<'P'
import asyncio, sqlite3, sys, urllib.parse
import datasette
from datasette.app import Datasette

c = sqlite3.connect("d.db")
c.executescript("""
    DROP TABLE IF EXISTS sale; DROP TABLE IF EXISTS untyped; DROP TABLE IF EXISTS typed;
    CREATE TABLE sale (city TEXT, amount INTEGER);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30) INSERT INTO sale SELECT 'c' || i, i * 37 % 100 FROM n;
    CREATE TABLE untyped AS SELECT city, sum(amount) AS total FROM sale GROUP BY city;
    CREATE TABLE typed (city TEXT, total INTEGER);
    INSERT INTO typed SELECT * FROM untyped;""")
c.close()

async def walk(ds, table, order):
    next, sizes, cities = "", [], set()
    while len(sizes) < 5:
        address = f"/d/{table}.json?_size=10&_shape=objects&{order}=total" + (next and "&_next=" + urllib.parse.quote(next))
        page = (await ds.client.get(address)).json()
        sizes.append(len(page["rows"]))
        cities |= {r["city"] for r in page["rows"]}
        next = page["next"]
        if not next:
            break
    return sizes, len(cities)

async def main():
    ds, seen = Datasette(["d.db"]), {}
    for table, name in (("untyped", "sum, no type"), ("typed", "sum, INTEGER")):
        kinds = [r[2] for r in sqlite3.connect("d.db").execute(f"PRAGMA table_info({table})")]
        up, down = await walk(ds, table, "_sort"), await walk(ds, table, "_sort_desc")
        say = lambda walked: "pages of " + " ".join(map(str, walked[0])) + f", distinct rows {walked[1]} of 30"
        print(f"{datasette.__version__} {name}: columns {kinds} up: {say(up)} - down: {say(down)}")
        seen[table] = kinds[1], up, down
    return seen

whole = ([10, 10, 10], 30)
same = asyncio.run(main()) == {"untyped": ("", ([10, 0], 10), ([10] * 5, 10)), "typed": ("INTEGER", whole, whole)}
raise SystemExit(0 if same and datasette.__version__ == sys.argv[1] else "changed")
P
cd "$T"
for version in 0.65.5 1.0a41; do
    v/bin/pip install -q --disable-pip-version-check --no-compile datasette==$version
    v/bin/python pages.py $version
done
