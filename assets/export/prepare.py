"""Makes of sqllama's rows the folder that LLaMA-Factory reads as `tokenized_path`: ids and labels as they are, no template in between."""

import json
from pathlib import Path

from datasets import Dataset, DatasetDict

HERE = Path(__file__).resolve().parent


def read(name):
    with open(HERE / name) as file:
        return Dataset.from_list([json.loads(line) for line in file])


splits = {"train": read("rows.jsonl")}
if (HERE / "eval.jsonl").is_file():
    splits["validation"] = read("eval.jsonl")
DatasetDict(splits).save_to_disk(HERE / "tokenized")
print(HERE / "tokenized")
