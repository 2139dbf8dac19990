-- The tables of WordPress, as far as the profile names them, with a few made-up rows.
CREATE TABLE `wp_users` (`ID` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `user_login` varchar(60) NOT NULL DEFAULT '', `user_email` varchar(100) NOT NULL DEFAULT '',
  `user_registered` datetime NOT NULL DEFAULT '0000-00-00 00:00:00', `display_name` varchar(250) NOT NULL DEFAULT '');
CREATE TABLE `wp_usermeta` (`umeta_id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `user_id` integer NOT NULL DEFAULT '0', `meta_key` varchar(255) DEFAULT NULL, `meta_value` longtext);
CREATE TABLE `wp_posts` (`ID` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `post_author` integer NOT NULL DEFAULT '0',
  `post_date` datetime NOT NULL DEFAULT '0000-00-00 00:00:00', `post_content` longtext NOT NULL, `post_title` text NOT NULL,
  `post_status` varchar(20) NOT NULL DEFAULT 'publish', `post_parent` integer NOT NULL DEFAULT '0', `post_type` varchar(20) NOT NULL DEFAULT 'post');
CREATE TABLE `wp_postmeta` (`meta_id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `post_id` integer NOT NULL DEFAULT '0', `meta_key` varchar(255) DEFAULT NULL, `meta_value` longtext);
CREATE TABLE `wp_comments` (`comment_ID` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `comment_post_ID` integer NOT NULL DEFAULT '0', `comment_author` tinytext NOT NULL,
  `comment_date` datetime NOT NULL DEFAULT '0000-00-00 00:00:00', `comment_content` text NOT NULL, `comment_approved` varchar(20) NOT NULL DEFAULT '1', `user_id` integer NOT NULL DEFAULT '0');
CREATE TABLE `wp_commentmeta` (`meta_id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `comment_id` integer NOT NULL DEFAULT '0', `meta_key` varchar(255) DEFAULT NULL, `meta_value` longtext);
CREATE TABLE `wp_terms` (`term_id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `name` varchar(200) NOT NULL DEFAULT '', `slug` varchar(200) NOT NULL DEFAULT '');
CREATE TABLE `wp_termmeta` (`meta_id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `term_id` integer NOT NULL DEFAULT '0', `meta_key` varchar(255) DEFAULT NULL, `meta_value` longtext);
CREATE TABLE `wp_term_taxonomy` (`term_taxonomy_id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `term_id` integer NOT NULL DEFAULT '0', `taxonomy` varchar(32) NOT NULL DEFAULT '', UNIQUE (`term_id`,`taxonomy`));
CREATE TABLE `wp_term_relationships` (`object_id` integer NOT NULL DEFAULT '0', `term_taxonomy_id` integer NOT NULL DEFAULT '0', `term_order` integer NOT NULL DEFAULT '0', PRIMARY KEY (`object_id`,`term_taxonomy_id`));
CREATE TABLE `wp_options` (`option_id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `option_name` varchar(191) NOT NULL DEFAULT '', `option_value` longtext NOT NULL, UNIQUE (`option_name`));
INSERT INTO wp_users VALUES (1, 'alma', 'alma@example.org', '2021-03-04 10:00:00', 'Alma Reyes'), (2, 'bruno', 'bruno@example.org', '2022-05-06 11:00:00', 'Bruno Keil');
INSERT INTO wp_posts VALUES (11, 1, '2022-01-02 08:00:00', 'Words.', 'Old maps', 'publish', 0, 'post'), (12, 2, '2023-02-03 09:00:00', 'Words.', 'Soup', 'publish', 11, 'post'),
  (13, 1, '2024-03-04 10:00:00', 'Words.', 'Trains', 'draft', 0, 'post');
INSERT INTO wp_postmeta VALUES (1, 11, 'k', 'v'), (2, 12, 'k', 'v'), (3, 13, 'k', 'v');
INSERT INTO wp_comments VALUES (1, 11, 'Chiara', '2022-01-05 10:00:00', 'Nice.', '1', 0), (2, 12, 'Bruno', '2023-02-05 10:00:00', 'Well said.', '1', 2), (3, 11, 'Alma', '2022-02-05 10:00:00', 'Thanks.', '1', 1);
INSERT INTO wp_terms VALUES (1, 'travel', 'travel'), (2, 'food', 'food');
INSERT INTO wp_term_taxonomy VALUES (1, 1, 'category'), (2, 2, 'post_tag');
INSERT INTO wp_term_relationships VALUES (11, 1, 0), (12, 2, 0), (13, 1, 0);
INSERT INTO wp_options VALUES (1, 'siteurl', 'http://127.0.0.1');
