//! "The most recent" by a column that is no date and that the question does not name, where one column at hand keeps dates: it is ordered by
//! that, with the latest first.

use crate::schema::{Column, Holds, Schema, Table};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::quote::identifier;
use crate::sql::resolve::{Clause, Resolution, resolve};
use crate::sql::tokens::{Part, Tokens};
use crate::text::language::{is_english_question, unquoted, words_of};
use crate::text::words::{is_function_word, split_name, stem};

/// What columns of points in time are called, where their values do not tell.
const TIMES: [&str; 12] = ["date", "time", "year", "day", "month", "datetime", "timestamp", "since", "from", "when", "created", "updated"];

/// `sql` ordered by the date, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    let Some(falls) = falls(question).filter(|_| is_english_question(question)) else { return unchanged() };
    let Some(resolution) = resolve(sql, schema) else { return unchanged() };
    match edits(sql, &resolution, question, falls) {
        Some(edit) => edited(sql, ChangeKind::Column, vec![edit]),
        None => unchanged(),
    }
}

/// Whether the question wants the latest of all, or the earliest; `None` for neither.
fn falls(question: &str) -> Option<bool> {
    let words = words_of(&unquoted(question));
    let says = |all: &[&str]| words.windows(all.len()).any(|words| words.iter().zip(all).all(|(own, word)| own == word));
    let latest = says(&["most", "recent"]) || says(&["most", "recently"]) || says(&["latest"]) || says(&["newest"]);
    let earliest = says(&["earliest"]);
    (latest != earliest).then_some(latest)
}

fn edits(sql: &str, resolution: &Resolution<'_>, question: &str, falls: bool) -> Option<(std::ops::Range<usize>, String)> {
    let tokens = Tokens::new(sql);
    let arm = tokens.arm(0).filter(|_| tokens.is(0, &["select"]) && resolution.scopes.len() == 1)?;
    let order = arm.clause(Part::OrderBy).filter(|_| arm.clause(Part::Limit).is_some() && arm.clause(Part::GroupBy).is_none())?;
    let mut ordered = resolution.references.iter().filter(|reference| reference.clause == Clause::OrderBy);
    let (term, None) = (ordered.next()?, ordered.next()) else { return None };
    let table = resolution.source(term)?.table()?;
    let column = table.column(&term.name.text)?;
    // The one term of ORDER BY, with its direction.
    let whole = tokens.bytes(order.start + 2..order.end);
    let rest = sql.get(term.range.end..whole.end)?.trim();
    if whole.start != term.range.start || !(rest.is_empty() || rest.eq_ignore_ascii_case("desc") || rest.eq_ignore_ascii_case("asc")) {
        return None;
    }
    let said: Vec<String> = words_of(&unquoted(question)).iter().map(|word| stem(word)).collect();
    let words = split_name(&column.name);
    let is_said = words.iter().any(|word| !is_function_word(word) && said.contains(&stem(word)));
    let is_key = table.primary_key.iter().any(|key| key.eq_ignore_ascii_case(&column.name));
    if is_said || is_key || is_in_time(column) || words.iter().any(|word| TIMES.contains(&word.as_str())) {
        return None;
    }
    let sources = resolution.scopes.first()?.sources.iter().filter_map(|source| Some((source.alias.as_str(), source.table()?)));
    let mut dated = sources.flat_map(|(alias, table): (&str, &Table)| table.columns.iter().map(move |column| (alias, column)));
    let mut dated = dated.by_ref().filter(|(_, column)| is_in_time(column));
    let ((alias, date), None) = (dated.next()?, dated.next()) else { return None };
    let qualified = if resolution.scopes.first()?.sources.len() > 1 { format!("{}.", identifier(alias)) } else { String::new() };
    Some((whole, format!("{qualified}{}{}", identifier(&date.name), if falls { " DESC" } else { "" })))
}

/// Whether a column keeps points in time, or years by its name.
fn is_in_time(column: &Column) -> bool {
    let dated = column.has_moments();
    dated || column.holds == Holds::Numbers && split_name(&column.name).last().is_some_and(|last| last == "year")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let column = |(name, holds, sample): (&str, Holds, &str)| Column {
            name: name.into(),
            holds,
            samples: vec![sample.to_owned()],
            ..Column::default()
        };
        let table = |name: &str, columns: &[(&str, Holds, &str)]| Table {
            name: name.into(),
            columns: columns.iter().copied().map(column).collect(),
            primary_key: vec!["id".into()],
            ..Table::default()
        };
        let (number, text) = (Holds::Numbers, Holds::Texts);
        let crime = [("id", number, "1..9"), ("killed", number, "0..40"), ("year", number, "1950..2009"), ("place", text, "Rome")];
        let trial = [("id", number, "1..9"), ("crime_id", number, "1..9"), ("court", text, "High Court")];
        let schema = Schema { tables: vec![table("crime", &crime), table("trial", &trial)] };
        check_mended(|sql| mend(sql, &schema, question), sql, expected, question);
    }

    #[test]
    fn the_latest_is_by_its_date() {
        let of = |order: &str| format!("SELECT place FROM crime ORDER BY {order} LIMIT 1");
        check("Where did the most recent crime happen?", &of("killed DESC"), &of("year DESC"));
        check("Where did the latest crime happen?", &of("killed"), &of("year DESC"));
        check("Where did the earliest crime happen?", &of("crime.killed ASC"), &of("year"));
        check(
            "Which court had the most recent crime?",
            "SELECT court FROM crime AS c JOIN trial AS t ON c.id = t.crime_id ORDER BY t.court DESC LIMIT 1",
            "SELECT court FROM crime AS c JOIN trial AS t ON c.id = t.crime_id ORDER BY t.court DESC LIMIT 1",
        );
        check(
            "Where was the most recent crime?",
            "SELECT place FROM crime AS c JOIN trial AS t ON c.id = t.crime_id ORDER BY t.court DESC LIMIT 1",
            "SELECT place FROM crime AS c JOIN trial AS t ON c.id = t.crime_id ORDER BY c.year DESC LIMIT 1",
        );
    }

    #[test]
    fn other_orders_stay() {
        let stays = |question: &str, order: &str| {
            let sql = format!("SELECT place FROM crime ORDER BY {order}");
            check(question, &sql, &sql);
        };
        stays("Where did the most recent crime happen?", "year DESC LIMIT 1");
        stays("Where did the most recent crime happen?", "id DESC LIMIT 1");
        stays("Where did the most recent crime happen?", "killed DESC");
        stays("Where were most killed, of the most recent crimes?", "killed DESC LIMIT 1");
        stays("Which place is the last?", "killed DESC LIMIT 1");
        stays("Where did the most recent crime happen?", "killed + 1 LIMIT 1");
    }
}
