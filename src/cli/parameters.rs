//! `--param NAME=VALUE`.

use super::failure::Failure;
use crate::db::parameters::typed_value;
use crate::db::{Cell, Parameters};
use crate::sql;

/// Understands `NAME=VALUE`.
pub(super) fn parse_parameter(text: &str) -> Result<(String, Cell), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), typed_value(value))),
        _ => Err("NAME=VALUE is needed".into()),
    }
}

/// What was typed, as one; a name that no statement of `sql` has is a mistake.
pub(super) fn bindings(typed: &[(String, Cell)], sql: &str) -> Result<Parameters, Failure> {
    let mut out = Parameters::new();
    typed.iter().for_each(|(name, value)| out.set(name, value.clone()));
    let written = sql::parameters(sql);
    let unknown = typed.iter().map(|(name, _)| name).find(|name| !written.iter().any(|parameter| Parameters::is_name_of(name, parameter)));
    match unknown {
        None => Ok(out),
        Some(name) => {
            let hint = match written.as_slice() {
                [] => "the SQL has no parameters; they are written `:NAME`, `@NAME`, `$NAME` or `?1`".to_owned(),
                names => format!("the SQL has {}", names.join(", ")),
            };
            Err(Failure { hint: Some(hint), ..Failure::new(2, format!("no statement has a parameter `{name}`")) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, expected: Cell) {
        assert_eq!(typed_value(typed), expected, "{typed}");
    }

    #[test]
    fn values_are_what_they_look_like() {
        let text = |text: &str| Cell::Text(text.into());
        for (typed, number) in [("0", 0), ("-12", -12), ("9223372036854775807", i64::MAX)] {
            check(typed, Cell::Integer(number));
        }
        for (typed, number) in [("1.5", 1.5), ("-0.25", -0.25), ("1e3", 1000.0), ("2.", 2.0), ("0.0", 0.0)] {
            check(typed, Cell::Real(number));
        }
        for typed in [
            "",
            "Zürich",
            "007",
            "00.5",
            "+1",
            "-",
            "0x10",
            "inf",
            "NaN",
            "-inf",
            "1e999",
            "9223372036854775808",
            "1 2",
            "2024-01-01",
            "'a'b'",
        ] {
            check(typed, text(typed));
        }
        check("null", Cell::Null);
        check("'null'", text("null"));
        check("'it''s'", text("it's"));
        check("''", text(""));
        check("x'0aFF'", Cell::Blob(vec![10, 255]));
        check("x''", Cell::Blob(Vec::new()));
        check("x'0'", text("x'0'"));
    }

    #[test]
    fn names_have_to_be_there() {
        let typed = |text: &str| vec![parse_parameter(text).unwrap()];
        assert_eq!(parse_parameter("a=b=c").unwrap(), ("a".to_owned(), Cell::Text("b=c".into())));
        assert!(parse_parameter("a").is_err() && parse_parameter("=1").is_err());
        for name in ["a=1", ":a=1", "1=1", "?1=1"] {
            bindings(&typed(name), "SELECT :a, ?1; SELECT 2").unwrap();
        }
        let failure = bindings(&typed("b=1"), "SELECT :a, ?; SELECT $c").unwrap_err();
        assert_eq!((failure.code, failure.message.as_str()), (2, "no statement has a parameter `b`"));
        assert_eq!(failure.hint.as_deref(), Some("the SQL has :a, ?2, $c"));
    }
}
