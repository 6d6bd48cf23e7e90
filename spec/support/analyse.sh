#!/bin/sh
# Has clang-tidy and cppcheck read the C files: analyse.sh [FILE...], all of
# them unless told otherwise. What they look for stands in .clang-tidy, that of
# csrc/test, csrc/fuzz and spec, and below.
#
# The last line printed is `N passed, N failed, N skipped`; each file is a case,
# and what cppcheck finds in all of them one more. clang-tidy reads only what has
# changed since it was content, which is kept in build/analysis.
set -u

cd "$(dirname "$0")/../.." || exit 1

folder=build/analysis
flags="-std=c99 -D_DEFAULT_SOURCE -D_FILE_OFFSET_BITS=64 -Icsrc/test/kqueue
  $(pkg-config --cflags lua5.4 libcurl)"

# tidy FILE: a file of its own for what it finds, and none when it finds nothing.
tidy() {
  found=$folder/$1.found
  content=$folder/$1.content
  mkdir -p "$(dirname "$found")"
  # Words on purpose.
  # shellcheck disable=SC2046
  if [ -e "$content" ] && [ -z "$(find "$1" "$0" \
    $(git ls-files -co --exclude-standard '*.h' '*.clang-tidy') \
    -newer "$content")" ]; then
    return
  fi
  rm -f "$content"
  touch "$content.now" # before it is read: it may change meanwhile
  # shellcheck disable=SC2086
  if clang-tidy --quiet "$1" -- $flags >"$found" 2>"$found.more"; then
    mv "$content.now" "$content"
    rm -f "$found"
  else
    cat "$found.more" >>"$found"
  fi
  rm -f "$found.more" "$content.now"
}

if [ "${1:-}" = tidy ]; then
  tidy "$2"
  exit 0
fi

if [ $# -eq 0 ]; then
  # shellcheck disable=SC2046
  set -- $(git ls-files -co --exclude-standard '*.c')
fi
for program in clang-tidy cppcheck; do
  if ! command -v "$program" >/dev/null; then
    echo "$program is not installed: run make deps-all"
    echo '0 passed, 1 failed, 0 skipped'
    exit 1
  fi
done
passed=0
failed=0

find "$folder" -name '*.found' -exec rm -f '{}' + 2>/dev/null
printf '%s\n' "$@" |
  xargs -P "${INDOXHUB_JOBS:-$(getconf _NPROCESSORS_ONLN)}" -n 1 sh "$0" tidy
for file in "$@"; do
  if [ -e "$folder/$file.found" ]; then
    cat "$folder/$file.found"
    echo "FAILED: clang-tidy: $file"
    failed=$((failed + 1))
  elif [ -e "$folder/$file.content" ]; then
    passed=$((passed + 1))
  else
    echo "FAILED: clang-tidy did not read $file"
    failed=$((failed + 1))
  fi
done

# Headers of the system are left out, as its authors advise. Each suppression
# stands on the line that it is for, with its reason.
if cppcheck --std=c99 -D_DEFAULT_SOURCE -D__linux__ \
  --enable=warning,performance,portability --inline-suppr --quiet \
  --error-exitcode=1 "$@"; then
  passed=$((passed + 1))
else
  echo "FAILED: cppcheck"
  failed=$((failed + 1))
fi
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
