//! Questions about rows of two tables and more.

use super::condition::Condition;
use super::draft::{Desk, Draft};
use super::plain::{plural_all, shows};
use super::query::{At, Select};
use super::relation::Tie;
use super::schema::{About, Column};
use super::source::Sort;

fn conditions_sql(conditions: &[Condition]) -> Vec<String> {
    conditions.iter().map(|condition| condition.sql.clone()).collect()
}

/// Children by a condition on their parents, and perhaps one of their own.
pub(super) fn children_of(mut desk: Desk<'_>) -> Option<Draft> {
    let tie = desk.any_tie()?;
    let at = At::first(tie.child);
    let mut conditions = vec![desk.parent_condition(&tie)?];
    if desk.random.once_in(3) {
        conditions.insert(0, desk.condition(at, &[])?);
    }
    let used: Vec<usize> = conditions.iter().map(|condition| condition.column).collect();
    let counts = desk.random.once_in(4);
    if counts {
        let mut select = Select::from(tie.child, vec!["count(*)".into()]);
        desk.join(&mut select, &tie)?;
        select.wheres = conditions_sql(&conditions);
        let described = desk.described(tie.child, &conditions, true, false);
        let question = desk.ask_count(&described);
        return desk.draft("count children of", question, &select);
    }
    let mut columns = desk.shown(tie.child, &used)?;
    if desk.random.once_in(4) {
        let more = desk.any_column(tie.child, shows).filter(|more| !columns.contains(more) && !used.contains(more));
        columns.extend(more);
    }
    let mut select = Select::from(tie.child, desk.marks(at, &columns));
    desk.join(&mut select, &tie)?;
    select.wheres = conditions_sql(&conditions);
    let question = desk.ask_rows(tie.child, &columns, &conditions, false)?;
    desk.draft("children of", question, &select)
}

/// A function of the children's number by a condition on their parents.
pub(super) fn reckon_children_of(mut desk: Desk<'_>) -> Option<Draft> {
    let tie = desk.any_tie()?;
    let at = At::first(tie.child);
    let number = desk.any_number(tie.child)?;
    let (function, word) = desk.function(tie.child, number)?;
    let conditions = [desk.parent_condition(&tie)?];
    let mut select = Select::from(tie.child, vec![format!("{function}({})", desk.reckoned(at, number))]);
    desk.join(&mut select, &tie)?;
    select.wheres = conditions_sql(&conditions);
    let phrase = desk.phrase(tie.child, number);
    let described = desk.described(tie.child, &conditions, true, false);
    let question = desk.ask_one(&format!("{word} {phrase} of the {described}"));
    desk.draft("reckon children of", question, &select)
}

/// Parents by a condition on their children.
pub(super) fn parents_with(mut desk: Desk<'_>) -> Option<Draft> {
    let tie = desk.any_named_tie()?;
    let child = At::first(tie.child);
    let count = 1 + usize::from(desk.random.once_in(4));
    let inner = desk.conditions(child, count, &[])?;
    let own = if desk.random.once_in(4) { Some(desk.condition(At::first(tie.parent), &[])?) } else { None };
    let columns = desk.table(tie.parent)?.names();
    let does = desk.has_children(&tie, &inner);
    let outer = Condition { sql: String::new(), before: None, behind: Vec::new(), does: vec![does], column: 0 };
    let mut select = Select::from(tie.parent, desk.marks(At::first(tie.parent), &columns));
    select.distinct = true;
    desk.join(&mut select, &tie)?;
    select.wheres = conditions_sql(&inner);
    let mut all = Vec::new();
    if let Some(own) = own {
        select.wheres.push(own.sql.clone());
        all.push(own);
    }
    all.push(outer);
    let question = desk.ask_rows(tie.parent, &columns, &all, false)?;
    desk.draft("parents with", question, &select)
}

/// Something of each child beside its parent.
pub(super) fn beside_parent(mut desk: Desk<'_>) -> Option<Draft> {
    let tie = desk.any_named_tie()?;
    let (child, parent) = (At::first(tie.child), At::first(tie.parent));
    let names = desk.table(tie.parent)?.names();
    let conditions = if desk.random.once_in(2) { desk.conditions(child, 1, &[])? } else { Vec::new() };
    let used: Vec<usize> = conditions.iter().map(|condition| condition.column).collect();
    let columns = desk.shown(tie.child, &used)?;
    let mut what = desk.marks(child, &columns);
    what.extend(desk.marks(parent, &names));
    let mut select = Select::from(tie.child, what);
    desk.join(&mut select, &tie)?;
    select.wheres = conditions_sql(&conditions);
    let role = desk.role(&tie);
    let its = if desk.who(tie.child) == "who" { "their" } else { "its" };
    let one = desk.list(tie.child, &columns, false);
    let described = desk.described(tie.child, &conditions, false, false);
    let described_many = desk.described(tie.child, &conditions, true, false);
    let names = desk.list(tie.parent, &names, false);
    let question = desk.pick(&[
        format!("For each {described}, show the {one} and the {names} of {its} {role}."),
        format!("List the {} of the {described_many} together with the {names} of {its} {role}.", plural_all(&one))
            .replace(" its ", " the "),
        format!("Show the {one} of every {described} with the {names} of {its} {role}."),
        format!("What are the {} of the {described_many}, and what is the {names} of each one's {role}?", plural_all(&one)),
    ]);
    desk.draft("beside parent", question, &select)
}

/// How many children each parent has, or a function of their numbers.
pub(super) fn of_each_parent(mut desk: Desk<'_>) -> Option<Draft> {
    let tie = desk.any_named_tie().filter(|tie| !tie.ambiguous)?;
    let parent = At::first(tie.parent);
    let names = desk.table(tie.parent)?.names();
    let mut select = Select::from(tie.parent, desk.marks(parent, &names));
    desk.join(&mut select, &tie)?;
    select.group = vec![desk.key(parent)?];
    let conditions = if desk.random.once_in(3) { desk.conditions(At::first(tie.child), 1, &[])? } else { Vec::new() };
    select.wheres = conditions_sql(&conditions);
    let things = desk.described(tie.child, &conditions, true, false);
    let (one, _) = desk.noun(tie.parent);
    let list = desk.list(tie.parent, &names, false);
    let its = if desk.who(tie.parent) == "who" { "their" } else { "its" };
    let done = tie.back.as_ref().and_then(|verb| verb.done.clone());
    let question = if desk.random.below(5) < 3 {
        select.what.push("count(*)".into());
        let does = tie.back.as_ref().map_or("has".to_owned(), |verb| verb.one.clone());
        let mut ways = vec![
            format!("For each {one}, show the {list} and the number of {things}."),
            format!(
                "Show the {list} of each {one} and how many {things} {it} {does}.",
                it = if its == "their" { "that person" } else { "it" }
            ),
            format!("How many {things} are there for each {one}? Show the {list} too."),
            format!("List every {one} by {list} with the number of {its} {things}."),
            format!("{list} of each {one} and number of {things}"),
        ];
        if let Some(done) = done {
            ways.push(format!("What is the number of {things} {done} each {one}? Give the {list} and the number."));
        }
        desk.pick(&ways)
    } else {
        let number = desk.any_number(tie.child)?;
        let (function, word) = desk.function(tie.child, number)?;
        let phrase = desk.phrase(tie.child, number);
        select.what.push(format!("{function}({})", desk.reckoned(At::first(tie.child), number)));
        desk.pick(&[
            format!("For each {one}, show the {list} and the {word} {phrase} of {its} {things}."),
            format!("What is the {word} {phrase} of the {things} of each {one}? Show the {list} as well."),
            format!("List the {list} of every {one} with the {word} {phrase} of {its} {things}."),
            format!("{list} of each {one} with the {word} {phrase} of {its} {things}"),
        ])
    };
    desk.draft("of each parent", question, &select)
}

/// How many children for each kind of parent.
pub(super) fn by_kind_of_parent(mut desk: Desk<'_>) -> Option<Draft> {
    let tie = desk.any_tie().filter(|tie| !tie.ambiguous)?;
    let parent = At::first(tie.parent);
    let kind = desk.any_column(tie.parent, super::grouped::groups)?;
    let phrase = desk.phrase(tie.parent, kind);
    let role = desk.role(&tie);
    let mut select = Select::from(tie.child, vec![parent.column(kind)]);
    desk.join(&mut select, &tie)?;
    select.group = vec![parent.column(kind)];
    let conditions = if desk.random.once_in(3) { desk.conditions(At::first(tie.child), 1, &[])? } else { Vec::new() };
    select.wheres = conditions_sql(&conditions);
    let things = desk.described(tie.child, &conditions, true, false);
    let question = if desk.random.below(3) > 0 {
        select.what.push("count(*)".into());
        let each = format!("{phrase} of the {role}");
        desk.ask_each(&each, &format!("number of {things}"))
    } else {
        let number = desk.any_number(tie.child)?;
        let (function, word) = desk.function(tie.child, number)?;
        let measured = desk.phrase(tie.child, number);
        select.what.push(format!("{function}({})", desk.reckoned(At::first(tie.child), number)));
        let each = format!("{phrase} of the {role}");
        desk.ask_each(&each, &format!("{word} {measured} of the {things}"))
    };
    desk.draft("by kind of parent", question, &select)
}

/// The parents that have the most children, or the greatest sum of something of theirs.
pub(super) fn parent_with_most(mut desk: Desk<'_>) -> Option<Draft> {
    let tie = desk.any_named_tie().filter(|tie| !tie.ambiguous)?;
    let parent = At::first(tie.parent);
    let names = desk.table(tie.parent)?.names();
    let limit = if desk.random.below(3) > 0 { 1 } else { 2 + desk.random.below(4) };
    let most = desk.random.below(4) > 0;
    let conditions = if desk.random.once_in(3) { desk.conditions(At::first(tie.child), 1, &[])? } else { Vec::new() };
    let mut select = Select::from(tie.parent, desk.marks(parent, &names));
    desk.join(&mut select, &tie)?;
    select.wheres = conditions_sql(&conditions);
    select.group = vec![desk.key(parent)?];
    select.limit = Some(limit);
    let things = desk.described(tie.child, &conditions, true, false);
    let (one, many) = desk.noun(tie.parent);
    let list = desk.list(tie.parent, &names, limit > 1);
    let (verb_many, verb_one) = tie.back.as_ref().map_or(("have".into(), "has".into()), |verb| (verb.many.clone(), verb.one.clone()));
    let who = desk.who(tie.parent);
    let (measure, what) = if desk.random.below(3) > 0 {
        ("count(*)".to_owned(), format!("the {} {things}", if most { "most" } else { "fewest" }))
    } else {
        let number = desk.any_number(tie.child)?;
        let (function, word) = desk.function(tie.child, number)?;
        if matches!(function, "max" | "min") {
            return None;
        }
        let phrase = desk.phrase(tie.child, number);
        (
            format!("{function}({})", desk.reckoned(At::first(tie.child), number)),
            format!("the {} {word} {phrase} of {things}", if most { "highest" } else { "lowest" }),
        )
    };
    let verb = if measure == "count(*)" { (verb_many, verb_one) } else { ("have".into(), "has".into()) };
    select.order = vec![format!("{measure}{}", if most { " DESC" } else { "" })];
    let shows_measure = desk.random.once_in(5) && measure == "count(*)";
    if shows_measure {
        select.what.push(measure);
    }
    // Those without any are not among the groups.
    let any = if most { String::new() } else { format!(" (of those with any {things})", things = desk.noun(tie.child).1) };
    let also = if shows_measure { " Show the number as well." } else { "" };
    let question = if limit == 1 {
        desk.pick(&[
            format!("Which {one} {} {what}{any}?{also}", verb.1),
            format!("What is the {list} of the {one} {who} {} {what}{any}?{also}", verb.1),
            format!("Find the {list} of the {one} with {what}{any}.{also}"),
            format!("Find the {one} {who} {} {what}{any}.{also}", verb.1),
        ])
    } else {
        let number = desk.said_count(limit);
        desk.pick(&[
            format!("Which {number} {many} {} {what}{any}?{also}", verb.0),
            format!("What are the {list} of the {number} {many} with {what}{any}?{also}"),
            format!("List the {list} of the {number} {many} {who} {} {what}{any}.{also}", verb.0),
        ])
    };
    desk.draft("parent with most", question, &select)
}

/// Parents with more than so many children.
pub(super) fn parents_having(mut desk: Desk<'_>) -> Option<Draft> {
    let tie = desk.any_named_tie().filter(|tie| !tie.ambiguous)?;
    let parent = At::first(tie.parent);
    let names = desk.table(tie.parent)?.names();
    let conditions = if desk.random.once_in(3) { desk.conditions(At::first(tie.child), 1, &[])? } else { Vec::new() };
    let (children, parents) = (desk.table(tie.child)?.rows.len(), desk.table(tie.parent)?.rows.len());
    let number = 1 + desk.random.below((children / parents.max(1) + 2).max(2));
    let (operator, words) =
        *desk.random.pick(&[(">", "more than"), (">=", "at least"), (">", "over"), ("=", "exactly"), ("<", "fewer than")])?;
    let number = if operator == "<" { number + 1 } else { number };
    let said = desk.said_count(number);
    let mut select = Select::from(tie.parent, desk.marks(parent, &names));
    desk.join(&mut select, &tie)?;
    select.wheres = conditions_sql(&conditions);
    select.group = vec![desk.key(parent)?];
    select.having = Some(format!("count(*) {operator} {number}"));
    let things = desk.described(tie.child, &conditions, number > 1, false);
    let least = if operator == "<" { "at least one but " } else { "" };
    let have = desk.have(&tie, &format!("{least}{words} {said} {things}"));
    let outer = Condition {
        sql: String::new(),
        before: None,
        behind: vec![format!("with {least}{words} {said} {things}")],
        does: vec![(have.clone(), have)],
        column: 0,
    };
    let shows_count = desk.random.once_in(4);
    let question = desk.ask_rows(tie.parent, &names, &[outer], false)?;
    let question = if shows_count {
        select.what.push("count(*)".into());
        format!("{} Show the number too.", question.trim_end_matches("please").trim_end_matches(", "))
    } else {
        question
    };
    desk.draft("parents having", question, &select)
}

/// Three tables in a row: children by a condition on their parents' parents.
pub(super) fn far(mut desk: Desk<'_>) -> Option<Draft> {
    let near = desk.any_tie()?;
    let next: Vec<Tie> = desk.ties(false).into_iter().filter(|tie| tie.child == near.parent && tie.parent != near.child).collect();
    let next = desk.random.pick(&next).cloned()?;
    let inner = desk.parent_condition(&next)?;
    let role = desk.role(&near);
    let mut behind: Vec<String> = inner.does.iter().map(|(_, one)| format!("whose {role} {one}")).collect();
    behind.extend(inner.behind.iter().filter_map(|words| words.strip_prefix("whose ").map(|rest| format!("whose {role}'s {rest}"))));
    let parents = desk.described(near.parent, std::slice::from_ref(&inner), true, false);
    behind.push(format!("of {parents}"));
    let does = near.towards.iter().map(|verb| (format!("{} {parents}", verb.many), format!("{} {parents}", verb.one))).collect();
    let outer = Condition { sql: inner.sql, before: None, behind, does, column: near.column };
    let columns = desk.shown(near.child, &[])?;
    let way = desk.random.below(3);
    let at = At::first(near.child);
    let what = if way == 0 { vec!["count(*)".into()] } else { desk.marks(at, &columns) };
    let mut select = Select::from(near.child, what);
    desk.join(&mut select, &near)?;
    desk.join(&mut select, &next)?;
    select.wheres = vec![outer.sql.clone()];
    let question = if way == 0 {
        let described = desk.described(near.child, &[outer], true, false);
        desk.ask_count(&described)
    } else {
        desk.ask_rows(near.child, &columns, &[outer], false)?
    };
    desk.draft("far", question, &select)
}

/// Two parents of one event: who took which course.
pub(super) fn across(mut desk: Desk<'_>) -> Option<Draft> {
    let (left, right) = desk.any_bridge()?;
    let names = desk.table(left.parent)?.names();
    let at = At::first(left.parent);
    let mut select = Select::from(left.parent, desk.marks(at, &names));
    select.distinct = true;
    desk.join(&mut select, &left)?;
    desk.join(&mut select, &right)?;
    let condition = desk.parent_condition(&right)?;
    select.wheres = vec![condition.sql.clone()];
    let does = desk.has_children(&left, std::slice::from_ref(&condition));
    let outer = Condition { sql: condition.sql, before: None, behind: Vec::new(), does: vec![does], column: 0 };
    let question = desk.ask_rows(left.parent, &names, &[outer], false)?;
    desk.draft("across", question, &select)
}

impl Desk<'_> {
    /// Two keys of one event to tables of things with names.
    pub(super) fn any_bridge(&mut self) -> Option<(Tie, Tie)> {
        let ties: Vec<Tie> =
            self.ties(false).into_iter().filter(|tie| self.table(tie.parent).is_some_and(|table| !table.names().is_empty())).collect();
        let mut pairs = Vec::new();
        for one in &ties {
            for two in &ties {
                let event = self.table(one.child).is_some_and(|table| table.sort == Sort::Event);
                if event && one.child == two.child && one.parent != two.parent && !one.ambiguous && !two.ambiguous {
                    pairs.push((one.clone(), two.clone()));
                }
            }
        }
        self.random.pick(&pairs).cloned()
    }
}

/// Those above another of the same table: employees with their managers.
pub(super) fn with_own(mut desk: Desk<'_>) -> Option<Draft> {
    let ties = desk.ties(true);
    let tie = desk.random.pick(&ties).cloned()?;
    let (low, high) = (At::first(tie.child), At { table: tie.child, again: true });
    let names = desk.table(tie.child)?.names();
    let on = format!("{} = {}", low.column(tie.column), desk.key(high)?);
    let role = desk.role(&tie);
    let (one, many) = desk.noun(tie.child);
    let list = desk.list(tie.child, &names, false);
    let its = if desk.who(tie.child) == "who" { "their" } else { "its" };
    if desk.random.once_in(2) {
        let mut what = desk.marks(low, &names);
        what.extend(desk.marks(high, &names));
        let mut select = Select::from(tie.child, what);
        select.joins.push((high, on));
        let question = desk.pick(&[
            format!("Show the {list} of each {one} and the {list} of {its} {role}."),
            format!("List every {one} that has {a} {role} with the {list} of both.", a = crate::synthesize::words::article(&role)),
            format!("For each {one}, give {its} {list} and that of {its} {role}."),
        ]);
        return desk.draft("with own", question, &select);
    }
    let number = desk.any_column(tie.child, |column: &Column| matches!(column.about, About::Number { .. }) && !column.missing)?;
    let phrase = desk.phrase(tie.child, number);
    let more = desk.random.once_in(2);
    let mut select = Select::from(tie.child, desk.marks(low, &names));
    select.joins.push((high, on));
    select.wheres = vec![format!("{} {} {}", desk.reckoned(low, number), if more { ">" } else { "<" }, desk.reckoned(high, number))];
    let than = if more { "higher" } else { "lower" };
    let question = desk
        .pick(&[
            format!("Which {many} have a {than} {phrase} than {its} {role}?"),
            format!("What are the {} of the {many} whose {phrase} is {than} than that of {its} {role}?", plural_all(&list)),
            format!("Find the {many} with a {than} {phrase} than {its} {role}."),
        ])
        .replace(" its ", " their ");
    desk.draft("with own", question, &select)
}
