//! What was asked and answered.

use crate::ask::{Answer, AnswerState, AskEvent};
use crate::jobs::{JobFailure, JobId};
use crate::records::Before;
use crate::text;

/// Begins the hint that tells the model of an answer that was rejected.
pub(super) const WRONG_BEFORE: &str = "This answer was wrong:";

/// How far a question came.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// Waiting for the model to be loaded.
    Loading,
    /// The model reads: percent.
    Reading(u8),
    /// The model thinks: words so far.
    Thinking(usize),
    /// The model writes.
    Writing,
    /// The first draft is in doubt, and others are drawn: how many, and why.
    Drawing(usize, String),
    /// There is SQL, not judged yet.
    Proposed,
    /// The SQL passed; it has not run.
    Checked,
    /// The SQL ran; this many rows.
    Ran(usize),
    /// No SQL that runs was found.
    Failed,
    /// The SQL would do more than read.
    Refused,
    /// Stopped by the person; what came is kept.
    Cancelled,
}

/// What the person said of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is right, and kept.
    Accepted,
    /// It is wrong, for this reason; empty where none was given.
    Rejected(String),
}

/// One question.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The job that answers it.
    pub job: JobId,
    /// As asked.
    pub question: String,
    /// What the model was told besides, for this question alone.
    pub hints: Vec<String>,
    /// The question that it follows on, with its answer then.
    pub follows: Option<Before>,
    /// How far it came.
    pub stage: Stage,
    /// What the model wrote so far, in the present attempt.
    pub text: String,
    /// What did not pass, and why.
    pub attempts: Vec<(String, String)>,
    /// The SQL it led to; empty while there is none.
    pub sql: String,
    /// What the SQL does, in a sentence made from its syntax tree; empty while there is none.
    pub described: String,
    /// The first draft as it was put into the editor, while others are drawn to compare.
    pub offered: Option<String>,
    /// The answer; none for one that was accepted before.
    pub answer: Option<Answer>,
    /// Why there is none.
    pub failure: Option<JobFailure>,
    /// What the person said of it.
    pub verdict: Option<Verdict>,
    /// When the model began to write, on the screen's clock, and the pieces it wrote since: a token each, about.
    pub pace: Option<(u64, usize)>,
    /// Whether the model was not asked, because the answer had been accepted.
    pub known: bool,
}

impl Entry {
    /// A question that was just asked.
    pub fn new(job: JobId, question: String, hints: Vec<String>) -> Self {
        Self {
            job,
            question,
            hints,
            follows: None,
            stage: Stage::Loading,
            text: String::new(),
            attempts: Vec::new(),
            sql: String::new(),
            described: String::new(),
            offered: None,
            answer: None,
            failure: None,
            verdict: None,
            pace: None,
            known: false,
        }
    }

    /// A question whose answer was accepted before.
    pub fn known(job: JobId, question: String, sql: String) -> Self {
        Self { stage: Stage::Checked, sql, verdict: Some(Verdict::Accepted), known: true, ..Self::new(job, question, Vec::new()) }
    }

    /// How sure its answer is, in percent; all of it where the person said so.
    pub fn percent(&self) -> Option<u8> {
        if self.verdict == Some(Verdict::Accepted) {
            return Some(100);
        }
        let confidence = self.answer.as_ref()?.confidence?;
        u8::try_from((confidence * 100.0).round() as i64).ok()
    }

    /// Takes up a stage of the pipeline; `now` is the screen's clock.
    pub fn apply(&mut self, event: AskEvent, now: u64) {
        match event {
            AskEvent::Prompt(_) => {
                self.text.clear();
                self.pace = None;
            }
            AskEvent::Reading { done, total, .. } => {
                self.stage = Stage::Reading(u8::try_from(100 * done / total.max(1)).unwrap_or(100));
            }
            AskEvent::Text(text) => {
                if !matches!(self.stage, Stage::Drawing(..)) {
                    self.stage = Stage::Writing;
                }
                self.text.push_str(&text);
                self.pace.get_or_insert((now, 0)).1 += 1;
            }
            AskEvent::Thinking(words) => {
                if !matches!(self.stage, Stage::Drawing(..)) {
                    self.stage = Stage::Thinking(words);
                }
            }
            AskEvent::Proposed(sql) => {
                self.stage = Stage::Proposed;
                self.sql = sql;
            }
            AskEvent::Checked(_) => self.stage = Stage::Checked,
            AskEvent::Repairing { failed, .. } => self.attempts.push((failed.sql, failed.error)),
            AskEvent::Drawing { drafts, reason } => self.stage = Stage::Drawing(drafts, reason),
            AskEvent::Running => {}
        }
    }

    /// Takes up the answer.
    pub fn finish(&mut self, answer: Answer) {
        self.stage = match answer.state {
            AnswerState::Checked | AnswerState::Ran | AnswerState::Clarify | AnswerState::Unanswerable => match &answer.table {
                Some(table) => Stage::Ran(table.rows.len()),
                None => Stage::Checked,
            },
            AnswerState::Failed => Stage::Failed,
            AnswerState::Refused => Stage::Refused,
        };
        self.attempts = answer.attempts.iter().map(|attempt| (attempt.sql.clone(), attempt.error.clone())).collect();
        self.sql.clone_from(&answer.sql);
        if let Some(turn) = &answer.follows {
            self.follows = Some(Before { question: turn.question.clone(), sql: turn.sql.clone() });
        }
        self.answer = Some(answer);
    }

    /// Whether nothing more is to come of it.
    pub fn is_settled(&self) -> bool {
        self.answer.is_some() || self.failure.is_some() || self.known || self.stage == Stage::Cancelled
    }

    /// How many tokens a second the model writes, once that can be told.
    pub fn speed(&self, now: u64) -> Option<f64> {
        let (since, pieces) = self.pace.filter(|_| self.stage == Stage::Writing)?;
        let seconds = now.saturating_sub(since) as f64 / 1000.0;
        (seconds >= 0.3).then(|| pieces as f64 / seconds)
    }

    /// The SQL it led to.
    pub fn sql(&self) -> Option<&str> {
        Some(self.sql.as_str()).filter(|sql| !sql.is_empty())
    }
}

/// The conversation as Markdown, or as a script of SQL: what was asked, what was answered, what the person said of it.
pub fn export(entries: &[Entry], database: &str, as_sql: bool) -> String {
    let mut out = String::new();
    // A comment of one line cannot be left by what is in it.
    let line = |text: &str| text::sanitize(text).into_owned();
    if as_sql {
        out.push_str(&format!("-- {}\n", line(database)));
    } else {
        out.push_str(&format!("# Questions to `{}`\n", line(database)));
    }
    for entry in entries {
        let verdict = match &entry.verdict {
            Some(Verdict::Accepted) => "accepted".to_owned(),
            Some(Verdict::Rejected(note)) if note.is_empty() => "rejected".into(),
            Some(Verdict::Rejected(note)) => format!("rejected: {note}"),
            None => String::new(),
        };
        let state = match entry.stage {
            Stage::Ran(rows) => text::counted(rows as u64, "row", "rows"),
            Stage::Failed | Stage::Refused => {
                entry.answer.as_ref().and_then(|answer| answer.error.clone()).unwrap_or_else(|| "failed".into())
            }
            Stage::Cancelled => "cancelled".into(),
            _ => String::new(),
        };
        let remarks: Vec<String> = [state, verdict].into_iter().filter(|part| !part.is_empty()).collect();
        if as_sql {
            out.push_str(&format!("\n-- {}\n", line(&entry.question)));
            out.extend(remarks.iter().map(|remark| format!("-- ({})\n", line(remark))));
            let sql = entry.sql.trim_end().trim_end_matches(';');
            match entry.stage {
                Stage::Failed | Stage::Refused => out.extend(sql.lines().map(|line| format!("-- {line}\n"))),
                _ if sql.is_empty() => {}
                _ => out.push_str(&format!("{sql};\n")),
            }
        } else {
            out.push_str(&format!("\n## {}\n", line(&entry.question)));
            if !entry.sql.is_empty() {
                // A fence longer than any run of backticks inside.
                let fence = "`".repeat(longest_run(&entry.sql, '`').max(2) + 1);
                out.push_str(&format!("\n{fence}sql\n{}\n{fence}\n", entry.sql.trim_end()));
            }
            if !remarks.is_empty() {
                out.push_str(&format!("\n{}\n", line(&remarks.join("; "))));
            }
        }
    }
    out
}

fn longest_run(text: &str, of: char) -> usize {
    text.split(|c| c != of).map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_is_written_as_markdown_and_as_sql() {
        let mut asked = Entry::new(1, "How many?\x1b".into(), Vec::new());
        asked.sql = "SELECT count(*) FROM t;".into();
        asked.stage = Stage::Ran(1);
        asked.verdict = Some(Verdict::Accepted);
        let mut failed = Entry::new(2, "What\n; DROP TABLE t?".into(), Vec::new());
        failed.sql = "SELECT `a```\nFROM".into();
        failed.stage = Stage::Failed;
        failed.verdict = Some(Verdict::Rejected("no".into()));
        let entries = [asked, failed];
        assert_eq!(
            export(&entries, "a.db", true),
            "-- a.db\n\n-- How many?\\u{1b}\n-- (1 row)\n-- (accepted)\nSELECT count(*) FROM t;\n\n-- What\\n; DROP TABLE t?\n-- (failed)\n-- (rejected: no)\n-- SELECT `a```\n-- FROM\n"
        );
        assert_eq!(
            export(&entries, "a.db", false),
            "# Questions to `a.db`\n\n## How many?\\u{1b}\n\n```sql\nSELECT count(*) FROM t;\n```\n\n1 row; accepted\n\n## What\\n; DROP TABLE t?\n\n````sql\nSELECT `a```\nFROM\n````\n\nfailed; rejected: no\n"
        );
    }
}
