//! How hard a query is, as Spider's evaluation counts it (`evaluation.py` of Yu et al. 2018, `eval_hardness`).
//!
//! Three counts decide: clauses (WHERE, GROUP BY, ORDER BY, LIMIT, each join, each OR, each LIKE); queries within conditions and set
//! operations; and where there is more than one aggregate, column of the result, condition or grouping. What Spider's own grammar does not
//! have is counted here as well: EXISTS, a query in FROM or as a value counts as a nested query, CASE and a window as an aggregate does.

use sqlparser::ast::{
    BinaryOperator, Expr, GroupByExpr, JoinConstraint, JoinOperator, OrderByKind, Query, Select, SelectItem, SetExpr, TableFactor,
};

use super::shape::AGGREGATES;
use super::tree;
use super::visitor::{Visitor, visit};

/// Spider's classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the names say it
pub enum Hardness {
    Easy,
    Medium,
    Hard,
    Extra,
}

impl Hardness {
    /// All, the easiest first.
    pub const ALL: [Self; 4] = [Self::Easy, Self::Medium, Self::Hard, Self::Extra];

    /// What Spider calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Easy => "easy",
            Self::Medium => "medium",
            Self::Hard => "hard",
            Self::Extra => "extra",
        }
    }
}

/// How hard `sql` is; `None` where it does not parse.
pub fn hardness(sql: &str) -> Option<Hardness> {
    let query = tree::query(sql)?;
    let mut counts = Counts::default();
    let select = first_select(&query.body, &mut counts.nested)?;
    counts.read(&query, select);
    Some(counts.class())
}

#[derive(Debug, Default)]
struct Counts {
    clauses: usize,
    nested: usize,
    others: usize,
}

impl Counts {
    fn class(&self) -> Hardness {
        match (self.clauses, self.others, self.nested) {
            (0..=1, 0, 0) => Hardness::Easy,
            (0..=1, 0..=2, 0) | (0..=2, 0..=1, 0) => Hardness::Medium,
            (0..=2, 3.., 0) | (3, 0..=2, 0) | (0..=1, 0, 0..=1) => Hardness::Hard,
            _ => Hardness::Extra,
        }
    }

    fn read(&mut self, query: &Query, select: &Select) {
        let (mut wheres, mut conditions) = (Conditions::default(), Conditions::default());
        if let Some(selection) = &select.selection {
            wheres.read(selection);
        }
        if let Some(having) = &select.having {
            conditions.read(having);
        }
        let mut tables = 0;
        for from in &select.from {
            tables += 1 + from.joins.len();
            for factor in std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation)) {
                self.nested += usize::from(matches!(factor, TableFactor::Derived { .. }));
            }
            for join in &from.joins {
                if let Some(on) = on(&join.join_operator) {
                    conditions.read(on);
                }
            }
        }
        self.nested += query.with.as_ref().map_or(0, |with| with.cte_tables.len());
        let groups = if let GroupByExpr::Expressions(groups, _) = &select.group_by { groups.len() } else { 1 };
        self.clauses = usize::from(select.selection.is_some())
            + usize::from(groups > 0)
            + usize::from(query.order_by.is_some())
            + usize::from(query.limit_clause.is_some())
            + tables.saturating_sub(1)
            + wheres.ors
            + conditions.ors
            + wheres.likes
            + conditions.likes;
        self.nested += wheres.nested + conditions.nested;
        let mut outputs = Aggregates::default();
        for item in &select.projection {
            if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item {
                visit(expr, &mut outputs);
            }
        }
        self.nested += outputs.queries;
        let mut ordered = Aggregates::default();
        if let Some(OrderByKind::Expressions(terms)) = query.order_by.as_ref().map(|order| &order.kind) {
            visit(terms, &mut ordered);
        }
        // Spider reads a negated condition as an aggregate: its first field is then not 0.
        let aggregates = outputs.found + ordered.found + wheres.negated;
        self.others = usize::from(aggregates > 1)
            + usize::from(select.projection.len() > 1)
            + usize::from(wheres.count > 1)
            + usize::from(groups > 1);
    }
}

/// The first of the queries that are put together; each further one counts as nested.
fn first_select<'a>(body: &'a SetExpr, nested: &mut usize) -> Option<&'a Select> {
    match body {
        SetExpr::Select(select) => Some(select),
        SetExpr::Query(query) => first_select(&query.body, nested),
        SetExpr::SetOperation { left, .. } => {
            *nested += 1;
            first_select(left, nested)
        }
        _ => None,
    }
}

fn on(operator: &JoinOperator) -> Option<&Expr> {
    match operator {
        JoinOperator::Join(JoinConstraint::On(on))
        | JoinOperator::Inner(JoinConstraint::On(on))
        | JoinOperator::Left(JoinConstraint::On(on))
        | JoinOperator::LeftOuter(JoinConstraint::On(on))
        | JoinOperator::Right(JoinConstraint::On(on))
        | JoinOperator::RightOuter(JoinConstraint::On(on))
        | JoinOperator::FullOuter(JoinConstraint::On(on)) => Some(on),
        _ => None,
    }
}

/// The conditions that AND and OR tie together.
#[derive(Debug, Default)]
struct Conditions {
    count: usize,
    ors: usize,
    likes: usize,
    nested: usize,
    negated: usize,
}

impl Conditions {
    fn read(&mut self, expr: &Expr) {
        match expr {
            Expr::Nested(inner) => self.read(inner),
            Expr::BinaryOp { left, op: op @ (BinaryOperator::And | BinaryOperator::Or), right } => {
                self.ors += usize::from(*op == BinaryOperator::Or);
                self.read(left);
                self.read(right);
            }
            other => {
                self.count += 1;
                let mut inside = Aggregates::default();
                visit(other, &mut inside);
                self.nested += inside.queries;
                match other {
                    Expr::Like { negated, .. } => {
                        self.likes += 1;
                        self.negated += usize::from(*negated);
                    }
                    Expr::In { negated, .. } | Expr::Between { negated, .. } => self.negated += usize::from(*negated),
                    _ => {}
                }
            }
        }
    }
}

/// Aggregates, CASE and windows of an expression, and the queries in it, each counted whole.
#[derive(Debug, Default)]
struct Aggregates {
    found: usize,
    queries: usize,
    depth: usize,
}

impl Visitor for Aggregates {
    fn pre_visit_query(&mut self, _: &Query) {
        self.queries += usize::from(self.depth == 0);
        self.depth += 1;
    }

    fn post_visit_query(&mut self, _: &Query) {
        self.depth = self.depth.saturating_sub(1);
    }

    fn pre_visit_expr(&mut self, expr: &Expr) {
        let counts = match expr {
            Expr::Function(function) => {
                let name = function.name.to_string();
                function.over.is_some() || AGGREGATES.iter().any(|aggregate| name.eq_ignore_ascii_case(aggregate))
            }
            Expr::Case { .. } => true,
            _ => false,
        };
        self.found += usize::from(counts && self.depth == 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sql: &str, expected: Hardness) {
        assert_eq!(hardness(sql), Some(expected), "{sql}");
    }

    #[test]
    fn queries_are_as_hard_as_spider_says() {
        use Hardness::{Easy, Extra, Hard, Medium};
        // The four examples of Spider's paper (figure 3), and cases at the bounds.
        check("SELECT COUNT(*) FROM cars_data WHERE cylinders > 4", Easy);
        check(
            "SELECT T2.name, COUNT(*) FROM concert AS T1 JOIN stadium AS T2 ON T1.stadium_id = T2.stadium_id GROUP BY T1.stadium_id",
            Medium,
        );
        check(
            "SELECT T1.country_name FROM countries AS T1 JOIN continents AS T2 ON T1.continent = T2.cont_id JOIN car_makers AS T3 ON \
             T1.country_id = T3.country WHERE T2.continent = 'Europe' GROUP BY T1.country_name HAVING COUNT(*) >= 3",
            Extra,
        );
        check(
            "SELECT AVG(life_expectancy) FROM country WHERE name NOT IN (SELECT T1.name FROM country AS T1 JOIN country_language AS T2 ON \
             T1.code = T2.country_code WHERE T2.language = 'English' AND T2.is_official = 'T')",
            Extra,
        );
        check("SELECT name FROM t", Easy);
        check("SELECT name, age FROM t WHERE a = 1 AND b = 2", Medium);
        check("SELECT name FROM t WHERE a = 1 OR b = 2", Medium);
        check("SELECT name FROM t ORDER BY a LIMIT 1", Medium);
        check("SELECT a FROM t GROUP BY a ORDER BY count(*) DESC LIMIT 1", Hard);
        check("SELECT name FROM t WHERE id IN (SELECT id FROM u)", Hard);
        check("SELECT name FROM t WHERE a = 1 INTERSECT SELECT name FROM t WHERE a = 2", Hard);
        check("SELECT name FROM t WHERE a > (SELECT avg(a) FROM t) AND b = 2", Extra);
        check("SELECT t.name FROM t JOIN u ON t.i = u.i WHERE u.a = 1 EXCEPT SELECT name FROM t", Extra);
        check("SELECT avg(n) FROM (SELECT count(*) AS n FROM t GROUP BY a)", Hard);
    }

    #[test]
    fn what_does_not_parse_has_none() {
        assert_eq!(hardness("SELECT FROM WHERE"), None);
        assert_eq!(hardness("DELETE FROM t"), None);
    }
}
