# Sourced by benchmarks: builds what they need and starts the server of
# blast.c, which ends with the script. Sets port, and folder for files.
# shellcheck shell=sh

for lua in luajit lua5.4; do
  make -s build LUA="$lua"
done
make -s tools
folder=$(mktemp -d)
build/tools/blast >"$folder/port" &
server=$!
trap 'kill "$server" 2>/dev/null; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
until [ -s "$folder/port" ]; do
  sleep 0.05
done
# Used where this is sourced.
# shellcheck disable=SC2034
port=$(cat "$folder/port")
