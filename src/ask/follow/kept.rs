//! What a follow-up's query kept of the one before, in words.

use crate::sql::follow::Outline;

/// Conditions told.
const MOST_TOLD: usize = 6;

/// "country = 'Spain', grouped by city, sorted by total", or the tables where nothing else was kept.
pub(super) fn kept(before: &Outline<'_>, after: Option<&Outline<'_>>) -> String {
    // Qualifiers come and go with joins.
    let bare = |text: &str| text.split_whitespace().map(last_part).collect::<Vec<_>>().join(" ").to_lowercase();
    let Some(after) = after else { return "all of its rows".into() };
    let mut told: Vec<String> = Vec::new();
    let now: Vec<String> = after.conditions.iter().map(|condition| bare(&condition.text)).collect();
    let kept = before.conditions.iter().filter(|condition| now.contains(&bare(&condition.text)));
    told.extend(kept.take(MOST_TOLD).map(|condition| condition.text.clone()));
    let now: Vec<String> = after.groups.iter().map(|group| bare(&group.text)).collect();
    let groups: Vec<String> =
        before.groups.iter().filter(|group| now.contains(&bare(&group.text))).map(|group| group.text.clone()).collect();
    if !groups.is_empty() {
        told.push(format!("grouped by {}", groups.join(", ")));
    }
    let now: Vec<String> = after.order.iter().map(|sorting| bare(&sorting.term.text)).collect();
    let order: Vec<String> =
        before.order.iter().filter(|sorting| now.contains(&bare(&sorting.term.text))).map(|sorting| sorting.term.text.clone()).collect();
    if !order.is_empty() {
        told.push(format!("sorted by {}", order.join(", ")));
    }
    if let Some(limit) = before.limit.filter(|limit| after.limit == Some(*limit)) {
        told.push(format!("at most {limit} rows"));
    }
    let tables: Vec<&str> = before.seats.iter().map(|seat| seat.table.name.as_str()).collect();
    told.insert(0, format!("rows of {}", tables.join(" and ")));
    told.join(", ")
}

/// A name without its table.
fn last_part(word: &str) -> &str {
    let is_name = word.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_' || b == b'"');
    word.rsplit_once('.').map_or(word, |(_, last)| if is_name { last } else { word })
}
