//! Which tables stand in which column of the page: each to the right of those that it refers to.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::schema::Schema;

/// Tables that are drawn at most: the nearest to the one that was looked at.
pub(super) const MOST_TABLES: usize = 120;
/// How often the order within columns is bettered, to and fro.
const SWEEPS: usize = 4;

/// Something that takes room in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Node {
    /// A table, by its place in the schema.
    Table(usize),
    /// Where lines to this table pass a column.
    Pass(usize, usize),
}

impl Node {
    /// The table that lines which end here go to.
    pub(super) fn target(self) -> usize {
        match self {
            Self::Table(table) | Self::Pass(table, _) => table,
        }
    }
}

/// The columns, and what is joined across them.
#[derive(Debug, Clone, Default)]
pub(super) struct Graph {
    /// Each column from top to bottom; what is referred to stands on the left.
    pub(super) layers: Vec<Vec<Node>>,
    /// Keys that are drawn as lines: the owner, the place of the key in it, the table referred to.
    pub(super) edges: Vec<(usize, usize, usize)>,
    /// Tables with no key from or to another.
    pub(super) alone: Vec<usize>,
    /// How many tables are not drawn.
    pub(super) left_out: usize,
}

impl Graph {
    /// Of the tables of `schema`, the nearest to `start` first.
    pub(super) fn new(schema: &Schema, start: usize) -> Self {
        let keys = keys(schema);
        let mut near: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for &(from, _, to) in keys.iter().filter(|(from, _, to)| from != to) {
            near.entry(from).or_default().insert(to);
            near.entry(to).or_default().insert(from);
        }
        let alone = (0..schema.tables.len()).filter(|table| !near.contains_key(table)).collect();
        let drawn = nearest(&near, start);
        let left_out = near.len() - drawn.len();
        let keys: Vec<_> = keys.into_iter().filter(|(from, _, to)| from != to && drawn.contains(from) && drawn.contains(to)).collect();
        let (depths, edges) = depths(&drawn, &keys);
        let mut layers: Vec<Vec<Node>> = vec![Vec::new(); depths.values().max().map_or(0, |deepest| deepest + 1)];
        for (&table, &depth) in &depths {
            put(&mut layers, depth, Node::Table(table));
        }
        for &(from, _, to) in &edges {
            let (Some(&high), Some(&low)) = (depths.get(&from), depths.get(&to)) else { continue };
            (low + 1..high).for_each(|layer| put(&mut layers, layer, Node::Pass(to, layer)));
        }
        let mut graph = Self { layers, edges, alone, left_out };
        graph.order();
        graph
    }

    /// What `node`, in column `layer`, is joined with in the column to its left.
    pub(super) fn left_of(&self, node: Node, layer: usize) -> Vec<Node> {
        let Some(before) = layer.checked_sub(1).and_then(|layer| self.layers.get(layer)) else { return Vec::new() };
        let wanted: BTreeSet<usize> = match node {
            Node::Pass(table, _) => BTreeSet::from([table]),
            Node::Table(table) => self.edges.iter().filter(|(from, ..)| *from == table).map(|(.., to)| *to).collect(),
        };
        before.iter().copied().filter(|other| wanted.contains(&other.target())).collect()
    }

    /// Puts what is joined near to each other: each column by where its neighbours stand on average, from the left and from the right.
    fn order(&mut self) {
        for sweep in 0..SWEEPS {
            let last = self.layers.len();
            let columns: Vec<usize> = if sweep % 2 == 0 { (1..last).collect() } else { (0..last.saturating_sub(1)).rev().collect() };
            for layer in columns {
                let Some(nodes) = self.layers.get(layer).cloned() else { continue };
                let weights: Vec<f64> = nodes.iter().enumerate().map(|(at, node)| self.weight(*node, layer, at, sweep % 2 == 0)).collect();
                let mut order: Vec<usize> = (0..nodes.len()).collect();
                order.sort_by(|&a, &b| weights.get(a).unwrap_or(&0.0).total_cmp(weights.get(b).unwrap_or(&0.0)));
                if let Some(column) = self.layers.get_mut(layer) {
                    *column = order.into_iter().filter_map(|at| nodes.get(at).copied()).collect();
                }
            }
        }
    }

    /// Where the neighbours of a node stand on average; where it stands itself without any.
    fn weight(&self, node: Node, layer: usize, at: usize, by_left: bool) -> f64 {
        let place = |layer: usize, wanted: &Node| self.layers.get(layer).and_then(|column| column.iter().position(|node| node == wanted));
        let places: Vec<usize> = if by_left {
            let left = layer.saturating_sub(1);
            self.left_of(node, layer).iter().filter_map(|other| place(left, other)).collect()
        } else {
            let right = self.layers.get(layer + 1).map_or(&[][..], Vec::as_slice);
            let joined = |other: &Node| self.left_of(*other, layer + 1).contains(&node);
            right.iter().enumerate().filter(|(_, other)| joined(other)).map(|(at, _)| at).collect()
        };
        if places.is_empty() { at as f64 } else { places.iter().sum::<usize>() as f64 / places.len() as f64 }
    }
}

fn put(layers: &mut [Vec<Node>], layer: usize, node: Node) {
    if let Some(nodes) = layers.get_mut(layer).filter(|nodes| !nodes.contains(&node)) {
        nodes.push(node);
    }
}

/// Every key of the schema: the owner, its place there, the table referred to.
fn keys(schema: &Schema) -> Vec<(usize, usize, usize)> {
    let mut out = Vec::new();
    for (from, table) in schema.tables.iter().enumerate() {
        for (at, key) in table.foreign_keys.iter().enumerate() {
            let to = schema.tables.iter().position(|other| other.is_target_of(table, key));
            out.extend(to.map(|to| (from, at, to)));
        }
    }
    out
}

/// As many tables as are drawn, those that the fewest keys are between and `start` first.
fn nearest(near: &BTreeMap<usize, BTreeSet<usize>>, start: usize) -> BTreeSet<usize> {
    let mut drawn = BTreeSet::new();
    let first = near.contains_key(&start).then_some(start);
    let mut queue: VecDeque<usize> = first.into_iter().chain(near.keys().copied()).collect();
    // What is joined with the first comes before what merely is the next.
    let mut joined: VecDeque<usize> = first.into_iter().collect();
    while let Some(table) = joined.pop_front().or_else(|| queue.pop_front()) {
        if drawn.len() >= MOST_TABLES {
            break;
        }
        if drawn.insert(table) {
            joined.extend(near.get(&table).into_iter().flatten());
        }
    }
    drawn
}

/// In which column each table stands: behind all that it refers to. A key that closes a circle is no line.
fn depths(drawn: &BTreeSet<usize>, keys: &[(usize, usize, usize)]) -> (BTreeMap<usize, usize>, Vec<(usize, usize, usize)>) {
    let mut out: BTreeMap<usize, usize> = BTreeMap::new();
    let mut edges = Vec::new();
    let mut on_the_way: Vec<usize> = Vec::new();
    for &table in drawn {
        depth(table, keys, &mut on_the_way, &mut out, &mut edges);
    }
    (out, edges)
}

fn depth(
    table: usize,
    keys: &[(usize, usize, usize)],
    on_the_way: &mut Vec<usize>,
    out: &mut BTreeMap<usize, usize>,
    edges: &mut Vec<(usize, usize, usize)>,
) -> usize {
    if let Some(&known) = out.get(&table) {
        return known;
    }
    on_the_way.push(table);
    let mut deepest = 0;
    for &key in keys.iter().filter(|(from, ..)| *from == table) {
        if on_the_way.contains(&key.2) {
            continue;
        }
        deepest = deepest.max(depth(key.2, keys, on_the_way, out, edges) + 1);
        edges.push(key);
    }
    on_the_way.pop();
    out.insert(table, deepest);
    deepest
}
