#!/bin/sh
# Holds the direction of dependencies: which file may include or require what.
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
  '("(base64|buf|queue|heap|sse|json|json_read|json_write|delta|number|shortest|word|vec|embed|inflate)\.h"|<(assert|math|stddef|stdint|stdlib|string)\.h>)' \
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
forbid "nothing is kept in the registry by number" 'luaL_ref' csrc/bind/*.c

# ---- Lua --------------------------------------------------------------------

forbid "no other JSON library is used" 'require.*cjson|vim\.json' \
  $(find lua -name '*.lua')
forbid "no Lua file changes a library's table or the globals" \
  '^(string|table|math|os|io|_G)\.[a-z_]+ *=' $(find lua -name '*.lua')

# Modules from the bottom up; each may require only what stands above it here.
# Lines name modules of one rank, which do not know each other.
ranks='
indoxhub.core indoxhub.version indoxhub.answer indoxhub.loop.host indoxhub.errors.cut
indoxhub.number indoxhub.utf8
indoxhub.json indoxhub.redact indoxhub.endpoints indoxhub.address indoxhub.times indoxhub.content_types indoxhub.retry
indoxhub.params.spelling
indoxhub.reading.values indoxhub.reading.halves
indoxhub.reading.usage indoxhub.reading.images indoxhub.reading.failure indoxhub.reading.echo
indoxhub.reading.parts
indoxhub.reading.message
indoxhub.reading.tools
indoxhub.reading.strand
indoxhub.reading
indoxhub.errors indoxhub.reply indoxhub.loop indoxhub.log indoxhub.route
indoxhub.loop.nginx_requests indoxhub.files indoxhub.errors.retry_hint indoxhub.errors.text indoxhub.errors.transfer indoxhub.resources.models indoxhub.resources.embeddings indoxhub.resources.audio indoxhub.resources.videos indoxhub.loop.scheduler indoxhub.task
indoxhub.errors.body
indoxhub.errors.reason
indoxhub.errors.names
indoxhub.params.types indoxhub.errors.answer indoxhub.resources.images indoxhub.loop.builtin indoxhub.loop.uv indoxhub.loop.cqueues indoxhub.loop.nginx
indoxhub.params indoxhub.params.options indoxhub.body indoxhub.dialects.frame indoxhub.dialects.outputs
indoxhub.dialects.responses indoxhub.dialects.gateway
indoxhub.resources indoxhub.dialects indoxhub.transport indoxhub.request indoxhub.auth
indoxhub.outcome
indoxhub.attempt indoxhub.stream
indoxhub.call
indoxhub.client
indoxhub.save.source indoxhub.save.target indoxhub.videos.wait indoxhub.pages indoxhub.embeddings_batch indoxhub.analytics.dates indoxhub.analytics.width_ranges indoxhub.analytics.cells
indoxhub.save indoxhub.vectors indoxhub.analytics.width
indoxhub.analytics.table indoxhub.analytics.chart indoxhub.analytics.csv
indoxhub.analytics.rows
indoxhub.analytics
indoxhub.conversation.content indoxhub.conversation.history indoxhub.conversation.settings indoxhub.conversation.store indoxhub.conversation.tokens indoxhub.conversation.totals
indoxhub.conversation.message
indoxhub.conversation.window
indoxhub.conversation.turns
indoxhub.conversation
indoxhub
indoxhub.health
indoxhub.sandbox.history
indoxhub.sandbox.answers indoxhub.sandbox.catalogue indoxhub.sandbox.faults indoxhub.sandbox.http indoxhub.sandbox.media indoxhub.sandbox.state indoxhub.sandbox.uploads indoxhub.sandbox.validation
indoxhub.sandbox.refusals indoxhub.sandbox.replies
indoxhub.sandbox.access indoxhub.sandbox.account indoxhub.sandbox.calls indoxhub.sandbox.files indoxhub.sandbox.keys indoxhub.sandbox.models
indoxhub.sandbox.analytics indoxhub.sandbox.embeddings indoxhub.sandbox.images indoxhub.sandbox.shapes indoxhub.sandbox.speech indoxhub.sandbox.transcripts indoxhub.sandbox.videos
indoxhub.sandbox.generation indoxhub.sandbox.settings
indoxhub.sandbox.routes
indoxhub.sandbox
indoxhub.cli.interrupt indoxhub.cli.tables indoxhub.cli.terminal
indoxhub.cli.line indoxhub.cli.progress indoxhub.cli.thoughts
indoxhub.cli.output
indoxhub.cli.exit indoxhub.cli.lock
indoxhub.cli.input indoxhub.cli.options indoxhub.cli.result_file indoxhub.cli.session indoxhub.cli.unfinished
indoxhub.cli.prompt indoxhub.cli.recording
indoxhub.cli.account indoxhub.cli.analytics indoxhub.cli.chat indoxhub.cli.complete indoxhub.cli.embed indoxhub.cli.image indoxhub.cli.keys indoxhub.cli.models indoxhub.cli.sandbox indoxhub.cli.speak indoxhub.cli.transcribe indoxhub.cli.translate indoxhub.cli.usage indoxhub.cli.video
indoxhub.cli
indoxhub.cli.command
'
excepted=

edges=$(mktemp)
for file in $(find lua -name '*.lua' ! -path '*/meta/*'); do
  module=$(echo "$file" | sed 's|^lua/||; s|\.lua$||; s|/init$||; s|/|.|g')
  sed 's/--.*//' "$file" |
    grep -oE '"indoxhub[a-z_.]*"' | tr -d '"' |
    while read -r required; do
      echo "$module $required"
    done >>"$edges"
done
found=$(awk -v ranks="$ranks" -v excepted="$excepted" '
  BEGIN {
    n = split(ranks, lines, "\n")
    for (i = 1; i <= n; i++) {
      m = split(lines[i], names, " ")
      for (j = 1; j <= m; j++) rank[names[j]] = i
    }
  }
  !($1 in rank) { print "no rank: " $1; next }
  # Names of types and classes look like modules and are none.
  !($2 in rank) { next }
  $1 != $2 && rank[$2] >= rank[$1] && $1 " -> " $2 != excepted {
    print $1 " must not require " $2
  }' "$edges" | sort -u)
rm -f "$edges"
if [ -n "$found" ]; then
  echo "requires against the direction of the layers:"
  echo "$found"
  bad=1
fi
# The sandbox is a server: of the library it uses only JSON, base64 and the
# endpoint table.
forbid "the sandbox uses only JSON, base64 and the endpoint table" \
  'require "indoxhub\.(client|call|stream|task|transport|errors|params|reply)' \
  lua/indoxhub/sandbox/*.lua

exit $bad
