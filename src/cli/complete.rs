//! `complete` and `tokenize`: the model without a database.

use std::io::{Write, stderr, stdout};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args as ClapArgs, ValueEnum};
use serde_json::json;

use super::columns::for_stdout;
use super::computing::ComputingArgs;
use super::failure::Failure;
use super::interrupt;
use super::load::{Loading, choose, load_installed};
use super::load_adapter::{find_adapter, load_with_adapter};
use super::network::ServerArgs;
use super::settings::Settings;
use crate::llm::placement::refuse_what_is_not_built_in;
use crate::llm::{
    FinishReason, GenerateEvent, GenerateRequest, Generation, Prompt, Purpose, Repetition, Sampling, Shared, Specials, TokenLogprob,
};
use crate::prompt::alpaca;
use crate::text;

/// Arguments of `complete`.
#[derive(Debug, ClapArgs)]
pub struct CompleteArgs {
    /// A catalogue name, a GGUF file, a Hugging Face folder, a server's address or its name in config.toml
    #[arg(long)]
    pub model: Option<String>,
    /// An adapter: `none`, a stored one's name or a folder
    #[arg(long, default_value = "none")]
    pub adapter: String,
    /// The text to go on from
    #[arg(long, required_unless_present_any = ["prompt_file", "instruction"], allow_hyphen_values = true)]
    pub prompt: Option<String>,
    /// A file with that text
    #[arg(long, conflicts_with = "prompt")]
    pub prompt_file: Option<PathBuf>,
    /// Applies the Alpaca template
    #[arg(long, conflicts_with_all = ["prompt", "prompt_file"], allow_hyphen_values = true)]
    pub instruction: Option<String>,
    /// The Alpaca template's input
    #[arg(long, requires = "instruction", allow_hyphen_values = true)]
    pub input: Option<String>,
    /// At most this many new tokens
    #[arg(long, default_value_t = 256)]
    pub max_tokens: usize,
    /// End before this text; may be given several times
    #[arg(long, allow_hyphen_values = true)]
    pub stop: Vec<String>,
    /// What a special token's name in the prompt becomes
    #[arg(long, value_enum, default_value_t = SpecialTokens::Parse)]
    pub special_tokens: SpecialTokens,
    /// Print the prompt too
    #[arg(long)]
    pub echo: bool,
    /// 0 takes the likeliest token
    #[arg(long, default_value_t = 0.0)]
    pub temperature: f64,
    /// Keep the likeliest K tokens
    #[arg(long)]
    pub top_k: Option<usize>,
    /// Keep the likeliest tokens that sum to P
    #[arg(long)]
    pub top_p: Option<f64>,
    /// Seed of the draw
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Report this many alternatives a token
    #[arg(long, default_value_t = 0)]
    pub logprobs: usize,
    /// What computes
    #[command(flatten)]
    pub computing: ComputingArgs,
    /// What may be sent over the network.
    #[command(flatten)]
    pub servers: ServerArgs,
    /// Never use the network
    #[arg(long)]
    pub offline: bool,
    /// `text`, `json`, or `openai`: the object that OpenAI's completions and llama.cpp's bindings answer with
    #[arg(long, default_value = "text", value_parser = ["text", "json", "openai"])]
    pub format: String,
}

/// What a special token's name in a text becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SpecialTokens {
    /// The token, as llama.cpp's bindings and transformers do
    Parse,
    /// Text like any other
    Text,
}

impl From<SpecialTokens> for Specials {
    fn from(typed: SpecialTokens) -> Self {
        match typed {
            SpecialTokens::Parse => Self::Parse,
            SpecialTokens::Text => Self::AsText,
        }
    }
}

/// Goes on from a text.
pub(super) fn run_complete(args: &CompleteArgs, settings: &Settings) -> Result<u8, Failure> {
    let prompt = match (&args.prompt, &args.prompt_file, &args.instruction) {
        (Some(prompt), ..) => prompt.clone(),
        (_, Some(file), _) => {
            std::fs::read_to_string(file).map_err(|error| Failure::new(2, format!("cannot read {}: {error}", file.display())))?
        }
        (.., Some(instruction)) => alpaca(instruction, args.input.as_deref().unwrap_or_default()),
        _ => return Err(Failure::new(2, "there is no prompt")),
    };
    refuse_what_is_not_built_in(args.computing.device.into())?;
    settings.apply_threads(None);
    let cancel = interrupt::watch();
    let settings = &settings.with_servers(&args.servers, args.offline);
    let chosen = choose(settings, settings.model(args.model.as_deref()))?;
    let adapter = find_adapter(settings, &chosen, &args.adapter, None)?;
    let mut model = load_with_adapter(settings, &chosen, Loading::on(args.computing), adapter.as_ref())?;
    // What a server does with the names of special tokens is its own affair.
    let taken = match model.tells_tokens() {
        true => Some(model.tokenize_text(&prompt, args.special_tokens.into())?),
        false => None,
    };
    if let Some(taken) = taken.as_ref().filter(|taken| !taken.behind.is_empty()) {
        writeln!(
            stderr(),
            "note: this model's tokenizer puts {} behind every text, and so behind this one",
            text::sanitize(&taken.behind)
        )?;
    }
    let request = GenerateRequest {
        prompt: taken.map_or_else(|| Prompt::Text(prompt.clone()), |taken| Prompt::Tokens(taken.tokens)),
        shared: Shared::Nothing,
        max_tokens: args.max_tokens,
        stop: args.stop.clone(),
        sampling: Sampling { temperature: args.temperature, top_k: args.top_k, top_p: args.top_p, seed: args.seed },
        logprobs: args.logprobs,
        likely: Arc::default(),
        constraint: None,
        purpose: Purpose::Answer,
        repetition: Repetition::Kept,
    };
    let as_text = args.format == "text";
    if as_text && args.echo {
        write!(stdout(), "{}", for_stdout(&prompt))?;
    }
    let out = model.generate(&request, &cancel, &mut |event| {
        if let (true, GenerateEvent::Text(text)) = (as_text, event) {
            let _ = write!(stdout(), "{}", for_stdout(&text)).and_then(|()| stdout().flush());
        }
    })?;
    if as_text {
        writeln!(stdout())?;
        return Ok(0);
    }
    let text = if args.echo { format!("{prompt}{}", out.text) } else { out.text.clone() };
    if args.format == "openai" {
        let created = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        writeln!(stdout(), "{}", completion(&model.info().name, created, &text, &out, args.logprobs > 0))?;
        return Ok(0);
    }
    let mut object = json!({
        "text": text, "tokens": out.tokens, "prompt_tokens": out.prompt_tokens, "finish_reason": out.finish_reason, "timings": out.timings,
    });
    if args.logprobs > 0 {
        object["logprobs"] = serde_json::to_value(&out.logprobs)?;
    }
    writeln!(stdout(), "{object}")?;
    Ok(0)
}

/// The object of OpenAI's completions. Of alternatives it holds `top_logprobs` alone: names of tokens are no texts that add up to the answer.
fn completion(model: &str, created: u64, text: &str, out: &Generation, with_logprobs: bool) -> serde_json::Value {
    let finish_reason = match out.finish_reason {
        FinishReason::Stop | FinishReason::Eos => "stop",
        FinishReason::Length | FinishReason::Repeated | FinishReason::Enough => "length",
    };
    let by_token = |likely: &Vec<TokenLogprob>| -> serde_json::Map<String, serde_json::Value> {
        likely.iter().map(|TokenLogprob { token, logprob }| (token.clone(), json!(logprob))).collect()
    };
    let logprobs = with_logprobs.then(|| json!({ "top_logprobs": out.logprobs.iter().map(by_token).collect::<Vec<_>>() }));
    // A server tells how many tokens there are, and not which.
    let (prompt, completion) = match out.tokens.is_empty() && out.prompt_tokens.is_empty() {
        true => (out.timings.prompt_tokens, out.timings.generated_tokens),
        false => (out.prompt_tokens.len(), out.tokens.len()),
    };
    json!({
        "id": format!("cmpl-{created:x}-{prompt:x}-{completion:x}"),
        "object": "text_completion",
        "created": created,
        "model": model,
        "choices": [{ "text": text, "index": 0, "logprobs": logprobs, "finish_reason": finish_reason }],
        "usage": { "prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion },
    })
}

/// Prints a text's token ids.
pub(super) fn run_tokenize(text: &str, model: Option<&str>, specials: SpecialTokens, settings: &Settings) -> Result<u8, Failure> {
    let model = load_installed(settings, model)?;
    writeln!(stdout(), "{}", serde_json::to_string(&model.tokenize_text(text, specials.into())?.tokens)?)?;
    Ok(0)
}
