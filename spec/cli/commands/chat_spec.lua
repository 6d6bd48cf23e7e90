-- `indoxhub chat` with a question: what it prints, and how it ends. Requests,
-- sessions and the prompt have specs of their own.
local commands = require "spec.support.command"
local events = require "spec.support.events"
local files = require "spec.support.files"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"
local terminals = require "spec.support.terminals"

local KEY = commands.KEY
local read, shell = files.read, commands.shell
local start, finish = commands.start, commands.finish

describe("indoxhub chat", function()
  local indoxhub, raw = commands.with_servers("--pace 0.01")

  local function command(arguments, url)
    return indoxhub:line(arguments, url)
  end

  local function run(arguments, url)
    return indoxhub:run(arguments, url)
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

  it("takes - for stdin", function()
    for arguments, expected in pairs { ["chat -"] = "2 + 3 is 5.\n",
      ["complete -"] = "2 + 3 is 5.\n", ["chat 'echo: 3' -"] = "3 -\n\n2 + 3\n"
    } do
      assert.equal(expected, (indoxhub:feed("2 + 3\n", arguments)), arguments)
    end
    local vector = indoxhub:run("embed fox")
    assert.equal(vector, (indoxhub:feed("fox", "embed -")))
    assert.equal(vector .. vector,
      (indoxhub:feed("fox\nfox\n", "embed --lines -")))
    for name, why in pairs { chat = "nothing to ask", embed = "no text",
      complete = "no text to go on from", speak = "no text to speak",
      image = "no description of the picture" } do
      local out, err, code = indoxhub:feed("", name .. " -")
      assert.equal("", out)
      assert.equal(2, code, name)
      assert.truthy(err:find(why, 1, true), err)
    end
  end)

  it("reads what is typed on a terminal up to Ctrl-D for -", function()
    local terminal = terminals.start(command("chat -"))
    terminal:type("2 + 3\n\4")
    local code, seen = terminal:finish()
    assert.equal(0, code, seen)
    assert.matches("2 %+ 3 is 5%.", seen)
  end)

  it("prints the whole reply as JSON on request", function()
    local out, _, code = run("chat --json '1 + 1'")
    local reply = json.decode(out)
    assert.equal("1 + 1 is 2.", reply.data)
    assert.equal(0, code)
  end)

  it("tells errors on stderr, each with its exit code", function()
    for fault, expected in pairs { ["status:401"] = 3, ["status:402"] = 4,
      ["status:429"] = 5, ["status:500"] = 7, ["status:503"] = 7,
      ["status:400"] = 1, ["html:200"] = 8, ["cut:2"] = 8 } do
      local failing = servers.sandbox("--pace 0 --retry-after 0 --fail "
        .. fault)
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
      .. indoxhub.url .. " " .. os.getenv("INDOXHUB_LUA")
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
    assert.truthy(err:find("--base-url must begin with", 1, true))
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

  it("is cancelled while it waits for a pipe", function()
    local folder = files.folder()
    os.execute("mkfifo " .. folder .. "/pipe")
    local started = start(command("chat hi <>" .. folder .. "/pipe"))
    -- More than a pipe holds: when all is written the command reads.
    os.execute(("head -c 100000 /dev/zero >%s/pipe"):format(folder))
    os.execute("kill -INT " .. started.pid)
    local out, err, code = finish(started)
    files.remove_folder(folder)
    assert.equal(130, code)
    assert.equal("", out)
    assert.equal("indoxhub: cancelled\n", err)
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

  it("prints as JSON what is not UTF-8 of an answer", function()
    local url = raw:script("broken",
      servers.json('{"data":"a\255b","x":{"\128":[]}}'))
    local out, err, code = run("chat --json hi", url)
    assert.equal(0, code, err)
    local shown = json.decode(out)
    assert.equal("a\239\191\189b", shown.data)
    assert.same({ ["\239\191\189"] = {} }, shown.x)
    assert.truthy(out:find('":[]', 1, true), "it is no list any more")
  end)

  describe("with --reasoning", function()
    it("shows it on stderr, and nothing of it on stdout", function()
      local out, err, code = run("chat --reasoning 'think: What is 6 * 7?'")
      assert.equal(0, code)
      assert.equal("6 * 7 is 42.\n", out)
      assert.truthy(err:find("%S.*[^\n]\n\n$"), err)
      assert.is_nil(err:find("\27", 1, true), err)
      local reply = json.decode((run(
        "chat --json --reasoning 'think: What is 6 * 7?'")))
      assert.equal(err, reply.reasoning_content .. "\n\n")
      assert.equal("", (select(2, run("chat 'think: What is 6 * 7?'"))))
    end)

    it("shows what comes with the whole reply", function()
      local url = raw:script("whole",
        servers.json('{"data":"ok","reasoning_content":"well\\n"}'))
      local out, err = run("chat --reasoning hi", url)
      assert.equal("ok\n", out)
      assert.equal("well\n\n", err)
      err = select(2, run("chat hi", url))
      assert.equal("", err)
    end)

    it("dims it on a terminal, without what that would obey", function()
      local url = raw:script("dim",
        servers.json('{"data":"ok","reasoning_content":"we\\u001b[31mll"}'))
      local code, seen = terminals.start(command("chat --reasoning hi", url))
        :finish()
      assert.equal(0, code)
      assert.truthy(seen:find("\27[2mwe^[[31mll\27[0m\r\n", 1, true), seen)
      code, seen = terminals.start(command(
        "chat --reasoning 'think: What is 6 * 7?'")):finish()
      assert.equal(0, code)
      assert.truthy(seen:find("^\27%[2m[^\n]+\27%[0m\r\n\r\n"
        .. "6 %* 7 is 42%.\r\n$"), seen)
    end)

    it("has lines of its own where an answer has begun", function()
      local url = raw:script("late", { { "body" }, { "send",
        servers.EVENTS_HEAD .. events.delta "ans" .. events.reasoning "late"
        .. events.delta "wer" .. "data: [DONE]\n\n" }, { "close" } })
      local code, seen = terminals.start(command("chat --reasoning hi", url))
        :finish()
      assert.equal(0, code)
      assert.equal("ans\r\n\27[2mlate\27[0m\r\n\r\nwer\r\n", seen)
    end)

    it("is what complete does, too", function()
      local url = raw:script("complete",
        servers.json('{"data":"ok","reasoning_content":"well"}'))
      local out, err = run("complete --reasoning hi", url)
      assert.equal("ok\n", out)
      assert.equal("well\n\n", err)
    end)
  end)

  it("gives up after the time it is given", function()
    local url = raw:script("slow", { { "body" }, { "hold" } })
    local _, err, code = run("chat --timeout 0.2 hi", url)
    assert.equal(6, code)
    assert.truthy(err:find("give it more time with --timeout", 1, true), err)
    _, err, code = run("chat --timeout never hi")
    assert.equal(2, code)
    assert.truthy(err:find("is not a number above 0", 1, true), err)
  end)
end)
