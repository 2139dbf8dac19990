//! Columns of a few values, by which everybody writes the same things differently: `F`, `female`; `Y`, `yes`, `true`.

use super::column::ColumnValues;
use crate::text::iso::{CodeKind, codes_of, is_code};
use crate::text::words::split_name;

/// Ways to write one thing.
const CODES: [&[&str]; 4] =
    [&["yes", "y", "true", "t", "1"], &["no", "n", "false", "f", "0"], &["male", "m", "man"], &["female", "f", "woman"]];
/// A column of codes has no more values than this.
const MOST_CODES: usize = 5;
/// What a question calls women and men (singular, folded), and how columns write them.
const SEXES: [(&[&str], &[&str]); 2] =
    [(&["female", "woman", "girl", "lady"], &["female", "f", "woman"]), (&["male", "man", "men", "boy"], &["male", "m", "man"])];

/// A column of months, and of other things that are cut short, has no more values than this.
const MOST_SHORT: usize = 12;
/// Letters of a word that is cut short.
const SHORT: usize = 3;

/// The one value by which a column of few values writes `text`, where it is one of a few well-known things, or one is the other cut short:
/// `pos` for `positive`, `Sunday` for `Sun`, `A` for `active` where all are letters.
pub(super) fn code<'a>(known: &'a ColumnValues, text: &str) -> Option<&'a String> {
    well_known(known, text).or_else(|| international(known, text)).or_else(|| short(known, text))
}

/// Words of columns that tell countries, and of those that tell languages.
const COUNTRY_COLUMNS: [&str; 8] = ["country", "nation", "nationality", "land", "citizenship", "origin", "territory", "cc"];
const LANGUAGE_COLUMNS: [&str; 5] = ["language", "lang", "locale", "tongue", "sprache"];

/// What a column tells by codes of ISO 3166 or 639: its name says so, and of ten values at least nine are such, `en_US` among them.
fn told_by_codes(known: &ColumnValues) -> Option<CodeKind> {
    let words = split_name(known.called());
    let says = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let kind = match () {
        () if says(&LANGUAGE_COLUMNS) => CodeKind::Language,
        () if says(&COUNTRY_COLUMNS) => CodeKind::Country,
        () => return None,
    };
    let values = || known.values.iter().filter(|value| !value.trim().is_empty());
    let codes = values().filter(|value| is_code(kind, before_region(value))).count();
    (codes > 0 && 10 * codes >= 9 * values().count()).then_some(kind)
}

/// `en` of `en_US`.
fn before_region(value: &str) -> &str {
    value.trim().split(['-', '_']).next().unwrap_or_default()
}

/// The value by which a column of codes writes the country or language that `text` names: `DE` for `Germany`, `en` for `English`.
pub(super) fn international<'a>(known: &'a ColumnValues, text: &str) -> Option<&'a String> {
    let codes = [CodeKind::Country, CodeKind::Language].map(|kind| codes_of(kind, text));
    if codes.iter().all(|codes| codes.is_empty()) {
        return None;
    }
    let codes = codes_of(told_by_codes(known)?, text);
    let mut written = known.values.iter().filter(|value| codes.iter().any(|code| code.eq_ignore_ascii_case(before_region(value))));
    written.next().filter(|_| written.next().is_none())
}

fn short<'a>(known: &'a ColumnValues, text: &str) -> Option<&'a String> {
    let letters = |text: &str| text.chars().all(char::is_alphabetic) && !text.is_empty();
    let text = normal(text);
    if !known.complete || known.values.len() > MOST_SHORT || !letters(&text) || text.chars().count() < SHORT {
        return None;
    }
    let count = |text: &str| text.chars().count();
    let words = || known.values.iter().map(|value| normal(value)).filter(|value| !value.is_empty());
    // Of one letter and a word beside it, nobody knows what the letter is short for.
    let all_letters = words().count() > 1 && words().all(|value| letters(&value) && count(&value) < SHORT);
    // Beside `sx`, `s` may be short for anything that begins so.
    let alone = || words().filter(|value| value.chars().next() == text.chars().next()).count() == 1;
    let cut = |value: &&String| {
        let value = normal(value);
        let of_text = letters(&value) && text.starts_with(&value) && (count(&value) >= SHORT || all_letters && alone());
        of_text || letters(&value) && value.starts_with(&text)
    };
    let only = |fits: &dyn Fn(&&String) -> bool| {
        let mut written = known.values.iter().filter(fits);
        written.next().filter(|_| written.next().is_none())
    };
    // `GM` for `grandmaster`, `ST` for `student`: letters of the word, the first one first, where all are as short.
    let initials = |value: &&String| {
        let value = normal(value);
        let mut rest = text.chars();
        count(&value) > 1 && value.chars().next() == text.chars().next() && value.chars().all(|c| rest.any(|other| other == c))
    };
    only(&cut).or_else(|| only(&initials).filter(|_| words().count() > 1 && words().all(|value| letters(&value) && count(&value) <= SHORT)))
}

fn well_known<'a>(known: &'a ColumnValues, text: &str) -> Option<&'a String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: &[&str], text: &str, expected: Option<&str>) {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        let known = ColumnValues { database: None, table: "t".into(), column: "c".into(), path: None, values, complete: true };
        assert_eq!(code(&known, text).map(String::as_str), expected, "{text}");
    }

    #[test]
    fn what_is_cut_short_is_the_same() {
        check(&["n/a", "neg", "pos"], "positive", Some("pos"));
        check(&["Friday", "Monday", "Sunday"], "Sun", Some("Sunday"));
        check(&["A", "C", "P"], "Active", Some("A"));
        check(&["Apr", "Aug", "Jan"], "january", Some("Jan"));
        check(&["GM", "IM"], "Grandmaster", Some("GM"));
        check(&["J", "PT", "ST"], "student", Some("ST"));
        for (values, text) in [
            (&["A", "C", "P", "AB"][..], "active"),
            (&["A", "pending"], "active"),
            (&["A"], "active"),
            (&["s", "sx"], "starred"),
            (&["opened", "opened late"], "op"),
            (&["May 2022", "May 2023"], "May"),
            (&["reopened", "closed"], "open"),
            (&["GM", "GR"], "grandmaster"),
            (&["GM", "Candidate"], "grandmaster"),
        ] {
            check(values, text, None);
        }
    }
}
