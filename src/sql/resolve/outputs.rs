//! Result columns, and which of them hand on points in time kept as numbers as they are stored.
//!
//! Only what gives a stored value back unchanged counts: a column, the least or first of one, a choice between two that count the same. What
//! computes (a difference, a mean, a date) does not.

use std::collections::HashMap;

use sqlparser::ast::{DataType, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, Query, UnaryOperator};

use super::bind::look_up;
use super::resolution::{Binding, Clause, Name, Output, Reference, Relation, Scope, Source};
use crate::schema::Times;

/// Functions that give an argument back as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sql) enum HandsOn {
    /// The first one, of whatever row.
    First,
    /// One of all.
    Any,
    /// One of those behind the condition.
    Chosen,
}

/// What the function `name` gives back as it is.
pub(in crate::sql) fn hands_on(name: &str) -> Option<HandsOn> {
    let is = |names: &[&str]| names.iter().any(|other| other.eq_ignore_ascii_case(name));
    if is(&["nullif", "first_value", "last_value", "nth_value", "lag", "lead"]) {
        Some(HandsOn::First)
    } else if is(&["min", "max", "coalesce", "ifnull"]) {
        Some(HandsOn::Any)
    } else if is(&["iif", "if"]) {
        Some(HandsOn::Chosen)
    } else {
        None
    }
}

/// What the expression `expr` of `scope` counts; `queries` tells it of subqueries inside.
pub(super) fn times_of<'s>(
    expr: &Expr,
    scope: usize,
    scopes: &[Scope<'s>],
    queries: &HashMap<*const Query, &'s Times>,
) -> Option<&'s Times> {
    let of = |expr: &Expr| times_of(expr, scope, scopes, queries);
    match expr {
        Expr::Identifier(ident) => column(std::slice::from_ref(ident), scope, scopes),
        Expr::CompoundIdentifier(parts) => column(parts, scope, scopes),
        Expr::Nested(inner) | Expr::UnaryOp { op: UnaryOperator::Plus, expr: inner } | Expr::Collate { expr: inner, .. } => of(inner),
        Expr::Cast { expr: inner, data_type, .. } if is_number(data_type) => of(inner),
        Expr::Subquery(query) => queries.get(&std::ptr::from_ref(query.as_ref())).copied(),
        Expr::Case { conditions, else_result, .. } => {
            let results = conditions.iter().map(|when| &when.result).chain(else_result.as_deref());
            one_of(results, &of)
        }
        Expr::Function(function) => call(function, &of),
        _ => None,
    }
}

fn call<'s>(function: &Function, of: &impl Fn(&Expr) -> Option<&'s Times>) -> Option<&'s Times> {
    let [name] = function.name.0.as_slice() else { return None };
    let FunctionArguments::List(list) = &function.args else { return None };
    let arguments: Option<Vec<&Expr>> = list
        .args
        .iter()
        .map(|argument| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
            _ => None,
        })
        .collect();
    let arguments = arguments?;
    match hands_on(&name.as_ident()?.value)? {
        HandsOn::First => of(arguments.first()?),
        HandsOn::Any => one_of(arguments.iter().copied(), of),
        HandsOn::Chosen => one_of(arguments.iter().copied().skip(1), of),
    }
}

/// What several expressions count, one of which is given back: all that are no literals have to count the same.
fn one_of<'e, 's>(all: impl Iterator<Item = &'e Expr>, of: &impl Fn(&Expr) -> Option<&'s Times>) -> Option<&'s Times> {
    let mut found: Option<&Times> = None;
    for expr in all.filter(|expr| !matches!(expr, Expr::Value(_))) {
        let times = of(expr)?;
        found = Some(found.map_or(Some(times), |other| both(other, times))?);
    }
    found
}

/// What a mixture of two counts: the same, or nothing that can be told.
fn both<'s>(a: &'s Times, b: &'s Times) -> Option<&'s Times> {
    (a.units == b.units).then_some(if b.mixed { b } else { a })
}

fn column<'s>(parts: &[Ident], scope: usize, scopes: &[Scope<'s>]) -> Option<&'s Times> {
    let (last, before) = parts.split_last()?;
    // Where they stand does not matter here.
    let name = |ident: &Ident| Name { text: ident.value.clone(), range: 0..0 };
    let reference = Reference {
        scope,
        clause: Clause::Select,
        database: before.len().checked_sub(2).and_then(|at| before.get(at)).map(|ident| ident.value.clone()),
        qualifier: before.last().map(name),
        name: name(last),
        range: 0..0,
        double_quoted: false,
        operand: false,
        binding: Binding::Missing,
    };
    let Binding::Column { scope, source } = look_up(scopes, &reference) else { return None };
    scopes.get(scope)?.sources.get(source)?.times(&last.value)
}

/// Whether `CAST` to the type leaves a number one (`sqlite.org/datatype3.html`, 3.1).
fn is_number(data_type: &DataType) -> bool {
    let name = data_type.to_string().to_ascii_uppercase();
    name.contains("INT") || !["CHAR", "CLOB", "TEXT", "BLOB"].iter().any(|text| name.contains(text))
}

/// The columns that `*` stands for, or `alias.*`. `None` where those of a source are not known.
pub(super) fn of_sources<'s>(sources: &[Source<'s>], alias: Option<&str>) -> Option<Vec<Output<'s>>> {
    let mut out: Vec<Output<'s>> = Vec::new();
    for source in sources.iter().filter(|source| alias.is_none_or(|alias| alias.eq_ignore_ascii_case(&source.alias))) {
        let columns: Vec<Output<'s>> = match &source.relation {
            Relation::Table(table) if !table.columns.is_empty() => {
                let of = |column: &'s crate::schema::Column| Output { name: column.name.clone(), times: column.meaning.times() };
                table.columns.iter().map(of).collect()
            }
            Relation::Derived(names) => {
                let times = source.times.iter().copied().chain(std::iter::repeat(None));
                names.iter().cloned().zip(times).map(|(name, times)| Output { name, times }).collect()
            }
            _ => return None,
        };
        for column in columns {
            // What USING merges stands there once, and may come from either side.
            let merged = alias.is_none() && source.merged.iter().any(|name| name.eq_ignore_ascii_case(&column.name));
            match out.iter_mut().find(|other| merged && other.name.eq_ignore_ascii_case(&column.name)) {
                Some(earlier) => earlier.times = earlier.times.zip(column.times).and_then(|(a, b)| both(a, b)),
                None => out.push(column),
            }
        }
    }
    Some(out)
}

/// The columns of a UNION count what both of its sides do.
pub(super) fn agree<'s>(columns: &mut [Output<'s>], others: Option<&[Output<'s>]>) {
    for (at, column) in columns.iter_mut().enumerate() {
        let other = others.and_then(|others| others.get(at)?.times);
        column.times = column.times.zip(other).and_then(|(a, b)| both(a, b));
    }
}

/// Columns that were given names count what those of the query do.
pub(super) fn take_times<'s>(declared: &mut [Output<'s>], columns: Option<&[Output<'s>]>) {
    for (at, column) in declared.iter_mut().enumerate() {
        column.times = columns.and_then(|columns| columns.get(at)?.times);
    }
}
