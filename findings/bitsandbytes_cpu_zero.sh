#!/bin/bash
# bitsandbytes 0.50.2 (torch 2.15.0) on a processor: a block of numbers that is quantised to bytes by the dynamic map has no 0 any more.
# quantize_blockwise finds the byte by a table of 65,536 steps, so that 0, and whatever is below 1.5e-5 of the block's largest number, becomes
# 2.1e-5 of it (signed map) or 1.6e-5 (unsigned). The maps have a 0, and the package's code for other devices finds it.
# Why it matters: AdamW8bit keeps both moments so. A weight whose gradient is always 0 (a word of the vocabulary that never comes, a
# masked part) beside others that learn has moments that are not 0, and moves at every step; torch's AdamW leaves it.
# Seen:
#   signed map: 0 comes back as 2.125e-05
#   unsigned map: 0 comes back as 1.562e-05
#   100 steps of lr 0.01, the largest move of a weight without gradient: AdamW 0.0 AdamW8bit 0.0048
set -e
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
"${PYTHON:-python3}" -m venv "$T/v"
"$T/v/bin/pip" install -q --disable-pip-version-check --no-compile torch==2.15.0 bitsandbytes==0.50.2
cat > "$T/zero.py" <<'P'
import bitsandbytes as bnb
import torch
from bitsandbytes.functional import create_dynamic_map, dequantize_blockwise, quantize_blockwise

block = torch.zeros(256)
block[0] = 1.0
back = []
for signed in (True, False):
    code = create_dynamic_map(signed=signed)
    assert 0.0 in code.tolist()
    quantised, state = quantize_blockwise(block, code=code, blocksize=256)
    back.append(float(f"{dequantize_blockwise(quantised, state)[1].item():.3e}"))
    print("signed" if signed else "unsigned", "map: 0 comes back as", back[-1])


def move(make):
    torch.manual_seed(0)
    weights = torch.nn.Parameter(torch.zeros(64, 128))
    optimizer = make([weights], lr=1e-2, weight_decay=0)
    gradient = torch.randn(64, 128) * 1e-3
    gradient[:, 64:] = 0
    for _ in range(100):
        weights.grad = gradient.clone()
        optimizer.step()
    return round(weights.detach()[:, 64:].abs().max().item(), 4)


moves = [move(torch.optim.AdamW), move(bnb.optim.AdamW8bit)]
print("100 steps of lr 0.01, the largest move of a weight without gradient: AdamW", moves[0], "AdamW8bit", moves[1])
raise SystemExit(0 if (back, moves) == ([2.125e-05, 1.562e-05], [0.0, 0.0048]) else "changed")
P
"$T/v/bin/python" "$T/zero.py" 2>/dev/null
