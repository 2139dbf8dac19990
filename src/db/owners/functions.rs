//! Functions that programs add to SQLite and whose names stand in the schemas of their files: whose they are, and stand-ins for the
//! harmless ones. With our own functions ([`crate::db::functions`]), which stand in too, the one list of them.
//!
//! A stand-in is deterministic, reads nothing but its arguments, and is registered as innocuous, so that SQLite lets a view call it with
//! `trusted_schema` off; and only in a file whose schema calls it.

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Value, ValueRef};

use super::aggregates::{self, Joining};
use super::foreign::Stored;
use crate::db::functions;
use crate::text::words;

/// A function of a program's.
#[derive(Debug, Clone, Copy)]
pub(super) struct OwnerFunction {
    /// As its program calls it; SQLite compares names without case.
    pub(super) name: &'static str,
    /// How many arguments it takes.
    pub(super) arguments: &'static [i32],
    /// Which program has it; none where several do.
    pub(super) program: Option<&'static str>,
    /// What is done in its place.
    stand_in: StandIn,
}

#[derive(Debug, Clone, Copy)]
enum StandIn {
    Scalar(fn(&Context<'_>) -> Value),
    Aggregate(Joining),
    /// It reads or does something that we cannot: the name says only whose it is.
    None,
}

const CALIBRE: Option<&str> = Some("calibre");

/// calibre: `Connection.__init__` in `src/calibre/db/backend.py`. Anope: `docs/SQLite.md`. beets: `beets/dbcore/db.py`. Django:
/// `django/db/backends/sqlite3/_functions.py`. Android: `sqlite3_android.cpp`.
const REGISTRY: [OwnerFunction; 33] = [
    scalar("title_sort", &[1], CALIBRE, title_sort),
    scalar("author_to_author_sort", &[1], CALIBRE, author_sort),
    scalar("uuid4", &[0], CALIBRE, no_uuid),
    scalar("books_list_filter", &[1], CALIBRE, one),
    aggregate("concat", 1, CALIBRE, Joining::Plain),
    aggregate("sortconcat", 2, CALIBRE, Joining::Sorted(",")),
    aggregate("sortconcat_bar", 2, CALIBRE, Joining::Sorted("|")),
    aggregate("sortconcat_amper", 2, CALIBRE, Joining::Sorted("&")),
    aggregate("identifiers_concat", 2, CALIBRE, Joining::Pairs),
    aggregate("aum_sortconcat", 4, CALIBRE, Joining::Authors),
    scalar("anope_canonicalize", &[1], Some("Anope"), ascii_lower),
    scalar("bytelower", &[1], Some("beets"), lower),
    scalar("unidecode", &[1], Some("beets"), unaccent),
    scalar("unaccent", &[1], None, unaccent),
    scalar("remove_accents", &[1], None, unaccent),
    scalar("strip_accents", &[1], None, unaccent),
    scalar("removeaccents", &[1], None, unaccent),
    scalar("stripaccents", &[1], None, unaccent),
    scalar("deaccent", &[1], None, unaccent),
    scalar("ulower", &[1], None, lower),
    scalar("uupper", &[1], None, upper),
    scalar("uuid", &[0], None, no_uuid),
    scalar("gen_random_uuid", &[0], None, no_uuid),
    scalar("newid", &[0], None, no_uuid),
    named("django_date_extract", Some("Django")),
    named("django_date_trunc", Some("Django")),
    named("django_datetime_cast_date", Some("Django")),
    named("django_datetime_extract", Some("Django")),
    named("django_datetime_trunc", Some("Django")),
    named("django_format_dtdelta", Some("Django")),
    named("PHONE_NUMBERS_EQUAL", Some("Android")),
    named("GET_PHONEBOOK_INDEX", Some("Android")),
    named("_DELETE_FILE", Some("Android")),
];

const fn scalar(
    name: &'static str,
    arguments: &'static [i32],
    program: Option<&'static str>,
    work: fn(&Context<'_>) -> Value,
) -> OwnerFunction {
    OwnerFunction { name, arguments, program, stand_in: StandIn::Scalar(work) }
}

const fn aggregate(name: &'static str, arguments: i32, program: Option<&'static str>, joining: Joining) -> OwnerFunction {
    let arguments: &'static [i32] = match arguments {
        1 => &[1],
        4 => &[4],
        _ => &[2],
    };
    OwnerFunction { name, arguments, program, stand_in: StandIn::Aggregate(joining) }
}

const fn named(name: &'static str, program: Option<&'static str>) -> OwnerFunction {
    OwnerFunction { name, arguments: &[], program, stand_in: StandIn::None }
}

fn find(name: &str) -> Option<&'static OwnerFunction> {
    REGISTRY.iter().find(|function| function.name.eq_ignore_ascii_case(name))
}

/// The program whose function `name` is, where that is known.
pub(in crate::db) fn program_of(name: &str) -> Option<&'static str> {
    let spatial = || {
        let lower = name.to_ascii_lowercase();
        lower.starts_with("st_").then_some("SpatiaLite, or a GeoPackage extension")
    };
    find(name).and_then(|function| function.program).or_else(spatial)
}

/// The stand-ins of one connection.
#[derive(Debug, Default)]
pub(super) struct Registered {
    functions: Vec<Known>,
}

/// A stand-in that is there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub(super) name: &'static str,
    /// Which program has the function; none where several do.
    pub(super) program: Option<&'static str>,
    /// Whether SQLite itself can be built with the same.
    pub(super) is_sqlites: bool,
}

impl Registered {
    /// Registers a stand-in for `name` and, with it, for all else of the same program that the schema calls: calibre's `concat` adds up
    /// rows, and SQLite has another function of that name. False where there is none, or it is there already.
    pub(super) fn register(&mut self, connection: &Connection, schema: &Stored, name: &str) -> bool {
        if self.has(name) {
            return false;
        }
        let Some(function) = find(name) else { return self.register_ours(connection, name) };
        if matches!(function.stand_in, StandIn::None) {
            return false;
        }
        let called = |other: &OwnerFunction| schema.calls(other.name);
        let same = |other: &&OwnerFunction| other.program.is_some() && other.program == function.program && other.name != function.name;
        let companions = REGISTRY.iter().filter(same).filter(|other| called(other));
        let mut all: Vec<&'static OwnerFunction> = vec![function];
        all.extend(companions);
        for function in all {
            if install(connection, function).is_err() {
                return false;
            }
            self.functions.push(Known { name: function.name, program: function.program, is_sqlites: false });
        }
        true
    }

    fn register_ours(&mut self, connection: &Connection, name: &str) -> bool {
        let Some(function) = functions::find(name) else { return false };
        let done = functions::install(connection, function).is_ok();
        if done {
            self.functions.push(Known { name: function.name, program: None, is_sqlites: function.is_sqlites() });
        }
        done
    }

    /// Puts in what is ours and has no other meaning here: neither a stand-in nor a function of SQLite's that the schema calls.
    pub(super) fn register_rest(&self, connection: &Connection, schema: &Stored) -> rusqlite::Result<()> {
        functions::install_all(connection, |name| self.has(name) || schema.has_function(name) && schema.keeps(name))
    }

    fn has(&self, name: &str) -> bool {
        self.functions.iter().any(|known| known.name.eq_ignore_ascii_case(name))
    }

    /// Those that are there.
    pub(super) fn functions(&self) -> &[Known] {
        &self.functions
    }
}

fn install(connection: &Connection, function: &OwnerFunction) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    for &count in function.arguments {
        match function.stand_in {
            StandIn::Scalar(work) => connection.create_scalar_function(function.name, count, flags, move |context| Ok(work(context)))?,
            StandIn::Aggregate(joining) => aggregates::install(connection, function.name, count, flags, joining)?,
            StandIn::None => {}
        }
    }
    Ok(())
}

/// The first argument changed by `change` where it is text; as it is where it is not.
fn on_text(arguments: &Context<'_>, change: impl Fn(&str) -> String) -> Value {
    if arguments.is_empty() {
        return Value::Null;
    }
    match arguments.get_raw(0) {
        ValueRef::Text(bytes) => {
            let mut text = change(&String::from_utf8_lossy(bytes));
            aggregates::cut(&mut text);
            Value::Text(text)
        }
        other => other.try_into().unwrap_or(Value::Null),
    }
}

/// An article at the beginning goes to the end: `The Long Way` is sorted as `Long Way, The`.
fn title_sort(arguments: &Context<'_>) -> Value {
    on_text(arguments, |title| {
        let title = title.trim();
        match title.split_once(char::is_whitespace) {
            Some((article, rest)) if ["a", "an", "the"].iter().any(|word| word.eq_ignore_ascii_case(article)) => {
                format!("{}, {article}", rest.trim_start())
            }
            _ => title.to_owned(),
        }
    })
}

/// The last name goes to the front: `Ursula K. Le Guin` is sorted as `Guin, Ursula K. Le`.
fn author_sort(arguments: &Context<'_>) -> Value {
    on_text(arguments, |author| {
        let author = author.replace('|', ",");
        match author.trim().rsplit_once(char::is_whitespace) {
            Some((first, last)) if !author.contains(',') => format!("{last}, {}", first.trim_end()),
            _ => author.trim().to_owned(),
        }
    })
}

/// A fixed one: a stand-in gives the same for the same.
fn no_uuid(_: &Context<'_>) -> Value {
    Value::Text("00000000-0000-4000-8000-000000000000".into())
}

fn one(_: &Context<'_>) -> Value {
    Value::Integer(1)
}

fn unaccent(arguments: &Context<'_>) -> Value {
    on_text(arguments, words::without_accents)
}

fn lower(arguments: &Context<'_>) -> Value {
    on_text(arguments, str::to_lowercase)
}

fn upper(arguments: &Context<'_>) -> Value {
    on_text(arguments, str::to_uppercase)
}

fn ascii_lower(arguments: &Context<'_>) -> Value {
    on_text(arguments, str::to_ascii_lowercase)
}
