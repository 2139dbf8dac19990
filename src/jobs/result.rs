//! Work on a result that is here: it needs no database.

use super::copied::CopyText;
use super::export::Export;
use super::find;
use super::message::{ChartWork, CopyWork, JobFailure, Outcome, Report, ResultWork, Work};
use super::task::{Reporter, Task, misplaced};
use crate::db::spool::{Order, Spool};
use crate::db::{Cell, ColumnInfo, DbError, Layout};
use crate::signal::{Cancel, Stop};

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
            let export = Export { spool, order: order.as_ref(), format: *format, layout: &Layout::default() };
            let rows = export.write(path, &task.cancel, &mut progress)?;
            return Ok(rows.map_or(Outcome::Cancelled, |rows| Outcome::Exported { path: path.clone(), rows }));
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
