#!/bin/sh
# Runs the benchmarks, or those that are named:
#     sh spec/bench/run.sh [streams] [save] [neovim] [openresty] [loops]
#       [vectors] [json] [map] [start] [calls] [gateway]
set -eu

for name in ${*:-streams save neovim openresty loops vectors json map start \
  calls gateway}; do
  printf '\n== %s\n' "$name"
  sh "spec/bench/$name.sh"
done
