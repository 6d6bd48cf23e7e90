#!/bin/sh
# What nginx pays to pass a stream on, beside proxy_pass:
#     sh spec/bench/relay.sh [ROUNDS]
set -eu

make -s build tools LUA=luajit
sh spec/support/openresty.sh
eval "$(make -s --no-print-directory env LUA=luajit)"
exec luajit spec/bench/relay/run.lua "${1:-7}"
