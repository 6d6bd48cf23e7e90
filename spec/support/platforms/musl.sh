#!/bin/sh
# Compiles the core with musl, for every Lua, looks whether musl has all that it
# asks for, and runs the C tests on it (make check-musl). Debian has no libcurl and
# no Lua for musl, so that no module is loaded. Warnings are errors. The last line
# printed is `N passed, N failed, N skipped`.
set -u

cd "$(dirname "$0")/../../.." || exit 1
. spec/support/platforms/count.sh

folder=build/musl
log=$folder/log
triple=$(uname -m)-linux-musl
libc=/usr/lib/$triple/libc.so

# build LUA
build() {
  place=$folder/$1
  mkdir -p "$place"
  sh spec/support/platforms/headers.sh "$place/include" "$1" || return 1
  touch "$place/needs" # those of this machine do not matter
  make -s --no-print-directory build LUA="$1" BUILD="$place" CC=musl-gcc \
    WERROR=-Werror CURL_LIBS= LUA_CFLAGS="-isystem $place/include" \
    CURL_CFLAGS="-isystem $place/include"
}

# asks LUA
asks() {
  nm -D --defined-only "$libc" | sed 's/.* //' | sort -u >"$folder/has"
  asks_only '^_ITM_' "$(nm -D --undefined-only \
    "$folder/$1/lib/indoxhub/core.so" | sed 's/.* //' | sort -u |
    comm -23 - "$folder/has")"
}

mkdir -p "$folder"
for lua in lua5.1 lua5.2 lua5.3 lua5.4 luajit; do
  check "the core for $lua" build "$lua"
  check "what it asks for, for $lua" asks "$lua"
done

# Branches are counted by clang, and musl is linked by its own compiler.
CTEST_CC="clang --target=$triple -nostdlibinc -isystem /usr/include/$triple"
CTEST_LD=musl-gcc
CTEST_FOLDER=$folder/ctest
export CTEST_CC CTEST_LD CTEST_FOLDER
sh spec/support/ctest.sh >"$folder/ctest.log" 2>&1
sed '$d' "$folder/ctest.log"
set -- $(sed -n '$s/\([0-9]*\) passed, \([0-9]*\) failed.*/\1 \2/p' \
  "$folder/ctest.log")
echo "C tests: ${1:-0} passed, ${2:-1} failed"
passed=$((passed + ${1:-0}))
failed=$((failed + ${2:-1}))
total
