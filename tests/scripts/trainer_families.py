"""Histories of Hugging Face's Trainer over the tiny checkpoints of families: losses, norms of gradients and rates, of all weights and of the
checkpoint's LoRA adapter. The output is committed; this is run again when those packages change.

    pip install torch transformers accelerate peft
    python tests/scripts/trainer_families.py tests/fixtures/families tests/training/families.json

Made with transformers 5.24.0, peft 0.21.2, torch 2.15.0, accelerate 1.15.0 on a CPU, in f32 from weights in bf16.
"""

import contextlib
import io
import json
import sys
import tempfile
from pathlib import Path

import torch
import transformers
from peft import PeftModel

torch.set_num_threads(1)
transformers.logging.set_verbosity_error()
NAMES = ["qwen3", "gemma3", "phi3", "granite", "olmo2", "smollm3"]
SETTINGS = dict(
    per_device_train_batch_size=2, gradient_accumulation_steps=2, num_train_epochs=3, learning_rate=2e-3, lr_scheduler_type="cosine",
    warmup_steps=1, weight_decay=0.1, max_grad_norm=1.0,
)
DATA = [dict(prompt=f"Q{i} {'ab'[i % 2] * (i + 1)} ", completion="SELECT " + ", ".join(["id", "name"][: 1 + i % 2]) + f" FROM t{i}") for i in range(6)]


def encoded(tokenizer):
    rows = []
    for row in DATA:
        before = tokenizer(row["prompt"]).input_ids
        whole = tokenizer(row["prompt"] + row["completion"]).input_ids + [tokenizer.eos_token_id]
        rows.append(dict(input_ids=whole, labels=[-100] * len(before) + whole[len(before) :], prompt_len=len(before)))
    return rows


def collate(batch):
    longest = max(len(row["input_ids"]) for row in batch)
    padded = lambda key, value: torch.tensor([row[key] + [value] * (longest - len(row[key])) for row in batch])
    mask = torch.tensor([[1] * len(row["input_ids"]) + [0] * (longest - len(row["input_ids"])) for row in batch])
    return dict(input_ids=padded("input_ids", 0), labels=padded("labels", -100), attention_mask=mask)


def history(folder, adapter):
    transformers.set_seed(0)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    if adapter:
        model = PeftModel.from_pretrained(model, f"{folder}/adapter", is_trainable=True)
    rows = [{key: row[key] for key in ("input_ids", "labels")} for row in encoded(transformers.AutoTokenizer.from_pretrained(folder))]
    with tempfile.TemporaryDirectory() as out:
        args = transformers.TrainingArguments(
            output_dir=out, report_to=[], logging_steps=1, use_cpu=True, train_sampling_strategy="sequential", disable_tqdm=True,
            save_strategy="no", **SETTINGS,
        )
        trainer = transformers.Trainer(model=model, args=args, train_dataset=rows, data_collator=collate)
        with contextlib.redirect_stdout(io.StringIO()):
            trainer.train()
    keys = ["step", "loss", "grad_norm", "learning_rate"]
    return [{key: entry[key] for key in keys} for entry in trainer.state.log_history if "loss" in entry]


if __name__ == "__main__":
    families, out = Path(sys.argv[1]), Path(sys.argv[2])
    tokens = encoded(transformers.AutoTokenizer.from_pretrained(families / NAMES[0]))
    rows = [dict(input_ids=row["input_ids"], prompt_len=row["prompt_len"]) for row in tokens]
    made = {name: dict(full=history(families / name, False), lora=history(families / name, True)) for name in NAMES}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(histories)}" for name, histories in made.items())
    out.write_text(f'{{"settings": {json.dumps(SETTINGS)},\n"data": {json.dumps(DATA)},\n"rows": {json.dumps(rows)},\n"families": {{\n{lines}\n}}}}\n')
