-- The tables of a case of The Sleuth Kit or Autopsy, as the program made them, with a few made-up rows.
CREATE TABLE tsk_db_info (schema_ver INTEGER, tsk_ver INTEGER, schema_minor_ver INTEGER);
CREATE TABLE tsk_db_info_extended (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE tsk_objects (obj_id INTEGER PRIMARY KEY, par_obj_id INTEGER, type INTEGER NOT NULL, UNIQUE (obj_id), FOREIGN KEY (par_obj_id) references tsk_objects(obj_id) ON DELETE CASCADE);
CREATE TABLE tsk_pool_info (obj_id INTEGER PRIMARY KEY, pool_type INTEGER NOT NULL, FOREIGN KEY(obj_id) REFERENCES tsk_objects(obj_id) ON DELETE CASCADE);
CREATE TABLE tsk_files (obj_id INTEGER PRIMARY KEY, fs_obj_id INTEGER, data_source_obj_id INTEGER NOT NULL, attr_type INTEGER, attr_id INTEGER, name TEXT NOT NULL, meta_addr INTEGER, meta_seq INTEGER, type INTEGER, has_layout INTEGER, has_path INTEGER, dir_type INTEGER, meta_type INTEGER, dir_flags INTEGER, meta_flags INTEGER, size INTEGER, ctime INTEGER, crtime INTEGER, atime INTEGER, mtime INTEGER, mode INTEGER, uid INTEGER, gid INTEGER, md5 TEXT, known INTEGER, parent_path TEXT, mime_type TEXT, extension TEXT , FOREIGN KEY(obj_id) REFERENCES tsk_objects(obj_id) ON DELETE CASCADE, FOREIGN KEY(fs_obj_id) REFERENCES tsk_fs_info(obj_id) ON DELETE CASCADE, FOREIGN KEY(data_source_obj_id) REFERENCES data_source_info(obj_id) ON DELETE CASCADE);
CREATE TABLE file_encoding_types (encoding_type INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE review_statuses (review_status_id INTEGER PRIMARY KEY, review_status_name TEXT NOT NULL, display_name TEXT NOT NULL);
CREATE TABLE ingest_module_types (type_id INTEGER PRIMARY KEY, type_name TEXT NOT NULL);
CREATE TABLE ingest_job_status_types (type_id INTEGER PRIMARY KEY, type_name TEXT NOT NULL);
CREATE TABLE ingest_modules (ingest_module_id INTEGER PRIMARY KEY, display_name TEXT NOT NULL, unique_name TEXT UNIQUE NOT NULL, type_id INTEGER NOT NULL, version TEXT NOT NULL, FOREIGN KEY(type_id) REFERENCES ingest_module_types(type_id) ON DELETE CASCADE);
CREATE TABLE ingest_jobs (ingest_job_id INTEGER PRIMARY KEY, obj_id INTEGER NOT NULL, host_name TEXT NOT NULL, start_date_time INTEGER NOT NULL, end_date_time INTEGER NOT NULL, status_id INTEGER NOT NULL, settings_dir TEXT, FOREIGN KEY(obj_id) REFERENCES tsk_objects(obj_id) ON DELETE CASCADE, FOREIGN KEY(status_id) REFERENCES ingest_job_status_types(type_id) ON DELETE CASCADE);
CREATE TABLE ingest_job_modules (ingest_job_id INTEGER, ingest_module_id INTEGER, pipeline_position INTEGER, PRIMARY KEY(ingest_job_id, ingest_module_id), FOREIGN KEY(ingest_job_id) REFERENCES ingest_jobs(ingest_job_id) ON DELETE CASCADE, FOREIGN KEY(ingest_module_id) REFERENCES ingest_modules(ingest_module_id) ON DELETE CASCADE);
CREATE TABLE tsk_event_types ( event_type_id INTEGER PRIMARY KEY, display_name TEXT UNIQUE NOT NULL,   super_type_id INTEGER REFERENCES tsk_event_types(event_type_id) );
CREATE TABLE tsk_event_descriptions (  event_description_id INTEGER PRIMARY KEY,  full_description TEXT NOT NULL,  med_description TEXT,  short_description TEXT, data_source_obj_id INTEGER NOT NULL REFERENCES data_source_info(obj_id) ON DELETE CASCADE,  content_obj_id INTEGER NOT NULL REFERENCES tsk_objects(obj_id) ON DELETE CASCADE,  artifact_id INTEGER REFERENCES blackboard_artifacts(artifact_id) ON DELETE CASCADE,  hash_hit INTEGER NOT NULL,  tagged INTEGER NOT NULL,  UNIQUE (full_description, content_obj_id, artifact_id));
CREATE TABLE tsk_events ( event_id INTEGER PRIMARY KEY,  event_type_id BIGINT NOT NULL REFERENCES tsk_event_types(event_type_id) , event_description_id BIGINT NOT NULL REFERENCES tsk_event_descriptions(event_description_id) ON DELETE CASCADE , time BIGINT NOT NULL ,  UNIQUE (event_type_id, event_description_id, time));
CREATE TABLE tsk_examiners (examiner_id INTEGER PRIMARY KEY, login_name TEXT NOT NULL, display_name TEXT, UNIQUE(login_name));
INSERT INTO tsk_db_info ("schema_ver", "tsk_ver", "schema_minor_ver") VALUES
  (8, 68223487, 4);
INSERT INTO tsk_db_info_extended ("name", "value") VALUES
  ('TSK_VERSION', '68223487'),
  ('SCHEMA_MAJOR_VERSION', '8'),
  ('SCHEMA_MINOR_VERSION', '4');
INSERT INTO tsk_objects ("obj_id", "par_obj_id", "type") VALUES
  (1, NULL, 0),
  (2, 1, 3),
  (3, 2, 4),
  (9, 3, 4),
  (18, 9, 4),
  (20, 9, 4),
  (22, 9, 4),
  (35, 9, 4),
  (37, 9, 4),
  (38, 9, 4),
  (44, 3, 4),
  (52, 44, 4),
  (54, 44, 4),
  (55, 44, 4),
  (69, 44, 4),
  (71, 44, 4),
  (77, 3, 4),
  (86, 77, 4),
  (88, 77, 4),
  (103, 77, 4),
  (104, 77, 4),
  (105, 77, 4),
  (120, 77, 4),
  (122, 77, 4),
  (126, 3, 4),
  (137, 126, 4),
  (139, 126, 4),
  (145, 126, 4),
  (154, 145, 4),
  (156, 145, 4),
  (170, 145, 4),
  (171, 145, 4),
  (173, 145, 4),
  (186, 145, 4),
  (188, 145, 4),
  (190, 145, 4);
INSERT INTO tsk_files ("obj_id", "fs_obj_id", "data_source_obj_id", "attr_type", "name", "meta_addr", "type", "dir_type", "meta_type", "dir_flags", "meta_flags", "size", "ctime", "crtime", "atime", "mtime", "mode", "parent_path", "extension") VALUES
  (3, 2, 1, 1, '', 2, 0, 3, 2, 1, 5, 1024, 1795986450, 1795986450, 1795986450, 1795986450, 493, '/', ''),
  (20, 2, 1, 1, 'plan29.pdf', 17, 0, 5, 1, 1, 5, 3570, 1795986450, 1795986450, 1732521215, 1732414778, 420, '/Documents/', 'pdf'),
  (37, 2, 1, 1, 'scan9.pdf-slack', 25, 7, 5, 1, 1, 5, 850, 1795986449, 1795986450, 1724020256, 1723399490, 420, '/Documents/', 'pdf-slack'),
  (54, 2, 1, 1, 'list44.mp3-slack', 33, 7, 5, 1, 1, 5, 274, 1795986450, 1795986450, 1736198688, 1736178995, 420, '/Music/', 'mp3-slack'),
  (71, 2, 1, 1, 'scan61.mp3', 42, 0, 5, 1, 1, 5, 6968, 1795986450, 1795986450, 1676397478, 1674552450, 420, '/Music/', 'mp3'),
  (88, 2, 1, 1, 'list19.jpg', 50, 0, 5, 1, 1, 5, 3651, 1795986450, 1795986450, 1720052393, 1719500474, 420, '/Pictures/', 'jpg'),
  (105, 2, 1, 1, 'plan33.jpg-slack', 58, 7, 5, 1, 1, 5, 239, 1795986450, 1795986450, 1653686513, 1652986109, 420, '/Pictures/', 'jpg-slack'),
  (122, 2, 1, 1, 'trip4.jpg', 67, 0, 5, 1, 1, 5, 5882, 1795986449, 1795986450, 1755848621, 1755313726, 420, '/Pictures/', 'jpg'),
  (139, 2, 1, 1, 'list49.xlsx', 75, 0, 5, 1, 1, 5, 4814, 1795986450, 1795986450, 1707946768, 1706485213, 420, '/Work/', 'xlsx'),
  (156, 2, 1, 1, 'list34.doc', 83, 0, 5, 1, 1, 5, 1489, 1795986450, 1795986450, 1742059511, 1740101183, 420, '/Work/old/', 'doc'),
  (173, 2, 1, 1, 'plan27.doc-slack', 91, 7, 5, 1, 1, 5, 532, 1795986450, 1795986450, 1702304158, 1702142646, 420, '/Work/old/', 'doc-slack'),
  (190, 2, 1, 1, 'trip5.doc', 100, 0, 5, 1, 1, 5, 6975, 1795986449, 1795986450, 1721911845, 1721773008, 420, '/Work/old/', 'doc');
INSERT INTO tsk_event_types ("event_type_id", "display_name", "super_type_id") VALUES
  (0, 'Event Types', NULL),
  (1, 'File System', 0),
  (2, 'Web Activity', 0),
  (3, 'Misc Types', 0),
  (4, 'Modified', 1),
  (5, 'Accessed', 1),
  (6, 'Created', 1),
  (7, 'Changed', 1);
INSERT INTO tsk_event_descriptions ("event_description_id", "full_description", "data_source_obj_id", "content_obj_id", "hash_hit", "tagged") VALUES
  (1, '/', 1, 3, 0, 0),
  (9, '/Documents/plan79.txt', 1, 22, 0, 0),
  (17, '/Documents/trip32.pdf', 1, 38, 0, 0),
  (25, '/Music/list81.mp3', 1, 55, 0, 0),
  (33, '/Music/scan61.mp3', 1, 71, 0, 0),
  (41, '/Pictures/list19.jpg', 1, 88, 0, 0),
  (49, '/Pictures/plan33.jpg', 1, 104, 0, 0),
  (57, '/Pictures/scan86.jpg', 1, 120, 0, 0),
  (65, '/Work/list22.xlsx', 1, 137, 0, 0),
  (73, '/Work/old/list13.doc', 1, 154, 0, 0),
  (81, '/Work/old/list72.doc', 1, 170, 0, 0),
  (89, '/Work/old/scan65.doc', 1, 186, 0, 0);
INSERT INTO tsk_events ("event_id", "event_type_id", "event_description_id", "time") VALUES
  (1, 4, 1, 1795986450),
  (33, 4, 9, 1657946109),
  (65, 4, 17, 1669580124),
  (97, 4, 25, 1738966216),
  (129, 4, 33, 1674552450),
  (161, 4, 41, 1719500474),
  (193, 4, 49, 1652986109),
  (225, 4, 57, 1641037829),
  (257, 4, 65, 1645068041),
  (289, 4, 73, 1679478131),
  (321, 4, 81, 1754213065),
  (353, 4, 89, 1713158113);
