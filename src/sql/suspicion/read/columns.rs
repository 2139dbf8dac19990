//! The columns of the schema that a statement names, by where it names them.

use std::collections::HashMap;

use sqlparser::ast::Expr;

use crate::schema::{Column, Table};
use crate::sql::resolve::{Binding, Resolution};
use crate::sql::tree::Places;

/// A column that is named.
#[derive(Debug, Clone, Copy)]
pub(in crate::sql::suspicion) struct Named<'s> {
    pub(in crate::sql::suspicion) table: &'s Table,
    pub(in crate::sql::suspicion) column: &'s Column,
    /// The scope and the place of the source that it is of.
    pub(in crate::sql::suspicion) source: (usize, usize),
}

/// All of them.
pub(in crate::sql::suspicion) struct Columns<'a, 's> {
    places: &'a Places<'a>,
    /// By the byte at which the name begins.
    named: HashMap<usize, Named<'s>>,
}

impl<'a, 's> Columns<'a, 's> {
    pub(in crate::sql::suspicion) fn new(resolution: &Resolution<'s>, places: &'a Places<'a>) -> Self {
        let named = resolution.references.iter().filter_map(|reference| {
            let table = resolution.source(reference)?.table()?;
            let Binding::Column { scope, source } = reference.binding else { return None };
            Some((reference.range.start, Named { table, column: table.column(&reference.name.text)?, source: (scope, source) }))
        });
        Self { places, named: named.collect() }
    }

    /// The column that `expr` is.
    pub(in crate::sql::suspicion) fn of(&self, expr: &Expr) -> Option<Named<'s>> {
        let start = match expr {
            Expr::Identifier(name) => name.span.start,
            Expr::CompoundIdentifier(names) => names.first()?.span.start,
            Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => return self.of(inner),
            _ => return None,
        };
        self.named.get(&self.places.byte(start)?).copied()
    }
}
