//! Patterns whose `%` stands where the question does not say: `LIKE 'a%'` for names that contain an "a", `LIKE '%a%'` for those that begin
//! with it, and `= 'a'` where a part of the text is asked for.

use std::ops::Range;

use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::quote::string_literal;
use crate::sql::tokens::Tokens;
use crate::text::language::{is_english_question, words_of};

/// Words for where a part of a text stands.
const BEGINS: [&str; 6] = ["start", "starts", "starting", "begin", "begins", "beginning"];
const ENDS: [&str; 3] = ["end", "ends", "ending"];
const HOLDS: [&str; 10] = ["contain", "contains", "containing", "include", "includes", "including", "has", "have", "having", "with"];
const CONTAINS: [&str; 3] = ["contain", "contains", "containing"];
/// Words for a part of a text.
const PARTS: [&str; 10] = ["letter", "letters", "word", "words", "substring", "string", "phrase", "character", "characters", "text"];
/// What stands around a part.
const QUOTES: [char; 6] = ['"', '\'', '“', '”', '‘', '’'];
/// Words between such a verb and the part.
const NEAR: usize = 5;

/// Where the part stands that the question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Beginning,
    End,
    Anywhere,
    /// Anywhere, where that is said of no part in so many words: a value may be meant.
    Perhaps,
}

/// `sql` with the pattern as the question has it, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, question: &str) -> (String, Vec<Change>) {
    let edit = place(question).filter(|_| is_english_question(question)).and_then(|(place, part)| edit(sql, place, &part));
    edited(sql, ChangeKind::Structure, edit.into_iter().collect())
}

/// The one place that the question names and the part of a text behind it, in lower case.
fn place(question: &str) -> Option<(Place, String)> {
    let quoted = quoted(question)?;
    let start = question.find(QUOTES)?;
    let before = words_of(question.get(..start)?);
    let all = words_of(question);
    let says = |words: &[String], any: &[&str]| words.iter().any(|word| any.contains(&word.as_str()));
    let near = before.get(before.len().saturating_sub(NEAR)..)?;
    let verbs = [BEGINS.as_slice(), ENDS.as_slice()].concat();
    let with = near.windows(2).any(|pair| matches!(pair, [verb, with] if with == "with" && verbs.contains(&verb.as_str())));
    let place = match (says(&all, &BEGINS), says(&all, &ENDS)) {
        (true, false) if with => Place::Beginning,
        (false, true) if with => Place::End,
        (false, false) if says(near, &HOLDS) && says(near, &PARTS) => Place::Anywhere,
        (false, false) if before.last().is_some_and(|last| CONTAINS.contains(&last.as_str())) => Place::Perhaps,
        _ => return None,
    };
    Some((place, quoted))
}

/// The one text in quotes, in lower case.
fn quoted(question: &str) -> Option<String> {
    let lower = question.to_lowercase();
    let mut pieces = lower.split(QUOTES);
    let (_, inside, _) = (pieces.next()?, pieces.next()?, pieces.next()?);
    let fits = pieces.next().is_none() && !inside.is_empty() && !inside.contains(['%', '_']) && inside.trim() == inside;
    fits.then(|| inside.to_owned())
}

/// The one comparison of the query with the part, and the pattern for it.
fn edit(sql: &str, place: Place, part: &str) -> Option<(Range<usize>, String)> {
    let tokens = Tokens::new(sql);
    let mut found = None;
    for at in 1..tokens.len() {
        if tokens.kind(at) != Some(TokenKind::String) || !name_of(tokens.text(at)).trim_matches('%').eq_ignore_ascii_case(part) {
            continue;
        }
        let like = tokens.is(at - 1, &["like"]);
        let equal = tokens.is(at - 1, &["="]) && place == Place::Anywhere;
        if found.replace((at, like, equal)).is_some() || !like && !equal {
            return None;
        }
    }
    let (at, like, _) = found?;
    let text = name_of(tokens.text(at));
    let bare = text.trim_matches('%');
    let pattern = match place {
        Place::Beginning => format!("{bare}%"),
        Place::End => format!("%{bare}"),
        Place::Anywhere | Place::Perhaps => format!("%{bare}%"),
    };
    let wanted = string_literal(&pattern);
    if like {
        return (text != pattern).then(|| (tokens.bytes(at..at + 1), wanted));
    }
    Some((tokens.bytes(at - 1..at + 1), format!("LIKE {wanted}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, condition: &str, expected: &str) {
        let of = |condition: &str| format!("SELECT count(*) FROM staff WHERE {condition}");
        check_mended(|sql| mend(sql, question), &of(condition), &of(expected), question);
    }

    #[test]
    fn a_part_is_found_where_it_is_said_to_stand() {
        check("How many have a first name that has the letter 'a' in it?", "name LIKE 'a%'", "name LIKE '%a%'");
        check("How many names contain 'van'?", "name LIKE 'van%'", "name LIKE '%van%'");
        check("How many names contain the word \"van\"?", "name LIKE '%Van'", "name LIKE '%Van%'");
        check("How many names contain the word \"van\"?", "name = 'van' AND age > 3", "name LIKE '%van%' AND age > 3");
        check("How many names start with 'S'?", "name LIKE '%S%'", "name LIKE 'S%'");
        check("How many names begin with the letter 'S'?", "name LIKE '%S'", "name LIKE 'S%'");
        check("How many names end with 'son'?", "name LIKE '%son%'", "name LIKE '%son'");
    }

    #[test]
    fn what_says_so_stays() {
        let stays = |question: &str, condition: &str| check(question, condition, condition);
        stays("How many names contain the word \"van\"?", "name LIKE '%van%'");
        stays("How many names start with 'S'?", "name LIKE 'S%'");
        stays("How many have the name 'van'?", "name = 'van'");
        stays("How many boxes contain 'van'?", "name = 'van'");
        stays("How many stores have the product 'van'?", "name = 'van'");
        stays("How many names start with 'S' or end with 'n'?", "name LIKE '%S%' OR name LIKE '%n'");
        stays("How many names start with 'S'?", "name = 'S'");
        stays("How many have the letter 'a' in the name?", "name LIKE 'a%' OR name LIKE '%a'");
        stays("How many lectures start with 'S' in the morning?", "name LIKE 'S%'");
    }
}
