#!/bin/sh
# What a stream costs Neovim, beside a curl that Neovim starts:
#     sh spec/bench/neovim.sh [ROUNDS]
set -eu

make -s build LUA=luajit
make -s tools LUA=luajit
folder=$(mktemp -d)
build/tools/blast >"$folder/port" &
server=$!
trap 'kill "$server" 2>/dev/null; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
until [ -s "$folder/port" ]; do
  sleep 0.05
done

for name in CONFIG_HOME DATA_HOME STATE_HOME CACHE_HOME RUNTIME_DIR; do
  export "XDG_$name=$folder/$name"
done
eval "$(make -s --no-print-directory env LUA=luajit)"
export LUA_PATH LUA_CPATH BENCH_PORT="$(cat "$folder/port")"
export BENCH_ROUNDS="${1:-7}"
nvim -u NONE -i NONE -n --headless -c 'luafile spec/bench/neovim/bench.lua'
