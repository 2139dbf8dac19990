//! The syntax tree becomes scopes, sources and references.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use sqlparser::ast::{
    self, BinaryOperator, Expr, GroupByExpr, Ident, InTarget, JoinConstraint, OrderByKind, Query, Select, SelectItem,
    SelectItemQualifiedWildcardKind, SetExpr, SetOperator, Statement, TableFactor, TableWithJoins, Visit,
};

use super::outputs;
use super::resolution::{Binding, Clause, JoinKind, Name, Output, Reference, Relation, Resolution, Scope, Wildcard};
use super::sources::{Cte, derived, extent, joined, names_of, relation, source};
use crate::schema::{Schema, Times};
use crate::sql::lex::Token;
use crate::sql::tree::Places;
use crate::sql::visitor::{Visitor, visit};

/// The scopes and (unbound) references of `statement`. `None` where a name's place in the text is not known.
pub(super) fn walk<'s>(
    statement: &Statement,
    sql: &str,
    tokens: &[Token],
    places: &Places<'_>,
    schema: &'s Schema,
) -> Option<Resolution<'s>> {
    let (query, explained) = match statement {
        Statement::Query(query) => (query, false),
        Statement::Explain { statement, .. } => match statement.as_ref() {
            Statement::Query(query) => (query, true),
            _ => return None,
        },
        _ => return None,
    };
    let out = Resolution { scopes: Vec::new(), references: Vec::new(), equated: Vec::new(), outputs: None };
    let (operands, equated, queries) = (HashSet::new(), Vec::new(), HashMap::new());
    let mut walker = Walker { sql, tokens, places, schema, out, operands, equated, queries, lost: false };
    let outputs = walker.query(query, None, &[]);
    if walker.lost {
        return None;
    }
    let mut out = walker.out;
    out.outputs = outputs.filter(|_| !explained);
    let place = |start: usize| out.references.iter().position(|reference| reference.range.start == start);
    let equated = walker.equated.iter().filter_map(|(left, right)| Some((place(*left)?, place(*right)?))).collect();
    out.equated = equated;
    for reference in &mut out.references {
        reference.operand = walker.operands.contains(&reference.range.start);
    }
    Some(out)
}

struct Walker<'a, 's> {
    sql: &'a str,
    tokens: &'a [Token],
    places: &'a Places<'a>,
    schema: &'s Schema,
    out: Resolution<'s>,
    /// Where references begin that stand as values.
    operands: HashSet<usize>,
    /// Where references begin that are compared with each other.
    equated: Vec<(usize, usize)>,
    /// What the one column of a subquery in an expression counts, by where its tree lies.
    queries: HashMap<*const Query, &'s Times>,
    /// A name's place is not known.
    lost: bool,
}

impl<'s> Walker<'_, 's> {
    fn place(&mut self, ident: &Ident) -> Range<usize> {
        let range = self.places.range(ident);
        self.lost |= range.is_none();
        range.unwrap_or_default()
    }

    fn name(&mut self, ident: &Ident) -> Name {
        Name { text: ident.value.clone(), range: self.place(ident) }
    }

    /// Walks a query; its columns, where they are known.
    fn query(&mut self, query: &Query, parent: Option<usize>, ctes: &[Cte<'s>]) -> Option<Vec<Output<'s>>> {
        let mut ctes = ctes.to_vec();
        if let Some(with) = &query.with {
            let first = ctes.len();
            let declared = |cte: &ast::Cte| -> Option<Vec<Output<'s>>> {
                let columns: Vec<_> = cte.alias.columns.iter().map(|column| Output::plain(column.name.value.clone())).collect();
                (!columns.is_empty()).then_some(columns)
            };
            // All of one WITH see each other, whatever their order.
            ctes.extend(with.cte_tables.iter().map(|cte| (cte.alias.name.value.clone(), declared(cte))));
            for (at, cte) in with.cte_tables.iter().enumerate() {
                let columns = self.query(&cte.query, parent, &ctes);
                match ctes.get_mut(first + at) {
                    Some((_, Some(declared))) => outputs::take_times(declared, columns.as_deref()),
                    Some((_, known)) => *known = columns,
                    None => {}
                }
            }
        }
        let before = self.out.scopes.len();
        let columns = self.set(&query.body, parent, &ctes);
        // ORDER BY belongs to the one SELECT; that of a compound names result columns.
        let mut body = query.body.as_ref();
        while let SetExpr::Query(inner) = body {
            body = inner.body.as_ref();
        }
        let single = matches!(body, SetExpr::Select(_)) && matches!(query.body.as_ref(), SetExpr::Select(_));
        if let Some(order_by) = &query.order_by
            && let OrderByKind::Expressions(terms) = &order_by.kind
        {
            for term in terms {
                if single {
                    self.expression(&term.expr, before, Clause::OrderBy, &ctes);
                } else {
                    self.compound_term(&term.expr, before, &ctes);
                }
            }
        }
        if let Some(limit) = &query.limit_clause {
            self.expression(limit, before, Clause::Other, &ctes);
        }
        columns
    }

    /// A term of a compound's ORDER BY: a plain name is a result column, which nobody looks up here; subqueries are walked.
    fn compound_term(&mut self, expr: &Expr, scope: usize, ctes: &[Cte<'s>]) {
        let first = self.out.references.len();
        self.expression(expr, scope, Clause::OrderBy, ctes);
        for reference in self.out.references.iter_mut().skip(first).filter(|reference| reference.scope == scope) {
            reference.binding = Binding::Output;
        }
    }

    fn set(&mut self, body: &SetExpr, parent: Option<usize>, ctes: &[Cte<'s>]) -> Option<Vec<Output<'s>>> {
        match body {
            SetExpr::Select(select) => self.select(select, parent, ctes),
            SetExpr::Query(query) => self.query(query, parent, ctes),
            SetExpr::SetOperation { left, op, right, .. } => {
                let mut columns = self.set(left, parent, ctes);
                let others = self.set(right, parent, ctes);
                // Rows of both come out of a UNION; of the right one alone none do out of the others.
                if let (Some(columns), SetOperator::Union) = (&mut columns, op) {
                    outputs::agree(columns, others.as_deref());
                }
                columns
            }
            SetExpr::Values(values) => {
                let scope = self.open(parent, 0..0);
                self.expression(values, scope, Clause::Other, ctes);
                let width = values.rows.first().map_or(0, |row| row.content.len());
                Some((1..=width).map(|n| Output::plain(format!("column{n}"))).collect())
            }
            _ => None,
        }
    }

    fn open(&mut self, parent: Option<usize>, range: Range<usize>) -> usize {
        self.out.scopes.push(Scope { parent, sources: Vec::new(), outputs: Vec::new(), wildcards: Vec::new(), range, from_end: None });
        self.out.scopes.len() - 1
    }

    fn scope(&mut self, scope: usize) -> Option<&mut Scope<'s>> {
        self.out.scopes.get_mut(scope)
    }

    fn select(&mut self, select: &Select, parent: Option<usize>, ctes: &[Cte<'s>]) -> Option<Vec<Output<'s>>> {
        let start = self.places.byte(select.select_token.0.span.start);
        self.lost |= start.is_none();
        let (range, from_end) = extent(self.sql, self.tokens, start.unwrap_or_default());
        let scope = self.open(parent, range);
        if let Some(scope) = self.scope(scope) {
            scope.from_end = from_end;
        }
        for (at, tables) in select.from.iter().enumerate() {
            let kind = if at == 0 { JoinKind::First } else { JoinKind::Comma };
            self.tables(tables, kind, scope, parent, ctes);
        }
        let columns = self.projection(select, scope, ctes);
        if let Some(selection) = &select.selection {
            self.expression(selection, scope, Clause::Where, ctes);
        }
        if let GroupByExpr::Expressions(terms, _) = &select.group_by {
            self.expression(terms, scope, Clause::GroupBy, ctes);
        }
        if let Some(having) = &select.having {
            self.expression(having, scope, Clause::Having, ctes);
        }
        self.expression(&select.named_window, scope, Clause::Other, ctes);
        columns
    }

    /// Walks the result columns and says which they are.
    fn projection(&mut self, select: &Select, scope: usize, ctes: &[Cte<'s>]) -> Option<Vec<Output<'s>>> {
        let mut columns: Option<Vec<Output<'s>>> = Some(Vec::new());
        let mut add = |more: Option<Vec<Output<'s>>>| match (&mut columns, more) {
            (Some(columns), Some(more)) => columns.extend(more),
            _ => columns = None,
        };
        for item in &select.projection {
            match item {
                SelectItem::UnnamedExpr(expr) => {
                    self.expression(expr, scope, Clause::Select, ctes);
                    let name = match expr {
                        Expr::Identifier(ident) => ident.value.clone(),
                        Expr::CompoundIdentifier(parts) => parts.last().map(|part| part.value.clone()).unwrap_or_default(),
                        other => other.to_string(),
                    };
                    add(Some(vec![Output { name, times: self.times(expr, scope) }]));
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    self.expression(expr, scope, Clause::Select, ctes);
                    let times = self.times(expr, scope);
                    if let Some(scope) = self.scope(scope) {
                        scope.outputs.push(alias.value.clone());
                    }
                    add(Some(vec![Output { name: alias.value.clone(), times }]));
                }
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                    let Some(ident) = name.0.last().and_then(|part| part.as_ident()) else { continue };
                    let name = self.name(ident);
                    add(self.columns_of(scope, Some(&name.text)));
                    let star = Wildcard { range: name.range.clone(), qualifier: Some(name) };
                    if let Some(scope) = self.scope(scope) {
                        scope.wildcards.push(star);
                    }
                }
                SelectItem::Wildcard(options) => {
                    let start = self.places.byte(options.wildcard_token.0.span.start);
                    self.lost |= start.is_none();
                    let start = start.unwrap_or_default();
                    add(self.columns_of(scope, None));
                    if let Some(scope) = self.scope(scope) {
                        scope.wildcards.push(Wildcard { qualifier: None, range: start..start + 1 });
                    }
                }
                _ => add(None),
            }
        }
        columns
    }

    /// What a result column counts.
    fn times(&self, expr: &Expr, scope: usize) -> Option<&'s Times> {
        outputs::times_of(expr, scope, &self.out.scopes, &self.queries)
    }

    /// The columns of all sources of a scope, or of those called `alias`.
    fn columns_of(&self, scope: usize, alias: Option<&str>) -> Option<Vec<Output<'s>>> {
        outputs::of_sources(&self.out.scopes.get(scope)?.sources, alias)
    }

    fn tables(&mut self, tables: &TableWithJoins, kind: JoinKind, scope: usize, parent: Option<usize>, ctes: &[Cte<'s>]) {
        self.factor(&tables.relation, kind, scope, parent, ctes);
        for join in &tables.joins {
            let (constraint, kind) = joined(&join.join_operator);
            let first = self.out.scopes.get(scope).map_or(0, |scope| scope.sources.len());
            self.factor(&join.relation, kind, scope, parent, ctes);
            match constraint {
                Some(JoinConstraint::On(condition)) => self.expression(condition, scope, Clause::On(first), ctes),
                Some(JoinConstraint::Using(columns)) => {
                    let merged = columns.iter().filter_map(|name| Some(name.0.last()?.as_ident()?.value.clone())).collect();
                    self.merge(scope, first, merged);
                }
                Some(JoinConstraint::Natural) => {
                    let before: Vec<String> = self.out.scopes.get(scope).map_or_else(Vec::new, |scope| {
                        scope.sources.iter().take(first).flat_map(|source| names_of(&source.relation)).collect()
                    });
                    self.merge(scope, first, before);
                }
                _ => {}
            }
        }
    }

    fn merge(&mut self, scope: usize, source: usize, columns: Vec<String>) {
        if let Some(source) = self.scope(scope).and_then(|scope| scope.sources.get_mut(source)) {
            source.merged = columns;
        }
    }

    fn factor(&mut self, factor: &TableFactor, join: JoinKind, scope: usize, parent: Option<usize>, ctes: &[Cte<'s>]) {
        let source = match factor {
            TableFactor::Table { name, alias, args, .. } => {
                let (relation, times) = if let Some(args) = args {
                    self.expression(args, scope, Clause::Other, ctes);
                    (Relation::Unknown, Vec::new())
                } else {
                    relation(self.schema, name, ctes)
                };
                let idents: Vec<&Ident> = name.0.iter().filter_map(|part| part.as_ident()).collect();
                let (Some(first), Some(last)) = (idents.first(), idents.last()) else { return };
                let range = self.place(first).start..self.place(last).end;
                source(alias.as_ref(), &last.value, (relation, times), Some(range), join)
            }
            TableFactor::Derived { subquery, alias, .. } => {
                source(alias.as_ref(), "", derived(self.query(subquery, parent, ctes)), None, join)
            }
            TableFactor::NestedJoin { table_with_joins, .. } => return self.tables(table_with_joins, join, scope, parent, ctes),
            _ => source(None, "", (Relation::Unknown, Vec::new()), None, join),
        };
        if let Some(scope) = self.scope(scope) {
            scope.sources.push(source);
        }
    }

    fn expression(&mut self, node: &impl Visit, scope: usize, clause: Clause, ctes: &[Cte<'s>]) {
        let mut visitor = InExpression { walker: self, scope, clause, ctes, depth: 0 };
        visit(node, &mut visitor);
    }

    fn reference(&mut self, parts: &[Ident], scope: usize, clause: Clause) {
        let Some((last, before)) = parts.split_last() else { return };
        let name = self.name(last);
        let qualifier = before.last().map(|ident| self.name(ident));
        let database = before.len().checked_sub(2).and_then(|at| before.get(at)).map(|ident| ident.value.clone());
        let start = parts.first().map_or(name.range.start, |first| self.place(first).start);
        let range = start..name.range.end;
        let double_quoted = qualifier.is_none() && last.quote_style == Some('"');
        let binding = Binding::Missing;
        self.out.references.push(Reference { scope, clause, database, qualifier, name, range, double_quoted, operand: false, binding });
    }
}

/// Finds references in an expression, and hands subqueries back to the walker.
struct InExpression<'w, 'a, 's> {
    walker: &'w mut Walker<'a, 's>,
    scope: usize,
    clause: Clause,
    ctes: &'w [Cte<'s>],
    /// Subqueries around the node: the visitor cannot leave them out, so what is inside is passed over.
    depth: usize,
}

impl InExpression<'_, '_, '_> {
    fn start(&mut self, expr: &Expr) -> Option<usize> {
        match expr {
            Expr::Identifier(ident) => self.walker.places.range(ident).map(|range| range.start),
            Expr::CompoundIdentifier(parts) => parts.first().and_then(|first| self.walker.places.range(first)).map(|range| range.start),
            _ => None,
        }
    }

    fn operand(&mut self, expr: &Expr) {
        if let Some(start) = self.start(expr) {
            self.walker.operands.insert(start);
        }
    }
}

impl Visitor for InExpression<'_, '_, '_> {
    fn pre_visit_query(&mut self, query: &Query) {
        if self.depth == 0 {
            let columns = self.walker.query(query, Some(self.scope), self.ctes);
            if let Some([Output { times: Some(times), .. }]) = columns.as_deref() {
                self.walker.queries.insert(std::ptr::from_ref(query), times);
            }
        }
        self.depth += 1;
    }

    fn post_visit_query(&mut self, _: &Query) {
        self.depth -= 1;
    }

    fn pre_visit_expr(&mut self, expr: &Expr) {
        if self.depth > 0 {
            return;
        }
        match expr {
            Expr::Identifier(ident) => self.walker.reference(std::slice::from_ref(ident), self.scope, self.clause),
            Expr::CompoundIdentifier(parts) => self.walker.reference(parts, self.scope, self.clause),
            Expr::BinaryOp { left, op, right } => {
                use BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq, NotEq};
                if matches!(op, Eq | NotEq | Gt | GtEq | Lt | LtEq) {
                    self.operand(right);
                }
                if *op == Eq
                    && let (Some(left), Some(right)) = (self.start(left), self.start(right))
                {
                    self.walker.equated.push((left, right));
                }
            }
            Expr::Like { pattern, .. } | Expr::ILike { pattern, .. } => self.operand(pattern),
            Expr::Between { low, high, .. } => [low, high].into_iter().for_each(|bound| self.operand(bound)),
            Expr::In { target: InTarget::List(values), .. } => values.iter().for_each(|value| self.operand(value)),
            _ => {}
        }
    }
}
