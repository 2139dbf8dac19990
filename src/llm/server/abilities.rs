//! What a server can do, as far as it was asked.

use serde::{Deserialize, Serialize};

/// What a server can do. Everything is `false` or empty where it is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Abilities {
    /// It answers `/chat/completions`.
    pub chat: bool,
    /// It answers `/completions`, so that a prompt in any form goes out as it is.
    pub completions: bool,
    /// Several answers to one request (`n`).
    pub several: bool,
    /// How likely each token was (`logprobs`).
    pub logprobs: bool,
    /// How it is told a grammar.
    pub grammar: Option<GrammarField>,
    /// It holds to a JSON schema (`response_format`).
    pub json_schema: bool,
    /// It tells the ids of tokens (`/tokenize`).
    pub token_ids: bool,
    /// It tells how much of a prompt it had read before.
    pub prefix_cache: bool,
    /// Names of models that are adapters of another.
    pub adapters: Vec<String>,
    /// Tokens of context, where it says so.
    pub context_length: Option<usize>,
}

/// The field of a request that takes a grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrammarField {
    /// `grammar`, in GBNF.
    Grammar,
    /// `structured_outputs: {grammar}`, in EBNF as GBNF writes it.
    StructuredOutputs,
    /// `guided_grammar`, the older name of the same.
    GuidedGrammar,
    /// `ebnf`.
    Ebnf,
}

impl GrammarField {
    /// All, in the order in which they are tried.
    pub const ALL: [Self; 4] = [Self::Grammar, Self::StructuredOutputs, Self::GuidedGrammar, Self::Ebnf];

    /// The field's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Grammar => "grammar",
            Self::StructuredOutputs => "structured_outputs",
            Self::GuidedGrammar => "guided_grammar",
            Self::Ebnf => "ebnf",
        }
    }
}

impl Abilities {
    /// What is taken for granted of a server that was not asked: chat and nothing else.
    pub fn unknown() -> Self {
        Self { chat: true, completions: true, ..Self::default() }
    }

    /// What a person misses with this server, a sentence each.
    pub fn missing(&self) -> Vec<&'static str> {
        let lacks = [
            (self.chat, "the server has no chat: prompts go out as plain text, in SQL-LLaMA's form"),
            (self.logprobs, "the server does not say how likely its words are: confidence rests on comparing drafts alone"),
            (self.grammar.is_some(), "the server takes no grammar: names that the database does not have are mended afterwards"),
        ];
        lacks.into_iter().filter(|(has, _)| !has).map(|(_, sentence)| sentence).collect()
    }
}
