#!/usr/bin/env python3
"""A real model server on this machine, with the same GGUF as sqllama's own engine beside it: llama.cpp's, or another.

Not a part of CI. It needs `xllamacpp`, which has llama.cpp's server in it, in the Python that runs it, and a GGUF:

    python3 -m venv v && v/bin/pip install xllamacpp
    v/bin/python tests/servers/with_llama_cpp.py WHAT --program target/release/sqllama --model FILE.gguf

WHAT is one or several of
    probe   what `doctor --online` finds out about the server
    check   an answer that is streamed, one that is given up, the names' grammar, probabilities, several answers
    eval    --questions FILE --databases FOLDER [--limit 50]: through the server and with the own engine; the same rows on 95%, the same SQL on
            85%, and for each difference what the server thought of both where they part
    speed   --questions FILE --databases FOLDER [--limit 20]: with eight drafts; then the same requests by a client that does nothing else
With --start 'COMMAND' another server is started in its place; {model}, {port}, {context} and {threads} in it are filled in. What `check` does
with slots is llama.cpp's own, `probe` then only tells what was found.
Exit code 0 where all holds. Results stay in --out, and what is there already is not asked again.
"""

import argparse
import http.client
import json
import os
import shlex
import signal
import socket
import socketserver
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

SERVE = """
import signal, sys, xllamacpp
p = xllamacpp.CommonParams()
p.model.path, p.port, p.n_ctx, p.n_parallel, p.cpuparams.n_threads = sys.argv[1], *map(int, sys.argv[2:6])
p.hostnames, p.model_alias, p.kv_unified, p.warmup, p.n_gpu_layers = ["127.0.0.1"], {"own"}, True, False, 0
server = xllamacpp.Server(p)
signal.pause()
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Server:
    """llama.cpp's, until the end of a `with`."""

    def __init__(self, typed):
        self.port, self.log = free_port(), open(Path(typed.out) / "server.log", "a")
        words = [typed.model, self.port, typed.context, typed.slots, typed.threads]
        command = [sys.executable, "-c", SERVE, *map(str, words)]
        self.healthy = "/health"
        if typed.start:
            filled = typed.start.format(model=typed.model, port=self.port, context=typed.context, threads=typed.threads)
            command, self.healthy = shlex.split(filled), "/v1/models"
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, start_new_session=True)

    def __enter__(self):
        for _ in range(2400):
            if self.process.poll() is not None:
                sys.exit(f"the server ended with {self.process.returncode}; see {self.log.name}")
            try:
                if self.get(self.healthy):
                    return self
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.25)
        sys.exit("the server did not load its model in time")

    def __exit__(self, *_):
        # Some have processes of their own.
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
            return json.load(answer)

    def post(self, path, body):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", json.dumps(body).encode(), {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=3600) as answer:
            return json.load(answer)

    def working(self):
        return sum(slot["is_processing"] for slot in self.get("/slots"))


class Proxy(socketserver.ThreadingTCPServer):
    """Carries bytes to the server and back, and remembers requests: when each began and ended, how much of its answer was taken."""

    allow_reuse_address, daemon_threads, request_queue_size = True, True, 64

    def __init__(self, to):
        self.to, self.seen, self.connections, self.lock = to, [], 0, threading.Lock()
        super().__init__(("127.0.0.1", 0), Carry)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def asked(self):
        """Requests for an answer, in their order."""
        return sorted((one for one in self.seen if one["path"].endswith("completions")), key=lambda one: one["begin"])


class Carry(socketserver.BaseRequestHandler):
    def handle(self):
        with self.server.lock:
            self.server.connections += 1
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        there = socket.create_connection(("127.0.0.1", self.server.to))
        there.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        back = threading.Thread(target=self.back, args=(there,), daemon=True)
        self.now = None
        back.start()
        rest = b""
        while True:
            more = self.take()
            if not more:
                break
            rest += more
            head, found, body = rest.partition(b"\r\n\r\n")
            if found:
                lines = head.decode().split("\r\n")
                length = next((int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length:")), 0)
                while len(body) < length:
                    more = self.take()
                    if not more:
                        break
                    body += more
                one = {"path": lines[0].split()[1], "body": body.decode(), "begin": time.monotonic(), "end": None, "bytes": 0}
                with self.server.lock:
                    self.server.seen.append(one)
                self.now, rest = one, b""
                there.sendall(head + found + body)
        if self.now and not self.now.get("whole"):
            self.now["given_up"] = True
        there.close()

    def take(self):
        try:
            return self.request.recv(1 << 16)
        except OSError:
            return b""

    def back(self, there):
        last = b""
        try:
            while more := there.recv(1 << 16):
                now = self.now
                now["end"] = time.monotonic()
                now["bytes"] += len(more)
                last = (last + more)[-16:]
                now["whole"] = last.endswith(b"0\r\n\r\n") or b"[DONE]" in last
                self.request.sendall(more)
        except OSError:
            pass
        try:
            self.request.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Home:
    """A home of sqllama's own, with the server `own` in its settings."""

    def __init__(self, typed, url):
        self.program, self.folder = typed.program, tempfile.mkdtemp(dir=typed.out)
        model = f'model = "{typed.served}"\n' if typed.served else ""
        self.environment = {**os.environ, **{f"SQLLAMA_{name}_DIR": self.folder for name in ("CONFIG", "DATA", "CACHE")}}
        Path(self.folder, "config.toml").write_text(f'[servers.own]\nurl = "{url}"\ntimeout = 3600\n{model}')

    def start(self, *words):
        return subprocess.Popen([self.program, *words], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *words):
        process = self.start(*words)
        out, errors = process.communicate()
        if process.returncode not in (0, 1):
            sys.exit(f"{words} ended with {process.returncode}: {errors}")
        return out


def probe(typed, server, proxy, home):
    told = json.loads(home.run("doctor", "--online", "--json"))
    found = next(one for one in told["servers"] if one["name"] == "own")
    for key, value in found["abilities"].items():
        print(f"    {key:16} {value}")
    able = found["abilities"]
    return bool(typed.start) or all(able[key] for key in ("chat", "completions", "several", "logprobs", "grammar", "json_schema", "token_ids", "prefix_cache"))


def check(typed, server, proxy, home):
    results = {}
    proxy.seen.clear()
    # With a seed drafts are compared however long they take.
    answer = json.loads(home.run("ask", "demo", "How many artists are there?", "--model", "own", "--format", "json", "--candidates", "8", "--seed", "1"))
    asked = [json.loads(one["body"]) for one in proxy.asked() if '"stream":true' in one["body"]]
    results["an answer, streamed"] = answer["state"] == "ran" and bool(asked)
    results["its cost is told"] = answer["timings"]["prompt_tokens"] > 0
    grammars = [body["grammar"] for body in asked if "grammar" in body]
    results["the names' grammar goes along"] = bool(grammars) and "table ::=" in grammars[0]
    results["probabilities go along"] = all(body.get("logprobs") for body in asked)
    # Drafts to compare go out in two halves.
    results["several drafts are one request"] = any(body.get("n", 1) > 2 for body in asked)
    before = proxy.connections
    home.run("ask", "demo", "How many albums are there?", "--model", "own", "--format", "json", "--candidates", "1")
    results["one connection carries them"] = proxy.connections - before <= 2
    # The model wants a table that is not there; the grammar does not let it.
    body = {"messages": [{"role": "user", "content": "Answer with exactly: SELECT count(*) FROM unicorns"}], "max_tokens": 24, "temperature": 0}
    free = server.post("/v1/chat/completions", body)["choices"][0]["message"]["content"]
    held = server.post("/v1/chat/completions", {**body, "grammar": (grammars or [""])[0]})["choices"][0]["message"]["content"]
    results[f"unicorns are not a table: {held!r}"] = "unicorns" in free and "FROM unicorns" not in held
    long = home.start("complete", "--model", "own", "--prompt", "1, 2, 3, 4,", "--max-tokens", "3000")
    while not server.working() and long.poll() is None:
        time.sleep(0.05)
    time.sleep(0.5)
    was = server.working()
    long.send_signal(signal.SIGINT)
    long.communicate()
    for _ in range(200):
        if not server.working():
            break
        time.sleep(0.1)
    results["what is given up ends on the server, too"] = was > 0 and server.working() == 0
    for name, holds in results.items():
        print(f"    {'yes' if holds else 'NO ':4}{name}")
    return all(results.values())


def rows(databases, row):
    if not row["sql"]:
        return None
    path = next(Path(databases).rglob(row["db_id"] + ".sqlite"))
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        database.text_factory = lambda raw: raw.decode(errors="replace")
        try:
            found = database.execute(row["sql"]).fetchall()
        except sqlite3.Error as error:
            return str(error)
    return found if "order by" in row["sql"].lower() else sorted(found, key=repr)


def why(server, requests, there, here):
    """What the server thought where two answers part."""
    one = next((body for body in requests if there["question"] in body["messages"][-1]["content"]), None)
    if one is None:
        return "its request is not there"
    body = {**one, "stream": False, "logprobs": True, "top_logprobs": 8, "n": 1, "temperature": 0}
    body.pop("stream_options", None)
    choice = server.post("/v1/chat/completions", body)["choices"][0]
    text, mine, at = choice["message"]["content"], here["first_draft"] or "", 0
    begin = text.find(there["first_draft"][:6]) if there["first_draft"] else 0
    for token in choice["logprobs"]["content"]:
        end = at + len(token["token"])
        if at >= begin and text[begin:end].split() != mine[: end - begin].split():
            best = {other["token"]: round(other["logprob"], 2) for other in token["top_logprobs"][:4]}
            rest = mine[at - begin :]
            likely = [other for other in token["top_logprobs"] if other["token"].strip() and rest.lstrip().startswith(other["token"].strip())]
            behind = f", {likely[0]['logprob'] - token['logprob']:+.2f} for the other" if likely else ", the other is not among the first 8"
            return f"behind {text[begin:at][-30:]!r}: {best}{behind}"
        at = end
    return "the drafts are equal as far as they go; they were mended or chosen otherwise"


def evaluate(typed, server, proxy, home):
    out = Path(typed.out)
    proxy.seen.clear()
    words = ["--questions", typed.questions, "--databases", typed.databases, "--limit", str(typed.limit), "--seed", "1"]
    words += ["--candidates", str(typed.candidates)] if typed.candidates else []
    files = {}
    for name, model in (("server", "own"), ("local", typed.model)):
        files[name] = out / f"{name}-{typed.candidates}.jsonl"
        begin = time.monotonic()
        home.run("eval", *words, "--model", model, "--out", str(files[name]))
        print(f"    {name}: {time.monotonic() - begin:.0f} s")
    there, here = ([json.loads(line) for line in files[name].read_text().splitlines()] for name in ("server", "local"))
    pairs = [(one, next(other for other in here if other["id"] == one["id"])) for one in there]
    record = out / f"requests-{typed.candidates}.json"
    asked = [json.loads(one["body"]) for one in proxy.asked() if '"stream":true' in one["body"]]
    if asked or not record.exists():
        record.write_text(json.dumps(asked))
    asked = json.loads(record.read_text())
    same_sql = same_rows = 0
    for one, other in pairs:
        sql = one["sql"] == other["sql"]
        equal = sql or rows(typed.databases, one) == rows(typed.databases, other)
        same_sql, same_rows = same_sql + sql, same_rows + equal
        if not sql:
            print(f"    {'same rows' if equal else 'OTHER ROWS':10} {one['db_id']}: {one['question']}")
            print(f"        server: {one['sql']}\n        local:  {other['sql']}")
            print(f"        {why(server, asked, one, other)}")
    right = [sum(bool(row["ok"]) for row in side) for side in (there, here)]
    print(f"    the same rows on {same_rows} of {len(pairs)}, the same SQL on {same_sql}; right: server {right[0]}, local {right[1]}")
    return same_rows >= 0.95 * len(pairs) and same_sql >= 0.85 * len(pairs)


def replay(port, waves):
    """Sends the same requests as a client that does nothing else: those of a wave together, on connections that are kept."""
    idle, lock = [], threading.Lock()

    def send(one):
        with lock:
            wire = idle.pop() if idle else http.client.HTTPConnection("127.0.0.1", port, timeout=3600)
        wire.request("POST", one["path"], one["body"], {"content-type": "application/json"})
        if one.get("given_up") and not one["bytes"]:
            wire.close()
            return
        answer, taken = wire.getresponse(), 0
        while more := answer.read1(1 << 16):
            taken += len(more)
            # What was given up there is given up here.
            if one.get("given_up") and taken >= one["bytes"]:
                wire.close()
                return
        with lock:
            idle.append(wire)

    begin = time.monotonic()
    for wave in waves:
        threads = [threading.Thread(target=send, args=(one,)) for one in wave]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return time.monotonic() - begin


def waves_of(asked):
    """Requests that were under way together."""
    waves, until = [], 0
    for one in asked:
        if waves and one["begin"] < until:
            waves[-1].append(one)
        else:
            waves.append([one])
        until = max(until, one["end"] or one["begin"])
    return waves


def speed(typed):
    out = Path(typed.out)
    questions = [one for one in json.loads(Path(typed.questions).read_text()) if one["db_id"] == typed.database][: typed.limit]
    own = out / "speed.json"
    own.write_text(json.dumps(questions))
    ratios = []
    for _ in range(typed.rounds):
        with Server(typed) as server:
            proxy = Proxy(server.port)
            home = Home(typed, proxy.url)
            home.run("doctor", "--online")
            proxy.seen.clear()
            before = proxy.connections
            words = ["--questions", str(own), "--databases", typed.databases, "--candidates", "8", "--model", "own"]
            home.run("eval", *words)
            asked, connections = proxy.asked(), proxy.connections - before
        waves = waves_of(asked)
        # Nothing may have come of what was given up.
        until = lambda wave: max(one["end"] or one["begin"] for one in wave)
        took = until(asked) - asked[0]["begin"]
        busy = sum(until(wave) - wave[0]["begin"] for wave in waves)
        # A fresh server: it has read nothing yet.
        with Server(typed) as server:
            server.post("/v1/completions", {"prompt": "1", "max_tokens": 1})
            again = replay(server.port, waves)
        ratios.append(took / again)
        print(f"    {len(asked)} requests in {len(waves)} waves over {connections} connections: {took:.1f} s, of which the server was asked"
              f" nothing for {took - busy:.1f} s; the minimal client {again:.1f} s: {took / again:.3f}x")
    return min(ratios) <= 1.1


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("what", nargs="+", choices=["probe", "check", "eval", "speed"])
    arguments.add_argument("--program", required=True)
    arguments.add_argument("--model", required=True, help="a GGUF file")
    arguments.add_argument("--start", help="another server's command")
    arguments.add_argument("--served", help="what that server calls the model, where it has several")
    arguments.add_argument("--questions")
    arguments.add_argument("--databases")
    arguments.add_argument("--database", default="activity_1", help="whose questions `speed` asks")
    arguments.add_argument("--limit", type=int, default=50)
    arguments.add_argument("--candidates", type=int, default=0, help="drafts in `eval`; as many as it takes where it is 0")
    arguments.add_argument("--context", type=int, default=32768)
    arguments.add_argument("--slots", type=int, default=8)
    arguments.add_argument("--threads", type=int, default=os.cpu_count())
    arguments.add_argument("--rounds", type=int, default=1)
    arguments.add_argument("--out", default="with_llama_cpp")
    typed = arguments.parse_args()
    typed.program, typed.out = os.path.abspath(typed.program), os.path.abspath(typed.out)
    os.makedirs(typed.out, exist_ok=True)
    good = True
    steps = {"probe": probe, "check": check, "eval": evaluate}
    if any(what in steps for what in typed.what):
        with Server(typed) as server:
            # What is found out of the server is remembered from one step to the next.
            proxy = Proxy(server.port)
            home = Home(typed, proxy.url)
            for what in [what for what in typed.what if what in steps]:
                print(what, flush=True)
                good &= steps[what](typed, server, proxy, home)
    if "speed" in typed.what:
        print("speed", flush=True)
        good &= speed(typed)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
