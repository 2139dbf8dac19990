"""Draws the harder set: questions whose right SQL joins three tables or more, holds a query in a query, or joins sets.

    harder.py SPIDER_TRAIN OUT     # writes OUT/develop.json and OUT/hidden.json, 75 questions each, for `sqllama eval`

SPIDER_TRAIN holds questions.json, held-out-300.json and databases/. Databases of held-out-300 are left out. Questions are taken in the order of
SHA-256 of database and question, at most four a database, by turns: one to develop with, one that stays unread.
"""
import hashlib
import json
import pathlib
import re
import sys

EACH, A_DATABASE = 75, 4


def is_hard(sql: str) -> bool:
    upper = re.sub(r"\s+", " ", sql.upper())
    return upper.count(" JOIN ") >= 2 or upper.count("SELECT") >= 2


def main(source: pathlib.Path, out: pathlib.Path) -> None:
    held = {row["db_id"] for row in json.loads((source / "held-out-300.json").read_text())}
    rows = [row for row in json.loads((source / "questions.json").read_text()) if row["db_id"] not in held and is_hard(row["query"])]
    rows.sort(key=lambda row: hashlib.sha256(f"{row['db_id']}\n{row['question']}".encode()).hexdigest())
    drawn, seen, queries = [], {}, set()
    for row in rows:
        # Spider asks many questions twice in other words: one of each.
        if seen.get(row["db_id"], 0) < A_DATABASE and (row["db_id"], row["query"]) not in queries:
            seen[row["db_id"]] = seen.get(row["db_id"], 0) + 1
            queries.add((row["db_id"], row["query"]))
            drawn.append(row)
    drawn = drawn[: 2 * EACH]
    out.mkdir(parents=True, exist_ok=True)
    for name, part in (("develop", drawn[0::2]), ("hidden", drawn[1::2])):
        (out / f"{name}.json").write_text(json.dumps(part, indent=1))
        print(f"{name}: {len(part)} questions over {len({row['db_id'] for row in part})} databases")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
