//! Keys: what they name, whether two that are equated name the same, and whether a key is shown where a name is asked for.

use sqlparser::ast::{BinaryOperator, Expr, InTarget, Query, SelectItem, SetExpr};

use crate::schema::{Holds, Schema, Table};
use crate::sql::related::{different_things, thing};
use crate::sql::suspicion::read::blocks::Blocks;
use crate::sql::suspicion::read::columns::{Columns, Named};
use crate::sql::suspicion::read::expressions::aggregate;
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::words::Question;
use crate::sql::visitor::{Visitor, visit};
use crate::text::words::{singular, split_name};

/// Words of names of columns that say what a row is called, the last one first.
const NAMES: &[&str] =
    &["name", "title", "label", "caption", "fullname", "lastname", "surname", "firstname", "username", "description", "details"];
/// Words of a question that ask for a key.
pub(in crate::sql::suspicion) const ASKS_KEY: &[&str] = &[
    "id",
    "ids",
    "identifier",
    "identifiers",
    "identification",
    "number",
    "numbers",
    "code",
    "codes",
    "key",
    "keys",
    "no",
    "nr",
    "num",
    "index",
    "ssn",
];

pub(in crate::sql::suspicion) fn look(
    query: &Query,
    blocks: &Blocks<'_>,
    schema: &Schema,
    columns: &Columns<'_, '_>,
    question: Option<&Question>,
    out: &mut Vec<Suspicion>,
) {
    let mut mixed = Mixed { schema, columns, found: Vec::new() };
    visit(query, &mut mixed);
    // A join that is odd anyway is told once.
    let told = out.iter().any(|suspicion| {
        matches!(suspicion.kind, SuspicionKind::OddJoin | SuspicionKind::UnlikeTypes | SuspicionKind::AccidentalCorrelation)
    });
    if let Some(sentence) = mixed.found.into_iter().next().filter(|_| !told) {
        suspect(out, SuspicionKind::MixedKeys, sentence);
    }
    if let Some(sentence) = question.and_then(|question| only_keys(blocks, schema, columns, question)) {
        suspect(out, SuspicionKind::OnlyKey, sentence);
    }
}

struct Mixed<'a, 's> {
    schema: &'s Schema,
    columns: &'a Columns<'a, 's>,
    found: Vec<String>,
}

impl Mixed<'_, '_> {
    fn equated(&mut self, one: &Expr, other: &Expr) {
        let (Some(one), Some(other)) = (self.columns.of(one), self.columns.of(other)) else { return };
        self.compared(one, other);
    }

    fn compared(&mut self, one: Named<'_>, other: Named<'_>) {
        let schema = self.schema;
        let of = |named: Named<'_>| Some((in_schema(schema, named.table)?, named.column.name.clone()));
        let (Some((first, one_name)), Some((second, other_name))) = (of(one), of(other)) else { return };
        let Some((a, b)) = different_things(schema, (first, &one_name), (second, &other_name)) else { return };
        let told = |named: Named<'_>| format!("{}.{}", named.table.name, named.column.name);
        let what = |named: Named<'_>, thing: &Table| {
            if named.table.name.eq_ignore_ascii_case(&thing.name) { told(named) } else { format!("{} (a {})", told(named), thing.name) }
        };
        self.found.push(format!("{} and {} name different things, and they are equated", what(one, a), what(other, b)));
    }

    /// `x IN (SELECT y ...)`, `x = (SELECT y ...)`.
    fn in_query(&mut self, one: &Expr, query: &Query) {
        let SetExpr::Select(select) = query.body.as_ref() else { return };
        if let [SelectItem::UnnamedExpr(other) | SelectItem::ExprWithAlias { expr: other, .. }] = select.projection.as_slice() {
            self.equated(one, other);
        }
    }
}

impl Visitor for Mixed<'_, '_> {
    fn pre_visit_expr(&mut self, expr: &Expr) {
        match expr {
            Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => match (left.as_ref(), right.as_ref()) {
                (one, Expr::Subquery(query)) | (Expr::Subquery(query), one) => self.in_query(one, query),
                (one, other) => self.equated(one, other),
            },
            Expr::In { expr, target: InTarget::Subquery(query), .. } => self.in_query(expr, query),
            _ => {}
        }
    }
}

/// What the result shows where all of it is keys, the question does not ask for them, and a name is at hand.
fn only_keys(blocks: &Blocks<'_>, schema: &Schema, columns: &Columns<'_, '_>, question: &Question) -> Option<String> {
    let block = blocks.outermost()?;
    // What is put together with other rows has to look like them.
    if blocks.combined || question.asks_key(ASKS_KEY) || question.says(&["how", "many"]) {
        return None;
    }
    let mut shown: Option<Named<'_>> = None;
    for item in &block.select.projection {
        let (SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }) = item else { return None };
        match columns.of(expr) {
            None if aggregate(expr).is_some() => {}
            None => return None,
            Some(named) => {
                let numbers = named.column.holds == Holds::Numbers;
                let refers = thing(schema, in_schema(schema, named.table)?, &named.column.name).is_some();
                if !numbers || !refers {
                    return None;
                }
                shown = Some(shown.unwrap_or(named));
            }
        }
    }
    let shown = shown?;
    // "Countries by their official rank": the column itself is what is asked for.
    let words = split_name(&shown.column.name);
    let named = words.iter().filter(|word| word.len() > 2).any(|word| question.words.iter().any(|own| singular(own) == singular(word)));
    let (table, _) = thing(schema, in_schema(schema, shown.table)?, &shown.column.name)?;
    let is_id = words.last().is_some_and(|last| ["id", "key", "no", "nr", "code", "pk", "num", "number"].contains(&last.as_str()))
        || words.iter().any(|word| word.len() > 4 && word.ends_with("id"));
    if named && !is_id && std::ptr::eq(table, shown.table) {
        return None;
    }
    let name = name_of(table)?;
    Some(format!("it shows only {}.{}, a number that stands for a {}, and not its {name}", shown.table.name, shown.column.name, table.name))
}

/// The column that says what a row of `table` is called.
fn name_of(table: &Table) -> Option<&str> {
    let is_text = |name: &str| table.column(name).is_some_and(|column| column.holds != Holds::Numbers);
    NAMES.iter().find_map(|wanted| {
        let says = |name: &str| split_name(name).last().is_some_and(|last| last == wanted || last.ends_with("name") && *wanted == "name");
        table.columns.iter().map(|column| column.name.as_str()).find(|name| says(name) && is_text(name))
    })
}

/// The schema's own `table`.
fn in_schema<'s>(schema: &'s Schema, table: &Table) -> Option<&'s Table> {
    schema.table_of(table.database.as_deref(), &table.name)
}
