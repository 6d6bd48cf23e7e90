#!/bin/sh
# What a stream costs in the gateway, and what more gateways cost one Redis:
#     sh spec/bench/gateway.sh [STREAMS [MOST [cpu|machines|many]]]
# It takes about three minutes; of its parts, each a minute.
set -eu

make -s build tools LUA=luajit
sh spec/support/openresty.sh
ulimit -n 20000 2>/dev/null || true
eval "$(make -s --no-print-directory env LUA=luajit)"
exec luajit spec/bench/gateway/run.lua "$@"
