//! What speaks against a draft that ran, seen in its rows and in the values that are stored: what its syntax alone does not show.

use std::time::Duration;

use crate::db::values::Held;
use crate::db::{Cell, Database, Limits, Table, ValueIndex};
use crate::schema::Schema;
use crate::signal::Cancel;
use crate::sql::comparisons::{Comparing, Comparison, comparisons};
use crate::sql::lex::{lex, name_of};
use crate::sql::probes::{Asks, probes};
use crate::sql::recount::recount;
use crate::sql::shares::shares;
use crate::sql::ties::probe;
use crate::sql::{Suspicion, SuspicionKind, guard};
use crate::text::words::{edits_allowed, edits_within, fold, stem, words};

/// A list of more strings was not written by a model that made one up.
const MOST_COMPARISONS: usize = 40;
/// For one look into the database.
const ONE_LOOK: Duration = Duration::from_millis(250);
/// Words of one beginning that is this long, in letters, explain each other: `Italian` and `Italy`.
const BEGINNING: usize = 4;
/// A column of a few words that everybody uses has no more of them than this.
const FEW: usize = 8;
/// A column of a few forms with digits in them has no more than this.
const FEW_FORMS: usize = 24;
/// Rows that share each of them.
const SHARED: u64 = 3;
/// Of them are named.
const TOLD: usize = 3;
/// Rounded shares that add up to this much more or less than the whole are right.
const ROUNDED: f64 = 2.0;
/// Words that ask for a share.
const SHARES: [&str; 6] = ["percent", "percentage", "percentages", "share", "shares", "proportion"];
/// Words that ask how much something grew, which may be more than all of it.
const GROWTH: [&str; 10] = ["growth", "grew", "increase", "increased", "change", "changed", "difference", "compared", "higher", "more"];
/// Words behind "which" and "what" that are no plural in spite of their end.
const NO_PLURAL: [&str; 12] = ["is", "was", "has", "does", "class", "address", "status", "business", "bus", "series", "process", "campus"];

/// What is said of a row that is not the only one of its kind.
pub(super) const TIE: &str = "another row ties with the one that is shown";

/// What a draft did, and what it was asked.
#[derive(Debug, Clone, Copy)]
pub struct Ran<'a> {
    /// In the person's words.
    pub question: &'a str,
    /// What the question goes on from, and hints.
    pub before: &'a str,
    /// The draft.
    pub sql: &'a str,
    /// What it returned.
    pub table: &'a Table,
}

/// All that speaks against `ran`.
pub fn against(ran: &Ran<'_>, database: &Database, schema: &Schema, index: Option<&ValueIndex>, cancel: &Cancel) -> Vec<Suspicion> {
    let mut out: Vec<Suspicion> = null_everywhere(ran.table).into_iter().collect();
    out.extend(index.and_then(|index| unexplained(ran, database, schema, index, cancel)));
    out.extend(nothing_computed(ran, database, schema, cancel));
    out.extend(odd_share(ran));
    out.extend(first_of_several(ran, database, cancel));
    out.extend(counted_again(ran, database, schema, cancel));
    out
}

fn suspicion(kind: SuspicionKind, sentence: String) -> Suspicion {
    Suspicion { kind, sentence }
}

/// A result column that is NULL in every row while others are not: what was computed there cannot be computed.
fn null_everywhere(table: &Table) -> Option<Suspicion> {
    let is_null = |column: usize| table.rows.iter().all(|row| row.get(column) == Some(&Cell::Null));
    let (null, other): (Vec<usize>, Vec<usize>) = (0..table.columns.len()).partition(|&column| is_null(column));
    let name = &table.columns.get(*null.first()?)?.name;
    // A stored column that is empty is nobody's slip.
    let computed = name.contains('(') || table.columns.get(*null.first()?)?.declared_type.is_none();
    let sentence = format!("{name} is NULL in every row");
    (!table.rows.is_empty() && !other.is_empty() && computed).then(|| suspicion(SuspicionKind::NullInEveryRow, sentence))
}

/// Dates that are NULL in every row, and values of documents that are compared with another kind of value than they are.
fn nothing_computed(ran: &Ran<'_>, database: &Database, schema: &Schema, cancel: &Cancel) -> Vec<Suspicion> {
    let limits = Limits { timeout: ONE_LOOK, ..Limits::default() };
    let asked = probes(ran.sql, schema).into_iter().filter_map(|probe| {
        let table = database.execute(&guard::check(&probe.sql).ok()?, &limits, cancel).ok()?;
        let [one, other] = table.rows.first()?.as_slice() else { return None };
        let (one, other, value) = (number(one)?, number(other)?, &probe.value);
        match &probe.asks {
            Asks::Null => {
                let sentence = format!("{value} is NULL in no row");
                (one > 0.0 && other == 0.0).then(|| suspicion(SuspicionKind::AlwaysFalse, sentence))
            }
            Asks::Dated => {
                (one > 0.0 && other == 0.0).then(|| suspicion(SuspicionKind::NullInEveryRow, format!("{value} is NULL in every row")))
            }
            Asks::Compared { literal, is_text: true } => (one > 0.0 && other == 0.0).then(|| {
                suspicion(SuspicionKind::NumberAgainstText, format!("{value} gives numbers, and is compared with the text {literal}"))
            }),
            Asks::Compared { literal, is_text: false } => (other > 0.0 && one == 0.0).then(|| {
                suspicion(SuspicionKind::TextAgainstNumber, format!("{value} gives text, and is compared with the number {literal}"))
            }),
        }
    });
    asked.collect()
}

/// A text that no row has and that no word of the question is: `'French'` for France. Or one that is none of the few words of its column.
fn unexplained(ran: &Ran<'_>, database: &Database, schema: &Schema, index: &ValueIndex, cancel: &Cancel) -> Option<Suspicion> {
    let said: Vec<String> = words(ran.question).into_iter().chain(words(ran.before)).map(|word| word.folded).collect();
    for comparison in comparisons(ran.sql, schema).into_iter().take(MOST_COMPARISONS) {
        let (table, column, text) = (comparison.place(), &comparison.column, &comparison.text);
        if index.holds(table, column, text) == Held::Yes {
            continue;
        }
        // Dates and numbers may be written in many ways.
        let of_letters = text.chars().any(char::is_alphabetic) && !text.chars().any(|c| c.is_ascii_digit());
        if !of_letters {
            if let Some(found) = none_of_few(&comparison, ran.sql, database, schema, index, cancel) {
                return Some(found);
            }
            continue;
        }
        let elsewhere = || other_place(&comparison, index, ran.sql);
        let is_said = is_said(text, &said);
        let other = if is_said { elsewhere() } else { None };
        if is_said && other.is_none() {
            if let Some(found) = none_of_few(&comparison, ran.sql, database, schema, index, cancel) {
                return Some(found);
            }
            continue;
        }
        let looking = cancel.with_timeout(ONE_LOOK);
        if database.holds_value(table, column, text, comparison.comparing, &looking) == Some(false) {
            if let Some(place) = other {
                let sentence = format!("no row has '{text}' in {column}, and {place} has it");
                return Some(suspicion(SuspicionKind::ElsewhereValue, sentence));
            }
            let sentence = format!("{column} is compared with '{text}', which no row has and the question does not say");
            return Some(suspicion(SuspicionKind::Unexplained, sentence));
        }
    }
    None
}

/// A text that is none of the few of its column, which many rows share: `'yearly'` where all are `P1M` or `P1Y`, `'Q3'` beside `2023Q3`.
fn none_of_few(
    comparison: &Comparison,
    sql: &str,
    database: &Database,
    schema: &Schema,
    index: &ValueIndex,
    cancel: &Cancel,
) -> Option<Suspicion> {
    let (table, column, text) = (comparison.place(), &comparison.column, &comparison.text);
    let rows = schema.table_of(comparison.database.as_deref(), &comparison.table)?.row_count?;
    let shape = |text: &str| text.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect::<String>();
    let has_digit = text.chars().any(|c| c.is_ascii_digit());
    let most = if has_digit { FEW_FORMS } else { FEW };
    let values = index.few(table, column, most).filter(|values| rows >= SHARED * values.len() as u64)?;
    // One of the same form may well be missing: a quarter, a day, a size.
    let is_alike = has_digit && values.iter().any(|value| shape(value) == shape(text));
    // What is left out need not be there, nor all of a list.
    let before = sql.get(..comparison.range.start).unwrap_or_default().trim_end();
    let is_equation = before.strip_suffix('=').is_some_and(|rest| !rest.ends_with(['<', '>', '!']));
    if text.is_empty() || comparison.comparing != Comparing::Equal || is_alike || !is_equation {
        return None;
    }
    let looking = cancel.with_timeout(ONE_LOOK);
    let missing = database.holds_value(table, column, text, comparison.comparing, &looking) == Some(false);
    let told: Vec<String> = values.iter().filter(|value| !value.is_empty()).take(TOLD).map(|value| format!("'{value}'")).collect();
    let sentence = format!("no row has '{text}' in {column}, which holds {}", told.join(", "));
    (missing && !told.is_empty()).then(|| suspicion(SuspicionKind::Unexplained, sentence))
}

/// Another column that has the text as it is, of which the draft makes nothing: `table.column`.
fn other_place(comparison: &Comparison, index: &ValueIndex, sql: &str) -> Option<String> {
    let hits = index.find(&comparison.text);
    let hit = hits.iter().find(|hit| {
        let own = hit.table.eq_ignore_ascii_case(&comparison.table) && hit.column.eq_ignore_ascii_case(&comparison.column);
        !own && hit.value.eq_ignore_ascii_case(&comparison.text)
    })?;
    let used = lex(sql).iter().any(|token| name_of(token.text(sql)).eq_ignore_ascii_case(&hit.column));
    (!used).then(|| format!("{}.{}", hit.table, hit.column))
}

/// Rows that are counted in place of the things they belong to, where that makes a difference.
fn counted_again(ran: &Ran<'_>, database: &Database, schema: &Schema, cancel: &Cancel) -> Option<Suspicion> {
    let again = recount(ran.sql, schema, ran.question)?;
    let checked = guard::check(&again.sql).ok()?;
    let limits = Limits { timeout: ONE_LOOK, ..Limits::default() };
    let table = database.execute(&checked, &limits, cancel).ok()?;
    let value = |table: &Table| match table.rows.as_slice() {
        [row] => match row.as_slice() {
            [Cell::Integer(count)] => Some(*count),
            _ => None,
        },
        _ => None,
    };
    let (once, rows) = (value(&table)?, value(ran.table)?);
    let sentence = format!(
        "rows of {} are counted ({rows}), of which each {} may have several ({once} where each counts once)",
        again.counted, again.asked
    );
    (once != rows).then(|| suspicion(SuspicionKind::CountsOther, sentence))
}

/// Whether a text is in the question, as far as one of its words.
fn is_said(text: &str, said: &[String]) -> bool {
    words(text).iter().any(|word| {
        let begins = |other: &str| word.folded.chars().zip(other.chars()).take_while(|(a, b)| a == b).count() >= BEGINNING;
        said.iter().any(|other| {
            stem(other) == stem(&word.folded)
                || begins(other)
                || edits_within(&word.folded, other, edits_allowed(word.folded.len())).is_some()
        })
    }) || said.contains(&fold(text))
}

/// Shares that are more than the whole, or that do not add up to it.
fn odd_share(ran: &Ran<'_>) -> Option<Suspicion> {
    let asked: Vec<String> = words(ran.question).into_iter().map(|word| word.folded).collect();
    let has = |list: &[&str]| asked.iter().any(|word| list.contains(&word.as_str()));
    if !(has(&SHARES) || ran.question.contains('%')) || has(&GROWTH) || ran.table.rows.is_empty() {
        return None;
    }
    for share in shares(ran.sql) {
        let values: Option<Vec<f64>> = ran.table.rows.iter().map(|row| number(row.get(share.column)?)).collect();
        let Some(values) = values else { continue };
        if let Some(most) = values.iter().copied().find(|value| *value > 100.0 + 1e-6) {
            return Some(suspicion(SuspicionKind::OddShare, format!("one of the shares is {most}%, which is more than all")));
        }
        let sum: f64 = values.iter().sum();
        let near = |whole: f64| (sum - whole).abs() <= whole * ROUNDED / 100.0 + 0.006 * whole * values.len() as f64 / 10.0;
        if share.whole && !ran.table.truncated && !near(100.0) && !near(1.0) {
            return Some(suspicion(SuspicionKind::OddShare, format!("the shares add up to {sum:.1}, and not to a whole")));
        }
    }
    // Nothing is divided, and what is counted or multiplied is more than all of anything.
    let percent = has(&["percent", "percentage", "percentages"]) && !ran.sql.contains('/');
    let computed = |column: &usize| ran.table.columns.get(*column).is_some_and(|column| column.declared_type.is_none());
    let mut columns = (0..ran.table.columns.len()).filter(|column| percent && computed(column));
    let more =
        columns.find_map(|column| ran.table.rows.iter().filter_map(|row| number(row.get(column)?)).find(|value| *value > 100.0 + 1e-6));
    more.map(|most| suspicion(SuspicionKind::OddShare, format!("a percentage is asked for, and {most} is more than all")))
}

fn number(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Integer(n) => Some(*n as f64),
        Cell::Real(x) => Some(*x),
        _ => None,
    }
}

/// What is odd about the row that LIMIT 1 takes: that it is one of groups of a row each, or another one is as far at the front, where the question may
/// mean several.
fn first_of_several(ran: &Ran<'_>, database: &Database, cancel: &Cancel) -> Option<Suspicion> {
    match tie(ran, database, cancel)? {
        Tie::OfSingleRows => {
            Some(suspicion(SuspicionKind::SingleGroups, "no group has more than one row, so that none has the most".into()))
        }
        Tie::Plain if may_be_several(ran.question) => {
            Some(suspicion(SuspicionKind::TiedFirst, format!("{TIE}, and the question may mean several")))
        }
        Tie::Plain => None,
    }
}

/// Whether another row is as far at the front where the question means one: nothing against the draft.
pub(super) fn is_tied_with_one(ran: &Ran<'_>, database: &Database, cancel: &Cancel) -> bool {
    !may_be_several(ran.question) && tie(ran, database, cancel) == Some(Tie::Plain)
}

/// How another row is as far at the front as the one that LIMIT 1 takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tie {
    Plain,
    /// Groups are ordered by how many rows they have, and each has one.
    OfSingleRows,
}

/// The second row of the same order beside the first, as far as can be told in a moment.
fn tie(ran: &Ran<'_>, database: &Database, cancel: &Cancel) -> Option<Tie> {
    let probe = probe(ran.sql).filter(|_| ran.table.rows.len() == 1)?;
    let checked = guard::check(&probe.sql).ok()?;
    let table = database.execute(&checked, &Limits { timeout: ONE_LOOK, ..Limits::default() }, cancel).ok()?;
    let [first, second] = table.rows.as_slice() else { return None };
    let from = first.len().checked_sub(probe.terms)?;
    let order = first.get(from..)?;
    let is_tie = order == second.get(from..)? && first.get(..from)? != second.get(..from)?;
    let single = probe.most_rows && order.first() == Some(&Cell::Integer(1));
    is_tie.then_some(if single { Tie::OfSingleRows } else { Tie::Plain })
}

/// Whether the question asks in the plural: "which countries have the most ...", "who are ...".
fn may_be_several(question: &str) -> bool {
    let asked: Vec<String> = words(question).into_iter().map(|word| word.folded).collect();
    let word = |at: usize| asked.get(at).map_or("", String::as_str);
    (0..asked.len()).any(|at| match word(at) {
        "which" | "what" => {
            let next = word(at + 1);
            let plural = next.len() > 3 && next.ends_with('s') && !next.ends_with("ss") && !NO_PLURAL.contains(&next);
            plural || next == "people" || next == "are" && at + 2 < asked.len() && !is_named_singular(word(at + 3))
        }
        "who" => word(at + 1) == "are",
        _ => false,
    })
}

/// Whether "what are the name ..." goes on in the singular.
fn is_named_singular(word: &str) -> bool {
    !word.ends_with('s')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{ColumnInfo, ValueLimits, demo};

    fn table(rows: &[&[f64]]) -> Table {
        let columns = (0..rows.first().map_or(0, |row| row.len())).map(|_| ColumnInfo::default()).collect();
        Table { columns, rows: rows.iter().map(|row| row.iter().map(|x| Cell::Real(*x)).collect()).collect(), truncated: false }
    }

    #[track_caller]
    fn check_share(question: &str, sql: &str, rows: &[&[f64]], expected: bool) {
        let ran = Ran { question, before: "", sql, table: &table(rows) };
        assert_eq!(odd_share(&ran).is_some(), expected, "{sql}");
    }

    #[test]
    fn shares_have_to_make_a_whole() {
        let by_city = "SELECT 1, 100.0 * count(*) / (SELECT count(*) FROM d) FROM c GROUP BY city";
        check_share("percentage of customers by city", by_city, &[&[1.0, 60.0], &[2.0, 40.1]], false);
        check_share("share of customers by city", by_city, &[&[1.0, 0.6], &[2.0, 0.4]], false);
        check_share("percentage of customers by city", by_city, &[&[1.0, 60.0], &[2.0, 70.0]], true);
        check_share("percentage of customers by city", by_city, &[&[1.0, 160.0]], true);
        check_share("customers by city", by_city, &[&[1.0, 160.0]], false);
        check_share("percentage growth of customers by city", by_city, &[&[1.0, 160.0]], false);
        let counted = "SELECT city, 100.0 * count(*) FROM c GROUP BY city";
        check_share("percentage of customers by city", counted, &[&[1.0, 300.0]], true);
        check_share("percentage of customers by city", counted, &[&[1.0, 90.0]], false);
        let active = "SELECT city, 100.0 * sum(active) / count(*) FROM c GROUP BY city";
        check_share("percentage of active customers by city", active, &[&[1.0, 60.0], &[2.0, 70.0]], false);
    }

    #[test]
    fn plurals_are_read_off_the_question() {
        for several in ["Which countries have the most cities?", "What are the names of the oldest singers?", "Who are the best players?"] {
            assert!(may_be_several(several), "{several}");
        }
        for one in [
            "Which country has the most cities?",
            "Who is the oldest singer?",
            "What is the longest song?",
            "Which class has the most pupils?",
        ] {
            assert!(!may_be_several(one), "{one}");
        }
    }

    #[test]
    fn what_comes_of_an_expression_is_asked() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(demo::path(folder.path()).unwrap()).unwrap();
        let schema = database.schema(&Cancel::new()).unwrap();
        let found = |condition: &str| {
            let sql = format!("SELECT count(*) FROM country WHERE {condition}");
            let table = database.execute(&guard::check(&sql).unwrap(), &Limits::default(), &Cancel::new()).unwrap();
            let ran = Ran { question: "", before: "", sql: &sql, table: &table };
            nothing_computed(&ran, &database, &schema, &Cancel::new()).into_iter().map(|suspicion| suspicion.kind).collect::<Vec<_>>()
        };
        assert_eq!(found("strftime('%Y', name) = '2023'"), [SuspicionKind::NullInEveryRow]);
        assert_eq!(found("lower(name) = 5"), [SuspicionKind::TextAgainstNumber]);
        assert_eq!(found("lower(name) = 'france'"), []);
        assert_eq!(found("name IS NULL"), [SuspicionKind::AlwaysFalse]);
        assert_eq!(found("name IS NOT NULL"), []);
    }

    #[test]
    fn what_is_stored_tells_more() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(demo::path(folder.path()).unwrap()).unwrap();
        let schema = database.schema(&Cancel::new()).unwrap();
        let index = ValueIndex::build(&database, &schema, &ValueLimits::default(), &Cancel::new()).unwrap();
        let found = |question: &str, sql: &str| {
            let table = database.execute(&guard::check(sql).unwrap(), &Limits::default(), &Cancel::new()).unwrap();
            let ran = Ran { question, before: "", sql, table: &table };
            against(&ran, &database, &schema, Some(&index), &Cancel::new()).into_iter().map(|suspicion| suspicion.kind).collect::<Vec<_>>()
        };
        let of = |value: &str| format!("SELECT count(*) FROM country WHERE name = '{value}'");
        assert_eq!(found("countries like Switzerland", &of("Helvetic")), [SuspicionKind::Unexplained]);
        assert_eq!(found("countries like Switzerland", &of("Switzerland")), []);
        assert_eq!(found("countries like Atlantis", &of("Atlantis")), []);
        assert_eq!(found("How many are there in Zürich?", &of("Zürich")), [SuspicionKind::ElsewhereValue]);
        let tie = "SELECT name FROM country ORDER BY length(name) > 0 DESC LIMIT 1";
        assert_eq!(found("Which countries have the longest name?", tie), [SuspicionKind::TiedFirst]);
        assert_eq!(found("Which country has the longest name?", tie), []);
        let most = |by: &str| format!("SELECT {by} FROM customer GROUP BY {by} ORDER BY COUNT(*) DESC LIMIT 1");
        assert_eq!(found("Which customer number came most often?", &most("customer_id")), [SuspicionKind::SingleGroups]);
        assert_eq!(found("Which country has the most customers?", &most("country_id")), []);
        let by_another = "SELECT name, count(*) FROM country GROUP BY name ORDER BY length(name) > 0 DESC LIMIT 1";
        assert_eq!(found("Which country has the longest name?", by_another), [], "1 is no count there");
    }
}
