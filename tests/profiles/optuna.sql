-- The tables of Optuna's studies, as the program made them, with a few made-up rows.
CREATE TABLE studies (
	study_id INTEGER NOT NULL,
	study_name VARCHAR(512) NOT NULL,
	PRIMARY KEY (study_id)
);
CREATE TABLE version_info (
	version_info_id INTEGER NOT NULL,
	schema_version INTEGER,
	library_version VARCHAR(256),
	PRIMARY KEY (version_info_id),
	CHECK (version_info_id=1)
);
CREATE TABLE study_system_attributes (
	study_system_attribute_id INTEGER NOT NULL,
	study_id INTEGER,
	"key" VARCHAR(512),
	value_json TEXT,
	PRIMARY KEY (study_system_attribute_id),
	UNIQUE (study_id, "key"),
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
CREATE TABLE trials (
	trial_id INTEGER NOT NULL,
	number INTEGER,
	study_id INTEGER,
	state VARCHAR(8) NOT NULL,
	datetime_start DATETIME,
	datetime_complete DATETIME,
	PRIMARY KEY (trial_id),
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
CREATE TABLE trial_system_attributes (
	trial_system_attribute_id INTEGER NOT NULL,
	trial_id INTEGER,
	"key" VARCHAR(512),
	value_json TEXT,
	PRIMARY KEY (trial_system_attribute_id),
	UNIQUE (trial_id, "key"),
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE trial_params (
	param_id INTEGER NOT NULL,
	trial_id INTEGER,
	param_name VARCHAR(512),
	param_value FLOAT,
	distribution_json TEXT,
	PRIMARY KEY (param_id),
	UNIQUE (trial_id, param_name),
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE trial_values (
	trial_value_id INTEGER NOT NULL,
	trial_id INTEGER NOT NULL,
	objective INTEGER NOT NULL,
	value FLOAT,
	value_type VARCHAR(7) NOT NULL,
	PRIMARY KEY (trial_value_id),
	UNIQUE (trial_id, objective),
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE trial_intermediate_values (
	trial_intermediate_value_id INTEGER NOT NULL,
	trial_id INTEGER NOT NULL,
	step INTEGER NOT NULL,
	intermediate_value FLOAT,
	intermediate_value_type VARCHAR(7) NOT NULL,
	PRIMARY KEY (trial_intermediate_value_id),
	UNIQUE (trial_id, step),
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE trial_heartbeats (
	trial_heartbeat_id INTEGER NOT NULL,
	trial_id INTEGER NOT NULL,
	heartbeat DATETIME NOT NULL,
	PRIMARY KEY (trial_heartbeat_id),
	UNIQUE (trial_id),
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO studies ("study_id", "study_name") VALUES
  (1, 'xgboost-churn'),
  (2, 'lstm-sales'),
  (3, 'svm-spam');
INSERT INTO version_info ("version_info_id", "schema_version", "library_version") VALUES
  (1, 12, '5.0.0');
INSERT INTO trials ("trial_id", "number", "study_id", "state", "datetime_start", "datetime_complete") VALUES
  (1, 0, 1, 'FAIL', '2024-08-11 19:39:55.000000', '2024-08-11 19:41:46.724454'),
  (2, 1, 1, 'COMPLETE', '2022-01-22 15:24:15.000000', '2022-01-22 16:14:32.698619'),
  (7, 6, 1, 'COMPLETE', '2024-11-29 19:09:02.000000', '2024-11-29 19:49:19.928607'),
  (13, 12, 1, 'COMPLETE', '2025-08-08 21:39:42.000000', '2025-08-08 22:09:04.149364'),
  (18, 17, 1, 'COMPLETE', '2022-07-26 17:25:43.000000', '2022-07-26 17:54:14.501678'),
  (19, 18, 1, 'COMPLETE', '2024-11-19 19:51:45.000000', '2024-11-19 21:27:54.593411'),
  (24, 23, 1, 'COMPLETE', '2022-07-10 10:37:54.000000', '2022-07-10 11:01:16.051231'),
  (25, 24, 1, 'COMPLETE', '2025-04-29 19:28:37.000000', '2025-04-29 21:51:53.584124'),
  (30, 4, 2, 'COMPLETE', '2023-11-14 09:19:42.000000', '2023-11-14 09:27:05.466625'),
  (31, 5, 2, 'COMPLETE', '2025-01-08 14:12:36.000000', '2025-01-08 15:10:56.738749'),
  (35, 9, 2, 'COMPLETE', '2023-01-16 20:27:56.000000', '2023-01-16 21:13:26.575454'),
  (37, 11, 2, 'COMPLETE', '2022-04-23 09:07:14.000000', '2022-04-23 10:44:47.984978'),
  (42, 16, 2, 'COMPLETE', '2022-12-22 08:56:27.000000', '2022-12-22 11:01:43.510242'),
  (43, 17, 2, 'COMPLETE', '2025-04-28 08:21:00.000000', '2025-04-28 10:12:38.603951'),
  (47, 21, 2, 'COMPLETE', '2022-07-12 17:39:04.000000', '2022-07-12 19:22:11.898545'),
  (49, 23, 2, 'FAIL', '2025-08-31 07:04:14.000000', '2025-08-31 07:11:02.494946'),
  (53, 2, 3, 'COMPLETE', '2022-11-05 08:40:04.000000', '2022-11-05 09:23:56.906117'),
  (55, 4, 3, 'COMPLETE', '2025-10-16 17:05:21.000000', '2025-10-16 17:35:27.529047'),
  (58, 7, 3, 'COMPLETE', '2023-11-10 19:12:53.000000', '2023-11-10 20:29:08.396355'),
  (61, 10, 3, 'COMPLETE', '2022-05-23 08:35:04.000000', '2022-05-23 09:01:53.863501'),
  (65, 14, 3, 'COMPLETE', '2024-03-11 10:34:38.000000', '2024-03-11 12:09:45.134060'),
  (67, 16, 3, 'COMPLETE', '2025-08-25 12:05:40.000000', '2025-08-25 12:44:34.253664');
INSERT INTO trial_params ("param_id", "trial_id", "param_name", "param_value", "distribution_json") VALUES
  (1, 1, 'learning_rate', 0.01290653437095114, '{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high":'),
  (19, 7, 'learning_rate', 1.3415741013308522e-05, '{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high":'),
  (37, 13, 'learning_rate', 0.012288957399667703, '{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high":'),
  (55, 19, 'learning_rate', 0.044962580456534666, '{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high":'),
  (73, 25, 'learning_rate', 2.1261810351925104e-05, '{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high":'),
  (91, 31, 'learning_rate', 0.0014797129411694705, '{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high":'),
  (109, 37, 'learning_rate', 0.00025504132602412996, '{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high":'),
  (127, 43, 'learning_rate', 0.00021031838969395273, '{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high":'),
  (145, 49, 'learning_rate', 1.807191781032442e-05, '{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high":'),
  (163, 55, 'learning_rate', 0.00014331779312438454, '{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high":'),
  (181, 61, 'learning_rate', 1.8826107481990575e-05, '{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high":'),
  (199, 67, 'learning_rate', 1.0851484198401844e-05, '{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high":');
INSERT INTO trial_values ("trial_value_id", "trial_id", "objective", "value", "value_type") VALUES
  (1, 2, 0, 0.3999482071211051, 'FINITE'),
  (6, 7, 0, 0.10266048902774239, 'FINITE'),
  (11, 13, 0, 0.23275077406443043, 'FINITE'),
  (16, 18, 0, 0.6567523905005759, 'FINITE'),
  (21, 24, 0, 0.29956171353450267, 'FINITE'),
  (26, 30, 0, 0.3565453296975596, 'FINITE'),
  (31, 35, 0, 0.4103373053219176, 'FINITE'),
  (36, 42, 0, 0.3436903802328358, 'FINITE'),
  (41, 47, 0, 0.3135323168897099, 'FINITE'),
  (46, 53, 0, 0.337198976798629, 'FINITE'),
  (51, 58, 0, 0.349786203968932, 'FINITE'),
  (56, 65, 0, 0.32575728369180335, 'FINITE');
INSERT INTO alembic_version ("version_num") VALUES
  ('v3.2.0.a');
