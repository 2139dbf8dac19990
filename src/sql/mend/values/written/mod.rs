//! Numbers and dates that are kept as text, where a query orders, compares or computes them: SQLite goes letter by letter, without an error.
//!
//! Files on their floors, the lowest first:
//! - `site`: the statement, and the place where such a column stands
//! - `numbers`: `'99800'` beside `'2148000'`, `'$1,250.00'`
//! - `dates`: `'05/01/2024'`

mod dates;
mod numbers;
mod site;
#[cfg(test)]
mod tests;

use self::site::{Edit, Sight, Site, ends_term, is_in_order, is_written};
use crate::schema::{Column, Schema};
use crate::sql::change::{Change, ChangeKind};
use crate::sql::resolve::resolve;
use crate::sql::tokens::Part;

/// More changes than this are no slip.
const MAX_CHANGES: usize = 48;

/// `sql` with such columns read as what they are, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema) -> (String, Vec<Change>) {
    let (mut now, mut changes) = (sql.to_owned(), Vec::new());
    if !schema.tables.iter().any(|table| table.columns.iter().any(is_written)) {
        return (now, changes);
    }
    for _ in 0..MAX_CHANGES {
        let Some(resolution) = resolve(&now, schema) else { break };
        let sight = Sight::new(&now, &resolution);
        let step = (0..sight.tokens.len()).rev().find_map(|at| sight.step(at).filter(|edit| edit.is_read));
        let Some(edit) = step else { break };
        let Some((next, change)) = edit.apply(&now) else { break };
        now = next;
        if !changes.contains(&change) {
            changes.push(change);
        }
    }
    (now, changes)
}

/// The columns of `sql` that are ordered, compared or computed, and of which it is open how their texts are to be read, with the reason.
pub(crate) fn open_questions(sql: &str, schema: &Schema) -> Vec<(String, String)> {
    let Some(resolution) = resolve(sql, schema) else { return Vec::new() };
    let sight = Sight::new(sql, &resolution);
    let mut out: Vec<(String, String)> = Vec::new();
    for at in 0..sight.tokens.len() {
        let Some(column) = sight.column(at).filter(|column| !is_readable(column)) else { continue };
        if sight.step(at).is_some() && !out.iter().any(|(name, _)| *name == column.name) {
            let reason = match (column.meaning.local_dates(), column.meaning.numerals()) {
                (Some(dates), _) => format!("dates as text, {}", dates.open),
                _ => "numbers as text in which '.' may stand between thousands or before a fraction".into(),
            };
            out.push((column.name.clone(), reason));
        }
    }
    out
}

impl Sight<'_, '_> {
    /// What is to be done where the column at token `at`, or an ORDER BY term, stands.
    fn step(&self, at: usize) -> Option<Edit> {
        if let Some(column) = self.column(at) {
            let site = Site { sight: self, range: at..self.tokens.operand_after(at)? };
            let edit = match (column.meaning.numerals(), column.meaning.local_dates()) {
                (Some(numerals), _) => numbers::step(&site, numerals),
                (_, Some(dates)) => dates::step(&site, dates),
                _ => None,
            };
            return edit.map(|edit| Edit { is_read: is_readable(column), ..edit });
        }
        self.by_alias(at)
    }

    /// ORDER BY the alias, or the place, of a result column that is such a column as it is.
    fn by_alias(&self, at: usize) -> Option<Edit> {
        let tokens = &self.tokens;
        let term = at..at + 1;
        let is_term = (tokens.is(at.checked_sub(1)?, &["by"]) && tokens.is(at.checked_sub(2)?, &["order"])
            || tokens.text(at - 1) == "," && is_in_order(tokens, at - 1))
            && ends_term(tokens, at + 1);
        let select = (0..at).rev().filter(|start| tokens.is(*start, &["select"])).find_map(|start| {
            let arm = tokens.arm(start)?;
            arm.clause(Part::OrderBy).filter(|order| order.contains(&at)).map(|_| arm)
        });
        let arm = select.filter(|_| is_term && !self.named.contains_key(&tokens.bytes(term.clone()).start))?;
        let item = self.item(&arm, tokens.text(at))?;
        let column = self.column(item.start)?;
        let (whole, operand) = (tokens.operand_after(item.start)? == item.end, tokens.piece(item.clone()));
        let to = match (column.meaning.numerals(), column.meaning.local_dates()) {
            (Some(numerals), _) => numerals.expression(operand),
            (_, Some(dates)) => dates.moment(operand),
            _ => return None,
        };
        let kind = if column.meaning.numerals().is_some() { ChangeKind::Number } else { ChangeKind::Date };
        whole.then(|| Edit { kind, pieces: vec![(tokens.bytes(term), to)], is_read: is_readable(column) })
    }
}

/// Whether there is one way to read the texts.
fn is_readable(column: &Column) -> bool {
    column.meaning.local_dates().is_none_or(|dates| dates.open.is_empty())
        && column.meaning.numerals().is_none_or(|numerals| !numerals.open)
}
