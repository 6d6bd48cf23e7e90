#!/bin/sh
# What reading every event as a table costs, beside cjson:
#     sh spec/bench/events.sh [ROUNDS]
set -eu

. spec/bench/blast.sh
lua5.4 spec/bench/events/run.lua "$port" "${1:-7}"
