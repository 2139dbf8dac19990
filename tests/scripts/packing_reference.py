"""Reference numbers for packing, made with TRL's `pack_dataset` and its SFTTrainer over a tiny model of `tests/fixtures/families` and its adapter.
The outputs are committed; this is run again when TRL changes.

    pip install trl peft transformers torch
    python tests/scripts/packing_reference.py tests/fixtures/families/qwen3 tests/training
"""

import json
import random
import sys
import tempfile
from pathlib import Path

import torch
import transformers
import trl
from datasets import Dataset
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer, pack_dataset

torch.set_num_threads(1)
folder, out = Path(sys.argv[1]), Path(sys.argv[2])

random.seed(5)
cases = []
for count, most, longest in [(1, 8, 8), (7, 8, 8), (40, 16, 16), (60, 64, 20), (60, 64, 64), (200, 128, 90), (300, 50, 7), (1100, 40, 40)]:
    lengths = [random.randint(1, longest) for _ in range(count)]
    packed = pack_dataset(Dataset.from_dict({"input_ids": [[at] * length for at, length in enumerate(lengths)]}), seq_length=most, strategy="bfd")
    packs = []
    for row in packed:
        starts = [sum(row["seq_lengths"][:at]) for at in range(len(row["seq_lengths"]))]
        packs.append([row["input_ids"][start] for start in starts])
    cases.append([most, lengths, packs])
(out / "packs.json").write_text("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n")

MOST = 48
SETTINGS = dict(
    learning_rate=2e-3, num_train_epochs=3, per_device_train_batch_size=2, gradient_accumulation_steps=2, weight_decay=0.05,
    lr_scheduler_type="linear", warmup_steps=1, max_grad_norm=1.0,
)
ROWS = [(f"Question {at}:" + " why" * (at % 4), f"SELECT {at} FROM t" + " WHERE a" * (at * 3 % 5)) for at in range(23)]
tokenizer = AutoTokenizer.from_pretrained(folder)
rows = []
for prompt, answer in ROWS:
    prompt, answer = (tokenizer(text, add_special_tokens=False).input_ids for text in (prompt, answer))
    answer = answer[: MOST - len(prompt)]
    rows.append(dict(input_ids=prompt + answer, completion_mask=[0] * len(prompt) + [1] * len(answer)))
# `sdpa` and `eager` keep packed examples apart by their position ids.
base = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="sdpa")
model = PeftModel.from_pretrained(base, folder / "adapter", is_trainable=True)
args = SFTConfig(
    output_dir=tempfile.mkdtemp(), use_cpu=True, bf16=False, logging_steps=1, save_strategy="no", report_to="none", seed=7, packing=True,
    packing_strategy="bfd", max_length=MOST, train_sampling_strategy="sequential", disable_tqdm=True, gradient_checkpointing=False,
    dataloader_pin_memory=False, dataset_kwargs={"skip_prepare_dataset": False}, completion_only_loss=True, **SETTINGS,
)
trainer = SFTTrainer(model=model, args=args, train_dataset=Dataset.from_list(rows), processing_class=tokenizer)
packs = len(trainer.train_dataset)
trainer.train()
KEYS = ["step", "loss", "grad_norm", "learning_rate"]
history = [{key: line[key] for key in KEYS} for line in trainer.state.log_history if "loss" in line]
versions = dict(trl=trl.__version__, transformers=transformers.__version__, torch=torch.__version__)
rows = [dict(tokens=row["input_ids"], prompt=row["completion_mask"].count(0)) for row in rows]
made = dict(versions=versions, model=folder.name, settings=SETTINGS, longest=MOST, packs=packs, rows=rows, history=history)
(out / "packing.json").write_text(json.dumps(made) + "\n")
for line in history:
    print(line)
