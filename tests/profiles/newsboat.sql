-- The tables of newsboat's feeds, as the program made them, with a few made-up rows.
CREATE TABLE rss_feed (  rssurl VARCHAR(1024) PRIMARY KEY NOT NULL,  url VARCHAR(1024) NOT NULL,  title VARCHAR(1024) NOT NULL , lastmodified INTEGER(11) NOT NULL DEFAULT 0, is_rtl INTEGER(1) NOT NULL DEFAULT 0, etag VARCHAR(128) NOT NULL DEFAULT "");
CREATE TABLE rss_item (  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,  guid VARCHAR(64) NOT NULL,  title VARCHAR(1024) NOT NULL,  author VARCHAR(1024) NOT NULL,  url VARCHAR(1024) NOT NULL,  feedurl VARCHAR(1024) NOT NULL,  pubDate INTEGER NOT NULL,  content VARCHAR(65535) NOT NULL, unread INTEGER(1) NOT NULL , enclosure_url VARCHAR(1024), enclosure_type VARCHAR(1024), enqueued INTEGER(1) NOT NULL DEFAULT 0, flags VARCHAR(52), deleted INTEGER(1) NOT NULL DEFAULT 0, base VARCHAR(128) NOT NULL DEFAULT "");
CREATE TABLE google_replay (  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,  guid VARCHAR(64) NOT NULL,  state INTEGER NOT NULL,  ts INTEGER NOT NULL );
CREATE TABLE metadata (  db_schema_version_major INTEGER NOT NULL,  db_schema_version_minor INTEGER NOT NULL );
INSERT INTO rss_feed ("rssurl", "url", "title") VALUES
  ('file:///home/alma/web/0.xml', 'http://127.0.0.1/0', 'Tramway Weekly'),
  ('file:///home/alma/web/1.xml', 'http://127.0.0.1/1', 'Compost News'),
  ('file:///home/alma/web/2.xml', 'http://127.0.0.1/2', 'Small Computers'),
  ('file:///home/alma/web/3.xml', 'http://127.0.0.1/3', 'Baking Lab');
INSERT INTO rss_item ("id", "guid", "title", "author", "url", "feedurl", "pubDate", "content", "unread", "flags") VALUES
  (1, '0-31', 'Tramway Weekly no. 31', 'Alma Reyes', 'http://127.0.0.1/0/31', 'file:///home/alma/web/0.xml', 1730146080, 'Words of number 31.', 0, NULL),
  (11, '0-21', 'Tramway Weekly no. 21', 'Chiara Conti', 'http://127.0.0.1/0/21', 'file:///home/alma/web/0.xml', 1725058080, 'Words of number 21.', 0, 's'),
  (21, '0-11', 'Tramway Weekly no. 11', 'Chiara Conti', 'http://127.0.0.1/0/11', 'file:///home/alma/web/0.xml', 1663968900, 'Words of number 11.', 1, NULL),
  (31, '0-1', 'Tramway Weekly no. 1', 'Bruno Keller', 'http://127.0.0.1/0/1', 'file:///home/alma/web/0.xml', 1729729800, 'Words of number 1.', 0, NULL),
  (41, '1-17', 'Compost News no. 17', 'Chiara Conti', 'http://127.0.0.1/1/17', 'file:///home/alma/web/1.xml', 1677006900, 'Words of number 17.', 0, NULL),
  (51, '1-7', 'Compost News no. 7', 'Chiara Conti', 'http://127.0.0.1/1/7', 'file:///home/alma/web/1.xml', 1662546660, 'Words of number 7.', 1, NULL),
  (61, '2-26', 'Small Computers no. 26', 'Chiara Conti', 'http://127.0.0.1/2/26', 'file:///home/alma/web/2.xml', 1705308120, 'Words of number 26.', 0, NULL),
  (71, '2-16', 'Small Computers no. 16', 'Bruno Keller', 'http://127.0.0.1/2/16', 'file:///home/alma/web/2.xml', 1669661340, 'Words of number 16.', 0, NULL),
  (81, '2-6', 'Small Computers no. 6', 'Chiara Conti', 'http://127.0.0.1/2/6', 'file:///home/alma/web/2.xml', 1651234380, 'Words of number 6.', 1, NULL),
  (91, '3-32', 'Baking Lab no. 32', 'Chiara Conti', 'http://127.0.0.1/3/32', 'file:///home/alma/web/3.xml', 1697372820, 'Words of number 32.', 0, NULL),
  (101, '3-22', 'Baking Lab no. 22', 'Bruno Keller', 'http://127.0.0.1/3/22', 'file:///home/alma/web/3.xml', 1656254220, 'Words of number 22.', 0, NULL),
  (111, '3-12', 'Baking Lab no. 12', 'Bruno Keller', 'http://127.0.0.1/3/12', 'file:///home/alma/web/3.xml', 1729403880, 'Words of number 12.', 1, NULL);
INSERT INTO metadata ("db_schema_version_major", "db_schema_version_minor") VALUES
  (2, 11);
