-- The tables of Signal's messages, as far as the profile names them, with a few made-up rows.
CREATE TABLE conversations (id STRING PRIMARY KEY ASC, json TEXT, active_at INTEGER, type STRING, name TEXT, profileName TEXT, profileFullName TEXT, e164 TEXT,
  groupId TEXT, profileLastFetchedAt INTEGER);
CREATE TABLE messages (rowid INTEGER PRIMARY KEY ASC, id STRING UNIQUE, json TEXT, readStatus INTEGER, sent_at INTEGER, conversationId STRING, received_at INTEGER,
  source STRING, hasAttachments INTEGER, expirationStartTimestamp INTEGER, type STRING, body TEXT);
CREATE TABLE callsHistory (callId TEXT PRIMARY KEY, peerId TEXT NOT NULL, mode TEXT NOT NULL, type TEXT NOT NULL, direction TEXT NOT NULL, status TEXT NOT NULL,
  timestamp INTEGER NOT NULL);
CREATE TABLE items (id STRING PRIMARY KEY ASC, json TEXT);
INSERT INTO conversations VALUES ('2dd22dd2-aaaa', '', 1686497516529, 'private', NULL, 'Alma', 'Alma Reyes', '+15550100', NULL, 1698005533710),
  ('eeeeeeee-bbbb', '', 1698005532850, 'private', NULL, 'Bruno', 'Bruno Keil', '+15550101', NULL, 1698005575082);
INSERT INTO messages VALUES (698, '05fee241', '{}', 0, 1655967643288, 'eeeeeeee-bbbb', 1785, NULL, 1, 1685967645498, 'outgoing', 'Photo'),
  (699, '085e31c0', '{}', 0, 1695224029560, 'eeeeeeee-bbbb', 1786, NULL, 0, NULL, 'call-history', NULL),
  (700, '753105b3', '{}', 2, 1695792334090, '2dd22dd2-aaaa', 1787, NULL, 0, NULL, 'incoming', 'Hello');
INSERT INTO callsHistory VALUES ('99', 'eeeeeeee-bbbb', 'Direct', 'Audio', 'Outgoing', 'Accepted', 1695224029560), ('98', 'eeeeeeee-bbbb', 'Direct', 'Video', 'Incoming', 'Missed', 1665224029560);
INSERT INTO items VALUES ('uuid_id', '{}');
