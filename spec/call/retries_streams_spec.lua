-- Streams that are tried again, on real connections, whichever way they are
-- read.
local events = require "spec.support.events"
local indoxhub = require "indoxhub"
local loop = require "indoxhub.loop"
local servers = require "spec.support.servers"
local retries = require "spec.support.retries"

local MESSAGES = { { role = "user", content = "go" } }

local BUSY, TICK = retries.BUSY, retries.TICK

local assert_backoff = retries.assert_backoff

-- Bytes of a stream that tells of a failure.
local function failing_stream(json, before)
  return servers.EVENTS_HEAD .. (before or "") .. events.frame(json)
end

local RATE_EVENT = '{"type":"error","error":{"code":"rate_limit_exceeded",'
  .. '"message":"slow down"}}'
local BUSY_EVENT = '{"error":{"message":"overloaded","code":503}}'
local STREAM = servers.EVENTS_HEAD .. events.answer("a", "b")

describe("a call", function()
  local scene = retries.scene()
  local waits, wait, skip_time = scene.waits, loop.wait, scene.skip_time
  local client_with, request_count = scene.client_with, scene.request_count

  local function open(answers, options)
    local client, name = client_with(answers, options)
    return indoxhub.assert(client.chat:stream { messages = MESSAGES }), name
  end

  -- Ways to read a stream to its end: text, or nil and the error.
  local readers = {
    next = function(stream)
      local text = ""
      while true do
        local delta, err = stream:next()
        if not delta then
          return not err and text or nil, err
        end
        text = text .. delta
      end
    end,
    try_next = function(stream)
      local text = ""
      while true do
        local delta, kind = stream:try_next()
        if not delta and kind ~= "pending" then
          return not kind and text or nil, kind
        elseif not delta and loop.current() then
          indoxhub.sleep(TICK)
        end
        text = text .. (delta or "")
      end
    end,
    coroutine = function(stream)
      local co, text = stream:coroutine { wait = false }, ""
      while true do
        local ok, delta, kind = coroutine.resume(co)
        if not ok then
          return nil, delta
        elseif coroutine.status(co) == "dead" then
          return text
        elseif kind == "pending" and loop.current() then
          indoxhub.sleep(TICK)
        end
        text = text .. (delta or "")
      end
    end,
    reply = function(stream)
      local reply, err = stream:reply()
      return reply and reply.data, err
    end,
  }

  -- Runs a reader outside of tasks and in one.
  local function in_both(fn)
    fn()
    skip_time()
    indoxhub.run(fn)
  end

  for how, read in pairs(readers) do
    describe("that streams, read with " .. how, function()
      it("is tried again after an event that tells of a crowd", function()
        in_both(function()
          for _, event in ipairs { RATE_EVENT, BUSY_EVENT } do
            local stream, name = open { failing_stream(event, events.created),
              BUSY, STREAM }
            assert.equal("ab", read(stream))
            assert.equal(3, request_count(name))
            assert.equal(3, indoxhub.meta(stream:reply()).attempts)
          end
        end)
        assert_backoff(0.5, waits[1])
      end)

      it("is given up when the tries are used up", function()
        in_both(function()
          local stream, name = open { failing_stream(BUSY_EVENT) }
          local text, err = read(stream)
          assert.is_nil(text)
          assert.equal("unavailable", err.kind)
          assert.equal("chat.stream", err.operation)
          assert.equal(3, #err.attempts)
          assert.equal(3, request_count(name))
          -- It stays broken.
          assert.same({ nil, err }, { stream:next() })
        end)
      end)

      it("is not tried again after a delta", function()
        in_both(function()
          for _, delta in ipairs { events.delta "x", events.reasoning "y" } do
            local stream, name = open { failing_stream(RATE_EVENT, delta),
              STREAM }
            local _, err = read(stream)
            assert.equal("rate_limit", err.kind)
            assert.equal(1, request_count(name))
          end
        end)
      end)

      it("is not tried again after another failure", function()
        in_both(function()
          for _, event in ipairs { '{"error":{"message":"bad","code":500}}',
            '{"error":{"code":"insufficient_quota"}}' } do
            local stream, name = open { failing_stream(event), STREAM }
            assert.is_nil((read(stream)))
            assert.equal(1, request_count(name))
          end
        end)
      end)
    end)
  end

  it("that streams shows all its events, and so is not tried again", function()
    local stream, name = open { failing_stream(RATE_EVENT), STREAM }
    assert.has_error(function()
      for _ in stream:events() do -- luacheck: ignore 542
      end
    end)
    assert.equal("rate_limit", select(2, stream:next()).kind)
    assert.equal(1, request_count(name))
  end)

  it("that streams is not sent again when it is closed while it waits",
    function()
      loop.wait = wait -- luacheck: ignore 122
      for _, how in ipairs { "next", "try_next" } do
        local retrying = false
        local stream, name = open({ failing_stream('{"error":{"message":"x",'
          .. '"code":429},"details":{"retry_after":50}}'), STREAM }, {
          log = function(event)
            retrying = retrying or event.name == "retry"
          end })
        indoxhub.run(function()
          local reading = indoxhub.spawn(function()
            return readers[how](stream)
          end)
          while not retrying do
            indoxhub.sleep(TICK)
          end
          stream:close()
          local text, err = reading:await()
          assert.is_nil(text)
          assert.equal("cancelled", err.kind)
        end)
        assert.equal(1, request_count(name))
      end
    end)

  it("that streams ends when its reader is cancelled while it waits", function()
    loop.wait = wait -- luacheck: ignore 122
    local retrying = false
    local stream, name = open({ failing_stream('{"error":{"message":"x",'
      .. '"code":429},"details":{"retry_after":50}}'), STREAM }, {
      log = function(event)
        retrying = retrying or event.name == "retry"
      end })
    indoxhub.run(function()
      local reading = indoxhub.spawn(readers.next, stream)
      while not retrying do
        indoxhub.sleep(TICK)
      end
      reading:cancel()
      local text, err = reading:await()
      assert.is_nil(text)
      assert.equal("cancelled", err.kind)
    end)
    assert.equal(1, request_count(name))
  end)

  it("that streams can be polled first and waited for then", function()
    local stream = open { failing_stream(BUSY_EVENT), STREAM }
    servers.wait_until(function()
      return stream:try_next() == nil and #waits > 0
    end, "the refusal")
    assert.equal("ab", readers.next(stream))
  end)
end)
