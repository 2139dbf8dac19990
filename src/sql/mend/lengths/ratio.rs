//! Whole numbers that are divided where a share, a rate or a mean is asked for: `SUM(showed) / SUM(signups)` is 0 for everybody. One of them
//! becomes a fraction.

use std::collections::HashSet;
use std::ops::Range;

use crate::schema::Schema;
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::TokenKind;
use crate::sql::resolve::resolve;
use crate::sql::tokens::Tokens;
use crate::text::language::{unquoted, words_of};
use crate::text::numbers::SHARES;

/// Words that ask for a fraction that is no share.
const RATES: [&str; 6] = ["ratios", "rate", "rates", "average", "mean", "avg"];
/// Words that ask for a whole number of something.
const WHOLE: [&str; 4] = ["whole", "integer", "rounded", "decade"];
/// Aggregates that are whole where what they take is.
const AGGREGATES: [&str; 2] = ["sum", "count"];
/// Factors of one product.
const MOST_FACTORS: usize = 4;

/// `sql` with such divisions made of fractions, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let words = words_of(&unquoted(question));
    let says = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let is_asked = (says(SHARES) || says(&RATES) || question.contains('%')) && !says(&WHOLE) && sql.contains('/');
    let Some(resolution) = resolve(sql, schema).filter(|_| is_asked) else { return (sql.to_owned(), Vec::new()) };
    let sight =
        Sight { tokens: Tokens::new(sql), whole: resolution.columns(|column| column.is_whole().then_some(())).into_keys().collect() };
    edited(sql, ChangeKind::Structure, (0..sight.tokens.len()).filter_map(|at| sight.division(at)).collect())
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
    fn what_is_a_fraction_or_asked_whole_stays() {
        for (question, sql) in [
            ("the rate", "SELECT SUM(showed) * 1.0 / SUM(signups) FROM t"),
            ("the rate", "SELECT SUM(price) / SUM(signups) FROM t"),
            ("the rate", "SELECT CAST(SUM(showed) AS REAL) / SUM(signups) FROM t"),
            ("the rate in whole percent", "SELECT SUM(showed) * 100 / SUM(signups) FROM t"),
            ("how many times more", "SELECT SUM(showed) / SUM(signups) FROM t"),
            ("the average in hours", "SELECT SUM(showed) / 60 FROM t"),
            ("the average", "SELECT showed / 10 FROM t"),
        ] {
            check(question, sql, sql);
        }
    }
}
