-- An MCP server over HTTP, and all that may go wrong with one.
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"
local mcp_servers = require "spec.support.mcp_servers"
local servers = require "spec.support.servers"
local tasks = require "spec.support.tasks"

describe("an MCP server over HTTP", function()
  local peer = during_tests(mcp_servers.faults)
  local opened = {}

  -- A server of this mode; and what came to it since.
  local function open(mode, more)
    local options = { url = peer.url .. (mode and "/" .. mode or "") }
    for name, value in pairs(more or {}) do
      options[name] = value
    end
    local server, before = indoxhub.mcp(options), #peer:log()
    opened[#opened + 1] = server
    return server, function()
      local log = peer:log()
      return { (table.unpack or unpack)(log, before + 1) }
    end
  end

  after_each(function()
    for _, server in ipairs(opened) do
      server:close()
    end
    opened = {}
  end)

  local function text(result, err)
    return indoxhub.assert(result, err).content[1].text
  end

  -- "POST initialize, POST tools/list, ..."
  local function line(log)
    local words = {}
    for i, one in ipairs(log) do
      words[i] = one.http .. (one.body and " " .. tostring(one.body.method
        or "reply") or "")
    end
    return table.concat(words, ", ")
  end

  for _, mode in ipairs { "", "json", "free" } do
    describe("that answers in the way " .. (mode ~= "" and mode
      or "streams"), function()
      it("has its tools listed and called", function()
        local server, log = open(mode ~= "" and mode or nil,
          { headers = { Authorization = "Bearer for-mcp-only" } })
        assert.is_true(#indoxhub.assert(server:tools()) > 20)
        assert.equal("hello", text(server:call("echo", { text = "hello" })))
        server:close()
        assert.equal("POST initialize, POST notifications/initialized, "
          .. "POST tools/list, POST tools/call"
          .. (mode == "free" and "" or ", DELETE"), line(log()))
        local id
        for i, one in ipairs(log()) do
          local headers = one.headers
          assert.equal("application/json, text/event-stream", headers.accept)
          assert.equal("Bearer for-mcp-only", headers.authorization)
          if i == 1 then
            assert.equal("2025-11-25", one.body.params.protocolVersion)
            assert.is_nil(headers["mcp-session-id"])
            assert.is_nil(headers["mcp-protocol-version"])
          else
            id = id or headers["mcp-session-id"]
            assert.equal(id, headers["mcp-session-id"])
            assert.equal(mode == "free", id == nil)
            assert.equal("2025-11-25", headers["mcp-protocol-version"])
          end
        end
      end)
    end)
  end

  it("sends no key of the library's", function()
    local server, log = open()
    indoxhub.assert(server:tools())
    for _, one in ipairs(log()) do
      assert.is_nil(one.headers.authorization)
    end
  end)

  it("is not asked before its tools are wanted", function()
    local _, log = open()
    assert.equal("", line(log()))
  end)

  it("speaks an older revision if need be", function()
    local server, log = open "older"
    indoxhub.assert(server:tools())
    assert.equal("2024-11-05", log()[3].headers["mcp-protocol-version"])
  end)

  for mode, said in pairs { revision = "1999-01-01", nothing = "nil" } do
    it("is not talked to in the revision " .. said, function()
      local tools, err = open(mode):tools()
      assert.is_nil(tools)
      assert.equal("protocol", err.kind)
      assert.truthy(tostring(err):find("the server speaks revision " .. said
        .. " of MCP", 1, true), tostring(err))
    end)
  end

  it("may know no revision that begins in this way", function()
    local tools, err = open "later":tools()
    assert.is_nil(tools)
    assert.equal("-32022", err.code)
    assert.truthy(tostring(err):find("Unsupported protocol version (-32022); "
      .. "it may know only revisions of MCP after 2025-11-25", 1, true))
  end)

  it("is asked by several tasks, and begins one session", function()
    local server, log = open()
    local results, errors = indoxhub.gather { function()
      return text(server:call("echo", { text = "a" }))
    end, function()
      return text(server:call("echo", { text = "b" }))
    end, function()
      return #indoxhub.assert(server:tools()) > 20
    end }
    assert.is_nil(errors)
    assert.same({ "a", "b", true }, results)
    assert.equal(1, select(2, line(log()):gsub("initialize,", "")))
  end)

  it("replies in any order", function()
    local server, order = open(), {}
    local function ask(tool)
      return function()
        local said = text(server:call(tool))
        order[#order + 1] = said
        return true
      end
    end
    indoxhub.assert(server:tools())
    assert.is_nil(select(2, indoxhub.gather { ask "late", function()
      tasks.later(tasks.A_WHILE)()
      return ask "release"()
    end }))
    table.sort(order)
    assert.same({ "at last", "ok" }, order)
  end)

  it("may reply on the stream of another request", function()
    local server = open()
    indoxhub.assert(server:tools())
    local results, errors = indoxhub.gather { function()
      return text(server:call "late")
    end, function()
      tasks.later(tasks.A_WHILE)()
      return text(server:call "crossed")
    end }
    assert.is_nil(errors)
    assert.same({ "from elsewhere", "ok" }, results)
  end)

  it("tells of progress", function()
    local seen = {}
    local server = open(nil, { on_progress = function(progress)
      seen[#seen + 1] = ("%s %d/%d %s"):format(progress.tool,
        progress.progress, progress.total, progress.message)
    end })
    assert.equal("ok", text(server:call "progress"))
    assert.same({ "progress 1/3 step", "progress 2/3 step",
      "progress 3/3 step" }, seen)
    local count = 0
    assert.equal("ok", text(server:call("progress", {}, {
      on_progress = function()
        count = count + 1
        error "on purpose"
      end })))
    assert.equal(3, count)
    assert.equal(3, #seen)
  end)

  it("tells its log to ours", function()
    local told = {}
    local server = open(nil, { log = function(event)
      told[#told + 1] = event
    end })
    assert.equal("ok", text(server:call "say"))
    assert.equal("server", told[1].name)
    assert.equal('warning: {"deep":"trouble"}', told[1].message)
  end)

  it("gets its pings answered, and other requests refused", function()
    local server = open()
    assert.equal('{"result":{}}', text(server:call "ping"))
    assert.equal('{"error":-32601}', text(server:call "sample"))
  end)

  it("gets no more than some of a flood of pings answered", function()
    local server, log = open()
    assert.equal("ok", text(server:call("pester", { count = 1000 })))
    tasks.settle()
    assert.is_true(#log() < 100)
  end)

  it("is heard by the ids of requests only", function()
    local server = open()
    assert.equal("right", text(server:call "ids"))
    assert.equal("ok", text(server:call "batch"))
    assert.equal("x", text(server:call("echo", { text = "x" })))
  end)

  it("may say thousands of things in between", function()
    local server, count = open(nil, { log = function() end }), 0
    local other = indoxhub.spawn(function()
      while indoxhub.sleep(0.001) do
        count = count + 1
      end
    end)
    indoxhub.run(function()
      assert.equal("ok", text(server:call("flood", { count = 20000 })))
    end)
    other:cancel()
    tasks.settle()
    assert.is_true(count > 0)
  end)

  it("begins a new session when it has forgotten the old one", function()
    for _, mode in ipairs { "", "bad" } do
      local server, log = open(mode ~= "" and mode or nil)
      assert.equal("ok", text(server:call "forget"))
      assert.equal("again", text(server:call("echo", { text = "again" })))
      assert.equal("POST initialize, POST notifications/initialized, "
        .. "POST tools/call, POST tools/call, POST initialize, "
        .. "POST notifications/initialized, POST tools/call", line(log()))
      local old, new = log()[4].headers["mcp-session-id"],
        log()[7].headers["mcp-session-id"]
      assert.are_not.equal(old, new)
      assert.is_nil(log()[5].headers["mcp-session-id"])
    end
  end)

  it("is not asked for ever when it forgets each session", function()
    local server, log = open()
    local result, err = server:call("echo", { status = 404 })
    assert.is_nil(result)
    assert.equal("not_found", err.kind)
    assert.equal(2, select(2, line(log()):gsub("initialize,", "")))
  end)

  for status, kind in pairs { [400] = "invalid_request",
    [401] = "authentication", [403] = "permission", [429] = "rate_limit",
    [500] = "server", [503] = "unavailable" } do
    it("may refuse with HTTP " .. status, function()
      local server = open(nil, { headers = {
        Authorization = "Bearer for-mcp-only" } })
      local result, err = server:call("echo", { status = status })
      assert.is_nil(result)
      assert.equal(kind, err.kind)
      assert.equal(status, err.status)
      assert.equal("refused with [redacted]", err.message)
      assert.truthy(tostring(err):find("^mcp http://127"))
      assert.is_nil(tostring(err):find("API key", 1, true))
    end)
  end

  it("may refuse a call", function()
    local result, err = open():call "refused"
    assert.is_nil(result)
    assert.equal("invalid_request", err.kind)
    assert.equal("-32602", err.code)
    assert.equal("Unknown thing", err.message)
  end)

  local BROKEN = {
    garbage = { "protocol", "the server sent what is no message of MCP" },
    broken = { "protocol", "the server sent what is no message of MCP" },
    odd = { "protocol", "the server sent what is no message of MCP" },
    cut = { "truncated" },
    over = { "truncated", "the server ended its stream without a reply" },
  }
  for tool, expected in pairs(BROKEN) do
    it("may go wrong: " .. tool, function()
      local result, err = open():call(tool)
      assert.is_nil(result)
      assert.equal(expected[1], err.kind)
      assert.truthy(err.message:find(expected[2] or "", 1, true), err.message)
    end)
  end

  it("may say too much at once", function()
    for tool, arguments in pairs { endless = {}, big = { size = 300000 } } do
      for _, mode in ipairs { "", "json" } do
        local server = open(mode ~= "" and mode or nil,
          { max_response_bytes = 200000 })
        local result, err = server:call(tool, arguments)
        assert.is_nil(result)
        assert.equal("limit", err.kind)
        assert.equal("response", err.code)
      end
    end
  end)

  it("goes on where it has left a stream", function()
    local server, log = open()
    assert.equal("resumed", text(server:call("resume", { retry = 1,
      times = 3 })))
    assert.equal("POST initialize, POST notifications/initialized, "
      .. "POST tools/call, GET, GET, GET", line(log()))
    local get = log()[4].headers
    assert.equal("stream-2", get["last-event-id"])
    assert.equal("text/event-stream", get.accept)
    assert.is_string(get["mcp-session-id"])
    local result, err = server:call("resume", { retry = 1, times = 1000 },
      { timeout = 0.3 })
    assert.is_nil(result)
    assert.equal("timeout", err.kind)
  end)

  it("is not waited for longer than its timeout, and is told", function()
    for _, given in ipairs { { timeout = 0.2 }, {} } do
      local server, log = open(nil, given)
      local result, err = server:call("never", {},
        not given.timeout and { timeout = 0.2 } or nil)
      assert.is_nil(result)
      assert.equal("timeout", err.kind)
      assert.truthy(tostring(err):find("raise the timeout of indoxhub.mcp", 1,
        true))
      servers.wait_until(function()
        tasks.settle()
        return line(log()):find("notifications/cancelled", 1, true)
      end)
      local told = log()[4].body
      assert.equal(2, told.params.requestId)
      assert.is_nil(told.id)
    end
  end)

  it("may never answer at all", function()
    local tools, err = open("silent", { timeout = 0.1 }):tools()
    assert.is_nil(tools)
    assert.equal("timeout", err.kind)
  end)

  -- A server that has got a call it never answers.
  local function call_in_flight()
    local server, log = open()
    indoxhub.assert(server:tools())
    local call = indoxhub.spawn(server.call, server, "never")
    tasks.wait_until(function()
      return line(log()):find "tools/call"
    end)
    return server, log, call
  end

  local function assert_cancelled(result, err)
    assert.is_nil(result)
    assert.equal("cancelled", err.kind)
  end

  it("is told when a call is cancelled", function()
    indoxhub.run(function()
      local _, log, call = call_in_flight()
      call:cancel()
      assert_cancelled(call:await())
      tasks.wait_until(function()
        return line(log()):find "notifications/cancelled"
      end)
    end)
  end)

  it("ends its calls when it is closed, and has no others", function()
    indoxhub.run(function()
      local server, log, call = call_in_flight()
      server:close()
      assert_cancelled(call:await())
      assert_cancelled(server:tools())
      server:close()
      assert.equal(1, select(2, line(log()):gsub("DELETE", "")))
      assert.is_nil(line(log()):find("notifications/cancelled", 1, true))
    end)
  end)

  it("may send on to another path of its own", function()
    local server, log = open "moved"
    assert.equal("there", text(server:call("echo", { text = "there" })))
    assert.equal("/mcp/json", log()[#log()].url)
    for mode, message in pairs { away = "the server redirects to",
      round = "redirects again and again" } do
      local tools, err = open(mode):tools()
      assert.is_nil(tools)
      assert.equal("protocol", err.kind)
      assert.truthy(err.message:find(message, 1, true), err.message)
    end
  end)

  it("may be none", function()
    for mode, message in pairs { page = "web page",
      empty = "without a body" } do
      local tools, err = open(mode):tools()
      assert.is_nil(tools)
      assert.equal("protocol", err.kind)
      assert.truthy(err.message:find(message, 1, true), err.message)
    end
    local tools, err = indoxhub.mcp { url = "http://127.0.0.1:"
      .. servers.free_port() .. "/mcp" }:tools()
    assert.is_nil(tools)
    assert.equal("network", err.kind)
    assert.truthy(tostring(err):find("check host and port in the url", 1, true))
  end)

  it("leaves nothing behind in the loop", function()
    local server = open()
    assert.equal("ok", text(server:call "release"))
    tasks.settle()
    assert.is_false(indoxhub.step(0))
  end)
end)
