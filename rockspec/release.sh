#!/bin/sh
# Makes a release, and pushes nothing:
#
#     VERSION=0.2.0 [SOURCE=https://HOST/indoxhub.git] release.sh
#
# One commit sets the version, moves what is unreleased in CHANGELOG.md below a
# heading with the date, and has a rockspec of that version; a tag stands on it,
# and a rock is packed from that. SOURCE is where others clone from; it is taken
# from `origin` when that is such a place.
#
# All is made in a work tree beside this one, which only moves when nothing has
# failed.
set -eu

version=${VERSION:-}
tag=v$version
work=
tagged=

fail() {
  echo "make release: $1" >&2
  exit 1
}

clean_up() {
  status=$?
  trap '' INT TERM
  if [ $status -ne 0 ] && [ -n "$tagged" ]; then
    git tag -d "$tag" >/dev/null
  fi
  if [ -n "$work" ]; then
    git worktree remove --force "$work/tree" 2>/dev/null || true
    rm -rf "$work"
  fi
  exit $status
}
trap clean_up EXIT
trap 'exit 130' INT TERM

is_version() {
  echo "$1" | grep -qxE '(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}'
}

# is_newer A B
is_newer() {
  [ "$1" != "$2" ] &&
    [ "$(printf '%s\n' "$1" "$2" | sort -V | tail -n 1)" = "$1" ]
}

# The newest version that has a tag; nothing before the first.
newest() {
  git tag --list 'v[0-9]*' | sed 's/^v//' | sort -V | tail -n 1
}

# public URL: as LuaRocks wants it, without a name and a password; nothing when
# only this machine knows it.
public() {
  case ${1#git+} in
    https://* | ssh://*)
      echo "$1" | sed 's|^.*://\([^/]*@\)*|git+https://|'
      ;;
    *@*:*) echo "$1" | sed 's|^[^@]*@\([^:]*\):|git+https://\1/|' ;;
  esac | grep -xE '[A-Za-z0-9:/._~+-]+' || true
}

# What CHANGELOG.md says of a heading, without empty lines around it.
notes_of() {
  awk -v heading="## $1" '
    $0 == heading { found = 1; next }
    /^## / { found = 0 }
    found' CHANGELOG.md | sed -e '/./,$!d' | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'
}

set_version() {
  echo "return \"$version\"" >lua/indoxhub/version.lua
  sed "s/\(define IH_VERSION\) .*/\1 \"$version\"/" csrc/bind/version.h \
    >"$work/file"
  cat "$work/file" >csrc/bind/version.h
}

move_unreleased() {
  heading="## $version - $(date -u +%Y-%m-%d)"
  awk -v heading="$heading" '
    { print }
    $0 == "## Unreleased" { print ""; print heading }' CHANGELOG.md \
    >"$work/file"
  cat "$work/file" >CHANGELOG.md
}

# Those of older releases stand on their tags.
write_rockspec() {
  rm -f rockspec/indoxhub-[0-9]*.rockspec
  sed -e "s|^version = .*|version = \"$version-1\"|" \
    -e "s|^  url = .*|  url = \"$source\",\n  tag = \"$tag\",|" \
    rockspec/indoxhub-scm-1.rockspec >"$rockspec"
}

# Packs what the tag has: nobody else has it yet, so that git gets it from here.
pack() {
  (
    cd "$work"
    GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="url.file://$work/tree.insteadOf" \
      GIT_CONFIG_VALUE_0=${source#git+} luarocks pack "tree/$rockspec"
  )
}

# The rock is what it says, which a look at what it installs tells.
try_rock() {
  luarocks --lua-version 5.4 --tree "$work/rocks" install --deps-mode=none \
    "$work/$rock" || return 1
  (
    cd /
    LUA_PATH="$work/rocks/share/lua/5.4/?.lua;$work/rocks/share/lua/5.4/?/init.lua"
    LUA_CPATH="$work/rocks/lib/lua/5.4/?.so"
    export LUA_PATH LUA_CPATH
    [ "$(lua5.4 -e 'print(require("indoxhub.base.core_check").version)')" = \
      "$version" ]
  )
}

# quietly WHAT COMMAND...: shows what it says only when it fails.
quietly() {
  what=$1
  shift
  echo "  $what"
  "$@" >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    fail "$what: failed; nothing was changed"
  }
}

is_version "$version" ||
  fail "VERSION is three numbers, as in VERSION=0.2.0, not \"$version\""
[ -z "$(git status --porcelain)" ] ||
  fail "commit or remove what git status shows first"
branch=$(git symbolic-ref -q --short HEAD) || fail "check out a branch first"
! git rev-parse -q --verify "refs/tags/$tag" >/dev/null ||
  fail "there is a tag $tag"
last=$(newest)
[ -z "$last" ] || is_newer "$version" "$last" ||
  fail "$version is not newer than $last, which has a tag"
[ -n "$(notes_of Unreleased)" ] ||
  fail "CHANGELOG.md has nothing below \"## Unreleased\""
source=$(public "${SOURCE:-$(git config remote.origin.url || true)}")
[ -n "$source" ] ||
  fail "say where others clone it from: SOURCE=https://HOST/indoxhub.git"

work=$(mktemp -d)
here=$(pwd)
rockspec=rockspec/indoxhub-$version-1.rockspec
rock=indoxhub-$version-1.src.rock
git worktree add -q --detach "$work/tree"
cd "$work/tree"
set_version
move_unreleased
write_rockspec
git add -A
quietly "lint" sh spec/support/test.sh lint
git commit -q -m "CHANGELOG: release $version"
notes_of "$(sed -n "s/^## \($version - .*\)/\1/p" CHANGELOG.md)" >"$work/notes"
{ echo "indoxhub $version" && echo && cat "$work/notes"; } >"$work/message"
git tag -a --cleanup=verbatim -F "$work/message" "$tag"
tagged=yes
quietly "packing $rock" pack
quietly "installing it" try_rock
commit=$(git rev-parse HEAD)

cd "$here"
git merge -q --ff-only "$commit"
mkdir -p build/release
cp "$work/$rock" build/release

cat "$work/notes"
cat <<EOF

$version is commit $(git rev-parse --short HEAD) on $branch, with the tag $tag; the rock is build/release/$rock.
Nothing has left this machine. Next:
  .ci/run                                  on a fresh machine: everything passes
  git push --atomic origin $branch $tag
  luarocks upload $rockspec
Or take it back: git tag -d $tag && git reset --hard HEAD~1
EOF
