//! Numbers and dates that are kept as text, as a CSV import or an ORM's decimals leave them: how they are written.

use std::collections::BTreeMap;

use super::hints::words_of;
use crate::schema::{DateOrder, DateParts, LocalDates, Meaning, Numeral, Numerals};

/// Of the texts that are not empty, so many have to be numbers, or dates.
const MOST: f64 = 0.9;
/// Fewer different values than this say nothing.
const FEWEST: usize = 2;
/// Digits alone, all of one length from here on, are numbers that name something.
const NAMING: usize = 7;
/// Digits between two marks of thousands.
const GROUP: usize = 3;
/// Words of names of columns whose digits name something.
const CODES: &[&str] = &[
    "id",
    "ids",
    "uid",
    "guid",
    "uuid",
    "key",
    "pk",
    "fk",
    "code",
    "codes",
    "zip",
    "zipcode",
    "postcode",
    "postal",
    "plz",
    "phone",
    "telephone",
    "tel",
    "mobile",
    "fax",
    "isbn",
    "issn",
    "ean",
    "upc",
    "gtin",
    "sku",
    "barcode",
    "serial",
    "account",
    "iban",
    "bic",
    "card",
    "version",
    "hash",
    "checksum",
    "ssn",
    "vat",
    "ref",
    "reference",
    "no",
    "nr",
    "number",
    "num",
    "ip",
    "port",
    "license",
    "licence",
    "plate",
    "model",
    "flight",
    "room",
    "route",
    "track",
    "shirt",
    "jersey",
    "season",
    "episode",
    "type",
    "status",
    "year",
    "years",
];

/// Years of two digits up to this are of this century, where all are.
const NEWEST: u32 = 40;
/// Words of names of columns of dates of two centuries.
const BIRTHS: &[&str] = &["birth", "birthday", "birthdate", "born", "dob", "died", "death"];

/// What the texts of the column `name` are; `None` where they are neither. `mixed` where some rows hold numbers as such.
pub(super) fn recognise<'t>(name: &str, texts: impl Iterator<Item = &'t String>, mixed: bool) -> Option<Meaning> {
    let texts: Vec<&str> = texts.map(|text| text.trim()).collect();
    let filled: Vec<&str> = texts.iter().copied().filter(|text| !text.is_empty()).collect();
    let empty = filled.len() < texts.len();
    dates(name, &filled, empty)
        .filter(|_| !mixed)
        .map(Meaning::LocalDate)
        .or_else(|| numbers(name, &filled, empty, mixed).map(Meaning::Number))
}

fn enough(found: usize, all: usize) -> bool {
    found >= FEWEST && found as f64 >= MOST * all as f64
}

/// The hundreds of years whose last two digits are `years`; `None` where they may be of two centuries.
fn century(name: &str, years: impl Iterator<Item = u32>) -> Option<u32> {
    // People are born in both.
    if words_of(name).iter().any(|word| BIRTHS.contains(&word.as_str())) {
        return None;
    }
    let (mut new, mut old) = (true, true);
    for year in years {
        new &= year <= NEWEST;
        old &= year > NEWEST;
    }
    if new { Some(20) } else { old.then_some(19) }
}

fn dates(name: &str, texts: &[&str], empty: bool) -> Option<LocalDates> {
    let parts: Vec<DateParts> = texts.iter().filter_map(|text| DateParts::parse(text)).collect();
    let first = parts.first()?;
    let alike = |other: &&DateParts| other.separator == first.separator && other.year_first == first.year_first;
    if !enough(parts.iter().filter(alike).count(), texts.len()) {
        return None;
    }
    let parts: Vec<DateParts> = parts.iter().filter(alike).copied().collect();
    let fit = |order: DateOrder| parts.iter().filter(|parts| parts.iso(order, None).is_some()).count();
    let (day_first, month_first) = (fit(DateOrder::DayMonthYear), fit(DateOrder::MonthDayYear));
    let mut open = String::new();
    let order = if first.year_first {
        DateOrder::YearMonthDay
    } else if first.separator == '.' || day_first > month_first {
        DateOrder::DayMonthYear
    } else {
        if day_first == month_first {
            open = "day or month first".into();
        }
        DateOrder::MonthDayYear
    };
    // Some rows one way, and some the other.
    if !enough(fit(order), texts.len()) {
        return None;
    }
    let short = parts.iter().filter(|parts| parts.short_year).count();
    let century = if short == parts.len() { century(name, parts.iter().map(|parts| parts.year(order))) } else { None };
    if short > 0 && century.is_none() {
        open = "year in two digits".into();
    }
    let days: Vec<String> = parts.iter().filter_map(|parts| parts.iso(order, century)).collect();
    let told = |day: Option<&String>| if open.is_empty() { day.cloned().unwrap_or_default() } else { String::new() };
    Some(LocalDates {
        order,
        separator: first.separator,
        padded: parts.iter().all(|parts| parts.padded),
        timed: parts.iter().any(|parts| parts.timed),
        century,
        others: empty || parts.len() < texts.len(),
        first: told(days.iter().min()),
        last: told(days.iter().max()),
        open,
    })
}

fn numbers(name: &str, texts: &[&str], empty: bool, mixed: bool) -> Option<Numerals> {
    let numerals: Vec<Numeral<'_>> = texts.iter().filter_map(|text| Numeral::parse(text)).collect();
    let all_told = if mixed {
        !numerals.is_empty() && numerals.len() as f64 >= MOST * texts.len() as f64
    } else {
        enough(numerals.len(), texts.len())
    };
    if !all_told {
        return None;
    }
    let before = only(numerals.iter().map(|numeral| numeral.before))?;
    let behind = only(numerals.iter().map(|numeral| numeral.behind))?;
    // `Q1`, `FY24`, `Room 7`: a letter before digits names something, if it is no currency.
    if !is_currency(&before) {
        return None;
    }
    let bare = before.is_empty() && behind.is_empty();
    if bare && (names_something(name, &numerals) || mixed && numerals.iter().all(|numeral| numeral.separators().next().is_none())) {
        return None;
    }
    let mut style = style(&numerals)?;
    style.before = before;
    style.behind = behind;
    style.brackets = numerals.iter().any(|numeral| numeral.brackets);
    style.trailing = numerals.iter().any(|numeral| numeral.trailing);
    style.mixed = mixed;
    style.others = empty || numerals.len() < texts.len();
    let fits = |text: &&&str| Numeral::parse(text).is_some() && style.number(text).is_none();
    // What could not be read by the expression is no number of this column.
    if texts.iter().filter(fits).count() * 10 > texts.len() {
        return None;
    }
    Some(style)
}

/// The one text that stands beside the digits of most, a unit or a currency; `None` where there are several, or few have one: a letter behind
/// some numbers names something.
fn only<'t>(parts: impl Iterator<Item = &'t str>) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for part in parts {
        *counts.entry(part).or_default() += 1;
    }
    let named: Vec<&str> = counts.keys().copied().filter(|part| !part.is_empty()).collect();
    match named.as_slice() {
        [] => Some(String::new()),
        [one] if 2 * counts.get(one).copied().unwrap_or(0) > counts.values().sum::<usize>() => Some((*one).to_owned()),
        _ => None,
    }
}

/// Whether digits name something: the column's name says so, they begin with zeros, or all are of one length.
fn names_something(name: &str, numerals: &[Numeral<'_>]) -> bool {
    let whole = |numeral: &Numeral<'_>| numeral.separators().next().is_none();
    let zero = |numeral: &Numeral<'_>| whole(numeral) && numeral.body.len() > 1 && numeral.body.starts_with('0');
    let length = numerals.first().map_or(0, |numeral| numeral.body.len());
    let alike = numerals.iter().all(|numeral| whole(numeral) && numeral.body.len() == length && !numeral.negative);
    let years = alike && length == 4 && numerals.iter().all(|numeral| ("1500".."2101").contains(&numeral.body));
    // A yes and a no.
    let flags = numerals.iter().all(|numeral| matches!(numeral.body, "0" | "1"));
    let words = words_of(name);
    let coded = words.last().is_some_and(|last| CODES.contains(&last.as_str()));
    coded || years || flags || numerals.iter().any(zero) || alike && length >= NAMING
}

/// Whether what stands before the digits is a sign or a code of money, or nothing.
fn is_currency(before: &str) -> bool {
    const WORDS: [&str; 12] = ["kr", "zl", "zł", "fr", "rs", "lei", "kč", "ft", "dm", "us", "ca", "au"];
    // The codes of ISO 4217 that files are likely to hold.
    const CODES: [&str; 40] = [
        "usd", "eur", "gbp", "jpy", "chf", "cny", "inr", "cad", "aud", "nzd", "sek", "nok", "dkk", "pln", "czk", "huf", "ron", "bgn",
        "try", "rub", "uah", "brl", "mxn", "ars", "clp", "cop", "zar", "krw", "sgd", "hkd", "twd", "thb", "idr", "myr", "php", "vnd",
        "ils", "aed", "sar", "egp",
    ];
    let letters: String = before.chars().filter(|c| c.is_alphabetic()).collect::<String>().to_lowercase();
    letters.is_empty()
        || WORDS.contains(&letters.as_str())
        || CODES.contains(&letters.as_str())
        || letters.len() < 3 && before.contains(['$', '\u{20ac}', '\u{a3}', '\u{a5}'])
}

/// What stands before the fraction and between thousands; `None` where the texts contradict each other.
fn style(numerals: &[Numeral<'_>]) -> Option<Numerals> {
    let mut out = Numerals::default();
    // Texts in which a point, or a comma, can only be the one or the other.
    let (mut point, mut comma, mut open) = (false, false, 0);
    for numeral in numerals {
        let separators: Vec<char> = numeral.separators().collect();
        let tail = |c: char| numeral.body.rsplit(c).next().map_or(0, str::len);
        let head = |c: char| numeral.body.split(c).next().unwrap_or_default();
        for c in separators.iter().filter(|c| !matches!(c, '.' | ',')) {
            if !out.grouping.contains(c) {
                out.grouping.push(*c);
            }
        }
        let marks: Vec<char> = separators.into_iter().filter(|c| matches!(c, '.' | ',')).collect();
        match marks.as_slice() {
            [] => {}
            [one] => {
                // Three digits behind may be thousands; "0,375" and "1234,5" are none.
                let groups = tail(*one) == GROUP && (1..=GROUP).contains(&head(*one).len()) && !head(*one).starts_with('0');
                match (one, groups) {
                    ('.', true) => open += 1,
                    (',', true) => out.grouping.push(','),
                    ('.', false) => point = true,
                    (_, false) => comma = true,
                    (_, true) => {}
                }
                out.fractions |= !groups;
            }
            [first, .., last] if first == last => {
                if tail(*last) != GROUP {
                    return None;
                }
                out.grouping.push(*last);
            }
            [first, .., last] => {
                out.grouping.push(*first);
                if *last == ',' {
                    comma = true
                } else {
                    point = true
                }
                out.fractions = true;
            }
        }
    }
    out.grouping.sort_unstable();
    out.grouping.dedup();
    if point && comma {
        return None;
    }
    if comma {
        // "1,250" beside "9,5" has a fraction too.
        out.grouping.retain(|c| *c != ',');
        out.comma = true;
        if open > 0 && !out.grouping.contains(&'.') {
            out.grouping.push('.');
        }
    } else if open > 0 {
        if out.grouping.contains(&'.') {
            // "1.250.000" beside "2.500".
        } else {
            // "105.123" beside "47.87" has a fraction; where all have three digits behind, it may be thousands.
            let all = numerals.iter().filter(|numeral| numeral.body.len() > GROUP).count();
            out.open = !point && open == all && open > 1;
            out.fractions = true;
        }
    }
    if point && out.grouping.contains(&'.') {
        return None;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, texts: &[&str]) -> Option<Meaning> {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        recognise(name, texts.iter(), false)
    }

    #[track_caller]
    fn check(name: &str, texts: &[&str], expected: &str) {
        let told = read(name, texts).and_then(|meaning| meaning.told().or_else(|| meaning.prefix()));
        assert_eq!(told.as_deref().unwrap_or(""), expected, "{texts:?}");
    }

    #[test]
    fn numbers_are_told_from_codes_and_words() {
        check("population", &["2148000", "516092", "99800"], "number as text");
        check("area", &["105.4", "47.87", "34.8"], "number as text");
        check("fee", &["$9.50", "$120.00", "$1,250.00"], "number as text with ',' between thousands, $");
        check("preis", &["9,5", "1.250,00", "3,25"], "number as text with decimal comma, '.' between thousands");
        check("preis", &["9,50 €", "120,00 €"], "number as text with decimal comma, €");
        check("paid", &["USD 5", "USD 1,250.50"], "number as text with ',' between thousands, USD");
        check("paid", &["kr 5", "kr 12"], "number as text with kr");
        check("rate", &["12.5%", "7%", "100%"], "number as text with %");
        check("sales", &["1,250", "90", "3,120,400"], "number as text with ',' between thousands");
        check("umsatz", &["1 250,5", "90"], "number as text with decimal comma, ' ' between thousands");
        check("weight", &["70 kg", "9 kg"], "number as text with kg");
        check("balance", &["(120.50)", "9.00"], "number as text");
        check("menge", &["1.250", "3.500", "12.000"], "number as text with '.' may be of thousands");
        check("score", &["12", "", "7", "103"], "number as text");
        for (name, texts) in [
            ("zip", &["10115", "80331", "1010"][..]),
            ("quarter", &["Q1 2022", "Q2 2022"]),
            ("fy", &["FY22", "FY23"]),
            ("name", &["Room 7", "Room 12"]),
            ("customer_id", &["12", "7"]),
            ("x", &["007", "012", "3"]),
            ("contact", &["5551234", "5559876"]),
            ("founded", &["1990", "2004"]),
            ("name", &["Ann", "Bob"]),
            ("result", &["3-2", "1-0"]),
            ("version", &["1.2", "1.10"]),
            ("v", &["1.10.2", "1.9.0"]),
            ("price", &["$5", "€7"]),
            ("mixed", &["1,5", "2.5"]),
            ("one", &["5"]),
            ("note", &["12", "seven", "none", "ten"]),
        ] {
            check(name, texts, "");
        }
    }

    #[test]
    fn dates_are_told_with_their_form() {
        check("joined", &["05/01/2024", "28/12/2022", "17/06/2023"], "DD/MM/YYYY as text, 2022-12-28..2024-01-05");
        check("joined", &["1/5/2024", "12/28/2022"], "MM/DD/YYYY as text, 2022-12-28..2024-01-05");
        check("am", &["05.01.2024", "01.02.2023"], "DD.MM.YYYY as text, 2023-02-01..2024-01-05");
        check("day", &["2024/01/05", "2023/12/28"], "YYYY/MM/DD as text, 2023-12-28..2024-01-05");
        check("taken", &["2024:01:05 10:30:00", "2023:12:28 09:00:01"], "YYYY:MM:DD as text, 2023-12-28..2024-01-05");
        check("d", &["05/01/2024", "03/02/2023"], "date, day or month first as text");
        check("d", &["28/12/22", "05/01/24"], "DD/MM/YY as text, 2022-12-28..2024-01-05");
        check("d", &["28.12.91", "05.01.89"], "DD.MM.YY as text, 1989-01-05..1991-12-28");
        check("d", &["28.12.99", "05.01.22"], "date, year in two digits as text");
        check("born", &["28.12.19", "05.01.22"], "date, year in two digits as text");
        check("d", &["05/01/22", "03/02/23"], "date, day or month first as text");
        check("d", &["28/12/2022", "01/30/2024"], "");
        check("d", &["2024-01-05", "2023-12-28"], "");
    }
}
