-- An MCP server that is started as a program, and what may go wrong with what
-- it says.
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local mcp_programs = require "spec.support.mcp_programs"
local programs = require "spec.support.programs"
local tasks = require "spec.support.tasks"

local text, fails = mcp_programs.text, mcp_programs.fails
local is_alive, wait_for_end = programs.is_alive, programs.wait_for_end

describe("an MCP server that is a program", function()
  local open = mcp_programs.opener()

  it("does what it is asked to, one thing after the other", function()
    local told = {}
    local server = open(nil, { log = function(event)
      told[#told + 1] = event.name .. ": " .. tostring(event.message)
    end })
    assert.is_true(#indoxhub.assert(server:tools()) > 20)
    local pid = text(server:call "pid")
    assert.equal("hello", text(server:call("echo", { text = "hello" })))
    assert.equal('{"result":{}}', text(server:call "ping"))
    assert.equal('{"error":-32601}', text(server:call "sample"))
    assert.equal("right", text(server:call "ids"))
    assert.equal("ok", text(server:call "batch"))
    assert.equal("ok", text(server:call "say"))
    local steps = 0
    assert.equal("ok", text(server:call("progress", {}, {
      on_progress = function(progress)
        steps = steps + progress.progress
      end })))
    assert.equal(6, steps)
    fails("invalid_request", "Unknown thing", server:call "refused")
    -- What is no message is passed over, and told.
    for _, tool in ipairs { "garbage", "broken", "odd", "mumble" } do
      assert.equal("ok", text(server:call(tool)))
    end
    assert.equal(pid, text(server:call "pid"))
    table.sort(told)
    assert.same({ "server: info: x", 'server: warning: {"deep":"trouble"}',
      "stderr:  [2Jtwo", "stderr: one", 'stdout: "a text"',
      "stdout: this is no JSON {", 'stdout: {"jsonrpc":"2.0","id":' }, told)
    local log = json.decode(text(server:call "log"))
    assert.equal("initialize", log[1].method)
    assert.equal("notifications/initialized", log[2].method)
    assert.is_true(is_alive(pid))
    server:close()
    assert.is_false(is_alive(pid))
  end)

  it("says much, and in any order", function()
    local server = open "banner"
    assert.equal(3000000, #text(server:call("big", { size = 3000000 })))
    assert.equal("ok", text(server:call("flood", { count = 20000 })))
    assert.equal("ok", text(server:call("mumble", { size = 200000 })))
    assert.equal("ok", text(server:call("pester", { count = 5000 })))
    local long = ("y"):rep(2000000)
    assert.equal(long, text(server:call("echo", { text = long })))
    local results, errors = indoxhub.gather { function()
      return text(server:call "late")
    end, function()
      tasks.later(tasks.A_WHILE)()
      return text(server:call "release")
    end, function()
      return text(server:call("echo", { text = "meanwhile" }))
    end }
    assert.is_nil(errors)
    assert.same({ "at last", "ok", "meanwhile" }, results)
  end)

  it("gets an environment of its own, and the folder that is told",
    function()
      local server = open(nil, { env = { OWN_NAME = "own value",
        LANG = "xx_YY" }, cwd = "/",
        command = { "node", files.output("pwd"):gsub("%s+$", "")
          .. "/spec/support/peers/mcp.js", "stdio" } })
      local env = json.decode(text(server:call "env"))
      local allowed = { PATH = true, HOME = true, USER = true, LANG = true,
        TERM = true, SHELL = true, TMPDIR = true, OWN_NAME = true }
      for name in pairs(env) do
        assert.is_true(allowed[name] or false, name)
      end
      assert.equal("own value", env.OWN_NAME)
      assert.equal("xx_YY", env.LANG)
      assert.equal(os.getenv "PATH", env.PATH)
      assert.equal("/", text(server:call "cwd"))
    end)

  it("may die in the midst of a call, and is started again", function()
    local server = open(nil, { env = { SERVER_TOKEN = "s3cret-of-env" } })
    local first = text(server:call "pid")
    fails("network", "mcp node: network: the MCP server ended with exit code "
      .. "3: the disk is gone: [redacted] (exit); run the command by hand",
      server:call "die")
    fails("network", "the MCP server was ended by signal 9",
      server:call "kill")
    assert.are_not.equal(first, text(server:call "pid"))
    local second = text(server:call "pid")
    assert.equal("ok", text(server:call "quit"))
    wait_for_end(second)
    assert.equal("back", text(server:call("echo", { text = "back" })))
  end)

  it("may end at once, or be no server at all", function()
    fails("network", "ended with exit code 7: no configuration",
      open "dies":tools())
    fails("network", "ended with exit code 0", open(nil,
      { command = { "true" } }):tools())
    fails("network", "ended with exit code 1", open(nil,
      { command = { "sh", "-c", "exit 1" } }):tools())
    fails("network", "cannot start no-such-program: No such file",
      open(nil, { command = { "no-such-program" } }):tools())
    fails("network", "cannot start /: Permission denied", open(nil,
      { command = { "/" } }):tools())
    fails("network", "in /no/such/folder: No such file", open(nil,
      { cwd = "/no/such/folder" }):tools())
    fails("timeout", "it said what is no message: hello", open(nil,
      { command = { "sh", "-c", "echo hello; cat >/dev/null" },
        timeout = 0.2 }):tools())
  end)

  it("may say too much at once", function()
    for tool, arguments in pairs { endless = {}, big = { size = 300000 } } do
      local server = open(nil, { max_response_bytes = 200000 })
      local result, err = server:call(tool, arguments)
      assert.is_nil(result)
      assert.equal("limit", err.kind)
      assert.equal("response", err.code)
      server:close()
    end
  end)

  it("is told when a call is given up", function()
    indoxhub.run(function()
      local server = open()
      indoxhub.assert(server:tools())
      fails("timeout", "did not answer in time", server:call("never", {},
        { timeout = 0.05 }))
      local call = indoxhub.spawn(server.call, server, "never")
      indoxhub.assert(indoxhub.sleep(tasks.A_WHILE))
      call:cancel()
      fails("cancelled", "cancelled", call:await())
      local log = json.decode(text(server:call "log"))
      local told = {}
      for _, message in ipairs(log) do
        if message.method == "notifications/cancelled" then
          told[#told + 1] = message.params.requestId
        end
      end
      assert.same({ 3, 4 }, told)
    end)
  end)

  it("ends its calls when it is closed, and has no others", function()
    indoxhub.run(function()
      local server = open()
      local pid = text(server:call "pid")
      local call = indoxhub.spawn(server.call, server, "never")
      indoxhub.assert(indoxhub.sleep(tasks.A_WHILE))
      server:close()
      fails("cancelled", "closed by the program", call:await())
      fails("cancelled", "closed by the program", server:tools())
      assert.is_false(is_alive(pid))
      server:close()
    end)
  end)
end)
