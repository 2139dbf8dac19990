-- The tables of a calibre library, as the program made them, with a few made-up rows.
CREATE TABLE authors ( id   INTEGER PRIMARY KEY,
                              name TEXT NOT NULL COLLATE NOCASE,
                              sort TEXT COLLATE NOCASE,
                              link TEXT NOT NULL DEFAULT "",
                              UNIQUE(name)
                             );
CREATE TABLE books ( id      INTEGER PRIMARY KEY AUTOINCREMENT,
                             title     TEXT NOT NULL DEFAULT 'Unknown' COLLATE NOCASE,
                             sort      TEXT COLLATE NOCASE,
                             timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
                             pubdate   TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
                             series_index REAL NOT NULL DEFAULT 1.0,
                             author_sort TEXT COLLATE NOCASE,
                             isbn TEXT DEFAULT "" COLLATE NOCASE,
                             lccn TEXT DEFAULT "" COLLATE NOCASE,
                             path TEXT NOT NULL DEFAULT "",
                             flags INTEGER NOT NULL DEFAULT 1,
                             uuid TEXT,
                             has_cover BOOL DEFAULT 0,
                             last_modified TIMESTAMP NOT NULL DEFAULT "2000-01-01 00:00:00+00:00");
CREATE TABLE books_authors_link ( id INTEGER PRIMARY KEY,
                                          book INTEGER NOT NULL,
                                          author INTEGER NOT NULL,
                                          UNIQUE(book, author)
                                        );
CREATE TABLE books_languages_link ( id INTEGER PRIMARY KEY,
                                            book INTEGER NOT NULL,
                                            lang_code INTEGER NOT NULL,
                                            item_order INTEGER NOT NULL DEFAULT 0,
                                            UNIQUE(book, lang_code)
        );
CREATE TABLE books_plugin_data(id INTEGER PRIMARY KEY,
                                     book INTEGER NOT NULL,
                                     name TEXT NOT NULL,
                                     val TEXT NOT NULL,
                                     UNIQUE(book,name));
CREATE TABLE books_publishers_link ( id INTEGER PRIMARY KEY,
                                          book INTEGER NOT NULL,
                                          publisher INTEGER NOT NULL,
                                          UNIQUE(book)
                                        );
CREATE TABLE books_ratings_link ( id INTEGER PRIMARY KEY,
                                          book INTEGER NOT NULL,
                                          rating INTEGER NOT NULL,
                                          UNIQUE(book, rating)
                                        );
CREATE TABLE books_series_link ( id INTEGER PRIMARY KEY,
                                          book INTEGER NOT NULL,
                                          series INTEGER NOT NULL,
                                          UNIQUE(book)
                                        );
CREATE TABLE books_tags_link ( id INTEGER PRIMARY KEY,
                                          book INTEGER NOT NULL,
                                          tag INTEGER NOT NULL,
                                          UNIQUE(book, tag)
                                        );
CREATE TABLE comments ( id INTEGER PRIMARY KEY,
                              book INTEGER NOT NULL,
                              text TEXT NOT NULL COLLATE NOCASE,
                              UNIQUE(book)
                            );
CREATE TABLE conversion_options ( id INTEGER PRIMARY KEY,
                                          format TEXT NOT NULL COLLATE NOCASE,
                                          book INTEGER,
                                          data BLOB NOT NULL,
                                          UNIQUE(format,book)
                                        );
CREATE TABLE data ( id     INTEGER PRIMARY KEY,
                            book   INTEGER NOT NULL,
                            format TEXT NOT NULL COLLATE NOCASE,
                            uncompressed_size INTEGER NOT NULL,
                            name TEXT NOT NULL,
                            UNIQUE(book, format)
);
CREATE TABLE feeds ( id   INTEGER PRIMARY KEY,
                              title TEXT NOT NULL,
                              script TEXT NOT NULL,
                              UNIQUE(title)
                             );
CREATE TABLE identifiers  ( id     INTEGER PRIMARY KEY,
                                    book   INTEGER NOT NULL,
                                    type   TEXT NOT NULL DEFAULT "isbn" COLLATE NOCASE,
                                    val    TEXT NOT NULL COLLATE NOCASE,
                                    UNIQUE(book, type)
        );
CREATE TABLE languages    ( id        INTEGER PRIMARY KEY,
                                    lang_code TEXT NOT NULL COLLATE NOCASE,
                                    UNIQUE(lang_code)
        );
CREATE TABLE library_id ( id   INTEGER PRIMARY KEY,
                                  uuid TEXT NOT NULL,
                                  UNIQUE(uuid)
        );
CREATE TABLE metadata_dirtied(id INTEGER PRIMARY KEY,
                             book INTEGER NOT NULL,
                             UNIQUE(book));
CREATE TABLE annotations_dirtied(id INTEGER PRIMARY KEY,
                             book INTEGER NOT NULL,
                             UNIQUE(book));
CREATE TABLE preferences(id INTEGER PRIMARY KEY,
                                 key TEXT NOT NULL,
                                 val TEXT NOT NULL,
                                 UNIQUE(key));
CREATE TABLE publishers ( id   INTEGER PRIMARY KEY,
                                  name TEXT NOT NULL COLLATE NOCASE,
                                  sort TEXT COLLATE NOCASE,
                                  UNIQUE(name)
                             );
CREATE TABLE ratings ( id   INTEGER PRIMARY KEY,
                               rating INTEGER CHECK(rating > -1 AND rating < 11),
                               UNIQUE (rating)
                             );
CREATE TABLE series ( id   INTEGER PRIMARY KEY,
                              name TEXT NOT NULL COLLATE NOCASE,
                              sort TEXT COLLATE NOCASE,
                              UNIQUE (name)
                             );
CREATE TABLE tags ( id   INTEGER PRIMARY KEY,
                            name TEXT NOT NULL COLLATE NOCASE,
                            UNIQUE (name)
                             );
CREATE TABLE last_read_positions ( id INTEGER PRIMARY KEY,
	book INTEGER NOT NULL,
	format TEXT NOT NULL COLLATE NOCASE,
	user TEXT NOT NULL,
	device TEXT NOT NULL,
	cfi TEXT NOT NULL,
	epoch REAL NOT NULL,
	pos_frac REAL NOT NULL DEFAULT 0,
	UNIQUE(user, device, book, format)
);
CREATE VIRTUAL TABLE annotations_fts USING fts5(searchable_text, content = 'annotations', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');
INSERT INTO authors ("id", "name", "sort") VALUES
  (1, 'Aiko Mori', 'Mori, Aiko'),
  (2, 'Zora Hruby', 'Hruby, Zora'),
  (3, 'Leo Castellan', 'Castellan, Leo'),
  (4, 'Greta Lindqvist', 'Lindqvist, Greta'),
  (5, 'Tomas Ferrer', 'Ferrer, Tomas'),
  (6, 'Ruth Abara', 'Abara, Ruth');
INSERT INTO books ("id", "title", "sort", "timestamp", "pubdate", "series_index", "author_sort", "path", "flags", "uuid", "last_modified") VALUES
  (1, 'The River and the Salt', 'River and the Salt, The', '2022-06-24 15:21:00+00:00', '1983-08-10 14:06:00+00:00', 1.0, 'Mori, Aiko & Hruby, Zora', 'Aiko Mori/The River and the Salt (1)', 1, 'dbb5fac8-8830-4348-b5b4-4217bf358776', '2026-11-29 21:07:05.754200+00:00'),
  (3, 'The River and the Lighthouse', 'River and the Lighthouse, The', '2019-05-30 18:57:00+00:00', '2010-05-13 00:44:00+00:00', 7.0, 'Hruby, Zora & Lindqvist, Greta', 'Zora Hruby/The River and the Lighthouse (3)', 1, '64d7439d-a452-4f01-851c-f6f142b81cc6', '2026-11-29 21:07:05.894912+00:00'),
  (5, 'The Harbour and the Orchard', 'Harbour and the Orchard, The', '2025-12-24 15:57:00+00:00', '1989-01-06 23:09:00+00:00', 1.0, 'Mori, Aiko', 'Aiko Mori/The Harbour and the Orchard (5)', 1, 'e3f073b5-6aa2-4ac7-9766-1fdc45fc1640', '2026-11-29 21:07:05.995129+00:00'),
  (6, 'The Orchard and the Lighthouse', 'Orchard and the Lighthouse, The', '2020-06-25 15:39:00+00:00', '1980-06-08 15:53:00+00:00', 1.0, 'Hruby, Zora & Lindqvist, Greta', 'Zora Hruby/The Orchard and the Lighthouse (6)', 1, '5eccd9a4-3678-4eb2-855b-f3011a6c1faf', '2026-11-29 21:07:06.034000+00:00'),
  (7, 'The Crow and the Lighthouse', 'Crow and the Lighthouse, The', '2019-01-30 08:52:00+00:00', '1980-05-21 10:06:00+00:00', 2.0, 'Castellan, Leo', 'Leo Castellan/The Crow and the Lighthouse (7)', 1, '0e2b2d71-2f19-4797-82fd-a9023ffe7f83', '2026-11-29 21:07:06.075069+00:00'),
  (10, 'The Salt and the River', 'Salt and the River, The', '2021-10-26 15:57:00+00:00', '2007-07-21 10:42:00+00:00', 1.0, 'Abara, Ruth & Hruby, Zora', 'Ruth Abara/The Salt and the River (10)', 1, '054d33ae-da96-4e8e-88d1-596f22794b3b', '2026-11-29 21:07:06.345810+00:00'),
  (11, 'The Glass and the Map', 'Glass and the Map, The', '2021-09-21 17:27:00+00:00', '2015-03-03 23:12:00+00:00', 1.0, 'Lindqvist, Greta', 'Greta Lindqvist/The Glass and the Map (11)', 1, 'f7459e46-f2e1-415a-98f2-98f62275f3b4', '2026-11-29 21:07:06.370195+00:00'),
  (12, 'The Glass and the Silence', 'Glass and the Silence, The', '2023-10-08 15:45:00+00:00', '1990-06-20 23:15:00+00:00', 3.0, 'Lindqvist, Greta', 'Greta Lindqvist/The Glass and the Silence (12)', 1, 'a2205569-42ea-4370-9f5c-2471efb95d43', '2026-11-29 21:07:06.389229+00:00'),
  (15, 'The Harbour and the Lighthouse', 'Harbour and the Lighthouse, The', '2024-10-30 22:47:00+00:00', '1975-02-27 14:51:00+00:00', 2.0, 'Mori, Aiko & Lindqvist, Greta', 'Aiko Mori/The Harbour and the Lighthouse (15)', 1, 'a221966b-9d3a-41e9-b19a-6db69478d137', '2026-11-29 21:07:06.427118+00:00'),
  (16, 'The Crow and the Salt', 'Crow and the Salt, The', '2019-02-01 15:38:00+00:00', '2002-09-19 00:41:00+00:00', 1.0, 'Hruby, Zora', 'Zora Hruby/The Crow and the Salt (16)', 1, 'a4891cff-41a9-4ff1-9ce9-72b7e13707a8', '2026-11-29 21:07:06.440970+00:00'),
  (20, 'The Crow and the Orchard', 'Crow and the Orchard, The', '2022-12-08 09:33:00+00:00', '2014-02-20 19:50:00+00:00', 2.0, 'Castellan, Leo', 'Leo Castellan/The Crow and the Orchard (20)', 1, 'dbf5d92f-115a-4156-9718-1a9b8dae1d64', '2026-11-29 21:07:06.500476+00:00'),
  (21, 'The Map and the Winter', 'Map and the Winter, The', '2023-03-16 04:23:00+00:00', '0101-01-01 00:00:00+00:00', 1.0, 'Abara, Ruth', 'Ruth Abara/The Map and the Winter (21)', 1, '784b17db-8900-4030-ab9c-0d67bf86080b', '2026-11-29 21:07:06.519052+00:00'),
  (22, 'The Glass and the Silence', 'Glass and the Silence, The', '2021-07-14 01:18:00+00:00', '2001-12-10 21:07:00+00:00', 1.0, 'Hruby, Zora & Castellan, Leo', 'Zora Hruby/The Glass and the Silence (22)', 1, '55829d0d-9d67-44e1-96f3-8b531773452d', '2026-11-29 21:07:06.532768+00:00'),
  (23, 'The Lighthouse and the Lighthouse', 'Lighthouse and the Lighthouse, The', '2021-02-03 06:22:00+00:00', '1976-01-31 13:54:00+00:00', 4.0, 'Castellan, Leo', 'Leo Castellan/The Lighthouse and the Lighthouse (23)', 1, 'de5e5714-0ac4-4298-b5ba-4184fed7fa61', '2026-11-29 21:07:06.550381+00:00'),
  (25, 'The River and the Winter', 'River and the Winter, The', '2023-02-01 02:52:00+00:00', '1975-08-21 04:47:00+00:00', 1.0, 'Castellan, Leo', 'Leo Castellan/The River and the Winter (25)', 1, '8f805c27-242c-49e4-959a-e200f6c6d932', '2026-11-29 21:07:06.589964+00:00'),
  (26, 'The Map and the Silence', 'Map and the Silence, The', '2025-07-23 11:21:00+00:00', '2011-02-25 09:04:00+00:00', 1.0, 'Abara, Ruth & Castellan, Leo', 'Ruth Abara/The Map and the Silence (26)', 1, '982eb3a7-4a4d-4e91-94c4-139c9e6abc2d', '2026-11-29 21:07:06.605806+00:00'),
  (30, 'The Salt and the Silence', 'Salt and the Silence, The', '2022-11-02 23:46:00+00:00', '1976-12-02 23:46:00+00:00', 1.0, 'Mori, Aiko & Hruby, Zora', 'Aiko Mori/The Salt and the Silence (30)', 1, '6a07eaa2-1db5-4e0b-81b8-3214e13147ed', '2026-11-29 21:07:06.816091+00:00'),
  (31, 'The Winter and the River', 'Winter and the River, The', '2023-08-06 10:02:00+00:00', '1993-02-18 16:02:00+00:00', 1.0, 'Lindqvist, Greta', 'Greta Lindqvist/The Winter and the River (31)', 1, 'a4104cb6-b4b5-48e6-bb1b-d9a9755bf32d', '2026-11-29 21:07:06.830597+00:00'),
  (32, 'The Salt and the Lighthouse', 'Salt and the Lighthouse, The', '2022-03-21 21:45:00+00:00', '2006-02-02 05:41:00+00:00', 7.0, 'Ferrer, Tomas', 'Tomas Ferrer/The Salt and the Lighthouse (32)', 1, '6c908fe4-104e-4ed9-a113-36f21bde9e0f', '2026-11-29 21:07:06.841302+00:00'),
  (34, 'The Salt and the Map', 'Salt and the Map, The', '2021-08-24 20:50:00+00:00', '2017-02-24 02:46:00+00:00', 1.0, 'Hruby, Zora & Lindqvist, Greta', 'Zora Hruby/The Salt and the Map (34)', 1, 'fafcf5a8-2c08-4707-8ddb-418a22fa271c', '2026-11-29 21:07:06.989441+00:00'),
  (36, 'The Map and the Harbour', 'Map and the Harbour, The', '2019-05-19 01:38:00+00:00', '2024-09-28 18:10:00+00:00', 1.0, 'Castellan, Leo', 'Leo Castellan/The Map and the Harbour (36)', 1, '0a257f04-326f-49f9-ae7f-870b499c7122', '2026-11-29 21:07:07.018777+00:00'),
  (38, 'The River and the Lighthouse', 'River and the Lighthouse, The', '2023-08-04 16:19:00+00:00', '0101-01-01 00:00:00+00:00', 1.0, 'Ferrer, Tomas', 'Tomas Ferrer/The River and the Lighthouse (38)', 1, 'af3a5bcf-af29-45f5-857c-1f28fe8e26c7', '2026-11-29 21:07:07.050103+00:00'),
  (39, 'The River and the Winter', 'River and the Winter, The', '2022-05-30 02:04:00+00:00', '2021-11-29 03:38:00+00:00', 2.0, 'Ferrer, Tomas', 'Tomas Ferrer/The River and the Winter (39)', 1, '049e3488-6810-463b-a5c5-38dbb9f5fa67', '2026-11-29 21:07:07.061779+00:00'),
  (40, 'The Orchard and the Map', 'Orchard and the Map, The', '2023-11-14 15:55:00+00:00', '1988-01-19 09:17:00+00:00', 1.0, 'Castellan, Leo & Hruby, Zora', 'Leo Castellan/The Orchard and the Map (40)', 1, '4135631d-069e-4dba-8769-2150daa913d3', '2026-11-29 21:07:07.077366+00:00'),
  (41, 'The River and the Salt', 'River and the Salt, The', '2022-03-12 02:52:00+00:00', '2017-04-29 17:43:00+00:00', 1.0, 'Castellan, Leo', 'Leo Castellan/The River and the Salt (41)', 1, '3c5c4fa0-506d-475c-8101-a484c6cebc5d', '2026-11-29 21:07:07.096897+00:00'),
  (43, 'The Map and the Glass', 'Map and the Glass, The', '2022-09-26 00:43:00+00:00', '1992-01-13 02:36:00+00:00', 1.0, 'Ferrer, Tomas', 'Tomas Ferrer/The Map and the Glass (43)', 1, '3a791714-4bb4-4fea-815c-e0ac48d21f68', '2026-11-29 21:07:07.125711+00:00'),
  (45, 'The Winter and the Map', 'Winter and the Map, The', '2022-02-08 10:36:00+00:00', '1976-03-11 11:02:00+00:00', 1.0, 'Ferrer, Tomas & Hruby, Zora', 'Tomas Ferrer/The Winter and the Map (45)', 1, 'b1f34677-c622-4d32-be6f-269830cf9f16', '2026-11-29 21:07:07.157588+00:00'),
  (46, 'The Crow and the Lighthouse', 'Crow and the Lighthouse, The', '2021-09-23 03:19:00+00:00', '2020-08-17 09:22:00+00:00', 1.0, 'Abara, Ruth', 'Ruth Abara/The Crow and the Lighthouse (46)', 1, '71ca24ed-36f0-4e4f-bb0e-82f6f6d6be5c', '2026-11-29 21:07:07.229010+00:00'),
  (49, 'The Crow and the Silence', 'Crow and the Silence, The', '2024-05-30 13:18:00+00:00', '2014-01-04 17:23:00+00:00', 1.0, 'Hruby, Zora & Lindqvist, Greta', 'Zora Hruby/The Crow and the Silence (49)', 1, 'fcfd04d8-5f18-496c-a664-51d0a7b72db1', '2026-11-29 21:07:07.619449+00:00'),
  (50, 'The Map and the Crow', 'Map and the Crow, The', '2020-02-03 21:17:00+00:00', '1985-03-15 19:06:00+00:00', 1.0, 'Hruby, Zora', 'Zora Hruby/The Map and the Crow (50)', 1, '2caec6b8-9dff-408c-82ff-83145852b6ad', '2026-11-29 21:07:07.634508+00:00'),
  (51, 'The Glass and the Glass', 'Glass and the Glass, The', '2024-12-13 15:20:00+00:00', '2016-12-19 19:26:00+00:00', 7.0, 'Mori, Aiko', 'Aiko Mori/The Glass and the Glass (51)', 1, '5e852eeb-28b3-4d3c-a723-6af2e14ed8d5', '2026-11-29 21:07:07.645612+00:00'),
  (53, 'The Orchard and the Lighthouse', 'Orchard and the Lighthouse, The', '2019-10-11 19:17:00+00:00', '1978-11-15 19:27:00+00:00', 1.0, 'Hruby, Zora & Mori, Aiko', 'Zora Hruby/The Orchard and the Lighthouse (53)', 1, 'c6c89bab-6429-4e54-ab19-6cf0b574ba41', '2026-11-29 21:07:07.672374+00:00'),
  (54, 'The Lighthouse and the Silence', 'Lighthouse and the Silence, The', '2023-01-11 14:31:00+00:00', '2008-10-31 03:24:00+00:00', 1.0, 'Ferrer, Tomas', 'Tomas Ferrer/The Lighthouse and the Silence (54)', 1, 'ed54286f-5c74-4dd5-b057-fe798d24e8d5', '2026-11-29 21:07:07.684333+00:00'),
  (55, 'The Winter and the Orchard', 'Winter and the Orchard, The', '2024-08-24 13:27:00+00:00', '0101-01-01 00:00:00+00:00', 2.0, 'Castellan, Leo', 'Leo Castellan/The Winter and the Orchard (55)', 1, '44090c73-0fbc-4a72-ba55-fd02d904e135', '2026-11-29 21:07:07.700776+00:00'),
  (56, 'The Glass and the Salt', 'Glass and the Salt, The', '2025-04-03 20:12:00+00:00', '2003-05-13 15:27:00+00:00', 1.0, 'Castellan, Leo', 'Leo Castellan/The Glass and the Salt (56)', 1, 'cf65bda6-289c-4d67-86a1-45c87a29e693', '2026-11-29 21:07:07.712648+00:00'),
  (57, 'The Silence and the Winter', 'Silence and the Winter, The', '2020-12-09 06:37:00+00:00', '1990-12-25 00:52:00+00:00', 5.0, 'Castellan, Leo', 'Leo Castellan/The Silence and the Winter (57)', 1, '556057a9-0325-4f70-814f-ded52d50a283', '2026-11-29 21:07:07.726782+00:00'),
  (58, 'The Map and the River', 'Map and the River, The', '2023-10-21 10:57:00+00:00', '2010-12-06 15:37:00+00:00', 1.0, 'Hruby, Zora', 'Zora Hruby/The Map and the River (58)', 1, '99e8db4a-de0b-4332-a67f-96f7c5db548c', '2026-11-29 21:07:07.750141+00:00'),
  (59, 'The Orchard and the Harbour', 'Orchard and the Harbour, The', '2019-08-18 20:51:00+00:00', '1984-12-08 17:01:00+00:00', 1.0, 'Hruby, Zora', 'Zora Hruby/The Orchard and the Harbour (59)', 1, '437143ba-30e4-49d8-a8f9-12004efa33f6', '2026-11-29 21:07:07.897043+00:00'),
  (60, 'The Silence and the River', 'Silence and the River, The', '2024-11-01 21:16:00+00:00', '2000-03-28 19:49:00+00:00', 6.0, 'Ferrer, Tomas & Mori, Aiko', 'Tomas Ferrer/The Silence and the River (60)', 1, '85503d16-0bd5-46cc-b2c8-d2f6e647b248', '2026-11-29 21:07:07.938239+00:00'),
  (66, 'The Crow and the Salt', 'Crow and the Salt, The', '2020-12-16 06:22:00+00:00', '1982-04-21 11:56:00+00:00', 3.0, 'Hruby, Zora', 'Zora Hruby/The Crow and the Salt (66)', 1, 'cf82b0a5-fedb-45fd-ae67-a47479a6d42e', '2026-11-29 21:07:08.157573+00:00');
INSERT INTO books_authors_link ("id", "book", "author") VALUES
  (1, 1, 1),
  (8, 5, 1),
  (15, 10, 6),
  (22, 15, 1),
  (29, 20, 3),
  (36, 26, 6),
  (43, 30, 1),
  (50, 34, 4),
  (57, 40, 2),
  (64, 46, 6),
  (71, 51, 1),
  (78, 57, 3);
INSERT INTO books_languages_link ("id", "book", "lang_code") VALUES
  (1, 1, 1),
  (6, 6, 3),
  (11, 11, 3),
  (16, 16, 2),
  (21, 21, 2),
  (26, 26, 1),
  (31, 31, 3),
  (36, 36, 3),
  (41, 41, 2),
  (46, 46, 3),
  (51, 51, 3),
  (56, 56, 2);
INSERT INTO books_publishers_link ("id", "book", "publisher") VALUES
  (1, 1, 1),
  (6, 6, 2),
  (11, 11, 2),
  (16, 16, 3),
  (21, 21, 2),
  (26, 26, 2),
  (31, 31, 2),
  (36, 36, 1),
  (41, 41, 2),
  (46, 46, 3),
  (51, 51, 2),
  (56, 56, 3);
INSERT INTO books_ratings_link ("id", "book", "rating") VALUES
  (1, 1, 1),
  (5, 6, 3),
  (9, 11, 4),
  (13, 15, 1),
  (17, 20, 1),
  (21, 25, 4),
  (25, 31, 4),
  (29, 36, 1),
  (33, 45, 2),
  (37, 50, 4),
  (41, 54, 3),
  (45, 59, 3);
INSERT INTO books_series_link ("id", "book", "series") VALUES
  (1, 3, 1),
  (3, 7, 1),
  (5, 12, 2),
  (7, 15, 2),
  (9, 23, 1),
  (11, 25, 2),
  (13, 32, 2),
  (15, 39, 2),
  (17, 51, 2),
  (19, 55, 1),
  (21, 60, 2),
  (23, 66, 2);
INSERT INTO books_tags_link ("id", "book", "tag") VALUES
  (1, 1, 1),
  (9, 6, 3),
  (17, 11, 1),
  (25, 15, 4),
  (33, 22, 4),
  (41, 26, 2),
  (49, 32, 1),
  (57, 38, 1),
  (65, 43, 2),
  (73, 49, 4),
  (81, 53, 5),
  (89, 58, 3);
INSERT INTO languages ("id", "lang_code") VALUES
  (1, 'spa'),
  (2, 'eng'),
  (3, 'deu');
INSERT INTO library_id ("id", "uuid") VALUES
  (1, '9bfed7af-0158-422a-a370-3185920b9fb4');
INSERT INTO metadata_dirtied ("id", "book") VALUES
  (1, 1),
  (24, 24),
  (47, 47);
INSERT INTO preferences ("id", "key", "val") VALUES
  (1, 'bools_are_tristate', 'true'),
  (2, 'user_categories', '{}'),
  (3, 'saved_searches', '{}');
INSERT INTO publishers ("id", "name") VALUES
  (1, 'Nachtbuch'),
  (2, 'Olive & Son'),
  (3, 'Quay Press');
INSERT INTO ratings ("id", "rating") VALUES
  (1, 10),
  (2, 6),
  (3, 8),
  (4, 4);
INSERT INTO series ("id", "name", "sort") VALUES
  (1, 'Seven Winters', 'Seven Winters'),
  (2, 'Harbour Cycle', 'Harbour Cycle');
INSERT INTO tags ("id", "name") VALUES
  (1, 'crime'),
  (2, 'travel'),
  (3, 'poetry'),
  (4, 'science'),
  (5, 'history');
