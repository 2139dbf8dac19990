//! What a model computes on, as it is typed.

use clap::{Args as ClapArgs, ValueEnum};

/// What computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)] // the names say it
pub enum DeviceChoice {
    Auto,
    Cpu,
    Cuda,
    Metal,
}

impl From<DeviceChoice> for crate::llm::DeviceChoice {
    fn from(choice: DeviceChoice) -> Self {
        match choice {
            DeviceChoice::Auto => Self::Auto,
            DeviceChoice::Cpu => Self::Cpu,
            DeviceChoice::Cuda => Self::Cuda,
            DeviceChoice::Metal => Self::Metal,
        }
    }
}

/// What a model computes on.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub struct ComputingArgs {
    /// What computes; `auto` takes a card where there is one and the model fits
    #[arg(long, value_enum, default_value = "auto")]
    pub device: DeviceChoice,
    /// Layers that the card computes, the output matrix as the last: a number, or `auto` for as many as fit
    #[arg(long, value_name = "N", default_value = "auto", value_parser = parse_layers)]
    pub gpu_layers: GpuLayers,
}

/// How many layers a card computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GpuLayers {
    /// As many as fit.
    Auto,
    /// So many.
    Count(usize),
}

impl Default for ComputingArgs {
    fn default() -> Self {
        Self { device: DeviceChoice::Auto, gpu_layers: GpuLayers::Auto }
    }
}

fn parse_layers(text: &str) -> Result<GpuLayers, String> {
    match text {
        "auto" => Ok(GpuLayers::Auto),
        _ => text.parse().map(GpuLayers::Count).map_err(|_| "a whole number or `auto` is needed".into()),
    }
}

/// A number of threads.
pub(super) fn parse_threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("a whole number of 1 or more is needed".into()),
        Ok(threads) => Ok(threads),
    }
}
