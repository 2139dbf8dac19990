-- A shop that sells music. Every name is the project's own.
CREATE TABLE country (
  country_id INTEGER PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE,
  currency   TEXT NOT NULL
);
CREATE TABLE genre (
  genre_id INTEGER PRIMARY KEY,
  name     TEXT NOT NULL UNIQUE
);
CREATE TABLE artist (
  artist_id  INTEGER PRIMARY KEY,
  name       TEXT NOT NULL,
  country_id INTEGER NOT NULL REFERENCES country (country_id),
  founded    INTEGER
);
CREATE TABLE album (
  album_id     INTEGER PRIMARY KEY,
  title        TEXT NOT NULL,
  artist_id    INTEGER NOT NULL REFERENCES artist (artist_id),
  release_date TEXT NOT NULL
);
CREATE TABLE track (
  track_id   INTEGER PRIMARY KEY,
  title      TEXT NOT NULL,
  album_id   INTEGER NOT NULL REFERENCES album (album_id),
  genre_id   INTEGER NOT NULL REFERENCES genre (genre_id),
  composer   TEXT,
  seconds    INTEGER NOT NULL,
  unit_price NUMERIC NOT NULL
);
CREATE TABLE employee (
  employee_id INTEGER PRIMARY KEY,
  first_name  TEXT NOT NULL,
  last_name   TEXT NOT NULL,
  title       TEXT NOT NULL,
  manager_id  INTEGER REFERENCES employee (employee_id),
  hired_on    TEXT NOT NULL
);
CREATE TABLE customer (
  customer_id INTEGER PRIMARY KEY,
  first_name  TEXT NOT NULL,
  last_name   TEXT NOT NULL,
  email       TEXT,
  city        TEXT NOT NULL,
  country_id  INTEGER NOT NULL REFERENCES country (country_id),
  support_id  INTEGER REFERENCES employee (employee_id),
  joined_on   TEXT NOT NULL
);
CREATE TABLE invoice (
  invoice_id   INTEGER PRIMARY KEY,
  customer_id  INTEGER NOT NULL REFERENCES customer (customer_id),
  invoice_date TEXT NOT NULL,
  total        NUMERIC NOT NULL
);
CREATE TABLE invoice_line (
  invoice_line_id INTEGER PRIMARY KEY,
  invoice_id      INTEGER NOT NULL REFERENCES invoice (invoice_id),
  track_id        INTEGER NOT NULL REFERENCES track (track_id),
  unit_price      NUMERIC NOT NULL,
  quantity        INTEGER NOT NULL
);
-- As in many a real file, nobody declared that customer_id refers to customer.
CREATE TABLE review (
  review_id   INTEGER PRIMARY KEY,
  album_id    INTEGER NOT NULL REFERENCES album (album_id),
  customer_id INTEGER NOT NULL,
  stars       INTEGER NOT NULL CHECK (stars BETWEEN 1 AND 5),
  comment     TEXT,
  written_on  TEXT NOT NULL
);
CREATE VIEW customer_spending AS
  SELECT c.customer_id, c.first_name || ' ' || c.last_name AS customer, count(*) AS invoices, round(sum(i.total), 2) AS spent
  FROM customer AS c JOIN invoice AS i ON i.customer_id = c.customer_id
  GROUP BY c.customer_id;
