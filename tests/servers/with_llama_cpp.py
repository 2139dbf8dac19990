#!/usr/bin/env python3
"""Questions of the demo database through a real server on this machine, beside the local engine with the same GGUF.

Not a part of CI. It needs `llama-cpp-python[server]` in the Python that runs it, and a GGUF:

    python3 -m venv v && v/bin/pip install 'llama-cpp-python[server]'
    v/bin/python tests/servers/with_llama_cpp.py --program target/release/sqllama --model FILE.gguf

It starts the server on a free port of 127.0.0.1, asks the same questions of both, and prints a table: the same SQL, the same rows, or both
statements where they differ. Exit code 0 where at least 95% have the same rows.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

QUESTIONS = [
    "How many artists are there?",
    "List the names of all genres",
    "Which customers live in Canada?",
    "How many tracks does each genre have?",
    "What is the longest track?",
    "How many albums does AC/DC have?",
    "What is the total of all invoices?",
    "Which country has the most customers?",
    "List the tracks of the album Let There Be Rock",
    "How many invoices were there in each year?",
]


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_until_ready(url, server, seconds=180):
    for _ in range(seconds * 4):
        if server.poll() is not None:
            sys.exit(f"the server ended with {server.returncode}")
        try:
            with urllib.request.urlopen(f"{url}/models", timeout=2) as answer:
                return json.load(answer)
        except OSError:
            time.sleep(0.25)
    sys.exit("the server did not answer in time")


def ask(program, environment, model, question, more):
    command = [program, "ask", "demo", question, "--model", model, "--format", "json", "--candidates", "1", *more]
    out = subprocess.run(command, env=environment, capture_output=True, text=True)
    try:
        return json.loads(out.stdout), out.stderr
    except ValueError:
        return {"sql": None, "rows": None, "error": out.stderr.strip()}, out.stderr


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--program", required=True)
    arguments.add_argument("--model", required=True, help="a GGUF file")
    arguments.add_argument("--questions", type=int, default=len(QUESTIONS))
    arguments.add_argument("--context", type=int, default=8192)
    typed = arguments.parse_args()
    port = free_port()
    url = f"http://127.0.0.1:{port}/v1"
    command = [sys.executable, "-m", "llama_cpp.server", "--model", typed.model, "--host", "127.0.0.1", "--port", str(port)]
    command += ["--n_ctx", str(typed.context), "--model_alias", "own"]
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ)
        for name in ["CONFIG", "DATA", "CACHE"]:
            environment[f"SQLLAMA_{name}_DIR"] = folder
        with open(os.path.join(folder, "config.toml"), "w") as config:
            config.write(f"[servers.own]\nurl = \"{url}\"\ntimeout = 600\n")
        log = open(os.path.join(folder, "server.log"), "w")
        server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wait_until_ready(url, server)
            doctor = subprocess.run([typed.program, "doctor", "--online"], env=environment, capture_output=True, text=True).stdout
            print(next((line for line in doctor.splitlines() if line.startswith("server")), "doctor says nothing of it"))
            same_rows = same_sql = 0
            for question in QUESTIONS[: typed.questions]:
                there, said = ask(typed.program, environment, "own", question, ["--offline"])
                here, _ = ask(typed.program, environment, typed.model, question, ["--offline"])
                rows, sql = there.get("rows") == here.get("rows"), there.get("sql") == here.get("sql")
                same_rows += rows
                same_sql += sql
                print(f"{'same rows' if rows else 'OTHER ROWS':10} {'same SQL' if sql else 'other SQL':9} {question}")
                if not (rows and sql):
                    print(f"    server: {there.get('sql')} {there.get('error') or ''}\n    local:  {here.get('sql')}")
            count = len(QUESTIONS[: typed.questions])
            print(f"the same rows on {same_rows} of {count}, the same SQL on {same_sql}")
            return 0 if same_rows >= 0.95 * count else 1
        finally:
            server.terminate()
            server.wait()
            log.close()


if __name__ == "__main__":
    sys.exit(main())
