//! What a query shows, demands, groups, sorts: one SELECT over tables. Others have no outline, and no follow-up is made from them here.

use std::collections::HashMap;

use sqlparser::ast::{
    BinaryOperator, Expr, FunctionArguments, GroupByExpr, InTarget, LimitClause, OrderByKind, OrderBySort, Query, Select, SelectItem,
    SelectItemQualifiedWildcardKind, SetExpr, Value,
};

use crate::schema::{Column, Schema, Table};
use crate::sql::resolve::{Binding, JoinKind, Resolution, resolve};
use crate::sql::tree::{self, Places};
use crate::sql::visitor::{Visitor, visit};

/// What a query is.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline<'s> {
    /// The tables of FROM, in order.
    pub seats: Vec<Seat<'s>>,
    /// The result columns but for those of `*`.
    pub outputs: Vec<Term>,
    /// The tables of which `*` shows every column: places in [`Outline::seats`].
    pub starred: Vec<usize>,
    /// What WHERE demands, joined by AND.
    pub conditions: Vec<Condition>,
    /// What GROUP BY names.
    pub groups: Vec<Term>,
    /// What HAVING demands, joined by AND.
    pub having: Vec<String>,
    /// What ORDER BY names.
    pub order: Vec<Sorting>,
    /// LIMIT, where it is a number.
    pub limit: Option<u64>,
    /// OFFSET, where it is a number.
    pub offset: Option<u64>,
    /// DISTINCT.
    pub distinct: bool,
}

/// A table of FROM.
#[derive(Debug, Clone, PartialEq)]
pub struct Seat<'s> {
    /// The table.
    pub table: &'s Table,
    /// What the query calls it.
    pub alias: String,
    /// Whether rows may lack it: it is joined by LEFT JOIN, or something is.
    pub may_lack: bool,
}

/// A column of a table in FROM.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// Which table: a place in [`Outline::seats`].
    pub seat: usize,
    /// What the query calls the table.
    pub alias: String,
    /// The column, as stored.
    pub column: String,
}

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// As written.
    pub text: String,
    /// The name that AS gives it.
    pub alias: Option<String>,
    /// The column that it is.
    pub column: Option<Place>,
    /// The columns in it.
    pub inside: Vec<Place>,
    /// The aggregate that it is a call of, in lower case.
    pub aggregate: Option<String>,
}

/// A term of ORDER BY.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sorting {
    /// By what.
    pub term: Term,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// As written.
    pub text: String,
    /// The columns in it, those in subqueries left out.
    pub inside: Vec<Place>,
    /// What it demands.
    pub test: Test,
}

/// What a condition demands of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// One of these values.
    Equal(Vec<String>),
    /// None of these values.
    Differs(Vec<String>),
    /// `<`, `<=`, `>`, `>=` and a value.
    Compared(String, String),
    /// Between two values.
    Between(String, String),
    /// Something else, or of several columns.
    Other,
}

impl<'s> Outline<'s> {
    /// The outline of `sql`; `None` where it is more than one SELECT over tables of `schema`.
    pub fn of(sql: &str, schema: &'s Schema) -> Option<Self> {
        let query = tree::query(sql)?;
        let select = plain_select(&query)?;
        // What is printed has to mean what was written.
        if tree::query(&query.to_string())? != query {
            return None;
        }
        let resolution = resolve(sql, schema)?;
        let places = Places::new(sql);
        let start = places.byte(select.select_token.0.span.start)?;
        let index = resolution.scopes.iter().position(|scope| scope.range.start == start && !scope.range.is_empty())?;
        let sight = Sight::new(&resolution, &places, index);
        let scope = resolution.scopes.get(index)?;
        let lacking = select
            .from
            .iter()
            .flat_map(|from| &from.joins)
            .any(|join| join.to_string().trim_start().to_ascii_uppercase().starts_with("LEFT"));
        let mut seats = Vec::new();
        for source in &scope.sources {
            if source.join == JoinKind::Bare {
                return None;
            }
            seats.push(Seat { table: source.table()?, alias: source.alias.clone(), may_lack: lacking });
        }
        if seats.is_empty() {
            return None;
        }
        let mut outputs = Vec::new();
        let mut starred = Vec::new();
        for item in &select.projection {
            match item {
                SelectItem::UnnamedExpr(expr) => outputs.push(sight.term(expr, None)),
                SelectItem::ExprWithAlias { expr, alias } => outputs.push(sight.term(expr, Some(alias.value.clone()))),
                SelectItem::Wildcard(_) => starred = (0..seats.len()).collect(),
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                    let alias = &name.0.last()?.as_ident()?.value;
                    starred.push(seats.iter().position(|seat: &Seat<'_>| seat.alias.eq_ignore_ascii_case(alias))?);
                }
                SelectItem::QualifiedWildcard(..) => return None,
                SelectItem::ExprWithAliases { .. } => return None,
            }
        }
        let GroupByExpr::Expressions(groups, modifiers) = &select.group_by else { return None };
        if !modifiers.is_empty() {
            return None;
        }
        let groups = groups.iter().map(|expr| sight.standing_for(expr, &outputs)).collect::<Option<Vec<Term>>>()?;
        let order = match query.order_by.as_ref().map(|order| &order.kind) {
            None => Vec::new(),
            Some(OrderByKind::All(_)) => return None,
            Some(OrderByKind::Expressions(terms)) => terms
                .iter()
                .map(|term| {
                    let descending = matches!(term.options.sort, Some(OrderBySort::Desc));
                    Some(Sorting { term: sight.standing_for(&term.expr, &outputs)?, descending })
                })
                .collect::<Option<Vec<Sorting>>>()?,
        };
        let number = |expr: &Expr| expr.to_string().parse::<u64>().ok();
        let (limit, offset) = match &query.limit_clause {
            None => (None, None),
            Some(LimitClause::LimitOffset { limit: Some(limit), offset, .. }) => {
                let offset = match offset {
                    Some(offset) => Some(number(&offset.value)?),
                    None => None,
                };
                (Some(number(limit)?), offset)
            }
            Some(LimitClause::OffsetCommaLimit { offset, limit }) => (Some(number(limit)?), Some(number(offset)?)),
            Some(LimitClause::LimitOffset { limit: None, .. }) => return None,
        };
        let conditions = conjuncts(select.selection.as_ref()).into_iter().map(|expr| sight.condition(expr)).collect();
        let having = conjuncts(select.having.as_ref()).into_iter().map(ToString::to_string).collect();
        Some(Self { seats, outputs, starred, conditions, groups, having, order, limit, offset, distinct: select.distinct.is_some() })
    }

    /// The table of `place`.
    pub fn table(&self, place: &Place) -> Option<&'s Table> {
        self.seats.get(place.seat).map(|seat| seat.table)
    }

    /// The column at `place`.
    pub fn column(&self, place: &Place) -> Option<&'s Column> {
        self.table(place)?.column(&place.column)
    }

    /// Whether the column at `place` is shown.
    pub fn shows(&self, place: &Place) -> bool {
        self.starred.contains(&place.seat) || self.outputs.iter().any(|output| output.column.as_ref() == Some(place))
    }

    /// Whether it is one row of aggregates.
    pub fn shows_one_row(&self) -> bool {
        self.groups.is_empty() && self.is_aggregated()
    }

    /// Whether it is grouped, or one row of aggregates.
    pub fn is_aggregated(&self) -> bool {
        !self.groups.is_empty() || self.outputs.iter().any(|output| output.aggregate.is_some())
    }
}

/// The one SELECT that `query` is.
pub(super) fn plain_select(query: &Query) -> Option<&Select> {
    let SetExpr::Select(select) = query.body.as_ref() else { return None };
    let plain = query.with.is_none()
        && query.fetch.is_none()
        && query.locks.is_empty()
        && query.pipe_operators.is_empty()
        && select.named_window.is_empty()
        && select.into.is_none()
        && select.qualify.is_none()
        && select.top.is_none();
    plain.then_some(select.as_ref())
}

/// The conditions that AND joins, brackets around them dropped.
pub(super) fn conjuncts(expr: Option<&Expr>) -> Vec<&Expr> {
    let mut out = Vec::new();
    let mut left: Vec<&Expr> = expr.into_iter().collect();
    while let Some(expr) = left.pop() {
        match expr {
            Expr::BinaryOp { left: one, op: BinaryOperator::And, right: other } => left.extend([other.as_ref(), one.as_ref()]),
            Expr::Nested(inner) if matches!(inner.as_ref(), Expr::BinaryOp { op: BinaryOperator::And, .. }) => left.push(inner),
            other => out.push(other),
        }
    }
    out
}

/// The columns of one SELECT, by the byte at which they stand.
struct Sight<'a, 's> {
    places: &'a Places<'a>,
    columns: HashMap<usize, Place>,
    _schema: std::marker::PhantomData<&'s ()>,
}

impl<'a, 's> Sight<'a, 's> {
    fn new(resolution: &Resolution<'s>, places: &'a Places<'a>, index: usize) -> Self {
        let columns = resolution.references.iter().filter_map(|reference| {
            let Binding::Column { scope, source } = reference.binding else { return None };
            let found = resolution.source(reference).filter(|_| scope == index)?;
            let column = found.table()?.column(&reference.name.text)?;
            Some((reference.range.start, Place { seat: source, alias: found.alias.clone(), column: column.name.clone() }))
        });
        Self { places, columns: columns.collect(), _schema: std::marker::PhantomData }
    }

    fn place(&self, expr: &Expr) -> Option<Place> {
        let name = match expr {
            Expr::Identifier(name) => name,
            Expr::CompoundIdentifier(names) => names.first()?,
            Expr::Nested(inner) => return self.place(inner),
            _ => return None,
        };
        self.columns.get(&self.places.byte(name.span.start)?).cloned()
    }

    fn inside(&self, expr: &Expr) -> Vec<Place> {
        struct Inside<'l, 'a, 's> {
            sight: &'l Sight<'a, 's>,
            out: Vec<Place>,
            depth: usize,
        }
        impl Visitor for Inside<'_, '_, '_> {
            fn pre_visit_query(&mut self, _: &Query) {
                self.depth += 1;
            }
            fn post_visit_query(&mut self, _: &Query) {
                self.depth -= 1;
            }
            fn pre_visit_expr(&mut self, expr: &Expr) {
                if let Some(place) = self.sight.place(expr).filter(|place| self.depth == 0 && !self.out.contains(place)) {
                    self.out.push(place);
                }
            }
        }
        let mut inside = Inside { sight: self, out: Vec::new(), depth: 0 };
        visit(expr, &mut inside);
        inside.out
    }

    fn term(&self, expr: &Expr, alias: Option<String>) -> Term {
        Term { text: expr.to_string(), alias, column: self.place(expr), inside: self.inside(expr), aggregate: aggregate(expr) }
    }

    /// The term of GROUP BY or ORDER BY: a number or a name of a result column stands for that one.
    fn standing_for(&self, expr: &Expr, outputs: &[Term]) -> Option<Term> {
        if let Expr::Value(value) = expr {
            let Value::Number(number, _) = &value.value else { return Some(self.term(expr, None)) };
            return outputs.get(number.parse::<usize>().ok()?.checked_sub(1)?).cloned();
        }
        if let Expr::Identifier(name) = expr {
            let named = outputs.iter().find(|output| output.alias.as_ref().is_some_and(|alias| alias.eq_ignore_ascii_case(&name.value)));
            if let Some(output) = named {
                return Some(output.clone());
            }
        }
        Some(self.term(expr, None))
    }

    fn condition(&self, expr: &Expr) -> Condition {
        Condition { text: expr.to_string(), inside: self.inside(expr), test: self.test(expr) }
    }

    fn test(&self, expr: &Expr) -> Test {
        let is_column = |expr: &Expr| self.place(expr).is_some();
        match expr {
            Expr::Nested(inner) => self.test(inner),
            Expr::BinaryOp { left, op, right } => {
                let (value, turned) = match (is_column(left), literal(right), is_column(right), literal(left)) {
                    (true, Some(value), _, _) => (value, false),
                    (_, _, true, Some(value)) => (value, true),
                    _ => return Test::Other,
                };
                let compared =
                    |plain: &str, turned_round: &str| Test::Compared(if turned { turned_round } else { plain }.into(), value.clone());
                match op {
                    BinaryOperator::Eq => Test::Equal(vec![value]),
                    BinaryOperator::NotEq => Test::Differs(vec![value]),
                    BinaryOperator::Lt => compared("<", ">"),
                    BinaryOperator::LtEq => compared("<=", ">="),
                    BinaryOperator::Gt => compared(">", "<"),
                    BinaryOperator::GtEq => compared(">=", "<="),
                    _ => Test::Other,
                }
            }
            Expr::In { expr, target: InTarget::List(list), negated, .. } if is_column(expr) => {
                match list.iter().map(literal).collect::<Option<Vec<String>>>() {
                    Some(values) if *negated => Test::Differs(values),
                    Some(values) => Test::Equal(values),
                    None => Test::Other,
                }
            }
            Expr::Between { expr, negated: false, low, high } if is_column(expr) => match (literal(low), literal(high)) {
                (Some(low), Some(high)) => Test::Between(low, high),
                _ => Test::Other,
            },
            _ => Test::Other,
        }
    }
}

/// What a literal says.
fn literal(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => Some(text.clone()),
            Value::Number(number, _) => Some(number.clone()),
            _ => None,
        },
        Expr::UnaryOp { expr, .. } => literal(expr).map(|number| format!("-{number}")),
        Expr::Nested(inner) => literal(inner),
        _ => None,
    }
}

/// The lower-case name of the aggregate that `expr` is a call of.
pub(super) fn aggregate(expr: &Expr) -> Option<String> {
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
