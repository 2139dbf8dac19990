//! Every column with its table before it, so that another table may come in without making a name ambiguous.

use crate::schema::Schema;
use crate::sql::edits::replaced;
use crate::sql::quote::identifier;
use crate::sql::resolve::{Binding, Clause, resolve};

/// `sql` with each bare column of its tables qualified, and a bare `*` too where there is one table; `None` where that cannot be told.
pub fn qualified(sql: &str, schema: &Schema) -> Option<String> {
    let resolution = resolve(sql, schema)?;
    let mut inserts: Vec<(usize, String)> = Vec::new();
    for reference in &resolution.references {
        let Binding::Column { scope, source } = reference.binding else { continue };
        let found = resolution.scopes.get(scope)?.sources.get(source)?;
        // A name in ORDER BY may be that of a result column.
        if reference.qualifier.is_none() && !(reference.clause == Clause::OrderBy && reference.double_quoted) {
            if found.alias.is_empty() || !found.merged.is_empty() {
                return None;
            }
            inserts.push((reference.range.start, format!("{}.", identifier(&found.alias))));
        }
    }
    for scope in &resolution.scopes {
        for star in scope.wildcards.iter().filter(|star| star.qualifier.is_none()) {
            let [only] = scope.sources.as_slice() else { return None };
            inserts.push((star.range.start, format!("{}.", identifier(&only.alias))));
        }
    }
    inserts.sort();
    inserts.dedup();
    let edits: Vec<_> = inserts.into_iter().map(|(place, text)| (place..place, text)).collect();
    replaced(sql, &edits)
}
