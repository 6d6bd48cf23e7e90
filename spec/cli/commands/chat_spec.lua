-- `indoxhub chat` with a question; the prompt has a spec of its own.
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
  local sandbox, raw, indoxhub

  setup(function()
    sandbox = servers.sandbox("--pace 0.01")
    raw = servers.raw()
    indoxhub = commands.new(sandbox.url)
  end)

  teardown(function()
    indoxhub:remove()
    raw:stop()
    servers.kill(sandbox)
  end)

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

  it("sends no byte order mark", function()
    local mark = "\239\187\191"
    local function asked(name, text, arguments)
      local url = raw:script(name, { { "body" }, { "send", servers.reply(
        "200 OK", "application/json", '{"data":"ok"}') } })
      local _, err, code = indoxhub:feed(text, arguments, url)
      assert.equal(0, code, err)
      assert.equal("", err)
      return json.decode(raw:got(name):match("\r\n\r\n(.*)$"))
    end
    local word = "\"$(printf '\\357\\273\\277%s')\""
    local got = asked("marks", mark .. "piped" .. mark, ("chat -s %s %s %s")
      :format(word:format("brief"), word:format("one"), word:format("two")))
    assert.equal("brief", got.messages[1].content)
    assert.equal("one two\n\npiped" .. mark, got.messages[2].content)
    assert.equal("beginning",
      asked("mark-complete", mark .. "beginning", "complete").prompt)
    assert.equal("sent", asked("mark-set", "", "complete hi --set stop="
      .. word:format("sent")).additional_params.stop)
    local _, err, code = indoxhub:feed(mark .. "\n", "chat")
    assert.equal(2, code)
    assert.truthy(err:find("nothing to ask", 1, true), err)
    local fox = indoxhub:run("embed fox")
    assert.equal(fox, (indoxhub:feed(mark .. "fox", "embed")))
    assert.equal(fox, (indoxhub:run("embed " .. word:format("fox"))))
    -- Two files, one after the other.
    assert.equal(fox .. fox, (indoxhub:feed(mark .. "fox\n" .. mark
      .. "fox\r\n" .. mark .. "\n", "embed --lines")))
  end)

  it("sends model and system message", function()
    local url = raw:script("request", { { "body" }, { "send", servers.reply(
      "200 OK", "application/json", '{"data":"ok"}') } })
    local out = run("chat -m openai/gpt-4o -s 'Be brief' hi", url)
    local got = raw:got("request")
    assert.equal("ok\n", out)
    assert.truthy(got:find('"model":"openai/gpt-4o"', 1, true))
    assert.truthy(got:find('"Be brief"', 1, true))
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

  describe("with a session", function()
    local function stored(name)
      return indoxhub.folder .. "/.local/share/indoxhub/sessions/" .. name
        .. ".json"
    end

    it("goes on where it was", function()
      assert.equal("6 * 7 is 42.\n", (run("chat --session sums '6 * 7'")))
      assert.equal("2 + 2 is 4.\n", (run("chat --session sums '2 + 2'")))
      assert.equal('You asked first: "6 * 7"\n',
        (run("chat --session sums 'What did I ask first?'")))
      local saved = json.decode(read(stored("sums")))
      assert.equal("6 * 7", saved.messages[1].content)
      assert.equal("2 + 2 is 4.", saved.messages[4].content)
    end)

    it("sends what was said", function()
      local reply = servers.reply("200 OK", "application/json",
        '{"data":"ok"}')
      local url = raw:script("session", { { "body" }, { "send", reply } })
      run("chat --session said -m a/b first", url)
      run("chat --session said second", url)
      local got = raw:got("session")
      assert.truthy(got:find('"first".-"ok".-"second"'), got)
      assert.equal(2, select(2, got:gsub('"model":"a/b"', "")), got)
    end)

    it("keeps it from others", function()
      run("chat --session secret hi")
      local modes = files.output("stat -c %a " .. stored("secret") .. " "
        .. stored("secret"):match("^(.*)/"))
      assert.equal("600\n700\n", modes)
    end)

    it("keeps it where XDG_DATA_HOME says", function()
      local folder = files.folder()
      local _, _, code = shell(command("chat --session x hi </dev/null")
        :gsub("exec ", "XDG_DATA_HOME=" .. folder .. " exec ", 1))
      local there = read(folder .. "/indoxhub/sessions/x.json")
      files.remove_folder(folder)
      assert.equal(0, code)
      assert.truthy(there)
    end)

    it("keeps the part of an answer that was stopped", function()
      local started = start(command(
        "chat --session part 'count to 5000' </dev/null"))
      servers.wait_until(function()
        return read(started.out):find("1 2 3", 1, true)
      end, "the answer to begin")
      os.execute("kill -INT " .. started.pid)
      local out, _, code = finish(started)
      assert.equal(130, code)
      local answer = json.decode(read(stored("part"))).messages[2]
      assert.equal(out, answer.content .. "\n")
      assert.is_true(answer.partial)
    end)

    it("leaves it as it was when nothing came", function()
      run("chat --session still hi")
      local before = read(stored("still"))
      local _, _, code = run("chat --session still again",
        "http://127.0.0.1:1")
      assert.equal(6, code)
      assert.equal(before, read(stored("still")))
    end)

    local function messages(name)
      return json.decode(read(stored(name))).messages
    end

    it("writes over nothing that another program wrote meanwhile", function()
      run("chat --session two hi")
      local started = start(command(
        "chat --session two 'count to 5000' </dev/null"))
      servers.wait_until(function()
        return read(started.out):find("1 2 3", 1, true)
      end, "the answer to begin")
      run("chat --session two '6 * 7'")
      os.execute("kill -INT " .. started.pid)
      local _, err, code = finish(started)
      assert.equal(130, code)
      assert.equal("6 * 7", messages("two")[3].content)
      assert.equal("hi", messages("two-2")[1].content)
      assert.equal("count to 5000", messages("two-2")[3].content)
      assert.truthy(err:find("two was changed by another program", 1, true),
        err)
      assert.truthy(err:find(stored("two") .. ".", 1, true), err)
      assert.truthy(err:find("kept as two-2, in " .. stored("two-2") .. "\n", 1,
        true), err)
    end)

    it("loses nothing when many programs begin it at once", function()
      local running, kept = {}, {}
      for i = 1, 8 do
        running[i] = start(command(("chat --session crowd '%d + 1' </dev/null")
          :format(i)))
      end
      for i = 1, 8 do
        local _, err, code = finish(running[i])
        assert.equal(0, code, err)
        kept[i] = err:match("kept as (crowd%-%d), in ") or "crowd"
      end
      for i = 1, 8 do
        local found = false
        for _, message in ipairs(messages(kept[i])) do
          found = found or message.content == i .. " + 1"
        end
        assert.is_true(found, i)
      end
    end)

    it("waits while another program writes one", function()
      run("chat --session other hi")
      -- Another process, as its locks are inherited by what we start.
      local held = indoxhub.folder .. "/held"
      local holder = io.popen(("flock %s/.lock sh -c 'echo >%s; cat'")
        :format(stored("x"):match("^(.*)/"), held), "w")
      servers.wait_until(function()
        return read(held)
      end, "the lock")
      local started = start(command("chat --session mine hi </dev/null"))
      servers.wait_until(function()
        return read("/proc/locks"):find("-> FLOCK[^\n]* " .. started.pid .. " ")
      end, "the program to wait")
      assert.is_nil(read(stored("mine")))
      holder:close()
      local _, err, code = finish(started)
      assert.equal(0, code, err)
      assert.equal("hi", messages("mine")[1].content)
    end)

    it("gives a long name another that is one, too", function()
      local name = ("n"):rep(100)
      local other = ("n"):rep(98) .. "-2"
      local started = start(command("chat --session " .. name
        .. " 'count to 5000' </dev/null"))
      servers.wait_until(function()
        return read(started.out):find("1 2 3", 1, true)
      end, "the answer to begin")
      run("chat --session " .. name .. " '6 * 7'")
      os.execute("kill -INT " .. started.pid)
      local _, err = finish(started)
      assert.truthy(err:find("is there already and stays as it is", 1, true),
        err)
      assert.equal("count to 5000", messages(other)[1].content)
      assert.equal("6 * 7 is 42.\n",
        (run(("chat --session %s '6 * 7'"):format(other))))
    end)

    it("refuses a name that is none", function()
      for _, name in ipairs { "../x", ".x", "a/b", "''", "'a b'" } do
        local _, err, code = run("chat --session " .. name .. " hi")
        assert.equal(2, code, name)
        assert.truthy(err:find("is no name of a session", 1, true), err)
      end
    end)

    it("tells of a file that is damaged", function()
      run("chat --session bad hi")
      files.write(stored("bad"), "{}")
      local _, err, code = run("chat --session bad hi")
      assert.equal(1, code)
      assert.truthy(err:find("bad.json", 1, true), err)
    end)

    it("takes one with a byte order mark", function()
      run("chat --session marked '6 * 7'")
      local name = stored("marked")
      files.write(name, "\239\187\191" .. read(name))
      local out, err, code = run("chat --session marked "
        .. "'What did I ask first?'")
      assert.equal(0, code, err)
      assert.equal('You asked first: "6 * 7"\n', out)
      assert.equal(4, #json.decode(read(name)).messages)
    end)

    it("refuses a pipe and a device, and does not wait", function()
      run("chat --session first hi")
      for name, making in pairs { pipe = "mkfifo %s",
        null = "ln -s /dev/null %s", zero = "ln -s /dev/zero %s" } do
        assert(os.execute(making:format(stored(name))))
        local out, err, code = run("chat --session " .. name .. " hi")
        assert.equal("", out)
        assert.equal(1, code)
        assert.truthy(err:find(("cannot read %s: not a regular file"):format(
          stored(name)), 1, true), err)
      end
    end)

    it("keeps it where a link leads", function()
      run("chat --session linked '6 * 7'")
      local folder = files.folder()
      assert(os.execute(("mv %s %s/kept.json && ln -s %s/kept.json %s"):format(
        stored("linked"), folder, folder, stored("linked"))))
      local _, err, code = run("chat --session linked '2 + 2'")
      assert.equal(0, code, err)
      assert.equal(4, #json.decode(read(folder .. "/kept.json")).messages)
      assert.equal(folder .. "/kept.json\n",
        (files.output("readlink " .. stored("linked"))))
      assert.equal("kept.json\n", files.list(folder))
      files.remove_folder(folder)
    end)

    it("leaves one that cannot be read as it is", function()
      local name = indoxhub.folder
        .. "/.local/share/indoxhub/sessions/loop.json"
      os.execute(("mkdir -p %s && ln -s loop.json %s"):format(
        name:match("^(.*)/"), name))
      local out, err, code = run("chat --session loop hi")
      assert.equal("", out)
      assert.equal(1, code)
      assert.truthy(err:find(name, 1, true), err)
      assert.equal("loop.json\n", (files.output("readlink " .. name)))
    end)

    it("tells where it cannot be written", function()
      local _, err, code = shell(command("chat --session x hi </dev/null")
        :gsub("HOME=%S+", "HOME=/proc/nowhere", 1))
      assert.equal(1, code)
      assert.truthy(err:find("cannot make the folder /proc/nowhere/.local", 1,
        true), err)
    end)
  end)

  it("sends UTF-8, whatever comes through the pipe", function()
    local good = "a\0 \195\169 \226\130\172 \240\159\166\138"
    local bad = { "caf\233", "\192\175", "\237\160\128", "\244\144\128\128",
      "\226\130" }
    local shown = { "caf?", "??", "???", "????", "??" }
    local url = raw:script("latin", { { "body" }, { "send", servers.reply(
      "200 OK", "application/json", '{"success":true,"data":"yes"}') } })
    local out, err, code = indoxhub:feed(good .. table.concat(bad, " "),
      "chat review", url)
    assert.equal(0, code, err)
    assert.equal("yes\n", out)
    assert.truthy(err:find("What is not UTF-8 in the text is sent as", 1, true))
    local asked = json.decode(raw:got("latin"):match("\r\n\r\n(.*)$"))
      .messages[1].content
    assert.equal("review\n\n" .. good .. table.concat(shown, " ")
      :gsub("%?", "\239\191\189"), asked)
    err = select(2, indoxhub:feed(good, "chat review"))
    assert.equal("", err)
  end)

  it("sends UTF-8, whatever the instructions are", function()
    local url = raw:script("latin-system", { { "body" }, { "send",
      servers.reply("200 OK", "application/json", '{"data":"yes"}') } })
    local out, err, code = run("chat -s \"$(printf 'caf\\351')\" hi", url)
    assert.equal(0, code, err)
    assert.equal("yes\n", out)
    assert.truthy(err:find("What is not UTF-8 in the text is sent as", 1, true))
    assert.equal("caf\239\191\189", json.decode(raw:got("latin-system")
      :match("\r\n\r\n(.*)$")).messages[1].content)
  end)

  it("prints as JSON what is not UTF-8 of an answer", function()
    local url = raw:script("broken", { { "body" }, { "send", servers.reply(
      "200 OK", "application/json", '{"data":"a\255b","x":{"\128":[]}}') } })
    local out, err, code = run("chat --json hi", url)
    assert.equal(0, code, err)
    local shown = json.decode(out)
    assert.equal("a\239\191\189b", shown.data)
    assert.same({ ["\239\191\189"] = {} }, shown.x)
    assert.truthy(out:find('":[]', 1, true), "it is no list any more")
  end)

  it("sends pictures", function()
    local url = raw:script("picture", { { "body" }, { "send", servers.reply(
      "200 OK", "application/json", '{"data":"a fox"}') } })
    local picture = files.write(indoxhub.folder .. "/fox.png",
      "\137PNG\r\n\26\n")
    local out = run("chat -i " .. picture .. " 'What is this?'", url)
    assert.equal("a fox\n", out)
    assert.truthy(raw:got("picture"):find("data:image/png;base64", 1, true))
    local _, err, code = run("chat -i /nowhere.png 'What is this?'")
    assert.equal(1, code)
    assert.truthy(err:find("cannot read /nowhere.png", 1, true), err)
  end)

  it("sends any other field as its type", function()
    local url = raw:script("fields", { { "body" }, { "send", servers.reply(
      "200 OK", "application/json", '{"data":"ok"}') } })
    run("chat -t 0.5 --max-tokens 9 --set top_p=0.25 --set seed=7 "
      .. "--set stop='[\"x\"]' hi", url)
    local sent = json.decode(raw:got("fields"):match("\r\n\r\n(.*)$"))
    assert.equal(0.5, sent.temperature)
    assert.equal(9, sent.max_tokens)
    assert.equal(0.25, sent.top_p)
    assert.same({ seed = 7, stop = { "x" } }, sent.additional_params)
    local _, err, code = run("chat --set top_p=much hi")
    assert.equal(2, code)
    assert.truthy(err:find('--set top_p: "much" is no number', 1, true), err)
    _, err, code = run("chat --set top_p hi")
    assert.equal(2, code)
    assert.truthy(err:find("takes name=value", 1, true), err)
    _, err, code = run("chat --set byok_api_key=indox-abc hi")
    assert.equal(2, code)
    assert.truthy(err:find("keys do not go into arguments", 1, true), err)
    assert.is_nil(err:find("indox-abc", 1, true))
    _, err, code = run("chat --set temprature=1 hi")
    assert.equal(2, code)
    assert.truthy(err:find("temperature", 1, true), err)
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
      local url = raw:script("whole", { { "body" }, { "send", servers.reply(
        "200 OK", "application/json",
        '{"data":"ok","reasoning_content":"well\\n"}') } })
      local out, err = run("chat --reasoning hi", url)
      assert.equal("ok\n", out)
      assert.equal("well\n\n", err)
      err = select(2, run("chat hi", url))
      assert.equal("", err)
    end)

    it("dims it on a terminal, without what that would obey", function()
      local url = raw:script("dim", { { "body" }, { "send", servers.reply(
        "200 OK", "application/json",
        '{"data":"ok","reasoning_content":"we\\u001b[31mll"}') } })
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
      local url = raw:script("complete", { { "body" }, { "send", servers.reply(
        "200 OK", "application/json",
        '{"data":"ok","reasoning_content":"well"}') } })
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
