//! Qualifiers that name the wrong table: `T2.unit_price`, where of the joined tables only that of `T3` has such a column.

use super::lex::{Token, TokenKind, lex};
use super::quote::{identifier, unquote};
use crate::schema::{Schema, Table};

/// A table in a statement, under the name that the statement calls it by.
#[derive(Debug, Clone, PartialEq)]
pub struct Source<'a> {
    /// The alias, or the table's own name.
    pub alias: String,
    /// The table.
    pub table: &'a Table,
}

/// The schema's tables that stand behind FROM, JOIN and commas anywhere in `sql`.
pub fn sources<'a>(sql: &str, schema: &'a Schema) -> Vec<Source<'a>> {
    let tokens: Vec<Token> = lex(sql).into_iter().filter(Token::is_significant).collect();
    let text = |at: usize| tokens.get(at).map(|token| token.text(sql)).unwrap_or_default();
    let is_name = |at: usize| tokens.get(at).is_some_and(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted));
    let mut out: Vec<Source<'a>> = Vec::new();
    for at in 1..tokens.len() {
        let begins = ["from", "join", ","].iter().any(|word| text(at - 1).eq_ignore_ascii_case(word));
        if !begins || !is_name(at) || text(at + 1) == "." || text(at + 1) == "(" {
            continue;
        }
        let Some(table) = schema.table(&unquote(text(at))) else { continue };
        let next = if text(at + 1).eq_ignore_ascii_case("as") { at + 2 } else { at + 1 };
        let aliased = is_name(next) && (next == at + 2 || !super::quote::is_keyword(text(next)));
        let alias = if aliased { unquote(text(next)) } else { table.name.clone() };
        if !out.iter().any(|source| source.alias.eq_ignore_ascii_case(&alias) && source.table.name == table.name) {
            out.push(Source { alias, table });
        }
    }
    out
}

/// A change of one qualifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requalified {
    /// The statement with the change.
    pub sql: String,
    /// What stood there: `T2.unit_price`.
    pub from: String,
    /// What stands there now.
    pub to: String,
}

/// `sql` with the qualifier of `column`, which SQLite does not find (`T2.unit_price`), changed to the one other table in the statement
/// that has such a column. `None` where there is no such table, or more than one. SQLite has to judge the result: scopes are not looked at.
pub fn requalify(sql: &str, column: &str, schema: &Schema) -> Option<Requalified> {
    let (qualifier, name) = column.split_once('.')?;
    let sources = sources(sql, schema);
    let mut owners = sources.iter().filter(|source| !source.alias.eq_ignore_ascii_case(qualifier) && source.table.column(name).is_some());
    let (owner, None) = (owners.next()?, owners.next()) else { return None };
    let tokens: Vec<Token> = lex(sql).into_iter().filter(Token::is_significant).collect();
    let to = identifier(&owner.alias);
    let mut out = String::with_capacity(sql.len());
    let mut copied = 0;
    for three in tokens.windows(3) {
        let [first, dot, last] = three else { continue };
        let fits = dot.text(sql) == "."
            && unquote(first.text(sql)).eq_ignore_ascii_case(qualifier)
            && unquote(last.text(sql)).eq_ignore_ascii_case(name);
        if fits {
            out.push_str(sql.get(copied..first.range.start)?);
            out.push_str(&to);
            copied = first.range.end;
        }
    }
    if copied == 0 {
        return None;
    }
    out.push_str(sql.get(copied..)?);
    Some(Requalified { sql: out, from: column.into(), to: format!("{to}.{name}") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Column;

    fn schema() -> Schema {
        let table = |name: &str, columns: &[&str]| Table {
            name: name.into(),
            columns: columns.iter().map(|name| Column { name: (*name).into(), ..Column::default() }).collect(),
            ..Table::default()
        };
        Schema { tables: vec![table("invoice", &["id", "total"]), table("line", &["invoice_id", "unit price"]), table("track", &["id"])] }
    }

    #[track_caller]
    fn check_sources(sql: &str, expected: &[(&str, &str)]) {
        let schema = schema();
        let found: Vec<(String, String)> = sources(sql, &schema).into_iter().map(|s| (s.alias, s.table.name.clone())).collect();
        let found: Vec<(&str, &str)> = found.iter().map(|(alias, table)| (alias.as_str(), table.as_str())).collect();
        assert_eq!(found, expected, "{sql}");
    }

    #[test]
    fn tables_are_found_under_their_aliases() {
        check_sources("SELECT * FROM invoice", &[("invoice", "invoice")]);
        check_sources("SELECT * FROM invoice AS i JOIN \"line\" l ON 1", &[("i", "invoice"), ("l", "line")]);
        check_sources(
            "SELECT * FROM invoice, track t WHERE id IN (SELECT 1 FROM line)",
            &[("invoice", "invoice"), ("t", "track"), ("line", "line")],
        );
        check_sources("SELECT * FROM invoice WHERE 'from track' = 1 -- from line", &[("invoice", "invoice")]);
        check_sources("SELECT * FROM main.invoice, nowhere", &[]);
    }

    #[track_caller]
    fn check(sql: &str, column: &str, expected: Option<&str>) {
        assert_eq!(requalify(sql, column, &schema()).map(|change| change.sql).as_deref(), expected);
    }

    #[test]
    fn a_qualifier_moves_to_the_one_table_that_has_the_column() {
        check(
            "SELECT sum(T1.\"unit price\") FROM invoice T1 JOIN line AS T2 ON T1.id = T2.invoice_id WHERE 't1.unit price' <> ''",
            "T1.unit price",
            Some("SELECT sum(T2.\"unit price\") FROM invoice T1 JOIN line AS T2 ON T1.id = T2.invoice_id WHERE 't1.unit price' <> ''"),
        );
        check("SELECT line.total FROM line, invoice", "line.total", Some("SELECT invoice.total FROM line, invoice"));
        check("SELECT l.id FROM line l, invoice, track", "l.id", None);
        check("SELECT l.nope FROM line l, invoice", "l.nope", None);
        check("SELECT nope FROM line", "nope", None);
    }
}
