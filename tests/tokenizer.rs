//! Tokenizers: what must hold for any text, and (`tokenizer/`) what llama.cpp, transformers and SentencePiece make of one.
//! Vectors lie in the folder that `SQLLAMA_SHARED` names (`../shared` beside the checkout where it is unset), models in that of
//! `SQLLAMA_TEST_MODELS`; what is not there is skipped with a printed line.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use sqllama::llm::gguf::{GgufFile, Metadata, Value};
use sqllama::llm::template::ChatTemplate;
use sqllama::llm::tokenizer::{Specials, StreamDecoder, TokenKind, Tokenizer};
use sqllama::llm::{Message, Role};

mod files;
mod llama_cpp;

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
    for name in ["klingon", "chameleon", "", "qwen2 ", "GPT-2"] {
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
