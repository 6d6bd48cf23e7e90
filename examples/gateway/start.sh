#!/bin/sh
# Starts a gateway, in front of a sandbox that makes up the answers, or of a
# real server:
#     sh examples/gateway/start.sh [--port 8080] [--workers 2]
#       [--redis HOST:PORT] [--upstream URL]
# A Redis with a password, a database or a unix socket is named by REDIS_URL.
# With neither, the gateway keeps all in this machine and knows one key, which
# is shown; a browser shows a page at the same address. With --upstream it asks
# with the key in INDOXHUB_API_KEY. Ctrl-C ends it. nginx, and what the page
# shows Markdown with, is installed beside the system, if that was not done yet.
set -eu

usage="usage: sh examples/gateway/start.sh [--port N] [--redis HOST:PORT] \
[--workers N] [--upstream URL]"

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../nginx.sh"

port=8080
workers=2
redis=
upstream=
while [ $# -gt 0 ]; do
  case $1 in
    --*=*) option=${1%%=*} value=${1#*=} ;;
    --port | --redis | --workers | --upstream)
      [ $# -ge 2 ] || fail "$usage"
      option=$1 value=$2
      shift
      ;;
    *) fail "$usage" ;;
  esac
  shift
  case $option in
    --port) port=$value ;;
    --redis) redis=$value ;;
    --workers) workers=$value ;;
    --upstream) upstream=$value ;;
    *) fail "$usage" ;;
  esac
done

is_number "$workers" 64 ||
  fail "--workers takes a number from 1 to 64, not \"$workers\""
case $redis in
  *@*) fail "--redis takes no password, as every user of this machine can read \
it there; put the whole address into REDIS_URL" ;;
  *' '*) fail "--redis takes HOST:PORT, not \"$redis\"" ;;
esac
check_port examples/gateway/start.sh
if [ -n "$upstream" ] && [ -z "${INDOXHUB_API_KEY:-}" ]; then
  fail "--upstream asks a real server: set INDOXHUB_API_KEY to your key."
fi

prepare
if [ -n "$upstream" ]; then
  INDOXHUB_BASE_URL=$upstream
  export INDOXHUB_BASE_URL INDOXHUB_API_KEY
else
  start_sandbox
fi

if [ -n "$redis" ]; then
  REDIS_URL=redis://$redis
  export REDIS_URL
fi
key=
if [ -z "${REDIS_URL:-}" ]; then
  key=ihg-$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
  GATEWAY_KEY_SHA256=$(printf %s "$key" | sha256sum | cut -d ' ' -f 1)
  export GATEWAY_KEY_SHA256
fi

# The page, and what it shows Markdown with.
cp -R "$here/page" "$folder/page"
if sh spec/support/npm.sh "$here/page"; then
  packages=$(sh spec/support/npm.sh "$here/page" path)
  mkdir "$folder/page/libraries"
  cp "$packages/marked/lib/marked.esm.js" "$folder/page/libraries/marked.js"
  cp "$packages/dompurify/dist/purify.es.mjs" \
    "$folder/page/libraries/dompurify.js"
else
  echo "The page shows answers as plain text, without Markdown." >&2
fi
chmod -R a+rX "$folder/page"
sed "s|@HERE@|$here|g; s|@PORT@|$port|g; s|@WORKERS@|$workers|g" \
  "$here/nginx.conf" >"$folder/nginx.conf"
start_nginx
if [ -n "$key" ]; then
  echo "Its only key is $key"
else
  echo "Keys: indoxhub gateway keys add NAME${redis:+ --redis $redis}"
fi
echo "Chat with a key on http://127.0.0.1:$port/"
echo "The gateway is at http://127.0.0.1:$port/v1; Ctrl-C ends it."
wait "$nginx"
