//! Which words of a question its SQL accounts for, and which it does not: a reason to doubt, and what a schema cannot answer. Pure.

use std::collections::HashSet;

use crate::schema::{Schema, ValueHit};
use crate::sql::lex::{TokenKind, lex, name_of};
use crate::text::language::is_english_question;
use crate::text::numbers::cardinal;
use crate::text::words::{Word, edits_within, is_function_word, singular, split_name, stem, words};

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

/// Compares `question` with `sql`. Words are accounted for by names of tables and columns in it, its literals and numbers, its aggregates,
/// orders, sets and comparisons, and by `hits` (values the question mentions) where the SQL holds that value. Nothing is said of questions in
/// other languages than English.
pub fn coverage(question: &str, sql: &str, schema: &Schema, hits: &[ValueHit]) -> Coverage {
    let mut said = Said::new(sql);
    said.add_what_is_called(schema);
    let all = schema.tables.iter().flat_map(|table| {
        let columns = table.columns.iter().flat_map(|column| std::iter::once(&column.name).chain(&column.called));
        std::iter::once(&table.name).chain(&table.called).chain(columns)
    });
    let names: HashSet<String> = all.flat_map(|name| split_name(name)).collect();
    let mut out = Coverage::default();
    if !is_english_question(question) {
        return out;
    }
    for word in words(question) {
        if is_neutral(&word.folded) {
            continue;
        }
        out.content += 1;
        let hit = |hit: &&ValueHit| hit.words.start <= word.range.start && word.range.end <= hit.words.end;
        if said.accounts_for(&word) || hits.iter().filter(hit).any(|hit| said.texts.contains(&hit.value)) {
            continue;
        }
        let written = question.get(word.range.clone()).unwrap_or("").to_owned();
        let verb = word.folded.len() > 5 && (word.folded.ends_with("ed") || word.folded.ends_with("ing"));
        if !verb
            && !hits.iter().any(|h| hit(&h))
            && !names.iter().any(|name| is_related(&word.folded, name))
            && !is_about_form(&word.folded)
        {
            out.unknown.push(written.clone());
        }
        out.unaccounted.push(written);
    }
    out
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

/// Whether `text`, in lower case, is a part of `value`, as a pattern's may be.
fn said_in_part(text: &str, value: &str) -> bool {
    let part = text.trim_matches('%');
    part.len() > 2 && value.to_lowercase().contains(part)
}

/// What a statement says, for comparing with words.
#[derive(Default)]
struct Said {
    /// Words of its names and strings, folded.
    words: HashSet<String>,
    /// Its names, in lower case.
    names: HashSet<String>,
    /// Its keywords and functions, in lower case.
    keywords: HashSet<String>,
    /// Its string literals, as they are.
    texts: HashSet<String>,
    comparisons: HashSet<String>,
}

impl Said {
    fn new(sql: &str) -> Self {
        let mut said = Self::default();
        for token in lex(sql) {
            let text = token.text(sql);
            match token.kind {
                TokenKind::Word | TokenKind::Quoted => {
                    if token.kind == TokenKind::Word {
                        said.keywords.insert(text.to_ascii_lowercase());
                    }
                    let name = name_of(text);
                    said.words.extend(split_name(&name));
                    said.names.insert(name.to_lowercase());
                }
                TokenKind::String => {
                    let value = name_of(text);
                    said.words.extend(words(&value).into_iter().map(|word| word.folded));
                    said.texts.insert(value);
                }
                TokenKind::Number => {
                    said.words.extend(words(text).into_iter().map(|word| word.folded));
                }
                TokenKind::Operator => {
                    said.comparisons.insert(text.to_owned());
                }
                _ => {}
            }
        }
        said
    }

    /// A table or a column that is named says what people call it, too.
    fn add_what_is_called(&mut self, schema: &Schema) {
        for table in schema.tables.iter().filter(|table| self.names.contains(&table.name.to_lowercase())) {
            let columns = table.columns.iter().filter(|column| self.names.contains(&column.name.to_lowercase()));
            for called in table.called.iter().chain(columns.flat_map(|column| &column.called)) {
                self.words.extend(split_name(called));
            }
        }
    }

    fn accounts_for(&self, word: &Word) -> bool {
        let folded = word.folded.as_str();
        if self.words.contains(folded) || self.words.iter().any(|name| is_related(folded, name)) {
            return true;
        }
        if let Some(digits) = digits_of(folded) {
            return self.words.contains(digits.as_str()) || digits == "1" && self.keywords.contains("limit");
        }
        FORMS
            .iter()
            .filter(|form| form.words.split_whitespace().any(|other| other == folded))
            .any(|form| form.said_by.split_whitespace().any(|said| self.keywords.contains(said) || self.comparisons.contains(said)))
    }
}

/// Whether a word has to do with a word of a name: one family, a part of it, or its abbreviation.
fn is_related(word: &str, name: &str) -> bool {
    if word == name {
        return true;
    }
    let (a, b) = (stem(word), stem(name));
    if a == b {
        return true;
    }
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    if short.len() >= 4
        && (long.starts_with(short.as_str()) || long.ends_with(short.as_str()) || long.len() >= 8 && long.contains(short.as_str()))
    {
        return true;
    }
    // `stuid` for students, `fname` for names; `dept` for departments.
    let word = singular(word);
    if name.len() >= 4 && word.len() >= 3 && (name.ends_with(word) || word.len() >= 4 && name.starts_with(word)) {
        return true;
    }
    if (3..=5).contains(&name.len()) && word.len() > name.len() && is_abbreviation(name, word) {
        return true;
    }
    a.len() >= 6 && b.len() >= 6 && edits_within(&a, &b, 1).is_some()
}

/// Whether `short` begins like `word` and its letters stand in `word` in order.
fn is_abbreviation(short: &str, word: &str) -> bool {
    let mut letters = word.chars();
    short.chars().next() == word.chars().next() && short.chars().all(|c| letters.any(|other| other == c))
}

/// The digits for a small number in words.
fn digits_of(word: &str) -> Option<String> {
    let number = match word {
        "single" | "once" => Some(1),
        "twice" => Some(2),
        _ => cardinal(word),
    };
    number.map(|number| number.to_string())
}

/// Words and what of SQL says them.
struct Form {
    words: &'static str,
    said_by: &'static str,
}

const FORMS: [Form; 12] = [
    Form {
        words: "many number count total amount often frequency frequently times quantity popular common size",
        said_by: "count sum total limit",
    },
    Form { words: "average mean avg", said_by: "avg" },
    Form { words: "total sum overall altogether combined", said_by: "sum total count" },
    Form {
        words: "most maximum max highest largest biggest greatest latest newest recent recently last longest oldest best top tallest heaviest \
                fastest busiest richest popular common more higher larger earlier later older youngest frequent frequently expensive descending \
                reverse decreasing best-selling leading first big high large long old great rich",
        said_by: "max desc limit > >= order",
    },
    Form {
        words: "least minimum min lowest smallest earliest oldest first shortest youngest fewest worst cheapest fewer less lower smaller under \
                below before slowest lightest poorest rarest ascending increasing low small short young cheap few early lexicographically \
                alphabetical alphabetically alphabetic",
        said_by: "min asc limit < <= order",
    },
    Form {
        words: "sorted sort order ordered rank ranked ranking arranged descending ascending alphabetical increasing decreasing",
        said_by: "order",
    },
    Form { words: "different distinct unique", said_by: "distinct group count" },
    Form { words: "each every per group grouped respective different type kind", said_by: "group distinct over" },
    Form {
        words: "both either neither also common shared except excluding without never not other besides",
        said_by: "intersect union except or not != <> in and having",
    },
    Form {
        words: "more greater above over larger higher exceed exceeds exceeding exceeded least older younger after later before below under less fewer lower smaller than between within equal equals same exactly \
                earlier up range start starting begin beginning end ending contain contains containing include substring letter",
        said_by: "> >= < <= between having = like in ==",
    },
    // A length or a weight may be kept in any unit: what is compared or computed says it.
    Form {
        words: "longer shorter heavier lighter second seconds minute minutes hour hours days week weeks months years gram grams kilo kilos \
                kilogram kilograms kg metre metres meter meters kilometre kilometres kilometer kilometers km",
        said_by: "> >= < <= between * / order max min",
    },
    Form {
        words: "year month day date time percentage percent ratio difference rate",
        said_by: "strftime date year / - julianday between substr like > <",
    },
];

/// Whether a word is about counting, sorting and comparing, which any database can do.
fn is_about_form(word: &str) -> bool {
    digits_of(word).is_some()
        || word.bytes().all(|b| b.is_ascii_digit())
        || FORMS.iter().any(|form| form.words.split_whitespace().any(|other| other == word))
}

/// Whether a word asks, or holds the question together, and so has nothing to account for.
fn is_neutral(word: &str) -> bool {
    is_function_word(word) && !matches!(word, "most" | "more" | "few" | "once") || NEUTRAL.split_whitespace().any(|other| other == word)
}

const NEUTRAL: &str = "show list find return id ids tell display retrieve report print select compute calculate determine identify see know want wanted \
want like please please present corresponding respectively respective associated related information info details detail data database record \
records record value values table tables entry entries result results row rows column columns exist exists existing available used using \
use belong belongs belonging correspond whose named called listed stored given kind kinds type types sort way thing things person people \
describe description following specific certain particular various make makes made take takes taken hold holds held live lives";

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
        let coverage = coverage(question, sql, &schema(), &[]);
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
    fn a_unit_is_said_by_a_comparison() {
        check("Which heads are longer than 6 minutes?", "SELECT name FROM head WHERE age > 360", &["6"], &[]);
        check("Which heads are longer than 6 minutes?", "SELECT name FROM head", &["longer", "6", "minutes"], &[]);
    }

    #[test]
    fn what_no_schema_knows_is_told() {
        check("What is the salary of each employee?", "SELECT name FROM head", &["salary", "employee"], &["salary", "employee"]);
        check("", "", &[], &[]);
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
        let with = |sql: &str| coverage("heads born in California", sql, &schema(), std::slice::from_ref(&hit));
        assert_eq!(with("SELECT * FROM head WHERE born_state = 'CA'").unaccounted, [""; 0]);
        let without = with("SELECT * FROM head WHERE born_state = 'NV'");
        assert_eq!(without.unaccounted, ["California"]);
        assert_eq!(without.unknown, [""; 0], "the database knows the word");
        assert!(without.share() < 1.0);
    }

    #[test]
    fn other_languages_are_left_alone() {
        assert_eq!(coverage("Wie viele Leiter sind älter als 56?", "SELECT 1", &schema(), &[]), Coverage::default());
    }
}
