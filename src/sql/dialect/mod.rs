//! The habits of other dialects rewritten for SQLite, token by token, so that it works where there is no syntax tree.
//!
//! Only what SQLite does not accept is touched, or what it accepts with a meaning that nobody has in mind (`CAST(x AS DATE)` is a
//! number there, `'a' + b` is 0). What has no counterpart (`STDDEV`, `ROLLUP`, `QUALIFY`) is left for SQLite to complain of.
//!
//! - `functions`: calls that SQLite spells differently
//! - `dates`: parts, formats and differences of dates, intervals
//! - `syntax`: everything that is not a call

mod dates;
mod functions;
mod syntax;

use std::ops::Range;

use super::mend::{Change, ChangeKind};
use super::tokens::Tokens;

/// More rewritings than this are no habit.
const MAX_REWRITINGS: usize = 64;

/// Bytes up to which a statement is looked at: every rewriting reads it once more.
const MAX_BYTES: usize = 64 * 1024;

/// Pieces of the text to replace.
type Edits = Vec<(Range<usize>, String)>;

/// `sql` as SQLite would have it, and the changes in order.
pub fn rewrite(sql: &str) -> (String, Vec<Change>) {
    let (mut now, mut changes) = (sql.to_owned(), Vec::new());
    if sql.len() > MAX_BYTES {
        return (now, changes);
    }
    for _ in 0..MAX_REWRITINGS {
        let tokens = Tokens::new(&now);
        // From the back, so that what stands inside a call is rewritten before the call.
        let rule =
            |at: usize| functions::rewrite(&tokens, at).or_else(|| dates::rewrite(&tokens, at)).or_else(|| syntax::rewrite(&tokens, at));
        let Some(mut edits) = (0..tokens.len()).rev().find_map(rule) else { break };
        edits.sort_by_key(|(range, _)| range.start);
        let mut next = String::with_capacity(now.len() + 32);
        let mut at = 0;
        for (range, to) in &edits {
            next.push_str(now.get(at..range.start).unwrap_or_default());
            next.push_str(to);
            at = range.end;
            // What is left out takes its blank along.
            let rest = now.get(at..).unwrap_or_default();
            if to.is_empty() && next.ends_with(' ') && (rest.is_empty() || rest.starts_with([' ', ')', ';'])) {
                next.pop();
            }
        }
        next.push_str(now.get(at..).unwrap_or_default());
        if next == now {
            break;
        }
        let told = |range: &Range<usize>| now.get(range.clone()).unwrap_or_default().trim().to_owned();
        let from: Vec<String> = edits.iter().map(|(range, _)| told(range)).filter(|text| !text.is_empty()).collect();
        let to: Vec<&str> = edits.iter().map(|(_, to)| to.trim()).filter(|text| !text.is_empty()).collect();
        changes.push(Change { kind: ChangeKind::Dialect, from: from.join(" "), to: to.join(" ") });
        now = next;
    }
    (now, changes)
}

#[cfg(test)]
mod tests;
