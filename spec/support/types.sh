#!/bin/sh
# Checks the annotations with lua-language-server, which must be on the PATH:
# the examples of the reference and those of the folder `examples` show nothing,
# and spec/doc/types/user.lua what it says. No package of Debian or npm has it,
# so `make test` does not run this.
set -eu

if ! command -v lua-language-server >/dev/null; then
  echo "make types needs lua-language-server on the PATH:" \
    "https://luals.github.io" >&2
  exit 1
fi
make -s build LUA=lua5.4
eval "$(make -s env LUA=lua5.4)"
export LUA_PATH LUA_CPATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
lua5.4 spec/support/types.lua "$work"
