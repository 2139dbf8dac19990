//! All integration tests are one binary: candle is slow to link, so it is linked once.

mod cli;
mod layers;
mod reference;
