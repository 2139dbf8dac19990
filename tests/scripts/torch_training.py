"""Training speed of PyTorch, transformers and PEFT, beside which sqllama's is measured.

    torch_training.py make qwen2-0.5b|llama-135m FOLDER    a model of that shape with random weights, a byte tokenizer, 64 rows of 192 tokens
    torch_training.py run lora|full FOLDER STEPS           steps of 4 rows on the processor: tokens a second and peak memory, as JSON

sqllama on the same:
    sqllama train --model FOLDER --data_path FOLDER/rows.json --output_dir OUT --method lora|full --prompt alpaca --share_prefix false \
        --train_sampling_strategy sequential --per_device_train_batch_size 4 --max_steps STEPS --logging_steps 1 --save_strategy no
"""

import json
import resource
import sys
import time
from pathlib import Path

LENGTH, LEARNED, ROWS, BATCH = 192, 48, 64, 4
SHAPES = {
    "qwen2-0.5b": ("Qwen2", dict(hidden_size=896, intermediate_size=4864, num_hidden_layers=24, num_attention_heads=14, num_key_value_heads=2, vocab_size=151936)),
    "llama-135m": ("Llama", dict(hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9, num_key_value_heads=3, vocab_size=49152)),
}


def make(shape, folder):
    import torch
    import transformers
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    torch.manual_seed(0)
    family, sizes = SHAPES[shape]
    config = getattr(transformers, family + "Config")(tie_word_embeddings=True, max_position_embeddings=2048, eos_token_id=256, bos_token_id=256, **sizes)
    model = getattr(transformers, family + "ForCausalLM")(config)
    model.to(torch.bfloat16 if shape == "qwen2-0.5b" else torch.float32).save_pretrained(folder)
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {letter: index for index, letter in enumerate(letters)}
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<end>"])
    transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<end>").save_pretrained(folder)
    text = lambda seed, count: "".join(chr(97 + (seed * 7 + i * i + i * seed) % 26) for i in range(count))
    rows = [{"prompt": text(i, LENGTH - LEARNED), "completion": text(i + 99, LEARNED - 1)} for i in range(ROWS)]
    Path(folder, "rows.json").write_text(json.dumps(rows))


def run(method, folder, steps):
    import torch
    import transformers

    torch.manual_seed(0)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    if method == "lora":
        import peft

        modules = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
        model = peft.get_peft_model(model, peft.LoraConfig(r=8, lora_alpha=16, target_modules=modules, task_type="CAUSAL_LM"))
    model.train()
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-4)
    rows = json.loads(Path(folder, "rows.json").read_text())
    seconds = []
    for step in range(steps):
        batch = rows[step * BATCH % ROWS :][:BATCH]
        ids = torch.tensor([tokenizer(row["prompt"] + row["completion"])["input_ids"] + [tokenizer.eos_token_id] for row in batch])
        assert ids.shape == (BATCH, LENGTH), ids.shape
        labels = ids.clone()
        labels[:, : LENGTH - LEARNED] = -100
        begun = time.perf_counter()
        loss = model(input_ids=ids, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        seconds.append(time.perf_counter() - begun)
        print(f"step {step + 1}: loss {loss.item():.4f}, {seconds[-1]:.2f} s", file=sys.stderr)
    best = BATCH * LENGTH / min(seconds[1:] or seconds)
    mean = BATCH * LENGTH * len(seconds[1:] or seconds) / sum(seconds[1:] or seconds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"method": method, "tokens_per_s": round(mean, 1), "best_tokens_per_s": round(best, 1), "peak_rss_bytes": peak, "threads": torch.get_num_threads(), "torch": torch.__version__}))


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], sys.argv[3])
    else:
        run(sys.argv[2], sys.argv[3], int(sys.argv[4]))
