#!/bin/sh
# `make demo` ends with 0, shows a streamed answer and leaves no process behind.
set -u

out=$(mktemp)
trap 'rm -f "$out"' EXIT
make demo >"$out" 2>&1 </dev/null
status=$?
cat "$out"
port=$(sed -n 's|.*http://127.0.0.1:\([0-9]*\)/.*|\1|p' "$out" | head -n 1)
if [ "$status" -ne 0 ]; then
  echo "make demo ended with $status"
  exit 1
elif ! grep -q "^Morning brings the sea,$" "$out"; then
  echo "no answer was shown"
  exit 1
elif ! grep -q "^  ferry.mp4 ([1-9][0-9]* bytes)$" "$out"; then
  echo "no video was saved"
  exit 1
elif ! grep -q '^You asked first: "What is the capital of Norway?"$' "$out"; then
  echo "the conversation was not remembered"
  exit 1
elif ! grep -q "^  order_fruit -> 20 pears are on their way$" "$out"; then
  echo "no tool was called"
  exit 1
elif ! grep -q "^tank: attack at 3, 4$" "$out"; then
  echo "no data came"
  exit 1
elif ! grep -q "^fox.mp4 ([1-9][0-9]* bytes)$" "$out"; then
  echo "the command saved no video"
  exit 1
elif ! grep -q "^chat .*[^ ] [1-9][0-9]*$" "$out"; then
  echo "no chart was shown"
  exit 1
elif curl -s -o /dev/null "http://127.0.0.1:$port/"; then
  echo "the sandbox still runs on port $port"
  exit 1
fi
