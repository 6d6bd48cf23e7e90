#!/bin/sh
# What reading a stream costs, beside curl, lua-http and the npm package openai:
#     sh spec/bench/streams.sh [ROUNDS]
set -eu

. spec/bench/blast.sh
sh spec/support/peers/install.sh
lua5.4 spec/bench/streams.lua "$port" "${1:-7}"
