-- The tables of an Anki collection, as the program made them, with a few made-up rows.
-- Anki's own collation `unicase` is left out: nobody but Anki has it.
CREATE TABLE col (
  id integer PRIMARY KEY,
  crt integer NOT NULL,
  mod integer NOT NULL,
  scm integer NOT NULL,
  ver integer NOT NULL,
  dty integer NOT NULL,
  usn integer NOT NULL,
  ls integer NOT NULL,
  conf text NOT NULL,
  models text NOT NULL,
  decks text NOT NULL,
  dconf text NOT NULL,
  tags text NOT NULL
);
CREATE TABLE notes (
  id integer PRIMARY KEY,
  guid text NOT NULL,
  mid integer NOT NULL,
  mod integer NOT NULL,
  usn integer NOT NULL,
  tags text NOT NULL,
  flds text NOT NULL,
  -- The use of type integer for sfld is deliberate, because it means that integer values in this
  -- field will sort numerically.
  sfld integer NOT NULL,
  csum integer NOT NULL,
  flags integer NOT NULL,
  data text NOT NULL
);
CREATE TABLE cards (
  id integer PRIMARY KEY,
  nid integer NOT NULL,
  did integer NOT NULL,
  ord integer NOT NULL,
  mod integer NOT NULL,
  usn integer NOT NULL,
  type integer NOT NULL,
  queue integer NOT NULL,
  due integer NOT NULL,
  ivl integer NOT NULL,
  factor integer NOT NULL,
  reps integer NOT NULL,
  lapses integer NOT NULL,
  left integer NOT NULL,
  odue integer NOT NULL,
  odid integer NOT NULL,
  flags integer NOT NULL,
  data text NOT NULL
);
CREATE TABLE revlog (
  id integer PRIMARY KEY,
  cid integer NOT NULL,
  usn integer NOT NULL,
  ease integer NOT NULL,
  ivl integer NOT NULL,
  lastIvl integer NOT NULL,
  factor integer NOT NULL,
  time integer NOT NULL,
  type integer NOT NULL
);
CREATE TABLE deck_config (
  id integer PRIMARY KEY NOT NULL,
  name text NOT NULL,
  mtime_secs integer NOT NULL,
  usn integer NOT NULL,
  config blob NOT NULL
);
CREATE TABLE config (
  KEY text NOT NULL PRIMARY KEY,
  usn integer NOT NULL,
  mtime_secs integer NOT NULL,
  val blob NOT NULL
) without rowid;
CREATE TABLE fields (
  ntid integer NOT NULL,
  ord integer NOT NULL,
  name text NOT NULL,
  config blob NOT NULL,
  PRIMARY KEY (ntid, ord)
) without rowid;
CREATE TABLE templates (
  ntid integer NOT NULL,
  ord integer NOT NULL,
  name text NOT NULL,
  mtime_secs integer NOT NULL,
  usn integer NOT NULL,
  config blob NOT NULL,
  PRIMARY KEY (ntid, ord)
) without rowid;
CREATE TABLE notetypes (
  id integer NOT NULL PRIMARY KEY,
  name text NOT NULL,
  mtime_secs integer NOT NULL,
  usn integer NOT NULL,
  config blob NOT NULL
);
CREATE TABLE decks (
  id integer PRIMARY KEY NOT NULL,
  name text NOT NULL,
  mtime_secs integer NOT NULL,
  usn integer NOT NULL,
  common blob NOT NULL,
  kind blob NOT NULL
);
CREATE TABLE graves (
  oid integer NOT NULL,
  type integer NOT NULL,
  usn integer NOT NULL,
  PRIMARY KEY (oid, type)
) WITHOUT ROWID;
INSERT INTO col ("id", "crt", "mod", "scm", "ver", "dty", "usn", "ls", "conf", "models", "decks", "dconf", "tags") VALUES
  (1, 1795924800, 1795986254693, 1795986254064, 18, 0, 0, 0, '', '', '', '', '');
INSERT INTO notes ("id", "guid", "mid", "mod", "usn", "tags", "flds", "sfld", "csum", "flags", "data") VALUES
  (1614633528726, 'c_k]>LH&6^', 1795986254066, 1714643248, -1, '', 'Malta answer to Malta', 'Malta', 442047038, 0, ''),
  (1614635452734, 'xAN{FB:TMs', 1795986254067, 1696494430, -1, ' chapter2 exam ', 'hablar answer to hablar', 'hablar', 415455785, 0, ''),
  (1616352631356, 'v&roX0-)+r', 1795986254067, 1739178750, -1, '', 'casa answer to casa', 'casa', 2176639475, 0, ''),
  (1616932224982, 'txbj!kn5eS', 1795986254067, 1711738960, -1, '', 'mujer answer to mujer', 'mujer', 3288550269, 0, ''),
  (1617792958410, 'wal(-.*HbU', 1795986254066, 1751566414, -1, ' chapter1 hard ', 'Ghana answer to Ghana', 'Ghana', 830323401, 0, ''),
  (1618135571517, 'Pu!iv0TpuV', 1795986254067, 1688152228, -1, '', 'calle answer to calle', 'calle', 2409601003, 0, ''),
  (1618311516934, 'dh#zRw+t;A', 1795986254066, 1677957212, -1, ' hard ', 'ulna answer to ulna', 'ulna', 4252880230, 0, ''),
  (1619203665078, 'oK:oDF$dCZ', 1795986254066, 1694523764, -1, ' chapter1 hard ', 'Peru answer to Peru', 'Peru', 918909507, 0, ''),
  (1622384150126, 'P1{yWK<|7|', 1795986254067, 1663267476, -1, '', 'poder answer to poder', 'poder', 2981321005, 0, ''),
  (1624172805293, 'z-FE8QrJ#u', 1795986254067, 1649333017, -1, '', 'vivir answer to vivir', 'vivir', 2831323128, 0, ''),
  (1624349951228, 'xW4*=-$Q<3', 1795986254067, 1686230023, -1, ' chapter2 ', 'llegar answer to llegar', 'llegar', 3961844283, 0, ''),
  (1624356822343, 'ib;opB]{l?', 1795986254066, 1664043194, -1, ' chapter1 hard ', 'tibia answer to tibia', 'tibia', 1104841711, 0, ''),
  (1626026189675, 'q^45$}~M)V', 1795986254067, 1703784919, -1, ' chapter2 ', 'perro answer to perro', 'perro', 1631174082, 0, ''),
  (1627933029500, 'AaMgZs!`Y7', 1795986254066, 1723822100, -1, ' chapter1 exam ', 'Cuba answer to Cuba', 'Cuba', 3297030455, 0, ''),
  (1629040751674, 'm0BR!,D<RX', 1795986254067, 1753997272, -1, ' exam ', 'venir answer to venir', 'venir', 730445958, 0, ''),
  (1629911450103, 'yv[+QR_;;K', 1795986254067, 1704569668, -1, ' chapter1 ', 'mesa answer to mesa', 'mesa', 4031562518, 0, ''),
  (1630836769787, 'k(Gia<|T^P', 1795986254067, 1703496203, -1, '', 'noche answer to noche', 'noche', 4256023870, 0, ''),
  (1631258447005, 'hFs@|.6i~e', 1795986254066, 1749983769, -1, '', 'Chile answer to Chile', 'Chile', 882182116, 0, ''),
  (1631807170829, 'k#C`N~RvcM', 1795986254067, 1650276262, -1, ' chapter1 chapter2 ', 'tener answer to tener', 'tener', 447853539, 0, ''),
  (1632585197254, 'Q]SzTcvys-', 1795986254066, 1719860641, -1, ' chapter1 exam ', 'Fiji answer to Fiji', 'Fiji', 3149393791, 0, ''),
  (1636314922051, 'c<w3?:,B3Z', 1795986254066, 1645883916, -1, ' exam ', 'Qatar answer to Qatar', 'Qatar', 2213494380, 0, ''),
  (1637244596555, 'kUq<!$`p[L', 1795986254067, 1677527620, -1, ' exam ', 'ir answer to ir', 'ir', 2853524414, 0, '');
INSERT INTO cards ("id", "nid", "did", "ord", "mod", "usn", "type", "queue", "due", "ivl", "factor", "reps", "lapses", "left", "odue", "odid", "flags", "data") VALUES
  (1795986254423, 1614635452734, 1795986254410, 0, 1795986254, -1, 0, 0, 1, 0, 0, 12, 0, 0, 0, 0, 0, '{}'),
  (1795986254427, 1624172805293, 1795986254410, 0, 1795986254, -1, 2, 2, 9, 9, 2500, 11, 2, 0, 0, 0, 0, '{"pos":3}'),
  (1795986254428, 1624172805293, 1795986254410, 1, 1795986254, -1, 2, -1, 33, 33, 2500, 5, 2, 0, 0, 0, 0, '{"pos":3}'),
  (1795986254429, 1637244596555, 1795986254410, 0, 1795986254, -1, 2, -1, 40, 40, 2500, 11, 3, 0, 0, 0, 0, '{"pos":4}'),
  (1795986254437, 1631807170829, 1795986254410, 0, 1795986254, -1, 0, -1, 5, 0, 0, 6, 0, 0, 0, 0, 0, '{}'),
  (1795986254446, 1622384150126, 1795986254410, 0, 1795986254, -1, 0, 0, 6, 0, 0, 5, 0, 0, 0, 0, 0, '{}'),
  (1795986254461, 1629040751674, 1795986254410, 1, 1795986254, -1, 2, 2, 31, 31, 2500, 8, 0, 0, 0, 0, 0, '{"pos":8}'),
  (1795986254466, 1624349951228, 1795986254410, 0, 1795986254, -1, 2, 2, 54, 54, 2500, 0, 0, 0, 0, 0, 0, '{"pos":11}'),
  (1795986254471, 1616352631356, 1795986254465, 1, 1795986254, -1, 2, 2, 7, 7, 2500, 9, 2, 0, 0, 0, 0, '{"pos":13}'),
  (1795986254473, 1626026189675, 1795986254465, 1, 1795986254, -1, 2, 2, 28, 28, 2500, 13, 1, 0, 0, 0, 0, '{"pos":14}'),
  (1795986254476, 1629911450103, 1795986254465, 0, 1795986254, -1, 2, 2, 37, 37, 2500, 10, 0, 0, 0, 0, 0, '{"pos":16}'),
  (1795986254478, 1618135571517, 1795986254465, 0, 1795986254, -1, 2, 2, 10, 10, 2500, 13, 1, 0, 0, 0, 0, '{"pos":17}'),
  (1795986254480, 1630836769787, 1795986254465, 0, 1795986254, -1, 2, 2, 45, 45, 2500, 12, 1, 0, 0, 0, 0, '{"pos":18}'),
  (1795986254481, 1630836769787, 1795986254465, 1, 1795986254, -1, 0, 0, 18, 0, 0, 9, 0, 0, 0, 0, 0, '{}'),
  (1795986254482, 1616932224982, 1795986254465, 0, 1795986254, -1, 2, 2, 34, 34, 2500, 13, 2, 0, 0, 0, 0, '{"pos":19}'),
  (1795986254486, 1619203665078, 1795986254472, 0, 1795986254, -1, 2, 2, 50, 50, 2500, 12, 1, 0, 0, 0, 0, '{"pos":21}'),
  (1795986254491, 1617792958410, 1795986254472, 0, 1795986254, -1, 2, 2, 41, 41, 2500, 6, 1, 0, 0, 0, 0, '{"pos":26}'),
  (1795986254517, 1636314922051, 1795986254472, 0, 1795986254, -1, 2, 2, 6, 6, 2500, 1, 0, 0, 0, 0, 0, '{"pos":31}'),
  (1795986254565, 1618311516934, 1795986254550, 0, 1795986254, -1, 0, 0, 36, 0, 0, 4, 2, 0, 0, 0, 0, '{}');
INSERT INTO revlog ("id", "cid", "usn", "ease", "ivl", "lastIvl", "factor", "time", "type") VALUES
  (1641410578295, 1795986254473, -1, 2, 20, 1, 2300, 22097, 0),
  (1648978905536, 1795986254437, -1, 4, 8, 1, 2500, 20295, 0),
  (1658506188276, 1795986254480, -1, 3, 3, 1, 1900, 29218, 0),
  (1670086209843, 1795986254565, -1, 1, -600, 1, 2300, 32409, 0),
  (1677324111845, 1795986254437, -1, 3, -600, 1, 2300, 43629, 2),
  (1687377281392, 1795986254429, -1, 1, 55, 1, 2500, 7681, 2),
  (1694971854774, 1795986254480, -1, 1, 1, 1, 1900, 31294, 2),
  (1706460761301, 1795986254427, -1, 3, 1, 1, 2500, 18579, 1),
  (1716202966698, 1795986254478, -1, 3, -600, 1, 2300, 6927, 2),
  (1728480832194, 1795986254481, -1, 3, 20, 1, 1900, 31159, 1),
  (1741802051451, 1795986254478, -1, 4, 3, 1, 1900, 10133, 2),
  (1752424055593, 1795986254482, -1, 3, 1, 1, 2300, 29956, 1);
INSERT INTO deck_config ("id", "name", "mtime_secs", "usn", "config") VALUES
  (1, 'Default', 0, 0, x'');
INSERT INTO config ("KEY", "usn", "mtime_secs", "val") VALUES
  ('_deck_1795986254410_lastNotetype', -1, 1795986254, x''),
  ('addToCur', 0, 0, x''),
  ('estTimes', 0, 0, x'');
INSERT INTO fields ("ntid", "ord", "name", "config") VALUES
  (1795986254066, 0, 'Front', x''),
  (1795986254066, 1, 'Back', x''),
  (1795986254067, 0, 'Front', x''),
  (1795986254067, 1, 'Back', x''),
  (1795986254068, 0, 'Front', x''),
  (1795986254068, 1, 'Back', x''),
  (1795986254068, 2, 'Add Reverse', x''),
  (1795986254069, 0, 'Front', x''),
  (1795986254069, 1, 'Back', x''),
  (1795986254070, 0, 'Text', x''),
  (1795986254070, 1, 'Back Extra', x''),
  (1795986254071, 0, 'Occlusion', x'');
INSERT INTO templates ("ntid", "ord", "name", "mtime_secs", "usn", "config") VALUES
  (1795986254066, 0, 'Card 1', 0, 0, x''),
  (1795986254067, 0, 'Card 1', 0, 0, x''),
  (1795986254067, 1, 'Card 2', 0, 0, x''),
  (1795986254068, 0, 'Card 1', 0, 0, x''),
  (1795986254068, 1, 'Card 2', 0, 0, x''),
  (1795986254069, 0, 'Card 1', 0, 0, x''),
  (1795986254070, 0, 'Cloze', 0, 0, x''),
  (1795986254071, 0, 'Image Occlusion', 0, 0, x'');
INSERT INTO notetypes ("id", "name", "mtime_secs", "usn", "config") VALUES
  (1795986254066, 'Basic', 0, 0, x''),
  (1795986254067, 'Basic (and reversed card)', 0, 0, x''),
  (1795986254068, 'Basic (optional reversed card)', 0, 0, x''),
  (1795986254069, 'Basic (type in the answer)', 0, 0, x''),
  (1795986254070, 'Cloze', 0, 0, x''),
  (1795986254071, 'Image Occlusion', 0, 0, x'');
INSERT INTO decks ("id", "name", "mtime_secs", "usn", "common", "kind") VALUES
  (1, 'Default', 0, 0, x'', x''),
  (1795986254409, 'Spanish', 1795986254, -1, x'', x''),
  (1795986254410, 'Spanish Verbs', 1795986254, -1, x'', x''),
  (1795986254465, 'Spanish Nouns', 1795986254, -1, x'', x''),
  (1795986254472, 'Capitals', 1795986254, -1, x'', x''),
  (1795986254550, 'Anatomy', 1795986254, -1, x'', x'');
