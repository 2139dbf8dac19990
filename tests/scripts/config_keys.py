"""Changes every key of config.json of a tiny model of every family, one at a time, and holds what `sqllama complete` answers beside transformers: the
same tokens and probabilities, or a refusal. What is neither is printed.

    python3 tests/scripts/config_keys.py SQLLAMA FOLDER [FAMILY...]

Made with transformers 5.24.0 and torch 2.15.0 on a CPU. SQLLAMA is the program, FOLDER is made. A family takes some minutes.
"""

import copy
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import torch
from family_fixtures import CASES, SIZES, T, randomise, tokenizer

PROMPT = "SELECT name, COUNT(*) FROM shop GROUP"
LAYERS = 4
# Sizes that weights have, and what says nothing of a forward pass.
PASSED_OVER = {
    "architectures", "transformers_version", "bos_token_id", "eos_token_id", "pad_token_id", "dtype", "initializer_range", "use_cache", "model_type",
    "attention_dropout", "hidden_size", "intermediate_size", "vocab_size", "num_hidden_layers", "output_router_logits", "router_aux_loss_coef",
}
TYPES = [["sliding_attention"] * LAYERS, ["full_attention"] * LAYERS, ["sliding_attention", "full_attention"] * (LAYERS // 2), None]
# Keys that one family or another has, and values that change what it computes.
ADDED = {
    "hidden_act": ["gelu", "gelu_new", "gelu_pytorch_tanh", "silu", "swish"], "hidden_activation": ["gelu", "silu", "gelu_fast"], "is_causal": [False],
    "attention_bias": [True], "mlp_bias": [True], "use_bias": [False], "logit_scale": [0.5], "final_logit_softcapping": [3.0, None],
    "attn_logit_softcapping": [2.0, None], "sliding_window": [5, None], "use_sliding_window": [True], "max_window_layers": [0, 1],
    "layer_types": TYPES, "sliding_window_pattern": [3], "partial_rotary_factor": [0.5], "rope_theta": [500.0], "rope_local_base_freq": [77.0],
    "embedding_multiplier": [3.0], "residual_multiplier": [0.3], "attention_multiplier": [0.3], "logits_scaling": [4.0],
    "query_pre_attn_scalar": [9], "norm_topk_prob": [False, True], "num_experts_per_tok": [1], "mlp_only_layers": [[1]], "decoder_sparse_step": [1, 3],
    "no_rope_layers": [[1, 0, 1, 0]], "no_rope_layer_interval": [3], "rms_norm_eps": [0.3], "norm_epsilon": [0.3], "use_bidirectional_attention": [True],
    "original_max_position_embeddings": [128], "max_position_embeddings": [1024], "tie_word_embeddings": [True, False, None], "head_dim": [None],
}


def ropes(head):
    half = [1 + i * 0.3 for i in range(head // 2)], [2.0 + i for i in range(head // 2)]
    yarn = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=64)
    llama3 = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0)
    longrope = dict(rope_type="longrope", short_factor=half[0], long_factor=half[1], original_max_position_embeddings=128)
    kinds = [
        dict(rope_type="default"), dict(rope_type="linear", factor=3.0), dict(type="linear", factor=3.0), dict(rope_type="dynamic", factor=4.0), yarn,
        dict(yarn, beta_fast=8, beta_slow=2), dict(yarn, mscale=0.7, mscale_all_dim=0.3), dict(yarn, attention_factor=1.2, truncate=False), llama3,
        dict(llama3, original_max_position_embeddings=64), longrope, dict(longrope, factor=3.0), dict(longrope, attention_factor=1.4),
        dict(rope_type="linear", factor=2.0, partial_rotary_factor=0.5),
    ]
    both = dict(full_attention=dict(rope_type="linear", factor=2.0, rope_theta=100.0), sliding_attention=dict(rope_type="default", rope_theta=50.0))
    return [{}, both, *[dict(kind, rope_theta=300.0) for kind in kinds], *kinds]


def changes(config):
    for key, value in config.items():
        if key in PASSED_OVER:
            continue
        yield f"without {key}", lambda c, key=key: c.pop(key)
        others = [not value] if isinstance(value, bool) else [value * 2, 1.0] if isinstance(value, float) else []
        for other in others:
            yield f"{key} = {other}", lambda c, key=key, other=other: c.update({key: other})
    for key, values in ADDED.items():
        for value in values:
            yield f"{key} = {value}", lambda c, key=key, value=value: c.update({key: value})
    for rope in ropes(config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]):
        yield f"rope_parameters = {rope}", lambda c, rope=rope: c.update(rope_parameters=dict(rope))
        yield f"rope_scaling = {rope} beside rope_parameters", lambda c, rope=rope: c.update(rope_scaling=dict(rope))
        yield f"rope_scaling = {rope}", lambda c, rope=rope: (c.pop("rope_parameters"), c.update(rope_scaling=dict(rope)))


def answer(program, folder, environment):
    words = ["complete", "--model", folder, "--prompt", PROMPT, "--temperature", "0", "--max-tokens", "24", "--logprobs", "4", "--format", "json"]
    done = subprocess.run([program, *words], capture_output=True, text=True, env=environment, timeout=60)
    if done.returncode == 0:
        return json.loads(done.stdout), ""
    assert done.stderr.startswith("error: ") and "panicked" not in done.stderr, done.stderr
    return None, done.stderr


def difference(model, said):
    """How far the probabilities of what was answered are off, and whether it is the likeliest."""
    row, begin = said["prompt_tokens"] + said["tokens"], len(said["prompt_tokens"]) - 1
    with torch.no_grad():
        all_of_them = torch.log_softmax(model(input_ids=torch.tensor([row[:-1]])).logits[0], -1)
    worst, lead = 0.0, 0.0
    for at, (token, likely) in enumerate(zip(said["tokens"], said["logprobs"])):
        here = all_of_them[begin + at]
        top = torch.sort(here, descending=True).values[: len(likely)]
        worst = max(worst, *(abs(one["logprob"] - other.item()) for one, other in zip(likely, top)))
        lead = max(lead, (here.max() - here[token]).item())
    return max(worst, lead)


def main():
    program, root = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    environment = {**os.environ, **{f"SQLLAMA_{kind}_DIR": str(root / "home" / kind) for kind in ("CONFIG", "DATA", "CACHE")}}
    failed = False
    for name in sys.argv[3:] or [name for name in CASES if "-" not in name]:
        kind, settings = CASES[name]
        made, folder = root / name, root / f"{name}-changed"
        shutil.rmtree(folder, ignore_errors=True)
        if not made.is_dir():
            model = T.AutoModelForCausalLM.from_config(kind(**{**SIZES, **settings, "num_hidden_layers": LAYERS, "layer_types": None}))
            randomise(model, 7)
            model.save_pretrained(made)
            tokenizer(made)
        shutil.copytree(made, folder)
        load = lambda: T.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
        config, counts = json.loads((made / "config.json").read_text()), {}
        usual = difference(load()[0].eval(), answer(program, folder, environment)[0])
        for label, change in changes(config):
            changed = copy.deepcopy(config)
            change(changed)
            (folder / "config.json").write_text(json.dumps(changed))
            said, error = answer(program, folder, environment)
            try:
                model, found = load()
                off = difference(model.eval(), said) if said and not found["missing_keys"] else None
            except Exception:  # what transformers does not load, or cannot compute, tells nothing
                off = None
            verdict = "refused" if said is None else "not to be compared" if off is None else "same" if off < max(5e-3, 4 * usual) else "DIFFERENT"
            counts[verdict] = counts.get(verdict, 0) + 1
            if verdict == "DIFFERENT":
                failed = True
                print(f"{name}: {label}: off by {off:.3f}", flush=True)
        print(f"{name}: {counts}, usually off by {usual:.4f}", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
