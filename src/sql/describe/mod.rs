//! What a query does, in one plain English sentence from its syntax tree: no model has a say in it.
//!
//! This file has the sentence, and queries as parts of one.
//!
//! Files on their floors, the lowest first:
//! - `scope`: which table a name belongs to, as far as wording it needs that
//! - `read`: columns whose texts are read as numbers or dates
//! - `speaker`: what is in sight at a place, and how names and lists are spoken
//! - `expr`: columns, aggregates, conditions in words
//! - `from`: the tables read and how they are joined
//! - `sort`: what an order means to a reader

mod expr;
mod from;
mod read;
mod scope;
mod sort;
mod speaker;

use sqlparser::ast::{
    self, Distinct, Expr, GroupByExpr, LimitClause, OrderByKind, OrderBySort, SelectItem, SetExpr, SetOperator, SetQuantifier,
};

use self::sort::Sort;
use self::speaker::{DEEPEST, Speaker, bare, listed, split, spoken};
use crate::schema::Schema;
use crate::text;

/// A longer sentence would not be read.
const MOST_COLUMNS_WIDE: usize = 700;

/// What a query does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// One sentence, a full stop at its end. Safe to show.
    pub sentence: String,
    /// The schema's tables that the query reads, in the order of their first mention.
    pub tables: Vec<String>,
    /// Whether the sentence tells all of the query. Where it does not, it says so.
    pub complete: bool,
}

/// Puts `sql` into words. Where it cannot say what the query does, it says what the query reads.
pub fn describe(sql: &str, schema: &Schema) -> Description {
    let Some(query) = super::tree::query(sql) else {
        let mut tables: Vec<String> = Vec::new();
        for source in super::qualify::sources(sql, schema) {
            if !tables.contains(&source.table.name) {
                tables.push(source.table.name.clone());
            }
        }
        return Description { sentence: over(&tables), tables, complete: false };
    };
    let mut speaker =
        Speaker { schema, common: Vec::new(), scopes: Vec::new(), aliases: Vec::new(), tables: Vec::new(), complete: true, depth: 0 };
    let told = speaker.sentence(&query);
    let Speaker { tables, complete, .. } = speaker;
    let sentence = match told {
        Some(told) if text::width(&told) <= MOST_COLUMNS_WIDE => format!("{}.", text::sanitize(&told)),
        _ => return Description { sentence: over(&tables), tables, complete: false },
    };
    Description { sentence, tables, complete }
}

/// The honest sentence about a query that could not be put into words.
fn over(tables: &[String]) -> String {
    let names: Vec<String> = tables.iter().map(|name| spoken(name)).collect();
    if names.is_empty() { "A query that reads no table by name.".into() } else { format!("A query over {}.", listed(&names, "and")) }
}

/// What ORDER BY and LIMIT say.
#[derive(Default)]
struct Order {
    words: String,
}

impl Speaker<'_> {
    /// The sentence without its full stop. `None` where nothing could be said.
    fn sentence(&mut self, query: &ast::Query) -> Option<String> {
        let steps = self.steps(query);
        let told = self.body(query, true)?;
        Some(match steps {
            None => capitalised(&told),
            Some(steps) => format!("{}, then {told}", capitalised(&steps)),
        })
    }

    /// The common table expressions of a query: "prepares x (the ...)".
    fn steps(&mut self, query: &ast::Query) -> Option<String> {
        let with = query.with.as_ref()?;
        let mut told = Vec::new();
        for cte in &with.cte_tables {
            let name = cte.alias.name.value.clone();
            if with.recursive {
                self.common.push(name.clone());
            }
            let words = self.query(&cte.query);
            self.common.push(name.clone());
            told.push(match words {
                Some(words) => format!("{} ({words})", spoken(&name)),
                None => spoken(&name),
            });
        }
        Some(format!("first prepares {}", listed(&told, "and")))
    }

    /// A query as a thing: "the name of singer where ...".
    fn query(&mut self, query: &ast::Query) -> Option<String> {
        if self.depth >= DEEPEST {
            self.complete = false;
            return None;
        }
        self.depth += 1;
        let known = self.common.len();
        let steps = self.steps(query);
        let told = self.body(query, false);
        self.common.truncate(known);
        self.depth -= 1;
        match (told, steps) {
            (Some(told), Some(steps)) => Some(format!("{told}, for which it {steps}")),
            (told, _) => told,
        }
    }

    /// A query without its common table expressions, as a sentence or as a thing.
    fn body(&mut self, query: &ast::Query, as_sentence: bool) -> Option<String> {
        if query.fetch.is_some() || !query.pipe_operators.is_empty() {
            self.complete = false;
        }
        match query.body.as_ref() {
            SetExpr::Select(select) => self.select(select, Some(query), as_sentence),
            other => {
                let mut told = self.set(other)?;
                if as_sentence {
                    told.insert_str(0, "shows ");
                }
                let order = self.order(query, false);
                Some(told + &order.words)
            }
        }
    }

    fn set(&mut self, set: &SetExpr) -> Option<String> {
        match set {
            SetExpr::Select(select) => self.select(select, None, false),
            SetExpr::Query(query) => self.query(query),
            SetExpr::SetOperation { left, op, set_quantifier, right } => {
                if self.depth >= DEEPEST {
                    self.complete = false;
                    return None;
                }
                self.depth += 1;
                let (left, right) = (self.set(left), self.set(right));
                self.depth -= 1;
                let (left, right) = (left?, right?);
                Some(match (op, set_quantifier) {
                    (SetOperator::Union, SetQuantifier::All) => format!("{left}, followed by {right}"),
                    (SetOperator::Union, _) => format!("{left}, together with {right}, each once"),
                    (SetOperator::Intersect, _) => format!("what is both in {left} and in {right}"),
                    _ => format!("{left}, except for {right}"),
                })
            }
            SetExpr::Values(values) => Some(text::counted(values.rows.len() as u64, "row of fixed values", "rows of fixed values")),
            _ => {
                self.complete = false;
                None
            }
        }
    }

    fn select(&mut self, select: &ast::Select, query: Option<&ast::Query>, as_sentence: bool) -> Option<String> {
        let sources = scope::sources_of(select, self.schema, &self.common);
        for table in sources.iter().filter_map(|source| source.table) {
            if !self.tables.contains(&table.name) {
                self.tables.push(table.name.clone());
            }
        }
        self.scopes.push(sources);
        let outer = std::mem::take(&mut self.aliases);
        let told = self.select_inside(select, query, as_sentence);
        self.aliases = outer;
        self.scopes.pop();
        told
    }

    fn select_inside(&mut self, select: &ast::Select, query: Option<&ast::Query>, as_sentence: bool) -> Option<String> {
        let mut conditions: Vec<&Expr> = Vec::new();
        if let Some(selection) = &select.selection {
            split(selection, &mut conditions);
        }
        let (from, conditions) = self.from(&select.from, conditions);
        let groups: Vec<String> = match &select.group_by {
            GroupByExpr::Expressions(by, modifiers) => {
                self.complete &= modifiers.is_empty();
                by.iter().map(|expr| self.group(expr, select)).collect()
            }
            GroupByExpr::All(_) => {
                self.complete = false;
                Vec::new()
            }
        };
        let mut items: Vec<String> = Vec::new();
        for item in &select.projection {
            items.push(self.item(item));
        }
        let filter = self.all_of(&conditions);
        let having = select.having.as_ref().map(|having| self.condition(having));
        if select.qualify.is_some() || !select.lateral_views.is_empty() {
            self.complete = false;
        }
        let order = query.map(|query| self.order(query, !groups.is_empty())).unwrap_or_default();
        let distinct = match &select.distinct {
            None | Some(Distinct::All) => false,
            Some(_) => true,
        };
        let of = if from.is_empty() { String::new() } else { format!(" {from}") };
        let filter = if filter.is_empty() { String::new() } else { format!(" where {filter}") };
        // What is grouped by is told by "for each".
        let grouped = !groups.is_empty();
        let mut rest: Vec<String> = items.iter().filter(|item| !groups.contains(item)).cloned().collect();
        rest.dedup();
        let having = having.map(|having| format!(", keeping those where {having}")).unwrap_or_default();
        let body = if grouped {
            let keys = listed(&groups, "and");
            if rest.is_empty() {
                format!("{}each {keys}{of}{filter}{having}", if as_sentence { "shows " } else { "" })
            } else if as_sentence {
                format!("for each {keys}{of}{filter}, shows {}{having}", listed(&rest, "and"))
            } else {
                format!("{} for each {keys}{of}{filter}{having}", listed(&rest, "and"))
            }
        } else {
            match (items.as_slice(), as_sentence) {
                ([one], true) if one == expr::ROWS && !distinct => format!("counts the rows{of}{filter}{having}"),
                ([one], true) if one.starts_with("the number of different ") && !distinct => {
                    format!("counts the{}{of}{filter}{having}", one.strip_prefix("the number of").unwrap_or(one))
                }
                _ => {
                    let verb = if as_sentence { "shows " } else { "" };
                    let different = if distinct { "each different " } else { "" };
                    format!("{verb}{different}{}{of}{filter}{having}", listed(&items, "and"))
                }
            }
        };
        Some(body + &order.words)
    }

    /// A column of the result; its alias is noted for ORDER BY and HAVING.
    fn item(&mut self, item: &SelectItem) -> String {
        match item {
            SelectItem::UnnamedExpr(expr) => self.value(expr),
            SelectItem::ExprWithAlias { expr, alias } => {
                let words = self.value(expr);
                self.aliases.push((alias.value.to_ascii_lowercase(), words.clone()));
                words
            }
            SelectItem::QualifiedWildcard(ast::SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                let alias = scope::last_name(name).unwrap_or_default();
                format!("all columns of {}", self.source_name(&alias))
            }
            SelectItem::Wildcard(_) => "all columns".into(),
            _ => self.vague("some columns"),
        }
    }

    /// What is grouped by: an expression, the number or the alias of a result column.
    fn group(&mut self, expr: &Expr, select: &ast::Select) -> String {
        let place = match expr {
            Expr::Value(value) => value.value.to_string().parse::<usize>().ok(),
            _ => None,
        };
        let named = place.and_then(|place| select.projection.get(place.checked_sub(1)?)).or_else(|| {
            let (None, name) = scope::column_name(expr)? else { return None };
            select
                .projection
                .iter()
                .find(|item| matches!(item, SelectItem::ExprWithAlias { alias, .. } if alias.value.eq_ignore_ascii_case(name)))
        });
        match named {
            Some(SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }) => self.value(expr),
            _ => self.value(expr),
        }
    }

    /// ORDER BY and LIMIT: ", only the 5 with the largest age", ", sorted by name".
    fn order(&mut self, query: &ast::Query, grouped: bool) -> Order {
        let by = match query.order_by.as_ref().map(|order| &order.kind) {
            Some(OrderByKind::Expressions(by)) => by.as_slice(),
            Some(OrderByKind::All(_)) => {
                self.complete = false;
                &[]
            }
            None => &[],
        };
        let (limit, offset) = match &query.limit_clause {
            Some(LimitClause::LimitOffset { limit, offset, .. }) => (limit.as_ref(), offset.as_ref().map(|offset| &offset.value)),
            Some(LimitClause::OffsetCommaLimit { offset, limit }) => (Some(limit), Some(offset)),
            None => (None, None),
        };
        let offset = offset.map(|offset| self.value(offset)).filter(|offset| offset != "0");
        let limit = limit.map(|limit| self.value(limit)).filter(|limit| limit != "-1");
        let mut keys: Vec<(String, bool, Sort)> = Vec::new();
        for key in by {
            let descending = matches!(key.options.sort, Some(OrderBySort::Desc));
            let sort = self.sort_of(&key.expr);
            let words = match self.result_column(&key.expr, query) {
                Some(words) => words,
                None => self.value(&key.expr),
            };
            keys.push((words, descending, sort));
        }
        let skipped = offset.map(|offset| format!(", skipping the first {offset}")).unwrap_or_default();
        let words = match (limit, keys.as_slice()) {
            (None, []) => skipped,
            (Some(limit), []) => {
                let of = if grouped { "groups" } else { "of them" };
                match (grouped, limit == "1") {
                    (true, true) => format!(", only one group of all, whichever comes first{skipped}"),
                    (false, true) => format!(", only one of them{skipped}"),
                    (_, false) => format!(", at most {limit} {of}{skipped}"),
                }
            }
            (Some(limit), [(key, descending, sort), others @ ..]) => {
                let which = sort.extreme(key, *descending);
                // "For each country" reads like a row for each, where one of all groups is taken.
                let thing = match (grouped, limit == "1") {
                    (true, true) => "one group of all: the one".into(),
                    (true, false) => format!("the {limit} groups"),
                    (false, true) => "the one".into(),
                    (false, false) => format!("the {limit}"),
                };
                let then: Vec<String> =
                    others.iter().map(|(key, descending, sort)| format!("{key}{}", sort.direction(*descending))).collect();
                let then = if then.is_empty() { String::new() } else { format!(", equal ones by {}", listed(&then, "then")) };
                format!(", only {thing} with the {which}{then}{skipped}")
            }
            (None, keys) => {
                let keys: Vec<String> =
                    keys.iter().map(|(key, descending, sort)| format!("{}{}", bare(key), sort.direction(*descending))).collect();
                format!(", sorted by {}{skipped}", listed(&keys, "then"))
            }
        };
        Order { words }
    }

    /// The words of the result column that an ORDER BY names by its place: `ORDER BY 2`.
    fn result_column(&mut self, expr: &Expr, query: &ast::Query) -> Option<String> {
        let (Expr::Value(value), SetExpr::Select(select)) = (expr, query.body.as_ref()) else { return None };
        let place: usize = value.value.to_string().parse().ok()?;
        match select.projection.get(place.checked_sub(1)?)? {
            SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(self.value(expr)),
            _ => None,
        }
    }
}

fn capitalised(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
