//! A text with pieces of it replaced.

use std::ops::Range;

/// `text` with `edits` made, which are in order; `None` where they overlap or miss it.
pub(crate) fn replaced<'e>(text: &str, edits: impl IntoIterator<Item = &'e (Range<usize>, String)>) -> Option<String> {
    let (mut out, mut at) = (String::with_capacity(text.len() + 64), 0);
    for (range, to) in edits {
        out.push_str(text.get(at..range.start)?);
        out.push_str(to);
        at = range.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}
