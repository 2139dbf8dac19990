//! What the tools return: structured, with a schema made from these types, and as text for clients that pass on text alone.

use rmcp::schemars;
use serde::Serialize;
use serde_json::Value;

use super::error::said;
use super::rows::Bounded;
use crate::ask::{Answer, AnswerState};
use crate::text;

/// Bytes of a list of words or notes in a result.
const MAX_LISTED: usize = 50;

/// What a tool returns.
#[derive(Debug)]
pub(super) struct Returned {
    /// As the tool's output schema says.
    pub(super) structured: Value,
    /// The same for reading.
    pub(super) text: String,
    /// The tool ran, and what was wanted is not there.
    pub(super) failed: bool,
}

/// What `schema` returns.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct SchemaResult {
    /// The database.
    pub(super) database: String,
    /// Tables as CREATE TABLE statements, with keys, what columns stand for, and sample values.
    pub(super) schema: String,
    /// Tables and views.
    pub(super) tables: Vec<TableSummary>,
    /// Whether more tables exist than `tables` lists.
    pub(super) tables_truncated: bool,
    /// Whether `schema` leaves something out: name `tables`, or give the `question`, to see it.
    pub(super) truncated: bool,
    /// Stored values that the question mentions.
    pub(super) values: Vec<String>,
    /// What is worth knowing of how this file is read.
    pub(super) notes: Vec<String>,
}

/// A table or view.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct TableSummary {
    /// Its name.
    pub(super) name: String,
    /// `table`, `view` or `virtual table`.
    pub(super) kind: &'static str,
    /// Its columns.
    pub(super) columns: usize,
    /// Its rows; null where they were not counted.
    pub(super) rows: Option<u64>,
    /// Why it cannot be read, where that is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unreadable: Option<String>,
}

/// A column of a result.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct ResultColumn {
    /// Its name.
    pub(super) name: String,
    /// The type that the table's column it comes from was declared with; null for an expression.
    pub(super) declared_type: Option<String>,
}

/// Rows, and where they were cut.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct Rows {
    /// The columns, in order.
    pub(super) columns: Vec<ResultColumn>,
    /// The rows, values in the order of the columns: null, numbers, text; a BLOB is {"hex": "..."}, with its `bytes` where it is cut.
    pub(super) rows: Vec<Vec<Value>>,
    /// How many rows are here.
    pub(super) row_count: usize,
    /// Whether the query has more rows than are here.
    pub(super) truncated: bool,
    /// Values that were too long, of which the beginning is here.
    pub(super) cut_values: usize,
    /// Columns that are not here, because there are too many.
    pub(super) cut_columns: usize,
}

impl Rows {
    /// `bounded` as JSON, and its text: a table and what was cut of it.
    pub(super) fn of(bounded: Bounded) -> (Self, String) {
        let mut text = bounded.markdown();
        let rows = Self {
            columns: bounded
                .table
                .columns
                .iter()
                .map(|column| ResultColumn { name: column.name.clone(), declared_type: column.declared_type.clone() })
                .collect(),
            row_count: bounded.rows.len(),
            rows: bounded.rows,
            truncated: bounded.table.truncated,
            cut_values: bounded.cut_values,
            cut_columns: bounded.cut_columns,
        };
        text.push('\n');
        rows.notes().iter().for_each(|note| {
            text.push_str(note);
            text.push('\n');
        });
        (rows, text)
    }

    /// How many rows there are, and what is not here.
    fn notes(&self) -> Vec<String> {
        let shown = text::counted(self.row_count as u64, "row", "rows");
        let mut notes = vec![match self.truncated {
            false => shown,
            true => format!("cut after {shown}: there are more; aggregate, filter, or use LIMIT and OFFSET to see them"),
        }];
        if self.cut_values > 0 {
            let values = text::counted(self.cut_values as u64, "value is", "values are");
            notes.push(format!("{values} cut; select a part of a long value with substr()"));
        }
        if self.cut_columns > 0 {
            let columns = text::counted(self.cut_columns as u64, "column is", "columns are");
            notes.push(format!("{columns} left out; select fewer by name"));
        }
        notes
    }
}

/// What `query` returns.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct QueryResult {
    /// The database.
    pub(super) database: String,
    /// What the query gives.
    #[serde(flatten)]
    pub(super) rows: Rows,
    /// How long it ran.
    pub(super) milliseconds: f64,
}

/// What `ask` returns.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct AskResult {
    /// The database.
    pub(super) database: String,
    /// The question.
    pub(super) question: String,
    /// The SQL that answers it; empty where none was found.
    pub(super) sql: String,
    /// `ran`; `checked`: not run, as was wanted; `clarify`: two readings are about as likely, see `ask_back`; `unanswerable`: the database
    /// holds nothing about `missing`; `failed`: no SQL that runs was found; `refused`: the SQL would do more than read.
    pub(super) state: &'static str,
    /// How likely the answer is right, 0 to 1; null for unknown.
    pub(super) confidence: Option<f64>,
    /// The confidence in words.
    pub(super) reason: String,
    /// What was changed in the SQL that the model wrote.
    pub(super) fixes: Vec<String>,
    /// Words of the question that nothing in the database accounts for.
    pub(super) missing: Vec<String>,
    /// What to ask the person, where two readings are about as likely.
    pub(super) ask_back: Option<AskBack>,
    /// SQL of other drafts that return something else.
    pub(super) other_readings: Vec<String>,
    /// Why there is no answer.
    pub(super) error: Option<String>,
    /// What the query gives; without columns where it did not run.
    #[serde(flatten)]
    pub(super) rows: Rows,
    /// The model that answered.
    pub(super) model: String,
    /// From the question to the answer.
    pub(super) milliseconds: f64,
}

/// A question back to the person.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct AskBack {
    /// In words.
    pub(super) question: String,
    /// What may be meant, the likeliest first.
    pub(super) choices: Vec<Choice>,
}

/// What may be meant.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct Choice {
    /// In words.
    pub(super) text: String,
    /// The statement: run it with the tool `query`.
    pub(super) sql: String,
}

/// What `answer` about `database` becomes.
pub(super) fn answered(database: &str, answer: Answer, most_rows: usize) -> Result<Returned, serde_json::Error> {
    let failed = matches!(answer.state, AnswerState::Failed | AnswerState::Refused);
    let did_run = answer.table.is_some();
    let (rows, table) = Rows::of(Bounded::of(&answer.table.unwrap_or_default(), most_rows));
    let fixes = answer.fixes.iter().take(MAX_LISTED).map(|fix| match (fix.from.is_empty(), fix.to.is_empty()) {
        (true, _) => fix.to.clone(),
        (_, true) => format!("left out: {}", fix.from),
        _ => format!("{} is now {}", fix.from, fix.to),
    });
    let result = AskResult {
        database: database.to_owned(),
        question: answer.question,
        other_readings: answer.candidates.iter().filter(|draft| draft.sql != answer.sql).map(|draft| draft.sql.clone()).collect(),
        sql: answer.sql,
        state: match answer.state {
            AnswerState::Checked => "checked",
            AnswerState::Ran => "ran",
            AnswerState::Failed => "failed",
            AnswerState::Refused => "refused",
            AnswerState::Clarify => "clarify",
            AnswerState::Unanswerable => "unanswerable",
        },
        confidence: answer.confidence,
        reason: answer.reason,
        fixes: fixes.collect(),
        missing: answer.missing.into_iter().take(MAX_LISTED).collect(),
        ask_back: answer.ask_back.map(|back| AskBack {
            question: back.question,
            choices: back.choices.into_iter().map(|choice| Choice { text: choice.text, sql: choice.sql }).collect(),
        }),
        error: answer.error,
        rows,
        model: answer.model.name,
        milliseconds: answer.timings.total_ms,
    };
    let text = text_of(&result, if did_run { &table } else { "" });
    Ok(Returned { structured: serde_json::to_value(&result)?, text, failed })
}

/// An answer for reading: what it says of itself first, then its rows.
fn text_of(result: &AskResult, table: &str) -> String {
    let mut lines = vec![format!("```sql\n{}\n```", result.sql)];
    if let Some(error) = &result.error {
        lines.push(said(error, "ask in other words, or write the SQL yourself and run it with the tool `query`"));
    }
    if let Some(confidence) = result.confidence {
        lines.push(format!("confidence {:.0}%: {}", 100.0 * confidence, result.reason));
    }
    lines.extend(result.fixes.iter().map(|fix| format!("changed: {fix}")));
    if !result.missing.is_empty() && result.state == "unanswerable" {
        lines.push(format!("the database holds nothing about: {}", result.missing.join(", ")));
    }
    if let Some(back) = &result.ask_back {
        lines.push(back.question.clone());
        lines.extend(back.choices.iter().map(|choice| format!("  {}: {}", choice.text, choice.sql)));
    }
    lines.push(String::new());
    let head = lines.join("\n");
    format!("{}{table}", text::sanitize_lines(&head))
}
