-- Finalizers that a program runs by hand, in the midst of what they belong to.
local during_tests = require "spec.support.during_tests"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

local EVENT = 'data: {"choices":[{"delta":{"content":"hi"}}]}\n\n'

-- Calls a method while the end of litter runs the finalizer of its object. A
-- program of its own, in which nothing stops the collector.
local PROGRAM = [[
  local core = require "indoxhub.core"
  local url, count = %q, %d
  local newproxy = rawget(_G, "newproxy")
  local function litter(fn)
    if newproxy then
      getmetatable(newproxy(true)).__gc = fn
    else
      setmetatable({}, { __gc = fn })
    end
  end
  collectgarbage("setpause", 100)
  collectgarbage("setstepmul", _VERSION == "Lua 5.4" and 20 or 1000)
  local engine, meanwhile = core.engine(), 0
  local function transfer()
    local made = engine:submit { method = "GET", url = url, headers = {},
      paced = true }
    repeat
      engine:step({}, nil, nil, 0.05)
    until made:result()
    return made
  end
  -- Until the finalizer has run; `call` gets the transfer.
  local function meddle(call, later)
    local made, ended, seen = transfer(), false, 0
    collectgarbage()
    collectgarbage "stop"
    -- The collector takes several turns to get to the one that does it.
    for _ = 1, 4000 do
      litter(function()
        seen = seen + 1
        if seen > later * 150 then
          ended = true
          getmetatable(made).__gc(made)
        end
      end)
    end
    collectgarbage "restart"
    for _ = 1, 10000 do
      local before = ended
      local ok, why = pcall(call, made)
      meanwhile = meanwhile + (ended and not before and 1 or 0)
      if not ok then
        assert(ended and tostring(why):find("was collected", 1, true), why)
        return
      end
    end
    assert(not ended, "it goes on without its state")
  end
  for i = 1, 20 do
    meddle(%s, i)
  end
  print(meanwhile > 0)
]]

local METHODS = {
  take = [[function(made)
    local batch = {}
    local taken = made:take(batch, count, true)
    assert(taken == count or taken == 0, taken)
    for i = 1, taken do
      assert(batch[i].data:find('"hi"', 1, true))
    end
  end]],
  head = [[function(made)
    local head = made:head()
    assert(head:find("^HTTP/1.1 200 OK\r\n") and head:find "\r\n\r\n$")
  end]],
  result = [[function(made)
    local result = made:result()
    assert(result.ended == "complete" and result.bytes_in > 0
      and result.timing.total > 0 and result.text == "No error")
  end]],
  read = [[function(made)
    local bytes = made:read()
    assert(bytes == "" or #bytes > 10000 and bytes:find('hi"}}]}\n\n$'))
  end]],
  text = [[function(made)
    made:append "text"
    local text = made:text()
    assert(text:gsub("text", "") == "", text)
  end]],
}

describe("a finalizer run by hand in the midst of a method", function()
  local raw = during_tests(servers.raw)

  for _, name in ipairs { "take", "head", "result", "read", "text" } do
    it("leaves transfer:" .. name .. " what it works on", function()
      local count = 4000
      local said, code = programs.run(PROGRAM:format(raw:script("events",
        servers.reply("200 OK", "text/event-stream", EVENT:rep(count))), count,
        METHODS[name]), "export ASAN_OPTIONS=detect_leaks=0")
      assert.equal(0, code, said)
      -- Of reading, the first call takes all.
      assert.truthy(said:find "^true" or name == "read", said)
    end)
  end

  it("lets go of the transfer's connection", function()
    local said, code = programs.run(([[
      local core = require "indoxhub.core"
      local engine = core.engine()
      local held = engine:submit { method = "GET", url = %q, headers = {} }
      repeat
        engine:step({}, nil, nil, 0.05)
      until held:status()
      getmetatable(held).__gc(held)
      getmetatable(held).__gc(held)
      print(engine:running(), pcall(held.result, held))
    ]]):format(raw:script("open", { { "body" },
      { "send", servers.EVENTS_HEAD }, { "hold" } })))
    assert.equal(0, code, said)
    assert.truthy(said:find("^0\tfalse\t.*the transfer was collected"), said)
    servers.wait_until(function()
      return raw:gone "open" == 1
    end, "the end of a connection")
  end)
end)
