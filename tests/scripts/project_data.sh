#!/usr/bin/env bash
# Makes the project's data twice: both times the same bytes, the same as committed files where there are any, within 6 MB.
# tests/scripts/project_data.sh [PROGRAM] [FOLDER of databases to keep]
set -euo pipefail
cd "$(dirname "$0")/../.."
program=${1:-target/release/sqllama}
made=$(mktemp -d)
trap 'rm -r "$made"' EXIT
"$program" data build --from data/project --out "$made/one" ${2:+--databases "$2"}
"$program" data build --from data/project --out "$made/two" > /dev/null
for file in examples.jsonl.gz small.jsonl.gz; do
  cmp "$made/one/$file" "$made/two/$file"
  [ ! -e "data/project/$file" ] || cmp "$made/one/$file" "data/project/$file"
done
bytes=$(cat "$made"/one/*.gz | wc -c)
echo "the same bytes; $bytes of them (at most 6 MB)"
[ "$bytes" -le 6000000 ]
