//! A statement as it has to be where views of ours stand before the file's tables.
//!
//! Names without a qualifier find them by themselves. `main.deck` has to become `temp.deck`; a function that tells of a table has to be
//! asked about the file's; an index that is hidden cannot be named; and a view has no rowid, but mostly a column that is it.

use std::borrow::Cow;

use super::foreign::significant;
use super::overlay::{Overlay, WITH_ROWID};
use super::survey::is_rowid;
use crate::sql::lex::{Token, TokenKind, name_of};
use crate::sql::quote::{is_keyword, quoted_identifier};

/// Functions that tell of the table that is their first argument.
const TELLING: [&str; 4] = ["pragma_table_info", "pragma_table_xinfo", "pragma_index_list", "pragma_foreign_key_list"];

/// Replacements of byte ranges, in order.
type Changes = Vec<(std::ops::Range<usize>, String)>;

/// `sql` with every use of a hidden name turned to the view that hides it.
pub(in crate::db) fn rewrite<'s>(sql: &'s str, overlay: &Overlay) -> Cow<'s, str> {
    if overlay.is_empty() {
        return Cow::Borrowed(sql);
    }
    let tokens = significant(sql);
    let mut changes = qualifiers(sql, &tokens, overlay);
    for (i, token) in tokens.iter().enumerate() {
        let next = |n: usize| tokens.get(i + n).map_or("", |token| token.text(sql));
        let text = token.text(sql);
        let tells = next(1) == "(" && next(3) == ")" && TELLING.iter().any(|name| name.eq_ignore_ascii_case(&name_of(text)));
        if let Some(argument) = tokens.get(i + 2).filter(|_| tells) {
            changes.push((argument.range.end..argument.range.end, ", 'main'".into()));
        }
        let is = |n: usize, word: &str| next(n).eq_ignore_ascii_case(word);
        if token.kind == TokenKind::Word && text.eq_ignore_ascii_case("indexed") && is(1, "by") {
            let before = i.checked_sub(1).and_then(|i| tokens.get(i)).map_or("", |token| token.text(sql));
            if let Some(index) = tokens.get(i + 2).filter(|_| !before.eq_ignore_ascii_case("not")) {
                changes.push((token.range.start..index.range.end, String::new()));
            }
        }
    }
    changes.sort_by_key(|(range, _)| range.start);
    applied(sql, &changes)
}

/// `sql` with `main.name` as `temp.name`, where a view of ours has that name.
pub(super) fn to_temp(sql: &str, overlay: &Overlay) -> String {
    applied(sql, &qualifiers(sql, &significant(sql), overlay)).into_owned()
}

fn qualifiers(sql: &str, tokens: &[Token], overlay: &Overlay) -> Changes {
    let text = |i: usize| tokens.get(i).map_or("", |token| token.text(sql));
    let is_main = |i: usize| name_of(text(i)).eq_ignore_ascii_case("main") && text(i + 1) == "." && (i == 0 || text(i - 1) != ".");
    // A table may be called `main` too: then `main.x` in an expression is its column.
    let listed = |i: usize| i > 0 && ["from", "join"].iter().any(|word| word.eq_ignore_ascii_case(text(i - 1)));
    let is_schema = |i: usize| !overlay.has("main") || text(i + 3) == "." || listed(i);
    let named = tokens.iter().enumerate().filter(|&(i, _)| is_main(i) && is_schema(i) && overlay.has(&name_of(text(i + 2))));
    named.map(|(_, token)| (token.range.clone(), "temp".to_owned())).collect()
}

/// `sql` with its rowids as what they are, where the statement reads a hidden table and SQLite found no rowid: the column that is the rowid,
/// or that of a view which gives it. `None` where it is not plain.
pub(in crate::db) fn name_the_key(sql: &str, message: &str, overlay: &Overlay) -> Option<String> {
    let missing = message.strip_prefix("no such column: ")?;
    if !is_rowid(&name_of(missing.rsplit('.').next()?)) {
        return None;
    }
    let tokens = significant(sql);
    let mut keys: Vec<Option<&str>> = tokens.iter().filter_map(|token| overlay.key_of(&name_of(token.text(sql)))).collect();
    keys.sort_unstable();
    keys.dedup();
    match keys.as_slice() {
        [Some(key)] => Some(applied(sql, &keys_named(sql, &tokens, key, overlay)).into_owned()),
        [None] => with_rowid(sql, &tokens, overlay),
        _ => None,
    }
}

/// Rowids of hidden tables as the column `key`.
fn keys_named(sql: &str, tokens: &[Token], key: &str, overlay: &Overlay) -> Changes {
    let text = |i: usize| tokens.get(i).map_or("", |token| token.text(sql));
    let mut changes = Changes::new();
    for (i, token) in tokens.iter().enumerate() {
        let name = matches!(token.kind, TokenKind::Word | TokenKind::Quoted) && is_rowid(&name_of(token.text(sql)));
        // A qualifier that is a table of the file without a view has a rowid of its own.
        let owner = if i > 1 && text(i - 1) == "." { name_of(text(i - 2)) } else { String::new() };
        let without = !owner.is_empty() && tables(sql, tokens, &owner).iter().all(|table| overlay.key_of(table).is_none());
        if name && !without && text(i + 1) != "." {
            changes.push((token.range.clone(), quoted_identifier(key)));
        }
    }
    changes
}

/// Hidden tables as the views that give their rowid. It is a column more, so no `*` may stand for the columns.
fn with_rowid(sql: &str, tokens: &[Token], overlay: &Overlay) -> Option<String> {
    let text = |i: Option<usize>| i.and_then(|i| tokens.get(i)).map_or("", |token| token.text(sql));
    // The view has it under one of its three names.
    let mut changes = keys_named(sql, tokens, "rowid", overlay);
    let is = |i: Option<usize>, words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text(i)));
    for (i, token) in tokens.iter().enumerate() {
        let before = i.checked_sub(1);
        if token.text(sql) == "*" && is(before, &["select", "distinct", "all", ",", "."]) {
            return None;
        }
        let name = name_of(token.text(sql));
        let listed = is(before, &["from", "join", ",", "("]) || is(before, &["."]) && is(i.checked_sub(2), &["temp", "main"]);
        if overlay.key_of(&name).is_none() || !listed || is(Some(i + 1), &["."]) {
            continue;
        }
        let next = tokens.get(i + 1);
        let aliased = next.is_some_and(|next| match next.kind {
            TokenKind::Word => next.text(sql).eq_ignore_ascii_case("as") || !is_keyword(next.text(sql)),
            TokenKind::Quoted | TokenKind::String => true,
            _ => false,
        });
        let view = quoted_identifier(&format!("{WITH_ROWID}{name}"));
        let view = if aliased { view } else { format!("{view} AS {}", quoted_identifier(&name)) };
        changes.push((token.range.clone(), view));
    }
    changes.sort_by_key(|(range, _)| range.start);
    Some(applied(sql, &changes).into_owned())
}

/// What the qualifier `owner` may stand for: itself, and each name that it follows as an alias.
fn tables(sql: &str, tokens: &[Token], owner: &str) -> Vec<String> {
    let mut out = vec![owner.to_owned()];
    for (i, token) in tokens.iter().enumerate() {
        if i > 0 && name_of(token.text(sql)).eq_ignore_ascii_case(owner) {
            let before = |n: usize| i.checked_sub(n).and_then(|i| tokens.get(i)).map_or("", |token| token.text(sql));
            out.push(name_of(if before(1).eq_ignore_ascii_case("as") { before(2) } else { before(1) }));
        }
    }
    out
}

fn applied<'s>(sql: &'s str, changes: &Changes) -> Cow<'s, str> {
    if changes.is_empty() {
        return Cow::Borrowed(sql);
    }
    let (mut out, mut copied) = (String::with_capacity(sql.len() + 16), 0);
    for (range, text) in changes {
        out.push_str(sql.get(copied..range.start).unwrap_or(""));
        out.push_str(text);
        copied = range.end;
    }
    out.push_str(sql.get(copied..).unwrap_or(""));
    Cow::Owned(out)
}
