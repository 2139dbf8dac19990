-- The tables of JupyterHub's users, as the program made them, with a few made-up rows.
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE groups (
	id INTEGER NOT NULL,
	name VARCHAR(255),
	properties TEXT,
	CONSTRAINT pk_groups PRIMARY KEY (id),
	CONSTRAINT uq_groups_name UNIQUE (name)
);
CREATE TABLE users (
	id INTEGER NOT NULL,
	name VARCHAR(255),
	user_info TEXT,
	admin BOOLEAN,
	created DATETIME,
	last_activity DATETIME,
	cookie_id VARCHAR(255) NOT NULL,
	state TEXT,
	encrypted_auth_state BLOB,
	CONSTRAINT pk_users PRIMARY KEY (id),
	CONSTRAINT uq_users_name UNIQUE (name),
	CONSTRAINT uq_users_cookie_id UNIQUE (cookie_id)
);
CREATE TABLE oauth_clients (
	id INTEGER NOT NULL,
	identifier VARCHAR(255),
	description VARCHAR(1023),
	secret VARCHAR(255),
	redirect_uri VARCHAR(1023),
	allowed_scopes TEXT,
	CONSTRAINT pk_oauth_clients PRIMARY KEY (id),
	CONSTRAINT uq_oauth_clients_identifier UNIQUE (identifier)
);
CREATE TABLE user_group_map (
	user_id INTEGER NOT NULL,
	group_id INTEGER NOT NULL,
	CONSTRAINT pk_user_group_map PRIMARY KEY (user_id, group_id),
	CONSTRAINT fk_user_group_map_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
	CONSTRAINT fk_user_group_map_group_id_groups FOREIGN KEY(group_id) REFERENCES groups (id) ON DELETE CASCADE
);
CREATE TABLE spawners (
	id INTEGER NOT NULL,
	user_id INTEGER,
	server_id INTEGER,
	state TEXT,
	name VARCHAR(255),
	display_name VARCHAR(255),
	started DATETIME,
	last_activity DATETIME,
	user_options TEXT,
	oauth_client_id VARCHAR(255),
	CONSTRAINT pk_spawners PRIMARY KEY (id),
	CONSTRAINT fk_spawners_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
	CONSTRAINT fk_spawners_server_id_servers FOREIGN KEY(server_id) REFERENCES servers (id) ON DELETE SET NULL,
	CONSTRAINT fk_spawners_oauth_client_id_oauth_clients FOREIGN KEY(oauth_client_id) REFERENCES oauth_clients (identifier) ON DELETE SET NULL
);
CREATE TABLE oauth_codes (
	id INTEGER NOT NULL,
	client_id VARCHAR(255),
	code VARCHAR(36),
	expires_at INTEGER,
	redirect_uri VARCHAR(1023),
	session_id VARCHAR(255),
	user_id INTEGER,
	scopes TEXT,
	code_challenge VARCHAR(255),
	code_challenge_method VARCHAR(64),
	CONSTRAINT pk_oauth_codes PRIMARY KEY (id),
	CONSTRAINT fk_oauth_codes_client_id_oauth_clients FOREIGN KEY(client_id) REFERENCES oauth_clients (identifier) ON DELETE CASCADE,
	CONSTRAINT fk_oauth_codes_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE TABLE share_codes (
	hashed VARCHAR(255),
	prefix VARCHAR(16),
	exchange_count INTEGER,
	last_exchanged_at DATETIME,
	id INTEGER NOT NULL,
	created_at DATETIME NOT NULL,
	scopes TEXT,
	expires_at DATETIME,
	owner_id INTEGER,
	spawner_id INTEGER,
	CONSTRAINT pk_share_codes PRIMARY KEY (id),
	CONSTRAINT uq_share_codes_hashed UNIQUE (hashed),
	CONSTRAINT fk_share_codes_owner_id_users FOREIGN KEY(owner_id) REFERENCES users (id) ON DELETE CASCADE,
	CONSTRAINT fk_share_codes_spawner_id_spawners FOREIGN KEY(spawner_id) REFERENCES spawners (id) ON DELETE CASCADE
);
CREATE TABLE api_tokens (
	user_id INTEGER,
	service_id INTEGER,
	id INTEGER NOT NULL,
	hashed VARCHAR(255),
	prefix VARCHAR(16),
	client_id VARCHAR(255),
	session_id VARCHAR(255),
	created DATETIME,
	expires_at DATETIME,
	last_activity DATETIME,
	note VARCHAR(1023),
	scopes TEXT,
	CONSTRAINT pk_api_tokens PRIMARY KEY (id),
	CONSTRAINT fk_api_tokens_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
	CONSTRAINT fk_api_tokens_service_id_services FOREIGN KEY(service_id) REFERENCES services (id) ON DELETE CASCADE,
	CONSTRAINT uq_api_tokens_hashed UNIQUE (hashed),
	CONSTRAINT fk_api_tokens_client_id_oauth_clients FOREIGN KEY(client_id) REFERENCES oauth_clients (identifier) ON DELETE CASCADE
);
INSERT INTO alembic_version ("version_num") VALUES
  ('f460b0348206');
INSERT INTO groups ("id", "name", "properties") VALUES
  (1, 'physics', '{}'),
  (2, 'teachers', '{}'),
  (3, 'students', '{}');
INSERT INTO users ("id", "name", "admin", "created", "last_activity", "cookie_id") VALUES
  (1, 'alma', 0, '2023-04-20 14:25:54.000000', '2024-05-08 10:22:33.000000', '7ced610e53bf461496222bcc35531e91'),
  (2, 'bruno', 0, '2022-02-03 10:19:25.000000', '2024-11-21 20:03:23.000000', '06bdfc3d576e4db495c5cc6d9569d012'),
  (3, 'chiara', 1, '2022-04-04 21:13:44.000000', '2024-03-10 13:07:48.000000', 'c46fec59e6d34a8e9da7f0b88d70d8fc'),
  (5, 'emil', 0, '2022-07-04 08:00:24.000000', '2023-09-15 21:36:40.000000', '9abc9a16cd2849cf84664d58885fd053'),
  (6, 'farah', 0, '2021-11-02 20:22:03.000000', '2024-04-14 13:39:29.000000', '06c3723124284f9299cd65b8420dcfb1'),
  (7, 'goran', 1, '2023-08-18 15:29:14.000000', '2025-05-04 10:13:05.000000', 'f0487c579e484729813dfb3fb97cd4e1'),
  (8, 'hanna', 0, '2023-08-25 09:45:08.000000', '2024-11-08 09:45:28.000000', '062844ee10864df0b070c6fad47bdda4'),
  (9, 'ivo', 0, '2021-10-15 17:11:51.000000', NULL, 'f1fa88148a3d401b9adb1d11d833637a'),
  (10, 'jana', 0, '2022-06-03 18:23:53.000000', '2025-05-01 07:41:20.000000', '7149703a0e3e45b2b597eb9e832b24a8'),
  (11, 'kofi', 0, '2022-05-02 14:59:41.000000', '2024-08-30 11:21:53.000000', '64fae4f049f14e059d5ad6ebb0e31030'),
  (12, 'lena', 1, '2021-11-21 20:36:36.000000', '2025-10-24 19:13:50.000000', 'f5c63a83a2f142638d5102a2e5b4406f'),
  (13, 'marta', 0, '2022-06-17 19:20:13.000000', '2023-09-12 11:17:40.000000', '39059569c2d14ca1b95363f6cb31a446'),
  (14, 'nils', 0, '2023-05-04 17:39:04.000000', '2023-12-22 18:29:59.000000', '795d113f66274aaca374cf5a043adfe7'),
  (15, 'oona', 0, '2023-08-11 20:29:10.000000', '2023-09-01 15:31:19.000000', '3d774dec99274d948469ec2da2da2111'),
  (17, 'quentin', 0, '2021-10-05 10:19:18.000000', '2025-07-29 15:47:32.000000', '4a9a8f9c408c41c8b8dc10da10a42792'),
  (18, 'rosa', 0, '2023-01-26 17:46:08.000000', NULL, '25c82bde50a7416cb0ba4dfe3b5a4eaa'),
  (19, 'sami', 0, '2022-01-31 16:54:16.000000', '2024-12-16 07:25:22.000000', '8611b139af764d03a1847b0f43c125eb'),
  (20, 'tilda', 0, '2022-05-27 11:28:44.000000', '2023-11-20 12:23:07.000000', '7ae2705d1c4a499588bd2ad9041b4088'),
  (21, 'umar', 0, '2023-04-20 11:48:30.000000', '2024-08-18 08:48:12.000000', 'cb34dc15e3564604a3b023c455bf86ed'),
  (22, 'vera', 0, '2023-03-21 21:00:31.000000', '2024-12-18 17:46:42.000000', 'c8f6fe92e18e47fc9e0593c82fb709b4'),
  (23, 'wim', 0, '2022-09-19 09:28:35.000000', '2025-09-23 16:59:12.000000', 'f984402fa00f4e7fb1670e7ca2f37e25');
INSERT INTO user_group_map ("user_id", "group_id") VALUES
  (2, 2),
  (8, 2),
  (11, 2),
  (21, 2),
  (5, 3),
  (12, 3),
  (14, 3),
  (17, 3),
  (22, 3),
  (1, 1),
  (7, 1),
  (18, 1);
INSERT INTO spawners ("id", "user_id", "state", "started", "last_activity") VALUES
  (1, 1, '{"pid": 2765}', '2024-08-17 07:08:18.000000', '2024-03-06 07:31:44.000000'),
  (2, 3, '{"pid": 1729}', NULL, '2023-09-14 09:49:37.000000'),
  (3, 6, '{"pid": 8499}', NULL, '2023-12-19 08:41:33.000000'),
  (4, 7, '{"pid": 8676}', NULL, '2025-10-02 08:02:54.000000'),
  (5, 8, '{"pid": 7542}', '2023-11-22 09:28:17.000000', '2023-09-27 13:40:43.000000'),
  (6, 10, '{"pid": 2295}', NULL, '2024-01-29 21:21:41.000000'),
  (7, 14, '{"pid": 8157}', NULL, '2025-10-10 09:23:27.000000'),
  (8, 15, '{"pid": 9036}', '2025-01-31 12:59:26.000000', '2024-11-25 11:15:11.000000'),
  (9, 17, '{"pid": 1356}', '2024-02-11 19:38:22.000000', '2025-07-20 19:50:30.000000'),
  (10, 18, '{"pid": 4224}', '2024-04-17 16:13:32.000000', '2024-08-03 09:46:06.000000'),
  (11, 19, '{"pid": 3846}', '2024-08-21 18:00:03.000000', '2025-03-10 16:55:54.000000'),
  (12, 20, '{"pid": 2163}', '2025-09-27 09:38:24.000000', '2023-09-02 18:51:59.000000');
