//! What stands under another row of its own table: "which albums are inside Holidays" answered by the row of Holidays itself.

use std::ops::Range;

use crate::schema::{Schema, Table};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::TokenKind;
use crate::sql::quote::{identifier, table_name, unquote};
use crate::sql::related::label;
use crate::sql::resolve::{Clause, Resolution, resolve};
use crate::sql::tokens::Tokens;
use crate::text::language::{is_english_question, words_of};

/// Words for what stands under something.
const INSIDE: [&str; 12] = [
    "inside",
    "within",
    "under",
    "underneath",
    "beneath",
    "below",
    "children",
    "child",
    "subfolders",
    "subcategories",
    "contains",
    "contain",
];
/// Pairs of words for whom somebody answers to.
const UNDER: [(&str, &str); 5] = [("report", "to"), ("reports", "to"), ("managed", "by"), ("work", "for"), ("works", "for")];

/// `sql` with what stands under the row that it names, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let words = words_of(question);
    let pair = |pair: &[String]| matches!(pair, [a, b] if UNDER.iter().any(|(one, other)| a == one && b == other));
    let asked = words.iter().any(|word| INSIDE.contains(&word.as_str())) || words.windows(2).any(pair);
    let resolution = resolve(sql, schema).filter(|resolution| asked && is_english_question(question) && resolution.scopes.len() == 1);
    let edit = resolution.and_then(|resolution| edit(sql, &resolution));
    edited(sql, ChangeKind::Structure, edit.into_iter().collect())
}

fn edit(sql: &str, resolution: &Resolution<'_>) -> Option<(Range<usize>, String)> {
    let tokens = Tokens::new(sql);
    let [source] = resolution.scopes.first()?.sources.as_slice() else { return None };
    let table = source.table()?;
    let (parent, key) = parent(table)?;
    let [name] = label(table)[..] else { return None };
    // What is asked of the row itself is one of its other columns.
    let arm = tokens.arm(0)?;
    let items = arm.items(&tokens)?;
    let is_row = |item: &Range<usize>| {
        let last = tokens.text(item.end - 1);
        last == "*"
            || tokens.is(item.start, &["count"])
            || [name.name.as_str(), key].iter().any(|own| unquote(last).eq_ignore_ascii_case(own))
    };
    if !items.iter().all(is_row) {
        return None;
    }
    // Nothing is said of parents yet, and the one condition is on the name.
    if resolution.references.iter().any(|reference| reference.name.text.eq_ignore_ascii_case(parent)) {
        return None;
    }
    let mut conditions = resolution.references.iter().filter(|reference| reference.clause == Clause::Where);
    let (condition, None) = (conditions.next()?, conditions.next()) else { return None };
    let at = (0..tokens.len()).find(|at| tokens.bytes(*at..at + 1).start == condition.range.start)?;
    let end = tokens.operand_after(at)?;
    let literal = end + 1;
    let is_text = tokens.kind(literal) == Some(TokenKind::String)
        && (tokens.is(end, &["=", "=="]) || tokens.is(end, &["like"]) && !tokens.text(literal).starts_with("'%"));
    let fits = is_text && condition.name.text.eq_ignore_ascii_case(&name.name) && tokens.text(literal + 1) != "||";
    let qualifier = sql.get(condition.range.start..condition.name.range.start).unwrap_or_default();
    let query = format!("SELECT {} FROM {} WHERE {}", identifier(key), table_name(table), tokens.piece(at..literal + 1));
    // In the query inside, the name is the table's own.
    let query = query.replacen(&format!("WHERE {qualifier}"), "WHERE ", 1);
    fits.then(|| (tokens.bytes(at..literal + 1), format!("{qualifier}{} IN ({query})", identifier(parent))))
}

/// The column that refers to a row of the same table, and the one that it refers to.
fn parent(table: &Table) -> Option<(&str, &str)> {
    let mut own = table.foreign_keys.iter().filter(|key| table.is_target_of(table, key));
    let (key, None) = (own.next()?, own.next()) else { return None };
    match (key.columns.as_slice(), key.foreign_columns.as_slice()) {
        ([own], [foreign]) => Some((own, foreign)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::ForeignKey;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, condition: &str, expected: &str) {
        let mut album = Table::named("album", &["id", "title", "parent_id", "year"]);
        album.foreign_keys.push(ForeignKey::declared("parent_id", "album", "id"));
        let schema = Schema { tables: vec![album] };
        let sql = |condition: &str| format!("SELECT a.title FROM album AS a WHERE {condition}");
        check_mended(|sql| mend(sql, &schema, question), &sql(condition), &sql(expected), question);
    }

    #[test]
    fn what_stands_under_it_is_shown() {
        let inside = "Which albums are inside Holidays?";
        check(inside, "title = 'Holidays'", "parent_id IN (SELECT id FROM album WHERE title = 'Holidays')");
        check(inside, "a.title LIKE 'Holi%'", "a.parent_id IN (SELECT id FROM album WHERE title LIKE 'Holi%')");
        check("Who reports to Holidays?", "title = 'Holidays'", "parent_id IN (SELECT id FROM album WHERE title = 'Holidays')");
        for right in ["parent_id = 3 AND title = 'Holidays'", "title = 'Holidays' AND year > 2020", "year > 2020"] {
            check(inside, right, right);
        }
        check("Which album is called Holidays?", "title = 'Holidays'", "title = 'Holidays'");
    }
}
