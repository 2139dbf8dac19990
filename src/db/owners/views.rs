//! Views in the `temp` schema that stand before what the file has under the same name.
//!
//! A statement finds a name in `temp` before it finds it in the file. A view there gives a table's columns as they are, except that a
//! column which is not to be searched for in an index is written as `(SELECT column)`: it has the same values, type and affinity, and
//! SQLite's planner does not see through it. A view of the file itself sees nothing in `temp`, so those that read such a table are made
//! there again, with the same text; and so are those with a string in double quotes, with it in single ones.
//!
//! SQLite trusts what is in `temp`, and the text comes from the file: so a view is made again only after SQLite has taken it as the file
//! has it, with `trusted_schema` off.

use std::ffi::c_int;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ffi};

use super::foreign::{Entry, Kind, Stored, names, significant};
use super::functions::Registered;
use super::overlay::{Overlay, WITH_ROWID};
use super::rewrite::{name_the_key, to_temp};
use super::survey::Shadow;
use crate::db::sqlite_error::{missing_function, sqlite_message};
use crate::signal::Cancel;
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::quote::{quoted_identifier, string_literal};

/// Strings in double quotes that are mended in one view.
const MOST_STRINGS: usize = 500;
/// All views together are looked at no longer than this: what a file has more is read as it is, or not.
const PATIENCE: Duration = Duration::from_secs(1);
/// `SQLITE_SkipScan` of SQLite's sources. A test sees to it that it still means that.
const SKIP_SCAN: c_int = 0x4000;

/// Hides the columns that `shadows` say.
pub(super) fn hide(connection: &Connection, schema: &Stored, shadows: &[Shadow], overlay: &mut Overlay) -> rusqlite::Result<()> {
    if shadows.is_empty() {
        return Ok(());
    }
    forbid_skip_scans(connection);
    for shadow in shadows {
        create(connection, &shadow_sql(shadow, false))?;
        let name = shadow.table.to_ascii_lowercase();
        // A full-text table reads the table that holds its text by the rowid, in its own statements.
        let reads = |entry: &Entry| names(&entry.sql).iter().any(|word| word.eq_ignore_ascii_case(&name));
        if shadow.columns.iter().any(|column| column.hidden) && !schema.of_kind(Kind::Virtual).any(reads) {
            overlay.tables.insert(name.clone());
        }
        if shadow.has_rowid {
            if shadow.key.is_none() {
                create(connection, &shadow_sql(shadow, true))?;
            }
            overlay.keys.push((name.clone(), shadow.key.clone()));
        }
        overlay.names.insert(name);
    }
    Ok(())
}

/// An index whose first column nothing is known of may be walked by leaps from one of its values to the next, where `ANALYZE` found few of
/// them. The leaps go by the collation.
fn forbid_skip_scans(connection: &Connection) {
    // SAFETY: the handle is open while `connection` is borrowed; this test control takes the connection and a mask of optimisations that
    // it turns off, and changes a field of the connection.
    unsafe { ffi::sqlite3_test_control(ffi::SQLITE_TESTCTRL_OPTIMIZATIONS, connection.handle(), SKIP_SCAN) };
}

fn shadow_sql(shadow: &Shadow, with_rowid: bool) -> String {
    let table = quoted_identifier(&shadow.table);
    let columns = shadow.columns.iter().map(|column| {
        let name = quoted_identifier(&column.name);
        match (&column.collation, column.hidden) {
            (_, false) => format!("{table}.{name} AS {name}"),
            (None, true) => format!("(SELECT {table}.{name}) AS {name}"),
            // A bracket loses the collation.
            (Some(collation), true) => format!("((SELECT {table}.{name}) COLLATE {}) AS {name}", quoted_identifier(collation)),
        }
    });
    let rowid = with_rowid.then(|| format!("{table}.rowid AS rowid"));
    let columns: Vec<String> = rowid.into_iter().chain(columns).collect();
    let view = if with_rowid { quoted_identifier(&format!("{WITH_ROWID}{}", shadow.table)) } else { table.clone() };
    let by = shadow.only_index.as_ref().map(|index| format!(" INDEXED BY {}", quoted_identifier(index))).unwrap_or_default();
    format!("CREATE TEMP VIEW {view} AS SELECT {} FROM main.{table} AS {table}{by}", columns.join(", "))
}

/// Runs one `CREATE TEMP VIEW`; more statements than one are an error.
fn create(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.execute_batch("PRAGMA query_only=OFF")?;
    let made = connection.prepare(sql).and_then(|mut statement| statement.execute([]));
    connection.execute_batch("PRAGMA query_only=ON")?;
    made.map(|_| ())
}

/// Makes views again that read what is hidden, or that hold a string in double quotes. Registers the functions they lack. Gives those that
/// read what is hidden and could not be made again.
pub(super) fn read_anew(connection: &Connection, schema: &Stored, used: &mut Registered, overlay: &mut Overlay) -> Vec<String> {
    let patience = Cancel::new().with_timeout(PATIENCE);
    let mut pending: Vec<&Entry> = Vec::new();
    for view in schema.of_kind(Kind::View) {
        if patience.is_stopped() {
            break;
        }
        if is_taken(connection, schema, used, view) {
            pending.push(view);
        }
    }
    // A view on a view that is made again is made again too.
    loop {
        let before = pending.len();
        let mut again = Vec::new();
        for view in pending {
            if patience.is_stopped() || !make_again(connection, view, overlay) {
                again.push(view);
            }
        }
        pending = again;
        if pending.len() == before {
            return pending.into_iter().filter(|view| reads_hidden(view, overlay)).map(|view| view.name.clone()).collect();
        }
    }
}

/// Whether SQLite takes the view as the file has it, with strings in double quotes and with the stand-ins that it needs.
fn is_taken(connection: &Connection, schema: &Stored, used: &mut Registered, view: &Entry) -> bool {
    let sql = format!("SELECT * FROM main.{}", quoted_identifier(&view.name));
    loop {
        let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, true);
        let Err(error) = connection.prepare(&sql) else { return true };
        let registered = missing_function(&sqlite_message(&error)).is_some_and(|name| used.register(connection, schema, name));
        if !registered {
            return false;
        }
    }
}

/// Makes `view` in `temp` where that changes something and is possible. False where it may be possible later.
fn make_again(connection: &Connection, view: &Entry, overlay: &mut Overlay) -> bool {
    let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false);
    let name = quoted_identifier(&view.name);
    if !reads_hidden(view, overlay) && connection.prepare(&format!("SELECT * FROM main.{name}")).is_ok() {
        return false;
    }
    let Some(body) = body_of(&view.sql) else { return false };
    let (text, prefix) = (to_temp(&body, overlay), format!("CREATE TEMP VIEW {name}"));
    let Some(text) = mended(connection, &text, overlay) else { return false };
    if create(connection, &format!("{prefix}{text}")).is_err() {
        return false;
    }
    let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false);
    if connection.prepare(&format!("SELECT * FROM temp.{name}")).is_err() {
        let _ = drop_view(connection, &name);
        return false;
    }
    overlay.names.insert(view.name.to_ascii_lowercase());
    true
}

fn reads_hidden(view: &Entry, overlay: &Overlay) -> bool {
    names(&view.sql).iter().any(|word| overlay.has(word) && !word.eq_ignore_ascii_case(&view.name))
}

fn drop_view(connection: &Connection, name: &str) -> rusqlite::Result<()> {
    connection.execute_batch(&format!("PRAGMA query_only=OFF; DROP VIEW IF EXISTS temp.{name}; PRAGMA query_only=ON"))
}

/// What stands behind the name in a `CREATE VIEW` statement: its columns, if any, `AS`, and the query.
fn body_of(sql: &str) -> Option<String> {
    let tokens = significant(sql);
    let word = |i: usize, text: &str| tokens.get(i).is_some_and(|token| token.text(sql).eq_ignore_ascii_case(text));
    let mut at = tokens.iter().position(|token| token.text(sql).eq_ignore_ascii_case("view"))? + 1;
    if word(at, "if") && word(at + 1, "not") && word(at + 2, "exists") {
        at += 3;
    }
    if word(at + 1, ".") {
        at += 2;
    }
    let end = tokens.get(at)?.range.end;
    sql.get(end..).map(str::to_owned)
}

/// `body` with every double-quoted token that names nothing in single quotes, and with rowids of hidden tables as the columns that they are:
/// SQLite itself says which, one after the other.
fn mended(connection: &Connection, body: &str, overlay: &Overlay) -> Option<String> {
    let tokens = significant(body);
    let from = tokens.iter().position(|token| token.kind == TokenKind::Word && token.text(body).eq_ignore_ascii_case("as"))?;
    let start = tokens.get(from)?.range.end;
    let (head, mut query) = (body.get(..start)?.to_owned(), body.get(start..)?.to_owned());
    for _ in 0..MOST_STRINGS {
        let Err(error) = connection.prepare(&query) else { return Some(format!("{head}{query}")) };
        let offset = match &error {
            rusqlite::Error::SqlInputError { offset, .. } => usize::try_from(*offset).ok(),
            _ => None,
        };
        let message = sqlite_message(&error);
        if let Some(named) = name_the_key(&query, &message, overlay).filter(|named| *named != query) {
            query = named;
            continue;
        }
        let name = message.strip_prefix("no such column: \"")?.strip_suffix("\" - should this be a string literal in single-quotes?")?;
        query = unquoted_at(&query, name, offset)?;
    }
    None
}

/// `query` with the token `"name"` at `offset` as a string. Where SQLite does not say the place (in an `ON`), all of them that no dot,
/// bracket or `AS` makes names.
fn unquoted_at(query: &str, name: &str, offset: Option<usize>) -> Option<String> {
    let tokens = significant(query);
    let is_it = |i: usize| {
        tokens.get(i).is_some_and(|token| {
            token.kind == TokenKind::Quoted && token.text(query).starts_with('"') && name_of(token.text(query)) == name
        })
    };
    let text = |i: Option<usize>| i.and_then(|i| tokens.get(i)).map_or("", |token| token.text(query));
    let here = offset.and_then(|offset| tokens.iter().position(|token| token.range.start == offset)).filter(|&i| is_it(i));
    let places: Vec<usize> = match here {
        Some(place) => vec![place],
        None => {
            let is_name = |i: usize| {
                let (before, after) = (text(i.checked_sub(1)), text(Some(i + 1)));
                matches!(before, "." | "as" | "AS" | "As") || matches!(after, "." | "(")
            };
            (0..tokens.len()).filter(|&i| is_it(i) && !is_name(i)).collect()
        }
    };
    if places.is_empty() {
        return None;
    }
    let mut out = query.to_owned();
    for token in places.into_iter().rev().filter_map(|place| tokens.get(place)) {
        out.replace_range(token.range.clone(), &string_literal(name));
    }
    Some(out)
}
