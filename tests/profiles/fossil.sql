-- The tables of a Fossil repository, as the program made them, with a few made-up rows.
PRAGMA application_id = 252006673;
CREATE TABLE blob(
  rid INTEGER PRIMARY KEY,
  rcvid INTEGER,
  size INTEGER,
  uuid TEXT UNIQUE NOT NULL,
  content BLOB,
  CHECK( length(uuid)>=40 AND rid>0 )
);
CREATE TABLE delta(
  rid INTEGER PRIMARY KEY,
  srcid INTEGER NOT NULL REFERENCES blob
);
CREATE TABLE rcvfrom(
  rcvid INTEGER PRIMARY KEY,
  uid INTEGER REFERENCES user,
  mtime DATETIME,
  nonce TEXT UNIQUE,
  ipaddr TEXT
);
CREATE TABLE config(
  name TEXT PRIMARY KEY NOT NULL,
  value CLOB,
  mtime DATE,
  CHECK( typeof(name)='text' AND length(name)>=1 )
);
CREATE TABLE shun(
  uuid UNIQUE,
  mtime DATE,
  scom TEXT
);
CREATE TABLE private(rid INTEGER PRIMARY KEY);
CREATE TABLE reportfmt(
   rn INTEGER PRIMARY KEY,
   owner TEXT,
   title TEXT UNIQUE,
   mtime DATE,
   cols TEXT,
   sqlcode TEXT,
   jx TEXT DEFAULT '{}'
);
CREATE TABLE concealed(
  hash TEXT PRIMARY KEY,
  mtime DATE,
  content TEXT
);
CREATE TABLE filename(
  fnid INTEGER PRIMARY KEY,
  name TEXT UNIQUE
);
CREATE TABLE mlink(
  mid INTEGER,
  fid INTEGER,
  pmid INTEGER,
  pid INTEGER,
  fnid INTEGER REFERENCES filename,
  pfnid INTEGER,
  mperm INTEGER,
  isaux BOOLEAN DEFAULT 0
);
CREATE TABLE plink(
  pid INTEGER REFERENCES blob,
  cid INTEGER REFERENCES blob,
  isprim BOOLEAN,
  mtime DATETIME,
  baseid INTEGER REFERENCES blob,
  UNIQUE(pid, cid)
);
CREATE TABLE leaf(rid INTEGER PRIMARY KEY);
CREATE TABLE event(
  type TEXT,
  mtime DATETIME,
  objid INTEGER PRIMARY KEY,
  tagid INTEGER,
  uid INTEGER REFERENCES user,
  bgcolor TEXT,
  euser TEXT,
  user TEXT,
  ecomment TEXT,
  comment TEXT,
  brief TEXT,
  omtime DATETIME
);
CREATE TABLE phantom(
  rid INTEGER PRIMARY KEY
);
CREATE TABLE orphan(
  rid INTEGER PRIMARY KEY,
  baseline INTEGER
);
CREATE TABLE unclustered(
  rid INTEGER PRIMARY KEY
);
CREATE TABLE unsent(
  rid INTEGER PRIMARY KEY
);
CREATE TABLE tag(
  tagid INTEGER PRIMARY KEY,
  tagname TEXT UNIQUE
);
CREATE TABLE tagxref(
  tagid INTEGER REFERENCES tag,
  tagtype INTEGER,
  srcid INTEGER REFERENCES blob,
  origid INTEGER REFERENCES blob,
  value TEXT,
  mtime TIMESTAMP,
  rid INTEGER REFERENCE blob,
  UNIQUE(rid, tagid)
);
CREATE TABLE ticket(
  tkt_id INTEGER PRIMARY KEY,
  tkt_uuid TEXT UNIQUE,
  tkt_mtime DATE,
  tkt_ctime DATE,
  type TEXT,
  status TEXT,
  subsystem TEXT,
  priority TEXT,
  severity TEXT,
  foundin TEXT,
  private_contact TEXT,
  resolution TEXT,
  title TEXT,
  comment TEXT
);
CREATE TABLE ticketchng(
  tkt_id INTEGER REFERENCES ticket,
  tkt_rid INTEGER REFERENCES blob,
  tkt_mtime DATE,
  tkt_user TEXT,
  login TEXT,
  username TEXT,
  mimetype TEXT,
  icomment TEXT
);
CREATE TABLE cherrypick(
  parentid INT,
  childid INT,
  isExclude BOOLEAN DEFAULT false,
  PRIMARY KEY(parentid, childid)
) WITHOUT ROWID;
INSERT INTO blob ("rid", "rcvid", "size", "uuid") VALUES
  (1, 1, 163, '53d8b33ddf14f46ced45c7f161f4b32a5eb3107ad585ed367b324ca0281055b1'),
  (4, 2, 355, '40b19689fa7773fe83f7db367ba9075eb2b2839d73a93b0f801f075ffa346441'),
  (7, 3, 438, '2fc8e67dd1a034361017aa16a15af1bd38568c6f71d1ba282493d35ac7154058'),
  (8, 4, 33, 'd3ec9431edeee4ae446f3b06c93af853981abe1fbcb714e6eb05f99bb77dbe24'),
  (10, 4, 524, '387335eb658606fe2395a193f49820004ca0ded2049bd707855f2d3fba703888'),
  (13, 5, 599, 'b46ed6c762e3a20cbae2822cc1e065b8596e0c7c02dfd63f66b3bf154458d60d'),
  (14, 6, 181, '3342e105ef47ef0923e2ba2db648162441574f308ef48effdc4e33342595e1ee'),
  (15, 7, 55, 'b5f92317fa0a411ff6fc6f237f6bf9edc8f77db69b8eb6bef1aae0a292702b74'),
  (17, 7, 681, '7b9f133b3a8e618c49a956c52c3cc12e10b6c7f75dac764e9a164f8d624ddb3f'),
  (20, 8, 680, 'f34920aca777dec65c3f58c38f90d51621680f78adf6064a83b1ad294032a501'),
  (22, 9, 14, 'd814f97439fae102c0d4734a5e9ca038934550a1c112f4fdd4360a3ab18e9874'),
  (23, 9, 685, '03175bb3b302fd4a57cba71b87a97f49aff2c4abd83957bacf78be792be4d21a'),
  (26, 10, 682, '8f5730f825f615b3d7713de7b2235e7dc669a199933b65ea743a00267585f79a'),
  (27, 11, 179, 'bb025a92fc0de15b25819094f6d59d52f43709b3c06f4b518e7ff7869ee43327'),
  (29, 12, 14, 'c25ce05f7bff21fe913a605fb03b0aa5f61505423d4250bed2c95f016b998fdf'),
  (30, 12, 680, '113acb3d8c53f3301e2090e7b8b0ff1bcacde8f2c2dd9f4488b9ec4df36aa1c6'),
  (33, 13, 680, 'b605bcda38efd778553b65467daf36c155b65923f3d704191ad1d40cc3ca710a'),
  (36, 14, 688, '7698285b522f380f6847b1679169b879ee051fa15d03d18a8ff6e4f85debf9f1'),
  (39, 15, 682, '58d2abd166de78a766497713bd885d30af5bb2abda31fc5d430bd51320c36380'),
  (40, 16, 186, 'd00f654d905453c61d1dd8442f091271cbdb0800e18bf0ce525a4863ad30e9af'),
  (43, 17, 680, '32371f39df6276c80f0cb1a61e89d6cfa6816843c34ba284a9d49944ca2a5472'),
  (46, 18, 682, 'dec2bcf7d022996f96a79983c9af98ad66e379ef0742227195c25b2c14f48c46'),
  (49, 19, 687, '566bd058f22f3ebec9f3ae75dc7324e8fdc6859328f69868b1251e6818576380'),
  (50, 20, 176, '4d3110f02e4499b233438e72e9695de4f77b6e1978e1a1964ca6ba21241a8e31'),
  (52, 20, 681, '68563100d3647b6e9fbb7aba1601bb27adc6d5a8e02d36fb320054bae4bfd515'),
  (53, 21, 180, '445378d07dbede72be468ad85f3e6fefc021245d335d14772e40c0101894b7c5'),
  (56, 22, 682, 'cbd2308e3cc15442a90ae2342c573454025b3dad9aa964ec3fefc6377d0bd8df'),
  (57, 23, 198, 'd7185ebbc69a7cfd50b3917b847b40e2634ef4f846cfd46045d142f057645e3b'),
  (59, 23, 681, 'a9d52a29a1e55c1b3c9e222b1ea922dc343b5e08033d6e43863f4b9756001c46'),
  (62, 24, 686, 'eff1201e3183f17363bdc46f5e0985102f113ee0fa634358d08f5c55478ff946'),
  (64, 25, 31, '5ede05b13ac297263d28c7308d59a951cea85a462a3dffbc42d61874b0cb7ad3'),
  (65, 25, 683, 'f6b15d914ca6a03ac7e8938b66adc7cab96889ed21d04aaeacfb65c25d0ec73e'),
  (66, 26, 182, '8896123951e082504c18edd8930bd19ff3d1188702f7e4420fc526f03ad35b40'),
  (69, 27, 681, 'e8368d4947919b2150aa44672bfcd35a2036dc3b73cca81ad806b9bce3a5f183'),
  (71, 28, 38, '21a4e00f73c3f8b672505c075251b0dca31e68206947fad80ac2aac5ee431acb'),
  (72, 28, 680, '350f822a8e2a2c00e001ae19a5092789795a168892b68905420ebc5fad8d17f5'),
  (75, 29, 688, '219ae3deb6b61360f6807194c881f812435e124b8d3d8f4f7afe624238ef95be'),
  (78, 30, 682, 'e81550811cb0c334cddcfb02be48a94f867c0a7e1bb28182f537198c386a80f1'),
  (79, 31, 184, 'fcbe3aba6d0e2108e83f749da900f6e70dc6bc2b65588398e04b9274840d391c'),
  (88, 34, 687, '2f0a3b7c1098d7c5ce7ba5ae995b0a180a614ce2862d2d6fe0ecafb42cc200bc'),
  (92, 36, 182, '8559db13fd894514fe3d4cda438415af450b83f4f7b0341d4e8529a0aa8c0941');
INSERT INTO delta ("rid", "srcid") VALUES
  (7, 10),
  (36, 39),
  (62, 65);
INSERT INTO rcvfrom ("rcvid", "uid", "mtime") VALUES
  (1, 1, 2461374.3799736574),
  (13, 1, 2461374.379997141),
  (25, 1, 2461374.3800140624);
INSERT INTO config ("name", "value", "mtime") VALUES
  ('hash-policy', '2', 1795986429),
  ('rebuilt', '2.21 [3c53b6364e] 2023-02-26 19:24:24 UTC', 1795986429),
  ('server-code', 'c4dae97f015685b21308873be85a34626721ed3d', 1795986429);
INSERT INTO reportfmt ("rn", "title", "mtime", "cols", "sqlcode", "jx") VALUES
  (1, 'All Tickets', 2440587.5, '#ffffff Key: #f2dcdc Active #e8e8e8 Review #cfe8bd Fixed #bde5d6 Tested #cacae5 ', 'SELECT   CASE WHEN status IN (''Open'',''Verified'') THEN ''#f2dcdc''        WHEN stat', '{}');
INSERT INTO filename ("fnid", "name") VALUES
  (1, 'notes.md'),
  (2, 'src/part1.txt'),
  (3, 'src/part2.txt'),
  (4, 'src/part3.txt'),
  (5, 'src/part4.txt'),
  (6, 'src/part0.txt');
INSERT INTO mlink ("mid", "fid", "pmid", "pid", "fnid") VALUES
  (4, 2, 1, 0, 1),
  (10, 8, 7, 5, 1),
  (17, 15, 13, 11, 1),
  (23, 21, 20, 18, 1),
  (30, 28, 26, 24, 1),
  (36, 34, 33, 31, 1),
  (43, 41, 39, 37, 1),
  (49, 47, 46, 44, 1),
  (56, 54, 52, 50, 1),
  (62, 60, 59, 57, 1),
  (69, 67, 65, 63, 1),
  (75, 73, 72, 70, 1);
INSERT INTO plink ("pid", "cid", "isprim", "mtime") VALUES
  (1, 4, 1, 2459591.972916667),
  (7, 10, 1, 2459658.057638889),
  (13, 17, 1, 2459892.142361111),
  (20, 23, 1, 2459990.222916667),
  (26, 30, 1, 2460072.307638889),
  (33, 36, 1, 2460167.975694445),
  (39, 43, 1, 2460303.05625),
  (46, 49, 1, 2460370.140972223),
  (52, 56, 1, 2460386.225694445),
  (59, 62, 1, 2460555.30625),
  (65, 69, 1, 2460614.974305556),
  (72, 75, 1, 2460725.059027778);
INSERT INTO leaf ("rid") VALUES
  (91);
INSERT INTO event ("type", "mtime", "objid", "tagid", "user", "comment", "brief", "omtime") VALUES
  ('ci', 2459520.875, 1, NULL, 'alma', 'initial empty check-in', NULL, 2459520.875),
  ('ci', 2459658.057638889, 10, NULL, 'bruno', 'Change 3: speeds up loading', NULL, 2459658.057638889),
  ('ci', 2459892.142361111, 17, NULL, 'chiara', 'Change 5: adds a test', NULL, 2459892.142361111),
  ('ci', 2460071.265277778, 26, NULL, 'chiara', 'Change 8: fixes a leak', NULL, 2460071.265277778),
  ('ci', 2460093.933333333, 33, NULL, 'alma', 'Change 10: tidies names', NULL, 2460093.933333333),
  ('t', 2461374.379998843, 40, 15, 'alma', 'New ticket [9a88ba69e5696555|9a88ba69e5] <i>Ticket 12</i>.', 'New ticket [9a88ba69e5696555|9a88ba69e5].', NULL),
  ('ci', 2460370.140972223, 49, NULL, 'bruno', 'Change 15: speeds up loading', NULL, 2460370.140972223),
  ('ci', 2460386.225694445, 56, NULL, 'chiara', 'Change 17: adds a test', NULL, 2460386.225694445),
  ('ci', 2460593.931944445, 65, NULL, 'chiara', 'Change 20: fixes a leak', NULL, 2460593.931944445),
  ('ci', 2460678.016666667, 72, NULL, 'alma', 'Change 22: tidies names', NULL, 2460678.016666667),
  ('t', 2461374.380020487, 79, 18, 'alma', 'New ticket [a79a9746941228ea|a79a974694] <i>Ticket 24</i>.', 'New ticket [a79a9746941228ea|a79a974694].', NULL),
  ('ci', 2460928.224305556, 88, NULL, 'bruno', 'Change 27: speeds up loading', NULL, 2460928.224305556);
INSERT INTO unclustered ("rid") VALUES
  (1),
  (31),
  (61);
INSERT INTO unsent ("rid") VALUES
  (2),
  (32),
  (62);
INSERT INTO tag ("tagid", "tagname") VALUES
  (1, 'bgcolor'),
  (2, 'comment'),
  (3, 'user'),
  (4, 'date'),
  (5, 'hidden'),
  (6, 'private'),
  (7, 'cluster'),
  (8, 'branch'),
  (9, 'closed'),
  (10, 'parent'),
  (11, 'note'),
  (12, 'sym-trunk'),
  (13, 'tkt-500e6f44403fe5d88eeb836797ca9c71864645ba'),
  (18, 'tkt-a79a9746941228ead000a0aa6f14a9fb59ac008a');
INSERT INTO tagxref ("tagid", "tagtype", "srcid", "origid", "value", "mtime", "rid") VALUES
  (8, 2, 1, 1, 'trunk', 2459520.875, 1),
  (12, 2, 0, 1, NULL, 2459520.875, 7),
  (13, 1, 14, 14, NULL, 2461374.3799861805, 14),
  (8, 2, 0, 1, 'trunk', 2459520.875, 23),
  (8, 2, 0, 1, 'trunk', 2459520.875, 30),
  (12, 2, 0, 1, NULL, 2459520.875, 36),
  (12, 2, 0, 1, NULL, 2459520.875, 43),
  (8, 2, 0, 1, 'trunk', 2459520.875, 52),
  (8, 2, 0, 1, 'trunk', 2459520.875, 59),
  (12, 2, 0, 1, NULL, 2459520.875, 65),
  (12, 2, 0, 1, NULL, 2459520.875, 72),
  (18, 1, 79, 79, NULL, 2461374.380020486, 79);
INSERT INTO ticket ("tkt_id", "tkt_uuid", "tkt_mtime", "tkt_ctime", "type", "status", "severity", "title") VALUES
  (1, '500e6f44403fe5d88eeb836797ca9c71864645ba', 2461374.3799861805, 2461374.3799861805, 'Code_Defect', 'Closed', 'Minor', 'Ticket 4'),
  (2, '5acfa9900abee1eaafdf6b79a01bef6110456253', 2461374.3799954513, 2461374.3799954513, 'Code_Defect', 'Open', 'Minor', 'Ticket 8'),
  (3, '9a88ba69e569655590378a1445568803ee51dd58', 2461374.3799988427, 2461374.3799988427, 'Feature_Request', 'Closed', 'Minor', 'Ticket 12'),
  (4, 'cab9bb529d1bebdbe79b51d511c85ebc7849cdcd', 2461374.3800048265, 2461374.3800048265, 'Code_Defect', 'Open', 'Minor', 'Ticket 16'),
  (5, 'a1eb2b79321b2002e85218c54636e62ef70ac652', 2461374.3800146645, 2461374.3800146645, 'Code_Defect', 'Closed', 'Minor', 'Ticket 20'),
  (6, 'a79a9746941228ead000a0aa6f14a9fb59ac008a', 2461374.380020486, 2461374.380020486, 'Feature_Request', 'Open', 'Minor', 'Ticket 24'),
  (7, 'c6d00f5dc5231ad0bf9a2d558be756a09263a6ce', 2461374.3800260415, 2461374.3800260415, 'Code_Defect', 'Closed', 'Minor', 'Ticket 28');
INSERT INTO ticketchng ("tkt_id", "tkt_rid", "tkt_mtime", "tkt_user") VALUES
  (1, 14, 2461374.3799861805, 'alma'),
  (2, 27, 2461374.3799954513, 'alma'),
  (3, 40, 2461374.3799988427, 'alma'),
  (4, 53, 2461374.3800048265, 'alma'),
  (5, 66, 2461374.3800146645, 'alma'),
  (6, 79, 2461374.380020486, 'alma'),
  (7, 92, 2461374.3800260415, 'alma');
