#!/bin/sh
# nginx with the Lua module, out of Debian's packages but beside the system:
# installing them would remove LuaJIT, and start a service.
#
#   openresty.sh                         unpacks them, if that was not done yet
#   openresty.sh path                    prints the folder they are in
#   openresty.sh run PREFIX CONF [...]   becomes nginx, with these options; CONF
#                                        needs no load_module
#
# Elsewhere than on Debian it is the system's own `openresty`. Lua modules are
# looked for along LUA_PATH and LUA_CPATH; CONF names all temporary folders.
set -u

folder=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/indoxhub-deps/openresty-redis
program=$folder/usr/sbin/nginx
modules=$folder/usr/lib/nginx/modules
share=$folder/usr/share/lua/5.1
packages="nginx libnginx-mod-http-lua libnginx-mod-http-ndk lua-resty-core
  lua-resty-lrucache lua-nginx-redis"

# What packages are unpacked to shows only here when all are.
is_unpacked() {
  [ -x "$program" ] && [ -e "$share/nginx/redis.lua" ]
}

fail() {
  echo "$1" >&2
  exit 1
}

# The first of these packages that this release of Debian has, if any.
first_of() {
  for package in "$@"; do
    if apt-cache policy "$package" | grep -q 'Candidate: [0-9]'; then
      echo "$package"
      return
    fi
  done
}

# The libraries they need that few systems have.
libraries() {
  first_of libluajit2-5.1-2 libluajit-5.1-2
  first_of libpcre3
}

# Downloads into the folder we are in; lists of packages may be out of date.
download() {
  if apt-get download -q $packages $(libraries) >download.log 2>&1; then
    return
  elif [ "$(id -u)" = 0 ] && apt-get update -q >>download.log 2>&1 &&
    apt-get download -q $packages $(libraries) >>download.log 2>&1; then
    return
  fi
  cat download.log >&2
  return 1
}

unpack() {
  mkdir -p "$(dirname "$folder")" || exit 1
  work=$(mktemp -d "$folder.XXXXXX") || exit 1
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM
  cd "$work" || exit 1
  download || fail "nginx with the Lua module could not be downloaded."
  for package in *.deb; do
    dpkg -x "$package" root || exit 1
  done
  for file in sbin/nginx lib/nginx/modules/ngx_http_lua_module.so \
    lib/nginx/modules/ndk_http_module.so share/lua/5.1/resty/core.lua \
    share/lua/5.1/nginx/redis.lua; do
    [ -e "root/usr/$file" ] || fail "Debian's packages lack usr/$file."
  done
  chmod 755 root
  # Another run may have been faster.
  mv -T root "$folder" 2>/dev/null || is_unpacked ||
    fail "nginx with the Lua module could not be put into $folder."
}

# run PREFIX CONF [OPTIONS...]
run() {
  prefix=$1
  conf=$2
  shift 2
  if ! is_unpacked; then
    command -v openresty >/dev/null ||
      fail "There is no nginx with the Lua module; run make deps-all."
    exec openresty -p "$prefix" -c "$conf" -e stderr "$@"
  fi
  for library in "$folder"/usr/lib/*/libluajit-5.1.so.2 \
    "$folder"/lib/*/libpcre.so.3; do
    LD_LIBRARY_PATH=$(dirname "$library")${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  done
  LUA_PATH="$share/?.lua;$share/?/init.lua;${LUA_PATH:-;}"
  export LD_LIBRARY_PATH LUA_PATH
  exec "$program" -p "$prefix" -c "$conf" -e stderr -g \
    "load_module $modules/ndk_http_module.so;
     load_module $modules/ngx_http_lua_module.so;" "$@"
}

case ${1:-} in
  run)
    [ $# -ge 3 ] || fail "usage: openresty.sh run PREFIX CONF [OPTIONS...]"
    shift
    run "$@"
    ;;
  path)
    if is_unpacked; then
      echo "$folder"
    else
      program=$(command -v openresty) && dirname "$program"
    fi
    ;;
  '')
    if is_unpacked; then
      exit 0
    elif command -v apt-get >/dev/null; then
      unpack
    else
      command -v openresty >/dev/null ||
        fail "The tests need OpenResty; install it, then try again."
    fi
    ;;
  *)
    fail "openresty.sh: unknown purpose $1"
    ;;
esac
