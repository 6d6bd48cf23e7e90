-- Answers with random damage: whatever a server sends, a call gives a reply or
-- an error object, and never raises or hangs. The damage is the same in every
-- run; INDOXHUB_MUTATIONS asks for more of it.
local during_tests = require "spec.support.during_tests"
local errors = require "indoxhub.base.errors"
local events = require "spec.support.events"
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"

local COUNT = tonumber(os.getenv "INDOXHUB_MUTATIONS") or 150

local MESSAGES = { { role = "user", content = "go" } }

-- Numbers that are the same in every Lua.
local seed = 20261121

local function random(n)
  seed = (seed * 16807) % 2147483647
  return seed % n + 1
end

local ANSWERS = {
  servers.EVENTS_HEAD .. events.answer("one ", "two ", "three"),
  servers.CHUNKED_HEAD .. servers.chunk(events.created)
    .. servers.chunk(events.delta "one" .. events.delta " two")
    .. servers.chunk(events.completed .. events.done) .. servers.LAST_CHUNK,
  servers.reply("200 OK", "application/json", '{"request_id":"r-1",'
    .. '"data":"Hello","usage":{"tokens_prompt":1,"tokens_total":2},'
    .. '"created_at":"2026-06-02T08:15:30Z","images":[{"url":"u"}]}'),
  servers.reply("429 Too Many Requests", "application/json",
    '{"error":{"message":"slow","code":429},"detail":[{"loc":["body"],'
    .. '"msg":"m"}]}', "Retry-After: 0\r\n"),
}

local PIECES = { "\r\n", "\n\n", "\0", "\255\254", "data:", "null", "[[[[", "{",
  "}", '"', "1e999", "-1", "event: error\n", ": ", "Content-Length: 3\r\n",
  "Transfer-Encoding: chunked\r\n", "\\u0000", "\\ud800", "[DONE]" }

local function damage(text)
  local at, kind = random(#text + 1), random(5)
  local before, rest = text:sub(1, at - 1), text:sub(at)
  if kind == 1 then -- cut
    return before
  elseif kind == 2 then -- leave out
    return before .. rest:sub(random(30))
  elseif kind == 3 then -- change a byte
    return before .. string.char(random(256) - 1) .. rest:sub(2)
  elseif kind == 4 then -- put in between
    return before .. PIECES[random(#PIECES)] .. rest
  end
  return before .. rest:sub(1, random(40)) .. rest -- repeat
end

local function assert_outcome(what, ok, result, err)
  assert.is_true(ok, what .. " raised: " .. tostring(result))
  if result == nil then
    assert.is_true(errors.is(err), what .. " gave " .. tostring(err))
    assert.is_nil(tostring(err):find("%c"), what)
  else
    assert.is_table(result, what)
  end
end

describe("a damaged answer", function()
  local raw = during_tests(servers.raw)

  it("gives a reply or an error", function()
    local replies = 0
    for i = 1, COUNT do
      local text = ANSWERS[i % #ANSWERS + 1]
      for _ = 1, random(3) do
        text = damage(text)
      end
      local client = indoxhub.new { api_key = "indox-any", timeout = 10,
        max_retries = 0,
        base_url = raw:script("damaged", { { "body" }, { "send", text },
          { "close" } }) }
      local what = ("answer %d, %q"):format(i, text)
      local ok, reply, err = pcall(function()
        return client.chat:create { messages = MESSAGES }
      end)
      assert_outcome(what, ok, reply, err)
      ok, reply, err = pcall(function()
        local stream, why = client.chat:stream { messages = MESSAGES }
        if not stream then
          return nil, why
        end
        return stream:reply()
      end)
      assert_outcome(what .. ", streamed", ok, reply, err)
      replies = replies + (reply and 1 or 0)
      client:close()
    end
    -- The damage is such that both outcomes occur.
    assert.is_true(replies > 0 and replies < COUNT)
  end)
end)
