"""Reference numbers for 8-bit AdamW, made with bitsandbytes of today: both maps, and steps of a tensor of some blocks, the last of them short,
after the reference that the package keeps beside its kernels. The output is committed; this is run again when the package changes.

    pip install torch bitsandbytes==0.50.2
    python tests/scripts/eight_bit_reference.py tests/training/adamw_8bit.json

It also prints how far its kernel for processors goes another way, which finds a byte by a table of 65,536 steps.
"""

import json
import os
import sys

os.environ["TORCHDYNAMO_DISABLE"] = "1"

import bitsandbytes
import bitsandbytes.functional as F
import torch
from bitsandbytes.backends.triton.kernels_optim import optimizer_update_8bit_blockwise_pytorch as reference

LENGTH, STEPS, RATE, DECAY, BETAS, EPSILON = 4096 + 100, 4, 1e-2, 0.1, (0.9, 0.999), 1e-8


def values(count, key):
    """Numbers that Rust makes again: of sizes from 1e-3 to 1, either sign."""
    out = []
    for index in range(count):
        word = (index * 2654435761 + key * 40503 + 12345) % (1 << 32)
        word = ((word ^ (word >> 15)) * 2246822519) % (1 << 32)
        word ^= word >> 13
        size = 10.0 ** -(word % 3)
        share = ((word >> 8) % 4096 + 400) / 4496.0
        out.append(size * share if word >> 31 else -size * share)
    return torch.tensor(out, dtype=torch.float32)


def walk(update, name):
    value = values(LENGTH, 1)
    states = [torch.zeros(LENGTH, dtype=torch.uint8) for _ in range(2)]
    blocks = -(-LENGTH // 256)
    scales = [torch.zeros(blocks) for _ in range(2)]
    maps = [F.create_dynamic_map(signed=True), F.create_dynamic_map(signed=False)]
    for step in range(1, STEPS + 1):
        update(value, values(LENGTH, step + 1), states, scales, maps, step)
    return value, states, scales


def packages(value, gradient, states, scales, maps, step):
    reference(
        value, gradient, states[0], states[1], *BETAS, 0.0, 0.0, EPSILON, step, RATE, maps[0], maps[1], scales[0], scales[1],
        DECAY, 1.0, False, optimizer_name="adam",
    )


def processors(value, gradient, states, scales, maps, step):
    F.optimizer_update_8bit_blockwise(
        "adam", gradient, value, states[0], states[1], *BETAS, 0.0, 0.0, EPSILON, step, RATE, maps[0], maps[1], scales[0], scales[1],
        DECAY, gnorm_scale=1.0, skip_zeros=False,
    )


value, states, scales = walk(packages, "reference")
other, _, _ = walk(processors, "processor")
print(bitsandbytes.__version__, "kernel for processors: values off by", float((value - other).abs().max()), "mean", float((value - other).abs().mean()),
      "moved by", float((value - values(LENGTH, 1)).abs().mean()))
# Every seventh, which meets all blocks and all places in them.
picked = range(0, LENGTH, 7)
out = {
    "version": bitsandbytes.__version__,
    "length": LENGTH,
    "steps": STEPS,
    "rate": RATE,
    "decay": DECAY,
    "betas": BETAS,
    "epsilon": EPSILON,
    "signed": F.create_dynamic_map(signed=True).tolist(),
    "unsigned": F.create_dynamic_map(signed=False).tolist(),
    "values": [value[index].item() for index in picked],
    "codes": [[state[index].item() for index in picked] for state in states],
    "scales": [scale.tolist() for scale in scales],
}
with open(sys.argv[1], "w") as file:
    json.dump(out, file)
    file.write("\n")
