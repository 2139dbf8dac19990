//! What `config.json` says of experts.

use serde_json::Value;

use super::super::LlmError;
use super::super::arch::{Experts, Family};
use super::fields::Fields;

/// The experts of a model of `family` with `layers` layers, where it has some.
pub(super) fn read(fields: Fields<'_>, family: Family, layers: usize) -> Result<Option<Experts>, LlmError> {
    // One name was in use before the other, in either family.
    let count = |usual: usize| {
        Ok::<_, LlmError>(fields.optional_dimension("num_local_experts")?.or(fields.optional_dimension("num_experts")?).unwrap_or(usual))
    };
    let used = |usual: usize| Ok::<_, LlmError>(fields.optional_dimension("num_experts_per_tok")?.unwrap_or(usual));
    match family {
        Family::Mixtral => Ok(Some(Experts {
            count: count(8)?,
            used: used(2)?,
            feed_forward: fields.dimension("intermediate_size")?,
            whole_shares: true,
            dense_layers: Vec::new(),
        })),
        Family::Qwen3Moe => Ok(Some(Experts {
            count: count(128)?,
            used: used(8)?,
            feed_forward: fields.optional_dimension("moe_intermediate_size")?.unwrap_or(768),
            whole_shares: fields.flag("norm_topk_prob")?.unwrap_or(false),
            dense_layers: dense_layers(fields, layers)?,
        })),
        _ => Ok(None),
    }
}

/// The layers that `mlp_only_layers` names, and those between the sparse ones.
fn dense_layers(fields: Fields<'_>, layers: usize) -> Result<Vec<usize>, LlmError> {
    let interval = fields.optional_dimension("decoder_sparse_step")?.unwrap_or(1);
    let named: Vec<u64> = match fields.get("mlp_only_layers") {
        None => Vec::new(),
        Some(list) => {
            let numbers = list.as_array().and_then(|list| list.iter().map(Value::as_u64).collect());
            numbers.ok_or_else(|| LlmError::Inconsistent("config.json: `mlp_only_layers` is no list of layers".into()))?
        }
    };
    Ok((0..layers).filter(|index| named.contains(&(*index as u64)) || !(index + 1).is_multiple_of(interval)).collect())
}
