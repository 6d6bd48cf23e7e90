#!/bin/sh
# Runs the soak test (see soak.lua) from the tree:
#     sh spec/soak/run.sh LUA [ARGUMENTS...]
set -eu

lua=$1
shift
make -s build tools LUA="$lua"
eval "$(make -s --no-print-directory env LUA="$lua")"
exec "$lua" spec/soak/soak.lua "$@"
