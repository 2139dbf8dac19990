//! What the rows of a database say about its columns: what they are for, and values that can be asked for.

use std::collections::{BTreeMap, HashSet};

use super::words::{Noun, phrase, plural, quantity, words, year_phrase};
use crate::db::{Cell, Database, DbError, Limits};
use crate::schema::{DateText, Schema, Table, TableKind};
use crate::signal::Cancel;
use crate::sql::guard;
use crate::sql::quote::{in_database, quoted_identifier, string_literal, table_name};

/// Rows of a table that are looked at.
const ROWS: usize = 2_000;
/// Longer values are not asked for.
const LONGEST_VALUE: usize = 40;

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Ties rows together; nobody asks for it.
    Key,
    /// What a row is called.
    Name,
    /// One of a few texts.
    Category,
    /// Another short text.
    Text,
    /// A quantity.
    Number,
    /// A calendar year as a number.
    Year,
    /// `YYYY-MM-DD`, with or without a time.
    Date,
    /// Nothing that a question is made of: yes or no, long texts, bytes, mixed or no values.
    Other,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ColumnFacts {
    /// As stored.
    pub(super) name: String,
    /// In a sentence.
    pub(super) phrase: String,
    /// What it is for.
    pub(super) role: Role,
    /// Different values, in order; those that can be asked for.
    pub(super) values: Vec<Cell>,
    /// How often each of them stands in the rows looked at.
    pub(super) counts: Vec<usize>,
    /// Whether some row has none.
    pub(super) has_nulls: bool,
}

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TableFacts {
    /// Its file, where that was opened beside the first one.
    pub(super) database: Option<String>,
    /// As stored.
    pub(super) name: String,
    /// What its rows are.
    pub(super) noun: Noun,
    /// Whether its rows are people.
    pub(super) people: bool,
    /// Rows.
    pub(super) rows: usize,
    /// Its columns.
    pub(super) columns: Vec<ColumnFacts>,
    /// Columns that say which row is meant, in an answer; never empty.
    pub(super) display: Vec<usize>,
    /// Nothing tells its rows apart for a reader, so nobody asks for a list of them.
    pub(super) anonymous: bool,
    /// Keys of one column to other tables: own column, other table, its column.
    pub(super) links: Vec<Link>,
}

/// A foreign key of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    /// Own column.
    pub(super) column: String,
    /// The other table, by its place in the facts.
    pub(super) table: usize,
    /// Its column.
    pub(super) foreign_column: String,
}

/// Words that tables of people are called by.
const PEOPLE: [&str; 30] = [
    "customer",
    "employee",
    "person",
    "student",
    "teacher",
    "author",
    "singer",
    "player",
    "actor",
    "driver",
    "user",
    "member",
    "artist",
    "staff",
    "professor",
    "instructor",
    "patient",
    "physician",
    "doctor",
    "nurse",
    "guest",
    "passenger",
    "candidate",
    "client",
    "musician",
    "pilot",
    "director",
    "coach",
    "visitor",
    "owner",
];

/// Reads the facts of every table that has rows and something to say.
pub(super) fn read(database: &Database, schema: &Schema, cancel: &Cancel) -> Result<Vec<TableFacts>, DbError> {
    let mut facts: Vec<TableFacts> = Vec::new();
    let keys: HashSet<String> = schema
        .tables
        .iter()
        .filter_map(|table| match table.primary_key.as_slice() {
            [key] => Some(key.to_lowercase()),
            _ => None,
        })
        .collect();
    for table in
        schema.tables.iter().filter(|table| table.kind == TableKind::Table && table.unreadable.is_none() && !table.columns.is_empty())
    {
        match read_table(database, table, &keys, cancel) {
            Ok(Some(table)) => facts.push(table),
            Ok(None) => {}
            Err(DbError::Stopped(stop)) if cancel.is_stopped() => return Err(DbError::Stopped(stop)),
            // A table that cannot be read (a module that is not built in, damage) is not asked about.
            Err(_) => {}
        }
    }
    for table in &schema.tables {
        let links: Vec<Link> = table
            .foreign_keys
            .iter()
            .filter_map(|key| {
                let ([column], [foreign_column]) = (key.columns.as_slice(), key.foreign_columns.as_slice()) else { return None };
                let place = facts.iter().position(|facts| {
                    facts.database.as_deref() == key.database(table) && facts.name.eq_ignore_ascii_case(&key.foreign_table)
                })?;
                Some(Link { column: column.clone(), table: place, foreign_column: foreign_column.clone() })
            })
            .collect();
        if let Some(facts) = facts.iter_mut().find(|facts| facts.database == table.database && facts.name == table.name) {
            facts.links = links;
        }
    }
    Ok(facts)
}

fn read_table(database: &Database, table: &Table, keys: &HashSet<String>, cancel: &Cancel) -> Result<Option<TableFacts>, DbError> {
    let names: Vec<String> = table.columns.iter().map(|column| quoted_identifier(&column.name)).collect();
    let sql = format!("SELECT {} FROM {} LIMIT {ROWS}", names.join(", "), table_name(table));
    let sql = guard::check(&sql).map_err(|error| DbError::Refused { message: error.to_string() })?;
    let rows = database.execute(&sql, &Limits { max_rows: ROWS, ..Limits::default() }, cancel)?.rows;
    if rows.is_empty() {
        return Ok(None);
    }
    let noun = Noun::of_table(&table.name);
    let prefix = common_prefix(table);
    let columns: Vec<ColumnFacts> = table
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let declared = table
                .primary_key
                .iter()
                .chain(table.foreign_keys.iter().flat_map(|key| &key.columns))
                .any(|key| key.eq_ignore_ascii_case(&column.name));
            let cells: Vec<&Cell> = rows.iter().filter_map(|row| row.get(at)).collect();
            let is_key = declared || keys.contains(&column.name.to_lowercase()) || numbers_rows(&column.name, at, &cells);
            column_facts(&column.name, prefix.as_deref(), is_key, &noun, &cells)
        })
        .collect();
    let key = match table.primary_key.as_slice() {
        [key] => columns.iter().position(|column| column.name.eq_ignore_ascii_case(key)),
        _ => None,
    };
    let display = display(&columns, key);
    if display.is_empty() {
        return Ok(None);
    }
    let tells_apart = |column: &ColumnFacts| matches!(column.role, Role::Name | Role::Text | Role::Key);
    let anonymous = !display.iter().filter_map(|at| columns.get(*at)).any(tells_apart);
    let has = |word: &str| columns.iter().any(|column| words(&column.name).join(" ") == word);
    let people =
        has("first name") || has("gender") || has("date of birth") || PEOPLE.iter().any(|word| noun.one.split(' ').any(|own| own == *word));
    let rows = table.row_count.map_or(rows.len(), |count| count as usize);
    let database = table.database.clone();
    Ok(Some(TableFacts { database, name: table.name.clone(), noun, people, rows, columns, display, anonymous, links: Vec::new() }))
}

/// Whether a column that is no declared key numbers the rows: to add such numbers up, or to ask for the greatest, means nothing.
fn numbers_rows(name: &str, place: usize, cells: &[&Cell]) -> bool {
    let numbers: Vec<i64> = cells.iter().filter_map(|cell| if let Cell::Integer(number) = cell { Some(*number) } else { None }).collect();
    let distinct: HashSet<i64> = numbers.iter().copied().collect();
    if numbers.len() < 2 || numbers.len() < cells.len() || distinct.len() < numbers.len() {
        return false;
    }
    let called = words(name).last().is_some_and(|last| NUMBERING.contains(&last.as_str()));
    let counted = place == 0 && numbers.windows(2).all(|pair| matches!(pair, [a, b] if *b == a + 1));
    called || counted
}

/// Last words of columns that number rows.
const NUMBERING: [&str; 9] = ["no", "nr", "num", "number", "key", "ref", "reference", "serial", "index"];

fn column_facts(name: &str, prefix: Option<&str>, is_key: bool, noun: &Noun, cells: &[&Cell]) -> ColumnFacts {
    let has_nulls = cells.iter().any(|cell| matches!(cell, Cell::Null) || matches!(cell, Cell::Text(text) if text.is_empty()));
    let mut counted: BTreeMap<String, (Cell, usize)> = BTreeMap::new();
    let (mut texts, mut numbers, mut others, mut dates, mut long) = (0usize, 0usize, 0usize, 0usize, 0usize);
    for cell in cells {
        match cell {
            Cell::Null => continue,
            Cell::Text(text) if text.is_empty() => continue,
            Cell::Text(text) => {
                texts += 1;
                dates += usize::from(is_date(text));
                long += usize::from(text.chars().count() > LONGEST_VALUE);
            }
            Cell::Integer(_) | Cell::Real(_) => numbers += 1,
            Cell::Blob(_) => others += 1,
        }
        if let Some(literal) = literal(cell).filter(|_| askable(cell)) {
            counted.entry(literal).or_insert_with(|| ((*cell).clone(), 0)).1 += 1;
        }
    }
    let mut found: Vec<(Cell, usize)> = counted.into_values().collect();
    found.sort_by(|a, b| order(&a.0, &b.0));
    let (values, counts): (Vec<Cell>, Vec<usize>) = found.into_iter().unzip();
    let words = words(name);
    let last = words.last().map_or("", String::as_str);
    let says = |word: &str| words.iter().any(|own| own == word || own.ends_with(word));
    let own = phrase(name, noun);
    let own = prefix.and_then(|prefix| own.strip_prefix(prefix)).and_then(|rest| rest.strip_prefix(' ')).map_or(own.clone(), str::to_owned);
    let wordy = ["comment", "description", "note", "text", "remark", "address", "detail", "message", "url", "email"]
        .iter()
        .any(|word| says(word) || says(&plural(word)));
    let distinct = values.len();
    let filled = texts + numbers + others;
    let role = if is_key || matches!(last, "id" | "uuid" | "guid") || (name.len() > 2 && name.to_lowercase().ends_with("id") && numbers > 0)
    {
        Role::Key
    } else if filled == 0 || others > 0 || (texts > 0 && numbers > 0) {
        Role::Other
    } else if texts > 0 && dates == texts {
        Role::Date
    } else if numbers > 0 {
        let year = |cell: &Cell| matches!(cell, Cell::Integer(year) if (1700..2200).contains(year));
        let flag = values.iter().all(|cell| matches!(cell, Cell::Integer(0 | 1)));
        let code = says("code") || says("phone") || says("zip") || says("postal") || says("latitude") || says("longitude");
        match () {
            () if flag || code || distinct < 2 => Role::Other,
            () if (says("year") || year_phrase(&own).is_some()) && values.iter().all(year) => Role::Year,
            () => Role::Number,
        }
    } else if long * 4 > texts || distinct == 0 || wordy || own == noun.one {
        Role::Other
    } else if ["name", "title"].iter().any(|word| says(word)) {
        Role::Name
    } else if (2..=40).contains(&distinct) && distinct * 2 <= texts {
        Role::Category
    } else {
        Role::Text
    };
    let phrase = match role {
        Role::Number => quantity(&own),
        Role::Year => year_phrase(&own).map_or(own, str::to_owned),
        _ => own,
    };
    ColumnFacts { name: name.into(), phrase, role, values, counts, has_nulls }
}

/// The word that most columns of a table begin with, which means nothing then: `stu_name`, `stu_class`.
fn common_prefix(table: &Table) -> Option<String> {
    let first: Vec<String> = table.columns.iter().filter_map(|column| words(&column.name).into_iter().next()).collect();
    let most = first.iter().max_by_key(|word| first.iter().filter(|other| other == word).count())?;
    let count = first.iter().filter(|other| *other == most).count();
    (count >= 3 && count * 3 >= table.columns.len() * 2).then(|| most.clone())
}

/// First and last name, or the best name, or a text that tells rows apart, or the key; a table without any is told by what it has.
fn display(columns: &[ColumnFacts], key: Option<usize>) -> Vec<usize> {
    let find = |test: &dyn Fn(&ColumnFacts) -> bool| columns.iter().position(test);
    let called = |word: &'static str| find(&|column: &ColumnFacts| words(&column.name).join(" ") == word);
    if let (Some(first), Some(last)) = (called("first name"), called("last name")) {
        return vec![first, last];
    }
    let named = find(&|column: &ColumnFacts| column.role == Role::Name && !column.has_nulls);
    let named = named.or_else(|| find(&|column: &ColumnFacts| column.role == Role::Name));
    let text =
        || find(&|column: &ColumnFacts| column.role == Role::Text && !column.has_nulls && column.counts.iter().all(|count| *count == 1));
    let other = || find(&|column: &ColumnFacts| matches!(column.role, Role::Category | Role::Date | Role::Number | Role::Year));
    named.or_else(text).or(key).or_else(other).into_iter().collect()
}

impl TableFacts {
    /// As it stands behind FROM.
    pub(super) fn in_sql(&self) -> String {
        in_database(self.database.as_deref(), &self.name)
    }

    /// Columns of a role.
    pub(super) fn of_role(&self, roles: &[Role]) -> Vec<&ColumnFacts> {
        self.columns.iter().filter(|column| roles.contains(&column.role)).collect()
    }

    /// What a person says for one of its rows: `its` name, `their` name.
    pub(super) fn its(&self) -> &'static str {
        if self.people { "their" } else { "its" }
    }

    /// How the years of a date are spoken of.
    pub(super) fn year_of(&self, column: &ColumnFacts) -> String {
        if column.phrase == "date" { "year".into() } else { format!("year of the {}", column.phrase) }
    }

    /// The columns that say which row is meant.
    pub(super) fn display_columns(&self) -> Vec<&ColumnFacts> {
        self.display.iter().filter_map(|at| self.columns.get(*at)).collect()
    }
}

/// A day, with or without a time and nothing else; a month of 00 stands for no date.
fn is_date(text: &str) -> bool {
    DateText::is_day(text) && text.get(5..7) != Some("00") && matches!(text.as_bytes().get(10), None | Some(b' ' | b'T'))
}

/// Whether a person could name this value.
fn askable(cell: &Cell) -> bool {
    match cell {
        Cell::Text(text) => {
            text.trim() == text
                && text.chars().count() <= LONGEST_VALUE
                && !text.chars().any(|c| c.is_control() || matches!(c, '"' | '%' | '_'))
        }
        Cell::Real(value) => value.is_finite(),
        Cell::Integer(_) => true,
        _ => false,
    }
}

/// A value as SQL writes it.
pub(super) fn literal(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(string_literal(text)),
        Cell::Integer(value) => Some(value.to_string()),
        Cell::Real(value) if value.is_finite() => Some(format!("{value}")),
        _ => None,
    }
}

/// A value as a person writes it.
pub(super) fn spoken(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Integer(value) => value.to_string(),
        Cell::Real(value) => format!("{value}"),
        _ => String::new(),
    }
}

fn order(a: &Cell, b: &Cell) -> std::cmp::Ordering {
    let number = |cell: &Cell| match cell {
        Cell::Integer(value) => Some(*value as f64),
        Cell::Real(value) => Some(*value),
        _ => None,
    };
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (Some(_), None) => std::cmp::Ordering::Less,
        (None, Some(_)) => std::cmp::Ordering::Greater,
        (None, None) => spoken(a).cmp(&spoken(b)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, place: usize, numbers: &[i64], expected: bool) {
        let cells: Vec<Cell> = numbers.iter().copied().map(Cell::Integer).collect();
        assert_eq!(numbers_rows(name, place, &cells.iter().collect::<Vec<_>>()), expected, "{name}");
    }

    #[test]
    fn columns_that_number_rows_are_keys_though_nobody_says_so() {
        check("order_no", 1, &[17, 4, 99], true);
        check("PlayerNumber", 2, &[10, 7, 9], true);
        check("order_no", 1, &[17, 4, 17], false);
        check("n", 0, &[1, 2, 3], true);
        check("n", 1, &[1, 2, 3], false);
        check("age", 0, &[31, 24, 55], false);
        check("n", 0, &[1], false);
    }
}
