//! Numbers and dates that a CSV import or an ORM left as text: what is asked of them is answered as if they were kept as what they are.

use sqllama::sql::{ChangeKind, mend_for};

use crate::made::Made;

/// `draft`, mended and shown as mended, returns what `right` does.
#[track_caller]
fn check(case: &Made, draft: &str, right: &str) {
    let mended = mend_for(draft, &case.schema, "");
    assert!(mended.changes.iter().any(|change| matches!(change.kind, ChangeKind::Number | ChangeKind::Date)), "{draft} stays");
    case.check("", draft, right);
}

/// `draft` stays as it is.
#[track_caller]
fn stays(case: &Made, draft: &str) {
    assert_eq!(mend_for(draft, &case.schema, "").sql, draft);
}

#[test]
fn what_a_csv_import_left_is_compared_as_numbers() {
    let case = Made::of(
        "CREATE TABLE city (city TEXT, population TEXT, area TEXT);
         INSERT INTO city VALUES ('Paris','2148000','105.4'), ('Lyon','516092','47.87'), ('Nice','342669','71.92'), ('Lille','233098','34.8'),
           ('Brest','139163','49.51'), ('Nimes','99800','161.85')",
    );
    case.tells(&["population TEXT, -- number as text, e.g. 2148000, 516092"]);
    let number = "CAST(population AS INTEGER)";
    for (draft, right) in [
        ("SELECT city FROM city ORDER BY population DESC LIMIT 1", format!("SELECT city FROM city ORDER BY {number} DESC LIMIT 1")),
        ("SELECT city FROM city ORDER BY population", format!("SELECT city FROM city ORDER BY {number}")),
        ("SELECT max(population), min(area) FROM city", format!("SELECT max({number}), min(CAST(area AS REAL)) FROM city")),
        ("SELECT city FROM city WHERE population > 100000", format!("SELECT city FROM city WHERE {number} > 100000")),
        ("SELECT city FROM city WHERE population > '100000'", format!("SELECT city FROM city WHERE {number} > 100000")),
        ("SELECT city FROM city WHERE area BETWEEN 40 AND 110", "SELECT city FROM city WHERE CAST(area AS REAL) BETWEEN 40 AND 110".into()),
        (
            "SELECT city FROM city WHERE population = (SELECT max(population) FROM city)",
            "SELECT city FROM city WHERE city = 'Paris'".into(),
        ),
        (
            "SELECT city FROM city WHERE population > (SELECT avg(population) FROM city)",
            format!("SELECT city FROM city WHERE {number} > (SELECT avg({number}) FROM city)"),
        ),
        (
            "SELECT city FROM city WHERE population < (SELECT population FROM city WHERE city = 'Lyon')",
            format!("SELECT city FROM city WHERE {number} < 516092"),
        ),
        (
            "SELECT city, population AS p FROM city ORDER BY p DESC LIMIT 2",
            format!("SELECT city, population FROM city ORDER BY {number} DESC LIMIT 2"),
        ),
        ("SELECT city, population FROM city ORDER BY 2", format!("SELECT city, population FROM city ORDER BY {number}")),
        (
            "SELECT city FROM city GROUP BY city HAVING max(population) > 400000 ORDER BY city",
            format!("SELECT city FROM city WHERE {number} > 400000 ORDER BY city"),
        ),
    ] {
        check(&case, draft, &right);
    }
    stays(&case, "SELECT sum(population), avg(area) FROM city");
    stays(&case, "SELECT city FROM city WHERE population = '99800'");
    stays(&case, "SELECT city FROM city ORDER BY city");
}

#[test]
fn decimals_of_an_orm_are_numbers() {
    let case = Made::of(
        "CREATE TABLE \"Products\" (\"Id\" INTEGER NOT NULL PRIMARY KEY, \"Name\" TEXT NOT NULL, \"Price\" TEXT NOT NULL, \"Stock\" INTEGER NOT NULL);
         INSERT INTO \"Products\" VALUES (1,'Lamp','9.5',4), (2,'Desk','120.0',2), (3,'Chair','85.0',9), (4,'Bed','1250.0',1), (5,'Mug','7.0',50);
         CREATE TABLE line (id INTEGER PRIMARY KEY, product_id INTEGER REFERENCES \"Products\"(\"Id\"), price VARCHAR(40), budget VARCHAR(40));
         INSERT INTO line VALUES (1,1,'9.50','100.00'), (2,2,'120.00','99.99'), (3,4,'1250.00','2000.00'), (4,5,'7.00','9.50')",
    );
    let price = "CAST(Price AS REAL)";
    check(&case, "SELECT Name FROM Products ORDER BY Price DESC LIMIT 1", "SELECT Name FROM Products WHERE Id = 4");
    check(&case, "SELECT Name FROM Products WHERE Price > 50", &format!("SELECT Name FROM Products WHERE {price} > 50"));
    check(&case, "SELECT id FROM line WHERE price > budget", "SELECT id FROM line WHERE id = 2");
    check(&case, "SELECT id FROM line WHERE price = 9.5", "SELECT id FROM line WHERE id = 1");
    check(&case, "SELECT a.id FROM line a JOIN line b ON a.price = b.budget", "SELECT id FROM line WHERE id = 1");
    check(&case, "SELECT l.id FROM line l JOIN Products p ON p.Price = l.price ORDER BY l.id", "SELECT id FROM line ORDER BY id");
    check(
        &case,
        "SELECT Name FROM Products WHERE \"Price\" >= 85 AND Stock > 1 ORDER BY Name",
        "SELECT Name FROM Products WHERE Id IN (2, 3) ORDER BY Name",
    );
}

#[test]
fn money_commas_and_percent_are_read() {
    let case = Made::of(
        "CREATE TABLE member (id INTEGER PRIMARY KEY, name TEXT, fee TEXT, preis TEXT, rate TEXT, sales TEXT, balance TEXT, score TEXT, worth NUMERIC);
         INSERT INTO member VALUES (1,'Ann','$9.50','9,5','12.5%','1,250','(120.50)','12','1,250'), (2,'Bob','$120.00','1.250,00','7%','90','9.00','',950),
           (3,'Cid','$85.00','120,75','100%','3,120,400','15.00','103','2,000'), (4,'Dan','$1,250.00','85','55%','999','-3.00','7',12)",
    );
    case.tells(&["number as text with ',' between th"]);
    for (draft, ids) in [
        ("SELECT id FROM member ORDER BY fee DESC", "4,2,3,1"),
        ("SELECT id FROM member WHERE fee > 100 ORDER BY id", "2,4"),
        ("SELECT id FROM member WHERE fee >= '$100' ORDER BY id", "2,4"),
        ("SELECT id FROM member ORDER BY preis DESC", "2,3,4,1"),
        ("SELECT id FROM member WHERE preis > 100.5 ORDER BY id", "2,3"),
        ("SELECT id FROM member WHERE preis > '100,5' ORDER BY id", "2,3"),
        ("SELECT id FROM member ORDER BY rate DESC", "3,4,1,2"),
        ("SELECT id FROM member WHERE rate > 10 ORDER BY id", "1,3,4"),
        ("SELECT id FROM member WHERE rate > '10%' ORDER BY id", "1,3,4"),
        ("SELECT id FROM member ORDER BY sales DESC", "3,1,4,2"),
        ("SELECT id FROM member ORDER BY balance", "1,4,2,3"),
        ("SELECT id FROM member WHERE score < 50 ORDER BY id", "1,4"),
        ("SELECT id FROM member WHERE score > 50", "3"),
        ("SELECT id FROM member WHERE worth > 900 ORDER BY id", "1,2,3"),
        ("SELECT id FROM member ORDER BY worth DESC", "3,1,2,4"),
    ] {
        let order =
            ids.split(',').enumerate().map(|(at, id)| format!("SELECT {id} AS id, {at} AS at")).collect::<Vec<_>>().join(" UNION ALL ");
        check(&case, draft, &format!("SELECT id FROM ({order}) ORDER BY at"));
    }
    check(&case, "SELECT sum(fee) FROM member", "SELECT 1464.5");
    check(&case, "SELECT sum(preis) FROM member", "SELECT 1465.25");
    check(&case, "SELECT max(preis), min(preis) FROM member", "SELECT 1250.0, 9.5");
    check(&case, "SELECT avg(worth) FROM member", "SELECT 1053.0");
    check(&case, "SELECT sum(sales) FROM member", "SELECT 3122739");
    check(&case, "SELECT min(score) FROM member", "SELECT 7");
    check(&case, "SELECT fee * 2 FROM member WHERE id = 4", "SELECT 2500.0");
    check(&case, "SELECT round(CAST(fee AS REAL)) FROM member WHERE id = 1", "SELECT 10.0");
    stays(&case, "SELECT id FROM member WHERE fee = '$9.50'");
    stays(&case, "SELECT CAST(replace(replace(fee, '$', ''), ',', '') AS REAL) AS f FROM member ORDER BY f");
}

#[test]
fn local_dates_are_read_as_dates() {
    let case = Made::of(
        "CREATE TABLE member (id INTEGER PRIMARY KEY, name TEXT, joined TEXT, us TEXT, am TEXT, seen TEXT, slashed TEXT, unclear TEXT, short TEXT, old TEXT);
         INSERT INTO member VALUES (1,'Ann','05/01/2024','1/5/2024','05.01.2024','05/01/2024 10:30','2024/01/05','05/01/2024','05/01/24','05/01/99'),
           (2,'Bob','28/12/2022','12/28/2022','28.12.2022','28/12/2022 09:00','2022/12/28','03/12/2022','28/12/22','28/12/22'),
           (3,'Cid','17/06/2023','6/17/2023','17.06.2023','17/06/2023 23:59','2023/06/17','07/06/2023','17/06/23','17/06/23'),
           (4,'Dan','30/11/2021','11/30/2021','30.11.2021','30/11/2021 00:00','2021/11/30','11/11/2021','30/11/21','30/11/21')",
    );
    case.tells(&["DD/MM/YYYY as text, 2021-11-30..2024-01-05"]);
    for column in ["joined", "us", "am", "seen", "slashed", "short"] {
        for (draft, ids) in [
            ("SELECT id FROM member ORDER BY {} DESC", "1,3,2,4"),
            ("SELECT id FROM member WHERE {} >= '2023-01-01' ORDER BY id", "1,3"),
            ("SELECT id FROM member WHERE strftime('%Y', {}) = '2023'", "3"),
            ("SELECT id FROM member WHERE {} BETWEEN '2022-01-01' AND '2023-12-31' ORDER BY id", "2,3"),
            ("SELECT id FROM member WHERE date({}) < '2022-06-01'", "4"),
            ("SELECT id FROM member WHERE YEAR({}) = 2022", "2"),
            ("SELECT id FROM member WHERE {} > date('2023-12-01')", "1"),
            ("SELECT id FROM member WHERE {} = (SELECT max({}) FROM member)", "1"),
            ("SELECT id FROM member WHERE {} >= 2023 ORDER BY id", "1,3"),
            ("SELECT id FROM member WHERE julianday('2024-01-10') - julianday({}) < 10", "1"),
        ] {
            let order =
                ids.split(',').enumerate().map(|(at, id)| format!("SELECT {id} AS id, {at} AS at")).collect::<Vec<_>>().join(" UNION ALL ");
            check(&case, &draft.replace("{}", column), &format!("SELECT id FROM ({order}) ORDER BY at"));
        }
    }
    for column in ["joined", "us", "am", "short"] {
        check(&case, &format!("SELECT id FROM member WHERE {column} LIKE '2023%'"), "SELECT 3");
        check(&case, &format!("SELECT id FROM member WHERE substr({column}, 1, 4) = '2023'"), "SELECT 3");
    }
    check(&case, "SELECT id FROM member WHERE joined > '01/12/2023'", "SELECT 1");
    check(&case, "SELECT strftime('%H:%M', seen) FROM member WHERE id = 1", "SELECT '10:30'");
    check(&case, "SELECT max(joined) FROM member", "SELECT '2024-01-05'");
    stays(&case, "SELECT id FROM member WHERE joined = '05/01/2024'");
    stays(&case, "SELECT id FROM member WHERE joined LIKE '%/2024'");
    stays(&case, "SELECT id FROM member WHERE substr(joined, 7, 4) = '2024'");
    case.check_doubted("SELECT id FROM member ORDER BY unclear", "unclear holds dates as text, day or month first");
    case.check_doubted("SELECT id FROM member WHERE old > '2023-01-01'", "year in two digits");
}

#[test]
fn codes_and_words_stay_text() {
    let case = Made::of(
        "CREATE TABLE place (zip TEXT, phone TEXT, version TEXT, room TEXT, title TEXT, result TEXT);
         INSERT INTO place VALUES ('01067','5551234567','1.2.3','12a','Ann','3-2'), ('80331','5559876543','1.10.0','7','Bob','1-0')",
    );
    for sql in [
        "SELECT zip FROM place ORDER BY zip",
        "SELECT phone FROM place ORDER BY phone",
        "SELECT max(version), max(room), max(result) FROM place",
        "SELECT title FROM place WHERE zip = '01067'",
    ] {
        stays(&case, sql);
    }
}
