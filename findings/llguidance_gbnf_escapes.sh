#!/bin/bash
# llguidance 1.9.1, gbnf_to_lark.any_to_lark: a character written with four hexadecimal digits, as llama.cpp's grammars have it, loses its
# leading noughts on the way. Mostly what comes out is no grammar any more (an error says "lexer error", or names a pattern that nobody wrote).
# But where a letter a to f or a digit stands behind, it becomes a part of the number: the rule for é, a, b reads U+E9AB, takes that, and refuses
# the text that it was written for; nothing is said. Classes of characters are converted the same way. With two digits (\xe9) all is right.
# Why it matters: whoever makes a grammar of names escapes what is not ASCII. One that llama.cpp takes is here refused whole, or keeps a model
# from the one name it should write.
# Seen (the rule, a text as Python writes it, what becomes of the rule, whether the text is taken):
#   "\u00e9ab" '\xe9ab' "\ue9ab" no
#   "\u00e9ab" '\ue9ab' "\ue9ab" yes
#   "\u00f1d0n" '\uf1d0n' "\uf1d0n" yes
#   "\u00e9t" '\xe9t' "\ue9t" refused
#   [\u0410-\u044f] '\u0416' /[\u410-\u44f]/ refused
#   "\xe9ab" '\xe9ab' "\xe9ab" yes
set -e
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
"${PYTHON:-python3}" -m venv "$T/v"
"$T/v/bin/pip" install -q --disable-pip-version-check --no-compile llguidance==1.9.1
cd "$T" && v/bin/python - <<'P'
from llguidance import LLMatcher, LLTokenizer
from llguidance.gbnf_to_lark import any_to_lark

bytewise = LLTokenizer("byte")

def taken(rule, text):
    lark = any_to_lark(f"root ::= {rule}\n")
    became = lark.split("start: ", 1)[1].strip()
    if LLMatcher.validate_grammar(lark, bytewise):
        return became, "refused"
    matcher, tokens = LLMatcher(bytewise, lark), list(text.encode())
    return became, "yes" if matcher.try_consume_tokens(tokens) == len(tokens) and matcher.is_accepting() else "no"

expected = [
    (r'"\u00e9ab"', "\u00e9ab", r'"\ue9ab"', "no"), (r'"\u00e9ab"', "\ue9ab", r'"\ue9ab"', "yes"),
    (r'"\u00f1d0n"', "\uf1d0n", r'"\uf1d0n"', "yes"), (r'"\u00e9t"', "\u00e9t", r'"\ue9t"', "refused"),
    (r"[\u0410-\u044f]", "\u0416", r"/[\u410-\u44f]/", "refused"), (r'"\xe9ab"', "\u00e9ab", r'"\xe9ab"', "yes")]
same = True
for rule, text, *rest in expected:
    found = list(taken(rule, text))
    print(rule, ascii(text), *found)
    same &= found == rest
raise SystemExit(0 if same else "changed")
P
