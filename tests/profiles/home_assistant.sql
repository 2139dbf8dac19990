-- The tables of Home Assistant's recorder, as the program made them, with a few made-up rows.
CREATE TABLE event_data (
	data_id INTEGER NOT NULL,
	hash BIGINT,
	shared_data TEXT,
	PRIMARY KEY (data_id)
);
CREATE TABLE event_types (
	event_type_id INTEGER NOT NULL,
	event_type VARCHAR(64),
	PRIMARY KEY (event_type_id)
);
CREATE TABLE state_attributes (
	attributes_id INTEGER NOT NULL,
	hash BIGINT,
	shared_attrs TEXT,
	PRIMARY KEY (attributes_id)
);
CREATE TABLE states_meta (
	metadata_id INTEGER NOT NULL,
	entity_id VARCHAR(255),
	PRIMARY KEY (metadata_id)
);
CREATE TABLE statistics_meta (
	id INTEGER NOT NULL,
	statistic_id VARCHAR(255),
	source VARCHAR(32),
	unit_of_measurement VARCHAR(255),
	has_mean BOOLEAN,
	has_sum BOOLEAN,
	name VARCHAR(255),
	mean_type SMALLINT NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE recorder_runs (
	run_id INTEGER NOT NULL,
	start DATETIME NOT NULL,
	"end" DATETIME,
	closed_incorrect BOOLEAN NOT NULL,
	created DATETIME NOT NULL,
	PRIMARY KEY (run_id)
);
CREATE TABLE migration_changes (
	migration_id VARCHAR(255) NOT NULL,
	version SMALLINT NOT NULL,
	PRIMARY KEY (migration_id)
);
CREATE TABLE schema_changes (
	change_id INTEGER NOT NULL,
	schema_version INTEGER,
	changed DATETIME NOT NULL,
	PRIMARY KEY (change_id)
);
CREATE TABLE statistics_runs (
	run_id INTEGER NOT NULL,
	start DATETIME NOT NULL,
	PRIMARY KEY (run_id)
);
CREATE TABLE events (
	event_id INTEGER NOT NULL,
	event_type CHAR(0),
	event_data CHAR(0),
	origin CHAR(0),
	origin_idx SMALLINT,
	time_fired CHAR(0),
	time_fired_ts FLOAT,
	context_id CHAR(0),
	context_user_id CHAR(0),
	context_parent_id CHAR(0),
	data_id INTEGER,
	context_id_bin BLOB,
	context_user_id_bin BLOB,
	context_parent_id_bin BLOB,
	event_type_id INTEGER,
	PRIMARY KEY (event_id),
	FOREIGN KEY(data_id) REFERENCES event_data (data_id),
	FOREIGN KEY(event_type_id) REFERENCES event_types (event_type_id)
);
CREATE TABLE states (
	state_id INTEGER NOT NULL,
	entity_id CHAR(0),
	state VARCHAR(255),
	attributes CHAR(0),
	event_id SMALLINT,
	last_changed CHAR(0),
	last_changed_ts FLOAT,
	last_reported_ts FLOAT,
	last_updated CHAR(0),
	last_updated_ts FLOAT,
	old_state_id INTEGER,
	attributes_id INTEGER,
	context_id CHAR(0),
	context_user_id CHAR(0),
	context_parent_id CHAR(0),
	origin_idx SMALLINT,
	context_id_bin BLOB,
	context_user_id_bin BLOB,
	context_parent_id_bin BLOB,
	metadata_id INTEGER,
	PRIMARY KEY (state_id),
	FOREIGN KEY(old_state_id) REFERENCES states (state_id),
	FOREIGN KEY(attributes_id) REFERENCES state_attributes (attributes_id),
	FOREIGN KEY(metadata_id) REFERENCES states_meta (metadata_id)
);
CREATE TABLE statistics (
	id INTEGER NOT NULL,
	created CHAR(0),
	created_ts FLOAT,
	metadata_id INTEGER,
	start CHAR(0),
	start_ts FLOAT,
	mean FLOAT,
	mean_weight FLOAT,
	min FLOAT,
	max FLOAT,
	last_reset CHAR(0),
	last_reset_ts FLOAT,
	state FLOAT,
	sum FLOAT,
	PRIMARY KEY (id),
	FOREIGN KEY(metadata_id) REFERENCES statistics_meta (id) ON DELETE CASCADE
);
CREATE TABLE statistics_short_term (
	id INTEGER NOT NULL,
	created CHAR(0),
	created_ts FLOAT,
	metadata_id INTEGER,
	start CHAR(0),
	start_ts FLOAT,
	mean FLOAT,
	mean_weight FLOAT,
	min FLOAT,
	max FLOAT,
	last_reset CHAR(0),
	last_reset_ts FLOAT,
	state FLOAT,
	sum FLOAT,
	PRIMARY KEY (id),
	FOREIGN KEY(metadata_id) REFERENCES statistics_meta (id) ON DELETE CASCADE
);
INSERT INTO event_types ("event_type_id", "event_type") VALUES
  (1, 'automation_triggered'),
  (2, 'call_service'),
  (3, 'homeassistant_start');
INSERT INTO state_attributes ("attributes_id", "hash", "shared_attrs") VALUES
  (1, 1151752968, '{"unit_of_measurement":"°C","friendly_name":"Kitchen Temperature"}'),
  (2, 1647776794, '{"unit_of_measurement":"°C","friendly_name":"Bedroom Temperature"}'),
  (3, 446373879, '{"unit_of_measurement":"°C","friendly_name":"Outdoor Temperature"}'),
  (4, 341245683, '{"unit_of_measurement":"W","friendly_name":"Power Meter"}');
INSERT INTO states_meta ("metadata_id", "entity_id") VALUES
  (1, 'sensor.kitchen_temperature'),
  (2, 'sensor.bedroom_temperature'),
  (3, 'sensor.outdoor_temperature'),
  (4, 'sensor.power_meter'),
  (5, 'light.hall'),
  (6, 'lock.front_door');
INSERT INTO statistics_meta ("id", "statistic_id", "source", "unit_of_measurement", "has_mean", "mean_type") VALUES
  (1, 'sensor.kitchen_temperature', 'recorder', '°C', 1, 0),
  (2, 'sensor.bedroom_temperature', 'recorder', '°C', 1, 0),
  (3, 'sensor.outdoor_temperature', 'recorder', '°C', 1, 0),
  (4, 'sensor.power_meter', 'recorder', 'W', 1, 0);
INSERT INTO schema_changes ("change_id", "schema_version", "changed") VALUES
  (1, 50, '2026-11-29 21:16:45.077810');
INSERT INTO events ("event_id", "time_fired_ts", "event_type_id") VALUES
  (1, 1760635652.1694865, 3),
  (11, 1721683556.978149, 3),
  (21, 1678356797.0996156, 3),
  (31, 1676843743.4742143, 3),
  (41, 1757758020.7208622, 1),
  (51, 1687551882.8856866, 1),
  (61, 1752161373.662586, 2),
  (71, 1710696554.9207458, 3),
  (81, 1674334164.137332, 3),
  (91, 1756581602.320858, 1),
  (101, 1731334617.52613, 1),
  (111, 1761131316.9510837, 3);
INSERT INTO states ("state_id", "state", "last_reported_ts", "last_updated_ts", "old_state_id", "attributes_id", "metadata_id") VALUES
  (1, '16.2', NULL, 1672760271.4903798, NULL, 1, 1),
  (46, '25.2', NULL, 1706816574.6442559, 45, 1, 1),
  (47, '16.3', NULL, 1706973977.4799075, 46, 1, 1),
  (48, '20.3', NULL, 1709256494.8782027, 47, 1, 1),
  (49, '19.1', 1709904980.2349877, 1709904950.2349877, 48, 1, 1),
  (50, '21.2', NULL, 1710085820.919855, 49, 1, 1),
  (51, '13.9', NULL, 1710661336.1723742, 50, 1, 1),
  (52, '14.3', NULL, 1712734276.7993498, 51, 1, 1),
  (53, '24.4', NULL, 1713923374.08883, 52, 1, 1),
  (54, '21.1', NULL, 1714288336.1206737, 53, 1, 1),
  (99, '27.6', NULL, 1740555429.3848197, 98, 1, 1),
  (100, '14.2', 1741690798.359012, 1741690768.359012, 99, 1, 1),
  (101, '24.0', NULL, 1741829279.612317, 100, 1, 1),
  (102, '18.6', NULL, 1742134057.4479043, 101, 1, 1),
  (103, '19.5', NULL, 1742322572.12349, 102, 1, 1),
  (104, '21.5', NULL, 1743154042.4933984, 103, 1, 1),
  (105, '23.2', 1743168577.6598318, 1743168547.6598318, 104, 1, 1),
  (106, '20.7', NULL, 1744918243.1873555, 105, 1, 1),
  (107, '21.7', NULL, 1745654254.6067843, 106, 1, 1),
  (152, '18.8', 1702455197.6220253, 1702455167.6220253, 151, 2, 2),
  (153, '17.4', NULL, 1703044456.319127, 152, 2, 2),
  (154, '15.0', NULL, 1703132559.0393481, 153, 2, 2),
  (155, '23.1', NULL, 1703295992.7733493, 154, 2, 2),
  (156, '20.0', NULL, 1703987222.9260614, 155, 2, 2),
  (157, 'unavailable', NULL, 1704579074.4019053, 156, 2, 2),
  (158, '20.3', NULL, 1705072424.309248, 157, 2, 2),
  (159, '25.5', NULL, 1705904366.9138339, 158, 2, 2),
  (160, '16.0', NULL, 1706290614.3545098, 159, 2, 2),
  (205, '17.8', NULL, 1733804042.7177138, 204, 2, 2),
  (206, '22.8', NULL, 1734049645.1069896, 205, 2, 2),
  (207, '21.0', NULL, 1734371413.845596, 206, 2, 2),
  (208, '16.9', NULL, 1734603280.941601, 207, 2, 2),
  (209, '19.1', 1735270464.606477, 1735270434.606477, 208, 2, 2),
  (210, '25.3', NULL, 1735449829.0234773, 209, 2, 2),
  (211, '17.6', NULL, 1736949110.1399848, 210, 2, 2),
  (212, '23.1', NULL, 1737640413.7528226, 211, 2, 2),
  (213, '19.3', 1737856911.214638, 1737856881.214638, 212, 2, 2),
  (258, '2.8', NULL, 1683879571.2402353, 257, 3, 3),
  (259, '10.1', 1684310430.9954686, 1684310400.9954686, 258, 3, 3),
  (260, '10.6', NULL, 1684361489.1689985, 259, 3, 3),
  (261, '6.8', NULL, 1686088494.9228404, 260, 3, 3),
  (262, '12.7', NULL, 1686871668.7288876, 261, 3, 3),
  (263, '6.5', NULL, 1687079993.0749135, 262, 3, 3),
  (264, '4.6', NULL, 1687969654.43114, 263, 3, 3),
  (265, '14.0', NULL, 1688827449.2309916, 264, 3, 3),
  (266, '10.1', NULL, 1688866610.2109356, 265, 3, 3),
  (311, '11.4', NULL, 1722109332.2061892, 310, 3, 3),
  (312, '20.5', NULL, 1722279204.4693844, 311, 3, 3),
  (313, '13.8', NULL, 1722679349.8184025, 312, 3, 3),
  (314, '11.3', NULL, 1723228792.418095, 313, 3, 3),
  (315, '8.9', 1724178404.9129422, 1724178374.9129422, 314, 3, 3),
  (316, '17.1', NULL, 1724462484.9296649, 315, 3, 3),
  (317, '14.2', NULL, 1725725934.7199607, 316, 3, 3),
  (318, '9.9', NULL, 1725901870.186656, 317, 3, 3),
  (319, '8.9', 1726125176.2684264, 1726125146.2684264, 318, 3, 3),
  (364, '409.5', NULL, 1674629864.7111537, 363, 4, 4),
  (365, '403.8', NULL, 1674666436.8311355, 364, 4, 4),
  (366, '394.6', NULL, 1676145893.610063, 365, 4, 4),
  (367, '400.1', NULL, 1676787557.4125516, 366, 4, 4),
  (368, '401.3', 1676951797.2082622, 1676951767.2082622, 367, 4, 4),
  (369, '396.4', NULL, 1677107685.1453822, 368, 4, 4),
  (370, '402.8', NULL, 1678284508.87354, 369, 4, 4),
  (371, '400.6', NULL, 1679384835.03121, 370, 4, 4),
  (372, '408.3', NULL, 1679922937.0104554, 371, 4, 4),
  (417, '393.9', 1712475012.5387723, 1712474982.5387723, 416, 4, 4),
  (418, '398.0', NULL, 1712560777.9116185, 417, 4, 4),
  (419, '398.8', NULL, 1713763478.863378, 418, 4, 4),
  (420, '403.1', NULL, 1713942025.1888678, 419, 4, 4),
  (421, '398.6', NULL, 1714279221.5580986, 420, 4, 4),
  (422, '405.7', NULL, 1714634740.354556, 421, 4, 4),
  (423, '396.6', NULL, 1715792436.4702654, 422, 4, 4),
  (424, '401.4', NULL, 1715995825.7542818, 423, 4, 4),
  (425, '403.6', NULL, 1716092851.4036114, 424, 4, 4),
  (470, '397.2', NULL, 1755827506.5487592, 469, 4, 4),
  (471, '401.1', NULL, 1756583885.6992226, 470, 4, 4),
  (472, '397.8', 1756694288.8177578, 1756694258.8177578, 471, 4, 4),
  (473, '394.6', NULL, 1757146874.7941911, 472, 4, 4),
  (474, '397.0', 1757465120.701419, 1757465090.701419, 473, 4, 4),
  (475, '402.6', NULL, 1757932544.5959308, 474, 4, 4),
  (476, 'unavailable', NULL, 1758479685.124025, 475, 4, 4),
  (477, '400.1', NULL, 1759230917.6023362, 476, 4, 4),
  (478, '401.7', NULL, 1760200163.8180285, 477, 4, 4),
  (531, 'off', NULL, 1727206778.4925065, NULL, NULL, 5),
  (584, 'locked', NULL, 1757184854.152914, NULL, NULL, 6);
INSERT INTO statistics ("id", "created_ts", "metadata_id", "start_ts", "mean", "min", "max") VALUES
  (1, 1672761610.5, 1, 1672758000.0, 16.2, 15.2, 17.7),
  (40, 1703448010.5, 1, 1703444400.0, 17.3, 16.3, 18.8),
  (79, 1730026810.5, 1, 1730023200.0, 20.0, 19.0, 21.5),
  (118, 1760166010.5, 1, 1760162400.0, 17.3, 16.3, 18.8),
  (157, 1704582010.5, 2, 1704578400.0, 12.4, 11.4, 13.9),
  (196, 1730422810.5, 2, 1730419200.0, 23.6, 22.6, 25.1),
  (235, 1755576010.5, 2, 1755572400.0, 19.8, 18.8, 21.3),
  (274, 1692334810.5, 3, 1692331200.0, 15.4, 14.4, 16.9),
  (313, 1723230010.5, 3, 1723226400.0, 11.3, 10.3, 12.8),
  (352, 1753308010.5, 3, 1753304400.0, 10.9, 9.9, 12.4),
  (391, 1694919610.5, 4, 1694916000.0, 402.8, 401.8, 404.3),
  (430, 1719147610.5, 4, 1719144000.0, 400.1, 399.1, 401.6);
