//! Changes to a query. Each is written as SQL and read again by the parser, so that nothing is pasted into the text.

use sqlparser::ast::{
    BinaryOperator, Distinct, Expr, GroupByExpr, Join, JoinOperator, LimitClause, Offset, OffsetRows, OrderBy, OrderByKind, OrderBySort,
    Query, Select, SelectItem, SetExpr,
};
use sqlparser::dialect::SQLiteDialect;
use sqlparser::parser::Parser;

use super::outline::{conjuncts, plain_select};
use crate::sql::tree;

/// A change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// WHERE demands this too.
    Demand(String),
    /// The condition at this place in WHERE, counted as it was before any change, is this now, or is gone.
    Redemand(usize, Option<String>),
    /// HAVING demands this instead of what it did.
    DemandOfGroups(Vec<String>),
    /// These are the result columns.
    Show(Vec<String>),
    /// These are shown too.
    ShowToo(Vec<String>),
    /// Rows are grouped by these.
    Group(Vec<String>),
    /// Rows are sorted by these; `true` for the greatest first.
    Sort(Vec<(String, bool)>),
    /// So many rows at most, after so many.
    Limit(Option<u64>, u64),
    /// Whether equal rows are shown once.
    Distinct(bool),
    /// Another table: its name, the condition, and whether rows without it stay.
    Join {
        /// The table, as it stands behind JOIN.
        table: String,
        /// The condition.
        on: String,
        /// LEFT JOIN.
        may_lack: bool,
    },
    /// Rows of the table at this place in FROM, of two, stay also where the other one has none for them.
    KeepAll(usize),
    /// The rows are those of a subquery: only their number is shown.
    CountRows,
    /// The rows are those of a subquery, sorted by these of its columns.
    SortRows(Vec<(String, bool)>),
}

/// `sql` with all of `edits` made, on one line; `None` where one cannot be made.
pub fn apply(sql: &str, edits: &[Edit]) -> Option<String> {
    let mut query = tree::query(sql)?;
    plain_select(&query)?;
    let mut gone: Vec<(usize, Option<String>)> = Vec::new();
    for edit in edits {
        if let Edit::Redemand(at, with) = edit {
            gone.push((*at, with.clone()));
        }
    }
    {
        let SetExpr::Select(select) = query.body.as_mut() else { return None };
        redemand(select, &gone)?;
    }
    for edit in edits {
        query = one(query, edit)?;
    }
    // Read again: what cannot be read back is no query.
    let text = query.to_string();
    tree::query(&text).map(|_| text)
}

fn redemand(select: &mut Select, gone: &[(usize, Option<String>)]) -> Option<()> {
    if gone.is_empty() {
        return Some(());
    }
    let before: Vec<Expr> = conjuncts(select.selection.as_ref()).into_iter().cloned().collect();
    if gone.iter().any(|(at, _)| *at >= before.len()) {
        return None;
    }
    let mut after = Vec::new();
    for (at, condition) in before.into_iter().enumerate() {
        match gone.iter().find(|(place, _)| *place == at) {
            None => after.push(condition),
            Some((_, Some(with))) => after.push(expression(with)?),
            Some((_, None)) => {}
        }
    }
    select.selection = all_of(after);
    Some(())
}

fn one(mut query: Query, edit: &Edit) -> Option<Query> {
    match edit {
        Edit::CountRows => return wrapped(&query, "SELECT COUNT(*)", &[]),
        Edit::SortRows(keys) => return wrapped(&query, "SELECT *", keys),
        Edit::Sort(keys) => {
            query.order_by = sorting(keys)?;
            return Some(query);
        }
        Edit::Limit(limit, offset) => {
            query.limit_clause = match limit {
                None => None,
                Some(limit) => Some(LimitClause::LimitOffset {
                    limit: Some(expression(&limit.to_string())?),
                    offset: match offset {
                        0 => None,
                        offset => Some(Offset { value: expression(&offset.to_string())?, rows: OffsetRows::None }),
                    },
                    limit_by: Vec::new(),
                }),
            };
            return Some(query);
        }
        _ => {}
    }
    let SetExpr::Select(select) = query.body.as_mut() else { return None };
    match edit {
        Edit::Demand(condition) => {
            let mut all: Vec<Expr> = conjuncts(select.selection.as_ref()).into_iter().cloned().collect();
            all.push(expression(condition)?);
            select.selection = all_of(all);
        }
        Edit::DemandOfGroups(conditions) => {
            let all = conditions.iter().map(|condition| expression(condition)).collect::<Option<Vec<Expr>>>()?;
            select.having = all_of(all);
        }
        Edit::Show(items) => select.projection = items.iter().map(|item| output(item)).collect::<Option<Vec<SelectItem>>>()?,
        Edit::ShowToo(items) => {
            for item in items {
                select.projection.push(output(item)?);
            }
        }
        Edit::Group(keys) => {
            let keys = keys.iter().map(|key| expression(key)).collect::<Option<Vec<Expr>>>()?;
            select.group_by = GroupByExpr::Expressions(keys, Vec::new());
        }
        Edit::Distinct(distinct) => select.distinct = distinct.then_some(Distinct::Distinct),
        Edit::Join { table, on, may_lack } => {
            let join = join(table, on, *may_lack)?;
            select.from.last_mut()?.joins.push(join);
        }
        Edit::KeepAll(seat) => {
            let [from] = select.from.as_mut_slice() else { return None };
            let [join] = from.joins.as_mut_slice() else { return None };
            let (JoinOperator::Join(on) | JoinOperator::Inner(on)) = join.join_operator.clone() else { return None };
            if *seat == 1 {
                std::mem::swap(&mut from.relation, &mut join.relation);
            }
            join.join_operator = JoinOperator::Left(on);
        }
        Edit::Redemand(..) | Edit::Sort(_) | Edit::Limit(..) | Edit::CountRows | Edit::SortRows(_) => {}
    }
    Some(query)
}

fn sorting(keys: &[(String, bool)]) -> Option<Option<OrderBy>> {
    let mut terms = Vec::new();
    for (key, descending) in keys {
        let mut term = sqlparser::ast::OrderByExpr { expr: expression(key)?, options: Default::default(), with_fill: None };
        term.options.sort = descending.then_some(OrderBySort::Desc);
        terms.push(term);
    }
    Some((!terms.is_empty()).then_some(OrderBy { kind: OrderByKind::Expressions(terms), interpolate: None }))
}

/// `query` as a subquery of another.
fn wrapped(query: &Query, head: &str, keys: &[(String, bool)]) -> Option<Query> {
    let mut outer = tree::query(&format!("{head} FROM ({query})"))?;
    outer.order_by = sorting(keys)?;
    Some(outer)
}

/// The conditions joined by AND; an OR among them in brackets.
fn all_of(conditions: Vec<Expr>) -> Option<Expr> {
    conditions
        .into_iter()
        .map(|condition| match condition {
            Expr::BinaryOp { op: BinaryOperator::Or | BinaryOperator::Xor, .. } => Expr::Nested(Box::new(condition)),
            other => other,
        })
        .reduce(|left, right| Expr::BinaryOp { left: Box::new(left), op: BinaryOperator::And, right: Box::new(right) })
}

/// One whole expression.
fn expression(text: &str) -> Option<Expr> {
    let mut parser = Parser::new(&SQLiteDialect {}).try_with_sql(text).ok()?;
    let expr = parser.parse_expr().ok()?;
    matches!(parser.peek_token().token, sqlparser::tokenizer::Token::EOF).then_some(expr)
}

fn output(text: &str) -> Option<SelectItem> {
    let mut parser = Parser::new(&SQLiteDialect {}).try_with_sql(text).ok()?;
    let item = parser.parse_select_item().ok()?;
    matches!(parser.peek_token().token, sqlparser::tokenizer::Token::EOF).then_some(item)
}

fn join(table: &str, on: &str, may_lack: bool) -> Option<Join> {
    let kind = if may_lack { "LEFT JOIN" } else { "JOIN" };
    let query = tree::query(&format!("SELECT 1 FROM t {kind} {table} ON {on}"))?;
    plain_select(&query)?.from.first()?.joins.first().cloned()
}
