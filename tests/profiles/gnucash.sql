-- The tables of a GnuCash book, as the program made them, with a few made-up rows.
CREATE TABLE recurrences (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	obj_guid VARCHAR(32) NOT NULL,
	recurrence_mult INTEGER NOT NULL,
	recurrence_period_type VARCHAR(2048) NOT NULL,
	recurrence_period_start TEXT(8) NOT NULL,
	recurrence_weekend_adjust VARCHAR(2048) NOT NULL
);
CREATE TABLE slots (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	obj_guid VARCHAR(32) NOT NULL,
	name VARCHAR(4096) NOT NULL,
	slot_type INTEGER NOT NULL,
	int64_val BIGINT,
	string_val VARCHAR(4096),
	double_val REAL,
	timespec_val TEXT(14),
	guid_val VARCHAR(32),
	numeric_val_num BIGINT,
	numeric_val_denom BIGINT,
	gdate_val TEXT(8)
);
CREATE TABLE commodities (
	guid VARCHAR(32) NOT NULL,
	namespace VARCHAR(2048) NOT NULL,
	mnemonic VARCHAR(2048) NOT NULL,
	fullname VARCHAR(2048),
	cusip VARCHAR(2048),
	fraction INTEGER NOT NULL,
	quote_flag INTEGER NOT NULL,
	quote_source VARCHAR(2048),
	quote_tz VARCHAR(2048),
	PRIMARY KEY (guid)
);
CREATE TABLE gnclock (
	hostname VARCHAR(255),
	pid INTEGER
);
CREATE TABLE versions (
	table_name VARCHAR(50) NOT NULL,
	table_version INTEGER NOT NULL,
	PRIMARY KEY (table_name)
);
CREATE TABLE accounts (
	guid VARCHAR(32) NOT NULL,
	name VARCHAR(2048) NOT NULL,
	account_type VARCHAR(2048) NOT NULL,
	commodity_guid VARCHAR(32),
	commodity_scu INTEGER NOT NULL,
	non_std_scu INTEGER NOT NULL,
	parent_guid VARCHAR(32),
	code VARCHAR(2048),
	description VARCHAR(2048),
	hidden INTEGER,
	placeholder INTEGER,
	PRIMARY KEY (guid)
);
CREATE TABLE prices (
	guid VARCHAR(32) NOT NULL,
	commodity_guid VARCHAR(32) NOT NULL,
	currency_guid VARCHAR(32) NOT NULL,
	date TEXT(14) NOT NULL,
	source VARCHAR(2048),
	type VARCHAR(2048),
	value_num BIGINT NOT NULL,
	value_denom BIGINT NOT NULL,
	PRIMARY KEY (guid)
);
CREATE TABLE transactions (
	guid VARCHAR(32) NOT NULL,
	currency_guid VARCHAR(32) NOT NULL,
	num VARCHAR(2048) NOT NULL,
	post_date TEXT(14),
	enter_date TEXT(14),
	description VARCHAR(2048),
	PRIMARY KEY (guid)
);
CREATE TABLE lots (
	guid VARCHAR(32) NOT NULL,
	account_guid VARCHAR(32),
	is_closed INTEGER NOT NULL,
	PRIMARY KEY (guid)
);
CREATE TABLE splits (
	guid VARCHAR(32) NOT NULL,
	tx_guid VARCHAR(32),
	account_guid VARCHAR(32) NOT NULL,
	memo VARCHAR(2048) NOT NULL,
	action VARCHAR(2048) NOT NULL,
	reconcile_state VARCHAR(1) NOT NULL,
	reconcile_date TEXT(14),
	value_num BIGINT NOT NULL,
	value_denom BIGINT NOT NULL,
	quantity_num BIGINT NOT NULL,
	quantity_denom BIGINT NOT NULL,
	lot_guid VARCHAR(32),
	PRIMARY KEY (guid)
);
INSERT INTO slots ("id", "obj_guid", "name", "slot_type", "string_val", "numeric_val_denom", "gdate_val") VALUES
  (1, 'f7b6e18827d34050a1070e656497f0a5', 'placeholder', 4, 'true', 1, NULL),
  (65, 'f06e7ea79c1a416595f4feeec2897c2e', 'date-posted', 10, NULL, 1, '20240613'),
  (129, '8f493b97581445eb9aaa939650205e17', 'date-posted', 10, NULL, 1, '20230327');
INSERT INTO commodities ("guid", "namespace", "mnemonic", "fullname", "cusip", "fraction", "quote_flag", "quote_source") VALUES
  ('6021d21927f745a690b9f9d6c104c660', 'CURRENCY', 'EUR', 'Euro', '978', 100, 1, 'currency');
INSERT INTO versions ("table_name", "table_version") VALUES
  ('Gnucash', 3000000),
  ('customers', 2),
  ('recurrences', 2);
INSERT INTO accounts ("guid", "name", "account_type", "commodity_guid", "commodity_scu", "non_std_scu", "parent_guid", "placeholder") VALUES
  ('457912719fcf40ecabe5ead27fc9eeb8', 'Root Account', 'ROOT', '6021d21927f745a690b9f9d6c104c660', 100, 0, NULL, 0),
  ('ea00e60f226f405d80e5d1c02c0d61cb', 'Template Root', 'ROOT', NULL, 0, 0, NULL, 0),
  ('f7b6e18827d34050a1070e656497f0a5', 'Assets', 'ASSET', '6021d21927f745a690b9f9d6c104c660', 100, 0, '457912719fcf40ecabe5ead27fc9eeb8', 1),
  ('59c42cdd5fc242aba0b0f66861a566f3', 'Expenses', 'EXPENSE', '6021d21927f745a690b9f9d6c104c660', 100, 0, '457912719fcf40ecabe5ead27fc9eeb8', 1),
  ('87ec54b2228f4e22b7e593947e8ff6aa', 'Income', 'INCOME', '6021d21927f745a690b9f9d6c104c660', 100, 0, '457912719fcf40ecabe5ead27fc9eeb8', 1),
  ('c6d2a5bc7d47493d8449cc64a15eadaa', 'Bank', 'BANK', '6021d21927f745a690b9f9d6c104c660', 100, 0, 'f7b6e18827d34050a1070e656497f0a5', 0),
  ('0285d97094fd47caba9ed07e676b94ea', 'Cash', 'CASH', '6021d21927f745a690b9f9d6c104c660', 100, 0, 'f7b6e18827d34050a1070e656497f0a5', 0),
  ('651ac613923f483e9735f6d9ee2957d5', 'Salary', 'INCOME', '6021d21927f745a690b9f9d6c104c660', 100, 0, '87ec54b2228f4e22b7e593947e8ff6aa', 0),
  ('71e1a396758742edacc3066553fd4de5', 'Groceries', 'EXPENSE', '6021d21927f745a690b9f9d6c104c660', 100, 0, '59c42cdd5fc242aba0b0f66861a566f3', 0),
  ('aae78f4f706047179896cd60e91cc8f6', 'Rent', 'EXPENSE', '6021d21927f745a690b9f9d6c104c660', 100, 0, '59c42cdd5fc242aba0b0f66861a566f3', 0),
  ('9f81f2a8c9d24ab0956be022451cfd4b', 'Electricity', 'EXPENSE', '6021d21927f745a690b9f9d6c104c660', 100, 0, '59c42cdd5fc242aba0b0f66861a566f3', 0),
  ('399eb868c6af4e20b99d4ba75648043b', 'Train', 'EXPENSE', '6021d21927f745a690b9f9d6c104c660', 100, 0, '59c42cdd5fc242aba0b0f66861a566f3', 0);
INSERT INTO "transactions" ("guid", "currency_guid", "num", "post_date", "enter_date", "description") VALUES
  ('f1cc6ed8aa83411a9921a3bb6b02dd12', '6021d21927f745a690b9f9d6c104c660', '', '2022-08-11 10:59:00', '2022-08-11 17:18:44', 'Salary'),
  ('d0909b3cd83d453a9380115e300c8d04', '6021d21927f745a690b9f9d6c104c660', '', '2024-03-11 10:59:00', '2024-03-11 13:15:27', 'Railway'),
  ('861a05cd7001429c9abe3e66f6c9ea59', '6021d21927f745a690b9f9d6c104c660', '', '2024-04-10 10:59:00', '2024-04-10 15:15:57', 'Landlord'),
  ('f557e29dee6443fa83541028ca536a84', '6021d21927f745a690b9f9d6c104c660', '', '2022-05-18 10:59:00', '2022-05-18 09:10:24', 'Bookshop'),
  ('18583e90a93b4c74a1643cb73383fac6', '6021d21927f745a690b9f9d6c104c660', '', '2022-10-02 10:59:00', '2022-10-02 14:37:51', 'Salary'),
  ('99bd045134214e7484b33cb2a7d43117', '6021d21927f745a690b9f9d6c104c660', '', '2025-05-13 10:59:00', '2025-05-13 16:40:47', 'Market'),
  ('f595c893c7de4ee395a841fa84c30d47', '6021d21927f745a690b9f9d6c104c660', '', '2025-10-23 10:59:00', '2025-10-23 21:04:10', 'Bakery'),
  ('21329fee5c3b483a86bc763d924ee8f3', '6021d21927f745a690b9f9d6c104c660', '', '2022-09-17 10:59:00', '2022-09-17 11:10:20', 'City power'),
  ('262d4d37038d48adab0b60a9ca89004e', '6021d21927f745a690b9f9d6c104c660', '', '2022-06-25 10:59:00', '2022-06-25 09:22:23', 'Railway'),
  ('0c25f26bf31247469c9fb02c903fbd47', '6021d21927f745a690b9f9d6c104c660', '', '2025-06-16 10:59:00', '2025-06-16 12:12:47', 'Bakery'),
  ('d2bb1ec5d68d40a180f8367227e3c564', '6021d21927f745a690b9f9d6c104c660', '', '2023-07-16 10:59:00', '2023-07-16 10:27:15', 'Salary'),
  ('3d737523f5314e07b5584ba8564f694a', '6021d21927f745a690b9f9d6c104c660', '', '2023-11-30 10:59:00', '2023-11-30 19:57:26', 'Market'),
  ('42e6c531abbe4e6f833ecd76def5c4c3', '6021d21927f745a690b9f9d6c104c660', '', '2024-06-23 10:59:00', '2024-06-23 21:40:23', 'Railway'),
  ('8a30bac4f8c644d4b8bd08db0245454f', '6021d21927f745a690b9f9d6c104c660', '', '2025-11-10 10:59:00', '2025-11-10 15:05:31', 'Salary'),
  ('f3e0e5c06ad4428d9e5e9e97375f6225', '6021d21927f745a690b9f9d6c104c660', '', '2025-08-14 10:59:00', '2025-08-14 21:37:59', 'City power'),
  ('102d74cf3e944f90a1c22785c1eafe25', '6021d21927f745a690b9f9d6c104c660', '', '2022-10-22 10:59:00', '2022-10-22 16:27:10', 'City power'),
  ('907abd8675bd419ba2161b2366eb9662', '6021d21927f745a690b9f9d6c104c660', '', '2025-11-05 10:59:00', '2025-11-05 13:38:47', 'Salary'),
  ('acf8ad58a3634a64af664ce312b7df6b', '6021d21927f745a690b9f9d6c104c660', '', '2023-01-31 10:59:00', '2023-01-31 17:55:36', 'Railway'),
  ('956a9b9ee77b4bf0af5ad91a97251055', '6021d21927f745a690b9f9d6c104c660', '', '2025-09-21 10:59:00', '2025-09-21 07:09:39', 'City power'),
  ('8ce8390304cc4f34b42e7fe7e22945e7', '6021d21927f745a690b9f9d6c104c660', '', '2024-09-30 10:59:00', '2024-09-30 13:48:50', 'Landlord'),
  ('16ec0e1342c24587817d4694b81ab97b', '6021d21927f745a690b9f9d6c104c660', '', '2025-08-25 10:59:00', '2025-08-25 20:04:27', 'Bookshop'),
  ('c540ae5b0ef9462089f936cf92073e1c', '6021d21927f745a690b9f9d6c104c660', '', '2023-06-17 10:59:00', '2023-06-17 18:09:40', 'Landlord');
INSERT INTO splits ("guid", "tx_guid", "account_guid", "memo", "action", "reconcile_state", "value_num", "value_denom", "quantity_num", "quantity_denom") VALUES
  ('bcc70200370244b3ab6239badeacc3a8', 'f1cc6ed8aa83411a9921a3bb6b02dd12', '651ac613923f483e9735f6d9ee2957d5', '', '', 'n', -220804, 100, -220804, 100),
  ('cefbcc1efd9c4947885844bc4a56a21c', 'd0909b3cd83d453a9380115e300c8d04', '399eb868c6af4e20b99d4ba75648043b', '', '', 'n', 24858, 100, 24858, 100),
  ('de2678f86df74d079089718f06b94284', 'f557e29dee6443fa83541028ca536a84', '0285d97094fd47caba9ed07e676b94ea', '', '', 'n', -42523, 100, -42523, 100),
  ('d5a03fcaced247f5b9b0f12097b8c2a2', '99bd045134214e7484b33cb2a7d43117', '71e1a396758742edacc3066553fd4de5', '', '', 'n', 33792, 100, 33792, 100),
  ('80e57c91d8ed4db88fc3d021d8e9dc0c', '21329fee5c3b483a86bc763d924ee8f3', '0285d97094fd47caba9ed07e676b94ea', '', '', 'n', -1239, 100, -1239, 100),
  ('8de203442bd740dc84f7e1327affa632', '0c25f26bf31247469c9fb02c903fbd47', '71e1a396758742edacc3066553fd4de5', '', '', 'n', 21047, 100, 21047, 100),
  ('79a23f2843654a279d63b926c4ceb9fc', '3d737523f5314e07b5584ba8564f694a', 'c6d2a5bc7d47493d8449cc64a15eadaa', '', '', 'n', -17623, 100, -17623, 100),
  ('75a3f0c945e24145b24aed212efd8b3a', '8a30bac4f8c644d4b8bd08db0245454f', 'c6d2a5bc7d47493d8449cc64a15eadaa', '', '', 'n', 243952, 100, 243952, 100),
  ('ea76eb151a3848ddbfe85834fd19ea75', '102d74cf3e944f90a1c22785c1eafe25', 'c6d2a5bc7d47493d8449cc64a15eadaa', '', '', 'n', -457, 10, -457, 10),
  ('fa7d8290fa514dc4b41520b0af445c7f', 'acf8ad58a3634a64af664ce312b7df6b', '399eb868c6af4e20b99d4ba75648043b', '', '', 'n', 37872, 100, 37872, 100),
  ('4f72f3a6023d4f739975627f0fd7bfcf', '8ce8390304cc4f34b42e7fe7e22945e7', '0285d97094fd47caba9ed07e676b94ea', '', '', 'n', -41752, 100, -41752, 100),
  ('95bf839b7bb845a89c1c60a3e2e1ecc4', 'c540ae5b0ef9462089f936cf92073e1c', 'aae78f4f706047179896cd60e91cc8f6', '', '', 'n', 40571, 100, 40571, 100);
