"""Hugging Face PEFT and transformers load what sqllama writes. Run once by hand, with torch, transformers and peft installed:

    python3 tests/peft_loads_ours.py BASE ADAPTER MERGED TOKENS

BASE is a Hugging Face folder, ADAPTER an adapter that `sqllama adapters export` wrote, MERGED what `sqllama adapters merge` made of both, and
TOKENS ids divided by commas. Prints the largest difference of logits between BASE with ADAPTER and MERGED, and the last row's first logits.
"""

import sys

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

base, adapter, merged, tokens = sys.argv[1:5]
ids = torch.tensor([[int(token) for token in tokens.split(",")]])
with torch.no_grad():
    plain = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    ours = PeftModel.from_pretrained(plain, adapter).eval()(input_ids=ids).logits
    whole = AutoModelForCausalLM.from_pretrained(merged, dtype=torch.float32).eval()(input_ids=ids).logits
print("largest difference between adapter and merged:", (ours - whole).abs().max().item())
print("last row:", [round(value, 5) for value in ours[0, -1, :8].tolist()])
