//! Shares that are kept as parts of one where the question speaks of percent, and the other way round: `completion > 50` for "more than 50
//! percent", `progress > 0.5` for "more than half".

use std::collections::HashMap;
use std::ops::Range;

use super::returned::{Aggregate, Returned, returned};
use super::spans::literals;
use crate::schema::{Column, Holds, Meaning, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::TokenKind;
use crate::sql::resolve::resolve;
use crate::sql::tokens::Tokens;
use crate::text::words::split_name;

/// Words for parts of a hundred.
const PERCENT: [&str; 3] = ["percent", "%", "pct"];
/// Words for parts, in hundredths.
const PARTS: [(&str, f64); 4] = [("half", 50.0), ("quarter", 25.0), ("third", 100.0 / 3.0), ("quarters", 75.0)];
/// Last words of names of columns that keep hundredths.
const NAMES: [&str; 5] = ["percent", "percentage", "pct", "progress", "perc"];

/// What a column keeps of a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// Parts of one.
    Parts,
    /// Parts of a hundred.
    Hundredths,
}

/// `sql` with the shares that `question` names as the columns keep them, and with those that it asks for in percent brought there.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let asked = Asked::of(question);
    if asked.shares.is_empty() && !asked.wants_percent {
        return (sql.to_owned(), Vec::new());
    }
    let Some(resolution) = resolve(sql, schema) else { return (sql.to_owned(), Vec::new()) };
    let columns = resolution.columns(kept);
    let tokens = Tokens::new(sql);
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for at in 0..tokens.len() {
        let Some((kept, end)) = columns.get(&tokens.bytes(at..at + 1).start).zip(tokens.operand_after(at)) else { continue };
        let compared = literals(&tokens, at, end).into_iter();
        edits.extend(compared.filter_map(|at| Some((tokens.bytes(at..at + 1), as_kept(&tokens, at, *kept, &asked)?))));
    }
    if asked.wants_percent {
        edits.extend(returned(&tokens).into_iter().filter_map(|item| in_percent(&tokens, &columns, item)));
    }
    edits.sort_by_key(|(range, _)| range.start);
    edits.dedup_by(|later, earlier| later.0.start < earlier.0.end);
    edited(sql, ChangeKind::Unit, edits)
}

fn kept(column: &Column) -> Option<Kept> {
    if let Meaning::Number(numerals) = &column.meaning {
        return (numerals.behind == "%").then_some(Kept::Hundredths);
    }
    if column.holds != Holds::Numbers || column.meaning != Meaning::Plain {
        return None;
    }
    let (low, high) = column.range()?;
    let name = split_name(&column.name);
    match () {
        () if low >= 0.0 && high <= 1.0 && (low.fract() != 0.0 || high.fract() != 0.0) => Some(Kept::Parts),
        () if low >= 0.0 && high > 1.0 && high <= 100.0 && name.last().is_some_and(|last| NAMES.contains(&last.as_str())) => {
            Some(Kept::Hundredths)
        }
        () => None,
    }
}

/// What a question says of shares.
struct Asked {
    /// Its shares, in hundredths.
    shares: Vec<f64>,
    /// It asks for shares in percent.
    wants_percent: bool,
}

impl Asked {
    fn of(question: &str) -> Self {
        let spaced = question.to_lowercase().replace('%', " % ");
        let words: Vec<&str> = spaced.split_whitespace().map(|word| word.trim_matches(['.', ',', '?', '!', ';', ':'])).collect();
        let is_percent = |at: usize| words.get(at).is_some_and(|word| PERCENT.contains(word));
        let number = |word: &str| word.parse::<f64>().ok();
        // "Between 20 and 50 percent".
        let counted = |at: usize| {
            is_percent(at + 1) || words.get(at + 1).is_some_and(|word| ["and", "to", "or"].contains(word)) && is_percent(at + 3)
        };
        let mut shares: Vec<f64> = words.iter().enumerate().filter(|(at, _)| counted(*at)).filter_map(|(_, word)| number(word)).collect();
        shares.extend(PARTS.iter().filter(|(part, _)| words.contains(part)).map(|(_, share)| *share));
        let wants_percent = words.windows(2).any(|pair| matches!(pair, ["in" | "many" | "what", word] if PERCENT.contains(word)));
        Self { shares, wants_percent }
    }
}

/// The share at token `at` as the column keeps it; `None` where it is none that the question names, and where it is right.
fn as_kept(tokens: &Tokens<'_>, at: usize, kept: Kept, asked: &Asked) -> Option<String> {
    let value: f64 = tokens.text(at).parse().ok().filter(|_| tokens.kind(at) == Some(TokenKind::Number))?;
    let is_said = |share: f64| asked.shares.iter().any(|said| (said - share).abs() < 0.5);
    let to = match kept {
        Kept::Parts if value > 1.0 && value <= 100.0 && is_said(value) => value / 100.0,
        Kept::Hundredths if value > 0.0 && value < 1.0 && is_said(value * 100.0) && !is_said(value) => value * 100.0,
        _ => return None,
    };
    // What a division or a product in binary leaves behind is nobody's.
    Some(format!("{}", (to * 1e9).round() / 1e9))
}

/// A part of one that is returned as it is kept: where it stands, and the same in percent.
fn in_percent(tokens: &Tokens<'_>, columns: &HashMap<usize, Kept>, item: Returned) -> Option<(Range<usize>, String)> {
    let [column] = item.factors.as_slice() else { return None };
    columns.get(&tokens.bytes(column.clone()).start).filter(|kept| **kept == Kept::Parts && item.aggregate != Some(Aggregate::Sum))?;
    Some((tokens.bytes(item.value.clone()), format!("{} * 100.0", tokens.piece(item.value))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Table;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let column =
            |name: &str, range: &str| Column { name: name.into(), holds: Holds::Numbers, samples: vec![range.into()], ..Column::default() };
        let columns = vec![
            column("completion", "0.005..0.998"),
            column("progress", "0..100"),
            column("flag", "0..1"),
            column("score", "0..100"),
            column("discount", "0..0.75"),
        ];
        let schema = Schema { tables: vec![Table { name: "t".into(), columns, ..Table::default() }] };
        check_mended(|sql| mend(sql, &schema, question), sql, expected, question);
    }

    #[test]
    fn shares_are_written_as_they_are_kept() {
        check("more than 50 percent", "SELECT 1 FROM t WHERE completion > 50", "SELECT 1 FROM t WHERE completion > 0.5");
        check("at most 12.5%", "SELECT 1 FROM t WHERE discount <= 12.5", "SELECT 1 FROM t WHERE discount <= 0.125");
        check(
            "between 20 and 40 percent",
            "SELECT 1 FROM t WHERE discount BETWEEN 20 AND 40",
            "SELECT 1 FROM t WHERE discount BETWEEN 0.2 AND 0.4",
        );
        check("more than half", "SELECT 1 FROM t WHERE progress > 0.5", "SELECT 1 FROM t WHERE progress > 50");
        check("more than 29 percent", "SELECT 1 FROM t WHERE progress > 0.29", "SELECT 1 FROM t WHERE progress > 29");
        check("the average completion in percent", "SELECT AVG(completion) FROM t", "SELECT AVG(completion) * 100.0 FROM t");
    }

    #[test]
    fn what_is_right_or_open_stays() {
        for (question, sql) in [
            ("more than 50 percent", "SELECT 1 FROM t WHERE completion > 0.5"),
            ("more than 50", "SELECT 1 FROM t WHERE completion > 50"),
            ("more than 0.5 percent", "SELECT 1 FROM t WHERE progress > 0.5"),
            ("more than 50 percent", "SELECT 1 FROM t WHERE flag > 50"),
            ("more than half", "SELECT 1 FROM t WHERE score > 0.5"),
            ("the progress in percent", "SELECT AVG(progress) FROM t"),
            ("the average discount", "SELECT AVG(discount) FROM t"),
        ] {
            check(question, sql, sql);
        }
    }
}
