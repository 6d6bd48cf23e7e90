#!/bin/sh
# Compiles and runs the unit tests of csrc/core under AddressSanitizer and
# UndefinedBehaviorSanitizer, and those of csrc/test/threads under
# ThreadSanitizer, in build/ctest.
#
# The last line printed is `N passed, N failed, N skipped`; the status is 0 when
# nothing failed. The tests count the branches that csrc/core takes and the
# bytes its calls of memchr and the like go over, and make its allocations fail:
# hence the callback per branch, -fno-builtin and the wrapped names.
set -u

cd "$(dirname "$0")/../.." || exit 1

folder=build/ctest
flags='-std=c99 -D_DEFAULT_SOURCE -g -O1 -fsanitize=address,undefined
  -fno-sanitize-recover=all -Wall -Wextra -Werror'
threads='-std=c99 -D_DEFAULT_SOURCE -g -O1 -fsanitize=thread -Wall -Wextra
  -Werror'
wrap=
for name in malloc calloc realloc free memchr memcpy memmove memcmp; do
  wrap="$wrap -Wl,--wrap=$name"
done

if command -v clang >/dev/null; then
  cc=clang
else
  cc=${CC:-cc}
fi

give_up() {
  echo "$1"
  echo '0 passed, 1 failed, 0 skipped'
  exit 1
}

# compile FLAGS FILE...: objects of the files, named after their paths.
compile() {
  more=$1
  shift
  for file in "$@"; do
    object=$folder/$(echo "$file" | tr / _).o
    # Flags are words, on purpose.
    # shellcheck disable=SC2086
    $cc $flags $more -c -o "$object" "$file" || give_up "$file: not compiled"
    objects="$objects $object"
  done
}

rm -rf "$folder"
mkdir -p "$folder" || exit 1
objects=
compile '-fno-builtin -fsanitize-coverage=trace-pc' csrc/core/*.c
compile '-fno-builtin' csrc/test/*.c
# shellcheck disable=SC2086
$cc $flags $wrap -o "$folder/core_test" $objects -lm || give_up 'not linked'

# shellcheck disable=SC2086
$cc $threads -o "$folder/wake_test" csrc/test/threads/wake.c csrc/net/wake.c \
  -lpthread || give_up 'csrc/test/threads: not compiled'

passed=0
failed=0
# run PROGRAM ARGUMENTS...: adds up what it counts.
run() {
  timeout -k 9 600 "$folder/$@" >"$folder/log" 2>&1
  status=$?
  total=$(tail -n 1 "$folder/log" |
    sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, 0 skipped$/\1 \2/p')
  if [ -z "$total" ]; then # a sanitizer ends it before it has counted
    cat "$folder/log"
    give_up "$1 ended early, status $status"
  fi
  sed '$d' "$folder/log"
  passed=$((passed + ${total% *}))
  failed=$((failed + ${total#* }))
  if [ "$status" -ne 0 ] && [ "${total#* }" -eq 0 ]; then
    echo "FAILED: $1, status $status"
    failed=$((failed + 1))
  fi
}

run core_test spec/vectors/sse.txt
run wake_test
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
