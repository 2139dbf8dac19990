//! "In the first half of 2024", where the query's bounds are those of another part of that year: half-years and quarters begin and end with their months.

use std::ops::Range;

use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::tokens::Tokens;
use crate::text::language::{unquoted, words_of};

/// Words for which part it is.
const PLACES: [(&[&str], u32); 4] = [(&["first", "1st"], 0), (&["second", "2nd"], 1), (&["third", "3rd"], 2), (&["fourth", "4th"], 3)];

/// A half or a quarter of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    year: u32,
    /// Its first month, 1 to 12, and how many it has.
    month: u32,
    months: u32,
}

impl Part {
    /// The only one that the question names: "the first half of 2024", "the third quarter of 2024", "Q3 2024".
    fn asked(question: &str) -> Option<Self> {
        let words = words_of(&unquoted(question));
        let year = |word: &String| word.parse::<u32>().ok().filter(|year| word.len() == 4 && (1900..2101).contains(year));
        let mut years = words.iter().enumerate().filter_map(|(at, word)| Some((at, year(word)?)));
        let ((at, year), None) = (years.next()?, years.next()) else { return None };
        let before: Vec<&str> = words.get(..at)?.iter().rev().take(4).map(String::as_str).collect();
        let of = |place: &str, months: u32| {
            let (_, place) = PLACES.iter().find(|(words, _)| words.contains(&place))?;
            (place * months < 12).then_some(Self { year, month: place * months + 1, months })
        };
        match before.as_slice() {
            ["of", "half", place, ..] | ["half", place, ..] => of(place, 6),
            ["of", "quarter", place, ..] | ["quarter", place, ..] => of(place, 3),
            [quarter, ..] => {
                let place = quarter.strip_prefix('q')?.parse::<u32>().ok().filter(|place| (1..=4).contains(place))?;
                Some(Self { year, month: 3 * (place - 1) + 1, months: 3 })
            }
            [] => None,
        }
    }

    /// Its first day, and the first one behind it.
    fn days(self) -> (String, String) {
        let end = self.month + self.months;
        let next = if end > 12 { (self.year + 1, end - 12) } else { (self.year, end) };
        (format!("{}-{:02}-01", self.year, self.month), format!("{}-{:02}-01", next.0, next.1))
    }

    /// Whether a text is a day of its year, or the first one behind that.
    fn is_near(self, text: &str) -> bool {
        let year = text.get(..4).and_then(|year| year.parse::<u32>().ok());
        let is_day = text.get(4..5) == Some("-") && text.len() >= 7;
        is_day && (year == Some(self.year) || text.starts_with(&format!("{}-01-01", self.year + 1)))
    }
}

/// `sql` with the bounds of the part of a year that `question` names, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, question: &str) -> (String, Vec<Change>) {
    let Some(part) = Part::asked(question) else { return (sql.to_owned(), Vec::new()) };
    let tokens = Tokens::new(sql);
    let edit = (0..tokens.len()).find_map(|at| between(&tokens, at, part).or_else(|| bounds(&tokens, at, part)));
    let edit = edit.filter(|(range, to)| sql.get(range.clone()) != Some(to.as_str()));
    edited(sql, ChangeKind::Date, edit.into_iter().collect())
}

/// The day that stands at token `at`.
fn day(tokens: &Tokens<'_>, at: usize, part: Part) -> Option<()> {
    (tokens.kind(at) == Some(TokenKind::String) && part.is_near(&name_of(tokens.text(at)))).then_some(())
}

fn written(column: &str, part: Part) -> String {
    let (first, next) = part.days();
    format!("{column} >= '{first}' AND {column} < '{next}'")
}

/// `x BETWEEN 'day' AND 'day'`.
fn between(tokens: &Tokens<'_>, at: usize, part: Part) -> Option<(Range<usize>, String)> {
    let start = tokens.operand_before(at).filter(|_| tokens.is(at, &["between"]) && tokens.is(at + 2, &["and"]))?;
    day(tokens, at + 1, part)?;
    day(tokens, at + 3, part)?;
    let not = tokens.before(start).eq_ignore_ascii_case("not");
    (!not).then(|| (tokens.bytes(start..at + 4), format!("({})", written(tokens.piece(start..at), part))))
}

/// `x >= 'day' AND x < 'day'`.
fn bounds(tokens: &Tokens<'_>, at: usize, part: Part) -> Option<(Range<usize>, String)> {
    let start = tokens.operand_before(at).filter(|_| tokens.is(at, &[">", ">="]))?;
    day(tokens, at + 1, part)?;
    let other = (at + 2 < tokens.len() && tokens.is(at + 2, &["and"])).then_some(at + 3)?;
    let end = tokens.operand_after(other).filter(|end| tokens.is(*end, &["<", "<="]))?;
    day(tokens, end + 1, part)?;
    let column = tokens.piece(start..at);
    (tokens.piece(other..end) == column).then(|| (tokens.bytes(start..end + 2), written(column, part)))
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
    fn parts_of_a_year_end_with_their_months() {
        let half = "at >= '2024-01-01' AND at < '2024-07-01'";
        let asked = "How many were published in the first half of 2024?";
        check(asked, "at >= '2024-01-01' AND at < '2024-06-01'", half);
        check(asked, "date(at) BETWEEN '2024-01-01' AND '2024-04-01'", "(date(at) >= '2024-01-01' AND date(at) < '2024-07-01')");
        check(asked, half, half);
        check(
            "sales in the second half of 2024",
            "n > 1 AND at > '2024-06-01' AND at <= '2024-12-31'",
            "n > 1 AND at >= '2024-07-01' AND at < '2025-01-01'",
        );
        check("sales in Q2 2023", "at >= '2023-04-01' AND at <= '2023-06-30'", "at >= '2023-04-01' AND at < '2023-07-01'");
        check("the third quarter of 2023", "at BETWEEN '2023-06-01' AND '2023-09-01'", "(at >= '2023-07-01' AND at < '2023-10-01')");
        for (question, condition) in [
            ("How many in 2024?", "at >= '2024-01-01' AND at < '2024-06-01'"),
            (asked, "at >= '2023-01-01' AND at < '2023-06-01'"),
            (asked, "at >= '2024-01-01' OR at < '2024-06-01'"),
            (asked, "at >= '2024-01-01' AND seen < '2024-06-01'"),
        ] {
            check(question, condition, condition);
        }
    }
}
