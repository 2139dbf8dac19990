"""Anki's own library: decks, notes, cards, and a review log over three years."""
import shutil
import sqlite3
from pathlib import Path
from tempfile import mkdtemp

from anki.collection import Collection
from common import day, dice, keep, unix

r = dice("anki_cards")
path = Path(mkdtemp()) / "collection.anki2"
col = Collection(str(path))
words = {"Spanish::Verbs": ["hablar", "comer", "vivir", "ir", "tener", "poder", "decir", "venir", "saber", "querer", "llegar", "pasar"],
         "Spanish::Nouns": ["casa", "perro", "libro", "mesa", "calle", "noche", "mujer", "agua"],
         "Capitals": ["Peru", "Kenya", "Norway", "Chile", "Japan", "Ghana", "Latvia", "Nepal", "Oman", "Malta", "Qatar", "Fiji", "Cuba", "Togo"],
         "Anatomy": ["femur", "ulna", "tibia", "sternum", "radius", "scapula", "patella", "fibula"]}
basic, both = col.models.by_name("Basic"), col.models.by_name("Basic (and reversed card)")
for deck, terms in words.items():
    did = col.decks.id(deck)
    for t in terms:
        n = col.new_note(both if deck.startswith("Spanish") else basic)
        n["Front"], n["Back"] = t, f"answer to {t}"
        n.tags = r.sample(["hard", "exam", "chapter1", "chapter2"], r.randrange(0, 3))
        col.add_note(n, did)
cards = list(col.find_cards(""))
for c in cards:
    if r.random() < 0.7:
        col.sched.set_due_date([c], str(r.randrange(0, 60)))
col.sched.suspend_cards(cards[5:9])
col.close()
shutil.copyfile(path, path.with_suffix(".copy"))
db = sqlite3.connect(path)  # the same columns and units, days spread over years
db.create_collation("unicase", lambda a, b: (a.lower() > b.lower()) - (a.lower() < b.lower()))
db.execute("DELETE FROM revlog")
for c in cards:
    for _ in range(r.randrange(0, 14)):
        ease, ivl = r.choice([1, 2, 3, 3, 3, 4]), r.choice([-600, 1, 3, 8, 20, 55])
        db.execute("INSERT OR IGNORE INTO revlog VALUES (?, ?, -1, ?, ?, ?, ?, ?, ?)", (unix(day(r)) * 1000 + r.randrange(1000), c, ease, ivl, 1, r.choice([1900, 2300, 2500]), r.randrange(900, 60000), r.choice([0, 1, 1, 2])))
db.execute("UPDATE cards SET reps=(SELECT count(*) FROM revlog r WHERE r.cid=cards.id), lapses=(SELECT count(*) FROM revlog r WHERE r.cid=cards.id AND r.ease=1)")
for (n,) in db.execute("SELECT id FROM notes").fetchall():
    new = unix(day(r, "2021-03-01", "2021-12-20")) * 1000 + r.randrange(1000)
    db.execute("UPDATE notes SET id=?, mod=? WHERE id=?", (new, unix(day(r)), n))
    db.execute("UPDATE cards SET nid=? WHERE nid=?", (new, n))
db.commit()
db.close()
keep(path, "anki_cards")
