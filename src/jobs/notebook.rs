//! Notebooks: read, run over the open database, written.

use std::path::Path;
use std::sync::Arc;

use super::database::opened;
use super::message::{JobFailure, NotebookOutcome, NotebookWork, Outcome, Report};
use super::task::{Open, Opened, Reporter, Task};
use crate::db::Database;
use crate::notebook::{self, Cell, Notebook, NotebookError, RunOptions, Statement, Update, Verdict, file};
use crate::signal::Stop;

impl From<NotebookError> for JobFailure {
    fn from(error: NotebookError) -> Self {
        Self { message: error.to_string(), hint: Some(error.hint().into()) }
    }
}

pub(super) fn work(task: &Task, work: &NotebookWork, open: &Opened, report: &Reporter) -> Result<Outcome, JobFailure> {
    match work {
        NotebookWork::Read { path } => read(path, file::read(path)?),
        NotebookWork::Replace { path, before, after } => {
            file::replace(path, before, after)?;
            read(path, Notebook::parse(after.clone()))
        }
        NotebookWork::Run { text } => match run(task, &Notebook::parse(text.clone()), &opened(open)?, report) {
            Ok(ran) => Ok(Outcome::Notebook(Box::new(NotebookOutcome::Ran(ran)))),
            Err(_) => Ok(Outcome::Cancelled),
        },
        NotebookWork::Write { path, text } => {
            let notebook = Notebook::parse(text.clone());
            let Ok(ran) = run(task, &notebook, &opened(open)?, report) else { return Ok(Outcome::Cancelled) };
            let text = notebook::updated(&notebook, &updates(&ran));
            file::create(path, &text)?;
            read(path, Notebook::parse(text))
        }
        NotebookWork::Add { path, database, question, sql } => add(task, path, database, question.as_deref(), sql, &opened(open)?),
    }
}

fn read(path: &Path, notebook: Notebook) -> Result<Outcome, JobFailure> {
    let named = notebook
        .database_set(path)
        .map_err(|error| JobFailure { message: format!("{}: {error}", path.display()), hint: Some(error.hint().into()) })?;
    let database = named.map(|mut set| {
        for name in std::iter::once(&mut set.main).chain(set.beside.iter_mut().map(|file| &mut file.file)) {
            if let Ok(whole) = std::fs::canonicalize(&*name) {
                *name = whole.display().to_string();
            }
        }
        set.to_string()
    });
    Ok(Outcome::Notebook(Box::new(NotebookOutcome::Read { path: path.to_owned(), notebook: Arc::new(notebook), database })))
}

/// What every cell gives: not on the person's connection, theirs may be busy.
fn run(task: &Task, notebook: &Notebook, open: &Open, report: &Reporter) -> Result<Vec<Vec<Statement>>, Stop> {
    let count = notebook.cells.len();
    let one = |(at, cell): (usize, &Cell)| {
        report(Report::Progress { job: task.job, text: format!("running cell {} of {count}", at + 1) });
        run_cell(task, cell, &open.asking)
    };
    notebook.cells.iter().enumerate().map(one).collect()
}

fn run_cell(task: &Task, cell: &Cell, database: &Database) -> Result<Vec<Statement>, Stop> {
    if cell.skipped { Ok(Vec::new()) } else { notebook::run(database, cell, &RunOptions::default(), &task.cancel) }
}

/// What is to be kept: of a cell where something failed, nothing.
fn updates(ran: &[Vec<Statement>]) -> Vec<Update> {
    ran.iter().enumerate().filter_map(|(cell, done)| Update::of(cell, None, done)).collect()
}

fn add(task: &Task, path: &Path, database: &str, question: Option<&str>, sql: &str, open: &Open) -> Result<Outcome, JobFailure> {
    let is_new = !path.exists();
    let before = if is_new { String::new() } else { file::read(path)?.text };
    let start = if is_new { notebook::compose(database, &[]) } else { before.clone() };
    let known = Notebook::parse(start.clone());
    // A question that waits for its SQL gets it.
    let waits = |cell: &Cell| cell.sql.is_none() && cell.question.as_ref().map(|(own, _)| own.trim()) == question.map(str::trim);
    let with_sql = match known.cells.iter().position(waits) {
        Some(cell) => notebook::updated(&known, &[Update { cell, sql: Some(sql.to_owned()), results: Vec::new() }]),
        None => notebook::append(&start, question, sql),
    };
    let notebook = Notebook::parse(with_sql);
    let place = known.cells.iter().position(waits).unwrap_or(notebook.cells.len().saturating_sub(1));
    let done = match notebook.cells.get(place).map(|cell| run_cell(task, cell, &open.asking)) {
        Some(Err(_)) => return Ok(Outcome::Cancelled),
        Some(Ok(done)) => done,
        None => Vec::new(),
    };
    let failed = done.iter().find_map(|statement| match &statement.verdict {
        Verdict::Failed(error) => Some(JobFailure { message: format!("not added: {error}"), hint: error.hint() }),
        _ => None,
    });
    if let Some(failure) = failed {
        return Err(failure);
    }
    let text = notebook::updated(&notebook, &Update::of(place, None, &done).into_iter().collect::<Vec<_>>());
    match is_new {
        true => file::create(path, &text)?,
        false => drop(file::replace(path, &before, &text)?),
    }
    read(path, Notebook::parse(text))
}
