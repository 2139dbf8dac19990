//! What chat templates call beyond Jinja itself, as transformers gives it to them.

use minijinja::value::{Kwargs, Rest};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};

use super::date;
use super::python;

/// Calls within calls.
const DEEPEST: usize = 64;
/// Columns that JSON is indented by at most.
const WIDEST_INDENT: usize = 16;

pub(super) fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.set_recursion_limit(DEEPEST);
    environment.set_undefined_behavior(UndefinedBehavior::Lenient);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_unknown_method_callback(python::method);
    environment.set_formatter(python::write);
    environment.add_function("raise_exception", |message: String| -> Result<Value, Error> {
        Err(Error::new(ErrorKind::InvalidOperation, message))
    });
    environment.add_function("strftime_now", |format: String| -> Result<String, Error> {
        date::now(&format).ok_or_else(|| Error::new(ErrorKind::InvalidOperation, format!("`{format}` is no format of a date")))
    });
    environment.add_filter("tojson", to_json);
    for name in ["e", "escape"] {
        environment.add_filter(name, |value: Value| python::escape(&value));
    }
    // Jinja's takes its values one by one, minijinja's a list of them.
    environment.add_function("cycler", |values: Rest<Value>| minijinja_contrib::globals::cycler(values.0));
    environment.add_function("joiner", minijinja_contrib::globals::joiner);
    environment
}

/// Line ends as Jinja reads them: all alike, whichever system the file comes from.
pub(super) fn with_plain_ends(source: &str) -> String {
    source.replace("\r\n", "\n").replace('\r', "\n")
}

/// The marks `{% generation %}` and `{% endgeneration %}`, which say what is learned and write nothing, become a condition that always holds:
/// the white space around them stays what it was.
pub(super) fn without_generation_marks(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find("{%") {
        let (before, tag) = rest.split_at(at + 2);
        out.push_str(before);
        let inner = tag.trim_start_matches(['-', '+']);
        let word = inner.trim_start();
        let replaced = [("endgeneration", "endif"), ("generation", "if true")].into_iter().find_map(|(mark, condition)| {
            let end = word.strip_prefix(mark)?;
            end.trim_start().trim_start_matches(['-', '+']).starts_with("%}").then_some((end, condition))
        });
        rest = match replaced {
            Some((end, condition)) => {
                out.push_str(tag.get(..tag.len() - inner.len()).unwrap_or_default());
                out.push_str(&format!(" {condition} "));
                end
            }
            None => tag,
        };
    }
    out.push_str(rest);
    out
}

/// How JSON is laid out.
struct Layout {
    indent: Option<String>,
    between: String,
    behind_key: String,
    sorted: bool,
    ascii: bool,
}

/// `json.dumps`, which is what transformers gives templates under this name, with its arguments.
fn to_json(value: &Value, arguments: Kwargs) -> Result<Value, Error> {
    let json = serde_json::to_value(value).map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))?;
    let indent = match arguments.get::<Option<Value>>("indent")?.filter(|value| !value.is_none()) {
        None => None,
        Some(value) => Some(match (value.as_str(), usize::try_from(value.clone())) {
            (Some(text), _) => text.to_owned(),
            (None, Ok(columns)) if columns <= WIDEST_INDENT => " ".repeat(columns),
            _ => return Err(Error::new(ErrorKind::InvalidOperation, format!("JSON cannot be indented by {value}"))),
        }),
    };
    let separators = arguments.get::<Option<Vec<String>>>("separators")?;
    let (between, behind_key) = match separators.as_deref() {
        Some([between, behind_key]) => (between.clone(), behind_key.clone()),
        Some(_) => return Err(Error::new(ErrorKind::InvalidOperation, "JSON has two separators")),
        None => (if indent.is_some() { "," } else { ", " }.to_owned(), ": ".to_owned()),
    };
    let sorted = arguments.get::<Option<bool>>("sort_keys")?.unwrap_or(false);
    let ascii = arguments.get::<Option<bool>>("ensure_ascii")?.unwrap_or(false);
    arguments.assert_all_used()?;
    let mut out = String::new();
    Layout { indent, between, behind_key, sorted, ascii }.write(&json, 0, &mut out);
    Ok(Value::from_safe_string(out))
}

impl Layout {
    fn write(&self, value: &serde_json::Value, depth: usize, out: &mut String) {
        match value {
            serde_json::Value::Array(items) if !items.is_empty() => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.begin(index, depth + 1, out);
                    self.write(item, depth + 1, out);
                }
                self.end(depth, out);
                out.push(']');
            }
            serde_json::Value::Object(entries) if !entries.is_empty() => {
                out.push('{');
                let mut entries: Vec<_> = entries.iter().collect();
                if self.sorted {
                    entries.sort_by_key(|(key, _)| *key);
                }
                for (index, (key, item)) in entries.into_iter().enumerate() {
                    self.begin(index, depth + 1, out);
                    self.plain(&serde_json::Value::from(key.as_str()), out);
                    out.push_str(&self.behind_key);
                    self.write(item, depth + 1, out);
                }
                self.end(depth, out);
                out.push('}');
            }
            plain => self.plain(plain, out),
        }
    }

    fn begin(&self, index: usize, depth: usize, out: &mut String) {
        if index > 0 {
            out.push_str(&self.between);
        }
        self.line(depth, out);
    }

    fn end(&self, depth: usize, out: &mut String) {
        self.line(depth, out);
    }

    fn line(&self, depth: usize, out: &mut String) {
        if let Some(indent) = &self.indent {
            out.push('\n');
            (0..depth).for_each(|_| out.push_str(indent));
        }
    }

    fn plain(&self, value: &serde_json::Value, out: &mut String) {
        let text = value.to_string();
        if !self.ascii {
            out.push_str(&text);
            return;
        }
        for character in text.chars() {
            if character.is_ascii() {
                out.push(character);
            } else {
                character.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &str) {
        let source = without_generation_marks(&with_plain_ends(source));
        let value = minijinja::context! { v => serde_json::json!({"b": [1, 2.5, true, null], "a": {"é": []}}) };
        assert_eq!(environment().render_str(&source, value).unwrap(), expected);
    }

    /// What Python 3.11's `json.dumps` writes of the same value, `ensure_ascii=False` where nothing is said.
    #[test]
    fn json_is_pythons() {
        check("{{ v | tojson }}", r#"{"b": [1, 2.5, true, null], "a": {"é": []}}"#);
        let indented = "{\n  \"b\": [\n    1,\n    2.5,\n    true,\n    null\n  ],\n  \"a\": {\n    \"é\": []\n  }\n}";
        check("{{ v | tojson(indent=2) }}", indented);
        check("{{ v | tojson(separators=(',', ':')) }}", r#"{"b":[1,2.5,true,null],"a":{"é":[]}}"#);
        check("{{ v | tojson(sort_keys=true, ensure_ascii=true) }}", r#"{"a": {"\u00e9": []}, "b": [1, 2.5, true, null]}"#);
        let unknown = environment().render_str("{{ 1 | tojson(colour=3) }}", ()).unwrap_err().to_string();
        assert!(unknown.contains("colour"), "{unknown}");
    }

    #[test]
    fn lines_end_alike() {
        check("{% if true %}\r\na\r\nb\rc\r\n{% endif %}\r\n", "a\nb\nc\n");
    }

    #[test]
    fn generation_marks_write_nothing() {
        check("a {%- generation %} b {% endgeneration -%} c", "a b c");
        check("{% generation %}\nx\n{% endgeneration %}\ny", "x\ny");
        check("{% set generation = 3 %}{{ generation }}", "3");
        check("{%+ if true %}x{% endif %}", "x");
    }

    /// What Jinja2 3.1.6 writes of the same template.
    #[track_caller]
    fn check_python(source: &str, expected: &str) {
        let value = minijinja::context! { m => serde_json::json!({"role": "user", "content": "it's\na \"b\" ä"}) };
        assert_eq!(environment().render_str(source, value).unwrap(), expected, "{source}");
    }

    #[test]
    fn values_are_written_as_python_writes_them() {
        check_python("{{ ['a', 1, true, none, 1.5] }} {{ {'a': []} }} {{ [] }} {{ {} }}", "['a', 1, True, None, 1.5] {'a': []} [] {}");
        check_python("{{ m }}", "{'role': 'user', 'content': 'it\\'s\\na \"b\" ä'}");
        check_python("{{ [\"it's\"] }}{{ \"it's\" }}{{ m.keys() | list }}", "[\"it's\"]it's['role', 'content']");
        check_python("{{ '<a href=\"/\">' | e }}{{ \"'&\" | escape }}{{ '<' | safe | e }}", "&lt;a href=&#34;/&#34;&gt;&#39;&amp;<");
    }

    #[test]
    fn strings_have_pythons_methods() {
        check_python("{{ 'aXbX'.rsplit('X', 1) }}{{ 'a b'.rsplit() }}{{ 'a.b.c'.rsplit('.') }}", "['aXb', '']['a', 'b']['a', 'b', 'c']");
        check_python("{{ 'a b c'.partition(' ') | list }}{{ 'abc'.rpartition('x') | list }}", "['a', ' ', 'b c']['', '', 'abc']");
        check_python("{{ 'abc'.removeprefix('a') }}{{ 'abc'.removesuffix('c') }}{{ 'abc'.removesuffix('x') }}", "bcababc");
        check_python("[{{ 'x'.ljust(3) }}{{ 'x'.rjust(3, '.') }}]", "[x  ..x]");
        check_python("{{ '</think>a'.split('</think>')[-1].strip() }}{{ 'a'.upper() }}", "aA");
        check_python("{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{% set j = joiner() %}{{ j() }}x{{ j() }}", "abx, ");
        assert!(environment().render_str("{{ 'x'.ljust(9999999) }}", ()).is_err());
    }
}
