//! A model's chat template: messages to text, and to tokens.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::OnceLock;

use minijinja::{Error, Value, context};

use super::super::tokenizer::{Specials, Tokenizer};
use super::super::{LlmError, Message, Role};
use super::jinja::{self, environment};
use super::turns;

/// A rendered chat longer than this many bytes is refused.
const MOST_OUTPUT: usize = 16 << 20;
/// Longer templates are refused (the longest in use has about 20,000 bytes).
const MOST_SOURCE: usize = 1 << 20;
/// What a template that takes a system message writes somewhere.
const PROBE: &str = "Say which table.";

/// A model's chat template.
#[derive(Debug, Clone)]
pub struct ChatTemplate {
    source: String,
    /// Names of special tokens, as templates know them: `bos_token`, `eos_token`, ...
    names: BTreeMap<String, String>,
    takes_system: OnceLock<bool>,
}

impl ChatTemplate {
    /// Takes the template `source`, and the names of the tokens that begin and end a text. Fails where `source` is not sound Jinja.
    pub fn new(source: &str, bos: &str, eos: &str) -> Result<Self, LlmError> {
        if source.len() > MOST_SOURCE {
            return Err(LlmError::Template(format!("it has {} bytes; at most {MOST_SOURCE} are read", source.len())));
        }
        let source = jinja::without_generation_marks(&jinja::with_plain_ends(source));
        environment().template_from_str(&source).map_err(|error| failed(&error))?;
        let names = [("bos_token", bos), ("eos_token", eos)].map(|(key, name)| (key.to_owned(), name.to_owned()));
        Ok(Self { source, names: names.into(), takes_system: OnceLock::new() })
    }

    /// The same, which also knows the tokens in `names`, such as `pad_token`.
    pub fn with_names(mut self, names: BTreeMap<String, String>) -> Self {
        for (key, name) in names {
            self.names.entry(key).or_insert(name);
        }
        self
    }

    /// The text of `messages`; `add_generation_prompt` opens the assistant's turn. Where the template takes no system message, its text
    /// stands before the first question; where it wants turns to alternate, neighbours of one role are one.
    pub fn render(&self, messages: &[Message], add_generation_prompt: bool) -> Result<String, LlmError> {
        let folded;
        let messages = if messages.iter().any(|message| message.role == Role::System) && !self.takes_system() {
            folded = turns::fold_system(messages);
            folded.as_slice()
        } else {
            messages
        };
        self.render_as_it_is(messages, add_generation_prompt).or_else(|error| match turns::alternating(messages) {
            Some(alternating) => self.render_as_it_is(&alternating, add_generation_prompt).map_err(|_| error),
            None => Err(error),
        })
    }

    /// Whether a system message comes out of it: some templates refuse one, and some leave it out without a word.
    fn takes_system(&self) -> bool {
        *self.takes_system.get_or_init(|| {
            let message = |role, content: &str| Message { role, content: content.into() };
            let messages = [message(Role::System, PROBE), message(Role::User, "How many?")];
            let comes_out = |messages: &[Message]| self.render_as_it_is(messages, true).is_ok_and(|text| text.contains(PROBE));
            // Where it comes out neither way, the template says what is wrong with it.
            comes_out(&messages) || !comes_out(&turns::fold_system(&messages))
        })
    }

    fn render_as_it_is(&self, messages: &[Message], add_generation_prompt: bool) -> Result<String, LlmError> {
        let environment = environment();
        let template = environment.template_from_str(&self.source).map_err(|error| failed(&error))?;
        let none = Value::from(());
        // As transformers calls templates: tools and documents are there, and none. Answers are wanted, not thoughts about them.
        let own = context! { messages, add_generation_prompt, tools => none, documents => none, enable_thinking => false };
        let values = context! { ..own, ..Value::from_serialize(&self.names) };
        let mut out = Bounded::default();
        #[allow(deprecated)] // its successor returns captured state that nobody here wants
        template.render_to_write(values, &mut out).map_err(|error| if out.full { too_long() } else { failed(&error) })?;
        String::from_utf8(out.bytes).map_err(|error| LlmError::Template(error.to_string()))
    }

    /// The tokens of `messages`, opened for the assistant, after BOS where the tokenizer wants one before a chat and the template does not
    /// write it. Only the template's own markers become special tokens: a marker's name in a message stays text, and cannot end a turn.
    pub fn render_to_tokens(&self, tokenizer: &Tokenizer, messages: &[Message]) -> Result<Vec<u32>, LlmError> {
        let separator = self.separator(messages.iter().map(|message| message.content.as_str()))?;
        self.tokens_of(tokenizer, &self.render_defused(tokenizer, messages, separator)?, separator)
    }

    /// The tokens of `messages` with the beginning of the assistant's turn and `answer` in it, and how many of them are not the answer's. The
    /// answer's tokens are those that stand in the whole, where the prompt's stay as they are.
    pub fn render_answered(&self, tokenizer: &Tokenizer, messages: &[Message], answer: &str) -> Result<(Vec<u32>, usize), LlmError> {
        let separator = self.separator(messages.iter().map(|message| message.content.as_str()).chain([answer]))?;
        let mut text = self.render_defused(tokenizer, messages, separator)?;
        let mut prompt = self.tokens_of(tokenizer, &text, separator)?;
        text.push_str(&defuse(answer, tokenizer, separator));
        let whole = self.tokens_of(tokenizer, &text, separator)?;
        let length = prompt.len();
        if whole.starts_with(&prompt) {
            return Ok((whole, length));
        }
        prompt.extend(tokenizer.encode_on(answer, Specials::AsText)?);
        Ok((prompt, length))
    }

    /// A private-use character within a name keeps it from being found as a marker. It is taken out before the text is tokenised, so text
    /// without such names gives the same tokens as ever, and the template sees its messages as they are but for it.
    fn separator<'a>(&self, texts: impl Iterator<Item = &'a str> + Clone) -> Result<char, LlmError> {
        let taken = |c: char| self.source.contains(c) || texts.clone().any(|text| text.contains(c));
        let separator = ('\u{F0000}'..='\u{FFFFD}').find(|c| !taken(*c));
        separator.ok_or_else(|| LlmError::Template("the messages use every private character".into()))
    }

    fn render_defused(&self, tokenizer: &Tokenizer, messages: &[Message], separator: char) -> Result<String, LlmError> {
        let defused: Vec<Message> =
            messages.iter().map(|m| Message { role: m.role, content: defuse(&m.content, tokenizer, separator) }).collect();
        self.render(&defused, true)
    }

    fn tokens_of(&self, tokenizer: &Tokenizer, text: &str, separator: char) -> Result<Vec<u32>, LlmError> {
        let mut tokens = tokenizer.encode_unmarked(text, Specials::Parse, separator)?;
        let before = tokenizer.before_chat();
        if !tokens.starts_with(before) {
            tokens.splice(0..0, before.iter().copied());
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
