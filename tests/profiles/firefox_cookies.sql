-- The tables of Firefox's cookies, as the program made them, with a few made-up rows.
CREATE TABLE moz_cookies (id INTEGER PRIMARY KEY, originAttributes TEXT NOT NULL DEFAULT '', name TEXT, value TEXT, host TEXT, path TEXT, expiry INTEGER, lastAccessed INTEGER, creationTime INTEGER, isSecure INTEGER, isHttpOnly INTEGER, inBrowserElement INTEGER DEFAULT 0, sameSite INTEGER DEFAULT 0, schemeMap INTEGER DEFAULT 0, isPartitionedAttributeSet INTEGER DEFAULT 0, updateTime INTEGER, CONSTRAINT moz_uniqueid UNIQUE (name, host, path, originAttributes));
INSERT INTO moz_cookies ("id", "name", "value", "host", "path", "expiry", "lastAccessed", "creationTime", "isSecure", "isHttpOnly", "sameSite", "schemeMap", "updateTime") VALUES
  (1, 'seenbread', '1', '127.0.0.1', '/', 1827523004788, 1795987004788164, 1795987004788165, 0, 1, 256, 1, 1795987004788165),
  (10, 'consent2', '438dc9cfb4', 'news.example.org', '/', 1846406010000, 1747429498827991, 1674544916733669, 1, 0, 2, 2, NULL),
  (17, 'consent9', 'f9bd95ce2a', 'news.example.org', '/', 1824025281000, 1752683843070384, 1736708116007798, 0, 0, 1, 2, NULL),
  (24, 'ab16', 'b2afef63bd', 'trains.example.com', '/', 1843672316000, 1737723868995062, 1762282353677990, 0, 0, 1, 2, NULL),
  (31, 'ab23', '127adfdf47', 'news.example.org', '/', 1825404238000, 1762810843603033, 1731336043576164, 1, 0, 1, 2, NULL),
  (38, 'ab30', '78d72a43ee', 'trains.example.com', '/', 1852809665000, 1739643478286601, 1685464810882276, 0, 0, 2, 2, NULL),
  (45, 'cart37', 'd502dc444d', 'news.example.org', '/', 1852300024000, 1762545271195399, 1650635556690109, 1, 1, 1, 2, NULL),
  (52, 'cart44', '20ff20cab0', 'bakery.example.org', '/', 1805133554000, 1756676114115567, 1759476880814279, 0, 0, 0, 2, NULL),
  (59, 'sid51', 'b884b11b32', 'bakery.example.org', '/', 1816943034000, 1736774720314186, 1717951279566467, 0, 0, 0, 2, NULL),
  (66, 'lang58', '1fc29dbf1', 'bakery.example.org', '/', 1852897552000, 1749159690071250, 1733409577625514, 1, 1, 0, 2, NULL),
  (73, 'cart65', 'eb8b00f802', 'news.example.org', '/', 1873131930000, 1749640966624419, 1737310490351539, 1, 0, 1, 2, NULL),
  (80, 'consent72', 'cc3306294f', 'bakery.example.org', '/', 1799855417000, 1755937640722076, 1730469599042301, 1, 1, 2, 2, NULL);
