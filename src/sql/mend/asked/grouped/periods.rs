//! "Per month", where one number of all is computed: rows are grouped by the month of the only date at hand.

use std::ops::Range;

use crate::schema::{Column, Meaning, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::quote::identifier;
use crate::sql::resolve::{Resolution, resolve};
use crate::sql::shape::AGGREGATES;
use crate::sql::tokens::{Part, Tokens};
use crate::text::language::{is_english_question, unquoted, words_of};

/// Words behind which a period stands that groups are made of.
const EACH: [&str; 4] = ["per", "each", "every", "by"];
/// Periods, and how `strftime` writes them.
const PERIODS: [(&str, &str); 4] = [("month", "%Y-%m"), ("year", "%Y"), ("day", "%Y-%m-%d"), ("weekday", "%w")];

/// Words for what is paid again and again.
const RECURRING: [&str; 26] = [
    "charge",
    "charges",
    "billed",
    "record",
    "cost",
    "costs",
    "price",
    "prices",
    "salary",
    "salaries",
    "rent",
    "rents",
    "wage",
    "wages",
    "fee",
    "fees",
    "rate",
    "rates",
    "earn",
    "earns",
    "pay",
    "pays",
    "subscription",
    "subscriptions",
    "premium",
    "tariff",
];
/// Words for a mean.
const MEANS: [&str; 3] = ["average", "mean", "avg"];

/// `sql` grouped by the period that `question` names, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    let Some(format) = asked(question).filter(|_| is_english_question(question)) else { return unchanged() };
    let resolution = resolve(sql, schema).filter(|resolution| resolution.scopes.len() == 1);
    let edits = resolution.and_then(|resolution| edits(sql, &resolution, format));
    edited(sql, ChangeKind::Structure, edits.unwrap_or_default())
}

/// How the period is written of which the question asks for each.
fn asked(question: &str) -> Option<&'static str> {
    let words = words_of(&unquoted(question));

    let named = |pair: &[String]| match pair {
        [each, period] if EACH.contains(&each.as_str()) => {
            PERIODS.iter().find(|(name, _)| period == name || period.strip_suffix('s') == Some(*name)).map(|(_, format)| *format)
        }
        _ => None,
    };
    let mut found = words.windows(2).filter_map(named);
    let (format, None) = (found.next()?, found.next()) else { return None };
    // "How many steps per day on average" is one number of all days.
    let mean = words.iter().any(|word| MEANS.contains(&word.as_str()));
    // "How much does it cost per month" asks for a price.
    let recurs = words.iter().any(|word| RECURRING.contains(&word.as_str()));
    (!(recurs || mean && format == "%Y-%m-%d")).then_some(format)
}

fn edits(sql: &str, resolution: &Resolution<'_>, format: &str) -> Option<Vec<(Range<usize>, String)>> {
    let tokens = Tokens::new(sql);
    let arm = tokens.arm(0).filter(|arm| arm.end >= tokens.len() && tokens.is(0, &["select"]))?;
    let plain = [Part::GroupBy, Part::Having, Part::OrderBy, Part::Limit].into_iter().all(|part| arm.clause(part).is_none());
    let items = arm.items(&tokens).filter(|_| plain && !tokens.is(1, &["distinct"]))?;
    // An average of periods is "per month" itself: a sum, or a count, divided by something.
    let is_aggregate = |item: &Range<usize>| {
        let end = tokens.find(item.clone(), &["as"]).unwrap_or(item.end);
        tokens.is(item.start, &AGGREGATES) && tokens.call(item.start).is_some_and(|call| call.close + 1 == end)
    };
    // The most of a day is one number of all, too.
    let is_extreme = items.iter().any(|item| tokens.is(item.start, &["max", "min"]));
    if !items.iter().all(is_aggregate) || is_extreme {
        return None;
    }
    let sources = &resolution.scopes.first()?.sources;
    let dates = sources
        .iter()
        .flat_map(|source| source.table().into_iter().flat_map(move |table| table.columns.iter().map(move |column| (source, column))));
    let mut dates = dates.filter(|(_, column)| is_in_time(column));
    let named = resolution.references.iter().filter_map(|reference| {
        let source = resolution.source(reference)?;
        Some((source, source.table()?.column(&reference.name.text)?))
    });
    // Of several, the one that the statement names.
    let named: Vec<_> = named.filter(|(_, column)| is_in_time(column)).collect();
    let (source, column) = match named.first() {
        Some((source, column)) => (*source, *column),
        None => {
            let only = dates.next()?;
            if dates.next().is_some() {
                return None;
            }
            only
        }
    };
    if named.iter().any(|(_, other)| other.name != column.name) {
        return None;
    }
    let qualifier = if sources.len() > 1 { format!("{}.", identifier(&source.alias)) } else { String::new() };
    let period = format!("strftime('{format}', {qualifier}{})", identifier(&column.name));
    let start = tokens.bytes(items.first()?.clone()).start;
    let end = tokens.bytes(arm.end - 1..arm.end).end;
    Some(vec![(start..start, format!("{period}, ")), (end..end, format!(" GROUP BY {period}"))])
}

/// Whether a column keeps points in time in a form that is read, or made readable by the mends behind this one.
fn is_in_time(column: &Column) -> bool {
    column.meaning.times().is_some()
        || matches!(column.meaning, Meaning::LocalDate(_))
        || column.meaning == Meaning::Plain && column.has_days()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Holds, Table};
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let column = |(name, sample): (&str, &str)| Column {
            name: name.into(),
            holds: Holds::Texts,
            samples: vec![sample.to_owned()],
            ..Column::default()
        };
        let table = |name: &str, columns: &[(&str, &str)]| Table {
            name: name.into(),
            columns: columns.iter().copied().map(column).collect(),
            ..Table::default()
        };
        let range = "2023-01-01..2025-10-20";
        let schema =
            Schema { tables: vec![table("pulse", &[("day", range), ("rate", "60")]), table("bill", &[("sent", range), ("paid", range)])] };
        check_mended(|sql| mend(sql, &schema, question), sql, expected, question);
    }

    #[test]
    fn periods_are_grouped_by() {
        check(
            "What is my average pulse per month in 2025?",
            "SELECT avg(rate) FROM pulse WHERE strftime('%Y', day) = '2025'",
            "SELECT strftime('%Y-%m', day), avg(rate) FROM pulse WHERE strftime('%Y', day) = '2025' GROUP BY strftime('%Y-%m', day)",
        );
        check(
            "How many each year?",
            "SELECT COUNT(*) AS n FROM pulse",
            "SELECT strftime('%Y', day), COUNT(*) AS n FROM pulse GROUP BY strftime('%Y', day)",
        );
        check(
            "How many bills were paid each year?",
            "SELECT count(paid) FROM bill",
            "SELECT strftime('%Y', paid), count(paid) FROM bill GROUP BY strftime('%Y', paid)",
        );
    }

    #[test]
    fn others_stay() {
        for (question, right) in [
            ("How many are there?", "SELECT count(*) FROM pulse"),
            ("What is my average pulse per day?", "SELECT avg(rate) FROM pulse"),
            ("How many bills per month?", "SELECT count(*) FROM bill"),
            ("How many per month?", "SELECT day, count(*) FROM pulse"),
            ("How many per month?", "SELECT strftime('%m', day), count(*) FROM pulse GROUP BY 1"),
            ("How many per month?", "SELECT count(*) / 12 FROM pulse"),
        ] {
            check(question, right, right);
        }
    }
}
