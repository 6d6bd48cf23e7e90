#!/bin/sh
# What `map` costs for each item, beside `gather`, and with a file:
#     sh spec/bench/map.sh [ROUNDS]
set -eu

for lua in luajit lua5.4; do
  make -s build LUA="$lua"
  eval "$(make -s env LUA="$lua")"
  printf '%s: CPU time for an item, and memory that it takes\n' "$lua"
  LUA_PATH="$LUA_PATH" LUA_CPATH="$LUA_CPATH" "$lua" \
    spec/bench/map/run.lua "$lua" "${1:-7}"
done
