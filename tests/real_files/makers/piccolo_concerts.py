"""piccolo: bands, venues and concerts."""
import os
from datetime import timedelta
from decimal import Decimal

from common import PEOPLE, closed, day, dice, place, utc
from piccolo.columns import UUID, Boolean, ForeignKey, Integer, Interval, Numeric, Timestamp, Timestamptz, Varchar
from piccolo.engine.sqlite import SQLiteEngine
from piccolo.table import Table, create_db_tables_sync

r = dice("piccolo_concerts")
path = place("piccolo_concerts")
DB = SQLiteEngine(path=str(path))


class Band(Table, db=DB):
    name = Varchar(60)
    popularity = Integer()


class Venue(Table, db=DB):
    name = Varchar(60)
    city = Varchar(60)
    capacity = Integer()


class Concert(Table, db=DB):
    band = ForeignKey(Band)
    venue = ForeignKey(Venue)
    starts = Timestamptz()
    announced = Timestamp()
    duration = Interval()
    sold_out = Boolean()


class Ticket(Table, db=DB):
    concert = ForeignKey(Concert)
    buyer = Varchar(80)
    price = Numeric((8, 2))


create_db_tables_sync(Band, Venue, Concert, Ticket)
for n in ("The Paper Kites Club", "Nordlicht", "Velvet Tram", "Sombra", "Kraken Choir", "Low Tide"):
    Band(name=n, popularity=r.randrange(100, 9000)).save().run_sync()
for n, c, k in (("Rex", "Ghent", 900), ("Silo", "Lyon", 400), ("Docks", "Hamburg", 1500), ("Apollo", "Turin", 2200)):
    Venue(name=n, city=c, capacity=k).save().run_sync()
for i in range(60):
    at = day(r, hours=(18, 22))
    c = Concert(band=r.randrange(1, 7), venue=r.randrange(1, 5), starts=utc(at), announced=at - timedelta(days=r.randrange(30, 200)), duration=timedelta(minutes=r.randrange(50, 170)), sold_out=r.random() < 0.3)
    c.save().run_sync()
    for _ in range(r.randrange(1, 6)):
        Ticket(concert=c.id, buyer=r.choice(PEOPLE), price=Decimal(r.randrange(1500, 9000)) / 100).save().run_sync()
closed(path)
