//! Tokenizers against llama.cpp: its own test vectors, its prompt ids for real models, and what must hold for any text.
//! Vectors lie in the folder that `SQLLAMA_SHARED` names (`../shared` beside the checkout where it is unset), models in that of
//! `SQLLAMA_TEST_MODELS`; what is not there is skipped with a printed line.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde_json::Value as Json;
use sqllama::llm::gguf::{GgufFile, Metadata, Value};
use sqllama::llm::template::ChatTemplate;
use sqllama::llm::tokenizer::{Specials, StreamDecoder, TokenKind, Tokenizer};
use sqllama::llm::{Message, Role};

fn shared(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("SQLLAMA_SHARED").map_or_else(|| "../shared".into(), PathBuf::from);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(name);
    found(path)
}

fn model(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("SQLLAMA_TEST_MODELS").map(PathBuf::from);
    match folder {
        Some(folder) => found(folder.join(name)),
        None => {
            println!("skipped: SQLLAMA_TEST_MODELS names no folder with {name}");
            None
        }
    }
}

fn found(path: PathBuf) -> Option<PathBuf> {
    if !path.exists() {
        println!("skipped: {} is not there", path.display());
    }
    path.exists().then_some(path)
}

fn load(path: &Path) -> (Tokenizer, Metadata) {
    let file = GgufFile::open(path).unwrap();
    (Tokenizer::from_gguf(&file.metadata).unwrap(), file.metadata)
}

/// The texts of `NAME.inp` with the ids of `NAME.out`.
fn cases(name: &str) -> Option<Vec<(String, Vec<u32>)>> {
    let inputs = std::fs::read_to_string(shared(&format!("data/tokenizer-vectors/{name}.inp"))?).unwrap();
    let outputs = std::fs::read_to_string(shared(&format!("data/tokenizer-vectors/{name}.out"))?).unwrap();
    let mut texts: Vec<&str> = inputs.split("\n__ggml_vocab_test__\n").collect();
    assert_eq!(texts.pop(), Some(""), "{name}: the last text is closed too");
    let ids: Vec<Vec<u32>> = outputs.lines().map(|line| line.split_whitespace().map(|id| id.parse().unwrap()).collect()).collect();
    assert!(texts.len() > 40 && texts.len() == ids.len(), "{name}: {} texts, {} lines", texts.len(), ids.len());
    Some(texts.into_iter().map(str::to_owned).zip(ids).collect())
}

#[track_caller]
fn check_vectors(name: &str, vocabulary: Option<PathBuf>) {
    let (Some(path), Some(cases)) = (vocabulary, cases(name)) else { return };
    let (tokenizer, _) = load(&path);
    for (text, ids) in &cases {
        assert_eq!(tokenizer.encode(text, Specials::AsText).unwrap(), *ids, "{name}: {text:?}");
        assert_eq!(tokenizer.decode(ids), *text, "{name}");
        check_stream(&tokenizer, ids, text);
    }
    println!("{name}: {} of {} cases equal", cases.len(), cases.len());
}

/// Token by token the same text comes out, and no character in parts.
#[track_caller]
fn check_stream(tokenizer: &Tokenizer, ids: &[u32], text: &str) {
    let mut decoder = StreamDecoder::new(tokenizer);
    let parts: Vec<String> = ids.iter().map(|id| decoder.push(*id)).collect();
    assert!(text.contains('\u{FFFD}') || parts.iter().all(|part| !part.contains('\u{FFFD}')), "{text:?}: {parts:?}");
    let joined = parts.concat() + &decoder.finish();
    // SentencePiece puts a space before a text, which only `decode` takes away again.
    assert!(joined == text || joined.strip_prefix(' ') == Some(text), "{text:?}: {joined:?}");
}

#[test]
fn vectors_of_llama_cpp_come_out_equal() {
    for name in ["gpt-2", "starcoder", "llama-spm", "phi-3"] {
        check_vectors(name, shared(&format!("data/tokenizer-vectors/{name}.gguf")));
    }
    check_vectors("qwen2", model("qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"));
    // No vocabulary of this kind is among the models that sqllama fetches: any file whose pre-tokenizer is `llama-bpe` serves.
    check_vectors("llama-bpe", model("llama-bpe.gguf"));
}

#[test]
fn prompts_get_llama_cpps_ids() {
    for (reference, file) in [
        ("qwen2.5-coder-0.5b-instruct.q4_k_m", "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"),
        ("smollm2-135m-instruct.q4_1", "smollm2-135m-instruct-q4_1.gguf"),
    ] {
        let (Some(path), Some(reference)) = (model(file), shared(&format!("reference/{reference}.json"))) else { continue };
        let (tokenizer, metadata) = load(&path);
        let reference: Json = serde_json::from_str(&std::fs::read_to_string(reference).unwrap()).unwrap();
        let results = reference["results"].as_array().unwrap();
        let mut chats = 0;
        for result in results {
            let ids: Vec<u32> = result["prompt_ids"].as_array().unwrap().iter().map(|id| id.as_u64().unwrap() as u32).collect();
            let prompt = result["prompt"].as_str().unwrap();
            let bos = tokenizer.bos().filter(|_| tokenizer.adds_bos());
            let ours: Vec<u32> = bos.into_iter().chain(tokenizer.encode(prompt, Specials::Parse).unwrap()).collect();
            assert_eq!(ours, ids, "{file}: {prompt:?}");
            let generated: Vec<u32> = result["greedy_ids"].as_array().unwrap().iter().map(|id| id.as_u64().unwrap() as u32).collect();
            let mut decoder = StreamDecoder::new(&tokenizer);
            let text: String = generated.iter().map(|id| decoder.push(*id)).collect();
            assert_eq!(text + &decoder.finish(), result["greedy_text"].as_str().unwrap(), "{file}");
            // Where the prompt is a chat, the file's own template makes it from the messages.
            if let Some(messages) = chat_of(prompt) {
                let name_of = |id: Option<u32>| id.and_then(|id| tokenizer.token_name(id)).unwrap_or_default();
                let source = metadata.string("tokenizer.chat_template").unwrap();
                let template = ChatTemplate::new(source, &name_of(tokenizer.bos()), &name_of(tokenizer.eos())).unwrap();
                assert_eq!(template.render(&messages, true).unwrap(), prompt, "{file}");
                assert_eq!(template.render_to_tokens(&tokenizer, &messages).unwrap(), ids, "{file}");
                chats += 1;
            }
        }
        assert!(chats > 0);
        println!("{file}: {} prompts equal, {chats} of them from messages", results.len());
    }
}

/// The messages of a ChatML prompt that ends in an open turn of the assistant.
fn chat_of(prompt: &str) -> Option<Vec<Message>> {
    let turns = prompt.strip_suffix("<|im_start|>assistant\n")?;
    let turns = turns.split("<|im_end|>\n").filter(|turn| !turn.is_empty());
    turns
        .map(|turn| {
            let (role, content) = turn.strip_prefix("<|im_start|>")?.split_once('\n')?;
            let role = match role {
                "system" => Role::System,
                "user" => Role::User,
                _ => Role::Assistant,
            };
            Some(Message { role, content: content.to_owned() })
        })
        .collect()
}
