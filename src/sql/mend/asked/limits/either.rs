//! Alternatives of one column that AND takes apart: `kind = 'A' OR kind = 'B' AND age > 9` has every A, of whatever age. Brackets stand
//! around them where the question names the two side by side.

use std::ops::Range;

use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::tokens::{Part, Tokens};
use crate::text::language::words_of;

/// Words that may stand between two values that belong together, beside those of the column's name.
const BETWEEN: [&str; 12] = ["or", "and", "either", "the", "a", "an", "in", "with", "of", "is", "was", "for"];

/// `sql` with brackets around such alternatives, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, question: &str) -> (String, Vec<Change>) {
    let tokens = Tokens::new(sql);
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for at in (0..tokens.len()).filter(|at| tokens.is(*at, &["select"])) {
        let condition = tokens.arm(at).and_then(|arm| arm.clause(Part::Where));
        edits.extend(condition.and_then(|condition| bracketed(&tokens, condition.start + 1..condition.end, question)));
    }
    edits.sort_by_key(|(range, _)| range.start);
    edits.dedup_by(|later, earlier| later.0.start < earlier.0.end);
    edited(sql, ChangeKind::Structure, edits)
}

/// The alternatives of a condition that ends or begins with them, in brackets.
fn bracketed(tokens: &Tokens<'_>, condition: Range<usize>, question: &str) -> Option<(Range<usize>, String)> {
    let parts: Vec<Vec<Range<usize>>> = tokens.split(condition, "or").into_iter().map(|part| tokens.split(part, "and")).collect();
    let (first, last) = (parts.first()?, parts.last()?);
    let alone = |parts: &[Vec<Range<usize>>]| parts.iter().all(|part| part.len() == 1);
    // What has to hold besides stands behind them, or before.
    let range = match parts.as_slice() {
        [_] => return None,
        [before @ .., _] if alone(before) && last.len() > 1 => first.first()?.start..last.first()?.end,
        [_, behind @ ..] if alone(behind) && first.len() > 1 => first.last()?.start..last.first()?.end,
        _ => return None,
    };
    let inside = |one: &&Range<usize>| one.start >= range.start && one.end <= range.end;
    let equalities: Option<Vec<(String, String)>> =
        parts.iter().flatten().filter(inside).map(|one| equality(tokens, one.clone())).collect();
    let equalities = equalities?;
    let (column, _) = equalities.first()?;
    let said = words_of(question).iter().any(|word| word == "or" || word == "and") && !question.contains(", or ");
    let beside =
        || equalities.windows(2).all(|pair| matches!(pair, [(_, one), (_, other)] if stand_together(question, column, one, other)));
    // A column that the rest speaks of as well may have another value with each.
    let rest =
        parts.iter().flatten().filter(|one| !inside(one)).any(|one| tokens.piece(one.clone()).to_lowercase().contains(column.as_str()));
    if equalities.len() < 2 || rest || !said || !equalities.iter().all(|(other, _)| other == column) || !beside() {
        return None;
    }
    Some((tokens.bytes(range.clone()), format!("({})", tokens.piece(range))))
}

/// The column in lower case and the value of `column = 'value'`.
fn equality(tokens: &Tokens<'_>, range: Range<usize>) -> Option<(String, String)> {
    let end = tokens.operand_after(range.start)?;
    let is_name = matches!(tokens.kind(range.start), Some(TokenKind::Word | TokenKind::Quoted)) && tokens.text(end - 1) != ")";
    let literal = matches!(tokens.kind(end + 1), Some(TokenKind::String | TokenKind::Number));
    (is_name && literal && tokens.is(end, &["=", "=="]) && range.end == end + 2)
        .then(|| (tokens.piece(range.start..end).to_lowercase(), name_of(tokens.text(end + 1)).to_lowercase()))
}

/// Whether the question has nothing but `or`, `and` and the column's name between the two values.
fn stand_together(question: &str, column: &str, one: &str, other: &str) -> bool {
    let said = words_of(question);
    let place = |value: &str| {
        let words = words_of(value);
        let mut places = said.windows(words.len().max(1)).enumerate();
        places.find(|(_, own)| !words.is_empty() && **own == *words).map(|(at, _)| at..at + words.len())
    };
    let (Some(one), Some(other)) = (place(one), place(other)) else { return false };
    let between = if one.start < other.start { one.end..other.start } else { other.end..one.start };
    let named = words_of(column);
    let Some(between) = said.get(between) else { return false };
    let joins = |word: &String| BETWEEN.contains(&word.as_str()) || named.iter().any(|own| own.contains(word.as_str()));
    // "1, 2 or 3": a comma is as good between all but the last.
    between.iter().all(joins)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, condition: &str, expected: &str) {
        let of = |condition: &str| format!("SELECT name FROM staff WHERE {condition}");
        check_mended(|sql| mend(sql, question), &of(condition), &of(expected), question);
    }

    #[test]
    fn alternatives_are_taken_together() {
        check("red or blue ones over 9", "kind = 'red' OR kind = 'blue' AND age > 9", "(kind = 'red' OR kind = 'blue') AND age > 9");
        check(
            "Those over 9 in red or blue",
            "age > 9 AND s.kind = 'Red' OR s.kind = 'Blue'",
            "age > 9 AND (s.kind = 'Red' OR s.kind = 'Blue')",
        );
        check(
            "Who is in section 1, 2 or 3 and new?",
            "section = 1 OR section = 2 OR section = 3 AND is_new = 1",
            "(section = 1 OR section = 2 OR section = 3) AND is_new = 1",
        );
        check(
            "Which play canoeing or kayaking and are over 9?",
            "id IN (SELECT id FROM plays WHERE kind = 'Canoeing' OR kind = 'Kayaking' AND age BETWEEN 9 AND 12)",
            "id IN (SELECT id FROM plays WHERE (kind = 'Canoeing' OR kind = 'Kayaking') AND age BETWEEN 9 AND 12)",
        );
    }

    #[test]
    fn what_is_meant_so_stays() {
        let stays = |question: &str, condition: &str| check(question, condition, condition);
        stays("red ones, or blue ones over 9", "kind = 'red' OR kind = 'blue' AND age > 9");
        stays("red or blue ones", "kind = 'red' OR kind = 'blue'");
        stays("red or blue ones over 9", "(kind = 'red' OR kind = 'blue') AND age > 9");
        stays("red or blue ones over 9", "kind = 'red' AND age > 9 OR kind = 'blue' AND age > 9");
        stays("red or small ones over 9", "kind = 'red' OR size = 'small' AND age > 9");
        stays("all", "kind = 'red' OR kind = 'blue' AND age > 9");
    }
}
