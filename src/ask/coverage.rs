//! Which words of a question its SQL accounts for, and which it does not: a reason to doubt, and what a schema cannot answer. Pure.

use std::collections::HashSet;
use std::path::Path;

use super::stated::{Said, is_related};
use super::wording::{is_about_form, is_alike, is_neutral};
use crate::schema::{Holds, Schema, ValueHit};
use crate::text::language::{are_foreign_names, is_english_question};
use crate::text::nations::is_of_country;
use crate::text::words::{Word, singular, split_name, stem, words};

/// Bytes of a value that names a kind of thing.
const LONGEST_WORD: usize = 24;
/// Words that are named to people.
const MOST_NAMED: usize = 3;

/// How a question's words are accounted for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    /// Words that say something: neither function words nor ways to ask.
    pub content: usize,
    /// Those that nothing in the SQL accounts for, as the question writes them, in order.
    pub unaccounted: Vec<String>,
    /// Those of them that nothing in the whole schema has to do with either; without what looks like a verb ("visited"), which schemas seldom name.
    pub unknown: Vec<String>,
}

impl Coverage {
    /// The share of content words that are accounted for, 0 to 1; 1 where there are none.
    pub fn share(&self) -> f64 {
        if self.content == 0 { 1.0 } else { 1.0 - self.unaccounted.len() as f64 / self.content as f64 }
    }
}

/// The first few of the words, in quotes; empty for none.
pub(super) fn quoted(words: &[String]) -> String {
    let shown: Vec<String> = words.iter().take(MOST_NAMED).map(|word| format!("\"{word}\"")).collect();
    shown.join(", ")
}

/// Compares `question` with `sql`. Words are accounted for by names of tables and columns in it, its literals and numbers, its aggregates,
/// orders, sets and comparisons, and by `hits` (values the question mentions) where the SQL holds that value. People name a `file` by what it
/// has. Nothing is said of questions in other languages than English.
pub fn coverage(question: &str, sql: &str, schema: &Schema, hits: &[ValueHit], file: &Path) -> Coverage {
    let mut said = Said::new(sql);
    said.add_what_is_called(schema);
    let all = schema.tables.iter().flat_map(|table| {
        let columns = table.columns.iter().flat_map(|column| std::iter::once(&column.name).chain(&column.called));
        std::iter::once(&table.name).chain(&table.called).chain(columns)
    });
    // What a column keeps a few of names things, too: `customer` among roles, `Open` in a dictionary.
    let texts = schema.tables.iter().flat_map(|table| &table.columns).filter(|column| column.holds == Holds::Texts);
    let kept = texts.flat_map(|column| &column.samples).filter(|text| text.len() <= LONGEST_WORD);
    let file = file.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    let names: HashSet<String> = all.chain(kept).flat_map(|name| split_name(name)).chain(split_name(&file)).collect();
    let mut out = Coverage::default();
    if !is_comparable(question, schema) {
        return out;
    }
    let all = words(question);
    let amounts = said.amounts_of(question, &all);
    let rows = said.counted_rows(&all, schema);
    let done = what_is_done(&all);
    for word in all {
        if is_neutral(&word.folded) {
            continue;
        }
        out.content += 1;
        if amounts.iter().any(|amount| amount.contains(&word.range.start)) {
            continue;
        }
        let hit = |hit: &&ValueHit| hit.words.start <= word.range.start && word.range.end <= hit.words.end;
        if said.accounts_for(&word)
            || rows.as_ref().is_some_and(|rows| stem(&word.folded) == *rows)
            || said.texts.iter().any(|text| is_of_country(&word.folded, &text.to_lowercase()))
            || hits.iter().filter(hit).any(|hit| said.texts.contains(&hit.value))
        {
            continue;
        }
        let written = question.get(word.range.clone()).unwrap_or("").to_owned();
        let verb = word.folded.len() > 5 && (word.folded.ends_with("ed") || word.folded.ends_with("ing")) || done == Some(word.range.start);
        if !verb
            && !hits.iter().any(|h| hit(&h))
            && !names.iter().any(|name| is_related(&word.folded, name))
            && !is_alike(&word.folded, |alike| names.iter().any(|name| is_related(alike, name)))
            && !is_about_form(&word.folded)
        {
            out.unknown.push(written.clone());
        }
        out.unaccounted.push(written);
    }
    out
}

/// Where the word stands that says what somebody did, behind "did", "do" or "does", of which it is asked how many or how long: the last one, or the one
/// in front of a preposition. Elsewhere it is what is asked for: "what does it cost?"
fn what_is_done(words: &[Word]) -> Option<usize> {
    const AFTER: [&str; 12] = ["on", "in", "at", "for", "with", "per", "from", "to", "by", "of", "since", "during"];
    let of_amount =
        matches!(words.get(..2)?, [how, what] if how.folded == "how" && matches!(what.folded.as_str(), "many" | "long" | "often"));
    let at = words.iter().position(|word| matches!(word.folded.as_str(), "did" | "do" | "does")).filter(|_| of_amount)?;
    // "Did each person work": somebody stands between.
    let behind = words.get(at + 2..)?;
    let before = behind.iter().position(|word| AFTER.contains(&word.folded.as_str())).unwrap_or(behind.len());
    behind.get(before.checked_sub(1)?).map(|word| word.range.start)
}

/// Whether words of `question` can be compared with names of `schema`: both are English.
pub(super) fn is_comparable(question: &str, schema: &Schema) -> bool {
    let tables = || schema.tables.iter().filter(|table| !table.bookkeeping);
    let names = tables().flat_map(|table| std::iter::once(&table.name).chain(table.columns.iter().map(|column| &column.name)));
    let words: Vec<String> = names.flat_map(|name| split_name(name)).collect();
    is_english_question(question) && !are_foreign_names(words.iter().map(String::as_str))
}

/// A stored value that the question writes as a name, and that `sql` does nothing with.
pub fn unused_value<'h>(question: &str, sql: &str, hits: &'h [ValueHit]) -> Option<&'h ValueHit> {
    let said = Said::new(sql);
    let texts: Vec<String> = said.texts.iter().map(|text| text.to_lowercase()).collect();
    let holds = |hit: &ValueHit| texts.iter().any(|text| text.contains(&hit.value.to_lowercase()) || said_in_part(text, &hit.value));
    // In the middle of a sentence, a capital letter is a name's.
    let is_name = |hit: &ValueHit| {
        let begins = question.get(hit.words.clone()).and_then(|text| text.chars().next());
        hit.exact && hit.words.start > 0 && begins.is_some_and(char::is_uppercase)
    };
    let overlaps = |a: &ValueHit, b: &ValueHit| a.words.start < b.words.end && b.words.start < a.words.end;
    let accounted = |hit: &ValueHit| {
        let inside = |word: &Word| hit.words.start <= word.range.start && word.range.end <= hit.words.end;
        words(question).iter().filter(|word| inside(word)).any(|word| said.accounts_for(word))
    };
    hits.iter().filter(|hit| is_name(hit)).find(|hit| !accounted(hit) && !hits.iter().any(|other| overlaps(hit, other) && holds(other)))
}

/// The stored values that the question mentions whole, in whatever case, where `sql` says none of their words, nor another value that is
/// mentioned there.
pub fn unsaid_values<'h>(question: &str, sql: &str, hits: &'h [ValueHit]) -> Vec<&'h ValueHit> {
    let said = Said::new(sql);
    let texts: Vec<String> = said.texts.iter().map(|text| text.to_lowercase()).collect();
    let all = words(question);
    let is_whole = |hit: &ValueHit| {
        let text = question.get(hit.words.clone()).unwrap_or("").to_lowercase();
        let value = hit.value.to_lowercase();
        text == value || singular(&text) == value
    };
    let holds = |hit: &ValueHit| texts.iter().any(|text| text.contains(&hit.value.to_lowercase()) || said_in_part(text, &hit.value));
    let overlaps = |a: &ValueHit, b: &ValueHit| a.words.start < b.words.end && b.words.start < a.words.end;
    let is_open = |hit: &ValueHit| {
        let inside: Vec<&Word> = all.iter().filter(|word| hit.words.start <= word.range.start && word.range.end <= hit.words.end).collect();
        !inside.is_empty() && inside.iter().all(|word| !is_neutral(&word.folded) && !said.accounts_for(word))
    };
    hits.iter().filter(|hit| is_whole(hit) && is_open(hit) && !hits.iter().any(|other| overlaps(hit, other) && holds(other))).collect()
}

/// Whether `text`, in lower case, is a part of `value`, as a pattern's may be.
fn said_in_part(text: &str, value: &str) -> bool {
    let part = text.trim_matches('%');
    part.len() > 2 && value.to_lowercase().contains(part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Table;

    #[track_caller]
    fn check_unused(question: &str, sql: &str, expected: Option<&str>) {
        let hit = |value: &str| {
            let start = question.find(value)?;
            let (table, column) = ("airport".into(), "name".into());
            Some(ValueHit {
                table,
                column,
                value: value.into(),
                words: start..start + value.len(),
                exact: true,
                score: 900,
                ..ValueHit::default()
            })
        };
        let hits: Vec<ValueHit> = ["London", "Heathrow Airport", "dan"].into_iter().filter_map(hit).collect();
        assert_eq!(unused_value(question, sql, &hits).map(|hit| hit.value.as_str()), expected, "{sql}");
    }

    #[test]
    fn a_name_in_the_question_that_is_not_looked_for_is_told() {
        let asked = "How many passengers were at all London airports?";
        check_unused(asked, "SELECT sum(passengers) FROM airport", Some("London"));
        check_unused(asked, "SELECT sum(passengers) FROM airport WHERE name LIKE '%london%'", None);
        check_unused(asked, "SELECT sum(london_passengers) FROM airport", None);
        check_unused("passengers at Heathrow Airport", "SELECT sum(passengers) FROM airport WHERE name LIKE 'Heathrow%'", None);
        check_unused("friends of dan", "SELECT count(*) FROM friend", None);
        check_unused("London", "SELECT 1", None);
    }

    fn schema() -> Schema {
        let table = Table::named;
        Schema {
            tables: vec![
                table("head", &["head_id", "name", "born_state", "age"]),
                table("dept", &["deptId", "name", "budget_in_billions"]),
            ],
        }
    }

    #[track_caller]
    fn check(question: &str, sql: &str, unaccounted: &[&str], unknown: &[&str]) {
        let coverage = coverage(question, sql, &schema(), &[], Path::new("/tmp/company-staff.db"));
        assert_eq!(coverage.unaccounted, unaccounted, "{question}");
        assert_eq!(coverage.unknown, unknown, "{question}");
    }

    #[test]
    fn words_are_accounted_for_by_what_the_sql_says() {
        check("How many heads of the departments are older than 56?", "SELECT count(*) FROM head, dept WHERE age > 56", &[], &[]);
        check("How many heads of the departments are older than 56?", "SELECT count(*) FROM head", &["departments", "older", "56"], &[]);
        check("What is the average budget?", "SELECT avg(budget_in_billions) FROM dept", &[], &[]);
        check("What is the average budget?", "SELECT budget_in_billions FROM dept", &["average"], &[]);
        check("List the names of the three oldest heads", "SELECT name FROM head ORDER BY age DESC LIMIT 3", &[], &[]);
        check("heads born in 'California'", "SELECT * FROM head WHERE born_state = 'California'", &[], &[]);
        check("heads born in California", "SELECT * FROM head WHERE born_state = 'Nevada'", &["California"], &["California"]);
    }

    #[test]
    fn an_amount_in_words_is_a_number() {
        check("heads over 50 million", "SELECT name FROM head WHERE age > 50000000", &[], &[]);
        check("heads over 2.5 thousand", "SELECT name FROM head WHERE age > 2500", &[], &[]);
        check("heads over five million", "SELECT name FROM head WHERE age > 5e6", &[], &[]);
        check("heads over 50 million", "SELECT name FROM head WHERE age > 40", &["50", "million"], &["million"]);
    }

    #[test]
    fn what_somebody_does_need_not_be_in_a_schema() {
        check("How many budgets did each head spend?", "SELECT count(budget_in_billions) FROM head GROUP BY name", &["spend"], &[]);
        check("How long did the heads work on salaries?", "SELECT sum(age) FROM head", &["long", "work", "salaries"], &["salaries"]);
        check("What did the heads earn in all?", "SELECT sum(age) FROM head", &["earn"], &["earn"]);
    }

    #[test]
    fn a_distance_is_said_by_a_root() {
        let asked = "What is the distance of each head from the origin?";
        check(asked, "SELECT head_id, SQRT(age * age + born_state * born_state) FROM head GROUP BY head_id", &[], &[]);
        check(asked, "SELECT head_id FROM head GROUP BY head_id", &["distance", "origin"], &["distance", "origin"]);
    }

    #[test]
    fn a_unit_is_said_by_a_comparison() {
        check("Which heads are longer than 6 minutes?", "SELECT name FROM head WHERE age > 360", &["6"], &[]);
        check("Which heads are longer than 6 minutes?", "SELECT name FROM head", &["longer", "6", "minutes"], &[]);
    }

    #[test]
    fn months_years_and_what_is_said_otherwise_are_accounted_for() {
        check("heads born in December", "SELECT name FROM head WHERE strftime('%m', born_state) = '12'", &[], &[]);
        check("heads born in December", "SELECT name FROM head WHERE born_state = '2024-11-02'", &["December"], &[]);
        check("heads born after 2022", "SELECT name FROM head WHERE born_state >= '2023-01-01'", &[], &[]);
        check("heads born on Sunday", "SELECT name FROM head WHERE strftime('%w', born_state) = '0'", &[], &[]);
        check("heads born on Saturday", "SELECT name FROM head WHERE born_state LIKE '2023-06-%'", &["Saturday"], &[]);
        check("French heads", "SELECT name FROM head WHERE born_state = 'France'", &[], &[]);
        check("heads who nobody knows for half an age", "SELECT name FROM head WHERE age > 5", &["knows"], &["knows"]);
        check("What does the dept cost?", "SELECT budget_in_billions FROM dept", &["cost"], &["cost"]);
        assert_eq!(quoted(&["a".into(), "b".into()]), "\"a\", \"b\"");
    }

    #[test]
    fn what_no_schema_knows_is_told() {
        check("What is the salary of each employee?", "SELECT name FROM head", &["salary", "employee"], &["salary", "employee"]);
        check("How many staff are there?", "SELECT count(*) FROM head", &["staff"], &[]);
        check("", "", &[], &[]);
    }

    #[test]
    fn rows_of_the_only_table_are_called_as_one_likes() {
        let one = Schema { tables: vec![Table::named("log", &["call", "band"])] };
        let of = |question: &str, sql: &str| coverage(question, sql, &one, &[], Path::new("/tmp/x.db")).unaccounted;
        assert_eq!(of("How many contacts did I make on 20m?", "SELECT count(*) FROM log WHERE band = '20m'"), [""; 0]);
        assert_eq!(of("How many contacts did I make on 20m?", "SELECT band FROM log"), ["contacts", "20m"]);
        check("How many contacts are there?", "SELECT count(*) FROM head", &["contacts"], &["contacts"]);
    }

    #[test]
    fn english_words_say_nothing_of_other_names() {
        let german = Schema { tables: vec![Table::named("Wohnungen", &["Zimmer", "Miete"]), Table::named("Mieter", &["Nachname"])] };
        assert!(!is_comparable("How many flats are there?", &german));
        assert!(is_comparable("How many heads are there?", &schema()));
    }

    #[test]
    fn a_value_found_counts_where_the_sql_has_it() {
        let hit = ValueHit {
            table: "head".into(),
            column: "born_state".into(),
            value: "CA".into(),
            words: 14..24,
            score: 800,
            ..ValueHit::default()
        };
        let with = |sql: &str| coverage("heads born in California", sql, &schema(), std::slice::from_ref(&hit), Path::new(""));
        assert_eq!(with("SELECT * FROM head WHERE born_state = 'CA'").unaccounted, [""; 0]);
        let without = with("SELECT * FROM head WHERE born_state = 'NV'");
        assert_eq!(without.unaccounted, ["California"]);
        assert_eq!(without.unknown, [""; 0], "the database knows the word");
        assert!(without.share() < 1.0);
    }

    #[test]
    fn other_languages_are_left_alone() {
        assert_eq!(coverage("Wie viele Leiter sind älter als 56?", "SELECT 1", &schema(), &[], Path::new("")), Coverage::default());
    }
}
