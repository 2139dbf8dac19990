//! A spool as a Parquet file. A column there has one type, a column here none: it is read once to find the type that holds all of it.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as PhysicalType};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::super::error::DbError;
use super::super::export::{cell_to_copy, distinct_names};
use super::super::table::Cell;
use super::order::Order;
use super::rows::Spool;
use crate::signal::Cancel;

/// Rows between two words about how far it is.
const ROWS_BETWEEN_WORDS: usize = 10_000;
/// Rows of a row group at most: what is held in memory before it is written.
const GROUP_ROWS: usize = 100_000;
/// Bytes of a row group at most, about.
const GROUP_BYTES: usize = 64 << 20;
/// Columns whose types are read in one statement: SQLite gives no more than 2,000 at once.
const TYPED_AT_ONCE: usize = 500;

/// What a column holds, as bits that SQLite sums up.
const INTEGER: i64 = 1;
const REAL: i64 = 2;
const TEXT: i64 = 4;
const BLOB: i64 = 8;
/// An integer that a real cannot hold exactly.
const LONG: i64 = 16;

/// The values of a column that are waiting to be written.
#[derive(Debug)]
enum Values {
    Integers(Vec<i64>),
    Reals(Vec<f64>),
    /// UTF-8.
    Texts(Vec<ByteArray>),
    Blobs(Vec<ByteArray>),
}

/// One column.
#[derive(Debug)]
struct Column {
    values: Values,
    /// For each row 1, or 0 for `NULL`.
    levels: Vec<i16>,
}

impl Column {
    /// For what `held` says; mixed types become text, and reals with integers that no real holds.
    fn new(held: i64) -> Self {
        let values = match held & !LONG {
            INTEGER => Values::Integers(Vec::new()),
            REAL => Values::Reals(Vec::new()),
            BLOB => Values::Blobs(Vec::new()),
            both if both == INTEGER | REAL && held & LONG == 0 => Values::Reals(Vec::new()),
            _ => Values::Texts(Vec::new()),
        };
        Self { values, levels: Vec::new() }
    }

    fn field(&self, name: &str) -> Result<Type, ParquetError> {
        let (physical, logical) = match self.values {
            Values::Integers(_) => (PhysicalType::INT64, None),
            Values::Reals(_) => (PhysicalType::DOUBLE, None),
            Values::Texts(_) => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
            Values::Blobs(_) => (PhysicalType::BYTE_ARRAY, None),
        };
        Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL).with_logical_type(logical).build()
    }

    /// Takes a cell; gives its size.
    fn put(&mut self, cell: &Cell) -> usize {
        self.levels.push(i16::from(*cell != Cell::Null));
        match (&mut self.values, cell) {
            (_, Cell::Null) => 2,
            (Values::Integers(values), Cell::Integer(n)) => {
                values.push(*n);
                8
            }
            (Values::Reals(values), cell) => {
                values.push(match cell {
                    Cell::Integer(n) => *n as f64,
                    Cell::Real(x) => *x,
                    _ => f64::NAN,
                });
                8
            }
            (Values::Blobs(values), Cell::Blob(bytes)) => {
                values.push(ByteArray::from(bytes.clone()));
                bytes.len()
            }
            (Values::Texts(values) | Values::Blobs(values), cell) => {
                let text = cell_to_copy(cell);
                let bytes = text.len();
                values.push(ByteArray::from(text.into_bytes()));
                bytes
            }
            // The types were read from the same rows.
            (Values::Integers(values), _) => {
                values.push(0);
                8
            }
        }
    }

    fn clear(&mut self) {
        self.levels.clear();
        match &mut self.values {
            Values::Integers(values) => values.clear(),
            Values::Reals(values) => values.clear(),
            Values::Texts(values) | Values::Blobs(values) => values.clear(),
        }
    }
}

impl Spool {
    /// Writes the rows in `order` as Parquet, compressed by Snappy. Stops without an error when cancelled.
    pub fn write_parquet(
        &self,
        order: Option<&Order>,
        out: impl Write + Send,
        cancel: &Cancel,
        progress: &mut dyn FnMut(usize),
    ) -> Result<(), DbError> {
        let mut columns: Vec<Column> = self.held(cancel)?.into_iter().map(Column::new).collect();
        let begin = || -> Result<_, ParquetError> {
            let names = distinct_names(&self.columns);
            let fields = columns.iter().zip(&names).map(|(column, name)| column.field(name).map(Arc::new)).collect::<Result<_, _>>()?;
            let schema = Type::group_type_builder("result").with_fields(fields).build()?;
            let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
            SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))
        };
        let mut writer = begin().map_err(unwritten)?;
        let (mut done, mut waiting, mut bytes, mut failure) = (0, 0, 0, None);
        self.for_each(order, cancel, |cells| {
            done += 1;
            waiting += 1;
            bytes += columns.iter_mut().zip(cells).map(|(column, cell)| column.put(cell)).sum::<usize>();
            if waiting >= GROUP_ROWS || bytes >= GROUP_BYTES {
                failure = write_group(&mut writer, &mut columns).err();
                (waiting, bytes) = (0, 0);
            }
            if done % ROWS_BETWEEN_WORDS == 0 {
                progress(done);
            }
            failure.is_none()
        })?;
        if failure.is_none() && waiting > 0 {
            failure = write_group(&mut writer, &mut columns).err();
        }
        match failure {
            Some(error) => Err(unwritten(error)),
            None => writer.close().map(|_| ()).map_err(unwritten),
        }
    }

    /// What each column holds.
    fn held(&self, cancel: &Cancel) -> Result<Vec<i64>, DbError> {
        let exact = 1i64 << 53;
        let all: Vec<usize> = (0..self.columns.len()).collect();
        let mut held = Vec::with_capacity(all.len());
        for columns in all.chunks(TYPED_AT_ONCE) {
            let sums: Vec<String> = columns
                .iter()
                .map(|c| {
                    let is = |name: &str, bit: i64| format!("{bit} * max(typeof(c{c}) = '{name}')");
                    let long = format!("{LONG} * max(typeof(c{c}) = 'integer' AND c{c} NOT BETWEEN -{exact} AND {exact})");
                    let sum = [is("integer", INTEGER), is("real", REAL), is("text", TEXT), is("blob", BLOB), long].join(" + ");
                    format!("coalesce({sum}, 0)")
                })
                .collect();
            let sql = format!("SELECT {} FROM t", sums.join(", "));
            held.extend(self.working(cancel, |connection| {
                connection.query_row(&sql, [], |row| (0..columns.len()).map(|i| row.get(i)).collect::<rusqlite::Result<Vec<i64>>>())
            })?);
        }
        Ok(held)
    }
}

/// Writes what is waiting as one row group.
fn write_group<W: Write + Send>(writer: &mut SerializedFileWriter<W>, columns: &mut [Column]) -> Result<(), ParquetError> {
    let mut group = writer.next_row_group()?;
    for column in columns {
        let Some(mut out) = group.next_column()? else { break };
        let levels = Some(column.levels.as_slice());
        match &column.values {
            Values::Integers(values) => out.typed::<Int64Type>().write_batch(values, levels, None)?,
            Values::Reals(values) => out.typed::<DoubleType>().write_batch(values, levels, None)?,
            Values::Texts(values) | Values::Blobs(values) => out.typed::<ByteArrayType>().write_batch(values, levels, None)?,
        };
        out.close()?;
        column.clear();
    }
    group.close().map(|_| ())
}

fn unwritten(error: ParquetError) -> DbError {
    DbError::Export { message: error.to_string() }
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;

    use super::super::super::table::{ColumnInfo, Table};
    use super::*;

    /// Column names, and the rows, as Parquet's own reader finds them.
    fn read_back(path: &std::path::Path) -> Vec<Vec<(String, Field)>> {
        let reader = SerializedFileReader::new(std::fs::File::open(path).unwrap()).unwrap();
        let rows = reader.get_row_iter(None).unwrap();
        rows.map(|row| row.unwrap().get_column_iter().map(|(name, field)| (name.clone(), field.clone())).collect()).collect()
    }

    #[track_caller]
    fn check(names: &[&str], rows: &[&[Cell]], expected: &[&[(&str, Field)]]) {
        let columns = names.iter().map(|name| ColumnInfo { name: (*name).into(), declared_type: None }).collect();
        let table = Table { columns, rows: rows.iter().map(|row| row.to_vec()).collect(), truncated: false };
        let file = tempfile::NamedTempFile::new().unwrap();
        Spool::of_table(&table).unwrap().write_parquet(None, file.reopen().unwrap(), &Cancel::new(), &mut |_| {}).unwrap();
        let expected: Vec<Vec<(String, Field)>> =
            expected.iter().map(|row| row.iter().map(|(name, field)| ((*name).to_owned(), field.clone())).collect()).collect();
        assert_eq!(read_back(file.path()), expected);
    }

    #[test]
    fn a_column_gets_the_type_that_holds_all_of_it() {
        let (int, real, text) = (Cell::Integer, Cell::Real, |s: &str| Cell::Text(s.into()));
        let string = |s: &str| Field::Str(s.into());
        check(&["n"], &[&[int(i64::MAX)], &[Cell::Null]], &[&[("n", Field::Long(i64::MAX))], &[("n", Field::Null)]]);
        check(&["x"], &[&[int(2)], &[real(0.5)]], &[&[("x", Field::Double(2.0))], &[("x", Field::Double(0.5))]]);
        check(&["x"], &[&[int(i64::MAX)], &[real(0.5)]], &[&[("x", string("9223372036854775807"))], &[("x", string("0.5"))]]);
        check(&["t"], &[&[text("")], &[int(1)], &[Cell::Null]], &[&[("t", string(""))], &[("t", string("1"))], &[("t", Field::Null)]]);
        check(&["b"], &[&[Cell::Blob(vec![0, 255])]], &[&[("b", Field::Bytes(ByteArray::from(vec![0u8, 255])))]]);
        check(&["a", "A"], &[&[Cell::Null, Cell::Null]], &[&[("a", Field::Null), ("A_2", Field::Null)]]);
        check(&["n"], &[], &[]);
    }

    #[test]
    fn many_rows_go_into_several_groups_in_the_order_that_is_wanted() {
        let rows = (0..250_000).map(|n| vec![Cell::Integer(n)]).collect();
        let table = Table { columns: vec![ColumnInfo { name: "n".into(), declared_type: None }], rows, truncated: false };
        let spool = Spool::of_table(&table).unwrap();
        let wanted = super::super::Arrangement { sort: Some(super::super::Sort { column: 0, descending: true }), filter: None };
        let order = spool.arrange(&wanted, &Cancel::new()).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut told = 0;
        spool.write_parquet(Some(&order), file.reopen().unwrap(), &Cancel::new(), &mut |rows| told = rows).unwrap();
        let reader = SerializedFileReader::new(std::fs::File::open(file.path()).unwrap()).unwrap();
        assert_eq!((reader.metadata().num_row_groups(), reader.metadata().file_metadata().num_rows(), told), (3, 250_000, 250_000));
        let first = reader.get_row_iter(None).unwrap().next().unwrap().unwrap();
        assert_eq!(first.get_column_iter().next().unwrap().1, &Field::Long(249_999));
    }
}
