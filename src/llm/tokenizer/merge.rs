//! Merging neighbours in order of priority: the heart of both byte-level BPE and SentencePiece.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A stretch of the text that is one token so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Symbol {
    /// First byte in the text.
    pub(super) start: usize,
    /// Bytes; 0 once it was merged into the symbol before it.
    pub(super) length: usize,
    /// The token, where the stretch is one.
    pub(super) id: Option<u32>,
}

/// Merges neighbouring symbols until nothing merges: lowest priority first, leftmost among equals, as llama.cpp and SentencePiece do.
/// `join(left, right)` gives the priority and the token of a merge. Takes O(n log n) steps, so that a long word cannot hang the program.
pub(super) fn merge(mut symbols: Vec<Symbol>, join: impl Fn(&Symbol, &Symbol) -> Option<(u32, u32)>) -> Vec<Symbol> {
    let count = symbols.len();
    let mut next: Vec<usize> = (1..=count).collect();
    let mut previous: Vec<Option<usize>> = (0..count).map(|i| i.checked_sub(1)).collect();
    let mut queue = BinaryHeap::with_capacity(count);
    let candidate = |symbols: &[Symbol], left: usize, right: usize| {
        let (a, b) = (symbols.get(left)?, symbols.get(right)?);
        let (priority, id) = join(a, b)?;
        Some(Reverse((priority, left, right, a.length + b.length, id)))
    };
    for left in 0..count.saturating_sub(1) {
        queue.extend(candidate(&symbols, left, left + 1));
    }
    while let Some(Reverse((_, left, right, length, id))) = queue.pop() {
        let (Some(&a), Some(&b)) = (symbols.get(left), symbols.get(right)) else { continue };
        // The pair is stale where either side has changed since it was queued: their sum tells.
        if a.length == 0 || b.length == 0 || a.length + b.length != length {
            continue;
        }
        let after = next.get(right).copied().unwrap_or(count);
        if let Some(symbol) = symbols.get_mut(left) {
            *symbol = Symbol { start: a.start, length, id: Some(id) };
        }
        if let Some(symbol) = symbols.get_mut(right) {
            symbol.length = 0;
        }
        if let Some(link) = next.get_mut(left) {
            *link = after;
        }
        if let Some(link) = previous.get_mut(after) {
            *link = Some(left);
        }
        queue.extend(candidate(&symbols, left, after));
        if let Some(before) = previous.get(left).copied().flatten() {
            queue.extend(candidate(&symbols, before, left));
        }
    }
    symbols.retain(|symbol| symbol.length > 0);
    symbols
}
