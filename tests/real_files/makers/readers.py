"""beets, reader, IPython, xonsh, Telethon, coverage.py, pytest-testmon: personal programs of the Python world."""
import os
import sqlite3
import subprocess
import sys
import textwrap
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

from common import PEOPLE, closed, day, dice, keep, place, unix, utc

tmp = Path(mkdtemp())


def beets_music():
    from beets.library import Item, Library
    r = dice("beets_music")
    path = tmp / "library.db"
    lib = Library(str(path), str(tmp))
    bands = {"Nordlicht": ["Eis", "Ufer"], "Velvet Tram": ["Depot", "Last Stop", "Rails"], "Sombra": ["Calor"], "Kraken Choir": ["Abyss", "Tentacles"], "Low Tide": ["Moon", "Mud"], "Ada Quartet": ["Opus 1", "Live in Ghent", "Trio"]}
    for band, albums in bands.items():
        for album in albums:
            year, genre, fmt = r.randrange(1978, 2025), r.choice(["Rock", "Jazz", "Electronic", "Folk"]), r.choice(["MP3", "FLAC", "OGG"])
            added = unix(day(r)) + r.random()
            items = []
            for i in range(r.randrange(6, 13)):
                items.append(Item(title=f"{r.choice(['Song', 'Night', 'Dance', 'Road', 'Letter'])} {i + 1}", artist=band, albumartist=band, album=album, track=i + 1, tracktotal=12, year=year, month=r.randrange(1, 13), day=1, genres=[genre], length=r.uniform(95, 520),
                                  bitrate=r.choice([192000, 320000, 900000]), format=fmt, path=str(tmp / band / album / f"{i + 1}.mp3").encode(), added=added, mtime=added + 50))
                lib.add(items[-1])
            a = lib.add_album(items)
            a.added = added
            a["rating"] = str(r.randrange(1, 6))
            a.store()
    lib._close()
    keep(path, "beets_music")


def reader_feeds():
    from reader import make_reader
    r = dice("reader_feeds")
    root, path = tmp / "feeds", place("reader_feeds")
    root.mkdir()
    names = ["Tramway Weekly", "Compost News", "Small Computers", "Baking Lab"]
    for i, n in enumerate(names):
        entries = "".join(f"<item><guid>{i}-{k}</guid><title>{n} no. {k}</title><link>http://example.org/{i}/{k}</link><author>{r.choice(PEOPLE[:6])}</author><pubDate>{utc(day(r)).strftime('%a, %d %b %Y %H:%M:%S +0000')}</pubDate><description>Words.</description></item>" for k in range(r.randrange(25, 45)))
        (root / f"{i}.xml").write_text(f'<?xml version="1.0"?><rss version="2.0"><channel><title>{n}</title><link>http://example.org/{i}</link><description>d</description>{entries}</channel></rss>')
    with make_reader(str(path), feed_root=str(root)) as reader:
        for i in range(len(names)):
            reader.add_feed(f"{i}.xml")
        reader.update_feeds()
        for e in list(reader.get_entries()):
            if r.random() < 0.6:
                reader.mark_entry_as_read(e)
            if r.random() < 0.15:
                reader.mark_entry_as_important(e)
    closed(path)
    Path(f"{path}.search").unlink(missing_ok=True)


def ipython_history():
    r = dice("ipython_history")
    path = tmp / "history.sqlite"
    from IPython.core.history import HistoryManager
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config
    c = Config()
    c.HistoryManager.hist_file = str(path)
    shell = InteractiveShell.instance(config=c)
    h = shell.history_manager
    code = ["import pandas as pd", "df.head()", "df.groupby('city').sum()", "plt.plot(x, y)", "1 + 1", "%timeit sum(range(1000))", "len(df)", "help(zip)", "df.to_csv('out.csv')", "!ls"]
    for s in range(40):
        for i in range(r.randrange(2, 14)):
            src = r.choice(code)
            h.store_inputs(i + 1, src)
            if src in ("1 + 1", "len(df)"):
                h.output_hist_reprs[i + 1] = str(r.randrange(100))
                h.store_output(i + 1)
        h.writeout_cache()
        h.reset(new_session=True)
    h.end_session()
    h.save_thread.stop() if h.save_thread else None
    with sqlite3.connect(path) as db:  # the same columns, days spread over years
        t = sorted(day(r) for _ in range(db.execute("SELECT max(session) FROM sessions").fetchone()[0]))
        for s, when in enumerate(t, 1):
            db.execute("UPDATE sessions SET start=?, end=? WHERE session=?", (when.isoformat(" "), (when + timedelta(minutes=r.randrange(3, 400))).isoformat(" "), s))
    db.close()
    keep(path, "ipython_history")


def xonsh_history():
    r = dice("xonsh_history")
    path = place("xonsh_history")
    (tmp / "xonsh").mkdir()
    env = dict(os.environ, XONSH_HISTORY_BACKEND="sqlite", XONSH_HISTORY_FILE=str(path), XONSH_DATA_DIR=str(tmp / "xonsh"), HOME=str(tmp))
    subprocess.run([sys.executable, "-c", textwrap.dedent("""
        import os, sys
        from xonsh.main import setup
        setup()
        from xonsh.built_ins import XSH
        from xonsh.history.sqlite import SqliteHistory
        import random
        r = random.Random('xonsh_history')
        for s in range(12):
            h = SqliteHistory(filename=sys.argv[1], sessionid=f'{r.getrandbits(128):032x}', gc=False)
            for i in range(r.randrange(6, 22)):
                t = 1641200000 + s * 9800000 + i * 4000 + r.random() * 3000
                h.append({'inp': r.choice(['git status', 'ls -la', 'cargo test', 'cd src', 'vim notes.md', 'git push', 'make', 'rsync -a . backup']) + '\\n', 'rtn': r.choices([0, 1, 130], [8, 2, 1])[0], 'ts': [t, t + r.random() * 90], 'cwd': r.choice(['/home/alma', '/home/alma/src', '/srv'])})
        """), str(path)], check=True, env=env)
    closed(path)


def telethon_session():
    from telethon.crypto import AuthKey
    from telethon.sessions import SQLiteSession
    from telethon.tl.types import InputPhoto, User
    from telethon.tl import types
    r = dice("telethon_session")
    s = SQLiteSession(str(tmp / "phone"))
    s.set_dc(2, "149.154.167.51", 443)
    s.auth_key = AuthKey(bytes(r.randrange(256) for _ in range(256)))
    for i, n in enumerate(PEOPLE):
        s.process_entities([types.User(id=10**8 + r.randrange(10**9), access_hash=r.getrandbits(62), first_name=n.split()[0], last_name=n.split()[-1], username=n.split()[0].lower() if i % 3 else None, phone=f"4930{r.randrange(10**7):07d}" if i % 2 else None, restriction_reason=[])])
    for i, t in enumerate(["Allotment club", "Choir", "Family", "Old colleagues", "Night trains", "Flat share"]):
        s.process_entities([types.Channel(id=10**9 + r.randrange(10**9), title=t, photo=types.ChatPhotoEmpty(), date=day(r), access_hash=r.getrandbits(62), restriction_reason=[], megagroup=True)])
    s.set_update_state(0, types.updates.State(pts=4711, qts=0, date=utc(day(r)), seq=3, unread_count=0))
    for k in range(8):
        s.set_update_state(10**9 + k, types.updates.State(pts=100 + 37 * k, qts=0, date=utc(day(r)), seq=0, unread_count=0))
    s.save()
    s.close()
    with sqlite3.connect(tmp / "phone.session") as c:  # when each was last seen: the same unit, spread over years
        for (k,) in c.execute("SELECT id FROM entities").fetchall():
            c.execute("UPDATE entities SET date=? WHERE id=?", (unix(day(r)), k))
    c.close()
    keep(tmp / "phone.session", "telethon_session")


def tests():
    r = dice("testmon_data")
    root = tmp / "proj"
    root.mkdir()
    for m in ("money", "dates", "names", "routes", "tax"):
        (root / f"{m}.py").write_text("".join(f"def f{i}(x):\n    if x > {i}:\n        return x * {i}\n    return {i}\n\n\n" for i in range(6)))
        (root / f"test_{m}.py").write_text(f"import time\nimport {m}\n\n\n" + "".join(f"def test_{m}_{i}():\n    time.sleep({r.randrange(1, 30) / 1000})\n    assert {m}.f{i % 6}({r.randrange(9)}) {'> 99' if r.random() < 0.15 else '>= 0'}\n\n\n" for i in range(9)))
    run = lambda *a: subprocess.run([sys.executable, "-m", *a], cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    run("pytest", "--testmon", "-q")
    keep(root / ".testmondata", "testmon_data")
    (root / ".coveragerc").write_text("[run]\ndynamic_context = test_function\nsource = .\nrelative_files = True\nbranch = True\n")
    run("coverage", "run", "-m", "pytest", "-q", "-p", "no:testmon", "-p", "no:cacheprovider")
    keep(root / ".coverage", "coverage_report")


bad = 0
for f in (beets_music, reader_feeds, ipython_history, xonsh_history, telethon_session, tests):
    try:
        f()
    except Exception as e:
        print(f.__name__, "failed:", repr(e))
        bad = 1
raise SystemExit(bad)
