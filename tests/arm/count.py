#!/usr/bin/env python3
"""Instructions of inner loops, from a disassembly on standard input (objdump -d --demangle --no-show-raw-insn).

Of every function whose name matches PATTERN (default: the kernels of decoding and of panels), each innermost loop that multiplies bytes is
printed with its number of instructions, how many of them are products (sdot, smmla, smull, smlal), loads, and stores.

    count.py [PATTERN] < disassembly
"""

import re
import sys

PRODUCTS = re.compile(r"^(sdot|usdot|smmla|usmmla|smull2?|smlal2?)$")
LOADS = re.compile(r"^ld")
STORES = re.compile(r"^st")
BRANCH = re.compile(r"^(b\.\w+|b|cbz|cbnz|tbz|tbnz)$")


def functions(lines):
    name, body = None, []
    for line in lines:
        head = re.match(r"^[0-9a-f]+ <(.*)>:$", line)
        if head:
            if body:
                yield name, body
            name, body = head.group(1), []
            continue
        parts = re.match(r"^\s*([0-9a-f]+):\s+(\S+)\s*(.*)$", line)
        if parts and name:
            body.append((int(parts.group(1), 16), parts.group(2), parts.group(3)))
    if body:
        yield name, body


def loops(body):
    """Innermost loops: from the target of a backward branch to the branch, none inside another."""
    found = []
    for at, operation, operands in body:
        to = re.search(r"\b([0-9a-f]+) <", operands) if BRANCH.match(operation) else None
        if to and body[0][0] <= int(to.group(1), 16) <= at:
            found.append((int(to.group(1), 16), at))
    return [one for one in found if not any(other != one and one[0] <= other[0] and other[1] <= one[1] for other in found)]


def main():
    pattern = re.compile(sys.argv[1] if len(sys.argv) > 1 else r"aarch64::(gemv::some_|tiles::)")
    print(f"{'all':>5} {'products':>8} {'loads':>5} {'stores':>6}  function")
    for name, body in functions(sys.stdin):
        if not pattern.search(name):
            continue
        for start, end in loops(body):
            inside = [operation for at, operation, _ in body if start <= at <= end]
            counts = [sum(1 for operation in inside if kind.match(operation)) for kind in (PRODUCTS, LOADS, STORES)]
            if counts[0]:
                short = re.sub(r"kernels::compute::aarch64::", "", name)
                print(f"{len(inside):5} {counts[0]:8} {counts[1]:5} {counts[2]:6}  {short}")


if __name__ == "__main__":
    main()
