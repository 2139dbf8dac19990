#!/usr/bin/env python3
"""sqllama beside llama.cpp: the same GGUF file, the same machine, in turn.

    CMAKE_ARGS="-DGGML_NATIVE=ON" pip install --no-binary llama-cpp-python llama-cpp-python
    tests/peers/beside_llama_cpp.py speed --sqllama target/release/sqllama --model NAME --gguf FILE
    tests/peers/beside_llama_cpp.py questions --sqllama target/release/sqllama --model NAME --gguf FILE --database DB --questions FILE

`speed`: medians of prefill and decode tokens/s. `--busy N` runs N endless loops beside both, for the load test.
`questions`: one question a line; from Enter to SQL with everything warm (model loaded, schema read), each in one process that answers all, over
the same prompt text. Ours is what `eval` says of each question, looking up values and running the SQL included.
"""
import argparse
import json
import multiprocessing
import pathlib
import statistics
import subprocess
import tempfile
import time


def ours_speed(args):
    command = [args.sqllama, "bench", "--model", args.model, "--format", "json"]
    command += ["--prompt-tokens", str(args.prompt_tokens), "--gen-tokens", str(args.gen_tokens)]
    out = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return out["prefill_tokens_per_s"], out["decode_tokens_per_s"]


def load_peer(args, context):
    from llama_cpp import Llama

    threads = args.threads or multiprocessing.cpu_count()
    return Llama(args.gguf, n_ctx=context, n_batch=512, n_threads=threads, n_threads_batch=threads, verbose=False)


def peer_speed(args, peer):
    peer.reset()
    prompt = [(7919 * i + 13) % 30000 + 100 for i in range(args.prompt_tokens)]
    start = time.perf_counter()
    tokens = peer.generate(prompt, temp=0.0)
    next(tokens)
    first = time.perf_counter()
    for _ in range(args.gen_tokens):
        next(tokens)
    last = time.perf_counter()
    tokens.close()
    return args.prompt_tokens / (first - start), args.gen_tokens / (last - first)


def spin():
    while True:
        pass


def speed(args):
    peer = load_peer(args, args.prompt_tokens + args.gen_tokens + 64)
    peer_speed(args, peer)  # its pages become resident, as ours are after our first run
    ours_speed(args)
    busy = [multiprocessing.Process(target=spin, daemon=True) for _ in range(args.busy)]
    for process in busy:
        process.start()
    runs = [(ours_speed(args), peer_speed(args, peer)) for _ in range(args.runs)]
    for process in busy:
        process.terminate()
    for number, what in enumerate(["prefill", "decode"]):
        ours = [run[0][number] for run in runs]
        theirs = [run[1][number] for run in runs]
        a, b = statistics.median(ours), statistics.median(theirs)
        print(f"{what}: sqllama {a:.1f} ({min(ours):.1f}-{max(ours):.1f}), llama.cpp {b:.1f} ({min(theirs):.1f}-{max(theirs):.1f}), ratio {a / b:.2f}, n {len(runs)}")


def ask(args, question, *flags):
    command = [args.sqllama, "ask", args.database, question, "--model", args.model, "--format", "json", *ONE_DRAFT, *flags]
    run = subprocess.run(command, capture_output=True, text=True)
    return json.loads(run.stdout), run.stderr


ONE_DRAFT = ["--no-repair", "--candidates", "1"]
WARMING = "What is the square root of 2?"


def ours_in_one_process(args, asked):
    """Milliseconds and SQL of each question. One of another kind comes first, so that the schema is read when the clock starts."""
    database = pathlib.Path(args.database)
    with tempfile.TemporaryDirectory() as folder:
        rows = [{"db_id": database.stem, "question": question, "query": "SELECT 1"} for question in [WARMING, *asked]]
        questions, out = pathlib.Path(folder, "questions.json"), pathlib.Path(folder, "out.jsonl")
        questions.write_text(json.dumps(rows))
        command = [args.sqllama, "eval", "--questions", questions, "--databases", database.parent, "--model", args.model, "--out", out]
        subprocess.run([*command, *ONE_DRAFT], check=True, capture_output=True)
        answers = {json.loads(line)["id"]: json.loads(line) for line in out.read_text().splitlines()}
    return [(1000 * answers[str(at)]["seconds"], answers[str(at)]["sql"]) for at in range(1, len(rows))]


def questions(args):
    peer = load_peer(args, 4096)
    asked = [line.strip() for line in open(args.questions) if line.strip()][: args.count]
    prompts = [ask(args, question, "--show-prompt") for question in asked]
    plain = [ask(args, question, "--no-draft")[0]["sql"] for question in asked]
    ours = ours_in_one_process(args, asked)
    pairs, different = [], 0
    for (milliseconds, sql), (answer, prompt), undrafted in zip(ours, prompts, plain):
        different += len({sql, answer["sql"], undrafted}) > 1
        tokens = peer.tokenize(prompt.rstrip("\n").encode(), add_bos=False, special=True)
        if not pairs:
            peer.create_completion(tokens, max_tokens=1, temperature=0.0)
        start = time.perf_counter()
        written = peer.create_completion(tokens, max_tokens=256, temperature=0.0, stop=["\n```", "<|im_end|>", ";"])
        theirs = 1000 * (time.perf_counter() - start)
        pairs.append((milliseconds, theirs))
        print(f"{milliseconds:7.0f} ms {theirs:7.0f} ms  {sql!r}  {written['choices'][0]['text'].strip()[:60]!r}", flush=True)
    a, b = (statistics.median(column) for column in zip(*pairs))
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    print(f"median sqllama {a:.0f} ms, llama.cpp {b:.0f} ms, median ratio {ratio:.2f}, n {len(pairs)}; other SQL without drafts: {different}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["speed", "questions"])
    parser.add_argument("--sqllama", default="target/release/sqllama")
    parser.add_argument("--model", required=True)
    parser.add_argument("--gguf", required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--prompt-tokens", type=int, default=512)
    parser.add_argument("--gen-tokens", type=int, default=64)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--busy", type=int, default=0)
    parser.add_argument("--database")
    parser.add_argument("--questions")
    parser.add_argument("--count", type=int, default=20)
    args = parser.parse_args()
    {"speed": speed, "questions": questions}[args.what](args)


if __name__ == "__main__":
    main()
