#!/bin/sh
# What saving a large file costs, beside curl -o:
#     sh spec/bench/save.sh [ROUNDS]
set -eu

# MiB for the file, which each client writes over.
NEEDED=1200

. spec/bench/blast.sh
free=$(df -Pm "$folder" | awk 'NR == 2 { print $4 }')
if [ "$free" -lt "$NEEDED" ]; then
  echo "the file needs $NEEDED MiB in $folder, and $free are free"
  exit 1
fi
lua5.4 spec/bench/save/run.lua "$port" "$folder" "${1:-7}"
