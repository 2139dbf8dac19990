#!/usr/bin/env bash
# Trains what stands beside it.
#   ./run.sh                                                     every card of this machine, or its processor
#   PROCESSES=2 ./run.sh --cpu                                   two processes
#   LAUNCH=deepspeed ./run.sh                                    by DeepSpeed's launcher rather than torchrun
#   DEEPSPEED=ds_config.json ./run.sh, DEEPSPEED=none ./run.sh   with DeepSpeed's file, or without
#   NODES=4 NODE_RANK=0 MASTER_ADDR=first ./run.sh               on each of four machines, with its own rank
#   MODEL=/where/the/base/lies ./run.sh
# A step's batches are shared among the processes: their number must divide @ACCUMULATION@.
set -euo pipefail
cd "$(dirname "$0")"
PYTHON="${PYTHON:-python}"
LAUNCH="${LAUNCH:-torchrun}"
DEEPSPEED="${DEEPSPEED:-@DEEPSPEED@}"
NODES="${NODES:-1}"
NODE_RANK="${NODE_RANK:-0}"
MASTER_ADDR="${MASTER_ADDR:-127.0.0.1}"
MASTER_PORT="${MASTER_PORT:-29511}"
PROCESSES="${PROCESSES:-$("$PYTHON" -c 'import torch; print(max(1, torch.cuda.device_count()))')}"
with=()
[ "$DEEPSPEED" = none ] || with=(--deepspeed "$DEEPSPEED")
if [ "$LAUNCH" = deepspeed ]; then
    if [ "${#with[@]}" = 0 ]; then with=(--deepspeed ds_config.json); fi
    exec deepspeed --num_gpus "$PROCESSES" --master_addr "$MASTER_ADDR" --master_port "$MASTER_PORT" train.py "${with[@]}" "$@"
fi
exec "$PYTHON" -m torch.distributed.run --nnodes "$NODES" --node_rank "$NODE_RANK" --master_addr "$MASTER_ADDR" \
    --master_port "$MASTER_PORT" --nproc_per_node "$PROCESSES" train.py "${with[@]}" "$@"
