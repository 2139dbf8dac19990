//! A job for another machine, and what it made of it: what stands in the folder, what is refused, what comes back.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::alpaca_rows;
use crate::home::Home;
use crate::tiny;

/// A tiny llama with room for an example.
fn model(home: &Home) -> String {
    let folder = home.path().join("model");
    if !folder.is_dir() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/families/llama-biases");
        std::fs::create_dir(&folder).unwrap();
        for name in ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"] {
            std::fs::copy(source.join(name), folder.join(name)).unwrap();
        }
        let mut config = read(folder.join("config.json"));
        config["max_position_embeddings"] = json!(1024);
        std::fs::write(folder.join("config.json"), config.to_string()).unwrap();
    }
    folder.display().to_string()
}

/// A line with `more` at its end.
fn words(home: &Home, output: &str, more: &str) -> Vec<String> {
    let data = home.file("data.json", alpaca_rows(11));
    let mut words: Vec<String> = ["train", "--model_name_or_path"].map(String::from).into();
    words.extend([model(home), "--data_path".into(), data.display().to_string()]);
    words.extend(["--output_dir".into(), home.path().join(output).display().to_string()]);
    let rest = "--prompt alpaca --model_max_length 800 --lora_r 2 --per_device_train_batch_size 2 --gradient_accumulation_steps 2 \
                --num_train_epochs 2 --learning_rate 1e-3 --save_strategy no --device cpu --threads 1";
    words.extend(rest.split_whitespace().chain(more.split_whitespace()).map(String::from));
    words
}

fn borrowed(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

fn read(path: PathBuf) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn lines(path: PathBuf) -> Vec<Value> {
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_job_holds_what_another_machine_needs() {
    let home = Home::new();
    let job = home.path().join("job");
    let export = format!("--export {} --export-for axolotl --report_to wandb --tf32 True --lr_scheduler_type cosine", job.display());
    home.check(&borrowed(&words(&home, "run", &export)), 0, "", "exported to");
    assert!(!home.path().join("run").exists(), "nothing is trained");
    let settings = read(job.join("settings.json"));
    assert_eq!((settings["method"].as_str(), settings["rows"]["train"].as_u64()), (Some("lora"), Some(11)));
    let trainer = &settings["trainer"];
    for (key, value) in [
        ("per_device_train_batch_size", json!(2)),
        ("gradient_accumulation_steps", json!(2)),
        ("num_train_epochs", json!(2.0)),
        ("lr_scheduler_type", json!("cosine")),
        ("optim", json!("adamw_torch")),
        ("report_to", json!(["wandb"])),
        ("tf32", json!(true)),
        ("eval_strategy", json!("no")),
    ] {
        assert_eq!(trainer[key], value, "{key}");
    }
    // Nothing goes under a name that the Trainer of today does not know.
    for gone in ["evaluation_strategy", "warmup_ratio", "overwrite_output_dir", "gradient_checkpointing", "no_cuda"] {
        assert!(trainer.get(gone).is_none(), "{gone}");
    }
    let rows = lines(job.join("rows.jsonl"));
    let order = lines(job.join("order.jsonl"));
    assert_eq!((rows.len(), order.len(), order[0].as_array().unwrap().len()), (11, 2, 11));
    let labels: Vec<i64> = rows[0]["labels"].as_array().unwrap().iter().map(|label| label.as_i64().unwrap()).collect();
    let text = lines(job.join("rows.text.jsonl"));
    let prompt = text[0]["prompt_tokens"].as_u64().unwrap() as usize;
    assert!(labels[..prompt].iter().all(|label| *label == -100) && labels[prompt..].iter().all(|label| *label >= 0));
    assert!(text[0]["completion"].as_str().unwrap().starts_with("SELECT count(*)"), "{}", text[0]);
    for name in ["train.py", "run.sh", "slurm.sh", "requirements.txt", "README.md", "ds_config.json", "axolotl.yaml", "plan.toml"] {
        assert!(std::fs::metadata(job.join(name)).unwrap().len() > 0, "{name}");
    }
    assert_eq!(settings["files"].as_object().unwrap().len(), 4, "{}", settings["files"]);
    assert_eq!(settings["model"]["files"].as_object().unwrap().keys().collect::<Vec<_>>(), ["config.json", "model.safetensors"]);
    assert!(std::fs::read_to_string(job.join("axolotl.yaml")).unwrap().contains("lora_r: 2"));
    // Once more: what is there is left alone.
    home.check(&borrowed(&words(&home, "run", &export)), 2, "", "the folder is there already");
    let quantised = tiny::fixture(&tiny::LLAMA).display().to_string();
    let mut line = words(&home, "run", &format!("--export {}", home.path().join("other").display()));
    line[2] = quantised;
    home.check(&borrowed(&line), 2, "", "needs a Hugging Face folder");
    home.check(&borrowed(&words(&home, "run", "--export-for axolotl")), 2, "", "`--export DIR` says where to");
    home.check(&borrowed(&words(&home, "run", "--export x --export-for unsloth")), 2, "", "there are axolotl and llama-factory");
}

#[test]
fn deepspeeds_file_goes_along_as_it_is() {
    let home = Home::new();
    let given = r#"{"scheduler": {"type": "WarmupDecayLR", "params": {"warmup_num_steps": "auto", "total_num_steps": "auto",
        "warmup_max_lr": "auto"}}, "gradient_clipping": "auto",   "steps_per_print": 7}"#;
    let file = home.file("ds.json", given);
    let job = home.path().join("job");
    let line = words(&home, "run", &format!("--deepspeed {} --export {}", file.display(), job.display()));
    home.check(&borrowed(&line), 0, "", "wins over --lr_scheduler_type linear");
    assert_eq!(std::fs::read_to_string(job.join("ds_config.json")).unwrap(), given);
    assert!(std::fs::read_to_string(job.join("run.sh")).unwrap().contains("DEEPSPEED:-ds_config.json"));
    assert_eq!(read(job.join("settings.json"))["deepspeed_schedule"]["type"], "warmup_decay_lr");
    let zero = home.file("zero.json", given.replace(r#""warmup_num_steps": "auto""#, r#""warmup_num_steps": 0"#));
    let other = home.path().join("other");
    let line = words(&home, "run", &format!("--deepspeed {} --export {}", zero.display(), other.display()));
    home.check(&borrowed(&line), 0, "", "DeepSpeed of today refuses 0");
    assert_eq!(read(other.join("ds_config.json"))["scheduler"]["params"]["warmup_num_steps"], 1);
    let wrong = home.file("wrong.json", given.replace(r#""total_num_steps": "auto""#, r#""total_num_steps": 99"#));
    let line = words(&home, "run", &format!("--deepspeed {} --dry-run", wrong.display()));
    home.check(&borrowed(&line), 2, "", "- ds scheduler.params.total_num_steps=99 vs hf num_training_steps (calculated)=6");
}

/// What `train.py` leaves, without torch: the beginning as the result, and curves of our own making.
fn pretend(job: &Path) {
    let output = job.join("output");
    std::fs::create_dir_all(&output).unwrap();
    for name in ["adapter_config.json", "adapter_model.safetensors"] {
        std::fs::copy(job.join("adapter_init").join(name), output.join(name)).unwrap();
    }
    let step = |step: u64| json!({ "step": step, "epoch": step as f64 / 3.0, "loss": 3.0 / step as f64, "grad_norm": 0.5, "learning_rate": 1e-3, "seconds": step });
    let mut lines: String = (1..=6).map(|at| format!("{}\n", step(at))).collect();
    lines.push_str("{\"step\": 6, \"epoch\": 2.0, \"eval_loss\": 0.7}\n");
    std::fs::write(output.join("steps.jsonl"), lines).unwrap();
}

#[test]
fn what_another_machine_made_is_a_run_like_any_other() {
    let home = Home::new();
    let job = home.path().join("job");
    let shown = job.display().to_string();
    home.check(&borrowed(&words(&home, "away", &format!("--export {shown}"))), 0, "", "exported to");
    home.check(&["runs", "import", &shown], 2, "", "nothing was trained there");
    pretend(&job);
    home.check(&["runs", "import", &shown], 0, "", "imported: 6 steps, mean loss 1.2250");
    home.check(&["runs", "import", &shown], 2, "", "is there already");
    let run: Value = serde_json::from_str(&home.stdout_of(&["runs", "show", "away", "--json"])).unwrap();
    assert_eq!((run["state"].as_str(), run["steps"].as_array().map(Vec::len)), (Some("finished"), Some(6)));
    assert_eq!((run["evaluations"][0]["eval_loss"].as_f64(), run["settings"]["lora_r"].as_u64()), (Some(0.7), Some(2)));
    let folder = PathBuf::from(run["folder"].as_str().unwrap());
    let card = read(folder.join("sqllama.json"));
    assert_eq!(card["prompt"], "alpaca");
    assert_eq!(card["base"]["weights_sha256"], read(job.join("settings.json"))["model"]["weights_sha256"]);
    // It is loaded as one of our own.
    let prompt = ["complete", "--model", &model(&home), "--adapter", &folder.display().to_string(), "--prompt", "x", "--max-tokens", "1"];
    home.check(&prompt, 0, "", "");
    // Other rows than those of the export are not this run's.
    std::fs::write(job.join("rows.jsonl"), "{}\n").unwrap();
    home.check(&["runs", "import", &shown, "--name", "again"], 2, "", "rows.jsonl is not the one that was exported");
    home.check(&["runs", "import", &home.path().join("nowhere").display().to_string()], 2, "", "it has no settings.json");
    pretend(&job);
    home.check(&["runs", "import", &shown, "--name", "../x"], 2, "", "a name, not a path");
}

#[test]
fn a_number_that_is_none_is_not_brought_back() {
    let home = Home::new();
    let job = home.path().join("job");
    let shown = job.display().to_string();
    home.check(&borrowed(&words(&home, "away", &format!("--export {shown}"))), 0, "", "exported to");
    pretend(&job);
    let path = job.join("output/adapter_model.safetensors");
    let mut bytes = std::fs::read(&path).unwrap();
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    std::fs::write(&path, bytes).unwrap();
    let out = home.run(&["runs", "import", &shown]);
    let text = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(!out.status.success() && text.contains("finite"), "{text}");
    assert!(home.stdout_of(&["runs", "list"]).contains("no runs yet"));
}
