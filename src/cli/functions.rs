//! `functions`: what can be called in SQL beside SQLite's own functions.

use std::io::{Write, stdout};

use serde_json::{Value, json};

use super::failure::Failure;
use crate::db::functions::{Group, REGISTRY};

/// Prints those whose name or description has `word`; all of them without one.
pub(super) fn run_functions(word: Option<&str>, as_json: bool) -> Result<u8, Failure> {
    if as_json {
        let found: Vec<Value> = REGISTRY
            .iter()
            .filter(|function| has(function.form, function.says, word))
            .map(|f| json!({ "name": f.name, "form": f.form, "says": f.says, "about": f.group.title() }))
            .collect();
        writeln!(stdout(), "{}", Value::Array(found))?;
        return Ok(0);
    }
    let listed = listed(word);
    if listed.is_empty() {
        writeln!(stdout(), "no function of sqllama's has that in its name or its description")?;
        return Ok(1);
    }
    write!(stdout(), "{listed}")?;
    Ok(0)
}

/// All of them, for the help of the command.
pub(super) fn all() -> String {
    format!("{}\nSQLite's own functions are there too: https://sqlite.org/lang_corefunc.html", listed(None))
}

fn listed(word: Option<&str>) -> String {
    let mut out = String::new();
    for group in Group::ALL {
        let of_group: Vec<_> = REGISTRY.iter().filter(|f| f.group == group && has(f.form, f.says, word)).collect();
        if of_group.is_empty() {
            continue;
        }
        out.push_str(&format!("{}\n", group.title()));
        let width = of_group.iter().map(|function| function.form.len()).max().unwrap_or(0);
        for function in of_group {
            out.push_str(&format!("  {:width$}  {}\n", function.form, function.says));
        }
    }
    out
}

fn has(form: &str, says: &str, word: Option<&str>) -> bool {
    word.is_none_or(|word| {
        let word = word.to_lowercase();
        form.to_lowercase().contains(&word) || says.to_lowercase().contains(&word)
    })
}
