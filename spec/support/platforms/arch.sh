#!/bin/sh
# The core on another processor, under qemu's emulation of programs:
#
#     arch.sh prepare ARCH    a root with Lua and libcurl, and the core for it
#     arch.sh luas ARCH       prints which interpreters it has
#     arch.sh ctest ARCH      compiles and runs the C tests
#
# ARCH is Debian's name: arm64, armhf (32 bits) or s390x (the highest byte first).
# The root is made of Debian's packages, which apt downloads with a state of its
# own and dpkg only unpacks: this machine has no packages of another processor,
# and its kernel is told nothing. What tests start besides Lua is this machine's.
set -u

cd "$(dirname "$0")/../../.." || exit 1

action=$1 arch=$2
cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/indoxhub-deps
root=$cache/root-$arch

case $arch in
  arm64) triple=aarch64-linux-gnu qemu=aarch64 luas="lua5.4 luajit" ;;
  armhf) triple=arm-linux-gnueabihf qemu=arm luas="lua5.4 luajit" ;;
  s390x) triple=s390x-linux-gnu qemu=s390x luas=lua5.4 ;;
  *)
    echo "ARCH is arm64, armhf or s390x, not \"$arch\"." >&2
    exit 2
    ;;
esac
emulator="qemu-$qemu-static -L"

packages="libcurl4-openssl-dev lua-argparse lua-busted lua-cjson lua-http
  lua-readline"
for lua in $luas; do
  case $lua in
    luajit) packages="$packages luajit libluajit-5.1-dev" ;;
    *) packages="$packages $lua lib$lua-dev" ;;
  esac
done

# private WORDS...: apt-get for that processor, with nothing of this machine's
# state but where packages come from.
private() {
  apt-get -q -o APT::Architecture="$arch" -o APT::Architectures="$arch" \
    -o Dir::State="$work" -o Dir::State::lists="$work/lists" \
    -o Dir::State::status="$work/status" -o Dir::Cache="$work" \
    -o Dir::Cache::archives="$work/archives" -o Debug::NoLocking=1 "$@"
}

unpack() {
  echo "Unpacking: Lua and libcurl for $arch"
  mkdir -p "$cache" || return 1
  work=$(mktemp -d "$cache/root.XXXXXX") || return 1
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM
  mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/root"
  : >"$work/status"
  # A list that cannot be had shows only when a package of it is missed. Words on
  # purpose.
  # shellcheck disable=SC2086
  { private update
    private -y --no-install-recommends -d install $packages; } \
    >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    return 1
  }
  for package in "$work"/archives/*.deb; do
    dpkg -x "$package" "$work/root" || return 1
  done
  # Another run may have been faster.
  mv -T "$work/root" "$root" 2>/dev/null || [ -d "$root" ]
}

# build LUA: the core, what tests load, and a program that runs that Lua.
build() {
  place=build/$arch-$1
  mkdir -p "$place"
  sh spec/support/platforms/headers.sh "$place/include" "$1" "$root" ||
    return 1
  touch "$place/needs" # those of this machine do not matter
  make -s --no-print-directory build "$place/lib/spec_process.so" LUA="$1" \
    BUILD="$place" CC="$triple-gcc" WERROR=-Werror \
    LUA_CFLAGS="-isystem $place/include" CURL_CFLAGS="-isystem $place/include" \
    CURL_LIBS="$root/usr/lib/$triple/libcurl.so.4 \
-Wl,--allow-shlib-undefined" || return 1
  cat >"$place/$1" <<END
#!/bin/sh
exec $emulator "$root" "$root/usr/bin/$1" "\$@"
END
  chmod +x "$place/$1"
}

case $action in
  prepare)
    [ -d "$root" ] || unpack || exit 1
    for lua in $luas; do
      build "$lua" || exit 1
    done
    ;;
  luas) echo "$luas" ;;
  ctest)
    CTEST_CC="clang --target=$triple"
    CTEST_RUN="$emulator /usr/$triple"
    CTEST_FOLDER=build/$arch-ctest
    export CTEST_CC CTEST_RUN CTEST_FOLDER
    exec sh spec/support/ctest.sh
    ;;
esac
