#!/bin/sh
# What a saturated stream does to the loop it is read in: to frames of LÖVE,
# timers of luv and threads of cqueues, each without it, with it, and with what
# programs do otherwise. A round is a second for each line.
#     sh spec/bench/loops.sh [ROUNDS]
set -eu

rounds=${1:-7}
for lua in luajit lua5.4; do
  make -s build LUA="$lua"
done
make -s build/tools/blast
port_file=$(mktemp)
build/tools/blast >"$port_file" &
server=$!
trap 'kill "$server" 2>/dev/null; rm -f "$port_file"' EXIT
trap 'exit 130' INT TERM
until [ -s "$port_file" ]; do
  sleep 0.05
done
port=$(cat "$port_file")

# with LUA COMMAND...: with the tree's modules for an interpreter.
with() {
  lua=$1
  shift
  LUA_PATH='lua/?.lua;lua/?/init.lua;./?.lua;;' \
    LUA_CPATH="build/$lua/lib/?.so;;" "$@"
}

with luajit env DISPLAY= XDG_DATA_HOME=/nonexistent \
  love spec/bench/loops/love "$port" "$rounds"
for program in luv cqueues; do
  for lua in luajit lua5.4; do
    with "$lua" "$lua" "spec/bench/loops/$program.lua" "$port" "$rounds" "$lua"
  done
done
