//! What a day of questions about files of one's own brought up, with the right queries beside it.

use crate::schema::{Column, ForeignKey, Holds, Table};
use crate::sql::suspicion::*;
use SuspicionKind::*;

/// A time tracker, a league, followers and their tweets, a city's inspections as one table.
fn schema() -> Schema {
    let column = |name: &&str| {
        let sample = match *name {
            "started" | "stopped" => "2024-09-01 10:00:00..2025-10-20 11:00:00",
            "billable" => "0..1",
            "method" => "VOUCHER",
            "minute" => "1..90",
            "id" | "client_id" | "f1" | "f2" | "uid" | "cents" | "energy" | "depth" | "followers" => "1..5000",
            _ => "Ann",
        };
        let holds = if sample.contains("..") && !sample.contains('-') { Holds::Numbers } else { Holds::Texts };
        Column { name: (*name).into(), holds, samples: vec![sample.into()], ..Column::default() }
    };
    let table = |name: &str, columns: &[&str], key: &[&str]| Table {
        name: name.into(),
        columns: columns.iter().map(column).collect(),
        primary_key: key.iter().map(|name| (*name).to_owned()).collect(),
        ..Table::default()
    };
    let mut entry = table("entry", &["id", "client_id", "started", "stopped", "billable", "room"], &["id"]);
    entry.foreign_keys.push(ForeignKey::declared("client_id", "client", "id"));
    Schema {
        tables: vec![
            table("client", &["id", "name"], &["id"]),
            table("checkin", &["id", "when"], &["id"]),
            entry,
            table("goals", &["id", "minute", "scorer"], &["id"]),
            table("users", &["uid", "name", "followers"], &["uid"]),
            table("follows", &["f1", "f2"], &[]),
            table("tweets", &["id", "uid", "text"], &["id"]),
            table("restaurant_inspections", &["Name", "Grade"], &[]),
            table("readings", &["room", "energy"], &[]),
            table("dive", &["id", "site", "depth"], &["id"]),
            table("reading", &["id", "param", "energy"], &["id"]),
            table("folder", &["id", "name"], &["id"]),
            table("receipt", &["id", "method", "cents"], &["id"]),
            table("expense", &["id", "payer", "what", "cents"], &["id"]),
        ],
    }
}

#[track_caller]
fn check(question: &str, sql: &str, expected: &[SuspicionKind]) {
    let found = suspicions(sql, &schema(), Some(Asked::alone(question)));
    let kinds: Vec<SuspicionKind> = found.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, expected, "{question}\n{sql}\n{found:?}");
}

#[test]
fn hours_are_lengths_of_time() {
    let hours = "How many billable hours does each client have?";
    let joined = "FROM client c JOIN entry e ON e.client_id = c.id";
    check(hours, &format!("SELECT c.name, SUM(e.billable) {joined} GROUP BY c.id"), &[NoLength]);
    check(hours, &format!("SELECT c.name, COUNT(e.billable) {joined} GROUP BY c.id"), &[NoLength]);
    check("How many days was each client here?", &format!("SELECT c.name, COUNT(*) {joined} GROUP BY c.id"), &[NoLength]);
    for (question, right) in [
        (hours, format!("SELECT c.name, SUM(julianday(e.stopped) - julianday(e.started)) * 24 {joined} WHERE billable = 1 GROUP BY c.id")),
        (
            "How many entries were longer than 2 hours?",
            format!("SELECT COUNT(*) {joined} WHERE unixepoch(stopped) - unixepoch(started) > 7200"),
        ),
        ("On how many days was there a reading?", "SELECT COUNT(*) FROM readings".to_owned()),
    ] {
        check(question, &right, &[]);
    }
}

#[test]
fn what_a_word_compares_by_is_read() {
    let deeper = "How many were taken deeper than 1 metre?";
    check(deeper, "SELECT COUNT(*) FROM reading WHERE energy > 1", &[UnusedColumn]);
    check(deeper, "SELECT COUNT(*) FROM dive WHERE depth > 1", &[]);
    check("Which is the tallest client?", "SELECT name FROM client ORDER BY name DESC LIMIT 1", &[]);
}

#[test]
fn what_all_rows_are_taken_by_answers_nothing() {
    let who = "Who sent me the most?";
    check(who, "SELECT name FROM folder WHERE name = 'Sent' GROUP BY name ORDER BY COUNT(*) DESC LIMIT 1", &[FixedShown]);
    check("Is there a folder called Sent?", "SELECT name FROM folder WHERE name = 'Sent'", &[]);
    check("What is the id of the folder Sent?", "SELECT id FROM folder WHERE name = 'Sent'", &[]);
}

#[test]
fn short_words_beside_longer_ones_are_no_codes() {
    check("How much was taken in all?", "SELECT SUM(cents) FROM receipt WHERE method = 'CARD'", &[UnaskedValue]);
    check("How much was taken by card?", "SELECT SUM(cents) FROM receipt WHERE method = 'CARD'", &[]);
    check("How much was taken in all?", "SELECT SUM(cents) FROM receipt WHERE method = 'EUR'", &[]);
}

#[test]
fn the_last_minutes_are_not_the_first() {
    let last = "How many goals were scored in the last 10 minutes?";
    check(last, "SELECT COUNT(*) FROM goals WHERE minute <= 10", &[OtherEnd]);
    check(last, "SELECT COUNT(*) FROM goals WHERE minute > 80", &[]);
    check("How many goals were scored in the first 10 minutes?", "SELECT COUNT(*) FROM goals WHERE minute <= 10", &[]);
}

#[test]
fn a_table_that_is_named_is_read() {
    let none = "Find the average number of followers of the users who have no tweets.";
    check(none, "SELECT AVG(followers) FROM users WHERE uid NOT IN (SELECT f2 FROM follows)", &[UntouchedTable]);
    check(none, "SELECT AVG(followers) FROM users WHERE uid NOT IN (SELECT uid FROM tweets)", &[]);
    check("How many check-ins were there?", "SELECT COUNT(*) FROM users", &[UntouchedTable]);
    check("How many entries has each client?", "SELECT client_id, COUNT(*) FROM entry GROUP BY client_id", &[]);
}

#[test]
fn sums_are_asked_for() {
    check("What did Ann pay for?", "SELECT SUM(cents) FROM expense WHERE payer = 'Ann'", &[UnaskedSum]);
    check("How much energy was used per room?", "SELECT room, SUM(energy) / COUNT(room) FROM readings GROUP BY room", &[UnaskedSum]);
    for (question, right) in [
        ("What did Ann pay in total?", "SELECT SUM(cents) FROM expense WHERE payer = 'Ann'"),
        ("What did Ann pay for?", "SELECT what FROM expense WHERE payer = 'Ann'"),
        ("How much energy was used per room?", "SELECT room, SUM(energy) FROM readings GROUP BY room"),
        ("How much energy was used per reading on average?", "SELECT 1.0 * SUM(energy) / COUNT(*) FROM readings"),
    ] {
        check(question, right, &[]);
    }
}

#[test]
fn rows_of_what_is_done_to_things_are_no_things() {
    check("How many restaurants are there?", "SELECT count(*) FROM restaurant_inspections", &[CountsOther]);
    check("How many inspections are there?", "SELECT count(*) FROM restaurant_inspections", &[]);
    check("How many restaurants are there?", "SELECT count(DISTINCT Name) FROM restaurant_inspections", &[]);
}
