-- The tables of MiniDLNA's media, as the program made them, with a few made-up rows.
CREATE TABLE OBJECTS (ID INTEGER PRIMARY KEY AUTOINCREMENT, OBJECT_ID TEXT UNIQUE NOT NULL, PARENT_ID TEXT NOT NULL, REF_ID TEXT DEFAULT NULL, CLASS TEXT NOT NULL, DETAIL_ID INTEGER DEFAULT NULL, NAME TEXT DEFAULT NULL);
CREATE TABLE DETAILS (ID INTEGER PRIMARY KEY AUTOINCREMENT, PATH TEXT DEFAULT NULL, SIZE INTEGER, TIMESTAMP INTEGER, TITLE TEXT COLLATE NOCASE, DURATION TEXT, BITRATE INTEGER, SAMPLERATE INTEGER, CREATOR TEXT COLLATE NOCASE, ARTIST TEXT COLLATE NOCASE, ALBUM TEXT COLLATE NOCASE, GENRE TEXT COLLATE NOCASE, COMMENT TEXT, CHANNELS INTEGER, DISC INTEGER, TRACK INTEGER, DATE DATE, RESOLUTION TEXT, THUMBNAIL BOOL DEFAULT 0, ALBUM_ART INTEGER DEFAULT 0, ROTATION INTEGER, DLNA_PN TEXT, MIME TEXT);
CREATE TABLE ALBUM_ART (ID INTEGER PRIMARY KEY AUTOINCREMENT, PATH TEXT NOT NULL);
CREATE TABLE CAPTIONS (ID INTEGER PRIMARY KEY, PATH TEXT NOT NULL);
CREATE TABLE SETTINGS (KEY TEXT NOT NULL, VALUE TEXT);
INSERT INTO OBJECTS ("ID", "OBJECT_ID", "PARENT_ID", "REF_ID", "CLASS", "DETAIL_ID", "NAME") VALUES
  (1, '0', '-1', NULL, 'container.storageFolder', 1, 'root'),
  (26, '3$C$0$0', '3$C$0', '64$0$0', 'item.imageItem.photo', 23, 'IMG_1002'),
  (51, '3$B$3', '3$B', '64$0$3', 'item.imageItem.photo', 33, 'IMG_1015'),
  (76, '3$C$6', '3$C', NULL, 'container.album.photoAlbum', 47, '2024-05-29'),
  (101, '3$B$A', '3$B', '64$0$A', 'item.imageItem.photo', 55, 'IMG_1039'),
  (126, '3$16$1$3', '3$16$1', '64$1$3', 'item.imageItem.photo', 68, 'IMG_1026'),
  (151, '3$C$10$0', '3$C$10', '64$2$1', 'item.imageItem.photo', 78, 'IMG_1005'),
  (176, '64$2$5', '64$2', NULL, 'item.imageItem.photo', 90, 'IMG_1023'),
  (201, '3$D2$2$6', '3$D2$2', NULL, 'container.album.photoAlbum', 101, '2025-06-07'),
  (226, '3$B$1B', '3$B', '64$3$2', 'item.imageItem.photo', 109, 'IMG_1008'),
  (251, '3$C$1E$0', '3$C$1E', '64$3$6', 'item.imageItem.photo', 121, 'IMG_1013'),
  (276, '64$3$A', '64$3', NULL, 'item.imageItem.photo', 133, 'IMG_1029');
INSERT INTO DETAILS ("ID", "PATH", "SIZE", "TIMESTAMP", "TITLE", "CREATOR", "DATE", "RESOLUTION", "DLNA_PN", "MIME") VALUES
  (1, NULL, NULL, NULL, 'root', NULL, NULL, NULL, NULL, NULL),
  (13, NULL, NULL, NULL, 'All Pictures', NULL, NULL, NULL, NULL, NULL),
  (23, '/home/alma/photos/2022 Turin/IMG_1002.jpg', 863, 1795987327, 'IMG_1002', 'Fuji X100', '2023-05-02T09:47:23', '64x48', 'JPEG_SM', 'image/jpeg'),
  (25, NULL, NULL, NULL, 'Fuji X100', NULL, NULL, NULL, NULL, NULL),
  (33, '/home/alma/photos/2022 Turin/IMG_1015.jpg', 856, 1795987327, 'IMG_1015', 'Canon R6', '2025-10-18T19:08:56', '64x48', 'JPEG_SM', 'image/jpeg'),
  (37, NULL, NULL, NULL, '2025-04-08', NULL, NULL, NULL, NULL, NULL),
  (47, NULL, NULL, NULL, '2024-05-29', NULL, NULL, NULL, NULL, NULL),
  (49, '/home/alma/photos/2022 Turin/IMG_1036.jpg', 856, 1795987327, 'IMG_1036', 'Canon R6', '2025-01-26T07:19:55', '64x48', 'JPEG_SM', 'image/jpeg'),
  (55, '/home/alma/photos/2022 Turin/IMG_1039.jpg', 857, 1795987327, 'IMG_1039', 'Canon R6', '2022-08-11T13:03:03', '64x48', 'JPEG_SM', 'image/jpeg'),
  (61, NULL, NULL, NULL, '2024-03-24', NULL, NULL, NULL, NULL, NULL),
  (68, '/home/alma/photos/2023 Ghent/IMG_1026.jpg', 857, 1795987327, 'IMG_1026', 'Canon R6', '2025-08-01T10:25:09', '64x48', 'JPEG_SM', 'image/jpeg'),
  (73, NULL, NULL, NULL, '2025-07-21', NULL, NULL, NULL, NULL, NULL),
  (78, '/home/alma/photos/2024 Garden/IMG_1005.jpg', 863, 1795987327, 'IMG_1005', 'Fuji X100', '2024-06-05T19:59:26', '64x48', 'JPEG_SM', 'image/jpeg'),
  (85, NULL, NULL, NULL, '2024-11-04', NULL, NULL, NULL, NULL, NULL),
  (90, '/home/alma/photos/2024 Garden/IMG_1023.jpg', 857, 1795987327, 'IMG_1023', 'Canon R6', '2022-04-19T10:23:16', '64x48', 'JPEG_SM', 'image/jpeg'),
  (97, NULL, NULL, NULL, '2024-09-25', NULL, NULL, NULL, NULL, NULL),
  (101, NULL, NULL, NULL, '2025-06-07', NULL, NULL, NULL, NULL, NULL),
  (109, '/home/alma/photos/Family/IMG_1008.jpg', 863, 1795987327, 'IMG_1008', 'Fuji X100', '2022-02-09T19:05:05', '64x48', 'JPEG_SM', 'image/jpeg'),
  (121, '/home/alma/photos/Family/IMG_1013.jpg', 863, 1795987327, 'IMG_1013', 'Fuji X100', '2025-02-22T16:10:47', '64x48', 'JPEG_SM', 'image/jpeg'),
  (133, '/home/alma/photos/Family/IMG_1029.jpg', 863, 1795987327, 'IMG_1029', 'Fuji X100', '2025-06-26T13:39:18', '64x48', 'JPEG_SM', 'image/jpeg');
INSERT INTO SETTINGS ("KEY", "VALUE") VALUES
  ('UPDATE_ID', '0'),
  ('media_dir', '/home/alma/photos');
