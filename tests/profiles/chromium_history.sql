-- The tables of Chromium's or Chrome's history, as the program made them, with a few made-up rows.
CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR);
CREATE TABLE urls(id INTEGER PRIMARY KEY AUTOINCREMENT,url LONGVARCHAR,title LONGVARCHAR,visit_count INTEGER DEFAULT 0 NOT NULL,typed_count INTEGER DEFAULT 0 NOT NULL,last_visit_time INTEGER NOT NULL,hidden INTEGER DEFAULT 0 NOT NULL);
CREATE TABLE visits(id INTEGER PRIMARY KEY AUTOINCREMENT,url INTEGER NOT NULL,visit_time INTEGER NOT NULL,from_visit INTEGER,external_referrer_url TEXT,transition INTEGER DEFAULT 0 NOT NULL,segment_id INTEGER,visit_duration INTEGER DEFAULT 0 NOT NULL,incremented_omnibox_typed_score BOOLEAN DEFAULT FALSE NOT NULL,opener_visit INTEGER,originator_cache_guid TEXT,originator_visit_id INTEGER,originator_from_visit INTEGER,originator_opener_visit INTEGER,is_known_to_sync BOOLEAN DEFAULT FALSE NOT NULL,consider_for_ntp_most_visited BOOLEAN DEFAULT FALSE NOT NULL,visited_link_id INTEGER DEFAULT 0 NOT NULL,app_id TEXT);
CREATE TABLE visit_source(id INTEGER PRIMARY KEY,source INTEGER NOT NULL);
CREATE TABLE keyword_search_terms (keyword_id INTEGER NOT NULL,url_id INTEGER NOT NULL,term LONGVARCHAR NOT NULL,normalized_term LONGVARCHAR NOT NULL);
CREATE TABLE downloads (id INTEGER PRIMARY KEY,guid VARCHAR NOT NULL,current_path LONGVARCHAR NOT NULL,target_path LONGVARCHAR NOT NULL,start_time INTEGER NOT NULL,received_bytes INTEGER NOT NULL,total_bytes INTEGER NOT NULL,state INTEGER NOT NULL,danger_type INTEGER NOT NULL,interrupt_reason INTEGER NOT NULL,hash BLOB NOT NULL,end_time INTEGER NOT NULL,opened INTEGER NOT NULL,last_access_time INTEGER NOT NULL,transient INTEGER NOT NULL,referrer VARCHAR NOT NULL,site_url VARCHAR NOT NULL,embedder_download_data VARCHAR NOT NULL,tab_url VARCHAR NOT NULL,tab_referrer_url VARCHAR NOT NULL,http_method VARCHAR NOT NULL,by_ext_id VARCHAR NOT NULL,by_ext_name VARCHAR NOT NULL,by_web_app_id VARCHAR NOT NULL,etag VARCHAR NOT NULL,last_modified VARCHAR NOT NULL,mime_type VARCHAR(255) NOT NULL,original_mime_type VARCHAR(255) NOT NULL);
CREATE TABLE downloads_url_chains (id INTEGER NOT NULL,chain_index INTEGER NOT NULL,url LONGVARCHAR NOT NULL, PRIMARY KEY (id, chain_index) );
CREATE TABLE downloads_slices (download_id INTEGER NOT NULL,offset INTEGER NOT NULL,received_bytes INTEGER NOT NULL,finished INTEGER NOT NULL DEFAULT 0,PRIMARY KEY (download_id, offset) );
CREATE TABLE segments (id INTEGER PRIMARY KEY,name VARCHAR,url_id INTEGER NON NULL);
CREATE TABLE segment_usage (id INTEGER PRIMARY KEY,segment_id INTEGER NOT NULL,time_slot INTEGER NOT NULL,visit_count INTEGER DEFAULT 0 NOT NULL);
CREATE TABLE content_annotations(visit_id INTEGER PRIMARY KEY,visibility_score NUMERIC,floc_protected_score NUMERIC,categories VARCHAR,page_topics_model_version INTEGER,annotation_flags INTEGER NOT NULL,entities VARCHAR,related_searches VARCHAR,search_normalized_url VARCHAR,search_terms LONGVARCHAR,alternative_title VARCHAR,page_language VARCHAR,password_state INTEGER DEFAULT 0 NOT NULL,has_url_keyed_image BOOLEAN NOT NULL);
CREATE TABLE context_annotations(visit_id INTEGER PRIMARY KEY,context_annotation_flags INTEGER NOT NULL,duration_since_last_visit INTEGER,page_end_reason INTEGER,total_foreground_duration INTEGER,browser_type INTEGER DEFAULT 0 NOT NULL,window_id INTEGER DEFAULT -1 NOT NULL,tab_id INTEGER DEFAULT -1 NOT NULL,task_id INTEGER DEFAULT -1 NOT NULL,root_task_id INTEGER DEFAULT -1 NOT NULL,parent_task_id INTEGER DEFAULT -1 NOT NULL,response_code INTEGER DEFAULT 0 NOT NULL);
CREATE TABLE cluster_visit_duplicates(visit_id INTEGER NOT NULL,duplicate_visit_id INTEGER NOT NULL,PRIMARY KEY(visit_id,duplicate_visit_id))WITHOUT ROWID;
CREATE TABLE history_sync_metadata (storage_key INTEGER PRIMARY KEY NOT NULL, value BLOB);
CREATE TABLE journey_sync_metadata (storage_key TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL);
INSERT INTO meta ("key", "value") VALUES
  ('mmap_status', '-1'),
  ('version', '70'),
  ('last_compatible_version', '16');
INSERT INTO urls ("id", "url", "title", "visit_count", "typed_count", "last_visit_time") VALUES
  (1, 'http://127.0.0.1:33147/bread', 'Sourdough bread', 1, 1, 13440460588111343),
  (2, 'http://127.0.0.1:33147/maps', 'Old maps', 1, 1, 13440460589901330),
  (3, 'http://127.0.0.1:33147/trains', 'Night trains', 1, 1, 13440460591603834),
  (4, 'http://127.0.0.1:33147/bees', 'Keeping bees', 1, 1, 13440460593400821),
  (5, 'http://127.0.0.1:33147/soup', 'Winter soup', 1, 1, 13440460595238065),
  (6, 'http://127.0.0.1:33147/news', 'Local news', 1, 1, 13440460596935785),
  (7, 'http://127.0.0.1:33147/mail', 'Inbox', 1, 1, 13440460598622982),
  (8, 'http://127.0.0.1:33147/shop', 'Bicycle shop', 1, 1, 13440460600294311),
  (9, 'https://news.example.org/0', 'Old maps 0', 3, 2, 13366047434605717),
  (12, 'https://news.example.org/3', 'Local news 3', 6, 0, 13391424675594355),
  (13, 'https://bakery.example.org/4', 'Bicycle shop 4', 9, 2, 13381067259008144),
  (15, 'https://bakery.example.org/6', 'Inbox 6', 1, 2, 13295911227356404),
  (17, 'https://bakery.example.org/8', 'Bicycle shop 8', 2, 1, 13363811119101011),
  (18, 'https://bakery.example.org/9', 'Sourdough bread 9', 11, 2, 13395613429690350),
  (21, 'https://news.example.org/12', 'Keeping bees 12', 10, 1, 13404155753115656),
  (25, 'https://maps.example.net/16', 'Sourdough bread 16', 11, 1, 13388260809117363),
  (27, 'https://trains.example.com/18', 'Bicycle shop 18', 11, 1, 13390124873213472),
  (29, 'https://news.example.org/20', 'Local news 20', 1, 0, 13365465276432389),
  (30, 'https://bakery.example.org/21', 'Sourdough bread 21', 4, 1, 13393281040793393),
  (33, 'https://bakery.example.org/24', 'Winter soup 24', 1, 0, 13328956306710439),
  (34, 'https://bakery.example.org/25', 'Local news 25', 11, 2, 13407024259794041),
  (37, 'https://bakery.example.org/28', 'Old maps 28', 4, 2, 13392033747457153),
  (40, 'https://trains.example.com/31', 'Old maps 31', 8, 1, 13405770614408890),
  (41, 'https://bakery.example.org/32', 'Night trains 32', 6, 1, 13389095534517972),
  (43, 'https://maps.example.net/34', 'Local news 34', 8, 0, 13387751519089950),
  (45, 'https://maps.example.net/36', 'Local news 36', 3, 0, 13336589829828980);
INSERT INTO visits ("id", "url", "visit_time", "transition", "segment_id", "visit_duration", "incremented_omnibox_typed_score", "consider_for_ntp_most_visited") VALUES
  (1, 1, 13440460588111343, 939524097, 1, 99434, 1, 1),
  (2, 2, 13440460589901330, 939524097, 2, 187563, 1, 1),
  (3, 3, 13440460591603834, 939524097, 3, 121689, 1, 1),
  (4, 4, 13440460593400821, 939524097, 4, 145796, 1, 1),
  (5, 5, 13440460595238065, 939524097, 5, 116376, 1, 1),
  (6, 6, 13440460596935785, 939524097, 6, 109448, 1, 1),
  (7, 7, 13440460598622982, 939524097, 7, 139388, 1, 1),
  (8, 8, 13440460600294311, 939524097, 8, 90095, 1, 1),
  (18, 12, 13391424675594355, 805306368, 0, 354000000, 0, 0),
  (35, 15, 13295911227356404, 805306368, 0, 742000000, 0, 0),
  (52, 18, 13294530678577613, 805306368, 0, 357000000, 0, 0),
  (69, 21, 13296242088181241, 838860805, 0, 360000000, 0, 0),
  (86, 25, 13309629562227753, 805306368, 0, 428000000, 0, 0),
  (103, 27, 13337727877603127, 805306368, 0, 545000000, 0, 0),
  (120, 30, 13364935466513967, 805306368, 0, 687000000, 0, 0),
  (137, 34, 13301324383526435, 838860805, 0, 21000000, 0, 0),
  (154, 37, 13392033747457153, 805306369, 0, 845000000, 0, 0),
  (171, 40, 13332457734283649, 838860805, 0, 832000000, 0, 0),
  (188, 43, 13351448909629368, 838860805, 0, 433000000, 0, 0);
INSERT INTO downloads ("id", "guid", "current_path", "target_path", "start_time", "received_bytes", "total_bytes", "state", "danger_type", "interrupt_reason", "hash", "end_time", "opened", "last_access_time", "transient", "referrer", "site_url", "embedder_download_data", "tab_url", "tab_referrer_url", "http_method", "by_ext_id", "by_ext_name", "by_web_app_id", "etag", "last_modified", "mime_type", "original_mime_type") VALUES
  (1, 'g0', '/home/alma/Downloads/f0.pdf', '/home/alma/Downloads/f0.pdf', 13359571879838418, 1131000, 9000000, 1, 0, 0, x'', 13359571917838418, 0, 0, 0, '', '', '', '', '', 'GET', '', '', '', '', '', 'application/pdf', ''),
  (3, 'g2', '/home/alma/Downloads/f2.pdf', '/home/alma/Downloads/f2.pdf', 13324481226163558, 6431000, 9000000, 1, 0, 0, x'', 13324481263163558, 0, 0, 0, '', '', '', '', '', 'GET', '', '', '', '', '', 'application/zip', ''),
  (5, 'g4', '/home/alma/Downloads/f4.pdf', '/home/alma/Downloads/f4.pdf', 13321095808462251, 1465000, 9000000, 1, 0, 0, x'', 13321095849462251, 0, 0, 0, '', '', '', '', '', 'GET', '', '', '', '', '', 'image/png', ''),
  (7, 'g6', '/home/alma/Downloads/f6.pdf', '/home/alma/Downloads/f6.pdf', 13377989804557978, 1339000, 9000000, 1, 0, 0, x'', 13377989871557978, 0, 0, 0, '', '', '', '', '', 'GET', '', '', '', '', '', 'image/png', ''),
  (9, 'g8', '/home/alma/Downloads/f8.pdf', '/home/alma/Downloads/f8.pdf', 13296258598920430, 7204000, 9000000, 1, 0, 0, x'', 13296258649920430, 0, 0, 0, '', '', '', '', '', 'GET', '', '', '', '', '', 'application/pdf', ''),
  (11, 'g10', '/home/alma/Downloads/f10.pdf', '/home/alma/Downloads/f10.pdf', 13339602450686211, 115000, 9000000, 1, 0, 0, x'', 13339602548686211, 0, 0, 0, '', '', '', '', '', 'GET', '', '', '', '', '', 'image/png', ''),
  (13, 'g12', '/home/alma/Downloads/f12.pdf', '/home/alma/Downloads/f12.pdf', 13370432570095541, 5344000, 9000000, 2, 0, 0, x'', 13370432649095541, 0, 0, 0, '', '', '', '', '', 'GET', '', '', '', '', '', 'application/zip', ''),
  (15, 'g14', '/home/alma/Downloads/f14.pdf', '/home/alma/Downloads/f14.pdf', 13337431216310386, 4910000, 9000000, 1, 0, 0, x'', 13337431392310386, 0, 0, 0, '', '', '', '', '', 'GET', '', '', '', '', '', 'application/zip', ''),
  (17, 'g16', '/home/alma/Downloads/f16.pdf', '/home/alma/Downloads/f16.pdf', 13352413392380503, 1809000, 9000000, 1, 0, 0, x'', 13352413577380503, 0, 0, 0, '', '', '', '', '', 'GET', '', '', '', '', '', 'image/png', ''),
  (19, 'g18', '/home/alma/Downloads/f18.pdf', '/home/alma/Downloads/f18.pdf', 13341418075108401, 6549000, 9000000, 1, 0, 0, x'', 13341418357108401, 0, 0, 0, '', '', '', '', '', 'GET', '', '', '', '', '', 'application/pdf', ''),
  (21, 'g20', '/home/alma/Downloads/f20.pdf', '/home/alma/Downloads/f20.pdf', 13396004991312168, 4152000, 9000000, 1, 0, 0, x'', 13396005239312168, 0, 0, 0, '', '', '', '', '', 'GET', '', '', '', '', '', 'image/png', ''),
  (23, 'g22', '/home/alma/Downloads/f22.pdf', '/home/alma/Downloads/f22.pdf', 13372328477474089, 5669000, 9000000, 2, 0, 0, x'', 13372328563474089, 0, 0, 0, '', '', '', '', '', 'GET', '', '', '', '', '', 'application/zip', '');
INSERT INTO segments ("id", "name", "url_id") VALUES
  (1, 'http://127.0.0.1/bread', 1),
  (3, 'http://127.0.0.1/trains', 3),
  (5, 'http://127.0.0.1/soup', 5);
INSERT INTO segment_usage ("id", "segment_id", "time_slot", "visit_count") VALUES
  (1, 1, 13440384000000000, 1),
  (3, 3, 13440384000000000, 1),
  (5, 5, 13440384000000000, 1);
INSERT INTO content_annotations ("visit_id", "visibility_score", "page_topics_model_version", "annotation_flags", "password_state", "has_url_keyed_image") VALUES
  (1, -1, -1, 0, 1, 0),
  (2, -1, -1, 0, 1, 0),
  (3, -1, -1, 0, 1, 0),
  (4, -1, -1, 0, 1, 0),
  (5, -1, -1, 0, 1, 0),
  (6, -1, -1, 0, 1, 0),
  (7, -1, -1, 0, 1, 0),
  (8, -1, -1, 0, 1, 0);
INSERT INTO context_annotations ("visit_id", "context_annotation_flags", "duration_since_last_visit", "page_end_reason", "total_foreground_duration", "browser_type", "window_id", "tab_id", "task_id", "root_task_id", "parent_task_id", "response_code") VALUES
  (1, 0, -1000000, 6, 155476, 1, 465195650, 465195651, 13440460588111343, 13440460588111343, -1, 200),
  (2, 0, -1000000, 6, 260854, 1, 465195704, 465195707, 13440460589901330, 13440460589901330, -1, 200),
  (3, 0, -1000000, 6, 180864, 1, 465195759, 465195763, 13440460591603834, 13440460591603834, -1, 200),
  (4, 0, -1000000, 6, 220770, 1, 465195816, 465195822, 13440460593400821, 13440460593400821, -1, 200),
  (5, 0, -1000000, 6, 160792, 1, 465195875, 465195883, 13440460595238065, 13440460595238065, -1, 200),
  (6, 0, -1000000, 6, 164661, 1, 465195936, 465195946, 13440460596935785, 13440460596935785, -1, 200),
  (7, 0, -1000000, 6, 189595, 1, 465195998, 465196009, 13440460598622982, 13440460598622982, -1, 200),
  (8, 0, -1000000, 6, 161095, 1, 465196062, 465196075, 13440460600294311, 13440460600294311, -1, 200);
