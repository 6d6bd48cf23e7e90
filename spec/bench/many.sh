#!/bin/sh
# Many slow streams side by side, beside a program in C on libcurl:
#     sh spec/bench/many.sh [ROUNDS]
set -eu

# Descriptors for each of 10,000 streams, with some to spare.
ulimit -n "$(ulimit -Hn)"
if [ "$(ulimit -n)" != unlimited ] && [ "$(ulimit -n)" -lt 10100 ]; then
  echo "10,000 streams need as many descriptors, and $(ulimit -n) are allowed"
  exit 1
fi
for lua in luajit lua5.4; do
  make -s build LUA="$lua"
done
make -s build/tools/trickle build/tools/plain_streams
port_file=$(mktemp)
build/tools/trickle 5 2000 >"$port_file" &
server=$!
trap 'kill "$server" 2>/dev/null; rm -f "$port_file"' EXIT
trap 'exit 130' INT TERM
until [ -s "$port_file" ]; do
  sleep 0.05
done
lua5.4 spec/bench/many/run.lua "$(cat "$port_file")" "${1:-7}"
