-- The tables of a GeoPackage, as the program made them, with a few made-up rows.
PRAGMA application_id = 1196444487;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL,srs_id INTEGER NOT NULL PRIMARY KEY,organization TEXT NOT NULL,organization_coordsys_id INTEGER NOT NULL,definition  TEXT NOT NULL,description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY,data_type TEXT NOT NULL,identifier TEXT UNIQUE,description TEXT DEFAULT '',last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),min_x DOUBLE, min_y DOUBLE,max_x DOUBLE, max_y DOUBLE,srs_id INTEGER,CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_ogr_contents(table_name TEXT NOT NULL PRIMARY KEY,feature_count INTEGER DEFAULT NULL);
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL,column_name TEXT NOT NULL,geometry_type_name TEXT NOT NULL,srs_id INTEGER NOT NULL,z TINYINT NOT NULL,m TINYINT NOT NULL,CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),CONSTRAINT uk_gc_table_name UNIQUE (table_name),CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE gpkg_tile_matrix_set (table_name TEXT NOT NULL PRIMARY KEY,srs_id INTEGER NOT NULL,min_x DOUBLE NOT NULL,min_y DOUBLE NOT NULL,max_x DOUBLE NOT NULL,max_y DOUBLE NOT NULL,CONSTRAINT fk_gtms_table_name FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),CONSTRAINT fk_gtms_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE gpkg_tile_matrix (table_name TEXT NOT NULL,zoom_level INTEGER NOT NULL,matrix_width INTEGER NOT NULL,matrix_height INTEGER NOT NULL,tile_width INTEGER NOT NULL,tile_height INTEGER NOT NULL,pixel_x_size DOUBLE NOT NULL,pixel_y_size DOUBLE NOT NULL,CONSTRAINT pk_ttm PRIMARY KEY (table_name, zoom_level),CONSTRAINT fk_tmm_table_name FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name));
CREATE TABLE "huts" ( "fid" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "geom" POINT, "name" TEXT(60), "elevation" INTEGER, "beds" INTEGER, "open_all_year" BOOLEAN);
CREATE TABLE gpkg_extensions (table_name TEXT,column_name TEXT,extension_name TEXT NOT NULL,definition TEXT NOT NULL,scope TEXT NOT NULL,CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE VIRTUAL TABLE "rtree_huts_geom" USING rtree(id, minx, maxx, miny, maxy);
CREATE TABLE "trails" ( "fid" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "geom" LINESTRING, "name" TEXT(60), "difficulty" TEXT(10), "length_m" REAL, "opened" DATE);
CREATE VIRTUAL TABLE "rtree_trails_geom" USING rtree(id, minx, maxx, miny, maxy);
CREATE TABLE "hikes" ( "fid" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "geom" POINT, "hiker" TEXT(60), "trail_fid" INTEGER, "started" DATETIME, "minutes" INTEGER);
CREATE VIRTUAL TABLE "rtree_hikes_geom" USING rtree(id, minx, maxx, miny, maxy);
INSERT INTO gpkg_spatial_ref_sys ("srs_name", "srs_id", "organization", "organization_coordsys_id", "definition", "description") VALUES
  ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined Cartesian coordinate reference system'),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system'),
  ('WGS 84 geodetic', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORI', 'longitude/latitude coordinates in decimal degrees on the WGS 84 spheroid');
INSERT INTO gpkg_contents ("table_name", "data_type", "identifier", "last_change", "min_x", "min_y", "max_x", "max_y", "srs_id") VALUES
  ('huts', 'features', 'huts', '2026-11-29T21:04:17.463Z', 11.07001599284009, 47.30627098700039, 11.88161053323738, 47.9933255691353, 4326),
  ('trails', 'features', 'trails', '2026-11-29T21:04:17.553Z', 11.00455311166661, 47.02224002355005, 12.0458561142564, 48.0174150449173, 4326),
  ('hikes', 'features', 'hikes', '2026-11-29T21:04:18.193Z', 11.00687268623148, 47.00478887183537, 11.99683186125029, 47.99900416605998, 4326);
INSERT INTO gpkg_ogr_contents ("table_name", "feature_count") VALUES
  ('huts', 6),
  ('trails', 40),
  ('hikes', 150);
INSERT INTO gpkg_geometry_columns ("table_name", "column_name", "geometry_type_name", "srs_id", "z", "m") VALUES
  ('huts', 'geom', 'POINT', 4326, 0, 0),
  ('trails', 'geom', 'LINESTRING', 4326, 0, 0),
  ('hikes', 'geom', 'POINT', 4326, 0, 0);
INSERT INTO huts ("fid", "name", "elevation", "beds", "open_all_year") VALUES
  (1, 'Gamshütte', 2166, 65, 0),
  (2, 'Rotwand', 2417, 73, 0),
  (3, 'Lärchenalm', 1963, 13, 0),
  (4, 'Seeblick', 1854, 66, 0),
  (5, 'Hochfeld', 1348, 87, 0),
  (6, 'Steinkar', 1826, 84, 1);
INSERT INTO gpkg_extensions ("table_name", "column_name", "extension_name", "definition", "scope") VALUES
  ('huts', 'geom', 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only'),
  ('trails', 'geom', 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only'),
  ('hikes', 'geom', 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only');
INSERT INTO trails ("fid", "name", "difficulty", "length_m", "opened") VALUES
  (1, 'Trail 1', 'black', 3651.3, '1986-01-10'),
  (5, 'Trail 5', 'blue', 4645.0, '2013-05-24'),
  (9, 'Trail 9', 'black', 13050.1, '2008-09-05'),
  (13, 'Trail 13', 'black', 19584.8, '1988-11-25'),
  (17, 'Trail 17', 'red', 15244.6, '2009-04-20'),
  (21, 'Trail 21', 'blue', 5562.4, '2022-11-17'),
  (25, 'Trail 25', 'black', 6855.8, '1998-09-16'),
  (29, 'Trail 29', 'red', 14816.1, '2016-07-03'),
  (33, 'Trail 33', 'red', 8678.0, '2021-05-02'),
  (37, 'Trail 37', 'red', 8305.9, '1992-01-13');
INSERT INTO hikes ("fid", "hiker", "trail_fid", "started", "minutes") VALUES
  (1, 'Hanna Virtanen', 12, '2023-01-04T05:18:29.000', 396),
  (16, 'Jana Dvorak', 25, '2022-05-22T05:27:06.000', 121),
  (31, 'Farah Haddad', 11, '2022-09-09T10:13:08.000', 198),
  (46, 'Hanna Virtanen', 3, '2025-08-27T06:25:11.000', 253),
  (61, 'Dara Okafor', 21, '2024-04-11T09:07:07.000', 43),
  (76, 'Alma Reyes', 4, '2024-09-05T09:12:20.000', 116),
  (91, 'Chiara Conti', 10, '2022-05-23T05:20:31.000', 390),
  (106, 'Jana Dvorak', 36, '2022-02-26T10:20:18.000', 495),
  (121, 'Emil Larsen', 25, '2022-05-27T10:09:18.000', 237),
  (136, 'Chiara Conti', 18, '2023-06-10T10:47:35.000', 485);
