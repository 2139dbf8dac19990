"""sqlite-utils: dictionaries put in tables, with a full-text index."""
from datetime import timedelta
from decimal import Decimal

import sqlite_utils
from common import PEOPLE, closed, day, dice, place, utc

r = dice("sqlite_utils_museum")
path = place("sqlite_utils_museum")
db = sqlite_utils.Database(path)
rooms = [{"id": i + 1, "name": n, "floor": f} for i, (n, f) in enumerate([("Hall of Clocks", 0), ("Maps", 1), ("Ceramics", 1), ("Ship models", 2), ("Depot", -1)])]
db["rooms"].insert_all(rooms, pk="id")
things = ["Clock", "Globe", "Vase", "Sextant", "Chart", "Bowl", "Barometer", "Schooner"]
db["objects"].insert_all(({"id": i + 1, "title": f"{r.choice(['Brass', 'Painted', 'Small', 'Large', 'Broken'])} {r.choice(things)}", "room_id": r.randrange(1, 6), "acquired": day(r, "1995-01-01", "2025-06-01").date(),
                           "value": Decimal(r.randrange(5000, 900000)) / 100, "on_display": r.random() < 0.7, "tags": r.sample(["sea", "gift", "restored", "fragile"], r.randrange(1, 3))} for i in range(110)), pk="id", foreign_keys=[("room_id", "rooms", "id")])
db["objects"].enable_fts(["title"], create_triggers=True)
db["visits"].insert_all(({"id": i + 1, "guide": r.choice(PEOPLE[:5]), "started": utc(day(r, hours=(9, 17))), "took": timedelta(minutes=r.randrange(20, 1600)), "visitors": r.randrange(1, 30), "school": r.random() < 0.4} for i in range(150)), pk="id")
db.close()
closed(path)
