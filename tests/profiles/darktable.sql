-- The tables of a darktable library, as the program made them, with a few made-up rows.
CREATE TABLE db_info (key VARCHAR PRIMARY KEY, value VARCHAR);
CREATE TABLE film_rolls (id INTEGER PRIMARY KEY, access_timestamp INTEGER, folder VARCHAR(1024) NOT NULL);
CREATE TABLE images (id INTEGER PRIMARY KEY AUTOINCREMENT, group_id INTEGER, film_id INTEGER, width INTEGER, height INTEGER, filename VARCHAR, maker VARCHAR, model VARCHAR, lens VARCHAR, exposure REAL, aperture REAL, iso REAL, focal_length REAL, focus_distance REAL, datetime_taken INTEGER, flags INTEGER, output_width INTEGER, output_height INTEGER, crop REAL, raw_parameters INTEGER, raw_denoise_threshold REAL, raw_auto_bright_threshold REAL, raw_black INTEGER, raw_maximum INTEGER, license VARCHAR, sha1sum CHAR(40), orientation INTEGER, histogram BLOB, lightmap BLOB, longitude REAL, latitude REAL, altitude REAL, color_matrix BLOB, colorspace INTEGER, version INTEGER, max_version INTEGER, write_timestamp INTEGER, history_end INTEGER, position INTEGER, aspect_ratio REAL, exposure_bias REAL, import_timestamp INTEGER DEFAULT -1, change_timestamp INTEGER DEFAULT -1, export_timestamp INTEGER DEFAULT -1, print_timestamp INTEGER DEFAULT -1, FOREIGN KEY(film_id) REFERENCES film_rolls(id) ON DELETE CASCADE ON UPDATE CASCADE, FOREIGN KEY(group_id) REFERENCES images(id) ON DELETE RESTRICT ON UPDATE CASCADE);
CREATE TABLE selected_images (imgid INTEGER PRIMARY KEY);
CREATE TABLE history (imgid INTEGER, num INTEGER, module INTEGER, operation VARCHAR(256), op_params BLOB, enabled INTEGER, blendop_params BLOB, blendop_version INTEGER, multi_priority INTEGER, multi_name VARCHAR(256), FOREIGN KEY(imgid) REFERENCES images(id) ON UPDATE CASCADE ON DELETE CASCADE);
CREATE TABLE masks_history (imgid INTEGER, num INTEGER, formid INTEGER, form INTEGER, name VARCHAR(256), version INTEGER, points BLOB, points_count INTEGER, source BLOB, FOREIGN KEY(imgid) REFERENCES images(id) ON UPDATE CASCADE ON DELETE CASCADE);
CREATE TABLE tagged_images (imgid INTEGER, tagid INTEGER, position INTEGER, PRIMARY KEY (imgid, tagid),FOREIGN KEY(imgid) REFERENCES images(id) ON UPDATE CASCADE ON DELETE CASCADE);
CREATE TABLE color_labels (imgid INTEGER, color INTEGER);
CREATE TABLE meta_data (id INTEGER, key INTEGER, value VARCHAR);
CREATE TABLE module_order (imgid INTEGER PRIMARY KEY, version INTEGER, iop_list VARCHAR);
CREATE TABLE history_hash (imgid INTEGER PRIMARY KEY, basic_hash BLOB, auto_hash BLOB, current_hash BLOB, mipmap_hash BLOB, FOREIGN KEY(imgid) REFERENCES images(id) ON UPDATE CASCADE ON DELETE CASCADE);
CREATE TABLE legacy_presets (name varchar, description varchar, operation varchar, op_version integer, op_params blob, enabled integer, blendop_params blob, blendop_version integer, multi_priority integer, multi_name varchar, model varchar, maker varchar, lens varchar, iso_min real, iso_max real, exposure_min real, exposure_max real, aperture_min real, aperture_max real, focal_length_min real, focal_length_max real, writeprotect integer, autoapply integer, filter integer, def integer, format integer);
INSERT INTO db_info ("key", "value") VALUES
  ('version', '37');
INSERT INTO film_rolls ("id", "access_timestamp", "folder") VALUES
  (1, 1795987331, '/home/alma/photos/2022 Turin'),
  (2, 1795987353, '/home/alma/photos/2023 Ghent'),
  (3, 1795987362, '/home/alma/photos/2024 Garden'),
  (4, 1795987379, '/home/alma/photos/Family');
INSERT INTO images ("id", "group_id", "film_id", "width", "height", "filename", "maker", "model", "iso", "datetime_taken", "flags", "history_end", "position", "aspect_ratio", "import_timestamp", "change_timestamp", "export_timestamp", "print_timestamp") VALUES
  (1, 1, 1, 64, 48, 'IMG_1002.jpg', 'Fuji', 'X100', 400.0, 63818617643000000, 1569, 4, 4294967296, 1.3, 63931584131279006, -1, -1, -1),
  (4, 4, 1, 64, 48, 'IMG_1015.jpg', 'Canon', 'R6', 1600.0, 63896411336000000, 1569, 4, 17179869184, 1.3, 63931584137747910, -1, -1, -1),
  (7, 7, 1, 64, 48, 'IMG_1028.jpg', 'Nikon', 'D750', 100.0, 63778012390000000, 1569, 4, 30064771072, 1.3, 63931584143836175, -1, -1, -1),
  (10, 10, 1, 64, 48, 'IMG_1037.jpg', 'Canon', 'R6', 100.0, 63855177057000000, 1569, 4, 42949672960, 1.3, 63931584149725132, -1, -1, -1),
  (13, 13, 2, 64, 48, 'IMG_1021.jpg', 'Fuji', 'X100', 100.0, 63827607391000000, 1569, 4, 55834574848, 1.3, 63931584155313936, -1, -1, -1),
  (14, 14, 2, 64, 48, 'IMG_1024.jpg', 'Fuji', 'X100', 400.0, 63799361566000000, 1569, 4, 60129542144, 1.3, 63931584157073107, -1, -1, -1),
  (16, 16, 2, 64, 48, 'IMG_1033.jpg', 'Nikon', 'D750', 100.0, 63888702350000000, 1569, 4, 68719476736, 1.3, 63931584160815593, -1, -1, -1),
  (17, 17, 3, 64, 48, 'IMG_1000.jpg', 'Nikon', 'D750', 1600.0, 63828393830000000, 1569, 4, 73014444032, 1.3, 63931584162681136, -1, -1, -1),
  (19, 19, 3, 64, 48, 'IMG_1011.jpg', 'Nikon', 'D750', 100.0, 63805922993000000, 1569, 4, 81604378624, 1.3, 63931584166397804, -1, -1, -1),
  (20, 20, 3, 64, 48, 'IMG_1018.jpg', 'Canon', 'R6', 400.0, 63866311138000000, 1569, 4, 85899345920, 1.3, 63931584168200753, -1, -1, -1),
  (22, 22, 3, 64, 48, 'IMG_1023.jpg', 'Canon', 'R6', 400.0, 63785960596000000, 1569, 4, 94489280512, 1.3, 63931584171929155, -1, -1, -1),
  (23, 23, 3, 64, 48, 'IMG_1025.jpg', 'Nikon', 'D750', 400.0, 63877749964000000, 1569, 4, 98784247808, 1.3, 63931584173628962, -1, -1, -1),
  (25, 25, 3, 64, 48, 'IMG_1030.jpg', 'Nikon', 'D750', 100.0, 63884927377000000, 1569, 4, 107374182400, 1.3, 63931584177432696, -1, -1, -1),
  (27, 27, 4, 64, 48, 'IMG_1004.jpg', 'Nikon', 'D750', 100.0, 63853609514000000, 1569, 4, 115964116992, 1.3, 63931584181022740, -1, -1, -1),
  (28, 28, 4, 64, 48, 'IMG_1008.jpg', 'Fuji', 'X100', 1600.0, 63780030305000000, 1569, 4, 120259084288, 1.3, 63931584182897647, -1, -1, -1),
  (30, 30, 4, 64, 48, 'IMG_1010.jpg', 'Canon', 'R6', 200.0, 63825300453000000, 1569, 4, 128849018880, 1.3, 63931584186614016, -1, -1, -1),
  (31, 31, 4, 64, 48, 'IMG_1012.jpg', 'Nikon', 'D750', 200.0, 63847939911000000, 1569, 4, 133143986176, 1.3, 63931584188635582, -1, -1, -1),
  (33, 33, 4, 64, 48, 'IMG_1014.jpg', 'Nikon', 'D750', 1600.0, 63822457060000000, 1569, 4, 141733920768, 1.3, 63931584192590213, -1, -1, -1),
  (34, 34, 4, 64, 48, 'IMG_1017.jpg', 'Fuji', 'X100', 100.0, 63783810808000000, 1569, 4, 146028888064, 1.3, 63931584194864421, -1, -1, -1),
  (36, 36, 4, 64, 48, 'IMG_1029.jpg', 'Fuji', 'X100', 200.0, 63886541958000000, 1569, 4, 154618822656, 1.3, 63931584198347818, -1, -1, -1);
INSERT INTO history ("imgid", "num", "module", "operation", "enabled", "blendop_version") VALUES
  (1, 0, 7, 'colorin', 1, 11),
  (4, 1, 5, 'colorout', 1, 11),
  (7, 2, 1, 'gamma', 1, 11),
  (10, 3, 2, 'flip', 1, 11),
  (14, 0, 7, 'colorin', 1, 11),
  (17, 1, 5, 'colorout', 1, 11),
  (20, 2, 1, 'gamma', 1, 11),
  (23, 3, 2, 'flip', 1, 11),
  (27, 0, 7, 'colorin', 1, 11),
  (30, 1, 5, 'colorout', 1, 11),
  (33, 2, 1, 'gamma', 1, 11),
  (36, 3, 2, 'flip', 1, 11);
INSERT INTO tagged_images ("imgid", "tagid", "position") VALUES
  (1, 1, 4294967296),
  (4, 1, 17179869184),
  (7, 1, 30064771072),
  (10, 1, 42949672960),
  (13, 1, 55834574848),
  (16, 1, 68719476736),
  (19, 1, 81604378624),
  (22, 1, 94489280512),
  (25, 1, 107374182400),
  (28, 1, 120259084288),
  (31, 1, 133143986176),
  (34, 1, 146028888064);
INSERT INTO module_order ("imgid", "version") VALUES
  (1, 2),
  (14, 2),
  (27, 2);
INSERT INTO history_hash ("imgid") VALUES
  (1),
  (14),
  (27);
INSERT INTO legacy_presets ("name", "operation", "op_version", "enabled", "blendop_version", "multi_name", "model", "maker", "lens", "iso_max", "exposure_max", "aperture_max", "focal_length_max", "writeprotect", "autoapply", "format") VALUES
  ('red filter', 'monochrome', 2, 1, 3, ' ', '%', '%', '%', 51200.0, 10000000.0, 100000000.0, 1000.0, 1, 0, 0),
  ('red ND2 (soft)', 'graduatednd', 1, 1, 3, ' ', '%', '%', '%', 51200.0, 10000000.0, 100000000.0, 1000.0, 1, 0, 0),
  ('ricoh like', 'basecurve', 2, 1, 3, ' ', '%%', '%RICOH%', '%%', 51200.0, 10000000.0, 100000000.0, 1000.0, 1, 1, 2);
