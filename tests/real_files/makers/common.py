"""What every maker shares: where a file goes, how it is copied closed, and made-up people and days."""
import random
import shutil
import sqlite3
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

OUT = Path(sys.argv[1]).resolve()

PEOPLE = ["Alma Reyes", "Bruno Keller", "Chiara Conti", "Dara Okafor", "Emil Larsen", "Farah Haddad", "Goran Petrov", "Hanna Virtanen",
          "Ivo Marek", "Jana Dvorak", "Kofi Mensah", "Lena Vogel", "Marta Silva", "Nils Berg", "Oona Byrne", "Pavel Novak",
          "Quentin Roux", "Rosa Marino", "Sami Aalto", "Tilda Holm", "Umar Aziz", "Vera Lang", "Wim de Boer", "Yuki Tanaka"]


def place(db_id):
    """The path of a file that is not there yet."""
    folder = OUT / "databases" / db_id
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder / f"{db_id}.sqlite"


def keep(source, db_id):
    """Copies a file whose program is closed, with its write-ahead log folded in."""
    target = place(db_id)
    shutil.copyfile(source, target)
    for end in ("-wal", "-journal"):
        beside = Path(str(source) + end)
        if beside.exists() and beside.stat().st_size:
            shutil.copyfile(beside, str(target) + end)
    closed(target)
    return target


def closed(path):
    """Leaves one plain file: no write-ahead log, no shared memory, no journal."""
    db = sqlite3.connect(path)
    try:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        if db.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
            db.execute("PRAGMA journal_mode=DELETE").fetchall()
        db.execute("SELECT count(*) FROM sqlite_master").fetchall()
    finally:
        db.close()
    for end in ("-wal", "-shm", "-journal"):
        Path(str(path) + end).unlink(missing_ok=True)


def dice(db_id):
    return random.Random(db_id)


def day(r, first="2022-01-03", last="2025-11-20", hours=(7, 22)):
    """A random moment between two days, UTC, without an offset."""
    a, b = datetime.fromisoformat(first), datetime.fromisoformat(last)
    d = a + timedelta(days=r.randrange((b - a).days))
    return d.replace(hour=r.randrange(*hours), minute=r.randrange(60), second=r.randrange(60))


def utc(moment):
    return moment.replace(tzinfo=timezone.utc)


def unix(moment):
    return int(utc(moment).timestamp())
