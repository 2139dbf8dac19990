//! Writing a planned file: beside its place, read back, then renamed.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::super::LlmError;
use super::super::gguf::{GgufFile, write as gguf};
use super::super::open::OpenedModel;
use super::plan::{Plan, Planned};
use super::slab;
use crate::compute;
use crate::signal::Cancel;

/// Weights that are in memory at a time, besides what each thread works on.
const SLAB: usize = 1 << 23;

/// What happens on the way.
#[derive(Debug, Clone, PartialEq)]
pub enum ConvertEvent {
    /// A part of a tensor was written.
    Progress {
        /// Its name.
        tensor: String,
        /// Bytes that are written.
        done: u64,
        /// Bytes of the whole.
        total: u64,
    },
    /// All is written, and is read back.
    Verifying,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The file.
    pub path: PathBuf,
    /// Its bytes.
    pub bytes: u64,
}

/// Writes `plan` to `out`. `free` are the bytes that may be written there, where that is known; what lies at `out` is replaced only where
/// `replace` says so. Nothing half-made ever has that name.
pub fn write(
    plan: &Plan,
    out: &Path,
    replace: bool,
    free: Option<u64>,
    cancel: &Cancel,
    emit: &mut dyn FnMut(ConvertEvent),
) -> Result<Written, LlmError> {
    if out.is_dir() || (out.exists() && !replace) {
        return Err(LlmError::Exists { path: out.into() });
    }
    let header = header(plan);
    let needed = header.len() as u64 + plan.byte_len();
    if let Some(free) = free.filter(|free| *free < needed) {
        return Err(LlmError::NoSpace { path: out.into(), needed, free });
    }
    let mut part_name = out.file_name().unwrap_or_default().to_owned();
    part_name.push(format!(".{}.part", std::process::id()));
    let part = out.with_file_name(part_name);
    let result = fill(plan, &header, &part, cancel, emit).and_then(|()| {
        if out.exists() && !replace {
            return Err(LlmError::Exists { path: out.into() });
        }
        let bytes = std::fs::metadata(&part).map_err(failed(out))?.len();
        std::fs::rename(&part, out).map_err(failed(out))?;
        Ok(Written { path: out.into(), bytes })
    });
    if result.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    result
}

fn failed(path: &Path) -> impl Fn(io::Error) -> LlmError {
    let path = path.to_owned();
    move |source| LlmError::Write { path: path.clone(), source }
}

fn header(plan: &Plan) -> Vec<u8> {
    let places: Vec<gguf::Place<'_>> = plan
        .tensors
        .iter()
        .map(|tensor| gguf::Place { name: &tensor.name, shape: &tensor.shape, block: tensor.block, bytes: tensor.byte_len() })
        .collect();
    gguf::header(&plan.metadata, &places)
}

fn fill(plan: &Plan, header: &[u8], part: &Path, cancel: &Cancel, emit: &mut dyn FnMut(ConvertEvent)) -> Result<(), LlmError> {
    let failed = failed(part);
    let mut file = File::create(part).map_err(&failed)?;
    file.write_all(header).map_err(&failed)?;
    let (mut written, total) = (header.len() as u64, plan.byte_len());
    let (mut done, mut sums) = (0, Vec::with_capacity(plan.tensors.len()));
    for tensor in &plan.tensors {
        gguf::pad(&mut file, &mut written).map_err(&failed)?;
        let mut sum = Checksum::default();
        let importance = match &plan.importance {
            Some(importance) if !tensor.block.is_float() => importance.of(&tensor.name, tensor.sides().1)?,
            _ => None,
        };
        each_slab(tensor, importance.as_deref(), cancel, &mut |bytes| {
            file.write_all(bytes).map_err(&failed)?;
            sum.add(bytes);
            done += bytes.len() as u64;
            written += bytes.len() as u64;
            emit(ConvertEvent::Progress { tensor: tensor.name.clone(), done, total });
            Ok(())
        })?;
        sums.push(sum.0);
        slab::release(tensor);
    }
    file.sync_all().map_err(&failed)?;
    drop(file);
    emit(ConvertEvent::Verifying);
    verify(plan, part, &sums, cancel)
}

fn slab_rows(tensor: &Planned) -> usize {
    let (rows, columns) = tensor.sides();
    (SLAB / columns.max(1)).clamp(1, rows.max(1))
}

/// Encodes a tensor slab by slab.
fn each_slab(
    tensor: &Planned,
    importance: Option<&[f32]>,
    cancel: &Cancel,
    put: &mut dyn FnMut(&[u8]) -> Result<(), LlmError>,
) -> Result<(), LlmError> {
    let (rows, columns) = tensor.sides();
    let row_bytes = tensor.block.row_bytes(columns).unwrap_or(0);
    let slab_rows = slab_rows(tensor);
    let mut out = vec![0u8; slab_rows * row_bytes];
    for first in (0..rows).step_by(slab_rows) {
        if let Some(stop) = cancel.stop() {
            return Err(LlmError::Stopped(stop));
        }
        let own = first..(first + slab_rows).min(rows);
        let Some(out) = out.get_mut(..own.len() * row_bytes) else { continue };
        slab::encode(compute::global(), tensor, own, importance, out)?;
        put(out)?;
    }
    Ok(())
}

/// Reads back what was written: every byte as it was meant, every number finite, the whole a model that loads.
fn verify(plan: &Plan, part: &Path, sums: &[u64], cancel: &Cancel) -> Result<(), LlmError> {
    let damaged = |what: &str| {
        let reason = format!("what was read back is not what was written: {what}");
        LlmError::Write { path: part.into(), source: io::Error::other(reason) }
    };
    let file = GgufFile::open(part)?;
    if file.tensors.len() != plan.tensors.len() || file.metadata.0.len() != plan.metadata.0.len() {
        return Err(damaged("its header"));
    }
    for (tensor, sum) in plan.tensors.iter().zip(sums) {
        let (found, range) = file.tensor(&tensor.name).map_err(|error| damaged(&error.to_string()))?;
        let slab_bytes = slab_rows(tensor) * tensor.block.row_bytes(tensor.sides().1).unwrap_or(0);
        let mut own = Checksum::default();
        for slab in file.map_of(found).get(range.clone()).unwrap_or_default().chunks(slab_bytes.max(1)) {
            if let Some(stop) = cancel.stop() {
                return Err(LlmError::Stopped(stop));
            }
            own.add(slab);
            // A scale that outgrew half precision.
            if !compute::finite::all_finite(compute::global(), tensor.block, slab) {
                return Err(LlmError::NotFinite { tensor: tensor.name.clone() });
            }
        }
        if own.0 != *sum || found.shape != tensor.shape || found.ggml_type != tensor.block.ggml() {
            return Err(damaged(&tensor.name));
        }
        slab::forget(file.map_of(found), range);
    }
    OpenedModel::open_known(part).map(drop)
}

/// A sum over words that changes with each of them, with their order, and with the pieces in which they come.
#[derive(Default)]
struct Checksum(u64);

impl Checksum {
    fn add(&mut self, bytes: &[u8]) {
        const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
        let (words, rest) = bytes.as_chunks::<8>();
        let mut sum = self.0;
        for word in words {
            sum = (sum.rotate_left(23) ^ u64::from_le_bytes(*word)).wrapping_mul(FACTOR);
        }
        for byte in rest {
            sum = (sum.rotate_left(23) ^ u64::from(*byte)).wrapping_mul(FACTOR);
        }
        self.0 = sum;
    }
}
