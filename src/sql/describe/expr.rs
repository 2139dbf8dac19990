//! Columns, aggregates and conditions in words.

use sqlparser::ast::{
    BinaryOperator, DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, InTarget, UnaryOperator, Value,
    WindowType,
};

use super::read::{date_of, number_of};
use super::scope::{column_name, last_name, resolve};
use super::speaker::{DEEPEST, MOST_LISTED, Speaker, bare, listed, split, spoken};
use crate::text;

/// `count(*)`.
pub(super) const ROWS: &str = "the number of rows";
/// Conditions and values in each other that are put into words.
const DEEPEST_EXPRESSION: usize = 2 * DEEPEST;

/// Takes a number that is made a date for what it is: `date(created / 1000, 'unixepoch')` is the date of `created`.
fn as_dates(name: &str, args: &mut Vec<&Expr>) {
    let place = match name {
        "date" | "datetime" | "time" | "julianday" | "unixepoch" => 0,
        "strftime" => 1,
        _ => return,
    };
    let is_epoch =
        |expr: &&Expr| matches!(expr, Expr::Value(value) if matches!(&value.value, Value::SingleQuotedString(text) if text == "unixepoch"));
    if args.get(place + 1).is_some_and(is_epoch) {
        args.remove(place + 1);
    }
    if let Some(arg) = args.get_mut(place)
        && let Some(column) = counted(arg)
    {
        *arg = column;
    }
}

/// The column that a number is computed from, where nothing else but numbers goes into it.
fn counted(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => Some(expr),
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => counted(inner),
        Expr::BinaryOp { left, op, right }
            if matches!(op, BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::Multiply | BinaryOperator::Divide)
                && matches!(right.as_ref(), Expr::Value(value) if matches!(value.value, Value::Number(..))) =>
        {
            counted(left)
        }
        // Digits of a date, put apart.
        Expr::Function(function) if last_name(&function.name).is_some_and(|name| name.eq_ignore_ascii_case("printf")) => {
            let FunctionArguments::List(list) = &function.args else { return None };
            match list.args.get(1) {
                Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(expr))) => counted(expr),
                _ => None,
            }
        }
        Expr::Function(function)
            if last_name(&function.name).is_some_and(|name| ["min", "max"].contains(&name.to_ascii_lowercase().as_str())) =>
        {
            Some(expr)
        }
        _ => None,
    }
}

fn is_typeof(expr: &Expr) -> bool {
    matches!(expr, Expr::Function(function) if last_name(&function.name).is_some_and(|name| name.eq_ignore_ascii_case("typeof")))
}

impl Speaker<'_> {
    /// A value in words.
    pub(super) fn value(&mut self, expr: &Expr) -> String {
        if self.depth >= DEEPEST_EXPRESSION {
            return self.vague("...");
        }
        self.depth += 1;
        let words = self.value_inside(expr);
        self.depth -= 1;
        words
    }

    fn value_inside(&mut self, expr: &Expr) -> String {
        if let Some(column) = date_of(expr).or_else(|| number_of(expr)) {
            return self.column(column);
        }
        match expr {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => self.column(expr),
            Expr::Nested(inner) => self.value(inner),
            Expr::Value(value) => literal(&value.value),
            Expr::Cast { expr, .. } | Expr::Collate { expr, .. } => self.value(expr),
            Expr::Function(function) => self.function(function),
            Expr::Subquery(query) => self.query(query).unwrap_or_else(|| "the result of another query".into()),
            Expr::BinaryOp { left, op, right } => {
                let operator = match op {
                    BinaryOperator::Plus => "plus",
                    BinaryOperator::Minus => "minus",
                    BinaryOperator::Multiply => "times",
                    BinaryOperator::Divide => "divided by",
                    BinaryOperator::Modulo => "modulo",
                    BinaryOperator::StringConcat => "followed by",
                    BinaryOperator::Arrow | BinaryOperator::LongArrow => "at",
                    _ => return format!("whether {}", self.condition(expr)),
                };
                format!("{} {operator} {}", self.operand(left), self.operand(right))
            }
            Expr::UnaryOp { op: UnaryOperator::Minus, expr } => format!("minus {}", self.operand(expr)),
            Expr::UnaryOp { op: UnaryOperator::Plus, expr } => self.value(expr),
            // A column of numbers and texts, both as dates.
            Expr::Case { operand: Some(operand), else_result: Some(result), .. } if is_typeof(operand) => self.value(result),
            Expr::Case { conditions, else_result, operand, .. } => {
                let mut results: Vec<String> = conditions.iter().map(|case| self.value(&case.result)).collect();
                results.extend(else_result.iter().map(|result| self.value(result)));
                results.dedup();
                let by = match operand {
                    Some(operand) => self.value(operand),
                    None => listed(&conditions.iter().map(|case| self.condition(&case.condition)).collect::<Vec<_>>(), "or"),
                };
                format!("{} (depending on {}: {by})", listed(&results, "or"), if operand.is_some() { "a value" } else { "whether" })
            }
            Expr::Substring { expr, .. } => format!("a part of {}", self.value(expr)),
            Expr::Trim { expr, .. } => self.value(expr),
            Expr::Ceil { expr, .. } => format!("{} rounded up", self.value(expr)),
            Expr::Floor { expr, .. } => format!("{} rounded down", self.value(expr)),
            Expr::Tuple(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.value(part)).collect();
                format!("({})", parts.join(", "))
            }
            Expr::IsNull(_) | Expr::IsNotNull(_) | Expr::Between { .. } | Expr::In { .. } | Expr::Like { .. } | Expr::Exists { .. } => {
                format!("whether {}", self.condition(expr))
            }
            Expr::UnaryOp { op: UnaryOperator::Not, .. } => format!("whether {}", self.condition(expr)),
            _ => self.vague("a calculated value"),
        }
    }

    /// A value inside a calculation: what is calculated itself stands in brackets.
    fn operand(&mut self, expr: &Expr) -> String {
        let inner = std::iter::successors(Some(expr), |expr| if let Expr::Nested(inner) = expr { Some(inner) } else { None }).last();
        let words = self.value(expr);
        if matches!(inner, Some(Expr::BinaryOp { .. } | Expr::Case { .. } | Expr::Subquery(_))) { format!("({words})") } else { words }
    }

    fn column(&self, expr: &Expr) -> String {
        let Some((qualifier, name)) = column_name(expr) else {
            // An identifier in single quotes is a string.
            return if let Expr::Identifier(ident) = expr { quoted(&ident.value) } else { "a column".into() };
        };
        if qualifier.is_none()
            && resolve(expr, &self.scopes).is_none()
            && let Some((_, words)) = self.aliases.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(name))
        {
            return words.clone();
        }
        let several = self.scopes.last().is_some_and(|sources| sources.len() > 1);
        let inner = qualifier.is_none_or(|qualifier| {
            self.scopes.last().is_some_and(|sources| sources.iter().any(|source| source.alias.eq_ignore_ascii_case(qualifier)))
        });
        match qualifier {
            Some(qualifier) if several || !inner => {
                let source = self.source_name(qualifier);
                let name = spoken(name);
                // `customer.customer_id` is "customer id" already.
                if name.to_lowercase().starts_with(&format!("{} ", source.to_lowercase())) { name } else { format!("{source} {name}") }
            }
            _ => spoken(name),
        }
    }

    fn function(&mut self, function: &Function) -> String {
        let name = last_name(&function.name).unwrap_or_default().to_ascii_lowercase();
        let (mut args, mut distinct, mut star) = (Vec::new(), false, false);
        if let FunctionArguments::List(list) = &function.args {
            distinct = list.duplicate_treatment == Some(DuplicateTreatment::Distinct);
            for arg in &list.args {
                match arg {
                    FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => args.push(expr),
                    FunctionArg::Unnamed(_) => star = true,
                    _ => self.complete = false,
                }
            }
        }
        as_dates(&name, &mut args);
        let mut words: Vec<String> = args.iter().map(|arg| self.value(arg)).collect();
        let first = words.first().cloned().unwrap_or_default();
        let plain = bare(&first).to_owned();
        let different = if distinct { "different " } else { "" };
        let format = if matches!(name.as_str(), "strftime" | "date" | "datetime" | "time") { words.first().cloned() } else { None };
        let told = match (name.as_str(), words.len()) {
            ("count", 0) => ROWS.into(),
            ("count", _) if star => ROWS.into(),
            ("count", 1) if distinct => format!("the number of different values of {plain}"),
            ("count", 1) => format!("the number of rows that have {plain}"),
            ("sum" | "total", 1) => format!("the sum of {different}{plain}"),
            ("avg", 1) => format!("the average {different}{plain}"),
            ("min", 1) => format!("the smallest {plain}"),
            ("max", 1) => format!("the largest {plain}"),
            ("min", _) => format!("the smallest of {}", listed(&words, "and")),
            ("max", _) => format!("the largest of {}", listed(&words, "and")),
            ("group_concat" | "string_agg", _) => format!("the list of {different}{plain}"),
            ("round", _) => format!("{first}, rounded"),
            ("length", 1) => format!("the length of {plain}"),
            ("abs", 1) => format!("the size of {plain}"),
            ("lower", 1) => format!("{first} in lower case"),
            ("upper", 1) => format!("{first} in upper case"),
            ("trim" | "ltrim" | "rtrim", 1) => first,
            ("substr" | "substring", _) => format!("a part of {plain}"),
            ("coalesce" | "ifnull", _) if !words.is_empty() => {
                let rest = words.split_off(1);
                format!("{first} (where missing, {})", listed(&rest, "or"))
            }
            ("nullif", 2) => first,
            ("date" | "datetime" | "time", 1) => first,
            ("date" | "datetime", 0) => "now".into(),
            ("strftime", 2) => {
                let of = words.get(1).map(|words| bare(words).to_owned()).unwrap_or_default();
                match format.as_deref() {
                    Some("'%Y'") => format!("the year of {of}"),
                    Some("'%m'") => format!("the month of {of}"),
                    Some("'%Y-%m'") => format!("the year and month of {of}"),
                    Some("'%d'") => format!("the day of {of}"),
                    Some("'%w'") => format!("the day of the week of {of}"),
                    Some("'%H'") => format!("the hour of {of}"),
                    _ => format!("a form of {of}"),
                }
            }
            ("row_number", _) => "the row's number".into(),
            ("rank" | "dense_rank", _) => "the rank".into(),
            ("lag", _) => format!("{first} of the row before"),
            ("lead", _) => format!("{first} of the row after"),
            _ => {
                words.truncate(MOST_LISTED);
                format!("{}({})", spoken(&name), words.join(", "))
            }
        };
        let told = match &function.filter {
            Some(filter) => format!("{told} where {}", self.condition(filter)),
            None => told,
        };
        match &function.over {
            None => told,
            Some(WindowType::WindowSpec(window)) => {
                let within: Vec<String> = window.partition_by.iter().map(|expr| self.value(expr)).collect();
                let by: Vec<String> = window.order_by.iter().map(|key| self.value(&key.expr)).collect();
                self.complete &= window.window_frame.is_none();
                let within = if within.is_empty() { " over all rows".into() } else { format!(" within each {}", listed(&within, "and")) };
                let by = if by.is_empty() { String::new() } else { format!(" in the order of {}", listed(&by, "then")) };
                format!("{told}{within}{by}")
            }
            Some(WindowType::NamedWindow(_)) => self.vague(&format!("{told} over a window")),
        }
    }

    /// Conditions that all have to hold.
    pub(super) fn all_of(&mut self, conditions: &[&Expr]) -> String {
        let told: Vec<String> = conditions
            .iter()
            .map(|condition| {
                let words = self.condition(condition);
                if conditions.len() > 1 && is_or(condition) { format!("({words})") } else { words }
            })
            .collect();
        listed(&told, "and")
    }

    /// A condition in words: "age is greater than 20".
    pub(super) fn condition(&mut self, expr: &Expr) -> String {
        if self.depth >= DEEPEST_EXPRESSION {
            return self.vague("...");
        }
        self.depth += 1;
        let words = self.condition_inside(expr);
        self.depth -= 1;
        words
    }

    fn condition_inside(&mut self, expr: &Expr) -> String {
        match expr {
            Expr::Nested(inner) => self.condition(inner),
            Expr::BinaryOp { op: BinaryOperator::And, .. } => {
                let mut parts = Vec::new();
                split(expr, &mut parts);
                self.all_of(&parts)
            }
            Expr::BinaryOp { left, op: BinaryOperator::Or, right } => {
                let mut sides = Vec::new();
                for side in [left, right] {
                    let words = self.condition(side);
                    let is_and = matches!(side.as_ref(), Expr::BinaryOp { op: BinaryOperator::And, .. } | Expr::Nested(_)) && !is_or(side);
                    sides.push(if is_and && words.contains(" and ") { format!("({words})") } else { words });
                }
                sides.join(" or ")
            }
            Expr::BinaryOp { left, op, right } => {
                let relation = match op {
                    BinaryOperator::Eq => "is",
                    BinaryOperator::NotEq => "is not",
                    BinaryOperator::Gt => "is greater than",
                    BinaryOperator::GtEq => "is at least",
                    BinaryOperator::Lt => "is less than",
                    BinaryOperator::LtEq => "is at most",
                    BinaryOperator::Match | BinaryOperator::Regexp => "matches",
                    _ => return format!("{} is not 0", self.value(expr)),
                };
                format!("{} {relation} {}", self.value(left), self.value(right))
            }
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => match expr.as_ref() {
                Expr::Exists { subquery, negated } => self.exists(subquery, !negated),
                other => format!("it is not so that {}", self.condition(other)),
            },
            Expr::IsNull(expr) => format!("{} is missing", self.value(expr)),
            Expr::IsNotNull(expr) => format!("{} is present", self.value(expr)),
            Expr::IsTrue(expr) | Expr::IsNotFalse(expr) => self.condition(expr),
            Expr::IsFalse(expr) | Expr::IsNotTrue(expr) => format!("it is not so that {}", self.condition(expr)),
            Expr::IsDistinctFrom(left, right) => format!("{} is not {}", self.value(left), self.value(right)),
            Expr::IsNotDistinctFrom(left, right) => format!("{} is {}", self.value(left), self.value(right)),
            Expr::Between { expr, negated, low, high } => {
                format!("{} is {}between {} and {}", self.value(expr), not(*negated), self.value(low), self.value(high))
            }
            Expr::In { expr, target, negated, .. } => self.membership(expr, target, *negated),
            Expr::Like { expr, pattern, negated, .. } => self.pattern(expr, pattern, *negated),
            Expr::Exists { subquery, negated } => self.exists(subquery, *negated),
            other => format!("{} is true", self.value(other)),
        }
    }

    fn exists(&mut self, query: &sqlparser::ast::Query, negated: bool) -> String {
        let words = self.query(query);
        match words {
            Some(words) => format!("there is {} {}", if negated { "nothing in" } else { "something in" }, words),
            None => self.vague("another query finds something"),
        }
    }

    fn membership(&mut self, expr: &Expr, target: &InTarget, negated: bool) -> String {
        let what = self.value(expr);
        match target {
            InTarget::List(list) => match list.as_slice() {
                [one] => format!("{what} is {}{}", not(negated), self.value(one)),
                several => {
                    let values: Vec<String> = several.iter().map(|value| self.value(value)).collect();
                    format!("{what} is {}{}", if negated { "none of " } else { "one of " }, listed(&values, "and"))
                }
            },
            InTarget::Subquery(query) => match self.query(query) {
                Some(words) => format!("{what} is {}among ({words})", not(negated)),
                None => self.vague(&format!("{what} is among the results of another query")),
            },
            InTarget::Table { name, .. } => {
                format!("{what} is {}in {}", not(negated), last_name(name).map(|name| spoken(&name)).unwrap_or_default())
            }
            InTarget::Unnest(_) => self.vague(&format!("{what} is in a list")),
        }
    }

    fn pattern(&mut self, expr: &Expr, pattern: &Expr, negated: bool) -> String {
        let what = self.value(expr);
        let does = |verb: &str, verbs: &str| if negated { format!("does not {verb}") } else { verbs.to_owned() };
        if let Expr::Value(value) = pattern
            && let Value::SingleQuotedString(text) = &value.value
        {
            let inner = text.trim_matches('%');
            if !inner.is_empty() && !inner.contains(['%', '_']) {
                let verb = match (text.starts_with('%'), text.ends_with('%')) {
                    (true, true) => does("contain", "contains"),
                    (false, true) => does("begin with", "begins with"),
                    (true, false) => does("end with", "ends with"),
                    (false, false) => format!("is {}like", not(negated)),
                };
                return format!("{what} {verb} {}", quoted(inner));
            }
        }
        format!("{what} {} the pattern {}", does("match", "matches"), self.value(pattern))
    }
}

fn not(negated: bool) -> &'static str {
    if negated { "not " } else { "" }
}

fn is_or(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) => is_or(inner),
        other => matches!(other, Expr::BinaryOp { op: BinaryOperator::Or, .. }),
    }
}

/// A text of the query in single quotes, on one line and not too long.
fn quoted(value: &str) -> String {
    format!("'{}'", text::ellipsis(&text::sanitize(value), 60))
}

fn literal(value: &Value) -> String {
    match value {
        Value::SingleQuotedString(text) => quoted(text),
        Value::Null => "nothing".into(),
        other => text::ellipsis(&text::sanitize(&other.to_string()), 60).into_owned(),
    }
}
