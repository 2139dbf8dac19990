//! The prompts of tuned models beside what their makers published (`tests/fixtures/forms`), and their schemas beside what the makers' programs
//! write of the same tables.

use super::*;
use crate::llm::{Message, Prompt, Role, Shared};
use crate::schema::{Column, ForeignKey, Holds, KeyOrigin, Schema, Table, ValueHit};

const OMNISQL: &str = include_str!("../../tests/fixtures/forms/omnisql.txt");
const XIYANSQL: &str = include_str!("../../tests/fixtures/forms/xiyansql.txt");
const ARCTIC: &str = include_str!("../../tests/fixtures/forms/arctic-text2sql.txt");
const SLM_SQL: &str = include_str!("../../tests/fixtures/forms/slm-sql.txt");

fn column(name: &str, declared_type: &str, holds: Holds, samples: &[&str]) -> Column {
    let samples = samples.iter().map(|sample| (*sample).to_owned()).collect();
    Column { name: name.into(), declared_type: declared_type.into(), holds, samples, ..Column::default() }
}

/// Tables of BIRD's `debit_card_specializing`, and one whose names need quotes.
fn schema() -> Schema {
    let customers = Table {
        name: "customers".into(),
        columns: vec![
            column("CustomerID", "INTEGER", Holds::Numbers, &["3..6"]),
            column("Segment", "TEXT", Holds::Texts, &["SME", "LAM", "KAM"]),
            Column { comment: "what they pay in".into(), ..column("Currency", "TEXT", Holds::Texts, &["EUR", "CZK"]) },
        ],
        primary_key: vec!["CustomerID".into()],
        ..Table::default()
    };
    let key = ForeignKey {
        columns: vec!["CustomerID".into()],
        foreign_table: "customers".into(),
        elsewhere: None,
        foreign_columns: vec!["CustomerID".into()],
        origin: KeyOrigin::Declared,
    };
    let months = Table {
        name: "yearmonth".into(),
        columns: vec![
            column("CustomerID", "INTEGER", Holds::Numbers, &["39..172"]),
            column("Date", "DATE", Holds::Texts, &["2012-08-24..2013-01-01"]),
            column("Consumption", "REAL", Holds::Numbers, &["-528.3..1931.36"]),
        ],
        primary_key: vec!["CustomerID".into(), "Date".into()],
        foreign_keys: vec![key],
        ..Table::default()
    };
    let notes = Table {
        name: "Order Notes".into(),
        columns: vec![
            column("from", "varchar(30)", Holds::Texts, &["it's", "a \"b\" 'c'"]),
            column("text", "", Holds::Texts, &["a text of more than twenty letters", "short"]),
            column("long", "TEXT", Holds::Texts, &[]),
        ],
        ..Table::default()
    };
    Schema { tables: vec![customers, months, notes] }
}

/// As `obtain_db_details` has it. A comma behind which a comment stands is left there, too.
const EXEMPLIFIED: &str = r#"CREATE TABLE customers (
    CustomerID INTEGER, -- example: [3, 6]
    Segment TEXT, -- example: ['SME', 'LAM']
    Currency TEXT, -- what they pay in, example: ['EUR', 'CZK']
    PRIMARY KEY (CustomerID)
);

CREATE TABLE yearmonth (
    CustomerID INTEGER, -- example: [39, 172]
    Date DATE, -- example: ['2012-08-24', '2013-01-01']
    Consumption REAL, -- example: [-528.3, 1931.36]
    PRIMARY KEY (CustomerID, Date),
    CONSTRAINT fk_yearmonth_customerid FOREIGN KEY (CustomerID) REFERENCES customers (CustomerID)
);

CREATE TABLE `Order Notes` (
    `from` varchar(30), -- example: ["it's", 'a "b" \'c\'']
    text, -- example: ['a text of more than twenty letters', 'short']
    long TEXT
);"#;

/// As `to_mschema` has it.
const M_SCHEMA: &str = "【DB_ID】 main
【Schema】
# Table: customers
[
(CustomerID:INTEGER, Primary Key, Examples: [3, 6]),
(Segment:TEXT, Examples: [SME, LAM, KAM]),
(Currency:TEXT, what they pay in, Examples: [EUR, CZK])
]
# Table: yearmonth
[
(CustomerID:INTEGER, Primary Key, Examples: [39, 172]),
(Date:DATE, Primary Key, Examples: [2012-08-24]),
(Consumption:REAL, Examples: [-528.3, 1931.36])
]
# Table: Order Notes
[
(from:VARCHAR, Examples: [it's, a \"b\" 'c']),
(text:, Examples: [a text of more than twenty letters]),
(long:TEXT)
]
【Foreign keys】
yearmonth.CustomerID=customers.CustomerID";

fn told(form: Form) -> String {
    schema_text_in(form.schema_style(), &schema(), SCHEMA_BYTES, Some(("Who pays in CZK?", &[])))
}

#[test]
fn schemas_are_written_as_the_models_know_them() {
    for form in [Form::OmniSql, Form::Arctic, Form::SlmSql] {
        assert_eq!(told(form).trim_end(), EXEMPLIFIED);
    }
    assert_eq!(told(Form::XiYan).trim_end(), M_SCHEMA);
    assert!(told(Form::Chat).starts_with("CREATE TABLE customers (\n  CustomerID INTEGER PRIMARY KEY, -- 3..6\n"));
}

#[test]
fn a_budget_holds_in_every_style() {
    for budget in [300, 600, 900, 1200] {
        for form in Form::ALL {
            let text = schema_text_in(form.schema_style(), &schema(), budget, None);
            assert!(text.len() <= budget, "{form:?}: {} of {budget}\n{text}", text.len());
            let keys = text.split("【Foreign keys】").nth(1);
            assert!(keys.is_none() || text.contains("# Table: yearmonth\n"), "{text}");
        }
    }
}

fn parts(form: Form) -> PromptParts {
    PromptParts { schema_text: told(form), question: "Who pays in CZK?".into(), ..PromptParts::default() }
}

/// The published prompt, filled in.
fn published(form: Form, known: &str, question: &str) -> Vec<Message> {
    let asked = if known.is_empty() { question.to_owned() } else { format!("{known}\n{question}") };
    let (text, roles): (&str, &[Role]) = match form {
        Form::OmniSql => (OMNISQL, &[Role::User]),
        Form::XiYan => (XIYANSQL, &[Role::User]),
        Form::Arctic => (ARCTIC, &[Role::System, Role::User, Role::Assistant]),
        Form::SlmSql => (SLM_SQL, &[Role::System, Role::User]),
        Form::Alpaca | Form::Chat => unreachable!(),
    };
    let text = match form {
        Form::XiYan => text.replace("{dialect}", "SQLite").replace("{question}", question).replace("{evidence}", known),
        _ => text.replace("{question}", &asked),
    };
    let text = ["{db_details}", "{db_desc}"].iter().fold(text, |text, place| text.replace(place, EXEMPLIFIED));
    let text = text.replace("{db_schema}", M_SCHEMA);
    text.split("\n=====\n").zip(roles).map(|(content, role)| Message { role: *role, content: content.into() }).collect()
}

const TUNED: [Form; 4] = [Form::OmniSql, Form::XiYan, Form::Arctic, Form::SlmSql];

#[test]
fn prompts_are_those_that_the_makers_published() {
    for form in TUNED {
        assert_eq!(render(&parts(form), form), Prompt::Chat(published(form, "", "Who pays in CZK?")), "{form:?}");
    }
}

#[test]
fn what_is_known_stands_where_the_makers_put_knowledge() {
    let hit = ValueHit { table: "customers".into(), column: "Currency".into(), value: "CZK".into(), ..ValueHit::default() };
    let turn = |question: &str, sql: &str| Turn { question: question.into(), sql: sql.into() };
    let known = "How many?\nSELECT count(*) FROM customers\n\n-- customers.Currency = 'CZK'\nthose of 2013";
    let asked = |form, repair: Option<(&str, &str)>| PromptParts {
        values: vec![hit.clone()],
        hint: Some("those of 2013".into()),
        previous: Some(turn("How many?", "SELECT count(*) FROM customers")),
        repair: repair.map(|(sql, error)| (sql.into(), error.into())),
        ..parts(form)
    };
    let failed = "Who pays in CZK?\n\nThis query failed:\nSELECT x\nSQLite says: no such column: x\nWrite the corrected query.";
    let thought = "Who pays in CZK?\n\nThe last answer had no query. Write one, and end your answer with it.";
    for form in TUNED {
        assert_eq!(render(&asked(form, None), form), Prompt::Chat(published(form, known, "Who pays in CZK?")), "{form:?}");
        let repair = Some(("SELECT x", "no such column: x"));
        assert_eq!(render(&asked(form, repair), form), Prompt::Chat(published(form, known, failed)), "{form:?}");
        assert_eq!(render(&asked(form, Some(("", ""))), form), Prompt::Chat(published(form, known, thought)), "{form:?}");
    }
}

#[test]
fn what_other_questions_begin_with_ends_before_the_question() {
    for form in Form::ALL {
        let (one, other) = (render(&parts(form), form), render(&PromptParts { question: "Why?".into(), ..parts(form) }, form));
        let begins = |prompt: &Prompt| match (shared(prompt, form), prompt) {
            (Shared::Bytes(bytes), Prompt::Chat(messages)) => {
                let question = messages.iter().rfind(|message| message.role == Role::User).unwrap();
                Some(question.content[..bytes].to_owned())
            }
            (Shared::Messages(count), Prompt::Chat(messages)) => Some(messages[..count].iter().map(|m| m.content.as_str()).collect()),
            _ => None,
        };
        assert_eq!(begins(&one), begins(&other));
        assert_eq!(begins(&one).is_some_and(|text| text.ends_with(told(form).trim_end()) || form == Form::Chat), form.begins_with_schema());
    }
}

#[test]
fn the_catalogue_names_forms_that_there_are() {
    for entry in crate::store::catalogue::catalogue() {
        let named = entry.prompt.as_deref().map(|prompt| Form::named(prompt).unwrap_or_else(|| panic!("{}: {prompt}", entry.name)));
        // Its own name and that of its repository tell the same, so that a copy under either is asked the same way.
        for name in [Some(&entry.name), entry.hub.as_ref().map(|hub| &hub.repo)].into_iter().flatten() {
            let model = crate::llm::ModelInfo { name: name.clone(), has_chat_template: true, ..Default::default() };
            assert_eq!(Form::of(&model), named.unwrap_or(Form::Chat), "{name}");
        }
    }
}

#[test]
fn likely_answers_are_written_as_the_form_has_them() {
    let first = |form| likely_answers(&schema(), form)[0].clone();
    assert_eq!(first(Form::OmniSql), "```sql\nSELECT count(*) FROM customers;\n```");
    assert_eq!(first(Form::XiYan), "SELECT count(*) FROM customers");
    assert_eq!(first(Form::SlmSql), "<answer>SELECT count(*) FROM customers</answer>");
}
