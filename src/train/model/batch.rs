//! Tokens that go through the model together: sequences, each a prefix with branches.
//!
//! Rows that begin alike (one database's schema block) share what they begin with: the prefix goes through once, each branch attends to it
//! and to itself, and its positions go on from it. Losses and gradients equal those of separate rows.

use std::ops::Range;

/// One example as tokens: prompt, then answer with its end token.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// All tokens.
    pub tokens: Vec<u32>,
    /// Leading tokens that carry no loss.
    pub prompt: usize,
    /// Leading tokens that may be shared with other rows that have the same ones: less than `prompt`. Zero for a row that shares nothing.
    pub shared: usize,
}

impl Row {
    /// Tokens that carry loss. The first token of a row has nothing to be predicted from.
    pub fn learned(&self) -> usize {
        self.tokens.len().saturating_sub(self.prompt.max(1))
    }
}

/// Neighbouring tokens of one sequence: they attend to `prefix`, and causally to themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Their places in the batch.
    pub own: Range<usize>,
    /// Places of what stands before them; empty for a prefix and for a row of its own.
    pub prefix: Range<usize>,
}

/// A place where a token is to be predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The place in the batch whose output predicts it.
    pub place: usize,
    /// What should come.
    pub token: u32,
}

/// Sequences, one behind the other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// All tokens.
    pub tokens: Vec<u32>,
    /// The position of each in its row.
    pub positions: Vec<u32>,
    /// Sequences as spans: a prefix first, then its branches; or one span.
    pub sequences: Vec<Vec<Span>>,
    /// Where loss arises, in order.
    pub targets: Vec<Target>,
}

impl Batch {
    /// Every row by itself.
    pub fn separate(rows: &[&Row]) -> Self {
        let mut batch = Self::default();
        for row in rows {
            batch.push(&[row], 0);
        }
        batch
    }

    /// Rows that share their beginning as one sequence, in the order of their first members.
    pub fn shared(rows: &[&Row]) -> Self {
        let mut batch = Self::default();
        for group in group_by_prefix(rows) {
            let prefix = if group.len() > 1 { group.first().map_or(0, |row| row.shared) } else { 0 };
            batch.push(&group, prefix);
        }
        batch
    }

    /// Appends `rows`, whose first `prefix` tokens are the same, as one sequence.
    fn push(&mut self, rows: &[&Row], prefix: usize) {
        let start = self.tokens.len();
        let mut spans = Vec::new();
        if let Some(row) = rows.first().filter(|_| prefix > 0) {
            self.extend(row, 0..prefix);
            spans.push(Span { own: start..start + prefix, prefix: start..start });
        }
        for row in rows {
            let first = self.tokens.len();
            self.extend(row, prefix..row.tokens.len());
            // The token at `place + 1` of the row is predicted at `place`; the prefix predicts nothing that is learned.
            for place in row.prompt.max(1)..row.tokens.len() {
                if let Some(&token) = row.tokens.get(place) {
                    self.targets.push(Target { place: first + place - 1 - prefix, token });
                }
            }
            spans.push(Span { own: first..self.tokens.len(), prefix: start..start + prefix });
        }
        self.sequences.push(spans);
    }

    fn extend(&mut self, row: &Row, range: Range<usize>) {
        self.positions.extend(range.clone().map(|position| position as u32));
        self.tokens.extend(row.tokens.get(range).unwrap_or_default());
    }

    /// How many tokens go through.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }
}

/// Rows with the same beginning beside each other, groups in the order of their first members, rows in theirs.
pub fn group_by_prefix<'r>(rows: &[&'r Row]) -> Vec<Vec<&'r Row>> {
    let mut groups: Vec<Vec<&Row>> = Vec::new();
    for &row in rows {
        let beginning = |row: &'r Row| row.tokens.get(..row.shared.min(row.prompt.saturating_sub(1)));
        let own = beginning(row).filter(|tokens| !tokens.is_empty());
        let fits = |group: &&mut Vec<&'r Row>| own.is_some() && group.first().and_then(|first| beginning(first)) == own;
        match groups.iter_mut().find(fits) {
            Some(group) => group.push(row),
            None => groups.push(vec![row]),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(tokens: &[u32], prompt: usize, shared: usize) -> Row {
        Row { tokens: tokens.into(), prompt, shared }
    }

    #[test]
    fn rows_that_begin_alike_go_through_together() {
        let rows = [row(&[1, 2, 3, 4], 3, 2), row(&[7, 8], 1, 0), row(&[1, 2, 5, 6, 9], 3, 2)];
        let rows: Vec<&Row> = rows.iter().collect();
        let batch = Batch::shared(&rows);
        assert_eq!(batch.tokens, [1, 2, 3, 4, 5, 6, 9, 7, 8]);
        assert_eq!(batch.positions, [0, 1, 2, 3, 2, 3, 4, 0, 1]);
        assert_eq!(batch.sequences.len(), 2);
        assert_eq!(batch.sequences[0][2], Span { own: 4..7, prefix: 0..2 });
        let targets: Vec<_> = batch.targets.iter().map(|target| (target.place, target.token)).collect();
        assert_eq!(targets, [(2, 4), (4, 6), (5, 9), (7, 8)]);
        let separate = Batch::separate(&rows);
        assert_eq!((separate.len(), separate.targets.len()), (11, 4));
    }

    #[test]
    fn a_row_without_a_prompt_learns_all_but_its_first_token() {
        let batch = Batch::separate(&[&row(&[1, 2, 3], 0, 0)]);
        assert_eq!(batch.targets, [Target { place: 0, token: 2 }, Target { place: 1, token: 3 }]);
    }
}
