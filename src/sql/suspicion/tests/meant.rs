//! What is shown, measured, grouped by and counted against what the question says, and the right queries beside them.

use super::calm::{check, sales};
use crate::schema::{Column, ForeignKey, Holds, Table};
use crate::sql::suspicion::*;
use SuspicionKind::*;

/// Settled claims, documents that people destroy, and papers with what came of them.
fn office() -> Schema {
    let column = |name: &str| {
        let text = ["name", "result", "emails", "kind"].iter().any(|part| name.contains(part));
        let date = name.contains("date");
        Column {
            name: name.into(),
            holds: if text || date { Holds::Texts } else { Holds::Numbers },
            samples: vec![if date { "2020-01-05..2024-02-01".into() } else { "1..9".to_owned() }],
            ..Column::default()
        }
    };
    let table = |name: &str, columns: &[&str], keys: &[(&str, &str)]| Table {
        name: name.into(),
        columns: columns.iter().map(|name| column(name)).collect(),
        primary_key: vec![columns[0].into()],
        foreign_keys: keys.iter().map(|(own, other)| ForeignKey::declared(own, other, &format!("{other}_id"))).collect(),
        ..Table::default()
    };
    Schema {
        tables: vec![
            table("settlement", &["settlement_id", "amount_claimed", "amount_settled", "date_claim_made"], &[]),
            table("employee", &["employee_id", "employee_name"], &[]),
            table(
                "document",
                &["document_id", "authorised_by_employee_id", "destroyed_by_employee_id", "document_date", "pages"],
                &[("authorised_by_employee_id", "employee"), ("destroyed_by_employee_id", "employee")],
            ),
            table("submission", &["submission_id", "author", "scores"], &[]),
            table("acceptance", &["acceptance_id", "submission_id", "result"], &[("submission_id", "submission")]),
            table("form", &["form_id", "form_kind"], &[]),
            table("party", &["party_id", "party_emails"], &[]),
            table("party_form", &["entry_id", "party_id", "form_id"], &[("party_id", "party"), ("form_id", "form")]),
            table("job", &["job_id", "employee_id", "company_id"], &[("employee_id", "employee"), ("company_id", "company")]),
            table("company", &["company_id", "name", "sales"], &[]),
        ],
    }
}

#[track_caller]
fn of_office(question: &str, sql: &str, expected: &[(SuspicionKind, &str)]) {
    let found = suspicions(sql, &office(), Some(Asked::alone(question)));
    let found: Vec<(SuspicionKind, &str)> = found.iter().map(|one| (one.kind, one.sentence.as_str())).collect();
    assert_eq!(found, expected, "{question}\n{sql}");
}

#[test]
fn the_column_that_the_words_name_is_taken() {
    let sum = |column: &str| format!("SELECT sum({column}) FROM settlement");
    let sentence = "it takes amount_claimed, and the words of the question name amount_settled, which is not used";
    of_office("What is the total amount of settlement made?", &sum("amount_claimed"), &[(NearerColumn, sentence)]);
    of_office("What is the total amount of settlement made?", &sum("amount_settled"), &[]);
    of_office("What is the total amount that was claimed?", &sum("amount_claimed"), &[]);
    of_office("What is the total amount of all?", &sum("amount_claimed"), &[]);
    let who = |key: &str| format!("SELECT e.employee_name FROM document AS d JOIN employee AS e ON d.{key}_by_employee_id = e.employee_id");
    let sentence = "it takes authorised_by_employee_id, and the words of the question name destroyed_by_employee_id, which is not used";
    of_office("Which employees have destroyed a document?", &who("authorised"), &[(NearerColumn, sentence)]);
    of_office("Which employees have destroyed a document?", &who("destroyed"), &[]);
    of_office("Which employees have authorised a document?", &who("authorised"), &[]);
}

#[test]
fn a_key_is_not_the_column_that_is_asked_for() {
    let sentence = "the question asks for \"result\", and the query shows submission_id and not result";
    let sql = "SELECT submission_id FROM submission ORDER BY scores DESC LIMIT 1";
    of_office("Show the result of the submission with the highest score.", sql, &[(AskedNotShown, sentence)]);
    let right =
        "SELECT a.result FROM acceptance AS a JOIN submission AS s ON a.submission_id = s.submission_id ORDER BY s.scores DESC LIMIT 1";
    of_office("Show the result of the submission with the highest score.", right, &[]);
    let beside = "SELECT employee_id, employee_name FROM employee";
    of_office("Show the names of all employees.", beside, &[(UnaskedKey, "it shows employee_id, which the question does not ask for")]);
    of_office("Show the ids and names of all employees.", beside, &[]);
    of_office("Show all employees.", beside, &[]);
}

#[test]
fn a_name_is_that_of_what_is_asked_for() {
    let sql = |shown: &str| {
        format!(
            "SELECT {shown} FROM job AS j JOIN employee AS e ON j.employee_id = e.employee_id \
             JOIN company AS c ON j.company_id = c.company_id WHERE c.sales > 200"
        )
    };
    let question = "Show the names of employees that work for companies with sales bigger than 200.";
    let joined = "SELECT c.name FROM job AS j JOIN company AS c ON j.company_id = c.company_id WHERE c.sales > 200 AND j.employee_id > 0";
    let sentence = "the question asks for the name of employees (employee), and the query shows that of company";
    of_office(question, joined, &[(OtherName, sentence)]);
    of_office(question, &sql("e.employee_name"), &[]);
    of_office("Show the names of the companies with sales bigger than 200.", "SELECT name FROM company WHERE sales > 200", &[]);
}

#[test]
fn the_most_common_is_counted_by_itself() {
    let by = |group: &str| {
        format!(
            "SELECT party_emails FROM party WHERE party_id IN \
             (SELECT party_id FROM party_form GROUP BY {group} ORDER BY count(*) DESC LIMIT 1)"
        )
    };
    let question = "What are the emails of parties that used the form that is the most common?";
    let sentence = "the question asks for the most common form, and rows are counted by party_id and not by form_id";
    of_office(question, &by("party_id"), &[(OtherGroup, sentence)]);
    of_office(question, &by("form_id"), &[]);
    let kind =
        "SELECT f.form_kind FROM party_form AS p JOIN form AS f ON p.form_id = f.form_id GROUP BY f.form_id ORDER BY count(*) DESC LIMIT 1";
    of_office("What is the kind of the most common form?", kind, &[]);
}

#[test]
fn rows_are_ordered_by_what_is_measured() {
    let of = |order: &str| format!("SELECT status FROM orders ORDER BY {order} LIMIT 1");
    check("What is the status of the most recent order?", &of("total DESC"), &[OtherMeasure]);
    check("What is the status of the most recent order?", &of("placed_on DESC"), &[]);
    check("What is the status of the order with the highest surcharge?", &of("weight DESC"), &[UnusedColumn, OtherMeasure]);
    check("What is the status of the order with the highest surcharge?", &of("surcharge DESC"), &[]);
    check("What is the status of the heaviest order?", &of("total DESC"), &[OtherMeasure]);
    check("What is the status of the heaviest order?", &of("weight DESC"), &[]);
    check("What is the status of the largest order?", &of("total DESC"), &[]);
    let sentence =
        suspicions(&of("total DESC"), &sales(), Some(Asked::alone("What is the status of the heaviest order?"))).remove(0).sentence;
    assert_eq!(sentence, "the question asks for the heaviest, and the query orders by total and not by weight");
}

#[test]
fn groups_are_those_that_are_asked_for() {
    let by = |group: &str, having: &str| format!("SELECT status FROM orders GROUP BY {group} {having}");
    check("Which statuses have four or more orders?", &by("status", "HAVING count(*) > 0"), &[EmptyHaving]);
    check("Which statuses have more than one order?", &by("status", "HAVING count(*) >= 1"), &[EmptyHaving]);
    check("Which statuses have at least one order?", &by("status", "HAVING count(*) >= 1"), &[]);
    check("Which statuses have four or more orders?", &by("status", "HAVING count(*) >= 4"), &[]);
    let city = |group: &str| {
        format!(
            "SELECT c.city, count(*) FROM customer AS c JOIN orders AS o ON o.customer_id = c.id GROUP BY {group} ORDER BY count(*) DESC LIMIT 1"
        )
    };
    check("Which city has the most orders?", &city("c.id"), &[FinerGroup]);
    check("Which city has the most orders?", &city("c.city"), &[]);
    check("What is the city of the customer with the most orders?", &city("c.id"), &[]);
}

#[test]
fn days_that_are_given_are_kept() {
    let sql = |filter: &str| format!("SELECT status FROM orders WHERE {filter}");
    let question = "What is the status of orders placed between 2021-03-01 and 2022-04-30?";
    check(question, &sql("strftime('%Y', placed_on) BETWEEN '2021' AND '2022'"), &[OtherPeriod]);
    check(question, &sql("placed_on BETWEEN '2021-03-01' AND '2022-04-30'"), &[]);
}

#[test]
fn one_value_is_shown_alone() {
    let sql = |shown: &str| format!("SELECT {shown}sum(total) FROM orders GROUP BY status ORDER BY count(*) DESC LIMIT 1");
    check("What is the total of the orders of the most common status?", &sql("status, "), &[UnaskedKey]);
    check("What is the total of the orders of the most common status?", &sql(""), &[]);
    check("What is the most common status, and the total of its orders?", &sql("status, "), &[]);
}
