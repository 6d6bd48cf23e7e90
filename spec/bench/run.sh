#!/bin/sh
# Runs the benchmarks, or those that are named:
#     sh spec/bench/run.sh [streams] [neovim] [openresty] [loops] [vectors]
set -eu

for name in ${*:-streams neovim openresty loops vectors}; do
  printf '\n== %s\n' "$name"
  sh "spec/bench/$name.sh"
done
