#!/bin/sh
# Everything of inference that needs a graphics card, in one command:
#
#     tests/cuda/ask_on_a_card.sh WORK_FOLDER QWEN_0.5B.gguf [QWEN_1.5B.gguf]
#
# NOT RUN so far: it was written on machines without a card. On such a machine it says so and ends.
#
# 1. The tests of the decoder and of the portable road, on the card: both tiny fixtures, every type of block, lanes, forks, saved sessions,
#    adapters, placements that are partly on the card: the kernels' greedy tokens, logits within the bounds that tests/portable.rs states.
# 2. The 0.5B on the processor and on the card, all layers and half of them: the same greedy tokens for three texts.
# 3. Tokens a second that are read and written, of the 0.5B and the 1.5B, by `bench`: card, half and processor; alone and eight together.
# 4. The same of made-up weights of Llama-2 7B's shape in Q4_K_M (made_up_llama.py; 4.1 GB in WORK_FOLDER), on the card.
#
# Environment: SQLLAMA, a release binary built with `--features cuda`, and SQLLAMA_TESTS, the tests' binary of the same (both are built where
# they are not named); PARTS, which of 1 2 3 4 [all].
set -eu

here=$(cd "$(dirname "$0")/../.." && pwd)
work=${1:?a folder to work in}
small=${2:?the 0.5B as a GGUF file}
large=${3:-}
parts=${PARTS:-1 2 3 4}
mkdir -p "$work"
work=$(cd "$work" && pwd)

if ! nvidia-smi --query-gpu=name,memory.total,memory.free,driver_version,compute_cap --format=csv; then
    echo "not run: no card answers here" >&2
    exit 3
fi

wants() { case " $parts " in *" $1 "*) true ;; *) false ;; esac }

small=$(realpath "$small")
[ -z "$large" ] || large=$(realpath "$large")
cd "$here"
if [ -z "${SQLLAMA:-}" ]; then
    cargo build --release --features cuda
    SQLLAMA=$here/target/release/sqllama
fi
status=0

if wants 1; then
    echo "== 1. tests on the card"
    if [ -n "${SQLLAMA_TESTS:-}" ]; then
        SQLLAMA_TEST_DEVICE=cuda "$SQLLAMA_TESTS" model:: portable:: --nocapture --test-threads 1 || status=1
    else
        SQLLAMA_TEST_DEVICE=cuda cargo test --features cuda --test integration -- model:: portable:: --nocapture --test-threads 1 || status=1
    fi
fi

if wants 2; then
    echo "== 2. greedy tokens of the 0.5B, processor against card"
    number=0
    for text in "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT, total REAL);
-- The customers with the highest sum of totals
SELECT" "The three largest cities of Europe are" "def fibonacci(n):"; do
        number=$((number + 1))
        for where in "cpu auto" "cuda auto" "cuda 12"; do
            set -- $where
            "$SQLLAMA" complete --model "$small" --prompt "$text" --max-tokens 96 --format json --device "$1" --gpu-layers "$2" \
                >"$work/complete-$number-$1-$2.json"
        done
    done
    python3 - "$work" <<'PYTHON' || status=1
import json, sys
wrong = 0
for number in (1, 2, 3):
    read = lambda name: json.load(open(f"{sys.argv[1]}/complete-{number}-{name}.json"))["tokens"]
    expected = read("cpu-auto")
    for name in ("cuda-auto", "cuda-12"):
        found = read(name)
        same = next((i for i, (a, b) in enumerate(zip(expected, found)) if a != b), min(len(expected), len(found)))
        ok = expected == found
        wrong += not ok
        print(f"text {number}, {name}: " + (f"the same {len(expected)} tokens" if ok else f"{same} of {len(expected)} tokens are the same"))
sys.exit(1 if wrong else 0)
PYTHON
fi

if wants 3; then
    echo "== 3. tokens a second"
    for model in "$small" $large; do
        for where in "cuda auto" "cuda 12" "cpu auto"; do
            set -- $where
            for lanes in 1 8; do
                echo "$(basename "$model"), $1, layers $2, $lanes together"
                "$SQLLAMA" bench --model "$model" --device "$1" --gpu-layers "$2" --lanes "$lanes" --prompt-tokens 1024 --gen-tokens 128 || status=1
            done
        done
    done
fi

if wants 4; then
    echo "== 4. tokens a second of Llama-2 7B's shape"
    python3 tests/cuda/made_up_llama.py "$work/made-up-7b.gguf"
    for lanes in 1 8; do
        "$SQLLAMA" bench --model "$work/made-up-7b.gguf" --device cuda --lanes "$lanes" --prompt-tokens 1024 --gen-tokens 128 || status=1
    done
fi
exit $status
