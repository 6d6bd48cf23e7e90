#!/bin/sh
# `make install` puts the module and the command where both are found, whatever
# the folders are called, and `make uninstall` takes all of it away again.
set -eu

root=$(pwd)
work=$(mktemp -d)
# Relative names are so to the sources; this folder is below them.
near=build/install-test
trap 'rm -rf "$work" "$root/$near"' EXIT
mkdir -p "$near"

wrong() {
  echo "install.sh: $1" >&2
  exit 1
}

run_make() {
  make -s "$@" LUA=lua5.4 >"$work/log" 2>&1
}

listing() {
  (cd "$root" && find "$work" "$near" ! -name log | sort)
}

# round PLACE PREFIX [DESTDIR]: installs twice, looks whether it is at PLACE, and
# uninstalls.
round() {
  before=$(listing)
  for _ in 1 2; do
    run_make install PREFIX="$2" DESTDIR="${3:-}" ||
      wrong "cannot install in $1: $(cat "$work/log")"
  done
  for name in bin/indoxhub lib/lua/5.4/indoxhub/core.so \
    share/lua/5.4/indoxhub/version.lua; do
    [ -f "$1/$name" ] || wrong "no $1/$name"
  done
  if [ -z "${3:-}" ]; then
    (cd "$1" && here=$(pwd) && cd / &&
      env -u LUA_PATH -u LUA_CPATH "$here/bin/indoxhub" --version) |
      grep -q '^indoxhub ' || wrong "$1/bin/indoxhub does not run"
  fi
  echo kept >"$1/share/lua/5.4/indoxhub/other"
  run_make uninstall PREFIX="$2" DESTDIR="${3:-}" ||
    wrong "cannot uninstall $1: $(cat "$work/log")"
  [ "$(cat "$1/share/lua/5.4/indoxhub/other")" = kept ] ||
    wrong "uninstalling $1 took the file of another"
  rm "$1/share/lua/5.4/indoxhub/other"
  (cd "$1/share" && rmdir -p lua/5.4/indoxhub)
  rmdir "$1/share" "$1" 2>/dev/null || true
  [ -z "${3:-}" ] || rmdir "$3"
  after=$(listing)
  [ "$after" = "$before" ] || wrong "not all of $1 is gone: $after"
}

# refused PREFIX: nothing is written.
refused() {
  before=$(listing)
  ! run_make install PREFIX="$1" || wrong "$1 is not refused"
  [ "$(listing)" = "$before" ] || wrong "$1 is refused, and written to"
}

round "$work/pre fix" "$work/pre fix"
round "$work/a \"b' \\c" "$work/a \"b' \\c"
round "$near/x y" "$near/x y"
round "$near/p q/usr" /usr "$near/p q"
refused "$work/what?"
refused "$work/one;two"

run_make install PREFIX="$work/tree" || wrong "$(cat "$work/log")"
cd /
export LUA_PATH="$work/tree/share/lua/5.4/?.lua;$work/tree/share/lua/5.4/?/init.lua;;"
export LUA_CPATH="$work/tree/lib/lua/5.4/?.so;;"
lua5.4 "$root/spec/support/first_call.lua" \
  "env -u LUA_PATH -u LUA_CPATH $work/tree/bin/indoxhub"
