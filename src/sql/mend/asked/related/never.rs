//! "Which studios never worked with ..." as rows whose director is another: whoever has several rows is left out by none of them. What has
//! such a row is taken away from all.

use crate::schema::{Schema, Table};
use crate::sql::change::{Change, ChangeKind};
use crate::sql::resolve::resolve;
use crate::sql::tokens::{Part, Tokens};
use crate::text::language::{is_english_question, unquoted, words_of};
use crate::text::words::{split_name, stem};

/// Last words of names of columns that say of which row they are.
const OF_A_ROW: [&str; 4] = ["name", "title", "code", "id"];

/// `sql` without those that have a row of the kind, and the change.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let mended = is_english_question(question).then(|| without(sql, schema, &words_of(&unquoted(question)))).flatten();
    match mended {
        Some(to) => {
            let change = Change { kind: ChangeKind::Structure, from: sql.to_owned(), to: to.clone() };
            (to, vec![change])
        }
        None => (sql.to_owned(), Vec::new()),
    }
}

/// What `SELECT a FROM t WHERE b <> 'x'` should have been, where `a` stands in many rows of `t`.
fn without(sql: &str, schema: &Schema, words: &[String]) -> Option<String> {
    let never =
        words.iter().any(|word| word == "never") && !words.iter().any(|word| matches!(word.as_str(), "or" | "only" | "times" | "and"));
    let resolution = resolve(sql, schema).filter(|resolution| never && resolution.scopes.len() == 1)?;
    let scope = resolution.scopes.first()?;
    let [source] = scope.sources.as_slice() else { return None };
    let tokens = Tokens::new(sql);
    let arm = tokens.arm(0).filter(|arm| arm.end == tokens.len() && arm.clauses.len() == 3)?;
    let (items, from, filter) = (arm.clause(Part::Select)?, arm.clause(Part::From)?, arm.clause(Part::Where)?);
    let distinct = tokens.is(items.start + 1, &["distinct"]);
    let shown = items.start + 1 + usize::from(distinct)..items.end;
    // WHERE, a column, the operator and a literal.
    let column = filter.start + 1..tokens.operand_after(filter.start + 1)?;
    let literal = column.end + 1..tokens.operand_after(column.end + 1)?;
    let is_unlike = tokens.is(column.end, &["<>", "!="]) && literal.end == filter.end && literal.len() == 1;
    let [one, other] = resolution.references.as_slice() else { return None };
    let whole = tokens.bytes(shown.clone()) == one.range && tokens.bytes(column.clone()) == other.range;
    if !is_unlike || !whole || !repeats(source.table()?, &one.name.text, words) || tokens.piece(literal.clone()).contains('"') {
        return None;
    }
    let (shown, from) = (tokens.piece(shown), tokens.piece(from));
    Some(format!("SELECT {shown} {from} EXCEPT SELECT {shown} {from} WHERE {} = {}", tokens.piece(column), tokens.piece(literal)))
}

/// Whether the column may stand in several rows, and the question is about its values and not about the rows: it is no key and names none,
/// and no word of the table is in the question.
fn repeats(table: &Table, column: &str, words: &[String]) -> bool {
    let said: Vec<String> = words.iter().map(|word| stem(word)).collect();
    let name = split_name(column);
    let of_a_row = name.last().is_some_and(|last| OF_A_ROW.contains(&last.as_str()));
    let is_key = table.primary_key.iter().any(|key| key.eq_ignore_ascii_case(column));
    let spoken_of = split_name(&table.name).iter().any(|word| said.contains(&stem(word)));
    !of_a_row && !is_key && !spoken_of && name.iter().any(|word| said.contains(&stem(word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Column;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let columns = ["film_id", "title", "studio", "director"].map(|name| Column { name: name.into(), ..Column::default() });
        let table = Table { name: "film".into(), columns: columns.to_vec(), primary_key: vec!["film_id".into()], ..Table::default() };
        let (now, _) = mend(sql, &Schema { tables: vec![table] }, question);
        assert_eq!(now, expected, "{question}");
    }

    #[test]
    fn who_has_such_a_row_is_left_out() {
        let sql = "SELECT DISTINCT studio FROM film AS f WHERE f.director != 'Hill'";
        let right = "SELECT studio FROM film AS f EXCEPT SELECT studio FROM film AS f WHERE f.director = 'Hill'";
        check("Which studios have never worked with the director Hill?", sql, right);
        check("Which studios have worked with another director than Hill?", sql, sql);
        check("Which studios have never made a film with Hill?", sql, sql);
    }

    #[test]
    fn of_rows_nothing_changes() {
        let stays = |sql: &str| check("Which title or studio was never directed by Hill?", sql, sql);
        stays("SELECT title FROM film WHERE director <> 'Hill'");
        stays("SELECT studio FROM film WHERE director = 'Hill'");
        stays("SELECT studio, title FROM film WHERE director <> 'Hill'");
        let stays = |sql: &str| check("Which studios never worked with Hill?", sql, sql);
        stays("SELECT studio FROM film WHERE director <> 'Hill' ORDER BY studio");
        stays("SELECT studio FROM film WHERE director <> 'Hill' AND title <> 'X'");
    }
}
