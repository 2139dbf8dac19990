"""Run by Debian's own Python: fail2ban's database, SpatiaLite's module, vnStat, darktable, MiniDLNA, Gramps."""
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import mkdtemp

from common import PEOPLE, closed, day, dice, keep, place, unix

tmp = Path(mkdtemp())
os.environ.update(HOME=str(tmp), XDG_DATA_HOME=str(tmp / "share"), XDG_CONFIG_HOME=str(tmp / "config"), XDG_CACHE_HOME=str(tmp / "cache"))


def fail2ban_bans():
    from fail2ban.server.database import Fail2BanDb
    from fail2ban.server.ticket import FailTicket
    r = dice("fail2ban_bans")
    path = place("fail2ban_bans")
    db = Fail2BanDb(str(path), purgeAge="10y")

    class Jail:
        def __init__(self, name):
            self.name, self.database, self.actions = name, db, self

        def getBanTime(self):
            return 600

    for name in ("sshd", "nginx-http-auth", "postfix"):
        j = Jail(name)
        db.addJail(j)
        for _ in range(60):
            t = FailTicket(f"{r.choice(['203.0.113', '198.51.100', '192.0.2'])}.{r.randrange(1, 60)}", float(unix(day(r))), [f"Failed password for {r.choice(['root', 'admin', 'git'])}"])
            t.setBanTime(r.choice([600, 3600, 86400]))
            t.setBanCount(r.randrange(1, 5))
            t.setAttempt(r.randrange(3, 12))
            db.addBan(j, t)
    db.close()
    closed(path)


def spatialite_parcels():
    r = dice("spatialite_parcels")
    path = place("spatialite_parcels")
    c = sqlite3.connect(path)
    c.enable_load_extension(True)
    c.load_extension("mod_spatialite")
    c.execute("SELECT InitSpatialMetadata(1)")
    c.execute("CREATE TABLE owners (id INTEGER PRIMARY KEY, name TEXT, since INTEGER)")
    c.execute("CREATE TABLE parcels (id INTEGER PRIMARY KEY, code TEXT, owner_id INTEGER, use TEXT, sold_jd DOUBLE, price DOUBLE)")
    c.execute("SELECT AddGeometryColumn('parcels', 'geom', 25832, 'POLYGON', 'XY')")
    c.execute("SELECT CreateSpatialIndex('parcels', 'geom')")
    for i, p in enumerate(PEOPLE[:10]):
        c.execute("INSERT INTO owners VALUES (?, ?, ?)", (i + 1, p, r.randrange(1960, 2020)))
    for i in range(120):
        x, y, w, h = 500000 + r.randrange(9000), 5500000 + r.randrange(9000), r.randrange(10, 120), r.randrange(10, 120)
        c.execute("INSERT INTO parcels(code, owner_id, use, sold_jd, price, geom) VALUES (?, ?, ?, julianday(?), ?, GeomFromText(?, 25832))",
                  (f"P-{i:04d}", r.randrange(1, 11), r.choice(["house", "field", "forest", "road"]), day(r, "1995-01-01").isoformat(" "), w * h * r.randrange(20, 300), f"POLYGON(({x} {y}, {x + w} {y}, {x + w} {y + h}, {x} {y + h}, {x} {y}))"))
    c.execute("ALTER TABLE parcels ADD COLUMN area_m2 DOUBLE")
    c.execute("UPDATE parcels SET area_m2=ST_Area(geom)")
    c.commit()
    c.close()
    closed(path)


def gramps_family():
    r = dice("gramps_family")
    ged = tmp / "family.ged"
    lines = ["0 HEAD", "1 SOUR made-up", "1 GEDC", "2 VERS 5.5.1", "2 FORM LINEAGE-LINKED", "1 CHAR UTF-8"]
    names = [p.split() for p in PEOPLE]
    for i in range(70):
        first, last = r.choice(names)[0], r.choice(names[:8])[-1]
        lines += [f"0 @I{i}@ INDI", f"1 NAME {first} /{last}/", f"1 SEX {'FM'[i % 2]}", "1 BIRT", f"2 DATE {r.randrange(1, 28)} MAY {1820 + i * 2}", f"2 PLAC {r.choice(['Ghent', 'Turin', 'Lyon'])}"]
        if i < 45:
            lines += ["1 DEAT", f"2 DATE {1880 + i * 2}"]
    for k in range(15):
        lines += [f"0 @F{k}@ FAM", f"1 HUSB @I{k * 2 + 1}@", f"1 WIFE @I{k * 2}@", f"1 CHIL @I{k * 2 + 12}@", f"1 CHIL @I{k * 2 + 13}@"]
    ged.write_text("\n".join(lines + ["0 TRLR"]) + "\n")
    env = dict(os.environ, GRAMPSHOME=str(tmp))
    subprocess.run(["gramps", "-C", "family", "-i", str(ged), "--config=database.backend:sqlite", "-y", "-q"], env=env, check=True, timeout=120, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    keep(next(tmp.rglob("sqlite.db")), "gramps_family")
    with sqlite3.connect(OUT_FILE("gramps_family")) as c:
        for t in ("person", "family", "event"):
            for (h,) in c.execute(f"SELECT handle FROM {t}").fetchall():
                c.execute(f"UPDATE {t} SET change=? WHERE handle=?", (unix(day(r)), h))
    c.close()


def OUT_FILE(db_id):
    from common import OUT
    return OUT / "databases" / db_id / f"{db_id}.sqlite"


def photos():
    from PIL import Image
    r = dice("darktable_photos")
    d = tmp / "photos"
    for i in range(40):
        f = d / r.choice(["2022 Turin", "2023 Ghent", "2024 Garden", "Family"])
        f.mkdir(parents=True, exist_ok=True)
        im = Image.new("RGB", (64, 48), (r.randrange(256), r.randrange(256), r.randrange(256)))
        e = Image.Exif()
        e[271], e[272] = r.choice([("Nikon", "D750"), ("Canon", "R6"), ("Fuji", "X100")])
        e[306] = day(r).strftime("%Y:%m:%d %H:%M:%S")
        e[0x8769] = {36867: e[306], 36868: e[306], 34855: r.choice([100, 200, 400, 1600])}
        im.save(f / f"IMG_{1000 + i}.jpg", exif=e)
    return d


def darktable_photos():
    d = photos()
    for n, f in enumerate(sorted(d.iterdir())):
        for attempt in range(4):  # it often hangs at its end; what it imported is in the library by then
            try:
                subprocess.run(["darktable-cli", str(f), str(tmp / f"out{n}{attempt}"), "--out-ext", "jpg", "--core", "--configdir", str(tmp / "dt"), "--library", str(tmp / "dt" / "library.db"), "--disable-opencl"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=30)
            except subprocess.TimeoutExpired:
                (tmp / "dt" / "library.db.lock").unlink(missing_ok=True)
            with sqlite3.connect(tmp / "dt" / "library.db") as c:
                done = c.execute("SELECT count(*) FROM images i JOIN film_rolls r ON r.id=i.film_id WHERE r.folder=?", (str(f),)).fetchone()[0]
            c.close()
            if done == len(list(f.glob("*.jpg"))):
                break
    with sqlite3.connect(tmp / "dt" / "library.db") as c:
        assert c.execute("SELECT count(*) FROM images").fetchone()[0] == 40
    c.close()
    keep(tmp / "dt" / "library.db", "darktable_photos")


def minidlna_media():
    d = photos() if not (tmp / "photos").exists() else tmp / "photos"
    conf = tmp / "minidlna.conf"
    (tmp / "dlna").mkdir()
    conf.write_text(f"media_dir={d}\ndb_dir={tmp / 'dlna'}\nlog_dir={tmp / 'dlna'}\nnetwork_interface=lo\nport=18200\ninotify=no\nfriendly_name=Attic\n")
    p = subprocess.Popen(["minidlnad", "-f", str(conf), "-P", str(tmp / "dlna.pid"), "-S", "-R"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(12)
    p.terminate()
    p.wait(10)
    keep(tmp / "dlna" / "files.db", "minidlna_media")


def vnstat_traffic():
    r = dice("vnstat_traffic")
    conf = tmp / "vnstat.conf"
    (tmp / "vnstat").mkdir()
    conf.write_text(f'DatabaseDir "{tmp / "vnstat"}"\nInterface "lo"\nUseLogging 0\nDaemonUser ""\nDaemonGroup ""\n')
    subprocess.run(["vnstatd", "--config", str(conf), "--initdb"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.run(["vnstat", "--config", str(conf), "--add", "-i", "lo"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    db = tmp / "vnstat" / "vnstat.db"
    with sqlite3.connect(db) as c:  # the daemon fills these tables as time goes by: the same form, over years
        i = c.execute("SELECT id FROM interface WHERE name='lo'").fetchone()[0]
        c.execute("UPDATE interface SET name='eth0', alias='uplink', created='2022-01-01 00:00:00', updated='2025-11-01 00:00:00' WHERE id=?", (i,))
        j = c.execute("INSERT INTO interface(name, alias, active, created, updated, rxcounter, txcounter, rxtotal, txtotal) VALUES ('wlan0', 'wifi', 1, '2023-03-01 00:00:00', '2025-11-01 00:00:00', 0, 0, 0, 0)").lastrowid
        d = datetime(2022, 1, 1)
        months = {}
        while d < datetime(2025, 11, 1):
            for k in (i, j):
                if k == j and d < datetime(2023, 3, 1):
                    continue
                rx, tx = r.randrange(10**8, 4 * 10**9), r.randrange(10**7, 10**9)
                c.execute("INSERT INTO day(interface, date, rx, tx) VALUES (?, ?, ?, ?)", (k, d.strftime("%Y-%m-%d"), rx, tx))
                m = months.setdefault((k, d.strftime("%Y-%m-01")), [0, 0])
                m[0] += rx
                m[1] += tx
            d += timedelta(days=5)
        for (k, m), (rx, tx) in months.items():
            c.execute("INSERT INTO month(interface, date, rx, tx) VALUES (?, ?, ?, ?)", (k, m, rx, tx))
    c.close()
    keep(db, "vnstat_traffic")


bad = 0
for f in (fail2ban_bans, spatialite_parcels, vnstat_traffic, darktable_photos, minidlna_media, gramps_family):
    if sys.argv[2:] and f.__name__ not in sys.argv[2:]:
        continue
    try:
        f()
    except Exception as e:
        import traceback
        traceback.print_exc()
        print(f.__name__, "failed:", repr(e))
        bad = 1
raise SystemExit(bad)
