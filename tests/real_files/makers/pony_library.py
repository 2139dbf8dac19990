"""pony: a lending library; loans have an INTERVAL in days."""
from datetime import date, datetime, timedelta
from decimal import Decimal

from common import PEOPLE, closed, day, dice, place
from pony.orm import Database, Optional, PrimaryKey, Required, Set, db_session

r = dice("pony_library")
path = place("pony_library")
db = Database()


class Author(db.Entity):
    name = Required(str)
    born = Optional(int)
    books = Set("Book")


class Book(db.Entity):
    title = Required(str)
    year = Required(int)
    author = Required(Author)
    genre = Required(str)
    copies = Set("Copy")


class Copy(db.Entity):
    barcode = Required(str, unique=True)
    book = Required(Book)
    damaged = Required(bool)
    loans = Set("Loan")


class Reader(db.Entity):
    name = Required(str)
    loans = Set("Loan")


class Loan(db.Entity):
    copy = Required(Copy)
    reader = Required(Reader)
    lent_at = Required(datetime)
    due = Required(date)
    kept_for = Optional(timedelta)
    fine = Required(Decimal, 6, 2)


db.bind("sqlite", str(path), create_db=True)
db.generate_mapping(create_tables=True)
with db_session:
    authors = [Author(name=n, born=b) for n, b in (("Greta Lindqvist", 1951), ("Tomas Ferrer", 1968), ("Aiko Mori", 1979), ("Ruth Abara", 1944), ("Leo Castellan", 1983), ("Zora Hruby", 1960))]
    words = ["River", "Winter", "Lighthouse", "Orchard", "Glass", "Harbour", "Silence", "Map", "Crow", "Salt"]
    books = [Book(title=f"The {r.choice(words)} and the {r.choice(words)}" if i % 2 else f"{r.choice(words)} of {r.choice(words)}s", year=r.randrange(1975, 2024), author=r.choice(authors), genre=r.choice(["novel", "crime", "poetry", "travel"])) for i in range(32)]
    copies = [Copy(barcode=f"LB{4000 + i}", book=r.choice(books), damaged=r.random() < 0.12) for i in range(60)]
    readers = [Reader(name=n) for n in PEOPLE]
    for _ in range(210):
        at = day(r)
        kept = timedelta(days=r.randrange(2, 45), hours=r.randrange(10)) if r.random() < 0.9 else None
        late = max(0, kept.days - 28) if kept else 0
        Loan(copy=r.choice(copies), reader=r.choice(readers), lent_at=at, due=(at + timedelta(days=28)).date(), kept_for=kept, fine=Decimal(late) / 4)
db.disconnect()
closed(path)
