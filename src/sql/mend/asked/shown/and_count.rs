//! "Which command did I type most often, and how many times?", answered by the command alone: its count is shown, too.

use std::ops::Range;

use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::tokens::{Part, Tokens};
use crate::text::language::{unquoted, words_of};

/// `sql` showing the count that orders its groups, and the change.
pub(in crate::sql::mend) fn mend(sql: &str, question: &str) -> (String, Vec<Change>) {
    let words = words_of(&unquoted(question));
    let asks = words
        .windows(3)
        .any(|words| matches!(words, [and, how, what] if and == "and" && how == "how" && (what == "many" || what == "often")));
    edited(sql, ChangeKind::Structure, asks.then(|| edit(sql)).flatten().into_iter().collect())
}

fn edit(sql: &str) -> Option<(Range<usize>, String)> {
    let tokens = Tokens::new(sql);
    let arm = tokens.arm(0).filter(|arm| arm.end >= tokens.len() && tokens.is(0, &["select"]) && arm.clause(Part::GroupBy).is_some())?;
    let order = arm.clause(Part::OrderBy)?;
    let items = arm.items(&tokens)?;
    // Nothing is computed but the count in the order.
    let shown = arm.clause(Part::Select)?;
    let computes = shown.clone().any(|at| tokens.call(at).is_some());
    let count = order.clone().find(|at| tokens.is(*at, &["count"]))?;
    let call = tokens.call(count).filter(|_| !computes)?;
    let end = tokens.bytes(items.last()?.clone()).end;
    Some((end..end, format!(", {}", tokens.piece(count..call.close + 1))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::mend::check_mended;

    #[test]
    fn the_count_is_shown_where_it_is_asked_for() {
        let check = |question: &str, sql: &str, expected: &str| check_mended(|sql| mend(sql, question), sql, expected, question);
        let of = |shown: &str| format!("SELECT {shown} FROM history WHERE n > 1 GROUP BY source ORDER BY COUNT(*) DESC LIMIT 1");
        for asked in ["Which command did I type most often, and how many times?", "Which surname do most have, and how many of them?"] {
            check(asked, &of("source"), &of("source, COUNT(*)"));
            check(asked, &of("source, count(*) AS n"), &of("source, count(*) AS n"));
        }
        check("Which command did I type most often?", &of("source"), &of("source"));
    }
}
