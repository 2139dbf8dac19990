//! Questions about places and runs within groups.

use super::draft::{Desk, Draft};
use super::query::{Alias, At, Select};
use super::schema::{About, Column};

fn ranks(column: &Column) -> bool {
    column.about.is_number() && !column.missing
}

/// The first of each kind.
pub(super) fn first_of_each(mut desk: Desk<'_>) -> Option<Draft> {
    let table = desk.any_table(|table| {
        !table.names().is_empty() && table.columns.iter().any(ranks) && table.columns.iter().any(super::grouped::groups)
    })?;
    let at = At::first(table);
    let (number, kind) = (desk.any_column(table, ranks)?, desk.any_column(table, super::grouped::groups)?);
    let names = desk.table(table)?.names();
    let (phrase, group) = (desk.phrase(table, number), desk.phrase(table, kind));
    let most = desk.random.below(3) > 0;
    let direction = if most { " DESC" } else { "" };
    desk.alias = Alias::Names;
    let mut what = desk.marks(at, &names);
    what.insert(0, at.column(kind));
    what.push(format!("row_number() OVER (PARTITION BY {} ORDER BY {}{direction}) AS nth", at.column(kind), desk.reckoned(at, number)));
    let inner = desk.sql(&Select::from(table, what));
    let mut outer = desk.marks(at, &names);
    outer.insert(0, at.column(kind));
    let shown = desk.sql(&Select::from(table, outer));
    let columns = shown.strip_prefix("SELECT ")?.split(" FROM ").next()?.to_owned();
    let (one, _) = desk.noun(table);
    let list = desk.list(table, &names, false);
    let word = if most { "highest" } else { "lowest" };
    desk.said.push(("1".into(), word.into()));
    let question = desk.pick(&[
        format!("For each {group}, which {one} has the {word} {phrase}? Show the {group} and the {list}."),
        format!("Show every {group} with the {list} of its {one} with the {word} {phrase}."),
        format!("Find the {one} with the {word} {phrase} within each {group}, with {group} and {list}."),
    ]);
    // Two at the top of a group would make the choice arbitrary: the query that keeps all of them has to return as many.
    let all = inner.replace("row_number()", "rank()");
    let sql = format!("SELECT {columns} FROM ({inner}) WHERE nth = 1");
    let check = format!("SELECT count(*) FROM ({all}) WHERE nth = 1 UNION ALL SELECT count(*) + 1 FROM ({inner}) WHERE nth = 1");
    desk.draft_of("first of each", question, sql, Some(check), Vec::new())
}

/// Places by a number.
pub(super) fn ranked(mut desk: Desk<'_>) -> Option<Draft> {
    let table = desk.any_table(|table| !table.names().is_empty() && table.columns.iter().any(ranks))?;
    let at = At::first(table);
    let number = desk.any_column(table, ranks)?;
    let names = desk.table(table)?.names();
    let phrase = desk.phrase(table, number);
    let mut what = desk.marks(at, &names);
    what.push(format!("rank() OVER (ORDER BY {} DESC)", desk.reckoned(at, number)));
    let select = Select::from(table, what);
    let (one, many) = desk.noun(table);
    let list = desk.list(table, &names, false);
    let question = desk.pick(&[
        format!("Rank the {many} by {phrase}, highest first: show the {list} and the rank."),
        format!("Show the {list} of each {one} with its rank by {phrase}, where the highest is 1."),
        format!("What place does each {one} take by {phrase} (the highest is first)? Give the {list} and the place."),
    ]);
    desk.draft("ranked", question, &select)
}

/// The sum so far.
pub(super) fn so_far(mut desk: Desk<'_>) -> Option<Draft> {
    let dated = |column: &Column| matches!(column.about, About::Date(_)) && !column.missing;
    let money = |column: &Column| matches!(column.about, About::Number { money: true, .. }) && !column.missing;
    let table = desk.any_table(|table| table.columns.iter().any(dated) && table.columns.iter().any(money))?;
    let at = At::first(table);
    let (date, number) = (desk.any_column(table, dated)?, desk.any_column(table, money)?);
    let (when, phrase) = (desk.phrase(table, date), desk.phrase(table, number));
    let what = vec![at.column(date), format!("sum({}) OVER (ORDER BY {})", desk.reckoned(at, number), at.column(date))];
    let mut select = Select::from(table, what);
    select.order = vec![at.column(date)];
    let (_, many) = desk.noun(table);
    let question = desk.pick(&[
        format!("Show the running total of the {phrase} of the {many} in order of {when}, with the {when}."),
        format!("List the {many} by {when} with the {phrase} added up so far."),
        format!("What is the cumulative {phrase} of the {many} over time? Show {when} and running total."),
    ]);
    desk.draft("so far", question, &select)
}

/// The last of each parent's events.
pub(super) fn last_of_each(mut desk: Desk<'_>) -> Option<Draft> {
    let tie = desk.any_named_tie().filter(|tie| !tie.ambiguous)?;
    let dated = |column: &Column| matches!(column.about, About::Date(_)) && !column.missing;
    let (parent, child) = (At::first(tie.parent), At::first(tie.child));
    let date = desk.any_column(tie.child, dated)?;
    let names = desk.table(tie.parent)?.names();
    let last = desk.random.below(3) > 0;
    let function = if last { "max" } else { "min" };
    let mut what = desk.marks(parent, &names);
    what.push(format!("{function}({})", child.column(date)));
    let mut select = Select::from(tie.parent, what);
    desk.join(&mut select, &tie)?;
    select.group = vec![desk.key(parent)?];
    let word = if last { desk.word(&["latest", "most recent"]) } else { "earliest".into() };
    let phrase = desk.phrase(tie.child, date);
    let (one, _) = desk.noun(tie.parent);
    let (_, things) = desk.noun(tie.child);
    let list = desk.list(tie.parent, &names, false);
    let its = if desk.who(tie.parent) == "who" { "their" } else { "its" };
    let question = desk.pick(&[
        format!("For each {one}, show the {list} and the {word} {phrase} of {its} {things}."),
        format!("What is the {word} {phrase} of the {things} of each {one}? Show the {list} too."),
        format!("{list} of each {one} and the {word} {phrase} of {its} {things}"),
    ]);
    desk.draft("last of each", question, &select)
}
