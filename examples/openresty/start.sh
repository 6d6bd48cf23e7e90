#!/bin/sh
# Starts the gateway, in front of a sandbox that makes up the answers:
#     sh examples/openresty/start.sh [--port 8080]
# With LIVE=1 it asks the real service with the key in INDOXHUB_API_KEY. Ctrl-C
# ends it. nginx is unpacked beside the system, where that was not done yet.
set -eu

usage="usage: sh examples/openresty/start.sh [--port 8080]"
port=8080
case ${1:-} in
  '') ;;
  --port) port=${2:-} ;;
  --port=*) port=${1#--port=} ;;
  [0-9]*) port=$1 ;;
  *)
    echo "$usage" >&2
    exit 2
    ;;
esac

is_port() {
  case $1 in
    '' | *[!0-9]* | ??????*) false ;;
    *) [ "$1" -ge 1 ] && [ "$1" -le 65535 ] ;;
  esac
}

# Whether a program listens on a port, on any address of this machine.
is_taken() {
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port="$(printf \
    ':%04X' "$1")" '$4 == "0A" && substr($2, length($2) - 4) == port { n++ }
    END { exit n == 0 }'
}

if ! is_port "$port"; then
  echo "--port takes a number from 1 to 65535, not \"$port\"" >&2
  exit 2
elif is_taken "$port"; then
  free=$port
  while is_taken "$free"; do
    free=$((free % 65535 + 1))
  done
  echo "Another program uses port $port. Start with another one, such as:" >&2
  echo "  sh examples/openresty/start.sh --port $free" >&2
  exit 1
elif [ -n "${LIVE:-}" ] && [ -z "${INDOXHUB_API_KEY:-}" ]; then
  echo "LIVE=1 asks the real service: set INDOXHUB_API_KEY to your key." >&2
  exit 2
fi

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."

sh spec/support/deps.sh gateway luajit
sh spec/support/openresty.sh
make -s --no-print-directory build LUA=luajit
eval "$(make -s --no-print-directory env LUA=luajit)"

folder=$(mktemp -d)
sandbox=
nginx=
cleanup() {
  for pid in $nginx $sandbox; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ -z "${LIVE:-}" ]; then
  luajit lua/indoxhub/cli/command.lua sandbox --pace 0.1 \
    >"$folder/sandbox.log" 2>&1 &
  sandbox=$!
  until grep -qs http "$folder/sandbox.log"; do
    if ! kill -0 "$sandbox" 2>/dev/null; then
      cat "$folder/sandbox.log" >&2
      exit 1
    fi
    sleep 0.05
  done
  INDOXHUB_BASE_URL=$(sed 's/.*\(http.*\)/\1/' "$folder/sandbox.log")
  INDOXHUB_API_KEY=indox-sandbox
  export INDOXHUB_BASE_URL INDOXHUB_API_KEY
fi

# The workers are of another user when this one is root.
chmod 755 "$folder"
mkdir "$folder/tmp"
sed "s|@HERE@|$here|g; s|@PORT@|$port|g" "$here/nginx.conf" \
  >"$folder/nginx.conf"
sh spec/support/openresty.sh run "$folder" "$folder/nginx.conf" &
nginx=$!
until [ -s "$folder/nginx.pid" ]; do
  if ! kill -0 "$nginx" 2>/dev/null; then
    echo "nginx does not start on port $port; its reason stands above." >&2
    exit 1
  fi
  sleep 0.05
done
echo "Ask on http://127.0.0.1:$port/ and end with Ctrl-C."
wait "$nginx"
