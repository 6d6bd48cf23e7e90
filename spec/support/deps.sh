#!/bin/sh
# Installs what is missing for a purpose:
#
#     sh deps.sh build|demo|test|platforms|bench|all [LUA]
#
# Each need is a check and the Debian package that satisfies it; nothing is
# installed when the check passes. Packages are never removed. For `build`, and
# without root or apt, it prints the command to run and fails. What is looked for
# is looked for as CC does with CFLAGS.
set -u

purpose=$1
lua=${2:-lua5.4}
missing=

case $lua in
  lua5.[1-4] | luajit) ;;
  *)
    echo "LUA is lua5.1, lua5.2, lua5.3, lua5.4 or luajit, not \"$lua\"." >&2
    exit 2
    ;;
esac

# need PACKAGE CHECK...: the package, unless the check passes.
need() {
  package=$1
  shift
  if ! "$@" >/dev/null 2>&1; then
    missing="$missing $package"
  fi
}

# has_header HEADER [CONDITION]: in what it defines, the condition holds.
has_header() {
  # Words on purpose.
  # shellcheck disable=SC2046,SC2086
  printf '#include <%s>\n#if !(%s)\n#error\n#endif\n' "$1" "${2:-1}" |
    ${CC:-cc} ${CFLAGS:-} $(flags) -E -
}

flags() {
  for name in libcurl "$lua"; do
    pkg-config --cflags "$name" 2>/dev/null
  done
  echo "-I/usr/include/$lua -I/usr/include/$lua-2.1"
}

# has_lua_h LUA: not that of another one, which is often called just lua.h.
has_lua_h() {
  case $1 in
    luajit) has_header luajit.h ;;
    *) has_header lua.h "LUA_VERSION_NUM == 50${1#lua5.}" ;;
  esac
}

has_module() {
  "$1" -e "require '$2'"
}

# lua-http where the sandbox looks for it.
has_lua_http() {
  LUA_PATH="lua/?.lua;lua/?/init.lua;;" "$lua" -e \
    'local function nothing() return {} end
     package.preload["indoxhub.core"] = nothing
     package.preload["indoxhub.base.json"] = nothing
     assert(require("indoxhub.sandbox.http").load())'
}

headers_of() {
  case $1 in
    luajit) echo libluajit-5.1-dev ;;
    lua5.1) echo liblua5.1-0-dev ;;
    *) echo "lib$1-dev" ;;
  esac
}

has_node() {
  node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)'
}

need_lua() {
  need "$1" command -v "$1"
  need "$(headers_of "$1")" has_lua_h "$1"
}

# The interpreter itself may be inside of an editor.
need_build() {
  # shellcheck disable=SC2086
  need gcc command -v ${CC:-cc}
  need libc6-dev has_header stdio.h
  need libcurl4-openssl-dev has_header curl/curl.h \
    "LIBCURL_VERSION_NUM >= 0x074c00"
  need "$(headers_of "$lua")" has_lua_h "$lua"
}

need_demo() {
  need_build
  need ca-certificates test -d /etc/ssl/certs
  need "$lua" command -v "$lua"
  need lua-argparse has_module "$lua" argparse
  need lua-http has_lua_http
}

need_test() {
  need groff-base command -v groff
  for lua in lua5.1 lua5.2 lua5.3 lua5.4 luajit; do
    need_lua "$lua"
    need lua-busted has_module "$lua" busted
    need lua-cjson has_module "$lua" cjson
    need lua-readline has_module "$lua" readline
  done
  lua=lua5.4
  need_demo
  need lua-check command -v luacheck
  need luarocks command -v luarocks
  need clang command -v clang
  need libclang-rt-dev sh -c \
    'ls /usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer*'
  need clang-format command -v clang-format
  need clang-tidy command -v clang-tidy
  need cppcheck command -v cppcheck
  need valgrind command -v valgrind
  need openssl command -v openssl
  need curl command -v curl
  need procps command -v pgrep
  need locales test -e /usr/share/i18n/locales/de_DE
  need jq command -v jq
  need redis-server command -v redis-server
  need redis-tools command -v redis-cli
  need lua-redis has_module luajit redis
  need nodejs has_node
  need npm command -v npm
}

# The programs that run Lua. nginx's Lua module is unpacked beside the system.
need_runtimes() {
  need neovim command -v nvim
  need love command -v love
  need xvfb command -v xvfb-run
  need xauth command -v xauth
  need chromium command -v chromium
  need chromium-driver command -v chromedriver
  for lua in lua5.4 luajit; do
    need lua-luv has_module "$lua" luv
    need lua-cqueues has_module "$lua" cqueues
  done
  need strace command -v strace
  need util-linux command -v setpriv
}

# Compilers for other systems and processors, and what runs their programs.
need_platforms() {
  need_test
  need llvm command -v llvm-nm
  need musl-tools command -v musl-gcc
  need qemu-user-static command -v qemu-s390x-static
  need gcc-aarch64-linux-gnu command -v aarch64-linux-gnu-gcc
  need libc6-dev-arm64-cross test -e /usr/aarch64-linux-gnu/include/stdio.h
  need gcc-arm-linux-gnueabihf command -v arm-linux-gnueabihf-gcc
  need libc6-dev-armhf-cross test -e /usr/arm-linux-gnueabihf/include/stdio.h
  need gcc-s390x-linux-gnu command -v s390x-linux-gnu-gcc
  need libc6-dev-s390x-cross test -e /usr/s390x-linux-gnu/include/stdio.h
}

need_bench() {
  for lua in luajit lua5.4; do
    need_demo
    need lua-cjson has_module "$lua" cjson
  done
  need curl command -v curl
  need nodejs has_node
  need npm command -v npm
}

case $purpose in
  build) need_build ;;
  demo) need_demo ;;
  test) need_test ;;
  platforms) need_platforms ;;
  bench) need_runtimes; need_bench ;;
  all) need_test; need_runtimes; need_bench ;;
  *) echo "deps.sh: unknown purpose $purpose" >&2; exit 2 ;;
esac

# Words on purpose.
# shellcheck disable=SC2086
missing=$(printf '%s\n' $missing | sort -u | paste -s -d ' ' -)
if [ -n "$missing" ]; then
  # shellcheck disable=SC2086
  command=$(sh spec/support/packages.sh "$lua" $missing)
  is_root=$([ "$(id -u)" != 0 ] || echo yes)
  if [ -z "$is_root" ] || [ "$purpose" = build ] ||
    ! command -v apt-get >/dev/null; then
    echo "Some packages are missing. Run this, then try again:" >&2
    case $is_root:$command in
      :apt-get* | :apk*) command="sudo $command" ;;
    esac
    echo "$command" | sed 's/^/  /' >&2
    exit 1
  fi
  echo "Installing: $missing"
  DEBIAN_FRONTEND=noninteractive
  export DEBIAN_FRONTEND
  log=$(mktemp)
  if ! { apt-get update && $command -y; } >"$log" 2>&1; then
    cat "$log" >&2
    echo "The packages could not be installed." >&2
    rm -f "$log"
    exit 1
  fi
  rm -f "$log"
fi

# What would push out installed packages is unpacked beside the system.
case $purpose in
  test | all | platforms)
    sh spec/support/nginx.sh || exit 1
    sh spec/support/schema_suite.sh || exit 1
    sh spec/support/peers/install.sh || exit 1
    sh spec/support/npm.sh examples/gateway/page || exit 1
    ;;
esac
case $purpose in
  all | bench) sh spec/support/openresty.sh || exit 1 ;;
esac
case $purpose in
  bench) sh spec/support/peers/install.sh || exit 1 ;;
esac
