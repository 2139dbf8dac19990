#!/bin/bash
# gguf 0.19.0 (gguf-py): a GGUF value may be an array of arrays, and GGUFWriter writes one as the format says; GGUFReader and with
# it gguf-new-metadata flatten it. A copy made to change one name holds [[1, 2], [3]] as [1, 2, 3], [["a"], ["b", "c"]] as
# ["a", "b", "c"], under the same key, with exit code 0 and no warning. (A note in the reader's source says that it flattens;
# that the copying tool writes another value is said nowhere.)
# Why it matters: where the inner arrays began cannot be told any more, and the copy looks whole: all keys, all tensors.
# Seen:
#   x.sizes written [[1, 2], [3]] types ARRAY ARRAY INT32 read [1, 2, 3] - in the copy: ARRAY INT32 [1, 2, 3]
#   x.names written [['a'], ['b', 'c']] types ARRAY ARRAY STRING read ['a', 'b', 'c'] - in the copy: ARRAY STRING ['a', 'b', 'c']
#   bytes of the pair of arrays: in the file True - in the copy False
set -e
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
"${PYTHON:-python3}" -m venv "$T/v"
"$T/v/bin/pip" install -q --disable-pip-version-check --no-compile gguf==0.19.0 numpy==2.4.6
cat > "$T/write.py" <<'P'
import numpy, gguf

w = gguf.GGUFWriter("a.gguf", "llama")
w.add_array("x.sizes", [[1, 2], [3]])
w.add_array("x.names", [["a"], ["b", "c"]])
w.add_tensor("t", numpy.zeros((2, 32), dtype=numpy.float32))
w.write_header_to_file()
w.write_kv_data_to_file()
w.write_tensors_to_file()
w.close()
P
cat > "$T/read.py" <<'P'
import struct
from gguf import GGUFReader

def kept(path, key):
    field = GGUFReader(path).fields[key]
    return " ".join(t.name for t in field.types), field.contents()

# By the format: type of the items (9 array), how many, then of each array the type (5 int32), how many, the items.
pair = struct.pack("<IQ", 9, 2) + struct.pack("<IQii", 5, 2, 1, 2) + struct.pack("<IQi", 5, 1, 3)
same = True
for key, wrote, flat, kind in (("x.sizes", [[1, 2], [3]], [1, 2, 3], "INT32"), ("x.names", [["a"], ["b", "c"]], ["a", "b", "c"], "STRING")):
    one, two = kept("a.gguf", key), kept("b.gguf", key)
    print(key, "written", wrote, "types", *one[:1], "read", one[1], "- in the copy:", *two)
    same &= one == (f"ARRAY ARRAY {kind}", flat) and two == (f"ARRAY {kind}", flat)
there = [pair in open(path, "rb").read() for path in ("a.gguf", "b.gguf")]
print("bytes of the pair of arrays: in the file", there[0], "- in the copy", there[1])
raise SystemExit(0 if same and there == [True, False] else "changed")
P
cd "$T"
v/bin/python write.py
v/bin/gguf-new-metadata --general-name other a.gguf b.gguf > log 2>&1 || { tail -5 log; exit 1; }
if grep -qi warn log; then echo "changed: it warns now"; exit 1; fi
v/bin/python read.py
