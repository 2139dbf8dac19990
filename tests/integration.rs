//! All integration tests are one binary: candle is slow to link, so it is linked once.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)] // tests may; clippy.toml reaches only functions marked as tests

mod adapter;
mod asking;
mod bad_input;
mod checkpoint;
mod cli;
mod constrained;
mod converted;
mod counted;
mod damaged_files;
mod data;
mod database;
mod database_in_use;
mod device;
mod dialogues;
mod doubt;
mod earlier;
mod evaluation;
mod families;
mod files;
mod gguf;
mod gold;
mod gradients;
mod home;
mod hostile_models;
mod languages;
mod layers;
mod local;
mod local_hub;
mod lock;
mod mcp;
mod mending;
mod model;
mod notebook;
mod owners;
mod packaging;
mod portable;
mod profiles;
mod pull;
mod real_cases;
mod reference;
mod repositories;
mod screen_in_use;
mod scripting;
mod servers;
mod several;
mod tensors;
mod terminal;
mod tiny;
mod tokenizer;
mod told;
mod training;
mod values;
mod written;

#[global_allocator]
static ALLOCATOR: counted::Counted = counted::Counted;
