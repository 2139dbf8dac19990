#!/usr/bin/env bash
# The tests on emulated Arm processors: tests/arm/run.sh [kernels|all|clippy|count]
#
#   kernels  (default) src/compute alone, on three processors: Cortex-A53 (Advanced SIMD), Neoverse N1 (with dotprod), "max" (with i8mm)
#   all      kernels, then the whole suite once, on "max"; builds the program for aarch64, which takes as long as a fresh build
#   clippy   the kernels through clippy
#   count    instructions of the inner loops for 256 weights (count.py)
#
# Cross compiler, C library and emulator are Debian's and are installed where they are missing (as root). What is built lies in target/arm.
set -euo pipefail
cd "$(dirname "$0")/../.."

target=aarch64-unknown-linux-gnu
cpus=(cortex-a53 neoverse-n1 max)
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CC_aarch64_unknown_linux_gnu=aarch64-linux-gnu-gcc CXX_aarch64_unknown_linux_gnu=aarch64-linux-gnu-g++
export QEMU_LD_PREFIX=/usr/aarch64-linux-gnu

has() { command -v "$1" >/dev/null; }
if ! has aarch64-linux-gnu-gcc || ! has aarch64-linux-gnu-g++ || ! has qemu-aarch64; then
    apt-get update -qq && apt-get install -y -qq gcc-aarch64-linux-gnu g++-aarch64-linux-gnu qemu-user
fi
[ -d "$(rustc --print sysroot)/lib/rustlib/$target" ] || rustup target add "$target"

# In the versions of the program's own Cargo.lock.
cargo_kernels() {
    cp Cargo.lock tests/arm/kernels/Cargo.lock
    cargo "$1" --manifest-path tests/arm/kernels/Cargo.toml --target-dir target/arm --target $target "${@:2}"
}

# The test program that cargo built last, by its JSON messages.
program_of() { sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | tail -n 1; }

kernels() {
    local program
    program=$(cargo_kernels test --lib --no-run --message-format json | program_of)
    for cpu in "${cpus[@]}"; do
        echo "== kernels on $cpu"
        QEMU_CPU=$cpu qemu-aarch64 "$program" --quiet
    done
}

# The suite starts the program itself: the system must know how to start programs for aarch64 (binfmt_misc).
emulated() {
    local registered=/proc/sys/fs/binfmt_misc/qemu-aarch64
    [ -e $registered ] && return
    [ -w /proc/sys/fs/binfmt_misc/register ] || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc 2>/dev/null || true
    local magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
    local mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
    printf '%s' ":qemu-aarch64:M::$magic:$mask:$(command -v qemu-aarch64):" >/proc/sys/fs/binfmt_misc/register
}

case "${1:-kernels}" in
kernels) kernels ;;
all)
    kernels
    emulated || { echo "binfmt_misc cannot be set up here (it needs root): the tests that start the program would fail" >&2; exit 1; }
    echo "== the whole suite on max"
    QEMU_CPU=max cargo test --target-dir target/arm --target $target
    ;;
clippy) cargo_kernels clippy --all-targets -- -D warnings ;;
count)
    RUSTFLAGS='-C symbol-mangling-version=v0' cargo_kernels build --release # names with their types
    aarch64-linux-gnu-objdump -d --demangle --no-show-raw-insn target/arm/$target/release/libkernels.rlib | tests/arm/count.py
    ;;
*)
    sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
