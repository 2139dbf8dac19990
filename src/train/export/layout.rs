//! What the parts of an exported folder are called.

/// The version of the folder's shape.
pub const FORMAT: u64 = 1;
/// Settings, hashes, the plan's numbers.
pub const SETTINGS: &str = "settings.json";
/// Rows to learn from.
pub const ROWS: &str = "rows.jsonl";
/// Rows that are held out.
pub const EVAL: &str = "eval.jsonl";
/// The row numbers of each epoch, a line an epoch.
pub const ORDER: &str = "order.jsonl";
/// What an adapter begins with.
pub const INITIAL: &str = "adapter_init";
/// DeepSpeed's file.
pub const DEEPSPEED: &str = "ds_config.json";
/// Where `train.py` leaves its result.
pub const OUTPUT: &str = "output";
/// A line a step, there.
pub const STEPS: &str = "steps.jsonl";
