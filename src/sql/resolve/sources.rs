//! What stands in a FROM: tables, common table expressions, joins. And where a SELECT and its FROM end in the text.

use std::ops::Range;

use sqlparser::ast::{JoinConstraint, JoinOperator, ObjectName, TableAlias};

use super::resolution::{JoinKind, Output, Relation, Source};
use crate::schema::{Schema, Times};
use crate::sql::lex::Token;

/// A common table expression in sight; `None` where its columns are not known.
pub(super) type Cte<'s> = (String, Option<Vec<Output<'s>>>);

/// What `name` means in a FROM, and what its columns count where it is no table of the schema.
pub(super) fn relation<'s>(schema: &'s Schema, name: &ObjectName, ctes: &[Cte<'s>]) -> (Relation<'s>, Vec<Option<&'s Times>>) {
    let parts: Vec<&str> = name.0.iter().filter_map(|part| Some(part.as_ident()?.value.as_str())).collect();
    if let [only] = parts.as_slice()
        && let Some((_, columns)) = ctes.iter().rev().find(|(cte, _)| cte.eq_ignore_ascii_case(only))
    {
        return derived(columns.clone());
    }
    (stored(schema, &parts), Vec::new())
}

/// The table or view that a dotted name means.
fn stored<'s>(schema: &'s Schema, parts: &[&str]) -> Relation<'s> {
    let Some(last) = parts.last() else { return Relation::Unknown };
    if ["sqlite_schema", "sqlite_master", "sqlite_temp_schema", "sqlite_temp_master"].iter().any(|own| own.eq_ignore_ascii_case(last)) {
        return Relation::Derived(["type", "name", "tbl_name", "rootpage", "sql", "rowid"].map(str::to_owned).to_vec());
    }
    let found = match parts {
        [database, name] => schema.table_of(Some(database), name),
        [name] => schema.table(name),
        _ => None,
    };
    match found {
        Some(table) => Relation::Table(table),
        // Table-valued functions without arguments, and SQLite's own tables.
        None if ["pragma_", "sqlite_", "json_"].iter().any(|own| last.to_ascii_lowercase().starts_with(own)) => Relation::Unknown,
        None => Relation::Missing((*last).to_owned()),
    }
}

/// A source that is called `own` where it has no alias.
pub(super) fn source<'s>(
    alias: Option<&TableAlias>,
    own: &str,
    (relation, times): (Relation<'s>, Vec<Option<&'s Times>>),
    name: Option<Range<usize>>,
    join: JoinKind,
) -> Source<'s> {
    let given = alias.map(|alias| alias.name.value.clone());
    Source { aliased: given.is_some(), alias: given.unwrap_or_else(|| own.to_owned()), relation, times, name, join, merged: Vec::new() }
}

/// A subquery as a source.
pub(super) fn derived(columns: Option<Vec<Output<'_>>>) -> (Relation<'_>, Vec<Option<&Times>>) {
    match columns {
        Some(columns) => {
            let (names, times) = columns.into_iter().map(|output| (output.name, output.times)).unzip();
            (Relation::Derived(names), times)
        }
        None => (Relation::Unknown, Vec::new()),
    }
}

/// The names of a relation's columns, where they are known.
pub(super) fn names_of(relation: &Relation<'_>) -> Vec<String> {
    match relation {
        Relation::Table(table) => table.columns.iter().map(|column| column.name.clone()).collect(),
        Relation::Derived(columns) => columns.clone(),
        _ => Vec::new(),
    }
}

/// How an operator joins: its constraint, and the kind of join.
pub(super) fn joined(operator: &JoinOperator) -> (Option<&JoinConstraint>, JoinKind) {
    let (constraint, crossed) = match operator {
        JoinOperator::CrossJoin(constraint) => (Some(constraint), true),
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint) => (Some(constraint), false),
        _ => (None, false),
    };
    let kind = match constraint {
        None | Some(JoinConstraint::None) if crossed => JoinKind::Comma,
        None | Some(JoinConstraint::None) => JoinKind::Bare,
        Some(_) => JoinKind::Conditioned,
    };
    (constraint, kind)
}

/// The bytes of the SELECT that begins at byte `start`, and where its FROM ends.
pub(super) fn extent(sql: &str, tokens: &[Token], start: usize) -> (Range<usize>, Option<usize>) {
    let (mut depth, mut end, mut in_from, mut from_end) = (0usize, start, false, None);
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.range.start >= start) {
        let text = token.text(sql);
        let is = |words: &[&str]| depth == 0 && words.iter().any(|word| word.eq_ignore_ascii_case(text));
        if text == ")" && depth == 0 || text == ";" || is(&["union", "except", "intersect"]) {
            break;
        }
        let before = at.checked_sub(1).and_then(|before| tokens.get(before)).map_or("", |token| token.text(sql));
        let ends_from =
            is(&["where", "group", "having", "order", "limit", "window"]) && before != "." && !before.eq_ignore_ascii_case("as");
        match text {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ if is(&["from"]) && !before.eq_ignore_ascii_case("distinct") => in_from = true,
            _ if in_from && ends_from => in_from = false,
            _ => {}
        }
        end = token.range.end;
        if in_from {
            from_end = Some(end);
        }
    }
    (start..end, from_end)
}
