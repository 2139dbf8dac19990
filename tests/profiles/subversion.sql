-- The tables of a Subversion working copy, as the program made them, with a few made-up rows.
CREATE TABLE REPOSITORY (   id INTEGER PRIMARY KEY AUTOINCREMENT,   root  TEXT UNIQUE NOT NULL,   uuid  TEXT NOT NULL   );
CREATE TABLE WCROOT (   id  INTEGER PRIMARY KEY AUTOINCREMENT,   local_abspath  TEXT UNIQUE   );
CREATE TABLE PRISTINE (   checksum  TEXT NOT NULL PRIMARY KEY,   compression  INTEGER,   size  INTEGER NOT NULL,   refcount  INTEGER NOT NULL,   md5_checksum  TEXT NOT NULL   );
CREATE TABLE LOCK (   repos_id  INTEGER NOT NULL REFERENCES REPOSITORY (id),   repos_relpath  TEXT NOT NULL,   lock_token  TEXT NOT NULL,   lock_owner  TEXT,   lock_comment  TEXT,   lock_date  INTEGER,   PRIMARY KEY (repos_id, repos_relpath)   );
CREATE TABLE WORK_QUEUE (   id  INTEGER PRIMARY KEY AUTOINCREMENT,   work  BLOB NOT NULL   );
CREATE TABLE WC_LOCK (   wc_id  INTEGER NOT NULL  REFERENCES WCROOT (id),   local_dir_relpath  TEXT NOT NULL,   locked_levels  INTEGER NOT NULL DEFAULT -1,   PRIMARY KEY (wc_id, local_dir_relpath)  );
CREATE TABLE NODES (   wc_id  INTEGER NOT NULL REFERENCES WCROOT (id),   local_relpath  TEXT NOT NULL,   op_depth INTEGER NOT NULL,   parent_relpath  TEXT,   repos_id  INTEGER REFERENCES REPOSITORY (id),   repos_path  TEXT,   revision  INTEGER,   presence  TEXT NOT NULL,   moved_here  INTEGER,   moved_to  TEXT,   kind  TEXT NOT NULL,   properties  BLOB,   depth  TEXT,   checksum  TEXT REFERENCES PRISTINE (checksum),   symlink_target  TEXT,   changed_revision  INTEGER,   changed_date      INTEGER,   changed_author    TEXT,   translated_size  INTEGER,   last_mod_time  INTEGER,   dav_cache  BLOB,   file_external  INTEGER,   inherited_props  BLOB,   PRIMARY KEY (wc_id, local_relpath, op_depth)   );
CREATE TABLE EXTERNALS (   wc_id  INTEGER NOT NULL REFERENCES WCROOT (id),   local_relpath  TEXT NOT NULL,   parent_relpath  TEXT NOT NULL,   repos_id  INTEGER NOT NULL REFERENCES REPOSITORY (id),   presence  TEXT NOT NULL,   kind  TEXT NOT NULL,   def_local_relpath         TEXT NOT NULL,   def_repos_relpath         TEXT NOT NULL,   def_operational_revision  TEXT,   def_revision              TEXT,   PRIMARY KEY (wc_id, local_relpath) );
INSERT INTO REPOSITORY ("id", "root", "uuid") VALUES
  (1, 'file:///home/alma/svn', '8518439d-8d96-4f5d-a61d-963a085cebbe');
INSERT INTO WCROOT ("id") VALUES
  (1);
INSERT INTO PRISTINE ("checksum", "size", "refcount", "md5_checksum") VALUES
  ('$sha1$a05c28100376119e0ccc5ea94e6ca462192b7989', 785, 1, '$md5 $69ae97409795d0f2f22ae8b25913cabc'),
  ('$sha1$b484460ab1a15063141625ea83a314ac0a2c4e0e', 296, 1, '$md5 $31a1f2a622f35e5c7d5f7f084c717ee3'),
  ('$sha1$9ebad585b7128580eccb045d068a7dd278028410', 707, 1, '$md5 $340174390c33ed6615ba70b964498497'),
  ('$sha1$7bb663cfb38c57cc819aec47656f09c1917cf170', 218, 1, '$md5 $b8eaf5764d81ef68d7ba1646bcbcdef4'),
  ('$sha1$ef1641639f4b0eaee0350592f2534968b3b49d6a', 452, 1, '$md5 $991f8e912e2e8674120b22d7dbc4e698'),
  ('$sha1$d203e800a5c4795aba4bc39e91745a2dd876d53f', 863, 1, '$md5 $7332e10b574278239a4e3081dff77b3b'),
  ('$sha1$c3490e046f36ce9cf1d96ebf681f5ba69b11f268', 374, 1, '$md5 $994f426f94ff49fe1defe18b9900bfdd'),
  ('$sha1$fb8781597fd320fcfafe6aa76c120695a3f235aa', 511, 1, '$md5 $074d34110d610c0a2c166950fbfb95f8'),
  ('$sha1$e9c2e8cb0907294e080a0798e66afb9441c69d17', 922, 1, '$md5 $344d31fa16e158ef7fbb29cafd017d1a'),
  ('$sha1$6465d5098260bb9e21cfb5a450bf36d6c83c5d18', 433, 1, '$md5 $c8231b1ed4045e55d172ccbfe2fbe5f7'),
  ('$sha1$5c38c0eed0f4b65a8656a4a0ce4e562b2923b66e', 844, 1, '$md5 $2566585c5565057792fe3f0734cce3cc'),
  ('$sha1$0069f933ca949e185b3a35916e80436351b045de', 355, 1, '$md5 $13724e64bb98f51dd122f387e92106af'),
  ('$sha1$3536bd57a48a3398de95affc6d8a481caa931b11', 100, 1, '$md5 $720c5d17f6d9dda6e80b0c87a9ec9f7e'),
  ('$sha1$714376473ee395609665b9790636f4b8893caa79', 648, 1, '$md5 $ef94092eba891e8b958d6c82cc3494be'),
  ('$sha1$84c0d338f55af5464b3d35508ac25854eb12ab0d', 570, 1, '$md5 $96f26268a6f8c324d6260db611c1c81a'),
  ('$sha1$046f537adaa80c139ba41fe65ff8aa0cfcc1e079', 81, 1, '$md5 $6ec74d832c6457c4f082fbefff68df7f'),
  ('$sha1$02bf9cb34c76ffc91e3c58e39e4ca681dce1f603', 726, 1, '$md5 $f587da673563f4505859dd52ddfb771f');
INSERT INTO NODES ("wc_id", "local_relpath", "op_depth", "parent_relpath", "repos_id", "repos_path", "revision", "presence", "kind", "checksum", "changed_revision", "changed_date", "changed_author", "translated_size", "last_mod_time") VALUES
  (1, 'docs/page12.txt', 0, 'docs', 1, 'docs/page12.txt', 23, 'normal', 'file', '$sha1$a05c28100376119e0ccc5ea94e6ca462192b7989', 12, 1642076133095028, 'bruno', 785, 1795986449258027),
  (1, 'docs/page18.txt', 0, 'docs', 1, 'docs/page18.txt', 23, 'normal', 'file', '$sha1$9ebad585b7128580eccb045d068a7dd278028410', 18, 1702404939142542, 'bruno', 707, 1795986449258637),
  (1, 'docs/page3.txt', 0, 'docs', 1, 'docs/page3.txt', 23, 'normal', 'file', '$sha1$ef1641639f4b0eaee0350592f2534968b3b49d6a', 3, 1558098934023757, 'bruno', 452, 1795986449259092),
  (1, 'docs/page9.txt', 0, 'docs', 1, 'docs/page9.txt', 23, 'normal', 'file', '$sha1$c3490e046f36ce9cf1d96ebf681f5ba69b11f268', 9, 1614107740071271, 'bruno', 374, 1795986449259728),
  (1, 'src/file10.c', 0, 'src', 1, 'src/file10.c', 23, 'normal', 'file', '$sha1$fb8781597fd320fcfafe6aa76c120695a3f235aa', 10, 1622542531079190, 'alma', 511, 1795986449293693),
  (1, 'src/file16.c', 0, 'src', 1, 'src/file16.c', 23, 'normal', 'file', '$sha1$6465d5098260bb9e21cfb5a450bf36d6c83c5d18', 16, 1678810537126704, 'alma', 433, 1795986449294129),
  (1, 'src/file22.c', 0, 'src', 1, 'src/file22.c', 23, 'normal', 'file', '$sha1$0069f933ca949e185b3a35916e80436351b045de', 22, 1736943333174218, 'alma', 355, 1795986449294512),
  (1, 'src/file7.c', 0, 'src', 1, 'src/file7.c', 23, 'normal', 'file', '$sha1$3536bd57a48a3398de95affc6d8a481caa931b11', 7, 1599930938055433, 'alma', 100, 1795986449294895),
  (1, 'tests/test11.c', 0, 'tests', 1, 'tests/test11.c', 23, 'normal', 'file', '$sha1$714376473ee395609665b9790636f4b8893caa79', 11, 1634642132087109, 'chiara', 648, 1795986449313509),
  (1, 'tests/test17.c', 0, 'tests', 1, 'tests/test17.c', 23, 'normal', 'file', '$sha1$84c0d338f55af5464b3d35508ac25854eb12ab0d', 17, 1688750138134623, 'chiara', 570, 1795986449313949),
  (1, 'tests/test20.c', 0, 'tests', 1, 'tests/test20.c', 23, 'normal', 'file', '$sha1$046f537adaa80c139ba41fe65ff8aa0cfcc1e079', 20, 1714299331158380, 'chiara', 81, 1795986449314330),
  (1, 'tests/test5.c', 0, 'tests', 1, 'tests/test5.c', 23, 'normal', 'file', '$sha1$02bf9cb34c76ffc91e3c58e39e4ca681dce1f603', 5, 1578496536039595, 'chiara', 726, 1795986449314704);
