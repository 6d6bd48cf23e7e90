-- How examples/gateway/start.sh begins and ends, and what it refuses.
local command = require "spec.support.command"
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local openresty = require "spec.runtime.openresty.server"
local servers = require "spec.support.servers"
local terminals = require "spec.support.terminals"

local START = "exec env -u REDIS_URL -u INDOXHUB_API_KEY "
  .. "sh examples/gateway/start.sh "

describe("examples/gateway/start.sh", function()
  local raw = during_tests(servers.raw)

  local function run(arguments)
    local said, errors, code = command.shell(START .. arguments)
    assert.equal("", said)
    return errors, code
  end

  it("names a free port when its own is taken", function()
    local errors, code = run("--port " .. raw.port)
    local free = errors:match("%-%-port (%d+)\n$")
    assert.equal(("Another program uses port %s. Start with another one, " ..
      "such as:\n  sh examples/gateway/start.sh --port %s\n"):format(raw.port,
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
    for arguments, wrong in pairs { port = '"port" is no option.',
      ["--ports 1"] = '"--ports" is no option.', ["--port"] = "--port takes a "
        .. "value.", ["8080"] = '"8080" is no option.',
      ["--visitors=no"] = "--visitors takes no value.",
      ["--colour=x"] = '"--colour" is no option.' } do
      local errors, code = run(arguments)
      assert.equal(wrong .. "\nusage: sh examples/gateway/start.sh [--port N] "
        .. "[--redis HOST:PORT] [--workers N] [--upstream URL] [--visitors]\n",
        errors)
      assert.equal(2, code)
    end
    for arguments, word in pairs { ["--workers 0"] = "--workers takes",
      ["--workers=65"] = "--workers takes", ["--redis :x@h"] = "no password",
      ["--redis 'a b'"] = "HOST:PORT", ["--redis ''"] = "HOST:PORT" } do
      local errors, code = run(arguments)
      assert.truthy(errors:find(word, 1, true), errors)
      assert.equal(2, code)
    end
  end)

  it("tells all of its options", function()
    for _, option in ipairs { "--help", "-h" } do
      local said, errors, code = command.shell(START .. option)
      assert.same({ "", 0 }, { errors, code })
      for _, word in ipairs { "--port", "--workers", "--visitors", "--redis",
        "--upstream", "REDIS_URL", "INDOXHUB_API_KEY" } do
        assert.truthy(said:find(word, 1, true), word)
      end
      assert.is_nil(said:find "set %-eu")
    end
  end)

  it("asks a real server with a key only", function()
    local errors, code = run("--upstream http://127.0.0.1:1/v1 --port "
      .. servers.free_port())
    assert.equal("--upstream asks a real server: set INDOXHUB_API_KEY to your "
      .. "key.\n", errors)
    assert.equal(2, code)
  end)

  it("tells its address, and leaves nothing behind at Ctrl-C", function()
    local port, temporary = servers.free_port(), files.folder()
    local terminal = terminals.start(("export TMPDIR=%s; %s --port %s")
      :format(temporary, START, port))
    local address = ("http://127.0.0.1:%s/"):format(port)
    terminal:expect("Chat with a key on " .. address .. "\r\nThe gateway is at "
      .. address .. "v1; Ctrl-C ends it.\r\n")
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
