#!/usr/bin/env python3
"""Makes what the linker needs in place of CUDA's libraries, so that a binary with the feature `cuda` starts where no driver is installed.

    trampolines.py CUDARC_SOURCE OUT_FOLDER     one archive per library: libcuda.a, libcublas.a, libcublasLt.a, libcurand.a, libnvrtc.a
    trampolines.py --test OUT_FOLDER            tries the archives: with a library that is there, and with one that is not

candle asks cudarc for dynamic linking, and with shared libraries (or shared stubs of them) the binary would name libcuda.so.1 and the others as
needed: without them the loader refuses it before main. An archive per library, with no shared library beside it, turns every symbol of the
bindings into a jump through a table. The first call of a symbol opens the real library and enters the real address; where the library or the
symbol is absent it enters a function that returns that library's own code for it. Nothing is opened before a first call.

The runtime library (cudart) needs none of this: NVIDIA's own static archive looks for the driver by itself.

Libraries are looked for where the loader looks and in the toolkit's folders; all but the driver's in the folder $SQLLAMA_CUDA_LIBRARIES
alone, where it is set.
"""

import ctypes
import os
import re
import subprocess
import sys
import tempfile

# Library, cudarc's module, the real library's name, the code for "library absent", the code for "symbol absent". The codes are in cudarc's
# enumerations; an error is never read as success.
LIBRARIES = [
    ("cuda", "driver", "libcuda.so.1", 34, 500),  # CUDA_ERROR_STUB_LIBRARY, CUDA_ERROR_NOT_FOUND
    ("cublas", "cublas", "libcublas.so.13", 1, 15),  # CUBLAS_STATUS_NOT_INITIALIZED, CUBLAS_STATUS_NOT_SUPPORTED
    ("cublasLt", "cublaslt", "libcublasLt.so.13", 1, 15),
    ("curand", "curand", "libcurand.so.10", 203, 203),  # CURAND_STATUS_INITIALIZATION_FAILED
    ("nvrtc", "nvrtc", "libnvrtc.so.13", 11, 11),  # NVRTC_ERROR_INTERNAL_ERROR
]

# What an absent function returns, by its return type in Rust.
STATUS, TEXT, NOTHING, TOLD = 0, 1, 2, 3
KINDS = {
    "CUresult": STATUS,
    "cublasStatus_t": STATUS,
    "curandStatus_t": STATUS,
    "nvrtcResult": STATUS,
    "*const ::core::ffi::c_char": TEXT,
    "usize": NOTHING,
    "()": NOTHING,
}
# The driver's words for a code come through a pointer; without the driver they say that it is absent.
TELLERS = {"cuGetErrorName": TOLD, "cuGetErrorString": TOLD}

RESOLVER = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#define HIDDEN __attribute__((visibility("hidden")))

extern HIDDEN void *PREFIX_table[];
extern HIDDEN const char *const PREFIX_names[];
extern HIDDEN const unsigned char PREFIX_kinds[];

static void *handle;

static int library_absent(void) { return LIBRARY_ABSENT; }
static int symbol_absent(void) { return SYMBOL_ABSENT; }
static const char *no_text(void) { return "SONAME could not be used"; }
static size_t nothing(void) { return 0; }
static int told(int code, const char **text) {
    (void)code;
    *text = no_text();
    return 0;
}

static void *open_in(const char *folder, const char *below) {
    char path[4096];
    if (folder == NULL || folder[0] == 0) return NULL;
    int length = snprintf(path, sizeof path, "%s%s/SONAME", folder, below);
    return length > 0 && (size_t)length < sizeof path ? dlopen(path, RTLD_LAZY) : NULL;
}

static void *open_library(void) {
    const char *chosen = getenv("SQLLAMA_CUDA_LIBRARIES");
    void *found = open_in(chosen, "");
#if IN_TOOLKIT
    if (chosen != NULL && chosen[0] != 0) return found;
#endif
    if (found == NULL) found = dlopen("SONAME", RTLD_LAZY);
#if IN_TOOLKIT
    if (found == NULL) found = open_in(getenv("CUDA_HOME"), "/lib64");
    if (found == NULL) found = open_in(getenv("CUDA_HOME"), "/lib");
    if (found == NULL) found = open_in("/usr/local/cuda", "/lib64");
    if (found == NULL) found = open_in("/usr/local/cuda-13", "/lib64");
#else
    if (found == NULL) found = open_in("/usr/lib/wsl/lib", "");
#endif
    return found;
}

/* Two threads may do the same at once: they enter the same address. */
HIDDEN void *PREFIX_resolve(size_t index) {
    void *library = __atomic_load_n(&handle, __ATOMIC_ACQUIRE);
    if (library == NULL) {
        library = open_library();
        __atomic_store_n(&handle, library, __ATOMIC_RELEASE);
    }
    void *target = library == NULL ? NULL : dlsym(library, PREFIX_names[index]);
    if (target == NULL) {
        switch (PREFIX_kinds[index]) {
        case 1: target = (void *)no_text; break;
        case 2: target = (void *)nothing; break;
        case 3: target = (void *)told; break;
        default: target = library == NULL ? (void *)library_absent : (void *)symbol_absent;
        }
    }
    __atomic_store_n(&PREFIX_table[index], target, __ATOMIC_RELEASE);
    return target;
}
"""

# Arguments stay where the caller put them: the resolver's call is wrapped in saving and restoring the registers that carry them.
REGISTERS = ["rdi", "rsi", "rdx", "rcx", "r8", "r9", "rax"]


def symbols(module_file):
    """Every function of the bindings, with what it returns: of all CUDA versions, since an archive's unused ones cost nothing."""
    text = open(module_file, encoding="utf-8").read()
    found = {}
    for block in re.findall(r'extern "C" \{\n(.*?)\n\s*\}\n', text, re.DOTALL):
        for name, result in re.findall(r"fn (\w+)\(.*\)(?: -> ([^;{]+))?;", block):
            found[name] = TELLERS.get(name, KINDS[result or "()"])
    return sorted(found.items())


def assembler(prefix, functions):
    lines = ["    .text"]
    for index, (name, _) in enumerate(functions):
        lines += [
            f"    .globl {name}",
            f"    .hidden {name}",
            f"    .type {name}, @function",
            "    .p2align 4",
            f"{name}:",
            "    endbr64",
            f"    movq {prefix}_table+{8 * index}(%rip), %r11",
            "    testq %r11, %r11",
            "    je 1f",
            "    jmp *%r11",
            f"1:  pushq ${index}",
            f"    jmp {prefix}_first",
            f"    .size {name}, . - {name}",
        ]
    lines += ["    .p2align 4", f"{prefix}_first:", "    subq $192, %rsp"]
    lines += [f"    movq %{register}, {8 * place}(%rsp)" for place, register in enumerate(REGISTERS)]
    lines += [f"    movups %xmm{place}, {64 + 16 * place}(%rsp)" for place in range(8)]
    lines += ["    movq 192(%rsp), %rdi", f"    call {prefix}_resolve", "    movq %rax, %r11"]
    lines += [f"    movups {64 + 16 * place}(%rsp), %xmm{place}" for place in range(8)]
    lines += [f"    movq {8 * place}(%rsp), %{register}" for place, register in enumerate(REGISTERS)]
    lines += ["    addq $200, %rsp", "    jmp *%r11"]
    lines += ["    .bss", "    .p2align 3", f"    .globl {prefix}_table", f"    .hidden {prefix}_table", f"{prefix}_table:"]
    lines += [f"    .zero {8 * len(functions)}"]
    lines += ["    .section .data.rel.ro.local, \"aw\"", "    .p2align 3", f"    .globl {prefix}_names", f"    .hidden {prefix}_names", f"{prefix}_names:"]
    lines += [f"    .quad .Lname{index}" for index in range(len(functions))]
    lines += ["    .section .rodata", f"    .globl {prefix}_kinds", f"    .hidden {prefix}_kinds", f"{prefix}_kinds:"]
    lines += [f"    .byte {kind}" for _, kind in functions]
    lines += [f'.Lname{index}: .string "{name}"' for index, (name, _) in enumerate(functions)]
    lines += ['    .section .note.GNU-stack, "", @progbits', ""]
    return "\n".join(lines)


def make(source, folder):
    os.makedirs(folder, exist_ok=True)
    for library, module, soname, library_absent, symbol_absent in LIBRARIES:
        functions = symbols(f"{source}/src/{module}/sys/mod.rs")
        if not functions:
            sys.exit(f"no function found in cudarc's module {module}: its bindings have another form than those of version 0.19")
        prefix = f"sqllama_{library}"
        code = RESOLVER.replace("PREFIX", prefix).replace("SONAME", soname)
        code = code.replace("LIBRARY_ABSENT", str(library_absent)).replace("SYMBOL_ABSENT", str(symbol_absent))
        code = code.replace("IN_TOOLKIT", str(int(library != "cuda")))
        with tempfile.TemporaryDirectory() as work:
            for name, text in (("jumps.s", assembler(prefix, functions)), ("resolve.c", code)):
                with open(f"{work}/{name}", "w", encoding="utf-8") as file:
                    file.write(text)
            for name in ("jumps.s", "resolve.c"):
                subprocess.run(["cc", "-c", "-O2", "-fPIC", "-Wall", name, "-o", name + ".o"], cwd=work, check=True)
            archive = os.path.abspath(f"{folder}/lib{library}.a")
            if os.path.exists(archive):
                os.remove(archive)
            subprocess.run(["ar", "rcsD", archive, "jumps.s.o", "resolve.c.o"], cwd=work, check=True)
        print(f"lib{library}.a: {len(functions)} functions of {soname}")


# Eleven arguments, five of them on the stack; numbers in vector registers; texts and sizes of a library that is absent.
CALLER = r"""
#include <stddef.h>
#include <stdio.h>
#include <string.h>
int cuInit(unsigned); int cuDeviceGetCount(int *); int cuMemFree_v2(unsigned long long); int cuGetErrorString(int, const char **);
int cuLaunchKernel(void *, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void *, void **, void **);
int curandGenerateNormalDouble(void *, double *, size_t, double, double);
int cublasCreate_v2(void **); const char *cublasGetStatusString(int); size_t cublasGetCudartVersion(void);
int cublasLtCreate(void **); int nvrtcVersion(int *, int *); const char *nvrtcGetErrorString(int);
int main(int count, char **arguments) {
    int there = count > 1, number = 0, wrong = 0;
    double out = 0;
    const char *text = "";
#define IS(call, expected) do { int got = (int)(call); if (got != (expected)) { wrong = 1; printf("%s: %d, not %d\n", #call, got, expected); } } while (0)
    for (int round = 0; round < 2; round++) {
        IS(cuInit(7), there ? 7 : 34);
        IS(cuLaunchKernel((void *)1, 2, 3, 4, 5, 6, 7, 8, (void *)9, (void **)10, (void **)11), there ? 385 : 34);
        IS(curandGenerateNormalDouble((void *)1, &out, 3, 0.25, 0.5), there ? 0 : 203);
        IS(out == 3.5, there);
        IS(cuMemFree_v2(1), there ? 500 : 34);
        IS(cuDeviceGetCount(&number), there ? 500 : 34);
        IS(cuGetErrorString(34, &text), 0);
        IS(strcmp(text, "libcuda.so.1 could not be used"), 0);
        IS(cublasCreate_v2(NULL), 1);
        IS(cublasLtCreate(NULL), 1);
        IS(nvrtcVersion(&number, &number), 11);
        IS(cublasGetCudartVersion(), 0);
        IS(strcmp(cublasGetStatusString(1), "libcublas.so.13 could not be used"), 0);
        IS(strcmp(nvrtcGetErrorString(1), "libnvrtc.so.13 could not be used"), 0);
    }
    return wrong;
}
"""
FAKES = {
    "libcuda.so.1": r"""
int cuInit(unsigned flags) { return (int)flags; }
int cuLaunchKernel(long a, unsigned b, unsigned c, unsigned d, unsigned e, unsigned f, unsigned g, unsigned h, long i, long j, long k) {
    return (int)(a * 1 + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8 + i * 9 + j * 1 + k * 9) - 9;
}
""",
    "libcurand.so.10": "int curandGenerateNormalDouble(void *g, double *out, unsigned long n, double a, double b) { *out = n + 2 * a * (b * 2); return 0; }",
}


def test(folder):
    with tempfile.TemporaryDirectory() as work:
        with open(f"{work}/caller.c", "w", encoding="utf-8") as file:
            file.write(CALLER)
        links = [f"-l{library}" for library, *_ in LIBRARIES]
        subprocess.run(["cc", "-O1", "caller.c", "-o", "caller", "-L", os.path.abspath(folder), *links, "-ldl"], cwd=work, check=True)
        os.mkdir(f"{work}/fakes")
        os.mkdir(f"{work}/none")
        for soname, text in FAKES.items():
            subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", f"fakes/{soname}"], cwd=work, input=text.encode(), check=True)
        there = dict(os.environ, SQLLAMA_CUDA_LIBRARIES=f"{work}/fakes")
        absent = dict(os.environ, SQLLAMA_CUDA_LIBRARIES=f"{work}/none")
        subprocess.run([f"{work}/caller", "there"], env=there, check=True)
        try:
            ctypes.CDLL("libcuda.so.1")
            print("a driver is installed here: what the trampolines answer without one is not tried")
        except OSError:
            subprocess.run([f"{work}/caller"], env=absent, check=True)
    print("the trampolines pass calls on, and answer for libraries that are absent")


if len(sys.argv) != 3:
    sys.exit(__doc__)
if sys.argv[1] == "--test":
    test(sys.argv[2])
else:
    make(sys.argv[1], sys.argv[2])
