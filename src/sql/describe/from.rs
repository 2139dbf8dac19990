//! The tables a query reads, and how they are joined, in words.

use sqlparser::ast::{BinaryOperator, Expr, JoinConstraint, JoinOperator, TableFactor, TableWithJoins};

use super::scope::{column_name, last_name, resolve};
use super::speaker::{Speaker, listed, split, spoken};
use crate::schema::Table;
use crate::sql::related::{Related, related};

impl Speaker<'_> {
    /// "of customer joined with invoice (by customer id)", and the conditions that are not told by it: commas join by what WHERE says.
    pub(super) fn from<'e>(&mut self, from: &[TableWithJoins], conditions: Vec<&'e Expr>) -> (String, Vec<&'e Expr>) {
        let Some((first, others)) = from.split_first() else { return (String::new(), conditions) };
        let several = !others.is_empty() || !first.joins.is_empty();
        let (joining, rest): (Vec<&Expr>, Vec<&Expr>) =
            conditions.into_iter().partition(|condition| several && self.joins_sources(condition));
        let mut told = format!("of {}", self.with_joins(first));
        for other in others {
            told.push_str(&format!(
                "{} {}",
                if joining.is_empty() { " combined with every row of" } else { " joined with" },
                self.with_joins(other)
            ));
        }
        if !joining.is_empty() {
            let matched: Vec<String> = joining.iter().map(|condition| self.matching(condition, &joining)).collect();
            told.push_str(&format!(" ({})", listed(&matched, "and")));
        }
        (told, rest)
    }

    /// Whether a condition says that columns of two sources are equal.
    fn joins_sources(&self, condition: &Expr) -> bool {
        let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = condition else { return false };
        let owner = |expr: &Expr| {
            let (qualifier, name) = column_name(expr)?;
            let sources = self.scopes.last()?;
            sources.iter().position(|source| match qualifier {
                Some(qualifier) => source.alias.eq_ignore_ascii_case(qualifier),
                None => source.table.is_some_and(|table| table.column(name).is_some()),
            })
        };
        matches!((owner(left), owner(right)), (Some(a), Some(b)) if a != b)
    }

    /// "by customer id", or "city id = id".
    fn matching(&mut self, condition: &Expr, all: &[&Expr]) -> String {
        if let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = condition
            && let (Some((_, left)), Some((_, right))) = (column_name(left), column_name(right))
        {
            let apart = if self.are_apart(condition, all) { ", which no key relates" } else { "" };
            return if left.eq_ignore_ascii_case(right) && apart.is_empty() {
                format!("by {}", spoken(left))
            } else {
                format!("{} = {}{apart}", spoken(left), spoken(right))
            };
        }
        format!("where {}", self.condition(condition))
    }

    /// Whether the two columns of an equality name different things, as far as the schema's keys tell, and no other one of `all` joins the
    /// same tables by a key.
    fn are_apart(&self, condition: &Expr, all: &[&Expr]) -> bool {
        let Some((a, b, Related::Apart)) = self.relates(condition) else { return false };
        !all.iter().any(|other| {
            matches!(self.relates(other), Some((c, d, Related::Key))
                if std::ptr::eq(a, c) && std::ptr::eq(b, d) || std::ptr::eq(a, d) && std::ptr::eq(b, c))
        })
    }

    /// The tables of the two columns of an equality, and what the columns have to do with each other.
    fn relates(&self, condition: &Expr) -> Option<(&Table, &Table, Related)> {
        let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = condition else { return None };
        let ((a, one), (b, other)) = (resolve(left, &self.scopes)?, resolve(right, &self.scopes)?);
        Some((a, b, related(self.schema, (a, &one.name), (b, &other.name))))
    }

    fn with_joins(&mut self, from: &TableWithJoins) -> String {
        let mut told = self.factor(&from.relation);
        for join in &from.joins {
            let other = self.factor(&join.relation);
            let (words, constraint) = match &join.join_operator {
                JoinOperator::Join(on) | JoinOperator::Inner(on) | JoinOperator::CrossJoin(on) => (format!(" joined with {other}"), on),
                JoinOperator::Left(on) | JoinOperator::LeftOuter(on) => (format!(" with {other} where there is a match"), on),
                JoinOperator::Right(on) | JoinOperator::RightOuter(on) => {
                    (format!(" where there is a match for {other}, all of which stay"), on)
                }
                JoinOperator::FullOuter(on) => (format!(" and {other}, matched where they can be"), on),
                _ => {
                    self.complete = false;
                    told.push_str(&format!(" joined with {other}"));
                    continue;
                }
            };
            let crossed = matches!(constraint, JoinConstraint::None) && words.starts_with(" joined");
            told.push_str(if crossed { " combined with " } else { &words });
            if crossed {
                told.push_str(&other);
            }
            match constraint {
                JoinConstraint::On(on) => {
                    let mut conditions = Vec::new();
                    split(on, &mut conditions);
                    let matched: Vec<String> = conditions.iter().map(|condition| self.matching(condition, &conditions)).collect();
                    told.push_str(&format!(" ({})", listed(&matched, "and")));
                }
                JoinConstraint::Using(names) | JoinConstraint::UsingAlias(names, _) => {
                    let names: Vec<String> = names.iter().filter_map(last_name).map(|name| spoken(&name)).collect();
                    told.push_str(&format!(" (by {})", listed(&names, "and")));
                }
                JoinConstraint::Natural => told.push_str(" (by the columns they share)"),
                JoinConstraint::None => {}
            }
        }
        told
    }

    fn factor(&mut self, factor: &TableFactor) -> String {
        match factor {
            TableFactor::Table { name, alias, args: None, .. } => {
                let own = last_name(name).unwrap_or_default();
                let alias = alias.as_ref().map_or(own.as_str(), |alias| alias.name.value.as_str());
                if self.is_read_twice(&own) { format!("{} (as {})", spoken(&own), spoken(alias)) } else { spoken(&own) }
            }
            TableFactor::Table { name, .. } | TableFactor::Function { name, .. } => {
                format!("the rows of {}", last_name(name).map(|name| spoken(&name)).unwrap_or_default())
            }
            TableFactor::Derived { subquery, .. } => match self.query(subquery) {
                Some(words) => format!("({words})"),
                None => self.vague("another query"),
            },
            TableFactor::NestedJoin { table_with_joins, .. } => self.with_joins(table_with_joins),
            _ => self.vague("something else"),
        }
    }

    /// Whether the present SELECT reads the table under two names.
    pub(super) fn is_read_twice(&self, table: &str) -> bool {
        let sources = self.scopes.last().map_or(&[][..], Vec::as_slice);
        sources.iter().filter(|source| source.table.is_some_and(|other| other.name.eq_ignore_ascii_case(table))).count() > 1
    }

    /// What a source is called in words: its table's name, or the alias where that alone tells it apart.
    pub(super) fn source_name(&self, alias: &str) -> String {
        let found = self.scopes.iter().rev().flatten().find(|source| source.alias.eq_ignore_ascii_case(alias));
        match found.and_then(|source| source.table) {
            Some(table) if !self.is_read_twice(&table.name) => spoken(&table.name),
            _ => spoken(alias),
        }
    }
}
