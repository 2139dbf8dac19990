//! One question back, where two readings of a question have about as many drafts each and differ in one place.

use super::event::{AskBack, Choice};
use super::vote::Agreement;
use crate::sql::lex::{Token, lex};

/// Tokens that may differ on either side for two statements to differ in one place.
const MOST_TOKENS: usize = 8;

/// Above this confidence nobody is asked.
const SURE: f64 = 0.6;

/// What to ask, where the two likeliest groups of `candidates` differ in one place and `confidence` is low.
pub(super) fn ask_back(candidates: &[Agreement], confidence: Option<f64>) -> Option<AskBack> {
    let [first, second, ..] = candidates else { return None };
    if confidence.is_none_or(|confidence| confidence >= SURE) || first.agrees > 2 * second.agrees {
        return None;
    }
    let (left, right) = difference(&first.sql, &second.sql)?;
    let choice = |text: String, sql: &str| Choice { text, sql: sql.into() };
    Some(AskBack {
        question: format!("Is it `{left}` or `{right}` that is meant?"),
        choices: vec![choice(left, &first.sql), choice(right, &second.sql)],
    })
}

/// The one place in which two statements differ; `None` where they differ in more, or one of them only adds something.
pub(super) fn difference(left: &str, right: &str) -> Option<(String, String)> {
    let (left_tokens, right_tokens) = (significant(left), significant(right));
    let same = |a: &Token, b: &Token| a.text(left).eq_ignore_ascii_case(b.text(right));
    let before = left_tokens.iter().zip(&right_tokens).take_while(|(a, b)| same(a, b)).count();
    let rest = left_tokens.len().min(right_tokens.len()) - before;
    let after = left_tokens.iter().rev().zip(right_tokens.iter().rev()).take(rest).take_while(|(a, b)| same(a, b)).count();
    // A bare value says little: the comparison it stands in is shown with it.
    let before = before.saturating_sub(2);
    let text = |sql: &str, tokens: &[Token]| {
        let middle = tokens.get(before..tokens.len() - after)?;
        let differing = middle.len().checked_sub(2).filter(|n| (1..=MOST_TOKENS).contains(n));
        differing?;
        let (start, end) = (middle.first()?.range.start, middle.last()?.range.end);
        Some(sql.get(start..end)?.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    Some((text(left, &left_tokens)?, text(right, &right_tokens)?))
}

fn significant(sql: &str) -> Vec<Token> {
    lex(sql).into_iter().filter(Token::is_significant).collect()
}

#[cfg(test)]
mod tests {
    use super::super::vote::Standing;
    use super::*;

    #[track_caller]
    fn check(left: &str, right: &str, expected: Option<(&str, &str)>) {
        let found = difference(left, right);
        assert_eq!(found.as_ref().map(|(a, b)| (a.as_str(), b.as_str())), expected);
    }

    #[test]
    fn statements_that_differ_in_one_place() {
        check("SELECT a FROM t WHERE b = 'x'", "select a FROM t  WHERE b = 'y'", Some(("b = 'x'", "b = 'y'")));
        check("SELECT max(a) FROM t", "SELECT max(b) FROM t", Some(("max(a", "max(b")));
        check("SELECT a FROM t WHERE b > 1 ORDER BY a", "SELECT a FROM t WHERE b >= 1 ORDER BY a", Some(("WHERE b >", "WHERE b >=")));
        check("SELECT a FROM t", "SELECT a FROM t", None);
        check("SELECT a FROM t", "SELECT a FROM t LIMIT 1", None);
        check("SELECT a FROM t", "VALUES (1, 2, 3, 4, 5, 6, 7, 8, 9)", None);
        check("", "SELECT 1", None);
    }

    #[test]
    fn only_a_doubtful_answer_is_asked_back() {
        let agreement = |sql: &str, agrees| Agreement {
            sql: sql.into(),
            agrees,
            mended: 0,
            first: false,
            likelihood: -0.1,
            standing: Standing::Good,
            signals: Default::default(),
        };
        let close = [agreement("SELECT a FROM t WHERE b = 1", 4), agreement("SELECT a FROM t WHERE c = 1", 3)];
        let asked = ask_back(&close, Some(0.4)).unwrap();
        assert_eq!(asked.question, "Is it `t WHERE b` or `t WHERE c` that is meant?");
        assert_eq!(asked.choices[1].sql, "SELECT a FROM t WHERE c = 1");
        assert_eq!(ask_back(&close, Some(0.9)), None);
        assert_eq!(ask_back(&close, None), None);
        assert_eq!(ask_back(&close[..1], Some(0.4)), None);
        let apart = [agreement("SELECT a FROM t WHERE b = 1", 7), agreement("SELECT a FROM t WHERE c = 1", 1)];
        assert_eq!(ask_back(&apart, Some(0.4)), None);
    }
}
