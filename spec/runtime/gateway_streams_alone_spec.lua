-- Streams of a gateway without Redis: the workers of one machine read each
-- other's in a shared dictionary.
local files = require "spec.support.files"
local gateways = require "spec.runtime.gateway.streams.server"
local json = require "indoxhub.base.json"

local events = gateways.events

describe("streams of a gateway without Redis", function()
  local a

  before_each(function()
    a = gateways.start { workers = 2,
      lua = "linger = 9, stream_bytes = 262144" }
  end)

  after_each(function()
    if a then
      assert.equal("", a:stop())
    end
  end)

  -- Calls a function with a reader in each of the two workers, which begins
  -- behind an event.
  local function in_both(id, number, fn)
    local seen, readers = {}, {}
    local count = 0
    while count < 2 do
      local reader = a:read(id, number)
      readers[#readers + 1] = reader
      if not seen[reader:worker()] then
        seen[reader:worker()] = reader
        count = count + 1
      end
    end
    for _, reader in pairs(seen) do
      fn(reader)
    end
    for _, reader in ipairs(readers) do
      reader:leave()
    end
  end

  it("are read on by any worker from every event on", function()
    local reader = a:write "events=40&every=0.02"
    local id = reader:wait_for("id: 5\n"):id()
    reader:leave()
    for number = 0, 40, 8 do
      in_both(id, number, function(other)
        assert.same({ number + 1, 41, "[DONE]" }, { events(other:wait()) })
      end)
    end
    for number = 0, 41, 7 do
      in_both(id, number, function(other)
        local first, last = events(other:wait())
        assert.same(number < 41 and { number + 1, 41 } or {}, { first, last })
      end)
    end
  end)

  it("go on while another worker reads them, and end after that", function()
    local reader = a:write "events=1&silence=60&name=read&linger=0.5"
    local id = reader:wait_for("id: 1\n"):id()
    local writer = reader:worker()
    local other
    repeat
      other = a:read(id):wait_for "id: 1\n"
      local is_elsewhere = other:worker() ~= writer
      if not is_elsewhere then
        other:leave()
      end
    until is_elsewhere
    reader:leave()
    os.execute "sleep 1.5"
    assert.equal("asked opened ", a:told "read")
    other:leave()
    a:wait_for("read", "closed")
    in_both(id, 0, function(each)
      assert.same({ 1, 1, "cancelled" }, { events(each:wait()) })
    end)
  end)

  it("are stopped by any worker", function()
    local seen, count = {}, 0
    repeat
      count = count + 1
      local reader = a:write("events=1&silence=60&name=stop" .. count)
      local id = reader:wait_for("id: 1\n"):id()
      local head = os.tmpname()
      local _, body = a:ask("DELETE", "/streams/" .. id, "-D " .. head)
      assert.equal("cancelled", json.decode(body).status)
      local stopped_by = files.read(head):match "X%-Worker: (%d+)"
      seen[stopped_by == reader:worker() and "by its own" or "by another"] = id
      os.remove(head)
      a:wait_for("stop" .. count, "closed")
      assert.same({ 1, 1, "cancelled" }, { events(reader:wait()) })
    until seen["by its own"] and seen["by another"]
    for _, id in pairs(seen) do
      in_both(id, 0, function(each)
        assert.same({ 1, 1, "cancelled" }, { events(each:wait()) })
      end)
    end
  end)

  it("are kept so far and no further, and never with a gap", function()
    local reader = a:write("events=300&every=0.001&text=4000&name=long",
      "--limit-rate 1k")
    local id = reader:id()
    a:wait_for("long", "ended")
    a:read(id, 300):wait()
    for _ = 1, 10 do
      assert.equal(410, (a:ask("GET", "/streams/" .. id,
        "-H 'Last-Event-ID: 9'")))
    end
    in_both(id, 290, function(each)
      assert.same({ 291, 301, "[DONE]" }, { events(each:wait()) })
    end)
    reader:leave()
  end)

  -- Both take a while.
  it("are interrupted when their worker dies, and refused without a timer",
    function()
      local one = gateways.start { timers = 1 }
      local refused = one:write "events=1"
      local reader = a:write "events=9&silence=60"
      local id = reader:wait_for("id: 9\n"):id()
      os.execute "sleep 0.5" -- the others have been told
      os.execute("kill -9 " .. reader:worker())
      in_both(id, 0, function(each)
        assert.same({ 1, 9, "interrupted" }, { events(each:wait()) })
      end)
      reader:wait()
      assert.equal("", a:stop { "exited on signal 9" })
      a = nil
      assert.equal("overloaded", json.decode((refused:wait())).error.type)
      assert.equal("", one:stop { "lua_max_running_timers" })
    end)

  it("go on in their own worker when the dictionary is full", function()
    local one = gateways.start { workers = 1, dict = "64k" }
    local reader = one:write "events=40&every=0.001&text=4000&name=full"
    assert.same({ 1, 41, "[DONE]" }, { events(reader:wait()) })
    assert.equal("", one:stop { "streams go on, but only their own worker" })
  end)

  it("make room for others when they have ended", function()
    local one = gateways.start { workers = 1, dict = "512k" }
    local ids = {}
    for i = 1, 7 do -- 1.1 MB
      local reader = one:write "events=40&every=0.002&text=4000"
      ids[i] = reader:id()
      assert.same({ 1, 41, "[DONE]" }, { events(reader:wait()) })
      assert.same({ 1, 41, "[DONE]" }, { events(one:read(ids[i]):wait()) })
    end
    assert.equal(404, (one:ask("GET", "/streams/" .. ids[1])))
    assert.equal("", one:stop())
  end)

  it("are unknown when there is no such stream", function()
    assert.equal(404, (a:ask("GET", "/streams/" .. ("0"):rep(32))))
  end)
end)
