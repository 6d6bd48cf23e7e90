-- What is told about calls, to whom, and what never is.
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"
local events = require "spec.support.events"
local log = require "indoxhub.base.log"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

local MESSAGES = { { role = "user", content = "go" } }

-- No part of a secret is a word that may occur anyway.
local KEY = "indox-" .. ("Zq7Z"):rep(8)
local GIVEAWAY = "Zq7"

local answer = servers.last_reply

local OK = answer("200 OK", '{"request_id":"q","data":"fine"}')
local TOKEN = answer("200 OK", '{"access_token":"token-Zq7Zq7"}')
local BUSY = answer("503 Busy", '{"detail":"no ' .. KEY .. '"}',
  "Retry-After: 0\r\n")

describe("the log", function()
  local raw = during_tests(servers.raw)

  local count = 0

  -- A client of a server that gives these answers in turn, the last one for
  -- good, and the list of what its log function hears.
  local function client_with(answers, options)
    count = count + 1
    local name, told = "log" .. count, {}
    local lay_out = raw:in_turn(name, answers)
    local settings = { log = function(event) told[#told + 1] = event end,
      api_key = function()
        lay_out()
        return KEY
      end }
    for option, value in pairs(options or {}) do
      settings[option] = value
    end
    settings.base_url = raw:base(name)
    return indoxhub.new(settings), told, name
  end

  local function names(told)
    local list = {}
    for i, event in ipairs(told) do
      list[i] = event.name
    end
    return table.concat(list, " ")
  end

  -- The same without what differs from run to run.
  local function without_times(event)
    assert.is_number(event.seconds)
    local copy = {}
    for name, value in pairs(event) do
      copy[name] = name ~= "seconds" and name ~= "bytes_in"
        and name ~= "bytes_out" and value or nil
    end
    return copy
  end

  it("tells tries, the waits between them, and the end", function()
    local client, told = client_with { BUSY, OK }
    indoxhub.assert(client.chat:create { messages = MESSAGES })
    assert.equal("attempt retry attempt done", names(told))
    local call = { method = "POST", path = "chat/completions" }
    assert.same({ name = "attempt", status = 503, kind = "unavailable",
      method = call.method, path = call.path }, without_times(told[1]))
    assert.same({ name = "retry", status = 503, kind = "unavailable", wait = 0,
      method = call.method, path = call.path }, told[2])
    assert.same({ name = "attempt", status = 200, method = call.method,
      path = call.path }, without_times(told[3]))
    assert.same({ name = "done", method = call.method, path = call.path },
      without_times(told[4]))
    assert.is_true(told[3].bytes_in > 0)
    assert.is_true(told[3].bytes_out > 0)
  end)

  it("tells how a call failed", function()
    local client, told = client_with { answer("404 Not Found", "{}") }
    client.user:me()
    assert.equal("attempt done", names(told))
    assert.equal("not_found", told[1].kind)
    assert.equal("not_found", told[2].kind)
    assert.equal(404, told[2].status)
  end)

  it("tells of a try that reached nobody", function()
    local gone = servers.raw()
    gone:stop()
    local told = {}
    indoxhub.new({ api_key = KEY, max_retries = 0, base_url =
      "http://127.0.0.1:" .. gone.port, log = function(event)
        told[#told + 1] = event
      end }).user:me()
    assert.equal("attempt done", names(told))
    assert.equal("network", told[1].kind)
    assert.is_nil(told[1].status)
  end)

  it("tells a stream's end when it ends", function()
    local client, told = client_with { servers.EVENTS_HEAD
      .. events.answer("a") }
    local stream = indoxhub.assert(client.chat:stream { messages = MESSAGES })
    assert.equal("attempt", names(told))
    stream:reply()
    assert.equal("attempt done", names(told))
    assert.is_nil(told[2].kind)
    stream = indoxhub.assert(client.chat:stream { messages = MESSAGES })
    stream:close()
    assert.equal("cancelled", told[4].kind)
    assert.equal(4, #told)
  end)

  it("tells of the exchange of a key, without what was exchanged", function()
    local client, told = client_with({ answer("200 OK",
      '{"data":"fine","access_token":"token"}') }, { auth = "exchange",
      log_bodies = true })
    indoxhub.assert(client.user:me())
    assert.equal("attempt attempt done", names(told))
    assert.equal("auth/api-key", told[1].path)
    assert.equal(200, told[1].status)
    assert.is_nil(told[1].request_body)
    assert.is_nil(told[1].response_body)
    assert.is_string(told[2].response_body)
  end)

  it("tells what became of a stop call", function()
    for _, status in ipairs { 200, 404 } do
      local client, told = client_with { servers.EVENTS_HEAD .. events.created
        .. events.delta "a", answer(status .. " X", "{}") }
      local stream = indoxhub.assert(client.chat:stream {
        messages = MESSAGES })
      assert.equal("a", stream:next())
      stream:close()
      servers.wait_until(function()
        indoxhub.step()
        return #told == 3
      end, "the stop call")
      assert.equal("chat/stop-stream/r-1", told[3].path)
      assert.equal("attempt", told[3].name)
      assert.equal(status, told[3].status)
      assert.equal(status == 404 and "not_found" or nil, told[3].kind)
      indoxhub.step()
      assert.equal(3, #told)
    end
  end)

  it("tells of a stop call that nobody answers", function()
    local client, told = client_with { servers.EVENTS_HEAD
      .. events.created .. events.delta "a", { { "hold" } } }
    local stream = indoxhub.assert(client.chat:stream { messages = MESSAGES })
    stream:next()
    stream:close()
    client:close()
    servers.wait_until(function()
      indoxhub.step()
      return #told == 3
    end, "the end of the stop call")
    assert.equal("cancelled", told[3].kind)
    assert.is_nil(told[3].status)
  end)

  describe("of bodies", function()
    it("tells none unless it is asked for", function()
      local client, told = client_with { OK }
      indoxhub.assert(client.chat:create { messages = MESSAGES })
      assert.is_nil(told[1].request_body)
      assert.is_nil(told[1].response_body)
    end)

    it("tells what was sent and what came", function()
      local client, told = client_with({ BUSY, OK }, { log_bodies = true })
      indoxhub.assert(client.chat:create { messages = MESSAGES })
      assert.truthy(told[1].request_body:find('"content":"go"', 1, true))
      assert.equal('{"detail":"no [redacted]"}', told[1].response_body)
      assert.truthy(told[3].response_body:find('"data":"fine"', 1, true))
    end)

    it("tells the beginning of a long one", function()
      local client, told = client_with({ OK }, { log_bodies = true })
      indoxhub.assert(client.chat:create { messages = { { role = "user",
        content = ("x"):rep(1e5) } } })
      assert.equal(4096, #told[1].request_body)
    end)

    it("tells of a form only that it is one", function()
      local client, told = client_with({ OK }, { log_bodies = true })
      client.audio:transcribe { model = "m",
        file = indoxhub.bytes("abc", "a.mp3") }
      assert.equal("(form)", told[1].request_body)
    end)
  end)

  describe("never tells a secret", function()
    local function assert_hidden(told)
      assert.is_true(#told > 0)
      for _, event in ipairs(told) do
        for name, value in pairs(event) do
          assert.is_nil(tostring(value):find(GIVEAWAY, 1, true),
            event.name .. "." .. name .. " is " .. tostring(value))
        end
      end
    end

    it("of those that a call carries and a server repeats", function()
      for _, way in ipairs { "key", "exchange" } do
        local echo = answer("400 Bad Request", '{"detail":"' .. KEY
          .. " own-Zq7Zq7 cookie-Zq7Zq7 header-Zq7Zq7 "
          .. (way == "exchange" and "token-Zq7Zq7" or "") .. '"}')
        local client, told
        client, told = client_with({ way == "exchange" and TOKEN or echo }, {
          auth = way, log_bodies = true,
          headers = { Cookie = "cookie-Zq7Zq7" },
          log = function(event)
            told[#told + 1] = event
            if event.path == "auth/api-key" then
              raw:script("log" .. count, echo)
            end
          end })
        local _, err = client.chat:create({ messages = MESSAGES,
          byok_api_key = "own-Zq7Zq7" }, { headers = {
            ["Api-Key"] = "header-Zq7Zq7" } })
        assert.equal("invalid_request", err.kind)
        assert.is_nil((tostring(err) .. err.body):find(GIVEAWAY, 1, true))
        assert.is_string(told[#told - 1].response_body)
        assert_hidden(told)
      end
    end)

    it("that stands in a path", function()
      local client, told = client_with { OK }
      client:request { path = "x/" .. KEY }
      assert_hidden(told)
    end)

    it("that an API key's maker gets to see", function()
      local client, told = client_with({ answer("200 OK", '{"api_key":"'
        .. KEY .. '"}') }, { log_bodies = true })
      client.user:create_api_key {}
      assert_hidden(told)
    end)
  end)

  describe("on stderr", function()
    local function run(variable, setup_code, call)
      raw:script("program",
        answer("200 OK", '{"data":"fine\\nX","detail":"' .. KEY .. '"}'))
      return programs.run(([[
        local indoxhub = require "indoxhub"
        local options = { api_key = %q, base_url = %q }
        %s
        local client = indoxhub.new(options)
        local reply, err = %s
        print("ended with " .. tostring(reply and reply.data or err))
      ]]):format(KEY, raw:base "program", setup_code or "",
        call or 'client.chat:create { messages = { { role = "user", ' ..
          'content = "go" } } }'), "export INDOXHUB_LOG=" .. variable)
    end

    it("is silent by default", function()
      for _, variable in ipairs { "", "no", "1" } do
        assert.equal("ended with fine\nX\n", (run(variable)))
      end
    end)

    it("has a line for each event", function()
      local said = run "debug"
      assert.truthy(said:find("indoxhub: attempt POST chat/completions "
        .. "status=200 seconds=", 1, true))
      assert.truthy(said:find("\nindoxhub: done POST chat/completions ", 1,
        true))
      assert.is_nil(said:find("go", 1, true))
      assert.is_nil(said:find(GIVEAWAY, 1, true))
      assert.equal(4, select(2, said:gsub("\n", "")))
    end)

    it("has bodies, redacted and in the same line", function()
      local said = run "bodies"
      assert.truthy(said:find('request_body={', 1, true))
      assert.truthy(said:find('"content":"go"', 1, true))
      assert.truthy(said:find('response_body={"data":"fine\\nX",'
        .. '"detail":"[redacted]"}', 1, true))
      assert.is_nil(said:find(GIVEAWAY, 1, true))
    end)

    it("says that a log function failed, and the call goes on", function()
      for code, expected in pairs {
        ['error("oops")'] = "oops", ["error({})"] = "table: ",
        ["error(nil)"] = "nil",
        ["error(setmetatable({}, { __tostring = error }))"] =
          "what cannot be shown",
      } do
        local said, exit = run("", "options.log = function() " .. code
          .. " end")
        assert.truthy(said:find("indoxhub: the log function failed: ", 1,
          true), said)
        assert.truthy(said:find(expected, 1, true), said)
        assert.truthy(said:find("ended with fine", 1, true), said)
        assert.equal(0, exit)
      end
    end)

    it("never holds a proxy's password", function()
      local said = run("bodies", 'options.allow_http = true; options.proxy ='
        .. ' "http://user:' .. GIVEAWAY .. 'secret@127.0.0.1:1";'
        .. 'options.max_retries = 0')
      assert.truthy(said:find("kind=network", 1, true), said)
      assert.is_nil(said:find(GIVEAWAY, 1, true), said)
    end)
  end)

  it("is on only when somebody listens", function()
    assert.is_true(log.is_on { log = print })
    assert.equal(os.getenv "INDOXHUB_LOG" ~= nil, log.is_on {})
  end)
end)
