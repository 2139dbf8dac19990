//! Queries on one table.

use super::draft::{Draft, Shape, Tie};
use super::facts::{ColumnFacts, Role, TableFacts, literal, spoken};
use super::phrase::{condition, condition_without, number_of, pick, said, shown, shown_many, shown_sql};
use super::words::{article, capital, plural};
use crate::random::Random;
use crate::sql::quote::identifier;

/// Functions over a column, and what a person calls their result.
const FUNCTIONS: [(&str, &[&str]); 4] = [
    ("avg", &["average", "mean"]),
    ("max", &["highest", "maximum", "largest"]),
    ("min", &["lowest", "minimum", "smallest"]),
    ("sum", &["total"]),
];

/// A question of `shape` on `table`; `None` where it has no columns for it, or chance gave nothing of use.
pub(super) fn draft(shape: Shape, table: &TableFacts, random: &mut Random) -> Option<Draft> {
    let t = table.in_sql();
    let (one, many) = (table.noun.one.as_str(), table.noun.many.as_str());
    let (what, what_many, what_sql) = (shown(table), shown_many(table), shown_sql(table, false));
    let lists = matches!(
        shape,
        Shape::List | Shape::TwoConditions | Shape::Top | Shape::Extreme | Shape::Missing | Shape::AboveAverage | Shape::Latest
    );
    if table.anonymous && lists {
        return None;
    }
    let its = table.its();
    let mut tie = None;
    let (question, sql) = match shape {
        Shape::ListAll => {
            let other = column(table, &[Role::Category, Role::Number, Role::Year, Role::Date], random)?;
            if table.display_columns().contains(&other) {
                return None;
            }
            let (c, phrase) = (identifier(&other.name), plural(&other.phrase));
            let ways = [
                format!("List the {what_many} and {phrase} of all {many}."),
                format!("What are the {what} and {} of each {one}?", other.phrase),
                format!("Show every {one} with {its} {what} and {}.", other.phrase),
            ];
            (pick(random, &ways), format!("SELECT {what_sql}, {c} FROM {t}"))
        }
        Shape::List => {
            let filter = condition(table, false, random)?;
            let ways = [
                format!("What are the {what_many} of the {many} {}?", filter.words),
                format!("Show the {what_many} of {many} {}.", filter.words),
                format!("List the {what} of every {one} {}.", filter.words),
                format!("Which {many} are there {}? Give their {what_many}.", filter.words),
                format!("Find the {what_many} of all {many} {}.", filter.words),
            ];
            // "Which customers are there from Chile" reads well; "whose" and "with" do not stand behind "are there".
            let ways = if filter.words.starts_with("whose") || filter.words.starts_with("with") {
                [&ways[..3], &ways[4..]].concat()
            } else {
                ways.to_vec()
            };
            (pick(random, &ways), format!("SELECT {what_sql} FROM {t} WHERE {}", filter.sql))
        }
        Shape::TwoConditions => {
            let first = condition(table, false, random)?;
            let second = condition_without(table, false, &[&first.column], random)?;
            let ways = [
                format!("What are the {what_many} of the {many} {} and {}?", first.words, second.words),
                format!("How many {many} {} and {} are there?", first.words, second.words),
            ];
            let counts = random.once_in(2);
            let select = if counts { "count(*)" } else { &what_sql };
            (ways.get(usize::from(counts))?.clone(), format!("SELECT {select} FROM {t} WHERE {} AND {}", first.sql, second.sql))
        }
        Shape::Count => {
            if random.once_in(5) {
                (pick(random, &[format!("How many {many} are there?"), format!("Count the {many}.")]), format!("SELECT count(*) FROM {t}"))
            } else {
                let filter = condition(table, false, random)?;
                let ways = [
                    format!("How many {many} {} are there?", filter.words),
                    format!("Count the {many} {}.", filter.words),
                    format!("What is the number of {many} {}?", filter.words),
                ];
                (pick(random, &ways), format!("SELECT count(*) FROM {t} WHERE {}", filter.sql))
            }
        }
        Shape::CountDistinct => {
            let c = column(table, &[Role::Category, Role::Name], random)?;
            let phrase = plural(&c.phrase);
            let ways = [
                format!("How many different {phrase} do the {many} have?"),
                format!("How many distinct {phrase} are there among the {many}?"),
            ];
            (pick(random, &ways), format!("SELECT count(DISTINCT {}) FROM {t}", identifier(&c.name)))
        }
        Shape::Distinct => {
            let c = column(table, &[Role::Category], random)?;
            let phrase = plural(&c.phrase);
            let ways = [format!("What are the different {phrase} of the {many}?"), format!("List all distinct {phrase} of {many}.")];
            (pick(random, &ways), format!("SELECT DISTINCT {} FROM {t}", identifier(&c.name)))
        }
        Shape::Aggregate => {
            let c = column(table, &[Role::Number], random)?;
            let (function, word) = function(c, random)?;
            let (c_sql, phrase) = (identifier(&c.name), &c.phrase);
            if random.once_in(3) {
                let ways = [
                    format!("What is the {word} {phrase} of all {many}?"),
                    format!("Find the {word} {phrase} across all {many}."),
                    format!("Give me the {word} {phrase} of the {many}."),
                ];
                (pick(random, &ways), format!("SELECT {function}({c_sql}) FROM {t}"))
            } else {
                let filter = condition_without(table, false, &[&c.name], random)?;
                let ways = [
                    format!("What is the {word} {phrase} of the {many} {}?", filter.words),
                    format!("Find the {word} {phrase} of {many} {}.", filter.words),
                ];
                (pick(random, &ways), format!("SELECT {function}({c_sql}) FROM {t} WHERE {}", filter.sql))
            }
        }
        Shape::Top | Shape::Extreme => {
            let c = column(table, &[Role::Number], random)?;
            if table.display_columns().contains(&c) || c.has_nulls {
                return None;
            }
            let (c_sql, phrase) = (identifier(&c.name), &c.phrase);
            let descending = random.once_in(2) || shape == Shape::Top && !random.once_in(3);
            let (direction, word) = if descending { (" DESC", "highest") } else { ("", "lowest") };
            let n = if shape == Shape::Extreme { 1 } else { 2 + random.below(4) };
            if n * 2 > table.rows {
                return None;
            }
            tie = Some(Tie { sql: format!("SELECT {c_sql} FROM {t} ORDER BY {c_sql}{direction} LIMIT {}", n + 1), places: n });
            let ways = if n == 1 {
                vec![
                    format!("What is the {what} of the {one} with the {word} {phrase}?"),
                    format!("Which {one} has the {word} {phrase}? Give {its} {what}."),
                    format!("Find the {what} of the {one} with the {word} {phrase}."),
                ]
            } else {
                vec![
                    format!("What are the {what_many} of the {n} {many} with the {word} {phrase}?"),
                    format!("List the {n} {many} with the {word} {phrase} by their {what}."),
                    format!("Show the {what_many} of the {n} {many} that have the {word} {phrase}, {word} first."),
                ]
            };
            (pick(random, &ways), format!("SELECT {what_sql} FROM {t} ORDER BY {c_sql}{direction} LIMIT {n}"))
        }
        Shape::Missing => {
            let mut columns = table.of_role(&[Role::Category, Role::Text, Role::Number, Role::Date]);
            columns.retain(|column| column.has_nulls);
            let c = random.pick(&columns)?;
            let (c_sql, phrase) = (identifier(&c.name), &c.phrase);
            if random.once_in(2) {
                (format!("How many {many} have no {phrase}?"), format!("SELECT count(*) FROM {t} WHERE {c_sql} IS NULL"))
            } else {
                (
                    format!("What are the {what_many} of the {many} without {} {phrase}?", article(phrase)),
                    format!("SELECT {what_sql} FROM {t} WHERE {c_sql} IS NULL"),
                )
            }
        }
        Shape::GroupCount | Shape::GroupTop | Shape::Having => {
            let c = column(table, &[Role::Category], random)?;
            let (c_sql, phrase) = (identifier(&c.name), &c.phrase);
            match shape {
                Shape::GroupCount => {
                    let ways = [
                        format!("How many {many} are there for each {phrase}?"),
                        format!("Count the {many} by {phrase}."),
                        format!("For each {phrase}, how many {many} are there?"),
                        format!("Show each {phrase} and the number of {many} with it."),
                    ];
                    (pick(random, &ways), format!("SELECT {c_sql}, count(*) FROM {t} GROUP BY {c_sql}"))
                }
                Shape::GroupTop => {
                    let order = format!("FROM {t} GROUP BY {c_sql} ORDER BY count(*) DESC");
                    tie = Some(Tie { sql: format!("SELECT count(*) {order} LIMIT 2"), places: 1 });
                    let ways = [
                        format!("Which {phrase} is the most common among the {many}?"),
                        format!("Which {phrase} do most {many} have?"),
                        format!("What is the {phrase} with the most {many}?"),
                    ];
                    (pick(random, &ways), format!("SELECT {c_sql} {order} LIMIT 1"))
                }
                _ => {
                    let most = c.counts.iter().copied().max()?;
                    let n = 1 + random.below(most.saturating_sub(1).min(20));
                    let ways = [
                        format!("Which {} have more than {n} {}?", plural(phrase), if n == 1 { one } else { many }),
                        format!("List the {} that more than {n} {} have.", plural(phrase), if n == 1 { one } else { many }),
                    ];
                    (pick(random, &ways), format!("SELECT {c_sql} FROM {t} GROUP BY {c_sql} HAVING count(*) > {n}"))
                }
            }
        }
        Shape::GroupAggregate => {
            let c = column(table, &[Role::Category], random)?;
            let number = column(table, &[Role::Number], random)?;
            let (function, word) = function(number, random)?;
            let ways = [
                format!("What is the {word} {} of the {many} for each {}?", number.phrase, c.phrase),
                format!("Show the {word} {} of {many} by {}.", number.phrase, c.phrase),
                format!("For each {}, find the {word} {} of the {many}.", c.phrase, number.phrase),
            ];
            let c = identifier(&c.name);
            (pick(random, &ways), format!("SELECT {c}, {function}({}) FROM {t} GROUP BY {c}", identifier(&number.name)))
        }
        Shape::AboveAverage => {
            let c = column(table, &[Role::Number], random)?;
            let (c_sql, phrase) = (identifier(&c.name), &c.phrase);
            let (operator, word) = if random.once_in(3) { ("<", "below") } else { (">", "above") };
            let ways = [
                format!("Which {many} have {} {phrase} {word} the average? Give their {what_many}.", article(phrase)),
                format!("What are the {what_many} of the {many} whose {phrase} is {word} average?"),
                format!("How many {many} have {} {phrase} {word} the average?", article(phrase)),
            ];
            let at = random.below(3);
            let select = if at == 2 { "count(*)" } else { &what_sql };
            (ways.get(at)?.clone(), format!("SELECT {select} FROM {t} WHERE {c_sql} {operator} (SELECT avg({c_sql}) FROM {t})"))
        }
        Shape::Both | Shape::Except | Shape::Union => {
            let group = column(table, &[Role::Category], random)?;
            let (first, second) = opposed(table, group, random)?;
            let (g, phrase) = (identifier(&group.name), plural(&group.phrase));
            let (operator, question) = match shape {
                Shape::Both => ("INTERSECT", format!("Which {phrase} have both {many} {} and {many} {}?", first.1, second.1)),
                Shape::Except => ("EXCEPT", format!("Which {phrase} have {many} {} but no {many} {}?", first.1, second.1)),
                _ => ("UNION", format!("Which {phrase} have {many} {} or {many} {}?", first.1, second.1)),
            };
            (question, format!("SELECT {g} FROM {t} WHERE {} {operator} SELECT {g} FROM {t} WHERE {}", first.0, second.0))
        }
        Shape::DateGroup => {
            let c = column(table, &[Role::Date], random)?;
            let c_sql = identifier(&c.name);
            let year = format!("strftime('%Y', {c_sql})");
            match random.below(3) {
                0 => {
                    let ways = [
                        format!("How many {many} are there for each {}?", table.year_of(c)),
                        format!("Count the {many} by {}.", table.year_of(c)),
                    ];
                    (pick(random, &ways), format!("SELECT {year}, count(*) FROM {t} GROUP BY {year}"))
                }
                1 => {
                    let number = column(table, &[Role::Number], random)?;
                    let (function, word) = function(number, random)?;
                    let question = format!("What is the {word} {} of the {many} for each {}?", number.phrase, table.year_of(c));
                    (question, format!("SELECT {year}, {function}({}) FROM {t} GROUP BY {year}", identifier(&number.name)))
                }
                _ => {
                    let order = format!("FROM {t} GROUP BY {year} ORDER BY count(*) DESC");
                    tie = Some(Tie { sql: format!("SELECT count(*) {order} LIMIT 2"), places: 1 });
                    (format!("In which {} were there the most {many}?", table.year_of(c)), format!("SELECT {year} {order} LIMIT 1"))
                }
            }
        }
        Shape::Latest => {
            let c = column(table, &[Role::Date], random)?;
            if c.has_nulls || table.display_columns().contains(&c) || table.rows < 4 {
                return None;
            }
            let (c_sql, phrase) = (identifier(&c.name), &c.phrase);
            let (direction, word) = if random.once_in(2) { (" DESC", "latest") } else { ("", "earliest") };
            tie = Some(Tie { sql: format!("SELECT {c_sql} FROM {t} ORDER BY {c_sql}{direction} LIMIT 2"), places: 1 });
            let ways = [
                format!("What is the {what} of the {one} with the {word} {phrase}?"),
                format!("Which {one} has the {word} {phrase}? Give {its} {what}."),
            ];
            (pick(random, &ways), format!("SELECT {what_sql} FROM {t} ORDER BY {c_sql}{direction} LIMIT 1"))
        }
        _ => return None,
    };
    Some(Draft { shape, question: capital(&question), sql, tie })
}

/// A column of one of `roles`.
pub(super) fn column<'a>(table: &'a TableFacts, roles: &[Role], random: &mut Random) -> Option<&'a ColumnFacts> {
    random.pick(&table.of_role(roles)).copied()
}

/// A function over a column, and what its result is called. Sums of what cannot be added up (an age, a rate) are not asked for.
pub(super) fn function(column: &ColumnFacts, random: &mut Random) -> Option<(&'static str, &'static str)> {
    let (function, words) = *random.pick(&FUNCTIONS)?;
    let says = |word: &str| column.phrase.split(' ').any(|own| own == word);
    let never_added =
        ["age", "rate", "rating", "price", "percentage", "rank", "ranking", "height", "weight", "score", "year", "average", "size"];
    if function == "sum" && (never_added.iter().any(|word| says(word)) || !column.values.iter().all(|value| number_of(value) >= 0.0)) {
        return None;
    }
    // "The total total" and "the average average" say nothing.
    let word = random.pick(words).copied()?;
    if column.phrase.split(' ').any(|own| own == word || words.contains(&own)) { None } else { Some((function, word)) }
}

/// Two conditions on one other column that no row meets together: `(sql, words)` each.
fn opposed(table: &TableFacts, group: &ColumnFacts, random: &mut Random) -> Option<((String, String), (String, String))> {
    let mut others = table.of_role(&[Role::Category, Role::Number]);
    others.retain(|column| column.name != group.name && column.values.len() > 2);
    let other = random.pick(&others)?;
    let (c, phrase) = (identifier(&other.name), &other.phrase);
    if other.role == Role::Category {
        let (first, second) = (random.pick(&other.values)?, random.pick(&other.values)?);
        if first == second {
            return None;
        }
        let one = |value| Some((format!("{c} = {}", literal(value)?), format!("with {phrase} {}", said(value))));
        return Some((one(first)?, one(second)?));
    }
    let low = other.values.get(other.values.len() / 3)?;
    let high = other.values.get(other.values.len() * 2 / 3)?;
    Some((
        (format!("{c} > {}", literal(high)?), format!("with {} {phrase} above {}", article(phrase), spoken(high))),
        (format!("{c} < {}", literal(low)?), format!("with {} {phrase} below {}", article(phrase), spoken(low))),
    ))
}
