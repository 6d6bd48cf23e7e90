#!/bin/sh
# What sending a large file costs, beside curl -F:
#     sh spec/bench/upload.sh [ROUNDS]
set -eu

. spec/bench/blast.sh
truncate -s 1G "$folder/sent" # without blocks on the disk
truncate -s 1 "$folder/byte"
lua5.4 spec/bench/upload/run.lua "$port" "$folder" "${1:-7}"
