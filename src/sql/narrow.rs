//! A query with one more condition: the rows that have to do with a stored value. Where the value's table is not read, keys lead to it.

use crate::schema::{Schema, Table, ValueHit};
use crate::sql::edits::replaced;
use crate::sql::json_path::holds;
use crate::sql::quote::{identifier, string_literal, table_name};
use crate::sql::related::{Hop, hops_from};
use crate::sql::resolve::{Clause, Resolution, Scope, resolve};
use crate::sql::tokens::Tokens;

/// Keys on the way from a table that is read to the one with the value: past link tables and dictionaries, no further.
const MOST_STEPS: usize = 3;
/// Ways that are followed at once.
const MOST_WAYS: usize = 512;

/// `sql`, one SELECT, over the rows that have to do with the value of `hit`, and the condition. `None` where it reads several tables by which the
/// value could be meant, says something of the value's column already, or joins what need not be there.
pub fn narrowed(sql: &str, schema: &Schema, hit: &ValueHit) -> Option<(String, String)> {
    let resolution = resolve(sql, schema)?;
    let scope = resolution.scopes.first()?;
    let tokens = Tokens::new(sql);
    // What another SELECT computes would have to be narrowed, too; a list of keys stays what it is.
    let is_list = |at: usize| tokens.before(at) == "(" && at > 1 && tokens.is(at - 2, &["in"]);
    let plain = (1..tokens.len()).all(|at| !tokens.is(at, &["select"]) || is_list(at));
    if !plain || scope.sources.iter().any(|source| source.table().is_none()) {
        return None;
    }
    let arm = tokens.arm(0).filter(|arm| tokens.is(0, &["select"]) && arm.end == tokens.len())?;
    let table =
        schema.tables.iter().find(|table| table.name == hit.table && table.database == hit.database).filter(|_| !tokens.joins_outer())?;
    let condition = condition(&resolution, scope, schema, table, hit)?;
    Some((replaced(sql, [&arm.with_condition(&tokens, &condition)?])?, condition))
}

fn condition(resolution: &Resolution<'_>, scope: &Scope<'_>, schema: &Schema, table: &Table, hit: &ValueHit) -> Option<String> {
    let says = |of: &Table, column: &str, clauses: &[Clause]| {
        resolution.references.iter().any(|reference| {
            let source = resolution.source(reference).and_then(|source| source.table());
            source.is_some_and(|source| std::ptr::eq(source, of))
                && reference.name.text.eq_ignore_ascii_case(column)
                && (clauses.is_empty() || clauses.contains(&reference.clause))
        })
    };
    // Of a document it may say something else.
    if hit.path.is_none() && says(table, &hit.column, &[]) {
        return None;
    }
    let equal = |qualifier: &str| {
        let (column, value) = (format!("{qualifier}{}", identifier(&hit.column)), string_literal(&hit.value));
        hit.path.as_ref().map_or_else(|| format!("{column} = {value}"), |path| holds(&column, path, &value))
    };
    let mut here = scope.sources.iter().filter(|source| source.table().is_some_and(|here| std::ptr::eq(here, table)));
    if let Some(source) = here.next() {
        // The elements of a document have columns of their own, which would hide a name that stands alone.
        let is_plain = scope.sources.len() == 1 && hit.path.as_ref().is_none_or(|path| !path.contains("[]"));
        let alias = if is_plain { String::new() } else { format!("{}.", identifier(&source.alias)) };
        return here.next().is_none().then(|| equal(&alias));
    }
    let sources = scope.sources.iter().filter_map(|source| Some((source, source.table()?)));
    let mut ways: Vec<_> =
        sources.flat_map(|(source, from)| ways(schema, from, table).into_iter().map(move |way| (source, from, way))).collect();
    let shortest = ways.iter().map(|(_, _, way)| way.len()).min()?;
    ways.retain(|(_, _, way)| way.len() == shortest);
    // Two ways mean two things: who sent a letter, and who got it.
    let [(source, from, way)] = ways.as_slice() else { return None };
    let (first, _) = way.first()?.pairs.first()?;
    if says(from, first, &[Clause::Where, Clause::GroupBy, Clause::Having]) {
        return None;
    }
    let alias = if scope.sources.len() == 1 { String::new() } else { format!("{}.", identifier(&source.alias)) };
    Some(format!("{alias}{}", nested(way, &equal(""))?))
}

/// The condition of the first hop's column: a value that it has where the rest of the way ends at `equal`.
fn nested(way: &[Hop<'_>], equal: &str) -> Option<String> {
    let Some((hop, rest)) = way.split_first() else { return Some(equal.to_owned()) };
    let [(own, other)] = hop.pairs.as_slice() else { return None };
    let (key, inner) = (identifier(other), nested(rest, equal)?);
    Some(format!("{} IN (SELECT {key} FROM {} WHERE {inner})", identifier(own), table_name(hop.to)))
}

/// The shortest ways from `from` to `to` along keys of one column, in either direction.
fn ways<'s>(schema: &'s Schema, from: &'s Table, to: &Table) -> Vec<Vec<Hop<'s>>> {
    let mut ways: Vec<Vec<Hop<'s>>> = vec![Vec::new()];
    for _ in 0..MOST_STEPS {
        let longer = |way: Vec<Hop<'s>>| {
            let mut hops = hops_from(schema, way.last().map_or(from, |hop| hop.to));
            hops.retain(|next| next.pairs.len() == 1 && !next.to.is(from) && !way.iter().any(|hop| next.to.is(hop.to)));
            hops.into_iter().map(move |next| way.iter().cloned().chain([next]).collect())
        };
        ways = ways.into_iter().flat_map(longer).take(MOST_WAYS).collect();
        let arrives = |way: &Vec<Hop<'_>>| way.last().is_some_and(|hop| hop.to.is(to));
        if ways.iter().any(arrives) {
            ways.retain(arrives);
            return ways;
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Schema {
        let table = Table::with_keys;
        let tables = vec![
            table("parameter", &["id", "label"], &[]),
            table("site", &["id", "label"], &[]),
            table("sample", &["id", "site_id", "depth"], &[("site_id", "site")]),
            table("result", &["id", "sample_id", "parameter_id", "value"], &[("sample_id", "sample"), ("parameter_id", "parameter")]),
            table("post", &["id", "title"], &[]),
            table("tag", &["id", "label"], &[]),
            table("post_tag", &["id", "post_id", "tag_id"], &[("post_id", "post"), ("tag_id", "tag")]),
            table("person", &["id", "label"], &[]),
            table("letter", &["id", "from_id", "to_id"], &[("from_id", "person"), ("to_id", "person")]),
        ];
        Schema { tables }
    }

    #[track_caller]
    fn check(table: &str, sql: &str, expected: Option<&str>) {
        let hit = ValueHit { table: table.into(), column: "label".into(), value: "X".into(), ..ValueHit::default() };
        assert_eq!(narrowed(sql, &schema(), &hit).map(|(sql, _)| sql).as_deref(), expected);
    }

    #[test]
    fn the_condition_stands_where_the_value_is_or_goes_along_keys() {
        check("site", "SELECT count(*) FROM site", Some("SELECT count(*) FROM site WHERE label = 'X'"));
        check(
            "parameter",
            "SELECT max(value) FROM result ORDER BY 1",
            Some("SELECT max(value) FROM result WHERE parameter_id IN (SELECT id FROM parameter WHERE label = 'X') ORDER BY 1"),
        );
        check(
            "site",
            "SELECT avg(r.value) FROM result r JOIN parameter p ON p.id = r.parameter_id WHERE r.value > 1 OR r.value < 0",
            Some(
                "SELECT avg(r.value) FROM result r JOIN parameter p ON p.id = r.parameter_id WHERE (r.value > 1 OR r.value < 0) AND \
                 r.sample_id IN (SELECT id FROM sample WHERE site_id IN (SELECT id FROM site WHERE label = 'X'))",
            ),
        );
        check(
            "tag",
            "SELECT title FROM post",
            Some(
                "SELECT title FROM post WHERE id IN (SELECT post_id FROM post_tag WHERE tag_id IN (SELECT id FROM tag WHERE label = 'X'))",
            ),
        );
    }

    #[test]
    fn what_has_two_ways_or_says_something_of_it_stays() {
        for (table, sql) in [
            // Who wrote it, or who got it?
            ("person", "SELECT count(*) FROM letter"),
            ("site", "SELECT label FROM site"),
            ("parameter", "SELECT max(value) FROM result WHERE parameter_id = 3"),
            ("parameter", "SELECT parameter_id, max(value) FROM result GROUP BY parameter_id"),
            ("parameter", "SELECT * FROM sample LEFT JOIN result ON result.sample_id = sample.id"),
            ("parameter", "SELECT value FROM result UNION SELECT 1"),
            ("parameter", "SELECT title FROM post"),
            ("parameter", "SELECT value FROM result WHERE value = (SELECT max(value) FROM result)"),
            ("parameter", "SELECT max(v) FROM (SELECT value AS v FROM result)"),
            ("parameter", "SELECT nonsense"),
        ] {
            check(table, sql, None);
        }
    }
}
