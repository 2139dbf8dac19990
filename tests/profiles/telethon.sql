-- The tables of a Telethon session, as the program made them, with a few made-up rows.
CREATE TABLE version (version integer primary key);
CREATE TABLE sessions (
                    dc_id integer primary key,
                    server_address text,
                    port integer,
                    auth_key blob,
                    takeout_id integer,
                    tmp_auth_key blob
                );
CREATE TABLE entities (
                    id integer primary key,
                    hash integer not null,
                    username text,
                    phone integer,
                    name text,
                    date integer
                );
CREATE TABLE sent_files (
                    md5_digest blob,
                    file_size integer,
                    type integer,
                    id integer,
                    hash integer,
                    primary key(md5_digest, file_size, type)
                );
CREATE TABLE update_state (
                    id integer primary key,
                    pts integer,
                    qts integer,
                    date integer,
                    seq integer
                );
INSERT INTO version ("version") VALUES
  (8);
INSERT INTO sessions ("dc_id", "server_address", "port") VALUES
  (2, '149.154.167.51', 443);
INSERT INTO entities ("id", "hash", "username", "phone", "name", "date") VALUES
  (-1001812776931, 2004112828083306584, NULL, NULL, 'Night trains', 1660656508),
  (-1001593127337, 1556513084113984695, NULL, NULL, 'Old colleagues', 1659947835),
  (-1001161566731, 3074395921024369856, NULL, NULL, 'Allotment club', 1674751727),
  (159353496, 2795888382396167406, 'oona', NULL, 'Oona Byrne', 1738224183),
  (200567131, 1464961788278537594, 'yuki', 49302863269, 'Yuki Tanaka', 1721166221),
  (258860815, 1061952287934108762, 'umar', NULL, 'Umar Aziz', 1747057071),
  (317458477, 4325018754776137401, 'nils', 49307510026, 'Nils Berg', 1749397119),
  (326007421, 3812118486224638670, 'tilda', 49301546633, 'Tilda Holm', 1735564621),
  (533758156, 1410435671891384320, NULL, NULL, 'Goran Petrov', 1733070814),
  (599404544, 2487318837332607992, NULL, 49308471345, 'Dara Okafor', 1684164982),
  (674341851, 1109435927879253406, 'farah', 49307640794, 'Farah Haddad', 1645132612),
  (731284560, 168678773297370155, 'bruno', 49309394964, 'Bruno Keller', 1754247659);
INSERT INTO update_state ("id", "pts", "date", "seq") VALUES
  (0, 4711, 1684060618, 3),
  (1000000002, 174, 1720541142, 0),
  (1000000005, 285, 1641501796, 0);
