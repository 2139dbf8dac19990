//! Questions about groups of rows.

use super::draft::{Desk, Draft};
use super::plain::FUNCTIONS;
use super::query::{At, Select};
use super::said::in_letters;
use super::schema::{About, Column};
use crate::synthesize::words::plural;

/// Whether rows fall in groups by a column.
pub(super) fn groups(column: &Column) -> bool {
    matches!(column.about, About::Texts(_)) && !column.missing
}

impl Desk<'_> {
    /// A table with a column that groups its rows.
    fn any_grouped(&mut self) -> Option<(usize, usize)> {
        let table = self.any_table(|table| table.columns.iter().any(groups))?;
        Some((table, self.any_column(table, groups)?))
    }

    /// A number and how it is said.
    pub(super) fn said_count(&mut self, number: usize) -> String {
        let said = if self.random.once_in(2) { in_letters(number) } else { number.to_string() };
        self.said.push((number.to_string(), said.clone()));
        said
    }
}

/// How many of each kind.
pub(super) fn count_each(mut desk: Desk<'_>) -> Option<Draft> {
    let (table, column) = desk.any_grouped()?;
    let at = At::first(table);
    let conditions = if desk.random.once_in(3) { desk.conditions(at, 1, &[column])? } else { Vec::new() };
    let mut select = Select::from(table, vec![at.column(column), "count(*)".into()]);
    select.wheres = conditions.iter().map(|condition| condition.sql.clone()).collect();
    select.group = vec![at.column(column)];
    let phrase = desk.phrase(table, column);
    let things = desk.described(table, &conditions, true, false);
    let question = match desk.random.below(6) {
        0 => format!("How many {things} are there for each {phrase}?"),
        1 => format!("How many {things} of each {phrase} are there?"),
        2 => format!("Count the {things} by {phrase}."),
        3 => format!("Show each {phrase} and how many {things} it has."),
        _ => desk.ask_each(&phrase, &format!("number of {things}")),
    };
    desk.draft("count each", question, &select)
}

/// A function of a number for each kind.
pub(super) fn reckon_each(mut desk: Desk<'_>) -> Option<Draft> {
    let (table, column) = desk.any_grouped()?;
    let at = At::first(table);
    let number = desk.any_number(table)?;
    let (function, word) = desk.function(table, number)?;
    let conditions = if desk.random.once_in(4) { desk.conditions(at, 1, &[column, number])? } else { Vec::new() };
    let mut select = Select::from(table, vec![at.column(column), format!("{function}({})", desk.reckoned(at, number))]);
    select.wheres = conditions.iter().map(|condition| condition.sql.clone()).collect();
    select.group = vec![at.column(column)];
    let (phrase, of) = (desk.phrase(table, column), desk.phrase(table, number));
    let things = desk.described(table, &conditions, true, false);
    let mut what = format!("{word} {of} of the {things}");
    if desk.random.once_in(4) && function != "sum" {
        let (second, words) = *desk.random.pick(&FUNCTIONS[..3])?;
        if second != function {
            let more = desk.word(words);
            select.what.push(format!("{second}({})", desk.reckoned(at, number)));
            what = format!("{word} and {more} {of} of the {things}");
        }
    }
    let question = desk.ask_each(&phrase, &what);
    desk.draft("reckon each", question, &select)
}

/// The kind that has the most.
pub(super) fn kind_with_most(mut desk: Desk<'_>) -> Option<Draft> {
    let (table, column) = desk.any_grouped()?;
    let at = At::first(table);
    let conditions = if desk.random.once_in(4) { desk.conditions(at, 1, &[column])? } else { Vec::new() };
    let phrase = desk.phrase(table, column);
    let things = desk.described(table, &conditions, true, false);
    let most = desk.random.below(4) > 0;
    let (measure, question) = if desk.random.below(3) > 0 {
        let word = if most { "most" } else { "fewest" };
        let common = if most { "most common" } else { "least common" };
        let ways = [
            format!("Which {phrase} has the {word} {things}?"),
            format!("What is the {common} {phrase} of the {things}?"),
            format!("Which {phrase} is the {common} among the {things}?"),
            format!("Find the {phrase} with the {word} {things}."),
            format!("{common} {phrase} among the {things}"),
        ];
        ("count(*)".to_owned(), desk.pick(&ways))
    } else {
        let number = desk.any_number(table)?;
        let (function, word) = desk.function(table, number)?;
        if matches!(function, "max" | "min") {
            return None;
        }
        let of = desk.phrase(table, number);
        let superlative = if most { "highest" } else { "lowest" };
        let ways = [
            format!("Which {phrase} has the {superlative} {word} {of} of its {things}?"),
            format!("For which {phrase} is the {word} {of} of the {things} {superlative}?"),
            format!("Find the {phrase} whose {things} have the {superlative} {word} {of}."),
        ];
        (format!("{function}({})", desk.reckoned(at, number)), desk.pick(&ways))
    };
    let mut select = Select::from(table, vec![at.column(column)]);
    select.wheres = conditions.iter().map(|condition| condition.sql.clone()).collect();
    select.group = vec![at.column(column)];
    select.order = vec![format!("{measure}{}", if most { " DESC" } else { "" })];
    select.limit = Some(1);
    desk.draft("kind with most", question, &select)
}

/// Kinds that have so many, or whose average is so high.
pub(super) fn kinds_having(mut desk: Desk<'_>) -> Option<Draft> {
    let (table, column) = desk.any_grouped()?;
    let at = At::first(table);
    let phrase = desk.phrase(table, column);
    let conditions = if desk.random.once_in(4) { desk.conditions(at, 1, &[column])? } else { Vec::new() };
    let things = desk.described(table, &conditions, true, false);
    let mut select = Select::from(table, vec![at.column(column)]);
    select.wheres = conditions.iter().map(|condition| condition.sql.clone()).collect();
    select.group = vec![at.column(column)];
    let shows_count = desk.random.once_in(4);
    let kinds = plural(&phrase);
    let question = if desk.random.below(3) > 0 {
        let rows = desk.table(table)?.rows.len();
        let number = 2 + desk.random.below((rows / 5).max(2));
        let said = desk.said_count(number);
        let (operator, words) = *desk.random.pick(&[(">", "more than"), (">=", "at least"), ("<", "fewer than"), (">", "over")])?;
        select.having = Some(format!("count(*) {operator} {number}"));
        if shows_count {
            select.what.push("count(*)".into());
            desk.pick(&[
                format!("Which {kinds} have {words} {said} {things}, and how many are there of each?"),
                format!("Show the {kinds} with {words} {said} {things} and their number."),
            ])
        } else {
            desk.pick(&[
                format!("Which {kinds} have {words} {said} {things}?"),
                format!("What are the {kinds} with {words} {said} {things}?"),
                format!("List the {kinds} that {words} {said} {things} have."),
                format!("Find all {kinds} that occur for {words} {said} {things}."),
            ])
        }
    } else {
        let number = desk.any_number(table)?;
        let numbers = desk.numbers(table, number);
        let bound = *numbers.get(numbers.len() / 2)?;
        let unit = if let About::Number { unit, .. } = &desk.column(table, number)?.about { unit.clone() } else { String::new() };
        let said = desk.say_number(bound, &unit);
        let of = desk.phrase(table, number);
        let more = desk.random.once_in(2);
        let word = desk.word(&["average", "mean"]);
        select.having = Some(format!("avg({}) {} {}", desk.reckoned(at, number), if more { ">" } else { "<" }, bound.text()));
        let bound = if more { desk.word(&["above", "greater than", "over"]) } else { desk.word(&["below", "less than", "under"]) };
        desk.pick(&[
            format!("Which {kinds} have {things} with an {word} {of} {bound} {said}?").replace("an mean", "a mean"),
            format!("For which {kinds} is the {word} {of} of the {things} {bound} {said}?"),
            format!("List the {kinds} where the {word} {of} of the {things} is {bound} {said}."),
        ])
    };
    desk.draft("kinds having", question, &select)
}

/// So many in each year.
pub(super) fn by_year(mut desk: Desk<'_>) -> Option<Draft> {
    let dated = |column: &Column| matches!(column.about, About::Date(_)) && !column.missing;
    let table = desk.any_table(|table| table.columns.iter().any(dated))?;
    let at = At::first(table);
    let column = desk.any_column(table, dated)?;
    let About::Date(form) = desk.column(table, column)?.about else { return None };
    let year = form.year(&at.column(column));
    let phrase = desk.phrase(table, column);
    let (_, many) = desk.noun(table);
    let on = desk.column(table, column)?.sayings.iter().any(|saying| saying == "on");
    let of = if on {
        desk.speaks_of(table, column, "year");
        "year".to_owned()
    } else {
        format!("year of the {phrase}")
    };
    let mut select = Select::from(table, vec![year.clone(), "count(*)".into()]);
    select.group = vec![year.clone()];
    let question = match desk.random.below(4) {
        0 => {
            select.what.truncate(1);
            let most = desk.random.below(3) > 0;
            select.order = vec![format!("count(*){}", if most { " DESC" } else { "" })];
            select.limit = Some(1);
            let word = if most { "most" } else { "fewest" };
            desk.pick(&[format!("Which {of} has the {word} {many}?"), format!("Find the {of} with the {word} {many}.")])
        }
        1 => {
            let number = desk.any_number(table)?;
            let (function, word) = desk.function(table, number)?;
            let measured = desk.phrase(table, number);
            select.what = vec![year, format!("{function}({})", desk.reckoned(at, number))];
            desk.ask_each(&of, &format!("{word} {measured} of the {many}"))
        }
        2 => {
            select.order = select.group.clone();
            desk.pick(&[
                format!("How many {many} are there per {of}, in order of the year?"),
                format!("Show the number of {many} for each {of}, earliest year first."),
            ])
        }
        _ => desk.ask_each(&of, &format!("number of {many}")),
    };
    desk.draft("by year", question, &select)
}

/// Rows put in two or three classes by a bound.
pub(super) fn classes(mut desk: Desk<'_>) -> Option<Draft> {
    let table = desk
        .any_table(|table| !table.names().is_empty() && table.columns.iter().any(|column| column.about.is_number() && !column.missing))?;
    let at = At::first(table);
    let number = desk.any_column(table, |column| column.about.is_number() && !column.missing)?;
    let numbers = desk.numbers(table, number);
    let bound = *numbers.get(numbers.len() / 2)?;
    let unit = if let About::Number { unit, .. } = &desk.column(table, number)?.about { unit.clone() } else { String::new() };
    let said = desk.say_number(bound, &unit);
    let phrase = desk.phrase(table, number);
    let (high, low) = *desk.random.pick(&[("high", "low"), ("large", "small"), ("above", "below"), ("upper", "lower")])?;
    let columns = desk.shown(table, &[number])?;
    let case = format!("CASE WHEN {} >= {} THEN '{high}' ELSE '{low}' END", desk.reckoned(at, number), bound.text());
    for word in [high, low] {
        desk.said.push((format!("'{word}'"), word.into()));
    }
    let (_, many) = desk.noun(table);
    let (select, question) = if desk.random.once_in(2) {
        let mut what = desk.marks(at, &columns);
        what.push(case);
        let list = desk.list(table, &columns, false);
        let (one, _) = desk.noun(table);
        let ways = [
            format!("For each {one}, show the {list} and '{high}' if the {phrase} is at least {said}, otherwise '{low}'."),
            format!("List the {list} of every {one} with a label: '{high}' for a {phrase} of {said} or more, else '{low}'."),
            format!("Label each {one} '{high}' where the {phrase} is {said} or more and '{low}' where it is not, with the {list}."),
        ];
        (Select::from(table, what), desk.pick(&ways))
    } else {
        let mut select = Select::from(table, vec![case.clone(), "count(*)".into()]);
        select.group = vec![case];
        let ways = [
            format!("How many {many} are '{high}' ({phrase} of at least {said}) and how many are '{low}'?"),
            format!("Count the {many} in two classes: '{high}' with a {phrase} of {said} or more, and '{low}'."),
        ];
        (select, desk.pick(&ways))
    };
    desk.draft("classes", question, &select)
}
