//! One draft: from the model's words to SQL that runs, or to the reason why not.

use std::time::Duration;

use super::coverage::{Coverage, coverage, is_comparable, unused_value};
use super::error::AskError;
use super::event::{Attempt, Fix};
use super::evidence::{Ran, against, is_tied_with_one};
use super::mend::{Fate, mend_and_check};
use super::request::{AskRequest, Execution};
use super::signals::{Seen, Signals};
use super::vote::Ballot;
use crate::db::{Database, DbError, Limits, Table};
use crate::llm::{Ended, FinishReason};
use crate::prompt::{Form, Thoughts, Turn};
use crate::schema::Schema;
use crate::signal::{Cancel, Stop};
use crate::sql::extract::{Draft, beginnings, extract, extract_thought};
use crate::sql::follow::{Lost, lost};
use crate::sql::shape::is_plain_count;
use crate::sql::{Asked, ReadOnlySql, Suspicion, SuspicionKind, guard, suspicions};
use crate::text::words::words;

/// A draft that only serves to be compared gets no more than this.
const COMPARISON_TIME: Duration = Duration::from_secs(5);

/// Kinds of fixes that put the same thing in another form: they are no reason to doubt.
const EXACT: [&str; 7] = ["double_quotes", "date", "number", "boolean", "unit", "text_blob", "reading"];

/// The share of words that is not accounted for in questions of Spider beside their own SQL: what is taken of other languages.
const USUALLY_UNCOVERED: f64 = 0.15;

/// A draft of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    /// As the model wrote it.
    pub(super) draft: String,
    /// As it stands after mending.
    pub(super) sql: String,
    pub(super) fixes: Vec<Fix>,
    pub(super) mean_logprob: f32,
    pub(super) fate: Fate,
    /// What in its form gives reason to doubt; looked for where it ran.
    pub(super) suspicions: Vec<Suspicion>,
    /// A stored value that the question names and it does nothing with; looked for where it ran.
    pub(super) unused: Option<String>,
    /// Whether it counts the rows of the one table that the question speaks of: that needs no second look.
    pub(super) plain: bool,
    /// Whether another row is as far at the front as the only one that it returns, where the question means one.
    pub(super) tied: bool,
    /// Which words of the question it accounts for; looked for where it ran.
    pub(super) coverage: Option<Coverage>,
    /// The same and more as numbers; empty where it did not run.
    pub(super) signals: Signals,
    /// Whether it was written after examples made from the database.
    pub(super) after_examples: bool,
}

/// The SQL of an answer in `form`.
fn drafted(text: &str, form: Form) -> Option<Draft> {
    match form.thoughts() {
        Thoughts::None => extract(text),
        Thoughts::InWords => extract_thought(text, false),
        // Arctic's thoughts are begun by the prompt.
        Thoughts::InTags => extract_thought(text, form == Form::Arctic),
    }
}

/// What is wrong with an answer that is thought alone.
fn thought_alone(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Length => "the model came to no end of its thoughts",
        FinishReason::Repeated => "the model went round in circles",
        FinishReason::Stop | FinishReason::Eos | FinishReason::Enough => "there is no SQL statement behind the model's thoughts",
    }
}

/// What a follow-up lost of the query before.
fn lost_of(turn: &Turn, sql: &str, schema: &Schema, question: &str) -> Vec<Suspicion> {
    let suspicion = |lost: Lost| Suspicion { kind: SuspicionKind::LostOfBefore, sentence: lost.sentence() };
    lost(&turn.sql, sql, schema, question).into_iter().map(suspicion).collect()
}

/// The longest beginning of a `draft`, which ends with the same round twice, that SQLite takes and behind which a clause begins; and the
/// rest. The first round is begun in it: more is not taken away than was repeated.
fn whole(database: &Database, draft: &str) -> Option<(String, String)> {
    let twice = |round: &usize| {
        let (before, last) = draft.split_at_checked(draft.len() - round)?;
        before.ends_with(last).then_some(draft.len() - 2 * round)
    };
    let start = (1..=draft.len() / 2).rev().find_map(|round| twice(&round))?;
    let takes = |(whole, _): &(&str, &str)| guard::check(whole).is_ok_and(|checked| database.check(&checked).is_ok());
    let (whole, rest) = beginnings(draft).into_iter().filter(|(whole, _)| whole.len() > start).find(takes)?;
    Some((whole.into(), rest.into()))
}

/// Those of `candidates` that ran, to be compared.
pub(super) fn ballots<'c>(candidates: impl IntoIterator<Item = &'c Candidate>) -> Vec<Ballot> {
    let ballot = |(draft, candidate): (usize, &Candidate)| {
        let table = candidate.table()?.clone();
        let (suspicious, mended) = (candidate.is_suspicious(), candidate.is_mended());
        let (mean_logprob, after_examples) = (candidate.mean_logprob, candidate.after_examples);
        Some(Ballot { draft, table, suspicious, mended, mean_logprob, after_examples })
    };
    candidates.into_iter().enumerate().filter_map(ballot).collect()
}

impl Candidate {
    /// Takes the SQL out of what was `written`, mends and judges it, and runs it where drafts are compared.
    ///
    /// # Errors
    /// Only where the database itself fails, or `cancel` stops.
    pub(super) fn new(
        database: &Database,
        schema: &Schema,
        written: &Ended<'_>,
        request: &AskRequest,
        cancel: &Cancel,
    ) -> Result<Self, AskError> {
        let text = written.text.trim();
        let mut candidate = match drafted(text, request.form) {
            // Thoughts are nobody's query: they are shown to no one, and not given back to the model.
            None if request.form.thoughts() != Thoughts::None => Self::failed("", thought_alone(written.finish_reason)),
            None => Self::failed(text, "there is no SQL statement in the answer"),
            // The statement came to its end before the text broke off.
            Some(draft) if !text.ends_with(draft.as_str()) => Self::judge(database, schema, draft.as_str(), request, cancel)?,
            Some(draft) => match written.finish_reason {
                FinishReason::Repeated => match whole(database, draft.as_str()) {
                    None => Self::failed(draft.as_str(), "the model went round in circles"),
                    Some((whole, rest)) => {
                        let mut candidate = Self::judge(database, schema, &whole, request, cancel)?;
                        candidate.fixes.push(Fix { kind: "repetition".into(), from: rest, to: String::new() });
                        candidate
                    }
                },
                // What breaks off may be a statement all the same, and another one than was meant.
                FinishReason::Length | FinishReason::Enough => Self::failed(draft.as_str(), "the model came to no end"),
                FinishReason::Stop | FinishReason::Eos => Self::judge(database, schema, draft.as_str(), request, cancel)?,
            },
        };
        candidate.mean_logprob = written.mean_logprob;
        candidate.signals = std::mem::take(&mut candidate.signals).with_likelihood(written.mean_logprob, written.least_logprob);
        Ok(candidate)
    }

    /// What is known of a draft before it is judged.
    pub(super) fn unjudged(draft: &str, sql: String, fixes: Vec<Fix>, fate: Fate) -> Self {
        Self {
            draft: draft.into(),
            sql,
            fixes,
            mean_logprob: 0.0,
            fate,
            suspicions: Vec::new(),
            unused: None,
            plain: false,
            tied: false,
            coverage: None,
            signals: Signals::default(),
            after_examples: false,
        }
    }

    fn failed(draft: &str, error: &str) -> Self {
        Self::unjudged(draft, draft.into(), Vec::new(), Fate::Failed(error.into()))
    }

    /// The same for SQL that is there already.
    pub(super) fn judge(
        database: &Database,
        schema: &Schema,
        draft: &str,
        request: &AskRequest,
        cancel: &Cancel,
    ) -> Result<Self, AskError> {
        let judged = mend_and_check(database, schema, draft, request, cancel).map_err(AskError::Database)?;
        let mut candidate = Self::unjudged(draft, judged.sql, judged.fixes, judged.fate);
        if let (Fate::Checked(sql), true) = (&candidate.fate, request.execution != Execution::Never) {
            let limits = Limits { timeout: request.limits.timeout.min(COMPARISON_TIME), ..request.limits };
            let limits = if request.candidates.most() > 1 { limits } else { request.limits };
            let sql = sql.clone();
            candidate.fate = match database.execute(&sql, &limits, cancel) {
                Ok(table) => Fate::Ran(sql, table),
                Err(DbError::Sql { message, .. }) => Fate::Failed(message),
                Err(DbError::Refused { message }) => Fate::Refused(message),
                // Too slow to be compared: it takes no other draft with it. Alone, or chosen for want of others, it gets its whole time.
                Err(DbError::Stopped(Stop::TimedOut)) if cancel.stop().is_none() && request.candidates.most() > 1 => Fate::Checked(sql),
                Err(error) => return Err(AskError::Database(error)),
            };
            let hits = request.values.as_ref().map(|index| index.find(&request.question)).unwrap_or_default();
            candidate.unused = unused_value(&request.question, &candidate.sql, &hits).map(|hit| hit.value.clone());
            let coverage = coverage(&request.question, &candidate.sql, schema, &hits, database.path());
            let comparable = is_comparable(&request.question, schema);
            candidate.plain = comparable && is_plain_count(&candidate.sql) && request.previous.is_none() && coverage.unaccounted.is_empty();
            let before = [request.hint.as_deref(), request.previous.as_ref().map(|turn| turn.sql.as_str())];
            let before = before.into_iter().flatten().collect::<Vec<_>>().join("\n");
            let asked = Asked { question: &request.question, before: &before };
            candidate.suspicions = suspicions(&candidate.sql, schema, Some(asked));
            candidate.suspicions.extend(request.previous.iter().flat_map(|turn| lost_of(turn, &candidate.sql, schema, &request.question)));
            if let Some(table) = candidate.table() {
                let ran = Ran { question: &request.question, before: &before, sql: &candidate.sql, table };
                let found = against(&ran, database, schema, request.values.as_deref(), cancel);
                candidate.tied = is_tied_with_one(&ran, database, cancel);
                candidate.suspicions.extend(found);
            }
            candidate.signals = Signals::of_draft(&Seen {
                sql: &candidate.sql,
                table: candidate.table(),
                mended: candidate.is_mended(),
                suspicions: &candidate.suspicions,
                unused: candidate.unused.is_some(),
                uncovered: if comparable { 1.0 - coverage.share() } else { USUALLY_UNCOVERED },
                unknown: coverage.unknown.len(),
                plain: candidate.plain,
                question_words: words(&request.question).len(),
                schema_tables: schema.tables.len(),
            });
            candidate.coverage = Some(coverage);
        }
        Ok(candidate)
    }

    /// Whether its form, or what it leaves out, gives reason to doubt.
    pub(super) fn is_suspicious(&self) -> bool {
        !self.suspicions.is_empty() || self.unused.is_some()
    }

    /// What speaks most against its form, or what it leaves out, in a sentence.
    pub(super) fn against(&self) -> Option<String> {
        let unused = || self.unused.as_ref().map(|value| format!("nothing is done with {value:?}"));
        self.suspicions.first().map(|suspicion| suspicion.sentence.clone()).or_else(unused)
    }

    /// The error with the SQL it is about, where it failed.
    pub(super) fn attempt(&self) -> Option<Attempt> {
        match &self.fate {
            Fate::Failed(error) | Fate::Refused(error) => Some(Attempt { sql: self.sql.clone(), error: error.clone() }),
            _ => None,
        }
    }

    /// Whether anything had to be changed in it but the form in which the same thing is written.
    pub(super) fn is_mended(&self) -> bool {
        self.fixes.iter().any(|fix| !EXACT.contains(&fix.kind.as_str()))
    }

    /// Its rows, where it ran.
    pub(super) fn table(&self) -> Option<&Table> {
        match &self.fate {
            Fate::Ran(_, table) => Some(table),
            _ => None,
        }
    }

    /// Its statement, where SQLite takes it.
    pub(super) fn statement(&self) -> Option<&ReadOnlySql> {
        match &self.fate {
            Fate::Ran(sql, _) | Fate::Checked(sql) => Some(sql),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompt::Form;

    /// What becomes of `text` over `t(a, b)`: the SQL, and the fixes' kinds; or the error.
    #[track_caller]
    fn check(text: &str, finish_reason: FinishReason, expected: Result<(&str, &[&str]), &str>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.sqlite");
        rusqlite::Connection::open(&path)
            .unwrap()
            .execute_batch("CREATE TABLE t (a INTEGER, b TEXT); INSERT INTO t VALUES (1, 'x')")
            .unwrap();
        let (database, cancel) = (Database::open(&path).unwrap(), Cancel::new());
        let schema = database.schema(&cancel).unwrap();
        let written = Ended { index: 0, text, mean_logprob: -0.1, least_logprob: -0.5, finish_reason };
        let candidate = Candidate::new(&database, &schema, &written, &AskRequest::new("How many?", Form::Chat), &cancel).unwrap();
        let kinds: Vec<&str> = candidate.fixes.iter().map(|fix| fix.kind.as_str()).collect();
        match (&candidate.fate, expected) {
            (Fate::Ran(..), Ok((sql, fixes))) => assert_eq!((candidate.sql.as_str(), &kinds[..]), (sql, fixes)),
            (Fate::Failed(error), Err(expected)) => assert_eq!(error, expected),
            (fate, expected) => panic!("{text}: {fate:?}, not {expected:?}"),
        }
        assert_eq!(candidate.is_mended(), kinds.contains(&"repetition"));
    }

    #[test]
    fn a_draft_that_repeats_itself_is_cut_where_it_was_whole_or_left() {
        let repeated = FinishReason::Repeated;
        let and = "SELECT a FROM t WHERE b = 'x' AND b = 'x' AND";
        check(and, repeated, Ok(("SELECT a FROM t WHERE b = 'x' AND b = 'x'", &["repetition"])));
        check("SELECT b FROM t ORDER BY a, b, a, b, a", repeated, Ok(("SELECT b FROM t ORDER BY a, b, a, b", &["repetition"])));
        check("SELECT a FROM t; -- so -- so", repeated, Ok(("SELECT a FROM t", &[])));
        // No condition and no join is taken away with what repeats itself.
        check("SELECT a FROM t WHERE b IN ('x', 'x', 'x'", repeated, Err("the model went round in circles"));
        check("SELECT a FROM t JOIN t ON a = a JOIN t ON a = a", repeated, Err("the model went round in circles"));
        check("SELECT a, a, a, a", repeated, Err("there is no SQL statement in the answer"));
        check("((((((((", repeated, Err("there is no SQL statement in the answer"));
    }

    #[test]
    fn a_draft_that_breaks_off_is_none() {
        check("SELECT a FROM t WHERE b = 'x' AND a", FinishReason::Length, Err("the model came to no end"));
        check("SELECT a FROM t;\nThis gives", FinishReason::Length, Ok(("SELECT a FROM t", &[])));
        check("SELECT a FROM t", FinishReason::Eos, Ok(("SELECT a FROM t", &[])));
    }
}
