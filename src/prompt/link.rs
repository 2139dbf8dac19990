//! Which tables and columns a question is about: from the words of their names, the values it mentions, and foreign keys. Pure.

use std::collections::{HashMap, HashSet};

use crate::schema::{Column, Schema, Table, ValueHit};
use crate::text::words::{is_function_word, split_name, stem, words};

/// How much a table's name counts, a column's being 1.
const TABLE_NAME: f32 = 2.5;
/// How much a stored value counts that is surely meant.
const VALUE: f32 = 4.0;
/// What a neighbour over a foreign key hands on of its own score.
const NEIGHBOUR: f32 = 0.25;
/// Columns of one table that add to its score: a wide table is not right for being wide.
const COUNTED_COLUMNS: usize = 4;
/// What a word counts that is only a part of a name written without joints (`stuid`, `airportcode`).
const PART: f32 = 0.4;

/// Scores of the tables and columns of a schema for one question; 0 where nothing links.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// One for each table, in the schema's order.
    pub tables: Vec<LinkedTable>,
}

/// Scores of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkedTable {
    /// The table's own, its columns' and its neighbours'.
    pub score: f32,
    /// One for each column, in the table's order.
    pub columns: Vec<f32>,
}

impl Link {
    /// Places of the tables, best first; equal ones in the schema's order.
    pub fn ranked(&self) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.tables.len()).collect();
        let score = |place: &usize| self.tables.get(*place).map_or(0.0, |table| table.score);
        places.sort_by(|a, b| score(b).total_cmp(&score(a)));
        places
    }
}

/// Scores `schema` for `question`, of which `hits` are the values it mentions.
pub fn link(schema: &Schema, question: &str, hits: &[ValueHit]) -> Link {
    let names: Vec<TableNames> = schema.tables.iter().map(TableNames::new).collect();
    let mut tables_with: HashMap<&str, usize> = HashMap::new();
    for names in &names {
        let all: HashSet<&str> = names.table.stems().chain(names.columns.iter().flat_map(Names::stems)).map(String::as_str).collect();
        for stem in all {
            *tables_with.entry(stem).or_default() += 1;
        }
    }
    // A word that stands in every other table says little.
    let weight = |stem: &str| tables_with.get(stem).map_or(1.0, |&n| (1.0 + names.len() as f32 / n as f32).ln() / 2f32.ln()).min(4.0);
    let asked = asked_stems(question);
    let mut tables: Vec<LinkedTable> = schema
        .tables
        .iter()
        .zip(&names)
        .map(|(table, names)| {
            let best = |names: &Names| names.score(&asked, &weight);
            let mut columns: Vec<f32> = names.columns.iter().map(best).collect();
            let mut score = TABLE_NAME * names.table.score(&asked, &weight);
            for hit in hits.iter().filter(|hit| hit.is_of(table)) {
                let sure = VALUE * f32::from(hit.score) / 1000.0;
                score += sure;
                let place = table.columns.iter().position(|column| column.name.eq_ignore_ascii_case(&hit.column));
                if let Some(column) = place.and_then(|place| columns.get_mut(place)) {
                    *column += sure;
                }
            }
            let mut best = columns.clone();
            best.sort_by(|a, b| b.total_cmp(a));
            score += best.iter().take(COUNTED_COLUMNS).sum::<f32>();
            LinkedTable { score, columns }
        })
        .collect();
    let handed: Vec<f32> = neighbours(schema)
        .iter()
        .map(|near| near.iter().filter_map(|&place| tables.get(place)).map(|table| table.score * NEIGHBOUR).fold(0.0, f32::max))
        .collect();
    for (table, handed) in tables.iter_mut().zip(handed) {
        table.score += handed;
    }
    Link { tables }
}

/// The stems of the words of a question that say something.
pub(super) fn asked_stems(question: &str) -> HashSet<String> {
    words(question).into_iter().filter(|word| !is_function_word(&word.folded)).map(|word| stem(&word.folded)).collect()
}

/// The stems of the words of a name.
pub(super) fn stems_of(name: &str) -> Vec<String> {
    split_name(name).iter().map(|word| stem(word)).collect()
}

/// For each table, the places of those that a foreign key joins it with, either way.
pub(super) fn neighbours(schema: &Schema) -> Vec<Vec<usize>> {
    let named = |database: Option<&str>, name: &str| (database.map(str::to_ascii_lowercase), name.to_ascii_lowercase());
    let places: HashMap<_, usize> = schema.tables.iter().enumerate().map(|(i, t)| (named(t.database.as_deref(), &t.name), i)).collect();
    let mut out = vec![Vec::new(); schema.tables.len()];
    for (from, table) in schema.tables.iter().enumerate() {
        for key in &table.foreign_keys {
            let target = named(key.database(table), &key.foreign_table);
            let Some(&to) = places.get(&target).filter(|&&to| to != from) else { continue };
            for (a, b) in [(from, to), (to, from)] {
                if let Some(near) = out.get_mut(a).filter(|near: &&mut Vec<usize>| !near.contains(&b)) {
                    near.push(b);
                }
            }
        }
    }
    out
}

struct TableNames {
    table: Names,
    columns: Vec<Names>,
}

impl TableNames {
    fn new(table: &Table) -> Self {
        let names = |column: &Column| {
            let inside = column.meaning.json().map_or(&[][..], |json| &json.paths);
            let inside = inside.iter().map(|path| path.trim_start_matches('$').to_owned());
            Names::new(&column.name, &column.called.iter().cloned().chain(inside).collect::<Vec<_>>())
        };
        Self { table: Names::new(&table.name, &table.called), columns: table.columns.iter().map(names).collect() }
    }
}

/// A name, and what people call the thing instead, and what is inside.
struct Names(Vec<Name>);

impl Names {
    fn new(name: &str, called: &[String]) -> Self {
        let names = std::iter::once(name).chain(called.iter().map(String::as_str)).map(Name::new);
        Self(names.filter(|name| !name.stems.is_empty()).collect())
    }

    fn stems(&self) -> impl Iterator<Item = &String> {
        self.0.iter().flat_map(|name| &name.stems)
    }

    /// That of the name which is meant most.
    fn score(&self, asked: &HashSet<String>, weight: &impl Fn(&str) -> f32) -> f32 {
        self.0.iter().map(|name| name.score(asked, weight)).fold(0.0, f32::max)
    }
}

/// A name as its words' stems.
struct Name {
    stems: Vec<String>,
}

impl Name {
    fn new(name: &str) -> Self {
        Self { stems: stems_of(name) }
    }

    /// What the question's words say for it: the words they share, and how much of the name those are.
    fn score(&self, asked: &HashSet<String>, weight: &impl Fn(&str) -> f32) -> f32 {
        let mut found = 0.0;
        for stem in &self.stems {
            if asked.contains(stem) {
                found += weight(stem);
            } else if stem.len() >= 5 {
                let first =
                    asked.iter().filter(|word| word.len() >= 3 && stem.starts_with(word.as_str())).map(String::len).max().unwrap_or(0);
                let last = asked.iter().filter(|word| word.len() >= 4 && stem.ends_with(word.as_str())).map(String::len).max().unwrap_or(0);
                // `unitprice`, where both words are asked for, is as good as `unit_price`.
                let part = if first > 0 && last > 0 && first + last + 1 >= stem.len() { 1.0 } else { PART };
                found += if first + last > 0 { part * weight(stem) } else { 0.0 };
            }
        }
        // A name of one word that is meant counts more than one word of four.
        found * (0.5 + 0.5 / self.stems.len().max(1) as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{ForeignKey, Json, Meaning};

    fn table(name: &str, columns: &[&str], keys: &[(&str, &str)]) -> Table {
        Table {
            name: name.into(),
            columns: columns.iter().map(|name| Column { name: (*name).into(), ..Column::default() }).collect(),
            foreign_keys: keys.iter().map(|(column, to)| ForeignKey::declared(column, to, "id")).collect(),
            ..Table::default()
        }
    }

    fn schema() -> Schema {
        Schema {
            tables: vec![
                table("log", &["id", "message", "created_at"], &[]),
                table("customers", &["id", "firstName", "city_id"], &[("city_id", "city")]),
                table("city", &["id", "name"], &[]),
                table("orders", &["id", "customerId", "order_date", "total_price"], &[("customerId", "customers")]),
                table("OrderItems", &["id", "orderId", "productId", "amount"], &[("orderId", "orders"), ("productId", "product")]),
                table("product", &["id", "name", "unitprice"], &[]),
            ],
        }
    }

    #[track_caller]
    fn check(question: &str, hits: &[(&str, &str)], first: &[&str]) {
        let schema = schema();
        let hits: Vec<ValueHit> = hits
            .iter()
            .map(|(table, column)| ValueHit {
                table: (*table).into(),
                column: (*column).into(),
                value: "x".into(),
                words: 0..0,
                exact: true,
                score: 900,
                ..ValueHit::default()
            })
            .collect();
        let link = link(&schema, question, &hits);
        let ranked: Vec<&str> = link.ranked().into_iter().map(|place| schema.tables[place].name.as_str()).collect();
        assert_eq!(ranked[..first.len()], *first, "{question}: {link:?}");
    }

    #[test]
    fn names_values_and_keys_rank_tables() {
        check("How many customers are there?", &[], &["customers"]);
        check("total price of all orders", &[], &["orders"]);
        check("Which cities do we deliver to", &[], &["city", "customers"]);
        check("messages that were created today", &[], &["log"]);
        check("what is the price of a unit", &[], &["product"]);
        check("who lives in Zürich", &[("city", "name")], &["city", "customers"]);
        check("items of an order", &[], &["OrderItems", "orders"]);
        check("", &[], &["log", "customers"]);
    }

    #[test]
    fn columns_are_scored_by_themselves() {
        let link = link(&schema(), "first name of each customer", &[]);
        let columns = &link.tables[1].columns;
        assert!(columns[1] > columns[0] && columns[1] > columns[2], "{columns:?}");
    }

    #[test]
    fn what_the_file_calls_a_column_and_what_is_in_it_link() {
        let mut schema = schema();
        schema.tables[0].columns[1].called = vec!["Name".into(), "name of the river".into()];
        let json = Json { paths: vec!["$.shoeSize".into(), "$.address.street".into()] };
        schema.tables[3].columns[2].meaning = Meaning::Json(json);
        let scores = |question: &str, place: usize| link(&schema, question, &[]).tables[place].columns.clone();
        let river = scores("names of all rivers", 0);
        assert!(river[1] > river[0] && river[1] > river[2], "{river:?}");
        let size = scores("the largest shoe size", 3);
        assert!(size[2] > 0.0 && size[0] == 0.0 && size[3] == 0.0, "{size:?}");
    }

    #[test]
    fn keys_join_both_ways_once() {
        assert_eq!(neighbours(&schema()), [vec![], vec![2, 3], vec![1], vec![1, 4], vec![3, 5], vec![4]]);
    }
}
