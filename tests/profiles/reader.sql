-- The tables of reader's feeds, as the program made them, with a few made-up rows.
PRAGMA application_id = 1919246692;
CREATE TABLE feeds (

    url TEXT PRIMARY KEY NOT NULL,
    title TEXT,
    link TEXT,
    updated TIMESTAMP,

    author TEXT,
    subtitle TEXT,
    version TEXT,
    user_title TEXT,
    caching_info TEXT,
    data_hash BLOB,

    stale INTEGER NOT NULL DEFAULT 0,
    updates_enabled INTEGER NOT NULL DEFAULT 1,
    update_after TIMESTAMP,
    last_retrieved TIMESTAMP,
    last_updated TIMESTAMP,
    added TIMESTAMP NOT NULL,
    last_exception TEXT

);
CREATE TABLE entries (

    id TEXT NOT NULL,
    feed TEXT NOT NULL,
    title TEXT,
    link TEXT,
    updated TIMESTAMP,

    author TEXT,
    published TIMESTAMP,
    summary TEXT,
    content TEXT,
    enclosures TEXT,
    source TEXT,
    original_feed TEXT,
    data_hash BLOB,
    data_hash_changed INTEGER,

    read INTEGER,
    read_modified TIMESTAMP,
    important INTEGER,
    important_modified TIMESTAMP,
    added_by TEXT NOT NULL,
    last_updated TIMESTAMP NOT NULL,
    first_updated TIMESTAMP NOT NULL,
    first_updated_epoch TIMESTAMP NOT NULL,
    feed_order INTEGER NOT NULL,
    recent_sort TIMESTAMP NOT NULL,
    sequence BLOB,

    PRIMARY KEY (id, feed),
    FOREIGN KEY (feed) REFERENCES feeds(url)
        ON UPDATE CASCADE
        ON DELETE CASCADE
);
CREATE TABLE entry_tags (
    id TEXT NOT NULL,
    feed TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,

    PRIMARY KEY (id, feed, key),
    FOREIGN KEY (id, feed) REFERENCES entries(id, feed)
        ON UPDATE CASCADE
        ON DELETE CASCADE
);
INSERT INTO feeds ("url", "title", "link", "subtitle", "version", "updates_enabled", "update_after", "last_retrieved", "last_updated", "added") VALUES
  ('0.xml', 'Tramway Weekly', 'http://example.org/0', 'd', 'rss20', 1, '2026-11-29 22:00:00', '2026-11-29 21:08:05.975108', '2026-11-29 21:08:05.975108', '2026-11-29 21:08:05.832969'),
  ('1.xml', 'Compost News', 'http://example.org/1', 'd', 'rss20', 1, '2026-11-29 22:00:00', '2026-11-29 21:08:06.045904', '2026-11-29 21:08:06.045904', '2026-11-29 21:08:05.850629'),
  ('2.xml', 'Small Computers', 'http://example.org/2', 'd', 'rss20', 1, '2026-11-29 22:00:00', '2026-11-29 21:08:06.105765', '2026-11-29 21:08:06.105765', '2026-11-29 21:08:05.857640'),
  ('3.xml', 'Baking Lab', 'http://example.org/3', 'd', 'rss20', 1, '2026-11-29 22:00:00', '2026-11-29 21:08:06.175809', '2026-11-29 21:08:06.175809', '2026-11-29 21:08:05.865674');
INSERT INTO entries ("id", "feed", "title", "link", "author", "published", "summary", "read", "read_modified", "important", "important_modified", "added_by", "last_updated", "first_updated", "first_updated_epoch", "feed_order", "recent_sort") VALUES
  ('0-25', '0.xml', 'Tramway Weekly no. 25', 'http://example.org/0/25', '[{"name": "Farah Haddad", "href": null, "email": null}]', '2022-10-03 15:08:40', 'Words.', 1, '2026-11-29 21:08:06.405696', 1, '2026-11-29 21:08:06.406066', 'feed', '2026-11-29 21:08:05.975108', '2026-11-29 21:08:05.975108', '2026-11-29 21:08:05.885470', 25, '2022-10-03 15:08:40'),
  ('0-15', '0.xml', 'Tramway Weekly no. 15', 'http://example.org/0/15', '[{"name": "Farah Haddad", "href": null, "email": null}]', '2024-11-22 12:47:45', 'Words.', 1, '2026-11-29 21:08:06.317481', NULL, NULL, 'feed', '2026-11-29 21:08:05.975108', '2026-11-29 21:08:05.975108', '2026-11-29 21:08:05.885470', 15, '2024-11-22 12:47:45'),
  ('0-5', '0.xml', 'Tramway Weekly no. 5', 'http://example.org/0/5', '[{"name": "Emil Larsen", "href": null, "email": null}]', '2022-01-23 18:22:57', 'Words.', 1, '2026-11-29 21:08:06.413088', 1, '2026-11-29 21:08:06.413539', 'feed', '2026-11-29 21:08:05.975108', '2026-11-29 21:08:05.975108', '2026-11-29 21:08:05.885470', 5, '2022-01-23 18:22:57'),
  ('1-24', '1.xml', 'Compost News no. 24', 'http://example.org/1/24', '[{"name": "Chiara Conti", "href": null, "email": null}]', '2024-08-02 18:39:12', 'Words.', 0, NULL, NULL, NULL, 'feed', '2026-11-29 21:08:06.045904', '2026-11-29 21:08:06.045904', '2026-11-29 21:08:05.885470', 24, '2024-08-02 18:39:12'),
  ('1-14', '1.xml', 'Compost News no. 14', 'http://example.org/1/14', '[{"name": "Emil Larsen", "href": null, "email": null}]', '2022-12-14 19:46:58', 'Words.', 0, NULL, NULL, NULL, 'feed', '2026-11-29 21:08:06.045904', '2026-11-29 21:08:06.045904', '2026-11-29 21:08:05.885470', 14, '2022-12-14 19:46:58'),
  ('1-4', '1.xml', 'Compost News no. 4', 'http://example.org/1/4', '[{"name": "Emil Larsen", "href": null, "email": null}]', '2025-02-19 16:48:19', 'Words.', 0, NULL, NULL, NULL, 'feed', '2026-11-29 21:08:06.045904', '2026-11-29 21:08:06.045904', '2026-11-29 21:08:05.885470', 4, '2025-02-19 16:48:19'),
  ('2-27', '2.xml', 'Small Computers no. 27', 'http://example.org/2/27', '[{"name": "Emil Larsen", "href": null, "email": null}]', '2023-03-05 13:53:31', 'Words.', 1, '2026-11-29 21:08:06.402671', NULL, NULL, 'feed', '2026-11-29 21:08:06.105765', '2026-11-29 21:08:06.105765', '2026-11-29 21:08:05.885470', 27, '2023-03-05 13:53:31'),
  ('2-17', '2.xml', 'Small Computers no. 17', 'http://example.org/2/17', '[{"name": "Farah Haddad", "href": null, "email": null}]', '2022-12-27 11:01:05', 'Words.', 0, NULL, NULL, NULL, 'feed', '2026-11-29 21:08:06.105765', '2026-11-29 21:08:06.105765', '2026-11-29 21:08:05.885470', 17, '2022-12-27 11:01:05'),
  ('2-7', '2.xml', 'Small Computers no. 7', 'http://example.org/2/7', '[{"name": "Farah Haddad", "href": null, "email": null}]', '2025-07-30 11:27:57', 'Words.', 1, '2026-11-29 21:08:06.221504', NULL, NULL, 'feed', '2026-11-29 21:08:06.105765', '2026-11-29 21:08:06.105765', '2026-11-29 21:08:05.885470', 7, '2025-07-30 11:27:57'),
  ('3-39', '3.xml', 'Baking Lab no. 39', 'http://example.org/3/39', '[{"name": "Alma Reyes", "href": null, "email": null}]', '2024-05-01 17:54:56', 'Words.', 0, NULL, NULL, NULL, 'feed', '2026-11-29 21:08:06.175809', '2026-11-29 21:08:06.175809', '2026-11-29 21:08:05.885470', 39, '2024-05-01 17:54:56'),
  ('3-29', '3.xml', 'Baking Lab no. 29', 'http://example.org/3/29', '[{"name": "Dara Okafor", "href": null, "email": null}]', '2023-11-25 09:31:15', 'Words.', 0, NULL, NULL, NULL, 'feed', '2026-11-29 21:08:06.175809', '2026-11-29 21:08:06.175809', '2026-11-29 21:08:05.885470', 29, '2023-11-25 09:31:15'),
  ('3-19', '3.xml', 'Baking Lab no. 19', 'http://example.org/3/19', '[{"name": "Bruno Keller", "href": null, "email": null}]', '2024-08-19 16:54:19', 'Words.', 0, NULL, 1, '2026-11-29 21:08:06.386537', 'feed', '2026-11-29 21:08:06.175809', '2026-11-29 21:08:06.175809', '2026-11-29 21:08:05.885470', 19, '2024-08-19 16:54:19');
