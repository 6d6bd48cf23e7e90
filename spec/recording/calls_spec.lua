-- Calls that are recorded, and played again without anybody being asked.
local core = require "indoxhub.core"
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"

local QUESTION = { messages = { { role = "user", content = "hi" } } }

local function body(text, fields)
  local reply = { success = true, data = text,
    usage = { tokens_total = 7, cost = 0.5 } }
  for name, value in pairs(fields or {}) do
    reply[name] = value
  end
  return json.encode(reply)
end

local function answer(text, fields)
  return servers.json(body(text, fields))
end

local function refusal(status, extra)
  return servers.last_reply(status, json.encode { error = "no" }, extra)
end

local DONE = 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n'
  .. "data: [DONE]\n\n"

-- An event in a chunk, and what comes right behind it.
local function event(text, more)
  return servers.chunk(('data: {"choices":[{"delta":{"content":"%s"}}]}\n\n')
    :format(text) .. (more or ""))
end

describe("recordings", function()
  local raw = during_tests(servers.raw)
  local nobody = "http://127.0.0.1:1"
  local folder, count

  before_each(function()
    folder, count = files.folder(), 0
  end)

  after_each(function()
    files.remove_folder(folder)
  end)

  -- A client whose server gives these answers in turn, and how often it was
  -- asked.
  local function recorder(answers, options)
    count = count + 1
    local name = ("%s_%d"):format(folder:match("[^/]*$"), count)
    local lay_out = raw:in_turn(name, answers)
    local given = { base_url = raw:base(name), max_retries = 0,
      record = folder, api_key = function()
        lay_out()
        return "indox-" .. ("t"):rep(32)
      end }
    for key, value in pairs(options or {}) do
      given[key] = value
    end
    return indoxhub.new(given), function()
      return select(2, raw:got(name):gsub(" HTTP/1.1\r\n", ""))
    end
  end

  -- A client that nobody answers.
  local function player(options)
    local given = { base_url = nobody, record = folder, max_retries = 0,
      record_mode = "replay" }
    for key, value in pairs(options or {}) do
      given[key] = value
    end
    return indoxhub.new(given)
  end

  local function names()
    local found = {}
    for name in files.list(folder):gmatch("[^\n]+") do
      found[#found + 1] = name
    end
    return found
  end

  local function only_file()
    assert.equal(1, #names())
    return folder .. "/" .. names()[1]
  end

  it("costs nothing, and needs no budget, when it is played", function()
    local client = recorder({ answer "paid" }, { budget = { cost = 0.1 } })
    assert.equal("paid", indoxhub.assert(client.chat:create(QUESTION)).data)
    local spent = { cost = 0.5, tokens = 7, requests = 1 }
    assert.same(spent, client:spent())
    for _ = 1, 3 do
      assert.equal("paid", indoxhub.assert(client.chat:create(QUESTION)).data)
    end
    assert.same(spent, client:spent())
    local _, err = client.chat:create { messages = { { role = "user",
      content = "another" } } }
    assert.equal("budget", err.kind)
  end)

  it("has what another model answered under what was asked", function()
    local question = { model = "a/one", messages = QUESTION.messages }
    local others = { fallback = { "a/two" } }
    local client, asked = recorder({ refusal "503 Service Unavailable",
      answer("two", { model = "a/two" }) }, others)
    assert.equal("two", indoxhub.assert(client.chat:create(question)).data)
    assert.equal(2, asked())
    local reply = indoxhub.assert(player(others).chat:create(question))
    assert.same({ "two", "a/two" }, { reply.data, reply.model })
  end)

  local function say(client, text)
    local reply, err = client.chat:create { messages = { { role = "user",
      content = text or "hi" } } }
    return reply and reply.data, err
  end

  local function read(stream)
    local pieces = {}
    for piece in stream do
      pieces[#pieces + 1] = piece
    end
    return pieces
  end

  -------------------------------------------------------------------------
  describe("with auto", function()
    it("ask once, and never again", function()
      local client, asked = recorder { answer "one", answer "two" }
      assert.equal("one", say(client))
      assert.equal("one", say(client))
      assert.equal("two", say(client, "and?"))
      assert.equal(2, asked())
      local reply = indoxhub.assert(client.chat:create(QUESTION))
      assert.is_true(indoxhub.meta(reply).recorded)
      assert.equal(7, reply.usage.tokens_total)
      assert.equal(2, #names())
    end)

    it("tell apart what was asked of somebody", function()
      local client = recorder { answer "one" }
      local reply = indoxhub.assert(client.chat:create(QUESTION))
      assert.is_nil(indoxhub.meta(reply).recorded)
    end)

    it("give the same whatever the key, the address and the headers are",
      function()
        say((recorder { answer "one" }))
        local client, asked = recorder({ answer "two" }, {
          headers = { ["X-Other"] = "1" } })
        assert.equal("one", say(client))
        assert.equal("one", say(player()))
        assert.equal(0, asked())
      end)

    it("keep what is refused for good, and its words", function()
      local client, asked = recorder { refusal "404 Not Found",
        refusal "422 Unprocessable Entity" }
      for _, status in ipairs { 404, 404 } do
        local _, err = say(client)
        assert.equal(status, err.status)
      end
      for _ = 1, 2 do
        local _, err = say(client, "again")
        assert.equal("validation", err.kind)
      end
      assert.equal(2, asked())
      local _, err = say(player())
      assert.equal("not_found", err.kind)
      assert.is_true(err.recorded)
      assert.equal("no", err.message)
      assert.equal(1, #err.attempts)
    end)

    for _, status in ipairs { "408 Request Timeout", "429 Too Many Requests",
      "500 Internal Server Error", "503 Service Unavailable",
      "401 Unauthorized", "402 Payment Required", "403 Forbidden" } do
      it("do not keep " .. status, function()
        local client, asked = recorder { refusal(status), answer "one" }
        assert.is_nil((say(client)))
        assert.same({}, names())
        assert.equal("one", say(client))
        assert.equal(2, asked())
      end)
    end

    it("do not keep what broke off, nor what is no answer", function()
      local head = servers.head("200 OK", "application/json", 100)
      local client = recorder { { { "body" }, { "send", head .. "{" },
        { "close" } }, { { "body" }, { "reset" } },
        servers.reply("200 OK", "text/html", "<!doctype html>login"),
        answer(nil, { data = json.null, success = false }), answer "one" }
      for _ = 1, 4 do
        assert.is_nil((say(client)))
        assert.same({}, names())
      end
      assert.equal("one", say(client))
    end)

    it("keep the answer after the tries, which are not played", function()
      local client, asked = recorder({ refusal("503 Service Unavailable",
        "Retry-After: 0\r\n"), answer "one" }, { max_retries = 2 })
      assert.equal("one", say(client))
      assert.equal(2, asked())
      local reply = indoxhub.assert(player().chat:create(QUESTION))
      assert.equal("one", reply.data)
      assert.equal(1, indoxhub.meta(reply).attempts)
    end)

    it("do not try again what a server asked to", function()
      local client = recorder { refusal("409 Conflict",
        "x-should-retry: true\r\n") }
      local _, err = say(client)
      assert.equal(409, err.status)
      _, err = say(player { max_retries = 5 })
      assert.equal(1, #err.attempts)
    end)

    it("ask as often as it takes for what changes", function()
      local client, asked = recorder { answer(nil, { status = "a" }),
        answer(nil, { status = "b" }), answer(nil, { status = "b" }),
        answer(nil, { status = "c" }) }
      local function look(who)
        return indoxhub.assert(who.videos:job "j1").status
      end
      local seen = {}
      for i = 1, 4 do
        seen[i] = look(client)
      end
      assert.same({ "a", "b", "b", "c" }, seen)
      assert.equal(4, asked())
      local again = player()
      for i = 1, 6 do
        seen[i] = look(again)
      end
      assert.same({ "a", "b", "b", "c", "c", "c" }, seen)
      -- Equal answers take no room.
      assert.equal(3, #json.decode(files.read(only_file())).answers)
      -- What is there is played, and what comes after that is asked for.
      client, asked = recorder { answer(nil, { status = "d" }) }
      for i = 1, 6 do
        seen[i] = look(client)
      end
      assert.same({ "a", "b", "b", "c", "d", "d" }, seen)
      assert.equal(2, asked())
    end)
  end)

  -------------------------------------------------------------------------
  it("of a program that looks for ever take no more than they may", function()
    local client, asked = recorder { answer(nil, { status = "a" }) }
    local told = {}
    client = client:with { log = function(one)
      told[#told + 1] = one.name == "warning" and one.message or nil
    end }
    client.videos:job "j1"
    local path = only_file()
    local kept = json.decode(files.read(path))
    for i = 1, 1000 do
      kept.answers[i] = { status = 200, headers = json.decode "{}",
        pieces = { "a" .. i }, seconds = { 0 } }
    end
    files.write(path, json.encode(kept))
    assert.equal("a", indoxhub.assert(client.videos:job "j1").status)
    assert.equal(2, asked())
    assert.same({ "the answer was not recorded: " .. path
      .. " has too many answers" }, told)
    assert.equal(1000, #json.decode(files.read(path)).answers)
  end)

  it("with new ask always, and replace", function()
    say((recorder { answer "one" }))
    local client, asked = recorder({ answer "two", answer "three" },
      { record_mode = "new" })
    assert.equal("two", say(client))
    assert.equal("two", say(player()))
    assert.equal("three", say(client))
    assert.equal(2, asked())
    assert.equal("three", say(player()))
    assert.equal(1, #names())
  end)

  it("with new begin a series anew, and keep the old one after a failure",
    function()
      local function look(client)
        local job, err = client.videos:job "j1"
        return job and job.status or err.kind
      end
      local client = recorder { answer(nil, { status = "a" }),
        answer(nil, { status = "b" }) }
      assert.same({ "a", "b" }, { look(client), look(client) })
      client = recorder({ refusal "500 Internal Server Error",
        answer(nil, { status = "c" }), answer(nil, { status = "d" }) },
        { record_mode = "new" })
      assert.equal("server", look(client))
      local old = player()
      assert.same({ "a", "b" }, { look(old), look(old) })
      assert.same({ "c", "d" }, { look(client), look(client) })
      local again = player()
      assert.same({ "c", "d", "d" }, { look(again), look(again), look(again) })
    end)

  -------------------------------------------------------------------------
  describe("with replay", function()
    it("need no key and no server", function()
      say((recorder { answer "one" }))
      assert.equal("one", say(player()))
      assert.equal("one", say(player { api_key = function()
        error "nobody needs it"
      end }))
      assert.equal("one", say(player { auth = "exchange", api_key = "k" }))
    end)

    it("name what comes nearest to what is not there", function()
      local client = recorder { answer "one", answer "two", answer "three" }
      client.chat:create { model = "a/b", messages = { { role = "user",
        content = "What is 6 * 7?" } } }
      client.chat:create { model = "a/b", temperature = 1, messages = { {
        role = "user", content = "Something else" } } }
      client.embeddings:create { model = "a/b", text = "x" }
      local reply, err = player().chat:create { model = "a/b", messages = { {
        role = "user", content = "What is 6 * 8?" } } }
      assert.is_nil(reply)
      assert.equal("not_recorded", err.kind)
      assert.equal("chat.create", err.operation)
      assert.is_false(err.retryable)
      assert.truthy(err.message:find(folder, 1, true))
      assert.truthy(err.message:find('messages[1].content: "...* 7?" was '
        .. 'recorded, not "...* 8?"', 1, true)
        or err.message:find('What is 6 * 7?" was recorded, not "What', 1, true),
        err.message)
      assert.truthy(err.message:find("post%-chat%-completions%-%x+%.json"))
      err = select(2, player().user:me())
      assert.equal("not_recorded", err.kind)
      assert.truthy(err.message:find("nothing of GET user/me is there", 1,
        true), err.message)
    end)

    it("say so where there is no folder at all", function()
      local _, err = say(player { record = folder .. "/none" })
      assert.equal("not_recorded", err.kind)
      assert.equal("", files.list(folder))
    end)

    it("never write", function()
      say((recorder { answer "one" }))
      local before = files.read(only_file())
      say(player())
      say(player(), "what?")
      assert.equal(before, files.read(only_file()))
    end)

    it("do not send what is to stop a stream", function()
      local client = recorder { { { "body" }, { "send", servers.CHUNKED_HEAD
        .. event("one", DONE) .. servers.LAST_CHUNK } } }
      read(indoxhub.assert(client.chat:stream(QUESTION)))
      local events = {}
      local stream = indoxhub.assert(player({ log = function(told)
        events[#events + 1] = told.path
      end }).chat:stream(QUESTION))
      stream()
      stream:close()
      for _, path in ipairs(events) do
        assert.equal("chat/completions", path)
      end
    end)
  end)

  -------------------------------------------------------------------------
  describe("of streams", function()
    local PIECES = { { "body" }, { "send", servers.CHUNKED_HEAD
      .. event "one" }, { "sleep", 20 }, { "send", event "two" },
      { "sleep", 20 }, { "send", event("three", DONE)
      .. servers.LAST_CHUNK } }

    it("have the pieces that the network cut", function()
      local client, asked = recorder { PIECES }
      local live = indoxhub.assert(client.chat:stream(QUESTION))
      assert.same({ "one", "two", "three" }, read(live))
      local stream = indoxhub.assert(client.chat:stream(QUESTION))
      assert.same({ "one", "two", "three" }, read(stream))
      assert.equal(1, asked())
      assert.equal("onetwothree", stream:reply().data)
      assert.is_true(indoxhub.meta(stream:reply()).recorded)
      local kept = json.decode(files.read(only_file())).answers[1]
      assert.equal(3, #kept.pieces)
      assert.is_true(kept.seconds[3] - kept.seconds[1] >= 0.03)
    end)

    it("take the time that they took, or a part of it", function()
      local client = recorder { PIECES }
      read(indoxhub.assert(client.chat:stream(QUESTION)))
      local path = only_file()
      local kept = json.decode(files.read(path))
      kept.answers[1].seconds = { 0, 0.04, 0.08 }
      files.write(path, json.encode(kept))
      local function seconds(pace)
        local began = core.now()
        local stream = player { record_pace = pace }.chat:stream(QUESTION)
        assert.same({ "one", "two", "three" }, read(stream))
        return core.now() - began
      end
      assert.is_true(seconds(1) >= 0.08)
      assert.is_true(seconds(2) >= 0.16)
      local at_once, half = seconds(0), seconds(0.5)
      assert.is_true(half >= 0.04)
      assert.is_true(at_once < seconds(2))
    end)

    it("are bounded by the time of the call", function()
      local client = recorder { PIECES }
      read(indoxhub.assert(client.chat:stream(QUESTION)))
      local path = only_file()
      local kept = json.decode(files.read(path))
      kept.answers[1].seconds = { 0, 0, 30 }
      files.write(path, json.encode(kept))
      local stream = indoxhub.assert(player({ record_pace = 1,
        timeout = 0.05 }).chat:stream(QUESTION))
      assert.equal("one", stream:next())
      assert.equal("two", stream:next())
      local _, err = stream:next()
      assert.equal("timeout", err.kind)
      assert.equal("onetwo", err.partial)
    end)

    it("are not kept when they were not read to their end", function()
      local client, asked = recorder({ PIECES })
      local stream = indoxhub.assert(client.chat:stream(QUESTION))
      assert.equal("one", stream())
      stream:close()
      assert.same({}, names())
      stream = indoxhub.assert(client.chat:stream(QUESTION))
      stream()
      stream = nil -- luacheck: ignore 311
      collectgarbage()
      collectgarbage()
      assert.same({}, names())
      assert.equal(2, asked())
    end)

    it("are not kept when they broke off, or told of a failure", function()
      local cut = { { "body" }, { "send", servers.CHUNKED_HEAD
        .. event "one" }, { "close" } }
      local failed = { { "body" }, { "send", servers.CHUNKED_HEAD
        .. event "one" .. servers.chunk 'data: {"error":{"message":"no"}}\n\n'
        .. servers.LAST_CHUNK } }
      local client = recorder { cut, failed, PIECES }
      for _ = 1, 2 do
        local stream = indoxhub.assert(client.chat:stream(QUESTION))
        assert.is_false((pcall(read, stream)))
        assert.same({}, names())
      end
      assert.same({ "one", "two", "three" },
        read(indoxhub.assert(client.chat:stream(QUESTION))))
      assert.equal(1, #names())
    end)

    it("that came as one body are played as that", function()
      local client, asked = recorder { answer "whole" }
      for _ = 1, 2 do
        assert.same({ "whole" },
          read(indoxhub.assert(client.chat:stream(QUESTION))))
      end
      assert.equal(1, asked())
    end)

    it("can be read piece by piece, closed, and dropped", function()
      local client = recorder { PIECES }
      read(indoxhub.assert(client.chat:stream(QUESTION)))
      local again = player()
      local stream = indoxhub.assert(again.chat:stream(QUESTION))
      assert.equal("one", stream())
      stream:close()
      assert.equal("cancelled", select(2, stream:reply()).kind)
      stream = indoxhub.assert(again.chat:stream(QUESTION))
      again:close()
      assert.is_false((pcall(read, stream)))
    end)
  end)

  -------------------------------------------------------------------------
  it("run in tasks, many at once", function()
    local client = recorder { answer "one" }
    say(client)
    local done = {}
    indoxhub.run(function()
      local jobs = {}
      for i = 1, 50 do
        jobs[i] = function() return say(client) end
      end
      done = indoxhub.gather(jobs)
    end)
    assert.equal(50, #done)
    for i = 1, 50 do
      assert.equal("one", done[i])
    end
  end)

  it("count for no connection of max_connections", function()
    say((recorder { answer "one" }))
    local client = recorder({ { { "body" }, { "send",
      servers.CHUNKED_HEAD .. event "x" }, { "hold" } } },
      { max_connections = 1 })
    local stream = indoxhub.assert(client.chat:stream {
      messages = { { role = "user", content = "other" } } })
    stream()
    assert.equal("one", say(client))
    stream:close()
  end)

  it("are told to the log", function()
    say((recorder { answer "one" }))
    local told = {}
    say(player { log = function(event_of)
      told[#told + 1] = event_of
    end })
    assert.equal("attempt", told[1].name)
    assert.is_true(told[1].recorded)
    assert.equal(200, told[1].status)
  end)

  it("are one client's, and those of clients derived from it", function()
    local client, asked = recorder { answer "one", answer "two" }
    say(client)
    assert.equal("one", say(client:with { timeout = 5 }))
    assert.equal("one", say(client:with { record_mode = "replay" }))
    assert.equal("two", say(client:with { record = false }))
    assert.equal(2, asked())
    assert.equal("one", say(client))
    local off = client:with { record = false }
    assert.equal("one", say(off:with { record = folder }))
  end)

  it("with a series go on in a derived client", function()
    local client = recorder { answer(nil, { status = "a" }),
      answer(nil, { status = "b" }) }
    for _ = 1, 2 do
      client.videos:job "j1"
    end
    local again = player()
    assert.equal("a", again.videos:job("j1").status)
    assert.equal("b", again:with({ timeout = 3 }).videos:job("j1").status)
  end)
end)
