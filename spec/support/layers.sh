#!/bin/sh
# Holds what files may include and use. Which folder of lua/ may require which
# is in layers.lua.
set -u
bad=0

# forbid MESSAGE PATTERN FILES...
forbid() {
  message=$1
  pattern=$2
  shift 2
  found=$(grep -nE "$pattern" "$@" /dev/null)
  if [ -n "$found" ]; then
    echo "$message:"
    echo "$found"
    bad=1
  fi
}

# includes_only MESSAGE ALLOWED FILES...: ALLOWED is a pattern of names.
includes_only() {
  message=$1
  allowed=$2
  shift 2
  found=$(grep -nE '^ *#include' "$@" /dev/null | grep -vE "#include $allowed")
  if [ -n "$found" ]; then
    echo "$message:"
    echo "$found"
    bad=1
  fi
}

# ---- C ----------------------------------------------------------------------

includes_only "csrc/core includes only itself and memory and text of libc" \
  '("(base64|bits|buf|checksum|deflate|delta|embed|heap|huffman|inflate|json|json_read|json_write|number|queue|sha256|shortest|sse|vec|word)\.h"|<(assert|math|stddef|stdint|stdlib|string)\.h>)' \
  csrc/core/*.[ch]
forbid "csrc/core has no mutable static data" \
  '^static ([^c(]|c[^o(])[^(]*[;=]' csrc/core/*.c
forbid "csrc/net knows nothing of Lua" 'lua_State|[<"/]l(ua|auxlib)\.h' \
  csrc/net/*.[ch]
forbid "csrc/net includes csrc/core and itself" '#include "\.\./bind' \
  csrc/net/*.[ch]
forbid "csrc/bind does not call libcurl" 'curl/curl\.h|curl_(easy|multi)_' \
  csrc/bind/*.[ch]
forbid "headers of csrc/net do not show libcurl" '#include <curl' csrc/net/*.h
forbid "only compat.h tests the version of Lua" \
  'LUA_VERSION_NUM|LUAJIT_VERSION' csrc/core/*.[ch] csrc/net/*.[ch] \
  $(ls csrc/bind/*.[ch] | grep -v compat.h)
twins='csrc/net/(poll|wake|bell)_[a-z]*\.c'
shared=$(ls csrc/*/*.[ch] csrc/test/*/*.[ch] |
  grep -vE "^($twins|csrc/net/platform\.h|csrc/test/(kqueue/.*|net/kqueue\.c))\$")
forbid "only platform.h asks which system it is" \
  '^ *# *(el)?if.*(__(linux|APPLE|MACH|[A-Za-z]*BSD|unix|GLIBC|MUSL|ANDROID)|TARGET_OS_)' \
  $shared
forbid "what not all systems have is in platform.h and in twins" \
  '\b(epoll|eventfd|timerfd|signalfd|pidfd|inotify|kqueue|kevent)_?[a-z0-9_]*\(|sys/(epoll|eventfd|timerfd|event|prctl|syscall)\.h|\b(accept4|pipe2|fdatasync|explicit_bzero)\(|SOCK_(CLOEXEC|NONBLOCK)|MSG_NOSIGNAL|SO_(PEERCRED|NOSIGPIPE)|POLLRDHUP|O_PATH|"/proc' \
  $shared
forbid "nothing is kept in the registry by number" 'luaL_ref' csrc/bind/*.c

# ---- Lua --------------------------------------------------------------------

forbid "no other JSON library is used" 'require.*cjson|vim\.json' \
  $(find lua -name '*.lua')
forbid "no Lua file changes a library's table or the globals" \
  '^(string|table|math|os|io|_G)\.[a-z_]+ *=' $(find lua -name '*.lua')

exit $bad
