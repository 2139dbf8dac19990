//! A schema as the text a prompt carries.

use std::collections::{HashSet, VecDeque};

use super::link::{Link, link, neighbours};
use crate::schema::{Schema, Table, ValueHit};
use crate::sql::quote::identifier;

/// Tables that a question is taken to be about, before those that join them.
const MOST_LINKED_TABLES: usize = 12;
/// A table that scores less than this part of the best is not linked.
const LINKED: f32 = 0.2;
/// Tables between two linked ones, at most.
const MOST_BETWEEN: usize = 2;

/// `schema` as `CREATE TABLE` statements of at most about `budget` bytes. Where all of it does not fit, first the sample values go,
/// then the types, then columns that are no keys; last, whole tables, those with the fewest keys first, with their number said.
pub fn schema_text(schema: &Schema, budget: usize) -> String {
    let schema = &*schema.readable();
    whole(schema, budget).unwrap_or_else(|| most_of(schema, budget))
}

/// As [`schema_text`] while every table and column fits, so that no question changes the text. Of a larger schema, the tables that
/// `question` and the values it mentions (`hits`) link to, and those that join them; of their columns, keys and linked ones first.
pub fn schema_text_for(schema: &Schema, budget: usize, question: &str, hits: &[ValueHit]) -> String {
    let schema = &*schema.readable();
    whole(schema, budget).unwrap_or_else(|| {
        let link = link(schema, question, hits);
        let places = linked(schema, &link);
        if places.is_empty() { most_of(schema, budget) } else { subset(schema, budget, &link, places) }
    })
}

/// Every table with every column, where that fits.
fn whole(schema: &Schema, budget: usize) -> Option<String> {
    [(true, true), (false, true), (false, false)].into_iter().find_map(|(samples, types)| {
        let rung = Rung { samples, types, plain_columns: usize::MAX };
        let mut text = String::new();
        for table in &schema.tables {
            text.push_str(&statement(table, &rung, &[]));
            if text.len() > budget {
                return None;
            }
        }
        Some(text)
    })
}

/// Every table with fewer and fewer columns; then as many tables as fit, those first that others join.
fn most_of(schema: &Schema, budget: usize) -> String {
    for plain_columns in [20, 5, 0] {
        let rung = Rung { samples: false, types: false, plain_columns };
        let mut text: String = schema.tables.iter().map(|table| statement(table, &rung, &[])).collect();
        if plain_columns == 0 {
            text.push_str(KEYS_ONLY);
        }
        if text.len() <= budget {
            return text;
        }
    }
    let joined = neighbours(schema);
    let mut places: Vec<usize> = (0..schema.tables.len()).collect();
    places.sort_by_key(|&place| std::cmp::Reverse(joined.get(place).map_or(0, Vec::len)));
    let rung = Rung { samples: false, types: false, plain_columns: 0 };
    let room = budget.saturating_sub(KEYS_ONLY.len() + NOTE_BYTES);
    let (mut kept, mut bytes) = (Vec::new(), 0);
    for place in places {
        let Some(table) = schema.tables.get(place) else { continue };
        let text = statement(table, &rung, &[]);
        if bytes + text.len() <= room {
            bytes += text.len();
            kept.push((place, text));
        }
    }
    kept.sort_by_key(|&(place, _)| place);
    let mut out: String = kept.iter().map(|(_, text)| text.as_str()).collect();
    out.push_str(KEYS_ONLY);
    out.push_str(&not_shown(schema.tables.len() - kept.len()));
    out
}

/// The `CREATE` statements of `schema` as they are stored, as many whole ones as fit `budget` bytes. What an untuned baseline is asked with.
pub fn schema_as_stored(schema: &Schema, budget: usize) -> String {
    let schema = &*schema.readable();
    let mut text = String::new();
    for table in schema.tables.iter().filter(|table| !table.sql.is_empty()) {
        if text.len() + table.sql.len() + 3 <= budget {
            text.push_str(table.sql.trim());
            text.push_str(";\n\n");
        }
    }
    text
}

/// Places of the tables that `link` speaks for, best first, and behind them those that join two of them. Empty where nothing links.
fn linked(schema: &Schema, link: &Link) -> Vec<usize> {
    let ranked = link.ranked();
    let score = |place: usize| link.tables.get(place).map_or(0.0, |table| table.score);
    let Some(&best) = ranked.first().filter(|&&place| score(place) > 0.0) else { return Vec::new() };
    let mut places: Vec<usize> =
        ranked.into_iter().take(MOST_LINKED_TABLES).take_while(|&place| score(place) >= LINKED * score(best)).collect();
    let joined = neighbours(schema);
    for i in 1..places.len() {
        let Some(&to) = places.get(i) else { continue };
        for between in path(&joined, best, to) {
            if !places.contains(&between) {
                places.push(between);
            }
        }
    }
    places
}

/// The tables between two on the shortest way over foreign keys; empty where there is none, or it is long.
fn path(joined: &[Vec<usize>], from: usize, to: usize) -> Vec<usize> {
    let mut came_from = vec![None; joined.len()];
    let mut queue = VecDeque::from([from]);
    while let Some(here) = queue.pop_front() {
        if here == to {
            break;
        }
        for &next in joined.get(here).into_iter().flatten() {
            if let Some(slot) = came_from.get_mut(next).filter(|slot| slot.is_none() && next != from) {
                *slot = Some(here);
                queue.push_back(next);
            }
        }
    }
    let back = std::iter::successors(Some(to), |&place| came_from.get(place).copied().flatten());
    let way: Vec<usize> = back.skip(1).take_while(|&place| place != from).take(MOST_BETWEEN + 1).collect();
    if way.len() <= MOST_BETWEEN { way } else { Vec::new() }
}

/// The tables at `places` (best first) with as much as fits: rather all of them with fewer columns than fewer tables.
fn subset(schema: &Schema, budget: usize, link: &Link, mut places: Vec<usize>) -> String {
    let room = budget.saturating_sub(KEYS_ONLY.len() + NOTE_BYTES);
    let rungs = [(true, usize::MAX), (true, 40), (false, usize::MAX), (false, 40), (false, 20), (false, 8)];
    loop {
        let mut shown = places.clone();
        // The text is the same for every question about these tables and columns.
        shown.sort_unstable();
        let left_out = not_shown(schema.tables.len() - shown.len());
        for (samples, plain_columns) in rungs {
            let rung = Rung { samples, types: true, plain_columns };
            let text: String =
                shown.iter().filter_map(|&place| Some(statement(schema.tables.get(place)?, &rung, scores(link, place)))).collect();
            if text.len() <= room {
                return text + &left_out;
            }
            if let ([_], false, 8) = (shown.as_slice(), samples, plain_columns) {
                return cut(&text, room) + &left_out;
            }
        }
        places.pop();
    }
}

fn scores(link: &Link, place: usize) -> &[f32] {
    link.tables.get(place).map_or(&[], |table| table.columns.as_slice())
}

/// A statement with more keys than there is room for, cut behind a line.
fn cut(text: &str, room: usize) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        if out.len() + line.len() + NOTE_BYTES > room {
            out.push_str("  -- more columns are not shown\n);\n");
            break;
        }
        out.push_str(line);
    }
    out
}

fn not_shown(tables: usize) -> String {
    match tables {
        0 => String::new(),
        n => format!("-- {}\n", crate::text::counted(n as u64, "more table is not shown", "more tables are not shown")),
    }
}

/// Room for a line that says how much is not shown.
const NOTE_BYTES: usize = 50;

/// Said once where every table is cut down to its keys.
const KEYS_ONLY: &str = "-- only key columns are shown\n";

struct Rung {
    samples: bool,
    types: bool,
    /// At most this many columns that are no keys.
    plain_columns: usize,
}

/// The statement of `table` as `rung` lets it. Where columns have to go, those with the lowest of `scores` do, the last ones first.
fn statement(table: &Table, rung: &Rung, scores: &[f32]) -> String {
    let is_key = |name: &str| {
        table.primary_key.iter().chain(table.foreign_keys.iter().flat_map(|key| &key.columns)).any(|key| key.eq_ignore_ascii_case(name))
    };
    let mut plain: Vec<usize> = (0..table.columns.len()).filter(|&i| table.columns.get(i).is_some_and(|c| !is_key(&c.name))).collect();
    let score = |i: usize| scores.get(i).copied().unwrap_or(0.0);
    plain.sort_by(|&a, &b| score(b).total_cmp(&score(a)));
    let left_out: HashSet<usize> = plain.iter().skip(rung.plain_columns).copied().collect();
    let mut lines = Vec::new();
    for (_, column) in table.columns.iter().enumerate().filter(|(i, _)| !left_out.contains(i)) {
        let mut line = format!("  {}", identifier(&column.name));
        if rung.types && !column.declared_type.is_empty() {
            line.push_str(&format!(" {}", one_line(&column.declared_type)));
        }
        if table.primary_key.len() == 1 && is_primary(table, &column.name) {
            line.push_str(" PRIMARY KEY");
        }
        let samples: Vec<String> = column.samples.iter().filter(|_| rung.samples).take(3).map(|sample| one_line(sample)).collect();
        lines.push((line, samples.join(", ")));
    }
    if table.primary_key.len() > 1 {
        lines.push((format!("  PRIMARY KEY ({})", names(&table.primary_key)), String::new()));
    }
    for key in &table.foreign_keys {
        let (from, to) = (names(&key.columns), names(&key.foreign_columns));
        lines.push((format!("  FOREIGN KEY ({from}) REFERENCES {} ({to})", identifier(&key.foreign_table)), String::new()));
    }
    let last = lines.len().saturating_sub(1);
    let body: Vec<String> = lines
        .into_iter()
        .enumerate()
        .map(|(i, (line, samples))| {
            let comma = if i < last { "," } else { "" };
            if samples.is_empty() { format!("{line}{comma}") } else { format!("{line}{comma} -- {samples}") }
        })
        .collect();
    let note = match left_out.len() {
        0 => String::new(),
        _ if rung.plain_columns == 0 => String::new(), // said once for all tables
        n => format!("\n  -- {}", crate::text::counted(n as u64, "more column is not shown", "more columns are not shown")),
    };
    format!("CREATE TABLE {} (\n{}{note}\n);\n", identifier(&table.name), body.join("\n"))
}

fn is_primary(table: &Table, column: &str) -> bool {
    table.primary_key.iter().any(|key| key.eq_ignore_ascii_case(column))
}

fn names(columns: &[String]) -> String {
    columns.iter().map(|name| identifier(name)).collect::<Vec<_>>().join(", ")
}

/// A stored text as a part of one line: it must not end the comment it stands in.
fn one_line(text: &str) -> String {
    crate::text::ellipsis(&crate::text::sanitize(text), 40).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, ForeignKey, KeyOrigin};
    use std::time::{Duration, Instant};

    fn schema(tables: usize) -> Schema {
        let column = |name: &str, sample: &str| Column {
            name: name.into(),
            declared_type: "TEXT".into(),
            samples: vec![sample.into()],
            ..Default::default()
        };
        let table = |i: usize| Table {
            name: format!("t{i}"),
            columns: vec![column("id", "1"), column("a\"b", "x\ny")],
            primary_key: vec!["id".into()],
            ..Default::default()
        };
        Schema { tables: (0..tables).map(table).collect() }
    }

    #[test]
    fn names_are_quoted_and_samples_stay_on_their_line() {
        assert_eq!(schema_text(&schema(1), 1000), "CREATE TABLE t0 (\n  id TEXT PRIMARY KEY, -- 1\n  \"a\"\"b\" TEXT -- x\\ny\n);\n");
    }

    #[test]
    fn what_does_not_fit_goes_step_by_step() {
        let all = schema_text(&schema(10), usize::MAX);
        let bare = schema_text(&schema(10), all.len() - 1);
        assert!(!bare.contains("--") && bare.contains("TEXT"));
        let keys = schema_text(&schema(10), 450);
        assert!(keys.contains("t9") && keys.contains("id PRIMARY KEY") && !keys.contains("TEXT"));
        assert!(keys.ends_with("-- only key columns are shown\n"), "{keys}");
        assert!(schema_text(&schema(300), 1000).ends_with(" more tables are not shown\n"));
        assert!(schema_text(&schema(300), 1000).len() <= 1000);
        let mut wide = schema(1);
        let columns = std::iter::repeat_n(wide.tables[0].columns[1].clone(), 100);
        wide.tables[0].columns.extend(columns);
        let cut = schema_text(&wide, 500);
        assert!(cut.contains("  -- 81 more columns are not shown\n);"), "{cut}");
    }

    /// `n` tables in a chain of foreign keys, each with `columns` columns.
    fn large(n: usize, columns: usize) -> Schema {
        let table = |i: usize| {
            let mut table = Table { name: format!("thing_{i}"), primary_key: vec!["id".into()], ..Default::default() };
            let column =
                |name: String| Column { name, declared_type: "TEXT".into(), samples: vec!["a sample".into()], ..Default::default() };
            table.columns =
                ["id".into(), "before_id".into()].into_iter().chain((0..columns).map(|c| format!("field{c}_of{i}"))).map(column).collect();
            if i > 0 {
                table.foreign_keys.push(ForeignKey {
                    columns: vec!["before_id".into()],
                    foreign_table: format!("thing_{}", i - 1),
                    foreign_columns: vec!["id".into()],
                    origin: KeyOrigin::Declared,
                });
            }
            table
        };
        Schema { tables: (0..n).map(table).collect() }
    }

    fn hit(table: &str, column: &str) -> ValueHit {
        ValueHit { table: table.into(), column: column.into(), value: "x".into(), words: 0..1, exact: true, score: 900 }
    }

    #[test]
    fn a_question_changes_nothing_while_everything_fits() {
        let all = large(3, 5);
        let text = schema_text(&all, 14_000);
        assert_eq!(schema_text_for(&all, 14_000, "field3 of thing 2", &[hit("thing_1", "field1_of1")]), text);
        let tight = text.len() - 1;
        assert_eq!(schema_text_for(&all, tight, "field3 of thing 2", &[]), schema_text(&all, tight), "samples go for every question alike");
    }

    #[test]
    fn of_300_tables_the_linked_ones_are_shown_with_what_joins_them() {
        let all = large(300, 20);
        let start = Instant::now();
        let hits = [hit("thing_150", "field4_of150"), hit("thing_152", "field1_of152")];
        let text = schema_text_for(&all, 14_000, "which is the biggest?", &hits);
        let took = start.elapsed();
        assert!(text.len() <= 14_000, "{}", text.len());
        for i in [150, 151, 152] {
            assert!(
                text.contains(&format!("CREATE TABLE thing_{i} (\n  id TEXT PRIMARY KEY, -- a sample\n  before_id TEXT,")),
                "{i}: {text}"
            );
        }
        assert!(text.contains("FOREIGN KEY (before_id) REFERENCES thing_150 (id)"));
        assert!(!text.contains("CREATE TABLE thing_7 ") && text.ends_with(" more tables are not shown\n"), "{text}");
        assert!(took < Duration::from_secs(3), "{took:?}"); // under 50 ms with optimisation, alone on the machine
        println!("300 tables: {took:?}");
        assert!(schema_text_for(&all, 14_000, "what is?", &[]).len() <= 14_000);
    }

    #[test]
    fn of_2000_columns_keys_and_linked_ones_are_shown() {
        let mut all = large(2, 2000);
        all.tables[1].columns[1500].name = "shoe_size".into();
        let start = Instant::now();
        let text = schema_text_for(&all, 8_000, "average shoe size of thing 1", &[]);
        let took = start.elapsed();
        assert!(text.len() <= 8_000, "{}", text.len());
        assert!(text.contains("  id TEXT PRIMARY KEY") && text.contains("  before_id TEXT") && text.contains("  shoe_size TEXT"), "{text}");
        assert!(text.contains(" more columns are not shown\n);") && text.contains("REFERENCES thing_0 (id)"), "{text}");
        assert!(took < Duration::from_secs(3), "{took:?}"); // under 50 ms with optimisation, alone on the machine
        println!("2,000 columns: {took:?}");
    }

    #[test]
    fn a_budget_holds_whatever_the_schema() {
        let mut keys = large(1, 2000);
        keys.tables[0].primary_key = keys.tables[0].columns.iter().map(|column| column.name.clone()).collect();
        for budget in [500, 3_000, 14_000] {
            for schema in [&keys, &large(300, 3), &large(1, 2000), &large(40, 100)] {
                for question in ["", "field7 of thing 3", "field1_of0"] {
                    let text = schema_text_for(schema, budget, question, &[]);
                    assert!(text.len() <= budget, "{} of {budget}: {question}", text.len());
                }
            }
        }
    }
}
