#!/bin/sh
# Prints the command that installs packages on this machine:
#
#     sh packages.sh LUA PACKAGE...
#
# Packages are named as in Debian. Where the machine has none of the three package
# managers known here, there is a line for each.
set -u

version=${1#lua}
[ "$version" != jit ] || version=5.1
shift

# alpine PACKAGE
alpine() {
  case $1 in
    libc6-dev) echo musl-dev ;;
    libcurl4-openssl-dev) echo curl-dev ;;
    libluajit-5.1-dev) echo luajit-dev ;;
    liblua5.1-0-dev) echo lua5.1-dev ;;
    liblua5.*-dev) echo "${1#lib}" ;;
    *) echo "$1" ;;
  esac
}

# homebrew PACKAGE: headers come with what they belong to, and modules of Lua
# with LuaRocks.
homebrew() {
  case $1 in
    libc6-dev | lua-*) ;;
    libcurl4-openssl-dev) echo curl pkgconf ;;
    libluajit-5.1-dev | luajit) echo luajit pkgconf ;;
    lua5.* | liblua5.*) echo "lua@$version" pkgconf ;;
    *) echo "$1" ;;
  esac
}

# names NAMING PACKAGE...: all of them, each once, on one line.
names() {
  naming=$1
  shift
  for package in "$@"; do
    "$naming" "$package"
  done | tr ' ' '\n' | sort -u | paste -s -d ' ' -
}

rock() {
  case $1 in
    lua-*) echo "${1#lua-}" ;;
  esac
}

# installs BEGINNING NAMES: nothing where there is nothing to install.
installs() {
  [ -z "$2" ] || echo "$1 $2"
}

on_debian() {
  # --no-remove: what is there stays, whatever it takes.
  installs "apt-get install --no-remove --no-install-recommends" \
    "$(names echo "$@")"
}

on_alpine() {
  installs "apk add" "$(names alpine "$@")"
}

on_homebrew() {
  {
    installs "brew install" "$(names homebrew "$@")"
    installs "luarocks --lua-version $version install" "$(names rock "$@")"
  } | paste -s -d '&' - | sed 's/&/ \&\& /'
}

if command -v apt-get >/dev/null; then
  on_debian "$@"
elif command -v apk >/dev/null; then
  on_alpine "$@"
elif command -v brew >/dev/null; then
  on_homebrew "$@"
else
  echo "Debian    $(on_debian "$@")"
  echo "Alpine    $(on_alpine "$@")"
  echo "Homebrew  $(on_homebrew "$@")"
fi
