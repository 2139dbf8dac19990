//! "For each city", where rows are grouped by something else: by `city_population`, which is a number of the city, or shown by a column of
//! another table that is called like the one they are grouped by, or by a column where a value inside of JSON documents is called so.

use std::ops::Range;

use crate::schema::{Column, Holds, Schema, Table};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::quote::{identifier, string_literal};
use crate::sql::resolve::{Binding, Clause, Reference, Resolution, Source, resolve};
use crate::text::language::{is_english_question, unquoted, words_of};
use crate::text::words::{is_function_word, split_name, stem};

/// Words behind which it stands what something is asked of.
const EACH: [&str; 2] = ["each", "every"];
/// Words of one name.
const MOST_WORDS: usize = 3;

/// `sql` grouped by what the question says, or showing what it is grouped by, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let asked: Vec<String> = each(question).iter().map(|word| stem(word)).collect();
    let resolution = resolve(sql, schema).filter(|_| !asked.is_empty() && is_english_question(question));
    let edits = resolution.and_then(|resolution| {
        of_measure(&resolution, &asked).or_else(|| of_namesake(&resolution, &asked)).or_else(|| of_leaf(sql, &resolution, &asked))
    });
    edited(sql, ChangeKind::Column, edits.unwrap_or_default())
}

/// The words behind "each", up to one that goes on with something else; empty where there is none.
pub(crate) fn each(question: &str) -> Vec<String> {
    let words = words_of(&unquoted(question));
    // "The shows per day for each cinema": what "per" is said of may be part of a name.
    let each = words.iter().position(|word| EACH.contains(&word.as_str()));
    let Some(at) = each.or_else(|| words.iter().position(|word| word == "per")) else { return Vec::new() };
    let behind = words.iter().skip(at + 1).take_while(|word| !is_function_word(word)).take(MOST_WORDS);
    behind.cloned().collect()
}

/// The one term of the outermost GROUP BY, and all that the statement names of the same column.
fn group<'r, 's>(resolution: &'r Resolution<'s>) -> Option<(&'r Reference, &'s Table, &'s Column)> {
    let mut grouped = resolution.references.iter().filter(|reference| reference.scope == 0 && reference.clause == Clause::GroupBy);
    let (term, None) = (grouped.next()?, grouped.next()) else { return None };
    let table = resolution.source(term)?.table()?;
    Some((term, table, table.column(&term.name.text)?))
}

/// Groups by a number of the thing, whose name begins as that of the thing: by the only text that is called so.
fn of_measure(resolution: &Resolution<'_>, asked: &[String]) -> Option<Vec<(Range<usize>, String)>> {
    let (term, table, column) = group(resolution)?;
    let thing = asked.first()?;
    let words: Vec<String> = split_name(&column.name).iter().map(|word| stem(word)).collect();
    let is_key = table.primary_key.iter().any(|key| key.eq_ignore_ascii_case(&column.name));
    let referring = table.foreign_keys.iter().any(|key| key.columns.iter().any(|own| own.eq_ignore_ascii_case(&column.name)));
    let plain = matches!(
        words.last().map(String::as_str),
        Some("id" | "code" | "no" | "nr" | "num" | "idx" | "nbr" | "ref" | "number" | "key" | "name")
    );
    if column.holds != Holds::Numbers || is_key || referring || plain || words.len() < 2 || words.first() != Some(thing) {
        return None;
    }
    if words.last().is_some_and(|last| asked.contains(last)) {
        return None;
    }
    let called =
        |column: &&Column| column.holds == Holds::Texts && split_name(&column.name).last().is_some_and(|last| stem(last) == *thing);
    let mut called = table.columns.iter().filter(called);
    let (meant, None) = (called.next()?, called.next()) else { return None };
    let same = |reference: &&Reference| reference.binding == term.binding && reference.name.text.eq_ignore_ascii_case(&column.name);
    let edits = resolution.references.iter().filter(same).map(|reference| (reference.name.range.clone(), identifier(&meant.name)));
    let mut edits: Vec<(Range<usize>, String)> = edits.collect();
    edits.sort_by_key(|(range, _)| range.start);
    Some(edits)
}

/// `SELECT a.title ... GROUP BY b.title`: the question says of which of the two.
fn of_namesake(resolution: &Resolution<'_>, asked: &[String]) -> Option<Vec<(Range<usize>, String)>> {
    let (term, table, column) = group(resolution)?;
    let namesake = |reference: &&Reference| {
        reference.scope == 0
            && reference.clause == Clause::Select
            && reference.binding != term.binding
            && reference.name.text.eq_ignore_ascii_case(&column.name)
            && matches!(reference.binding, Binding::Column { scope: 0, .. })
    };
    let mut shown = resolution.references.iter().filter(namesake);
    let (shown, None) = (shown.next()?, shown.next()) else { return None };
    let other = resolution.source(shown)?.table()?;
    // What joins the two says which row of the other table there is.
    let is = |at: &usize, reference: &Reference| {
        resolution.references.get(*at).is_some_and(|at| at.binding == reference.binding && at.name.text.eq_ignore_ascii_case(&column.name))
    };
    let equal = resolution.equated.iter().any(|(a, b)| is(a, term) || is(b, term) || is(a, shown) || is(b, shown));
    let says = |table: &Table| split_name(&table.name).iter().any(|word| asked.contains(&stem(word)));
    if equal || std::ptr::eq(table, other) {
        return None;
    }
    match (says(table), says(other)) {
        (true, false) => Some(vec![(shown.range.clone(), qualified(resolution, term, &column.name)?)]),
        (false, true) => Some(vec![(term.range.clone(), qualified(resolution, shown, &column.name)?)]),
        _ => None,
    }
}

/// "Per app", where `app` is a key of the JSON documents of a table that is read, and no column or table is called so.
fn of_leaf(sql: &str, resolution: &Resolution<'_>, asked: &[String]) -> Option<Vec<(Range<usize>, String)>> {
    let (term, table, column) = group(resolution)?;
    let [thing] = asked else { return None };
    let is_called = |name: &str| split_name(name).iter().any(|word| stem(word) == *thing);
    let sources = || resolution.scopes.iter().flat_map(|scope| &scope.sources);
    let tables = || sources().filter_map(|source| Some((source, source.table()?)));
    let is_there = tables().any(|(_, table)| is_called(&table.name) || table.columns.iter().any(|column| is_called(&column.name)));
    let plain = !is_called(&column.name) && !table.called.iter().chain(&column.called).any(|word| is_called(word));
    if is_there || !plain || resolution.scopes.len() != 1 {
        return None;
    }
    let value = leaf(&tables().collect::<Vec<_>>(), thing)?;
    let same = |reference: &&Reference| {
        reference.binding == term.binding && reference.name.text.eq_ignore_ascii_case(&column.name) && reference.clause != Clause::Where
    };
    // In a call or a condition of a join it may be anything.
    let is_bare = |reference: &Reference| {
        let before = sql.get(..reference.range.start).unwrap_or_default().trim_end().to_lowercase();
        let is_taken_apart = sql.get(reference.range.end..).unwrap_or_default().trim_start().starts_with("->");
        !is_taken_apart && (before.ends_with("select") || before.ends_with("by") || before.ends_with(','))
    };
    let edits: Option<Vec<_>> = resolution
        .references
        .iter()
        .filter(same)
        .map(|reference| is_bare(reference).then(|| (reference.range.clone(), value.clone())))
        .collect();
    let mut edits = edits?;
    edits.sort_by_key(|(range, _)| range.start);
    Some(edits)
}

/// The only value inside of the JSON documents of `tables` whose key has the stem `thing`, as SQL.
pub(super) fn leaf(tables: &[(&Source<'_>, &Table)], thing: &str) -> Option<String> {
    let columns = tables.iter().flat_map(|(source, table)| table.columns.iter().map(move |column| (source, column)));
    let mut leaves = columns.filter_map(|(source, column)| Some((source, column, column.leaf(|key| stem(&key.to_lowercase()) == thing)?)));
    let ((source, column, path), None) = (leaves.next()?, leaves.next()) else { return None };
    Some(format!("json_extract({}.{}, {})", identifier(&source.alias), identifier(&column.name), string_literal(path)))
}

/// A column as it is written of the source of `reference`.
fn qualified(resolution: &Resolution<'_>, reference: &Reference, column: &str) -> Option<String> {
    Some(format!("{}.{}", identifier(&resolution.source(reference)?.alias), identifier(column)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Json, Meaning};
    use crate::sql::mend::check_mended;

    fn schema() -> Schema {
        let column = |name: &str| Column {
            name: name.into(),
            holds: if name.ends_with("population") || name.ends_with("id") { Holds::Numbers } else { Holds::Texts },
            ..Column::default()
        };
        let table = |name: &str, columns: &[&str]| Table {
            name: name.into(),
            columns: columns.iter().map(|name| column(name)).collect(),
            primary_key: vec![columns.first().copied().unwrap_or_default().into()],
            ..Table::default()
        };
        let mut event = table("event", &["id", "bucket_id", "data"]);
        let json = Json { paths: vec!["$.app".into(), "$.title".into()] };
        event.columns[2].meaning = Meaning::Json(json);
        Schema {
            tables: vec![
                table("district", &["district_id", "headquartered_city", "city_population", "district_name"]),
                table("shop", &["shop_id", "district_id", "name"]),
                table("rss_item", &["item_id", "title", "feed_id"]),
                table("rss_feed", &["feed_id", "title"]),
                table("bucket", &["id", "hostname"]),
                event,
            ],
        }
    }

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        check_mended(|sql| mend(sql, &schema(), question), sql, expected, question);
    }

    #[test]
    fn groups_are_what_each_is_said_of() {
        let of = |by: &str| {
            format!("SELECT d.{by}, count(*) FROM shop AS s JOIN district AS d ON s.district_id = d.district_id GROUP BY d.{by}")
        };
        check("Find the number of shops in each city.", &of("city_population"), &of("headquartered_city"));
        check("Find the number of shops for each city population.", &of("city_population"), &of("city_population"));
        check("Find the number of shops in each district.", &of("city_population"), &of("city_population"));
        check("Find the number of shops in each city.", &of("headquartered_city"), &of("headquartered_city"));
        let of = |shown: &str, by: &str| {
            format!("SELECT {shown}.title, count(*) FROM rss_item AS i JOIN rss_feed AS f ON i.feed_id = f.feed_id GROUP BY {by}.title")
        };
        check("How many items has each feed?", &of("i", "f"), &of("f", "f"));
        check("How many items has each feed?", &of("f", "i"), &of("f", "f"));
        check("How many titles are there?", &of("f", "i"), &of("f", "i"));
        check("How many items has each feed?", &of("f", "f"), &of("f", "f"));
    }

    #[test]
    fn a_value_of_documents_is_what_each_is_said_of() {
        let of = |by: &str| format!("SELECT {by}, count(*) FROM event AS e JOIN bucket AS b ON e.bucket_id = b.id GROUP BY {by}");
        check("How many events are there per app?", &of("b.hostname"), &of("json_extract(e.data, '$.app')"));
        let apart = "SELECT data ->> '$.app', count(*) FROM event GROUP BY data ->> '$.app'";
        check("How many events are there per app?", apart, apart);
        for question in ["How many events are there per bucket?", "How many events are there per host?", "How many events per window?"] {
            check(question, &of("b.hostname"), &of("b.hostname"));
        }
    }
}
