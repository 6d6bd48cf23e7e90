-- The command as a whole: its help, its exit codes, pipes and full disks.
local commands = require "spec.support.command"
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local json = require "indoxhub.base.json"
local raw_server = require "spec.support.raw_server"
local servers = require "spec.support.servers"
local terminals = require "spec.support.terminals"

local shell = commands.shell

-- Each command, asked for something small that it prints on stdout.
local ASKING = {
  complete = "complete 'What is 6 * 7?'", embed = "embed fox",
  image = "image fox -o -", speak = "speak hello -o -",
  models = "models", usage = "usage", analytics = "analytics",
  keys = "keys", account = "account", video = "video --jobs",
  chat = "chat '6 * 7'", transcribe = "transcribe %s/said.wav",
  translate = "translate %s/said.wav",
}

describe("indoxhub", function()
  local sandbox = during_tests(servers.sandbox, "--pace 0 --job-seconds 0")
  local raw = raw_server()
  local indoxhub

  setup(function()
    indoxhub = commands.new(sandbox.url)
    local _, err, code = indoxhub:run("speak 'Mind the gap' -o "
      .. indoxhub.folder .. "/said.wav")
    assert.equal(0, code, err)
    for name, arguments in pairs(ASKING) do
      ASKING[name] = arguments:format(indoxhub.folder)
    end
  end)

  teardown(function()
    indoxhub:remove()
  end)

  it("lists its commands and exit codes", function()
    local out, err, code = indoxhub:run("--help")
    assert.equal(0, code)
    assert.equal("", err)
    for name in pairs(ASKING) do
      assert.truthy(out:find("\n   " .. name .. " ", 1, true), name)
    end
    for _, part in ipairs { "0 done", "1 other", "2 wrong usage",
      "3 no access", "4 no credits", "5 rate limit", "6 network", "7 server",
      "8 incomplete", "130 cancelled" } do
      assert.truthy(out:find(part, 1, true), part)
    end
  end)

  it("names the packages of a module that is missing", function()
    local version = _VERSION:match "%d%.%d"
    for module, case in pairs {
      argparse = { "models", "the command", "argparse" },
      ["http.server"] = { "sandbox", "the sandbox", "http" },
    } do
      local hiding = ("export LUA_INIT='package.preload[ [[%s]] ] = "
        .. "function() error([[none]]) end'; unset LUA_INIT_5_2 LUA_INIT_5_3 "
        .. "LUA_INIT_5_4; "):format(module)
      local out, err, code = shell(("(%s%s) </dev/null"):format(hiding,
        indoxhub:line(case[1])))
      assert.equal("", out)
      assert.equal(1, code)
      local rock = case[3]
      assert.equal(("indoxhub: %s needs the Lua module %s: install lua-%s "
        .. "(Debian, Ubuntu, Alpine), or with LuaRocks (Homebrew: luarocks) "
        .. "run luarocks --lua-version %s install %s\n")
        :format(case[2], rock, rock, version, rock), err)
    end
  end)

  it("teaches each command by examples", function()
    for name in pairs(ASKING) do
      local out, _, code = indoxhub:run(name .. " --help")
      assert.equal(0, code)
      assert.truthy(out:find("Examples:\n  indoxhub " .. name, 1, true), name)
      assert.truthy(out:find("--json", 1, true), name)
      assert.truthy(out:find("--timeout", 1, true), name)
      assert.is_nil(out:lower():find("%-%-[%l-]*key"), name)
      for line in out:match("Examples:\n(.*)$"):gmatch("[^\n]+") do
        assert.is_true(#line <= 80, line)
      end
    end
  end)

  it("takes words for its help and its version", function()
    for words, option in pairs { [""] = "--help", help = "--help",
      ["help chat"] = "chat --help", ["help help"] = "--help",
      ["help keys create"] = "keys create --help", version = "--version",
      ["help chat -- hi"] = "chat --help", ["help version"] = "--help" } do
      local out, err, code = indoxhub:run(words)
      assert.equal(0, code, words .. ": " .. err)
      assert.equal("", err, words)
      assert.equal((indoxhub:run(option)), out, words)
    end
    local out, err, code = indoxhub:run("help nonsense")
    assert.equal("", out)
    assert.equal(2, code)
    assert.truthy(err:find("unknown command 'nonsense'", 1, true), err)
  end)

  it("has a help for terminals of 80 columns", function()
    local list = { "", "sandbox", "keys list", "keys create", "keys revoke",
      "keys enable", "keys delete", "account show", "account transactions",
      "account health", "account delete" }
    for name in pairs(ASKING) do
      list[#list + 1] = name
    end
    for _, name in ipairs(list) do
      local out, err, code = indoxhub:run(name .. " --help")
      assert.equal(0, code, name .. ": " .. err)
      for line in out:gmatch("[^\n]+") do
        assert.is_true(#line <= 80, name .. ": " .. line)
      end
    end
    local out = indoxhub:run("chat --help")
    assert.truthy(out:find("\n   %-%-reasoning           Show on stderr[^\n]*\n"
      .. (" "):rep(25) .. "%S"), out)
  end)

  it("tells its version", function()
    assert.equal("indoxhub " .. require "indoxhub.version" .. "\n",
      (indoxhub:run("--version")))
  end)

  it("answers on stdout, and is silent on stderr", function()
    for name, arguments in pairs(ASKING) do
      local out, err, code = indoxhub:run(arguments)
      assert.equal(0, code, name .. err)
      assert.are_not.equal("", out, name)
      assert.equal("", err, name)
    end
  end)

  it("prints JSON on request", function()
    for name, arguments in pairs(ASKING) do
      local out, err, code = indoxhub:run(arguments:gsub(" %-o %-", "")
        .. " --json")
      assert.equal(0, code, name .. err)
      assert.equal("table", type(json.decode(out)), name .. ": " .. out)
      assert.equal("", err, name)
    end
  end)

  it("has an exit code for each kind of error, and tells what to do", function()
    for fault, expected in pairs { ["status:401"] = 3, ["status:403"] = 3,
      ["status:402"] = 4, ["status:429"] = 5, ["status:500"] = 7,
      ["status:503"] = 7, ["status:400"] = 1, ["html:200"] = 8 } do
      local failing = servers.sandbox("--pace 0 --retry-after 0 --fail "
        .. fault)
      for _, name in ipairs { "models", "image", "usage", "embed" } do
        local out, err, code = indoxhub:run(ASKING[name], failing.url)
        assert.equal(expected, code, name .. " " .. fault .. ": " .. err)
        assert.equal("", out)
        assert.truthy(err:find("^indoxhub: %l+%.%l+: "), err)
        assert.is_nil(err:find(commands.KEY, 1, true))
      end
      servers.kill(failing)
    end
    -- At the same time, because each waits between its tries.
    for name, result in pairs(indoxhub:run_all(ASKING, "http://127.0.0.1:1")) do
      assert.equal(6, result.code, name)
      assert.truthy(result.err:find(
        "check that the server in INDOXHUB_BASE_URL runs", 1, true), result.err)
    end
  end)

  it("advises by the option or the variable that names the server", function()
    local function say(name, reply)
      return raw:script(name, { { "body" }, { "send", reply }, { "again" } })
    end
    for url, advice in pairs {
      ["http://127.0.0.1:1"] = "check that the server in %s runs",
      [say("page", servers.last_reply("200 OK", "<html></html>"))] =
        "check that %s leads to the API and not to a web page",
      [say("away", servers.last_reply("302 Found", "",
        "Location: http://127.0.0.1:1/\r\n"))] =
        "set %s to where the server points",
      [say("gone", servers.last_reply("404 Not Found", "{}"))] =
        "check the names and ids that you gave, and %s",
      [say("none", servers.last_reply("200 OK", "[]"))] =
        "try again, or check that %s leads to the API",
    } do
      local _, by_option = indoxhub:run("complete go --base-url " .. url)
      local _, by_variable = indoxhub:run("complete go", url)
      for name, said in pairs { ["--base-url"] = by_option,
        INDOXHUB_BASE_URL = by_variable } do
        assert.truthy(said:find(advice:format(name), 1, true), said)
        assert.is_nil(said:find("base_url", 1, true), said)
      end
    end
  end)

  it("says that the server cancelled an answer", function()
    local _, said, code = indoxhub:run("complete go", raw:script("cancelled", {
      { "body" }, { "send", servers.last_reply("200 OK",
        '{"status":"cancelled","success":false}') } }))
    assert.truthy(said:find("the server cancelled the answer", 1, true), said)
    assert.equal(7, code)
  end)

  it("does not mind a reader that closes early", function()
    -- Where SIGPIPE is ignored a write fails in its place.
    for _, before in ipairs { "", "trap '' PIPE; " } do
      for name, arguments in pairs(ASKING) do
        local status = indoxhub.folder .. "/status"
        local _, err = shell(("%s((%s) </dev/null; echo $? >%s) | true")
          :format(before, indoxhub:line(arguments), status))
        assert.equal("", err, name)
        servers.wait_until(function()
          return files.read(status) == "0\n"
        end, name)
        os.remove(status)
      end
    end
  end)

  it("tells when what it says cannot be written", function()
    for name, arguments in pairs(ASKING) do
      local out, err, code = shell("(" .. indoxhub:line(arguments)
        .. ") </dev/null >/dev/full")
      assert.equal("", out)
      assert.equal(1, code, name)
      assert.truthy(err:find("cannot write the answer: No space left", 1,
        true), name .. err)
    end
  end)

  it("goes on where stdin, stdout or stderr is closed", function()
    for name, arguments in pairs(ASKING) do
      local line = indoxhub:line(arguments)
      local out, err, code = shell("timeout 60 sh -c '" .. line:gsub("'",
        [['\'']]) .. "' <&-")
      assert.equal(0, code, name .. err)
      assert.are_not.equal("", out, name)
      out, err, code = shell("(" .. line .. ") </dev/null >&-")
      assert.equal("", out)
      assert.equal(1, code, name)
      assert.truthy(err:find("cannot write the answer", 1, true), name .. err)
      out, err, code = shell("(" .. line .. ") </dev/null 2>&-")
      assert.equal(0, code, name .. err)
      assert.are_not.equal("", out, name)
    end
  end)

  it("names the field whose value is not UTF-8", function()
    for _, command in ipairs { "chat hi", "complete hi", "embed hi",
      "image hi", "speak hi", "video hi" } do
      local out, err, code = indoxhub:run(command .. " --set user=a\255")
      assert.equal("", out, command)
      assert.equal(2, code, command .. err)
      assert.truthy(err:find("user is not UTF-8: byte 2 (0xFF)\n", 1, true),
        command .. ": " .. err)
    end
  end)

  it("refuses what makes no sense, and says why", function()
    for arguments, why in pairs {
      ["--"] = "a command is required", ["nonsense"] = "unknown command",
      ["image"] = "no description of the picture",
      ["speak"] = "no text to speak", ["complete"] = "no text to go on from",
      ["embed"] = "no text: give one", ["video"] = "no description of the",
      ["transcribe"] = "missing argument 'file'",
      ["image fox -n 0"] = '--count: "0" is not a whole number above 0',
      ["chat hi -t warm"] = '--temperature: "warm" is not a number',
      ["speak hi --bogus"] = "Usage: indoxhub speak [-h]",
      ["speak hi -o ''"] = "-o takes the name of a file",
      ["embed hi -o ''"] = "-o takes the name of a file",
      ["video --job vj --json -o -"] = "--json and -o - both write to stdout",
      ["image fox -n 2"] = "several results cannot go to one pipe",
      ["image fox --json -o -"] = "--json and -o - both write to stdout",
      ["transcribe x.wav --format pdf"] = "--format",
      ["models --trending --can image"] = "--trending ranks all models",
      ["models a/b --can image"] = "--can filters a list",
      ["models --limit 3"] = "--days and --limit go with --trending",
      ["video x --job vj"] = "choose one",
      ["video x --no-wait --cancel-job"] = "--cancel-job is for waiting",
      ["analytics --json --csv"] = "three forms",
      ["analytics --last 5x"] = 'last must be a number and a unit',
      ["analytics --from 2026-02-31"] = "from has no day 31",
      ["analytics --by moon"] = "--by",
      ["analytics --chart moon"] = "--chart: there is no column moon",
      ["chat hi --base-url localhost"] = "--base-url must begin with https://",
      ["keys revoke seven"] = '"seven" is not a whole number',
      ["usage --from yesterday"] = 'must be a date such as "2026-01-31"',
      ["usage --from 2026-02-02 --to 2026-02-01"] = "--from is after --to",
      ["gateway keys list --redis h:x"] = "--redis has a port",
      ["gateway keys list --redis :x@h"] = "--redis takes no password",
      ["chat hi --set schema={}"] = "--set schema: it is no field of the "
        .. "request",
      ["image hi --set timeout=3"] = "--set timeout: it is no field of the "
        .. "request",
      ["embed a --lines"] = "--lines is for what comes through a pipe",
      ["account delete"] = "takes --confirm with its user name, which "
        .. "`indoxhub account` shows",
    } do
      local out, err, code = indoxhub:run(arguments)
      assert.equal(2, code, arguments .. ": " .. err)
      assert.equal("", out, arguments)
      assert.truthy(err:find(why, 1, true), arguments .. ": " .. err)
    end
  end)

  describe("on a terminal", function()
    local function look(arguments, setting)
      local line = indoxhub:line(arguments):gsub("exec ",
        (setting or "") .. " exec ", 1)
      local code, seen = terminals.start(line):finish()
      assert.equal(0, code, seen)
      return seen
    end

    it("shows headings in bold, unless colours are not wanted", function()
      assert.truthy(look("models"):find("\27[1mMODEL", 1, true))
      assert.truthy(look("models", "NO_COLOR="):find("\27[1m", 1, true))
      assert.is_nil(look("models", "NO_COLOR=1"):find("\27", 1, true))
      assert.is_nil(look("models", "TERM=dumb"):find("\27", 1, true))
      assert.is_nil((indoxhub:run("models")):find("\27", 1, true))
    end)

    it("cuts tables to its width", function()
      local code, seen = terminals.start(indoxhub:line("models"), 30):finish()
      assert.equal(0, code)
      assert.truthy(seen:find("\226\128\166", 1, true), seen)
      for line in seen:gsub("\27%[%d*m", ""):gmatch("[^\r\n]+") do
        assert.is_true(#line:gsub("[\128-\191]", "") <= 30, line)
      end
    end)

    it("shows progress only there", function()
      local arguments = "transcribe " .. indoxhub.folder .. "/said.wav"
      assert.truthy(look(arguments):find("Sending  "))
      assert.is_nil(look(arguments, "TERM=dumb"):find("Sending", 1, true))
      local _, err = indoxhub:run(arguments)
      assert.equal("", err)
    end)
  end)
end)
