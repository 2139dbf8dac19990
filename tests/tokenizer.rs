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

/// Failures are not kept in files: a case worth keeping becomes a line of a test.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// The pre-tokenizers that the brief asks for, and those that share a rule with them.
const BYTE_LEVEL: [&str; 6] = ["gpt-2", "smollm", "starcoder", "qwen2", "llama-bpe", "default"];

/// GPT-2's printable character for each byte.
fn alphabet() -> Vec<String> {
    let printable = |b: &u8| matches!(b, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    let mut shifted = 0x100u32..;
    (0..=255u8)
        .map(|b| if printable(&b) { u32::from(b) } else { shifted.next().unwrap() })
        .map(|c| char::from_u32(c).unwrap().to_string())
        .collect()
}

/// All bytes, a few merges, markers, and a token that is always found.
fn byte_level(pre: &str) -> Metadata {
    let merges = ["Ġ t", "h e", "Ġt he", "i n", "Ã ©", "Ċ Ċ", "Ġ Ġ", "ð Ł", "< |"];
    let mut tokens = alphabet();
    tokens.extend(merges.iter().map(|merge| merge.replace(' ', "")));
    let mut kinds = vec![1; tokens.len()];
    for (token, kind) in [("<|im_start|>", 3), ("<|im_end|>", 3), ("<tool_call>", 4)] {
        tokens.push(token.into());
        kinds.push(kind);
    }
    metadata(&[
        ("model", Value::String("gpt2".into())),
        ("pre", Value::String(pre.into())),
        ("tokens", Value::Strings(tokens)),
        ("token_type", Value::Integers(kinds)),
        ("merges", Value::Strings(merges.map(String::from).to_vec())),
        ("eos_token_id", Value::Unsigned(266)),
    ])
}

fn sentencepiece() -> Metadata {
    let pieces = ["▁", "t", "h", "e", "he", "▁t", "▁the", "é", "日", "<", "s", ">", "/"];
    let tokens: Vec<String> = ["<unk>", "<s>", "</s>"]
        .map(String::from)
        .into_iter()
        .chain((0..=255u8).map(|b| format!("<0x{b:02X}>")))
        .chain(pieces.map(String::from))
        .collect();
    let kind = |id: usize| {
        if id == 0 {
            2
        } else if id < 3 {
            3
        } else if id < 259 {
            6
        } else {
            1
        }
    };
    metadata(&[
        ("model", Value::String("llama".into())),
        ("token_type", Value::Integers((0..tokens.len()).map(kind).collect())),
        ("scores", Value::Floats((0..tokens.len()).map(|id| -(id as f32)).collect())),
        ("tokens", Value::Strings(tokens)),
    ])
}

fn metadata(entries: &[(&str, Value)]) -> Metadata {
    Metadata(entries.iter().map(|(key, value)| (format!("tokenizer.ggml.{key}"), value.clone())).collect())
}

/// Tokenizers that need no file, and those of the files at hand.
fn all() -> Vec<(String, Tokenizer)> {
    let mut out: Vec<(String, Tokenizer)> =
        BYTE_LEVEL.iter().map(|pre| ((*pre).into(), Tokenizer::from_gguf(&byte_level(pre)).unwrap())).collect();
    out.push(("sentencepiece".into(), Tokenizer::from_gguf(&sentencepiece()).unwrap()));
    let vectors = ["gpt-2", "starcoder", "llama-spm"].map(|name| shared(&format!("data/tokenizer-vectors/{name}.gguf")));
    let models = ["qwen2.5-coder-0.5b-instruct-q4_k_m.gguf", "smollm2-135m-instruct-q4_1.gguf", "llama-bpe.gguf"].map(model);
    out.extend(vectors.into_iter().chain(models).flatten().map(|path| (path.display().to_string(), load(&path).0)));
    out
}

#[test]
fn any_text_comes_back() {
    let tokenizers = all();
    let text = prop_oneof![
        any::<String>(),
        "\\PC{0,40}",
        "( |\n|\r|\t|a|the|'s|'LL|12345|é|👩‍🚀|<\\|im_end\\|>|<\\|im_|</?s>|<0x0A>|\\u{300}|日本|;|--){0,20}",
    ];
    proptest!(config(), |(text in text)| {
        for (name, tokenizer) in &tokenizers {
            let ids = tokenizer.encode(&text, Specials::AsText).unwrap();
            // SentencePiece writes a space as U+2581: the two come out alike.
            let expected = if name.contains("sentencepiece") || name.contains("spm") { text.replace('\u{2581}', " ") } else { text.clone() };
            prop_assert_eq!(&tokenizer.decode(&ids), &expected, "{}: {:?}", name, ids);
            check_stream(tokenizer, &ids, &expected);
            let marked = ids.iter().find(|id| tokenizer.token_kind(**id).is_none_or(TokenKind::is_marker));
            prop_assert_eq!(marked, None, "{}: a marker came out of plain text", name);
        }
    });
}

#[test]
fn long_words_take_no_quadratic_time() {
    let start = std::time::Instant::now();
    for (name, tokenizer) in all() {
        for part in ["a", " ", "\n", "the ", " \n", "!", "é", "1"] {
            let text = part.repeat(100_000 / part.len());
            let ids = tokenizer.encode(&text, Specials::Parse).unwrap();
            assert!(tokenizer.decode(&ids) == text, "{name}: {part:?}");
        }
    }
    assert!(start.elapsed() < std::time::Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn a_markers_name_in_a_message_stays_text() {
    let template = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}<|im_start|>assistant";
    let template = ChatTemplate::new(template, "", "<|im_end|>").unwrap();
    let tokenizer = Tokenizer::from_gguf(&byte_level("qwen2")).unwrap();
    let ids = |content: &str| template.render_to_tokens(&tokenizer, &[Message { role: Role::User, content: content.into() }]).unwrap();
    let markers = |ids: &[u32]| ids.iter().filter(|id| tokenizer.token_kind(**id) == Some(TokenKind::Control)).count();
    assert_eq!(markers(&ids("hello")), 3);
    proptest!(config(), |(content in "(<\\|im_end\\|>|<\\|im_|start\\|>|<\\|im_start\\|>system\n|end\\|>|<|\\||>|x|\u{F0000}|\n){0,12}")| {
        let ids = ids(&content);
        prop_assert_eq!(markers(&ids), 3);
        prop_assert_eq!(tokenizer.decode(&ids), format!("user\n{content}\nassistant"));
    });
    assert_eq!(markers(&tokenizer.encode("<|im_end|>", Specials::AsText).unwrap()), 0);
    assert_eq!(markers(&tokenizer.encode("<|im_end|>", Specials::Parse).unwrap()), 1);
    // A user-defined token is text that is always one token, as in llama.cpp.
    assert_eq!(tokenizer.decode(&tokenizer.encode("a<tool_call>b", Specials::AsText).unwrap()), "a<tool_call>b");
}

#[track_caller]
fn check_refused(base: Metadata, changes: &[(&str, Option<Value>)], expected: &str) {
    let mut metadata = base;
    for (key, value) in changes {
        let key = format!("tokenizer.ggml.{key}");
        match value {
            Some(value) => metadata.0.insert(key, value.clone()),
            None => metadata.0.remove(&key),
        };
    }
    let error = Tokenizer::from_gguf(&metadata).unwrap_err();
    assert!(error.to_string().contains(expected), "{error}");
    assert!(error.hint().is_some(), "{error}");
}

#[test]
fn what_is_not_known_is_refused_by_name() {
    let text = |text: &str| Some(Value::String(text.into()));
    for name in ["klingon", "tekken", "", "qwen2 ", "GPT-2"] {
        check_refused(byte_level(name), &[], &format!("pre-tokenizer `{name}` is not supported"));
    }
    check_refused(byte_level("gpt-2"), &[("pre", None)], "pre-tokenizer `(none named)` is not supported");
    check_refused(byte_level("gpt-2"), &[("pre", Some(Value::Unsigned(1)))], "pre-tokenizer `(none named)` is not supported");
    check_refused(byte_level("gpt-2"), &[("model", text("bert"))], "tokenizer `bert` is not supported");
    check_refused(byte_level("gpt-2"), &[("model", None)], "`tokenizer.ggml.model` is missing");
}

#[test]
fn hostile_vocabularies_are_refused() {
    let strings = |items: &[&str]| Some(Value::Strings(items.iter().map(|item| (*item).into()).collect()));
    let number = |n: u64| Some(Value::Unsigned(n));
    let gpt2 = || byte_level("gpt-2");
    check_refused(gpt2(), &[("tokens", None)], "`tokenizer.ggml.tokens` is missing");
    check_refused(gpt2(), &[("tokens", number(3))], "`tokenizer.ggml.tokens` is missing");
    check_refused(gpt2(), &[("tokens", strings(&[]))], "its vocabulary has 0 tokens");
    check_refused(gpt2(), &[("tokens", strings(&["a"])), ("eos_token_id", None)], "268 token types for 1 tokens");
    check_refused(gpt2(), &[("token_type", Some(Value::Integers(vec![1, 1])))], "2 token types for 268 tokens");
    check_refused(gpt2(), &[("token_type", strings(&["1"]))], "`tokenizer.ggml.token_type` is not an array of integers");
    check_refused(gpt2(), &[("merges", None)], "`tokenizer.ggml.merges` is missing");
    check_refused(gpt2(), &[("merges", strings(&["a b"]))], "merge 0 of the tokenizer, `a b`, names a token");
    for merge in ["", " ", "h", "he", "h  e", "h zz", "<|im_end|> h", "é"] {
        check_refused(gpt2(), &[("merges", strings(&["h e", merge]))], &format!("merge 1 of the tokenizer, `{merge}`"));
    }
    for id in [268, 1 << 20, u64::from(u32::MAX) + 1, u64::MAX] {
        for name in ["bos_token_id", "eos_token_id", "unknown_token_id", "eot_token_id"] {
            check_refused(gpt2(), &[(name, number(id))], &format!("`tokenizer.ggml.{name}` is"));
        }
    }
    check_refused(gpt2(), &[("bos_token_id", Some(Value::Signed(-1)))], "`tokenizer.ggml.bos_token_id` is");
    check_refused(sentencepiece(), &[("scores", None)], "`tokenizer.ggml.scores` is missing");
    check_refused(sentencepiece(), &[("scores", Some(Value::Floats(vec![0.0])))], "1 scores for 272 tokens");
}

/// Odd scores, kinds and names change what a vocabulary means, and break nothing.
#[test]
fn odd_vocabularies_do_not_panic() {
    let scores = prop::collection::vec(prop_oneof![any::<f32>(), Just(f32::NAN), Just(f32::INFINITY)], 272);
    let kinds = prop::collection::vec(-1i64..9, 272);
    proptest!(config(), |(scores in scores, kinds in kinds, text in "(the|<s>|é|日|😀| |\n){0,12}")| {
        let mut metadata = sentencepiece();
        metadata.0.insert("tokenizer.ggml.scores".into(), Value::Floats(scores));
        metadata.0.insert("tokenizer.ggml.token_type".into(), Value::Integers(kinds));
        let tokenizer = Tokenizer::from_gguf(&metadata).unwrap();
        for specials in [Specials::AsText, Specials::Parse] {
            // Without all byte tokens a text may have no tokens: that is an error with the byte in it.
            match tokenizer.encode(&text, specials) {
                Ok(ids) => prop_assert!(ids.iter().all(|id| (*id as usize) < tokenizer.vocab_size())),
                Err(error) => prop_assert!(error.to_string().contains("has no token for byte 0x"), "{}", error),
            }
        }
    });
}

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

#[track_caller]
fn check_chat(template: &str, messages: &[(Role, &str)], expected: &str) {
    let template = ChatTemplate::new(template, "<s>", "</s>").unwrap();
    let messages: Vec<Message> = messages.iter().map(|(role, content)| Message { role: *role, content: (*content).into() }).collect();
    assert_eq!(template.render(&messages, true).unwrap(), expected);
}

/// Templates that take no system message, or leave it out, or want turns to alternate.
#[test]
fn messages_reach_every_template() {
    use Role::{Assistant, System, User};
    let turns = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}";
    let strict = "{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}\
                  {% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('must alternate') }}{% endif %}\
                  [{{ m.role }}]{{ m.content }}{% endfor %}";
    let deaf = "{% for m in messages %}{% if m.role == 'user' %}[user]{{ m.content }}{% elif m.role == 'assistant' %}[assistant]{{ m.content }}\
                {% endif %}{% endfor %}";
    let chat = [(System, "S"), (User, "one"), (Assistant, "1"), (User, "two")];
    check_chat(turns, &chat, "[system]S[user]one[assistant]1[user]two");
    for template in [strict, deaf] {
        check_chat(template, &chat, "[user]S\n\none[assistant]1[user]two");
        check_chat(template, &[(System, "S")], "[user]S");
    }
    check_chat(strict, &[(System, "S"), (User, "one"), (User, "two"), (Assistant, "1")], "[user]S\n\none\n\ntwo[assistant]1");
    // A template that is at fault says so itself.
    let broken = ChatTemplate::new("{{ raise_exception('always') }}", "", "").unwrap();
    let message = Message { role: System, content: "S".into() };
    assert!(broken.render(&[message], true).unwrap_err().to_string().contains("always"));
    // What transformers hands to templates besides.
    check_chat(
        "{{ tools is none }} {{ documents is none }} {{ enable_thinking }} {{ bos_token }}{{ eos_token }}",
        &[],
        "True True False <s></s>",
    );
    check_chat("{{ strftime_now('%Y') | int > 2025 }}{{ [1] | tojson(indent=1) }}", &[], "True[\n 1\n]");
}
