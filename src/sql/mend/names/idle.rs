//! Joins that mending left without use: the writer joined a table for columns that it does not have.

use super::step::Sight;
use super::{keys, nearest};
use crate::schema::Schema;
use crate::sql::change::{Change, ChangeKind};
use crate::sql::resolve::{Binding, Clause, JoinKind, Reference, resolve};

/// `sql` without one such join, and the change: of a table that columns were taken from by mistake (as `changes` tell), that nothing is
/// taken from now, and that the question does not speak of. Without a question nothing is left out: a join can also be a condition.
pub(super) fn leave_out(sql: &str, schema: &Schema, asked: &[String], changes: &[Change]) -> Option<(String, Change)> {
    let mistaken: Vec<String> = changes.iter().filter(|change| change.kind == ChangeKind::Qualifier).filter_map(qualifier).collect();
    if asked.is_empty() || mistaken.is_empty() {
        return None;
    }
    let resolution = resolve(sql, schema)?;
    let sight = Sight { sql, schema, resolution: &resolution, asked };
    for (index, scope) in resolution.scopes.iter().enumerate() {
        let text: String = sql.get(scope.range.clone())?.chars().filter(|c| !c.is_whitespace()).collect();
        if !scope.wildcards.is_empty() || text.to_ascii_lowercase().contains("count(*)") {
            continue;
        }
        for (place, source) in scope.sources.iter().enumerate() {
            let Some(table) = source.table().filter(|_| source.join == JoinKind::Conditioned && source.merged.is_empty()) else { continue };
            let is_own = |reference: &&Reference| reference.binding == Binding::Column { scope: index, source: place };
            let used = resolution.references.iter().filter(is_own).any(|reference| reference.clause != Clause::On(place));
            let spoken_of = nearest::words(&table.name).iter().all(|word| asked.contains(word));
            if used || spoken_of || !mistaken.contains(&source.alias.to_lowercase()) {
                continue;
            }
            let start = keys::join_start(sight.sql, source.name.as_ref()?.start)?;
            let next = scope.sources.get(place + 1);
            let end = match next {
                Some(next) => keys::join_start(sql, next.name.as_ref()?.start)?,
                None => scope.from_end?,
            };
            let from = sql.get(start..end)?.trim_end().to_owned();
            let (before, after) = (sql.get(..start)?, sql.get(end..)?);
            let without = if next.is_some() { format!("{before}{after}") } else { format!("{}{after}", before.trim_end()) };
            return Some((without, Change { kind: ChangeKind::Join, from, to: String::new() }));
        }
    }
    None
}

/// The qualifier that a change took away.
fn qualifier(change: &Change) -> Option<String> {
    let (from, to) = (change.from.split_once('.')?.0, change.to.split_once('.')?.0);
    (!from.eq_ignore_ascii_case(to)).then(|| from.to_lowercase())
}
