-- The tables of iMessage, as far as the profile names them, with a few made-up rows.
CREATE TABLE _SqliteDatabaseProperties (key TEXT, value TEXT, UNIQUE(key));
CREATE TABLE deleted_messages (ROWID INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE, guid TEXT NOT NULL);
CREATE TABLE sync_deleted_messages (ROWID INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE, guid TEXT NOT NULL, recordID TEXT);
CREATE TABLE message_processing_task (ROWID INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE, guid TEXT NOT NULL, task_flags INTEGER NOT NULL);
CREATE TABLE kvtable (ROWID INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE, key TEXT UNIQUE NOT NULL, value BLOB NOT NULL);
CREATE TABLE handle (ROWID INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE, id TEXT NOT NULL, country TEXT, service TEXT NOT NULL,
  uncanonicalized_id TEXT, UNIQUE (id, service));
CREATE TABLE message (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, text TEXT, handle_id INTEGER DEFAULT 0, service TEXT,
  date INTEGER, date_read INTEGER, date_delivered INTEGER, is_from_me INTEGER DEFAULT 0, is_read INTEGER DEFAULT 0);
CREATE TABLE chat (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, chat_identifier TEXT, service_name TEXT, display_name TEXT);
CREATE TABLE attachment (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, filename TEXT, mime_type TEXT, total_bytes INTEGER DEFAULT 0);
CREATE TABLE chat_handle_join (chat_id INTEGER REFERENCES chat (ROWID) ON DELETE CASCADE, handle_id INTEGER REFERENCES handle (ROWID) ON DELETE CASCADE,
  UNIQUE(chat_id, handle_id));
CREATE TABLE chat_message_join (chat_id INTEGER REFERENCES chat (ROWID) ON DELETE CASCADE, message_id INTEGER REFERENCES message (ROWID) ON DELETE CASCADE,
  message_date INTEGER DEFAULT 0, PRIMARY KEY (chat_id, message_id));
CREATE TABLE message_attachment_join (message_id INTEGER REFERENCES message (ROWID) ON DELETE CASCADE,
  attachment_id INTEGER REFERENCES attachment (ROWID) ON DELETE CASCADE, UNIQUE(message_id, attachment_id));
INSERT INTO handle VALUES (1, '+15550100', 'us', 'iMessage', NULL), (2, 'alma@example.org', NULL, 'iMessage', NULL);
INSERT INTO chat VALUES (1, 'c1', '+15550100', 'iMessage', NULL), (2, 'c2', 'alma@example.org', 'iMessage', 'Alma');
INSERT INTO message VALUES
  (1, 'm1', 'Hello', 1, 'iMessage', 662688000000000000, 662688060000000000, 0, 0, 1),
  (2, 'm2', 'Hi', 0, 'iMessage', 662689000000000000, 0, 662689010000000000, 1, 0),
  (3, 'm3', 'Tea?', 2, 'iMessage', 694224000000000000, 694224100000000000, 0, 0, 1),
  (4, 'm4', 'Yes', 0, 'iMessage', 694225000000000000, 0, 694225010000000000, 1, 0),
  (5, 'm5', 'Trains', 1, 'iMessage', 725846400000000000, 725846500000000000, 0, 0, 1);
INSERT INTO chat_message_join VALUES (1, 1, 0), (1, 2, 0), (2, 3, 0), (2, 4, 0), (1, 5, 0);
INSERT INTO chat_handle_join VALUES (1, 1), (2, 2);
