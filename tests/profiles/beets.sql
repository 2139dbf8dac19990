-- The tables of a beets music library, as the program made them, with a few made-up rows.
CREATE TABLE migrations (
                    name TEXT NOT NULL,
                    table_name TEXT NOT NULL,
                    PRIMARY KEY(name, table_name)
                );
CREATE TABLE items (acoustid_fingerprint TEXT, acoustid_id TEXT, added REAL, album TEXT, album_id INTEGER, albumartist TEXT, albumartist_credit TEXT, albumartist_sort TEXT, albumartists TEXT, albumartists_credit TEXT, albumartists_sort TEXT, albumdisambig TEXT, albumstatus TEXT, albumtype TEXT, albumtypes TEXT, arrangers TEXT, arrangers_ids TEXT, artist TEXT, artist_credit TEXT, artist_sort TEXT, artists TEXT, artists_credit TEXT, artists_ids TEXT, artists_sort TEXT, asin TEXT, barcode TEXT, bitdepth INTEGER, bitrate INTEGER, bitrate_mode TEXT, bpm INTEGER, catalognum TEXT, channels INTEGER, comments TEXT, comp INTEGER, composer_sort TEXT, composers TEXT, composers_ids TEXT, country TEXT, day INTEGER, disc INTEGER, discogs_albumid INTEGER, discogs_artistid INTEGER, discogs_labelid INTEGER, disctitle TEXT, disctotal INTEGER, encoder TEXT, encoder_info TEXT, encoder_settings TEXT, format TEXT, genres TEXT, grouping TEXT, id INTEGER PRIMARY KEY, initial_key TEXT, isrc TEXT, label TEXT, language TEXT, length REAL, lyricists TEXT, lyricists_ids TEXT, lyrics TEXT, mb_albumartistid TEXT, mb_albumartistids TEXT, mb_albumid TEXT, mb_artistid TEXT, mb_artistids TEXT, mb_releasegroupid TEXT, mb_releasetrackid TEXT, mb_trackid TEXT, mb_workid TEXT, media TEXT, month INTEGER, mtime REAL, original_day INTEGER, original_month INTEGER, original_year INTEGER, path BLOB, r128_album_gain REAL, r128_track_gain REAL, release_group_title TEXT, releasegroupdisambig TEXT, remixers TEXT, remixers_ids TEXT, rg_album_gain REAL, rg_album_peak REAL, rg_track_gain REAL, rg_track_peak REAL, samplerate INTEGER, script TEXT, style TEXT, subtitle TEXT, title TEXT, track INTEGER, trackdisambig TEXT, tracktotal INTEGER, work TEXT, work_disambig TEXT, year INTEGER);
CREATE TABLE item_attributes (
                    id INTEGER PRIMARY KEY,
                    entity_id INTEGER,
                    key TEXT,
                    value TEXT,
                    UNIQUE(entity_id, key) ON CONFLICT REPLACE);
CREATE TABLE albums (added REAL, album TEXT, albumartist TEXT, albumartist_credit TEXT, albumartist_sort TEXT, albumartists TEXT, albumartists_credit TEXT, albumartists_sort TEXT, albumdisambig TEXT, albumstatus TEXT, albumtype TEXT, albumtypes TEXT, artpath BLOB, asin TEXT, barcode TEXT, catalognum TEXT, comp INTEGER, country TEXT, day INTEGER, discogs_albumid INTEGER, discogs_artistid INTEGER, discogs_labelid INTEGER, disctotal INTEGER, genres TEXT, id INTEGER PRIMARY KEY, label TEXT, language TEXT, mb_albumartistid TEXT, mb_albumartistids TEXT, mb_albumid TEXT, mb_releasegroupid TEXT, month INTEGER, original_day INTEGER, original_month INTEGER, original_year INTEGER, r128_album_gain REAL, release_group_title TEXT, releasegroupdisambig TEXT, rg_album_gain REAL, rg_album_peak REAL, script TEXT, style TEXT, year INTEGER);
CREATE TABLE album_attributes (
                    id INTEGER PRIMARY KEY,
                    entity_id INTEGER,
                    key TEXT,
                    value TEXT,
                    UNIQUE(entity_id, key) ON CONFLICT REPLACE);
INSERT INTO migrations ("name", "table_name") VALUES
  ('multi_genre_field', 'items'),
  ('multi_remixer_field', 'items'),
  ('multi_arranger_field', 'items');
INSERT INTO items ("added", "album", "album_id", "albumartist", "artist", "bitrate", "day", "format", "genres", "id", "length", "month", "mtime", "title", "track", "tracktotal", "year") VALUES
  (1672424587.1316445, 'Eis', 1, 'Nordlicht', 'Nordlicht', 900000, 1, 'OGG', 'Jazz', 1, 106.43896578711808, 11, 1672424637.1316445, 'Road 1', 1, 12, 1996),
  (1672424587.1316445, 'Eis', 1, 'Nordlicht', 'Nordlicht', 320000, 1, 'OGG', 'Jazz', 10, 485.61432239329173, 10, 1672424637.1316445, 'Night 10', 10, 12, 1996),
  (1674544098.6766284, 'Depot', 3, 'Velvet Tram', 'Velvet Tram', 192000, 1, 'FLAC', 'Rock', 19, 182.48053580417704, 6, 1674544148.6766284, 'Night 1', 1, 12, 1997),
  (1727354414.8314714, 'Last Stop', 4, 'Velvet Tram', 'Velvet Tram', 192000, 1, 'FLAC', 'Jazz', 28, 467.32147773854274, 4, 1727354464.8314714, 'Road 4', 4, 12, 1999),
  (1761512988.1320183, 'Rails', 5, 'Velvet Tram', 'Velvet Tram', 900000, 1, 'FLAC', 'Jazz', 37, 356.65332488936195, 5, 1761513038.1320183, 'Letter 4', 4, 12, 2016),
  (1698049958.7296205, 'Calor', 6, 'Sombra', 'Sombra', 192000, 1, 'OGG', 'Jazz', 46, 96.6893529229776, 5, 1698050008.7296205, 'Road 4', 4, 12, 1987),
  (1745652595.2921803, 'Abyss', 7, 'Kraken Choir', 'Kraken Choir', 320000, 1, 'OGG', 'Folk', 55, 110.21669093101698, 3, 1745652645.2921803, 'Song 2', 2, 12, 2020),
  (1665340587.510034, 'Tentacles', 8, 'Kraken Choir', 'Kraken Choir', 192000, 1, 'OGG', 'Rock', 64, 352.1077465262868, 7, 1665340637.510034, 'Night 2', 2, 12, 2024),
  (1700055849.8016977, 'Moon', 9, 'Low Tide', 'Low Tide', 192000, 1, 'OGG', 'Jazz', 73, 415.25525575275526, 11, 1700055899.8016977, 'Song 1', 1, 12, 1986),
  (1645298933.7713225, 'Mud', 10, 'Low Tide', 'Low Tide', 192000, 1, 'OGG', 'Jazz', 82, 253.17577424865516, 1, 1645298983.7713225, 'Road 1', 1, 12, 2016),
  (1687889912.1870956, 'Opus 1', 11, 'Ada Quartet', 'Ada Quartet', 192000, 1, 'MP3', 'Electronic', 91, 484.9511467572733, 1, 1687889962.1870956, 'Letter 1', 1, 12, 1980),
  (1687889912.1870956, 'Opus 1', 11, 'Ada Quartet', 'Ada Quartet', 192000, 1, 'MP3', 'Electronic', 100, 215.9217287937395, 6, 1687889962.1870956, 'Night 10', 10, 12, 1980);
INSERT INTO item_attributes ("id", "entity_id", "key", "value") VALUES
  (1, 1, 'rating', '5'),
  (10, 10, 'rating', '5'),
  (19, 19, 'rating', '5'),
  (28, 28, 'rating', '5'),
  (37, 37, 'rating', '3'),
  (46, 46, 'rating', '3'),
  (55, 55, 'rating', '3'),
  (64, 64, 'rating', '2'),
  (73, 73, 'rating', '4'),
  (82, 82, 'rating', '1'),
  (91, 91, 'rating', '2'),
  (100, 100, 'rating', '2');
INSERT INTO albums ("added", "album", "albumartist", "day", "genres", "id", "month", "year") VALUES
  (1672424587.1316445, 'Eis', 'Nordlicht', 1, 'Jazz', 1, 11, 1996),
  (1742321434.115904, 'Ufer', 'Nordlicht', 1, 'Folk', 2, 6, 2023),
  (1674544098.6766284, 'Depot', 'Velvet Tram', 1, 'Rock', 3, 6, 1997),
  (1727354414.8314714, 'Last Stop', 'Velvet Tram', 1, 'Jazz', 4, 8, 1999),
  (1761512988.1320183, 'Rails', 'Velvet Tram', 1, 'Jazz', 5, 5, 2016),
  (1698049958.7296205, 'Calor', 'Sombra', 1, 'Jazz', 6, 5, 1987),
  (1745652595.2921803, 'Abyss', 'Kraken Choir', 1, 'Folk', 7, 7, 2020),
  (1665340587.510034, 'Tentacles', 'Kraken Choir', 1, 'Rock', 8, 6, 2024),
  (1700055849.8016977, 'Moon', 'Low Tide', 1, 'Jazz', 9, 11, 1986),
  (1645298933.7713225, 'Mud', 'Low Tide', 1, 'Jazz', 10, 1, 2016),
  (1687889912.1870956, 'Opus 1', 'Ada Quartet', 1, 'Electronic', 11, 1, 1980),
  (1762716520.1150682, 'Live in Ghent', 'Ada Quartet', 1, 'Folk', 12, 9, 2007);
INSERT INTO album_attributes ("id", "entity_id", "key", "value") VALUES
  (1, 1, 'rating', '5'),
  (2, 2, 'rating', '5'),
  (3, 3, 'rating', '5'),
  (4, 4, 'rating', '5'),
  (5, 5, 'rating', '3'),
  (6, 6, 'rating', '3'),
  (7, 7, 'rating', '3'),
  (8, 8, 'rating', '2'),
  (9, 9, 'rating', '4'),
  (10, 10, 'rating', '1'),
  (11, 11, 'rating', '2'),
  (12, 12, 'rating', '1');
