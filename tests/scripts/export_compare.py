"""Runs what `sqllama train --export` writes, with the Trainer, PEFT, torchrun and DeepSpeed, beside sqllama's own engine on the same job: the
loss, the rate at the optimizer and the gradient's norm of every step must be equal (2e-4, 1e-9, 0.5%).

    pip install -r assets/export/requirements.txt          (not part of CI: torch is large)
    python tests/scripts/export_compare.py SQLLAMA FOLDER [CASE...]

SQLLAMA is the program, FOLDER is made. Everything runs on the processor; DeepSpeed compiles two helpers, for which a C++ compiler and
python's headers are needed.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

SEED_JSON = {
    "bf16": {"enabled": "auto"},
    "optimizer": {"type": "AdamW", "params": {"lr": "auto", "betas": "auto", "eps": "auto", "weight_decay": "auto"}},
    "scheduler": {
        "type": "WarmupDecayLR",
        "params": {"total_num_steps": "auto", "warmup_min_lr": "auto", "warmup_max_lr": "auto", "warmup_num_steps": "auto"},
    },
    "zero_optimization": {
        "stage": 3,
        "offload_optimizer": {"device": "cpu", "pin_memory": True},
        "offload_param": {"device": "cpu", "pin_memory": True},
        "overlap_comm": True,
        "contiguous_gradients": True,
        "sub_group_size": 1e5,
        "reduce_bucket_size": 2e8,
        "stage3_prefetch_bucket_size": "auto",
        "stage3_param_persistence_threshold": "auto",
        "stage3_max_live_parameters": 1e6,
        "stage3_max_reuse_distance": 1e6,
        "stage3_gather_16bit_weights_on_model_save": True,
    },
    "gradient_accumulation_steps": "auto",
    "gradient_clipping": "auto",
    "steps_per_print": 1,
    "train_batch_size": "auto",
    "train_micro_batch_size_per_gpu": "auto",
    "wall_clock_breakdown": False,
}
# The seed's command line, byte for byte but for paths.
SEED_LINE = """torchrun --master_port=1211 train_sqlllama.py.py \\
    --model_name_or_path MODEL \\
    --data_path "DATA" \\
    --bf16 True \\
    --output_dir OUTPUT \\
    --num_train_epochs 15 \\
    --per_device_train_batch_size 4 \\
    --per_device_eval_batch_size 4 \\
    --gradient_accumulation_steps 8 \\
    --gradient_checkpointing True \\
    --evaluation_strategy "no" \\
    --learning_rate 1e-5 \\
    --weight_decay 0.1 \\
    --lr_scheduler_type "cosine" \\
    --warmup_steps 0 \\
    --deepspeed DEEPSPEED \\
    --tf32 True \\
    --logging_steps 1 \\
    --save_strategy "steps" \\
    --save_steps 500 \\
    --save_total_limit 1 \\
"""
COMMON = "--model_name_or_path MODEL --data_path DATA --output_dir OUTPUT --prompt alpaca --per_device_train_batch_size 2 "
COMMON += "--gradient_accumulation_steps 2 --num_train_epochs 2 --learning_rate 1e-3 --weight_decay 0.1 --save_strategy no "
# What is trained, and how what was exported is launched.
PLAIN, TWO = "plain", "torchrun, 2 processes"
DEEPSPEED, DEEPSPEED_TWO = "DeepSpeed", "DeepSpeed, 2 processes"
CASES = {
    "full-cosine": (COMMON + "--method full --lr_scheduler_type cosine --warmup_steps 2", [PLAIN, TWO, DEEPSPEED]),
    "lora-cosine": (COMMON + "--method lora --lora_r 4 --lr_scheduler_type cosine --warmup_steps 2", [PLAIN, TWO, DEEPSPEED]),
    "full-seed": (SEED_LINE, [PLAIN, TWO, DEEPSPEED, DEEPSPEED_TWO]),
    "lora-json": (COMMON + "--method lora --lora_r 4 --deepspeed DEEPSPEED --warmup_steps 3", [PLAIN, DEEPSPEED]),
    "full-words": (
        COMMON + "--method full --lr_scheduler_type polynomial --lr_scheduler_kwargs {\"power\":2} --label_smoothing_factor 0.1 "
        "--optim adafactor --data_seed 5 --dataloader_drop_last True --warmup_ratio 0.2",
        [PLAIN],
    ),
    "lora-smooth": (
        COMMON + "--method lora --lora_r 2 --lr_scheduler_type warmup_stable_decay --lr_scheduler_kwargs {\"num_decay_steps\":4} "
        "--label_smoothing_factor 0.2 --max_grad_norm 0",
        [PLAIN, TWO],
    ),
}
TABLES = ["album", "city", "engine", "match", "store"]


def make(folder):
    """A tiny llama with random weights, a byte tokenizer, 23 examples: the last step of an epoch is not full."""
    import torch
    import transformers
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        hidden_size=64, intermediate_size=128, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2, vocab_size=264,
        max_position_embeddings=1024, bos_token_id=256, eos_token_id=257, pad_token_id=258, tie_word_embeddings=False,
    )
    transformers.LlamaForCausalLM(config).save_pretrained(folder / "model")
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({letter: index for index, letter in enumerate(letters)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<s>", "</s>", "<pad>"])
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="<pad>")
    fast.save_pretrained(folder / "model")
    rows = [
        {
            "instruction": f"How many rows of kind {i} has {TABLES[i % 5]}?",
            "input": f"CREATE TABLE {TABLES[i % 5]} (a INTEGER, b{i} VARCHAR)" if i % 4 else "",
            "output": f"SELECT count(*) FROM {TABLES[i % 5]} WHERE a = {i}" + " AND a > 1" * (i % 3),
        }
        for i in range(23)
    ]
    (folder / "data.json").write_text(json.dumps(rows))
    (folder / "ds_config_sql.json").write_text(json.dumps(SEED_JSON, indent=2))


def run(words, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, **more)
    if done.returncode:
        sys.exit(f"{shlex.join(map(str, words))}\n{done.stdout[-2000:]}\n{done.stderr[-6000:]}")
    return done.stderr


def ours(folder):
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    return [event for event in events if event["event"] == "step"]


def launch(job, how, output):
    """Trains an exported job in one of the ways. Its folder is the job's, so that `runs import` finds the result."""
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "DS_ACCELERATOR": "cpu", "PYTHON": sys.executable, "OMP_NUM_THREADS": "1"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    environment["DEEPSPEED"] = "ds_config.json" if how in (DEEPSPEED, DEEPSPEED_TWO) else "none"
    environment["PROCESSES"] = "2" if how in (TWO, DEEPSPEED_TWO) else "1"
    words = [sys.executable, "train.py"] if how == PLAIN else ["./run.sh"]
    return run([*words, "--cpu", "--output", output], cwd=job, env=environment)


def compare(mine, theirs):
    worst = [0.0, 0.0, 0.0]
    assert len(mine) == len(theirs), f"{len(mine)} steps here, {len(theirs)} there"
    for one, other in zip(mine, theirs):
        assert one["step"] == other["step"]
        off = [
            abs(one["loss"] - other["loss"]),
            abs(one["learning_rate"] - other["learning_rate"]),
            abs(one["grad_norm"] / other["grad_norm"] - 1),
        ]
        worst = [max(pair) for pair in zip(worst, off)]
    return worst


def main():
    program, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "model").is_dir():
        make(folder)
    environment = {**os.environ, **{f"SQLLAMA_{kind}_DIR": str(folder / "home" / kind) for kind in ("CONFIG", "DATA", "CACHE")}}
    failed = False
    for name in sys.argv[3:] or CASES:
        line, ways = CASES[name]
        job, output = folder / "jobs" / name, folder / "runs" / name
        for old in (job, output, folder / "home" / "DATA" / "runs" / name):
            shutil.rmtree(old, ignore_errors=True)
        for key, value in [("MODEL", folder / "model"), ("DATA", folder / "data.json"), ("OUTPUT", output), ("DEEPSPEED", folder / "ds_config_sql.json")]:
            line = line.replace(key, str(value))
        words = [program, "train", *(shlex.split(line) if name == "full-seed" else line.split()), "--device", "cpu"]
        run(words, env=environment)
        said = run([*words, "--export", job], env=environment)
        for way in ways:
            result = job / "output"
            shutil.rmtree(result, ignore_errors=True)
            launch(job, way, result)
            theirs = [json.loads(step) for step in (result / "steps.jsonl").read_text().splitlines()]
            loss, rate, norm = compare(ours(output), [step for step in theirs if "loss" in step])
            fine = loss < 2e-4 and rate < 1e-9 and norm < 5e-3
            failed |= not fine
            print(f"{name:12} {way:24} {len(theirs):3} steps: loss {loss:.1e}, rate {rate:.1e}, norm {norm:.1e}{'' if fine else '  DIFFERENT'}", flush=True)
        run([program, "runs", "import", job, "--name", name], env=environment)
        shown = json.loads(subprocess.run([program, "runs", "show", name, "--json"], capture_output=True, text=True, env=environment).stdout)
        assert shown["state"] == "finished" and len(shown["steps"]) == len(ours(output)), shown
        if name == "full-seed":
            print("\n".join(f"    {line}" for line in said.splitlines() if line.startswith(("warning", "note"))))
    sys.exit(failed)


if __name__ == "__main__":
    main()
