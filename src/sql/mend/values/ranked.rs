//! Words that stand for ranks (`low`, `medium`, `high`), which SQLite orders and compares letter by letter: the order, the greatest and the
//! least, and comparisons go by the ranks.

use std::collections::HashMap;
use std::ops::Range;

use crate::schema::{Column, Holds, Meaning, Schema};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::quote::string_literal;
use crate::sql::resolve::resolve;
use crate::sql::tokens::{Part, Tokens};
use crate::text::scales::{Scale, rank, scale_of};

/// `sql` with columns of ranks ordered and compared by these, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    let may = schema.tables.iter().any(|table| table.columns.iter().any(|column| scale(column).is_some()));
    if !may || question.to_ascii_lowercase().contains("alphabet") {
        return unchanged();
    }
    let Some(resolution) = resolve(sql, schema) else { return unchanged() };
    let columns = resolution.columns(|column| Some((column, scale(column)?)));
    if columns.is_empty() {
        return unchanged();
    }
    let tokens = Tokens::new(sql);
    let mut edits = Vec::new();
    for at in 0..tokens.len() {
        edits.extend(ordered(&tokens, &columns, at));
        edits.extend(extreme(&tokens, &columns, at).into_iter().flatten());
        if let Some((column, scale)) = columns.get(&tokens.bytes(at..at + 1).start) {
            edits.extend(compared(&tokens, at, column, scale));
        }
    }
    edits.sort_by_key(|(range, _)| range.start);
    edited(sql, ChangeKind::Structure, edits)
}

type Ranked<'s> = HashMap<usize, (&'s Column, Scale)>;

fn scale(column: &Column) -> Option<Scale> {
    (column.holds == Holds::Texts && column.meaning == Meaning::Plain).then(|| scale_of(column.samples.iter())).flatten()
}

/// The place of `operand` on the scale, from the lowest up; 0 for what is not on it.
fn place(operand: &str, scale: Scale) -> String {
    let words: Vec<&str> = scale.iter().flat_map(|words| words.iter().copied()).collect();
    format!("instr('|{}|', '|' || lower({operand}) || '|')", words.join("|"))
}

/// The scale of `operand`, where it is a column of ranks and nothing else.
fn ranks(tokens: &Tokens<'_>, columns: &Ranked<'_>, operand: Range<usize>) -> Option<Scale> {
    let alone = tokens.operand_after(operand.start) == Some(operand.end);
    columns.get(&tokens.bytes(operand).start).filter(|_| alone).map(|(_, scale)| *scale)
}

/// The terms of the ORDER BY that begins at token `at`.
fn ordered(tokens: &Tokens<'_>, columns: &Ranked<'_>, at: usize) -> Vec<(Range<usize>, String)> {
    if !(tokens.is(at, &["order"]) && tokens.is(at + 1, &["by"])) {
        return Vec::new();
    }
    let mut depth = 0usize;
    let end = (at + 2..tokens.len()).find(|at| match tokens.text(*at) {
        "(" => {
            depth += 1;
            false
        }
        ")" if depth == 0 => true,
        ")" => {
            depth -= 1;
            false
        }
        ";" => true,
        _ => depth == 0 && tokens.is(*at, &["limit", "rows", "range", "groups"]),
    });
    let terms = tokens.split(at + 2..end.unwrap_or(tokens.len()), ",");
    let column = |term: Range<usize>| {
        let operand = term.start..tokens.operand_after(term.start)?.min(term.end);
        let rest = operand.end..term.end;
        let plain = rest.clone().all(|at| tokens.is(at, &["asc", "desc", "nulls", "first", "last"]));
        let scale = ranks(tokens, columns, operand.clone()).filter(|_| plain)?;
        Some((tokens.bytes(operand.clone()), place(tokens.piece(operand), scale)))
    };
    terms.into_iter().filter_map(column).collect()
}

/// `SELECT max(priority) FROM t` as the first of the column in that order.
fn extreme(tokens: &Tokens<'_>, columns: &Ranked<'_>, at: usize) -> Option<[(Range<usize>, String); 2]> {
    let arm = tokens.arm(at)?;
    let items = arm.items(tokens)?;
    let [item] = items.as_slice() else { return None };
    let greatest = tokens.is(item.start, &["max"]);
    let call = tokens.call(item.start).filter(|_| greatest || tokens.is(item.start, &["min"]))?;
    let [argument] = call.arguments.as_slice() else { return None };
    let scale = ranks(tokens, columns, argument.clone())?;
    let alone = [Part::GroupBy, Part::Having, Part::OrderBy, Part::Limit].into_iter().all(|part| arm.clause(part).is_none());
    // A set operation has one order for all.
    let last = arm.end == tokens.len() || tokens.is(arm.end, &[")", ";"]);
    let column = tokens.piece(argument.clone());
    // What has no rank, and NULL, is not the least.
    let order = match greatest {
        true => format!(" ORDER BY {} DESC LIMIT 1", place(column, scale)),
        false => format!(" ORDER BY nullif({}, 0) NULLS LAST LIMIT 1", place(column, scale)),
    };
    let end = tokens.bytes(arm.end - 1..arm.end).end;
    (alone && last).then(|| [(tokens.bytes(item.start..call.close + 1), column.to_owned()), (end..end, order)])
}

/// The comparison behind the column that begins at token `at`, as a list of the words that it is true of.
fn compared(tokens: &Tokens<'_>, at: usize, column: &Column, scale: Scale) -> Option<(Range<usize>, String)> {
    let end = tokens.operand_after(at)?;
    let place = |at: usize| {
        let text = (tokens.kind(at) == Some(TokenKind::String)).then(|| name_of(tokens.text(at)))?;
        rank(scale, &text)
    };
    let negated = usize::from(tokens.is(end, &["not"]));
    if tokens.is(end + negated, &["between"]) && tokens.is(end + negated + 2, &["and"]) {
        let (first, last) = (place(end + negated + 1)?, place(end + negated + 3)?);
        let list = words(column, scale.get(first.min(last)..=first.max(last))?);
        return Some((tokens.bytes(end..end + negated + 4), format!("{}IN ({list})", if negated > 0 { "NOT " } else { "" })));
    }
    let place = place(end + 1).filter(|_| tokens.text(end + 2) != "||")?;
    let ranks = match tokens.text(end) {
        "<" => scale.get(..place)?,
        "<=" => scale.get(..=place)?,
        ">" => scale.get(place + 1..)?,
        ">=" => scale.get(place..)?,
        _ => return None,
    };
    Some((tokens.bytes(end..end + 2), format!("IN ({})", words(column, ranks))))
}

/// The words of these ranks as a list, written as the texts of `column` are.
fn words(column: &Column, ranks: &[&[&str]]) -> String {
    let written = |word: &str| {
        let known = column.samples.iter().find(|text| text.eq_ignore_ascii_case(word));
        let all_upper = column.samples.iter().all(|text| text.chars().all(|c| !c.is_lowercase()));
        let begins_upper = column.samples.iter().all(|text| text.starts_with(char::is_uppercase));
        match known {
            Some(known) => known.clone(),
            None if all_upper => word.to_uppercase(),
            None if begins_upper => word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect(),
            None => word.to_owned(),
        }
    };
    ranks.iter().flat_map(|words| words.iter()).map(|word| string_literal(&written(word))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Table;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let column = |name: &str, samples: &[&str]| Column {
            name: name.into(),
            holds: Holds::Texts,
            samples: samples.iter().map(|text| (*text).to_owned()).collect(),
            ..Column::default()
        };
        let columns = vec![
            column("priority", &["low", "high", "urgent"]),
            column("size", &["M", "XL", "S"]),
            column("month", &["Mar", "Jan"]),
            column("name", &["high", "Ann"]),
        ];
        let schema = Schema { tables: vec![Table { name: "t".into(), columns, ..Table::default() }] };
        check_mended(|sql| mend(sql, &schema, question), sql, expected, sql);
    }

    const LEVELS: &str = "'|none|off|lowest|trivial|very low|negligible|low|minor|normal|medium|moderate|mid|average|elevated|high|major|important|\
                          very high|severe|urgent|highest|critical|extreme|emergency|immediate|blocker|'";

    #[test]
    fn the_order_is_that_of_the_ranks() {
        let by = |operand: &str| format!("instr({LEVELS}, '|' || lower({operand}) || '|')");
        check("", "SELECT * FROM t ORDER BY priority DESC", &format!("SELECT * FROM t ORDER BY {} DESC", by("priority")));
        check(
            "",
            "SELECT x.name FROM t AS x ORDER BY x.name, x.priority LIMIT 3",
            &format!("SELECT x.name FROM t AS x ORDER BY x.name, {} LIMIT 3", by("x.priority")),
        );
        check(
            "",
            "SELECT month FROM t GROUP BY month ORDER BY month",
            "SELECT month FROM t GROUP BY month ORDER BY instr('|january|jan|february|feb|march|mar|april|apr|may|june|jun|july|jul|august|aug|\
             september|sep|sept|october|oct|november|nov|december|dec|', '|' || lower(month) || '|')",
        );
    }

    #[test]
    fn the_greatest_is_the_highest() {
        let by = format!("instr({LEVELS}, '|' || lower(priority) || '|')");
        check("", "SELECT max(priority) FROM t", &format!("SELECT priority FROM t ORDER BY {by} DESC LIMIT 1"));
        check(
            "",
            "SELECT name FROM t WHERE priority = (SELECT min(priority) FROM t WHERE name > 'a')",
            &format!(
                "SELECT name FROM t WHERE priority = (SELECT priority FROM t WHERE name > 'a' ORDER BY nullif({by}, 0) NULLS LAST LIMIT 1)"
            ),
        );
    }

    #[test]
    fn comparisons_are_lists() {
        check(
            "",
            "SELECT 1 FROM t WHERE priority > 'high'",
            "SELECT 1 FROM t WHERE priority IN ('very high', 'severe', 'urgent', \
             'highest', 'critical', 'extreme', 'emergency', 'immediate', 'blocker')",
        );
        check("", "SELECT 1 FROM t WHERE t.size <= 's' AND 1", "SELECT 1 FROM t WHERE t.size IN ('XXS', 'XS', 'S') AND 1");
        check("", "SELECT 1 FROM t WHERE size BETWEEN 'M' AND 'L'", "SELECT 1 FROM t WHERE size IN ('M', 'L')");
    }

    #[test]
    fn others_stay() {
        for right in [
            "SELECT * FROM t ORDER BY name",
            "SELECT priority, count(*) FROM t GROUP BY priority ORDER BY count(*)",
            "SELECT * FROM t WHERE priority = 'high'",
            "SELECT * FROM t ORDER BY lower(priority)",
            "SELECT max(priority) FROM t GROUP BY name",
            "SELECT * FROM t WHERE priority > 'x'",
        ] {
            check("", right, right);
        }
        check("Sort them in alphabetical order of priority", "SELECT * FROM t ORDER BY priority", "SELECT * FROM t ORDER BY priority");
    }
}
