//! The table that the name at a place of a statement is of.

use super::complete::sources;
use super::lex::{Token, TokenKind, lex, name_of};
use super::statement::statement_at;
use crate::schema::{Schema, Table};

/// The table that stands at byte `cursor` of `sql`, by its name, an alias or a column of it; where none does, the first one that the
/// statement reads.
pub fn table_at<'s>(sql: &str, cursor: usize, schema: &'s Schema) -> Option<&'s Table> {
    let statement = statement_at(sql, cursor).unwrap_or(0..sql.len());
    let tokens = lex(sql);
    let is_own = |token: &&Token| token.is_significant() && token.range.start >= statement.start && token.range.end <= statement.end;
    let own: Vec<&Token> = tokens.iter().filter(is_own).collect();
    let sources = sources(sql, &own, &(0..0), schema);
    let by_alias = |name: &str| sources.iter().find(|(alias, _)| *alias == name.to_lowercase()).map(|(_, table)| *table);
    let is_name = |token: &Token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted);
    // Where two touch the cursor, a name before a dot or a bracket is meant, not what begins behind it.
    let at = own.iter().position(|token| is_name(token) && token.range.start <= cursor && cursor <= token.range.end);
    let found = at.and_then(|at| {
        let text = |i: Option<usize>| i.and_then(|i| own.get(i)).map(|token| token.text(sql));
        let name = name_of(text(Some(at))?);
        let before = |back| at.checked_sub(back);
        let owner = if text(before(1)) == Some(".") { text(before(2)).map(name_of) } else { None };
        match owner {
            Some(owner) => by_alias(&owner).or_else(|| schema.table_of(Some(&owner), &name)).or_else(|| schema.table(&owner)),
            None => by_alias(&name).or_else(|| schema.table(&name)).or_else(|| {
                let mut having = sources.iter().filter(|(_, table)| table.column(&name).is_some());
                having.next().map(|(_, table)| *table)
            }),
        }
    });
    found.or_else(|| sources.first().map(|(_, table)| *table))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Schema {
        let mut contact = Table::named("contact", &["email", "id"]);
        contact.database = Some("crm".into());
        let own = [("artist", &["id", "name"][..]), ("album", &["id", "title", "artist_id"]), ("order items", &["Unit Price"])];
        Schema { tables: own.iter().map(|(name, columns)| Table::named(name, columns)).chain([contact]).collect() }
    }

    /// `|` in `sql` is the cursor.
    #[track_caller]
    fn check(sql: &str, expected: Option<&str>) {
        let (cursor, schema) = (sql.find('|').unwrap(), schema());
        assert_eq!(table_at(&sql.replace('|', ""), cursor, &schema).map(|table| table.name.as_str()), expected, "{sql}");
    }

    #[test]
    fn tables_are_found_by_what_stands_at_the_cursor() {
        check("SELECT * FROM al|bum JOIN artist", Some("album"));
        check("SELECT * FROM album JOIN ARTIST|", Some("artist"));
        check("SELECT * FROM album AS a JOIN artist AS b WHERE b|.id = 1", Some("artist"));
        check("SELECT * FROM album AS a JOIN artist AS b WHERE b.i|d = 1", Some("artist"));
        check("SELECT nam|e FROM album JOIN artist", Some("artist"));
        check("SELECT * FROM \"order i|tems\"", Some("order items"));
        check("SELECT [unit| price] FROM album, \"order items\"", Some("order items"));
        check("SELECT * FROM album JOIN crm.con|tact", Some("contact"));
        check("SELECT c.ema|il FROM album JOIN crm.contact c", Some("contact"));
        // Nothing of a table stands there.
        check("SEL|ECT 1 + 1 FROM album", Some("album"));
        check("SELECT 'art|ist' FROM album", Some("album"));
        check("SELECT * FROM album -- art|ist", Some("album"));
        check("SELECT 1 FROM artist; SELECT 2 FROM al|bum", Some("album"));
        check("SELECT 1 FROM artist; SELECT |2", None);
        check("artist|", Some("artist"));
        check("|", None);
        check("SELECT x.|y FROM nowhere", None);
        check("\"|", None);
    }
}
