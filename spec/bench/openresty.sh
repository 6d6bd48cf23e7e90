#!/bin/sh
# What indoxhub costs in an nginx worker: sh spec/bench/openresty.sh [SECONDS]
# It takes about two minutes.
set -eu

make -s build tools LUA=luajit
sh spec/support/openresty.sh
cc -O2 -g -Wall -Wextra -o build/tools/ping spec/bench/openresty/ping.c
eval "$(make -s --no-print-directory env LUA=luajit)"
exec luajit spec/bench/openresty/run.lua "$@"
