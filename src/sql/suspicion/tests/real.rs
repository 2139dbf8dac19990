//! Right queries of files that other programs write, which were once suspected, and wrong ones beside them.

use crate::schema::{Column, Holds, Table};
use crate::sql::suspicion::*;

/// A music collection, ratings in half stars, comments with codes.
fn schema() -> Schema {
    let column = |(name, sample, comment): &(&str, &str, &str)| Column {
        name: (*name).into(),
        holds: if sample.contains("..") { Holds::Numbers } else { Holds::Texts },
        samples: vec![(*sample).into()],
        comment: (*comment).into(),
        ..Column::default()
    };
    let table = |name: &str, columns: &[(&str, &str, &str)]| Table {
        name: name.into(),
        columns: columns.iter().map(column).collect(),
        primary_key: vec!["id".into()],
        ..Table::default()
    };
    Schema {
        tables: vec![
            table("items", &[("id", "1..9", ""), ("artist", "Ann", ""), ("albumartist", "Ben", ""), ("length", "100..900", "")]),
            table("ratings", &[("id", "1..9", ""), ("rating", "0..10", "half stars: 10 is five stars"), ("votes", "0..90", "")]),
            table("comments", &[("id", "1..9", ""), ("mode", "1..4", "1 shown, 2 waiting, 4 deleted"), ("likes", "0..90", "")]),
        ],
    }
}

#[track_caller]
fn check(question: &str, sql: &str, expected: &[SuspicionKind]) {
    let kinds: Vec<SuspicionKind> = suspicions(sql, &schema(), Some(Asked::alone(question))).iter().map(|found| found.kind).collect();
    assert_eq!(kinds, expected, "{question}\n{sql}");
}

#[test]
fn a_name_in_several_words_asks_for_no_column_of_one_of_them() {
    let of_albums = "SELECT albumartist, sum(length) FROM items GROUP BY albumartist";
    check("total length by album artist", of_albums, &[]);
    check("total length of each of the album artists", of_albums, &[]);
    check("total length by artist", of_albums, &[SuspicionKind::UnusedColumn]);
    check("total length by album artist and artist", of_albums, &[SuspicionKind::UnusedColumn]);
}

#[test]
fn a_number_that_is_known_of_a_column_is_not_strange() {
    check("how many ratings have five stars", "SELECT count(*) FROM ratings WHERE rating = 10", &[]);
    check("how many ratings have four stars", "SELECT count(*) FROM ratings WHERE rating = 8", &[]);
    check("how many ratings have four stars", "SELECT count(*) FROM ratings WHERE rating = 7", &[SuspicionKind::StrangeNumber]);
    check("how many ratings have four votes", "SELECT count(*) FROM ratings WHERE votes = 8", &[SuspicionKind::StrangeNumber]);
    check("how many deleted comments are there", "SELECT count(*) FROM comments WHERE mode = 4", &[]);
    check("how many deleted comments are there", "SELECT count(*) FROM comments WHERE mode = 3", &[SuspicionKind::StrangeNumber]);
    check("how many popular comments are there", "SELECT count(*) FROM comments WHERE likes > 4", &[SuspicionKind::StrangeNumber]);
}
