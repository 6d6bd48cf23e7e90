#!/bin/sh
# The event-stream parser beside memchr:
#     sh spec/bench/sse.sh [ROUNDS]
set -eu

make -s build/tools/sse_speed
lua5.4 spec/bench/sse/run.lua "${1:-7}"
