//! Functions that people and models write and SQLite lacks, as functions of ours.
//!
//! Each gives the same for the same, looks at nothing but its arguments, and is bounded in memory and time: so all are registered as
//! deterministic and innocuous. What a file's owner registers under the same name comes first (`owners`): ours are put in after its
//! stand-ins, and a schema that calls one of ours gets it as a stand-in.
//!
//! Where databases agree on what a name gives, the function has that name; where they do not, it does as PostgreSQL does, and
//! [`crate::sql::dialect`] writes what is meant. An argument on which they do not agree at all is an error.
//!
//! Files on their floors, the lowest first:
//! - `decimal`: numbers as the digits they are written in
//! - `moment`: points in time out of texts
//! - `arguments`: what a call is given
//! - `number`: powers, logarithms, angles, rounding
//! - `likeness`: how far two texts are apart
//! - `pattern`: regular expressions
//! - `spread`: deviation, variance and moments
//! - `rank`: median, percentiles, the most frequent
//! - `pair`: of two columns
//! - `gather`: other aggregates
//! - `text`: padding, cutting, searching
//! - `calendar`: differences, steps, weeks
//! - `letters`: dates as text by format letters, and back
//! - `picture`: dates and numbers as text by PostgreSQL's patterns, and back
//! - `registry`: all of them, with what `sqllama functions` says

mod arguments;
mod calendar;
mod decimal;
#[cfg(test)]
mod dialects;
mod gather;
mod letters;
mod likeness;
mod moment;
mod number;
mod pair;
mod pattern;
mod picture;
mod rank;
mod registry;
mod spread;
#[cfg(test)]
mod tests;
mod text;

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::Value;

use arguments::{Arguments, Refusal};
pub use registry::{Function, Group, REGISTRY};
use registry::{Scalar, Work};

/// The function of ours called `name`.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    REGISTRY.iter().find(|function| function.name.eq_ignore_ascii_case(name))
}

/// Registers one of them, in all its numbers of arguments.
pub(super) fn install(connection: &Connection, function: &'static Function) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    for &count in function.arguments {
        match function.work {
            Work::Strict(work) => scalar(connection, function, count, flags, true, work)?,
            Work::Lax(work) => scalar(connection, function, count, flags, false, work)?,
            Work::Aggregate(install) => install(connection, function.name, count, flags)?,
        }
    }
    Ok(())
}

fn scalar(
    connection: &Connection,
    function: &'static Function,
    count: i32,
    flags: FunctionFlags,
    strict: bool,
    work: Scalar,
) -> rusqlite::Result<()> {
    connection.create_scalar_function(function.name, count, flags, move |context| {
        let arguments = Arguments::new(context, function.name);
        if strict && arguments.has_null() {
            return Ok(Value::Null);
        }
        arguments.within_bounds().and_then(|()| work(&arguments)).map_err(Refusal::into_error)
    })
}

/// Registers all but those that `is_taken` says are somebody else's.
pub(super) fn install_all(connection: &Connection, is_taken: impl Fn(&str) -> bool) -> rusqlite::Result<()> {
    REGISTRY.iter().filter(|function| !is_taken(function.name)).try_for_each(|function| install(connection, function))
}

/// Registers all of them, for tests of others.
#[cfg(test)]
pub(crate) fn install_for_tests(connection: &Connection) {
    install_all(connection, |_| false).unwrap();
}
