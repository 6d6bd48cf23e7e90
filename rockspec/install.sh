#!/bin/sh
# Installs the module and the command below a folder, or removes what it has
# put there.
#
#     install.sh install|uninstall LUA ABI MODULE
#
# PREFIX and DESTDIR come from the environment, because make cuts names at
# blanks. What was put there is recorded beside the module, relative to PREFIX:
# so it can be removed after the sources changed, and nothing else is.
set -eu
umask 022

action=$1 lua=$2 abi=$3 module=$4

fail() {
  echo "make $action: $1" >&2
  exit 1
}

# From the root of the file system, without a slash at its end.
absolute() {
  case $1 in
    '' | /*) path=$1 ;;
    *) path=$(pwd)/$1 ;;
  esac
  while [ "${path%/}" != "$path" ]; do
    path=${path%/}
  done
}

case $PREFIX$DESTDIR in
  *'
'*) fail "no line break can be in PREFIX or DESTDIR" ;;
esac
absolute "$DESTDIR"
destdir=$path
absolute "$PREFIX"
prefix=$path
case $prefix in
  *[\;?]*) fail "Lua finds nothing in a PREFIX with ; or ?: $prefix" ;;
esac

root=$destdir$prefix
share=share/lua/$abi
lib=lib/lua/$abi
record=$lib/indoxhub/installed.txt

# The command knows where its module is.
write_command() {
  quoted=$(printf '%s\n' "$prefix" | sed 's/[\\"]/\\&/g')
  printf '%s\n' "#!/usr/bin/env $lua" \
    "package.path = \"$quoted/$share/?.lua;$quoted/$share/?/init.lua;\" .. package.path" \
    "package.cpath = \"$quoted/$lib/?.so;\" .. package.cpath" \
    'os.exit(require("indoxhub.cli").main(arg), true)'
}

# Makes a folder, and records it and those above it that were not there. The
# ones above PREFIX are left out: others may count on them.
make_folder() {
  [ ! -d "$root/$1" ] || return 0
  case $1 in
    */*) make_folder "${1%/*}" ;;
  esac
  mkdir "$root/$1"
  echo "$1/" >>"$list"
}

# put MODE FILE NAME
put() {
  make_folder "${3%/*}"
  install -m "$1" "$2" "$root/$3"
  echo "$3" >>"$list"
}

# The command may be that of another interpreter by now.
is_ours() {
  [ "$1" != bin/indoxhub ] || write_command | cmp -s - "$root/$1"
}

# Removes what a list names: folders before what is in them.
remove_all() {
  sed '1!G;h;$!d' "$1" >"$work/reverse"
  while IFS= read -r name; do
    case $name in
      /* | ../* | */../*) fail "$1 is damaged" ;;
      ./) rmdir "$root" 2>/dev/null || true ;;
      */) rmdir "$root/$name" 2>/dev/null || true ;;
      *) ! is_ours "$name" || rm -f "$root/$name" ;;
    esac
  done <"$work/reverse"
}

work=$(mktemp -d)
list=$work/list
# All of it or nothing.
clean_up() {
  status=$?
  [ $status = 0 ] || [ ! -f "$list" ] || remove_all "$list"
  rm -rf "$work"
  exit $status
}
trap clean_up EXIT

if [ "$action" = uninstall ]; then
  [ -f "$root/$record" ] || fail "nothing of $lua was installed in $root"
  remove_all "$root/$record"
  exit 0
fi

[ ! -f "$root/$record" ] || remove_all "$root/$record" # files of an older version go
: >"$list"
[ -d "$root" ] || { mkdir -p "$root" && echo ./ >>"$list"; }
find lua/indoxhub -name '*.lua' | sort >"$work/sources"
while IFS= read -r source; do
  put 644 "$source" "$share/${source#lua/}"
done <"$work/sources"
put 755 "$module" "$lib/indoxhub/core.so"
write_command >"$work/command"
put 755 "$work/command" bin/indoxhub
echo "$record" >>"$list"
install -m 644 "$list" "$root/$record"
