#!/bin/sh
# What `require "indoxhub"` costs, beside an interpreter that loads libcurl:
#     sh spec/bench/start.sh [ROUNDS]
set -eu

make -s tools
for lua in luajit lua5.4; do
  make -s build LUA="$lua"
done
lua5.4 spec/bench/start/run.lua "${1:-41}"
