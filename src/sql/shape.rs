//! How involved a query is: what difficulty is measured by.

use sqlparser::ast::{Expr, GroupByExpr, Query, SelectItem, SetExpr, Statement, TableFactor};
use sqlparser::dialect::SQLiteDialect;
use sqlparser::parser::Parser;

use super::visitor::{Visitor, visit};

/// Counts over a syntax tree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Shape {
    /// Tables named, each as often as it is named.
    pub tables: usize,
    /// Queries inside others, the parts of set operations included.
    pub nested: usize,
    /// Whether it aggregates or groups.
    pub aggregates: bool,
    /// Whether the outermost query has ORDER BY.
    pub ordered: bool,
}

/// Aggregate functions of SQLite.
pub const AGGREGATES: [&str; 8] = ["count", "sum", "avg", "min", "max", "total", "group_concat", "string_agg"];

/// The shape of `sql`; `None` where it does not parse.
pub fn shape(sql: &str) -> Option<Shape> {
    let statements = Parser::parse_sql(&SQLiteDialect {}, sql).ok()?;
    let [Statement::Query(query)] = statements.as_slice() else { return None };
    let mut counts = Counts { shape: Shape { ordered: query.order_by.is_some(), ..Shape::default() }, queries: 0 };
    visit(query, &mut counts);
    Some(Shape { nested: counts.queries.saturating_sub(1), ..counts.shape })
}

/// Whether `sql` counts the rows of one table and does nothing else.
pub fn is_plain_count(sql: &str) -> bool {
    let Ok(statements) = Parser::parse_sql(&SQLiteDialect {}, sql) else { return false };
    let [Statement::Query(query)] = statements.as_slice() else { return false };
    let SetExpr::Select(select) = query.body.as_ref() else { return false };
    let one =
        matches!(select.from.as_slice(), [from] if from.joins.is_empty() && matches!(from.relation, TableFactor::Table { args: None, .. }));
    let counts = match select.projection.as_slice() {
        [SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }] => {
            let text: String = expr.to_string().split_whitespace().collect();
            text.eq_ignore_ascii_case("count(*)")
        }
        _ => false,
    };
    let whole = select.selection.is_none() && select.having.is_none() && select.distinct.is_none() && query.limit_clause.is_none();
    let grouped = !matches!(&select.group_by, GroupByExpr::Expressions(by, _) if by.is_empty());
    one && counts && whole && !grouped && query.with.is_none()
}

struct Counts {
    shape: Shape,
    queries: usize,
}

impl Visitor for Counts {
    fn pre_visit_query(&mut self, query: &Query) {
        self.queries += 1 + set_operations(&query.body);
    }

    fn pre_visit_select(&mut self, select: &sqlparser::ast::Select) {
        let groups = match &select.group_by {
            GroupByExpr::All(_) => true,
            GroupByExpr::Expressions(by, _) => !by.is_empty(),
        };
        self.shape.aggregates |= groups || select.having.is_some();
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) {
        self.shape.tables += usize::from(matches!(factor, TableFactor::Table { .. }));
    }

    fn pre_visit_expr(&mut self, expr: &Expr) {
        if let Expr::Function(function) = expr {
            let name = function.name.to_string();
            self.shape.aggregates |= function.over.is_none() && AGGREGATES.iter().any(|known| known.eq_ignore_ascii_case(&name));
        }
    }
}

fn set_operations(body: &SetExpr) -> usize {
    match body {
        SetExpr::SetOperation { left, right, .. } => 1 + set_operations(left) + set_operations(right),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sql: &str, tables: usize, nested: usize, aggregates: bool, ordered: bool) {
        assert_eq!(shape(sql), Some(Shape { tables, nested, aggregates, ordered }), "{sql}");
    }

    #[test]
    fn plain_counts_are_told() {
        for plain in ["SELECT count(*) FROM customer", "SELECT COUNT( * ) AS n FROM customer c"] {
            assert!(is_plain_count(plain), "{plain}");
        }
        for other in [
            "SELECT count(city) FROM customer",
            "SELECT count(*) FROM customer WHERE city = 'a'",
            "SELECT count(*) FROM customer GROUP BY city",
            "SELECT count(*), city FROM customer",
            "SELECT count(*) FROM customer, orders",
            "SELECT count(*) FROM (SELECT 1)",
        ] {
            assert!(!is_plain_count(other), "{other}");
        }
    }

    #[test]
    fn queries_are_counted() {
        check("SELECT a FROM t", 1, 0, false, false);
        check("SELECT count(*) FROM t JOIN u ON t.a = u.a ORDER BY 1", 2, 0, true, true);
        check("SELECT a FROM t WHERE a IN (SELECT b FROM u ORDER BY b)", 2, 1, false, false);
        check("SELECT a FROM t UNION SELECT b FROM u", 2, 1, false, false);
        check("SELECT a FROM t GROUP BY a", 1, 0, true, false);
        check("SELECT row_number() OVER (ORDER BY a) FROM t", 1, 0, false, false);
        check("WITH c AS (SELECT 1) SELECT * FROM c", 1, 1, false, false);
        assert_eq!(shape("SELECT FROM WHERE"), None);
    }
}
