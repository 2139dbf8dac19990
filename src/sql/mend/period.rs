//! A year or month that is asked for alone and taken with all that follows: "in 2024" as `at > '2024-01-01'`.

use std::ops::Range;

use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::tokens::Tokens;
use crate::text::language::{unquoted, words_of};
use crate::text::numbers::month;

/// Words with which a question asks for more than the year that it names.
const OPEN: [&str; 14] =
    ["after", "before", "since", "from", "until", "till", "later", "earlier", "onwards", "onward", "between", "or", "and", "prior"];

/// A year, or a month of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Period {
    year: u32,
    /// 1 to 12.
    month: Option<u32>,
}

impl Period {
    /// The only one that the question names, behind "in" or "during", where it asks for nothing before or after it.
    fn asked(question: &str) -> Option<Self> {
        let words = words_of(&unquoted(question));
        let year = |word: &String| word.parse::<u32>().ok().filter(|year| word.len() == 4 && (1900..2101).contains(year));
        let mut years = words.iter().enumerate().filter_map(|(at, word)| Some((at, year(word)?)));
        let (at, year) = years.next().filter(|_| years.next().is_none())?;
        if words.iter().any(|word| OPEN.contains(&word.as_str())) {
            return None;
        }
        let word = |back: usize| at.checked_sub(back).and_then(|at| words.get(at)).map_or("", String::as_str);
        let month = month(word(1));
        let before = if month.is_some() { word(2) } else { word(1) };
        // "In the year 2024".
        let before = if before == "year" && word(2) == "the" { word(3) } else { before };
        matches!(before, "in" | "during").then_some(Self { year, month })
    }

    fn first_day(self) -> String {
        format!("{}-{:02}-01", self.year, self.month.unwrap_or(1))
    }

    fn next(self) -> Self {
        match self.month {
            Some(month @ 1..12) => Self { month: Some(month + 1), ..self },
            Some(_) => Self { year: self.year + 1, month: Some(1) },
            None => Self { year: self.year + 1, month: None },
        }
    }
}

/// `sql` with an end for the period that `question` asks for, where the query only has its beginning; and the changes in order.
pub(super) fn mend(sql: &str, question: &str) -> (String, Vec<Change>) {
    let Some(period) = Period::asked(question) else { return (sql.to_owned(), Vec::new()) };
    let tokens = Tokens::new(sql);
    edited(sql, ChangeKind::Date, (0..tokens.len()).find_map(|at| closed(&tokens, at, period)).into_iter().collect())
}

/// The comparison at token `at`, where it is all that bounds its column and begins with the period: its bytes, and both bounds.
fn closed(tokens: &Tokens<'_>, at: usize, period: Period) -> Option<(Range<usize>, String)> {
    if !tokens.is(at, &[">", ">="]) || tokens.kind(at + 1) != Some(TokenKind::String) {
        return None;
    }
    let start = tokens.operand_before(at)?;
    let text = name_of(tokens.text(at + 1));
    let midnight = |rest: &str| rest.chars().all(|c| "T :0.".contains(c));
    text.strip_prefix(&period.first_day()).filter(|rest| midnight(rest))?;
    let column = tokens.piece(start..at);
    let bounds = |other: usize| {
        let compares = ["<", "<=", "=", "between", "like", ">", ">=", "<>"];
        other != at && tokens.is(other, &compares) && tokens.operand_before(other).is_some_and(|from| tokens.piece(from..other) == column)
    };
    // A part of something computed, or turned around by NOT.
    let alone = !matches!(tokens.before(start), "+" | "-" | "*" | "/" | "||") && !tokens.before(start).eq_ignore_ascii_case("not");
    if !alone || (0..tokens.len()).any(bounds) {
        return None;
    }
    let to = format!("({column} >= '{}' AND {column} < '{}')", period.first_day(), period.next().first_day());
    Some((tokens.bytes(start..at + 2), to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, condition: &str, expected: &str) {
        let sql = |condition: &str| format!("SELECT count(*) FROM t WHERE {condition}");
        check_mended(|sql| mend(sql, question), &sql(condition), &sql(expected), question);
    }

    #[test]
    fn a_period_gets_its_end() {
        let year = "(t.at >= '2024-01-01' AND t.at < '2025-01-01')";
        check("How many answers were there in 2024?", "t.at > '2024-01-01 00:00:00' AND n > 3", &format!("{year} AND n > 3"));
        check("answers during the year 2024", "t.at >= '2024-01-01'", year);
        check("How many in March 2024?", "at >= '2024-03-01'", "(at >= '2024-03-01' AND at < '2024-04-01')");
        check("How many in December 2024?", "date(at) > '2024-12-01'", "(date(at) >= '2024-12-01' AND date(at) < '2025-01-01')");
    }

    #[test]
    fn what_has_one_or_needs_none_stays() {
        let stays = |question: &str, condition: &str| check(question, condition, condition);
        stays("How many answers were there in 2024?", "at >= '2024-01-01' AND at < '2025-01-01'");
        stays("How many answers were there in 2024?", "at > '2024-03-01'");
        stays("How many answers were there in 2024?", "at > '2023-01-01'");
        stays("How many answers were there in 2024?", "NOT at > '2024-01-01'");
        stays("How many answers have there been since 2024?", "at > '2024-01-01'");
        stays("How many answers in 2024 or later?", "at > '2024-01-01'");
        stays("How many in 2023 and in 2024?", "at > '2024-01-01'");
        stays("Who was hired in 2024?", "at = '2024-01-01'");
        stays("How many answers were there?", "at > '2024-01-01'");
    }
}
