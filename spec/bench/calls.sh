#!/bin/sh
# What a small call costs, beside a program in C on libcurl:
#     sh spec/bench/calls.sh [ROUNDS]
set -eu

for lua in luajit lua5.4; do
  make -s build LUA="$lua"
done
make -s tools build/tools/plain_calls
port_file=$(mktemp)
build/tools/blast >"$port_file" &
server=$!
trap 'kill "$server" 2>/dev/null; rm -f "$port_file"' EXIT
trap 'exit 130' INT TERM
until [ -s "$port_file" ]; do
  sleep 0.05
done
lua5.4 spec/bench/calls/run.lua "$(cat "$port_file")" "${1:-7}"
