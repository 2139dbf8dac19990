-- The tables of a Gramps family tree, as the program made them, with a few made-up rows.
CREATE TABLE person (handle VARCHAR(50) PRIMARY KEY NOT NULL, given_name TEXT, surname TEXT, blob_data BLOB, gramps_id TEXT, gender INTEGER, death_ref_index INTEGER, birth_ref_index INTEGER, change INTEGER, private INTEGER);
CREATE TABLE family (handle VARCHAR(50) PRIMARY KEY NOT NULL, blob_data BLOB, gramps_id TEXT, father_handle VARCHAR(50), mother_handle VARCHAR(50), change INTEGER, private INTEGER);
CREATE TABLE event (handle VARCHAR(50) PRIMARY KEY NOT NULL, blob_data BLOB, gramps_id TEXT, description TEXT, place VARCHAR(50), change INTEGER, private INTEGER);
CREATE TABLE place (handle VARCHAR(50) PRIMARY KEY NOT NULL, enclosed_by VARCHAR(50), blob_data BLOB, gramps_id TEXT, title TEXT, long TEXT, lat TEXT, code TEXT, change INTEGER, private INTEGER);
CREATE TABLE reference (obj_handle VARCHAR(50), obj_class TEXT, ref_handle VARCHAR(50), ref_class TEXT);
CREATE TABLE name_group (name VARCHAR(50) PRIMARY KEY NOT NULL, grouping TEXT);
CREATE TABLE metadata (setting VARCHAR(50) PRIMARY KEY NOT NULL, value BLOB);
CREATE TABLE gender_stats (given_name TEXT, female INTEGER, male INTEGER, unknown INTEGER);
INSERT INTO person ("handle", "given_name", "surname", "gramps_id", "gender", "death_ref_index", "change") VALUES
  ('10559bd5c9394ee9746ca456a12', 'Wim', 'Petrov', 'I0000', 0, 1, 1743434027),
  ('10559bd5c95717cb1e6e55eb2c5c', 'Vera', 'Petrov', 'I0001', 1, 1, 1657350409),
  ('10559bd5c9913189030fb2fade45', 'Nils', 'Haddad', 'I0002', 0, 1, 1707241517),
  ('10559bd5c9a4789c8cd4a2c76cd', 'Ivo', 'Haddad', 'I0003', 1, 1, 1760392021),
  ('10559bd5c9e569586714ebdb10fc', 'Chiara', 'Larsen', 'I0004', 0, 1, 1695836876),
  ('10559bd5c9f3322f9292d9c101e9', 'Sami', 'Reyes', 'I0005', 1, 1, 1652518895),
  ('10559bd5ca5d3c87f6a46ea7f3ef', 'Nils', 'Okafor', 'I0006', 0, 1, 1690275636),
  ('10559bd5ca6e216c9fb5ccde2993', 'Vera', 'Reyes', 'I0007', 1, 1, 1646118923),
  ('10559bd5caa9e5203447e6cf823', 'Pavel', 'Reyes', 'I0008', 0, 1, 1697468799),
  ('10559bd5cab63c65308a45afc8a4', 'Lena', 'Virtanen', 'I0009', 1, 1, 1694799845),
  ('10559bd5cabf6c50e711a9db797e', 'Quentin', 'Reyes', 'I0010', 0, 1, 1670502885),
  ('10559bd5caf847de7bac23438795', 'Wim', 'Petrov', 'I0011', 1, 1, 1744559248),
  ('10559bd5cb0524a939cf304ea7eb', 'Ivo', 'Virtanen', 'I0012', 0, 1, 1687868559),
  ('10559bd5cb1073d4ddadb9a573d3', 'Rosa', 'Keller', 'I0013', 1, 1, 1704379619),
  ('10559bd5cb466a555228faf2bea3', 'Quentin', 'Haddad', 'I0014', 0, 1, 1684669808),
  ('10559bd5cb546d7f6d2c2d57351e', 'Hanna', 'Conti', 'I0015', 1, 1, 1711267731),
  ('10559bd5cb5e559534e49d6a9a6e', 'Umar', 'Petrov', 'I0016', 0, 1, 1729686707),
  ('10559bd5cb8219c79e859357f74c', 'Sami', 'Keller', 'I0017', 1, 1, 1641486348),
  ('10559bd5cbbf77e13d06a4e9ce3f', 'Emil', 'Keller', 'I0018', 0, 1, 1662968786),
  ('10559bd5cbd076958d4c7c626c18', 'Oona', 'Petrov', 'I0019', 1, 1, 1687953726),
  ('10559bd5cc0a3352cc091b7884a9', 'Umar', 'Petrov', 'I0020', 0, 1, 1658410190),
  ('10559bd5cc1e76453f77520ec82f', 'Nils', 'Haddad', 'I0021', 1, 1, 1725781348),
  ('10559bd5cc541ba1335c0844549a', 'Emil', 'Haddad', 'I0022', 0, 1, 1720691874),
  ('10559bd5cc68388ff3604645c68', 'Quentin', 'Conti', 'I0023', 1, 1, 1705090139),
  ('10559bd5ccb32b53e0e1f484989f', 'Nils', 'Reyes', 'I0025', 1, 1, 1666562260),
  ('10559bd5cd601aceedd04592d335', 'Rosa', 'Reyes', 'I0030', 0, 1, 1690473550),
  ('10559bd5ce3c210dcab0b0640790', 'Oona', 'Reyes', 'I0035', 1, 1, 1665947910),
  ('10559bd5ceed559cf45e1bd3bf35', 'Rosa', 'Keller', 'I0040', 0, 1, 1708534070),
  ('10559bd5cf771fbf2c7c33d8e7ea', 'Nils', 'Conti', 'I0045', 1, -1, 1723325087),
  ('10559bd5cf9a6bc6790f07f67c5', 'Ivo', 'Larsen', 'I0050', 0, -1, 1758267715),
  ('10559bd5cfea36d87b0d6dbc91a5', 'Goran', 'Virtanen', 'I0055', 1, -1, 1641209317);
INSERT INTO family ("handle", "gramps_id", "father_handle", "mother_handle", "change") VALUES
  ('10559bd5d15c71b24cb5d0bac680', 'F0000', '10559bd5c95717cb1e6e55eb2c5c', '10559bd5c9394ee9746ca456a12', 1707492519),
  ('10559bd5d1631b0fcac2367081fa', 'F0001', '10559bd5c9a4789c8cd4a2c76cd', '10559bd5c9913189030fb2fade45', 1669993768),
  ('10559bd5d1675c3c922aa7392486', 'F0002', '10559bd5c9f3322f9292d9c101e9', '10559bd5c9e569586714ebdb10fc', 1681738137),
  ('10559bd5d16b6a5856975993eadc', 'F0003', '10559bd5ca6e216c9fb5ccde2993', '10559bd5ca5d3c87f6a46ea7f3ef', 1679678252),
  ('10559bd5d16e602fe4f14c435e84', 'F0004', '10559bd5cab63c65308a45afc8a4', '10559bd5caa9e5203447e6cf823', 1747345948),
  ('10559bd5d1734314702b290a9df7', 'F0005', '10559bd5caf847de7bac23438795', '10559bd5cabf6c50e711a9db797e', 1652886483),
  ('10559bd5d1767ec04c4323e1b39f', 'F0006', '10559bd5cb1073d4ddadb9a573d3', '10559bd5cb0524a939cf304ea7eb', 1709057157),
  ('10559bd5d1786e0206b659db7545', 'F0007', '10559bd5cb546d7f6d2c2d57351e', '10559bd5cb466a555228faf2bea3', 1749144949),
  ('10559bd5d17b4b6b1facab4c2742', 'F0008', '10559bd5cb8219c79e859357f74c', '10559bd5cb5e559534e49d6a9a6e', 1742903643),
  ('10559bd5d1ba10c275a9a63c2b3c', 'F0009', '10559bd5cbd076958d4c7c626c18', '10559bd5cbbf77e13d06a4e9ce3f', 1741270643),
  ('10559bd5d1bf720b94eeaf330848', 'F0010', '10559bd5cc1e76453f77520ec82f', '10559bd5cc0a3352cc091b7884a9', 1734263729),
  ('10559bd5d1c14a02d35dc5af694a', 'F0011', '10559bd5cc68388ff3604645c68', '10559bd5cc541ba1335c0844549a', 1740054211);
INSERT INTO event ("handle", "gramps_id", "place", "change") VALUES
  ('10559bd5c93bbc1cf4709f495e4', 'E0000', '10559bd5c948216fbd33aca2486a', 1749670431),
  ('10559bd5c9ee1b98c65bc5c80153', 'E0009', '', 1724495196),
  ('10559bd5cab628fc04d81ecbb0fe', 'E0018', '10559bd5c948216fbd33aca2486a', 1690469924),
  ('10559bd5cb3f1f2a7d5a0a865840', 'E0027', '', 1656452586),
  ('10559bd5cbc064eb2f8974128329', 'E0036', '10559bd5c99669298431ab483bff', 1651323018),
  ('10559bd5cc606c97292e23384412', 'E0045', '', 1692788580),
  ('10559bd5cd01dd244b47613a6e', 'E0054', '10559bd5c95b4008fd1121ad66bf', 1713532696),
  ('10559bd5cdaa45e0e86770717314', 'E0063', '', 1643995222),
  ('10559bd5ce543902d4a516a6d45c', 'E0072', '10559bd5c99669298431ab483bff', 1729711056),
  ('10559bd5cef35d43d657ef47c075', 'E0081', '', 1741089119),
  ('10559bd5cf786866a38451ec9957', 'E0090', '10559bd5c95b4008fd1121ad66bf', 1702666252),
  ('10559bd5cfe53812730ea32462c6', 'E0099', '10559bd5c95b4008fd1121ad66bf', 1652279073);
INSERT INTO place ("handle", "gramps_id", "title", "change") VALUES
  ('10559bd5c948216fbd33aca2486a', 'P0000', 'Ghent', 1795987274),
  ('10559bd5c95b4008fd1121ad66bf', 'P0001', 'Turin', 1795987274),
  ('10559bd5c99669298431ab483bff', 'P0002', 'Lyon', 1795987274);
INSERT INTO reference ("obj_handle", "obj_class", "ref_handle", "ref_class") VALUES
  ('10559bd5c9394ee9746ca456a12', 'Person', '10559bd5d15c71b24cb5d0bac680', 'Family'),
  ('10559bd5caa9e5203447e6cf823', 'Person', '10559bd5d16e602fe4f14c435e84', 'Family'),
  ('10559bd5cb546d7f6d2c2d57351e', 'Person', '10559bd5d1786e0206b659db7545', 'Family'),
  ('10559bd5cc1e76453f77520ec82f', 'Person', '10559bd5d1bf720b94eeaf330848', 'Family'),
  ('10559bd5cd115c5f51353a1f2707', 'Person', '10559bd5d17b4b6b1facab4c2742', 'Family'),
  ('10559bd5ce3c210dcab0b0640790', 'Person', '10559bd5ce3d6e9044726055ae43', 'Event'),
  ('10559bd5cf771fbf2c7c33d8e7ea', 'Person', '10559bd5cf786866a38451ec9957', 'Event'),
  ('10559bd5d15c71b24cb5d0bac680', 'Family', '10559bd5cb0524a939cf304ea7eb', 'Person'),
  ('10559bd5d1767ec04c4323e1b39f', 'Family', '10559bd5ccb32b53e0e1f484989f', 'Person'),
  ('10559bd5d1c4fdc954d5f42d1a', 'Family', '10559bd5cc784890e8acb9269f4e', 'Person'),
  ('10559bd5cb553c438b86d402808a', 'Event', '10559bd5c948216fbd33aca2486a', 'Place'),
  ('10559bd5ceee2c9d01c70cfbcbee', 'Event', '10559bd5c948216fbd33aca2486a', 'Place');
INSERT INTO metadata ("setting") VALUES
  ('version'),
  ('event_names'),
  ('sm_types');
INSERT INTO gender_stats ("given_name", "female", "male") VALUES
  ('Wim', 2, 1),
  ('Lena', 2, 2),
  ('Farah', 1, 1);
