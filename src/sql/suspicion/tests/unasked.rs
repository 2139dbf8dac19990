//! What is done and nobody asked for, and what is grouped by something else than "each" is said of; the right queries beside them.

use crate::schema::{Column, ForeignKey, Holds, Table};
use crate::sql::suspicion::*;
use SuspicionKind::*;

/// Feeds with items, tasks of projects, members of clubs, and customers with loans.
fn schema() -> Schema {
    let column = |name: &&str| {
        let number = ["id", "count", "done", "age", "amount", "bal", "population", "tokens"].iter().any(|part| name.ends_with(part));
        let day = name.ends_with("date");
        let sample = if *name == "done" {
            "0..1"
        } else if day {
            "2020-01-05..2024-02-01"
        } else if number {
            "2..99"
        } else {
            "Ann"
        };
        Column {
            name: (*name).into(),
            holds: if number { Holds::Numbers } else { Holds::Texts },
            samples: vec![sample.into()],
            ..Column::default()
        }
    };
    let table = |name: &str, columns: &[&str], keys: &[(&str, &str)]| Table {
        name: name.into(),
        columns: columns.iter().map(column).collect(),
        primary_key: vec![columns[0].into()],
        foreign_keys: keys.iter().map(|(own, other)| ForeignKey::declared(own, other, own)).collect(),
        ..Table::default()
    };
    Schema {
        tables: vec![
            table("feed", &["feed_id", "title"], &[]),
            table(
                "item",
                &["item_id", "feed_id", "title", "author", "access_count", "store_date", "expire_date", "due_date"],
                &[("feed_id", "feed")],
            ),
            table("task", &["task_id", "name", "priority", "done"], &[]),
            table("package", &["package_id", "rpm_packager", "name", "amount"], &[]),
            table("provided", &["provided_id", "package_id", "name"], &[("package_id", "package")]),
            table("club", &["club_id", "club_name"], &[]),
            table("student", &["student_id", "age", "rank"], &[]),
            table("member", &["member_id", "club_id", "student_id"], &[("club_id", "club"), ("student_id", "student")]),
            table("customer", &["customer_id", "name", "state", "acc_bal"], &[]),
            table("loan", &["loan_id", "customer_id", "amount"], &[("customer_id", "customer")]),
            table("answer", &["answer_id", "model", "input_tokens", "output_tokens"], &[]),
        ],
    }
}

#[track_caller]
fn check(question: &str, sql: &str, expected: &[SuspicionKind]) {
    let found = suspicions(sql, &schema(), Some(Asked::alone(question)));
    let kinds: Vec<SuspicionKind> = found.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, expected, "{question}\n{sql}\n{found:?}");
}

#[test]
fn each_is_what_rows_are_grouped_by() {
    let by = |column: &str| {
        format!("SELECT {column}, sum(k.amount) FROM package AS k JOIN provided AS p ON k.package_id = p.package_id GROUP BY {column}")
    };
    let question = "How large is the amount of each packager?";
    check(question, &by("p.name"), &[OtherEach]);
    check(question, "SELECT rpm_packager, sum(amount) FROM package GROUP BY rpm_packager", &[]);
    check("How large is the amount of each package?", "SELECT name, sum(amount) FROM package GROUP BY name", &[]);
    let of = |shown: &str, by: &str| {
        format!("SELECT {shown}.title, count(*) FROM item AS i JOIN feed AS f ON i.feed_id = f.feed_id GROUP BY {by}.title")
    };
    check("How many items has each title?", &of("i", "f"), &[OtherEach]);
    check("How many items has each title?", &of("f", "f"), &[]);
    let single = "SELECT model, input_tokens, output_tokens FROM answer";
    check("How many input and output tokens did each model use?", single, &[NotGrouped]);
    let summed = "SELECT model, sum(input_tokens), sum(output_tokens) FROM answer GROUP BY model";
    check("How many input and output tokens did each model use?", summed, &[]);
    check("How many input tokens had each answer?", "SELECT model, input_tokens FROM answer", &[]);
}

#[test]
fn an_average_and_days_are_asked_for() {
    let average = "SELECT author, avg(access_count) FROM item GROUP BY author";
    check("How often were the items of each author accessed in all?", average, &[UnaskedAverage]);
    check("How often were the items of each author accessed on average?", average, &[]);
    let days = |more: &str| format!("SELECT count(*) FROM item WHERE store_date >= '2023-01-01' AND store_date < '2024-01-01'{more}");
    check("How many items were stored in 2023?", &days(" AND expire_date < '2023-12-31'"), &[OtherDays]);
    check("How many items were stored in 2023?", &days(""), &[]);
    check("How many were stored in 2023 and expired in 2023?", &days(" AND expire_date < '2023-12-31'"), &[]);
    let now = "SELECT count(*) FROM item WHERE store_date >= date('now', '-1 hour')";
    check("How many items were looked at within an hour?", now, &[UnaskedNow]);
    check("How many items were stored in the last hour?", now, &[]);
}

#[test]
fn what_should_be_is_not_what_was() {
    let of = |column: &str| format!("SELECT count(*) FROM item WHERE {column} >= '2023-01-01' AND {column} < '2024-01-01'");
    check("How many items were there in 2023?", &of("due_date"), &[OtherDays]);
    check("How many items were there in 2023?", &of("store_date"), &[]);
    check("How many items were due in 2023?", &of("due_date"), &[]);
}

#[test]
fn a_column_is_of_the_table_that_is_spoken_of() {
    let of = |table: &str| format!("SELECT avg({table}.amount) FROM package AS k JOIN loan AS l ON k.package_id = l.customer_id");
    check("What is the average amount of a package?", &of("l"), &[MixedKeys, NearerColumn]);
    check("What is the average amount of a package?", &of("k"), &[IdleJoin, MixedKeys]);
}

#[test]
fn what_is_wanted_is_not_left_out() {
    let of = |operator: &str| format!("SELECT count(*) FROM student WHERE rank {operator} 'Professor' AND age > 30");
    check("How many professors over 30 are not in a club?", &of("<>"), &[AskedLeftOut, UntouchedTable]);
    check("How many over 30 are not professors?", &of("<>"), &[]);
    check("How many other than professors are over 30?", &of("<>"), &[]);
    let grades = |condition: &str| format!("SELECT count(*) FROM student WHERE {condition}");
    check("How many have the rank \"B\"?", &grades("rank = 'B' OR rank = 'B+'"), &[UnaskedValue]);
    check("How many have the rank \"B\"?", &grades("rank IN ('B', 'B+')"), &[UnaskedValue]);
    check("How many have the rank B or B+?", &grades("rank = 'B' OR rank = 'B+'"), &[]);
    check("How many teachers are there?", &grades("rank IN ('Professor', 'Instructor')"), &[UnaskedValue]);
    check("How many professors are there?", &grades("rank IN ('Professor', 'Associate Professor')"), &[]);
}

#[test]
fn rows_that_share_a_key_are_not_those_asked_for() {
    let wider = "SELECT count(*) FROM member WHERE club_id IN (SELECT m.club_id FROM member AS m \
                 JOIN student AS s ON m.student_id = s.student_id WHERE s.age < 18)";
    check("How many members are younger than 18?", wider, &[WiderAgain]);
    check("How many members are in the same club as one younger than 18?", wider, &[]);
    let right = "SELECT count(*) FROM member WHERE student_id IN (SELECT student_id FROM student WHERE age < 18)";
    check("How many members are younger than 18?", right, &[]);
}

#[test]
fn columns_go_by_their_opposites_and_cut_short() {
    check("How many open tasks have a high priority?", "SELECT count(*) FROM task WHERE priority = 'high'", &[UnusedFlag]);
    check("How many undone tasks have a high priority?", "SELECT count(*) FROM task WHERE priority = 'high'", &[UnusedFlag]);
    check("How many open tasks have a high priority?", "SELECT count(*) FROM task WHERE priority = 'high' AND done = 0", &[]);
    let sum =
        |of: &str| format!("SELECT c.name, sum({of}) FROM customer AS c JOIN loan AS l ON c.customer_id = l.customer_id GROUP BY c.name");
    check("Find the total account balance of each customer.", &sum("l.amount"), &[NearerColumn]);
    check("Find the total amount of each customer.", &sum("l.amount"), &[]);
    check("Find the total account balance of each customer.", "SELECT name, sum(acc_bal) FROM customer GROUP BY name", &[]);
}

#[test]
fn what_is_counted_is_asked_for() {
    check("How many members are there?", "SELECT count(*) FROM club", &[CountsOther]);
    check("How many members are there?", "SELECT count(*) FROM member", &[]);
    check("How many members has each club?", "SELECT club_name, count(*) FROM club GROUP BY club_name", &[CountsOther]);
    check("How many items are there?", "SELECT sum(access_count) FROM item", &[]);
    check("How many students are there?", "SELECT sum(age) FROM student", &[CountsOther]);
    check("How many input tokens were there?", "SELECT sum(input_tokens) FROM answer", &[]);
    check("How many tokens were there?", "SELECT count(*) FROM answer", &[CountsQuantity]);
    check("What is the total amount?", "SELECT count(amount) FROM loan", &[CountsQuantity]);
    check("What is the total amount?", "SELECT sum(amount) FROM loan", &[]);
    check("How many feeds are there?", "SELECT title FROM feed", &[NotCounted]);
    check("How many members are there in each club?", "SELECT count(DISTINCT club_id) FROM member", &[NotGrouped]);
    let within = "SELECT count(*) FROM member WHERE club_id IN (SELECT club_id FROM club)";
    check("How many members are there in each club?", within, &[NotGrouped]);
    check("How many members are there per month?", "SELECT count(*) FROM member", &[NotGrouped]);
    check("What is the average amount per day?", "SELECT avg(amount) FROM loan", &[]);
    let summed = "SELECT c.name, sum(l.amount) FROM customer AS c JOIN loan AS l ON c.customer_id = l.customer_id GROUP BY c.name";
    check("What is the average amount of each customer?", summed, &[NoMean]);
    check("What is the average amount of each customer?", &summed.replace("sum(", "avg("), &[]);
}

#[test]
fn ends_are_those_that_are_asked_for() {
    check("When was the latest item stored?", "SELECT min(store_date) FROM item", &[OtherEnd]);
    check("When was the latest item stored?", "SELECT max(store_date) FROM item", &[]);
    check("How old is the youngest student?", "SELECT max(age) FROM student", &[OtherEnd]);
    check("How old is the youngest student?", "SELECT min(age) FROM student", &[]);
    check("Which is the cheapest loan?", "SELECT min(amount) FROM loan", &[AskedNotShown]);
    check("What is the highest amount of a loan?", "SELECT max(amount) FROM loan", &[]);
    let second = |limit: &str| format!("SELECT name FROM customer ORDER BY acc_bal DESC LIMIT {limit}");
    check("Who has the second highest account balance?", &second("2"), &[OtherEnd]);
    check("Who has the second highest account balance?", &second("1 OFFSET 1"), &[]);
}

#[test]
fn days_and_values_are_on_the_side_that_is_asked_for() {
    let of = |condition: &str| format!("SELECT count(*) FROM item WHERE {condition}");
    check("How many items were stored before 2022?", &of("store_date > '2022-01-01'"), &[OtherPeriod]);
    check("How many items were stored before 2022?", &of("store_date < '2022-01-01'"), &[]);
    check("How many items were stored after 2022?", &of("store_date < '2022-01-01'"), &[OtherPeriod]);
    check("How many items by Ann and not by Bob?", &of("author = 'Ann' AND author <> 'Bob'"), &[IdleCondition]);
    check("How many items not by Bob?", &of("author <> 'Bob'"), &[]);
}
