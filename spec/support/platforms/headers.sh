#!/bin/sh
# Copies the headers of libcurl and of one Lua, and no others, so that those of
# another system's libc are not mixed with them:
#
#     headers.sh TO LUA [ROOT]    from ROOT, that of this machine unless told
set -eu

to=$1 lua=$2 root=${3:-}
rm -rf "$to"
mkdir -p "$to"
for curl in "$root"/usr/include/curl "$root"/usr/include/*/curl; do
  [ ! -d "$curl" ] || cp -r "$curl" "$to"
done
case $lua in
  luajit) cp "$root"/usr/include/luajit-2.1/*.h "$to" ;;
  *) cp "$root/usr/include/$lua"/*.h "$to" ;;
esac
for more in "$root"/usr/include/*/"$lua"-deb-multiarch.h; do
  [ ! -e "$more" ] || cp "$more" "$to"
done
