//! How a table is written as text: what stands between fields, where the table begins, whether its first line has the names.

use std::collections::BTreeMap;

use super::lines::Lines;
use super::number::{self, Number};
use crate::schema::DateParts;

/// Records that are looked at.
const LOOKED_AT: usize = 400;
/// Lines of a title that may stand before a table.
const TITLE_LINES: usize = 20;
/// What may stand between fields, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// Numbers that may be names of columns: years.
const YEARS: std::ops::RangeInclusive<i64> = 1800..=2200;

/// What the first line of a table as text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FirstLine {
    /// What it looks like.
    #[default]
    Guessed,
    /// The names of the columns.
    Names,
    /// A row.
    Row,
}

/// How a table is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    /// Bytes of a line that only says what stands between fields (`sep=;`, which Excel writes and reads).
    pub(super) directive: usize,
    /// Records of a title before the table.
    pub(super) title: usize,
    /// Whether the first record has the names.
    pub(super) header: bool,
    /// Whether it has them for all that is known, and nothing shows it.
    pub(super) unproven: bool,
    /// Whether names stand over all columns but the first, as R's `write.table` leaves them.
    pub(super) unnamed_first: bool,
}

type Record = Vec<Vec<u8>>;

impl Dialect {
    /// Of a text that begins with `head`, which is all of it where it is `whole`. `preferred` is what the file's name says.
    pub(super) fn of(head: &[u8], whole: bool, preferred: Option<u8>, first_line: FirstLine) -> Self {
        let (directive, told) = directive(head);
        let text = head.get(directive..).unwrap_or_default();
        let delimiter = told.unwrap_or_else(|| delimiter(text, whole, preferred));
        let records = records(text, whole, delimiter);
        let width = usual(records.iter().map(Vec::len)).map_or(1, |(width, _)| width);
        let narrow = records.iter().take(TITLE_LINES).take_while(|record| record.len() == 1).count();
        let title = if width > 1 && narrow < records.len() { narrow } else { 0 };
        let records = records.get(title..).unwrap_or_default();
        let Some((first, body)) = records.split_first() else {
            return Self { delimiter, directive, title, header: true, unproven: false, unnamed_first: false };
        };
        let unnamed_first = !body.is_empty()
            && body.iter().all(|record| record.len() == first.len() + 1)
            && body.iter().any(|record| record.last().is_some_and(|field| !field.is_empty()));
        let (header, unproven) = match first_line {
            FirstLine::Names => (true, false),
            FirstLine::Row => (false, false),
            FirstLine::Guessed if unnamed_first => (true, false),
            FirstLine::Guessed => match has_names(first, body) {
                Guess::Shown(header) => (header, false),
                Guess::Open => (true, true),
            },
        };
        Self { delimiter, directive, title, header, unproven, unnamed_first: header && unnamed_first }
    }
}

fn directive(head: &[u8]) -> (usize, Option<u8>) {
    let end = memchr::memchr(b'\n', head).map_or(head.len(), |at| at + 1);
    match head.get(..end).unwrap_or_default().trim_ascii_end() {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] => (end, Some(*delimiter)),
        // A tab at the end was trimmed.
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'='] => (end, Some(b'\t')),
        _ => (0, None),
    }
}

fn records(text: &[u8], whole: bool, delimiter: u8) -> Vec<Record> {
    let mut lines = Lines::new(text, delimiter);
    let mut records = Vec::new();
    while records.len() < LOOKED_AT && matches!(lines.next(), Ok(true)) {
        records.push((0..lines.len()).map(|at| lines.field(at).to_vec()).collect());
    }
    // The last one may be cut.
    if !whole && records.len() > 1 && records.len() < LOOKED_AT {
        records.pop();
    }
    records
}

/// The number that occurs most often, and how often; the larger of two.
fn usual(numbers: impl Iterator<Item = usize>) -> Option<(usize, usize)> {
    let mut counts = BTreeMap::new();
    numbers.for_each(|number| *counts.entry(number).or_insert(0) += 1);
    counts.into_iter().max_by_key(|&(_, count)| count)
}

fn delimiter(text: &[u8], whole: bool, preferred: Option<u8>) -> u8 {
    let fit = |delimiter: u8| {
        let records = records(text, whole, delimiter);
        let (width, count) = usual(records.iter().map(Vec::len)).unwrap_or((1, 0));
        let share = count as f64 / records.len().max(1) as f64;
        if width > 1 { (share, width) } else { (0.0, 1) }
    };
    let mut best = (b',', (0.0, 1));
    for delimiter in DELIMITERS {
        let found = fit(delimiter);
        if Some(delimiter) == preferred && found.0 > 0.5 {
            return delimiter;
        }
        if found > best.1 {
            best = (delimiter, found);
        }
    }
    if best.1.0 > 0.0 { best.0 } else { preferred.unwrap_or(b',') }
}

/// Whether a field is a number or a date: hardly a name.
fn is_value(field: &[u8]) -> bool {
    let text = field.trim_ascii();
    let digits_only = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let is_date = |text: &str| {
        let day = text.get(..10).unwrap_or_default();
        let iso = day.bytes().enumerate().all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
        (iso && day.len() == 10) || DateParts::parse(text).is_some()
    };
    digits_only || number::parse(text).is_some() || std::str::from_utf8(text).is_ok_and(is_date)
}

/// Whether a line has names.
enum Guess {
    /// Something shows it, or the other.
    Shown(bool),
    /// It may have.
    Open,
}

fn has_names(first: &Record, body: &[Record]) -> Guess {
    let is_empty = |field: &[u8]| field.trim_ascii().is_empty() || number::stands_for_nothing(field.trim_ascii());
    let filled = |column: usize| body.iter().filter_map(move |record| record.get(column)).filter(move |field| !is_empty(field));
    // A word over numbers is their name.
    let names_values = |(column, field): (usize, &Vec<u8>)| {
        !is_empty(field) && !is_value(field) && filled(column).next().is_some() && filled(column).all(|field| is_value(field))
    };
    if first.iter().enumerate().any(names_values) {
        return Guess::Shown(true);
    }
    if first.iter().any(|field| is_value(field)) {
        let integer = |field: &Vec<u8>| match number::parse(field.trim_ascii()) {
            Some(Number::Integer(n)) => Some(n),
            _ => None,
        };
        let values: Vec<&Vec<u8>> = first.iter().filter(|field| is_value(field)).collect();
        let years: Vec<i64> = values.iter().filter_map(|field| integer(field)).filter(|n| YEARS.contains(n)).collect();
        let steps = years.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
        // Years over columns: one behind the other, beside at least one name.
        return Guess::Shown(years.len() >= 2 && years.len() == values.len() && values.len() < first.len() && steps);
    }
    // A name does not occur again in its own column, unless the whole line does. A column with nothing below its first line speaks for a name.
    let recurs = |(column, field): (usize, &Vec<u8>)| {
        !is_empty(field) && body.iter().any(|record| record.get(column) == Some(field) && record != first)
    };
    let stands_alone = |(column, field): (usize, &Vec<u8>)| {
        let is_empty_below = |record: &Record| record.get(column).is_none_or(|field| field.trim_ascii().is_empty());
        !is_empty(field) && body.len() > 1 && body.iter().all(is_empty_below)
    };
    let recurring = first.iter().enumerate().filter(|&field| recurs(field)).count();
    let alone = first.iter().enumerate().filter(|&field| stands_alone(field)).count();
    if recurring > alone { Guess::Shown(false) } else { Guess::Open }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, delimiter: char, title: usize, header: bool) {
        let found = Dialect::of(text.as_bytes(), true, None, FirstLine::Guessed);
        assert_eq!((char::from(found.delimiter), found.title, found.header), (delimiter, title, header), "{text:?}");
    }

    #[test]
    fn what_stands_between_fields_is_found() {
        check("a,b\n1,2\n", ',', 0, true);
        check("a;b\n1,5;2,5\n3,5;x\n", ';', 0, true);
        check("a\tb\nx, y\tz\n", '\t', 0, true);
        check("a|b|c\nx|y|1\n", '|', 0, true);
        check("name\nAnna\nBob\n", ',', 0, true);
        check("sep=;\na;b\n1;2\n", ';', 0, true);
        check("a,b\n\"x;y;z\",1\n\"p\nq\",2\n", ',', 0, true);
        check("Sales of 2024\nmade today\na,b\n1,2\n3,4\n5,6\n", ',', 2, true);
        assert_eq!(Dialect::of(b"a,b\tc\n1,2\t3\n", true, Some(b'\t'), FirstLine::Guessed).delimiter, b'\t');
    }

    #[test]
    fn a_line_of_names_is_told_from_a_row() {
        check("1,Anna\n2,Bob\n", ',', 0, false);
        check("2024-01-05,x\n2024-01-06,y\n", ',', 0, false);
        check("00123,x\n00124,y\n", ',', 0, false);
        check("country,2019,2020,2021\nDE,1.5,2,3\nFR,1,2,3\n", ',', 0, true);
        check(",x\na,1\nb,2\n", ',', 0, true);
        check("first,last\nAnna,Bo\nBob,Cy\n", ',', 0, true);
        check("Anna,Berlin\nBob,Paris\nCy,Berlin\n", ',', 0, false);
        check("a,b\nx,y\na,b\nz,w\n", ',', 0, true);
        check("a,b\n", ',', 0, true);
        check("note,kind\n,other\n,kind\n,other\n", ',', 0, true);
        check("Anna,Berlin,x,y\nBob,Berlin,x,\nCy,Paris,z,\n", ',', 0, false);
        check("Anna,Berlin\n,Berlin\n", ',', 0, false);
        check("1,2\n", ',', 0, false);
        let unnamed = |text: &str| Dialect::of(text.as_bytes(), true, None, FirstLine::Guessed).unnamed_first;
        assert_eq!((unnamed("a,b\n1,2,3\n4,5,6\n"), unnamed("a,b\n1,2,\n4,5,\n"), unnamed("a,b\n1,2\n")), (true, false, false));
    }

    #[test]
    fn what_is_said_of_the_first_line_holds() {
        let found = |text: &str, first_line| {
            let dialect = Dialect::of(text.as_bytes(), true, None, first_line);
            (dialect.header, dialect.unproven)
        };
        assert_eq!(found("Anna,Berlin\nBob,Paris\n", FirstLine::Guessed), (true, true));
        assert_eq!(found("Anna,Berlin\nBob,Paris\n", FirstLine::Row), (false, false));
        assert_eq!(found("name,age\nBob,5\n", FirstLine::Guessed), (true, false));
        assert_eq!(found("1,2\n3,4\n", FirstLine::Guessed), (false, false));
        assert_eq!(found("1,2\n3,4\n", FirstLine::Names), (true, false));
        let unnamed = Dialect::of(b"a,b\n1,2,3\n4,5,6\n", true, None, FirstLine::Row);
        assert_eq!((unnamed.header, unnamed.unnamed_first), (false, false));
    }
}
