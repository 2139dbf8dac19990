//! "How many students ..." as a count of the rows of another table, of which a student may have several: the same with each counted once.

use sqlparser::ast::{
    DuplicateTreatment, Expr, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, GroupByExpr, Ident, SelectItem,
    SetExpr,
};

use super::quote::identifier;
use super::resolve::resolve;
use super::tree;
use crate::schema::{Schema, Table};
use crate::text::language::{is_english_question, unquoted, words_of};
use crate::text::words::{is_function_word, split_name, stem};

/// Words that may stand between "how many" and what is counted.
const MOST_WORDS: usize = 3;

/// A query that counts each thing once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recount {
    /// Read-only as the query that it is made of.
    pub sql: String,
    /// What COUNT takes in it.
    pub argument: String,
    /// The table whose rows are counted.
    pub counted: String,
    /// The table of the things that the question asks for.
    pub asked: String,
}

/// What counts the things that `question` asks for once each, where `sql` counts rows of a table that refer to them. `None` for all others.
pub fn recount(sql: &str, schema: &Schema, question: &str) -> Option<Recount> {
    if !is_english_question(question) {
        return None;
    }
    let words = words_of(&unquoted(question));
    let mut query = tree::query(sql)?;
    let SetExpr::Select(select) = query.body.as_mut() else { return None };
    let plain = matches!(&select.group_by, GroupByExpr::Expressions(terms, _) if terms.is_empty()) && select.having.is_none();
    let ([SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }], true) = (select.projection.as_mut_slice(), plain) else {
        return None;
    };
    if !is_plain_count(expr) {
        return None;
    }
    let resolution = resolve(sql, schema)?;
    let scope = resolution.scopes.first()?;
    let sources: Vec<(&str, &Table)> = scope.sources.iter().filter_map(|source| Some((source.alias.as_str(), source.table()?))).collect();
    if sources.len() != scope.sources.len() {
        return None;
    }
    let (asked, behind) = asked_for(&words, schema)?;
    // The one source that refers to them, by a column of its own that is no key.
    let refers = |(alias, table): &(&str, &Table)| {
        let key = table.foreign_keys.iter().find(|key| key.columns.len() == 1 && asked.is_target_of(table, key))?;
        let column = key.columns.first()?;
        let unique = matches!(table.primary_key.as_slice(), [own] if own.eq_ignore_ascii_case(column));
        (!unique).then(|| (alias.to_string(), table.name.clone(), column.clone()))
    };
    let mut own = sources.iter().filter(|(_, table)| std::ptr::eq(*table, asked));
    let (alias, table, column) = match (own.next(), own.next()) {
        (Some((alias, table)), None) => {
            // Beside them stands a table by whose rows they are multiplied.
            let [key] = table.primary_key.as_slice() else { return None };
            let mut others = sources.iter().filter(|(_, other)| !std::ptr::eq(*other, asked));
            let (_, other) = others.find(|(_, other)| refers(&("", *other)).is_some())?;
            (alias.to_string(), other.name.clone(), key.clone())
        }
        (None, _) => {
            let mut referring = sources.iter().filter_map(refers);
            let (Some(found), None) = (referring.next(), referring.next()) else { return None };
            found
        }
        _ => return None,
    };
    // "How many party events": the rows themselves.
    if split_name(&table).iter().any(|word| behind.contains(&stem(word))) {
        return None;
    }
    let name = |text: &str| Ident::new(identifier(text));
    let argument =
        if sources.len() > 1 { Expr::CompoundIdentifier(vec![name(&alias), name(&column)]) } else { Expr::Identifier(name(&column)) };
    let written = format!("DISTINCT {argument}");
    let Expr::Function(function) = expr else { return None };
    function.args = FunctionArguments::List(FunctionArgumentList {
        duplicate_treatment: Some(DuplicateTreatment::Distinct),
        args: vec![FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))],
        clauses: Vec::new(),
    });
    Some(Recount { sql: query.to_string(), argument: written, counted: table, asked: asked.name.clone() })
}

/// Whether a count takes every row, or every value of a column, and no value once.
fn is_plain_count(expr: &Expr) -> bool {
    let Expr::Function(function) = expr else { return false };
    let is_count = function.name.0.last().and_then(|name| name.as_ident()).is_some_and(|name| name.value.eq_ignore_ascii_case("count"));
    let FunctionArguments::List(list) = &function.args else { return false };
    let [FunctionArg::Unnamed(argument)] = list.args.as_slice() else { return false };
    let plain = matches!(argument, FunctionArgExpr::Wildcard | FunctionArgExpr::Expr(Expr::Identifier(_) | Expr::CompoundIdentifier(_)));
    is_count && plain && function.over.is_none() && function.filter.is_none() && list.duplicate_treatment.is_none()
}

/// The table whose name is what "how many" asks for, and the stems of the words of one name that stand behind.
pub(super) fn asked_for<'s>(words: &[String], schema: &'s Schema) -> Option<(&'s Table, Vec<String>)> {
    let at = words
        .windows(2)
        .position(|pair| matches!(pair, [first, second] if first == "how" && second == "many" || first == "number" && second == "of"))?;
    let rest: Vec<String> = words.iter().skip(at + 2).take_while(|word| !is_function_word(word)).map(|word| stem(word)).collect();
    rest.iter().take(MOST_WORDS).enumerate().find_map(|(place, word)| {
        let called = |table: &&Table| matches!(split_name(&table.name).as_slice(), [name] if stem(name) == *word);
        let table = schema.tables.iter().find(called)?;
        Some((table, rest.get(place + 1..).unwrap_or_default().iter().take(MOST_WORDS).cloned().collect()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, ForeignKey};

    #[track_caller]
    fn check(question: &str, sql: &str, expected: Option<&str>) {
        let table = |name: &str, columns: &[&str], keys: &[(&str, &str)]| Table {
            name: name.into(),
            columns: columns.iter().map(|name| Column { name: (*name).into(), ..Column::default() }).collect(),
            primary_key: vec![columns.first().unwrap().to_string()],
            foreign_keys: keys.iter().map(|(own, other)| ForeignKey::declared(own, other, "id")).collect(),
            ..Table::default()
        };
        let schema = Schema {
            tables: vec![
                table("student", &["id", "name"], &[]),
                table("course", &["id", "title"], &[]),
                table("enrolment", &["id", "student_id", "course_id", "grade"], &[("student_id", "student"), ("course_id", "course")]),
                table("card", &["student_id", "until"], &[("student_id", "student")]),
            ],
        };
        assert_eq!(recount(sql, &schema, question).map(|recount| recount.sql).as_deref(), expected, "{question}");
    }

    #[test]
    fn things_are_counted_once_each() {
        let question = "Find the number of students that have at least one grade B.";
        let once = "SELECT COUNT(DISTINCT student_id) FROM enrolment WHERE grade = 'B'";
        check(question, "SELECT COUNT(*) FROM enrolment WHERE grade = 'B'", Some(once));
        check(question, "SELECT COUNT(id) FROM enrolment WHERE grade = 'B'", Some(once));
        check(
            "How many students take Chemistry?",
            "SELECT count(*) AS n FROM enrolment AS e JOIN course AS c ON e.course_id = c.id WHERE c.title = 'Chemistry'",
            Some(
                "SELECT count(DISTINCT e.student_id) AS n FROM enrolment AS e JOIN course AS c ON e.course_id = c.id WHERE c.title = 'Chemistry'",
            ),
        );
    }

    #[test]
    fn what_a_join_multiplies_is_counted_once() {
        check(
            "How many students take Chemistry?",
            "SELECT count(*) FROM student s JOIN enrolment e ON e.student_id = s.id WHERE e.grade = 'B'",
            Some("SELECT count(DISTINCT s.id) FROM student s JOIN enrolment e ON e.student_id = s.id WHERE e.grade = 'B'"),
        );
        check("How many students have a card?", "SELECT count(*) FROM student s JOIN card c ON c.student_id = s.id", None);
    }

    #[test]
    fn other_counts_are_left() {
        check("How many enrolments have grade B?", "SELECT count(*) FROM enrolment WHERE grade = 'B'", None);
        check("How many students are there?", "SELECT count(*) FROM student", None);
        check("How many student enrolments have grade B?", "SELECT count(*) FROM enrolment WHERE grade = 'B'", None);
        check("How many students have a card?", "SELECT count(*) FROM card", None);
        check("How many students?", "SELECT count(DISTINCT student_id) FROM enrolment", None);
        check("How many students by grade?", "SELECT count(*) FROM enrolment GROUP BY grade", None);
        check("How many students?", "SELECT count(*), grade FROM enrolment", None);
        check("Wie viele student gibt es?", "SELECT count(*) FROM enrolment", None);
    }
}
