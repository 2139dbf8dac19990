//! Diagrams of small schemas, and of any: each line can be followed.

use super::*;
use crate::schema::{Column, ForeignKey};
use proptest::prelude::*;

/// `orders: customer, product` is a table with a key to each.
fn schema(tables: &[&str]) -> Schema {
    let table = |text: &&str| {
        let (name, keys) = text.split_once(':').unwrap_or((text, ""));
        let keys: Vec<&str> = keys.split(',').map(str::trim).filter(|key| !key.is_empty()).collect();
        let column = |name: String| Column { name, ..Column::default() };
        Table {
            name: name.into(),
            primary_key: vec!["id".into()],
            columns: std::iter::once("id".to_owned()).chain(keys.iter().map(|key| format!("{key}_id"))).map(column).collect(),
            foreign_keys: keys
                .iter()
                .map(|key| ForeignKey {
                    columns: vec![format!("{key}_id")],
                    foreign_table: (*key).into(),
                    elsewhere: None,
                    foreign_columns: vec!["id".into()],
                    origin: KeyOrigin::Declared,
                })
                .collect(),
            ..Table::default()
        }
    };
    Schema { tables: tables.iter().map(table).collect() }
}

fn drawn(diagram: &Diagram) -> String {
    diagram.lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

#[test]
fn lines_go_from_keys_to_tables() {
    let diagram = Diagram::new(&schema(&["artist", "album: artist", "note"]), 1);
    let expected = "\
╭────────╮     ╭─────────────╮
│ artist │◂─╮  │ album       │
│ * id   │  ╰──│ → artist_id │
╰────────╯     │ * id        │
               ╰─────────────╯";
    assert_eq!(drawn(&diagram), expected, "{}", drawn(&diagram));
    assert_eq!((diagram.boxes.len(), diagram.selected, diagram.below.as_str()), (2, 1, "without keys: note"));
}

#[test]
fn tables_between_are_passed_and_circles_do_not_hang() {
    let diagram = Diagram::new(&schema(&["a", "b: a", "c: b, a, c", "x: y", "y: x"]), 0);
    let text = drawn(&diagram);
    assert_eq!(diagram.boxes.len(), 5, "{text}");
    assert!(text.contains("→ c_id: c"), "a key to the table itself is said in words: {text}");
    assert!(text.contains("→ x_id: x") || text.contains("→ y_id: y"), "so is one that closes a circle: {text}");
    // a, b and c stand in three columns.
    let x = |table: usize| diagram.boxes.iter().find(|one| one.table == table).map(|one| one.x);
    assert!(x(0) < x(1) && x(1) < x(2), "{text}");
}

#[test]
fn the_selection_goes_along_keys() {
    let mut diagram = Diagram::new(&schema(&["a", "b: a", "c: b", "d: b"]), 0);
    let mut go = |way| {
        diagram.go(way);
        diagram.current().map(|one| one.table)
    };
    assert_eq!(go(Way::Left), Some(0));
    assert_eq!(go(Way::Right), Some(1));
    assert_eq!(go(Way::Right), Some(2));
    assert_eq!(go(Way::Down), Some(3));
    assert_eq!(go(Way::Down), Some(3));
    assert_eq!(go(Way::Up), Some(2));
    assert_eq!(go(Way::Left), Some(1));
}

#[test]
fn of_many_tables_the_nearest_are_drawn() {
    let names: Vec<String> = (0..300).map(|n| if n == 0 { "t0".into() } else { format!("t{n}: t{}", (n - 1) / 2) }).collect();
    let diagram = Diagram::new(&schema(&names.iter().map(String::as_str).collect::<Vec<_>>()), 299);
    assert_eq!(diagram.boxes.len(), graph::MOST_TABLES);
    assert_eq!(diagram.current().map(|one| one.table), Some(299));
    assert!(diagram.below.starts_with("180 tables are too far"), "{}", diagram.below);
    assert_eq!(Diagram::new(&Schema::default(), 0), Diagram::default());
}

proptest! {
    /// Every key is a line or is said in words, and every line can be followed from its key to the table that it refers to.
    #[test]
    fn every_line_ends_where_its_key_refers_to(keys in proptest::collection::vec((0usize..12, 0usize..12), 0..24)) {
        let names: Vec<String> = (0..12).map(|n| {
            let mut own: Vec<usize> = keys.iter().filter(|(from, _)| *from == n).map(|(_, to)| *to).collect();
            own.sort_unstable();
            own.dedup();
            format!("t{n}: {}", own.iter().map(|to| format!("t{to}")).collect::<Vec<_>>().join(", "))
        }).collect();
        let schema = schema(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let diagram = Diagram::new(&schema, 0);
        let page: Vec<Vec<char>> = diagram.lines.iter().map(|line| line.chars().collect()).collect();
        let at = |x: usize, y: usize| page.get(y).and_then(|row| row.get(x)).copied().unwrap_or(' ');
        for one in &diagram.boxes {
            for other in &diagram.boxes {
                let apart = one.x + one.width <= other.x || other.x + other.width <= one.x || one.y + one.height <= other.y || other.y + other.height <= one.y;
                prop_assert!(one == other || apart);
            }
            for key in &schema.tables[one.table].foreign_keys {
                let words = format!("→ {}", key.columns[0]);
                let row = (one.y..one.y + one.height).find(|&y| {
                    let text: String = (one.x + 2..one.x + one.width - 1).map(|x| at(x, y)).collect();
                    text.trim() == words || text.trim_start().starts_with(&format!("{words}:"))
                });
                prop_assert!(row.is_some(), "{words} is not drawn\n{}", drawn(&diagram));
                let y = row.unwrap();
                let text: String = (one.x + 2..one.x + one.width - 1).map(|x| at(x, y)).collect();
                if text.contains(':') {
                    continue;
                }
                let found = follow(&at, one.x - 1, y);
                let target = diagram.boxes.iter().find(|other| schema.tables[other.table].name == key.foreign_table).unwrap();
                prop_assert_eq!(found, Some((target.x + target.width, target.y + 1)), "{}\n{}", words, drawn(&diagram));
            }
        }
    }
}

/// Follows a line from the cell left of a box to an arrow's head: straight over crossings, and at a branch to where the line began.
fn follow(at: &impl Fn(usize, usize) -> char, x: usize, y: usize) -> Option<(usize, usize)> {
    #[derive(Clone, Copy, PartialEq)]
    enum Going {
        Left,
        Up,
        Down,
    }
    // A branch can be taken two ways: both are tried.
    let mut open = vec![(x, y, Going::Left)];
    let mut seen = 0;
    while let Some((x, y, going)) = open.pop() {
        seen += 1;
        if seen > 20_000 {
            return None;
        }
        let left = |open: &mut Vec<_>| {
            if x > 0 {
                open.push((x - 1, y, Going::Left))
            }
        };
        let up = |open: &mut Vec<_>| {
            if y > 0 {
                open.push((x, y - 1, Going::Up))
            }
        };
        let down = |open: &mut Vec<_>| open.push((x, y + 1, Going::Down));
        match (at(x, y), going) {
            ('◂', Going::Left) => return Some((x, y)),
            ('─', Going::Left) | ('┼', Going::Left) => left(&mut open),
            ('│', Going::Up) | ('┼', Going::Up) => up(&mut open),
            ('│', Going::Down) | ('┼', Going::Down) => down(&mut open),
            ('╰', Going::Left) => up(&mut open),
            ('╭', Going::Left) => down(&mut open),
            ('├', Going::Left) => {
                up(&mut open);
                down(&mut open);
            }
            ('├', Going::Up) => up(&mut open),
            ('├', Going::Down) => down(&mut open),
            ('╮' | '┬', Going::Up) | ('╯' | '┴', Going::Down) | ('┤', Going::Up | Going::Down) => {
                left(&mut open);
                if at(x, y) == '┤' {
                    if going == Going::Up { up(&mut open) } else { down(&mut open) }
                }
            }
            // A line that passes a column: it comes from the right in one row and goes on left in the row above.
            ('╯', Going::Left) => up(&mut open),
            ('╮', Going::Left) => down(&mut open),
            ('┴' | '┬', Going::Left) => left(&mut open),
            _ => {}
        }
    }
    None
}
