-- Deterministic: no random(), no clock. "Chance" is (n * prime + k * prime) % prime, in integers.
INSERT INTO country (name, currency) VALUES
  ('Switzerland', 'CHF'), ('Brazil', 'BRL'), ('Germany', 'EUR'), ('France', 'EUR'), ('Iceland', 'ISK'), ('Spain', 'EUR'),
  ('Poland', 'PLN'), ('United Kingdom', 'GBP'), ('United States', 'USD'), ('Canada', 'CAD'), ('Japan', 'JPY'), ('Sweden', 'SEK');
INSERT INTO genre (name) VALUES
  ('Rock'), ('Jazz'), ('Classical'), ('Electronic'), ('Folk'), ('Hip Hop'), ('Bossa Nova'), ('Metal'), ('Soul'), ('Ambient');
INSERT INTO artist (name, country_id, founded) VALUES
  ('The Paper Lanterns', 8, 1998), ('Núria Valls Trio', 6, 2004), ('Glacier Choir', 5, 1987), ('Os Girassóis', 2, 1974),
  ('Nordlicht', 3, 2011), ('Café Minuit', 4, 1969), ('Sister Kestrel', 9, 2015), ('Złota Rzeka', 7, 1992),
  ('Copper & Pine', 10, 2008), ('Tanaka Hideo Quartet', 11, 1981), ('Fjällvind', 12, 2001), ('Alpenglühen Orchester', 1, 1953),
  ('Velvet Harbour', 8, 1979), ('Low Tide Motel', 9, NULL), ('Marisa Conceição', 2, 1995), ('Blaue Stunde', 3, 2018),
  ('Les Marées', 4, 2012), ('Iron Meridian', 12, 1990), ('Dusty Atlas', 9, 2003), ('Sólveig', 5, 2016),
  ('Kyoto Night Bus', 11, 2019), ('Ola Błękit', 7, NULL), ('Maple Street Brass', 10, 1964), ('Rumbo Sur', 6, 1988);

CREATE TEMP TABLE word (kind TEXT, n INTEGER, word TEXT);
INSERT INTO word
SELECT 'adjective', key, value FROM json_each('["Silent","Golden","Broken","Distant","Electric","Hollow","Crimson","Slow","Wild","Paper","Last","Blue","Northern","Secret","Burning","Quiet","Endless","Borrowed","Winter"]')
UNION ALL SELECT 'noun', key, value FROM json_each('["River","Garden","Station","Mirror","Harbour","Letter","Summer","Machine","Shadow","Orchard","Signal","Lantern","Avenue","Tide","Cathedral","Horizon","Ember","Carousel","Satellite","Bridge","Window","Island","Satin"]')
UNION ALL SELECT 'first', key, value FROM json_each('["Anna","Jürgen","João","Zoë","Mateo","Chloé","Björk","Paweł","Emily","Liam","Yuki","Astrid","Léa","Hans","Beatriz","Noah","Íris","Carmen","Oskar","Grace","Søren","Inês","Tomás","Hannah","Kenji","Ewa","Lucas","Sofía","Émile"]')
UNION ALL SELECT 'last', key, value FROM json_each('["Müller","Silva","Schmidt","Dubois","Jónsdóttir","García","Kowalski","Smith","Johnson","Tremblay","Tanaka","Lindqvist","Brunner","Souza","Weiß","Lefèvre","Núñez","Wiśniewska","Taylor","Nguyen","O''Connor","Åkesson","Keller","Araújo","Fischer","Moreau","Ibáñez","Nowak","Brown","Roy","Suzuki"]');
CREATE TEMP TABLE place (n INTEGER, city TEXT, country_id INTEGER);
INSERT INTO place
SELECT key, json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each('[["Zürich",1],["Genève",1],["São Paulo",2],["Rio de Janeiro",2],["Berlin",3],["München",3],["Köln",3],["Paris",4],["Lyon",4],["Reykjavík",5],["Barcelona",6],["Málaga",6],["Kraków",7],["Łódź",7],["London",8],["Manchester",8],["New York",9],["Chicago",9],["Seattle",9],["Montréal",10],["Toronto",10],["Tokyo",11],["Malmö",12]]');

-- 24 artists with two to four albums.
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 71),
picked AS (SELECT i, i % 24 + 1 AS artist_id, (i * 7919 + 311) % 10007 AS h FROM n WHERE i < 48 OR i * 31 % 5 < 3)
INSERT INTO album (title, artist_id, release_date)
SELECT a.word || ' ' || b.word, p.artist_id,
  date('1990-01-05', '+' || (coalesce((SELECT max(founded - 1990, 0) FROM artist r WHERE r.artist_id = p.artist_id), 10) * 366
    + p.h % (12500 - coalesce((SELECT max(founded - 1990, 0) FROM artist r WHERE r.artist_id = p.artist_id), 10) * 366)) || ' days')
FROM picked p
JOIN word a ON a.kind = 'adjective' AND a.n = p.i * 5 % 19
JOIN word b ON b.kind = 'noun' AND b.n = p.i * 7 % 23
ORDER BY p.i;

-- Eight to thirteen tracks on each.
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 12),
picked AS (SELECT al.album_id, al.artist_id, n.i, (al.album_id * 6151 + n.i * 3571 + 17) % 9973 AS h FROM album al, n WHERE n.i < 8 + al.album_id * 5 % 6)
INSERT INTO track (title, album_id, genre_id, composer, seconds, unit_price)
SELECT CASE h % 4 WHEN 0 THEN b.word WHEN 1 THEN 'The ' || a.word || ' ' || b.word WHEN 2 THEN a.word || ' ' || b.word ELSE b.word || ' in ' || a.word || ' Light' END,
  album_id, CASE WHEN h % 9 < 7 THEN artist_id * 7 % 10 + 1 ELSE h % 10 + 1 END,
  CASE WHEN h % 6 = 0 THEN NULL ELSE f.word || ' ' || l.word END,
  120 + h % 301, CASE h % 10 WHEN 0 THEN 1.49 WHEN 1 THEN 1.29 WHEN 2 THEN 0.79 ELSE 0.99 END
FROM picked
JOIN word a ON a.kind = 'adjective' AND a.n = h % 19
JOIN word b ON b.kind = 'noun' AND b.n = (h / 19 + i) % 23
JOIN word f ON f.kind = 'first' AND f.n = (artist_id * 3 + h % 2) % 29
JOIN word l ON l.kind = 'last' AND l.n = (artist_id * 5 + h % 2) % 31
ORDER BY album_id, i;

INSERT INTO employee (first_name, last_name, title, manager_id, hired_on) VALUES
  ('Margarethe', 'Brunner', 'General Manager', NULL, '2014-03-01'), ('Tiago', 'Araújo', 'Sales Manager', 1, '2015-06-15'),
  ('Freya', 'Lindqvist', 'Support Agent', 2, '2016-02-01'), ('Daniel', 'O''Connor', 'Support Agent', 2, '2018-09-10'),
  ('Aiko', 'Suzuki', 'Support Agent', 2, '2020-01-20'), ('Pierre', 'Lefèvre', 'IT Manager', 1, '2015-11-02'),
  ('Marta', 'Nowak', 'Developer', 6, '2019-04-08'), ('Sam', 'Taylor', 'Apprentice', 6, '2023-08-01');

WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 119)
INSERT INTO customer (first_name, last_name, email, city, country_id, support_id, joined_on)
SELECT f.word, l.word, CASE WHEN i % 11 = 4 THEN NULL ELSE 'customer' || (i + 1) || '@example.org' END,
  p.city, p.country_id, CASE WHEN i % 17 = 9 THEN NULL ELSE 3 + i * i % 3 END, date('2019-01-04', '+' || (i * 1031 % 1400) || ' days')
FROM n JOIN word f ON f.kind = 'first' AND f.n = i * 8 % 29 JOIN word l ON l.kind = 'last' AND l.n = i * 12 % 31
JOIN place p ON p.n = CASE WHEN i % 3 = 0 THEN i * i * 3 + i ELSE i * 7 END % 23
ORDER BY i;

-- Some customers come often, some once; ten never.
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 24),
picked AS (SELECT c.customer_id, c.joined_on, n.i, (c.customer_id * 7307 + n.i * 4099 + 101) % 10009 AS h FROM customer c, n
  WHERE c.customer_id % 12 <> 5 AND n.i <= (c.customer_id * 37 % 101) * (c.customer_id * 37 % 101) / 460)
INSERT INTO invoice (customer_id, invoice_date, total)
SELECT customer_id, date(joined_on, '+' || (h % (1 + CAST(julianday('2024-12-30') - julianday(joined_on) AS INTEGER))) || ' days'), 0
FROM picked ORDER BY 2, customer_id, i;

WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 8),
picked AS (SELECT v.invoice_id, n.i, (v.invoice_id * 5417 + n.i * 2953 + 29) % 9871 AS h FROM invoice v, n WHERE n.i <= v.invoice_id * v.invoice_id % 9),
aimed AS (SELECT invoice_id, i, h, 1 + (h * (h % 613) / 613) % (SELECT max(track_id) FROM track) AS track_id FROM picked)
INSERT INTO invoice_line (invoice_id, track_id, unit_price, quantity)
SELECT a.invoice_id, a.track_id, t.unit_price, CASE WHEN h % 23 = 0 THEN 2 ELSE 1 END
FROM aimed a JOIN track t ON t.track_id = a.track_id ORDER BY a.invoice_id, a.i;
UPDATE invoice SET total = (SELECT round(sum(unit_price * quantity), 2) FROM invoice_line l WHERE l.invoice_id = invoice.invoice_id);

WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 239),
picked AS (SELECT i, (i * 6841 + 57) % 9929 AS h FROM n)
INSERT INTO review (album_id, customer_id, stars, comment, written_on)
SELECT 1 + h % (SELECT max(album_id) FROM album), 1 + h * 7 % 120,
  CASE WHEN h % 20 < 1 THEN 1 WHEN h % 20 < 3 THEN 2 WHEN h % 20 < 7 THEN 3 WHEN h % 20 < 14 THEN 4 ELSE 5 END,
  CASE h % 7 WHEN 0 THEN 'Très beau, I play it every morning' WHEN 1 THEN 'Not what I expected' WHEN 2 THEN 'Großartig!'
    WHEN 3 THEN 'Good for long drives' WHEN 4 THEN 'Lindo demais' ELSE NULL END,
  date('2022-01-02', '+' || (h % 1090) || ' days')
FROM picked ORDER BY i;
DROP TABLE temp.word;
DROP TABLE temp.place;
