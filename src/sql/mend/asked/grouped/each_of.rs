//! "The average temperature per river", where one number of all is computed, or one of a river that nobody asked for: rows are grouped by what
//! "each" is said of. Keys lead to it where the query does not read it.

use std::ops::Range;

use super::group_name::{each, leaf};
use crate::schema::{Column, Holds, Schema, Table};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::TokenKind;
use crate::sql::quote::{identifier, table_name, unquote};
use crate::sql::related::{Hop, hops_from, label, row_word};
use crate::sql::resolve::{Clause, Resolution, Source, resolve};
use crate::sql::shape::AGGREGATES;
use crate::sql::tokens::{Arm, Part, Tokens};
use crate::text::language::{is_english_question, unquoted, words_of};
use crate::text::words::{is_function_word, split_name, stem};

/// Letters of a name that is cut short.
const SHORT: usize = 4;
/// Letters of a word that is cut short: a notebook is no note.
const LONG: usize = 10;
/// Keys on the way to what "each" is said of.
const MOST_STEPS: usize = 3;
/// Words with which a question begins that asks for several numbers with "by".
const NUMBERS: [&str; 12] =
    ["number", "count", "total", "sum", "average", "mean", "how", "revenue", "sales", "amount", "minimum", "maximum"];
/// Words of sentences, behind which "by" says who did it.
const FINITE: [&str; 12] = ["is", "are", "was", "were", "been", "be", "there", "did", "do", "does", "has", "have"];
/// Words behind which "per" is a part of one number: "the average number of items per receipt".
const OF_ONE: [&str; 4] = ["number", "amount", "many", "count"];

/// `sql` grouped by what `question` asks for each of, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let thing = asked(question).filter(|_| is_english_question(question));
    let edits = thing.and_then(|thing| edits(sql, schema, &resolve(sql, schema)?, &thing, question));
    edited(sql, ChangeKind::Structure, edits.unwrap_or_default())
}

/// The stem of what the question asks for each of.
fn asked(question: &str) -> Option<String> {
    let words = words_of(&unquoted(question));
    let says = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let each = each(question);
    if let Some(last) = each.last() {
        let one = says(&["average", "mean", "avg"]) && (says(&OF_ONE) || words.windows(2).any(|pair| pair == ["on", "average"]));
        return (!one).then(|| stem(last));
    }
    // "How many were written by customers" says who wrote them.
    if says(&FINITE) {
        return None;
    }
    let at =
        words.iter().rposition(|word| word == "by").filter(|_| words.first().is_some_and(|first| NUMBERS.contains(&first.as_str())))?;
    let behind: Vec<&String> = words.iter().skip(at + 1).collect();
    let ([thing] | [_, thing]) = behind.as_slice() else { return None };
    (!is_function_word(thing)).then(|| stem(thing))
}

/// What rows are grouped by.
struct Group {
    /// Shown.
    shown: String,
    by: String,
    /// Joins that lead to it, and whether names have to be qualified beside it.
    joins: String,
}

fn edits(sql: &str, schema: &Schema, resolution: &Resolution<'_>, thing: &str, question: &str) -> Option<Vec<(Range<usize>, String)>> {
    let [scope] = resolution.scopes.as_slice() else { return None };
    let tokens = Tokens::new(sql);
    let arm = tokens.arm(0).filter(|arm| arm.end >= tokens.len() && tokens.is(0, &["select"]))?;
    let plain = [Part::GroupBy, Part::Having, Part::OrderBy, Part::Limit].into_iter().all(|part| arm.clause(part).is_none());
    let items = arm.items(&tokens).filter(|_| plain && !tokens.is(1, &["distinct"]))?;
    let is_aggregate = |item: &Range<usize>| {
        let end = tokens.find(item.clone(), &["as"]).unwrap_or(item.end);
        tokens.is(item.start, &AGGREGATES) && tokens.call(item.start).is_some_and(|call| call.close + 1 == end)
    };
    if !items.iter().all(is_aggregate) {
        return None;
    }
    // "The most steps per day" is one number of all days.
    let is_period = ["day", "week", "month", "year", "hour"].contains(&thing);
    if is_period && items.iter().any(|item| tokens.is(item.start, &["max", "min"])) {
        return None;
    }
    let mut edits = Vec::new();
    let made_up = made_up(&tokens, &arm, resolution, schema, thing, question);
    // A filter on what each is said of, by a value of the question, means something else.
    let filters = |clause: Clause| clause == Clause::Where;
    let said = resolution.references.iter().any(|reference| {
        let called = last_word(&reference.name.text) == thing;
        filters(reference.clause) && called && made_up.as_ref().is_none_or(|made_up| made_up.column != reference.range)
    });
    if said {
        return None;
    }
    let group = here(&scope.sources, resolution, thing).or_else(|| along(schema, &scope.sources, thing))?;
    let start = tokens.bytes(items.first()?.clone()).start;
    edits.push((start..start, format!("{}, ", group.shown)));
    if !group.joins.is_empty() {
        // What is called alike in the new tables.
        for reference in resolution.references.iter().filter(|reference| reference.qualifier.is_none()) {
            let source = resolution.source(reference)?;
            edits.push((reference.range.start..reference.range.start, format!("{}.", identifier(&source.alias))));
        }
        let end = scope.from_end?;
        edits.push((end..end, group.joins));
    }
    if let Some(made_up) = made_up {
        edits.retain(|(range, _)| range.start <= made_up.removed.start || range.start >= made_up.removed.end);
        edits.push((made_up.removed, String::new()));
    }
    let end = tokens.bytes(arm.end - 1..arm.end).end;
    edits.push((end..end, format!(" GROUP BY {}", group.by)));
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    Some(edits)
}

/// A condition on what each is said of, by a value that nobody asked for.
struct MadeUp {
    /// The column that is compared, in bytes.
    column: Range<usize>,
    /// The condition, with the word before or behind it.
    removed: Range<usize>,
}

fn made_up(tokens: &Tokens<'_>, arm: &Arm, resolution: &Resolution<'_>, schema: &Schema, thing: &str, question: &str) -> Option<MadeUp> {
    let selection = arm.clause(Part::Where)?;
    let inside = selection.start + 1..selection.end;
    if inside.clone().any(|at| tokens.is(at, &["or", "not"])) {
        return None;
    }
    let conjuncts = tokens.split(inside, "and");
    let asked = question.to_lowercase();
    let of = |at: usize, conjunct: &Range<usize>| {
        let column = conjunct.start..tokens.operand_after(conjunct.start)?;
        let literal = column.end + 1..conjunct.end;
        let plain = literal.len() == 1 && matches!(tokens.kind(literal.start), Some(TokenKind::String | TokenKind::Number));
        let bytes = tokens.bytes(column.clone());
        let reference = resolution.references.iter().find(|reference| reference.range == bytes)?;
        let table = resolution.source(reference)?.table()?;
        let is_it =
            last_word(&reference.name.text) == thing || refers(schema, table, &reference.name.text).is_some_and(|to| is_called(to, thing));
        let value = unquote(tokens.text(literal.start)).to_lowercase();
        if !plain || !tokens.is(column.end, &["=", "=="]) || !is_it || asked.contains(&value) {
            return None;
        }
        // With the AND behind it, or what is before it: AND, WHERE, and the space.
        let before = if conjuncts.len() == 1 { selection.start } else { conjunct.start - 1 };
        let removed = if at == 0 && conjuncts.len() > 1 {
            tokens.bytes(conjunct.clone()).start..tokens.bytes(conjunct.end + 1..conjunct.end + 2).start
        } else {
            tokens.bytes(before - 1..before).end..tokens.bytes(conjunct.clone()).end
        };
        Some(MadeUp { column: bytes, removed })
    };
    let mut found = conjuncts.iter().enumerate().filter_map(|(at, conjunct)| of(at, conjunct));
    found.next().filter(|_| found.next().is_none())
}

/// The stem of the last word of a name, without what says that it is a key.
fn last_word(name: &str) -> String {
    let words = split_name(name);
    let keys = ["id", "code", "name", "no", "key", "pk", "fk"];
    words.iter().rev().find(|word| !keys.contains(&word.as_str())).map(|word| stem(word)).unwrap_or_default()
}

fn is_called(table: &Table, thing: &str) -> bool {
    row_word(table) == thing || last_word(&table.name) == thing || table.called.iter().any(|called| last_word(called) == thing)
}

/// The table that the column alone refers to.
fn refers<'s>(schema: &'s Schema, table: &'s Table, column: &str) -> Option<&'s Table> {
    let own = |key: &&crate::schema::ForeignKey| matches!(key.columns.as_slice(), [own] if own.eq_ignore_ascii_case(column));
    schema.referred(table, table.foreign_keys.iter().find(own)?)
}

/// A column of what is read that is called so, or the name of a table that is.
fn here(sources: &[Source<'_>], resolution: &Resolution<'_>, thing: &str) -> Option<Group> {
    let computed = |column: &Column| {
        resolution
            .references
            .iter()
            .any(|reference| reference.clause == Clause::Select && reference.name.text.eq_ignore_ascii_case(&column.name))
    };
    let qualifier = |source: &Source<'_>| if sources.len() > 1 { format!("{}.", identifier(&source.alias)) } else { String::new() };
    let tables = || sources.iter().filter_map(|source| Some((source, source.table()?)));
    let named = |(source, table): (&Source<'_>, &Table)| {
        let key = table.primary_key.first().filter(|_| table.primary_key.len() == 1)?;
        let labels = label(table);
        let [shown] = labels.as_slice() else { return None };
        let qualifier = qualifier(source);
        is_called(table, thing).then(|| Group {
            shown: format!("{qualifier}{}", identifier(&shown.name)),
            by: format!("{qualifier}{}", identifier(key)),
            joins: String::new(),
        })
    };
    let column = |(source, column): (&Source<'_>, &Column)| {
        let it = format!("{}{}", qualifier(source), identifier(&column.name));
        Group { shown: it.clone(), by: it, joins: String::new() }
    };
    // Of each row by itself nothing is counted.
    if sources.len() == 1 && tables().any(|(_, table)| is_called(table, thing)) {
        return None;
    }
    if let Some(group) = tables().find_map(named) {
        return Some(group);
    }
    // What refers to another thing is shown by its name.
    let is_it = |table: &Table, column: &Column| {
        let words = split_name(&column.name);
        let refers = table.foreign_keys.iter().any(|key| key.columns.iter().any(|own| own.eq_ignore_ascii_case(&column.name)));
        words.last().is_some_and(|last| stem(last) == thing || is_short(last, thing))
            && column.holds != Holds::Numbers
            && !computed(column)
            && !refers
    };
    let mut found = Vec::new();
    for (source, table) in tables() {
        found.extend(table.columns.iter().filter(|column| is_it(table, column)).map(|column| (source, column)));
    }
    if found.is_empty() {
        let value = leaf(&tables().collect::<Vec<_>>(), thing)?;
        return Some(Group { shown: value.clone(), by: value, joins: String::new() });
    }
    let [first] = found.as_slice() else { return None };
    Some(column(*first))
}

/// Whether `name` is the beginning of `thing`: `arch` for architectures.
fn is_short(name: &str, thing: &str) -> bool {
    name.len() >= SHORT && thing.len() >= LONG && thing.starts_with(name)
}

/// The name of a table that is called so, or its only column that is, with the joins that lead there from what is read: each row has one.
fn along(schema: &Schema, sources: &[Source<'_>], thing: &str) -> Option<Group> {
    let mut found = Vec::new();
    for source in sources {
        let Some(table) = source.table() else { continue };
        let mut ways: Vec<Vec<Hop<'_>>> = vec![Vec::new()];
        for _ in 0..MOST_STEPS {
            ways = ways.into_iter().flat_map(|way| upwards(schema, table, way)).collect();
            found.extend(ways.iter().filter_map(|way| Some((source, way.clone(), of_end(way.last()?.to, thing)?))));
        }
    }
    let shortest = found.iter().map(|(_, way, _)| way.len()).min()?;
    found.retain(|(_, way, _)| way.len() == shortest);
    let [(source, way, (shown, by))] = found.as_slice() else { return None };
    let read = |table: &Table| sources.iter().any(|source| source.table().is_some_and(|here| here.is(table)));
    let (mut joins, mut before) = (String::new(), identifier(&source.alias));
    for hop in way {
        let [(own, other)] = hop.pairs.as_slice() else { return None };
        if read(hop.to) {
            return None;
        }
        let to = table_name(hop.to);
        joins.push_str(&format!(" JOIN {to} ON {before}.{} = {to}.{}", identifier(own), identifier(other)));
        before = to;
    }
    Some(Group { shown: format!("{before}.{}", identifier(shown)), by: format!("{before}.{}", identifier(by)), joins })
}

/// `way` with one more key, to what a row has one of.
fn upwards<'s>(schema: &'s Schema, from: &'s Table, way: Vec<Hop<'s>>) -> Vec<Vec<Hop<'s>>> {
    let end = way.last().map_or(from, |hop| hop.to);
    let mut hops = hops_from(schema, end);
    hops.retain(|hop| {
        let up = end
            .foreign_keys
            .iter()
            .any(|key| hop.to.is_target_of(end, key) && key.columns.first().map(String::as_str) == hop.pairs.first().map(|(own, _)| *own));
        hop.pairs.len() == 1 && up && !hop.to.is(from) && !way.iter().any(|other| other.to.is(hop.to))
    });
    hops.into_iter().map(|hop| way.iter().cloned().chain([hop]).collect()).collect()
}

/// What is shown and grouped by of a table that is called so, or has one column that is.
fn of_end<'s>(table: &'s Table, thing: &str) -> Option<(&'s str, &'s str)> {
    if is_called(table, thing) {
        let [key] = table.primary_key.as_slice() else { return None };
        let labels = label(table);
        let [shown] = labels.as_slice() else { return None };
        return Some((shown.name.as_str(), key.as_str()));
    }
    let is_it =
        |column: &&Column| column.holds != Holds::Numbers && split_name(&column.name).last().is_some_and(|last| stem(last) == thing);
    let mut found = table.columns.iter().filter(is_it);
    let (column, None) = (found.next()?, found.next()) else { return None };
    Some((column.name.as_str(), column.name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{ForeignKey, Json, Meaning};
    use crate::sql::mend::check_mended;

    fn schema() -> Schema {
        let numbers = ["depth", "value", "id", "minutes"];
        let column = |name: &&str| Column {
            name: (*name).into(),
            holds: if numbers.contains(name) || name.ends_with("_id") { Holds::Numbers } else { Holds::Texts },
            ..Column::default()
        };
        let table = |name: &str, columns: &[&str], keys: &[(&str, &str)]| Table {
            name: name.into(),
            columns: columns.iter().map(column).collect(),
            primary_key: vec!["id".into()],
            foreign_keys: keys.iter().map(|(own, other)| ForeignKey::declared(own, other, "id")).collect(),
            ..Table::default()
        };
        let mut package = table("package", &["id", "arch", "meta"], &[]);
        package.columns[2].meaning = Meaning::Json(Json { paths: vec!["$.app".into(), "$.tags[]".into()] });
        let tables = vec![
            table("site", &["id", "name", "river"], &[]),
            table("sample", &["id", "site_id", "depth", "mode"], &[("site_id", "site")]),
            table("result", &["id", "sample_id", "value"], &[("sample_id", "sample")]),
            table("habit", &["id", "name"], &[]),
            package,
            table("entry", &["id", "habit", "minutes"], &[("habit", "habit")]),
        ];
        Schema { tables }
    }

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        check_mended(|sql| mend(sql, &schema(), question), sql, expected, question);
    }

    #[test]
    fn rows_are_grouped_by_what_each_is_said_of() {
        check(
            "What is the average value per river?",
            "SELECT avg(value) FROM result WHERE id > 3",
            "SELECT site.river, avg(result.value) FROM result JOIN sample ON result.sample_id = sample.id JOIN site ON sample.site_id = site.id WHERE result.id > 3 GROUP BY site.river",
        );
        check(
            "Number of samples by mode",
            "SELECT count(*) FROM sample WHERE mode = 'FT8'",
            "SELECT mode, count(*) FROM sample GROUP BY mode",
        );
        check(
            "How many samples of each mode are deeper than 5?",
            "SELECT count(*) FROM sample AS s WHERE s.mode = 'A' AND s.depth > 5",
            "SELECT mode, count(*) FROM sample AS s WHERE s.depth > 5 GROUP BY mode",
        );
        check(
            "Total minutes per habit",
            "SELECT sum(minutes) FROM entry WHERE habit = 1",
            "SELECT habit.name, sum(entry.minutes) FROM entry JOIN habit ON entry.habit = habit.id GROUP BY habit.id",
        );
        check(
            "How many samples were taken at each site?",
            "SELECT count(*) FROM sample AS s JOIN site AS t ON s.site_id = t.id",
            "SELECT t.name, count(*) FROM sample AS s JOIN site AS t ON s.site_id = t.id GROUP BY t.id",
        );
    }

    #[test]
    fn one_number_that_is_asked_for_stays() {
        for (question, sql) in [
            ("What is the average number of results per sample?", "SELECT avg(n) FROM result"),
            ("How many samples of mode FT8 by each river?", "SELECT count(*) FROM sample WHERE mode = 'FT8' AND river = 'x'"),
            ("How many samples per river?", "SELECT site.river, count(*) FROM sample JOIN site ON site.id = sample.site_id GROUP BY 1"),
            ("How many samples were written by hand?", "SELECT count(*) FROM sample"),
            ("What is the average value?", "SELECT avg(value) FROM result"),
            ("What is the total depth of each sample?", "SELECT sum(depth) FROM sample"),
            ("How many samples per colour?", "SELECT count(*) FROM sample"),
        ] {
            check(question, sql, sql);
        }
    }

    #[test]
    fn names_cut_short_and_values_of_documents_are_grouped_by() {
        let all = "SELECT count(*) FROM package";
        check("How many packages are there per architecture?", all, "SELECT arch, count(*) FROM package GROUP BY arch");
        let app = "json_extract(package.meta, '$.app')";
        check("How many packages are there per app?", all, &format!("SELECT {app}, count(*) FROM package GROUP BY {app}"));
        check("How many packages are there per tag?", all, all);
    }
}
