-- The prompt of `indoxhub chat`, with a person at a terminal: with the Lua
-- module `readline`, and without.
local commands = require "spec.support.command"
local files = require "spec.support.files"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"
local terminals = require "spec.support.terminals"

local CTRL_C, CTRL_D, CTRL_S, CTRL_Z = "\3", "\4", "\19", "\26"

local WITHOUT_READLINE = [[LUA_INIT='package.preload.readline = ]]
  .. [[function() error("there is none") end' ]]

for name, setting in pairs { ["with readline"] = "",
  ["without readline"] = WITHOUT_READLINE } do
  describe("the prompt " .. name, function()
    local indoxhub, raw = commands.with_servers("--pace 0.01")

    setup(function()
      if setting == "" then
        assert.is_true((pcall(require, "readline")), "run make deps-all")
      end
    end)

    local function begin(arguments, url)
      local line = indoxhub:line("chat " .. (arguments or ""), url)
        :gsub("exec ", setting .. "exec ", 1)
      local terminal = terminals.start(line)
      terminal:expect("> ")
      return terminal
    end

    local function ask(terminal, question, answer)
      terminal:type(question .. "\n")
      terminal:expect(question)
      terminal:expect(answer)
      terminal:expect("> ")
    end

    -- From the prompt: a key that is pressed before it is another one.
    local function leave(terminal)
      terminal:type(CTRL_D)
      local code, seen = terminal:finish()
      assert.equal(0, code, seen)
      return seen
    end

    -- As readline does while it reads a key, and we never.
    local function catches_alarm(id)
      local caught = files.read(("/proc/%d/status"):format(id))
        :match("SigCgt:%s*%x-(%x%x%x%x)\n")
      return tonumber(caught, 16) % 0x4000 >= 0x2000
    end

    it("remembers what was said", function()
      local reply = servers.reply("200 OK", "application/json",
        '{"data":"fine"}')
      local url = raw:script("said" .. #name, reply)
      local terminal = begin("-s 'Be kind' -m a/b", url)
      ask(terminal, "how are you", "fine")
      ask(terminal, "and now", "fine")
      leave(terminal)
      local got = raw:got("said" .. #name)
      assert.truthy(got:find(
        'Be kind.-how are you.-Be kind.-how are you.-fine.-and now'), got)
    end)

    it("goes on after a Ctrl-C during each of two answers", function()
      local terminal = begin()
      for _ = 1, 2 do
        terminal:type("count to 5000\n")
        terminal:expect("1 2 3")
        terminal:type(CTRL_C)
        terminal:expect("(stopped;")
        terminal:expect("> ")
      end
      ask(terminal, "What is 6 * 7?", "42.")
      leave(terminal)
    end)

    it("goes on after two Ctrl-C that come together", function()
      local terminal = begin()
      terminal:type("count to 5000\n")
      terminal:expect("1 2 3")
      terminal:type(CTRL_C .. CTRL_C)
      -- The second one may come in the answer or after it, and makes the
      -- terminal drop what it has not shown yet.
      terminal:expect("> ")
      ask(terminal, "What is 6 * 7?", "42.")
      leave(terminal)
    end)

    it("forgets what was typed on Ctrl-C, and says how to leave", function()
      local terminal = begin()
      terminal:type("count to")
      terminal:expect("count to")
      for _ = 1, 2 do
        terminal:type(CTRL_C)
        terminal:expect("Ctrl-D or /quit leaves")
        terminal:expect("> ")
      end
      ask(terminal, "What is 6 * 7?", "42.")
      leave(terminal)
    end)

    it("stops an answer that has not begun", function()
      local url = raw:script("stall" .. #name, { { "body" }, { "hold" } })
      local terminal = begin("", url)
      terminal:type("hello\n")
      servers.wait_until(function()
        return raw:got("stall" .. #name) ~= ""
      end, "the request")
      terminal:type(CTRL_C)
      terminal:expect("(stopped; /retry asks again)")
      terminal:expect("> ")
      terminal:type("/undo\n")
      terminal:expect("Forgotten: hello")
      terminal:expect("> ")
      terminal:type("/undo\n")
      terminal:expect("There is nothing to undo.")
      terminal:expect("> ")
      leave(terminal)
    end)

    it("leaves on /quit and on Ctrl-D", function()
      local terminal = begin()
      terminal:type("/quit\n")
      assert.equal(0, (terminal:finish()))
      leave(begin())
    end)

    it("undoes, asks again, and changes the model", function()
      local terminal = begin()
      terminal:type("/retry\n")
      terminal:expect("There is no question yet.")
      ask(terminal, "What is 6 * 7?", "42.")
      terminal:type("/retry\n")
      terminal:expect("/retry")
      terminal:expect("42.")
      ask(terminal, "/undo", "Forgotten: What is 6 * 7?")
      ask(terminal, "/undo", "There is nothing to undo.")
      ask(terminal, "/model", "the server chooses")
      ask(terminal, "/model openai/gpt-4.1", "Model: openai/gpt-4.1")
      ask(terminal, "What is 2 + 2?", "2 + 2 is 4.")
      leave(terminal)
    end)

    it("asks again what failed, and not what came before", function()
      local busy = servers.sandbox("--pace 0 --fail status:400*1")
      local terminal = begin("", busy.url)
      terminal:type("What is 6 * 7?\n")
      terminal:expect("indoxhub:")
      terminal:expect("> ")
      terminal:type("/retry\n")
      terminal:expect("6 * 7 is 42.")
      terminal:expect("> ")
      leave(terminal)
      servers.kill(busy)
    end)

    it("shows what the model thinks", function()
      local terminal = begin("--reasoning")
      for _, typed in ipairs { "think: What is 6 * 7?", "/retry" } do
        terminal:type(typed .. "\n")
        terminal:expect("\27[2m")
        terminal:expect("\27[0m\r\n\r\n6 * 7 is 42.")
        terminal:expect("> ")
      end
      leave(terminal)
    end)

    it("saves a session, and goes on with it", function()
      local terminal = begin()
      ask(terminal, "What is 6 * 7?", "42.")
      ask(terminal, "/save", "give it a name")
      ask(terminal, "/save ../x", "is no name of a session")
      ask(terminal, "/save sums", "indoxhub chat --session sums")
      ask(terminal, "What is 2 + 2?", "4.")
      terminal:type("count to 5000\n")
      terminal:expect("1 2 3")
      terminal:type(CTRL_C)
      terminal:expect("/undo forgets it)")
      terminal:expect("> ")
      leave(terminal)
      local path = indoxhub.folder
        .. "/.local/share/indoxhub/sessions/sums.json"
      local messages = json.decode(files.read(path)).messages
      assert.equal(6, #messages)
      assert.equal("2 + 2 is 4.", messages[4].content)
      assert.is_true(messages[6].partial)
      terminal = terminals.start(indoxhub:line("chat --session sums"))
      terminal:expect("6 messages so far.")
      terminal:expect("> ")
      ask(terminal, "/undo", "Forgotten: count to 5000")
      leave(terminal)
      os.remove(path)
    end)

    it("leaves a session to whoever changed it, and goes on", function()
      local first, second = begin("--session both"), begin("--session both")
      ask(first, "What is 6 * 7?", "42.")
      ask(second, "What is 2 + 2?", "4.")
      assert.truthy(second.seen:find("the session both is there already", 1,
        true), second.seen)
      ask(second, "What is 3 + 3?", "6.")
      ask(first, "What is 5 + 5?", "10.")
      ask(first, "/save both-2", "This conversation is kept as both-2-2")
      leave(first)
      leave(second)
      local folder = indoxhub.folder .. "/.local/share/indoxhub/sessions/"
      for kept, questions in pairs {
        ["both"] = { "What is 6 * 7?", "What is 5 + 5?" },
        ["both-2"] = { "What is 2 + 2?", "What is 3 + 3?" },
        ["both-2-2"] = { "What is 6 * 7?", "What is 5 + 5?" } } do
        local path = folder .. kept .. ".json"
        local messages = json.decode(files.read(path)).messages
        assert.equal(4, #messages)
        assert.equal(questions[1], messages[1].content)
        assert.equal(questions[2], messages[3].content)
        os.remove(path)
      end
    end)

    it("goes on when an answer cannot be written", function()
      for _, arguments in ipairs { "", "--json" } do
        local terminal = begin(arguments .. " >/dev/full")
        terminal:type("6 * 7\n")
        terminal:expect("cannot write the answer: No space left")
        terminal:expect("> ")
        leave(terminal)
      end
    end)

    it("explains what it does not know", function()
      local terminal = begin()
      ask(terminal, "/exit", "there is no /exit; /help lists what there is")
      terminal:type("/help\n")
      terminal:expect("/save [NAME]")
      terminal:expect("/quit")
      terminal:expect("> ")
      terminal:type(" /usr holds what?\n")
      terminal:expect(" /usr holds what?")
      terminal:expect("sandbox")
      terminal:expect("> ")
      leave(terminal)
    end)

    it("goes on after an error, and tells it", function()
      local terminal = begin("", "http://127.0.0.1:1")
      terminal:type("hello\n")
      terminal:expect("network")
      terminal:expect("> ")
      leave(terminal)
    end)

    it("ends by a signal, and leaves the terminal as it was", function()
      for signal, expected in pairs { TERM = 143, HUP = 129 } do
        local terminal = begin("--session kept")
        ask(terminal, "What is 6 * 7?", "42.")
        terminal:type("and th")
        terminal:expect("and th")
        assert.equal(setting ~= "", terminal:is_usual())
        os.execute(("kill -%s %d"):format(signal, terminal.id))
        local code, seen, usual = terminal:finish()
        assert.equal(expected, code, seen)
        assert.is_true(usual)
        local _, on = seen:gsub("\27%[%?2004h", "")
        local _, off = seen:gsub("\27%[%?2004l", "")
        assert.equal(on, off, seen)
        local path = indoxhub.folder
          .. "/.local/share/indoxhub/sessions/kept.json"
        assert.equal(2, #json.decode(files.read(path)).messages)
        os.remove(path)
      end
    end)

    it("ends by a signal during an answer", function()
      local terminal = begin()
      terminal:type("count to 5000\n")
      terminal:expect("1 2 3")
      os.execute("kill -TERM " .. terminal.id)
      local code, seen, usual = terminal:finish()
      assert.equal(143, code, seen)
      assert.is_true(usual)
    end)

    it("ends by a signal although the terminal holds its output", function()
      local terminal = begin()
      terminal:type("and th")
      terminal:expect("and th")
      terminal:type(CTRL_S)
      -- While readline reads a key it handles signals by itself, and waits.
      servers.wait_until(function()
        return not catches_alarm(terminal.id)
      end, "the program to wait for a key")
      os.execute("kill -TERM " .. terminal.id)
      local code, _, usual = terminal:finish()
      assert.equal(143, code)
      assert.is_true(usual)
    end)

    it("lets the terminal be when it ends in the background", function()
      local line = indoxhub:line("chat"):gsub("exec ", setting .. " ", 1)
      local terminal = terminals.start(("set -m; %s; stty -echo; kill %%1; "
        .. "bg %%1; wait %%1; echo code $?; stty -a; stty echo")
        :format(line))
      terminal:expect("> ")
      terminal:type(CTRL_Z)
      terminal:expect("code 143")
      terminal:expect(" -echo ")
      assert.equal(0, (terminal:finish()))
    end)

    it("does not end by a signal that the caller ignores", function()
      local line = indoxhub:line("chat")
      local terminal = terminals.start("trap '' HUP; "
        .. line:gsub("exec ", setting .. "exec ", 1))
      terminal:expect("> ")
      os.execute("kill -HUP " .. terminal.id)
      ask(terminal, "What is 6 * 7?", "42.")
      leave(terminal)
    end)

    it("shows no escape sequence of the server's", function()
      local text = servers.reply("200 OK", "application/json",
        '{"data":"red \\u001b[31mthen\\u009b1m\\u0007"}')
      local url = raw:script("escape" .. #name, text)
      local terminal = begin("", url)
      terminal:type("hi\n")
      terminal:expect("red ^[[31mthen\239\191\1891m^G")
      terminal:expect("> ")
      leave(terminal)
    end)
  end)
end

describe("the prompt with readline", function()
  it("completes commands, and brings back what was typed", function()
    local sandbox = servers.sandbox("--pace 0")
    local indoxhub = commands.new(sandbox.url)
    local terminal = terminals.start(indoxhub:line("chat"))
    terminal:expect("> ")
    terminal:type("/mo\t\n")
    terminal:expect("Model: the server chooses")
    terminal:expect("> ")
    terminal:type("\27[A\n")
    terminal:expect("Model: the server chooses")
    terminal:expect("> ")
    terminal:type(CTRL_D)
    assert.equal(0, (terminal:finish()))
    -- What was asked is nobody else's business.
    assert.equal("", files.list(indoxhub.folder))
    indoxhub:remove()
    servers.kill(sandbox)
  end)
end)
