//! Parquet as tables: columns with the types that the file declares; lists, structs and maps as JSON text.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use parquet::basic::{Compression, ConvertedType, LogicalType, Repetition, Type as PhysicalType};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{AsBytes, DataType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::record::reader::{ReaderIter, TreeBuilder};
use parquet::schema::types::{SchemaDescriptor, Type, TypePtr};

use super::error::FileError;
use super::input::Consumed;
use super::leaf::{Leaf, NANOS, single, to_json};
use super::row::{Raw, Row, Rows};

/// Values of a column read at once.
const BATCH: usize = 1024;

/// A column of the row group that is being read.
enum Column {
    Flat(Box<Flat>),
    Nested(ReaderIter, TypePtr),
}

/// A column with at most one value a row.
struct Flat {
    reader: ColumnReader,
    leaf: Leaf,
    /// The level of a value that is there.
    level: i16,
    /// Values that were read: cells and their bytes.
    ready: Row,
    at: usize,
}

/// The rows of a Parquet file.
pub(super) struct Parquet {
    path: Arc<Path>,
    reader: SerializedFileReader<File>,
    names: Vec<String>,
    known: Vec<u32>,
    in_utc: Vec<String>,
    group: usize,
    columns: Vec<Column>,
    left: usize,
    /// Bytes of the file that row groups up to this one take.
    consumed: Consumed,
}

impl Parquet {
    /// Opens the file at `path`.
    pub(super) fn open(path: &Path, consumed: &Consumed) -> Result<Self, FileError> {
        let file = File::open(path).map_err(|error| FileError::Unreadable { path: path.into(), message: error.to_string() })?;
        let reader = guarded(path, || SerializedFileReader::new(file))?;
        let metadata = reader.metadata();
        for column in metadata.row_groups().iter().flat_map(|group| group.columns()) {
            match column.compression() {
                Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::GZIP(_) => {}
                other => {
                    let codec = format!("{other:?}").split('(').next().unwrap_or_default().to_owned();
                    return Err(FileError::Codec { path: path.into(), codec });
                }
            }
        }
        let schema = metadata.file_metadata().schema_descr();
        // The record reader gives up in the middle on what it does not know.
        for column in schema.columns() {
            let (physical, converted) = (column.physical_type(), column.converted_type());
            if column.max_rep_level() > 0 && !is_known(physical, converted) {
                let message = format!("the values of `{}` are {physical} that stand for {converted}, which is not known", column.path());
                return Err(FileError::Broken { path: path.into(), form: "Parquet", message });
            }
        }
        let fields = schema.root_schema().get_fields();
        let names = fields.iter().map(|field| field.name().to_owned()).collect();
        let known =
            fields.iter().map(|field| if is_flat(field) { Leaf::of(field).known(field.get_physical_type()) } else { super::kind::TEXT });
        let in_utc = fields.iter().filter(|field| is_in_utc(field)).map(|field| field.name().to_owned()).collect();
        Ok(Self {
            path: path.into(),
            known: known.collect(),
            in_utc,
            names,
            reader,
            group: 0,
            columns: Vec::new(),
            left: 0,
            consumed: Arc::clone(consumed),
        })
    }

    fn open_group(&mut self) -> Result<(), ParquetError> {
        let group = self.reader.get_row_group(self.group)?;
        let metadata = self.reader.metadata();
        let root = metadata.file_metadata().schema_descr().root_schema();
        self.left = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        let (mut columns, mut leaf) = (Vec::new(), 0);
        for field in root.get_fields() {
            columns.push(open_column(field, leaf, root.name(), &*group)?);
            leaf += leaves(field);
        }
        self.columns = columns;
        self.group += 1;
        self.consumed.fetch_add(group.metadata().compressed_size().unsigned_abs(), Ordering::Relaxed);
        Ok(())
    }

    fn read(&mut self, row: &mut Row) -> Result<bool, ParquetError> {
        while self.left == 0 {
            if self.group >= self.reader.num_row_groups() {
                return Ok(false);
            }
            self.open_group()?;
        }
        self.left -= 1;
        for column in &mut self.columns {
            let raw = match column {
                Column::Flat(flat) => flat.next(row)?,
                Column::Nested(rows, of) => {
                    let value = rows.next().transpose()?.ok_or_else(|| ParquetError::EOF("a column ends early".into()))?;
                    match value.get_column_iter().next() {
                        None | Some((_, parquet::record::Field::Null)) => Raw::Null,
                        Some((_, field)) => Raw::Json(row.keep(to_json(field, Some(of)).to_string().as_bytes())),
                    }
                }
            };
            row.cells.push(raw);
        }
        Ok(true)
    }
}

fn open_column(field: &TypePtr, leaf: usize, root: &str, group: &dyn RowGroupReader) -> Result<Column, ParquetError> {
    if is_flat(field) {
        let level = i16::from(field.is_optional());
        let reader = group.get_column_reader(leaf)?;
        return Ok(Column::Flat(Box::new(Flat { reader, leaf: Leaf::of(field), level, ready: Row::default(), at: 0 })));
    }
    let alone = Type::group_type_builder(root).with_fields(vec![Arc::clone(field)]).build()?;
    let rows = TreeBuilder::new().as_iter(Arc::new(SchemaDescriptor::new(Arc::new(alone))), group)?;
    Ok(Column::Nested(rows, Arc::clone(field)))
}

fn is_flat(field: &Type) -> bool {
    field.is_primitive() && field.get_basic_info().repetition() != Repetition::REPEATED
}

fn leaves(field: &Type) -> usize {
    if field.is_primitive() { 1 } else { field.get_fields().iter().map(|field| leaves(field)).sum() }
}

fn is_in_utc(field: &Type) -> bool {
    matches!(field.get_basic_info().logical_type_ref(), Some(LogicalType::Timestamp(timestamp)) if timestamp.is_adjusted_to_u_t_c)
}

/// Whether the crate's record reader makes a value of it.
fn is_known(physical: PhysicalType, converted: ConvertedType) -> bool {
    use ConvertedType as C;
    match physical {
        PhysicalType::INT32 => matches!(
            converted,
            C::NONE | C::INT_8 | C::INT_16 | C::INT_32 | C::UINT_8 | C::UINT_16 | C::UINT_32 | C::DATE | C::TIME_MILLIS | C::DECIMAL
        ),
        PhysicalType::INT64 => {
            matches!(converted, C::NONE | C::INT_64 | C::UINT_64 | C::TIME_MICROS | C::TIMESTAMP_MILLIS | C::TIMESTAMP_MICROS | C::DECIMAL)
        }
        PhysicalType::BYTE_ARRAY => matches!(converted, C::NONE | C::UTF8 | C::ENUM | C::JSON | C::BSON | C::DECIMAL),
        PhysicalType::FIXED_LEN_BYTE_ARRAY => matches!(converted, C::NONE | C::DECIMAL),
        _ => true,
    }
}

impl Flat {
    fn next(&mut self, row: &mut Row) -> Result<Raw, ParquetError> {
        if self.at >= self.ready.cells.len() {
            self.ready.clear();
            self.at = 0;
            self.fill()?;
        }
        let cell = self.ready.cells.get(self.at).ok_or_else(|| ParquetError::EOF("a column ends early".into()))?;
        self.at += 1;
        Ok(match cell {
            Raw::Written(range) => Raw::Written(row.keep(self.ready.get(range))),
            Raw::Text(range) => Raw::Text(row.keep(self.ready.get(range))),
            Raw::Json(range) => Raw::Json(row.keep(self.ready.get(range))),
            Raw::Blob(range) => Raw::Blob(row.keep(self.ready.get(range))),
            other => other.clone(),
        })
    }

    fn fill(&mut self) -> Result<(), ParquetError> {
        let (leaf, level, ready) = (self.leaf, self.level, &mut self.ready);
        match &mut self.reader {
            ColumnReader::BoolColumnReader(reader) => batch(reader, level, ready, |value, _| Raw::Bool(*value)),
            ColumnReader::Int32ColumnReader(reader) => batch(reader, level, ready, |n, row| leaf.integer(i64::from(*n), 32, row)),
            ColumnReader::Int64ColumnReader(reader) => batch(reader, level, ready, |n, row| leaf.integer(*n, 64, row)),
            ColumnReader::Int96ColumnReader(reader) => {
                batch(reader, level, ready, |moment, row| Leaf::Timestamp(NANOS).integer(moment.to_nanos(), 64, row))
            }
            ColumnReader::FloatColumnReader(reader) => batch(reader, level, ready, |x, _| Raw::Real(single(*x))),
            ColumnReader::DoubleColumnReader(reader) => batch(reader, level, ready, |x, _| Raw::Real(*x)),
            ColumnReader::ByteArrayColumnReader(reader) => batch(reader, level, ready, |bytes, row| leaf.bytes(bytes.as_bytes(), row)),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                batch(reader, level, ready, |bytes, row| leaf.bytes(bytes.as_bytes(), row))
            }
        }
    }
}

/// Reads the next values of a column into `ready`.
fn batch<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    level: i16,
    ready: &mut Row,
    mut cell: impl FnMut(&T::T, &mut Row) -> Raw,
) -> Result<(), ParquetError> {
    let (mut values, mut levels) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
    let (rows, ..) = reader.read_records(BATCH, Some(&mut levels), None, &mut values)?;
    let mut values = values.iter();
    for at in 0..rows {
        let is_there = level == 0 || levels.get(at) == Some(&level);
        let raw = match is_there.then(|| values.next()).flatten() {
            Some(value) => cell(value, ready),
            None => Raw::Null,
        };
        ready.cells.push(raw);
    }
    Ok(())
}

/// What the crate says of a damaged file, also where it panics.
fn guarded<T>(path: &Path, work: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, FileError> {
    let broken = |message: String| FileError::Broken { path: path.into(), form: "Parquet", message };
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(|error| broken(error.to_string())),
        Err(_) => Err(broken("its pages are damaged".into())),
    }
}

impl Rows for Parquet {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn known(&self, column: usize) -> u32 {
        self.known.get(column).copied().unwrap_or(0)
    }

    fn next(&mut self, row: &mut Row) -> Result<bool, FileError> {
        row.clear();
        let path = Arc::clone(&self.path);
        guarded(&path, || self.read(row))
    }

    fn notes(&self) -> Vec<String> {
        let names: Vec<String> = self.in_utc.iter().map(|name| format!("`{}`", crate::text::sanitize(name))).collect();
        (!names.is_empty()).then(|| format!("the moments of {} are in UTC", names.join(", "))).into_iter().collect()
    }
}
