-- The tables of Firefox's history and bookmarks, as the program made them, with a few made-up rows.
CREATE TABLE moz_origins ( id INTEGER PRIMARY KEY, prefix TEXT NOT NULL, host TEXT NOT NULL, frecency INTEGER NOT NULL, recalc_frecency INTEGER NOT NULL DEFAULT 0, alt_frecency INTEGER, recalc_alt_frecency INTEGER NOT NULL DEFAULT 0, block_until_ms INTEGER, block_pages_until_ms INTEGER, UNIQUE (prefix, host) );
CREATE TABLE moz_places (   id INTEGER PRIMARY KEY, url LONGVARCHAR, title LONGVARCHAR, rev_host LONGVARCHAR, visit_count INTEGER DEFAULT 0, hidden INTEGER DEFAULT 0 NOT NULL, typed INTEGER DEFAULT 0 NOT NULL, frecency INTEGER DEFAULT -1 NOT NULL, last_visit_date INTEGER , guid TEXT, foreign_count INTEGER DEFAULT 0 NOT NULL, url_hash INTEGER DEFAULT 0 NOT NULL , description TEXT, preview_image_url TEXT, site_name TEXT, origin_id INTEGER REFERENCES moz_origins(id), recalc_frecency INTEGER NOT NULL DEFAULT 0, alt_frecency INTEGER, recalc_alt_frecency INTEGER NOT NULL DEFAULT 0);
CREATE TABLE moz_places_extra (  place_id INTEGER PRIMARY KEY NOT NULL, sync_json TEXT, FOREIGN KEY (place_id) REFERENCES moz_places(id) ON DELETE CASCADE );
CREATE TABLE moz_historyvisits (  id INTEGER PRIMARY KEY, from_visit INTEGER, place_id INTEGER, visit_date INTEGER, visit_type INTEGER, session INTEGER, source INTEGER DEFAULT 0 NOT NULL, triggeringPlaceId INTEGER);
CREATE TABLE moz_historyvisits_extra (  visit_id INTEGER PRIMARY KEY NOT NULL, sync_json TEXT, FOREIGN KEY (visit_id) REFERENCES moz_historyvisits(id) ON   DELETE CASCADE);
CREATE TABLE moz_inputhistory (  place_id INTEGER NOT NULL, input LONGVARCHAR NOT NULL, use_count INTEGER, PRIMARY KEY (place_id, input));
CREATE TABLE moz_bookmarks (  id INTEGER PRIMARY KEY, type INTEGER, fk INTEGER DEFAULT NULL, parent INTEGER, position INTEGER, title LONGVARCHAR, keyword_id INTEGER, folder_type TEXT, dateAdded INTEGER, lastModified INTEGER, guid TEXT, syncStatus INTEGER NOT NULL DEFAULT 0, syncChangeCounter INTEGER NOT NULL DEFAULT 1);
CREATE TABLE moz_bookmarks_deleted (  guid TEXT PRIMARY KEY, dateRemoved INTEGER NOT NULL DEFAULT 0);
CREATE TABLE moz_keywords (  id INTEGER PRIMARY KEY AUTOINCREMENT, keyword TEXT UNIQUE, place_id INTEGER, post_data TEXT);
CREATE TABLE moz_anno_attributes (  id INTEGER PRIMARY KEY, name VARCHAR(32) UNIQUE NOT NULL);
CREATE TABLE moz_annos (  id INTEGER PRIMARY KEY, place_id INTEGER NOT NULL, anno_attribute_id INTEGER, content LONGVARCHAR, flags INTEGER DEFAULT 0, expiration INTEGER DEFAULT 0, type INTEGER DEFAULT 0, dateAdded INTEGER DEFAULT 0, lastModified INTEGER DEFAULT 0);
CREATE TABLE moz_items_annos (  id INTEGER PRIMARY KEY, item_id INTEGER NOT NULL, anno_attribute_id INTEGER, content LONGVARCHAR, flags INTEGER DEFAULT 0, expiration INTEGER DEFAULT 0, type INTEGER DEFAULT 0, dateAdded INTEGER DEFAULT 0, lastModified INTEGER DEFAULT 0);
CREATE TABLE moz_meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE moz_places_metadata_search_queries ( id INTEGER PRIMARY KEY, terms TEXT NOT NULL UNIQUE );
CREATE TABLE moz_previews_tombstones (   hash TEXT PRIMARY KEY ) WITHOUT ROWID;
CREATE TABLE moz_newtab_story_click (   feature TEXT NOT NULL,   timestamp_s INTEGER NOT NULL,   card_format_enum INTEGER NOT NULL,   position INTEGER NOT NULL,   section_position INTEGER NOT NULL,   feature_value REAL NOT NULL DEFAULT 1 );
CREATE TABLE moz_newtab_story_impression (   feature TEXT NOT NULL,   timestamp_s INTEGER NOT NULL,   card_format_enum INTEGER NOT NULL,   position INTEGER NOT NULL,   section_position INTEGER NOT NULL,   feature_value REAL NOT NULL DEFAULT 1 );
CREATE TABLE moz_newtab_shortcuts_interaction (   id INTEGER PRIMARY KEY,   place_id INTEGER NOT NULL REFERENCES moz_places(id) ON DELETE CASCADE,   event_type INTEGER NOT NULL,   timestamp_s INTEGER NOT NULL,   pinned INTEGER NOT NULL CHECK (pinned IN (0, 1)),   tile_position INTEGER NOT NULL);
INSERT INTO moz_origins ("id", "prefix", "host", "frecency", "recalc_frecency", "recalc_alt_frecency") VALUES
  (1, 'http://', '127.0.0.1:33147', -1, 1, 1),
  (2, 'https://', 'support.mozilla.org', -1, 1, 1),
  (3, 'https://', 'www.mozilla.org', -1, 1, 1),
  (4, 'https://', 'bakery.example.org', 100, 0, 0),
  (5, 'https://', 'maps.example.net', 100, 0, 0),
  (6, 'https://', 'trains.example.com', 100, 0, 0),
  (7, 'https://', 'news.example.org', 100, 0, 0);
INSERT INTO moz_places ("id", "url", "title", "rev_host", "visit_count", "typed", "frecency", "last_visit_date", "guid", "foreign_count", "url_hash", "origin_id", "recalc_frecency", "recalc_alt_frecency") VALUES
  (1, 'http://127.0.0.1:33147/bread', 'Sourdough bread', '1.0.0.721.', 1, 0, 20955, 1795987004861908, 'CCvVl4UlSyLM', 0, 125508348780344, 1, 0, 1),
  (3, 'https://support.mozilla.org/kb/customize-firefox-controls-buttons-and-toolbars?u', NULL, 'gro.allizom.troppus.', 0, 0, 1, NULL, 'KwHBrmGUt0YL', 1, 47359956450016, 2, 1, 1),
  (5, 'https://www.mozilla.org/about/', NULL, 'gro.allizom.www.', 0, 0, 1, NULL, 'LPLbQ1AbmeYh', 1, 47357608426557, 3, 1, 1),
  (9, 'https://trains.example.com/0', 'Keeping bees 0', 'moc.elpmaxe.sniart.', 7, 0, 100, 1763066227511775, '6e3e49zsreyw', 0, 115570502408516, 6, 0, 0),
  (10, 'https://maps.example.net/1', 'Night trains 1', 'ten.elpmaxe.spam.', 9, 0, 100, 1759595216442947, 'rgwufca6mnmj', 0, 34180439706315, 5, 0, 0),
  (13, 'https://trains.example.com/4', 'Keeping bees 4', 'moc.elpmaxe.sniart.', 10, 1, 100, 1745523888495577, 'zkfzfceazwpn', 0, 138800068713099, 6, 0, 0),
  (15, 'https://trains.example.com/6', 'Keeping bees 6', 'moc.elpmaxe.sniart.', 10, 0, 100, 1745314149518537, 'wcchaa7rgbj5', 0, 49068041025847, 6, 0, 0),
  (17, 'https://news.example.org/8', 'Inbox 8', 'gro.elpmaxe.swen.', 1, 1, 100, 1686335615213026, 'z6y6u3efmpjp', 0, 57384709381028, 7, 0, 0),
  (18, 'https://news.example.org/9', 'Old maps 9', 'gro.elpmaxe.swen.', 1, 0, 100, 1678220047066912, 'grt9stf6ews8', 0, 42948064020536, 7, 0, 0),
  (21, 'https://bakery.example.org/12', 'Local news 12', 'gro.elpmaxe.yrekab.', 2, 0, 100, 1725355031359636, '4pq3fusfxxyy', 0, 34625886692097, 4, 0, 0),
  (23, 'https://maps.example.net/14', 'Keeping bees 14', 'ten.elpmaxe.spam.', 1, 0, 100, 1752953370090912, 'x9d5cn5bxf4d', 0, 133726121961023, 5, 0, 0),
  (25, 'https://bakery.example.org/16', 'Inbox 16', 'gro.elpmaxe.yrekab.', 1, 1, 100, 1680115539822538, 'ptgz25yx4xbf', 0, 84058776160233, 4, 0, 0),
  (26, 'https://trains.example.com/17', 'Sourdough bread 17', 'moc.elpmaxe.sniart.', 4, 1, 100, 1744830822807352, 'jq3hzd277ahh', 0, 95843239142762, 6, 0, 0),
  (27, 'https://news.example.org/18', 'Inbox 18', 'gro.elpmaxe.swen.', 4, 0, 100, 1759858520230209, 'qv6fz7hpr93r', 0, 42272637671532, 7, 0, 0),
  (29, 'https://news.example.org/20', 'Keeping bees 20', 'gro.elpmaxe.swen.', 3, 1, 100, 1748458305879721, 'jyw9tvk9nuwu', 0, 40502621920869, 7, 0, 0),
  (31, 'https://trains.example.com/22', 'Winter soup 22', 'moc.elpmaxe.sniart.', 10, 0, 100, 1760379561422584, 'vnj4txefkgfj', 0, 129532904668184, 6, 0, 0),
  (33, 'https://bakery.example.org/24', 'Keeping bees 24', 'gro.elpmaxe.yrekab.', 1, 1, 100, 1702400169348672, 'ninr4y9s2big', 0, 133292382634735, 4, 0, 0),
  (37, 'https://bakery.example.org/28', 'Local news 28', 'gro.elpmaxe.yrekab.', 10, 0, 100, 1756143286472820, 'jnu98i3k69mn', 0, 60947486454546, 4, 0, 0),
  (38, 'https://bakery.example.org/29', 'Keeping bees 29', 'gro.elpmaxe.yrekab.', 8, 0, 100, 1753528471410095, '76muzg8x8ht9', 0, 119185047633579, 4, 0, 0),
  (41, 'https://maps.example.net/32', 'Local news 32', 'ten.elpmaxe.spam.', 3, 0, 100, 1669311132651162, 'y4kvqm7idtuv', 0, 133753556145319, 5, 0, 0),
  (42, 'https://maps.example.net/33', 'Inbox 33', 'ten.elpmaxe.spam.', 10, 0, 100, 1758393040122834, 'd8dcb4rkva6n', 0, 31240770422382, 5, 0, 0),
  (43, 'https://trains.example.com/34', 'Keeping bees 34', 'moc.elpmaxe.sniart.', 10, 0, 100, 1743088409538936, 'tiy3vump7x6g', 0, 42053291880463, 6, 0, 0),
  (45, 'https://trains.example.com/36', 'Winter soup 36', 'moc.elpmaxe.sniart.', 5, 0, 100, 1752941341462789, '3w9ynvu79um3', 0, 118343097391804, 6, 0, 0);
INSERT INTO moz_historyvisits ("id", "place_id", "visit_date", "visit_type") VALUES
  (1, 1, 1795987004861908, 1),
  (18, 10, 1661802088214496, 1),
  (35, 13, 1676104491120662, 1),
  (52, 15, 1707244942145562, 2),
  (69, 21, 1725355031359636, 1),
  (86, 26, 1675341990907190, 2),
  (103, 29, 1748458305879721, 2),
  (120, 31, 1662667410060731, 2),
  (137, 37, 1751369570196812, 2),
  (154, 38, 1685527027042462, 2),
  (171, 42, 1758393040122834, 2),
  (188, 43, 1729148801132070, 1);
INSERT INTO moz_bookmarks ("id", "type", "fk", "parent", "position", "title", "dateAdded", "lastModified", "guid", "syncStatus", "syncChangeCounter") VALUES
  (1, 2, NULL, 0, 0, '', 1795987004927000, 1795987005342000, 'root________', 1, 1),
  (2, 2, NULL, 1, 0, 'menu', 1795987004927000, 1795987005342000, 'menu________', 1, 3),
  (3, 2, NULL, 1, 1, 'toolbar', 1795987004927000, 1795987005314000, 'toolbar_____', 1, 2),
  (5, 2, NULL, 1, 3, 'unfiled', 1795987004927000, 1795987005314000, 'unfiled_____', 1, 2),
  (7, 2, NULL, 2, 0, 'Mozilla Firefox', 1795987005342000, 1795987005342000, '8FKUuk3OiXwP', 0, 1),
  (9, 1, 3, 7, 1, 'Customize Firefox', 1795987005342000, 1795987005342000, 'n65FjopGj3PU', 0, 1),
  (11, 1, 5, 7, 3, 'About Us', 1795987005342000, 1795987005342000, '4IF4iqvAa4mR', 0, 1),
  (13, 1, 13, 5, 4, 'Mark 4', 1715957342482198, 1715957342482198, '4cw73bwn5bb7', 0, 1),
  (15, 1, 18, 2, 9, 'Mark 9', 1723989359123333, 1723989359123333, 'zpd7qqnfgtyr', 0, 1),
  (17, 1, 21, 5, 12, 'Mark 12', 1704027221565441, 1704027221565441, 'bdesh533ei5x', 0, 1),
  (19, 1, 23, 2, 14, 'Mark 14', 1680382219243705, 1680382219243705, 'ck3fi7ykc2ss', 0, 1),
  (21, 1, 25, 5, 16, 'Mark 16', 1693488760646130, 1693488760646130, '5se29yqv54i3', 0, 1),
  (23, 1, 27, 5, 18, 'Mark 18', 1646477830213135, 1646477830213135, 'e9ntnp3ixhc2', 0, 1);
