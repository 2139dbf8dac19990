//! Results in every format, and random tables in again.

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::db::{Cell, ColumnInfo};

fn table() -> Table {
    let column = |name: &str| ColumnInfo { name: name.into(), declared_type: None };
    Table {
        columns: vec![column("id"), column("name"), column("id")],
        rows: vec![
            vec![Cell::Integer(i64::MAX), Cell::Text("Zürich|\x1b\"".into()), Cell::Null],
            vec![Cell::Real(f64::INFINITY), Cell::Text(String::new()), Cell::Blob(vec![0, 255])],
        ],
        truncated: true,
    }
}

#[track_caller]
fn check(format: Format, expected: &str) {
    check_layout(&table(), &Layout { format, ..Layout::default() }, expected);
}

#[track_caller]
fn check_layout(table: &Table, layout: &Layout, expected: &str) {
    let mut out = Vec::new();
    let mut writer = TableWriter::begin(layout, &table.columns, &mut out).unwrap();
    table.rows.iter().for_each(|row| writer.row(row).unwrap());
    writer.end(table.truncated).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn every_format_keeps_what_it_can() {
    check(Format::Rows(RowFormat::Csv), "id,name,id\n9223372036854775807,\"Zürich|\x1b\"\"\",\ninf,,00ff\n");
    check(
        Format::Rows(RowFormat::Json),
        "{\"columns\":[\"id\",\"name\",\"id\"],\"rows\":[[9223372036854775807,\"Zürich|\\u001b\\\"\",null],[null,\"\",{\"hex\":\"00ff\"}]],\"row_count\":2,\"truncated\":true}\n",
    );
    check(
        Format::Rows(RowFormat::Ndjson),
        "{\"id\":9223372036854775807,\"name\":\"Zürich|\\u001b\\\"\",\"id_2\":null}\n{\"id\":null,\"name\":\"\",\"id_2\":{\"hex\":\"00ff\"}}\n",
    );
    check(
        Format::Table,
        "                 id  name            id\n───────────────────  ──────────────  ───────\n9223372036854775807  Zürich|\\u{1b}\"  NULL\n                inf                  x'00ff'\n",
    );
    check(
        Format::Rows(RowFormat::Markdown),
        "| id | name | id |\n| --- | --- | --- |\n| 9223372036854775807 | Zürich\\|\\\\u{1b}\" | NULL |\n| inf |  | x'00ff' |\n",
    );
}

#[test]
fn rows_are_objects_in_one_array() {
    check(
        Format::Rows(RowFormat::JsonRows),
        "[\n{\"id\":9223372036854775807,\"name\":\"Zürich|\\u001b\\\"\",\"id_2\":null},\n{\"id\":null,\"name\":\"\",\"id_2\":{\"hex\":\"00ff\"}}\n]\n",
    );
    let empty = Table { columns: table().columns, ..Table::default() };
    check_layout(&empty, &Layout { format: Format::Rows(RowFormat::JsonRows), ..Layout::default() }, "[]\n");
}

#[test]
fn nothing_and_empty_text_can_be_told_apart() {
    let column = |name: &str| ColumnInfo { name: name.into(), declared_type: None };
    let text = |text: &str| Cell::Text(text.into());
    let table = Table {
        columns: vec![column("a"), column("b\tc")],
        rows: vec![vec![Cell::Null, text("")], vec![text("\\N"), text("x\ty")]],
        truncated: false,
    };
    let layout = |format, header, null: Option<&str>| Layout {
        format: Format::Rows(format),
        header,
        null: null.map(str::to_owned),
        ..Layout::default()
    };
    check_layout(&table, &layout(RowFormat::Csv, true, None), "a,b\tc\n,\n\\N,x\ty\n");
    check_layout(&table, &layout(RowFormat::Csv, false, Some("")), ",\"\"\n\\N,x\ty\n");
    check_layout(&table, &layout(RowFormat::Tsv, true, Some("\\N")), "a\t\"b\tc\"\n\\N\t\n\"\\N\"\t\"x\ty\"\n");
    check_layout(&table, &layout(RowFormat::Markdown, false, Some("-")), "| a | b\\\\tc |\n| --- | --- |\n| - |  |\n| \\\\N | x\\\\ty |\n");
    let one = Table { columns: vec![column("a")], rows: vec![vec![Cell::Null], vec![text("")]], truncated: false };
    check_layout(&one, &layout(RowFormat::Csv, true, None), "a\n\"\"\n\"\"\n");
    check_layout(&one, &layout(RowFormat::Csv, true, Some("")), "a\n\n\"\"\n");
    let lone = Table { columns: vec![column("x|y")], rows: vec![vec![text("a;b")], vec![text("c d")]], truncated: false };
    check_layout(&lone, &layout(RowFormat::Csv, true, None), "\"x|y\"\n\"a;b\"\nc d\n");
    check_layout(&one, &Layout { format: Format::Table, header: false, null: Some("-".into()), ..Layout::default() }, "-\n\n");
}

#[test]
fn columns_are_aligned_over_more_rows_than_fit_in_memory() {
    let column = |name: &str| ColumnInfo { name: name.into(), declared_type: None };
    let columns = [column("n"), column("text")];
    let mut out = Vec::new();
    let mut writer = TableWriter::begin(&Layout::default(), &columns, &mut out).unwrap();
    for n in 0..100_000 {
        writer.row(&[Cell::Integer(n), Cell::Text("x".repeat(n as usize % 100))]).unwrap();
    }
    writer.end(false).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.lines().count(), 100_002);
    assert_eq!(text.lines().nth(1).unwrap(), format!("{}  {}", "─".repeat(5), "─".repeat(60)));
    assert_eq!(text.lines().last().unwrap(), format!("99999  {}…", "x".repeat(59)));
}

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
    let layout = Layout { format: Format::Rows(format), header: true, null: null.map(str::to_owned), ..Layout::default() };
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

fn tables() -> impl Strategy<Value = Table> {
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
    fn delimited_text_reads_back(table in tables(), null in prop::sample::select(vec!["", "\\N", "NULL", "-"])) {
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
    fn json_reads_back(table in tables()) {
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
