//! Whole numbers that are divided where a share, a rate or a mean is asked for: `SUM(showed) / SUM(signups)` is 0 for everybody, and
//! `SUM(bytes / 1024 / 1024)` leaves out what is less than a megabyte in every row. One of them becomes a fraction.

use std::collections::HashSet;
use std::ops::Range;

use crate::schema::Schema;
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::TokenKind;
use crate::sql::resolve::resolve;
use crate::sql::tokens::{Part, Tokens};
use crate::text::language::{unquoted, words_of};
use crate::text::numbers::SHARES;

/// Words that ask for a fraction that is no share.
const RATES: [&str; 6] = ["ratios", "rate", "rates", "average", "mean", "avg"];
/// Words that ask for a whole number of something.
const WHOLE: [&str; 6] = ["whole", "integer", "rounded", "decade", "century", "centuries"];
/// Aggregates that are whole where what they take is.
const AGGREGATES: [&str; 2] = ["sum", "count"];
/// Numbers that make a larger unit of a smaller one.
const UNITS: [&str; 13] =
    ["60", "100", "1000", "1024", "3600", "86400", "60000", "3600000", "86400000", "1000000", "1048576", "1000000000", "1073741824"];
/// Calls that keep a number what it is.
const KEEPING: [&str; 6] = ["sum", "avg", "min", "max", "total", "round"];
/// Factors of one product.
const MOST_FACTORS: usize = 4;

/// `sql` with such divisions made of fractions, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let words = words_of(&unquoted(question));
    let says = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let may = !says(&WHOLE) && sql.contains('/');
    let Some(resolution) = resolve(sql, schema).filter(|_| may) else { return (sql.to_owned(), Vec::new()) };
    let sight =
        Sight { tokens: Tokens::new(sql), whole: resolution.columns(|column| column.is_whole().then_some(())).into_keys().collect() };
    let is_share = says(SHARES) || says(&RATES) || question.contains('%');
    let shares = (0..sight.tokens.len()).filter_map(|at| sight.division(at).filter(|_| is_share));
    let mut edits: Vec<(Range<usize>, String)> = shares.chain(sight.by_units()).collect();
    edits.sort_by_key(|(range, _)| range.start);
    edits.dedup_by(|later, earlier| later.0.start < earlier.0.end);
    edited(sql, ChangeKind::Structure, edits)
}

struct Sight<'a> {
    tokens: Tokens<'a>,
    /// Columns of whole numbers, by the byte at which their name begins.
    whole: HashSet<usize>,
}

impl Sight<'_> {
    /// The division at token `at`: its bytes, and the same with a fraction.
    fn division(&self, at: usize) -> Option<(Range<usize>, String)> {
        let tokens = &self.tokens;
        let end = (tokens.text(at) == "/").then(|| tokens.operand_after(at + 1))??;
        self.divisor(at + 1, end).then_some(())?;
        // A product, of which every factor is whole and one is of rows.
        let (mut start, mut of_rows) = (at, false);
        for _ in 0..MOST_FACTORS {
            let first = tokens.operand_before(start)?;
            of_rows |= self.factor(first, start)?;
            start = first;
            if tokens.before(start) != "*" {
                break;
            }
            start -= 1;
        }
        if !of_rows || matches!(tokens.before(start), "/" | "*" | "%") {
            return None;
        }
        let (left, right) = (tokens.piece(start..at), tokens.piece(at + 1..end));
        Some((tokens.bytes(start..end), format!("{left} * 1.0 / {right}")))
    }

    /// The units that whole numbers among the result columns are divided by, as fractions.
    fn by_units(&self) -> Vec<(Range<usize>, String)> {
        let tokens = &self.tokens;
        let Some(arm) = tokens.arm(0) else { return Vec::new() };
        // What rows are grouped by is whole on purpose, and so is what is written together.
        let classes = arm.clause(Part::GroupBy).is_some_and(|group| group.clone().any(|at| tokens.text(at) == "/"));
        let items = arm.items(tokens).filter(|_| !classes).unwrap_or_default();
        let plain = |item: &Range<usize>| !item.clone().any(|at| matches!(tokens.text(at), "%" | "||") || tokens.is(at, &["select"]));
        items.into_iter().filter(plain).flat_map(|item| self.units_of(item)).collect()
    }

    fn units_of(&self, item: Range<usize>) -> Vec<(Range<usize>, String)> {
        let tokens = &self.tokens;
        let mut calls: Vec<bool> = Vec::new();
        let mut found = Vec::new();
        for at in item {
            match tokens.text(at) {
                "(" => {
                    let name = at.checked_sub(1).filter(|name| tokens.call(*name).is_some());
                    calls.push(name.is_none_or(|name| tokens.is(name, &KEEPING)));
                }
                ")" => {
                    calls.pop();
                }
                "/" if calls.iter().all(|keeps| *keeps) && tokens.is(at + 1, &UNITS) => {
                    let left = tokens.operand_before(at).filter(|start| !matches!(tokens.before(*start), "/" | "*"));
                    if left.is_some_and(|start| self.is_whole(start, at)) {
                        found.push((tokens.bytes(at + 1..at + 2), format!("{}.0", tokens.text(at + 1))));
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// Whether the operand at tokens `at..end` is a column of whole numbers, or an aggregate of one.
    fn is_whole(&self, at: usize, end: usize) -> bool {
        let of = |range: Range<usize>| {
            let alone = self.tokens.operand_after(range.start) == Some(range.end);
            alone && self.whole.contains(&self.tokens.bytes(range).start)
        };
        let call = self.tokens.call(at).filter(|call| call.close + 1 == end && self.tokens.is(at, &["sum", "min", "max"]));
        of(at..end) || call.is_some_and(|call| matches!(call.arguments.as_slice(), [argument] if of(argument.clone())))
    }

    /// Whether the whole operand at tokens `at..end` is an aggregate of rows; `None` where it may be no whole number.
    fn factor(&self, at: usize, end: usize) -> Option<bool> {
        let tokens = &self.tokens;
        if end == at + 1 && tokens.kind(at) == Some(TokenKind::Number) {
            return tokens.text(at).bytes().all(|byte| byte.is_ascii_digit()).then_some(false);
        }
        self.is_aggregate(at, end).then_some(true)
    }

    /// An aggregate of whole numbers, or a query in brackets for one.
    fn divisor(&self, at: usize, end: usize) -> bool {
        let tokens = &self.tokens;
        let query = || tokens.text(at) == "(" && tokens.is(at + 1, &["select"]);
        let first = || tokens.call(at + 2).filter(|call| tokens.is(call.close + 1, &["from"]));
        self.is_aggregate(at, end) || query() && first().is_some_and(|call| self.is_aggregate(at + 2, call.close + 1))
    }

    fn is_aggregate(&self, at: usize, end: usize) -> bool {
        let tokens = &self.tokens;
        let Some(call) = tokens.call(at).filter(|call| call.close + 1 == end && tokens.is(at, &AGGREGATES)) else { return false };
        if tokens.is(at, &["count"]) {
            return true;
        }
        let [argument] = call.arguments.as_slice() else { return false };
        let is_column = tokens.operand_after(argument.start) == Some(argument.end);
        let is_condition = tokens.find(argument.clone(), &["=", "<", ">", "<=", ">=", "<>", "!="]).is_some()
            && tokens.find(argument.clone(), &["case"]).is_none();
        is_condition || is_column && self.whole.contains(&tokens.bytes(argument.clone()).start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Holds, Table};
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let column = |name: &str, declared: &str, range: &str| Column {
            name: name.into(),
            declared_type: declared.into(),
            holds: Holds::Numbers,
            samples: vec![range.into()],
            ..Column::default()
        };
        let columns = vec![column("showed", "INT", "0..20"), column("signups", "INTEGER", "5..25"), column("price", "REAL", "0.5..9")];
        let schema = Schema { tables: vec![Table { name: "t".into(), columns, ..Table::default() }] };
        check_mended(|sql| mend(sql, &schema, question), sql, expected, question);
    }

    #[test]
    fn one_side_becomes_a_fraction() {
        let rate = "Which has the highest rate?";
        check(
            rate,
            "SELECT 1 FROM t ORDER BY SUM(showed) / SUM(t.signups) DESC LIMIT 1",
            "SELECT 1 FROM t ORDER BY SUM(showed) * 1.0 / SUM(t.signups) DESC LIMIT 1",
        );
        check(
            "What percentage showed up?",
            "SELECT SUM(showed > 5) * 100 / COUNT(*) FROM t",
            "SELECT SUM(showed > 5) * 100 * 1.0 / COUNT(*) FROM t",
        );
        check(
            "the share in %",
            "SELECT 100 * COUNT(*) / (SELECT COUNT(*) FROM t) FROM t WHERE showed > 5",
            "SELECT 100 * COUNT(*) * 1.0 / (SELECT COUNT(*) FROM t) FROM t WHERE showed > 5",
        );
        check(
            "the average number of each",
            "SELECT COUNT(*) / COUNT(DISTINCT showed) FROM t",
            "SELECT COUNT(*) * 1.0 / COUNT(DISTINCT showed) FROM t",
        );
    }

    #[test]
    fn units_leave_nothing_out() {
        check("in MB", "SELECT SUM(showed / 1024 / 1024) AS mb FROM t", "SELECT SUM(showed / 1024.0 / 1024) AS mb FROM t");
        check("the average in hours", "SELECT SUM(showed) / 60 FROM t", "SELECT SUM(showed) / 60.0 FROM t");
        check("", "SELECT price, round(t.showed / 100, 2) FROM t", "SELECT price, round(t.showed / 100.0, 2) FROM t");
    }

    #[test]
    fn what_is_a_fraction_or_asked_whole_stays() {
        for (question, sql) in [
            ("the rate", "SELECT SUM(showed) * 1.0 / SUM(signups) FROM t"),
            ("the rate", "SELECT SUM(price) / SUM(signups) FROM t"),
            ("the rate", "SELECT CAST(SUM(showed) AS REAL) / SUM(signups) FROM t"),
            ("the rate in whole percent", "SELECT SUM(showed) * 100 / SUM(signups) FROM t"),
            ("how many times more", "SELECT SUM(showed) / SUM(signups) FROM t"),
            ("in whole hours", "SELECT SUM(showed) / 60 FROM t"),
            ("minutes", "SELECT showed / 60 || ':' || showed % 60 FROM t"),
            ("minutes", "SELECT showed / 60, COUNT(*) FROM t GROUP BY showed / 60"),
            ("when", "SELECT datetime(showed / 1000, 'unixepoch') FROM t"),
            ("minutes", "SELECT price / 60 FROM t WHERE showed / 60 > 1"),
            ("the average", "SELECT showed / 10 FROM t"),
        ] {
            check(question, sql, sql);
        }
    }
}
