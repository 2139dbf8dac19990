#!/usr/bin/env python3
"""Every pre-tokenizer that GGUF files may name, beside llama.cpp: one vocabulary whose merges cross all borders, so that tokens tell where a text
was cut, in a tiny file for each name; texts of many kinds must give llama.cpp's tokens.

    pip install xllamacpp gguf numpy tokenizers
    tests/peers/pre_tokenizers.py FOLDER --sqllama target/release/sqllama [NAME ...]

Made with xllamacpp 2026.10.11549 (llama.cpp of October 2026). FOLDER keeps the files.
"""
import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import urllib.request

NAMES = (
    "gpt-2 phi-2 mpt olmo jais a.x-4.0 mellum gigachat trillion granite-docling smollm starcoder refact command-r codeshell exaone minerva-7b mellum2"
    " qwen2 deepseek-r1-qwen stablelm2 megrez kormo hunyuan solar-open llama-bpe falcon3 falcon-h1 pixtral midm-2.0 lfm2 smaug-bpe dbrx tekken gpt-4o"
    " llama4 kanana2 seed-coder minicpm5 deepseek-coder deepseek-llm deepseek-v3 poro-chat bloom gpt3-finnish viking default"
).split()
TEXTS = [
    "SELECT name, COUNT(*) FROM \"Order Details\" WHERE price >= 12.5 AND city = 'Zürich';\n\n\t-- it's I'LL don't 1234567 3x3\r\n   indented  twice   \n",
    "日本語のテキスト２０２４年 Привет, мир! عربى ١٢٣ 🙂👍🏽 naïve café… ÅÄÖéA ÉcoleABC iPhoneXL XMLHttpRequest <html> {\"a\": [1, 2]} a_b-c.d/e\\f  ",
    "def f(x):\n    return x+1\n\n\n  if a==b:\tpass\r\n\r\nend",
    "가나다 한국어 ที่นี่ हिन्दी में e\u0301x ½ ² Ⅷ ǅungla ʰa ﬁne ＡＢｃ",
    "a//b /**/ x=[1,22,333,4444,55555]; 'quoted' \"dq\" `bt` $var @at #tag ^caret ~tilde |pipe| <=> +-*/",
    "   leading\n \n  mixed \t\t tabs\n\ntrailing   ",
    "'s 't 'RE 've'M he'LL she'D o'clock 'S ",
    "x.y,z!? ¿qué? «quoi» “q” ‘r’ — – … 。，、",
    "",
    "1 12 123 1234 12345 123456 0x1F 3.14e-10 1,000,000",
]


def vocabulary():
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    dice, pieces = random.Random(3), []
    for text in TEXTS:
        for _ in range(40):
            begin = dice.randrange(max(1, len(text)))
            pieces.append(text[begin : begin + dice.randrange(2, 14)])
    letters = pre_tokenizers.ByteLevel.alphabet()
    inner.train_from_iterator(pieces, trainers.BpeTrainer(vocab_size=3000, min_frequency=2, special_tokens=["<s>", "</s>"], initial_alphabet=letters))
    model = json.loads(inner.to_str())["model"]
    return [token for token, _ in sorted(model["vocab"].items(), key=lambda pair: pair[1])], [" ".join(pair) for pair in model["merges"]]


def write(file, name, tokens, merges):
    import gguf
    import numpy as np

    width = 32
    out = gguf.GGUFWriter(str(file), "llama")
    out.add_context_length(2048)
    out.add_embedding_length(width)
    out.add_block_count(1)
    out.add_feed_forward_length(width)
    out.add_head_count(2)
    out.add_head_count_kv(2)
    out.add_layer_norm_rms_eps(1e-5)
    out.add_rope_dimension_count(16)
    out.add_vocab_size(len(tokens))
    out.add_tokenizer_model("gpt2")
    out.add_tokenizer_pre(name)
    out.add_token_list(tokens)
    out.add_token_types([3, 3] + [1] * (len(tokens) - 2))
    out.add_token_merges(merges)
    out.add_bos_token_id(0)
    out.add_eos_token_id(1)
    ones, some = np.ones(width, np.float32), lambda *shape: np.random.default_rng(0).standard_normal(shape).astype(np.float32) * 0.1
    for tensor, shape in {"token_embd": (len(tokens), width), "output": (len(tokens), width)}.items():
        out.add_tensor(f"{tensor}.weight", some(*shape))
    for tensor in ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"]:
        out.add_tensor(f"blk.0.{tensor}.weight", some(width, width))
    for tensor in ["output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"]:
        out.add_tensor(f"{tensor}.weight", ones)
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


def served(file):
    """Runs in another process, which llama.cpp may end."""
    import xllamacpp as x

    p = x.CommonParams()
    p.model.path, p.n_ctx, p.n_parallel, p.warmup, p.cpuparams.n_threads = file, 512, 1, False, 1
    address = str(x.Server(p).listening_address)
    address = address if address.startswith("http") else "http://" + address

    def tokens(text):
        body = json.dumps(dict(content=text, parse_special=True, add_special=True)).encode()
        asked = urllib.request.Request(address + "/tokenize", data=body, headers={"Content-Type": "application/json"})
        return json.load(urllib.request.urlopen(asked, timeout=60))["tokens"]

    print("\ntokens " + json.dumps([tokens(text) for text in TEXTS]))
    sys.stdout.flush()
    os._exit(0)


def main():
    if sys.argv[1] == "served":
        served(sys.argv[2])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--sqllama", required=True)
    args = parser.parse_args()
    args.folder.mkdir(exist_ok=True)
    tokens, merges = vocabulary()
    failed = 0
    for name in args.names or NAMES:
        file = args.folder / f"{name}.gguf"
        write(file, name, tokens, merges)
        done = subprocess.run([sys.executable, __file__, "served", str(file)], capture_output=True, text=True)
        theirs = next((json.loads(line[7:]) for line in done.stdout.splitlines() if line.startswith("tokens ")), None)
        ours = []
        for text in TEXTS:
            said = subprocess.run([args.sqllama, "tokenize", "--model", str(file), "--", text], capture_output=True, text=True)
            ours.append(json.loads(said.stdout) if said.returncode == 0 else said.stderr.strip().splitlines()[0])
        failed += ours != theirs
        print(f"{name}: {'equal' if ours == theirs else 'DIFFERENT'}, {sum(map(len, theirs or []))} tokens", flush=True)
        for text, own, other in zip(TEXTS, ours, theirs or []):
            if own != other:
                print(f"    {text!r}: {own}, llama.cpp {other}")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
