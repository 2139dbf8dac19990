//! A whole that two columns keep the parts of: `cook_time > 60` for "longer than an hour in total", beside `prep_time`.

use std::ops::Range;

use crate::schema::{Column, Holds, Meaning, Schema, Table};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::quote::identifier;
use crate::sql::related::is_key;
use crate::sql::resolve::{Clause, Reference, Resolution, resolve};
use crate::sql::tokens::{COMPARISONS, Tokens};
use crate::text::language::{is_english_question, unquoted, words_of};
use crate::text::words::{split_name, stem};

/// Words that ask for a whole.
const WHOLE: [&str; 4] = ["total", "altogether", "combined", "overall"];
/// Words of columns that are no parts of anything.
const NO_PARTS: [&str; 31] = [
    "id", "no", "number", "code", "year", "month", "day", "date", "rank", "score", "rating", "level", "position", "percent", "gross",
    "net", "start", "end", "begin", "from", "to", "min", "max", "before", "after", "old", "new", "first", "last", "high", "low",
];

/// `sql` with the sum of both parts where one of them is compared or ordered by, where `question` asks for the whole and names neither, and
/// the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    let words = words_of(&unquoted(question));
    if !words.iter().any(|word| WHOLE.contains(&word.as_str())) || !is_english_question(question) {
        return unchanged();
    }
    let Some(resolution) = resolve(sql, schema) else { return unchanged() };
    let tokens = Tokens::new(sql);
    let computes = (0..tokens.len()).any(|at| tokens.is(at, &["sum", "count", "avg", "min", "max", "total"]) && tokens.call(at).is_some());
    let stems: Vec<String> = words.iter().map(|word| stem(word)).collect();
    let edits =
        resolution.references.iter().filter(|_| !computes).filter_map(|reference| edit(sql, &tokens, &resolution, reference, &stems));
    edited(sql, ChangeKind::Sum, edits.collect())
}

fn edit(
    sql: &str,
    tokens: &Tokens<'_>,
    resolution: &Resolution<'_>,
    reference: &Reference,
    asked: &[String],
) -> Option<(Range<usize>, String)> {
    let table = resolution.source(reference)?.table()?;
    let column = table.column(&reference.name.text)?;
    let other = other_part(table, column)?;
    let is_named = |column: &Column| split_name(&column.name).first().is_some_and(|word| asked.contains(&stem(word)));
    let at = (0..tokens.len()).find(|at| tokens.bytes(*at..at + 1).start == reference.range.start)?;
    let end = tokens.operand_after(at).filter(|end| tokens.bytes(at..*end) == reference.range)?;
    let alone = !matches!(tokens.before(at), "+" | "-" | "*" | "/") && !matches!(tokens.text(end), "+" | "-" | "*" | "/");
    let stands = match reference.clause {
        Clause::Where => COMPARISONS.contains(&tokens.text(end)) || tokens.is(end, &["between"]),
        Clause::OrderBy => true,
        _ => false,
    };
    let used = resolution.references.iter().any(|one| one.name.text.eq_ignore_ascii_case(&other.name));
    let written = sql.get(reference.range.clone())?;
    let qualifier = sql.get(reference.range.start..reference.name.range.start)?;
    (alone && stands && !used && !is_named(column) && !is_named(other))
        .then(|| (reference.range.clone(), format!("({written} + {qualifier}{})", identifier(&other.name))))
}

/// The one other column of `table` that keeps the same as `column` of another part: `prep_time` beside `cook_time`.
fn other_part<'t>(table: &'t Table, column: &Column) -> Option<&'t Column> {
    let words = split_name(&column.name);
    if words.iter().any(|word| NO_PARTS.contains(&word.as_str())) {
        return None;
    }
    let (last, before) = words.split_last().filter(|(last, before)| !before.is_empty() && !NO_PARTS.contains(&last.as_str()))?;
    let fits = |other: &&Column| {
        let own = split_name(&other.name);
        let same = own.len() == words.len() && own.last() == Some(last) && own.first() != before.first();
        let numbers = other.holds == Holds::Numbers && !matches!(other.meaning, Meaning::Time(_) | Meaning::Boolean(_));
        same && numbers && other.holds == column.holds && other.meaning == column.meaning && !is_key(table, &other.name)
    };
    let refers = |column: &Column| table.foreign_keys.iter().any(|key| key.columns.contains(&column.name));
    let mut found = table.columns.iter().filter(fits);
    found.next().filter(|other| found.next().is_none() && !refers(other) && !refers(column))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, rest: &str, expected: &str) {
        let column = |name: &&str| Column { name: (*name).into(), holds: Holds::Numbers, ..Column::default() };
        let table =
            |name: &str, columns: &[&str]| Table { name: name.into(), columns: columns.iter().map(column).collect(), ..Table::default() };
        let tables = vec![
            table("recipe", &["recipe_id", "title", "prep_time", "cook_time", "servings"]),
            table("match", &["home_goals", "away_goals", "home_id", "away_id"]),
            table("tax", &["net_price", "gross_price", "tax_price"]),
        ];
        let sql = |rest: &str| format!("SELECT * FROM {rest}");
        check_mended(|sql| mend(sql, &Schema { tables: tables.clone() }, question), &sql(rest), &sql(expected), question);
    }

    #[test]
    fn a_whole_is_the_sum_of_its_parts() {
        let total = "Which take longer than an hour in total?";
        check(total, "recipe WHERE cook_time > 60", "recipe WHERE (cook_time + prep_time) > 60");
        check(total, "recipe AS r ORDER BY r.prep_time DESC LIMIT 1", "recipe AS r ORDER BY (r.prep_time + r.cook_time) DESC LIMIT 1");
        check(
            "The most goals altogether?",
            "\"match\" ORDER BY home_goals DESC LIMIT 1",
            "\"match\" ORDER BY (home_goals + away_goals) DESC LIMIT 1",
        );
    }

    #[test]
    fn others_stay() {
        for (question, right) in [
            ("Which take longer than an hour?", "recipe WHERE cook_time > 60"),
            ("Which have a total cook time of over an hour?", "recipe WHERE cook_time > 60"),
            ("Longer than an hour in total?", "recipe WHERE cook_time + prep_time > 60"),
            ("Longer than an hour in total?", "recipe WHERE cook_time > 60 AND prep_time > 5"),
            ("The total servings?", "recipe WHERE servings > 4"),
            ("What costs more than 5 in total?", "tax WHERE net_price > 5"),
            ("In total at home?", "\"match\" WHERE home_id = 5"),
        ] {
            check(question, right, right);
        }
    }
}
