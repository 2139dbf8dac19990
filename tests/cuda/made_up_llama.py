#!/usr/bin/env python3
"""Writes a GGUF file of Llama-2 7B's shape with made-up weights, blocks as llama.cpp's Q4_K_M mixes them: for speed, its answers mean nothing.

    tests/cuda/made_up_llama.py OUT.gguf [LAYERS]

LAYERS is 32 for the whole model (4.1 GB); fewer make a small file to try this script with. The vocabulary is made up too: the three special
tokens and the 256 bytes of a SentencePiece model, then numbered words. Only Python's standard library is needed. The layout is that of
ggml's docs/gguf.md.
"""
import random
import struct
import sys

HIDDEN, INNER, HEADS, VOCABULARY, CONTEXT = 4096, 11008, 32, 32000, 4096
ALIGNMENT = 32
# Type numbers of ggml, bytes of a block, weights of a block, where halves stand that must be small finite numbers.
F32, Q4_K, Q6_K = 0, 12, 14
BLOCKS = {Q4_K: (144, 256, (0, 2)), Q6_K: (210, 256, (208,))}
HALF = struct.pack("<e", 0.0004)


def string(text):
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def metadata(layers):
    tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    kinds = [2, 3, 3] + [6] * 256
    tokens += [f"▁w{number}" for number in range(VOCABULARY - len(tokens))]
    kinds += [1] * (VOCABULARY - len(kinds))
    u32 = lambda value: struct.pack("<II", 4, value)
    f32 = lambda value: struct.pack("<If", 6, value)
    array = lambda kind, items: struct.pack("<IIQ", 9, kind, len(items)) + b"".join(items)
    return {
        "general.architecture": struct.pack("<I", 8) + string("llama"),
        "general.name": struct.pack("<I", 8) + string("made-up Llama-2 7B"),
        "general.alignment": u32(ALIGNMENT),
        "llama.block_count": u32(layers),
        "llama.context_length": u32(CONTEXT),
        "llama.embedding_length": u32(HIDDEN),
        "llama.feed_forward_length": u32(INNER),
        "llama.attention.head_count": u32(HEADS),
        "llama.attention.head_count_kv": u32(HEADS),
        "llama.attention.layer_norm_rms_epsilon": f32(1e-5),
        "llama.rope.dimension_count": u32(HIDDEN // HEADS),
        "llama.vocab_size": u32(VOCABULARY),
        "tokenizer.ggml.model": struct.pack("<I", 8) + string("llama"),
        "tokenizer.ggml.tokens": array(8, [string(token) for token in tokens]),
        "tokenizer.ggml.scores": array(6, [struct.pack("<f", -float(number)) for number in range(VOCABULARY)]),
        "tokenizer.ggml.token_type": array(5, [struct.pack("<i", kind) for kind in kinds]),
        "tokenizer.ggml.bos_token_id": u32(1),
        "tokenizer.ggml.eos_token_id": u32(2),
        "tokenizer.ggml.unknown_token_id": u32(0),
    }


def tensors(layers):
    """Names, shapes (columns first) and types."""
    yield "token_embd.weight", (HIDDEN, VOCABULARY), Q4_K
    yield "output.weight", (HIDDEN, VOCABULARY), Q6_K
    yield "output_norm.weight", (HIDDEN,), F32
    for layer in range(layers):
        # llama.cpp gives more bits to the first and last eighth, and to every third layer between.
        eighth = layers // 8
        finer = layer < eighth or layer >= 7 * layers // 8 or (layer - eighth) % 3 == 2
        more = Q6_K if finer else Q4_K
        name = f"blk.{layer}."
        for norm in ("attn_norm", "ffn_norm"):
            yield f"{name}{norm}.weight", (HIDDEN,), F32
        for square, kind in (("attn_q", Q4_K), ("attn_k", Q4_K), ("attn_v", more), ("attn_output", Q4_K)):
            yield f"{name}{square}.weight", (HIDDEN, HIDDEN), kind
        yield f"{name}ffn_gate.weight", (HIDDEN, INNER), Q4_K
        yield f"{name}ffn_up.weight", (HIDDEN, INNER), Q4_K
        yield f"{name}ffn_down.weight", (INNER, HIDDEN), more


def size(shape, kind):
    count = 1
    for side in shape:
        count *= side
    if kind == F32:
        return 4 * count
    block_bytes, block_length, _ = BLOCKS[kind]
    return count // block_length * block_bytes


def pattern(kind, rng):
    """Some thousand blocks that are repeated to the tensor's end."""
    block_bytes, _, halves = BLOCKS[kind]
    blocks = bytearray(rng.randbytes(4099 * block_bytes))
    for start in range(0, len(blocks), block_bytes):
        for at in halves:
            blocks[start + at : start + at + 2] = HALF
    return bytes(blocks)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    layers = int(sys.argv[2]) if len(sys.argv) == 3 else 32
    rng = random.Random(7)
    patterns = {kind: pattern(kind, rng) for kind in BLOCKS}
    values, listed = metadata(layers), list(tensors(layers))
    header = struct.pack("<IIQQ", 0x46554747, 3, len(listed), len(values))
    header += b"".join(string(key) + value for key, value in values.items())
    offset = 0
    for name, shape, kind in listed:
        header += string(name) + struct.pack("<I", len(shape)) + b"".join(struct.pack("<Q", side) for side in shape)
        header += struct.pack("<IQ", kind, offset)
        offset += -(-size(shape, kind) // ALIGNMENT) * ALIGNMENT
    with open(sys.argv[1], "wb") as file:
        file.write(header + bytes(-len(header) % ALIGNMENT))
        for _, shape, kind in listed:
            left = size(shape, kind)
            padding = -left % ALIGNMENT
            repeated = struct.pack("<f", 1.0) * 4096 if kind == F32 else patterns[kind]
            while left > 0:
                left -= file.write(repeated[:left])
            file.write(bytes(padding))
    print(f"{sys.argv[1]}: {layers} layers, {offset / 1e9:.2f} GB")


main()
