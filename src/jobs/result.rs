//! Work on a result that is here: it needs no database.

use std::fs::{File, OpenOptions};
use std::io::BufWriter;
use std::path::Path;

use super::copied::CopyText;
use super::find;
use super::message::{ChartWork, CopyWork, ExportFormat, JobFailure, Outcome, Report, ResultWork, Work};
use super::task::{Reporter, Task, misplaced};
use crate::db::export::{RowFormat, RowWriter};
use crate::db::spool::{Order, Spool};
use crate::db::{Cell, ColumnInfo, DbError};
use crate::signal::{Cancel, Stop};

/// Rows between two words about how far an export is.
const ROWS_BETWEEN_WORDS: usize = 10_000;
/// Terminals take no clipboard text much larger than this.
const CLIPBOARD_BYTES: usize = 4 << 20;

pub(super) fn work(task: &Task, report: &Reporter) -> Result<Outcome, JobFailure> {
    let Work::Result(work) = &task.work else { return Err(misplaced()) };
    let done = match work {
        ResultWork::Arrange { spool, arrangement } => spool.arrange(arrangement, &task.cancel).map(Outcome::Arranged),
        ResultWork::Summarise { spool, order, column } => {
            spool.summarise(*column, order.as_ref(), &task.cancel).map(|summary| Outcome::Summarised(Box::new(summary)))
        }
        ResultWork::Chart { spool, order, chart } => match *chart {
            ChartWork::Series { x, y } => spool.series(x, y, order.as_ref()),
            ChartWork::Histogram { column, bins, time } => spool.histogram(column, bins, time, order.as_ref(), &task.cancel),
        }
        .map(|points| Outcome::Charted(Box::new(points))),
        ResultWork::Copy { spool, order, what } => return copy(spool, order.as_ref(), what, &task.cancel),
        ResultWork::Find { spool, order, sought } => find::find(spool, order.as_ref(), sought, &task.cancel).map(Outcome::Found),
        ResultWork::Export { spool, order, format, path } => {
            let mut progress = |rows| report(Report::Rows { job: task.job, rows });
            return export(spool, order.as_ref(), *format, path, &task.cancel, &mut progress);
        }
    };
    match done {
        Err(DbError::Stopped(Stop::Cancelled)) => Ok(Outcome::Cancelled),
        other => Ok(other?),
    }
}

fn copy(spool: &Spool, order: Option<&Order>, what: &CopyWork, cancel: &Cancel) -> Result<Outcome, JobFailure> {
    let picked = |cells: &[Cell]| what.columns.iter().filter_map(|column| cells.get(*column).cloned()).collect::<Vec<Cell>>();
    let names: Vec<ColumnInfo> = what.columns.iter().filter_map(|column| spool.columns().get(*column).cloned()).collect();
    let mut text = CopyText::begin(&what.form, &names)?;
    match what.row {
        Some(row) => text.row(&picked(&spool.row(order, row)?))?,
        None => {
            let mut failed = Ok(());
            spool.for_each(order, cancel, |cells| {
                failed = text.row(&picked(cells));
                failed.is_ok() && text.len() <= CLIPBOARD_BYTES
            })?;
            failed?;
        }
    }
    if text.len() > CLIPBOARD_BYTES {
        let limit = crate::text::bytes(CLIPBOARD_BYTES as u64);
        return Err(JobFailure {
            message: format!("this is more than the clipboard takes ({limit})"),
            hint: Some("export it instead".into()),
        });
    }
    text.end().map(Outcome::Text)
}

/// Writes beside the place, then gives the file its name: nothing half-made is left, and nothing is replaced.
fn export(
    spool: &Spool,
    order: Option<&Order>,
    format: ExportFormat,
    path: &Path,
    cancel: &Cancel,
    progress: &mut dyn FnMut(usize),
) -> Result<Outcome, JobFailure> {
    let unusable = |error: std::io::Error| JobFailure {
        message: format!("cannot write `{}`: {error}", path.display()),
        hint: Some("give another place".into()),
    };
    if path.exists() {
        return Err(JobFailure { message: format!("`{}` is there already", path.display()), hint: Some("give another name".into()) });
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    let part = std::path::PathBuf::from(name);
    let file = OpenOptions::new().write(true).create_new(true).open(&part).map_err(unusable)?;
    let written = match format {
        ExportFormat::Sqlite => {
            drop(file);
            spool.write_database(order, &part, cancel, progress).map_err(JobFailure::from)
        }
        ExportFormat::Parquet => {
            spool.write_parquet(order, BufWriter::with_capacity(1 << 18, file), cancel, progress).map_err(JobFailure::from)
        }
        ExportFormat::Csv => rows(spool, order, RowFormat::Csv, file, cancel, progress),
        ExportFormat::Json => rows(spool, order, RowFormat::Json, file, cancel, progress),
        ExportFormat::Ndjson => rows(spool, order, RowFormat::Ndjson, file, cancel, progress),
        ExportFormat::Markdown => rows(spool, order, RowFormat::Markdown, file, cancel, progress),
    };
    let ended = match written {
        Ok(()) if cancel.is_stopped() => Ok(Outcome::Cancelled),
        // A link fails where a file has come meanwhile; a rename would replace it.
        Ok(()) => std::fs::hard_link(&part, path)
            .or_else(|_| rename_new(&part, path))
            .map_err(unusable)
            .map(|()| Outcome::Exported { path: path.to_owned(), rows: order.map_or(spool.len(), Order::len) }),
        Err(_) if cancel.is_stopped() => Ok(Outcome::Cancelled),
        Err(failure) => Err(failure),
    };
    let _ = std::fs::remove_file(&part);
    ended
}

/// For file systems without hard links.
fn rename_new(from: &Path, to: &Path) -> std::io::Result<()> {
    if to.exists() {
        return Err(std::io::Error::from(std::io::ErrorKind::AlreadyExists));
    }
    std::fs::rename(from, to)
}

fn rows(
    spool: &Spool,
    order: Option<&Order>,
    format: RowFormat,
    file: File,
    cancel: &Cancel,
    progress: &mut dyn FnMut(usize),
) -> Result<(), JobFailure> {
    let mut failure = None;
    let mut done = 0;
    let mut writer = RowWriter::begin(format, spool.columns(), BufWriter::with_capacity(1 << 18, file)).map_err(full)?;
    spool.for_each(order, cancel, |cells| {
        done += 1;
        if done % ROWS_BETWEEN_WORDS == 0 {
            progress(done);
        }
        failure = writer.row(cells).err();
        failure.is_none()
    })?;
    if let Some(error) = failure {
        return Err(full(error));
    }
    writer.end(spool.is_truncated()).map_err(full)
}

fn full(error: std::io::Error) -> JobFailure {
    JobFailure { message: format!("the export could not be written: {error}"), hint: Some("free some space, or give another place".into()) }
}
