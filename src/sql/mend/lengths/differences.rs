//! One moment less another, compared with a length that the question names: `received - sent > 60` for "more than a minute" over
//! milliseconds, `(ended - began) / 3600 > 8` over the same, `shipped - placed <= 2` over dates as text, of which SQLite subtracts the years.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::spans::{lengths, only, product};
use crate::schema::{Column, DateText, Holds, LocalDates, Meaning, Schema, SpanUnit, Times};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::quote::is_keyword;
use crate::sql::resolve::resolve;
use crate::sql::tokens::{COMPARISONS, Tokens};

/// What lengths may be written in, as parts of a second.
const PER_SECOND: [f64; 7] = [1.0, 1.0 / 60.0, 1.0 / 3_600.0, 1.0 / 86_400.0, 1e3, 1e6, 1e9];
/// Functions that a difference may stand in and stay one.
const KEEPING: [&str; 8] = ["abs", "avg", "sum", "min", "max", "round", "total", "cast"];
/// Seconds of a year, leap years among them.
const YEAR: f64 = 365.25 * 86_400.0;
/// People and things are no older in years.
const OLDEST: f64 = 150.0;
/// A year of 365 days is a year.
const SLACK: f64 = 0.015;
/// Words of a question about years.
const YEARS: [&str; 8] = ["year", "years", "old", "older", "oldest", "younger", "age", "aged"];
/// Places that edits are looked for in; more is no slip.
const MOST: usize = 16;

/// What is subtracted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// A number, whose differences are in this unit.
    Counted(SpanUnit),
    /// A date as text.
    Text,
}

struct Sight<'a> {
    tokens: Tokens<'a>,
    /// Columns that count time, by the byte at which their name begins.
    counted: HashMap<usize, SpanUnit>,
    /// Columns of dates as text.
    texts: HashSet<usize>,
    /// Columns of dates in a local form, which SQLite does not read as they are.
    local: HashMap<usize, &'a LocalDates>,
}

/// `sql` with differences of moments in the unit of the lengths of `question` that they are compared with, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    let Some(resolution) = resolve(sql, schema).filter(|_| sql.contains('-')) else { return unchanged() };
    let mut sight = Sight { tokens: Tokens::new(sql), counted: HashMap::new(), texts: HashSet::new(), local: HashMap::new() };
    for reference in &resolution.references {
        let Some(column) = resolution.source(reference).and_then(|source| source.table()?.column(&reference.name.text)) else { continue };
        let times = column.meaning.times().or(column.perhaps.as_ref()).filter(|times| !times.mixed);
        if let Some(unit) = times.and_then(Times::between) {
            sight.counted.insert(reference.range.start, unit);
        } else if is_dated(column) {
            sight.texts.insert(reference.range.start);
        } else if let Meaning::LocalDate(dates) = &column.meaning
            && dates.open.is_empty()
        {
            sight.local.insert(reference.range.start, dates);
        }
    }
    let asked = Asked::of(question);
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for at in (0..sight.tokens.len()).filter(|at| sight.tokens.text(*at) == "-") {
        let more = sight.step(at, &asked).unwrap_or_default();
        if edits.len() + more.len() <= MOST {
            edits.extend(more);
        }
    }
    edits.sort_by_key(|(range, _)| range.start);
    edits.dedup_by(|later, earlier| later.0.start < earlier.0.end);
    edited(sql, ChangeKind::Unit, edits)
}

/// Whether a column holds dates as text that SQLite reads.
fn is_dated(column: &Column) -> bool {
    let texts = column.holds == Holds::Texts && column.meaning == Meaning::Plain;
    texts && column.has_days()
}

/// The lengths that a question names.
pub(super) struct Asked {
    /// The number that is written, and the seconds.
    pub(super) lengths: Vec<(f64, f64)>,
    /// Whether it is about years.
    years: bool,
    /// The numbers in it.
    numbers: Vec<f64>,
}

impl Asked {
    pub(super) fn of(question: &str) -> Self {
        let words: Vec<String> =
            question.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
        let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
        let years = has(&YEARS) && !has(&["month", "months", "quarter", "quarters"]);
        Self { lengths: lengths(question), years, numbers: words.iter().filter_map(|word| word.parse().ok()).collect() }
    }

    /// Whether it asks for years, and for no other length.
    fn is_of_years(&self) -> bool {
        self.years && self.lengths.is_empty()
    }

    /// Whether all lengths are of whole seconds, and none is of whole days.
    fn is_finer_than_days(&self) -> bool {
        let is_finer = |seconds: f64| seconds.fract() == 0.0 && seconds % 86_400.0 != 0.0;
        !self.lengths.is_empty() && self.lengths.iter().all(|(_, seconds)| is_finer(*seconds))
    }

    /// The seconds that `value` stands for, written in some unit, and whether it is the number that the question writes.
    pub(super) fn seconds(&self, value: f64) -> Option<(f64, bool)> {
        let same = |length: f64| ((length - value) / value).abs() < 1e-9;
        if self.is_of_years() {
            let is_said = value <= OLDEST && self.numbers.contains(&value);
            return is_said.then_some((value * YEAR, true));
        }
        let said = self.lengths.iter().find(|(number, _)| same(*number)).map(|(_, seconds)| (*seconds, true));
        let other = || self.lengths.iter().find(|(_, seconds)| PER_SECOND.iter().any(|per| same(seconds * per)));
        said.or_else(|| other().map(|(_, seconds)| (*seconds, false)))
    }
}

impl Sight<'_> {
    /// What is to change at the minus at token `at`.
    fn step(&self, at: usize, asked: &Asked) -> Option<Vec<(Range<usize>, String)>> {
        let tokens = &self.tokens;
        let (start, end) = (tokens.operand_before(at)?, tokens.operand_after(at + 1)?);
        let multiplies = |text: &str| matches!(text, "*" | "/" | "%" | "+" | "-" | "||");
        if multiplies(tokens.before(start)) || multiplies(tokens.text(end)) {
            return None;
        }
        let (left, right) = (start..at, at + 1..end);
        let (unit, mut edits) = match (self.moment(left.clone())?, self.moment(right.clone())?) {
            (Moment::Counted(one), Moment::Counted(other)) if one == other => (one, Vec::new()),
            // The difference of two years is asked for.
            (Moment::Text, Moment::Text) if asked.is_of_years() => return None,
            // Parts of a day are no number of days to the last digit.
            (Moment::Text, Moment::Text) if asked.is_finer_than_days() && (self.has_column(&left) || self.has_column(&right)) => {
                let second = |range: Range<usize>| (tokens.bytes(range.clone()), format!("unixepoch({})", self.read(range)));
                (SpanUnit::Seconds, vec![second(left), second(right)])
            }
            (Moment::Text, Moment::Text) if self.has_column(&left) || self.has_column(&right) => {
                let day = |range: Range<usize>| (tokens.bytes(range.clone()), format!("julianday({})", self.read(range)));
                (SpanUnit::Days, vec![day(left), day(right)])
            }
            _ => return None,
        };
        edits.extend(self.compared(start..end, unit, asked));
        Some(edits)
    }

    /// The literal that the difference `range` is compared with, or what it is divided by before, in the unit of the difference.
    fn compared(&self, range: Range<usize>, unit: SpanUnit, asked: &Asked) -> Option<(Range<usize>, String)> {
        let tokens = &self.tokens;
        let mut whole = self.around(range);
        let (mut divided, mut by) = (None, 1.0);
        if matches!(tokens.text(whole.end), "/" | "*") && tokens.kind(whole.end + 1) == Some(TokenKind::Number) {
            let number: f64 = tokens.text(whole.end + 1).parse().ok().filter(|number| *number > 0.0)?;
            by = if tokens.text(whole.end) == "/" { number } else { 1.0 / number };
            divided = Some(whole.end..whole.end + 2);
            whole = self.around(whole.start..whole.end + 2);
        }
        let literal = whole.end + 1;
        let (value, end) = product(tokens, literal).filter(|(value, _)| COMPARISONS.contains(&tokens.text(whole.end)) && *value > 0.0)?;
        if matches!(tokens.text(end), "+" | "-" | "*" | "/") {
            return None;
        }
        let target = |seconds: f64| seconds * unit.per_second();
        let is_right = |seconds: f64| (value * by / target(seconds) - 1.0).abs() < if asked.is_of_years() { SLACK } else { 1e-9 };
        if asked.lengths.iter().any(|(_, seconds)| is_right(*seconds)) {
            return None;
        }
        // A number that the question does not say, in no unit, stands for the only length that it names.
        let unsaid = || only(&asked.lengths).filter(|_| divided.is_none() && !asked.years && !asked.numbers.contains(&value));
        let (seconds, said) = asked.seconds(value).or_else(|| Some((unsaid()?, false))).filter(|(seconds, _)| !is_right(*seconds))?;
        match divided {
            None => Some((tokens.bytes(literal..end), written(target(seconds)))),
            Some(range) if said => {
                let by = target(seconds) / value;
                let to = if by >= 1.0 { format!("/ {by:.1}") } else { format!("* {:.1}", 1.0 / by) };
                Some((tokens.bytes(range), to))
            }
            Some(_) => None,
        }
    }

    /// `range` with the brackets and the calls around it that keep a difference what it is.
    fn around(&self, range: Range<usize>) -> Range<usize> {
        let tokens = &self.tokens;
        let mut out = range;
        while tokens.before(out.start) == "(" {
            let open = out.start - 1;
            let is_call = |name: &usize| tokens.call(*name).is_some() && (!is_keyword(tokens.text(*name)) || tokens.is(*name, &KEEPING));
            let named = open.checked_sub(1).filter(is_call);
            // `CAST(a - b AS REAL)`, `round(a - b, 1)`.
            let close = if tokens.text(out.end) == ")" { Some(out.end) } else { tokens.close(open).filter(|_| named.is_some()) };
            let Some(close) = close else { break };
            match named {
                Some(name) if tokens.is(name, &KEEPING) => out = name..close + 1,
                Some(_) => break,
                None if open.checked_sub(1).is_some_and(|before| tokens.is(before, &["in", "values", "over"])) => break,
                None => out = open..close + 1,
            }
        }
        out
    }

    /// What the operand `range` is.
    fn moment(&self, range: Range<usize>) -> Option<Moment> {
        let tokens = &self.tokens;
        let (first, last) = (range.start, range.end.checked_sub(1)?);
        if tokens.text(first) == "(" && tokens.close(first) == Some(last) {
            return self.moment(first + 1..last);
        }
        if let Some(call) = tokens.call(first).filter(|call| call.close == last) {
            let argument = call.arguments.first().cloned();
            return match tokens.text(first).to_ascii_lowercase().as_str() {
                "julianday" => Some(Moment::Counted(SpanUnit::Days)),
                "unixepoch" => Some(Moment::Counted(SpanUnit::Seconds)),
                "date" | "datetime" => Some(Moment::Text),
                "strftime" if argument.as_ref().is_some_and(|format| name_of(tokens.piece(format.clone())) == "%s") => {
                    Some(Moment::Counted(SpanUnit::Seconds))
                }
                // A local form is not in the order of time.
                "min" | "max" | "nullif" | "coalesce" | "ifnull" => self.moment(argument.clone()?).filter(|_| !self.is_local(&argument)),
                "cast" => {
                    let argument = argument?;
                    let end = tokens.find(argument.clone(), &["as"])?;
                    self.moment(argument.start..end).filter(|moment| *moment != Moment::Text)
                }
                _ => None,
            };
        }
        if range.len() == 1 {
            let text = tokens.text(first);
            match tokens.kind(first)? {
                TokenKind::String => return DateText::is_day(&name_of(text)).then_some(Moment::Text),
                TokenKind::Word if ["current_date", "current_timestamp"].iter().any(|word| text.eq_ignore_ascii_case(word)) => {
                    return Some(Moment::Text);
                }
                _ => {}
            }
        }
        let is_name = range.len() == 1 || range.len() == 3 && tokens.text(first + 1) == ".";
        let start = tokens.bytes(range).start;
        let text = || (self.texts.contains(&start) || self.local.contains_key(&start)).then_some(Moment::Text);
        self.counted.get(&start).map(|unit| Moment::Counted(*unit)).or_else(text).filter(|_| is_name)
    }

    /// Whether a column of dates as text stands in `range`.
    fn has_column(&self, range: &Range<usize>) -> bool {
        range.clone().map(|at| self.tokens.bytes(at..at + 1).start).any(|at| self.texts.contains(&at) || self.local.contains_key(&at))
    }

    /// Whether the operand is a column of local dates.
    fn is_local(&self, operand: &Option<Range<usize>>) -> bool {
        operand.as_ref().is_some_and(|range| self.local.contains_key(&self.tokens.bytes(range.clone()).start))
    }

    /// The moment `range` as SQLite's date functions read it.
    fn read(&self, range: Range<usize>) -> String {
        let piece = self.tokens.piece(range.clone());
        let inside = if self.tokens.text(range.start) == "(" { range.start + 1..range.end - 1 } else { range };
        let local = self.local.get(&self.tokens.bytes(inside.clone()).start);
        local.map_or_else(|| piece.to_owned(), |dates| dates.moment(self.tokens.piece(inside)))
    }
}

/// A number as SQL writes it.
fn written(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{DateOrder, Table, TimeUnit};
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, condition: &str, expected: &str) {
        let moment = |name: &str, unit| {
            let times = Times { units: vec![unit], mixed: false, never: false, first: String::new(), last: String::new() };
            Column { name: name.into(), holds: Holds::Numbers, meaning: Meaning::Time(times), ..Column::default() }
        };
        let dated = |name: &str| Column {
            name: name.into(),
            holds: Holds::Texts,
            samples: vec!["2023-01-01 10:00:00..2024-02-03 09:00:00".into()],
            ..Column::default()
        };
        let local = LocalDates {
            order: DateOrder::DayMonthYear,
            separator: '.',
            padded: true,
            timed: false,
            century: None,
            others: false,
            open: String::new(),
            first: String::new(),
            last: String::new(),
        };
        let columns = vec![
            moment("sent", TimeUnit::UnixMillis),
            moment("received", TimeUnit::UnixMillis),
            moment("raised", TimeUnit::JulianDays),
            moment("cleared", TimeUnit::JulianDays),
            dated("placed"),
            dated("shipped"),
            Column { name: "ordered".into(), holds: Holds::Texts, meaning: Meaning::LocalDate(local), ..Column::default() },
            Column { name: "n".into(), holds: Holds::Numbers, ..Column::default() },
        ];
        let schema = Schema { tables: vec![Table { name: "t".into(), columns, ..Table::default() }] };
        let sql = |condition: &str| format!("SELECT n FROM t WHERE {condition}");
        check_mended(|sql| mend(sql, &schema, question), &sql(condition), &sql(expected), question);
    }

    #[test]
    fn dates_in_a_local_form_are_read_first() {
        let ordered = "(substr(ordered, 7, 4) || '-' || substr(ordered, 4, 2) || '-' || substr(ordered, 1, 2))";
        check("within 3 days", "shipped - ordered <= 3", &format!("julianday(shipped) - julianday({ordered}) <= 3"));
        check("within 3 days", "max(ordered) - shipped <= 3", "max(ordered) - shipped <= 3");
    }

    #[test]
    fn differences_of_numbers_are_compared_in_their_unit() {
        check("longer than a minute", "received - sent > 60", "received - sent > 60000");
        check("longer than 2 hours", "t.received - t.sent >= 2", "t.received - t.sent >= 7200000");
        check("longer than 8 hours", "(received - sent) / 3600 > 8", "(received - sent) / 3600000.0 > 8");
        check("longer than 12 hours", "cleared - raised > 12", "cleared - raised > 0.5");
        check("longer than 12 hours", "cleared - raised > 12 * 60 * 60", "cleared - raised > 0.5");
        check("longer than 12 hours", "(cleared - raised) / 3600 > 12", "(cleared - raised) * 24.0 > 12");
        check(
            "on average more than a minute",
            "n IN (SELECT n FROM t GROUP BY n HAVING avg(received - sent) > 60)",
            "n IN (SELECT n FROM t GROUP BY n HAVING avg(received - sent) > 60000)",
        );
        check(
            "half an hour",
            "julianday(shipped) - julianday(placed) > 30",
            "julianday(shipped) - julianday(placed) > 0.020833333333333332",
        );
    }

    #[test]
    fn a_number_that_the_question_does_not_say_is_its_only_length() {
        check("longer than two hours", "received - sent > 12000", "received - sent > 7200000");
        let days = "julianday(shipped) - julianday(placed)";
        check("longer than two days", &format!("{days} > 12000"), &format!("{days} > 2"));
        for (question, stays) in [
            ("longer than two hours, or 12000", "received - sent > 12000"),
            ("between one and two hours", "received - sent > 12000"),
            ("longer than usual", "received - sent > 12000"),
            ("longer than two hours", "(received - sent) / 1000 > 12000"),
        ] {
            check(question, stays, stays);
        }
    }

    #[test]
    fn dates_as_text_are_subtracted_as_days() {
        check("within 2 days", "shipped - placed <= 2", "julianday(shipped) - julianday(placed) <= 2");
        check("within 12 hours", "(shipped - placed) <= 12", "(unixepoch(shipped) - unixepoch(placed)) <= 43200");
        check("", "max(shipped) - min(placed) > 5", "julianday(max(shipped)) - julianday(min(placed)) > 5");
        check("", "'2024-01-01' - placed > 5", "julianday('2024-01-01') - julianday(placed) > 5");
    }

    #[test]
    fn years_are_years() {
        check("older than 40", "julianday('now') - julianday(placed) > 40", "julianday('now') - julianday(placed) > 14610");
        check("older than 6 months", "julianday('now') - julianday(placed) > 6", "julianday('now') - julianday(placed) > 6");
        check("older than 30 days", "date('now') - placed > 30", "julianday(date('now')) - julianday(placed) > 30");
        for right in
            ["date('now') - placed > 40", "(julianday('now') - julianday(placed)) / 365 > 40", "strftime('%Y', 'now') - placed > 40"]
        {
            check("older than 40 years", right, right);
        }
    }

    #[test]
    fn what_is_right_or_no_length_stays() {
        for right in [
            "received - sent > 60000",
            "(received - sent) / 1000 > 60",
            "received - sent > -5",
            "received - n > 60",
            "received - sent * 2 > 60",
            "'2024-01-01' - '2023-01-01' > 60",
            "n - 1 > 60",
        ] {
            check("longer than a minute", right, right);
        }
    }
}
