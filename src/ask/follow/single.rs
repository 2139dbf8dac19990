//! The one row at an end: "only the cheapest", "which is the highest?", "the most expensive one", "the last one".

use super::ground::Ground;
use super::order::{first_by, sorted};
use crate::sql::follow::{Edit, Term};
use crate::text::words::{split_name, stem};

/// Words beside the end that mean nothing more.
const GLUE: [&str; 14] = ["the", "one", "is", "which", "who", "what", "of", "those", "them", "these", "has", "had", "have", "was"];
/// Words for groups by their time.
const SPANS: [&str; 3] = ["month", "year", "day"];

/// Takes the first row by what the words name.
pub(super) fn read(ground: &Ground<'_>) -> Option<Vec<Edit>> {
    let list = ground.said.list();
    let asks = list.first().is_some_and(|first| ["which", "who", "what"].contains(first));
    // "The cheapest" by itself may be several.
    let single =
        ground.said.narrow || list.contains(&"one") || asks && ["is", "was", "has", "had", "have"].iter().any(|verb| list.contains(verb));
    let outline = &ground.outline;
    if !single || list.contains(&"ones") || outline.limit.is_some() || outline.shows_one_row() {
        return None;
    }
    let words: Vec<&str> = list.into_iter().filter(|word| !GLUE.contains(word)).collect();
    // "Which month had the most?": the groups are months.
    let is_group = |word: &str| {
        let of_time = SPANS.contains(&word) && outline.groups.iter().any(|group| group.text.to_ascii_lowercase().contains("strftime"));
        let names =
            |group: &Term| group.column.as_ref().is_some_and(|place| split_name(&place.column).iter().any(|part| stem(part) == stem(word)));
        of_time || outline.groups.iter().any(names)
    };
    let words = match words.split_first() {
        Some((first, rest)) if asks && is_group(first) => rest.to_vec(),
        _ => words,
    };
    let words = if words == ["last"] { vec!["latest"] } else { words };
    let (key, descending) = first_by(ground, &words)?;
    let mut edits = sorted(ground, &key, descending)?;
    edits.push(Edit::Limit(Some(1), 0));
    Some(edits)
}
