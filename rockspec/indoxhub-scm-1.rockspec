rockspec_format = "3.0"
package = "indoxhub"
version = "scm-1"
source = {
  url = ".",
}
description = {
  summary = "Client for the IndoxHub API: one API for many AI providers",
  detailed = [[
    Chat, completions and models over libcurl, with streams that lose nothing
    and never block: one file descriptor serves any event loop.
  ]],
  license = "MIT",
}
dependencies = {
  "lua >= 5.1, < 5.5",
  "lua-cjson",
  "argparse",
}
build = {
  type = "builtin",
  modules = {
    ["indoxhub.core"] = {
      sources = {
        "csrc/bind/base64.c",
        "csrc/bind/bind.c",
        "csrc/bind/engine.c",
        "csrc/bind/events.c",
        "csrc/bind/file.c",
        "csrc/bind/process.c",
        "csrc/bind/sse.c",
        "csrc/bind/submit.c",
        "csrc/bind/tidy.c",
        "csrc/bind/transfer.c",
        "csrc/bind/upload.c",
        "csrc/core/base64.c",
        "csrc/core/buf.c",
        "csrc/core/delta.c",
        "csrc/core/heap.c",
        "csrc/core/json.c",
        "csrc/core/sse.c",
        "csrc/net/deadline.c",
        "csrc/net/engine.c",
        "csrc/net/file.c",
        "csrc/net/global.c",
        "csrc/net/interrupt.c",
        "csrc/net/poll_epoll.c",
        "csrc/net/request.c",
        "csrc/net/result.c",
        "csrc/net/sigpipe.c",
        "csrc/net/step.c",
        "csrc/net/upload.c",
      },
      libraries = { "curl" },
    },
    ["indoxhub.address"] = "lua/indoxhub/address.lua",
    ["indoxhub.call"] = "lua/indoxhub/call.lua",
    ["indoxhub.cli.chat"] = "lua/indoxhub/cli/chat.lua",
    ["indoxhub.cli.exit"] = "lua/indoxhub/cli/exit.lua",
    ["indoxhub.cli"] = "lua/indoxhub/cli/init.lua",
    ["indoxhub.cli.sandbox"] = "lua/indoxhub/cli/sandbox.lua",
    ["indoxhub.client"] = "lua/indoxhub/client.lua",
    ["indoxhub.dialects"] = "lua/indoxhub/dialects.lua",
    ["indoxhub.endpoints"] = "lua/indoxhub/endpoints.lua",
    ["indoxhub.errors.answer"] = "lua/indoxhub/errors/answer.lua",
    ["indoxhub.errors"] = "lua/indoxhub/errors/init.lua",
    ["indoxhub.errors.transfer"] = "lua/indoxhub/errors/transfer.lua",
    ["indoxhub"] = "lua/indoxhub/init.lua",
    ["indoxhub.json"] = "lua/indoxhub/json.lua",
    ["indoxhub.loop.builtin"] = "lua/indoxhub/loop/builtin.lua",
    ["indoxhub.loop"] = "lua/indoxhub/loop/init.lua",
    ["indoxhub.meta.core"] = "lua/indoxhub/meta/core.lua",
    ["indoxhub.meta.endpoints"] = "lua/indoxhub/meta/endpoints.lua",
    ["indoxhub.meta.types"] = "lua/indoxhub/meta/types.lua",
    ["indoxhub.params"] = "lua/indoxhub/params.lua",
    ["indoxhub.redact"] = "lua/indoxhub/redact.lua",
    ["indoxhub.reply"] = "lua/indoxhub/reply.lua",
    ["indoxhub.request"] = "lua/indoxhub/request.lua",
    ["indoxhub.resources"] = "lua/indoxhub/resources/init.lua",
    ["indoxhub.resources.models"] = "lua/indoxhub/resources/models.lua",
    ["indoxhub.resources.text"] = "lua/indoxhub/resources/text.lua",
    ["indoxhub.sandbox.answers"] = "lua/indoxhub/sandbox/answers.lua",
    ["indoxhub.sandbox.catalogue"] = "lua/indoxhub/sandbox/catalogue.lua",
    ["indoxhub.sandbox.faults"] = "lua/indoxhub/sandbox/faults.lua",
    ["indoxhub.sandbox.http"] = "lua/indoxhub/sandbox/http.lua",
    ["indoxhub.sandbox"] = "lua/indoxhub/sandbox/init.lua",
    ["indoxhub.sandbox.shapes"] = "lua/indoxhub/sandbox/shapes.lua",
    ["indoxhub.stream"] = "lua/indoxhub/stream.lua",
    ["indoxhub.task"] = "lua/indoxhub/task.lua",
    ["indoxhub.transport"] = "lua/indoxhub/transport.lua",
    ["indoxhub.version"] = "lua/indoxhub/version.lua",
  },
  install = {
    bin = {
      indoxhub = "lua/indoxhub/cli/command.lua",
    },
  },
}
