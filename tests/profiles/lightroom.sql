-- The tables of a Lightroom catalogue, as far as the profile names them, with a few made-up rows.
CREATE TABLE Adobe_images (id_local INTEGER PRIMARY KEY, id_global UNIQUE NOT NULL, captureTime, colorLabels NOT NULL DEFAULT '', fileFormat NOT NULL DEFAULT 'unset',
  pick NOT NULL DEFAULT 0, rating, rootFile INTEGER NOT NULL DEFAULT 0);
CREATE TABLE AgHarvestedExifMetadata (id_local INTEGER PRIMARY KEY, image INTEGER, aperture, cameraModelRef INTEGER, dateDay, dateMonth, dateYear, focalLength,
  isoSpeedRating, lensRef INTEGER);
CREATE TABLE AgInternedExifCameraModel (id_local INTEGER PRIMARY KEY, searchIndex, value);
CREATE TABLE AgInternedExifLens (id_local INTEGER PRIMARY KEY, searchIndex, value);
CREATE TABLE Adobe_variables (id_local INTEGER PRIMARY KEY, id_global UNIQUE NOT NULL, name, value);
CREATE TABLE Adobe_variablesTable (id_local INTEGER PRIMARY KEY, id_global UNIQUE NOT NULL, name, type, value NOT NULL DEFAULT '');
CREATE TABLE AgFolderContent (id_local INTEGER PRIMARY KEY, id_global UNIQUE NOT NULL, containingFolder INTEGER NOT NULL DEFAULT 0, content, name);
CREATE TABLE AgHarvestedMetadataWorklist (id_local INTEGER PRIMARY KEY, taskID UNIQUE NOT NULL DEFAULT '', taskStatus NOT NULL DEFAULT 'pending');
CREATE TABLE AgHarvestedDNGMetadata (id_local INTEGER PRIMARY KEY, image INTEGER, isDNG INTEGER);
INSERT INTO Adobe_images VALUES (41, 'a', '2022-05-01T10:11:12', '', 'RAW', 0, 4, 7), (42, 'b', '2023-06-02T11:12:13', 'Red', 'JPG', 1, 5, 8), (43, 'c', '2023-07-03T12:13:14', '', 'RAW', 0, NULL, 9);
INSERT INTO AgInternedExifCameraModel VALUES (101, 'x100', 'X100'), (102, 'r6', 'R6');
INSERT INTO AgInternedExifLens VALUES (201, '23mm', '23 mm'), (202, '50mm', '50 mm');
INSERT INTO AgHarvestedExifMetadata VALUES (1, 41, 4.0, 101, 1, 5, 2022, 23.0, 200, 201), (2, 42, 2.8, 102, 2, 6, 2023, 50.0, 800, 202), (3, 43, 5.6, 102, 3, 7, 2023, 50.0, 100, 202);
