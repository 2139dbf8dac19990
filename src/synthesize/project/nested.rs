//! Questions whose answer needs another answer first.

use super::condition::Condition;
use super::draft::{Desk, Draft};
use super::query::{Alias, At, Select};
use super::schema::{About, Column};
use crate::synthesize::words::article;

fn measured(column: &Column) -> bool {
    column.about.is_number() && !column.missing
}

/// Those without any children.
pub(super) fn without(mut desk: Desk<'_>) -> Option<Draft> {
    let tie = desk.any_named_tie().filter(|tie| !tie.ambiguous)?;
    let (parent, child) = (At::first(tie.parent), At::first(tie.child));
    let names = desk.table(tie.parent)?.names();
    let inner = if desk.random.below(5) < 2 { desk.conditions(child, 1, &[])? } else { Vec::new() };
    let own = if desk.random.once_in(4) { Some(desk.condition(parent, &[])?) } else { None };
    let counts = desk.random.once_in(4);
    let mut select = Select::from(tie.parent, if counts { vec!["count(*)".into()] } else { desk.marks(parent, &names) });
    let exists = desk.random.once_in(4);
    let key = desk.key(parent)?;
    let may_lack = desk.column(tie.child, tie.column)?.missing;
    let clause = if exists {
        desk.alias = Alias::Names;
        let mut sub = Select::from(tie.child, vec!["*".into()]);
        sub.qualified = true;
        select.qualified = true;
        sub.wheres = inner.iter().map(|condition| condition.sql.clone()).collect();
        let sub = desk.sql(&sub);
        let table = desk.sql(&Select { qualified: true, ..Select::from(tie.child, vec![child.column(tie.column)]) });
        let column = table.strip_prefix("SELECT ").and_then(|text| text.split(" FROM ").next())?.to_owned();
        let and = if inner.is_empty() { " WHERE" } else { " AND" };
        format!("NOT EXISTS ({sub}{and} {column} = {key})")
    } else {
        let mut sub = Select::from(tie.child, vec![child.column(tie.column)]);
        sub.wheres = inner.iter().map(|condition| condition.sql.clone()).collect();
        if may_lack {
            sub.wheres.push(format!("{} IS NOT NULL", child.column(tie.column)));
        }
        format!("{key} NOT IN ({})", desk.sql(&sub))
    };
    select.wheres = vec![clause];
    let things = desk.described(tie.child, &inner, true, false);
    let (verb, single) = tie.back.as_ref().map_or(("have".to_owned(), "has".to_owned()), |verb| (verb.many.clone(), verb.one.clone()));
    let mut behind = vec![format!("without any {things}"), format!("with no {things}")];
    if verb != "have" {
        behind.clear();
        behind.push(format!("for {} there are no {things}", if desk.who(tie.parent) == "who" { "whom" } else { "which" }));
    }
    let outer = Condition {
        sql: String::new(),
        before: None,
        behind,
        does: vec![(format!("{verb} no {things}"), format!("{single} no {things}"))],
        column: 0,
    };
    let mut all = Vec::new();
    if let Some(own) = own {
        select.wheres.push(own.sql.clone());
        all.push(own);
    }
    all.push(outer);
    let question = if counts {
        let described = desk.described(tie.parent, &all, true, false);
        desk.ask_count(&described)
    } else {
        desk.ask_rows(tie.parent, &names, &all, false)?
    };
    desk.draft("without", question, &select)
}

/// Above the average, or the most of another group.
pub(super) fn above_average(mut desk: Desk<'_>) -> Option<Draft> {
    let table = desk.any_table(|table| table.columns.iter().any(measured))?;
    let at = At::first(table);
    let number = desk.any_column(table, measured)?;
    let phrase = desk.phrase(table, number);
    let expression = desk.reckoned(at, number);
    let more = desk.random.below(3) > 0;
    let operator = if more { ">" } else { "<" };
    let (_, many) = desk.noun(table);
    let (function, among, words) = if desk.random.below(3) > 0 {
        ("avg", Vec::new(), "average".to_owned())
    } else {
        let inner = desk.conditions(at, 1, &[number])?;
        let described = desk.described(table, &inner, true, false);
        let (function, word) = *desk.random.pick(&[("avg", "average"), ("max", "highest"), ("min", "lowest")])?;
        (function, inner, format!("{word} {phrase} of the {described}"))
    };
    let mut sub = Select::from(table, vec![format!("{function}({expression})")]);
    sub.wheres = among.iter().map(|condition| condition.sql.clone()).collect();
    let mut clauses = vec![format!("{expression} {operator} ({})", desk.sql(&sub))];
    let mut conditions = Vec::new();
    if desk.random.once_in(4) && among.is_empty() {
        let own = desk.condition(at, &[number])?;
        clauses.insert(0, own.sql.clone());
        conditions.push(own);
    }
    let than = if more { desk.word(&["above", "higher than", "greater than"]) } else { desk.word(&["below", "lower than", "less than"]) };
    let the = if among.is_empty() { format!("the {words} of all {many}") } else { format!("the {words}") };
    let mut behind = vec![format!("whose {phrase} is {than} {the}")];
    if among.is_empty() {
        let side = if more { "above-average" } else { "below-average" };
        behind.push(format!("with {} {side} {phrase}", if more { "an" } else { "a" }));
        behind.push(format!("whose {phrase} is {than} the average"));
    }
    let outer = Condition { sql: String::new(), before: None, behind, does: Vec::new(), column: number };
    conditions.push(outer);
    let used: Vec<usize> = conditions.iter().map(|condition| condition.column).collect();
    let counts = desk.random.once_in(4);
    let columns = desk.shown(table, &used)?;
    let mut select = Select::from(table, if counts { vec!["count(*)".into()] } else { desk.marks(at, &columns) });
    select.wheres = clauses;
    let question = if counts {
        let described = desk.described(table, &conditions, true, false);
        desk.ask_count(&described)
    } else {
        desk.ask_rows(table, &columns, &conditions, false)?
    };
    desk.draft("above average", question, &select)
}

/// All that have the greatest value, however many these are.
pub(super) fn all_with_greatest(mut desk: Desk<'_>) -> Option<Draft> {
    let table = desk.any_table(|table| {
        !table.names().is_empty() && table.columns.iter().any(|column| matches!(column.about, About::Number { .. } | About::Year))
    })?;
    let at = At::first(table);
    let number = desk.any_column(table, |column| matches!(column.about, About::Number { .. } | About::Year))?;
    let phrase = desk.phrase(table, number);
    let expression = desk.reckoned(at, number);
    let most = desk.random.once_in(2);
    let names = desk.table(table)?.names();
    let sub = Select::from(table, vec![format!("{}({expression})", if most { "max" } else { "min" })]);
    let mut select = Select::from(table, desk.marks(at, &names));
    select.wheres = vec![format!("{expression} = ({})", desk.sql(&sub))];
    let (_, many) = desk.noun(table);
    let word = if most { "highest" } else { "lowest" };
    let list = desk.list(table, &names, true);
    let question = desk.pick(&[
        format!("Which {many} share the {word} {phrase}?"),
        format!("What are the {list} of all {many} with the {word} {phrase} of all?"),
        format!("List the {list} of all {many} that have the {word} {phrase}, if there are several."),
        format!("Find every one of the {many} whose {phrase} equals the {word} one."),
    ]);
    desk.draft("all with greatest", question, &select)
}

/// Children whose own number is above what their group has on average.
pub(super) fn above_own_group(mut desk: Desk<'_>) -> Option<Draft> {
    let table = desk.any_table(|table| {
        !table.names().is_empty() && table.columns.iter().any(measured) && table.columns.iter().any(super::grouped::groups)
    })?;
    let at = At::first(table);
    let number = desk.any_column(table, measured)?;
    let group = desk.any_column(table, super::grouped::groups)?;
    let names = desk.table(table)?.names();
    let (phrase, kind) = (desk.phrase(table, number), desk.phrase(table, group));
    let expression = desk.reckoned(at, number);
    let again = At { table, again: true };
    desk.alias = Alias::Numbers;
    // The inner table is named apart: `T2`.
    let inner = desk.sql(&Select {
        qualified: true,
        joins: vec![(again, String::new())],
        wheres: vec![format!("{} = {}", again.column(group), at.column(group))],
        ..Select::from(table, vec![format!("avg({})", desk.reckoned(again, number))])
    });
    let (head, tail) = inner.split_once(" FROM ")?;
    let from = tail.split(" JOIN ").nth(1)?.replace(" ON  WHERE", " WHERE");
    let mut select = Select { qualified: true, ..Select::from(table, desk.marks(at, &names)) };
    select.wheres = vec![format!("{expression} > ({head} FROM {from})")];
    let (_, many) = desk.noun(table);
    let list = desk.list(table, &names, true);
    let question = desk.pick(&[
        format!("Which {many} have a {phrase} above the average of their own {kind}?"),
        format!("What are the {list} of the {many} whose {phrase} is higher than the average {phrase} of the {many} of the same {kind}?"),
        format!("List the {many} that exceed the average {phrase} of their {kind}."),
    ]);
    desk.draft("above own group", question, &select)
}

/// Parents whose children's number is above that of all.
pub(super) fn parents_above(mut desk: Desk<'_>) -> Option<Draft> {
    let tie = desk.any_named_tie().filter(|tie| !tie.ambiguous)?;
    let number = desk.any_column(tie.child, measured)?;
    let (parent, child) = (At::first(tie.parent), At::first(tie.child));
    let names = desk.table(tie.parent)?.names();
    let phrase = desk.phrase(tie.child, number);
    let expression = desk.reckoned(child, number);
    let more = desk.random.once_in(2);
    let sub = Select::from(tie.child, vec![format!("avg({expression})")]);
    let sub = desk.sql(&sub);
    let (_, things) = desk.noun(tie.child);
    let (_, many) = desk.noun(tie.parent);
    let mut select = Select::from(tie.parent, desk.marks(parent, &names));
    desk.join(&mut select, &tie)?;
    let than = if more { "above" } else { "below" };
    let list = desk.list(tie.parent, &names, true);
    let question = if desk.random.once_in(2) {
        select.group = vec![desk.key(parent)?];
        select.having = Some(format!("avg({expression}) {} ({sub})", if more { ">" } else { "<" }));
        desk.pick(&[
            format!("Which {many} have an average {phrase} of their {things} {than} the average of all {things}?"),
            format!("What are the {list} of the {many} whose {things} have an average {phrase} {than} that of all {things}?"),
        ])
    } else {
        select.distinct = true;
        select.wheres = vec![format!("{expression} {} ({sub})", if more { ">" } else { "<" })];
        let have = desk.have(&tie, &format!("{} {}", article(&desk.noun(tie.child).0), desk.noun(tie.child).0));
        desk.pick(&[
            format!("Which {many} {have} with {} {phrase} {than} the average?", article(&phrase)),
            format!(
                "What are the {list} of the {many} {} {have} whose {phrase} is {than} the average of all {things}?",
                desk.who(tie.parent)
            ),
        ])
    };
    desk.draft("parents above", question, &select)
}

/// The average of how many children there are.
pub(super) fn average_count(mut desk: Desk<'_>) -> Option<Draft> {
    let tie = desk.any_tie().filter(|tie| !tie.ambiguous && !tie.child.eq(&tie.parent))?;
    let child = At::first(tie.child);
    let mut sub = Select::from(tie.child, vec!["count(*) AS n".into()]);
    sub.group = vec![child.column(tie.column)];
    if desk.column(tie.child, tie.column)?.missing {
        sub.wheres.push(format!("{} IS NOT NULL", child.column(tie.column)));
    }
    let (function, word) = *desk.random.pick(&[("avg", "average"), ("max", "largest"), ("min", "smallest"), ("avg", "mean")])?;
    let sub = desk.sql(&sub);
    let (one, _) = desk.noun(tie.parent);
    let (_, many) = desk.noun(tie.child);
    let question = desk.ask_one(&format!("{word} number of {many} per {one}, counting only those with any"));
    desk.draft_of("average count", question, format!("SELECT {function}(n) FROM ({sub})"), None, Vec::new())
}
