#!/bin/sh
# What saving a large file costs, beside curl -o:
#     sh spec/bench/save.sh [ROUNDS]
set -eu

# MiB for the file, which each client writes over.
NEEDED=1200

for lua in luajit lua5.4; do
  make -s build LUA="$lua"
done
make -s tools
folder=$(mktemp -d)
port_file=$folder/port
build/tools/blast >"$port_file" &
server=$!
trap 'kill "$server" 2>/dev/null; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
until [ -s "$port_file" ]; do
  sleep 0.05
done

free=$(df -Pm "$folder" | awk 'NR == 2 { print $4 }')
if [ "$free" -lt "$NEEDED" ]; then
  echo "the file needs $NEEDED MiB in $folder, and $free are free"
  exit 1
fi
lua5.4 spec/bench/save/run.lua "$(cat "$port_file")" "$folder" "${1:-7}"
