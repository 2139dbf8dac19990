//! Random tables out in every format that programs read, and in again.

use proptest::prelude::*;
use serde_json::Value;

use super::*;

/// A field, and whether it was quoted.
type Field = (String, bool);

/// RFC 4180, also with another delimiter, as a reader does it that looks at quotes.
fn parse(text: &str, delimiter: char) -> Vec<Vec<Field>> {
    let mut rows = Vec::new();
    let (mut row, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if field.is_empty() && !quoted => {
                quoted = true;
                while let Some(c) = chars.next() {
                    if c == '"' && chars.next_if_eq(&'"').is_none() {
                        break;
                    }
                    field.push(c);
                }
            }
            '\n' => {
                row.push((std::mem::take(&mut field), std::mem::take(&mut quoted)));
                rows.push(std::mem::take(&mut row));
            }
            c if c == delimiter => row.push((std::mem::take(&mut field), std::mem::take(&mut quoted))),
            c => field.push(c),
        }
    }
    rows
}

fn written(table: &Table, format: RowFormat, null: Option<&str>) -> String {
    let layout = Layout { format: Format::Rows(format), header: true, null: null.map(str::to_owned) };
    let mut out = Vec::new();
    let mut writer = TableWriter::begin(&layout, &table.columns, &mut out).unwrap();
    table.rows.iter().for_each(|row| writer.row(row).unwrap());
    writer.end(false).unwrap();
    String::from_utf8(out).unwrap()
}

/// What CSV keeps of a cell: its text, and whether it is one. Types are lost, as the help says.
fn as_text(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Null => None,
        Cell::Blob(bytes) => Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
        other => Some(cell_to_copy(other)),
    }
}

/// What JSON keeps: everything but infinities.
fn of_json(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Number(number) => number.as_i64().map_or_else(|| Cell::Real(number.as_f64().unwrap()), Cell::Integer),
        Value::String(text) => Cell::Text(text.clone()),
        Value::Object(object) => {
            let hex = object["hex"].as_str().unwrap();
            Cell::Blob((0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect())
        }
        other => panic!("{other}"),
    }
}

fn cell() -> impl Strategy<Value = Cell> {
    let text = prop_oneof!["[-,;|\t\r\n\"'\\\\ NULaé日]{0,6}", "\\PC{0,8}", Just("\\N".to_owned()), Just("2024-02-30 12:00".to_owned())];
    prop_oneof![
        Just(Cell::Null),
        prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX), Just(0)].prop_map(Cell::Integer),
        prop_oneof![any::<f64>().prop_filter("SQLite has no NaN", |x| !x.is_nan()), Just(f64::INFINITY), Just(-0.0)].prop_map(Cell::Real),
        text.prop_map(Cell::Text),
        prop::collection::vec(any::<u8>(), 0..5).prop_map(Cell::Blob),
    ]
}

fn table() -> impl Strategy<Value = Table> {
    (2usize..5).prop_flat_map(|width| {
        let row = prop::collection::vec(cell(), width);
        (prop::collection::vec("[a,\"\n]{0,3}", width), prop::collection::vec(row, 0..6)).prop_map(|(names, rows)| {
            let columns = names.into_iter().map(|name| ColumnInfo { name, declared_type: None }).collect();
            Table { columns, rows, truncated: false }
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn delimited_text_reads_back(table in table(), null in prop::sample::select(vec!["", "\\N", "NULL", "-"])) {
        for (format, delimiter) in [(RowFormat::Csv, ','), (RowFormat::Tsv, '\t')] {
            let mut rows = parse(&written(&table, format, Some(null)), delimiter);
            let names: Vec<String> = rows.remove(0).into_iter().map(|(name, _)| name).collect();
            prop_assert_eq!(names, table.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>());
            let back: Vec<Vec<Option<String>>> =
                rows.into_iter().map(|row| row.into_iter().map(|(text, quoted)| (quoted || text != null).then_some(text)).collect()).collect();
            let expected: Vec<Vec<Option<String>>> = table.rows.iter().map(|row| row.iter().map(as_text).collect()).collect();
            prop_assert_eq!(back, expected);
        }
        // Numbers are as exact as text can be.
        for cell in table.rows.iter().flatten() {
            match cell {
                Cell::Integer(n) => prop_assert_eq!(cell_to_copy(cell).parse::<i64>().unwrap(), *n),
                Cell::Real(x) => prop_assert_eq!(cell_to_copy(cell).parse::<f64>().unwrap().to_bits(), x.to_bits()),
                _ => {}
            }
        }
    }

    #[test]
    fn json_reads_back(table in table()) {
        // An infinity is lost, as the help says. This reader of JSON is not exact to the last bit; what is written is.
        let finite = |cell: &Cell| match cell {
            Cell::Real(x) if x.is_infinite() => Cell::Null,
            Cell::Real(x) => {
                let text = cell_to_json(cell).to_string();
                assert_eq!(text.parse::<f64>().unwrap().to_bits(), x.to_bits());
                Cell::Real(serde_json::from_str(&text).unwrap())
            }
            other => other.clone(),
        };
        let expected: Vec<Vec<Cell>> = table.rows.iter().map(|row| row.iter().map(finite).collect()).collect();
        let whole: Value = serde_json::from_str(&written(&table, RowFormat::Json, None)).unwrap();
        let arrays = whole["rows"].as_array().unwrap().iter();
        prop_assert_eq!(arrays.map(|row| row.as_array().unwrap().iter().map(of_json).collect::<Vec<_>>()).collect::<Vec<_>>(), expected.clone());
        let objects: Vec<Value> = serde_json::from_str(&written(&table, RowFormat::JsonRows, None)).unwrap();
        let lines: Vec<Value> = written(&table, RowFormat::Ndjson, None).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        prop_assert_eq!(&objects, &lines);
        let cells = |object: &Value| object.as_object().unwrap().values().map(of_json).collect::<Vec<_>>();
        prop_assert_eq!(objects.iter().map(cells).collect::<Vec<_>>(), expected);
    }
}
