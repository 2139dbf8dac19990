//! "The oldest" and "the newest" from the other end: `ORDER BY birth_date DESC LIMIT 1` has the youngest.

use std::ops::Range;

use crate::schema::Schema;
use crate::schema::{Column, DateText, Holds, Meaning};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::quote::identifier;
use crate::sql::resolve::{Clause, Resolution, resolve};
use crate::sql::tokens::{Part, Tokens};
use crate::text::language::{is_english_question, unquoted, words_of};
use crate::text::words::split_name;

/// Words for the end of time that is further back.
const OLD: [&str; 3] = ["oldest", "eldest", "earliest"];
/// Words for the end that is nearer.
const NEW: [&str; 4] = ["newest", "youngest", "latest", "recent"];
/// Words that may say of another column which end is meant.
const OPEN: [&str; 7] = ["first", "last", "most", "least", "longest", "highest", "lowest"];

/// Words that are said of people and animals.
const LIVES: [&str; 3] = ["oldest", "eldest", "youngest"];
/// Ends of words for what nobody is: a membership, a registration.
const ABSTRACT: [&str; 14] =
    ["account", "accounts", "contract", "contracts", "order", "login", "profile", "invoice", "ship", "tion", "ment", "ance", "ence", "ity"];

/// Words of columns that keep when somebody was born.
const BIRTHS: [&str; 6] = ["birth", "birthday", "birthdate", "born", "dob", "geburtsdatum"];

/// What grows from one end to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grows {
    /// The date: the oldest has the least.
    Since,
    /// The age: the oldest has the greatest.
    Age,
}

/// `sql` from the end that `question` asks for, and the change.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    let Some(asked) = asked(question).filter(|_| is_english_question(question)) else { return unchanged() };
    let Some(resolution) = resolve(sql, schema) else { return unchanged() };
    let tokens = Tokens::new(sql);
    let edit = ordered(sql, &tokens, &resolution, &asked).or_else(|| taken(&tokens, &resolution, asked.old));
    edited(sql, ChangeKind::Structure, edit.into_iter().collect())
}

/// The end that a question asks for.
#[derive(Debug, Clone)]
struct Asked {
    /// The oldest, and not the newest.
    old: bool,
    /// In words that are said of people.
    lives: bool,
    /// The word behind these.
    thing: Option<String>,
}

/// The end that the question asks for; `None` where it says none, or more than one.
fn asked(question: &str) -> Option<Asked> {
    let words = words_of(&unquoted(question));
    let says = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let most_recent = words.windows(2).any(|pair| matches!(pair, [most, recent] if most == "most" && recent == "recent"));
    let open = words.iter().any(|word| OPEN.contains(&word.as_str()) && !(most_recent && word == "most"));
    let (old, new) = (says(&OLD), says(&NEW));
    let place = words.iter().position(|word| LIVES.contains(&word.as_str()));
    let thing = place.and_then(|at| words.get(at + 1)).cloned();
    (old != new && !open).then(|| Asked { old, lives: place.is_some(), thing })
}

/// What grows in `column`, where it keeps when something began, or how old it is.
fn grows(column: &Column) -> Option<Grows> {
    let is_day = |text: &String| DateText::is_day(text);
    let dated =
        column.meaning.times().is_some() || matches!(column.meaning, Meaning::LocalDate(_)) || column.samples.first().is_some_and(is_day);
    let last = split_name(&column.name).pop()?;
    match () {
        () if dated => Some(Grows::Since),
        () if column.holds == Holds::Numbers && last == "year" => Some(Grows::Since),
        () if column.holds == Holds::Numbers && last == "age" => Some(Grows::Age),
        () => None,
    }
}

/// The direction of the one term of ORDER BY, in front of a LIMIT.
fn ordered(sql: &str, tokens: &Tokens<'_>, resolution: &Resolution<'_>, asked: &Asked) -> Option<(Range<usize>, String)> {
    let arm = tokens.arm(0).filter(|_| tokens.is(0, &["select"]) && resolution.scopes.len() == 1)?;
    let order = arm.clause(Part::OrderBy).filter(|_| arm.clause(Part::Limit).is_some())?;
    let term = order.start + 2..tokens.operand_after(order.start + 2)?;
    let bytes = tokens.bytes(term.clone());
    let reference = resolution.references.iter().find(|reference| reference.clause == Clause::OrderBy && reference.range == bytes)?;
    let table = resolution.source(reference)?.table()?;
    let column = table.column(&reference.name.text)?;
    let grows = grows(column)?;
    // Of somebody with a birthday, who joined first is not the oldest.
    let born = table.columns.iter().find(|other| is_birth(other) && self::grows(other).is_some());
    // "The oldest membership" is nobody's age.
    let somebody = asked.thing.as_ref().is_none_or(|thing| !ABSTRACT.iter().any(|end| thing.ends_with(end)));
    let meant = born.filter(|_| asked.lives && somebody && grows == Grows::Since && !is_birth(column));
    let (falls, end) = match () {
        () if term.end == order.end => (false, term.end),
        () if tokens.is(term.end, &["asc", "desc"]) && term.end + 1 == order.end => (tokens.is(term.end, &["desc"]), order.end),
        () => return None,
    };
    let shall_fall = asked.old == (grows == Grows::Age);
    let qualifier = sql.get(reference.range.start..reference.name.range.start).unwrap_or_default();
    let written = meant.map_or_else(|| tokens.piece(term.clone()).to_owned(), |born| format!("{qualifier}{}", identifier(&born.name)));
    let changes = falls != shall_fall || meant.is_some();
    changes.then(|| (tokens.bytes(term.start..end), if shall_fall { format!("{written} DESC") } else { written }))
}

fn is_birth(column: &Column) -> bool {
    split_name(&column.name).iter().any(|word| BIRTHS.contains(&word.as_str()))
}

/// The one `min` or `max` of such a column.
fn taken(tokens: &Tokens<'_>, resolution: &Resolution<'_>, old: bool) -> Option<(Range<usize>, String)> {
    let mut calls = (0..tokens.len()).filter(|at| tokens.is(*at, &["min", "max"]) && tokens.call(*at).is_some());
    let (at, None) = (calls.next()?, calls.next()) else { return None };
    let call = tokens.call(at)?;
    let [argument] = call.arguments.as_slice() else { return None };
    let start = tokens.bytes(argument.clone()).start;
    let column = resolution.columns(Some).remove(&start).filter(|_| tokens.operand_after(argument.start) == Some(argument.end))?;
    let meant = if old == (grows(column)? == Grows::Age) { "max" } else { "min" };
    (!tokens.is(at, &[meant])).then(|| (tokens.bytes(at..at + 1), meant.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Table;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let column = |(name, holds, sample): (&str, Holds, &str)| Column {
            name: name.into(),
            holds,
            samples: vec![sample.to_owned()],
            ..Column::default()
        };
        let columns = [
            ("name", Holds::Texts, "Ann"),
            ("born", Holds::Texts, "1950-01-01..2009-12-31"),
            ("joined", Holds::Texts, "2012-01-01..2023-12-31"),
            ("age", Holds::Numbers, "18..90"),
            ("year", Holds::Numbers, "1950..2009"),
            ("points", Holds::Numbers, "0..40"),
        ];
        let table = Table { name: "p".into(), columns: columns.into_iter().map(column).collect(), ..Table::default() };
        let schema = Schema { tables: vec![table] };
        check_mended(|sql| mend(sql, &schema, question), sql, expected, question);
    }

    #[test]
    fn the_oldest_has_the_first_date_and_the_greatest_age() {
        let oldest = "Who is the oldest member?";
        check(oldest, "SELECT name FROM p ORDER BY born DESC LIMIT 1", "SELECT name FROM p ORDER BY born LIMIT 1");
        check(oldest, "SELECT name FROM p ORDER BY p.age LIMIT 1", "SELECT name FROM p ORDER BY p.age DESC LIMIT 1");
        check("Show the 3 newest cars", "SELECT name FROM p ORDER BY year ASC LIMIT 3", "SELECT name FROM p ORDER BY year DESC LIMIT 3");
        check("The most recent one?", "SELECT name FROM p ORDER BY born LIMIT 1", "SELECT name FROM p ORDER BY born DESC LIMIT 1");
        check(
            "Who is the youngest?",
            "SELECT name FROM p WHERE born = (SELECT min(born) FROM p)",
            "SELECT name FROM p WHERE born = (SELECT max(born) FROM p)",
        );
        check(oldest, "SELECT name FROM p ORDER BY p.joined LIMIT 1", "SELECT name FROM p ORDER BY p.born LIMIT 1");
        check("The newest?", "SELECT name FROM p ORDER BY born LIMIT 1", "SELECT name FROM p ORDER BY born DESC LIMIT 1");
        check(oldest, "SELECT name FROM p WHERE age = (SELECT MIN(age) FROM p)", "SELECT name FROM p WHERE age = (SELECT max(age) FROM p)");
    }

    #[test]
    fn others_stay() {
        for (question, right) in [
            ("Who is the oldest member?", "SELECT name FROM p ORDER BY born LIMIT 1"),
            ("Who is the oldest member?", "SELECT name FROM p ORDER BY points DESC LIMIT 1"),
            ("Who is the youngest member?", "SELECT name FROM p ORDER BY age LIMIT 1"),
            ("When did the oldest member play last?", "SELECT born FROM p ORDER BY born DESC LIMIT 1"),
            ("The newest of the oldest", "SELECT born FROM p ORDER BY born LIMIT 1"),
            ("List all", "SELECT born FROM p ORDER BY born LIMIT 1"),
            ("Who is the oldest?", "SELECT name, max(born) FROM p WHERE born > (SELECT min(born) FROM p)"),
        ] {
            check(question, right, right);
        }
    }
}
