-- The tables of vnStat's traffic, as the program made them, with a few made-up rows.
CREATE TABLE info(
  id       INTEGER PRIMARY KEY,
  name     TEXT UNIQUE NOT NULL,
  value    TEXT NOT NULL);
CREATE TABLE interface(
  id           INTEGER PRIMARY KEY,
  name         TEXT UNIQUE NOT NULL,
  alias        TEXT,
  active       INTEGER NOT NULL,
  created      DATE NOT NULL,
  updated      DATE NOT NULL,
  rxcounter    INTEGER NOT NULL,
  txcounter    INTEGER NOT NULL,
  rxtotal      INTEGER NOT NULL,
  txtotal      INTEGER NOT NULL);
CREATE TABLE fiveminute(
  id           INTEGER PRIMARY KEY,
  interface    INTEGER REFERENCES interface(id) ON DELETE CASCADE,
  date         DATE NOT NULL,
  rx           INTEGER NOT NULL,
  tx           INTEGER NOT NULL,
  CONSTRAINT u UNIQUE (interface, date));
CREATE TABLE hour(
  id           INTEGER PRIMARY KEY,
  interface    INTEGER REFERENCES interface(id) ON DELETE CASCADE,
  date         DATE NOT NULL,
  rx           INTEGER NOT NULL,
  tx           INTEGER NOT NULL,
  CONSTRAINT u UNIQUE (interface, date));
CREATE TABLE day(
  id           INTEGER PRIMARY KEY,
  interface    INTEGER REFERENCES interface(id) ON DELETE CASCADE,
  date         DATE NOT NULL,
  rx           INTEGER NOT NULL,
  tx           INTEGER NOT NULL,
  CONSTRAINT u UNIQUE (interface, date));
CREATE TABLE month(
  id           INTEGER PRIMARY KEY,
  interface    INTEGER REFERENCES interface(id) ON DELETE CASCADE,
  date         DATE NOT NULL,
  rx           INTEGER NOT NULL,
  tx           INTEGER NOT NULL,
  CONSTRAINT u UNIQUE (interface, date));
CREATE TABLE year(
  id           INTEGER PRIMARY KEY,
  interface    INTEGER REFERENCES interface(id) ON DELETE CASCADE,
  date         DATE NOT NULL,
  rx           INTEGER NOT NULL,
  tx           INTEGER NOT NULL,
  CONSTRAINT u UNIQUE (interface, date));
CREATE TABLE top(
  id           INTEGER PRIMARY KEY,
  interface    INTEGER REFERENCES interface(id) ON DELETE CASCADE,
  date         DATE NOT NULL,
  rx           INTEGER NOT NULL,
  tx           INTEGER NOT NULL,
  CONSTRAINT u UNIQUE (interface, date));
INSERT INTO info ("id", "name", "value") VALUES
  (1, 'btime', '4294967295'),
  (2, 'dbversion', '1'),
  (3, 'vnstatversion', '2.10');
INSERT INTO interface ("id", "name", "alias", "active", "created", "updated", "rxcounter", "txcounter", "rxtotal", "txtotal") VALUES
  (1, 'eth0', 'uplink', 1, '2022-01-01 00:00:00', '2025-11-01 00:00:00', 0, 0, 0, 0),
  (2, 'wlan0', 'wifi', 1, '2023-03-01 00:00:00', '2025-11-01 00:00:00', 0, 0, 0, 0);
INSERT INTO day ("id", "interface", "date", "rx", "tx") VALUES
  (1, 1, '2022-01-01', 2280133269, 57094569),
  (40, 1, '2022-07-15', 850780261, 171943749),
  (79, 1, '2023-01-26', 3368014672, 154925585),
  (118, 1, '2023-05-21', 3774153854, 523767011),
  (157, 2, '2023-08-24', 1246058216, 818314672),
  (196, 1, '2023-12-02', 3599462557, 697513590),
  (235, 2, '2024-03-06', 2229824100, 663351062),
  (274, 1, '2024-06-14', 3098424674, 321978874),
  (313, 2, '2024-09-17', 3828982610, 293387119),
  (352, 1, '2024-12-26', 2725477409, 815313190),
  (391, 2, '2025-03-31', 3826571857, 366480644),
  (430, 1, '2025-07-09', 108597213, 774131002);
INSERT INTO month ("id", "interface", "date", "rx", "tx") VALUES
  (1, 1, '2022-01-01', 16308319997, 2294140904),
  (7, 1, '2022-07-01', 11430857290, 1625891628),
  (13, 1, '2023-01-01', 14534340122, 5162647695),
  (19, 1, '2023-05-01', 17858550287, 3599380928),
  (25, 1, '2023-08-01', 11610782982, 3381498979),
  (31, 1, '2023-11-01', 13879655138, 2625371221),
  (37, 1, '2024-02-01', 7325190052, 3305048755),
  (43, 1, '2024-05-01', 13905123577, 2848707822),
  (49, 1, '2024-08-01', 14505506970, 3544296861),
  (55, 1, '2024-11-01', 14597041094, 2373232717),
  (61, 1, '2025-02-01', 9645550428, 2876582660),
  (67, 1, '2025-05-01', 11246454030, 3614736766);
