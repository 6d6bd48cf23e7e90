#!/bin/sh
# What `make demo` runs: a sandbox on a free port, a short conversation, programs
# that ask several things at once, have tools called, get data item by item, draw,
# speak and film, a video from the command line, and charts of what all that was. With LIVE=1 it asks the real service with
# the key in the environment instead.
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
XDG_DATA_HOME=$folder # where the session goes
export XDG_DATA_HOME

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

question="What is the capital of Norway?"
say "indoxhub chat --session trip \"$question\""
$command chat --session trip ${LIVE:+-m openai/gpt-4o-mini} "$question" </dev/null

question="What did I ask first?"
say "indoxhub chat --session trip \"$question\""
$command chat --session trip "$question" </dev/null

say "$lua examples/parallel.lua"
$lua examples/parallel.lua

say "$lua examples/frame_loop.lua"
$lua examples/frame_loop.lua

say "$lua examples/assistant.lua"
$lua examples/assistant.lua

say "$lua examples/orders.lua"
$lua examples/orders.lua

if [ -z "${LIVE:-}" ]; then # a video costs too much for a demo
  say "$lua examples/media.lua"
  $lua examples/media.lua "$folder"

  say "indoxhub video \"a fox runs\" -o fox.mp4"
  (
    root=$(pwd)
    cd "$folder"
    $lua "$root/lua/indoxhub/cli/command.lua" video "a fox runs" -o fox.mp4
  )
fi

say "indoxhub analytics --by endpoint"
$command analytics --by endpoint

say "indoxhub analytics --by endpoint --chart count"
$command analytics --by endpoint --chart count
