//! Keys that are shown where the question asks for names: "how many issues has each person? Give the user name" answered by the number of the
//! user. What the key refers to has the name. A number of a dictionary, which has a word for each number and nothing else, is shown by its word
//! wherever no number is asked for, and a key that rows are grouped by, by the name of what the question has behind "each" or "which".

use std::ops::Range;

use crate::schema::{Column, Holds, Schema, Table};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::quote::{identifier, table_name};
use crate::sql::related::{is_opaque, label, thing};
use crate::sql::resolve::{Clause, Reference, Resolution, resolve};
use crate::sql::shape::AGGREGATES;
use crate::sql::tokens::{Part, Tokens};
use crate::text::language::{unquoted, words_of};
use crate::text::words::{singular, split_name, stem};

/// What people call things by.
const NAMES: [&str; 3] = ["name", "title", "label"];
/// Words of a question that asks for keys.
const KEYS: [&str; 8] = ["id", "ids", "identifier", "identifiers", "code", "codes", "key", "keys"];

/// Words in front of what one row of the result is of.
const EACH: [&str; 7] = ["each", "every", "per", "which", "what", "by", "the"];
/// What tables are called that have a word for each number.
const DICTIONARIES: [&str; 18] = [
    "type", "kind", "status", "category", "class", "level", "state", "role", "priority", "genre", "mode", "reason", "format", "unit",
    "color", "colour", "language", "stage",
];

/// `sql` with the name of what it shows the key of, and the changes in order.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let said = words_of(&unquoted(question));
    let names: Vec<&str> = NAMES.into_iter().filter(|name| said.iter().any(|word| singular(word) == *name)).collect();
    let asks_keys = said.iter().any(|word| KEYS.contains(&word.as_str()));
    let resolution = resolve(sql, schema).filter(|resolution| !asks_keys && !said.is_empty() && resolution.scopes.len() == 1);
    let Some(resolution) = resolution else { return (sql.to_owned(), Vec::new()) };
    let named = if let [name] = names.as_slice() { shown(sql, schema, &resolution, name) } else { None };
    let edits = named.map_or_else(|| looked_up(sql, schema, &resolution), |edit| vec![edit]);
    let edits = if edits.is_empty() { grouped(sql, schema, &resolution, &said).into_iter().collect() } else { edits };
    edited(sql, ChangeKind::Column, edits)
}

/// Items that are numbers of a dictionary: their bytes, and the query for the word.
fn looked_up(sql: &str, schema: &Schema, resolution: &Resolution<'_>) -> Vec<(Range<usize>, String)> {
    let tokens = Tokens::new(sql);
    let items = tokens.arm(0).filter(|arm| arm.end >= tokens.len()).and_then(|arm| arm.items(&tokens));
    let word = |item: Range<usize>| {
        let alias = tokens.find(item.clone(), &["as"]);
        let bytes = tokens.bytes(item.start..alias.unwrap_or(item.end));
        let reference = resolution.references.iter().find(|reference| reference.range == bytes)?;
        let table = resolution.source(reference)?.table()?;
        table.column(&reference.name.text).filter(|column| column.holds == Holds::Numbers)?;
        let (referred, key) = thing(schema, table, &reference.name.text).filter(|(referred, _)| !referred.is(table))?;
        let text = word_of(referred, &key)?;
        Some((reference.range.clone(), query_for(resolution, reference, (referred, &key, text), alias.is_some())?))
    };
    items.unwrap_or_default().into_iter().filter_map(word).collect()
}

/// The one column of a dictionary beside its key, where it has words. A list of people or things is none.
fn word_of<'t>(table: &'t Table, key: &str) -> Option<&'t Column> {
    let name = split_name(&table.name);
    name.last().filter(|last| DICTIONARIES.contains(&singular(last)))?;
    let mut others = table.columns.iter().filter(|column| !column.name.eq_ignore_ascii_case(key));
    others.next().filter(|column| others.next().is_none() && table.columns.len() == 2 && column.holds == Holds::Texts)
}

/// The query for what the thing behind a key is called: its table, its key and the column that says it. `None` where that table's name means
/// one of the statement's own.
fn query_for(
    resolution: &Resolution<'_>,
    reference: &Reference,
    (referred, key, called): (&Table, &str, &Column),
    aliased: bool,
) -> Option<String> {
    if resolution.scopes.first()?.sources.iter().any(|source| source.alias.eq_ignore_ascii_case(&referred.name)) {
        return None;
    }
    let outer = format!("{}.{}", identifier(&resolution.source(reference)?.alias), identifier(&reference.name.text));
    let (of, column) = (identifier(&referred.name), identifier(&called.name));
    let query = format!("(SELECT {of}.{column} FROM {} WHERE {of}.{} = {outer})", table_name(referred), identifier(key));
    Some(if aliased { query } else { format!("{query} AS {column}") })
}

/// The key that rows are grouped by and shown with, where the question asks for each of what it refers to: its bytes, and the query for the name.
fn grouped(sql: &str, schema: &Schema, resolution: &Resolution<'_>, said: &[String]) -> Option<(Range<usize>, String)> {
    let tokens = Tokens::new(sql);
    let arm = tokens.arm(0).filter(|arm| arm.end >= tokens.len())?;
    let group = arm.clause(Part::GroupBy)?;
    let by = tokens.bytes(group.start + 2..group.end);
    let mut found = None;
    for item in arm.items(&tokens)? {
        let alias = tokens.find(item.clone(), &["as"]);
        let bytes = tokens.bytes(item.start..alias.unwrap_or(item.end));
        if let Some(reference) = resolution.references.iter().find(|reference| reference.range == bytes) {
            // What is shown beside it may say the name already.
            if found.replace((reference, alias.is_some())).is_some() {
                return None;
            }
        }
    }
    let (reference, aliased) = found?;
    let same = |other: &&Reference| other.clause == Clause::GroupBy && other.range == by && other.binding == reference.binding;
    let term = resolution.references.iter().find(same)?;
    let table = resolution.source(reference)?.table()?;
    let (referred, key) = thing(schema, table, &reference.name.text)?;
    let [called] = label(referred)[..] else { return None };
    // By the table's name, or by the key's own: `post_author` refers to users, and "each author" is one of them.
    let own = split_name(&reference.name.text);
    let of_key = own.iter().rev().find(|word| !KEYS.contains(&word.as_str())).map(|word| stem(word));
    let asked = |word: &String| {
        let (word, name) = (stem(word), split_name(&referred.name));
        let last = name.last().map_or("", String::as_str);
        // `filename` has the name of each file.
        word == stem(last) || last.strip_suffix("name").is_some_and(|last| stem(last) == word) || of_key.as_ref() == Some(&word)
    };
    let is_asked = said.iter().zip(said.iter().skip(1)).any(|(each, word)| EACH.contains(&each.as_str()) && asked(word));
    // A code says something by itself.
    let column = table.column(&reference.name.text)?;
    let is_number = column.holds != Holds::Texts || key.eq_ignore_ascii_case("id") || is_opaque(column);
    let fits = is_number && term.name.text.eq_ignore_ascii_case(&reference.name.text) && is_asked && called.holds == Holds::Texts;
    let name = if referred.is(table) {
        let qualifier = sql.get(reference.range.start..reference.name.range.start).unwrap_or_default();
        format!("{qualifier}{}", identifier(&called.name))
    } else {
        query_for(resolution, reference, (referred, &key, called), aliased)?
    };
    fits.then_some((reference.range.clone(), name))
}

/// The only item that is no aggregate, where it is a key of something with such a name: its bytes, and the query for the name.
fn shown(sql: &str, schema: &Schema, resolution: &Resolution<'_>, name: &str) -> Option<(Range<usize>, String)> {
    let tokens = Tokens::new(sql);
    let arm = tokens.arm(0).filter(|arm| arm.end >= tokens.len())?;
    let mut key: Option<(&Reference, bool)> = None;
    for item in arm.items(&tokens)? {
        let alias = tokens.find(item.clone(), &["as"]);
        let bytes = tokens.bytes(item.start..alias.unwrap_or(item.end));
        match resolution.references.iter().find(|reference| reference.range == bytes) {
            Some(reference) if key.is_none() => key = Some((reference, alias.is_some())),
            None if tokens.is(item.start, &AGGREGATES) && tokens.call(item.start).is_some() => {}
            _ => return None,
        }
    }
    let (reference, aliased) = key?;
    let source = resolution.source(reference)?;
    let table = source.table().filter(|table| name_of(table, name).is_none())?;
    let (referred, foreign) = thing(schema, table, &reference.name.text).filter(|(referred, _)| !referred.is(table))?;
    let called = name_of(referred, name)?;
    Some((reference.range.clone(), query_for(resolution, reference, (referred, &foreign, called), aliased)?))
}

/// The column of `table` that says what a row is called, in the word of the question.
fn name_of<'t>(table: &'t Table, name: &str) -> Option<&'t Column> {
    let says = |column: &&Column| {
        column.holds != Holds::Numbers
            && split_name(&column.name).last().is_some_and(|last| last == name || name == "name" && last.ends_with(name))
    };
    let mut named = table.columns.iter().filter(says);
    // First names and last names are two.
    named.next().filter(|_| named.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::ForeignKey;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let table = |name: &str, columns: &[&str], foreign_keys| Table {
            name: name.into(),
            columns: columns.iter().map(|name| Column { name: (*name).into(), ..Column::default() }).collect(),
            primary_key: vec!["id".into()],
            foreign_keys,
            ..Table::default()
        };
        let to = |column: &str, table: &str| ForeignKey::declared(column, table, "id");
        let mut dictionary = table("kind", &["id", "word"], Vec::new());
        dictionary.columns[1].holds = Holds::Texts;
        let mut film = table("film", &["id", "title", "kind_id"], vec![to("kind_id", "kind")]);
        film.columns[2].holds = Holds::Numbers;
        let mut user = table("user", &["id", "username", "age"], Vec::new());
        user.columns[1].holds = Holds::Texts;
        let mut filename = table("filename", &["id", "name"], Vec::new());
        filename.columns[1].holds = Holds::Texts;
        let tables = vec![
            user,
            filename,
            table("change", &["id", "fnid"], vec![to("fnid", "filename")]),
            table("person", &["id", "first_name", "last_name"], Vec::new()),
            table("issue", &["id", "assigned", "opened_by", "person"], vec![to("assigned", "user"), to("person", "person")]),
            table("book", &["id", "title", "owner"], vec![to("owner", "user")]),
            dictionary,
            film,
        ];
        check_mended(|sql| mend(sql, &Schema { tables: tables.clone() }, question), sql, expected, question);
    }

    #[test]
    fn the_name_is_shown() {
        let question = "How many issues are assigned to each? Give the user name.";
        let of = |shown: &str| format!("SELECT {shown}, count(*) FROM issue AS i GROUP BY i.assigned");
        let name = "(SELECT user.username FROM user WHERE user.id = i.assigned)";
        check(question, &of("i.assigned"), &of(&format!("{name} AS username")));
        check(question, &of("assigned AS who"), &of(&format!("{name} AS who")));
        check(
            "names of owners",
            "SELECT DISTINCT owner FROM book",
            "SELECT DISTINCT (SELECT user.username FROM user WHERE user.id = book.owner) AS username FROM book",
        );
    }

    #[test]
    fn groups_are_shown_by_what_they_are_of() {
        check(
            "How many books does each user own?",
            "SELECT owner, count(*) FROM book GROUP BY owner",
            "SELECT (SELECT user.username FROM user WHERE user.id = book.owner) AS username, count(*) FROM book GROUP BY owner",
        );
        check(
            "Which user owns the most books?",
            "SELECT u.id FROM user u JOIN book b ON b.owner = u.id GROUP BY u.id ORDER BY count(*) DESC LIMIT 1",
            "SELECT u.username FROM user u JOIN book b ON b.owner = u.id GROUP BY u.id ORDER BY count(*) DESC LIMIT 1",
        );
        check(
            "How many changes has each file?",
            "SELECT fnid, count(*) FROM change GROUP BY fnid",
            "SELECT (SELECT filename.name FROM filename WHERE filename.id = change.fnid) AS name, count(*) FROM change GROUP BY fnid",
        );
        check(
            "How many books does each owner have?",
            "SELECT owner, count(*) FROM book GROUP BY owner",
            "SELECT (SELECT user.username FROM user WHERE user.id = book.owner) AS username, count(*) FROM book GROUP BY owner",
        );
        for (question, right) in [
            ("How many books does each user id own?", "SELECT owner, count(*) FROM book GROUP BY owner"),
            ("How many books are there by title?", "SELECT owner, count(*) FROM book GROUP BY owner"),
            ("How many issues has each person?", "SELECT person, count(*) FROM issue GROUP BY person"),
            (
                "How many books does each user own?",
                "SELECT u.id, u.username, count(*) FROM user u JOIN book b ON b.owner = u.id GROUP BY u.id",
            ),
        ] {
            check(question, right, right);
        }
    }

    #[test]
    fn the_word_of_a_dictionary_is_shown() {
        let word = "(SELECT kind.word FROM kind WHERE kind.id = film.kind_id)";
        check(
            "How many films of each kind?",
            "SELECT kind_id, COUNT(*) FROM film GROUP BY kind_id",
            &format!("SELECT {word} AS word, COUNT(*) FROM film GROUP BY kind_id"),
        );
        check("The kind of each film", "SELECT title, kind_id AS k FROM film", &format!("SELECT title, {word} AS k FROM film"));
        for (question, sql) in [
            ("How many films of each kind id?", "SELECT kind_id, COUNT(*) FROM film GROUP BY kind_id"),
            ("How many films of each kind?", "SELECT k.word, kind_id FROM film JOIN kind AS kind ON kind.id = kind_id JOIN kind k ON 1"),
            ("", "SELECT kind_id FROM film"),
        ] {
            check(question, sql, sql);
        }
    }

    #[test]
    fn what_is_no_key_or_has_a_name_stays() {
        let stays = |question: &str, sql: &str| check(question, sql, sql);
        let names = "Give the names";
        stays("Give the ids and names", "SELECT assigned FROM issue");
        stays("Who has them?", "SELECT assigned FROM issue");
        stays(names, "SELECT id FROM issue");
        stays(names, "SELECT assigned, opened_by FROM issue");
        stays(names, "SELECT person FROM issue");
        stays(names, "SELECT assigned FROM issue UNION SELECT id FROM user");
        stays(names, "SELECT assigned FROM issue JOIN user ON user.id = issue.assigned");
        stays("Give the titles", "SELECT owner FROM book");
    }
}
