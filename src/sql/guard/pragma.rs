//! A pragma as the query that tells the same (`sqlite.org/pragma.html#pragfunc`).

use super::super::lex::{Token, TokenKind, name_of};
use super::super::quote::string_literal;

/// Pragmas that tell of something named.
const OF_A_NAME: [&str; 6] = ["table_info", "table_xinfo", "index_list", "index_info", "index_xinfo", "foreign_key_list"];
/// Pragmas that tell, and take nothing.
const BARE: [&str; 11] = [
    "table_list",
    "function_list",
    "collation_list",
    "database_list",
    "data_version",
    "page_size",
    "page_count",
    "encoding",
    "user_version",
    "application_id",
    "schema_version",
];

/// The query that tells what a pragma with the tokens `rest` behind its first word would. `None` for one that changes something, and for one
/// that may not be read.
pub(super) fn as_query(sql: &str, rest: &[&Token]) -> Option<String> {
    let text = |i: usize| rest.get(i).map_or("", |token| token.text(sql));
    let rest_of = |from: usize| rest.get(from..).unwrap_or(&[]);
    let (schema, name, behind) = match text(1) {
        "." => (Some(name_of(text(0))), text(2), rest_of(3)),
        _ => (None, text(0), rest_of(1)),
    };
    let name = name_of(name).to_ascii_lowercase();
    let argument = match behind {
        [] => None,
        [open, argument, close] if open.text(sql) == "(" && close.text(sql) == ")" => Some(argument),
        [equals, argument] if equals.text(sql) == "=" => Some(argument),
        _ => return None,
    };
    let named = |argument: &Token| matches!(argument.kind, TokenKind::Word | TokenKind::Quoted | TokenKind::String);
    let schema = schema.map(|schema| string_literal(&schema));
    match argument {
        Some(argument) if OF_A_NAME.contains(&name.as_str()) && named(argument) => {
            let first = string_literal(&name_of(argument.text(sql)));
            let both = [Some(first), schema].into_iter().flatten().collect::<Vec<_>>().join(", ");
            Some(format!("SELECT * FROM pragma_{name}({both})"))
        }
        None if BARE.contains(&name.as_str()) => Some(format!("SELECT * FROM pragma_{name}")),
        None if name == "compile_options" => Some("SELECT * FROM pragma_compile_options".into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{GuardError, check as guard};

    #[track_caller]
    fn check(sql: &str, expected: Option<&str>) {
        let error = guard(sql).unwrap_err();
        match expected {
            Some(query) => assert_eq!(error, GuardError::Pragma { instead: query.to_owned() }),
            None => assert_eq!(error, GuardError::NotReadOnly { kind: "PRAGMA".to_owned() }),
        }
        assert!(error.is_refusal());
        assert!(expected.is_none_or(|query| error.hint().contains(query) && guard(query).is_ok()));
    }

    #[test]
    fn what_tells_the_same() {
        check("PRAGMA table_info(t)", Some("SELECT * FROM pragma_table_info('t')"));
        check("pragma main.table_xinfo(\"it's\");", Some("SELECT * FROM pragma_table_xinfo('it''s', 'main')"));
        check("PRAGMA index_list = 'a b'", Some("SELECT * FROM pragma_index_list('a b')"));
        check("EXPLAIN PRAGMA Foreign_Key_List([t])", Some("SELECT * FROM pragma_foreign_key_list('t')"));
        check("PRAGMA table_list", Some("SELECT * FROM pragma_table_list"));
        check("PRAGMA user_version", Some("SELECT * FROM pragma_user_version"));
        check("PRAGMA user_version = 5", None);
        check("PRAGMA journal_mode", None);
        check("PRAGMA writable_schema(1)", None);
        check("PRAGMA", None);
    }
}
