//! Which stored column each column of a result shows as it is.

use sqlparser::ast::{Expr, SelectItem, SelectItemQualifiedWildcardKind, SetExpr};

use super::resolve::{Binding, Clause, Relation, Resolution, Scope, resolve};
use super::tree::{self, Places};
use crate::schema::{Column, Schema, Table};

/// A stored column in a result.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Origin<'s> {
    /// Its table.
    pub table: &'s Table,
    /// The column.
    pub column: &'s Column,
    /// Which of the tables in FROM: one that is joined with itself is two.
    pub seat: usize,
}

/// What each column of the result of `sql` shows, in their order; `None` for one that computes. Empty where it cannot be told.
pub fn origins<'s>(sql: &str, schema: &'s Schema) -> Vec<Option<Origin<'s>>> {
    of_query(sql, schema).unwrap_or_default()
}

fn of_query<'s>(sql: &str, schema: &'s Schema) -> Option<Vec<Option<Origin<'s>>>> {
    let query = tree::query(sql)?;
    let resolution = resolve(sql, schema)?;
    let mut body = query.body.as_ref();
    while let SetExpr::Query(inner) = body {
        body = inner.body.as_ref();
    }
    let SetExpr::Select(select) = body else { return None };
    let places = Places::new(sql);
    let start = places.byte(select.select_token.0.span.start)?;
    let (at, scope) = resolution.scopes.iter().enumerate().find(|(_, scope)| scope.range.start == start)?;
    let mut out = Vec::new();
    for item in &select.projection {
        match item {
            SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => {
                out.push(of_expression(expr, at, &resolution, &places))
            }
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                let name = &name.0.last()?.as_ident()?.value;
                out.extend(of_sources(scope, Some(name))?);
            }
            SelectItem::Wildcard(_) => out.extend(of_sources(scope, None)?),
            _ => return None,
        }
    }
    Some(out)
}

fn of_expression<'s>(expr: &Expr, scope: usize, resolution: &Resolution<'s>, places: &Places<'_>) -> Option<Origin<'s>> {
    let first = match expr {
        Expr::Identifier(name) => name,
        Expr::CompoundIdentifier(names) => names.first()?,
        Expr::Nested(inner) => return of_expression(inner, scope, resolution, places),
        _ => return None,
    };
    let start = places.byte(first.span.start)?;
    let own = |clause| clause == Clause::Select;
    let reference = resolution.references.iter().find(|r| r.scope == scope && own(r.clause) && r.range.start == start)?;
    let Binding::Column { scope: of, source: seat } = reference.binding else { return None };
    let table = resolution.source(reference).filter(|_| of == scope)?.table()?;
    Some(Origin { table, column: table.column(&reference.name.text)?, seat })
}

/// The columns of all sources, or of the one called `alias`; `None` where those of one are not known.
fn of_sources<'s>(scope: &Scope<'s>, alias: Option<&str>) -> Option<Vec<Option<Origin<'s>>>> {
    let mut out = Vec::new();
    for (seat, source) in scope.sources.iter().enumerate() {
        if alias.is_some_and(|alias| !alias.eq_ignore_ascii_case(&source.alias)) {
            continue;
        }
        match source.relation {
            Relation::Table(table) if !table.columns.is_empty() => {
                // What it shares with the tables before it stands there.
                let merged = |column: &Column| alias.is_none() && source.merged.iter().any(|name| name.eq_ignore_ascii_case(&column.name));
                out.extend(table.columns.iter().filter(|column| !merged(column)).map(|column| Some(Origin { table, column, seat })));
            }
            Relation::Derived(ref columns) => {
                let merged = |name: &String| alias.is_none() && source.merged.iter().any(|other| other.eq_ignore_ascii_case(name));
                out.extend(columns.iter().filter(|name| !merged(name)).map(|_| None));
            }
            _ => return None,
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Schema {
        let table = Table::named;
        let crm = Table { database: Some("crm".into()), ..table("album", &["code"]) };
        Schema { tables: vec![table("artist", &["id", "name"]), table("album", &["id", "title", "artist_id"]), crm] }
    }

    /// Each column as `table.column` with the place of its table, `.` for one that computes.
    #[track_caller]
    fn check(sql: &str, expected: &str) {
        let schema = schema();
        let told = |origin: &Option<Origin<'_>>| {
            let file = |table: &Table| table.database.as_ref().map(|name| format!("{name}.")).unwrap_or_default();
            origin.map_or(".".to_owned(), |o| format!("{}{}.{}{}", file(o.table), o.table.name, o.column.name, o.seat))
        };
        let found: Vec<String> = origins(sql, &schema).iter().map(told).collect();
        assert_eq!(found.join(" "), expected, "{sql}");
    }

    #[test]
    fn columns_that_show_what_is_stored_say_where() {
        check("SELECT id, upper(name), name AS n FROM artist", "artist.id0 . artist.name0");
        check("SELECT * FROM album", "album.id0 album.title0 album.artist_id0");
        check(
            "SELECT b.*, (a.name) FROM artist a JOIN album b ON b.artist_id = a.id",
            "album.id1 album.title1 album.artist_id1 artist.name0",
        );
        check("SELECT * FROM artist JOIN album USING (id)", "artist.id0 artist.name0 album.title1 album.artist_id1");
        check("SELECT x.id, y.id FROM artist x, artist y", "artist.id0 artist.id1");
        check("WITH c AS (SELECT 1 AS one) SELECT one, name FROM c, artist", ". artist.name1");
        check("SELECT * FROM (SELECT id FROM artist) s, artist", ". artist.id1 artist.name1");
        check("SELECT (SELECT max(id) FROM album), id FROM artist", ". artist.id0");
        check("SELECT code, main.album.id FROM crm.album, main.album", "crm.album.code0 album.id1");
        check("SELECT artist_id, count(*) FROM album GROUP BY artist_id", "album.artist_id0 .");
    }

    #[test]
    fn names_are_told_however_they_are_quoted() {
        for name in ["tab\"le", "a b", "it's", "100%?#", "brack]et", "back`tick", "l\nb", "Ünï 表", "order", "a.b", ""] {
            let schema = Schema { tables: vec![Table::named(name, &[name, "b\"c"])] };
            let table = super::super::quote::identifier(name);
            for sql in [
                format!("SELECT * FROM {table}"),
                format!("SELECT {table}.* FROM {table}"),
                format!("SELECT {table}, \"b\"\"c\" FROM {table}"),
            ] {
                let found: Vec<Option<&str>> = origins(&sql, &schema).iter().map(|o| o.map(|o| o.column.name.as_str())).collect();
                assert_eq!(found, [Some(name), Some("b\"c")], "{sql}");
            }
        }
    }

    #[test]
    fn where_it_cannot_be_told_nothing_is() {
        for sql in [
            "SELECT * FROM json_each('[1]'), artist",
            "SELECT id FROM artist UNION SELECT id FROM album",
            "SELEC",
            "SELECT * FROM nowhere",
            "VALUES (1)",
        ] {
            check(sql, "");
        }
    }
}
