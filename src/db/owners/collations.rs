//! Stand-ins for the collations that a file's owner registers.
//!
//! All compare letters without their case, by Unicode's rules; none looks at a locale. The equality of two texts is what rows and groups
//! depend on, and nearly every program that registers a collation wants `Été` and `ÉTÉ` to be one; the order is close to the owner's.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use rusqlite::Connection;

use super::foreign::Stored;
use crate::text::words::fold_case;

/// SQLite's own (`sqlite.org/datatype3.html`, 7).
const BUILT_IN: [&str; 3] = ["BINARY", "NOCASE", "RTRIM"];

/// Collations by name, and the programs that register them. Names not listed here have a stand-in too.
///
/// calibre: `src/calibre/db/backend.py`; Anki: `rslib/src/storage/sqlite.rs`; RootsMagic: its users' notes on `RMNOCASE`;
/// mORMot: `mormot.db.raw.sqlite3.pas`; Android: `sqlite3_android.cpp`.
const PROGRAMS: [(&str, &str); 14] = [
    ("unicase", "Anki"),
    ("PYNOCASE", "calibre"),
    ("icucollate", "calibre"),
    ("RMNOCASE", "RootsMagic"),
    ("SYSTEMNOCASE", "mORMot"),
    ("WIN32NOCASE", "mORMot"),
    ("WIN32CASE", "mORMot"),
    ("UNICODENOCASE", "mORMot"),
    ("LOCALIZED", "Android"),
    ("LOCALIZED_NATIVE", "Android"),
    ("UNICODE", "Android"),
    ("PHONEBOOK", "Android"),
    ("icu_root", "Plex"),
    ("IUNICODE", "MediaMonkey"),
];

/// How a stand-in compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// Without case.
    Folded,
    /// Without case; digits in a row are one number.
    Natural,
    /// Without case, and with it where that makes no difference.
    CaseLast,
}

/// Whether `name` is one of SQLite's own.
pub(super) fn is_built_in(name: &str) -> bool {
    BUILT_IN.iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// The program that registers the collation `name`, where that is known.
pub(super) fn program_of(name: &str) -> Option<&'static str> {
    PROGRAMS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|&(_, program)| program)
}

/// Gives SQLite a stand-in for whichever collation it asks for. Has to come before the first statement: a table whose index has an unknown
/// collation when the schema is read may not be readable later.
pub(in super::super) fn offer(connection: &Connection) -> rusqlite::Result<()> {
    connection.collation_needed(stand_in)
}

/// Registers the collations that the schema names, and no more: one that a person invents stays an error. Gives their names.
pub(super) fn register(connection: &Connection, schema: &Stored) -> rusqlite::Result<Vec<String>> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for name in schema.collations().filter(|name| !is_built_in(name)) {
        names.entry(name.to_ascii_lowercase()).or_insert(name);
    }
    give(connection, names.values())?;
    Ok(names.into_values().collect())
}

/// Registers the collations `names`; from now on no other is offered.
pub(super) fn give<'n>(connection: &Connection, names: impl Iterator<Item = &'n String>) -> rusqlite::Result<()> {
    for name in names {
        stand_in(connection, name)?;
    }
    connection.collation_needed(|_, _| Ok(()))
}

fn stand_in(connection: &Connection, name: &str) -> rusqlite::Result<()> {
    let order = order_of(name);
    connection.create_collation(name, move |a: &str, b: &str| compare(order, a, b))
}

fn order_of(name: &str) -> Order {
    let lower = name.to_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| lower.contains(part));
    if has(&["nocase", "no_case", "unicase", "insensitive", "_ci"]) {
        Order::Folded
    } else if has(&["natural", "natsort", "numeric"]) {
        Order::Natural
    } else if has(&["binary", "_bin", "_cs", "sensitive", "win32case"]) {
        Order::CaseLast
    } else {
        Order::Folded
    }
}

fn compare(order: Order, a: &str, b: &str) -> Ordering {
    match order {
        Order::Folded => folded(a).cmp(folded(b)),
        Order::Natural => natural(a, b),
        Order::CaseLast => folded(a).cmp(folded(b)).then_with(|| a.cmp(b)),
    }
}

/// `text` with its case folded: `ß` is `ss`, `ς` is `σ`.
fn folded(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().flat_map(fold_case)
}

fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (one, rest_a) = part(a);
        let (two, rest_b) = part(b);
        let numbers = one.starts_with(|c: char| c.is_ascii_digit()) && two.starts_with(|c: char| c.is_ascii_digit());
        let order = if numbers {
            let (x, y) = (one.trim_start_matches('0'), two.trim_start_matches('0'));
            x.len().cmp(&y.len()).then_with(|| x.cmp(y)).then_with(|| one.len().cmp(&two.len()))
        } else {
            folded(one).cmp(folded(two))
        };
        if order != Ordering::Equal || one.is_empty() && two.is_empty() {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
}

/// The digits, or the other letters, that `text` begins with, and the rest.
fn part(text: &str) -> (&str, &str) {
    let digits = text.starts_with(|c: char| c.is_ascii_digit());
    let end = text.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(name: &str, a: &str, b: &str, expected: Ordering) {
        assert_eq!(compare(order_of(name), a, b), expected, "{name}: {a:?} {b:?}");
        assert_eq!(compare(order_of(name), b, a), expected.reverse(), "{name}: {b:?} {a:?}");
    }

    #[test]
    fn letters_are_compared_without_case() {
        for name in ["unicase", "UNICODENOCASE", "LOCALIZED", "icu_root", "IUNICODE", "NOCASE_UTF8", "de_DE", "anything"] {
            check(name, "Été", "ÉTÉ", Ordering::Equal);
            check(name, "MASSE", "Maße", Ordering::Equal);
            check(name, "ΟΔΟΣ", "οδος", Ordering::Equal);
            check(name, "apple", "Banana", Ordering::Less);
            check(name, "", "a", Ordering::Less);
            check(name, "e", "é", Ordering::Less);
        }
        check("WIN32CASE", "a", "A", Ordering::Greater);
        check("utf8_bin", "apple", "Banana", Ordering::Less);
        check("naturalsort", "file 9", "File 10", Ordering::Less);
        check("naturalsort", "file 9", "File 9", Ordering::Equal);
        check("naturalsort", "a1b", "a01b", Ordering::Less);
    }

    proptest! {
        /// What SQLite asks of a collation (`sqlite.org/c3ref/create_collation.html`).
        #[test]
        fn every_order_is_one(a in "[aAéÉßς0-2 ]{0,5}", b in "[aAéÉßσ0-2 ]{0,5}", c in "[aAéÉsS0-2 ]{0,5}") {
            for order in [Order::Folded, Order::Natural, Order::CaseLast] {
                let compare = |x: &str, y: &str| compare(order, x, y);
                prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
                prop_assert_eq!(compare(&a, &a), Ordering::Equal);
                if compare(&a, &b) == Ordering::Equal && compare(&b, &c) == Ordering::Equal {
                    prop_assert_eq!(compare(&a, &c), Ordering::Equal);
                }
                if compare(&a, &b) == Ordering::Less && compare(&b, &c) == Ordering::Less {
                    prop_assert_eq!(compare(&a, &c), Ordering::Less);
                }
            }
        }
    }
}
