#!/bin/sh
# Unpacks Debian's nginx beside the system, where no service is started by it.
# `nginx.sh path` prints the program, or nothing.
set -u

folder=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/indoxhub-deps/nginx
program=$folder/usr/sbin/nginx

if [ "${1:-}" = path ]; then
  [ -x "$program" ] && echo "$program"
  exit 0
fi
if [ -x "$program" ] || ! command -v apt-get >/dev/null; then
  exit 0
fi
mkdir -p "$folder" || exit 1
cd "$folder" || exit 1
if apt-get download -q nginx >/dev/null 2>&1; then
  for package in *.deb; do
    dpkg -x "$package" "$folder"
  done
  rm -f ./*.deb
else
  echo "nginx could not be downloaded; its tests will be skipped" >&2
fi
