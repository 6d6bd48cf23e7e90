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
    assert.equal("", a:stop())
  end)

  -- Calls a function with a reader in each of the two workers, which begins
  -- behind an event.
  local function in_both(id, number, fn, gateway)
    local seen, readers = {}, {}
    local count = 0
    while count < 2 do
      local reader = (gateway or a):read(id, number)
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

  -- What takes a while, all at the same time: one gateway of which a worker
  -- dies, one without timers, and one whose stream is read by another worker
  -- only.
  it("are interrupted with their worker, refused without a timer, and read on",
    function()
      local dying = gateways.start { workers = 2 }
      local without = gateways.start { timers = 1 }
      local refused = without:write "events=1"
      local doomed = dying:write "events=9&silence=60"
      local doomed_id = doomed:wait_for("id: 9\n"):id()
      local reader = a:write "events=1&silence=60&name=read&linger=0.5"
      local id = reader:wait_for("id: 1\n"):id()
      local other
      repeat
        other = a:read(id):wait_for "id: 1\n"
        local is_elsewhere = other:worker() ~= reader:worker()
        if not is_elsewhere then
          other:leave()
        end
      until is_elsewhere
      reader:leave()
      in_both(doomed_id, 8, function(each)
        each:wait_for "id: 9\n"
      end, dying)
      os.execute("kill -9 " .. doomed:worker())
      os.execute "sleep 1.5"
      assert.equal("asked opened ", a:told "read")
      other:leave()

      in_both(doomed_id, 0, function(each)
        assert.same({ 1, 9, "interrupted" }, { events(each:wait()) })
      end, dying)
      doomed:wait()
      assert.equal("", dying:stop { "exited on signal 9" })

      assert.equal("overloaded", json.decode((refused:wait())).error.type)
      assert.equal("", without:stop { "lua_max_running_timers" })

      a:wait_for("read", "closed")
      in_both(id, 0, function(each)
        assert.same({ 1, 1, "cancelled" }, { events(each:wait()) })
      end)
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
