//! Questions about the rows of one table.

use super::condition::Condition;
use super::draft::{Desk, Draft, and, counts, several};
use super::query::{At, Select};
use super::schema::{About, Column, Table};
use super::source::Sort;

/// Whether a column can be shown in an answer.
pub(super) fn shows(column: &Column) -> bool {
    !matches!(column.about, About::Key(_) | About::To { .. } | About::Notes | About::Flag { .. } | About::Codes(_) | About::Name(_))
}

impl Desk<'_> {
    /// A table by chance; those of which `test` holds.
    pub(super) fn any_table(&mut self, test: impl Fn(&Table) -> bool) -> Option<usize> {
        let tables: Vec<usize> = (0..self.schema.tables.len()).filter(|at| self.table(*at).is_some_and(&test)).collect();
        self.random.pick(&tables).copied()
    }

    /// What an answer shows of a row: its name, or of an event something of it.
    pub(super) fn shown(&mut self, table: usize, without: &[usize]) -> Option<Vec<usize>> {
        let names = self.table(table)?.names();
        if !names.is_empty() {
            return Some(names);
        }
        let columns: Vec<usize> = self.columns(table, |column| shows(column) && !column.missing);
        let columns: Vec<usize> = columns.into_iter().filter(|column| !without.contains(column)).collect();
        self.random.pick(&columns).map(|column| vec![*column])
    }

    /// So many conditions on different columns.
    pub(super) fn conditions(&mut self, at: At, count: usize, without: &[usize]) -> Option<Vec<Condition>> {
        let mut without = without.to_vec();
        let mut conditions = Vec::new();
        for _ in 0..count {
            let condition = self.condition(at, &without)?;
            without.push(condition.column);
            conditions.push(condition);
        }
        Some(conditions)
    }

    /// `names of the owners from Lyon`, with what the answer shows of them.
    pub(super) fn of(&mut self, table: usize, columns: &[usize], described: &str, many: bool) -> String {
        let list = self.list(table, columns, many);
        let the = if self.random.once_in(4) && many {
            "all "
        } else if many && self.random.once_in(4) {
            ""
        } else {
            "the "
        };
        format!("{list} of {the}{described}")
    }

    /// Asks for the rows that meet conditions: by their names, or for columns of them.
    pub(super) fn ask_rows(&mut self, table: usize, columns: &[usize], conditions: &[Condition], any: bool) -> Option<String> {
        let named = self.table(table)?.names() == columns;
        let (_, many) = self.noun(table);
        if named
            && !conditions.is_empty()
            && self.random.below(5) < 2
            && let Some(does) = self.all_do(conditions, any)
        {
            let list = self.list(table, columns, true);
            let ways = [
                format!("Which {many} {does}?"),
                format!("Which {many} {does}?"),
                format!("Which of the {many} {does}?"),
                format!("Which {many} {does}? Give their {list}."),
                format!("Tell me which {many} {does}."),
            ];
            return Some(self.pick(&ways));
        }
        let described = self.described(table, conditions, true, any);
        if named && self.random.once_in(4) {
            for column in columns {
                self.phrase(table, *column);
            }
            let ways = [
                format!("List all {described}."),
                format!("Show all {described}."),
                format!("Show me the {described}."),
                format!("Find all {described}."),
                described.to_string(),
                format!("Who or what are the {described}?").replace("Who or what", if self.who(table) == "who" { "Who" } else { "What" }),
            ];
            return Some(self.pick(&ways));
        }
        if columns.len() > 1 && self.random.once_in(4) {
            let list = self.list(table, columns, false);
            let ways = [
                format!("For each of the {described}, show the {list}."),
                format!("Show the {described} with their {}.", plural_all(&list)),
                format!("List the {list} of every one of the {described}."),
            ];
            return Some(self.pick(&ways));
        }
        let things = self.of(table, columns, &described, true);
        Some(self.ask_many(&things))
    }
}

/// `name and weight` as it is said of several. A first and last name are one thing.
pub(super) fn plural_all(list: &str) -> String {
    let both = list.replace("first and last name", "first & last name");
    let parts = both.split(" and ").map(|part| part.split(", ").map(several).collect::<Vec<_>>().join(", "));
    parts.collect::<Vec<_>>().join(" and ").replace(" & ", " and ")
}

/// Names of all rows, or other columns.
pub(super) fn list(mut desk: Desk<'_>) -> Option<Draft> {
    let table = desk.any_table(|table| table.sort != Sort::Event)?;
    let mut columns = desk.shown(table, &[])?;
    match desk.random.below(5) {
        0 => columns = vec![desk.any_column(table, shows)?],
        1 => columns.push(desk.any_column(table, shows)?),
        2 => {
            let (one, two) = (desk.any_column(table, shows)?, desk.any_column(table, shows)?);
            if one == two {
                return None;
            }
            columns.extend([one, two]);
        }
        _ => {}
    }
    let select = Select::from(table, desk.marks(At::first(table), &columns));
    let question = desk.ask_rows(table, &columns, &[], false)?;
    desk.draft("list", question, &select)
}

/// Columns of the rows that meet one, two or three conditions.
fn filtered(mut desk: Desk<'_>, count: usize, any: bool, shape: &'static str) -> Option<Draft> {
    let table = desk.any_table(|_| true)?;
    let at = At::first(table);
    let conditions = desk.conditions(at, count, &[])?;
    let without: Vec<usize> = conditions.iter().map(|condition| condition.column).collect();
    let mut columns = desk.shown(table, &without)?;
    let others = |column: &Column| shows(column);
    let more = desk.any_column(table, others).filter(|column| !without.contains(column) && !columns.contains(column));
    match (desk.random.below(5), more) {
        (0, Some(column)) => columns = vec![column],
        (1, Some(column)) => columns.push(column),
        _ => {}
    }
    let mut select = Select::from(table, desk.marks(at, &columns));
    select.wheres = conditions.iter().map(|condition| condition.sql.clone()).collect();
    select.any = any;
    let question = desk.ask_rows(table, &columns, &conditions, any)?;
    desk.draft(shape, question, &select)
}

pub(super) fn one_condition(desk: Desk<'_>) -> Option<Draft> {
    filtered(desk, 1, false, "one condition")
}

pub(super) fn two_conditions(desk: Desk<'_>) -> Option<Draft> {
    filtered(desk, 2, false, "two conditions")
}

pub(super) fn either(desk: Desk<'_>) -> Option<Draft> {
    filtered(desk, 2, true, "either condition")
}

pub(super) fn three_conditions(desk: Desk<'_>) -> Option<Draft> {
    filtered(desk, 3, false, "three conditions")
}

/// How many rows, with or without conditions.
pub(super) fn count(mut desk: Desk<'_>) -> Option<Draft> {
    let table = desk.any_table(|_| true)?;
    let at = At::first(table);
    let many = if desk.random.once_in(8) { 0 } else { 1 + usize::from(desk.random.once_in(4)) };
    let conditions = desk.conditions(at, many, &[])?;
    let mut select = Select::from(table, vec!["count(*)".into()]);
    select.wheres = conditions.iter().map(|condition| condition.sql.clone()).collect();
    let (_, things) = desk.noun(table);
    let does = if many == 1 { desk.all_do(&conditions, false) } else { None };
    let question = match does {
        Some(does) if desk.random.once_in(2) => desk.pick(&[
            format!("How many {things} {does}?"),
            format!("How many of the {things} {does}?"),
            format!("Count how many {things} {does}."),
        ]),
        _ => {
            let described = desk.described(table, &conditions, true, false);
            desk.ask_count(&described)
        }
    };
    desk.draft("count", question, &select)
}

/// How many different values, and which.
pub(super) fn distinct(mut desk: Desk<'_>) -> Option<Draft> {
    let table = desk.any_table(|_| true)?;
    let column = desk.any_column(table, |column| matches!(column.about, About::Texts(_) | About::Year))?;
    let at = At::first(table);
    let phrase = several(&desk.phrase(table, column));
    let conditions = if desk.random.once_in(2) { desk.conditions(at, 1, &[column])? } else { Vec::new() };
    let things = desk.described(table, &conditions, true, false);
    let counts = desk.random.once_in(2);
    let mark = at.column(column);
    let mut select = Select::from(table, vec![if counts { format!("count(DISTINCT {mark})") } else { mark }]);
    select.distinct = !counts;
    select.wheres = conditions.iter().map(|condition| condition.sql.clone()).collect();
    let different = desk.word(&["different", "distinct", "different"]);
    let question = if counts {
        desk.pick(&[
            format!("How many {different} {phrase} are there among the {things}?"),
            format!("How many {different} {phrase} do the {things} have?"),
            format!("Count the {different} {phrase} of the {things}."),
            format!("What is the number of {different} {phrase} of the {things}?"),
        ])
    } else {
        desk.pick(&[
            format!("What are the {different} {phrase} of the {things}?"),
            format!("Which {phrase} occur among the {things}?"),
            format!("List the {different} {phrase} of the {things}."),
            format!("Show all {different} {phrase} of {things}."),
            format!("Give me each {phrase} of the {things} once.", phrase = singular_phrase(&phrase)),
            format!("{different} {phrase} of the {things}"),
        ])
    };
    desk.draft("distinct", question, &select)
}

fn singular_phrase(phrase: &str) -> String {
    crate::synthesize::words::singular(phrase)
}

/// What to reckon with, and in words.
pub(super) const FUNCTIONS: [(&str, &[&str]); 4] = [
    ("avg", &["average", "mean", "average"]),
    ("max", &["highest", "maximum", "largest", "greatest"]),
    ("min", &["lowest", "minimum", "smallest"]),
    ("sum", &["total", "total", "combined"]),
];

impl Desk<'_> {
    /// A function that makes sense of a column, with its word.
    pub(super) fn function(&mut self, table: usize, column: usize) -> Option<(&'static str, String)> {
        let (function, words) = *self.random.pick(&FUNCTIONS)?;
        let own = self.column(table, column)?;
        let adds = match &own.about {
            About::Number { money, unit, .. } => {
                *money && !own.called.iter().any(|called| called.contains("price") || called.contains("rate"))
                    || own.sayings.iter().any(|saying| saying == "adds")
                    || unit.is_empty() && counts(own.called.first()?)
            }
            _ => false,
        };
        if function == "sum" && !adds {
            return None;
        }
        Some((function, self.word(words)))
    }

    pub(super) fn any_number(&mut self, table: usize) -> Option<usize> {
        self.any_column(table, |column| column.about.is_number())
    }
}

/// A function of a number, with or without a condition.
pub(super) fn reckon(mut desk: Desk<'_>) -> Option<Draft> {
    let table = desk.any_table(|table| table.columns.iter().any(|column| column.about.is_number()))?;
    let at = At::first(table);
    let column = desk.any_number(table)?;
    let conditions = if desk.random.below(3) > 0 { desk.conditions(at, 1, &[column])? } else { Vec::new() };
    let (function, word) = desk.function(table, column)?;
    let phrase = desk.phrase(table, column);
    let mut select = Select::from(table, vec![format!("{function}({})", desk.reckoned(at, column))]);
    select.wheres = conditions.iter().map(|condition| condition.sql.clone()).collect();
    let things = desk.described(table, &conditions, true, false);
    let all = desk.word(&["the ", "the ", "all ", ""]);
    let question = desk.ask_one(&format!("{word} {phrase} of {all}{things}"));
    desk.draft("reckon", question, &select)
}

/// Several functions of one number, or of two.
pub(super) fn reckon_more(mut desk: Desk<'_>) -> Option<Draft> {
    let table = desk.any_table(|table| table.columns.iter().any(|column| column.about.is_number()))?;
    let at = At::first(table);
    let column = desk.any_number(table)?;
    let conditions = if desk.random.once_in(2) { desk.conditions(at, 1, &[column])? } else { Vec::new() };
    let phrase = desk.phrase(table, column);
    let number = desk.reckoned(at, column);
    let mut functions: Vec<(&str, String)> = Vec::new();
    let wanted = 2 + desk.random.below(2);
    while functions.len() < wanted {
        let Some((function, words)) = desk.random.pick(&FUNCTIONS[..3]).copied() else { break };
        if functions.iter().all(|(own, _)| *own != function) {
            let word = desk.word(words);
            functions.push((function, word));
        }
    }
    let words: Vec<String> = functions.iter().map(|(_, word)| word.clone()).collect();
    let mut select = Select::from(table, functions.iter().map(|(function, _)| format!("{function}({number})")).collect());
    select.wheres = conditions.iter().map(|condition| condition.sql.clone()).collect();
    let things = desk.described(table, &conditions, true, false);
    let things = format!("{} {phrase} of the {things}", and(&words));
    let question = desk.ask_many(&things);
    desk.draft("reckon more", question, &select)
}

/// Something of the row that has a name.
pub(super) fn look_up(mut desk: Desk<'_>) -> Option<Draft> {
    let table = desk.any_table(|table| !table.names().is_empty())?;
    let at = At::first(table);
    let names = desk.table(table)?.names();
    let row = desk.random.below(desk.table(table)?.rows.len());
    let shown =
        |column: &Column| !matches!(column.about, About::Key(_) | About::To { .. } | About::Notes | About::Name(_) | About::Flag { .. });
    let column = desk.any_column(table, shown)?;
    let values: Vec<_> = names.iter().filter_map(|name| desk.table(table)?.rows.get(row)?.get(*name).cloned()).collect();
    let text: Vec<String> = values.iter().map(|value| value.text()).collect();
    let text = text.join(" ");
    for value in &values {
        desk.said.push((value.sql(), value.text()));
    }
    let phrase = desk.phrase(table, column);
    let mut select = Select::from(table, vec![at.column(column)]);
    select.wheres = names.iter().zip(&values).map(|(name, value)| format!("{} = {}", at.column(*name), value.sql())).collect();
    let (one, _) = desk.noun(table);
    let whose = match desk.random.below(4) {
        0 => text.clone(),
        1 => format!("the {one} {text}"),
        2 => format!("the {one} called {text}"),
        _ => format!("{one} {text}"),
    };
    let when = matches!(desk.column(table, column)?.about, About::Date(_) | About::Year);
    let verb = desk.column(table, column)?.sayings.iter().find_map(|saying| saying.strip_prefix("was ")).map(str::to_owned);
    let question = match verb {
        Some(verb) if when && desk.random.once_in(2) => {
            desk.speaks_of(table, column, &verb);
            format!("When was {whose} {verb}?")
        }
        _ if desk.random.once_in(5) => format!("{text}: what is the {phrase}?"),
        _ => desk.ask_one(&format!("{phrase} of {whose}")),
    };
    desk.draft("look up", question, &select)
}

/// A share of all rows.
pub(super) fn share(mut desk: Desk<'_>) -> Option<Draft> {
    let table = desk.any_table(|table| table.rows.len() > 8)?;
    let at = At::first(table);
    let condition = desk.condition(at, &[])?;
    if desk.column(table, condition.column)?.missing {
        return None;
    }
    let select = Select::from(table, vec![format!("100.0 * sum({}) / count(*)", condition.sql)]);
    let (_, many) = desk.noun(table);
    let share = desk.word(&["percentage", "share in percent", "percentage"]);
    let does = desk.all_do(std::slice::from_ref(&condition), false);
    let question = match does {
        Some(does) => desk.pick(&[
            format!("What {share} of the {many} {does}?"),
            format!("What {share} of {many} {does}?"),
            format!("How many percent of the {many} {does}?"),
        ]),
        None => {
            let described = desk.described(table, &[condition], true, false);
            desk.pick(&[
                format!("What percentage of all {many} are {described}?"),
                format!("How many percent of the {many} are {described}?"),
            ])
        }
    };
    desk.draft("share", question, &select)
}
