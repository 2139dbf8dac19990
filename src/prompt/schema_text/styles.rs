//! Schemas as models know them that were tuned on other texts than ours: OmniSQL's `CREATE TABLE` statements with examples, and XiYan's
//! M-Schema. Both are facts of their training: `obtain_db_details` in snowflakedb/ArcticTraining's copy of OmniSQL's `process_dataset.py`
//! (commit 258e317), and `m_schema.py` of XGenerationLab/M-Schema (in the copy linux-china/M-Schema, commit a1029fe).

use super::pieces::{Rung, one_line, samples_of, table_comment, words};
use crate::prompt::form::SchemaStyle;
use crate::schema::{Column, Holds, Schema, Table};
use crate::sql::quote::is_keyword;

/// Examples of a column in OmniSQL's texts; M-Schema has as many as ours.
const EXAMPLES: usize = 2;
/// M-Schema shows one example where one is longer than the first, and none where one is longer than the second.
const LONG_EXAMPLE: usize = 20;
const LONGEST_EXAMPLE: usize = 50;
/// Types of which M-Schema shows one example.
const MOMENTS: [&str; 4] = ["DATE", "TIME", "DATETIME", "TIMESTAMP"];

/// What stands before the tables of an M-Schema. The file is called as SQLite calls the first one: its own name may be private.
const HEAD: &str = "【DB_ID】 main\n【Schema】\n";
const KEYS: &str = "【Foreign keys】\n";

/// `table` as OmniSQL's training data has it.
pub(super) fn exemplified(table: &Table, columns: &[&Column], rung: &Rung, note: Option<&str>) -> String {
    let mut text = format!("CREATE TABLE {} (\n", table_in_backticks(table.database.as_deref(), &table.name));
    for column in columns {
        let [called, known] = words(column);
        let examples = examples(column, rung.samples.min(EXAMPLES));
        let of = |example: &String| if column.holds == Holds::Numbers { example.clone() } else { in_python(example) };
        let examples = examples.iter().map(of).collect::<Vec<_>>().join(", ");
        let examples = if examples.is_empty() { examples } else { format!("example: [{examples}]") };
        let parts = [called, known, meaning(column), examples];
        let comment = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        let declared = if rung.types { one_line(&column.declared_type) } else { String::new() };
        let space = if declared.is_empty() { "" } else { " " };
        text.push_str(&format!("    {}{space}{declared},", in_backticks(&column.name)));
        text.push_str(&if comment.is_empty() { "\n".into() } else { format!(" -- {comment}\n") });
    }
    if !table.primary_key.is_empty() {
        text.push_str(&format!("    PRIMARY KEY ({}),\n", list(&table.primary_key)));
    }
    for key in &table.foreign_keys {
        let name = format!("fk_{}_{}", table.name, key.columns.join("_")).to_lowercase().replace(' ', "_");
        let target = table_in_backticks(key.database(table), &key.foreign_table);
        let (own, foreign) = (list(&key.columns), list(&key.foreign_columns));
        text.push_str(&format!("    CONSTRAINT {} FOREIGN KEY ({own}) REFERENCES {target} ({foreign}),\n", one_line(&name)));
    }
    // As there: the last comma goes where nothing stands behind it.
    text = text.strip_suffix(",\n").map(|text| format!("{text}\n")).unwrap_or(text);
    if let Some(note) = note {
        text.push_str(&format!("    -- {note}\n"));
    }
    text + ");\n\n"
}

/// `table` as an M-Schema has it.
pub(super) fn m_schema(table: &Table, columns: &[&Column], rung: &Rung, note: Option<&str>) -> String {
    let line = |column: &&Column| {
        let mut parts = vec![format!("{}:{}", one_line(&column.name), bare_type(column, rung.types))];
        parts.extend(words(column).into_iter().chain([meaning(column)]).filter(|part| !part.is_empty()));
        if table.primary_key.iter().any(|key| key.eq_ignore_ascii_case(&column.name)) {
            parts.push("Primary Key".into());
        }
        let mut examples = examples(column, rung.samples);
        let longest = examples.iter().map(|example| example.chars().count()).max().unwrap_or(0);
        if MOMENTS.contains(&bare_type(column, true).as_str()) || longest > LONG_EXAMPLE {
            examples.truncate(1);
        }
        if longest > LONGEST_EXAMPLE {
            examples.clear();
        }
        if !examples.is_empty() {
            parts.push(format!("Examples: [{}]", examples.join(", ")));
        }
        format!("({})", parts.join(", "))
    };
    let known = table_comment(table);
    let known = if known.is_empty() { known } else { format!(", {known}") };
    let mut lines: Vec<String> = columns.iter().map(line).collect();
    lines.extend(note.map(|note| format!("({note})")));
    format!("{}{known}\n[\n{}\n]\n", heading(&table_in_words(table)), lines.join(",\n"))
}

/// Bytes of what stands beside the tables in `style`.
pub(super) fn room_beside(style: SchemaStyle, schema: &Schema) -> usize {
    match style {
        SchemaStyle::Statements | SchemaStyle::Exemplified => 0,
        SchemaStyle::MSchema => HEAD.len() + KEYS.len() + keys(schema).map(|key| key.line.len()).sum::<usize>(),
    }
}

/// The tables with what stands beside them in `style`: M-Schema has a head, and the foreign keys at the end.
pub(super) fn with_what_stands_beside(style: SchemaStyle, schema: &Schema, tables: String) -> String {
    if style != SchemaStyle::MSchema {
        return tables;
    }
    let is_told = |name: &str| {
        let heading = heading(name);
        tables.lines().any(|line| line.strip_prefix(&heading).is_some_and(|rest| rest.is_empty() || rest.starts_with(", ")))
    };
    let told: String = keys(schema).filter(|key| is_told(&key.from) && is_told(&key.to)).map(|key| key.line).collect();
    let told = if told.is_empty() { told } else { format!("{KEYS}{told}") };
    format!("{HEAD}{tables}{told}")
}

struct Key {
    from: String,
    to: String,
    line: String,
}

/// Every pair of columns of every foreign key.
fn keys(schema: &Schema) -> impl Iterator<Item = Key> {
    let of_table = |table: &Table| {
        let of_key = |key: &crate::schema::ForeignKey| {
            let (from, to) = (table_in_words(table), one_line(&in_words(key.database(table), &key.foreign_table)));
            let pairs = key.columns.iter().zip(&key.foreign_columns);
            let line = |(own, foreign): (&String, &String)| format!("{from}.{}={to}.{}\n", one_line(own), one_line(foreign));
            pairs.map(|pair| Key { from: from.clone(), to: to.clone(), line: line(pair) }).collect::<Vec<_>>()
        };
        table.foreign_keys.iter().flat_map(of_key).collect::<Vec<_>>()
    };
    schema.tables.iter().flat_map(of_table).collect::<Vec<_>>().into_iter()
}

fn heading(table: &str) -> String {
    format!("# Table: {table}")
}

/// M-Schema does not quote names.
fn table_in_words(table: &Table) -> String {
    one_line(&in_words(table.database.as_deref(), &table.name))
}

fn in_words(database: Option<&str>, table: &str) -> String {
    database.map_or_else(|| table.to_owned(), |database| format!("{database}.{table}"))
}

/// The declared type without what stands in brackets, in capitals.
fn bare_type(column: &Column, types: bool) -> String {
    let declared = column.declared_type.split('(').next().unwrap_or_default();
    if types { one_line(declared.trim()).to_ascii_uppercase() } else { String::new() }
}

/// What a column's values stand for, in words.
fn meaning(column: &Column) -> String {
    let told = column.meaning.told().or_else(|| column.meaning.prefix()).unwrap_or_default();
    crate::text::sanitize(&told).into_owned()
}

/// Values of a column, `most` at most; of a range both ends.
fn examples(column: &Column, most: usize) -> Vec<String> {
    if column.meaning.told().is_some() {
        return Vec::new();
    }
    let most = samples_of(column, most);
    let ends = |sample: &String| match sample.split_once("..") {
        Some((low, high)) if [low, high].iter().all(|end| end.starts_with(|c: char| c.is_ascii_digit() || c == '-')) => {
            vec![low.to_owned(), high.to_owned()]
        }
        _ => vec![sample.clone()],
    };
    let mut found: Vec<String> = column.samples.iter().flat_map(ends).map(|example| one_line(&example)).collect();
    found.dedup();
    found.truncate(most);
    found
}

/// `text` as Python writes it in a list.
fn in_python(text: &str) -> String {
    let text = text.replace('\\', "\\\\");
    if text.contains('\'') && !text.contains('"') { format!("\"{text}\"") } else { format!("'{}'", text.replace('\'', "\\'")) }
}

/// `name` as OmniSQL's texts have it: in backticks where it is a word of SQL, or no word.
fn in_backticks(name: &str) -> String {
    let bare = !is_keyword(name) && !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if bare { name.to_owned() } else { format!("`{}`", one_line(&name.replace('`', "``"))) }
}

fn table_in_backticks(database: Option<&str>, table: &str) -> String {
    match database {
        Some(database) => format!("{}.{}", in_backticks(database), in_backticks(table)),
        None => in_backticks(table),
    }
}

fn list(columns: &[String]) -> String {
    columns.iter().map(|column| in_backticks(column)).collect::<Vec<_>>().join(", ")
}
