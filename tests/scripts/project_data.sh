#!/usr/bin/env bash
# Makes the project's data anew and compares it with what is committed.
# tests/scripts/project_data.sh [PROGRAM] [FOLDER of databases to keep]
set -euo pipefail
cd "$(dirname "$0")/../.."
program=${1:-target/release/sqllama}
made=$(mktemp -d)
trap 'rm -r "$made"' EXIT
"$program" data build --from data/project --out "$made" ${2:+--databases "$2"}
for file in examples.jsonl.gz small.jsonl.gz; do
  cmp "$made/$file" "data/project/$file"
done
bytes=$(cat data/project/*.gz | wc -c)
echo "as committed; $bytes bytes (at most 6 MB)"
[ "$bytes" -le 6000000 ]
