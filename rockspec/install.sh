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

# From the root of the file system, without a slash at its end. Not every shell
# reads ~ in the middle of a word.
absolute() {
  case $1 in
    '' | /*) path=$1 ;;
    '~' | '~'/*) path=${HOME:?"is not set, and PREFIX begins with ~"}${1#'~'} ;;
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

# Fails where we may not write, before anything is.
need_leave() {
  place=$root
  while [ ! -e "$place" ] && [ -n "$place" ]; do
    place=${place%/*}
  done
  [ -d "${place:-/}" ] || fail "$place is no folder"
  [ -w "${place:-/}" ] ||
    fail "you may not write to ${place:-/}; run it with sudo, or choose a folder \
of yours: make $action LUA=$lua PREFIX=~/.local"
}

# The command knows where its module is.
write_command() {
  quoted=$(printf '%s\n' "$prefix" | sed 's/[\\"]/\\&/g')
  printf '%s\n' "#!/usr/bin/env $lua" \
    "package.path = \"$quoted/$share/?.lua;$quoted/$share/?/init.lua;\" .. package.path" \
    "package.cpath = \"$quoted/$lib/?.so;\" .. package.cpath" \
    'os.exit(require("indoxhub.cli").main(arg), true)'
}

# record_folder NAME: one that we made, or that an installation for another Lua
# made: the last to go takes it away.
record_folder() {
  echo "$1" >>"$list"
  recorded="$recorded:$1:"
}

# is_in NAME NAMES: these have a colon on both sides.
is_in() {
  case $2 in
    *":$1:"*) ;;
    *) return 1 ;;
  esac
}

# Makes a folder, and those above it up to PREFIX: others may count on what is
# above that.
make_folder() {
  case $1 in
    */*) make_folder "${1%/*}" ;;
  esac
  if [ ! -d "$root/$1" ]; then
    mkdir "$root/$1"
    record_folder "$1/"
  elif is_in "$1/" "$of_others" && ! is_in "$1/" "$recorded"; then
    record_folder "$1/"
  fi
}

# put MODE FOLDER FILE...: under their own names.
put() {
  mode=$1 folder=$2
  shift 2
  make_folder "$folder"
  for file in "$@"; do
    echo "$folder/${file##*/}" >>"$list"
  done
  install -m "$mode" "$@" "$root/$folder"
}

# The command may be that of another interpreter by now, and then its page stays,
# too.
is_ours() {
  write_command | cmp -s - "$root/bin/indoxhub"
}

# for_each PATTERN COMMAND...: once, on the names that fit, from the last to the
# first.
for_each() {
  pattern=$1
  shift
  sed -n "/$pattern/p" "$work/names" | sed '1!G;h;$!d' | tr '\n' '\0' |
    (cd "$root" && xargs -0 "$@")
}

# Removes what a list names. Folders stay while something is in them.
remove_all() {
  ! grep -qE '^/|^\.\./|/\.\./' "$1" || fail "$1 is damaged"
  if is_ours; then
    cp "$1" "$work/names"
  else
    grep -vx -e bin/indoxhub -e share/man/man1/indoxhub.1 "$1" \
      >"$work/names" || true
  fi
  for_each '[^/]$' rm -f
  for_each '[^.]\/$' rmdir 2>/dev/null || true
  ! grep -q '^\./$' "$work/names" || rmdir "$root" 2>/dev/null || true
}

# finds_it: the interpreter, started anywhere, finds this module and no other.
finds_it() {
  (cd / && "$lua" - "$prefix/$share/indoxhub/init.lua" \
    "$prefix/$lib/indoxhub/core.so") <<'PROGRAM'
local function first(path, name)
  for template in path:gmatch "[^;]+" do
    local place = template:gsub("%?", (name:gsub("%%", "%%%%")))
    local file = io.open(place)
    if file then
      file:close()
      return place
    end
  end
end
os.exit(first(package.path, "indoxhub") == arg[1]
  and first(package.cpath, "indoxhub/core") == arg[2] and 0 or 1)
PROGRAM
}

# line_for NAME BEGINNING REST: puts something in front of what a variable holds.
line_for() {
  quoted=$(printf '%s\n' "$2" | sed 's/[\\"$`]/\\&/g')
  printf '  export %s="%s%s"\n' "$1" "$quoted" "$3"
}

# Of one Lua where there is such a variable: others cannot load this core.
lua_variable() {
  case $abi in
    5.1) echo "LUA_$1" ;;
    *) echo "LUA_$1_5_${abi#5.}" ;;
  esac
}

# What it holds, or what the interpreter looks at in its place; at the end two
# semicolons stand for what is built in.
lua_value() {
  case $abi in
    5.1) echo "\${LUA_$1-;}" ;;
    *) echo "\${$(lua_variable "$1")-\${LUA_$1-;}}" ;;
  esac
}

# What a shell must be told to find the command and the module.
lines() {
  case :$PATH: in
    *:"$prefix/bin":*) ;;
    *) line_for PATH "$prefix/bin:" '$PATH' ;;
  esac
  if ! finds_it 2>/dev/null; then
    line_for "$(lua_variable PATH)" \
      "$prefix/$share/?.lua;$prefix/$share/?/init.lua;" "$(lua_value PATH)"
    line_for "$(lua_variable CPATH)" "$prefix/$lib/?.so;" "$(lua_value CPATH)"
  fi
}

tell() {
  echo "  PUT  $root"
  [ -z "$destdir" ] || return 0
  said=$(lines)
  [ -z "$said" ] || printf '%s\n' "To find it, put into your ~/.profile:" "$said"
  if command -v "$lua" >/dev/null; then
    "$root/bin/indoxhub" --version >/dev/null || true # it says what it lacks
  else
    echo "The command indoxhub needs $lua, which is not in your PATH."
  fi
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
trap 'exit 130' INT TERM

if [ "$action" = uninstall ]; then
  [ -f "$root/$record" ] || fail "nothing of $lua was installed in $root"
  need_leave
  remove_all "$root/$record"
  exit 0
fi

need_leave
[ ! -f "$root/$record" ] || remove_all "$root/$record" # files of an older version go
: >"$list"
recorded=
of_others=:$(cat "$root"/lib/lua/*/indoxhub/installed.txt 2>/dev/null |
  sed -n 's/\/$/&::/p' | tr -d '\n')
if [ ! -d "$root" ]; then
  mkdir -p "$root"
  record_folder ./
elif is_in ./ "$of_others"; then
  record_folder ./
fi
find lua/indoxhub -name '*.lua' | sed 's|/[^/]*$||' | sort -u >"$work/folders"
while IFS= read -r source; do
  put 644 "$share/${source#lua/}" "$source"/*.lua
done <"$work/folders"
cp "$module" "$work/core.so"
put 755 "$lib/indoxhub" "$work/core.so"
# Without an interpreter that runs here, or its libcurl, the source is read.
if "$lua" rockspec/compile.lua "$root/$lib/?.so" "$prefix/$share" \
  "$work/compiled.bin" >"$work/compiling" 2>&1; then
  put 644 "$share/indoxhub" "$work/compiled.bin"
fi
write_command >"$work/indoxhub"
put 755 bin "$work/indoxhub"
put 644 share/man/man1 doc/indoxhub.1
echo "$record" >>"$list"
install -m 644 "$list" "$root/$record"
tell
