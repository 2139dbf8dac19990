//! Steps in time: intervals, days added to a date, the time between two dates.

use std::ops::Range;

use super::sight::{Edits, Kind, Sight};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::quote::is_keyword;
use crate::sql::tokens::Tokens;

pub(super) fn rewrite(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    interval(sight, at)
        .or_else(|| length(sight, at))
        .or_else(|| difference(sight, at))
        .or_else(|| days(sight, at))
        .or_else(|| call(sight, at))
}

/// Steps, as modifiers of SQLite's date functions.
#[derive(Debug, Default)]
struct Steps {
    /// Each with its quotes, or as an expression.
    texts: Vec<String>,
    /// Whether hours, minutes or seconds are among them.
    timed: bool,
    /// Whether months or years are.
    months: bool,
}

/// How a database writes what it moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// A day that an interval is added to has a time afterwards.
    Standard,
    /// It stays a day, unless hours are added.
    MySql,
}

/// Whole units of a step, by SQLite's words; the factor comes first.
fn unit_of(word: &str) -> Option<(i64, &'static str)> {
    Some(match word.strip_suffix('s').unwrap_or(word) {
        "second" | "sec" | "ss" => (1, "second"),
        "minute" | "min" | "mi" => (1, "minute"),
        "hour" | "hh" | "hr" => (1, "hour"),
        "day" | "dd" | "d" => (1, "day"),
        "week" | "wk" => (7, "day"),
        "month" | "mon" | "mm" => (1, "month"),
        "quarter" | "qq" => (3, "month"),
        "year" | "yy" | "yyyy" | "yr" => (12, "month"),
        "decade" => (120, "month"),
        "centurie" | "century" => (1200, "month"),
        _ => return None,
    })
}

impl Steps {
    /// So many of a unit; `None` for a fraction of what has no fractions.
    fn add(&mut self, count: &str, unit: &str, back: bool) -> Option<()> {
        let (factor, unit) = unit_of(unit)?;
        let value: f64 = count.parse().ok()?;
        let value = value * factor as f64 * if back { -1.0 } else { 1.0 };
        let whole = value.fract() == 0.0 && value.abs() < 1e12;
        if !whole && (unit == "month" || unit == "day") {
            return None;
        }
        self.note(unit);
        self.texts.push(format!("'{value:+} {unit}s'"));
        Some(())
    }

    fn note(&mut self, unit: &str) {
        self.timed |= ["hour", "minute", "second"].contains(&unit);
        self.months |= unit == "month";
    }

    /// `01:30:00`.
    fn add_clock(&mut self, clock: &str, back: bool) -> Option<()> {
        let (clock, back) = clock.strip_prefix('-').map_or((clock, back), |rest| (rest, !back));
        let mut parts = clock.split(':');
        for unit in ["hour", "minute", "second"] {
            match parts.next() {
                Some(count) if count.bytes().all(|b| b.is_ascii_digit() || b == b'.') => self.add(count, unit, back)?,
                None if unit == "second" => {}
                _ => return None,
            }
        }
        parts.next().is_none().then_some(())
    }

    /// As arguments of SQLite's functions: months first, and the end of a month that is too short.
    fn for_sqlite(&self) -> String {
        let is_month = |text: &&String| text.contains(" months'");
        let months: Vec<&str> = self.texts.iter().filter(is_month).map(String::as_str).collect();
        let others = self.texts.iter().filter(|text| !is_month(text)).map(String::as_str);
        let floor = if self.months { vec!["'floor'"] } else { Vec::new() };
        months.into_iter().chain(floor).chain(others).collect::<Vec<_>>().join(", ")
    }

    /// As arguments of ours.
    fn for_ours(&self) -> String {
        let (months, others): (Vec<&str>, Vec<&str>) = self.texts.iter().map(String::as_str).partition(|text| text.contains(" months'"));
        months.into_iter().chain(others).collect::<Vec<_>>().join(", ")
    }

    /// How long they are together; `None` where that is not written out.
    fn seconds(&self) -> Option<f64> {
        let of = |text: &String| {
            let (count, unit) = text.strip_prefix('\'')?.strip_suffix('\'')?.split_once(' ')?;
            let size = match unit {
                "seconds" => 1.0,
                "minutes" => 60.0,
                "hours" => 3_600.0,
                "days" => 86_400.0,
                "months" => 2_592_000.0,
                _ => return None,
            };
            Some(count.parse::<f64>().ok()? * size)
        };
        self.texts.iter().map(of).sum()
    }

    /// Months that come one after the other are one step: the day is cut once.
    fn joined(mut self) -> Self {
        let count =
            |text: &String| text.strip_prefix('\'').and_then(|text| text.strip_suffix(" months'")).and_then(|n| n.parse::<i64>().ok());
        let months: Vec<i64> = self.texts.iter().filter_map(count).collect();
        if months.len() > 1 {
            self.texts.retain(|text| count(text).is_none());
            self.texts.insert(0, format!("'{:+} months'", months.iter().sum::<i64>()));
        }
        self
    }
}

/// `x - INTERVAL '1 month'`, `x + INTERVAL 7 DAY`.
fn interval(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    if !tokens.is(at, &["interval"]) || !matches!(tokens.before(at), "+" | "-") {
        return None;
    }
    let (back, sign) = (tokens.before(at) == "-", at - 1);
    let start = operand_before(sight, sign)?;
    // The end of another interval: that one comes first.
    if start.checked_sub(1).is_some_and(|at| tokens.is(at, &["interval"])) || tokens.before(start) == "::" {
        return None;
    }
    if tokens.kind(start) == Some(TokenKind::Parameter) {
        return None;
    }
    if start.checked_sub(1).is_some_and(|at| matches!(tokens.kind(at), Some(TokenKind::Number | TokenKind::String))) {
        return None;
    }
    // What stands inside comes first, so that it is known what it is.
    if (start..sign).any(|at| tokens.is(at, &["interval"])) {
        return None;
    }
    let end = interval_end(sight, at)?;
    let steps = steps(sight, at..end, back)?;
    // Several times an interval is another one.
    if matches!(tokens.text(end), "*" | "/") {
        return None;
    }
    let plain = sight.kind(start..sign) == Kind::Text && tokens.kind(at + 1) == Some(TokenKind::Number);
    let manner = if plain || sight.habit.is_within(super::habit::MY) { Manner::MySql } else { Manner::Standard };
    Some(vec![(tokens.bytes(start..end), moved(sight, start..sign, start..end, &steps, manner))])
}

/// Where the operand before token `end` begins, the type before a literal included.
fn operand_before(sight: &Sight<'_>, end: usize) -> Option<usize> {
    let start = sight.tokens.operand_before(end)?;
    let typed = sight.tokens.kind(start) == Some(TokenKind::String)
        && start.checked_sub(1).is_some_and(|at| sight.tokens.is(at, &["date", "timestamp", "datetime"]));
    Some(if typed { start - 1 } else { start })
}

/// Where the operand ends that begins at token `start`, the type before a literal included.
fn operand_after(sight: &Sight<'_>, start: usize) -> Option<usize> {
    let typed = sight.tokens.is(start, &["date", "timestamp", "datetime"]) && sight.tokens.kind(start + 1) == Some(TokenKind::String);
    if typed { Some(start + 2) } else { sight.tokens.operand_after(start) }
}

/// The end of `INTERVAL '1 month'`, `INTERVAL '1' MONTH`, `INTERVAL 1 MONTH` or `INTERVAL (n) MONTH`.
fn interval_end(sight: &Sight<'_>, at: usize) -> Option<usize> {
    let tokens = &sight.tokens;
    let signed = usize::from(tokens.text(at + 1) == "-");
    let value = at + 1 + signed;
    let is_unit = |at: usize| tokens.kind(at) == Some(TokenKind::Word) && unit_of(&tokens.text(at).to_ascii_lowercase()).is_some();
    match tokens.kind(value)? {
        TokenKind::String | TokenKind::Quoted | TokenKind::Number => Some(value + 1 + usize::from(is_unit(value + 1))),
        _ => tokens.operand_after(value).filter(|end| is_unit(*end)).map(|end| end + 1),
    }
}

/// The steps of an interval.
fn steps(sight: &Sight<'_>, range: Range<usize>, back: bool) -> Option<Steps> {
    let tokens = &sight.tokens;
    let mut out = Steps::default();
    if !tokens.is(range.start, &["interval"]) {
        // MySQL's short form: DATE_ADD(x, 7) counts days.
        out.add(&tokens.piece(range).replace(' ', ""), "day", back)?;
        return Some(out);
    }
    let first = range.start + 1;
    let literal =
        matches!(tokens.kind(first), Some(TokenKind::String | TokenKind::Quoted | TokenKind::Number)) || tokens.text(first) == "-";
    if !literal {
        // A number that is only known row by row.
        let (factor, unit) = unit_of(&tokens.text(range.end - 1).to_ascii_lowercase())?;
        let count = format!("({}) * {}", tokens.piece(first..range.end - 1), if back { -factor } else { factor });
        out.note(unit);
        out.texts.push(format!("({count}) || ' {unit}s'"));
        return Some(out);
    }
    // MySQL rounds them, each unit in its way.
    if tokens.kind(first) == Some(TokenKind::Number) && tokens.text(first).contains('.') {
        return None;
    }
    let words: String = (first..range.end).map(|at| name_of(tokens.text(at)).replace('\'', "")).collect::<Vec<_>>().join(" ");
    let words: Vec<String> = words.replace("- ", "-").split_whitespace().map(str::to_ascii_lowercase).collect();
    let mut words = words.iter().map(String::as_str).peekable();
    while let Some(word) = words.next() {
        if word.contains(':') {
            out.add_clock(word, back)?;
            continue;
        }
        let digits = word.find(|c: char| !(c.is_ascii_digit() || "+-.".contains(c))).unwrap_or(word.len());
        let (count, unit) = word.split_at_checked(digits)?;
        let unit = if unit.is_empty() { words.next()? } else { unit };
        out.add(count.trim_start_matches('+'), unit, back)?;
    }
    (!out.texts.is_empty()).then(|| out.joined())
}

/// `what` moved by `steps`; the whole stands in `whole`.
fn moved(sight: &Sight<'_>, what: Range<usize>, whole: Range<usize>, steps: &Steps, manner: Manner) -> String {
    let tokens = &sight.tokens;
    let (text, kind) = (tokens.piece(untyped(sight, what.clone())), sight.kind(what.clone()));
    let literal = name_of(text);
    let day_literal = kind == Kind::Text && literal.len() <= 10 && literal.contains('-');
    let time_literal = kind == Kind::Text && literal.contains(':');
    let shown = manner == Manner::Standard && !sight.is_compared(whole);
    let day = kind == Kind::Date || day_literal;
    let time = kind == Kind::DateTime || time_literal;
    let by = if shown || time || sight.counts_time(what.clone()) || kind.is_number() || steps.timed && (day || kind == Kind::DateColumn) {
        "datetime"
    } else if day {
        "date"
    } else {
        return format!("date_shift({text}, {})", steps.for_ours());
    };
    format!("{by}({text}, {})", steps.for_sqlite())
}

/// A literal without the type before it, and anything else as it is.
fn untyped(sight: &Sight<'_>, range: Range<usize>) -> Range<usize> {
    let typed = range.len() == 2 && sight.tokens.is(range.start, &["date", "timestamp", "datetime"]);
    range.start + usize::from(typed)..range.end
}

/// `a - b` of two dates.
fn difference(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    if tokens.text(at) != "-" {
        return None;
    }
    let (start, end) = (operand_before(sight, at)?, operand_after(sight, at + 1)?);
    if tokens.text(end).starts_with("::") || tokens.is(at + 1, &["interval"]) || matches!(tokens.before(start), "+" | "-") {
        return None;
    }
    let (left, right) = (start..at, at + 1..end);
    if sight.counts_time(left.clone()) || sight.counts_time(right.clone()) {
        return None;
    }
    let (a, b) = (sight.kind(left.clone()), sight.kind(right.clone()));
    let typed = |kind: Kind| kind.is_day() || kind.is_time();
    // One that is typed gives its type to a text.
    let either = typed(a) && (typed(b) || b == Kind::Text) || a == Kind::Text && typed(b);
    if !either || sight.habit.is_within(super::habit::MY) {
        return None;
    }
    let (from, to) = (tokens.piece(untyped(sight, left)), tokens.piece(untyped(sight, right)));
    if (a.is_time() || b.is_time()) && !is_shown(tokens, start..end) {
        return None;
    }
    let to = if a.is_time() || b.is_time() { format!("timestamp_difference({from}, {to})") } else { days_between(to, from) };
    Some(vec![(tokens.bytes(start..end), to)])
}

/// Whether a length of time at `range` is shown as it is, or compared with an INTERVAL: in words (`3 days 02:00:00`) it is no number to be
/// ordered, added up or compared. Elsewhere it stays what SQLite makes of it.
fn is_shown(tokens: &Tokens<'_>, range: Range<usize>) -> bool {
    const AGGREGATES: [&str; 9] = ["avg", "sum", "min", "max", "total", "count", "median", "stddev", "variance"];
    let compares = ["<", ">", "<=", ">=", "=", "<>", "!=", "between", "in"];
    let (mut depth, mut enclosing) = (0, None);
    for at in (0..range.start).rev() {
        match tokens.text(at) {
            ")" => depth += 1,
            "(" if depth == 0 => {
                enclosing = Some(at);
                break;
            }
            "(" => depth -= 1,
            _ if depth == 0 && tokens.is(at, &["order"]) => return false,
            _ => {}
        }
    }
    let compared = tokens.is(range.end, &compares) && !tokens.is(range.end + 1, &["interval"]);
    if compared || range.start.checked_sub(1).is_some_and(|before| tokens.is(before, &compares)) {
        return false;
    }
    let Some(open) = enclosing else { return true };
    let before = open.checked_sub(1);
    if tokens.is(open + 1, &["select"]) || before.is_some_and(|name| tokens.is(name, &AGGREGATES)) {
        return false;
    }
    // Brackets for their own sake.
    let plain = before.is_none_or(|name| tokens.call(name).is_none() || is_keyword(tokens.text(name)));
    !plain || tokens.close(open).is_some_and(|close| is_shown(tokens, open..close + 1))
}

/// `a - b > INTERVAL '1 day'`: lengths of time are compared in seconds. A month is thirty days there, a year 360.
fn length(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    let compares = ["<", ">", "<=", ">=", "=", "<>", "!="];
    let operator = at.checked_sub(1).filter(|before| tokens.is(at, &["interval"]) && tokens.is(*before, &compares))?;
    let start = tokens.operand_before(operator)?;
    let call = tokens.call(start).filter(|call| tokens.is(start, &["timestamp_difference"]) && call.close + 1 == operator)?;
    let end = interval_end(sight, at)?;
    let seconds = steps(sight, at..end, false)?.seconds()?;
    let argument = |n: usize| call.arguments.get(n).map(|range| tokens.piece(range.clone())).unwrap_or_default();
    let span = format!("(unixepoch({}, 'subsec') - unixepoch({}, 'subsec'))", argument(0), argument(1));
    Some(vec![(tokens.bytes(start..end), format!("{span} {} {seconds}", tokens.text(operator)))])
}

/// Days from one day to another.
pub(super) fn days_between(from: &str, to: &str) -> String {
    format!("CAST(julianday(date({to})) - julianday(date({from})) AS INTEGER)")
}

/// `DATE '2024-03-05' + 7`.
fn days(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    if !matches!(tokens.text(at), "+" | "-") || sight.habit.is_within(super::habit::MY) {
        return None;
    }
    let (start, end) = (operand_before(sight, at)?, operand_after(sight, at + 1)?);
    if !sight.kind(start..at).is_day() || sight.kind(at + 1..end) != Kind::Integer || sight.counts_time(start..at) {
        return None;
    }
    // Of a row the first comes first: `a - b + 1` adds one to the days between.
    if matches!(tokens.before(start), "+" | "-") {
        return None;
    }
    // What is bound more tightly is another number.
    if matches!(tokens.text(end), "*" | "/" | "%" | "||") || tokens.text(end).starts_with("::") {
        return None;
    }
    let (what, count, back) = (tokens.piece(untyped(sight, start..at)), tokens.piece(at + 1..end), tokens.text(at) == "-");
    let step = match count.parse::<i64>() {
        Ok(count) => format!("'{:+} days'", if back { -count } else { count }),
        Err(_) => format!("({}{count}) || ' days'", if back { "-" } else { "" }),
    };
    Some(vec![(tokens.bytes(start..end), format!("date({what}, {step})"))])
}

/// `DATE_ADD(x, INTERVAL 1 MONTH)`, `DATEADD(month, 1, x)` and their kin.
fn call(sight: &Sight<'_>, at: usize) -> Option<Edits> {
    let tokens = &sight.tokens;
    let call = tokens.call(at)?;
    let name = tokens.text(at).to_ascii_lowercase();
    let argument = |n: usize| call.arguments.get(n).cloned();
    let whole = at..call.close + 1;
    let to = match (name.as_str(), call.arguments.len()) {
        ("dateadd" | "timestampadd", 3) => {
            let unit = name_of(tokens.piece(argument(0)?)).to_ascii_lowercase();
            let unit = unit.strip_prefix("sql_tsi_").unwrap_or(&unit).to_owned();
            let mut steps = Steps::default();
            let count = tokens.piece(argument(1)?).replace(' ', "");
            if count.parse::<f64>().is_ok() {
                steps.add(&count, &unit, false)?;
            } else {
                let (factor, unit) = unit_of(&unit)?;
                steps.note(unit);
                steps.texts.push(format!("(({}) * {factor}) || ' {unit}s'", tokens.piece(argument(1)?)));
            }
            moved(sight, argument(2)?, whole, &steps, Manner::MySql)
        }
        ("date_add" | "adddate" | "date_sub" | "subdate", 2) => {
            let steps = steps(sight, argument(1)?, name.contains("sub"))?;
            let manner = if sight.habit.is_within(super::habit::DU) { Manner::Standard } else { Manner::MySql };
            moved(sight, argument(0)?, at..call.close + 1, &steps, manner)
        }
        _ => return None,
    };
    Some(vec![(tokens.bytes(at..call.close + 1), to)])
}
