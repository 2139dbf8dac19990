//! Files for people and shells: DeepSpeed's file, the scripts that begin a run, the page to read first.

use serde_json::{Value, json};

use crate::text;
use crate::train::config::TrainConfig;
use crate::train::offload::Offload;
use crate::train::plan::TrainPlan;

const TRAIN: &str = include_str!("../../../assets/export/train.py");
const RUN: &str = include_str!("../../../assets/export/run.sh");
const SLURM: &str = include_str!("../../../assets/export/slurm.sh");
const REQUIREMENTS: &str = include_str!("../../../assets/export/requirements.txt");

/// The file that was given, byte for byte, but for a warm-up of 0, which DeepSpeed of today refuses.
pub fn deepspeed_given(given: &str, notes: &mut Vec<String>) -> String {
    let Ok(mut json) = serde_json::from_str::<Value>(given) else { return given.into() };
    let Some(steps) = json.pointer_mut("/scheduler/params/warmup_num_steps").filter(|steps| steps.as_f64() == Some(0.0)) else {
        return given.into();
    };
    *steps = json!(1);
    notes.push("warmup_num_steps 0 is 1 in the exported file: DeepSpeed of today refuses 0".into());
    format!("{json:#}\n")
}

/// A file made from the placement. The Trainer's own optimizer and schedule are kept: norms and biases do not decay.
pub fn deepspeed_made(config: &TrainConfig) -> String {
    let host = json!({ "device": "cpu", "pin_memory": true });
    let mut zero = json!({ "stage": 2, "overlap_comm": true, "contiguous_gradients": true });
    if config.offload != Offload::None {
        zero["offload_optimizer"] = host.clone();
    }
    if config.offload == Offload::All {
        zero["stage"] = json!(3);
        zero["offload_param"] = host;
        zero["stage3_gather_16bit_weights_on_model_save"] = json!(true);
    }
    let json = json!({
        "bf16": { "enabled": "auto" },
        "zero_optimization": zero,
        "zero_force_ds_cpu_optimizer": false,
        "gradient_accumulation_steps": "auto",
        "gradient_clipping": "auto",
        "train_batch_size": "auto",
        "train_micro_batch_size_per_gpu": "auto",
    });
    format!("{json:#}\n")
}

/// Everything that begins a run, by name.
pub fn scripts(config: &TrainConfig, plan: &TrainPlan, deepspeed: bool) -> Vec<(&'static str, String)> {
    let with = if deepspeed || config.offload != Offload::None { super::layout::DEEPSPEED } else { "none" };
    let accumulation = config.gradient_accumulation_steps.to_string();
    // Room for what the machine itself takes.
    let memory = (plan.memory.total() * 5 / 4).div_ceil(1 << 30).max(16).to_string();
    let filled = |text: &str| text.replace("@DEEPSPEED@", with).replace("@ACCUMULATION@", &accumulation).replace("@MEMORY@", &memory);
    vec![
        ("train.py", TRAIN.into()),
        ("run.sh", filled(RUN)),
        ("slurm.sh", filled(SLURM)),
        ("requirements.txt", REQUIREMENTS.into()),
        ("README.md", page(config, plan, with)),
    ]
}

fn page(config: &TrainConfig, plan: &TrainPlan, with: &str) -> String {
    let trained = text::count(plan.trainable_parameters);
    let memory = |name: &str, plan: &crate::train::memory::MemoryPlan| {
        format!(
            "| {name} | {} | {} | {} | {} | {} | {} |\n",
            text::bytes(plan.model),
            text::bytes(plan.parameters),
            text::bytes(plan.gradients),
            text::bytes(plan.moments),
            text::bytes(plan.activations),
            text::bytes(plan.total())
        )
    };
    let mut table = memory("machine", &plan.memory);
    if let Some(card) = &plan.card {
        table.push_str(&memory("card", card));
    }
    format!(
        "# A training job made by sqllama\n\n\
         ```sh\n\
         python -m venv venv && . venv/bin/activate && pip install -r requirements.txt\n\
         ./run.sh                 # every card; DeepSpeed's file: {with}\n\
         sbatch slurm.sh          # by Slurm\n\
         ```\n\n\
         Copy this folder and the base model to the machine (`MODEL=/path ./run.sh` where it lies elsewhere there), run, copy it back,\n\
         and read the result with `sqllama runs import FOLDER`.\n\n\
         - {} examples in {} steps of {} x {} ({} epochs), {trained} parameters trained\n\
         - `rows.jsonl`: token ids and labels as sqllama's engine makes them; `rows.text.jsonl`: the same as text\n\
         - `order.jsonl`: the rows of each epoch; `adapter_init`: what an adapter begins with\n\
         - `settings.json`: the Trainer's arguments, hashes of these files and of the base, the plan's numbers\n\n\
         Memory by sqllama's plan for one process of its own engine (the Trainer keeps f32 weights, gradients and moments as well):\n\n\
         | where | model | parameters | gradients | moments | activations | all |\n|---|---|---|---|---|---|---|\n{table}",
        text::count(plan.examples as u64),
        text::count(plan.total_steps),
        config.per_device_train_batch_size,
        config.gradient_accumulation_steps,
        plan.total_steps as f64 / plan.steps_per_epoch.max(1) as f64,
    )
}
