-- The tables of ActivityWatch's events, as the program made them, with a few made-up rows.
CREATE TABLE buckets (
        rowid INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT UNIQUE NOT NULL,
        name TEXT,
        type TEXT NOT NULL,
        client TEXT NOT NULL,
        hostname TEXT NOT NULL,
        created TEXT NOT NULL,
        datastr TEXT NOT NULL
    );
CREATE TABLE events (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        bucketrow INTEGER NOT NULL,
        starttime INTEGER NOT NULL,
        endtime INTEGER NOT NULL,
        datastr TEXT NOT NULL,
        FOREIGN KEY (bucketrow) REFERENCES buckets(rowid)
    );
INSERT INTO buckets ("rowid", "id", "type", "client", "hostname", "created", "datastr") VALUES
  (1, 'aw-watcher-window_desk', 'currentwindow', 'watcher', 'desk', '2022-01-01T08:00:00+00:00', '{}'),
  (2, 'aw-watcher-afk_desk', 'afkstatus', 'watcher', 'desk', '2022-01-01T08:00:00+00:00', '{}');
INSERT INTO events ("id", "bucketrow", "starttime", "endtime", "datastr") VALUES
  (1, 1, 1714901201000000, 1714904502430312, '{"app": "Thunderbird", "title": "Inbox"}'),
  (26, 1, 1710360819000000, 1710361036046907, '{"app": "Terminal", "title": "cargo test"}'),
  (51, 1, 1728718929000000, 1728720551200408, '{"app": "Firefox", "title": "News - Firefox"}'),
  (76, 1, 1719334599000000, 1719334814960058, '{"app": "Firefox", "title": "News - Firefox"}'),
  (101, 1, 1702280693000000, 1702282039188464, '{"app": "Terminal", "title": "cargo test"}'),
  (126, 1, 1748094857000000, 1748099073620907, '{"app": "Spotify", "title": "Playlist"}'),
  (151, 2, 1647879716000000, 1647881927980332, '{"status": "not-afk"}'),
  (176, 2, 1726924610000000, 1726928156907138, '{"status": "not-afk"}'),
  (201, 2, 1723822364000000, 1723824443664537, '{"status": "not-afk"}'),
  (226, 2, 1706472059000000, 1706473863397528, '{"status": "afk"}'),
  (251, 2, 1692533321000000, 1692536963102639, '{"status": "afk"}'),
  (276, 2, 1665331059000000, 1665333297070481, '{"status": "not-afk"}');
