#!/bin/sh
# How cost grows with size:
#     sh spec/bench/curves.sh [ROUNDS]
set -eu

. spec/bench/blast.sh
lua5.4 spec/bench/curves/run.lua "$port" "$folder" "${1:-7}"
