//! Why a relation of a file cannot be read.

use std::collections::HashMap;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::foreign::{Entry, Kind, Stored, names, significant};
use super::overlay::Overlay;
use super::{functions, modules};
use crate::db::sqlite_error::{is_busy, missing_function, sqlite_message};
use crate::signal::Cancel;
use crate::sql::quote::quoted_identifier;
use crate::text::sanitize;

/// All relations together are looked at no longer than this; the others are taken to be readable.
const PATIENCE: Duration = Duration::from_secs(1);

/// Of a view that could not be made again.
pub(super) const BEHIND: &str = "it reads a table whose index only its owner's program can use";

/// Each relation that SQLite cannot prepare a query of, and why. Views that we made again are asked for as they are now.
pub(super) fn unreadable(connection: &Connection, schema: &Stored, overlay: &Overlay) -> HashMap<String, String> {
    let patience = Cancel::new().with_timeout(PATIENCE);
    let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, true);
    let mut out = HashMap::new();
    let mut without_module: Vec<(&Entry, String)> = Vec::new();
    for entry in &schema.entries {
        // A table of SQLite's own can be read, or the file is damaged.
        if entry.kind == Kind::Index || entry.kind == Kind::Table && !overlay.has(&entry.name) {
            continue;
        }
        if patience.is_stopped() {
            break;
        }
        let Err(error) = connection.prepare(&format!("SELECT * FROM {}", quoted_identifier(&entry.name))) else { continue };
        if is_busy(&error) {
            continue;
        }
        let message = sqlite_message(&error);
        if let Some(module) = message.strip_prefix("no such module: ").filter(|_| entry.kind == Kind::Virtual) {
            without_module.push((entry, module.to_owned()));
        }
        out.insert(entry.name.clone(), reason(&message, entry, schema));
    }
    for (owner, module) in &without_module {
        for table in schema.of_kind(Kind::Table).filter(|table| modules::keeps_data(&table.name, &owner.name, module)) {
            let why = format!("it holds the data of `{}`, which cannot be read without the module `{module}`", owner.name);
            out.insert(table.name.clone(), sanitize(&why).into_owned());
        }
    }
    out
}

/// SQLite's `message` about `entry` as a person understands it.
fn reason(message: &str, entry: &Entry, schema: &Stored) -> String {
    let of = |program: Option<&str>| program.map(|program| format!(" of {program}")).unwrap_or_default();
    let words = if let Some(module) = message.strip_prefix("no such module: ") {
        format!("it needs the module `{module}`{}, which sqllama does not have", of(modules::program_of(module)))
    } else if let Some(tokenizer) = tokenizer(message) {
        let text = content_of(entry, schema).map(|table| format!("; its text is in `{table}`")).unwrap_or_default();
        format!("it needs the full-text tokenizer `{tokenizer}` of the program that made it{text}")
    } else if let Some(function) = missing_function(message) {
        format!("it needs the function `{function}`{}, which sqllama does not have", of(functions::program_of(function)))
    } else if let Some(table) = message.strip_prefix("no such table: ") {
        format!("it reads `{}`, which is not there", table.strip_prefix("main.").unwrap_or(table))
    } else if let Some(function) = message.strip_prefix("unsafe use of ") {
        format!("it uses {function}, which a file may not do")
    } else {
        message.to_owned()
    };
    sanitize(&words).into_owned()
}

/// Full-text tables that can be read and not searched, for want of a tokenizer: their names, and the tokenizers'.
pub(super) fn unsearchable(connection: &Connection, schema: &Stored) -> Vec<(String, String)> {
    let names_one = |entry: &&Entry| names(&entry.sql).iter().any(|word| word.eq_ignore_ascii_case("tokenize"));
    let search = |entry: &Entry| {
        let name = quoted_identifier(&entry.name);
        let found = connection.query_row(&format!("SELECT 1 FROM {name} WHERE {name} MATCH 'a' LIMIT 1"), [], |_| Ok(()));
        let message = sqlite_message(&found.err()?);
        Some((entry.name.clone(), message.strip_prefix("no such tokenizer: ")?.to_owned()))
    };
    schema.of_kind(Kind::Virtual).filter(names_one).filter_map(search).collect()
}

fn tokenizer(message: &str) -> Option<&str> {
    message.strip_prefix("unknown tokenizer: ").or_else(|| message.strip_prefix("no such tokenizer: "))
}

/// The table in which a full-text table's text can be read: the one it names, else its own.
fn content_of<'s>(entry: &Entry, schema: &'s Stored) -> Option<&'s str> {
    let tokens = significant(&entry.sql);
    let is_content = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.text(&entry.sql).eq_ignore_ascii_case(word));
    let at = (0..tokens.len()).find(|&at| is_content(at, "content") && is_content(at + 1, "="));
    let named = at.and_then(|at| tokens.get(at + 2)).and_then(|token| names(token.text(&entry.sql)).pop());
    let own = format!("{}_content", entry.name);
    let wanted = named.unwrap_or(own);
    schema.of_kind(Kind::Table).find(|table| table.name.eq_ignore_ascii_case(&wanted)).map(|table| table.name.as_str())
}
