"""Tiny checkpoints of model families, and what transformers, PEFT and torch compute with them: `tests/fixtures/families`.

    python3 tests/scripts/family_fixtures.py tests/fixtures/families [names]

Made with transformers 5.24.0, peft 0.21.2, torch 2.15.0, tokenizers 0.23.3 on a CPU, one thread. Weights are random, in bf16; all numbers in
`expected.json` are computed in f32 from the bf16 values:
- `logits`: of the last position of `prompt`; `greedy`: the likeliest token 32 times
- `adapted`: the same logits with the LoRA adapter in `adapter/`
- `loss`, `gradients`: the mean cross entropy of `row` behind its first `learned_from` tokens, and for each weight the 2-norm of its gradient
  and the sum of its elements times `cos(index)`; of the adapter's weights in `lora_loss`, `lora_gradients`
"""

import json
import shutil
import sys
from pathlib import Path

import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

torch.set_num_threads(1)
transformers.logging.set_verbosity_error()
T = transformers
SIZES = dict(
    vocab_size=272, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
    max_position_embeddings=256, bos_token_id=256, eos_token_id=258, pad_token_id=256,
)
WINDOW = dict(use_sliding_window=True, sliding_window=6, max_window_layers=1)
# Asked and not trained.
ASKED = ["mixtral", "mixtral-eight", "qwen3-moe", "qwen3-moe-dense", "starcoder2"]
FUSED = ["qkv_proj", "o_proj", "gate_up_proj", "down_proj"]
ALL = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
CASES = {
    "qwen3": (T.Qwen3Config, dict(head_dim=16, tie_word_embeddings=True)),
    "qwen3-bias-window": (T.Qwen3Config, dict(head_dim=12, attention_bias=True, **WINDOW)),
    "llama-biases": (T.LlamaConfig, dict(attention_bias=True, mlp_bias=True)),
    "qwen2-window": (T.Qwen2Config, dict(WINDOW)),
    "mistral-window": (T.MistralConfig, dict(sliding_window=7)),
    "smollm3": (T.SmolLM3Config, dict(num_hidden_layers=4, no_rope_layer_interval=2)),
    "smollm3-fourth": (T.SmolLM3Config, dict(num_hidden_layers=4)),
    "ministral": (T.MinistralConfig, dict(head_dim=8, sliding_window=7, layer_types=["full_attention", "sliding_attention"])),
    "granite": (
        T.GraniteConfig,
        dict(embedding_multiplier=6.0, residual_multiplier=0.4, attention_multiplier=0.2, logits_scaling=3.0, tie_word_embeddings=True),
    ),
    "gemma": (T.GemmaConfig, dict(head_dim=16, num_key_value_heads=1)),
    "gemma2": (
        T.Gemma2Config,
        dict(num_hidden_layers=3, head_dim=16, sliding_window=6, query_pre_attn_scalar=16, attn_logit_softcapping=3.0, final_logit_softcapping=5.0),
    ),
    "gemma3": (T.Gemma3TextConfig, dict(num_hidden_layers=3, head_dim=16, sliding_window=6, query_pre_attn_scalar=16, sliding_window_pattern=3)),
    "gemma3-scaled": (
        T.Gemma3TextConfig,
        dict(
            head_dim=16, layer_types=["full_attention", "sliding_attention"], sliding_window=5, query_pre_attn_scalar=24, attention_bias=True,
            final_logit_softcapping=4.0,
            rope_parameters=dict(
                full_attention=dict(rope_type="linear", factor=8.0, rope_theta=1e5), sliding_attention=dict(rope_type="default", rope_theta=500.0),
            ),
        ),
    ),
    "phi3": (T.Phi3Config, dict(sliding_window=9)),
    "phi4-mini": (
        T.Phi3Config,
        dict(
            num_attention_heads=2, num_key_value_heads=1, partial_rotary_factor=0.75, tie_word_embeddings=True, original_max_position_embeddings=64,
            rope_parameters=dict(
                rope_type="longrope", short_factor=[1.0, 1.1, 1.3, 1.5, 1.7, 2.0], long_factor=[1.0, 2.0, 4.0, 8.0, 9.0, 9.0],
                original_max_position_embeddings=64, rope_theta=1e4, partial_rotary_factor=0.75,
            ),
        ),
    ),
    "olmo2": (T.Olmo2Config, dict()),
    "mixtral": (T.MixtralConfig, dict(intermediate_size=24, num_local_experts=5, num_experts_per_tok=2, sliding_window=9)),
    "mixtral-eight": (T.MixtralConfig, dict(intermediate_size=16, num_local_experts=8, num_hidden_layers=1)),
    "qwen3-moe": (T.Qwen3MoeConfig, dict(head_dim=12, num_experts=6, num_experts_per_tok=3, moe_intermediate_size=16, norm_topk_prob=True)),
    "qwen3-moe-dense": (
        T.Qwen3MoeConfig, dict(head_dim=8, num_experts=4, num_experts_per_tok=2, moe_intermediate_size=16, mlp_only_layers=[0], attention_bias=True),
    ),
    "starcoder2": (T.Starcoder2Config, dict(sliding_window=10)),
    "llama-yarn": (T.LlamaConfig, dict(rope_parameters=dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=64, rope_theta=1e4))),
    "qwen3-longrope": (
        T.Qwen3Config,
        dict(head_dim=8, rope_parameters=dict(rope_type="longrope", short_factor=[1.0, 1.3, 1.7, 2.0], long_factor=[1.0, 4.0, 8.0, 9.0], original_max_position_embeddings=64, rope_theta=1e4)),
    ),
}


def randomise(model, seed):
    torch.manual_seed(seed)
    gemma = "gemma" in model.config.model_type
    with torch.no_grad():
        for name, p in model.named_parameters():
            if "norm" in name:
                # Gemma's are stored as their distance from 1; more behind a block, or the embedding outweighs all.
                p.copy_((2 * ("post_" in name) if gemma else 1) + 0.2 * torch.randn_like(p))
            else:
                p.copy_(torch.randn_like(p) * (0.2 if p.dim() == 1 else 0.6 if gemma and "_proj" in name else 0.25))
        if model.config.tie_word_embeddings:
            model.tie_weights()


def tokenizer(folder):
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    t = Tokenizer(models.BPE({letter: index for index, letter in enumerate(letters)}, []))
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    t.decoder = decoders.ByteLevel()
    t.add_special_tokens(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    T.PreTrainedTokenizerFast(tokenizer_object=t, eos_token="<|im_end|>").save_pretrained(folder)


def told(gradient):
    flat = gradient.double().flatten()
    return [flat.norm().item(), (flat * torch.cos(torch.arange(len(flat), dtype=torch.float64))).sum().item()]


def loss_of(model, row, learned_from):
    logits = model(input_ids=torch.tensor([row])).logits[0, learned_from - 1 : -1]
    return torch.nn.functional.cross_entropy(logits, torch.tensor(row[learned_from:]))


def gradients(model, row, learned_from):
    loss = loss_of(model, row, learned_from)
    loss.backward()
    return loss.item(), {n: told(p.grad) for n, p in model.named_parameters() if p.requires_grad and p.grad is not None}


def make(name, folder):
    kind, changes = CASES[name]
    shutil.rmtree(folder, ignore_errors=True)
    model = T.AutoModelForCausalLM.from_config(kind(**{**SIZES, **changes}))
    randomise(model, 7)
    model.to(torch.bfloat16).save_pretrained(folder)
    tokenizer(folder)
    prompt = [(i * 7919 + 13) % 250 for i in range(24)]
    row, learned_from = [(i * 104729 + 5) % 250 for i in range(20)], 8
    load = lambda: T.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    model = load()
    last = lambda model, ids: model(input_ids=torch.tensor([ids])).logits[0, -1]
    greedy = list(prompt)
    with torch.no_grad():
        logits = last(model, prompt)
        for _ in range(32):
            greedy.append(int(last(model, greedy).argmax()))
    loss, full = (None, {}) if name in ASKED else gradients(model, row, learned_from)
    targets = FUSED if model.config.model_type == "phi3" else ALL[:4] if name in ASKED else ALL
    adapted = get_peft_model(load(), LoraConfig(r=3, lora_alpha=6, target_modules=targets, task_type="CAUSAL_LM"))
    torch.manual_seed(3)
    with torch.no_grad():
        for p in adapted.parameters():
            if p.requires_grad:
                p.copy_(torch.randn_like(p) * 0.1)
    adapted.save_pretrained(f"{folder}/adapter")
    adapted = PeftModel.from_pretrained(load(), f"{folder}/adapter", is_trainable=True)
    with torch.no_grad():
        with_adapter = last(adapted, prompt)
    lora_loss, lora = (None, {}) if name in ASKED else gradients(adapted, row, learned_from)
    Path(f"{folder}/adapter/README.md").unlink(missing_ok=True)
    numbers = lambda x: [float(f"{v:.7g}") for v in x.tolist()]
    short = lambda g: {n.replace(".default", ""): [float(f"{v:.6g}") for v in pair] for n, pair in g.items()}
    out = dict(
        prompt=prompt, logits=numbers(logits), greedy=greedy[len(prompt):], adapted=numbers(with_adapter), row=row, learned_from=learned_from,
        loss=loss, gradients=short(full), lora_loss=lora_loss, lora_gradients=short(lora),
    )
    if name in ASKED:
        out = {key: out[key] for key in ["prompt", "logits", "greedy", "adapted"]}
    Path(f"{folder}/expected.json").write_text(json.dumps(out))


def pytorch(folder, source):
    """The weights of `source` as torch.save writes them: in two files, one of them of parameters, with tensors that share their numbers."""
    from safetensors.torch import load_file

    shutil.rmtree(folder, ignore_errors=True)
    Path(folder).mkdir()
    weights = load_file(f"{source}/model.safetensors")
    names = sorted(weights)
    parts = [names[::2], names[1::2]]
    joined = torch.cat([weights[n].flatten() for n in parts[0]])
    views, at = {}, 0
    for n in parts[0]:
        views[n] = joined[at : at + weights[n].numel()].view(weights[n].shape)
        at += weights[n].numel()
    index = {}
    for number, part in enumerate([views, torch.nn.ParameterDict()], 1):
        file = f"pytorch_model-{number:05d}-of-00002.bin"
        if number == 1:
            torch.save(part, f"{folder}/{file}")
        else:
            module = torch.nn.Module()
            state = module.state_dict()
            state.update({n: torch.nn.Parameter(weights[n], requires_grad=False) for n in parts[1]})
            torch.save(state, f"{folder}/{file}")
        index.update({n: file for n in parts[number - 1]})
    torch.save(load_file(f"{source}/adapter/adapter_model.safetensors"), f"{folder}/adapter_model.bin")
    Path(f"{folder}/pytorch_model.bin.index.json").write_text(json.dumps({"metadata": {}, "weight_map": index}))


FORMS = {
    "dora": dict(use_dora=True, target_modules=["q_proj", "k_proj", "down_proj"]),
    "bias-all": dict(bias="all", target_modules=["q_proj", "o_proj"]),
    "bias-lora-only": dict(bias="lora_only", target_modules=["k_proj", "up_proj"]),
    "lora-bias": dict(lora_bias=True, target_modules=["q_proj", "gate_proj"]),
    "patterns": dict(
        target_modules=r".*self_attn\.(q|v)_proj", rank_pattern={"v_proj": 3}, alpha_pattern={r".*\.0\..*q_proj": 9, "^model.layers.1.self_attn.v_proj": 5}
    ),
}

# Of the embedding and the head. PEFT stores the base's matrix beside additions to these; once is enough here.
ENDS = {
    "head": dict(target_modules=["q_proj", "lm_head"], alpha_pattern={"lm_head": 6}),
    "embedding": dict(target_modules=["embed_tokens"], use_rslora=True),
    "head-pattern": dict(target_modules=".*(lm_head|v_proj)"),
    "saved-head": dict(target_modules=["q_proj"], modules_to_save=["lm_head"]),
    "saved-embedding": dict(target_modules=["q_proj"], modules_to_save=["embed_tokens"]),
    "tokens": dict(target_modules=["q_proj"], trainable_token_indices=[13, 250, 66]),
    "tokens-head": dict(target_modules=["q_proj"], trainable_token_indices={"lm_head": [5, 7]}),
}
TIED = {
    **ENDS,
    "tied-embedding": dict(target_modules=["embed_tokens"], ensure_weight_tying=True),
    "tied-saved": dict(target_modules=["q_proj"], modules_to_save=["embed_tokens"], ensure_weight_tying=True),
}


def adapter_forms(folder, source, forms):
    """Adapters of other forms to `source`, and the logits of the last position with each."""
    shutil.rmtree(folder, ignore_errors=True)
    load = lambda: T.AutoModelForCausalLM.from_pretrained(source, dtype=torch.float32, attn_implementation="eager").eval()
    prompt = json.loads(Path(f"{source}/expected.json").read_text())["prompt"]
    out = {}
    for name, form in forms.items():
        model = get_peft_model(load(), LoraConfig(r=2, lora_alpha=4, task_type="CAUSAL_LM", **form))
        torch.manual_seed(11)
        with torch.no_grad():
            for p in model.parameters():
                if p.requires_grad:
                    p.add_(torch.randn_like(p) * 0.2)
        whole = name in ["head-pattern", "embedding"]
        model.save_pretrained(f"{folder}/{name}", save_embedding_layers=whole)
        Path(f"{folder}/{name}/README.md").unlink(missing_ok=True)
        model = PeftModel.from_pretrained(load(), f"{folder}/{name}").eval()
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([prompt])).logits[0, -1]
        out[name] = [float(f"{v:.7g}") for v in logits.tolist()]
    Path(f"{folder}/expected.json").write_text(json.dumps(out))


if __name__ == "__main__":
    out, wanted = Path(sys.argv[1]), sys.argv[2:]
    for name in [name for name in wanted if name in CASES] if wanted else CASES:
        make(name, out / name)
    if not wanted:
        pytorch(out / "pytorch", out / "llama-biases")
    if not wanted or "adapters" in wanted:
        adapter_forms(out / "adapters", out / "llama-biases", {**FORMS, **ENDS})
        adapter_forms(out / "adapters-tied", out / "gemma3", TIED)
