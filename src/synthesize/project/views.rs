//! Views of made-up databases.

use super::query::{Alias, At, Select};
use super::schema::{About, Schema};
use crate::random::Random;
use crate::sql::quote::identifier;

/// Gives some schemas a view: rows of a table beside the name of what they belong to. Questions read the tables.
pub(super) fn add(schema: &mut Schema, random: &mut Random) {
    if !random.once_in(5) {
        return;
    }
    schema.view = view(schema, random);
}

fn view(schema: &Schema, random: &mut Random) -> Option<(String, String)> {
    let mut ties = Vec::new();
    for (child, table) in schema.tables.iter().enumerate() {
        for (column, parent) in table.links() {
            let name = schema.tables.get(parent).and_then(|parent| parent.names().first().copied());
            ties.extend(name.filter(|_| parent != child).map(|name| (child, column, parent, name)));
        }
    }
    let (child, column, parent, name) = random.pick(&ties).copied()?;
    let (table, other) = (schema.tables.get(child)?, schema.tables.get(parent)?);
    let (low, high) = (At::first(child), At::first(parent));
    let kept = (0..table.columns.len())
        .filter(|at| table.columns.get(*at).is_some_and(|column| !matches!(column.about, About::To { .. } | About::Notes)));
    let mut what: Vec<String> = kept.map(|at| low.column(at)).collect();
    let role = table.columns.get(column)?.called.first()?;
    let called = schema.naming.name(&format!("{role} {}", other.columns.get(name)?.called.first()?));
    if table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(&called)) {
        return None;
    }
    what.push(format!("{} AS {}", high.column(name), identifier(&called)));
    let mut select = Select::from(child, what);
    select.joins.push((high, format!("{} = {}", low.column(column), high.column(other.key()?))));
    let named = schema.naming.name(&format!("{} {}", table.words.one, random.pick(&["overview", "list", "view", "report"])?));
    Some((named, select.sql(schema, Alias::Names)))
}
