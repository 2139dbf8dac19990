//! The schema as a diagram of keys: a box for each table, and a line from each foreign key to the table that it refers to.
//!
//! Files on their floors, the lowest first:
//! - `canvas`: characters on a page
//! - `graph`: which table stands in which column
//!
//! Lines leave a box on the left, in rows of even number, and come to one on the right, in its title's row, of odd number. So no two of
//! them ever lie in one row, and every line between two columns has a track of its own.

mod canvas;
mod graph;

use std::collections::BTreeMap;

use self::canvas::Canvas;
use self::graph::{Graph, Node};
use crate::schema::{KeyOrigin, Schema, Table};
use crate::text;

/// A name is cut to so many columns.
const WIDEST: usize = 28;
/// Columns of blanks on each side of the lines between two columns of boxes.
const MARGIN: usize = 2;

/// A table on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Boxed {
    /// Its place in the schema.
    pub table: usize,
    /// The first column of its frame.
    pub x: usize,
    /// The first row of its frame.
    pub y: usize,
    /// Columns of its frame.
    pub width: usize,
    /// Rows of its frame.
    pub height: usize,
}

/// The page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagram {
    /// What is drawn.
    pub lines: Vec<String>,
    /// Where the tables are on it, column after column.
    pub boxes: Vec<Boxed>,
    /// Which of them is selected.
    pub selected: usize,
    /// What stands below: tables without keys, and how many are not drawn.
    pub below: String,
}

/// Which way the selection goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To what is above.
    Up,
    /// To what is below.
    Down,
    /// To what is referred to.
    Left,
    /// To what refers.
    Right,
}

impl Diagram {
    /// Of `schema`, with the table at `start` selected.
    pub fn new(schema: &Schema, start: usize) -> Self {
        let graph = Graph::new(schema, start);
        let faces: BTreeMap<usize, Face> = graph
            .layers
            .iter()
            .flatten()
            .filter_map(|node| match node {
                Node::Table(table) => Some((*table, Face::new(schema, *table, &graph.edges)?)),
                Node::Pass(..) => None,
            })
            .collect();
        let places = Places::new(&graph, &faces);
        let mut canvas = Canvas::new(places.width, places.height);
        places.lines(&graph, &faces, &mut canvas);
        let mut boxes = Vec::new();
        for (table, place) in places.of.iter().filter_map(|(node, place)| match node {
            Node::Table(table) => Some((*table, place)),
            Node::Pass(..) => None,
        }) {
            let Some(face) = faces.get(&table) else { continue };
            face.draw(place.x, place.y, &mut canvas);
            boxes.push(Boxed { table, x: place.x, y: place.y, width: face.width, height: face.height() });
        }
        boxes.sort_by_key(|one| (one.x, one.y));
        let selected = boxes.iter().position(|one| one.table == start).unwrap_or(0);
        Self { lines: canvas.lines(), boxes, selected, below: below(schema, &graph) }
    }

    /// The selected table.
    pub fn current(&self) -> Option<&Boxed> {
        self.boxes.get(self.selected)
    }

    /// Selects the table that comes next, or before.
    pub fn turn(&mut self, by: isize) {
        let count = self.boxes.len().max(1);
        self.selected = (self.selected + count).saturating_add_signed(by) % count;
    }

    /// Selects the nearest table that way; stays where there is none.
    pub fn go(&mut self, way: Way) {
        let Some(from) = self.current().copied() else { return };
        let middle = |one: &Boxed| (2 * one.x + one.width, 2 * one.y + one.height);
        let (x, y) = middle(&from);
        let is_there = |one: &Boxed| match way {
            Way::Up => one.x == from.x && one.y < from.y,
            Way::Down => one.x == from.x && one.y > from.y,
            Way::Left => one.x < from.x,
            Way::Right => one.x > from.x,
        };
        let far = |one: &Boxed| {
            let (other_x, other_y) = middle(one);
            // The next column first, and what is level in it.
            (if matches!(way, Way::Left | Way::Right) { x.abs_diff(other_x) / 8 } else { 0 }, y.abs_diff(other_y))
        };
        let found = self.boxes.iter().enumerate().filter(|(_, one)| is_there(one)).min_by_key(|(_, one)| far(one));
        self.selected = found.map_or(self.selected, |(at, _)| at);
    }
}

fn below(schema: &Schema, graph: &Graph) -> String {
    let names: Vec<String> = graph.alone.iter().filter_map(|&table| schema.tables.get(table)).map(called).collect();
    let mut parts = Vec::new();
    if graph.left_out > 0 {
        let word = text::counted(graph.left_out as u64, "table is", "tables are");
        parts.push(format!("{word} too far from this one to be drawn"));
    }
    if !names.is_empty() {
        parts.push(format!("without keys: {}", names.join(", ")));
    }
    parts.join("; ")
}

fn called(table: &Table) -> String {
    let file = table.database.as_ref().map(|name| format!("{name}.")).unwrap_or_default();
    let name = format!("{file}{}", table.name);
    text::ellipsis(&text::sanitize(&name), WIDEST).into_owned()
}

/// What stands in a box.
struct Face {
    title: String,
    rows: Vec<String>,
    /// For each key that is a line: its place in the table, and the row.
    ports: Vec<(usize, usize)>,
    width: usize,
}

impl Face {
    fn new(schema: &Schema, at: usize, edges: &[(usize, usize, usize)]) -> Option<Self> {
        let table = schema.tables.get(at)?;
        let is_line = |key: usize| edges.iter().any(|(from, own, _)| *from == at && *own == key);
        let (mut lines, mut others) = (Vec::new(), Vec::new());
        for (place, key) in table.foreign_keys.iter().enumerate() {
            let mark = if key.origin == KeyOrigin::Inferred { '~' } else { '→' };
            let columns = key.columns.join(", ");
            match is_line(place) {
                true => lines.push((Some(place), format!("{mark} {columns}"))),
                // To itself, or round in a circle.
                false => others.push((None, format!("{mark} {columns}: {}", key.foreign_table))),
            }
        }
        let is_foreign = |name: &String| table.foreign_keys.iter().any(|key| key.columns.contains(name));
        let own = table.primary_key.iter().filter(|name| !is_foreign(name));
        others.splice(0..0, own.map(|name| (None, format!("* {name}"))));
        // Lines leave in every second row, from the first on; the others fill what is between, and what is behind.
        let (mut rows, mut ports) = (Vec::new(), Vec::new());
        let (mut lines, mut others) = (lines.into_iter().peekable(), others.into_iter().peekable());
        while lines.peek().is_some() || others.peek().is_some() {
            let next = if rows.len() % 2 == 0 { lines.next().or_else(|| others.next()) } else { others.next() };
            let (key, words) = next.unwrap_or_default();
            ports.extend(key.map(|key| (key, rows.len())));
            rows.push(text::ellipsis(&text::sanitize(&words), WIDEST).into_owned());
        }
        let title = called(table);
        let width = rows.iter().chain([&title]).map(|row| text::width(row)).max().unwrap_or(0) + 4;
        Some(Self { title, rows, ports, width })
    }

    fn height(&self) -> usize {
        self.rows.len() + 3
    }

    fn draw(&self, x: usize, y: usize, canvas: &mut Canvas) {
        canvas.frame(x, y, self.width, self.height());
        for (at, row) in std::iter::once(&self.title).chain(&self.rows).enumerate() {
            canvas.write(x + 2, y + 1 + at, row);
        }
    }
}

/// Where something is on the page.
#[derive(Debug, Clone, Copy)]
struct Place {
    x: usize,
    y: usize,
}

/// Lines to one node, in the room between two columns.
struct Bus {
    node: Node,
    /// The row that it comes to.
    to: usize,
    /// The rows that it comes from.
    from: Vec<usize>,
}

struct Places {
    of: BTreeMap<Node, Place>,
    /// Where each column begins, and how wide its boxes are.
    columns: Vec<(usize, usize)>,
    /// The lines behind each column, and the track of each.
    buses: Vec<Vec<(Bus, usize)>>,
    width: usize,
    height: usize,
}

impl Places {
    fn new(graph: &Graph, faces: &BTreeMap<usize, Face>) -> Self {
        let mut rows: BTreeMap<Node, usize> = BTreeMap::new();
        let mut height = 0;
        for (layer, nodes) in graph.layers.iter().enumerate() {
            let mut free = 0;
            for &node in nodes {
                // Level with the first that it refers to, where there is room.
                let level = graph.left_of(node, layer).iter().filter_map(|other| rows.get(other)).min().copied();
                let y = level.map_or(free, |level| level.max(free));
                rows.insert(node, y);
                free = match node {
                    Node::Table(table) => (y + faces.get(&table).map_or(0, Face::height) + 1).next_multiple_of(2),
                    Node::Pass(..) => y + 2,
                };
                height = height.max(free);
            }
        }
        let (mut columns, mut buses, mut x) = (Vec::new(), Vec::new(), 0);
        for (layer, nodes) in graph.layers.iter().enumerate() {
            let width = |node: &Node| if let Node::Table(table) = node { faces.get(table).map_or(0, |face| face.width) } else { 0 };
            let widest = nodes.iter().map(width).max().unwrap_or(0);
            let tracked = tracks(buses_behind(graph, faces, &rows, layer));
            let tracks = tracked.iter().map(|(_, track)| track + 1).max().unwrap_or(0);
            columns.push((x, widest));
            x += widest + if tracks > 0 { 2 * MARGIN + tracks } else { 1 };
            buses.push(tracked);
        }
        let place = |(layer, nodes): (usize, &Vec<Node>)| -> Vec<(Node, Place)> {
            let x = columns.get(layer).map_or(0, |(x, _)| *x);
            nodes.iter().filter_map(|node| Some((*node, Place { x, y: *rows.get(node)? }))).collect()
        };
        let of = graph.layers.iter().enumerate().flat_map(place).collect();
        Self { of, columns, buses, width: x, height }
    }

    fn lines(&self, graph: &Graph, faces: &BTreeMap<usize, Face>, canvas: &mut Canvas) {
        for (layer, buses) in self.buses.iter().enumerate() {
            let (Some(&(x, widest)), Some(&(next, _))) = (self.columns.get(layer), self.columns.get(layer + 1)) else { continue };
            for (bus, track) in buses {
                let column = x + widest + MARGIN + track;
                let (begin, arrow) = match bus.node {
                    Node::Table(table) => (x + faces.get(&table).map_or(widest, |face| face.width), true),
                    Node::Pass(..) => (x + widest, false),
                };
                canvas.across(bus.to, begin, column);
                if arrow {
                    canvas.write(begin, bus.to, "◂");
                }
                for &from in &bus.from {
                    canvas.down(column, bus.to, from);
                    canvas.across(from, column, next.saturating_sub(1));
                }
            }
        }
        // A line that passes a column changes its row there.
        for (layer, nodes) in graph.layers.iter().enumerate() {
            let Some(&(x, widest)) = self.columns.get(layer) else { continue };
            for node in nodes.iter().filter(|node| matches!(node, Node::Pass(..))) {
                let Some(place) = self.of.get(node) else { continue };
                canvas.across(place.y, x.saturating_sub(1), x);
                canvas.down(x, place.y, place.y + 1);
                canvas.across(place.y + 1, x, x + widest);
            }
        }
    }
}

/// The lines between column `layer` and the next.
fn buses_behind(graph: &Graph, faces: &BTreeMap<usize, Face>, rows: &BTreeMap<Node, usize>, layer: usize) -> Vec<Bus> {
    let mut out: Vec<Bus> = Vec::new();
    let next = graph.layers.get(layer + 1).map_or(&[][..], Vec::as_slice);
    for &node in graph.layers.get(layer).into_iter().flatten() {
        let Some(&row) = rows.get(&node) else { continue };
        let mut from = Vec::new();
        for other in next {
            let Some(&y) = rows.get(other) else { continue };
            match other {
                Node::Pass(table, _) if *table == node.target() => from.push(y),
                Node::Table(table) => {
                    let keys = graph.edges.iter().filter(|(own, _, to)| own == table && *to == node.target()).map(|(_, key, _)| *key);
                    let face = faces.get(table);
                    let port =
                        |key: usize| face.and_then(|face| face.ports.iter().find(|(own, _)| *own == key)).map(|(_, row)| y + 2 + row);
                    from.extend(keys.filter_map(port));
                }
                Node::Pass(..) => {}
            }
        }
        if !from.is_empty() {
            out.push(Bus { node, to: row + 1, from });
        }
    }
    out
}

/// Gives each bus the first track that is free over its rows.
fn tracks(mut buses: Vec<Bus>) -> Vec<(Bus, usize)> {
    let extent = |bus: &Bus| {
        let all = || bus.from.iter().copied().chain([bus.to]);
        (all().min().unwrap_or(0), all().max().unwrap_or(0))
    };
    // What goes down turns the sooner the lower it begins: then it crosses less.
    buses.sort_by_key(|bus| std::cmp::Reverse(bus.to));
    let mut taken: Vec<Vec<(usize, usize)>> = Vec::new();
    let mut out = Vec::new();
    for bus in buses {
        let (top, bottom) = extent(&bus);
        let is_free = |rows: &Vec<(usize, usize)>| rows.iter().all(|(other_top, other_bottom)| bottom < *other_top || *other_bottom < top);
        let track = taken.iter().position(is_free).unwrap_or(taken.len());
        if track == taken.len() {
            taken.push(Vec::new());
        }
        if let Some(rows) = taken.get_mut(track) {
            rows.push((top, bottom));
        }
        out.push((bus, track));
    }
    out
}

#[cfg(test)]
mod tests;
