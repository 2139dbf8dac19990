"""Reference numbers for preference training, made with TRL's DPOTrainer over a tiny model of `tests/fixtures/families` and its adapter. The output
is committed; this is run again when TRL changes.

    pip install trl peft transformers torch
    python tests/scripts/dpo_reference.py tests/fixtures/families/qwen3 tests/training/dpo.json
"""

import json
import sys
import tempfile
from pathlib import Path

import torch
import transformers
import trl
from datasets import Dataset
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import DPOConfig, DPOTrainer

torch.set_num_threads(1)
folder, out = Path(sys.argv[1]), Path(sys.argv[2])
PAIRS = [
    ("How many singers?\n", "SELECT count(*) FROM singer", "SELECT * FROM singer"),
    ("Names of all bands\n", "SELECT name FROM band", "SELECT band FROM name WHERE 1"),
    ("The oldest one\n", "SELECT max(age) FROM t", "SELECT min(age) FROM t"),
    ("List a\n", "SELECT a FROM b", "SELECT b"),
    ("Which towns are there in all of them?\n", "SELECT DISTINCT town FROM owner", "SELECT town, count(*) FROM owner GROUP BY 2"),
    ("x\n", "SELECT 1", "SELECT 2"),
    ("Sum of fees by day\n", "SELECT day, sum(fee) FROM visit GROUP BY day", "SELECT sum(fee) FROM visit"),
]
SETTINGS = dict(
    beta=0.2, learning_rate=2e-3, num_train_epochs=3, per_device_train_batch_size=2, gradient_accumulation_steps=2, weight_decay=0.05,
    lr_scheduler_type="linear", warmup_steps=1, max_grad_norm=1.0,
)

tokenizer = AutoTokenizer.from_pretrained(folder)
tokenizer.chat_template = None
base = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
model = PeftModel.from_pretrained(base, folder / "adapter", is_trainable=True)
args = DPOConfig(
    output_dir=tempfile.mkdtemp(), use_cpu=True, bf16=False, logging_steps=1, save_strategy="no", report_to="none", seed=7,
    train_sampling_strategy="sequential", max_length=None, disable_tqdm=True, gradient_checkpointing=False, dataloader_pin_memory=False, **SETTINGS,
)
data = Dataset.from_list([dict(prompt=prompt, chosen=chosen, rejected=rejected) for prompt, chosen, rejected in PAIRS])
trainer = DPOTrainer(model=model, args=args, train_dataset=data, processing_class=tokenizer)
rows = []
for row in trainer.train_dataset:
    prompt = row.get("prompt_ids", row.get("prompt_input_ids"))
    chosen = row.get("chosen_ids", row.get("chosen_input_ids"))
    rejected = row.get("rejected_ids", row.get("rejected_input_ids"))
    rows.append(dict(prompt=prompt, chosen=chosen, rejected=rejected))
trainer.train()
KEYS = ["step", "loss", "grad_norm", "learning_rate", "rewards/chosen", "rewards/rejected", "rewards/accuracies", "rewards/margins"]
history = [{key: line[key] for key in KEYS} for line in trainer.state.log_history if "loss" in line]
versions = dict(trl=trl.__version__, transformers=transformers.__version__, torch=torch.__version__)
out.write_text(json.dumps(dict(versions=versions, model=folder.name, settings=SETTINGS, rows=rows, history=history)) + "\n")
for line in history:
    print(line)
