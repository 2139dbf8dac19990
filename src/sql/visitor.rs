//! One walk over sqlparser's syntax tree for everything that looks at one.
//!
//! sqlparser makes its walk anew for every type that visits: some 900 node types, each with closures that guard the stack, which was two
//! fifths of all functions of this crate. Ours are called through a table instead, and the walk is made once.

use std::convert::Infallible;
use std::ops::ControlFlow;

use sqlparser::ast::{self, Expr, Query, Select, Statement, TableFactor, Visit};

/// What is done at nodes of a syntax tree, before (`pre`) and after (`post`) those inside of it. The walk cannot be stopped.
pub(super) trait Visitor {
    fn pre_visit_statement(&mut self, _statement: &Statement) {}
    fn pre_visit_query(&mut self, _query: &Query) {}
    fn post_visit_query(&mut self, _query: &Query) {}
    fn pre_visit_select(&mut self, _select: &Select) {}
    fn pre_visit_table_factor(&mut self, _factor: &TableFactor) {}
    fn pre_visit_expr(&mut self, _expr: &Expr) {}
    fn post_visit_expr(&mut self, _expr: &Expr) {}
}

/// Walks `node`, itself included.
pub(super) fn visit(node: &impl Visit, visitor: &mut dyn Visitor) {
    let ControlFlow::Continue(()) = node.visit(&mut Through(visitor));
}

/// The one type that sqlparser's walk is made for.
struct Through<'v>(&'v mut dyn Visitor);

impl ast::Visitor for Through<'_> {
    type Break = Infallible;

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<Infallible> {
        self.0.pre_visit_statement(statement);
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Infallible> {
        self.0.pre_visit_query(query);
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &Query) -> ControlFlow<Infallible> {
        self.0.post_visit_query(query);
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<Infallible> {
        self.0.pre_visit_select(select);
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<Infallible> {
        self.0.pre_visit_table_factor(factor);
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<Infallible> {
        self.0.pre_visit_expr(expr);
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &Expr) -> ControlFlow<Infallible> {
        self.0.post_visit_expr(expr);
        ControlFlow::Continue(())
    }
}
