//! How llama.cpp cuts a text before merging, by the names of `tokenizer.ggml.pre` (`src/llama-vocab.cpp`).

use super::super::LlmError;

const GPT2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
const LLAMA3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const QWEN2: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const SEED_CODER: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+";
const MINICPM5: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}+| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const VIKING: &str = r" ?[^(\s|.,!?…。，、।۔،)]+";

/// Mistral's Tekken as llama.cpp reads it: letters beyond ASCII are of either case, marks are no letters.
const TEKKEN: &str = r"[^\r\n\p{L}\p{N}]?[\p{L}&&[^a-z]]*[\p{L}&&[^A-Z]]+|[^\r\n\p{L}\p{N}]?[\p{L}&&[^a-z]]+[\p{L}&&[^A-Z]]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
/// As its `tokenizer.json` has it.
const TEKKEN_FILE: &str = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
/// The same two of GPT-4o, which Phi 4 mini has.
const GPT4O: &str = r"[^\r\n\p{L}\p{N}]?[\p{L}&&[^a-z]]*[\p{L}&&[^A-Z]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{L}&&[^a-z]]+[\p{L}&&[^A-Z]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const GPT4O_FILE: &str = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// Ideographs, and what lies around them.
const IDEOGRAPHS: &str = "[一-龥ࠀ-一가-퟿]+";
const DEEPSEEK_CODER: [&str; 5] = ["[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", IDEOGRAPHS, r"\p{N}"];
const DEEPSEEK_LLM: [&str; 6] = ["[\r\n]", DEEPSEEK_LETTERS, r"\s?[!-/:-~！-／：-～‘-‟　-。]+", r"\s+$", IDEOGRAPHS, r"\p{N}+"];
const DEEPSEEK_V3: [&str; 3] = [
    r"\p{N}{1,3}",
    "[一-龥぀-ゟ゠-ヿ]+",
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+",
];
/// Letters that have a case.
const DEEPSEEK_LETTERS: &str = "\\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-ώᾀ-ᾴᾶ-ᾼιῂ-ῄῆ-ῌ\
    ῐ-ΐῖ-Ίῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤΩℨK-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]+";

/// How text is cut before merging, and what goes with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PreTokenizerRule {
    /// Regular expressions, each applied to the pieces that the one before it left.
    pub(super) patterns: &'static [&'static str],
    /// A piece that is a token as a whole is not merged up from bytes.
    pub(super) whole_words: bool,
    /// Whether BOS goes first where the file does not say.
    pub(super) adds_bos: bool,
}

impl PreTokenizerRule {
    /// The name for a text that is cut by `patterns`, one after the other; `whole_words` as above. `None` where llama.cpp has none.
    pub(super) fn name_of(patterns: &[&str], whole_words: bool) -> Option<&'static str> {
        match (patterns, whole_words) {
            ([only], false) if *only == GPT2 => Some("gpt-2"),
            ([r"\p{N}", then], false) if *then == GPT2 => Some("smollm"),
            ([only], false) if *only == QWEN2 => Some("qwen2"),
            ([only], true) if *only == LLAMA3 => Some("llama-bpe"),
            ([only], false) if *only == LLAMA3 => Some("smaug-bpe"),
            ([only], true) if *only == TEKKEN_FILE => Some("tekken"),
            ([only], false) if *only == GPT4O_FILE => Some("gpt-4o"),
            ([only], false) if *only == SEED_CODER => Some("seed-coder"),
            ([r"\p{N}{1,3}", then], true) if *then == MINICPM5 => Some("minicpm5"),
            (own, false) if *own == DEEPSEEK_CODER => Some("deepseek-coder"),
            (own, false) if *own == DEEPSEEK_LLM => Some("deepseek-llm"),
            (own, false) if *own == DEEPSEEK_V3 => Some("deepseek-v3"),
            _ => None,
        }
    }

    /// What GPT-2 cuts a text by, which `ByteLevel` of a `tokenizer.json` does too.
    pub(super) const GPT2: &str = GPT2;

    /// The rule that `name` (`tokenizer.ggml.pre`) stands for, of those that files of these families have.
    pub(super) fn named(name: &str) -> Result<Self, LlmError> {
        let (patterns, whole_words, adds_bos): (&'static [&'static str], bool, bool) = match name {
            "gpt-2" | "phi-2" | "mpt" | "olmo" | "jais" | "a.x-4.0" | "mellum" | "gigachat" | "trillion" | "granite-docling" => {
                (&[GPT2], false, false)
            }
            "smollm" | "starcoder" | "refact" | "command-r" | "codeshell" | "exaone" | "minerva-7b" | "mellum2" => {
                (&[r"\p{N}", GPT2], false, false)
            }
            "qwen2" | "deepseek-r1-qwen" | "stablelm2" | "megrez" | "kormo" | "hunyuan" | "solar-open" => (&[QWEN2], false, false),
            "llama-bpe" | "llama3" | "llama-v3" | "falcon3" | "falcon-h1" | "pixtral" | "midm-2.0" | "lfm2" => (&[LLAMA3], true, true),
            "smaug-bpe" | "dbrx" => (&[LLAMA3], false, false),
            "tekken" => (&[TEKKEN], true, true),
            "gpt-4o" | "llama4" | "kanana2" => (&[GPT4O], false, false),
            "seed-coder" => (&[SEED_CODER], false, false),
            "minicpm5" => (&[r"\p{N}{1,3}", MINICPM5], true, false),
            "deepseek-coder" => (&DEEPSEEK_CODER, false, false),
            "deepseek-llm" => (&DEEPSEEK_LLM, false, false),
            "deepseek-v3" => (&DEEPSEEK_V3, false, false),
            "poro-chat" | "bloom" | "gpt3-finnish" => (&[VIKING], false, false),
            "viking" => (&[VIKING, r"\p{N}"], false, false),
            "default" => (&[r"[\p{P}\$\+<=>\^~\|]+", GPT2, r"\p{N}+", "[0-9][0-9][0-9]"], false, false),
            _ => return Err(LlmError::Unsupported { what: "pre-tokenizer", found: name.into() }),
        };
        Ok(Self { patterns, whole_words, adds_bos })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a file is called by is how a file of that name is read, but for the two of which llama.cpp has patterns of its own.
    #[test]
    fn names_are_those_of_the_same_rule() {
        let rules: [(&[&str], bool); 10] = [
            (&[GPT2], false),
            (&[r"\p{N}", GPT2], false),
            (&[QWEN2], false),
            (&[LLAMA3], true),
            (&[LLAMA3], false),
            (&[SEED_CODER], false),
            (&[r"\p{N}{1,3}", MINICPM5], true),
            (&DEEPSEEK_CODER, false),
            (&DEEPSEEK_LLM, false),
            (&DEEPSEEK_V3, false),
        ];
        for (patterns, whole_words) in rules {
            let name = PreTokenizerRule::name_of(patterns, whole_words).unwrap();
            let rule = PreTokenizerRule::named(name).unwrap();
            assert_eq!((rule.patterns, rule.whole_words), (patterns, whole_words), "{name}");
        }
        for (file, whole_words, name, here) in [(TEKKEN_FILE, true, "tekken", TEKKEN), (GPT4O_FILE, false, "gpt-4o", GPT4O)] {
            assert_eq!(PreTokenizerRule::name_of(&[file], whole_words), Some(name));
            assert_eq!(PreTokenizerRule::named(name).unwrap().patterns, [here]);
            assert_eq!(PreTokenizerRule::name_of(&[file], !whole_words), None);
        }
    }
}
