//! What a query computes from a column against what the column stands for: JSON documents, codes, parts of a fraction.

use std::collections::HashMap;

use sqlparser::ast::{BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Query, Value};

use crate::schema::{Column, Holds, Meaning, Schema, Table};
use crate::sql::mend::values::paths::unknown_paths;
use crate::sql::resolve::Resolution;
use crate::sql::suspicion::read::expressions::{aggregate, literal};
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::words::Question;
use crate::sql::tree::Places;
use crate::sql::visitor::{Visitor, visit};
use crate::text::words::split_name;

/// Aggregates that take their argument for a number.
const OF_NUMBERS: [&str; 3] = ["avg", "sum", "total"];
/// Last words of names of columns whose numbers stand for something that cannot be averaged.
const CODES: [&str; 14] =
    ["code", "zip", "zipcode", "postcode", "postalcode", "phone", "type", "status", "kind", "enum", "gender", "sex", "category", "role"];

pub(in crate::sql::suspicion) fn look(
    query: &Query,
    sql: &str,
    schema: &Schema,
    resolution: &Resolution<'_>,
    places: &Places<'_>,
    question: Option<&Question>,
    out: &mut Vec<Suspicion>,
) {
    let columns = resolution.references.iter().filter_map(|reference| {
        let table = resolution.source(reference)?.table()?;
        Some((reference.range.start, (table, table.column(&reference.name.text)?)))
    });
    let names = resolution.references.iter().map(|reference| reference.name.text.to_lowercase()).collect();
    let mut computed = Computed { places, columns: columns.collect(), names, question, out };
    visit(query, &mut computed);
    for (path, column) in unknown_paths(sql, schema) {
        suspect(out, SuspicionKind::UnknownPath, format!("no document of {} that was looked at has {path}", column.name));
    }
}

struct Computed<'a> {
    places: &'a Places<'a>,
    /// The columns of the schema that are named, by the byte at which the name begins.
    columns: HashMap<usize, (&'a Table, &'a Column)>,
    /// Every column that is named, in lower case.
    names: Vec<String>,
    question: Option<&'a Question>,
    out: &'a mut Vec<Suspicion>,
}

impl<'a> Computed<'a> {
    fn column(&self, expr: &Expr) -> Option<(&'a Table, &'a Column)> {
        let start = match expr {
            Expr::Identifier(name) => name.span.start,
            Expr::CompoundIdentifier(names) => names.first()?.span.start,
            Expr::Nested(inner) => return self.column(inner),
            Expr::Cast { expr, .. } => return self.column(expr),
            _ => return None,
        };
        self.columns.get(&self.places.byte(start)?).copied()
    }

    fn aggregated(&mut self, name: &str, table: &Table, column: &Column, distinct: bool) {
        let of_numbers = OF_NUMBERS.contains(&name);
        match &column.meaning {
            Meaning::Json(_) if of_numbers || matches!(name, "min" | "max") => {
                let sentence = format!("{} holds JSON documents, and {name} takes each as a whole{}", column.name, self.key_of(column));
                suspect(self.out, SuspicionKind::OverDocuments, sentence);
            }
            Meaning::Numerator { over } if of_numbers && !self.names.contains(&over.to_lowercase()) => {
                let sentence = format!("{} counts parts of which {over} tells the size, and {name} leaves that out", column.name);
                suspect(self.out, SuspicionKind::OverNumerators, sentence);
            }
            Meaning::Time(times) if matches!(name, "sum" | "total") => {
                let sentence = format!("{} holds moments ({}), whose {name} means nothing", column.name, times.words());
                suspect(self.out, SuspicionKind::OverCodes, sentence);
            }
            Meaning::Plain if of_numbers && !distinct && is_code(table, column) => {
                let sentence = format!("the numbers of {} stand for things, so that their {name} means nothing", column.name);
                suspect(self.out, SuspicionKind::OverCodes, sentence);
            }
            _ => {}
        }
    }

    /// A comparison with something that is no document.
    fn compared(&mut self, column: &Column, other: &Expr) {
        let odd = match literal(other) {
            Some(Value::Number(..) | Value::Boolean(_)) => true,
            Some(Value::SingleQuotedString(text)) => !text.trim_start().starts_with(['{', '[']) && !text.is_empty(),
            _ => false,
        };
        if odd && column.meaning.json().is_some() {
            let sentence = format!("{} holds JSON documents, and is compared as a whole with {other}{}", column.name, self.key_of(column));
            suspect(self.out, SuspicionKind::OverDocuments, sentence);
        }
    }

    /// The key of the column's documents that the question names.
    fn key_of(&self, column: &Column) -> String {
        let paths = column.meaning.json().map_or(&[][..], |json| &json.paths);
        let is_named = |path: &&String| {
            let last = path.rsplit('.').next().unwrap_or_default().trim_end_matches("[]").trim_matches('"').to_lowercase();
            let words: Vec<&str> = last.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
            let has = |word: &str| self.question.is_some_and(|question| question.has(word) || question.has(&format!("{word}s")));
            !words.is_empty() && words.iter().all(|word| has(word))
        };
        paths.iter().find(is_named).map(|path| format!("; {path} is in them")).unwrap_or_default()
    }
}

impl Visitor for Computed<'_> {
    fn pre_visit_expr(&mut self, expr: &Expr) {
        use BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq, NotEq};
        match expr {
            Expr::BinaryOp { left, op: Eq | NotEq | Lt | LtEq | Gt | GtEq, right } => {
                for (one, other) in [(left, right), (right, left)] {
                    if let Some((_, column)) = self.column(one) {
                        self.compared(column, other);
                    }
                }
            }
            Expr::Function(function) => {
                if let (Some(name), FunctionArguments::List(list)) = (aggregate(expr), &function.args)
                    && let [FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))] = list.args.as_slice()
                    && let Some((table, column)) = self.column(argument)
                {
                    self.aggregated(&name, table, column, list.duplicate_treatment.is_some());
                }
            }
            _ => {}
        }
    }
}

/// Whether the numbers of `column` name things: it is a key or refers to one, or its name says so.
pub(in crate::sql::suspicion) fn is_code(table: &Table, column: &Column) -> bool {
    let named = |names: &[String]| matches!(names, [name] if name.eq_ignore_ascii_case(&column.name));
    let key = named(&table.primary_key) || table.foreign_keys.iter().any(|key| named(&key.columns));
    // Two numbers from 0 on are a yes and a no, of which a sum counts.
    let counts = column.samples.first().is_some_and(|range| range == "0..1" || range == "0" || range == "1");
    if counts || column.holds == Holds::Texts {
        return false;
    }
    let words = split_name(&column.name);
    key || words.last().is_some_and(|last| last == "id" && words.len() > 1 || CODES.contains(&last.as_str()))
}
