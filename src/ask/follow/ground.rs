//! What a follow-up stands on: the query before, and the names and values of the database that its words may mean.

use super::said::{Said, stems};
use super::timed::is_time;
use crate::db::ValueIndex;
use crate::prompt::Turn;
use crate::schema::{Column, Schema, Table};
use crate::sql::follow::{Edit, Outline, Place, Term};
use crate::sql::label;
use crate::sql::quote::{identifier, table_name};
use crate::text::words::{split_name, stem};

/// Joins by which another table is reached.
const MOST_JOINS: usize = 2;
/// Stems of a column's name that say only that it is a point in time.
const OF_TIME: [&str; 6] = ["on", "at", "dat", "day", "tim", "dt"];
/// Words that stand beside names and mean nothing here.
const ARTICLES: [&str; 15] = ["the", "a", "an", "their", "its", "his", "her", "of", "each", "all", "our", "my", "every", "s", "respective"];

/// The ground of one follow-up.
pub(super) struct Ground<'a> {
    pub(super) schema: &'a Schema,
    pub(super) values: Option<&'a ValueIndex>,
    pub(super) previous: &'a Turn,
    pub(super) outline: Outline<'a>,
    /// Whether every column of the query has its table before it.
    pub(super) qualified: bool,
    pub(super) said: Said,
}

/// A column that words mean, and the joins that bring its table in.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found<'a> {
    pub(super) table: &'a Table,
    pub(super) column: &'a Column,
    /// As it is written in the query.
    pub(super) name: String,
    /// Where it is, where its table is in FROM.
    pub(super) place: Option<Place>,
    pub(super) joins: Vec<Edit>,
}

/// How well words fit the name of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Part,
    ButForTime,
    ButForTable,
    Whole,
}

impl<'a> Ground<'a> {
    /// `column` of the table at `seat` as it is written in the query.
    pub(super) fn name(&self, seat: usize, column: &str) -> String {
        let alias = self.alias(seat);
        if self.qualified || self.outline.seats.len() > 1 {
            format!("{}.{}", identifier(&alias), identifier(column))
        } else {
            identifier(column)
        }
    }

    /// What the query calls the table at `seat`.
    fn alias(&self, seat: usize) -> String {
        self.outline.seats.get(seat).map(|seat| seat.alias.clone()).unwrap_or_default()
    }

    /// The column at `seat`.
    pub(super) fn at(&self, seat: usize, column: &'a Column) -> Option<Found<'a>> {
        let table = self.outline.seats.get(seat)?.table;
        let place = Place { seat, alias: self.alias(seat), column: column.name.clone() };
        Some(Found { table, column, name: self.name(seat, &column.name), place: Some(place), joins: Vec::new() })
    }

    /// The columns of the tables in FROM.
    pub(super) fn seated(&self) -> Vec<Found<'a>> {
        let seats = self.outline.seats.iter().enumerate();
        seats.flat_map(|(at, seat)| seat.table.columns.iter().filter_map(move |column| self.at(at, column))).collect()
    }

    /// The table that the rows are about: that of the first column shown, else the first of FROM.
    pub(super) fn subject(&self) -> usize {
        let shown = self.outline.outputs.iter().find_map(|output| output.column.as_ref()).map(|place| place.seat);
        shown.filter(|_| !self.outline.is_aggregated()).unwrap_or_else(|| self.many_side().unwrap_or(0))
    }

    /// The one table of FROM that refers to the others and is referred to by none.
    pub(super) fn many_side(&self) -> Option<usize> {
        let seats = &self.outline.seats;
        let refers = |from: &Table, to: &Table| from.foreign_keys.iter().any(|key| to.is_target_of(from, key));
        let mut free = seats.iter().enumerate().filter(|(_, seat)| !seats.iter().any(|other| refers(other.table, seat.table)));
        let (first, _) = free.next()?;
        free.next().is_none().then_some(first)
    }

    /// Whether `word` is what the rows of a table in FROM are called.
    pub(super) fn is_subject(&self, word: &str) -> bool {
        let said = stem(word);
        self.outline.seats.iter().any(|seat| {
            let called = std::iter::once(&seat.table.name).chain(&seat.table.called);
            called.into_iter().any(|name| split_name(name).iter().any(|part| stem(part) == said))
        })
    }

    /// The tables that every row of the query has at most one of, outside of FROM, each with the joins that bring it in.
    pub(super) fn reachable(&self) -> Vec<(&'a Table, Vec<Edit>)> {
        let mut out: Vec<(&'a Table, Vec<Edit>)> = Vec::new();
        let mut twice: Vec<&str> = Vec::new();
        let seated = |table: &Table| self.outline.seats.iter().any(|seat| seat.table.is(table));
        let mut edge: Vec<(&'a Table, String, Vec<Edit>, bool)> = Vec::new();
        for (at, seat) in self.outline.seats.iter().enumerate() {
            edge.push((seat.table, self.alias(at), Vec::new(), seat.may_lack));
        }
        for _ in 0..MOST_JOINS {
            let mut next = Vec::new();
            for (table, alias, joins, lacking) in edge {
                for key in &table.foreign_keys {
                    let ([own], [foreign]) = (key.columns.as_slice(), key.foreign_columns.as_slice()) else { continue };
                    let Some(to) = self.schema.referred(table, key).filter(|to| !seated(to) && to.unreadable.is_none()) else {
                        continue;
                    };
                    if out.iter().any(|(known, _)| known.name == to.name) {
                        // Two ways there: which is meant, nobody said.
                        twice.push(&to.name);
                        continue;
                    }
                    let on =
                        format!("{to}.{} = {}.{}", identifier(foreign), identifier(&alias), identifier(own), to = identifier(&to.name));
                    let may_lack = lacking || table.column(own).is_none_or(|column| !column.not_null);
                    let mut joins = joins.clone();
                    joins.push(Edit::Join { table: table_name(to), on, may_lack });
                    out.push((to, joins.clone()));
                    next.push((to, to.name.clone(), joins, may_lack));
                }
            }
            edge = next;
        }
        let aliases: Vec<String> = (0..self.outline.seats.len()).map(|seat| self.alias(seat)).collect();
        out.retain(|(table, _)| {
            !twice.contains(&table.name.as_str()) && !aliases.iter().any(|alias| alias.eq_ignore_ascii_case(&table.name))
        });
        out
    }

    /// A column of a table that is joined for it.
    pub(super) fn joined(&self, table: &'a Table, column: &'a Column, joins: &[Edit]) -> Found<'a> {
        let name = format!("{}.{}", identifier(&table.name), identifier(&column.name));
        Found { table, column, name, place: None, joins: joins.to_vec() }
    }

    /// The columns that `words` name: one, or those that a name consists of. Empty where none is meant, or it is open which.
    pub(super) fn named(&self, words: &[&str]) -> Vec<Found<'a>> {
        let words: Vec<&str> = words.iter().copied().filter(|word| !ARTICLES.contains(word)).collect();
        if words.is_empty() || words.len() > 4 {
            return Vec::new();
        }
        let asked = stems(&words);
        if let Some(one) = self.pick(self.seated(), &asked, Fit::ButForTime) {
            return vec![one];
        }
        // "The date": the one column of time.
        if words.iter().all(|word| ["date", "dates", "day", "time"].contains(word)) {
            return self.time().into_iter().collect();
        }
        // "Names" where the name is in two columns, or called otherwise.
        let is_name = asked.as_slice() == [stem("name")];
        let subject = self.outline.seats.get(self.subject());
        if is_name && let Some(seat) = subject {
            return label(seat.table).into_iter().filter_map(|column| self.at(self.subject(), column)).collect();
        }
        let reachable = self.reachable();
        // "The customer's name", "the customer".
        for (at, seat) in self.outline.seats.iter().enumerate() {
            if let Some(columns) = of_table(seat.table, &asked) {
                return columns.into_iter().filter_map(|column| self.at(at, column)).collect();
            }
        }
        for (table, joins) in &reachable {
            if let Some(columns) = of_table(table, &asked) {
                return columns.into_iter().map(|column| self.joined(table, column, joins)).collect();
            }
        }
        let beyond = reachable.iter().flat_map(|(table, joins)| table.columns.iter().map(|column| self.joined(table, column, joins)));
        if let Some(one) = self.pick(beyond.collect(), &asked, Fit::ButForTime) {
            return vec![one];
        }
        self.pick(self.seated(), &asked, Fit::Part).into_iter().collect()
    }

    /// The one column that `words` name.
    pub(super) fn one_named(&self, words: &[&str]) -> Option<Found<'a>> {
        let mut named = self.named(words).into_iter();
        named.next().filter(|_| named.next().is_none())
    }

    /// The one of `columns` that fits `asked` best, at least as `least`; of several one that is shown, then one of the subject.
    fn pick(&self, columns: Vec<Found<'a>>, asked: &[String], least: Fit) -> Option<Found<'a>> {
        let fitting = columns.into_iter().filter_map(|found| Some((fit(&found, asked)?, found))).filter(|(fit, _)| *fit >= least);
        let fitting: Vec<(Fit, Found<'a>)> = fitting.collect();
        let best = fitting.iter().map(|(fit, _)| *fit).max()?;
        let best: Vec<Found<'a>> = fitting.into_iter().filter(|(fit, _)| *fit == best).map(|(_, found)| found).collect();
        let only = |kept: Vec<&Found<'a>>| if let [one] = kept.as_slice() { Some((*one).clone()) } else { None };
        let shown = |found: &&Found<'a>| self.is_shown(found);
        let subject = |found: &&Found<'a>| found.place.as_ref().is_some_and(|place| place.seat == self.subject());
        only(best.iter().collect())
            .or_else(|| only(best.iter().filter(shown).collect()))
            .or_else(|| only(best.iter().filter(subject).collect()))
    }

    /// Whether the column is a result column.
    pub(super) fn is_shown(&self, found: &Found<'_>) -> bool {
        found.place.as_ref().is_some_and(|place| self.outline.shows(place))
    }

    /// The columns of the tables in FROM that keep points in time.
    pub(super) fn times(&self) -> Vec<Found<'a>> {
        let one = |table: &Table, column: &Column| is_time(column) && !is_key(table, column);
        self.seated().into_iter().filter(|found| one(found.table, found.column)).collect()
    }

    /// The column of time that is meant where none is named: the one that the query uses, else the only one, else that of the table whose
    /// rows are many.
    pub(super) fn time(&self) -> Option<Found<'a>> {
        let times = self.times();
        let only = |kept: Vec<&Found<'a>>| if let [one] = kept.as_slice() { Some((*one).clone()) } else { None };
        let outline = &self.outline;
        let demanded = |found: &&Found<'a>| {
            outline.conditions.iter().any(|condition| found.place.as_ref().is_some_and(|place| condition.inside.contains(place)))
        };
        let terms = || outline.outputs.iter().chain(&outline.groups).chain(outline.order.iter().map(|sorting| &sorting.term));
        let used = |found: &&Found<'a>| terms().any(|term| found.place.as_ref().is_some_and(|place| term.inside.contains(place)));
        let of_many = |found: &&Found<'a>| found.place.as_ref().map(|place| place.seat) == self.many_side();
        only(times.iter().filter(demanded).collect())
            .or_else(|| only(times.iter().filter(used).collect()))
            .or_else(|| only(times.iter().collect()))
            .or_else(|| only(times.iter().filter(of_many).collect()))
    }

    /// The one result column that is an aggregate.
    pub(super) fn measure(&self) -> Option<&Term> {
        let mut aggregates = self.outline.outputs.iter().filter(|output| output.aggregate.is_some());
        aggregates.next().filter(|_| aggregates.next().is_none())
    }

    /// The one result column that holds numbers and is no key.
    pub(super) fn shown_number(&self) -> Option<Found<'a>> {
        let mut numbers: Vec<Found<'a>> = self.seated().into_iter().filter(|found| is_measure(found) && self.is_shown(found)).collect();
        let first = numbers.pop();
        first.filter(|_| numbers.is_empty())
    }

    /// The one amount that `value` may be compared with: of those shown the one whose range it is in, else the only one of the subject.
    pub(super) fn comparable(&self, value: &str) -> Option<Found<'a>> {
        if let Some(shown) = self.shown_number() {
            return Some(shown);
        }
        let shown: Vec<Found<'a>> = self
            .outline
            .outputs
            .iter()
            .filter_map(|output| output.column.as_ref())
            .filter_map(|place| self.at(place.seat, self.outline.column(place)?))
            .filter(|found| is_measure(found))
            .collect();
        let subject = self.subject();
        let own =
            self.seated().into_iter().filter(|found| found.place.as_ref().is_some_and(|place| place.seat == subject) && is_measure(found));
        let fitting: Vec<Found<'a>> =
            if shown.is_empty() { own.collect() } else { shown.into_iter().filter(|found| in_range(found.column, value)).collect() };
        if let [one] = fitting.as_slice() { Some(one.clone()) } else { None }
    }
}

/// Whether the values of a column are amounts: numbers that are no keys and no years.
pub(super) fn is_measure(found: &Found<'_>) -> bool {
    let declared = found.column.declared_type.to_ascii_uppercase();
    let numeric = ["INT", "REAL", "FLOA", "DOUB", "NUM", "DEC"].iter().any(|word| declared.contains(word));
    numeric && !is_key(found.table, found.column) && !is_time(found.column) && !is_flag(found.column)
}

/// Whether a column is a key, its own table's or another's.
pub(super) fn is_key(table: &Table, column: &Column) -> bool {
    let is = |name: &String| name.eq_ignore_ascii_case(&column.name);
    table.primary_key.iter().any(is) || table.foreign_keys.iter().any(|key| key.columns.iter().any(is))
}

/// Whether `value` lies between the least and the greatest value of a column.
fn in_range(column: &Column, value: &str) -> bool {
    let (Some((low, high)), Ok(value)) = (column.range(), value.parse::<f64>()) else { return false };
    (low..=high).contains(&value)
}

/// Whether a column says yes and no by 1 and 0.
pub(super) fn is_flag(column: &Column) -> bool {
    matches!(column.samples.as_slice(), [one] if one == "0..1")
}

/// The columns of `table` that words mean which speak of the table too: "customer name", or the table alone.
fn of_table<'a>(table: &'a Table, asked: &[String]) -> Option<Vec<&'a Column>> {
    let own: Vec<String> = split_name(&table.name).iter().map(|word| stem(word)).collect();
    if own.is_empty() || !own.iter().all(|part| asked.contains(part)) {
        return None;
    }
    let rest: Vec<String> = asked.iter().filter(|word| !own.contains(word)).cloned().collect();
    if rest.is_empty() || rest.as_slice() == [stem("name")] {
        return Some(label(table)).filter(|columns| !columns.is_empty());
    }
    let mut fits = table.columns.iter().filter(|column| split_name(&column.name).iter().map(|word| stem(word)).eq(rest.iter().cloned()));
    fits.next().filter(|_| fits.next().is_none()).map(|column| vec![column])
}

fn fit(found: &Found<'_>, asked: &[String]) -> Option<Fit> {
    let names = std::iter::once(&found.column.name).chain(&found.column.called);
    names.filter_map(|name| fit_name(found, name, asked)).max()
}

fn fit_name(found: &Found<'_>, name: &str, asked: &[String]) -> Option<Fit> {
    let own: Vec<String> = split_name(name).iter().map(|word| stem(word)).collect();
    let same = |a: &[String], b: &[String]| !a.is_empty() && a.len() == b.len() && a.iter().all(|word| b.contains(word));
    // "Unit price" and `unitprice`.
    if same(&own, asked) || asked.concat() == own.concat() {
        return Some(Fit::Whole);
    }
    if is_key(found.table, found.column) {
        return None;
    }
    let table: Vec<String> = split_name(&found.table.name).iter().map(|word| stem(word)).collect();
    let without_table: Vec<String> = own.iter().filter(|word| !table.contains(word)).cloned().collect();
    if same(&without_table, asked) {
        return Some(Fit::ButForTable);
    }
    if is_time(found.column) {
        let plain = |words: &[String]| words.iter().filter(|word| !OF_TIME.contains(&word.as_str())).cloned().collect::<Vec<_>>();
        if same(&plain(&own), &plain(asked)) {
            return Some(Fit::ButForTime);
        }
    }
    asked.iter().all(|word| own.contains(word)).then_some(Fit::Part)
}
