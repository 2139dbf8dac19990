//! llama.cpp's own test vectors, and its prompt ids for real models.

use std::path::PathBuf;

use serde_json::Value as Json;
use sqllama::llm::template::ChatTemplate;
use sqllama::llm::tokenizer::{Specials, StreamDecoder};
use sqllama::llm::{Message, Role};

use super::{check_stream, load, model, shared};

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
            let ours = tokenizer.encode_prompt(prompt, Specials::Parse).unwrap();
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
