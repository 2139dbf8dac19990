//! One key of `config.toml` set or taken back; every comment, blank line and other key stays as it is written.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{KEYS, Key, KeyKind};

/// A change to the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// A key of [`KEYS`], or `keys.ACTION`.
    pub name: String,
    /// Its value as TOML; `None` takes it back: the line becomes a comment.
    pub value: Option<String>,
}

/// What a person typed for `key` as TOML; `None` where nothing was typed, which takes the key back.
///
/// # Errors
/// What is wrong with it, in a few words.
pub fn value_of(key: &Key, typed: &str) -> Result<Option<String>, String> {
    let typed = typed.trim();
    match key.kind {
        KeyKind::Bindings => return Err("keys are set by their actions".into()),
        KeyKind::Servers => return Err("servers are written in the file itself".into()),
        _ => {}
    }
    if typed.is_empty() {
        return Ok(None);
    }
    match key.kind {
        KeyKind::Text => Ok(Some(toml::Value::from(typed).to_string())),
        KeyKind::Number { least } => match typed.parse::<u64>() {
            Ok(number) if number >= least && i64::try_from(number).is_ok() => Ok(Some(number.to_string())),
            _ => Err(format!("a whole number of {least} or more is needed")),
        },
        KeyKind::Switch => match typed {
            "true" | "yes" | "on" => Ok(Some("true".into())),
            "false" | "no" | "off" => Ok(Some("false".into())),
            _ => Err("true or false is needed".into()),
        },
        KeyKind::Choice(words) if words.contains(&typed) => Ok(Some(toml::Value::from(typed).to_string())),
        KeyKind::Choice(words) => Err(format!("one of {} is needed", words.join(", "))),
        KeyKind::Bindings | KeyKind::Servers => Ok(None),
    }
}

/// The values that `text` sets, as TOML, by their keys; those of `[keys]` as `keys.ACTION`.
///
/// # Errors
/// What is wrong with the text.
pub fn values(text: &str) -> Result<Vec<(String, String)>, String> {
    let table = DeTable::parse(text).map_err(|error| error.message().to_owned())?;
    let mut out = Vec::new();
    for (name, value) in table.get_ref() {
        match value.get_ref() {
            DeValue::Table(inner) => {
                let entry = |(own, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
                    let own: &std::borrow::Cow<'_, str> = own.get_ref();
                    (format!("{}.{own}", name.get_ref()), text.get(value.span()).unwrap_or_default().to_owned())
                };
                out.extend(inner.iter().map(entry));
            }
            _ => out.push((name.get_ref().to_string(), text.get(value.span()).unwrap_or_default().to_owned())),
        }
    }
    Ok(out)
}

/// `text` with `setting`.
///
/// # Errors
/// What is wrong with the text, or why it cannot be changed here.
pub fn with(text: &str, setting: &Setting) -> Result<String, String> {
    let parsed = DeTable::parse(text).map_err(|error| error.message().to_owned())?;
    let root = parsed.get_ref();
    let (table, name) = match setting.name.split_once('.') {
        Some((table, name)) => (Some(table), name),
        None => (None, setting.name.as_str()),
    };
    let Some(table) = table else {
        return Ok(match (find(root, name), &setting.value) {
            (Some((_, value)), Some(new)) => replaced(text, value, new),
            (Some((key, value)), None) => commented(text, &lines_of(text, key.start..value.end)),
            (None, Some(new)) => inserted(text, top_end(text, root), &format!("{name} = {new}")),
            (None, None) => text.to_owned(),
        });
    };
    let inner =
        root.iter().find(|(own, _)| *own.get_ref() == *table).and_then(|(_, value)| Some((value.span(), value.get_ref().as_table()?)));
    let line = |new: &String| format!("{} = {new}", key_name(name));
    match (inner, &setting.value) {
        (None, None) => Ok(text.to_owned()),
        (None, Some(new)) => {
            let gap = if text.is_empty() || text.ends_with("\n\n") { "" } else { "\n" };
            Ok(inserted(text, text.len(), &format!("{gap}[{table}]\n{}", line(new))))
        }
        (Some((span, inner)), change) => {
            let is_inline = text.get(span.clone()).is_some_and(|written| written.starts_with('{'));
            let last = inner.iter().map(|(_, value)| value.span().end).max();
            match (find(inner, name), change) {
                (Some((_, value)), Some(new)) => Ok(replaced(text, value, new)),
                (Some((key, value)), None) if is_inline => Ok(taken_out(text, key.start..value.end)),
                (Some((key, value)), None) => Ok(commented(text, &lines_of(text, key.start..value.end))),
                (None, Some(new)) if is_inline => Ok(match last {
                    Some(last) => replaced(text, last..last, &format!(", {}", line(new))),
                    None => replaced(text, span, &format!("{{ {} }}", line(new))),
                }),
                (None, Some(new)) => {
                    // `keys.help = ...` without a header: another one below it.
                    let is_dotted = |own: Range<usize>| text.get(..own.start).is_some_and(|before| before.trim_end().ends_with('.'));
                    let dotted = inner.iter().any(|(own, _)| is_dotted(own.span()));
                    let line = if dotted { format!("{}.{}", key_name(table), line(new)) } else { line(new) };
                    Ok(inserted(text, line_end(text, last.unwrap_or(span.end)), &line))
                }
                (None, None) => Ok(text.to_owned()),
            }
        }
    }
}

/// A name as a key: bare where TOML lets it be.
fn key_name(name: &str) -> String {
    let is_bare = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if is_bare { name.to_owned() } else { toml::Value::from(name).to_string() }
}

/// Where a key and its value stand.
fn find(table: &DeTable<'_>, name: &str) -> Option<(Range<usize>, Range<usize>)> {
    table.iter().find(|(own, _)| *own.get_ref() == *name).map(|(own, value)| (own.span(), value.span()))
}

fn replaced(text: &str, at: Range<usize>, new: &str) -> String {
    format!("{}{new}{}", text.get(..at.start).unwrap_or_default(), text.get(at.end..).unwrap_or_default())
}

/// The end of the line that byte `at` stands in, behind its line feed.
fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |found| at + found + 1)
}

/// The whole lines around a range.
fn lines_of(text: &str, range: Range<usize>) -> Range<usize> {
    let start = text.get(..range.start).and_then(|before| before.rfind('\n')).map_or(0, |found| found + 1);
    start..line_end(text, range.end)
}

fn commented(text: &str, lines: &Range<usize>) -> String {
    let old = text.get(lines.clone()).unwrap_or_default();
    let new: String = old.split_inclusive('\n').map(|line| format!("# {line}")).collect();
    replaced(text, lines.clone(), &new)
}

/// `text` without an entry of a table in one line, and without one of the commas around it. There is no room for a comment.
fn taken_out(text: &str, entry: Range<usize>) -> String {
    let (before, behind) = (text.get(..entry.start).unwrap_or_default(), text.get(entry.end..).unwrap_or_default());
    match behind.trim_start().strip_prefix(',') {
        Some(rest) => format!("{before}{}", rest.trim_start_matches([' ', '\t'])),
        None => match before.trim_end().strip_suffix(',') {
            Some(before) => format!("{before}{behind}"),
            None => format!("{}{}", before.trim_end(), behind.trim_start_matches([' ', '\t'])),
        },
    }
}

/// Where a key of no table can be put: behind the last one, before the first table.
fn top_end(text: &str, root: &DeTable<'_>) -> usize {
    let is_table = |value: &Spanned<DeValue<'_>>| value.get_ref().is_table() && !text.get(value.span()).is_some_and(|t| t.starts_with('{'));
    let last = root.iter().filter(|(_, value)| !is_table(value)).map(|(_, value)| value.span().end).max();
    if let Some(last) = last {
        return line_end(text, last);
    }
    // No key: behind the comments at the top, or at the end where there is nothing else.
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with('[') {
            return at;
        }
        at += line.len();
    }
    at
}

/// `text` with a line at byte `at`, which begins one or ends the text.
fn inserted(text: &str, at: usize, line: &str) -> String {
    let (before, behind) = text.split_at_checked(at).unwrap_or((text, ""));
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { end };
    format!("{before}{gap}{}{end}{behind}", line.replace('\n', end))
}

/// The key that is called so.
pub fn key(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, name: &str, value: Option<&str>, expected: &str) {
        let setting = Setting { name: name.into(), value: value.map(str::to_owned) };
        assert_eq!(with(text, &setting).as_deref(), Ok(expected), "{text:?}");
    }

    #[test]
    fn a_key_is_set_and_the_rest_stays() {
        check("", "vim", Some("true"), "vim = true\n");
        check("# mine\nvim = false # why\nmouse = true\n", "vim", Some("true"), "# mine\nvim = true # why\nmouse = true\n");
        check("\"vim\"=false", "vim", Some("true"), "\"vim\"=true");
        check("vim = true\n\n[keys]\nquit = 'f12'\n", "theme", Some("\"dark\""), "vim = true\ntheme = \"dark\"\n\n[keys]\nquit = 'f12'\n");
        check("# a\n[keys]\nvim = 'f2'\n", "vim", Some("true"), "# a\nvim = true\n[keys]\nvim = 'f2'\n");
        check("vim = true", "mouse", Some("false"), "vim = true\nmouse = false\n");
        check("vim = true\r\n", "mouse", Some("false"), "vim = true\r\nmouse = false\r\n");
        check("other = [\n 1, # x\n]\n", "vim", Some("true"), "other = [\n 1, # x\n]\nvim = true\n");
        check("model = '''\nvim = false'''\n", "vim", Some("true"), "model = '''\nvim = false'''\nvim = true\n");
        // Taken back, it can be read what it was.
        check("a = 1\nvim = true # why\n", "vim", None, "a = 1\n# vim = true # why\n");
        check("a = 1\n", "vim", None, "a = 1\n");
    }

    #[test]
    fn keys_of_a_table_are_set() {
        check("vim = true\n", "keys.quit", Some("[\"f12\"]"), "vim = true\n\n[keys]\nquit = [\"f12\"]\n");
        check(
            "[keys]\n# mine\nhelp = 'f1'\n\n[own]\nx = 1\n",
            "keys.quit",
            Some("[]"),
            "[keys]\n# mine\nhelp = 'f1'\nquit = []\n\n[own]\nx = 1\n",
        );
        check("[keys]\nhelp = 'f1' # a\n", "keys.help", Some("[\"f2\"]"), "[keys]\nhelp = [\"f2\"] # a\n");
        check("[keys]\nhelp = 'f1'\n", "keys.help", None, "[keys]\n# help = 'f1'\n");
        check("keys = { help = 'f1' }\n", "keys.help", Some("'f2'"), "keys = { help = 'f2' }\n");
        check("keys.help = 'f1'\n", "keys.help", Some("'f2'"), "keys.help = 'f2'\n");
        assert!(with("theme = \n", &Setting { name: "keys.quit".into(), value: Some("'f2'".into()) }).is_err());
    }

    #[test]
    fn keys_of_a_table_in_one_line_are_set() {
        check("keys = { help = 'f1' } # mine\n", "keys.quit", Some("['f2']"), "keys = { help = 'f1', quit = ['f2'] } # mine\n");
        check("keys = {}\nvim = true\n", "keys.quit", Some("'f2'"), "keys = { quit = 'f2' }\nvim = true\n");
        check("keys = { a = 'f1', b = 'f2', c = 'f3' }\n", "keys.a", None, "keys = { b = 'f2', c = 'f3' }\n");
        check("keys = { a = 'f1', b = 'f2', c = 'f3' }\n", "keys.b", None, "keys = { a = 'f1', c = 'f3' }\n");
        check("keys = { a = 'f1', b = 'f2' }\n", "keys.b", None, "keys = { a = 'f1' }\n");
        check("keys = { a = 'f1' }\n", "keys.a", None, "keys = {}\n");
        check("keys = { help = ['f1', ','] }\n", "keys.help", None, "keys = {}\n");
        check("keys = { help = 'f1' }\n", "keys.quit", None, "keys = { help = 'f1' }\n");
        // Without a header: what stands below must not become a key of no table.
        check("keys.help = 'f1'\nvim = true\n", "keys.quit", Some("'f2'"), "keys.help = 'f1'\nkeys.quit = 'f2'\nvim = true\n");
        check("keys.help = 'f1'\n", "keys.help", None, "# keys.help = 'f1'\n");
        for text in ["keys = { help = 'f1' }\n", "keys.help = 'f1'\n", "[keys]\nhelp = 'f1'\n", "keys = {}\n", "[keys]\n", ""] {
            let setting = Setting { name: "keys.quit".into(), value: Some("['f2']".into()) };
            let set = with(text, &setting).unwrap();
            assert!(values(&set).unwrap().contains(&("keys.quit".into(), "['f2']".into())), "{text:?}: {set:?}");
        }
    }

    #[test]
    fn what_is_typed_is_checked() {
        let check = |name: &str, typed: &str, expected: Result<Option<&str>, &str>| {
            let found = value_of(key(name).unwrap(), typed);
            match (&found, expected) {
                (Ok(value), Ok(expected)) => assert_eq!(value.as_deref(), expected),
                (Err(problem), Err(expected)) => assert!(problem.contains(expected), "{problem}"),
                (found, expected) => panic!("{name} {typed}: {found:?}, expected {expected:?}"),
            }
        };
        check("threads", "4", Ok(Some("4")));
        check("threads", "0", Err("of 1 or more"));
        check("timeout", "x", Err("of 0 or more"));
        check("timeout", " ", Ok(None));
        check("vim", "on", Ok(Some("true")));
        check("vim", "maybe", Err("true or false"));
        check("theme", "light", Ok(Some("\"light\"")));
        check("theme", "pink", Err("one of dark, light, plain"));
        check("model", "C:\\a \"b\".gguf", Ok(Some("'C:\\a \"b\".gguf'")));
        assert_eq!(
            values("vim = true # x\n[keys]\nhelp = ['f1']\n").unwrap(),
            [("keys.help".to_owned(), "['f1']".to_owned()), ("vim".into(), "true".into())]
        );
    }
}
