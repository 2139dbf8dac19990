//! Which rows each optimizer step learns from. The order of any step can be had without those before it.

use serde::{Deserialize, Serialize};

use super::model::Row;
use super::model::batch::group_by_prefix;
use crate::random;

/// How rows are ordered. The first three names are the Trainer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum SamplingStrategy {
    /// A new random order each epoch.
    #[default]
    Random,
    /// As they stand in the data.
    Sequential,
    /// Rows of like length together, in random order otherwise.
    GroupByLength,
    /// Rows that share their beginning together, in random order otherwise: each goes through once for several rows.
    GroupByPrefix,
}

/// What decides the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling {
    /// The strategy.
    pub strategy: SamplingStrategy,
    /// Rows that go through together.
    pub batch: usize,
    /// Batches of an optimizer step.
    pub accumulation: usize,
    /// Seed.
    pub seed: u64,
    /// Whether a batch that is not full is left out, in each epoch other rows.
    pub drop_last: bool,
}

impl Sampling {
    /// Rows of an optimizer step.
    pub fn rows_of_step(&self) -> usize {
        self.batch * self.accumulation
    }

    /// Rows of an epoch over `rows` rows.
    pub fn rows_of_epoch(&self, rows: usize) -> usize {
        if self.drop_last { rows - rows % self.batch.max(1) } else { rows }
    }

    /// Optimizer steps of an epoch over `rows` rows; the last may be smaller.
    pub fn steps_of_epoch(&self, rows: usize) -> usize {
        self.rows_of_epoch(rows).div_ceil(self.rows_of_step().max(1)).max(1)
    }

    /// The order of `rows` in `epoch`.
    pub fn order(&self, rows: &[Row], epoch: u64) -> Vec<usize> {
        let mut order = self.order_of_all(rows, epoch);
        order.truncate(self.rows_of_epoch(rows.len()));
        order
    }

    fn order_of_all(&self, rows: &[Row], epoch: u64) -> Vec<usize> {
        let shuffled = || random::permutation(random::key(&[self.seed, 1, epoch]), rows.len());
        match self.strategy {
            SamplingStrategy::Sequential => (0..rows.len()).collect(),
            SamplingStrategy::Random => shuffled(),
            SamplingStrategy::GroupByLength => {
                // As transformers' LengthGroupedSampler: large random groups, sorted inside.
                let mut order = shuffled();
                let group = (rows.len() / 4).min(50 * self.rows_of_step()).max(1);
                let length = |&index: &usize| std::cmp::Reverse(rows.get(index).map_or(0, |row| row.tokens.len()));
                order.chunks_mut(group).for_each(|group| group.sort_by_key(length));
                order
            }
            SamplingStrategy::GroupByPrefix => {
                let order = shuffled();
                let mut groups: Vec<(&[u32], Vec<Vec<usize>>)> = Vec::new();
                let mut places = std::collections::HashMap::new();
                for index in order {
                    let Some(row) = rows.get(index) else { continue };
                    let prefix = row.tokens.get(..row.shared).unwrap_or_default();
                    let place = *places.entry(prefix).or_insert_with(|| {
                        groups.push((prefix, vec![Vec::new()]));
                        groups.len() - 1
                    });
                    let Some((_, bundles)) = groups.get_mut(place) else { continue };
                    if bundles.last().is_none_or(|bundle| bundle.len() >= self.batch) {
                        bundles.push(Vec::new());
                    }
                    if let Some(bundle) = bundles.last_mut() {
                        bundle.push(index);
                    }
                }
                let bundles: Vec<Vec<usize>> = groups.into_iter().flat_map(|(_, bundles)| bundles).collect();
                let order = random::permutation(random::key(&[self.seed, 2, epoch]), bundles.len());
                order.into_iter().filter_map(|at| bundles.get(at)).flatten().copied().collect()
            }
        }
    }
}

/// Cuts the rows of one optimizer step into batches: as they come, `batch` rows each, or, where beginnings are shared, groups as long as the
/// tokens stay within what `batch` rows of `longest` tokens would need. Gradients are summed over the step, so the cut changes nothing.
pub fn batches<'r>(rows: &[&'r Row], batch: usize, longest: usize, share: bool) -> Vec<Vec<&'r Row>> {
    if !share {
        return rows.chunks(batch.max(1)).map(<[_]>::to_vec).collect();
    }
    let budget = batch.max(1) * longest;
    let mut out: Vec<Vec<&Row>> = Vec::new();
    let mut used = usize::MAX;
    for group in group_by_prefix(rows) {
        let mut fresh = true; // whether the prefix must go through again
        for row in group.iter().copied() {
            let shared = if group.len() > 1 { row.shared } else { 0 };
            let cost = row.tokens.len() - if fresh { 0 } else { shared };
            if used.saturating_add(cost) > budget {
                out.push(Vec::new());
                used = row.tokens.len();
            } else {
                used += cost;
            }
            fresh = false;
            if let Some(last) = out.last_mut() {
                last.push(row);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(count: usize) -> Vec<Row> {
        (0..count as u32).map(|i| Row { tokens: vec![i % 3, i % 3, i, 7], prompt: 3, shared: 2 }).collect()
    }

    #[test]
    fn every_strategy_gives_every_row_once() {
        let rows = rows(23);
        for strategy in
            [SamplingStrategy::Random, SamplingStrategy::Sequential, SamplingStrategy::GroupByLength, SamplingStrategy::GroupByPrefix]
        {
            let sampling = Sampling { strategy, batch: 2, accumulation: 3, seed: 5, drop_last: false };
            let mut order = sampling.order(&rows, 1);
            assert_eq!(order, sampling.order(&rows, 1), "the same again");
            assert!(strategy == SamplingStrategy::Sequential || order != sampling.order(&rows, 2), "{strategy:?}");
            order.sort_unstable();
            assert!(order.iter().copied().eq(0..23), "{strategy:?}");
            assert_eq!(sampling.steps_of_epoch(23), 4);
            // Three batches a step of two rows: the last row has no batch of its own.
            let dropping = Sampling { drop_last: true, ..sampling };
            assert_eq!((dropping.order(&rows, 1).len(), dropping.steps_of_epoch(23), dropping.steps_of_epoch(25)), (22, 4, 4));
            assert!(dropping.order(&rows, 1).iter().zip(sampling.order(&rows, 1)).all(|(a, b)| *a == b));
        }
    }

    #[test]
    fn shared_beginnings_leave_room_for_more_rows() {
        let rows = rows(12);
        let all: Vec<&Row> = rows.iter().collect();
        assert_eq!(batches(&all, 2, 4, false).len(), 6);
        let shared = batches(&all, 2, 4, true);
        assert_eq!(shared.iter().map(Vec::len).sum::<usize>(), 12);
        assert!(shared.len() < 6, "{}", shared.len());
        for batch in &shared {
            assert!(super::super::model::Batch::shared(batch).len() <= 8);
        }
    }
}
