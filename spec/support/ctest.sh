#!/bin/sh
# Compiles and runs the unit tests of csrc/core, and those of csrc/test/net over
# epoll and over a stand-in for kqueue, under AddressSanitizer and
# UndefinedBehaviorSanitizer, and those of csrc/test/threads over both under
# ThreadSanitizer, in build/ctest.
#
# For another machine or another libc, by variables:
#
#   CTEST_CC      the compiler, which is clang: its branches are counted; then
#                 there are no sanitizers
#   CTEST_LD      what links, and compiles what is not counted, in its place
#   CTEST_RUN     what runs its programs
#   CTEST_FOLDER  in place of build/ctest
#
# The last line printed is `N passed, N failed, N skipped`; the status is 0 when
# nothing failed. The tests count the branches that csrc/core takes and the
# bytes its calls of memchr and the like go over, and make its allocations fail:
# hence the callback per branch, -fno-builtin and the wrapped names.
set -u

cd "$(dirname "$0")/../.." || exit 1

folder=${CTEST_FOLDER:-build/ctest}
flags='-std=c99 -D_DEFAULT_SOURCE -D_FILE_OFFSET_BITS=64 -g -O1 -Wall -Wextra
  -Werror'
threads=$flags
wrap=
for name in malloc calloc realloc free memchr memcpy memmove memcmp; do
  wrap="$wrap -Wl,--wrap=$name"
done

if [ -n "${CTEST_CC:-}" ]; then
  cc=$CTEST_CC
  ld=${CTEST_LD:-$cc}
else
  flags="$flags -fsanitize=address,undefined -fno-sanitize-recover=all"
  threads="$threads -fsanitize=thread"
  cc=${CC:-cc}
  ! command -v clang >/dev/null || cc=clang
  ld=$cc
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

# over BACK_END NAME FLAGS FILES...: the program of csrc/test/NAME.c with one of
# two.
over() {
  back_end=$1
  name=$2
  more=$3
  shift 3
  if [ "$back_end" = kqueue ]; then
    more="$more -Icsrc/test/kqueue csrc/test/kqueue/kqueue.c
      csrc/test/kqueue/note.c -Wl,--wrap=close"
  fi
  # shellcheck disable=SC2086
  $ld $more -o "$folder/${name##*/}_$back_end" "csrc/test/$name.c" "$@" \
    -lpthread || give_up "csrc/test/$name.c: not compiled over $back_end"
}

rm -rf "$folder"
mkdir -p "$folder" || exit 1
objects=
compile '-fno-builtin -fsanitize-coverage=trace-pc' csrc/core/*.c
compile '-fno-builtin' csrc/test/*.c
# shellcheck disable=SC2086
$ld $flags $wrap -o "$folder/core_test" $objects -lm || give_up 'not linked'

over epoll threads/wake "$threads" csrc/net/wake.c csrc/net/wake_epoll.c
over kqueue threads/wake "$threads" csrc/net/wake.c csrc/net/wake_kqueue.c
over epoll net/poll "$flags" csrc/net/poll_epoll.c csrc/net/bell_eventfd.c
over kqueue net/poll "$flags" csrc/net/poll_kqueue.c csrc/net/bell_pipe.c
over kqueue net/kqueue "$flags"

passed=0
failed=0
# run PROGRAM ARGUMENTS...: adds up what it counts.
run() {
  program=$1
  shift
  # shellcheck disable=SC2086
  timeout -k 9 600 ${CTEST_RUN:-} "$folder/$program" "$@" \
    >"$folder/log" 2>&1
  status=$?
  total=$(tail -n 1 "$folder/log" |
    sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, 0 skipped$/\1 \2/p')
  if [ -z "$total" ]; then # a sanitizer ends it before it has counted
    cat "$folder/log"
    give_up "$program ended early, status $status"
  fi
  sed '$d' "$folder/log"
  passed=$((passed + ${total% *}))
  failed=$((failed + ${total#* }))
  if [ "$status" -ne 0 ] && [ "${total#* }" -eq 0 ]; then
    echo "FAILED: $program, status $status"
    failed=$((failed + 1))
  fi
}

run core_test spec/vectors/sse.txt
run wake_epoll
run wake_kqueue
run poll_epoll
run poll_kqueue
run kqueue_kqueue
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
