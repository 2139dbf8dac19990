"""Trains what sqllama exported: its rows in its order, from its beginning, with the Trainer of transformers (and PEFT for adapters).

    python train.py                                  one process
    torchrun --nproc_per_node 8 train.py             many
    deepspeed train.py --deepspeed ds_config.json    with DeepSpeed

Everything it needs stands in settings.json beside it. `sqllama runs import` reads what it leaves: the result, steps.jsonl, trainer_state.json.
"""

import argparse
import hashlib
import json
import math
import os
import shutil
import sys
import time
from pathlib import Path

import torch
from torch.utils.data import Dataset, Sampler
from transformers import AutoModelForCausalLM, EarlyStoppingCallback, Trainer, TrainerCallback, TrainingArguments, set_seed

HERE = Path(__file__).resolve().parent
SETTINGS = json.loads((HERE / "settings.json").read_text())
WORLD = int(os.environ.get("WORLD_SIZE", "1"))
IGNORED = -100
# What a Hugging Face folder needs besides weights.
COMPANIONS = [
    "generation_config.json", "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    "vocab.json", "merges.txt", "chat_template.jinja",
]


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def check(folder, files, what):
    """Stops where a file is not the one that was exported, or exported for."""
    for name, expected in files.items():
        path = Path(folder) / name
        if not path.is_file():
            sys.exit(f"{path} is missing: {what} is not the one this was made for")
        if sha256(path) != expected:
            sys.exit(f"{path} is another file than the one this was made for (--no-check trains all the same)")


class Rows(Dataset):
    """Token ids and labels as sqllama made them. The one behind the last is blank: it fills up batches, and nothing is learned from it."""

    def __init__(self, path):
        with open(path) as file:
            self.rows = [json.loads(line) for line in file]

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        if index == len(self.rows):
            return {"input_ids": [0, 0], "attention_mask": [1, 1], "labels": [IGNORED, IGNORED]}
        return self.rows[index]


def collate(rows):
    """Padded on the right; padding is neither seen nor learned."""
    length = max(len(row["input_ids"]) for row in rows)
    pad = lambda key, value: torch.tensor([row[key] + [value] * (length - len(row[key])) for row in rows])
    return {"input_ids": pad("input_ids", 0), "attention_mask": pad("attention_mask", 0), "labels": pad("labels", IGNORED)}


class Order(Sampler):
    """The rows of each epoch as sqllama's engine draws them, filled up with blank rows so that every process has as many batches."""

    def __init__(self, rows, batch):
        self.blank, self.batch = rows, batch * WORLD
        with open(HERE / "order.jsonl") as file:
            self.orders = [json.loads(line) for line in file]
        self.epoch = 0

    def __len__(self):
        return math.ceil(len(self.orders[0]) / self.batch) * self.batch

    def set_epoch(self, epoch):
        self.epoch = epoch

    def __iter__(self):
        order = self.orders[self.epoch % len(self.orders)]
        return iter(order + [self.blank] * (len(self) - len(order)))


def deepspeed_rate(schedule, step, total, warmup, rate):
    """The share of `rate` that DeepSpeed's scheduler gives to the optimizer's step `step`: its lowest rate first, then index 0, 1, ..."""
    kwargs, name = schedule["kwargs"], schedule["type"]
    warmup = max(2, kwargs.get("warmup_num_steps", warmup))
    total = kwargs.get("total_num_steps", total)
    index = max(0, step - 1)
    rising = index / warmup if kwargs.get("warmup_type") == "linear" else math.log(index + 1) / math.log(warmup)
    if name == "warmup_cosine_lr":
        low, end = kwargs.get("warmup_min_ratio", 0.0), kwargs.get("cos_min_ratio", 1e-4)
        if step == 0:
            return 0.0
        if index < warmup:
            return low + rising * (1 - low)
        progress = min(1.0, (index - warmup + 1) / max(1, total - warmup))
        return max(0.0, end + (1 - end) * (1 + math.cos(math.pi * progress)) / 2)
    low, high = kwargs.get("warmup_min_lr", 0.0), kwargs.get("warmup_max_lr", rate)
    if step == 0:
        return low / rate
    gamma = rising
    if index >= warmup:
        gamma = max(0.0, (total - index) / max(1.0, total - warmup)) if name == "warmup_decay_lr" else 1.0
    return (low + (high - low) * gamma) / rate


class Ours(Trainer):
    def _get_train_sampler(self, train_dataset=None):
        return Order(len(self.train_dataset), self.args.per_device_train_batch_size)

    def get_decay_parameter_names(self, model):
        if SETTINGS["decay_norms"]:
            return [name for name, _ in model.named_parameters()]
        return super().get_decay_parameter_names(model)

    def create_scheduler(self, num_training_steps, optimizer=None):
        schedule = SETTINGS["deepspeed_schedule"]
        if schedule and self.lr_scheduler is None and not self.is_deepspeed_enabled:
            warmup, rate = self.args.get_warmup_steps(num_training_steps), self.args.learning_rate
            share = lambda step: deepspeed_rate(schedule, step, num_training_steps, warmup, rate)
            self.lr_scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer or self.optimizer, share)
        return super().create_scheduler(num_training_steps, optimizer)


class Steps(TrainerCallback):
    """A line a step. The rate is the one the optimizer used: DeepSpeed's log is a step ahead."""

    def __init__(self, path):
        self.path, self.rate, self.begun = path, None, time.time()

    def on_step_begin(self, args, state, control, optimizer=None, **kwargs):
        self.rate = float(optimizer.param_groups[0]["lr"])

    def on_log(self, args, state, control, logs=None, **kwargs):
        if not state.is_world_process_zero:
            return
        keys = ("loss", "grad_norm") if "loss" in logs else ("eval_loss",) if "eval_loss" in logs else ()
        if keys:
            line = {"step": state.global_step, "epoch": state.epoch, **{key: logs[key] for key in keys if key in logs}}
            if "loss" in logs:
                line["learning_rate"] = self.rate
            line["seconds"] = time.time() - self.begun
            with open(self.path, "a") as file:
                file.write(json.dumps(line) + "\n")


def arguments(options, output):
    """The Trainer's arguments: those of settings.json, and what depends on this machine."""
    out = dict(SETTINGS["trainer"])
    steps = out["gradient_accumulation_steps"]
    if steps % WORLD:
        sys.exit(f"{steps} batches make a step, and {WORLD} processes cannot share them: a divisor of {steps} is needed")
    out["gradient_accumulation_steps"] = steps // WORLD
    card = torch.cuda.is_available() and not options.cpu
    if not card:
        out.update(use_cpu=True, bf16=False)
        for name in ("tf32", "fp16", "fp16_full_eval", "bf16_full_eval", "torch_compile"):
            out.pop(name, None)
        if WORLD > 1:
            out["ddp_backend"] = "gloo"
    if options.deepspeed:
        if not card and WORLD > 1:
            # On a processor transformers leaves it to torch to join the processes, and DeepSpeed would count one.
            import deepspeed

            deepspeed.init_distributed(dist_backend="gloo")
        config = json.loads((HERE / options.deepspeed).read_text())
        # How many processes share a step is known here alone.
        for name in ("train_batch_size", "gradient_accumulation_steps"):
            if name in config:
                config[name] = "auto"
        if isinstance(config.get("bf16"), dict) and not card:
            config["bf16"]["enabled"] = False
        out["deepspeed"] = config
    # Rows keep their ids and labels, and the log a line a step, from which curves are made.
    out.update(output_dir=str(output), remove_unused_columns=False, logging_steps=1, logging_strategy="steps")
    return TrainingArguments(**out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=os.environ.get("MODEL", SETTINGS["model"]["path"]), help="the base model's folder")
    parser.add_argument("--output", default=str(HERE / "output"), help="where the result goes")
    parser.add_argument("--deepspeed", help="DeepSpeed's file, beside this one")
    parser.add_argument("--cpu", action="store_true", help="train on the processor")
    parser.add_argument("--no-check", action="store_true", help="train on whatever the files hold")
    parser.add_argument("--local_rank", type=int, help=argparse.SUPPRESS)  # the deepspeed launcher's
    options = parser.parse_args()
    if not options.no_check and int(os.environ.get("RANK", "0")) == 0:
        check(HERE, SETTINGS["files"], "this folder")
        check(options.model, SETTINGS["model"]["files"], "the base model")
    output = Path(options.output)
    output.mkdir(parents=True, exist_ok=True)
    args = arguments(options, output)
    set_seed(args.seed)
    model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32)
    model.config.use_cache = False
    if SETTINGS["method"] == "lora":
        from peft import PeftModel

        model = PeftModel.from_pretrained(model, HERE / "adapter_init", is_trainable=True)
        if args.gradient_checkpointing or getattr(args, "activation_checkpointing", False):
            model.enable_input_require_grads()
    steps = output / "steps.jsonl"
    if args.process_index == 0:
        steps.unlink(missing_ok=True)
    callbacks = [Steps(steps)]
    if SETTINGS["early_stopping"]:
        callbacks.append(EarlyStoppingCallback(**SETTINGS["early_stopping"]))
    evaluated = Rows(HERE / "eval.jsonl") if (HERE / "eval.jsonl").is_file() else None
    trainer = Ours(
        model=model, args=args, train_dataset=Rows(HERE / "rows.jsonl"), eval_dataset=evaluated, data_collator=collate, callbacks=callbacks
    )
    trainer.train(resume_from_checkpoint=any(output.glob("checkpoint-*")) or None)
    trainer.save_model(str(output))
    trainer.save_state()
    if args.process_index == 0:
        if SETTINGS["method"] == "full":
            for name in COMPANIONS:
                if (Path(options.model) / name).is_file():
                    shutil.copy(Path(options.model) / name, output / name)
        print(f"done: the result is in {output}\nbring it back with `sqllama runs import {HERE}`")


if __name__ == "__main__":
    main()
