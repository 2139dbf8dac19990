//! The SELECTs of a statement, each with the ORDER BY and LIMIT that belong to it.

use sqlparser::ast::{LimitClause, OrderByExpr, OrderByKind, Query, Select, SetExpr, SetOperator};

use crate::sql::resolve::{Resolution, Scope};
use crate::sql::tree::Places;
use crate::sql::visitor::{Visitor, visit};

/// One SELECT with the ORDER BY and LIMIT that belong to it.
pub(in crate::sql::suspicion) struct Block<'r> {
    pub(in crate::sql::suspicion) select: Select,
    pub(in crate::sql::suspicion) order_by: Vec<OrderByExpr>,
    pub(in crate::sql::suspicion) limit: Option<String>,
    pub(in crate::sql::suspicion) index: usize,
    pub(in crate::sql::suspicion) scope: &'r Scope<'r>,
    pub(in crate::sql::suspicion) outermost: bool,
}

/// The SELECTs of a statement.
pub(in crate::sql::suspicion) struct Blocks<'r> {
    pub(in crate::sql::suspicion) places: &'r Places<'r>,
    pub(in crate::sql::suspicion) resolution: &'r Resolution<'r>,
    pub(in crate::sql::suspicion) out: Vec<Block<'r>>,
    /// Whether UNION joins rows of the same tables that fulfil one condition or another.
    pub(in crate::sql::suspicion) joined: bool,
    /// Whether any set operation puts rows together.
    pub(in crate::sql::suspicion) combined: bool,
}

impl<'r> Blocks<'r> {
    /// Of the query `query`.
    pub(in crate::sql::suspicion) fn of(query: &Query, places: &'r Places<'r>, resolution: &'r Resolution<'r>) -> Self {
        let mut blocks = Self { places, resolution, out: Vec::new(), joined: false, combined: false };
        visit(query, &mut blocks);
        blocks
    }

    pub(in crate::sql::suspicion) fn outermost(&self) -> Option<&Block<'r>> {
        self.out.iter().find(|block| block.outermost)
    }
}

impl Visitor for Blocks<'_> {
    fn pre_visit_query(&mut self, query: &Query) {
        let order_by = match query.order_by.as_ref().map(|order_by| &order_by.kind) {
            Some(OrderByKind::Expressions(terms)) => terms.clone(),
            _ => Vec::new(),
        };
        let limit = match &query.limit_clause {
            Some(LimitClause::LimitOffset { limit: Some(limit), .. } | LimitClause::OffsetCommaLimit { limit, .. }) => {
                Some(limit.to_string())
            }
            _ => None,
        };
        if let SetExpr::SetOperation { op: SetOperator::Union, left, right, .. } = query.body.as_ref()
            && let (SetExpr::Select(left), SetExpr::Select(right)) = (left.as_ref(), right.as_ref())
        {
            let of = |select: &Select| format!("{:?} {:?}", names(&select.projection), names(&select.from));
            self.joined |= of(left) == of(right);
        }
        let outermost = self.out.is_empty();
        let mut bodies = vec![(query.body.as_ref(), true)];
        while let Some((body, alone)) = bodies.pop() {
            match body {
                SetExpr::Select(select) => {
                    let start = self.places.byte(select.select_token.0.span.start);
                    let found = self.resolution.scopes.iter().enumerate().find(|(_, scope)| Some(scope.range.start) == start);
                    let Some((index, scope)) = found.filter(|(_, scope)| !scope.range.is_empty()) else { continue };
                    self.out.push(Block {
                        select: select.as_ref().clone(),
                        order_by: if alone { order_by.clone() } else { Vec::new() },
                        limit: limit.clone().filter(|_| alone),
                        index,
                        scope,
                        outermost,
                    });
                }
                SetExpr::SetOperation { left, right, .. } => {
                    self.combined = true;
                    bodies.extend([(right.as_ref(), false), (left.as_ref(), false)]);
                }
                _ => {}
            }
        }
    }
}

/// As they are written, in lower case.
pub(in crate::sql::suspicion) fn names<T: std::fmt::Display>(parts: &[T]) -> Vec<String> {
    parts.iter().map(|part| part.to_string().to_lowercase()).collect()
}
