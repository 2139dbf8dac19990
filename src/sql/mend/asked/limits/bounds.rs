//! A number that the question gives with "more than", "at least", "under" and the like, compared the other way or with the number itself
//! where it is left out: `score > 95` for "at least 95".

use std::ops::Range;

use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::TokenKind;
use crate::sql::tokens::Tokens;
use crate::text::denials::is_denial;
use crate::text::language::is_english_question;

/// Words before a number, and the comparison that they ask for. Longer ones first.
const BEFORE: [(&str, &str); 24] = [
    ("greater than or equal to", ">="),
    ("less than or equal to", "<="),
    ("a minimum of", ">="),
    ("a maximum of", "<="),
    ("more than", ">"),
    ("greater than", ">"),
    ("higher than", ">"),
    ("larger than", ">"),
    ("bigger than", ">"),
    ("older than", ">"),
    ("longer than", ">"),
    ("taller than", ">"),
    ("heavier than", ">"),
    ("less than", "<"),
    ("fewer than", "<"),
    ("lower than", "<"),
    ("smaller than", "<"),
    ("younger than", "<"),
    ("shorter than", "<"),
    ("cheaper than", "<"),
    ("at least", ">="),
    ("at most", "<="),
    ("over", ">"),
    ("under", "<"),
];
/// Words behind it.
const BEHIND: [(&str, &str); 8] = [
    ("or more", ">="),
    ("or above", ">="),
    ("or older", ">="),
    ("or higher", ">="),
    ("or less", "<="),
    ("or fewer", "<="),
    ("or younger", "<="),
    ("or lower", "<="),
];
/// Parts of names of columns of which less is more, or that count back.
const TURNED: [&str; 9] = ["rank", "position", "place", "pos", "seed", "year", "date", "birth", "born"];
/// `sql` with the comparison that the question asks for, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, question: &str) -> (String, Vec<Change>) {
    let asked = asked(question).filter(|_| is_english_question(question));
    let edit = asked.and_then(|(number, operator)| edit(sql, number, operator));
    edited(sql, ChangeKind::Structure, edit.into_iter().collect())
}

/// The one number that the question gives with such words, and the comparison; `None` where there are several, or one is denied.
fn asked(question: &str) -> Option<(f64, &'static str)> {
    let lower = question.to_lowercase();
    let words: Vec<&str> =
        lower.split_whitespace().map(|word| word.trim_matches(['?', '.', ',', '!', ';', ':', '"', '\'', '$', '(', ')'])).collect();
    let number = |at: usize| words.get(at).and_then(|word| word.replace(',', "").parse::<f64>().ok());
    let stands = |phrase: &str, from: usize| phrase.split(' ').enumerate().all(|(step, word)| words.get(from + step) == Some(&word));
    let mut found = None;
    for at in 0..words.len() {
        let Some(value) = number(at) else { continue };
        let before = BEFORE.iter().find_map(|(phrase, operator)| {
            let start = at.checked_sub(phrase.split(' ').count())?;
            let denied = (0..start).any(|near| words.get(near).is_some_and(|word| is_denial(word)));
            (stands(phrase, start) && !denied).then_some(*operator)
        });
        let behind = || BEHIND.iter().find(|(phrase, _)| stands(phrase, at + 1)).map(|(_, operator)| *operator);
        // A number without such words may be compared with as well.
        if found.replace((value, before.or_else(behind)?)).is_some() {
            return None;
        }
    }
    found
}

/// The one comparison of the query with the number.
fn edit(sql: &str, number: f64, operator: &str) -> Option<(Range<usize>, String)> {
    let tokens = Tokens::new(sql);
    if (0..tokens.len()).any(|at| tokens.is(at, &["not", "except", "between"])) {
        return None;
    }
    let is_it = |at: &usize| tokens.kind(*at) == Some(TokenKind::Number) && tokens.text(*at).parse() == Ok(number);
    let mut places = (1..tokens.len()).filter(is_it);
    let (at, None) = (places.next()?, places.next()) else { return None };
    let compared = tokens.operand_before(at - 1).filter(|_| tokens.is(at - 1, &["<", ">", "<=", ">="]))?;
    let name = tokens.piece(compared..at - 1).to_lowercase();
    let alone = !matches!(tokens.text(at + 1), "+" | "-" | "*" | "/" | "%");
    let before = compared.checked_sub(1).map_or("", |before| tokens.text(before));
    if TURNED.iter().any(|part| name.contains(part)) || !alone || matches!(before, "+" | "-" | "*" | "/") || tokens.is(at - 1, &[operator])
    {
        return None;
    }
    Some((tokens.bytes(at - 1..at), operator.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, condition: &str, expected: &str) {
        let of = |condition: &str| format!("SELECT count(*) FROM wine WHERE {condition}");
        check_mended(|sql| mend(sql, question), &of(condition), &of(expected), question);
    }

    #[test]
    fn comparisons_are_those_that_are_asked_for() {
        check("How many scored at least 95?", "score > 95", "score >= 95");
        check("How many cost more than $1,000?", "price < 1000", "price > 1000");
        check("How many cost more than 500?", "price >= 500", "price > 500");
        check("How many are 30 or older?", "w.age > 30", "w.age >= 30");
        check("How many are under 30?", "age <= 30 AND kind = 'red'", "age < 30 AND kind = 'red'");
        check(
            "Which have at least 3 cases?",
            "id IN (SELECT id FROM x GROUP BY id HAVING count(*) > 3)",
            "id IN (SELECT id FROM x GROUP BY id HAVING count(*) >= 3)",
        );
    }

    #[test]
    fn what_says_the_same_stays() {
        let stays = |question: &str, condition: &str| check(question, condition, condition);
        stays("How many scored at least 95?", "score >= 95");
        stays("How many scored at least 95?", "score > 94");
        stays("How many cost not more than 500?", "price <= 500");
        stays("How many cost no more than 500?", "price <= 500");
        stays("How many rank over 5?", "rank < 5");
        stays("How many scored over 90 and cost under 50?", "score > 90 AND price <= 50");
        stays("How many are longer than 6 minutes?", "seconds > 360");
        stays("How many cost more than 500?", "NOT price <= 500");
        stays("How many of 500 cost more than 7?", "price > 7 AND cases = 500");
    }
}
