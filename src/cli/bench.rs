//! `bench`: speed and memory of a model on this machine.

use std::io::{Write, stdout};
use std::sync::Arc;
use std::time::Instant;

use clap::Args as ClapArgs;
use serde_json::json;

use super::computing::{ComputingArgs, parse_threads};
use super::failure::Failure;
use super::interrupt;
use super::load::{Loading, choose, load_with};
use super::settings::Settings;
use crate::ask::drawn;
use crate::llm::placement::refuse_what_is_not_built_in;
use crate::llm::{Draws, GenerateRequest, Prompt, Purpose, Repetition, Sampling, Shared};

/// Arguments of `bench`.
#[derive(Debug, ClapArgs)]
pub struct BenchArgs {
    /// A catalogue name, a GGUF file or a Hugging Face folder
    #[arg(long)]
    pub model: Option<String>,
    /// Tokens to read
    #[arg(long, default_value_t = 512)]
    pub prompt_tokens: usize,
    /// Tokens to write
    #[arg(long, default_value_t = 64)]
    pub gen_tokens: usize,
    /// Drafts to write together, each of a prompt of its own, drawn as `ask` draws its candidates; one is written greedily
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub lanes: u32,
    /// Threads to compute on [default: all of this process]
    #[arg(long, value_parser = parse_threads)]
    pub threads: Option<usize>,
    /// What computes
    #[command(flatten)]
    pub computing: ComputingArgs,
    /// Output format
    #[arg(long, default_value = "json", value_parser = ["json"])]
    pub format: String,
    /// Draft from the prompt, which the bench repeats: flatters; without it every token is a step of its own
    #[arg(long)]
    pub draft: bool,
}

/// Reads, writes, and tells how fast.
pub(super) fn run_bench(args: &BenchArgs, settings: &Settings) -> Result<u8, Failure> {
    refuse_what_is_not_built_in(args.computing.device.into())?;
    settings.apply_threads(args.threads);
    let cancel = interrupt::watch();
    let start = Instant::now();
    let loading = Loading { drafting: args.draft, saving: true, computing: args.computing };
    let mut model = load_with(settings, &choose(settings, settings.model(args.model.as_deref()))?, loading)?;
    let load_ms = start.elapsed().as_secs_f64() * 1000.0;
    let seed = model.tokenize(&Prompt::Text("SELECT name, count(*) FROM orders GROUP BY name; ".into()))?;
    let tokens: Vec<u32> = seed.iter().copied().cycle().take(args.prompt_tokens.max(1)).collect();
    let request = GenerateRequest {
        prompt: Prompt::Tokens(Vec::new()),
        shared: Shared::Nothing,
        max_tokens: args.gen_tokens,
        stop: Vec::new(),
        sampling: Sampling::default(),
        logprobs: 0,
        likely: Arc::default(),
        constraint: None,
        purpose: Purpose::Answer,
        repetition: Repetition::Kept,
    };
    let samplings = match args.lanes {
        1 => vec![Sampling::default()],
        lanes => drawn(0, lanes as usize),
    };
    // Lanes that differ in the last token of their prompt share no row of a pass: what eight drafts cost at most.
    let ends = tokens.iter().copied().take(samplings.len());
    let prompts: Vec<Prompt> = ends.map(|end| Prompt::Tokens(tokens.iter().copied().skip(1).chain([end]).collect())).collect();
    let lanes = prompts.iter().zip(samplings.chunks(1));
    let draws: Vec<Draws<'_>> = lanes.map(|(prompt, samplings)| Draws { prompt, samplings }).collect();
    let drafts = model.generate_many(&request, &draws, &cancel, &mut |_| ())?;
    let timings = drafts.first().map(|draft| draft.timings.clone()).unwrap_or_default();
    let written: usize = drafts.iter().map(|draft| draft.tokens.len()).sum();
    let peak = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak_kb: u64 = peak.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok()).unwrap_or(0);
    let object = json!({
        "prefill_tokens_per_s": (timings.prompt_tokens - timings.cached_tokens) as f64 / timings.prefill_ms * 1000.0,
        "decode_tokens_per_s": written as f64 / timings.decode_ms * 1000.0,
        "decode_ms": timings.decode_ms,
        "lanes": args.lanes,
        "load_ms": load_ms,
        "device": model.info().device,
        "peak_rss_bytes": peak_kb * 1024,
        "threads": crate::compute::global().threads(),
        "generated_tokens": written,
    });
    writeln!(stdout(), "{object}")?;
    Ok(0)
}
