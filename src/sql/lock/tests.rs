//! The lock against a small schema; `tests/lock.rs` has the long tables, with SQLite as the judge.

use proptest::prelude::*;

use super::*;
use crate::schema::{Column, Table};

fn schema() -> Schema {
    let table = |name: &str, columns: &[&str]| Table {
        name: name.into(),
        columns: columns.iter().map(|name| Column { name: (*name).into(), ..Column::default() }).collect(),
        ..Table::default()
    };
    Schema {
        tables: vec![
            table("singer", &["Singer_ID", "Name", "Age"]),
            table("song", &["Song_ID", "Singer_ID", "Title"]),
            table("Order Details", &["Unit Price", "group"]),
        ],
    }
}

/// `text` is taken up to `¦`, and the byte behind it is not; without a mark all of it is, and it may end.
#[track_caller]
fn check(text: &str) {
    check_on(NameLock::new(&schema()), text);
}

#[track_caller]
fn check_on(mut lock: NameLock, text: &str) {
    let (taken, refused) = text.split_once('¦').unwrap_or((text, ""));
    for (at, byte) in taken.bytes().enumerate() {
        assert!(lock.advance(byte), "refused at {:?}", &taken.as_bytes()[..at].escape_ascii().to_string());
    }
    match refused.bytes().next() {
        Some(byte) => assert!(!lock.advance(byte), "taken: {text}"),
        None => assert_eq!(lock.may_end(), !text.contains('¦'), "{text}"),
    }
}

#[test]
fn the_text_around_the_statement_is_free() {
    check("I cannot answer that.");
    check("Select the one that you like: nosuch.");
    check("With these tables, nothing.\n");
    check("```sql\nSELECT Name FROM singer\n```\nThis lists nosuch.");
    check("```sql\nSELECT Name FROM singer;\n```\nSELECT nosuch FROM nowhere;");
    check("```\nSELECT Name FROM s¦x");
    check("```sqlite\n-- all of them\nSELECT Name FROM singer¦s");
    check("Sure:\n\n```sql\n\nSELECT Name FROM ¦x");
    check("SQL: SELECT Name FROM ¦x");
    check("`SELECT Name FROM ¦x");
    check("SELECT Name FROM singer");
    check("SELECT Name FROM singer WHERE¦");
    check("```sql\nSELECT Title FROM singer\n`¦`");
    check("```sql\nINSERT INTO nowhere VALUES (1)\n```");
}

#[test]
fn names_are_locked() {
    check("SELECT Name FROM ¦x");
    check("SELECT name FROM SINGER WHERE age > 1 AND ti¦tle = 'x'");
    check("SELECT T1.Title FROM singer AS T¦1");
    check("SELECT T1.Title FROM singer AS T2 JOIN song AS T1 ON T1.Singer_ID = T2.Singer_ID");
    check("SELECT Title FROM singer WHER¦E");
    check("SELECT Title FROM singer JOIN song USING (Singer_ID) WHERE Age = 1");
    check("SELECT \"Unit Price\" FROM \"Order ¦x\"");
    check("SELECT Name FROM singer WHERE Name = \"no such name\"");
    check("SELECT Name FROM singer WHERE `no¦");
}

#[test]
fn a_wager_names_its_place() {
    let lock = NameLock::new(&schema());
    let taken = |lock: &NameLock, text: &str| lock.clone().take(text.as_bytes());
    assert_eq!(taken(&lock, "SELECT total FROM (SELECT count(*) AS total FROM song)"), Ok(()));
    assert_eq!(taken(&lock, "SELECT Name, total FROM singer WHERE"), Err(Refusal::Wager(13)));
    assert_eq!(taken(&lock, "SELECT T1.total FROM singer AS T1"), Err(Refusal::Wager(10)));
    assert_eq!(taken(&lock, "SELECT YEAR(x) FROM"), Ok(()), "mended afterwards");
    assert_eq!(taken(&lock, "SELECT nosuch(x) FROM"), Err(Refusal::Wager(7)));
    check_on(lock.clone().strict(), "SELECT Name, total ¦FROM singer");
    check_on(lock.strict(), "SELECT T1.¦z FROM singer AS T1");
}

#[test]
fn a_name_with_one_end_is_forced() {
    #[track_caller]
    fn forced(text: &str, expected: &str) {
        let mut lock = NameLock::new(&schema());
        lock.take(text.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(lock.forced()).unwrap(), expected, "{text}");
    }
    forced("SELECT Name FROM so", "ng");
    forced("SELECT Name FROM s", "");
    forced("SELECT Name FROM singer AS T1 WHERE T1.a", "ge");
    forced("SELECT Name FROM singer WHERE sing", ""); // `singer.` may follow, too
    forced("SELECT `Unit Price` FROM `Ord", "er Details");
    forced("SELECT Na", "");
    forced("Words so", "");
}

fn sql() -> impl Strategy<Value = String> {
    let words = "SELECT |FROM |WHERE |JOIN |ON |AS |WITH |UNION |ORDER BY |GROUP BY |T1|T1\\.|singer |song |Name |Title |x |count|\\(|\\)|, |\\*|'a'|\"b\"|`|\\[|\\]|;|\n|--|/\\*|\\*/|= |1|\\.|IN |OVER |CAST|CASE |END |USING |IS |NOT |DISTINCT |VALUES |é|json_each";
    proptest::string::string_regex(&format!("(SELECT |```sql\n)?({words}){{0,40}}")).unwrap()
}

proptest! {
    #[test]
    fn a_refusal_changes_nothing(text in sql(), strict in any::<bool>()) {
        let mut lock = NameLock::new(&schema());
        if strict {
            lock = lock.strict();
        }
        let mut taken = Vec::new();
        for byte in text.bytes() {
            if lock.advance(byte) {
                taken.push(byte);
            }
        }
        // What was taken is taken again, at once and from a copy in between, and leads to the same place.
        let mut again = if strict { NameLock::new(&schema()).strict() } else { NameLock::new(&schema()) };
        let (first, rest) = taken.split_at(taken.len() / 2);
        prop_assert_eq!(again.take(first), Ok(()));
        let mut fork = again.clone();
        let _ = again.take(b"x.y z");
        prop_assert_eq!(fork.take(rest), Ok(()));
        prop_assert_eq!(format!("{:?}", fork.state), format!("{:?}", lock.state));
    }

    #[test]
    fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let mut lock = NameLock::new(&schema());
        let _ = lock.take(b"SELECT ");
        for byte in bytes {
            lock.advance(byte);
            let _ = (lock.forced(), lock.may_end());
        }
    }

    #[test]
    fn what_is_forced_may_come(text in sql()) {
        let mut lock = NameLock::new(&schema());
        for byte in text.bytes() {
            lock.advance(byte);
            let forced = lock.forced();
            prop_assert_eq!(lock.clone().take(&forced), Ok(()));
        }
    }
}
