//! Right queries that mends once changed to others: each stays as it is, beside a question whose words only look like what the mend is for.

use rusqlite::Connection;
use sqllama::db::Database;
use sqllama::schema::Schema;
use sqllama::signal::Cancel;
use sqllama::sql::mend_for;

const MADE: &str = "
    CREATE TABLE employees (id INTEGER PRIMARY KEY, name TEXT, department TEXT, salary REAL, children INTEGER, manager_id INTEGER REFERENCES employees(id), hired_on TEXT);
    INSERT INTO employees VALUES (1, 'Tim', 'Sales', 4000, 0, NULL, '2019-04-02'), (2, 'Uta', 'Sales', 4100, 2, 1, '2020-02-13'), (3, 'Vic', 'Support', 3500, 1, 2, '2022-11-01');
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, city TEXT);
    INSERT INTO customers VALUES (1, 'Ann Moor', 'Berlin'), (2, 'Bob Lee', 'Oslo'), (3, 'May Stone', 'Rome');
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id), total REAL, status TEXT, ordered_at TEXT);
    INSERT INTO orders VALUES (1, 1, 80, 'paid', '2024-01-05'), (2, 1, 200, 'open', '2024-03-01'), (3, 2, 120, 'paid', '2023-07-09');
    CREATE TABLE returns (id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders(id), customer_id INTEGER REFERENCES customers(id));
    INSERT INTO returns VALUES (1, 2, 1);
    CREATE TABLE reviews (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id), stars INTEGER);
    INSERT INTO reviews VALUES (1, 1, 5), (2, 2, 4);
    CREATE TABLE subscriptions (id INTEGER PRIMARY KEY, name TEXT, price REAL, active INTEGER, started_on TEXT);
    INSERT INTO subscriptions VALUES (1, 'Paper', 20, 1, '2022-11-03'), (2, 'Music', 9.99, 1, '2023-04-05'), (3, 'Gym', 30, 0, '2019-08-01');
    CREATE TABLE members (id INTEGER PRIMARY KEY, name TEXT, age INTEGER, birthday TEXT, joined_on TEXT);
    INSERT INTO members VALUES (1, 'Dan', 17, '2007-02-01', '2019-05-06'), (2, 'May', 40, '1984-09-09', '2021-01-02');
    CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT);
    INSERT INTO books VALUES (1, 'Curtain'), (2, 'Jazz');
    CREATE TABLE loans (id INTEGER PRIMARY KEY, member_id INTEGER REFERENCES members(id), book_id INTEGER REFERENCES books(id), due_on TEXT, returned_on TEXT);
    INSERT INTO loans VALUES (1, 1, 1, '2024-01-10', '2024-01-08'), (2, 1, 1, '2024-03-10', NULL), (3, 2, 2, '2024-02-10', '2024-02-12');
    CREATE TABLE matches (id INTEGER PRIMARY KEY, red_cards INTEGER);
    INSERT INTO matches VALUES (1, 0), (2, 3), (3, 1);
    CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT, price REAL);
    INSERT INTO products VALUES (1, 'Lamp', 30), (2, 'Desk', 200);
    CREATE TABLE invoices (id INTEGER PRIMARY KEY, net_amount REAL, gross_amount REAL);
    INSERT INTO invoices VALUES (1, 100, 119), (2, 500, 595);
    CREATE TABLE invoice_lines (id INTEGER PRIMARY KEY, invoice_id INTEGER REFERENCES invoices(id), product_id INTEGER REFERENCES products(id), quantity INTEGER, vat_rate REAL);
    INSERT INTO invoice_lines VALUES (1, 1, 1, 2, 0.19), (2, 2, 2, 1, 0.07);
    CREATE TABLE sales (id INTEGER PRIMARY KEY, customer TEXT, customer_nr INTEGER, month TEXT, month_num INTEGER, amount REAL);
    INSERT INTO sales VALUES (1, 'Shop 0', 500, 'May', 5, 10), (2, 'Shop 1', 501, 'June', 6, 20);
    CREATE TABLE milkings (id INTEGER PRIMARY KEY, cow TEXT, litres REAL, milked_on TEXT);
    INSERT INTO milkings VALUES (1, 'Bella', 12.5, '2024-01-05'), (2, 'Rosie', 20.1, '2024-01-05'), (3, 'Bella', 15, '2024-01-06');
";

fn schema() -> Schema {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept.db");
    Connection::open(&path).unwrap().execute_batch(&format!("BEGIN; {MADE}; COMMIT;")).unwrap();
    Database::open(&path).unwrap().schema(&Cancel::new()).unwrap()
}

#[track_caller]
fn check(schema: &Schema, question: &str, sql: &str) {
    let mended = mend_for(sql, schema, question);
    assert_eq!(mended.sql, sql, "{question}: {:?}", mended.changes);
}

#[test]
fn right_queries_stay() {
    let schema = schema();
    let check = |question: &str, sql: &str| check(&schema, question, sql);
    // Of the row itself, and of none under it.
    check("Which department does Uta work for?", "SELECT department FROM employees WHERE name = 'Uta'");
    check("How many children does Tim have?", "SELECT children FROM employees WHERE name = 'Tim'");
    check("Which employees contain the letter u?", "SELECT name FROM employees WHERE name LIKE '%u%'");
    // Who did it, and what is paid again and again.
    check("How many reviews were written by customers?", "SELECT COUNT(*) FROM reviews");
    check("How much was spent by customers?", "SELECT SUM(total) FROM orders");
    check("How much do my subscriptions cost per month?", "SELECT SUM(price) FROM subscriptions WHERE active = 1");
    check("How much do we pay in salaries per month?", "SELECT SUM(salary) FROM employees");
    check("What is the most milk given per day?", "SELECT MAX(litres) FROM milkings");
    // The coarser key is spoken of.
    check(
        "List the ids of orders of customers who returned something",
        "SELECT id FROM orders WHERE customer_id IN (SELECT customer_id FROM returns)",
    );
    // What is left out.
    check(
        "Which customers never placed an order over 100?",
        "SELECT c.name FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.id HAVING MAX(o.total) <= 100",
    );
    check("List all products except those over 20", "SELECT name FROM products WHERE price <= 20");
    check("Which loans have nobody under 18?", "SELECT l.id FROM loans l JOIN members m ON m.id = l.member_id WHERE m.age >= 18");
    check("Which loans weren't late?", "SELECT id FROM loans WHERE returned_on <= due_on");
    check("How many loans came back on time and how many late?", "SELECT SUM(returned_on <= due_on), SUM(returned_on > due_on) FROM loans");
    check(
        "Which members have not returned their loans?",
        "SELECT DISTINCT m.name FROM members m JOIN loans l ON l.member_id = m.id WHERE l.returned_on IS NULL",
    );
    check(
        "Which members have no open loans?",
        "SELECT m.name FROM members m WHERE (SELECT COUNT(*) FROM loans l WHERE l.member_id = m.id AND l.returned_on IS NULL) = 0",
    );
    // Nobody's age, one row's amount, every time that something was borrowed.
    check("Who has the oldest membership?", "SELECT name FROM members ORDER BY joined_on LIMIT 1");
    check("Which cow gave the most milk in one day?", "SELECT cow FROM milkings ORDER BY litres DESC LIMIT 1");
    check(
        "How many books did each member borrow?",
        "SELECT m.name, COUNT(*) FROM members m JOIN loans l ON l.member_id = m.id JOIN books b ON b.id = l.book_id GROUP BY m.id",
    );
    check("How many games had red cards?", "SELECT COUNT(red_cards) FROM matches WHERE red_cards > 0");
    // Rates are no prices, net is no part of gross, and numbers of things are what is asked for.
    check(
        "What is the net revenue per product?",
        "SELECT p.name, SUM(p.price * l.quantity) FROM invoice_lines l JOIN products p ON p.id = l.product_id GROUP BY p.id",
    );
    check("Which invoices exceed 500 in total?", "SELECT id FROM invoices WHERE gross_amount > 500");
    check("How much did each customer buy?", "SELECT customer_nr, SUM(amount) FROM sales GROUP BY customer_nr");
    check("What is the average sale per month number?", "SELECT month_num, AVG(amount) FROM sales GROUP BY month_num");
    // What was there at some time of a year, a month of one, and an age.
    let overlap = "SELECT count(*) FROM loans WHERE due_on < '2025-01-01' AND (returned_on IS NULL OR returned_on >= '2024-01-01')";
    check("How many loans were out in 2024?", overlap);
    check("How many orders for January in 2024?", "SELECT count(*) FROM orders WHERE strftime('%Y-%m', ordered_at) = '2024-01'");
    check("What is the age of the oldest member?", "SELECT MAX(age) FROM members");
    // Employees of each manager, and nobody is called by a title.
    check(
        "How many employees does each manager have?",
        "SELECT m.name, COUNT(e.id) FROM employees m JOIN employees e ON e.manager_id = m.id GROUP BY m.id",
    );
}
