//! A join on the keys of different things (`client JOIN entry ON client.id = entry.task_id`): numbers that are equal by chance. Where foreign
//! keys relate the two tables on one shortest way, that is meant, with the tables that stand on it.

use super::keys::along;
use super::step::{Sight, Step};
use super::unjoined::shortest_way;
use crate::sql::related::{Hop, different_things, keys_between};
use crate::sql::resolve::{Binding, Clause, Reference, Source};

/// Makes the first such join go by foreign keys.
pub(super) fn relate(sight: &Sight<'_, '_>) -> Option<Step> {
    let references = &sight.resolution.references;
    let pairs = sight.resolution.equated.iter().filter_map(|(left, right)| Some((references.get(*left)?, references.get(*right)?)));
    pairs.filter(|(left, right)| is_chance(sight, left, right)).find_map(|(left, right)| {
        let (Clause::On(place), scope) = (left.clause, sight.resolution.scopes.get(left.scope)?) else { return None };
        let condition = left.range.start.min(right.range.start)..left.range.end.max(right.range.end);
        let (near, way) = shortest_way(sight, scope, place)?;
        // Two keys between the same tables mean two things.
        let is_open = |hop: &Hop<'_>| keys_between(hop.from, hop.to).nth(1).is_some();
        if way.iter().any(is_open) {
            return None;
        }
        along(sight, scope, (near, scope.sources.get(place)?), &way, condition)
    })
}

/// Whether two columns are the only equation of a join, and number different things.
fn is_chance(sight: &Sight<'_, '_>, left: &Reference, right: &Reference) -> bool {
    let of = |reference: &Reference| match reference.binding {
        Binding::Column { scope, source } if scope == reference.scope => Some(source),
        _ => None,
    };
    let (Clause::On(place), Some(one), Some(other)) = (left.clause, of(left), of(right)) else { return false };
    if one == other || left.scope != right.scope || left.clause != right.clause || ![one, other].contains(&place) {
        return false;
    }
    let is_here =
        |at: &usize| sight.resolution.references.get(*at).is_some_and(|other| other.scope == left.scope && other.clause == left.clause);
    let equations = sight.resolution.equated.iter().filter(|(one, _)| is_here(one)).count();
    let table = |reference| sight.resolution.source(reference).and_then(Source::table);
    let (Some(first), Some(second)) = (table(left), table(right)) else { return false };
    equations == 1 && different_things(sight.schema, (first, &left.name.text), (second, &right.name.text)).is_some()
}

#[cfg(test)]
mod tests {
    use crate::schema::{Schema, Table};
    use crate::sql::mend::mend;

    #[track_caller]
    fn check(joined: &str, expected: &str) {
        let table = Table::with_keys;
        let tables = vec![
            table("client", &["id", "name"], &[]),
            table("project", &["id", "client_id", "name"], &[("client_id", "client")]),
            table("task", &["id", "project_id", "name"], &[("project_id", "project")]),
            table("entry", &["id", "task_id", "hours"], &[("task_id", "task")]),
            table("profile", &["id", "bio"], &[("id", "client")]),
            table("game", &["id", "home_id", "guest_id"], &[("home_id", "team"), ("guest_id", "team")]),
            table("team", &["id"], &[]),
            table("player", &["id", "team_id", "hours"], &[("team_id", "team")]),
        ];
        let sql = |joined: &str| format!("SELECT sum(hours) FROM {joined}");
        assert_eq!(mend(&sql(joined), &Schema { tables }).sql, sql(expected));
    }

    #[test]
    fn keys_of_different_things_are_joined_along_the_keys_between_them() {
        check(
            "project AS p JOIN entry AS e ON p.id = e.task_id",
            "project AS p JOIN task ON p.id = task.project_id JOIN entry AS e ON task.id = e.task_id",
        );
        check(
            "client JOIN entry ON entry.task_id = client.id WHERE client.name = 'A'",
            "client JOIN project ON client.id = project.client_id JOIN task ON project.id = task.project_id JOIN entry ON task.id = entry.task_id WHERE client.name = 'A'",
        );
        check("task t JOIN entry e ON t.id = e.id", "task t JOIN entry e ON t.id = e.task_id");
        check(
            "client c JOIN project p ON p.client_id = c.id LEFT JOIN entry e ON e.task_id = c.id WHERE c.name = 'A' AND p.name = 'B'",
            "client c JOIN project p ON p.client_id = c.id JOIN task ON p.id = task.project_id LEFT JOIN entry e ON task.id = e.task_id WHERE c.name = 'A' AND p.name = 'B'",
        );
    }

    #[test]
    fn what_may_be_meant_stays() {
        for right in [
            "task JOIN entry ON task.id = entry.task_id",
            "project p JOIN profile f ON p.client_id = f.id JOIN task ON task.project_id = p.id JOIN entry ON entry.task_id = task.id",
            "task t JOIN entry e ON t.id = e.task_id AND t.project_id = e.id",
            // Two keys between the same tables mean two things.
            "game JOIN player p ON game.id = p.team_id",
        ] {
            check(right, right);
        }
    }
}
