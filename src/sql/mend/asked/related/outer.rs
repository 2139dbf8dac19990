//! What has no row of a kind, asked by an inner join and IS NULL, which no row fulfils: the join is made an outer one.

use std::ops::Range;

use crate::schema::Schema;
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::resolve::{Binding, Clause, JoinKind, Reference, Resolution, Source, resolve};
use crate::sql::tokens::{Part, Tokens};
use crate::text::language::{is_english_question, words_of};

/// Words for having none of something; of "don't", the part before the apostrophe.
const NONE: [&str; 14] =
    ["no", "not", "never", "without", "none", "lack", "lacking", "don", "doesn", "didn", "haven", "hasn", "isn", "aren"];

/// `sql` with an outer join, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let none = words_of(question).iter().any(|word| NONE.contains(&word.as_str()));
    let resolution = resolve(sql, schema).filter(|_| none && is_english_question(question));
    let edit = resolution.and_then(|resolution| edit(sql, &resolution));
    edited(sql, ChangeKind::Join, edit.into_iter().collect())
}

fn edit(sql: &str, resolution: &Resolution<'_>) -> Option<(Range<usize>, String)> {
    let tokens = Tokens::new(sql);
    let arm = tokens.arm(0).filter(|_| tokens.is(0, &["select"]))?;
    let (from, condition) = (arm.clause(Part::From)?, arm.clause(Part::Where)?);
    let scope = resolution.scopes.first()?;
    // What other joins make of the rows is not for a rule to say.
    let plain = scope.sources.iter().skip(1).all(|source| source.join == JoinKind::Conditioned && source.merged.is_empty());
    if !plain || (from.start..from.end).any(|at| tokens.is(at, &["left", "right", "full", "outer", "cross", "natural"])) {
        return None;
    }
    let conditions = tokens.split(condition.start + 1..condition.end, "and");
    let absent = conditions.iter().find_map(|range| absent(&tokens, range.clone(), resolution))?;
    let Binding::Column { scope: 0, source } = absent.binding else { return None };
    let table = scope.sources.get(source)?.table()?;
    if table.column(&absent.name.text)?.has_null {
        return None;
    }
    // Of its rows, made up as they are, nothing else may be demanded or shown.
    let named = |reference: &&Reference| reference.binding == absent.binding && !matches!(reference.clause, Clause::On(_));
    if resolution.references.iter().filter(named).any(|reference| reference.range != absent.range) || scope.sources.len() > 2 && source == 0
    {
        return None;
    }
    let join = match source {
        0 => (scope.sources.len() == 2).then(|| (from.start..from.end).find(|at| tokens.is(*at, &["join"])))??,
        // The last one: what is joined to it would be made up, too.
        _ if source + 1 == scope.sources.len() => join_of(&tokens, from.clone(), scope.sources.get(source)?)?,
        _ => return None,
    };
    let start = if tokens.is(join - 1, &["inner"]) { join - 1 } else { join };
    Some((tokens.bytes(start..join + 1), if source == 0 { "RIGHT JOIN" } else { "LEFT JOIN" }.to_owned()))
}

/// The column of `column IS NULL`.
fn absent<'r>(tokens: &Tokens<'_>, range: Range<usize>, resolution: &'r Resolution<'_>) -> Option<&'r Reference> {
    let end = tokens.operand_after(range.start)?;
    let is_null = range.end == end + 2 && tokens.is(end, &["is"]) && tokens.is(end + 1, &["null"])
        || range.end == end + 1 && tokens.is(end, &["isnull"]);
    let bytes = tokens.bytes(range.start..end);
    resolution.references.iter().find(|reference| reference.scope == 0 && reference.range == bytes).filter(|_| is_null)
}

/// The JOIN before the table of `source`.
fn join_of(tokens: &Tokens<'_>, from: Range<usize>, source: &Source<'_>) -> Option<usize> {
    let name = source.name.clone()?;
    let at = from.clone().find(|at| tokens.bytes(*at..*at + 1).start == name.start)?;
    at.checked_sub(1).filter(|join| tokens.is(*join, &["join"]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Table};
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, rest: &str, expected: &str) {
        let column = |name: &&str| Column { name: (*name).into(), has_null: *name == "note", ..Column::default() };
        let table =
            |name: &str, columns: &[&str]| Table { name: name.into(), columns: columns.iter().map(column).collect(), ..Table::default() };
        let tables = vec![table("dept", &["id", "name", "note"]), table("emp", &["id", "dept_id", "job", "note"])];
        let of = |rest: &str| format!("SELECT d.name FROM {rest}");
        let schema = Schema { tables };
        check_mended(|sql| mend(sql, &schema, question), &of(rest), &of(expected), question);
    }

    #[test]
    fn what_has_none_is_found_by_an_outer_join() {
        let question = "Which departments have no employees?";
        let of = |join: &str| format!("dept AS d {join} emp AS e ON d.id = e.dept_id WHERE e.id IS NULL");
        check(question, &of("JOIN"), &of("LEFT JOIN"));
        check(question, &of("INNER JOIN"), &of("LEFT JOIN"));
        check(question, &of("LEFT JOIN"), &of("LEFT JOIN"));
        let turned = |join: &str| format!("emp AS e {join} dept AS d ON d.id = e.dept_id WHERE e.job IS NULL AND d.name <> 'x'");
        check(question, &turned("JOIN"), &turned("RIGHT JOIN"));
    }

    #[test]
    fn what_may_be_null_stays() {
        let stays = |question: &str, rest: &str| check(question, rest, rest);
        let of = |condition: &str| format!("dept AS d JOIN emp AS e ON d.id = e.dept_id WHERE {condition}");
        stays("Which departments have employees without a note?", &of("e.note IS NULL"));
        stays("Which departments have employees?", &of("e.id IS NULL"));
        stays("Which departments have no employees?", &of("e.id IS NULL AND e.job = 'x'"));
        stays("Which departments have no employees?", &of("e.id IS NULL OR d.id = 3"));
    }
}
