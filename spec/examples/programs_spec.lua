-- The examples that run in plain Lua: as people start them, each against a
-- sandbox of its own, so that what one asks is not counted by another.
local command = require "spec.support.command"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local mcp_servers = require "spec.support.mcp_servers"
local servers = require "spec.support.servers"
local terminals = require "spec.support.terminals"

local LUA = os.getenv "INDOXHUB_LUA"

describe("examples/", function()
  local sandbox, folder

  before_each(function()
    folder = files.folder()
    sandbox = servers.sandbox "--pace 0 --job-seconds 0.3 --history 9"
  end)

  after_each(function()
    servers.kill(sandbox)
    files.remove_folder(folder)
  end)

  -- The shell command that starts an example.
  local function line(name, arguments, base_url)
    return ("INDOXHUB_API_KEY=any INDOXHUB_BASE_URL=%s exec %s examples/%s %s")
      :format(base_url or sandbox.url, LUA, name, arguments or "")
  end

  -- Runs it with a text to read. Returns stdout, stderr and the exit code.
  local function run(name, arguments, text, base_url)
    local input = files.write(folder .. "/input", text or "")
    return command.shell(("(%s) <%s"):format(line(name, arguments, base_url),
      input))
  end

  local function assert_said(expected, said, errors, code)
    assert.equal("", errors)
    assert.equal(expected, said)
    assert.equal(0, code)
  end

  local function client()
    return indoxhub.new { api_key = "any", base_url = sandbox.url }
  end

  -- What was answered to whom asked, as the sandbox remembers it.
  local function answers()
    local by_question = {}
    local rows = indoxhub.assert(client().analytics:query():last("1d")
      :content():fetch())
    for _, row in ipairs(rows) do
      by_question[row.request] = row.response
    end
    return by_question
  end

  -------------------------------------------------------------------------
  describe("mcp-assistant.lua", function()
    it("asks before it uses tools of the server that is told", function()
      assert_said(("indoxhub.mcp (%s/mcp) has 2 tools\n"):format(sandbox.url)
        .. "What is the weather in Oslo?\n  Run get_weather? [y/N] y\n"
        .. "get_weather says: Oslo: 17 degrees, drizzle\n"
        .. "Now count the letters of the word Reykjavik, please\n"
        .. "  Run count_letters? [y/N] \n"
        .. "count_letters says: Error: the call was denied: "
          .. "the person said no\n",
        run("mcp-assistant.lua", nil, "y\n"))
    end)

    it("starts a server", function()
      local said, errors, code = run("mcp-assistant.lua", table.concat(
        mcp_servers.everything_command "stdio", " "), "y\ny\n")
      assert.equal("", errors)
      assert.truthy(said:find "indoxhub.mcp %(node%) has %d+ tools", said)
      assert.truthy(said:find("echo says: Echo: ", 1, true), said)
      assert.equal(0, code)
    end)
  end)

  -------------------------------------------------------------------------
  describe("chat.lua", function()
    it("answers line by line, and remembers", function()
      assert_said('> 6 * 7 is 42.\n> You asked first: "What is 6 * 7?"\n> \n',
        run("chat.lua", nil, "What is 6 * 7?\nWhat did I ask first?\n"))
    end)

    it("keeps the conversation in a file, and goes on with it", function()
      local path = folder .. "/talk.json"
      assert_said("> 6 * 7 is 42.\n> \n", run("chat.lua", path,
        "What is 6 * 7?"))
      assert_said('(2 messages so far)\n> You asked first: "What is 6 * 7?"\n'
        .. "> (forgotten: What did I ask first?)\n"
        .. "> (forgotten: What is 6 * 7?)\n> (nothing to forget)\n> \n",
        run("chat.lua", path, "What did I ask first?\n\n\n\n"))
      assert_said("> \n", run("chat.lua", path, ""))
    end)

    it("stops an answer at Ctrl-C, and keeps what came", function()
      servers.kill(sandbox)
      sandbox = servers.sandbox "--pace 0.02"
      local terminal = terminals.start(line "chat.lua")
      terminal:type "Count to 100000\n"
      terminal:expect "1 2 3"
      terminal:type "\3"
      terminal:expect "(stopped)\r\n> "
      terminal:type "What did I ask first?\n"
      terminal:expect 'You asked first: "Count to 100000"\r\n> '
      terminal:type "\4"
      local code, _, usual = terminal:finish()
      assert.equal(0, code)
      assert.is_true(usual)
    end)

    it("is left by Ctrl-C at the prompt, without a word", function()
      local terminal = terminals.start(line "chat.lua")
      terminal:expect "> "
      terminal:type "\3"
      terminal:expect "^C"
      terminal:type "\n"
      local code, seen = terminal:finish()
      assert.equal(0, code)
      assert.is_nil(seen:find("interrupted", 1, true))
    end)

    it("tells of errors, and asks on", function()
      local said, errors, code = run("chat.lua", nil, "a\nb\n",
        "http://127.0.0.1:1")
      assert.equal("> > > \n", said)
      assert.equal(2, select(2, errors:gsub("chat.stream: network: ", "")))
      assert.equal(0, code)
    end)
  end)

  it("parallel.lua asks several questions at once", function()
    local said, errors, code = run "parallel.lua"
    local HAIKU = "Write a haiku about rain\n  Morning brings rain,\n" ..
      "  small words arrive one by one,\n  the page fills with light.\n"
    for _, answer in ipairs { "What is 6 * 7?\n  6 * 7 is 42.\n", HAIKU,
      "What is the capital of Norway?\n  The capital of Norway is Oslo.\n" } do
      local from, to = said:find(answer, 1, true)
      assert.truthy(from, said)
      said = said:sub(1, from - 1) .. said:sub(to + 1)
    end
    assert_said("", said, errors, code)
  end)

  it("frame_loop.lua shows an answer frame by frame", function()
    local said, errors, code = run "frame_loop.lua"
    local frames = said:match("%((%d+) frames%)\n$")
    assert.truthy(tonumber(frames) > 1, said)
    assert_said("Morning brings rain,\nsmall words arrive one by one,\n" ..
      "the page fills with light.\n", said:gsub("%([^\n]*\n$", ""), errors,
      code)
  end)

  it("assistant.lua has its tools called, and asks before it orders", function()
    assert_said([[
How many pears are in stock?
  count_stock -> {"fruit":"pears","pieces":0}
count_stock says: {"fruit":"pears","pieces":0}
Order 20 pears, please
  order_fruit -> 20 pears are on their way
order_fruit says: 20 pears are on their way
Order 99 apples, please
  order_fruit -> the call was denied: more than 50 pieces need a signature
]] .. "order_fruit says: Error: the call was denied: more than 50 pieces " ..
      "need a signature\n", run "assistant.lua")
  end)

  it("orders.lua carries orders out one by one", function()
    assert_said([[
tank: attack at 3, 4
tank: attack at 0, 0
tank: attack at 0, 0
3 orders in all
]], run "orders.lua")
  end)

  it("media.lua draws, speaks, listens and films", function()
    local said, errors, code = run("media.lua", folder)
    assert.truthy(said:find("ferry.wav: The ferry leaves at nine.\n", 1, true))
    assert.truthy(said:find("  completed, 100 %%\n  ferry.mp4 %(%d+ bytes%)"))
    for _, name in ipairs { "lighthouse.png", "ferry.wav", "ferry.mp4" } do
      local size = #files.read(folder .. "/" .. name)
      assert.truthy(said:find(("  %s (%d bytes)\n"):format(name, size), 1,
        true), said)
    end
    local calls, cost = said:match("(%d+) requests so far, for %$([%d.]+)\n$")
    local usage = indoxhub.assert(client().user:usage())
    assert.equal(usage.total_requests, tonumber(calls))
    assert.equal(("%.4f"):format(usage.total_cost), cost)
    assert_said(said, said, errors, code)
  end)

  -------------------------------------------------------------------------
  describe("notes.lua", function()
    before_each(function()
      files.write(folder .. "/birds.md", "# Birds\n\nTerns are birds of the " ..
        "sea.\n\nGulls are sea birds\nthat eat bread.\n")
      files.write(folder .. "/kitchen.txt", "Bread needs flour and water.")
    end)

    -- The paragraphs with their names, in the order of the files.
    local NOTES = {
      { "birds.md:1", "# Birds\n\nTerns are birds of the sea." },
      { "birds.md:5", "Gulls are sea birds\nthat eat bread." },
      { "kitchen.txt:1", "Bread needs flour and water." },
    }

    -- What is to be found, by other ways than those of the example.
    local function expected(question)
      local texts = { question }
      for i, note in ipairs(NOTES) do
        texts[i + 1] = note[2]:gsub("\n\n", "\n")
      end
      local vectors = client().embeddings:create({ text = texts }).data
      local hits = indoxhub.top_k(table.remove(vectors, 1), vectors, #vectors)
      local lines = {}
      for i, hit in ipairs(hits) do
        lines[i] = ("%.2f  %s/%s\n      %s\n"):format(hit.score, folder,
          NOTES[hit.index][1], (texts[hit.index + 1]:gsub("\n", "\n      ")))
      end
      return table.concat(lines)
    end

    local QUESTION = "Which birds live by the sea?"

    local function find(errors, question)
      local said, told, code = run("notes.lua", ("%s '%s'"):format(folder,
        question or QUESTION))
      assert.equal(errors, told)
      assert.equal(0, code)
      return said
    end

    it("finds what is meant, and asks for new notes only", function()
      local said = find "3 of 3 paragraphs are new\n"
      assert.equal(expected(QUESTION), said)
      assert.equal(said, (find ""))
      os.remove(folder .. "/.notes.vectors")
      assert.equal(said, (find "3 of 3 paragraphs are new\n"))
      files.write(folder .. "/birds.md", "An owl.\n")
      said = find("1 of 2 paragraphs are new\n", "An owl?")
      assert.truthy(said:find("^%d%.%d+  %S+/birds.md:1\n      An owl%.\n"))
    end)

    it("tells when there is nothing to find", function()
      local _, errors, code = run "notes.lua"
      assert.equal('usage: lua examples/notes.lua FOLDER "QUESTION"\n', errors)
      assert.equal(2, code)
      os.execute(("mkdir %s/empty"):format(folder))
      local said
      said, errors, code = run("notes.lua", folder .. "/empty x")
      assert.equal("there are no notes in " .. folder .. "/empty\n", errors)
      assert.equal("", said)
      assert.equal(1, code)
    end)
  end)

  -------------------------------------------------------------------------
  describe("review.lua", function()
    local function diff_of(name, added)
      return ("diff --git a/%s b/%s\n--- a/%s\n+++ b/%s\n@@ -1 +1 @@\n+%s\n")
        :format(name, name, name, name, added)
    end

    it("reviews each file of a diff", function()
      local first, second = diff_of("a.lua", "x = 1"), diff_of("b c.lua", "y")
      local said, errors, code = run("review.lua", nil, first .. second)
      local answered = answers()
      assert_said(("== a.lua\n%s\n== b c.lua\n%s\n"):format(answered[first],
        answered[second]), said, errors, code)
    end)

    it("tells which file was not reviewed", function()
      local good, bad = diff_of("a.lua", "x"), diff_of("b.lua", "\255")
      local said, errors, code = run("review.lua", nil, good .. bad)
      assert.equal("", errors)
      assert.truthy(said:find("== a.lua\n" .. answers()[good] .. "\n", 1, true))
      assert.truthy(said:find("== b.lua\nnot reviewed: [^\n]*UTF%-8"), said)
      assert.equal(1, code)
    end)

    it("wants a diff", function()
      local said, errors, code = run("review.lua", nil, "hello\n")
      assert.equal("", said)
      assert.equal("there is no change: pipe in what `git diff` prints\n",
        errors)
      assert.equal(2, code)
    end)
  end)

  -------------------------------------------------------------------------
  describe("thrifty.lua", function()
    it("answers while there is money, and says who did", function()
      servers.kill(sandbox)
      sandbox = servers.sandbox "--pace 0 --fail 'status:500*1'"
      local said, errors, code = run("thrifty.lua", "0.000005",
        "What is 6 * 7?\nWhat is 2 + 3?\nWhat is 1 + 1?\nWho are you?\n")
      assert.equal("6 * 7 is 42.\n2 + 3 is 5.\n", said)
      assert.equal("(anthropic/claude-haiku-4.5 does not answer: server)\n"
        .. "(gpt-4o-mini)\n(claude-haiku-4.5)\n"
        .. "3 requests, 14 tokens, $0.000008\n"
        .. "Left for want of money:\nWhat is 1 + 1?\nWho are you?\n", errors)
      assert.equal(1, code)
    end)

    it("ends well when all was answered, and takes dollars only", function()
      local said, errors, code = run("thrifty.lua", "1", "What is 6 * 7?\n")
      assert.equal("6 * 7 is 42.\n", said)
      assert.matches("^%(claude%-haiku%-4%.5%)\n1 requests, 7 tokens, ", errors)
      assert.equal(0, code)
      said, errors, code = run("thrifty.lua", "much", "What is 6 * 7?\n")
      assert.equal("", said)
      assert.matches("^usage: ", errors)
      assert.equal(2, code)
    end)
  end)

  describe("costs.lua", function()
    it("tells what was spent, and whether it was too much", function()
      local rows = indoxhub.assert(client().analytics:query():last("30d")
        :by("model"):fetch())
      local spent, calls = 0, 0
      for _, row in ipairs(rows) do
        spent, calls = spent + row.total_cost, calls + row.count
      end
      local days = indoxhub.assert(client().analytics:query():last("30d")
        :fetch())
      local total = ("%d calls for $%.4f in 30d\n"):format(calls, spent)
      local said, errors, code = run "costs.lua"
      assert.truthy(said:find("^model +count +total_tokens +total_cost\n"))
      assert.truthy(said:find("\n" .. days[1].date .. "  ", 1, true), said)
      assert.equal(total, said:sub(-#total))
      assert.equal("", errors)
      assert.equal(0, code)
      assert_said(said, run("costs.lua", "30d 100"))
      local again
      again, errors, code = run("costs.lua", "30d 0.001")
      assert.equal(said, again)
      assert.equal(("That is $%.4f more than $0.00.\n"):format(spent - 0.001),
        errors)
      assert.equal(1, code)
    end)

    it("tells that nothing was asked", function()
      servers.kill(sandbox)
      sandbox = servers.sandbox "--history 0"
      assert_said("Nothing was asked in this time.\n", run "costs.lua")
    end)
  end)

  -------------------------------------------------------------------------
  describe("video.lua", function()
    local function path()
      return folder .. "/fox.mp4"
    end

    it("waits for a video and saves it", function()
      local said, errors, code = run("video.lua", "'a fox' " .. path())
      local id = said:match("^Job (%S+)\n")
      local saved = ("completed, 100 %%\n%s (%d bytes)\n"):format(path(),
        #files.read(path()))
      assert.equal(saved, said:sub(-#saved))
      assert_said(said, said, errors, code)
      os.remove(path())
      assert_said(saved, run("video.lua", ("job:%s %s"):format(id, path())))
    end)

    it("looks again when the server fails, and says how to go on", function()
      servers.kill(sandbox)
      sandbox = servers.sandbox("--job-seconds 0.3 --fail status:503*3 " ..
        "--retry-after 0.01")
      local said, errors, code = run("video.lua", "'a fox' " .. path())
      assert.truthy(said:find("fox.mp4 (", 1, true), errors)
      assert.equal(0, code)
      said, errors, code = run("video.lua", "job:vj_gone " .. path())
      assert.equal("", said)
      assert.truthy(errors:find("not_found", 1, true), errors)
      assert.truthy(errors:find(("To go on: lua examples/video.lua " ..
        "job:vj_gone %s\n"):format(path()), 1, true), errors)
      assert.equal(1, code)
    end)

    it("tells why a job failed", function()
      local _, errors, code = run("video.lua", "'fail please' " .. path())
      assert.truthy(errors:find("job_failed", 1, true), errors)
      assert.is_nil(errors:find("To go on", 1, true))
      assert.equal(1, code)
      assert.is_nil(files.read(path()))
    end)

    it("gives it up at Ctrl-C, on the server too", function()
      servers.kill(sandbox)
      sandbox = servers.sandbox "--job stuck --job-seconds 1"
      -- Ended with us, whatever goes wrong here.
      local started = command.start((line("video.lua", "'a fox' " .. path())
        :gsub("exec ", "%0timeout -s KILL 60 ")))
      servers.wait_until(function()
        return (files.read(started.out) or ""):find("50 %", 1, true)
      end, "the job to be seen")
      os.execute(("kill -INT $(pgrep -P %s)"):format(started.pid))
      local said, errors, code = command.finish(started)
      assert.equal("Given up.\n", errors)
      assert.equal(130, code)
      local job = client().videos:job(said:match("^Job (%S+)\n"))
      assert.equal("cancelled", job.status)
    end)
  end)

  -------------------------------------------------------------------------
  describe("subtitles.lua", function()
    local SOURCE = "\239\187\1911\r\n00:00:01,000 --> 00:00:02,000\r\n" ..
      "Echo: Guten Tag.\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\n\r\n" ..
      "3\r\n00:00:05,000 --> 00:00:06,000 X1:40\r\nEcho: 6 * 7\r\n" ..
      "I ask.\r\n\r\n4\r\n00:00:07,000 --> 00:00:08,000\r\n" ..
      "Echo: one\r\ntwo"
    local TRANSLATED = "1\n00:00:01,000 --> 00:00:02,000\nGuten Tag.\n\n" ..
      "2\n00:00:03,000 --> 00:00:04,000\n\n\n" ..
      "3\n00:00:05,000 --> 00:00:06,000 X1:40\n6 * 7\nI ask.\n\n" ..
      "4\n00:00:07,000 --> 00:00:08,000\none\ntwo\n\n"

    local function paths()
      files.write(folder .. "/film.srt", SOURCE)
      return ("%s/film.srt German %s/out.srt"):format(folder, folder)
    end

    local function result()
      return files.read(folder .. "/out.srt")
    end

    it("translates, and has nothing more to do then", function()
      assert_said("4 of 4\n", run("subtitles.lua", paths()))
      assert.equal(TRANSLATED, result())
      assert_said("", run("subtitles.lua", paths()))
      assert.equal(TRANSLATED, result())
    end)

    it("goes on behind what is whole", function()
      local third = TRANSLATED:find("3\n", 1, true)
      for _, length in ipairs { 0, 3, third - 1, third + 30,
        #TRANSLATED - 1 } do
        files.write(folder .. "/out.srt", TRANSLATED:sub(1, length))
        if length == 3 then
          local _, errors, code = run("subtitles.lua", paths())
          assert.truthy(errors:find("holds no subtitles", 1, true))
          assert.equal(1, code)
        else
          assert_said("4 of 4\n", run("subtitles.lua", paths()))
          assert.equal(TRANSLATED, result())
        end
      end
    end)

    it("keeps what was translated before an error", function()
      files.write(folder .. "/out.srt", "")
      local _, errors, code = run("subtitles.lua", paths(), nil,
        "http://127.0.0.1:1")
      assert.truthy(errors:find("^chat.create: network: [^\n]*\n" ..
        "The same command goes on from here.\n$"), errors)
      assert.equal(1, code)
      assert_said("4 of 4\n", run("subtitles.lua", paths()))
      assert.equal(TRANSLATED, result())
    end)

    it("writes over nothing else", function()
      files.write(folder .. "/out.srt", "1\n00:00:09,000 --> 00:00:10,000\n" ..
        "Other words\n\n")
      local before = result()
      local _, errors, code = run("subtitles.lua", paths())
      assert.truthy(errors:find("holds other subtitles", 1, true))
      assert.equal(1, code)
      assert.equal(before, result())
      _, errors, code = run("subtitles.lua", "/nowhere/x.srt German out.srt")
      assert.equal("/nowhere/x.srt: No such file or directory\n", errors)
      assert.equal(1, code)
    end)
  end)
end)
