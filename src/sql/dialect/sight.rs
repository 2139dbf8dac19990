//! A statement and what is known of it: its tokens, whose habits it has, what kinds of values its operands are.

use std::ops::Range;

use super::habit::Habit;
use crate::schema::{Column, Holds, Schema};
use crate::sql::lex::{TokenKind, name_of};
use crate::sql::tokens::Tokens;

/// Pieces of the text to replace.
pub(super) type Edits = Vec<(Range<usize>, String)>;

/// A statement while it is rewritten.
pub(super) struct Sight<'a> {
    pub(super) tokens: Tokens<'a>,
    pub(super) habit: Habit,
    pub(super) named: &'a Named,
    pub(super) schema: &'a Schema,
}

/// Days and points in time that the statement itself gives names, in lower case.
#[derive(Debug, Default)]
pub(super) struct Named {
    kinds: Vec<(String, Kind)>,
}

impl Named {
    /// Of a statement as it was written: `DATE '2024-01-31' AS d`, `(VALUES (DATE '2024-01-31')) v(d)`.
    pub(super) fn of(tokens: &Tokens<'_>) -> Self {
        let mut out = Self::default();
        let typed = |at: usize| match () {
            _ if tokens.kind(at + 1) != Some(TokenKind::String) => None,
            _ if tokens.is(at, &["date"]) => Some(Kind::Date),
            _ if tokens.is(at, &["timestamp"]) => Some(Kind::DateTime),
            _ => None,
        };
        for at in 0..tokens.len() {
            if let Some(kind) = typed(at).filter(|_| tokens.is(at + 2, &["as"])) {
                out.add(tokens.text(at + 3), kind);
            }
            let close = if tokens.text(at) == "(" && tokens.is(at + 1, &["values"]) { tokens.close(at) } else { None };
            let Some(close) = close else { continue };
            let name = close + 1 + usize::from(tokens.is(close + 1, &["as"]));
            let (Some(row), Some(end)) = (tokens.close(at + 2), tokens.close(name + 1)) else { continue };
            let values = tokens.split(at + 3..row, ",");
            for (value, column) in values.into_iter().zip(tokens.split(name + 2..end, ",")) {
                if let Some(kind) = typed(value.start).filter(|_| value.len() == 2) {
                    out.add(tokens.text(column.start), kind);
                }
            }
        }
        out
    }

    fn add(&mut self, name: &str, kind: Kind) {
        self.kinds.push((name_of(name).to_lowercase(), kind));
    }

    fn kind(&self, name: &str) -> Kind {
        self.kinds.iter().find(|(known, _)| *known == name.to_lowercase()).map_or(Kind::Unknown, |(_, kind)| *kind)
    }
}

/// What an operand is, as far as its text tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A day.
    Date,
    /// A day with a time.
    DateTime,
    /// A column that is declared to hold days.
    DateColumn,
    /// A column that is declared to hold points in time.
    DateTimeColumn,
    /// A whole number.
    Integer,
    /// A number with a fraction.
    Real,
    /// A column of numbers in binary.
    Double,
    /// A text.
    Text,
    /// Anything.
    Unknown,
}

impl Kind {
    pub(super) fn is_day(self) -> bool {
        matches!(self, Self::Date | Self::DateColumn)
    }

    pub(super) fn is_time(self) -> bool {
        matches!(self, Self::DateTime | Self::DateTimeColumn)
    }

    pub(super) fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Real | Self::Double)
    }
}

/// Calls by what they give.
const DAYS: [&str; 9] = ["date", "curdate", "today", "current_date", "make_date", "makedate", "last_day", "to_date", "eomonth"];
const TIMES: [&str; 11] = [
    "datetime",
    "now",
    "getdate",
    "sysdate",
    "sysdatetime",
    "getutcdate",
    "current_timestamp",
    "localtimestamp",
    "to_timestamp",
    "strptime",
    "date_trunc",
];
const WHOLE: [&str; 19] = [
    "count",
    "length",
    "instr",
    "char_length",
    "unicode",
    "row_number",
    "rank",
    "dense_rank",
    "ntile",
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "quarter",
    "week",
    "sign",
    "div",
    "unixepoch",
];
const FRACTIONS: [&str; 13] = [
    "avg",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "variance",
    "sqrt",
    "power",
    "pow",
    "median",
    "percentile_cont",
    "julianday",
    "exp",
    "round",
];
const TEXTS: [&str; 16] = [
    "substr",
    "substring",
    "left",
    "right",
    "strftime",
    "trim",
    "upper",
    "lower",
    "replace",
    "concat",
    "ltrim",
    "rtrim",
    "date_format",
    "to_char",
    "split_part",
    "substring_index",
];

impl Sight<'_> {
    /// What the operand in `range` is.
    pub(super) fn kind(&self, range: Range<usize>) -> Kind {
        let tokens = &self.tokens;
        let (first, last) = (range.start, range.end.saturating_sub(1));
        if first > last {
            return Kind::Unknown;
        }
        if tokens.text(first) == "-" && tokens.text(last) != "-" {
            return self.kind(first + 1..range.end);
        }
        if tokens.text(first) == "(" && tokens.close(first) == Some(last) {
            return self.kind_inside(first + 1..last);
        }
        let string = tokens.kind(last) == Some(TokenKind::String);
        if range.len() == 2 && string {
            return match () {
                _ if tokens.is(first, &["date"]) => Kind::Date,
                _ if tokens.is(first, &["timestamp", "datetime"]) => Kind::DateTime,
                _ => Kind::Unknown,
            };
        }
        if let Some(call) = tokens.call(first).filter(|call| call.close == last) {
            return self.kind_of_call(first, call.arguments.first().cloned());
        }
        match tokens.kind(last) {
            Some(TokenKind::Number) if range.len() == 1 => {
                let whole = tokens.text(last).bytes().all(|b| b.is_ascii_digit());
                if whole { Kind::Integer } else { Kind::Real }
            }
            Some(TokenKind::String) if range.len() == 1 => Kind::Text,
            Some(TokenKind::Word) if tokens.is(last, &["current_date"]) => Kind::Date,
            Some(TokenKind::Word) if tokens.is(last, &["current_timestamp", "localtimestamp"]) => Kind::DateTime,
            Some(TokenKind::Word | TokenKind::Quoted) => self.kind_of_column(&name_of(tokens.text(last))),
            _ => Kind::Unknown,
        }
    }

    /// Of what stands in brackets: of a sum of numbers too.
    fn kind_inside(&self, range: Range<usize>) -> Kind {
        let whole = self.kind(range.clone());
        if whole != Kind::Unknown || self.tokens.is(range.start, &["select"]) {
            return whole;
        }
        // Days between two days are a whole number.
        if let Some(sign) = self.tokens.find(range.clone(), &["-"])
            && self.kind(range.start..sign).is_day()
            && self.kind(sign + 1..range.end).is_day()
        {
            return Kind::Integer;
        }
        let mut out = Kind::Integer;
        let mut at = range.start;
        while at < range.end {
            let Some(end) = self.tokens.operand_after(at).filter(|end| *end <= range.end) else { return Kind::Unknown };
            match self.kind(at..end) {
                Kind::Integer => {}
                Kind::Real | Kind::Double => out = Kind::Real,
                _ => return Kind::Unknown,
            }
            if end < range.end && !matches!(self.tokens.text(end), "+" | "-" | "*" | "/" | "%") {
                return Kind::Unknown;
            }
            at = end + 1;
        }
        out
    }

    fn kind_of_call(&self, at: usize, argument: Option<Range<usize>>) -> Kind {
        let tokens = &self.tokens;
        if tokens.is(at, &DAYS) {
            Kind::Date
        } else if tokens.is(at, &TIMES) {
            Kind::DateTime
        } else if tokens.is(at, &WHOLE) {
            Kind::Integer
        } else if tokens.is(at, &FRACTIONS) {
            Kind::Real
        } else if tokens.is(at, &TEXTS) {
            Kind::Text
        } else if tokens.is(at, &["sum", "min", "max", "abs", "coalesce", "ifnull", "total"]) {
            argument.map_or(Kind::Unknown, |argument| self.kind(argument))
        } else if tokens.is(at, &["cast"]) {
            let target = argument.and_then(|argument| tokens.find(argument, &["as"]));
            match target.map(|at| tokens.text(at + 1).to_ascii_lowercase()).as_deref() {
                Some("integer" | "int" | "bigint" | "signed") => Kind::Integer,
                Some("real" | "float" | "double" | "decimal" | "numeric") => Kind::Real,
                Some("text" | "varchar" | "char") => Kind::Text,
                Some("date") => Kind::Date,
                Some("timestamp" | "datetime") => Kind::DateTime,
                _ => Kind::Unknown,
            }
        } else {
            Kind::Unknown
        }
    }

    /// Of a column of that name, where all that have it agree.
    fn kind_of_column(&self, name: &str) -> Kind {
        let columns = self.schema.tables.iter().flat_map(|table| &table.columns).filter(|column| column.name.eq_ignore_ascii_case(name));
        let mut kinds: Vec<Kind> = columns.map(declared).collect();
        kinds.dedup();
        match kinds.as_slice() {
            [kind] => *kind,
            [] => self.named.kind(name),
            _ => Kind::Unknown,
        }
    }

    /// Whether what stands in `range` is compared, or is handed to a call: whether a day comes with a time of zero does not show there,
    /// and texts of one form are compared.
    pub(super) fn is_compared(&self, mut range: Range<usize>) -> bool {
        let tokens = &self.tokens;
        let compares = ["<", ">", "<=", ">=", "=", "==", "<>", "!=", "between", "and", "in", "or", "like", "on", "where", "having", "not"];
        loop {
            let Some(before) = range.start.checked_sub(1) else { return tokens.is(range.end, &compares) && !self.is_timed(range.end + 1) };
            if tokens.is(before, &compares) || tokens.is(range.end, &compares) || tokens.text(range.end).starts_with("::") {
                // Beside a point in time that is written out, a day has a time too.
                return !self.is_timed(range.end + 1) && !before.checked_sub(2).is_some_and(|at| self.is_timed(at));
            }
            if tokens.text(before) != "(" || tokens.text(range.end) != ")" {
                // An argument among others is handed to a call.
                return tokens.text(before) == "(" && tokens.text(range.end) == "," && self.opens_call(before)
                    || tokens.is(range.end, &["as"]) && tokens.text(before) == "(";
            }
            if self.opens_call(before) {
                return true;
            }
            range = before..range.end + 1;
        }
    }

    /// Whether a point in time begins at token `at`, written out.
    fn is_timed(&self, at: usize) -> bool {
        let tokens = &self.tokens;
        let text = |at: usize| tokens.kind(at) == Some(TokenKind::String) && tokens.text(at).contains(':');
        text(at) || tokens.is(at, &["timestamp", "datetime"]) && text(at + 1)
    }

    fn opens_call(&self, bracket: usize) -> bool {
        bracket
            .checked_sub(1)
            .is_some_and(|at| self.tokens.call(at).is_some() && !self.tokens.is(at, &["select", "min", "max", "coalesce"]))
    }
}

fn declared(column: &Column) -> Kind {
    let numbers = column.holds == Holds::Numbers;
    let words = column.declared_type.to_ascii_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    // SQLite's own rules for what a type makes of values, after what they call it.
    if says(&["timestamp", "datetime"]) && !numbers {
        Kind::DateTimeColumn
    } else if words.trim() == "date" && !numbers {
        Kind::DateColumn
    } else if says(&["int", "bool", "serial"]) {
        Kind::Integer
    } else if says(&["real", "floa", "doub"]) {
        Kind::Double
    } else if says(&["dec", "num", "money"]) {
        Kind::Real
    } else if says(&["char", "text", "clob", "string"]) {
        Kind::Text
    } else {
        Kind::Unknown
    }
}

impl Sight<'_> {
    /// Whether what stands in `range` is never NULL, as far as its text tells.
    pub(super) fn is_never_null(&self, range: Range<usize>) -> bool {
        let last = range.end.saturating_sub(1);
        if self.tokens.is(range.start, &["count"]) && self.tokens.text(range.start + 1) == "(" {
            return true;
        }
        let name = name_of(self.tokens.text(last));
        let mut known = self.schema.tables.iter().flat_map(|table| {
            let of_name = table.columns.iter().filter(|column| column.name.eq_ignore_ascii_case(&name));
            of_name.map(|column| column.not_null || table.primary_key.iter().any(|key| key.eq_ignore_ascii_case(&column.name)))
        });
        known.next().is_some_and(|first| first && known.all(|other| other))
    }

    /// The column that the operand is, where one alone has that name.
    pub(super) fn column(&self, range: Range<usize>) -> Option<&Column> {
        let last = range.end.checked_sub(1)?;
        let is_name = matches!(self.tokens.kind(last), Some(TokenKind::Word | TokenKind::Quoted));
        let qualified = range.len() == 1 || range.len() == 3 && self.tokens.text(range.start + 1) == ".";
        if !is_name || !qualified {
            return None;
        }
        let name = name_of(self.tokens.text(last));
        let columns = self.schema.tables.iter().flat_map(|table| &table.columns);
        let mut known = columns.filter(|column| column.name.eq_ignore_ascii_case(&name));
        known.next().filter(|_| known.next().is_none())
    }

    /// Whether the operand is a column whose numbers count time: SQLite's own functions have to be asked then.
    pub(super) fn counts_time(&self, range: Range<usize>) -> bool {
        let name = name_of(self.tokens.text(range.end.saturating_sub(1)));
        let columns = self.schema.tables.iter().flat_map(|table| &table.columns);
        columns.filter(|column| column.name.eq_ignore_ascii_case(&name)).any(|column| column.meaning.times().is_some())
    }
}
