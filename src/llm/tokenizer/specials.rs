//! Special tokens: which end a generation, and what becomes of their names in a text.

/// Names of tokens that end a generation wherever a vocabulary has them (llama.cpp's list).
pub(super) const END_NAMES: [&str; 12] = [
    "<|eot_id|>",
    "<|eom_id|>",
    "<|im_end|>",
    "<|end|>",
    "<|return|>",
    "<|call|>",
    "<end_of_turn>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<EOT>",
    "<｜end▁of▁sentence｜>",
    "</s>",
];

/// What becomes of a special token's name in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Specials {
    /// The name is the token.
    Parse,
    /// The name is text like any other.
    AsText,
}
