//! The one row at an end: "only the cheapest", "which is the highest?", "the most expensive one", "the last one".

use super::ground::Ground;
use super::order::{first_by, sorted};
use crate::sql::follow::Edit;

/// Words beside the end that mean nothing more.
const GLUE: [&str; 10] = ["the", "one", "is", "which", "who", "what", "of", "those", "them", "these"];

/// Takes the first row by what the words name.
pub(super) fn read(ground: &Ground<'_>) -> Option<Vec<Edit>> {
    let list = ground.said.list();
    let asks = list.first().is_some_and(|first| ["which", "who", "what"].contains(first));
    // "The cheapest" by itself may be several.
    let single = ground.said.narrow || list.contains(&"one") || asks && list.contains(&"is");
    let outline = &ground.outline;
    if !single || list.contains(&"ones") || outline.limit.is_some() || outline.shows_one_row() {
        return None;
    }
    let words: Vec<&str> = list.into_iter().filter(|word| !GLUE.contains(word)).collect();
    let words = if words == ["last"] { vec!["latest"] } else { words };
    let (key, descending) = first_by(ground, &words)?;
    let mut edits = sorted(ground, &key, descending)?;
    edits.push(Edit::Limit(Some(1), 0));
    Some(edits)
}
