//! The forward pass's operations, for either road of a layer.
//!
//! Files on their floors, the lowest first:
//! - `tensors`: tensors on the processor read in place, and rows of tensors
//! - `rope`: the angles of a pass's positions
//! - `additions`: what adapters add to linear maps
//! - `norms`: norms before blocks
//! - [`kernels`]: candle `CustomOp`s around our CPU kernels
//! - [`portable`]: candle's own operations, on any of its devices
//! - [`experts`]: feed-forward parts of which each token goes through a few, on either road

mod additions;
pub mod experts;
pub mod kernels;
mod norms;
pub mod portable;
mod rope;
mod tensors;

pub use additions::{AdapterSpan, Additions, change_head, with_heads};
pub use kernels::LanePages;
pub use norms::Norm;
pub use rope::RopeTables;
pub use tensors::{read_f32, select};
