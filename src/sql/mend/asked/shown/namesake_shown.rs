//! What is called like the thing that is asked for, and is of another: "which podcasts" answered by `episode.title`.

use std::ops::Range;

use crate::schema::Schema;
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::quote::identifier;
use crate::sql::related::label;
use crate::sql::resolve::{Clause, Resolution, resolve};
use crate::sql::tokens::{Part, Tokens};
use crate::text::language::{is_english_question, unquoted, words_of};
use crate::text::words::{split_name, stem};

/// Words in front of the thing that is asked for.
const ASKING: [&str; 5] = ["which", "what", "list", "show", "find"];

/// `sql` showing what the thing itself is called, and the change.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    let words = words_of(&unquoted(question));
    let thing = match words.as_slice() {
        [asking, the, thing, ..] if ASKING.contains(&asking.as_str()) && matches!(the.as_str(), "the" | "all") => thing,
        [asking, thing, ..] if ASKING.contains(&asking.as_str()) => thing,
        _ => return unchanged(),
    };
    let resolution = resolve(sql, schema).filter(|resolution| is_english_question(question) && resolution.scopes.len() == 1);
    let edit = resolution.and_then(|resolution| edit(sql, &resolution, &stem(thing)));
    edited(sql, ChangeKind::Qualifier, edit.into_iter().collect())
}

fn edit(sql: &str, resolution: &Resolution<'_>, thing: &str) -> Option<(Range<usize>, String)> {
    let tokens = Tokens::new(sql);
    let arm = tokens.arm(0).filter(|arm| arm.end >= tokens.len() && arm.clause(Part::GroupBy).is_none())?;
    let items = arm.items(&tokens)?;
    let [item] = items.as_slice() else { return None };
    let bytes = tokens.bytes(item.clone());
    let mut shown = resolution.references.iter().filter(|reference| reference.clause == Clause::Select);
    let (reference, None) = (shown.next().filter(|reference| reference.range == bytes)?, shown.next()) else { return None };
    let of = |name: &str| split_name(name).last().is_some_and(|last| stem(last) == thing);
    let other = resolution.source(reference)?.table().filter(|table| !of(&table.name))?;
    let [called] = label(other)[..] else { return None };
    let mut things = resolution.scopes.first()?.sources.iter().filter(|source| source.table().is_some_and(|table| of(&table.name)));
    let (source, None) = (things.next()?, things.next()) else { return None };
    let [name] = label(source.table()?)[..] else { return None };
    let same = called.name.eq_ignore_ascii_case(&reference.name.text) && name.name.eq_ignore_ascii_case(&called.name);
    same.then(|| (bytes, format!("{}.{}", identifier(&source.alias), identifier(&name.name))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Table;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let schema =
            Schema { tables: vec![Table::named("Podcast", &["id", "title"]), Table::named("Episode", &["id", "podcastId", "title"])] };
        check_mended(|sql| mend(sql, &schema, question), sql, expected, question);
    }

    #[test]
    fn the_thing_itself_is_shown() {
        let of = |shown: &str| format!("SELECT DISTINCT {shown} FROM Podcast AS T1 JOIN Episode AS T2 ON T1.id = T2.podcastId");
        check("Which podcasts am I not subscribed to?", &of("T2.title"), &of("T1.title"));
        check("List all podcasts with long episodes", &of("T2.title"), &of("T1.title"));
        for (question, right) in [
            ("Which episodes are there of podcasts?", "T2.title"),
            ("Which podcasts are there?", "T1.title"),
            ("Which podcasts are there?", "T2.id"),
            ("Which podcasts are there?", "T2.title, T1.title"),
            ("Show the titles of podcasts", "T2.title"),
        ] {
            check(question, &of(right), &of(right));
        }
    }
}
