"""ActivityWatch, dataset, Isso, khal, buku, JupyterHub, Conan, WeeWX, LangGraph, llm, Roundup, Trac: one function each."""
import json
import os
import sqlite3
import subprocess
import sys
import warnings
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import mkdtemp

from common import PEOPLE, closed, day, dice, keep, place, unix, utc

warnings.simplefilter("ignore")
tmp = Path(mkdtemp())
os.environ.update(HOME=str(tmp), XDG_DATA_HOME=str(tmp / "share"), XDG_CONFIG_HOME=str(tmp / "config"))
BIN = Path(sys.executable).parent
WINDOWS = [("Firefox", "News - Firefox"), ("Code", "main.rs - Code"), ("Terminal", "cargo test"), ("Thunderbird", "Inbox"), ("Spotify", "Playlist")]


def activitywatch():
    from aw_core.models import Event
    from aw_datastore.storages.sqlite import SqliteStorage
    r = dice("activitywatch")
    path = tmp / "aw.db"
    s = SqliteStorage(testing=True, filepath=str(path))
    for b, t in (("aw-watcher-window_desk", "currentwindow"), ("aw-watcher-afk_desk", "afkstatus")):
        s.create_bucket(b, t, "watcher", "desk", "2022-01-01T08:00:00+00:00")
        for _ in range(150):
            app, title = r.choice(WINDOWS)
            s.insert_one(b, Event(timestamp=utc(day(r)), duration=timedelta(seconds=r.randrange(5, 5400), microseconds=r.randrange(10**6)), data={"app": app, "title": title} if t == "currentwindow" else {"status": r.choice(["afk", "not-afk"])}))
    s.conn.commit()
    s.conn.close()
    keep(path, "activitywatch")


def dataset_bikes():
    import dataset
    r = dice("dataset_bikes")
    path = place("dataset_bikes")
    db = dataset.connect(f"sqlite:///{path}")
    stations = [dict(code=f"B{i:02d}", name=n, docks=r.randrange(8, 40)) for i, n in enumerate(["Harbour", "Museum", "Old Town", "University", "Stadium", "Zoo"])]
    db["station"].insert_many(stations)
    db["ride"].insert_many([dict(bike=f"#{r.randrange(100, 140)}", from_station=r.choice(stations)["code"], to_station=r.choice(stations)["code"], started=day(r), minutes=round(r.uniform(2, 90), 1), member=r.random() < 0.6) for _ in range(240)])
    db.close()
    closed(path)


def isso_comments():
    from isso import config
    from isso.db import SQLite3
    r = dice("isso_comments")
    conf = config.load(config.default_file()) if hasattr(config, "default_file") else config.new({"general": {"dbpath": "", "max-age": "15m"}, "moderation": {"enabled": "true", "approve-if-email-previously-approved": "false", "purge-after": "30d"}, "guard": {"enabled": "false"}})
    path = tmp / "comments.db"
    db = SQLite3(str(path), conf)
    for i, t in enumerate(["Sourdough in winter", "A night train to Turin", "Bees", "Old maps"]):
        db.threads.new(f"/blog/{i}/", t)
    for k in range(130):
        c = db.comments.add(f"/blog/{r.randrange(4)}/", dict(parent=None, text="Nice.", author=r.choice(PEOPLE), email=None, website=None, mode=r.choices([1, 2, 4], [8, 2, 1])[0], remote_addr=f"10.0.{r.randrange(9)}.0", notification=0))
        for v in range(r.randrange(4)):
            db.comments.vote(r.random() < 0.8, c["id"], f"10.1.{v}.{k}")
    del db
    with sqlite3.connect(path) as c:
        for (k,) in c.execute("SELECT id FROM comments").fetchall():
            c.execute("UPDATE comments SET created=? WHERE id=?", (unix(day(r)) + r.random(), k))
    c.close()
    keep(path, "isso_comments")


def khal_calendar():
    from khal.khalendar.backend import SQLiteDb
    r = dice("khal_calendar")
    path = tmp / "khal.db"
    from zoneinfo import ZoneInfo
    zone = ZoneInfo("Europe/Berlin")
    db = SQLiteDb(["home", "work", "birthdays"], str(path), {"local_timezone": zone, "default_timezone": zone, "timeformat": "%H:%M", "dateformat": "%d.%m.", "longdateformat": "%d.%m.%Y", "datetimeformat": "%d.%m. %H:%M", "longdatetimeformat": "%d.%m.%Y %H:%M"})
    head, tail = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//made//up//EN\r\n", "END:VCALENDAR\r\n"
    for i in range(90):
        cal, t = r.choice(["home", "work"]), day(r)
        e = t + timedelta(minutes=r.choice([30, 60, 90, 240]))
        db.update(f"{head}BEGIN:VEVENT\r\nUID:e{i}\r\nDTSTAMP:20220101T080000Z\r\nSUMMARY:{r.choice(['Dentist', 'Stand-up', 'Choir', 'Review', 'Dinner with ' + r.choice(PEOPLE)])}\r\nDTSTART:{t:%Y%m%dT%H%M%SZ}\r\nDTEND:{e:%Y%m%dT%H%M%SZ}\r\nEND:VEVENT\r\n{tail}", href=f"e{i}.ics", etag=str(i), calendar=cal)
    for i, p in enumerate(PEOPLE[:8]):
        d = day(r)
        db.update(f"{head}BEGIN:VEVENT\r\nUID:b{i}\r\nDTSTAMP:20220101T080000Z\r\nSUMMARY:{p} (birthday party)\r\nDTSTART;VALUE=DATE:{d:%Y%m%d}\r\nDTEND;VALUE=DATE:{d + timedelta(days=1):%Y%m%d}\r\nEND:VEVENT\r\n{tail}", href=f"b{i}.ics", etag=str(i), calendar="birthdays")
    db.conn.commit()
    db.conn.close()
    keep(path, "khal_calendar")


def buku_bookmarks():
    from buku import BukuDb
    r = dice("buku_bookmarks")
    path = tmp / "bookmarks.db"
    db = BukuDb(dbfile=str(path))
    for i in range(80):
        db.add_rec(f"https://{r.choice(['example.org', 'docs.example.net', 'shop.example.com'])}/{r.choice(['bread', 'rust', 'maps', 'trains'])}/{i}", f"{r.choice(['Guide', 'Forum', 'Manual', 'Photos'])} no. {i}", "," + ",".join(sorted(r.sample(["cooking", "coding", "travel", "toread", "work"], r.randrange(1, 4)))) + ",", f"Found by {r.choice(PEOPLE[:5])}", immutable=r.random() < 0.2, fetch=False)
    db.conn.close()
    keep(path, "buku_bookmarks")


def jupyterhub_users():
    from jupyterhub import orm
    r = dice("jupyterhub_users")
    path = place("jupyterhub_users")
    s = orm.new_session_factory(f"sqlite:///{path}")()
    groups = [orm.Group(name=n) for n in ("physics", "teachers", "students")]
    s.add_all(groups)
    for i, n in enumerate(PEOPLE):
        u = orm.User(name=n.split()[0].lower(), admin=i in (2, 6, 11), created=day(r, "2021-09-01", "2023-09-01"), last_activity=None if i % 9 == 8 else day(r, "2023-09-01"))
        r.choice(groups).users.append(u)
        s.add(u)
        if r.random() < 0.6:
            s.add(orm.Spawner(user=u, name="", started=day(r, "2023-09-01") if r.random() < 0.5 else None, last_activity=day(r, "2023-09-01"), state={"pid": r.randrange(9999)}))
    s.commit()
    s.close()
    s.get_bind().dispose()
    closed(path)


def conan_cache():
    os.environ["CONAN_HOME"] = str(tmp / "conan")
    r = dice("conan_cache")
    for n in ("zlib", "fmt", "openssl", "boost", "acme"):
        for v in ("1.0", "1.1", "2.0"):
            d = tmp / "recipe" / n / v
            d.mkdir(parents=True)
            (d / "conanfile.py").write_text(f"from conan import ConanFile\nclass R(ConanFile):\n    name = '{n}'\n    version = '{v}'\n    settings = 'build_type'\n    def package(self):\n        pass\n")
            for bt in ["Release"] + (["Debug"] if r.random() < 0.5 else []):
                subprocess.run([str(BIN / "conan"), "create", ".", "-s", f"build_type={bt}", "-s", "os=Linux"], cwd=d, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) if (tmp / "conan" / "profiles").exists() or not subprocess.run([str(BIN / "conan"), "profile", "detect"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode else None
    p = tmp / "conan" / "p" / "cache.sqlite3"
    with sqlite3.connect(p) as c:
        for t in ("recipes", "packages"):
            for (k,) in c.execute(f"SELECT rowid FROM {t}").fetchall():
                s = unix(day(r))
                c.execute(f"UPDATE {t} SET timestamp=?, lru=? WHERE rowid=?", (s + round(r.random(), 6), s + r.randrange(10**7), k))
    c.close()
    keep(p, "conan_cache")


def weewx_weather():
    import weewx.manager
    import weewx.schemas.wview_extended as w
    r = dice("weewx_weather")
    path = tmp / "weewx.sdb"
    import math
    db = weewx.manager.DaySummaryManager.open_with_create({"driver": "weedb.sqlite", "database_name": str(path), "SQLITE_ROOT": ""}, schema=w.schema)
    t = unix(datetime(2022, 1, 1))
    records = []
    while t < unix(datetime(2025, 11, 1)):
        season = -math.cos((t % 31557600) / 31557600 * 2 * math.pi)
        f = 52 + 20 * season + r.gauss(0, 6)
        records.append({"dateTime": t, "usUnits": 1, "interval": 1440, "outTemp": round(f, 1), "inTemp": round(68 + r.gauss(0, 2), 1), "outHumidity": r.randrange(30, 100), "barometer": round(29.9 + r.gauss(0, 0.2), 3), "windSpeed": round(abs(r.gauss(5, 4)), 1), "windDir": r.randrange(360), "rain": round(max(0, r.gauss(-0.1, 0.2)), 2)})
        t += 86400 * 2 + r.randrange(7200)
    db.addRecord(records)
    db.close()
    keep(path, "weewx_weather")


def langgraph_chat():
    from typing import TypedDict
    from langgraph.checkpoint.sqlite import SqliteSaver
    from langgraph.checkpoint.base import empty_checkpoint
    r = dice("langgraph_chat")
    path = tmp / "chat.db"
    with SqliteSaver.from_conn_string(str(path)) as s:
        for th in range(12):
            conf = {"configurable": {"thread_id": f"{PEOPLE[th].split()[0].lower()}-{th}", "checkpoint_ns": ""}}
            for step in range(r.randrange(3, 14)):
                c = empty_checkpoint()
                c["ts"] = utc(day(r)).isoformat()
                conf = s.put(conf, c, {"source": r.choice(["input", "loop", "loop"]), "step": step, "parents": {}}, {})
                s.put_writes(conf, [("messages", f"hello {step}")], f"task{step}")
    keep(path, "langgraph_chat")


def llm_logs():
    import llm
    import sqlite_utils
    from llm.migrations import migrate
    r = dice("llm_logs")
    path = tmp / "logs.db"
    db = sqlite_utils.Database(path)
    migrate(db)

    class Parrot(llm.Model):
        model_id = "parrot-1b"
        can_stream = False

        def execute(self, prompt, stream, response, conversation):
            response.set_usage(input=r.randrange(8, 900), output=r.randrange(5, 1500))
            yield "Squawk " + (prompt.prompt or "")

    class Owl(Parrot):
        model_id = "owl-7b"

    for _ in range(30):
        c = r.choice([Parrot, Owl])().conversation()
        for _ in range(r.randrange(1, 6)):
            a = c.prompt(r.choice(["What is a fjord?", "Translate good night", "Write a haiku", "Fix this regex"]))
            a.text()
            a.log_to_db(db)
    for k, in db.execute("select id from threads").fetchall():  # the same forms, days spread over years
        at = utc(day(r)).replace(microsecond=r.randrange(10**6))
        db.execute("update threads set datetime_utc=? where id=?", [at.isoformat(" "), k])
        for t, in db.execute("select id from turns where thread_id=? order by id", [k]).fetchall():
            at += timedelta(seconds=r.randrange(20, 900))
            db.execute("update turns set datetime_utc=?, duration_ms=? where id=?", [at.isoformat(), r.randrange(300, 45000), t])
    db.conn.commit()
    db.close()
    keep(path, "llm_logs")


def roundup_tracker():
    home = tmp / "tracker"
    r = dice("roundup_tracker")
    subprocess.run([str(BIN / "roundup-admin"), "-i", str(home), "install", "classic", "sqlite", "mail_domain=example.org"], check=True, stdout=subprocess.DEVNULL, cwd=Path(sys.prefix) / "share" / "roundup" / "templates")
    ini = home / "config.ini"
    ini.write_text(ini.read_text().replace("#web = NO DEFAULT", "web = http://127.0.0.1/").replace("#host = NO DEFAULT", "host = 127.0.0.1"))
    subprocess.run([str(BIN / "roundup-admin"), "-i", str(home), "initialise", "pw"], input=b"Y\n", check=True, stdout=subprocess.DEVNULL)
    (home / "detectors" / "nosyreaction.py").unlink()  # it would send mail
    import roundup.instance
    from roundup import date
    db = roundup.instance.open(str(home)).open("admin")
    for p in PEOPLE[:8]:
        db.user.create(username=p.split()[0].lower(), realname=p, address=f"{p.split()[0].lower()}@example.org", roles="User")
    words = ["crashes", "is slow", "lacks a manual", "loses mail", "shows wrong dates"]
    for i in range(90):
        n = db.issue.create(title=f"{r.choice(['Importer', 'Web page', 'Search', 'Export'])} {r.choice(words)}", priority=str(r.randrange(1, 6)), status=str(r.randrange(1, 9)), assignedto=str(r.randrange(3, 11)))
        for _ in range(r.randrange(3)):
            m = db.msg.create(author=str(r.randrange(3, 11)), date=date.Date(day(r).strftime("%Y-%m-%d.%H:%M:%S")), summary="See here.", content="See here.")
            db.issue.set(n, messages=db.issue.get(n, "messages") + [m])
    db.commit()
    for i in range(90):  # the same form, spread over years
        d = date.Date(day(r).strftime("%Y-%m-%d.%H:%M:%S"))
        db.sql("update _issue set _creation=?, _activity=? where id=?", (db.to_sql_value(type(db.issue.getprops()["creation"]))(d), db.to_sql_value(type(db.issue.getprops()["creation"]))(d + date.Interval("3d")), i + 1))
    db.commit()
    db.close()
    keep(next((home / "db").glob("db*")), "roundup_tracker")


def trac_project():
    r = dice("trac_project")
    home = tmp / "trac"
    subprocess.run([str(BIN / "trac-admin"), str(home), "initenv", "Tramway", "sqlite:db/trac.db"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    from trac.env import Environment
    from trac.ticket.model import Ticket
    from trac.wiki.model import WikiPage
    env = Environment(str(home))
    for i in range(80):
        t = Ticket(env)
        when = utc(day(r, last="2025-08-01"))
        for k, v in dict(reporter=r.choice(PEOPLE[:6]), owner=r.choice(PEOPLE[6:10]), summary=f"{r.choice(['Door', 'Ticket machine', 'Rail', 'Map'])} no. {i}", type=r.choice(["defect", "enhancement", "task"]), priority=r.choice(["blocker", "major", "minor"]), component=r.choice(["component1", "component2"]), milestone=f"milestone{r.randrange(1, 4)}", status="new").items():
            t[k] = v
        t.insert(when=when)
        for j in range(r.randrange(3)):
            t["status"] = r.choice(["accepted", "closed", "closed"])
            t["resolution"] = "fixed" if t["status"] == "closed" else ""
            t.save_changes(author=r.choice(PEOPLE[6:10]), comment="Done.", when=when + timedelta(days=j + 1, hours=r.randrange(20)))
    for i in range(6):
        w = WikiPage(env, f"Plan{i}")
        for _ in range(3):
            w.text = f"= Plan {r.random()} ="
            w.save(r.choice(PEOPLE[:6]), "edit", t=None)
    env.shutdown()
    keep(home / "db" / "trac.db", "trac_project")


bad = 0
wanted = sys.argv[2:]
for f in (activitywatch, dataset_bikes, isso_comments, khal_calendar, buku_bookmarks, jupyterhub_users, conan_cache, weewx_weather, langgraph_chat, llm_logs, roundup_tracker, trac_project):
    if wanted and f.__name__ not in wanted:
        continue
    try:
        f()
    except Exception as e:
        import traceback
        traceback.print_exc()
        print(f.__name__, "failed:", repr(e))
        bad = 1
raise SystemExit(bad)
