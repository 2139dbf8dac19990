//! The steps of a `tokenizer.json`, one after the other: added tokens, normalizer, pre-tokenizer, model. The library's own steps; only that
//! special tokens may stay text, and that a character can keep a name from being one.

use tokenizers::tokenizer::normalizer::Range as Place;
use tokenizers::{Model as _, NormalizedString, Normalizer as _, OffsetType, PreTokenizedString, PreTokenizer as _, Token};

use super::super::LlmError;
use super::added::{AddedToken, AddedTokens, Stretch};
use super::specials::Specials;

/// How a text is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    pub(super) specials: Specials,
    /// Left out of the text after special tokens were found in it.
    pub(super) separator: Option<char>,
    /// It goes on from another text: nothing belongs before it that belongs at a text's beginning.
    pub(super) goes_on: bool,
}

/// The library's tokenizer, without its added tokens: those are found by ours.
#[derive(Debug)]
pub(super) struct JsonModel {
    inner: tokenizers::Tokenizer,
    added: AddedTokens,
}

impl JsonModel {
    /// `inner` with `added` tokens.
    pub(super) fn new(inner: tokenizers::Tokenizer, added: &[AddedToken]) -> Result<Self, LlmError> {
        let added = AddedTokens::new(added, inner.get_normalizer())?;
        Ok(Self { inner, added })
    }

    /// Appends the tokens of `text`.
    pub(super) fn encode(&self, text: &str, reading: Reading, out: &mut Vec<u32>) -> Result<(), LlmError> {
        self.tokens(text, reading, out).map_err(|error| LlmError::Tokenizer(error.to_string()))
    }

    fn tokens(&self, text: &str, reading: Reading, out: &mut Vec<u32>) -> tokenizers::Result<()> {
        let Reading { specials, separator, goes_on } = reading;
        let mut pieces: PreTokenizedString = if goes_on {
            // A piece whose place is not 0 is not the first one.
            let whole = NormalizedString::from(format!(" {text}"));
            whole.slice(Place::Normalized(1..text.len() + 1)).ok_or("a text cannot be cut")?.into()
        } else {
            text.into()
        };
        pieces.split(|_, piece| cut(&piece, self.added.in_text(piece.get(), specials)))?;
        pieces.split(|_, mut piece| {
            if let Some(normalizer) = self.inner.get_normalizer() {
                normalizer.normalize(&mut piece)?;
            }
            // In a chat, where a separator is, a message must not become a marker by being normalised.
            let accepts = |range: &std::ops::Range<usize>, content: &str| {
                separator.is_none() || piece.get_range_original(Place::Normalized(range.clone())).is_some_and(|own| own.contains(content))
            };
            let stretches = self.added.in_normalized(piece.get(), specials, accepts);
            let mut cut = cut(&piece, stretches)?;
            if let Some(separator) = separator {
                for (piece, _) in cut.iter_mut().filter(|(piece, tokens)| tokens.is_none() && piece.get().contains(separator)) {
                    piece.filter(|character| character != separator);
                }
            }
            Ok(cut)
        })?;
        if let Some(pre_tokenizer) = self.inner.get_pre_tokenizer() {
            pre_tokenizer.pre_tokenize(&mut pieces)?;
        }
        let model = self.inner.get_model();
        pieces.tokenize(|piece| model.tokenize(piece.get()))?;
        out.extend_from_slice(pieces.into_encoding(None, 0, OffsetType::None)?.get_ids());
        Ok(())
    }
}

/// `piece` as `stretches` of it.
#[allow(clippy::type_complexity)] // what the library's `split` takes
fn cut(piece: &NormalizedString, stretches: Vec<Stretch>) -> tokenizers::Result<Vec<(NormalizedString, Option<Vec<Token>>)>> {
    let one = |(range, id): Stretch| {
        let length = range.len();
        let part = piece.slice(Place::Normalized(range)).ok_or("an added token stands across a character")?;
        Ok((part, id.map(|id| vec![Token::new(id, String::new(), (0, length))])))
    };
    stretches.into_iter().map(one).collect()
}
