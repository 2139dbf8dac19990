-- The tables of fail2ban's bans, as the program made them, with a few made-up rows.
CREATE TABLE fail2banDb(version INTEGER);
CREATE TABLE jails(name TEXT NOT NULL UNIQUE, enabled INTEGER NOT NULL DEFAULT 1);
CREATE TABLE logs(jail TEXT NOT NULL, path TEXT, firstlinemd5 TEXT, lastfilepos INTEGER DEFAULT 0, FOREIGN KEY(jail) REFERENCES jails(name) ON DELETE CASCADE, UNIQUE(jail, path),UNIQUE(jail, path, firstlinemd5));
CREATE TABLE bans(jail TEXT NOT NULL, ip TEXT, timeofban INTEGER NOT NULL, bantime INTEGER NOT NULL, bancount INTEGER NOT NULL default 1, data JSON, FOREIGN KEY(jail) REFERENCES jails(name) );
CREATE TABLE bips(ip TEXT NOT NULL, jail TEXT NOT NULL, timeofban INTEGER NOT NULL, bantime INTEGER NOT NULL, bancount INTEGER NOT NULL default 1, data JSON, PRIMARY KEY(ip, jail), FOREIGN KEY(jail) REFERENCES jails(name) );
INSERT INTO fail2banDb ("version") VALUES
  (4);
INSERT INTO jails ("name", "enabled") VALUES
  ('sshd', 1),
  ('nginx-http-auth', 1),
  ('postfix', 1);
INSERT INTO bans ("jail", "ip", "timeofban", "bantime", "bancount") VALUES
  ('sshd', '198.51.100.26', 1704574205, 86400, 3),
  ('sshd', '198.51.100.23', 1683449990, 3600, 3),
  ('sshd', '203.0.113.47', 1712674285, 600, 2),
  ('sshd', '198.51.100.24', 1761994729, 600, 4),
  ('nginx-http-auth', '203.0.113.7', 1661806280, 86400, 1),
  ('nginx-http-auth', '192.0.2.43', 1714336623, 86400, 1),
  ('nginx-http-auth', '198.51.100.44', 1646551587, 86400, 3),
  ('nginx-http-auth', '198.51.100.25', 1754920321, 3600, 4),
  ('postfix', '203.0.113.44', 1670530959, 86400, 3),
  ('postfix', '203.0.113.9', 1701972629, 86400, 4),
  ('postfix', '203.0.113.30', 1742158404, 86400, 1),
  ('postfix', '203.0.113.10', 1655240718, 600, 4);
INSERT INTO bips ("ip", "jail", "timeofban", "bantime", "bancount") VALUES
  ('198.51.100.26', 'sshd', 1704574205, 86400, 3),
  ('192.0.2.1', 'sshd', 1702208435, 600, 4),
  ('203.0.113.47', 'sshd', 1712674285, 600, 2),
  ('203.0.113.54', 'sshd', 1715634850, 600, 2),
  ('203.0.113.7', 'nginx-http-auth', 1661806280, 86400, 1),
  ('198.51.100.9', 'nginx-http-auth', 1756470401, 86400, 4),
  ('198.51.100.21', 'nginx-http-auth', 1673113323, 600, 1),
  ('203.0.113.48', 'nginx-http-auth', 1685273445, 600, 2),
  ('198.51.100.23', 'nginx-http-auth', 1671349015, 3600, 1),
  ('198.51.100.6', 'postfix', 1665164371, 600, 1),
  ('198.51.100.18', 'postfix', 1703621797, 3600, 2),
  ('203.0.113.2', 'postfix', 1725464261, 600, 4);
