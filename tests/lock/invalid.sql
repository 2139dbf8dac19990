SELECT name FROM singer¦s
SELECT name FROM Singer_¦table
SELECT name FROM "¦no such table"
SELECT name FROM singer WHERE nme ¦= 'x'
SELECT name FROM singer WHERE title ¦= 'x'
SELECT name FROM singer WHERE ages ¦> 1
SELECT name FROM singer WHERE `nme` ¦= 'x'
SELECT name FROM singer WHERE [na me] ¦= 'x'
SELECT title FROM singer W¦HERE age = 1
SELECT nosuch FROM singer WHER¦E age = 1
SELECT nosuch FROM singer¦
SELECT name, sales FROM singer OR¦DER BY age
SELECT name FROM singer ORDER BY nme¦
SELECT name FROM singer GROUP BY nme¦
SELECT name FROM singer GROUP BY name HAVING n ¦> 1
SELECT singer.title¦ FROM singer
SELECT singer.name FROM song W¦HERE sales > 1
SELECT T1.title FROM singer AS T¦1
SELECT T1.title, T1.capacity FROM song AS T¦1
SELECT T2.name FROM singer AS T1 WHER¦E T1.age = 1
SELECT T1.name FROM singer AS T1 WHERE T2.age¦ = 1
SELECT T1.name FROM singer AS T1 WHERE T1.title¦ = 1
SELECT T1.name FROM singer AS T1 JOIN song AS T2 ON T1.song_id¦ = T2.song_id
SELECT T1.name FROM singer AS T1 JOIN song AS T2 ON T1.Singer_ID = T2.id¦
SELECT T1.name FROM singer AS T1 JOIN song AS T2 ON T1.Singer_ID = T2.singer_id WHERE T3.x¦ = 1
SELECT s.name FROM singer s WHERE s."title"¦ = 1
SELECT s.name FROM singer s WHERE g.title¦ = 1
SELECT name FROM singer AS s WHERE singer.age¦ = 1
SELECT name FROM singer JOIN song USING (¦title)
SELECT name FROM singer WHERE Singer_ID IN (SELECT singer_id FROM song¦s)
SELECT name FROM singer WHERE Singer_ID IN (SELECT singer_id FROM song WHERE nosuch ¦= 1)
SELECT name FROM singer WHERE Singer_ID IN (SELECT concert_id FROM song¦)
SELECT name FROM singer s WHERE EXISTS (SELECT 1 FROM song g WHERE g.singer_id = s.id¦)
SELECT x.nosuch FROM (SELECT name FROM singer) x¦ WHERE x.name = 1
SELECT name FROM (SELECT name FROM singer) WHERE age ¦= 1
SELECT t.age FROM (SELECT name FROM singer) AS t¦
SELECT name FROM singer, (SELECT s.age FROM song s¦) x
WITH old AS (SELECT name FROM singer) SELECT age FROM old W¦HERE name = 1
WITH old AS (SELECT name FROM singer) SELECT old.age¦ FROM old
WITH old AS (SELECT name FROM singer) SELECT name FROM old¦er
WITH old(n) AS (SELECT name FROM singer) SELECT n FROM old WHERE name ¦= 'x'
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT j + 1 FROM n WHER¦E i < 10) SELECT i FROM n
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE j ¦< 10) SELECT i FROM n
SELECT name FROM singer UNION SELECT name FROM song¦
SELECT name FROM singer EXCEPT SELECT name FROM singer¦s
SELECT name FROM singer WHERE age > (SELECT avg(ages) FROM singer¦)
SELECT name, row_number() OVER (PARTITION BY nosuch) FROM singer WHER¦E age = 1
SELECT name FROM singer WHERE json_extract(nosuch¦, '$') = 1
SELECT title FROM song, json_each(song.tag¦)
SELECT j.val FROM json_each('[]') AS j¦
SELECT `Order` FROM `Order Details` WHER¦E Quantity = 1
SELECT Quantity FROM `Order Details` WHERE [Unit Prices] ¦= 1
SELECT m.jmeno FROM město AS m¦
SELECT jméno FROM město WHERE имени ¦= 1
SELECT nosuch¦
SELECT name¦
SELECT name FROM singer WHERE rowids ¦= 1
SELECT rowid FROM singer_in_concert¦
SELECT title FROM top_song WHERE song_id ¦= 1
SELECT title FROM doc WHERE nosuch ¦MATCH 'x'
SELECT name FROM singer WHERE nosuch¦(age) = 1
SELECT name FROM singer WHERE "singers".name¦ = 1
SELECT name FROM singer WHERE age IN ¦nosuch
SELECT name FROM ¦other.singer
SELECT name FROM dept WHERE budget > 5 ORDER BY (SELECT salaries FROM employee LIMI¦T 1)
