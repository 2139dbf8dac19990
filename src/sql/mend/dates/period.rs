//! A year or month that is asked for alone and taken with all that follows, or as one day of it: "in 2024" as `at > '2024-01-01'`, or as
//! `at = '2024-10-24'`, a day that the model was shown.

use std::ops::Range;

use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::tokens::Tokens;
use crate::text::language::{unquoted, words_of};
use crate::text::numbers::month;

/// Words with which a question asks for more than the year that it names.
const OPEN: [&str; 13] =
    ["after", "before", "since", "from", "until", "till", "later", "earlier", "onwards", "onward", "between", "prior", "through"];

/// Words for a day of a year.
const FINER: [&str; 3] = ["eve", "christmas", "easter"];

/// A year, or a month of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    year: u32,
    /// 1 to 12.
    month: Option<u32>,
}

/// Which moments a question means by the period that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// "In 2024".
    Within,
    /// "Since 2024", "in 2024 or later".
    From,
    /// "After 2024".
    After,
    /// "Before 2024".
    Before,
    /// "Until 2024", "in 2024 or earlier".
    UpTo,
}

impl Period {
    /// The only one that the question names, and how; `None` where it names none, several, or says it in other words.
    pub(super) fn asked(question: &str) -> Option<(Self, Reach)> {
        let words = words_of(&unquoted(question));
        let year = |word: &String| word.parse::<u32>().ok().filter(|year| word.len() == 4 && (1900..2101).contains(year));
        let mut years = words.iter().enumerate().filter_map(|(at, word)| Some((at, year(word)?)));
        let (at, year) = years.next().filter(|_| years.next().is_none())?;
        let word = |at: Option<usize>| at.and_then(|at| words.get(at)).map_or("", String::as_str);
        let back = |steps: usize| word(at.checked_sub(steps));
        let month = month(back(1));
        let before = usize::from(month.is_some()) + 1;
        // "In the year 2024".
        let before = if back(before) == "year" && back(before + 1) == "the" { before + 2 } else { before };
        let behind = (word(Some(at + 1)), word(Some(at + 2)));
        let is_open = |left: &[usize]| (0..words.len()).any(|at| !left.contains(&at) && OPEN.contains(&word(Some(at))));
        let (reach, said): (Reach, &[usize]) = match (back(before), behind) {
            ("in" | "during" | "from" | "since", ("or" | "and", "later" | "after" | "newer")) => {
                (Reach::From, &[at + 2, at.checked_sub(before)?])
            }
            ("in" | "during" | "from" | "since", ("on" | "onwards" | "onward", _)) => (Reach::From, &[at + 1, at.checked_sub(before)?]),
            ("in" | "during", ("or" | "and", "earlier" | "before" | "older")) => (Reach::UpTo, &[at + 2]),
            ("in" | "during", _) => (Reach::Within, &[]),
            // "The articles from 2023", but not "from 2023 to today".
            ("from", (behind, _)) if month.is_none() && !matches!(behind, "to" | "up" | "and") => {
                (Reach::Within, &[at.checked_sub(before)?])
            }
            ("since", _) => (Reach::From, &[at.checked_sub(before)?]),
            ("after", _) => (Reach::After, &[at.checked_sub(before)?]),
            ("before", _) => (Reach::Before, &[at.checked_sub(before)?]),
            ("until" | "till", _) => (Reach::UpTo, &[at.checked_sub(before)?]),
            _ => return None,
        };
        let other_month = || words.iter().enumerate().any(|(other, word)| other + 1 != at && word != "may" && self::month(word).is_some());
        // "The month of May in 2024", "on Christmas Eve in 2024": not all of the year.
        let finer = month.is_none()
            && (words.iter().any(|word| self::month(word).is_some_and(|_| word != "may"))
                || question.contains("May ")
                || words.iter().any(|word| FINER.contains(&word.as_str())));
        (!(is_open(said) || finer || month.is_some() && other_month())).then_some((Self { year, month }, reach))
    }

    /// `2024-01-01`.
    pub(super) fn first_day(self) -> String {
        format!("{}-{:02}-01", self.year, self.month.unwrap_or(1))
    }

    /// The year or month behind it.
    pub(super) fn next(self) -> Self {
        match self.month {
            Some(month @ 1..12) => Self { month: Some(month + 1), ..self },
            Some(_) => Self { year: self.year + 1, month: Some(1) },
            None => Self { year: self.year + 1, month: None },
        }
    }
}

/// `sql` with an end for the period that `question` asks for, where the query only has its beginning; and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, question: &str) -> (String, Vec<Change>) {
    let Some((period, Reach::Within)) = Period::asked(question) else { return (sql.to_owned(), Vec::new()) };
    let tokens = Tokens::new(sql);
    let edit = (0..tokens.len())
        .find_map(|at| closed(&tokens, at, period).or_else(|| widened(&tokens, at, period)).or_else(|| month_of_year(&tokens, at, period)));
    edited(sql, ChangeKind::Date, edit.into_iter().collect())
}

/// The comparison at token `at` with one day of the period: its bytes, and the whole period.
fn widened(tokens: &Tokens<'_>, at: usize, period: Period) -> Option<(Range<usize>, String)> {
    let start = tokens.operand_before(at).filter(|_| tokens.is(at, &["=", "==", "like"]))?;
    // Of a column, and of `date(column)`; what is cut out of one is compared with a part.
    let call = tokens.call(start).filter(|call| call.close + 1 == at);
    let inside = match &call {
        Some(call) => call.arguments.first().filter(|_| call.arguments.len() == 1 && tokens.is(start, &["date", "datetime"]))?.clone(),
        None => start..at,
    };
    let (text, end) = written_out(tokens, at + 1)?;
    let text = text.trim_end_matches('%');
    let digits = |range: Range<usize>| text.get(range).and_then(|part| part.parse::<u32>().ok());
    let is_day = text.len() >= 7 && text.get(4..5) == Some("-") && matches!(text.get(7..8), None | Some("-"));
    let within = digits(0..4) == Some(period.year) && period.month.is_none_or(|month| digits(5..7) == Some(month));
    // Where years are kept as their first days, it is one.
    let begins = text == period.first_day();
    let finer = period.month.is_none() || text.len() > 7;
    let alone = !matches!(tokens.before(start), "+" | "-" | "*" | "/" | "||") && !tokens.before(start).eq_ignore_ascii_case("not");
    let column = tokens.piece(inside);
    let to = format!("({column} >= '{}' AND {column} < '{}')", period.first_day(), period.next().first_day());
    (is_day && within && finer && alone && !begins).then(|| (tokens.bytes(start..end), to))
}

/// The comparison at token `at` of the month of a moment with one of the year that is asked for: its bytes, and the year alone.
fn month_of_year(tokens: &Tokens<'_>, at: usize, period: Period) -> Option<(Range<usize>, String)> {
    let start = tokens.operand_before(at).filter(|_| tokens.is(at, &["=", "=="]) && period.month.is_none())?;
    let call = tokens.call(start).filter(|call| call.close + 1 == at && tokens.is(start, &["strftime"]))?;
    let (format, rest) = call.arguments.split_first()?;
    let (text, end) = written_out(tokens, at + 1)?;
    let (year, month) = text.split_once('-')?;
    let one_month = month.len() == 2 && month.bytes().all(|b| b.is_ascii_digit()) && year.parse() == Ok(period.year);
    let alone = !tokens.before(start).eq_ignore_ascii_case("not") && name_of(tokens.piece(format.clone())) == "%Y-%m";
    let moment = tokens.piece(rest.first()?.start..call.close);
    (one_month && alone).then(|| (tokens.bytes(start..end), format!("strftime('%Y', {moment}) = '{year}'")))
}

/// The comparison at token `at`, where it is all that bounds its column and begins with the period: its bytes, and both bounds.
fn closed(tokens: &Tokens<'_>, at: usize, period: Period) -> Option<(Range<usize>, String)> {
    if !tokens.is(at, &[">", ">="]) {
        return None;
    }
    let start = tokens.operand_before(at)?;
    let (text, end) = written_out(tokens, at + 1).or_else(|| in_seconds(tokens, at + 1))?;
    let midnight = |rest: &str| rest.chars().all(|c| "T :0.".contains(c));
    text.strip_prefix(&period.first_day()).filter(|rest| midnight(rest))?;
    let column = tokens.piece(start..at);
    let bounds = |other: usize| {
        let compares = ["<", "<=", "=", "between", "like", ">", ">=", "<>"];
        other != at && tokens.is(other, &compares) && tokens.operand_before(other).is_some_and(|from| tokens.piece(from..other) == column)
    };
    // A part of something computed, or turned around by NOT.
    let alone = !matches!(tokens.before(start), "+" | "-" | "*" | "/" | "||") && !tokens.before(start).eq_ignore_ascii_case("not");
    // Rows that were there at some time of it have begun before its end: another column, or none, bounds them.
    let overlaps = tokens.before(start).eq_ignore_ascii_case("or") || (0..tokens.len()).any(|other| tokens.is(other, &["<", "<="]));
    if !alone || overlaps || (0..tokens.len()).any(bounds) {
        return None;
    }
    // A day that a function turns into seconds is written so again.
    let day = |day: String| match in_seconds(tokens, at + 1) {
        Some(_) if tokens.is(at + 1, &["strftime"]) => format!("strftime('%s', '{day}')"),
        Some(_) => format!("unixepoch('{day}')"),
        None => format!("'{day}'"),
    };
    let to = format!("({column} >= {} AND {column} < {})", day(period.first_day()), day(period.next().first_day()));
    Some((tokens.bytes(start..end), to))
}

/// The day that `strftime('%s', '2024-01-01')` or `unixepoch('2024-01-01')` at token `at` turns into seconds, and its end.
fn in_seconds(tokens: &Tokens<'_>, at: usize) -> Option<(String, usize)> {
    let text = |at: usize| (tokens.kind(at) == Some(TokenKind::String)).then(|| name_of(tokens.text(at)));
    let call = tokens.call(at)?;
    let day = match call.arguments.as_slice() {
        [day] if tokens.is(at, &["unixepoch"]) => day,
        [format, day] if tokens.is(at, &["strftime"]) && text(format.start).as_deref() == Some("%s") => day,
        _ => return None,
    };
    (day.len() == 1).then_some(())?;
    Some((text(day.start)?, call.close + 1))
}

/// The text at token `at`, also one that a date function only hands on (`strftime('%Y-%m-%d', '2024-01-01')`), and its end.
fn written_out(tokens: &Tokens<'_>, at: usize) -> Option<(String, usize)> {
    let text = |at: usize| (tokens.kind(at) == Some(TokenKind::String)).then(|| name_of(tokens.text(at)));
    let Some(call) = tokens.call(at) else { return Some((text(at)?, at + 1)) };
    let handed = match call.arguments.as_slice() {
        [date] if tokens.is(at, &["date", "datetime"]) && date.len() == 1 => date.start,
        [format, date]
            if tokens.is(at, &["strftime"])
                && text(format.start).is_some_and(|format| format.starts_with("%Y-%m-%d"))
                && date.len() == 1 =>
        {
            date.start
        }
        _ => return None,
    };
    Some((text(handed)?, call.close + 1))
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
    fn a_day_of_it_is_not_all_of_it() {
        let year = "(day >= '2024-01-01' AND day < '2025-01-01') AND x = 1";
        check("What was my lowest weight in 2024?", "day = '2024-10-24' AND x = 1", year);
        check("What was my lowest weight in 2024?", "date(day) LIKE '2024-10%' AND x = 1", year);
        check("per month in 2024?", "strftime('%Y-%m', at, 'unixepoch') = '2024-01'", "strftime('%Y', at, 'unixepoch') = '2024'");
        for right in ["strftime('%Y-%m', at) = '2023-01'", "NOT strftime('%Y-%m', at) = '2024-01'", "strftime('%m', at) = '01'"] {
            check("per month in 2024?", right, right);
        }
        check("How many in January 2024?", "strftime('%Y-%m', at) = '2024-01'", "strftime('%Y-%m', at) = '2024-01'");
        check("How many in March 2024?", "t.day = '2024-03-15'", "(t.day >= '2024-03-01' AND t.day < '2024-04-01')");
        for right in [
            "day LIKE '2024-03%'",
            "day LIKE '2024%'",
            "strftime('%Y-%m-%d', day) = '2024-03-15'",
            "day = '2023-03-15'",
            "NOT day = '2024-03-01'",
        ] {
            check("How many in March 2024?", right, right);
        }
        check("How many on 15 March 2024?", "day = '2024-03-15'", "day = '2024-03-15'");
        check("How many on 2024-03-15?", "day = '2024-03-15'", "day = '2024-03-15'");
    }

    #[test]
    fn a_period_gets_its_end() {
        let year = "(t.at >= '2024-01-01' AND t.at < '2025-01-01')";
        check("How many answers were there in 2024?", "t.at > '2024-01-01 00:00:00' AND n > 3", &format!("{year} AND n > 3"));
        check("answers during the year 2024", "t.at >= '2024-01-01'", year);
        check("How many in March 2024?", "at >= '2024-03-01'", "(at >= '2024-03-01' AND at < '2024-04-01')");
        check(
            "articles from 2024 that are unread",
            "date(at) >= date('2024-01-01')",
            "(date(at) >= '2024-01-01' AND date(at) < '2025-01-01')",
        );
        check(
            "Which were last seen in 2024?",
            "strftime('%Y-%m-%d', at, 'unixepoch') >= strftime('%Y-%m-%d', '2024-01-01')",
            "(strftime('%Y-%m-%d', at, 'unixepoch') >= '2024-01-01' AND strftime('%Y-%m-%d', at, 'unixepoch') < '2025-01-01')",
        );
        check(
            "How many expire in 2024?",
            "strftime('%s', at / 1000, 'unixepoch') >= strftime('%s', '2024-01-01 00:00:00')",
            "(strftime('%s', at / 1000, 'unixepoch') >= strftime('%s', '2024-01-01') AND strftime('%s', at / 1000, 'unixepoch') < strftime('%s', '2025-01-01'))",
        );
        check(
            "How many expire in 2024?",
            "at >= unixepoch('2024-01-01')",
            "(at >= unixepoch('2024-01-01') AND at < unixepoch('2025-01-01'))",
        );
        check("How many in December 2024?", "date(at) > '2024-12-01'", "(date(at) >= '2024-12-01' AND date(at) < '2025-01-01')");
    }

    #[test]
    fn what_has_one_or_needs_none_stays() {
        let stays = |question: &str, condition: &str| check(question, condition, condition);
        stays("How many answers were there in 2024?", "at >= '2024-01-01' AND at < '2025-01-01'");
        stays("How many answers were there in 2024?", "at > '2024-03-01'");
        stays("How many answers were there in 2024?", "at > '2023-01-01'");
        stays("How many answers from 2024 to today?", "at > '2024-01-01'");
        stays("How many in May and June 2024?", "at >= '2024-06-01'");
        stays("How many answers were there in 2024?", "NOT at > '2024-01-01'");
        stays("How many answers have there been since 2024?", "at > '2024-01-01'");
        stays("How many answers in 2024 or later?", "at > '2024-01-01'");
        stays("How many in 2023 and in 2024?", "at > '2024-01-01'");
        stays("Who was hired in 2024?", "at = '2024-01-01'");
        stays("How many answers were there?", "at > '2024-01-01'");
    }

    #[track_caller]
    fn reach(question: &str, expected: Option<(u32, Option<u32>, Reach)>) {
        let found = Period::asked(question).map(|(Period { year, month }, reach)| (year, month, reach));
        assert_eq!(found, expected, "{question}");
    }

    #[test]
    fn a_question_says_how_far_its_period_reaches() {
        reach("How many in 2024?", Some((2024, None, Reach::Within)));
        reach("Which were added in 2023 or later? Give name and date.", Some((2023, None, Reach::From)));
        reach("What happened since March 2023?", Some((2023, Some(3), Reach::From)));
        reach("from 2023 onwards", Some((2023, None, Reach::From)));
        reach("bought before 2020", Some((2020, None, Reach::Before)));
        reach("made after 2020", Some((2020, None, Reach::After)));
        reach("made until 2020", Some((2020, None, Reach::UpTo)));
        reach("made in 2020 or earlier", Some((2020, None, Reach::UpTo)));
        reach("made between 2020 and 2022", None);
        reach("made after May and before 2020", None);
        reach("the 2020 sales", None);
        reach("How many?", None);
    }
}
