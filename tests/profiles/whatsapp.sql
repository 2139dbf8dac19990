-- The tables of WhatsApp's messages, as far as the profile names them, with a few made-up rows.
CREATE TABLE jid (_id INTEGER PRIMARY KEY AUTOINCREMENT, user TEXT NOT NULL, server TEXT NOT NULL, type INTEGER, raw_string TEXT);
CREATE TABLE chat (_id INTEGER PRIMARY KEY AUTOINCREMENT, jid_row_id INTEGER UNIQUE, hidden INTEGER, subject TEXT, created_timestamp INTEGER,
  archived INTEGER, sort_timestamp INTEGER, group_type INTEGER NOT NULL DEFAULT 0);
CREATE TABLE message (_id INTEGER PRIMARY KEY AUTOINCREMENT, chat_row_id INTEGER NOT NULL, from_me INTEGER NOT NULL, key_id TEXT NOT NULL,
  sender_jid_row_id INTEGER, status INTEGER, timestamp INTEGER, received_timestamp INTEGER, message_type INTEGER, text_data TEXT, starred INTEGER);
CREATE TABLE message_media (message_row_id INTEGER PRIMARY KEY, chat_row_id INTEGER, file_path TEXT, file_size INTEGER, mime_type TEXT);
CREATE TABLE call_log (_id INTEGER PRIMARY KEY AUTOINCREMENT, jid_row_id INTEGER, from_me INTEGER, call_id TEXT, timestamp INTEGER, video_call INTEGER,
  duration INTEGER, call_result INTEGER);
CREATE TABLE props (_id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE, value TEXT);
INSERT INTO jid VALUES (264, '00000', 's.whatsapp.net', 0, '00000@s.whatsapp.net'), (252, '11111', 's.whatsapp.net', 0, '11111@s.whatsapp.net'),
  (254, '100000001', 'g.us', 1, '100000001@g.us');
INSERT INTO chat VALUES (19, 254, 0, 'Hiking', 1643607839000, 0, 1661417508000, 1), (148, 252, 0, NULL, 1687705763841, 0, 1696244219000, 0);
INSERT INTO message VALUES (169, 19, 1, 'a', 0, 6, 1643607839000, 0, 7, NULL, 0), (750, 19, 0, 'b', 252, 0, 1661417508000, 1661417509709, 0, 'See you', 0),
  (751, 148, 0, 'c', 0, 0, 1687757170000, 1687757170352, 1, NULL, 0), (752, 148, 1, 'd', 0, 5, 1693993938000, 1693995957435, 0, 'Soup?', 1);
INSERT INTO message_media VALUES (751, 148, 'Media/IMG_1.jpg', 48213, 'image/jpeg');
INSERT INTO call_log VALUES (1, 252, 1, 'x', 1690000000000, 0, 61, 5), (2, 252, 0, 'y', 1700000000000, 1, 0, 2);
INSERT INTO props VALUES (1, 'user_push_name', 'Alma');
