//! Names of tables and columns, from those of files and from what stands in their first line.

use std::collections::HashSet;
use std::path::Path;

/// A name takes no more characters.
const LONGEST: usize = 200;
/// Endings that say how a file is written, not what is in it.
const ENDINGS: [&str; 12] = [".gz", ".csv", ".tsv", ".tab", ".psv", ".txt", ".jsonl", ".ndjson", ".json", ".geojson", ".parquet", ".pq"];

/// What the table of the file at `path` is called: the file's name without its endings; two files of one name are numbered.
pub(super) fn table(path: &Path, taken: &mut HashSet<String>) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut stem = name.as_str();
    while let Some(shorter) = ENDINGS.iter().find_map(|ending| {
        let at = stem.len().checked_sub(ending.len())?;
        stem.get(at..).filter(|end| end.eq_ignore_ascii_case(ending)).and_then(|_| stem.get(..at))
    }) {
        stem = shorter;
    }
    let name = clean(stem);
    // SQLite keeps the first for itself.
    let name = if name.is_empty() || name.to_lowercase().starts_with("sqlite_") {
        format!("file_{name}").trim_end_matches('_').into()
    } else {
        name
    };
    distinct(&name, taken)
}

/// What columns are called: as the file has it, without control characters; those without a name, and those that have one already, get one.
pub(super) fn columns(names: &[String]) -> Vec<String> {
    let mut taken = HashSet::new();
    let column = |(at, name): (usize, &String)| {
        let name = clean(name);
        distinct(if name.is_empty() { format!("column_{}", at + 1) } else { name }.as_str(), &mut taken)
    };
    names.iter().enumerate().map(column).collect()
}

fn clean(name: &str) -> String {
    let letters = name.trim().chars().map(|c| if c.is_control() || c == '\u{feff}' { ' ' } else { c });
    let text: String = letters.take(LONGEST).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn distinct(name: &str, taken: &mut HashSet<String>) -> String {
    let mut own = name.to_owned();
    let mut number = 2;
    while !taken.insert(own.to_lowercase()) {
        own = format!("{name}_{number}");
        number += 1;
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_called_after_files() {
        let mut taken = HashSet::new();
        let mut check = |path: &str, expected: &str| assert_eq!(table(Path::new(path), &mut taken), expected, "{path}");
        check("/a/sales.csv", "sales");
        check("/b/Sales.csv.gz", "Sales_2");
        check("events.2024.jsonl", "events.2024");
        check("my data (1).PARQUET", "my data (1)");
        check(".csv", "file");
        check("sqlite_x.csv", "file_sqlite_x");
    }

    #[test]
    fn columns_have_names_of_their_own() {
        let names = ["id", " Id ", "", "first\r\nname", "column_3", "\u{feff}x"].map(str::to_owned);
        assert_eq!(columns(&names), ["id", "Id_2", "column_3", "first name", "column_3_2", "x"]);
    }
}
