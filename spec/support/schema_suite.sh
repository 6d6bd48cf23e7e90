#!/bin/sh
# The official tests of JSON Schema, which Debian has in a package. They are
# unpacked in a cache folder; `schema_suite.sh path` prints the folder with the
# files of draft 2020-12.
set -u

package=libtest-json-schema-acceptance-perl
folder=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/indoxhub-deps/schema-suite
tests=usr/share/perl5/auto/share/dist/Test-JSON-Schema-Acceptance/tests

if [ "${1:-}" = path ]; then
  echo "$folder/$tests/draft2020-12"
  exit 0
fi
if [ -e "$folder/$tests/draft2020-12/type.json" ]; then
  exit 0
fi
if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
  echo "The tests of schemas need Debian's package $package." >&2
  exit 1
fi
echo "Unpacking: the official tests of JSON Schema"
work=$folder.$$
mkdir -p "$work" || exit 1
cd "$work" || exit 1
if ! apt-get download -q "$package" >download.log 2>&1; then
  cat download.log >&2
  echo "$package could not be downloaded." >&2
  exit 1
fi
dpkg -x ./*.deb root || exit 1
# Another run may have been faster.
mv -T root "$folder" 2>/dev/null
cd / && rm -rf "$work"
[ -e "$folder/$tests/draft2020-12/type.json" ] || {
  echo "$package does not hold $tests." >&2
  exit 1
}
