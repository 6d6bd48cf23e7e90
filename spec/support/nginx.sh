#!/bin/sh
# Unpacks Debian's nginx beside the system, where no service is started by it.
# `nginx.sh path` prints the program; elsewhere than on Debian the system's own.
set -u

folder=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/indoxhub-deps/nginx
program=$folder/usr/sbin/nginx

if [ "${1:-}" = path ]; then
  [ -x "$program" ] && echo "$program" || command -v nginx
  exit
fi
if [ -x "$program" ]; then
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  command -v nginx >/dev/null && exit 0
  echo "The tests need nginx; install it, then try again." >&2
  exit 1
fi
mkdir -p "$folder" || exit 1
cd "$folder" || exit 1
if ! apt-get download -q nginx >download.log 2>&1; then
  cat download.log >&2
  echo "nginx could not be downloaded." >&2
  exit 1
fi
for package in *.deb; do
  dpkg -x "$package" "$folder" || exit 1
done
rm -f ./*.deb download.log
