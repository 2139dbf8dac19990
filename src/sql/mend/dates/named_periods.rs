//! Months, quarters, weeks and fiscal years that a column keeps in a form of its own (`Mar 23`, `2023Q3`, `FY23`, 202305), and a query gives
//! in another one (`'2023-03'`, `'Q3'`, 2023): none would be equal.

use std::ops::Range;

use crate::schema::{Column, Holds, Meaning, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::quote::string_literal;
use crate::sql::resolve::resolve;
use crate::sql::tokens::Tokens;
use crate::text::language::words_of;
use crate::text::numbers::{MONTHS, SHORT_NAME, named_place};
use crate::text::words::split_name;

/// Years of four digits.
const YEARS: std::ops::Range<u32> = 1900..2100;
/// Years of two digits are of this century.
const CENTURY: u32 = 2000;

/// A piece of how a period is written.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// As it stands.
    Text(String),
    /// A month's name: whether it is cut short, and in capitals.
    Name { short: bool, capitals: bool },
    /// Month, quarter or week in so many digits.
    Number(usize),
    /// The year in so many digits.
    Year(usize),
}

/// What of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Year,
    Quarter,
    Month,
    Week,
}

/// A period, and how it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Written {
    pieces: Vec<Piece>,
    unit: Unit,
    /// Which one of the year; 0 for a year.
    number: u32,
    year: Option<u32>,
}

/// The form of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Form {
    pieces: Vec<Piece>,
    unit: Unit,
    /// Kept as numbers.
    numbers: bool,
}

/// `sql` with periods in the form of the columns that they are compared with, and the changes in order. What has no year gets the one that
/// `question` names.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    if !schema.tables.iter().any(|table| table.columns.iter().any(|column| form(column).is_some())) {
        return unchanged();
    }
    let Some(resolution) = resolve(sql, schema) else { return unchanged() };
    let columns = resolution.columns(form);
    let tokens = Tokens::new(sql);
    let years: Vec<u32> = words_of(question).iter().filter(|word| word.len() == 4).filter_map(|word| word.parse().ok()).collect();
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for at in 0..tokens.len() {
        let column = columns.get(&tokens.bytes(at..at + 1).start);
        if let Some((form, end)) = column.zip(tokens.operand_after(at)) {
            edits.extend(compared(&tokens, end, form, &years).unwrap_or_default());
        }
    }
    edits.sort_by_key(|(range, _)| range.start);
    edited(sql, ChangeKind::Date, edits)
}

/// The form in which `column` keeps periods; `None` where it keeps other things, or has several forms.
fn form(column: &Column) -> Option<Form> {
    if column.meaning != Meaning::Plain {
        return None;
    }
    if column.holds == Holds::Numbers {
        let named = split_name(&column.name).iter().any(|word| matches!(word.as_str(), "month" | "months" | "period" | "yearmonth" | "ym"));
        let (low, high) = column.samples.first()?.split_once("..")?;
        let (low, high) = (Written::of(low)?, Written::of(high)?);
        let whole = low.pieces == [Piece::Year(4), Piece::Number(2)] && low.pieces == high.pieces;
        return (named && whole).then_some(Form { pieces: low.pieces, unit: Unit::Month, numbers: true });
    }
    let written: Vec<Written> = column.samples.iter().map(|text| Written::of(text)).collect::<Option<_>>()?;
    // A year alone is equal to itself as a number, too.
    let first = written.first().filter(|first| first.year.is_some() && first.pieces.len() > 1 && written.len() > 1)?;
    // "May" is long and short.
    let alike = |a: &Piece, b: &Piece| a == b || matches!((a, b), (Piece::Name { .. }, Piece::Name { .. }));
    let same = |other: &Written| {
        other.unit == first.unit
            && other.pieces.len() == first.pieces.len()
            && other.pieces.iter().zip(&first.pieces).all(|(a, b)| alike(a, b))
    };
    let long = written.iter().find(|written| written.pieces.iter().any(|piece| matches!(piece, Piece::Name { short: false, .. })));
    let pieces = long.unwrap_or(first).pieces.clone();
    (column.holds == Holds::Texts && written.iter().all(same)).then_some(Form { pieces, unit: first.unit, numbers: false })
}

impl Written {
    /// Reads `Mar 2023`, `2023-03`, `03/2023`, `202303`, `Q3 2023`, `2023-W14`, `FY23`, `2023`; without a year `March`, `Q3`.
    fn of(text: &str) -> Option<Self> {
        let runs = runs(text.trim());
        let digits = |run: &str| run.bytes().all(|b| b.is_ascii_digit());
        let letters = |run: &str| run.chars().all(char::is_alphabetic);
        let number = |run: &str| run.parse::<u32>().ok();
        if let [one] = runs.as_slice()
            && digits(one)
            && one.len() == 6
        {
            let (year, month) = (number(one.get(..4)?)?, number(one.get(4..)?)?);
            let pieces = vec![Piece::Year(4), Piece::Number(2)];
            let fits = YEARS.contains(&year) && (1..=12).contains(&month);
            return fits.then_some(Self { pieces, unit: Unit::Month, number: month, year: Some(year) });
        }
        let has_year = runs.iter().any(|run| run.len() == 4 && digits(run));
        let (mut pieces, mut unit, mut of_year, mut year): (Vec<Piece>, Unit, u32, Option<u32>) = (Vec::new(), Unit::Year, 0, None);
        let mut awaited: Option<Unit> = None;
        for run in &runs {
            let piece = match *run {
                run if letters(run) => {
                    let month = named_place(&MONTHS, run);
                    let capitals = run.chars().all(char::is_uppercase) && run.len() > 1;
                    match (month, run.to_ascii_lowercase().as_str()) {
                        (Some(month), _) if unit == Unit::Year => {
                            (unit, of_year) = (Unit::Month, u32::try_from(month).ok()? + 1);
                            Piece::Name { short: run.len() == SHORT_NAME, capitals }
                        }
                        (None, "q" | "w") if unit == Unit::Year => {
                            awaited = Some(if run.eq_ignore_ascii_case("q") { Unit::Quarter } else { Unit::Week });
                            Piece::Text(run.to_owned())
                        }
                        (None, "fy") => Piece::Text(run.to_owned()),
                        _ => return None,
                    }
                }
                run if digits(run) => match (run.len(), awaited.take()) {
                    (1 | 2, Some(of)) => {
                        (unit, of_year) = (of, number(run)?);
                        let most = if of == Unit::Quarter { 4 } else { 53 };
                        (1..=most).contains(&of_year).then_some(Piece::Number(run.len()))?
                    }
                    (4, None) if year.is_none() => {
                        year = number(run).filter(|year| YEARS.contains(year));
                        year.map(|_| Piece::Year(4))?
                    }
                    (1 | 2, None) if has_year && unit == Unit::Year => {
                        (unit, of_year) = (Unit::Month, number(run)?);
                        (1..=12).contains(&of_year).then_some(Piece::Number(run.len()))?
                    }
                    (2, None) if !has_year && year.is_none() && !pieces.is_empty() => {
                        year = Some(CENTURY + number(run)?);
                        Piece::Year(2)
                    }
                    _ => return None,
                },
                other => Piece::Text(other.to_owned()),
            };
            pieces.push(piece);
        }
        (awaited.is_none() && !(unit == Unit::Year && year.is_none())).then_some(Self { pieces, unit, number: of_year, year })
    }
}

/// `text` cut into letters, digits and what stands between.
fn runs(text: &str) -> Vec<&str> {
    let kind = |c: char| {
        if c.is_ascii_digit() {
            0
        } else if c.is_alphabetic() {
            1
        } else {
            2
        }
    };
    let (mut out, mut start, mut before) = (Vec::new(), 0, None);
    for (at, c) in text.char_indices() {
        if before.is_some_and(|before| before != kind(c)) {
            out.extend(text.get(start..at));
            start = at;
        }
        before = Some(kind(c));
    }
    out.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    out
}

impl Form {
    /// A period in this form; what is not given is any.
    fn pattern(&self, number: Option<u32>, year: Option<u32>) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            let text = match piece {
                Piece::Text(text) => Some(text.clone()),
                Piece::Name { short, capitals } => number.and_then(|number| {
                    let name = MONTHS.get(usize::try_from(number).ok()?.checked_sub(1)?)?;
                    let name = if *short { name.get(..SHORT_NAME)? } else { name };
                    Some(if *capitals { name.to_uppercase() } else { name.to_owned() })
                }),
                Piece::Number(width) => number.map(|number| format!("{number:0width$}", width = *width)),
                Piece::Year(width) => year.map(|year| if *width == 2 { format!("{:02}", year % 100) } else { year.to_string() }),
            };
            match text {
                Some(text) => out.push_str(&text),
                None if out.ends_with('%') => {}
                None => out.push('%'),
            }
        }
        out
    }

    /// Whether its order is that of time.
    fn sorts(&self) -> bool {
        let fixed = |piece: &Piece| !matches!(piece, Piece::Name { .. });
        matches!(self.pieces.first(), Some(Piece::Year(4))) && self.pieces.iter().all(fixed)
    }

    /// The period as a literal.
    fn literal(&self, number: u32, year: u32) -> String {
        let text = self.pattern(Some(number), Some(year));
        if self.numbers { text } else { string_literal(&text) }
    }
}

/// What is to change behind the column that ends before token `end`; `years` are those of the question.
fn compared(tokens: &Tokens<'_>, end: usize, form: &Form, years: &[u32]) -> Option<Vec<(Range<usize>, String)>> {
    let text = |at: usize| match tokens.kind(at) {
        Some(TokenKind::String) => Some(name_of(tokens.text(at))),
        Some(TokenKind::Number) => Some(tokens.text(at).to_owned()),
        _ => None,
    };
    // The same period as a literal of the column; `None` where it is one already.
    let whole = |at: usize| {
        let written = Written::of(&text(at)?).filter(|written| written.unit == form.unit)?;
        let is_own = written.pieces == form.pieces && (tokens.kind(at) == Some(TokenKind::Number)) == form.numbers;
        let to = form.literal(written.number, written.year?);
        (!is_own).then(|| (tokens.bytes(at..at + 1), to))
    };
    if tokens.is(end, &["between"]) {
        return form.sorts().then(|| [end + 1, end + 3].into_iter().filter_map(whole).collect());
    }
    if tokens.is(end, &["<", "<=", ">", ">="]) {
        return form.sorts().then(|| whole(end + 1).into_iter().collect());
    }
    if tokens.is(end, &["in"]) {
        let close = tokens.close(end + 1)?;
        let items = tokens.split(end + 2..close, ",");
        return Some(items.into_iter().filter(|item| item.len() == 1).filter_map(|item| whole(item.start)).collect());
    }
    let (equal, like) = match () {
        () if tokens.is(end, &["=", "=="]) => (true, false),
        () if tokens.is(end, &["<>", "!="]) => (false, false),
        () if tokens.is(end, &["like"]) => (true, true),
        () => return None,
    };
    let literal = end + 1;
    if let Some(edit) = whole(literal).filter(|_| !like) {
        return Some(vec![edit]);
    }
    let said = text(literal).filter(|_| !form.numbers)?;
    let bare = Some(said.strip_suffix('%').unwrap_or(&said).trim_end_matches(['-', '/', ' '])).filter(|bare| !bare.contains(['%', '_']))?;
    let number: Option<u32> = bare.parse().ok().filter(|_| tokens.kind(literal) == Some(TokenKind::Number));
    let most = match form.unit {
        Unit::Month => 12,
        Unit::Quarter => 4,
        Unit::Week => 53,
        Unit::Year => 0,
    };
    let (number, year) = match (Written::of(bare), number) {
        (_, Some(number)) if (1..=most).contains(&number) => (Some(number), None),
        (Some(Written { unit: Unit::Year, year, .. }), _) if form.unit != Unit::Year => (None, year),
        (Some(written), _) if written.unit == form.unit => (Some(written.number), written.year),
        _ => return None,
    };
    let year = match (number, year, years) {
        (Some(_), None, [year]) => Some(*year),
        // Of which year, is not for a rule to say.
        (Some(_), None, [_, _, ..]) => return None,
        (_, year, _) => year,
    };
    let pattern = form.pattern(number, year);
    if pattern == said || like && pattern.starts_with(bare) {
        return None;
    }
    let operator = if equal { "LIKE" } else { "NOT LIKE" };
    Some(vec![(tokens.bytes(end..literal + 1), format!("{operator} {}", string_literal(&pattern)))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Table;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(condition: &str, expected: &str) {
        check_asked("", condition, expected);
    }

    #[track_caller]
    fn check_asked(question: &str, condition: &str, expected: &str) {
        let column = |name: &str, samples: &[&str]| Column {
            name: name.into(),
            holds: Holds::Texts,
            samples: samples.iter().map(|text| (*text).to_owned()).collect(),
            ..Column::default()
        };
        let columns = vec![
            column("bill_month", &["Mar 23", "Oct 22"]),
            column("long", &["May 2023", "October 2022"]),
            column("quarter", &["2022Q3", "2024Q1"]),
            column("q", &["Q1 2022", "Q2 2022"]),
            column("week", &["2024-W14", "2022-W01"]),
            column("fy", &["FY22", "FY23"]),
            column("iso", &["2023-03", "2023-04"]),
            Column { holds: Holds::Numbers, ..column("month", &["202201..202412"]) },
            column("name", &["Ann", "May"]),
            column("size", &["10", "12"]),
        ];
        let schema = Schema { tables: vec![Table { name: "t".into(), columns, ..Table::default() }] };
        let sql = |condition: &str| format!("SELECT 1 FROM t WHERE {condition}");
        check_mended(|sql| mend(sql, &schema, question), &sql(condition), &sql(expected), condition);
    }

    #[test]
    fn periods_are_written_as_they_are_kept() {
        for march in ["'2023-03'", "'March 2023'", "'03/2023'", "'Mar 2023'", "202303"] {
            check(&format!("bill_month = {march}"), "bill_month = 'Mar 23'");
        }
        check("long <> '2023-10'", "long <> 'October 2023'");
        check("t.quarter = '2023-Q3'", "t.quarter = '2023Q3'");
        check("quarter >= 'Q3 2023'", "quarter >= '2023Q3'");
        check("q IN ('2023Q3', 'Q4 2023')", "q IN ('Q3 2023', 'Q4 2023')");
        check("fy = 2023", "fy = 'FY23'");
        check("fy = '2023'", "fy = 'FY23'");
        check("iso = 'May 2023'", "iso = '2023-05'");
        check("month = '2023-05'", "month = 202305");
        check("month BETWEEN '2023-01' AND '2023-06'", "month BETWEEN 202301 AND 202306");
    }

    #[test]
    fn a_part_is_found_in_the_whole() {
        check("bill_month = 'May'", "bill_month LIKE 'May %'");
        check("bill_month = 5", "bill_month LIKE 'May %'");
        check("bill_month LIKE '2023%'", "bill_month LIKE '% 23'");
        check("bill_month LIKE '2023-03%'", "bill_month LIKE 'Mar 23'");
        check("quarter = 'Q3'", "quarter LIKE '%Q3'");
        check("quarter = 3 AND 1", "quarter LIKE '%Q3' AND 1");
        check("q LIKE '2024%'", "q LIKE 'Q% 2024'");
        check("week = 16", "week LIKE '%-W16'");
    }

    #[test]
    fn the_year_is_that_of_the_question() {
        check_asked("How much in May 2023?", "bill_month = 5", "bill_month LIKE 'May 23'");
        check_asked("week 16 of 2024", "week = 16", "week LIKE '2024-W16'");
        check_asked("May 2022 and May 2023", "bill_month = 5", "bill_month = 5");
        check_asked("How much in May 2023?", "bill_month LIKE '2022%'", "bill_month LIKE '% 22'");
    }

    #[test]
    fn what_is_right_or_open_stays() {
        for right in [
            "bill_month = 'Mar 23'",
            "bill_month > '2023-03'",
            "quarter = '2023Q3'",
            "quarter LIKE '2024%'",
            "q LIKE '%2024'",
            "week = '2024-W14'",
            "iso LIKE '2023%'",
            "iso LIKE '2023-%'",
            "iso = '2023-03'",
            "month = 202305",
            "month = 5",
            "name = 'March'",
            "size = 12",
            "quarter = 'Ann'",
            "bill_month = '2023Q3'",
        ] {
            check(right, right);
        }
    }
}
