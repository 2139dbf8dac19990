//! All integration tests are one binary: candle is slow to link, so it is linked once.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)] // tests may; clippy.toml reaches only functions marked as tests

mod adapter;
mod asking;
mod bad_input;
mod checkpoint;
mod cli;
mod constrained;
mod data;
mod database;
mod database_in_use;
mod device;
mod earlier;
mod evaluation;
mod gguf;
mod gold;
mod gradients;
mod home;
mod hostile_models;
mod layers;
mod local;
mod local_hub;
mod lock;
mod mending;
mod model;
mod owners;
mod portable;
mod pull;
mod real_cases;
mod reference;
mod screen_in_use;
mod tensors;
mod terminal;
mod tiny;
mod tokenizer;
mod training;
mod values;
