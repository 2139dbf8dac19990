#!/bin/sh
# Builds a release binary with the feature `cuda`, on a machine that needs neither a card nor a driver nor NVIDIA's toolkit:
#
#     tests/cuda/build.sh [CAPABILITY] [check]
#
# CAPABILITY is the card's compute capability without its point: 80 for an A100, 86 or 89 for gaming cards, 90 for an H100 [90]. A binary runs on
# cards of its own capability. With `check` the feature's clippy and documentation are tried instead; both look at Rust alone, so they need no
# nvcc and wait for no kernel.
#
# Needed: cargo, python3 with pip, a C and a C++ compiler, binutils, on x86-64 Linux. pip brings nvcc and its headers (270 MB unpacked); what the
# linker needs of the driver, cuBLAS, cuRAND and nvrtc is made by trampolines.py, so that the binary starts without them and says what is missing.
#
# Environment: CUDA_BUILD, the folder for wheels and objects, outside the repository [$XDG_CACHE_HOME/sqllama-cuda]; JOBS, how many compilers run
# at once [as cargo chooses].
set -eu

here=$(cd "$(dirname "$0")/../.." && pwd)
capability=90
what=build
for argument in "$@"; do
    case $argument in
        check) what=check ;;
        [0-9][0-9] | [0-9][0-9][0-9]) capability=$argument ;;
        *)
            echo "no such argument: $argument" >&2
            echo "hint: tests/cuda/build.sh [CAPABILITY] [check], where CAPABILITY is a number such as 90" >&2
            exit 2
            ;;
    esac
done
folder=${CUDA_BUILD:-${XDG_CACHE_HOME:-$HOME/.cache}/sqllama-cuda}

if [ "$(uname -s) $(uname -m)" != "Linux x86_64" ]; then
    echo "not built: this script knows x86-64 Linux alone, and this is $(uname -s) $(uname -m)" >&2
    exit 2
fi
for program in cargo python3 cc c++ ar strip readelf; do
    if ! command -v "$program" >/dev/null; then
        echo "not built: $program is not installed" >&2
        exit 2
    fi
done

export CUDA_COMPUTE_CAP="$capability" CUDARC_CUDA_VERSION=13000
# Another toolkit of the environment would win over the one chosen here.
unset NVCC CUDA_PATH CUDA_ROOT CUDA_TOOLKIT_ROOT_DIR
cd "$here"

started=$(date +%s)
minutes() {
    awk -v seconds=$(($(date +%s) - started)) 'BEGIN { printf "%.1f minutes", seconds / 60 }'
}

if [ $what = check ]; then
    # In nvcc's place something that makes empty files, and a folder for objects that no real build sees.
    export CUDA_HOME="$folder/no-toolkit"
    mkdir -p "$CUDA_HOME/bin"
    cat >"$CUDA_HOME/bin/nvcc" <<'NVCC'
#!/bin/sh
folder=.
for argument in "$@"; do
    case $before in
        -o) : >"$argument" ;;
        --output-directory) folder=$argument ;;
    esac
    case $argument in
        *.cu) [ "$ptx" = yes ] && : >"$folder/$(basename "$argument" .cu).ptx" ;;
        --ptx) ptx=yes ;;
    esac
    before=$argument
done
exit 0
NVCC
    chmod +x "$CUDA_HOME/bin/nvcc"
    export PATH="$CUDA_HOME/bin:$PATH" CARGO_TARGET_DIR="$folder/target-check"
    cargo clippy --locked ${JOBS:+--jobs "$JOBS"} --all-targets --features cuda -- -D warnings
    RUSTDOCFLAGS=-Dwarnings cargo doc --locked ${JOBS:+--jobs "$JOBS"} --no-deps --features cuda
    echo "clippy and documentation of the feature: $(minutes)"
    exit
fi

# Drivers of branch 580 and newer load what CUDA 13.0 makes; cudarc must know the version; all parts must be of one release.
wheels=$folder/wheels-13.0
if [ ! -e "$wheels/complete" ]; then
    rm -rf "$wheels"
    mkdir -p "$wheels"
    python3 -m pip install --quiet --no-deps --only-binary :all: --target "$wheels" nvidia-cuda-nvcc==13.0.88 nvidia-cuda-crt==13.0.88 \
        nvidia-nvvm==13.0.88 nvidia-cuda-runtime==13.0.96 nvidia-cuda-cccl==13.0.85
    touch "$wheels/complete"
fi
export CUDA_HOME="$wheels/nvidia/cu13"
export PATH="$CUDA_HOME/bin:$PATH"
export CARGO_TARGET_DIR="$folder/target"
nvcc --version | grep release

# cudarc looks for libraries in lib and lib/stubs. No shared library with a plain name may lie there: the linker would take it first.
stubs=$CUDA_HOME/lib/stubs
bindings=$(cargo metadata --locked --format-version 1 --features cuda | python3 -c '
import json, os, sys
print(*(os.path.dirname(package["manifest_path"]) for package in json.load(sys.stdin)["packages"] if package["name"] == "cudarc"))')
python3 tests/cuda/trampolines.py "$bindings" "$stubs"
python3 tests/cuda/trampolines.py --test "$stubs"
# The static runtime opens the driver by itself and bears its absence: compiled kernels register with it before main.
ln -sf ../libcudart_static.a "$stubs/libcudart.a"

cargo build --locked --release ${JOBS:+--jobs "$JOBS"} --features cuda
binary=$folder/sqllama-cuda-$capability
strip -o "$binary" "$CARGO_TARGET_DIR/release/sqllama"
echo "$binary: $(minutes), $(wc -c <"$binary" | awk '{ printf "%.1f MB", $1 / 1e6 }') stripped"

needed=$(readelf -d "$binary" | sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p')
echo "libraries it needs to start:" $needed
case $needed in
    *cuda* | *cublas* | *curand* | *nvrtc*)
        echo "wrong: it does not start where CUDA is not installed" >&2
        exit 1
        ;;
esac
"$binary" doctor
