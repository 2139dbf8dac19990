//! What is so today, among rows that say from when to when they were: `AVG(salary)` over all that was ever paid. A row without end has the
//! end `9999-01-01` in many files, and is the present one.

use std::ops::Range;

use crate::schema::{Column, Schema, Table};
use crate::sql::change::{Change, ChangeKind, edited};
use crate::sql::quote::{identifier, string_literal};
use crate::sql::resolve::{Resolution, resolve};
use crate::sql::stretch::ENDS;
use crate::sql::tokens::Tokens;
use crate::text::language::{is_english_question, unquoted, words_of};
use crate::text::words::split_name;

/// Words for the present.
const NOW: [&str; 7] = ["current", "currently", "now", "today", "presently", "nowadays", "still"];
/// Words that turn it around, or ask for more than the present.
const OTHERS: [&str; 14] =
    ["not", "no", "never", "longer", "until", "since", "before", "ever", "was", "were", "been", "left", "former", "formerly"];
/// The year of what has no end.
const NO_END: &str = "9999";

/// `sql` over the present rows alone, where `question` asks for these and the query says nothing of their ends, and the changes.
pub(in crate::sql::mend) fn mend(sql: &str, schema: &Schema, question: &str) -> (String, Vec<Change>) {
    let unchanged = || (sql.to_owned(), Vec::new());
    let words = words_of(&unquoted(question));
    let says = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    // "Up to now" and "by now" take what was, too.
    let until = words.windows(2).any(
        |pair| matches!(pair, [a, b] if matches!(a.as_str(), "to" | "by" | "until" | "till") && says(&NOW) && NOW.contains(&b.as_str())),
    );
    if !says(&NOW) || until || says(&OTHERS) || !is_english_question(question) {
        return unchanged();
    }
    let Some(resolution) = resolve(sql, schema) else { return unchanged() };
    edited(sql, ChangeKind::Date, edits(sql, &resolution).unwrap_or_default())
}

fn edits(sql: &str, resolution: &Resolution<'_>) -> Option<Vec<(Range<usize>, String)>> {
    let [scope] = resolution.scopes.as_slice() else { return None };
    let tokens = Tokens::new(sql);
    let arm = tokens.arm(0).filter(|_| tokens.is(0, &["select"]))?;
    let names_end = |column: &Column| resolution.references.iter().any(|reference| reference.name.text.eq_ignore_ascii_case(&column.name));
    let mut conditions = Vec::new();
    for source in &scope.sources {
        if let Some((column, end)) = source.table().and_then(far_end) {
            // What it says of the ends, it means.
            if names_end(column) {
                return None;
            }
            conditions.push(format!("{}.{} = {}", identifier(&source.alias), identifier(&column.name), string_literal(&end)));
        }
    }
    if conditions.is_empty() || tokens.joins_outer() {
        return None;
    }
    Some(vec![arm.with_condition(&tokens, &conditions.join(" AND "))?])
}

/// The column that keeps until when a row of `table` is, where the end of those that have none is a day of the year 9999, and that day.
fn far_end(table: &Table) -> Option<(&Column, String)> {
    let ends = |column: &Column| {
        let named = split_name(&column.name).iter().any(|word| ENDS.contains(&word.as_str()));
        let (_, last) = column.samples.first()?.split_once("..")?;
        (named && last.starts_with(NO_END) && !column.has_null).then(|| last.to_owned())
    };
    table.columns.iter().find_map(|column| Some((column, ends(column)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Holds;
    use crate::sql::mend::check_mended;

    #[track_caller]
    fn check(question: &str, sql: &str, expected: &str) {
        let column = |name: &&str| {
            let sample = match *name {
                "to_date" => "2011-03-01..9999-01-01",
                "from_date" => "2010-01-01..2024-12-01",
                _ => "1..9",
            };
            let holds = if sample.contains('-') { Holds::Texts } else { Holds::Numbers };
            Column { name: (*name).into(), holds, samples: vec![sample.into()], ..Column::default() }
        };
        let table =
            |name: &str, columns: &[&str]| Table { name: name.into(), columns: columns.iter().map(column).collect(), ..Table::default() };
        let tables = vec![
            table("salaries", &["emp_no", "salary", "from_date", "to_date"]),
            table("dept_emp", &["emp_no", "dept_no", "from_date", "to_date"]),
            table("employees", &["emp_no", "name"]),
        ];
        check_mended(|sql| mend(sql, &Schema { tables: tables.clone() }, question), sql, expected, question);
    }

    #[test]
    fn what_has_no_end_is_the_present() {
        let now = "What is the average current salary?";
        check(now, "SELECT avg(salary) FROM salaries", "SELECT avg(salary) FROM salaries WHERE salaries.to_date = '9999-01-01'");
        check(
            "Who earns the most right now?",
            "SELECT e.name FROM employees e JOIN salaries s ON e.emp_no = s.emp_no WHERE s.salary > 5 OR e.name = 3 ORDER BY s.salary DESC LIMIT 1",
            "SELECT e.name FROM employees e JOIN salaries s ON e.emp_no = s.emp_no WHERE (s.salary > 5 OR e.name = 3) AND s.to_date = '9999-01-01' ORDER BY s.salary DESC LIMIT 1",
        );
        check(
            "How many work in each department today?",
            "SELECT d.dept_no, count(*) FROM dept_emp d JOIN salaries s ON d.emp_no = s.emp_no GROUP BY d.dept_no",
            "SELECT d.dept_no, count(*) FROM dept_emp d JOIN salaries s ON d.emp_no = s.emp_no WHERE d.to_date = '9999-01-01' AND s.to_date = '9999-01-01' GROUP BY d.dept_no",
        );
    }

    #[test]
    fn others_stay() {
        for (question, right) in [
            ("What is the average salary?", "SELECT avg(salary) FROM salaries"),
            ("What is the current average salary?", "SELECT avg(salary) FROM salaries WHERE to_date > date('now')"),
            ("How many employees are there now?", "SELECT count(*) FROM employees"),
            ("Who was here before and is not now?", "SELECT emp_no FROM dept_emp"),
            ("Who is here now?", "SELECT e.name FROM employees e LEFT JOIN dept_emp d ON d.emp_no = e.emp_no"),
        ] {
            check(question, right, right);
        }
    }
}
