#!/bin/sh
# Everything of training that needs a graphics card, in one command:
#
#     tests/cuda/train_on_a_card.sh WORK_FOLDER QWEN_0.5B.gguf
#
# NOT RUN so far: it was written on machines without a card. On such a machine it says so and ends.
#
# 1. The tests of the tensors' road and of runs, on the card in f32: kernels against the card within 1e-5, ../shared/reference/train-llama
#    within its bounds, pauses and kills bit for bit.
# 2. An epoch of adapters for the 0.5B on ../shared/data/spider-train, eight databases held out, and accuracy before and after.
# 3. Three full steps of a model of Llama-2 7B's shape with made-up weights, bf16 products, f32 values and moments in host memory: memory of
#    the card and of the machine, samples a second beside the seed's 5.57 (7B) and 1.283 (13B).
#
# Environment: SQLLAMA, a release binary built with `--features cuda`, and SQLLAMA_TESTS, the tests' binary of the same (both are built where
# they are not named); SHARED, the folder ../shared; QUESTIONS, how many held-out questions are asked [200]; PARTS, which of 1 2 3 [all].
# OFFLOAD, of part 3 [optimizer; `gradients` fits a card of 40 GB].
# Part 3 needs 45 GB of disk, 85 GB of memory and 48 GB on the card (about; `--dry-run` prints the plan first).
set -eu

here=$(cd "$(dirname "$0")/../.." && pwd)
work=${1:?a folder to work in}
model=${2:?the 0.5B as a GGUF file}
shared=${SHARED:-$here/../shared}
parts=${PARTS:-1 2 3}
mkdir -p "$work"

if ! nvidia-smi --query-gpu=name,memory.total,memory.free,driver_version,compute_cap --format=csv; then
    echo "not run: no card answers here" >&2
    exit 3
fi

wants() { case " $parts " in *" $1 "*) true ;; *) false ;; esac }

# The memory of card and process, once a second, until the process ends: the highest of each, in MiB.
watch_memory() {
    card=0
    while kill -0 "$1" 2>/dev/null; do
        now=$(nvidia-smi --query-gpu=memory.used --format=csv,noheader,nounits | head -n 1)
        [ "$now" -gt "$card" ] && card=$now
        host=$(awk '/VmHWM/ { print int($2 / 1024) }' "/proc/$1/status" 2>/dev/null || echo "${host:-0}")
        sleep 1
    done
    echo "highest: card $card MiB, machine ${host:-0} MiB"
}

# Steps, samples and tokens a second of a run's folder, its first step aside: it also warms up.
speed() {
    python3 - "$1" <<'PYTHON'
import json, sys
events = [json.loads(line) for line in open(sys.argv[1] + "/events.jsonl")]
def steps(value):
    if isinstance(value, dict):
        if "grad_norm" in value and "seconds" in value:
            yield value
        else:
            for inner in value.values():
                yield from steps(inner)
found = [step for event in events for step in steps(event)]
if len(found) > 1:
    seconds = found[-1]["seconds"] - found[0]["seconds"]
    samples = sum(step["examples"] for step in found[1:])
    tokens = sum(step["tokens"] for step in found[1:])
    print(f"{len(found)} steps; behind the first: {samples / seconds:.3f} samples/s, {tokens / seconds:.0f} tokens/s; loss {found[0]['loss']:.4f} to {found[-1]['loss']:.4f}")
PYTHON
}

cd "$here"
if [ -z "${SQLLAMA:-}" ]; then
    cargo build --release --features cuda
    SQLLAMA=$here/target/release/sqllama
fi

if wants 1; then
    echo "== 1. tests on the card, in f32"
    if [ -n "${SQLLAMA_TESTS:-}" ]; then
        SQLLAMA_TEST_DEVICE=cuda "$SQLLAMA_TESTS" tensors:: training:: --nocapture --test-threads 1
    else
        SQLLAMA_TEST_DEVICE=cuda cargo test --features cuda --test integration -- tensors:: training:: --nocapture --test-threads 1
    fi
fi

if wants 2; then
    echo "== 2. an epoch of adapters on spider-train"
    spider=$shared/data/spider-train
    python3 - "$spider/questions.json" "$work" <<'PYTHON'
import json, random, sys
rows = json.load(open(sys.argv[1]))
databases = sorted({row["db_id"] for row in rows})
held = set(random.Random(12).sample(databases, 8))
for name, chosen in (("train", [row for row in rows if row["db_id"] not in held]), ("held", [row for row in rows if row["db_id"] in held])):
    json.dump(chosen, open(f"{sys.argv[2]}/{name}.json", "w"))
    print(name, len(chosen), "questions")
PYTHON
    ask() {
        "$SQLLAMA" eval --questions "$work/held.json" --databases "$spider/databases" --model "$model" --limit "${QUESTIONS:-200}" --seed 12 \
            --device "${EVAL_DEVICE:-auto}" --out "$work/$1.jsonl" --adapter "$2"
    }
    rm -rf "$work/lora" "$work/before.jsonl" "$work/after.jsonl"
    ask before none
    set -- train --model_name_or_path "$model" --data_path "$work/train.json" --databases "$spider/databases" --output_dir "$work/lora" \
        --method qlora --lora_r 8 --lora_alpha 16 --num_train_epochs 1 --per_device_train_batch_size 8 --gradient_accumulation_steps 2 \
        --learning_rate 2e-4 --lr_scheduler_type cosine --warmup_ratio 0.03 --model_max_length 2048 \
        --train_sampling_strategy group_by_prefix --save_strategy no --logging_steps 10 --device cuda --bf16 True
    "$SQLLAMA" "$@" --dry-run
    "$SQLLAMA" "$@" &
    process=$!
    watch_memory $process
    wait $process
    speed "$work/lora"
    ask after "$work/lora"
    "$SQLLAMA" eval --compare "$work/before.jsonl" "$work/after.jsonl"
fi

if wants 3; then
    echo "== 3. full steps of a 7B shape, moments in host memory"
    folder=$work/made-up-7b
    python3 - "$folder" "$shared/reference/train-llama/model" <<'PYTHON'
import array, json, os, random, shutil, struct, sys
folder, donor = sys.argv[1:]
if not os.path.exists(folder + "/model.safetensors"):
    os.makedirs(folder, exist_ok=True)
    layers, hidden, inner, vocabulary = 32, 4096, 11008, 32000
    shapes = {"model.embed_tokens.weight": [vocabulary, hidden], "lm_head.weight": [vocabulary, hidden], "model.norm.weight": [hidden]}
    for layer in range(layers):
        at = f"model.layers.{layer}."
        for name in ("input_layernorm", "post_attention_layernorm"):
            shapes[at + name + ".weight"] = [hidden]
        for name in "qkvo":
            shapes[at + f"self_attn.{name}_proj.weight"] = [hidden, hidden]
        for name, shape in (("gate", [inner, hidden]), ("up", [inner, hidden]), ("down", [hidden, inner])):
            shapes[at + f"mlp.{name}_proj.weight"] = shape
    header, end = {}, 0
    for name, shape in shapes.items():
        size = 2 * shape[0] * (shape[1] if len(shape) > 1 else 1)
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [end, end + size]}
        end += size
    header = json.dumps(header).encode()
    header += b" " * (-len(header) % 8)
    # One block of numbers with the spread of a fresh model, begun at another place in every tensor.
    generator = random.Random(7)
    numbers = (struct.unpack("<I", struct.pack("<f", generator.gauss(0.0, 0.02)))[0] >> 16 for _ in range(1 << 20))
    block = array.array("H", numbers).tobytes()
    with open(folder + "/model.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        for name, shape in shapes.items():
            if len(shape) == 1:
                file.write(b"\x80\x3f" * shape[0])
                continue
            left = 2 * shape[0] * shape[1]
            start = 2 * generator.randrange(1 << 20)
            while left > 0:
                part = block[start : start + left]
                file.write(part)
                left, start = left - len(part), 0
    config = json.load(open(donor + "/config.json"))
    config.update(hidden_size=hidden, intermediate_size=inner, num_hidden_layers=layers, num_attention_heads=32, num_key_value_heads=32,
                  head_dim=128, vocab_size=vocabulary, max_position_embeddings=4096, dtype="bfloat16")
    json.dump(config, open(folder + "/config.json", "w"))
    for name in ("tokenizer.json", "tokenizer_config.json", "generation_config.json"):
        shutil.copy(f"{donor}/{name}", folder)
PYTHON
    rm -rf "$work/full"
    set -- train --model_name_or_path "$folder" --data_path "$shared/data/sql-llama/sql_create_dataset_small.json" --output_dir "$work/full" \
        --method full --prompt alpaca --model_max_length 512 --max_steps 3 --per_device_train_batch_size 4 --gradient_accumulation_steps 8 \
        --learning_rate 1e-5 --weight_decay 0.1 --save_strategy no --logging_steps 1 --device cuda --bf16 True --offload "${OFFLOAD:-optimizer}"
    "$SQLLAMA" "$@" --dry-run
    "$SQLLAMA" "$@" &
    process=$!
    watch_memory $process
    wait $process
    speed "$work/full"
    echo "the seed trained a 7B at 5.57 samples/s and a 13B at 1.283"
fi
