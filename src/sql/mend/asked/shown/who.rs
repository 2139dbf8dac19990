//! "Who was active last", answered by when that was: what the row is called is shown.

use std::ops::Range;

use crate::schema::{Holds, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::quote::identifier;
use crate::sql::related::{is_opaque, label};
use crate::sql::resolve::resolve;
use crate::sql::tokens::{Part, Tokens};
use crate::text::language::{is_english_question, unquoted, words_of};

/// `sql` with a name in the place of what rows are ordered by, and the change.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let asks = words_of(&unquoted(question)).first().is_some_and(|first| first == "who") && is_english_question(question);
    edited(sql, ChangeKind::Column, asks.then(|| edit(sql, schema)).flatten().into_iter().collect())
}

fn edit(sql: &str, schema: &Schema) -> Option<(Range<usize>, String)> {
    let resolution = resolve(sql, schema)?;
    let [scope] = resolution.scopes.as_slice() else { return None };
    let tokens = Tokens::new(sql);
    let arm = tokens.arm(0).filter(|arm| arm.end >= tokens.len() && arm.clause(Part::GroupBy).is_none() && !tokens.is(1, &["distinct"]))?;
    let order = arm.clause(Part::OrderBy).filter(|_| arm.clause(Part::Limit).is_some())?;
    let items = arm.items(&tokens)?;
    let [item] = items.as_slice() else { return None };
    let bytes = tokens.bytes(item.clone());
    let reference = resolution.references.iter().find(|reference| reference.range == bytes)?;
    // What is shown orders the rows, and is nobody's name.
    let term = order.start + 2..tokens.operand_after(order.start + 2)?;
    tokens.piece(term).eq_ignore_ascii_case(tokens.piece(item.clone())).then_some(())?;
    let source = resolution.source(reference)?;
    let table = source.table()?;
    let column = table.column(&reference.name.text)?;
    let is_moment =
        column.meaning.times().is_some() || column.samples.first().is_some_and(|text| text.starts_with(|c: char| c.is_ascii_digit()));
    (is_moment || is_opaque(column)).then_some(())?;
    let called = label(table);
    let texts =
        !called.is_empty() && called.iter().all(|name| name.holds != Holds::Numbers && !name.name.eq_ignore_ascii_case(&column.name));
    let qualifier = if scope.sources.len() > 1 { format!("{}.", identifier(&source.alias)) } else { String::new() };
    let names: Vec<String> = called.iter().map(|name| format!("{qualifier}{}", identifier(&name.name))).collect();
    texts.then(|| (bytes, names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Table};
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let column =
            |name: &str, holds: Holds, sample: &str| Column { name: name.into(), holds, samples: vec![sample.into()], ..Column::default() };
        let columns = vec![
            column("id", Holds::Numbers, "1..9"),
            column("name", Holds::Texts, "Ann"),
            column("last_activity", Holds::Texts, "2024-03-10 13:07:48"),
            column("city", Holds::Texts, "Rome"),
        ];
        let schema = Schema { tables: vec![Table { name: "users".into(), columns, ..Table::default() }] };
        check_mended(|sql| mend(sql, &schema, question), sql, expected, question);
    }

    #[test]
    fn a_moment_is_nobody() {
        let of = |shown: &str, order: &str| format!("SELECT {shown} FROM users AS u ORDER BY {order} DESC LIMIT 1");
        check("Who was active last?", &of("last_activity", "last_activity"), &of("name", "last_activity"));
        for (question, shown, order) in [
            ("When was somebody active last?", "last_activity", "last_activity"),
            ("Who was active last?", "name", "last_activity"),
            ("Who was active last?", "last_activity", "id"),
            ("Who lives in the last city?", "city", "city"),
        ] {
            check(question, &of(shown, order), &of(shown, order));
        }
    }
}
