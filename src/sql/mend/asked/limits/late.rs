//! "Late" compared the wrong way around: `returned < due` has what came in time.

use std::ops::Range;

use crate::schema::Schema;
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::lex::name_of;
use crate::sql::resolve::{Reference, Resolution, resolve};
use crate::sql::tokens::Tokens;
use crate::text::denials::is_denial;
use crate::text::language::{is_english_question, unquoted, words_of};
use crate::text::words::split_name;

/// Words for what came after its time.
const LATE: [&str; 3] = ["late", "delayed", "overdue"];
/// Words that ask for another order, or for what came in time beside it.
const OTHERS: [&str; 9] = ["early", "earlier", "latest", "least", "before", "than", "instead", "punctual", "punctually"];
/// Words of columns that keep when something should be.
pub(in crate::sql) const PLANNED: [&str; 11] =
    ["due", "deadline", "expected", "planned", "required", "req", "promised", "estimated", "target", "scheduled", "eta"];

/// `sql` with what came late, and the change.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    let words = words_of(&unquoted(question));
    let says = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    // "On time" and "in time" are asked for beside it.
    let in_time = words.windows(2).any(|pair| matches!(pair, [on, time] if (on == "on" || on == "in") && time == "time"));
    if !says(&LATE) || says(&OTHERS) || in_time || words.iter().any(|word| is_denial(word)) || !is_english_question(question) {
        return unchanged();
    }
    let Some(resolution) = resolve(sql, schema) else { return unchanged() };
    let tokens = Tokens::new(sql);
    edited(sql, ChangeKind::Structure, (0..tokens.len()).filter_map(|at| turned(&tokens, &resolution, at)).collect())
}

/// The operator at token `at` between when something was and when it should have been, the way that makes it late.
fn turned(tokens: &Tokens<'_>, resolution: &Resolution<'_>, at: usize) -> Option<(Range<usize>, String)> {
    if !tokens.is(at, &["<", "<=", ">", ">="]) {
        return None;
    }
    let reference = |range: Range<usize>| -> Option<&Reference> {
        let bytes = tokens.bytes(range);
        resolution.references.iter().find(|reference| reference.range == bytes)
    };
    let left = reference(tokens.operand_before(at)?..at)?;
    let right = reference(at + 1..tokens.operand_after(at + 1)?)?;
    let planned = |reference: &Reference| split_name(&name_of(&reference.name.text)).iter().any(|word| PLANNED.contains(&word.as_str()));
    let late = match (planned(left), planned(right)) {
        (false, true) => ">",
        (true, false) => "<",
        _ => return None,
    };
    (!tokens.text(at).starts_with(late)).then(|| (tokens.bytes(at..at + 1), late.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Table;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, condition: &str, expected: &str) {
        let schema = Schema { tables: vec![Table::named("loan", &["borrowed", "due", "returned", "shipped_date", "required_date"])] };
        let sql = |condition: &str| format!("SELECT count(*) FROM loan AS l WHERE {condition}");
        check_mended(|sql| mend(sql, &schema, question), &sql(condition), &sql(expected), question);
    }

    #[test]
    fn late_is_behind_its_time() {
        check("How many were returned late?", "returned < due", "returned > due");
        check("How many were returned late?", "l.due >= l.returned", "l.due < l.returned");
        check("How many orders were shipped too late?", "shipped_date <= required_date AND 1", "shipped_date > required_date AND 1");
        for right in ["returned > due", "due < returned", "returned < borrowed", "returned < '2024-01-01'"] {
            check("How many were returned late?", right, right);
        }
        check("How many were not returned late?", "returned <= due", "returned <= due");
        check("How many were returned early?", "returned < due", "returned < due");
    }
}
