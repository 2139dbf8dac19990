//! "Which cashiers have not made any receipts?", answered from the receipts, where nobody is that has none: those are left whom no receipt names.

use crate::schema::{Schema, Table};
use crate::sql::change::{Change, ChangeKind};
use crate::sql::quote::{identifier, table_name};
use crate::sql::related::{keys_between, label, row_word};
use crate::sql::resolve::{Clause, Reference, Resolution, resolve};
use crate::sql::tokens::Tokens;
use crate::text::language::{is_english_question, unquoted, words_of};
use crate::text::words::{split_name, stem};

/// Words in front of what is asked for.
const ASKS: [&str; 7] = ["which", "what", "list", "show", "find", "the", "all"];
/// Words for having none of something; of "haven't", the part before the apostrophe.
const NONE: [&str; 10] = ["no", "not", "never", "without", "haven", "hasn", "don", "doesn", "didn", "any"];
/// Words that may stand behind all else.
const LAST: [&str; 6] = ["yet", "all", "at", "so", "far", "ever"];
/// Words for what rows have not come to yet.
const STATES: [&str; 7] = ["open", "pending", "outstanding", "unpaid", "active", "attend", "attended"];
/// What already leaves those out that have one.
const LEAVES_OUT: [&str; 6] = ["not", "except", "left", "right", "full", "outer"];

/// `sql` as those that have no row of the kind, and the change.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let mended = is_english_question(question).then(|| without(sql, schema, &words_of(&unquoted(question)))).flatten();
    match mended {
        Some(to) => {
            let change = Change { kind: ChangeKind::Structure, from: sql.to_owned(), to: to.clone() };
            (to, vec![change])
        }
        None => (sql.to_owned(), Vec::new()),
    }
}

fn without(sql: &str, schema: &Schema, words: &[String]) -> Option<String> {
    let (thing, rows) = asked(schema, words)?;
    let tokens = Tokens::new(sql);
    let except = keys_left(&tokens);
    let leaves_out =
        !except && (0..tokens.len()).any(|at| tokens.is(at, &LEAVES_OUT) && !(tokens.is(at, &["not"]) && tokens.is(at + 1, &["null"])));
    let resolution = resolve(sql, schema).filter(|_| !leaves_out)?;
    // It reads the rows, of which each has one of the things.
    let reads = |table: &Table| {
        resolution.scopes.iter().flat_map(|scope| &scope.sources).any(|source| source.table().is_some_and(|of| of.is(table)))
    };
    let mut keys = keys_between(rows, thing).filter(|(owner, _)| owner.is(rows));
    let ((_, key), None) = (keys.next()?, keys.next()) else { return None };
    let ([own], [other]) = (key.columns.as_slice(), key.foreign_columns.as_slice()) else { return None };
    let of_keys = || matches!(resolution.references.as_slice(), [one, two] if one.name.text.eq_ignore_ascii_case(other) && two.name.text.eq_ignore_ascii_case(own));
    // What it asks of the rows says which of them are meant: invoices that are not paid.
    let narrows = resolution.references.iter().any(|reference| {
        let of_rows = resolution.source(reference).and_then(|source| source.table()).is_some_and(|table| table.is(rows));
        let named = split_name(&reference.name.text).iter().any(|word| words.iter().any(|said| stem(said) == stem(word)));
        let state = words.iter().any(|word| STATES.contains(&word.as_str())) || compares(&tokens, reference);
        of_rows && reference.clause == Clause::Where && !reference.name.text.eq_ignore_ascii_case(own) && (named || state)
    });
    if !reads(rows) || narrows || except && !of_keys() {
        return None;
    }
    let shown = if except { name(thing) } else { shown(&resolution, thing) }?;
    let own = identifier(own);
    Some(format!(
        "SELECT {shown} FROM {} WHERE {} NOT IN (SELECT {own} FROM {} WHERE {own} IS NOT NULL)",
        table_name(thing),
        identifier(other),
        table_name(rows)
    ))
}

/// Whether a column is compared with a text.
fn compares(tokens: &Tokens<'_>, reference: &Reference) -> bool {
    let at = (0..tokens.len()).find(|at| tokens.bytes(*at..*at + 1).end == reference.range.end);
    at.is_some_and(|at| tokens.is(at + 1, &["=", "==", "<>", "!=", "like", "in"]))
}

/// Of which table rows are asked for, and of which they have none; `None` where the question says more than that.
fn asked<'s>(schema: &'s Schema, words: &[String]) -> Option<(&'s Table, &'s Table)> {
    let called = |word: &str| {
        let is_it = |table: &&Table| !table.bookkeeping && row_word(table) == stem(word);
        let mut found = schema.tables.iter().filter(is_it);
        found.next().filter(|_| found.next().is_none())
    };
    let start = words.iter().position(|word| !ASKS.contains(&word.as_str())).filter(|start| *start > 0)?;
    let thing = called(words.get(start)?)?;
    let end = words.iter().rposition(|word| !LAST.contains(&word.as_str()))?;
    let none = words.iter().position(|word| NONE.contains(&word.as_str())).filter(|none| start < *none && *none < end)?;
    let rows = called(words.get(end)?)?;
    // Between them a verb or two, and nothing that narrows what is asked for.
    let few = end - start <= 6 && none - start <= 3;
    let plain = words.iter().all(|word| {
        !matches!(
            word.as_str(),
            "id" | "ids" | "number" | "numbers" | "code" | "codes" | "and" | "or" | "but" | "only" | "than" | "in" | "on" | "by" | "with"
        )
    });
    (few && plain && !thing.is(rows)).then_some((thing, rows))
}

/// The columns of `thing` that the query shows, else its name.
fn shown(resolution: &Resolution<'_>, thing: &Table) -> Option<String> {
    let of_thing = resolution.references.iter().filter(|reference| {
        reference.scope == 0
            && reference.clause == Clause::Select
            && resolution.source(reference).and_then(|source| source.table()).is_some_and(|table| table.is(thing))
    });
    let shown: Vec<String> = of_thing.map(|reference| identifier(&reference.name.text)).collect();
    if shown.is_empty() { name(thing) } else { Some(shown.join(", ")) }
}

/// The columns by which rows of `thing` are called.
fn name(thing: &Table) -> Option<String> {
    let names: Vec<String> = label(thing).iter().map(|column| identifier(&column.name)).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// Whether keys are taken away from keys: `SELECT id FROM a EXCEPT SELECT a_id FROM b`.
fn keys_left(tokens: &Tokens<'_>) -> bool {
    let plain = |start: usize| {
        let arm = tokens.arm(start)?;
        (arm.clauses.len() == 2 && arm.items(tokens)?.len() == 1).then_some(arm.end)
    };
    let end = plain(0).filter(|end| tokens.is(*end, &["except"]));
    end.and_then(|end| plain(end + 1)).is_some_and(|end| end == tokens.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let table = Table::with_keys;
        let tables = vec![
            table("Cashier", &["id", "fullName", "name"], &[]),
            table("Receipt", &["id", "cashierId", "voidedAt"], &[("cashierId", "Cashier")]),
            table("Letter", &["id", "from_id", "to_id"], &[("from_id", "Cashier"), ("to_id", "Cashier")]),
        ];
        check_mended(|sql| mend(sql, &Schema { tables: tables.clone() }, question), sql, expected, question);
    }

    #[test]
    fn those_are_left_that_no_row_names() {
        let right = "SELECT name FROM Cashier WHERE id NOT IN (SELECT cashierId FROM Receipt WHERE cashierId IS NOT NULL)";
        check("Which cashier has not made any receipts?", "SELECT cashierId FROM Receipt WHERE voidedAt IS NULL", right);
        check(
            "Which cashiers have no receipts yet?",
            "SELECT c.name FROM Cashier c JOIN Receipt r ON c.id = r.cashierId WHERE r.id IS NULL",
            right,
        );
    }

    #[test]
    fn what_says_more_or_does_it_stays() {
        for (question, sql) in [
            ("Which cashiers have no receipts?", "SELECT name FROM Cashier WHERE id NOT IN (SELECT cashierId FROM Receipt)"),
            ("Which cashiers have no receipts?", "SELECT name FROM Cashier c LEFT JOIN Receipt r ON c.id = r.cashierId WHERE r.id IS NULL"),
            (
                "Which cashiers have no receipts?",
                "SELECT name FROM Cashier EXCEPT SELECT name FROM Cashier c JOIN Receipt r ON r.cashierId = c.id",
            ),
            ("Which cashier ids have no receipts?", "SELECT id FROM Cashier EXCEPT SELECT cashierId FROM Receipt"),
            ("Which cashiers have no receipts in 2024?", "SELECT cashierId FROM Receipt WHERE voidedAt IS NULL"),
            ("Which cashiers have no name?", "SELECT name FROM Cashier WHERE name IS NULL"),
            ("Which cashiers have no letters?", "SELECT from_id FROM Letter"),
            ("Which cashiers made receipts?", "SELECT cashierId FROM Receipt"),
        ] {
            check(question, sql, sql);
        }
    }
}
