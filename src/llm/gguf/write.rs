//! Writing GGUF version 3.

use std::io::{self, Write};

use super::read::{DEFAULT_ALIGNMENT, MAGIC};
use super::{Metadata, Value};
use crate::compute::BlockType;

/// A tensor to be written.
#[derive(Debug, Clone)]
pub struct Tensor<'a> {
    /// Its name in the file.
    pub name: String,
    /// Rows first.
    pub shape: Vec<usize>,
    /// How `data` is stored.
    pub block: BlockType,
    /// The bytes, in the file's layout.
    pub data: &'a [u8],
}

/// What a header says of a tensor.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Its name in the file.
    pub name: &'a str,
    /// Rows first.
    pub shape: &'a [usize],
    /// How it is stored.
    pub block: BlockType,
    /// How many bytes it takes.
    pub bytes: u64,
}

/// What stands before the tensors: `metadata`, and their places in the order given. Each of them has to be written after [`pad`].
pub fn header(metadata: &Metadata, tensors: &[Place<'_>]) -> Vec<u8> {
    let mut header = Vec::new();
    header.extend(MAGIC);
    header.extend(3u32.to_le_bytes());
    header.extend((tensors.len() as u64).to_le_bytes());
    header.extend((metadata.0.len() as u64).to_le_bytes());
    for (key, value) in &metadata.0 {
        put_string(&mut header, key);
        put_value(&mut header, value);
    }
    let mut offset = 0u64;
    for tensor in tensors {
        put_string(&mut header, tensor.name);
        header.extend((tensor.shape.len() as u32).to_le_bytes());
        for &d in tensor.shape.iter().rev() {
            header.extend((d as u64).to_le_bytes());
        }
        header.extend(tensor.block.ggml().to_le_bytes());
        header.extend(offset.to_le_bytes());
        offset = (offset + tensor.bytes).next_multiple_of(DEFAULT_ALIGNMENT);
    }
    header
}

/// Writes a file with `metadata` and `tensors`, the latter in the order given.
pub fn write(metadata: &Metadata, tensors: &[Tensor<'_>], out: &mut dyn Write) -> io::Result<()> {
    let places: Vec<Place<'_>> = tensors
        .iter()
        .map(|tensor| Place { name: &tensor.name, shape: &tensor.shape, block: tensor.block, bytes: tensor.data.len() as u64 })
        .collect();
    let header = header(metadata, &places);
    out.write_all(&header)?;
    let mut written = header.len() as u64;
    for tensor in tensors {
        pad(out, &mut written)?;
        out.write_all(tensor.data)?;
        written += tensor.data.len() as u64;
    }
    out.flush()
}

/// Fills up to where a tensor may begin; `written` is how long the file is.
pub fn pad(out: &mut dyn Write, written: &mut u64) -> io::Result<()> {
    let padding = written.next_multiple_of(DEFAULT_ALIGNMENT) - *written;
    *written += padding;
    out.write_all(&[0; DEFAULT_ALIGNMENT as usize][..padding as usize])
}

fn put_string(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend(text.as_bytes());
}

/// Numbers take the types llama.cpp writes for them: u32 and i32 where they fit, i32 and f32 in arrays.
fn put_value(out: &mut Vec<u8>, value: &Value) {
    let put_array = |out: &mut Vec<u8>, kind: u32, count: usize| {
        out.extend(9u32.to_le_bytes());
        out.extend(kind.to_le_bytes());
        out.extend((count as u64).to_le_bytes());
    };
    match value {
        Value::Unsigned(n) => match u32::try_from(*n) {
            Ok(n) => {
                out.extend(4u32.to_le_bytes());
                out.extend(n.to_le_bytes());
            }
            Err(_) => {
                out.extend(10u32.to_le_bytes());
                out.extend(n.to_le_bytes());
            }
        },
        Value::Signed(n) => match i32::try_from(*n) {
            Ok(n) => {
                out.extend(5u32.to_le_bytes());
                out.extend(n.to_le_bytes());
            }
            Err(_) => {
                out.extend(11u32.to_le_bytes());
                out.extend(n.to_le_bytes());
            }
        },
        Value::Float(x) => {
            out.extend(6u32.to_le_bytes());
            out.extend((*x as f32).to_le_bytes());
        }
        Value::Bool(b) => {
            out.extend(7u32.to_le_bytes());
            out.push(u8::from(*b));
        }
        Value::String(s) => {
            out.extend(8u32.to_le_bytes());
            put_string(out, s);
        }
        Value::Strings(items) => {
            put_array(out, 8, items.len());
            items.iter().for_each(|item| put_string(out, item));
        }
        Value::Integers(items) => {
            if items.iter().all(|&n| i32::try_from(n).is_ok()) {
                put_array(out, 5, items.len());
                items.iter().for_each(|&n| out.extend((n as i32).to_le_bytes()));
            } else {
                put_array(out, 11, items.len());
                items.iter().for_each(|&n| out.extend(n.to_le_bytes()));
            }
        }
        Value::Floats(items) => {
            put_array(out, 6, items.len());
            items.iter().for_each(|x| out.extend(x.to_le_bytes()));
        }
        Value::Bools(items) => {
            put_array(out, 7, items.len());
            out.extend(items.iter().map(|&b| u8::from(b)));
        }
    }
}
