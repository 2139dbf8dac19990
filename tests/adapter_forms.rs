//! Adapters of every form that PEFT has: DoRA, biases, regular expressions, the embedding and the head. What PEFT computes with them is what
//! comes out here, asked and merged. `tests/scripts/family_fixtures.py` makes them and says how.

use std::path::Path;
use std::sync::Arc;

use sqllama::llm::merge::merge;
use sqllama::llm::{ActiveAdapter, Adapter, DeviceChoice, KvType, LlmError, Model, OpenedModel, Phase, placement};

use crate::families::{CACHE_OF_HALVES, check_close, expected, folder, ids, numbers, read, write_gguf};

/// Which tiny model a folder of adapters belongs to. The second has one matrix for its embedding and its head.
const BASES: [(&str, &str); 2] = [("adapters", "llama-biases"), ("adapters-tied", "gemma3")];

fn opened(path: &Path) -> Model {
    OpenedModel::open(path).unwrap().model
}

fn portable(model: Model) -> Model {
    let demand = placement::Demand::of(&model.weights, &model.spec, 64, KvType::F16);
    let placement = placement::choose(DeviceChoice::Portable, None, &demand).unwrap();
    model.place(placement).unwrap()
}

fn logits_with(model: &Model, adapter: Option<&Adapter>, prompt: &[u32]) -> Vec<f32> {
    let active = adapter.map(|adapter| Arc::new(ActiveAdapter::new(adapter, model).unwrap()));
    read(model, &mut model.session_with(active).unwrap(), Phase::Prefill, prompt)
}

/// On both roads, with rows as folders have them and as GGUF weaves them; and merged into a folder, without the adapter.
#[test]
fn adapters_of_all_forms_answer_as_pefts() {
    let temporary = tempfile::tempdir().unwrap();
    for (forms, base) in BASES {
        let (plain, wanted) = (expected(base), expected(forms));
        let prompt = ids(&plain["prompt"]);
        let file = temporary.path().join(format!("{base}.gguf"));
        write_gguf(base, &file);
        let models =
            [("folder", opened(&folder(base))), ("GGUF", Model::open(&file).unwrap().0), ("portable", portable(opened(&folder(base))))];
        for (form, logits) in wanted.as_object().unwrap() {
            let logits = numbers(logits);
            let adapter = Adapter::read(&folder(forms).join(form)).unwrap();
            for (what, model) in &models {
                let found = logits_with(model, Some(&adapter), &prompt);
                check_close(&format!("{base} {form}, {what}"), &found, &logits, CACHE_OF_HALVES);
            }
            let bare = numbers(&plain["logits"]);
            assert!(logits.iter().zip(&bare).any(|(found, bare)| (found - bare).abs() > 0.1), "{form} changes something");
            // What is written is the same adapter.
            let copy = temporary.path().join(format!("{base}-{form}"));
            adapter.write(&copy).unwrap();
            assert_eq!(Adapter::read(&copy).unwrap(), adapter, "{form}");
            let merged = temporary.path().join(format!("{base}-{form}-merged"));
            merge(&folder(base), &adapter, &merged).unwrap();
            // The base's weights are in bf16, and so are the merged ones.
            check_close(&format!("{base} {form}, merged"), &logits_with(&opened(&merged), None, &prompt), &logits, 0.3);
        }
    }
}

/// A lane with an adapter leaves the others as they are, whatever end it changes.
#[test]
fn ends_of_one_session_are_not_anothers() {
    let (plain, model) = (expected("gemma3"), opened(&folder("gemma3")));
    let prompt = ids(&plain["prompt"]);
    let alone = logits_with(&model, None, &prompt);
    for form in ["saved-head", "saved-embedding", "tokens"] {
        let adapter = Adapter::read(&folder("adapters-tied").join(form)).unwrap();
        let changed = logits_with(&model, Some(&adapter), &prompt);
        let active = Arc::new(ActiveAdapter::new(&adapter, &model).unwrap());
        let (mut bare, mut adapted) = (model.session(), model.session_with(Some(active)).unwrap());
        let mut lanes =
            [&mut bare, &mut adapted].map(|session| sqllama::llm::Lane { session, tokens: &prompt, want: sqllama::llm::Want::Last });
        let out = model.forward(Phase::Prefill, &mut lanes).unwrap();
        let found = out.iter().map(|logits| logits.flatten_all().unwrap().to_vec1::<f32>().unwrap()).collect::<Vec<_>>();
        assert_eq!(found, [alone.clone(), changed], "{form}");
    }
}

/// What is changed of an end is said where it cannot be taken along, or does not fit.
#[test]
fn ends_that_do_not_fit_are_named() {
    let temporary = tempfile::tempdir().unwrap();
    let adapter = Adapter::read(&folder("adapters").join("saved-head")).unwrap();
    let error = adapter.write_gguf(&opened(&folder("llama-biases")).spec, &temporary.path().join("a.gguf")).unwrap_err();
    assert!(error.to_string().contains("an embedding or a head of its own"), "{error}");
    let copied = temporary.path().join("copied");
    for (form, from, to, expected) in [
        ("saved-head", r#""lm_head""#, r#""embed_tokens""#, "names embed_tokens in modules_to_save, and it is not there"),
        ("head", "\"lm_head\",", "\"k_proj\",", "holds matrices of lm_head, which adapter_config.json does not name"),
        ("tokens", "66", "66, 67", "embed_tokens has another shape"),
        ("tokens", "250", "272", "embed_tokens has another shape"),
        ("head", r#""rank_pattern": {}"#, r#""rank_pattern": {"lm_head": 3}"#, "lm_head has rank 2"),
    ] {
        let from_folder = folder("adapters").join(form);
        std::fs::create_dir_all(&copied).unwrap();
        std::fs::copy(from_folder.join("adapter_model.safetensors"), copied.join("adapter_model.safetensors")).unwrap();
        let text = std::fs::read_to_string(from_folder.join("adapter_config.json")).unwrap();
        assert!(text.contains(from), "{form}: {text}");
        std::fs::write(copied.join("adapter_config.json"), text.replacen(from, to, 1)).unwrap();
        let base = opened(&folder("llama-biases"));
        let error: LlmError = Adapter::read(&copied).and_then(|adapter| ActiveAdapter::new(&adapter, &base)).unwrap_err();
        assert!(error.to_string().contains(expected), "{form}: {error}");
    }
}
