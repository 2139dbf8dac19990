"""Tokenizers of `tokenizer.json` in every shape that changes ids, and the ids that transformers gives: `tests/fixtures/tokenizers`.

    python3 tests/scripts/tokenizer_fixtures.py tests/fixtures/tokenizers

Made with transformers 5.24.0 and tokenizers 0.23.3. `base.json` is a tokenizer in SentencePiece's manner; each case of `cases.json` replaces
blocks of it (`patch`; null removes one). `texts` are pairs of a text and `tokenizer(text).input_ids`, `plain` the same with special tokens left text
(`split_special_tokens=True`, `add_special_tokens=False`), `chats` pairs of messages and `apply_chat_template(messages, add_generation_prompt=True)`.
Truncation and padding are taken out before transformers reads a case: cutting and filling prompts is what is not wanted here.
"""

import json
import sys
import tempfile
from pathlib import Path

import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

transformers.logging.set_verbosity_error()
SPECIALS = ["<unk>", "<s>", "</s>", "[INST]", "[/INST]", "<|im_start|>", "<|im_end|>"]
TEXTS = [
    "count the shop", " count  the\nshop", "", "<s>a<|im_end|>  b</s>", "x[INST] y [/INST]z", "SEL SELECT xSEL sel", "Name NAME name", "é 日本 \t",
    "<|im_start|>user\nname<|im_end|>\n", "▁a ▁", " <s> ", "[INST][/INST]",
]
INST = "{{ bos_token }}{% for m in messages %}{% if m['role']=='user' %}{{ '[INST] ' + m['content'] + ' [/INST]' }}{% else %}{{ ' ' + m['content'] + eos_token }}{% endif %}{% endfor %}"
CHATML = "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
GENERATION = "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{%- if m['role'] == 'assistant' %}\n{% generation %}{{ m['content'] }}<|im_end|>{% endgeneration %}\n{% else %}\n{{ m['content'] }}<|im_end|>\n{% endif %}{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
USER = dict(role="user", content="count the shop")
CHATS = [[USER], [USER, dict(role="assistant", content="SELECT 1"), dict(role="user", content="and more")]]


def base():
    words = [f"SELECT {a} FROM {t} WHERE {a} = count the name user assistant" for a in ["id", "name", "city"] for t in ["shop", "order"]]
    t = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first", split=False)
    t.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    t.train_from_iterator(words, trainers.BpeTrainer(vocab_size=160, special_tokens=SPECIALS, initial_alphabet=[chr(c) for c in range(33, 127)] + ["▁"]))
    j = json.loads(t.to_str())
    vocab = j["model"]["vocab"]
    for i in range(256):
        vocab.setdefault(f"<0x{i:02X}>", len(vocab))
    return j


def template(single, tokens):
    return dict(
        type="TemplateProcessing", single=single, pair=[dict(Sequence=dict(id="A", type_id=0)), dict(Sequence=dict(id="B", type_id=1))],
        special_tokens={t: dict(id=t, ids=[SPECIALS.index(t)], tokens=[t]) for t in tokens},
    )


A = dict(Sequence=dict(id="A", type_id=0))
special = lambda t: dict(SpecialToken=dict(id=t, type_id=0))
metaspace = lambda scheme, split=False: dict(type="Metaspace", replacement="▁", prepend_scheme=scheme, split=split)


def cases(j):
    def added(**changes):
        return [{**a, **(changes if a["content"] in ("<|im_start|>", "<|im_end|>") else {})} for a in j["added_tokens"]]

    size = len(j["model"]["vocab"])
    more = lambda content, **k: j["added_tokens"] + [{**dict(id=size, content=content, single_word=False, lstrip=False, rstrip=False, normalized=False, special=False), **k}]
    legacy = dict(type="Sequence", normalizers=[dict(type="Prepend", prepend="▁"), dict(type="Replace", pattern=dict(String=" "), content="▁")])
    yield "first", {}, INST
    yield "always", dict(pre_tokenizer=metaspace("always")), INST
    yield "never", dict(pre_tokenizer=metaspace("never")), INST
    yield "first, split", dict(pre_tokenizer=metaspace("first", True)), INST
    yield "legacy", dict(pre_tokenizer=None, normalizer=legacy), INST
    yield "legacy, normalised markers", dict(pre_tokenizer=None, normalizer=legacy, added_tokens=added(normalized=True)), CHATML
    yield "strips", dict(added_tokens=added(lstrip=True, rstrip=True)), CHATML
    yield "left strip", dict(pre_tokenizer=metaspace("never"), added_tokens=added(lstrip=True)), CHATML
    yield "right strip", dict(pre_tokenizer=metaspace("always"), added_tokens=added(rstrip=True)), CHATML
    yield "single word", dict(added_tokens=more("SEL", single_word=True)), GENERATION
    yield "normalised", dict(normalizer=dict(type="Lowercase"), added_tokens=more("Name", normalized=True)), CHATML
    yield "bos", dict(post_processor=template([special("<s>"), A], ["<s>"])), CHATML
    yield "bos and eos", dict(post_processor=template([special("<s>"), A, special("</s>")], ["<s>", "</s>"])), INST
    yield "another beginning", dict(post_processor=template([special("[INST]"), special("<s>"), A], ["[INST]", "<s>"])), CHATML
    yield "truncation", dict(truncation=dict(direction="Right", max_length=4, strategy="LongestFirst", stride=0)), CHATML
    yield "padding", dict(padding=dict(strategy=dict(Fixed=48), direction="Left", pad_to_multiple_of=None, pad_id=0, pad_type_id=0, pad_token="<unk>")), CHATML


def model_file(out):
    """`tokenizer.model` as SentencePiece 0.2.3 trains it, and in `model.json` its own ids, and transformers' for three settings."""
    import sentencepiece

    words = [f"SELECT {a} FROM {t} WHERE {a} = count the name user assistant" for a in ["id", "name", "city"] for t in ["shop", "order"]]
    (out / "words.txt").write_text("\n".join(words))
    sentencepiece.SentencePieceTrainer.train(
        input=str(out / "words.txt"), model_prefix=str(out / "tokenizer"), vocab_size=340, model_type="bpe", byte_fallback=True, split_digits=True,
        normalization_rule_name="identity", remove_extra_whitespaces=False, allow_whitespace_only_pieces=True, minloglevel=2,
    )
    (out / "words.txt").unlink()
    (out / "tokenizer.vocab").unlink()
    model = sentencepiece.SentencePieceProcessor(str(out / "tokenizer.model"))
    texts = [x for x in TEXTS if "<" not in x and "[" not in x] + ["a  b   c", "'it''s' 2024", "\n\n  x"]
    result = dict(plain=[[x, model.encode(x)] for x in texts], cases=[])
    added = {"340": dict(content="<|im_end|>", special=True, lstrip=False, rstrip=False, normalized=False, single_word=False)}
    for settings in [dict(), dict(add_bos_token=True), dict(add_bos_token=True, added_tokens_decoder=added)]:
        settings = dict(tokenizer_class="LlamaTokenizer", bos_token="<s>", eos_token="</s>", unk_token="<unk>", legacy=False, **settings)
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "tokenizer.model").write_bytes((out / "tokenizer.model").read_bytes())
            (Path(folder) / "tokenizer_config.json").write_text(json.dumps(settings))
            t = transformers.AutoTokenizer.from_pretrained(folder)
            result["cases"].append(dict(settings=settings, texts=[[x, t(x).input_ids] for x in texts + ["<s>a b</s> c<|im_end|>d", "a</s>b"]]))
    (out / "model.json").write_text(json.dumps(result, ensure_ascii=False))


def main(out):
    j = base()
    out.mkdir(exist_ok=True)
    (out / "base.json").write_text(json.dumps(j, ensure_ascii=False))
    written = []
    for name, patch, chat in cases(j):
        with tempfile.TemporaryDirectory() as folder:
            whole = {**j, **patch, "truncation": None, "padding": None}
            (Path(folder) / "tokenizer.json").write_text(json.dumps(whole))
            settings = dict(tokenizer_class="PreTrainedTokenizerFast", bos_token="<s>", eos_token="</s>", unk_token="<unk>", chat_template=chat)
            (Path(folder) / "tokenizer_config.json").write_text(json.dumps(settings))
            t = transformers.AutoTokenizer.from_pretrained(folder)
            ids = lambda m: (lambda x: x if isinstance(x, list) else x["input_ids"])(t.apply_chat_template(m, add_generation_prompt=True, tokenize=True))
            case = dict(name=name, patch=patch, template=chat, texts=[[x, t(x).input_ids] for x in TEXTS], chats=[[m, ids(m)] for m in CHATS])
            t.backend_tokenizer.encode_special_tokens = True
            case["plain"] = [[x, t.backend_tokenizer.encode(x, add_special_tokens=False).ids] for x in TEXTS]
            written.append(case)
    (out / "cases.json").write_text("[\n" + ",\n".join(json.dumps(c, ensure_ascii=False) for c in written) + "\n]\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
    model_file(Path(sys.argv[1]))
