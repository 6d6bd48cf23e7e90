#!/bin/sh
# `make release` in a clone that is thrown away: what it makes, and what it
# refuses without changing anything.
set -eu

root=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
clone=$work/clone
source=https://example.invalid/indoxhub.git

# Nothing of the person who tests.
unset VERSION SOURCE
HOME=$work GIT_CONFIG_NOSYSTEM=1
GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.invalid
GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.invalid
export HOME GIT_CONFIG_NOSYSTEM GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL \
  GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
git config --global --add safe.directory '*'

wrong() {
  echo "release_test.sh: $1" >&2
  exit 1
}

# The tree as it is, committed or not.
git clone -q "$root" "$clone"
git ls-files -z --cached --others --exclude-standard |
  xargs -0 sh -c 'for f; do [ ! -e "$f" ] || cp --parents "$f" "$0"; done' \
    "$clone"
cd "$clone"
git checkout -q -B trial
git tag -l | xargs -r git tag -d >/dev/null
awk '{ print } $0 == "## Unreleased" { print ""; print "- A *line* of \"trial\"." }' \
  CHANGELOG.md >"$work/file"
cat "$work/file" >CHANGELOG.md
git add -A
git commit -q -m trial

state() {
  git rev-parse HEAD
  git status --porcelain
  git tag -l
  git worktree list
  ls build rockspec 2>/dev/null || true
}

# refused MESSAGE [VARIABLE...]: `make release` says that, and changes nothing.
refused() {
  message=$1
  shift
  before=$(state)
  ! make release "$@" >"$work/log" 2>&1 || wrong "not refused: $*"
  grep -qF "make release: $message" "$work/log" ||
    wrong "refused without \"$message\": $(cat "$work/log")"
  [ "$(state)" = "$before" ] || wrong "refused and changed: $(state)"
}

for version in '' 1 1.2 v1.2.3 1.2.3-rc1 01.2.3 1.2.3.4 '1.2.3;x' '1.2.x'; do
  refused "VERSION is three numbers" VERSION="$version" SOURCE="$source"
done
refused "say where others clone it from" VERSION=90.9.7
echo >new
refused "commit or remove" VERSION=90.9.7 SOURCE="$source"
rm new
echo >>README.md
refused "commit or remove" VERSION=90.9.7 SOURCE="$source"
git checkout -q README.md
git checkout -q --detach
refused "check out a branch" VERSION=90.9.7 SOURCE="$source"
git checkout -q trial
git tag v90.9.7
refused "there is a tag v90.9.7" VERSION=90.9.7 SOURCE="$source"
git tag -d v90.9.7 >/dev/null
git tag v90.10.0
refused "90.9.7 is not newer than 90.10.0" VERSION=90.9.7 SOURCE="$source"
git tag -d v90.10.0 >/dev/null
echo 'leak = 1' >lua/indoxhub/leak.lua
git add -A
git commit -q -m "a mistake"
refused "lint: failed" VERSION=90.9.7 SOURCE="$source"
grep -q "leak.lua" "$work/log" || wrong "lint's words are not shown"
git reset -q --hard HEAD~1

# Nor is anything left when it fails after the tag.
mkdir "$work/stubs"
for name in luacheck clang-format; do
  ln -s "$(command -v true)" "$work/stubs/$name"
done
cat >"$work/stubs/luarocks" <<'STUB'
#!/bin/sh
[ "$1" = lint ] || { cat "$2" && echo "no rock today" && exit 1; }
STUB
chmod +x "$work/stubs/luarocks"
git remote set-url origin git@example.invalid:some/indoxhub.git
(
  PATH=$work/stubs:$PATH
  refused "packing indoxhub-90.9.7-1.src.rock: failed" VERSION=90.9.7
)
for words in "no rock today" "git+https://example.invalid/some/indoxhub.git"; do
  grep -qF "$words" "$work/log" || wrong "does not say $words"
done

# What it makes.
before=$(git rev-parse HEAD)
git remote set-url origin https://me:secret@example.invalid/some/indoxhub.git
make release VERSION=90.9.7 >"$work/log" 2>&1 || wrong "$(cat "$work/log")"
[ "$(git rev-parse HEAD~1)" = "$before" ] || wrong "not one commit"
[ -z "$(git status --porcelain)" ] || wrong "$(git status --porcelain)"
[ "$(git rev-parse 'v90.9.7^{commit}')" = "$(git rev-parse HEAD)" ] ||
  wrong "the tag is elsewhere"
git cat-file tag v90.9.7 | grep -qF 'A *line* of "trial".' ||
  wrong "the tag does not tell what is new"
[ "$(cat lua/indoxhub/version.lua)" = 'return "90.9.7"' ] ||
  wrong "version.lua says $(cat lua/indoxhub/version.lua)"
grep -qx '#define IH_VERSION "90.9.7"' csrc/bind/version.h ||
  wrong "version.h says $(cat csrc/bind/version.h)"
[ "$(sed -n '/^## /,/^- /p' CHANGELOG.md | head -n 5)" = "## Unreleased

## 90.9.7 - $(date -u +%Y-%m-%d)

- A *line* of \"trial\"." ] || wrong "CHANGELOG.md: $(head CHANGELOG.md)"
for words in "A *line*" "git push --atomic origin trial v90.9.7" \
  "luarocks upload rockspec/indoxhub-90.9.7-1.rockspec" "Nothing has left"; do
  grep -qF "$words" "$work/log" || wrong "does not say $words"
done
[ "$(sed -n '/^source/,/^}/p' rockspec/indoxhub-90.9.7-1.rockspec)" = 'source = {
  url = "git+https://example.invalid/some/indoxhub.git",
  tag = "v90.9.7",
}' ] || wrong "$(head rockspec/indoxhub-90.9.7-1.rockspec)"
[ "$(git worktree list | wc -l)" = 1 ] || wrong "a work tree is left"
refused "there is a tag v90.9.7" VERSION=90.9.7
refused 'CHANGELOG.md has nothing below "## Unreleased"' VERSION=90.9.8

# The rock is installed where there is no network, and makes a call.
sh "$root/spec/support/rock.sh" "$clone/build/release/indoxhub-90.9.7-1.src.rock"
