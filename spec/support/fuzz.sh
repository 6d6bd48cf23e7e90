#!/bin/sh
# Fuzzes the parsers of csrc/core: fuzz.sh [SECONDS], 20 for each target unless
# told otherwise. Everything is written to build/fuzz.
#
# The last line printed is `N passed, N failed, N skipped`, a target being one
# case; the status is 0 when nothing failed. An input that failed stays in
# build/fuzz/TARGET.* and is run again by giving it to build/fuzz/TARGET.
set -u

cd "$(dirname "$0")/../.." || exit 1

seconds=${1:-20}
folder=build/fuzz
flags='-std=c99 -D_DEFAULT_SOURCE -g -O1
  -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all'
passed=0
failed=0
skipped=0

# Whether there is a clang with libFuzzer; if not, the reason is in $reason.
can_fuzz() {
  if ! command -v clang >/dev/null; then
    reason='clang is not installed'
    return 1
  fi
  printf '%s\n' '#include <stddef.h>' \
    'int LLVMFuzzerTestOneInput(const unsigned char *, size_t);' \
    'int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n) {' \
    '  return data && n && 0;' '}' >"$folder/probe.c"
  reason='this clang has no libFuzzer'
  # Flags are words, on purpose.
  # shellcheck disable=SC2086
  clang $flags -o "$folder/probe" "$folder/probe.c" >/dev/null 2>&1
}

# fuzz TARGET: true when it was compiled and found nothing.
fuzz() {
  corpus=$folder/$1.corpus
  mkdir -p "$corpus" || return 1
  if [ -d "csrc/fuzz/seeds/$1" ]; then
    cp "csrc/fuzz/seeds/$1"/* "$corpus/" || return 1
  fi
  # shellcheck disable=SC2086
  clang $flags -Wall -Wextra -Werror -o "$folder/$1" "csrc/fuzz/$1.c" \
    csrc/core/*.c -lm || return 1
  if "$folder/$1" -max_total_time="$seconds" -max_len=2048 -timeout=20 \
    -print_final_stats=1 -artifact_prefix="$folder/$1." "$corpus" \
    >"$folder/$1.log" 2>&1; then
    sed -n "s/^stat::number_of_executed_units: */$1: inputs tried: /p" \
      "$folder/$1.log"
    return 0
  fi
  tail -n 40 "$folder/$1.log"
  return 1
}

rm -rf "$folder"
mkdir -p "$folder" || exit 1
if can_fuzz; then
  fuzzing=true
else
  fuzzing=false
fi
for file in csrc/fuzz/fuzz_*.c; do
  target=$(basename "$file" .c)
  if ! $fuzzing; then
    echo "SKIPPED: $target: $reason"
    skipped=$((skipped + 1))
  elif fuzz "$target"; then
    passed=$((passed + 1))
  else
    echo "FAILED: $target"
    failed=$((failed + 1))
  fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
