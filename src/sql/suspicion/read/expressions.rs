//! Expressions of a syntax tree, looked at one by one.

use sqlparser::ast::{BinaryOperator, Expr, FunctionArguments, Query, Value, Visit};

use crate::sql::visitor::{Visitor, visit};

/// Calls `look` with every expression in `node` outside of subqueries, and how many aggregates are around it.
pub(in crate::sql::suspicion) fn each_expression(node: &impl Visit, look: &mut dyn FnMut(&Expr, usize)) {
    struct Each<'l> {
        look: &'l mut dyn FnMut(&Expr, usize),
        subqueries: usize,
        aggregates: usize,
    }
    impl Visitor for Each<'_> {
        fn pre_visit_query(&mut self, _: &Query) {
            self.subqueries += 1;
        }
        fn post_visit_query(&mut self, _: &Query) {
            self.subqueries -= 1;
        }
        fn pre_visit_expr(&mut self, expr: &Expr) {
            if self.subqueries == 0 {
                (self.look)(expr, self.aggregates);
                self.aggregates += usize::from(aggregate(expr).is_some());
            }
        }
        fn post_visit_expr(&mut self, expr: &Expr) {
            if self.subqueries == 0 {
                self.aggregates -= usize::from(aggregate(expr).is_some());
            }
        }
    }
    visit(node, &mut Each { look, subqueries: 0, aggregates: 0 });
}

/// The lower-case name of the aggregate that `expr` is a call of; window functions are none, nor are `min` and `max` of several values.
pub(in crate::sql::suspicion) fn aggregate(expr: &Expr) -> Option<String> {
    let Expr::Function(function) = expr else { return None };
    let name = function.name.0.last()?.as_ident()?.value.to_ascii_lowercase();
    let FunctionArguments::List(list) = &function.args else { return None };
    let fits = match name.as_str() {
        "min" | "max" => list.args.len() == 1,
        "count" | "sum" | "avg" | "total" | "group_concat" | "string_agg" => true,
        _ => false,
    };
    (fits && function.over.is_none()).then_some(name)
}

/// The aggregates in `node`.
pub(in crate::sql::suspicion) fn aggregates(node: &impl Visit) -> Vec<String> {
    let mut out = Vec::new();
    each_expression(node, &mut |expr, _| out.extend(aggregate(expr)));
    out
}

/// The literal that `expr` is, as written.
pub(in crate::sql::suspicion) fn literal(expr: &Expr) -> Option<&Value> {
    match expr {
        Expr::Value(value) => Some(&value.value),
        Expr::Nested(inner) => literal(inner),
        _ => None,
    }
}

/// The conditions that all have to hold.
pub(in crate::sql::suspicion) fn conjuncts<'e>(expr: &'e Expr, out: &mut Vec<&'e Expr>) {
    match expr {
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            conjuncts(left, out);
            conjuncts(right, out);
        }
        Expr::Nested(inner) => conjuncts(inner, out),
        other => out.push(other),
    }
}
