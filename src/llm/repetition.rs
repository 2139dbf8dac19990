//! Text that goes round in circles: a model that writes the same tokens again and again does not come back by itself.

/// Tokens that a round has at most.
const LONGEST_ROUND: usize = 80;
/// A round comes back at least so often, and what came again has at least so many tokens, before a text is taken to go in circles. Shorter
/// rounds are left more room: `NULL, NULL, NULL` pads a UNION.
const TIMES: usize = 2;
const AGAIN: usize = 24;
const SHORT_ROUND: usize = 4;
const SHORT_AGAIN: usize = 48;
/// The same for rounds that differ in numbers alone: a list of years does, and so do joins under T1, T2, T3, which are much longer.
const COUNTING_ROUND: usize = 8;
const COUNTING_TIMES: usize = 6;
const COUNTING_AGAIN: usize = 80;

/// How a text goes round in circles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Circle {
    /// Tokens that are not yet repetition; the first round is among them.
    pub(super) whole: usize,
    /// Tokens of a round.
    pub(super) round: usize,
}

/// The circle that the last tokens of `text` go in, if any. `is_number` tells tokens that are digits.
pub(super) fn circle(text: &[u32], is_number: impl Fn(u32) -> bool) -> Option<Circle> {
    let same = |a: u32, b: u32| a == b;
    let same_or_numbers = |a: u32, b: u32| a == b || (is_number(a) && is_number(b));
    let (mut short, mut counts) = (false, false);
    for round in 1..=LONGEST_ROUND.min(text.len() / (TIMES + 1)) {
        let again = came_again(text, round, same);
        // What goes in short rounds goes in their multiples, too.
        short |= round < SHORT_ROUND && again >= AGAIN;
        let enough = if short { SHORT_AGAIN } else { AGAIN };
        if again >= enough.max(TIMES * round) {
            return Some(Circle { whole: text.len() - again, round });
        }
        let again = came_again(text, round, same_or_numbers);
        counts |= round < COUNTING_ROUND && again >= AGAIN;
        if round >= COUNTING_ROUND && !counts && again >= COUNTING_AGAIN.max(COUNTING_TIMES * round) {
            return Some(Circle { whole: text.len() - again, round });
        }
    }
    None
}

/// So many of the last tokens stand `round` places before, too.
fn came_again(text: &[u32], round: usize, same: impl Fn(u32, u32) -> bool) -> usize {
    let earlier = text.iter().rev().skip(round);
    text.iter().rev().zip(earlier).take_while(|(a, b)| same(**a, **b)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A token a word; words of digits are numbers.
    #[track_caller]
    fn check(text: &str, expected: Option<usize>) {
        let words: Vec<&str> = text.split_whitespace().collect();
        let id = |word: &&str| match word.parse::<u32>() {
            Ok(number) => 1_000 + number,
            Err(_) => words.iter().position(|other| other == word).unwrap_or_default() as u32,
        };
        let tokens: Vec<u32> = words.iter().map(id).collect();
        // The first token at which it is noticed.
        let noticed = (0..=tokens.len()).find_map(|end| circle(&tokens[..end], |token| token >= 1_000));
        assert_eq!(noticed.map(|circle| circle.whole), expected, "{text}");
    }

    #[test]
    fn rounds_are_noticed() {
        check(&("SELECT a FROM t WHERE ".to_owned() + &"x = y AND ".repeat(20)), Some(5 + 4));
        check(&("SELECT a FROM t ".to_owned() + &"JOIN u ON t . id = u . id ".repeat(10)), Some(4 + 10));
        check(&"( ".repeat(60), Some(1));
        check(&("IN ( ".to_owned() + &"'a' , ".repeat(40)), Some(2 + 2));
        let joins: String = (1..40).map(|n| format!("JOIN orders AS T {n} ON T {n} . id = T 0 . id ")).collect();
        check(&("SELECT x FROM o AS T 0 ".to_owned() + &joins), Some(7 + 15));
    }

    #[test]
    fn what_people_write_is_no_circle() {
        check("SELECT a FROM t UNION SELECT a FROM u UNION SELECT a FROM v UNION SELECT a FROM w", None);
        let years: String = (1990..2024).map(|year| format!("{year} , ")).collect();
        check(&("WHERE year IN ( ".to_owned() + &years + ")"), None);
        let cases: String = (1..6).map(|n| format!("WHEN grade = {n} THEN {n} ")).collect();
        check(&("CASE ".to_owned() + &cases + "END"), None);
        check(&("SELECT ".to_owned() + &"NULL , ".repeat(12) + "a"), None);
        check("SELECT a , b , c FROM t", None);
        check("", None);
    }
}
