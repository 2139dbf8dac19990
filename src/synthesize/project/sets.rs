//! Questions about what two answers have in common, and what they have not.

use super::condition::Condition;
use super::draft::{Desk, Draft};
use super::query::{At, Select};
use super::schema::Column;
use crate::synthesize::words::plural;

/// Kinds of which there are both, or the one without the other.
pub(super) fn kinds(mut desk: Desk<'_>) -> Option<Draft> {
    let table = desk.any_table(|table| table.rows.len() > 10 && table.columns.iter().any(super::grouped::groups))?;
    let at = At::first(table);
    let kind = desk.any_column(table, super::grouped::groups)?;
    let (one, two) = (desk.condition(at, &[kind])?, desk.condition(at, &[kind])?);
    if one.sql == two.sql {
        return None;
    }
    let phrase = desk.phrase(table, kind);
    let kinds = plural(&phrase);
    let side = |condition: &Condition| Select { wheres: vec![condition.sql.clone()], ..Select::from(table, vec![at.column(kind)]) };
    let (left, right) = (desk.sql(&side(&one)), desk.sql(&side(&two)));
    let (first, second) = (desk.described(table, &[one], true, false), desk.described(table, &[two], true, false));
    let (operator, question) = match desk.random.below(3) {
        0 => (
            "INTERSECT",
            desk.pick(&[
                format!("Which {kinds} have both {first} and {second}?"),
                format!("What are the {kinds} of {first} as well as of {second}?"),
                format!("Find the {kinds} shared by {first} and by {second}."),
            ]),
        ),
        1 => (
            "EXCEPT",
            desk.pick(&[
                format!("Which {kinds} have {first} but no {second}?"),
                format!("Find the {kinds} of {first} that are no {phrase} of {second}."),
                format!("What {kinds} do {first} have that {second} do not?"),
            ]),
        ),
        _ => (
            "UNION",
            desk.pick(&[
                format!("Which {kinds} have {first} or {second}?"),
                format!("List the {kinds} of {first} together with those of {second}, each once."),
                format!("Find all {kinds} with {first} or with {second}."),
            ]),
        ),
    };
    desk.draft_of("kinds", question, format!("{left} {operator} {right}"), None, vec![left, right])
}

/// Parents that have children of both sorts, or of the one and not of the other.
pub(super) fn parents(mut desk: Desk<'_>) -> Option<Draft> {
    let tie = desk.any_named_tie().filter(|tie| !tie.ambiguous)?;
    let (parent, child) = (At::first(tie.parent), At::first(tie.child));
    let names = desk.table(tie.parent)?.names();
    let (one, two) = if desk.random.below(3) > 0 {
        let few = |column: &Column| {
            matches!(column.about, super::schema::About::Texts(_) | super::schema::About::Codes(_) | super::schema::About::Flag { .. })
        };
        let column = desk.any_column(tie.child, few)?;
        (desk.condition_on(child, column)?, desk.condition_on(child, column)?)
    } else {
        (desk.condition(child, &[])?, desk.condition(child, &[])?)
    };
    sides(desk, &tie, None, &names, parent, one, two)
}

/// People who took both courses, or the one and not the other.
pub(super) fn across(mut desk: Desk<'_>) -> Option<Draft> {
    let (left, right) = desk.any_bridge()?;
    let names = desk.table(left.parent)?.names();
    let (one, two) = (desk.parent_condition(&right)?, desk.parent_condition(&right)?);
    sides(desk, &left, Some(&right), &names, At::first(left.parent), one, two)
}

fn sides(
    mut desk: Desk<'_>,
    tie: &super::relation::Tie,
    further: Option<&super::relation::Tie>,
    names: &[usize],
    parent: At,
    one: Condition,
    two: Condition,
) -> Option<Draft> {
    if one.sql == two.sql {
        return None;
    }
    let mut statements = Vec::new();
    for condition in [&one, &two] {
        let mut select = Select::from(tie.parent, desk.marks(parent, names));
        desk.join(&mut select, tie)?;
        if let Some(further) = further {
            desk.join(&mut select, further)?;
        }
        select.wheres = vec![condition.sql.clone()];
        statements.push(desk.sql(&select));
    }
    let [left, right] = statements.as_slice() else { return None };
    let (first, second) = (desk.has_children(tie, &[one]).0, desk.has_children(tie, &[two]).0);
    let (_, many) = desk.noun(tie.parent);
    let who = desk.who(tie.parent);
    let verb = tie.back.as_ref().map_or("have", |verb| verb.many.as_str());
    let not = second.strip_prefix(verb).map_or_else(|| format!("not {second}"), |what| format!("{verb} no{}", without_article(what)));
    let list = desk.list(tie.parent, names, true);
    let (operator, question) = if desk.random.once_in(2) {
        (
            "INTERSECT",
            desk.pick(&[
                format!("Which {many} {first} and also {second}?"),
                format!("What are the {list} of the {many} {who} both {first} and {second}?"),
                format!("Find the {many} {who} {first} as well as {second}.", second = second.strip_prefix(verb).unwrap_or(&second).trim()),
            ]),
        )
    } else {
        (
            "EXCEPT",
            desk.pick(&[
                format!("Which {many} {first} but {not}?"),
                format!("What are the {list} of the {many} {who} {first} but {not}?"),
                format!("Find the {many} {who} {first} and {not}."),
            ]),
        )
    };
    desk.draft_of("sides", question, format!("{left} {operator} {right}"), None, vec![left.clone(), right.clone()])
}

/// ` a pet` is ` pet`, behind `no`.
fn without_article(what: &str) -> String {
    let what = what.trim();
    let rest = ["a ", "an ", "at least one "].iter().find_map(|article| what.strip_prefix(article)).unwrap_or(what);
    format!(" {rest}")
}
