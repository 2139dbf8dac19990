#!/usr/bin/env bash
# Checks the crate for other systems from Linux: other_systems.sh [TARGET...]. The C code in it (SQLite, ring) goes through the C compiler of
# the Python wheel `ziglang`, which brings their headers. Nothing is linked and nothing runs. Needs rustup, python3 with pip, and 20 minutes of
# two cores where nothing was checked before.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=target/other-systems
mkdir -p "$folder"
[ -x "$folder/venv/bin/python" ] || python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet ziglang
python=$PWD/$folder/venv/bin/python
printf '#!/bin/sh\nexec "%s" -m ziglang ar "$@"\n' "$python" > "$folder/ar"
chmod +x "$folder/ar"
failed=0
for target in "${@:-x86_64-pc-windows-gnu}" $([ $# -gt 0 ] || echo aarch64-apple-darwin x86_64-apple-darwin x86_64-unknown-linux-musl); do
    case "$target" in
        *-windows-gnu) zig=${target%%-*}-windows-gnu ;;
        *-apple-darwin) zig=${target%%-*}-macos ;;
        *-linux-*) zig=${target%%-*}-linux-${target##*-} ;;
        *) echo "no C compiler is known for $target" >&2; exit 2 ;;
    esac
    # What the build scripts say of the target in their own words is left out: zig has one word for it.
    cat > "$folder/$target-cc" <<END
#!/usr/bin/env bash
words=()
for word in "\$@"; do
    case "\$word" in --target=* | -m64 | -arch | arm64 | x86_64 | -mmacosx-version-min=*) ;; *) words+=("\$word") ;; esac
done
exec "$python" -m ziglang cc -target $zig "\${words[@]}"
END
    chmod +x "$folder/$target-cc"
    rustup target add "$target" > /dev/null 2>&1 || true
    name=${target//-/_}
    echo "== $target"
    env "CC_$name=$PWD/$folder/$target-cc" "AR_$name=$PWD/$folder/ar" CARGO_TARGET_DIR="$folder" \
        cargo check --lib --bins --target "$target" || failed=1
done
exit $failed
