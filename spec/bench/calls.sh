#!/bin/sh
# What a small call costs, beside a program in C on libcurl:
#     sh spec/bench/calls.sh [ROUNDS]
set -eu

. spec/bench/blast.sh
make -s build/tools/plain_calls
lua5.4 spec/bench/calls/run.lua "$port" "${1:-7}"
