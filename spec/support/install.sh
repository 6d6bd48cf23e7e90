#!/bin/sh
# `make install` puts the module and the command where both are found.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
make -s install LUA=lua5.4 PREFIX="$work/tree" >"$work/log" 2>&1 ||
  { cat "$work/log"; exit 1; }
root=$(pwd)
cd /
export LUA_PATH="$work/tree/share/lua/5.4/?.lua;$work/tree/share/lua/5.4/?/init.lua;;"
export LUA_CPATH="$work/tree/lib/lua/5.4/?.so;;"
lua5.4 "$root/spec/support/first_call.lua" \
  "env -u LUA_PATH -u LUA_CPATH $work/tree/bin/indoxhub"
