//! A follow-up answered without the model, where its words say what is to change in the query before.

use super::asking::Asking;
use super::error::AskError;
use super::event::{Answer, AnswerState, AskEvent, Fix};
use super::follow::follow;
use super::mend::Fate;
use super::request::{Execution, Following};
use super::signals::{Signals, says_nothing};
use super::vote::{Agreement, Standing};
use crate::prompt::Turn;
use crate::schema::Schema;
use crate::sql::{Asked, suspicions};
use crate::text::words::{split_name, stem, words};

/// Of follow-ups that were read so, at least so many were right (see `tests/dialogues.rs`).
const BELIEF: f64 = 0.95;
/// What is left of it where nothing is found: the condition may be of another column.
const BELIEF_IN_NOTHING: f64 = 0.6;
/// So many first questions of dialogues were right, where nothing speaks against their answer (`tests/dialogues/with_model.py`, 1.5B: 99 of 133).
const BELIEF_BEFORE: f64 = 0.75;
/// What is left of it where something does.
const BELIEF_IN_DOUBT: f64 = 0.4;
/// Above this the answer before is not told as a reason.
const SURE: f64 = 0.9;
/// A question of so many words may follow on the last one though nothing in it points back.
const FEW_WORDS: usize = 4;

impl Asking<'_> {
    /// The answer made from the query before, where that is what the words say, and it runs.
    pub(super) fn followed(&mut self) -> Result<Option<Answer>, AskError> {
        let request = self.request;
        if request.following == Following::ByModel {
            return Ok(None);
        }
        let bare = || request.before.as_ref().filter(|_| is_bare(&request.question, self.schema));
        let Some(turn) = request.previous.as_ref().or_else(bare) else { return Ok(None) };
        let Some(followed) = follow(self.schema, request.values.as_deref(), turn, &request.question) else { return Ok(None) };
        // What the person said was wrong is not said again.
        let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        if request.hint.as_ref().is_some_and(|hint| plain(hint).contains(&plain(&followed.sql))) {
            return Ok(None);
        }
        let candidate = self.judge_sql(&followed.sql)?;
        let Some(statement) = candidate.statement().cloned() else { return Ok(None) };
        let mut answer = self.blank();
        answer.first_draft.clone_from(&followed.sql);
        (self.emit)(AskEvent::Proposed(candidate.sql.clone()));
        (self.emit)(AskEvent::Checked(candidate.sql.clone()));
        let nothing = candidate.table().is_some_and(says_nothing);
        let before = self.believed_before(turn);
        answer.confidence = Some(before * if nothing { BELIEF_IN_NOTHING } else { BELIEF });
        let but = if nothing { ", but it finds nothing" } else { "" };
        let unsure = if before < SURE { format!(", and that stood at {:.0}%", before * 100.0) } else { String::new() };
        answer.reason = format!("the previous answer with the change that the words name{but}{unsure}");
        answer.fixes =
            vec![Fix { kind: KEPT.into(), from: String::new(), to: format!("kept from the previous answer: {}", followed.kept) }];
        answer.fixes.extend(candidate.fixes);
        answer.follows = Some(turn.clone());
        answer.sql = candidate.sql;
        answer.state = AnswerState::Checked;
        answer.candidates.push(Agreement {
            sql: answer.sql.clone(),
            agrees: 1,
            mended: 0,
            first: true,
            likelihood: 0.0,
            signals: Signals::default(),
            standing: if nothing { Standing::Empty } else { Standing::Good },
        });
        if request.execution == Execution::Answer || !matches!(candidate.fate, Fate::Ran(..)) {
            self.finish(&mut answer, candidate.fate, &statement)?;
        }
        Ok(Some(answer))
    }
}

impl Asking<'_> {
    /// How likely the answer before is right: as it was said, else by what speaks against it. A query without a question is the person's own.
    pub(super) fn believed_before(&self, turn: &Turn) -> f64 {
        let doubted = || {
            let found = suspicions(&turn.sql, self.schema, Some(Asked::alone(&turn.question)));
            if found.is_empty() { BELIEF_BEFORE } else { BELIEF_IN_DOUBT }
        };
        let own = turn.question.trim().is_empty();
        self.request.previous_confidence.unwrap_or_else(|| if own { 1.0 } else { doubted() }).clamp(0.0, 1.0)
    }
}

/// The kind of the fix that says what was kept.
pub const KEPT: &str = "kept";

/// Whether `question` is a few words that name no table: it may follow on the last one though nothing in it points back.
fn is_bare(question: &str, schema: &Schema) -> bool {
    let said = words(question);
    let names_table = |word: &str| {
        let said = stem(word);
        schema.tables.iter().any(|table| split_name(&table.name).iter().any(|part| stem(part) == said))
    };
    !said.is_empty() && said.len() <= FEW_WORDS && !said.iter().any(|word| names_table(&word.folded))
}
