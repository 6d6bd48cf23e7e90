#!/bin/sh
# JSON: writing a conversation and reading replies beside cjson:
#     sh spec/bench/json.sh [ROUNDS]
set -eu

for lua in luajit lua5.4; do
  make -s build LUA="$lua"
  eval "$(make -s env LUA="$lua")"
  printf '%s, CPU time, ours to that of cjson\n' "$lua"
  LUA_PATH="./?.lua;$LUA_PATH" LUA_CPATH="$LUA_CPATH" "$lua" \
    spec/bench/json/run.lua "${1:-7}"
done
