//! The tables that stand in a statement, read off its tokens: for text that has no syntax tree.

use super::lex::{Token, TokenKind, lex};
use super::quote::unquote;
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
        if !begins || !is_name(at) || text(at + 1) == "(" {
            continue;
        }
        let (table, at) = match text(at + 1) {
            "." => (schema.table_of(Some(&unquote(text(at))), &unquote(text(at + 2))), at + 2),
            _ => (schema.table(&unquote(text(at))), at),
        };
        let Some(table) = table else { continue };
        let next = if text(at + 1).eq_ignore_ascii_case("as") { at + 2 } else { at + 1 };
        let aliased = is_name(next) && (next == at + 2 || !super::quote::is_keyword(text(next)));
        let alias = if aliased { unquote(text(next)) } else { table.name.clone() };
        if !out.iter().any(|source| source.alias.eq_ignore_ascii_case(&alias) && source.table.name == table.name) {
            out.push(Source { alias, table });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Schema {
        let table = Table::named;
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
        check_sources("SELECT * FROM main.invoice, nowhere", &[("invoice", "invoice")]);
        check_sources("SELECT * FROM other.invoice", &[]);
    }
}
