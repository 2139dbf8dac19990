//! Questions with an order: lists in order, the first few, the one that is most.

use super::draft::{Desk, Draft};
use super::plain::shows;
use super::query::{At, Select};
use super::said::in_letters;
use super::schema::{About, Column};
use super::source::Sort;
use crate::synthesize::words::plural;

fn orders(column: &Column) -> bool {
    matches!(column.about, About::Number { .. } | About::Year | About::Date(_)) && !column.missing
}

impl Desk<'_> {
    /// What rows are ordered by: the expression.
    fn order_by(&self, at: At, column: usize) -> String {
        self.reckoned(at, column)
    }

    /// `heaviest`, `with the highest weight`, `that joined most recently`: before the noun, or behind it.
    fn most(&mut self, table: usize, column: usize, most: bool) -> Option<(String, String)> {
        let own = self.column(table, column)?;
        let phrase = self.phrase(table, column);
        let who = self.who(table);
        let adjectives = own.sayings.iter().find_map(|saying| saying.strip_prefix("adj "));
        let word = adjectives.and_then(|words| words.split(' ').nth(if most { 1 } else { 3 }));
        if let Some(word) = word
            && self.random.once_in(2)
        {
            self.named.push((own.name.clone(), word.into()));
            return Some((word.into(), String::new()));
        }
        let verb = own.sayings.iter().find_map(|saying| saying.strip_prefix("did "));
        let done = own.sayings.iter().find_map(|saying| saying.strip_prefix("was "));
        let event = own.sayings.iter().any(|saying| saying == "on");
        Some(match &own.about {
            About::Date(_) | About::Year => {
                let last = if most { self.word(&["most recently", "last"]) } else { "first".into() };
                match (verb, done) {
                    _ if event => {
                        let word = if most { self.word(&["latest", "most recent"]) } else { "earliest".into() };
                        self.named.push((own.name.clone(), word.clone()));
                        (word, String::new())
                    }
                    (Some(verb), _) => {
                        self.named.push((own.name.clone(), verb.into()));
                        (String::new(), format!("{who} {verb} {last}"))
                    }
                    (None, Some(done)) => {
                        self.named.push((own.name.clone(), done.into()));
                        (String::new(), format!("{who} was {done} {last}"))
                    }
                    _ => (String::new(), format!("with the {} {phrase}", if most { "latest" } else { "earliest" })),
                }
            }
            _ => {
                let word = if most {
                    self.word(&["highest", "greatest", "largest", "highest"])
                } else {
                    self.word(&["lowest", "smallest", "lowest"])
                };
                (String::new(), format!("with the {word} {phrase}"))
            }
        })
    }
}

/// A list in order.
pub(super) fn sorted(mut desk: Desk<'_>) -> Option<Draft> {
    let table = desk.any_table(|table| table.sort != Sort::Event && table.columns.iter().any(orders))?;
    let at = At::first(table);
    let column = desk.any_column(table, orders)?;
    let mut columns = desk.shown(table, &[column])?;
    let with = desk.random.once_in(3);
    if with {
        columns.push(column);
    }
    let conditions = if desk.random.once_in(3) { desk.conditions(at, 1, &[column])? } else { Vec::new() };
    let down = desk.random.once_in(2);
    let mut select = Select::from(table, desk.marks(at, &columns));
    select.wheres = conditions.iter().map(|condition| condition.sql.clone()).collect();
    select.order = vec![format!("{}{}", desk.order_by(at, column), if down { " DESC" } else { "" })];
    let things = desk.described(table, &conditions, true, false);
    let things = desk.of(table, &columns, &things, true);
    let phrase = desk.phrase(table, column);
    let dated = matches!(desk.column(table, column)?.about, About::Date(_) | About::Year);
    let order = match (dated, down) {
        (true, true) => desk.pick(&[
            format!("ordered by {phrase}, latest first"),
            format!("from the latest to the earliest {phrase}"),
            format!("in descending order of {phrase}"),
            format!("sorted by {phrase}, newest first"),
        ]),
        (true, false) => desk.pick(&[
            format!("ordered by {phrase}, earliest first"),
            format!("in order of {phrase}"),
            format!("sorted by {phrase}"),
            format!("from the earliest to the latest {phrase}"),
        ]),
        (false, true) => desk.pick(&[
            format!("from the highest to the lowest {phrase}"),
            format!("in descending order of {phrase}"),
            format!("sorted by {phrase} from high to low"),
            format!("ordered by {phrase}, highest first"),
        ]),
        (false, false) => desk.pick(&[
            format!("in ascending order of {phrase}"),
            format!("sorted by {phrase}"),
            format!("from the lowest to the highest {phrase}"),
            format!("ordered by {phrase}, lowest first"),
        ]),
    };
    let question = desk.ask_many(&format!("{things} {order}"));
    desk.draft("sorted", question, &select)
}

/// Names from A to Z.
pub(super) fn alphabetical(mut desk: Desk<'_>) -> Option<Draft> {
    let table = desk.any_table(|table| !table.names().is_empty())?;
    let at = At::first(table);
    let columns = desk.shown(table, &[])?;
    let conditions = if desk.random.once_in(2) { desk.conditions(at, 1, &columns)? } else { Vec::new() };
    let down = desk.random.once_in(4);
    let by = if columns.len() == 2 { columns.get(1)? } else { columns.first()? };
    let mut select = Select::from(table, desk.marks(at, &columns));
    select.wheres = conditions.iter().map(|condition| condition.sql.clone()).collect();
    select.order = vec![format!("{}{}", at.column(*by), if down { " DESC" } else { "" })];
    let things = desk.described(table, &conditions, true, false);
    let things = desk.of(table, &columns, &things, true);
    let order = if columns.len() == 2 { format!("by {}", desk.phrase(table, *by)) } else { "by name".to_owned() };
    let order = match down {
        true => desk.pick(&["in reverse alphabetical order".into(), "from Z to A".into()]),
        false => desk.pick(&["in alphabetical order".into(), "from A to Z".into(), "sorted alphabetically".into()]),
    } + if columns.len() == 2 { " " } else { "" }
        + if columns.len() == 2 { &order } else { "" };
    let question = desk.ask_many(&format!("{things} {order}"));
    desk.draft("alphabetical", question, &select)
}

/// The one that is most, or the few that are.
pub(super) fn top(mut desk: Desk<'_>) -> Option<Draft> {
    let table = desk.any_table(|table| table.columns.iter().any(orders))?;
    let at = At::first(table);
    let column = desk.any_column(table, orders)?;
    let conditions = if desk.random.once_in(3) { desk.conditions(at, 1, &[column])? } else { Vec::new() };
    let used: Vec<usize> = conditions.iter().map(|condition| condition.column).chain([column]).collect();
    let mut columns = desk.shown(table, &used)?;
    let named = desk.table(table)?.names() == columns;
    if desk.random.once_in(4) {
        columns.extend(desk.any_column(table, shows).filter(|more| !columns.contains(more) && !used.contains(more)));
    } else if desk.random.once_in(5) {
        columns = vec![desk.any_column(table, shows).filter(|more| !used.contains(more))?];
    }
    let most = desk.random.below(3) > 0;
    let limit = if desk.random.below(3) > 0 { 1 } else { 2 + desk.random.below(5) };
    let mut select = Select::from(table, desk.marks(at, &columns));
    select.wheres = conditions.iter().map(|condition| condition.sql.clone()).collect();
    select.order = vec![format!("{}{}", desk.order_by(at, column), if most { " DESC" } else { "" })];
    select.limit = Some(limit);
    let (before, behind) = desk.most(table, column, most)?;
    let described = desk.described(table, &conditions, limit > 1, false);
    let behind = if limit > 1 { behind.replace(" was ", " were ") } else { behind };
    let joined = if behind.starts_with("with ") && described.contains("whose ") { format!("and {behind}") } else { behind };
    let question = if limit == 1 {
        let thing = format!("{before} {described} {joined}");
        let list = desk.list(table, &columns, false);
        if named && columns == desk.table(table)?.names() && desk.random.once_in(3) {
            desk.pick(&[format!("Which {described} {}?", does(&before, &joined, &thing)?), format!("Which is the {thing}?")])
        } else if columns.len() > 1 {
            desk.ask_many(&format!("{list} of the {thing}"))
        } else {
            desk.ask_one(&format!("{list} of the {thing}"))
        }
    } else {
        let number = if desk.random.once_in(2) { in_letters(limit) } else { limit.to_string() };
        desk.said.push((limit.to_string(), number.clone()));
        let list = desk.list(table, &columns, true);
        let things = if joined.starts_with("with the ") {
            format!("{number} {described} {}", several(&joined))
        } else {
            format!("{number} {before} {described} {joined}")
        };
        desk.ask_many(&format!("{list} of the {things}"))
    };
    desk.draft(if limit == 1 { "most" } else { "top" }, question, &select)
}

/// `has the highest weight`, of `with the highest weight`.
fn does(before: &str, behind: &str, _: &str) -> Option<String> {
    if !before.is_empty() {
        return None;
    }
    behind.strip_prefix("with ").map(|what| format!("has {what}")).or_else(|| behind.split_once(' ').map(|(_, does)| does.to_owned()))
}

/// `with the highest weights`
fn several(behind: &str) -> String {
    plural(behind)
}

/// A quantity of the second, or of the one at a place.
pub(super) fn second(mut desk: Desk<'_>) -> Option<Draft> {
    let table = desk.any_table(|table| !table.names().is_empty() && table.columns.iter().any(orders))?;
    let at = At::first(table);
    let column = desk.any_column(table, |column| orders(column) && column.about.is_number())?;
    let columns = desk.shown(table, &[column])?;
    let most = desk.random.below(3) > 0;
    let phrase = desk.phrase(table, column);
    let (one, _) = desk.noun(table);
    let by = desk.order_by(at, column);
    let mut select = Select::from(table, desk.marks(at, &columns));
    select.order = vec![format!("{by}{}", if most { " DESC" } else { "" })];
    select.limit = Some(2);
    let tie = select.tie(desk.schema, desk.alias);
    let sql = desk.sql(&select).replace("LIMIT 2", "LIMIT 1 OFFSET 1");
    let word = if most {
        desk.word(&["second highest", "second largest", "second-highest"])
    } else {
        desk.word(&["second lowest", "second smallest", "second-lowest"])
    };
    let list = desk.list(table, &columns, false);
    let first = Select { limit: Some(1), ..select }.sql(desk.schema, desk.alias);
    desk.said.push(("1".into(), "second".into()));
    let question = desk.pick(&[
        format!("Which {one} has the {word} {phrase}?"),
        format!("What is the {list} of the {one} with the {word} {phrase}?"),
        format!("Find the {list} of the {one} with the {word} {phrase}."),
    ]);
    desk.draft_of("second", question, sql, tie, vec![first])
}
