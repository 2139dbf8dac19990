//! Foreign keys that nobody declared and that names make plain. Values are asked later (`statistics`).

use std::collections::HashMap;

use crate::schema::{ForeignKey, KeyOrigin, Schema, Table, TableKind};

/// Adds an inferred key for each column called like another table's key: `customer_id` or `CustomerId` for `customer.customer_id`,
/// `customers.id`, `Customer.CustomerId`. Types have to agree; a column that has a declared key gets no second one.
pub(super) fn infer(schema: &mut Schema) {
    // Squeezed table name to its position; two tables with one name squeezed make it ambiguous.
    let mut targets: HashMap<String, Option<usize>> = HashMap::new();
    for (i, table) in schema.tables.iter().enumerate() {
        if table.kind == TableKind::Table && table.unreadable.is_none() && table.primary_key.len() == 1 {
            for form in singular_forms(&squeeze(&table.name)) {
                targets.entry(form).and_modify(|known| *known = known.filter(|&k| k == i)).or_insert(Some(i));
            }
        }
    }
    let mut found: Vec<(usize, ForeignKey)> = Vec::new();
    for (i, table) in schema.tables.iter().enumerate().filter(|(_, t)| t.kind == TableKind::Table) {
        for column in &table.columns {
            let squeezed = squeeze(&column.name);
            let Some(stem) = squeezed.strip_suffix("id").filter(|stem| stem.len() > 1) else { continue };
            let taken = table.foreign_keys.iter().any(|key| key.columns.iter().any(|c| c.eq_ignore_ascii_case(&column.name)));
            let own_key = table.primary_key.len() == 1 && table.primary_key.first().is_some_and(|k| k.eq_ignore_ascii_case(&column.name));
            let Some(target) = targets.get(stem).copied().flatten() else { continue };
            let Some(other) = schema.tables.get(target) else { continue };
            if taken || own_key || target == i || !key_fits(other, &squeezed) {
                continue;
            }
            let Some(key) = other.primary_key.first().and_then(|name| other.column(name)) else { continue };
            if is_integer(&key.declared_type) != is_integer(&column.declared_type) && !column.declared_type.is_empty() {
                continue;
            }
            found.push((
                i,
                ForeignKey {
                    columns: vec![column.name.clone()],
                    foreign_table: other.name.clone(),
                    foreign_columns: vec![key.name.clone()],
                    origin: KeyOrigin::Inferred,
                },
            ));
        }
    }
    for (i, key) in found {
        if let Some(table) = schema.tables.get_mut(i) {
            table.foreign_keys.push(key);
        }
    }
}

/// Whether `table`'s key is called `id`, or as the column is.
fn key_fits(table: &Table, column: &str) -> bool {
    table.primary_key.first().map(|name| squeeze(name)).is_some_and(|key| key == "id" || key == column)
}

fn squeeze(name: &str) -> String {
    name.chars().filter(|c| *c != '_' && *c != ' ').collect::<String>().to_lowercase()
}

/// A table name and what it may be the plural of.
fn singular_forms(name: &str) -> Vec<String> {
    let mut forms = vec![name.to_owned()];
    let plural = |suffix: &str, instead: &str| name.strip_suffix(suffix).filter(|s| s.len() > 1).map(|s| format!("{s}{instead}"));
    forms.extend([plural("ies", "y"), plural("es", ""), plural("s", "")].into_iter().flatten());
    forms
}

fn is_integer(declared: &str) -> bool {
    declared.to_ascii_uppercase().contains("INT")
}
