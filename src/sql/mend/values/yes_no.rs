//! Yes and no kept as two words (`t` and `f`), where a query asks for 1, for true, for another pair, or for the bare column.
//!
//! SQLite makes 0 of every word, so `WHERE admin` finds no row and `NOT admin` all, without an error. And 1 and 0, where a query asks for
//! `'yes'` or `'false'`, which no number is.

use std::collections::HashMap;
use std::ops::Range;

use crate::schema::{Column, Holds, Meaning, Schema, YesNo};
use crate::sql::change::{Change, ChangeKind};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::quote::string_literal;
use crate::sql::resolve::{Resolution, resolve};
use crate::sql::tokens::Tokens;

/// More changes than this are no slip.
const MAX_CHANGES: usize = 32;
/// What a query may write for yes and for no, in lower case.
const YES: [&str; 10] = ["1", "true", "t", "yes", "y", "on", "ja", "si", "sí", "oui"];
const NO: [&str; 8] = ["0", "false", "f", "no", "n", "off", "nein", "non"];

/// `sql` with yes and no as they are stored, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema) -> (String, Vec<Change>) {
    let (mut now, mut changes) = (sql.to_owned(), Vec::new());
    let asks = |column: &Column| column.meaning.yes_no().is_some() || is_flag(column);
    if !schema.tables.iter().any(|table| table.columns.iter().any(asks)) {
        return (now, changes);
    }
    for _ in 0..MAX_CHANGES {
        let Some(resolution) = resolve(&now, schema) else { break };
        let columns = columns_of(&resolution);
        let tokens = Tokens::new(&now);
        let step = (0..tokens.len()).rev().find_map(|at| match columns.get(&tokens.bytes(at..at + 1).start)? {
            Stored::Words(words) => rewrite(&tokens, at, words),
            Stored::Numbers => number(&tokens, at),
        });
        let Some((range, to)) = step else { break };
        let (Some(from), Some(before), Some(after)) = (now.get(range.clone()), now.get(..range.start), now.get(range.end..)) else { break };
        let change = Change { kind: ChangeKind::Boolean, from: from.to_owned(), to: to.clone() };
        now = format!("{before}{to}{after}");
        if !changes.contains(&change) {
            changes.push(change);
        }
    }
    (now, changes)
}

/// How yes and no are stored.
enum Stored<'s> {
    /// As two words.
    Words(&'s YesNo),
    /// As 1 and 0.
    Numbers,
}

/// Whether a column holds 1 and 0, and nothing else.
fn is_flag(column: &Column) -> bool {
    let declared = || column.declared_type.to_ascii_lowercase().contains("bool");
    let is_both = |range: &str| range == "0..1" || declared() && (range == "0" || range == "1");
    column.holds == Holds::Numbers && column.meaning == Meaning::Plain && matches!(column.samples.as_slice(), [range] if is_both(range))
}

/// How the columns that are named store yes and no, by the byte at which the name begins.
fn columns_of<'s>(resolution: &Resolution<'s>) -> HashMap<usize, Stored<'s>> {
    resolution.columns(|column| column.meaning.yes_no().map(Stored::Words).or_else(|| is_flag(column).then_some(Stored::Numbers)))
}

/// The word that the column at token `at` is compared with, as 1 or 0.
fn number(tokens: &Tokens<'_>, at: usize) -> Option<(Range<usize>, String)> {
    let meant = |literal: usize| {
        let text = (tokens.kind(literal) == Some(TokenKind::String)).then(|| name_of(tokens.text(literal)).to_lowercase())?;
        let is = |words: &[&str]| words.contains(&text.as_str());
        // Digits as text are compared as numbers.
        let number = if is(&["1", "0"]) { None } else { is(&YES).then_some("1").or_else(|| is(&NO).then_some("0")) }?;
        Some((tokens.bytes(literal..literal + 1), number.to_owned()))
    };
    let end = tokens.operand_after(at)?;
    if tokens.is(end, &["=", "==", "<>", "!=", "is"]) {
        return meant(end + 1 + usize::from(tokens.is(end, &["is"]) && tokens.is(end + 1, &["not"])));
    }
    let not = usize::from(tokens.is(end, &["not"]));
    if tokens.is(end + not, &["in"]) && tokens.text(end + not + 1) == "(" {
        return (end + not + 2..tokens.close(end + not + 1)?).find_map(meant);
    }
    at.checked_sub(2).filter(|_| tokens.is(at - 1, &["=", "==", "<>", "!="])).and_then(meant)
}

/// The column that begins at token `at`, compared with what is stored.
fn rewrite(tokens: &Tokens<'_>, at: usize, words: &YesNo) -> Option<(Range<usize>, String)> {
    let end = tokens.operand_after(at)?;
    let column = tokens.piece(at..end);
    let is = |yes: bool| format!("{column} = {}", string_literal(if yes { &words.yes } else { &words.no }));
    // What it is compared with.
    if tokens.is(end, &["=", "==", "<>", "!=", "is"]) {
        let not = usize::from(tokens.is(end, &["is"]) && tokens.is(end + 1, &["not"]));
        let literal = end + 1 + not;
        let meant = meaning(tokens, literal, words)?;
        let word = if meant { &words.yes } else { &words.no };
        return Some((tokens.bytes(literal..literal + 1), string_literal(word)));
    }
    if tokens.is(end, &["in"]) || tokens.is(end, &["not"]) && tokens.is(end + 1, &["in"]) {
        let open = end + 1 + usize::from(tokens.is(end, &["not"]));
        let close = tokens.close(open)?;
        return (open + 1..close).find_map(|literal| {
            let word = if meaning(tokens, literal, words)? { &words.yes } else { &words.no };
            Some((tokens.bytes(literal..literal + 1), string_literal(word)))
        });
    }
    if let Some(literal) = at.checked_sub(2).filter(|_| tokens.is(at - 1, &["=", "==", "<>", "!="]))
        && let Some(meant) = meaning(tokens, literal, words)
    {
        return Some((tokens.bytes(literal..literal + 1), string_literal(if meant { &words.yes } else { &words.no })));
    }
    // The column alone, as a condition or as a number.
    let before = at.checked_sub(1)?;
    if tokens.is(before, &["case"]) {
        return chosen_by(tokens, end, words);
    }
    let ends = end >= tokens.len()
        || tokens.is(
            end,
            &["and", "or", "then", ")", ";", "end", "group", "order", "having", "limit", "union", "except", "intersect", "window", "else"],
        );
    if tokens.is(before, &["not"]) && ends {
        return Some((tokens.bytes(before..end), is(false)));
    }
    let summed = tokens.text(before) == "("
        && tokens.text(end) == ")"
        && before.checked_sub(1).is_some_and(|name| tokens.is(name, &["sum", "avg", "total"]) && tokens.call(name).is_some());
    let chosen = tokens.text(before) == "("
        && tokens.text(end) == ","
        && before.checked_sub(1).is_some_and(|name| tokens.is(name, &["iif", "if"]) && tokens.call(name).is_some());
    let condition = tokens.is(before, &["where", "and", "or", "when", "having", "on"]) && ends && !is_between(tokens, before);
    (condition || summed || chosen).then(|| (tokens.bytes(at..end), is(true)))
}

/// The first word that is not stored, of `CASE column WHEN 1 THEN ... END` from token `at` on.
fn chosen_by(tokens: &Tokens<'_>, at: usize, words: &YesNo) -> Option<(Range<usize>, String)> {
    let mut depth = 0usize;
    for place in at..tokens.len() {
        match () {
            () if tokens.is(place, &["case"]) => depth += 1,
            () if tokens.is(place, &["end"]) => depth = depth.checked_sub(1)?,
            () if depth == 0 && tokens.is(place, &["when"]) && tokens.is(place + 2, &["then"]) => {
                if let Some(meant) = meaning(tokens, place + 1, words) {
                    let word = if meant { &words.yes } else { &words.no };
                    return Some((tokens.bytes(place + 1..place + 2), string_literal(word)));
                }
            }
            () => {}
        }
    }
    None
}

/// Whether the literal at token `at` says yes or no, where it is not one of the stored words.
fn meaning(tokens: &Tokens<'_>, at: usize, words: &YesNo) -> Option<bool> {
    let text = match tokens.kind(at)? {
        TokenKind::String => name_of(tokens.text(at)),
        TokenKind::Number => tokens.text(at).to_owned(),
        TokenKind::Word if tokens.is(at, &["true", "false"]) => tokens.text(at).to_owned(),
        _ => return None,
    };
    if tokens.kind(at) == Some(TokenKind::String) && (text == words.yes || text == words.no) {
        return None;
    }
    let text = text.to_lowercase();
    match () {
        () if text == words.yes.to_lowercase() || YES.contains(&text.as_str()) => Some(true),
        () if text == words.no.to_lowercase() || NO.contains(&text.as_str()) => Some(false),
        () => None,
    }
}

/// Whether the AND at token `at` belongs to a BETWEEN.
fn is_between(tokens: &Tokens<'_>, at: usize) -> bool {
    tokens.is(at, &["and"]) && (at.saturating_sub(4)..at).any(|before| tokens.is(before, &["between"]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Table;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(condition: &str, expected: &str) {
        let words = |yes: &str, no: &str| Meaning::Boolean(YesNo { yes: yes.into(), no: no.into() });
        let column = |name: &str, meaning: Meaning| Column { name: name.into(), meaning, ..Column::default() };
        let flag = Column { holds: Holds::Numbers, samples: vec!["0..1".into()], ..column("read", Meaning::Plain) };
        let columns = vec![column("id", Meaning::Plain), column("admin", words("t", "f")), column("Is Paid", words("Y", "N")), flag];
        let schema = Schema { tables: vec![Table { name: "users".into(), columns, ..Table::default() }] };
        let sql = |rest: &str| format!("SELECT id FROM users AS u {rest}");
        check_mended(|sql| mend(sql, &schema), &sql(condition), &sql(expected), "");
    }

    #[test]
    fn yes_and_no_are_asked_for_as_they_are_stored() {
        check("WHERE admin = 1", "WHERE admin = 't'");
        check("WHERE u.admin = TRUE AND id > 3", "WHERE u.admin = 't' AND id > 3");
        check("WHERE admin = 'true'", "WHERE admin = 't'");
        check("WHERE admin <> 'Yes'", "WHERE admin <> 't'");
        check("WHERE admin IS NOT FALSE", "WHERE admin IS NOT 'f'");
        check("WHERE 0 = admin", "WHERE 'f' = admin");
        check("WHERE admin IN (1)", "WHERE admin IN ('t')");
        check("WHERE \"Is Paid\" = 'yes'", "WHERE \"Is Paid\" = 'Y'");
        check("WHERE \"Is Paid\" = 'y'", "WHERE \"Is Paid\" = 'Y'");
    }

    #[test]
    fn words_are_asked_for_as_the_numbers_that_are_stored() {
        check("WHERE read = 'no'", "WHERE read = 0");
        check("WHERE u.read <> 'True'", "WHERE u.read <> 1");
        check("WHERE read IS NOT 'false'", "WHERE read IS NOT 0");
        check("WHERE read IN ('yes', 'y')", "WHERE read IN (1, 1)");
        check("WHERE 't' = read", "WHERE 1 = read");
        for right in ["WHERE read", "WHERE NOT read", "WHERE read = 1", "WHERE read = '1'", "WHERE read = TRUE", "WHERE read = 'maybe'"] {
            check(right, right);
        }
    }

    #[test]
    fn the_column_alone_is_a_condition() {
        check("WHERE admin", "WHERE admin = 't'");
        check("WHERE NOT admin ORDER BY id", "WHERE admin = 'f' ORDER BY id");
        check("WHERE id = 1 AND u.admin", "WHERE id = 1 AND u.admin = 't'");
        check("WHERE (NOT admin OR id = 2)", "WHERE (admin = 'f' OR id = 2)");
        check("GROUP BY id HAVING sum(admin) > 1", "GROUP BY id HAVING sum(admin = 't') > 1");
        check("ORDER BY CASE WHEN admin THEN 1 ELSE 2 END", "ORDER BY CASE WHEN admin = 't' THEN 1 ELSE 2 END");
        check("ORDER BY CASE admin WHEN 1 THEN 2 WHEN 0 THEN 1 END", "ORDER BY CASE admin WHEN 't' THEN 2 WHEN 'f' THEN 1 END");
        check("ORDER BY iif(admin, 1, 2)", "ORDER BY iif(admin = 't', 1, 2)");
    }

    #[test]
    fn what_is_right_stays() {
        for right in
            ["WHERE admin = 't'", "WHERE admin IS NULL", "WHERE id = 1", "WHERE admin = 'maybe'", "GROUP BY admin", "ORDER BY admin"]
        {
            check(right, right);
        }
    }
}
