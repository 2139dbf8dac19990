"""Reference numbers for training, made with transformers, DeepSpeed and torch of today: schedules as the optimizer sees them, Adafactor's
steps, label smoothing. The outputs are committed; this is run again when those packages change.

    pip install torch transformers accelerate deepspeed
    python tests/scripts/trainer_reference.py tests/training
"""

import json
import sys
from pathlib import Path

import torch
from deepspeed.runtime import lr_schedules
from transformers import get_scheduler
from transformers.optimization import Adafactor
from transformers.trainer_pt_utils import LabelSmoother


def optimizer(rate):
    return torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))], lr=rate)


def trainers(name, kwargs, rate, warmup, total):
    """The rates of the Trainer's loop: the optimizer steps, then the scheduler."""
    opt = optimizer(rate)
    scheduler = get_scheduler(name, opt, warmup, total, kwargs)
    rates = []
    for _ in range(total):
        rates.append(float(opt.param_groups[0]["lr"]))
        opt.step()
        scheduler.step()
    return dict(type=name, kwargs=kwargs, rate=rate, warmup=warmup, total=total, rates=rates)


def deepspeeds(name, ours, kwargs, rate, warmup, total):
    """The rates of DeepSpeed's engine, which steps the same way. What the JSON leaves out is DeepSpeed's default."""
    opt = optimizer(rate)
    filled = {"warmup_num_steps": warmup, **kwargs}
    if name != "WarmupLR":
        filled.setdefault("total_num_steps", total)
    if name != "WarmupCosineLR":
        filled.setdefault("warmup_max_lr", rate)
    scheduler = getattr(lr_schedules, name)(opt, **filled)
    rates = []
    for _ in range(total):
        rates.append(float(opt.param_groups[0]["lr"]))
        opt.step()
        scheduler.step()
    return dict(type=ours, kwargs=kwargs, rate=rate, warmup=warmup, total=total, rates=rates)


def schedules():
    out = []
    for warmup in (0, 3):
        for name, kwargs in [
            ("constant", {}), ("constant_with_warmup", {}), ("linear", {}), ("cosine", {}), ("cosine", {"num_cycles": 1.5}),
            ("cosine_with_restarts", {}), ("cosine_with_restarts", {"num_cycles": 3}), ("polynomial", {}),
            ("polynomial", {"power": 2.0, "lr_end": 1e-5}), ("inverse_sqrt", {}), ("inverse_sqrt", {"timescale": 7}),
            ("cosine_with_min_lr", {"min_lr": 1e-4}), ("cosine_with_min_lr", {"min_lr_rate": 0.25, "num_cycles": 1.0}),
            ("cosine_warmup_with_min_lr", {"min_lr_rate": 0.1}), ("cosine_warmup_with_min_lr", {"min_lr": 1e-4, "warmup_lr_rate": 0.2}),
            ("warmup_stable_decay", {"num_decay_steps": 5}),
            ("warmup_stable_decay", {"num_decay_steps": 5, "warmup_type": "cosine", "decay_type": "linear", "min_lr_ratio": 0.1}),
            ("warmup_stable_decay", {"num_decay_steps": 4, "num_stable_steps": 2, "warmup_type": "1-sqrt", "decay_type": "1-sqrt"}),
        ]:
            out.append(trainers(name, kwargs, 1e-3, warmup, 14))
    for warmup in (1, 3):
        for name, ours, kwargs in [
            ("WarmupLR", "warmup_lr", {}), ("WarmupLR", "warmup_lr", {"warmup_type": "linear", "warmup_min_lr": 1e-4}),
            ("WarmupDecayLR", "warmup_decay_lr", {}), ("WarmupDecayLR", "warmup_decay_lr", {"warmup_type": "linear"}),
            ("WarmupDecayLR", "warmup_decay_lr", {"warmup_min_lr": 2e-4}),
            ("WarmupCosineLR", "warmup_cosine_lr", {}),
            ("WarmupCosineLR", "warmup_cosine_lr", {"warmup_type": "linear", "warmup_min_ratio": 0.1, "cos_min_ratio": 0.05}),
        ]:
            out.append(deepspeeds(name, ours, kwargs, 1e-3, warmup, 12))
    out.append(deepspeeds("WarmupDecayLR", "warmup_decay_lr", {}, 1e-3, 1, 4))
    out.append(deepspeeds("WarmupLR", "warmup_lr", {}, 1e-3, 3, 4))
    out.append(deepspeeds("WarmupDecayLR", "warmup_decay_lr", {"warmup_max_lr": 5e-3, "warmup_num_steps": 4}, 1e-3, 1, 10))
    return out


def plateaus():
    losses = [2.0, 1.5, 1.49999, 1.5, 1.4, 1.4, 1.4, 1.41, 1.3999, 1.2, 1.3, 1.3, 1.3, 1.3, 1.3, 1.1]
    out = []
    for kwargs in [
        {"patience": 1}, {"patience": 0, "factor": 0.5}, {"patience": 1, "cooldown": 2, "factor": 0.5, "min_lr": 3e-4},
        {"patience": 1, "threshold": 0.05, "threshold_mode": "abs"}, {"patience": 1, "mode": "max"}, {},
    ]:
        opt = optimizer(1e-3)
        scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, **kwargs)
        rates = []
        for loss in losses:
            scheduler.step(loss)
            rates.append(float(opt.param_groups[0]["lr"]))
        out.append(dict(kwargs=kwargs, rate=1e-3, losses=losses, rates=rates))
    return out


def adafactor():
    """Three steps on a matrix and a vector, as the Trainer sets it up: no scaling by parameters, no steps of its own."""
    generator = torch.Generator().manual_seed(5)
    draw = lambda *shape: torch.randn(*shape, generator=generator)
    matrix, vector = torch.nn.Parameter(draw(3, 5)), torch.nn.Parameter(draw(4))
    opt = Adafactor(
        [{"params": [matrix], "weight_decay": 0.1}, {"params": [vector], "weight_decay": 0.0}],
        lr=1e-2, scale_parameter=False, relative_step=False,
    )
    out = dict(rate=1e-2, weight_decay=0.1, matrix=matrix.tolist(), vector=vector.tolist(), steps=[])
    for step in range(3):
        matrix.grad, vector.grad = draw(3, 5) * 0.3, draw(4) * (3.0 if step == 1 else 0.3)
        grads = dict(matrix_grad=matrix.grad.tolist(), vector_grad=vector.grad.tolist())
        opt.step()
        out["steps"].append(dict(**grads, matrix=matrix.tolist(), vector=vector.tolist()))
    return out


def smoothing():
    generator = torch.Generator().manual_seed(6)
    logits = (torch.randn(1, 5, 7, generator=generator) * 2).requires_grad_()
    labels = torch.tensor([[-100, -100, 3, 0, 6]])
    loss = LabelSmoother(epsilon=0.1)({"logits": logits}, labels, shift_labels=True, num_items_in_batch=3)
    loss.backward()
    return dict(epsilon=0.1, logits=logits[0, 1:4].tolist(), tokens=[3, 0, 6], loss=loss.item() * 3, gradient=(logits.grad[0, 1:4] * 3).tolist())


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for name, made in [("schedules", schedules()), ("plateaus", plateaus()), ("adafactor", adafactor()), ("smoothing", smoothing())]:
        lines = ",\n".join(json.dumps(case) for case in made) if isinstance(made, list) else None
        (folder / f"{name}.json").write_text(f"[\n{lines}\n]\n" if lines else json.dumps(made) + "\n")
