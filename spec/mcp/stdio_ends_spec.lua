-- How MCP servers that are programs end.
-- On two interpreters: ends are waited for, and come from the core.
local indoxhub = require "indoxhub"
local mcp_programs = require "spec.support.mcp_programs"
local mcp_servers = require "spec.support.mcp_servers"
local programs = require "spec.support.programs"

local text, fails = mcp_programs.text, mcp_programs.fails
local is_alive, wait_for_end = programs.is_alive, programs.wait_for_end

describe("an MCP server that is a program", function()
  local open = mcp_programs.opener()

  it("may close its output and stay", function()
    local server = open()
    local pid = text(server:call "pid")
    local result, err = server:call "mute"
    assert.is_nil(result)
    assert.equal("network", err.kind)
    assert.truthy(err.message:find("closed its output", 1, true), err.message)
    server:close()
    assert.is_false(is_alive(pid))
  end)

  it("may not read what it is sent", function()
    local server = open()
    assert.equal("ok", text(server:call "deaf"))
    fails("timeout", "did not answer in time", server:call("echo",
      { text = ("x"):rep(4000000) }, { timeout = 0.1 }))
    fails("limit", "does not read what it is sent", server:call("echo",
      { text = ("x"):rep(33000000) }, { timeout = 0.1 }))
  end)

  it("is ended by force if need be, with all it has started", function()
    local server = open()
    local pid, other = text(server:call "pid"), text(server:call "fork")
    assert.equal("ok", text(server:call "stubborn"))
    assert.is_true(is_alive(other))
    server:close()
    assert.is_false(is_alive(pid))
    wait_for_end(other)
  end)

  it("is ended at once where nobody can wait for that", function()
    indoxhub.run(function()
      local server = open()
      local pid = text(server:call "pid")
      table.sort({ 1, 2 }, function(a, b)
        server:close()
        return a < b
      end)
      assert.is_false(is_alive(pid))
      fails("cancelled", "closed by the program", server:call "pid")
    end)
  end)

  it("ends when nobody has it any more", function()
    local pid
    do
      local server = indoxhub.mcp { command = mcp_servers.faults_command() }
      pid = text(server:call "pid")
    end
    collectgarbage()
    collectgarbage()
    wait_for_end(pid)
  end)

  -- A program that starts a server and then does `code`, and the server's id.
  local function run(code, before)
    return programs.run(([[
      local indoxhub = require "indoxhub"
      local server = indoxhub.mcp { command = { "node",
        "spec/support/peers/mcp.js", "stdio" } }
      local function pid()
        return indoxhub.assert(server:call "pid").content[1].text
      end
      io.stdout:setvbuf "no"
      %s
    ]]):format(code), before)
  end

  it("ends with the program, however that ends", function()
    for _, ending in ipairs { "", "os.exit(0)", "error 'on purpose'",
      "os.execute('kill -9 ' .. io.open('/proc/self/stat'):read '*n')" } do
      local said = run("print(pid()) " .. ending)
      wait_for_end(said:match "^%d+")
    end
  end)

  it("does not end the program when it ends itself", function()
    local said, code = run([[
      local core = require "indoxhub.core"
      for _ = 1, 3 do
        pid()
        local _, err = server:call "kill"
        print(err.message)
      end
      -- What is written while nobody reads any more.
      local list = { argv = { "true" }, env = {}, max_line = 100 }
      local engine = core.engine()
      local child = engine:spawn(list)
      repeat
        local ok, why = child:write(("x"):rep(100000))
      until not ok
      print(child:write "x")
    ]])
    assert.equal(("the MCP server was ended by signal 9\n"):rep(3)
      .. "nil\tclosed\n", said)
    assert.equal(0, code)
  end)

  it("belongs to the process that started it", function()
    local said, code = run([[
      local process = require "spec_process"
      local first = pid()
      local child = process.fork()
      if child == 0 then
        print(select(2, server:call "pid").kind)
        server:close()
        os.exit(0, true)
      end
      process.wait(child)
      print(pid() == first)
      server:close()
    ]], programs.LEAKS)
    assert.equal("forked\ntrue\n", said)
    assert.equal(0, code)
  end)
end)
