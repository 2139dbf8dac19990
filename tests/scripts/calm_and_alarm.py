"""False alarms and false calm, case by case: calm_and_alarm.py BINARY [BINARY...]

Each case is a question and a draft that a scripted model writes: a right one that was doubted once, or a wrong one that was believed. Printed is the
confidence that each build gives it (the SQL as it stands after mending decides: a wrong draft that was mended is marked). Standard library only.
Ends with 1 where the last build doubts a right draft (below 50%) or believes a wrong one (above 50%).
"""
import json
import os
import sqlite3
import subprocess
import sys
import tempfile

SCHEMA = """
CREATE TABLE country (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE language (id INTEGER PRIMARY KEY, country_id INTEGER REFERENCES country(id), name TEXT, IsOfficial TEXT, percentage REAL);
CREATE TABLE city (id INTEGER PRIMARY KEY, country_id INTEGER REFERENCES country(id), name TEXT, population INTEGER);
CREATE TABLE track (id INTEGER PRIMARY KEY, title TEXT, seconds INTEGER, weight_g INTEGER, released TEXT);
CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, city_id INTEGER REFERENCES city(id), boss_id INTEGER);
CREATE TABLE sale (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer(id), track_id INTEGER REFERENCES track(id), quantity INTEGER, price REAL, sold_on TEXT);
"""
RIGHT = [
    ("List city names and populations, highest population first", "SELECT name, population FROM city ORDER BY population DESC"),
    ("Show the cities by population from high to low", "SELECT name FROM city ORDER BY population DESC"),
    ("List the tracks, newest first", "SELECT title FROM track ORDER BY released DESC"),
    ("Which tracks are longer than 6 minutes?", "SELECT title FROM track WHERE seconds > 360"),
    ("Which tracks are longer than half an hour?", "SELECT title FROM track WHERE seconds > 1800"),
    ("Which tracks weigh more than 2 kilos?", "SELECT title FROM track WHERE weight_g > 2000"),
    ("Which customers bought more than a dozen of a track at once?", "SELECT DISTINCT c.name FROM customer c JOIN sale s ON s.customer_id = c.id WHERE s.quantity > 12"),
    ("What percentage of languages is official?", "SELECT 100.0 * SUM(IsOfficial = 'T') / COUNT(*) FROM language"),
    ("Which customers have never bought anything?", "SELECT name FROM customer c WHERE NOT EXISTS (SELECT 1 FROM sale s WHERE s.customer_id = c.id)"),
    ("Which customers are without a sale?", "SELECT c.name FROM customer c LEFT JOIN sale s ON s.customer_id = c.id WHERE s.id IS NULL"),
    ("How many customers are there?", "SELECT COUNT(*) FROM customer"),
]
WRONG = [
    ("a literal that nothing explains", "Which cities are in France?", "SELECT c.name FROM city c JOIN country k ON k.id = c.country_id WHERE k.name = 'French'"),
    ("ids of different things equated", "What is the capital of France?", "SELECT c.id FROM city c JOIN country k ON c.id = k.id WHERE k.name = 'France'"),
    ("each, and one row of all", "For each country, which city is the largest?", "SELECT k.name, c.name FROM city c JOIN country k ON k.id = c.country_id ORDER BY c.population DESC LIMIT 1"),
    ("after 2022", "Which tracks were released after 2022?", "SELECT title FROM track WHERE released > '2022-01-01'"),
    ("a key where a name exists", "Which city has the largest population?", "SELECT id FROM city ORDER BY population DESC LIMIT 1"),
    ("an unused column", "Which official languages does Spain have?", "SELECT l.name FROM language l JOIN country k ON k.id = l.country_id WHERE k.name = 'Spain'"),
    ("a tie at LIMIT 1", "Which tracks are the longest?", "SELECT title FROM track ORDER BY seconds DESC LIMIT 1"),
    ("a percentage above 100", "What percentage of the customers bought each track?", "SELECT t.title, 100.0 * COUNT(*) FROM sale s JOIN track t ON t.id = s.track_id GROUP BY t.id"),
    ("integer division", "What share of languages is official?", "SELECT SUM(IsOfficial = 'T') / COUNT(*) FROM language"),
    ("a sum over multiplied rows", "What is the total population of countries with official languages?", "SELECT SUM(c.population) FROM city c JOIN country k ON k.id = c.country_id JOIN language l ON l.country_id = k.id"),
    ("an average of averages", "What is the average population of a city?", "SELECT AVG(a) FROM (SELECT AVG(population) AS a FROM city GROUP BY country_id)"),
    ("COUNT(*) behind LEFT JOIN", "How many sales does each customer have?", "SELECT c.name, COUNT(*) FROM customer c LEFT JOIN sale s ON s.customer_id = c.id GROUP BY c.id"),
    ("NOT IN beside NULL", "Which customers are nobody's boss?", "SELECT name FROM customer WHERE id NOT IN (SELECT boss_id FROM customer)"),
]


def make(path: str) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(SCHEMA)
    for at, name in enumerate(["France", "Spain", "Portugal", "Italy"], 1):
        connection.execute("INSERT INTO country VALUES (?, ?)", (at, name))
        for place, language in enumerate(["main", "north", "south"]):
            connection.execute("INSERT INTO language(country_id, name, IsOfficial, percentage) VALUES (?, ?, ?, ?)", (at, f"{name} {language}", "T" if place == 0 else "F", 80 - 30 * place))
        for place in range(6):
            connection.execute("INSERT INTO city(country_id, name, population) VALUES (?, ?, ?)", (at, f"City {at}{place}", 10000 * (at * 7 + place * 13)))
    for at in range(1, 31):
        connection.execute("INSERT INTO track VALUES (?, ?, ?, ?, ?)", (at, f"Song {at}", min(120 + 95 * at, 2700), 150 * at, f"{2015 + at % 11}-0{1 + at % 9}-1{at % 9}"))
    for at in range(1, 21):
        connection.execute("INSERT INTO customer VALUES (?, ?, ?, ?)", (at, f"Person {at}", at, None if at % 5 == 0 else 5 * (at % 4) or None))
    for at in range(1, 61):
        connection.execute("INSERT INTO sale(customer_id, track_id, quantity, price, sold_on) VALUES (?, ?, ?, ?, ?)", (1 + at % 16, 1 + at % 28, at % 15 + 1, 1.5 * (at % 7 + 1), f"2024-0{1 + at % 9}-1{at % 9}"))
    connection.commit()
    connection.close()


def confidence(binary: str, folder: str, question: str, sql: str) -> tuple[float, bool]:
    script = os.path.join(folder, "draft.txt")
    with open(script, "w") as file:
        file.write(f"```sql\n{sql}\n```\n")
    own = {**os.environ, "SQLLAMA_DATA_DIR": os.path.join(folder, "data"), "SQLLAMA_CONFIG_DIR": os.path.join(folder, "config")}
    ran = subprocess.run([binary, "ask", os.path.join(folder, "t.sqlite"), question, "--model", f"script:{script}", "--format", "json"], capture_output=True, text=True, env=own)
    answer = json.loads(ran.stdout or "{}")
    return answer.get("confidence") or 0.0, answer.get("sql", "").split() != sql.split()


def main(binaries: list[str]) -> int:
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        make(os.path.join(folder, "t.sqlite"))
        print("| case | " + " | ".join(os.path.basename(binary) for binary in binaries) + " |\n|---|" + "---|" * len(binaries))
        for kind, cases in (("right", [(question, question, sql) for question, sql in RIGHT]), ("wrong", WRONG)):
            for name, question, sql in cases:
                said = [confidence(binary, folder, question, sql) for binary in binaries]
                cells = [f"{100 * share:.0f}%{', mended' if mended else ''}" for share, mended in said]
                share, mended = said[-1]
                bad += share < 0.5 if kind == "right" else share > 0.5 and not mended
                print(f"| {kind}: {name} | " + " | ".join(cells) + " |", flush=True)
    print(f"{bad} of {len(RIGHT) + len(WRONG)} not as they should be")
    return int(bad > 0)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
