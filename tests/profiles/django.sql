-- The tables of a Django project's database, as the program made them, with a few made-up rows.
CREATE TABLE "django_migrations" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app" varchar(255) NOT NULL, "name" varchar(255) NOT NULL, "applied" datetime NOT NULL);
CREATE TABLE "auth_group_permissions" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED, "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "auth_user_groups" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "auth_user_user_permissions" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "django_admin_log" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "object_id" text NULL, "object_repr" varchar(200) NOT NULL, "action_flag" smallint unsigned NOT NULL CHECK ("action_flag" >= 0), "change_message" text NOT NULL, "content_type_id" integer NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "action_time" datetime NOT NULL);
CREATE TABLE "django_content_type" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app_label" varchar(100) NOT NULL, "model" varchar(100) NOT NULL);
CREATE TABLE "auth_permission" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "content_type_id" integer NOT NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED, "codename" varchar(100) NOT NULL, "name" varchar(255) NOT NULL);
CREATE TABLE "auth_group" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(150) NOT NULL UNIQUE);
CREATE TABLE "auth_user" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "password" varchar(128) NOT NULL, "last_login" datetime NULL, "is_superuser" bool NOT NULL, "username" varchar(150) NOT NULL UNIQUE, "last_name" varchar(150) NOT NULL, "email" varchar(254) NOT NULL, "is_staff" bool NOT NULL, "is_active" bool NOT NULL, "date_joined" datetime NOT NULL, "first_name" varchar(150) NOT NULL);
CREATE TABLE "django_session" ("session_key" varchar(40) NOT NULL PRIMARY KEY, "session_data" text NOT NULL, "expire_date" datetime NOT NULL);
CREATE TABLE "blog_post" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "title" varchar(120) NOT NULL, "body" text NOT NULL, "author_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "status" varchar(2) NOT NULL, "published_at" datetime NULL, "featured" bool NOT NULL);
CREATE TABLE "blog_comment" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "post_id" bigint NOT NULL REFERENCES "blog_post" ("id") DEFERRABLE INITIALLY DEFERRED, "author_name" varchar(80) NOT NULL, "text" text NOT NULL, "created_at" datetime NOT NULL, "approved" bool NOT NULL);
INSERT INTO django_migrations ("id", "app", "name", "applied") VALUES
  (1, 'contenttypes', '0001_initial', '2026-11-29 21:00:34.542807'),
  (7, 'auth', '0002_alter_permission_name_max_length', '2026-11-29 21:00:34.687556'),
  (13, 'auth', '0008_alter_user_username_max_length', '2026-11-29 21:00:34.785848');
INSERT INTO auth_user_groups ("id", "user_id", "group_id") VALUES
  (1, 2, 1),
  (2, 3, 1),
  (3, 4, 1),
  (4, 5, 1);
INSERT INTO django_admin_log ("id", "object_id", "object_repr", "action_flag", "change_message", "content_type_id", "user_id", "action_time") VALUES
  (1, '1', 'A year of old maps', 1, '', 3, 1, '2024-12-23 21:17:31'),
  (6, '6', 'A year of night trains', 1, '', 3, 1, '2025-10-02 19:50:51'),
  (11, '11', 'A year of winter soups', 2, '', 3, 1, '2024-07-22 19:06:01'),
  (16, '16', 'More about old maps', 2, '', 3, 1, '2023-11-23 17:44:00'),
  (21, '21', 'More about bicycles', 1, '', 3, 1, '2025-05-14 07:05:31'),
  (26, '26', 'A year of sailing', 2, '', 3, 1, '2023-10-03 12:22:09'),
  (31, '31', 'In praise of sailing', 2, '', 3, 1, '2022-10-14 17:52:00'),
  (36, '36', 'Against the allotment', 2, '', 3, 1, '2023-02-14 18:09:26'),
  (41, '41', 'In praise of bread', 1, '', 3, 1, '2022-11-07 15:46:31'),
  (46, '46', 'A year of old maps', 2, '', 3, 1, '2022-04-27 13:11:37'),
  (51, '51', 'Against winter soups', 2, '', 3, 1, '2024-12-31 09:07:46'),
  (56, '56', 'Against bicycles', 2, '', 3, 1, '2022-10-19 14:56:23');
INSERT INTO django_content_type ("id", "app_label", "model") VALUES
  (1, 'auth', 'group'),
  (2, 'auth', 'permission'),
  (3, 'auth', 'user'),
  (5, 'sessions', 'session');
INSERT INTO auth_permission ("id", "content_type_id", "codename", "name") VALUES
  (1, 2, 'add_permission', 'Can add permission'),
  (9, 3, 'add_user', 'Can add user'),
  (17, 5, 'add_session', 'Can add session');
INSERT INTO auth_group ("id", "name") VALUES
  (1, 'editors');
INSERT INTO auth_user ("id", "password", "last_login", "is_superuser", "username", "last_name", "email", "is_staff", "is_active", "date_joined", "first_name") VALUES
  (1, 'md5$ZgHS6ha5eMdRoCPACLE6E2$9b5470c4d557432d6aad1d472b15e977', NULL, 1, 'alma', 'Reyes', 'alma@example.org', 1, 1, '2023-01-03 20:05:11', 'Alma'),
  (2, 'md5$5W3DgIy5yvEj3QqSVGMDUn$f4cca72f50a4c928aaee382e01097fe1', '2025-08-10 20:55:20', 0, 'bruno', 'Keller', 'bruno@example.org', 0, 1, '2022-05-07 12:17:22', 'Bruno'),
  (3, 'md5$hZWRGEYmAw5VErzhXbVz3Y$ebaad80785221bb609c85e10ad49ba47', '2025-09-11 16:11:24', 0, 'chiara', 'Conti', 'chiara@example.org', 0, 1, '2025-03-28 12:14:53', 'Chiara'),
  (4, 'md5$Cx1sPLYskACHZEjCFm4TYh$c3d16f95a3344e104d4523c9b93be459', '2025-08-30 20:00:02', 0, 'dara', 'Okafor', 'dara@example.org', 1, 1, '2021-07-23 18:46:41', 'Dara'),
  (5, 'md5$9XRkLQ4YvFihZNpcimWcAi$904bcbc3c012a3181d789978dea95f80', NULL, 0, 'emil', 'Larsen', 'emil@example.org', 0, 1, '2023-04-20 14:59:57', 'Emil'),
  (6, 'md5$BUBpDFGzaTm0q9y2qTttNv$7403b79f6ec7917c12512188fb22e568', '2025-10-23 11:07:27', 1, 'farah', 'Haddad', 'farah@example.org', 1, 1, '2023-07-25 13:53:43', 'Farah'),
  (7, 'md5$SralwrPhIjUNlVZFRf8l3P$419b436f3b3b3df8be6415fc3945f841', '2025-08-04 16:47:21', 0, 'goran', 'Petrov', 'goran@example.org', 0, 1, '2022-02-15 21:08:49', 'Goran'),
  (8, 'md5$pLIsWc8kopcZQNYYNBXOpN$524122664dad3373bad6f1c4679dd488', '2025-10-22 21:01:00', 0, 'hanna', 'Virtanen', 'hanna@example.org', 0, 1, '2024-05-10 10:49:39', 'Hanna'),
  (9, 'md5$lyNgRAQdNajCxsHg28o69q$e67ef6bdb820c6f594e1f316de46e104', NULL, 0, 'ivo', 'Marek', 'ivo@example.org', 1, 1, '2024-01-03 12:43:17', 'Ivo'),
  (10, 'md5$HPbFFlym2rag8mr08kQXLW$211a80f9a958f5c1e1e20430842c6f38', '2025-10-31 10:21:41', 0, 'jana', 'Dvorak', 'jana@example.org', 0, 0, '2023-07-18 11:40:58', 'Jana'),
  (11, 'md5$XsYp1kZKI5UtLi1hkv1WV6$ed23fc97ea94e5b6d426adbbece2a4b9', '2025-11-03 18:02:55', 0, 'kofi', 'Mensah', 'kofi@example.org', 0, 1, '2022-09-26 16:42:35', 'Kofi'),
  (12, 'md5$LZlRXXdf07eRDBS3yx40GO$911e3f72342306546b30424abd0cc8a4', '2025-07-25 09:11:12', 0, 'lena', 'Vogel', 'lena@example.org', 0, 1, '2022-11-07 20:36:42', 'Lena');
INSERT INTO django_session ("session_key", "session_data", "expire_date") VALUES
  ('d5mh0f0uwp10cvej0cmfbfhq9dpq50u2', 'eyJjYXJ0IjowfQ:1xXm0j:Qnl9WytoUm4K601zcYoOoxUouTgzKAGWreI2eRIn5FM', '2025-11-10 14:44:13'),
  ('46semfzp3m47j9jvcz4f4kw65fi14kia', 'eyJjYXJ0IjoyfQ:1xXm0j:dW6gxBWXLcNExOQKpcyiigqAKsXw3CcAB9BXlTsf7t0', '2025-11-30 07:35:52'),
  ('n1rxw2kmuovz9yttdgwkdmqjd4xlzn84', 'eyJjYXJ0Ijo0fQ:1xXm0j:IzsWz7XlHY-Pb_NATxcUy3itySLksgUqMASVFEh5Oos', '2025-12-10 10:09:04');
INSERT INTO blog_post ("id", "title", "body", "author_id", "status", "published_at", "featured") VALUES
  (1, 'A year of old maps', 'Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Te', 5, 'PB', '2024-04-13 13:00:49.713179', 0),
  (2, 'A year of bicycles', 'Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Te', 4, 'PB', '2024-12-08 10:36:47', 1),
  (5, 'A year of sailing', 'Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Te', 2, 'DF', NULL, 0),
  (6, 'A year of night trains', 'Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Te', 2, 'PB', '2024-08-21 21:18:06', 1),
  (11, 'A year of winter soups', 'Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Te', 6, 'PB', '2022-05-29 13:07:32.430244', 0),
  (12, 'A year of old maps', 'Text. Text. Text. Text. Text. Text. Text. Text. Text. ', 5, 'DF', NULL, 0),
  (16, 'More about old maps', 'Text. Text. Text. Text. Text. Text. Text. Text. Text. ', 4, 'DF', NULL, 0),
  (17, 'Against bread', 'Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. ', 3, 'PB', '2023-10-24 15:24:07', 0),
  (21, 'More about bicycles', 'Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. ', 1, 'PB', '2024-06-11 11:44:49', 0),
  (26, 'A year of sailing', 'Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Te', 2, 'PB', '2025-05-30 10:36:25.702145', 0),
  (29, 'In praise of night trains', 'Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. ', 5, 'PB', '2024-07-10 09:55:54.625136', 0),
  (31, 'In praise of sailing', 'Text. Text. Text. Text. Text. Text. Text. Text. ', 1, 'PB', '2024-06-22 17:09:10.949767', 0),
  (35, 'A year of sailing', 'Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Te', 3, 'PB', '2022-12-05 10:43:22', 1),
  (36, 'Against the allotment', 'Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. ', 3, 'PB', '2024-04-25 16:03:29', 1),
  (41, 'In praise of bread', 'Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Te', 6, 'DF', NULL, 0),
  (44, 'Against bread', 'Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Te', 2, 'DF', NULL, 0),
  (46, 'A year of old maps', 'Text. Text. Text. Text. Text. ', 6, 'DF', NULL, 0),
  (49, 'In praise of sailing', 'Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Te', 4, 'PB', '2023-03-08 16:43:38.112543', 1),
  (51, 'Against winter soups', 'Text. Text. Text. Text. Text. Text. Text. ', 2, 'PB', '2024-04-17 13:17:27', 1),
  (55, 'In praise of bread', 'Text. Text. Text. Text. Text. Text. Text. ', 2, 'PB', '2025-10-31 14:34:47', 0),
  (56, 'Against bicycles', 'Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Te', 5, 'PB', '2025-03-22 21:54:31', 1),
  (61, 'More about night trains', 'Text. Text. Text. Text. Text. Text. Text. Text. ', 6, 'PB', '2025-02-16 21:40:51', 1),
  (64, 'A year of night trains', 'Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Text. Te', 5, 'PB', '2025-01-23 18:35:26.492205', 0);
INSERT INTO blog_comment ("id", "post_id", "author_name", "text", "created_at", "approved") VALUES
  (1, 2, 'Sami Aalto', 'Well said.', '2022-07-04 20:00:31', 1),
  (14, 5, 'Lena Vogel', 'Well said.', '2025-03-22 10:42:49', 1),
  (27, 12, 'Alma Reyes', 'Well said.', '2022-11-04 07:12:17', 1),
  (40, 17, 'Nils Berg', 'Well said.', '2025-01-06 15:08:45', 1),
  (53, 21, 'Oona Byrne', 'Well said.', '2025-05-18 15:29:41', 1),
  (66, 29, 'Sami Aalto', 'Well said.', '2023-02-11 11:52:09', 1),
  (79, 35, 'Sami Aalto', 'Well said.', '2024-12-20 08:10:44', 1),
  (92, 44, 'Bruno Keller', 'Well said.', '2024-12-28 19:01:42', 1),
  (105, 49, 'Marta Silva', 'Well said.', '2025-11-17 08:50:56', 1),
  (118, 55, 'Wim de Boer', 'Well said.', '2024-08-05 10:17:16', 0),
  (131, 61, 'Sami Aalto', 'Well said.', '2025-05-01 13:56:22', 1),
  (144, 64, 'Dara Okafor', 'Well said.', '2022-06-02 09:26:22', 1);
