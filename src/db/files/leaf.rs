//! The values of Parquet's columns: what their bits mean, by the types that the file declares (`parquet-format`, `LogicalTypes.md`).

use chrono::DateTime;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as PhysicalType};
use parquet::data_type::AsBytes;
use parquet::record::Field;
use parquet::schema::types::Type;
use serde_json::{Map, Value, json};

use super::kind;
use super::row::{Raw, Row};

/// How many of a unit are a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PerSecond(i64);

const MILLIS: PerSecond = PerSecond(1_000);
const MICROS: PerSecond = PerSecond(1_000_000);
pub(super) const NANOS: PerSecond = PerSecond(1_000_000_000);

const DAY: i64 = 86_400;

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaf {
    /// Numbers, booleans: as their bits say.
    Plain,
    /// Integers without a sign, of so many bits.
    Unsigned,
    /// Integers that stand for so many places behind the point.
    Decimal {
        scale: usize,
    },
    Date,
    Time(PerSecond),
    Timestamp(PerSecond),
    Text,
    Json,
    Uuid,
    /// Months, days and milliseconds, of four bytes each.
    Interval,
    Half,
    Blob,
}

impl Leaf {
    /// Of a column with this type.
    pub(super) fn of(leaf: &Type) -> Self {
        let info = leaf.get_basic_info();
        let unit = |unit: &TimeUnit| match unit {
            TimeUnit::MILLIS => MILLIS,
            TimeUnit::MICROS => MICROS,
            TimeUnit::NANOS => NANOS,
        };
        match info.logical_type_ref() {
            Some(LogicalType::Timestamp(timestamp)) => return Self::Timestamp(unit(&timestamp.unit)),
            Some(LogicalType::Time(time)) => return Self::Time(unit(&time.unit)),
            Some(LogicalType::Uuid) => return Self::Uuid,
            Some(LogicalType::Float16) => return Self::Half,
            Some(LogicalType::Json) => return Self::Json,
            _ => {}
        }
        match info.converted_type() {
            ConvertedType::DECIMAL => Self::Decimal { scale: usize::try_from(leaf.get_scale()).unwrap_or(0) },
            ConvertedType::DATE => Self::Date,
            ConvertedType::TIME_MILLIS => Self::Time(MILLIS),
            ConvertedType::TIME_MICROS => Self::Time(MICROS),
            ConvertedType::TIMESTAMP_MILLIS => Self::Timestamp(MILLIS),
            ConvertedType::TIMESTAMP_MICROS => Self::Timestamp(MICROS),
            ConvertedType::UTF8 | ConvertedType::ENUM => Self::Text,
            ConvertedType::JSON => Self::Json,
            ConvertedType::INTERVAL => Self::Interval,
            ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64 => Self::Unsigned,
            _ => match leaf.get_physical_type() {
                PhysicalType::BYTE_ARRAY | PhysicalType::FIXED_LEN_BYTE_ARRAY => Self::Blob,
                PhysicalType::INT96 => Self::Timestamp(NANOS),
                _ => Self::Plain,
            },
        }
    }

    /// What is known of the column's type, whatever its values are.
    pub(super) fn known(self, physical: PhysicalType) -> u32 {
        match (self, physical) {
            (Self::Plain, PhysicalType::BOOLEAN) => kind::BOOL,
            (Self::Plain | Self::Half, PhysicalType::FLOAT | PhysicalType::DOUBLE | PhysicalType::FIXED_LEN_BYTE_ARRAY) => kind::POINT,
            (Self::Plain, PhysicalType::INT32 | PhysicalType::INT64) => kind::INTEGER,
            (Self::Blob, _) => kind::BLOB,
            (Self::Unsigned | Self::Decimal { .. }, _) => 0,
            _ => kind::TEXT,
        }
    }

    pub(super) fn integer(self, n: i64, bits: u32, row: &mut Row) -> Raw {
        match self {
            Self::Unsigned if bits < 64 => Raw::Integer(n & i64::from(u32::MAX)),
            Self::Unsigned => Raw::Written(row.keep((n as u64).to_string().as_bytes())),
            Self::Decimal { scale } => Raw::Written(row.keep(decimal(&n.to_be_bytes(), scale).as_bytes())),
            Self::Date => Raw::Text(row.keep(date(n).as_bytes())),
            Self::Time(unit) => Raw::Text(row.keep(time(n, unit).as_bytes())),
            Self::Timestamp(unit) => Raw::Text(row.keep(timestamp(n, unit).as_bytes())),
            _ => Raw::Integer(n),
        }
    }

    pub(super) fn bytes(self, bytes: &[u8], row: &mut Row) -> Raw {
        match self {
            Self::Text | Self::Json => {
                let text = String::from_utf8_lossy(bytes);
                let range = row.keep(text.as_bytes());
                if self == Self::Json { Raw::Json(range) } else { Raw::Text(range) }
            }
            Self::Decimal { scale } => Raw::Written(row.keep(decimal(bytes, scale).as_bytes())),
            Self::Uuid => Raw::Text(row.keep(uuid(bytes).as_bytes())),
            Self::Interval => Raw::Text(row.keep(interval(bytes).as_bytes())),
            Self::Half => match bytes {
                [a, b] => Raw::Real(f64::from(half::f16::from_le_bytes([*a, *b]))),
                _ => Raw::Blob(row.keep(bytes)),
            },
            _ => Raw::Blob(row.keep(bytes)),
        }
    }
}

/// A single as the double with the digits that people see.
pub(super) fn single(x: f32) -> f64 {
    if x.is_finite() { x.to_string().parse().unwrap_or(f64::from(x)) } else { f64::from(x) }
}

/// A number of bits that is written with its highest byte first, with a point before the last `scale` digits.
fn decimal(bytes: &[u8], scale: usize) -> String {
    let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    let mut magnitude: Vec<u8> = bytes.to_vec();
    if negative {
        let mut carry = true;
        for byte in magnitude.iter_mut().rev() {
            let (sum, over) = (!*byte).overflowing_add(u8::from(carry));
            (*byte, carry) = (sum, over);
        }
    }
    let mut digits = Vec::new();
    while magnitude.iter().any(|&byte| byte != 0) {
        let mut rest = 0u16;
        for byte in &mut magnitude {
            let value = (rest << 8) | u16::from(*byte);
            *byte = (value / 10) as u8;
            rest = value % 10;
        }
        digits.push(b'0' + rest as u8);
    }
    while digits.len() <= scale {
        digits.push(b'0');
    }
    digits.reverse();
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let text = |digits: &[u8]| String::from_utf8_lossy(digits).into_owned();
    let sign = if negative { "-" } else { "" };
    if scale == 0 { format!("{sign}{}", text(whole)) } else { format!("{sign}{}.{}", text(whole), text(fraction)) }
}

fn date(days: i64) -> String {
    let midnight = days.checked_mul(DAY).and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    midnight.map_or_else(|| days.to_string(), |day| day.format("%Y-%m-%d").to_string())
}

fn timestamp(n: i64, PerSecond(unit): PerSecond) -> String {
    let (seconds, part) = (n.div_euclid(unit), n.rem_euclid(unit));
    match DateTime::from_timestamp(seconds, 0) {
        Some(moment) => format!("{}{}", moment.format("%Y-%m-%d %H:%M:%S"), fraction(part, unit)),
        None => n.to_string(),
    }
}

fn time(n: i64, PerSecond(unit): PerSecond) -> String {
    let (seconds, part) = (n.div_euclid(unit), n.rem_euclid(unit));
    format!("{:02}:{:02}:{:02}{}", seconds / 3600, seconds / 60 % 60, seconds % 60, fraction(part, unit))
}

/// Nothing, or a point and as many digits as are needed.
fn fraction(part: i64, unit: i64) -> String {
    if part == 0 {
        return String::new();
    }
    let digits = format!("{:0width$}", part, width = unit.ilog10() as usize);
    format!(".{}", digits.trim_end_matches('0'))
}

fn uuid(bytes: &[u8]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default();
    if hex.len() != 32 {
        return hex;
    }
    format!("{}-{}-{}-{}-{}", part(0..8), part(8..12), part(12..16), part(16..20), part(20..32))
}

/// A length of time as ISO 8601 writes it: `P1M2DT3.5S`.
fn interval(bytes: &[u8]) -> String {
    let mut parts = bytes.chunks(4).map(|part| part.iter().rev().fold(0u32, |sum, byte| (sum << 8) | u32::from(*byte)));
    let (months, days, millis) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    let part = |n: u32, unit: &str| if n == 0 { String::new() } else { format!("{n}{unit}") };
    let seconds = match millis {
        0 if months > 0 || days > 0 => String::new(),
        _ => format!("T{}{}S", millis / 1000, fraction(i64::from(millis % 1000), 1000)),
    };
    format!("P{}{}{seconds}", part(months, "M"), part(days, "D"))
}

/// A nested value as JSON. `of` is its type, where it is known.
pub(super) fn to_json(field: &Field, of: Option<&Type>) -> Value {
    let plain = |leaf: Leaf, n: i64| {
        let mut row = Row::default();
        match leaf.integer(n, 64, &mut row) {
            Raw::Integer(n) => Value::from(n),
            Raw::Text(range) => Value::from(String::from_utf8_lossy(row.get(&range)).into_owned()),
            // Digits as a number, however many there are.
            Raw::Written(range) => number(&String::from_utf8_lossy(row.get(&range))),
            _ => Value::Null,
        }
    };
    let leaf = of.filter(|of| of.is_primitive()).map_or(Leaf::Plain, Leaf::of);
    match field {
        Field::Null => Value::Null,
        Field::Bool(value) => Value::from(*value),
        Field::Byte(n) => Value::from(*n),
        Field::Short(n) => Value::from(*n),
        Field::Int(n) => plain(leaf, i64::from(*n)),
        Field::Long(n) => plain(leaf, *n),
        Field::UByte(n) => Value::from(*n),
        Field::UShort(n) => Value::from(*n),
        Field::UInt(n) => Value::from(*n),
        Field::ULong(n) => Value::from(*n),
        Field::Float16(x) => json!(f64::from(*x)),
        Field::Float(x) => json!(single(*x)),
        Field::Double(x) => json!(x),
        Field::Decimal(value) => number(&decimal(value.data(), usize::try_from(value.scale()).unwrap_or(0))),
        Field::Str(text) => Value::from(text.as_str()),
        Field::Bytes(bytes) if leaf == Leaf::Uuid => Value::from(uuid(bytes.as_bytes())),
        Field::Bytes(bytes) => {
            let hex: String = bytes.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
            json!({ "hex": hex })
        }
        Field::Date(days) => Value::from(date(i64::from(*days))),
        Field::TimeMillis(n) => Value::from(time(i64::from(*n), MILLIS)),
        Field::TimeMicros(n) => Value::from(time(*n, MICROS)),
        Field::TimestampMillis(n) => Value::from(timestamp(*n, MILLIS)),
        Field::TimestampMicros(n) => Value::from(timestamp(*n, MICROS)),
        Field::Group(group) => {
            let member =
                |name: &str| of.filter(|of| of.is_group())?.get_fields().iter().find(|field| field.name() == name).map(|field| &**field);
            group.get_column_iter().map(|(name, field)| (name.clone(), to_json(field, member(name)))).collect::<Map<_, _>>().into()
        }
        Field::ListInternal(list) => list.elements().iter().map(|element| to_json(element, of.and_then(element_of))).collect(),
        Field::MapInternal(map) => {
            let entry = of.and_then(first_of);
            let value_of = entry.filter(|entry| entry.is_group()).and_then(|entry| entry.get_fields().get(1)).map(|value| &**value);
            let key = |key: &Field| match to_json(key, None) {
                Value::String(text) => text,
                other => other.to_string(),
            };
            map.entries().iter().map(|(k, v)| (key(k), to_json(v, value_of))).collect::<Map<_, _>>().into()
        }
    }
}

fn number(text: &str) -> Value {
    let reads_the_same = |value: &Value| {
        let again = value.to_string();
        again == text
    };
    serde_json::from_str::<Value>(text).ok().filter(reads_the_same).unwrap_or_else(|| Value::from(text))
}

fn first_of(of: &Type) -> Option<&Type> {
    of.is_group().then(|| of.get_fields().first().map(|field| &**field)).flatten()
}

/// The type of a list's elements: in a group that repeats, as the format has it, or the repeated field itself, as old writers had it.
fn element_of(list: &Type) -> Option<&Type> {
    let repeated = first_of(list)?;
    match repeated.is_group() && repeated.get_fields().len() == 1 {
        true => first_of(repeated),
        false => Some(repeated),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_sqlite_reads_them() {
        assert_eq!(decimal(&12_345i64.to_be_bytes(), 2), "123.45");
        assert_eq!(decimal(&(-5i64).to_be_bytes(), 2), "-0.05");
        assert_eq!(decimal(&[0], 0), "0");
        assert_eq!(decimal(&i128::MIN.to_be_bytes(), 10), "-17014118346046923173168730371.5884105728");
        assert_eq!(date(19_727), "2024-01-05");
        assert_eq!(date(-1), "1969-12-31");
        assert_eq!(timestamp(1_704_448_800_500_000, MICROS), "2024-01-05 10:00:00.5");
        assert_eq!(timestamp(-1, NANOS), "1969-12-31 23:59:59.999999999");
        assert_eq!(time(36_000_001, MILLIS), "10:00:00.001");
        assert_eq!(uuid(&[0x12; 16]), "12121212-1212-1212-1212-121212121212");
        assert_eq!(interval(&[1, 0, 0, 0, 2, 0, 0, 0, 0xdc, 5, 0, 0]), "P1M2DT1.5S");
        assert_eq!((interval(&[0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]), interval(&[0; 12])), ("P1D".into(), "PT0S".into()));
        assert_eq!(single(0.1), 0.1);
    }
}
