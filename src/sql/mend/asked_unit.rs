//! A length that is answered in another unit than the question asks for: "how many hours ..." over a column of microseconds.
//!
//! Only what a query returns as it is kept, a column of lengths or an aggregate of one, is brought into a unit that the question asks
//! for by name; a unit beside a number ("longer than two hours") asks for nothing.

use std::collections::HashMap;
use std::ops::Range;

use crate::schema::{Schema, SpanUnit};
use crate::sql::change::{Change, ChangeKind};
use crate::sql::resolve::resolve;
use crate::sql::tokens::{Part, Tokens};

/// Units that people ask for, with their seconds.
const ASKED_UNITS: [(&[&str], f64); 5] =
    [(&["milliseconds", "ms"], 1e-3), (&["seconds"], 1.0), (&["minutes"], 60.0), (&["hours"], 3_600.0), (&["days"], 86_400.0)];
/// Words behind which a unit is asked for, where none counts it.
const ASKING: [&str; 4] = ["many", "in", "of", "total"];
/// Aggregates whose value is a length where they are of lengths.
const AGGREGATES: [&str; 5] = ["sum", "avg", "min", "max", "total"];

/// `sql` with the lengths that it returns in the unit that `question` asks for, and the changes in order.
pub(super) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    let Some(seconds) = asked(question) else { return unchanged() };
    let Some(resolution) = resolve(sql, schema) else { return unchanged() };
    let known = resolution.references.iter().filter_map(|reference| {
        let column = resolution.source(reference)?.table()?.column(&reference.name.text)?;
        let unit = column.meaning.span().filter(|unit| *unit != SpanUnit::Since1970)?;
        Some((reference.range.start, unit))
    });
    let columns: HashMap<usize, SpanUnit> = known.collect();
    let tokens = Tokens::new(sql);
    if columns.is_empty() || !tokens.is(0, &["select"]) {
        return unchanged();
    }
    let Some(items) = tokens.arm(0).and_then(|arm| arm.clause(Part::Select)) else { return unchanged() };
    let first = items.start + 1 + usize::from(tokens.is(items.start + 1, &["distinct", "all"]));
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for item in tokens.split(first..items.end, ",") {
        let Some((value, unit)) = length(&tokens, item, &columns) else { continue };
        let parts = unit.per_second() * seconds;
        if (parts - 1.0).abs() > 1e-9 {
            let from = tokens.piece(value.clone());
            let to = if parts > 1.0 { format!("{from} / {parts:.1}") } else { format!("{from} * {:.1}", 1.0 / parts) };
            edits.push((tokens.bytes(value), to));
        }
    }
    let (mut out, mut changes) = (sql.to_owned(), Vec::new());
    for (range, to) in edits.into_iter().rev() {
        let from = sql.get(range.clone()).unwrap_or_default().to_owned();
        changes.insert(0, Change { kind: ChangeKind::Unit, from, to: to.clone() });
        out.replace_range(range, &to);
    }
    (out, changes)
}

/// The seconds of the unit that a question asks for; `None` where it asks for none, or for several.
fn asked(question: &str) -> Option<f64> {
    let words: Vec<String> =
        question.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let unit = |pair: &[String]| {
        let [before, word] = pair else { return None };
        let unit = ASKED_UNITS.iter().find(|(names, _)| names.contains(&word.as_str()))?;
        ASKING.contains(&before.as_str()).then_some(unit.1)
    };
    let mut units = words.windows(2).filter_map(unit);
    let first = units.next()?;
    units.all(|other| other == first).then_some(first)
}

/// The part of a returned item that is a length as it is kept, an alias left out, and its unit.
fn length(tokens: &Tokens<'_>, item: Range<usize>, columns: &HashMap<usize, SpanUnit>) -> Option<(Range<usize>, SpanUnit)> {
    let end = tokens.find(item.clone(), &["as"]).unwrap_or(item.end);
    let value = item.start..end;
    let inner = match tokens.call(value.start) {
        Some(_) if AGGREGATES.iter().any(|name| tokens.is(value.start, &[name])) => {
            let close = tokens.close(value.start + 1).filter(|close| close + 1 == value.end)?;
            value.start + 2..close
        }
        Some(_) => return None,
        None => value.clone(),
    };
    // A name, or one behind its table: where a reference begins at its last part, the parts before are no tokens of another value.
    let is_name = inner.len() == 1 || (inner.len() == 3 && tokens.text(inner.start + 1) == ".");
    let unit = inner.clone().find_map(|at| columns.get(&tokens.bytes(at..at + 1).start))?;
    is_name.then_some((value, *unit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Meaning, Table};

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let column = |name: &str, unit| Column { name: name.into(), meaning: Meaning::Span(unit), ..Column::default() };
        let columns = vec![
            column("took", SpanUnit::Micros),
            column("length", SpanUnit::Seconds),
            column("days", SpanUnit::Days),
            Column { name: "n".into(), ..Column::default() },
        ];
        let schema = Schema { tables: vec![Table { name: "t".into(), columns, ..Table::default() }] };
        let (now, changes) = mend(sql, &schema, question);
        assert_eq!(now, expected, "{question}");
        assert_eq!(changes.is_empty(), sql == expected);
        assert_eq!(mend(&now, &schema, question).0, now, "once is enough");
    }

    #[test]
    fn lengths_are_returned_in_the_unit_asked_for() {
        check("How many hours did they work in total?", "SELECT SUM(took) FROM t", "SELECT SUM(took) / 3600000000.0 FROM t");
        check("How many hours?", "SELECT n, sum(T.took) AS h FROM t AS T", "SELECT n, sum(T.took) / 3600000000.0 AS h FROM t AS T");
        check("How many minutes of music?", "SELECT n, SUM(length) FROM t GROUP BY n", "SELECT n, SUM(length) / 60.0 FROM t GROUP BY n");
        check("the length of each in minutes", "SELECT n, length FROM t", "SELECT n, length / 60.0 FROM t");
        check("in hours", "SELECT avg(days) FROM t", "SELECT avg(days) * 24.0 FROM t");
    }

    #[test]
    fn what_is_asked_for_already_or_not_at_all_stays() {
        let check = |question, sql| check(question, sql, sql);
        check("How many hours did they work in total?", "SELECT SUM(took) / 3600000000.0 FROM t");
        check("How many took longer than two hours?", "SELECT COUNT(*) FROM t WHERE took > 7200000000");
        check("Which took longer than two hours?", "SELECT n, took FROM t WHERE took > 7200000000");
        check("How many hours, and how many minutes?", "SELECT SUM(took) FROM t");
        check("How many seconds?", "SELECT SUM(length) FROM t");
        check("How many hours?", "SELECT SUM(n) FROM t");
        check("How many hours?", "SELECT COUNT(took) FROM t");
        check("How many hours?", "SELECT MAX(took, n) FROM t");
        check("How long?", "SELECT SUM(took) FROM t");
        check("How many hours?", "SELEC");
    }
}
