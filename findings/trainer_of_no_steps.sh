#!/bin/bash
# transformers 5.24.0 (and 4.57.6): a Trainer told max_steps=0 takes one optimizer step, at a learning rate of 0, and ends: nothing
# is learned, nothing is said, and a loss is reported as of any run. By its documentation the epochs decide ("if set to a positive
# number, overrides num_train_epochs").
# Why it matters: a script that passes 0 for "no limit" writes an untouched model behind a log that looks like a run's.
# Cause: set_initial_training_values asks max_steps < 0 where its neighbours ask args.max_steps > 0; the schedule is made for 0 steps.
# Seen:
#   transformers 4.57.6, max_steps -1: 6 steps, first rate 0.01, weights moved: True
#   transformers 4.57.6, max_steps 0: 1 steps, first rate 0.0, weights moved: False
#   transformers 5.24.0, max_steps -1: 6 steps, first rate 0.01, weights moved: True
#   transformers 5.24.0, max_steps 0: 1 steps, first rate 0.0, weights moved: False
set -e
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
"${PYTHON:-python3}" -m venv "$T/v"
"$T/v/bin/pip" install -q --disable-pip-version-check --no-compile torch==2.15.0 accelerate==1.15.0 transformers==5.24.0
cat > "$T/run.py" <<'P'
import sys
import torch, transformers
from transformers import LlamaConfig, LlamaForCausalLM, Trainer, TrainerCallback, TrainingArguments

class Rates(TrainerCallback):
    seen = []
    def on_pre_optimizer_step(self, args, state, control, optimizer=None, **more):
        self.seen.append(optimizer.param_groups[0]["lr"])

steps = int(sys.argv[1])
torch.manual_seed(0)
model = LlamaForCausalLM(LlamaConfig(
    vocab_size=32, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=2))
before = [p.detach().clone() for p in model.parameters()]
rows = [{"input_ids": torch.arange(i, i + 8) % 30, "labels": torch.arange(i, i + 8) % 30} for i in range(12)]
arguments = TrainingArguments(
    "out", max_steps=steps, num_train_epochs=2, per_device_train_batch_size=4, learning_rate=0.01, lr_scheduler_type="linear",
    report_to="none", save_strategy="no", logging_strategy="no", disable_tqdm=True, use_cpu=True)
out = Trainer(model, arguments, train_dataset=rows, callbacks=[Rates()]).train()
moved = any(not torch.equal(a, b) for a, b in zip(before, model.parameters()))
print(f"transformers {transformers.__version__}, max_steps {steps}: {out.global_step} steps, first rate {Rates.seen[0]}, weights moved: {moved}",
      file=open("seen", "a"))
P
cd "$T"
try() { for steps in 0 -1; do v/bin/python run.py $steps > log 2>&1 || { tail -5 log; exit 1; }; done; }
try
v/bin/pip install -q --disable-pip-version-check --no-compile transformers==4.57.6
try
sort -o seen seen; cat seen
diff seen - <<'P'
transformers 4.57.6, max_steps -1: 6 steps, first rate 0.01, weights moved: True
transformers 4.57.6, max_steps 0: 1 steps, first rate 0.0, weights moved: False
transformers 5.24.0, max_steps -1: 6 steps, first rate 0.01, weights moved: True
transformers 5.24.0, max_steps 0: 1 steps, first rate 0.0, weights moved: False
P
