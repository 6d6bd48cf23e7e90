#!/bin/sh
# Installs the rock into an empty tree, with no network, and makes a call from
# there:
#
#     rock.sh [ROCK]
#
# Without a packed one the tree is made a rock, which is packed and installed
# once more, as on a machine without a compiler.
set -eu

lua=lua5.4
version=${lua#lua}
given=${1:-}
work=$(mktemp -d)
root=$(pwd)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# The distribution's packages stand for rocks that would be downloaded.
cat >"$work/config.lua" <<CONFIG
lua_version = "$version"
rocks_provided = { argparse = "0.7.1-1" }
rocks_servers = {}
CONFIG
export LUAROCKS_CONFIG="$work/config.lua"

# rocks TREE COMMAND...: with no network, where this user may do without.
rocks() {
  tree=$work/$1
  shift
  set -- luarocks --lua-version "$version" --tree "$tree" "$@"
  [ "$(id -u)" != 0 ] || set -- unshare -n "$@"
  "$@" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
}

# first_call TREE: only what was installed there counts.
first_call() {
  (
    cd /
    tree=$work/$1
    export LUA_PATH="$tree/share/lua/$version/?.lua;$tree/share/lua/$version/?/init.lua;;"
    export LUA_CPATH="$tree/lib/lua/$version/?.so;;"
    "$lua" "$root/spec/support/first_call.lua" "$tree/bin/indoxhub"
  )
}

if [ -n "$given" ]; then
  cd "$work"
  rocks tree install "$given"
  first_call tree
  exit
fi

# Every source is listed, and nothing else.
listed=$(grep -oE '"(csrc|lua)/[^"]*\.(c|lua)"' rockspec/indoxhub-scm-1.rockspec |
  tr -d '"' | sort)
there=$(find csrc/core csrc/net csrc/bind lua -name '*.c' -o -name '*.lua' |
  sort)
if [ "$listed" != "$there" ]; then
  echo "the rockspec does not list what is there:"
  printf '%s\n' "$listed" >"$work/listed"
  printf '%s\n' "$there" | diff "$work/listed" - || true
  exit 1
fi

# LuaRocks puts what a platform lists into the places of what all have.
for_macos=$(lua5.4 - <<'PROGRAM'
local rockspec = {}
assert(loadfile("rockspec/indoxhub-scm-1.rockspec", "t", rockspec))()
require("luarocks.core.util").deep_merge(rockspec.build,
  rockspec.build.platforms.macosx)
print(table.concat(rockspec.build.modules["indoxhub.core"].sources, "\n"))
PROGRAM
)
wanted=$(make -s --no-print-directory sources SYSTEM=Darwin)
if [ "$(echo "$for_macos" | sort)" != "$wanted" ]; then
  echo "the rockspec and the makefile differ for macOS:"
  echo "$for_macos" | sort >"$work/listed"
  echo "$wanted" | diff "$work/listed" - || true
  exit 1
fi

# A clean copy: LuaRocks leaves objects beside the sources.
mkdir "$work/source"
cp -r csrc lua rockspec "$work/source"
cd "$work/source"
rocks tree make rockspec/indoxhub-scm-1.rockspec
first_call tree

cd "$work"
rocks tree pack indoxhub
rocks elsewhere/tree install ./indoxhub-scm-1.*.rock
mv "$work/tree" "$work/away"
first_call elsewhere/tree
