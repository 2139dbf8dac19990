//! Paths into JSON documents as SQLite writes them (`$.address.street`, `$."shoe size"`, `$.tags[0]`), and conditions on what stands at one.

use super::quote::string_literal;

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The value of this key of an object.
    Key(String),
    /// A place of an array, brackets included; `[]` for any.
    Place(String),
}

/// The steps of `$.a."b c"[0]`; `None` where it is no path.
pub fn steps(path: &str) -> Option<Vec<Step>> {
    let mut rest = path.strip_prefix('$')?;
    let mut out = Vec::new();
    while !rest.is_empty() {
        if rest.starts_with('[') {
            let (place, more) = rest.split_at(rest.find(']')? + 1);
            out.push(Step::Place(place.to_owned()));
            rest = more;
        } else if let Some(quoted) = rest.strip_prefix(".\"") {
            let (key, more) = quoted.split_once('"')?;
            out.push(Step::Key(key.to_owned()));
            rest = more;
        } else {
            let named = rest.strip_prefix('.')?;
            let (key, more) = named.split_at(named.find(['.', '[']).unwrap_or(named.len()));
            out.push(Step::Key(key.to_owned()));
            rest = more;
        }
    }
    Some(out)
}

/// The path of `steps`.
pub fn written(steps: &[Step]) -> String {
    let one = |step: &Step| match step {
        Step::Place(place) => place.clone(),
        Step::Key(key) if key.chars().all(|c| c.is_alphanumeric() || c == '_') => format!(".{key}"),
        Step::Key(key) => format!(".\"{key}\""),
    };
    format!("${}", steps.iter().map(one).collect::<String>())
}

/// Whether a document has the text of `literal` at `path`, as SQL; `document` names the column. `[]` in a path is any place of an array.
pub fn holds(document: &str, path: &str, literal: &str) -> String {
    let mut parts = path.split("[]");
    let (Some(array), inside, None) = (parts.next(), parts.next(), parts.next()) else {
        // An array inside of an array: any value of the document.
        return format!("EXISTS (SELECT 1 FROM json_tree({document}) AS leaf WHERE leaf.atom = {literal})");
    };
    let Some(inside) = inside else {
        return format!("json_extract({document}, {}) = {literal}", string_literal(path));
    };
    let each = if array == "$" { format!("json_each({document})") } else { format!("json_each({document}, {})", string_literal(array)) };
    let value = match inside {
        "" => "element.value".to_owned(),
        inside => format!("json_extract(element.value, {})", string_literal(&format!("${inside}"))),
    };
    format!("EXISTS (SELECT 1 FROM {each} AS element WHERE {value} = {literal})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: &str) {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (id, value)").unwrap();
        let documents = [
            r#"{"app": "Rome", "user": {"city": "Rome"}, "tags": ["x", "Rome"], "items": [{"name": "Rome"}, {"name": "y"}], "deep": [[{"a": "Rome"}]]}"#,
            r#"{"app": "x", "user": {"city": "Roma"}, "tags": ["y"], "items": [{"other": "Rome"}], "deep": []}"#,
            r#"["Rome"]"#,
        ];
        for (id, document) in (0..).zip(documents) {
            connection.execute("INSERT INTO t VALUES (?, ?)", rusqlite::params![id as i64, document]).unwrap();
        }
        let condition = holds("t.value", path, "'Rome'");
        let sql = format!("SELECT group_concat(id) FROM t WHERE {condition}");
        let found: Option<String> = connection.query_row(&sql, [], |row| row.get(0)).unwrap();
        assert_eq!(found.as_deref(), Some(expected), "{path}: {condition}");
    }

    #[test]
    fn a_value_is_found_where_it_stands() {
        check("$.app", "0");
        check("$.user.city", "0");
        check("$.tags[]", "0");
        check("$.items[].name", "0");
        check("$.deep[][].a", "0,1,2");
        check("$[]", "0,2");
    }

    #[test]
    fn paths_are_read_and_written() {
        for path in ["$.app", "$.\"shoe size\".x", "$.tags[0]", "$.items[].name"] {
            assert_eq!(steps(path).map(|steps| written(&steps)).as_deref(), Some(path));
        }
        assert_eq!(steps("app"), None);
        assert_eq!(steps("$.\"open"), None);
    }
}
