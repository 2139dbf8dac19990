//! Numbers that count more, or something else, than they seem to: sums over rows that a join multiplied, averages of averages, rows
//! counted that a LEFT JOIN made up, and NOT IN beside NULL.

use sqlparser::ast::{
    BinaryOperator, DuplicateTreatment, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, InTarget, JoinOperator, Query,
    Select, SelectItem, SetExpr,
};

use crate::sql::related::is_key;
use crate::sql::resolve::{Binding, Clause, Reference, Resolution};
use crate::sql::suspicion::read::blocks::{Block, Blocks};
use crate::sql::suspicion::read::columns::Columns;
use crate::sql::suspicion::read::expressions::{aggregate, each_expression, literal};
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::words::Question;
use crate::sql::visitor::{Visitor, visit};
use crate::text::words::{singular, split_name};

/// Aggregates that a row more changes.
const ADDS: [&str; 2] = ["sum", "total"];

pub(in crate::sql::suspicion) fn look(
    query: &Query,
    blocks: &Blocks<'_>,
    columns: &Columns<'_, '_>,
    question: Option<&Question>,
    out: &mut Vec<Suspicion>,
) {
    for block in &blocks.out {
        multiplied(block, blocks.resolution, columns, question, out);
        made_up(block, columns, out);
    }
    let asked = |question: &Question| question.words.iter().filter(|word| matches!(word.as_str(), "average" | "mean" | "avg")).count();
    if question.is_none_or(|question| asked(question) <= 1) {
        averages(query, out);
    }
    let mut nulls = Nulls { columns, found: None };
    visit(query, &mut nulls);
    if let Some(sentence) = nulls.found {
        suspect(out, SuspicionKind::NotInNull, sentence);
    }
}

/// The one column that an aggregate takes, where it takes one as it is; and whether each value counts once.
fn taken(expr: &Expr) -> Option<(&Expr, bool)> {
    let Expr::Function(function) = expr else { return None };
    let FunctionArguments::List(list) = &function.args else { return None };
    let [FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))] = list.args.as_slice() else { return None };
    Some((argument, list.duplicate_treatment == Some(DuplicateTreatment::Distinct)))
}

/// `sum(order.total)` where each order stands beside each of its lines; how many orders there are, where their lines are counted.
fn multiplied(
    block: &Block<'_>,
    resolution: &Resolution<'_>,
    columns: &Columns<'_, '_>,
    question: Option<&Question>,
    out: &mut Vec<Suspicion>,
) {
    if block.scope.sources.len() < 2 || block.select.distinct.is_some() {
        return;
    }
    let mut found: Option<(SuspicionKind, String)> = None;
    let grouped = !matches!(&block.select.group_by, GroupByExpr::Expressions(terms, _) if terms.is_empty());
    each_expression(&block.select.projection, &mut |expr, _| {
        let Some(name) = aggregate(expr) else { return };
        if ADDS.contains(&name.as_str())
            && let Some((argument, false)) = taken(expr)
            && let Some(named) = columns.of(argument)
            && named.source.0 == block.index
            && let Some(by) = multiplier(block, resolution, named.source.1)
            // "The monthly income from all members" adds up the price of each one's plan.
            && !question.is_some_and(|question| question.names_rows_of(by) && !question.names_rows_of(&named.table.name))
        {
            let sentence = format!(
                "each row of {} stands there once for every row of {by} beside it, and {name} adds {} as often",
                named.table.name, named.column.name
            );
            found.get_or_insert((SuspicionKind::MultipliedSum, sentence));
        }
        // How many customers, where their orders are counted.
        if name == "count"
            && !grouped
            && block.outermost
            && block.select.projection.len() == 1
            && !taken(expr).is_some_and(|(_, distinct)| distinct)
            && let Some(question) = question
            && let Some((place, table)) = counted_thing(block, question)
            && let Some(by) = multiplier(block, resolution, place)
        {
            let sentence =
                format!("the question asks how many {table} there are, and each is counted once for every row of {by} beside it");
            found.get_or_insert((SuspicionKind::MultipliedCount, sentence));
        }
    });
    if let Some((kind, sentence)) = found {
        suspect(out, kind, sentence);
    }
}

/// The source of which "how many" asks: its table's name stands behind it.
fn counted_thing<'b>(block: &'b Block<'_>, question: &Question) -> Option<(usize, &'b str)> {
    let at = question.place_of(&["how", "many"])? + 2;
    let asked = singular(question.words.get(at)?);
    let mut of = block.scope.sources.iter().enumerate().filter(|(_, source)| {
        source.table().is_some_and(|table| matches!(split_name(&table.name).as_slice(), [word] if singular(word) == asked))
    });
    match (of.next(), of.next()) {
        (Some((place, source)), None) => Some((place, source.table()?.name.as_str())),
        _ => None,
    }
}

/// A table by whose rows those of the source at `place` are multiplied, where nothing holds them to one.
fn multiplier<'b>(block: &'b Block<'_>, resolution: &Resolution<'_>, place: usize) -> Option<&'b str> {
    // Sources behind one that multiplies: grouped by, or held to one value, there is one row for each again.
    let first = first_beyond(block, resolution, place)?;
    let mut stack = vec![first];
    let mut beyond = vec![place, first];
    while let Some(at) = stack.pop() {
        for (next, _) in neighbours(block, resolution, at) {
            if !beyond.contains(&next) {
                beyond.push(next);
                stack.push(next);
            }
        }
    }
    let beyond: Vec<usize> = beyond.into_iter().filter(|at| *at != place).collect();
    let of_beyond = |reference: &Reference| matches!(reference.binding, Binding::Column { scope, source } if scope == block.index && beyond.contains(&source));
    let in_scope = |reference: &&Reference| reference.scope == block.index;
    let grouped =
        resolution.references.iter().filter(in_scope).any(|reference| reference.clause == Clause::GroupBy && of_beyond(reference));
    let held = block.select.selection.as_ref().is_some_and(|condition| {
        let mut held = false;
        each_expression(condition, &mut |expr, _| {
            if let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = expr {
                let value = literal(left).or_else(|| literal(right)).is_some() || matches!(right.as_ref(), Expr::Subquery(_));
                held |= value
                    && resolution.references.iter().filter(in_scope).any(|reference| {
                        reference.clause == Clause::Where
                            && of_beyond(reference)
                            && [left, right].iter().any(|side| side.to_string() == written(reference))
                    });
            }
        });
        held
    });
    if grouped || held {
        return None;
    }
    block.scope.sources.get(first)?.table().map(|table| table.name.as_str())
}

/// A reference as it is written without quotes.
fn written(reference: &Reference) -> String {
    match &reference.qualifier {
        Some(qualifier) => format!("{}.{}", qualifier.text, reference.name.text),
        None => reference.name.text.clone(),
    }
}

/// The first source that multiplies, behind others that do not.
fn first_beyond(block: &Block<'_>, resolution: &Resolution<'_>, place: usize) -> Option<usize> {
    let mut seen = vec![place];
    let mut waiting = vec![place];
    while let Some(at) = waiting.pop() {
        for (next, joined) in neighbours(block, resolution, at) {
            if seen.contains(&next) {
                continue;
            }
            seen.push(next);
            let table = block.scope.sources.get(next)?.table()?;
            let once = table.primary_key.is_empty()
                || table.primary_key.iter().all(|key| joined.iter().any(|column| column.eq_ignore_ascii_case(key)));
            if !once {
                return Some(next);
            }
            waiting.push(next);
        }
    }
    None
}

/// The sources that are equated with the one at `place`, each with those of its columns that are.
fn neighbours(block: &Block<'_>, resolution: &Resolution<'_>, place: usize) -> Vec<(usize, Vec<String>)> {
    let mut out: Vec<(usize, Vec<String>)> = Vec::new();
    let at = |reference: &Reference| match reference.binding {
        Binding::Column { scope, source } if scope == block.index => Some(source),
        _ => None,
    };
    for (left, right) in &resolution.equated {
        let (Some(left), Some(right)) = (resolution.references.get(*left), resolution.references.get(*right)) else { continue };
        for (own, other) in [(left, right), (right, left)] {
            let (Some(from), Some(to)) = (at(own), at(other)) else { continue };
            if from != place || to == place {
                continue;
            }
            match out.iter_mut().find(|(known, _)| *known == to) {
                Some((_, columns)) => columns.push(other.name.text.clone()),
                None => out.push((to, vec![other.name.text.clone()])),
            }
        }
    }
    out
}

/// `count(*)` in a group of a LEFT JOIN counts one where there is nothing.
fn made_up(block: &Block<'_>, columns: &Columns<'_, '_>, out: &mut Vec<Suspicion>) {
    let [from] = block.select.from.as_slice() else { return };
    let left = from.joins.iter().filter(|join| matches!(join.join_operator, JoinOperator::Left(_) | JoinOperator::LeftOuter(_))).count();
    let grouped = matches!(&block.select.group_by, GroupByExpr::Expressions(terms, _) if !terms.is_empty());
    if left == 0 || left != from.joins.len() || !grouped {
        return;
    }
    // A condition on what is joined may have taken the made-up rows away.
    if block.select.selection.as_ref().is_some_and(|condition| mentions_joined(condition, block, columns)) {
        return;
    }
    let mut counted = false;
    let mut look = |expr: &Expr, _: usize| {
        if aggregate(expr).as_deref() != Some("count") {
            return;
        }
        let of_first = taken(expr).and_then(|(argument, distinct)| {
            let named = columns.of(argument)?;
            Some(!distinct && named.source == (block.index, 0) && is_key(named.table, &named.column.name))
        });
        let all = matches!(expr, Expr::Function(function) if matches!(&function.args, FunctionArguments::List(list)
            if matches!(list.args.as_slice(), [FunctionArg::Unnamed(FunctionArgExpr::Wildcard)])));
        counted |= all || of_first == Some(true);
    };
    each_expression(&block.select.projection, &mut look);
    each_expression(&block.order_by, &mut look);
    if let Some(having) = &block.select.having {
        each_expression(having, &mut look);
    }
    if counted {
        let sentence = "it counts rows after a LEFT JOIN, so that what has none counts as one";
        suspect(out, SuspicionKind::MadeUpRow, sentence);
    }
}

fn mentions_joined(condition: &Expr, block: &Block<'_>, columns: &Columns<'_, '_>) -> bool {
    let mut found = false;
    each_expression(condition, &mut |expr, _| {
        found |= columns.of(expr).is_some_and(|named| named.source.0 == block.index && named.source.1 > 0)
    });
    found
}

/// An average of a column that a subquery gives as an average of groups.
fn averages(query: &Query, out: &mut Vec<Suspicion>) {
    struct Averages {
        /// Names under which queries inside give averages of groups, in lower case.
        inner: Vec<String>,
        outer: Vec<String>,
    }
    impl Visitor for Averages {
        fn pre_visit_query(&mut self, query: &Query) {
            if let SetExpr::Select(select) = query.body.as_ref() {
                self.select(select);
            }
        }
        fn pre_visit_expr(&mut self, expr: &Expr) {
            if aggregate(expr).as_deref() == Some("avg")
                && let Some((Expr::Identifier(_) | Expr::CompoundIdentifier(_), _)) = taken(expr)
                && let Some((argument, _)) = taken(expr)
            {
                self.outer.push(argument.to_string().rsplit('.').next().unwrap_or_default().to_lowercase());
            }
        }
    }
    impl Averages {
        fn select(&mut self, select: &Select) {
            let grouped = matches!(&select.group_by, GroupByExpr::Expressions(terms, _) if !terms.is_empty());
            for item in &select.projection {
                if let SelectItem::ExprWithAlias { expr, alias } = item
                    && grouped
                    && aggregate(expr).as_deref() == Some("avg")
                {
                    self.inner.push(alias.value.to_lowercase());
                }
            }
        }
    }
    let mut averages = Averages { inner: Vec::new(), outer: Vec::new() };
    visit(query, &mut averages);
    if averages.outer.iter().any(|name| averages.inner.contains(name)) {
        let sentence = "it takes the average of averages, in which small groups count as much as large ones";
        suspect(out, SuspicionKind::AverageOfAverages, sentence);
    }
}

/// NOT IN over a subquery whose column has NULL: no row is ever outside of that.
struct Nulls<'a, 's> {
    columns: &'a Columns<'a, 's>,
    found: Option<String>,
}

impl Visitor for Nulls<'_, '_> {
    fn pre_visit_expr(&mut self, expr: &Expr) {
        if let Expr::In { target: InTarget::Subquery(query), negated: true, .. } = expr
            && let SetExpr::Select(select) = query.body.as_ref()
            && let [SelectItem::UnnamedExpr(shown) | SelectItem::ExprWithAlias { expr: shown, .. }] = select.projection.as_slice()
            && let Some(named) = self.columns.of(shown)
            && named.column.has_null
        {
            let mut conditioned = false;
            let conditions = [&select.selection, &select.having];
            for condition in conditions.into_iter().flatten() {
                // Any comparison with it leaves NULL out.
                each_expression(condition, &mut |expr, _| {
                    conditioned |=
                        self.columns.of(expr).is_some_and(|other| other.column.name == named.column.name && other.source == named.source);
                });
            }
            if !conditioned {
                let sentence =
                    format!("{} is NULL in some rows of {}, and nothing is ever NOT IN what has NULL", named.column.name, named.table.name);
                self.found.get_or_insert(sentence);
            }
        }
    }
}
