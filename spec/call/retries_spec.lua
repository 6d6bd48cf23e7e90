-- Calls and streams that are tried again, on real connections. Waits between
-- tries take no time here and are written down.
local events = require "spec.support.events"
local indoxhub = require "indoxhub"
local loop = require "indoxhub.loop"
local servers = require "spec.support.servers"

local MESSAGES = { { role = "user", content = "go" } }
local KEY = "indox-" .. ("k"):rep(32)

local function refusal(status, extra, body)
  return servers.last_reply(status, body or '{"detail":"not now"}', extra)
end

local OK = refusal("200 OK", nil, '{"request_id":"q","data":"fine"}')

local LIMITED = refusal("429 Too Many Requests")
local BUSY = refusal("503 Service Unavailable")
local BROKEN = refusal("500 Internal Server Error")

-- Bytes of a stream that tells of a failure.
local function failing_stream(json, before)
  return servers.EVENTS_HEAD .. (before or "") .. events.frame(json)
end

local RATE_EVENT = '{"type":"error","error":{"code":"rate_limit_exceeded",'
  .. '"message":"slow down"}}'
local BUSY_EVENT = '{"error":{"message":"overloaded","code":503}}'
local STREAM = servers.EVENTS_HEAD .. events.answer("a", "b")

-- Seconds between two looks of a task that polls.
local TICK = 0.001

describe("a call", function()
  local raw, waits
  local wait = loop.wait

  setup(function()
    raw = servers.raw()
  end)

  teardown(function()
    raw:stop()
  end)

  -- What waits for a time and for nothing else goes on at once.
  local function skip_time()
    waits = {}
    loop.wait = function(slot, seconds) -- luacheck: ignore 122
      if not seconds or seconds == TICK then
        return wait(slot, seconds)
      end
      waits[#waits + 1] = seconds
      return wait(slot, 0)
    end
  end

  before_each(skip_time)

  after_each(function()
    loop.wait = wait -- luacheck: ignore 122
  end)

  local count = 0

  -- A client of a server that gives these answers in turn. The client asks for
  -- its key before it sends anything, which is when the next is laid out.
  local function client_with(answers, options)
    count = count + 1
    local name = "tries" .. count
    local lay_out = raw:in_turn(name, answers)
    local settings = { api_key = function()
      lay_out()
      return KEY
    end }
    for option, value in pairs(options or {}) do
      settings[option] = value
    end
    settings.base_url = raw:base(name)
    return indoxhub.new(settings), name
  end

  -- How many requests reached a script.
  local function request_count(name)
    return select(2, raw:got(name):gsub("HTTP/1.1\r\n", ""))
  end

  -- Backoff without a hint, whatever the random number was.
  local function assert_backoff(expected, seconds)
    assert.is_true(seconds <= expected and seconds >= 0.75 * expected,
      ("%g is no backoff of %g"):format(seconds, expected))
  end

  it("is tried twice more, and waits longer each time", function()
    local client, name = client_with { BUSY, LIMITED, OK }
    local reply = indoxhub.assert(client.chat:create { messages = MESSAGES })
    assert.equal("fine", reply.data)
    assert.equal(3, indoxhub.meta(reply).attempts)
    assert.equal(3, request_count(name))
    assert.equal(2, #waits)
    assert_backoff(0.5, waits[1])
    assert_backoff(1, waits[2])
  end)

  it("sends the same bytes each time", function()
    local client, name = client_with { BUSY, BUSY, OK }
    indoxhub.assert(client.chat:create({ messages = MESSAGES,
      temperature = 0.5 }, { headers = { ["X-A"] = "b" } }))
    local got = raw:got(name)
    assert.equal(0, #got % 3)
    assert.equal(got:sub(1, #got / 3):rep(3), got)
    assert.equal(3, request_count(name))
  end)

  it("tells what became of each try", function()
    local client = client_with {
      refusal("429 Too Many Requests", "Retry-After: 7\r\n",
        '{"error":"RateLimitError","message":"slow down"}'),
      refusal("503 Service Unavailable", "Retry-After: 0\r\n"), BROKEN }
    local reply, err = client.chat:create { messages = MESSAGES }
    assert.is_nil(reply)
    assert.equal("server", err.kind)
    assert.equal(3, #err.attempts)
    local one, two, three = err.attempts[1], err.attempts[2], err.attempts[3]
    for _, try in ipairs(err.attempts) do
      assert.is_true(try.seconds >= 0 and try.seconds < 20)
      try.seconds = nil
    end
    assert.same({ status = 429, code = "RateLimitError", wait = 7 }, one)
    assert.same({ status = 503, code = "unavailable", wait = 0 }, two)
    assert.same({ status = 500, code = "server" }, three)
    assert.same({ 7, 0 }, waits)
  end)

  it("is given up after max_retries, of the call or else of the client",
    function()
      for most = 0, 3 do
        for _, where in ipairs { "client", "call" } do
          local client, name = client_with({ BUSY }, {
            max_retries = where == "client" and most or 9 })
          local _, err = client.chat:create({ messages = MESSAGES },
            { max_retries = where == "call" and most or nil })
          assert.equal("unavailable", err.kind)
          assert.equal(most + 1, #err.attempts)
          assert.equal(most + 1, request_count(name))
        end
      end
    end)

  it("is not tried again when it may have been billed", function()
    for _, answer in ipairs { BROKEN, refusal "504 Gateway Timeout",
      refusal "408 Request Timeout", { { "body" }, { "reset" } },
      { { "body" }, { "close" } } } do
      local client, name = client_with { answer, OK }
      local reply, err = client.chat:create { messages = MESSAGES }
      assert.is_nil(reply)
      assert.equal(1, #err.attempts)
      assert.equal(1, request_count(name))
    end
  end)

  it("is tried again when the program takes that risk", function()
    for _, answer in ipairs { BROKEN, refusal "504 Gateway Timeout",
      { { "body" }, { "reset" } } } do
      local client, name = client_with { answer, OK }
      local reply = indoxhub.assert(client.chat:create({ messages = MESSAGES },
        { retry_unsafe = true }))
      assert.equal(2, indoxhub.meta(reply).attempts)
      assert.equal(2, request_count(name))
    end
  end)

  it("that only asks is tried again", function()
    for _, answer in ipairs { BROKEN, refusal "502 Bad Gateway",
      refusal "504 Gateway Timeout", refusal "408 Request Timeout",
      { { "reset" } } } do
      local client = client_with { answer, OK }
      assert.equal(2,
        indoxhub.meta(indoxhub.assert(client.user:me())).attempts)
    end
  end)

  it("that deletes is not tried again once it was sent", function()
    for _, answer in ipairs { BUSY, LIMITED, BROKEN, { { "reset" } } } do
      local client, name = client_with { answer, OK }
      local _, err = client.user:delete_api_key(1)
      assert.equal(1, #err.attempts)
      assert.equal(1, request_count(name))
    end
  end)

  it("that never reached a server is tried again, also one that deletes",
    function()
      local gone = servers.raw()
      gone:stop()
      local client = indoxhub.new { api_key = KEY,
        base_url = "http://127.0.0.1:" .. gone.port }
      for _, try in ipairs {
        function() return client.user:me() end,
        function() return client.user:delete_api_key(1) end,
        function() return client.chat:create { messages = MESSAGES } end,
        function() return client.chat:stream { messages = MESSAGES } end,
      } do
        local _, err = try()
        assert.equal("network", err.kind)
        assert.equal(3, #err.attempts)
        assert.equal("connect", err.attempts[3].code)
        assert.is_number(err.attempts[2].wait)
        assert.is_nil(err.attempts[3].wait)
      end
    end)

  it("whose body was not read whole is tried again", function()
    local long = { { role = "user", content = ("long "):rep(4e6) } }
    local client, name = client_with { { { "reset" } }, { { "count" },
      { "send", OK } } }
    local reply = indoxhub.assert(client.chat:create { messages = long })
    assert.equal(2, indoxhub.meta(reply).attempts)
    assert.equal(2, request_count(name))
  end)

  it("is not tried again without credit", function()
    for _, answer in ipairs { refusal "402 Payment Required",
      refusal("429 Too Many Requests", "Retry-After: 0\r\n",
        '{"error":{"code":"insufficient_quota","message":"no credit"}}') } do
      local client = client_with { answer, OK }
      local _, err = client.chat:create { messages = MESSAGES }
      assert.equal("insufficient_credits", err.kind)
      assert.equal(1, #err.attempts)
    end
  end)

  it("ends when the server says so", function()
    for _, status in ipairs { "429 Too Many Requests",
      "503 Service Unavailable" } do
      local client, name = client_with { refusal(status,
        "X-Should-Retry: false\r\n"), OK }
      local _, err = client.chat:create { messages = MESSAGES }
      assert.is_false(err.retryable)
      assert.equal(1, request_count(name))
    end
  end)

  it("is tried once more when the server asks for it", function()
    local asked = refusal("500 Internal Server Error",
      "X-Should-Retry: true\r\n")
    local client, name = client_with { asked, OK }
    indoxhub.assert(client.chat:create { messages = MESSAGES })
    assert.equal(2, request_count(name))
    client, name = client_with { asked, asked, OK }
    local _, err = client.chat:create { messages = MESSAGES }
    assert.equal("server", err.kind)
    assert.equal(2, request_count(name))
    client, name = client_with { BUSY, asked, OK }
    indoxhub.assert(client.chat:create { messages = MESSAGES })
    assert.equal(3, request_count(name))
    client, name = client_with { asked, OK }
    _, err = client.images:generate { prompt = "a kiln" }
    assert.equal("server", err.kind)
    assert.equal(1, request_count(name))
  end)

  it("is tried again when a limit begins anew", function()
    local client = client_with { refusal("429 Too Many Requests",
      "X-RateLimit-Reset-Tokens: 1m0s\r\nX-RateLimit-Remaining-Tokens: 0\r\n"
      .. "X-RateLimit-Reset-Requests: 2s\r\n"),
      refusal("429 Too Many Requests", "Retry-After-Ms: 1500\r\n"), OK }
    indoxhub.assert(client.chat:create { messages = MESSAGES })
    assert.same({ 60, 1.5 }, waits)
  end)

  it("leaves a long hint to the program", function()
    local client = client_with { refusal("429 Too Many Requests",
      "Retry-After: 61\r\n"), OK }
    local _, err = client.chat:create { messages = MESSAGES }
    assert.equal(61, err.retry_after)
    assert.equal(1, #err.attempts)
    assert.same({}, waits)
  end)

  it("follows a hint of 60 seconds", function()
    local client = client_with { refusal("429 Too Many Requests",
      "Retry-After: 60\r\n"), OK }
    indoxhub.assert(client.chat:create { messages = MESSAGES })
    assert.same({ 60 }, waits)
  end)

  it("that fails inside a reply of status 200 is judged by its failure",
    function()
      local client = client_with { refusal("200 OK", nil,
        '{"success":false,"message":"x","error":{"code":"overloaded"}}'), OK }
      indoxhub.assert(client.chat:create { messages = MESSAGES })
      client = client_with { refusal("200 OK", nil,
        '{"success":false,"message":"x"}'), OK }
      local _, err = client.chat:create { messages = MESSAGES }
      assert.equal(1, #err.attempts)
    end)

  it("ends before a wait that its time limit does not allow", function()
    local client = client_with { refusal("429 Too Many Requests",
      "Retry-After: 50\r\n"), OK }
    local _, err = client.chat:create({ messages = MESSAGES }, { timeout = 40 })
    assert.equal("rate_limit", err.kind)
    assert.equal(50, err.retry_after)
    assert.same({}, waits)
  end)

  it("has one time limit for all its tries", function()
    loop.wait = wait -- luacheck: ignore 122
    local client = client_with { refusal("503 Service Unavailable",
      "Retry-After: 0.1\r\n"), { { "body" }, { "hold" } } }
    local _, err = client.chat:create({ messages = MESSAGES },
      { timeout = 0.4 })
    assert.equal("total", err.code)
    assert.equal(2, #err.attempts)
    assert.is_true(err.attempts[2].seconds < 0.35)
  end)

  -- Ends what waits between two tries by `stop`, while another task runs on.
  local function end_backoff(stop)
    loop.wait = wait -- luacheck: ignore 122
    local retrying = false
    local client, name = client_with({ refusal("503 Service Unavailable",
      "Retry-After: 50\r\n"), OK }, { log = function(event)
        retrying = retrying or event.name == "retry"
      end })
    local err, turns = nil, 0
    indoxhub.run(function()
      local waiting = indoxhub.spawn(function()
        err = select(2, client.chat:create { messages = MESSAGES })
      end)
      while not retrying or turns < 20 do
        indoxhub.sleep(TICK)
        turns = turns + 1
      end
      stop(client, waiting)
      waiting:await()
    end)
    assert.equal("cancelled", err.kind)
    assert.equal(1, request_count(name))
    assert.equal(50, err.attempts[1].wait)
    return err
  end

  it("ends when its client is closed while it waits", function()
    local err = end_backoff(function(client) client:close() end)
    assert.equal("the client is closed", err.message)
  end)

  it("ends when its task is cancelled while it waits, and others go on",
    function()
      local err = end_backoff(function(_, waiting) waiting:cancel() end)
      assert.equal("chat.create", err.operation)
    end)

  ---------------------------------------------------------------------------

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
