#!/bin/sh
# Runs the benchmarks, or those that are named, and prints what they say as one
# table in the end. When all have run it is written to RESULTS.md, too.
#     sh spec/bench/run.sh [streams] [events] [many] [calls] [start] [save]
#       [upload] [json] [vectors] [sse] [map] [relay] [openresty] [gateway]
#       [neovim] [loops] [curves]
set -eu

all='streams events many calls start save upload json vectors sse map relay
  openresty gateway neovim loops curves'
page=
[ $# -gt 0 ] || page=spec/bench/RESULTS.md

BENCH_ROWS=$(mktemp)
export BENCH_ROWS
trap 'rm -f "$BENCH_ROWS"' EXIT
trap 'exit 130' INT TERM

for name in ${*:-$all}; do
  printf '\n== %s\n' "$name"
  sh "spec/bench/$name.sh"
done
lua5.4 spec/bench/table.lua "$BENCH_ROWS" $page
