-- max_connections: how many calls of a client run at the same time.
local core = require "indoxhub.core"
local during_tests = require "spec.support.during_tests"
local events = require "spec.support.events"
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"

local FIELDS = { messages = { { role = "user", content = "go" } } }

describe("max_connections", function()
  local raw = during_tests(servers.raw)
  local tasks

  before_each(function()
    tasks = {}
  end)

  after_each(function()
    for _, task in ipairs(tasks) do
      task:cancel()
    end
  end)

  local HOLD = { { "body" }, { "hold" } }
  local ANSWER = { { "body" },
    { "send", servers.last_reply("200 OK", '{"data":"fine"}') } }
  local HELD_STREAM = { { "body" }, { "send", servers.CHUNKED_HEAD
    .. servers.chunk(events.answer("word")) }, { "hold" } }

  local function client_for(name, steps, options)
    options.api_key, options.base_url = "indox-test", raw:script(name, steps)
    return indoxhub.new(options)
  end

  local function spawn(fn)
    local task = indoxhub.spawn(fn)
    tasks[#tasks + 1] = task
    return task
  end

  local function ask(client, options)
    return spawn(function()
      return client.chat:create(FIELDS, options)
    end)
  end

  local function requests(name)
    return select(2, raw:got(name):gsub("/chat/completions ", ""))
  end

  local function wait_for(count, name)
    servers.wait_until(function()
      indoxhub.step()
      return requests(name) >= count
    end, "requests")
  end

  -- What would be sent by now is, once another's call is over.
  local function let_others_pass()
    indoxhub.assert(client_for("other", ANSWER, {}).chat:create(FIELDS))
  end

  it("lets so many calls run, the others wait their turn", function()
    local client = client_for("turns", HOLD, { max_connections = 2 })
    local asked = {}
    for i = 1, 4 do
      asked[i] = spawn(function()
        return client.chat:create { messages = { { role = "user",
          content = "number " .. i } } }
      end)
    end
    wait_for(2, "turns")
    let_others_pass()
    assert.equal(2, requests "turns")
    asked[1]:cancel()
    wait_for(3, "turns")
    let_others_pass()
    assert.equal(3, requests "turns")
    assert.truthy(raw:got("turns"):find("number 3", 1, true))
    assert.falsy(raw:got("turns"):find("number 4", 1, true))
  end)

  it("gets many calls done, however few run at once", function()
    local client = client_for("many", ANSWER, { max_connections = 1 })
    local fns = {}
    for i = 1, 50 do
      fns[i] = function()
        return client.chat:create(FIELDS)
      end
    end
    local replies, failures = indoxhub.gather(fns)
    assert.is_nil(failures)
    assert.equal("fine", replies[50].data)
    assert.equal(50, requests "many")
  end)

  it("has each try of a call wait", function()
    local client = client_for("tries",
      servers.last_reply("503 Busy", "{}", "Retry-After: 0\r\n"),
      { max_connections = 1, max_retries = 2 })
    local one, other = ask(client), ask(client)
    assert.equal(3, #select(2, one:await()).attempts)
    assert.equal(3, #select(2, other:await()).attempts)
  end)

  it("counts the waiting into the time of the call, and sends nothing",
    function()
      local client = client_for("late", HOLD, { max_connections = 1 })
      ask(client)
      wait_for(1, "late")
      local reply, err = client.chat:create(FIELDS, { timeout = 0.05 })
      assert.is_nil(reply)
      assert.equal("timeout", err.kind)
      assert.equal("connections", err.code)
      assert.matches("no connection of the client became free", tostring(err))
      assert.matches("raise max_connections", tostring(err))
      assert.equal(1, #err.attempts)
      assert.equal(1, requests "late")
    end)

  it("begins the other time limits when the call runs", function()
    local client = client_for("phases", HOLD, { max_connections = 1 })
    local first = ask(client)
    wait_for(1, "phases")
    local began = core.now()
    local second = ask(client, { max_retries = 0,
      timeout = { connect = 0.05, first_byte = 0.05, idle = 0.05 } })
    servers.wait_until(function()
      indoxhub.step()
      return core.now() - began > 0.3
    end, "some time")
    assert.equal("pending", second:status())
    first:cancel()
    assert.equal("first_byte", select(2, second:await()).code)
    assert.equal(2, requests "phases")
  end)

  it("has those leave that do not want to wait any more", function()
    local client = client_for("leave", HOLD, { max_connections = 1 })
    local first = ask(client)
    wait_for(1, "leave")
    local second, third = ask(client), ask(client)
    indoxhub.step()
    second:cancel()
    assert.equal("cancelled", select(2, second:await()).kind)
    first:cancel()
    wait_for(2, "leave")
    client:close()
    assert.equal("cancelled", select(2, third:await()).kind)
  end)

  it("ends those that wait with their client", function()
    local client = client_for("closed", HOLD, { max_connections = 1 })
    local first = ask(client)
    wait_for(1, "closed")
    local second = ask(client)
    indoxhub.step()
    client:close()
    assert.equal("cancelled", select(2, first:await()).kind)
    assert.equal("cancelled", select(2, second:await()).kind)
    assert.equal(1, requests "closed")
  end)

  it("counts a stream until it ends or is closed", function()
    local client = client_for("streams", HELD_STREAM, { max_connections = 1 })
    local stream = indoxhub.assert(client.chat:stream(FIELDS))
    assert.equal("word", stream:next())
    local second = spawn(function()
      return client.chat:stream(FIELDS)
    end)
    let_others_pass()
    assert.equal(1, requests "streams")
    stream:close()
    indoxhub.assert(second:await()):close()
    assert.equal(2, requests "streams")
  end)

  it("counts a stream that was dropped until it is collected", function()
    local client = client_for("dropped", HELD_STREAM, { max_connections = 1 })
    do
      local stream = indoxhub.assert(client.chat:stream(FIELDS))
      assert.equal("word", stream:next())
    end
    local second = spawn(function()
      return client.chat:stream(FIELDS)
    end)
    servers.wait_until(function()
      collectgarbage()
      indoxhub.step()
      return second:status() == "done"
    end, "the second stream")
    indoxhub.assert(second:await()):close()
  end)

  it("has what was dropped collected where a call would block", function()
    local client = client_for("blocks", HELD_STREAM, { max_connections = 1 })
    for _ = 1, 3 do
      local stream = indoxhub.assert(
        client.chat:stream(FIELDS, { timeout = 20 }))
      assert.equal("word", stream:next())
    end
    client:close()
  end)

  it("does not count streams that have arrived and wait for a reader",
    function()
      local client = client_for("unread",
        servers.CHUNKED_HEAD .. servers.chunk(events.answer("a", "b"))
        .. servers.LAST_CHUNK, { max_connections = 1 })
      local one = indoxhub.assert(client.chat:stream(FIELDS))
      local other = indoxhub.assert(client.chat:stream(FIELDS))
      assert.equal("ab", one:reply().data)
      assert.equal("ab", other:reply().data)
    end)

  it("has no stop call wait", function()
    local client = client_for("stops", { { "body" }, { "send",
      servers.CHUNKED_HEAD .. servers.chunk('data: {"type":"usage_start",' ..
      '"request_id":"r_1"}\n\ndata: {"type":"content","data":"x"}\n\n') },
      { "hold" } }, { max_connections = 1 })
    local stream = indoxhub.assert(client.chat:stream(FIELDS))
    assert.equal("x", stream:next())
    ask(client)
    indoxhub.step()
    stream:close()
    servers.wait_until(function()
      indoxhub.step()
      return raw:got("stops"):find("r_1", 1, true)
    end, "the stop call")
  end)

  it("is shared by derived clients that name no number of their own",
    function()
      local client = client_for("shared", HOLD, { max_connections = 1 })
      ask(client)
      wait_for(1, "shared")
      ask(client:with { headers = { ["X-One"] = "1" } })
      let_others_pass()
      assert.equal(1, requests "shared")
      ask(client:with { max_connections = 1 })
      wait_for(2, "shared")
    end)

  it("is a whole number above 0", function()
    indoxhub.new { api_key = "k", max_connections = 1e12 }
    for _, wrong in ipairs { 0, -1, 1.5, "2", false } do
      assert.has_error(function()
        indoxhub.new { api_key = "k", max_connections = wrong }
      end, ("option max_connections must be a whole number above 0, not %s")
        :format(type(wrong) == "string" and '"2"' or tostring(wrong)))
    end
  end)
end)
