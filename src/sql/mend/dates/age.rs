//! Ages that are asked of a column of years: `birth_year > 40` for "older than 40", of which every row is true.

use std::ops::Range;

use crate::schema::{Column, Holds, Meaning, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::TokenKind;
use crate::sql::resolve::resolve;
use crate::sql::tokens::{Part, Tokens};
use crate::text::language::{unquoted, words_of};
use crate::text::words::split_name;

/// Words of a question that speaks of ages.
const AGES: [&str; 8] = ["old", "older", "young", "younger", "age", "ages", "aged", "oldest"];
/// Words of one that asks for years of birth.
const YEARS: [&str; 4] = ["born", "birth", "year", "birthday"];
/// Parts of names of columns that keep the year in which somebody was born.
const BORN: [&str; 4] = ["birth", "born", "yob", "birthyear"];
/// Years of people who may be in a file.
const LIVED: std::ops::RangeInclusive<f64> = 1_850.0..=2_100.0;
/// Years that nobody has lived.
const OLDEST: f64 = 130.0;
/// The year of asking.
const NOW: &str = "CAST(strftime('%Y', 'now') AS INTEGER)";

/// `sql` with ages made of such years, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let words = words_of(&unquoted(question));
    let says = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let Some(resolution) = (if says(&AGES) { resolve(sql, schema) } else { None }) else { return (sql.to_owned(), Vec::new()) };
    let columns = resolution.columns(|column| is_year_of_birth(column).then_some(()));
    let tokens = Tokens::new(sql);
    let items = tokens.arm(0).and_then(|arm| arm.clause(Part::Select)).unwrap_or(0..0);
    let edit = |at: usize| -> Option<(Range<usize>, String)> {
        let bytes = tokens.bytes(at..at + 1);
        columns.get(&bytes.start)?;
        let end = tokens.operand_after(at)?;
        let asked = items.contains(&at) && !says(&YEARS) && tokens.before(at) == "(" && tokens.text(end) == ")" && {
            let name = at.checked_sub(2)?;
            tokens.is(name, &["avg", "min", "max"])
        };
        (asked || is_compared(&tokens, at, end)).then(|| (tokens.bytes(at..end), format!("({NOW} - {})", tokens.piece(at..end))))
    };
    edited(sql, ChangeKind::Date, (0..tokens.len()).filter_map(edit).collect())
}

fn is_year_of_birth(column: &Column) -> bool {
    column.holds == Holds::Numbers
        && column.meaning == Meaning::Plain
        && column.range().is_some_and(|(low, high)| LIVED.contains(&low) && LIVED.contains(&high))
        && split_name(&column.name).iter().any(|word| BORN.contains(&word.as_str()))
}

/// Whether the column at tokens `at..end` is compared with an age.
fn is_compared(tokens: &Tokens<'_>, at: usize, end: usize) -> bool {
    let is_age = |at: usize| {
        let number = (tokens.kind(at) == Some(TokenKind::Number)).then(|| tokens.text(at).parse::<f64>().ok()).flatten();
        number.is_some_and(|number| number > 0.0 && number <= OLDEST) && !matches!(tokens.text(at + 1), "+" | "-" | "*" | "/")
    };
    let compares = ["<", "<=", ">", ">=", "=", "<>", "!="];
    let alone = !matches!(tokens.before(at), "+" | "-" | "*" | "/");
    let before = at.checked_sub(2).is_some_and(|literal| tokens.is(at - 1, &compares) && is_age(literal));
    alone && (tokens.is(end, &compares) && is_age(end + 1) || tokens.is(end, &["between"]) && is_age(end + 1) || before)
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
        let columns = vec![column("birth_year", "1950..2005"), column("age", "1..99"), column("built", "1890..2010")];
        let schema = Schema { tables: vec![Table { name: "t".into(), columns, ..Table::default() }] };
        check_mended(|sql| mend(sql, &schema, question), sql, expected, question);
    }

    #[test]
    fn an_age_is_reckoned() {
        let now = "(CAST(strftime('%Y', 'now') AS INTEGER) - birth_year)";
        let of = |rest: &str| format!("SELECT COUNT(*) FROM t WHERE {rest}");
        check("How many are older than 40?", &of("birth_year > 40"), &of(&format!("{now} > 40")));
        check("How many are between 20 and 30 years old?", &of("birth_year BETWEEN 20 AND 30"), &of(&format!("{now} BETWEEN 20 AND 30")));
        check("the average age", "SELECT AVG(birth_year) FROM t", &format!("SELECT AVG({now}) FROM t"));
    }

    #[test]
    fn what_is_right_stays() {
        for (question, sql) in [
            ("born after 1990, and how old?", "SELECT birth_year FROM t WHERE birth_year > 1990"),
            ("How many are older than 40?", "SELECT COUNT(*) FROM t WHERE 2024 - birth_year > 40"),
            ("How many are older than 40?", "SELECT COUNT(*) FROM t WHERE age > 40"),
            ("Which are older than 40 years?", "SELECT 1 FROM t WHERE built > 40"),
            ("the first year of birth of the older ones", "SELECT MIN(birth_year) FROM t"),
            ("How many have more than 40?", "SELECT COUNT(*) FROM t WHERE birth_year > 40"),
        ] {
            check(question, sql, sql);
        }
    }
}
