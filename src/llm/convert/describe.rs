//! A folder's settings as GGUF's keys, as llama.cpp's converters write them (its folder `conversion`, October 2026). What a family of llama.cpp
//! cannot say, or would pass over, is refused; what it does not load, or limits, is noted.

use super::super::LlmError;
use super::super::arch::{ArchSpec, Family, NormKind};
use super::super::checkpoint::Checkpoint;
use super::super::gguf::{Metadata, Value};
use super::super::names::{Projection, TensorName};
use super::super::source::TensorSource;
use super::rotation::{self, Divisors, unsupported};

/// What a folder's settings become.
pub(super) struct Described {
    /// The keys.
    pub(super) metadata: Metadata,
    /// Divisors of the rotary frequencies, which are tensors.
    pub(super) divisors: Divisors,
    /// What a person should know.
    pub(super) notes: Vec<String>,
}

/// The keys of a model whose embedding has `rows` rows.
pub(super) fn describe(checkpoint: &Checkpoint, name: &str, rows: usize) -> Result<Described, LlmError> {
    let spec = &checkpoint.config.spec;
    let arch = spec.family.gguf_name();
    refuse_second_head(checkpoint)?;
    let mut notes: Vec<String> = foreign_biases(checkpoint).into_iter().collect();
    let (meant, note) = without_windows(spec);
    notes.extend(note);
    let mut out = Metadata::default();
    let mut put = |key: &str, value: Value| {
        out.0.insert(key.into(), value);
    };
    for (key, text) in [("general.architecture", arch), ("general.type", "model"), ("general.name", name)] {
        put(key, Value::String(text.into()));
    }
    let number = |n: usize| Value::Unsigned(n as u64);
    let float = |x: f32| Value::Float(f64::from(x));
    for (key, value) in [
        ("block_count", number(spec.layers)),
        ("context_length", number(meant.context_length)),
        ("embedding_length", number(spec.hidden)),
        ("feed_forward_length", number(spec.feed_forward)),
        ("attention.head_count", number(spec.heads)),
        ("attention.head_count_kv", number(spec.kv_heads)),
        ("attention.key_length", number(spec.head_dim)),
        ("attention.value_length", number(spec.head_dim)),
        (
            if spec.family.norm_kind() == NormKind::Rms { "attention.layer_norm_rms_epsilon" } else { "attention.layer_norm_epsilon" },
            float(spec.norm_eps),
        ),
        ("rope.dimension_count", number(spec.rope_dim)),
        ("rope.freq_base", float(spec.rope_base)),
        ("vocab_size", number(rows)),
    ] {
        put(&format!("{arch}.{key}"), value);
    }
    if let Some(experts) = &spec.experts {
        put(&format!("{arch}.expert_count"), number(experts.count));
        put(&format!("{arch}.expert_used_count"), number(experts.used));
        if spec.family != Family::Mixtral {
            put(&format!("{arch}.expert_feed_forward_length"), number(experts.feed_forward));
        }
    }
    if spec.family == Family::Granite {
        for (key, factor) in [
            ("embedding_scale", spec.embedding_scale),
            ("residual_scale", spec.residual_scale),
            ("attention.scale", spec.attention_scale),
            ("logit_scale", spec.logit_divisor),
        ] {
            put(&format!("{arch}.{key}"), float(factor));
        }
    }
    for (key, cap) in [("attn_logit_softcapping", spec.score_cap), ("final_logit_softcapping", spec.logit_cap)] {
        if let Some(cap) = cap {
            put(&format!("{arch}.{key}"), float(cap));
        }
    }
    for (key, value) in window_keys(&meant)? {
        put(&format!("{arch}.{key}"), value);
    }
    let turning = rotation::describe(checkpoint)?;
    out.0.extend(turning.metadata.0);
    refuse_what_is_lost(&meant, &out)?;
    Ok(Described { metadata: out, divisors: turning.divisors, notes })
}

/// llama.cpp's first two Gemmas have no tensor for a head that is not the embedding.
fn refuse_second_head(checkpoint: &Checkpoint) -> Result<(), LlmError> {
    let family = checkpoint.config.spec.family;
    let head = checkpoint.find(TensorName::Head).map_err(|error| checkpoint.error(error))?;
    match (family, head) {
        (Family::Gemma | Family::Gemma2, Some(_)) => Err(unsupported("head in GGUF", "one that is not the embedding")),
        _ => Ok(()),
    }
}

/// Biases that llama.cpp does not read in a family: it does not load such a file, and we do.
fn foreign_biases(checkpoint: &Checkpoint) -> Option<String> {
    use Projection::{Key, Query, Value};
    let known: &[Projection] = match checkpoint.config.spec.family {
        Family::Llama | Family::Mistral | Family::SmolLm3 | Family::Granite | Family::Starcoder2 => &Projection::ALL,
        _ => &[Query, Key, Value],
    };
    let foreign = checkpoint.config.biases.iter().find(|bias| !known.contains(bias))?;
    Some(format!("llama.cpp reads no bias of {} in this family: it will not load the file", foreign.name()))
}

/// What is meant where a family of llama.cpp knows no window: the context ends where the window does.
fn without_windows(spec: &ArchSpec) -> (ArchSpec, Option<String>) {
    let window = spec.sliding_window.filter(|window| *window < spec.context_length);
    let (context, knows) = (spec.context_length, matches!(spec.family, Family::Gemma2 | Family::Gemma3 | Family::Phi3));
    let note = window.map(|window| match spec.family {
        Family::Phi3 => format!("llama.cpp passes over the window of this family: behind {window} tokens it answers otherwise"),
        _ => format!(
            "attention looks back {window} tokens, which llama.cpp does not know of this family: the context is {window} tokens instead of {context}"
        ),
    });
    if knows {
        return (spec.clone(), note.filter(|_| spec.family == Family::Phi3));
    }
    let context_length = window.unwrap_or(context);
    (ArchSpec { context_length, sliding_window: None, unlimited_layers: Vec::new(), ..spec.clone() }, note)
}

/// The keys of windows, in families that know them.
fn window_keys(spec: &ArchSpec) -> Result<Vec<(&'static str, Value)>, LlmError> {
    const WINDOW: &str = "attention.sliding_window";
    let window = match (spec.sliding_window, spec.family) {
        (Some(window), _) => window,
        // Without the key there would be the usual one.
        (None, Family::Gemma2) => spec.context_length,
        // By which llama.cpp tells Phi 4 from Phi 3.
        (None, Family::Phi3) => 0,
        (None, _) => return Ok(Vec::new()),
    };
    let mut out = vec![(WINDOW, Value::Unsigned(window as u64))];
    let usual = match spec.family {
        Family::Gemma2 => 2,
        Family::Gemma3 => 6,
        _ => return Ok(out),
    };
    let each = |interval: &usize| -> Vec<usize> { (0..spec.layers).filter(|index| (index + 1).is_multiple_of(*interval)).collect() };
    // All layers have one where each is behind the last.
    let interval = (1..=spec.layers + 1).find(|interval| each(interval) == spec.unlimited_layers);
    match interval {
        _ if each(&usual) == spec.unlimited_layers || spec.sliding_window.is_none() => {}
        Some(interval) => out.push(("attention.sliding_window_pattern", Value::Unsigned(interval as u64))),
        None => return Err(unsupported("layers in GGUF", "with windows in no regular order")),
    }
    Ok(out)
}

/// Refuses what the keys say otherwise than the folder: who reads them would compute something else.
fn refuse_what_is_lost(meant: &ArchSpec, keys: &Metadata) -> Result<(), LlmError> {
    let said = ArchSpec::from_gguf(keys)?;
    let near = |a: f32, b: f32| (a - b).abs() <= 1e-6 * b.abs();
    let both_near = |a: Option<f32>, b: Option<f32>| a.is_some() == b.is_some() && a.zip(b).is_none_or(|(a, b)| near(a, b));
    let lost = [
        ("experts whose shares do not add up to 1, or not in every layer", meant.experts == said.experts),
        ("attention with a scale of its own", near(meant.attention_scale, said.attention_scale)),
        ("scores without the usual cap", both_near(meant.score_cap, said.score_cap)),
        ("logits without the usual cap", both_near(meant.logit_cap, said.logit_cap)),
        ("windows of its own", (meant.sliding_window, &meant.unlimited_layers) == (said.sliding_window, &said.unlimited_layers)),
        ("layers without rotary embedding, other than each fourth", meant.unturned_layers == said.unturned_layers),
        ("another length of its context", meant.context_length == said.context_length),
        ("rotary embedding of its own in layers with a window", both_near(meant.window_rope_base, said.window_rope_base)),
        (
            "rotary embedding of its own",
            near(meant.rope_base, said.rope_base)
                && meant.rope_dim == said.rope_dim
                && near(meant.rope_scale, said.rope_scale)
                && near(meant.rope_magnitude, said.rope_magnitude),
        ),
        (
            "factors of its own",
            near(meant.embedding_scale, said.embedding_scale)
                && near(meant.residual_scale, said.residual_scale)
                && near(meant.logit_divisor, said.logit_divisor),
        ),
        (
            "dimensions of its own",
            (meant.layers, meant.hidden, meant.feed_forward, meant.heads, meant.kv_heads, meant.head_dim)
                == (said.layers, said.hidden, said.feed_forward, said.heads, said.kv_heads, said.head_dim)
                && near(meant.norm_eps, said.norm_eps),
        ),
    ];
    match lost.iter().find(|(_, kept)| !kept) {
        Some((what, _)) => Err(unsupported("model in GGUF", what)),
        None => Ok(()),
    }
}
