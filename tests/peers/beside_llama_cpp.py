#!/usr/bin/env python3
"""sqllama beside llama.cpp: the same GGUF file, the same machine, in turn.

    CMAKE_ARGS="-DGGML_NATIVE=ON" pip install --no-binary llama-cpp-python llama-cpp-python
    tests/peers/beside_llama_cpp.py speed --sqllama target/release/sqllama --model NAME --gguf FILE
    tests/peers/beside_llama_cpp.py questions --sqllama target/release/sqllama --model NAME --gguf FILE --database DB --questions FILE
    tests/peers/beside_llama_cpp.py screen --sqllama target/release/sqllama --model NAME --gguf FILE --database DB --questions FILE

`speed`: medians of prefill and decode tokens/s. `--busy N` runs N endless loops beside both, for the load test.
`questions`: one question a line; from Enter to SQL with everything warm (model loaded, schema read), each in one process that answers all, over
the same prompt text. Ours is what `eval` says of each question, looking up values and running the SQL included.
`screen`: the same as a person meets it, question by question in turn: typed into the screen (in tmux, a key each `--key-ms`), Enter
`--enter-ms` after the last key, up to the first draft on the screen; what is typed is read meanwhile, and its answer
rehearsed. llama.cpp gets the whole prompt at Enter.
"""
import argparse
import json
import multiprocessing
import pathlib
import shlex
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


class Screen:
    """The screen in a tmux session of its own."""

    def __init__(self, args):
        self.tmux = ["tmux", "-L", "sqllama-peer"]
        command = [args.sqllama, args.database, "--model", args.model]
        subprocess.run([*self.tmux, "new-session", "-d", "-x", "100", "-y", "30", shlex.join(command)], check=True)
        self.wait(lambda text: "idle" in text or "is back" in text, 120)
        self.keys("C-g")  # what was written last time is told until a key
        self.wait(lambda text: "idle" in text, 120)

    def text(self):
        return subprocess.run([*self.tmux, "capture-pane", "-p"], check=True, capture_output=True, text=True).stdout

    def wait(self, done, seconds):
        end = time.perf_counter() + seconds
        while not done(text := self.text()):
            assert time.perf_counter() < end, text
            time.sleep(0.05)  # looking takes time from the one that is looked at

    def keys(self, *keys):
        subprocess.run([*self.tmux, "send-keys", *keys], check=True)

    def ask(self, question, key_ms, enter_ms):
        """Milliseconds from Enter to a first draft: then drafts are compared, or nothing is left to do."""
        self.keys("C-g")
        for key in question:
            self.keys("-l", key)
            time.sleep(key_ms / 1000)
        time.sleep(enter_ms / 1000)
        start = time.perf_counter()
        self.keys("Enter")
        self.wait(lambda text: question[-12:] not in text.splitlines()[-3], 10)  # the line was sent
        self.wait(lambda text: "comparing" in text or "idle" in text, 60)
        written = time.perf_counter()
        self.wait(lambda text: "idle" in text, 120)
        return 1000 * (written - start)

    def close(self):
        subprocess.run([*self.tmux, "kill-server"])


def screen(args):
    peer = load_peer(args, 4096)
    asked = [line.strip() for line in open(args.questions) if line.strip()][: args.count]
    shown = [ask(args, question, "--show-prompt")[1].rstrip("\n") for question in asked]
    prompts = [peer.tokenize(prompt.encode(), add_bos=False, special=True) for prompt in shown]
    peer.create_completion(prompts[0], max_tokens=1, temperature=0.0)
    ours, pairs = Screen(args), []
    try:
        ours.ask(WARMING, 0, 200)
        for question, tokens in zip(asked, prompts):
            mine = ours.ask(question, args.key_ms, args.enter_ms)
            start = time.perf_counter()
            peer.create_completion(tokens, max_tokens=256, temperature=0.0, stop=["\n```", "<|im_end|>", ";"])
            pairs.append((mine, 1000 * (time.perf_counter() - start)))
            print(f"{pairs[-1][0]:7.0f} ms {pairs[-1][1]:7.0f} ms  {question}", flush=True)
    finally:
        ours.close()
    a, b = (statistics.median(column) for column in zip(*pairs))
    ratio = statistics.median(mine / theirs for mine, theirs in pairs)
    print(f"median screen {a:.0f} ms, llama.cpp {b:.0f} ms, median ratio {ratio:.2f}, n {len(pairs)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["speed", "questions", "screen"])
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
    parser.add_argument("--key-ms", type=float, default=100)
    parser.add_argument("--enter-ms", type=float, default=200)
    args = parser.parse_args()
    {"speed": speed, "questions": questions, "screen": screen}[args.what](args)


if __name__ == "__main__":
    main()
