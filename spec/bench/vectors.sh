#!/bin/sh
# Vectors: decoding a reply of embeddings beside cjson, and the nearest of many
# beside a plain loop in C:
#     sh spec/bench/vectors.sh [ROUNDS]
set -eu

# KiB for the floats of the search, twice, and the pages of their file.
NEEDED=2500000

for lua in luajit lua5.4; do
  make -s build LUA="$lua"
done
make -s tools build/tools/plain_parse
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

available=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo)
if [ "$available" -lt "$NEEDED" ]; then
  echo "the search needs $NEEDED KiB of memory, and $available are free"
  exit 1
fi
lua5.4 spec/bench/vectors/run.lua "$folder" "${1:-7}"
