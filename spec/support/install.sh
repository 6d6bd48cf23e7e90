#!/bin/sh
# `make install` puts the module and the command where both are found, whatever
# the folders are called, or tells what makes them found; `make uninstall` takes
# all of it away again.
set -eu

root=$(pwd)
work=$(mktemp -d)
# Relative names are so to the sources; this folder is below them.
mkdir -p build
near=$(mktemp -d build/install.XXXXXX)
trap 'rm -rf "$work" "$root/$near"' EXIT
trap 'exit 130' INT TERM

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

# Runs a command in a shell that has done what `make install` has told.
told() {
  (
    cd /
    unset LUA_PATH LUA_CPATH
    eval "$(grep '^  export ' "$work/log")"
    "$@"
  )
}

# found_as_told PLACE: the module and the command that are found are these.
found_as_told() {
  place=$(cd "$1" && pwd)
  [ "$(told sh -c 'command -v indoxhub')" = "$place/bin/indoxhub" ] ||
    wrong "$1/bin is not found by $(cat "$work/log")"
  [ "$(told lua5.4 -e 'require "indoxhub"
    print(package.searchpath("indoxhub.version", package.path))
    print(package.searchpath("indoxhub.core", package.cpath))
    require "argparse"')" = "$place/share/lua/5.4/indoxhub/version.lua
$place/lib/lua/5.4/indoxhub/core.so" ] ||
    wrong "$1 is not found by $(cat "$work/log")"
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
    share/lua/5.4/indoxhub/version.lua \
    share/lua/5.4/indoxhub/compiled.bin share/man/man1/indoxhub.1; do
    [ -f "$1/$name" ] || wrong "no $1/$name"
  done
  if [ -n "${3:-}" ]; then
    ! grep -q export "$work/log" || wrong "$1 is not where it will be used"
  else
    found_as_told "$1"
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

# installs [NAME=VALUE...]: as somebody else, who has no leave to write here, with
# these variables.
installs() {
  if [ "$(id -u)" = 0 ]; then
    set -- setpriv --reuid=65534 --regid=65534 --clear-groups env "$@"
  else
    set -- env "$@"
  fi
  (cd "$work/copy" && "$@" sh rockspec/install.sh install lua5.4 5.4 core.so) \
    >"$work/log" 2>&1
}

round "$work/pre fix" "$work/pre fix"
round "$work/a \"b' \\c" "$work/a \"b' \\c"
round "$work/a \`b\` \$\$c" "$work/a \`b\` \$\$\$\$c"
round "$near/x y" "$near/x y"
round "$near/p q/usr" /usr "$near/p q"
refused "$work/what?"
refused "$work/one;two"

# Without leave nothing is written, and what to do is said.
mkdir "$work/copy" "$work/home" "$work/others"
cp -r doc lua rockspec build/lua5.4/lib/indoxhub/core.so "$work/copy"
chmod -R a+rX "$work"
chmod a-w "$work/others"
[ "$(id -u)" != 0 ] || chown 65534:65534 "$work/home"
! installs PREFIX="$work/others/usr" DESTDIR= || wrong "writes without leave"
grep -q "may not write to $work/others; .* PREFIX=~/.local\$" "$work/log" ||
  wrong "no leave to write: $(cat "$work/log")"
installs PREFIX='~/.local' DESTDIR= HOME="$work/home" || wrong "$(cat "$work/log")"
found_as_told "$work/home/.local"

# Where it is found anyway nothing needs to be done.
! told sh -c 'cd "$1" && PREFIX="$2" DESTDIR= sh rockspec/install.sh install lua5.4 5.4 \
  core.so' sh "$work/copy" "$work/home/.local" | grep export ||
  wrong "tells to do what was done"

# What root builds for somebody who typed sudo belongs to them: else they could not
# build again.
if [ "$(id -u)" = 0 ]; then
  mkdir "$work/clone"
  cp -r Makefile csrc doc lua rockspec spec "$work/clone"
  (cd "$work/clone" && SUDO_UID=65534 SUDO_GID=65534 run_make install \
    PREFIX="$work/sudo") || wrong "$(cat "$work/log")"
  [ -d "$work/clone/build" ] && [ -z "$(find "$work/clone/build" -user 0)" ] ||
    wrong "what sudo has built is root's"
  [ -z "$(find "$work/sudo" ! -user 0)" ] || wrong "what is installed is not root's"
  (cd "$work/clone" && run_make uninstall PREFIX="$work/sudo") ||
    wrong "$(cat "$work/log")"
fi

# What the command still needs is said at once.
(
  export LUA_PATH="/nowhere/?.lua"
  run_make install PREFIX="$work/bare"
) || wrong "$(cat "$work/log")"
grep -q "the command needs the Lua module argparse: install lua-argparse" \
  "$work/log" || wrong "does not say what is missing: $(cat "$work/log")"
run_make uninstall PREFIX="$work/bare"

# Of two interpreters in one folder the last to go leaves nothing.
before=$(listing)
for action in install uninstall; do
  for lua in lua5.4 luajit; do
    make -s "$action" PREFIX="$work/both" LUA="$lua" >"$work/log" 2>&1 ||
      wrong "cannot $action for $lua: $(cat "$work/log")"
  done
done
[ "$(listing)" = "$before" ] || wrong "not all of two is gone: $(listing)"

run_make install PREFIX="$work/tree" || wrong "$(cat "$work/log")"
cd /
export LUA_PATH="$work/tree/share/lua/5.4/?.lua;$work/tree/share/lua/5.4/?/init.lua;;"
export LUA_CPATH="$work/tree/lib/lua/5.4/?.so;;"
lua5.4 "$root/spec/support/first_call.lua" \
  "env -u LUA_PATH -u LUA_CPATH $work/tree/bin/indoxhub"
