//! What to tell a model about SQLite's message, or a person: where a name that was misplaced really is.

use std::collections::VecDeque;

use crate::schema::{ForeignKey, Schema, Table};
use crate::sql::qualify::sources;
use crate::sql::quote::{identifier, table_name};
use crate::text::words::{edits_allowed, edits_within};

/// Tables named in one piece of advice; more would say nothing.
const MOST_TABLES: usize = 6;
/// Columns named in one piece of advice.
const MOST_COLUMNS: usize = 30;
/// Joins in one piece of advice.
const MOST_STEPS: usize = 3;

/// Sentences about the name that `message` complains of, where the schema has something to say about it: where the column is, and by
/// which keys it is reached from the tables in `sql`.
pub(super) fn advice(sql: &str, message: &str, schema: &Schema) -> Option<String> {
    let after = |start: &str| message.strip_prefix(start).map(|rest| rest.trim_matches(|c: char| c == '"' || c.is_whitespace()));
    if let Some(column) = after("no such column: ") {
        return about_column(sql, column, schema);
    }
    let table = after("no such table: ")?;
    nearest(table, schema.tables.iter().map(|table| table.name.as_str()))
        .map(|name| format!("There is no table {table}; there is {}.", identifier(name)))
}

/// The same as a hint for a person whose `sql` it is; also which name needs quotes, where the grammar stumbles over one.
pub fn name_hint(sql: &str, message: &str, schema: &Schema) -> Option<String> {
    if let Some(said) = advice(sql, message, schema) {
        let said = said.trim_end_matches('.');
        let lower = ["There is no table ", "No table has "].iter().find(|start| said.starts_with(*start));
        return Some(lower.map_or_else(|| said.to_owned(), |start| start.to_lowercase() + said.get(start.len()..).unwrap_or_default()));
    }
    if let Some(wanted) = message.strip_prefix("no such column: ").map(|name| name.rsplit_once('.').map_or(name, |(_, name)| name)) {
        let all = schema.tables.iter().flat_map(|table| table.columns.iter().map(|column| column.name.as_str()));
        return misspelt(wanted, all).map(|name| format!("no table has a column {wanted}; there is {}", identifier(name)));
    }
    if let Some(wanted) = message.strip_prefix("no such table: ") {
        let all = schema.tables.iter().map(|table| table.name.as_str());
        return misspelt(wanted, all).map(|name| format!("there is no table {wanted}; there is {}", identifier(name)));
    }
    let near = message.strip_prefix("near \"")?.strip_suffix("\": syntax error")?;
    let names = schema.tables.iter().flat_map(|table| std::iter::once(&table.name).chain(table.columns.iter().map(|column| &column.name)));
    names.filter(|name| is_bare_in(sql, name) && name.to_lowercase().contains(&near.to_lowercase())).find_map(|name| {
        let quoted = identifier(name);
        (quoted != *name).then(|| format!("a name like that needs double quotes: {quoted}"))
    })
}

/// The name that `wanted` is a slip or two away from.
fn misspelt<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    let most = edits_allowed(wanted.chars().count()).max(1);
    let slips = |name: &'a str| edits_within(&wanted, &name.to_lowercase(), most).map(|slips| (slips, name));
    names.filter(|name| name.chars().count() > 2).filter_map(slips).min_by_key(|(slips, _)| *slips).map(|(_, name)| name)
}

/// Whether `name` stands in `sql` without quotes around it.
fn is_bare_in(sql: &str, name: &str) -> bool {
    let (sql, name) = (sql.to_lowercase(), name.to_lowercase());
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '"' | '`' | '\'' | '[' | ']');
    !name.is_empty()
        && sql.match_indices(&name).any(|(at, _)| {
            let (before, behind) = (sql.get(..at).unwrap_or_default(), sql.get(at + name.len()..).unwrap_or_default());
            !before.ends_with(inside) && !behind.starts_with(inside)
        })
}

fn about_column(sql: &str, column: &str, schema: &Schema) -> Option<String> {
    let (qualifier, name) = column.split_once('.').map_or((None, column), |(qualifier, name)| (Some(qualifier), name));
    let owners: Vec<&Table> = schema.tables.iter().filter(|table| table.column(name).is_some()).collect();
    if owners.is_empty() {
        let all = schema.tables.iter().flat_map(|table| table.columns.iter().map(|column| column.name.as_str()));
        return nearest(name, all).map(|other| format!("No table has a column {name}; there is {}.", identifier(other)));
    }
    if owners.len() > MOST_TABLES {
        return None;
    }
    let sources = sources(sql, schema);
    let meant = sources.iter().find(|source| qualifier.is_some_and(|qualifier| source.alias.eq_ignore_ascii_case(qualifier)));
    let mut out = String::new();
    if let Some(source) = meant {
        let columns: Vec<String> = source.table.columns.iter().take(MOST_COLUMNS).map(|column| identifier(&column.name)).collect();
        out.push_str(&format!("{} has only these columns: {}. ", table_name(source.table), columns.join(", ")));
    }
    let names: Vec<String> = owners.iter().map(|table| table_name(table)).collect();
    out.push_str(&format!("{} is a column of {}.", identifier(name), names.join(" and of ")));
    let from = meant.map(|source| source.table).or_else(|| sources.first().map(|source| source.table));
    let path = from.and_then(|from| owners.iter().filter_map(|owner| path(schema, from, owner)).min_by_key(Vec::len));
    if let Some(path) = path.filter(|path| !path.is_empty()) {
        out.push_str(&format!(" To reach it: {}.", path.join(", then ")));
    }
    Some(out)
}

/// The shortest way from one table to another over foreign keys, as words.
fn path(schema: &Schema, from: &Table, to: &Table) -> Option<Vec<String>> {
    let mut queue = VecDeque::from([(from, Vec::new())]);
    let mut seen = vec![from];
    while let Some((at, steps)) = queue.pop_front() {
        if at.is(to) {
            return Some(steps);
        }
        if steps.len() == MOST_STEPS {
            continue;
        }
        let out = at.foreign_keys.iter().filter_map(|key| Some((schema.referred(at, key)?, condition(at, key))));
        let back = schema.tables.iter().flat_map(|table| {
            table.foreign_keys.iter().filter(|key| at.is_target_of(table, key)).map(move |key| (table, condition(table, key)))
        });
        for (next, condition) in out.chain(back) {
            if !seen.iter().any(|other| other.is(next)) {
                seen.push(next);
                let mut steps = steps.clone();
                steps.push(format!("join {} on {condition}", table_name(next)));
                queue.push_back((next, steps));
            }
        }
    }
    None
}

fn condition(owner: &Table, key: &ForeignKey) -> String {
    let pairs = key.columns.iter().zip(&key.foreign_columns).map(|(own, foreign)| {
        format!("{}.{} = {}.{}", identifier(&owner.name), identifier(own), identifier(&key.foreign_table), identifier(foreign))
    });
    pairs.collect::<Vec<_>>().join(" AND ")
}

/// The name most like `wanted`, where one is alike at all.
fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    names
        .map(|name| (likeness(&wanted, &name.to_lowercase()), name))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness > 0.4)
        .map(|(_, name)| name)
}

/// Shared pairs of neighbouring letters, 0 to 1 (Dice's coefficient).
fn likeness(a: &str, b: &str) -> f64 {
    let pairs = |text: &str| text.chars().zip(text.chars().skip(1)).collect::<Vec<_>>();
    let (a, mut b) = (pairs(a), pairs(b));
    let total = a.len() + b.len();
    let mut shared = 0;
    for pair in a {
        if let Some(at) = b.iter().position(|other| *other == pair) {
            b.swap_remove(at);
            shared += 1;
        }
    }
    2.0 * f64::from(shared) / total.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Column;

    #[track_caller]
    fn check(sql: &str, message: &str, expected: Option<&str>) {
        let table = |name: &str, columns: &[&str], foreign: &[(&str, &str)]| Table {
            name: name.into(),
            columns: columns.iter().map(|name| Column { name: (*name).into(), ..Column::default() }).collect(),
            foreign_keys: foreign.iter().map(|(column, table)| ForeignKey::declared(column, table, "id")).collect(),
            ..Table::default()
        };
        let schema = Schema {
            tables: vec![
                table("invoice", &["id", "total"], &[]),
                table("invoice line", &["invoice_id", "track_id", "unit_price"], &[("invoice_id", "invoice"), ("track_id", "track")]),
                table("track", &["id", "genre"], &[]),
            ],
        };
        assert_eq!(advice(sql, message, &schema).as_deref(), expected);
    }

    #[test]
    fn misplaced_names_are_told_where_they_are_and_how_to_get_there() {
        check(
            "SELECT T2.unit_price FROM invoice AS T2",
            "no such column: T2.unit_price",
            Some(
                "invoice has only these columns: id, total. unit_price is a column of \"invoice line\". \
                 To reach it: join \"invoice line\" on \"invoice line\".invoice_id = invoice.id.",
            ),
        );
        check(
            "SELECT genre FROM invoice",
            "no such column: genre",
            Some(
                "genre is a column of track. To reach it: join \"invoice line\" on \"invoice line\".invoice_id = invoice.id, \
                 then join track on \"invoice line\".track_id = track.id.",
            ),
        );
        check("SELECT 1", "no such column: unit_prise", Some("No table has a column unit_prise; there is unit_price."));
        check("SELECT 1", "no such column: zzz", None);
        check("SELECT 1", "no such table: invoices", Some("There is no table invoices; there is invoice."));
        check("SELECT 1", "near \"FROM\": syntax error", None);
    }

    #[track_caller]
    fn check_hint(sql: &str, message: &str, expected: Option<&str>) {
        let schema = Schema { tables: vec![Table::named("order", &["id", "group by"]), Table::named("my table", &["100%", "to"])] };
        assert_eq!(name_hint(sql, message, &schema).as_deref(), expected, "{sql}");
    }

    #[test]
    fn a_person_is_told_which_name_was_meant_and_which_needs_quotes() {
        let quotes = |name: &str| format!("a name like that needs double quotes: {name}");
        check_hint("SELECT * FROM order", "near \"order\": syntax error", Some(&quotes("\"order\"")));
        check_hint("SELECT * FROM My Table", "near \"Table\": syntax error", Some(&quotes("\"my table\"")));
        check_hint("SELECT 100% FROM \"my table\"", "near \"FROM\": syntax error", None);
        check_hint("SELECT to FROM \"my table\"", "near \"to\": syntax error", Some(&quotes("\"to\"")));
        check_hint("SELECT group by FROM \"order\"", "near \"group\": syntax error", Some(&quotes("\"group by\"")));
        check_hint("SELECT id FROM \"order\" order id", "near \"id\": syntax error", None);
        check_hint("SELECT id,, FROM \"order\"", "near \",\": syntax error", None);
        check_hint("SELECT * FROM \"my tabel\"", "no such table: my tabel", Some("there is no table my tabel; there is \"my table\""));
        check_hint("SELECT idd FROM \"order\"", "no such column: idd", Some("no table has a column idd; there is id"));
        check_hint("SELECT ids FROM \"order\"", "no such column: zzz", None);
        check_hint("SELECT 100 FROM \"order\"", "no such column: o.10%", Some("no table has a column 10%; there is \"100%\""));
        check_hint("SELECT 1 FROM oredr", "no such table: oredr", Some("there is no table oredr; there is \"order\""));
    }
}
