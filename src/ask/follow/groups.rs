//! One row a group, and what is computed of it: "per month", "by country instead", "how many is that?", "and the average?".

use super::ground::{Ground, is_measure};
use super::when::part;
use crate::sql::follow::{Edit, Term};
use crate::text::words::stem;

/// A group: its keys, what is shown of it, and the joins that bring it in.
struct Group {
    keys: Vec<String>,
    shown: Vec<String>,
    joins: Vec<Edit>,
}

/// "Per month", "by country", "for each department".
pub(super) fn group(ground: &Ground<'_>) -> Option<Vec<Edit>> {
    let list = ground.said.list();
    let (words, counts) = group_words(&list)?;
    let group = group_of(ground, words)?;
    let outline = &ground.outline;
    if !outline.is_aggregated() {
        return count_each(ground, group, counts);
    }
    let known = |output: &&Term| output.aggregate.is_some();
    let aggregates: Vec<String> = outline.outputs.iter().filter(known).map(shown).collect();
    let others = outline.outputs.iter().filter(|output| output.aggregate.is_none());
    // What is neither a group nor computed of one would be of any row.
    let stray = others.clone().any(|output| {
        !outline.groups.iter().any(|group| group.inside == output.inside && !output.inside.is_empty() || group.text == output.text)
    });
    if aggregates.is_empty() || !outline.starred.is_empty() || outline.distinct || stray || counts && !only_counts(ground) {
        return None;
    }
    let (mut keys, mut outputs) = (Vec::new(), Vec::new());
    let adds = !outline.groups.is_empty() && (ground.said.also || ground.said.and) && !ground.said.instead && !ground.said.about;
    if adds {
        keys.extend(outline.groups.iter().map(|group| group.text.clone()));
        outputs.extend(others.map(shown));
    }
    keys.extend(group.keys);
    outputs.extend(group.shown);
    outputs.extend(aggregates);
    let mut edits = group.joins;
    edits.push(Edit::Show(outputs));
    edits.push(Edit::Group(keys));
    // An order by what is computed holds for other groups too; one by the old groups means nothing any more.
    let keeps = outline.order.iter().all(|sorting| sorting.term.aggregate.is_some() || adds);
    if !keeps {
        if outline.limit.is_some() {
            return None;
        }
        edits.push(Edit::Sort(Vec::new()));
    }
    Some(edits)
}

/// What stands behind the words for a group, and whether rows are to be counted.
fn group_words<'l>(list: &'l [&'l str]) -> Option<(&'l [&'l str], bool)> {
    const HEADS: [&[&str]; 18] = [
        &["grouped", "by"],
        &["group", "by"],
        &["group", "them", "by"],
        &["group", "it", "by"],
        &["split", "by"],
        &["split", "it", "by"],
        &["split", "that", "by"],
        &["broken", "down", "by"],
        &["break", "it", "down", "by"],
        &["break", "that", "down", "by"],
        &["break", "them", "down", "by"],
        &["break", "down", "by"],
        &["for", "each"],
        &["for", "every"],
        &["in", "each"],
        &["in", "every"],
        &["per"],
        &["by"],
    ];
    let after = |list: &'l [&'l str]| HEADS.iter().filter_map(|head| list.strip_prefix(*head)).min_by_key(|rest| rest.len());
    if let Some(rest) = after(list) {
        return match rest {
            [rest @ .., "and", "count"] | [rest @ .., "and", "count", "them"] => Some((rest, true)),
            rest => Some((rest, false)),
        };
    }
    let counted = [
        &["how", "many", "are", "there"][..],
        &["how", "many", "are", "that"],
        &["how", "many"],
        &["count", "them"],
        &["count"],
        &["the", "number"],
    ];
    counted.iter().find_map(|head| after(list.strip_prefix(*head)?)).map(|rest| (rest, true))
}

fn group_of(ground: &Ground<'_>, words: &[&str]) -> Option<Group> {
    let format = match words {
        ["day"] | ["date"] => Some("%Y-%m-%d"),
        ["month"] => Some("%Y-%m"),
        ["year"] => Some("%Y"),
        ["weekday"] | ["day", "of", "week"] | ["day", "of", "the", "week"] => Some("%w"),
        ["hour"] | ["hour", "of", "day"] | ["hour", "of", "the", "day"] => Some("%H"),
        _ => None,
    };
    if let Some(format) = format {
        // A column of that name is the group itself.
        let named = ground.one_named(words).filter(|found| found.column.name.eq_ignore_ascii_case(words.first().unwrap_or(&"")));
        let key = match named {
            Some(found) if format != "%Y-%m-%d" || super::timed::kept(found.column).is_none() => found.name,
            _ => part(&ground.time()?, format)?,
        };
        return Some(Group { keys: vec![key.clone()], shown: vec![key], joins: Vec::new() });
    }
    let named = ground.named(words);
    let first = named.first()?;
    if named.iter().any(|found| is_measure(found) && found.place.is_none()) {
        return None;
    }
    let names: Vec<String> = named.iter().map(|found| found.name.clone()).collect();
    let mut joins: Vec<Edit> = Vec::new();
    for join in &first.joins {
        // A row without the other table is in none of its groups.
        if let Edit::Join { table, on, .. } = join {
            joins.push(Edit::Join { table: table.clone(), on: on.clone(), may_lack: false });
        }
    }
    // Things that are called alike are different ones: the key tells them apart where the words name the thing.
    let things = words.iter().all(|word| stem(word) == stem(&first.table.name)) && first.table.primary_key.len() == 1;
    let mut keys = names.clone();
    if things
        && let Some(key) = first.table.primary_key.first()
        && let Some(column) = first.table.column(key)
    {
        let key = match &first.place {
            Some(place) => ground.at(place.seat, column)?.name,
            None => ground.joined(first.table, column, &first.joins).name,
        };
        if !keys.contains(&key) {
            keys.insert(0, key);
        }
    }
    Some(Group { keys, shown: names, joins })
}

fn shown(output: &Term) -> String {
    match &output.alias {
        Some(alias) => format!("{} AS {}", output.text, crate::sql::quote::identifier(alias)),
        None => output.text.clone(),
    }
}

fn only_counts(ground: &Ground<'_>) -> bool {
    ground.measure().is_some_and(|measure| measure.aggregate.as_deref() == Some("count"))
}

/// "How many are there per job?" after a list.
fn count_each(ground: &Ground<'_>, group: Group, counts: bool) -> Option<Vec<Edit>> {
    let outline = &ground.outline;
    if !counts || outline.distinct || outline.limit.is_some() {
        return None;
    }
    let mut edits = group.joins;
    edits.push(Edit::Show(group.shown.into_iter().chain(["COUNT(*)".to_owned()]).collect()));
    edits.push(Edit::Group(group.keys));
    edits.push(Edit::Sort(Vec::new()));
    Some(edits)
}

/// "How many is that?", "count them".
pub(super) fn count(ground: &Ground<'_>) -> Option<Vec<Edit>> {
    let list = ground.said.list();
    let list: Vec<&str> = list.into_iter().filter(|word| !["in", "total", "altogether", "the", "all"].contains(word)).collect();
    let counts = matches!(
        list.as_slice(),
        ["how", "many"]
            | ["how", "many", "is" | "are" | "were", "that" | "those" | "these" | "they" | "there" | "this" | "it" | "them"]
            | ["how", "many", "of", "those" | "these" | "them"]
            | ["how", "many", "of", "those" | "these" | "them", "are", "there"]
            | ["how", "many", "is", "that" | "this", _]
            | ["count", "them" | "those" | "these" | "it" | "that"]
            | ["what", "is", "number" | "count"]
            | ["number" | "count"]
    );
    let outline = &ground.outline;
    if !counts || outline.shows_one_row() || outline.seats.is_empty() {
        return None;
    }
    if let ["how", "many", "is", _, noun] = list.as_slice()
        && !ground.is_subject(noun)
    {
        return None;
    }
    if let [one] = outline.outputs.as_slice()
        && outline.distinct
        && outline.limit.is_none()
        && one.column.as_ref().and_then(|place| outline.column(place)).is_some_and(|column| column.not_null)
    {
        return Some(vec![Edit::Distinct(false), Edit::Show(vec![format!("COUNT(DISTINCT {})", one.text)]), Edit::Sort(Vec::new())]);
    }
    if outline.distinct || !outline.groups.is_empty() || outline.limit.is_some() {
        return Some(vec![Edit::CountRows]);
    }
    Some(vec![Edit::Show(vec!["COUNT(*)".into()]), Edit::Sort(Vec::new())])
}

/// "How much is that in total?" after a list with one amount.
fn of_list(ground: &Ground<'_>, function: &str) -> Option<Vec<Edit>> {
    let outline = &ground.outline;
    let whole = !outline.is_aggregated() && !outline.distinct && outline.limit.is_none() && !ground.said.also;
    // "The highest" may be a row.
    let found = ground.shown_number().filter(|_| whole && ["SUM", "AVG"].contains(&function))?;
    Some(vec![Edit::Show(vec![format!("{function}({})", found.name)]), Edit::Sort(Vec::new())])
}

/// "What is the total?" of counts and sums of groups: the same of all of them together.
fn ungrouped(ground: &Ground<'_>, measure: &Term) -> Option<Vec<Edit>> {
    let outline = &ground.outline;
    let plain = !outline.groups.is_empty() && outline.having.is_empty() && outline.limit.is_none() && !outline.distinct;
    let said = ground.said.also || ground.said.instead || ground.said.and;
    (plain && !said && !measure.text.to_ascii_lowercase().contains("distinct"))
        .then(|| vec![Edit::Show(vec![shown(measure)]), Edit::Group(Vec::new()), Edit::Sort(Vec::new())])
}

/// "And the average?", "the total instead", "what is the maximum?": the same column, computed otherwise.
pub(super) fn aggregate(ground: &Ground<'_>) -> Option<Vec<Edit>> {
    const WORDS: [(&str, &str); 15] = [
        ("average", "AVG"),
        ("mean", "AVG"),
        ("total", "SUM"),
        ("sum", "SUM"),
        ("maximum", "MAX"),
        ("max", "MAX"),
        ("highest", "MAX"),
        ("largest", "MAX"),
        ("greatest", "MAX"),
        ("minimum", "MIN"),
        ("min", "MIN"),
        ("lowest", "MIN"),
        ("smallest", "MIN"),
        ("longest", "MAX"),
        ("shortest", "MIN"),
    ];
    let list = ground.said.list();
    let list: Vec<&str> = list
        .into_iter()
        .filter(|word| {
            !["the", "what", "is", "of", "that", "a", "those", "it", "are", "them", "was", "in", "how", "much", "they"].contains(word)
        })
        .collect();
    let list: Vec<&str> = match list.iter().position(|word| *word == "instead") {
        // "The total instead of the average".
        Some(at) => list.get(..at)?.to_vec(),
        None => list,
    };
    let [word] = list.as_slice() else { return None };
    let (_, function) = WORDS.iter().find(|(name, _)| name == word)?;
    let Some(measure) = ground.measure() else { return of_list(ground, function) };
    if *function == "SUM" && ["count", "sum"].contains(&measure.aggregate.as_deref()?) {
        return ungrouped(ground, measure);
    }
    let [place] = measure.inside.as_slice() else { return None };
    let old = measure.aggregate.as_deref()?;
    let computed = ["avg", "sum", "total", "min", "max"].contains(&old) && !function.eq_ignore_ascii_case(old);
    let outline = &ground.outline;
    if !computed || ground.said.also {
        return None;
    }
    let column = ground.name(place.seat, &place.column);
    // Computed of a plain column alone: what stands around it is not touched.
    let plain = measure.text.to_ascii_lowercase().replace(['"', ' '], "");
    let inner = column.to_ascii_lowercase().replace(['"', ' '], "");
    if plain != format!("{old}({inner})") {
        return None;
    }
    let new = format!("{function}({column})");
    let outputs = outline.outputs.iter().map(|output| if output == measure { new.clone() } else { shown(output) }).collect();
    let mut edits = vec![Edit::Show(outputs)];
    if !outline.order.is_empty() {
        let again = |text: &String| if *text == measure.text { new.clone() } else { text.clone() };
        edits.push(Edit::Sort(outline.order.iter().map(|sorting| (again(&sorting.term.text), sorting.descending)).collect()));
    }
    (outline.having.is_empty()).then_some(edits)
}
