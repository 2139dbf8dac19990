"""Random blocks of every ggml type that is read here, and what the `gguf` package (0.19) makes of them: `tests/fixtures/blocks`.

    python3 tests/scripts/block_fixtures.py tests/fixtures/blocks/dequantized.json

Scales are drawn so that all weights are finite; `sha256` is of the weights as little-endian f32.
"""

import hashlib
import json
import sys

import gguf.quants as quants
import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType

SCALES = {"MXFP4": [], "BF16": [], "Q2_K": [80, 82], "Q3_K": [108], "Q6_K": [208], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q4_1": [0, 2], "Q5_1": [0, 2]}
TYPES = "IQ2_XXS IQ2_XS IQ2_S IQ3_XXS IQ3_S MXFP4 IQ4_NL IQ4_XS Q2_K Q3_K Q4_K Q5_K Q6_K Q8_0 Q4_0 Q4_1 Q5_0 Q5_1 BF16".split()

if __name__ == "__main__":
    rng = np.random.default_rng(5)
    out = {}
    for name in TYPES:
        kind = GGMLQuantizationType[name]
        length, size = GGML_QUANT_SIZES[kind]
        count = min(max(1, 512 // length), 8) if length > 1 else 64
        data = rng.integers(0, 256, (count, size), dtype=np.uint8)
        for at in SCALES.get(name, [0]):
            data[:, at : at + 2] = (rng.random(count).astype(np.float32) * 0.02 + 0.001).astype(np.float16).view(np.uint8).reshape(count, 2)
        if name == "MXFP4":
            data[:, 0] = rng.integers(100, 140, count)
        if name == "BF16":
            data[:, 1] = (data[:, 1] & 0x80) | 0x3E
        values = quants.dequantize(data.reshape(1, -1), kind).astype("<f4").reshape(-1)
        digest = hashlib.sha256(values.tobytes()).hexdigest()
        first = [float(value) for value in values[:4]]
        out[name] = dict(number=int(kind), blocks=data.tobytes().hex(), sha256=digest, first=first, length=len(values))
    with open(sys.argv[1], "w") as file:
        json.dump(out, file)
