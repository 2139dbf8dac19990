"""Headless Chromium and Firefox visit pages on 127.0.0.1 and write their own files; then more rows, in the same tables and unit, spread the visits over years."""
import http.server
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from tempfile import mkdtemp

from common import day, dice, keep, unix

tmp = Path(mkdtemp())
PAGES = {"/bread": "Sourdough bread", "/maps": "Old maps", "/trains": "Night trains", "/bees": "Keeping bees", "/soup": "Winter soup", "/news": "Local news", "/mail": "Inbox", "/shop": "Bicycle shop"}


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Set-Cookie", f"seen{self.path.strip('/')}=1; Max-Age=31536000; HttpOnly")
        self.end_headers()
        self.wfile.write(f"<title>{PAGES.get(self.path, 'Page')}</title><p>Words</p>".encode())

    def log_message(self, *a):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
threading.Thread(target=server.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{server.server_port}"
SITES = ["https://bakery.example.org", "https://maps.example.net", "https://trains.example.com", "https://news.example.org"]


def chromium_history():
    r = dice("chromium_history")
    profile = tmp / "chromium"
    for p in PAGES:
        subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", f"--user-data-dir={profile}", "--virtual-time-budget=2000", "--dump-dom", base + p], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
    history = profile / "Default" / "History"
    webkit = lambda d: (unix(d) + 11644473600) * 10**6 + r.randrange(10**6)
    with sqlite3.connect(history) as c:
        if not c.execute("SELECT count(*) FROM visits").fetchone()[0]:
            print("chromium wrote no visits of its own")
        for i in range(40):
            u = c.execute("INSERT INTO urls(url, title, visit_count, typed_count, last_visit_time, hidden) VALUES (?, ?, 0, ?, 0, 0)", (f"{r.choice(SITES)}/{i}", f"{r.choice(list(PAGES.values()))} {i}", r.randrange(3))).lastrowid
            for _ in range(r.randrange(1, 12)):
                c.execute("INSERT INTO visits(url, visit_time, from_visit, external_referrer_url, transition, segment_id, visit_duration, incremented_omnibox_typed_score, opener_visit, originator_cache_guid, originator_visit_id, originator_from_visit, originator_opener_visit, is_known_to_sync, consider_for_ntp_most_visited, visited_link_id, app_id) VALUES (?, ?, 0, '', ?, 0, ?, 0, 0, '', 0, 0, 0, 0, 0, 0, NULL)"
                          if "app_id" in [x[1] for x in c.execute("PRAGMA table_info(visits)")] else "INSERT INTO visits(url, visit_time, from_visit, transition, visit_duration) VALUES (?, ?, 0, ?, ?)", (u, webkit(day(r)), r.choice([805306368, 805306369, 838860805]), r.randrange(1, 900) * 10**6))
            c.execute("UPDATE urls SET visit_count=(SELECT count(*) FROM visits v WHERE v.url=urls.id), last_visit_time=(SELECT max(visit_time) FROM visits v WHERE v.url=urls.id) WHERE id=?", (u,))
        for i in range(30):
            t = webkit(day(r))
            c.execute("INSERT INTO downloads(guid, current_path, target_path, start_time, received_bytes, total_bytes, state, danger_type, interrupt_reason, hash, end_time, opened, last_access_time, transient, referrer, site_url, embedder_download_data, tab_url, tab_referrer_url, http_method, by_ext_id, by_ext_name, by_web_app_id, etag, last_modified, mime_type, original_mime_type) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, x'', ?, 0, 0, 0, '', '', '', '', '', 'GET', '', '', '', '', '', ?, '')",
                      (f"g{i}", f"/home/alma/Downloads/f{i}.pdf", f"/home/alma/Downloads/f{i}.pdf", t, 1000 * r.randrange(1, 9000), 9000000, r.choice([1, 1, 1, 2]), t + 10**6 * r.randrange(1, 300), r.choice(["application/pdf", "image/png", "application/zip"])))
    c.close()
    keep(history, "chromium_history")


def firefox():
    r = dice("firefox_places")
    profile = tmp / "firefox"
    profile.mkdir()
    (profile / "user.js").write_text('user_pref("browser.shell.checkDefaultBrowser", false);\nuser_pref("datareporting.policy.dataSubmissionEnabled", false);\nuser_pref("toolkit.telemetry.enabled", false);\nuser_pref("network.captive-portal-service.enabled", false);\nuser_pref("browser.cache.disk.enable", false);\n')
    env = dict(os.environ, HOME=str(tmp), MOZ_HEADLESS="1")
    for p in list(PAGES)[:4]:
        f = subprocess.Popen(["firefox-esr", "--headless", "--profile", str(profile), "--no-remote", base + p], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(12 if p == "/bread" else 7)
        f.terminate()
        try:
            f.wait(20)
        except subprocess.TimeoutExpired:
            f.kill()
    us = lambda d: unix(d) * 10**6 + r.randrange(10**6)
    with sqlite3.connect(profile / "places.sqlite") as c:
        if not c.execute("SELECT count(*) FROM moz_historyvisits").fetchone()[0]:
            print("firefox wrote no visits of its own")
        place_columns = [x[1] for x in c.execute("PRAGMA table_info(moz_places)")]
        origins = {}
        for s in SITES:
            origins[s] = c.execute("INSERT INTO moz_origins(prefix, host, frecency) VALUES ('https://', ?, 100)", (s[8:],)).lastrowid
        guid = lambda: "".join(r.choice("abcdefghijkmnpqrstuvwxyz23456789") for _ in range(12))
        for i in range(40):
            s = r.choice(SITES)
            p = c.execute("INSERT INTO moz_places(url, title, rev_host, visit_count, hidden, typed, frecency, guid, url_hash, origin_id) VALUES (?, ?, ?, 0, 0, ?, 100, ?, ?, ?)", (f"{s}/{i}", f"{r.choice(list(PAGES.values()))} {i}", s[8:][::-1] + ".", r.randrange(2), guid(), r.getrandbits(47), origins[s])).lastrowid
            for _ in range(r.randrange(1, 11)):
                c.execute("INSERT INTO moz_historyvisits(from_visit, place_id, visit_date, visit_type, session) VALUES (0, ?, ?, ?, 0)", (p, us(day(r)), r.choice([1, 1, 2])))
            c.execute("UPDATE moz_places SET visit_count=(SELECT count(*) FROM moz_historyvisits v WHERE v.place_id=moz_places.id), last_visit_date=(SELECT max(visit_date) FROM moz_historyvisits v WHERE v.place_id=moz_places.id) WHERE id=?", (p,))
            if r.random() < 0.5:
                t = us(day(r))
                c.execute("INSERT INTO moz_bookmarks(type, fk, parent, position, title, dateAdded, lastModified, guid) VALUES (1, ?, ?, ?, ?, ?, ?, ?)", (p, c.execute("SELECT id FROM moz_bookmarks WHERE guid=?", (r.choice(["menu________", "toolbar_____", "unfiled_____"]),)).fetchone()[0], i, f"Mark {i}", t, t, guid()))
    c.close()
    keep(profile / "places.sqlite", "firefox_places")
    r = dice("firefox_cookies")
    with sqlite3.connect(profile / "cookies.sqlite") as c:
        own = c.execute("SELECT name, expiry, creationTime FROM moz_cookies LIMIT 1").fetchall()
        print("firefox's own cookie:", own)
        milli = bool(own) and own[0][1] > 10**11  # in the unit of Firefox's own rows
        for i in range(90):
            t = day(r)
            e = day(r, "2026-12-01", "2029-06-01")
            c.execute("INSERT INTO moz_cookies(originAttributes, name, value, host, path, expiry, lastAccessed, creationTime, isSecure, isHttpOnly, inBrowserElement, sameSite, schemeMap) VALUES ('', ?, ?, ?, '/', ?, ?, ?, ?, ?, 0, ?, 2)", (f"{r.choice(['sid', 'lang', 'cart', 'consent', 'ab'])}{i}", f"{r.getrandbits(40):x}", r.choice(["bakery.example.org", ".example.net", "trains.example.com", "news.example.org"]), unix(e) * (1000 if milli else 1), us(day(r, "2025-01-01")), us(t), r.random() < 0.6, r.random() < 0.4, r.choice([0, 1, 2])))
    c.close()
    keep(profile / "cookies.sqlite", "firefox_cookies")


bad = 0
for f in (chromium_history, firefox):
    if sys.argv[2:] and f.__name__ not in sys.argv[2:]:
        continue
    try:
        f()
    except Exception as e:
        import traceback
        traceback.print_exc()
        print(f.__name__, "failed:", repr(e))
        bad = 1
shutil.rmtree(tmp, ignore_errors=True)
raise SystemExit(bad)
