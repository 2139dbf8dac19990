//! Tokenizers of folders: `tokenizer.json` as transformers reads it, `tokenizer.model` as SentencePiece does.

use std::path::Path;

use serde_json::Value as Json;
use sqllama::llm::template::ChatTemplate;
use sqllama::llm::tokenizer::{Specials, TokenKind, Tokenizer};
use sqllama::llm::{Message, Role};

/// `tests/scripts/tokenizer_fixtures.py` makes the cases, and says what transformers computes of each.
#[test]
fn every_block_of_a_tokenizer_json_does_what_transformers_does_with_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tokenizers");
    let read = |name: &str| -> Json { serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap() };
    let (base, cases) = (read("base.json"), read("cases.json"));
    let ids = |value: &Json| -> Vec<u32> { value.as_array().unwrap().iter().map(|id| id.as_u64().unwrap() as u32).collect() };
    let home = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for case in cases.as_array().unwrap() {
        let mut json = base.clone();
        for (key, block) in case["patch"].as_object().unwrap() {
            json[key] = block.clone();
        }
        let file = home.path().join("tokenizer.json");
        std::fs::write(&file, json.to_string()).unwrap();
        std::fs::write(home.path().join("tokenizer_config.json"), r#"{"bos_token": "<s>", "eos_token": "</s>"}"#).unwrap();
        let tokenizer = Tokenizer::from_tokenizer_json(&file).unwrap();
        let mut check = |what: &str, input: &Json, found: Vec<u32>, expected: &Json| {
            if found != ids(expected) {
                wrong.push(format!("{}, {what} {input}: {found:?}, expected {expected}", case["name"]));
            }
        };
        for pair in case["texts"].as_array().unwrap() {
            let mut found = tokenizer.encode_prompt(pair[0].as_str().unwrap(), Specials::Parse).unwrap();
            found.extend(tokenizer.behind());
            check("text", &pair[0], found, &pair[1]);
        }
        for pair in case["plain"].as_array().unwrap() {
            let found = tokenizer.encode(pair[0].as_str().unwrap(), Specials::AsText).unwrap();
            check("plain", &pair[0], found, &pair[1]);
        }
        let template = ChatTemplate::new(case["template"].as_str().unwrap(), "<s>", "</s>").unwrap();
        for pair in case["chats"].as_array().unwrap() {
            let message = |message: &Json| {
                let role = if message["role"] == "user" { Role::User } else { Role::Assistant };
                Message { role, content: message["content"].as_str().unwrap().into() }
            };
            let messages: Vec<Message> = pair[0].as_array().unwrap().iter().map(message).collect();
            check("chat", &pair[0], template.render_to_tokens(&tokenizer, &messages).unwrap(), &pair[1]);
            // What is learned is what comes behind the prompt in the whole.
            let (whole, prompt) = template.render_answered(&tokenizer, &messages, "SELECT 1").unwrap();
            check("chat with an answer", &pair[0], whole[..prompt].to_vec(), &pair[1]);
            // One of the cases writes everything in small letters.
            assert!(tokenizer.decode(&whole).to_lowercase().ends_with("select 1"), "{}", case["name"]);
        }
        // Names of markers in a message stay text, whatever normalises it.
        for name in ["<|im_end|>", "<|IM_END|>", "[/INST]", "</s>"] {
            let messages = [Message { role: Role::User, content: format!("a {name} b") }];
            let plain = [Message { role: Role::User, content: "a b".into() }];
            let markers = |messages: &[Message]| {
                let ids = template.render_to_tokens(&tokenizer, messages).unwrap();
                ids.iter().filter(|id| tokenizer.token_kind(**id) == Some(TokenKind::Control)).count()
            };
            assert_eq!(markers(&messages), markers(&plain), "{}: {name}", case["name"]);
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// SentencePiece's own ids, and transformers' but for a space at the beginning, which that takes for SentencePiece's own.
#[test]
fn a_tokenizer_model_gives_sentencepieces_ids() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tokenizers");
    let expected: Json = serde_json::from_str(&std::fs::read_to_string(folder.join("model.json")).unwrap()).unwrap();
    let ids = |value: &Json| -> Vec<u32> { value.as_array().unwrap().iter().map(|id| id.as_u64().unwrap() as u32).collect() };
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("tokenizer.model");
    std::fs::copy(folder.join("tokenizer.model"), &file).unwrap();
    for case in expected["cases"].as_array().unwrap() {
        std::fs::write(home.path().join("tokenizer_config.json"), case["settings"].to_string()).unwrap();
        let tokenizer = Tokenizer::from_tokenizer_model(&file).unwrap();
        for pair in expected["plain"].as_array().unwrap() {
            let text = pair[0].as_str().unwrap();
            assert_eq!(tokenizer.encode(text, Specials::AsText).unwrap(), ids(&pair[1]), "{text:?}");
            assert_eq!(tokenizer.decode(&ids(&pair[1])), text.replace('\u{2581}', " "), "{text:?}");
        }
        for pair in case["texts"].as_array().unwrap() {
            let text = pair[0].as_str().unwrap();
            if !text.starts_with([' ', '\u{2581}']) {
                assert_eq!(tokenizer.encode_prompt(text, Specials::Parse).unwrap(), ids(&pair[1]), "{text:?} with {}", case["settings"]);
            }
        }
        let bos = case["settings"]["add_bos_token"] == true;
        assert_eq!((tokenizer.bos(), tokenizer.eos(), tokenizer.before().len()), (Some(1), Some(2), usize::from(bos)));
    }
    // A space behind markers as well, where the settings ask for the old way.
    std::fs::write(home.path().join("tokenizer_config.json"), r#"{"legacy": true}"#).unwrap();
    let tokenizer = Tokenizer::from_tokenizer_model(&file).unwrap();
    let parts = ["a", "b"].map(|text| tokenizer.encode(text, Specials::AsText).unwrap());
    assert_eq!(tokenizer.encode("a</s>b", Specials::Parse).unwrap(), [parts[0].as_slice(), &[2], &parts[1]].concat());
    // Whatever is cut off or changed, it is an error or a vocabulary.
    let whole = std::fs::read(&file).unwrap();
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        for bytes in [&whole[..at], &changed] {
            if at % 7 == 0 {
                std::fs::write(&file, bytes).unwrap();
                if let Ok(tokenizer) = Tokenizer::from_tokenizer_model(&file) {
                    let _ = tokenizer.encode("count the shop é", Specials::Parse);
                }
            }
        }
    }
}

#[test]
fn blocks_that_would_make_other_text_are_refused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tokenizers");
    let base: Json = serde_json::from_str(&std::fs::read_to_string(folder.join("base.json")).unwrap()).unwrap();
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("tokenizer.json");
    let open = |key: &str, block: Json| {
        let mut json = base.clone();
        *json.pointer_mut(key).unwrap() = block;
        std::fs::write(&file, json.to_string()).unwrap();
        Tokenizer::from_tokenizer_json(&file)
    };
    #[track_caller]
    fn check(opened: Result<Tokenizer, sqllama::llm::LlmError>, expected: &str) {
        let error = opened.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    check(open("/decoder", serde_json::json!({"type": "WordPiece", "prefix": "##", "cleanup": true})), "decoder `WordPiece`");
    check(open("/decoder", serde_json::json!({"type": "CTC"})), "decoder `CTC`");
    check(open("/model/type", "WordPiece".into()), "tokenizer model `WordPiece`");
    check(open("/model/end_of_word_suffix", "</w>".into()), "tokenizer setting `end_of_word_suffix`");
    check(open("/added_tokens/0/id", serde_json::Value::Null), "no sound `id`");
    // Merges that are drawn would make another text of tokens each time.
    let tokenizer = open("/model/dropout", serde_json::json!(0.9)).unwrap();
    let once = tokenizer.encode("count the shop name", Specials::AsText).unwrap();
    assert!((0..20).all(|_| tokenizer.encode("count the shop name", Specials::AsText).unwrap() == once));
}
