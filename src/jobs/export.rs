//! A result into a file of a person's.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use super::message::{ExportFormat, JobFailure};
use crate::db::Layout;
use crate::db::export::{RowFormat, RowWriter};
use crate::db::spool::{Order, Spool};
use crate::signal::Cancel;

/// Rows between two words about how far an export is.
const ROWS_BETWEEN_WORDS: usize = 10_000;

/// Which rows are written, and how.
#[derive(Clone, Copy)]
pub struct Export<'a> {
    /// The result.
    pub spool: &'a Spool,
    /// Its rows in another order, or some of them; all as they came otherwise.
    pub order: Option<&'a Order>,
    /// The form.
    pub format: ExportFormat,
    /// Header, the word for NULL, the table's name, where the form has them. Its format is not looked at.
    pub layout: &'a Layout,
}

impl Export<'_> {
    /// Writes beside the place, then gives the file its name: nothing half-made bears it, and nothing is replaced. How many rows there are
    /// in it; `None` where `cancel` ended it. `progress` hears the number of rows now and then.
    pub fn write(self, path: &Path, cancel: &Cancel, progress: &mut dyn FnMut(usize)) -> Result<Option<usize>, JobFailure> {
        let unusable = |error: std::io::Error| JobFailure {
            // Not where the file lies that is written before it gets its name.
            message: format!("cannot write `{}`: {}", path.display(), error.to_string().split(" at path ").next().unwrap_or_default()),
            hint: Some("give another place".into()),
        };
        let taken = || JobFailure { message: format!("`{}` is there already", path.display()), hint: Some("give another name".into()) };
        // Also a link that leads nowhere is there.
        if path.symlink_metadata().is_ok() {
            return Err(taken());
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // A name of its own: one that was left behind by a killed program stands in nobody's way. With the rights that any new file gets.
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let mut builder = tempfile::Builder::new();
        let (file, part) =
            own_rights(&mut builder).prefix(&format!("{name}.")).suffix(".part").tempfile_in(folder).map_err(unusable)?.into_parts();
        let written = self.fill(file, &part, cancel, progress);
        if cancel.is_stopped() {
            return Ok(None);
        }
        written?;
        match part.persist_noclobber(path) {
            Ok(()) => Ok(Some(self.order.map_or(self.spool.len(), Order::len))),
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Err(taken()),
            Err(error) => Err(unusable(error.error)),
        }
    }

    fn fill(self, file: File, path: &Path, cancel: &Cancel, progress: &mut dyn FnMut(usize)) -> Result<(), JobFailure> {
        let Self { spool, order, .. } = self;
        let format = match self.format {
            ExportFormat::Sqlite => {
                drop(file);
                return Ok(spool.write_database(order, path, cancel, progress)?);
            }
            ExportFormat::Parquet => {
                return Ok(spool.write_parquet(order, BufWriter::with_capacity(1 << 18, file), cancel, progress)?);
            }
            ExportFormat::Csv => RowFormat::Csv,
            ExportFormat::Tsv => RowFormat::Tsv,
            ExportFormat::Json => RowFormat::Json,
            ExportFormat::Ndjson => RowFormat::Ndjson,
            ExportFormat::Markdown => RowFormat::Markdown,
            ExportFormat::Sql => RowFormat::Sql,
        };
        let out = BufWriter::with_capacity(1 << 18, file);
        let mut writer = RowWriter::begin_with(format, self.layout, spool.columns(), out).map_err(full)?;
        let (mut failure, mut done) = (None, 0);
        spool.for_each(order, cancel, |cells| {
            done += 1;
            if done % ROWS_BETWEEN_WORDS == 0 {
                progress(done);
            }
            failure = writer.row(cells).err();
            failure.is_none()
        })?;
        match failure {
            Some(error) => Err(full(error)),
            None => writer.end(spool.is_truncated()).map_err(full),
        }
    }
}

/// As the system gives them to new files; only ours are private by default.
fn own_rights<'a, 'b>(builder: &'a mut tempfile::Builder<'b, 'b>) -> &'a mut tempfile::Builder<'b, 'b> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder
}

fn full(error: std::io::Error) -> JobFailure {
    JobFailure { message: format!("the export could not be written: {error}"), hint: Some("free some space, or give another place".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Cell, ColumnInfo, Table};

    fn spool() -> Spool {
        let columns = vec![ColumnInfo { name: "a".into(), declared_type: None }];
        Spool::of_table(&Table { columns, rows: (0..3).map(|n| vec![Cell::Integer(n)]).collect(), truncated: false }).unwrap()
    }

    fn files(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let (folder, spool, layout) = (tempfile::tempdir().unwrap(), spool(), Layout::default());
        for format in ExportFormat::ALL {
            let path = folder.path().join("x").with_extension(format.extension());
            assert_eq!(ExportFormat::of_path(&path), Some(format));
            let export = Export { spool: &spool, order: None, format, layout: &layout };
            let stopped = Cancel::new();
            stopped.cancel();
            assert_eq!(export.write(&path, &stopped, &mut |_| {}).unwrap(), None, "{format:?}");
            assert_eq!(files(folder.path()), Vec::<String>::new(), "{format:?}");
            // What a killed program left does not matter.
            let left = folder.path().join(format!("{}.part", path.file_name().unwrap().to_str().unwrap()));
            std::fs::write(&left, "half").unwrap();
            assert_eq!(export.write(&path, &Cancel::new(), &mut |_| {}).unwrap(), Some(3), "{format:?}");
            assert!(export.write(&path, &Cancel::new(), &mut |_| {}).unwrap_err().message.ends_with("is there already"));
            std::fs::remove_file(left).unwrap();
            std::fs::remove_file(&path).unwrap();
            assert_eq!(files(folder.path()), Vec::<String>::new(), "{format:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_gets_the_rights_that_new_files_get() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, spool, layout) = (tempfile::tempdir().unwrap(), spool(), Layout::default());
        std::fs::write(folder.path().join("other"), "").unwrap();
        let mode = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        let export = Export { spool: &spool, order: None, format: ExportFormat::Csv, layout: &layout };
        export.write(&folder.path().join("x.csv"), &Cancel::new(), &mut |_| {}).unwrap();
        assert_eq!(mode("x.csv"), mode("other"));
    }
}
