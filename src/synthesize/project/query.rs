//! Statements in the making: columns are marks until it is known what tables are called in the statement.

use super::schema::{Schema, Table};
use crate::sql::quote::identifier;

/// A table of a statement; the second time it stands there it is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    pub(super) table: usize,
    pub(super) again: bool,
}

impl At {
    pub(super) fn first(table: usize) -> Self {
        Self { table, again: false }
    }

    /// The mark of one of its columns.
    pub(super) fn column(self, column: usize) -> String {
        format!("{{{}:{}:{column}}}", self.table, u8::from(self.again))
    }
}

/// How a statement names its tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alias {
    /// By their names.
    Names,
    /// `T1`, `T2`
    Numbers,
    /// By their first letters.
    Letters,
}

/// A `SELECT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Select {
    pub(super) distinct: bool,
    pub(super) what: Vec<String>,
    pub(super) from: At,
    /// The tables that are joined, with what ties them.
    pub(super) joins: Vec<(At, String)>,
    /// Whether these keep rows that have no partner.
    pub(super) outer: bool,
    pub(super) wheres: Vec<String>,
    /// Whether one condition is enough.
    pub(super) any: bool,
    pub(super) group: Vec<String>,
    pub(super) having: Option<String>,
    pub(super) order: Vec<String>,
    pub(super) limit: Option<usize>,
    /// Whether columns are named with their tables though there is one.
    pub(super) qualified: bool,
}

impl Select {
    pub(super) fn from(table: usize, what: Vec<String>) -> Self {
        Self {
            distinct: false,
            what,
            from: At::first(table),
            joins: Vec::new(),
            outer: false,
            wheres: Vec::new(),
            any: false,
            group: Vec::new(),
            having: None,
            order: Vec::new(),
            limit: None,
            qualified: false,
        }
    }

    /// The statement.
    pub(super) fn sql(&self, schema: &Schema, alias: Alias) -> String {
        let mut sql = format!("SELECT {}{} FROM ", if self.distinct { "DISTINCT " } else { "" }, self.what.join(", "));
        let ats: Vec<At> = std::iter::once(self.from).chain(self.joins.iter().map(|(at, _)| *at)).collect();
        let qualified = self.qualified || ats.len() > 1;
        let names = Names { schema, alias, ats: &ats, qualified };
        sql.push_str(&names.from(self.from));
        for (at, on) in &self.joins {
            sql.push_str(&format!(" {}JOIN {} ON {on}", if self.outer { "LEFT " } else { "" }, names.from(*at)));
        }
        if !self.wheres.is_empty() {
            sql.push_str(&format!(" WHERE {}", self.wheres.join(if self.any { " OR " } else { " AND " })));
        }
        if !self.group.is_empty() {
            sql.push_str(&format!(" GROUP BY {}", self.group.join(", ")));
        }
        if let Some(having) = &self.having {
            sql.push_str(&format!(" HAVING {having}"));
        }
        if !self.order.is_empty() {
            sql.push_str(&format!(" ORDER BY {}", self.order.join(", ")));
        }
        if let Some(limit) = self.limit {
            sql.push_str(&format!(" LIMIT {limit}"));
        }
        names.resolve(&sql)
    }

    /// The same without each condition in turn: if one of these returns the same rows, that condition says nothing.
    pub(super) fn weaker(&self, schema: &Schema, alias: Alias) -> Vec<String> {
        let mut all = Vec::new();
        for at in 0..self.wheres.len() {
            let mut one = self.clone();
            one.wheres.remove(at);
            all.push(one.sql(schema, alias));
        }
        if self.having.is_some() {
            all.push(Self { having: None, ..self.clone() }.sql(schema, alias));
        }
        all
    }

    /// What rows are ordered by, one more than the answer has: if the last two are alike, others could stand there as well.
    pub(super) fn tie(&self, schema: &Schema, alias: Alias) -> Option<String> {
        let limit = self.limit?;
        let by = self.order.first()?.trim_end_matches(" DESC").to_owned();
        Some(Self { what: vec![by], distinct: false, limit: Some(limit + 1), ..self.clone() }.sql(schema, alias))
    }
}

struct Names<'a> {
    schema: &'a Schema,
    alias: Alias,
    ats: &'a [At],
    qualified: bool,
}

impl Names<'_> {
    fn table(&self, at: At) -> Option<&Table> {
        self.schema.tables.get(at.table)
    }

    /// Two tables of one name need others; so does one alone that is named twice.
    fn called(&self, at: At) -> String {
        let Some(table) = self.table(at) else { return String::new() };
        let twice = self.ats.iter().filter(|other| other.table == at.table).count() > 1;
        let place = self.ats.iter().position(|other| *other == at).unwrap_or_default();
        match self.alias {
            Alias::Names if !twice => identifier(&table.name),
            Alias::Names | Alias::Numbers => format!("T{}", place + 1),
            Alias::Letters => {
                let letter = |at: &At| self.table(*at).and_then(|table| table.words.one.chars().next()).unwrap_or('t').to_ascii_lowercase();
                let own = letter(&at);
                let before = self.ats.iter().take(place).filter(|other| letter(other) == own).count();
                if before == 0 { own.to_string() } else { format!("{own}{}", before + 1) }
            }
        }
    }

    fn from(&self, at: At) -> String {
        let Some(table) = self.table(at) else { return String::new() };
        let (name, called) = (identifier(&table.name), self.called(at));
        if !self.qualified || name == called { name } else { format!("{name} AS {called}") }
    }

    /// Marks become names.
    fn resolve(&self, sql: &str) -> String {
        let mut out = String::with_capacity(sql.len());
        let mut rest = sql;
        while let Some((before, mark)) = rest.split_once('{') {
            let (mark, after) = mark.split_once('}').unwrap_or((mark, ""));
            out.push_str(before);
            let mut numbers = mark.split(':').filter_map(|part| part.parse::<usize>().ok());
            if let (Some(table), Some(again), Some(column)) = (numbers.next(), numbers.next(), numbers.next()) {
                let at = At { table, again: again == 1 };
                let name =
                    self.table(at).and_then(|table| table.columns.get(column)).map_or_else(String::new, |column| identifier(&column.name));
                if self.qualified {
                    out.push_str(&format!("{}.", self.called(at)));
                }
                out.push_str(&name);
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }
}
