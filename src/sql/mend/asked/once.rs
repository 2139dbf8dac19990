//! "The number of students that have at least one ..." as a count of rows of which a student may have several: each is counted once.

use crate::schema::Schema;
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::recount::recount;
use crate::sql::tokens::Tokens;
use crate::text::language::{unquoted, words_of};

/// Words that say that one row is as good as several.
const ONE_WILL_DO: [&[&str]; 6] =
    [&["at", "least", "one"], &["at", "least", "1"], &["at", "least", "once"], &["ever"], &["have", "any"], &["has", "any"]];

/// `sql` with each thing counted once, and the change.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let words = words_of(&unquoted(question));
    let says = |all: &&[&str]| words.windows(all.len()).any(|words| words.iter().zip(*all).all(|(own, word)| own == word));
    let again = if ONE_WILL_DO.iter().any(says) { recount(sql, schema, question) } else { None };
    let tokens = Tokens::new(sql);
    let edit = again.and_then(|again| {
        let at = (0..tokens.len()).find(|&at| tokens.is(at, &["count"]) && tokens.call(at).is_some())?;
        let call = tokens.call(at)?;
        let [argument] = call.arguments.as_slice() else { return None };
        Some((tokens.bytes(argument.clone()), again.argument))
    });
    edited(sql, ChangeKind::Structure, edit.into_iter().collect())
}
