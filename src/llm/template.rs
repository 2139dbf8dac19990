//! Chat templates: Jinja, as model files carry it (`tokenizer.chat_template`).

use std::io::{self, Write};

use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value, context};

use super::tokenizer::{Specials, Tokenizer};
use super::{LlmError, Message};

/// A rendered chat longer than this many bytes is refused.
const MOST_OUTPUT: usize = 16 << 20;
/// Longer templates are refused (the longest in use has about 20,000 bytes).
const MOST_SOURCE: usize = 1 << 20;
/// Calls within calls.
const DEEPEST: usize = 64;

/// A model's chat template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatTemplate {
    source: String,
    bos: String,
    eos: String,
}

impl ChatTemplate {
    /// Takes the template `source`, and the names of the tokens that begin and end a text. Fails where `source` is not sound Jinja.
    pub fn new(source: &str, bos: &str, eos: &str) -> Result<Self, LlmError> {
        if source.len() > MOST_SOURCE {
            return Err(LlmError::Template(format!("it has {} bytes; at most {MOST_SOURCE} are read", source.len())));
        }
        environment().template_from_str(source).map_err(|error| failed(&error))?;
        Ok(Self { source: source.into(), bos: bos.into(), eos: eos.into() })
    }

    /// The text of `messages`; `add_generation_prompt` opens the assistant's turn.
    pub fn render(&self, messages: &[Message], add_generation_prompt: bool) -> Result<String, LlmError> {
        let environment = environment();
        let template = environment.template_from_str(&self.source).map_err(|error| failed(&error))?;
        let values = context! { messages, add_generation_prompt, bos_token => self.bos, eos_token => self.eos };
        let mut out = Bounded::default();
        #[allow(deprecated)] // its successor returns captured state that nobody here wants
        template.render_to_write(values, &mut out).map_err(|error| if out.full { too_long() } else { failed(&error) })?;
        String::from_utf8(out.bytes).map_err(|error| LlmError::Template(error.to_string()))
    }

    /// The tokens of `messages`, opened for the assistant, after BOS where the tokenizer adds one and the template does not. Only the
    /// template's own markers become special tokens: a marker's name in a message stays text, and cannot end a turn.
    pub fn render_to_tokens(&self, tokenizer: &Tokenizer, messages: &[Message]) -> Result<Vec<u32>, LlmError> {
        let taken = |c: char| self.source.contains(c) || messages.iter().any(|message| message.content.contains(c));
        // A private-use character within a name keeps it from being found as a marker. It is taken out before the text is tokenised, so text
        // without such names gives the same tokens as ever, and the template sees its messages as they are but for it.
        let separator = ('\u{F0000}'..='\u{FFFFD}').find(|c| !taken(*c));
        let separator = separator.ok_or_else(|| LlmError::Template("the messages use every private character".into()))?;
        let defused: Vec<Message> =
            messages.iter().map(|m| Message { role: m.role, content: defuse(&m.content, tokenizer, separator) }).collect();
        let text = self.render(&defused, true)?;
        let mut tokens = tokenizer.encode_unmarked(&text, Specials::Parse, Some(separator))?;
        if let Some(bos) = tokenizer.bos().filter(|_| tokenizer.adds_bos())
            && tokens.first() != Some(&bos)
        {
            tokens.insert(0, bos);
        }
        Ok(tokens)
    }
}

/// Puts `separator` into each marker's name in `text`, and at its ends where they could be part of a name together with what stands beside.
fn defuse(text: &str, tokenizer: &Tokenizer, separator: char) -> String {
    let mut cuts: Vec<usize> = Vec::new();
    for name in tokenizer.marker_names() {
        let Some(first) = name.chars().next().map(char::len_utf8) else { continue };
        // A name of one character cannot be cut; none is known.
        for at in overlapping(text, name) {
            cuts.push(at + first);
        }
        for cut in name.char_indices().map(|(at, _)| at).skip(1) {
            let (head, tail) = name.split_at(cut);
            if text.ends_with(head) {
                cuts.push(text.len());
            }
            if text.starts_with(tail) {
                cuts.push(0);
            }
        }
    }
    cuts.sort_unstable();
    cuts.dedup();
    let mut out = String::with_capacity(text.len() + cuts.len() * 4);
    let mut from = 0;
    for cut in cuts {
        out.push_str(text.get(from..cut).unwrap_or_default());
        out.push(separator);
        from = cut;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// Where `name` occurs in `text`, occurrences that overlap included.
fn overlapping<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    let step = name.chars().next().map_or(1, char::len_utf8);
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + text.get(from..)?.find(name)?;
        from = at + step;
        Some(at)
    })
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.set_recursion_limit(DEEPEST);
    environment.set_undefined_behavior(UndefinedBehavior::Lenient);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    environment.add_function("raise_exception", |message: String| -> Result<Value, Error> {
        Err(Error::new(ErrorKind::InvalidOperation, message))
    });
    environment.add_filter("tojson", |value: Value| -> Result<Value, Error> {
        let json = serde_json::to_value(&value).map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))?;
        let mut out = String::new();
        write_json(&json, &mut out);
        Ok(Value::from_safe_string(out))
    });
    environment
}

/// JSON spaced as Python's `json.dumps` does, which models have seen.
fn write_json(value: &serde_json::Value, out: &mut String) {
    let separate = |index: usize, out: &mut String| {
        if index > 0 {
            out.push_str(", ");
        }
    };
    match value {
        serde_json::Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                separate(index, out);
                write_json(item, out);
            }
            out.push(']');
        }
        serde_json::Value::Object(entries) => {
            out.push('{');
            for (index, (key, item)) in entries.iter().enumerate() {
                separate(index, out);
                out.push_str(&serde_json::Value::from(key.as_str()).to_string());
                out.push_str(": ");
                write_json(item, out);
            }
            out.push('}');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

fn failed(error: &Error) -> LlmError {
    let line = error.line().map(|line| format!(" (line {line})")).unwrap_or_default();
    LlmError::Template(format!("{}{line}", error.detail().map_or_else(|| error.kind().to_string(), str::to_owned)))
}

fn too_long() -> LlmError {
    LlmError::Template(format!("its output exceeds {MOST_OUTPUT} bytes"))
}

/// Memory that refuses to grow without end.
#[derive(Default)]
struct Bounded {
    bytes: Vec<u8>,
    full: bool,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > MOST_OUTPUT {
            self.full = true;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
