#!/bin/sh
# Installs the rock into an empty tree, with no network, and makes a call from
# there.
set -eu

lua=lua5.4
version=${lua#lua}
work=$(mktemp -d)
root=$(pwd)
sandbox=
cleanup() {
  [ -z "$sandbox" ] || kill "$sandbox" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

# Every source is listed, and nothing else.
listed=$(grep -oE '"(csrc|lua)/[^"]*\.(c|lua)"' rockspec/*.rockspec |
  tr -d '"' | sort)
there=$(find csrc/core csrc/net csrc/bind lua -name '*.c' -o -name '*.lua' |
  sort)
if [ "$listed" != "$there" ]; then
  echo "the rockspec does not list what is there:"
  printf '%s\n' "$listed" >"$work/listed"
  printf '%s\n' "$there" | diff "$work/listed" - || true
  exit 1
fi

# A clean copy: LuaRocks leaves objects beside the sources.
mkdir "$work/source"
cp -r csrc lua rockspec "$work/source"

# The distribution's packages stand for rocks that would be downloaded.
cat >"$work/config.lua" <<CONFIG
lua_version = "$version"
rocks_provided = { argparse = "0.7.1-1" }
CONFIG

cd "$work/source"
LUAROCKS_CONFIG="$work/config.lua" luarocks --lua-version "$version" \
  --tree "$work/tree" make rockspec/indoxhub-scm-1.rockspec >"$work/log" 2>&1 ||
  { cat "$work/log"; exit 1; }

# From now on only what was installed counts.
cd /
export LUA_PATH="$work/tree/share/lua/$version/?.lua;$work/tree/share/lua/$version/?/init.lua;;"
export LUA_CPATH="$work/tree/lib/lua/$version/?.so;;"
"$lua" "$root/spec/support/first_call.lua" "$work/tree/bin/indoxhub"
