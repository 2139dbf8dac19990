//! A column that is shown of groups and is not what they are grouped by, but called so: `SELECT item.title, count(*) ... GROUP BY feed.title`.
//! SQLite shows that of some row of the group.

use crate::schema::Schema;
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::resolve::{Clause, Reference, Resolution, resolve};
use crate::sql::shape::AGGREGATES;
use crate::sql::tokens::{Part, Tokens};

/// `sql` with what it groups by shown, and the changes in order.
pub(super) fn mend(sql: &str, schema: &Schema) -> (String, Vec<Change>) {
    let edit = resolve(sql, schema).and_then(|resolution| {
        let (shown, by) = shown(sql, &resolution)?;
        Some((shown.range.clone(), sql.get(by.range.clone())?.to_owned()))
    });
    edited(sql, ChangeKind::Qualifier, edit.into_iter().collect())
}

/// The column that is shown, and the one of another table that the groups are made by.
fn shown<'r>(sql: &str, resolution: &'r Resolution<'_>) -> Option<(&'r Reference, &'r Reference)> {
    let tokens = Tokens::new(sql);
    let arm = tokens.arm(0).filter(|arm| arm.end >= tokens.len() && resolution.scopes.len() == 1)?;
    let (items, group) = (arm.clause(Part::Select)?, arm.clause(Part::GroupBy)?);
    let mut grouped = resolution.references.iter().filter(|reference| reference.clause == Clause::GroupBy);
    let (by, None) = (grouped.next()?, grouped.next()) else { return None };
    let computes = (items.start..items.end).any(|at| tokens.is(at, &AGGREGATES) && tokens.call(at).is_some());
    if !computes || tokens.bytes(group.start + 2..group.end) != by.range {
        return None;
    }
    let mut found = None;
    for item in tokens.split(items.start + 1..items.end, ",") {
        let bytes = tokens.bytes(item.start..tokens.find(item.clone(), &["as"]).unwrap_or(item.end));
        let Some(reference) = resolution.references.iter().find(|reference| reference.range == bytes) else { continue };
        let same_name = reference.name.text.eq_ignore_ascii_case(&by.name.text);
        match reference.binding == by.binding && same_name {
            true => return None,
            false if same_name && resolution.source(reference).is_some() => found = Some(reference),
            false => {}
        }
    }
    Some((found?, by))
}

#[cfg(test)]
mod tests {
    use crate::sql::mend::tests::shop;

    #[track_caller]
    fn check(sql: &str, expected: &str) {
        crate::sql::mend::check_mended(|sql| super::mend(sql, &shop()), sql, expected, "");
    }

    #[test]
    fn what_is_grouped_by_is_shown() {
        let of = |shown: &str, by: &str| {
            format!("SELECT {shown}, count(*) FROM customer AS c JOIN maker AS m ON c.city = m.country GROUP BY {by}")
        };
        check(&of("c.name", "m.name"), &of("m.name", "m.name"));
        check(&of("c.name AS who", "m.name"), &of("m.name AS who", "m.name"));
        for (shown, by) in [("c.name", "c.name"), ("c.name, m.name", "m.name"), ("c.city", "m.name"), ("c.name", "m.name, c.name")] {
            check(&of(shown, by), &of(shown, by));
        }
        let alone = "SELECT c.name FROM customer AS c JOIN maker AS m ON c.city = m.country GROUP BY m.name";
        check(alone, alone);
    }
}
