//! Reasons to doubt a query that runs: forms that are almost always slips, read off the syntax tree and the schema alone.
//!
//! - `joins`: what tables and columns have to do with each other
//! - `keys`: keys of different things, and keys in place of names
//! - `forms`: grouping, ordering, conditions
//! - `division`: divisions that cut off, shares of themselves
//! - `multiplied`: what a join multiplies, averages of averages, made-up rows, NOT IN beside NULL
//! - `asked`: what the question says and the query does not
//! - `negations`: what the question leaves out
//! - `taken`: what the query takes and nobody asked for
//! - `unused`: a word of the question that names a column, of which nothing is made
//! - `dates`: a year that the question names, and the days that are taken
//! - `computed`: what is computed from columns, against what they stand for
//! - `ends`: the order, and the end of it, that the question asks for
//! - `stored`: what columns hold, against what they are taken for
//! - `columns`: which columns are named where
//! - `words`: the question in words
//! - `numbers`: the numbers that it gives, in every unit
//! - `units`: words for numbers and units
//! - `directions`: the way in which it wants its rows

mod asked;
mod columns;
mod computed;
mod dates;
mod directions;
mod division;
mod ends;
mod forms;
mod joins;
mod keys;
mod multiplied;
mod negations;
mod numbers;
mod stored;
mod taken;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_alarms;
#[cfg(test)]
mod tests_calm;
mod units;
mod unused;
mod words;

use sqlparser::ast::{
    Expr, FunctionArguments, LimitClause, OrderByExpr, OrderByKind, Query, Select, SetExpr, SetOperator, Statement, Value, Visit,
};

use self::columns::Columns;
use super::lex::lex;
use super::resolve::{Resolution, Scope, resolve};
use super::tree::{self, Places};
use super::visitor::{Visitor, visit};
use crate::schema::Schema;

/// A reason to doubt a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspicion {
    /// What kind.
    pub kind: SuspicionKind,
    /// In plain words, with the names that matter.
    pub sentence: String,
}

/// Kinds of suspicions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SuspicionKind {
    /// A bare column of a subquery that its own tables lack and an outer query has.
    AccidentalCorrelation,
    /// A joined table that nothing is taken from.
    IdleJoin,
    /// Tables side by side with nothing that relates them.
    Cartesian,
    /// A join on columns that no key relates, though there is one between the tables, or each is a key by itself.
    OddJoin,
    /// Columns of unlike types that are equated.
    UnlikeTypes,
    /// An aggregate in ORDER BY without GROUP BY.
    AggregateOrder,
    /// A plain column beside an aggregate without GROUP BY.
    BareBesideAggregate,
    /// HAVING without GROUP BY.
    HavingWithoutGroup,
    /// ORDER BY a key, and the first row taken.
    LimitOnKey,
    /// `= NULL`.
    ComparedWithNull,
    /// A condition that no row fulfils.
    AlwaysFalse,
    /// The question asks for the most or the first, and nothing is ordered.
    LimitWithoutOrder,
    /// The question asks how many different ones, and rows are counted.
    CountsRows,
    /// The question asks for both of two values, and either is taken.
    EitherForBoth,
    /// The question says not, never or without, and the query excludes nothing.
    NothingExcluded,
    /// The question asks for one end of an order, and the query takes the other.
    OtherEnd,
    /// The question says how a text begins or ends, and the query finds it anywhere.
    FoundAnywhere,
    /// Rows of one table are grouped by its key, so that each is a group.
    GroupOfOne,
    /// The question asks for one end of an order, and all rows are taken.
    NoEnd,
    /// The question says which way to order, or none, and the query orders the other way.
    OtherDirection,
    /// The question asks for something of each group, and the rows do not say of which.
    GroupNotShown,
    /// One value that the question names once is demanded of two columns.
    SameValueTwice,
    /// A number is compared with, or rows are limited to, that the question does not give.
    StrangeNumber,
    /// The question asks for what has none of something, and rows with something else are taken.
    OthersForNone,
    /// One column is shown twice.
    ShownTwice,
    /// Rows of one text are taken that the question does not name.
    UnaskedValue,
    /// Numbers are counted where their sum is asked for.
    CountsQuantity,
    /// A column of groups that nothing is computed of, taken from any row.
    AnyOfAGroup,
    /// A yes or no is shown where the question asks which.
    OnlyFlags,
    /// The question asks for what has something and what has not, and one of the two is taken.
    OneOfBoth,
    /// Numbers are compared with a text or a date, or read as one.
    NumberAgainstText,
    /// Texts are compared with a number, letter by letter.
    TextAgainstNumber,
    /// A number is far below all values of the column.
    OtherUnit,
    /// A date is asked of a column whose values leave open what they count.
    OpenUnit,
    /// What is computed in a column is NULL in every row.
    NullInEveryRow,
    /// JSON documents are added up or compared as a whole.
    OverDocuments,
    /// Numbers that stand for things are added up.
    OverCodes,
    /// Numerators are added up without their denominators.
    OverNumerators,
    /// No document that was looked at has a path.
    UnknownPath,
    /// A follow-up left out a condition, the grouping or the table of the query before, and no word says so.
    LostOfBefore,
    /// Keys of different tables are equated.
    MixedKeys,
    /// A key is shown where a name is asked for.
    OnlyKey,
    /// The question asks for something of each group, and one row of all is taken.
    OneOfAll,
    /// The question says before or after a year or month, and the query takes it too, or leaves it out.
    OtherPeriod,
    /// Whole numbers are divided.
    WholeDivision,
    /// A share is taken of what it is a share of.
    ShareOfItself,
    /// Values are added up once for every row that a join put beside them.
    MultipliedSum,
    /// Things are counted once for every row that a join put beside them.
    MultipliedCount,
    /// Rows are counted that a LEFT JOIN made up.
    MadeUpRow,
    /// An average of averages.
    AverageOfAverages,
    /// NOT IN over a subquery that gives NULL.
    NotInNull,
    /// A text that no row has, and that the question does not say.
    Unexplained,
    /// Another row ties with the one that is taken.
    TiedFirst,
    /// Shares that are no parts of a whole.
    OddShare,
    /// The question names a yes or no that nothing asks for.
    UnusedFlag,
    /// The question names a column that nothing uses.
    UnusedColumn,
}

/// The question that a query is to answer.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// In the person's words.
    pub question: &'a str,
    /// What it goes on from, and hints: more that numbers may come from.
    pub before: &'a str,
}

impl<'a> Asked<'a> {
    /// A question that stands by itself.
    pub fn alone(question: &'a str) -> Self {
        Self { question, before: "" }
    }
}

/// What speaks against `sql`, which runs. Nothing where it has no syntax tree.
pub fn suspicions(sql: &str, schema: &Schema, asked: Option<Asked<'_>>) -> Vec<Suspicion> {
    let Some(trees) = tree::parse(sql, &lex(sql)) else { return Vec::new() };
    let [Statement::Query(query)] = trees.as_slice() else { return Vec::new() };
    let Some(resolution) = resolve(sql, schema) else { return Vec::new() };
    let mut out = Vec::new();
    joins::look(&resolution, sql, &mut out);
    let places = Places::new(sql);
    stored::look(query, sql, schema, &resolution, &places, &mut out);
    // What knows English words alone says nothing of others.
    let question = asked.map(words::Question::new).filter(words::Question::is_english);
    computed::look(query, sql, schema, &resolution, &places, question.as_ref(), &mut out);
    let mut blocks = Blocks { places: &places, resolution: &resolution, out: Vec::new(), joined: false, combined: false };
    visit(query, &mut blocks);
    for block in &blocks.out {
        forms::look(block, &resolution, &mut out);
    }
    let columns = Columns::new(&resolution, &places);
    keys::look(query, &blocks, schema, &columns, question.as_ref(), &mut out);
    division::look(query, &columns, question.as_ref(), &mut out);
    multiplied::look(query, &blocks, &columns, question.as_ref(), &mut out);
    taken::look(&blocks, &columns, question.as_ref(), &mut out);
    if let Some(question) = &question {
        negations::look(&blocks, sql, question, &mut out);
        asked::look(&blocks, sql, question, &mut out);
        ends::look(&blocks, sql, question, &mut out);
        dates::look(&blocks, &columns, question, &mut out);
        unused::look(sql, &resolution, question, &mut out);
    }
    let mut seen = Vec::new();
    out.retain(|suspicion| {
        let new = !seen.contains(suspicion);
        seen.push(suspicion.clone());
        new
    });
    out
}

/// One SELECT with the ORDER BY and LIMIT that belong to it.
struct Block<'r> {
    select: Select,
    order_by: Vec<OrderByExpr>,
    limit: Option<String>,
    index: usize,
    scope: &'r Scope<'r>,
    outermost: bool,
}

struct Blocks<'r> {
    places: &'r Places<'r>,
    resolution: &'r Resolution<'r>,
    out: Vec<Block<'r>>,
    /// Whether UNION joins rows of the same tables that fulfil one condition or another.
    joined: bool,
    /// Whether any set operation puts rows together.
    combined: bool,
}

impl<'r> Blocks<'r> {
    fn outermost(&self) -> Option<&Block<'r>> {
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

/// Calls `look` with every expression in `node` outside of subqueries, and how many aggregates are around it.
fn each_expression(node: &impl Visit, look: &mut dyn FnMut(&Expr, usize)) {
    struct Each<'l> {
        look: &'l mut dyn FnMut(&Expr, usize),
        subqueries: usize,
        aggregates: usize,
    }
    impl Visitor for Each<'_> {
        fn pre_visit_query(&mut self, _: &Query) {
            self.subqueries += 1;
        }
        fn post_visit_query(&mut self, _: &Query) {
            self.subqueries -= 1;
        }
        fn pre_visit_expr(&mut self, expr: &Expr) {
            if self.subqueries == 0 {
                (self.look)(expr, self.aggregates);
                self.aggregates += usize::from(aggregate(expr).is_some());
            }
        }
        fn post_visit_expr(&mut self, expr: &Expr) {
            if self.subqueries == 0 {
                self.aggregates -= usize::from(aggregate(expr).is_some());
            }
        }
    }
    visit(node, &mut Each { look, subqueries: 0, aggregates: 0 });
}

/// As they are written, in lower case.
fn names<T: std::fmt::Display>(parts: &[T]) -> Vec<String> {
    parts.iter().map(|part| part.to_string().to_lowercase()).collect()
}

/// The lower-case name of the aggregate that `expr` is a call of; window functions are none, nor are `min` and `max` of several values.
fn aggregate(expr: &Expr) -> Option<String> {
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

/// The aggregates in `node`.
fn aggregates(node: &impl Visit) -> Vec<String> {
    let mut out = Vec::new();
    each_expression(node, &mut |expr, _| out.extend(aggregate(expr)));
    out
}

/// The literal that `expr` is, as written.
fn literal(expr: &Expr) -> Option<&Value> {
    match expr {
        Expr::Value(value) => Some(&value.value),
        Expr::Nested(inner) => literal(inner),
        _ => None,
    }
}

fn suspect(out: &mut Vec<Suspicion>, kind: SuspicionKind, sentence: impl Into<String>) {
    out.push(Suspicion { kind, sentence: sentence.into() });
}
