//! A follow-up that needs no model: its words say what is to change in the query before, and all else is kept.
//!
//! Every reading has to account for every word of the follow-up. Where none does, or two lead to different queries, the model is asked.
//!
//! Files on their floors, the lowest first:
//! - `said`: the words
//! - `timed`: how columns keep points in time
//! - `ground`: the query before, and what names and values the words may mean
//! - `when`: rows by their time
//! - `values`: rows by what they hold
//! - `numbers`: rows and groups by amounts
//! - `ends`: words for the ends of an order
//! - `order`: the order of rows, and how many
//! - `single`: the one row at an end
//! - `outputs`: what is shown of each row
//! - `asked`: what is asked of the rows: where they are, when it was
//! - `related`: rows by what refers to them
//! - `groups`: groups, and what is computed of them
//! - `undo`: conditions taken away; why something is not there
//! - `kept`: what was kept, in words

mod asked;
mod ends;
mod ground;
mod groups;
mod kept;
mod numbers;
mod order;
mod outputs;
mod related;
mod said;
mod single;
mod timed;
mod undo;
mod values;
mod when;

use self::ground::Ground;
use self::said::Said;
use crate::db::ValueIndex;
use crate::prompt::Turn;
use crate::schema::Schema;
use crate::sql::follow::{Edit, Outline, apply, qualified};

/// The query of a follow-up, made from the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// The statement.
    pub sql: String,
    /// What it kept of the one before, in words.
    pub kept: String,
}

/// The one kind of change that the words of a follow-up ask for.
type Reading = fn(&Ground<'_>) -> Option<Vec<Edit>>;

const READINGS: [Reading; 17] = [
    undo::why,
    undo::remove,
    groups::count,
    groups::group,
    groups::aggregate,
    order::reverse,
    order::sort,
    order::limit,
    order::other_end,
    single::read,
    numbers::read,
    when::read,
    values::read,
    outputs::read,
    asked::read,
    related::read,
    related::keep_all,
];

/// What `question` makes of `previous`, where its words and the stored values leave no doubt; `None` leaves it to the model.
pub fn follow(schema: &Schema, values: Option<&ValueIndex>, previous: &Turn, question: &str) -> Option<Followed> {
    let Some(those) = said::counted(question) else { return changed(schema, values, previous, question) };
    // "How many of them are from Spain?": those are taken first, then counted.
    let taken = changed(schema, values, previous, &those)?;
    if Outline::of(&taken.sql, schema)?.shows_one_row() {
        return Some(taken);
    }
    let turn = Turn { question: previous.question.clone(), sql: taken.sql };
    Some(Followed { sql: changed(schema, values, &turn, "how many is that")?.sql, kept: taken.kept })
}

fn changed(schema: &Schema, values: Option<&ValueIndex>, previous: &Turn, question: &str) -> Option<Followed> {
    let before = previous.sql.trim().trim_end_matches(';').trim_end();
    let made = made(schema, values, previous, before, question, false)?;
    let (from, sql) = match made {
        Made::Same => (before.to_owned(), before.to_owned()),
        Made::Sql(sql) => (before.to_owned(), sql),
        // Another table comes in: every name gets its own table first.
        Made::NeedsNames => {
            let qualified = qualified(before, schema)?;
            match self::made(schema, values, previous, &qualified, question, true)? {
                Made::Sql(sql) => (qualified, sql),
                Made::Same | Made::NeedsNames => return None,
            }
        }
    };
    let outline = Outline::of(&from, schema)?;
    let kept = kept::kept(&outline, Outline::of(&sql, schema).as_ref());
    Some(Followed { sql, kept })
}

enum Made {
    Sql(String),
    /// It shows already what is asked for.
    Same,
    NeedsNames,
}

fn made(schema: &Schema, values: Option<&ValueIndex>, previous: &Turn, sql: &str, question: &str, qualified: bool) -> Option<Made> {
    let outline = Outline::of(sql, schema)?;
    let said = Said::new(question)?;
    let ground = Ground { schema, values, previous, outline, qualified, said };
    let (mut made, mut same): (Vec<String>, bool) = Default::default();
    for reading in READINGS {
        let Some(edits) = reading(&ground) else { continue };
        let joins = edits.iter().any(|edit| matches!(edit, Edit::Join { .. }));
        if joins && !qualified && ground.outline.seats.len() == 1 {
            return Some(Made::NeedsNames);
        }
        // Tables come in before anything is said of them.
        let (first, rest): (Vec<Edit>, Vec<Edit>) = edits.into_iter().partition(|edit| matches!(edit, Edit::Join { .. }));
        if first.is_empty() && rest.is_empty() {
            same = true;
            continue;
        }
        let next = apply(sql, &first.into_iter().chain(rest).collect::<Vec<_>>())?;
        if !made.contains(&next) {
            made.push(next);
        }
    }
    if same {
        return made.is_empty().then_some(Made::Same);
    }
    let one = made.pop()?;
    // What changes nothing was not understood.
    (made.is_empty() && one != sql).then_some(Made::Sql(one))
}
