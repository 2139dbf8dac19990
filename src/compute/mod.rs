//! The thread pool and the CPU kernels. Raw slices in, raw slices out; knows nothing of tensors or models.
//!
//! Files on their floors, the lowest first:
//! - `level`: which instructions the processor has
//! - [`memory`]: what the allocator keeps
//! - [`pool`]: the threads
//! - [`block`]: the weight types of GGUF files, their block sizes
//! - [`matrix`]: a matrix in its file layout
//! - [`lanes`]: sums of products in sixteen lanes
//! - [`unpack`]: blocks to unsigned bytes with scales, and to f32
//! - `grids`: codebooks
//! - `codebooks`: blocks of entries of codebooks, to f32
//! - [`activations`]: rows of activations as int8
//! - [`arranged`]: the same in the order in which decoding meets the weights
//! - [`panel`]: weights and activations as prompts meet them
//! - [`dot`]: the inner kernels of decoding, in portable Rust
//! - `x86`: the inner kernels without scratch between file and register
//! - `aarch64`: the same for processors of that kind
//! - `quantize`: activations to int8, by level
//! - [`finite`]: whether stored weights are numbers
//! - `prefill`: panels filled and multiplied, by level: the inner kernels of prompts
//! - [`elementwise`]: norms, rotary embedding, exponentials, weights as f32
//! - [`gated`]: activations of feed-forward parts
//! - [`mod@attention`]: causal attention over a paged cache
//! - [`mod@encode`]: rows of f32 as blocks
//! - [`low_rank`]: additions of low rank to linear maps
//! - [`thin`]: products of f32 matrices of which one side is thin
//! - [`mod@gemm`]: products of f32 matrices, for training
//! - [`mod@matmul`]: `x * w^T` for weights in their file layout
//!
//! # One accumulation order a phase
//!
//! Integer sums are exact, and floats are accumulated with fused multiply-add in an order that each [`Phase`] fixes: in decoding, sixteen
//! lanes over the columns, added as a tree ([`lanes`], [`dot`], [`arranged`]); in prefill, group after group of columns ([`mod@panel`]), which
//! needs weights rearranged and is worth it for many rows. So an output depends on its own row of activations, its own row of weights and
//! the phase: not on the batch, not on the thread count, and not on the [`Level`] of the processor either. Tests compare bits.

//!
//! # Measured
//!
//! `cargo bench --bench kernels` gives GMAC/s by type beside the read bandwidth; `sqllama bench` whole models;
//! `tests/peers/beside_llama_cpp.py` runs sqllama and llama.cpp in turn. On two Zen 5 cores (AVX-512 VNNI, 531 GMAC/s of int8 a core at
//! most), against llama-cpp-python 0.3.36 built for that processor, 512 prompt tokens and 64 written, medians in tokens/s:
//!
//! | | prefill | llama.cpp | decode | llama.cpp |
//! |---|---|---|---|---|
//! | Qwen2.5-Coder 1.5B Q4_K_M (n 5) | 355 | 171 | 35.2 | 31.8 |
//! | Qwen2.5-Coder 0.5B Q4_K_M (n 5) | 1,100 | 314 | 80.0 | 56.5 |
//!
//! On two Zen 4 cores without AVX-512 (the AVX2 kernels; a shared processor), medians of five: 0.5B prefill 365 against 123, decode 49.5 against
//! 35.1; 1.5B prefill 112 against 54.5, decode 23.8 against 22.5: it waits for memory, not for the kernels. Further rows of a pass cost two
//! fifths of it each; eight different drafts took 3.5 to 3.9 times as long as one with the 1.5B. A prompt of one token takes as long as eleven
//! more: weights have to be made into panels. Beside two programs that take all they get, the 0.5B keeps 46% of its prefill and 38% of its
//! decode, llama.cpp 37% and 19% (n 3).
//!
//! With AVX-512, decoding the 1.5B reads about 35 GB/s of 55 that a scan of memory reaches (63%). Prompts run at 465 GMAC/s of 1,062 (44%). The kernels
//! alone, in GMAC/s at one row and at 128: Q4_K 100 and 469, Q5_K 73 and 455, Q6_K 63 and 420, Q4_0 83 and 497, Q4_1 73 and 446, Q5_0 62 and
//! 476, Q8_0 47 and 472, F16 14 and 69, F32 9 and 68.

#[cfg(target_arch = "aarch64")]
mod aarch64;
pub mod activations;
pub mod arranged;
pub mod attention;
pub mod block;
mod codebooks;
pub mod dot;
pub mod elementwise;
pub mod encode;
pub mod finite;
pub mod gated;
pub mod gemm;
mod grids;
pub mod lanes;
mod level;
pub mod low_rank;
pub mod matmul;
pub mod matrix;
pub mod memory;
pub mod panel;
pub mod pool;
mod prefill;
mod quantize;
pub mod thin;
pub mod unpack;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use attention::{AttentionLane, AttentionShape, KV_GROUP, KvPage, KvRows, attention};
pub use block::BlockType;
pub use elementwise::{
    RopeAngles, add_assign, add_to_rows, dequantize, max, rms_norm, rope, rope_adjacent, rope_halves, sum_exp, sum_exp_scaled,
};
pub use encode::encode;
pub use gated::{Activation, gate_mul};
pub use level::Level;
pub use low_rank::{LowRank, add_low_rank};
pub use matmul::{Phase, matmul};
pub use matrix::Matrix;
pub use pool::{Pool, available_threads, global, set_global_threads};
pub use thin::{THIN, add_thin, add_to_thin, thin_products};
