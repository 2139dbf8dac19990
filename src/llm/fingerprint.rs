//! What tells one model's weights from another's.

use sha2::{Digest, Sha256};

use super::checkpoint::Checkpoint;
use super::gguf::GgufFile;

/// As [`Model::weights_hash`](super::Model::weights_hash) says.
struct WeightsHash(Sha256);

impl WeightsHash {
    const SAMPLE: usize = 1024;

    fn add(&mut self, name: &str, shape: &[usize], ggml_type: u32, bytes: &[u8]) {
        self.0.update(format!("{name} {shape:?} {ggml_type}"));
        self.0.update(bytes.get(..Self::SAMPLE).unwrap_or(bytes));
    }
}

/// Of a GGUF file.
pub(super) fn hash_gguf(file: &GgufFile) -> [u8; 32] {
    let mut hash = WeightsHash(Sha256::new());
    hash.0.update(file.byte_len().to_le_bytes());
    for (name, tensor) in &file.tensors {
        let map = file.map_of(tensor);
        let start = (tensor.offset as usize).min(map.len());
        hash.add(name, &tensor.shape, tensor.ggml_type, map.get(start..).unwrap_or_default());
    }
    hash.0.finalize().into()
}

/// Of a Hugging Face folder.
pub(super) fn hash_checkpoint(checkpoint: &Checkpoint) -> [u8; 32] {
    let mut hash = WeightsHash(Sha256::new());
    for (name, file, place) in checkpoint.tensors() {
        hash.add(name, &place.shape, place.block.map_or(u32::MAX, |block| block.ggml()), file.bytes(place));
    }
    hash.0.finalize().into()
}
