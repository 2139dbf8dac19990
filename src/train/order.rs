//! Which rows each optimizer step learns from. The order of any step can be had without those before it.

use serde::{Deserialize, Serialize};

use super::model::Row;
use super::model::batch::group_by_prefix;
use super::packing::pack;
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
    /// Rows, or packs of them, that go through together.
    pub batch: usize,
    /// Batches of an optimizer step.
    pub accumulation: usize,
    /// Seed.
    pub seed: u64,
    /// Whether a batch that is not full is left out, in each epoch other rows.
    pub drop_last: bool,
    /// Tokens of a pack, where a batch is of packs and not of rows.
    pub pack: Option<usize>,
}

impl Sampling {
    /// Rows, or packs, of an optimizer step.
    pub fn units_of_step(&self) -> usize {
        self.batch * self.accumulation
    }

    /// Rows, or packs, that `rows` are.
    pub fn units(&self, rows: &[Row]) -> usize {
        self.packs(rows).map_or(rows.len(), |packs| packs.len())
    }

    fn packs(&self, rows: &[Row]) -> Option<Vec<Vec<usize>>> {
        let lengths = || rows.iter().map(|row| row.tokens.len()).collect::<Vec<_>>();
        self.pack.map(|most| pack(&lengths(), most))
    }

    /// Rows, or packs, of an epoch over so many.
    fn units_of_epoch(&self, units: usize) -> usize {
        if self.drop_last { units - units % self.batch.max(1) } else { units }
    }

    /// Optimizer steps of an epoch over `rows`; the last may be smaller.
    pub fn steps_of_epoch(&self, rows: &[Row]) -> usize {
        self.units_of_epoch(self.units(rows)).div_ceil(self.units_of_step().max(1)).max(1)
    }

    /// The order of `rows` in `epoch`.
    pub fn order(&self, rows: &[Row], epoch: u64) -> Vec<usize> {
        self.steps(rows, epoch).concat()
    }

    /// The rows of every step of `epoch`.
    pub fn steps(&self, rows: &[Row], epoch: u64) -> Vec<Vec<usize>> {
        let packs = self.packs(rows);
        let mut order = match &packs {
            Some(packs) if self.strategy == SamplingStrategy::Sequential => (0..packs.len()).collect(),
            Some(packs) => random::permutation(random::key(&[self.seed, 1, epoch]), packs.len()),
            None => self.order_of_all(rows, epoch),
        };
        order.truncate(self.units_of_epoch(order.len()));
        let rows_of = |units: &[usize]| match &packs {
            Some(packs) => units.iter().filter_map(|&at| packs.get(at)).flatten().copied().collect(),
            None => units.to_vec(),
        };
        order.chunks(self.units_of_step().max(1)).map(rows_of).collect()
    }

    /// Cuts the `rows` of one step, the longest of all of which has so many tokens, into batches.
    pub fn batches<'r>(&self, rows: &[&'r Row], longest: usize, share: bool) -> Vec<Vec<&'r Row>> {
        match self.pack {
            Some(most) if share => batches(rows, self.batch, most, share),
            // By tokens, since packs have any number of rows.
            Some(most) => {
                let mut used = usize::MAX;
                let mut out: Vec<Vec<&Row>> = Vec::new();
                for &row in rows {
                    used = used.saturating_add(row.tokens.len());
                    if used > self.batch.max(1) * most {
                        out.push(Vec::new());
                        used = row.tokens.len();
                    }
                    if let Some(last) = out.last_mut() {
                        last.push(row);
                    }
                }
                out
            }
            None => batches(rows, self.batch, longest, share),
        }
    }

    fn order_of_all(&self, rows: &[Row], epoch: u64) -> Vec<usize> {
        let shuffled = || random::permutation(random::key(&[self.seed, 1, epoch]), rows.len());
        match self.strategy {
            SamplingStrategy::Sequential => (0..rows.len()).collect(),
            SamplingStrategy::Random => shuffled(),
            SamplingStrategy::GroupByLength => {
                // As transformers' LengthGroupedSampler: large random groups, sorted inside.
                let mut order = shuffled();
                let group = (rows.len() / 4).min(50 * self.units_of_step()).max(1);
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
            let sampling = Sampling { strategy, batch: 2, accumulation: 3, seed: 5, drop_last: false, pack: None };
            let mut order = sampling.order(&rows, 1);
            assert_eq!(order, sampling.order(&rows, 1), "the same again");
            assert!(strategy == SamplingStrategy::Sequential || order != sampling.order(&rows, 2), "{strategy:?}");
            order.sort_unstable();
            assert!(order.iter().copied().eq(0..23), "{strategy:?}");
            assert_eq!((sampling.units(&rows), sampling.steps_of_epoch(&rows)), (23, 4));
            // Three batches a step of two rows: the last row has no batch of its own.
            let dropping = Sampling { drop_last: true, ..sampling };
            let more: Vec<Row> = rows.iter().chain(&rows[..2]).cloned().collect();
            assert_eq!((dropping.order(&rows, 1).len(), dropping.steps_of_epoch(&rows), dropping.steps_of_epoch(&more)), (22, 4, 4));
            assert!(dropping.order(&rows, 1).iter().zip(sampling.order(&rows, 1)).all(|(a, b)| *a == b));
        }
    }

    #[test]
    fn a_step_is_of_whole_packs() {
        let rows: Vec<Row> = (0..40).map(|at| Row { tokens: vec![7; 1 + at * 5 % 13], prompt: 1, shared: 0 }).collect();
        for (strategy, drop_last) in [(SamplingStrategy::Random, false), (SamplingStrategy::Sequential, true)] {
            let sampling = Sampling { strategy, batch: 2, accumulation: 2, seed: 5, drop_last, pack: Some(16) };
            let packs = pack(&rows.iter().map(|row| row.tokens.len()).collect::<Vec<_>>(), 16);
            let steps = sampling.steps(&rows, 1);
            assert_eq!((sampling.units(&rows), sampling.steps_of_epoch(&rows)), (packs.len(), steps.len()));
            assert_eq!(steps, sampling.steps(&rows, 1), "the same again");
            assert_eq!(strategy == SamplingStrategy::Sequential, steps == sampling.steps(&rows, 2));
            assert_eq!(steps.concat().len() == rows.len(), !drop_last || packs.len().is_multiple_of(2));
            for step in &steps {
                let whole = packs.iter().filter(|pack| pack.iter().all(|at| step.contains(at)));
                assert_eq!(whole.map(Vec::len).sum::<usize>(), step.len());
                let of_step: Vec<&Row> = step.iter().map(|&at| &rows[at]).collect();
                for share in [false, true] {
                    let batches = sampling.batches(&of_step, 13, share);
                    assert_eq!(batches.iter().map(Vec::len).sum::<usize>(), step.len());
                    assert!(batches.iter().all(|batch| batch.iter().map(|row| row.tokens.len()).sum::<usize>() <= 32));
                }
            }
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
