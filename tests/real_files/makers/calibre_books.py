"""Run by calibre-debug: a library of books with series, tags, ratings and dates."""
import os
import random
import shutil
import sys
from datetime import datetime, timedelta, timezone
from tempfile import mkdtemp

from calibre.db.legacy import LibraryDatabase
from calibre.ebooks.metadata.book.base import Metadata

out = os.path.join(os.environ["REAL_FILES_OUT"], "databases", "calibre_books")
r = random.Random("calibre_books")
folder = mkdtemp()
db = LibraryDatabase(folder)
authors = ["Greta Lindqvist", "Tomas Ferrer", "Aiko Mori", "Ruth Abara", "Leo Castellan", "Zora Hruby"]
words = ["River", "Winter", "Lighthouse", "Orchard", "Glass", "Harbour", "Silence", "Map", "Crow", "Salt"]
day = lambda a, b: datetime(a, 1, 1, tzinfo=timezone.utc) + timedelta(minutes=r.randrange((b - a) * 525600))
for i in range(70):
    m = Metadata(f"The {r.choice(words)} and the {r.choice(words)}", r.sample(authors, r.choice([1, 1, 1, 2])))
    m.tags = r.sample(["crime", "poetry", "travel", "history", "science"], r.randrange(1, 3))
    if r.random() < 0.4:
        m.series, m.series_index = r.choice(["Harbour Cycle", "Seven Winters"]), r.randrange(1, 8)
    m.rating = r.choice([0, 4, 6, 8, 10])
    m.publisher = r.choice(["Quay Press", "Nachtbuch", "Olive & Son"])
    m.languages = [r.choice(["eng", "deu", "spa"])]
    m.pubdate, m.timestamp = day(1975, 2025), day(2019, 2026)
    if i % 17 == 3:
        m.pubdate = None
    db.new_api.create_book_entry(m)
db.new_api.close()
os.makedirs(out, exist_ok=True)
shutil.copyfile(os.path.join(folder, "metadata.db"), os.path.join(out, "calibre_books.sqlite"))
