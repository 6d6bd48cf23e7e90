# How the examples with nginx start. Not run but read by their start.sh, which
# has set `port` and `here`, its own folder.

# fail TEXT [CODE]
fail() {
  echo "$1" >&2
  exit "${2:-2}"
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

# check_port SCRIPT: ends with what to do unless the port can be used.
check_port() {
  is_number "$port" 65535 ||
    fail "--port takes a number from 1 to 65535, not \"$port\""
  is_taken "$port" || return 0
  free=$port
  while is_taken "$free"; do
    free=$((free % 65535 + 1))
  done
  fail "Another program uses port $port. Start with another one, such as:
  sh $1 --port $free" 1
}

# Installs what is missing, builds the module, and makes `folder`, which goes
# when the script ends, with all that it has started.
prepare() {
  cd "$here/../.."
  sh spec/support/deps.sh gateway luajit
  sh spec/support/openresty.sh
  make -s --no-print-directory build LUA=luajit
  eval "$(make -s --no-print-directory env LUA=luajit)"

  folder=$(mktemp -d)
  sandbox=
  nginx=
  trap cleanup EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  # The workers are of another user when this one is root.
  chmod 755 "$folder"
  mkdir "$folder/tmp"
}

cleanup() {
  for pid in $nginx $sandbox; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$folder"
}

# Starts a sandbox, and has it asked.
start_sandbox() {
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
}

# Starts nginx with the configuration in the folder, as `nginx`.
start_nginx() {
  sh spec/support/openresty.sh run "$folder" "$folder/nginx.conf" &
  nginx=$!
  until [ -s "$folder/nginx.pid" ]; do
    if ! kill -0 "$nginx" 2>/dev/null; then
      fail "nginx does not start on port $port; its reason stands above." 1
    fi
    sleep 0.05
  done
}
