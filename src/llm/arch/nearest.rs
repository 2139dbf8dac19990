//! Families that are known by name and not computed, and which of ours each is most like.

use super::super::LlmError;

/// What a family's name begins with, without dashes and underscores, and the nearest of ours; the first that fits counts.
const NEAREST: [(&str, &str); 30] = [
    ("qwen3next", "Qwen3"),
    ("qwen3", "Qwen3"),
    ("qwen2", "Qwen2.5"),
    ("qwen", "Qwen2.5"),
    ("mixtral", "Mistral"),
    ("ministral", "Mistral"),
    ("mistral", "Mistral"),
    ("codellama", "Llama"),
    ("llama", "Llama"),
    ("smollm", "SmolLM3"),
    ("olmo", "OLMo 2"),
    ("granite", "Granite (dense)"),
    ("phi", "Phi 3"),
    ("gemma", "Gemma 3, its text model (`gemma3_text`)"),
    ("deepseek", "Llama"),
    ("internlm", "Llama"),
    ("baichuan", "Llama"),
    ("exaone", "Llama"),
    ("cohere", "Llama"),
    ("commandr", "Llama"),
    ("stablelm", "Llama"),
    ("starcoder", "StarCoder 2"),
    ("glm", "Qwen2.5"),
    ("chatglm", "Qwen2.5"),
    ("minicpm", "Llama"),
    ("hunyuan", "Qwen3"),
    ("ernie", "Llama"),
    ("arcee", "Llama"),
    ("apertus", "Llama"),
    ("seedoss", "Qwen3"),
];

/// An error that names `family` and the nearest of ours.
pub(in crate::llm) fn refuse_family(what: &'static str, family: &str) -> LlmError {
    let plain: String = family.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let nearest = NEAREST.iter().find(|(name, _)| plain.starts_with(name)).map(|(_, nearest)| *nearest);
    LlmError::UnsupportedFamily { what, found: family.into(), nearest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_family_names_the_nearest() {
        for (family, nearest) in [
            ("gemma3n", Some("Gemma 3, its text model (`gemma3_text`)")),
            ("mistral4", Some("Mistral")),
            ("phimoe", Some("Phi 3")),
            ("mamba", None),
        ] {
            let error = refuse_family("architecture", family);
            assert!(matches!(&error, LlmError::UnsupportedFamily { nearest: found, .. } if *found == nearest), "{error}");
            assert!(error.to_string().starts_with(&format!("architecture `{family}` is not supported")), "{error}");
        }
    }
}
