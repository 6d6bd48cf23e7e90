#!/bin/sh
# Starts a gateway in nginx (or OpenResty), in front of a sandbox that makes up
# the answers, or of a real server:
#     sh examples/gateway/start.sh [--port 8080] [--workers 2] [--visitors]
#       [--redis HOST:PORT] [--upstream URL]
# A Redis with a password, a database or a unix socket is named by REDIS_URL.
# With neither, the gateway keeps all in this machine and knows one key, which
# is shown; a browser shows a page at the same address. With --visitors that
# page, and any program, may ask without a key, within limits for each address.
# With --upstream it asks with the key in INDOXHUB_API_KEY; the service is at
# https://api.indoxhub.com/api/v1. Ctrl-C ends it. nginx, and what the page
# shows Markdown with, is installed beside the system, if that was not done yet.
set -eu

usage="usage: sh examples/gateway/start.sh [--port N] [--redis HOST:PORT] \
[--workers N] [--upstream URL] [--visitors]"

here=$(cd "$(dirname "$0")" && pwd)

# ---- what is asked for ------------------------------------------------------

# fail TEXT [CODE]
fail() {
  echo "$1" >&2
  exit "${2:-2}"
}

# The first lines of this file.
help() {
  awk 'NR > 1 && !/^#/ { exit } NR > 1 { sub(/^# ?/, ""); print }' "$0"
}

# is_number TEXT MOST: whether it is one from 1 to that.
is_number() {
  case $1 in
    '' | *[!0-9]* | ??????*) false ;;
    *) [ "$1" -ge 1 ] && [ "$1" -le "$2" ] ;;
  esac
}

# Whether a program listens on a port, on any address of this machine.
is_taken() {
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port="$(printf \
    ':%04X' "$1")" '$4 == "0A" && substr($2, length($2) - 4) == port { n++ }
    END { exit n == 0 }'
}

port=8080
workers=2
redis=
redis_given=
upstream=
visitors=
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help)
      help
      exit 0
      ;;
    --visitors) option=$1 value= ;;
    --*=*) option=${1%%=*} value=${1#*=} ;;
    --port | --redis | --workers | --upstream)
      [ $# -ge 2 ] || fail "$1 takes a value.
$usage"
      option=$1 value=$2
      shift
      ;;
    *) fail "\"$1\" is no option.
$usage" ;;
  esac
  shift
  case $option in
    --port) port=$value ;;
    --redis) redis=$value redis_given=1 ;;
    --workers) workers=$value ;;
    --upstream) upstream=$value ;;
    --visitors) [ -z "$value" ] && visitors=1 || fail "$option takes no value.
$usage" ;;
    *) fail "\"$option\" is no option.
$usage" ;;
  esac
done

is_number "$workers" 64 ||
  fail "--workers takes a number from 1 to 64, not \"$workers\""
[ -z "$redis_given" ] || [ -n "$redis" ] ||
  fail '--redis takes HOST:PORT, not ""'
case $redis in
  *@*) fail "--redis takes no password, as every user of this machine can read \
it there; put the whole address into REDIS_URL" ;;
  *' '*) fail "--redis takes HOST:PORT, not \"$redis\"" ;;
esac
if [ -n "$upstream" ] && [ -z "${INDOXHUB_API_KEY:-}" ]; then
  fail "--upstream asks a real server: set INDOXHUB_API_KEY to your key."
fi
is_number "$port" 65535 ||
  fail "--port takes a number from 1 to 65535, not \"$port\""
if is_taken "$port"; then
  free=$port
  while is_taken "$free"; do
    free=$((free % 65535 + 1))
  done
  fail "Another program uses port $port. Start with another one, such as:
  sh examples/gateway/start.sh --port $free" 1
fi

# ---- what it takes ----------------------------------------------------------

cd "$here/../.."
sh spec/support/deps.sh demo luajit
sh spec/support/openresty.sh
make -s --no-print-directory build LUA=luajit
eval "$(make -s --no-print-directory env LUA=luajit)"

# All that it writes is in a folder, which goes when it ends.
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
chmod 755 "$folder" # the workers are of another user when this one is root
mkdir "$folder/tmp"

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

# ---- the upstream -----------------------------------------------------------

if [ -n "$upstream" ]; then
  INDOXHUB_BASE_URL=$upstream
else
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
fi
export INDOXHUB_BASE_URL INDOXHUB_API_KEY

# ---- the gateway ------------------------------------------------------------

# What settings.lua reads.
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
GATEWAY_VISITORS=$visitors
export GATEWAY_VISITORS

sed "s|@HERE@|$here|g; s|@PORT@|$port|g; s|@WORKERS@|$workers|g" \
  "$here/nginx.conf" >"$folder/nginx.conf"
sh spec/support/openresty.sh run "$folder" "$folder/nginx.conf" &
nginx=$!
until [ -s "$folder/nginx.pid" ]; do
  kill -0 "$nginx" 2>/dev/null ||
    fail "nginx does not start on port $port; its reason stands above." 1
  sleep 0.05
done

if [ -n "$key" ]; then
  echo "Its only key is $key"
else
  echo "Keys: indoxhub gateway keys add NAME${redis:+ --redis $redis}"
fi
if [ -n "$visitors" ]; then
  echo "Ask without a key on http://127.0.0.1:$port/"
else
  echo "Chat with a key on http://127.0.0.1:$port/"
fi
echo "The gateway is at http://127.0.0.1:$port/v1; Ctrl-C ends it."
wait "$nginx"
