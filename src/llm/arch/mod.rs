//! Model families as one set of parameters. [`super::checkpoint::config`] fills it from `config.json`.
//!
//! Files on their floors, the lowest first:
//! - `nearest`: families that are known by name, and which of ours each is like
//! - `yarn`: stretched contexts
//! - `spec`: the parameters, [`ArchSpec`]
//! - `gguf`: the same from GGUF metadata
//! - `keys`: what is asked of every other key of such a file

mod gguf;
mod keys;
mod nearest;
mod spec;
mod yarn;

pub(super) use gguf::short_factors;
pub(super) use keys::refuse_unknown;
pub(super) use nearest::refuse_family;
pub use spec::{ArchSpec, Experts, Family, HeadNorms, NormKind, NormPlaces, RopePairing};
pub(super) use spec::{MAX_DIMENSION, UNTURNED_INTERVAL, usual_attention_scale};
pub(super) use yarn::Yarn;
