#!/bin/sh
# Installs the npm packages of the peers beside the system, in a cache folder
# whose name depends on the lock file. `install.sh path` prints their folder.
set -u

here=$(cd "$(dirname "$0")" && pwd)
version=$(cat "$here/package.json" "$here/package-lock.json" | cksum |
  cut -d ' ' -f 1)
cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/indoxhub-deps
folder=$cache/peers-$version

if [ "${1:-}" = path ]; then
  echo "$folder/node_modules"
  exit 0
fi
if [ -e "$folder/complete" ]; then
  exit 0
fi
echo "Installing: npm packages of the tests"
mkdir -p "$folder" || exit 1
cp "$here/package.json" "$here/package-lock.json" "$folder" || exit 1
log=$folder/npm.log
if ! (cd "$folder" && npm ci --no-audit --no-fund --ignore-scripts \
  --loglevel error) >"$log" 2>&1; then
  cat "$log" >&2
  echo "The npm packages of the tests could not be installed." >&2
  exit 1
fi
touch "$folder/complete"
