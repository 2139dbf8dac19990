//! Rows by what refers to them: "which of these have no orders?", "those with more than 3 orders", "also makers without any".

use super::ground::{Found, Ground};
use super::numbers::compared;
use crate::schema::{ForeignKey, Table};
use crate::sql::follow::Edit;
use crate::sql::quote::{identifier, string_literal, table_name};
use crate::text::words::{split_name, stem};

/// Words before what the rows have.
const LEADS: [&str; 13] = ["which", "who", "what", "of", "those", "these", "them", "the", "ones", "one", "that", "they", "all"];
/// Words that keep what has none, too.
const KEEPS: [&str; 5] = ["include", "including", "add", "with", "show"];

/// Takes rows that have, or have none, of another table's rows.
pub(super) fn read(ground: &Ground<'_>) -> Option<Vec<Edit>> {
    let list = ground.said.list();
    let leads = list.iter().take_while(|word| LEADS.contains(word) || ground.is_subject(word)).count();
    let (has, rest) = match list.get(leads..)? {
        ["do" | "does" | "did", "not" | "n" | "t", "have", rest @ ..] | ["don" | "doesn" | "didn", "t", "have", rest @ ..] => (false, rest),
        ["without", rest @ ..] => (false, rest),
        ["have" | "has" | "had" | "with" | "having" | "got", "no" | "zero", rest @ ..] => (false, rest),
        ["have" | "has" | "had" | "with" | "having" | "got", rest @ ..] => (true, rest),
        _ => return None,
    };
    let (signed, rest) = compared(rest).map_or((None, rest), |(sign, count, rest)| (Some((sign, count)), rest));
    let any = rest.first().is_some_and(|word| ["a", "an", "any", "some"].contains(word));
    let nouns = if any { rest.get(1..)? } else { rest };
    // "With orders" alone may ask to show them.
    let chooses = leads > 0 || ground.said.narrow || !has || any || signed.is_some();
    let outline = &ground.outline;
    let counts = outline.shows_one_row()
        && outline.seats.len() == 1
        && matches!(outline.outputs.as_slice(), [one] if one.text.eq_ignore_ascii_case("count(*)"));
    if !chooses || nouns.is_empty() || outline.limit.is_some() || outline.is_aggregated() && !counts || signed.is_some() && !has {
        return None;
    }
    let subject = ground.subject();
    let table = outline.seats.get(subject)?.table;
    let mut children =
        ground.schema.tables.iter().filter_map(|child| Some((child, only_key(ground, child, table)?, adjectives(child, nouns)?)));
    let Some((child, key, adjectives)) = children.next() else {
        return lacking(ground, nouns, has).filter(|_| signed.is_none() && (any || !has && list.contains(&"no")));
    };
    let known = outline.seats.iter().any(|seat| seat.alias.eq_ignore_ascii_case(&child.name))
        || outline.conditions.iter().any(|condition| condition.text.to_ascii_lowercase().contains(&child.name.to_ascii_lowercase()));
    if known || children.next().is_some() {
        return None;
    }
    let ([own], [foreign]) = (key.columns.as_slice(), key.foreign_columns.as_slice()) else { return None };
    let name = identifier(&child.name);
    let alias = identifier(&outline.seats.get(subject)?.alias);
    let mut condition = format!("{name}.{} = {alias}.{}", identifier(own), identifier(foreign));
    if !adjectives.is_empty() {
        condition = format!("{condition} AND {name}.{}", holds(ground, child, adjectives)?);
    }
    let from = format!("FROM {} WHERE {condition}", table_name(child));
    Some(vec![Edit::Demand(match (has, signed) {
        (_, Some((sign, count))) => format!("(SELECT COUNT(*) {from}) {sign} {count}"),
        (true, None) => format!("EXISTS (SELECT 1 {from})"),
        (false, None) => format!("NOT EXISTS (SELECT 1 {from})"),
    })])
}

/// The one key by which `child` refers to `table`.
fn only_key<'s>(ground: &Ground<'_>, child: &'s Table, table: &Table) -> Option<&'s ForeignKey> {
    if child.is(table) || child.unreadable.is_some() {
        return None;
    }
    let mut keys = child.foreign_keys.iter().filter(|key| {
        key.columns.len() == 1 && key.foreign_columns.len() == 1 && ground.schema.referred(child, key).is_some_and(|to| to.is(table))
    });
    keys.next().filter(|_| keys.next().is_none())
}

/// What stands before the name of `child` in `nouns`, where they end in that.
fn adjectives<'w>(child: &Table, nouns: &'w [&'w str]) -> Option<&'w [&'w str]> {
    let ends = |name: &String| {
        let own: Vec<String> = split_name(name).iter().map(|part| stem(part)).collect();
        let at = nouns.len().checked_sub(own.len())?;
        let (before, last) = nouns.split_at_checked(at)?;
        (!own.is_empty() && last.iter().map(|word| stem(word)).eq(own)).then_some(before)
    };
    std::iter::once(&child.name).chain(&child.called).find_map(ends)
}

/// `status = 'open'` of open orders.
fn holds(ground: &Ground<'_>, child: &Table, words: &[&str]) -> Option<String> {
    let known = ground.values?.named(&words.join(" "));
    let mut own = known.iter().filter(|(table, _, _)| *table == child.name);
    let (_, column, value) = own.next()?;
    own.next().is_none().then(|| format!("{} = {}", identifier(column), string_literal(value)))
}

/// "Those without an email": where the column says nothing.
fn lacking(ground: &Ground<'_>, nouns: &[&str], has: bool) -> Option<Vec<Edit>> {
    let found: Found<'_> = ground.one_named(nouns).filter(|found| found.joins.is_empty() && !found.column.not_null)?;
    let declared = found.column.declared_type.to_ascii_uppercase();
    let text = ["TEXT", "CHAR"].iter().any(|word| declared.contains(word));
    let name = &found.name;
    Some(vec![Edit::Demand(match (has, text) {
        (true, true) => format!("{name} <> ''"),
        (true, false) => format!("{name} IS NOT NULL"),
        (false, true) => format!("({name} IS NULL OR {name} = '')"),
        (false, false) => format!("{name} IS NULL"),
    })])
}

/// "Also makers without any", after a count of their models: makers stay that have none.
pub(super) fn keep_all(ground: &Ground<'_>) -> Option<Vec<Edit>> {
    let list = ground.said.list();
    let outline = &ground.outline;
    let keeps = ground.said.also || ground.said.and || list.first().is_some_and(|first| KEEPS.contains(first));
    let at = list.iter().position(|word| *word == "without").or_else(|| {
        let none = |pair: &[&str]| matches!(pair, ["with" | "have" | "has", "no" | "none" | "zero"]);
        list.windows(2).position(none)
    })?;
    let before = list.get(..at)?.iter().all(|word| KEEPS.contains(word) || LEADS.contains(word) || ground.is_subject(word));
    let [first, second] = outline.seats.as_slice() else { return None };
    let many = ground.many_side()?;
    let (one, kept) = if many == 1 { (0, first) } else { (1, second) };
    let behind =
        list.get(at + 1..)?.iter().all(|word| ["any", "no", "none", "zero", "a", "an", "one"].contains(word) || ground.is_subject(word));
    let of_kept = |places: &[crate::sql::follow::Place]| places.iter().all(|place| place.seat == one);
    let plain = !outline.groups.is_empty()
        && outline.groups.iter().all(|group| !group.inside.is_empty() && of_kept(&group.inside))
        && outline.conditions.iter().all(|condition| !condition.inside.is_empty() && of_kept(&condition.inside))
        && outline.having.is_empty()
        && outline.limit.is_none()
        && !kept.may_lack;
    if !keeps || !before || !behind || !plain {
        return None;
    }
    let child = outline.seats.get(many)?.table;
    let key = only_key(ground, child, kept.table)?;
    let counted = format!("COUNT({})", ground.name(many, key.columns.first()?));
    let again = |text: &str| if text.eq_ignore_ascii_case("count(*)") { counted.clone() } else { text.to_owned() };
    let shown = outline.outputs.iter().map(|output| match &output.alias {
        Some(alias) => format!("{} AS {}", again(&output.text), identifier(alias)),
        None => again(&output.text),
    });
    let mut edits = vec![Edit::KeepAll(one), Edit::Show(shown.collect())];
    if !outline.order.is_empty() {
        edits.push(Edit::Sort(outline.order.iter().map(|sorting| (again(&sorting.term.text), sorting.descending)).collect()));
    }
    Some(edits)
}
