//! What `torch.save` writes: a zip of a pickle and of the tensors' numbers, each entry stored as it is.

use std::collections::BTreeMap;
use std::ops::Range;

use super::place::Place;
use super::{archive, pickle};
use crate::compute::BlockType;

/// Where the tensors of a file lie, by name. Nothing of it is run.
pub(super) fn parse(bytes: &[u8]) -> Result<BTreeMap<String, Place>, String> {
    let entries = archive::entries(bytes)?;
    let root =
        entries.keys().find_map(|name| name.strip_suffix("data.pkl").filter(|root| root.ends_with('/') && root.matches('/').count() == 1));
    let root = root.ok_or("it is a zip archive, and not one of PyTorch: it has no data.pkl")?;
    let entry = |name: &str| entries.get(&format!("{root}{name}"));
    let data = |range: &Range<usize>| bytes.get(range.clone()).unwrap_or_default();
    if entry("byteorder").is_some_and(|order| data(order) != b"little") {
        return Err("it is stored big-endian, which is not supported".into());
    }
    let pickle = entry("data.pkl").map(data).unwrap_or_default();
    let mut tensors = BTreeMap::new();
    for (name, tensor) in pickle::tensors(pickle)? {
        if !tensor.contiguous {
            return Err(format!("tensor `{name}` is stored transposed; `.contiguous()` before saving makes it readable"));
        }
        let (block, bytes) =
            numbers(&tensor.storage_type).ok_or_else(|| format!("tensor `{name}` has the type {}", tensor.storage_type))?;
        let storage = entry(&format!("data/{}", tensor.key)).ok_or_else(|| format!("the numbers of tensor `{name}` are not in it"))?;
        let count = tensor.shape.iter().try_fold(1usize, |product, &size| product.checked_mul(size));
        let start =
            usize::try_from(tensor.offset).ok().and_then(|offset| offset.checked_mul(bytes)).and_then(|at| at.checked_add(storage.start));
        let end = count.and_then(|count| count.checked_mul(bytes)).zip(start).and_then(|(length, start)| start.checked_add(length));
        match (start, end) {
            (Some(start), Some(end)) if end <= storage.end => {
                tensors.insert(name, Place { block, dtype: tensor.storage_type.to_string(), shape: tensor.shape, range: start..end });
            }
            _ => return Err(format!("tensor `{name}` lies outside its numbers")),
        }
    }
    Ok(tensors)
}

/// The type of a storage's numbers, where they are weights, and the bytes of one.
fn numbers(kind: &str) -> Option<(Option<BlockType>, usize)> {
    Some(match kind {
        "FloatStorage" => (Some(BlockType::F32), 4),
        "HalfStorage" => (Some(BlockType::F16), 2),
        "BFloat16Storage" => (Some(BlockType::BF16), 2),
        "DoubleStorage" | "LongStorage" => (None, 8),
        "IntStorage" => (None, 4),
        "ShortStorage" => (None, 2),
        "CharStorage" | "ByteStorage" | "BoolStorage" => (None, 1),
        _ => return None,
    })
}
