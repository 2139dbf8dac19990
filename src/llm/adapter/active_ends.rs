//! A model's embedding and head with what an adapter makes of them.

use std::collections::BTreeMap;

use super::super::LlmError;
use super::super::weights::{Weight, Weights};
use super::files::Adapter;
use super::parts::{End, EndChange};
use crate::compute::{self, LowRank, Phase};

/// One end, as an adapter makes it.
#[derive(Debug)]
pub(in crate::llm) struct ActiveEnd {
    /// Which it is.
    end: End,
    /// The base's, or what stands in its place.
    weight: Weight,
    /// Whether something does.
    replaced: bool,
    /// Rows in place of those of some tokens.
    rows: BTreeMap<u32, Vec<f32>>,
    /// What is added.
    low_rank: Option<LowRank>,
}

/// Both, where they are changed.
#[derive(Debug, Default)]
pub(in crate::llm) struct ActiveEnds {
    pub(in crate::llm) embedding: Option<ActiveEnd>,
    pub(in crate::llm) head: Option<ActiveEnd>,
}

impl ActiveEnds {
    /// What `adapter` makes of the ends of `weights`. Where the base has one matrix for both, what stands in its place does so in both, and so
    /// do rows of the embedding; what is added, or saved as a module, is of one end alone. As PEFT has it.
    pub(super) fn of(adapter: &Adapter, weights: &Weights) -> Result<Self, LlmError> {
        let tied = weights.output.is(&weights.token_embd);
        let (embedding, head) = (adapter.ends.get(&End::Embedding), adapter.ends.get(&End::Head));
        let has_rows = |change: Option<&EndChange>| change.is_some_and(|change| change.rows.is_some());
        if tied && has_rows(embedding) && has_rows(head) {
            let found = "trainable_token_indices of lm_head, which is the embedding".into();
            return Err(LlmError::Unsupported { what: "adapter setting", found });
        }
        let of = |end: End, own: Option<&EndChange>, other: Option<(End, &EndChange)>| {
            let base = if end == End::Embedding { &weights.token_embd } else { &weights.output };
            // Of the other end what goes with it.
            let other = other.filter(|_| tied);
            let whole = other.filter(|(other, _)| !adapter.config.ends.saved.contains(other)).and_then(|(_, change)| change.whole.as_ref());
            let rows = other.filter(|(other, _)| *other == End::Embedding).filter(|(_, change)| change.rows.is_some());
            let rows = own.filter(|own| own.rows.is_some()).map(|own| (end, own)).or(rows);
            ActiveEnd::of(adapter, end, base, own, own.and_then(|own| own.whole.as_ref()).or(whole), rows)
        };
        Ok(Self {
            embedding: of(End::Embedding, embedding, head.map(|head| (End::Head, head)))?,
            head: of(End::Head, head, embedding.map(|embedding| (End::Embedding, embedding)))?,
        })
    }
}

impl ActiveEnd {
    fn of(
        adapter: &Adapter,
        end: End,
        base: &Weight,
        own: Option<&EndChange>,
        whole: Option<&Weight>,
        rows: Option<(End, &EndChange)>,
    ) -> Result<Option<Self>, LlmError> {
        let shape = (base.rows, base.columns);
        let misfit = || {
            let what = format!("its {} has another shape than the model's, which is [{}, {}]", end.name(), shape.0, shape.1);
            LlmError::Adapter(what)
        };
        // What PEFT stores of the base beside additions is mostly the base itself.
        let whole = whole.filter(|whole| *whole != base);
        let lora = own.and_then(|own| own.lora.as_ref());
        if whole.is_none() && lora.is_none() && rows.is_none() {
            return Ok(None);
        }
        if whole.is_some_and(|whole| (whole.rows, whole.columns) != shape) {
            return Err(misfit());
        }
        let low_rank = match lora {
            Some(lora) => {
                let low_rank = LowRank::new(lora.a.clone(), &lora.b, lora.rank, adapter.end_scale(end)).ok_or_else(misfit)?;
                let (outputs, inputs) = if end == End::Head { shape } else { (shape.1, shape.0) };
                if (low_rank.outputs(), low_rank.inputs()) != (outputs, inputs) {
                    return Err(misfit());
                }
                Some(low_rank)
            }
            None => None,
        };
        let mut by_token = BTreeMap::new();
        if let Some((of, change)) = rows {
            let ids = adapter.config.ends.tokens.get(&of).map_or(&[][..], Vec::as_slice);
            let values = change.rows.as_deref().unwrap_or_default();
            if values.len() != ids.len() * shape.1 || ids.iter().any(|&id| id as usize >= shape.0) {
                return Err(misfit());
            }
            by_token.extend(ids.iter().copied().zip(values.chunks_exact(shape.1).map(<[f32]>::to_vec)));
        }
        Ok(Some(Self { end, weight: whole.unwrap_or(base).clone(), replaced: whole.is_some(), rows: by_token, low_rank }))
    }

    /// The row of `token` of a head, or what it becomes in an embedding. `[hidden]`
    pub(in crate::llm) fn row(&self, token: u32, out: &mut [f32]) {
        if let Some(row) = self.rows.get(&token) {
            out.copy_from_slice(row);
            return;
        }
        self.weight.rows_f32(token as usize..token as usize + 1, out);
        let Some(low_rank) = &self.low_rank else { return };
        let (a, b) = (low_rank.a().chunks_exact(low_rank.inputs()), low_rank.b().chunks_exact(low_rank.outputs()));
        for (a, b) in a.zip(b) {
            // The token is an output of a head, and an input of an embedding.
            let (by_token, vector) = if self.end == End::Embedding { (a, b) } else { (b, a) };
            let factor = by_token.get(token as usize).copied().unwrap_or(0.0);
            out.iter_mut().zip(vector).for_each(|(out, value)| *out = value.mul_add(factor, *out));
        }
    }

    /// All rows, one after another.
    pub(in crate::llm) fn matrix(&self) -> Vec<f32> {
        let mut values = vec![0.0; self.weight.rows * self.weight.columns];
        for (token, row) in (0u32..).zip(values.chunks_exact_mut(self.weight.columns)) {
            self.row(token, row);
        }
        values
    }

    /// Of a head: makes of `out: [tokens, vocabulary]`, the base's logits of `x: [tokens, hidden]`, its own.
    pub(in crate::llm) fn logits(&self, x: &[f32], out: &mut [f32]) {
        let (pool, tokens) = (compute::global(), x.len() / self.weight.columns);
        if self.replaced {
            out.fill(0.0);
            compute::matmul(pool, Phase::Decode, x, tokens, &[self.weight.matrix()], &mut [&mut *out]);
        }
        if let Some(low_rank) = &self.low_rank {
            compute::add_low_rank(pool, x, tokens, &mut [(low_rank, &mut *out)]);
        }
        for (x, out) in x.chunks_exact(self.weight.columns).zip(out.chunks_exact_mut(self.weight.rows)) {
            for (token, row) in &self.rows {
                if let Some(place) = out.get_mut(*token as usize) {
                    *place = x.iter().zip(row).fold(0.0, |sum, (x, value)| x.mul_add(*value, sum));
                }
            }
        }
    }
}
