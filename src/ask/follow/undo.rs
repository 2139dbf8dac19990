//! "Remove that filter", "all cities again", "without the limit"; "why is Anna not there?".

use super::ground::Ground;
use super::said::spoken;
use crate::sql::follow::{Condition, Edit, Place, Test};
use crate::sql::label;
use crate::sql::quote::string_literal;
use crate::text::words::{split_name, stem};

/// What a person calls a condition.
const CONDITIONS: [&str; 6] = ["filter", "filters", "condition", "conditions", "restriction", "restrictions"];

/// Takes conditions or the limit away.
pub(super) fn remove(ground: &Ground<'_>) -> Option<Vec<Edit>> {
    let list = ground.said.list();
    let removes = |words: &'_ [&'_ str]| {
        matches!(words.first(), Some(&("remove" | "drop" | "undo" | "clear" | "forget" | "without" | "no" | "delete" | "reset" | "lift")))
    };
    if removes(&list) {
        let rest: Vec<&str> = list
            .iter()
            .skip(1)
            .copied()
            .filter(|word| !["the", "that", "this", "last", "on", "for", "about", "those", "these"].contains(word))
            .collect();
        return match rest.as_slice() {
            ["limit"] => ground.outline.limit.map(|_| vec![Edit::Limit(None, 0)]),
            [word] if CONDITIONS.contains(word) => last_condition(ground),
            ["all", word] if CONDITIONS.contains(word) => all_conditions(ground),
            [word, nouns @ ..] | [nouns @ .., word] if CONDITIONS.contains(word) && !nouns.is_empty() => about(ground, nouns),
            _ => None,
        };
    }
    let rest: &[&str] = match list.as_slice() {
        ["in" | "for" | "from", rest @ ..] => rest,
        rest => rest,
    };
    match rest {
        ["all" | "any" | "every", nouns @ ..] if !nouns.is_empty() => {
            let nouns: Vec<&str> = nouns.iter().copied().filter(|word| !["the", "of", "them"].contains(word)).collect();
            about(ground, &nouns)
        }
        ["regardless", "of", nouns @ ..] | ["whatever", nouns @ ..] => {
            let nouns: Vec<&str> = nouns.iter().copied().filter(|word| *word != "the").collect();
            about(ground, &nouns)
        }
        ["show" | "list", "all"] | ["all", "of", "them"] => ground.outline.limit.map(|_| vec![Edit::Limit(None, 0)]),
        _ => None,
    }
}

/// The condition that was put last: the only one, or the only one that the question before speaks of.
fn last_condition(ground: &Ground<'_>) -> Option<Vec<Edit>> {
    let conditions = &ground.outline.conditions;
    if let [_] = conditions.as_slice() {
        return Some(vec![Edit::Redemand(0, None)]);
    }
    let asked: Vec<String> = spoken(&ground.previous.question).into_iter().map(|spoken| spoken.raw.to_lowercase()).collect();
    let words = asked.join(" ");
    let says = |value: &String| !value.is_empty() && format!(" {words} ").contains(&format!(" {} ", value.to_lowercase()));
    let spoken_of = |condition: &&Condition| match &condition.test {
        Test::Equal(values) | Test::Differs(values) => values.iter().any(says),
        Test::Compared(_, value) => says(value),
        Test::Between(low, high) => says(low) && says(high),
        Test::Other => false,
    };
    let mut places = conditions.iter().enumerate().filter(|(_, condition)| spoken_of(condition)).map(|(at, _)| at);
    let place = places.next()?;
    // What cannot be read may have been put last.
    let unread = conditions.iter().any(|condition| condition.test == Test::Other);
    (places.next().is_none() && !unread).then(|| vec![Edit::Redemand(place, None)])
}

fn all_conditions(ground: &Ground<'_>) -> Option<Vec<Edit>> {
    let count = ground.outline.conditions.len();
    (count > 0).then(|| (0..count).map(|at| Edit::Redemand(at, None)).collect())
}

/// The conditions on what `nouns` name.
fn about(ground: &Ground<'_>, nouns: &[&str]) -> Option<Vec<Edit>> {
    let asked: Vec<String> = nouns.iter().map(|word| stem(word)).collect();
    let fits = |place: &Place| {
        let own: Vec<String> = split_name(&place.column).iter().map(|part| stem(part)).collect();
        let table = ground.outline.table(place).map(|table| stem(&table.name));
        let time = nouns.iter().all(|word| ["year", "years", "date", "dates", "month", "months", "time", "times"].contains(word))
            && ground.outline.column(place).is_some_and(super::timed::is_time);
        let by_table = own.last() == Some(&stem("name")) && asked.len() == 1 && asked.first() == table.as_ref();
        time || by_table || asked.iter().all(|word| own.contains(word))
    };
    let conditions = ground.outline.conditions.iter().enumerate();
    let of = conditions.filter(|(_, condition)| condition.inside.len() == 1 && condition.inside.iter().all(fits));
    let edits: Vec<Edit> = of.map(|(at, _)| Edit::Redemand(at, None)).collect();
    (!edits.is_empty()).then_some(edits)
}

/// "Why is Anna not there?": her row, with what the conditions look at.
pub(super) fn why(ground: &Ground<'_>) -> Option<Vec<Edit>> {
    let spoken = &ground.said.words;
    let list = ground.said.list();
    let ["why", verb, ..] = list.as_slice() else { return None };
    if !["is", "isnt", "are", "arent", "was", "wasnt"].contains(verb) {
        return None;
    }
    const ENDS: [&str; 17] = [
        "not", "there", "in", "included", "missing", "listed", "shown", "the", "list", "here", "among", "them", "result", "results", "it",
        "those", "left",
    ];
    let last = list.iter().rposition(|word| !ENDS.contains(word))?;
    let denied = verb.ends_with("nt") || list.get(last + 1..)?.iter().any(|word| ["not", "missing", "left"].contains(word));
    let outline = &ground.outline;
    if !denied || outline.is_aggregated() || outline.distinct || outline.limit.is_some() || outline.conditions.is_empty() {
        return None;
    }
    let name = spoken.get(2..=last)?.iter().map(|spoken| spoken.raw.as_str()).collect::<Vec<_>>().join(" ");
    let known = ground.values?.named(&name);
    let subject = ground.subject();
    let table = outline.seats.get(subject)?.table;
    let labels = label(table);
    let mut of_label = known.iter().filter(|(owner, column, _)| *owner == table.name && labels.iter().any(|label| label.name == *column));
    let (_, column, value) = of_label.next()?;
    let found = ground.at(subject, table.column(column)?)?;
    // Every condition that it may fail is looked at, and is about columns that can be shown.
    if outline.conditions.iter().any(|condition| condition.inside.is_empty() || condition.text.to_ascii_lowercase().contains("select")) {
        return None;
    }
    let mut shown: Vec<String> = outline.outputs.iter().map(|output| output.text.clone()).collect();
    for place in outline.conditions.iter().flat_map(|condition| &condition.inside) {
        let name = ground.name(place.seat, &place.column);
        if !shown.contains(&name) {
            shown.push(name);
        }
    }
    let mut edits: Vec<Edit> = (0..outline.conditions.len()).map(|at| Edit::Redemand(at, None)).collect();
    edits.push(Edit::Demand(format!("{} = {}", found.name, string_literal(value))));
    edits.push(Edit::Show(shown));
    edits.push(Edit::Sort(Vec::new()));
    Some(edits)
}
