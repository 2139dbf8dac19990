//! The lock against a small schema; `tests/lock.rs` has the long tables, with SQLite as the judge.

use proptest::prelude::*;

use super::*;
use crate::schema::{Column, Table};

fn schema() -> Schema {
    let table = Table::named;
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

/// The schema, and a second file beside it, with a table that both have.
fn several() -> NameLock {
    let mut both = schema();
    let mut beside = schema();
    beside.tables.truncate(1);
    beside.tables[0].columns[1].name = "Label".into();
    beside.tables.push(Table {
        name: "venue".into(),
        columns: vec![Column { name: "Town".into(), ..Column::default() }],
        ..Table::default()
    });
    for table in &mut beside.tables {
        table.database = Some("my crm".into());
    }
    both.tables.extend(beside.tables.iter().cloned());
    for table in &mut beside.tables {
        table.database = Some("crm".into());
    }
    both.tables.extend(beside.tables);
    NameLock::new(&both)
}

#[test]
fn names_of_every_file_are_known() {
    for text in [
        "SELECT Town FROM crm.venue",
        "SELECT Town FROM venue",
        "SELECT v.Town FROM crm.venue AS v JOIN main.song AS s ON s.Title = v.Town",
        "SELECT crm.venue.Town FROM crm.venue",
        "SELECT main.singer.Name, crm.singer.Label FROM main.singer, crm.singer",
        "SELECT venue.* FROM crm.venue",
        "SELECT Town FROM \"my crm\".venue",
        "SELECT T1.Label FROM crm.singer AS T1",
        "SELECT a.Name FROM singer AS a WHERE EXISTS (SELECT 1 FROM crm.singer AS b WHERE b.Label = a.Name)",
        "SELECT Name FROM main.singer",
        "WITH v AS (SELECT Town FROM crm.venue) SELECT Town FROM v",
        "SELECT Town FROM crm.venue¦x",
        "SELECT * FROM crm.s¦ong",
        "SELECT * FROM main.¦venue",
        "SELECT * FROM crm ¦W",
        "SELECT * FROM cr¦x",
        "SELECT crm.s¦ong",
        "SELECT v.¦Name FROM crm.venue AS v",
    ] {
        let lock = several();
        // A name that stands before its table may call for another attempt.
        if text.starts_with("SELECT v.¦") {
            check_on(lock.strict(), "SELECT v.Town FROM crm.venue AS v WHERE v.¦N")
        } else {
            check_on(lock, text)
        }
    }
}

#[test]
fn comments_end_some_time() {
    // A model that may not end yet, since `Title` is no column of `singer`, said it all again and again in a comment.
    let long = "a".repeat(398);
    check(&format!("SELECT Title FROM singer -- {long}¦x"));
    check(&format!("SELECT Title FROM singer -- {long}\n-¦-"));
    check(&format!("SELECT Title FROM singer -- {long}\nJOIN song ON song.Singer_ID = singer.Singer_ID"));
    check(&format!("SELECT Title FROM singer /* {long}¦x"));
    check(&format!("SELECT Title FROM singer /* {long}*¦*"));
    check(&format!("SELECT Title FROM singer /* {long}*/ /¦*"));
    check(&format!("SELECT Title FROM singer -- {long}¦*"));
    check(&format!("SELECT Title FROM singer /* {long}*/ JOIN song ON song.Singer_ID = singer.Singer_ID"));
    check("SELECT Name -- who\n, /* how old */ Age FROM singer -- all");
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
    check("```sql\nSELECT Title FROM singer\n¦```");
    check("```sql\nSELECT\n`Title` FROM song\n```");
    check("```sql\nINSERT INTO nowhere VALUES (1)\n```");
}

#[test]
fn names_are_locked() {
    check("SELECT Name FROM ¦x");
    check_on(NameLock::new(&schema()).strict(), "SELECT name FROM SINGER WHERE age > 1 AND ti¦tle = 'x'");
    check("SELECT name FROM SINGER WHERE age > 1 AND title¦= 'x'");
    check("SELECT T1.Title FROM singer AS T¦1");
    check("SELECT T1.Title FROM singer AS T2 JOIN song AS T1 ON T1.Singer_ID = T2.Singer_ID");
    check("SELECT Title FROM singer W¦HERE");
    check("SELECT Title FROM song a WHERE 1");
    check("SELECT Title FROM song AS a b¦ ");
    check("SELECT Title FROM singer JOIN song USING (Singer_ID) WHERE Age = 1");
    check("SELECT \"Unit Price\" FROM \"Order ¦x\"");
    check("SELECT Name FROM singer WHERE Name = \"no such name\"");
    check("SELECT Name FROM singer WHERE `no`¦=");
}

#[test]
fn behind_thoughts_blocks_are_locked_and_words_are_not() {
    let thoughts = |text: &str| check_on(NameLock::new(&schema()).behind(Before::Thoughts), text);
    thoughts("First:\nSELECT nothing FROM nowhere\n`SELECT x FROM y`\n\n```sql\nSELECT Name FROM s¦x");
    thoughts("```sql\nSELECT Name FROM singer;\n```\nSELECT nothing FROM nowhere: no.\n```\nSELECT Title FROM song\n```\nSELECT x FROM y");
    thoughts("```\nSELECT Name FROM singer\n```\n\n### Then\n```sql\n-- all\nSELECT Title FROM s¦x");
    thoughts("```text\nname\n```\nSELECT x FROM y\n");
    let answer = |text: &str| check_on(NameLock::new(&schema()).behind(Before::Answer), text);
    answer("<think>\n```sql\nSELECT x FROM y\n```\n</think>\n<answer>SELECT Name FROM singer WHERE Age < 3</answer>");
    answer("SELECT x FROM y <answer>SELECT Name FROM singer</answer>\nSELECT x FROM y");
    answer("<answer>\nSELECT Name FROM s¦x");
    answer("<answer> It counts.\n\n```sql\nSELECT count(*) FROM song;\n```\n</answer>");
    answer("<answer>SELECT Title FROM singer ¦</answer>");
    answer("<answer>SELECT Name FROM singer WHERE Age <= 3 AND Name <> 'x'");
    answer("<answer>SELECT Name FROM singer <¦=");
    // What went wrong in a block says nothing of the block before it.
    let mut lock = NameLock::new(&schema()).behind(Before::Thoughts);
    let begun = "```sql\nSELECT total FROM (SELECT count(*) AS total FROM song);\n```\nor\n```sql\nSELECT ";
    lock.take(begun.as_bytes()).unwrap();
    let Err(Refusal::Again(lesson)) = lock.take(b"total FROM singer WHERE") else { panic!("it is taken") };
    let mut again = lock.again(&lesson);
    again.take(begun.as_bytes()).unwrap();
    again.take(b"Name FROM singer;").unwrap();
}

#[test]
fn what_would_end_the_tables_too_early_is_no_alias() {
    check("SELECT Title FROM singer OR¦DER BY Title");
    check("SELECT Title FROM singer D¦ESCORDER BY");
    check("SELECT Title FROM singer s1 JOIN song ON s1.Singer_ID = song.Singer_ID");
    check("SELECT Title FROM singer sng JOIN song ON sng.Singer_ID = song.Singer_ID");
    check("SELECT Title FROM singer singr, song");
    check("SELECT T2.Title FROM singer T1 JOIN song T2 ON T1.Singer_ID = T2.Singer_ID");
    check("SELECT Name FROM singer anything ORDER BY Name");
    check("SELECT Name FROM singer s s¦econd");
}

/// Writes `wanted` to the lock; where it is to be written again, goes back and goes on with the next of `others`.
#[track_caller]
fn check_again(wanted: &str, others: &[&str], expected: &str) {
    let mut lock = NameLock::new(&schema());
    let (mut text, mut rest, mut others) = (String::new(), wanted.to_owned(), others.iter());
    while let Some(first) = rest.chars().next() {
        match lock.take(first.to_string().as_bytes()) {
            Ok(()) => {
                text.push(first);
                rest.remove(0);
            }
            Err(Refusal::Again(lesson)) => {
                lock = lock.again(&lesson);
                text.truncate(lesson.at);
                lock.take(text.as_bytes()).unwrap();
                rest = (*others.next().unwrap_or_else(|| panic!("back to {text:?}"))).to_owned();
            }
            Err(Refusal::Name) => {
                text.push('¦');
                break;
            }
        }
    }
    assert_eq!(text, expected);
    assert!(others.next().is_none());
}

#[test]
fn what_turns_out_wrong_is_written_again() {
    // A query that is still to come may have any column; where none has, a known name is written.
    check_again("SELECT total FROM (SELECT count(*) AS total FROM song);", &[], "SELECT total FROM (SELECT count(*) AS total FROM song);");
    check_again("SELECT Name, total FROM singer WHERE", &["totals"], "SELECT Name, total¦");
    check_again("SELECT T1.total FROM singer AS T1", &["Age FROM singer AS T1;"], "SELECT T1.Age FROM singer AS T1;");
    check_again("SELECT nosuch(x) FROM", &["count(*)"], "SELECT count(*)");
    check_again("SELECT YEAR(x) ", &[], "SELECT YEAR(x) ");
    // A column of a table that is not there has it joined.
    check_again("SELECT Name FROM singer WHERE Title = 1", &[" WHERE"], "SELECT Name FROM singer W¦");
    check_again(
        "SELECT Name FROM singer WHERE Title = 1",
        &[" JOIN song USING (Singer_ID) WHERE Title = 1;"],
        "SELECT Name FROM singer JOIN song USING (Singer_ID) WHERE Title = 1;",
    );
    // A column of another table than the one named has that one named.
    check_again(
        "SELECT T1.Name FROM singer AS T1 JOIN song AS T2 ON T1.Singer_ID = T2.Singer_ID WHERE T1.Title = 1",
        &["T2.Title = 1;"],
        "SELECT T1.Name FROM singer AS T1 JOIN song AS T2 ON T1.Singer_ID = T2.Singer_ID WHERE T2.Title = 1;",
    );
    check_again("SELECT Name FROM singer AS s WHERE singer.Age = 1", &["s.Age = 1"], "SELECT Name FROM singer AS s WHERE s.Age = 1");
    check_again("SELECT T2.Name FROM singer AS T1 WHERE", &["T1.Name FROM singer AS T1 WHERE"], "SELECT T1.Name FROM singer AS T1 WHERE");
    // An alias that owes columns takes a table that has them.
    check_again("SELECT T1.Title FROM singer AS T1", &["song AS T1"], "SELECT T1.Title FROM song AS T1");
    check_again("SELECT T1.Title FROM singer AS T1", &["x"], "SELECT T1.Title FROM ¦");
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
    forced("SELECT Name FROM singer AS T1 WHERE T1.ag", "e");
    forced("SELECT Name FROM singer WHERE sing", ""); // `singer.` may follow, too
    forced("SELECT `Unit Price` FROM `Ord", "er Details");
    forced("SELECT Nam", "e");
    forced("SELECT Order", "");
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
