//! Every name of a statement looked up as SQLite looks it up, before SQLite is asked: scopes of SELECTs, aliases, common table
//! expressions, subqueries, correlated names, result columns.
//!
//! Files on their floors, the lowest first:
//! - `resolution`: scopes, sources and references
//! - `bind`: each reference finds its column, or not
//! - `outputs`: which result columns hand on points in time
//! - `sources`: what stands in a FROM
//! - `walk`: the syntax tree becomes scopes, sources and references

mod bind;
mod outputs;
mod resolution;
mod sources;
mod walk;

use super::lex::{Token, lex};
use super::tree::{self, Places};
use crate::schema::Schema;

pub(super) use outputs::{HandsOn, hands_on};
pub use resolution::{Binding, Clause, JoinKind, Name, Output, Reference, Relation, Resolution, Scope, Source, Wildcard};

/// The scopes and names of `sql`. `None` where sqlparser has no tree of it, or it is not one query.
pub fn resolve<'s>(sql: &str, schema: &'s Schema) -> Option<Resolution<'s>> {
    let tokens = lex(sql);
    let trees = tree::parse(sql, &tokens)?;
    let [statement] = trees.as_slice() else { return None };
    let significant: Vec<Token> = tokens.into_iter().filter(Token::is_significant).collect();
    let mut resolution = walk::walk(statement, sql, &significant, &Places::new(sql), schema)?;
    bind::bind(&mut resolution);
    Some(resolution)
}

#[cfg(test)]
mod tests;
