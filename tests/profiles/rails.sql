-- The tables of a Rails application's database, as the program made them, with a few made-up rows.
CREATE TABLE "schema_migrations" ("version" varchar NOT NULL PRIMARY KEY);
CREATE TABLE "ar_internal_metadata" ("key" varchar NOT NULL PRIMARY KEY, "value" varchar, "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL);
CREATE TABLE "users" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "name" varchar, "email" varchar, "admin" boolean DEFAULT 0, "role" integer DEFAULT 0, "born_on" date, "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL);
CREATE TABLE "topics" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "user_id" integer, "title" varchar, "locked" boolean DEFAULT 0, "views_count" integer, "deleted_at" datetime, "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL, CONSTRAINT "fk_rails_7b812cfb44"
FOREIGN KEY ("user_id")
  REFERENCES "users" ("id")
);
CREATE TABLE "posts" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "topic_id" integer, "user_id" integer, "body" text, "score" decimal(5,2), "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL, CONSTRAINT "fk_rails_70d0b6486a"
FOREIGN KEY ("topic_id")
  REFERENCES "topics" ("id")
);
INSERT INTO schema_migrations ("version") VALUES
  ('20250601101500');
INSERT INTO ar_internal_metadata ("key", "value", "created_at", "updated_at") VALUES
  ('environment', 'default_env', '2026-11-29 21:07:52.014503', '2026-11-29 21:07:52.106895');
INSERT INTO users ("id", "name", "email", "admin", "role", "born_on", "created_at", "updated_at") VALUES
  (1, 'Alma Reyes', 'alma@example.org', 1, 2, '2000-10-05', '2021-03-28 03:49:39.652006', '2021-03-28 03:49:39.652006'),
  (2, 'Bruno Keller', 'bruno@example.org', 0, 0, '1972-12-05', '2021-01-25 08:25:12.727071', '2021-01-25 08:25:12.727071'),
  (3, 'Chiara Conti', 'chiara@example.org', 0, 1, '1985-04-05', '2022-12-18 04:44:23.675418', '2022-12-18 04:44:23.675418'),
  (4, 'Dara Okafor', 'dara@example.org', 0, 0, '1972-02-05', '2021-04-04 08:19:18.731003', '2021-04-04 08:19:18.731003'),
  (5, 'Emil Larsen', 'emil@example.org', 1, 1, '1981-06-05', '2021-09-04 02:26:10.100811', '2021-09-04 02:26:10.100811'),
  (6, 'Farah Haddad', 'farah@example.org', 0, 2, '1981-01-05', '2022-09-16 21:48:48.781324', '2022-09-16 21:48:48.781324'),
  (7, 'Goran Petrov', 'goran@example.org', 0, 0, '1986-10-05', '2021-12-28 03:42:33.972367', '2021-12-28 03:42:33.972367'),
  (8, 'Hanna Virtanen', 'hanna@example.org', 1, 1, '1999-05-05', '2021-03-11 19:14:27.808353', '2021-03-11 19:14:27.808353'),
  (9, 'Ivo Marek', 'ivo@example.org', 0, 0, '2003-07-05', '2021-12-02 06:50:41.351105', '2021-12-02 06:50:41.351105'),
  (10, 'Jana Dvorak', 'jana@example.org', 0, 1, '1985-03-05', '2021-02-27 19:35:03.102099', '2021-02-27 19:35:03.102099'),
  (12, 'Lena Vogel', 'lena@example.org', 0, 0, '1982-07-05', '2022-06-05 11:42:48.435469', '2022-06-05 11:42:48.435469');
INSERT INTO topics ("id", "user_id", "title", "locked", "views_count", "deleted_at", "created_at", "updated_at") VALUES
  (1, 1, 'Best lamps', 0, 142, NULL, '2024-11-21 18:12:47.336734', '2024-11-21 18:12:47.336734'),
  (5, 1, 'Old saddles', 1, 642, NULL, '2024-10-07 07:34:33.069688', '2024-10-07 07:34:33.069688'),
  (7, 4, 'Old lamps', 1, 499, '2025-07-22 16:38:03.794192', '2025-07-21 16:38:03.794192', '2025-07-21 16:38:03.794192'),
  (11, 8, 'Worst saddles', 0, 216, NULL, '2025-02-08 19:04:03.160006', '2025-02-08 19:04:03.160006'),
  (13, 7, 'New pumps', 0, 595, NULL, '2025-08-14 22:05:55.457591', '2025-08-14 22:05:55.457591'),
  (15, 5, 'Worst pumps', 0, 285, NULL, '2023-11-27 00:35:38.857598', '2023-11-27 00:35:38.857598'),
  (19, 10, 'Worst tyres', 0, 168, NULL, '2025-10-17 03:27:25.004421', '2025-10-17 03:27:25.004421'),
  (20, 8, 'Best pumps', 1, 770, NULL, '2025-02-20 09:44:09.008168', '2025-02-20 09:44:09.008168'),
  (25, 10, 'Best tyres', 0, 803, '2025-06-25 10:15:15.106677', '2025-06-24 10:15:15.106677', '2025-06-24 10:15:15.106677'),
  (27, 3, 'Worst tyres', 0, 548, NULL, '2025-10-09 00:26:32.568919', '2025-10-09 00:26:32.568919'),
  (31, 1, 'Worst lamps', 0, 694, NULL, '2022-09-19 15:22:15.852449', '2022-09-19 15:22:15.852449'),
  (32, 7, 'Old tyres', 0, 377, NULL, '2023-12-02 09:11:04.382477', '2023-12-02 09:11:04.382477'),
  (37, 9, 'New maps', 0, 133, NULL, '2022-06-03 18:38:45.672701', '2022-06-03 18:38:45.672701'),
  (40, 4, 'New lamps', 0, 816, NULL, '2022-05-11 11:52:43.736113', '2022-05-11 11:52:43.736113'),
  (43, 6, 'Old maps', 0, 181, NULL, '2025-03-19 07:36:05.583027', '2025-03-19 07:36:05.583027'),
  (47, 9, 'New lamps', 0, 104, NULL, '2023-09-26 00:03:43.205030', '2023-09-26 00:03:43.205030'),
  (49, 2, 'Worst maps', 0, 356, NULL, '2023-08-12 05:09:41.602849', '2023-08-12 05:09:41.602849'),
  (52, 12, 'New tyres', 0, 190, NULL, '2025-10-19 12:07:44.024383', '2025-10-19 12:07:44.024383'),
  (55, 12, 'New lamps', 0, 531, NULL, '2025-06-14 05:10:01.870433', '2025-06-14 05:10:01.870433');
INSERT INTO posts ("id", "topic_id", "user_id", "body", "score", "created_at", "updated_at") VALUES
  (1, 1, 3, 'I agree.', 4.69, '2024-11-21 19:36:07.336734', '2024-11-21 19:36:07.336734'),
  (23, 5, 6, 'I agree.', 0.8, '2024-10-07 14:31:13.069688', '2024-10-07 14:31:13.069688'),
  (45, 11, 11, 'I agree.', 4.71, '2025-02-08 20:27:23.160006', '2025-02-08 20:27:23.160006'),
  (67, 15, 8, 'I agree.', 0.75, '2023-11-27 03:22:18.857598', '2023-11-27 03:22:18.857598'),
  (89, 20, 12, 'I agree.', 1.22, '2025-02-20 16:40:49.008168', '2025-02-20 16:40:49.008168'),
  (111, 27, 9, 'I agree.', 0.52, '2025-10-09 08:46:32.568919', '2025-10-09 08:46:32.568919'),
  (133, 32, 3, 'I agree.', 2.35, '2023-12-02 17:31:04.382477', '2023-12-02 17:31:04.382477'),
  (155, 40, 5, 'I agree.', 4.63, '2022-05-11 13:16:03.736113', '2022-05-11 13:16:03.736113'),
  (177, 47, 10, 'I agree.', 1.93, '2023-09-26 04:13:43.205030', '2023-09-26 04:13:43.205030'),
  (199, 52, 2, 'I agree.', 0.53, '2025-10-19 21:51:04.024383', '2025-10-19 21:51:04.024383');
