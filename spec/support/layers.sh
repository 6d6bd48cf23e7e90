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
indoxhub.core indoxhub.version indoxhub.api.reading.answer indoxhub.loop.host indoxhub.api.errors.cut
indoxhub.base.number indoxhub.base.utf8
indoxhub.base.json indoxhub.base.redact indoxhub.api.endpoints indoxhub.base.address indoxhub.base.times indoxhub.api.content_types indoxhub.call.retry
indoxhub.base.spelling
indoxhub.api.reading.values indoxhub.api.reading.halves
indoxhub.api.reading.usage indoxhub.api.reading.images indoxhub.api.reading.failure indoxhub.api.reading.echo
indoxhub.api.reading.parts
indoxhub.api.reading.message
indoxhub.api.reading.tools
indoxhub.api.reading.strand
indoxhub.api.reading
indoxhub.base.errors indoxhub.api.replies.reply indoxhub.loop indoxhub.base.log indoxhub.call.route
indoxhub.loop.nginx_requests indoxhub.api.params.files indoxhub.api.errors.retry_hint indoxhub.api.errors.text indoxhub.api.errors.transfer indoxhub.api.replies.models indoxhub.api.replies.embeddings indoxhub.api.replies.audio indoxhub.api.replies.videos indoxhub.loop.scheduler indoxhub.loop.task
indoxhub.api.errors.body
indoxhub.api.errors.reason
indoxhub.api.errors.names
indoxhub.api.params.types indoxhub.api.errors.answer indoxhub.api.replies.images indoxhub.loop.builtin indoxhub.loop.uv indoxhub.loop.cqueues indoxhub.loop.nginx
indoxhub.api.params indoxhub.api.params.options indoxhub.call.body indoxhub.api.dialects.frame indoxhub.api.dialects.outputs
indoxhub.api.dialects.responses indoxhub.api.dialects.gateway
indoxhub.api.replies indoxhub.api.dialects indoxhub.call.transport indoxhub.call.request indoxhub.call.auth
indoxhub.api.replies.outcome
indoxhub.call.attempt indoxhub.stream
indoxhub.call
indoxhub.client
indoxhub.save.source indoxhub.base.atomic_file indoxhub.videos.wait indoxhub.client.pages indoxhub.embeddings.batch indoxhub.analytics.dates indoxhub.base.width_ranges indoxhub.analytics.cells
indoxhub.save indoxhub.embeddings.vectors indoxhub.base.width
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
indoxhub.cli.shared.interrupt indoxhub.cli.shared.tables indoxhub.cli.shared.terminal
indoxhub.cli.shared.line indoxhub.cli.shared.progress indoxhub.cli.shared.thoughts
indoxhub.cli.shared.output
indoxhub.cli.shared.exit indoxhub.cli.shared.lock
indoxhub.cli.shared.input indoxhub.cli.shared.options indoxhub.cli.shared.result_file indoxhub.cli.shared.session indoxhub.cli.shared.unfinished
indoxhub.cli.shared.prompt indoxhub.cli.shared.recording
indoxhub.cli.commands.account indoxhub.cli.commands.analytics indoxhub.cli.commands.chat indoxhub.cli.commands.complete indoxhub.cli.commands.embed indoxhub.cli.commands.image indoxhub.cli.commands.keys indoxhub.cli.commands.models indoxhub.cli.commands.sandbox indoxhub.cli.commands.speak indoxhub.cli.commands.transcribe indoxhub.cli.commands.translate indoxhub.cli.commands.usage indoxhub.cli.commands.video
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
  'require "indoxhub\.(client|call|stream|loop|api\.[a-df-z])' \
  lua/indoxhub/sandbox/*.lua

exit $bad
