-- How examples/openresty/start.sh begins and ends, and what it refuses.
local command = require "spec.support.command"
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local openresty = require "spec.runtime.openresty.server"
local servers = require "spec.support.servers"
local terminals = require "spec.support.terminals"

local START = "exec sh examples/openresty/start.sh "

describe("examples/openresty/start.sh", function()
  local raw = during_tests(servers.raw)

  local function run(arguments, environment)
    local said, errors, code = command.shell((environment or "") .. START
      .. arguments)
    assert.equal("", said)
    return errors, code
  end

  it("names a free port when its own is taken", function()
    local errors, code = run("--port " .. raw.port)
    local free = errors:match("%-%-port (%d+)\n$")
    assert.equal(("Another program uses port %s. Start with another one, " ..
      "such as:\n  sh examples/openresty/start.sh --port %s\n"):format(raw.port,
      free), errors)
    assert.are_not.equal(raw.port, free)
    assert.equal(1, code)
  end)

  it("refuses what it does not understand", function()
    for _, port in ipairs { "0", "65536", "99999999999", "x", "-1", "''" } do
      local errors, code = run("--port " .. port)
      assert.equal(('--port takes a number from 1 to 65535, not "%s"\n')
        :format(port == "''" and "" or port), errors)
      assert.equal(2, code)
    end
    for _, arguments in ipairs { "port", "--help", "--ports 1" } do
      local errors, code = run(arguments)
      assert.equal("usage: sh examples/openresty/start.sh [--port 8080]\n",
        errors)
      assert.equal(2, code)
    end
  end)

  it("asks the real service with a key only", function()
    local free = servers.raw()
    free:stop()
    local errors, code = run("--port " .. free.port, "LIVE=1 ")
    assert.equal("LIVE=1 asks the real service: set INDOXHUB_API_KEY to your "
      .. "key.\n", errors)
    assert.equal(2, code)
  end)

  it("tells its address, and leaves nothing behind at Ctrl-C", function()
    local free, temporary = servers.raw(), files.folder()
    free:stop()
    local terminal = terminals.start(("export TMPDIR=%s; %s --port %s")
      :format(temporary, START, free.port))
    local address = ("http://127.0.0.1:%s/"):format(free.port)
    terminal:expect("Ask on " .. address .. " and end with Ctrl-C.\r\n")
    assert.equal(200, (servers.curl(address)))
    local children = openresty.children(terminal.id)
    assert.equal(2, #children)
    terminal:type "\3"
    assert.equal(130, (terminal:finish()))
    for _, pid in ipairs(children) do
      assert.is_false(openresty.is_alive(pid))
    end
    assert.equal("", files.list(temporary))
    files.remove_folder(temporary)
    assert.is_not.equal(200, (servers.curl(address)))
  end)
end)
