#!/bin/sh
# What reading a stream costs, beside curl and lua-http:
#     sh spec/bench/streams.sh [ROUNDS]
set -eu

for lua in luajit lua5.4; do
  make -s build LUA="$lua"
done
make -s tools
port_file=$(mktemp)
build/tools/blast >"$port_file" &
server=$!
trap 'kill "$server" 2>/dev/null; rm -f "$port_file"' EXIT
trap 'exit 130' INT TERM
until [ -s "$port_file" ]; do
  sleep 0.05
done
lua5.4 spec/bench/streams.lua "$(cat "$port_file")" "${1:-7}"
