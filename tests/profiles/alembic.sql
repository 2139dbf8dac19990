-- The tables of a database kept by Alembic, as the program made them, with a few made-up rows.
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE customers (
	id INTEGER NOT NULL,
	name VARCHAR(80) NOT NULL,
	email VARCHAR(120),
	newsletter BOOLEAN,
	preferences JSON,
	PRIMARY KEY (id)
);
CREATE TABLE products (
	id INTEGER NOT NULL,
	sku VARCHAR(20),
	title VARCHAR(80),
	price NUMERIC(10, 2),
	weight_kg FLOAT,
	PRIMARY KEY (id)
);
CREATE TABLE orders (
	id INTEGER NOT NULL,
	customer_id INTEGER,
	status VARCHAR(8),
	ordered_at DATETIME,
	delivery_took DATETIME,
	PRIMARY KEY (id),
	FOREIGN KEY(customer_id) REFERENCES customers (id)
);
CREATE TABLE order_lines (
	id INTEGER NOT NULL,
	order_id INTEGER,
	product_id INTEGER,
	quantity INTEGER,
	unit_price NUMERIC(10, 2),
	PRIMARY KEY (id),
	FOREIGN KEY(order_id) REFERENCES orders (id),
	FOREIGN KEY(product_id) REFERENCES products (id)
);
INSERT INTO alembic_version ("version_num") VALUES
  ('3f2a91c04d7e');
INSERT INTO customers ("id", "name", "email", "newsletter", "preferences") VALUES
  (1, 'Alma Reyes', 'alma@example.org', 0, '{"language": "en", "gift_wrap": false}'),
  (2, 'Bruno Keller', 'bruno@example.org', 1, '{"language": "de", "gift_wrap": false}'),
  (4, 'Dara Okafor', 'dara@example.org', 0, '{"language": "fr", "gift_wrap": true}'),
  (7, 'Goran Petrov', 'goran@example.org', 0, '{"language": "fr", "gift_wrap": false}'),
  (8, 'Hanna Virtanen', 'hanna@example.org', 0, '{"language": "de", "gift_wrap": true}'),
  (9, 'Ivo Marek', 'ivo@example.org', 1, '{"language": "en", "gift_wrap": false}'),
  (10, 'Jana Dvorak', 'jana@example.org', 1, '{"language": "de", "gift_wrap": false}'),
  (11, 'Kofi Mensah', 'kofi@example.org', 0, '{"language": "de", "gift_wrap": false}'),
  (13, 'Marta Silva', 'marta@example.org', 0, '{"language": "en", "gift_wrap": false}'),
  (16, 'Pavel Novak', 'pavel@example.org', 1, '{"language": "en", "gift_wrap": false}'),
  (18, 'Rosa Marino', 'rosa@example.org', 1, '{"language": "fr", "gift_wrap": false}'),
  (19, 'Sami Aalto', 'sami@example.org', 0, '{"language": "fr", "gift_wrap": true}'),
  (21, 'Umar Aziz', 'umar@example.org', 0, '{"language": "en", "gift_wrap": false}'),
  (22, 'Vera Lang', 'vera@example.org', 1, '{"language": "en", "gift_wrap": false}'),
  (23, 'Wim de Boer', 'wim@example.org', 1, '{"language": "fr", "gift_wrap": false}');
INSERT INTO products ("id", "sku", "title", "price", "weight_kg") VALUES
  (1, 'KT-100', 'Teapot', 24.9, 1.55),
  (2, 'KT-101', 'Enamel mug', 9.5, 2.53),
  (3, 'KT-102', 'Cast iron pan', 49, 1.89),
  (4, 'KT-103', 'Linen apron', 32, 1.58),
  (5, 'KT-104', 'Bread knife', 41.75, 0.76),
  (6, 'KT-105', 'Egg timer', 6.2, 3.0),
  (7, 'KT-106', 'Salad bowl', 27.3, 2.03),
  (8, 'KT-107', 'Coffee grinder', 89, 2.97),
  (9, 'KT-108', 'Whisk', 7.8, 1.0);
INSERT INTO orders ("id", "customer_id", "status", "ordered_at", "delivery_took") VALUES
  (1, 16, 'SHIPPED', '2022-12-11 07:40:25.000000', '1970-01-07 01:00:00.000000'),
  (21, 8, 'SHIPPED', '2023-06-29 09:58:33.000000', '1970-01-02 23:00:00.000000'),
  (41, 19, 'SHIPPED', '2025-01-09 19:08:20.000000', '1970-01-04 01:00:00.000000'),
  (42, 21, 'SHIPPED', '2025-08-20 19:56:29.000000', '1970-01-02 04:00:00.000000'),
  (60, 13, 'RETURNED', '2022-03-30 18:29:38.000000', '1970-01-02 22:00:00.000000'),
  (61, 13, 'SHIPPED', '2024-01-16 08:32:02.000000', '1970-01-08 14:00:00.000000'),
  (80, 19, 'SHIPPED', '2023-06-26 20:31:16.000000', '1970-01-05 14:00:00.000000'),
  (81, 9, 'SHIPPED', '2024-12-08 11:42:21.000000', '1970-01-06 15:00:00.000000'),
  (100, 18, 'SHIPPED', '2022-04-01 17:02:19.000000', '1970-01-04 04:00:00.000000'),
  (101, 21, 'RETURNED', '2025-05-31 07:07:48.000000', '1970-01-02 07:00:00.000000'),
  (118, 11, 'SHIPPED', '2025-05-21 18:40:48.000000', '1970-01-05 21:00:00.000000'),
  (121, 23, 'SHIPPED', '2022-02-04 08:12:00.000000', '1970-01-09 22:00:00.000000'),
  (136, 2, 'SHIPPED', '2023-12-11 13:27:28.000000', '1970-01-07 15:00:00.000000'),
  (141, 8, 'PENDING', '2022-05-05 08:33:35.000000', NULL);
INSERT INTO order_lines ("id", "order_id", "product_id", "quantity", "unit_price") VALUES
  (1, 1, 5, 4, 41.75),
  (40, 21, 8, 2, 89),
  (79, 42, 2, 1, 9.5),
  (118, 60, 9, 4, 7.8),
  (157, 80, 1, 3, 24.9),
  (196, 100, 1, 3, 24.9),
  (235, 118, 7, 2, 27.3),
  (274, 136, 8, 4, 89);
