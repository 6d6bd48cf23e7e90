#!/bin/sh
# What `require "indoxhub"` costs, beside an interpreter that loads libcurl:
#     sh spec/bench/start.sh [ROUNDS]
set -eu

make -s tools
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
for lua in luajit lua5.4; do
  make -s install LUA="$lua" PREFIX="$folder" DESTDIR= >/dev/null
done
lua5.4 spec/bench/start/run.lua "$folder" "${1:-41}"
