#!/bin/sh
# Runs the test suites (see suites.sh) and sums up what they found.
#
#   test.sh                          all suites
#   test.sh check LUA                what is quick: lint, C tests, and the specs
#                                    on one interpreter; with POLL=kqueue these
#                                    on a core over a stand-in for kqueue
#   test.sh specs LUA [FILES...]     the specs on one interpreter
#   test.sh SUITE...                 some: lint analyse build ctest fuzz specs
#                                    runtimes asan valgrind rock demo
#   test.sh asan-full                all specs under ASan and UBSan, on two
#                                    interpreters: an hour
#
# The last line is "N passed, N failed, N skipped". Variables:
#
#   INDOXHUB_NO_SKIPS   set: a skip is a failure
#   INDOXHUB_FULL       set: all specs run on all interpreters (see suites.sh)
#   INDOXHUB_JOBS       how many suites run at a time: unless told otherwise as
#                       many as there are processors, for `check` one more
#   INDOXHUB_TIMES      a file to which each spec file appends a line: suite,
#                       name and seconds, with tabs between. `sort -n -r -k 3`
#                       shows the slowest
#
# Suites run side by side, each in a process of its own whose output is shown
# whole at its end. A single one shows it at once.
set -u

LUAS="lua5.1 lua5.2 lua5.3 lua5.4 luajit"
processors=$(getconf _NPROCESSORS_ONLN)

# Suites are words here, with ":" between a name and its arguments.

# folder_of WORD: where a suite's totals, output and time are kept.
folder_of() {
  echo "$work/$(echo "$1" | tr / .)"
}

# expand SUITE...: the words for what people ask for, one a line.
expand() {
  for suite in "$@"; do
    case $suite in
      specs) for lua in $LUAS; do echo "specs:$lua"; done ;;
      *) echo "$suite" ;;
    esac
  done
}

# folders_of_specs SUITE: one for each, so that they run side by side; the
# largest first.
folders_of_specs() {
  find spec -name '*_spec.lua' ! -path 'spec/runtime/*' -exec wc -c '{}' + |
    awk -v suite="$1" '$2 != "total" {
      n = split($2, parts, "/")
      size[n > 2 ? parts[1] "/" parts[2] : parts[1]] += $1
    }
    END {
      for (folder in size) print size[folder], suite ":" folder
    }' | sort -rn | cut -d ' ' -f 2
}

# run_suite WORD ARGUMENTS...: these for suites.sh. Leaves the totals and how
# many seconds it took.
run_suite() {
  word=$1
  shift
  folder=$(folder_of "$word")
  mkdir -p "$folder"
  begun=$(date +%s)
  INDOXHUB_TOTALS=$folder/totals INDOXHUB_SUITE=$word \
    sh spec/support/suites.sh "$@"
  status=$?
  if [ "$status" -ne 0 ] || [ ! -s "$folder/totals" ]; then
    echo "FAILED: $word did not run to its end (exit code $status)"
    echo "0 1 0" >>"$folder/totals"
  fi
  echo $(($(date +%s) - begun)) >"$folder/seconds"
}

# run_word WORD
run_word() {
  # Words on purpose.
  # shellcheck disable=SC2046
  run_suite "$1" $(echo "$1" | tr : ' ')
}

# lane WORD...: runs one after the other of those that no other lane has taken.
lane() {
  for suite in "$@"; do
    folder=$(folder_of "$suite")
    mkdir "$folder" 2>/dev/null || continue
    run_word "$suite" >"$folder/output" 2>&1 </dev/null
    flock "$work/lock" cat "$folder/output"
  done
}

# side_by_side WORD...: each lane is a session of its own, by which all that it
# has started can be found; that leaves it without a terminal as well.
side_by_side() {
  lanes=
  i=0
  while [ "$i" -lt "$INDOXHUB_JOBS" ]; do
    i=$((i + 1))
    setsid sh "$0" lane "$work" "$@" &
    lanes="$lanes $!"
  done
  # Words on purpose.
  # shellcheck disable=SC2086
  wait $lanes
  end_lanes KILL # servers of what was ended before its time
  lanes=
}

# end_lanes SIGNAL: to all processes of theirs.
end_lanes() {
  for lane in $lanes; do
    for id in $(pgrep -s "$lane"); do
      kill "-$1" "$id" 2>/dev/null
    done
  done
}

interrupt() {
  trap '' INT TERM HUP
  if [ -n "$lanes" ]; then
    end_lanes TERM
    sleep 1
    end_lanes KILL
  fi
  echo "Interrupted."
  exit 130
}

# sum WORD...: a table when there are several, and the total. A suite that has
# no end, because its lane had none, failed.
sum() {
  for word in "$@"; do
    folder=$(folder_of "$word")
    if [ -f "$folder/seconds" ]; then
      echo "suite $word $(cat "$folder/seconds")"
      cat "$folder/totals"
    else
      echo "FAILED: $word has no end" >&2
      echo "suite $word ?"
      echo "0 1 0"
    fi
  done >"$work/sums"
  awk -v strict="${INDOXHUB_NO_SKIPS:-}" -v many=$(($# > 1)) \
    -v seconds=$(($(date +%s) - started)) '
    function row(name, seconds, passed, failed, skipped) {
      printf "%-32s %8s %8s %8s %8s\n", name, seconds, passed, failed, skipped
    }
    function flush() {
      if (n == 1 && many) row("suite", "seconds", "passed", "failed", "skipped")
      if (n > 0 && many) row(name, time, p, f, s)
      p = f = s = 0
    }
    BEGIN { print "" }
    $1 == "suite" { flush(); n++; name = $2; time = $3; next }
    {
      p += $1; f += $2; s += $3
      passed += $1; failed += $2; skipped += $3
    }
    END {
      flush()
      if (many) row("all", seconds, passed, failed, skipped)
      printf "\n%d passed, %d failed, %d skipped\n", passed, failed, skipped
      exit failed > 0 || strict != "" && skipped > 0
    }' "$work/sums"
}

if [ "${1:-}" = lane ]; then
  work=$2
  shift 2
  lane "$@"
  exit
fi

started=$(date +%s)
work=$(mktemp -d)
lanes=
trap 'rm -rf "$work"' EXIT
trap interrupt INT TERM HUP

case ${1:-} in
  check)
    lua=${2:-luajit}
    # Specs wait half of their time.
    INDOXHUB_JOBS=${INDOXHUB_JOBS:-$((processors + 1))}
    first="build:lua5.4:$lua"
    specs=specs:$lua
    if [ "${POLL:-}" = kqueue ]; then
      unset POLL MAKEFLAGS # what else is built is as always
      first="build:lua5.4:luajit stand_in:$lua"
      specs=over_kqueue:$lua
    fi
    rest="lint ctest $(folders_of_specs "$specs")"
    ;;
  specs)
    if [ $# -gt 1 ]; then
      shift
      run_suite "specs:$1" files "$@"
      sum "specs:$1"
      exit
    fi
    first=
    rest=$(expand specs)
    ;;
  asan-full)
    first="build sanitize:lua5.4:luajit"
    rest="$(folders_of_specs asan:lua5.4) $(folders_of_specs asan:luajit)"
    ;;
  '')
    first=build
    # Two that tell soon; then the longest first, so that none is left for last.
    rest=$(expand lint ctest specs runtimes valgrind asan analyse fuzz rock \
      demo)
    ;;
  *)
    first=
    rest=$(expand "$@")
    ;;
esac

INDOXHUB_JOBS=${INDOXHUB_JOBS:-$processors}
export INDOXHUB_JOBS
# Words on purpose.
# shellcheck disable=SC2086
set -- $rest
for word in $first; do
  run_word "$word"
done
if [ $# -eq 1 ]; then
  run_word "$1"
else
  side_by_side "$@"
fi
# shellcheck disable=SC2086
sum $first "$@"
