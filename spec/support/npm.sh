#!/bin/sh
# Installs the npm packages that a folder's package.json and package-lock.json
# name, beside the system, in a cache folder whose name depends on both.
#
#   npm.sh FOLDER        installs them, if that was not done yet
#   npm.sh FOLDER path   prints the folder they are in, or will be
set -u

[ $# -ge 1 ] && [ -f "$1/package-lock.json" ] || {
  echo "usage: npm.sh FOLDER [path]; FOLDER has a package-lock.json" >&2
  exit 2
}
lists=$(cd "$1" && pwd)
name=$(basename "$lists")
version=$(cat "$lists/package.json" "$lists/package-lock.json" | cksum |
  cut -d ' ' -f 1)
cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/indoxhub-deps
folder=$cache/$name-$version

if [ "${2:-}" = path ]; then
  echo "$folder/node_modules"
  exit 0
fi
if [ -e "$folder/complete" ]; then
  exit 0
fi
if ! command -v npm >/dev/null; then
  echo "npm is needed for the packages of $name; run make deps-all." >&2
  exit 1
fi
echo "Installing: npm packages of $name"
mkdir -p "$folder" || exit 1
cp "$lists/package.json" "$lists/package-lock.json" "$folder" || exit 1
log=$folder/npm.log
if ! (cd "$folder" && npm ci --no-audit --no-fund --ignore-scripts \
  --loglevel error) >"$log" 2>&1; then
  cat "$log" >&2
  echo "The npm packages of $name could not be installed." >&2
  exit 1
fi
touch "$folder/complete"
