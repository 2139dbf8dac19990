//! What a column's name and declared type say of its numbers.

use super::languages::is_moment;
use super::vocabulary::{OTHER, PERHAPS, SCALES, THINGS, TIME};
use crate::schema::TimeUnit;

/// What speaks for and against points in time in a column's name and type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hint {
    /// Above zero: it speaks of time; below: of something else.
    pub(super) weight: i32,
    /// Whether a word of the name says that it keeps days.
    pub(super) dated: bool,
    /// Whether the declared type is one of dates or times.
    pub(super) typed: bool,
    /// The unit that the name says.
    pub(super) unit: Option<TimeUnit>,
    /// Whether the name or its neighbours say that Apple's frameworks wrote it.
    pub(super) apple: bool,
}

/// Words for days, in names of columns.
const DAYS: [&str; 6] = ["date", "birth", "birthdate", "birthday", "dob", "datum"];

/// What `column` of `table` says of itself; `core_data` where the table has Core Data's own columns.
pub(super) fn hint(column: &str, declared_type: &str, core_data: bool) -> Hint {
    let words = words_of(column);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let declared = declared_type.to_ascii_lowercase();
    let typed = ["date", "time"].iter().any(|word| declared.contains(word));
    let mut weight = 0;
    weight += if has(TIME) { 3 } else { 0 };
    weight += if has(PERHAPS) { 1 } else { 0 };
    // What comes last names the thing: `date_count` is a count, `order_date` a date.
    let last_is_other = words.last().is_some_and(|word| OTHER.contains(&word.as_str()));
    weight -= match (has(OTHER), last_is_other) {
        (_, true) => 6,
        (true, false) => 1,
        (false, _) => 0,
    };
    weight += if typed { 4 } else { 0 };
    let unit = unit_named(&words);
    weight += if unit.is_some() { 1 } else { 0 };
    weight += if words.iter().any(|word| is_moment(word)) { 1 } else { 0 };
    weight += if words.last().is_some_and(|word| SCALES.contains(&word.as_str())) { 1 } else { 0 };
    weight -= if weight == 0 && has(THINGS) { 1 } else { 0 };
    let apple = core_data || has(&["apple", "cocoa", "mac", "core", "coredata", "cf", "nsdate", "cfabsolute"]);
    let dated = (has(&DAYS) || words.iter().any(|word| word.ends_with("datum"))) && !last_is_other;
    Hint { weight, dated, typed, unit, apple }
}

/// The unit that is a word of the name. `ms` may be of a duration too: it weighs nothing by itself.
fn unit_named(words: &[String]) -> Option<TimeUnit> {
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    Some(if has(&["julian", "jd", "julianday"]) {
        TimeUnit::JulianDays
    } else if has(&["webkit", "chrome"]) {
        TimeUnit::WebKitMicros
    } else if has(&["filetime", "nt"]) {
        TimeUnit::FileTime
    } else if has(&["ticks", "dotnet"]) {
        TimeUnit::DotNetTicks
    } else if has(&["prtime"]) {
        TimeUnit::UnixMicros
    } else if has(&["ole", "excel", "oadate", "variant"]) {
        TimeUnit::OleDays
    } else if has(&["ymd", "yyyymmdd"]) {
        TimeUnit::YearMonthDay
    } else {
        return None;
    })
}

/// The words of a name in lower case: cut at anything that is no letter or digit, before capitals, and between digits and letters.
/// Core Data's names in capitals lose their `Z`.
pub(super) fn words_of(name: &str) -> Vec<String> {
    let all_capitals = !name.chars().any(char::is_lowercase);
    let name = if all_capitals { name.strip_prefix('Z').unwrap_or(name) } else { name };
    let mut words: Vec<String> = Vec::new();
    let mut last: Option<char> = None;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            last = None;
            continue;
        }
        let begins = match last {
            None => true,
            Some(before) => (c.is_uppercase() && before.is_lowercase()) || (c.is_alphabetic() && before.is_ascii_digit()),
        };
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
        last = Some(c);
    }
    // Capitals alone are not cut: look for words of time at the end.
    if all_capitals {
        let glued: Vec<String> = words.iter().filter_map(|word| split_glued(word)).flatten().collect();
        words.extend(glued);
    }
    words
}

/// `creationdate` and `lastseentimestamp`: names in capitals alone, whose words are not told apart.
fn split_glued(word: &str) -> Option<Vec<String>> {
    ["timestamp", "datetime", "date", "time"].into_iter().find_map(|end| {
        let rest = word.strip_suffix(end).filter(|rest| rest.len() > 2)?;
        Some(vec![rest.to_owned(), end.to_owned()])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        assert_eq!(words_of("lastVisitTime"), ["last", "visit", "time"]);
        assert_eq!(words_of("visit_date2"), ["visit", "date2"]);
        assert_eq!(words_of("ZCREATIONDATE"), ["creationdate", "creation", "date"]);
        assert_eq!(words_of("Order Date"), ["order", "date"]);
        assert_eq!(words_of(""), Vec::<String>::new());
    }

    #[track_caller]
    fn check(column: &str, declared: &str, for_time: bool) {
        let hint = hint(column, declared, false);
        assert_eq!(hint.weight > 0, for_time, "{column}: {hint:?}");
    }

    #[test]
    fn names_speak_for_or_against() {
        for column in ["created_at", "createdAt", "last_visit_time", "order_date", "ts", "visitDate", "expires", "mtime", "date_added"] {
            check(column, "INTEGER", true);
        }
        for column in [
            "visit_count",
            "customer_id",
            "tweet",
            "price_us",
            "candidate",
            "phone",
            "price",
            "order_number",
            "isbn",
            "time_id",
            "date_count",
            "total",
            "population",
        ] {
            check(column, "INTEGER", false);
        }
        for column in ["Bestelldatum", "erstellt_am", "orderdate", "secs", "start_us", "shipped", "data_nascimento"] {
            check(column, "INTEGER", true);
        }
        check("x", "TIMESTAMP", true);
        check("x", "INTEGER", false);
    }
}
