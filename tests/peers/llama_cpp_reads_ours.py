#!/usr/bin/env python3
"""Files that sqllama writes, read by llama.cpp: the same tokens, the same logits.

    pip install xllamacpp gguf numpy
    tests/peers/llama_cpp_reads_ours.py families --sqllama target/release/sqllama [NAME ...]
    tests/peers/llama_cpp_reads_ours.py model FILE.gguf --sqllama target/release/sqllama [--types q8_0,q4_k_m]

`families`: every tiny checkpoint of `tests/fixtures/families` converted to f32 and to q8_0, and its adapter as GGUF, beside what transformers and
PEFT computed: 32 greedy tokens, the log-probabilities behind the prompt, text and special tokens cut into tokens.
`model`: a real file quantised, and asked with both: greedy text, tokens, chat template, what ends a turn. A second file may stand behind a comma
for the exact one, whose text the quantised ones are compared with.
Made with xllamacpp 2026.10.11549 (llama.cpp of October 2026). llama.cpp runs in a process of its own: it ends itself where it dislikes a file.
"""
import argparse
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
FAMILIES = ROOT / "tests/fixtures/families"
# The token of `a` in the tiny checkpoints.
LETTER = 64
TEXT = "SELECT name FROM \"t\" -- it's 42\n\n Zürich <s> 日本"


def served(request):
    """Runs in the other process: answers of llama.cpp, as JSON on the standard output."""
    import xllamacpp as x

    p = x.CommonParams()
    p.model.path = request["file"]
    p.n_ctx, p.n_parallel, p.warmup, p.cpuparams.n_threads = request["context"], 1, False, request["threads"]
    # Keys and values in f32, as the numbers that they are compared with; fused attention works in halves.
    p.cache_type_k = p.cache_type_v = x.ggml_type.GGML_TYPE_F32
    p.flash_attn_type = x.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    p.use_jinja = True
    if request.get("adapter"):
        p.lora_adapters = [x.CommonAdapterLoraInfo(request["adapter"], 1.0)]
    server = x.Server(p)
    address = str(server.listening_address)
    address = address if address.startswith("http") else "http://" + address

    def post(path, body):
        body = json.dumps(body).encode()
        asked = urllib.request.Request(address + path, data=body, headers={"Content-Type": "application/json"})
        return json.load(urllib.request.urlopen(asked, timeout=600))

    out = dict(answers=[], tokens=[], applied=None)
    for prompt in request["prompts"]:
        body = dict(prompt=prompt, n_predict=request["tokens"], temperature=0, n_probs=20, return_tokens=True, cache_prompt=False)
        answer = post("/completion", body)
        steps = [step["top_logprobs"] for step in answer.get("completion_probabilities", [])]
        if request["letter"] is not None:
            # What is said of a token that is half a character is left out: another is forced, whose probabilities are the model's all the same.
            body.update(n_predict=1, logit_bias=[[request["letter"], 1000.0]])
            steps = [step["top_logprobs"] for step in post("/completion", body)["completion_probabilities"]]
        first = [[t["id"], t["logprob"], t["token"]] for t in steps[0]] if steps else []
        leads = [step[0]["logprob"] - step[1]["logprob"] for step in steps if len(step) > 1]
        out["answers"].append(dict(tokens=answer["tokens"], text=answer["content"], first=first, leads=leads))
    for text, special in request["texts"]:
        out["tokens"].append(post("/tokenize", dict(content=text, parse_special=special, add_special=True))["tokens"])
    if request.get("messages"):
        out["applied"] = post("/apply-template", dict(messages=request["messages"]))["prompt"]
    return out


def ask_peer(file, prompts, texts=(), adapter=None, tokens=32, context=512, messages=None, letter=None):
    request = dict(file=str(file), prompts=prompts, texts=list(texts), adapter=adapter and str(adapter), tokens=tokens, context=context)
    # Beside other work, two threads of llama.cpp wait for each other longer than one takes.
    request.update(messages=messages, threads=1, letter=letter)
    done = subprocess.run([sys.executable, __file__, "served"], input=json.dumps(request), capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"answers"')]
    if not lines:
        said = [line for line in done.stderr.splitlines() if "rror" in line or "ASSERT" in line or "fail" in line]
        said.sort(key=lambda line: "available context size" not in line)
        return None, (said or ["it ended with %d" % done.returncode])[0][-160:]
    return json.loads(lines[-1]), None


def sqllama(args, *rest):
    return subprocess.run([args.sqllama, *map(str, rest)], capture_output=True, text=True)


def tokenize(args, model, text, special):
    done = sqllama(args, "tokenize", "--model", model, "--special-tokens", "parse" if special else "text", "--", text)
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr


def logprobs(logits):
    most = max(logits)
    total = math.log(sum(math.exp(x - most) for x in logits)) + most
    return [x - total for x in logits]


def compare(answer, greedy, logits):
    """How many greedy tokens are the same, and how far the likeliest tokens' log-probabilities are apart."""
    wanted = logprobs(logits)
    worst = max(abs(p - wanted[token]) for token, p, _ in answer["first"])
    same = next((i for i, (a, b) in enumerate(zip(answer["tokens"], greedy)) if a != b), min(len(answer["tokens"]), len(greedy)))
    # What ends a text ends llama.cpp's answer; the reference goes on.
    return same, len(answer["tokens"]), worst


def family(args, name, work):
    # llama.cpp looks for `phi3` in a model's name, and then for that one's tokens.
    folder, bad = work / "tiny", []
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(FAMILIES / name, folder)
    expected = json.loads((folder / "expected.json").read_text())
    config = json.loads((folder / "config.json").read_text())
    rope = config.get("rope_parameters") or {}
    if "long_factor" in rope:
        # llama.cpp chooses by the length of its context, which is 256 tokens at least.
        rope["long_factor"] = rope["short_factor"]
        (folder / "config.json").write_text(json.dumps(config))
    context = config["max_position_embeddings"]
    passed_over = False
    # GELU is a table of halves there.
    exact = 1e-2 if config["model_type"].startswith("gemma") else 1e-3
    for kind, most in (("f32", exact), ("q8_0", 0.3)):
        file = work / f"{name}-{kind}.gguf"
        made = sqllama(args, "models", "convert", folder, "--type", kind, "--out", file, "--force")
        if made.returncode:
            print(f"   refused: {made.stderr.strip().splitlines()[0]}")
            return bad
        notes = [line for line in made.stderr.splitlines() if line.startswith("note")]
        for note in notes if kind == "f32" else []:
            print(f"   {note}")
        if any("it will not load the file" in note for note in notes):
            continue
        texts = [(TEXT, False), (TEXT + " <|im_start|>a<|im_end|>", True)]
        answer, error = ask_peer(file, [expected["prompt"]], texts, context=context, letter=LETTER)
        if error and "available context size" in error:
            print(f"   {kind}: the context ends before the prompt does")
            continue
        if error:
            bad.append(f"{kind}: llama.cpp does not load it: {error}")
            continue
        same, written, worst = compare(answer["answers"][0], expected["greedy"], expected["logits"])
        print(f"   {kind}: {same} of {written} greedy tokens, log-probabilities within {worst:.1e}")
        passed_over = any("passes over the window" in note for note in notes)
        if not passed_over and (worst > most or (kind == "f32" and same < written)):
            bad.append(f"{kind}: {same} of {written} greedy tokens, log-probabilities within {worst:.1e}")
        for (text, special), theirs in zip(texts, answer["tokens"]):
            ours = tokenize(args, folder, text, special)
            if ours != theirs:
                bad.append(f"{kind}: tokens differ: {ours} and {theirs}")
    file, adapter = work / f"{name}-f32.gguf", work / f"{name}-adapter.gguf"
    if "adapted" in expected and not bad:
        made = sqllama(args, "adapters", "export", folder / "adapter", adapter, "--base", folder)
        if made.returncode:
            bad.append(f"adapter not written: {made.stderr.strip().splitlines()[0]}")
        else:
            answer, error = ask_peer(file, [expected["prompt"]], adapter=adapter, tokens=1, context=context, letter=LETTER)
            worst = None if error else compare(answer["answers"][0], [], expected["adapted"])[2]
            print(f"   adapter: {error or f'log-probabilities within {worst:.1e}'}")
            if error and ("available context size" in error or "wrong number of tensors" in error):
                return bad
            if error or (worst > exact and not passed_over):
                bad.append(f"adapter: {error or worst}")
    return bad


def families(args):
    names = args.names or sorted(p.parent.name for p in FAMILIES.glob("*/config.json"))
    failed = 0
    with tempfile.TemporaryDirectory() as work:
        for name in names:
            print(name)
            bad = family(args, name, pathlib.Path(work))
            failed += bool(bad)
            for line in bad:
                print(f"   DIFFERENT: {line}")
    print(f"{len(names) - failed} of {len(names)} are equal, refused or limited by name")
    return failed


# What the likeliest token may lead by where two programs that round differently choose differently.
NEAR = 0.2
PROMPTS = [
    "-- the names of all customers in Graz\nSELECT",
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER, total REAL);\n-- total of each customer, the largest first\nSELECT",
]
MESSAGES = [dict(role="system", content="You write SQL."), dict(role="user", content="How many orders are there?")]


def real(args):
    exact = pathlib.Path(args.file)
    failed = 0
    with tempfile.TemporaryDirectory() as work:
        files = [("as it is", exact)]
        for kind in args.types.split(",") if args.types else []:
            out = pathlib.Path(work) / f"{kind}.gguf"
            made = sqllama(args, "models", "quantize", exact, "--type", kind, "--out", out, "--force", "--requantize")
            if made.returncode:
                print(f"{kind}: not quantised: {made.stderr.strip().splitlines()[0]}")
                failed += 1
                continue
            files.append((kind, out))
        texts = [(TEXT, False), (TEXT + " <|im_start|>user\na<|im_end|>\n<start_of_turn>", True)]
        for kind, file in files:
            answer, error = ask_peer(file, PROMPTS, texts, tokens=args.tokens, context=1024, messages=MESSAGES if args.chat else None)
            if error:
                print(f"{kind}: llama.cpp does not load it: {error}")
                failed += 1
                continue
            for prompt, theirs in zip(PROMPTS, answer["answers"]):
                ours = sqllama(args, "complete", "--model", file, f"--prompt={prompt}", "--temperature", "0", "--max-tokens", args.tokens, "--logprobs", 20, "--format", "json")
                ours = json.loads(ours.stdout)
                same = next((i for i, (a, b) in enumerate(zip(ours["tokens"], theirs["tokens"])) if a != b), min(len(ours["tokens"]), len(theirs["tokens"])))
                found = {text: p for _, p, text in theirs["first"]}
                worst = max((abs(t["logprob"] - found[t["token"]]) for t in ours["logprobs"][0] if t["token"] in found), default=float("nan"))
                print(f"{kind}: {same} of {len(theirs['tokens'])} greedy tokens, first log-probabilities within {worst:.1e}: {theirs['text'][:60]!r}")
                if same < len(theirs["tokens"]):
                    # Activations are rounded to eight bits in either program, each in its own way.
                    lead = theirs["leads"][same]
                    print(f"{kind}:    there llama.cpp's token led by {lead:.3f}")
                    failed += lead > NEAR
            for (text, special), theirs in zip(texts, answer["tokens"]):
                ours = tokenize(args, file, text, special)
                if ours != theirs:
                    failed += 1
                    print(f"{kind}: tokens differ: {ours} and {theirs}")
            if answer["applied"]:
                print(f"{kind}: chat template gives {answer['applied'][:80]!r}")
    return failed


def main():
    if sys.argv[1:] == ["served"]:
        print(json.dumps(served(json.load(sys.stdin))))
        sys.stdout.flush()
        os._exit(0)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("families")
    one.add_argument("names", nargs="*")
    two = commands.add_parser("model")
    two.add_argument("file")
    two.add_argument("--types", default="")
    two.add_argument("--tokens", type=int, default=48)
    two.add_argument("--chat", action="store_true")
    for command in (one, two):
        command.add_argument("--sqllama", default=str(ROOT / "target/release/sqllama"))
    args = parser.parse_args()
    sys.exit(bool(families(args) if args.command == "families" else real(args)))


if __name__ == "__main__":
    main()
