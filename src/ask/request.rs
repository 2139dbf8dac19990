//! A question and how to answer it.

use std::sync::Arc;
use std::time::Duration;

use super::demonstrations::Demonstrations;
use crate::db::{Limits, ValueIndex};
use crate::llm::Sampling;
use crate::prompt::{Form, Turn};
use crate::schema::Private;

/// Repairs by the model: a third was measured to change nothing.
pub const MAX_REPAIRS: usize = 2;

/// A question and how to answer it.
#[derive(Debug, Clone)]
pub struct AskRequest {
    /// In the person's words.
    pub question: String,
    /// Something to consider.
    pub hint: Option<String>,
    /// How the schema is told.
    pub schema_form: SchemaForm,
    /// The database's values, to find those that the question mentions and to mend literals by; `None` to do neither.
    pub values: Option<Arc<ValueIndex>>,
    /// How the model wants to be asked.
    pub form: Form,
    /// Answers accepted for questions like this one, the likest last.
    pub examples: Vec<Turn>,
    /// Examples made from the database, shown to the model where drafts are compared; `None` for none. Worth sharing between questions.
    pub demonstrations: Option<Arc<Demonstrations>>,
    /// The question before, where this one follows on it.
    pub previous: Option<Turn>,
    /// How sure the answer before is, 0 to 1: what follows on it is right only where it was. `None` where nobody says.
    pub previous_confidence: Option<f64>,
    /// The question before, where nothing says that this one follows on it: a few words that need no model may.
    pub before: Option<Turn>,
    /// Who writes a follow-up.
    pub following: Following,
    /// SQL that a person accepted for this very question: it is answered at once, without the model.
    pub accepted_sql: Option<String>,
    /// What of the database the model is not told, in whichever way.
    pub private: Private,
    /// Which names the model may write.
    pub names: Names,
    /// Whether SQL that SQLite would reject is mended where only one thing can be meant.
    pub mending: Mending,
    /// At most this many repairs by the model.
    pub repairs: usize,
    /// How many drafts are compared.
    pub candidates: Candidates,
    /// Drafts to compare are drawn until so much time has passed since the question; the first is always waited for. `None` for no limit.
    pub answer_within: Option<Duration>,
    /// What may run.
    pub execution: Execution,
    /// How tokens are drawn; the first draft of several.
    pub sampling: Sampling,
    /// Limits of the query.
    pub limits: Limits,
}

impl AskRequest {
    /// The whole pipeline for `question`, whose answer runs.
    pub fn new(question: impl Into<String>, form: Form) -> Self {
        Self {
            question: question.into(),
            hint: None,
            schema_form: SchemaForm::Described,
            values: None,
            form,
            examples: Vec::new(),
            demonstrations: Some(Arc::default()),
            previous: None,
            previous_confidence: None,
            before: None,
            following: Following::OnTheTree,
            accepted_sql: None,
            private: Private::default(),
            names: Names::Locked,
            mending: Mending::Names,
            repairs: MAX_REPAIRS,
            candidates: Candidates::default(),
            answer_within: None,
            execution: Execution::Answer,
            sampling: Sampling::default(),
            limits: Limits::default(),
        }
    }
}

/// How a schema is told to the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaForm {
    /// With types, keys and sample values; of a schema that is too large, what the question links to ([`crate::prompt::schema_text_for`]).
    Described,
    /// As `sqlite_schema` stores it: what an untuned baseline is asked with.
    AsStored,
}

/// Which names a model may write while it writes SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// Those that can exist where they stand.
    Locked,
    /// Any.
    Free,
}

/// Who writes the SQL of a follow-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Following {
    /// Nobody, where its words say what is to change in the query before: it is changed on its syntax tree. Else the model.
    OnTheTree,
    /// The model.
    ByModel,
}

/// Whether SQL is mended without the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mending {
    /// Only what SQLite itself would read so: values in double quotes.
    Quotes,
    /// Also qualifiers, tables and names, where one thing can be meant.
    Names,
}

/// How many drafts of an answer are compared by what they return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Candidates {
    /// Always so many; 1 for none but the first.
    Exactly(usize),
    /// So many even where nothing speaks against the first, and fewer where more could not change the choice.
    UntilDecided(usize),
    /// The first alone where nothing speaks against it, else as many as that.
    WhenInDoubt(usize),
}

impl Candidates {
    /// The most that are drawn.
    pub fn most(self) -> usize {
        match self {
            Self::Exactly(n) | Self::UntilDecided(n) | Self::WhenInDoubt(n) => n.max(1),
        }
    }
}

/// Drafts that are compared where the first is in doubt.
pub const CANDIDATES: usize = 8;

impl Default for Candidates {
    fn default() -> Self {
        Self::WhenInDoubt(CANDIDATES)
    }
}

/// What may run on the way to an answer. All of it only reads, under limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Execution {
    /// Nothing: drafts are prepared and not compared.
    Never,
    /// Drafts run to be compared; the answer is left to the person to run.
    ToCompare,
    /// The answer runs too.
    Answer,
}
