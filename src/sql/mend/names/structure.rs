//! Forms that SQLite does not accept and whose meaning is plain: clauses out of order, brackets around the arms of a UNION, aggregates in
//! WHERE, subqueries with more columns than one. Token by token, before there is a tree.

use std::ops::Range;

use super::nearest::words;
use crate::schema::{Schema, Table};
use crate::sql::change::{Change, ChangeKind};
use crate::sql::lex::TokenKind;
use crate::sql::quote::{identifier, table_name, unquote};
use crate::sql::tokens::{Arm, Part, Tokens};

/// More of these are no slip.
const MAX_CHANGES: usize = 16;

/// `sql` in a form that SQLite accepts, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, asked: &[String]) -> (String, Vec<Change>) {
    let (mut now, mut changes) = (sql.to_owned(), Vec::new());
    for _ in 0..MAX_CHANGES {
        let tokens = Tokens::new(&now);
        let rule = |at: usize| {
            bracketed_arm(&tokens, at)
                .or_else(|| ordered_arm(&tokens, at))
                .or_else(|| clause_order(&tokens, at))
                .or_else(|| aggregate_in_where(&tokens, at))
                .or_else(|| one_column(&tokens, at, schema))
                .or_else(|| ordered_by_aggregate(&tokens, at, schema, asked))
        };
        let Some((range, to)) = brackets(&tokens).or_else(|| (0..tokens.len()).find_map(rule)) else { break };
        let from = now.get(range.clone()).unwrap_or_default().to_owned();
        if from == to {
            break;
        }
        now.replace_range(range, &to);
        changes.push(Change { kind: ChangeKind::Structure, from, to });
    }
    (now, changes)
}

/// Bytes to replace, and by what.
type Edit = (Range<usize>, String);

/// Brackets that are not closed are closed at the end; those that close nothing there are left out.
fn brackets(tokens: &Tokens<'_>) -> Option<Edit> {
    let mut depth = 0usize;
    for at in 0..tokens.len() {
        match tokens.text(at) {
            "(" => depth += 1,
            ")" if depth == 0 => {
                let is_last = (at + 1..tokens.len()).all(|after| matches!(tokens.text(after), ")" | ";"));
                return (is_last && at > 0).then(|| (tokens.bytes(at..at + 1), String::new()));
            }
            ")" => depth -= 1,
            _ => {}
        }
        if tokens.kind(at) == Some(TokenKind::Unknown) {
            return None;
        }
    }
    let end = (0..tokens.len()).rev().find(|at| tokens.text(*at) != ";")?;
    let complete = !matches!(tokens.text(end), "," | "(" | "=" | ".")
        && !tokens.is(end, &["and", "or", "from", "select", "where", "by", "on", "join"]);
    (depth > 0 && depth < 8 && complete).then(|| {
        let end = tokens.bytes(end..end + 1).end;
        (end..end, ")".repeat(depth))
    })
}

fn is_set_operation(tokens: &Tokens<'_>, at: usize) -> bool {
    tokens.is(at, &["union", "except", "intersect"])
}

/// Whether an arm of a compound, or a statement, begins at `at`.
fn begins_arm(tokens: &Tokens<'_>, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return true };
    is_set_operation(tokens, before)
        || tokens.is(before, &["all", "distinct"]) && before.checked_sub(1).is_some_and(|at| is_set_operation(tokens, at))
}

/// `(SELECT ...) UNION (SELECT ...)`.
fn bracketed_arm(tokens: &Tokens<'_>, at: usize) -> Option<Edit> {
    if tokens.text(at) != "(" || !tokens.is(at + 1, &["select"]) {
        return None;
    }
    let close = tokens.close(at)?;
    let inside_compound = at.checked_sub(1).is_some_and(|before| tokens.text(before) == "(") && is_set_operation(tokens, close + 1);
    let is_whole = at == 0 && (close + 1 == tokens.len() || tokens.text(close + 1) == ";");
    if !begins_arm(tokens, at) && !inside_compound {
        return None;
    }
    let arm = tokens.arm(at + 1)?;
    let plain = arm.end == close && arm.clause(Part::OrderBy).is_none() && arm.clause(Part::Limit).is_none();
    let inner = tokens.piece(at + 1..close);
    Some((tokens.bytes(at..close + 1), if plain || is_whole { inner.to_owned() } else { format!("SELECT * FROM ({inner})") }))
}

/// `SELECT ... ORDER BY x LIMIT 1 UNION SELECT ...`: only the last arm may be ordered, so this one becomes a subquery.
fn ordered_arm(tokens: &Tokens<'_>, at: usize) -> Option<Edit> {
    let arm = tokens.arm(at)?;
    let ordered = arm.clause(Part::OrderBy).is_some() || arm.clause(Part::Limit).is_some();
    (ordered && is_set_operation(tokens, arm.end))
        .then(|| (tokens.bytes(at..arm.end), format!("SELECT * FROM ({})", tokens.piece(at..arm.end))))
}

/// `... GROUP BY x WHERE y`: each clause once, in the order of the language.
fn clause_order(tokens: &Tokens<'_>, at: usize) -> Option<Edit> {
    let arm = tokens.arm(at)?;
    let mut clauses = arm.clauses.clone();
    clauses.sort_by_key(|(part, _)| *part);
    let once = clauses.windows(2).all(|pair| matches!(pair, [(one, _), (other, _)] if one != other));
    if !once || clauses == arm.clauses {
        return None;
    }
    let pieces: Vec<&str> = clauses.iter().map(|(_, range)| tokens.piece(range.clone())).collect();
    Some((tokens.bytes(at..arm.end), pieces.join(" ")))
}

/// Where an aggregate is called in `range`, subqueries left out: the name's token and the closing bracket's.
fn aggregate_in(tokens: &Tokens<'_>, range: Range<usize>) -> Option<Range<usize>> {
    let mut at = range.start;
    while at < range.end {
        if tokens.text(at) == "(" && tokens.is(at + 1, &["select"]) {
            at = tokens.close(at)?;
        } else if tokens.is(at, &["count", "sum", "avg", "min", "max", "total"])
            && let Some(call) = tokens.call(at)
            && call.arguments.len() == 1
        {
            return Some(at..call.close + 1);
        }
        at += 1;
    }
    None
}

/// `WHERE count(*) > 2` belongs in HAVING; `WHERE age = max(age)` compares with a subquery.
fn aggregate_in_where(tokens: &Tokens<'_>, at: usize) -> Option<Edit> {
    let arm = tokens.arm(at)?;
    let condition = arm.clause(Part::Where)?;
    let condition = condition.start + 1..condition.end;
    let conjuncts = tokens.split(condition.clone(), "and");
    let found = conjuncts.iter().find_map(|conjunct| Some((conjunct.clone(), aggregate_in(tokens, conjunct.clone())?)));
    let (conjunct, call) = found?;
    if tokens.split(condition, "or").len() > 1 {
        return None;
    }
    let operator = tokens.find(conjunct.clone(), &["=", "<", ">", "<=", ">=", "<>", "!=", "=="])?;
    let other = if call.start < operator { operator + 1..conjunct.end } else { conjunct.start..operator };
    let is_column = |at: usize| matches!(tokens.kind(at), Some(TokenKind::Word | TokenKind::Quoted));
    if other.clone().any(is_column) && tokens.text(other.start) != "(" {
        let from = arm.clause(Part::From)?;
        return Some((tokens.bytes(call.clone()), format!("(SELECT {} {})", tokens.piece(call), tokens.piece(from))));
    }
    to_having(tokens, &arm, at, &conjuncts, &conjunct)
}

/// The SELECT with one condition of its WHERE moved to HAVING.
fn to_having(tokens: &Tokens<'_>, arm: &Arm, at: usize, conjuncts: &[Range<usize>], moved: &Range<usize>) -> Option<Edit> {
    let kept: Vec<&str> = conjuncts.iter().filter(|other| *other != moved).map(|other| tokens.piece(other.clone())).collect();
    let condition = tokens.piece(moved.clone());
    let mut pieces: Vec<(Part, String)> = Vec::new();
    for (part, range) in &arm.clauses {
        match part {
            Part::Where if kept.is_empty() => {}
            Part::Where => pieces.push((*part, format!("WHERE {}", kept.join(" AND ")))),
            Part::Having => pieces.push((*part, format!("{} AND {condition}", tokens.piece(range.clone())))),
            _ => pieces.push((*part, tokens.piece(range.clone()).to_owned())),
        }
    }
    if arm.clause(Part::GroupBy).is_none() {
        let columns = plain_columns(tokens, arm);
        if !columns.is_empty() {
            pieces.push((Part::GroupBy, format!("GROUP BY {}", columns.join(", "))));
        }
    }
    if arm.clause(Part::Having).is_none() {
        pieces.push((Part::Having, format!("HAVING {condition}")));
    }
    pieces.sort_by_key(|(part, _)| *part);
    let pieces: Vec<String> = pieces.into_iter().map(|(_, piece)| piece).collect();
    Some((tokens.bytes(at..arm.end), pieces.join(" ")))
}

/// The result columns that are names alone.
fn plain_columns<'a>(tokens: &Tokens<'a>, arm: &Arm) -> Vec<&'a str> {
    let plain = |range: &Range<usize>| {
        let last = range.end.checked_sub(1)?;
        (tokens.operand_before(range.end) == Some(range.start) && tokens.text(last) != ")" && tokens.text(last) != "*")
            .then(|| tokens.piece(range.clone()))
    };
    arm.items(tokens).unwrap_or_default().iter().filter_map(plain).collect()
}

/// `SELECT name FROM role ORDER BY count(*) DESC`: what is shown is grouped. Of one table alone every group would have one row: what is
/// counted is the table that refers to it, where there is one such or the question speaks of one.
fn ordered_by_aggregate(tokens: &Tokens<'_>, at: usize, schema: &Schema, asked: &[String]) -> Option<Edit> {
    let arm = tokens.arm(at)?;
    let order = arm.clause(Part::OrderBy)?;
    let first = arm.clause(Part::Select)?;
    if arm.clause(Part::GroupBy).is_some() || aggregate_in(tokens, first.clone()).is_some() {
        return None;
    }
    aggregate_in(tokens, order)?;
    let columns = plain_columns(tokens, &arm);
    let from = arm.clause(Part::From)?;
    let table = Some(from.clone()).filter(|from| from.len() == 2).and_then(|from| schema.table(&unquote(tokens.text(from.start + 1))));
    let (mut join, mut group) = (String::new(), columns.join(", "));
    if let Some(table) = table
        && let [key] = table.primary_key.as_slice()
        && let Some((child, column)) = counted(schema, table, asked)
    {
        let (own, other) = (identifier(&table.name), table_name(child));
        join = format!(" JOIN {other} ON {own}.{} = {other}.{}", identifier(key), identifier(column));
        group = format!("{own}.{}", identifier(key));
    }
    if group.is_empty() {
        return None;
    }
    let mut pieces: Vec<(Part, String)> = arm.clauses.iter().map(|(part, range)| (*part, tokens.piece(range.clone()).to_owned())).collect();
    for (part, piece) in &mut pieces {
        if *part == Part::From {
            piece.push_str(&join);
        }
    }
    pieces.push((Part::GroupBy, format!("GROUP BY {group}")));
    pieces.sort_by_key(|(part, _)| *part);
    let pieces: Vec<String> = pieces.into_iter().map(|(_, piece)| piece).collect();
    Some((tokens.bytes(at..arm.end), pieces.join(" ")))
}

/// The table whose rows are counted for each of `table`, and its column that refers to it.
fn counted<'s>(schema: &'s Schema, table: &Table, asked: &[String]) -> Option<(&'s Table, &'s str)> {
    let refers = |child: &'s Table| {
        let key = child.foreign_keys.iter().find(|key| table.is_target_of(child, key) && key.columns.len() == 1)?;
        Some((child, key.columns.first()?.as_str()))
    };
    let all: Vec<(&Table, &str)> = schema.tables.iter().filter(|child| !child.is(table)).filter_map(refers).collect();
    let spoken_of: Vec<&(&Table, &str)> =
        all.iter().filter(|(child, _)| words(&child.name).iter().any(|word| asked.contains(word))).collect();
    match (spoken_of.as_slice(), all.as_slice()) {
        ([only], _) => Some(**only),
        (_, [only]) => Some(*only),
        _ => None,
    }
}

/// `x IN (SELECT x, count(*) ...)`, `x = (SELECT x, max(y) ...)`: the one column that is compared stays.
fn one_column(tokens: &Tokens<'_>, at: usize, schema: &Schema) -> Option<Edit> {
    if tokens.text(at) != "(" || !tokens.is(at + 1, &["select"]) {
        return None;
    }
    let before = at.checked_sub(1)?;
    let is_in = tokens.is(before, &["in"]);
    if !is_in && !tokens.is(before, &["=", "<", ">", "<=", ">=", "<>", "!=", "=="]) {
        return None;
    }
    let left = if is_in && tokens.is(before.checked_sub(1)?, &["not"]) { before - 1 } else { before };
    let last = left.checked_sub(1)?;
    // A row may be compared with a row.
    let wanted = (tokens.text(last) != ")").then(|| unquote(tokens.text(last)))?;
    let arm = tokens.arm(at + 1)?;
    if is_set_operation(tokens, arm.end) {
        return None;
    }
    let all = arm.items(tokens)?;
    if let [only] = all.as_slice() {
        // `IN (SELECT * FROM t)`: the column of that name, where t has several.
        let table =
            arm.clause(Part::From).filter(|from| from.len() == 2).and_then(|from| schema.table(&unquote(tokens.text(from.start + 1))));
        let column = table.filter(|table| table.columns.len() > 1)?.column(&wanted)?;
        return (tokens.piece(only.clone()) == "*").then(|| (tokens.bytes(only.clone()), identifier(&column.name)));
    }
    let named =
        |range: &&Range<usize>| range.end.checked_sub(1).is_some_and(|last| unquote(tokens.text(last)).eq_ignore_ascii_case(&wanted));
    let plain = |range: &&Range<usize>| aggregate_in(tokens, (*range).clone()).is_none();
    let chosen = all.iter().find(named).or_else(|| all.iter().find(plain)).or_else(|| all.first())?;
    Some((tokens.bytes(all.first()?.start..all.last()?.end), tokens.piece(chosen.clone()).to_owned()))
}
