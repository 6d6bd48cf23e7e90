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

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../nginx.sh"
check_port examples/openresty/start.sh
if [ -n "${LIVE:-}" ] && [ -z "${INDOXHUB_API_KEY:-}" ]; then
  fail "LIVE=1 asks the real service: set INDOXHUB_API_KEY to your key."
fi

prepare
if [ -z "${LIVE:-}" ]; then
  start_sandbox
fi
sed "s|@HERE@|$here|g; s|@PORT@|$port|g" "$here/nginx.conf" \
  >"$folder/nginx.conf"
start_nginx
echo "Ask on http://127.0.0.1:$port/ and end with Ctrl-C."
wait "$nginx"
