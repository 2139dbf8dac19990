//! Columns of a few values, by which everybody writes the same things differently: `F`, `female`; `Y`, `yes`, `true`.

use super::column::ColumnValues;

/// Ways to write one thing.
const CODES: [&[&str]; 4] =
    [&["yes", "y", "true", "t", "1"], &["no", "n", "false", "f", "0"], &["male", "m", "man"], &["female", "f", "woman"]];
/// A column of codes has no more values than this.
const MOST_CODES: usize = 5;
/// What a question calls women and men (singular, folded), and how columns write them.
const SEXES: [(&[&str], &[&str]); 2] =
    [(&["female", "woman", "girl", "lady"], &["female", "f", "woman"]), (&["male", "man", "men", "boy"], &["male", "m", "man"])];

/// The one value by which a column of few values writes `text`, where it is one of a few well-known things.
pub(super) fn code<'a>(known: &'a ColumnValues, text: &str) -> Option<&'a String> {
    if !known.complete || known.values.len() > MOST_CODES {
        return None;
    }
    let text = normal(text);
    let meant: Vec<&[&str]> = CODES.into_iter().filter(|code| code.contains(&text.as_str())).collect();
    let mut written = known.values.iter().filter(|value| meant.iter().any(|code| code.contains(&normal(value).as_str())));
    written.next().filter(|_| written.next().is_none())
}

/// The value by which a column that tells women from men writes the one that `word` (singular, folded) is; `None` for other columns.
pub(super) fn sex<'a>(known: &'a ColumnValues, word: &str) -> Option<&'a String> {
    let (_, written) = SEXES.iter().find(|(said, _)| said.contains(&word))?;
    if known.values.len() > MOST_CODES {
        return None;
    }
    let has = |codes: &[&str]| known.values.iter().find(|value| codes.contains(&normal(value).as_str()));
    let named = ["sex", "gender"].iter().any(|name| known.column.to_lowercase().contains(name));
    if !named && !SEXES.iter().all(|(_, codes)| has(codes).is_some()) {
        return None;
    }
    has(written)
}

fn normal(text: &str) -> String {
    text.trim().to_lowercase()
}
