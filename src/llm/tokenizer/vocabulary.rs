//! What each token is, and finding markers in text.

use super::specials::Specials;

/// Slots that no token has, of which a sound vocabulary has some hundred. Bounds what a hostile id can make us allocate.
const MOST_UNUSED: usize = 1 << 16;

/// Below which ids of `tokens` tokens lie: there is a place for each id, used or not.
pub(super) fn most_ids(tokens: usize) -> usize {
    const MOST_TOKENS: usize = 1 << 21;
    (2 * tokens + MOST_UNUSED).min(MOST_TOKENS)
}

/// What a token is (`tokenizer.ggml.token_type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A piece of text.
    Normal,
    /// Stands for text that no token covers.
    Unknown,
    /// A marker, such as the end of a turn; never part of the text.
    Control,
    /// Text that is always one token.
    UserDefined,
    /// A slot that no text uses.
    Unused,
    /// One byte.
    Byte,
}

impl TokenKind {
    /// The kind that GGUF's number stands for.
    pub(super) fn from_gguf(number: i64) -> Self {
        match number {
            2 => Self::Unknown,
            3 => Self::Control,
            4 => Self::UserDefined,
            5 => Self::Unused,
            6 => Self::Byte,
            _ => Self::Normal,
        }
    }

    /// GGUF's number.
    pub(super) fn gguf(self) -> i64 {
        match self {
            Self::Normal => 1,
            Self::Unknown => 2,
            Self::Control => 3,
            Self::UserDefined => 4,
            Self::Unused => 5,
            Self::Byte => 6,
        }
    }

    /// Whether it must not come out of plain text.
    pub fn is_marker(self) -> bool {
        matches!(self, Self::Control | Self::Unknown)
    }
}

/// A token that is found in the text before anything else.
#[derive(Debug, Clone)]
struct Special {
    text: String,
    id: u32,
    marker: bool,
    /// White space after it belongs to it.
    strips_right: bool,
}

/// Part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fragment<'a> {
    /// To be tokenised.
    Text(&'a str),
    /// A marker or a user-defined token.
    Token(u32),
}

/// All tokens: kinds, bytes, and those to be found in text.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    kinds: Vec<TokenKind>,
    specials: Vec<Special>,
}

impl Vocabulary {
    /// Appends the next token: `bytes` is what it adds to the text, or a marker's name.
    pub(super) fn push(&mut self, kind: TokenKind, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.ends.push(self.bytes.len());
        self.kinds.push(kind);
    }

    /// Collects the tokens that are found in text; call it after the last [`push`](Self::push). `strips_right` says for which names white
    /// space after the token belongs to it.
    pub(super) fn index_specials(&mut self, strips_right: impl Fn(&str) -> bool) {
        let mut specials = Vec::new();
        for (id, kind) in (0u32..).zip(&self.kinds) {
            if !(kind.is_marker() || *kind == TokenKind::UserDefined) {
                continue;
            }
            let text = self.raw(id).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
            if !text.is_empty() {
                let strips_right = strips_right(&text);
                specials.push(Special { text, id, marker: kind.is_marker(), strips_right });
            }
        }
        // The longest wins where one holds another, as in llama.cpp.
        specials.sort_by_key(|special| std::cmp::Reverse(special.text.len()));
        self.specials = specials;
    }

    /// Number of tokens.
    pub(super) fn len(&self) -> usize {
        self.kinds.len()
    }

    /// The kind of `id`.
    pub(super) fn kind(&self, id: u32) -> Option<TokenKind> {
        self.kinds.get(id as usize).copied()
    }

    /// The bytes stored for `id`, a marker's name included.
    pub(super) fn raw(&self, id: u32) -> Option<&[u8]> {
        let id = id as usize;
        let start = if id == 0 { 0 } else { *self.ends.get(id - 1)? };
        self.bytes.get(start..*self.ends.get(id)?)
    }

    /// The bytes that `id` adds to the text: none for markers and unused slots.
    pub(super) fn text_bytes(&self, id: u32) -> Option<&[u8]> {
        match self.kind(id)? {
            TokenKind::Control | TokenKind::Unknown | TokenKind::Unused => Some(&[]),
            _ => self.raw(id),
        }
    }

    /// Cuts `text` at special tokens: user-defined ones always, markers where `specials` says so.
    pub(super) fn split<'a>(&self, text: &'a str, specials: Specials) -> Vec<Fragment<'a>> {
        let mut fragments = if text.is_empty() { Vec::new() } else { vec![Fragment::Text(text)] };
        for special in &self.specials {
            if (special.marker && specials == Specials::AsText) || !text.contains(&special.text) {
                continue;
            }
            let mut cut = Vec::with_capacity(fragments.len() + 2);
            for fragment in fragments {
                match fragment {
                    Fragment::Text(text) => cut_at(text, special, &mut cut),
                    token => cut.push(token),
                }
            }
            fragments = cut;
        }
        fragments
    }

    /// The names of all markers, longest first.
    pub(super) fn marker_names(&self) -> impl Iterator<Item = &str> {
        self.specials.iter().filter(|special| special.marker).map(|special| special.text.as_str())
    }
}

fn cut_at<'a>(mut text: &'a str, special: &Special, out: &mut Vec<Fragment<'a>>) {
    while let Some((before, after)) = text.split_once(special.text.as_str()) {
        if !before.is_empty() {
            out.push(Fragment::Text(before));
        }
        out.push(Fragment::Token(special.id));
        text = if special.strips_right { after.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\u{B}') } else { after };
    }
    if !text.is_empty() {
        out.push(Fragment::Text(text));
    }
}
