//! Points in time: "in 2021", "since July 2020", "before 2010", and the column that they are of.

use super::ground::{Found, Ground};
use super::timed::{Kept, YEARS, kept};
use crate::sql::follow::{Condition, Edit, Test};
use crate::sql::quote::string_literal;
use crate::text::numbers::{MONTHS, month};
use crate::text::words::{split_name, stem};

/// Words beside a point in time that mean nothing more.
const GLUE: [&str; 26] = [
    "those", "these", "them", "the", "ones", "one", "from", "in", "of", "for", "during", "and", "on", "who", "which", "that", "were",
    "was", "are", "is", "year", "made", "dated", "all", "with", "it",
];

impl<'a> Ground<'a> {
    /// The column of time that one of `words` names, or that is meant where none does.
    pub(super) fn time_for(&self, words: &[&str]) -> Option<Found<'a>> {
        let names: Vec<String> = words.iter().map(|word| if *word == "born" { "birth".into() } else { stem(word) }).collect();
        let times = self.times();
        let said = |found: &&Found<'a>| {
            split_name(&found.column.name)
                .iter()
                .any(|part| names.contains(&stem(part)) && !["on", "at", "date", "year", "day", "time"].contains(&part.as_str()))
        };
        let named: Vec<&Found<'a>> =
            times.iter().filter(|found| said(found) || words.contains(&found.column.name.to_lowercase().as_str())).collect();
        match named.as_slice() {
            [] => self.time(),
            [one] => Some((*one).clone()),
            _ => None,
        }
    }
}

/// A point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Point {
    year: i64,
    /// From 1.
    month: Option<i64>,
}

impl Point {
    /// The first day.
    fn begin(self) -> String {
        format!("{:04}-{:02}-01", self.year, self.month.unwrap_or(1))
    }

    /// The day after the last.
    fn end(self) -> String {
        match self.month {
            None => format!("{:04}-01-01", self.year + 1),
            Some(12) => format!("{:04}-01-01", self.year + 1),
            Some(month) => format!("{:04}-{:02}-01", self.year, month + 1),
        }
    }
}

/// How rows stand to a point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    During,
    Since,
    After,
    Before,
    Until,
}

/// Changes which rows are shown by their time.
pub(super) fn read(ground: &Ground<'_>) -> Option<Vec<Edit>> {
    let list = ground.said.list();
    let (mut points, mut rest, mut relation) = (Vec::new(), Vec::new(), Relation::During);
    let mut between = false;
    let mut at = 0;
    while let Some(&word) = list.get(at) {
        let next = list.get(at + 1).copied().unwrap_or("");
        let year = |word: &str| word.parse::<i64>().ok().filter(|year| word.len() == 4 && YEARS.contains(year));
        let begun = |name: &&&str| word.len() == 3 && name.get(..3).is_some_and(|begin| begin.eq_ignore_ascii_case(word));
        if let Some(month) = month(word).or_else(|| month(MONTHS.iter().find(begun)?))
            && let Some(year) = year(next)
        {
            points.push(Point { year, month: Some(i64::from(month)) });
            at += 2;
            continue;
        }
        if let Some(year) = year(word) {
            points.push(Point { year, month: None });
            at += 1;
            // "From 2015 on", "2015 or later".
            let after: Vec<&str> = list.get(at..).unwrap_or(&[]).iter().copied().take(2).collect();
            match after.as_slice() {
                ["on" | "onwards" | "onward", ..] => (relation, at) = (Relation::Since, at + 1),
                ["or" | "and", "later" | "after" | "newer"] => (relation, at) = (Relation::Since, at + 2),
                ["or" | "and", "earlier" | "before" | "older"] => (relation, at) = (Relation::Until, at + 2),
                _ => {}
            }
            continue;
        }
        match word {
            "since" => relation = Relation::Since,
            "after" => relation = Relation::After,
            "before" => relation = Relation::Before,
            "until" | "till" | "through" => relation = Relation::Until,
            "between" => between = true,
            "to" if points.len() == 1 => between = true,
            word if GLUE.contains(&word) || ground.is_subject(word) => {}
            word => rest.push(word),
        }
        at += 1;
    }
    let found = ground.time_for(&rest)?;
    let own: Vec<String> = split_name(&found.column.name).iter().map(|part| stem(part)).collect();
    let accounted = |word: &&str| own.contains(&stem(word)) || *word == "born" || found.column.name.eq_ignore_ascii_case(word);
    if !rest.iter().all(accounted) || !found.joins.is_empty() {
        return None;
    }
    let condition = match (points.as_slice(), between) {
        ([point], false) => demand(&found, *point, relation)?,
        ([first, last], true) if first.year <= last.year && relation == Relation::During => range(&found, *first, *last)?,
        _ => return None,
    };
    replace(ground, &found, condition, relation)
}

/// The conditions that are about `found` alone.
pub(super) fn about<'g>(ground: &'g Ground<'_>, found: &Found<'_>) -> Vec<(usize, &'g Condition)> {
    let place = found.place.as_ref();
    let alone = |condition: &&Condition| place.is_some_and(|place| condition.inside.as_slice() == std::slice::from_ref(place));
    ground.outline.conditions.iter().enumerate().filter(|(_, condition)| alone(condition)).collect()
}

fn replace(ground: &Ground<'_>, found: &Found<'_>, condition: String, relation: Relation) -> Option<Vec<Edit>> {
    let before = about(ground, found);
    // The other end of a span is another condition, or another answer: nobody said.
    let opens = |up: bool| {
        before.iter().all(|(_, old)| matches!(&old.test, Test::Compared(sign, _) if sign.starts_with(if up { '>' } else { '<' })))
    };
    let conflict = match relation {
        Relation::Since | Relation::After => !before.is_empty() && opens(false),
        Relation::Before | Relation::Until => !before.is_empty() && opens(true),
        Relation::During => false,
    };
    let place = found.place.as_ref()?;
    let mixed = ground.outline.conditions.iter().any(|old| old.inside.len() > 1 && old.inside.contains(place));
    if conflict || mixed {
        return None;
    }
    let mut edits = Vec::new();
    match before.split_first() {
        None => edits.push(Edit::Demand(condition)),
        Some(((first, _), others)) => {
            edits.push(Edit::Redemand(*first, Some(condition)));
            edits.extend(others.iter().map(|(at, _)| Edit::Redemand(*at, None)));
        }
    }
    Some(edits)
}

/// `strftime` of `format` over a column.
pub(super) fn part(found: &Found<'_>, format: &str) -> Option<String> {
    match kept(found.column)? {
        Kept::Text => Some(format!("strftime('{format}', {})", found.name)),
        Kept::Number(unit) => Some(format!("strftime('{format}', {})", unit.sql_arguments(&found.name))),
        Kept::Year => (format == "%Y").then(|| found.name.clone()),
    }
}

/// What is compared with a day.
fn day(found: &Found<'_>) -> Option<String> {
    match kept(found.column)? {
        Kept::Text => Some(found.name.clone()),
        Kept::Number(_) => part(found, "%Y-%m-%d"),
        Kept::Year => None,
    }
}

fn demand(found: &Found<'_>, point: Point, relation: Relation) -> Option<String> {
    if kept(found.column)? == Kept::Year {
        let sign = match (relation, point.month) {
            (_, Some(_)) => return None,
            (Relation::During, _) => "=",
            (Relation::Since, _) => ">=",
            (Relation::After, _) => ">",
            (Relation::Before, _) => "<",
            (Relation::Until, _) => "<=",
        };
        return Some(format!("{} {sign} {}", found.name, point.year));
    }
    let date = |text: String| string_literal(&text);
    Some(match relation {
        Relation::During => match point.month {
            None => format!("{} = '{:04}'", part(found, "%Y")?, point.year),
            Some(month) => format!("{} = '{:04}-{month:02}'", part(found, "%Y-%m")?, point.year),
        },
        Relation::Since => format!("{} >= {}", day(found)?, date(point.begin())),
        Relation::After => format!("{} >= {}", day(found)?, date(point.end())),
        Relation::Before => format!("{} < {}", day(found)?, date(point.begin())),
        Relation::Until => format!("{} < {}", day(found)?, date(point.end())),
    })
}

fn range(found: &Found<'_>, first: Point, last: Point) -> Option<String> {
    if kept(found.column)? == Kept::Year {
        return (first.month.is_none() && last.month.is_none()).then(|| format!("{} BETWEEN {} AND {}", found.name, first.year, last.year));
    }
    // Text with a time of day, too, lies below the day after the last.
    let day = day(found)?;
    Some(format!("{day} >= {} AND {day} < {}", string_literal(&first.begin()), string_literal(&last.end())))
}
