#!/bin/sh
# The test suites. `test.sh` runs them side by side and sums up; here one runs
# alone and shows what it does at once:
#
#   suites.sh NAME [ARGUMENTS...]   lint, build, ctest, ...; specs LUA [FOLDER];
#                                   files LUA FILES...
#
# It appends lines "passed failed skipped" to the file that INDOXHUB_TOTALS
# names. Suites may run at the same time: each keeps to itself what it writes,
# and `build` comes before all that need the module.
#
# Specs about what no interpreter shows in run on two of the five, unless
# INDOXHUB_FULL is set. Such a spec says so in a line of its own that begins
# with "-- On two interpreters: " and goes on with the reason.
set -u

LUAS="lua5.1 lua5.2 lua5.3 lua5.4 luajit"
# The fastest and the newest, on which also takes place what takes a while.
TWO="luajit lua5.4"
totals=$INDOXHUB_TOTALS
: >>"$totals"
limit=1200 # seconds for one interpreter's specs
root=$(pwd)
runner=  # what interpreters run under
program= # what runs in place of an interpreter
export WERROR=-Werror
# Nothing of the person who tests may leak into the tests.
unset INDOXHUB_API_KEY INDOX_HUB_API_KEY INDOX_ROUTER_API_KEY \
  INDOXHUB_BASE_URL INDOXHUB_RECORD INDOXHUB_RECORD_MODE SSL_CERT_FILE \
  SSL_CERT_DIR http_proxy https_proxy all_proxy no_proxy HTTPS_PROXY \
  ALL_PROXY NO_PROXY LUA_PATH LUA_CPATH LUA_INIT \
  REDIS_URL

title() {
  printf '\n== %s\n' "$1"
}

# record PASSED FAILED SKIPPED
record() {
  echo "$1 $2 $3" >>"$totals"
}

# check NAME COMMAND...: one test that passes when the command does.
check() {
  name=$1
  shift
  if "$@"; then
    record 1 0 0
  else
    echo "FAILED: $name"
    record 0 1 0
  fi
}

# counted COMMAND...: a suite that prints its own total line last.
counted() {
  out=$totals.out
  "$@" >"$out" 2>&1
  status=$?
  cat "$out"
  line=$(tail -n 1 "$out")
  rm -f "$out"
  set -- $(echo "$line" | sed -n \
    's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p')
  if [ $# -ne 3 ]; then
    echo "FAILED: no total line"
    record 0 1 0
  elif [ "$status" -ne 0 ] && [ "$2" -eq 0 ]; then
    echo "FAILED: exit code $status"
    record "$1" 1 "$3"
  else
    record "$@"
  fi
}

# with_lua LUA COMMAND...: with the tree's modules for an interpreter.
with_lua() {
  (
    lua=$1
    shift
    eval "$(make -s --no-print-directory env LUA="$lua" \
      BUILD="${BUILD:-build/$lua}")"
    export LUA_PATH LUA_CPATH INDOXHUB_LUA="${program:-$lua}"
    exec "$@"
  )
}

# The sandbox runs under one interpreter, whichever the specs run under.
INDOXHUB_SANDBOX="env LUA_PATH='$root/lua/?.lua;$root/lua/?/init.lua;;'"
INDOXHUB_SANDBOX="$INDOXHUB_SANDBOX LUA_CPATH='$root/build/lua5.4/lib/?.so;;'"
INDOXHUB_SANDBOX="$INDOXHUB_SANDBOX lua5.4 lua/indoxhub/cli/command.lua sandbox"
export INDOXHUB_SANDBOX
INDOXHUB_NGINX=$(sh spec/support/nginx.sh path)
export INDOXHUB_NGINX

suite_lint() {
  title "lint"
  check "luacheck" luacheck -q --no-color .
  check "clang-format" sh -c \
    'clang-format --dry-run -Werror $(git ls-files "*.c" "*.h")'
  check "includes and globals" sh spec/support/layers.sh
  check "layers" lua5.4 spec/support/layers.lua
  check "no circles in csrc" lua5.4 spec/support/includes.lua \
    $(git ls-files "csrc/*.c" "csrc/*.h")
  check "rockspecs" sh -c \
    'for f in rockspec/*.rockspec; do luarocks lint "$f" || exit 1; done'
  check "shell scripts parse" sh -c \
    'for f in $(git ls-files "*.sh") .ci/run; do sh -n "$f" || exit 1; done'
}

# exports_one FOLDER: the module that was built there.
exports_one() {
  [ "$(nm -D --defined-only "$1/lib/indoxhub/core.so" | sed 's/.* //')" = \
    luaopen_indoxhub_core ]
}

# suite_build [LUA...]
suite_build() {
  title "build"
  for lua in ${*:-$LUAS}; do
    check "build for $lua" make -s -j"${INDOXHUB_JOBS:-1}" build tools \
      LUA="$lua"
    check "one exported symbol for $lua" exports_one "build/$lua"
  done
}

suite_ctest() {
  title "C tests under ASan and UBSan"
  counted sh spec/support/ctest.sh
}

suite_fuzz() {
  title "fuzzing"
  counted sh spec/support/fuzz.sh "${INDOXHUB_FUZZ_SECONDS:-20}"
}

# run_specs LUA [FILES...]: busted appends to the totals by itself. What goes
# wrong after that, such as a leak or a crash while the state is closed, shows
# in the exit code only.
run_specs() {
  lua=$1
  shift
  before=$(wc -l <"$totals")
  with_lua "$lua" timeout --foreground -k 9 "$limit" $runner \
    "${program:-$lua}" spec/support/specs.lua -o spec/support/totals.lua "$@"
  status=$?
  if [ "$(wc -l <"$totals")" -eq "$before" ]; then
    echo "FAILED: the specs did not run to their end (exit code $status)," \
      "but to: $(cat "$totals.now")"
    record 0 1 0
  elif [ "$status" -ne 0 ] &&
    [ "$(tail -n 1 "$totals" | cut -d ' ' -f 2)" = 0 ]; then
    echo "FAILED: the specs ended with exit code $status"
    record 0 1 0
  fi
}

# is_one_of_two LUA
is_one_of_two() {
  case " $TWO " in
    *" $1 "*) true ;;
    *) false ;;
  esac
}

# specs_in FOLDER: those of a folder and of all below it, but of `spec` itself
# only what is in no folder.
specs_in() {
  if [ "$1" = spec ]; then
    find spec -maxdepth 1 -name '*_spec.lua' | sort
  else
    find "$1" -name '*_spec.lua' | sort
  fi
}

# specs_of [FOLDER]: all that run in no special program.
specs_of() {
  if [ -n "${1:-}" ]; then
    specs_in "$1"
  else
    find spec -name '*_spec.lua' ! -path 'spec/runtime/*' | sort
  fi
}

# suite_specs LUA [FOLDER]: all that run in no special program.
suite_specs() {
  lua=$1
  title "specs on $lua${2:+ in $2}"
  specs=$(specs_of "${2:-}")
  if is_one_of_two "$lua"; then
    INDOXHUB_ALL_CUTS=1
    export INDOXHUB_ALL_CUTS
  elif [ -z "${INDOXHUB_FULL:-}" ]; then
    specs=$(grep -L '^-- On two interpreters: ' $specs)
  fi
  if [ -n "$specs" ]; then
    run_specs "$lua" $specs
  else
    record 0 0 0
  fi
}

# suite_files LUA [FILES...]: these specs, or all.
suite_files() {
  if is_one_of_two "$1"; then
    INDOXHUB_ALL_CUTS=1
    export INDOXHUB_ALL_CUTS
  fi
  make -s build LUA=lua5.4 && make -s build tools LUA="$1"
  run_specs "$@"
}

# runtime NAME NEEDED...: the specs that run in it, if the machine has what they
# need.
runtime() {
  name=$1
  shift
  for needed in "$@"; do
    if ! $needed >/dev/null 2>&1; then
      echo "SKIPPED: $name: run make deps-all"
      record 0 0 1
      return
    fi
  done
  run_specs luajit "spec/runtime/${name}_spec.lua"
}

has_openresty() {
  [ -n "$(sh spec/support/openresty.sh path)" ]
}

# Specs are named after the host they run in.
suite_runtimes() {
  title "specs in Neovim, nginx, LÖVE, luv and cqueues"
  if [ -e lua/indoxhub/core.so ]; then
    echo "FAILED: Neovim would find lua/indoxhub/core.so, which make neovim" \
      "has put there, before the core to be tested: remove it"
    record 0 1 0
    return
  fi
  for spec in spec/runtime/*_spec.lua; do
    name=$(basename "$spec" _spec.lua)
    case $name in
      neovim*) runtime "$name" "command -v nvim" ;;
      openresty*) runtime "$name" has_openresty ;;
      gateway_page) runtime "$name" has_openresty "command -v chromium" \
        "command -v chromedriver" "command -v npm" ;;
      gateway*) runtime "$name" has_openresty "command -v redis-server" ;;
      love*) runtime "$name" "command -v love" "command -v xvfb-run" ;;
      luv* | cqueues*) runtime "$name" \
        "luajit -e require'${name%%_*}'" "lua5.4 -e require'${name%%_*}'" ;;
      *)
        echo "FAILED: suites.sh does not say what $spec runs in"
        record 0 1 0
        ;;
    esac
  done
}

# suite_stand_in LUA: builds the core over the stand-in for kqueue.
suite_stand_in() {
  title "build for $1 over the stand-in for kqueue"
  check "build for $1 over kqueue" make -s -j"${INDOXHUB_JOBS:-1}" build tools \
    POLL=kqueue LUA="$1"
  check "one exported symbol" exports_one "build/kqueue-$1"
}

# suite_over_kqueue LUA [FOLDER]: all specs, or those of a folder, on such a core,
# which is built before. Sandboxes run on a usual one. Not the engine out of
# memory: with other allocations between its own, libcurl 7.88 comes to where it
# frees the name of a host twice (Curl_ssl_addsessionid).
suite_over_kqueue() {
  title "specs on $1${2:+ in $2} over kqueue"
  INDOXHUB_ALL_CUTS=1
  export INDOXHUB_ALL_CUTS
  BUILD=build/kqueue-$1 # not for what specs build
  # Words on purpose.
  # shellcheck disable=SC2046
  run_specs "$1" $(specs_of "${2:-}" | grep -v core/memory_spec)
}

# suite_arch_ctest ARCH
suite_arch_ctest() {
  title "C tests on $1 under qemu"
  counted sh spec/support/platforms/arch.sh ctest "$1"
}

# suite_arch ARCH LUA: specs of what processors may differ in, on a core that
# platforms/arch.sh has prepared. Not where memory runs out, for which Lua is
# preloaded here, nor of this machine's terminals and locales.
suite_arch() {
  title "specs on $2 on $1 under qemu"
  BUILD=build/$1-$2
  program=$root/$BUILD/$2
  limit=3600
  INDOXHUB_EMULATED=1
  export INDOXHUB_EMULATED
  # Words on purpose.
  # shellcheck disable=SC2046
  run_specs "$2" spec/stream spec/embeddings spec/conversation spec/recording \
    spec/base/json_spec.lua spec/base/sorted_json_spec.lua \
    spec/base/utf8_spec.lua spec/call/uploads_spec.lua \
    spec/call/encoding_spec.lua spec/save/encoding_spec.lua \
    $(ls spec/core/*_spec.lua | grep -v -e memory_ -e process_)
}

# sanitized LUA: the program that runs an interpreter with the sanitizers.
sanitized() {
  echo "$root/build/asan-$1/$1"
}

# suite_sanitize LUA...: builds the core with the sanitizers, and that program.
suite_sanitize() {
  title "build with ASan and UBSan"
  for lua in "$@"; do
    check "build for $lua with sanitizers" make -s -j"${INDOXHUB_JOBS:-1}" \
      build tools build/tools/sanitizers.so LUA="$lua" \
      BUILD="build/asan-$lua" LDFLAGS= CFLAGS="-O1 -g \
      -fsanitize=address,undefined -fno-sanitize-recover=all"
    cat >"$(sanitized "$lua")" <<END
#!/bin/sh
LD_PRELOAD="$(cc -print-file-name=libasan.so) $(cc -print-file-name=libubsan.so) \
$root/build/tools/sanitizers.so\${LD_PRELOAD:+ \$LD_PRELOAD}"
export LD_PRELOAD
exec $lua "\$@"
END
    chmod +x "$(sanitized "$lua")"
  done
}

# run_sanitized LUA SPEC...: programs that the specs start with that interpreter
# run with the sanitizers, too, and so do sandboxes. Whatever a sanitizer reports
# in any of them is a failure.
run_sanitized() {
  (
    lua=$1
    program=$(sanitized "$lua")
    limit=3600
    BUILD=build/asan-$lua # not for what specs build
    # LuaJIT has memory of its own for what it holds, in which LeakSanitizer does
    # not search: a program that ends with os.exit would seem to have lost it.
    leaks=1
    [ "$lua" = luajit ] && leaks=0
    reports=$totals.reports
    rm -rf "$reports"
    mkdir "$reports"
    ASAN_OPTIONS=detect_leaks=$leaks:log_path=\"$reports/asan\"
    UBSAN_OPTIONS=print_stacktrace=1:log_path=\"$reports/ubsan\"
    LSAN_OPTIONS=suppressions=$root/spec/support/sanitizers/leaks.txt
    LSAN_OPTIONS=$LSAN_OPTIONS:print_suppressions=0
    INDOXHUB_SANDBOX=$(echo "$INDOXHUB_SANDBOX" |
      sed "s#/build/lua5.4/#/build/asan-lua5.4/#; s# lua5.4 # $(sanitized lua5.4) #")
    export ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS INDOXHUB_SANDBOX
    run_specs "$@"
    if [ -n "$(ls "$reports")" ]; then
      cat "$reports"/*
      echo "FAILED: sanitizers reported the above"
      record 0 1 0
    fi
    rm -rf "$reports"
  )
}

# suite_asan [LUA [FOLDER]]: what stresses the core most, on Lua 5.4; or all specs
# of an interpreter or of a folder, for which suite_sanitize comes before. Not
# those in which memory runs out: what refuses it (spec/support/memory.c) cannot
# stand in front of a sanitizer's allocator.
suite_asan() {
  title "specs on ${1:-lua5.4}${2:+ in $2} under ASan and UBSan"
  if [ $# -gt 0 ]; then
    INDOXHUB_ALL_CUTS=1
    export INDOXHUB_ALL_CUTS
    # Words on purpose.
    # shellcheck disable=SC2046
    run_sanitized "$1" $(specs_of "${2:-}" | grep -v core/memory_)
  else
    suite_sanitize lua5.4
    # Words on purpose.
    # shellcheck disable=SC2046
    run_sanitized lua5.4 \
      $(find spec/core -name '*_spec.lua' ! -name 'memory_*') \
      spec/stream spec/client \
      spec/call/init_spec.lua spec/call/mutations_spec.lua \
      spec/call/connections_spec.lua spec/call/encoding_spec.lua \
      spec/call/reuse_spec.lua spec/call/refused_spec.lua \
      spec/embeddings/init_spec.lua spec/save/encoding_spec.lua \
      spec/base/json_spec.lua spec/mcp/stdio_spec.lua
  fi
}

suite_analyse() {
  title "static analysis"
  counted sh spec/support/analyse.sh
}

suite_valgrind() {
  title "specs on lua5.4 under valgrind"
  runner="valgrind -q --error-exitcode=9 --leak-check=full
    --errors-for-leak-kinds=definite --child-silent-after-fork=yes"
  run_specs lua5.4 spec/core/engine*_spec.lua spec/core/upload*_spec.lua \
    spec/stream/init_spec.lua spec/stream/opening_spec.lua \
    spec/stream/fetching_spec.lua spec/stream/decoding_spec.lua \
    spec/stream/pieces_spec.lua spec/stream/ending_spec.lua \
    spec/call/encoding_spec.lua
  runner=
}

suite_rock() {
  title "installing"
  check "luarocks make into an empty tree" sh spec/support/rock.sh
  check "make install" sh spec/support/install.sh
  check "make release" sh spec/support/release_test.sh
}

# suite_pages: writes down what the listings of pages print.
suite_pages() {
  title "pages"
  make -s build LUA=lua5.4 && make -s build tools LUA=luajit
  check "listings" with_lua luajit luajit spec/doc/refresh.lua "$@"
}

suite_demo() {
  title "demo"
  check "make demo" sh spec/support/demo_test.sh
}

suite=$1
shift
"suite_$suite" "$@"
