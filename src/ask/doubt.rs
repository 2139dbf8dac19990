//! What speaks against a draft before anybody has looked at it.

use super::candidate::{Candidate, Fate};
use super::signals::says_nothing;

/// Below this mean log probability a token, a draft counts as unsure. Chosen on development questions; see `eval`.
const UNSURE: f32 = -0.12;

/// A reason to doubt a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// SQLite does not take it, or it failed.
    DoesNotRun,
    /// It was mended.
    Mended,
    /// It returned nothing, or nothing but NULL and zero.
    SaysNothing,
    /// Its form gives reason to doubt, in a sentence.
    Suspicious(String),
    /// The question names a stored value that it does nothing with.
    Unused(String),
    /// The model was unsure of it.
    Unsure,
    /// It was too slow to be compared.
    Slow,
}

impl Doubt {
    /// In words, to follow "because".
    pub fn reason(&self) -> String {
        match self {
            Self::DoesNotRun => "the first draft does not run".into(),
            Self::Mended => "the first draft had to be mended".into(),
            Self::SaysNothing => "the first draft finds nothing".into(),
            Self::Suspicious(sentence) => sentence.clone(),
            Self::Unused(value) => format!("the first draft does nothing with {value:?}"),
            Self::Unsure => "the model is unsure of the first draft".into(),
            Self::Slow => "the first draft is slow".into(),
        }
    }
}

/// Everything that speaks against `candidate`.
pub(super) fn doubts(candidate: &Candidate) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    match &candidate.fate {
        Fate::Failed(_) | Fate::Refused(_) => doubts.push(Doubt::DoesNotRun),
        Fate::Checked(_) => doubts.push(Doubt::Slow),
        Fate::Ran(_, table) if says_nothing(table) => doubts.push(Doubt::SaysNothing),
        Fate::Ran(..) => {}
    }
    if candidate.is_mended() {
        doubts.push(Doubt::Mended);
    }
    doubts.extend(candidate.suspicions.first().map(|suspicion| Doubt::Suspicious(suspicion.sentence.clone())));
    doubts.extend(candidate.unused.clone().map(Doubt::Unused));
    // There is hardly another way to count customers, whatever the model thinks of its brackets.
    if candidate.mean_logprob < UNSURE && !candidate.plain {
        doubts.push(Doubt::Unsure);
    }
    doubts
}
