//! Lengths of time kept as text (`1:23:59`), where a query orders, adds up or compares them: SQLite goes letter by letter, and takes the
//! hours alone for a sum, without an error.

use std::collections::HashMap;
use std::ops::Range;

use super::differences::Asked;
use crate::schema::{Clock, ClockText, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::resolve::resolve;
use crate::sql::stretch::unit_asked;
use crate::sql::tokens::{COMPARISONS, Tokens};

/// Seconds of an hour.
const HOUR: f64 = 3_600.0;

/// `sql` with lengths of text read as numbers, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    if !schema.tables.iter().any(|table| table.columns.iter().any(|column| column.meaning.clock().is_some())) {
        return unchanged();
    }
    let Some(resolution) = resolve(sql, schema) else { return unchanged() };
    let columns = resolution.columns(|column| column.meaning.clock().copied());
    let sight = Sight { tokens: Tokens::new(sql), columns, question, asked: Asked::of(question) };
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for at in 0..sight.tokens.len() {
        let Some(&clock) = sight.columns.get(&sight.tokens.bytes(at..at + 1).start) else { continue };
        let Some(end) = sight.tokens.operand_after(at) else { continue };
        edits.extend(sight.step(at..end, clock).unwrap_or_default());
    }
    edits.sort_by_key(|(range, _)| range.start);
    edits.dedup_by(|later, earlier| later.0.start < earlier.0.end);
    edited(sql, ChangeKind::Number, edits)
}

struct Sight<'a> {
    tokens: Tokens<'a>,
    columns: HashMap<usize, Clock>,
    question: &'a str,
    asked: Asked,
}

impl Sight<'_> {
    /// What is to change at the column at tokens `range`.
    fn step(&self, range: Range<usize>, clock: Clock) -> Option<Vec<(Range<usize>, String)>> {
        let tokens = &self.tokens;
        let number = clock.expression(tokens.piece(range.clone()));
        let before = range.start.checked_sub(1)?;
        // An aggregate of it.
        if tokens.text(before) == "(" && tokens.text(range.end) == ")" {
            let name = before.checked_sub(1).filter(|name| tokens.is(*name, &["sum", "avg", "total"]) && tokens.call(*name).is_some())?;
            return self.added(name, range, clock, &number);
        }
        let term = tokens.is(before, &["by"]) && before.checked_sub(1).is_some_and(|order| tokens.is(order, &["order"]));
        let ends = range.end >= tokens.len() || tokens.is(range.end, &["asc", "desc", "limit", "nulls", ",", ";", ")"]);
        if term && ends {
            return (!clock.is_ordered()).then(|| vec![(tokens.bytes(range), number)]);
        }
        self.compared(range, clock, number)
    }

    /// `sum(x)`, of numbers and in the unit that is asked for.
    fn added(&self, name: usize, range: Range<usize>, clock: Clock, number: &str) -> Option<Vec<(Range<usize>, String)>> {
        let tokens = &self.tokens;
        // Of two numbers nobody knows what they count.
        if clock.parts != 3 {
            return None;
        }
        let call = format!("{}({number})", tokens.text(name));
        let seconds = unit_asked(self.question).filter(|seconds| *seconds > 1.0);
        let shown = !COMPARISONS.contains(&tokens.text(range.end + 1)) && !matches!(tokens.text(range.end + 1), "/" | "*");
        let to = match seconds.filter(|_| shown) {
            Some(seconds) => format!("{call} / {seconds:.1}"),
            None => call,
        };
        Some(vec![(tokens.bytes(name..range.end + 1), to)])
    }

    /// The column and what it is compared with, as numbers.
    fn compared(&self, range: Range<usize>, clock: Clock, number: String) -> Option<Vec<(Range<usize>, String)>> {
        let tokens = &self.tokens;
        let computes = |text: &str| matches!(text, "+" | "-" | "*" | "/" | "%" | "||");
        if computes(tokens.before(range.start)) || computes(tokens.text(range.end)) {
            return None;
        }
        let behind = range.end + usize::from(tokens.is(range.end, &["not"]));
        let literals: Vec<usize> = match () {
            () if COMPARISONS.contains(&tokens.text(range.end)) => vec![range.end + 1],
            () if tokens.is(behind, &["between"]) && tokens.is(behind + 2, &["and"]) => vec![behind + 1, behind + 3],
            () => vec![range.start.checked_sub(2).filter(|_| COMPARISONS.contains(&tokens.before(range.start)))?],
        };
        let equals = tokens.is(range.end, &["=", "==", "<>", "!="]);
        let mut out = vec![(tokens.bytes(range), number)];
        let mut stored = 0;
        for literal in &literals {
            if computes(tokens.text(literal + 1)) || computes(tokens.before(*literal)) {
                return None;
            }
            let text = (tokens.kind(*literal) == Some(TokenKind::String)).then(|| name_of(tokens.text(*literal)));
            let value = match &text {
                Some(text) => {
                    let read = ClockText::parse(text);
                    let same =
                        |read: &ClockText| clock.is_stored_form(read) || equals && read.parts == clock.parts && read.width == clock.width;
                    stored += usize::from(read.as_ref().is_some_and(same));
                    match read {
                        // Hours and minutes beside hours, minutes and seconds.
                        Some(read) if read.parts == clock.parts => read.value,
                        Some(read) if clock.parts == 3 => read.value * 60.0,
                        Some(_) => return None,
                        None => match Asked::of(text).lengths.as_slice() {
                            [(_, seconds)] if clock.parts == 3 => *seconds,
                            _ => return None,
                        },
                    }
                }
                None if tokens.kind(*literal) == Some(TokenKind::Number) => {
                    let value: f64 = tokens.text(*literal).parse().ok().filter(|value| *value > 0.0)?;
                    let (seconds, said) = self.asked.seconds(value)?;
                    match clock.parts {
                        3 => seconds,
                        // Whole hours are asked of hours and minutes, seconds of minutes and seconds.
                        _ if said && seconds / value >= HOUR => seconds / 60.0,
                        _ => return None,
                    }
                }
                None => return None,
            };
            let value = if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value}") };
            out.push((tokens.bytes(*literal..literal + 1), value));
        }
        (stored < literals.len()).then_some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Holds, Meaning, Table};
    use crate::sql::mend::check_mended;

    const TOOK: &str = "(CAST(took AS INTEGER) * 3600 + substr(took, instr(took, ':') + 1, 2) * 60 + substr(took, instr(took, ':') + 4))";
    const SLEPT: &str = "(CAST(slept AS INTEGER) * 60 + substr(slept, instr(slept, ':') + 1))";

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let column = |name: &str, parts, width| Column {
            name: name.into(),
            holds: Holds::Texts,
            meaning: Meaning::Clock(Clock { parts, width, ..Clock::default() }),
            ..Column::default()
        };
        let columns =
            vec![column("took", 3, 0), column("length", 3, 1), column("slept", 2, 0), Column { name: "n".into(), ..Column::default() }];
        let schema = Schema { tables: vec![Table { name: "t".into(), columns, ..Table::default() }] };
        check_mended(|sql| mend(sql, &schema, question), sql, expected, question);
    }

    #[test]
    fn lengths_are_compared_as_numbers() {
        let sql = |condition: &str| format!("SELECT n FROM t WHERE {condition}");
        let check = |question: &str, condition: &str, expected: &str| check(question, &sql(condition), &sql(expected));
        check("", "took > '12:00:00'", &format!("{TOOK} > 43200"));
        check("", "took BETWEEN '1:00:00' AND '12:00:00'", &format!("{TOOK} BETWEEN 3600 AND 43200"));
        check("", "'10:00' < took", &format!("36000 < {TOOK}"));
        check("", "took > '1 day'", &format!("{TOOK} > 86400"));
        check("longer than 2 hours", "took > 2", &format!("{TOOK} > 7200"));
        check("longer than 30 minutes", "took > 1800", &format!("{TOOK} > 1800"));
        check("more than 8 hours", "slept > 8", &format!("{SLEPT} > 480"));
        check("", "slept > '08:00'", &format!("{SLEPT} > 480"));
        check("", "length > '2:00:00'", "length > '2:00:00'");
        check("longer than 5 minutes", "slept > 5", "slept > 5");
        check("", "took > 5", "took > 5");
        check("", "took IS NULL", "took IS NULL");
    }

    #[test]
    fn they_are_added_up_and_ordered_as_numbers() {
        check("in total", "SELECT sum(took) FROM t", &format!("SELECT sum({TOOK}) FROM t"));
        check("How many hours?", "SELECT sum(took) FROM t", &format!("SELECT sum({TOOK}) / 3600.0 FROM t"));
        check("", "SELECT n FROM t ORDER BY took DESC LIMIT 1", &format!("SELECT n FROM t ORDER BY {TOOK} DESC LIMIT 1"));
        for stays in ["SELECT n FROM t ORDER BY length", "SELECT max(took) FROM t", "SELECT sum(slept) FROM t", "SELECT took FROM t"] {
            check("", stays, stays);
        }
    }
}
