#!/bin/sh
# What anybody can run on a system that has not been tried: the C tests of what
# waits, over what this system waits with, and the demo (make check-here). It needs
# a C compiler and what the core needs, and nothing of the other tests. The last
# line printed is `N passed, N failed, N skipped`.
set -u

cd "$(dirname "$0")/../../.." || exit 1
. spec/support/platforms/count.sh

lua=${1:-lua5.4}
folder=build/here
log=$folder/log
mkdir -p "$folder"
case $(uname -s) in
  Linux) poll=epoll bell=eventfd ;;
  *) poll=kqueue bell=pipe ;;
esac

# tests NAME FILES...: compiles csrc/test/NAME.c, and runs it.
tests() {
  program=$folder/${1##*/}
  source=csrc/test/$1.c
  shift
  # shellcheck disable=SC2086
  ${CC:-cc} -std=c99 -D_DEFAULT_SOURCE -D_FILE_OFFSET_BITS=64 -g -o "$program" \
    "$source" "$@" -lpthread && "$program"
}

uname -a
${CC:-cc} --version | head -n 1
check "tests of poll.h" tests net/poll "csrc/net/poll_$poll.c" \
  "csrc/net/bell_$bell.c"
check "tests of wake.h" tests threads/wake csrc/net/wake.c \
  "csrc/net/wake_$poll.c"
check "the core for $lua" make -s build LUA="$lua"
check "the demo" make -s demo LUA="$lua"
total
