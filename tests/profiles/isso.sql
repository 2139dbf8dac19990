-- The tables of Isso's comments, as the program made them, with a few made-up rows.
CREATE TABLE preferences (    key VARCHAR PRIMARY KEY, value VARCHAR );
CREATE TABLE threads (     id INTEGER PRIMARY KEY, uri VARCHAR(256) UNIQUE, title VARCHAR(256));
CREATE TABLE comments (     tid REFERENCES threads(id), id INTEGER PRIMARY KEY, parent INTEGER,     created FLOAT NOT NULL, modified FLOAT, mode INTEGER, remote_addr VARCHAR,     text VARCHAR, author VARCHAR, email VARCHAR, website VARCHAR,     likes INTEGER DEFAULT 0, dislikes INTEGER DEFAULT 0, voters BLOB NOT NULL,     notification INTEGER DEFAULT 0);
INSERT INTO preferences ("key", "value") VALUES
  ('session-key', '917d2247fd7552bcc5c75fa2c47e18df557ee7c4a0684fbe');
INSERT INTO threads ("id", "uri", "title") VALUES
  (1, '/blog/0/', 'Sourdough in winter'),
  (2, '/blog/1/', 'A night train to Turin'),
  (3, '/blog/2/', 'Bees'),
  (4, '/blog/3/', 'Old maps');
INSERT INTO comments ("tid", "id", "created", "mode", "remote_addr", "text", "author", "likes", "dislikes", "voters") VALUES
  (3, 1, 1660079566.8276188, 1, '10.0.2.0', 'Nice.', 'Hanna Virtanen', 2, 0, x''),
  (4, 11, 1720193166.718611, 1, '10.0.1.0', 'Nice.', 'Umar Aziz', 2, 1, x''),
  (1, 21, 1666647182.9755538, 1, '10.0.7.0', 'Nice.', 'Dara Okafor', 3, 0, x''),
  (1, 31, 1726516526.3366952, 1, '10.0.8.0', 'Nice.', 'Jana Dvorak', 1, 1, x''),
  (3, 41, 1739611822.9248934, 1, '10.0.7.0', 'Nice.', 'Marta Silva', 1, 0, x''),
  (1, 51, 1759216635.93193, 1, '10.0.7.0', 'Nice.', 'Goran Petrov', 2, 1, x''),
  (3, 61, 1689852128.334753, 1, '10.0.2.0', 'Nice.', 'Tilda Holm', 2, 1, x''),
  (3, 71, 1659347452.8494117, 1, '10.0.4.0', 'Nice.', 'Lena Vogel', 0, 0, x''),
  (4, 81, 1704103020.7186399, 1, '10.0.2.0', 'Nice.', 'Tilda Holm', 0, 0, x''),
  (1, 91, 1716966825.7053576, 1, '10.0.6.0', 'Nice.', 'Tilda Holm', 0, 0, x''),
  (3, 101, 1682412581.557364, 1, '10.0.0.0', 'Nice.', 'Lena Vogel', 1, 0, x''),
  (1, 111, 1749488537.873668, 2, '10.0.8.0', 'Nice.', 'Kofi Mensah', 0, 0, x'');
