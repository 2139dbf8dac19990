//! What a query shows against what the question asks to see: a key in the place of the column that is asked for, or beside it; the name of
//! another thing; equal values in several groups.

use sqlparser::ast::{BinaryOperator, Expr, SelectItem, Value};

use crate::schema::{Column, Schema, Table};
use crate::sql::mend::asked::grouped::finer::finer;
use crate::sql::related::{is_key, thing};
use crate::sql::suspicion::built::keys::ASKS_KEY;
use crate::sql::suspicion::read::blocks::{Block, Blocks};
use crate::sql::suspicion::read::columns::{Columns, Named};
use crate::sql::suspicion::read::expressions::{aggregates, conjuncts, literal};
use crate::sql::suspicion::read::reason::{Suspicion, SuspicionKind, suspect};
use crate::sql::suspicion::read::words::{KINDS, Question, begin_alike, telling};
use crate::text::words::{is_function_word, split_name, stem};

/// Words with which a question begins before it says what it wants to see.
const LEADS: [&str; 25] = [
    "show",
    "list",
    "give",
    "return",
    "find",
    "tell",
    "get",
    "display",
    "report",
    "what",
    "which",
    "is",
    "are",
    "was",
    "were",
    "me",
    "us",
    "out",
    "all",
    "the",
    "different",
    "distinct",
    "every",
    "please",
    "each",
];
/// Words of names of columns that say what a row is called.
const NAMES: [&str; 8] = ["name", "title", "fullname", "lastname", "firstname", "surname", "fname", "lname"];

pub(in crate::sql::suspicion) fn look(
    blocks: &Blocks<'_>,
    sql: &str,
    schema: &Schema,
    columns: &Columns<'_, '_>,
    question: &Question,
    out: &mut Vec<Suspicion>,
) {
    let Some(block) = blocks.outermost() else { return };
    if let Some(finer) = finer(sql, blocks.resolution, &question.stems) {
        let sentence =
            format!("{} is shown of groups by {}, so that what is equal stands in several rows", finer.shown.join(", "), finer.by);
        suspect(out, SuspicionKind::FinerGroup, sentence);
    }
    // What is put together with other rows has to look like them.
    if blocks.combined {
        return;
    }
    let shown: Vec<Option<Named<'_>>> = block.select.projection.iter().map(|item| named(item, columns)).collect();
    if let Some(sentence) = asked_not_shown(block, schema, &shown, question) {
        suspect(out, SuspicionKind::AskedNotShown, sentence);
    } else if let Some(sentence) = unasked_key(schema, &shown, question) {
        suspect(out, SuspicionKind::UnaskedKey, sentence);
    }
    if let Some(sentence) = other_name(schema, &shown, question) {
        suspect(out, SuspicionKind::OtherName, sentence);
    }
    if let Some(sentence) = unasked_group(block, &shown, question) {
        suspect(out, SuspicionKind::UnaskedKey, sentence);
    }
    if let Some(sentence) = fixed(block, columns, &shown, question) {
        suspect(out, SuspicionKind::FixedShown, sentence);
    }
}

/// "Who ...?", answered by the one text that all rows have, since they are taken by it.
fn fixed(block: &Block<'_>, columns: &Columns<'_, '_>, shown: &[Option<Named<'_>>], question: &Question) -> Option<String> {
    let asks = question.words.first().is_some_and(|first| matches!(first.as_str(), "who" | "which" | "what" | "whose"));
    let known: Vec<&Named<'_>> = shown.iter().flatten().collect();
    let ([named], Some(selection), true) = (known.as_slice(), &block.select.selection, asks) else { return None };
    if shown.len() > 1 && aggregates(&block.select.projection).is_empty() {
        return None;
    }
    let mut conditions = Vec::new();
    conjuncts(selection, &mut conditions);
    let text = conditions.iter().find_map(|condition| {
        let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = condition else { return None };
        let Some(Value::SingleQuotedString(text)) = literal(right) else { return None };
        columns.of(left).filter(|column| column.source == named.source && column.column.name == named.column.name).map(|_| text)
    })?;
    Some(format!("it shows {}, which is '{text}' in every row that it takes", named.column.name))
}

/// The column that an item of the result is.
fn named<'s>(item: &SelectItem, columns: &Columns<'_, 's>) -> Option<Named<'s>> {
    match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => columns.of(expr),
        _ => None,
    }
}

/// Whether the values of a column only stand for things.
fn stands_for_a_thing(schema: &Schema, named: Named<'_>) -> bool {
    let own = schema.table_of(named.table.database.as_deref(), &named.table.name);
    let last = split_name(&named.column.name)
        .last()
        .is_some_and(|last| matches!(last.as_str(), "id" | "ids") || last.len() > 3 && last.ends_with("id"));
    last && own.is_some_and(|own| thing(schema, own, &named.column.name).is_some())
}

/// The question's first words for what it wants to see, up to a word that goes on with something else.
fn head(question: &Question) -> &[String] {
    let start = question.words.iter().position(|word| !LEADS.contains(&word.as_str())).unwrap_or(question.words.len());
    let rest = question.words.get(start..).unwrap_or_default();
    let end = rest.iter().position(|word| is_function_word(word)).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

/// A column that the question begins with, where only keys are shown.
fn asked_not_shown(block: &Block<'_>, schema: &Schema, shown: &[Option<Named<'_>>], question: &Question) -> Option<String> {
    if question.asks_key(ASKS_KEY) || question.says(&["how", "many"]) || shown.is_empty() {
        return None;
    }
    let keys: Option<Vec<Named<'_>>> = shown.iter().map(|named| named.filter(|named| stands_for_a_thing(schema, *named))).collect();
    let key = *keys?.first()?;
    let head: Vec<String> = head(question).iter().map(|word| stem(word)).collect();
    let is_asked = |column: &&Column| {
        let words: Vec<String> = telling(&column.name).iter().map(|word| stem(word)).collect();
        !words.is_empty() && head.ends_with(&words)
    };
    let at_hand = block.scope.sources.iter().filter_map(|source| source.table()).flat_map(|table| &table.columns).find(is_asked);
    let things = |word: &str| schema.tables.iter().any(|table| split_name(&table.name).iter().any(|part| stem(part) == word));
    let mut elsewhere = schema.tables.iter().flat_map(|table| &table.columns).filter(is_asked);
    let only = || {
        let found = elsewhere.next().filter(|_| elsewhere.next().is_none());
        found.filter(|_| !head.last().is_some_and(|last| things(last)))
    };
    let asked = at_hand.or_else(only)?;
    (asked.name != key.column.name).then(|| {
        format!(
            "the question asks for {:?}, and the query shows {} and not {}",
            telling(&asked.name).join(" "),
            key.column.name,
            asked.name
        )
    })
}

/// A key beside a name that the question asks for, without a word for the key.
fn unasked_key(schema: &Schema, shown: &[Option<Named<'_>>], question: &Question) -> Option<String> {
    if shown.len() < 2 || question.asks_key(ASKS_KEY) {
        return None;
    }
    let is_asked = |named: &Named<'_>| split_name(&named.column.name).iter().any(|word| question.says_like(word));
    let key = shown.iter().flatten().find(|named| stands_for_a_thing(schema, **named) && split_name(&named.column.name).len() > 1)?;
    let others = shown.iter().flatten().any(|named| !stands_for_a_thing(schema, *named) && is_asked(named));
    let names = question.has_any(&["name", "names", "title", "titles"]);
    (others && names).then(|| format!("it shows {}, which the question does not ask for", key.column.name))
}

/// One value is asked for, and what it is of is shown beside it.
fn unasked_group(block: &Block<'_>, shown: &[Option<Named<'_>>], question: &Question) -> Option<String> {
    let starts = |phrase: &[&str]| question.words.iter().zip(phrase).all(|(own, word)| own == word) && question.words.len() > phrase.len();
    let one = starts(&["what", "is", "the", "total"])
        || starts(&["what", "is", "the", "average"])
        || starts(&["what", "is", "the", "number", "of"])
        || starts(&["how", "many"]);
    let one_value = one && !question.has_any(&["each", "every", "per", "and", "also", "by"]) && block.limit.as_deref() == Some("1");
    let [Some(named), None] = shown else { return None };
    let computed = block.select.projection.get(1).is_some_and(|item| !aggregates(item).is_empty());
    (one_value && computed).then(|| format!("one value is asked for, and it shows {} beside it", named.column.name))
}

/// "The names of employees", where the name of a company is shown.
fn other_name(schema: &Schema, shown: &[Option<Named<'_>>], question: &Question) -> Option<String> {
    let asked = whose_name(question)?;
    let [Some(named)] = shown else { return None };
    let is_name = telling(&named.column.name).iter().all(|word| NAMES.contains(&word.as_str()));
    let is_called =
        |name: &str| split_name(name).iter().any(|word| stem(word) == stem(asked) || word.len() > 4 && begin_alike(word, asked));
    // The question has to speak of the thing whose name is shown, too.
    let own = split_name(&named.table.name);
    let spoken_of = own.len() == 1 && own.iter().all(|word| question.says_like(word));
    let other = schema.tables.iter().find(|table| is_called(&table.name) && !table.name.eq_ignore_ascii_case(&named.table.name))?;
    let subject = !is_called(&named.table.name) && !named.table.columns.iter().any(|column| is_called(&column.name));
    (is_name && spoken_of && subject && is_key_or_none(named.table))
        .then(|| format!("the question asks for the name of {asked} ({}), and the query shows that of {}", other.name, named.table.name))
}

/// Whether a table has a key of one column, or none: what joins two others names neither.
fn is_key_or_none(table: &Table) -> bool {
    table.primary_key.len() <= 1 && table.primary_key.iter().all(|key| is_key(table, key))
}

/// The word for the things whose names the question asks for: "the names of all employees".
fn whose_name(question: &Question) -> Option<&str> {
    let at = ["names", "name"].iter().find_map(|name| question.place_of(&[name, "of"]))?;
    // Only at the beginning: what comes later may be a condition.
    let lead = question.words.get(..at)?.iter().all(|word| LEADS.contains(&word.as_str()) || word == "full");
    let rest = question.words.get(at + 2..)?;
    let word = rest.iter().find(|word| !LEADS.contains(&word.as_str()) && !is_function_word(word))?;
    (lead && word.len() > 3 && !KINDS.contains(&word.as_str())).then_some(word.as_str())
}
