#!/bin/bash
# transformers 5.24.0 with sentencepiece 0.2.3: LlamaTokenizer, given a folder with a SentencePiece BPE tokenizer.model, takes pieces
# and merges from the file and leaves its normalizer_spec. A model trained with add_dummy_prefix=false gets the blank in front all the
# same; one trained with case folding does not fold; one that squeezes blanks (the trainer's default) does not squeeze. No warning.
# The rules it uses are those of a model trained with normalization_rule_name=identity and remove_extra_whitespaces=false.
# Why it matters: pieces exist for either reading, so no text fails; but the ids are not those that the model was trained on, in
# the first case from the first token of each text on.
# Seen:
#   add_dummy_prefix=false, 'select name': sentencepiece ['s', ...] LlamaTokenizer ['▁s', ...] same: False
#   case folding, 'SELECT name': pieces of 'select name' with sentencepiece: True LlamaTokenizer: False
#   squeezed, 'select  name': pieces of 'select name' with sentencepiece: True LlamaTokenizer: False
#   identity and not squeezed, three texts: same: True
#   warnings: 0
set -e
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
"${PYTHON:-python3}" -m venv "$T/v"
"$T/v/bin/pip" install -q --disable-pip-version-check --no-compile transformers==5.24.0 sentencepiece==0.2.3 protobuf==7.36.2
cat > "$T/run.py" <<'P'
import logging, os, random, warnings
import sentencepiece, transformers

random.seed(1)
words = "select name from table where id equals count sum order by group customers pets owners the a of date price total".split()
with open("corpus.txt", "w") as f:
    f.writelines(" ".join(random.choice(words) for _ in range(8)) + "\n" for _ in range(400))
said = []
class Ear(logging.Handler):
    def emit(self, record):
        said.append(record.getMessage())
logging.getLogger("transformers").addHandler(Ear(logging.WARNING))

def pair(folder, **rules):
    os.makedirs(folder)
    sentencepiece.SentencePieceTrainer.train(
        input="corpus.txt", model_prefix=f"{folder}/tokenizer", vocab_size=330, model_type="bpe", byte_fallback=True,
        hard_vocab_limit=False, minloglevel=2, **rules)
    own = sentencepiece.SentencePieceProcessor(model_file=f"{folder}/tokenizer.model")
    with warnings.catch_warnings(record=True) as w:
        warnings.simplefilter("always")
        llama = transformers.LlamaTokenizer.from_pretrained(folder)
        said.extend(str(m.message) for m in w if issubclass(m.category, UserWarning))
    return lambda text: own.encode(text, out_type=str), llama.tokenize

own, llama = pair("bare", add_dummy_prefix=False)
a, b = own("select name"), llama("select name")
first = a[0], b[0], a == b
print(f"add_dummy_prefix=false, 'select name': sentencepiece [{a[0]!r}, ...] LlamaTokenizer [{b[0]!r}, ...] same: {a == b}")
own, llama = pair("folded", normalization_rule_name="nmt_nfkc_cf")
folded = own("SELECT name") == own("select name"), llama("SELECT name") == llama("select name")
print(f"case folding, 'SELECT name': pieces of 'select name' with sentencepiece: {folded[0]} LlamaTokenizer: {folded[1]}")
own, llama = pair("squeezed")
squeezed = own("select  name") == own("select name"), llama("select  name") == llama("select name")
print(f"squeezed, 'select  name': pieces of 'select name' with sentencepiece: {squeezed[0]} LlamaTokenizer: {squeezed[1]}")
own, llama = pair("identity", normalization_rule_name="identity", remove_extra_whitespaces=False)
same_ids = all(own(t) == llama(t) for t in ("select name", "select  name", "SELECT name "))
print(f"identity and not squeezed, three texts: same: {same_ids}")
print("warnings:", len(said), *said)
raise SystemExit(0 if (first, folded, squeezed, same_ids, said) == (("s", "▁s", False), (True, False), (True, False), True, []) else "changed")
P
cd "$T" && v/bin/python run.py 2> log || { tail -3 log; exit 1; }
