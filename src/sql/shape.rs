//! How involved a query is: what difficulty is measured by.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, Query, SetExpr, Statement, TableFactor, Visit, Visitor};
use sqlparser::dialect::SQLiteDialect;
use sqlparser::parser::Parser;

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
    let _ = query.visit(&mut counts);
    Some(Shape { nested: counts.queries.saturating_sub(1), ..counts.shape })
}

struct Counts {
    shape: Shape,
    queries: usize,
}

impl Visitor for Counts {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        self.queries += 1 + set_operations(&query.body);
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &sqlparser::ast::Select) -> ControlFlow<()> {
        use sqlparser::ast::GroupByExpr;
        let groups = match &select.group_by {
            GroupByExpr::All(_) => true,
            GroupByExpr::Expressions(by, _) => !by.is_empty(),
        };
        self.shape.aggregates |= groups || select.having.is_some();
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        self.shape.tables += usize::from(matches!(factor, TableFactor::Table { .. }));
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if let Expr::Function(function) = expr {
            let name = function.name.to_string();
            self.shape.aggregates |= function.over.is_none() && AGGREGATES.iter().any(|known| known.eq_ignore_ascii_case(&name));
        }
        ControlFlow::Continue(())
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
