//! Files as programs leave them, with drafts as models write them: what is mended returns the rows that the owner means, and what is not
//! mended is doubted. Each file is made here.

use sqllama::db::Database;
use sqllama::signal::Cancel;

use crate::made::Made;

/// One moment in every unit that programs use: 60 of them, two months apart.
fn epochs() -> Made {
    let mut sql = String::from(
        "CREATE TABLE visit (id INTEGER PRIMARY KEY, title TEXT, core_data TIMESTAMP, webkit INTEGER, prtime INTEGER, unix INTEGER,
         unix_ms INTEGER, unix_ns INTEGER, julian REAL, ticks INTEGER, filetime INTEGER, ole REAL, ymd INTEGER, apple_ns INTEGER,
         unix_text TEXT, iso TEXT)",
    );
    for i in 0..60i64 {
        let at = format!("{}", 1_451_952_000 + 61 * 86_400 * i + 37 * i);
        sql.push_str(&format!(
            "; INSERT INTO visit VALUES ({}, 'page {}', {at} - 978307200 + 0.25, ({at} + 11644473600) * 1000000, {at} * 1000000, {at}, \
             {at} * 1000, {at} * 1000000000, {at} / 86400.0 + 2440587.5, ({at} + 62135596800) * 10000000, ({at} + 11644473600) * 10000000, \
             {at} / 86400.0 + 25569, CAST(strftime('%Y%m%d', {at}, 'unixepoch') AS INTEGER), ({at} - 978307200) * 1000000000, \
             CAST({at} AS TEXT), datetime({at}, 'unixepoch'))",
            i + 1,
            i % 7
        ));
    }
    Made::of(&sql)
}

#[test]
fn dates_of_every_unit_are_answered_like_the_iso_text_beside_them() {
    let case = epochs();
    for column in [
        "core_data",
        "webkit",
        "prtime",
        "unix",
        "unix_ms",
        "unix_ns",
        "julian",
        "ticks",
        "filetime",
        "ole",
        "ymd",
        "apple_ns",
        "unix_text",
    ] {
        let times = case.schema.tables[0].column(column).unwrap().meaning.times();
        assert!(times.is_some_and(|times| !times.is_open()), "{column}: {times:?}");
        for (draft, right) in [
            (
                "SELECT count(*) FROM visit WHERE strftime('%Y', {}) = '2018'",
                "SELECT count(*) FROM visit WHERE strftime('%Y', iso) = '2018'",
            ),
            ("SELECT count(*) FROM visit WHERE {} LIKE '2018%'", "SELECT count(*) FROM visit WHERE iso LIKE '2018%'"),
            ("SELECT count(*) FROM visit WHERE {} >= '2020-01-01'", "SELECT count(*) FROM visit WHERE iso >= '2020-01-01'"),
            (
                "SELECT title FROM visit WHERE {} BETWEEN '2017-01-01' AND '2017-12-31' ORDER BY id",
                "SELECT title FROM visit WHERE date(iso) BETWEEN '2017-01-01' AND '2017-12-31' ORDER BY id",
            ),
            (
                "SELECT EXTRACT(YEAR FROM {}) AS y, count(*) FROM visit GROUP BY y ORDER BY y",
                "SELECT CAST(strftime('%Y', iso) AS INTEGER) AS y, count(*) FROM visit GROUP BY y ORDER BY y",
            ),
            ("SELECT count(*) FROM visit WHERE YEAR({}) = 2019", "SELECT count(*) FROM visit WHERE strftime('%Y', iso) = '2019'"),
            (
                "SELECT count(*) FROM visit WHERE {} > date('2024-06-01', '-1 year')",
                "SELECT count(*) FROM visit WHERE date(iso) > date('2024-06-01', '-1 year')",
            ),
            ("SELECT date(max({})) FROM visit", "SELECT date(max(iso)) FROM visit"),
        ] {
            let draft = draft.replace("{}", column);
            // Digits of a date are compared as digits: their year is a prefix already.
            case.check("", &draft, right);
        }
    }
}

#[test]
fn milliseconds_of_an_orm_are_dates() {
    let mut sql = String::from(
        "CREATE TABLE \"User\" (\"id\" TEXT NOT NULL PRIMARY KEY, \"email\" TEXT NOT NULL, \"createdAt\" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP);
         CREATE TABLE \"Order\" (\"id\" TEXT NOT NULL PRIMARY KEY, \"userId\" TEXT NOT NULL REFERENCES \"User\"(\"id\"), \"total\" DECIMAL NOT NULL,
           \"createdAt\" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP)",
    );
    for i in 0..40 {
        if i < 10 {
            sql.push_str(&format!(
                "; INSERT INTO \"User\" VALUES ('ck{i:04}', 'u{i}@example.com', {})",
                1_704_067_200_000i64 + i * 3_456_000_000
            ));
        }
        let at = 1_704_067_200_000i64 + i * 1_728_000_000;
        sql.push_str(&format!("; INSERT INTO \"Order\" VALUES ('or{i:04}', 'ck{:04}', {}, {at})", i % 10, i as f64 * 1.5));
    }
    let case = Made::of(&sql);
    case.check(
        "How many orders in 2025?",
        "SELECT count(*) FROM \"Order\" WHERE createdAt >= '2025-01-01' AND createdAt < '2026-01-01'",
        "SELECT count(*) FROM \"Order\" WHERE strftime('%Y', createdAt / 1000, 'unixepoch') = '2025'",
    );
    case.check(
        "Total by month",
        "SELECT DATE_TRUNC('month', o.createdAt) AS m, sum(o.total) FROM \"Order\" o JOIN \"User\" u ON u.id = o.userId GROUP BY m ORDER BY m",
        "SELECT datetime(createdAt / 1000, 'unixepoch', 'start of month') AS m, sum(total) FROM \"Order\" GROUP BY m ORDER BY m",
    );
    case.check(
        "Orders later than a month after their user came",
        "SELECT count(*) FROM \"Order\" o JOIN \"User\" u ON u.id = o.userId WHERE julianday(o.createdAt) - julianday(u.createdAt) > 30",
        "SELECT count(*) FROM \"Order\" o JOIN \"User\" u ON u.id = o.userId WHERE o.createdAt - u.createdAt > 30 * 86400000",
    );
}

#[test]
fn yes_and_no_are_asked_for_as_they_are_stored() {
    let mut sql = String::from("CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR, admin BOOLEAN, active BOOLEAN, subscribed TEXT)");
    for i in 0..12 {
        let word = |yes: bool, words: [&str; 2]| words[usize::from(!yes)].to_owned();
        sql.push_str(&format!(
            "; INSERT INTO users VALUES ({i}, 'u{i}', '{}', '{}', '{}')",
            word(i % 4 == 0, ["t", "f"]),
            word(i % 3 != 0, ["true", "false"]),
            word(i % 2 == 1, ["Y", "N"])
        ));
    }
    let case = Made::of(&sql);
    let count = |condition: &str| format!("SELECT count(*) FROM users WHERE {condition}");
    case.check("", &count("admin = 1"), &count("admin = 't'"));
    case.check("", &count("NOT admin"), &count("admin = 'f'"));
    case.check("", &count("active = TRUE AND subscribed = 'yes'"), &count("active = 'true' AND subscribed = 'Y'"));
    case.check("", "SELECT sum(admin), avg(active) FROM users", "SELECT sum(admin = 't'), avg(active = 'true') FROM users");
}

/// What ORMs and data libraries keep, as their makers were seen to write it.
#[test]
fn habits_of_libraries_are_read() {
    let drizzle = Made::of(
        "CREATE TABLE job (id INTEGER PRIMARY KEY, started INTEGER);
         INSERT INTO job VALUES (1, 1672531200), (2, 1706745600), (3, 1709251200), (4, 1711929600)",
    );
    drizzle.check("", "SELECT id FROM job WHERE started < '2024-01-01'", "SELECT 1");
    let knex = Made::of(
        "CREATE TABLE job (id INTEGER PRIMARY KEY, created_at DATETIME);
         INSERT INTO job VALUES (1, 1706745600000), (2, '2024-03-01 10:00:00'), (3, 1709251200000), (4, '2023-04-01 09:00:00')",
    );
    knex.check("", "SELECT id FROM job WHERE created_at >= '2024-01-01'", "SELECT id FROM job WHERE id < 4");
    let django = Made::of(
        "CREATE TABLE job (id INTEGER PRIMARY KEY, took bigint);
         INSERT INTO job VALUES (1, 3600000000), (2, 90000000000), (3, 172800000000), (4, 60000000)",
    );
    django.check("Which jobs took longer than a day?", "SELECT id FROM job WHERE took > 1", "SELECT id FROM job WHERE took > 86400000000");
    let sqlalchemy = Made::of(
        "CREATE TABLE job (id INTEGER PRIMARY KEY, took DATETIME);
         INSERT INTO job VALUES (1, '1970-01-01 01:00:00.000000'), (2, '1970-01-03 00:00:00.000000'), (3, '1970-01-02 12:00:00.000000')",
    );
    sqlalchemy.check("", "SELECT id FROM job WHERE took > '1 day'", "SELECT id FROM job WHERE id > 1");
    let tortoise = Made::of(
        "CREATE TABLE job (id INTEGER PRIMARY KEY, price VARCHAR(40), took TEXT);
         INSERT INTO job VALUES (1, '9.99', '1 day, 2:00:03'), (2, '120.00', '0:20:00'), (3, '75.50', '2:00:00')",
    );
    tortoise.check("", "SELECT id FROM job WHERE price > 50", "SELECT id FROM job WHERE id > 1");
    let numbers = Made::of("CREATE TABLE t (id INTEGER PRIMARY KEY, size INTEGER); INSERT INTO t VALUES (1, 40), (2, 50), (3, 90)");
    numbers.check_doubted("SELECT id FROM t WHERE size > '2024-01-01'", "size holds numbers");
    numbers.check_doubted("SELECT id FROM t WHERE date(size) > '2024-01-01'", "size holds numbers");
    let open = Made::of(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, stamp TIMESTAMP);
         INSERT INTO t VALUES (1, 700000000.5), (2, 710000000.25), (3, 720000000.75)",
    );
    open.check_doubted("SELECT id FROM t WHERE stamp > '2022-01-01'", "leave open");
}

/// Names in other languages and in one word, 0 for "never", numbers beside texts, a view's column, a column that only the query dates.
#[test]
fn moments_are_read_under_any_name() {
    let mut sql = String::from(
        "CREATE TABLE Bestellung (Nr INTEGER PRIMARY KEY, Bestelldatum INTEGER, gesehen INTEGER, Lieferdatum TEXT, secs INTEGER, odd INTEGER,
         modified DATETIME, ymd INTEGER, created_at INTEGER);
         CREATE VIEW late AS SELECT Nr AS id, Bestelldatum AS went FROM Bestellung WHERE Nr > 0",
    );
    for i in 0..40i64 {
        let at = 1_678_000_000 + i * 950_400;
        let modified = if i % 2 == 0 { format!("{at} * 1000") } else { format!("datetime({at}, 'unixepoch')") };
        sql.push_str(&format!(
            "; INSERT INTO Bestellung VALUES ({i}, {at}, 0, '{at}', {at}, {at}, {modified}, CAST(strftime('%Y%m%d', {at}, 'unixepoch') AS INTEGER),
             CASE {i} % 4 WHEN 0 THEN 0 ELSE {at} * 1000 END)"
        ));
    }
    let case = Made::of(&sql);
    let count = |condition: &str| format!("SELECT count(*) FROM Bestellung WHERE {condition}");
    let right = count("Bestelldatum >= 1704067200");
    for condition in [
        "Bestelldatum >= '2024-01-01'",
        "YEAR(Bestelldatum) = 2024",
        "Lieferdatum >= '2024-01-01'",
        "secs >= '2024-01-01'",
        "secs >= 1704067200000",
        "secs >= strftime('%s', '2024-01-01') * 1000",
        "odd >= '2024-01-01'",
        "modified >= '2024-01-01'",
        "ymd >= '2024-01-01'",
        "substr(ymd, 1, 4) = '2024'",
    ] {
        case.check("", &count(condition), &right);
    }
    case.check("", "SELECT count(*) FROM late WHERE went >= '2024-01-01'", &right);
    case.check("", &count("created_at < '2024-01-01'"), &count("created_at BETWEEN 1 AND 1704067199999"));
    case.check(
        "",
        "SELECT date(min(created_at)) FROM Bestellung",
        "SELECT date(min(Bestelldatum), 'unixepoch') FROM Bestellung WHERE Nr > 0",
    );
    case.check("", "SELECT max(modified) FROM Bestellung", "SELECT datetime(max(Bestelldatum), 'unixepoch') FROM Bestellung");
    case.check("", "SELECT Nr FROM Bestellung ORDER BY modified DESC LIMIT 3", "SELECT Nr FROM Bestellung ORDER BY Nr DESC LIMIT 3");
    for draft in [
        "SELECT count(*) FROM Bestellung WHERE created_at >= unixepoch('2024-01-01') * 1000",
        "SELECT count(*) FROM Bestellung WHERE created_at BETWEEN strftime('%s', '2024-01-01') * 1000 AND strftime('%s', '2024-02-01') * 1000",
        "SELECT substr(ymd, 1, 4) || '-' || substr(ymd, 5, 2), count(*) FROM Bestellung GROUP BY 1",
        "SELECT (strftime('%s', '2024-12-31') - created_at / 1000) / 86400 FROM Bestellung",
    ] {
        case.check("", draft, draft);
    }
}

/// What a game, a chat and a shop keep: days of spreadsheets, digits of days as a key, moments that are not there, lengths between moments.
#[test]
fn moments_are_asked_for_by_their_own_column() {
    let mut sql = String::from(
        "CREATE TABLE player (id INTEGER PRIMARY KEY, created INTEGER, last_login REAL, banned_until INTEGER);
         CREATE TABLE weight (day TEXT PRIMARY KEY, grams INTEGER) WITHOUT ROWID;
         CREATE TABLE message (id INTEGER PRIMARY KEY, sent INTEGER, received INTEGER, deleted_at INTEGER, read INTEGER, completed_at INTEGER);
         CREATE TABLE parcel (id INTEGER PRIMARY KEY, placed TEXT, shipped TEXT)",
    );
    for i in 0..40i64 {
        let at = 1_641_000_000 + i * 2_160_000;
        sql.push_str(&format!(
            "; INSERT INTO player VALUES ({i}, {at} * 1000, {at} / 86400.0 + 25569.25, iif({i} % 4, 0, 1733011200));
             INSERT INTO weight VALUES (strftime('%Y%m%d', {at}, 'unixepoch'), {i});
             INSERT INTO message VALUES ({i}, {at} * 1000, {at} * 1000 + {i} * 4000, iif({i} % 5, NULL, {at} * 1000 + 5), {i} % 2,
                iif({i} % 3, {at}, 0));
             INSERT INTO parcel VALUES ({i}, datetime({at}, 'unixepoch'), iif({i} % 7, datetime({at} + {i} * 7200, 'unixepoch'), NULL))"
        ));
    }
    let case = Made::of(&sql);
    let count = |table: &str, condition: &str| format!("SELECT count(*) FROM {table} WHERE {condition}");
    let check = |question: &str, table: &str, draft: &str, right: &str| case.check(question, &count(table, draft), &count(table, right));
    check("", "player", "last_login >= '2023-01-01'", "last_login >= 44927");
    check("", "player", "strftime('%Y', last_login) = '2023'", "last_login >= 44927 AND last_login < 45292");
    check("", "player", "banned_until > '2024-06-01'", "banned_until > 1717200000");
    check("", "weight", "strftime('%Y', day) = '2023'", "day LIKE '2023%'");
    check("", "weight", "day > '2023-06-30'", "day > '20230630'");
    check("", "message", "deleted_at = ''", "deleted_at IS NULL");
    check("", "message", "deleted_at IS TRUE", "deleted_at IS NOT NULL");
    check("", "message", "completed_at IS NULL", "completed_at = 0");
    check("", "message", "read = 'no'", "read = 0");
    check("longer than a minute", "message", "received - sent > 60", "received - sent > 60000");
    check("within 12 hours", "parcel", "shipped - placed <= 12", "julianday(shipped) - julianday(placed) <= 0.5");
    check("", "parcel", "shipped = ''", "shipped IS NULL");
    case.check("", "SELECT id FROM message ORDER BY completed_at LIMIT 1", "SELECT 1");
    case.check(
        "How many days lie between the first and the last?",
        "SELECT max(sent) - min(sent) FROM message",
        "SELECT (max(sent) - min(sent)) / 86400000.0 FROM message",
    );
}

/// A key into several tables, of which another column says the table; kinds that many rows share.
#[test]
fn joins_that_mix_up_tables_and_kinds_are_doubted() {
    let case = Made::of(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, type TEXT);
         CREATE TABLE taggings (id INTEGER PRIMARY KEY, tag TEXT, taggable_type TEXT, taggable_id INTEGER);
         CREATE TABLE device (id INTEGER PRIMARY KEY, type TEXT);
         INSERT INTO users VALUES (1, 'a'), (2, 'b'), (3, 'a');
         INSERT INTO device VALUES (1, 'a'), (2, 'a'), (3, 'c');
         INSERT INTO taggings VALUES (1, 'red', 'User', 1), (2, 'red', 'Post', 2), (3, 'blue', 'User', 3)",
    );
    let tagged = "SELECT count(*) FROM users u JOIN taggings t ON t.taggable_id = u.id WHERE t.tag = 'red'";
    case.check_doubted(tagged, "taggable_id is of what taggable_type says");
    case.check("", &format!("{tagged} AND t.taggable_type = 'User'"), "SELECT 1");
    case.check_doubted("SELECT count(*) FROM users u JOIN device d ON u.type = d.type", "no key between them");
}

/// Texts whose letters do not order them, and numbers that are none.
#[test]
fn texts_that_only_look_like_numbers_or_times_are_doubted() {
    let case = Made::of(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, quarter TEXT, took TEXT, woke TEXT, sent TEXT, month TEXT);
         INSERT INTO t VALUES (1, 'Q1 2022', '1:23:59', '06:43', 'Sat, 08 Jan 2022 02:11:03 +0000', 'May 2023'),
             (2, 'Q2 2022', '20:49:02', '07:11', 'Sun, 16 Jan 2022 09:29:37 +0000', 'Oct 2022'),
             (3, 'Q1 2023', '3:00:00', '05:59', 'Thu, 20 Jan 2022 17:05:39 +0000', 'Jan 2022')",
    );
    case.tells(&["quarter TEXT, -- Q1 2022, ", "took TEXT, -- duration as text h:mm:ss, e.g. "]);
    case.check("", "SELECT id FROM t WHERE took > '12:00:00'", "SELECT 2");
    case.check("longer than 2 hours", "SELECT id FROM t WHERE took > 2", "SELECT 2 UNION SELECT 3");
    case.check("", "SELECT id FROM t ORDER BY took DESC LIMIT 1", "SELECT 2");
    case.check("", "SELECT sum(took) FROM t", "SELECT 5039 + 74942 + 10800");
    case.check("", "SELECT id FROM t WHERE quarter LIKE '2023%'", "SELECT 3");
    case.check("", "SELECT id FROM t WHERE quarter = 2", "SELECT 2");
    case.check("", "SELECT id FROM t WHERE woke < '6:00'", "SELECT 3");
    case.check("", "SELECT id FROM t WHERE month = '2023-05'", "SELECT 1");
    for (draft, expected) in [
        ("SELECT max(quarter) FROM t", "ordered letter by letter"),
        ("SELECT max(took) FROM t", "ordered letter by letter"),
        ("SELECT id FROM t ORDER BY sent DESC LIMIT 1", "ordered letter by letter"),
    ] {
        case.check_doubted(draft, expected);
    }
}

/// Yes and no in other languages, values inside of documents.
#[test]
fn words_and_documents_of_other_habits() {
    let mut sql = String::from("CREATE TABLE shop (id INTEGER PRIMARY KEY, activo TEXT, remote TEXT, payload TEXT)");
    for i in 0..30 {
        let city = ["Paris", "Rome", "Oslo"][i % 3];
        let (active, remote) = (["s\u{ed}", "no"][usize::from(i % 4 == 0)], ["yes", "no"][i % 2]);
        sql.push_str(&format!(
            "; INSERT INTO shop VALUES ({i}, '{active}', '{remote}', '{{\"user\": {{\"home\": {{\"city\": \"{city}\"}}}}, \"ok\": {}}}')",
            i % 2 == 0
        ));
    }
    let case = Made::of(&sql);
    let count = |condition: &str| format!("SELECT count(*) FROM shop WHERE {condition}");
    case.check("", &count("activo = 1"), &count("activo = 's\u{ed}'"));
    case.check("", &count("NOT activo"), &count("activo = 'no'"));
    let office =
        |yes: &str| format!("SELECT CASE remote WHEN {yes} THEN 'home' ELSE 'office' END AS place, count(*) FROM shop GROUP BY place");
    case.check("", &office("1"), &office("'yes'"));
    let paris = count("payload ->> '$.user.home.city' = 'Paris'");
    case.check("", &count("json_extract(payload, '$.city') = 'Paris'"), &paris);
    case.check("", &count("payload -> 'user' -> 'home' -> 'city' = 'Paris'"), &paris);
    case.check("", &count("json_extract(payload, '$.ok') = 'true'"), &count("json_extract(payload, '$.ok') = 1"));
    case.check("", &count("payload ->> 'ok' = 'false'"), &count("json_extract(payload, '$.ok') = 0"));
}

/// The databases of Spider's training part that are not held out: those whose names have not the smallest SHA-256.
fn developed() -> Vec<std::path::PathBuf> {
    use sha2::{Digest, Sha256};
    let shared = std::env::var_os("SQLLAMA_SHARED").map_or_else(|| "../shared".into(), std::path::PathBuf::from);
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(shared).join("data/spider-train/databases");
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<std::path::PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort_by_key(|file| Sha256::digest(file.file_stem().unwrap().as_encoded_bytes()).to_vec());
    files.split_off(34.min(files.len()))
}

/// Identifiers, prices, counts, years, phone numbers: no ordinary column of integers is taken for times.
#[test]
fn ordinary_columns_of_integers_are_no_times() {
    let files = developed();
    if files.is_empty() {
        println!("skipped: the databases of Spider are not here");
        return;
    }
    let (mut looked_at, mut taken) = (0, Vec::new());
    for file in files {
        let schema = Database::open(&file).unwrap().schema(&Cancel::new()).unwrap();
        for table in &schema.tables {
            for column in &table.columns {
                looked_at += usize::from(column.holds == sqllama::schema::Holds::Numbers);
                if let Some(times) = column.meaning.times() {
                    taken.push(format!("{}.{}.{}: {}", file.file_stem().unwrap().display(), table.name, column.name, times.told()));
                }
            }
        }
    }
    println!("{looked_at} columns of numbers");
    assert!(looked_at >= 500, "{looked_at}");
    assert!(taken.is_empty(), "{taken:#?}");
}
