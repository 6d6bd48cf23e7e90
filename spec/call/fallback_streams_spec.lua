-- Streams that ask another model when theirs does not begin to answer.
local events = require "spec.support.events"
local fallbacks = require "spec.support.fallbacks"
local indoxhub = require "indoxhub"
local loop = require "indoxhub.loop"
local servers = require "spec.support.servers"

local MESSAGES, refusal = fallbacks.MESSAGES, fallbacks.refusal

local BUSY = refusal "503 Service Unavailable"

local TWO = servers.EVENTS_HEAD .. events.answer("a", "b")

-- A stream that tells of a failure, after other frames.
local function failing(json, before)
  return servers.EVENTS_HEAD .. (before or "") .. events.frame(json)
end

local FAILURES = {
  rate_limit = '{"error":{"code":429,"message":"slow"},"details":'
    .. '{"retry_after":30}}',
  unavailable = '{"type":"error","error":{"code":"overloaded"}}',
  server = '{"error":{"code":500,"message":"bad"}}',
  server_timeout = '{"error":{"code":504,"message":"late"}}',
  not_found = '{"error":{"code":"model_not_found","message":"what?"}}',
}

-- Seconds for a first byte. On a slow machine a server that answers may take
-- longer, now and then.
local FIRST_BYTE = 0.25

-- An answer that is still thought about, for ever.
local THINKING = { { "body" }, { "send", servers.EVENTS_HEAD .. ": wait\n\n" },
  { "hold" } }

describe("a stream with a fallback", function()
  local scene = fallbacks.scene()
  local wait = loop.wait

  local function open(answers, options, of_call)
    local client, name = scene.client(answers, options)
    local stream, err = client.chat:stream({ model = "a/one",
      messages = MESSAGES }, of_call)
    return stream, name, err
  end

  -- Runs a test outside of tasks and in one.
  local function in_both(fn)
    fn()
    indoxhub.run(fn)
  end

  local function text_of(stream)
    local text = ""
    while true do
      local delta, err = stream:next()
      if not delta then
        return text, err
      end
      text = text .. delta
    end
  end

  local function assert_falls_back(first)
    local stream, name, err = open { first, TWO }
    indoxhub.assert(stream, err)
    assert.equal("ab", text_of(stream))
    local reply = stream:reply()
    assert.equal("m", reply.model) -- as the server says
    assert.equal("b/two", indoxhub.meta(reply).fallback)
    assert.equal("a/one b/two", scene.asked(name))
  end

  -- The same for what says nothing in time.
  local function assert_is_left(first)
    local stream, name, err = open({ first, TWO },
      { timeout = { first_byte = FIRST_BYTE } })
    indoxhub.assert(stream, err)
    assert.equal("ab", text_of(stream))
    assert.is_string(indoxhub.meta(stream:reply()).fallback)
    assert.matches("^a/one b/two", scene.asked(name))
  end

  local function assert_stays(first, options)
    local stream, name, err = open({ first, TWO }, options)
    local text
    if stream then
      text, err = text_of(stream)
    end
    assert.equal("a/one", scene.tried(err))
    assert.equal("a/one", scene.asked(name))
    return err, text
  end

  it("asks the next model when it is refused at once", function()
    in_both(function()
      assert_falls_back(BUSY)
      assert_falls_back(refusal("404 Not Found", nil,
        '{"detail":"Model not found"}'))
      assert_falls_back(refusal("200 OK", nil,
        '{"success":false,"message":"the provider failed"}'))
    end)
    assert_is_left { { "body" }, { "hold" } }
  end)

  it("asks the next model after an event, before the first piece", function()
    in_both(function()
      for _, event in pairs(FAILURES) do
        assert_falls_back(failing(event, events.created))
      end
    end)
  end)

  it("asks the next model when nothing but comments comes", function()
    in_both(function()
      assert_is_left(THINKING)
    end)
  end)

  it("never asks another one after a piece", function()
    for kind, event in pairs(FAILURES) do
      for _, before in ipairs { events.delta "x", events.reasoning "x" } do
        local err = assert_stays(failing(event, before))
        assert.equal(kind, err.kind)
        assert.is_nil(err.model)
      end
    end
    local err, text = assert_stays { { "body" }, { "send",
      servers.EVENTS_HEAD .. events.delta "x" }, { "close" } }
    assert.equal("truncated", err.kind)
    assert.equal("x", text)
  end)

  it("never asks another one after other failures", function()
    for _, event in ipairs { '{"error":{"code":400,"message":"bad"}}',
      '{"error":{"code":401,"message":"who?"}}',
      '{"error":{"code":"insufficient_quota"}}',
      '{"error":{"code":404,"message":"no such session"}}',
      '{"type":"response.cancelled","response":{"status":"cancelled"}}' } do
      assert_stays(failing(event, events.created))
    end
    assert.equal("total", assert_stays(THINKING,
      { timeout = { total = 0.1 } }).code)
  end)

  it("never asks another one for a reader of all events", function()
    local stream, name = open { failing(FAILURES.server, events.created), TWO }
    assert.has_error(function()
      for _ in stream:events() do -- luacheck: ignore 542
      end
    end)
    assert.equal("a/one", scene.asked(name))
  end)

  it("ends as the last model did, and tells of all", function()
    in_both(function()
      local stream, name = open { failing(FAILURES.server), BUSY,
        failing(FAILURES.not_found) }
      local text, err = text_of(stream)
      assert.equal("", text)
      assert.equal("not_found", err.kind)
      assert.equal("c/three", err.model)
      assert.equal("chat.stream", err.operation)
      assert.equal("a/one b/two c/three", scene.tried(err))
      assert.equal("a/one b/two c/three", scene.asked(name))
      assert.same({ nil, err }, { stream:next() })
    end)
  end)

  it("tries each model as often as it would try one", function()
    local stream, name = open({ BUSY, failing(FAILURES.unavailable), BUSY,
      failing(FAILURES.unavailable), TWO }, { max_retries = 1 })
    assert.equal("ab", text_of(stream))
    assert.equal("a/one a/one b/two b/two c/three", scene.asked(name))
    assert.equal(2, #scene.waits)
  end)

  it("does not wait long while there is another model", function()
    local stream, name = open({ failing(FAILURES.rate_limit), TWO },
      { max_retries = 1 })
    assert.equal("ab", text_of(stream))
    assert.equal("a/one b/two", scene.asked(name))
    stream, name = open({ failing(FAILURES.rate_limit), TWO },
      { max_retries = 1 }, { fallback_after = 40 })
    assert.equal("ab", text_of(stream))
    assert.equal("a/one a/one", scene.asked(name))
    assert.same({ 30 }, scene.waits)
  end)

  it("goes on to another model while it is polled", function()
    local stream, name = open { failing(FAILURES.server, events.created), BUSY,
      TWO }
    local text = ""
    servers.wait_until(function()
      local delta, kind = stream:try_next()
      text = text .. (delta or "")
      return not delta and kind ~= "pending"
    end, "the end of the stream")
    assert.equal("ab", text)
    assert.equal("a/one b/two c/three", scene.asked(name))
  end)

  it("goes on to another model for a reader of batches", function()
    local stream, name = open { failing(FAILURES.server, events.created), TWO }
    local text = ""
    while true do
      local batch, err = stream:next_batch()
      if not batch then
        assert.is_nil(err)
        break
      end
      text = text .. batch
    end
    assert.equal("ab", text)
    assert.equal("a/one b/two", scene.asked(name))
  end)

  it("hands out what is no stream of another model", function()
    local stream = open { failing(FAILURES.server), fallbacks.fine "two" }
    assert.equal("fine", text_of(stream))
    assert.equal("two", stream:reply().model)
    assert.equal("b/two", indoxhub.meta(stream:reply()).fallback)
  end)

  it("asks nobody else when it is closed, or its reader cancelled", function()
    loop.wait = wait -- luacheck: ignore 122
    for _, how in ipairs { "close", "cancel" } do
      local stream, name = open { failing(FAILURES.server, events.created),
        { { "body" }, { "hold" } }, TWO }
      indoxhub.run(function()
        local reading = indoxhub.spawn(text_of, stream)
        while scene.request_count(name) < 2 do
          indoxhub.sleep(0.001)
        end
        if how == "close" then
          stream:close()
        else
          reading:cancel()
        end
        local _, err = reading:await()
        assert.equal("cancelled", err.kind)
      end)
      assert.equal(2, scene.request_count(name))
    end
  end)
end)
