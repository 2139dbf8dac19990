//! Which table a name belongs to, as far as wording it needs that. What has to be right is `sql::resolve`'s.

use sqlparser::ast::{self, Expr, Ident, ObjectName, TableFactor};

use crate::schema::{Column, Schema, Table};

/// What stands in one FROM.
#[derive(Debug, Clone)]
pub(super) struct Source<'a> {
    /// The alias, or the table's own name; empty for a subquery without one.
    pub(super) alias: String,
    /// The schema's table; `None` for a subquery, a common table expression, a function.
    pub(super) table: Option<&'a Table>,
}

/// The sources of one SELECT, in order.
pub(super) fn sources_of<'a>(select: &ast::Select, schema: &'a Schema, common: &[String]) -> Vec<Source<'a>> {
    let mut out = Vec::new();
    for from in &select.from {
        for factor in std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation)) {
            add(factor, schema, common, &mut out);
        }
    }
    out
}

fn add<'a>(factor: &TableFactor, schema: &'a Schema, common: &[String], out: &mut Vec<Source<'a>>) {
    let alias_of = |alias: &Option<ast::TableAlias>| alias.as_ref().map(|alias| alias.name.value.clone());
    match factor {
        TableFactor::Table { name, alias, args: None, .. } => {
            let own = last_name(name).unwrap_or_default();
            let is_common = name.0.len() == 1 && common.iter().any(|other| other.eq_ignore_ascii_case(&own));
            let database = name.0.len().checked_sub(2).and_then(|at| name.0.get(at)?.as_ident()).map(|ident| ident.value.as_str());
            let table = match database {
                _ if is_common => None,
                Some(database) => schema.table_of(Some(database), &own),
                None => schema.table(&own),
            };
            out.push(Source { alias: alias_of(alias).unwrap_or(own), table });
        }
        TableFactor::NestedJoin { table_with_joins, .. } => {
            for factor in std::iter::once(&table_with_joins.relation).chain(table_with_joins.joins.iter().map(|join| &join.relation)) {
                add(factor, schema, common, out);
            }
        }
        TableFactor::Table { name, alias, .. } | TableFactor::Function { name, alias, .. } => {
            out.push(Source { alias: alias_of(alias).or_else(|| last_name(name)).unwrap_or_default(), table: None });
        }
        TableFactor::Derived { alias, .. } => out.push(Source { alias: alias_of(alias).unwrap_or_default(), table: None }),
        _ => out.push(Source { alias: String::new(), table: None }),
    }
}

/// The last part of a dotted name.
pub(super) fn last_name(name: &ObjectName) -> Option<String> {
    name.0.last().and_then(|part| part.as_ident()).map(|ident| ident.value.clone())
}

/// The qualifier and the name of a column, where `expr` is one.
pub(super) fn column_name(expr: &Expr) -> Option<(Option<&str>, &str)> {
    match expr {
        // SQLite's `x'...'`-like prefixes aside, an identifier in single quotes is a string.
        Expr::Identifier(Ident { value, quote_style, .. }) if *quote_style != Some('\'') => Some((None, value)),
        Expr::CompoundIdentifier(parts) => match parts.as_slice() {
            [.., qualifier, name] => Some((Some(&qualifier.value), &name.value)),
            _ => None,
        },
        Expr::Nested(inner) => column_name(inner),
        _ => None,
    }
}

/// The table and the column that `expr` names in `scopes` (innermost last). `None` where it names no column of the schema, or where
/// something without known columns might own the name.
pub(super) fn resolve<'a>(expr: &Expr, scopes: &[Vec<Source<'a>>]) -> Option<(&'a Table, &'a Column)> {
    let (qualifier, name) = column_name(expr)?;
    for sources in scopes.iter().rev() {
        match qualifier {
            Some(qualifier) => {
                if let Some(source) = sources.iter().find(|source| source.alias.eq_ignore_ascii_case(qualifier)) {
                    let table = source.table?;
                    return Some((table, table.column(name)?));
                }
            }
            None => {
                let owner = sources.iter().filter_map(|source| source.table).find_map(|table| Some((table, table.column(name)?)));
                if owner.is_some() {
                    return owner;
                }
                if sources.iter().any(|source| source.table.is_none()) {
                    return None;
                }
            }
        }
    }
    None
}
