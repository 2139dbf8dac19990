//! Queries on two and three tables that keys tie together.

use super::draft::{Draft, Shape, Tie};
use super::facts::{Link, Role, TableFacts};
use super::phrase::{condition, named, pick, shown, shown_many, shown_sql};
use super::single::{column, function};
use super::words::capital;
use crate::random::Random;
use crate::sql::quote::identifier;

/// Two tables: each row of `child` belongs to one of `parent`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) child: &'a TableFacts,
    pub(super) parent: &'a TableFacts,
    pub(super) link: &'a Link,
}

/// All pairs that keys make. A table that belongs to itself is left out: its question would need two names for one thing.
pub(super) fn pairs(facts: &[TableFacts]) -> Vec<Pair<'_>> {
    facts
        .iter()
        .flat_map(|child| {
            child.links.iter().filter_map(move |link| {
                let parent = facts.get(link.table)?;
                (parent.name != child.name).then_some(Pair { child, parent, link })
            })
        })
        .collect()
}

impl Pair<'_> {
    fn on(&self) -> String {
        let (child, parent) = (identifier(&self.child.name), identifier(&self.parent.name));
        format!("{child}.{} = {parent}.{}", identifier(&self.link.column), identifier(&self.link.foreign_column))
    }

    /// `child JOIN parent ON ...`
    fn joined(&self) -> String {
        format!("{} JOIN {} ON {}", self.child.in_sql(), self.parent.in_sql(), self.on())
    }

    /// Whether a child has other parents of the same kind: "the airport of a flight" would not say which.
    fn is_ambiguous(&self) -> bool {
        self.child.links.iter().filter(|link| link.table == self.link.table).count() > 1
    }
}

/// A question of `shape` on two tables; `None` where they have no columns for it, or chance gave nothing of use.
pub(super) fn draft(shape: Shape, pair: Pair<'_>, facts: &[TableFacts], random: &mut Random) -> Option<Draft> {
    let (child, parent) = (pair.child, pair.parent);
    if pair.is_ambiguous() || parent.anonymous || child.anonymous && matches!(shape, Shape::JoinList | Shape::JoinFilter) {
        return None;
    }
    let (one, many) = (child.noun.one.as_str(), child.noun.many.as_str());
    let (parent_one, parent_many) = (parent.noun.one.as_str(), parent.noun.many.as_str());
    let (its, child_its) = (parent.its(), child.its());
    let it_has = if parent.people { "they have" } else { "it has" };
    let joined = pair.joined();
    let (what, what_sql) = (shown(parent), shown_sql(parent, true));
    // Rows of the parent that share a name are still two.
    let group = format!("{}.{}", identifier(&parent.name), identifier(&pair.link.foreign_column));
    let mut tie = None;
    let (question, sql) = match shape {
        Shape::JoinList => {
            let question = pick(
                random,
                &[
                    format!("List the {} of each {one} together with the {what} of {child_its} {parent_one}.", shown(child)),
                    format!("What are the {} of the {many} and the {} of their {parent_many}?", shown_many(child), shown_many(parent)),
                    format!("For every {one}, show {child_its} {} and the {what} of {child_its} {parent_one}.", shown(child)),
                ],
            );
            (question, format!("SELECT {}, {what_sql} FROM {joined}", shown_sql(child, true)))
        }
        Shape::JoinFilter => {
            if random.once_in(2) {
                let filter = condition(parent, true, random)?;
                let counts = random.once_in(3);
                let question = if counts {
                    format!("How many {many} belong to {parent_many} {}?", filter.words)
                } else {
                    pick(
                        random,
                        &[
                            format!("What are the {} of the {many} of {parent_many} {}?", shown_many(child), filter.words),
                            format!("List the {} of {many} that belong to {parent_many} {}.", shown_many(child), filter.words),
                        ],
                    )
                };
                let select = if counts { "count(*)".to_owned() } else { shown_sql(child, true) };
                (question, format!("SELECT {select} FROM {joined} WHERE {}", filter.sql))
            } else {
                let filter = condition(child, true, random)?;
                let question = pick(
                    random,
                    &[
                        format!("What are the {} of the {parent_many} that have {many} {}?", shown_many(parent), filter.words),
                        format!("Which {parent_many} have {many} {}? Give their {}.", filter.words, shown_many(parent)),
                    ],
                );
                (question, format!("SELECT DISTINCT {what_sql} FROM {joined} WHERE {}", filter.sql))
            }
        }
        Shape::JoinCount => {
            let question = pick(
                random,
                &[
                    format!("How many {many} does each {parent_one} have? Show the {what} and the number of {many}."),
                    format!("For each {parent_one}, show {its} {what} and how many {many} {it_has}."),
                    format!("Count the {many} of each {parent_one}, with the {what} of the {parent_one}."),
                ],
            );
            (question, format!("SELECT {what_sql}, count(*) FROM {joined} GROUP BY {group}"))
        }
        Shape::JoinSum => {
            let number = column(child, &[Role::Number], random)?;
            let (function, word) = function(number, random)?;
            let question = pick(
                random,
                &[
                    format!("What is the {word} {} of the {many} of each {parent_one}? Show the {what} too.", number.phrase),
                    format!("For each {parent_one}, show {its} {what} and the {word} {} of {its} {many}.", number.phrase),
                ],
            );
            (question, format!("SELECT {what_sql}, {function}({}) FROM {joined} GROUP BY {group}", named(child, number, true)))
        }
        Shape::JoinAverage => {
            let number = column(child, &[Role::Number], random)?;
            let (function, word) = function(number, random)?;
            let filter = condition(parent, true, random)?;
            let question = pick(
                random,
                &[
                    format!("What is the {word} {} of the {many} of {parent_many} {}?", number.phrase, filter.words),
                    format!("Find the {word} {} of all {many} that belong to {parent_many} {}.", number.phrase, filter.words),
                ],
            );
            (question, format!("SELECT {function}({}) FROM {joined} WHERE {}", named(child, number, true), filter.sql))
        }
        Shape::JoinMost => {
            let fewest = random.once_in(4);
            let (direction, word) = if fewest { ("", "fewest") } else { (" DESC", "most") };
            let rest = format!("FROM {joined} GROUP BY {group} ORDER BY count(*){direction}");
            tie = Some(Tie { sql: format!("SELECT count(*) {rest} LIMIT 2"), places: 1 });
            let having = if fewest { format!(", among those that have any {many}") } else { String::new() };
            let question = pick(
                random,
                &[
                    format!("Which {parent_one} has the {word} {many}{having}? Give {its} {what}."),
                    format!("What is the {what} of the {parent_one} with the {word} {many}{having}?"),
                ],
            );
            (question, format!("SELECT {what_sql} {rest} LIMIT 1"))
        }
        Shape::JoinHaving => {
            let n = 1 + random.below((child.rows / parent.rows.max(1) * 2).clamp(1, 12));
            let things = if n == 1 { one } else { many };
            let question = pick(
                random,
                &[
                    format!("What are the {} of the {parent_many} with more than {n} {things}?", shown_many(parent)),
                    format!("Which {parent_many} have more than {n} {things}? Give their {}.", shown_many(parent)),
                ],
            );
            (question, format!("SELECT {what_sql} FROM {joined} GROUP BY {group} HAVING count(*) > {n}"))
        }
        Shape::Without => {
            let link = identifier(&pair.link.column);
            let question = pick(
                random,
                &[
                    format!("What are the {} of the {parent_many} that have no {many}?", shown_many(parent)),
                    format!("Which {parent_many} do not have any {many}? Give their {}.", shown_many(parent)),
                ],
            );
            let inner = format!("SELECT {link} FROM {} WHERE {link} IS NOT NULL", child.in_sql());
            let key = identifier(&pair.link.foreign_column);
            (question, format!("SELECT {} FROM {} WHERE {key} NOT IN ({inner})", shown_sql(parent, false), parent.in_sql()))
        }
        Shape::TwoJoins => {
            let second = pairs(facts).into_iter().filter(|next| next.child.name == parent.name && next.parent.name != child.name);
            let second: Vec<Pair<'_>> = second.filter(|next| !next.is_ambiguous()).collect();
            let next = random.pick(&second)?;
            let far = next.parent;
            let joined = format!("{joined} JOIN {} ON {}", far.in_sql(), next.on());
            if random.once_in(2) {
                let filter = condition(far, true, random)?;
                let question = format!("How many {many} of {parent_many} belong to {} {}?", far.noun.many, filter.words);
                (question, format!("SELECT count(*) FROM {joined} WHERE {}", filter.sql))
            } else {
                let key = format!("{}.{}", identifier(&far.name), identifier(&next.link.foreign_column));
                let question = format!(
                    "For each {}, show {} {} and the number of {many} of {} {parent_many}.",
                    far.noun.one,
                    far.its(),
                    shown(far),
                    far.its()
                );
                (question, format!("SELECT {}, count(*) FROM {joined} GROUP BY {key}", shown_sql(far, true)))
            }
        }
        _ => return None,
    };
    Some(Draft { shape, question: capital(&question), sql, tie })
}
