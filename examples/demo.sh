#!/bin/sh
# What `make demo` runs: a sandbox on a free port, an answer that streams in, a
# program that asks several things at once, and one that draws, speaks and films. With LIVE=1 it asks the real
# service with the key in the environment instead.
set -eu

lua=$1
log=$(mktemp)
folder=$(mktemp -d)
sandbox=
cleanup() {
  if [ -n "$sandbox" ]; then
    kill "$sandbox" 2>/dev/null || true
    wait "$sandbox" 2>/dev/null || true
  fi
  rm -rf "$log" "$folder"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

eval "$(make -s --no-print-directory env LUA="$lua")"
command="$lua lua/indoxhub/cli/command.lua"

say() {
  printf '\n$ %s\n' "$1"
}

if [ -n "${LIVE:-}" ]; then
  echo "Asking the real service with your key."
else
  say "indoxhub sandbox &"
  $command sandbox --job-seconds 2 >"$log" 2>&1 &
  sandbox=$!
  until grep -q http "$log"; do
    if ! kill -0 "$sandbox" 2>/dev/null; then
      cat "$log" >&2
      exit 1
    fi
    sleep 0.05
  done
  cat "$log"
  INDOXHUB_BASE_URL=$(sed 's/.*\(http.*\)/\1/' "$log")
  INDOXHUB_API_KEY=indox-sandbox
  export INDOXHUB_BASE_URL INDOXHUB_API_KEY
fi

question="Write a haiku about the sea"
say "indoxhub chat \"$question\""
$command chat ${LIVE:+-m openai/gpt-4o-mini} "$question" </dev/null

say "echo \"12 * 12\" | indoxhub chat \"What is\""
echo "12 * 12" | $command chat ${LIVE:+-m openai/gpt-4o-mini} "What is"

say "$lua examples/parallel.lua"
$lua examples/parallel.lua

say "$lua examples/frame_loop.lua"
$lua examples/frame_loop.lua

if [ -z "${LIVE:-}" ]; then # a video costs too much for a demo
  say "$lua examples/media.lua"
  $lua examples/media.lua "$folder"
fi
