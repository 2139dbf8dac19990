//! A session: the tokens a model has read, and its memory of them.

use std::io::{self, Read, Write};
use std::sync::Arc;

use half::f16;
use sha2::{Digest, Sha256};

use super::LlmError;
use super::adapter::ActiveAdapter;
use super::arch::ArchSpec;
use super::kv::{KvCache, KvType, PAGE_TOKENS, Page};
use super::kv_page::Rows;
use super::layout::Placement;

/// Begins every saved session; the digit is the format's version.
const MAGIC: &[u8; 8] = b"sqllmKV3";

/// Tokens read so far and their KV cache. Cheap to fork: what is remembered is shared until written.
#[derive(Debug, Clone)]
pub struct Session {
    pub(super) tokens: Vec<u32>,
    pub(super) kv: KvCache,
    /// The fingerprint of the model that made it; a session is of no use to another.
    pub(super) model: [u8; 32],
    /// What the model reads with.
    pub(super) adapter: Option<Arc<ActiveAdapter>>,
}

impl Session {
    pub(super) fn new(
        spec: &ArchSpec,
        model: [u8; 32],
        kv_type: KvType,
        placement: &Placement,
        adapter: Option<Arc<ActiveAdapter>>,
    ) -> Self {
        Self { tokens: Vec::new(), kv: KvCache::new(spec, kv_type, placement), model, adapter }
    }

    /// What its contents depend on besides its tokens: the model, and the adapter with its factors.
    pub fn fingerprint(&self) -> [u8; 32] {
        match &self.adapter {
            None => self.model,
            Some(adapter) => Sha256::new().chain_update(self.model).chain_update(adapter.hash()).finalize().into(),
        }
    }

    /// The tokens read so far.
    pub fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// The KV cache.
    pub fn kv(&self) -> &KvCache {
        &self.kv
    }

    /// Forgets every token from position `len` on.
    pub fn truncate(&mut self, len: usize) {
        self.tokens.truncate(len);
        self.kv.truncate(len);
    }

    /// A session that has read the first `len` tokens of this one. Nothing is computed, and whole pages are shared.
    pub fn fork(&self, len: usize) -> Self {
        let mut fork = self.clone();
        fork.truncate(len);
        fork
    }

    /// How many leading tokens of `tokens` this session has read already.
    pub fn common_prefix(&self, tokens: &[u32]) -> usize {
        self.tokens.iter().zip(tokens).take_while(|(a, b)| a == b).count()
    }

    /// Writes the session. Layout, little-endian: magic, model fingerprint (32 bytes), layers, kv heads, head width, page tokens,
    /// bits a number, token count (u32 each), tokens (u32), then per layer and page the keys and the values (f16, or i8 and f16 scales), then
    /// SHA-256 of all before it. Where its layers lie does not show.
    pub fn save(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut out = Hashing { inner: out, hash: Sha256::new() };
        out.write_all(MAGIC)?;
        out.write_all(&self.fingerprint())?;
        for number in self.shape() {
            out.write_all(&(number as u32).to_le_bytes())?;
        }
        for token in &self.tokens {
            out.write_all(&token.to_le_bytes())?;
        }
        let mut bytes = Vec::new();
        for layer in &self.kv.layers {
            let pages = layer.to_pages(self.tokens.len()).map_err(io::Error::other)?;
            for rows in pages.iter().flat_map(|page| [&page.keys, &page.values]) {
                bytes.clear();
                let mut put = |halves: &[f16]| bytes.extend(halves.iter().flat_map(|half| half.to_le_bytes()));
                match rows {
                    Rows::F32(floats) => bytes.extend(floats.iter().flat_map(|float| float.to_le_bytes())),
                    Rows::F16(halves) => put(halves),
                    Rows::Q8_0 { quants, scales } => {
                        put(scales);
                        bytes.extend(quants.iter().map(|quant| quant.to_le_bytes()[0]));
                    }
                }
                out.write_all(&bytes)?;
            }
        }
        let hash = out.hash.finalize();
        out.inner.write_all(&hash)
    }

    /// Reads a session saved by the same model with the same adapter into this one, which has read nothing. Anything else (another model, a
    /// cut or changed file) is an error, and nothing larger than this model's own cache for the announced tokens is allocated.
    pub(super) fn load(self, max_tokens: usize, input: &mut dyn Read) -> Result<Self, LlmError> {
        let failed = |error: io::Error| LlmError::SavedCache(error.to_string());
        let mut session = self;
        let mut input = HashingReader { inner: input, hash: Sha256::new() };
        if &input.array::<8>().map_err(failed)? != MAGIC {
            return Err(LlmError::SavedCache("it is not a saved session of this version".into()));
        }
        if input.array::<32>().map_err(failed)? != session.fingerprint() {
            return Err(LlmError::SavedCache("it belongs to another model".into()));
        }
        let mut shape = [0usize; 6];
        for number in &mut shape {
            *number = u32::from_le_bytes(input.array().map_err(failed)?) as usize;
        }
        let count = shape[5];
        let mut expected = session.shape();
        expected[5] = count;
        if shape != expected || count > max_tokens {
            return Err(LlmError::SavedCache(format!("its shape is {shape:?}, expected {expected:?} and at most {max_tokens} tokens")));
        }
        for _ in 0..count {
            session.tokens.push(u32::from_le_bytes(input.array().map_err(failed)?));
        }
        let empty = session.kv.empty_rows();
        let mut bytes = Vec::new();
        let mut read = |length: usize| -> Result<Vec<u8>, LlmError> {
            bytes.resize(length, 0);
            input.read_exact(&mut bytes).map_err(failed)?;
            Ok(bytes.clone())
        };
        let halves = |bytes: Vec<u8>| bytes.as_chunks::<2>().0.iter().map(|&pair| f16::from_le_bytes(pair)).collect();
        let mut read_rows = || -> Result<Rows, LlmError> {
            Ok(match &empty {
                Rows::F32(all) => Rows::F32(read(4 * all.len())?.as_chunks::<4>().0.iter().map(|&four| f32::from_le_bytes(four)).collect()),
                Rows::F16(all) => Rows::F16(halves(read(2 * all.len())?)),
                Rows::Q8_0 { quants, scales } => {
                    let scales = halves(read(2 * scales.len())?);
                    Rows::Q8_0 { quants: read(quants.len())?.into_iter().map(u8::cast_signed).collect(), scales }
                }
            })
        };
        for layer in &mut session.kv.layers {
            let mut pages = Vec::new();
            for _ in 0..count.div_ceil(PAGE_TOKENS) {
                pages.push(Arc::new(Page { keys: read_rows()?, values: read_rows()? }));
            }
            layer.fill(pages, count)?;
        }
        session.kv.set_len(count);
        let hash = input.hash.clone().finalize();
        if input.array::<32>().map_err(failed)?.as_slice() != hash.as_slice() {
            return Err(LlmError::SavedCache("its checksum is wrong".into()));
        }
        Ok(session)
    }

    fn shape(&self) -> [usize; 6] {
        let bits = match self.kv.kv_type {
            KvType::F32 => 32,
            KvType::F16 => 16,
            KvType::Q8_0 => 8,
        };
        [self.kv.layers.len(), self.kv.kv_heads, self.kv.head_dim, PAGE_TOKENS, bits, self.tokens.len()]
    }
}

struct Hashing<'a> {
    inner: &'a mut dyn Write,
    hash: Sha256,
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

struct HashingReader<'a> {
    inner: &'a mut dyn Read,
    hash: Sha256,
}

impl HashingReader<'_> {
    fn read_exact(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        self.inner.read_exact(bytes)?;
        self.hash.update(&*bytes);
        Ok(())
    }

    fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut out = [0; N];
        self.read_exact(&mut out)?;
        Ok(out)
    }
}
