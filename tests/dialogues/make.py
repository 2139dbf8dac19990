#!/usr/bin/env python3
"""Writes the small databases that the dialogues of `seen.json` and `unseen.json` are about, one SQL file each.

The rows are drawn from a fixed seed: run again, it writes the same files. The dialogues are written by hand; one belongs to
`unseen.json` where the SHA-256 of its name ends in an odd digit.
"""
import pathlib
import random

HERE = pathlib.Path(__file__).parent / "databases"
COUNTRIES = ["Germany", "Spain", "France", "Italy", "Japan"]
CITIES = ["Berlin", "Madrid", "Paris", "Rome", "Tokyo", "Zürich"]
FIRST = ["Anna", "Ben", "Clara", "David", "Elena", "Felix", "Greta", "Hugo", "Ines", "Jonas", "Karin", "Luis", "Maria", "Nils", "Olga",
         "Pablo", "Quentin", "Rosa", "Stefan", "Tania", "Ulrich", "Vera", "Walter", "Yuki"]
LAST = ["Keller", "Garcia", "Moreau", "Rossi", "Tanaka", "Weber", "Lopez", "Bernard", "Ferrari", "Suzuki", "Brandt", "Ortega"]


def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)


class Database:
    def __init__(self, name):
        self.name, self.random, self.lines = name, random.Random(name), []

    def table(self, name, columns, rows):
        self.lines.append(f"CREATE TABLE {name} ({columns});")
        for row in rows:
            self.lines.append(f"INSERT INTO {name} VALUES ({', '.join(literal(value) for value in row)});")

    def pick(self, values):
        return self.random.choice(values)

    def number(self, low, high):
        return self.random.randint(low, high)

    def money(self, low, high):
        return round(self.random.uniform(low, high), 2)

    def day(self, first, last):
        return f"{self.number(first, last)}-{self.number(1, 12):02}-{self.number(1, 28):02}"

    def person(self, at):
        return f"{FIRST[at % len(FIRST)]} {LAST[(at * 5 + at // len(FIRST)) % len(LAST)]}"

    def write(self):
        text = "BEGIN;\n" + "\n".join(self.lines) + "\nCOMMIT;\n"
        (HERE / f"{self.name}.sql").write_text(text, encoding="utf-8")


def shop():
    d = Database("shop")
    d.table("customer", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT, country TEXT NOT NULL, city TEXT, joined_on DATE",
            [(i + 1, d.person(i), f"{FIRST[i % 24].lower()}{i}@example.org", COUNTRIES[i % 5 if i % 3 else 0], d.pick(CITIES), d.day(2018, 2022)) for i in range(20)])
    d.table("product", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, category TEXT NOT NULL, price REAL NOT NULL, stock INTEGER NOT NULL",
            [(i + 1, n, c, d.money(2, 300), d.number(0, 60)) for i, (n, c) in enumerate([("Desk lamp", "Lighting"), ("Floor lamp", "Lighting"), ("Oak table", "Furniture"), ("Chair", "Furniture"), ("Sofa", "Furniture"), ("Mug", "Kitchen"), ("Kettle", "Kitchen"), ("Pan", "Kitchen"), ("Rug", "Textiles"), ("Curtain", "Textiles"), ("Bookshelf", "Furniture"), ("Candle", "Lighting")])])
    d.table("orders", "id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer(id), ordered_on DATE NOT NULL, status TEXT NOT NULL, total REAL NOT NULL",
            [(i + 1, d.number(1, 18), d.day(2020, 2022), d.pick(["shipped", "shipped", "cancelled", "pending"]), d.money(10, 900)) for i in range(45)])
    d.table("order_item", "id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders(id), product_id INTEGER NOT NULL REFERENCES product(id), quantity INTEGER NOT NULL",
            [(i + 1, d.number(1, 45), d.number(1, 11), d.number(1, 5)) for i in range(80)])
    d.write()


def library():
    d = Database("library")
    d.table("author", "author_id INTEGER PRIMARY KEY, name TEXT NOT NULL, nationality TEXT NOT NULL, born INTEGER NOT NULL",
            [(i + 1, d.person(i + 3), d.pick(["German", "Spanish", "French", "Italian"]), d.number(1900, 1985)) for i in range(10)])
    d.table("book", "book_id INTEGER PRIMARY KEY, title TEXT NOT NULL, author_id INTEGER NOT NULL REFERENCES author(author_id), genre TEXT NOT NULL, year INTEGER NOT NULL, pages INTEGER NOT NULL",
            [(i + 1, t, d.number(1, 9), d.pick(["Novel", "Poetry", "Crime", "History"]), d.number(2010, 2020), d.number(80, 900)) for i, t in enumerate(["Silent Water", "The Long Road", "Winter Light", "Paper Ships", "A House of Salt", "Northern Sky", "The Last Orchard", "Glass Rain", "Iron Bridge", "Old Maps", "Blue Hour", "Stone Garden", "The Ferryman", "Small Fires", "Night Train", "The Beekeeper", "Red Earth", "Letters Home", "The Tower", "Low Tide"])])
    d.table("member", "member_id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, joined DATE NOT NULL",
            [(i + 1, d.person(i + 11), f"m{i}@library.org", d.day(2015, 2021)) for i in range(12)])
    d.table("loan", "loan_id INTEGER PRIMARY KEY, book_id INTEGER NOT NULL REFERENCES book(book_id), member_id INTEGER NOT NULL REFERENCES member(member_id), loaned_on DATE NOT NULL, returned_on DATE",
            [(i + 1, d.number(1, 18), d.number(1, 11), d.day(2020, 2022), d.day(2023, 2023) if i % 4 else None) for i in range(40)])
    d.write()


def school():
    d = Database("school")
    d.table("teacher", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, subject TEXT NOT NULL, salary INTEGER NOT NULL",
            [(i + 1, d.person(i + 5), d.pick(["Maths", "Physics", "Latin", "Art"]), d.number(30, 60) * 1000 + i) for i in range(8)])
    d.table("student", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, grade INTEGER NOT NULL, age INTEGER NOT NULL, city TEXT NOT NULL",
            [(i + 1, d.person(i), d.number(7, 10), d.number(12, 18), d.pick(CITIES[:4])) for i in range(24)])
    d.table("course", "id INTEGER PRIMARY KEY, title TEXT NOT NULL, teacher_id INTEGER NOT NULL REFERENCES teacher(id), credits INTEGER NOT NULL, room TEXT NOT NULL",
            [(i + 1, t, d.number(1, 7), d.number(1, 6), d.pick(["A1", "A2", "B1"])) for i, t in enumerate(["Algebra", "Geometry", "Optics", "Mechanics", "Virgil", "Cicero", "Drawing", "Sculpture", "Statistics"])])
    d.table("enrollment", "student_id INTEGER NOT NULL REFERENCES student(id), course_id INTEGER NOT NULL REFERENCES course(id), mark INTEGER NOT NULL, PRIMARY KEY (student_id, course_id)",
            [(s, c, d.number(1, 15)) for s in range(1, 23) for c in range(1, 9) if d.number(1, 3) == 1])
    d.write()


def staff():
    d = Database("staff")
    d.table("department", "dept_id INTEGER PRIMARY KEY, dept_name TEXT NOT NULL, location TEXT NOT NULL",
            [(1, "Sales", "Berlin"), (2, "Research", "Zürich"), (3, "Support", "Madrid"), (4, "Finance", "Berlin")])
    d.table("employee", "emp_id INTEGER PRIMARY KEY, first_name TEXT NOT NULL, last_name TEXT NOT NULL, dept_id INTEGER NOT NULL REFERENCES department(dept_id), job TEXT NOT NULL, salary INTEGER NOT NULL, hired_on DATE NOT NULL, manager_id INTEGER REFERENCES employee(emp_id)",
            [(i + 1, FIRST[i % 24], LAST[(i * 5) % 12], d.number(1, 4), d.pick(["Engineer", "Analyst", "Clerk", "Manager"]), d.number(28, 95) * 1000 + i, d.day(2012, 2022), d.number(1, 5) if i > 4 else None) for i in range(24)])
    d.write()


def music():
    d = Database("music")
    d.table("artist", "ArtistId INTEGER PRIMARY KEY, Name TEXT NOT NULL, Country TEXT NOT NULL",
            [(i + 1, n, COUNTRIES[(i * 3) % 5]) for i, n in enumerate(["The Larks", "Velvet Noise", "Coral", "Nordlicht", "Sombra", "Mirage", "Duo Alto", "Kitsune"])])
    d.table("album", "AlbumId INTEGER PRIMARY KEY, Title TEXT NOT NULL, ArtistId INTEGER NOT NULL REFERENCES artist(ArtistId), Released INTEGER NOT NULL",
            [(i + 1, t, d.number(1, 7), d.number(2015, 2021)) for i, t in enumerate(["Dawn", "Static", "Reef", "Aurora", "Eclipse", "Oasis", "Octave", "Foxfire", "Harbour", "Signal", "Tundra", "Cinder"])])
    d.table("track", "TrackId INTEGER PRIMARY KEY, Name TEXT NOT NULL, AlbumId INTEGER NOT NULL REFERENCES album(AlbumId), Seconds INTEGER NOT NULL, Genre TEXT NOT NULL",
            [(i + 1, f"{a} {b}", d.number(1, 11), d.number(120, 420), d.pick(["Rock", "Jazz", "Pop", "Folk"])) for i, (a, b) in enumerate((a, b) for a in ["Cold", "Silver", "Hidden", "Broken", "Golden", "Distant"] for b in ["River", "Mirror", "Engine", "Garden", "Letter", "Harvest"])])
    d.write()


def flights():
    d = Database("flights")
    d.table("airline", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL",
            [(1, "Albatross Air", "Germany"), (2, "Iberwings", "Spain"), (3, "Loire Jet", "France"), (4, "Sakura Lines", "Japan")])
    d.table("airport", "code TEXT PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL, country TEXT NOT NULL",
            [("BER", "Brandenburg", "Berlin", "Germany"), ("MAD", "Barajas", "Madrid", "Spain"), ("CDG", "Roissy", "Paris", "France"), ("FCO", "Fiumicino", "Rome", "Italy"), ("HND", "Haneda", "Tokyo", "Japan")])
    codes = ["BER", "MAD", "CDG", "FCO", "HND"]
    rows = []
    for i in range(40):
        a = d.pick(codes)
        b = d.pick([c for c in codes if c != a])
        rows.append((i + 1, d.number(1, 4), a, b, d.day(2021, 2022), d.money(40, 900), d.number(80, 300), d.pick(["landed", "landed", "delayed", "cancelled"])))
    d.table("flight", "id INTEGER PRIMARY KEY, airline_id INTEGER NOT NULL REFERENCES airline(id), origin TEXT NOT NULL REFERENCES airport(code), destination TEXT NOT NULL REFERENCES airport(code), departs_on DATE NOT NULL, price REAL NOT NULL, seats INTEGER NOT NULL, status TEXT NOT NULL", rows)
    d.write()


def hospital():
    d = Database("hospital")
    d.table("doctor", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, specialty TEXT NOT NULL, years INTEGER NOT NULL",
            [(i + 1, "Dr " + d.person(i + 7), d.pick(["Cardiology", "Surgery", "Neurology"]), d.number(1, 35)) for i in range(8)])
    d.table("patient", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, gender TEXT NOT NULL, birth_date DATE NOT NULL, city TEXT NOT NULL",
            [(i + 1, d.person(i), "F" if i % 2 == 0 else "M", d.day(1940, 2010), d.pick(CITIES)) for i in range(44)])
    d.table("visit", "id INTEGER PRIMARY KEY, patient_id INTEGER NOT NULL REFERENCES patient(id), doctor_id INTEGER NOT NULL REFERENCES doctor(id), visited_on DATE NOT NULL, cost REAL NOT NULL, diagnosis TEXT NOT NULL",
            [(i + 1, d.number(1, 20), d.number(1, 7), d.day(2020, 2022), d.money(30, 2000), d.pick(["flu", "fracture", "migraine", "checkup"])) for i in range(50)])
    d.write()


def football():
    d = Database("football")
    d.table("team", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL, founded INTEGER NOT NULL",
            [(1, "Rovers", "Berlin", 1901), (2, "Wanderers", "Madrid", 1920), (3, "Athletic", "Paris", 1899), (4, "United", "Rome", 1933)])
    d.table("player", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, team_id INTEGER NOT NULL REFERENCES team(id), position TEXT NOT NULL, goals INTEGER NOT NULL, birth_date DATE NOT NULL, nationality TEXT NOT NULL",
            [(i + 1, d.person(i), d.number(1, 4), d.pick(["goalkeeper", "defender", "midfielder", "striker"]), d.number(0, 30), d.day(1988, 2003), d.pick(COUNTRIES)) for i in range(30)])
    rows = []
    for i in range(16):
        a = d.number(1, 4)
        b = d.pick([t for t in (1, 2, 3, 4) if t != a])
        rows.append((i + 1, a, b, d.day(2021, 2022), d.number(0, 5), d.number(0, 5)))
    d.table("game", "id INTEGER PRIMARY KEY, home_id INTEGER NOT NULL REFERENCES team(id), away_id INTEGER NOT NULL REFERENCES team(id), played_on DATE NOT NULL, home_goals INTEGER NOT NULL, away_goals INTEGER NOT NULL", rows)
    d.write()


def hotels():
    d = Database("hotels")
    d.table("hotel", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL, stars INTEGER NOT NULL",
            [(i + 1, n, CITIES[i % 5], d.number(2, 5)) for i, n in enumerate(["Grand Plaza", "Riverside", "Alpina", "Bellevue", "Sakura Inn", "Old Mill", "Central", "Park View"])])
    d.table("room", "id INTEGER PRIMARY KEY, hotel_id INTEGER NOT NULL REFERENCES hotel(id), kind TEXT NOT NULL, price INTEGER NOT NULL",
            [(i + 1, d.number(1, 7), d.pick(["single", "double", "suite"]), d.number(40, 400)) for i in range(26)])
    d.table("booking", "id INTEGER PRIMARY KEY, room_id INTEGER NOT NULL REFERENCES room(id), guest TEXT NOT NULL, check_in DATE NOT NULL, nights INTEGER NOT NULL, status TEXT NOT NULL",
            [(i + 1, d.number(1, 24), d.person(i), d.day(2021, 2022), d.number(1, 14), d.pick(["confirmed", "confirmed", "cancelled"])) for i in range(40)])
    d.write()


def movies():
    d = Database("movies")
    d.table("director", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL",
            [(i + 1, d.person(i + 9), COUNTRIES[i % 5]) for i in range(8)])
    d.table("movie", "id INTEGER PRIMARY KEY, title TEXT NOT NULL, year INTEGER NOT NULL, genre TEXT NOT NULL, rating REAL NOT NULL, minutes INTEGER NOT NULL, director_id INTEGER NOT NULL REFERENCES director(id)",
            [(i + 1, f"{a} {b}", d.number(2000, 2006), d.pick(["Drama", "Comedy", "Thriller", "Animation"]), round(d.number(40, 95) / 10, 1), d.number(75, 190), d.number(1, 7)) for i, (a, b) in enumerate((a, b) for a in ["Empty", "Scarlet", "Second", "Quiet", "Falling"] for b in ["Streets", "Summer", "Kingdom", "Voices", "Stars"])])
    d.table("actor", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, born INTEGER NOT NULL", [(i + 1, d.person(i + 2), d.number(1940, 1999)) for i in range(14)])
    d.table("casting", "movie_id INTEGER NOT NULL REFERENCES movie(id), actor_id INTEGER NOT NULL REFERENCES actor(id), PRIMARY KEY (movie_id, actor_id)",
            [(m, a) for m in range(1, 25) for a in range(1, 14) if d.number(1, 5) == 1])
    d.write()


def cars():
    d = Database("cars")
    d.table("maker", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL",
            [(1, "Falke", "Germany"), (2, "Toro", "Spain"), (3, "Cigale", "France"), (4, "Vento", "Italy"), (5, "Hayai", "Japan"), (6, "Adler", "Germany")])
    d.table("model", "id INTEGER PRIMARY KEY, maker_id INTEGER NOT NULL REFERENCES maker(id), name TEXT NOT NULL, fuel TEXT NOT NULL, power INTEGER NOT NULL, price INTEGER NOT NULL, launched INTEGER NOT NULL",
            [(i + 1, d.number(1, 5), f"{d.pick(['Urban', 'Sport', 'Tour', 'Eco'])} {100 + i}", d.pick(["petrol", "diesel", "electric"]), d.number(60, 400), d.number(9, 80) * 1000 + i, d.number(2016, 2022)) for i in range(26)])
    d.write()


def homes():
    d = Database("homes")
    d.table("agent", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, phone TEXT NOT NULL, office TEXT NOT NULL",
            [(i + 1, d.person(i + 4), f"555-01{i:02}", CITIES[i % 3]) for i in range(6)])
    d.table("property", "id INTEGER PRIMARY KEY, address TEXT NOT NULL, city TEXT NOT NULL, kind TEXT NOT NULL, price INTEGER NOT NULL, bedrooms INTEGER NOT NULL, agent_id INTEGER NOT NULL REFERENCES agent(id), listed_on DATE NOT NULL, sold INTEGER NOT NULL",
            [(i + 1, f"{d.number(1, 90)} {d.pick(['Oak', 'Mill', 'Church', 'Hill'])} Street", d.pick(CITIES[:4]), d.pick(["house", "flat", "villa"]), d.number(80, 900) * 1000 + i, d.number(1, 6), d.number(1, 5), d.day(2020, 2022), d.number(0, 1)) for i in range(64)])
    d.write()


def energy():
    d = Database("energy")
    d.table("plant", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, country TEXT NOT NULL, capacity REAL NOT NULL, opened INTEGER NOT NULL",
            [(i + 1, n, d.pick(["wind", "solar", "hydro"]), COUNTRIES[i % 4], d.money(5, 500), d.number(1990, 2020)) for i, n in enumerate(["Nordkap", "Sierra", "Rhone", "Lago", "Watt", "Plata", "Dune", "Adige", "Heide", "Ebro", "Brise", "Etna"])])
    d.table("reading", "id INTEGER PRIMARY KEY, plant_id INTEGER NOT NULL REFERENCES plant(id), day DATE NOT NULL, output REAL NOT NULL",
            [(i + 1, d.number(1, 11), d.day(2021, 2022), d.money(1, 400)) for i in range(60)])
    d.write()


def support():
    d = Database("support")
    d.table("agent", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, team TEXT NOT NULL", [(i + 1, d.person(i + 1), d.pick(["North", "South", "Web"])) for i in range(6)])
    d.table("ticket", "id INTEGER PRIMARY KEY, title TEXT NOT NULL, priority TEXT NOT NULL, status TEXT NOT NULL, opened_on DATE NOT NULL, closed_on DATE, agent_id INTEGER REFERENCES agent(id), hours REAL NOT NULL",
            [(i + 1, f"{d.pick(['Login', 'Invoice', 'Printer', 'Export', 'Search'])} problem {i + 1}", d.pick(["low", "medium", "high"]), d.pick(["open", "closed", "waiting"]), d.day(2021, 2022), d.day(2023, 2023) if i % 3 == 0 else None, d.number(1, 5) if i % 7 else None, round(d.number(1, 80) / 4, 2)) for i in range(40)])
    d.write()


def farm():
    d = Database("farm")
    d.table("field", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, hectares REAL NOT NULL, crop TEXT NOT NULL, region TEXT NOT NULL",
            [(i + 1, n, round(d.number(10, 400) / 10, 1), d.pick(["wheat", "barley", "maize"]), d.pick(["North", "South", "East"])) for i, n in enumerate(["Long Acre", "Mill Field", "Top Meadow", "Church Piece", "Far Bank", "Oak Field", "Lower Ten", "Hill Side", "River Strip", "New Close"])])
    d.table("harvest", "id INTEGER PRIMARY KEY, field_id INTEGER NOT NULL REFERENCES field(id), year INTEGER NOT NULL, tonnes REAL NOT NULL",
            [(f * 4 + y + 1, f + 1, 2018 + y, d.money(5, 200)) for f in range(9) for y in range(4)])
    d.write()


def bank():
    d = Database("bank")
    d.table("branch", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL", [(1, "Mitte", "Berlin"), (2, "Centro", "Madrid"), (3, "Rivoli", "Paris")])
    d.table("client", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL, birth_year INTEGER NOT NULL",
            [(i + 1, d.person(i), d.pick(COUNTRIES), d.number(1940, 2002)) for i in range(18)])
    d.table("account", "id INTEGER PRIMARY KEY, client_id INTEGER NOT NULL REFERENCES client(id), branch_id INTEGER NOT NULL REFERENCES branch(id), kind TEXT NOT NULL, balance REAL NOT NULL, opened_on DATE NOT NULL",
            [(i + 1, d.number(1, 17), d.number(1, 3), d.pick(["savings", "current", "loan"]), d.money(-2000, 20000), d.day(2010, 2022)) for i in range(30)])
    d.table("transfer", "id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES account(id), made_on DATE NOT NULL, amount REAL NOT NULL, kind TEXT NOT NULL",
            [(i + 1, d.number(1, 28), d.day(2021, 2022), d.money(5, 3000), d.pick(["card", "cash", "wire"])) for i in range(60)])
    d.write()


def events():
    d = Database("events")
    d.table("venue", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL, capacity INTEGER NOT NULL",
            [(1, "Arena", "Berlin", 9000), (2, "Opera", "Paris", 2000), (3, "Forum", "Rome", 5000), (4, "Hall", "Madrid", 800), (5, "Kongress", "Berlin", 1500)])
    d.table("event", "id INTEGER PRIMARY KEY, title TEXT NOT NULL, venue_id INTEGER NOT NULL REFERENCES venue(id), starts_on DATE NOT NULL, kind TEXT NOT NULL, ticket_price INTEGER NOT NULL, cancelled INTEGER NOT NULL",
            [(i + 1, f"{d.pick(['Spring', 'Summer', 'Autumn', 'Winter'])} {d.pick(['Gala', 'Show', 'Session', 'Meeting'])} {i + 1}", d.number(1, 5), d.day(2021, 2023), d.pick(["concert", "play", "conference"]), d.number(5, 150), 1 if d.number(1, 4) == 1 else 0) for i in range(34)])
    d.write()


def food():
    d = Database("food")
    d.table("restaurant", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, cuisine TEXT NOT NULL, city TEXT NOT NULL, rating REAL NOT NULL",
            [(i + 1, n, d.pick(["Italian", "Japanese", "Indian"]), CITIES[i % 4], round(d.number(25, 50) / 10, 1)) for i, n in enumerate(["Da Mario", "Sushi Ko", "Taj", "Trattoria Sole", "Izakaya", "Bombay Garden", "Nonna", "Ramen Bar", "Spice Route", "Il Ponte"])])
    d.table("dish", "id INTEGER PRIMARY KEY, restaurant_id INTEGER NOT NULL REFERENCES restaurant(id), name TEXT NOT NULL, price REAL NOT NULL, vegetarian TEXT NOT NULL",
            [(i + 1, i % 9 + 1, n, d.money(4, 40), d.pick(["yes", "no"])) for i, n in enumerate(["Gnocchi", "Tempura", "Dal", "Lasagne", "Yakitori", "Biryani", "Risotto", "Ramen", "Korma", "Tiramisu", "Mochi", "Samosa", "Focaccia", "Gyoza", "Naan", "Ravioli", "Udon", "Paneer"])])
    d.table("review", "id INTEGER PRIMARY KEY, restaurant_id INTEGER NOT NULL REFERENCES restaurant(id), stars INTEGER NOT NULL, written_on DATE NOT NULL, author TEXT NOT NULL",
            [(i + 1, d.number(1, 9), d.number(1, 5), d.day(2020, 2022), d.person(i)) for i in range(50)])
    d.write()


def space():
    d = Database("space")
    d.table("agency", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL", [(1, "Kosmos", "Germany"), (2, "Estrella", "Spain"), (3, "Ciel", "France"), (4, "Hoshi", "Japan")])
    d.table("mission", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, agency_id INTEGER NOT NULL REFERENCES agency(id), launched_on DATE NOT NULL, outcome TEXT NOT NULL, cost INTEGER NOT NULL",
            [(i + 1, f"{d.pick(['Orion', 'Lyra', 'Vega', 'Draco'])} {i + 1}", d.number(1, 4), d.day(2001, 2012), d.pick(["success", "success", "failure", "partial"]), d.number(20, 900)) for i in range(28)])
    d.table("astronaut", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL, birth_date DATE NOT NULL, hours INTEGER NOT NULL",
            [(i + 1, d.person(i + 6), d.pick(COUNTRIES), d.day(1950, 1985), d.number(0, 4000)) for i in range(16)])
    d.table("crew", "mission_id INTEGER NOT NULL REFERENCES mission(id), astronaut_id INTEGER NOT NULL REFERENCES astronaut(id), PRIMARY KEY (mission_id, astronaut_id)",
            [(m, a) for m in range(1, 27) for a in range(1, 15) if d.number(1, 7) == 1])
    d.write()


def factory():
    d = Database("factory")
    d.table("supplier", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL", [(1, "Stahl AG", "Germany"), (2, "Acero SA", "Spain"), (3, "Fer SARL", "France"), (4, "Ferro SpA", "Italy")])
    d.table("part", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, colour TEXT NOT NULL, weight REAL NOT NULL, supplier_id INTEGER NOT NULL REFERENCES supplier(id)",
            [(i + 1, n, d.pick(["red", "blue", "grey"]), d.money(0.1, 20), d.number(1, 3)) for i, n in enumerate(["bolt", "nut", "washer", "gear", "shaft", "bearing", "spring", "valve", "pump", "flange", "rivet", "lever"])])
    d.table("machine", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, line TEXT NOT NULL, installed_on DATE NOT NULL",
            [(i + 1, n, d.pick(["Alpha", "Beta"]), d.day(2008, 2020)) for i, n in enumerate(["Press", "Lathe", "Drill", "Mill", "Robot", "Oven", "Saw", "Welder"])])
    d.table("fault", "id INTEGER PRIMARY KEY, machine_id INTEGER NOT NULL REFERENCES machine(id), happened_on DATE NOT NULL, minutes INTEGER NOT NULL, severity TEXT NOT NULL",
            [(i + 1, d.number(1, 7), d.day(2020, 2022), d.number(3, 400), d.pick(["minor", "major", "critical"])) for i in range(50)])
    d.write()


HERE.mkdir(exist_ok=True)
for make in [shop, library, school, staff, music, flights, hospital, football, hotels, movies, cars, homes, energy, support, farm, bank,
             events, food, space, factory]:
    make()
