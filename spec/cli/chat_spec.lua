-- The command, run as people run it.
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

local KEY = "indox-" .. ("k"):rep(32)

describe("indoxhub chat", function()
  local sandbox, raw, environment

  setup(function()
    sandbox = servers.sandbox("--pace 0.01")
    raw = servers.raw()
    -- From a file, so that the tests' own shells do not show the key.
    environment = programs.write("export INDOXHUB_API_KEY=" .. KEY)
  end)

  teardown(function()
    os.remove(environment)
    raw:stop()
    servers.kill(sandbox)
  end)

  local function command(arguments, base_url)
    return (". %s; INDOXHUB_BASE_URL=%s exec %s " ..
      "lua/indoxhub/cli/command.lua %s"):format(environment,
      base_url or sandbox.url, os.getenv("INDOXHUB_LUA"), arguments)
  end

  local function read(name)
    local file = io.open(name, "rb")
    local text = file and file:read("*a") or ""
    if file then
      file:close()
    end
    return text
  end

  -- Runs a shell command. Returns stdout, stderr and the exit code.
  local function shell(line)
    local out, err, code = os.tmpname(), os.tmpname(), os.tmpname()
    os.execute(("(%s) >%s 2>%s; echo $? >%s"):format(line, out, err, code))
    local result = { read(out), read(err), tonumber(read(code)) }
    os.remove(out)
    os.remove(err)
    os.remove(code)
    return result[1], result[2], result[3]
  end

  local function run(arguments, base_url)
    return shell(command(arguments .. " </dev/null", base_url))
  end

  it("streams the answer to stdout and nothing else", function()
    local out, err, code = run("chat 'What is 6 * 7?'")
    assert.equal("6 * 7 is 42.\n", out)
    assert.equal("", err)
    assert.equal(0, code)
  end)

  it("joins its arguments", function()
    assert.equal("6 * 7 is 42.\n", (run("chat What is 6 '*' 7")))
  end)

  it("reads the question from a pipe", function()
    assert.equal("2 + 3 is 5.\n",
      (shell("echo '2 + 3' | (" .. command("chat") .. ")")))
  end)

  it("adds what comes through a pipe to the question", function()
    local out = shell("echo 'the file' | (" .. command("chat 'echo: read'")
      .. ")")
    assert.equal("read\n\nthe file\n", out)
  end)

  it("sends model and system message", function()
    local url = raw:script("request", { { "body" }, { "send", servers.reply(
      "200 OK", "application/json", '{"data":"ok"}') } })
    local out = run("chat -m openai/gpt-4o -s 'Be brief' hi", url)
    local got = raw:got("request")
    assert.equal("ok\n", out)
    assert.truthy(got:find('"model":"openai\\/gpt-4o"', 1, true))
    assert.truthy(got:find('"Be brief"', 1, true))
  end)

  it("prints the whole reply as JSON on request", function()
    local out, _, code = run("chat --json '1 + 1'")
    local reply = require("indoxhub.json").decode(out)
    assert.equal("1 + 1 is 2.", reply.data)
    assert.equal(0, code)
  end)

  it("tells errors on stderr, each with its exit code", function()
    for fault, expected in pairs { ["status:401"] = 3, ["status:402"] = 4,
      ["status:429"] = 5, ["status:500"] = 7, ["status:503"] = 7,
      ["status:400"] = 1, ["html:200"] = 8, ["cut:2"] = 8 } do
      local failing = servers.sandbox("--pace 0 --fail " .. fault)
      local _, err, code = run("chat 'count to 9'", failing.url)
      servers.kill(failing)
      assert.equal(expected, code, fault)
      assert.truthy(err:find("^indoxhub: chat.stream: "), err)
      assert.is_nil(err:find(KEY, 1, true))
    end
    local _, _, code = run("chat hi", "http://127.0.0.1:1")
    assert.equal(6, code)
  end)

  it("keeps what came before a stream broke", function()
    local failing = servers.sandbox("--pace 0 --fail cut:3")
    local out = run("chat 'count to 9'", failing.url)
    servers.kill(failing)
    assert.equal("1 2 3\n", out)
  end)

  it("needs a key", function()
    local _, err, code = shell("env -u INDOXHUB_API_KEY INDOXHUB_BASE_URL="
      .. sandbox.url .. " " .. os.getenv("INDOXHUB_LUA")
      .. " lua/indoxhub/cli/command.lua chat hi </dev/null")
    assert.equal(3, code)
    assert.truthy(err:find("set INDOXHUB_API_KEY", 1, true))
  end)

  it("tells wrong usage", function()
    local _, err, code = run("chat")
    assert.equal(2, code)
    assert.truthy(err:find("nothing to ask", 1, true))
    _, err, code = run("nonsense")
    assert.equal(2, code)
    assert.truthy(err:find("Usage: indoxhub", 1, true))
    _, err, code = run("chat --base-url nowhere hi")
    assert.equal(2, code)
    assert.truthy(err:find("base_url must begin with", 1, true))
    for flag, about in pairs { ["--port 70000"] = "--port takes a number",
      ["--port 1.5"] = "--port takes a number",
      ["--pace abc"] = "--pace takes seconds, not abc" } do
      _, err, code = run("sandbox " .. flag)
      assert.equal(2, code)
      assert.truthy(err:find(about, 1, true), err)
    end
  end)

  it("explains itself", function()
    local out, _, code = run("chat --help")
    assert.equal(0, code)
    assert.truthy(out:find("git diff | indoxhub chat", 1, true))
    assert.truthy(run("--help"):find("Exit codes:", 1, true))
    assert.truthy(run("--version"):find("^indoxhub %d"))
  end)

  -- Starts a command in the background. Returns its process id and the files
  -- its output goes to.
  local function start(line)
    local out, err, code = os.tmpname(), os.tmpname(), os.tmpname()
    local pipe = io.popen(("(%s) >%s 2>%s & echo $!; wait $!; echo $? >%s")
      :format(line, out, err, code))
    return { pid = pipe:read("*l"), pipe = pipe, out = out, err = err,
      code = code }
  end

  local function finish(started)
    started.pipe:close()
    local result = { read(started.out), read(started.err),
      tonumber(read(started.code)) }
    os.remove(started.out)
    os.remove(started.err)
    os.remove(started.code)
    return result[1], result[2], result[3]
  end

  it("is cancelled by Ctrl-C, and keeps what was printed", function()
    local started = start(command("chat 'count to 5000' </dev/null"))
    servers.wait_until(function()
      return read(started.out):find("1 2 3", 1, true)
    end, "the answer to begin")
    os.execute("kill -INT " .. started.pid)
    local out, err, code = finish(started)
    assert.equal(130, code)
    assert.truthy(out:find("^1 2 3"))
    assert.equal("\n", out:sub(-1))
    assert.equal("indoxhub: cancelled\n", err)
  end)

  it("is cancelled while it waits for the first word", function()
    local url = raw:script("stall", { { "body" }, { "hold" } })
    local started = start(command("chat hi </dev/null", url))
    servers.wait_until(function()
      return raw:got("stall") ~= ""
    end, "the request")
    os.execute("kill -INT " .. started.pid)
    local out, _, code = finish(started)
    assert.equal(130, code)
    assert.equal("", out)
  end)

  it("shows the key in no argument list while it runs", function()
    local started = start(command("chat 'count to 5000' </dev/null"))
    servers.wait_until(function()
      return read(started.out):find("1 2 3", 1, true)
    end, "the answer to begin")
    local seen = shell("cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
    os.execute("kill -INT " .. started.pid)
    finish(started)
    assert.truthy(seen:find("count to 5000", 1, true))
    assert.is_nil(seen:find(KEY, 1, true))
  end)

  it("tells when the answer cannot be written", function()
    for _, flag in ipairs { "", "--json " } do
      local out, err, code = shell(command("chat " .. flag
        .. "'count to 9' </dev/null") .. " >/dev/full")
      assert.equal("", out)
      assert.equal(1, code)
      assert.truthy(err:find("file: cannot write the answer: No space", 1,
        true), err)
    end
  end)

  it("does not mind a reader that closes early", function()
    local out, err = shell("(" .. command("chat 'count to 5000' </dev/null")
      .. ") | head -c 5")
    assert.equal("1 2 3", out)
    assert.equal("", err)
  end)
end)
