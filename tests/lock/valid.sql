SELECT 1
SELECT 'a', "b", 3.5e-2, x'00ff', NULL, TRUE, FALSE, .5, 0x1F
SELECT count(*) FROM singer
select COUNT(*) from SINGER
SELECT * FROM singer
SELECT singer.* FROM singer
SELECT s.*, count(*) FROM singer s
SELECT name FROM singer
SELECT name, country, age FROM singer ORDER BY age DESC
SELECT DISTINCT country FROM singer WHERE age > 20
SELECT ALL country FROM singer
SELECT avg(age), min(age), max(age) FROM singer WHERE country = 'France'
SELECT avg(age) FROM singer WHERE country = "France"
SELECT name FROM singer WHERE country = "France" OR country = "United States" AND name LIKE "%a%"
SELECT name FROM singer WHERE name IN ("Joe", 'Ann', "it's")
SELECT name FROM singer WHERE country IS NOT NULL
SELECT name FROM singer WHERE country IS NULL OR age IS NOT 5
SELECT name FROM singer WHERE country NOTNULL AND age NOT NULL AND name ISNULL
SELECT name FROM singer WHERE age IS DISTINCT FROM 5
SELECT name FROM singer WHERE age IS NOT DISTINCT FROM Singer_ID
SELECT name FROM singer WHERE NOT age > 5
SELECT name FROM singer WHERE age BETWEEN 5 AND 10 AND name NOT LIKE 'x%' ESCAPE '\'
SELECT name FROM singer WHERE age NOT BETWEEN 5 AND 10
SELECT name FROM singer WHERE age IN (1, 2, 3)
SELECT name FROM singer WHERE age NOT IN (1, 2, 3)
SELECT name FROM singer WHERE age IN ()
SELECT name FROM singer WHERE (age, name) IN (SELECT age, name FROM singer)
WITH one AS (SELECT 5) SELECT name FROM singer WHERE age IN one
SELECT name FROM singer WHERE name GLOB 'A*' AND name COLLATE NOCASE = 'bob'
SELECT name FROM singer ORDER BY name COLLATE NOCASE ASC NULLS LAST, age DESC NULLS FIRST LIMIT 3 OFFSET 1
SELECT name FROM singer LIMIT 3, 4
SELECT name n FROM singer ORDER BY n
SELECT name AS n FROM singer WHERE n = 'Bob'
SELECT name AS "singer name" FROM singer ORDER BY "singer name"
SELECT name AS 'the name' FROM singer
SELECT name AS [the name], age AS `the age` FROM singer ORDER BY [the name], `the age`
SELECT name 'who', age "how old" FROM singer
SELECT country, count(*) AS n FROM singer GROUP BY country HAVING n > 1 ORDER BY n DESC, country
SELECT country c, count(*) FROM singer GROUP BY c HAVING count(*) > 1
SELECT country, count(*) FROM singer GROUP BY 1 ORDER BY 2 DESC
SELECT upper(name) || ' (' || country || ')' AS label, age * 2 + 1 AS twice FROM singer WHERE twice > 10
SELECT -age, +age, ~age, age % 3, age << 1, age & 1 | 2, age <> 3, age != 3, age == 3, age <= 3 FROM singer
SELECT CASE WHEN age > 20 THEN 'old' WHEN age > 10 THEN name ELSE country END AS kind FROM singer
SELECT CASE country WHEN 'France' THEN 1 ELSE 0 END FROM singer
SELECT sum(CASE WHEN is_male THEN 1 ELSE 0 END) * 100.0 / count(*) FROM singer
SELECT count(DISTINCT country), count(ALL age) FROM singer
SELECT CAST(age AS REAL), CAST(name AS VARCHAR(20)), CAST(sum(age) AS DECIMAL(10, 2)) FROM singer
SELECT group_concat(name, ', ') FROM singer
SELECT group_concat(DISTINCT country) FROM singer
SELECT string_agg(name, ',' ORDER BY age DESC) FROM singer
SELECT count(*) FILTER (WHERE age > 20) AS old, count(*) FROM singer
SELECT coalesce(country, 'none'), ifnull(age, 0), nullif(age, 1), iif(age > 3, 'a', 'b') FROM singer
SELECT strftime('%Y', opened) AS y, date(opened, '+1 day'), julianday('now') - julianday(opened) FROM stadium GROUP BY y
SELECT round(avg(capacity), 2), abs(min(capacity)) FROM stadium
SELECT substr(name, 1, 1), instr(name, 'a'), length(name), replace(name, 'a', 'b'), trim(name), printf('%d', age) FROM singer
SELECT CURRENT_DATE, CURRENT_TIME, CURRENT_TIMESTAMP
SELECT rowid, name FROM singer ORDER BY rowid
SELECT oid, _rowid_, singer.rowid FROM singer
SELECT T1.name FROM singer AS T1
SELECT T1.name, T2.title FROM singer AS T1 JOIN song AS T2 ON T1.Singer_ID = T2.singer_id
SELECT T2.title, T1.name FROM singer AS T1 JOIN song AS T2 ON T1.Singer_ID = T2.singer_id WHERE T2.sales > 5 ORDER BY T1.age
SELECT T3.title FROM singer T1 JOIN singer_in_concert T2 ON T1.Singer_ID = T2.singer_id JOIN concert T3 ON T2.concert_id = T3.id WHERE T1.name = "Joe"
SELECT T1.title FROM song AS T2 JOIN concert AS T1 ON T1.title = T2.title
SELECT singer.name, song.title FROM singer JOIN song ON singer.Singer_ID = song.singer_id
SELECT singer.name, count(*) FROM singer INNER JOIN song ON song.singer_id = singer.Singer_ID GROUP BY singer.Singer_ID
SELECT name, title FROM singer JOIN song ON singer.Singer_ID = song.singer_id
SELECT s.name, g.title FROM singer s, song g WHERE s.Singer_ID = g.singer_id
SELECT s.name FROM singer AS s LEFT JOIN song AS g ON s.Singer_ID = g.singer_id WHERE g.song_id IS NULL
SELECT s.name FROM singer s LEFT OUTER JOIN song g ON g.singer_id = s.Singer_ID GROUP BY s.name
SELECT s.name FROM singer s RIGHT JOIN song g ON g.singer_id = s.Singer_ID
SELECT s.name FROM singer s FULL OUTER JOIN song g ON g.singer_id = s.Singer_ID
SELECT s.name FROM singer s CROSS JOIN song g
SELECT name FROM singer NATURAL JOIN setting
SELECT title FROM song NATURAL LEFT JOIN singer
SELECT singer_id FROM song JOIN singer_in_concert USING (singer_id)
SELECT singer_id, title FROM song LEFT JOIN singer USING (singer_id)
SELECT a.name, b.name FROM employee a JOIN employee b ON a.manager_id = b.id
SELECT e.name, m.name AS boss FROM employee AS e LEFT JOIN employee AS m ON e.manager_id = m.id
SELECT employee.name, manager.name FROM employee JOIN employee AS manager ON employee.manager_id = manager.id
SELECT worker.name, boss.name FROM employee worker JOIN employee boss ON worker.manager_id = boss.id
SELECT T1.name FROM employee AS T1 JOIN employee AS T2 ON T1.manager_id = T3.id JOIN employee AS T3 ON T2.id = T3.id
SELECT a.name FROM singer a JOIN song b ON a.Singer_ID = b.singer_id AND b.sales > 3 JOIN concert c ON c.title = b.title OR c.year = a.age
SELECT name FROM (singer JOIN song ON singer.Singer_ID = song.singer_id) JOIN concert ON concert.title = song.title
SELECT s.name FROM (singer s LEFT JOIN song g USING (singer_id))
SELECT name FROM singer
SELECT value FROM setting INDEXED BY sqlite_autoindex_setting_1 WHERE key = 'a'
SELECT name FROM singer NOT INDEXED WHERE age = 1
SELECT name FROM main.singer
SELECT s.name FROM main.singer AS s
SELECT name FROM singer WHERE age = (SELECT max(age) FROM singer)
SELECT name FROM singer WHERE age > (SELECT avg(age) FROM singer WHERE country = 'France') AND country = 'France'
SELECT name FROM singer WHERE Singer_ID IN (SELECT singer_id FROM song WHERE sales > 10)
SELECT name FROM singer WHERE Singer_ID NOT IN (SELECT singer_id FROM singer_in_concert)
SELECT name FROM singer WHERE EXISTS (SELECT 1 FROM song WHERE song.singer_id = singer.Singer_ID)
SELECT name FROM singer s WHERE NOT EXISTS (SELECT * FROM song g WHERE g.singer_id = s.Singer_ID AND g.sales > s.age)
SELECT name, (SELECT count(*) FROM song WHERE singer_id = singer.Singer_ID) AS songs FROM singer ORDER BY songs
SELECT name, (SELECT max(sales) FROM song g WHERE g.singer_id = s.Singer_ID) best FROM singer s
SELECT name FROM dept d WHERE budget > (SELECT sum(salary) FROM employee WHERE dept_id = d.id)
SELECT name FROM employee e WHERE salary > (SELECT avg(salary) FROM employee WHERE dept_id = e.dept_id)
SELECT T1.name FROM dept AS T1 WHERE T1.id IN (SELECT T1.dept_id FROM employee AS T1 GROUP BY T1.dept_id HAVING count(*) > 2)
SELECT name FROM dept WHERE id = (SELECT dept_id FROM employee GROUP BY dept_id ORDER BY avg(salary) DESC LIMIT 1)
SELECT (SELECT budget) FROM dept
SELECT (SELECT T1.budget + count(*) FROM employee WHERE dept_id = T1.id) FROM dept AS T1
SELECT name FROM (SELECT name FROM singer)
SELECT total FROM (SELECT sum(sales) AS total FROM song GROUP BY singer_id)
SELECT avg(cnt) FROM (SELECT count(*) AS cnt FROM song GROUP BY singer_id)
SELECT t.total, t.singer_id FROM (SELECT singer_id, sum(sales) AS total FROM song GROUP BY singer_id) AS t WHERE t.total > 5
SELECT ranked.title FROM (SELECT title, rank() OVER (ORDER BY sales DESC) AS position FROM song) AS ranked WHERE ranked.position <= 3
SELECT title FROM (SELECT title, row_number() OVER (PARTITION BY singer_id ORDER BY sales DESC, title) AS rn FROM song) WHERE rn = 1
SELECT s.name, x.n FROM singer s JOIN (SELECT singer_id, count(*) n FROM song GROUP BY 1) x ON x.singer_id = s.Singer_ID
SELECT s.name, totals.n FROM singer s LEFT JOIN (SELECT singer_id, count(*) AS n FROM song GROUP BY singer_id) AS totals ON totals.singer_id = s.Singer_ID
SELECT a.x FROM (SELECT name AS x FROM singer UNION SELECT title FROM song) a
SELECT max(x) FROM (SELECT age x FROM singer UNION ALL SELECT capacity FROM stadium)
SELECT "count(*)" FROM (SELECT count(*) FROM singer)
SELECT x.`count(*)` FROM (SELECT count(*) FROM singer) x
SELECT column1, column2 FROM (VALUES (1, 2), (3, 4))
SELECT v.column1 FROM (VALUES (1), (2)) AS v
SELECT q.* FROM (SELECT * FROM singer) q WHERE q.country = 'x'
SELECT country FROM (SELECT s.*, g.title FROM singer s JOIN song g USING (singer_id)) WHERE title = 'x'
VALUES (1, 'a'), (2, 'b')
VALUES (1) UNION ALL SELECT age FROM singer
SELECT name FROM singer UNION SELECT name FROM stadium
SELECT name FROM singer UNION ALL SELECT title FROM song ORDER BY name
SELECT name FROM singer INTERSECT SELECT name FROM employee
SELECT name FROM singer EXCEPT SELECT name FROM employee ORDER BY 1 LIMIT 5
SELECT name AS a FROM singer UNION SELECT title AS b FROM song ORDER BY a
SELECT country FROM singer WHERE age > 40 INTERSECT SELECT country FROM singer WHERE age < 30
SELECT T1.name FROM singer AS T1 JOIN song AS T2 ON T1.Singer_ID = T2.singer_id EXCEPT SELECT T1.name FROM singer AS T1 JOIN singer_in_concert AS T2 ON T1.Singer_ID = T2.singer_id
WITH old AS (SELECT * FROM singer WHERE age > 40) SELECT name FROM old
WITH old AS (SELECT name, age FROM singer), new(title, year) AS (SELECT title, year FROM concert) SELECT old.name, new.year FROM old, new
WITH totals AS (SELECT singer_id, sum(sales) AS total FROM song GROUP BY singer_id) SELECT s.name, t.total FROM singer s JOIN totals t ON s.Singer_ID = t.singer_id ORDER BY t.total DESC
WITH a AS (SELECT age FROM singer), b AS (SELECT max(age) AS top FROM a) SELECT a.age, b.top FROM a, b WHERE a.age = b.top
WITH per AS (SELECT country, count(*) AS n FROM singer GROUP BY country) SELECT country FROM per WHERE n = (SELECT max(n) FROM per)
WITH x AS MATERIALIZED (SELECT 1 AS one) SELECT one FROM x
WITH x AS NOT MATERIALIZED (SELECT 1 AS one) SELECT x.one FROM x
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT i FROM n
WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT sum(i) FROM n
WITH RECURSIVE chain(id, name, depth) AS (SELECT id, name, 0 FROM employee WHERE manager_id IS NULL UNION ALL SELECT e.id, e.name, c.depth + 1 FROM employee e JOIN chain c ON e.manager_id = c.id) SELECT name, depth FROM chain ORDER BY depth
WITH RECURSIVE up AS (SELECT id, manager_id FROM employee WHERE name = 'Bob' UNION SELECT employee.id, employee.manager_id FROM employee JOIN up ON employee.id = up.manager_id) SELECT count(*) FROM up
WITH t AS (SELECT 1 AS a UNION SELECT 2) SELECT * FROM t WHERE a IN (SELECT a FROM t)
SELECT name FROM singer WHERE age IN (WITH y AS (SELECT max(age) AS m FROM singer) SELECT m FROM y)
SELECT z.m FROM (WITH y AS (SELECT max(age) AS m FROM singer) SELECT m FROM y) z
WITH singer AS (SELECT 1 AS other) SELECT other FROM singer
SELECT name, rank() OVER (ORDER BY age) FROM singer
SELECT name, row_number() OVER (PARTITION BY country ORDER BY age DESC) AS rn FROM singer ORDER BY rn
SELECT name, sum(age) OVER (ORDER BY name ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM singer
SELECT name, avg(age) OVER (ORDER BY age ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING) FROM singer
SELECT name, avg(age) OVER (PARTITION BY country ORDER BY age RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) FROM singer
SELECT name, count(*) OVER (ROWS 3 PRECEDING) FROM singer
SELECT name, count(*) OVER () FROM singer
SELECT name, sum(age) OVER w FROM singer WINDOW w AS (PARTITION BY country ORDER BY age)
SELECT name, sum(age) OVER w1, avg(age) OVER (w2 ORDER BY age) FROM singer WINDOW w1 AS (ORDER BY age), w2 AS (PARTITION BY country)
SELECT name, lag(age) OVER (ORDER BY name), lead(age, 1, 0) OVER (ORDER BY name), ntile(4) OVER (ORDER BY age) FROM singer
SELECT name, first_value(name) OVER (PARTITION BY country ORDER BY age DESC) AS oldest FROM singer
SELECT country, sum(count(*)) OVER (ORDER BY country) FROM singer GROUP BY country
SELECT name, sum(age) FILTER (WHERE age > 3) OVER (PARTITION BY country) FROM singer
SELECT json_extract(tags, '$[0]') FROM song
SELECT tags ->> '$.a', tags -> 'b' FROM song
SELECT value FROM song, json_each(song.tags)
SELECT song.title, j.value FROM song, json_each(song.tags) AS j WHERE j.key = 0
SELECT title FROM song WHERE EXISTS (SELECT 1 FROM json_each(tags) WHERE value = 'pop')
SELECT json_each.value, json_each.type FROM song JOIN json_each(song.tags)
SELECT fullkey, atom FROM json_tree('{"a": 1}')
SELECT t.id, t.parent FROM json_tree((SELECT tags FROM song)) t
SELECT json_group_array(name) FROM singer
SELECT json_object('name', name, 'age', age) FROM singer
SELECT json_array_length(tags), json_type(tags), json_valid(tags) FROM song
SELECT name FROM pragma_table_info('singer')
SELECT p.name, p.type FROM pragma_table_info('singer') AS p WHERE p.pk = 0
SELECT m.name, p.name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS p WHERE m.type = 'table'
SELECT name FROM sqlite_master WHERE type = 'table'
SELECT sql FROM sqlite_schema
SELECT "Order ID", "Unit Price" * Quantity AS cost FROM "Order Details" WHERE "group" = 'a' ORDER BY cost
SELECT `Order ID`, [Unit Price], `Total (EUR)` FROM `Order Details` WHERE [group] = 'x'
SELECT od."Unit Price", od.[select], od.`group` FROM "Order Details" AS od
SELECT "Order Details"."Order ID" FROM "Order Details"
SELECT "group", sum("Unit Price") FROM [Order Details] GROUP BY "group" HAVING sum("Unit Price") > 5
SELECT "a b", "1st", "it's", "quo""te", "back`tick", "sq[uare" FROM "weird-name"
SELECT w."quo""te", w.`a b`, w.`back``tick` FROM "weird-name" w
SELECT "weird-name"."a b" FROM "weird-name"
SELECT jméno, 人口 FROM město WHERE имя = 'Прага'
SELECT "jméno", "人口" FROM "město" ORDER BY "人口"
SELECT m.jméno, m."имя" FROM město AS m
SELECT key, value FROM setting WHERE key = 'x' AND "table" = 'y'
SELECT setting.key, setting."table", setting.value FROM setting
SELECT "from", "where" FROM "select" WHERE "from" > 3
SELECT s."from" FROM "select" s
SELECT title, sales FROM top_song ORDER BY sales
SELECT t.title FROM top_song t JOIN song s ON t.title = s.title
SELECT title FROM doc WHERE doc MATCH 'word'
SELECT title, rank FROM doc WHERE body MATCH 'word' ORDER BY rank
SELECT highlight(doc, 0, '<', '>'), snippet(doc, 1, '', '', '', 5), bm25(doc) FROM doc('word')
SELECT name /* a comment with nosuch */ FROM singer -- and nosuch here
SELECT name FROM singer WHERE name = 'it''s' -- end
SELECT name FROM singer WHERE name = "say ""x"""
SELECT name FROM singer WHERE age > ?1 AND name = :name AND country = @country OR country = $c
SELECT	name	FROM	singer	WHERE	age=1
SELECT name,age,country FROM singer WHERE(age>1)AND(country='x')
SELECT s.name FROM singer s WHERE (((s.age))) > 1
EXPLAIN SELECT name FROM singer
EXPLAIN QUERY PLAN SELECT name FROM singer WHERE age = 1
SELECT count(*), T1.name FROM dept AS T1 LEFT JOIN employee AS T2 ON T1.id = T2.dept_id GROUP BY T1.id HAVING count(T2.id) >= 2 ORDER BY count(*) DESC LIMIT 1
SELECT name FROM employee WHERE hired >= date('now', '-1 year') AND salary / 12 > 100
SELECT name FROM employee ORDER BY CASE WHEN dept_id IS NULL THEN 1 ELSE 0 END, name
SELECT dept_id, max(salary) - min(salary) AS spread FROM employee GROUP BY dept_id ORDER BY spread
SELECT e.name FROM employee e, dept WHERE e.dept_id = dept.id AND dept.budget > 1e6
SELECT e.name FROM employee e JOIN dept d ON d.id = e.dept_id AND d.name IN ('A', 'B') WHERE NOT (e.salary < 10)
SELECT DISTINCT T1.name FROM singer AS T1 JOIN singer_in_concert AS T2 ON T1.Singer_ID = T2.singer_id JOIN concert AS T3 ON T3.id = T2.concert_id JOIN stadium AS T4 ON T4.id = T3.stadium_id WHERE T4.city = "Paris" AND T3.year = 2014
SELECT year, count(*) FROM concert GROUP BY year UNION ALL SELECT 'all', count(*) FROM concert
SELECT name, capacity FROM stadium WHERE id NOT IN (SELECT stadium_id FROM concert WHERE year = 2014) AND capacity > (SELECT avg(capacity) FROM stadium)
SELECT c.title FROM concert AS c WHERE (SELECT count(*) FROM singer_in_concert AS sc WHERE sc.concert_id = c.id) > 2
SELECT name FROM singer ORDER BY (SELECT count(*) FROM song WHERE song.singer_id = singer.Singer_ID) DESC
SELECT theme, title FROM concert WHERE year BETWEEN (SELECT min(year) FROM concert) AND 2015
SELECT min(length(name)) AS shortest, max(length(name)) AS longest FROM singer
SELECT random() % 5, hex(name), typeof(age), quote(name), unicode(name) FROM singer
SELECT total(sales), count(sales) FROM song WHERE released LIKE '2014%' OR released IS NULL
SELECT name AS order_count, age FROM singer GROUP BY order_count
SELECT x.name FROM singer AS x WHERE x.age = (SELECT max(y.age) FROM singer AS y WHERE y.country = x.country)
SELECT * FROM singer, song, concert WHERE singer.Singer_ID = song.singer_id AND concert.title = song.title
SELECT name FROM employee WHERE upper(name) IN (SELECT upper(name) FROM singer) AND id % 2 = 0
