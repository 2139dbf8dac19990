//! A bare year compared with dates written as text: `born > 1990`, `born BETWEEN '1990' AND '1995'` over `1990-05-17`.
//!
//! SQLite takes every text for greater than every number, makes a number of a quoted year beside a column declared DATE (NUMERIC affinity,
//! `datatype3.html`), and otherwise goes letter by letter, where a year stands before all of its days: such a condition is true of every row, of
//! none, or of other years than it says.

use std::collections::HashSet;
use std::ops::Range;

use crate::schema::{Affinity, Column, DateText, Holds, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::resolve::resolve;
use crate::sql::tokens::{COMPARISONS, Tokens};

/// A year in quotes stands where it is meant to with these, letter by letter: before all of its days.
const LETTER_BY_LETTER: [&str; 3] = ["<", ">=", ">"];

/// How the literal of a year is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Literal {
    Number,
    Text,
}

/// `sql` with years compared with years, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema) -> (String, Vec<Change>) {
    let Some(resolution) = resolve(sql, schema) else { return (sql.to_owned(), Vec::new()) };
    let dated = resolution.references.iter().filter_map(|reference| {
        let column = resolution.source(reference)?.table()?.column(&reference.name.text)?;
        is_dated(column).then_some((reference.range.start, column))
    });
    let (mut all, mut by_number) = (HashSet::new(), HashSet::new());
    for (at, column) in dated {
        all.insert(at);
        if Affinity::of(&column.declared_type) != Affinity::Text {
            by_number.insert(at);
        }
    }
    let tokens = Tokens::new(sql);
    let read = |at: usize| {
        let start = tokens.bytes(at..at + 1).start;
        let operand = at..tokens.operand_after(at).filter(|_| all.contains(&start))?;
        let compared = is_compared(&tokens, &operand, by_number.contains(&start));
        compared.then(|| (tokens.bytes(operand.clone()), format!("CAST(strftime('%Y', {}) AS INTEGER)", tokens.piece(operand))))
    };
    let places = if all.is_empty() { 0 } else { tokens.len() };
    edited(sql, ChangeKind::Date, (0..places).filter_map(read).collect())
}

fn is_dated(column: &Column) -> bool {
    column.holds != Holds::Numbers && !column.samples.is_empty() && column.samples.iter().all(|text| DateText::is_day(text))
}

/// Whether the operand is compared with bare years in a way that says something else.
fn is_compared(tokens: &Tokens<'_>, operand: &Range<usize>, by_number: bool) -> bool {
    let end = operand.end;
    let year = |at: usize| year(tokens, at);
    let behind = if tokens.is(end, &["not"]) { end + 1 } else { end };
    if tokens.is(behind, &["between"]) {
        return year(behind + 1).is_some() && tokens.is(behind + 2, &["and"]) && year(behind + 3).is_some();
    }
    if tokens.is(behind, &["in"]) && tokens.text(behind + 1) == "(" {
        let Some(close) = tokens.close(behind + 1) else { return false };
        return close > behind + 2
            && (behind + 2..close).step_by(2).all(|at| year(at).is_some() && matches!(tokens.text(at + 1), "," | ")"));
    }
    let means_other = |operator: usize, literal: Literal, turned: bool| {
        let letters: &[&str] = if turned { &[">", "<=", "<"] } else { &LETTER_BY_LETTER };
        tokens.is(operator, &COMPARISONS) && (by_number || literal == Literal::Number || !tokens.is(operator, letters))
    };
    let computed = |at: usize| matches!(tokens.text(at), "+" | "-" | "*" | "/" | "%" | "||" | "->" | "->>");
    if let Some(literal) = year(end + 1).filter(|_| !computed(end + 2)) {
        return means_other(end, literal, false);
    }
    let Some(before) = operand.start.checked_sub(2) else { return false };
    let literal = year(before).filter(|_| !computed(end) && before.checked_sub(1).is_none_or(|at| !computed(at)));
    literal.is_some_and(|literal| means_other(before + 1, literal, true))
}

/// Four digits that can be a year.
fn year(tokens: &Tokens<'_>, at: usize) -> Option<Literal> {
    let (text, literal) = match tokens.kind(at)? {
        TokenKind::Number => (tokens.text(at).into(), Literal::Number),
        TokenKind::String => (name_of(tokens.text(at)), Literal::Text),
        _ => return None,
    };
    let digits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits && matches!(text.as_bytes().first(), Some(b'1' | b'2'))).then_some(literal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Table;
    use crate::sql::mend::check_mended;

    fn schema() -> Schema {
        let column = |name: &str, declared: &str, sample: &str| Column {
            name: name.into(),
            declared_type: declared.into(),
            holds: Holds::Texts,
            samples: vec![sample.into()],
            ..Column::default()
        };
        let columns = vec![
            column("born", "DATE", "1990-05-17"),
            column("hired", "TEXT", "2004-01-02 10:00:00"),
            column("code", "TEXT", "1990"),
            Column { holds: Holds::Numbers, ..column("grade", "INTEGER", "3") },
        ];
        Schema { tables: vec![Table { name: "t".into(), columns, ..Table::default() }] }
    }

    #[track_caller]
    fn check(condition: &str, expected: &str) {
        let sql = |condition: &str| format!("SELECT code FROM t WHERE {condition}");
        check_mended(|sql| mend(sql, &schema()), &sql(condition), &sql(expected), "");
    }

    #[test]
    fn years_are_compared_with_years() {
        let born = "CAST(strftime('%Y', born) AS INTEGER)";
        for condition in ["born > 1990", "born > '1990'", "born <= '1990'", "born = 1990", "born != '1990'", "born < 1990 AND grade > 2"] {
            check(condition, &condition.replace("born", born));
        }
        check("1990 < t.born", "1990 < CAST(strftime('%Y', t.born) AS INTEGER)");
        check("born BETWEEN '1990' AND '1995'", &format!("{born} BETWEEN '1990' AND '1995'"));
        check("born NOT IN (1990, 1991)", &format!("{born} NOT IN (1990, 1991)"));
        let hired = "CAST(strftime('%Y', hired) AS INTEGER)";
        for condition in ["hired = '2004'", "hired <= '2004'", "hired > 2004", "hired BETWEEN '2004' AND '2006'", "hired IN ('2004')"] {
            check(condition, &condition.replace("hired", hired));
        }
    }

    #[test]
    fn what_says_what_it_means_stays() {
        for condition in [
            "born > '1990-01-01'",
            "born LIKE '1990%'",
            "strftime('%Y', born) = '1990'",
            "hired >= '2004'",
            "hired < '2004'",
            "'2004' <= hired",
            "code = '1990'",
            "grade > 1990",
            "born > 1990 + grade",
            "born BETWEEN '1990-01-01' AND '1995'",
            "born IN (1990, '1991-01-01')",
            "born > 5000",
        ] {
            check(condition, condition);
        }
    }
}
